/*
 * projection.c
 *	  See projection.h.
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
 *
 * People are in *classes* where a retirement rule gives birth cohorts different
 * ages: each class has life tables of its own.
 *
 * A *flow* is a group of people who come in one period, followed through that
 * period and the years after it (its *lags*): the stock, which comes in the
 * first; and one hire, spread over the months of a period.  Without a rule all
 * whole years have the same flow of hires.  The projection is the flow of the
 * stock plus the flows of the hires, each as often as there are hires.
 *
 * Uncertainty (doc/methods.md, "Intervals of the projection") is reckoned by
 * year of age.  A *block* is the ages from the middle of one year of age to
 * the middle of the next; whoever is in block b passes the middle of year of
 * age `first_year + b - 1` next.  For each flow and lag there are, by year of
 * age, the people who have passed it (the gradient of the headcount in the
 * logarithm of that year's survival), those of them who leave for the reason
 * asked for, and the people who pass it in this period.
 *
 * Arrays by age are laid out by month within the block first, and by block
 * within that: a year later is then one element on, sums over the months of a
 * block are sums of rows, and every loop runs along a row.  People stay in the
 * element of the age at which they are followed from; where they are older by
 * so many years, they meet the probabilities so many elements on.
 */
#include "projection.h"

#include <math.h>
#include <string.h>

#include "distribution.h"
#include "exit_probability.h"
#include "workspace.h"

#define NO_AGE INT32_MAX		/* of a class: retires as observed */
#define MONTHS 12
#define LANES 4					/* blocks that are summed together */
#define VECTORS 4				/* so many times that, where rows are added */

/* A sum of doubles that stands for whole persons may miss them by this. */
#define WHOLE 1e-9

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

/*
 * Sums over the people of a flow at one lag.  "Squares" are sums of squared
 * probabilities, for the variance of chance: exact for the stock, and for the
 * hires as if all had the mean probability, which makes it somewhat larger.
 */
typedef struct Sums
{
	double		stay;			/* are there at its end */
	double		stay_squares;
	double		gone_squares;	/* of leaving in it */
	double		leave;			/* leave for the reason asked for */
	double		leave_squares;
	double		unsupported;	/* person-months */
	double		fte;			/* thousandths, of those who stay */
	double		coming;			/* are there when it begins, or come in it */
} Sums;

/* People of a flow: squares and FTE are NULL where they are not summed. */
typedef struct People
{
	double	   *people;
	double	   *squares;
	double	   *fte;
} People;

typedef struct Flow
{
	int			months;			/* of the period that they come in */
	EfMonth		first;			/* its first month */
	double		passed;			/* of the year of age before the end of that
								 * period, so much lies in it, on average */
	/* by age at the end of that period: those who are there still, and (of
	 * the stock only) the sums of squares and FTE; and where there is anybody */
	People		staff;
	int			first_row;
	int			last_row;
	/* by lag, 0 .. years - 1: rows of blocks, and then sums; see ROWS */
	double	   *lags;
} Flow;

/* The rows of a lag: people who have passed each year of age, those of them
 * who leave, and people who pass it in this period. */
enum
{
	PASSING, LEAVING, PRESENT, ROWS
};

/* Sums behind the rows take this many doubles, so that all of a lag can be
 * added up together. */
#define SUMS_SIZE (VECTORS * LANES)

typedef struct Cohort
{
	int			age;			/* months: on the last observed day, or in the
								 * month of hire */
	int			class;
	double		people;			/* of hires: shares of one */
	double		fte;			/* thousandths */
} Cohort;

typedef struct Model
{
	const EfProjectionPlan *plan;
	EfWorkspace *workspace;		/* all memory of the model */
	EfError    *error;
	bool		forced;			/* a rule or an age replaces observed retirement */
	bool		retirement;		/* that is the reason asked for */
	int			first_months;	/* of the first period */
	int			limit;			/* from this month of age on nobody works */
	EfExitProbability q;		/* variances are by block */

	Cohort	   *stock;
	int			nstock;
	Cohort	   *hires;
	int			nhires;
	double		hire_fte;		/* mean, in persons; NaN when not known */

	int			nclasses;
	int		   *class_age;		/* months; NO_AGE */

	double		z;				/* of the level */
	int			lowest;			/* age of the first element of an array by age */
	int			rows;			/* years of age with people: blocks 1 .. rows */
	int			stride;			/* from row to row of an array by age */
	int			ages;			/* elements of such an array */
	int			blocks;			/* with one before and one after the people,
								 * and up to a whole number of VECTORS */
	int			first_year;		/* of age, of block 1 */

	Flow		stock_flow;
	Flow	   *hire_flows;
	int			nhire_flows;
} Model;

static EfStatus
no_memory(Model *model)
{
	return ef_fail(model->error, EF_NO_MEMORY,
				   "A request for the projection's tables failed.");
}

static const EfLabel retirement_reason = {"retirement", 10};

static uint32_t
retirement_label(const EfTable *table)
{
	return ef_table_label(table, retirement_reason.bytes,
						  retirement_reason.length);
}


/* ---- people ---- */

/* Which class is somebody born in this month? */
static EfStatus
class_of(Model *model, EfMonth birth, int *class)
{
	int			age = NO_AGE;

	if (model->plan->retire_at != EF_AS_OBSERVED)
		age = model->plan->retire_at * MONTHS;
	else if (model->plan->rule != NULL)
	{
		EfStatus	status = ef_rule_age(model->plan->rule, birth, &age,
										 model->error);

		if (status != EF_OK)
			return status;
	}
	for (*class = 0; *class < model->nclasses; (*class)++)
		if (model->class_age[*class] == age)
			return EF_OK;
	model->class_age[model->nclasses++] = age;
	return EF_OK;
}

static EfStatus
gather_people(Model *model)
{
	const EfProjectionPlan *plan = model->plan;
	const EfWorkforce *source = plan->workforce;
	EfMonth		now = plan->workforce->last_month;
	size_t		n;
	size_t		nfte;
	const EfCell *cells;
	const EfCell *fte;
	int			lowest = model->limit - 1;
	int			most_classes = 1 + (plan->rule ? (int) plan->rule->nsteps : 0);

	model->class_age = ef_grab(model->workspace, most_classes, sizeof(int));
	if (model->class_age == NULL)
		return no_memory(model);

	cells = ef_table_series(&source->table, 0, EF_STOCK, &n);
	fte = ef_table_series(&source->table, 0, EF_STOCK_FTE, &nfte);
	model->nstock = (int) n;
	model->stock = ef_grab(model->workspace, n, sizeof(Cohort));
	if (model->stock == NULL)
		return no_memory(model);
	for (size_t i = 0; i < n; i++)
	{
		Cohort	   *cohort = &model->stock[i];
		EfStatus	status;

		cohort->age = (int) ef_key_at(cells[i].key);
		cohort->people = (double) cells[i].count;
		if (nfte > 0 && ef_key_at(fte->key) == ef_key_at(cells[i].key))
		{
			cohort->fte = (double) fte->count;
			fte++;
			nfte--;
		}
		status = class_of(model, now - cohort->age, &cohort->class);
		if (status != EF_OK)
			return status;
		if (cohort->age < lowest)
			lowest = cohort->age;
	}

	/* new staff are of the ages at which staff were hired */
	if (source->hires == 0)
		source = plan->rates;
	cells = ef_table_series(&source->table, 0, EF_HIRES, &n);
	model->nhires = (int) n;
	model->hires = ef_grab(model->workspace, n, sizeof(Cohort));
	if (model->hires == NULL)
		return no_memory(model);
	for (size_t i = 0; i < n; i++)
	{
		model->hires[i].age = (int) ef_key_at(cells[i].key);
		model->hires[i].people = (double) cells[i].count /
			(double) source->hires;
		if (model->hires[i].age - 1 < lowest)
			lowest = model->hires[i].age - 1;
	}
	model->hire_fte = source->counts_fte && source->hires > 0
		? (double) source->hires_fte / 1000 / (double) source->hires : NAN;

	/* arrays by age begin and end with a block */
	model->first_year = ef_floor_div(lowest + MONTHS / 2, MONTHS);
	model->lowest = model->first_year * MONTHS - MONTHS / 2;
	model->rows = (model->limit - model->lowest + MONTHS - 1) / MONTHS;

	/* two that stay empty: what the last moves to in a year, and a vector's
	 * length beyond it, where it reads in the last year */
	model->stride = (model->rows + LANES) / LANES * LANES + LANES;
	model->ages = MONTHS * model->stride;

	/* block 0, for those hired half a year before; and one after the end */
	model->blocks = (model->rows + 2 + VECTORS * LANES - 1) /
		(VECTORS * LANES) * (VECTORS * LANES);
	return EF_OK;
}

/* The place of an age in an array by age.  Who is past the limit leaves next
 * month, as one does who reaches it then. */
static int
place_of(const Model *model, int age)
{
	return (age < model->limit ? age : model->limit - 1) -
		model->lowest;
}

/* The element of a place in an array by age. */
static size_t
element_of(const Model *model, int place)
{
	return (size_t) (place % MONTHS) * (size_t) model->stride +
		(size_t) (place / MONTHS);
}


/* The exits of the rates' workforce, but for those that a rule replaces. */
static EfStatus
estimate_exits(Model *model, uint32_t asked)
{
	const EfTable *table = &model->plan->rates->table;
	EfExitScope scope = {
		.reason = asked,
		.set_aside = model->forced ? retirement_label(table) : 0,
		.limit = model->limit,
		.first_year = model->first_year - 1,
		.nyears = model->blocks
	};
	EfStatus	status = ef_exit_probability(&model->q, table, &scope,
											 model->workspace, model->error);

	/* nobody to project: one empty group must not stop all the others */
	if (status == EF_OK && !model->q.known &&
		(model->nstock > 0 || model->plan->intake != NULL))
		return ef_fail(model->error, EF_NO_EXPOSURE,
					   "Nobody was under observation.");
	return status;
}


/* ---- life tables ---- */

/*
 * One person's probabilities over one span of time, by age at its start:
 * to stay, to leave for the reason asked for, and the person-months expected
 * without support.
 */
typedef struct Span
{
	double	   *stay;
	double	   *leave;
	double	   *unsupported;
} Span;

/* The squares of a span's probabilities, and of that to go. */
typedef struct Squares
{
	double	   *stay;
	double	   *leave;
	double	   *gone;
} Squares;

static bool
grab_span(Model *model, Span *span)
{
	/* a row reads one element beyond its end, also the last */
	size_t		n = (size_t) model->ages + LANES;

	span->stay = ef_grab_doubles(model->workspace, 3 * n);
	if (span->stay == NULL)
		return false;
	span->leave = span->stay + n;
	span->unsupported = span->leave + n;
	return true;
}

static void
copy_span(const Model *model, Span *to, const Span *from)
{
	size_t		size = (size_t) model->ages * sizeof(double);

	memcpy(to->stay, from->stay, size);
	memcpy(to->leave, from->leave, size);
	memcpy(to->unsupported, from->unsupported, size);
}

/* The first month: by age before it, so q is that of the next month. */
static void
month_span(const Model *model, int retire_age, Span *span)
{
	const EfExitProbability *q = &model->q;
	int			end = retire_age < model->limit ? retire_age : model->limit;

	for (int month = 0; month < MONTHS; month++)
		for (int row = 0; row < model->rows; row++)
		{
			int			i = month * model->stride + row;
			int			age = model->lowest + row * MONTHS + month + 1;

			if (age < 0 || age > model->limit)
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
				span->leave[i] = model->retirement;
			}
		}
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
lengthen(const Model *model, const Span *month, const double *nothing,
		 Span *span, double *first)
{
	size_t		row = (size_t) model->stride * sizeof(double);

	memcpy(first, span->stay, row);
	lengthen_rows(model->stride, first, month->stay, nothing, span->stay);
	memcpy(first, span->leave, row);
	lengthen_rows(model->stride, first, month->stay, month->leave,
				  span->leave);
	memcpy(first, span->unsupported, row);
	lengthen_rows(model->stride, first, month->stay, month->unsupported,
				  span->unsupported);
}

/* Beyond the last age nobody is, and all squares are zero as well. */
WIDE static void
square_span(int stride, int rows, const Span *span, Squares *squares)
{
	for (int month = 0; month < MONTHS; month++)
		for (int i = month * stride; i < month * stride + rows; i++)
		{
			squares->stay[i] = span->stay[i] * span->stay[i];
			squares->leave[i] = span->leave[i] * span->leave[i];
			squares->gone[i] = (1 - span->stay[i]) * (1 - span->stay[i]);
		}
}


/* ---- flows ---- */

static int
lag_size(const Model *model)
{
	return ROWS * model->blocks + SUMS_SIZE;
}

static bool
grab_flow(Model *model, Flow *flow, int months, EfMonth first)
{
	size_t		years = (size_t) model->plan->years;
	size_t		ages = (size_t) model->ages + LANES;
	bool		stock = flow == &model->stock_flow;

	flow->months = months;
	flow->first = first;
	flow->staff.people = ef_grab_doubles(model->workspace,
										 (stock ? 3 : 1) * ages);
	flow->lags = ef_grab_doubles(model->workspace,
								 years * (size_t) lag_size(model));
	if (flow->staff.people == NULL || flow->lags == NULL)
		return false;
	if (stock)
		flow->staff.squares = flow->staff.people + ages;
	if (stock && model->plan->workforce->counts_fte)
		flow->staff.fte = flow->staff.people + 2 * ages;
	return true;
}

/* A row of a lag. */
static double *
row_of(const Model *model, const Flow *flow, int lag, int row)
{
	return flow->lags + (size_t) lag * (size_t) lag_size(model) +
		row * model->blocks;
}

static Sums *
sums_of(const Model *model, const Flow *flow, int lag)
{
	return (Sums *) row_of(model, flow, lag, ROWS);
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
add_block_sums(Sums *all, const BlockSums *sums)
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
step_blocks(const Model *model, const People *people, const Span *span,
			const Squares *squared, int row, int older, double *stays,
			double *leaves, BlockSums *sums)
{
	Lanes		result[3];

	step(model->stride, people->people, span->stay + older,
		 span->leave + older, span->unsupported + older, row, result);
	PUT_LANES(stays, result[0]);
	PUT_LANES(leaves, result[1]);
	sums->stay += result[0];
	sums->leave += result[1];
	sums->unsupported += result[2];

	if (people->squares != NULL)
	{
		step(model->stride, people->squares, squared->stay + older,
			 squared->leave + older, squared->gone + older, row, result);
		sums->stay_squares += result[0];
		sums->leave_squares += result[1];
		sums->gone_squares += result[2];
	}
	if (people->fte != NULL)
	{
		step(model->stride, people->fte, span->stay + older,
			 span->leave + older, span->unsupported + older, row, result);
		sums->fte += result[0];
	}
}

WIDE static void
add_rows(int n, double *restrict to, const double *restrict from)
{
	for (int i = 0; i < n; i++)
		to[i] += from[i];
}

/* Add arrays by age that became so many months older. */
static void
add_older(const Model *model, double *to, const double *from, int months)
{
	for (int month = 0; month < MONTHS; month++)
		add_rows(model->stride - 1,
				 to + (month + months) % MONTHS * model->stride +
				 (month + months) / MONTHS,
				 from + month * model->stride);
}

/*
 * People come into a flow, with `months` of its period before them: so many
 * of each age, and `span` is of so many months.  They are used up.
 */
static void
enter(const Model *model, Flow *flow, const People *entrants, int months,
	  const Span *span, const Squares *squared)
{
	double		part = (double) months / MONTHS;
	double	   *passing = row_of(model, flow, 0, PASSING);
	double	   *present = row_of(model, flow, 0, PRESENT);
	BlockSums	sums = {0};

	for (int row = 0; row < model->rows; row += LANES)
	{
		Lanes		start = {0};
		double		starts[LANES];
		double		stays[LANES];
		double		leaves[LANES];

		for (int month = 0; month < MONTHS; month++)
			start += LANES_AT(entrants->people + month * model->stride + row);
		PUT_LANES(starts, start);
		step_blocks(model, entrants, span, squared, row, 0, stays, leaves,
					&sums);
		for (int k = 0; k < LANES && row + k < model->rows; k++)
		{
			/* differences, which total_of() sums; those who leave early do
			 * not come to the later months */
			passing[row + k + 1] += stays[k] * part;
			passing[row + k + 2] -= stays[k] * part;
			present[row + k + 1] += (starts[k] + stays[k]) / 2 * part;
		}
	}
	add_block_sums(sums_of(model, flow, 0), &sums);
	add_older(model, flow->staff.people, entrants->people, months);
	if (entrants->squares != NULL)
		add_older(model, flow->staff.squares, entrants->squares, months);
	if (entrants->fte != NULL)
		add_older(model, flow->staff.fte, entrants->fte, months);
}

WIDE static void
spread_lag(int rows, double passed, const double *restrict stay,
		   const double *restrict leave, double *restrict starts,
		   double *restrict passing, double *restrict leaving,
		   double *restrict present)
{
	/* differences, which total_of() sums */
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

/*
 * What becomes of a flow in the lag-th year after the period that it came in.
 * `starts` holds the people of each block when that year begins, and gets
 * those at its end.
 */
static void
follow(const Model *model, Flow *flow, int lag, const Span *year,
	   const Squares *squared, double *starts, double *scratch)
{
	double	   *passing = row_of(model, flow, lag, PASSING);
	double	   *leaving = row_of(model, flow, lag, LEAVING);
	double	   *present = row_of(model, flow, lag, PRESENT);
	double	   *stay = scratch;
	double	   *leave = scratch + model->blocks;
	int			older = lag - 1;

	/* the oldest are past the limit, a block a year */
	int			first = flow->first_row;
	int			rows = model->rows - older < flow->last_row + 1
		? model->rows - older : flow->last_row + 1;
	BlockSums	sums = {0};

	for (int row = first; row < rows; row += LANES)
		step_blocks(model, &flow->staff, year, squared, row, older,
					stay + row, leave + row, &sums);
	add_block_sums(sums_of(model, flow, lag), &sums);
	rows -= first;
	if (rows <= 0)
		return;

	/* row i is block i + 1: those who are in it when the flow begins */
	stay += first;
	leave += first;
	passing += first;
	leaving += first;
	spread_lag(rows, flow->passed, stay, leave, starts + first, passing,
			   leaving, present + first + lag);
	subtract(rows, passing + lag + 1, stay);
	subtract(rows, leaving + lag, leave);
}


/* ---- both, class by class ---- */

/*
 * Those hired in the month that leaves them `months` of the period, that
 * month included, by the age that they had the month before.
 */
static EfStatus
place_hires(Model *model, int class, const Flow *flow, int months,
			double *people)
{
	EfMonth		arrival = flow->first + flow->months - months;

	for (int i = 0; i < model->nhires; i++)
	{
		const Cohort *hire = &model->hires[i];
		int			its_class = class;

		if (model->plan->rule != NULL)
		{
			EfStatus	status = class_of(model, arrival - hire->age,
										  &its_class);

			if (status != EF_OK)
				return status;
		}
		if (its_class == class)
			people[element_of(model, place_of(model, hire->age - 1))] +=
				hire->people / flow->months;
	}
	return EF_OK;
}

static void
place_stock(const Model *model, int class, double *people, double *fte)
{
	for (int i = 0; i < model->nstock; i++)
	{
		const Cohort *cohort = &model->stock[i];
		size_t		element = element_of(model, place_of(model, cohort->age));

		if (cohort->class != class)
			continue;
		people[element] += cohort->people;
		fte[element] += cohort->fte;
	}
}

/* The people of each block, by row, and the rows that have any. */
static void
count_blocks(const Model *model, Flow *flow, double *starts)
{
	for (int month = 0; month < MONTHS; month++)
		for (int row = 0; row < model->rows; row++)
			starts[row] += flow->staff.people[month * model->stride + row];
	flow->first_row = model->rows;
	flow->last_row = -1;
	for (int row = 0; row < model->rows; row++)
		if (starts[row] > 0)
		{
			if (flow->last_row < 0)
				flow->first_row = row / LANES * LANES;
			flow->last_row = row;
		}
}

static EfStatus
project_class(Model *model, int class)
{
	int			years = model->plan->years;
	size_t		ages = (size_t) model->ages + LANES;
	size_t		bytes = ages * sizeof(double);
	EfMark		start = ef_mark(model->workspace);
	Span		month;
	Span		year;
	Squares		squared;
	People		stock = {0};
	People		hires = {0};
	double	   *hire_ages;
	double	   *nothing;
	double	   *scratch;
	double	   *starts;

	/* without a rule, people are hired at the same ages in every month, and
	 * there are at most two flows of them */
	bool		alike = model->plan->rule == NULL;

	stock.people = ef_grab_doubles(model->workspace, 10 * ages);
	scratch = ef_grab_doubles(model->workspace,
							  2 * (size_t) model->blocks + ages);
	starts = ef_grab_doubles(model->workspace,
							 (size_t) (model->nhire_flows + 1) *
							 (size_t) model->blocks);
	if (!grab_span(model, &month) || !grab_span(model, &year) ||
		stock.people == NULL || scratch == NULL || starts == NULL)
		return no_memory(model);
	stock.squares = stock.people + ages;
	stock.fte = stock.squares + ages;
	hires.people = stock.fte + ages;
	hire_ages = hires.people + ages;
	nothing = hire_ages + 2 * ages;
	squared.stay = nothing + ages;
	squared.leave = squared.stay + ages;
	squared.gone = squared.leave + ages;

	place_stock(model, class, stock.people, stock.fte);
	memcpy(stock.squares, stock.people, bytes);
	if (model->stock_flow.staff.fte == NULL)
		stock.fte = NULL;
	if (class > 0)
	{
		memset(model->stock_flow.staff.people, 0, 3 * bytes);
		for (int f = 0; f < model->nhire_flows; f++)
			memset(model->hire_flows[f].staff.people, 0, bytes);
	}

	/* the months of the period that somebody comes in */
	month_span(model, model->class_age[class], &month);
	copy_span(model, &year, &month);
	for (int months = 1; months <= MONTHS; months++)
	{
		if (months > 1)
			lengthen(model, &month, nothing, &year, scratch);
		if (months == model->first_months)
		{
			square_span(model->stride, model->rows, &year, &squared);
			enter(model, &model->stock_flow, &stock, months, &year, &squared);
		}
		for (int f = 0; f < model->nhire_flows; f++)
		{
			Flow	   *flow = &model->hire_flows[f];

			if (months > flow->months)
				continue;

			if (!alike || months == 1)
			{
				double	   *ages_of = hire_ages + (alike ? f * ages : 0);
				EfStatus	status;

				memset(ages_of, 0, bytes);
				status = place_hires(model, class, flow, months, ages_of);
				if (status != EF_OK)
					return status;
			}
			memcpy(hires.people, hire_ages + (alike ? f * ages : 0), bytes);
			enter(model, flow, &hires, months, &year, NULL);
		}
	}

	/* the years after it */
	for (int f = -1; f < model->nhire_flows; f++)
		count_blocks(model, f < 0 ? &model->stock_flow : &model->hire_flows[f],
					 starts + (f + 1) * model->blocks);
	square_span(model->stride, model->rows, &year, &squared);
	for (int lag = 1; lag < years; lag++)
		for (int f = -1; f < model->nhire_flows; f++)
			follow(model, f < 0 ? &model->stock_flow : &model->hire_flows[f],
				   lag, &year, &squared, starts + (f + 1) * model->blocks,
				   scratch);
	ef_discard(model->workspace, start);
	return EF_OK;
}

/* Who comes in each lag; and one hire is a person of mean probabilities. */
static void
finish_flow(const Model *model, Flow *flow, double people)
{
	for (int lag = 0; lag < model->plan->years; lag++)
	{
		Sums	   *sums = sums_of(model, flow, lag);
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

static EfStatus
prepare(Model *model)
{
	const EfProjectionPlan *plan = model->plan;
	EfMonth		start = plan->workforce->last_month + 1;

	/* without a rule by birth cohort, all whole years are alike */
	if (model->nhires == 0)
		model->nhire_flows = 0;
	else if (plan->rule != NULL)
		model->nhire_flows = plan->years;
	else
		model->nhire_flows = model->first_months < MONTHS && plan->years > 1
			? 2 : 1;
	model->hire_flows = ef_grab(model->workspace, (size_t) model->nhire_flows,
								sizeof(Flow));
	if (model->hire_flows == NULL ||
		!grab_flow(model, &model->stock_flow, model->first_months, start))
		return no_memory(model);
	model->stock_flow.passed = (double) model->first_months / MONTHS;
	for (int f = 0; f < model->nhire_flows; f++)
	{
		Flow	   *flow = &model->hire_flows[f];

		if (!grab_flow(model, flow, f == 0 ? model->first_months : MONTHS,
					   f == 0 ? start : start + model->first_months +
					   (f - 1) * MONTHS))
			return no_memory(model);
		flow->passed = (double) flow->months / MONTHS / 2;
	}
	return EF_OK;
}

/* The flow of those who are hired in a period; NULL if their ages are not
 * known. */
static const Flow *
hires_of(const Model *model, int period)
{
	if (model->nhire_flows == 0)
		return NULL;
	return &model->hire_flows[period < model->nhire_flows ? period
							  : model->nhire_flows - 1];
}

/* Refuses what no projection can be made of. */
static EfStatus
check_plan(const EfProjectionPlan *plan, EfError *error)
{
	int			limit = (plan->latest_age + 1) * MONTHS;

	if (plan->years < 1 || plan->years > EF_YEARS_LIMIT)
		return ef_fail(error, EF_YEARS_RANGE, "The number of years is %d.",
					   plan->years);
	if (!(plan->level > 0 && plan->level < 1))
		return ef_fail(error, EF_LEVEL_RANGE, "The level is %g.", plan->level);
	if (plan->latest_age < 1 || plan->latest_age >= EF_AGE_LIMIT)
		return ef_fail(error, EF_AGE_RANGE, "latest_age is %d.",
					   plan->latest_age);
	if (plan->retire_at != EF_AS_OBSERVED && plan->rule != NULL)
		return ef_fail(error, EF_RULE_TWICE,
					   "Both retire_at and retire_rule are given.");
	if (plan->retire_at != EF_AS_OBSERVED &&
		(plan->retire_at < 1 || plan->retire_at >= EF_AGE_LIMIT))
		return ef_fail(error, EF_AGE_RANGE, "retire_at is %d.",
					   plan->retire_at);
	if (plan->retire_at > plan->latest_age + 1)
		return ef_fail(error, EF_RULE_BEYOND_LATEST,
					   "retire_at is %d and latest_age %d.",
					   plan->retire_at, plan->latest_age);
	for (uint32_t i = 0; plan->rule != NULL && i < plan->rule->nsteps; i++)
		if (plan->rule->steps[i].age_months > limit)
			return ef_fail(error, EF_RULE_BEYOND_LATEST,
						   "The rule has an age of %d months, and latest_age is %d.",
						   plan->rule->steps[i].age_months, plan->latest_age);
	for (int t = 0; plan->intake != NULL && t < plan->years; t++)
		if (!(plan->intake[t] >= 0 && plan->intake[t] <= (double) EF_PERSON_LIMIT))
			return ef_fail(error, EF_ARRAY_VALUE,
						   "The intake of period %d is %g.", t + 1,
						   plan->intake[t]);
	for (int t = 0; plan->target != NULL && t < plan->years; t++)
		if (!(plan->target[t] >= 0 && plan->target[t] <= (double) EF_PERSON_LIMIT))
			return ef_fail(error, EF_ARRAY_VALUE,
						   "The target of period %d is %g.", t + 1,
						   plan->target[t]);
	if (plan->intake != NULL && plan->workforce->hires == 0 &&
		plan->rates->hires == 0)
		return ef_fail(error, EF_NO_HIRES,
					   "Nobody was hired in the observation period.");
	return EF_OK;
}

static EfStatus
build(Model *model, uint32_t asked, bool retirement)
{
	const EfProjectionPlan *plan = model->plan;
	EfMonth		start = plan->workforce->last_month + 1;
	EfStatus	status = check_plan(plan, model->error);

	if (status != EF_OK)
		return status;
	model->z = -ef_normal_quantile((1 - plan->level) / 2);
	model->forced = plan->retire_at != EF_AS_OBSERVED || plan->rule != NULL;
	model->retirement = retirement;
	model->first_months = ef_year_of_month(start) * MONTHS + MONTHS - start;

	model->limit = (plan->latest_age + 1) * MONTHS;
	status = gather_people(model);
	if (status == EF_OK)
		status = estimate_exits(model, asked);
	if (status == EF_OK)
		status = prepare(model);

	/* hires of later years may bring classes that the stock does not have */
	if (status == EF_OK && model->nhires > 0 && model->nclasses == 0)
	{
		int			class;

		status = class_of(model, start - model->hires[0].age, &class);
	}
	for (int class = 0; status == EF_OK && class < model->nclasses; class++)
		status = project_class(model, class);
	if (status != EF_OK)
		return status;
	finish_flow(model, &model->stock_flow,
				(double) plan->workforce->headcount);
	for (int f = 0; f < model->nhire_flows; f++)
		finish_flow(model, &model->hire_flows[f], 1);
	return EF_OK;
}


/* ---- results ---- */

/*
 * Limits in whole persons.  A whole number n stands for [n - 1/2, n + 1/2) of
 * the continuous variable that approximates it, so the limit of the interval
 * is half a person further in (the continuity correction; D. R. Cox 1970, The
 * Analysis of Binary Data, section 4.2), and then rounded outward.
 */
static double
whole_below(double x)
{
	return fmax(floor(x + 0.5 + WHOLE), 0);
}

static double
whole_above(double x)
{
	return fmax(ceil(x - 0.5 - WHOLE), 0);
}

static void
set_limits(double mean, double deviation, double most,
		   double *lower, double *upper)
{
	*lower = fmin(whole_below(mean - deviation), floor(mean + WHOLE));
	*upper = fmin(fmax(whole_above(mean + deviation), ceil(mean - WHOLE)),
				  ceil(most - WHOLE));
}

/* Sum over years of age of a variance times the square of people. */
WIDE static double
spread(const Model *model, const double *people, const double *variance)
{
	Lanes		sum = {0};

	for (int b = 0; b < model->blocks; b += LANES)
	{
		Lanes		n = LANES_AT(people + b);

		sum += n * n * LANES_AT(variance + b);
	}
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

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

/*
 * The people of a period: the stock, and so many hires in each period up to
 * this one; hires may be NULL.  `lag` is one of lag_size().
 */
typedef struct Total
{
	const Sums *sums;
	double	   *rows[ROWS];		/* by year of age */
} Total;

/*
 * Add those who came in `n` periods from `first` on: hires of one flow, so
 * many in each.  What was asked for begins with row `from`.
 */
static void
add_hires(const Model *model, Total *total, int from, const Flow *flow,
		  int period, int first, const double *people, int n)
{
	add_rows_scaled(lag_size(model) - from * model->blocks, total->rows[from],
					row_of(model, flow, period - first, from),
					(size_t) lag_size(model), people, n);
}

/* With all rows, or from PRESENT on. */
static void
total_of(const Model *model, int period, const double *hires, double *lag,
		 int from, Total *total)
{
	int			alike = model->nhire_flows - 1;

	for (int row = 0; row < ROWS; row++)
		total->rows[row] = lag + row * model->blocks;
	total->sums = (const Sums *) (lag + ROWS * model->blocks);
	memcpy(total->rows[from],
		   row_of(model, &model->stock_flow, period, from),
		   (size_t) (lag_size(model) - from * model->blocks) * sizeof(double));

	/* the last flow may be that of many periods */
	for (int i = 0; hires != NULL && i <= period && i < alike; i++)
		add_hires(model, total, from, &model->hire_flows[i], period, i,
				  hires + i, 1);
	if (hires != NULL && period >= alike)
		add_hires(model, total, from, &model->hire_flows[alike], period, alike,
				  hires + alike, period + 1 - alike);
	if (from == PRESENT)
		return;

	/* differences to sums */
	for (int b = 1; b < model->blocks; b++)
	{
		total->rows[PASSING][b] += total->rows[PASSING][b - 1];
		total->rows[LEAVING][b] += total->rows[LEAVING][b - 1];
	}
}

/* Exits for the reason asked for: the variance of chance and of the rates. */
static double
leaving_variance(const Model *model, const Total *total)
{
	return total->sums->leave - total->sums->leave_squares +
		spread(model, total->rows[LEAVING], model->q.var_log_stay) +
		spread(model, total->rows[PRESENT], model->q.var_leave);
}

static double
deviation(const Model *model, double variance)
{
	return model->z * sqrt(fmax(variance, 0));
}

/*
 * The need of a period: the hires that make the headcount equal the target at
 * its end, when those of the earlier periods were hired.  need[period] is
 * filled; `carried` is the variance of a surplus, which nothing levels out.
 */
static void
fill_need(const Model *model, int t, double *need, double *carried,
		  double *lag, EfProjectionPeriod *period)
{
	const Flow *flow = hires_of(model, t);
	double		own = flow != NULL ? sums_of(model, flow, 0)->stay : 0;
	Total		total;
	double		missing;
	double		variance;

	period->need = period->need_lower = period->need_upper = NAN;
	if (!(own > 0))
		return;
	need[t] = 0;
	total_of(model, t, need, lag, PRESENT, &total);
	missing = (period->target - total.sums->stay) / own;
	need[t] = fmax(missing, 0);
	add_hires(model, &total, PRESENT, flow, t, t, need + t, 1);

	/* exits of the period, from a staff of which each earlier need was met */
	variance = total.sums->coming - total.sums->stay - total.sums->gone_squares +
		spread(model, total.rows[PRESENT], model->q.var_stay) + *carried;
	period->need = need[t];
	set_limits(missing, deviation(model, variance) / own, INFINITY,
			   &period->need_lower, &period->need_upper);
	period->need_lower = fmax(period->need_lower, 0);
	period->need_upper = fmax(period->need_upper, 0);
	*carried = need[t] > 0 ? 0 : variance;
}

static EfStatus
fill_periods(Model *model, EfProjectionPeriod *periods)
{
	const EfProjectionPlan *plan = model->plan;
	double		headcount = (double) plan->workforce->headcount;
	double		most = headcount;
	double		carried = 0;
	EfMonth		month = plan->workforce->last_month + 1;
	double	   *lag = ef_grab_doubles(model->workspace, (size_t) lag_size(model));
	double	   *need = ef_grab_doubles(model->workspace, (size_t) plan->years);

	if (lag == NULL || need == NULL)
		return no_memory(model);
	for (int t = 0; t < plan->years; t++)
	{
		EfProjectionPeriod *period = &periods[t];
		double		variance;
		Total		total;

		period->year = ef_year_of_month(month);
		period->start = ef_first_day(month);
		period->end = ef_last_day_of_year(month);
		month = period->year * MONTHS + MONTHS;

		total_of(model, t, plan->intake, lag, PASSING, &total);
		period->headcount_start = headcount;
		period->intake = plan->intake != NULL ? plan->intake[t] : 0;
		period->headcount = headcount = total.sums->stay;
		period->exits = period->headcount_start + period->intake - headcount;
		period->retirements = total.sums->leave;
		period->unsupported = total.sums->unsupported;
		period->fte = NAN;
		if (plan->workforce->counts_fte)
		{
			double		hired = headcount -
				sums_of(model, &model->stock_flow, t)->stay;

			period->fte = total.sums->fte / 1000;
			if (plan->intake != NULL && hired > 0)
				period->fte += hired * model->hire_fte;
		}

		most += period->intake;
		variance = total.sums->stay - total.sums->stay_squares +
			spread(model, total.rows[PASSING], model->q.var_log_stay);
		set_limits(headcount, deviation(model, variance), most,
				   &period->lower, &period->upper);
		set_limits(period->retirements,
				   deviation(model, leaving_variance(model, &total)), most,
				   &period->retirements_lower, &period->retirements_upper);

		period->target = plan->target != NULL ? plan->target[t]
			: (double) plan->workforce->headcount;
		period->gap = period->target - headcount;
		fill_need(model, t, need, &carried, lag, period);
	}
	return EF_OK;
}

EfStatus
ef_project_workforce(const EfProjectionPlan *plan,
					 EfProjectionPeriod **periods,
					 const EfAllocator *allocator, EfError *error)
{
	EfWorkspace workspace = {allocator, NULL};
	Model		model = {.plan = plan,.workspace = &workspace,.error = error};
	EfStatus	status = build(&model, retirement_label(&plan->rates->table),
							   true);

	if (status == EF_OK)
	{
		*periods = ef_alloc(allocator, (size_t) plan->years *
							sizeof(EfProjectionPeriod));
		status = *periods == NULL ? no_memory(&model)
			: fill_periods(&model, *periods);
	}
	ef_discard_all(&workspace);
	return status;
}

/* One reason: label n of the rates' table, or 0 for a retirement that is no
 * label of it.  Fills every nreasons-th row. */
static EfStatus
project_reason(Model *model, uint32_t label, const EfLabel *reason,
			   EfProjectedExits *out, size_t nreasons)
{
	const EfProjectionPlan *plan = model->plan;
	double		most = (double) plan->workforce->headcount;
	double	   *lag;
	EfStatus	status = build(model, label, label == 0 ||
							   label == retirement_label(&plan->rates->table));

	if (status != EF_OK)
		return status;
	lag = ef_grab_doubles(model->workspace, (size_t) lag_size(model));
	if (lag == NULL)
		return no_memory(model);
	for (int t = 0; t < plan->years; t++)
	{
		EfProjectedExits *row = &out[t * nreasons];
		Total		total;

		total_of(model, t, plan->intake, lag, PASSING, &total);
		most += plan->intake != NULL ? plan->intake[t] : 0;
		row->year = ef_year_of_month(plan->workforce->last_month + 1) + t;
		row->reason = *reason;
		row->exits = total.sums->leave;
		set_limits(row->exits, deviation(model, leaving_variance(model, &total)),
				   most, &row->lower, &row->upper);
	}
	return EF_OK;
}

EfStatus
ef_project_exits(const EfProjectionPlan *plan,
						   EfProjectedExits **rows, size_t *nrows,
						   const EfAllocator *allocator, EfError *error)
{
	const EfTable *table = &plan->rates->table;
	uint32_t	retirement = retirement_label(table);
	size_t		nreasons = table->nlabels + (retirement == 0);
	size_t		place = 0;
	EfWorkspace workspace = {allocator, NULL};
	bool		retired = false;
	EfStatus	status = check_plan(plan, error);

	if (status != EF_OK)
		return status;
	*nrows = nreasons * (size_t) plan->years;
	*rows = ef_alloc(allocator, *nrows * sizeof(EfProjectedExits));
	if (*rows == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for rows failed.");

	/* reason by reason, so that memory does not grow with their number */
	for (uint32_t label = 1; label <= table->nlabels + 1 && status == EF_OK;)
	{
		Model		model = {.plan = plan,.workspace = &workspace,.error = error};
		bool		ends = label > table->nlabels;
		uint32_t	number;
		const EfLabel *reason;

		/* where retirement is no label, it goes where it would stand */
		if (retirement == 0 && !retired &&
			(ends || ef_label_compare(&table->labels[label - 1],
									  &retirement_reason) > 0))
		{
			retired = true;
			number = 0;
			reason = &retirement_reason;
		}
		else if (ends)
			break;
		else
		{
			number = label;
			reason = &table->labels[label++ - 1];
		}
		status = project_reason(&model, number, reason, *rows + place++,
								nreasons);
		ef_discard_all(&workspace);
	}
	return status;
}
