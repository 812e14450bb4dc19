/*
 * exit_probability.c
 *	  See exit_probability.h.
 */
#include "workforce/exit_probability.h"

#include <math.h>
#include <string.h>

#define MONTHS 12

/* The weight, in person-months, of the pooled q of a year of age beside what
 * was seen in one month of it: for the variance only. */
#define PRIOR 1.0

/* Exits and exposure of one month of age, or of the twelve of a year: whole
 * numbers, which are exact, where no reason has a ratio. */
typedef struct Risk
{
	double		parts;			/* exposure */
	double		exits;			/* for all reasons that count */
	double		squares;		/* each times its ratio once more */
	double		asked;			/* for the reason asked for */
	double		others;			/* set aside */
} Risk;

typedef struct Chance
{
	double		stay;
	double		leave;
	double		ratio;			/* the mean ratio of those who leave */
	bool		all;			/* leave: no error changes that */
} Chance;

static Chance
chance_of(const Risk *risk)
{
	double		all = (risk->exits + risk->others) * EF_MONTH_PARTS;
	Chance		chance = {1, 0, 1, false};

	if (!(all > 0))
		return chance;
	if (risk->exits > 0)
		chance.ratio = risk->squares / risk->exits;

	/* short spells can make exits exceed the exposure of their month: then
	 * everybody leaves, in the proportions seen */
	if (all >= risk->parts)
	{
		double		n = risk->exits + risk->others;

		chance.stay = risk->others / n;
		chance.leave = risk->asked / n;
		chance.all = true;
	}
	else
	{
		chance.stay = (risk->parts - risk->exits * EF_MONTH_PARTS) /
			risk->parts;
		chance.leave = risk->asked * EF_MONTH_PARTS / risk->parts;
	}
	return chance;
}

/* Add the variances of a month of age, `times` over, to those of its year; the
 * reason asked for has a ratio. */
static void
add_variances(EfExitProbability *q, int year, const Risk *risk,
			  const Chance *pooled, double ratio, double times)
{
	double		months = risk->parts / EF_MONTH_PARTS;
	double		per_month = 1 / (months + PRIOR);
	double		scale = times / (months + PRIOR + 1);
	double		prior = PRIOR * (1 - pooled->stay);
	double		any = (risk->exits + prior) * per_month;
	double		squares = (risk->squares + prior * pooled->ratio) * per_month;
	double		leave = (risk->asked + PRIOR * pooled->leave) * per_month;

	/* short spells can make exits exceed the exposure */
	if (leave < 1)
		q->var_leave[year] += leave * fmax(ratio - leave, 0) * scale;
	if (any > 0 && any < 1)
	{
		double		off = fmax(squares / any - any, 0);

		q->var_stay[year] += any * off * scale;
		q->var_log_stay[year] += any / (1 - any) * scale * (off / (1 - any));
	}
}

static double
ratio_of(const EfExitCounts *counts, uint32_t label)
{
	return counts->ratios != NULL && label > 0
		? counts->ratios[label - 1].mean : 1;
}

/* The mean ratio of the exits asked for. */
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
	counts->oldest = ef_oldest_month(table);
	n = (size_t) counts->oldest + 1;
	counts->parts = ef_grab(workspace, n, sizeof(int64_t));
	counts->exits = ef_grab_doubles(workspace, 2 * n);
	counts->squares = counts->exits + n;
	ef_initial_exposure(table, counts->oldest + 1, counts->parts);
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

/* Exits and exposure by month of age up to the oldest that was seen. */
static void
count_months(const EfExitCounts *counts, const EfExitScope *scope, Risk *month)
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

			/* what is left of nothing is nothing */
			risk->others += exits;
			risk->exits = fmax(risk->exits - exits, 0);
			risk->squares = fmax(risk->squares - ratio * exits, 0);
		}
	}
	if (scope->reason > 0 && scope->reason != scope->set_aside)
	{
		double		ratio = ratio_of(counts, scope->reason);

		cells = ef_table_series(counts->table, scope->reason, EF_EXITS, &n);
		for (size_t i = 0; i < n; i++)
			month[ef_key_at(cells[i].key)].asked +=
				ratio * (double) cells[i].count;
	}
	for (int age = 0; scope->others && age <= counts->oldest; age++)
		month[age].asked = month[age].exits - month[age].asked;
}

/* The same by year of age.  The youngest year with exposure, -1 if none. */
static int
count_years(const Risk *month, int oldest, Risk *year)
{
	int			youngest = -1;

	for (int age = 0; age <= oldest; age++)
	{
		Risk	   *risk = &year[age / MONTHS];

		risk->parts += month[age].parts;
		risk->exits += month[age].exits;
		risk->squares += month[age].squares;
		risk->asked += month[age].asked;
		risk->others += month[age].others;
		if (youngest < 0 && month[age].parts > 0)
			youngest = age / MONTHS;
	}
	return youngest;
}

/* The first year of age that there is an answer for: blocks may begin before
 * people are born. */
static int
first_year_of(const EfExitScope *scope)
{
	return scope->first_year > 0 ? scope->first_year : 0;
}

/* For each year of age the one that takes its place where it has no exposure: its
 * own, else the nearest younger; below all, the nearest older. */
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

/* The months of a year of age; `donor` is the year that it is pooled from. */
static void
estimate_year(EfExitProbability *q, const EfExitScope *scope, int y,
			  const Risk *month, const Risk *donor, double ratio)
{
	Chance		pooled = chance_of(donor);
	double		missing = 0;

	for (int age = y * MONTHS; age < (y + 1) * MONTHS; age++)
	{
		const Risk *risk = &month[age];
		Chance		chance = risk->parts > 0 ? chance_of(risk) : pooled;

		q->stay[age] = chance.stay;
		q->leave[age] = chance.leave;
		q->unsupported[age] = risk->parts == 0;
		missing += risk->parts == 0;
		if (risk->parts > 0)
			add_variances(q, y - scope->first_year, risk, &pooled, ratio, 1);
	}

	/* the same pooled estimate in each of them, so errors add up */
	if (missing > 0)
		add_variances(q, y - scope->first_year, donor, &pooled, ratio,
					  missing * missing);
}


/* ---- errors that all ages share ---- */

/* What an exit more adds, in a month of age, to log(1 - q), with its sign
 * changed, and to q.  Where everybody leaves, nothing. */
typedef struct Unit
{
	double		log_stay;
	double		stay;
} Unit;

static Unit
unit_of(const Risk *risk)
{
	Chance		chance = chance_of(risk);
	Unit		unit = {0, 0};

	if (!chance.all && risk->parts > 0)
	{
		unit.stay = EF_MONTH_PARTS / risk->parts;
		unit.log_stay = unit.stay / chance.stay;
	}
	return unit;
}

/* By year of age, what one more of a reason's ratio adds to such sums. */
static void
find_gradient(const EfExitCounts *counts, const EfExitScope *scope,
			  uint32_t label, const Risk *month, const Risk *year,
			  const int *donor, int64_t *by_year, int seen, double *log_stay,
			  double *stay)
{
	size_t		n;
	const EfCell *cells = ef_table_series(counts->table, label, EF_EXITS, &n);

	memset(by_year, 0, (size_t) seen * sizeof(int64_t));
	memset(log_stay, 0, (size_t) scope->nyears * sizeof(double));
	memset(stay, 0, (size_t) scope->nyears * sizeof(double));
	for (size_t i = 0; i < n; i++)
	{
		int			age = (int) ef_key_at(cells[i].key);
		int			block = age / MONTHS - scope->first_year;

		by_year[age / MONTHS] += cells[i].count;
		if (block >= 0 && age < scope->limit)
		{
			Unit		unit = unit_of(&month[age]);

			log_stay[block] += (double) cells[i].count * unit.log_stay;
			stay[block] += (double) cells[i].count * unit.stay;
		}
	}
	for (int y = first_year_of(scope); y * MONTHS < scope->limit; y++)
		if (by_year[donor[y]] > 0)
		{
			Unit		unit = unit_of(&year[donor[y]]);
			double		exits = (double) by_year[donor[y]];

			for (int age = y * MONTHS; age < (y + 1) * MONTHS; age++)
				if (month[age].parts == 0)
				{
					log_stay[y - scope->first_year] += exits * unit.log_stay;
					stay[y - scope->first_year] += exits * unit.stay;
				}
		}
}

/* matrix += variance * row row' */
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
			 const EfExitScope *scope, const Risk *month, const Risk *year,
			 const int *donor, int seen, EfWorkspace *workspace)
{
	int			n = scope->nyears;
	int64_t    *by_year = ef_grab(workspace, (size_t) seen, sizeof(int64_t));
	double	   *log_stay = ef_grab_doubles(workspace, 2 * (size_t) n);
	double	   *stay = log_stay + n;

	for (uint32_t label = 1; label <= counts->table->nlabels; label++)
	{
		double		variance = counts->ratios[label - 1].variance;

		if (!(variance > 0) || label == scope->set_aside)
			continue;
		ef_check_interrupt(workspace->allocator);
		find_gradient(counts, scope, label, month, year, donor, by_year, seen,
					  log_stay, stay);
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
	double	   *results = ef_grab_doubles(workspace, 3 * limit + 3 * nyears);
	double	   *shared = !uncertain ? NULL
		: ef_grab_doubles(workspace, 2 * nyears * (nyears + 1));
	EfMark		before = ef_mark(workspace);
	int			oldest = counts->oldest;
	int			seen = (scope->limit > oldest ? scope->limit : oldest + 1) /
		MONTHS + 1;
	Risk	   *year = ef_grab(workspace, (size_t) seen * (1 + MONTHS),
							   sizeof(Risk));
	int		   *donor = ef_grab(workspace, (size_t) seen, sizeof(int));
	Risk	   *month;
	int			youngest;

	month = year + seen;
	q->stay = results;
	q->leave = q->stay + limit;
	q->unsupported = q->leave + limit;
	q->var_log_stay = q->unsupported + limit;
	q->var_stay = q->var_log_stay + nyears;
	q->var_leave = q->var_stay + nyears;
	q->shared_log_stay = shared;
	q->asked_variance = 0;

	count_months(counts, scope, month);
	youngest = count_years(month, oldest, year);
	q->known = youngest >= 0;
	if (q->known)
	{
		find_donors(year, youngest, seen, donor);
		for (int y = first_year_of(scope); y * MONTHS < scope->limit; y++)
			estimate_year(q, scope, y, month, &year[donor[y]],
						  ratio_asked_for(counts, scope));
	}
	if (q->known && uncertain)
	{
		q->shared_stay = shared + nyears * nyears;
		q->asked_log_stay = q->shared_stay + nyears * nyears;
		q->asked_leave = q->asked_log_stay + nyears;
		share_errors(q, counts, scope, month, year, donor, seen, workspace);
	}
	ef_discard(workspace, before);
}


/* ---- expected exits ---- */

void
ef_expected_exits(const EfExitCounts *counts, const EfTable *people,
				  double *expected, EfWorkspace *workspace)
{
	const EfTable *table = counts->table;
	EfMark		before = ef_mark(workspace);
	int			theirs = ef_oldest_month(people);
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

	/* an exit of a month of age stands for so many of theirs: of that month, and
	 * of months that take the pooled q of its year */
	ef_initial_exposure(people, theirs + 1, parts);
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
