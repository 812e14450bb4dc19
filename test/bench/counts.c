/*
 * counts.c
 *	  The core's work on a small fixed input, for callgrind to count the
 *	  instructions of: see test/suite/counts.sh.
 *
 * Each piece of work is dumped under its name; what makes its input is not
 * counted.  Memory is cut from one array, so that malloc does not count.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <valgrind/callgrind.h>

#include "funnel/funnel_events.h"
#include "mobility/mobility_spells.h"
#include "retention/retention_curve.h"
#include "workforce/projection.h"

/* ---- memory and chance ---- */

#define ROOM ((size_t) 1 << 28)

static char room[ROOM] __attribute__((aligned(64)));
static size_t used;

static void *
cut(void *memory, size_t size)
{
	void	   *piece = room + used;

	(void) memory;
	used += (size + 63) & ~(size_t) 63;
	if (used > ROOM)
	{
		fprintf(stderr, "out of memory\n");
		exit(1);
	}
	return piece;
}

static void
forget(void *memory, void *pointer)
{
	(void) memory;
	(void) pointer;
}

static EfError error;
static EfContext context = {cut, forget, NULL, NULL, &error};

static void
must(EfStatus status)
{
	if (status != EF_OK)
	{
		fprintf(stderr, "%s: %s\n", status->message, error.detail);
		exit(1);
	}
}

static uint32_t
below(uint32_t n)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t) ((state >> 32) % n);
}


/* ---- input: employment of ten years, an education, workplaces ---- */

#define SPELLS 20000
#define PERSONS 5000
#define STATES 20

static const char *const reasons[] = {"retirement", "moved", "other employer", "studies", "health"};
static const char *const stages[] = {"applied", "admitted", "registered", "graduated", "licensed"};

static EfEmployment employments[SPELLS];
static EfFrame observed;

typedef struct Event
{
	uint64_t	person;
	EfDay		day;
	unsigned	code;
} Event;

static Event events[SPELLS];
static size_t nevents;

typedef struct Stay
{
	uint64_t	person;
	EfDay		start;
	EfDay		end;
	char		state[8];
} Stay;

static Stay stays[SPELLS];

static void
make_input(void)
{
	EfMonth		last = 2025 * 12;

	observed.from = ef_first_day(last - 120);
	observed.as_of = ef_first_day(last);
	observed.bounded = true;
	observed.flags = EF_FLAG_FTE;
	for (int i = 0; i < SPELLS; i++)
	{
		EfEmployment *row = &employments[i];

		row->spell.start = observed.as_of - 1 - (EfDay) below(7000);
		row->birth = row->spell.start - 22 * 365 - (EfDay) below(35 * 365);
		row->spell.end = row->spell.start + 30 + (EfDay) below(5000);
		if (row->spell.end >= observed.as_of)
			row->spell.end = EF_DAY_INFINITY;
		row->spell.reason = reasons[below(5)];
		row->spell.reason_length = strlen(row->spell.reason);
		row->entry_fte = row->last_fte = 250 * (1 + (int32_t) below(4));
	}
	for (uint64_t person = 0; nevents < SPELLS - 5; person++)
	{
		EfDay		day = observed.from + (EfDay) below(2500);

		for (unsigned stage = 1; stage <= 5; stage++)
		{
			Event	   *event = &events[nevents++];

			event->person = person * 7919 % 1000003;
			event->day = day;
			event->code = stage;
			day += 10 + (EfDay) below(500);
			if (below(6) == 0 || day >= observed.as_of)
				break;
		}
	}
	/* the rows of a person are not together */
	for (size_t i = nevents - 1; i > 0; i--)
	{
		size_t		j = below((uint32_t) i + 1);
		Event		other = events[i];

		events[i] = events[j];
		events[j] = other;
	}
	for (int i = 0; i < SPELLS; i++)
	{
		Stay	   *stay = &stays[i];

		stay->person = below(PERSONS);
		stay->start = observed.from - 400 + (EfDay) below(4000);
		stay->end = stay->start + 100 + (EfDay) below(2000);
		snprintf(stay->state, sizeof(stay->state), "unit%02u", below(STATES));
	}
}


/* ---- the aggregates: from the first row to packed bytes ---- */

typedef struct Packed
{
	_Alignas(8) uint8_t *bytes;
	size_t		size;
} Packed;

static void
pack(Packed *packed, const EfState *state, const EfTableType *type)
{
	EfTable		table;

	must(ef_table_load(&table, type, state, state->size, &context));
	must(ef_table_pack(&table, type, 4, &packed->bytes, &packed->size, &context));
}

static void
workforce_rows(Packed *packed)
{
	EfState    *state;

	must(ef_state_create(&state, &ef_workforce_type, &observed, 0, &context));
	for (int i = 0; i < SPELLS; i++)
		must(ef_workforce_add(&state, &employments[i], &context));
	pack(packed, state, &ef_workforce_type);
}

static EfState *
retention_state(int first, int after)
{
	EfFrame		frame = observed;
	EfState    *state;

	frame.flags = 0;
	must(ef_state_create(&state, &ef_retention_type, &frame, 0, &context));
	for (int i = first; i < after; i++)
		must(ef_retention_add(&state, &employments[i].spell, &context));
	return state;
}

static void
retention_rows(Packed *packed)
{
	pack(packed, retention_state(0, SPELLS), &ef_retention_type);
}

static void
no_write(void *closure, const void *bytes, size_t size)
{
	(void) closure;
	(void) bytes;
	(void) size;
	fprintf(stderr, "something is stored\n");
	exit(1);
}

static size_t
no_read(void *closure, uint64_t offset, void *buffer, size_t size)
{
	(void) closure;
	(void) offset;
	(void) buffer;
	(void) size;
	return 0;
}

static const EfStorage storage = {no_write, no_read, NULL};

static void
funnel_rows(Packed *packed)
{
	static EfFunnelSpec spec;
	EfFrame		frame = {0};
	EfEventLog	log;
	EfEventGroup *group;
	EfState    *state;
	uint8_t    *bytes;
	size_t		size;

	for (int i = 0; i < 5; i++)
		must(ef_spec_add_stage(&spec, stages[i], strlen(stages[i]), &context));
	spec.has_within = true;
	spec.within.months = 96;
	spec.has_as_of = true;
	spec.as_of = observed.as_of;
	must(ef_spec_complete(&spec, &context));
	must(ef_spec_pack(&spec, 0, &bytes, &size, &context));
	frame.spec = bytes;
	frame.spec_size = size;
	ef_event_log_begin(&log, EF_PERSON_NUMBER, EF_UNIT_DAY, false, SIZE_MAX / 4, &storage, &context);
	ef_event_group_create(&group, &log);
	for (size_t i = 0; i < nevents; i++)
	{
		const char *stage = stages[events[i].code - 1];
		unsigned	code = ef_spec_code(&spec, stage, strlen(stage));

		must(ef_funnel_event_check(&spec, code, events[i].day, EF_UNIT_DAY, &context));
		ef_event_add(group, events[i].person, ef_when(events[i].day, code));
	}
	must(ef_funnel_of_events(&state, group, &spec, &frame, &context));
	pack(packed, state, &ef_funnel_type);
}

static void
mobility_rows(Packed *packed)
{
	EfFrame		frame = observed;
	EfDictionary names;
	EfEventLog	log;
	EfEventGroup *group;
	EfState    *state;

	frame.flags = 0;
	ef_dictionary_begin(&names, &context);
	ef_event_log_begin(&log, EF_PERSON_NUMBER, EF_UNIT_DAY, false, SIZE_MAX / 4, &storage, &context);
	ef_event_group_create(&group, &log);
	for (int i = 0; i < SPELLS; i++)
	{
		EfSpell		spell = {.start = stays[i].start,.end = stays[i].end};
		uint32_t	number;
		EfWhen		when;

		must(ef_spell_check(&spell, frame.as_of, &context));
		must(ef_dictionary_number(&names, stays[i].state, strlen(stays[i].state), &number));
		if (ef_spell_when(&when, spell.start, spell.end, number, &frame))
			ef_event_add(group, stays[i].person, when);
	}
	must(ef_mobility_of_spells(&state, group, &names, &frame, &context));
	pack(packed, state, &ef_mobility_type);
}


/* ---- what reads a summary ---- */

/* What was read goes here, so that nothing is left out by the compiler. */
static volatile double sink;

static void
read_curve(const Packed *packed)
{
	EfDuration	day = {0, 1, 0};
	EfRetention retention;
	EfRiskSet	risk;
	EfCurve		curve;
	EfCurvePoint point;

	must(ef_retention_open(&retention, packed->bytes, packed->size, &context));
	ef_retention_risk(&risk, &retention.table, &context);
	must(ef_curve_begin(&curve, &risk, &day, 0.95, EF_LOG_LOG, &context));
	while (ef_curve_next(&curve, &point))
		sink = point.retained + point.lower + point.upper;
}

static void
read_exit_rates(const Packed *packed)
{
	EfWorkforce workforce;
	EfExitRates rates;
	EfExitRateRow row;

	must(ef_workforce_open(&workforce, packed->bytes, packed->size, &context));
	must(ef_exit_rates_begin(&rates, &workforce, 0.95, &context));
	while (ef_exit_rates_next(&rates, &row))
		sink = row.rate + row.lower + row.upper;
}

static void
read_headcount(const Packed *packed)
{
	EfWorkforce workforce;

	must(ef_workforce_open(&workforce, packed->bytes, packed->size, &context));
	sink = (double) workforce.last_day.headcount;
}

static void
read_projection(const Packed *packed)
{
	EfWorkforce workforce;
	EfProjectionPlan plan = {.years = 30,.retire_at = EF_AS_OBSERVED,.latest_age = 75,.level = 0.8};
	EfProjectionPeriod *periods;

	must(ef_workforce_open(&workforce, packed->bytes, packed->size, &context));
	plan.workforce = plan.rates = &workforce;
	must(ef_project_workforce(&plan, &periods, &context));
	sink = periods[29].need + periods[29].lower;
}


/* ---- counted ---- */

/* Do a piece of work, and dump its instructions under a name. */
#define COUNT(name, work) \
	do { \
		CALLGRIND_ZERO_STATS; \
		CALLGRIND_TOGGLE_COLLECT; \
		work; \
		CALLGRIND_TOGGLE_COLLECT; \
		CALLGRIND_DUMP_STATS_AT(name); \
	} while (0)

int
main(void)
{
	Packed		workforce;
	Packed		retention;
	Packed		funnel;
	Packed		mobility;
	EfState    *here;
	EfState    *there;

	make_input();
	COUNT("workforce_agg", workforce_rows(&workforce));
	COUNT("retention_agg", retention_rows(&retention));
	COUNT("funnel_agg", funnel_rows(&funnel));
	COUNT("mobility_agg", mobility_rows(&mobility));
	here = retention_state(0, SPELLS / 2);
	there = retention_state(SPELLS / 2, SPELLS);
	COUNT("retention_combine", must(ef_state_merge_state(&here, &ef_retention_type, there, there->size, &context)));
	COUNT("headcount", read_headcount(&workforce));
	COUNT("exit_rates", read_exit_rates(&workforce));
	COUNT("retention_curve", read_curve(&retention));
	COUNT("workforce_project", read_projection(&workforce));
	return 0;
}
