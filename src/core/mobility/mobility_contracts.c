/*
 * mobility_contracts.c
 *	  See mobility_contracts.h.
 */
#include "mobility/mobility_contracts.h"

#include <string.h>

#include "base/fte.h"

/* Terms between two checks for interrupts. */
#define INTERRUPT_TERMS 4096


/* ---- a contract ---- */

bool
ef_mobility_contract_when(EfWhen *when, EfDay start, EfDay end,
						  const EfContractPeriod *period)
{
	EfDay		first = period->frame.as_of - EF_SPELL_DAYS;
	int64_t		last = (int64_t) end - first;

	/* what ended so early that nobody can have stayed until the first day */
	if (start > period->last_start ||
		(end < period->frame.from &&
		 !ef_contract_is_bridged(end, period->frame.from, &period->gap)))
		return false;
	if (last > EF_MOBILITY_ENDLESS)
		last = EF_MOBILITY_ENDLESS;
	*when = (EfWhen) (uint32_t) (start - first) << EF_MOBILITY_START_AT |
		(EfWhen) last << EF_WHEN_NUMBER_BITS;
	return true;
}

void
ef_mobility_contract_name(char *name, const char *reason,
						  size_t reason_length, const char *state,
						  size_t state_length, int32_t fte)
{
	memcpy(name, reason, reason_length);
	name += reason_length;
	*name++ = 0;
	*name++ = state != NULL;
	if (state != NULL)
		memcpy(name, state, state_length);
	name += state_length;
	for (int i = 0; i < 3; i++)
		*name++ = (char) (fte >> 8 * i);
}


/* ---- what names say ---- */

typedef struct Terms
{
	uint32_t	state;			/* numbers of the dictionary of labels; 0: not
								 * known */
	uint32_t	reason;
	int32_t		fte;
} Terms;

/* Kept between the groups of a log: the terms read from the names. */
typedef struct ContractTally
{
	EfMobilityTally tally;
	bool		begun;
	EfDictionary labels;		/* states and reasons */
	uint32_t	nterms;
	uint32_t	room;
	Terms	   *terms;			/* by number of the name, from 1 */
} ContractTally;

EF_NODISCARD static EfStatus
read_name(ContractTally *tally, const EfName *name, Terms *terms,
		  EfContext *context)
{
	const char *reason = name->bytes;
	const char *fte = name->bytes + (name->length >= 5 ? name->length - 3 : 0);
	const char *state = memchr(reason, 0, (size_t) (fte - reason));
	size_t		reason_length;
	EfStatus	status = EF_OK;

	memset(terms, 0, sizeof(*terms));
	if (state == NULL || fte - state < 2)
		return ef_fail(context, EF_INVALID,
					   "A name of %u bytes says no contract.", name->length);
	reason_length = (size_t) (state - reason);
	for (int i = 0; i < 3; i++)
		terms->fte |= (int32_t) (uint8_t) fte[i] << 8 * i;

	/* who left without a reason */
	if (reason_length != sizeof(EF_UNKNOWN_REASON) - 1 ||
		memcmp(reason, EF_UNKNOWN_REASON, reason_length) != 0)
		status = ef_dictionary_number(&tally->labels, reason, reason_length,
									  &terms->reason);
	if (status == EF_OK && state[1] != 0)
		status = ef_dictionary_number(&tally->labels, state + 2,
									  (size_t) (fte - state) - 2,
									  &terms->state);
	return status;
}

/* Read the names that came since the group before. */
EF_NODISCARD static EfStatus
read_names(ContractTally *tally, const EfDictionary *names)
{
	EfContext  *context = tally->tally.context;
	EfStatus	status = EF_OK;

	if (!tally->begun)
		ef_dictionary_begin(&tally->labels, context);
	tally->begun = true;
	if (names->nnames >= tally->room)
	{
		uint32_t	room = names->nnames + names->nnames / 2 + 64;
		Terms	   *terms = ef_alloc(context, room * sizeof(Terms));

		if (tally->nterms > 0)
			memcpy(terms, tally->terms, (tally->nterms + 1) * sizeof(Terms));
		ef_release(context, tally->terms);
		tally->terms = terms;
		tally->room = room;
	}
	while (tally->nterms < names->nnames && status == EF_OK)
	{
		if (tally->nterms % INTERRUPT_TERMS == 0)
			ef_check_interrupt(context);
		status = read_name(tally, ef_dictionary_name(names, tally->nterms + 1),
						   &tally->terms[tally->nterms + 1], context);
		if (status == EF_OK)
			tally->nterms++;
	}
	return status;
}


/* ---- a person ---- */

/* When a spell ends, and why. */
typedef struct Ending
{
	EfDay		end;
	uint32_t	reason;
} Ending;

/* Room for the contracts of a person, kept between persons. */
typedef struct Person
{
	const EfContractPeriod *period;
	const EfDictionary *names;
	EfContext  *context;
	ContractTally *tally;
	size_t		room;			/* contracts */
	size_t		n;
	EfContract *contracts;		/* their reasons are numbers of names */
	EfDay	   *until;			/* first day of not being seen */
	Ending	   *endings;		/* of the spells */
	size_t		nendings;
	EfWhen	   *spells;			/* as the walk takes them */
	EfCell	   *changes;		/* of FTE */
} Person;

static void
release(Person *person)
{
	ef_release(person->context, person->contracts);
	ef_release(person->context, person->until);
	ef_release(person->context, person->endings);
	ef_release(person->context, person->spells);
	ef_release(person->context, person->changes);
}

static void
reserve(Person *person, size_t n)
{
	EfContext  *context = person->context;
	size_t		room = 2 * n + 16;

	if (n <= person->room)
		return;
	release(person);
	person->contracts = ef_alloc(context, room * sizeof(EfContract));
	person->until = ef_alloc(context, room * sizeof(EfDay));
	person->endings = ef_alloc(context, room * sizeof(Ending));
	person->spells = ef_alloc(context, room * sizeof(EfWhen));
	person->changes = ef_alloc(context, 2 * room * sizeof(EfCell));
	person->room = room;
}

static void
read_contracts(Person *person, const EfWhen *events, size_t n)
{
	EfDay		first = person->period->frame.as_of - EF_SPELL_DAYS;

	reserve(person, n);
	for (size_t i = 0; i < n; i++)
	{
		EfContract *contract = &person->contracts[i];
		uint32_t	end = (uint32_t) (events[i] >> EF_WHEN_NUMBER_BITS) &
			EF_MOBILITY_ENDLESS;

		contract->start = first + (EfDay) (events[i] >> EF_MOBILITY_START_AT);
		contract->end = end == EF_MOBILITY_ENDLESS ? EF_DAY_INFINITY
			: first + (EfDay) end;
		contract->reason = (uint32_t) (events[i] & EF_WHEN_NUMBER);
		contract->fte = person->tally->terms[contract->reason].fte;
		contract->lost = false;
		person->until[i] = contract->end;
	}
	person->n = n;
}

/*
 * Bridge the gaps of a spell: the contract that ends last before a gap (of
 * several the one that started last) is seen until the next one starts.  So
 * are those that start and end with it.
 */
static void
bridge_gaps(Person *person, size_t from, size_t n)
{
	const EfContract *contracts = person->contracts;
	size_t		last = from;	/* that ends last */

	for (size_t i = from + 1; i < from + n; i++)
	{
		if (contracts[i].start > contracts[last].end)
			for (size_t j = last;; j--)
			{
				person->until[j] = contracts[i].start;
				if (j == from || contracts[j - 1].start != contracts[last].start ||
					contracts[j - 1].end != contracts[last].end)
					break;
			}
		if (contracts[i].end >= contracts[last].end)
			last = i;
	}
}

/* Join the contracts: when spells end, and where the person is seen. */
static void
join_contracts(Person *person)
{
	person->nendings = 0;
	for (size_t i = 0; i < person->n;)
	{
		EfJoined	joined;
		Ending	   *ending;

		ef_contract_join(&joined, person->contracts + i, person->n - i,
						 &person->period->gap, person->names);
		bridge_gaps(person, i, joined.ncontracts);
		ending = &person->endings[person->nendings++];
		ending->end = joined.end;
		ending->reason = person->tally->terms[joined.reason].reason;
		i += joined.ncontracts;
	}
}

/* Say why of those steps that leave. */
static void
give_reasons(const Person *person, EfMobilityWalk *walk)
{
	const Ending *ending = person->endings;

	for (size_t i = 0; i < walk->nsteps; i++)
	{
		EfMobilityStep *step = &walk->steps[i];
		EfDay		day = person->period->frame.from + (EfDay) step->day;

		if (step->kind != EF_MOB_LEFT)
			continue;
		while (ending->end < day)
			ending++;
		if (ending->reason != 0)
		{
			step->kind = EF_MOB_LEFT_FOR;
			step->to = ending->reason;
		}
	}
}

static void
walk_contracts(Person *person, EfMobilityWalk *walk)
{
	size_t		n = 0;

	for (size_t i = 0; i < person->n; i++)
	{
		const EfContract *contract = &person->contracts[i];

		n += ef_spell_when(&person->spells[n], contract->start,
						   person->until[i],
						   person->tally->terms[contract->reason].state,
						   &person->period->frame);
	}
	ef_mobility_walk(walk, person->spells, n);
	give_reasons(person, walk);
}

/*
 * Find the changes of FTE that contracts make in the period, by day and
 * state.
 */
static size_t
find_changes(Person *person)
{
	const EfFrame *frame = &person->period->frame;
	size_t		n = 0;

	for (size_t i = 0; i < person->n; i++)
	{
		const EfContract *contract = &person->contracts[i];
		uint32_t	state = person->tally->terms[contract->reason].state;
		EfDay		first = contract->start > frame->from
			? contract->start : frame->from;

		if (contract->fte == 0 || state == 0 || first >= frame->as_of ||
			contract->end <= first)
			continue;
		person->changes[n++] =
			ef_cell(ef_change_key((uint32_t) (first - frame->from), state),
					contract->fte);
		if (contract->end < frame->as_of)
			person->changes[n++] =
				ef_cell(ef_change_key((uint32_t) (contract->end - frame->from),
									  state), -contract->fte);
	}
	return n;
}

EF_NODISCARD static EfStatus
count_fte(Person *person, const EfEventReader *reader, EfState **state)
{
	size_t		n = find_changes(person);
	int64_t		fte = 0;
	EfStatus	status;

	ef_cells_sort(person->changes, n, person->context);
	status = ef_cells_unite(person->changes, &n, person->context);
	for (size_t i = 0; i < n && status == EF_OK;)
	{
		uint32_t	day = ef_change_day(person->changes[i].key);

		for (; i < n && ef_change_day(person->changes[i].key) == day &&
			 status == EF_OK; i++)
		{
			int64_t		change = person->changes[i].count;

			fte += change;
			status = ef_mobility_tally_fte(&person->tally->tally, state,
										   change > 0 ? EF_MOB_FTE_GAINED : EF_MOB_FTE_LOST,
										   day,
										   ef_change_state(person->changes[i].key),
										   change > 0 ? change : -change,
										   &person->tally->labels,
										   person->context);
		}
		if (status == EF_OK && fte > EF_FTE_LIMIT)
			status = ef_contracts_refuse_fte(reader,
											 person->period->frame.from + (EfDay) day,
											 fte);
	}
	return status;
}


/* ---- a group ---- */

/* Count one person. */
EF_NODISCARD static EfStatus
count_person(Person *person, EfMobilityWalk *walk, const EfEventReader *reader,
			 EfState **state)
{
	EfStatus	status;

	join_contracts(person);
	walk_contracts(person, walk);
	status = ef_mobility_tally_steps(&person->tally->tally, state, walk->steps,
									 walk->nsteps, &person->tally->labels,
									 person->context);
	if (status == EF_OK && (person->period->frame.flags & EF_FLAG_FTE))
		status = count_fte(person, reader, state);
	return status;
}

EF_NODISCARD static EfStatus
count_people(Person *person, EfMobilityWalk *walk, EfEventReader *reader,
			 EfState **state)
{
	EfPersonEvents events;
	EfStatus	status = EF_OK;

	while (ef_event_reader_next(reader, &events, &status))
	{
		read_contracts(person, events.whens, events.n);
		status = count_person(person, walk, reader, state);
	}
	return status;
}

EfStatus
ef_mobility_of_contracts(EfState **state, EfEventGroup *group,
						 const EfDictionary *names,
						 const EfContractPeriod *period, EfContext *context)
{
	Person		person = {.period = period,.names = names,.context = context};
	EfEventReader reader;
	EfMobilityWalk walk;
	EfStatus	status = ef_state_create(state, &ef_mobility_type,
										 &period->frame, 0, context);

	if (status != EF_OK)
		return status;
	(*state)->skipped = group->skipped;
	person.tally = ef_mobility_tally(sizeof(ContractTally), group,
									 &period->frame);
	status = read_names(person.tally, names);
	if (status != EF_OK)
		return status;
	ef_mobility_walk_begin(&walk, &period->frame, &person.tally->labels,
						   context);
	status = ef_event_group_read(&reader, group, context);
	if (status == EF_OK)
		status = count_people(&person, &walk, &reader, state);
	ef_event_reader_end(&reader);
	ef_mobility_walk_end(&walk);
	release(&person);
	return ef_mobility_tally_end(&person.tally->tally, state,
								 &person.tally->labels, status, context);
}
