\echo 'WHAT A REPORTING TOOL SEES'
\echo
\echo 'The same registers once more, for people who type no SQL: reporting_ddl is told what the'
\echo 'columns are called, and answers the statements that make a schema of views, which Metabase,'
\echo 'Power BI and Excel read.'
\echo
-- Where the columns are. The statements run as they come (\gexec).
SELECT reporting_ddl('reporting', '{
  "employment": {"table": "employment", "person": "person_id", "group_by": ["hospital"],
                 "observed_years": 3, "retirement": 65,
                 "scenarios": [{"name": "a year later", "retirement_later": 12},
                               {"name": "a fifth fewer resign", "factors": {"resignation": 0.8}},
                               {"name": "5 % more working time", "working_time": 1.05},
                               {"name": "all three", "retirement_later": 12, "factors": {"resignation": 0.8}, "working_time": 1.05}]},
  "education":  {"table": "event", "stage": "event", "epoch": "start_year",
                 "stages": ["applied", "admitted", "started", "second term", "graduated",
                            "employed here"],
                 "exits": ["rejected", "declined", "left"], "within": "4 years", "starts": "03-23"},
  "mobility":   {"table": "workplace", "state": "hospital"},
  "competence": {"table": "certificate", "group_by": ["hospital", "level"]},
  "as_of": "2023-06-01"
}') \gexec

-- How fresh are the numbers?
SELECT source, table_name, as_of, refreshed_at::timestamp(0), groups, rows_skipped
FROM reporting.freshness;

\echo 'Views that end with _total hold the total over hospitals, too:'
\echo
-- Headcount by hospital, and of all.
SELECT hospital, headcount, hires, exits, observed_from, as_of
FROM reporting.headcount_total
ORDER BY hospital;

\echo 'What would the forecast have been on 1 January 2022, and what happened in that year? The'
\echo 'mapping says that everybody retires at 65, and three of those who reached it stayed on:'
\echo
-- Predicted and actual.
SELECT measure, reason, round(predicted::numeric, 1) AS predicted, lower, upper, actual,
       round(error::numeric, 1) AS error, within_interval
FROM reporting.forecast_check_total
WHERE hospital = '(total)'
ORDER BY measure DESC, reason;
