/*
 * mobility.c
 *	  See mobility.h.
 */
#include "mobility/mobility.h"

#include <string.h>

#include "base/fte.h"

static const EfKind kinds[] = {
	[EF_MOB_OPENING] = {"opening", true, 1, false},
	[EF_MOB_ENTERED] = {"entered", true, EF_MOBILITY_DAYS + 1, false},
	[EF_MOB_MOVED] = {"moved", true, EF_MOBILITY_DAYS + 1, true},
	[EF_MOB_LEFT] = {"left", true, EF_MOBILITY_DAYS + 1, false},
	[EF_MOB_CENSORED] = {"censored", true, EF_MOBILITY_DAYS + 1, false},
	[EF_MOB_RESUMED] = {"resumed", true, EF_MOBILITY_DAYS + 1, false},
	[EF_MOB_LEFT_FOR] = {"left_for", true, EF_MOBILITY_DAYS + 1, true},
	[EF_MOB_FTE_GAINED] = {"fte_gained", true, EF_MOBILITY_DAYS + 1, false},
	[EF_MOB_FTE_LOST] = {"fte_lost", true, EF_MOBILITY_DAYS + 1, false},
};

EF_REPORT(EF_TOO_MANY_STATES, PROGRAM_LIMIT_EXCEEDED,
		  "summary has too many states",
		  "Map codes to fewer states in the query, or group by more columns.");

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
ef_mobility_observed_check(const EfFrame *frame, EfContext *context)
{
	EfStatus	status = ef_observed_check(frame, context);

	if (status != EF_OK)
		return status;
	if (!frame->bounded)
		return ef_fail(context, EF_MOBILITY_UNBOUNDED,
					   "The observation period is \"%s\".",
					   ef_frame_shown(frame).text);
	if (frame->as_of - frame->from > EF_MOBILITY_DAYS)
		return ef_fail(context, EF_MOBILITY_TOO_LONG,
					   "The observation period has %d days, and %d are the most.",
					   frame->as_of - frame->from, EF_MOBILITY_DAYS);
	return EF_OK;
}

EfStatus
ef_mobility_name(EfState **state, const char *name, size_t length,
				 uint32_t *label, EfContext *context)
{
	EfState    *old = *state;
	EfStatus	status = ef_state_reserve(state, &ef_mobility_type, 0, length,
										  context);

	ef_state_moved(old, *state, context);
	if (status != EF_OK)
		return status;
	*label = ef_state_label(*state, name, length);
	return ef_frame_check_labels((*state)->nlabels, &ef_mobility_type,
								 context);
}

EfStatus
ef_mobility_add(EfState **state, unsigned kind, uint32_t label, uint32_t to,
				uint32_t day, int64_t count, EfContext *context)
{
	EfState    *old = *state;
	EfStatus	status = ef_state_reserve(state, &ef_mobility_type, 1, 0,
										  context);

	ef_state_moved(old, *state, context);
	if (status == EF_OK)
		ef_state_append(*state, ef_key(label, kind, ef_pair(to, day)), count);
	return status;
}

/*
 * Expand a row: this type appends cells only, so a record that claims to be a
 * row stays one, which every reader refuses.
 */
static unsigned
expand(const EfFrame *frame, const EfCell *row, EfCell *cells)
{
	(void) frame;
	cells[0] = *row;
	return 1;
}


/* ---- a table ---- */

/* Limit on a sum of thousandths of FTE: more than any number of people has. */
#define FTE_SUM_LIMIT (EF_PERSON_LIMIT * EF_FTE_LIMIT)

EF_NODISCARD static EfStatus
check_limits(const EfTable *table, EfContext *context)
{
	int64_t		people = 0;
	int64_t		fte = 0;

	for (size_t i = 0; i < table->ncells; i++)
	{
		bool		is_fte = ef_mobility_counts_fte(ef_key_kind(table->cells[i].key));
		int64_t    *sum = is_fte ? &fte : &people;
		int64_t		limit = is_fte ? FTE_SUM_LIMIT : EF_PERSON_LIMIT;

		if (table->cells[i].count > limit - *sum)
			return ef_fail(context, EF_COUNT_OVERFLOW,
						   "There are more than %lld people and moves.",
						   (long long) EF_PERSON_LIMIT);
		*sum += table->cells[i].count;
	}
	return EF_OK;
}

/* Find the first and the last day on which a kind can be counted. */
static void
days_of_kind(unsigned kind, const EfTable *table, uint32_t *first,
			 uint32_t *last)
{
	*last = (uint32_t) (table->frame.as_of - table->frame.from) - 1;
	*first = 0;
	if (ef_mobility_goes(kind))
	{
		*first += 1;
		*last += 1;
	}
	else if (kind == EF_MOB_FTE_LOST)
		*first = 1;
}

/* Is this a cell that its kind can have? */
EF_NODISCARD static EfStatus
check_cell(const EfTable *table, const EfCell *cell, EfContext *context)
{
	static const EfLabel unknown = {EF_UNKNOWN_REASON,
	sizeof(EF_UNKNOWN_REASON) - 1};
	unsigned	kind = ef_key_kind(cell->key);
	uint32_t	at = ef_key_at(cell->key);
	uint32_t	day = ef_pair_at(at);
	uint32_t	first;
	uint32_t	last;

	if (cell->count <= 0)
		return ef_fail(context, EF_INVALID, "%s on day %u are %lld.",
					   kinds[kind].name, day, (long long) cell->count);
	days_of_kind(kind, table, &first, &last);
	if (kind != EF_MOB_OPENING && (day < first || day > last))
		return ef_fail(context, EF_INVALID,
					   "%s on day %u: the days of this period are %u to %u.",
					   kinds[kind].name, day, first, last);
	if (ef_mobility_counts_fte(kind) && !(table->frame.flags & EF_FLAG_FTE))
		return ef_fail(context, EF_INVALID,
					   "%s on day %u, where FTE is not counted.",
					   kinds[kind].name, day);
	if (kind == EF_MOB_LEFT_FOR &&
		ef_label_compare(&table->labels[ef_pair_label(at) - 1], &unknown) == 0)
		return ef_fail(context, EF_INVALID,
					   "left_for \"%s\" on day %u: that is left.",
					   EF_UNKNOWN_REASON, day);
	if (kind == EF_MOB_MOVED && ef_pair_label(at) == ef_key_label(cell->key))
		return ef_fail(context, EF_INVALID,
					   "People move from \"%s\" to where they are.",
					   ef_label_shown(&table->labels[ef_key_label(cell->key) - 1]).text);
	return EF_OK;
}

/* Does something say of each label that somebody was there, or left for it? */
EF_NODISCARD static EfStatus
check_names(const EfTable *table, EfContext *context)
{
	bool	   *used = ef_alloc_zeroed(context,
									   ((size_t) table->nlabels + 1) * sizeof(bool));
	EfStatus	status = EF_OK;

	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;

		used[ef_key_label(key)] = true;
		if (kinds[ef_key_kind(key)].paired)
			used[ef_pair_label(ef_key_at(key))] = true;
	}
	for (uint32_t label = 1; label <= table->nlabels && status == EF_OK; label++)
		if (!used[label])
			status = ef_fail(context, EF_INVALID,
							 "Nobody ever is in the state \"%s\".",
							 ef_label_shown(&table->labels[label - 1]).text);
	ef_release(context, used);
	return status;
}

/* Does nobody go from where nobody is? */
EF_NODISCARD static EfStatus
check_presence(const EfTable *table, EfContext *context)
{
	EfSteps		steps;
	EfPresence	presence;
	EfStatus	status = EF_OK;

	ef_steps_of(&steps, table, context);
	ef_presence_begin(&presence, &steps, table->nlabels, context);
	while (status == EF_OK && presence.at < presence.end)
	{
		uint32_t	day = ef_step_day(presence.at->key);
		uint32_t	label = ef_presence_day(&presence);

		if (label > 0)
			status = ef_fail(context, EF_INVALID,
							 "More people go from \"%s\" on day %u than are there.",
							 ef_label_shown(&table->labels[label - 1]).text, day);
	}
	ef_release(context, presence.here);
	ef_release(context, steps.steps);
	return status;
}

/* Collect the cells of FTE as changes, in order; there must be room. */
EF_NODISCARD static EfStatus
collect_changes(EfCell *changes, size_t *nchanges, const EfTable *table,
				EfContext *context)
{
	size_t		n = 0;

	for (size_t i = 0; i < table->ncells; i++)
	{
		const EfCell *cell = &table->cells[i];
		unsigned	kind = ef_key_kind(cell->key);

		if (ef_mobility_counts_fte(kind))
			changes[n++] =
				ef_cell(ef_change_key(ef_key_at(cell->key), ef_key_label(cell->key)),
						kind == EF_MOB_FTE_LOST ? -cell->count : cell->count);
	}
	*nchanges = n;
	ef_cells_sort(changes, n, context);
	return ef_cells_unite(changes, nchanges, context);
}

/* Is no FTE lost that is not there? */
EF_NODISCARD static EfStatus
check_fte(const EfTable *table, EfContext *context)
{
	int64_t    *fte = ef_alloc_zeroed(context,
									  ((size_t) table->nlabels + 1) * sizeof(int64_t));
	EfCell	   *changes = ef_alloc(context, table->ncells * sizeof(EfCell));
	size_t		n = 0;
	EfStatus	status = collect_changes(changes, &n, table, context);

	for (size_t i = 0; i < n && status == EF_OK; i++)
	{
		uint32_t	state = ef_change_state(changes[i].key);

		fte[state] += changes[i].count;
		if (fte[state] < 0)
			status = ef_fail(context, EF_INVALID,
							 "More FTE is lost in \"%s\" on day %u than is there.",
							 ef_label_shown(&table->labels[state - 1]).text,
							 ef_change_day(changes[i].key));
	}
	ef_release(context, changes);
	ef_release(context, fte);
	return status;
}

EF_NODISCARD static EfStatus
validate(const EfTable *table, EfContext *context)
{
	EfStatus	status = EF_OK;

	for (size_t i = 0; i < table->ncells && status == EF_OK; i++)
		status = check_cell(table, &table->cells[i], context);
	if (status == EF_OK && check_limits(table, context) != EF_OK)
		status = EF_INVALID;
	if (status == EF_OK)
		status = check_names(table, context);
	if (status == EF_OK)
		status = check_presence(table, context);
	if (status == EF_OK && (table->frame.flags & EF_FLAG_FTE))
		status = check_fte(table, context);
	return status;
}


/* ---- day by day ---- */

void
ef_steps_of(EfSteps *steps, const EfTable *table, EfContext *context)
{
	steps->n = 0;
	steps->steps = ef_alloc(context, table->ncells * sizeof(EfCell));
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		uint32_t	at = ef_key_at(key);

		if (!ef_mobility_counts_fte(ef_key_kind(key)))
			steps->steps[steps->n++] =
				ef_cell(ef_step(ef_pair_at(at), ef_key_label(key),
								ef_key_kind(key), ef_pair_label(at)),
						table->cells[i].count);
	}
	ef_cells_sort(steps->steps, steps->n, context);
}

void
ef_presence_begin(EfPresence *presence, const EfSteps *steps,
				  uint32_t nstates, EfContext *context)
{
	presence->at = steps->steps;
	presence->end = steps->steps + steps->n;
	presence->here = ef_alloc_zeroed(context,
									 ((size_t) nstates + 1) * sizeof(int64_t));
}

uint32_t
ef_presence_day(EfPresence *presence)
{
	const EfCell *first = presence->at;
	const EfCell *step = first;
	int64_t    *here = presence->here;
	uint32_t	short_of = 0;

	/* people who come on a day can go on the next */
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


/* ---- reading ---- */

/* The role of each label of a table, and its number among the states and the
 * reasons; 0: none. */
typedef struct Roles
{
	uint32_t   *state;
	uint32_t   *reason;
} Roles;

/* Number states and reasons, in the order of labels. */
static void
find_roles(Roles *roles, EfMobility *mobility, EfContext *context)
{
	EfTable    *table = &mobility->table;
	size_t		size = ((size_t) table->nlabels + 1) * sizeof(uint32_t);
	uint32_t	nstates = 0;

	roles->state = ef_alloc_zeroed(context, size);
	roles->reason = ef_alloc_zeroed(context, size);
	mobility->reasons = ef_alloc(context, table->nlabels * sizeof(EfLabel));
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		uint32_t	other = ef_pair_label(ef_key_at(key));

		roles->state[ef_key_label(key)] = 1;
		if (ef_key_kind(key) == EF_MOB_MOVED)
			roles->state[other] = 1;
		else if (ef_key_kind(key) == EF_MOB_LEFT_FOR)
			roles->reason[other] = 1;
	}
	for (uint32_t label = 1; label <= table->nlabels; label++)
	{
		EfLabel		name = table->labels[label - 1];

		if (roles->reason[label])
		{
			mobility->reasons[mobility->nreasons++] = name;
			roles->reason[label] = mobility->nreasons;
		}
		if (roles->state[label])
		{
			table->labels[nstates++] = name;
			roles->state[label] = nstates;
		}
	}
	table->nlabels = nstates;
}

/* Take reasons and FTE out of the cells, each into an array that has room. */
EF_NODISCARD static EfStatus
part_cells(EfMobility *mobility, const Roles *roles, EfContext *context)
{
	EfTable    *table = &mobility->table;
	size_t		n = 0;

	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		unsigned	kind = ef_key_kind(key);
		uint32_t	state = roles->state[ef_key_label(key)];
		uint32_t	to = 0;
		uint32_t	day = ef_pair_at(ef_key_at(key));

		if (ef_mobility_counts_fte(kind))
			continue;
		if (kind == EF_MOB_LEFT_FOR)
		{
			mobility->leavers[mobility->nleavers++] =
				ef_cell(ef_step(day, state, kind,
								roles->reason[ef_pair_label(ef_key_at(key))]),
						table->cells[i].count);
			kind = EF_MOB_LEFT;
		}
		else if (kind == EF_MOB_MOVED)
			to = roles->state[ef_pair_label(ef_key_at(key))];
		table->cells[n++] = ef_cell(ef_key(state, kind, ef_pair(to, day)),
									table->cells[i].count);
	}
	table->ncells = n;
	ef_cells_sort(mobility->leavers, mobility->nleavers, context);
	return ef_table_normalize(table, &ef_mobility_type, context);
}

/* Make of the table one of people, and keep apart what else there is. */
EF_NODISCARD static EfStatus
part_table(EfMobility *mobility, EfContext *context)
{
	EfTable    *table = &mobility->table;
	Roles		roles;
	EfStatus	status;

	find_roles(&roles, mobility, context);
	mobility->leavers = ef_alloc(context, table->ncells * sizeof(EfCell));
	mobility->changes = ef_alloc(context, table->ncells * sizeof(EfCell));
	status = collect_changes(mobility->changes, &mobility->nchanges, table,
							 context);
	for (size_t i = 0; i < mobility->nchanges && status == EF_OK; i++)
	{
		EfKey		key = mobility->changes[i].key;

		mobility->changes[i].key =
			ef_change_key(ef_change_day(key),
						  roles.state[ef_change_state(key)]);
	}
	if (status == EF_OK)
		status = part_cells(mobility, &roles, context);
	ef_release(context, roles.state);
	ef_release(context, roles.reason);
	return status;
}

EfStatus
ef_mobility_load(EfMobility *mobility, const void *datum, size_t size,
				 EfContext *context)
{
	EfTable    *table = &mobility->table;
	bool		parts = false;
	EfStatus	status;

	memset(mobility, 0, sizeof(*mobility));
	status = ef_table_load(table, &ef_mobility_type, datum, size, context);
	if (status != EF_OK)
		return status;
	mobility->days = (uint32_t) (table->frame.as_of - table->frame.from);
	mobility->counts_fte = (table->frame.flags & EF_FLAG_FTE) != 0;
	for (size_t i = 0; i < table->ncells && !parts; i++)
		parts = ef_key_kind(table->cells[i].key) >= EF_MOB_LEFT_FOR;
	return parts ? part_table(mobility, context) : EF_OK;
}

EfStatus
ef_mobility_open(EfMobility *mobility, const void *datum, size_t size,
				 EfContext *context)
{
	EfStatus	status = ef_mobility_load(mobility, datum, size, context);

	if (status == EF_OK)
		ef_steps_of(&mobility->steps, &mobility->table, context);
	return status;
}

EF_REPORT(EF_AT_OUTSIDE, INVALID_PARAMETER_VALUE,
		  "at is outside of the observation period",
		  "Give a day from its first to its last; leave it out for the latter.");

EfStatus
ef_mobility_day(const EfMobility *mobility, EfDay at, uint32_t *day,
				EfContext *context)
{
	const EfFrame *frame = &mobility->table.frame;

	if (ef_is_infinite(at))
		return ef_fail(context, EF_DATE_INFINITE, "at is infinite.");
	if (at < frame->from || at >= frame->as_of)
		return ef_fail(context, EF_AT_OUTSIDE,
					   "at is %s, and people were observed in %s.",
					   ef_day_shown(at).text, ef_frame_shown(frame).text);
	*day = (uint32_t) (at - frame->from);
	return EF_OK;
}

int64_t *
ef_mobility_here(const EfMobility *mobility, uint32_t day, EfContext *context)
{
	EfPresence	presence;

	ef_presence_begin(&presence, &mobility->steps, mobility->table.nlabels,
					  context);
	ef_presence_until(&presence, day);
	return presence.here;
}

uint32_t
ef_mobility_step(const EfMobility *mobility, const EfDuration *every, int n)
{
	const EfFrame *frame = &mobility->table.frame;
	int64_t		months = (int64_t) n * every->months;
	int64_t		days = (int64_t) n * every->days;

	if (months <= EF_SPELL_YEARS * 12)
		days += ef_months_later(frame->from, (int) months) - frame->from;
	else
		days = mobility->days;
	return days < mobility->days ? (uint32_t) days : mobility->days;
}


/* ---- the type ---- */

const EfTableType ef_mobility_type = {
	.name = "mobility",
	.tag = 'M',
	.flag = EF_FTE_FLAG,
	.nkinds = sizeof(kinds) / sizeof(kinds[0]),
	.kinds = kinds,
	.row_cells = 1,
	.expand = expand,
	.check_frame = ef_mobility_observed_check,
	.label_limit = EF_STATE_NAME_LIMIT,
	.too_many_labels = EF_TOO_MANY_STATES,
	.check_limits = check_limits,
	.validate = validate,
};
