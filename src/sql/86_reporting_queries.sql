-- Reporting: the views over the summaries.

-- Fills in the options of a mapping in templates of views.
CREATE FUNCTION reporting_assumptions(schema_name text, settings jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    home    constant text := settings ->> 'home';
    store   constant text := quote_ident(schema_name || '_summary');
    staff   constant jsonb := settings #> '{setting,employment}';
    years   constant integer := (staff ->> 'observed_years')::integer;
    -- a state; in quotes where it is called as those are who are in none
    state   constant text := 'CASE WHEN %1$s ~ ''^"*[(](came|left)[)]"*$''::text THEN ''"''::text || %1$s '
        '|| ''"''::text ELSE %1$s END';
    -- a state of a series, in which all states together have a name
    all_state constant text := 'CASE WHEN %1$s IS NULL THEN ''(total)''::text WHEN %1$s '
        '~ ''^"*[(]total[)]"*$''::text THEN ''"''::text || %1$s || ''"''::text ELSE %1$s END';
    -- the last arguments of projections and of required intakes, by the alias of the workforce
    retirement constant jsonb := (
        SELECT jsonb_object_agg(a.alias, format(
               ', retire_at => %s, retire_rule => %s, rates => %s, latest_age => %s, level => 0.8::float8',
                   CASE jsonb_typeof(staff -> 'retirement')
                   WHEN 'number' THEN staff ->> 'retirement' ELSE 'NULL::integer' END,
                   CASE jsonb_typeof(staff -> 'retirement')
                   WHEN 'string' THEN left(a.alias, 1) || '.retirement_rule'
                   ELSE format('NULL::%s.retirement_rule', home) END,
                   CASE WHEN a.alias = 's own' OR staff ->> 'rates' = 'own'
                   THEN format('NULL::%s.credible_rates', home)
                   ELSE format('%s.credibility(%s.workforce, (SELECT r.rates FROM %s.employment_rates AS r))',
                               home, a.alias, store) END,
                   staff ->> 'latest_age'))
        FROM (VALUES ('s'), ('e'), ('s own')) AS a (alias));
    -- assumptions, and what everybody assumes
    scenarios constant text := (
        SELECT string_agg(format('(%s, %L::text, %L::text[], %L::float8[], %s, %L::float8, '
                                 '%L::float8, %L::float8)', n.place, n.item ->> 'name',
                                 ARRAY(SELECT f.key FROM jsonb_each(n.item -> 'factors') AS f
                                       ORDER BY f.key COLLATE "C"),
                                 ARRAY(SELECT f.value::text::float8
                                       FROM jsonb_each(n.item -> 'factors') AS f ORDER BY f.key COLLATE "C"),
                                 (n.item ->> 'retirement_later')::numeric::integer,
                                 n.item ->> 'working_time', n.item ->> 'hires', n.item ->> 'growth'),
                          E',\n                     ' ORDER BY n.place)
        FROM (SELECT 0 AS place, '{"name": "(as observed)", "factors": {}, "retirement_later": 0, '
                                 '"working_time": 1, "hires": 0, "growth": 0}'::jsonb AS item
              UNION ALL
              SELECT s.place, s.item FROM jsonb_array_elements(staff -> 'scenarios')
                     WITH ORDINALITY AS s (item, place)) AS n);
    -- how retirement comes later: an age or a rule is another one, and rates move
    later constant text := CASE jsonb_typeof(staff -> 'retirement')
        WHEN 'number' THEN format('CASE WHEN c.later %% 12 = 0 THEN %1$s + c.later / 12 END AS retire_at, '
                                  'CASE WHEN c.later %% 12 <> 0 '
                                  'THEN (SELECT %2$s.retirement_rule_agg(r.born_from, r.age_months) '
                                  'FROM (SELECT ''1800-01-01''::date AS born_from, %1$s * 12 + c.later AS '
                                      'age_months) AS r) END AS retire_rule, x.rates',
                                  staff ->> 'retirement', home)
        WHEN 'string' THEN format('NULL::integer AS retire_at, CASE c.later WHEN 0 THEN s.retirement_rule '
                                  'ELSE (SELECT %1$s.retirement_rule_agg(a.born_from, a.age_months + '
                                  'c.later) FROM %1$s.pension_age AS a) END AS retire_rule, x.rates', home)
        ELSE format('NULL::integer AS retire_at, NULL::%1$s.retirement_rule AS retire_rule, '
                    '%1$s.shift_retirement(x.rates, c.later) AS rates', home) END;
    -- origins of the back-test: of the years observed all but the first two, or the last one
    backtest constant text := format(
        'CASE WHEN s.workforce IS NOT NULL THEN ARRAY[%s] END, 3, ''as before''::text, '
        'NULL::integer, %s, NULL::%3$s.workforce[], NULL::%3$s.credible_rates[]%s',
        (SELECT string_agg('s.year_' || y, ', ' ORDER BY y DESC) FROM generate_series(1, years) AS y),
        greatest(1, least(3, years - 1)), home,
        replace(retirement ->> 's own', format(', rates => NULL::%s.credible_rates', home), ''));
BEGIN
    RETURN jsonb_build_object('{schema}', home, '{summaries}', store,
        '{retirement}', retirement ->> 's', '{own_retirement}', retirement ->> 's own',
        '{intake_retirement}', retirement ->> 'e',
        -- of the arguments of a required intake: none of what may change
        '{change}', 'changed_stage => NULL::text, conversion_change => 0::float8',
        '{scenarios}', scenarios, '{later}', later, '{backtest}', backtest,
        '{rates}', CASE staff ->> 'rates'
                   WHEN 'own' THEN format('%s.credible_rates(s.workforce)', home)
                   ELSE format('%s.credibility(s.workforce, (SELECT r.rates FROM %s.employment_rates AS r))',
                               home, store) END,
        '{observed_years}', years, '{latest_age}', staff -> 'latest_age',
        '{years}', (SELECT string_agg(format('(extract(year FROM s.as_of)::integer - %1$s, s.year_%1$s)', y),
                               ', ' ORDER BY y)
                    FROM generate_series(1, years) AS y),
        '{h.state}', format(state, 'h.state'), '{a.state}', format(all_state, 'a.state'),
        '{f.from_state}', format(state, 'f.from_state'), '{f.to_state}', format(state, 'f.to_state'),
        '{m.from_state}', format(state, 'm.from_state'), '{m.to_state}', format(state, 'm.to_state'),
        '{retires}', CASE WHEN staff ->> 'retirement' IS NOT NULL THEN 'true'
                     WHEN staff ->> 'rates' = 'own'
                         THEN format('%s.exits(s.workforce, ''retirement''::text) > 0', home)
                     ELSE format('EXISTS (SELECT FROM %s.employment_rates AS r, %s.exit_ratios(r.rates, '
                                 '0.5::float8) AS q WHERE q.reason = ''retirement''::text)', store, home) END,
        -- has the reason an age?
        '{aged}', CASE WHEN staff ->> 'retirement' IS NOT NULL THEN 'true' ELSE 'false' END,
        '{retention_every}', format('interval %L', staff ->> 'retention_every'),
        '{projection_years}', staff -> 'projection_years',
        '{stages}', jsonb_array_length(settings #> '{setting,education,stages}'));
END
$function$;
COMMENT ON FUNCTION reporting_assumptions(text, jsonb) IS
    'internal to reporting_ddl: what the templates of views say in braces of the options of a mapping';

-- Returns the grouping columns that an education and its staff share; and as bits those that only one
-- has, which are totalled.
CREATE FUNCTION reporting_shared(settings jsonb,
                                 OUT shown text[], OUT staff_totals integer, OUT course_totals integer)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    staff   constant text[] := ARRAY(SELECT jsonb_array_elements_text(settings #> '{shown,employment}'));
    course  constant text[] := ARRAY(SELECT jsonb_array_elements_text(settings #> '{shown,education}'));
BEGIN
    shown := ARRAY(SELECT n FROM unnest(staff) AS n WHERE n = ANY (course));
    staff_totals := (SELECT coalesce(sum(1 << cardinality(staff) - array_position(staff, n)), 0)
                     FROM unnest(staff) AS n WHERE n <> ALL (shown));
    course_totals := (SELECT coalesce(sum(1 << cardinality(course) - array_position(course, n)), 0)
                      FROM unnest(course) AS n WHERE n <> ALL (shown));
END
$function$;
COMMENT ON FUNCTION reporting_shared(jsonb) IS
    'internal to reporting_ddl: grouping columns that an education and its staff share';

-- Writes the queries for the arrivals of begun rounds, and for the gap that remains.
CREATE FUNCTION reporting_pipeline(settings jsonb, assumptions jsonb, shown text[],
                                   staff_totals integer, course_totals integer)
    RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    home    constant text := assumptions ->> '{schema}';
    store   constant text := assumptions ->> '{summaries}';
    retirement constant text := assumptions ->> '{intake_retirement}';
    change  constant text := assumptions ->> '{change}';
    starts  constant text := settings #>> '{setting,education,starts}';
BEGIN
    RETURN format(
        E'-- who has begun already, by year\n'
        '     LATERAL (SELECT min(b.epoch) AS first_begun,\n'
        '                     max(b.epoch) AS last_begun, '
            'pg_catalog.jsonb_object_agg(b.epoch, b.entered) AS begun\n'
        '              FROM (SELECT b.epoch, sum(f.entered) AS entered\n'
        '                    FROM %1$s.education AS b, %2$s.funnel_stages(b.funnel, 0.95::float8) AS f\n'
        '                    WHERE f.stage_no = 1 AND f.entered > 0 AND NOT b.every_epoch\n'
        '                          AND b.epoch BETWEEN 1 AND y.first_round - 1\n'
        '                          AND b.grouping_set = %5$s%8$s\n'
        '                    GROUP BY b.epoch) AS b) AS b,\n'
        '     -- and when they come to work; without hires nobody knows at which ages\n'
        '     LATERAL (SELECT ARRAY(SELECT coalesce(o.arrivals, 0)\n'
        '                           FROM %2$s.funnel_output(e.funnel,\n'
        '                                    ARRAY(SELECT coalesce((b.begun ->> '
        'n::text)::double precision, 0)\n'
        '                                          FROM generate_series(b.first_begun, b.last_begun) AS n),\n'
        '                                    coalesce(b.first_begun, y.first_year), %3$s, %7$L::text,\n'
        '                                    as_of => e.as_of, %10$s) AS o\n'
        '                           ORDER BY o.year) AS planned\n'
        '              OFFSET 0) AS a,     -- computed once, not for each row and use\n'
        '     -- who comes from elsewhere is not asked of the education\n'
        '     LATERAL (SELECT ARRAY(SELECT coalesce(w.recruitment_need * %6$s::float8, 0::float8)\n'
        '                           FROM %2$s.workforce_project(e.workforce, %3$s, NULL::float8[], '
        'NULL::float8[]%9$s, working_time => 1::float8) AS w\n'
        '                           ORDER BY w.year) AS elsewhere\n'
        '              OFFSET 0) AS h,\n'
        '     LATERAL (SELECT a.planned, h.elsewhere,\n'
        '                     ARRAY(SELECT w.gap\n'
        '                           FROM %2$s.workforce_project(e.workforce, %3$s,\n'
        '                                    CASE WHEN %2$s.hires(e.workforce) > 0\n'
        '                                    THEN ARRAY(SELECT u.planned + u.elsewhere\n'
        '                                               FROM unnest(a.planned, h.elsewhere) WITH '
        'ORDINALITY AS u (planned, elsewhere, n)\n'
        '                                               ORDER BY u.n) END,\n'
        '                                    NULL::float8[]%9$s, working_time => 1::float8) AS w\n'
        '                           ORDER BY w.year) AS gap\n'
        '              OFFSET 0) AS p',
        store, home, settings #>> '{setting,employment,projection_years}', staff_totals, course_totals,
        settings #>> '{setting,education,hired_elsewhere}', starts,
        -- for a total its members: each with a group of the staff
        (SELECT coalesce(string_agg(format(E'\n                          AND (e.totals & %s > 0 OR '
                                           'b.%2$I = e.%2$I COLLATE pg_catalog."C")',
                                           1 << cardinality(shown) - n.place::integer, n.name), ''), '')
                || format(E'\n                          AND EXISTS (SELECT FROM %s.employment AS m WHERE '
                          'm.grouping_set = %s AND m.workforce IS NOT NULL%s)', store, staff_totals,
                          string_agg(format(' AND m.%1$I = b.%1$I COLLATE pg_catalog."C"', n.name), ''))
         FROM unnest(shown) WITH ORDINALITY AS n (name, place)),
        retirement, change);
END
$function$;
COMMENT ON FUNCTION reporting_pipeline(jsonb, jsonb, text[], integer, integer) IS
    'internal to reporting_ddl: the part of the templates of required intakes that says what is missing';

-- Pairs groups of the staff with their educations, for groups and totals. Totals are over these pairs,
-- so no profession without an education, and no education for another profession, is in them. A list of
-- totals adds no summaries up: `summed` does, for a reader who projects one.
CREATE FUNCTION reporting_pairs(settings jsonb, assumptions jsonb, shown text[],
                                   staff_totals integer, course_totals integer,
                                   OUT pairs jsonb, OUT summed jsonb)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    home    constant text := assumptions ->> '{schema}';
    store   constant text := assumptions ->> '{summaries}';
    -- a group of the staff and the education of the same name
    joined  constant text := format(
        E'FROM %1$s.employment AS m\n'
        '           JOIN %1$s.education AS n ON n.every_epoch AND m.grouping_set = %2$s '
        'AND n.grouping_set = %3$s\n'
        '                                       AND n.funnel IS NOT NULL AND m.workforce IS NOT NULL%4$s',
        store, staff_totals, course_totals,
        (SELECT string_agg(format(' AND m.%1$I = n.%1$I COLLATE pg_catalog."C"', g), '')
         FROM unnest(shown) AS g));
    rule    constant text := CASE WHEN settings #>> '{setting,employment,retirement}' = 'pension_age'
        THEN format(E',\n             (SELECT a.retirement_rule FROM %s.employment AS a WHERE '
                    'a.refreshed_at IS NOT NULL) AS retirement_rule', store) ELSE '' END;
    of_groups text;
    of_totals text;
    totals  record;
BEGIN
    SELECT coalesce(string_agg(format('m.%I, ', g.name), '' ORDER BY g.place), '') AS columns,
           coalesce(string_agg(format('e.%I, ', g.name), '' ORDER BY g.place), '') AS passed,
           string_agg(format('CASE WHEN GROUPING(m.%1$I) = 1 THEN ''(total)''::text ELSE m.%1$I END '
                             'AS %1$I, ', g.name), '' ORDER BY g.place) AS names,
           string_agg(format('m.%I', g.name), ', ' ORDER BY g.place) AS keys,
           string_agg(format(' AND (e.totals & %s > 0 OR m.%2$I = e.%2$I)',
                             1 << cardinality(shown) - g.place::integer, g.name), '') AS within
    INTO totals FROM unnest(shown) WITH ORDINALITY AS g (name, place);
    of_groups := format(
        E'SELECT %1$s0 AS totals, m.workforce, n.funnel, m.as_of,\n'
        '             m.skipped_workforce + n.skipped_funnel AS rows_skipped,\n'
        '             m.rows_left_out + n.rows_left_out AS rows_left_out%2$s\n      %3$s',
        totals.columns, rule, joined);
    of_totals := format(
        E'\n      UNION ALL\n'
        '      SELECT %1$sGROUPING(%2$s), NULL, NULL, min(m.as_of),\n'
        '             sum(m.skipped_workforce + n.skipped_funnel)::bigint,\n'
        '             sum(m.rows_left_out + n.rows_left_out)::bigint%3$s\n'
        '      %4$s\n      GROUP BY CUBE (%2$s) HAVING GROUPING(%2$s) > 0 AND count(*) > 0',
        totals.names, totals.keys, rule, joined);
    pairs := (SELECT jsonb_agg(format(
        E'(%1$s%2$s) AS e\n'
        '     -- a round that begins before as_of has begun\n'
        '     CROSS JOIN LATERAL (SELECT extract(year FROM e.as_of)::integer AS first_year,\n'
        '                                extract(year FROM e.as_of)::integer\n'
        '                                    + (to_char(e.as_of::timestamp, ''MM-DD''::text) > '
            '%3$L::text)::integer AS first_round) AS y',
        of_groups, q.totals, settings #>> '{setting,education,starts}') ORDER BY q.place)
        FROM (VALUES (1, ''), (2, of_totals)) AS q (place, totals));
    -- under the same name, which from there on means groups and totals
    summed := jsonb_build_array('', format(
        E'(SELECT %1$se.totals, e.as_of%2$s,\n'
        '             coalesce(e.workforce, r.workforce) AS workforce,\n'
        '             coalesce(e.funnel, r.funnel) AS funnel\n'
        '      FROM (SELECT %3$s.rollup(m.workforce) AS workforce, %3$s.rollup(n.funnel) AS funnel\n'
        '      %4$s\n      WHERE e.totals > 0%5$s) AS r) AS e,\n     ', totals.passed,
        CASE WHEN rule <> '' THEN ', e.retirement_rule' ELSE '' END, home, joined, totals.within));
END
$function$;
COMMENT ON FUNCTION reporting_pairs(jsonb, jsonb, text[], integer, integer) IS
    'internal to reporting_ddl: the parts of the templates of required intakes that pair groups, and add '
    'pairs up';

-- Fills in the words in braces in templates of required intakes; names, the grouping columns; rows, the
-- conditions on groups, and on groups and totals.
CREATE FUNCTION reporting_intake(settings jsonb, assumptions jsonb, shown text[], pipeline text,
                                 pairs jsonb, summed jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN jsonb_build_object('names', shown, '{pipeline}', pipeline, '{pairs}', pairs,
        '{summed}', summed,
        '{retirement}', assumptions ->> '{intake_retirement}',
        -- the start day of the intakes, their method, and the target year
        '{starts}', format('%L::text, ''constant''::text, NULL::integer, 0.5::float8',
                           settings #>> '{setting,education,starts}'),
        '{last}', format(E'e.as_of, e.rows_skipped, e.rows_left_out,\n'
                         '       (SELECT min(r.refreshed_at) FROM (SELECT a.refreshed_at '
                         'FROM %1$s.employment AS a\n'
                         '                                         UNION ALL SELECT b.refreshed_at FROM '
                         '%1$s.education AS b) AS r) AS refreshed_at',
                         assumptions ->> '{summaries}'),
        'rows', ARRAY['true', 'true']);
END
$function$;
COMMENT ON FUNCTION reporting_intake(jsonb, jsonb, text[], text, jsonb, jsonb) IS
    'internal to reporting_ddl: what the templates of required intakes say in braces';

-- Fills in the templates of the views over the summaries.
CREATE FUNCTION reporting_queries(settings jsonb, views jsonb, assumptions jsonb, intake jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    last_columns constant text[] := ARRAY[
        'as_of: the day after the last one observed',
        'rows_skipped: rows that the figures do not know, since a date or another value is missing',
        'rows_left_out: rows that were left out, since the aggregates refuse them',
        'refreshed_at: when the summaries were made'];
    sources constant text[] := ARRAY(SELECT jsonb_array_elements_text(settings -> 'sources'));
    makes   jsonb := '[]';
    template record;
    shown   text[];                     -- grouping columns
    parts   jsonb;                      -- what the template says in braces
    rows    text[];                     -- conditions on groups, and on groups and totals
    name    text;
BEGIN
    FOR template IN
        SELECT v.source, v.name, v.summary, v.comment, v.columns, v.body,
               v.source = 'required_intake' AS of_both,
               CASE v.source WHEN 'required_intake' THEN 'employment' ELSE v.source END AS titled
        FROM jsonb_to_recordset(views) AS v (source text, name text, summary text, comment text,
                                             columns text[], body text)
        WHERE (v.source = ANY (sources) OR v.source = 'required_intake'
               AND sources @> '{employment,education}')
              -- months are counted of people
              AND (v.name NOT IN ('employment_series', 'employment_leavers')
                   OR settings #> '{columns,employment,person}' IS NOT NULL)
              AND (v.name <> 'scenarios' OR settings #> '{setting,employment,scenarios}' <> '[]')
    LOOP
        parts := assumptions || CASE WHEN template.of_both THEN intake
            ELSE jsonb_build_object('names', settings #> ARRAY['shown', template.source],
                'rows', ARRAY['s.grouping_set = 0', 'true'],
                '{last}', format(E's.as_of, s.skipped_%s AS rows_skipped, s.rows_left_out,\n'
                                 '       (SELECT r.refreshed_at FROM %s.%s AS r WHERE r.refreshed_at IS '
                                 'NOT NULL) AS refreshed_at',
                                 template.summary, assumptions ->> '{summaries}', template.source)) END;
        shown := ARRAY(SELECT jsonb_array_elements_text(parts -> 'names'));
        rows := ARRAY(SELECT jsonb_array_elements_text(parts -> 'rows'));
        SELECT min(n) INTO name FROM unnest(shown) AS n
        WHERE n IN (SELECT split_part(c, ':', 1) FROM unnest(template.columns || last_columns) AS c)
              OR n IN ('grouping_set', 'epoch', 'every_epoch', 'period_no', 'row_no', 'first_year',
                       'retirement_rule', 'observed_from', 'forecast_basis',
                       'workforce', 'retention', 'funnel', 'mobility', 'certificates', 'spells')
              OR n ~ '^(skipped_[a-z]+|year_[0-9]+)$';
        IF name IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'duplicate_column',
                MESSAGE = 'a column to group by has the name of a column of the views',
                DETAIL = format('The name is "%s", of "%s" and of the view %s.', name, template.source,
                                template.name),
                HINT = format('Group by it under another name: {"another name": "%s"}.', name);
        END IF;
        parts := parts || jsonb_build_object(
            '{groups}', (SELECT coalesce(string_agg(format('%s.%I, ', CASE WHEN template.of_both THEN 'e'
                                                           ELSE 's' END, n.name),
                                                    '' ORDER BY n.place), '')
                         FROM unnest(shown) WITH ORDINALITY AS n (name, place)),
            '{hired}', (SELECT coalesce(string_agg(format(' AND h.%1$I = s.%1$I', n), ''), '')
                        FROM unnest(shown) AS n),
            '{order}', (SELECT coalesce('ORDER BY ' || string_agg(format('s.%I', n.name), ', '
                                                                  ORDER BY n.place), '')
                        FROM unnest(shown) WITH ORDINALITY AS n (name, place)),
            '{fte_unit}', CASE WHEN (settings #> ARRAY['setting', template.source, 'fte_percent'])::boolean
                          THEN ' / 100::float8' ELSE '' END);
        FOR i IN 1 .. CASE WHEN shown = '{}' THEN 1 ELSE 2 END LOOP
            makes := makes || jsonb_build_object('summary', false, 'kind', 'v',
                'name', template.name || CASE i WHEN 2 THEN '_total' ELSE '' END,
                'comment', template.comment
                    || CASE WHEN template.titled = 'employment'
                        AND settings #> '{columns,employment,person}' IS NULL
                       THEN '; rows are counted, since the mapping names no person' ELSE '' END
                    || CASE i WHEN 2 THEN '; with totals over groups: choose one value of each grouping '
                                          'column, and add nothing up'
                       ELSE '' END,
                'groups', (SELECT jsonb_agg(jsonb_build_object('name', n, 'comment',
                                                               settings #>> ARRAY['titles', template.titled,
                                                                   n]))
                           FROM unnest(shown) AS n),
                'columns', template.columns || last_columns,
                -- in one pass: inserted text is not read as a template
                'query', (SELECT string_agg(coalesce(p.parts ->> m.piece[1], m.piece[1]), '' ORDER BY m.place)
                          FROM (SELECT parts || jsonb_build_object('{rows}', rows[i], '{pairs}',
                              parts -> '{pairs}' ->> i - 1,
                              '{summed}', parts -> '{summed}' ->> i - 1)) AS p (parts),
                               regexp_matches(template.body, '\{[a-z_.]+\}|[^{]+|\{', 'g')
                                   WITH ORDINALITY AS m (piece, place)));
        END LOOP;
    END LOOP;
    RETURN makes;
END
$function$;
COMMENT ON FUNCTION reporting_queries(jsonb, jsonb, jsonb, jsonb) IS
    'internal to reporting_ddl: the views over the summaries, as relations to be declared';
