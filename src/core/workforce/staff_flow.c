/*
 * staff_flow.c
 *	  See staff_flow.h.
 *
 * The functions of the actuary's life table (Bowers et al. 1997, Actuarial
 * Mathematics, chapters 3 and 10) are made from q month by month: for a
 * person of age a, and n = 1 .. 12 months,
 *
 *	 stay_n(a)	the probability to be there after n months,			n_p_a
 *	 leave_n(a)	to leave within them for the reason asked for,		n_q_a^(r)
 *
 * by stay_n(a) = p(a + 1) stay_(n-1)(a + 1), and leave_n(a) = q^(r)(a + 1) +
 * p(a + 1) leave_(n-1)(a + 1).  With the probabilities of a year everybody
 * then takes one step a year, today's staff and later hires alike.  Nothing
 * is divided, so nothing can be lost where nobody stays.
 */
#include "workforce/staff_flow.h"

#include <string.h>

#include "base/bits.h"
#include "base/invariant.h"
#include "base/vectors.h"

#define MONTHS 12
#define LANES 4					/* blocks that are summed together */
#define VECTORS 4				/* vectors that are added at once */
#define WIDTH 8					/* step along rows of ages */

/* Some doubles side by side, wherever they lie. */
typedef double Lanes
			__attribute__((vector_size(LANES * sizeof(double)),
						   aligned(sizeof(double)), may_alias));

#define LANES_AT(pointer) (*(const Lanes *) (pointer))
#define PUT_LANES(pointer, lanes) (*(Lanes *) (pointer) = (lanes))

/* The sums of a lag are added up as two of them. */
_Static_assert(EF_FLOW_SUMS == 2 * LANES &&
			   sizeof(EfFlowSums) <= EF_FLOW_SUMS * sizeof(double),
			   "the sums of a lag are two steps");

/*
 * Unrolled line for each month of a block, so that running sums stay in
 * registers.
 */
#define EACH_MONTH(line) \
	line(0) line(1) line(2) line(3) line(4) line(5) \
	line(6) line(7) line(8) line(9) line(10) line(11)

static int
whole_steps(int n, int step)
{
	return (n + step - 1) / step * step;
}

static int
at_most(int n, int limit)
{
	return n < limit ? n : limit;
}

static int
at_least(int n, int limit)
{
	return n > limit ? n : limit;
}

void
ef_ages_set(EfAges *ages, int lowest, int limit)
{
	/* arrays by age begin and end with a block */
	ages->limit = limit;
	ages->first_year = ef_floor_div(lowest + MONTHS / 2, MONTHS) - 1;
	ages->lowest = (ages->first_year + 1) * MONTHS - MONTHS / 2;
	ages->rows = (limit - ages->lowest + MONTHS - 1) / MONTHS;

	/* one that stays empty: the last moves to it in a year */
	ages->stride = whole_steps(ages->rows + 1, WIDTH);

	/*
	 * a step that begins in a row may end beyond it, also in the last, where
	 * there is nobody
	 */
	ages->room = (size_t) (MONTHS * ages->stride + WIDTH);

	/* block 0, for those hired half a year before; and one after the end */
	ages->blocks = whole_steps(ages->rows + 2, VECTORS * LANES);
}


/* ---- life tables ---- */

void
ef_survival_create(EfSurvival *survival, const EfAges *ages,
				   EfWorkspace *workspace)
{
	size_t		size = ages->room;
	size_t		scratch = 4 * (size_t) (ages->stride + WIDTH);
	double	   *room = ef_grab_unset(workspace, 9 * size + scratch, sizeof(double));

	survival->ages = ages;
	survival->month.stay = room;
	survival->month.leave = room + size;
	survival->month.unsupported = room + 2 * size;
	survival->span.stay = room + 3 * size;
	survival->span.leave = room + 4 * size;
	survival->span.unsupported = room + 5 * size;
	survival->stay_squares = room + 6 * size;
	survival->leave_squares = room + 7 * size;
	survival->gone_squares = room + 8 * size;
	survival->scratch = room + 9 * size;
	survival->next_leave = ef_grab(workspace, 2 * (size_t) ages->stride, sizeof(int));
	survival->next_unsupported = survival->next_leave + ages->stride;

	/* elements after the last row are read, and count for nothing */
	for (int i = 1; i <= 9; i++)
		memset(room + (size_t) i * size - WIDTH, 0, WIDTH * sizeof(double));
	memset(survival->scratch, 0, scratch * sizeof(double));
}

/* Add up all months of people, by row. */
EF_VECTORS static void
count_rows(size_t n, size_t stride, const double *restrict people,
		   double *restrict sums)
{
	for (size_t i = 0; i < n; i++)
	{
		double		sum = 0;

#define ADD_MONTH(month) sum += people[(month) * stride + i];
		EACH_MONTH(ADD_MONTH);
#undef ADD_MONTH
		sums[i] = sum;
	}
}

/* Find, for each row, the first one from there on that has anything. */
static void
find_next(const EfAges *ages, const double *months, int *next, double *scratch)
{
	int			found = 2 * ages->stride;	/* nowhere */

	count_rows((size_t) ages->stride, (size_t) ages->stride, months, scratch);
	for (int row = ages->stride - 1; row >= 0; row--)
	{
		if (scratch[row] > 0)
			found = row;
		next[row] = found;
	}
}

/*
 * Begin a span with one month's probabilities, of a month within the blocks,
 * from an age on in steps of a year.
 */
static void
begin_row(const EfAges *ages, EfSpan *span, int i, int age,
		  const EfExitProbability *q, int end, bool retirement)
{
	int			row = 0;

	for (; row < ages->rows && age < 0; row++, age += MONTHS)
		span->stay[i + row] = span->leave[i + row] = span->unsupported[i + row] = 0;
	for (; row < ages->rows && age < end; row++, age += MONTHS)
	{
		span->stay[i + row] = q->stay[age];
		span->leave[i + row] = q->leave[age];
		span->unsupported[i + row] = q->unsupported[age];
	}
	for (; row < ages->stride; row++, age += MONTHS)
	{
		span->stay[i + row] = span->unsupported[i + row] = 0;
		span->leave[i + row] = row < ages->rows && age <= ages->limit && retirement;
	}
}

void
ef_survival_begin(EfSurvival *survival, const EfExitProbability *q,
				  int retire_age, bool retirement)
{
	const EfAges *ages = survival->ages;
	EfSpan	   *span = &survival->month;
	size_t		bytes = (size_t) (MONTHS * ages->stride) * sizeof(double);
	int			end = at_most(retire_age, ages->limit);

	/* by age before the month, so q is that of the next */
	for (int month = 0; month < MONTHS; month++)
		begin_row(ages, span, month * ages->stride, ages->lowest + month + 1, q,
				  end, retirement);
	find_next(ages, span->leave, survival->next_leave, survival->scratch);
	find_next(ages, span->unsupported, survival->next_unsupported,
			  survival->scratch);

	survival->months = 1;
	memcpy(survival->span.stay, span->stay, bytes);
	memcpy(survival->span.leave, span->leave, bytes);
	memcpy(survival->span.unsupported, span->unsupported, bytes);
}

/* Can a span of some of the WIDTH rows from this one on have any?  It reaches into the
 * next row. */
static inline bool
has_any(const int *next, int row)
{
	return next[row] <= row + WIDTH;
}

/*
 * Put a month before a span, in place: each row reads the next one, and the
 * last row reads the former first one, a year on.
 */
EF_VECTORS static void
lengthen_rows(size_t n, size_t stride, const double *restrict first,
			  const double *restrict p, const double *restrict q,
			  double *restrict x)
{
	for (int month = 0; month < MONTHS - 1; month++)
	{
		for (size_t i = 0; i < n; i++)
			x[i] = q[i] + p[i] * x[i + stride];
		x += stride;
		p += stride;
		q += stride;
	}
	for (size_t i = 0; i < n; i++)
		x[i] = q[i] + p[i] * first[i + 1];
}

/* Do the same where nobody leaves. */
EF_VECTORS static void
multiply_rows(size_t n, size_t stride, const double *restrict first,
			  const double *restrict p, double *restrict x)
{
	for (int month = 0; month < MONTHS - 1; month++)
	{
		for (size_t i = 0; i < n; i++)
			x[i] = p[i] * x[i + stride];
		x += stride;
		p += stride;
	}
	for (size_t i = 0; i < n; i++)
		x[i] = p[i] * first[i + 1];
}

static void
lengthen(EfSurvival *survival, const int *next, const double *month, double *span)
{
	int			stride = survival->ages->stride;
	double	   *first = survival->scratch;

	memcpy(first, span, (size_t) stride * sizeof(double));
	for (int row = 0; row < stride; row += WIDTH)
		if (has_any(next, row))
			lengthen_rows(WIDTH, (size_t) stride, first + row,
						  survival->month.stay + row, month + row, span + row);
}

void
ef_survival_lengthen(EfSurvival *survival)
{
	int			stride = survival->ages->stride;
	size_t		bytes = (size_t) stride * sizeof(double);
	double	   *first = survival->scratch;
	EfSpan	   *month = &survival->month;
	EfSpan	   *span = &survival->span;

	EF_ASSERT(survival->months < MONTHS);
	survival->months++;
	memcpy(first, span->stay, bytes);
	multiply_rows((size_t) stride, (size_t) stride, first, month->stay, span->stay);
	lengthen(survival, survival->next_leave, month->leave, span->leave);
	lengthen(survival, survival->next_unsupported, month->unsupported,
			 span->unsupported);
}

EF_VECTORS static void
square_rows(int n, const double *restrict stay, const double *restrict leave,
			double *restrict stay_squares, double *restrict leave_squares,
			double *restrict gone_squares)
{
	for (int i = 0; i < n; i++)
	{
		stay_squares[i] = stay[i] * stay[i];
		leave_squares[i] = leave[i] * leave[i];
		gone_squares[i] = (1 - stay[i]) * (1 - stay[i]);
	}
}

void
ef_survival_square(EfSurvival *survival)
{
	square_rows(MONTHS * survival->ages->stride, survival->span.stay,
				survival->span.leave, survival->stay_squares,
				survival->leave_squares, survival->gone_squares);
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
	flow->first_entry = ages->rows;
	flow->last_entry = -1;
	flow->first_leave = ages->rows;
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

/* Sum an array by row, LANES rows at a time; n is a multiple of LANES. */
EF_VECTORS static double
sum_rows(int n, const double *rows)
{
	Lanes		sum = {0};

	for (int row = 0; row < n; row += LANES)
		sum += LANES_AT(rows + row);
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Add up all months of people, each times a probability, by row. */
EF_VECTORS static void
weigh_rows(size_t n, size_t stride, const double *restrict people,
		   const double *restrict weight, double *restrict sums)
{
	for (size_t i = 0; i < n; i++)
	{
		double		sum = 0;

#define ADD_MONTH(month) \
		sum += people[(month) * stride + i] * weight[(month) * stride + i];
		EACH_MONTH(ADD_MONTH);
#undef ADD_MONTH
		sums[i] = sum;
	}
}

/* Do the same, and reduce people to those whom the probability keeps. */
EF_VECTORS static void
keep_rows(size_t n, size_t stride, double *restrict people,
		  const double *restrict keep, double *restrict sums)
{
	EF_INDEPENDENT for (size_t i = 0; i < n; i++)
	{
		double		sum = 0;

#define KEEP_MONTH(month) \
		people[(month) * stride + i] *= keep[(month) * stride + i]; \
		sum += people[(month) * stride + i];
		EACH_MONTH(KEEP_MONTH);
#undef KEEP_MONTH
		sums[i] = sum;
	}
}

/*
 * Do the same, but add those who are kept to people of another age: `to` has
 * the row of each month.
 */
EF_VECTORS static void
enter_rows(size_t n, size_t stride, const double *restrict people,
		   const double *restrict keep, double *restrict staff, int months,
		   double *restrict sums)
{
	for (int month = 0; month < MONTHS; month++)
	{
		int			later = month + months;
		double	   *to = staff + (size_t) (later % MONTHS) * stride + later / MONTHS;

		for (size_t i = 0; i < n; i++)
		{
			double		kept = people[i] * keep[i];

			sums[i] += kept;
			to[i] += kept;
		}
		people += stride;
		keep += stride;
	}
}

/*
 * Sum, by row, people who are `older` years older than their element says,
 * each times a probability that is zero in many rows: `next` leads to the
 * others.
 */
static double
weigh_some(const EfSurvival *survival, const int *next, const double *weight,
		   const double *people, int first, int n, int older, double *sums)
{
	int			rows = at_most(n, survival->ages->rows - first - older);
	int			from = 0;
	double		total = 0;

	memset(sums, 0, (size_t) n * sizeof(double));
	while (from < rows)
	{
		int			to = from;

		while (to < rows && has_any(next, first + to + older))
			to += WIDTH;
		if (to > from)
			weigh_rows((size_t) (to - from), (size_t) survival->ages->stride,
					   people + first + from, weight + first + from + older,
					   sums + from);
		if (to > from)
			total = 1;
		from = to + WIDTH;
	}
	return total > 0 ? sum_rows(n, sums) : 0;
}

/* Add up the people who leave or lack support. */
static void
add_losses(EfFlowSums *sums, const EfSurvival *survival, const EfPeople *people,
		   int first, int n, int older, double *leave, double *scratch)
{
	sums->leave += weigh_some(survival, survival->next_leave,
							  survival->span.leave, people->people, first, n,
							  older, leave);
	sums->unsupported += weigh_some(survival, survival->next_unsupported,
									survival->span.unsupported, people->people,
									first, n, older, scratch);
	if (people->squares == NULL)
		return;
	sums->leave_squares += weigh_some(survival, survival->next_leave,
									  survival->leave_squares, people->squares,
									  first, n, older, scratch);
	weigh_rows((size_t) n, (size_t) survival->ages->stride,
			   people->squares + first,
			   survival->gone_squares + first + older, scratch);
	sums->gone_squares += sum_rows(n, scratch);
}

/*
 * Spread entrants over the ages that they pass; those who leave early do not
 * come to the later months.
 */
EF_VECTORS static void
spread_entry(int n, double part, const double *restrict starts,
			 const double *restrict stay, double *restrict passing,
			 double *restrict present)
{
	for (int i = 0; i < n; i++)
		passing[i + 2] -= stay[i] * part;
	for (int i = 0; i < n; i++)
		passing[i + 1] += stay[i] * part;
	for (int i = 0; i < n; i++)
		present[i + 1] += (starts[i] + stay[i]) / 2 * part;
}

/*
 * Find the rows with anybody, from a multiple of WIDTH on; false: nobody is
 * there.
 */
static bool
find_rows(const EfAges *ages, const double *starts, int *first, int *last)
{
	int			row = 0;

	*first = ages->rows;
	*last = -1;
	while (row < ages->rows && !(starts[row] > 0))
		row++;
	if (row == ages->rows)
		return false;
	*first = row / WIDTH * WIDTH;
	*last = ages->rows - 1;
	while (!(starts[*last] > 0))
		(*last)--;
	return true;
}

/* Enter rows, and return the sum of those who are kept, by row in `sums`. */
static double
enter_staff(int n, int stride, const double *people, const double *keep,
			double *staff, int months, double *sums)
{
	memset(sums, 0, (size_t) n * sizeof(double));
	enter_rows(n, stride, people, keep, staff, months, sums);
	return sum_rows(n, sums);
}

void
ef_flow_enter(EfFlow *flow, const EfPeople *entrants,
			  const EfSurvival *survival)
{
	const EfAges *ages = flow->ages;
	int			stride = ages->stride;
	int			months = survival->months;
	double		part = (double) months / MONTHS;
	EfFlowSums *sums = ef_flow_sums(flow, 0);
	double	   *starts = survival->scratch;
	double	   *stay = starts + stride + WIDTH;
	double	   *leave = stay + stride + WIDTH;
	double	   *scratch = leave + stride + WIDTH;
	int			first;
	int			last;
	int			n;

	EF_ASSERT(months <= flow->months &&
			  (entrants->squares != NULL) == (flow->staff.squares != NULL) &&
			  (entrants->fte != NULL) == (flow->staff.fte != NULL));
	count_rows(stride, stride, entrants->people, starts);
	if (!find_rows(ages, starts, &first, &last))
		return;
	n = whole_steps(last + 1 - first, WIDTH);
	flow->first_entry = at_most(first, flow->first_entry);
	flow->last_entry = at_least(last, flow->last_entry);

	sums->stay += enter_staff(n, stride, entrants->people + first,
							  survival->span.stay + first,
							  flow->staff.people + first, months, stay);
	spread_entry(at_most(n, ages->rows - first), part, starts + first, stay,
				 ef_flow_row(flow, 0, EF_PASSING) + first,
				 ef_flow_row(flow, 0, EF_PRESENT) + first);
	add_losses(sums, survival, entrants, first, n, 0, leave, scratch);
	if (entrants->squares != NULL)
		sums->stay_squares += enter_staff(n, stride, entrants->squares + first,
										  survival->stay_squares + first,
										  flow->staff.squares + first, months,
										  stay);
	if (entrants->fte != NULL)
		sums->fte += enter_staff(n, stride, entrants->fte + first,
								 survival->span.stay + first,
								 flow->staff.fte + first, months, stay);
}

void
ef_flow_settle(EfFlow *flow)
{
	const EfAges *ages = flow->ages;

	/* an array by block has room for the whole steps of one by row */
	count_rows(ages->rows, ages->stride, flow->staff.people, flow->starts);
	(void) find_rows(ages, flow->starts, &flow->first_row, &flow->last_row);
}

EF_VECTORS static void
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

EF_VECTORS static void
subtract(int n, double *restrict from, const double *restrict what)
{
	for (int i = 0; i < n; i++)
		from[i] -= what[i];
}

void
ef_flow_follow(EfFlow *flow, int lag, const EfSurvival *survival)
{
	const EfAges *ages = flow->ages;
	int			stride = ages->stride;
	double	   *passing = ef_flow_row(flow, lag, EF_PASSING);
	double	   *leaving = ef_flow_row(flow, lag, EF_LEAVING);
	double	   *present = ef_flow_row(flow, lag, EF_PRESENT);
	EfFlowSums *sums = ef_flow_sums(flow, lag);
	double	   *stay = survival->scratch;
	double	   *leave = stay + stride + WIDTH;
	double	   *scratch = leave + stride + WIDTH;
	int			older = lag - 1;

	/* the oldest are past the limit, a block a year */
	int			first = flow->first_row;
	int			rows = at_most(ages->rows - older, flow->last_row + 1) - first;
	int			n = whole_steps(rows, WIDTH);

	EF_ASSERT(lag > 0 && lag < flow->nlags && survival->months == MONTHS);
	if (rows <= 0)
		return;
	flow->first_leave = at_most(survival->next_leave[0] - 1, flow->first_leave);
	add_losses(sums, survival, &flow->staff, first, n, older, leave, scratch);
	keep_rows(n, stride, flow->staff.people + first,
			  survival->span.stay + first + older, stay);
	sums->stay += sum_rows(n, stay);
	if (flow->staff.squares != NULL)
	{
		keep_rows(n, stride, flow->staff.squares + first,
				  survival->stay_squares + first + older, scratch);
		sums->stay_squares += sum_rows(n, scratch);
	}
	if (flow->staff.fte != NULL)
	{
		keep_rows(n, stride, flow->staff.fte + first,
				  survival->span.stay + first + older, scratch);
		sums->fte += sum_rows(n, scratch);
	}

	/* row i is block i + 1: the people in it when the flow begins */
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

/*
 * Add VECTORS * LANES doubles of lags, each times the number of people: `at`
 * is in the latest lag, and the earlier ones lie before it.
 */
static EF_ALWAYS_INLINE void
add_scaled(double *sum, const double *at, size_t step, const double *people,
		   int lags)
{
	Lanes		total[VECTORS];

	for (int v = 0; v < VECTORS; v++)
		total[v] = LANES_AT(sum + v * LANES);
	for (int i = 0; i < lags; i++, at -= step)
		for (int v = 0; v < VECTORS; v++)
			total[v] += people[i] * LANES_AT(at + v * LANES);
	for (int v = 0; v < VECTORS; v++)
		PUT_LANES(sum + v * LANES, total[v]);
}

/*
 * A range of n lags, of which `at` is in the latest: those from `first` to
 * `last` alone.
 */
typedef struct LagRange
{
	int			first;
	int			last;
} LagRange;

static EF_ALWAYS_INLINE void
add_range(double *sum, const double *at, size_t step, const double *people,
		  int lag, int n, LagRange range)
{
	int			from = at_least(lag - range.last, 0);
	int			to = at_most(lag - range.first + 1, n);

	if (from < to)
		add_scaled(sum, at - (size_t) from * step, step, people + from, to - from);
}

/*
 * Add lags to a sum, each times the number of people.  People who came in the
 * rows from `first` to `last` have, at a lag, not been in blocks beyond their
 * reach, so these are not added.
 */
EF_VECTORS static void
add_lags(int blocks, int first, int last, int leave, int row, int lag,
		 size_t step, const double *at, const double *people, int n, double *sum)
{
	Lanes		low;
	Lanes		high;

	for (; row < EF_PRESENT; row++)
		for (int b = 0; b < blocks; b += VECTORS * LANES, at += VECTORS * LANES, sum += VECTORS * LANES)
			if (b + VECTORS * LANES > first)
			{
				LagRange	range = {b - last - 2, lag};

				if (row == EF_LEAVING)
					range.first = at_least(leave - b - VECTORS * LANES, range.first);
				add_range(sum, at, step, people, lag, n, range);
			}
	for (int b = 0; b < blocks; b += VECTORS * LANES, at += VECTORS * LANES, sum += VECTORS * LANES)
	{
		LagRange	range = {b - last - 1, b + VECTORS * LANES - 1 - first};

		add_range(sum, at, step, people, lag, n, range);
	}

	low = LANES_AT(sum);
	high = LANES_AT(sum + LANES);
	for (int i = 0; i < n; i++, at -= step)
	{
		low += people[i] * LANES_AT(at);
		high += people[i] * LANES_AT(at + LANES);
	}
	PUT_LANES(sum, low);
	PUT_LANES(sum + LANES, high);
}

void
ef_flow_add(const EfFlow *flow, int lag, int row, const double *people, int n,
			double *sum)
{
	EF_ASSERT(lag < flow->nlags && n <= lag + 1);

	/*
	 * who came in a row has a birthday in the period at most, and is in the
	 * next
	 */
	add_lags(flow->ages->blocks, flow->first_entry, flow->last_entry + 1,
			 flow->first_leave, row, lag,
			 ef_lag_size(flow->ages), ef_flow_row(flow, lag, row), people, n, sum);
}

EF_VECTORS static double
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
