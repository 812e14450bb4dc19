/*
 * funnel.c
 *	  See funnel.h.
 */
#include "funnel/funnel.h"

#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "funnel/leavers.h"

static const EfKind kinds[] = {
	[EF_REACHED] = {"reached", true, EF_CHAIN_DAYS + 1, false},
	[EF_STAGE_EXITED] = {"exited", true, EF_CHAIN_DAYS + 1, false},
	[EF_STAGE_LOST] = {"lost", true, EF_CHAIN_DAYS + 1, false},
	[EF_STAGE_PENDING] = {"pending", true, EF_CHAIN_DAYS + 1, false},
	[EF_CONVERTED_AFTER] = {"converted_after", true, EF_CHAIN_DAYS + 1, false},
	[EF_EXITED_AFTER] = {"exited_after", true, EF_CHAIN_DAYS + 1, false},
	[EF_LOST_AFTER] = {"lost_after", true, EF_CHAIN_DAYS + 1, false},
	[EF_PENDING_AFTER] = {"pending_after", true, EF_CHAIN_DAYS + 1, false},
};

/* ---- a spec ---- */

EF_NODISCARD static EfStatus
open_spec(const EfFrame *frame, EfLabel *labels, uint32_t *nlabels,
		  EfContext *context)
{
	EfFunnelSpec spec;
	EfStatus	status = ef_spec_open(&spec, frame->spec, frame->spec_size,
									  context);

	if (status != EF_OK)
		return status;
	*nlabels = spec.nstages;
	if (labels != NULL)
		memcpy(labels, spec.stages, spec.nstages * sizeof(EfLabel));
	return EF_OK;
}

EF_REPORT(EF_SPEC_MIXED, INVALID_PARAMETER_VALUE,
		  "funnels of different specs do not add up",
		  "Give the same spec for all rows, and roll up funnels that were made with one spec.");

/* Refuse names that differ, or numbers of names. */
EF_NODISCARD static EfStatus
compare_names(const EfLabel *a, uint32_t na, const EfLabel *b, uint32_t nb,
			  const char *what, EfStatus report, EfContext *context)
{
	if (na != nb)
		return ef_fail(context, report, "One has %u %ss and another %u.", na,
					   what, nb);
	for (uint32_t i = 0; i < na; i++)
		if (ef_label_compare(&a[i], &b[i]) != 0)
			return ef_fail(context, report,
						   "In one, %s %u is \"%s\", and in another \"%s\".",
						   what, i + 1, ef_label_shown(&a[i]).text,
						   ef_label_shown(&b[i]).text);
	return EF_OK;
}

EF_NODISCARD static EfStatus
compare_specs(const EfFrame *a, const EfFrame *b, EfContext *context)
{
	EfFunnelSpec one;
	EfFunnelSpec other;
	EfStatus	status = ef_spec_open(&one, a->spec, a->spec_size, context);

	if (status == EF_OK)
		status = ef_spec_open(&other, b->spec, b->spec_size, context);
	if (status == EF_OK)
		status = compare_names(one.stages, one.nstages, other.stages,
							   other.nstages, "stage", EF_SPEC_MIXED, context);
	if (status == EF_OK)
		status = compare_names(one.exits, one.nexits, other.exits,
							   other.nexits, "exit", EF_SPEC_MIXED, context);
	if (status != EF_OK)
		return status;
	if (one.has_as_of && other.has_as_of && one.as_of != other.as_of)
		return ef_fail(context, EF_SPEC_MIXED,
					   "One is as of %s, and another as of %s.",
					   ef_day_shown(one.as_of).text,
					   ef_day_shown(other.as_of).text);
	return ef_fail(context, EF_SPEC_MIXED, "They differ in %s.",
				   one.has_as_of != other.has_as_of ? "their as_of"
				   : one.modes != other.modes ? "their modes"
				   : "the time within which a chain must be complete");
}

EF_REPORT(EF_SPECS_NOT_COMPARED, INVALID_PARAMETER_VALUE,
		  "funnels with different windows, modes or stages cannot be compared",
		  "Make both with the same within, modes and stages up to the one asked for; as_of and exits may differ.");

static EfShown
shown_window(const EfFunnelSpec *spec)
{
	EfShown		shown = {"none"};
	double		seconds = (double) spec->within.microseconds / 1000000;

	if (spec->has_within)
		shown = ef_duration_shown(&spec->within);
	if (seconds > 0)
		snprintf(shown.text, sizeof(shown.text), "%.28s and %.12s seconds",
				 ef_duration_shown(&spec->within).text,
				 ef_shown(seconds).text);
	return shown;
}

EfStatus
ef_funnels_compared(const EfFunnel *first, const EfFunnel *second,
					uint32_t to_first, uint32_t to_second, EfContext *context)
{
	const EfFunnelSpec *one = &first->spec;
	const EfFunnelSpec *other = &second->spec;
	EfStatus	status = compare_names(one->stages, to_first, other->stages,
									   to_second, "stage",
									   EF_SPECS_NOT_COMPARED, context);

	if (status != EF_OK)
		return status;
	if (one->has_within != other->has_within ||
		one->within.months != other->within.months ||
		one->within.days != other->within.days ||
		one->within.microseconds != other->within.microseconds)
		return ef_fail(context, EF_SPECS_NOT_COMPARED,
					   "The window of one is %s, and of the other %s.",
					   shown_window(one).text, shown_window(other).text);
	if (one->modes != other->modes)
		return ef_fail(context, EF_SPECS_NOT_COMPARED,
					   "They differ in their modes.");
	return EF_OK;
}


/* ---- a row ---- */

/*
 * Pack one record for each stage that was reached: the label is the stage,
 * the two halves of the place are the days on which it was reached and left,
 * and the count is the way of leaving it, on the stage's own clock; 0 for a
 * chain that never left it.
 */
_Static_assert(EF_CHAIN_DAYS < 1 << 16, "a day of a chain fits 16 bits");

/* Does the window of a packed spec ever close?  Its flags are its third byte,
 * so that nothing need be opened for one person. */
static bool
has_window(const EfFrame *frame)
{
	return (frame->spec[2] & 1) != 0;
}

EF_REPORT(EF_CHAIN_TOO_LONG, DATETIME_FIELD_OVERFLOW,
		  "chain lasts more than 150 years",
		  "Correct the dates, filter the events out, or give the spec a window or an as_of.");

EF_NODISCARD static EfStatus
check_length(EfDay start, EfDay last, EfContext *context)
{
	if ((int64_t) last - start <= EF_CHAIN_DAYS)
		return EF_OK;
	return ef_fail(context, EF_CHAIN_TOO_LONG,
				   "The chain begins on %s and ends on %s.",
				   ef_day_shown(start).text, ef_day_shown(last).text);
}

EfStatus
ef_funnel_event_check(const EfFunnelSpec *spec, unsigned code, EfInstant at,
					  EfUnit unit, EfContext *context)
{
	EfStatus	status;
	EfDay		day;

	if (code == EF_CODE_OTHER && !(spec->modes & EF_STRICT_ORDER))
		return EF_OK;
	status = ef_instant_check(at, unit, context);
	if (status != EF_OK || code != 1 || spec->has_within || !spec->has_as_of)
		return status;

	/* alone it begins a chain that is pending on the last day seen */
	day = ef_instant_day(at, unit);
	return day < spec->as_of ? check_length(day, spec->as_of - 1,
											context) : EF_OK;
}

EfStatus
ef_funnel_add(EfState **state, const EfChain *chain, EfUnit unit,
			  EfContext *context)
{
	EfFrame		frame = ef_state_frame(*state, &ef_funnel_type);
	unsigned	length = chain->length;
	EfDay		start;
	EfDay		last;
	uint32_t	day = 0;
	unsigned	left;
	EfStatus	status;

	if (length == 0)
		return EF_OK;
	start = ef_instant_day(chain->at[0], unit);
	last = ef_instant_day(chain->at[length - 1], unit);
	left = ef_way_out(chain, has_window(&frame));
	if (left != 0)
		last = chain->left;
	status = check_length(start, last, context);
	if (status != EF_OK)
		return status;
	status = ef_state_reserve(state, &ef_funnel_type, length, 0, context);
	if (status != EF_OK)
		return status;
	for (unsigned stage = 1; stage < length; stage++)
	{
		uint32_t	next = (uint32_t) (ef_instant_day(chain->at[stage], unit) -
									   start);

		ef_state_append(*state, ef_key(stage, EF_KIND_ROW, ef_halves(day, next)),
						EF_CONVERTED_AFTER);
		day = next;
	}
	ef_state_append(*state, ef_key(length, EF_KIND_ROW,
								   ef_halves(day, (uint32_t) (last - start))),
					left);
	return EF_OK;
}

static unsigned
expand(const EfFrame *frame, const EfCell *row, EfCell *cells)
{
	uint32_t	stage = ef_key_label(row->key);
	uint32_t	reached = ef_high_half(ef_key_at(row->key));
	uint32_t	left = ef_low_half(ef_key_at(row->key));
	unsigned	kind = (unsigned) row->count;
	unsigned	n = 0;

	(void) frame;
	cells[n++] = ef_cell(ef_key(stage, EF_REACHED, reached), 1);
	if (kind == 0)
		return n;
	/* going on is counted at the stage gone to */
	if (kind != EF_CONVERTED_AFTER)
		cells[n++] = ef_cell(ef_key(stage, ef_way_on_chain(kind), left), 1);
	if (stage > 1)
		cells[n++] = ef_cell(ef_key(stage, kind, left - reached), 1);
	return n;
}


/* ---- a table ---- */

EF_NODISCARD static EfStatus
check_limits(const EfTable *table, EfContext *context)
{
	int64_t		sum = 0;

	for (size_t i = 0; i < table->ncells; i++)
	{
		const EfCell *cell = &table->cells[i];

		if (i == 0 || ef_key_series(cell->key) != ef_key_series(cell[-1].key))
			sum = 0;
		if (cell->count > EF_PERSON_LIMIT - sum)
			return ef_fail(context, EF_COUNT_OVERFLOW,
						   "There are more than %lld people.",
						   (long long) EF_PERSON_LIMIT);
		sum += cell->count;
	}
	return EF_OK;
}

EF_NODISCARD static EfStatus
refuse_cell(const EfCell *cell, const char *why, EfContext *context)
{
	return ef_fail(context, EF_INVALID, "\"%s\" of stage %u on day %u: %s.",
				   kinds[ef_key_kind(cell->key)].name,
				   ef_key_label(cell->key), ef_key_at(cell->key), why);
}

/* Is it something that can be counted there? */
EF_NODISCARD static EfStatus
check_cell(const EfCell *cell, const EfFunnelSpec *spec, EfContext *context)
{
	uint32_t	stage = ef_key_label(cell->key);
	uint32_t	day = ef_key_at(cell->key);
	unsigned	kind = ef_key_kind(cell->key);
	unsigned	outcome = kind < EF_EXITED_AFTER ? kind : ef_way_on_chain(kind);

	if (cell->count <= 0)
		return refuse_cell(cell, "the count is not positive", context);
	if (kind == EF_REACHED && stage == 1 && day != 0)
		return refuse_cell(cell, "a chain begins on day 0", context);
	if (kind != EF_REACHED && stage == spec->nstages)
		return refuse_cell(cell, "nobody leaves the last stage", context);
	if (kind >= EF_CONVERTED_AFTER && stage == 1)
		return refuse_cell(cell, "the first stage has no clock of its own",
						   context);
	if (outcome == EF_STAGE_EXITED && spec->nexits == 0)
		return refuse_cell(cell, "the spec names no exits", context);
	if (outcome == EF_STAGE_LOST && !spec->has_within)
		return refuse_cell(cell, "there is no window that closes", context);
	if (outcome == EF_STAGE_PENDING && !spec->has_as_of)
		return refuse_cell(cell, "there is no as_of", context);
	if (spec->has_within && day > (uint32_t) ef_spec_window_days(spec))
		return refuse_cell(cell, "the window has closed before", context);
	return EF_OK;
}

/*
 * Check that no more leave a stage, on the clock of the chain, than are
 * there. Answers how many stay at each for good.
 */
EF_NODISCARD static EfStatus
check_chain(const EfTable *table, const EfFunnelSpec *spec,
			int64_t *left_over, EfContext *context)
{
	uint32_t	nleft = spec->nstages - 1;
	EfLeavers	leavers[EF_STAGE_LIMIT];

	for (uint32_t i = 0; i < nleft; i++)
	{
		ef_leavers_of_chain(&leavers[i], table, i + 1);
		left_over[i] = 0;
	}
	if (nleft > 0)
		left_over[0] = ef_table_sum(table, 1, EF_REACHED);
	for (;;)
	{
		uint32_t	day = UINT32_MAX;
		int64_t		come = 0;

		for (uint32_t i = 0; i < nleft; i++)
			if (ef_leavers_day(&leavers[i]) < day)
				day = ef_leavers_day(&leavers[i]);
		if (day == UINT32_MAX)
			return EF_OK;
		ef_check_interrupt(context);
		for (uint32_t i = 0; i < nleft; i++)
		{
			left_over[i] += come;
			come = ef_leavers_take(&leavers[i], EF_WAY_ON, day);
			left_over[i] -= come;
			for (EfWay way = EF_WAY_EXITED; way < EF_WAY_COUNT; way++)
				left_over[i] -= ef_leavers_take(&leavers[i], way, day);
			if (left_over[i] < 0)
				return ef_fail(context, EF_INVALID,
							   "More people leave stage %u on day %u than are there.",
							   i + 1, day);
		}
	}
}

/* Add up the people of a series, and the days of all of them. */
static int64_t
add_days(const EfCell *at, const EfCell *end, int64_t *days)
{
	int64_t		people = 0;

	for (; at < end; at++)
	{
		people += at->count;
		*days += at->count * ef_key_at(at->key);
	}
	return people;
}

/*
 * Check that the two clocks of a stage tell of the same people.  The days
 * from the chain's start to leaving the stage are those from reaching it to
 * leaving it, plus those before it.
 */
EF_NODISCARD static EfStatus
check_clocks(const EfTable *table, uint32_t stage, int64_t left_over,
			 EfContext *context)
{
	EfLeavers	chain;
	EfLeavers	own;
	const EfCell *reached;
	size_t		nreached;
	int64_t		since_start = 0;
	int64_t		since_stage = 0;

	ef_leavers_of_chain(&chain, table, stage);
	ef_leavers_of_stage(&own, table, stage);
	for (int way = 0; way < EF_WAY_COUNT; way++)
		if (add_days(chain.at[way], chain.end[way], &since_start) !=
			add_days(own.at[way], own.end[way], &since_stage))
			return ef_fail(context, EF_INVALID,
						   "The clocks of stage %u differ in how many people leave it.",
						   stage);
	reached = ef_table_series(table, stage, EF_REACHED, &nreached);
	(void) add_days(reached, reached + nreached, &since_stage);
	since_stage -= since_start;
	if (since_stage < 0 || (nreached == 0 ? since_stage > 0 : since_stage >
							left_over * ef_key_at(reached[nreached - 1].key)))
		return ef_fail(context, EF_INVALID,
					   "The clocks of stage %u differ in their days.", stage);
	return EF_OK;
}

EF_NODISCARD static EfStatus
validate(const EfTable *table, EfContext *context)
{
	EfFunnelSpec spec;
	int64_t		left_over[EF_STAGE_LIMIT];
	EfStatus	status = ef_spec_open(&spec, table->frame.spec,
									  table->frame.spec_size, context);

	if (status != EF_OK)
		return status;
	for (size_t i = 0; i < table->ncells && status == EF_OK; i++)
		status = check_cell(&table->cells[i], &spec, context);
	if (status != EF_OK)
		return status;
	if (check_limits(table, context) != EF_OK)
		return EF_INVALID;
	status = check_chain(table, &spec, left_over, context);
	for (uint32_t i = 0; i + 1 < spec.nstages && status == EF_OK; i++)
	{
		if (left_over[i] > 0 && (spec.has_within || spec.has_as_of))
			return ef_fail(context, EF_INVALID,
						   "%lld people stay at stage %u for good.",
						   (long long) left_over[i], i + 1);
		if (i > 0)
			status = check_clocks(table, i + 1, left_over[i], context);
	}
	return status;
}


/* ---- reading ---- */

/* Count people, up to one more than a table can hold. */
static int64_t
count_people(const EfTable *table, uint32_t stage, unsigned kind)
{
	int64_t		sum = ef_table_sum(table, stage, kind);

	return sum > EF_PERSON_LIMIT ? EF_PERSON_LIMIT + 1 : sum;
}

EfStatus
ef_funnel_open(EfFunnel *funnel, const void *datum, size_t size,
			   EfContext *context)
{
	EfTable    *table = &funnel->table;
	EfStatus	status = ef_table_load(table, &ef_funnel_type, datum, size,
									   context);

	if (status == EF_OK)
		status = ef_spec_open(&funnel->spec, table->frame.spec,
							  table->frame.spec_size, context);
	if (status != EF_OK)
		return status;
	memset(funnel->counts, 0, sizeof(funnel->counts));
	for (uint32_t i = 0; i < funnel->spec.nstages; i++)
		funnel->counts[i].entered = count_people(table, i + 1, EF_REACHED);
	for (uint32_t i = 0; i + 1 < funnel->spec.nstages; i++)
	{
		EfStageCounts *counts = &funnel->counts[i];

		counts->converted = funnel->counts[i + 1].entered;
		counts->exited = count_people(table, i + 1, EF_STAGE_EXITED);
		counts->pending = count_people(table, i + 1, EF_STAGE_PENDING);
		counts->lost = counts->entered - counts->converted -
			counts->exited - counts->pending;
	}
	return EF_OK;
}


/* ---- the type ---- */

const EfTableType ef_funnel_type = {
	.name = "funnel",
	.tag = 'F',
	.nkinds = sizeof(kinds) / sizeof(kinds[0]),
	.kinds = kinds,
	.row_cells = 3,
	.expand = expand,
	.open_spec = open_spec,
	.label_limit = EF_STAGE_LIMIT,
	.too_many_labels = EF_INVALID,
	.compare_specs = compare_specs,
	.check_limits = check_limits,
	.validate = validate,
};
