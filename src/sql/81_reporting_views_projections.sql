-- Reporting: templates of views: projections of the staff, and their results. 82_reporting_views.sql
-- describes templates.

-- Lists the views of retirements and recruitment to come.
CREATE FUNCTION reporting_views_projections()
    RETURNS TABLE (source text, name text, summary text, comment text, columns text[], body text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
    SELECT v.source, v.name, v.summary, v.comment, v.columns, v.body
    FROM (VALUES
('employment', 'retirement_projection', 'workforce',
 'Retirements to come (pensionsavgångar) of those employed on as_of, if nobody is hired, with 80 % limits',
 ARRAY['year: calendar year',
       'period_start: first day of the period',
       'period_end: last day of the period',
       'retirements: persons who retire, expected; null where nobody has left for retirement, and no age is '
       'given at which everybody does',
       'retirements_lower: lower limit of them',
       'retirements_upper: upper limit of them',
       'other_exits: persons who leave for other reasons, expected'],
$$SELECT {groups}s.first_year + s.period_no - 1 AS year,
       greatest(s.as_of, make_date(s.first_year + s.period_no - 1, 1, 1)) AS period_start,
       make_date(s.first_year + s.period_no - 1, 12, 31) AS period_end,
       s.retirements[s.period_no] AS retirements, s.retirements_lower[s.period_no] AS retirements_lower,
       s.retirements_upper[s.period_no] AS retirements_upper, s.other_exits[s.period_no] AS other_exits,
       {last}
FROM (SELECT {groups}s.as_of, s.skipped_workforce, s.rows_left_out,
             extract(year FROM s.as_of)::integer AS first_year,
             generate_series(1, {projection_years}) AS period_no,
             p.retirements, p.retirements_lower, p.retirements_upper, p.other_exits
      FROM {summaries}.employment AS s
           LEFT JOIN LATERAL (SELECT pg_catalog.array_agg(p.retirements) AS retirements,
                                     pg_catalog.array_agg(p.retirements_lower) AS retirements_lower,
                                     pg_catalog.array_agg(p.retirements_upper) AS retirements_upper,
                                     pg_catalog.array_agg(p.other_exits) AS other_exits
                              FROM (SELECT CASE WHEN k.known THEN p.retirements END AS retirements,
                                           CASE WHEN k.known THEN p.retirements_lower
                                               END AS retirements_lower,
                                           CASE WHEN k.known THEN p.retirements_upper
                                               END AS retirements_upper,
                                           CASE WHEN k.known THEN p.exits - p.retirements END AS other_exits
                                    FROM {schema}.workforce_project(
                                             s.workforce, {projection_years}, NULL::float8[],
                                             NULL::float8[]{retirement}, working_time => 1::float8) AS p,
                                         LATERAL (SELECT {retires} AS known OFFSET 0) AS k
                                    ORDER BY p.year) AS p) AS p ON true
      WHERE {rows} AND s.workforce IS NOT NULL) AS s
ORDER BY {groups}year$$),

('employment', 'recruitment_need', 'workforce',
 'Persons to recruit each year so that as many work as on as_of (rekryteringsbehov), with 80 % limits',
 ARRAY['year: calendar year',
       'period_start: first day of the period',
       'period_end: last day of the period',
       'headcount_start: persons left when the period begins, if nobody is hired',
       'exits: persons who leave in the period, expected',
       'headcount: persons left when it ends, if nobody is hired',
       'headcount_lower: lower limit of them',
       'headcount_upper: upper limit of them',
       'fte: full-time equivalents left when it ends; null if not counted',
       'target: persons wanted when it ends: those of the last day observed',
       'gap: persons missing when it ends, if nobody was hired: a stock (brist)',
       'recruitment_need: persons to hire in the period, if every earlier need was met: a flow',
       'need_lower: lower limit of it',
       'need_upper: upper limit of it',
       'unsupported: person-months projected at ages at which nobody was observed'],
$$SELECT {groups}s.first_year + s.period_no - 1 AS year,
       greatest(s.as_of, make_date(s.first_year + s.period_no - 1, 1, 1)) AS period_start,
       make_date(s.first_year + s.period_no - 1, 12, 31) AS period_end,
       s.headcount_start[s.period_no] AS headcount_start, s.exits[s.period_no] AS exits,
       s.headcount[s.period_no] AS headcount, s.headcount_lower[s.period_no] AS headcount_lower,
       s.headcount_upper[s.period_no] AS headcount_upper, s.fte[s.period_no]{fte_unit} AS fte,
       s.target[s.period_no] AS target, s.gap[s.period_no] AS gap,
       s.recruitment_need[s.period_no] AS recruitment_need, s.need_lower[s.period_no] AS need_lower,
       s.need_upper[s.period_no] AS need_upper, s.unsupported[s.period_no] AS unsupported,
       {last}
FROM (SELECT {groups}s.as_of, s.skipped_workforce, s.rows_left_out,
             extract(year FROM s.as_of)::integer AS first_year,
             generate_series(1, {projection_years}) AS period_no,
             p.headcount_start, p.exits, p.headcount, p.headcount_lower, p.headcount_upper, p.fte,
             p.target, p.gap, p.recruitment_need, p.need_lower, p.need_upper, p.unsupported
      FROM {summaries}.employment AS s
           LEFT JOIN LATERAL (SELECT pg_catalog.array_agg(p.headcount_start) AS headcount_start,
                                     pg_catalog.array_agg(p.exits) AS exits,
                                     pg_catalog.array_agg(p.headcount) AS headcount,
                                     pg_catalog.array_agg(p.lower) AS headcount_lower,
                                     pg_catalog.array_agg(p.upper) AS headcount_upper,
                                     pg_catalog.array_agg(p.fte) AS fte,
                                     pg_catalog.array_agg(p.target) AS target,
                                     pg_catalog.array_agg(p.gap) AS gap,
                                     pg_catalog.array_agg(p.recruitment_need) AS recruitment_need,
                                     pg_catalog.array_agg(p.need_lower) AS need_lower,
                                     pg_catalog.array_agg(p.need_upper) AS need_upper,
                                     pg_catalog.array_agg(p.unsupported) AS unsupported
                              FROM (SELECT p.*
                                    FROM {schema}.workforce_project(
                                             s.workforce, {projection_years}, NULL::float8[],
                                             NULL::float8[]{retirement}, working_time => 1::float8) AS p
                                    ORDER BY p.year) AS p) AS p ON true
      WHERE {rows} AND s.workforce IS NOT NULL) AS s
ORDER BY {groups}year$$)
    ) AS v (source, name, summary, comment, columns, body);
END;
COMMENT ON FUNCTION reporting_views_projections() IS
    'internal to reporting_views: projections of the staff';

-- Lists the view of assumptions side by side.
CREATE FUNCTION reporting_views_scenarios()
    RETURNS TABLE (source text, name text, summary text, comment text, columns text[], body text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
    SELECT v.source, v.name, v.summary, v.comment, v.columns, v.body
    FROM (VALUES
('employment', 'scenarios', 'workforce',
 'Projections under the assumptions of the mapping, side by side (scenarier), with 80 % limits',
 ARRAY['scenario_no: number of the scenario, from 1, in the order of the mapping; 0: as observed',
       'scenario: its name; (as observed) is without any assumption',
       'year: calendar year',
       'period_start: first day of the period',
       'period_end: last day of the period',
       'hires: persons hired in the period, by the scenario',
       'exits: persons who leave in the period, expected',
       'retirements: of them, for retirement; null where nobody has left for retirement, and no age is '
       'given at which everybody does',
       'headcount: persons left when it ends',
       'headcount_lower: lower limit of them',
       'headcount_upper: upper limit of them',
       'fte: full-time equivalents left when it ends; null if not counted',
       'target: persons wanted when it ends: those of the last day observed, with growth, at the '
       'working time of the scenario',
       'gap: persons missing when it ends: a stock (brist)',
       'recruitment_need: persons to hire in the period, if every earlier need was met and '
       'nobody else was hired: a flow',
       'need_lower: lower limit of it',
       'need_upper: upper limit of it',
       'without_effect: reasons that the scenario changes, and for which nobody has left or an age of '
       'retirement stands instead; null if there are none'],
$$SELECT {groups}s.scenario_no, s.scenario, s.first_year + s.period_no - 1 AS year,
       greatest(s.as_of, make_date(s.first_year + s.period_no - 1, 1, 1)) AS period_start,
       make_date(s.first_year + s.period_no - 1, 12, 31) AS period_end,
       s.hires[s.period_no] AS hires, s.exits[s.period_no] AS exits,
       s.retirements[s.period_no] AS retirements,
       s.headcount[s.period_no] AS headcount, s.headcount_lower[s.period_no] AS headcount_lower,
       s.headcount_upper[s.period_no] AS headcount_upper, s.fte[s.period_no]{fte_unit} AS fte,
       s.target[s.period_no] AS target, s.gap[s.period_no] AS gap,
       s.recruitment_need[s.period_no] AS recruitment_need, s.need_lower[s.period_no] AS need_lower,
       s.need_upper[s.period_no] AS need_upper, s.without_effect[s.period_no] AS without_effect,
       {last}
FROM (SELECT {groups}s.as_of, s.skipped_workforce, s.rows_left_out,
             extract(year FROM s.as_of)::integer AS first_year, c.scenario_no, c.scenario,
             generate_series(1, {projection_years}) AS period_no,
             p.hires, p.exits, p.retirements, p.headcount, p.headcount_lower, p.headcount_upper, p.fte,
             p.target, p.gap, p.recruitment_need, p.need_lower, p.need_upper, p.without_effect
      FROM {summaries}.employment AS s
           CROSS JOIN LATERAL (VALUES {scenarios})
               AS c (scenario_no, scenario, reasons, factors, later, working_time, hires, growth)
           LEFT JOIN LATERAL (SELECT pg_catalog.array_agg(p.hires) AS hires,
                                     pg_catalog.array_agg(p.exits) AS exits,
                                     pg_catalog.array_agg(p.retirements) AS retirements,
                                     pg_catalog.array_agg(p.headcount) AS headcount,
                                     pg_catalog.array_agg(p.headcount_lower) AS headcount_lower,
                                     pg_catalog.array_agg(p.headcount_upper) AS headcount_upper,
                                     pg_catalog.array_agg(p.fte) AS fte,
                                     pg_catalog.array_agg(p.target) AS target,
                                     pg_catalog.array_agg(p.gap) AS gap,
                                     pg_catalog.array_agg(p.recruitment_need) AS recruitment_need,
                                     pg_catalog.array_agg(p.need_lower) AS need_lower,
                                     pg_catalog.array_agg(p.need_upper) AS need_upper,
                                     pg_catalog.array_agg(p.without_effect) AS without_effect
                              FROM (
          SELECT p.intake AS hires, p.exits, CASE WHEN k.known THEN p.retirements END AS retirements,
                 p.headcount, p.lower AS headcount_lower, p.upper AS headcount_upper, p.fte, p.target, p.gap,
                 p.recruitment_need, p.need_lower, p.need_upper, a.without_effect
          FROM LATERAL (SELECT {retires} AS known, {rates} AS rates,
                               extract(month FROM s.as_of)::integer AS month OFFSET 0) AS k,
               -- a lever on what nobody leaves for, or on what an age stands for, does nothing
               LATERAL (SELECT pg_catalog.array_agg(f.reason ORDER BY f.n)
                                   FILTER (WHERE f.known AND f.factor IS NOT NULL) AS reasons,
                               pg_catalog.array_agg(f.factor ORDER BY f.n)
                                   FILTER (WHERE f.known AND f.factor IS NOT NULL) AS factors,
                               string_agg(f.reason, ', '::text ORDER BY f.n)
                                   FILTER (WHERE NOT f.known OR f.reason = 'retirement'::text AND {aged})
                                   AS without_effect
                        FROM (SELECT g.reason, g.factor, g.n,
                                     EXISTS (SELECT FROM {schema}.exit_ratios(k.rates, 0.5::float8) AS r
                                             WHERE r.reason = g.reason COLLATE pg_catalog."C") AS known
                              FROM (SELECT u.reason, u.factor, u.n
                                    FROM unnest(c.reasons, c.factors) WITH ORDINALITY AS u (reason, factor, n)
                                    UNION ALL
                                    SELECT 'retirement'::text, NULL, 0
                                    WHERE c.later <> 0 AND NOT {aged}
                                          AND NOT 'retirement'::text = ANY (c.reasons)) AS g) AS f) AS a,
               LATERAL (SELECT CASE WHEN a.reasons IS NULL THEN k.rates
                               ELSE {schema}.change_exit_rates(k.rates, a.reasons, a.factors) END AS rates
                        OFFSET 0) AS x,
               LATERAL (SELECT {later},
                               -- years of growth, of which the first period is a part
                               ARRAY(SELECT {schema}.headcount(s.workforce)::float8
                                            * pg_catalog.power(1::float8 + c.growth,
                                                               (12 * n - k.month + 1)::float8 / 12::float8)
                                     FROM generate_series(1, {projection_years}) AS n ORDER BY n) AS target,
                               -- of the first period the months that are left
                               CASE WHEN c.hires > 0::float8 AND {schema}.hires(s.workforce) > 0
                               THEN ARRAY(SELECT c.hires * {schema}.hires(s.workforce)::float8
                                                 * (CASE n WHEN 1 THEN 13 - k.month ELSE 12 END)::float8
                                                 / (12 * {observed_years} + k.month - 1)::float8
                                          FROM generate_series(1, {projection_years}) AS n
                                          ORDER BY n) END AS intake
                        OFFSET 0) AS l,
               {schema}.workforce_project(s.workforce, {projection_years}, l.intake, l.target,
                   retire_at => l.retire_at, retire_rule => l.retire_rule, rates => l.rates,
                   latest_age => {latest_age}, level => 0.8::float8, working_time => c.working_time) AS p
          ORDER BY p.year) AS p) AS p ON true
      WHERE {rows} AND s.workforce IS NOT NULL) AS s
ORDER BY {groups}s.scenario_no, year$$)
    ) AS v (source, name, summary, comment, columns, body);
END;
COMMENT ON FUNCTION reporting_views_scenarios() IS
    'internal to reporting_views: projections under the assumptions of a mapping';

-- Lists the views of earlier projections beside what happened.
CREATE FUNCTION reporting_views_forecasts()
    RETURNS TABLE (source text, name text, summary text, comment text, columns text[], body text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
    SELECT v.source, v.name, v.summary, v.comment, v.columns, v.body
    FROM (VALUES
('employment', 'forecast_check', 'workforce',
 'The projection made when the last complete year began, with the hires that came, beside what happened in '
 'that year (prognosuppföljning)',
 ARRAY['year: calendar year',
       'period_start: its first day',
       'period_end: its last day, of which a headcount is',
       'measure: headcount, of those who go on when the year ends; or exits, in the year',
       'reason: reason to leave; (all) for headcount',
       'predicted: persons expected; null where nobody had been hired whose ages '
       'could be known, and some were',
       'lower: lower 80 % limit of the prediction',
       'upper: upper 80 % limit of the prediction',
       'actual: persons counted',
       'error: actual - predicted',
       'within_interval: was the actual number within the limits?'],
$$SELECT {groups}extract(year FROM s.as_of)::integer - 1 AS year,
       {schema}.first_day(s.year_1) AS period_start, {schema}.last_day(s.year_1) AS period_end,
       c.measure, c.reason, c.predicted, c.lower, c.upper, c.actual,
       c.actual - c.predicted AS error,
       c.actual BETWEEN c.lower AND c.upper AS within_interval,
       {last}
FROM {summaries}.employment AS s,
     LATERAL (SELECT CASE WHEN {schema}.hires(s.year_1) > 0
                          THEN ARRAY[{schema}.hires(s.year_1)::double precision] END AS intake,
                     CASE WHEN {schema}.hires(s.year_1) = 0
                               OR {schema}.hires(s.forecast_basis) > 0
                          THEN s.forecast_basis END AS basis) AS b,
     LATERAL (SELECT 'headcount'::text AS measure, '(all)'::text AS reason,
                     p.headcount AS predicted, p.lower, p.upper,
                     {schema}.carried(s.year_1)::double precision AS actual
              FROM (VALUES (1)) AS one (row)
                   LEFT JOIN {schema}.workforce_project(b.basis, 1, b.intake, NULL::float8[]{own_retirement},
                                                        working_time => 1::float8) AS p
                             ON true
              UNION ALL
              SELECT 'exits', coalesce(p.reason, a.reason),
                     CASE WHEN b.basis IS NOT NULL THEN coalesce(p.exits, 0) END,
                     p.lower, p.upper, coalesce(a.exits, 0)
              FROM {schema}.workforce_project_exits(b.basis, 1, b.intake, NULL::float8[]{own_retirement}) AS p
                   FULL JOIN (SELECT e.reason, sum(e.exits)::double precision AS exits
                              FROM {schema}.exit_rates(s.year_1, 0.95::float8) AS e
                              GROUP BY e.reason) AS a ON p.reason = a.reason) AS c
WHERE {rows} AND s.forecast_basis IS NOT NULL AND s.year_1 IS NOT NULL
ORDER BY {groups}c.measure DESC, c.reason$$),

('employment', 'forecast_backtest', 'workforce',
 'What would have been projected at the end of each year observed, from the third on, beside what happened '
 '(prognosuppföljning bakåt), with 80 % limits',
 ARRAY['origin: 1 January on which the projection would have been made, from the years observed '
       'before it and nothing else',
       'horizon: which year after it, from 1',
       'year: the calendar year',
       'period_start: its first day',
       'period_end: its last day',
       'measure: headcount, of those who go on when the year ends; retirements, other exits, or need (hires '
       'that it takes), in the year',
       'predicted: persons expected, if as many are hired a year as before the origin; null '
       'where nothing could be said',
       'lower: lower 80 % limit of the prediction',
       'upper: upper 80 % limit of the prediction',
       'actual: persons counted; for need those who left',
       'error: actual - predicted',
       'within_interval: was the actual number within the limits?',
       'naive: as many as in the last year before the origin'],
$$SELECT {groups}b.origin, b.horizon, b.year,
       make_date(b.year, 1, 1) AS period_start, make_date(b.year, 12, 31) AS period_end,
       b.measure, b.predicted, b.lower, b.upper, b.actual, b.error, b.within_interval, b.naive,
       {last}
FROM {summaries}.employment AS s,
     {schema}.workforce_backtest({backtest}) AS b
WHERE {rows}
ORDER BY {groups}b.origin, b.horizon, b.measure$$)
    ) AS v (source, name, summary, comment, columns, body);
END;
COMMENT ON FUNCTION reporting_views_forecasts() IS
    'internal to reporting_views: earlier projections beside what happened';
