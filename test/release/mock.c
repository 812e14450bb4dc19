/*
 * mock.c
 *	  What the mock of a next release adds: an accessor.  Test only.
 */
#include "postgres.h"

#include "glue.h"

PG_FUNCTION_INFO_V1(ef_mock_bytes);
Datum
ef_mock_bytes(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32((int32) VARSIZE_ANY_EXHDR(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0))));
}
