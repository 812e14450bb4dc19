-- Functions that return the error an aggregate would raise for a row.

CREATE FUNCTION employment_fault(birth_date date, start_date date, end_date date, observed daterange)
    RETURNS text
    AS 'MODULE_PATHNAME', 'ef_employment_fault' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION employment_fault(date, date, date, daterange) IS
    'the error that workforce_agg or retention_agg would raise for a row, as its message; null for a '
    'row that they take or skip';
@for fte numeric float8
CREATE FUNCTION employment_fault(birth_date date, start_date date, end_date date, observed daterange,
                                 fte @fte@)
    RETURNS text
    AS 'MODULE_PATHNAME', 'ef_employment_fault_@fte@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION employment_fault(date, date, date, daterange, @fte@) IS
    'the error that workforce_agg with FTE or retention_agg would raise for a row, as its message; null '
    'for a row that they take or skip';
@end

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

@for time date timestamp timestamptz
CREATE FUNCTION event_fault(stage text, at @time@, spec funnel_spec) RETURNS text
    AS 'MODULE_PATHNAME', 'ef_event_fault_@time@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION event_fault(text, @time@, funnel_spec) IS
    'the error that funnel_agg would raise for an event alone, as its message; null for one that it '
    'takes, skips or does not use';
@end
