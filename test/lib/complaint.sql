-- Included by tests that hold a type against a second computation of it: three tests, and two functions.

-- The complaints about a comparison: the first rows of a query that finds differences, and that fewer
-- than `at_least` were compared.  NULL if all is well.
CREATE FUNCTION complaint(query text, compared bigint, at_least bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
    first_ones text;
BEGIN
    EXECUTE format('WITH d AS MATERIALIZED (%s)
                    SELECT (SELECT count(*) FROM d), (SELECT string_agg(f::text, E''\n'') FROM (SELECT * FROM d LIMIT 5) AS f)', query)
        INTO n, first_ones;
    RETURN nullif(concat_ws(E'\n', CASE WHEN compared >= at_least THEN NULL ELSE format('only %s were compared', compared) END,
                            CASE WHEN n > 0 THEN n || ' differ' END, first_ones), '');
END
$$;
-- One test: does the query find nothing, where enough was compared?
CREATE FUNCTION no_difference(query text, compared bigint, at_least bigint, label text) RETURNS text LANGUAGE sql AS $$
    SELECT is(complaint(query, compared, at_least), NULL, label)
$$;
SELECT is(complaint('SELECT 1 AS x WHERE false', 7, 7), NULL, 'the comparison lets pass what is the same');
SELECT is(complaint('SELECT 3 AS x', 7, 7), E'1 differ\n(3)', 'and nothing that differs');
SELECT is(complaint('SELECT 1 AS x WHERE false', 6, 7), 'only 6 were compared', 'nor too little');
