/*
 * exit_probability.c
 *	  See exit_probability.h.
 */
#include "workforce/exit_probability.h"

#define MONTHS 12

/* The weight, in person-months, of the pooled q of a year of age beside what
 * was seen in one month of it: for the variance only. */
#define PRIOR 1.0

/* Exits and exposure of one month of age, or of the twelve of a year. */
typedef struct Risk
{
	int64_t		parts;			/* exposure */
	int64_t		exits;			/* for all reasons that count */
	int64_t		asked;			/* for the reason asked for */
	int64_t		others;			/* set aside */
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
	Chance		chance = {1, 0};

	if (all == 0)
		return chance;

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

/* Add the variances of a month of age, `times` over, to those of its year. */
static void
add_variances(EfExitProbability *q, int year, const Risk *risk,
			  const Chance *pooled, double times)
{
	double		months = (double) risk->parts / EF_MONTH_PARTS;
	double		per_month = 1 / (months + PRIOR);
	double		scale = times / (months + PRIOR + 1);
	double		any = ((double) risk->exits + PRIOR * (1 - pooled->stay)) *
		per_month;
	double		leave = ((double) risk->asked + PRIOR * pooled->leave) *
		per_month;

	/* short spells can make exits exceed the exposure */
	if (leave < 1)
		q->var_leave[year] += leave * (1 - leave) * scale;
	if (any < 1)
	{
		q->var_stay[year] += any * (1 - any) * scale;
		q->var_log_stay[year] += any / (1 - any) * scale;
	}
}

EfStatus
ef_exit_counts(EfExitCounts *counts, const EfTable *table,
			   EfWorkspace *workspace, EfError *error)
{
	size_t		n;

	counts->table = table;
	counts->oldest = ef_oldest_month(table);
	n = (size_t) counts->oldest + 1;
	counts->parts = ef_grab(workspace, 2 * n, sizeof(int64_t));
	if (counts->parts == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for exits failed.");
	counts->exits = counts->parts + n;
	ef_initial_exposure(table, counts->oldest + 1, counts->parts);
	for (size_t i = 0; i < table->ncells; i++)
		if (ef_key_kind(table->cells[i].key) == EF_EXITS)
			counts->exits[ef_key_at(table->cells[i].key)] +=
				table->cells[i].count;
	return EF_OK;
}

/* Exits and exposure by month of age up to the oldest that was seen. */
static void
count_months(const EfExitCounts *counts, const EfExitScope *scope, Risk *month)
{
	const EfCell *cells;
	size_t		n;

	for (int age = 0; age <= counts->oldest; age++)
	{
		month[age].parts = counts->parts[age];
		month[age].exits = counts->exits[age];
	}
	if (scope->set_aside > 0)
	{
		cells = ef_table_series(counts->table, scope->set_aside, EF_EXITS, &n);
		for (size_t i = 0; i < n; i++)
		{
			Risk	   *risk = &month[ef_key_at(cells[i].key)];

			risk->others += cells[i].count;
			risk->exits -= cells[i].count;
		}
	}
	if (scope->reason > 0 && scope->reason != scope->set_aside)
	{
		cells = ef_table_series(counts->table, scope->reason, EF_EXITS, &n);
		for (size_t i = 0; i < n; i++)
			month[ef_key_at(cells[i].key)].asked += cells[i].count;
	}
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
		risk->asked += month[age].asked;
		risk->others += month[age].others;
		if (youngest < 0 && month[age].parts > 0)
			youngest = age / MONTHS;
	}
	return youngest;
}

/* The months of a year of age; `donor` is the year that it is pooled from. */
static void
estimate_year(EfExitProbability *q, const EfExitScope *scope, int y,
			  const Risk *month, const Risk *donor)
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
			add_variances(q, y - scope->first_year, risk, &pooled, 1);
	}

	/* the same pooled estimate in each of them, so errors add up */
	if (missing > 0)
		add_variances(q, y - scope->first_year, donor, &pooled,
					  missing * missing);
}

EfStatus
ef_exit_probability(EfExitProbability *q, const EfExitCounts *counts,
					const EfExitScope *scope, EfWorkspace *workspace,
					EfError *error)
{
	size_t		limit = (size_t) scope->limit;
	size_t		nyears = (size_t) scope->nyears;
	double	   *results = ef_grab_doubles(workspace, 3 * limit + 3 * nyears);
	EfMark		before = ef_mark(workspace);
	int			oldest = counts->oldest;
	int			seen = (scope->limit > oldest ? scope->limit : oldest + 1) /
		MONTHS + 1;
	Risk	   *year = ef_grab(workspace, (size_t) seen * (1 + MONTHS),
							   sizeof(Risk));
	Risk	   *month;
	int			youngest;
	int			younger = -1;

	if (results == NULL || year == NULL)
		return ef_fail(error, EF_NO_MEMORY,
					   "A request for the exit probabilities failed.");
	month = year + seen;
	q->stay = results;
	q->leave = q->stay + limit;
	q->unsupported = q->leave + limit;
	q->var_log_stay = q->unsupported + limit;
	q->var_stay = q->var_log_stay + nyears;
	q->var_leave = q->var_stay + nyears;

	count_months(counts, scope, month);
	youngest = count_years(month, oldest, year);
	q->known = youngest >= 0;
	for (int y = 0; q->known && y * MONTHS < scope->limit; y++)
	{
		/* its own, else the nearest younger; below all, the nearest older */
		if (year[y].parts > 0)
			younger = y;
		if (y >= scope->first_year)
			estimate_year(q, scope, y, month,
						  &year[younger >= 0 ? younger : youngest]);
	}
	ef_discard(workspace, before);
	return EF_OK;
}
