/*
 * observed.h
 *	  Rows that are spells, seen in an observation period: what the aggregates
 *	  over them share.
 */
#ifndef EF_OBSERVED_H
#define EF_OBSERVED_H

#include "summary.h"

#include "word_value.h"

#include "spell/spell.h"

/* The period that an argument says, until the next call; what is to be
 * remembered is kept in *memory, which is NULL at first. */
extern const EfFrame *eg_observed_frame(FunctionCallInfo fcinfo, int argument,
										const EfTableType *type, uint8 flags,
										void **memory);

/*
 * The state, argument 0, of an aggregate over spells, which is made if there
 * is none, and is of the observation period that argument `observed` says.
 */
extern EfState *eg_spell_state(FunctionCallInfo fcinfo, int observed,
							   const EfTableType *type, uint8 flags);

/* Arguments start_date, which is not null, end_date and reason, of a row whose
 * state was asked for; the reason stays until the next call. */
extern void eg_get_spell(FunctionCallInfo fcinfo, int start_date,
						 EfSpell *spell);

#endif							/* EF_OBSERVED_H */
