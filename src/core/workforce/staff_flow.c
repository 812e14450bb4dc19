/*
 * staff_flow.c
 *	  See staff_flow.h.
 *
 * The functions of the actuary's life table (Bowers et al. 1997, Actuarial
 * Mathematics, chapters 3 and 10) are made from q month by month: for a person
 * of age a, and n = 1 .. 12 months,
 *
 *	 stay_n(a)	the probability to be there after n months,			n_p_a
 *	 leave_n(a)	to leave within them for the reason asked for,		n_q_a^(r)
 *
 * by stay_n(a) = p(a + 1) stay_(n-1)(a + 1), and leave_n(a) = q^(r)(a + 1) +
 * p(a + 1) leave_(n-1)(a + 1).  With those of a year everybody then takes one
 * step a year: the staff of today and whoever is hired later alike.  Nothing
 * is divided, so nothing can be lost where nobody stays.
 */
#include "workforce/staff_flow.h"

#include <string.h>

#define MONTHS 12
#define LANES 4					/* blocks that are summed together */
#define VECTORS 4				/* so many times that, where rows are added */

/*
 * The loops over ages and blocks, in the widest vectors that the machine has.
 * Each does the same operations on each element in the same order, whatever
 * the width, and none is fused, so the results are the same bits.
 */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && \
	defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* Some doubles side by side, wherever they lie. */
typedef double Lanes
			__attribute__((vector_size(LANES * sizeof(double)),
						   aligned(sizeof(double)), may_alias));

#define LANES_AT(pointer) (*(const Lanes *) (pointer))
#define PUT_LANES(pointer, lanes) (*(Lanes *) (pointer) = (lanes))

/* add_rows_scaled() takes rows and sums in whole steps. */
_Static_assert(EF_FLOW_SUMS == VECTORS * LANES &&
			   sizeof(EfFlowSums) <= EF_FLOW_SUMS * sizeof(double),
			   "the sums of a lag are one step");

void
ef_ages_set(EfAges *ages, int lowest, int limit)
{
	/* arrays by age begin and end with a block */
	ages->limit = limit;
	ages->first_year = ef_floor_div(lowest + MONTHS / 2, MONTHS) - 1;
	ages->lowest = (ages->first_year + 1) * MONTHS - MONTHS / 2;
	ages->rows = (limit - ages->lowest + MONTHS - 1) / MONTHS;

	/* two that stay empty: what the last moves to in a year, and a vector's
	 * length beyond it, where it reads in the last year */
	ages->stride = (ages->rows + LANES) / LANES * LANES + LANES;

	/* a row reads one element beyond its end, also the last */
	ages->room = (size_t) (MONTHS * ages->stride + LANES);

	/* block 0, for those hired half a year before; and one after the end */
	ages->blocks = (ages->rows + 2 + VECTORS * LANES - 1) /
		(VECTORS * LANES) * (VECTORS * LANES);
}


/* ---- life tables ---- */

void
ef_survival_create(EfSurvival *survival, const EfAges *ages,
				   EfWorkspace *workspace)
{
	double	   *room = ef_grab_doubles(workspace, 10 * ages->room +
									   2 * (size_t) ages->blocks +
									   (size_t) ages->stride);

	survival->ages = ages;
	survival->month.stay = room;
	survival->month.leave = room + ages->room;
	survival->month.unsupported = room + 2 * ages->room;
	survival->span.stay = room + 3 * ages->room;
	survival->span.leave = room + 4 * ages->room;
	survival->span.unsupported = room + 5 * ages->room;
	survival->stay_squares = room + 6 * ages->room;
	survival->leave_squares = room + 7 * ages->room;
	survival->gone_squares = room + 8 * ages->room;
	survival->nothing = room + 9 * ages->room;
	survival->scratch = room + 10 * ages->room;
}

void
ef_survival_begin(EfSurvival *survival, const EfExitProbability *q,
				  int retire_age, bool retirement)
{
	const EfAges *ages = survival->ages;
	EfSpan	   *span = &survival->month;
	int			end = retire_age < ages->limit ? retire_age : ages->limit;

	/* by age before the month, so q is that of the next */
	for (int month = 0; month < MONTHS; month++)
		for (int row = 0; row < ages->rows; row++)
		{
			int			i = month * ages->stride + row;
			int			age = ages->lowest + row * MONTHS + month + 1;

			if (age < 0 || age > ages->limit)
				span->stay[i] = span->leave[i] = span->unsupported[i] = 0;
			else if (age < end)
			{
				span->stay[i] = q->stay[age];
				span->leave[i] = q->leave[age];
				span->unsupported[i] = q->unsupported[age];
			}
			else
			{
				span->stay[i] = span->unsupported[i] = 0;
				span->leave[i] = retirement;
			}
		}

	survival->months = 1;
	memcpy(survival->span.stay, span->stay, ages->room * sizeof(double));
	memcpy(survival->span.leave, span->leave, ages->room * sizeof(double));
	memcpy(survival->span.unsupported, span->unsupported,
		   ages->room * sizeof(double));
}

/*
 * Put a month before a span, in place: each row reads the next, and the last
 * reads what the first was, a year on.
 */
WIDE static void
lengthen_rows(int stride, const double *restrict first,
			  const double *restrict p, const double *restrict q, double *x)
{
	for (int month = 0; month < MONTHS; month++)
	{
		const double *next = month + 1 < MONTHS ? x + stride : first + 1;

		for (int i = 0; i < stride; i++)
			x[i] = q[i] + p[i] * next[i];
		x += stride;
		p += stride;
		q += stride;
	}
}

static void
lengthen(EfSurvival *survival, const double *leave, double *span)
{
	int			stride = survival->ages->stride;

	memcpy(survival->scratch, span, (size_t) stride * sizeof(double));
	lengthen_rows(stride, survival->scratch, survival->month.stay, leave, span);
}

void
ef_survival_lengthen(EfSurvival *survival)
{
	survival->months++;
	lengthen(survival, survival->nothing, survival->span.stay);
	lengthen(survival, survival->month.leave, survival->span.leave);
	lengthen(survival, survival->month.unsupported, survival->span.unsupported);
}

/* Beyond the last age nobody is, and all squares are zero as well. */
WIDE static void
square_rows(int stride, int rows, const EfSpan *span, double *stay_squares,
			double *leave_squares, double *gone_squares)
{
	for (int month = 0; month < MONTHS; month++)
		for (int i = month * stride; i < month * stride + rows; i++)
		{
			stay_squares[i] = span->stay[i] * span->stay[i];
			leave_squares[i] = span->leave[i] * span->leave[i];
			gone_squares[i] = (1 - span->stay[i]) * (1 - span->stay[i]);
		}
}

void
ef_survival_square(EfSurvival *survival)
{
	square_rows(survival->ages->stride, survival->ages->rows, &survival->span,
				survival->stay_squares, survival->leave_squares,
				survival->gone_squares);
}


/* ---- flows ---- */

void
ef_flow_create(EfFlow *flow, const EfAges *ages, int nlags, int months,
			   double passed, bool squares, bool fte, EfWorkspace *workspace)
{
	double	   *staff = ef_grab_doubles(workspace,
										ages->room * (1 + squares + fte));

	flow->ages = ages;
	flow->nlags = nlags;
	flow->months = months;
	flow->passed = passed;
	flow->starts = ef_grab_doubles(workspace, (size_t) ages->blocks);
	flow->lags = ef_grab_doubles(workspace, (size_t) nlags * ef_lag_size(ages));
	flow->staff.people = staff;
	flow->staff.squares = squares ? staff + ages->room : NULL;
	flow->staff.fte = fte ? staff + (1 + squares) * ages->room : NULL;
}

void
ef_flow_clear(EfFlow *flow)
{
	size_t		size = flow->ages->room * sizeof(double);

	memset(flow->staff.people, 0, size);
	if (flow->staff.squares != NULL)
		memset(flow->staff.squares, 0, size);
	if (flow->staff.fte != NULL)
		memset(flow->staff.fte, 0, size);
}

/* Sums over the months of blocks, a few blocks at a time. */
typedef struct BlockSums
{
	Lanes		stay;
	Lanes		stay_squares;
	Lanes		gone_squares;
	Lanes		leave;
	Lanes		leave_squares;
	Lanes		unsupported;
	Lanes		fte;
} BlockSums;

static double
sum_lanes(const Lanes *lanes)
{
	return ((*lanes)[0] + (*lanes)[1]) + ((*lanes)[2] + (*lanes)[3]);
}

static void
add_block_sums(EfFlowSums *all, const BlockSums *sums)
{
	all->stay += sum_lanes(&sums->stay);
	all->stay_squares += sum_lanes(&sums->stay_squares);
	all->gone_squares += sum_lanes(&sums->gone_squares);
	all->leave += sum_lanes(&sums->leave);
	all->leave_squares += sum_lanes(&sums->leave_squares);
	all->unsupported += sum_lanes(&sums->unsupported);
	all->fte += sum_lanes(&sums->fte);
}

/*
 * People go through a span, for LANES blocks from a row on: `people` becomes
 * those whom it keeps.  Answers their sums, and those of the people times two
 * other probabilities.
 */
WIDE static void
step(int stride, double *people, const double *keep, const double *one,
	 const double *other, int row, Lanes *sums)
{
	Lanes		kept = {0};
	Lanes		ones = {0};
	Lanes		others = {0};

	for (int month = 0, i = row; month < MONTHS; month++, i += stride)
	{
		Lanes		n = LANES_AT(people + i);
		Lanes		k = n * LANES_AT(keep + i);

		kept += k;
		ones += n * LANES_AT(one + i);
		others += n * LANES_AT(other + i);
		PUT_LANES(people + i, k);
	}
	sums[0] = kept;
	sums[1] = ones;
	sums[2] = others;
}

/*
 * Everything of LANES blocks of people who are so many years older than their
 * element says: who stays and who leaves, by block, and all sums added to
 * those of other blocks.
 */
static void
step_blocks(const EfPeople *people, const EfSurvival *survival, int row,
			int older, double *stays, double *leaves, BlockSums *sums)
{
	int			stride = survival->ages->stride;
	const EfSpan *span = &survival->span;
	Lanes		result[3];

	step(stride, people->people, span->stay + older, span->leave + older,
		 span->unsupported + older, row, result);
	PUT_LANES(stays, result[0]);
	PUT_LANES(leaves, result[1]);
	sums->stay += result[0];
	sums->leave += result[1];
	sums->unsupported += result[2];

	if (people->squares != NULL)
	{
		step(stride, people->squares, survival->stay_squares + older,
			 survival->leave_squares + older, survival->gone_squares + older,
			 row, result);
		sums->stay_squares += result[0];
		sums->leave_squares += result[1];
		sums->gone_squares += result[2];
	}
	if (people->fte != NULL)
	{
		step(stride, people->fte, span->stay + older, span->leave + older,
			 span->unsupported + older, row, result);
		sums->fte += result[0];
	}
}

WIDE static void
add_rows(int n, double *restrict to, const double *restrict from)
{
	for (int i = 0; i < n; i++)
		to[i] += from[i];
}

/* Add arrays by age to those of people some months older. */
static void
add_older(const EfAges *ages, double *to, const double *from, int months)
{
	for (int month = 0; month < MONTHS; month++)
		add_rows(ages->stride - 1,
				 to + (month + months) % MONTHS * ages->stride +
				 (month + months) / MONTHS,
				 from + month * ages->stride);
}

void
ef_flow_enter(EfFlow *flow, const EfPeople *entrants,
			  const EfSurvival *survival)
{
	const EfAges *ages = flow->ages;
	int			months = survival->months;
	double		part = (double) months / MONTHS;
	double	   *passing = ef_flow_row(flow, 0, EF_PASSING);
	double	   *present = ef_flow_row(flow, 0, EF_PRESENT);
	BlockSums	sums = {0};

	for (int row = 0; row < ages->rows; row += LANES)
	{
		Lanes		start = {0};
		double		starts[LANES];
		double		stays[LANES];
		double		leaves[LANES];

		for (int month = 0; month < MONTHS; month++)
			start += LANES_AT(entrants->people + month * ages->stride + row);
		PUT_LANES(starts, start);
		step_blocks(entrants, survival, row, 0, stays, leaves, &sums);
		for (int k = 0; k < LANES && row + k < ages->rows; k++)
		{
			/* those who leave early do not come to the later months */
			passing[row + k + 1] += stays[k] * part;
			passing[row + k + 2] -= stays[k] * part;
			present[row + k + 1] += (starts[k] + stays[k]) / 2 * part;
		}
	}
	add_block_sums(ef_flow_sums(flow, 0), &sums);
	add_older(ages, flow->staff.people, entrants->people, months);
	if (entrants->squares != NULL)
		add_older(ages, flow->staff.squares, entrants->squares, months);
	if (entrants->fte != NULL)
		add_older(ages, flow->staff.fte, entrants->fte, months);
}

void
ef_flow_settle(EfFlow *flow)
{
	const EfAges *ages = flow->ages;
	double	   *starts = flow->starts;

	memset(starts, 0, (size_t) ages->blocks * sizeof(double));
	for (int month = 0; month < MONTHS; month++)
		for (int row = 0; row < ages->rows; row++)
			starts[row] += flow->staff.people[month * ages->stride + row];
	flow->first_row = ages->rows;
	flow->last_row = -1;
	for (int row = 0; row < ages->rows; row++)
		if (starts[row] > 0)
		{
			if (flow->last_row < 0)
				flow->first_row = row / LANES * LANES;
			flow->last_row = row;
		}
}

WIDE static void
spread_lag(int rows, double passed, const double *restrict stay,
		   const double *restrict leave, double *restrict starts,
		   double *restrict passing, double *restrict leaving,
		   double *restrict present)
{
	for (int i = 0; i < rows; i++)
	{
		passing[i] += stay[i] * passed;
		leaving[i] += leave[i] * passed;
	}
	for (int i = 0; i < rows; i++)
	{
		passing[i + 1] += stay[i] * (1 - passed);
		leaving[i + 1] += leave[i] * (1 - passed);
	}
	for (int i = 0; i < rows; i++)
	{
		present[i] += (starts[i] + stay[i]) / 2;
		starts[i] = stay[i];
	}
}

WIDE static void
subtract(int n, double *restrict from, const double *restrict what)
{
	for (int i = 0; i < n; i++)
		from[i] -= what[i];
}

void
ef_flow_follow(EfFlow *flow, int lag, const EfSurvival *survival)
{
	const EfAges *ages = flow->ages;
	double	   *passing = ef_flow_row(flow, lag, EF_PASSING);
	double	   *leaving = ef_flow_row(flow, lag, EF_LEAVING);
	double	   *present = ef_flow_row(flow, lag, EF_PRESENT);
	double	   *stay = survival->scratch;
	double	   *leave = stay + ages->blocks;
	int			older = lag - 1;

	/* the oldest are past the limit, a block a year */
	int			first = flow->first_row;
	int			rows = ages->rows - older < flow->last_row + 1
		? ages->rows - older : flow->last_row + 1;
	BlockSums	sums = {0};

	for (int row = first; row < rows; row += LANES)
		step_blocks(&flow->staff, survival, row, older, stay + row,
					leave + row, &sums);
	add_block_sums(ef_flow_sums(flow, lag), &sums);
	rows -= first;
	if (rows <= 0)
		return;

	/* row i is block i + 1: those who are in it when the flow begins */
	stay += first;
	leave += first;
	passing += first;
	leaving += first;
	spread_lag(rows, flow->passed, stay, leave, flow->starts + first, passing,
			   leaving, present + first + lag);
	subtract(rows, passing + lag + 1, stay);
	subtract(rows, leaving + lag, leave);
}

void
ef_flow_finish(EfFlow *flow, double people)
{
	for (int lag = 0; lag < flow->nlags; lag++)
	{
		EfFlowSums *sums = ef_flow_sums(flow, lag);
		double		gone = people - sums->stay;

		sums->coming = people;
		people = sums->stay;
		if (flow->staff.squares != NULL)
			continue;
		sums->stay_squares = sums->stay * sums->stay;
		sums->leave_squares = sums->leave * sums->leave;
		sums->gone_squares = gone * gone;
	}
}


/* ---- sums of flows ---- */

/* The sum of rows, each as often as there are people: `row` is a row of the
 * latest lag, and those of the earlier ones lie before it. */
WIDE static void
add_rows_scaled(int n, double *sum, const double *row, size_t step,
				const double *people, int lags)
{
	for (int b = 0; b < n; b += VECTORS * LANES)
	{
		Lanes		total[VECTORS];
		const double *at = row + b;

		for (int v = 0; v < VECTORS; v++)
			total[v] = LANES_AT(sum + b + v * LANES);
		for (int i = 0; i < lags; i++, at -= step)
			for (int v = 0; v < VECTORS; v++)
				total[v] += people[i] * LANES_AT(at + v * LANES);
		for (int v = 0; v < VECTORS; v++)
			PUT_LANES(sum + b + v * LANES, total[v]);
	}
}

void
ef_flow_add(const EfFlow *flow, int lag, int row, const double *people, int n,
			double *sum)
{
	size_t		size = ef_lag_size(flow->ages);

	add_rows_scaled((int) size - row * flow->ages->blocks, sum,
					ef_flow_row(flow, lag, row), size, people, n);
}

WIDE static double
sum_variances(int blocks, const double *people, const double *variance)
{
	Lanes		sum = {0};

	for (int b = 0; b < blocks; b += LANES)
	{
		Lanes		n = LANES_AT(people + b);

		sum += n * n * LANES_AT(variance + b);
	}
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

double
ef_flow_variance(const EfAges *ages, const double *people,
				 const double *variance)
{
	return sum_variances(ages->blocks, people, variance);
}
