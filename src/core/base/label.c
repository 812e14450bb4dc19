/*
 * label.c
 *	  See label.h.
 */
#include "base/label.h"

#include <string.h>

EF_REPORT(EF_TOO_MANY_STATES, PROGRAM_LIMIT_EXCEEDED,
		  "summary has too many states",
		  "Map codes to fewer states in the query, or group by more columns.");

int
ef_label_compare(const EfLabel *x, const EfLabel *y)
{
	uint32_t	common = x->length < y->length ? x->length : y->length;
	int			order = common > 0 ? memcmp(x->bytes, y->bytes, common) : 0;

	if (order != 0)
		return order;
	return (x->length > y->length) - (x->length < y->length);
}
