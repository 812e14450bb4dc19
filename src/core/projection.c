/*
 * projection.c
 *	  See projection.h.
 *
 * The work is done backwards, with the functions of the actuary's life table
 * (Bowers et al. 1997, Actuarial Mathematics, chapters 3 and 10).  For a
 * person of age a, and t whole years,
 *
 *	 stay_t(a)	the probability to be there after t years,			t_p_a
 *	 leave_t(a)	to leave for the reason asked for in year t,	t-1|q_a^(r)
 *
 * follow from those of one year by
 *
 *	 stay_t(a) = stay_1(a) stay_(t-1)(a + 12),
 *	 leave_t(a) = stay_1(a) leave_(t-1)(a + 12),
 *
 * and those of one year, month by month, from q.  They are the same for the
 * staff of today and for everyone who is hired later, so the projection is a
 * sum of products of people and these functions.  Nothing is divided, so
 * nothing can be lost where nobody stays.
 *
 * People are *classes* where a retirement rule gives birth cohorts different
 * ages: each class has life tables of its own.  A *response* is what one hire
 * in a period becomes in that period and the later ones; without a rule all
 * whole years have the same one.
 *
 * Uncertainty (doc/methods.md, "Intervals of the projection") is reckoned by
 * year of age: `passing` holds the people expected at the end of a period who
 * have passed each year of age since as_of, which is the gradient of the
 * headcount in the logarithm of that year's survival.
 */
#include "projection.h"

#include <math.h>
#include <string.h>

#include "distribution.h"

#define NO_AGE INT32_MAX		/* of a class: retires as observed */
#define MONTHS 12

/* A sum of doubles that stands for whole persons may miss them by this. */
#define WHOLE 1e-9

/* The weight, in person-months, of the pooled rate of a year of age beside
 * what was seen in one month of it: for the variance only. */
#define PRIOR 1.0

/* q of each month of age, and how sure it is. */
typedef struct Rates
{
	int			limit;			/* from this month of age on nobody works */
	double	   *stay;			/* limit + 1 of each */
	double	   *leave;			/* for the reason asked for */
	double	   *unsupported;	/* 1 where the month has no own exposure */
	/* by year of age: sums over its months of the variance of */
	double	   *var_log_stay;	/* log(1 - q) */
	double	   *var_stay;		/* q */
	double	   *var_leave;		/* q of the reason asked for */
} Rates;

/* One person hired in a period, by years since its end. */
typedef struct Response
{
	int			months;			/* of the period hired in */
	EfMonth		first;			/* its first month */
	double	   *people;			/* by age at the end of the period hired in */
	double	   *squares;		/* of the probability behind each */
	/* by lag, 0 .. years - 1 */
	double	   *stay;
	double	   *stay_squares;
	double	   *leave;
	double	   *leave_squares;
	double	   *unsupported;
	/* by lag and year of age */
	double	   *passing;
	double	   *leaving;		/* of those who leave for the reason */
	double	   *present;		/* at the start of the period */
} Response;

/* What the stock becomes, by period. */
typedef struct Outlook
{
	double	   *stay;
	double	   *stay_squares;
	double	   *gone_squares;	/* of the probability to leave in the period */
	double	   *leave;
	double	   *leave_squares;
	double	   *fte;			/* thousandths */
	double	   *unsupported;
	double	   *passing;		/* by period and year of age */
	double	   *leaving;
	double	   *present;
} Outlook;

typedef struct Cohort
{
	int			age;			/* months, on the last observed day */
	int			class;
	double		people;
	double		fte;			/* thousandths */
} Cohort;

typedef struct Chunk Chunk;

typedef struct Model
{
	const EfProjectionPlan *plan;
	const EfAllocator *allocator;
	Chunk	   *chunks;
	EfError    *error;
	bool		forced;			/* a rule or an age replaces observed retirement */
	bool		retirement;		/* that is the reason asked for */
	int			first_months;	/* of the first period */
	Rates		rates;

	Cohort	   *stock;
	int			nstock;
	Cohort	   *hires;			/* age in the month of hire; shares of one */
	int			nhires;
	double		hire_fte;		/* mean, in persons; NaN when not known */

	int			nclasses;
	int		   *class_age;		/* months; NO_AGE */

	int			lowest;			/* age of the first element of an array by age */
	int			ages;			/* elements, without the twelve after the end */
	int			blocks;			/* years of age, from the one before lowest */

	Outlook		outlook;
	Response   *responses;
	int			nresponses;
} Model;

/* All memory of a model, so that it can be given back together. */
struct Chunk
{
	Chunk	   *older;
	double		bytes[];
};

/* n * size zeroed bytes. */
static void *
grab(Model *model, size_t n, size_t size)
{
	Chunk	   *chunk = ef_alloc(model->allocator, sizeof(Chunk) + n * size);

	if (chunk == NULL)
		return NULL;
	chunk->older = model->chunks;
	model->chunks = chunk;
	return memset(chunk->bytes, 0, n * size);
}

/* Give back what was grabbed since `mark` was the newest chunk. */
static void
discard(Model *model, Chunk *mark)
{
	while (model->chunks != mark)
	{
		Chunk	   *chunk = model->chunks;

		model->chunks = chunk->older;
		ef_release(model->allocator, chunk);
	}
}

static double *
grab_doubles(Model *model, size_t n)
{
	return grab(model, n, sizeof(double));
}

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


/* ---- rates ---- */

/* Exits and exposure of one month of age, or of the twelve of a year. */
typedef struct Risk
{
	int64_t		parts;			/* exposure */
	int64_t		exits;			/* for all reasons that count */
	int64_t		asked;			/* for the reason asked for */
	int64_t		others;			/* set aside: retirement, where it is forced */
} Risk;

typedef struct Chance
{
	double		stay;
	double		leave;
} Chance;

static Chance
chance_of(const Risk *risk)
{
	int64_t		all = (risk->exits + risk->others) * EF_MONTH_PARTS;
	Chance		chance;

	/* short spells can make exits exceed the exposure of their month: then
	 * everybody leaves, in the proportions seen */
	if (all >= risk->parts)
	{
		double		n = (double) (risk->exits + risk->others);

		chance.stay = (double) risk->others / n;
		chance.leave = (double) risk->asked / n;
	}
	else
	{
		chance.stay = (double) (risk->parts - risk->exits * EF_MONTH_PARTS) /
			(double) risk->parts;
		chance.leave = (double) (risk->asked * EF_MONTH_PARTS) /
			(double) risk->parts;
	}
	return chance;
}

static double
months_of(const Risk *risk)
{
	return (double) risk->parts / EF_MONTH_PARTS;
}

/* Variance of a probability of which `exits` were seen in `months`, with the
 * pooled rate of the year of age as a weak prior: that of the beta posterior. */
static double
beta_variance(double exits, double months, double pooled, double *mean)
{
	double		q = (exits + PRIOR * pooled) / (months + PRIOR);

	if (q > 1)
		q = 1;
	*mean = q;
	return q * (1 - q) / (months + PRIOR + 1);
}

static EfStatus
estimate_rates(Model *model, uint32_t asked)
{
	const EfTable *table = &model->plan->rates->table;
	uint32_t	retirement = retirement_label(table);
	Rates	   *rates = &model->rates;
	int			limit = (model->plan->latest_age + 1) * MONTHS;
	int			nyears = EF_AGE_LIMIT + 1;
	int64_t		parts[EF_AGE_MONTHS];
	Risk	   *month = grab(model, nyears * MONTHS, sizeof(Risk));
	Risk	   *year = grab(model, nyears, sizeof(Risk));
	int			youngest = -1;
	int			younger = -1;

	rates->limit = limit;
	rates->stay = grab_doubles(model, limit + 1);
	rates->leave = grab_doubles(model, limit + 1);
	rates->unsupported = grab_doubles(model, limit + 1);
	rates->var_log_stay = grab_doubles(model, nyears);
	rates->var_stay = grab_doubles(model, nyears);
	rates->var_leave = grab_doubles(model, nyears);
	if (month == NULL || year == NULL || rates->stay == NULL ||
		rates->leave == NULL || rates->unsupported == NULL ||
		rates->var_log_stay == NULL || rates->var_stay == NULL ||
		rates->var_leave == NULL)
		return no_memory(model);

	ef_initial_exposure(table, parts);
	for (int age = 0; age < EF_AGE_MONTHS; age++)
		month[age].parts = parts[age];
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		Risk	   *risk = &month[ef_key_at(key)];

		if (ef_key_kind(key) != EF_EXITS)
			continue;
		if (model->forced && ef_key_label(key) == retirement)
			risk->others += table->cells[i].count;
		else
		{
			risk->exits += table->cells[i].count;
			if (ef_key_label(key) == asked && asked != 0)
				risk->asked += table->cells[i].count;
		}
	}
	for (int age = 0; age < EF_AGE_MONTHS; age++)
	{
		Risk	   *risk = &year[age / MONTHS];

		risk->parts += month[age].parts;
		risk->exits += month[age].exits;
		risk->asked += month[age].asked;
		risk->others += month[age].others;
		if (youngest < 0 && month[age].parts > 0)
			youngest = age / MONTHS;
	}
	if (youngest < 0)
		return ef_fail(model->error, EF_NO_EXPOSURE,
					   "Nobody was under observation.");

	for (int y = 0; y * MONTHS < limit; y++)
	{
		const Risk *donor;
		Chance		pooled;
		double		missing = 0;
		double		q;

		/* its own, else the nearest younger; below all, the nearest older */
		if (year[y].parts > 0)
			younger = y;
		donor = &year[younger >= 0 ? younger : youngest];
		pooled = chance_of(donor);

		for (int age = y * MONTHS; age < (y + 1) * MONTHS; age++)
		{
			const Risk *risk = &month[age];
			Chance		chance = risk->parts > 0 ? chance_of(risk) : pooled;
			double		e = months_of(risk);

			rates->stay[age] = chance.stay;
			rates->leave[age] = chance.leave;
			if (risk->parts == 0)
			{
				rates->unsupported[age] = 1;
				missing++;
				continue;
			}
			rates->var_leave[y] += beta_variance((double) risk->asked, e,
												 pooled.leave, &q);
			rates->var_stay[y] += beta_variance((double) risk->exits, e,
												1 - pooled.stay, &q);
			if (q < 1)
				rates->var_log_stay[y] += q / (1 - q) / (e + PRIOR + 1);
		}
		if (missing > 0)
		{
			/* the same pooled estimate in each of them, so errors add up */
			double		e = months_of(donor);

			missing *= missing;
			rates->var_leave[y] += missing *
				beta_variance((double) donor->asked, e, pooled.leave, &q);
			rates->var_stay[y] += missing *
				beta_variance((double) donor->exits, e, 1 - pooled.stay, &q);
			if (q < 1)
				rates->var_log_stay[y] += missing * q / (1 - q) /
					(e + PRIOR + 1);
		}
	}
	return EF_OK;
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
	int			lowest = model->rates.limit - 1;
	int			most_classes = 1 + (plan->rule ? (int) plan->rule->nsteps : 0);

	model->class_age = grab(model, most_classes, sizeof(int));
	if (model->class_age == NULL)
		return no_memory(model);

	cells = ef_table_series(&source->table, 0, EF_STOCK, &n);
	fte = ef_table_series(&source->table, 0, EF_STOCK_FTE, &nfte);
	model->nstock = (int) n;
	model->stock = grab(model, n, sizeof(Cohort));
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
	model->hires = grab(model, n, sizeof(Cohort));
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

	/* arrays by age begin with a year of age */
	lowest = ef_floor_div(lowest, MONTHS) * MONTHS;
	model->lowest = lowest;
	model->ages = model->rates.limit - lowest;
	model->blocks = model->ages / MONTHS + 4;
	return EF_OK;
}

/* The place of an age in an array by age.  Who is past the limit leaves next
 * month, as one does who reaches it then. */
static int
place_of(const Model *model, int age)
{
	int			place = age - model->lowest;

	return place < model->ages ? place : model->ages - 1;
}

/* The year of age, from its middle on, in an array by year of age. */
static int
block_of(const Model *model, int age)
{
	/* one block to spare below, for those who are hired half a year before */
	return (age - model->lowest + MONTHS / 2) / MONTHS + 1;
}


/* ---- life tables ---- */

/*
 * One person's probabilities over one span of time, by age at its start:
 * to stay, to leave for the reason asked for, and the person-months expected
 * without support.  Twelve elements after the end are for ages that nobody
 * has, and stay zero.
 */
typedef struct Span
{
	double	   *stay;
	double	   *leave;
	double	   *unsupported;
} Span;

static bool
grab_span(Model *model, Span *span)
{
	size_t		n = (size_t) model->ages + MONTHS;

	span->stay = grab_doubles(model, 3 * n);
	span->leave = span->stay + n;
	span->unsupported = span->leave + n;
	return span->stay != NULL;
}

static void
copy_span(const Model *model, Span *to, const Span *from)
{
	memcpy(to->stay, from->stay, (size_t) model->ages * sizeof(double));
	memcpy(to->leave, from->leave, (size_t) model->ages * sizeof(double));
	memcpy(to->unsupported, from->unsupported,
		   (size_t) model->ages * sizeof(double));
}

/* The first month: by age before it, so q is that of the next month. */
static void
month_span(const Model *model, int retire_age, Span *span)
{
	const Rates *rates = &model->rates;
	int			end = retire_age < rates->limit ? retire_age : rates->limit;

	for (int i = 0; i < model->ages; i++)
	{
		int			age = model->lowest + i + 1;

		if (age < end)
		{
			span->stay[i] = rates->stay[age];
			span->leave[i] = rates->leave[age];
			span->unsupported[i] = rates->unsupported[age];
		}
		else
		{
			span->stay[i] = 0;
			span->leave[i] = model->retirement;
			span->unsupported[i] = 0;
		}
	}
}

/* Put a month before a span, in place: for (i) reads only what lies ahead. */
static void
lengthen(const Model *model, const Span *month, Span *span)
{
	double	   *restrict stay = span->stay;
	double	   *restrict leave = span->leave;
	double	   *restrict unsupported = span->unsupported;
	const double *restrict p = month->stay;
	const double *restrict q = month->leave;
	const double *restrict u = month->unsupported;
	int			n = model->ages;

	for (int i = 0; i < n; i++)
		stay[i] = p[i] * stay[i + 1];
	for (int i = 0; i < n; i++)
		leave[i] = q[i] + p[i] * leave[i + 1];
	for (int i = 0; i < n; i++)
		unsupported[i] = u[i] + p[i] * unsupported[i + 1];
}

/* Move a span one year later, in place. */
static void
postpone(int n, const Span *year, Span *span)
{
	double	   *restrict stay = span->stay;
	double	   *restrict leave = span->leave;
	double	   *restrict unsupported = span->unsupported;
	const double *restrict p = year->stay;

	for (int i = 0; i < n; i++)
		stay[i] = p[i] * stay[i + MONTHS];
	for (int i = 0; i < n; i++)
		leave[i] = p[i] * leave[i + MONTHS];
	for (int i = 0; i < n; i++)
		unsupported[i] = p[i] * unsupported[i + MONTHS];
}


/* ---- stock ---- */

/*
 * The people of one year of age, at the start, in a period: `stay` of them
 * are there at its end, `leave` leave for the reason, `start` were there when
 * it began.
 */
static void
spread_stock(const Model *model, int period, int block,
			 double stay, double leave, double start)
{
	const Outlook *outlook = &model->outlook;
	size_t		row = (size_t) period * model->blocks;
	int			passed = period + (model->first_months >= MONTHS / 2);
	int			end = block + passed;
	int			now = passed > 0 ? end - 1 : block;

	if (now >= model->blocks)
		return;
	if (end >= model->blocks)
		end = model->blocks - 1;

	/* differences, which finish_blocks() sums */
	outlook->passing[row + block] += stay;
	outlook->passing[row + end] -= stay;
	outlook->leaving[row + block] += leave;
	outlook->leaving[row + now] -= leave;

	/* those who leave early in the year do not come to its later months */
	start = (start + stay) / 2;
	outlook->present[row + now] += period > 0 ? start
		: start * model->first_months / MONTHS;
}

static void
add_stock(Model *model, int class, int period, const Span *first,
		  const Span *later, double *before)
{
	Outlook    *outlook = &model->outlook;
	int			first_months = model->first_months;
	int			block = -1;
	double		stays = 0;
	double		leaves = 0;
	double		starts = 0;

	for (int i = 0; i < model->nstock; i++)
	{
		const Cohort *cohort = &model->stock[i];
		int			place = place_of(model, cohort->age);
		double		stay = first->stay[place];
		double		leave;
		double		unsupported;
		double		gone;

		if (cohort->class != class)
			continue;
		if (period == 0)
		{
			leave = first->leave[place];
			unsupported = first->unsupported[place];
		}
		else if (before[i] == 0)
			continue;
		else
		{
			leave = stay * later->leave[place + first_months];
			unsupported = stay * later->unsupported[place + first_months];
			stay *= later->stay[place + first_months];
		}
		gone = before[i] - stay;

		outlook->fte[period] += cohort->fte * stay;
		outlook->stay_squares[period] += cohort->people * stay * stay;
		outlook->gone_squares[period] += cohort->people * gone * gone;
		outlook->leave_squares[period] += cohort->people * leave * leave;
		outlook->unsupported[period] += cohort->people * unsupported;

		if (block_of(model, cohort->age) != block)
		{
			if (block >= 0)
				spread_stock(model, period, block, stays, leaves, starts);
			block = block_of(model, cohort->age);
			if (block >= model->blocks)
				block = model->blocks - 1;
			outlook->stay[period] += stays;
			outlook->leave[period] += leaves;
			stays = leaves = starts = 0;
		}
		stays += cohort->people * stay;
		leaves += cohort->people * leave;
		starts += cohort->people * before[i];
		before[i] = stay;
	}
	if (block >= 0)
		spread_stock(model, period, block, stays, leaves, starts);
	outlook->stay[period] += stays;
	outlook->leave[period] += leaves;
}


/* ---- hires ---- */

/* Those who are hired in the month that leaves them `months` of the period,
 * that month included; `span` is of so many months. */
static EfStatus
add_hires(Model *model, int class, Response *response, int months,
		  const Span *span)
{
	EfMonth		arrival = response->first + response->months - months;

	for (int i = 0; i < model->nhires; i++)
	{
		const Cohort *hire = &model->hires[i];
		double		share = hire->people / response->months;
		int			place = place_of(model, hire->age - 1);
		int			its_class;
		int			end;
		int			block;
		double		stay;
		double		leave;
		EfStatus	status = class_of(model, arrival - hire->age, &its_class);

		if (status != EF_OK)
			return status;
		if (its_class != class)
			continue;

		stay = span->stay[place];
		leave = span->leave[place];
		response->stay[0] += share * stay;
		response->stay_squares[0] += share * stay * stay;
		response->leave[0] += share * leave;
		response->leave_squares[0] += share * leave * leave;
		response->unsupported[0] += share * span->unsupported[place];

		block = block_of(model, hire->age - 1);
		if (block < model->blocks - 1)
		{
			response->present[block] += share * months / MONTHS;
			response->passing[block] += share * stay * months / MONTHS;
			response->passing[block + 1] -= share * stay * months / MONTHS;
		}

		end = place + months;
		if (end < model->ages)
		{
			response->people[end] += share * stay;
			response->squares[end] += share * stay * stay;
			if (model->plan->years > 1)
				response->present[model->blocks +
								  block_of(model, model->lowest + end)] +=
					share * stay;
		}
	}
	return EF_OK;
}

/* What they become in the lag-th year after the period in which they came. */
static void
follow_hires(Model *model, Response *response, int lag, const Span *span,
			 int ages)
{
	const double *restrict people = response->people;
	const double *restrict squares = response->squares;
	const double *restrict stay = span->stay;
	const double *restrict leave = span->leave;
	const double *restrict unsupported = span->unsupported;
	size_t		row = (size_t) lag * model->blocks;

	for (int i = 0; i < ages;)
	{
		int			block = block_of(model, model->lowest + i);
		int			stop = (block - 1) * MONTHS + MONTHS / 2;
		double		stays = 0;
		double		stay_squares = 0;
		double		leaves = 0;
		double		leave_squares = 0;
		double		without = 0;
		int			end = block + lag;

		if (stop > ages)
			stop = ages;
		for (; i < stop; i++)
		{
			double		s = people[i] * stay[i];
			double		l = people[i] * leave[i];

			stays += s;
			leaves += l;
			stay_squares += squares[i] * stay[i] * stay[i];
			leave_squares += squares[i] * leave[i] * leave[i];
			without += people[i] * unsupported[i];
		}
		response->stay[lag] += stays;
		response->stay_squares[lag] += stay_squares;
		response->leave[lag] += leaves;
		response->leave_squares[lag] += leave_squares;
		response->unsupported[lag] += without;

		if (end >= model->blocks)
			end = model->blocks - 1;
		response->passing[row + block - 1] += stays / 2;
		response->passing[row + block] += stays / 2;
		response->passing[row + end] -= stays;
		response->leaving[row + block - 1] += leaves / 2;
		response->leaving[row + block] += leaves / 2;
		response->leaving[row + end - 1] -= leaves;
		if (lag + 1 < model->plan->years)
			response->present[row + model->blocks + end] += stays;
	}
}


/* ---- both, class by class ---- */

static EfStatus
project_class(Model *model, int class)
{
	int			years = model->plan->years;
	Span		month;
	Span		first;
	Span		year;
	Span		later;
	double	   *before;
	EfStatus	status;
	Chunk	   *mark = model->chunks;
	int			alive = model->ages;

	if (!grab_span(model, &month) || !grab_span(model, &first) ||
		!grab_span(model, &year) || !grab_span(model, &later))
		return no_memory(model);
	before = grab_doubles(model, (size_t) model->nstock);
	if (before == NULL)
		return no_memory(model);
	for (int i = 0; i < model->nstock; i++)
		before[i] = 1;
	for (int r = 0; r < model->nresponses; r++)
	{
		memset(model->responses[r].people, 0,
			   (size_t) model->ages * sizeof(double));
		memset(model->responses[r].squares, 0,
			   (size_t) model->ages * sizeof(double));
	}

	month_span(model, model->class_age[class], &month);
	copy_span(model, &year, &month);
	for (int months = 1; months <= MONTHS; months++)
	{
		if (months > 1)
			lengthen(model, &month, &year);
		if (months == model->first_months)
			copy_span(model, &first, &year);
		for (int r = 0; r < model->nresponses; r++)
			if (months <= model->responses[r].months)
			{
				status = add_hires(model, class, &model->responses[r],
								   months, &year);
				if (status != EF_OK)
					return status;
			}
	}

	copy_span(model, &later, &year);
	add_stock(model, class, 0, &first, NULL, before);
	for (int t = 1; t < years; t++)
	{
		/* `later` is of the t-th year from a given age */
		if (t > 1)
			postpone(alive, &year, &later);
		add_stock(model, class, t, &first, &later, before);
		for (int r = 0; r < model->nresponses; r++)
			follow_hires(model, &model->responses[r], t, &later, alive);

		/* nobody of the highest ages is left after another year */
		while (alive > 0 && later.stay[alive - 1] == 0 &&
			   later.leave[alive - 1] == 0 &&
			   later.unsupported[alive - 1] == 0)
			alive--;
	}
	discard(model, mark);
	return EF_OK;
}

/* Differences to sums. */
static void
finish_blocks(const Model *model, double *rows)
{
	for (int t = 0; t < model->plan->years; t++, rows += model->blocks)
		for (int b = 1; b < model->blocks; b++)
			rows[b] += rows[b - 1];
}

static EfStatus
prepare(Model *model)
{
	const EfProjectionPlan *plan = model->plan;
	Outlook    *outlook = &model->outlook;
	size_t		years = (size_t) plan->years;
	size_t		rows;
	double	   *chunk;
	EfMonth		start = plan->workforce->last_month + 1;

	rows = years * (size_t) model->blocks;
	chunk = grab_doubles(model, 7 * years + 3 * rows);
	if (chunk == NULL)
		return no_memory(model);
	outlook->stay = chunk;
	outlook->stay_squares = outlook->stay + years;
	outlook->gone_squares = outlook->stay_squares + years;
	outlook->leave = outlook->gone_squares + years;
	outlook->leave_squares = outlook->leave + years;
	outlook->fte = outlook->leave_squares + years;
	outlook->unsupported = outlook->fte + years;
	outlook->passing = outlook->unsupported + years;
	outlook->leaving = outlook->passing + rows;
	outlook->present = outlook->leaving + rows;

	/* without a rule by birth cohort, all whole years are alike */
	if (model->nhires == 0)
		model->nresponses = 0;
	else if (plan->rule != NULL)
		model->nresponses = plan->years;
	else
		model->nresponses = model->first_months < MONTHS && plan->years > 1 ? 2 : 1;
	model->responses = grab(model, (size_t) model->nresponses,
							sizeof(Response));
	if (model->responses == NULL)
		return no_memory(model);
	for (int r = 0; r < model->nresponses; r++)
	{
		Response   *response = &model->responses[r];
		size_t		ages = (size_t) model->ages;

		response->months = r == 0 ? model->first_months : MONTHS;
		response->first = r == 0 ? start
			: start + model->first_months + (r - 1) * MONTHS;
		chunk = grab_doubles(model, 2 * ages + 5 * years + 3 * rows);
		if (chunk == NULL)
			return no_memory(model);
		response->people = chunk;
		response->squares = response->people + ages;
		response->stay = response->squares + ages;
		response->stay_squares = response->stay + years;
		response->leave = response->stay_squares + years;
		response->leave_squares = response->leave + years;
		response->unsupported = response->leave_squares + years;
		response->passing = response->unsupported + years;
		response->leaving = response->passing + rows;
		response->present = response->leaving + rows;
	}
	return EF_OK;
}

static const Response *
response_of(const Model *model, int period)
{
	return &model->responses[period < model->nresponses ? period
							 : model->nresponses - 1];
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
	model->forced = plan->retire_at != EF_AS_OBSERVED || plan->rule != NULL;
	model->retirement = retirement;
	model->first_months = ef_year_of_month(start) * MONTHS + MONTHS - start;

	status = estimate_rates(model, asked);
	if (status == EF_OK)
		status = gather_people(model);
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

	finish_blocks(model, model->outlook.passing);
	finish_blocks(model, model->outlook.leaving);
	for (int r = 0; r < model->nresponses; r++)
	{
		finish_blocks(model, model->responses[r].passing);
		finish_blocks(model, model->responses[r].leaving);
	}
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

static int
year_of_block(const Model *model, int block)
{
	int			year = model->lowest / MONTHS + block - 1;
	int			last = model->rates.limit / MONTHS - 1;

	return year < 0 ? 0 : year > last ? last : year;
}

/* Sum over years of age of a variance times the square of people. */
static double
spread(const Model *model, const double *people, const double *variance)
{
	double		sum = 0;

	for (int b = 0; b < model->blocks; b++)
		sum += people[b] * people[b] * variance[year_of_block(model, b)];
	return sum;
}

static void
add_scaled(const Model *model, double *restrict sum,
		   const double *restrict row, double factor)
{
	int			n = model->blocks;

	for (int b = 0; b < n; b++)
		sum[b] += factor * row[b];
}

/* Exits for the reason asked for in a period: mean and variance. */
static void
leavers_of(const Model *model, int t, double *scratch,
		   double *mean, double *variance)
{
	const Outlook *outlook = &model->outlook;
	const double *intake = model->plan->intake;
	size_t		row = (size_t) t * model->blocks;
	double	   *leaving = scratch;
	double	   *present = scratch + model->blocks;

	*mean = outlook->leave[t];
	*variance = outlook->leave[t] - outlook->leave_squares[t];
	memcpy(leaving, outlook->leaving + row, model->blocks * sizeof(double));
	memcpy(present, outlook->present + row, model->blocks * sizeof(double));
	for (int i = 0; intake != NULL && i <= t; i++)
	{
		const Response *response = response_of(model, i);
		size_t		lag = (size_t) (t - i);

		*mean += intake[i] * response->leave[lag];
		*variance += intake[i] * (response->leave[lag] -
								  response->leave_squares[lag]);
		add_scaled(model, leaving, response->leaving + lag * model->blocks,
				   intake[i]);
		add_scaled(model, present, response->present + lag * model->blocks,
				   intake[i]);
	}
	*variance += spread(model, leaving, model->rates.var_log_stay) +
		spread(model, present, model->rates.var_leave);
}

static void
fill_periods(const Model *model, EfProjectionPeriod *periods,
			 double *scratch, double *need)
{
	const EfProjectionPlan *plan = model->plan;
	const Outlook *outlook = &model->outlook;
	const double *intake = plan->intake;
	double		z = ef_normal_quantile((1 + plan->level) / 2);
	double		headcount = (double) plan->workforce->headcount;
	double		stock = headcount;
	double		most = headcount;
	double		carried = 0;
	EfMonth		month = plan->workforce->last_month + 1;

	for (int t = 0; t < plan->years; t++)
	{
		EfProjectionPeriod *period = &periods[t];
		size_t		row = (size_t) t * model->blocks;
		double		variance;
		double		sd;
		double		filled;
		double		own = 0;
		double	   *passing = scratch;
		double	   *present = scratch + model->blocks;

		period->year = ef_year_of_month(month);
		period->start = ef_first_day(month);
		period->end = ef_last_day_of_year(month);
		month = period->year * MONTHS + MONTHS;

		/* expected */
		period->headcount_start = headcount;
		period->intake = intake != NULL ? intake[t] : 0;
		period->headcount = outlook->stay[t];
		period->unsupported = outlook->unsupported[t];
		period->fte = plan->workforce->counts_fte
			? outlook->fte[t] / 1000 : NAN;
		variance = outlook->stay[t] - outlook->stay_squares[t];
		memcpy(passing, outlook->passing + row,
			   model->blocks * sizeof(double));
		for (int i = 0; intake != NULL && i <= t; i++)
		{
			const Response *response = response_of(model, i);
			size_t		lag = (size_t) (t - i);
			double		stay = intake[i] * response->stay[lag];

			period->headcount += stay;
			if (stay > 0)
				period->fte += stay * model->hire_fte;
			period->unsupported += intake[i] * response->unsupported[lag];
			variance += stay - intake[i] * response->stay_squares[lag];
			add_scaled(model, passing,
					   response->passing + lag * model->blocks, intake[i]);
		}
		headcount = period->headcount;
		period->exits = period->headcount_start + period->intake - headcount;

		/* limits */
		most += period->intake;
		variance += spread(model, passing, model->rates.var_log_stay);
		sd = z * sqrt(fmax(variance, 0));
		set_limits(headcount, sd, most, &period->lower, &period->upper);
		leavers_of(model, t, scratch, &period->retirements, &variance);
		sd = z * sqrt(fmax(variance, 0));
		set_limits(period->retirements, sd, most,
				   &period->retirements_lower, &period->retirements_upper);

		/* the need: what fills the place of everyone who leaves */
		period->target = plan->target != NULL ? plan->target[t]
			: (double) plan->workforce->headcount;
		period->gap = period->target - headcount;
		period->need = period->need_lower = period->need_upper = NAN;
		if (model->nresponses > 0)
			own = response_of(model, t)->stay[0];
		if (own > 0)
		{
			double		missing;

			filled = outlook->stay[t];
			variance = stock - outlook->stay[t] - outlook->gone_squares[t];
			memcpy(present, outlook->present + row,
				   model->blocks * sizeof(double));
			for (int i = 0; i < t; i++)
			{
				const Response *response = response_of(model, i);
				size_t		lag = (size_t) (t - i);
				double		gone = response->stay[lag - 1] - response->stay[lag];

				filled += need[i] * response->stay[lag];
				variance += need[i] * gone * (1 - gone);
				add_scaled(model, present,
						   response->present + lag * model->blocks, need[i]);
			}
			missing = (period->target - filled) / own;
			need[t] = fmax(missing, 0);
			add_scaled(model, present, response_of(model, t)->present, need[t]);
			variance += need[t] * own * (1 - own) +
				spread(model, present, model->rates.var_stay) + carried;
			sd = z * sqrt(fmax(variance, 0)) / own;
			period->need = need[t];
			set_limits(missing, sd, INFINITY,
					   &period->need_lower, &period->need_upper);
			period->need_lower = fmax(period->need_lower, 0);

			/* a surplus is not filled up, so its spread stays */
			carried = need[t] > 0 ? 0 : variance;
		}
		stock = outlook->stay[t];
	}
}

EfStatus
ef_project_workforce(const EfProjectionPlan *plan,
					 EfProjectionPeriod **periods,
					 const EfAllocator *allocator, EfError *error)
{
	Model		model = {.plan = plan,.allocator = allocator,.error = error};
	EfStatus	status = build(&model, retirement_label(&plan->rates->table),
							   true);
	double	   *scratch;

	if (status == EF_OK)
	{
		*periods = ef_alloc(allocator, (size_t) plan->years *
							sizeof(EfProjectionPeriod));
		scratch = grab_doubles(&model, 2 * (size_t) model.blocks +
							   (size_t) plan->years);
		if (*periods == NULL || scratch == NULL)
			status = no_memory(&model);
		else
			fill_periods(&model, *periods, scratch,
						 scratch + 2 * model.blocks);
	}
	discard(&model, NULL);
	return status;
}

/* One reason: label n of the rates' table, or 0 for a retirement that is no
 * label of it.  Fills every nreasons-th row. */
static EfStatus
project_reason(Model *model, uint32_t label, const EfLabel *reason,
			   EfProjectedExits *rows, size_t nreasons)
{
	const EfProjectionPlan *plan = model->plan;
	double		z = ef_normal_quantile((1 + plan->level) / 2);
	double		most = (double) plan->workforce->headcount;
	double	   *scratch;
	EfStatus	status = build(model, label, label == 0 ||
							   label == retirement_label(&plan->rates->table));

	if (status != EF_OK)
		return status;
	scratch = grab_doubles(model, 2 * (size_t) model->blocks);
	if (scratch == NULL)
		return no_memory(model);
	for (int t = 0; t < plan->years; t++)
	{
		EfProjectedExits *row = &rows[t * nreasons];
		double		variance;
		double		sd;

		leavers_of(model, t, scratch, &row->exits, &variance);
		most += plan->intake != NULL ? plan->intake[t] : 0;
		sd = z * sqrt(fmax(variance, 0));
		row->year = ef_year_of_month(plan->workforce->last_month + 1) + t;
		row->reason = *reason;
		set_limits(row->exits, sd, most, &row->lower, &row->upper);
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
		Model		model = {.plan = plan,.allocator = allocator,.error = error};
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
		discard(&model, NULL);
	}
	return status;
}
