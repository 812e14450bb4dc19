-- Forecasts of an education beside what arrived, and beside the method that agencies publish.

CREATE FUNCTION funnel_backtest_origins(by_origin funnel[],
        begun double precision[], arrived double precision[],
        first_year integer, study_years integer) RETURNS date[]
    AS 'MODULE_PATHNAME', 'ef_funnel_backtest_origins' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_backtest_origins(funnel[], double precision[], double precision[], integer,
    integer) IS
    'the days on which each of some funnels was known, for funnel_backtest: 1 January of a year; or why '
    'its arguments cannot be';

-- Forecasts from each origin: the as_of of a funnel, which knows nothing of later years. The intake of
-- those years is taken to be that of the last year before.
CREATE FUNCTION funnel_backtest(by_origin funnel[],
        begun double precision[],
        arrived double precision[],
        first_year integer,
        horizon integer DEFAULT 3,
        starts text DEFAULT '09-01',
        study_years integer DEFAULT NULL) RETURNS TABLE (
        origin date, horizon integer, year integer,
        predicted double precision, actual double precision, error double precision,
        by_rate double precision, naive double precision)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 ROWS 50
BEGIN ATOMIC
    -- a slice of all counts from 1, whatever the array counted from
    WITH given AS (
        SELECT funnel_backtest.begun[:] AS begun, funnel_backtest.arrived[:] AS arrived
    ), told AS (
        SELECT o.funnel, o.origin, EXTRACT(year FROM o.origin)::pg_catalog.int4 AS origin_year, d.known,
               g.begun[1:d.known] OPERATOR(pg_catalog.||)
                   pg_catalog.array_fill(g.begun[d.known], ARRAY[
                       -- another is refused by funnel_output
                       CASE WHEN funnel_backtest.horizon OPERATOR(pg_catalog.>=) 1
                                 AND funnel_backtest.horizon OPERATOR(pg_catalog.<=) 100
                            THEN funnel_backtest.horizon ELSE 1 END]) AS intake,
               coalesce(funnel_backtest.study_years,
                        EXTRACT(year FROM (
                            -- another is refused by funnel_output
                            CASE WHEN funnel_backtest.starts OPERATOR(pg_catalog.~)
                                      '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'::pg_catalog.text
                                 THEN pg_catalog.make_date(2001,
                                          pg_catalog.substr(funnel_backtest.starts, 1, 2)::pg_catalog.int4, 1)
                                      OPERATOR(pg_catalog.+)
                                          pg_catalog.substr(funnel_backtest.starts, 4, 2)::pg_catalog.int4
                                      OPERATOR(pg_catalog.-) 1 END
                            OPERATOR(pg_catalog.+)
                                funnel_days(o.funnel, o.first_stage, o.last_stage, 0.5::pg_catalog.float8)
                            ))::pg_catalog.int4
                        OPERATOR(pg_catalog.-) 2001) AS lag
        FROM given AS g,
             (SELECT f.funnel, f.origin,
                     s.spec OPERATOR(pg_catalog.#>>) '{stages,0}' AS first_stage,
                     s.spec OPERATOR(pg_catalog.#>>) '{stages,-1}' AS last_stage
              FROM ROWS FROM (pg_catalog.unnest(funnel_backtest.by_origin),
                              pg_catalog.unnest(funnel_backtest_origins(
                                  funnel_backtest.by_origin, funnel_backtest.begun, funnel_backtest.arrived,
                                  funnel_backtest.first_year, funnel_backtest.study_years)))
                       AS f (funnel, origin),
                   LATERAL (SELECT f.funnel::pg_catalog.jsonb OPERATOR(pg_catalog.->) 'spec' AS spec
                            OFFSET 0) AS s) AS o,
             LATERAL (SELECT EXTRACT(year FROM o.origin)::pg_catalog.int4
                             OPERATOR(pg_catalog.-) funnel_backtest.first_year AS known) AS d
        WHERE g.arrived IS NOT NULL AND d.known OPERATOR(pg_catalog.>=) 1
              AND d.known OPERATOR(pg_catalog.<=) pg_catalog.cardinality(g.begun)
    ), rated AS (
        SELECT t.funnel, t.origin, t.origin_year, t.known, t.intake, t.lag,
               -- arrivals of the years known over beginners as long before; a year without one
               -- of the two is left out
               (SELECT CASE WHEN pg_catalog.sum(g.begun[n OPERATOR(pg_catalog.-) t.lag])
                                 OPERATOR(pg_catalog.>) 0::pg_catalog.float8
                            THEN pg_catalog.sum(g.arrived[n]) OPERATOR(pg_catalog./)
                                 pg_catalog.sum(g.begun[n OPERATOR(pg_catalog.-) t.lag]) END
                FROM pg_catalog.generate_series(t.lag OPERATOR(pg_catalog.+) 1, t.known) AS n
                WHERE t.lag OPERATOR(pg_catalog.>=) 0 AND g.arrived[n] IS NOT NULL) AS rate
        FROM told AS t, given AS g
    )
    SELECT r.origin, o.year OPERATOR(pg_catalog.-) r.origin_year OPERATOR(pg_catalog.+) 1, o.year,
           o.arrivals, a.actual, a.actual OPERATOR(pg_catalog.-) o.arrivals,
           r.rate OPERATOR(pg_catalog.*)
               r.intake[o.year OPERATOR(pg_catalog.-) funnel_backtest.first_year
                        OPERATOR(pg_catalog.+) 1 OPERATOR(pg_catalog.-) r.lag],
           g.arrived[r.known]
    FROM rated AS r, given AS g,
         funnel_output(r.funnel, r.intake, funnel_backtest.first_year, funnel_backtest.horizon,
                       funnel_backtest.starts, r.origin, NULL::pg_catalog.text,
                       0::pg_catalog.float8) AS o,
         LATERAL (SELECT g.arrived[o.year OPERATOR(pg_catalog.-) funnel_backtest.first_year
                                   OPERATOR(pg_catalog.+) 1] AS actual) AS a
    ORDER BY r.origin, o.year;
END;
COMMENT ON FUNCTION funnel_backtest(funnel[], double precision[], double precision[], integer, integer, text,
    integer) IS
    'from a funnel as it was known on 1 January of each of some years: what would have been predicted '
    'to arrive, beside what arrived, what beginners times a mean rate give, and as many as the year '
    'before';
