/*
 * mobility.c
 *	  See mobility.h.
 */
#include "mobility/mobility.h"

#include <string.h>

static unsigned expand(const EfFrame *frame, const EfCell *row,
					   EfCell *cells);
static EfStatus check_limits(const EfTable *table, EfError *error)
			EF_NODISCARD;
static EfStatus validate(const EfTable *table, const EfAllocator *allocator,
						 EfError *error) EF_NODISCARD;

static const EfKind kinds[] = {
	[EF_MOB_OPENING] = {"opening", true, 1, false},
	[EF_MOB_ENTERED] = {"entered", true, EF_MOBILITY_DAYS + 1, false},
	[EF_MOB_MOVED] = {"moved", true, EF_MOBILITY_DAYS + 1, true},
	[EF_MOB_LEFT] = {"left", true, EF_MOBILITY_DAYS + 1, false},
	[EF_MOB_CENSORED] = {"censored", true, EF_MOBILITY_DAYS + 1, false},
	[EF_MOB_RESUMED] = {"resumed", true, EF_MOBILITY_DAYS + 1, false},
};

const EfTableType ef_mobility_type = {
	.name = "mobility",
	.tag = 'M',
	.nkinds = sizeof(kinds) / sizeof(kinds[0]),
	.kinds = kinds,
	.row_cells = 1,
	.expand = expand,
	.check_frame = ef_mobility_observed_check,
	.label_limit = EF_STATE_NAME_LIMIT,
	.check_limits = check_limits,
	.validate = validate,
};

_Static_assert(EF_MOBILITY_DAYS < 1 << EF_PAIR_BITS,
			   "a day is the lower half of a pair");
_Static_assert(EF_STATE_NAME_LIMIT <= EF_PAIR_LABEL_LIMIT,
			   "a state is the upper half of a pair");


/* ---- a row ---- */

EF_REPORT(EF_MOBILITY_UNBOUNDED, INVALID_PARAMETER_VALUE,
		  "observation period has no beginning",
		  "Moves are counted from its first day on: give it a lower bound, such as daterange('2020-01-01', '2025-01-01').");

EF_REPORT(EF_MOBILITY_TOO_LONG, INVALID_PARAMETER_VALUE,
		  "observation period is longer than 150 years",
		  "Give a later lower bound.");

EfStatus
ef_mobility_observed_check(const EfFrame *frame, EfError *error)
{
	char		day[EF_ISO_DATE_SIZE];
	EfStatus	status = ef_observed_check(frame, error);

	if (status != EF_OK)
		return status;
	if (!frame->bounded)
	{
		ef_format_day(day, frame->as_of);
		return ef_fail(error, EF_MOBILITY_UNBOUNDED,
					   "The observation period is \"(,%s)\".", day);
	}
	if (frame->as_of - frame->from > EF_MOBILITY_DAYS)
		return ef_fail(error, EF_MOBILITY_TOO_LONG,
					   "The observation period has %d days, and %d are the most.",
					   frame->as_of - frame->from, EF_MOBILITY_DAYS);
	return EF_OK;
}

EfStatus
ef_mobility_name(EfState **state, const char *name, size_t length,
				 uint32_t *label, const EfAllocator *allocator,
				 EfError *error)
{
	EfStatus	status = ef_state_reserve(state, &ef_mobility_type, 0, length,
										  allocator, error);

	if (status != EF_OK)
		return status;
	*label = ef_state_label(*state, name, length);
	return ef_check_labels((*state)->nlabels, &ef_mobility_type, error);
}

EfStatus
ef_mobility_add(EfState **state, unsigned kind, uint32_t label, uint32_t to,
				uint32_t day, const EfAllocator *allocator, EfError *error)
{
	EfStatus	status = ef_state_reserve(state, &ef_mobility_type, 1, 0,
										  allocator, error);

	if (status == EF_OK)
		ef_state_append(*state, ef_key(label, kind, ef_pair(to, day)), 1);
	return status;
}

/* What is appended are cells: a record that says that it is a row is none of
 * this type, and stays one, which no reader takes. */
static unsigned
expand(const EfFrame *frame, const EfCell *row, EfCell *cells)
{
	(void) frame;
	cells[0] = *row;
	return 1;
}


/* ---- a table ---- */

EF_NODISCARD static EfStatus
check_limits(const EfTable *table, EfError *error)
{
	int64_t		sum = 0;

	for (size_t i = 0; i < table->ncells; i++)
	{
		if (table->cells[i].count > EF_PERSON_LIMIT - sum)
			return ef_fail(error, EF_COUNT_OVERFLOW,
						   "There are more than %lld people and moves.",
						   (long long) EF_PERSON_LIMIT);
		sum += table->cells[i].count;
	}
	return EF_OK;
}

/* Is this a cell that its kind can have? */
EF_NODISCARD static EfStatus
check_cell(const EfTable *table, const EfCell *cell, EfError *error)
{
	unsigned	kind = ef_key_kind(cell->key);
	uint32_t	at = ef_key_at(cell->key);
	uint32_t	day = ef_pair_at(at);
	uint32_t	last = (uint32_t) (table->frame.as_of - table->frame.from);
	uint32_t	first;
	const EfLabel *name = &table->labels[ef_key_label(cell->key) - 1];

	if (cell->count <= 0)
		return ef_fail(error, EF_INVALID, "%s on day %u are %lld.",
					   kinds[kind].name, day, (long long) cell->count);
	first = ef_mobility_goes(kind) ? 1 : 0;
	if (kind != EF_MOB_OPENING && (day < first || day > last - 1 + first))
		return ef_fail(error, EF_INVALID,
					   "%s on day %u: the days of this period are %u to %u.",
					   kinds[kind].name, day, first, last - 1 + first);
	if (kind == EF_MOB_MOVED && ef_pair_label(at) == ef_key_label(cell->key))
		return ef_fail(error, EF_INVALID,
					   "People move from \"%.*s\" to where they are.",
					   ef_clip(name->bytes, name->length), name->bytes);
	return EF_OK;
}

/* Does something say of each label that somebody was there? */
EF_NODISCARD static EfStatus
check_names(const EfTable *table, const EfAllocator *allocator,
			EfError *error)
{
	size_t		size = (size_t) table->nlabels + 1;
	bool	   *used = ef_alloc(allocator, size * sizeof(bool));
	EfStatus	status = EF_OK;

	if (used == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for states failed.");
	memset(used, 0, size * sizeof(bool));
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;

		used[ef_key_label(key)] = true;
		if (ef_key_kind(key) == EF_MOB_MOVED)
			used[ef_pair_label(ef_key_at(key))] = true;
	}
	for (uint32_t label = 1; label <= table->nlabels && status == EF_OK; label++)
	{
		const EfLabel *name = &table->labels[label - 1];

		if (!used[label])
			status = ef_fail(error, EF_INVALID,
							 "Nobody ever is in the state \"%.*s\".",
							 ef_clip(name->bytes, name->length), name->bytes);
	}
	ef_release(allocator, used);
	return status;
}

/* Does nobody go from where nobody is? */
EF_NODISCARD static EfStatus
check_presence(const EfTable *table, const EfAllocator *allocator,
			   EfError *error)
{
	EfSteps		steps;
	EfPresence	presence = {NULL, NULL, NULL};
	EfStatus	status = ef_steps_of(&steps, table, allocator, error);

	if (status == EF_OK)
		status = ef_presence_begin(&presence, &steps, table->nlabels,
								   allocator, error);
	while (status == EF_OK && presence.at < presence.end)
	{
		uint32_t	day = ef_step_day(presence.at->key);
		uint32_t	label = ef_presence_day(&presence);

		if (label > 0)
			status = ef_fail(error, EF_INVALID,
							 "More people go from \"%.*s\" on day %u than are there.",
							 ef_clip(table->labels[label - 1].bytes,
									 table->labels[label - 1].length),
							 table->labels[label - 1].bytes, day);
	}
	ef_presence_release(&presence, allocator);
	ef_steps_release(&steps, allocator);
	return status;
}

EF_NODISCARD static EfStatus
validate(const EfTable *table, const EfAllocator *allocator, EfError *error)
{
	EfStatus	status = EF_OK;

	for (size_t i = 0; i < table->ncells && status == EF_OK; i++)
		status = check_cell(table, &table->cells[i], error);
	if (status == EF_OK && check_limits(table, error) != EF_OK)
		status = EF_INVALID;
	if (status == EF_OK)
		status = check_names(table, allocator, error);
	if (status == EF_OK)
		status = check_presence(table, allocator, error);
	return status;
}


/* ---- day by day ---- */

EfStatus
ef_steps_of(EfSteps *steps, const EfTable *table,
			const EfAllocator *allocator, EfError *error)
{
	size_t		n = table->ncells;
	EfCell	   *scratch;

	steps->n = n;
	steps->steps = ef_alloc(allocator, n * sizeof(EfCell));
	scratch = ef_alloc(allocator, n * sizeof(EfCell));
	if (steps->steps == NULL || scratch == NULL)
	{
		ef_release(allocator, scratch);
		return ef_fail(error, EF_NO_MEMORY, "A request for steps failed.");
	}
	for (size_t i = 0; i < n; i++)
	{
		EfKey		key = table->cells[i].key;
		uint32_t	at = ef_key_at(key);

		steps->steps[i].key = ef_step(ef_pair_at(at), ef_key_label(key),
									  ef_key_kind(key), ef_pair_label(at));
		steps->steps[i].count = table->cells[i].count;
	}
	ef_sort_cells(steps->steps, scratch, n);
	ef_release(allocator, scratch);
	return EF_OK;
}

void
ef_steps_release(EfSteps *steps, const EfAllocator *allocator)
{
	ef_release(allocator, steps->steps);
}

EfStatus
ef_presence_begin(EfPresence *presence, const EfSteps *steps,
				  uint32_t nstates, const EfAllocator *allocator,
				  EfError *error)
{
	size_t		size = ((size_t) nstates + 1) * sizeof(int64_t);

	presence->at = steps->steps;
	presence->end = steps->steps + steps->n;
	presence->here = ef_alloc(allocator, size);
	if (presence->here == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for states failed.");
	memset(presence->here, 0, size);
	return EF_OK;
}

uint32_t
ef_presence_day(EfPresence *presence)
{
	const EfCell *first = presence->at;
	const EfCell *step = first;
	int64_t    *here = presence->here;
	uint32_t	short_of = 0;

	/* who comes on a day can go on the next */
	for (; step < presence->end &&
		 ef_step_day(step->key) == ef_step_day(first->key); step++)
		if (ef_step_goes(step->key))
		{
			uint32_t	label = ef_step_label(step->key);

			here[label] -= step->count;
			if (here[label] < 0 && short_of == 0)
				short_of = label;
		}
	presence->at = step;
	for (step = first; step < presence->at; step++)
		if (ef_step_kind(step->key) == EF_MOB_MOVED)
			here[ef_step_to(step->key)] += step->count;
		else if (!ef_step_goes(step->key))
			here[ef_step_label(step->key)] += step->count;
	return short_of;
}

void
ef_presence_until(EfPresence *presence, uint32_t day)
{
	while (presence->at < presence->end &&
		   ef_step_day(presence->at->key) <= day)
		(void) ef_presence_day(presence);
}

void
ef_presence_release(EfPresence *presence, const EfAllocator *allocator)
{
	ef_release(allocator, presence->here);
}

EfStatus
ef_mobility_load(EfMobility *mobility, const void *datum, size_t size,
				 const EfAllocator *allocator, EfError *error)
{
	EfTable    *table = &mobility->table;
	EfStatus	status = ef_table_load(table, &ef_mobility_type, datum, size,
									   allocator, error);

	mobility->steps = (EfSteps) {0, NULL};
	if (status == EF_OK)
		mobility->days = (uint32_t) (table->frame.as_of - table->frame.from);
	return status;
}

EfStatus
ef_mobility_open(EfMobility *mobility, const void *datum, size_t size,
				 const EfAllocator *allocator, EfError *error)
{
	EfStatus	status = ef_mobility_load(mobility, datum, size, allocator,
										  error);

	return status == EF_OK
		? ef_steps_of(&mobility->steps, &mobility->table, allocator, error)
		: status;
}

EF_REPORT(EF_AT_OUTSIDE, INVALID_PARAMETER_VALUE,
		  "at is outside of the observation period",
		  "Give a day from its first to its last; leave it out for the latter.");

EfStatus
ef_mobility_day(const EfMobility *mobility, EfDay at, uint32_t *day,
				EfError *error)
{
	const EfFrame *frame = &mobility->table.frame;
	char		iso[EF_ISO_DATE_SIZE];
	char		period[2 * EF_ISO_DATE_SIZE];

	if (at == EF_DAY_MINUS_INFINITY || at == EF_DAY_INFINITY)
		return ef_fail(error, EF_DATE_INFINITE, "at is infinite.");
	if (at < frame->from || at >= frame->as_of)
	{
		ef_format_day(iso, at);
		ef_format_frame(period, sizeof(period), frame);
		return ef_fail(error, EF_AT_OUTSIDE,
					   "at is %s, and people were observed in %s.", iso,
					   period);
	}
	*day = (uint32_t) (at - frame->from);
	return EF_OK;
}

EfStatus
ef_mobility_here(const EfMobility *mobility, uint32_t day,
					  int64_t **here, const EfAllocator *allocator,
					  EfError *error)
{
	EfPresence	presence;
	EfStatus	status = ef_presence_begin(&presence, &mobility->steps,
										   mobility->table.nlabels, allocator,
										   error);

	if (status == EF_OK)
		ef_presence_until(&presence, day);
	*here = presence.here;
	return status;
}
