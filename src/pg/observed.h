/*
 * observed.h
 *	  Rows that are spells, seen in an observation period: shared by the
 *	  aggregates over them.
 */
#ifndef EF_OBSERVED_H
#define EF_OBSERVED_H

#include "summary.h"

#include "word_value.h"

#include "spell/spell.h"

/*
 * Get the period of an argument, valid until the next call; *memory, which is
 * NULL at first, keeps what is found.
 */
extern const EfFrame *eg_observed_frame(FunctionCallInfo fcinfo, int argument,
										const EfTableType *type, uint8 flags,
										void **memory);

/*
 * Get the state of an aggregate over spells, argument 0, or make it for the
 * observation period in argument `observed`.
 */
extern EfState *eg_spell_state(FunctionCallInfo fcinfo, int observed,
							   const EfTableType *type, uint8 flags);

/*
 * Make a spell from arguments start_date, which is not null, end_date and
 * reason, after the row's state was asked for; the reason is valid until the
 * next call.
 */
extern void eg_get_spell(FunctionCallInfo fcinfo, int start_date,
						 EfSpell *spell);

#endif							/* EF_OBSERVED_H */
