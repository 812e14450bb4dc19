-- A session: who goes from which employer to which, and where they will be.
SET datestyle TO ISO;
CREATE EXTENSION education_flow;

CREATE TABLE employment (
    person_id  int,
    sex        text,
    employer   text,
    start_date date,
    end_date   date
);
INSERT INTO employment VALUES
    (1,  'f', 'north', '2015-05-01', '2023-01-01'),  -- stays on the first day, and moves on as_of
    (1,  'f', 'south', '2023-01-01', NULL),
    (2,  'f', 'north', '2018-02-01', '2021-02-01'),  -- moves
    (2,  'f', 'south', '2021-02-01', NULL),
    (3,  'f', 'north', '2016-03-01', '2020-01-01'),  -- moved on the first day: before the period
    (3,  'f', 'south', '2020-01-01', '2022-07-01'),
    (4,  'f', 'south', '2017-09-01', NULL),          -- two at once: the later start, then the other again
    (4,  'f', 'north', '2021-03-01', '2021-09-01'),
    (5,  'm', 'north', '2018-01-15', '2021-06-01'),  -- leaves and comes back
    (5,  'm', 'north', '2021-06-03', NULL),
    (6,  'm', 'south', '2019-01-01', '2020-10-01'),  -- contract after contract is no move
    (6,  'm', 'south', '2020-10-01', NULL),
    (7,  'm', 'south', '2018-03-01', '2020-06-01'),  -- not known where, and then known again
    (7,  'm', NULL,    '2020-06-01', '2021-06-01'),
    (7,  'm', 'west',  '2021-06-01', NULL),
    (8,  'm', 'west',  '2022-03-01', NULL),          -- comes
    (9,  'm', 'west',  NULL,         NULL),          -- skipped
    (10, 'm', 'north', '2012-01-01', '2019-12-01');  -- before the period

-- one summary for women and one for men
CREATE TABLE summary AS
SELECT sex, mobility_agg(person_id, employer, start_date, end_date, '[2020-01-01,2023-01-01)') AS m
FROM employment
GROUP BY sex;

SELECT sex, skipped(m) FROM summary ORDER BY sex;
-- the text of one
SELECT m FROM summary WHERE sex = 'm';

-- all together are the whole, and persons are known by text or uuid as well
SELECT rollup(m) = (SELECT mobility_agg(person_id, employer, start_date, end_date, '[2020-01-01,2023-01-01)') FROM employment) AS same,
       rollup(m) = (SELECT mobility_agg('person ' || person_id, employer, start_date, end_date, '[2020-01-01,2023-01-01)') FROM employment) AS by_text,
       rollup(m) = (SELECT mobility_agg(md5(person_id::text)::uuid, employer, start_date, end_date, '[2020-01-01,2023-01-01)') FROM employment) AS by_uuid
FROM summary;

CREATE VIEW total AS SELECT rollup(m) AS m FROM summary;

-- who is where, on the first day, one within and the last
SELECT at, h.* FROM total, unnest('{2020-01-01,2021-06-02,2022-12-31}'::date[]) AS at, mobility_headcount(m, at) AS h;
SELECT h.* FROM total, mobility_headcount(m) AS h;

-- flows, and how sure their rates are
SELECT from_state, to_state, moves, round(person_years::numeric, 3) AS person_years, round(rate::numeric, 4) AS rate,
       round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper
FROM total, mobility_flows(m);
SELECT from_state, to_state, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper
FROM total, mobility_flows(m, 0.8)
WHERE from_state <> to_state;

-- where they are after a year, and after all of the time; nobody was in the west before June 2021
SELECT from_state, to_state, round(probability::numeric, 6) AS probability FROM total, mobility_matrix(m, '1 year');
SELECT from_state, to_state, round(probability::numeric, 6) AS probability FROM total, mobility_matrix(m) WHERE from_state = 'north';
SELECT from_state, to_state, probability
FROM (SELECT mobility_agg(person_id, employer, start_date, end_date, '[2020-01-01,2021-06-01)') AS m FROM employment) AS x,
     mobility_matrix(m)
WHERE from_state = 'west';

-- where they will be, without hires and with some
SELECT year, state, round(headcount_start::numeric, 3) AS "start", round(moved_in::numeric, 3) AS moved_in,
       round(moved_out::numeric, 3) AS moved_out, round(exits::numeric, 3) AS exits, intake, round(headcount::numeric, 3) AS headcount
FROM total, mobility_project(m, years => 2);
SELECT year, state, intake, round(headcount::numeric, 3) AS headcount
FROM total, mobility_project(m, stock => '{10,20,30}', years => 2, intake => '{1,0,2.5}', states => '{west,south,north}');

-- text, binary and jsonb hold all of it
SELECT m::text::mobility = m AS text, m::jsonb ->> 'type' AS type FROM total;
SELECT rollup(NULL::mobility) IS NULL AS nothing;
SELECT count(*) FROM mobility_headcount(NULL);

DROP VIEW total;
DROP TABLE employment, summary;
DROP EXTENSION education_flow;
