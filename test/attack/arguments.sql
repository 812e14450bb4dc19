-- 200 of the shapes with arguments drawn by :seed, one statement each.
SELECT setseed(:seed / 32768.0) IS NULL AS drawn \gset
SET statement_timeout = '10s';
WITH hostile AS (
    SELECT ARRAY['NULL', '0', '1', '-1', '0.95', '3', '''NaN''', '''Infinity''', '''-Infinity''', '''-0''', '1e300', '1.7e308', '5e-324', '2147483647', '-2147483648', '150', '151'] AS n,
           ARRAY['NULL', '''infinity''', '''-infinity''', '''4713-01-01 BC''', '''5874897-12-31''', '''2024-02-29''', '''2023-12-31'''] AS d,
           ARRAY['NULL', '''1 day''', '''0''', '''-1 month''', '''5000 years''', '''178000000 years''', '''1 month -1 day''', '''1 microsecond'''] AS i,
           ARRAY['NULL', '''''', '''a''', 'repeat(''x'', 1000000)', '''%s%n''', '''r1''', '''retirement''', '''marshall''', '''as came''', '''schedule''', '''09-01'''] AS t,
           ARRAY['NULL', '''{}''', '''{1}''', '''{0.5,0.8}''', '''{NULL}''', '''{1,NULL}''', '''{{1,2},{3,4}}''', '''[5:6]={1,2}''', '''[-2147483648:-2147483647]={0.5,0.9}''',
                 '''{NaN,Infinity}''', '''{-1,1e300}''', 'array_fill(1::float8, ARRAY[10])', 'array_fill(1.7e308::float8, ARRAY[10])', 'array_fill(0.5::float8, ARRAY[100000])'] AS a
)
SELECT $$SELECT 'tried'; SELECT count(s) FROM (SELECT $$ || e || $$ FROM few) AS s$$
FROM generate_series(1, 200) AS g, hostile,
LATERAL (SELECT s AS e0 FROM shape WHERE g > 0 ORDER BY random() LIMIT 1) AS x,
LATERAL (SELECT string_agg(CASE left(p, 1) WHEN 'n' THEN n[1 + floor(random() * array_length(n, 1))::int] || substr(p, 2)
                                           WHEN 'd' THEN d[1 + floor(random() * array_length(d, 1))::int] || substr(p, 2)
                                           WHEN 'i' THEN i[1 + floor(random() * array_length(i, 1))::int] || substr(p, 2)
                                           WHEN 't' THEN t[1 + floor(random() * array_length(t, 1))::int] || substr(p, 2)
                                           ELSE a[1 + floor(random() * array_length(a, 1))::int] || substr(p, 2) END, '' ORDER BY o) AS rest
         FROM unnest((string_to_array(e0, '#'))[2:]) WITH ORDINALITY AS u (p, o)) AS y,
LATERAL (SELECT split_part(e0, '#', 1) || coalesce(rest, '') AS e) AS z \gexec
