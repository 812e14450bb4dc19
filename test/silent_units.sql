-- Numbers that were written in another unit than they are read in, dates that
-- stand for "no end", and what a date cannot tell apart: an error that says what
-- to do, or the answer that a time of day would give; never another number.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(44);

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
