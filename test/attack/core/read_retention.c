/*
 * read_retention.c: rows of a retention, and every question that is asked of one.
 */
#include "fuzz.h"

#include "retention/log_rank.h"
#include "retention/retention.h"
#include "retention/retention_curve.h"

void
add_retention(EfState **state, Input *input)
{
	EfSpell		spell = {.start = take_int(input, 9000) - 1000};
	EfState    *old = *state;

	spell.end = take(input) % 3 == 0 ? EF_DAY_INFINITY : spell.start + take_int(input, 6000);
	spell.reason_length = (size_t) (take(input) % 3);
	if (spell.reason_length > (size_t) (input->end - input->at))
		spell.reason_length = 0;
	spell.reason = (const char *) input->at;
	if (ef_retention_add(state, &spell, input->context) == EF_OK)
		ef_state_moved(old, *state, input->context);
}

void
read_retention(const void *datum, size_t size, Input *input)
{
	EfRetention retention;
	EfRiskSet	risk;
	EfCurve		curve;
	EfCurvePoint point;
	EfIncidenceCurve incidence;
	EfIncidenceRow row;
	EfDuration	every = draw_duration(input);
	EfHazardRatio ratio;
	EfLogRank	test;
	EfLogRankPart parts[4];
	double		number;
	int32_t		days;

	PROMISE(ef_retention_open(&retention, datum, size, input->context) == EF_OK);
	ef_retention_risk(&risk, &retention.table, input->context);
	if (ef_curve_begin(&curve, &risk, &every, draw_level(input), draw(input) % 2 ? EF_LOG_LOG : EF_PLAIN,
					   input->context) == EF_OK)
		for (int n = 0; n < 400 && ef_curve_next(&curve, &point); n++)
			PROMISE(point.at_risk >= 0 && point.retained >= 0 && point.retained <= 1);
	if (ef_incidence_begin(&incidence, &risk, retention.table.nlabels, &every, draw_level(input),
						   input->context) == EF_OK)
		for (int n = 0; n < 40 && ef_incidence_next(&incidence, &days); n++)
			for (uint32_t reason = 1; reason <= retention.table.nlabels && reason < 50; reason++)
			{
				ef_incidence_row(&incidence, reason, &row);
				PROMISE(row.incidence >= 0 && row.incidence <= 1 + 1e-9);
			}
	if (ef_retention_rate_after(&risk, &every, &number, input->context) == EF_OK)
		PROMISE(!(number < 0) && !(number > 1));
	fuzz_sum += ef_retention_median_day(&risk);
	if (ef_retention_mean_days(&risk, &every, &number, input->context) == EF_OK)
		PROMISE(!(number < 0));
	if (retention.table.nlabels > 0)
		PROMISE(ef_table_sum_of(&retention.table, retention.table.labels[0].bytes, retention.table.labels[0].length, EF_LEFT) > 0);

	/* against itself, with people moved from group to group */
	if (risk.ndays < 300)
	{
		memset(parts, 0, sizeof(parts));
		for (int n = 0; n < 4; n++)
		{
			parts[n].risk = &risk;
			parts[n].group.label = ef_label(&"abc"[draw(input) % 3], 1);
			parts[n].stratum.label = ef_label(&"xy"[draw(input) % 2], 1);
			parts[n].stratum.null = draw(input) % 5 == 0;
		}
		if (ef_hazard_ratio(&ratio, &risk, &risk, draw_level(input), input->context) == EF_OK)
			fuzz_sum += ratio.ratio;
		if (ef_log_rank(&test, parts, 4, input->context) == EF_OK)
			fuzz_sum += test.chisq;
	}
}
