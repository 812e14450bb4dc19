-- funnel_spec: the question of a funnel, as a value.

@include type.sql.in type=funnel_spec

COMMENT ON TYPE funnel_spec IS
    'stages, window, exits and modes of a funnel, made by funnel_spec(stages, ...)';

CREATE FUNCTION funnel_spec(
        stages text[],
        within interval DEFAULT NULL,
        as_of date DEFAULT NULL,
        exits text[] DEFAULT '{}',
        modes text[] DEFAULT '{}') RETURNS funnel_spec
    AS 'MODULE_PATHNAME', 'ef_funnel_spec' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_spec(text[], interval, date, text[], text[]) IS
    'the stages of a funnel in order, the time within which a chain must be complete, the day from '
    'which on events are not known, events that end a chain, and modes: strict_increase, strict_once, '
    'strict_order, strict_deduplication';
