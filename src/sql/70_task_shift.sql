-- Task shifting: demand for professions after tasks have gone to others.

CREATE FUNCTION shift_tasks(profession text[], demand double precision[],
        from_profession text[], to_profession text[],
        share double precision[], relative_time double precision[]) RETURNS TABLE (
        profession text, demand double precision,
        shifted_in double precision, shifted_out double precision,
        dropped double precision, demand_after double precision)
    AS 'MODULE_PATHNAME', 'ef_shift_tasks' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50 ROWS 10;
COMMENT ON FUNCTION shift_tasks(text[], double precision[], text[], text[], double precision[],
    double precision[]) IS
    'demand per profession in full-time equivalents after task shifting (uppgiftsväxling), in several '
    'steps and to several professions';
