-- Reporting: templates of views: an education, and the intake that the staff needs.
-- 82_reporting_views.sql describes templates.

-- Lists the views of a funnel, from stage to stage.
CREATE FUNCTION reporting_views_education()
    RETURNS TABLE (source text, name text, summary text, comment text, columns text[], body text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
    WITH of_stages (columns) AS (VALUES (ARRAY[
        'stage_no: number of the stage, from 1',
        'stage: stage',
        'entered: persons who reached the stage',
        'converted: of them, persons who reached the next one',
        'pending: of them, persons whose outcome is not known yet',
        'exited: of them, persons who left by an event that ends a chain',
        'lost: of them, persons who did none of this in time',
        'conversion: share of those who reached the stage that reaches the next one; null '
        'where it is not known yet',
        'lower: lower limit of conversion',
        'upper: upper limit of conversion',
        'cumulative: share of all who began that reaches the stage; null where it is not known yet',
        'cumulative_lower: lower limit of cumulative',
        'cumulative_upper: upper limit of cumulative',
        'median_days: days in which half of those who will convert have done so',
        'observed_days: days since the start up to which the estimates reach',
        'conversion_so_far: the share that reaches the next one by observed_days; conversion is '
        'null where more can come',
        'lower_so_far: lower limit of conversion_so_far',
        'upper_so_far: upper limit of conversion_so_far',
        'cumulative_so_far: the share of all who began that reaches the stage by observed_days',
        'cumulative_lower_so_far: lower limit of cumulative_so_far',
        'cumulative_upper_so_far: upper limit of cumulative_so_far']))
    SELECT v.source, v.name, v.summary, v.comment, v.columns, v.body
    FROM (VALUES
('education', 'education_groups', 'funnel',
 'The groups of the views of the education: for lists of choices, and tables that views are related to',
 '{}',
$$SELECT {groups}{last}
FROM {summaries}.education AS s
WHERE {rows} AND s.funnel IS NOT NULL AND s.every_epoch
{order}$$),

('education', 'funnel_stages', 'funnel',
 'From stage to stage of the education (genomströmning), all years together, with 95 % limits',
 (SELECT o.columns FROM of_stages AS o),
$$SELECT {groups}f.stage_no, f.stage, f.entered, f.converted, f.pending, f.exited, f.lost,
       f.conversion, f.lower, f.upper, f.cumulative, f.cumulative_lower, f.cumulative_upper,
       f.median_days, f.observed_days,
       f.conversion_so_far, f.lower_so_far, f.upper_so_far,
       f.cumulative_so_far, f.cumulative_lower_so_far, f.cumulative_upper_so_far,
       {last}
FROM {summaries}.education AS s,
     {schema}.funnel_stages(s.funnel, 0.95::float8) AS f
WHERE {rows} AND s.every_epoch
ORDER BY {groups}f.stage_no$$),

('education', 'funnel_epochs', 'funnel',
 'From stage to stage of the education by year of start (genomströmning per årskull), with 95 % limits',
 ARRAY['epoch: year in which they began', 'epoch_start: 1 January of it']
     OPERATOR(pg_catalog.||) (SELECT o.columns FROM of_stages AS o),
$$SELECT {groups}s.epoch,
       CASE WHEN s.epoch BETWEEN 1 AND 9999 THEN make_date(s.epoch, 1, 1) END AS epoch_start,
       f.stage_no, f.stage, f.entered, f.converted, f.pending, f.exited, f.lost,
       f.conversion, f.lower, f.upper, f.cumulative, f.cumulative_lower, f.cumulative_upper,
       f.median_days, f.observed_days,
       f.conversion_so_far, f.lower_so_far, f.upper_so_far,
       f.cumulative_so_far, f.cumulative_lower_so_far, f.cumulative_upper_so_far,
       {last}
FROM {summaries}.education AS s,
     {schema}.funnel_stages(s.funnel, 0.95::float8) AS f
WHERE {rows} AND NOT s.every_epoch AND s.epoch <> 0
ORDER BY {groups}s.epoch, f.stage_no$$)
    ) AS v (source, name, summary, comment, columns, body);
END;
COMMENT ON FUNCTION reporting_views_education() IS
    'internal to reporting_views: the education, from stage to stage';

-- Lists the views of required intakes: of an education and its staff.
CREATE FUNCTION reporting_views_intake()
    RETURNS TABLE (source text, name text, summary text, comment text, columns text[], body text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
    SELECT v.source, v.name, v.summary, v.comment, v.columns, v.body
    FROM (VALUES
('required_intake', 'required_intake', 'funnel',
 'Study places (utbildningsplatser): persons who must begin the education each year so that as many work as '
 'on as_of when the projection ends, with 80 % limits',
 ARRAY['year: calendar year',
       'year_start: its first day',
       'year_end: its last day',
       'planned: persons expected to come to work in the year of those who have begun already',
       'elsewhere: persons expected to be recruited in the year who do not come from this education',
       'gap: persons missing at the end of the year with them and nobody else: a stock (brist)',
       'intake: persons who must begin in the year; null if no intake closes the gap, or it cannot be known',
       'lower: lower limit of intake',
       'upper: upper limit of intake',
       'arrivals: persons of these intakes expected to come to work in the year',
       'unmet: persons missing at the end of the year with these intakes'],
$$SELECT {groups}e.first_year + e.period_no - 1 AS year,
       make_date(e.first_year + e.period_no - 1, 1, 1) AS year_start,
       make_date(e.first_year + e.period_no - 1, 12, 31) AS year_end,
       e.planned[e.period_no] AS planned, e.elsewhere[e.period_no] AS elsewhere,
       e.gap[e.period_no] AS gap,
       e.intake[e.period_no] AS intake, e.lower[e.period_no] AS lower,
       e.upper[e.period_no] AS upper, e.arrivals[e.period_no] AS arrivals,
       e.unmet[e.period_no] AS unmet,
       {last}
FROM (SELECT {groups}e.as_of, e.rows_skipped, e.rows_left_out, y.first_year,
             generate_series(1, {projection_years}) AS period_no,
             i.planned, i.elsewhere, i.gap, i.intake, i.lower, i.upper, i.arrivals, i.unmet
      FROM {pairs}
           LEFT JOIN LATERAL (SELECT pg_catalog.min(i.planned) AS planned,
                                     pg_catalog.min(i.elsewhere) AS elsewhere,
                                     pg_catalog.min(i.gap) AS gap,
                                     pg_catalog.array_agg(i.intake) AS intake,
                                     pg_catalog.array_agg(i.lower) AS lower,
                                     pg_catalog.array_agg(i.upper) AS upper,
                                     pg_catalog.array_agg(i.arrivals) AS arrivals,
                                     pg_catalog.array_agg(i.unmet) AS unmet
                              FROM (SELECT p.planned, p.elsewhere, p.gap, i.intake, i.lower, i.upper,
                                           i.arrivals, i.unmet
                                    FROM {summed}{pipeline},
                                         {schema}.required_intake(e.funnel, e.workforce, p.gap, y.first_round,
                                                                  {starts}, {change}{retirement}) AS i
                                    ORDER BY i.year) AS i) AS i ON true
      WHERE {rows}) AS e
ORDER BY {groups}year$$),

('required_intake', 'required_intake_stages', 'funnel',
 'Of the persons who must begin the education in a year, how many must reach each stage, with 80 % limits',
 ARRAY['year: calendar year in which they begin',
       'year_start: its first day',
       'stage_no: number of the stage, from 1',
       'stage: stage',
       'required: persons who must reach the stage',
       'lower: lower limit of required',
       'upper: upper limit of required'],
$$SELECT {groups}e.first_year + e.period_no - 1 AS year,
       make_date(e.first_year + e.period_no - 1, 1, 1) AS year_start,
       e.stage_no, e.stage[e.row_no] AS stage, e.required[e.row_no] AS required,
       e.lower[e.row_no] AS lower, e.upper[e.row_no] AS upper,
       {last}
FROM (SELECT e.*, (e.row_no - 1) / {stages} + 1 AS period_no, (e.row_no - 1) % {stages} + 1 AS stage_no
      FROM (SELECT {groups}e.as_of, e.rows_skipped, e.rows_left_out, y.first_year,
                   generate_series(1, {projection_years} * {stages}) AS row_no,
                   i.stage, i.required, i.lower, i.upper
            FROM {pairs}
                 LEFT JOIN LATERAL (SELECT pg_catalog.array_agg(i.stage) AS stage,
                                           pg_catalog.array_agg(i.required) AS required,
                                           pg_catalog.array_agg(i.lower) AS lower,
                                           pg_catalog.array_agg(i.upper) AS upper
                                    FROM (SELECT i.stage, i.required, i.lower, i.upper
                                          FROM {summed}{pipeline},
                                               {schema}.required_intake_stages(
                                                   e.funnel, e.workforce, p.gap, y.first_round,
                                                   {starts}, {change}{retirement}) AS i
                                          ORDER BY i.year, i.stage_no) AS i) AS i ON true
            WHERE {rows}) AS e) AS e
ORDER BY {groups}year, e.stage_no$$)
    ) AS v (source, name, summary, comment, columns, body);
END;
COMMENT ON FUNCTION reporting_views_intake() IS
    'internal to reporting_views: how many must begin an education';
