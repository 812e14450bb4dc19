-- Compares one theme's answers, and prints TAP without numbers and plan.
-- In the current directory are the files that finish() of lib.R wrote; the
-- variable `answers` names the script that knows how to put the questions to
-- the extension: it defines pg_temp.answer(question).
\set ON_ERROR_STOP 1
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;

-- A question is one call of a function; many can have one title.
CREATE TEMP TABLE question (
    id int PRIMARY KEY, title text NOT NULL, fn text NOT NULL, summary text, second text,
    every interval, until interval, level float8, method text);
\copy question from 'question.csv' with (format csv, header)
CREATE TEMP TABLE expected (
    question int, at float8, label text, quantity text, value float8, tolerance float8 NOT NULL);
\copy expected from 'expected.csv' with (format csv, header)
CREATE TEMP TABLE got (question int, at float8, label text, quantity text, value float8);
-- What the extension raised an error for.
CREATE TEMP TABLE refused (name text, message text, content text);
CREATE TEMP TABLE failed (question int, message text);

\ir :answers

DO $$
DECLARE q question;
BEGIN
    FOR q IN SELECT * FROM question ORDER BY id LOOP
        BEGIN
            INSERT INTO got SELECT q.id, a.* FROM pg_temp.answer(q) AS a;
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO failed VALUES (q.id, SQLERRM);
        END;
    END LOOP;
END $$;
ANALYZE expected;
ANALYZE got;

-- Every point that R or the extension has.  A quantity that R has not spoken
-- of is not compared; of one that it has, each row and each NULL counts.  When
-- it has not said anything to a question, there must be no rows.
CREATE TEMP TABLE point AS
WITH asked AS (
    SELECT DISTINCT question, quantity FROM expected),
answered AS (
    SELECT got.* FROM got
    WHERE (question, quantity) IN (SELECT question, quantity FROM asked)
       OR question NOT IN (SELECT question FROM asked))
SELECT question, quantity, at, label, e.value AS r, g.value AS ours,
       e.question IS NOT NULL AND g.question IS NOT NULL
       AND (e.value IS NULL) = (g.value IS NULL)
       AND coalesce(abs(g.value - e.value) <= e.tolerance * greatest(1, abs(e.value)), true) AS same,
       abs(g.value - e.value) / greatest(1, abs(e.value)) AS difference,
       CASE WHEN e.question IS NULL THEN 'no such row' ELSE coalesce(e.value::text, 'NA') END AS r_says,
       CASE WHEN g.question IS NULL THEN 'no such row' ELSE coalesce(g.value::text, 'NULL') END AS we_say
FROM expected AS e FULL JOIN answered AS g USING (question, quantity, at, label);

CREATE TEMP TABLE verdict AS
SELECT min(q.id) AS place, q.title, p.quantity, count(*) AS points,
       count(*) FILTER (WHERE NOT p.same) AS wrong, max(p.difference) AS difference
FROM question AS q JOIN point AS p ON p.question = q.id
GROUP BY q.title, p.quantity;

-- A title without a single point would say nothing, and an error could hide
-- where no rows are right: both fail.
INSERT INTO verdict
SELECT min(id), title, 'something to compare', 0, 1
FROM question AS q
GROUP BY title
HAVING NOT EXISTS (SELECT FROM verdict AS v WHERE v.title = q.title);
INSERT INTO verdict
SELECT min(id), title, 'no error', count(*), count(*)
FROM failed JOIN question ON id = question
GROUP BY title;

-- For what failed, the first few points with all that is needed to look at one.
CREATE TEMP TABLE remark AS
SELECT q.title, p.quantity, row_number() OVER (PARTITION BY q.title, p.quantity ORDER BY q.id, p.at) AS n,
       format('# %s(%s) at %s%s: R %s, education_flow %s', q.fn,
              concat_ws(', ', q.summary, q.second, q.every, q.until, q.level, q.method),
              p.at, ' ' || nullif(p.label, ''), p.r_says, p.we_say) AS text
FROM question AS q JOIN point AS p ON p.question = q.id
WHERE NOT p.same
UNION ALL
SELECT q.title, 'no error', row_number() OVER (PARTITION BY q.title ORDER BY q.id),
       format('# %s(%s): ERROR: %s', q.fn,
              concat_ws(', ', q.summary, q.second, q.every, q.until, q.level, q.method), f.message)
FROM failed AS f JOIN question AS q ON q.id = f.question;

SELECT text FROM (
    SELECT place, title, quantity, 0 AS n,
           format('%sok - %s: %s, %s points', CASE WHEN wrong > 0 THEN 'not ' END, title, quantity, points)
           || coalesce(', largest difference ' || CASE WHEN difference = 0 THEN '0'
                                                  ELSE trim(to_char(difference, '9EEEE')) END, '') AS text
    FROM verdict
    UNION ALL
    SELECT place, title, quantity, n, remark.text
    FROM verdict JOIN remark USING (title, quantity)
    WHERE n <= 5) AS lines
ORDER BY place, title, quantity, n;

SELECT format('# refused: %s: %s: %s', name, message, left(content, 500)) FROM refused LIMIT 10;
