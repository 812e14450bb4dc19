-- compare.sql: what the person forms say of the register that load.sql loaded,
-- beside what brute.py counted.  The tables contract and period are found by the
-- search_path.

-- --- workforce_agg, for each group and for all together
CREATE VIEW summary AS
SELECT form, coalesce(grp, '(total)') AS grp, lower, upper, w
FROM (SELECT 'fte' AS form, grp, lower, upper,
             workforce_agg(person, birth_date, start_date, end_date, reason, daterange(lower, upper), fte,
                           make_interval(days => join_gap)) AS w
      FROM contract, period
      WHERE kind = 'w'
      GROUP BY GROUPING SETS ((lower, upper, grp), (lower, upper))
      UNION ALL
      SELECT 'plain', grp, lower, upper,
             workforce_agg(person, birth_date, start_date, end_date, reason, daterange(lower, upper),
                           make_interval(days => join_gap))
      FROM contract, period
      WHERE kind = 'w'
      GROUP BY GROUPING SETS ((lower, upper, grp), (lower, upper))) AS x;

-- --- retention_agg
CREATE VIEW stay AS
SELECT coalesce(grp, '(total)') AS grp, lower, upper,
       retention_agg(person, start_date, end_date, reason, daterange(lower, upper),
                     make_interval(days => join_gap)) AS r
FROM contract, period
WHERE kind = 'r'
GROUP BY GROUPING SETS ((lower, upper, grp), (lower, upper));

-- --- a row for each number that brute.py counts
CREATE VIEW fact AS
WITH w AS MATERIALIZED (SELECT * FROM summary),
     r AS MATERIALIZED (SELECT * FROM stay)
SELECT form, grp, 'w' AS kind, lower, upper, f.what, f.key, f.value::float8 AS value
FROM w,
     LATERAL (SELECT 'headcount' AS what, '' AS key, headcount(w)::numeric AS value
              UNION ALL SELECT 'hires', '', hires(w)
              UNION ALL SELECT 'exits', '', exits(w)
              UNION ALL SELECT 'skipped', '', skipped(w)
              UNION ALL SELECT 'fte', '', fte(w) WHERE form = 'fte'
              UNION ALL SELECT 'days', '', round(person_years(w)::numeric * 365.25, 6)
              UNION ALL SELECT 'turnover', method, turnover(w, method)::numeric
                        FROM (VALUES ('leavers'), ('replacement')) AS turnovers (method)
                        WHERE lower IS NOT NULL
              UNION ALL SELECT 'exits for', reason, sum(exits) FROM exit_rates(w) GROUP BY reason
              UNION ALL SELECT 'age exits', age || ' ' || reason, exits FROM exit_rates(w) WHERE exits > 0
              -- exit_rates has no rows where nobody left
              UNION ALL SELECT 'age days', age::text, round(max(person_years)::numeric * 365.25, 6)
                        FROM exit_rates(w) GROUP BY age HAVING max(person_years) > 0
              UNION ALL SELECT 'age headcount', age::text, headcount FROM age_pyramid(w) WHERE headcount > 0
              UNION ALL SELECT 'age hires', age::text, hires FROM age_pyramid(w) WHERE hires > 0
              UNION ALL SELECT 'age fte', age::text, fte FROM age_pyramid(w)
                        WHERE form = 'fte' AND headcount > 0) AS f (what, key, value)
WHERE f.value IS NOT NULL
UNION ALL
SELECT 'plain', grp, 'r', lower, upper, f.what, f.key, f.value
FROM r,
     LATERAL (SELECT 'spells' AS what, '' AS key, spells(r)::float8 AS value
              UNION ALL SELECT 'left', '', exits(r)
              UNION ALL SELECT 'skipped', '', skipped(r)
              UNION ALL SELECT v.what, after_days::text, v.value
                        FROM retention_curve(r, '30 days'),
                             LATERAL (VALUES ('at risk', at_risk::float8), ('left since', exits),
                                             ('retained', retained)) AS v (what, value)
              UNION ALL SELECT 'incidence', after_days || ' ' || reason, incidence
                        FROM exit_incidence(r, '30 days')) AS f (what, key, value);

-- --- where they differ.  What is missing on one side differs.
CREATE VIEW difference AS
WITH e AS (SELECT concat_ws(' | ', form, grp, kind, daterange(lower, upper), what, key) AS place,
                  value * CASE WHEN what IN ('turnover', 'retained', 'incidence') THEN 1 ELSE copies END AS value
           FROM expected_fact AS e, (SELECT count(DISTINCT copy) AS copies FROM contract) AS c
           WHERE what <> 'age days'
              OR (form, grp, daterange(lower, upper)) IN (SELECT form, grp, daterange(lower, upper)
                                                          FROM expected_fact WHERE what = 'exits' AND value > 0)),
     g AS (SELECT concat_ws(' | ', form, grp, kind, daterange(lower, upper), what, key) AS place, value FROM fact)
SELECT place, e.value AS expected, g.value AS got
FROM e FULL JOIN g USING (place)
WHERE e.value IS NULL OR g.value IS NULL OR abs(e.value - g.value) > 1e-9 * greatest(1, abs(e.value));

-- --- the bytes of all summaries
CREATE VIEW bytes AS
SELECT md5((SELECT string_agg(encode(workforce_send(w), 'hex'), '|' ORDER BY form, grp, lower, upper) FROM summary)
           || (SELECT string_agg(encode(retention_send(r), 'hex'), '|' ORDER BY grp, lower, upper) FROM stay)) AS md5;

-- --- spells_agg: the spells, and the days on which their FTE changes
CREATE VIEW got_spell AS
WITH known AS (SELECT c.*, join_gap
               FROM contract AS c, (SELECT DISTINCT make_interval(days => join_gap) AS join_gap FROM period) AS g
               WHERE person IS NOT NULL)
SELECT form, coalesce(grp, '(total)') AS grp, person, s.*
FROM (SELECT 'fte' AS form, grp, person, spells_agg(start_date, end_date, reason, fte, join_gap) AS spells
      FROM known WHERE birth_date IS NOT NULL
      GROUP BY GROUPING SETS ((person, grp), (person))
      UNION ALL
      SELECT 'plain', grp, person, spells_agg(start_date, end_date, reason, join_gap)
      FROM known WHERE birth_date IS NOT NULL
      GROUP BY GROUPING SETS ((person, grp), (person))
      UNION ALL
      SELECT 'stay', grp, person, spells_agg(start_date, end_date, reason, join_gap)
      FROM known
      GROUP BY GROUPING SETS ((person, grp), (person))) AS x, unnest(spells) AS s;

CREATE VIEW got_stretch AS
SELECT grp, person, start_date, t.first_day, t.fte
FROM got_spell AS s, unnest(s.fte_from, s.fte) AS t (first_day, fte)
WHERE form = 'fte' AND start_date < coalesce(end_date, 'infinity');  -- who never came has no day with an FTE

-- --- headcount and FTE of every day, from these
CREATE VIEW got_presence AS
SELECT d.grp, day, count(s.start_date) AS headcount,
       coalesce(sum(fte_on((s.start_date, s.end_date, s.reason, s.fte_from, s.fte)::spell, day)), 0) AS fte
FROM (SELECT DISTINCT grp, day FROM expected_presence) AS d
     LEFT JOIN (SELECT * FROM got_spell WHERE form = 'fte') AS s
     ON s.grp = d.grp AND day >= s.start_date AND (day < s.end_date) IS NOT FALSE
GROUP BY d.grp, day;
