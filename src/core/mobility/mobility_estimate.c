/*
 * mobility_estimate.c
 *	  See mobility_estimate.h.
 */
#include "mobility/mobility_estimate.h"

#include <math.h>
#include <string.h>

#include "base/invariant.h"
#include "estimate/distribution.h"
#include "estimate/estimate.h"


/* ---- flows ---- */

/*
 * Count the days that people spent in each state, from 1.  A step on day t
 * changes the N - t days after it: entering adds them, leaving takes them
 * away.
 */
static int64_t *
count_days(const EfMobility *mobility, EfContext *context)
{
	int64_t    *days = ef_alloc_zeroed(context,
									   ((size_t) mobility->table.nlabels + 1) *
									   sizeof(int64_t));

	for (size_t i = 0; i < mobility->table.ncells; i++)
	{
		const EfCell *cell = &mobility->table.cells[i];
		uint32_t	label = ef_key_label(cell->key);
		uint32_t	at = ef_key_at(cell->key);
		unsigned	kind = ef_key_kind(cell->key);
		int64_t		rest = cell->count *
			(int64_t) (mobility->days - ef_pair_at(at));

		days[label] += ef_mobility_goes(kind) ? -rest : rest;
		if (kind == EF_MOB_MOVED)
			days[ef_pair_label(at)] += rest;
	}
	return days;
}

/* Find between which states people went by a cell; both 0 if it is no flow. */
static void
flow_of(EfKey key, uint32_t *from, uint32_t *to)
{
	unsigned	kind = ef_key_kind(key);

	*from = kind == EF_MOB_MOVED || kind == EF_MOB_LEFT ? ef_key_label(key) : 0;
	*to = kind == EF_MOB_MOVED ? ef_pair_label(ef_key_at(key))
		: kind == EF_MOB_ENTERED ? ef_key_label(key) : 0;
}

/*
 * Add the flows between states, or those from out, to the n flows already
 * listed: in the order of cells, those of one flow are neighbours.
 */
static size_t
add_flows(const EfTable *table, bool from_out, EfMobilityFlow *flows, size_t n)
{
	for (size_t i = 0; i < table->ncells; i++)
	{
		const EfCell *cell = &table->cells[i];
		uint32_t	from;
		uint32_t	to;

		flow_of(cell->key, &from, &to);
		if ((from == 0 && to == 0) || (from == 0) != from_out)
			continue;
		if (n == 0 || flows[n - 1].from != from || flows[n - 1].to != to)
		{
			flows[n].from = from;
			flows[n].to = to;
			flows[n++].moves = 0;
		}
		flows[n - 1].moves += cell->count;
	}
	return n;
}

EfStatus
ef_mobility_rates(const EfMobility *mobility, double level,
				  EfMobilityFlow **flows, size_t *nflows, EfContext *context)
{
	const EfTable *table = &mobility->table;
	int64_t    *days;

	if (ef_level_check(level, context) != EF_OK)
		return EF_LEVEL_RANGE;
	days = count_days(mobility, context);
	*flows = ef_alloc(context, table->ncells * sizeof(EfMobilityFlow));
	*nflows = add_flows(table, false, *flows, 0);
	*nflows = add_flows(table, true, *flows, *nflows);
	for (size_t i = 0; i < *nflows; i++)
	{
		EfMobilityFlow *flow = &(*flows)[i];

		flow->person_years = flow->rate = flow->lower = flow->upper = NAN;
		if (flow->from == 0)
			continue;
		flow->person_years = ef_years_of_days(days[flow->from]);
		flow->rate = (double) flow->moves / flow->person_years;
		ef_poisson_limits(flow->moves, level, &flow->lower, &flow->upper);
		flow->lower /= flow->person_years;
		flow->upper /= flow->person_years;
		ef_check_interrupt(context);
	}
	ef_release(context, days);
	return EF_OK;
}


/* ---- the matrix ---- */

EF_REPORT(EF_HORIZON_TOO_LONG, INVALID_PARAMETER_VALUE,
		  "horizon is longer than the observation period",
		  "Give a shorter one, or none for all that was observed.");

EfStatus
ef_mobility_last_days(const EfMobility *mobility, const EfDuration *horizon,
					  uint32_t *days, EfContext *context)
{
	const EfFrame *frame = &mobility->table.frame;
	int64_t		first;
	EfStatus	status;

	*days = mobility->days;
	if (horizon == NULL)
		return EF_OK;
	status = ef_duration_check(horizon, true, context);
	if (status != EF_OK)
		return status;
	if (horizon->months <= EF_DURATION_MONTHS)
	{
		first = (int64_t) ef_months_later(frame->as_of, -horizon->months) -
			horizon->days;
		*days = (uint32_t) (frame->as_of - first);
		if (first >= frame->from)
			return EF_OK;
	}
	return ef_fail(context, EF_HORIZON_TOO_LONG,
				   "The horizon is %s, and people were observed in %s.",
				   ef_duration_shown(horizon).text,
				   ef_frame_shown(frame).text);
}

/* The product integral while it is computed. */
typedef struct Product
{
	EfMatrix   *matrix;
	EfPresence	presence;
	double	   *before;			/* columns of those states that lose people on
								 * a day, as they were before it */
} Product;

/* Return the end of the steps of the next day. */
static const EfCell *
day_end(const EfPresence *presence)
{
	const EfCell *step = presence->at;
	uint32_t	day = ef_step_day(step->key);

	while (step < presence->end && ef_step_day(step->key) == day)
		step++;
	return step;
}

/*
 * Count, of the steps from one state on a day, the people who go to another
 * state or out.
 */
static int64_t
count_movers(const EfCell *step, const EfCell *end, const EfCell **next)
{
	uint32_t	from = ef_step_label(step->key);
	int64_t		movers = 0;

	for (; step < end && ef_step_label(step->key) == from; step++)
		if (ef_step_kind(step->key) == EF_MOB_MOVED ||
			ef_step_kind(step->key) == EF_MOB_LEFT)
			movers += step->count;
	*next = step;
	return movers;
}

/* Return the largest number of states that lose people on one day. */
static size_t
most_sources(const EfSteps *steps)
{
	const EfCell *end = steps->steps + steps->n;
	EfPresence	days = {steps->steps, end, NULL};
	size_t		most = 0;

	while (days.at < end)
	{
		const EfCell *stop = day_end(&days);
		size_t		sources = 0;

		while (days.at < stop)
			sources += count_movers(days.at, stop, &days.at) > 0;
		if (sources > most)
			most = sources;
	}
	return most;
}

/*
 * Multiply by I + dA of the next day.  This changes only the columns of the
 * states that lose people on that day, and of those that gain them.
 */
static void
multiply(Product *product, EfContext *context)
{
	const EfMatrix *matrix = product->matrix;
	const EfCell *end = day_end(&product->presence);
	const int64_t *here = product->presence.here;
	uint32_t	n = matrix->nstates;
	double	   *before = product->before;
	const EfCell *next;

	for (const EfCell *step = product->presence.at; step < end; step = next)
	{
		uint32_t	from = ef_step_label(step->key);
		int64_t		movers = count_movers(step, end, &next);
		double		stay;
		double	   *here_now = ef_matrix_column(matrix, from);

		if (movers == 0)
			continue;
		/* of integers, so that it is 0 where all go */
		EF_ASSERT(movers <= here[from]);
		stay = (double) (here[from] - movers) / (double) here[from];
		for (uint32_t i = 0; i < n; i++)
		{
			before[i] = here_now[i];
			here_now[i] *= stay;
		}
		before += n;
	}

	before = product->before;
	for (const EfCell *step = product->presence.at; step < end; step = next)
	{
		double		at_risk = (double) here[ef_step_label(step->key)];

		if (count_movers(step, end, &next) == 0)
			continue;
		for (; step < next; step++)
		{
			double		share = (double) step->count / at_risk;
			double	   *there;

			if (ef_step_kind(step->key) != EF_MOB_MOVED &&
				ef_step_kind(step->key) != EF_MOB_LEFT)
				continue;
			there = ef_matrix_column(matrix, ef_step_to(step->key));
			for (uint32_t i = 0; i < n; i++)
				there[i] += before[i] * share;
		}
		before += n;
		ef_check_interrupt(context);
	}
}

static void
mark_known(const Product *product)
{
	for (uint32_t state = 1; state <= product->matrix->nstates; state++)
		if (product->presence.here[state] > 0)
			product->matrix->known[state] = true;
}

EF_REPORT(EF_MATRIX_TOO_LARGE, PROGRAM_LIMIT_EXCEEDED,
		  "summary has too many states for a matrix",
		  "Map codes to fewer states in the query; a matrix has up to 5000.");

EfStatus
ef_mobility_product_of_steps(const EfSteps *steps, uint32_t nstates,
							 uint32_t first,
							 uint32_t last, EfMatrix *matrix,
							 EfContext *context)
{
	size_t		n = nstates;
	Product		product = {.matrix = matrix};

	matrix->nstates = nstates;
	if (n > EF_MATRIX_STATES)
		return ef_fail(context, EF_MATRIX_TOO_LARGE, "There are %zu states.",
					   n);
	matrix->probability = ef_alloc_zeroed(context,
										  n * (n + 1) * sizeof(double));
	matrix->known = ef_alloc_zeroed(context, (n + 1) * sizeof(bool));
	product.before = ef_alloc(context,
							  most_sources(steps) * n * sizeof(double));
	ef_presence_begin(&product.presence, steps, nstates, context);
	for (size_t state = 1; state <= n; state++)
		ef_matrix_column(matrix, (uint32_t) state)[state - 1] = 1;
	ef_presence_until(&product.presence, first);
	mark_known(&product);
	while (product.presence.at < product.presence.end)
	{
		uint32_t	day = ef_step_day(product.presence.at->key);

		multiply(&product, context);
		(void) ef_presence_day(&product.presence);
		/* people who come on the last day are at risk after it */
		if (day < last)
			mark_known(&product);
	}
	ef_release(context, product.before);
	ef_release(context, product.presence.here);
	return EF_OK;
}

EfStatus
ef_mobility_product(const EfMobility *mobility, uint32_t days,
					EfMatrix *matrix, EfContext *context)
{
	return ef_mobility_product_of_steps(&mobility->steps,
										mobility->table.nlabels,
										mobility->days - days, mobility->days,
										matrix, context);
}
