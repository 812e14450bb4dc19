-- The extension's answers to questions about `funnel` (see compare.sql), made
-- of rows of events: all of a data set, or one part of it.

CREATE TEMP TABLE event (data text, part text, person bigint, stage text, at date);
\copy event from 'event.csv' with (format csv, header)
CREATE INDEX ON event (data);
ANALYZE event;
CREATE TEMP TABLE wanted (
    name text, data text, part text, stages text[], within interval, as_of date, exits text[]);
\copy wanted from 'funnel.csv' with (format csv, header)

CREATE TEMP TABLE summary (name text PRIMARY KEY, f funnel);
-- One by one, so that one that is refused does not take the others along.
-- Its questions will say that it is missing.
DO $$
DECLARE w wanted;
BEGIN
    FOR w IN SELECT * FROM wanted LOOP
        BEGIN
            INSERT INTO summary
            SELECT w.name, funnel_agg(person, stage, at, funnel_spec(w.stages, w.within, w.as_of, w.exits))
            FROM event WHERE data = w.data AND (w.part IS NULL OR part = w.part);
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO refused VALUES (w.name, SQLERRM, w::text);
        END;
    END LOOP;
END $$;
ANALYZE summary;

CREATE FUNCTION pg_temp.answer(q question)
RETURNS TABLE (at float8, label text, quantity text, value float8) LANGUAGE plpgsql AS $$
DECLARE f funnel;
BEGIN
    SELECT s.f INTO f FROM summary AS s WHERE s.name = q.summary;
    IF NOT FOUND THEN
        RAISE 'no summary "%"', q.summary;
    END IF;
    CASE q.fn
    WHEN 'stages' THEN
        RETURN QUERY SELECT s.stage_no::float8, s.stage, v.*
        FROM funnel_stages(f, q.level) AS s,
             LATERAL (VALUES ('entered', s.entered::float8), ('converted', s.converted),
                             ('pending', s.pending), ('exited', s.exited), ('lost', s.lost),
                             ('conversion', s.conversion_so_far), ('lower', s.lower_so_far), ('upper', s.upper_so_far),
                             ('cumulative', s.cumulative_so_far), ('cumulative_lower', s.cumulative_lower_so_far),
                             ('cumulative_upper', s.cumulative_upper_so_far), ('median_days', s.median_days),
                             ('observed_days', s.observed_days)) AS v;
    -- From the stage `second` to the stage `method`; the level is the quantile.
    WHEN 'conversion' THEN
        -- R knows no end but the last day observed
        RETURN QUERY SELECT 0.0::float8, '', q.fn,
            CASE WHEN q.until IS NOT NULL THEN funnel_conversion(f, q.second, q.method, q.until)
                 ELSE (SELECT CASE WHEN a.stage_no = 1 THEN b.cumulative_so_far ELSE a.conversion_so_far END
                       FROM funnel_stages(f) AS a, funnel_stages(f) AS b WHERE a.stage = q.second AND b.stage = q.method) END;
    WHEN 'days' THEN
        RETURN QUERY SELECT 0.0::float8, '', q.fn, funnel_days(f, q.second, q.method, q.level)::float8;
    END CASE;
END $$;
