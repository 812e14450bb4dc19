/*
 * spell.c
 *	  See spell.h.
 */
#include "spell/spell.h"

/* Refuse an end of an observation period that is not in the calendar. */
EF_NODISCARD static EfStatus
check_bound(EfDay day, const char *what, EfContext *context)
{
	if (ef_is_infinite(day))
		return ef_fail(context, EF_DATE_INFINITE,
					   "The observation period %s at %s.", what,
					   ef_day_shown(day).text);
	if (!ef_is_date(day))
		return ef_fail(context, EF_DATE_RANGE,
					   "The observation period %s on %s.", what,
					   ef_day_shown(day).text);
	return EF_OK;
}

EF_REPORT(EF_OBSERVED_EMPTY, INVALID_PARAMETER_VALUE,
		  "observation period is empty",
		  "Give a range that begins before it ends, such as daterange('2020-01-01', '2025-01-01').");

EfStatus
ef_observed_check(const EfFrame *frame, EfContext *context)
{
	EfStatus	status = check_bound(frame->as_of, "ends", context);

	if (status != EF_OK || !frame->bounded)
		return status;
	if (frame->from >= frame->as_of && frame->from != EF_DAY_INFINITY)
		return ef_fail(context, EF_OBSERVED_EMPTY,
					   "The observation period ends on %s and does not begin before.",
					   ef_day_shown(frame->as_of).text);
	return check_bound(frame->from, "begins", context);
}

EF_REPORT(EF_OBSERVED_NOT_MONTH, INVALID_PARAMETER_VALUE,
		  "observation period must end with a month",
		  "Give the first day of the next month as its upper bound.");

EfStatus
ef_observed_check_month(const EfFrame *frame, EfContext *context)
{
	int			day_of_month;
	EfStatus	status = ef_observed_check(frame, context);

	if (status != EF_OK)
		return status;
	ef_month_of_day(frame->as_of, &day_of_month);
	if (day_of_month == 0)
		return EF_OK;
	return ef_fail(context, EF_OBSERVED_NOT_MONTH,
				   "The observation period ends on %s.",
				   ef_day_shown(frame->as_of).text);
}

EF_REPORT(EF_END_AND_LAST_SEEN, DATA_EXCEPTION,
		  "spell has an end and a day last seen",
		  "Give last_seen where nobody knows what became of the person, and null where there is an end_date.");
EF_REPORT(EF_LAST_SEEN_TOO_EARLY, DATA_EXCEPTION,
		  "spell was last seen before it starts",
		  "last_seen is a day on which the person was still there; correct the row or filter it out.");

/* Is the day until which a spell was seen one of it, and the last that is known? */
EF_NODISCARD static EfStatus
check_last_seen(const EfSpell *spell, EfContext *context)
{
	if (spell->end != EF_DAY_INFINITY)
		return ef_fail(context, EF_END_AND_LAST_SEEN,
					   "The spell ends on %s and was last seen on %s.",
					   ef_day_shown(spell->end).text,
					   ef_day_shown(spell->last_seen).text);
	if (spell->last_seen < spell->start)
		return ef_fail(context, EF_LAST_SEEN_TOO_EARLY,
					   "The spell starts on %s and was last seen on %s.",
					   ef_day_shown(spell->start).text,
					   ef_day_shown(spell->last_seen).text);
	return EF_OK;
}

EF_REPORT(EF_END_BEFORE_START, DATA_EXCEPTION,
		  "spell ends before it starts",
		  "end_date is the first day on which the person is gone; correct the row or filter it out.");

EfStatus
ef_spell_check_days(const EfSpell *spell, EfContext *context)
{
	if (ef_is_infinite(spell->start))
		return ef_fail(context, EF_DATE_INFINITE,
					   "The start date is infinite.");
	if (spell->end < spell->start)
		return ef_fail(context, EF_END_BEFORE_START,
					   "The spell starts on %s and ends on %s.",
					   ef_day_shown(spell->start).text,
					   ef_day_shown(spell->end).text);
	return spell->lost ? check_last_seen(spell, context) : EF_OK;
}

EF_REPORT(EF_START_TOO_EARLY, DATETIME_FIELD_OVERFLOW,
		  "spell starts more than 150 years before the observation ends",
		  "Correct the start date, or filter the row out.");

EfStatus
ef_spell_look(const EfSpell *spell, EfDay as_of, EfContext *context)
{
	EfStatus	status = ef_spell_check_days(spell, context);

	if (status != EF_OK)
		return status;
	if ((int64_t) as_of - spell->start > EF_SPELL_DAYS_AT_LEAST &&
		spell->start < ef_months_later(as_of, -EF_SPELL_YEARS * 12))
		return ef_fail(context, EF_START_TOO_EARLY,
					   "The spell starts on %s, and the observation ends on %s.",
					   ef_day_shown(spell->start).text,
					   ef_day_shown(as_of).text);
	return EF_OK;
}

EfStatus
ef_spell_reserve_exit(EfState **state, const EfTableType *type,
					  const EfSpell *spell, uint32_t *label,
					  EfContext *context)
{
	const char *reason = spell->reason;
	size_t		length = spell->reason_length;
	EfStatus	status;

	if (reason == NULL)
	{
		reason = EF_UNKNOWN_REASON;
		length = sizeof(EF_UNKNOWN_REASON) - 1;
	}
	status = ef_state_reserve(state, type, 1, length, context);
	if (status == EF_OK)
		*label = ef_state_label(*state, reason, length);
	return status;
}

EfStatus
ef_spell_check_reasons(const EfTable *table, unsigned exits,
					   EfContext *context)
{
	uint32_t	labels = 0;

	/* series come in the order of their labels */
	for (size_t i = 0; i < table->ncells; i++)
		if (ef_key_kind(table->cells[i].key) == exits &&
			ef_key_label(table->cells[i].key) != labels &&
			ef_key_label(table->cells[i].key) != ++labels)
			break;
	if (labels != table->nlabels)
		return ef_fail(context, EF_INVALID, "A reason has no exits.");
	return EF_OK;
}
