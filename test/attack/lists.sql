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
), own AS (
    SELECT p.oid, p.proname, p.prokind
    FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'education_flow') AND p.prokind <> 'p'
      -- statements that make views: test/sql/reporting/hostile.sql, and sqlsmith, which finds all by itself
      AND p.proname !~ '^(reporting_.*|pension_age_shipped)$'
      -- what aggregates, types, operators and indexes call
      AND NOT EXISTS (SELECT FROM pg_aggregate AS a WHERE p.oid IN (aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn))
      AND NOT EXISTS (SELECT FROM pg_type WHERE p.oid IN (typinput, typoutput, typreceive, typsend))
      AND NOT EXISTS (SELECT FROM pg_operator WHERE oprcode = p.oid)
      AND NOT EXISTS (SELECT FROM pg_amproc WHERE amproc = p.oid)
), wanted AS (
    -- an aggregate has many forms of one kind: it is looked for by its name
    SELECT 'shapes' AS list, '' AS other, * FROM own
    UNION ALL SELECT 'heavy', '', * FROM own WHERE prokind = 'a'
    UNION ALL SELECT 'accessors', 'heavy', * FROM own WHERE prokind <> 'a'
)
SELECT DISTINCT format('%s: %s', list, CASE prokind WHEN 'a' THEN proname::text ELSE oid::regprocedure::text END)
FROM wanted AS w
WHERE NOT EXISTS (SELECT FROM called AS c JOIN pg_proc AS p ON p.oid = c.oid
                  WHERE c.list IN (w.list, w.other) AND (c.oid = w.oid OR w.prokind = 'a' AND p.prokind = 'a' AND p.proname = w.proname))
ORDER BY 1;
