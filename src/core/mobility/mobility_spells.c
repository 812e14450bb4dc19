/*
 * mobility_spells.c
 *	  See mobility_spells.h.
 */
#include "mobility/mobility_spells.h"

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
	walk->last = (uint32_t) (frame->as_of - frame->from) + 1;
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

/* Room for the spells of a person: each begins and ends, and there is the first
 * day. */
EF_NODISCARD static EfStatus
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
	walk->steps[walk->nsteps++] = (EfMobilityStep) {kind, walk->day - 1, state, to};
}

/* Somebody is in a state who was in none. */
static void
come(EfMobilityWalk *walk, uint32_t before, uint32_t now)
{
	/* a coming on as_of is of the period that follows */
	if (walk->day < walk->last)
		add_step(walk, before == OUT ? EF_MOB_ENTERED : EF_MOB_RESUMED, now, 0);
}

/* Nothing changes on the day any more: what has happened on it? */
static void
close_day(EfMobilityWalk *walk)
{
	uint32_t	before = walk->before;
	uint32_t	now = walk->now;
	bool		was = before != OUT && before != NOT_KNOWN;
	bool		is = now != OUT && now != NOT_KNOWN;

	walk->before = now;
	if (walk->day == 0)
		;						/* of the period before */
	else if (is && !was)
		come(walk, before, now);
	else if (walk->day == 1)
	{
		/* also who went on this day did so in the period before */
		if (is)
			add_step(walk, EF_MOB_OPENING, now, 0);
	}
	else if (now == before || !was)
		;
	else if (is)
		add_step(walk, EF_MOB_MOVED, before, now);
	else
		add_step(walk, now == OUT ? EF_MOB_LEFT : EF_MOB_CENSORED, before, 0);
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
		if (walk->day == 0 && day > 1)
		{
			/* the first day is looked at, whether or not something changes */
			walk->day = 1;
			close_day(walk);
		}
		walk->day = day;
	}
	walk->now = number;
}

/* The person's spells are told. */
static void
end_days(EfMobilityWalk *walk)
{
	close_day(walk);
	if (walk->day == 0)
	{
		walk->day = 1;
		close_day(walk);
	}
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
		EfHeldSpell spell = {ef_when_end(spells[i]), ef_when_number(spells[i])};
		uint32_t	start = ef_when_start(spells[i]);
		uint32_t	day = start + walk->last > EF_SPELL_DAYS
			? start + walk->last - EF_SPELL_DAYS : 0;

		/* the last of those that start on one day hides the others, or is as
		 * long */
		if (i + 1 < n && ef_when_start(spells[i + 1]) == start)
		{
			while (i + 1 < n && ef_when_start(spells[i + 1]) == start)
			{
				uint32_t	end = ef_when_end(spells[++i]);
				uint32_t	number = ef_when_number(spells[i]);

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
	end_days(walk);
	return EF_OK;
}


/* ---- many people: counts by day ---- */

/*
 * Where steps are many, most days have some of each kind: they are counted in
 * arrays by day, one for each kind and state, or pair of states, that somebody
 * takes.  States beyond the first few, and what would take more memory than
 * is due, are appended as they come; in the end it is the same.  Where nothing
 * was appended, names get their labels in the order of bytes, so that a summary
 * has nothing to sort.
 */
#define TALLY_STATES 64
#define TALLY_BYTES ((size_t) 32 << 20)

/* From so many spells on. */
#define TALLY_FROM 8192

/* So many steps that no count can pass 32 bits. */
#define TALLY_STEPS UINT32_MAX

/* By state, kind and the other state, which is 0 where the kind has none. */
#define TALLY_SERIES ((TALLY_STATES + 1) * 8 * (TALLY_STATES + 1))

/* Arrays are larger than the processor's cache, so what a step counts in is
 * asked for, and counted when so many others have been asked for. */
#define TALLY_DUE 32

typedef struct TallySeries
{
	uint32_t   *counts;			/* of each day; NULL: not used */
	uint32_t	lowest;
	uint32_t	beyond;
} TallySeries;

/* What the readers of a log's groups keep between them. */
typedef struct Room
{
	const EfAllocator *allocator;
	EfNumberMap labels;			/* of the state that grows, by number */
	EfNumberMap slots;			/* places among the states that are counted */
	uint32_t	nslots;
	uint32_t	numbers[TALLY_STATES + 1];	/* by slot, from 1 on */
	uint32_t	days;			/* that an array has */
	size_t		used;			/* bytes of arrays */
	size_t		limit;			/* of these, for this group */
	uint32_t	nsteps;			/* counted, or due to be */
	uint32_t   *due[TALLY_DUE]; /* counts of the last ones */
	uint32_t	nothing;		/* one that counts for nothing */
	TallySeries *series;		/* NULL: no group was large */
} Room;

EF_NODISCARD static EfStatus
no_room(EfError *error)
{
	return ef_fail(error, EF_NO_MEMORY, "A request for states failed.");
}

/* About as many bytes as the steps of a group take if they are appended. */
static size_t
size_of_steps(EfEventGroup *group)
{
	size_t		nspells = ef_event_group_size(group);

	for (uint32_t i = 0; i < group->nruns; i++)
		nspells += (size_t) (group->runs[i].size / sizeof(EfWhen));
	return nspells < TALLY_FROM ? 0 : nspells * sizeof(EfCell);
}

/* Prepare for a group. */
EF_NODISCARD static EfStatus
begin_room(Room *room, EfEventGroup *group, const EfFrame *frame,
		   EfError *error)
{
	uint32_t	days = (uint32_t) (frame->as_of - frame->from) + 1;

	ef_number_map_clear(&room->labels);
	ef_number_map_clear(&room->slots);
	room->nslots = 0;
	room->limit = size_of_steps(group);
	if (room->limit > TALLY_BYTES)
		room->limit = TALLY_BYTES;
	if (room->limit == 0)
		return EF_OK;
	if (room->series == NULL)
	{
		room->series = ef_alloc(room->allocator,
								TALLY_SERIES * sizeof(TallySeries));
		if (room->series == NULL)
			return no_room(error);
		memset(room->series, 0, TALLY_SERIES * sizeof(TallySeries));
	}
	if (days > room->days)
	{
		for (size_t i = 0; i < TALLY_SERIES; i++)
		{
			ef_release(room->allocator, room->series[i].counts);
			room->series[i].counts = NULL;
		}
		room->used = 0;
		room->days = days;
	}
	return EF_OK;
}

/* The room of a log, made when it is first needed. */
EF_NODISCARD static EfStatus
room_of(EfEventGroup *group, const EfFrame *frame, Room **room,
		EfError *error)
{
	EfEventLog *log = group->log;

	*room = log->tally;
	if (*room == NULL)
	{
		*room = ef_alloc(log->allocator, sizeof(Room));
		if (*room == NULL)
			return no_room(error);
		memset(*room, 0, sizeof(Room));
		(*room)->allocator = log->allocator;
		for (int i = 0; i < TALLY_DUE; i++)
			(*room)->due[i] = &(*room)->nothing;
		ef_number_map_begin(&(*room)->labels, log->allocator);
		ef_number_map_begin(&(*room)->slots, log->allocator);
		log->tally = *room;
	}
	return begin_room(*room, group, frame, error);
}

/* An array for a series that has none, if there may be one more. */
static bool
new_counts(Room *room, TallySeries *series)
{
	size_t		size = room->days * sizeof(uint32_t);

	if (room->used + size > room->limit)
		return false;
	series->counts = ef_alloc(room->allocator, size);
	if (series->counts == NULL)
		return false;
	memset(series->counts, 0, size);
	series->lowest = UINT32_MAX;
	series->beyond = 0;
	room->used += size;
	return true;
}

/* The slot of a state; 0, if it has none, for 0 too. */
static inline uint32_t
slot_of(Room *room, uint32_t number)
{
	uint32_t	slot = ef_number_map_get(&room->slots, number);
	EfError		error;

	if (slot != 0 || number == 0 || room->nslots == TALLY_STATES ||
		ef_number_map_set(&room->slots, number, room->nslots + 1,
						  &error) != EF_OK)
		return slot;
	room->numbers[++room->nslots] = number;
	return room->nslots;
}

/* Count a step, or answer false. */
static inline bool
count_step(Room *room, const EfMobilityStep *step)
{
	uint32_t	slot;
	uint32_t	to;
	uint32_t  **due;
	TallySeries *series;

	if (room->limit == 0 || room->nsteps == TALLY_STEPS)
		return false;
	slot = slot_of(room, step->state);
	to = slot_of(room, step->to);
	if (slot == 0 || (to == 0 && step->to != 0))
		return false;
	series = &room->series[(slot * 8 + step->kind) * (TALLY_STATES + 1) + to];
	if (series->counts == NULL && !new_counts(room, series))
		return false;
	due = &room->due[room->nsteps % TALLY_DUE];
	++**due;
	*due = &series->counts[step->day];
	__builtin_prefetch(*due, 1);
	if (step->day < series->lowest)
		series->lowest = step->day;
	if (step->day >= series->beyond)
		series->beyond = step->day + 1;
	room->nsteps++;
	return true;
}

/* Count what is due. */
static void
settle_due(Room *room)
{
	for (int i = 0; i < TALLY_DUE; i++)
	{
		++*room->due[i];
		room->due[i] = &room->nothing;
	}
}

/* Slots in the order of their names; slots[0] is 0. */
static void
order_slots(const Room *room, const EfDictionary *names, uint32_t *slots)
{
	slots[0] = 0;
	for (uint32_t slot = 1; slot <= room->nslots; slot++)
	{
		uint32_t	place = slot;

		for (; place > 1 &&
			 ef_dictionary_compare(names, room->numbers[slot],
								   room->numbers[slots[place - 1]]) < 0; place--)
			slots[place] = slots[place - 1];
		slots[place] = slot;
	}
}

/* Move the counts of a series to a state. */
static void
flush_series(TallySeries *series, EfState *state, uint32_t label,
			 unsigned kind, uint32_t to)
{
	if (series->counts == NULL)
		return;
	for (uint32_t day = series->lowest; day < series->beyond; day++)
		if (series->counts[day] != 0)
		{
			ef_state_append(state, ef_key(label, kind, ef_pair(to, day)),
							series->counts[day]);
			series->counts[day] = 0;
		}
	series->lowest = UINT32_MAX;
	series->beyond = 0;
}

/* The label of a name in a state, which may move. */
EF_NODISCARD static EfStatus
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
	ef_state_moved(old, *state, allocator);
	return status == EF_OK
		? ef_number_map_set(&room->labels, number, *label, error) : status;
}

/* Move what was counted to a state. */
EF_NODISCARD static EfStatus
flush_steps(Room *room, EfState **state, const EfDictionary *names,
			const EfAllocator *allocator, EfError *error)
{
	uint32_t	slots[TALLY_STATES + 1];
	uint32_t	labels[TALLY_STATES + 1] = {0};
	bool		ordered = (*state)->nlabels == 0 && (*state)->ncells == 0;
	size_t		most = 0;
	EfState    *old;
	EfStatus	status = EF_OK;

	if (room->nsteps == 0)
		return EF_OK;
	settle_due(room);
	order_slots(room, names, slots);
	for (uint32_t i = 1; i <= room->nslots && status == EF_OK; i++)
		status = label_of(state, room, names, room->numbers[slots[i]],
						  &labels[i], allocator, error);
	for (size_t i = 0; i < TALLY_SERIES; i++)
		if (room->series[i].counts != NULL)
			for (uint32_t day = room->series[i].lowest;
				 day < room->series[i].beyond; day++)
				most += room->series[i].counts[day] != 0;
	if (status != EF_OK)
		return status;
	old = *state;
	status = ef_state_reserve(state, &ef_mobility_type, (unsigned) most, 0,
							  allocator, error);
	ef_state_moved(old, *state, allocator);
	if (status != EF_OK)
		return status;
	for (uint32_t i = 1; i <= room->nslots; i++)
		for (unsigned kind = 0; kind < ef_mobility_type.nkinds; kind++)
			for (uint32_t j = 0; j <= room->nslots; j++)
				flush_series(&room->series[(slots[i] * 8 + kind) *
										   (TALLY_STATES + 1) + slots[j]],
							 *state, labels[i], kind, labels[j]);
	room->nsteps = 0;

	/* each came once, in the order of keys if labels are in that of slots */
	if (ordered)
		(*state)->nsorted = (*state)->ncells;
	return EF_OK;
}


/* Forget what was counted, or is due to be: the next group of the log would
 * count it too. */
static void
forget_steps(Room *room)
{
	if (room->nsteps == 0)
		return;
	settle_due(room);
	for (size_t i = 0; i < TALLY_SERIES; i++)
	{
		TallySeries *series = &room->series[i];

		if (series->counts == NULL)
			continue;
		if (series->beyond > series->lowest)
			memset(series->counts + series->lowest, 0,
				   (series->beyond - series->lowest) * sizeof(uint32_t));
		series->lowest = UINT32_MAX;
		series->beyond = 0;
	}
	room->nsteps = 0;
}


/* ---- a group ---- */

EF_NODISCARD static EfStatus
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

		if (count_step(room, step))
			continue;
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
		ef_state_moved(old, *state, allocator);
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
		status = room_of(group, frame, &room, error);
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
	if (status == EF_OK)
		status = flush_steps(room, state, names, allocator, error);
	if (status != EF_OK)
		forget_steps(room);
	return status;
}
