/*
 * spells_agg.c
 *	  spells_agg: the spells that the contracts of one person make, as an array
 *	  of rows.
 */
#include "contract_agg.h"

#include "access/htup_details.h"
#include "catalog/pg_type_d.h"
#include "executor/executor.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/typcache.h"

#include "fte_value.h"
#include "summary.h"

#include "spell/joined_spells.h"

/* The columns of the type spell. */
enum
{
	SPELL_START,
	SPELL_END,
	SPELL_REASON,
	SPELL_FTE_FROM,
	SPELL_FTE,
	SPELL_COLUMNS
};


/* ---- what contracts are for: a gap ---- */

/* The bytes of one: no hole between them. */
typedef struct GapBytes
{
	int32		months;
	int32		days;
	int32		counts_fte;
} GapBytes;

/* One that is opened. */
typedef struct EventGap
{
	EventPurpose purpose;
	EfDuration	gap;
	bool		counts_fte;
} EventGap;

/*
 * Number of arguments if FTE is one of them: it follows three others, and
 * join_gap is the last.
 */
#define ARGUMENTS_WITH_FTE 6

static EfBytes
get_gap(FunctionCallInfo fcinfo, int argument, const EventPurposeType *type,
		void **memory)
{
	EfDuration	gap = eg_get_gap(fcinfo, argument);
	GapBytes   *bytes = *memory;
	EfBytes		packed;

	if (bytes == NULL)
		*memory = bytes = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
												 sizeof(GapBytes));
	(void) type;
	bytes->months = gap.months;
	bytes->days = gap.days;
	bytes->counts_fte = PG_NARGS() == ARGUMENTS_WITH_FTE;
	packed.bytes = (const uint8 *) bytes;
	packed.size = sizeof(GapBytes);
	return packed;
}

static EfDuration
gap_of_bytes(EfBytes bytes)
{
	GapBytes	its;
	EfDuration	gap = {0};

	memcpy(&its, bytes.bytes, sizeof(its));
	gap.months = its.months;
	gap.days = its.days;
	return gap;
}

static void
open_gap(EventPurpose *purpose, EfUnit unit)
{
	GapBytes	its;

	(void) unit;
	memcpy(&its, purpose->bytes.bytes, sizeof(its));
	((EventGap *) purpose)->gap = gap_of_bytes(purpose->bytes);
	((EventGap *) purpose)->counts_fte = its.counts_fte != 0;
}

static void
refuse_gap(const EventPurpose *purpose, EfBytes other)
{
	EfDuration	its = gap_of_bytes(purpose->bytes);
	EfDuration	gap = gap_of_bytes(other);

	eg_refuse_gap(&its, &gap);
}

static const EventPurposeType spells_purpose = {
	.tag = 'J',
	.word = "reason",
	.numbered = true,
	.detailed = true,
	.size = sizeof(EventGap),
	.get = get_gap,
	.open = open_gap,
	.refuse = refuse_gap,
};

EF_EVENTS_COMBINE(spells)


/* ---- rows ---- */

/* Arguments: state, start_date, end_date, reason, FTE if it is counted,
 * join_gap. */
static Datum
add_contract(FunctionCallInfo fcinfo, bool known, int32_t fte)
{
	const EventForms *forms = eg_event_forms(fcinfo, 0, 3, &spells_purpose);
	EfEventGroup *group = eg_event_group(fcinfo, PG_NARGS() - 1,
										 &spells_purpose, EF_PERSON_NUMBER,
										 EF_UNIT_DAY);
	EfSpell		spell;
	uint32_t	reason = 0;

	if (!known || PG_ARGISNULL(1))
	{
		eg_check(ef_event_group_skip(group, 1));
		PG_RETURN_POINTER(group);
	}
	spell = eg_get_contract(fcinfo, 1);
	eg_check(ef_joined_spells_check(&spell, &eg_context));
	if (spell.end != EF_DAY_INFINITY)
		reason = eg_get_reason(fcinfo, 3, forms->word, group);
	ef_event_add_detailed(group, 0, ef_joinable_when(spell.start, reason),
						  ef_joinable_detail(spell.end, fte));
	PG_RETURN_POINTER(group);
}

EF_FTE_TRANSFNS(spells_agg, add_contract, 4)


/* ---- spells ---- */

/* Put the stretches into their columns. */
static void
put_stretches(const EfJoined *spell, Datum *values)
{
	EfStretch  *stretches;
	size_t		n;
	Datum	   *days;
	Datum	   *ftes;

	eg_check(ef_joined_spells_stretches(&stretches, &n, spell, &eg_context));
	days = palloc(n * sizeof(Datum));
	ftes = palloc(n * sizeof(Datum));
	for (size_t i = 0; i < n; i++)
	{
		days[i] = DateADTGetDatum(stretches[i].start);
		ftes[i] = NumericGetDatum(int64_div_fast_to_numeric(stretches[i].fte, 3));
	}
	values[SPELL_FTE_FROM] =
		PointerGetDatum(construct_array(days, (int) n, DATEOID, sizeof(DateADT),
										true, TYPALIGN_INT));
	values[SPELL_FTE] =
		PointerGetDatum(construct_array(ftes, (int) n, NUMERICOID, -1, false,
										TYPALIGN_INT));
}

/* Make a row of a spell. */
static Datum
spell_row(const EfJoined *spell, const EventGap *purpose,
		  const EfDictionary *reasons, TupleDesc desc)
{
	Datum		values[SPELL_COLUMNS] = {0};
	bool		nulls[SPELL_COLUMNS] = {false};

	values[SPELL_START] = DateADTGetDatum(spell->start);
	nulls[SPELL_END] = nulls[SPELL_REASON] = spell->end == EF_DAY_INFINITY;
	values[SPELL_END] = DateADTGetDatum(spell->end);
	if (spell->end != EF_DAY_INFINITY)
	{
		const EfName *name = ef_dictionary_name(reasons, spell->reason);
		EfLabel		label = {name->bytes, name->length};

		values[SPELL_REASON] = eg_label_text(&label);
	}
	nulls[SPELL_FTE_FROM] = nulls[SPELL_FTE] = !purpose->counts_fte;
	if (purpose->counts_fte)
		put_stretches(spell, values);
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

PG_FUNCTION_INFO_V1(ef_spells_agg_finalfn);
Datum
ef_spells_agg_finalfn(PG_FUNCTION_ARGS)
{
	EfEventGroup *group = eg_finished_group(fcinfo, &spells_purpose);
	const EventGap *purpose;
	EfJoined   *spells;
	size_t		n;
	Oid			type;
	TupleDesc	desc;
	Datum	   *rows;
	ArrayType  *array;

	if (group == NULL)
		PG_RETURN_NULL();
	purpose = (const EventGap *) group->purpose;
	eg_check(ef_joined_spells(&spells, &n, group, eg_group_names(group),
							  &purpose->gap, &eg_context));

	/* a row type has the number that CREATE EXTENSION gave it */
	type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	desc = lookup_rowtype_tupdesc(type, -1);
	if (desc->natts != SPELL_COLUMNS)
		elog(ERROR, "spells_agg returns no spells");
	rows = palloc(n * sizeof(Datum));
	for (size_t i = 0; i < n; i++)
		rows[i] = spell_row(&spells[i], purpose, eg_group_names(group), desc);
	ReleaseTupleDesc(desc);
	array = construct_array(rows, (int) n, type, -1, false, TYPALIGN_DOUBLE);
	PG_RETURN_ARRAYTYPE_P(array);
}


/* ---- a day of a spell ---- */

/* Get the elements of a column that is an array; none if it is null. */
static int
get_elements(HeapTupleHeader row, int column, Oid type, int16 length,
			 bool by_value, Datum **elements, bool **nulls)
{
	bool		isnull;
	Datum		value = GetAttributeByNum(row, (AttrNumber) (column + 1), &isnull);
	int			n;

	if (isnull)
		return 0;
	deconstruct_array(DatumGetArrayTypeP(value), type, length, by_value,
					  TYPALIGN_INT, elements, nulls, &n);
	return n;
}

/* Are these stretches such as spells_agg makes them?  Anybody can write a row. */
static bool
are_stretches(const Datum *days, const bool *no_days, int n, int nftes)
{
	bool		good = n > 0 && n == nftes;
	DateADT		before = DATEVAL_NOBEGIN;

	for (int i = 0; i < n && good; i++)
	{
		/* a day that is not there begins nothing */
		if (no_days[i])
			continue;
		good = i == 0 || DatumGetDateADT(days[i]) > before;
		before = DatumGetDateADT(days[i]);
	}
	return good;
}

PG_FUNCTION_INFO_V1(ef_fte_on);
Datum
ef_fte_on(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	DateADT		day = PG_GETARG_DATEADT(1);
	Datum	   *days;
	Datum	   *ftes;
	bool	   *no_days;
	bool	   *no_ftes;
	int			n = get_elements(row, SPELL_FTE_FROM, DATEOID, sizeof(DateADT),
								 true, &days, &no_days);
	bool		endless;
	DateADT		end = DatumGetDateADT(GetAttributeByNum(row, SPELL_END + 1,
														&endless));
	int			last = -1;

	if (!are_stretches(days, no_days, n,
					   get_elements(row, SPELL_FTE, NUMERICOID, -1, false,
									&ftes, &no_ftes)))
		PG_RETURN_NULL();
	for (int i = 0; i < n; i++)
		if (!no_days[i] && DatumGetDateADT(days[i]) <= day)
			last = i;
	if (last < 0 || (!endless && day >= end))
		PG_RETURN_NUMERIC(int64_to_numeric(0));
	if (no_ftes[last])
		PG_RETURN_NULL();
	PG_RETURN_DATUM(ftes[last]);
}
