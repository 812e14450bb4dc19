-- A stored value of each type, with all that its format can hold, and what the
-- functions say of it: the text, the wire and the disk form of each become the
-- files that suite/golden.sh reads for ever.
CREATE TEMP TABLE spell AS
SELECT id, date '1952-01-01' + id * 577 AS birth_date, date '2001-01-01' + id * 211 AS start_date,
       CASE WHEN id % 3 < 2 THEN date '2001-01-01' + id * 211 + 40 + id * 1237 % 5003 END AS end_date,
       (ARRAY['retirement', 'övrigt "x"', E'a\\b\tc', NULL])[1 + id % 4] AS reason,
       round(0.1 + id % 10 * 0.1, 3) AS fte,
       (ARRAY['Malmö', 'Lund', ''])[1 + id % 3] AS state
FROM generate_series(1, 40) AS id;

CREATE TEMP TABLE event AS
SELECT id, stage, at
FROM generate_series(1, 60) AS id,
     LATERAL (VALUES ('sökt', 0, true), ('åter "x"', 40 + id * 7 % 50, id % 4 > 0), ('left', 100 + id, id % 5 = 0),
                     ('examen', 1000 + id * 53 % 401, id % 3 > 0)) AS happened (stage, day, so),
     LATERAL (SELECT date '2016-04-15' + id * 61 + day AS at) AS d
WHERE so;

CREATE TEMP TABLE workforce_value (name text, v workforce);
INSERT INTO workforce_value
SELECT 'full', workforce_agg(birth_date, start_date, end_date, reason, '[2003-04-05,2018-02-01)', fte) FROM spell
UNION ALL
SELECT 'unbounded', workforce_agg(birth_date, start_date, end_date, reason, '(,2018-02-01)') FROM spell
UNION ALL
SELECT 'skipped', workforce_agg(NULL, '2010-01-01', NULL, NULL, '[2003-04-05,2018-02-01)');

-- Rates of groups that differ, of one of them, of a group in a region, and as observed.
CREATE TEMP TABLE unit AS
SELECT id % 2 AS region, id % 8 AS unit,
       workforce_agg(birth_date, start_date, end_date + id % 8 / 4 * 400, reason, '[2003-04-05,2018-02-01)') AS w
FROM (SELECT * FROM spell UNION ALL SELECT id + 8, birth_date + 30, start_date, start_date + 90, reason, fte, state
      FROM spell WHERE id % 8 = 3) AS s
GROUP BY 1, 2;
CREATE TEMP TABLE credible_rates_value (name text, v credible_rates);
INSERT INTO credible_rates_value
SELECT 'all', credible_rates_agg(w) FROM unit
UNION ALL
SELECT 'moments', credible_rates_agg(w, NULL, 'marshall') FROM unit
UNION ALL
SELECT 'observed', rollup(w) FROM unit;
INSERT INTO credible_rates_value
SELECT 'unit', credibility(w, v) FROM unit, credible_rates_value WHERE unit = 3 AND name = 'moments';
INSERT INTO credible_rates_value
SELECT 'region', credible_rates_agg(w, v, 'marshall') FROM unit, credible_rates_value WHERE region = 1 AND name = 'unit';
INSERT INTO credible_rates_value
SELECT 'later', shift_retirement(v, 18) FROM credible_rates_value WHERE name = 'unit';

CREATE TEMP TABLE retention_value (name text, v retention);
INSERT INTO retention_value
SELECT 'full', retention_agg(start_date, end_date, reason, '[2003-04-05,2018-02-01)') FROM spell
UNION ALL
SELECT 'unbounded', retention_agg(start_date, end_date, reason, '(,2018-02-01)') FROM spell
UNION ALL
SELECT 'skipped', retention_agg(NULL, NULL, NULL, '[2003-04-05,2018-02-01)');

CREATE TEMP TABLE funnel_spec_value (name text, v funnel_spec);
INSERT INTO funnel_spec_value VALUES
    ('full', funnel_spec(ARRAY['sökt', 'åter "x"', 'examen'], '1 month 1000 days 00:00:03', '2022-02-01',
                         exits => '{left,övrigt}',
                         modes => '{strict_order,strict_once,strict_increase,strict_deduplication}')),
    ('days', funnel_spec(ARRAY['sökt', 'åter "x"', 'examen'], '1500 days', '2022-02-01', exits => '{left}')),
    ('plain', funnel_spec(ARRAY['sökt', 'examen']));

CREATE TEMP TABLE funnel_value (name text, v funnel);
INSERT INTO funnel_value
SELECT name, funnel_agg(id, stage, at, v) FROM funnel_spec_value, event WHERE name <> 'full' GROUP BY name, v;

CREATE TEMP TABLE mobility_value (name text, v mobility);
INSERT INTO mobility_value
SELECT 'full', mobility_agg(id % 15, state, start_date, end_date, '[2003-04-05,2018-02-01)') FROM spell
UNION ALL
SELECT 'skipped', mobility_agg(1, NULL, date '2010-01-01', NULL, '[2003-04-05,2018-02-01)')
UNION ALL
SELECT 'people', mobility_agg(id % 15, state, start_date, end_date, reason, '[2003-04-05,2018-02-01)', fte, '30 days') FROM spell;

CREATE TEMP TABLE retirement_rule_value (name text, v retirement_rule);
INSERT INTO retirement_rule_value
SELECT 'shipped', retirement_rule_agg(born_from, age_months)
FROM (VALUES (date '1850-01-01', 780), ('1958-01-01', 792), ('1966-07-01', 811)) AS v (born_from, age_months)
UNION ALL
SELECT 'one', retirement_rule_agg('1900-01-01', 800);

-- What the functions say of each value.
CREATE FUNCTION pg_temp.answer(v workforce) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', headcount(v), hires(v), exits(v), skipped(v), round(fte(v)::numeric, 6),
                     round(person_years(v)::numeric, 6))
$$;
CREATE FUNCTION pg_temp.answer(v credible_rates) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(':', replace(reason, E'\t', ' '), exits, round(expected::numeric, 6), round(z::numeric, 6), round(ratio::numeric, 6),
                                round(lower::numeric, 6), round(upper::numeric, 6)), ' ' ORDER BY reason COLLATE "C")
    FROM exit_ratios(v)
$$;
CREATE FUNCTION pg_temp.answer(v retention) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', spells(v), exits(v), skipped(v), retention_median(v),
                     round(retention_rate(v, '2 years')::numeric, 6), round(retention_mean(v, '1000 days')::numeric, 6))
$$;
CREATE FUNCTION pg_temp.answer(v funnel_spec) RETURNS text LANGUAGE sql AS $$
    SELECT v::jsonb::text
$$;
CREATE FUNCTION pg_temp.answer(v funnel) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', skipped(v), string_agg(concat_ws(':', stage, entered, round(cumulative::numeric, 6)), ' ' ORDER BY stage_no))
    FROM funnel_stages(v)
$$;
CREATE FUNCTION pg_temp.answer(v mobility) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', skipped(v), (SELECT string_agg(concat_ws(':', from_state, to_state, moves), ' ' ORDER BY from_state COLLATE "C", to_state COLLATE "C")
                                       FROM mobility_flows(v)),
                     (SELECT string_agg(concat_ws(':', state, headcount, fte, leavers), ' ' ORDER BY period_start, state COLLATE "C") FROM mobility_series(v, '5 years')),
                     (SELECT string_agg(concat_ws(':', state, to_json(reason), leavers), ' ' ORDER BY state COLLATE "C", reason COLLATE "C") FROM mobility_leavers(v, '15 years')))
$$;
CREATE FUNCTION pg_temp.answer(v retirement_rule) RETURNS text LANGUAGE sql AS $$
    SELECT v::jsonb::text
$$;
