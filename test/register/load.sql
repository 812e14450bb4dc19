-- load.sql: a random register and what is right of it, from the directory :dir.
-- NULL is an empty cell without quotes, so '' stays a reason of its own.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE TABLE contract (copy int DEFAULT 1, person text, grp text, birth_date date, start_date date, end_date date, reason text, fte numeric);
CREATE TABLE period (kind text, lower date, upper date, join_gap int);
CREATE TABLE expected_fact (form text, grp text, kind text, lower date, upper date, what text, key text, value float8);
CREATE TABLE expected_spell (form text, grp text, person text, birth_date date, start_date date, end_date date, reason text);
CREATE TABLE expected_stretch (grp text, person text, start_date date, first_day date, fte numeric);
CREATE TABLE expected_presence (grp text, day date, headcount bigint, fte numeric);
\cd :dir
\copy contract (person, grp, birth_date, start_date, end_date, reason, fte) FROM 'row.csv' WITH (FORMAT csv)
\copy period FROM 'period.csv' WITH (FORMAT csv)
\copy expected_fact FROM 'fact.csv' WITH (FORMAT csv, FORCE_NULL (lower))
\copy expected_spell FROM 'spell.csv' WITH (FORMAT csv, FORCE_NULL (end_date))
\copy expected_stretch FROM 'stretch.csv' WITH (FORMAT csv)
\copy expected_presence FROM 'presence.csv' WITH (FORMAT csv)
ANALYZE;
