-- Included by tests of a type of summaries: what goes out comes back in, as text and as binary.  They
-- name by \set the :type, its columns :s and :t of the tables whole and parts, the column :part that
-- tells the rows of a region apart in parts, and :whole, the query that makes the table whole.

SELECT is((SELECT count(*) FROM parts
           WHERE CAST(CAST(:s AS text) AS :type) = :s AND CAST(CAST(CAST(:s AS text) AS :type) AS text) = CAST(:s AS text)
             AND record_send(ROW(CAST(CAST(:s AS text) AS :type), CAST(CAST(:t AS text) AS :type))) = record_send(ROW(:s, :t))),
          (SELECT count(*) FROM parts), 'text is the identity');
SELECT ok(CAST(CAST(:s AS text) AS :type) = :s AND CAST(CAST(:t AS text) AS :type) = :t, 'text of the whole, too') FROM whole;
\set file `mktemp`
\setenv EF_FILE :file
CREATE TABLE copied (LIKE parts);
CREATE FUNCTION ncopied() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM parts AS p JOIN copied AS c ON p = c AND record_send(p) = record_send(c)
$$;
\copy parts TO PROGRAM 'cat > "$EF_FILE"' (FORMAT binary)
\copy copied FROM PROGRAM 'cat "$EF_FILE"' (FORMAT binary)
SELECT is(ncopied(), (SELECT count(*) FROM parts), 'binary is the identity');
TRUNCATE copied;
\copy parts TO PROGRAM 'cat > "$EF_FILE"'
\copy copied FROM PROGRAM 'cat "$EF_FILE"'
\! rm -f "$EF_FILE"
SELECT is(ncopied(), (SELECT count(*) FROM parts), 'COPY in text is the identity');

-- The text is the same whatever the session's settings, and valid JSON.
CREATE TABLE text_before AS SELECT CAST(:s AS text) AS s, CAST(:t AS text) AS t FROM whole;
SET LOCAL DateStyle = 'SQL, DMY';
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SET LOCAL IntervalStyle = 'iso_8601';
SET LOCAL extra_float_digits = -10;
SELECT ok(CAST(:s AS text) = b.s AND CAST(:t AS text) = b.t, 'text does not depend on DateStyle and the like') FROM whole, text_before AS b;
SELECT ok(CAST(b.s AS :type) = :s AND CAST(b.t AS :type) = :t, 'nor does input') FROM whole, text_before AS b;
SELECT is_whole(:'whole', 'nor does the aggregate');
SET LOCAL DateStyle TO DEFAULT;
SET LOCAL TimeZone TO DEFAULT;
SET LOCAL IntervalStyle TO DEFAULT;
SET LOCAL extra_float_digits TO DEFAULT;
SELECT ok(CAST(:s AS jsonb) = CAST(CAST(:s AS text) AS jsonb) AND jsonb_typeof(CAST(:s AS jsonb)) = 'object', 'jsonb is the text, parsed') FROM whole;
