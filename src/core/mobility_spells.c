/*
 * mobility_spells.c
 *	  See mobility_spells.h.
 */
#include "mobility_spells.h"

/* So many people between two looks at whether to go on. */
#define INTERRUPT_PEOPLE 4096

/* What is no number of a state. */
#define NOT_KNOWN 0
#define OUT UINT32_MAX


/* ---- one person ---- */

void
ef_mobility_walk_begin(EfMobilityWalk *walk, const EfFrame *frame,
					   const EfDictionary *names,
					   const EfAllocator *allocator)
{
	memset(walk, 0, sizeof(*walk));
	walk->names = names;
	walk->allocator = allocator;
	walk->last = (uint32_t) (frame->as_of - frame->from);
	walk->first = EF_SPELL_DAYS - walk->last;
}

void
ef_mobility_walk_end(EfMobilityWalk *walk)
{
	ef_release(walk->allocator, walk->stack);
	ef_release(walk->allocator, walk->steps);
	walk->stack = NULL;
	walk->steps = NULL;
	walk->room = 0;
}

/* Room for the spells of a person: each begins and ends, and there is a day on
 * which it all begins. */
static EfStatus
reserve(EfMobilityWalk *walk, size_t n, EfError *error)
{
	size_t		room = n + n / 2 + 16;

	if (n <= walk->room)
		return EF_OK;
	ef_mobility_walk_end(walk);
	walk->stack = ef_alloc(walk->allocator, room * sizeof(EfHeldSpell));
	walk->steps = ef_alloc(walk->allocator,
						   (2 * room + 1) * sizeof(EfMobilityStep));
	if (walk->stack == NULL || walk->steps == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for spells failed.");
	walk->room = room;
	return EF_OK;
}

static void
add_step(EfMobilityWalk *walk, unsigned kind, uint32_t state, uint32_t to)
{
	walk->steps[walk->nsteps++] = (EfMobilityStep) {kind, walk->day, state, to};
}

/* Nothing changes on the day any more: what has happened on it? */
static void
close_day(EfMobilityWalk *walk)
{
	uint32_t	before = walk->before;
	uint32_t	now = walk->now;

	walk->before = now;
	if (walk->day == 0)
	{
		if (now != OUT && now != NOT_KNOWN)
			add_step(walk, EF_MOB_OPENING, now, 0);
	}
	else if (now == before)
		;
	else if (before == OUT)
	{
		if (now != NOT_KNOWN)
			add_step(walk, EF_MOB_ENTERED, now, 0);
	}
	else if (before == NOT_KNOWN)
	{
		if (now != OUT)
			add_step(walk, EF_MOB_RESUMED, now, 0);
	}
	else if (now == OUT)
		add_step(walk, EF_MOB_LEFT, before, 0);
	else if (now == NOT_KNOWN)
		add_step(walk, EF_MOB_CENSORED, before, 0);
	else
		add_step(walk, EF_MOB_MOVED, before, now);
}

/* From a day on the person is somewhere.  Days never go back. */
static inline void
be(EfMobilityWalk *walk, uint32_t day, uint32_t number)
{
	if (day > walk->last)
		return;
	if (day > walk->day)
	{
		close_day(walk);
		walk->day = day;
	}
	walk->now = number;
}

/* Of two states from one day to one day: the one that is seen. */
static uint32_t
seen(const EfMobilityWalk *walk, uint32_t a, uint32_t b)
{
	if (a == b || b == NOT_KNOWN)
		return a;
	if (a == NOT_KNOWN)
		return b;
	return ef_dictionary_compare(walk->names, a, b) > 0 ? a : b;
}

EfStatus
ef_mobility_walk(EfMobilityWalk *walk, const EfWhen *spells, size_t n,
				 EfError *error)
{
	size_t		nheld = 0;
	EfStatus	status = reserve(walk, n, error);

	if (status != EF_OK)
		return status;
	walk->nsteps = 0;
	walk->before = OUT;
	walk->day = 0;
	walk->now = OUT;
	for (size_t i = 0; i < n; i++)
	{
		EfHeldSpell spell = {(uint32_t) (spells[i] >> 32) & 0xffff,
		(uint32_t) spells[i]};
		uint32_t	start = (uint32_t) (spells[i] >> 48);
		uint32_t	day = start > walk->first ? start - walk->first : 0;

		/* the last of those that start on one day hides the others, or is as
		 * long */
		if (i + 1 < n && spells[i + 1] >> 48 == start)
		{
			while (i + 1 < n && spells[i + 1] >> 48 == start)
			{
				uint32_t	end = (uint32_t) (spells[++i] >> 32) & 0xffff;
				uint32_t	number = (uint32_t) spells[i];

				spell.number = end > spell.end ? number
					: seen(walk, spell.number, number);
				spell.end = end;
			}
		}

		/* what ends until then, and what comes to light */
		while (nheld > 0 && walk->stack[nheld - 1].end <= day)
		{
			uint32_t	end = walk->stack[--nheld].end;

			be(walk, end, nheld > 0 ? walk->stack[nheld - 1].number : OUT);
		}
		be(walk, day, spell.number);
		while (nheld > 0 && walk->stack[nheld - 1].end <= spell.end)
			nheld--;
		walk->stack[nheld++] = spell;
	}
	while (nheld > 0)
	{
		uint32_t	end = walk->stack[--nheld].end;

		be(walk, end, nheld > 0 ? walk->stack[nheld - 1].number : OUT);
	}
	close_day(walk);
	return EF_OK;
}


/* ---- a group ---- */

/* What the readers of a log's groups keep between them. */
typedef struct Room
{
	EfNumberMap labels;			/* of the state that grows, by number */
} Room;

static EfStatus
room_of(EfEventLog *log, Room **room, EfError *error)
{
	*room = log->tally;
	if (*room == NULL)
	{
		*room = ef_alloc(log->allocator, sizeof(Room));
		if (*room == NULL)
			return ef_fail(error, EF_NO_MEMORY, "A request for states failed.");
		ef_number_map_begin(&(*room)->labels, log->allocator);
		log->tally = *room;
	}
	ef_number_map_clear(&(*room)->labels);
	return EF_OK;
}

/* The label of a name in a state, which may move. */
static EfStatus
label_of(EfState **state, Room *room, const EfDictionary *names,
		 uint32_t number, uint32_t *label, const EfAllocator *allocator,
		 EfError *error)
{
	const EfName *name;
	EfState    *old = *state;
	EfStatus	status;

	*label = 0;
	if (number == 0)
		return EF_OK;
	*label = ef_number_map_get(&room->labels, number);
	if (*label != 0)
		return EF_OK;
	name = ef_dictionary_name(names, number);
	status = ef_mobility_name(state, name->bytes, name->length, label,
							  allocator, error);
	if (*state != old)
		ef_release(allocator, old);
	return status == EF_OK
		? ef_number_map_set(&room->labels, number, *label, error) : status;
}

static EfStatus
add_steps(EfState **state, Room *room, const EfMobilityWalk *walk,
		  const EfAllocator *allocator, EfError *error)
{
	EfStatus	status = EF_OK;

	for (size_t i = 0; i < walk->nsteps && status == EF_OK; i++)
	{
		const EfMobilityStep *step = &walk->steps[i];
		uint32_t	label;
		uint32_t	to;
		EfState    *old;

		status = label_of(state, room, walk->names, step->state, &label,
						  allocator, error);
		if (status == EF_OK)
			status = label_of(state, room, walk->names, step->to, &to,
							  allocator, error);
		if (status != EF_OK)
			break;
		old = *state;
		status = ef_mobility_add(state, step->kind, label, to, step->day,
								 allocator, error);
		if (*state != old)
			ef_release(allocator, old);
	}
	return status;
}

EfStatus
ef_mobility_of_spells(EfState **state, EfEventGroup *group,
					  const EfDictionary *names, const EfFrame *frame,
					  const EfAllocator *allocator, EfError *error)
{
	EfEventReader reader;
	EfMobilityWalk walk;
	Room	   *room;
	uint64_t	npeople = 0;
	EfStatus	status = ef_state_create(state, &ef_mobility_type, frame, 0,
										 allocator, error);

	if (status == EF_OK)
		status = room_of(group->log, &room, error);
	if (status != EF_OK)
		return status;
	(*state)->skipped = group->skipped;
	ef_mobility_walk_begin(&walk, frame, names, allocator);
	status = ef_event_group_read(&reader, group, allocator, error);
	while (status == EF_OK)
	{
		const EfWhen *spells;
		size_t		nspells;
		uint64_t	number;

		if (npeople++ % INTERRUPT_PEOPLE == 0)
			ef_check_interrupt(allocator);
		status = ef_event_reader_next(&reader, &number, &spells, &nspells,
									  error);
		if (status != EF_OK || nspells == 0)
			break;
		status = ef_mobility_walk(&walk, spells, nspells, error);
		if (status == EF_OK)
			status = add_steps(state, room, &walk, allocator, error);
	}
	ef_event_reader_end(&reader);
	ef_mobility_walk_end(&walk);
	return status;
}
