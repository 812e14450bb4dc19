-- Included by tests of rows by chance.

CREATE FUNCTION pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE
    AS $$ SELECT choices[1 + floor(random() * cardinality(choices))] $$;

-- Days by chance: mostly plain ones, else where something turns; `near` is one
-- that matters, such as the day 150 years before as_of.
CREATE FUNCTION some_day(near date, plain float8) RETURNS date LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN random() < plain THEN date '1950-01-01' + (random() * 27000)::int
                WHEN random() < 0.5 THEN greatest(least(near, '5874000-01-01'), '4000-01-01 BC') + (random() * 6)::int - 3
                WHEN random() < 0.5 THEN greatest(least(near, '5874000-01-01'), '4000-01-01 BC') + ((random() * 6)::int - 3) * 31
                ELSE pick('infinity', '-infinity', '0001-01-01', '0001-12-31 BC', '4713-01-01 BC', '1800-01-01', '4000-06-15', '9999-12-31', '10000-01-01', '5874897-12-31', '5874896-01-01',
                          '1874-02-28', '1875-02-28', '1875-03-01', '1876-02-29', '1900-02-28', '2000-02-29', '2025-02-28', '2025-03-01', NULL, NULL)::date END
$$;
