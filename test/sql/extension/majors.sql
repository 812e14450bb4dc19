-- What newer majors of PostgreSQL offer, where this one has it, and what they
-- changed: soft errors (16), the short search_path of a refresh (17), infinite
-- intervals (17), MAINTAIN (17), the names of loaded modules (18), virtual
-- columns (18), eager aggregation (19).
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
SELECT current_setting('server_version_num')::int / 10000 AS major \gset
SELECT :major >= 16 AS has_soft_errors, :major >= 17 AS has_on_error, :major >= 17 AS has_infinity, :major >= 17 AS has_maintain,
       :major >= 18 AS has_module_names, :major >= 18 AS has_virtual, :major >= 19 AS has_eager \gset
-- ---------------------------------------------------------------------------
-- Bad text is bad text of the type, whatever reads it
-- ---------------------------------------------------------------------------
CREATE VIEW type AS
SELECT typname::text AS type, typtype = 'b' AS reads_text
FROM pg_depend JOIN pg_type AS t ON t.oid = objid JOIN pg_extension AS e ON e.oid = refobjid
WHERE classid = 'pg_type'::regclass AND refclassid = 'pg_extension'::regclass AND deptype = 'e' AND extname = 'education_flow'
  AND typtype IN ('b', 'c') AND typcategory <> 'A';
-- Whoever adds a type adds a value of it here; the rest follows.
CREATE TABLE good (type text, value text);
INSERT INTO good VALUES
    ('workforce', '{"type": "workforce", "version": 1, "observed": ["2020-01-01", "2024-02-01"], "skipped": 5}'),
    ('retention', '{"type": "retention", "version": 1, "observed": ["2020-01-01", "2024-02-01"], "exits": {"moved": {"7": 1}}}'),
    ('funnel', '{"type": "funnel", "version": 1, "spec": {"stages": ["a", "b"], "within": {"days": 9}}, "reached": {"a": {"0": 1}}, "lost": {"a": {"9": 1}}}'),
    ('mobility', '{"type": "mobility", "version": 1, "observed": ["2020-01-01", "2024-02-01"], "opening": {"a": {"0": 1}}}'),
    ('funnel_spec', funnel_spec(ARRAY['a', 'b'], '8 years', '2024-02-01', '{x}', '{strict_order}')::text),
    ('credible_rates', (SELECT credible_rates_agg(w)::text FROM (SELECT workforce_agg(date '1970-01-01' + i * 900, '2020-01-01', date '2021-01-01' + i * 99, NULL, '[2020-01-01,2024-02-01)') AS w
                                                               FROM generate_series(1, 9) AS i GROUP BY i % 3) AS s)),
    ('retirement_rule', (SELECT retirement_rule_agg(born_from, age_months) FROM pension_age_shipped())::text);
-- as the types themselves write them
UPDATE good SET value = CASE type WHEN 'workforce' THEN value::workforce::text WHEN 'retention' THEN value::retention::text WHEN 'funnel' THEN value::funnel::text
                                  WHEN 'mobility' THEN value::mobility::text ELSE value END;
CREATE TABLE bad AS
SELECT type, label, text, code, detail
FROM good, LATERAL (VALUES
    ('no JSON', 'x', '22P02', 'Token "x" is invalid.'),
    ('nothing', '', '22P02', 'The input string ended unexpectedly.'),
    ('half of it', substr(value, 1, length(value) - 1), '22P02', 'The input string ended unexpectedly.'),
    ('another value', '5', '22P02', NULL)) AS v (label, text, code, detail);
SELECT count(*) AS types FROM good \gset
-- What this major lacks is one skip.
SELECT plan(22 + 5 * :types + CASE WHEN :major >= 16 THEN 1 + 7 * :types ELSE 1 END + CASE WHEN :major >= 17 THEN 3 + :types ELSE 2 END);
SELECT set_eq('SELECT type FROM good', 'SELECT type FROM type WHERE reads_text', 'every type of the extension that reads text is tested here');

-- Message, detail, hint and code as a statement that fails has them.
CREATE FUNCTION refusal(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    EXECUTE query;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws('|', state, message, nullif(detail, ''), nullif(hint, ''));
END
$$;
SELECT matches(refusal(format('SELECT %L::%s', text, type)),
               format('^22P02\|invalid input syntax for type %s\|%s\|[A-Z].*\.$', type, coalesce(regexp_replace(detail, '[."]', '\\\&', 'g'), '.*\.')), format('%s: %s', type, label))
FROM bad ORDER BY type COLLATE "C", label COLLATE "C";
-- What no text can hold is no fault of the type.
SELECT matches(refusal(format('SELECT %L::%s', '{"\u0000": 1}', type)), '^22P05\|unsupported Unicode escape sequence\|', type || ': \u0000') FROM good ORDER BY type COLLATE "C";

\if :has_soft_errors
SELECT ok(pg_input_is_valid(value, type), type || ': a good one is') FROM good ORDER BY type COLLATE "C";
SELECT is((SELECT concat_ws('|', i.sql_error_code, i.message, i.detail, i.hint) FROM pg_input_error_info(text, type) AS i),
          refusal(format('SELECT %L::%s', text, type)), format('softly, %s: %s', type, label)) FROM bad ORDER BY type COLLATE "C", label COLLATE "C";
SELECT is((SELECT concat_ws('|', i.sql_error_code, i.message, i.detail, i.hint) FROM pg_input_error_info('{"\u0000": 1}', type) AS i),
          refusal(format('SELECT %L::%s', '{"\u0000": 1}', type)), format('softly, %s: \u0000', type)) FROM good ORDER BY type COLLATE "C";
-- Valid or not, each text with a character less is answered; and so is a row of the extension's own.
SELECT lives_ok(format('SELECT pg_input_is_valid(overlay(%L placing %L from n for 1), %L) FROM generate_series(1, %s) AS n', value, '', type, least(length(value), 1000)),
                format('softly, %s: a character less', type)) FROM good ORDER BY type COLLATE "C";
SELECT is_empty($$SELECT type FROM type WHERE NOT reads_text AND (pg_input_is_valid('x', type) OR pg_input_is_valid('(x', type))$$, 'softly, types of columns');
\else
SELECT skip('no soft errors before 16');
\endif

\if :has_on_error
CREATE FUNCTION copied(type text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    file constant text := current_setting('data_directory') || '/ef_on_error';
    kept text;
BEGIN
    EXECUTE format('COPY (SELECT value FROM good WHERE type = %1$L UNION ALL SELECT text FROM bad WHERE type = %1$L AND text <> '''') TO %2$L', type, file);
    EXECUTE format('CREATE TEMPORARY TABLE copied (v %s)', type);
    EXECUTE format('COPY copied FROM %L WITH (ON_ERROR ignore)', file);
    SELECT string_agg(v::text, ' ') INTO kept FROM copied;
    DROP TABLE copied;
    RETURN kept;
END
$$;
SELECT is(copied(type), value, type || ': COPY leaves out what is bad') FROM good ORDER BY type COLLATE "C";
\else
SELECT skip('COPY has no ON_ERROR before 17');
\endif

\if :has_infinity
SELECT is(refusal('SELECT ' || call), '22023|' || message, call)
FROM (VALUES ($$funnel_spec('{a,b}', 'infinity')$$, 'within must be an interval of up to 150 years, no part of it negative|It is infinite.|Windows are such as ''300 days'', ''8 years'', ''36 hours''; leave it out for none.'),
             ($$funnel_spec('{a,b}', '-infinity')$$, 'within must be an interval of up to 150 years, no part of it negative|It is infinite.|Windows are such as ''300 days'', ''8 years'', ''36 hours''; leave it out for none.'),
             ($$retention_rate(value::retention, 'infinity') FROM good WHERE type = 'retention'$$, 'duration must be whole days, months or years, none of them negative|It is infinite.|Durations are such as ''90 days'', ''6 months'', ''2 years''.')) AS v (call, message);
\else
SELECT skip('no infinite intervals before 17');
\endif

-- ---------------------------------------------------------------------------
-- A search_path that has neither us nor the tables
-- ---------------------------------------------------------------------------
CREATE TABLE event AS
SELECT id, id % 3 AS part, (ARRAY['a', 'b', 'x'])[1 + k] AS stage, date '2020-01-01' + id % 50 + k * (10 + id % 7) AS at
FROM generate_series(1, 300) AS id, generate_series(0, id % 3) AS k;
CREATE TABLE employment AS
SELECT id, id % 3 AS part, date '1960-01-01' + id * 37 AS born, date '2015-01-01' + id % 900 AS hired,
       CASE WHEN id % 2 = 0 THEN date '2018-01-01' + id % 900 END AS gone, 'r' || id % 2 AS reason, 0.5 + id % 2 * 0.5 AS fte
FROM generate_series(1, 300) AS id;
CREATE FUNCTION own_spec() RETURNS funnel_spec IMMUTABLE PARALLEL SAFE RETURN funnel_spec(ARRAY['a', 'b'], '1 year', '2024-01-01', '{x}');

-- The extension goes where no search_path finds it; what uses it, follows.
CREATE SCHEMA "ef x";
ALTER EXTENSION education_flow SET SCHEMA "ef x";
SET LOCAL search_path = public;
CREATE MATERIALIZED VIEW by_part AS
SELECT part, "ef x".workforce_agg(born, hired, gone, reason, '[2016-01-01,2021-01-01)', fte) AS w,
       "ef x".retention_agg(hired, gone, reason, '[2015-01-01,2021-01-01)') AS r,
       (SELECT "ef x".funnel_agg(id, stage, at, own_spec()) FROM event WHERE event.part = employment.part) AS f,
       (SELECT "ef x".mobility_agg(id, stage, at, at + 9, '[2020-01-01,2021-01-01)') FROM event WHERE event.part = employment.part) AS m,
       (SELECT "ef x".retirement_rule_agg(born_from, age_months) FROM "ef x".pension_age) AS rule
FROM employment GROUP BY part;
CREATE UNIQUE INDEX ON by_part (part);
CREATE INDEX ON by_part ("ef x".headcount(w), "ef x".turnover(w), "ef x".fte(w), "ef x".reaching_age(w, 65, date '2029-12-31'));
CREATE INDEX ON by_part ("ef x".reaching_pension_age(w, rule, date '2029-12-31'));
CREATE INDEX ON by_part ("ef x".retention_median(r), "ef x".retention_rate(r, interval '1 year'), "ef x".exits(r, 'r0'));
CREATE INDEX ON by_part ("ef x".funnel_conversion(f, 'a', 'b'), "ef x".skipped(m));
CREATE INDEX by_funnel ON by_part USING hash (f) WHERE "ef x".headcount(w) > 0;
CREATE INDEX ON by_part (r);
CREATE STATISTICS by_headcount ON ("ef x".headcount(w)), ("ef x".skipped(f)) FROM by_part;
CREATE MATERIALIZED VIEW answers AS
SELECT part, p.year, p.headcount, a.headcount AS of_age
FROM by_part, LATERAL "ef x".workforce_project(w, 3, retire_rule => rule) AS p, LATERAL "ef x".age_pyramid(w) AS a WHERE a.age = 50;
CREATE MATERIALIZED VIEW curves AS
SELECT part, c.*, s.stage_no, s.conversion, x.to_state FROM by_part, LATERAL "ef x".retention_curve(r) AS c, LATERAL "ef x".funnel_stages(f) AS s, LATERAL "ef x".mobility_matrix(m) AS x;
CREATE MATERIALIZED VIEW total AS
SELECT "ef x".rollup(w) AS w, "ef x".rollup(r) AS r, "ef x".rollup(f) AS f, "ef x".rollup(m) AS m, ("ef x".retention_log_rank(r, part::text)).p_value FROM by_part;
CREATE TABLE by_hand (part int, w "ef x".workforce, n bigint GENERATED ALWAYS AS ("ef x".headcount(w)) STORED, CHECK ("ef x".skipped(w) >= 0));
INSERT INTO by_hand SELECT part, w FROM by_part;
CREATE FUNCTION fingerprint() RETURNS text LANGUAGE sql AS $$
    SELECT md5(concat((SELECT string_agg(b::text, '|' ORDER BY part) FROM by_part AS b), (SELECT string_agg(a::text, '|' ORDER BY part, year) FROM answers AS a),
                      (SELECT string_agg(c::text, '|' ORDER BY c::text COLLATE "C") FROM curves AS c), (SELECT string_agg(t::text, '|') FROM total AS t),
                      (SELECT string_agg(h::text, '|' ORDER BY part) FROM by_hand AS h)))
$$;
CREATE TABLE before AS SELECT fingerprint() AS print;
SELECT lives_ok(command, command)
FROM unnest('{REFRESH MATERIALIZED VIEW by_part,REFRESH MATERIALIZED VIEW CONCURRENTLY by_part,REFRESH MATERIALIZED VIEW answers,REFRESH MATERIALIZED VIEW curves,
              REFRESH MATERIALIZED VIEW total,REINDEX TABLE by_part,ANALYZE by_part,CLUSTER by_part USING by_part_part_idx,ANALYZE by_hand}'::text[]) AS command;
SELECT is(fingerprint(), print, 'and all is as it was') FROM before;
SELECT lives_ok('ALTER TABLE by_hand ALTER n TYPE bigint', 'a table with a generated column is rewritten');
SELECT is(fingerprint(), print, 'to the same') FROM before;
-- What the manual says of one's own functions.
SET LOCAL search_path = public, "ef x";
CREATE FUNCTION by_name() RETURNS bigint LANGUAGE sql IMMUTABLE AS $$SELECT headcount(w) FROM by_hand WHERE part = 0$$;
SELECT isnt(by_name(), NULL, 'a function that finds us on the search_path');
\if :has_maintain
SELECT throws_ok('CREATE MATERIALIZED VIEW named AS SELECT by_name()', '42P01', NULL, 'finds nothing in a refresh');
\else
SELECT lives_ok('CREATE MATERIALIZED VIEW named AS SELECT by_name()', 'does so in a refresh, before 17');
\endif
ALTER FUNCTION by_name() SET search_path = public, "ef x";
SELECT lives_ok('CREATE MATERIALIZED VIEW named_2 AS SELECT by_name()', 'with a search_path of its own it does in each');
SET LOCAL search_path = public;

-- A reporting schema, the path being anything.
DO $$
DECLARE
    statement text;
BEGIN
    FOR statement IN SELECT * FROM "ef x".reporting_ddl('report', '{"employment": {"table": "public.employment", "birth_date": "born", "start_date": "hired", "end_date": "gone",
        "reason": "reason", "fte": "fte", "group_by": ["part"]}, "as_of": "2021-01-01"}') LOOP
        EXECUTE statement;
    END LOOP;
END
$$;
CREATE TABLE report_before AS SELECT * FROM report.headcount;
SELECT cmp_ok(count(*), '>', 2::bigint, 'a reporting schema') FROM report_before;
DO $$
DECLARE
    statement text;
BEGIN
    FOR statement IN SELECT * FROM "ef x".reporting_refresh_ddl('report') LOOP
        EXECUTE statement;
    END LOOP;
END
$$;
SELECT bag_eq('TABLE report.headcount', 'TABLE report_before', 'is refreshed to the same');

\if :has_maintain
CREATE ROLE ef_maintainer;
GRANT USAGE ON SCHEMA public TO ef_maintainer;
GRANT MAINTAIN ON by_part TO ef_maintainer;
SET LOCAL ROLE ef_maintainer;
REFRESH MATERIALIZED VIEW by_part;
REFRESH MATERIALIZED VIEW CONCURRENTLY by_part;
RESET ROLE;
SELECT is(fingerprint(), print, 'who may only maintain refreshes too') FROM before;
DROP OWNED BY ef_maintainer;
DROP ROLE ef_maintainer;
\else
SELECT skip('no MAINTAIN before 17');
\endif

-- ---------------------------------------------------------------------------
-- 18 and 19
-- ---------------------------------------------------------------------------
\if :has_module_names
SELECT is((SELECT module_name || ' ' || version FROM pg_get_loaded_modules() WHERE file_name ~ '^education_flow\.'),
          (SELECT 'education_flow ' || default_version FROM pg_available_extensions WHERE name = 'education_flow'), 'the library says what it is');
\else
SELECT skip('modules have no names before 18');
\endif
\if :has_virtual
SELECT throws_ok('CREATE TABLE virtual (w "ef x".workforce, n bigint GENERATED ALWAYS AS ("ef x".headcount(w)) VIRTUAL)', '0A000', NULL, 'a virtual column takes no function of an extension yet');
\else
SELECT skip('no virtual columns before 18');
\endif
\if :has_eager
ANALYZE event;
CREATE TABLE place (part int PRIMARY KEY, name text);
INSERT INTO place SELECT n, 'p' || n % 2 FROM generate_series(0, 2) AS n;
ANALYZE place;
SET LOCAL enable_eager_aggregate = off;
CREATE TABLE late AS SELECT name, "ef x".funnel_agg(id, stage, at, own_spec()) AS f FROM event JOIN place USING (part) GROUP BY name;
SET LOCAL enable_eager_aggregate = on;
SELECT bag_eq('SELECT name, f::text FROM late', 'SELECT name, "ef x".funnel_agg(id, stage, at, own_spec())::text FROM event JOIN place USING (part) GROUP BY name', 'aggregates before or after the join');
\else
SELECT skip('no eager aggregation before 19');
\endif
SELECT * FROM finish();
ROLLBACK;
