-- Included by the tests of reporting: to run what it writes, and to compare.

-- Every statement that a query returns, all of them made before the first runs.
CREATE FUNCTION run(statements text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    made text[];
    statement text;
BEGIN
    EXECUTE format('SELECT ARRAY(%s)', statements) INTO made;
    FOREACH statement IN ARRAY made LOOP
        EXECUTE statement;
    END LOOP;
    RETURN cardinality(made);
END
$$;

-- Two queries give the same rows, and there are some.
CREATE FUNCTION agree(label text, got text, expected text, at_least bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    rows bigint;
    differ bigint;
    example text;
BEGIN
    EXECUTE format('SELECT count(*) FROM (%s) AS g', got) INTO rows;
    EXECUTE format('WITH g AS MATERIALIZED (%s), e AS MATERIALIZED (%s)
                    SELECT count(*), min(d::text) FROM ((SELECT ''got'', x::text FROM (TABLE g EXCEPT ALL TABLE e) AS x)
                                          UNION ALL (SELECT ''expected'', x::text FROM (TABLE e EXCEPT ALL TABLE g) AS x)) AS d',
                   got, expected) INTO differ, example;
    RETURN NEXT is(differ, 0::bigint, format('%s: %s rows%s', label, rows, ' but for ' || example));
    IF at_least IS NOT NULL THEN
        RETURN NEXT cmp_ok(rows, '>=', at_least, label || ': enough of them');
    END IF;
EXCEPTION WHEN OTHERS THEN
    RETURN NEXT fail(format('%s: %s: %s', label, SQLSTATE, SQLERRM));
END
$$;

-- Runs statements, and says how that ended: done, or an SQLSTATE.
CREATE FUNCTION try(statements text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM run(statements);
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;

-- The relations of a schema.
CREATE FUNCTION relations(schema_name text) RETURNS TABLE (name text, kind "char", id oid) LANGUAGE sql STABLE AS $$
    SELECT relname, relkind, c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
    WHERE nspname = schema_name AND relkind IN ('r', 'v', 'm')
$$;
