-- Reporting: the views that reporting_ddl() declares, as templates.
--
-- In a body, {schema} is the schema of this extension and {summaries} that of
-- the summaries; {groups} are the grouping columns, each with a comma behind;
-- {rows} is the condition that chooses groups alone or totals too; {order} orders by groups;
-- {last} are the
-- columns that all views end with; {years} and {pipeline} are parts that
-- reporting_ddl() writes; {h.state} and the like are a state, in quotes where it is called as those
-- are who are in none; other names in braces are options of the mapping. A column is 'name: comment'.
--
-- A view holds what its names meant when it was made, for whoever reads it. So no call leaves a
-- choice to the search_path, or to what else is in {schema}: a function of ours gets each
-- argument, of exactly its type; one of PostgreSQL that does not match exactly is called with
-- its schema, as is such an operator.
--
-- Lists of choices ask a view for its groups alone: SELECT DISTINCT hospital. A function in FROM
-- is called for that too, since its rows count. So what is expensive and has rows that are known
-- before is joined as one row, of aggregates: LEFT JOIN LATERAL (SELECT array_agg(...)) ON true.
-- Such a join cannot change how many rows there are, and the planner leaves it out where no
-- column of it is wanted. The rows are made by generate_series() beside the other columns, and
-- not in FROM: there a condition on the groups is moved inside, and one on the years cannot make
-- the planner project once for each of them.  (Scenarios are projected whenever they are asked for.)

CREATE FUNCTION reporting_views()
    RETURNS TABLE (source text, name text, summary text, comment text, columns text[], body text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
    WITH of_stages (columns) AS (VALUES (ARRAY[
        'stage_no: number of the stage, from 1',
        'stage: stage',
        'entered: persons who reached the stage',
        'converted: of them, persons who reached the next one',
        'pending: of them, persons whose outcome is not known yet',
        'exited: of them, persons who left by an event that ends a chain',
        'lost: of them, persons who did none of this in time',
        'conversion: share of those who reached the stage that reaches the next one; null where it is not known yet',
        'lower: lower limit of conversion',
        'upper: upper limit of conversion',
        'cumulative: share of all who began that reaches the stage; null where it is not known yet',
        'cumulative_lower: lower limit of cumulative',
        'cumulative_upper: upper limit of cumulative',
        'median_days: days in which half of those who will convert have done so',
        'observed_days: days since the start up to which the estimates reach',
        'conversion_so_far: the share that reaches the next one by observed_days; conversion is null where more can come',
        'lower_so_far: lower limit of conversion_so_far',
        'upper_so_far: upper limit of conversion_so_far',
        'cumulative_so_far: the share of all who began that reaches the stage by observed_days',
        'cumulative_lower_so_far: lower limit of cumulative_so_far',
        'cumulative_upper_so_far: upper limit of cumulative_so_far']))
    SELECT v.source, v.name, v.summary, v.comment, v.columns, v.body
    FROM (VALUES

('employment'::pg_catalog.text, 'headcount'::pg_catalog.text, 'workforce'::pg_catalog.text,
 'Headcount on the last day observed (personalstyrka), and who came and left in the years observed'::pg_catalog.text,
 ARRAY['day: the last day observed, the day before as_of',
       'headcount: persons employed on that day',
       'fte: their full-time equivalents (årsarbetare); null if not counted',
       'hires: persons hired from observed_from on',
       'exits: persons who left from observed_from on',
       'person_years: years of work observed from observed_from on',
       'observed_from: first day observed'],
$$SELECT {groups}c.last_day AS day, c.headcount, c.fte{fte_unit} AS fte, c.hires, c.exits, c.person_years,
       s.observed_from,
       {last}
FROM {summaries}.employment AS s
     LEFT JOIN LATERAL (SELECT max(c.last_day) AS last_day, max(c.headcount) AS headcount, max(c.fte) AS fte,
                               max(c.hires) AS hires, max(c.exits) AS exits, max(c.person_years) AS person_years
                        FROM {schema}.workforce_counts(s.workforce) AS c) AS c ON true
WHERE {rows} AND s.workforce IS NOT NULL
{order}$$::pg_catalog.text),

('employment', 'employment_groups', 'workforce',
 'The groups of the views of employment: for lists of choices, and tables that views are related to',
 '{}'::pg_catalog.text[],
$$SELECT {groups}{last}
FROM {summaries}.employment AS s
WHERE {rows} AND s.workforce IS NOT NULL
{order}$$),

('employment', 'age_pyramid', 'workforce',
 'Headcount on the last day observed, and hires of the years observed, by year of age (åldersfördelning)',
 ARRAY['day: the last day observed, the day before as_of',
       'age: completed years of age',
       'headcount: persons employed on that day',
       'fte: their full-time equivalents (årsarbetare); null if not counted',
       'hires: persons hired in the years observed, by the age at which they came'],
$$SELECT {groups}a.day, a.age, a.headcount, a.fte{fte_unit} AS fte, a.hires,
       {last}
FROM {summaries}.employment AS s,
     {schema}.age_pyramid(s.workforce) AS a
WHERE {rows}
ORDER BY {groups}a.age$$),

('employment', 'exit_rates', 'workforce',
 'Exits a year and person by age and reason (avgångar), in the years observed, with 95 % limits',
 ARRAY['age: completed years of age',
       'reason: reason to leave',
       'exits: persons who left',
       'person_years: years of work observed at that age',
       'rate: exits / person_years',
       'lower: lower limit of the rate',
       'upper: upper limit of the rate'],
$$SELECT {groups}e.age, e.reason, e.exits, e.person_years, e.rate, e.lower, e.upper,
       {last}
FROM {summaries}.employment AS s,
     {schema}.exit_rates(s.workforce, 0.95::float8) AS e
WHERE {rows}
ORDER BY {groups}e.age, e.reason$$),

('employment', 'turnover', 'workforce',
 'Staff turnover (personalomsättning) by calendar year',
 ARRAY['year: calendar year, complete',
       'period_start: its first day',
       'period_end: its last day',
       'headcount_start: persons employed on the first day of the year',
       'headcount_end: persons employed on its last day',
       'hires: persons hired in the year',
       'exits: persons who left in the year',
       'retirements: of them, for retirement',
       'fte_start: full-time equivalents (årsarbetare) on the first day; null if not counted',
       'fte_end: full-time equivalents on the last day',
       'turnover: exits over the mean of the two headcounts',
       'replacement_turnover: the smaller of hires and exits over that mean'],
$$SELECT {groups}y.year, c.period_start, c.period_end, c.headcount_start, c.headcount_end, c.hires, c.exits,
       c.retirements, c.fte_start{fte_unit} AS fte_start, c.fte_end{fte_unit} AS fte_end,
       c.turnover, c.replacement_turnover,
       {last}
FROM {summaries}.employment AS s,
     LATERAL (VALUES {years}) AS y (year, workforce)
     LEFT JOIN LATERAL (SELECT max(c.first_day) AS period_start, max(c.last_day) AS period_end, max(c.headcount_start) AS headcount_start,
                               max(c.headcount) AS headcount_end, max(c.hires) AS hires, max(c.exits) AS exits,
                               max(c.retirements) AS retirements, max(c.fte_start) AS fte_start, max(c.fte) AS fte_end,
                               max(c.turnover) AS turnover, max(c.replacement_turnover) AS replacement_turnover
                        FROM {schema}.workforce_counts(y.workforce) AS c) AS c ON true
WHERE {rows} AND y.workforce IS NOT NULL
ORDER BY {groups}y.year$$),

('employment', 'employment_series', 'workforce',
 'Headcount (antal anställda), FTE (årsarbetare), hires and leavers by month (tidsserie), of people',
 ARRAY['period_start: first day of the month',
       'period_end: its last day, or the last day observed',
       'headcount_start: persons employed on the first day',
       'headcount: persons employed on the last day',
       'fte_start: their full-time equivalents on the first day; null if not counted',
       'fte: full-time equivalents on the last day',
       'hires: persons hired (nyanställda), by the first day; in a group also who comes from another',
       'leavers: persons who left (avgångna), by the last day; in a group also who goes to another'],
$$SELECT {groups}a.period_start, a.period_end, a.headcount_start, a.headcount,
       a.fte_start{fte_unit} AS fte_start, a.fte{fte_unit} AS fte, a.hires, a.leavers,
       {last}
FROM {summaries}.employment AS s,
     {schema}.mobility_series(s.mobility, '1 month'::interval) AS a
WHERE {rows} AND a.state IS NULL
ORDER BY {groups}a.period_start$$),

('employment', 'employment_leavers', 'workforce',
 'Those who left by month and reason (avgångsorsak), of people',
 ARRAY['period_start: first day of the month',
       'period_end: its last day, or the last day observed',
       'reason: why they left; unknown where nothing is said',
       'leavers: persons who left, by the last day; 0 where nobody did in this month, but in another'],
$$SELECT {groups}a.period_start, a.period_end, a.reason, a.leavers,
       {last}
FROM {summaries}.employment AS s,
     {schema}.mobility_leavers(s.mobility, '1 month'::interval) AS a
WHERE {rows} AND a.state IS NULL
ORDER BY {groups}a.period_start, a.reason$$),

('employment', 'retention_curve', 'retention',
 'Share of those employed who are still there, by time since their start (kvarvaro), with 95 % limits',
 ARRAY['after_days: days since the start of employment',
       'years: the same in years, to the nearest month',
       'at_risk: spells observed on that day',
       'exits: spells that ended since the row before',
       'retained: share still there (Kaplan-Meier)',
       'lower: lower limit of the share',
       'upper: upper limit of the share'],
$$SELECT {groups}c.after_days, round(c.after_days::float8 * 12::float8 / 365.25::float8) / 12::float8 AS years,
       c.at_risk, c.exits, c.retained, c.lower, c.upper,
       {last}
FROM {summaries}.employment AS s,
     {schema}.retention_curve(s.retention, {retention_every}, 0.95::float8, 'log-log'::text) AS c
WHERE {rows}
ORDER BY {groups}c.after_days$$),

('employment', 'retention_by_hire_year', 'retention',
 'Share still there of those hired in a year, by time since their start (kvarvaro per anställningsår), with 95 % limits',
 ARRAY['hire_year: year in which they were hired',
       'hire_year_start: 1 January of it',
       'hired: spells that began in it',
       'after_days: days since the start of employment',
       'years: the same in years, to the nearest month',
       'at_risk: spells observed on that day',
       'exits: spells that ended since the row before',
       'retained: share still there (Kaplan-Meier)',
       'lower: lower limit of the share',
       'upper: upper limit of the share'],
$$SELECT {groups}h.hire_year, make_date(h.hire_year, 1, 1) AS hire_year_start,
       {schema}.spells(h.retention) AS hired, c.after_days,
       round(c.after_days::float8 * 12::float8 / 365.25::float8) / 12::float8 AS years,
       c.at_risk, c.exits, c.retained, c.lower, c.upper,
       {last}
FROM {summaries}.employment AS s
     JOIN {summaries}.employment_hired AS h ON h.grouping_set = s.grouping_set{hired},
     {schema}.retention_curve(h.retention, {retention_every}, 0.95::float8, 'log-log'::text) AS c
WHERE {rows}
ORDER BY {groups}h.hire_year, c.after_days$$),

('employment', 'exit_reasons', 'retention',
 'Share of those employed who have left for each reason, by time since their start (avgångsorsaker), with 95 % limits',
 ARRAY['after_days: days since the start of employment',
       'years: the same in years, to the nearest month',
       'reason: reason to leave',
       'exits: spells that ended for it since the row before',
       'incidence: share that has left for it (Aalen-Johansen)',
       'lower: lower limit of the share',
       'upper: upper limit of the share'],
$$SELECT {groups}i.after_days, round(i.after_days::float8 * 12::float8 / 365.25::float8) / 12::float8 AS years,
       i.reason, i.exits, i.incidence, i.lower, i.upper,
       {last}
FROM {summaries}.employment AS s,
     {schema}.exit_incidence(s.retention, {retention_every}, 0.95::float8) AS i
WHERE {rows}
ORDER BY {groups}i.after_days, i.reason$$),

('employment', 'retirement_projection', 'workforce',
 'Retirements to come (pensionsavgångar) of those employed on as_of, if nobody is hired, with 80 % limits',
 ARRAY['year: calendar year',
       'period_start: first day of the period',
       'period_end: last day of the period',
       'retirements: persons who retire, expected; null where nobody has left for retirement, and no age is given at which everybody does',
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
             extract(year FROM s.as_of)::integer AS first_year, generate_series(1, {projection_years}) AS period_no,
             p.retirements, p.retirements_lower, p.retirements_upper, p.other_exits
      FROM {summaries}.employment AS s
           LEFT JOIN LATERAL (SELECT pg_catalog.array_agg(CASE WHEN k.known THEN p.retirements END) AS retirements,
                                     pg_catalog.array_agg(CASE WHEN k.known THEN p.retirements_lower END) AS retirements_lower,
                                     pg_catalog.array_agg(CASE WHEN k.known THEN p.retirements_upper END) AS retirements_upper,
                                     pg_catalog.array_agg(CASE WHEN k.known THEN p.exits - p.retirements END) AS other_exits
                              FROM (SELECT p.*
                                    FROM {schema}.workforce_project(s.workforce, {projection_years}, NULL::float8[], NULL::float8[]{retirement}, working_time => 1::float8) AS p
                                    ORDER BY p.year) AS p,
                                   LATERAL (SELECT {retires} AS known OFFSET 0) AS k) AS p ON true
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
             extract(year FROM s.as_of)::integer AS first_year, generate_series(1, {projection_years}) AS period_no,
             p.headcount_start, p.exits, p.headcount, p.headcount_lower, p.headcount_upper, p.fte,
             p.target, p.gap, p.recruitment_need, p.need_lower, p.need_upper, p.unsupported
      FROM {summaries}.employment AS s
           LEFT JOIN LATERAL (SELECT pg_catalog.array_agg(p.headcount_start) AS headcount_start, pg_catalog.array_agg(p.exits) AS exits,
                                     pg_catalog.array_agg(p.headcount) AS headcount, pg_catalog.array_agg(p.lower) AS headcount_lower,
                                     pg_catalog.array_agg(p.upper) AS headcount_upper, pg_catalog.array_agg(p.fte) AS fte,
                                     pg_catalog.array_agg(p.target) AS target, pg_catalog.array_agg(p.gap) AS gap,
                                     pg_catalog.array_agg(p.recruitment_need) AS recruitment_need, pg_catalog.array_agg(p.need_lower) AS need_lower,
                                     pg_catalog.array_agg(p.need_upper) AS need_upper, pg_catalog.array_agg(p.unsupported) AS unsupported
                              FROM (SELECT p.*
                                    FROM {schema}.workforce_project(s.workforce, {projection_years}, NULL::float8[], NULL::float8[]{retirement}, working_time => 1::float8) AS p
                                    ORDER BY p.year) AS p) AS p ON true
      WHERE {rows} AND s.workforce IS NOT NULL) AS s
ORDER BY {groups}year$$),

('employment', 'scenarios', 'workforce',
 'Projections under the assumptions of the mapping, side by side (scenarier), with 80 % limits',
 ARRAY['scenario_no: number of the scenario, from 1, in the order of the mapping; 0: as observed',
       'scenario: its name; (as observed) is without any assumption',
       'year: calendar year',
       'period_start: first day of the period',
       'period_end: last day of the period',
       'hires: persons hired in the period, by the scenario',
       'exits: persons who leave in the period, expected',
       'retirements: of them, for retirement; null where nobody has left for retirement, and no age is given at which everybody does',
       'headcount: persons left when it ends',
       'headcount_lower: lower limit of them',
       'headcount_upper: upper limit of them',
       'fte: full-time equivalents left when it ends; null if not counted',
       'target: persons wanted when it ends: those of the last day observed, with growth, at the working time of the scenario',
       'gap: persons missing when it ends: a stock (brist)',
       'recruitment_need: persons to hire in the period, if every earlier need was met and nobody else was hired: a flow',
       'need_lower: lower limit of it',
       'need_upper: upper limit of it',
       'without_effect: reasons that the scenario changes, and for which nobody has left or an age of retirement stands instead; null if there are none'],
$$SELECT {groups}c.scenario_no, c.scenario, p.year, p.period_start, p.period_end,
       p.intake AS hires, p.exits, CASE WHEN k.known THEN p.retirements END AS retirements,
       p.headcount, p.lower AS headcount_lower, p.upper AS headcount_upper, p.fte{fte_unit} AS fte,
       p.target, p.gap, p.recruitment_need, p.need_lower, p.need_upper, a.without_effect,
       {last}
FROM {summaries}.employment AS s,
     LATERAL (VALUES {scenarios})
         AS c (scenario_no, scenario, reasons, factors, later, working_time, hires, growth),
     LATERAL (SELECT {retires} AS known, {rates} AS rates,
                     extract(month FROM s.as_of)::integer AS month OFFSET 0) AS k,
     -- a lever on what nobody leaves for, or on what an age stands for, does nothing
     LATERAL (SELECT pg_catalog.array_agg(f.reason ORDER BY f.n) FILTER (WHERE f.known AND f.factor IS NOT NULL) AS reasons,
                     pg_catalog.array_agg(f.factor ORDER BY f.n) FILTER (WHERE f.known AND f.factor IS NOT NULL) AS factors,
                     string_agg(f.reason, ', '::text ORDER BY f.n) FILTER (WHERE NOT f.known OR f.reason = 'retirement'::text AND {aged}) AS without_effect
              FROM (SELECT g.reason, g.factor, g.n,
                           EXISTS (SELECT FROM {schema}.exit_ratios(k.rates, 0.5::float8) AS r
                                   WHERE r.reason = g.reason COLLATE pg_catalog."C") AS known
                    FROM (SELECT u.reason, u.factor, u.n FROM unnest(c.reasons, c.factors) WITH ORDINALITY AS u (reason, factor, n)
                          UNION ALL
                          SELECT 'retirement'::text, NULL, 0
                          WHERE c.later <> 0 AND NOT {aged} AND NOT 'retirement'::text = ANY (c.reasons)) AS g) AS f) AS a,
     LATERAL (SELECT CASE WHEN a.reasons IS NULL THEN k.rates
                     ELSE {schema}.change_exit_rates(k.rates, a.reasons, a.factors) END AS rates OFFSET 0) AS x,
     LATERAL (SELECT {later},
                     -- years of growth, of which the first period is a part
                     ARRAY(SELECT {schema}.headcount(s.workforce)::float8 * pg_catalog.power(1::float8 + c.growth, (12 * n - k.month + 1)::float8 / 12::float8)
                           FROM generate_series(1, {projection_years}) AS n ORDER BY n) AS target,
                     -- of the first period the months that are left
                     CASE WHEN c.hires > 0::float8 AND {schema}.hires(s.workforce) > 0
                     THEN ARRAY(SELECT c.hires * {schema}.hires(s.workforce)::float8
                                       * (CASE n WHEN 1 THEN 13 - k.month ELSE 12 END)::float8
                                       / (12 * {observed_years} + k.month - 1)::float8
                                FROM generate_series(1, {projection_years}) AS n ORDER BY n) END AS intake OFFSET 0) AS l,
     {schema}.workforce_project(s.workforce, {projection_years}, l.intake, l.target, retire_at => l.retire_at,
         retire_rule => l.retire_rule, rates => l.rates, latest_age => {latest_age}, level => 0.8::float8,
         working_time => c.working_time) AS p
WHERE {rows} AND s.workforce IS NOT NULL
ORDER BY {groups}c.scenario_no, p.year$$),

('employment', 'forecast_check', 'workforce',
 'The projection made when the last complete year began, with the hires that came, beside what happened in that year (prognosuppföljning)',
 ARRAY['year: calendar year',
       'period_start: its first day',
       'period_end: its last day, of which a headcount is',
       'measure: headcount, of those who go on when the year ends; or exits, in the year',
       'reason: reason to leave; (all) for headcount',
       'predicted: persons expected; null where nobody had been hired whose ages could be known, and some were',
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
                   LEFT JOIN {schema}.workforce_project(b.basis, 1, b.intake, NULL::float8[]{own_retirement}, working_time => 1::float8) AS p
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
 'What would have been projected at the end of each year observed, from the third on, beside what happened (prognosuppföljning bakåt), with 80 % limits',
 ARRAY['origin: 1 January on which the projection would have been made, from the years observed before it and nothing else',
       'horizon: which year after it, from 1',
       'year: the calendar year',
       'period_start: its first day',
       'period_end: its last day',
       'measure: headcount, of those who go on when the year ends; retirements, other exits, or need (hires that it takes), in the year',
       'predicted: persons expected, if as many are hired a year as before the origin; null where nothing could be said',
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
ORDER BY {groups}b.origin, b.horizon, b.measure$$),

('education', 'education_groups', 'funnel',
 'The groups of the views of the education: for lists of choices, and tables that views are related to',
 '{}'::pg_catalog.text[],
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
 ARRAY['epoch: year in which they began', 'epoch_start: 1 January of it'] OPERATOR(pg_catalog.||) (SELECT o.columns FROM of_stages AS o),
$$SELECT {groups}s.epoch, CASE WHEN s.epoch BETWEEN 1 AND 9999 THEN make_date(s.epoch, 1, 1) END AS epoch_start, f.stage_no, f.stage, f.entered, f.converted, f.pending, f.exited, f.lost,
       f.conversion, f.lower, f.upper, f.cumulative, f.cumulative_lower, f.cumulative_upper,
       f.median_days, f.observed_days,
       f.conversion_so_far, f.lower_so_far, f.upper_so_far,
       f.cumulative_so_far, f.cumulative_lower_so_far, f.cumulative_upper_so_far,
       {last}
FROM {summaries}.education AS s,
     {schema}.funnel_stages(s.funnel, 0.95::float8) AS f
WHERE {rows} AND NOT s.every_epoch AND s.epoch <> 0
ORDER BY {groups}s.epoch, f.stage_no$$),

('required_intake', 'required_intake', 'funnel',
 'Study places (utbildningsplatser): persons who must begin the education each year so that as many work as on as_of when the projection ends, with 80 % limits',
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
$$SELECT {groups}e.first_year + e.period_no - 1 AS year, make_date(e.first_year + e.period_no - 1, 1, 1) AS year_start,
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
           LEFT JOIN LATERAL (SELECT pg_catalog.min(i.planned) AS planned, pg_catalog.min(i.elsewhere) AS elsewhere,
                                     pg_catalog.min(i.gap) AS gap,
                                     pg_catalog.array_agg(i.intake) AS intake, pg_catalog.array_agg(i.lower) AS lower, pg_catalog.array_agg(i.upper) AS upper,
                                     pg_catalog.array_agg(i.arrivals) AS arrivals, pg_catalog.array_agg(i.unmet) AS unmet
                              FROM (SELECT p.planned, p.elsewhere, p.gap, i.intake, i.lower, i.upper, i.arrivals, i.unmet
                                    FROM {pipeline},
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
$$SELECT {groups}e.first_year + e.period_no - 1 AS year, make_date(e.first_year + e.period_no - 1, 1, 1) AS year_start,
       e.stage_no, e.stage[e.row_no] AS stage, e.required[e.row_no] AS required, e.lower[e.row_no] AS lower, e.upper[e.row_no] AS upper,
       {last}
FROM (SELECT e.*, (e.row_no - 1) / {stages} + 1 AS period_no, (e.row_no - 1) % {stages} + 1 AS stage_no
      FROM (SELECT {groups}e.as_of, e.rows_skipped, e.rows_left_out, y.first_year,
                   generate_series(1, {projection_years} * {stages}) AS row_no,
                   i.stage, i.required, i.lower, i.upper
            FROM {pairs}
                 LEFT JOIN LATERAL (SELECT pg_catalog.array_agg(i.stage) AS stage, pg_catalog.array_agg(i.required) AS required,
                                           pg_catalog.array_agg(i.lower) AS lower, pg_catalog.array_agg(i.upper) AS upper
                                    FROM (SELECT i.stage, i.required, i.lower, i.upper
                                          FROM {pipeline},
                                               {schema}.required_intake_stages(e.funnel, e.workforce, p.gap, y.first_round,
                                                                               {starts}, {change}{retirement}) AS i
                                          ORDER BY i.year, i.stage_no) AS i) AS i ON true
            WHERE {rows}) AS e) AS e
ORDER BY {groups}year, e.stage_no$$),

('mobility', 'mobility_groups', 'mobility',
 'The groups of the views of mobility: for lists of choices, and tables that views are related to',
 '{}'::pg_catalog.text[],
$$SELECT {groups}{last}
FROM {summaries}.mobility AS s
WHERE {rows} AND s.mobility IS NOT NULL
{order}$$),

('mobility', 'mobility_headcount', 'mobility',
 'Persons in each state on 1 January of each year observed, and on the last day observed',
 ARRAY['day: day',
       'state: state, such as workplace or profession',
       'headcount: persons who are in the state on that day'],
$$SELECT {groups}d.day, {h.state} AS state, h.headcount,
       {last}
FROM {summaries}.mobility AS s,
     LATERAL (SELECT d.day::date AS day
              FROM generate_series(s.observed_from::timestamp, s.as_of::timestamp - interval '1 day',
                                   interval '1 year') AS d (day)
              UNION
              SELECT s.as_of - 1) AS d,
     {schema}.mobility_headcount(s.mobility, d.day) AS h
WHERE {rows}
ORDER BY {groups}d.day, h.state$$),

('mobility', 'mobility_series', 'mobility',
 'Headcount (antal anställda), FTE (årsarbetare), comings, leavings and moves by month (tidsserie); choose one state, or all: (total)',
 ARRAY['period_start: first day of the month',
       'period_end: its last day, or the last day observed',
       'state: state, such as workplace or profession; (total) for all of them together',
       'headcount_start: persons who are in the state on the first day',
       'headcount: persons who are in it on the last day',
       'fte_start: full-time equivalents of the work in the state on the first day; null if not counted',
       'fte: full-time equivalents on the last day',
       'hires: persons who came from outside (nyanställda), by the first day',
       'leavers: persons who went outside (avgångna), by the last day',
       'moved_in: persons who came from another state, by the last day there; in the total all moves',
       'moved_out: persons who went to another state, by the last day here'],
$$SELECT {groups}a.period_start, a.period_end, {a.state} AS state, a.headcount_start, a.headcount,
       a.fte_start{fte_unit} AS fte_start, a.fte{fte_unit} AS fte, a.hires, a.leavers, a.moved_in, a.moved_out,
       {last}
FROM {summaries}.mobility AS s,
     {schema}.mobility_series(s.mobility, '1 month'::interval) AS a
WHERE {rows}
ORDER BY {groups}a.period_start, a.state NULLS LAST$$),

('mobility', 'mobility_leavers', 'mobility',
 'Those who left by month and reason (avgångsorsak); choose one state, or all: (total)',
 ARRAY['period_start: first day of the month',
       'period_end: its last day, or the last day observed',
       'state: state that they left; (total) for all of them together',
       'reason: why they left; unknown where nothing is said',
       'leavers: persons who left, by the last day; 0 where nobody did in this month, but in another'],
$$SELECT {groups}a.period_start, a.period_end, {a.state} AS state, a.reason, a.leavers,
       {last}
FROM {summaries}.mobility AS s,
     {schema}.mobility_leavers(s.mobility, '1 month'::interval) AS a
WHERE {rows}
ORDER BY {groups}a.period_start, a.state NULLS LAST, a.reason$$),

('mobility', 'mobility_flows', 'mobility',
 'Moves between states (rörlighet) in the years observed, with 95 % limits of their rates',
 ARRAY['from_state: state before; (came) for those who were in none',
       'to_state: state after; (left) for those who are in none',
       'moves: moves',
       'person_years: years spent in from_state by all',
       'rate: moves / person_years',
       'lower: lower limit of the rate',
       'upper: upper limit of the rate'],
$$SELECT {groups}coalesce({f.from_state}, '(came)') AS from_state,
       coalesce({f.to_state}, '(left)') AS to_state,
       f.moves, f.person_years, f.rate, f.lower, f.upper,
       {last}
FROM {summaries}.mobility AS s,
     {schema}.mobility_flows(s.mobility, 0.95::float8) AS f
WHERE {rows}
ORDER BY {groups}f.from_state NULLS FIRST, f.to_state NULLS LAST$$),

('mobility', 'mobility_probabilities', 'mobility',
 'Where those of a state are a year later (övergångssannolikheter), by the moves of the year before as_of',
 ARRAY['from_state: state at the beginning of the year',
       'to_state: state at its end; (left) for those who are in none',
       'probability: share that is there (Aalen-Johansen); null where nobody was in from_state'],
$$SELECT {groups}{m.from_state} AS from_state, coalesce({m.to_state}, '(left)') AS to_state, m.probability,
       {last}
FROM {summaries}.mobility AS s,
     {schema}.mobility_matrix(s.mobility, interval '1 year') AS m
WHERE {rows}
ORDER BY {groups}m.from_state, m.to_state NULLS LAST$$),

('competence', 'competence_groups', 'certificates',
 'The groups of the views of competence: for lists of choices, and tables that views are related to',
 '{}'::pg_catalog.text[],
$$SELECT {groups}{last}
FROM {summaries}.competence AS s
WHERE {rows} AND s.certificates IS NOT NULL
{order}$$),

('competence', 'competence_coverage', 'certificates',
 'Certificates required on the first day of each month (täckningsgrad): valid, lapsed, missing; from as_of on if nobody renews',
 ARRAY['day: first day of a month',
       'required: certificates required: persons times modules',
       'valid: of them, valid (giltiga)',
       'lapsed: of them, lapsed (utgångna)',
       'missing: of them, never got (saknas)',
       'coverage: valid / required',
       'ahead: is the day after as_of, so that renewals are not known?'],
$$SELECT {groups}d.day::date AS day, c.required, c.valid, c.lapsed, c.missing,
       c.valid::float8 / c.required::float8 AS coverage,
       d.day::date > s.as_of AS ahead,
       {last}
FROM {summaries}.competence AS s,
     generate_series(s.observed_from::timestamp, s.as_of + interval '1 year',
                     interval '1 month') AS d (day),
     LATERAL (SELECT sum(h.headcount)::bigint AS required,
                     coalesce(sum(h.headcount) FILTER (WHERE h.state = 'valid'), 0)::bigint AS valid,
                     coalesce(sum(h.headcount) FILTER (WHERE h.state = 'lapsed'), 0)::bigint AS lapsed,
                     coalesce(sum(h.headcount) FILTER (WHERE h.state = 'missing'), 0)::bigint AS missing
              FROM {schema}.mobility_headcount(s.certificates, d.day::date) AS h
              WHERE h.state IN ('missing', 'valid', 'lapsed')) AS c
WHERE {rows} AND c.required > 0
ORDER BY {groups}d.day$$)

    ) AS v (source, name, summary, comment, columns, body);
END;
COMMENT ON FUNCTION reporting_views() IS
    'the views that reporting_ddl declares: source of data, name, summary that they read, comments, and the query as a template';
