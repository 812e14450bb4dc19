/*
 * funnel_value.h
 *	  A funnel among the arguments of a function.
 */
#ifndef EF_FUNNEL_VALUE_H
#define EF_FUNNEL_VALUE_H

#include "funnel/funnel.h"
#include "glue.h"

static inline void
eg_open_funnel(FunctionCallInfo fcinfo, int argument, EfFunnel *funnel)
{
	struct varlena *datum = PG_GETARG_VARLENA_P(argument);

	eg_check(ef_funnel_open(funnel, datum, VARSIZE(datum), &eg_context));
}

/* Return the number of the stage named in an argument. */
static inline uint32
eg_get_stage(FunctionCallInfo fcinfo, int argument, const EfFunnel *funnel)
{
	text	   *name = PG_GETARG_TEXT_PP(argument);
	uint32		stage = ef_spec_stage(&funnel->spec, VARDATA_ANY(name),
									  VARSIZE_ANY_EXHDR(name));

	if (stage == 0)
		eg_raise(ef_fail(&eg_context, EF_STAGE_UNKNOWN,
						 "The stage is \"%s\".",
						 ef_word_shown(VARDATA_ANY(name),
									   VARSIZE_ANY_EXHDR(name)).text));
	return stage;
}

#endif							/* EF_FUNNEL_VALUE_H */
