# shellcheck shell=bash
# stored.sh: sourced by suites that move a database: what is stored in it.  Wants
# tap.sh and database.sh.

# stored_fill DATABASE: values of every type in tables and materialized views,
# with indexes, defaults, and an edited pension age table.
stored_fill() {
	fresh_database "$1" && run -d "$1" <<-'SQL'
		SELECT setseed(0.5);
		CREATE TABLE employment AS
		SELECT id % 12 AS part, birth_date, birth_date + 8000 + (9000 * random())::int AS start_date,
		       CASE WHEN id % 3 = 0 THEN birth_date + 17000 + (9000 * random())::int END AS end_date,
		       (ARRAY['retirement', 'övrigt "x"', E'a\\b\tc', NULL])[1 + id % 4] AS reason,
		       round(random()::numeric, 3) AS fte
		FROM (SELECT id, '1940-01-01'::date + (15000 * random())::int AS birth_date
		      FROM generate_series(1, 2400) AS id OFFSET 0) AS b;
		CREATE TABLE summary (part int PRIMARY KEY, w workforce NOT NULL);
		INSERT INTO summary
		SELECT part, workforce_agg(birth_date, start_date, end_date, reason, '[2003-04-05,2024-02-01)', fte)
		FROM employment GROUP BY part;
		-- one without a beginning and without fte, and one of a single skipped row
		INSERT INTO summary
		SELECT 100, workforce_agg(birth_date, start_date, end_date, reason, '(,2024-02-01)') FROM employment
		UNION ALL SELECT 101, workforce_agg(NULL, '2010-01-01', NULL, NULL, '[2003-04-05,2024-02-01)');
		CREATE UNIQUE INDEX ON summary (w) WHERE part < 100;
		CREATE MATERIALIZED VIEW by_part AS
		SELECT part % 4 AS part, rollup(w) AS w FROM summary WHERE part < 100 GROUP BY part % 4;
		CREATE UNIQUE INDEX ON by_part (part);
		SELECT format('CREATE TABLE with_default (id int, w workforce DEFAULT %L)', w)
		FROM summary WHERE part = 1 \gexec
		INSERT INTO with_default VALUES (1);
		INSERT INTO pension_age_override VALUES
		    ('1967-01-01', 805, 'confirmed', '2026-10-01', 'regeringen, "beslut"'),
		    ('1990-07-01', 840, 'assumption', '2026-11-01', 'scenario');
		CREATE TABLE stay (part int PRIMARY KEY, r retention NOT NULL
		    DEFAULT '{"type": "retention", "version": 1, "observed": ["2003-04-05", "2024-02-01"], "late_entries": {"5": 1}, "exits": {"åter \"x\"": {"7": 1}}}');
		INSERT INTO stay
		SELECT part, retention_agg(start_date, end_date, reason, '[2003-04-05,2024-02-02)')
		FROM employment GROUP BY part;
		INSERT INTO stay
		SELECT 100, retention_agg(start_date, end_date, reason, '(,2024-02-02)') FROM employment
		UNION ALL SELECT 101, retention_agg(NULL, NULL, NULL, '[2003-04-05,2024-02-02)');
		INSERT INTO stay VALUES (102, DEFAULT);
		CREATE UNIQUE INDEX ON stay (r) WHERE part > 100;
		CREATE MATERIALIZED VIEW stay_by_part AS
		SELECT part % 4 AS part, rollup(r) AS r FROM stay WHERE part < 100 GROUP BY part % 4;
		CREATE UNIQUE INDEX ON stay_by_part (part);
		-- people who are named by their birth date, with several contracts; their spells as rows
		CREATE MATERIALIZED VIEW people AS
		SELECT part, workforce_agg(birth_date::text, birth_date, start_date, end_date, reason, '[2003-04-05,2024-02-01)', fte, '30 days') AS w,
		       retention_agg(birth_date::text, start_date, end_date, reason, '[2003-04-05,2024-02-01)', '1 month') AS r
		FROM employment GROUP BY part;
		CREATE UNIQUE INDEX ON people (part);
		CREATE TABLE spells (part int PRIMARY KEY, s spell[] NOT NULL);
		INSERT INTO spells SELECT part, spells_agg(start_date, end_date, reason, fte, '30 days') FROM employment GROUP BY part
		UNION ALL SELECT 100, spells_agg(start_date, end_date, reason, '0 days') FROM employment;
		CREATE TABLE path (part int PRIMARY KEY, f funnel NOT NULL
		    DEFAULT '{"type": "funnel", "version": 1, "spec": {"stages": ["sökt", "åter \"x\""], "within": {"days": 9}}, "reached": {"sökt": {"0": 1}}, "lost": {"sökt": {"9": 1}}}');
		CREATE TABLE event AS
		SELECT id, id % 12 AS part, (ARRAY['sökt', 'åter "x"', E'a\\b\tc', '', 'övrigt'])[1 + (5 * random())::int % 5] AS stage, '2010-01-01'::date + (4000 * random())::int AS at
		FROM generate_series(1, 2400) AS id, generate_series(1, 6);
		INSERT INTO path
		SELECT part, funnel_agg(id, stage, at, funnel_spec(ARRAY['sökt', 'åter "x"', E'a\\b\tc', ''], '8 years', '2019-02-01', '{övrigt}'))
		FROM event GROUP BY part;
		-- one without an end, one with all modes, and one of a single skipped row
		INSERT INTO path
		SELECT 100, funnel_agg(id, stage, at, funnel_spec(ARRAY['sökt', '', 'övrigt'])) FROM event
		UNION ALL SELECT 101, funnel_agg(id, stage, at, funnel_spec(ARRAY['sökt', ''], '1 month 2 days 00:00:03', modes => '{strict_order,strict_once,strict_increase,strict_deduplication}')) FROM event
		UNION ALL SELECT 102, funnel_agg(NULL::int, 'a', '2010-01-01'::date, funnel_spec(ARRAY[repeat('é', 3000)]));
		INSERT INTO path VALUES (103, DEFAULT);
		CREATE UNIQUE INDEX ON path (f) WHERE part > 100;
		CREATE MATERIALIZED VIEW path_by_part AS
		SELECT part % 4 AS part, rollup(f) AS f FROM path WHERE part < 100 GROUP BY part % 4;
		CREATE UNIQUE INDEX ON path_by_part (part);
		CREATE TABLE move (part int PRIMARY KEY, m mobility NOT NULL
		    DEFAULT '{"type": "mobility", "version": 1, "observed": ["2020-01-01", "2024-02-01"], "opening": {"sökt": {"0": 1}}, "moved": {"sökt": {"åter \"x\"": {"7": 1}}}}');
		-- people who begin in a state and move on, once or twice, to another
		INSERT INTO move
		SELECT part, jsonb_build_object('type', 'mobility', 'version', 1, 'skipped', part, 'observed', '["2010-01-01", "2024-02-01"]'::jsonb,
		           'opening', (SELECT jsonb_object_agg(s, '{"0": 90}'::jsonb) FROM unnest(states) AS s),
		           'moved', (SELECT jsonb_object_agg(a, (SELECT jsonb_object_agg(b, jsonb_build_object(1 + part * 7 + length(a) % 40 * 100, 3, 4000 + length(b), 2))
		                                                 FROM unnest(states) AS b WHERE b <> a)) FROM unnest(states) AS a),
		           'left', jsonb_build_object('', '{"5000": 9}'::jsonb), 'resumed', jsonb_build_object('sökt', '{"5143": 1}'::jsonb))::text::mobility
		FROM generate_series(1, 12) AS part, (SELECT ARRAY['sökt', 'åter "x"', E'a\\b\tc', '', repeat('é', 300)]) AS x (states);
		INSERT INTO move VALUES (101, DEFAULT), (102, '{"type": "mobility", "version": 1, "observed": ["2020-01-01", "2020-01-02"], "skipped": 5}');
		CREATE UNIQUE INDEX ON move (m) WHERE part > 100;
		CREATE MATERIALIZED VIEW move_by_part AS
		SELECT part % 4 AS part, rollup(m) AS m FROM move WHERE part < 100 GROUP BY part % 4;
		CREATE UNIQUE INDEX ON move_by_part (part);
		CREATE TABLE spec (id int PRIMARY KEY, s funnel_spec NOT NULL UNIQUE
		    DEFAULT funnel_spec(ARRAY['sökt', E'"a" \\b\t'], '8 years', '2024-02-01', '{övrigt,x}', '{strict_order}'));
		INSERT INTO spec VALUES
		    (1, DEFAULT), (2, funnel_spec(ARRAY['a'])),
		    (3, funnel_spec(ARRAY['a', ''], '1 month 2 days 00:00:00.000003', exits => '{ä," ",ö}')),
		    (4, funnel_spec(ARRAY[repeat('é', 3000)], '0', '0001-01-01', modes => '{strict_once,strict_increase}'));
		CREATE TABLE rule AS
		SELECT 'in force' AS name, retirement_rule_agg(born_from, age_months) AS r FROM pension_age
		UNION ALL SELECT 'shipped', retirement_rule_agg(born_from, age_months) FROM pension_age_shipped();
		CREATE TABLE credible AS
		SELECT part, credibility(w, (SELECT credible_rates_agg(w) FROM people)) AS c FROM people
		UNION ALL SELECT NULL, credible_rates_agg(w, NULL, 'marshall') FROM people
		UNION ALL SELECT -1, '{"type": "credible_rates", "version": 1, "reasons": [{"reason": "å\\b", "base": 0.1, "base_variance": 1e-300, "mean": 3, "weight": 0.30000000000000004, "expected": 1e22, "exits": 5}],
		    "reference": {"type": "workforce", "version": 1, "observed": ["2020-01-01", "2020-02-01"], "hires": {"300": 1}, "exits": {"å\\b": {"300": 1}}, "days": {"25": 1}}}';
	SQL
}

# stored_content DATABASE: all that there is to know about it, as text and as bytes.
stored_content() {
	run -d "$1" <<-'SQL'
		SELECT 'part', part, w, encode(workforce_send(w), 'hex'), workforce_hash(w) FROM summary ORDER BY part;
		SELECT 'view', part, w, encode(workforce_send(w), 'hex') FROM by_part ORDER BY part;
		SELECT 'stay', part, r, encode(retention_send(r), 'hex'), retention_hash(r) FROM stay ORDER BY part;
		SELECT 'stay view', part, r, encode(retention_send(r), 'hex') FROM stay_by_part ORDER BY part;
		SELECT 'people', part, encode(workforce_send(w), 'hex'), encode(retention_send(r), 'hex') FROM people ORDER BY part;
		SELECT 'spells', part, s FROM spells ORDER BY part;
		SELECT 'credible', part, c, encode(credible_rates_send(c), 'hex'), credible_rates_hash(c) FROM credible ORDER BY part;
		SELECT 'rule', name, r, encode(retirement_rule_send(r), 'hex') FROM rule ORDER BY name;
		SELECT 'path', part, f, encode(funnel_send(f), 'hex'), funnel_hash(f) FROM path ORDER BY part;
		SELECT 'paths', part, f, encode(funnel_send(f), 'hex') FROM path_by_part ORDER BY part;
		SELECT 'move', part, m, encode(mobility_send(m), 'hex'), mobility_hash(m) FROM move ORDER BY part;
		SELECT 'moves', part, m, encode(mobility_send(m), 'hex') FROM move_by_part ORDER BY part;
		SELECT 'spec', id, s, encode(funnel_spec_send(s), 'hex'), funnel_spec_hash(s) FROM spec ORDER BY id;
		SELECT 'override', o.* FROM pension_age_override AS o ORDER BY born_from;
		SELECT 'age', a.* FROM pension_age AS a ORDER BY born_from;
		SELECT 'default', w, (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'with_default'::regclass)
		FROM with_default;
		SELECT 'projection', p.* FROM summary, rule, workforce_project(w, 5, retire_rule => r) AS p
		WHERE part = 1 ORDER BY name, year;
		SELECT 'curve', part, c.* FROM stay, retention_curve(r) AS c WHERE part IN (1, 100) ORDER BY part, after_days;
		SELECT 'stage', part, c.* FROM path, funnel_stages(f) AS c ORDER BY part, stage_no;
		SELECT 'matrix', part, c.* FROM move, mobility_matrix(m) AS c ORDER BY part, from_state COLLATE "C", to_state COLLATE "C";
		SELECT 'test', (retention_log_rank(r, (part % 3)::text)).* FROM stay WHERE part < 100;
	SQL
}

# stored_bytes DATABASE TABLE: what it holds, without the detour of text.
stored_bytes() {
	case $2 in
		summary) run -d "$1" -c 'SELECT part, workforce_send(w) FROM summary ORDER BY part' ;;
		stay) run -d "$1" -c 'SELECT part, retention_send(r) FROM stay ORDER BY part' ;;
		path) run -d "$1" -c 'SELECT part, funnel_send(f) FROM path ORDER BY part' ;;
		move) run -d "$1" -c 'SELECT part, mobility_send(m) FROM move ORDER BY part' ;;
		spec) run -d "$1" -c 'SELECT id, funnel_spec_send(s) FROM spec ORDER BY id' ;;
	esac
}
