-- Refusals of shift_tasks.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(40);

\ir ../../lib/refusals.sql

-- $1 replaces one of the arrays of a good call.
CREATE FUNCTION shift_call(argument text, value text) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT * FROM shift_tasks(%s)',
                  string_agg(format('%s => %s', name, CASE WHEN name = argument THEN value ELSE good END), ', '))
    FROM (VALUES ('profession', $q$'{doctor,nurse,assistant}'$q$), ('demand', $q$'{10,20,30}'$q$), ('from_profession', $q$'{doctor,nurse,doctor}'$q$),
                 ('to_profession', $q$'{nurse,assistant,null}'$q$), ('share', $q$'{0.3,0.2,0.7}'$q$), ('relative_time', $q$'{1.2,1,1}'$q$)) AS a (name, good)
$$;
SELECT lives_ok(shift_call(NULL, NULL), 'the call that is spoilt below is good');
SELECT is(flaw(shift_call(argument, value), state, shows), '', format('shift_tasks, %s => %s', argument, value))
FROM (VALUES
    ('22004', '3', 'profession', $$'{doctor,nurse,null}'$$),
    ('22004', '2', 'demand', $$'{10,null,30}'$$),
    ('22004', '1', 'from_profession', $$'{null,nurse,doctor}'$$),
    ('22004', '2', 'share', $$'{0.3,null,0.7}'$$),
    ('22004', '3', 'relative_time', $$'{1.2,1,null}'$$),
    ('22004', '9', 'share', $$'{0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,null}'$$),
    ('2202E', 'Dimensions: 2\. Elements: 3', 'profession', $$'{{doctor,nurse,assistant}}'$$),
    ('2202E', 'Dimensions: 2\. Elements: 3', 'demand', $$'{{10,20,30}}'$$),
    ('2202E', 'Dimensions: 3. Elements: 3', 'to_profession', $$'{{{nurse,assistant,null}}}'$$),
    ('2202E', 'profession has 2 elements, demand has 3', 'profession', $$'{doctor,nurse}'$$),
    ('2202E', 'profession has 3 elements, demand has 4', 'demand', $$'{10,20,30,40}'$$),
    ('2202E', 'demand has 0', 'demand', 'NULL'),
    ('2202E', 'from_profession has 1 element, to_profession has 3', 'from_profession', $$'{doctor}'$$),
    ('2202E', 'to_profession has 0', 'to_profession', 'NULL'),
    ('2202E', 'share has 0', 'share', $$'{}'$$),
    ('2202E', 'relative_time has 2', 'relative_time', $$'{1,1}'$$),
    ('22023', '"nurse" is -1', 'demand', $$'{10,-1,30}'$$),
    ('22023', '"nurse" is [Nn]a[Nn]', 'demand', $$'{10,NaN,30}'$$),
    ('22023', '"doctor" is [Ii]nf', 'demand', $$'{Infinity,20,30}'$$),
    ('22023', 'from "nurse" to "assistant" is -0\.1', 'share', $$'{0.3,-0.1,0.7}'$$),
    ('22023', 'from "doctor" to nobody is 1\.5', 'share', $$'{0.3,0.1,1.5}'$$),
    ('22023', 'from "doctor" to "nurse" is [Nn]a[Nn]', 'share', $$'{NaN,0.1,0.1}'$$),
    ('22023', 'from "doctor" to "nurse" is [Ii]nf', 'share', $$'{Infinity,0.1,0.1}'$$),
    ('22023', 'from "doctor" to "nurse" is 0', 'relative_time', $$'{0,1,1}'$$),
    ('22023', 'from "nurse" to "assistant" is -2', 'relative_time', $$'{1,-2,1}'$$),
    ('22023', 'from "doctor" to nobody is [Nn]a[Nn]', 'relative_time', $$'{1,1,NaN}'$$),
    ('22023', 'from "doctor" to "nurse" is [Ii]nf', 'relative_time', $$'{Infinity,1,1}'$$),
    ('22023', '"nurse" is among the professions twice', 'profession', $$'{doctor,nurse,nurse}'$$),
    ('22023', '"nurses" is not among the professions', 'from_profession', $$'{doctor,nurses,doctor}'$$),
    ('22023', '"porter" is not among the professions', 'from_profession', $$'{doctor,porter,doctor}'$$),
    ('22023', 'from "doctor" to "nurse"', 'to_profession', $$'{nurse,assistant,nurse}'$$),
    ('22023', 'from "doctor" to nobody', 'to_profession', $$'{null,assistant,null}'$$),
    ('22023', '"doctor" add up to 1\.1\.', 'share', $$'{0.3,0.2,0.8}'$$),
    ('22023', '"doctor" add up to 1\.00000000001\.', 'share', $$'{0.3,0.2,0.70000000001}'$$),
    ('22023', '"nurse" -> "nurse"', 'to_profession', $$'{nurse,nurse,null}'$$),
    ('22023', '"doctor" -> "nurse" -> "doctor"', 'to_profession', $$'{nurse,doctor,assistant}'$$),
    ('22003', '"nurse"', 'demand', $$'{1e308,1.7e308,0}'$$)
) AS rows (state, shows, argument, value);
SELECT is(flaw($$SELECT * FROM shift_tasks('{c,b,a}', '{0,0,0}', '{a,c,b}', '{b,a,c}', '{0,0,0}', '{1,1,1}')$$, '22023', 'They go "a" -> "b" -> "c" -> "a"\.'),
          '', 'a circle in which nothing goes is one, and named in the order of the work');
-- What the hint about a pair says can be done, and is right.
SELECT is(demand_after, (SELECT sum(demand_after) FROM shift_tasks('{a}', '{10}', '{a,a}', '{b,c}', '{0.2,0.3}', '{1,2}') WHERE profession <> 'a'), 'two rows of a pair can be made one')
FROM (SELECT sum(share) AS share, sum(share * relative_time) / sum(share) AS relative_time FROM (VALUES (0.2, 1), (0.3, 2)) AS row (share, relative_time)) AS one,
     shift_tasks('{a}', '{10}', '{a}', '{b}', ARRAY[share], ARRAY[relative_time]) WHERE profession = 'b';

SELECT * FROM finish();
ROLLBACK;
