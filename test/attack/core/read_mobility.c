/*
 * read_mobility.c: moves, and every question that is asked of them.
 */
#include "fuzz.h"

#include "mobility/mobility_projection.h"
#include "mobility/mobility_series.h"
#include "mobility/mobility_spells.h"

/* Rows of states and days, which need not be those of people: whether they are is
 * for the validator to say. */
void
add_mobility(EfState **state, Input *input)
{
	uint32_t	label;
	uint32_t	to;
	char		name = (char) ('a' + take(input) % 5);
	char		other = (char) ('a' + take(input) % 5);
	unsigned	kind = take(input) % ef_mobility_type.nkinds;
	uint32_t	day = kind == EF_MOB_OPENING ? 0 : take(input);
	EfStatus	status = ef_mobility_name(state, &name, 1, &label, input->context);

	if (status == EF_OK)
		status = ef_mobility_name(state, &other, 1, &to, input->context);
	if (status == EF_OK)
		(void) !ef_mobility_add(state, kind, label, ef_mobility_type.kinds[kind].paired ? to : 0, day,
								1 + take(input) % 3, input->context);
}

void
read_mobility(const void *datum, size_t size, Input *input)
{
	EfMobility	mobility;
	EfMobilityFlow *flows;
	EfMatrix	matrix;
	EfMobilitySeries series;
	EfMobilityLeavers leavers;
	EfMobilityPlan plan = {NULL, NULL, NULL, 0, 1, true, 0.8};
	EfMobilityYear *rows;
	EfDuration	every = draw_duration(input);
	size_t		nflows;
	uint32_t	days;
	uint32_t   *states;
	int64_t    *here;
	double		people[8];
	int			n;

	PROMISE(ef_mobility_open(&mobility, datum, size, input->context) == EF_OK);
	if (ef_mobility_rates(&mobility, draw_level(input), &flows, &nflows, input->context) == EF_OK)
		for (size_t i = 0; i < nflows; i++)
			PROMISE(flows[i].moves > 0 && !(flows[i].rate < 0));
	if (ef_mobility_day(&mobility, mobility.table.frame.from + draw_int(input) % 3000, &days, input->context) == EF_OK)
	{
		here = ef_mobility_here(&mobility, days, input->context);
		for (uint32_t i = 1; i <= mobility.table.nlabels; i++)
			PROMISE(here[i] >= 0);
	}
	if (mobility.table.nlabels <= 20 &&
		ef_mobility_last_days(&mobility, draw(input) % 2 ? &every : NULL, &days, input->context) == EF_OK &&
		ef_mobility_product(&mobility, days, &matrix, input->context) == EF_OK)
		for (uint32_t from = 1; from <= matrix.nstates; from++)
			for (uint32_t to = 0; to <= matrix.nstates; to++)
				PROMISE(!(ef_matrix_probability(&matrix, from, to) < 0) && !(ef_matrix_probability(&matrix, from,
																								   to) > 1 + 1e-9));
	if (ef_mobility_series_begin(&series, &mobility, &every, input->context) == EF_OK)
		for (n = 0; n < 100 && ef_mobility_series_next(&series); n++)
			fuzz_sum += (double) series.rows[0].headcount;
	if (ef_mobility_leavers_begin(&leavers, &mobility, &every, input->context) == EF_OK)
		for (n = 0; n < 100 && ef_mobility_leavers_next(&leavers); n++)
			for (size_t i = 0; i < leavers.nrows; i++)
				PROMISE(leavers.rows[i].leavers >= 0);
	if (mobility.table.nlabels > 20 || ef_mobility_order(&mobility, NULL, 0, &states, input->context) != EF_OK)
		return;
	plan.states = states;
	plan.years = draw_int(input);
	if (draw(input) % 2 && mobility.table.nlabels <= 8)
	{
		for (n = 0; n < 8; n++)
			people[n] = draw_number(input);
		if (ef_mobility_people(&mobility, people, mobility.table.nlabels, "stock", input->context) == EF_OK)
			plan.stock = plan.intake = people;
	}
	if (ef_mobility_projection(&mobility, &plan, &rows,
							   input->context) == EF_OK && plan.years > 0 && mobility.table.nlabels > 0)
		fuzz_sum += rows[0].headcount;
}
