/*
 * label.h
 *	  Names that the user gives: reasons to leave, stages, states.
 */
#ifndef EF_LABEL_H
#define EF_LABEL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/status.h"

typedef struct EfLabel
{
	const char *bytes;			/* not terminated */
	uint32_t	length;
} EfLabel;

static inline EfLabel
ef_label(const char *bytes, uint32_t length)
{
	EfLabel		label = {bytes, length};

	return label;
}

/* Show the beginning of a label. */
static inline EfShown
ef_label_shown(const EfLabel *label)
{
	return ef_word_shown(label->bytes, label->length);
}

/* Order strings of bytes; one that another begins with comes before it. */
static inline int
ef_bytes_compare(const char *a, size_t na, const char *b, size_t nb)
{
	size_t		common = na < nb ? na : nb;
	int			order = common > 0 ? memcmp(a, b, common) : 0;

	return order != 0 ? order : (na > nb) - (na < nb);
}

/* Order labels by their bytes. */
static inline int
ef_label_compare(const EfLabel *a, const EfLabel *b)
{
	return ef_bytes_compare(a->bytes, a->length, b->bytes, b->length);
}

#endif							/* EF_LABEL_H */
