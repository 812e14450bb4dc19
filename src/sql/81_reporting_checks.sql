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

CREATE FUNCTION reporting_row_checks()
    RETURNS TABLE (sources text[], scope text, effect text, problem text, needs text[],
                   body text, detail text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 25
BEGIN ATOMIC
    SELECT v.sources::pg_catalog.text[], v.scope, v.effect, v.problem, v.needs::pg_catalog.text[],
           v.body, v.detail
    FROM (VALUES
('{employment,education,mobility,competence}'::pg_catalog.text, 'fault'::pg_catalog.text,
 'skipped'::pg_catalog.text, 'no person'::pg_catalog.text, '{who}'::pg_catalog.text,
 '{who} IS NULL'::pg_catalog.text, NULL::pg_catalog.text),
('{competence}', 'fault', 'skipped', 'no module', '{module}', '{module} IS NULL', NULL),
('{education}', 'fault', 'skipped', 'no stage', '{stage}', '{stage} IS NULL', NULL),
('{education}', 'fault', 'skipped', 'no date', '{at}', '{at} IS NULL', NULL),
('{employment}', 'fault', 'refused', NULL, '{birth_date}',
 '{schema}.employment_fault({birth_date}, {start_date}, {end_date}, {observed}{, fte})', NULL),
-- born when it began: what is left to be wrong are its days and its FTE
('{mobility}', 'fault', 'refused', NULL, '{start_date,fte}',
 '{schema}.employment_fault({start_date}, {start_date}, {end_date}, {observed}{, fte})', NULL),
('{mobility,competence}', 'fault', 'refused', NULL, '{start_date}',
 '{schema}.spell_fault({start_date}, {end_date}, {observed})', NULL),
('{education}', 'fault', 'refused', NULL, '{stage}', '{schema}.event_fault({stage}, {at}, {spec})', NULL),
('{employment,mobility,competence}', 'fault', 'skipped', 'no start date', '{start_date}',
 '{start_date} IS NULL', NULL),
('{employment}', 'fault', 'skipped', 'no birth date', '{birth_date}', '{birth_date} IS NULL', NULL),
('{employment,mobility}', 'fault', 'skipped', 'no FTE', '{fte}', '{fte} IS NULL', NULL),
('{employment}', 'fault', 'refused', 'person with two birth dates', '{person}', 'b.person IS NOT NULL', NULL),
('{education}', 'fault', 'ignored', 'stage that the mapping does not name', '{stage}',
 '{stage} <> ALL ({list names})', '{names stage}'),
('{competence}', 'fault', 'ignored', 'status that is not missing, valid or lapsed', '{status}',
 '{status} <> ALL (''{missing,valid,lapsed}''::text[])', '{names status}'),

-- 5113 days are 14 years, 29585 are 81
('{employment}', 'row', 'doubtful', 'younger than 14 years at the start', '{birth_date}',
 '{start_date} - {birth_date} < 5113', NULL),
('{employment}', 'row', 'doubtful', 'older than 80 years', '{birth_date}',
 'least({end_date}, {as_of}) - {birth_date} > 29585', NULL),
('{employment,mobility}', 'row', 'doubtful', 'FTE above 1.5', '{fte}',
 '{fte} > {one and a half}::{type fte}', NULL),
('{employment}', 'row', 'doubtful', 'birth date that is a placeholder', '{birth_date}',
 '{birth_date} = ANY ({placeholders})', NULL),
('{employment,mobility,competence}', 'row', 'doubtful', 'start date that is a placeholder', '{start_date}',
 '{start_date} = ANY ({placeholders})', NULL),
('{employment,mobility,competence}', 'row', 'doubtful', 'end date that is a placeholder: read as still there',
 '{end_date}', '{end_date} >= ''2099-12-31''::date AND {end_date} < ''infinity''::date', NULL),
('{education}', 'row', 'doubtful', 'date that is a placeholder', '{at}',
 '{day} = ANY ({placeholders})', NULL),
('{employment,mobility}', 'row', 'doubtful', 'start date in the future', '{start_date}',
 '{start_date} > greatest({as_of}, CURRENT_DATE)', NULL),
('{education}', 'row', 'doubtful', 'date in the future', '{at}',
 '{day} > greatest({as_of}, CURRENT_DATE)', NULL),

('{employment}', 'window', 'joined', 'person who is there already', '{person}',
 '{start_date} < {before}', '{spells in all}'),
('{employment}', 'window', 'joined', 'contract that continues an earlier one', '{person}',
 '{start_date} >= {before} AND {start_date} <= (least({before}, {as_of}) + {join_gap})::date',
 '{spells in all}'),
('{mobility}', 'window', 'doubtful', 'person who is in another state already', '{person_id}',
 '{start_date} < {before}', NULL),
('{education}', 'window', 'doubtful', 'exit that is followed by a stage of the same person', '{at}',
 '{stage} = ANY ({list exits}) AND {at} < {last stage}', NULL)
    ) AS v (sources, scope, effect, problem, needs, body, detail);
END;
COMMENT ON FUNCTION reporting_row_checks() IS
    'internal to reporting_checks: what is looked for in a row, by itself or among those of a person';

CREATE FUNCTION reporting_table_checks()
    RETURNS TABLE (sources text[], scope text, effect text, problem text, needs text[],
                   body text, detail text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 25
BEGIN ATOMIC
    SELECT v.sources::pg_catalog.text[], v.scope, v.effect, v.problem, v.needs::pg_catalog.text[],
           v.body, v.detail
    FROM (VALUES
('{employment}', 'table', 'doubtful', 'no person in the mapping: rows are counted, and not people',
 '{!person}', 'SELECT count(*) AS n, NULL::text AS detail FROM {table} AS t HAVING count(*) > 0', NULL),
-- hyphens, spaces, capitals, and ten digits beside twelve; nobody is shown
('{employment,education,mobility,competence}', 'table', 'doubtful',
 'persons who are written in more than one way', '{who}',
$$SELECT sum(f.n)::bigint AS n,
       pg_catalog.format('%s ways of writing %s persons'::text, sum(f.ways)::bigint, count(*)) AS detail
FROM (SELECT sum(d.n)::bigint AS n, count(*) AS ways
      FROM (SELECT k.n, k.digits,
                   CASE WHEN k.digits ~ '^(19|20)[0-9]{10}$'::text THEN right(k.digits, 10)
                   ELSE k.digits END AS form
            FROM (SELECT count(*) AS n,
                         lower(regexp_replace({who}::text, '[^[:alnum:]]+'::text, ''::text,
                                              'g'::text)) AS digits
                  FROM {table} AS t WHERE {who} IS NOT NULL GROUP BY {who}) AS k) AS d
      GROUP BY d.form
      HAVING count(*) > pg_catalog.count(DISTINCT d.digits)
             OR min(length(d.digits)) < max(length(d.digits))) AS f
HAVING count(*) > 0$$, NULL),
('{employment}', 'table', 'doubtful', 'rows that are equal in all columns of the mapping', '{start_date}',
$$SELECT sum(e.n)::bigint AS n, NULL::text AS detail
FROM (SELECT count(*) AS n FROM {table} AS t GROUP BY {columns}) AS e
WHERE e.n > 1
HAVING count(*) > 0$$, NULL),
('{employment,mobility}', 'table', 'doubtful', 'most FTE are above 2: are they percent?', '{fte}',
$$SELECT count(*) FILTER (WHERE {fte} > {two}::{type fte}) AS n, NULL::text AS detail
FROM {table} AS t
HAVING count(*) FILTER (WHERE {fte} > {two}::{type fte}) * 2 > pg_catalog.count({fte})$$, NULL),
('{employment}', 'table', 'doubtful', 'one birth date of far too many rows', '{birth_date}',
 '{often birth_date 200}', NULL),
('{employment,mobility}', 'table', 'doubtful', 'one start date of far too many rows', '{start_date}',
 '{often start_date 5}', NULL),
('{employment,mobility}', 'table', 'doubtful', 'one end date of far too many rows', '{end_date}',
 '{often end_date 5}', NULL),
('{employment,mobility,competence}', 'table', 'doubtful',
 'most end dates are last days of a month: is it the first day gone?', '{end_date}',
$$SELECT e.last AS n, NULL::text AS detail
FROM (SELECT count(*) FILTER (WHERE CASE WHEN {end_date} < '2099-12-31'::date
                                         AND {end_date} > '-infinity'::date
                                    THEN extract(day FROM {end_date} + 1) = 1::numeric END) AS last,
             count(*) FILTER (WHERE {end_date} < '2099-12-31'::date) AS n
      FROM {table} AS t) AS e
WHERE e.n >= 20 AND e.last * 2 > e.n$$, NULL),
-- half-open ends touch the next start, and last days lie one day before it
('{employment,mobility}', 'table', 'doubtful',
 'most contracts that go on begin the day after an end date: is it the first day gone?', '{end_date,who}',
$$SELECT e.after AS n, NULL::text AS detail
FROM (SELECT count(*) FILTER (WHERE CASE WHEN x.before < '2099-12-31'::date AND x.before > '-infinity'::date
                                    THEN x.start = x.before + 1 END) AS after,
             count(*) FILTER (WHERE x.start = x.before) AS at
      FROM (SELECT {start_date} AS start, {before} AS before FROM {table} AS t) AS x) AS e
WHERE e.after >= 20 AND e.after > e.at$$, NULL),
-- people without an end are taken to be there until as_of; that ten expected starts fail to come is no chance
('{employment,mobility}', 'table', 'doubtful',
 'nobody begins in a long time before as_of: are the rows of an earlier day?', '{start_date}',
$$SELECT k.there AS n, to_char(k.last::timestamp, 'YYYY-MM-DD'::text) AS detail
FROM (SELECT max({start_date}) FILTER (WHERE {start_date} > '-infinity'::date
                                             AND {start_date} < '2099-12-31'::date) AS last,
             count(*) FILTER (WHERE {end_date} IS NULL OR {end_date} > {as_of}) AS there
      FROM {table} AS t) AS k
     JOIN {table} AS t ON CASE WHEN {start_date} > '-infinity'::date AND {start_date} <= k.last
                               THEN k.last - {start_date} < {as_of} - k.last END
WHERE {as_of} - k.last > 31
GROUP BY k.last, k.there
HAVING count(*) >= 10$$, NULL),
('{employment}', 'table', 'doubtful', 'no reason to leave is a retirement: it is not projected', '{reason}',
$$SELECT sum(e.n)::bigint AS n,
       string_agg(e.reason, ', '::text ORDER BY e.n DESC, e.reason) FILTER (WHERE e.place <= 5) AS detail
FROM (SELECT {reason} AS reason, count(*) AS n, row_number() OVER (ORDER BY count(*) DESC, {reason}) AS place
      FROM {table} AS t WHERE {end_date} <= {as_of} GROUP BY {reason}) AS e
HAVING count(*) > 0
       AND count(*) FILTER (WHERE e.reason = 'retirement'::text
                                  OR e.reason = ANY ({list retirement_reasons})) = 0$$, NULL),
('{employment}', 'table', 'doubtful', 'retirement_reasons that no row has', '{reason}',
 '{unused reason retirement_reasons}', NULL),
('{education}', 'table', 'doubtful', 'stages that no row has', '{stage}', '{unused stage stages}', NULL),
('{education}', 'table', 'doubtful', 'exits that no row has', '{stage}', '{unused stage exits}', NULL),
('{competence}', 'table', 'doubtful', 'no row has the status valid', '{status}',
$$SELECT count(*) AS n, NULL::text AS detail
FROM {table} AS t
HAVING count(*) > 0 AND count(*) FILTER (WHERE {status} = 'valid'::text) = 0$$, NULL)
    ) AS v (sources, scope, effect, problem, needs, body, detail);
END;
COMMENT ON FUNCTION reporting_table_checks() IS
    'internal to reporting_checks: what is looked for in all rows of a table';

CREATE FUNCTION reporting_checks()
    RETURNS TABLE (place bigint, sources text[], scope text, effect text, problem text,
                   needs text[], body text, detail text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
    SELECT pg_catalog.row_number() OVER (), c.sources, c.scope, c.effect, c.problem, c.needs, c.body, c.detail
    FROM (SELECT r.sources, r.scope, r.effect, r.problem, r.needs, r.body, r.detail
          FROM reporting_row_checks() AS r
          UNION ALL
          SELECT t.sources, t.scope, t.effect, t.problem, t.needs, t.body, t.detail
          FROM reporting_table_checks() AS t) AS c;
END;
COMMENT ON FUNCTION reporting_checks() IS
    'internal to reporting_ddl: what is looked for in the rows of a table, as templates: sources of data, '
    'scope, effect, words, keys that it needs, body';
