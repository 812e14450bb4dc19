/*
 * fte.c
 *	  See fte.h.
 */
#include "base/fte.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

EF_REPORT(EF_FTE_SUM, NUMERIC_VALUE_OUT_OF_RANGE,
		  "FTE of a person on one day is above 1000",
		  "Look for rows that are there twice, and for percent where 1 is full time.");

/* A comparison of doubles must be one, here and in every estimate. */
#if FLT_EVAL_METHOD < 0 || FLT_EVAL_METHOD == 2
#error "education_flow computes in double precision: build it without -mfpmath=387"
#endif

EF_REPORT(EF_FTE_INVALID, NUMERIC_VALUE_OUT_OF_RANGE,
		  "FTE must be a number from 0 to 1000 with at most three decimals",
		  "Round it: round(fte::numeric, 3).");

EF_NODISCARD static EfStatus
fte_out_of_range(EfError *error, const char *fte)
{
	return ef_fail(error, EF_FTE_INVALID, "The FTE is %.40s.", fte);
}

EfStatus
ef_fte_from_float8(double fte, int32_t *thousandths, EfError *error)
{
	double		rounded = rint(fte * 1000);

	/* 0.333 is the double nearest to 333/1000, and nothing else is exact */
	if (!(rounded >= 0 && rounded <= EF_FTE_LIMIT) || rounded / 1000 != fte)
		return ef_fail(error, EF_FTE_INVALID, "The FTE is %.17g.", fte);
	*thousandths = (int32_t) rounded;
	return EF_OK;
}

EfStatus
ef_fte_from_decimal(const char *digits, int32_t *thousandths, EfError *error)
{
	const char *c = digits;
	int64_t		value = 0;
	int			decimals = 0;
	bool		point = false;

	/* as numeric's output has it: 0.750, 1, -1, NaN, Infinity */
	for (; *c != '\0'; c++)
	{
		if (*c == '.' && !point)
			point = true;
		else if (*c < '0' || *c > '9')
			return fte_out_of_range(error, digits);
		else if (point && decimals == 3)
		{
			if (*c != '0')
				return fte_out_of_range(error, digits);
		}
		else
		{
			value = value * 10 + (*c - '0');
			decimals += point;
			if (value > EF_FTE_LIMIT)
				return fte_out_of_range(error, digits);
		}
	}
	for (; decimals < 3; decimals++)
		value *= 10;
	if (value > EF_FTE_LIMIT)
		return fte_out_of_range(error, digits);
	*thousandths = (int32_t) value;
	return EF_OK;
}

double
ef_fte_to_float8(int64_t thousandths)
{
	return (double) thousandths / 1000;
}
