-- Refusals of certificate_spells.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(15);

\ir ../../lib/refusals.sql

SELECT is(flaw('SELECT * FROM ' || call, state, shows), '', call || ' is refused')
FROM (VALUES
    ('22008', ' infinity', $$certificate_spells('{2020-01-01,infinity}', NULL, '[2020-01-01,)')$$),
    ('22008', '-infinity', $$certificate_spells('{-infinity}', '1 year', '[2020-01-01,2021-01-01)')$$),
    ('22008', '10000-01-01', $$certificate_spells('{10000-01-01}', NULL, '[2020-01-01,)')$$),
    ('22008', '0001-12-31 BC', $$certificate_spells('{0001-12-31 BC}', NULL, '[2020-01-01,)')$$),
    ('22008', 'begins on 10000-01-01', $$certificate_spells('{}', NULL, '[10000-01-01,)')$$),
    ('22008', 'begins on 10000-01-01', $$certificate_spells('{}', NULL, '[10000-01-01,10000-02-01)')$$),
    ('22008', '9000-01-01.*9999', $$certificate_spells('{9000-01-01}', '1000 years', '[2020-01-01,)')$$),
    ('22023', '0 days', $$certificate_spells('{}', '0 days', '[2020-01-01,)')$$),
    ('22023', '7200000000', $$certificate_spells('{}', '1 day 2 hours', '[2020-01-01,)')$$),
    ('22023', '-12', $$certificate_spells('{}', '-1 year', '[2020-01-01,)')$$),
    ('22023', '-1', $$certificate_spells(NULL, '1 month -1 day', '[2020-01-01,)')$$),
    ('22023', '-infinity', $$certificate_spells('{2020-01-01}', '1 year', '(,2020-01-01)')$$),
    ('22023', '-infinity', $$certificate_spells('{2020-01-01}', '1 year', '[-infinity,2020-01-01)')$$),
    ('22023', '-infinity', $$certificate_spells(NULL, NULL, '(,)')$$),
    ('2202E', 'Elements: 2\.', $$certificate_spells('{{2020-01-01},{2020-01-02}}', NULL, '[2020-01-01,)')$$)
) AS rows (state, shows, call);

SELECT * FROM finish();
ROLLBACK;
