-- Refusals of funnel_spec: its function, text, bytes.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(152);

\ir ../../lib/refusals.sql

SELECT is(flaw(format('SELECT funnel_spec(%s)', args), state, shows), '', 'funnel_spec: ' || label)
FROM (VALUES
    ('null stages', '22004', NULL, $$NULL::text[]$$),
    ('null stages, and a window', '22004', NULL, $$NULL, '1 year'$$),
    ('a null stage', '22004', '2', $$ARRAY['a', NULL, 'b']$$),
    ('a null exit', '22004', '1', $$ARRAY['a'], exits => ARRAY[NULL, 'b']$$),
    ('a null mode', '22004', '1', $$ARRAY['a'], modes => '{NULL}'$$),
    ('stages in two dimensions', '2202E', '2', $$ARRAY[['a', 'b'], ['c', 'd']]$$),
    ('exits in three dimensions', '2202E', '3', $$ARRAY['a'], exits => '{{{b}}}'$$),
    ('modes in two dimensions', '2202E', '2', $$ARRAY['a'], modes => '{{strict_once}}'$$),
    ('no stages', '22023', '.', $$'{}'::text[]$$),
    ('no stages, but exits', '22023', '.', $$stages => '{}', exits => '{a}'$$),
    ('a stage twice', '22023', '"b".*2.*4', $$ARRAY['a', 'b', 'c', 'b']$$),
    ('two stages without a name', '22023', '"".*1.*2', $$ARRAY['', '']$$),
    ('a stage that is an exit', '22023', '"b".*2', $$ARRAY['a', 'b'], exits => '{c,b}'$$),
    ('an exit twice', '22023', '"c"', $$ARRAY['a', 'b'], exits => '{c,d,c}'$$),
    ('a long name twice', '22023', '"x{60}"', $$ARRAY[repeat('x', 1000), repeat('x', 1000)]$$),
    ('a long name of wide letters twice', '22023', '"å{30}"', $$ARRAY[repeat('å', 1000), repeat('å', 1000)]$$),
    ('31 stages', '54000', '"31".*31', $$(SELECT array_agg(n::text) FROM generate_series(1, 31) AS n)$$),
    ('100000 stages', '54000', '"31".*31', $$(SELECT array_agg(n::text) FROM generate_series(1, 100000) AS n)$$),
    ('101 exits', '54000', '"101".*101', $$ARRAY['a'], exits => (SELECT array_agg(n::text) FROM generate_series(1, 101) AS n)$$),
    ('an unknown mode', '22023', '"strict"', $$ARRAY['a'], modes => '{strict_once,strict}'$$),
    ('a mode in capitals', '22023', '"STRICT_ONCE"', $$ARRAY['a'], modes => '{STRICT_ONCE}'$$),
    ('a mode without a name', '22023', '""', $$ARRAY['a'], modes => '{""}'$$),
    ('a window of less than no days', '22023', 'days -1', $$ARRAY['a'], '-1 day'$$),
    ('a window of less than no months', '22023', 'months are -12', $$ARRAY['a'], '-1 year'$$),
    ('a window of less than no time', '22023', 'microseconds -3600000000', $$ARRAY['a'], '-1 hour'$$),
    ('a month less a day', '22023', 'months are 1, its days -1 ', $$ARRAY['a'], '1 month -1 day'$$),
    ('a day less an hour', '22023', 'days 1 and its microseconds -3600000000', $$ARRAY['a'], '1 day -1 hour'$$),
    ('48 hours less a day', '22023', 'days -1 and its microseconds 172800000000', $$ARRAY['a'], '-1 day 48 hours'$$),
    ('150 years and a microsecond', '22023', '1800.* 1\.', $$ARRAY['a'], '150 years 0.000001 s'$$),
    ('150 years and a day', '22023', '1800.*1', $$ARRAY['a'], '150 years 1 day'$$),
    ('151 years', '22023', '1812', $$ARRAY['a'], '151 years'$$),
    ('54789 days', '22023', '54789', $$ARRAY['a'], '54789 days'$$),
    ('the longest interval', '22023', '2136000000.*2147483647', $$ARRAY['a'], '178000000 years 2147483647 days'$$),
    ('the longest time of day', '22023', '7730941132800000000', $$ARRAY['a'], '2147483648:00:00'$$),
    ('as_of at infinity', '22008', 'as_of', $$ARRAY['a'], as_of => 'infinity'$$),
    ('as_of at -infinity', '22008', 'as_of', $$ARRAY['a'], as_of => '-infinity'$$),
    ('as_of in the year 10000', '22008', '10000-01-01', $$ARRAY['a'], as_of => '10000-01-01'$$),
    ('as_of before Christ', '22008', '0001-12-31 BC', $$ARRAY['a'], as_of => '0001-12-31 BC'$$)
) AS rows (label, state, shows, args);
-- A literal alone is not what it seems.
SELECT is(flaw(format('SELECT funnel_spec(%L)', literal), '22P02', 'literal'), '', 'funnel_spec: no call but a cast of ' || literal)
FROM unnest(ARRAY['{applied,admitted}', ' { a }', '{1}']) AS literal;

CREATE TABLE valid_spec AS
SELECT s::text AS t, s::jsonb AS j
FROM funnel_spec(ARRAY['a', 'b'], '1 month 2 days 00:00:03', '2014-03-01', '{x,y}', '{strict_once}') AS s;
SELECT is(t::funnel_spec::text, t, 'the text that is spoilt below is valid') FROM valid_spec;
SELECT refused(input, 'funnel_spec', label)
FROM valid_spec, LATERAL (VALUES
    ('a text in which nothing is', '{}'),
    ('an array', '[]'),
    ('a number', '1'),
    ('a string', '"funnel_spec"'),
    ('null', 'null'),
    ('an array of it', format('[%s]', t)),
    ('another type', (j || '{"type": "funnel"}')::text),
    ('no type', (j - 'type')::text),
    ('type null', (j || '{"type": null}')::text),
    ('a later version', (j || '{"version": 2}')::text),
    ('version 0', (j || '{"version": 0}')::text),
    ('version as a string', (j || '{"version": "1"}')::text),
    ('version a fraction', (j || '{"version": 1.5}')::text),
    ('version 2^64 + 1', (j || '{"version": 18446744073709551617}')::text),
    ('no version', (j - 'version')::text),
    ('an unknown member', (j || '{"extra": null}')::text),
    ('a member of another type', (j || '{"observed": ["2015-01-01", "2020-01-01"]}')::text),
    ('a member in capitals', (j || '{"Exits": []}')::text),
    ('no stages', (j - 'stages')::text),
    ('stages null', (j || '{"stages": null}')::text),
    ('stages empty', (j || '{"stages": []}')::text),
    ('stages as a string', (j || '{"stages": "a"}')::text),
    ('stages as an object', (j || '{"stages": {"a": "b"}}')::text),
    ('stages of numbers', (j || '{"stages": ["a", 1]}')::text),
    ('stages of null', (j || '{"stages": ["a", null]}')::text),
    ('stages of arrays', (j || '{"stages": [["a"], ["b"]]}')::text),
    ('stages of empty arrays', (j || '{"stages": [[]]}')::text),
    ('a stage twice', (j || '{"stages": ["a", "b", "a"]}')::text),
    ('31 stages', jsonb_set(j, '{stages}', (SELECT jsonb_agg(n::text) FROM generate_series(1, 31) AS n))::text),
    ('a stage that is an exit', (j || '{"stages": ["a", "y"]}')::text),
    ('exits null', (j || '{"exits": null}')::text),
    ('exits as a string', (j || '{"exits": "x"}')::text),
    ('exits of true', (j || '{"exits": [true]}')::text),
    ('an exit twice', (j || '{"exits": ["x", "y", "x"]}')::text),
    ('101 exits', jsonb_set(j, '{exits}', (SELECT jsonb_agg(n::text) FROM generate_series(1, 101) AS n))::text),
    ('modes null', (j || '{"modes": null}')::text),
    ('modes as a number', (j || '{"modes": 2}')::text),
    ('modes of numbers', (j || '{"modes": [2]}')::text),
    ('an unknown mode', (j || '{"modes": ["strict"]}')::text),
    ('within as a string', (j || '{"within": "300 days"}')::text),
    ('within as a number', (j || '{"within": 300}')::text),
    ('within as an array', (j || '{"within": [1, 2, 3]}')::text),
    ('within empty', (j || '{"within": {}}')::text),
    ('within false', (j || '{"within": false}')::text),
    ('within of an unknown part', (j || '{"within": {"days": 300, "years": 1}}')::text),
    ('days as a string', (j || '{"within": {"days": "300"}}')::text),
    ('days null', (j || '{"within": {"days": null}}')::text),
    ('days negative', (j || '{"within": {"days": -1}}')::text),
    ('days a fraction', (j || '{"within": {"days": 0.5}}')::text),
    ('days of 2^32', (j || '{"within": {"days": 4294967296}}')::text),
    ('months negative', (j || '{"within": {"months": -1}}')::text),
    ('months of 2^32', (j || '{"within": {"months": 4294967296}}')::text),
    ('1801 months', (j || '{"within": {"months": 1801}}')::text),
    ('microseconds negative', (j || '{"within": {"microseconds": -1}}')::text),
    ('microseconds of 2^63', (j || '{"within": {"microseconds": 9223372036854775808}}')::text),
    ('microseconds of 2^63 - 1', (j || '{"within": {"microseconds": 9223372036854775807}}')::text),
    ('microseconds of 150 years and more', (j || '{"within": {"microseconds": 4733683200000001}}')::text),
    ('as_of as a number', (j || '{"as_of": 2014}')::text),
    ('as_of on no day', (j || '{"as_of": "2014-02-29"}')::text),
    ('as_of in another style', (j || '{"as_of": "1/3/2014"}')::text),
    ('as_of at infinity', (j || '{"as_of": "infinity"}')::text),
    ('as_of in the year 10000', (j || '{"as_of": "10000-01-01"}')::text),
    ('as_of in the year 0', (j || '{"as_of": "0000-01-01"}')::text),
    ('as_of with a time', (j || '{"as_of": "2014-03-01 00:00"}')::text),
    ('as_of in an array', (j || '{"as_of": ["2014-03-01"]}')::text)
) AS spoilt (label, input);
SELECT throws_ok(format('SELECT %L::funnel_spec', input), state, NULL, 'funnel_spec: ' || label)
FROM valid_spec, LATERAL (VALUES ('cut off', '22P02', left(t, length(t) - 1)), ('followed by more', '22P02', t || '{}'),
                                 ('nothing', '22P02', ''), ('a word', '22P02', 'funnel_spec'),
                                 ('a brace', '22P02', '{'),
                                 ('a stage with a zero byte', '22P05', replace(t, '"a"', '"a\u0000"'))) AS spoilt (label, state, input);

-- Bytes that are no spec: here one stage "ab" within a month, two days and three
-- microseconds, as of 2020-01-01, an exit "c", strict_order.
CREATE TABLE sink (s funnel_spec);
CREATE TABLE spec_bytes AS
SELECT encode(funnel_spec_send(funnel_spec(ARRAY['ab'], '1 month 2 days 00:00:00.000003', '2020-01-01', '{c}', '{strict_order}')), 'hex') AS hex;
SELECT is(hex, '01' || '53' || '01' || '00000001' || '00000002' || '0000000000000003' || '01' || '00001c89' || '04'
               || '00000001' || '00000002' || '6162' || '00000001' || '00000001' || '63',
          'the bytes that are spoilt below') FROM spec_bytes;
SELECT lives_ok(copy_bytes(hex), 'are valid') FROM spec_bytes;
SELECT is((SELECT encode(funnel_spec_send(s), 'hex') FROM sink), hex, 'and come back') FROM spec_bytes;
SELECT throws_ok(copy_bytes(bytes), state, NULL, 'funnel_spec in binary: ' || label)
FROM spec_bytes, LATERAL (VALUES
    ('a later version', '22P03', with_bytes(hex, 0, '02')),
    ('version 0', '22P03', with_bytes(hex, 0, '00')),
    ('another type', '22P03', with_bytes(hex, 1, '54')),
    ('within as 2', '22P03', with_bytes(hex, 2, '02')),
    ('a length without within', '22P03', with_bytes(hex, 2, '00')),
    ('days without within', '22P03', with_bytes(hex, 2, '00' || '00000000' || '00000002' || '0000000000000000')),
    ('microseconds without within', '22P03', with_bytes(hex, 2, '00' || '00000000' || '00000000' || '0000000000000003')),
    ('months negative', '22P03', with_bytes(hex, 3, 'ffffffff')),
    ('1801 months', '22P03', with_bytes(hex, 3, '00000709')),
    ('days negative', '22P03', with_bytes(hex, 7, '80000000')),
    ('microseconds negative', '22P03', with_bytes(hex, 11, 'ffffffffffffffff')),
    ('microseconds of 2^63 - 1', '22P03', with_bytes(hex, 11, '7fffffffffffffff')),
    ('as_of as 255', '22P03', with_bytes(hex, 19, 'ff')),
    ('a date without as_of', '22P03', with_bytes(hex, 19, '00')),
    ('as_of at infinity', '22P03', with_bytes(hex, 20, '7fffffff')),
    ('as_of at -infinity', '22P03', with_bytes(hex, 20, '80000000')),
    ('as_of in the year 10000', '22P03', with_bytes(hex, 20, '002c95d4')),
    ('an unknown mode', '22P03', with_bytes(hex, 24, '10')),
    ('no stage', '22P03', left(hex, 50) || '00000000' || '00000000'),
    ('a stage more', '22021', with_bytes(hex, 25, '00000002')),
    ('a longer stage', '22P03', with_bytes(hex, 29, '00000100')),
    ('a stage of negative length', '22P03', with_bytes(hex, 29, 'ffffffff')),
    ('a stage that is no text', '22021', with_bytes(hex, 33, 'c3')),
    ('a stage with a zero byte', '22021', with_bytes(hex, 34, '00')),
    ('31 stages', '22P03', left(hex, 50) || '0000001f' || (SELECT string_agg('00000001' || to_hex(64 + n), '' ORDER BY n) FROM generate_series(1, 31) AS n) || '00000000'),
    ('101 exits', '22P03', left(hex, 70) || '00000065' || (SELECT string_agg('00000003' || encode(to_char(n, 'FM000')::bytea, 'hex'), '' ORDER BY n) FROM generate_series(1, 101) AS n)),
    ('an exit that is a stage', '22P03', left(hex, 78) || '00000002' || '6162'),
    ('an exit twice', '22P03', left(hex, 70) || '00000002' || '00000001' || '63' || '00000001' || '63'),
    ('one byte more', '22P03', hex || '00')
) AS spoilt (label, state, bytes);
-- An exit more than there is, or 2^32 - 1 of them, is missed where the message ends.
SELECT throws_ok(copy_bytes(with_bytes(hex, 35, bytes)), '08P01', NULL, 'funnel_spec in binary: exits that are not there: ' || bytes)
FROM spec_bytes, unnest('{00000002,ffffffff}'::text[]) AS bytes;
SELECT is(count(*), (SELECT length(hex) / 2 FROM spec_bytes)::bigint, 'funnel_spec in binary: cut off before any byte')
FROM spec_bytes, generate_series(0, length(hex) / 2 - 1) AS n, flaw(copy_bytes(left(hex, 2 * n)), '22P03', NULL, false) AS f
WHERE f = '' OR f ~ '^SQLSTATE 08P01: [^;]*$';
-- One value has one form, however it came in.
TRUNCATE sink;
SELECT lives_ok(copy_bytes(left(hex, 70) || '00000002' || '00000001' || '64' || '00000001' || '63'), 'exits may come in any order') FROM spec_bytes;
SELECT is((SELECT s FROM sink), funnel_spec(ARRAY['ab'], '1 month 2 days 00:00:00.000003', '2020-01-01', '{c,d}', '{strict_order}'), 'and go out in one');
TRUNCATE sink;
SELECT lives_ok(copy_bytes(with_bytes(hex, 7, '00000001' || '000000141dd76003')), 'and a day as 86400000000 microseconds') FROM spec_bytes;
SELECT is((SELECT encode(funnel_spec_send(s), 'hex') FROM sink), hex, 'which is one') FROM spec_bytes;

SELECT * FROM finish();
ROLLBACK;
