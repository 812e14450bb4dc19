-- Included by test/sql/errors: how a query is refused, and values to try it with.
-- Every bad input is refused with its SQLSTATE, a message in lower case without a
-- full stop, the offending value in the detail and what to do in the hint.

-- Says what is wrong with the way in which a query is refused; '' if nothing is.
-- `shows` is a pattern that the detail matches, NULL for an argument that is
-- itself null: then there is no value to show.  Details and hints are sentences.
CREATE FUNCTION flaw(query text, expected text, shows text, hint_wanted boolean DEFAULT true)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    BEGIN
        EXECUTE query;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
            detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        RETURN concat_ws('; ',
            CASE WHEN state <> expected THEN format('SQLSTATE %s: %s', state, message) END,
            CASE WHEN message !~ '^([a-z]|FTE )' OR message ~ '\.$' THEN 'message: ' || message END,
            CASE WHEN shows IS NOT NULL AND NOT (detail ~ '^.*\.$' AND detail ~ shows)
                 THEN format('detail of "%s": "%s"', message, detail) END,
            CASE WHEN hint_wanted AND NOT hint ~ '\.$' THEN format('hint of "%s": "%s"', message, hint) END);
    END;
    RETURN 'is accepted';
END
$$;

-- Tests that a text is no value of its type.
CREATE FUNCTION refused(input text, type text, label text) RETURNS text LANGUAGE sql AS $$
    SELECT is(CASE WHEN f ~ 'is accepted' THEN 'is accepted: ' || left(input, 200) ELSE f END, '',
              format('%s: %s', type, label))
    FROM (SELECT flaw(format('SELECT %L::%s', input, type), '22P02', '.')) AS x (f)
$$;

-- Copies a value in binary into the table sink, of one column.  The file has a header,
-- the column with its length, and an end.
CREATE FUNCTION copy_bytes(hex text) RETURNS text LANGUAGE sql AS $$
    SELECT format('COPY sink FROM PROGRAM %L (FORMAT binary)',
                  format($perl$perl -e 'print pack("H*", "5047434f50590aff0d0a0000000000000000000001%s%sffff")'$perl$,
                         lpad(to_hex(length(hex) / 2), 8, '0'), hex))
$$;

-- Replaces the bytes from the one of number `at` on.
CREATE FUNCTION with_bytes(hex text, at int, bytes text) RETURNS text LANGUAGE sql AS $$
    SELECT overlay(hex PLACING bytes FROM 1 + 2 * at)
$$;

-- Workforces, and rules of retirement.
CREATE TABLE v AS
SELECT workforce_agg(b, s, e, r, '[2015-01-01,2020-01-01)', f) AS w,
       workforce_agg(b, s, e, r, '[2015-01-01,2020-01-01)') AS without_fte,
       workforce_agg(b, s, e, r, '[2016-01-01,2020-01-01)', f) AS later,
       workforce_agg(b, s, e, r, '(,2020-01-01)', f) AS complete,
       workforce_agg(b, s, e, r, '[2019-12-01,2020-01-01)', f) AS without_hires,
       workforce_agg(NULL, s, e, r, '[2015-01-01,2020-01-01)', f) AS nobody,
       (SELECT retirement_rule_agg(born_from, age_months)
        FROM (VALUES ('1900-01-01'::date, 780), ('1967-01-01', 816)) AS rows (born_from, age_months)) AS rule,
       (SELECT retirement_rule_agg('1960-03-01', 780)) AS rule_from_1960,
       (SELECT retirement_rule_agg('1900-01-01', 1000)) AS rule_beyond
FROM (VALUES ('1960-02-03'::date, '2014-05-06'::date, NULL::date, NULL, 1.0),
             ('1970-03-05', '2016-01-02', '2018-03-04', 'layoff', 0.5),
             ('1980-03-05', '2017-01-02', '2017-01-02', NULL, 0.75),
             (NULL, '2017-01-02', '2017-01-02', NULL, 0.75)) AS rows (b, s, e, r, f);

-- Funnels.
CREATE TABLE fv AS
SELECT funnel_agg(p, stage, at, funnel_spec(ARRAY['a', 'b', 'c'], '300 days', '2020-07-01', '{x}')) AS f,
       funnel_agg(p, stage, at, funnel_spec(ARRAY['a', 'b', 'c'], '300 days', '2020-07-02', '{x}')) AS later,
       funnel_agg(p, stage, at, funnel_spec(ARRAY['a', 'b', 'c'])) AS forever,
       funnel_agg(NULL::int, stage, at, funnel_spec(ARRAY['a', 'b', 'c'])) AS nobody
FROM (VALUES (1, 'a', '2019-01-01'::date), (1, 'b', '2019-01-11'), (1, 'c', '2019-02-10'), (2, 'a', '2019-01-01'), (2, 'b', '2019-02-20'),
             (3, 'a', '2020-01-01'), (3, 'b', '2020-01-21'), (4, 'a', '2019-06-01'), (4, 'x', '2019-06-11'), (5, 'a', '2019-07-01'),
             (6, 'a', '2020-03-01'), (7, 'a', '2019-09-01'), (7, 'b', '2019-09-06'), (7, 'x', '2019-09-26')) AS rows (p, stage, at);
