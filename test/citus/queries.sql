-- What test/citus.sh asks.  The head of a query says how it runs over tables that are distributed by person, and
-- over tables by region:
--   whole     the aggregate runs on the workers to its end
--   partial   workers send summaries, which the coordinator combines
--   both      the inner aggregate whole, the one above it partial
--   pulled    rows are sent to the coordinator

-- partial partial: workforce_agg
SELECT workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2024-01-01)') FROM employment;

-- partial partial: workforce_agg with FTE, by profession
SELECT profession, workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2024-01-01)', fte) FROM employment GROUP BY profession;

-- partial partial: workforce_agg with FTE as float8
SELECT workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2024-01-01)', fte::float8) FROM employment;

-- partial whole: workforce_agg by region
SELECT region, workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2024-01-01)') FROM employment GROUP BY region;

-- partial partial: workforce_agg of a number that is cast to a word
SELECT workforce_agg(born, start_date, end_date, reason_code::text, '[2014-01-01,2024-01-01)') FROM employment;

-- partial partial: retention_agg
SELECT retention_agg(start_date, end_date, reason, '[2014-01-01,2024-01-01)') FROM employment;

-- partial partial: retention_agg by profession
SELECT profession, retention_agg(start_date, end_date, reason, '[2014-01-01,2024-01-01)') FROM employment GROUP BY profession;

-- partial partial: FILTER, HAVING, and periods of their own
SELECT profession, workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2020-01-01)') FILTER (WHERE fte > 0.6),
       workforce_agg(born, start_date, end_date, reason, '[2016-01-01,2024-01-01)'), retention_agg(start_date, end_date, reason, '[,2024-01-01)')
FROM employment GROUP BY profession HAVING count(*) > 10;

-- partial partial: empty
SELECT workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2024-01-01)'), retention_agg(start_date, end_date, reason, '[2014-01-01,2024-01-01)') FROM employment WHERE profession = 'nobody';

-- partial partial: funnel_agg of chains
SELECT funnel_agg(reached, simple_spec()) FROM chain;

-- partial partial: funnel_agg of chains, by programme
SELECT programme, funnel_agg(reached, simple_spec()) FROM chain GROUP BY programme;

-- partial partial: funnel_agg of chains, two specs
SELECT funnel_agg(reached, simple_spec()), funnel_agg(reached, funnel_spec(ARRAY['applied', 'admitted', 'registered', 'graduated'])) FROM chain;

-- pulled pulled: funnel_agg of people
SELECT funnel_agg(person_id, stage, at, spec()) FROM event;

-- pulled pulled: funnel_agg of people, by programme
SELECT programme, funnel_agg(person_id, stage, at, spec()) FROM event GROUP BY programme;

-- pulled whole: funnel_agg of people, by region
SELECT region, funnel_agg(person_id, stage, at, spec()) FROM event GROUP BY region;

-- both pulled: funnel_agg of a person, and a rollup
SELECT programme, rollup(f) FROM (SELECT programme, funnel_agg(stage, at, spec()) AS f FROM event GROUP BY person_id, programme) AS p GROUP BY programme;

-- partial whole: retention_agg of a word that is a number, by region
SELECT region, retention_agg(start_date, end_date, reason_code::text, '[2014-01-01,2024-01-01)') FROM employment GROUP BY region;

-- pulled both: funnel_agg of people in a region, and a rollup
SELECT rollup(f) FROM (SELECT funnel_agg(person_id, stage, at, spec()) AS f FROM event GROUP BY region) AS p;

-- whole pulled: funnel_steps of a person
SELECT person_id, funnel_steps(stage, at, spec()) FROM event GROUP BY person_id;

-- whole pulled: window_funnel of a person
SELECT person_id, window_funnel(at, simple_spec(), stage = 'applied', stage = 'admitted', stage = 'registered', stage = 'graduated') FROM event GROUP BY person_id;

-- whole pulled: spells_agg of a person
SELECT person_id, spells_agg(start_date, end_date, reason, '30 days') FROM employment GROUP BY person_id;

-- pulled pulled: mobility_agg
SELECT mobility_agg(person_id, state, start_date, end_date, '[2015-01-01,2022-01-01)') FROM posting;

-- pulled pulled: mobility_agg by profession
SELECT profession, mobility_agg(person_id, state, start_date, end_date, '[2015-01-01,2022-01-01)') FROM posting GROUP BY profession;

-- both pulled: mobility_agg of a person, and a rollup
SELECT profession, rollup(m) FROM (SELECT profession, mobility_agg(person_id, state, start_date, end_date, '[2015-01-01,2022-01-01)') AS m FROM posting GROUP BY person_id, profession) AS p GROUP BY profession;

-- pulled whole: mobility_agg with reasons and FTE, by region
SELECT region, mobility_agg(person_id, state, start_date, end_date, reason, '[2015-01-01,2022-01-01)', fte, '30 days') FROM posting GROUP BY region;

-- pulled pulled: workforce_agg of people
SELECT workforce_agg(person_id, born, start_date, end_date, reason, '[2014-01-01,2024-01-01)', fte, '30 days') FROM employment;

-- both pulled: workforce_agg of a person, and a rollup
SELECT rollup(w) FROM (SELECT workforce_agg(person_id, born, start_date, end_date, reason, '[2014-01-01,2024-01-01)', fte, '30 days') AS w FROM employment GROUP BY person_id) AS p;

-- both pulled: retention_agg of a person, and a rollup
SELECT rollup(r) FROM (SELECT retention_agg(person_id, start_date, end_date, reason, '[2014-01-01,2024-01-01)', '30 days') AS r FROM employment GROUP BY person_id) AS p;

-- pulled both: retention_agg of people in a region, and a rollup
SELECT rollup(r) FROM (SELECT retention_agg(person_id, start_date, end_date, reason, '[2014-01-01,2024-01-01)', '30 days') AS r FROM employment GROUP BY region) AS p;

-- partial both: credible_rates_agg over groups
SELECT credible_rates_agg(w) FROM (SELECT region, workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2024-01-01)') AS w FROM employment GROUP BY region) AS g;

-- partial partial: rollup of stored workforces
SELECT rollup(w) FROM stored;

-- partial partial: rollups of stored summaries of all types
SELECT part, rollup(w), rollup(r), rollup(f), rollup(m) FROM stored GROUP BY part;

-- pulled pulled: retention_log_rank of stored summaries
SELECT retention_log_rank(r, part) FROM stored;

-- pulled pulled: retention_gray of stored summaries
SELECT retention_gray(r, part, region, 'layoff') FROM stored;

-- pulled pulled: retirement_rule_agg over rows
SELECT retirement_rule_agg(born_from, age_months) FROM (SELECT DISTINCT make_date(1950 + (person_id % 9)::integer, 1, 1) AS born_from, (780 + person_id % 9)::integer AS age_months FROM posting) AS a;

-- pulled pulled: forecast_score_agg
SELECT forecast_score_agg(headcount(w)::float8, 0::float8, 1000::float8, hires(w)::float8, 1::float8, 0.8::float8) FROM stored;

-- partial partial: GROUPING SETS over groups
SELECT profession, reason, rollup(w) FROM (SELECT profession, reason, workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2024-01-01)') AS w FROM employment GROUP BY profession, reason) AS g
GROUP BY GROUPING SETS ((profession, reason), (profession), ());

-- partial partial: numbers by LATERAL
SELECT profession, c.* FROM (SELECT profession, retention_agg(start_date, end_date, reason, '[2014-01-01,2024-01-01)') AS r FROM employment GROUP BY profession) AS g, retention_curve(r, '1 year') AS c;

-- partial partial: projection
SELECT p.* FROM (SELECT workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2024-01-01)') AS w FROM employment) AS g, workforce_project(w, 5) AS p;

-- both pulled: certificate_spells of a person, and mobility
SELECT rollup(m)
FROM (SELECT mobility_agg(s.person_id || ' ' || s.module, c.status, c.start_date, c.end_date, '[2022-01-01,2025-01-01)') AS m
      FROM (SELECT person_id, module, array_agg(completed_on ORDER BY completed_on) AS completed, min(valid_months) AS months FROM certificate GROUP BY person_id, module) AS s,
           LATERAL certificate_spells(s.completed, make_interval(months => s.months), '[2022-01-01,2025-01-01)') AS c
      GROUP BY s.person_id) AS p;
