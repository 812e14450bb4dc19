/*
 * certificate.c
 *	  One person's certificate in one module.  See src/core/competence/certificate.h.
 */
#include "glue.h"

#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "competence/certificate.h"
#include "spell/spell.h"

/* Get the days completed, without nulls, which left joins leave. */
static EfDay *
get_completed(FunctionCallInfo fcinfo, int argument, size_t *n)
{
	ArrayType  *array;
	Datum	   *values;
	bool	   *nulls;
	int			nvalues;
	EfDay	   *days;

	*n = 0;
	if (PG_ARGISNULL(argument))
		return NULL;
	array = eg_get_array(fcinfo, argument, "completed",
						 "ARRAY[date '2024-05-02', '2026-05-04']", NULL);
	deconstruct_array(array, DATEOID, sizeof(DateADT), true, TYPALIGN_INT,
					  &values, &nulls, &nvalues);
	days = palloc(sizeof(EfDay) * Max(nvalues, 1));
	for (int i = 0; i < nvalues; i++)
		if (!nulls[i])
			days[(*n)++] = DatumGetDateADT(values[i]);
	return days;
}

/* Get the days required, as [from, until); false if there are none. */
static bool
get_required(FunctionCallInfo fcinfo, int argument, EfDay *from, EfDay *until)
{
	RangeType  *range = PG_GETARG_RANGE_P(argument);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(range_get_typcache(fcinfo, RangeTypeGetOid(range)),
					  range, &lower, &upper, &empty);
	*from = lower.infinite ? EF_DAY_MINUS_INFINITY : DatumGetDateADT(lower.val);
	*until = upper.infinite ? EF_DAY_INFINITY : DatumGetDateADT(upper.val);
	return !empty;
}

/* Arguments: completed, validity, required. */
PG_FUNCTION_INFO_V1(ef_certificate_spells);
Datum
ef_certificate_spells(PG_FUNCTION_ARGS)
{
	EfDay	   *completed;
	size_t		ncompleted;
	EfDuration	validity;
	EfDay		from;
	EfDay		until;
	EfCertificatePart *parts;
	size_t		n;
	EfResult   *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(2) || !get_required(fcinfo, 2, &from, &until))
		return (Datum) 0;
	completed = get_completed(fcinfo, 0, &ncompleted);
	if (!PG_ARGISNULL(1))
		validity = eg_get_duration(fcinfo, 1);
	eg_check(ef_certificate_parts(completed, ncompleted,
								  PG_ARGISNULL(1) ? NULL : &validity,
								  from, until, &parts, &n, &eg_context));
	for (size_t i = 0; i < n; i++)
	{
		eg_put_text(result,
					CStringGetTextDatum(ef_certificate_names[parts[i].status]));
		eg_put_day(result, parts[i].start);
		eg_put(result, DateADTGetDatum(parts[i].end),
			   parts[i].end == EF_DAY_INFINITY);
		eg_end_row(result);
	}
	return (Datum) 0;
}
