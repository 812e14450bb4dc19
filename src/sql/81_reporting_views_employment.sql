-- Reporting: templates of views: the staff. 82_reporting_views.sql describes templates.

-- Lists the views of headcount, hires and exits, by age and year.
CREATE FUNCTION reporting_views_employment()
    RETURNS TABLE (source text, name text, summary text, comment text, columns text[], body text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    SELECT v.source, v.name, v.summary, v.comment, v.columns, v.body
    FROM (VALUES
('employment', 'headcount', 'workforce',
 'Headcount on the last day observed (personalstyrka), and who came and left in the years observed',
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
                               max(c.hires) AS hires,
                               max(c.exits) AS exits, max(c.person_years) AS person_years
                        FROM {schema}.workforce_counts(s.workforce) AS c) AS c ON true
WHERE {rows} AND s.workforce IS NOT NULL
{order}$$),

('employment', 'employment_groups', 'workforce',
 'The groups of the views of employment: for lists of choices, and tables that views are related to',
 '{}',
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
     LEFT JOIN LATERAL (SELECT max(c.first_day) AS period_start,
                               max(c.last_day) AS period_end,
                               max(c.headcount_start) AS headcount_start,
                               max(c.headcount) AS headcount_end,
                               max(c.hires) AS hires, max(c.exits) AS exits,
                               max(c.retirements) AS retirements,
                               max(c.fte_start) AS fte_start, max(c.fte) AS fte_end,
                               max(c.turnover) AS turnover,
                               max(c.replacement_turnover) AS replacement_turnover
                        FROM {schema}.workforce_counts(y.workforce) AS c) AS c ON true
WHERE {rows} AND y.workforce IS NOT NULL
ORDER BY {groups}y.year$$)
    ) AS v (source, name, summary, comment, columns, body);
END;
COMMENT ON FUNCTION reporting_views_employment() IS
    'internal to reporting_views: staff, by age, reason and year';

-- Lists the views of months, and of how long people stay.
CREATE FUNCTION reporting_views_stay()
    RETURNS TABLE (source text, name text, summary text, comment text, columns text[], body text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    SELECT v.source, v.name, v.summary, v.comment, v.columns, v.body
    FROM (VALUES
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
$$SELECT {groups}c.after_days,
       round(c.after_days::float8 * 12::float8 / 365.25::float8) / 12::float8 AS years,
       c.at_risk, c.exits, c.retained, c.lower, c.upper,
       {last}
FROM {summaries}.employment AS s,
     {schema}.retention_curve(s.retention, {retention_every}, 0.95::float8, 'log-log'::text) AS c
WHERE {rows}
ORDER BY {groups}c.after_days$$),

('employment', 'retention_by_hire_year', 'retention',
 'Share still there of those hired in a year, by time since their start (kvarvaro per '
 'anställningsår), with 95 % limits',
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
 'Share of those employed who have left for each reason, by time since their start '
 '(avgångsorsaker), with 95 % limits',
 ARRAY['after_days: days since the start of employment',
       'years: the same in years, to the nearest month',
       'reason: reason to leave',
       'exits: spells that ended for it since the row before',
       'incidence: share that has left for it (Aalen-Johansen)',
       'lower: lower limit of the share',
       'upper: upper limit of the share'],
$$SELECT {groups}i.after_days,
       round(i.after_days::float8 * 12::float8 / 365.25::float8) / 12::float8 AS years,
       i.reason, i.exits, i.incidence, i.lower, i.upper,
       {last}
FROM {summaries}.employment AS s,
     {schema}.exit_incidence(s.retention, {retention_every}, 0.95::float8) AS i
WHERE {rows}
ORDER BY {groups}i.after_days, i.reason$$)
    ) AS v (source, name, summary, comment, columns, body);
END;
COMMENT ON FUNCTION reporting_views_stay() IS
    'internal to reporting_views: series of months, and how long staff stay';
