/*
 * fte_value.c
 *	  See fte_value.h.
 */
#include "fte_value.h"

#include "utils/builtins.h"

/*
 * Bits of the number of FTE to keep.  Of what PostgreSQL can do with a numeric,
 * writing its digits is quickest: a product and its whole part take four to six
 * times as long.  But FTE are few bytes, and a column has few of them: so the
 * last ones are kept, by their bytes, in as many places as there are steps of
 * 0.001 to 2.
 */
#define KNOWN_FTE_BITS 11
#define KNOWN_BYTES 7

typedef struct KnownFte
{
	uint64		bytes;			/* and their number; 0: none */
	int32_t		fte;
} KnownFte;

static KnownFte known[1 << KNOWN_FTE_BITS];

EfStatus
eg_get_fte_numeric(FunctionCallInfo fcinfo, int argument, int32_t *fte)
{
	struct varlena *numeric = PG_GETARG_VARLENA_PP(argument);
	Size		size = VARSIZE_ANY_EXHDR(numeric);
	uint64		bytes = 0;
	KnownFte   *its = known;
	EfStatus	status;

	if (size <= KNOWN_BYTES)
	{
		memcpy(&bytes, VARDATA_ANY(numeric), size);
		bytes = bytes << 8 | (size + 1);
		its += (bytes * UINT64CONST(0x9e3779b97f4a7c15)) >> (64 - KNOWN_FTE_BITS);
		if (its->bytes == bytes)
		{
			*fte = its->fte;
			return EF_OK;
		}
	}
	status = ef_fte_from_decimal(DatumGetCString(DirectFunctionCall1(numeric_out,
																	 PointerGetDatum(numeric))),
								 fte, &eg_context);
	if (status == EF_OK && bytes != 0)
	{
		its->bytes = bytes;
		its->fte = *fte;
	}
	return status;
}
