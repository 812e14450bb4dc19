-- Included by tests whose rows are by chance, and the same in every run.

-- A number from 0 to sides - 1 that depends on nothing but its keys.
CREATE FUNCTION dice(sides int, a int, b int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ((hashint8extended(a, b) & 2147483647) % sides)::int
$$;
