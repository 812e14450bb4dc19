/*
 * retention.c
 *	  See retention.h.
 */
#include "retention/retention.h"

#include <string.h>

#include "retention/risk_set.h"

static const EfKind kinds[] = {
	[EF_LATE_ENTRIES] = {"late_entries", false, EF_SPELL_DAYS + 1, false},
	[EF_LEFT] = {"exits", true, EF_SPELL_DAYS + 1, false},
	[EF_CENSORED] = {"censored", false, EF_SPELL_DAYS + 1, false},
};

/* ---- a row ---- */

/*
 * Pack the record of a row into its key: the label of the reason to leave, 0
 * for a censored one, and in 16 bits each the day of leaving and that of a
 * late entry, 0 if the row was seen from its start.
 */
_Static_assert(EF_SPELL_DAYS < 1 << 16, "a day of a spell fits 16 bits");

EfStatus
ef_retention_add(EfState **state, const EfSpell *spell, EfContext *context)
{
	EfSighting	sighting;
	uint32_t	label;
	uint32_t	left;
	uint32_t	entered;
	EfStatus	status = ef_spell_check(spell, (*state)->as_of, context);

	if (status != EF_OK || !ef_spell_sight(&sighting, spell, *state))
		return status;
	status = ef_spell_reserve(state, &ef_retention_type, spell,
							  sighting.exited, &label, context);
	if (status != EF_OK)
		return status;
	left = (uint32_t) (sighting.leaving - spell->start);
	entered = (uint32_t) (sighting.entry - spell->start);
	ef_state_append(*state,
					ef_key(label, EF_KIND_ROW, ef_halves(left, entered)), 1);
	return EF_OK;
}

EfStatus
ef_retention_add_joined(EfState **state, const EfContractReader *reader,
						const EfJoined *joined, EfContext *context)
{
	EfSpell		spell;

	ef_contracts_spell(reader, joined, &spell);
	return ef_retention_add(state, &spell, context);
}

static unsigned
expand(const EfFrame *frame, const EfCell *row, EfCell *cells)
{
	uint32_t	label = ef_key_label(row->key);
	uint32_t	left = ef_high_half(ef_key_at(row->key));
	uint32_t	entered = ef_low_half(ef_key_at(row->key));

	(void) frame;
	cells[0] = ef_cell(ef_key(label, label > 0 ? EF_LEFT : EF_CENSORED, left),
					   row->count);
	if (entered == 0)
		return 1;
	cells[1] = ef_cell(ef_key(0, EF_LATE_ENTRIES, entered), row->count);
	return 2;
}


/* ---- a table ---- */

int64_t
ef_retention_people(const EfTable *table, unsigned kind)
{
	size_t		n;
	const EfCell *cells = ef_retention_cells(table, kind, &n);
	int64_t		sum = 0;

	for (size_t i = 0; i < n; i++)
	{
		if (cells[i].count > EF_PERSON_LIMIT - sum)
			return EF_PERSON_LIMIT + 1;
		sum += cells[i].count;
	}
	return sum;
}

EF_NODISCARD static EfStatus
check_limits(const EfTable *table, EfContext *context)
{
	if (ef_retention_people(table, EF_LATE_ENTRIES) > EF_PERSON_LIMIT ||
		ef_retention_people(table, EF_LEFT) + ef_retention_people(table, EF_CENSORED) >
		EF_PERSON_LIMIT)
		return ef_fail(context, EF_COUNT_OVERFLOW,
					   "There are more than %lld people.",
					   (long long) EF_PERSON_LIMIT);
	return EF_OK;
}

/* Does everyone leave who comes, and nobody else, and none before? */
EF_NODISCARD static EfStatus
check_risk(const EfRiskSet *risk, EfContext *context)
{
	if (risk->on_time < 0)
		return ef_fail(context, EF_INVALID,
					   "More people enter late than leave or stay.");
	for (size_t i = 0; i < risk->ndays; i++)
	{
		const EfRiskDay *day = &risk->days[i];

		if (day->exits + day->censored > day->at_risk)
			return ef_fail(context, EF_INVALID,
						   "More people leave or are censored on day %u than are there.",
						   day->day);
	}
	return EF_OK;
}

/* Was nobody under observation for longer than it lasted?  First in, first
 * out is the order that shows it if any does. */
EF_NODISCARD static EfStatus
check_stays(const EfRiskSet *risk, const EfFrame *frame, EfContext *context)
{
	uint32_t	longest = (uint32_t) (frame->as_of - frame->from);
	int64_t		entered = risk->on_time;
	int64_t		left = 0;
	size_t		out = 0;
	uint32_t	entry = 0;

	for (size_t in = 0;; in++)
	{
		for (; out < risk->ndays && risk->days[out].day <= entry + longest;
			 out++)
			left += risk->days[out].exits + risk->days[out].censored;
		if (left < entered)
			return ef_fail(context, EF_INVALID,
						   "Somebody there on day %u is seen for longer than the %u days of the period.",
						   entry, longest);
		if (in == risk->ndays)
			return EF_OK;
		if (risk->days[in].entered > 0)
		{
			entry = risk->days[in].day;
			entered += risk->days[in].entered;
		}
	}
}

EF_NODISCARD static EfStatus
validate(const EfTable *table, EfContext *context)
{
	EfRiskSet	risk;
	EfStatus	status = ef_spell_check_reasons(table, EF_LEFT, context);

	if (status != EF_OK)
		return status;
	for (size_t i = 0; i < table->ncells; i++)
	{
		const EfCell *cell = &table->cells[i];
		unsigned	kind = ef_key_kind(cell->key);

		if (cell->count <= 0)
			return ef_fail(context, EF_INVALID, "%s on day %u are %lld.",
						   kinds[kind].name, ef_key_at(cell->key),
						   (long long) cell->count);
		if (kind == EF_LATE_ENTRIES &&
			(!table->frame.bounded || ef_key_at(cell->key) == 0))
			return ef_fail(context, EF_INVALID, table->frame.bounded
						   ? "Nobody enters late on day 0."
						   : "Nobody enters late where the period has no beginning.");
	}
	if (check_limits(table, context) != EF_OK)
		return EF_INVALID;
	ef_retention_risk(&risk, table, context);
	status = check_risk(&risk, context);
	if (status == EF_OK && table->frame.bounded)
		status = check_stays(&risk, &table->frame, context);
	ef_risk_release(&risk, context);
	return status;
}

EfStatus
ef_retention_open(EfRetention *retention, const void *datum, size_t size,
				  EfContext *context)
{
	EfTable    *table = &retention->table;
	EfStatus	status = ef_table_load(table, &ef_retention_type, datum, size,
									   context);

	if (status != EF_OK)
		return status;
	retention->exits = ef_retention_people(table, EF_LEFT);
	retention->spells = retention->exits + ef_retention_people(table, EF_CENSORED);
	return EF_OK;
}



/* ---- the type ---- */

const EfTableType ef_retention_type = {
	.name = "retention",
	.tag = 'T',					/* tenure: R is a retirement rule */
	.nkinds = sizeof(kinds) / sizeof(kinds[0]),
	.kinds = kinds,
	.row_cells = 2,
	.expand = expand,
	.check_frame = ef_observed_check,
	.check_limits = check_limits,
	.validate = validate,
};
