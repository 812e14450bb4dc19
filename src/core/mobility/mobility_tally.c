/*
 * mobility_tally.c
 *	  See mobility_tally.h.
 */
#include "mobility/mobility_tally.h"

#include "base/bits.h"
#include "base/invariant.h"

/* Limit on the bytes of arrays, for a group that is large enough. */
#define TALLY_BYTES ((size_t) 32 << 20)

/* Number of spells from which on a group is large enough. */
#define TALLY_FROM 8192

/* Limit on steps: no count can pass 32 bits. */
#define TALLY_STEPS UINT32_MAX

/* Number of kinds that count people; the kinds of FTE follow them. */
#define TALLY_KINDS EF_MOB_FTE_GAINED
#define FTE_KINDS 2

_Static_assert(EF_MOB_FTE_LOST == TALLY_KINDS + FTE_KINDS - 1,
			   "kinds of FTE follow those of people");

/*
 * Numbers of series: of people by name, kind and the other name, which is 0
 * where the kind has none; and behind them those of FTE, by name and kind.
 */
#define PEOPLE_SERIES \
	((EF_TALLY_NAMES + 1) * TALLY_KINDS * (EF_TALLY_NAMES + 1))
#define TALLY_SERIES (PEOPLE_SERIES + (EF_TALLY_NAMES + 1) * FTE_KINDS)

static inline EfTallySeries *
series_of(const EfMobilityTally *tally, uint32_t slot, unsigned kind,
		  uint32_t to)
{
	return &tally->series[(slot * TALLY_KINDS + kind) * (EF_TALLY_NAMES + 1) + to];
}

static inline EfTallySeries *
fte_of(const EfMobilityTally *tally, uint32_t slot, unsigned kind)
{
	return &tally->series[PEOPLE_SERIES + slot * FTE_KINDS + kind - TALLY_KINDS];
}

/* Estimate the bytes that the steps of a group take if they are appended. */
static size_t
size_of_steps(EfEventGroup *group)
{
	size_t		nspells = ef_event_group_size(group);

	for (uint32_t i = 0; i < group->nruns; i++)
		nspells += (size_t) (group->runs[i].size / sizeof(EfWhen));
	return nspells < TALLY_FROM ? 0 : nspells * sizeof(EfCell);
}

/* Prepare for a group. */
static void
begin_group(EfMobilityTally *tally, EfEventGroup *group, const EfFrame *frame)
{
	uint32_t	days = (uint32_t) (frame->as_of - frame->from) + 1;

	ef_number_map_clear(&tally->labels);
	ef_number_map_clear(&tally->slots);
	tally->nslots = 0;
	tally->limit = size_of_steps(group);
	if (tally->limit > TALLY_BYTES)
		tally->limit = TALLY_BYTES;
	if (tally->limit == 0)
		return;
	if (tally->series == NULL)
		tally->series = ef_alloc_zeroed(tally->context,
										TALLY_SERIES * sizeof(EfTallySeries));
	if (days > tally->days)
	{
		for (size_t i = 0; i < TALLY_SERIES; i++)
		{
			ef_release(tally->context, tally->series[i].counts);
			tally->series[i].counts = NULL;
		}
		tally->used = 0;
		tally->days = days;
	}
}

void *
ef_mobility_tally(size_t size, EfEventGroup *group, const EfFrame *frame)
{
	EfEventLog *log = group->log;
	EfMobilityTally *tally = log->tally;

	if (tally == NULL)
	{
		tally = ef_alloc_zeroed(log->context, size);
		tally->context = log->context;
		for (int i = 0; i < EF_TALLY_DUE; i++)
			tally->due[i] = &tally->nothing;
		ef_number_map_begin(&tally->labels, log->context);
		ef_number_map_begin(&tally->slots, log->context);
		log->tally = tally;
	}
	begin_group(tally, group, frame);
	return tally;
}


/* ---- counting ---- */

/*
 * Get an array for a series without one; false if there is no room for more.
 */
static bool
new_counts(EfMobilityTally *tally, EfTallySeries *series, size_t width)
{
	size_t		size = tally->days * width;

	if (tally->used + size > tally->limit)
		return false;
	series->counts = ef_alloc_zeroed(tally->context, size);
	series->lowest = UINT32_MAX;
	series->beyond = 0;
	tally->used += size;
	return true;
}

/* Note that a count of a series is in use, and one step more. */
static inline void
note_step(EfMobilityTally *tally, EfTallySeries *series, uint32_t day)
{
	if (day < series->lowest)
		series->lowest = day;
	if (day >= series->beyond)
		series->beyond = day + 1;
	tally->nsteps++;
}

/* Return the slot of a name; 0 if it has none, and for 0. */
static inline uint32_t
slot_of(EfMobilityTally *tally, uint32_t number)
{
	uint32_t	slot = ef_number_map_get(&tally->slots, number);

	if (slot != 0 || number == 0 || tally->nslots == EF_TALLY_NAMES)
		return slot;
	tally->numbers[++tally->nslots] = number;
	ef_number_map_set(&tally->slots, number, tally->nslots);
	return tally->nslots;
}

/* Count a step, or answer false. */
static inline bool
count_step(EfMobilityTally *tally, const EfMobilityStep *step)
{
	uint32_t	slot;
	uint32_t	to;
	uint32_t  **due;
	EfTallySeries *series;

	if (tally->limit == 0 || tally->nsteps == TALLY_STEPS)
		return false;
	slot = slot_of(tally, step->state);
	to = slot_of(tally, step->to);
	if (slot == 0 || (to == 0 && step->to != 0))
		return false;
	series = series_of(tally, slot, step->kind, to);
	if (series->counts == NULL &&
		!new_counts(tally, series, sizeof(uint32_t)))
		return false;
	EF_ASSERT(step->day < tally->days);
	due = &tally->due[tally->nsteps % EF_TALLY_DUE];
	++**due;
	*due = &series->counts[step->day];
	ef_prefetch(*due);
	note_step(tally, series, step->day);
	return true;
}

/* Count FTE, or answer false. */
static bool
count_fte(EfMobilityTally *tally, unsigned kind, uint32_t day,
		  uint32_t number, int64_t thousandths)
{
	uint32_t	slot;
	EfTallySeries *series;

	if (tally->limit == 0 || tally->nsteps == TALLY_STEPS)
		return false;
	slot = slot_of(tally, number);
	if (slot == 0)
		return false;
	series = fte_of(tally, slot, kind);
	if (series->thousandths == NULL &&
		!new_counts(tally, series, sizeof(int64_t)))
		return false;
	series->thousandths[day] += thousandths;
	note_step(tally, series, day);
	return true;
}

/* Find the label of a name in a state, which may move. */
EF_NODISCARD static EfStatus
label_of(EfState **state, EfMobilityTally *tally, const EfDictionary *names,
		 uint32_t number, uint32_t *label, EfContext *context)
{
	const EfName *name;
	EfStatus	status;

	*label = 0;
	if (number == 0)
		return EF_OK;
	*label = ef_number_map_get(&tally->labels, number);
	if (*label != 0)
		return EF_OK;
	name = ef_dictionary_name(names, number);
	status = ef_mobility_name(state, name->bytes, name->length, label,
							  context);
	if (status == EF_OK)
		ef_number_map_set(&tally->labels, number, *label);
	return status;
}

EfStatus
ef_mobility_tally_steps(EfMobilityTally *tally, EfState **state,
						const EfMobilityStep *steps, size_t nsteps,
						const EfDictionary *names, EfContext *context)
{
	EfStatus	status = EF_OK;

	for (size_t i = 0; i < nsteps && status == EF_OK; i++)
	{
		const EfMobilityStep *step = &steps[i];
		uint32_t	label;
		uint32_t	to;

		if (count_step(tally, step))
			continue;
		status = label_of(state, tally, names, step->state, &label, context);
		if (status == EF_OK)
			status = label_of(state, tally, names, step->to, &to, context);
		if (status == EF_OK)
			status = ef_mobility_add(state, step->kind, label, to, step->day,
									 1, context);
	}
	return status;
}

EfStatus
ef_mobility_tally_fte(EfMobilityTally *tally, EfState **state, unsigned kind,
					  uint32_t day, uint32_t number, int64_t fte,
					  const EfDictionary *names, EfContext *context)
{
	uint32_t	label;
	EfStatus	status;

	EF_ASSERT(ef_mobility_counts_fte(kind) && fte > 0);
	if (count_fte(tally, kind, day, number, fte))
		return EF_OK;
	status = label_of(state, tally, names, number, &label, context);
	if (status == EF_OK)
		status = ef_mobility_add(state, kind, label, 0, day, fte, context);
	return status;
}


/* settled counts */

/* Count the steps that are due. */
static void
settle_due(EfMobilityTally *tally)
{
	for (int i = 0; i < EF_TALLY_DUE; i++)
	{
		++*tally->due[i];
		tally->due[i] = &tally->nothing;
	}
}

/* Put slots in the order of their names; slots[0] is 0. */
static void
order_slots(const EfMobilityTally *tally, const EfDictionary *names, uint32_t *slots)
{
	slots[0] = 0;
	for (uint32_t slot = 1; slot <= tally->nslots; slot++)
	{
		uint32_t	place = slot;

		for (; place > 1 &&
			 ef_dictionary_compare(names, tally->numbers[slot],
								   tally->numbers[slots[place - 1]]) < 0; place--)
			slots[place] = slots[place - 1];
		slots[place] = slot;
	}
}

/* Return a count of a day that is in use. */
static inline int64_t
count_on(const EfTallySeries *series, bool fte, uint32_t day)
{
	return fte ? series->thousandths[day] : series->counts[day];
}

/* Count the cells that they become. */
static size_t
count_cells(const EfMobilityTally *tally)
{
	size_t		n = 0;

	for (size_t i = 0; i < TALLY_SERIES; i++)
	{
		const EfTallySeries *series = &tally->series[i];

		for (uint32_t day = series->lowest; day < series->beyond; day++)
			n += count_on(series, i >= PEOPLE_SERIES, day) != 0;
	}
	return n;
}

/*
 * Move the counts of a series to a state, where the first day would have this
 * key, or with none only forget them.
 */
static void
flush_series(EfTallySeries *series, bool fte, EfState *state, EfKey first)
{
	for (uint32_t day = series->lowest; day < series->beyond; day++)
	{
		int64_t		count = count_on(series, fte, day);

		if (count != 0 && state != NULL)
			ef_state_append(state, first + day, count);
		if (fte)
			series->thousandths[day] = 0;
		else
			series->counts[day] = 0;
	}
	series->lowest = UINT32_MAX;
	series->beyond = 0;
}

/* Move all counts, of slots in this order. */
static void
flush(EfMobilityTally *tally, EfState *state, const uint32_t *slots,
	  const uint32_t *labels)
{
	for (uint32_t i = 1; i <= tally->nslots; i++)
	{
		for (unsigned kind = 0; kind < TALLY_KINDS; kind++)
			for (uint32_t j = 0; j <= tally->nslots; j++)
				flush_series(series_of(tally, slots[i], kind, slots[j]), false,
							 state, ef_key(labels[i], kind, ef_pair(labels[j], 0)));
		for (unsigned kind = TALLY_KINDS; kind < TALLY_KINDS + FTE_KINDS; kind++)
			flush_series(fte_of(tally, slots[i], kind), true, state,
						 ef_key(labels[i], kind, 0));
	}
	tally->nsteps = 0;
}

/* Move the counts to a state. */
EF_NODISCARD static EfStatus
move_counts(EfMobilityTally *tally, EfState **state,
			const EfDictionary *names, const uint32_t *slots,
			uint32_t *labels, EfContext *context)
{
	bool		ordered = (*state)->nlabels == 0 && (*state)->ncells == 0;
	EfState    *old;
	EfStatus	status = EF_OK;

	for (uint32_t i = 1; i <= tally->nslots && status == EF_OK; i++)
		status = label_of(state, tally, names, tally->numbers[slots[i]],
						  &labels[i], context);
	if (status != EF_OK)
		return status;
	old = *state;
	status = ef_state_reserve(state, &ef_mobility_type,
							  (unsigned) count_cells(tally), 0, context);
	ef_state_moved(old, *state, context);
	if (status != EF_OK)
		return status;
	flush(tally, *state, slots, labels);

	/* each came once, in the order of keys if labels are in that of slots */
	if (ordered)
		(*state)->nsorted = (*state)->ncells;
	return EF_OK;
}

EfStatus
ef_mobility_tally_end(EfMobilityTally *tally, EfState **state,
					  const EfDictionary *names, EfStatus status,
					  EfContext *context)
{
	uint32_t	slots[EF_TALLY_NAMES + 1];
	uint32_t	labels[EF_TALLY_NAMES + 1] = {0};

	if (tally->nsteps == 0)
		return status;
	settle_due(tally);
	order_slots(tally, names, slots);
	if (status == EF_OK)
		status = move_counts(tally, state, names, slots, labels, context);
	if (status != EF_OK)
		flush(tally, NULL, slots, labels);
	return status;
}
