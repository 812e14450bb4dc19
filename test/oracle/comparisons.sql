-- The extension's answers to comparisons.R's questions (see compare.sql): beside
-- those about a retention there are some more; `method` is the reason to leave.
\ir retention.sql
ALTER FUNCTION pg_temp.answer(question) RENAME TO retention_answer;

CREATE FUNCTION pg_temp.test_answer(t log_rank_result)
RETURNS TABLE (at float8, label text, quantity text, value float8) LANGUAGE sql AS $$
    SELECT 0.0::float8, '', v.*
    FROM (VALUES ('chisq', t.chisq), ('df', t.df), ('p_value', t.p_value), ('ln p_value', ln(t.p_value))) AS v
    UNION ALL
    SELECT u.n, u.group_name, v.*
    FROM unnest(t.groups, t.exits, t.expected) WITH ORDINALITY AS u (group_name, exits, expected, n),
         LATERAL (VALUES ('exits', u.exits::float8), ('expected', u.expected)) AS v
$$;

CREATE FUNCTION pg_temp.answer(q question)
RETURNS TABLE (at float8, label text, quantity text, value float8) LANGUAGE plpgsql AS $$
BEGIN
    CASE q.fn
    WHEN 'cause' THEN
        RETURN QUERY SELECT a.* FROM pg_temp.test_answer(
            (SELECT retention_log_rank(pg_temp.summary(m.summary), m.group_name, m.stratum, q.method)
             FROM member AS m WHERE m.question = q.id)) AS a;
    WHEN 'gray' THEN
        RETURN QUERY SELECT a.* FROM pg_temp.test_answer(
            (SELECT retention_gray(pg_temp.summary(m.summary), m.group_name, m.stratum, q.method)
             FROM member AS m WHERE m.question = q.id)) AS a;
    WHEN 'cause ratio' THEN
        RETURN QUERY SELECT 0.0::float8, '', v.*
        FROM retention_compare(pg_temp.summary(q.summary), pg_temp.summary(q.second), q.level, q.method) AS c,
             LATERAL (VALUES ('chisq', c.chisq), ('df', c.df), ('p_value', c.p_value),
                             ('ln p_value', ln(c.p_value)), ('hazard_ratio', c.hazard_ratio),
                             ('lower', c.lower), ('upper', c.upper)) AS v;
    WHEN 'rate difference' THEN
        RETURN QUERY SELECT 0.0::float8, '', v.*
        FROM retention_rate_difference(pg_temp.summary(q.summary), pg_temp.summary(q.second), q.until, q.level, q.method) AS d,
             LATERAL (VALUES ('difference', d.difference), ('lower', d.lower), ('upper', d.upper)) AS v;
    WHEN 'median difference' THEN
        RETURN QUERY SELECT 0.0::float8, '', v.*
        FROM retention_median_difference(pg_temp.summary(q.summary), pg_temp.summary(q.second), q.level, q.method) AS d,
             LATERAL (VALUES ('difference', d.difference), ('lower', d.lower), ('upper', d.upper)) AS v;
    WHEN 'mean difference' THEN
        RETURN QUERY SELECT 0.0::float8, '', v.*
        FROM retention_mean_difference(pg_temp.summary(q.summary), pg_temp.summary(q.second), q.until, q.level) AS d,
             LATERAL (VALUES ('difference', d.difference), ('std_error', d.std_error), ('lower', d.lower), ('upper', d.upper),
                             ('p_value', d.p_value)) AS v;
    WHEN 'share difference' THEN
        RETURN QUERY SELECT 0.0::float8, '', v.*
        FROM share_difference(split_part(q.summary, ' ', 1)::bigint, split_part(q.summary, ' ', 2)::bigint,
                              split_part(q.second, ' ', 1)::bigint, split_part(q.second, ' ', 2)::bigint, q.level) AS d,
             LATERAL (VALUES ('difference', d.difference), ('lower', d.lower), ('upper', d.upper)) AS v;
    ELSE
        RETURN QUERY SELECT a.* FROM pg_temp.retention_answer(q) AS a;
    END CASE;
END $$;
