/*
 * retention.c
 *	  The type retention: rows in, curves out.  Of src/core/retention, retention.h
 *	  has the counts, retention_curve.h and log_rank.h the estimates.
 */
#include "frame_form.h"
#include "observed.h"
#include "retention_value.h"
#include "summary.h"

#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/hsearch.h"

#include "base/dictionary.h"
#include "retention/log_rank.h"
#include "retention/retention.h"
#include "retention/retention_curve.h"

EF_SUMMARY_FUNCTIONS(retention, ef_retention_type, eg_period_form)


/* ---- the aggregate ---- */

/* Arguments: state, start_date, end_date, reason, observed and, if there is
 * one, last_seen. */
PG_FUNCTION_INFO_V1(ef_retention_agg_transfn);
Datum
ef_retention_agg_transfn(PG_FUNCTION_ARGS)
{
	EfState    *state = eg_spell_state(fcinfo, 4, &ef_retention_type, 0);
	EfSpell		spell;

	if (PG_ARGISNULL(1))
	{
		eg_check(ef_state_skip(state, &eg_context));
		PG_RETURN_POINTER(state);
	}
	eg_get_spell(fcinfo, 1, &spell);
	if (PG_NARGS() > 5 && !PG_ARGISNULL(5))
		ef_spell_last_seen(&spell, PG_GETARG_DATEADT(5));
	eg_check(ef_retention_add(&state, &spell, &eg_context));
	PG_RETURN_POINTER(eg_summary_own(state));
}


/* ---- numbers ---- */

PG_FUNCTION_INFO_V1(ef_spells);
Datum
ef_spells(PG_FUNCTION_ARGS)
{
	EfRetention retention;

	eg_open_retention(fcinfo, 0, &retention);
	PG_RETURN_INT64(retention.spells);
}

PG_FUNCTION_INFO_V1(ef_retention_exits);
Datum
ef_retention_exits(PG_FUNCTION_ARGS)
{
	EfRetention retention;

	eg_open_retention(fcinfo, 0, &retention);
	PG_RETURN_INT64(retention.exits);
}

PG_FUNCTION_INFO_V1(ef_retention_exits_for_reason);
Datum
ef_retention_exits_for_reason(PG_FUNCTION_ARGS)
{
	EfRetention retention;
	text	   *reason = PG_GETARG_TEXT_PP(1);

	eg_open_retention(fcinfo, 0, &retention);
	PG_RETURN_INT64(ef_table_sum_of(&retention.table,
									VARDATA_ANY(reason),
									VARSIZE_ANY_EXHDR(reason), EF_LEFT));
}

PG_FUNCTION_INFO_V1(ef_retention_rate);
Datum
ef_retention_rate(PG_FUNCTION_ARGS)
{
	EfRiskSet	risk;
	EfDuration	after = eg_get_duration(fcinfo, 1);
	double		rate;

	eg_get_risk(fcinfo, 0, &risk);
	eg_check(ef_retention_rate_after(&risk, &after, &rate, &eg_context));
	return eg_float8_or_null(fcinfo, rate);
}

PG_FUNCTION_INFO_V1(ef_retention_median);
Datum
ef_retention_median(PG_FUNCTION_ARGS)
{
	EfRiskSet	risk;

	eg_get_risk(fcinfo, 0, &risk);
	return eg_float8_or_null(fcinfo, ef_retention_median_day(&risk));
}

PG_FUNCTION_INFO_V1(ef_retention_mean);
Datum
ef_retention_mean(PG_FUNCTION_ARGS)
{
	EfRiskSet	risk;
	EfDuration	until = eg_get_duration(fcinfo, 1);
	double		mean;

	eg_get_risk(fcinfo, 0, &risk);
	eg_check(ef_retention_mean_days(&risk, &until, &mean, &eg_context));
	return eg_float8_or_null(fcinfo, mean);
}


/* ---- curves ---- */

PG_FUNCTION_INFO_V1(ef_retention_curve);
Datum
ef_retention_curve(PG_FUNCTION_ARGS)
{
	EfRiskSet	risk;
	EfDuration	every = eg_get_duration(fcinfo, 1);
	EfCurve		curve;
	EfCurvePoint point;
	EfResult   *result = eg_begin_rows(fcinfo);

	eg_get_risk(fcinfo, 0, &risk);
	eg_check(ef_curve_begin(&curve, &risk, &every, PG_GETARG_FLOAT8(2),
							eg_get_choice(fcinfo, 3, &ef_limit_scales), &eg_context));
	while (ef_curve_next(&curve, &point))
	{
		eg_put_int32(result, point.after_days);
		eg_put_int64(result, point.at_risk);
		eg_put_int64(result, point.exits);
		eg_put_float8(result, point.retained);
		eg_put_float8_or_null(result, point.std_error);
		eg_put_float8_or_null(result, point.lower);
		eg_put_float8_or_null(result, point.upper);
		eg_end_row(result);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_exit_incidence);
Datum
ef_exit_incidence(PG_FUNCTION_ARGS)
{
	EfRetention retention;
	EfRiskSet	risk;
	EfDuration	every = eg_get_duration(fcinfo, 1);
	EfIncidenceCurve curve;
	int32		after_days;
	Datum	   *reasons;
	EfResult   *result = eg_begin_rows(fcinfo);

	eg_open_retention(fcinfo, 0, &retention);
	ef_retention_risk(&risk, &retention.table, &eg_context);
	reasons = eg_label_texts(&retention.table);
	eg_check(ef_incidence_begin(&curve, &risk, retention.table.nlabels, &every,
								PG_GETARG_FLOAT8(2), &eg_context));
	while (ef_incidence_next(&curve, &after_days))
		for (uint32 reason = 1; reason <= retention.table.nlabels; reason++)
		{
			EfIncidenceRow row;

			ef_incidence_row(&curve, reason, &row);
			eg_put_int32(result, after_days);
			eg_put_text(result, reasons[reason]);
			eg_put_int64(result, row.exits);
			eg_put_float8(result, row.incidence);
			eg_put_float8(result, row.std_error);
			eg_put_float8_or_null(result, row.lower);
			eg_put_float8_or_null(result, row.upper);
			eg_end_row(result);
		}
	return (Datum) 0;
}


/* ---- comparison ---- */

/* Return the label of a reason in a table, 0 if nobody had it. */
static uint32
reason_label(const EfTable *table, const text *reason)
{
	return ef_table_label(table, VARDATA_ANY(reason),
						  VARSIZE_ANY_EXHDR(reason));
}

/* Open the risk set of a retention; if a reason is given, for that one. */
static void
get_risk_for(FunctionCallInfo fcinfo, int argument, const text *reason,
			 EfRiskSet *risk)
{
	EfRetention retention;

	eg_open_retention(fcinfo, argument, &retention);
	ef_retention_risk(risk, &retention.table, &eg_context);
	if (reason != NULL)
		ef_risk_censor_others(risk, reason_label(&retention.table, reason));
}

PG_FUNCTION_INFO_V1(ef_retention_compare);
Datum
ef_retention_compare(PG_FUNCTION_ARGS)
{
	EfRiskSet	first;
	EfRiskSet	second;
	EfLogRankPart parts[2] = {
		{{{"first", 5}, false}, {{NULL, 0}, true}, &first},
		{{{"second", 6}, false}, {{NULL, 0}, true}, &second},
	};
	const text *reason;
	EfLogRank	test;
	EfHazardRatio hazard;
	EfResult   *result = eg_begin_rows(fcinfo);

	/* a null reason is all of them; a null elsewhere leaves no row */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	reason = PG_ARGISNULL(3) ? NULL : PG_GETARG_TEXT_PP(3);
	get_risk_for(fcinfo, 0, reason, &first);
	get_risk_for(fcinfo, 1, reason, &second);
	eg_check(ef_hazard_ratio(&hazard, &first, &second, PG_GETARG_FLOAT8(2),
							 &eg_context));
	eg_check(ef_log_rank(&test, parts, lengthof(parts), &eg_context));
	eg_put_float8_or_null(result, test.chisq);
	eg_put_int32(result, test.df);
	eg_put_float8_or_null(result, test.p_value);
	eg_put_limits(result, hazard.ratio, hazard.lower, hazard.upper);
	eg_end_row(result);
	return (Datum) 0;
}

/*
 * Key of the sums of a log-rank test: the summaries of each group and stratum
 * are added up as they come, those of other periods apart.  So memory grows
 * with the number of groups and strata, and not with the rows.
 */
typedef struct LogRankKey
{
	uint32		group;			/* numbers of names; 0: null */
	uint32		stratum;
	EfDay		from;
	EfDay		as_of;
	bool		bounded;
	uint8		zero[3];
} LogRankKey;

typedef struct LogRankEntry
{
	LogRankKey	key;
	EfState    *state;
	EfRiskSet	risk;			/* while its stratum is worked on */
} LogRankEntry;

typedef struct LogRankState
{
	EfDictionary groups;
	EfDictionary strata;
	bool		null_group;		/* there is one */
	EfGroupTest method;
	text	   *reason;			/* NULL: all */
	HTAB	   *entries;
} LogRankState;

static LogRankState *
create_log_rank(MemoryContext context, EfGroupTest method, const text *reason)
{
	LogRankState *state = palloc0(sizeof(LogRankState));
	HASHCTL		control = {0};

	state->method = method;
	if (reason != NULL)
		state->reason = cstring_to_text_with_len(VARDATA_ANY(reason),
												 VARSIZE_ANY_EXHDR(reason));
	ef_dictionary_begin(&state->groups, &eg_context);
	ef_dictionary_begin(&state->strata, &eg_context);
	control.keysize = sizeof(LogRankKey);
	control.entrysize = sizeof(LogRankEntry);
	control.hcxt = context;
	state->entries = hash_create("groups of a log-rank test", 64, &control,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	return state;
}

/* Return the number of a name, or 0 for null. */
static uint32
name_number(EfDictionary *names, const text *name)
{
	uint32		number = 0;

	if (name != NULL)
		eg_check(ef_dictionary_number(names, VARDATA_ANY(name),
									  VARSIZE_ANY_EXHDR(name), &number));
	return number;
}

static EfGroupName
name_of(const EfDictionary *names, uint32 number)
{
	EfGroupName result = {{NULL, 0}, number == 0};

	if (number > 0)
	{
		const EfName *name = ef_dictionary_name(names, number);

		result.label.bytes = name->bytes;
		result.label.length = name->length;
	}
	return result;
}

/* Add a summary to the sum of its group and stratum. */
static void
add_log_rank(LogRankState *state, const EfTable *table, const text *group,
			 const text *stratum)
{
	LogRankKey	key = {0};
	LogRankEntry *entry;
	EfState    *old;
	uint32		ngroups;
	bool		found;

	key.group = name_number(&state->groups, group);
	key.stratum = name_number(&state->strata, stratum);
	key.from = table->frame.from;
	key.as_of = table->frame.as_of;
	key.bounded = table->frame.bounded;
	state->null_group = state->null_group || key.group == 0;
	ngroups = state->groups.nnames + state->null_group;
	eg_check(ef_log_rank_limit_check(state->method, ngroups, &eg_context));

	entry = hash_search(state->entries, &key, HASH_ENTER, &found);
	if (!found)
		eg_check(ef_state_create(&entry->state, &ef_retention_type,
								 &table->frame, 0, &eg_context));
	old = entry->state;
	eg_check(ef_state_merge(&entry->state, &ef_retention_type, table,
							&eg_context));
	if (entry->state != old)
		pfree(old);
}

static EF_REPORT(EF_REASONS_DIFFER, INVALID_PARAMETER_VALUE,
				 "reason differs within a group",
				 "A test is for one reason: give each row of the group the same.");

/* Refuse a row with another reason than the rows before. */
static void
check_reason(const LogRankState *state, const text *reason)
{
	if ((reason == NULL) != (state->reason == NULL))
		eg_raise(ef_fail(&eg_context, EF_REASONS_DIFFER,
						 "One row has a reason, and another has none."));
	if (reason != NULL &&
		(VARSIZE_ANY_EXHDR(reason) != VARSIZE_ANY_EXHDR(state->reason) ||
		 memcmp(VARDATA_ANY(reason), VARDATA_ANY(state->reason),
				VARSIZE_ANY_EXHDR(reason)) != 0))
		eg_raise(ef_fail(&eg_context, EF_REASONS_DIFFER,
						 "One row has the reason \"%s\", and another \"%s\".",
						 ef_word_shown(VARDATA_ANY(state->reason),
									   VARSIZE_ANY_EXHDR(state->reason)).text,
						 ef_word_shown(VARDATA_ANY(reason),
									   VARSIZE_ANY_EXHDR(reason)).text));
}

/* Arguments: state, retention, group_name and, if asked, stratum_name and
 * reason. */
static Datum
log_rank_row(FunctionCallInfo fcinfo, EfGroupTest method)
{
	LogRankState *state;
	EfTable		table;
	const text *group;
	const text *stratum;
	const text *reason;
	struct varlena *datum;
	MemoryContext context;
	MemoryContext old;

	if (!AggCheckCallContext(fcinfo, &context))
		eg_require_aggregate(fcinfo);
	if (method == EF_GRAY)
		eg_require_argument(fcinfo, 4, "reason");
	state = PG_ARGISNULL(0) ? NULL : (LogRankState *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(1))
		return eg_same_state(fcinfo);
	datum = PG_GETARG_VARLENA_P(1);
	eg_check(ef_table_load(&table, &ef_retention_type, datum, VARSIZE(datum),
						   &eg_context));
	group = PG_ARGISNULL(2) ? NULL : PG_GETARG_TEXT_PP(2);
	stratum = PG_NARGS() < 4 || PG_ARGISNULL(3) ? NULL
		: PG_GETARG_TEXT_PP(3);
	reason = PG_NARGS() < 5 || PG_ARGISNULL(4) ? NULL
		: PG_GETARG_TEXT_PP(4);

	old = MemoryContextSwitchTo(context);
	if (state == NULL)
		state = create_log_rank(context, method, reason);
	else
		check_reason(state, reason);
	add_log_rank(state, &table, group, stratum);
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(state);
}

EF_FUNCTION(retention_log_rank, transfn, log_rank_row(fcinfo, EF_LOG_RANK))
EF_FUNCTION(retention_gray, transfn, log_rank_row(fcinfo, EF_GRAY))

/* Open the risk set of an entry, and close it. */
EF_NODISCARD static EfStatus
open_entry(void *closure, EfRiskSet *risk, EfContext *context)
{
	LogRankEntry *entry = (LogRankEntry *) ((char *) risk -
											offsetof(LogRankEntry, risk));
	EfTable		table;
	const LogRankState *state = closure;
	EfStatus	status = ef_state_load(&table, &ef_retention_type,
									   entry->state, entry->state->size,
									   context);

	eg_check(status);
	ef_retention_risk(risk, &table, context);
	if (state->method == EF_GRAY)
		ef_risk_keep_reason(risk, reason_label(&table, state->reason));
	else if (state->reason != NULL)
		ef_risk_censor_others(risk, reason_label(&table, state->reason));
	pfree(table.cells);
	pfree(table.labels);
	return EF_OK;
}

static void
close_entry(void *closure, EfRiskSet *risk)
{
	(void) closure;
	ef_risk_release(risk, &eg_context);
}

static void
put_array(EfResult *result, Datum *values, bool *nulls, int n, Oid type,
		  int16 length, bool byval, char align)
{
	int			lower = 1;

	eg_put(result, PointerGetDatum(construct_md_array(values, nulls, 1, &n,
													  &lower, type, length,
													  byval, align)), false);
}

PG_FUNCTION_INFO_V1(ef_retention_log_rank_finalfn);
Datum
ef_retention_log_rank_finalfn(PG_FUNCTION_ARGS)
{
	LogRankState *state;
	EfRiskSource source = {open_entry, close_entry, NULL};
	EfLogRankPart *parts;
	size_t		nparts = 0;
	HASH_SEQ_STATUS entries;
	LogRankEntry *entry;
	EfLogRank	test;
	EfResult   *result;
	Datum	   *names;
	Datum	   *exits;
	Datum	   *expected;
	bool	   *unnamed;

	eg_require_aggregate(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	result = eg_begin_row(fcinfo);
	state = (LogRankState *) PG_GETARG_POINTER(0);
	source.closure = state;
	parts = MemoryContextAllocHuge(CurrentMemoryContext,
								   hash_get_num_entries(state->entries) *
								   sizeof(EfLogRankPart));
	hash_seq_init(&entries, state->entries);
	while ((entry = hash_seq_search(&entries)) != NULL)
	{
		parts[nparts].group = name_of(&state->groups, entry->key.group);
		parts[nparts].stratum = name_of(&state->strata, entry->key.stratum);
		parts[nparts++].risk = &entry->risk;
	}
	eg_check(ef_log_rank_by_method(&test, parts, nparts, state->method,
								   &source, &eg_context));

	names = palloc(test.ngroups * sizeof(Datum));
	unnamed = palloc(test.ngroups * sizeof(bool));
	exits = palloc(test.ngroups * sizeof(Datum));
	expected = palloc(test.ngroups * sizeof(Datum));
	for (uint32 i = 0; i < test.ngroups; i++)
	{
		unnamed[i] = test.groups[i].name.null;
		names[i] = unnamed[i] ? (Datum) 0
			: eg_label_text(&test.groups[i].name.label);
		exits[i] = Int64GetDatum(test.groups[i].exits);
		expected[i] = Float8GetDatum(test.groups[i].expected);
	}
	eg_put_float8_or_null(result, test.chisq);
	eg_put_int32(result, test.df);
	eg_put_float8_or_null(result, test.p_value);
	put_array(result, names, unnamed, test.ngroups, TEXTOID, -1, false,
			  TYPALIGN_INT);
	put_array(result, exits, NULL, test.ngroups, INT8OID, 8,
			  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	put_array(result, expected, NULL, test.ngroups, FLOAT8OID, 8,
			  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	return eg_return_row(result);
}
