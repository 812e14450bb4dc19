-- Functions that return the error an aggregate would raise for a row.

CREATE FUNCTION employment_fault(birth_date date, start_date date, end_date date, observed daterange)
    RETURNS text
    AS 'MODULE_PATHNAME', 'ef_employment_fault' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION employment_fault(date, date, date, daterange) IS
    'the error that workforce_agg or retention_agg would raise for a row, as its message; null for a '
    'row that they take or skip';
CREATE FUNCTION employment_fault(birth_date date, start_date date, end_date date, observed daterange,
                                 fte numeric)
    RETURNS text
    AS 'MODULE_PATHNAME', 'ef_employment_fault_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION employment_fault(date, date, date, daterange, numeric) IS
    'the error that workforce_agg with FTE or retention_agg would raise for a row, as its message; null '
    'for a row that they take or skip';
CREATE FUNCTION employment_fault(birth_date date, start_date date, end_date date, observed daterange,
                                 fte double precision)
    RETURNS text
    AS 'MODULE_PATHNAME', 'ef_employment_fault_float8' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION employment_fault(date, date, date, daterange, double precision) IS
    'the error that workforce_agg with FTE or retention_agg would raise for a row, as its message; null '
    'for a row that they take or skip';

CREATE FUNCTION spell_fault(start_date date, end_date date, observed daterange) RETURNS text
    AS 'MODULE_PATHNAME', 'ef_spell_fault' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION spell_fault(date, date, daterange) IS
    'the error that mobility_agg or retention_agg would raise for a row, as its message; null for a row '
    'that they take or skip';

CREATE FUNCTION spell_fault(start_date date, end_date date, observed daterange, last_seen date) RETURNS text
    AS 'MODULE_PATHNAME', 'ef_spell_fault' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION spell_fault(date, date, daterange, date) IS
    'the error that retention_agg with last_seen would raise for a row, as its message; null for a row '
    'that it takes or skips';

CREATE FUNCTION event_fault(stage text, at date, spec funnel_spec) RETURNS text
    AS 'MODULE_PATHNAME', 'ef_event_fault_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION event_fault(text, date, funnel_spec) IS
    'the error that funnel_agg would raise for an event alone, as its message; null for one that it '
    'takes, skips or does not use';
CREATE FUNCTION event_fault(stage text, at timestamp, spec funnel_spec) RETURNS text
    AS 'MODULE_PATHNAME', 'ef_event_fault_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION event_fault(text, timestamp, funnel_spec) IS
    'the error that funnel_agg would raise for an event alone, as its message; null for one that it '
    'takes, skips or does not use';
CREATE FUNCTION event_fault(stage text, at timestamptz, spec funnel_spec) RETURNS text
    AS 'MODULE_PATHNAME', 'ef_event_fault_timestamptz' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION event_fault(text, timestamptz, funnel_spec) IS
    'the error that funnel_agg would raise for an event alone, as its message; null for one that it '
    'takes, skips or does not use';
