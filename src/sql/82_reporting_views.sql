-- Reporting: the views that reporting_ddl() declares, as templates.
--
-- In a body, {schema} is the schema of this extension and {summaries} that of the summaries; {groups}
-- are the grouping columns, each with a comma behind; {rows} is the condition that chooses groups alone
-- or totals too; {order} orders by groups; {last} are the columns that all views end with; {years},
-- {pairs}, {summed} and {pipeline} are parts that reporting_ddl() writes; {h.state} and the like are a
-- state, in quotes if its name is the word for being in none; other names in braces are options of the
-- mapping. A column is 'name: comment'.
--
-- A view holds what its names meant when it was made, for whoever reads it. So no call leaves a choice
-- to the search_path, or to what else is in {schema}: a function of ours gets each argument, of exactly
-- its type; one of PostgreSQL that does not match exactly is called with its schema, as is such an
-- operator.
--
-- Lists of choices ask a view for its groups alone: SELECT DISTINCT hospital. A function in FROM is
-- called for that too, since its rows count. So an expensive function whose number of rows is known is
-- joined as one row, of aggregates: LEFT JOIN LATERAL (SELECT array_agg(...)) ON true. Such a join
-- cannot change how many rows there are, and the planner leaves it out where no column of it is wanted.
-- The rows are made by generate_series() beside the other columns, and not in FROM: there a condition
-- on the groups is moved inside, and one on the years cannot make the planner project once for each of
-- them.  (Scenarios are projected whenever they are asked for.)

CREATE FUNCTION reporting_views()
    RETURNS TABLE (source text, name text, summary text, comment text, columns text[], body text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 30
BEGIN ATOMIC
    VALUES
@include reporting_views_employment.sql.in
    UNION ALL VALUES
@include reporting_views_projections.sql.in
    UNION ALL VALUES
@include reporting_views_education.sql.in
    UNION ALL VALUES
@include reporting_views_mobility.sql.in
    ;
END;
COMMENT ON FUNCTION reporting_views() IS
    'the views that reporting_ddl declares: source of data, name, summary that they read, comments, '
    'and the query as a template';
