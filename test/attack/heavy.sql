-- One query a line: each accessor on 100,000 reasons, and each aggregate that can spill.
SELECT count(*) FROM many, exit_rates(w)
SELECT count(*) FROM many, workforce_project_exits(w, 10)
SELECT count(*) FROM many, workforce_project(w, 30)
SELECT count(*) FROM many, exit_incidence(r, '1 month')
SELECT count(*) FROM many, retention_curve(r, '1 day')
SELECT count(*) FROM many, mobility_flows(m)
SELECT count(*) FROM many, mobility_matrix(m)
SELECT count(*) FROM many, mobility_project(m, NULL, 20)
SELECT length(w::text), length(r::text), length(m::text) FROM many
SELECT w::text::workforce = w, r::text::retention = r FROM many
SELECT rollup(w) = rollup(w) FROM many, generate_series(1, 5)
SELECT retention_log_rank(r, (i % 300)::text) FROM (SELECT i, retention_agg(start_date, end_date, reason, '[2010-01-01,2024-01-01)') AS r FROM staff, generate_series(1, 3) AS i GROUP BY i, person % 500) AS s
SELECT length(workforce_agg(birth_date, start_date, end_date, reason || i, '[2010-01-01,2024-01-01)')::text) FROM staff, generate_series(1, 5) AS i
SELECT length(funnel_agg(reason, stage, start_date, funnel_spec(ARRAY['a', 'b', 'c']))::text) FROM staff, generate_series(1, 5)
SELECT length(mobility_agg(reason, 's' || person % 5000, start_date, end_date, '[2010-01-01,2024-01-01)')::text) FROM staff, generate_series(1, 5)
SELECT length(credible_rates_agg(w)::text) FROM (SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2010-01-01,2024-01-01)') AS w FROM staff GROUP BY area) AS g
SELECT length(credible_rates_agg(w, c, 'marshall')::text) FROM many, generate_series(1, 20)
SELECT (forecast_score_agg(i, i - 1, i + 1, i % 7, i % 5, 0.8)).skill FROM generate_series(1, 3000000) AS i
SELECT length(retention_agg(person % 90000, start_date, end_date, reason, '[2010-01-01,2024-01-01)', '90 days')::text) FROM staff, generate_series(1, 5)
SELECT length(spells_agg(start_date, end_date, reason, 0.001, '0 days')::text) FROM staff
SELECT length(funnel_steps(stage, start_date + i, funnel_spec(ARRAY['a', 'b', 'c']))::text) FROM staff, generate_series(1, 20) AS i
SELECT window_funnel(start_date + i, funnel_spec(ARRAY['a', 'b', 'c']), stage = 'a', stage = 'b', stage = 'c') FROM staff, generate_series(1, 20) AS i
SELECT length(retirement_rule_agg((date '1900-01-01' + i * interval '1 month')::date, 700 + i / 100)::text) FROM generate_series(1, 5000) AS i
SELECT retention_gray(r, (i % 90)::text, NULL, md5('1')) FROM (SELECT i, retention_agg(start_date, end_date, reason, '[2010-01-01,2024-01-01)') AS r FROM staff, generate_series(1, 3) AS i GROUP BY i, person % 500) AS s
