-- The pension age table: what is shipped, what an override changes, and who may.
\set ON_ERROR_STOP on
\set shared ''
\getenv shared EF_SHARED
SELECT :'shared' <> '' AS has_shared \gset

BEGIN;
SELECT plan(37);

-- ---------------------------------------------------------------------------
-- The shipped rows
-- ---------------------------------------------------------------------------
SELECT results_eq(
    'SELECT born_from, age_months, status FROM pension_age_shipped() ORDER BY born_from',
    $$VALUES ('1850-01-01'::date, 65 * 12, 'confirmed'), ('1958-01-01', 66 * 12, 'confirmed'),
             ('1960-01-01', 67 * 12, 'confirmed'), ('1966-01-01', 67 * 12, 'confirmed'),
             ('1967-01-01', 68 * 12, 'forecast'),
             ('1981-01-01', 69 * 12, 'forecast'), ('1997-01-01', 70 * 12, 'forecast')$$,
    'the shipped rows');
SELECT is(count(*), 0::bigint, 'each says when it was read, and where')
FROM pension_age_shipped() WHERE read_on IS NULL OR read_on > CURRENT_DATE OR source !~ '\S';
SELECT is((SELECT count(*) FROM pension_age_override), 0::bigint, 'there is no override at first');
SELECT set_eq(
    'SELECT born_from, age_months, status, read_on, source FROM pension_age',
    'SELECT born_from, age_months, status, read_on, source FROM pension_age_shipped()',
    'the view shows what is shipped');
SELECT is((SELECT string_agg(DISTINCT origin, ',') FROM pension_age), 'shipped', 'and says that it is');

-- The age of someone born in a year, from the view.
CREATE FUNCTION pension_years(born int) RETURNS int LANGUAGE sql AS $$
    SELECT age_months / 12 FROM pension_age WHERE born_from <= make_date(born, 1, 1)
    ORDER BY born_from DESC LIMIT 1
$$;
\if :has_shared
CREATE TABLE parameter (parameter text, scope text, value text, status text, source text);
\copy parameter FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/p01_swedish_parameters.csv' CSV HEADER
-- Every statement of the file about an age by year of birth.
SELECT results_eq(
    $$SELECT scope, pension_years(born)
      FROM parameter, LATERAL (SELECT m::int FROM regexp_matches(scope, '(?<!year )(19[0-9]{2})', 'g') AS r, unnest(r) AS m) AS years (born)
      WHERE parameter IN ('guarantee_pension_age', 'riktalder') AND scope ~ 'born' ORDER BY scope, born$$,
    $$SELECT scope, value::int
      FROM parameter, LATERAL (SELECT m::int FROM regexp_matches(scope, '(?<!year )(19[0-9]{2})', 'g') AS r, unnest(r) AS m) AS years (born)
      WHERE parameter IN ('guarantee_pension_age', 'riktalder') AND scope ~ 'born' ORDER BY scope, born$$,
    'the shipped ages are those of the reference parameters');
SELECT is((SELECT count(*) FROM parameter WHERE parameter IN ('guarantee_pension_age', 'riktalder') AND scope ~ 'born'),
          11::bigint, 'which are eleven');
SELECT is((SELECT count(*) FROM parameter JOIN pension_age AS p
             ON p.born_from = make_date(substring(scope FROM 'first cohort with \d+: born (\d+)')::int, 1, 1)
           WHERE parameter = 'riktalder' AND p.age_months = 12 * value::int AND p.status = parameter.status),
          3::bigint, 'a forecast is marked as one');
\else
SELECT skip('the reference parameters are not beside the checkout', 3);
\endif
SELECT is(array_agg(pension_years(y) ORDER BY y), '{65,66,66,67,67,67,68,68,69,69,70}',
          'ages on both sides of each step')
FROM unnest('{1957,1958,1959,1960,1965,1966,1967,1980,1981,1996,1997}'::int[]) AS y;

-- ---------------------------------------------------------------------------
-- A rule from the view
-- ---------------------------------------------------------------------------
CREATE FUNCTION rule_in_force() RETURNS retirement_rule LANGUAGE sql AS $$
    SELECT retirement_rule_agg(born_from, age_months) FROM pension_age
$$;
-- One person each, born in February of these years, all at work at the end of 2020.
CREATE TABLE staff AS
SELECT workforce_agg(make_date(y, 2, 15), '2000-01-01', NULL, NULL, '[2020-12-01,2021-01-01)') AS w
FROM unnest('{1956,1959,1960,1966,1967,1975}'::int[]) AS y;
CREATE FUNCTION retirements() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(year || ': ' || retirements, ', ' ORDER BY year)
    FROM staff, workforce_project(w, 30, retire_rule => rule_in_force(), latest_age => 75)
    WHERE retirements > 0
$$;
SELECT ok(rule_in_force() IS NOT NULL, 'the view makes a rule');
-- 1956 is 65 in 2021, 1959 is 66 in 2025, 1960 is 67 in 2027, 1966 in 2033,
-- 1967 is 68 in 2035, 1975 in 2043.
SELECT is(retirements(), '2021: 1, 2025: 1, 2027: 1, 2033: 1, 2035: 1, 2043: 1', 'who retires when');
SELECT is((SELECT array_agg(reaching_pension_age(w, rule_in_force(), until) ORDER BY until)
           FROM staff, unnest('{2021-01-31,2021-02-28,2025-01-31,2025-02-28,2034-12-31,2043-12-31}'::date[]) AS until),
          '{0,1,1,2,4,6}', 'who reaches the age when');

-- ---------------------------------------------------------------------------
-- Overrides
-- ---------------------------------------------------------------------------
CREATE TABLE rule_before AS SELECT rule_in_force() AS r;
INSERT INTO pension_age_override (born_from, age_months, status, read_on, source)
VALUES ('1967-01-01', 67 * 12, 'confirmed', '2027-10-01', 'a decree to come');
SELECT is((SELECT count(*) FROM pension_age), 7::bigint, 'an override takes the place of a shipped row');
SELECT results_eq(
    $$SELECT age_months, status, read_on, source, origin FROM pension_age WHERE born_from = '1967-01-01'$$,
    $$VALUES (804, 'confirmed', '2027-10-01'::date, 'a decree to come', 'override')$$, 'and is seen in the view');
SELECT isnt(rule_in_force(), r, 'the rule is another one') FROM rule_before;
SELECT is(retirements(), '2021: 1, 2025: 1, 2027: 1, 2033: 1, 2034: 1, 2042: 1', 'and those concerned retire earlier');

INSERT INTO pension_age_override (born_from, age_months, status) VALUES ('1970-07-01', 68 * 12 + 3, 'assumption');
SELECT is((SELECT count(*) FROM pension_age), 8::bigint, 'an override of another month stands beside the shipped rows');
SELECT is(retirements(), '2021: 1, 2025: 1, 2027: 1, 2033: 1, 2034: 1, 2043: 1', 'and holds from its cohort on');
SELECT results_eq($$SELECT read_on, source FROM pension_age_override WHERE born_from = '1970-07-01'$$,
                  $$VALUES (CURRENT_DATE, 'own')$$, 'stated today, by oneself, unless said otherwise');
UPDATE pension_age_override SET age_months = 816 WHERE born_from = '1967-01-01';
SELECT is((SELECT age_months FROM pension_age WHERE born_from = '1967-01-01'), 816, 'an update is in force');
DELETE FROM pension_age_override;
SELECT is(rule_in_force(), r, 'without overrides all is as before') FROM rule_before;

-- What it refuses.
SELECT throws_ok(format('INSERT INTO pension_age_override (born_from, age_months) VALUES (%s)', row), state, NULL, 'refused: ' || row)
FROM (VALUES ($$'1967-01-02', 804$$, '23514'), ($$'infinity', 804$$, '23514'), ($$'-infinity', 804$$, '23514'),
             ($$'1967-01-01', 67$$, '23514'), ($$'1967-01-01', 1201$$, '23514'), ($$'1967-01-01', -804$$, '23514'),
             ($$'1967-01-01', NULL$$, '23502'), ($$NULL, 804$$, '23502')) AS v (row, state);
SELECT throws_ok($$INSERT INTO pension_age_override (born_from, age_months, status) VALUES ('1967-01-01', 804, 'rumour')$$,
                 '23514', NULL, 'refused: an unknown status');
SELECT throws_ok($$INSERT INTO pension_age_override (born_from, age_months) VALUES ('1967-01-01', 804), ('1967-01-01', 816)$$,
                 '23505', NULL, 'refused: two ages for one cohort');

-- ---------------------------------------------------------------------------
-- A reporting role reads and does not write
-- ---------------------------------------------------------------------------
INSERT INTO pension_age_override (born_from, age_months) VALUES ('1967-01-01', 804);
CREATE ROLE ef_test_reporting;
GRANT USAGE ON SCHEMA education_flow TO ef_test_reporting;
-- is() keeps its books in a table of its own session's user
CREATE TABLE seen_by_role (n bigint, overrides bigint, shipped bigint, r text);
GRANT INSERT ON seen_by_role TO ef_test_reporting;
SET LOCAL ROLE ef_test_reporting;
INSERT INTO seen_by_role
SELECT (SELECT count(*) FROM pension_age), (SELECT count(*) FROM pension_age_override),
       (SELECT count(*) FROM pension_age_shipped()), (SELECT retirement_rule_agg(born_from, age_months)::text FROM pension_age);
RESET ROLE;
SELECT results_eq('SELECT n, overrides, shipped, r FROM seen_by_role',
                  'SELECT 7::bigint, 1::bigint, 7::bigint, rule_in_force()::text', 'a reporting role reads the ages and makes the rule');
CREATE FUNCTION refused_to_role(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text := 'allowed';
BEGIN
    BEGIN
        SET LOCAL ROLE ef_test_reporting;
        EXECUTE command;
        RESET ROLE;
    EXCEPTION WHEN OTHERS THEN
        state := SQLSTATE;
    END;
    RETURN is(state, '42501', 'a reporting role is refused: ' || command);
END
$$;
SELECT refused_to_role(command)
FROM unnest(ARRAY[$$INSERT INTO pension_age_override (born_from, age_months) VALUES ('1968-01-01', 804)$$,
                  'UPDATE pension_age_override SET age_months = 800', 'DELETE FROM pension_age_override',
                  'TRUNCATE pension_age_override']) AS command;
SELECT is((SELECT age_months FROM pension_age_override), 804, 'and has changed nothing');

SELECT * FROM finish();
ROLLBACK;
