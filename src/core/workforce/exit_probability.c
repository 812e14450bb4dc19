/*
 * exit_probability.c
 *	  See exit_probability.h.
 */
#include "workforce/exit_probability.h"

#include "base/invariant.h"
#include "base/vectors.h"

#include <math.h>
#include <string.h>

#define MONTHS 12

/*
 * Weight, in person-months, of the pooled q of a year of age beside the
 * observations of one of its months: for the variance only.
 */
#define PRIOR 1.0

/*
 * Exits and exposure of one month of age, or of the twelve of a year: whole
 * numbers, which are exact, if no reason has a ratio.
 */
typedef struct Risk
{
	double		parts;			/* exposure */
	double		exits;			/* for all reasons that count */
	double		squares;		/* each times its ratio once more */
	double		asked;			/* for the reason asked for */
	double		others;			/* set aside */
} Risk;

/*
 * Observations at each age, and for each year of age the year that fills in
 * for its missing months.  Exits whose rates move along age are apart.
 */
typedef struct Seen
{
	const EfExitScope *scope;
	Risk	   *month;
	Risk	   *year;
	Risk	   *moved_month;	/* NULL: none move */
	Risk	   *moved_year;
	int		   *donor;			/* by year of age */
} Seen;

typedef struct Chance
{
	double		stay;
	double		leave;
	double		ratio;			/* mean ratio of the exits */
	bool		all;			/* leave: no error changes that */
} Chance;

/* Return fmax() of numbers that are not NaN. */
static inline double
at_least(double x, double limit)
{
	return x > limit ? x : limit;
}

/*
 * Return the chance of leaving; without branches, as posterior_of(), so that
 * the months of a year are done together.
 */
static inline Chance
chance_of(const Risk *risk)
{
	double		n = risk->exits + risk->others;
	bool		some = n * EF_MONTH_PARTS > 0;

	/*
	 * short spells can make exits exceed the exposure of their month: then
	 * everybody leaves, in the proportions seen
	 */
	bool		all = n * EF_MONTH_PARTS >= risk->parts;
	double		whole = all ? n : risk->parts;
	double		stay = (all ? risk->others
						: risk->parts - risk->exits * EF_MONTH_PARTS) / whole;
	double		leave = (all ? risk->asked : risk->asked * EF_MONTH_PARTS) / whole;
	double		ratio = risk->squares / risk->exits;
	Chance		chance = {
		.stay = some ? stay : 1,
		.leave = some ? leave : 0,
		.ratio = some && risk->exits > 0 ? ratio : 1,
		.all = some && all
	};

	return chance;
}

/* Return the chance of two kinds of exits, at rates of two ages. */
static Chance
chance_of_both(const Risk *here, const Risk *moved)
{
	double		per_here = EF_MONTH_PARTS / here->parts;
	double		per_moved = EF_MONTH_PARTS / moved->parts;
	double		all = here->exits * per_here + moved->exits * per_moved;
	Chance		chance = {1, 0, 1, false};

	if (!(all > 0))
		return chance;
	chance.leave = here->asked * per_here + moved->asked * per_moved;
	chance.stay = 1 - all;
	if (all >= 1)
	{
		chance.leave /= all;
		chance.stay = 0;
		chance.all = true;
	}
	return chance;
}

/*
 * Return the risk for an age: its own month, or if nobody was seen in it the
 * year of its donor.
 */
static const Risk *
risk_at(const Risk *month, const Risk *year, const int *donor, int age)
{
	if (age >= 0 && month[age].parts > 0)
		return &month[age];
	return &year[donor[age < 0 ? 0 : age / MONTHS]];
}

static const Risk *
here_at(const Seen *seen, int age)
{
	return risk_at(seen->month, seen->year, seen->donor, age);
}

/* Return the risk of rates that move: that of the age `shift` before. */
static const Risk *
moved_at(const Seen *seen, int age)
{
	return risk_at(seen->moved_month, seen->moved_year, seen->donor,
				   age - seen->scope->shift);
}

static Chance
chance_at(const Seen *seen, int age)
{
	const Risk *here = here_at(seen, age);

	return seen->moved_month == NULL ? chance_of(here)
		: chance_of_both(here, moved_at(seen, age));
}

/*
 * The beta posterior of the rates of a month of age, and the terms of the
 * variances.
 */
typedef struct Posterior
{
	double		any;			/* the mean of q */
	double		off;			/* of its variance, any * off * scale */
	double		scale;
	double		var_leave;
} Posterior;

/*
 * Return the posterior of a month of age, `times` over; the reason asked for
 * has a ratio.
 */
static inline Posterior
posterior_of(const Risk *risk, const Chance *pooled, double ratio, double times)
{
	double		months = risk->parts / EF_MONTH_PARTS;
	double		per_month = 1 / (months + PRIOR);
	double		prior = PRIOR * (1 - pooled->stay);
	double		any = (risk->exits + prior) * per_month;
	double		squares = (risk->squares + prior * pooled->ratio) * per_month;
	double		leave = (risk->asked + PRIOR * pooled->leave) * per_month;
	double		scale = times / (months + PRIOR + 1);
	double		off = at_least(squares / any - any, 0);
	double		var_leave = leave * at_least(ratio - leave, 0) * scale;

	/* short spells can make exits exceed the exposure */
	Posterior	posterior = {
		.any = any,
		.off = any > 0 && any < 1 ? off : 0,
		.scale = scale,
		.var_leave = leave < 1 ? var_leave : 0
	};

	return posterior;
}

static inline double
variance_of(const Posterior *posterior)
{
	return posterior->any * posterior->off * posterior->scale;
}

/* Return the variance of log(1 - q). */
static inline double
log_variance_of(const Posterior *posterior)
{
	double		any = posterior->any;
	double		variance = any / (1 - any) * posterior->scale *
		(posterior->off / (1 - any));

	return posterior->off > 0 ? variance : 0;
}

/* Add the variances of a month of age, `times` over, to those of its year. */
static void
add_variances(EfExitProbability *q, int year, const Risk *risk,
			  const Chance *pooled, double ratio, double times)
{
	Posterior	posterior = posterior_of(risk, pooled, ratio, times);

	q->var_leave[year] += posterior.var_leave;
	q->var_stay[year] += variance_of(&posterior);
	q->var_log_stay[year] += log_variance_of(&posterior);
}

static double
ratio_of(const EfExitCounts *counts, uint32_t label)
{
	return counts->ratios != NULL && label > 0
		? counts->ratios[label - 1].mean : 1;
}

/* Return the mean ratio of the exits asked for. */
static double
ratio_asked_for(const EfExitCounts *counts, const EfExitScope *scope)
{
	const EfTable *table = counts->table;
	double		exits = 0;
	double		squares = 0;

	if (!scope->others || counts->ratios == NULL)
		return ratio_of(counts, scope->reason);
	for (uint32_t label = 1; label <= table->nlabels; label++)
	{
		double		ratio = ratio_of(counts, label);
		double		n = (double) ef_table_sum(table, label, EF_EXITS);

		if (label == scope->reason)
			continue;
		exits += ratio * n;
		squares += ratio * ratio * n;
	}
	return exits > 0 ? squares / exits : 1;
}

void
ef_exit_counts(EfExitCounts *counts, const EfTable *table,
			   const EfExitRatio *ratios, EfWorkspace *workspace)
{
	size_t		n;

	counts->table = table;
	counts->ratios = ratios;
	counts->oldest = ef_workforce_oldest_month(table);
	n = (size_t) counts->oldest + 1;
	counts->parts = ef_grab(workspace, n, sizeof(int64_t));
	counts->exits = ef_grab_doubles(workspace, 2 * n);
	counts->squares = counts->exits + n;
	ef_workforce_initial_exposure(table, counts->oldest + 1, counts->parts);
	for (size_t i = 0; i < table->ncells; i++)
		if (ef_key_kind(table->cells[i].key) == EF_EXITS)
		{
			EfKey		key = table->cells[i].key;
			double		ratio = ratio_of(counts, ef_key_label(key));
			double		exits = ratio * (double) table->cells[i].count;

			counts->exits[ef_key_at(key)] += exits;
			counts->squares[ef_key_at(key)] += ratio * exits;
		}
}

/* Take the exits that move from the others. */
static void
move_out(const EfExitCounts *counts, const EfExitScope *scope, Risk *month,
		 Risk *moved)
{
	double		ratio = ratio_of(counts, scope->moved);
	size_t		n;
	const EfCell *cells = ef_table_series(counts->table, scope->moved, EF_EXITS,
										  &n);

	for (int age = 0; age <= counts->oldest; age++)
		moved[age].parts = month[age].parts;
	for (size_t i = 0; i < n; i++)
	{
		int			age = (int) ef_key_at(cells[i].key);
		double		exits = ratio * (double) cells[i].count;

		moved[age].exits = exits;
		moved[age].squares = ratio * exits;

		/* nothing is left of nothing */
		month[age].exits = fmax(month[age].exits - exits, 0);
		month[age].squares = fmax(month[age].squares - ratio * exits, 0);
	}
}

/*
 * Count exits and exposure by month of age up to the oldest that was seen;
 * `moved` has the exits that move, if any do.
 */
static void
count_months(const EfExitCounts *counts, const EfExitScope *scope, Risk *month,
			 Risk *moved)
{
	const EfCell *cells;
	size_t		n;

	for (int age = 0; age <= counts->oldest; age++)
	{
		month[age].parts = (double) counts->parts[age];
		month[age].exits = counts->exits[age];
		month[age].squares = counts->squares[age];
	}
	if (scope->set_aside > 0)
	{
		double		ratio = ratio_of(counts, scope->set_aside);

		cells = ef_table_series(counts->table, scope->set_aside, EF_EXITS, &n);
		for (size_t i = 0; i < n; i++)
		{
			Risk	   *risk = &month[ef_key_at(cells[i].key)];
			double		exits = ratio * (double) cells[i].count;

			/* nothing is left of nothing */
			risk->others += exits;
			risk->exits = fmax(risk->exits - exits, 0);
			risk->squares = fmax(risk->squares - ratio * exits, 0);
		}
	}
	if (moved != NULL)
		move_out(counts, scope, month, moved);
	if (scope->reason > 0 && scope->reason != scope->set_aside)
	{
		double		ratio = ratio_of(counts, scope->reason);
		Risk	   *risks = moved != NULL && scope->reason == scope->moved
			? moved : month;

		cells = ef_table_series(counts->table, scope->reason, EF_EXITS, &n);
		for (size_t i = 0; i < n; i++)
			risks[ef_key_at(cells[i].key)].asked +=
				ratio * (double) cells[i].count;
	}
	for (int age = 0; scope->others && age <= counts->oldest; age++)
	{
		month[age].asked = month[age].exits - month[age].asked;
		if (moved != NULL)
			moved[age].asked = moved[age].exits - moved[age].asked;
	}
}

/*
 * Count the same by year of age.  Return the youngest year with exposure, -1
 * if there is none.
 */
static int
count_years(const Risk *month, int oldest, Risk *year)
{
	int			youngest = -1;

	for (int y = 0; y * MONTHS <= oldest; y++)
	{
		Risk		sum = {0};

		/* none beyond the oldest */
		for (int i = 0; i < MONTHS; i++, month++)
		{
			sum.parts += month->parts;
			sum.exits += month->exits;
			sum.squares += month->squares;
			sum.asked += month->asked;
			sum.others += month->others;
			if (youngest < 0 && month->parts > 0)
				youngest = y;
		}
		year[y] = sum;
	}
	return youngest;
}

/*
 * Return the first year of age with an answer: blocks may begin before birth.
 */
static int
first_year_of(const EfExitScope *scope)
{
	return scope->first_year > 0 ? scope->first_year : 0;
}

/*
 * Find for each year of age the one that fills in where it has no exposure:
 * its own, else the nearest younger; below all, the nearest older.
 */
static void
find_donors(const Risk *year, int youngest, int nyears, int *donor)
{
	int			younger = youngest;

	for (int y = 0; y < nyears; y++)
	{
		if (year[y].parts > 0)
			younger = y;
		donor[y] = younger;
	}
}

/* The variances of the months of a year of age. */
typedef struct Variances
{
	double		log_stay[MONTHS];
	double		stay[MONTHS];
	double		leave[MONTHS];
} Variances;

EF_VECTORS static void
estimate_months(const Risk *month, const Chance *pooled, double ratio,
				double *restrict stay, double *restrict leave,
				double *restrict unsupported, Variances *restrict variances)
{
	Chance		whole_year = *pooled;
	double		parts[MONTHS];
	double		exits[MONTHS];
	double		squares[MONTHS];
	double		asked[MONTHS];
	double		others[MONTHS];

	for (int i = 0; i < MONTHS; i++)
	{
		parts[i] = month[i].parts;
		exits[i] = month[i].exits;
		squares[i] = month[i].squares;
		asked[i] = month[i].asked;
		others[i] = month[i].others;
	}
	for (int i = 0; i < MONTHS; i++)
	{
		Risk		risk = {parts[i], exits[i], squares[i], asked[i], others[i]};
		bool		own = risk.parts > 0;
		Chance		chance = chance_of(&risk);
		Posterior	posterior = posterior_of(&risk, &whole_year, ratio, 1);
		double		variance = variance_of(&posterior);
		double		log_variance = log_variance_of(&posterior);

		stay[i] = own ? chance.stay : whole_year.stay;
		leave[i] = own ? chance.leave : whole_year.leave;
		unsupported[i] = risk.parts == 0;
		variances->log_stay[i] = own ? log_variance : 0;
		variances->stay[i] = own ? variance : 0;
		variances->leave[i] = own ? posterior.var_leave : 0;
	}
}

/*
 * Estimate the months of a year of age; `donor` is the year that it is pooled
 * from. It is another year only if nobody was seen in this one.
 */
static void
estimate_year(EfExitProbability *q, const EfExitScope *scope, int y, bool own,
			  const Risk *month, const Risk *donor, double ratio)
{
	Chance		pooled = chance_of(donor);
	int			first = y * MONTHS;
	int			block = y - scope->first_year;
	double		missing = 0;
	Variances	variances;

	if (!own)
	{
		for (int age = first; age < first + MONTHS; age++)
		{
			q->stay[age] = pooled.stay;
			q->leave[age] = pooled.leave;
			q->unsupported[age] = 1;
		}
		add_variances(q, block, donor, &pooled, ratio, MONTHS * MONTHS);
		return;
	}
	estimate_months(month + first, &pooled, ratio, q->stay + first,
					q->leave + first, q->unsupported + first, &variances);
	for (int i = 0; i < MONTHS; i++)
	{
		q->var_log_stay[block] += variances.log_stay[i];
		q->var_stay[block] += variances.stay[i];
		q->var_leave[block] += variances.leave[i];
		missing += q->unsupported[first + i];
	}

	/* the same pooled estimate in each of them, so errors add up */
	if (missing > 0)
		add_variances(q, block, donor, &pooled, ratio, missing * missing);
}

/* Return the posterior of the risk for an age, by one of two patterns. */
static Posterior
posterior_at(const Risk *month, const Risk *year, const int *donor, int age,
			 double ratio)
{
	Chance		pooled = chance_of(&year[donor[age < 0 ? 0 : age / MONTHS]]);

	return posterior_of(risk_at(month, year, donor, age), &pooled, ratio, 1);
}

/* Months of age that take the rate of one year, so that their errors are one. */
typedef struct Pooled
{
	const Risk *risk;
	double		months;
	double		log_stay;		/* the sum of 1 / (1 - q) over them */
	Posterior	posterior;
} Pooled;

static void
add_posterior(EfExitProbability *q, int block, const Posterior *posterior,
			  double months, double log_stay)
{
	double		variance = variance_of(posterior);

	q->var_stay[block] += variance * months * months;
	q->var_leave[block] += posterior->var_leave * months * months;
	q->var_log_stay[block] += variance * log_stay * log_stay;
}

/*
 * Add the variances that one of two patterns brings to the months of a year
 * of age; by_stay has 1 / (1 - q) of each month.  The errors of the two are
 * independent, since they are of people of two ages.
 */
static void
add_pattern(EfExitProbability *q, int block, const Risk *month,
			const Risk *year, const int *donor, int first, double ratio,
			const double *by_stay)
{
	Pooled		pooled[2] = {{0}};	/* twelve months lie in two years */

	for (int i = 0; i < MONTHS; i++)
	{
		int			age = first + i;
		const Risk *risk = risk_at(month, year, donor, age);
		Posterior	posterior = posterior_at(month, year, donor, age, ratio);
		Pooled	   *same = &pooled[pooled[0].risk != NULL &&
								   pooled[0].risk != risk];

		if (age >= 0 && risk == &month[age])
		{
			add_posterior(q, block, &posterior, 1, by_stay[i]);
			continue;
		}
		same->risk = risk;
		same->months++;
		same->log_stay += by_stay[i];
		same->posterior = posterior;
	}
	for (int i = 0; i < 2; i++)
		add_posterior(q, block, &pooled[i].posterior, pooled[i].months,
					  pooled[i].log_stay);
}

/*
 * Estimate the months of a year of age, where the rates of some exits are
 * those of another age: as estimate_year(), for two patterns.
 */
static void
estimate_moved_year(EfExitProbability *q, const Seen *seen, int y, double ratio)
{
	int			block = y - seen->scope->first_year;
	int			first = y * MONTHS;
	int			shift = seen->scope->shift;
	double		by_stay[MONTHS];

	for (int i = 0; i < MONTHS; i++)
	{
		int			age = first + i;
		Chance		chance = chance_at(seen, age);
		double		any;

		q->stay[age] = chance.stay;
		q->leave[age] = chance.leave;
		q->unsupported[age] = here_at(seen, age) != &seen->month[age] ||
			age < shift ||
			moved_at(seen, age) != &seen->moved_month[age - shift];
		any = posterior_at(seen->month, seen->year, seen->donor, age, ratio).any +
			posterior_at(seen->moved_month, seen->moved_year, seen->donor,
						 age - shift, ratio).any;
		by_stay[i] = any < 1 ? 1 / (1 - any) : 0;
	}
	add_pattern(q, block, seen->month, seen->year, seen->donor, first, ratio,
				by_stay);
	add_pattern(q, block, seen->moved_month, seen->moved_year, seen->donor,
				first - shift, ratio, by_stay);
}


/* ---- errors that all ages share ---- */

/*
 * Effect of one more exit in a month of age on -log(1 - q) and on q; 0 where
 * everybody leaves.
 */
typedef struct Unit
{
	double		log_stay;
	double		stay;
} Unit;

static Unit
unit_at(const Seen *seen, int age, const Risk *from)
{
	Chance		chance = chance_at(seen, age);
	Unit		unit = {0, 0};

	if (!chance.all && from->parts > 0)
	{
		unit.stay = EF_MONTH_PARTS / from->parts;
		unit.log_stay = unit.stay / chance.stay;
	}
	return unit;
}

/*
 * Compute, by year of age, the change of such sums per unit of a reason's
 * ratio.
 */
static void
find_gradient(const EfExitCounts *counts, const Seen *seen, uint32_t label,
			  int64_t *by_year, int years, double *log_stay, double *stay)
{
	const EfExitScope *scope = seen->scope;
	int			shift = label == scope->moved ? scope->shift : 0;
	size_t		n;
	const EfCell *cells = ef_table_series(counts->table, label, EF_EXITS, &n);

	memset(by_year, 0, (size_t) years * sizeof(int64_t));
	memset(log_stay, 0, (size_t) scope->nyears * sizeof(double));
	memset(stay, 0, (size_t) scope->nyears * sizeof(double));
	for (size_t i = 0; i < n; i++)
	{
		int			from = (int) ef_key_at(cells[i].key);
		int			age = from + shift;
		int			block = ef_floor_div(age, MONTHS) - scope->first_year;

		by_year[from / MONTHS] += cells[i].count;
		if (block >= 0 && age >= 0 && age < scope->limit)
		{
			Unit		unit = unit_at(seen, age, &seen->month[from]);

			log_stay[block] += (double) cells[i].count * unit.log_stay;
			stay[block] += (double) cells[i].count * unit.stay;
		}
	}
	for (int age = first_year_of(scope) * MONTHS; age < scope->limit; age++)
	{
		int			from = age - shift;
		int			donor = seen->donor[from < 0 ? 0 : from / MONTHS];

		if ((from < 0 || !(seen->month[from].parts > 0)) && by_year[donor] > 0)
		{
			Unit		unit = unit_at(seen, age, &seen->year[donor]);
			double		exits = (double) by_year[donor];

			log_stay[age / MONTHS - scope->first_year] += exits * unit.log_stay;
			stay[age / MONTHS - scope->first_year] += exits * unit.stay;
		}
	}
}

/* Add variance * row row' to a matrix. */
static void
add_outer(double *matrix, int n, const double *row, double variance)
{
	for (int i = 0; i < n; i++)
		if (row[i] != 0)
			for (int j = 0; j < n; j++)
				matrix[i * n + j] += variance * row[i] * row[j];
}

static void
share_errors(EfExitProbability *q, const EfExitCounts *counts,
			 const Seen *seen, int years, EfWorkspace *workspace)
{
	const EfExitScope *scope = seen->scope;
	int			n = scope->nyears;
	int64_t    *by_year = ef_grab(workspace, (size_t) years, sizeof(int64_t));
	double	   *log_stay = ef_grab_doubles(workspace, 2 * (size_t) n);
	double	   *stay = log_stay + n;

	for (uint32_t label = 1; label <= counts->table->nlabels; label++)
	{
		double		variance = counts->ratios[label - 1].variance;

		if (!(variance > 0) || label == scope->set_aside)
			continue;
		ef_check_interrupt(workspace->context);
		find_gradient(counts, seen, label, by_year, years, log_stay, stay);
		add_outer(q->shared_log_stay, n, log_stay, variance);
		add_outer(q->shared_stay, n, stay, variance);
		if (scope->others && label != scope->reason)
		{
			/* of several ratios as if their errors went together, at most */
			q->asked_variance = 1;
			for (int y = 0; y < n; y++)
			{
				q->asked_log_stay[y] += sqrt(variance) * log_stay[y];
				q->asked_leave[y] += sqrt(variance) * stay[y];
			}
		}
		else if (!scope->others && label == scope->reason)
		{
			q->asked_variance = variance;
			memcpy(q->asked_log_stay, log_stay, (size_t) n * sizeof(double));
			memcpy(q->asked_leave, stay, (size_t) n * sizeof(double));
		}
	}
}

static bool
any_error(const EfExitCounts *counts)
{
	for (uint32_t i = 0; counts->ratios != NULL && i < counts->table->nlabels;
		 i++)
		if (counts->ratios[i].variance > 0)
			return true;
	return false;
}

void
ef_exit_probability(EfExitProbability *q, const EfExitCounts *counts,
					const EfExitScope *scope, EfWorkspace *workspace)
{
	size_t		limit = (size_t) scope->limit;
	size_t		nyears = (size_t) scope->nyears;
	bool		uncertain = any_error(counts);
	double	   *results = ef_grab_unset(workspace, 3 * limit + 3 * nyears, sizeof(double));
	size_t		below = (size_t) first_year_of(scope) * MONTHS;
	double	   *shared = !uncertain ? NULL
		: ef_grab_doubles(workspace, 2 * nyears * (nyears + 1));
	EfMark		before = ef_mark(workspace);
	int			oldest = counts->oldest;
	bool		moves = scope->moved > 0 && scope->shift != 0;
	int			last = moves && scope->shift < 0 ? scope->limit - scope->shift
		: scope->limit;
	int			years = (last > oldest ? last : oldest + 1) / MONTHS + 1;
	size_t		room = (size_t) years * (1 + MONTHS);
	Risk	   *risks = ef_grab(workspace, moves ? 2 * room : room,
								sizeof(Risk));
	Seen		seen = {.scope = scope,.year = risks,.month = risks + years};
	int			youngest;

	EF_ASSERT(!moves || scope->moved != scope->set_aside);
	seen.donor = ef_grab(workspace, (size_t) years, sizeof(int));
	if (moves)
	{
		seen.moved_year = risks + room;
		seen.moved_month = seen.moved_year + years;
	}
	q->stay = results;
	q->leave = q->stay + limit;
	q->unsupported = q->leave + limit;
	q->var_log_stay = q->unsupported + limit;
	q->var_stay = q->var_log_stay + nyears;
	q->var_leave = q->var_stay + nyears;
	q->shared_log_stay = shared;
	q->asked_variance = 0;

	count_months(counts, scope, seen.month, seen.moved_month);
	youngest = count_years(seen.month, oldest, seen.year);
	if (moves)
		(void) count_years(seen.moved_month, oldest, seen.moved_year);
	q->known = youngest >= 0;
	if (!q->known || below > limit)
		below = limit;
	memset(q->stay, 0, below * sizeof(double));
	memset(q->leave, 0, below * sizeof(double));
	memset(q->unsupported, 0, below * sizeof(double));
	memset(q->var_log_stay, 0, 3 * nyears * sizeof(double));
	if (q->known)
	{
		double		ratio = ratio_asked_for(counts, scope);

		find_donors(seen.year, youngest, years, seen.donor);
		for (int y = first_year_of(scope); y * MONTHS < scope->limit; y++)
			if (moves)
				estimate_moved_year(q, &seen, y, ratio);
			else
				estimate_year(q, scope, y, seen.donor[y] == y, seen.month,
							  &seen.year[seen.donor[y]], ratio);
	}
	if (q->known && uncertain)
	{
		q->shared_stay = shared + nyears * nyears;
		q->asked_log_stay = q->shared_stay + nyears * nyears;
		q->asked_leave = q->asked_log_stay + nyears;
		share_errors(q, counts, &seen, years, workspace);
	}
	ef_discard(workspace, before);
}


/* ---- expected exits ---- */

void
ef_exits_expected(const EfExitCounts *counts, const EfTable *people,
				  double *expected, EfWorkspace *workspace)
{
	const EfTable *table = counts->table;
	EfMark		before = ef_mark(workspace);
	int			theirs = ef_workforce_oldest_month(people);
	int			oldest = theirs > counts->oldest ? theirs : counts->oldest;
	int			seen = oldest / MONTHS + 1;
	int64_t    *parts = ef_grab(workspace, (size_t) oldest + 1, sizeof(int64_t));
	Risk	   *year = ef_grab(workspace, (size_t) seen, sizeof(Risk));
	int		   *donor = ef_grab(workspace, (size_t) seen, sizeof(int));
	double	   *weight = ef_grab_doubles(workspace, (size_t) oldest + 1 + (size_t) seen);
	double	   *of_year;
	int			youngest = -1;

	of_year = weight + oldest + 1;
	for (uint32_t label = 0; label <= table->nlabels; label++)
		expected[label] = 0;

	for (int age = 0; age <= counts->oldest; age++)
	{
		year[age / MONTHS].parts += (double) counts->parts[age];
		if (youngest < 0 && counts->parts[age] > 0)
			youngest = age / MONTHS;
	}
	if (youngest < 0)
	{
		ef_discard(workspace, before);
		return;
	}
	find_donors(year, youngest, seen, donor);

	/*
	 * weight of an exit in a month of age: their exposure over ours, of that
	 * month and of months that take the pooled q of its year
	 */
	ef_workforce_initial_exposure(people, theirs + 1, parts);
	for (int age = 0; age <= theirs; age++)
	{
		if (age <= counts->oldest && counts->parts[age] > 0)
			weight[age] = (double) parts[age] / (double) counts->parts[age];
		else
			of_year[donor[age / MONTHS]] += (double) parts[age] /
				year[donor[age / MONTHS]].parts;
	}
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		int			age = (int) ef_key_at(key);

		if (ef_key_kind(key) == EF_EXITS)
			expected[ef_key_label(key)] += (double) table->cells[i].count *
				(weight[age] + of_year[age / MONTHS]);
	}
	ef_discard(workspace, before);
}
