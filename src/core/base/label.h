/*
 * label.h
 *	  Names that the user gives: reasons to leave, stages, states.
 */
#ifndef EF_LABEL_H
#define EF_LABEL_H

#include <stdint.h>

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

/* Order labels by their bytes. */
extern int	ef_label_compare(const EfLabel *a, const EfLabel *b);

#endif							/* EF_LABEL_H */
