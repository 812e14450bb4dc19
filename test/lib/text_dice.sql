-- Included by tests whose rows are by chance, and the same in every run.

-- A number from 0 to sides - 1 that depends on nothing but its key, of any number of words.
CREATE FUNCTION dice(sides int, VARIADIC key text[]) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT ('x' || left(md5(array_to_string(key, ' ')), 7))::bit(28)::int % sides
$$;
