-- What holds for every retention, whatever the data: the sum over parts is the
-- whole, byte for byte; what goes out comes back in; periods add up; what the
-- functions say fits together.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(161);

\ir ../../lib/dice.sql
\ir ../../lib/plans.sql

CREATE TABLE employment AS
SELECT id, CASE WHEN dice(1000, id, 1) > 0 THEN start_date END AS start_date,
       CASE WHEN u < 2 THEN start_date
            WHEN u < 55 THEN start_date + dice(1 + dice(6000, id, 2), id, 3)
            WHEN u < 57 THEN 'infinity' END AS end_date,
       (ARRAY['retirement', 'resignation', 'layoff', 'övrigt', '', NULL])[1 + dice(6, id, 4)] AS reason,
       dice(21, id, 5) AS region, dice(1 + dice(60, id, 6), id, 7) AS profession, dice(1000000, id, 8) AS lot
FROM (SELECT id, date '1985-01-01' + dice(14600, id, 9) AS start_date, dice(100, id, 10) AS u
      FROM generate_series(1, 40000) AS id OFFSET 0) AS s;
ALTER TABLE employment SET (parallel_workers = 4);
ANALYZE employment;

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 0;

-- Any day will do, and history may be complete.
CREATE FUNCTION observed() RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT daterange('2005-03-15', '2023-07-11') $$;
CREATE FUNCTION complete() RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT daterange(NULL, '2023-07-11') $$;

-- The whole, serial, in physical order.
\set rr 'retention_agg(start_date, end_date, reason, observed()) AS r, retention_agg(start_date, end_date, reason, complete()) AS rc'
\set whole 'SELECT ' :rr ' FROM employment'
CREATE TABLE whole AS :whole;

SELECT cmp_ok(exits(r), '>', 9000::bigint, 'there are exits') FROM whole;
SELECT cmp_ok(spells(r) - exits(r), '>', 10000::bigint, 'there are pending spells') FROM whole;
SELECT cmp_ok((SELECT sum(value::int) FROM jsonb_each(r::jsonb -> 'late_entries')), '>', 1000::bigint, 'there are late entries') FROM whole;
SELECT cmp_ok(spells(rc), '>', spells(r), 'there are spells that ended before the period') FROM whole;
SELECT cmp_ok(skipped(r), '>', 5::bigint, 'there are skipped rows') FROM whole;
SELECT is(format('%s %s', skipped(r), skipped(rc)), (SELECT format('%1$s %1$s', count(*)) FROM employment WHERE start_date IS NULL),
          'as many as lack a start') FROM whole;
SELECT is(spells(rc), (SELECT count(*) FROM employment WHERE start_date < upper(complete())), 'with complete history all spells are seen')
FROM whole;

-- Any order of rows.
SELECT is_whole(format(
    'SELECT retention_agg(start_date, end_date, reason, observed() ORDER BY %1$s),
            retention_agg(start_date, end_date, reason, complete() ORDER BY %1$s)
     FROM employment', key), 'rows by ' || key)
FROM unnest('{lot,id DESC,reason NULLS FIRST,end_date,start_date DESC}'::text[]) AS key;

-- Any partition, nested or not.
SELECT is_whole(format('SELECT rollup(r), rollup(rc) FROM (%s GROUP BY %s) AS parts', :'whole', key), 'rollup by ' || key)
FROM unnest(ARRAY['region', 'lot % 1000', 'region, profession', 'start_date IS NULL', 'reason', 'start_date', 'id']) AS key;
SELECT is_whole(format(
    'SELECT rollup(r), rollup(rc)
     FROM (SELECT rollup(r) AS r, rollup(rc) AS rc
           FROM (SELECT region, profession, %s FROM employment GROUP BY region, profession ORDER BY dice(1000, region, profession)) AS parts
           GROUP BY (region * 7 + profession) %% 5) AS larger', :'rr'), 'rollup of rollups');
SELECT is_whole(format('SELECT rollup(r), rollup(rc) FROM (%s GROUP BY region UNION ALL SELECT NULL, NULL UNION ALL SELECT NULL, NULL) AS parts', :'whole'),
                'rollup of some nulls');

-- Any number of workers.
SELECT is_whole_parallel(n, :'whole', n || ' workers') FROM unnest('{1,2,4}'::int[]) AS n;

\set groups 'SELECT region, profession, ' :rr ' FROM employment GROUP BY region, profession'
CREATE TABLE parts AS :groups;
ALTER TABLE parts SET (parallel_workers = 2);
ANALYZE parts;
SELECT is_whole_parallel(2, 'SELECT rollup(r), rollup(rc) FROM parts', 'rollup with 2 workers');

-- Groups, too: hashed, sorted, spilled to disk, parallel, of grouping sets.
SELECT test_groups('sorted groups', '{enable_hashagg=off}', 'GroupAggregate', :'groups');
SELECT test_groups('hashed groups', '{enable_sort=off,work_mem=1GB}', 'HashAggregate', :'groups');
SELECT test_groups('spilled groups', '{enable_sort=off,work_mem=64kB,hash_mem_multiplier=1}', 'Disk Usage', :'groups');
SELECT test_groups('parallel groups', '{max_parallel_workers_per_gather=2}', 'Partial', :'groups');
SELECT test_groups('grouping sets', '{}', 'Group Key|Hash Key',
    format('SELECT region, profession, r, rc
            FROM (SELECT region, profession, grouping(region, profession) AS g, %s
                  FROM employment GROUP BY GROUPING SETS ((region, profession), (region), ())) AS s WHERE g = 0', :'rr'));
SELECT is((SELECT r FROM (SELECT grouping(region) AS g, retention_agg(start_date, end_date, reason, observed()) AS r
                          FROM employment GROUP BY GROUPING SETS ((region), ())) AS s WHERE g = 1),
          (SELECT r FROM whole), 'the grand total of grouping sets is the whole');

-- Of no rows, nothing.
SELECT ok(retention_agg(start_date, end_date, reason, observed()) IS NULL, 'no rows give null') FROM employment WHERE false;
SELECT ok(rollup(r) IS NULL, 'a rollup of no rows is null') FROM parts WHERE false;
SELECT ok(rollup(NULL::retention) IS NULL, 'a rollup of nulls is null') FROM parts;
SELECT ok(retention_log_rank(r, region::text) IS NULL AND retention_log_rank(r, region::text, '') IS NULL,
          'a test of no rows is null') FROM parts WHERE false;
SELECT ok(retention_log_rank(NULL, region::text) IS NULL AND retention_log_rank(NULL, region::text, '') IS NULL,
          'and so is one of nulls') FROM parts;
SELECT is(format('%s %s %s', spells(r), exits(r), skipped(r)), '0 0 1', 'a skipped row alone gives a summary of nobody')
FROM (SELECT retention_agg(NULL, '2010-01-01', NULL, observed()) AS r) AS x;
SELECT is(format('%s %s %s', spells(r), exits(r), skipped(r)), '0 0 0', 'so does an unseen one, which is not skipped')
FROM (SELECT retention_agg('2001-01-01', '2005-03-15', NULL, observed()) AS r) AS x;
SELECT ok(spells(NULL) IS NULL AND exits(NULL::retention) IS NULL AND exits(NULL::retention, 'x') IS NULL AND exits(r, NULL) IS NULL
          AND retention_rate(r, NULL) IS NULL AND retention_rate(NULL, '1 year') IS NULL AND retention_median(NULL) IS NULL
          AND retention_mean(r, NULL) IS NULL AND retention_mean(NULL, '1 year') IS NULL, 'of null there is no figure') FROM whole;
SELECT is((SELECT count(*) FROM whole, retention_curve(NULL)) + (SELECT count(*) FROM whole, retention_curve(r, NULL))
          + (SELECT count(*) FROM whole, retention_curve(r, '1 year', NULL)) + (SELECT count(*) FROM whole, retention_curve(r, method => NULL))
          + (SELECT count(*) FROM whole, exit_incidence(NULL)) + (SELECT count(*) FROM whole, exit_incidence(r, NULL))
          + (SELECT count(*) FROM whole, retention_compare(r, NULL)) + (SELECT count(*) FROM whole, retention_compare(NULL, r)),
          0::bigint, 'and no row');

-- As a window function: each value is that of the rows so far.
SELECT is((SELECT count(*) FROM (
               SELECT id, retention_agg(start_date, end_date, reason, observed()) OVER (ORDER BY id) AS r
               FROM employment WHERE id <= 200) AS running
           WHERE r IS DISTINCT FROM
                 (SELECT retention_agg(start_date, end_date, reason, observed())
                  FROM employment AS e WHERE e.id <= running.id)),
          0::bigint, 'running aggregates are aggregates of the rows so far');
SELECT is((SELECT count(*) FROM (
               SELECT region, profession, rollup(r) OVER (PARTITION BY region ORDER BY profession) AS r
               FROM parts WHERE region < 3) AS running
           WHERE r IS DISTINCT FROM (SELECT rollup(r) FROM parts AS p
                                     WHERE p.region = running.region AND p.profession <= running.profession)),
          0::bigint, 'running rollups are rollups of the rows so far');
SELECT is((SELECT count(*) FROM (
               SELECT region, profession, retention_log_rank(r, profession::text) OVER (PARTITION BY region ORDER BY profession) AS l
               FROM parts WHERE region < 2) AS running
           WHERE l::text IS DISTINCT FROM (SELECT retention_log_rank(r, profession::text)::text FROM parts AS p
                                           WHERE p.region = running.region AND p.profession <= running.profession)),
          0::bigint, 'running tests are tests of the rows so far');

-- ---------------------------------------------------------------------------
-- Periods.  Two of them do not make one summary, even if they are adjacent;
-- but what they count adds up: who was at risk on a day, who left on it.
-- ---------------------------------------------------------------------------
CREATE TABLE period AS
SELECT n, observed, CASE WHEN n % 4 = 0 THEN daterange(NULL, middle) ELSE daterange(lower(observed), middle) END AS early,
       daterange(middle, upper(observed)) AS late
FROM (SELECT n, daterange(CASE WHEN n % 4 > 0 THEN f END, f + 2 + length) AS observed, f + 1 + dice(length, n, 3) AS middle
      FROM (SELECT n, date '1995-01-01' + dice(9000, n, 1) AS f, 1 + dice(1500, n, 2) AS length
            FROM generate_series(1, 30) AS n) AS x) AS y;
CREATE TABLE by_period AS
SELECT n, what, retention_agg(start_date, end_date, reason, observed) AS r
FROM (SELECT n, 'whole' AS what, observed FROM period
      UNION ALL SELECT n, 'early', early FROM period UNION ALL SELECT n, 'late', late FROM period) AS p, employment
WHERE id <= 4000 GROUP BY n, what;

SELECT throws_ok('SELECT rollup(r) FROM by_period WHERE n = 1 AND what <> ''whole''', '22023', NULL, 'a rollup refuses adjacent periods');
SELECT throws_ok('SELECT rollup(r) FROM by_period WHERE n = 1 AND what <> ''late''', '22023', NULL, 'and other ones');
SELECT throws_ok('SELECT rollup(x) FROM whole, LATERAL (VALUES (r), (rc)) AS v (x)', '22023', NULL, 'and complete and other history');
SELECT is((SELECT count(*) FROM (
               SELECT n, reason, sum(exits(r, reason)) FILTER (WHERE what = 'whole') AS whole, sum(exits(r, reason)) FILTER (WHERE what <> 'whole') AS parts
               FROM by_period, unnest('{retirement,layoff,"",unknown}'::text[]) AS reason GROUP BY n, reason) AS x WHERE whole = parts),
          120::bigint, 'the exits of adjacent periods add up');
CREATE TABLE by_day AS
SELECT n, what = 'whole' AS is_whole, after_days, sum(at_risk) AS at_risk, sum(exits) AS exits
FROM by_period, retention_curve(r, '1 day') GROUP BY n, what = 'whole', after_days;
SELECT cmp_ok((SELECT count(*) FROM by_day WHERE exits > 0), '>', 1000::bigint, 'there are days to compare');
SELECT bag_eq('SELECT n, after_days, at_risk, exits FROM by_day WHERE is_whole AND at_risk > 0',
              'SELECT n, after_days, at_risk, exits FROM by_day WHERE NOT is_whole AND at_risk > 0',
              'so do, on every day, those at risk and those who leave');
SELECT is((SELECT retention_log_rank(r, (n / 2)::text)::text FROM by_period WHERE what <> 'whole'),
          (SELECT retention_log_rank(r, (n / 2)::text)::text FROM by_period WHERE what = 'whole'),
          'and so the log-rank test, whose groups may be of several periods');

-- ---------------------------------------------------------------------------
-- What goes out comes back in.
-- ---------------------------------------------------------------------------
\set type retention
\set part profession
\set s r
\set t rc
\ir ../../lib/forms.sql
SELECT is(format('%s %s', r::jsonb -> 'observed', rc::jsonb -> 'observed'),
          '["2005-03-15", "2023-07-11"] [null, "2023-07-11"]', 'with ISO dates') FROM whole;
SELECT is(format('%s %s %s', (SELECT sum(n::bigint) FROM jsonb_each(r::jsonb -> 'exits') AS e (reason, days), jsonb_each(days) AS d (day, n)),
                 (SELECT sum(n::bigint) FROM jsonb_each(r::jsonb -> 'censored') AS d (day, n)), r::jsonb -> 'skipped'),
          format('%s %s %s', exits(r), spells(r) - exits(r), skipped(r)), 'and all that was counted') FROM whole;

-- ---------------------------------------------------------------------------
-- Equality and order.
-- ---------------------------------------------------------------------------
CREATE TABLE many AS
SELECT retention_agg(start_date, end_date, reason, observed()) AS r
FROM employment WHERE id <= 8000 GROUP BY id UNION ALL SELECT r FROM parts;
\ir ../../lib/equality.sql

-- ---------------------------------------------------------------------------
-- What the functions say fits together.
-- ---------------------------------------------------------------------------
CREATE TABLE day AS
SELECT region, after_days, at_risk, exits, retained, std_error, lower, upper,
       lag(retained, 1, 1::float8) OVER w AS before, sum(exits) OVER w AS until
FROM (SELECT region, rollup(r) AS r FROM parts GROUP BY region) AS regions, retention_curve(r, '1 day')
WINDOW w AS (PARTITION BY region ORDER BY after_days);
CREATE TABLE year AS
SELECT region, after_days, at_risk, exits, retained, std_error, lower, upper, sum(exits) OVER (PARTITION BY region ORDER BY after_days) AS until
FROM (SELECT region, rollup(r) AS r FROM parts GROUP BY region) AS regions, retention_curve(r);
CREATE TABLE reason AS
SELECT region, after_days, reason, exits, incidence, std_error, lower, upper,
       lag(incidence, 1, 0::float8) OVER (PARTITION BY region, reason ORDER BY after_days) AS before
FROM (SELECT region, rollup(r) AS r FROM parts WHERE region < 5 GROUP BY region) AS regions, exit_incidence(r, '1 day');
SELECT cmp_ok((SELECT count(*) FROM day WHERE exits > 0), '>', 5000::bigint, 'there are steps');

SELECT bag_eq('SELECT region, after_days, at_risk, retained, std_error, lower, upper, until
               FROM day WHERE (region, after_days) IN (SELECT region, after_days FROM year)',
              'SELECT region, after_days, at_risk, retained, std_error, lower, upper, until FROM year',
              'the curve of every day has that of every year in it');
SELECT is((SELECT count(*) FROM day WHERE NOT (retained BETWEEN 0 AND before) OR (retained < before) <> (exits > 0)
                                          OR std_error < 0 OR NOT lower <= retained OR NOT retained <= upper OR at_risk < exits),
          0::bigint, 'it falls, on days with exits and on no other');
SELECT is((SELECT count(*) FROM day WHERE until = 0 AND retained <> 1), 0::bigint, 'from 1');
SELECT is((SELECT max(until) FROM day WHERE region = 3), (SELECT exits(rollup(r)) FROM parts WHERE region = 3)::numeric,
          'and its exits are all exits');
SELECT is((SELECT count(*) FROM (SELECT region, rollup(r) AS r FROM parts GROUP BY region) AS regions JOIN day USING (region)
           WHERE retention_rate(r, make_interval(days => after_days)) IS DISTINCT FROM retained AND after_days % 97 = 0),
          0::bigint, 'retention_rate is the row of the curve');
SELECT is((SELECT count(*) FROM (SELECT region, rollup(r) AS r FROM parts GROUP BY region) AS regions
                                JOIN day AS d ON d.region = regions.region AND after_days = retention_median(r)
           WHERE NOT (d.retained <= 0.5 AND d.before > 0.5)),
          0::bigint, 'the median is where it passes a half');
SELECT is((SELECT count(*) FROM (SELECT region, rollup(r) AS r FROM parts GROUP BY region) AS regions
           WHERE retention_median(r) IS NOT NULL), 21::bigint, 'and there is one in each region');
SELECT is((SELECT count(*) FROM (
               SELECT region, retention_mean(rollup(r), '5 years') AS mean FROM parts GROUP BY region) AS m
               JOIN (SELECT region, sum(retained) AS area FROM day WHERE after_days < 1827 GROUP BY region) AS a USING (region)
           WHERE abs(mean - area) < 1e-9), 21::bigint, 'the mean is the area under it');

SELECT is((SELECT count(*) FROM (SELECT region, after_days, sum(incidence) AS incidence, sum(exits) AS exits FROM reason GROUP BY 1, 2) AS r
                                FULL JOIN (SELECT * FROM day WHERE region < 5) AS day USING (region, after_days)
           WHERE NOT coalesce(abs(incidence - (1 - retained)) <= 1e-12 AND r.exits = day.exits, false)),
          0::bigint, 'incidences and what is retained add up to 1 on every day, and their exits to its exits');
SELECT is((SELECT count(*) FROM reason WHERE incidence < before OR (incidence > before) <> (exits > 0)
                                             OR NOT lower <= incidence OR NOT incidence <= upper
                                             OR (lower IS NULL) <> (incidence IN (0, 1)) OR (upper IS NULL) <> (incidence IN (0, 1))),
          0::bigint, 'an incidence rises, on days with exits and on no other, and has limits around it');
SELECT is((SELECT count(*) FROM (SELECT region, array_agg(reason) AS names FROM reason WHERE after_days = 0 GROUP BY region) AS n
           WHERE names <> ARRAY['', 'layoff', 'resignation', 'retirement', 'unknown', 'övrigt']),
          0::bigint, 'there is one for every reason, in byte order');
-- One reason: what is not retained.
SELECT is((SELECT count(*) FROM (SELECT region, retention_agg(start_date, end_date, 'x', observed()) AS r
                                 FROM employment WHERE region < 3 GROUP BY region) AS s,
                LATERAL (SELECT c.retained, c.std_error AS a, i.incidence, i.std_error AS b
                         FROM retention_curve(r, '1 month') AS c JOIN exit_incidence(r, '1 month') AS i USING (after_days)) AS x
           WHERE abs(retained + incidence - 1) > 1e-12 OR abs(a - b) > 1e-12),
          0::bigint, 'the incidence of the only reason is 1 - retained, with its error');

-- A wider interval holds a narrower one; all have the same rows.
SELECT is((SELECT count(*) FROM whole, retention_curve(r, '6 months', 0.8) AS a
                                JOIN LATERAL retention_curve(r, '6 months', 0.99) AS b USING (after_days)
           WHERE a.retained = b.retained AND NOT (b.lower < a.lower AND a.upper < b.upper) AND a.std_error > 0),
          0::bigint, 'a higher level gives wider limits');

-- ---------------------------------------------------------------------------
-- Comparisons.
-- ---------------------------------------------------------------------------
CREATE TABLE profession AS SELECT profession, rollup(r) AS r, rollup(rc) AS rc FROM parts GROUP BY profession;
-- Some are of another period, as groups may be.
UPDATE profession SET r = rc WHERE profession % 5 = 0;
CREATE TABLE pair AS
SELECT a.profession AS a, b.profession AS b, ab.*, ba.chisq AS chisq_back, ba.p_value AS p_back, ba.hazard_ratio AS ratio_back,
       ba.lower AS lower_back, ba.upper AS upper_back,
       (SELECT retention_log_rank(r, profession::text) FROM profession AS p WHERE p.profession IN (a.profession, b.profession)) AS test
FROM profession AS a JOIN profession AS b ON a.profession < b.profession AND (a.profession * 7 + b.profession) % 11 = 0,
     retention_compare(a.r, b.r) AS ab, retention_compare(b.r, a.r) AS ba;
-- (Where groups hardly differ, the test statistic is a small difference of large sums.)
CREATE FUNCTION near(a float8, b float8, tolerance float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT abs(a - b) <= tolerance * greatest(abs(a), abs(b), 1)
$$;
SELECT cmp_ok((SELECT count(*) FROM pair WHERE hazard_ratio IS NOT NULL), '>', 100::bigint, 'there are pairs');
SELECT is((SELECT count(*) FROM pair WHERE (near(chisq, (test).chisq, 1e-12) AND df = (test).df AND near(p_value, (test).p_value, 1e-12)) IS NOT TRUE),
          0::bigint, 'retention_compare and retention_log_rank of two are one test');
SELECT is((SELECT count(*) FROM pair WHERE (near(chisq, chisq_back, 1e-12) AND near(p_value, p_back, 1e-12)) IS NOT TRUE),
          0::bigint, 'whichever comes first');
SELECT is((SELECT count(*) FROM pair WHERE hazard_ratio IS NOT NULL AND (near(hazard_ratio, 1 / ratio_back, 1e-8)
                 AND near(lower, 1 / upper_back, 1e-8) AND near(upper, 1 / lower_back, 1e-8)) IS NOT TRUE),
          0::bigint, 'but the ratio is the inverse one');
SELECT is((SELECT count(*) FROM pair WHERE NOT (lower < hazard_ratio AND hazard_ratio < upper)), 0::bigint, 'with limits around it');
SELECT is((SELECT count(*) FROM profession, retention_compare(r, r)
           WHERE (chisq = 0 AND df = 1 AND p_value = 1 AND near(hazard_ratio, 1, 1e-8) AND near(lower * upper, 1, 1e-8)) IS NOT TRUE),
          0::bigint, 'a group does not differ from itself');
-- However many there are, the answer takes no time: people who are counted n
-- times have the same ratio (but for what ties do to few), with a variance of 1 / n.
CREATE FUNCTION crowd(n bigint, a int, b int) RETURNS retention LANGUAGE sql AS $$
    SELECT format('{"type": "retention", "version": 1, "observed": [null, "2020-01-01"],
                    "exits": {"x": {"5": %s, "9": %s}}, "censored": {"7": %s, "10": %s}}', a * n, b * n, n, 7 * n)::retention
$$;
SET LOCAL statement_timeout = '10s';
CREATE TABLE crowded AS
SELECT n, c.*, ln(upper / lower) * sqrt(n) AS span
FROM unnest('{1000,1000000,50000000000}'::bigint[]) AS n, retention_compare(crowd(n, 2, 3), crowd(n, 4, 1)) AS c;
SET LOCAL statement_timeout TO DEFAULT;
SELECT is((SELECT count(*) FROM crowded AS a JOIN crowded AS b ON a.n < b.n AND b.n > 1000000
           WHERE abs(a.hazard_ratio / b.hazard_ratio - 1) < 1.0 / a.n AND abs(a.span / b.span - 1) < 1.0 / a.n
             AND abs(a.chisq / a.n / (b.chisq / b.n) - 1) < 1.0 / a.n), 2::bigint,
          'the ratio of groups of a million millions');
-- Byte for byte, in any order and in parts.
SELECT is((SELECT count(DISTINCT l::text) FROM (
               SELECT retention_log_rank(r, (profession % 9)::text, (region % 4)::text ORDER BY region, profession) AS l FROM parts
               UNION ALL SELECT retention_log_rank(r, (profession % 9)::text, (region % 4)::text ORDER BY profession DESC, region) FROM parts
               UNION ALL SELECT retention_log_rank(r, (profession % 9)::text, (region % 4)::text ORDER BY dice(10000, region, profession)) FROM parts
               UNION ALL SELECT retention_log_rank(r, g::text, s::text)
                         FROM (SELECT profession % 9 AS g, region % 4 AS s, rollup(r) AS r FROM parts GROUP BY 1, 2) AS x
               UNION ALL SELECT retention_log_rank(r, g::text, s::text)
                         FROM (SELECT profession % 9 AS g, region % 4 AS s, retention_agg(start_date, end_date, reason, observed()) AS r
                               FROM employment GROUP BY 1, 2) AS x
               UNION ALL SELECT retention_log_rank(r, (profession % 9)::text, (region % 4)::text)
                         FROM (SELECT * FROM parts UNION ALL SELECT NULL, NULL, NULL, NULL) AS x WHERE region IS NOT NULL) AS x),
          1::bigint, 'the parts of groups add up in any order');
SELECT is((SELECT retention_log_rank(r, 'g' || profession % 3)::text FROM (SELECT * FROM parts UNION ALL SELECT * FROM parts) AS twice),
          (SELECT retention_log_rank(r, g)::text FROM (SELECT 'g' || profession % 3 AS g, rollup(r) AS r
                                                       FROM (SELECT * FROM parts UNION ALL SELECT * FROM parts) AS twice GROUP BY 1) AS x),
          'those who come twice count twice');
SELECT is((SELECT retention_log_rank(r, profession::text)::text FROM parts), (SELECT retention_log_rank(r, profession::text, 'all')::text FROM parts),
          'without strata is one stratum');
SELECT is((SELECT retention_log_rank(r, profession::text)::text FROM parts WHERE profession < 5),
          (SELECT retention_log_rank(CASE WHEN profession < 5 THEN r END, profession::text)::text FROM parts), 'nulls are ignored, and their groups');
SELECT is((SELECT sum(e) FROM parts AS p, LATERAL (SELECT (retention_log_rank(r, profession::text, region::text)).exits AS x FROM parts) AS l, unnest(x) AS e
           WHERE p.region = 0 AND p.profession = 0), (SELECT exits(r) FROM whole)::numeric, 'the exits are all exits');
SELECT ok((SELECT abs(sum(e) - (SELECT exits(r) FROM whole)) < 1e-8 FROM (SELECT (retention_log_rank(r, profession::text, region::text)).expected AS x FROM parts) AS l,
                                                     unnest(x) AS e), 'and so are those expected');

-- ---------------------------------------------------------------------------
-- Large states: 300,000 spells of up to 50 years.
-- ---------------------------------------------------------------------------
CREATE TABLE career AS
SELECT id, start_date, CASE WHEN dice(10, id, 3) > 1 THEN start_date + dice(1 + dice(18262, id, 4), id, 5) END AS end_date,
       'reason ' || dice(6, id, 6) AS reason
FROM (SELECT id, date '1973-01-01' + dice(18262, id, 2) AS start_date FROM generate_series(1, 300000) AS id OFFSET 0) AS s;
ALTER TABLE career SET (parallel_workers = 2);
ANALYZE career;
TRUNCATE whole;
INSERT INTO whole
SELECT retention_agg(start_date, end_date, reason, '[1998-01-01,2023-01-01)'), retention_agg(start_date, end_date, reason, '(,2023-01-01)') FROM career;
SELECT cmp_ok(octet_length(retention_send(r)), '>', 65536, 'a large summary') FROM whole;
SELECT cmp_ok(octet_length(retention_send(rc)), '>', 65536, 'and another') FROM whole;
SELECT is(format('%s %s %s', spells(rc), exits(rc), exits(rc, 'reason 3')),
          (SELECT format('%s %s %s', count(*), count(*) FILTER (WHERE end_date <= '2023-01-01'),
                         count(*) FILTER (WHERE end_date <= '2023-01-01' AND reason = 'reason 3')) FROM career), 'of all spells')
FROM whole;
\set large 'retention_agg(start_date, end_date, reason, ''[1998-01-01,2023-01-01)'') AS r, retention_agg(start_date, end_date, reason, ''(,2023-01-01)'') AS rc FROM career'
SELECT is_whole(format('SELECT rollup(r), rollup(rc) FROM (SELECT %s GROUP BY %s) AS parts', :'large', key), 'large, rollup by ' || key)
FROM unnest('{id % 3,id % 20000,start_date,reason}'::text[]) AS key;
SELECT is_whole(format('SELECT rollup(r), rollup(rc) FROM (SELECT g %% 5, rollup(r) AS r, rollup(rc) AS rc
                                                           FROM (SELECT id %% 101 AS g, %s GROUP BY id %% 101) AS parts GROUP BY g %% 5) AS larger', :'large'),
                'large, rollup of rollups');
SELECT is_whole_parallel(2, format('SELECT %s', :'large'), 'large, 2 workers');
CREATE TABLE few AS SELECT id % 3 AS g, retention_agg(start_date, end_date, reason, '(,2023-01-01)') AS r FROM career GROUP BY id % 3;
SELECT is((SELECT retention_log_rank(r, g::text)::text FROM few),
          (SELECT retention_log_rank(r, (g % 3)::text)::text
           FROM (SELECT id % 30 AS g, retention_agg(start_date, end_date, reason, '(,2023-01-01)') AS r FROM career GROUP BY 1) AS x),
          'large, the log-rank test of parts');

-- ---------------------------------------------------------------------------
-- In a query, in a view.
-- ---------------------------------------------------------------------------
SELECT is((SELECT count(*) FROM profession AS p
                  CROSS JOIN LATERAL (SELECT after_days, retained FROM retention_curve(p.r) WHERE after_days = 366) AS c
                  CROSS JOIN LATERAL (SELECT sum(incidence) AS gone FROM exit_incidence(p.r) WHERE after_days = 366) AS i
           WHERE abs(retained + gone - 1) < 1e-12),
          (SELECT count(*) FROM profession AS p WHERE retention_rate(p.r, '1 year') IS NOT NULL),
          'they work in LATERAL');
SELECT is((SELECT array_agg(day) FROM (SELECT (retention_curve(r, '10 years')).after_days AS day FROM profession WHERE profession = 1) AS x),
          '{0,3653,7305,10958}', 'and in the select list');

CREATE MATERIALIZED VIEW by_region AS
SELECT region, retention_agg(start_date, end_date, reason, observed()) AS r
FROM employment GROUP BY region;
CREATE UNIQUE INDEX ON by_region (region);
UPDATE employment SET end_date = '2023-07-11', reason = 'layoff'
WHERE region = 7 AND start_date < '2023-06-01' AND (end_date IS NULL OR end_date = 'infinity');
CREATE TABLE before_refresh AS SELECT * FROM by_region;
SELECT lives_ok('REFRESH MATERIALIZED VIEW CONCURRENTLY by_region', 'a matview of summaries refreshes concurrently');
SELECT is((SELECT array_agg(b.region) FROM by_region AS b JOIN before_refresh AS o USING (region) WHERE b.r <> o.r),
          '{7}', 'and only what changed has changed');
SELECT is((SELECT rollup(r) FROM by_region),
          (SELECT retention_agg(start_date, end_date, reason, observed()) FROM employment),
          'and adds up to the new whole');

SELECT * FROM finish();
ROLLBACK;
