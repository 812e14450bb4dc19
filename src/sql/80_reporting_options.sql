-- Reporting: the options of a mapping. reporting_ddl() checks every mapping against these rows, so they
-- are the only description of it.
--
-- kind is the type of the JSON value: 'column: date' the name of a column of a type of that family,
-- 'integer: 1 20' a whole number in these limits. With '?' null means without a value; with '!' the key
-- is required. Rows of source 'scenario' describe an element of "scenarios".

CREATE FUNCTION reporting_options_staff()
    RETURNS TABLE (source text, key text, kind text, standard jsonb, meaning text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 30
BEGIN ATOMIC
    SELECT v.source, v.key, v.kind, v.standard::pg_catalog.jsonb, v.meaning
    FROM (VALUES
        ('employment'::pg_catalog.text, 'table'::pg_catalog.text, 'table!'::pg_catalog.text,
         NULL::pg_catalog.text, 'the table or view of employment spells, as in FROM'::pg_catalog.text),
        ('employment', 'person', 'column?: person', NULL,
         'who, so that rows of one person are joined and people are counted; without it rows are'),
        ('employment', 'birth_date', 'column: date', '"birth_date"', 'date of birth'),
        ('employment', 'start_date', 'column: date', '"start_date"', 'first day of the spell'),
        ('employment', 'end_date', 'column?: date', '"end_date"',
         'first day on which the person is gone; null: nobody leaves'),
        ('employment', 'reason', 'column?: text', '"reason"', 'why the person left; null: not known'),
        ('employment', 'retirement_reasons', 'texts', '[]',
         'reasons of the table that mean retirement, beside that word'),
        ('employment', 'join_gap', 'interval', '"0 days"',
         'rows of a person that lie at most so far apart are one spell; with person'),
        ('employment', 'fte', 'column?: number', NULL, 'full-time equivalents of the spell'),
        ('employment', 'fte_percent', 'boolean', 'false',
         'full-time equivalents of the table are in percent: 75 is 0.75'),
        ('employment', 'group_by', 'groups', '[]',
         'grouping columns, at most five; {"name shown": "column"} gives another name'),
        ('employment', 'observed_years', 'integer: 1 20', '5',
         'whole calendar years observed before the year of as_of'),
        ('employment', 'projection_years', 'integer: 1 100', '10', 'periods of the projections'),
        ('employment', 'retirement', 'retirement?', NULL,
         'age in years at which everybody retires, or "pension_age"; without it as observed'),
        ('employment', 'latest_age', 'integer: 1 149', '70', 'nobody works beyond it'),
        ('employment', 'rates', 'choice: own credible', '"own"',
         'exit rates of projections: "own", those of the group; or "credible", drawn to those of all groups'),
        ('employment', 'scenarios', 'scenarios', '[]',
         'assumptions side by side, at most twenty: objects with the keys of source "scenario"'),
        ('employment', 'retention_every', 'interval', '"1 year"', 'step of the retention curve, an interval'),
        ('employment', 'leave_out', 'boolean', 'false',
         'leave rows out that the aggregates refuse, and count them'),
        ('scenario', 'name', 'name!', NULL, 'what it is called'),
        ('scenario', 'factors', 'factors', '{}',
         'how many times as often people leave, by reason: {"resignation": 0.8}; 0 to 1000'),
        ('scenario', 'retirement_later', 'whole: -600 600', '0',
         'months of age by which retirement comes later; below 0 earlier'),
        ('scenario', 'working_time', 'number: 0.1 10', '1',
         'full-time equivalents of a person against today''s; so fewer persons are wanted'),
        ('scenario', 'hires', 'number: 0 100', '0',
         'hires a year against those of the years observed: 1 is as many; without it nobody is hired'),
        ('scenario', 'growth', 'number: -0.5 1', '0',
         'growth a year of the headcount wanted: 0.01 is one in a hundred')
    ) AS v (source, key, kind, standard, meaning);
END;
COMMENT ON FUNCTION reporting_options_staff() IS
    'internal to reporting_options: what a mapping may say of employments, and of scenarios';

CREATE FUNCTION reporting_options_others()
    RETURNS TABLE (source text, key text, kind text, standard jsonb, meaning text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 30
BEGIN ATOMIC
    SELECT v.source, v.key, v.kind, v.standard::pg_catalog.jsonb, v.meaning
    FROM (VALUES
        ('education'::pg_catalog.text, 'table'::pg_catalog.text, 'table!'::pg_catalog.text,
         NULL::pg_catalog.text, 'the table or view of education events, as in FROM'),
        ('education', 'person_id', 'column: person', '"person_id"', 'who: an integer, numeric, uuid or text'),
        ('education', 'stage', 'column: text', '"stage"', 'what happened'),
        ('education', 'at', 'column: instant', '"at"', 'when: a date or timestamp'),
        ('education', 'epoch', 'column?: integer', NULL,
         'year of the round; without it the year in which a person''s chain began'),
        ('education', 'stages', 'texts!', NULL, 'stages of the funnel, in order'),
        ('education', 'within', 'interval?', NULL,
         'window of a chain, an interval; without it it never closes'),
        ('education', 'exits', 'texts', '[]', 'events that end a chain'),
        ('education', 'modes', 'texts', '[]', 'modes of funnel_spec'),
        ('education', 'starts', 'text', '"09-01"',
         'day on which a year''s intake reaches the first stage, MM-DD'),
        ('education', 'hired_elsewhere', 'share', '0',
         'share, from 0 to 1, of the recruited who come from elsewhere than this education'),
        ('education', 'group_by', 'groups', '[]',
         'grouping columns, as of employment; required_intake joins those of one name'),
        ('education', 'leave_out', 'boolean', 'false',
         'leave rows out that the aggregates refuse, and count them'),
        ('mobility', 'table', 'table!', NULL, 'the table or view of spells in a state, as in FROM'),
        ('mobility', 'person_id', 'column: person', '"person_id"', 'who: an integer, numeric, uuid or text'),
        ('mobility', 'state', 'column: text', '"state"', 'employer, workplace, profession, level'),
        ('mobility', 'start_date', 'column: date', '"start_date"', 'first day of the spell'),
        ('mobility', 'end_date', 'column?: date', '"end_date"',
         'first day on which the person is not there; null: nobody leaves'),
        ('mobility', 'reason', 'column?: text', NULL,
         'why the spell ended; without it leavers have no reason'),
        ('mobility', 'join_gap', 'interval', '"0 days"',
         'spells of a person that lie at most so far apart are one: nobody left between them'),
        ('mobility', 'fte', 'column?: number', NULL, 'full-time equivalents of the spell'),
        ('mobility', 'fte_percent', 'boolean', 'false',
         'full-time equivalents of the table are in percent: 75 is 0.75'),
        ('mobility', 'group_by', 'groups', '[]',
         'grouping columns that do not change for a person, as of employment'),
        ('mobility', 'observed_years', 'integer: 1 20', '5',
         'whole calendar years observed before the year of as_of'),
        ('mobility', 'leave_out', 'boolean', 'false',
         'leave rows out that the aggregates refuse, and count them'),
        ('competence', 'table', 'table!', NULL, 'the table or view of certificate_spells, a row for each '
                                                'person, module and status, as in FROM'),
        ('competence', 'person_id', 'column: person', '"person_id"',
         'who: an integer, numeric, uuid or text'),
        ('competence', 'module', 'column: text', '"module"', 'what is required'),
        ('competence', 'status', 'column: text', '"status"', 'missing, valid or lapsed'),
        ('competence', 'start_date', 'column: date', '"start_date"', 'first day with the status'),
        ('competence', 'end_date', 'column?: date', '"end_date"',
         'first day without it; null: it never ends'),
        ('competence', 'group_by', 'groups', '[]', 'grouping columns, as of employment'),
        ('competence', 'leave_out', 'boolean', 'false',
         'leave rows out that the aggregates refuse, and count them'),
        ('', 'reader', 'roles', '[]', 'role, or array of roles, that may read the views'),
        ('', 'as_of', 'first of month?', NULL, 'the day after the last one observed; without it the first '
                                               'day of the month of each refresh'),
        ('', 'as_of_lag', 'integer: 0 12', '0', 'whole months that as_of lies before that, where notices '
                                                'come late; not with as_of'),
        ('', 'doubts', 'boolean', 'true', 'look for rows that are counted but hardly meant, '
                                          'too; false spares the time'),
        ('', 'materialized', 'boolean', 'true', 'false: nothing is stored, and each user sees what '
                                                'the tables show that user')
    ) AS v (source, key, kind, standard, meaning);
END;
COMMENT ON FUNCTION reporting_options_others() IS
    'internal to reporting_options: what a mapping may say of other sources, and of all';

CREATE FUNCTION reporting_options()
    RETURNS TABLE (source text, key text, kind text, standard jsonb, meaning text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 60
BEGIN ATOMIC
    SELECT o.source, o.key, o.kind, o.standard, o.meaning FROM reporting_options_staff() AS o
    UNION ALL
    SELECT o.source, o.key, o.kind, o.standard, o.meaning FROM reporting_options_others() AS o;
END;
COMMENT ON FUNCTION reporting_options() IS
    'what a mapping of reporting_ddl may say: by source of data (empty: for all), key, kind of '
    'value, standard value, meaning';
