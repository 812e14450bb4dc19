-- One query a line: what asks for more memory than a small address space has.
SELECT length(workforce_agg(birth_date, start_date, end_date, repeat(reason, 300), '[2010-01-01,2024-01-01)')::text) FROM staff
SELECT length(retention_agg(start_date, end_date, repeat(reason, 200), '[2010-01-01,2024-01-01)')::text) FROM staff
SELECT length(mobility_agg(person, repeat(reason, 100), start_date, end_date, '[2010-01-01,2024-01-01)')::text) FROM staff WHERE person < 60000
SELECT count(*) FROM many, mobility_matrix(m)
SELECT count(*) FROM many, mobility_project(m, NULL, 100)
SELECT count(v) FROM (SELECT i, rollup(w) AS v FROM many, generate_series(1, 400) AS i GROUP BY i) AS s
SELECT retention_log_rank(r, (i % 900)::text) FROM many, generate_series(1, 2000) AS i
SELECT count(*) FROM many, exit_incidence(r, '1 month')
SELECT funnel_agg(reason || i, stage, start_date, funnel_spec(ARRAY['a', 'b', 'c'])) IS NULL FROM staff, generate_series(1, 30) AS i
