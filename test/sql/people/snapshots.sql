-- snapshots.sql: doc/from_snapshots.md's recipe against the spells that made the
-- snapshots, on days that are not even: some months are missing as a whole.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(8);

CREATE FUNCTION chance(id int, what text) RETURNS float8 LANGUAGE sql IMMUTABLE
RETURN ('x' || left(md5(what || id), 8))::bit(32)::bigint / 4294967296.0;

-- One to five spells of 300 people, in two places, with gaps of 1 day to a year.
CREATE TABLE truth AS
SELECT id AS person_id, place, birth_date, start_date, start_date + stay AS end_date
FROM (SELECT id, stay, date '1960-01-01' + (10000 * chance(id, 'born'))::int AS birth_date,
             CASE WHEN chance(id, 'place' || n) < 0.5 THEN 'North' ELSE 'South' END AS place,
             date '2018-01-01' + (1200 * chance(id, 'first'))::int
                 + coalesce(sum(stay + away) OVER (PARTITION BY id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING
                                                   AND 1 PRECEDING), 0)::int AS start_date
      FROM (SELECT id, n, 1 + floor(900 * chance(id, 'stay' || n) ^ 3)::int AS stay,
                   1 + floor(365 * chance(id, 'away' || n) ^ 4)::int AS away
            FROM generate_series(1, 300) AS id, generate_series(1, 5) AS n) AS draw) AS spell;

CREATE TABLE taken AS
SELECT (date '2020-01-01' + n * interval '1 month')::date - 1 AS day
FROM generate_series(0, 36) AS n
WHERE n NOT IN (7, 8, 20);

CREATE TABLE snapshot AS
SELECT day, person_id, birth_date, place
FROM truth JOIN taken ON start_date <= day AND end_date > day;

-- as in doc/from_snapshots.md
CREATE VIEW stretch AS
SELECT person_id, birth_date, place, day,
       coalesce(before + (day - before + 1) / 2, day) AS start_date,
       day + (after - day + 1) / 2 AS end_date
FROM snapshot
     JOIN (SELECT day, lag(day) OVER days AS before, lead(day) OVER days AS after
           FROM (SELECT DISTINCT day FROM snapshot) AS taken
           WINDOW days AS (ORDER BY day)) AS neighbours USING (day);

CREATE VIEW spell AS
SELECT person_id, place, s.start_date, s.end_date
FROM (SELECT person_id, place, spells_agg(start_date, end_date, NULL, '0 days') AS spells
      FROM stretch
      GROUP BY GROUPING SETS ((person_id, place), (person_id))) AS p, unnest(spells) AS s;

SELECT is((SELECT count(*) FROM (SELECT DISTINCT day FROM snapshot) AS d), 34::bigint, 'the snapshots are there');

SELECT is_empty(
	$$SELECT day, s.place, people, counted
	  FROM (SELECT day, place, count(DISTINCT person_id) AS people
	        FROM snapshot GROUP BY GROUPING SETS ((day, place), (day))) AS s,
	       LATERAL (SELECT count(*) AS counted
	                FROM spell
	                WHERE spell.place IS NOT DISTINCT FROM s.place
	                  AND start_date <= day AND (end_date > day) IS NOT FALSE) AS c
	  WHERE people <> counted$$,
	'on the day of each snapshot as many people are there as in it, by place and in all');

SELECT is_empty(
	$$SELECT person_id, day
	  FROM spell, taken
	  WHERE place IS NULL AND start_date <= day AND (end_date > day) IS NOT FALSE
	  EXCEPT
	  SELECT person_id, day FROM snapshot$$,
	'and they are the same people');

-- A start lies after the snapshot that does not have the person, and at the latest on the first that has.
SELECT is_empty(
	$$SELECT * FROM spell
	  WHERE place IS NULL
	    AND start_date NOT IN (SELECT coalesce(before + (day - before + 1) / 2, day)
	                           FROM (SELECT day, lag(day) OVER (ORDER BY day) AS before FROM taken) AS t)$$,
	'every start is the middle between two snapshots, or the first one');

SELECT is_empty(
	$$SELECT s.person_id, s.start_date, t.start_date
	  FROM spell AS s JOIN truth AS t USING (person_id),
	       LATERAL (SELECT max(day) AS before FROM taken WHERE day < s.start_date) AS b,
	       LATERAL (SELECT min(day) AS after FROM taken WHERE day >= s.start_date) AS a
	  WHERE s.place IS NULL AND before IS NOT NULL
	    AND t.start_date <= after AND t.end_date > after  -- the one that the first snapshot shows
	    AND t.start_date NOT BETWEEN before + 1 AND after$$,
	'the true start is between the same two snapshots');

SELECT is_empty(
	$$SELECT s.person_id, s.end_date, t.end_date
	  FROM spell AS s JOIN truth AS t USING (person_id),
	       LATERAL (SELECT max(day) AS before FROM taken WHERE day < s.end_date) AS b,
	       LATERAL (SELECT min(day) AS after FROM taken WHERE day >= s.end_date) AS a
	  WHERE s.place IS NULL AND s.end_date IS NOT NULL
	    AND t.start_date <= before AND t.end_date > before
	    AND t.end_date NOT BETWEEN before + 1 AND after$$,
	'the true end is between the same two snapshots');

-- Between two snapshots: what came less what left is the difference of their people.
SELECT is_empty(
	$$SELECT *
	  FROM (SELECT day, lead(day) OVER (ORDER BY day) AS after,
	               lead(people) OVER (ORDER BY day) - people AS more
	        FROM (SELECT day, count(*) AS people FROM snapshot GROUP BY day) AS d) AS pair,
	       LATERAL (SELECT hires(w) AS hires, exits(w) AS exits
	                FROM (SELECT workforce_agg(person_id, birth_date, start_date, end_date, NULL,
	                                           daterange(pair.day + 1, pair.after + 1), '0 days') AS w
	                      FROM stretch) AS x) AS flows
	  WHERE after IS NOT NULL AND hires - exits <> more$$,
	'hires less exits is the change from one snapshot to the next');

-- Nobody is seen to come or leave more often than he or she did.
SELECT is_empty(
	$$SELECT person_id FROM truth WHERE start_date <= '2022-12-31' AND end_date > '2019-12-31'
	  GROUP BY person_id
	  HAVING count(*) < (SELECT count(*) FROM spell WHERE spell.person_id = truth.person_id AND place IS NULL)$$,
	'no more spells than there were');

SELECT * FROM finish();
ROLLBACK;
