/*
 * fte.c
 *	  See fte.h.
 */
#include "base/fte.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

EF_REPORT(EF_FTE_SUM, NUMERIC_VALUE_OUT_OF_RANGE,
		  "FTE of a person on one day is above 1000",
		  "Look for rows that are there twice, and for percent where 1 is full time.");

EF_REPORT(EF_FTE_MIXED, INVALID_PARAMETER_VALUE,
		  "summaries with and without FTE do not add up",
		  "Build all of them with fte, or all without.");

/* A comparison of doubles must be one, here and in every estimate. */
#if FLT_EVAL_METHOD < 0 || FLT_EVAL_METHOD == 2
#error "education_flow computes in double precision: build it without -mfpmath=387"
#endif

#define FTE_MUST_BE \
	"FTE must be a number from 0 to 1000 with at most three decimals"

/* Two ways out: a number that is wrong, and one that is too exact. */
EF_REPORT(EF_FTE_INVALID, NUMERIC_VALUE_OUT_OF_RANGE, FTE_MUST_BE,
		  "Correct the row, or give null, which is counted as skipped; where 100 is full time, divide by 100.");
EF_REPORT(EF_FTE_DECIMALS, NUMERIC_VALUE_OUT_OF_RANGE, FTE_MUST_BE,
		  "Round it: round(fte::numeric, 3).");

/*
 * Show digits as they are; of too many show the first, and their decimal
 * place, so that a number that is nearly 0 is not shown as 0.
 */
static EfShown
shown_digits(const char *fte)
{
	EfShown		shown;
	const char *point = strchr(fte, '.');
	const char *first = fte;
	long		places;
	int			n = 0;

	if (strlen(fte) <= 40)
	{
		snprintf(shown.text, sizeof(shown.text), "%s", fte);
		return shown;
	}
	if (point == NULL)
		point = fte + strlen(fte);
	while (*first != '\0' && (*first < '1' || *first > '9'))
		first++;
	places = first < point ? (long) (point - first) - 1 : (long) (point - first);
	if (*fte == '-')
		shown.text[n++] = '-';
	for (int i = 0; i < 17 && first[i] != '\0'; i++)
		if (first[i] != '.')
		{
			shown.text[n++] = first[i];
			if (i == 0)
				shown.text[n++] = '.';
		}
	while (shown.text[n - 1] == '0')
		n--;
	if (shown.text[n - 1] == '.')
		n--;
	snprintf(shown.text + n, sizeof(shown.text) - (size_t) n, "e%+ld", places);
	return shown;
}

EF_NODISCARD static EfStatus
refuse_fte(EfContext *context, EfStatus status, const char *fte)
{
	return ef_fail(context, status, "The FTE is %s.", shown_digits(fte).text);
}

EfStatus
ef_fte_from_float8(double fte, int32_t *thousandths, EfContext *context)
{
	double		rounded = rint(fte * 1000);

	/* 0.333 is the double nearest to 333/1000, and nothing else is exact */
	if (!(fte >= 0 && fte <= EF_FTE_LIMIT / 1000.0))
		return ef_fail(context, EF_FTE_INVALID, "The FTE is %s.",
					   ef_shown(fte).text);
	if (rounded / 1000 != fte)
		return ef_fail(context, EF_FTE_DECIMALS, "The FTE is %s.",
					   ef_shown(fte).text);
	*thousandths = (int32_t) rounded;
	return EF_OK;
}

EfStatus
ef_fte_from_decimal(const char *digits, int32_t *thousandths,
					EfContext *context)
{
	const char *c = digits;
	int64_t		value = 0;
	int			decimals = 0;
	bool		point = false;
	bool		exact = true;

	/* as numeric's output has it: 0.750, 1, -1, NaN, Infinity */
	for (; *c != '\0'; c++)
	{
		if (*c == '.' && !point)
			point = true;
		else if (*c < '0' || *c > '9')
			return refuse_fte(context, EF_FTE_INVALID, digits);
		else if (point && decimals == 3)
			exact = exact && *c == '0';
		else
		{
			value = value * 10 + (*c - '0');
			decimals += point;
			if (value > EF_FTE_LIMIT)
				return refuse_fte(context, EF_FTE_INVALID, digits);
		}
	}
	for (; decimals < 3; decimals++)
		value *= 10;
	if (value > EF_FTE_LIMIT || (value == EF_FTE_LIMIT && !exact))
		return refuse_fte(context, EF_FTE_INVALID, digits);
	if (!exact)
		return refuse_fte(context, EF_FTE_DECIMALS, digits);
	*thousandths = (int32_t) value;
	return EF_OK;
}

double
ef_fte_to_float8(int64_t thousandths)
{
	return (double) thousandths / 1000;
}
