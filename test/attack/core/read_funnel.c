/*
 * read_funnel.c: chains of a funnel, and every question that is asked of one.
 */
#include "fuzz.h"

#include "pipeline/pipeline.h"

void
add_funnel(EfState **state, Input *input)
{
	EfFrame		frame = ef_state_frame(*state, &ef_funnel_type);
	EfFunnelSpec spec;
	EfChainSearch search;
	EfChain		chain;
	EfState    *old = *state;
	EfWhen		events[12];
	size_t		n = take(input) % 12;
	EfDay		day = take_int(input, 8000);

	PROMISE(ef_spec_open(&spec, frame.spec, frame.spec_size, input->context) == EF_OK);
	for (size_t i = 0; i < n; i++)
	{
		uint8_t		code = take(input);

		day += take(input) * (code / 64);
		events[i] = ef_when(day, code % 8 == 7 && spec.nexits > 0 ? EF_CODE_EXIT : code % 8 % (spec.nstages + 1));
		for (size_t k = i; k > 0 && events[k - 1] > events[k]; k--)
		{
			EfWhen		swap = events[k];

			events[k] = events[k - 1];
			events[k - 1] = swap;
		}
	}
	ef_chain_search_begin(&search, &spec, EF_UNIT_DAY, input->context);
	ef_chain_find(&search, &chain, events, n);
	if (ef_funnel_add(state, &chain, EF_UNIT_DAY, input->context) == EF_OK)
		ef_state_moved(old, *state, input->context);
	ef_chain_search_end(&search);
}

void
read_funnel(const void *datum, size_t size, Input *input)
{
	EfFunnel   *funnel = input->context->alloc(input->context->memory, sizeof(EfFunnel));
	EfStageEstimates stages[EF_STAGE_LIMIT];
	EfDuration	by = draw_duration(input);
	uint32_t	from = draw(input) % 5;
	uint32_t	to = draw(input) % 5;
	int32_t		days;
	double		number;
	EfOutputPlan output;
	double		intake[8];
	double	   *arrivals;
	EfDay		as_of = draw(input) * 100;
	uint8_t		kind = draw(input);

	PROMISE(ef_funnel_open(funnel, datum, size, input->context) == EF_OK);
	if (ef_funnel_estimate(funnel, draw_level(input), stages, &days, input->context) == EF_OK)
		fuzz_sum += stages[0].cumulative.value;
	if (from >= 1 && to >= 1 && from <= funnel->spec.nstages && to <= funnel->spec.nstages)
	{
		if (ef_funnel_conversion_by(funnel, from, to, kind & 1 ? &by : NULL, &number, input->context) == EF_OK)
			PROMISE(!(number < 0) && !(number > 1 + 1e-9));
		if (ef_funnel_quantile_days(funnel, from, to, draw_level(input), &days, input->context) == EF_OK)
			PROMISE(days >= -1);
	}
	memset(&output, 0, sizeof(output));
	for (int i = 0; i < 8; i++)
		intake[i] = draw_number(input);
	output.funnel = funnel;
	output.intake = intake;
	output.nyears = 1 + draw(input) % 8;
	output.first_year = kind & 2 ? draw_int(input) : 2000 + draw(input) % 30;
	output.starts.month = draw(input) % 12;
	output.starts.day = draw(input) % 28;
	output.as_of = kind & 4 ? &as_of : NULL;
	output.horizon = kind & 8 ? draw_int(input) : 1 + draw(input) % 20;
	output.scenario.stage = draw(input) % 4;
	output.scenario.change = kind & 16 ? draw_number(input) : 0.1;
	if (ef_pipeline_arrivals(&output, &arrivals, input->context) == EF_OK)
		fuzz_sum += arrivals[0];

	/* and with a staff of one, whose gap is to be filled */
	{
		EfFrame		frame = {0, ef_first_day(2020 * 12), false, 0, NULL, 0};
		EfEmployment row = {{ef_first_day(2010 * 12), EF_DAY_INFINITY, NULL, 0, false, 0}, ef_first_day(1970 * 12), 0, 0};
		EfState    *state;
		EfWorkforce staff;
		EfIntakePlan plan;
		EfIntakeYear *years;
		EfStageDemand *demand;
		size_t		ndemand;
		int			nyears;
		double		gap[8];

		if (ef_state_create(&state, &ef_workforce_type, &frame, 0, input->context) != EF_OK ||
			ef_workforce_add(&state, &row, input->context) != EF_OK ||
			ef_workforce_open(&staff, state, state->size, input->context) != EF_OK)
			return;
		memset(&plan, 0, sizeof(plan));
		for (int i = 0; i < 8; i++)
			gap[i] = draw_number(input);
		plan.funnel = funnel;
		plan.gap = gap;
		memset(&plan.staff, 0, sizeof(plan.staff));
		plan.staff.workforce = plan.staff.rates = &staff;
		plan.staff.years = 1 + draw(input) % 8;
		plan.staff.retire_at = kind & 32 ? draw_int(input) : EF_AS_OBSERVED;
		plan.staff.latest_age = kind & 64 ? draw_int(input) : 70;
		plan.staff.level = draw_level(input);
		plan.first_year = kind & 2 ? draw_int(input) : 2015 + draw(input) % 15;
		plan.starts = output.starts;
		plan.method = draw(input) % 2 ? EF_INTAKE_CONSTANT : EF_INTAKE_SCHEDULE;
		plan.target_year = kind & 128 ? draw_int(input) : EF_LAST_YEAR;
		plan.arrived = draw_level(input);
		plan.scenario = output.scenario;
		if (ef_pipeline_intake(&plan, &years, &nyears, input->context) == EF_OK)
			fuzz_sum += nyears > 0 ? years[0].intake : 0;
		if (ef_pipeline_intake_fan(&plan, intake, 1 + draw(input) % 8, &years, &nyears, input->context) == EF_OK)
			fuzz_sum += nyears > 0 ? years[0].upper : 0;
		if (ef_pipeline_intake_by_stage(&plan, &demand, &ndemand, input->context) == EF_OK)
			fuzz_sum += ndemand > 0 ? demand[0].required : 0;
	}
}
