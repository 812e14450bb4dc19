-- Reporting: the summaries of each source of data. A row is a summary, which is a column of the
-- materialized view of its source.
--
-- In an aggregate and a condition, a key of the mapping in braces is the column, as an expression over
-- t; {, key} is one argument more, and {key, } one before others, where the mapping has the key.
-- {schema} is the schema of this extension, {spec} the spec of the funnel, and {period} goes from
-- observed_from to observed_to, which say days of the view period AS p; {years} are the years observed
-- before that of as_of. A summary that is repeated is made for each of these years, which is {n} years
-- ago. needs: keys that a summary requires. counted: are the rows shown that it skips? keys: columns
-- that identify a row of the view, beside the groups.

CREATE FUNCTION reporting_sources()
    RETURNS TABLE (source text, summary text, repeated boolean, needs text[], counted boolean, keys text[],
                   observed_from text, observed_to text, condition text, aggregate text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    VALUES

('employment', 'workforce', false, '{}'::pg_catalog.text[], true, '{grouping_set}'::pg_catalog.text[],
 '(p.year_begin - interval ''{years} years'')::date', 'p.as_of', NULL,
 '{schema}.workforce_agg({person, }{birth_date}, {start_date}, {end_date}, {reason}, '
 '{period}{, fte}{, join_gap})'),
('employment', 'year_{n}', true, '{}', false, '{grouping_set}',
 '(p.year_begin - interval ''{n} years'')::date', '(p.year_begin - interval ''{n - 1} years'')::date', NULL,
 '{schema}.workforce_agg({person, }{birth_date}, {start_date}, {end_date}, {reason}, '
 '{period}{, fte}{, join_gap})'),
('employment', 'forecast_basis', false, '{}', false, '{grouping_set}',
 '(p.year_begin - interval ''{years + 1} years'')::date', '(p.year_begin - interval ''1 year'')::date', NULL,
 '{schema}.workforce_agg({person, }{birth_date}, {start_date}, {end_date}, {reason}, '
 '{period}{, fte}{, join_gap})'),
('employment', 'retention', false, '{}', true, '{grouping_set}',
 '(p.year_begin - interval ''{years} years'')::date', 'p.as_of', NULL,
 '{schema}.retention_agg({person, }{start_date}, {end_date}, {reason}, {period}{, join_gap})'),
-- month by month; of those alone whom the workforce knows, so that a day has one headcount
('employment', 'mobility', false, '{person}', false, '{grouping_set}',
 '(p.year_begin - interval ''{years} years'')::date', 'p.as_of', '{birth_date} IS NOT NULL',
 '{schema}.mobility_agg({person, }''employed''::text, {start_date}, {end_date}, {reason}, '
 '{period}{, fte}{, join_gap})'),

('education', 'funnel', false, '{}', true, '{grouping_set,epoch,every_epoch}', NULL, NULL, NULL,
 '{schema}.funnel_agg({person_id}, {stage}, {at}, {spec})'),

-- with a reason, FTE or a gap, the form of the aggregate that joins the rows of one person
('mobility', 'mobility', false, '{}', true, '{grouping_set}',
 '(p.year_begin - interval ''{years} years'')::date', 'p.as_of', NULL,
 '{schema}.mobility_agg({person_id}, {state}, {start_date}, {end_date}, {reason, '
 '}{period}{, fte}{, join_gap})'),

-- from two years back to one ahead, when nobody has renewed yet; a person and a module
-- are one, and the length keeps person 1 in 23 from person 12 in 3
('competence', 'certificates', false, '{}', true, '{grouping_set}',
 '(p.as_of - interval ''2 years'')::date', '(p.as_of + interval ''1 year'')::date, ''[]''', NULL,
 '{schema}.mobility_agg(length({person_id}::text)::text || '' ''::text || {person_id}::text || {module}, '
 '{status}, {start_date}, {end_date}, {period})');
END;
COMMENT ON FUNCTION reporting_sources() IS
    'internal to reporting_ddl: the summaries that are kept of each source of data, as templates: '
    'aggregate, period, condition, keys';
