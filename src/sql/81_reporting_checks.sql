-- Reporting: the checks of the rows of a table, as templates.
--
-- In a body, a key of the mapping in braces is the column, as an expression over t; {who} is the
-- person, whatever its key is called; {table} is the table; {as_of} and {observed} are the period;
-- {list key} is an array of texts of the mapping; {type key} is the type of a column.
--
-- scope is the rows that a body looks at. 'fault': one row, in the order of the aggregates' checks; a
-- condition, or without a problem the words themselves. 'row': one row that is counted all the same.
-- 'window': one row among the person's. 'table': all rows, a query for their number and a detail. A
-- check is made if the mapping has the keys that it needs, and none of those with '!'.

CREATE FUNCTION reporting_checks()
    RETURNS TABLE (place bigint, sources text[], scope text, effect text, problem text,
                   needs text[], body text, detail text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
    SELECT pg_catalog.row_number() OVER (), v.*
    FROM (VALUES
@include reporting_checks.sql.in
    ) AS v;
END;
COMMENT ON FUNCTION reporting_checks() IS
    'internal to reporting_ddl: what is looked for in the rows of a table, as templates: sources of data, '
    'scope, effect, words, keys that it needs, body';
