-- spells_agg: the spells that the contracts of one person make, as rows.

CREATE TYPE spell AS (start_date date, end_date date, reason text, fte_from date[], fte numeric[]);
COMMENT ON TYPE spell IS 'a spell of employment that the contracts of a person make, made by spells_agg';
COMMENT ON COLUMN spell.start_date IS 'the first day';
COMMENT ON COLUMN spell.end_date IS 'the first day on which the person is gone; null for who is still there';
COMMENT ON COLUMN spell.reason IS
    'of leaving: that of the contract that ends last; null for who is still there';
COMMENT ON COLUMN spell.fte_from IS
    'days from which on the FTE is another one, the first of them start_date; null where no fte was given';
COMMENT ON COLUMN spell.fte IS
    'full-time equivalents from each day of fte_from until the next: the sum over the contracts of a '
    'day, 0 in a gap';

CREATE FUNCTION fte_on(spell, day date) RETURNS numeric
    AS 'MODULE_PATHNAME', 'ef_fte_on' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION fte_on(spell, date) IS
    'full-time equivalents of a spell on a day, 0 before and after it; null where no fte was given';

@include internal_finalfn.sql.in function=spells_agg result=spell[]

@include events_combine.sql.in purpose=spells
@include spells_agg.sql.in reason=text
@include spells_agg.sql.in reason="any"
