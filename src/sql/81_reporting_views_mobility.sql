-- Reporting: templates of views: moves between states, and certificates. 82_reporting_views.sql
-- describes templates.

-- Lists the views of moves between states.
CREATE FUNCTION reporting_views_mobility()
    RETURNS TABLE (source text, name text, summary text, comment text, columns text[], body text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
    SELECT v.source, v.name, v.summary, v.comment, v.columns, v.body
    FROM (VALUES
('mobility', 'mobility_groups', 'mobility',
 'The groups of the views of mobility: for lists of choices, and tables that views are related to',
 '{}',
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
 'Headcount (antal anställda), FTE (årsarbetare), comings, leavings and moves by month (tidsserie); choose '
 'one state, or all: (total)',
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
       a.fte_start{fte_unit} AS fte_start, a.fte{fte_unit} AS fte,
       a.hires, a.leavers, a.moved_in, a.moved_out,
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
ORDER BY {groups}m.from_state, m.to_state NULLS LAST$$)
    ) AS v (source, name, summary, comment, columns, body);
END;
COMMENT ON FUNCTION reporting_views_mobility() IS
    'internal to reporting_views: headcounts and moves between states';

-- Lists the views of certificates.
CREATE FUNCTION reporting_views_competence()
    RETURNS TABLE (source text, name text, summary text, comment text, columns text[], body text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
    SELECT v.source, v.name, v.summary, v.comment, v.columns, v.body
    FROM (VALUES
('competence', 'competence_groups', 'certificates',
 'The groups of the views of competence: for lists of choices, and tables that views are related to',
 '{}',
$$SELECT {groups}{last}
FROM {summaries}.competence AS s
WHERE {rows} AND s.certificates IS NOT NULL
{order}$$),

('competence', 'competence_coverage', 'certificates',
 'Certificates required on the first day of each month (täckningsgrad): valid, lapsed, missing; from '
 'as_of on if nobody renews',
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
COMMENT ON FUNCTION reporting_views_competence() IS
    'internal to reporting_views: certificates required, month by month';
