-- What no list has: functions of the extension, one a line.  Views say what queries call.
DO $$
DECLARE
    query record;
BEGIN
    FOR query IN SELECT row_number() OVER () AS n, list, q
                 FROM (SELECT 'shapes' AS list, 'SELECT ' || regexp_replace(s, '#[a-z]', 'NULL', 'g') || ' FROM few' AS q FROM shape
                       UNION ALL SELECT CASE WHEN spills THEN 'heavy' ELSE 'accessors' END, s FROM query) AS l LOOP
        EXECUTE format('CREATE VIEW listed.%I AS SELECT count(s) FROM (%s) AS s', query.list || query.n, query.q);
    END LOOP;
END
$$;
WITH called AS (
    SELECT CASE WHEN c.relname ~ '^shapes' THEN 'shapes' WHEN c.relname ~ '^heavy' THEN 'heavy' ELSE 'accessors' END AS list, d.refobjid AS oid
    FROM pg_class AS c JOIN pg_rewrite AS r ON r.ev_class = c.oid JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    WHERE c.relnamespace = 'listed'::regnamespace AND d.refclassid = 'pg_proc'::regclass
), wanted AS (
    -- an aggregate has many forms of one kind: it is looked for by its name
    SELECT 'shapes' AS list, '' AS other, oid, proname, prokind FROM own
    UNION ALL SELECT 'heavy', '', oid, proname, prokind FROM own WHERE prokind = 'a'
    UNION ALL SELECT 'accessors', 'heavy', oid, proname, prokind FROM own WHERE prokind <> 'a'
)
SELECT DISTINCT format('%s: %s', list, CASE prokind WHEN 'a' THEN proname::text ELSE oid::regprocedure::text END)
FROM wanted AS w
WHERE NOT EXISTS (SELECT FROM called AS c JOIN pg_proc AS p ON p.oid = c.oid
                  WHERE c.list IN (w.list, w.other) AND (c.oid = w.oid OR w.prokind = 'a' AND p.prokind = 'a' AND p.proname = w.proname))
ORDER BY 1;
