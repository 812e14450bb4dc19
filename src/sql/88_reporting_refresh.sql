-- Reporting: a refresh that reports its progress.

-- Refreshes the summaries. A procedure that commits can have no search_path of its own, so each name in
-- it has its schema; the extension's is looked up.
CREATE PROCEDURE reporting_refresh(schema_name text)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    home       pg_catalog.name;
    statements pg_catalog.text[];
    statement  pg_catalog.text;
    relation   pg_catalog.text;
    started    pg_catalog.timestamptz;
    seconds    pg_catalog.text;
    step       pg_catalog.int4 := 0;
    n_rows     pg_catalog.int8;
    failures   pg_catalog.text[] := '{}';
    state      pg_catalog.text;
    first_state pg_catalog.text;
    message    pg_catalog.text;
    detail     pg_catalog.text;
BEGIN
    SELECT n.nspname INTO STRICT home
    FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
    WHERE e.extname OPERATOR(pg_catalog.=) 'education_flow';
    EXECUTE pg_catalog.format('SELECT ARRAY(SELECT s FROM %I.reporting_refresh_ddl($1) AS s)', home)
    INTO statements USING schema_name;
    IF pg_catalog.cardinality(statements) OPERATOR(pg_catalog.=) 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_object',
            MESSAGE = 'there is nothing to refresh',
            DETAIL = pg_catalog.format('The schema "%s_summary" has no materialized view that '
                                       'reporting_ddl made.', schema_name),
            HINT = 'Give the schema of the views. What is not materialized is always fresh.';
    END IF;
    -- each by itself, so that readers need not wait for the others
    COMMIT;
    FOREACH statement IN ARRAY statements LOOP
        step := step OPERATOR(pg_catalog.+) 1;
        relation := pg_catalog.regexp_replace(statement,
                                              '^REFRESH MATERIALIZED VIEW (CONCURRENTLY )?'::pg_catalog.text,
                                              ''::pg_catalog.text);
        started := pg_catalog.clock_timestamp();
        message := NULL;
        BEGIN
            EXECUTE statement;
            EXECUTE pg_catalog.format('SELECT pg_catalog.count(*) FROM %s', relation) INTO n_rows;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
                detail = PG_EXCEPTION_DETAIL;
        END;
        COMMIT;
        seconds := pg_catalog.to_char(
            EXTRACT(epoch FROM pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) started),
            'FM999999990.0'::pg_catalog.text);
        IF message IS NULL THEN
            RAISE NOTICE '% of %: %, % rows, % s', step, pg_catalog.cardinality(statements), relation,
                n_rows, seconds;
        ELSE
            RAISE NOTICE '% of %: %, FAILED: %', step, pg_catalog.cardinality(statements), relation, message;
            first_state := coalesce(first_state, state);
            failures := pg_catalog.array_append(
                failures,
                pg_catalog.concat_ws(' '::pg_catalog.text, pg_catalog.format('%s: %s.', relation, message),
                                     CASE WHEN pg_catalog.length(detail) OPERATOR(pg_catalog.>) 0
                                          THEN detail END));
        END IF;
    END LOOP;
    IF pg_catalog.cardinality(failures) OPERATOR(pg_catalog.>) 0 THEN
        RAISE EXCEPTION USING ERRCODE = first_state,
            MESSAGE = pg_catalog.format('%s of %s were not refreshed', pg_catalog.cardinality(failures),
                                        pg_catalog.cardinality(statements)),
            DETAIL = pg_catalog.array_to_string(failures, E'\n'::pg_catalog.text),
            HINT = 'They are as they were, the others are fresh. The quality views '
                   'say which rows are refused.';
    END IF;
END
$procedure$;
COMMENT ON PROCEDURE reporting_refresh(text) IS
    'refreshes what reporting_ddl made, each view committed by itself, and says where it is; at '
    'the end what failed and why';
