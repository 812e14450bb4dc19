-- 200 expressions with arguments drawn by :seed, one statement each.
SELECT setseed(:seed / 32768.0) IS NULL AS drawn \gset
SET statement_timeout = '10s';
WITH hostile AS (
    SELECT ARRAY['NULL', '0', '1', '-1', '0.95', '''NaN''', '''Infinity''', '''-Infinity''', '1e300', '2147483647', '-2147483648', '150', '151'] AS n,
           ARRAY['NULL', '''infinity''', '''-infinity''', '''4713-01-01 BC''', '''5874897-12-31''', '''2024-02-29''', '''2023-12-31'''] AS d,
           ARRAY['NULL', '''1 day''', '''0''', '''-1 month''', '''178000000 years''', '''1 month -1 day''', '''1 microsecond'''] AS i,
           ARRAY['NULL', '''''', '''a''', 'repeat(''x'', 100000)', '''%s%n''', '''r1''', '''retirement'''] AS t,
           ARRAY['NULL', '''{}''', '''{1}''', '''{NULL}''', '''{{1,2},{3,4}}''', '''[5:6]={1,2}''', '''{NaN,Infinity}''', 'array_fill(1::float8, ARRAY[10])'] AS a
), shape AS (
    SELECT ARRAY['exit_rates(w, #n)', 'workforce_project(w, #n::int, #a, #a, #n::int, CASE WHEN random() < 0.5 THEN rule END, w, #n::int, #n)',
                 'workforce_project_exits(w, #n::int, intake => #a, latest_age => #n::int)', 'reaching_age(w, #n::int, #d)', 'reaching_age_by_year(w, #n::int, #n::int)',
                 'turnover(w, #t)', 'exits(w, #t)', 'exit_rate_compare(w, w, #t, w, #n::int, #n)', 'retention_rate(r, #i)', 'retention_mean(r, #i)',
                 'retention_curve(r, #i, #n, #t)', 'exit_incidence(r, #i, #n)', 'retention_compare(r, r, #n)', 'mobility_headcount(m, #d)', 'mobility_flows(m, #n)',
                 'mobility_matrix(m, #i)', 'mobility_project(m, #a, #n::int, #a)', 'funnel_stages(f, #n)', 'funnel_conversion(f, #t, #t, #i)', 'funnel_days(f, #t, #t, #n)',
                 'funnel_output(f, #a, #n::int, #n::int, #t, #d, #t, #n)', 'required_intake(f, w, #a, #n::int, #t, #t)', 'funnel_spec(ARRAY[#t, #t]::text[], #i, #d)',
                 'certificate_spells(ARRAY[#d, #d]::date[], #i, daterange(#d, #d))', 'length((#t)::workforce::text)', '(#t)::funnel_spec', '(#t)::retirement_rule', '(#t)::credible_rates', 'workforce_project_fan(w, #n::int, levels => #a)', 'exit_ratios(credibility(w, w), #n)'] AS s
)
SELECT $$SELECT 'tried'; SELECT count(*) FROM (SELECT $$ || e || $$ FROM few) AS s$$
FROM generate_series(1, 200) AS g, hostile, shape,
LATERAL (SELECT s[1 + (random() * (array_length(s, 1) - 1))::int + 0 * g] AS e0) AS x,
LATERAL (SELECT string_agg(CASE left(p, 1) WHEN 'n' THEN n[1 + floor(random() * array_length(n, 1))::int] || substr(p, 2)
                                           WHEN 'd' THEN d[1 + floor(random() * array_length(d, 1))::int] || substr(p, 2)
                                           WHEN 'i' THEN i[1 + floor(random() * array_length(i, 1))::int] || substr(p, 2)
                                           WHEN 't' THEN t[1 + floor(random() * array_length(t, 1))::int] || substr(p, 2)
                                           ELSE a[1 + floor(random() * array_length(a, 1))::int] || substr(p, 2) END, '' ORDER BY o) AS rest
         FROM unnest((string_to_array(e0, '#'))[2:]) WITH ORDINALITY AS u (p, o)) AS y,
LATERAL (SELECT split_part(e0, '#', 1) || coalesce(rest, '') AS e) AS z \gexec
