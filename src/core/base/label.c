/*
 * label.c
 *	  See label.h.
 */
#include "base/label.h"

#include <string.h>

int
ef_label_compare(const EfLabel *x, const EfLabel *y)
{
	uint32_t	common = x->length < y->length ? x->length : y->length;
	int			order = common > 0 ? memcmp(x->bytes, y->bytes, common) : 0;

	if (order != 0)
		return order;
	return (x->length > y->length) - (x->length < y->length);
}
