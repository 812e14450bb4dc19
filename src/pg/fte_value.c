/*
 * fte_value.c
 *	  See fte_value.h.
 */
#include "fte_value.h"

#include "utils/builtins.h"

/*
 * Number of FTE texts to keep.  A numeric gives its digits as text only,
 * which takes longer than the rest of a row.  But a column has few different
 * values, of few bytes: so the last ones are kept, by their bytes.
 */
#define KNOWN_FTES 64
#define KNOWN_BYTES 7

typedef struct KnownFte
{
	uint64		bytes;			/* and their number; 0: none */
	int32_t		fte;
} KnownFte;

static KnownFte known[KNOWN_FTES];

static int32_t
read_numeric(struct varlena *numeric)
{
	int32_t		fte;

	eg_check(ef_fte_from_decimal(DatumGetCString(DirectFunctionCall1(numeric_out,
																	 PointerGetDatum(numeric))),
								 &fte, &eg_context));
	return fte;
}

int32_t
eg_get_fte_numeric(FunctionCallInfo fcinfo, int argument)
{
	struct varlena *numeric = PG_GETARG_VARLENA_PP(argument);
	Size		size = VARSIZE_ANY_EXHDR(numeric);
	uint64		bytes = 0;
	KnownFte   *its;

	if (size > KNOWN_BYTES)
		return read_numeric(numeric);
	memcpy(&bytes, VARDATA_ANY(numeric), size);
	bytes = bytes << 8 | (size + 1);
	its = &known[(bytes * UINT64CONST(0x9e3779b97f4a7c15)) >> 58];
	if (its->bytes != bytes)
	{
		its->fte = read_numeric(numeric);
		its->bytes = bytes;
	}
	return its->fte;
}
