/*
 * joined_spells.c
 *	  See joined_spells.h.
 */
#include "spell/joined_spells.h"


EfStatus
ef_joined_spells_check(const EfSpell *spell, EfContext *context)
{
	EfStatus	status = ef_spell_check_days(spell, context);

	if (status != EF_OK || ef_is_date(spell->start))
		return status;
	return ef_fail(context, EF_DATE_RANGE, "The spell starts on %s.",
				   ef_day_shown(spell->start).text);
}

/* Read all contracts of a group, in order. */
EF_NODISCARD static EfStatus
read_contracts(EfContract **contracts, size_t *n, EfEventReader *reader,
			   EfContext *context)
{
	EfPersonEvents events = {0};
	EfStatus	status = EF_OK;
	const EfWhen *word;

	(void) ef_event_reader_next(reader, &events, &status);
	if (status != EF_OK)
		return status;
	*n = events.n;
	*contracts = ef_alloc(context, *n * sizeof(EfContract));
	word = events.whens;
	for (size_t i = 0; i < *n; i++, word += 2)
	{
		EfContract	contract = {
			.start = EF_FIRST_DATE + (EfDay) (word[0] >> EF_WHEN_NUMBER_BITS),
			.end = (EfDay) ((int64_t) (word[1] >> EF_FTE_BITS) + INT32_MIN),
			.reason = (uint32_t) (word[0] & EF_WHEN_NUMBER),
			.fte = (int32_t) (word[1] & EF_FTE_MASK)
		};

		(*contracts)[i] = contract;
	}
	return EF_OK;
}

EfStatus
ef_joined_spells(EfJoined **spells, size_t *nspells, EfEventGroup *group,
				 const EfDictionary *reasons, const EfDuration *gap,
				 EfContext *context)
{
	EfEventReader reader;
	EfContract *contracts = NULL;
	size_t		n = 0;
	EfStatus	status = ef_event_group_read(&reader, group, context);

	*nspells = 0;
	*spells = NULL;
	if (status == EF_OK)
		status = read_contracts(&contracts, &n, &reader, context);
	ef_event_reader_end(&reader);
	if (status != EF_OK)
		return status;
	*spells = ef_alloc(context, n * sizeof(EfJoined));
	for (size_t i = 0; i < n;)
	{
		EfJoined   *spell = &(*spells)[(*nspells)++];

		ef_contract_join(spell, contracts + i, n - i, gap, reasons);
		i += spell->ncontracts;
	}
	return EF_OK;
}

EfStatus
ef_joined_spells_stretches(EfStretch **stretches, size_t *nstretches,
						   const EfJoined *spell, EfContext *context)
{
	*stretches = ef_alloc(context, 2 * spell->ncontracts * sizeof(EfStretch));
	*nstretches = ef_joined_stretches(spell, *stretches, context);
	for (size_t i = 0; i < *nstretches; i++)
		if ((*stretches)[i].fte > EF_FTE_LIMIT)
			return ef_fail(context, EF_FTE_SUM, "The FTE on %s is %lld.%03d.",
						   ef_day_shown((*stretches)[i].start).text,
						   (long long) ((*stretches)[i].fte / 1000),
						   (int) ((*stretches)[i].fte % 1000));
	return EF_OK;
}
