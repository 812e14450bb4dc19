/*
 * fte.h
 *	  Full-time equivalents, counted in thousandths.
 */
#ifndef EF_FTE_H
#define EF_FTE_H

#include <stdint.h>

#include "base/status.h"

extern const EfReport EF_FTE_INVALID[];
extern const EfReport EF_FTE_DECIMALS[];
extern const EfReport EF_FTE_SUM[];
extern const EfReport EF_FTE_MIXED[];

/* Flag of tables that count FTE (EfFlag of table/frame.h). */
#define EF_FTE_FLAG \
	{"fte", EF_FTE_MIXED, "One counts FTE and another does not."}

/* Limit on the FTE of one person, in thousandths. */
#define EF_FTE_LIMIT 1000000

/* Bits of FTE in a packed word. */
#define EF_FTE_BITS 20
#define EF_FTE_MASK ((1 << EF_FTE_BITS) - 1)

_Static_assert(EF_FTE_LIMIT <= EF_FTE_MASK, "FTE of a person fit their bits");

/* Convert FTE to thousandths, exactly, or refuse it. */
extern EfStatus ef_fte_from_float8(double fte, int32_t *thousandths,
								   EfContext *context) EF_NODISCARD;
extern EfStatus ef_fte_from_decimal(const char *digits, int32_t *thousandths,
									EfContext *context) EF_NODISCARD;

/* Convert thousandths to FTE. */
extern double ef_fte_to_float8(int64_t thousandths);

#endif							/* EF_FTE_H */
