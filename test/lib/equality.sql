-- Included by tests of a type of summaries.  They name by \set the :type and a column, :s, of the tables
-- many, in which some are equal, and parts, which has a row for each region and :part.
\set send :type _send
\set cmp :type _cmp

SELECT is((SELECT count(*) FROM (SELECT DISTINCT :s FROM many) AS d),
          (SELECT count(DISTINCT :send(:s)) FROM many), 'DISTINCT goes by the bytes');
SELECT cmp_ok((SELECT count(DISTINCT :s) FROM many), '<', (SELECT count(*) FROM many), 'and there are equal ones');
SET LOCAL enable_hashagg = off;
SELECT is((SELECT count(*) FROM (SELECT :s FROM many GROUP BY :s) AS d),
          (SELECT count(DISTINCT :send(:s)) FROM many), 'GROUP BY by sorting, too');
SET LOCAL enable_hashagg TO DEFAULT;
SET LOCAL enable_mergejoin = off;
SELECT is((SELECT count(*) FROM parts AS a JOIN parts AS b ON a.:s = b.:s),
          (SELECT count(*) FROM parts AS a JOIN parts AS b ON :send(a.:s) = :send(b.:s)),
          'a hash join finds the equal ones');
SET LOCAL enable_mergejoin TO DEFAULT;
SET LOCAL enable_hashjoin = off;
SELECT is((SELECT count(*) FROM parts AS a JOIN parts AS b ON a.:s = b.:s),
          (SELECT count(*) FROM parts AS a JOIN parts AS b ON :send(a.:s) = :send(b.:s)),
          'a merge join, too');
SET LOCAL enable_hashjoin TO DEFAULT;
SELECT is((SELECT count(*) FROM (SELECT :s, lag(:s) OVER (ORDER BY :s) AS before FROM many) AS x
           WHERE before IS NOT NULL
             AND NOT (before <= :s AND :s >= before AND (before < :s) = (before <> :s)
                      AND (:s > before) = (before <> :s) AND :cmp(before, :s) = -:cmp(:s, before)
                      AND (:cmp(before, :s) = 0) = (before = :s))),
          0::bigint, 'ORDER BY and the operators agree');
SELECT is((SELECT count(*) FROM parts AS a, parts AS b, parts AS c
           WHERE a.region = 1 AND b.region = 2 AND c.region = 3 AND a.:s <= b.:s AND b.:s <= c.:s AND NOT a.:s <= c.:s),
          0::bigint, 'the order is transitive');
SELECT lives_ok(format('CREATE UNIQUE INDEX ON parts (%s, region, %s)', :'s', :'part'), 'an index can be made');
SELECT throws_ok(format('CREATE UNIQUE INDEX ON many (%s)', :'s'), '23505', NULL, 'and a unique one refuses equal ones');
