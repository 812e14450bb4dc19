/*
 * mobility_projection.c
 *	  See mobility_projection.h.
 */
#include "mobility/mobility_projection.h"

#include <math.h>
#include <string.h>

#include "estimate/estimate.h"


/* ---- arguments ---- */

EF_REPORT(EF_STATES_LIST, INVALID_PARAMETER_VALUE,
		  "states must name each state of the summary once",
		  "The states are those of mobility_headcount; leave states out for their order.");

EfStatus
ef_mobility_order(const EfMobility *mobility, const EfLabel *names,
				  size_t nnames, uint32_t **states, EfContext *context)
{
	const EfTable *table = &mobility->table;
	uint32_t	n = table->nlabels;
	bool	   *named = ef_alloc_zeroed(context,
										((size_t) n + 1) * sizeof(bool));
	EfStatus	status = EF_OK;

	*states = ef_alloc(context, n * sizeof(uint32_t));
	for (uint32_t i = 0; names == NULL && i < n; i++)
		(*states)[i] = i + 1;
	for (size_t i = 0; names != NULL && i < nnames && status == EF_OK; i++)
	{
		const EfLabel *name = &names[i];
		uint32_t	state = ef_table_label(table, name->bytes, name->length);

		if (state == 0 || named[state])
			status = ef_fail(context, EF_STATES_LIST, state == 0
							 ? "The summary has no state \"%s\"."
							 : "\"%s\" comes twice.",
							 ef_label_shown(name).text);
		else
			(*states)[i] = state;
		named[state] = true;
	}
	for (uint32_t i = 0; names != NULL && i < n && status == EF_OK; i++)
		if (!named[i + 1])
			status = ef_fail(context, EF_STATES_LIST, "\"%s\" is missing.",
							 ef_label_shown(&table->labels[i]).text);
	ef_release(context, named);
	return status;
}

EF_REPORT(EF_STATES_LENGTH, ARRAY_SUBSCRIPT_ERROR,
		  "array must have one element for each state",
		  "Elements are in the order of states, or of mobility_headcount where states is left out.");

EfStatus
ef_mobility_people(const EfMobility *mobility, const double *people,
				   size_t npeople, const char *name, EfContext *context)
{
	if (npeople != mobility->table.nlabels)
		return ef_fail(context, EF_STATES_LENGTH,
					   "Elements of %s: %zu. States: %u.",
					   name, npeople, mobility->table.nlabels);
	for (size_t i = 0; i < npeople; i++)
		if (!ef_is_people(people[i]))
			return ef_fail(context, EF_ARRAY_VALUE, "Element %zu of %s is %s.",
						   i + 1, name, ef_shown(people[i]).text);
	return EF_OK;
}


/* ---- years laid over each other ---- */

/* Return the day of the period that is a number of years before its end. */
static uint32_t
years_before_end(const EfMobility *mobility, int years)
{
	EfDay		as_of = mobility->table.frame.as_of;

	return mobility->days -
		(uint32_t) (as_of - ef_months_later(as_of, -12 * years));
}

/* Most days of a month. */
#define MONTH_DAYS 31

/*
 * Return the place of a day in its year, which begins in a month: equal
 * calendar days have the same place, and every year has a 29 February.
 */
static uint32_t
day_of_year(EfDay day, EfMonth began)
{
	int			day_of_month;
	EfMonth		month = ef_month_of_day(day, &day_of_month);

	return (uint32_t) ((month - began) * MONTH_DAYS + day_of_month);
}

/*
 * Lay the steps of the last years over each other, as if all were one year:
 * the people who are there when a year begins, and all who come and go after
 * that day.
 */
static void
lay_years(const EfMobility *mobility, int years, EfSteps *laid,
		  uint32_t *last_day, EfContext *context)
{
	const EfSteps *steps = &mobility->steps;
	const EfFrame *frame = &mobility->table.frame;
	uint32_t	nstates = mobility->table.nlabels;
	size_t		most = steps->n + (size_t) years * nstates;
	EfMonth		as_of = ef_month_of(frame->as_of);
	EfPresence	presence;

	laid->steps = ef_alloc(context, most * sizeof(EfCell));
	laid->n = 0;
	*last_day = day_of_year(frame->as_of, as_of - 12);
	ef_presence_begin(&presence, steps, nstates, context);
	for (int year = years; year > 0; year--)
	{
		uint32_t	last = years_before_end(mobility, year - 1);
		EfMonth		began = as_of - 12 * year;

		ef_presence_until(&presence, years_before_end(mobility, year));
		for (uint32_t state = 1; state <= nstates; state++)
			if (presence.here[state] > 0)
				laid->steps[laid->n++] =
					ef_cell(ef_step(0, state, EF_MOB_OPENING, 0),
							presence.here[state]);
		for (const EfCell *step = presence.at; step < presence.end &&
			 ef_step_day(step->key) <= last; step++)
		{
			uint32_t	day = ef_step_day(step->key);

			/* arrivals of the last day are there when the next year begins */
			if (day < last || ef_step_goes(step->key))
				laid->steps[laid->n++] =
					ef_cell(ef_step(day_of_year(frame->from + (EfDay) day, began),
									ef_step_label(step->key),
									ef_step_kind(step->key),
									ef_step_to(step->key)), step->count);
		}
		ef_check_interrupt(context);
	}
	ef_release(context, presence.here);
	ef_cells_sort(laid->steps, laid->n, context);
}

/* Compute the matrix of a year, from the last years laid over each other. */
EF_NODISCARD static EfStatus
product_of_years(const EfMobility *mobility, int years, EfMatrix *matrix,
				 EfContext *context)
{
	EfSteps		laid;
	uint32_t	last_day;
	EfStatus	status;

	lay_years(mobility, years, &laid, &last_day, context);
	status = ef_mobility_product_of_steps(&laid, mobility->table.nlabels, 0,
										  last_day, matrix, context);
	ef_release(context, laid.steps);
	return status;
}

/*
 * Compute the years that people spent in each state, from 1, in the last
 * years.
 */
static double *
years_in_states(const EfMobility *mobility, int years, EfContext *context)
{
	uint32_t	n = mobility->table.nlabels;
	uint32_t	day = years_before_end(mobility, years);
	int64_t    *days = ef_alloc_zeroed(context,
									   ((size_t) n + 1) * sizeof(int64_t));
	double	   *spent = ef_alloc(context, ((size_t) n + 1) * sizeof(double));
	EfPresence	presence;

	ef_presence_begin(&presence, &mobility->steps, n, context);
	ef_presence_until(&presence, day);
	while (day < mobility->days)
	{
		uint32_t	next = presence.at < presence.end
			? ef_step_day(presence.at->key) : mobility->days;

		for (uint32_t state = 1; state <= n; state++)
			days[state] += presence.here[state] * (next - day);
		if (presence.at < presence.end)
			(void) ef_presence_day(&presence);
		day = next;
		ef_check_interrupt(context);
	}
	for (uint32_t state = 0; state <= n; state++)
		spent[state] = ef_years_of_days(days[state]);
	ef_release(context, presence.here);
	ef_release(context, days);
	return spent;
}


/* ---- headcounts to come ---- */

EF_REPORT(EF_STATE_UNSEEN, INVALID_PARAMETER_VALUE,
		  "nobody was observed in a state that is to be projected",
		  "Map the state to another one in the query, or give it neither stock nor intake.");

/*
 * Refuse people in a state that nobody was observed in, since nothing says
 * where they go.
 */
EF_NODISCARD static EfStatus
refuse_unknown(const EfTable *table, const EfMobilityPlan *plan,
			   uint32_t state, double people, EfContext *context)
{
	EfDay		as_of = table->frame.as_of;
	EfDay		from = ef_months_later(as_of, -12 * plan->observed_years);

	return ef_fail(context, EF_STATE_UNSEEN,
				   "Nobody was in \"%s\" from %s to the day before %s; the people projected from there are %s.",
				   ef_label_shown(&table->labels[state - 1]).text,
				   ef_day_shown(from).text, ef_day_shown(as_of).text,
				   ef_shown(people).text);
}

/*
 * Move people on by a year: fill the rows of the year and turn the people at
 * its beginning, by state from 1, into those at its end.
 */
EF_NODISCARD static EfStatus
project_year(const EfMobility *mobility, const EfMobilityPlan *plan,
			 const EfMatrix *matrix, double *people, EfMobilityYear *rows,
			 EfContext *context)
{
	uint32_t	n = matrix->nstates;

	for (uint32_t i = 0; i < n; i++)
	{
		EfMobilityYear *row = &rows[i];
		uint32_t	state = plan->states[i];
		const double *to = ef_matrix_column(matrix, state);

		if (people[state] > 0 && !matrix->known[state])
			return refuse_unknown(&mobility->table, plan, state,
								  people[state], context);
		row->state = state;
		row->headcount_start = people[state];
		row->left = people[state] * ef_matrix_column(matrix, 0)[state - 1];
		row->intake = plan->intake == NULL ? 0 : plan->intake[i];
		row->moved_in = row->moved_out = 0;
		for (uint32_t other = 1; other <= n; other++)
			if (other != state)
			{
				row->moved_in += people[other] * to[other - 1];
				row->moved_out += people[state] *
					ef_matrix_column(matrix, other)[state - 1];
			}
		row->headcount = people[state] * to[state - 1] + row->moved_in +
			row->intake;
		row->lower = row->upper = NAN;
		ef_check_interrupt(context);
	}
	for (uint32_t i = 0; i < n; i++)
		people[rows[i].state] = rows[i].headcount;
	return EF_OK;
}


/* ---- how far reality may lie from them ---- */

/* The rows of a matrix without their zeros, but for the diagonal. */
typedef struct Rows
{
	size_t	   *begin;			/* of the row of state i, at begin[i - 1]; it
								 * ends where the next one begins */
	uint32_t   *to;
	double	   *probability;
} Rows;

static void
gather_rows(const EfMatrix *matrix, Rows *rows, EfContext *context)
{
	uint32_t	n = matrix->nstates;
	size_t		count = 0;

	for (uint32_t to = 1; to <= n; to++)
		for (uint32_t from = 1; from <= n; from++)
			count += from == to || ef_matrix_column(matrix, to)[from - 1] > 0;
	rows->begin = ef_alloc(context, ((size_t) n + 1) * sizeof(size_t));
	rows->to = ef_alloc(context, count * sizeof(uint32_t));
	rows->probability = ef_alloc(context, count * sizeof(double));
	count = 0;
	for (uint32_t from = 1; from <= n; from++)
	{
		rows->begin[from - 1] = count;
		for (uint32_t to = 1; to <= n; to++)
		{
			double		probability = ef_matrix_column(matrix, to)[from - 1];

			if (from == to || probability > 0)
			{
				rows->to[count] = to;
				rows->probability[count++] = probability;
			}
		}
		ef_check_interrupt(context);
	}
	rows->begin[n] = count;
}

/*
 * Parts of the variances of headcounts.  Vectors have an element for each
 * state, from 1.
 */
typedef struct Spread
{
	uint32_t	n;
	Rows		rows;
	const double *spent;		/* years that were observed in each */
	double		going;			/* of all of them, the share that ends
								 * elsewhere than where it began */
	double	  **people;			/* in each year, from 0, when it begins */
	const double *hired;		/* in a year */
	double	  **reach;			/* the probability of being in the state asked
								 * for after each number of years, by the
								 * first state */
} Spread;

/*
 * Return the share of a year's people that is elsewhere, or gone, at its end.
 */
static double
share_going(const EfMatrix *matrix, const double *spent)
{
	double		all = 0;
	double		stay = 0;

	for (uint32_t state = 1; state <= matrix->nstates; state++)
	{
		all += spent[state];
		stay += spent[state] * ef_matrix_column(matrix, state)[state - 1];
	}
	return all > 0 ? (all - stay) / all : 0;
}

/*
 * Return the variance of the number of people in a state, who reach it with
 * these probabilities, each independent of the others.
 */
static double
chance_variance(uint32_t n, const double *people, const double *reach)
{
	double		sum = 0;

	for (uint32_t state = 1; state <= n; state++)
		sum += people[state] * reach[state] * (1 - reach[state]);
	return sum;
}

/*
 * Return the variance that comes from the estimate of one state's row.  The
 * row moves a share of the state's people in each year, and they go on for
 * the years that are left.  One person-year of the average of all states is
 * added to the observations, and for it nobody knows where it goes.  So a row
 * that nobody left, or of few people, is not taken for certain.
 */
static double
row_variance(const Spread *spread, uint32_t from, int years)
{
	double		weight = spread->spent[from];
	double		mean = 0;
	double		square = 0;

	for (size_t i = spread->rows.begin[from - 1];
		 i < spread->rows.begin[from]; i++)
	{
		uint32_t	to = spread->rows.to[i];
		double		one = to == from ? 1 - spread->going : 0;
		double		p = (weight * spread->rows.probability[i] + one) /
			(weight + 1);
		double		moved = 0;

		for (int year = 0; year < years; year++)
			moved += spread->people[year][from] *
				spread->reach[years - 1 - year][to];
		mean += p * moved;
		square += p * moved * moved;
	}
	return fmax(square - mean * mean, 0) / (weight + 2);
}

/* Compute the probabilities after one more year. */
static void
reach_further(const Spread *spread, const double *reach, double *further)
{
	for (uint32_t from = 1; from <= spread->n; from++)
	{
		further[from] = 0;
		for (size_t i = spread->rows.begin[from - 1];
			 i < spread->rows.begin[from]; i++)
			further[from] += spread->rows.probability[i] *
				reach[spread->rows.to[i]];
	}
}

/*
 * Compute the limits of one state, in the rows of all years from its first
 * one on.
 */
static void
limit_state(Spread *spread, const EfMobilityPlan *plan, double factor,
			uint32_t state, EfMobilityYear *row, EfContext *context)
{
	double		hired_variance = 0;
	double		most = 0;

	memset(spread->reach[0], 0, ((size_t) spread->n + 1) * sizeof(double));
	spread->reach[0][state] = 1;
	for (uint32_t i = 1; i <= spread->n; i++)
		most += spread->people[0][i];
	for (int year = 0; year < plan->years; year++, row += spread->n)
	{
		double		variance;

		reach_further(spread, spread->reach[year], spread->reach[year + 1]);
		hired_variance += chance_variance(spread->n, spread->hired,
										  spread->reach[year]);
		variance = hired_variance + chance_variance(spread->n,
													spread->people[0],
													spread->reach[year + 1]);
		for (uint32_t from = 1; from <= spread->n; from++)
			variance += row_variance(spread, from, year + 1);
		for (uint32_t i = 1; i <= spread->n; i++)
			most += spread->hired[i];
		ef_whole_limits(row->headcount, factor * sqrt(variance), most, false,
						&row->lower, &row->upper);
		ef_check_interrupt(context);
	}
}

/* Allocate `count` vectors of n + 1 elements. */
static double **
get_vectors(size_t count, uint32_t n, EfContext *context)
{
	double	  **vectors = ef_alloc(context, count * sizeof(double *));
	double	   *all = ef_alloc_zeroed(context, count * ((size_t) n + 1) *
									  sizeof(double));

	for (size_t i = 0; i < count; i++)
		vectors[i] = all + i * ((size_t) n + 1);
	return vectors;
}

/* Fill the limits of rows that are projected. */
static void
limit_headcounts(const EfMobility *mobility, const EfMobilityPlan *plan,
				 const EfMatrix *matrix, double factor, EfMobilityYear *rows,
				 EfContext *context)
{
	Spread		spread = {.n = matrix->nstates};
	double	  **vectors = get_vectors(2 * (size_t) plan->years + 2, spread.n,
									  context);
	double	   *hired = vectors[2 * plan->years + 1];

	spread.people = vectors;
	spread.reach = vectors + plan->years;
	spread.hired = hired;
	spread.spent = years_in_states(mobility, plan->observed_years, context);
	spread.going = share_going(matrix, spread.spent);
	/* where nobody went anywhere nothing says how often people do */
	if (spread.going == 0)
		return;
	gather_rows(matrix, &spread.rows, context);
	for (int year = 0; year < plan->years; year++)
		for (uint32_t i = 0; i < spread.n; i++)
		{
			const EfMobilityYear *row = &rows[(size_t) year * spread.n + i];

			spread.people[year][row->state] = row->headcount_start;
			hired[row->state] = row->intake;
		}
	for (uint32_t i = 0; i < spread.n; i++)
		limit_state(&spread, plan, factor, rows[i].state, &rows[i], context);
}


/* ---- all of it ---- */

EF_REPORT(EF_YEAR_NOT_OBSERVED, INVALID_PARAMETER_VALUE,
		  "projection needs the years of observation that it repeats",
		  "It repeats the last year, or as many as observed_years says: make the summary of an observation period of as many or more.");

EF_REPORT(EF_OBSERVED_YEARS_RANGE, INVALID_PARAMETER_VALUE,
		  "observed_years must be from 1 to 100",
		  "1 repeats the last year; more are laid over each other.");

EfStatus
ef_mobility_projection(const EfMobility *mobility, const EfMobilityPlan *plan,
					   EfMobilityYear **rows, EfContext *context)
{
	EfDuration	observed = {12 * plan->observed_years, 0, 0};
	const EfFrame *frame = &mobility->table.frame;
	uint32_t	n = mobility->table.nlabels;
	uint32_t	days;
	double		factor = 0;
	EfMatrix	matrix;
	int64_t    *here;
	double	   *people;
	EfStatus	status;

	if (ef_years_check(plan->years, context) != EF_OK)
		return EF_YEARS_RANGE;
	if (plan->observed_years < 1 || plan->observed_years > EF_YEARS_LIMIT)
		return ef_fail(context, EF_OBSERVED_YEARS_RANGE,
					   "observed_years is %d.", plan->observed_years);
	if (plan->limits && ef_level_factor(plan->level, &factor,
										context) != EF_OK)
		return EF_LEVEL_RANGE;
	if (ef_mobility_last_days(mobility, &observed, &days, context) != EF_OK)
		return ef_fail(context, EF_YEAR_NOT_OBSERVED,
					   "observed_years is %d, and people were observed in %s.",
					   plan->observed_years, ef_frame_shown(frame).text);
	status = product_of_years(mobility, plan->observed_years, &matrix,
							  context);
	if (status != EF_OK)
		return status;
	here = ef_mobility_here(mobility, mobility->days, context);
	people = ef_alloc(context, ((size_t) n + 1) * sizeof(double));
	*rows = ef_alloc(context, (size_t) plan->years * n *
					 sizeof(EfMobilityYear));
	for (uint32_t i = 0; i < n; i++)
		people[plan->states[i]] = plan->stock != NULL ? plan->stock[i]
			: (double) here[plan->states[i]];

	for (int k = 0; k < plan->years && status == EF_OK; k++)
	{
		EfMobilityYear *its = *rows + (size_t) k * n;

		status = project_year(mobility, plan, &matrix, people, its, context);
		for (uint32_t i = 0; i < n && status == EF_OK; i++)
		{
			its[i].year = ef_year_of_month(ef_month_of(frame->as_of)) + k;
			its[i].start = ef_months_later(frame->as_of, 12 * k);
			its[i].end = ef_months_later(frame->as_of, 12 * k + 12) - 1;
		}
	}
	if (status == EF_OK && plan->limits && n > 0)
		limit_headcounts(mobility, plan, &matrix, factor, *rows, context);
	ef_release(context, people);
	ef_release(context, here);
	ef_release(context, matrix.probability);
	ef_release(context, matrix.known);
	return status;
}
