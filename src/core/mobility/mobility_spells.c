/*
 * mobility_spells.c
 *	  See mobility_spells.h.
 */
#include "mobility/mobility_spells.h"

#include "base/invariant.h"

/* Number that no state has. */
#define NOT_KNOWN 0
#define OUT UINT32_MAX


/* ---- one person ---- */

void
ef_mobility_walk_begin(EfMobilityWalk *walk, const EfFrame *frame,
					   const EfDictionary *names, EfContext *context)
{
	memset(walk, 0, sizeof(*walk));
	walk->names = names;
	walk->context = context;
	walk->last = (uint32_t) (frame->as_of - frame->from) + 1;
}

void
ef_mobility_walk_end(EfMobilityWalk *walk)
{
	ef_release(walk->context, walk->stack);
	ef_release(walk->context, walk->steps);
	walk->stack = NULL;
	walk->steps = NULL;
	walk->room = 0;
}

/*
 * Make room for the spells of a person: two steps for each, begin and end,
 * and one for the first day.
 */
static void
reserve(EfMobilityWalk *walk, size_t n)
{
	size_t		room = n + n / 2 + 16;

	if (n <= walk->room)
		return;
	ef_mobility_walk_end(walk);
	walk->stack = ef_alloc(walk->context, room * sizeof(EfHeldSpell));
	walk->steps = ef_alloc(walk->context,
						   (2 * room + 1) * sizeof(EfMobilityStep));
	walk->room = room;
}

static void
add_step(EfMobilityWalk *walk, unsigned kind, uint32_t state, uint32_t to)
{
	EfMobilityStep *step = &walk->steps[walk->nsteps++];

	step->kind = kind;
	step->day = walk->day - 1;
	step->state = state;
	step->to = to;
}

/* Bring a person into a state from none. */
static void
come(EfMobilityWalk *walk, uint32_t before, uint32_t now)
{
	/* a coming on as_of is of the period that follows */
	if (walk->day < walk->last)
		add_step(walk, before == OUT ? EF_MOB_ENTERED : EF_MOB_RESUMED, now, 0);
}

/*
 * Close a day on which nothing changes any more: tell what has happened on
 * it.
 */
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

/* Let the person be somewhere from a day on.  Days never go back. */
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

/* End the person, whose spells are all told. */
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

/* Return the one of two states that is seen from one day to another. */
static uint32_t
seen(const EfMobilityWalk *walk, uint32_t a, uint32_t b)
{
	if (a == b || b == NOT_KNOWN)
		return a;
	if (a == NOT_KNOWN)
		return b;
	return ef_dictionary_compare(walk->names, a, b) > 0 ? a : b;
}

void
ef_mobility_walk(EfMobilityWalk *walk, const EfWhen *spells, size_t n)
{
	size_t		nheld = 0;

	reserve(walk, n);
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

		/*
		 * the last of those that start on one day hides the others, or is as
		 * long
		 */
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

		/* spells that end until then, and the spell seen after each */
		while (nheld > 0 && walk->stack[nheld - 1].end <= day)
		{
			uint32_t	end = walk->stack[--nheld].end;

			be(walk, end, nheld > 0 ? walk->stack[nheld - 1].number : OUT);
		}
		be(walk, day, spell.number);
		while (nheld > 0 && walk->stack[nheld - 1].end <= spell.end)
			nheld--;
		EF_ASSERT(i + 1 == n || ef_when_start(spells[i + 1]) > start);
		walk->stack[nheld++] = spell;
	}
	while (nheld > 0)
	{
		uint32_t	end = walk->stack[--nheld].end;

		be(walk, end, nheld > 0 ? walk->stack[nheld - 1].number : OUT);
	}
	end_days(walk);
}


/* ---- a group ---- */

EfStatus
ef_mobility_of_spells(EfState **state, EfEventGroup *group,
					  const EfDictionary *names, const EfFrame *frame,
					  EfContext *context)
{
	EfEventReader reader;
	EfMobilityWalk walk;
	EfMobilityTally *tally;
	EfPersonEvents spells;
	EfStatus	status = ef_state_create(state, &ef_mobility_type, frame, 0,
										 context);

	if (status != EF_OK)
		return status;
	tally = ef_mobility_tally(sizeof(EfMobilityTally), group, frame);
	(*state)->skipped = group->skipped;
	ef_mobility_walk_begin(&walk, frame, names, context);
	status = ef_event_group_read(&reader, group, context);
	while (ef_event_reader_next(&reader, &spells, &status))
	{
		ef_mobility_walk(&walk, spells.whens, spells.n);
		status = ef_mobility_tally_steps(tally, state, walk.steps, walk.nsteps,
										 names, context);
	}
	ef_event_reader_end(&reader);
	ef_mobility_walk_end(&walk);
	return ef_mobility_tally_end(tally, state, names, status, context);
}
