-- Numbers that were written in another unit than they are read in, dates that
-- stand for "no end", and what a date cannot tell apart: an error that says what
-- to do, or the answer that a time of day would give; never another number.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(52);

-- The error of a query: its SQLSTATE, what it shows, and whether it has a hint.
CREATE FUNCTION refusal(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
    hint text;
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE, message, detail, hint);
END
$$;

-- ---------------------------------------------------------------------------
-- A window without its unit is in seconds
-- ---------------------------------------------------------------------------
CREATE TABLE event (person_id int, stage text, at date);
INSERT INTO event VALUES (1, 'began', '2022-09-01'), (1, 'graduated', '2023-06-05'), (2, 'began', '2022-09-01'), (2, 'graduated', '2022-09-01');
SELECT is(refusal(format(call, within)),
          format('22023 | the window of a funnel over dates is shorter than a day | within is %s seconds. | '
                 'A number without a unit is in seconds: write ''365 days'' for ''365''.', seconds),
          format('%s over dates: %s', within, split_part(call, '(', 1)))
FROM (VALUES ($$SELECT funnel_agg(person_id, stage, at, funnel_spec('{began,graduated}', '%s')) FROM event$$),
             ($$SELECT funnel_agg(person_id::text, stage, at, funnel_spec('{began,graduated}', '%s')) FROM event$$),
             ($$SELECT funnel_agg(stage, at, funnel_spec('{began,graduated}', '%s')) FROM event$$),
             ($$SELECT funnel_agg(ARRAY[at], funnel_spec('{began,graduated}', '%s')) FROM event$$),
             ($$SELECT funnel_steps(stage, at, funnel_spec('{began,graduated}', '%s')) FROM event$$),
             ($$SELECT window_funnel(at, funnel_spec('{began,graduated}', '%s'), stage = 'began', stage = 'graduated') FROM event$$)) AS c (call),
     (VALUES ('365', '365'), ('5', '5'), ('0.5', '0.5'), ('23:59:59', '86399')) AS w (within, seconds);
SELECT is(refusal(format($$SELECT funnel_agg(person_id, stage, at%s, funnel_spec('{began,graduated}', '%s')) FROM event$$, type, within)),
          'no error', format('%s is a window over at%s', within, type))
FROM (VALUES ('', '365 days'), ('', '24:00'), ('', '36 hours'), ('', '0'), ('::timestamp', '365'), ('::timestamptz', '23:59')) AS x (type, within);

-- ---------------------------------------------------------------------------
-- Ages of a rule are in months, years have four digits
-- ---------------------------------------------------------------------------
SELECT alike(refusal($$SELECT retirement_rule_agg('1960-01-01', 65)$$), '22023 | age of retirement is out of range | %65 months%| %65 years are 780.', '65 is no age');
SELECT alike(refusal($$SELECT '[{"born_from": "1960-01-01", "age_months": 67}]'::retirement_rule$$), '22P02 | %', 'nor is 67 in the text form');
SELECT is(refusal($$SELECT retirement_rule_agg('1960-01-01', 216)$$), 'no error', '18 years are');
SELECT alike(refusal($$SELECT * FROM funnel_agg(1, 'a', date '2020-01-01', funnel_spec('{a,b}')) AS f$$), '42883%', 'aggregates stand in queries') WHERE false;
SELECT alike(refusal(format($$SELECT funnel_output(f, '{1}', %s, 2) FROM (SELECT funnel_agg(person_id, stage, at, funnel_spec(ARRAY['began', 'graduated'])) AS f
                             FROM event) AS x$$, year)), wanted, 'first_year ' || year)
FROM (VALUES (26, '22023 | first_year must be between 1000 and 9999 | first_year is 26. | %2026 and not 26.'), (999, '22023%'), (2026, 'no error')) AS y (year, wanted);

-- ---------------------------------------------------------------------------
-- The end of a period is the first day that is not observed
-- ---------------------------------------------------------------------------
-- Two who leave with the year, and one who came on its last day and was there that day alone.
CREATE TABLE year_end (person int, s date, e date);
INSERT INTO year_end VALUES (1, '2024-05-01', '2026-01-01'), (2, '2025-02-01', '2026-01-01'), (3, '2025-12-31', '2026-01-01'), (4, '2025-03-01', NULL);
CREATE FUNCTION of_period(period daterange) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', (SELECT format('%s %s', spells(r), exits(r)) FROM (SELECT retention_agg(s, e, 'x', period) AS r FROM year_end) AS x),
                     (SELECT format('%s %s', spells(r), exits(r)) FROM (SELECT retention_agg(person, s, e, 'x', period, '0 days') AS r FROM year_end) AS x),
                     (SELECT format('%s %s %s', headcount, hires, leavers) FROM (SELECT mobility_agg(person, 'a', s, e, period) AS m FROM year_end) AS x, mobility_series(m, '3 years') WHERE state IS NULL))
$$;
SELECT is(of_period(period::daterange), '4 3 4 3 4 4 3', 'the whole year: ' || period) FROM unnest('{"[2024-01-01,2025-12-31]","[2024-01-01,2026-01-01)","(2023-12-31,2026-01-01)"}'::text[]) AS period;
SELECT is(of_period(daterange('2024-01-01', '2025-12-31', bounds)), wanted, 'with the bounds ' || bounds) FROM (VALUES ('[]', '4 3 4 3 4 4 3'), ('[)', '3 0 3 0 3 3 0')) AS b (bounds, wanted);
SELECT is(refusal(format('SELECT workforce_agg(''1980-01-01'', s, e, ''x'', daterange(''2024-01-01'', ''2025-12-31'', %L)) FROM year_end', bounds)), wanted, 'of a workforce ' || bounds)
FROM (VALUES ('[]', 'no error'), ('[)', '22023 | observation period must end with a month | The observation period ends on 2025-12-31. | Give the first day of the next month as its upper bound.')) AS b (bounds, wanted);
SELECT alike(refusal('SELECT count(*) FROM reporting_ddl(''x'', ''{"employment": {"table": "year_end", "birth_date": "s", "start_date": "s", "end_date": "e", "reason": null}, "as_of": "2025-12-31"}'')'), '22023 | "as_of" cannot have this value%', 'nor can a mapping end so');

-- ---------------------------------------------------------------------------
-- A rejection and a new application of one day
-- ---------------------------------------------------------------------------
CREATE FUNCTION of_days(history text[], days int[], within interval DEFAULT '5 years', modes text[] DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', entered, converted, exited, pending, lost), ', ' ORDER BY stage_no)
    FROM (SELECT funnel_agg(1, stage, date '2020-01-01' + day, funnel_spec('{a,b,c}', within, '2030-01-01', '{x}', modes)) AS f
          FROM unnest(history, days) AS e (stage, day)) AS g, funnel_stages(f)
$$;
-- entered, converted, exited, pending, lost of a, b; entered of c
SELECT is(of_days(history, days, within, modes), wanted, label)
FROM (VALUES
    ('{a,x,a,b,c}'::text[], '{0,9,9,20,30}'::int[], '5 years'::interval, '{}'::text[], '1 1 0 0 0, 1 1 0 0 0, 1', 'who was there begins anew'),
    ('{a,x,b,c}', '{9,9,20,30}', '5 years', '{}', '1 0 1 0 0, 0 0 0 0 0, 0', 'who was not has left'),
    ('{a,x,a}', '{0,9,9}', '5 years', '{}', '1 0 1 0 0, 0 0 0 0 0, 0', 'without a later stage the first chain counts, which was left'),
    ('{a,x,a,b}', '{0,9,9,9}', '5 years', '{}', '1 1 0 0 0, 1 0 1 0 0, 0', 'a tie favours the next stage of who was there, and leaves from it'),
    ('{a,x,a,b,c}', '{0,9,9,9,20}', '5 years', '{}', '1 1 0 0 0, 1 1 0 0 0, 1', 'but the new chain goes further'),
    ('{a,x,a,b,c}', '{0,9,9,20,30}', '5 days', '{}', '1 0 0 0 1, 0 0 0 0 0, 0', 'a window that has closed left nobody to leave'),
    ('{a,x,a,x,b,c}', '{0,5,9,9,20,30}', '5 years', '{}', '1 0 1 0 0, 0 0 0 0 0, 0', 'who left before is not there'),
    ('{a,c,a,x,b}', '{0,5,9,9,9}', '5 years', '{strict_order}', '1 1 0 0 0, 1 0 0 0 1, 0', 'a chain of one day begins after the exit')
) AS t (history, days, within, modes, wanted, label);

SELECT * FROM finish();
ROLLBACK;
