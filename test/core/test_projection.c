/*
 * test_projection.c: the projection against cohorts that are moved on month by
 * month, as its definition says, and against what intervals must satisfy.
 */
#include "workforce/projection.h"

#include <stdlib.h>

#include "arena.h"
#include "estimate/estimate.h"
#include "staffs.h"
#include "tap.h"

#define TOLERANCE 1e-9

/* ---- memory: given back at the end ---- */

static Arena arena;
static EfContext *const context = &arena.context;

/* All rows of projected exits, by period and then by reason. */
static EfStatus
project_exits(const EfProjectionPlan *plan, EfProjectedExits **rows, size_t *n, EfContext *context)
{
	size_t		most = plan->rates->table.nlabels + 1;
	size_t		nreasons = 0;
	EfExitsProjection exits;
	EfProjectedExits reason[EF_YEARS_LIMIT];
	bool		more = true;
	EfStatus	status = ef_project_exits_begin(&exits, plan, context);

	if (status != EF_OK)
		return status;
	*rows = ef_alloc(context, most * (size_t) plan->years * sizeof(EfProjectedExits));
	if (*rows == NULL)
		status = EF_NO_MEMORY;
	while (status == EF_OK && more)
	{
		status = ef_project_exits_next(&exits, reason, &more);
		for (int t = 0; status == EF_OK && more && t < plan->years; t++)
			(*rows)[(size_t) t * most + nreasons] = reason[t];
		nreasons += status == EF_OK && more;
	}
	for (int t = 1; status == EF_OK && t < plan->years; t++)
		memmove(*rows + (size_t) t * nreasons, *rows + (size_t) t * most, nreasons * sizeof(EfProjectedExits));
	*n = nreasons * (size_t) plan->years;
	ef_project_exits_end(&exits);
	return status;
}


/* ---- the projection as it is defined ---- */

#define MAX_LABELS 6

typedef struct Rates
{
	int			nlabels;		/* 0 is a retirement that is no label */
	int			retirement;
	double		q[MAX_LABELS][EF_AGE_MONTHS];
	bool		own[EF_AGE_MONTHS];
} Rates;

/* Exits over exposure, scaled down to 1 in sum. */
static void
divide(const int64_t *exits, int nlabels, int64_t parts, double *q)
{
	int64_t		sum = 0;

	for (int r = 1; r <= nlabels; r++)
		sum += exits[r];
	for (int r = 1; r <= nlabels; r++)
		q[r] = (double) exits[r] / (sum * EF_MONTH_PARTS > parts ? (double) sum
									: (double) parts / EF_MONTH_PARTS);
}

static void
make_rates(Rates *rates, const EfTable *table, bool forced)
{
	static int64_t exits[EF_AGE_MONTHS][MAX_LABELS];
	static int64_t years[EF_AGE_LIMIT + 1][MAX_LABELS];
	static int64_t parts[EF_AGE_MONTHS];
	int64_t		year_parts[EF_AGE_LIMIT + 1] = {0};
	double		q[MAX_LABELS] = {0};

	memset(rates, 0, sizeof(*rates));
	memset(exits, 0, sizeof(exits));
	memset(years, 0, sizeof(years));
	memset(parts, 0, sizeof(parts));
	rates->nlabels = (int) table->nlabels;
	for (int r = 1; r <= rates->nlabels; r++)
		if (table->labels[r - 1].length == 10 &&
			memcmp(table->labels[r - 1].bytes, "retirement", 10) == 0)
			rates->retirement = r;

	for (size_t i = 0; i < table->ncells; i++)
	{
		int			at = (int) ef_key_at(table->cells[i].key);
		int64_t		n = table->cells[i].count * EF_MONTH_PARTS;

		switch (ef_key_kind(table->cells[i].key))
		{
			case EF_HIRES:
			case EF_OPENING:
				for (int age = at; age < EF_AGE_MONTHS; age++)
					parts[age] += n;
				break;
			case EF_EXITS:
				exits[at][ef_key_label(table->cells[i].key)] += n / EF_MONTH_PARTS;
				/* fall through */
			case EF_STOCK:
				for (int age = at + 1; age < EF_AGE_MONTHS; age++)
					parts[age] -= n;
				break;
			case EF_MISSED_PARTS:
				parts[at] -= n / EF_MONTH_PARTS;
				break;
		}
	}
	for (int age = 0; age < EF_AGE_MONTHS; age++)
	{
		year_parts[age / 12] += parts[age];
		for (int r = 1; r <= rates->nlabels; r++)
			years[age / 12][r] += exits[age][r];
	}
	for (int age = 0; age < EF_AGE_MONTHS; age++)
	{
		rates->own[age] = parts[age] > 0;
		if (rates->own[age])
			divide(exits[age], rates->nlabels, parts[age], q);
		else
		{
			int			year = age / 12;

			/* its own year, the nearest younger one, the nearest older one */
			while (year >= 0 && year_parts[year] == 0)
				year--;
			if (year < 0)
				for (year = 0; year < EF_AGE_LIMIT && year_parts[year] == 0;)
					year++;
			divide(years[year], rates->nlabels, year_parts[year], q);
		}
		for (int r = 1; r <= rates->nlabels; r++)
			rates->q[r][age] = forced && r == rates->retirement ? 0 : q[r];
	}
}

typedef struct Period
{
	double		headcount_start;
	double		headcount;
	double		exits[MAX_LABELS];
	double		fte;
	double		unsupported;
} Period;

typedef struct Cohort
{
	EfMonth		born;
	double		people;
	double		fte;
} Cohort;

/* Months from as_of to the end of a period. */
static int
months_until(const EfProjectionPlan *plan, int period)
{
	int			start = plan->workforce->last_month + 1;

	return 12 - start % 12 + 12 * period;
}

static void
simulate(const EfProjectionPlan *plan, const Rates *rates, bool with_stock,
		 const double *intake, Period *periods)
{
	const EfWorkforce *now = plan->workforce;
	const EfWorkforce *source = now->hires > 0 ? now : plan->rates;
	size_t		nhires;
	size_t		nstock;
	const EfCell *hires = ef_table_series(&source->table, 0, EF_HIRES, &nhires);
	const EfCell *stock = ef_table_series(&now->table, 0, EF_STOCK, &nstock);
	int			months = months_until(plan, plan->years - 1);
	Cohort	   *cohorts = malloc(sizeof(Cohort) * (nstock + nhires * (size_t) months + 1));
	size_t		n = 0;
	int			period = 0;

	memset(periods, 0, sizeof(Period) * (size_t) plan->years);
	for (size_t i = 0; with_stock && i < nstock; i++)
	{
		size_t		nfte;
		const EfCell *fte = ef_table_series(&now->table, 0, EF_STOCK_FTE, &nfte);
		Cohort	   *cohort = &cohorts[n++];

		cohort->born = now->last_month - (EfMonth) ef_key_at(stock[i].key);
		cohort->people = (double) stock[i].count;
		cohort->fte = 0;
		for (size_t k = 0; k < nfte; k++)
			if (ef_key_at(fte[k].key) == ef_key_at(stock[i].key))
				cohort->fte = (double) fte[k].count / 1000;
		periods[0].headcount_start += cohort->people;
	}

	for (int s = 1; s <= months; s++)
	{
		EfMonth		month = now->last_month + s;
		Period	   *p;
		size_t		left = 0;
		int			in_period;

		if (s > months_until(plan, period))
		{
			period++;
			periods[period].headcount_start = periods[period - 1].headcount;
		}
		p = &periods[period];
		in_period = period == 0 ? months_until(plan, 0) : 12;
		for (size_t i = 0; intake != NULL && intake[period] > 0 && i < nhires; i++)
		{
			Cohort	   *cohort = &cohorts[n++];

			cohort->born = month - (EfMonth) ef_key_at(hires[i].key);
			cohort->people = intake[period] / in_period * (double) hires[i].count / (double) source->hires;
			cohort->fte = cohort->people * (double) source->hires_fte / 1000 / (double) source->hires;
		}
		p->headcount = p->fte = 0;
		for (size_t i = 0; i < n; i++)
		{
			Cohort		cohort = cohorts[i];
			int			age = month - cohort.born;
			int			retires = 12 * (plan->latest_age + 1);
			double		stay = 1;

			if (plan->retire_at != EF_AS_OBSERVED && plan->retire_at * 12 < retires)
				retires = 12 * (int) plan->retire_at;
			for (uint32_t k = plan->rule ? plan->rule->nsteps : 0; k > 0; k--)
				if (plan->rule->steps[k - 1].born_from <= cohort.born)
				{
					if (plan->rule->steps[k - 1].age_months < retires)
						retires = plan->rule->steps[k - 1].age_months;
					break;
				}
			if (age >= retires)
			{
				p->exits[rates->retirement] += cohort.people;
				continue;
			}
			if (!rates->own[age])
				p->unsupported += cohort.people;
			for (int r = 1; r <= rates->nlabels; r++)
			{
				p->exits[r] += cohort.people * rates->q[r][age];
				stay -= rates->q[r][age];
			}
			if (stay < 1e-12)
				continue;
			cohort.people *= stay;
			cohort.fte *= stay;
			p->headcount += cohort.people;
			p->fte += cohort.fte;
			cohorts[left++] = cohort;
		}
		n = left;
	}
	free(cohorts);
}

static bool
near(double got, double expected, double scale, const char *what, int period)
{
	if (fabs(got - expected) <= TOLERANCE * fmax(1, scale) ||
		(isnan(got) && isnan(expected)))
		return true;
	diag("%s of period %d: got %.15g, expected %.15g", what, period, got, expected);
	return false;
}

/* Whole numbers around a mean. */
static bool
is_interval(double lower, double mean, double upper, const char *what, int period)
{
	if (lower >= 0 && lower <= mean + 1e-6 * fmax(1, mean) && upper >= mean - 1e-6 * fmax(1, mean) &&
		floor(lower) == lower && floor(upper) == upper)
		return true;
	diag("%s of period %d: %g in %g .. %g", what, period, mean, lower, upper);
	return false;
}

/*
 * Are the limits of a headcount those of this variance?  Where half a person
 * more than a whole number lies z standard errors below the mean, a little more
 * makes the lower limit one less: so that the standard error is known.
 */
static int
check_variance(const EfProjectionPlan *plan, int period, double mean, double variance)
{
	EfProjectionPlan narrow = *plan;
	EfProjectionPeriod *got;
	double		deviation = sqrt(fmax(variance, 0));
	double		whole = floor(mean - random_below(4) * deviation);
	double		z = (mean + 0.5 - whole) / deviation;
	int			wrong = 0;

	narrow.years = period + 1;
	if (!(whole >= 1 && z > 0.01 && z < 5))
	{
		/* too near to nobody, or as good as sure */
		narrow.level = 0.99;
		wrong += ef_project_workforce(&narrow, &got, context) != EF_OK;
		if (got[period].upper - got[period].lower > 2 + 2 * 2.6 * deviation)
		{
			diag("variance %.15g of period %d: %g .. %g at level 0.99", variance, period,
				 got[period].lower, got[period].upper);
			wrong++;
		}
		return wrong;
	}
	for (int wider = 0; wider < 2; wider++)
	{
		narrow.level = erf(z * (wider ? 1 + 1e-6 : 1 - 1e-6) / sqrt(2));
		wrong += ef_project_workforce(&narrow, &got, context) != EF_OK;
		if (got[period].lower != whole - wider)
		{
			diag("variance %.15g of period %d: a lower limit of %g at level %.15g",
				 variance, period, got[period].lower, narrow.level);
			wrong++;
		}
	}
	return wrong;
}

/* Asks for a variance, which takes no memory for good, and is not negative but
 * for what rounding leaves of the headcount. */
static int
ask_variance(EfProjection *projection, int period, const double *hires, double headcount,
			 double *variance)
{
	int			held = arena.n;

	*variance = ef_projection_variance(projection, period, hires);
	if (*variance >= -1e-13 * (1 + headcount) && arena.n == held)
		return 0;
	diag("variance of period %d: %g, %d blocks more", period, *variance, arena.n - held);
	return 1;
}

/*
 * An open projection: of one hire there is what was simulated, and what the
 * intake makes of the headcount; and its variance is that of the limits.
 */
static int
check_parts(const EfProjectionPlan *plan, const EfProjectionPeriod *got, const double *stock,
			const double *kept, bool known)
{
	EfWorkspace workspace = {context, NULL};
	int			years = plan->years;
	int			period = (int) random_below((uint32_t) years);
	const double *intake = plan->intake;
	double		hires[100] = {0};
	EfProjection *projection;
	double		variance[4];
	int			wrong = 0;

	if (ef_projection_open(&projection, plan, &workspace) != EF_OK)
	{
		diag("not opened: %s", error.detail);
		return 1;
	}
	for (int t = 0; t < years && wrong < 5; t++)
	{
		double		expected = stock[t];

		for (int i = 0; i <= t; i++)
		{
			double		left = ef_projection_left(projection, i, t);

			wrong += !near(left, known ? kept[i * years + t] : NAN, 0, "what is left of a hire", t);
			if (intake != NULL)
				expected += intake[i] * left;
		}
		wrong += !near(got[t].headcount, expected, expected, "headcount with hires", t);
	}

	/* the plan's own, of which the limits are known */
	wrong += ask_variance(projection, period, intake, got[period].headcount, &variance[0]);
	wrong += check_variance(plan, period, got[period].headcount, variance[0]);

	/*
	 * it is a polynomial of degree 2 of the hires; and who comes later does
	 * not matter
	 */
	for (int times = 0; times <= 3 && known; times++)
	{
		for (int t = 0; t < years; t++)
			hires[t] = t > period ? NAN : times * (t % 3 + 0.5);
		wrong += ask_variance(projection, period, hires, stock[period] + 10 * years, &variance[times]);
	}
	if (known)
		wrong += !near(variance[3] - 3 * variance[2] + 3 * variance[1], variance[0], variance[3],
					   "the variance of headcount", period);
	ef_discard_all(&workspace);
	return wrong;
}

/* Everything that one plan gives; how much of it is wrong. */
static int
check_plan(const EfProjectionPlan *plan)
{
	static Rates rates;
	int			years = plan->years;
	Period	   *expected = malloc(sizeof(Period) * (size_t) years);
	Period	   *unit = malloc(sizeof(Period) * (size_t) years);
	double	   *kept = calloc((size_t) years * (size_t) years, sizeof(double));
	double	   *need = calloc((size_t) years, sizeof(double));
	double	   *one = calloc((size_t) years, sizeof(double));
	double	   *stock = calloc((size_t) years, sizeof(double));
	bool		hires = plan->workforce->hires > 0 || plan->rates->hires > 0;
	EfProjectionPeriod *got;
	EfProjectionPeriod *again;
	EfProjectedExits *exits;
	size_t		nexits;
	size_t		nreasons;
	int			wrong = 0;
	EfStatus	status;

	make_rates(&rates, &plan->rates->table, plan->retire_at != EF_AS_OBSERVED || plan->rule);
	simulate(plan, &rates, true, NULL, expected);
	for (int t = 0; t < years; t++)
		stock[t] = expected[t].headcount;
	simulate(plan, &rates, true, plan->intake, expected);

	/* one hire in each period: what remains of it at the end of each */
	for (int p = 0; p < years && hires; p++)
	{
		one[p] = 1;
		simulate(plan, &rates, false, one, unit);
		one[p] = 0;
		for (int t = p; t < years; t++)
			kept[p * years + t] = unit[t].headcount;
	}

	status = ef_project_workforce(plan, &got, context);
	if (status != EF_OK)
	{
		diag("status %s: %s", said(status), error.detail);
		wrong++;
		goto done;
	}
	for (int t = 0; t < years && wrong < 5; t++)
	{
		const EfProjectionPeriod *g = &got[t];
		const Period *e = &expected[t];
		double		intake = plan->intake ? plan->intake[t] : 0;
		double		target = plan->target ? plan->target[t] : (double) plan->workforce->last_day.headcount;
		double		scale = e->headcount_start + intake;
		double		missing = target - stock[t];
		double		sum = 0;
		EfMonth		first = plan->workforce->last_month + 1;

		if (t > 0)
			first = (first / 12 + t) * 12;
		wrong += g->year != first / 12 || g->start != ef_first_day(first) ||
			g->end != ef_first_day((first / 12 + 1) * 12) - 1;
		for (int r = 0; r <= rates.nlabels; r++)
			sum += e->exits[r];
		wrong += !near(g->headcount_start, e->headcount_start, scale, "headcount_start", t);
		wrong += !near(g->headcount, e->headcount, scale, "headcount", t);
		wrong += !near(g->exits, sum, scale, "exits", t);
		wrong += !near(g->retirements, e->exits[rates.retirement], scale, "retirements", t);
		wrong += !near(g->unsupported, e->unsupported, 12 * scale, "unsupported", t);
		wrong += !near(g->intake, intake, 0, "intake", t);
		wrong += !near(g->target, target, 0, "target", t);
		wrong += !near(g->gap, target - e->headcount, scale + target, "gap", t);
		if (!plan->workforce->counts_fte)
			wrong += !isnan(g->fte);
		else if (plan->workforce->hires > 0 || plan->intake == NULL || plan->rates->counts_fte)
			wrong += !near(g->fte, e->fte, scale, "fte", t);

		/* the need, by forward substitution */
		for (int p = 0; p < t; p++)
			if (!isnan(need[p]))
				missing -= need[p] * kept[p * years + t];
		need[t] = hires && kept[t * years + t] > 0 ? fmax(missing / kept[t * years + t], 0) : NAN;
		/* rounding errors of all earlier needs come together */
		if (!(hires && kept[t * years + t] > 0 && kept[t * years + t] < 1e-3))
			wrong += !near(g->need, need[t], 10 * (target + scale) / fmax(kept[t * years + t], 1e-9), "need", t);

		wrong += !is_interval(g->lower, g->headcount, g->upper, "headcount", t);
		wrong += !is_interval(g->retirements_lower, g->retirements, g->retirements_upper, "retirements", t);
		if (isnan(g->need))
			wrong += !isnan(g->need_lower) || !isnan(g->need_upper);
		else
			wrong += !is_interval(g->need_lower, g->need, g->need_upper, "need", t);
	}

	wrong += check_parts(plan, got, stock, kept, hires);

	/* exits by reason, in order, and nobody leaves without one */
	status = project_exits(plan, &exits, &nexits, context);
	wrong += status != EF_OK;
	nreasons = nexits / (size_t) years;
	wrong += nreasons != (size_t) rates.nlabels + (rates.retirement == 0);
	for (int t = 0; t < years && wrong < 5; t++)
	{
		double		scale = expected[t].headcount_start + got[t].intake;
		double		sum = 0;

		for (size_t i = 0; i < nreasons; i++)
		{
			const EfProjectedExits *row = &exits[(size_t) t * nreasons + i];
			int			r = 0;

			for (int k = 1; k <= rates.nlabels; k++)
				if (ef_label_compare(&plan->rates->table.labels[k - 1], &row->reason) == 0)
					r = k;
			wrong += r == 0 && (row->reason.length != 10 || memcmp(row->reason.bytes, "retirement", 10) != 0);
			wrong += row->year != got[t].year;
			wrong += i > 0 && ef_label_compare(&row[-1].reason, &row->reason) >= 0;
			wrong += !near(row->exits, expected[t].exits[r], scale, "exits for a reason", t);
			wrong += !is_interval(row->lower, row->exits, row->upper, "exits for a reason", t);
			sum += row->exits;
			if (r == rates.retirement)
				wrong += row->exits != got[t].retirements || row->lower != got[t].retirements_lower ||
					row->upper != got[t].retirements_upper;
		}
		wrong += !near(sum, got[t].exits, scale, "all exits", t);
	}

	/* the same bytes again, whatever memory held before */
	arena.junk ^= 0xff;
	wrong += ef_project_workforce(plan, &again, context) != EF_OK;
	for (int t = 0; t < years; t++)
	{
		const size_t from = offsetof(EfProjectionPeriod, headcount_start);

		if (memcmp((char *) &again[t] + from, (char *) &got[t] + from, sizeof(*got) - from) != 0)
		{
			diag("period %d is not the same a second time", t);
			wrong++;
			break;
		}
	}

	/* a higher level is not narrower */
	{
		EfProjectionPlan wider = *plan;

		wider.level = plan->level + (1 - plan->level) / 2;
		wrong += ef_project_workforce(&wider, &again, context) != EF_OK;
		for (int t = 0; t < years; t++)
			if (again[t].lower > got[t].lower || again[t].upper < got[t].upper ||
				again[t].retirements_lower > got[t].retirements_lower ||
				again[t].retirements_upper < got[t].retirements_upper ||
				again[t].need_lower > got[t].need_lower || again[t].need_upper < got[t].need_upper)
			{
				diag("period %d is narrower at level %g than at %g", t, wider.level, plan->level);
				wrong++;
				break;
			}
	}

done:
	free(expected);
	free(unit);
	free(kept);
	free(need);
	free(one);
	free(stock);
	return wrong;
}

static void
test_plans(void)
{
	static const int years[] = {1, 2, 3, 5, 10, 15};

	/* each kind of staff, with each number of months in the first period */
	for (int staff = 0; staff < STAFFS; staff++)
		for (int month = 0; month < 12; month++)
		{
			EfWorkforce workforce;
			EfWorkforce other;
			double		intake[100];
			double		target[100];
			EfMonth		end = (2000 + (EfMonth) random_below(30)) * 12 + month;
			EfProjectionPlan plan = {.workforce = &workforce,.rates = &workforce,.years = years[random_below(6)],.retire_at = EF_AS_OBSERVED,.latest_age = 40 + (int) random_below(50),
			.level = 0.1 + 0.85 * random_part()};
			bool		fte = random_below(2);
			const char *retires = "as observed";
			int			wrong;

			/* many, or so few that most ages have no exposure */
			make_staff(&workforce, (Staff) staff, end, random_below(2) ? 300 : 8, fte, &arena);
			make_staff(&other, ANY, end - 5, 200, random_below(2), &arena);
			if (month == 7)
				plan.years = 100;
			if (random_below(3) == 0 || workforce.days == 0 || workforce.hires == 0)
				plan.rates = &other;
			for (int t = 0; t < 100; t++)
			{
				intake[t] = random_below(3) ? 50 * random_part() : 0;
				target[t] = random_below(3) ? 300 * random_part() : 0;
			}
			if (random_below(2))
				plan.intake = intake;
			if (random_below(2))
				plan.target = target;
			if (month % 3 == 1)
			{
				plan.retire_at = plan.latest_age + 1 - (int) random_below(30);
				retires = "at an age";
			}
			else if (month % 3 == 2)
			{
				plan.rule = make_rule(1 + (int) random_below(5), (plan.latest_age + 1) * 12, &arena);
				retires = "by a rule";
			}
			wrong = check_plan(&plan);
			is_int(wrong, 0, "%s, %d months and %d years, latest age %d, retire %s%s%s",
				   staff_names[staff], 12 - month, plan.years - 1, plan.latest_age, retires,
				   plan.intake ? ", intake" : "", plan.rates == &other ? ", rates of another" : "");
			arena_close(&arena);
		}
}

/* Ages of retirement at every edge: in the first month, past it, at birth. */
static void
test_edges(void)
{
	static const struct
	{
		int			latest_age;
		int64_t		retire_at;
	}			cases[] = {
		{1, EF_AS_OBSERVED}, {1, 1}, {1, 2}, {30, 31}, {30, 1}, {149, EF_AS_OBSERVED},
		{149, 149}, {70, 65}, {20, EF_AS_OBSERVED},
	};
	double		intake[12] = {5, 0, 7, 1.5, 1e-3, 0, 0, 1e6, 1, 2, 3, 4};

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		for (int staff = 0; staff < STAFFS; staff++)
		{
			EfWorkforce workforce;
			EfWorkforce other;
			EfProjectionPlan plan = {.workforce = &workforce,.rates = &other,.years = 12,.intake = intake,.retire_at = cases[c].retire_at,
			.latest_age = cases[c].latest_age,.level = 0.8};

			make_staff(&workforce, (Staff) staff, 2024 * 12 + (EfMonth) c, 60, true, &arena);
			make_staff(&other, ANY, 2024 * 12, 60, true, &arena);
			is_int(check_plan(&plan), 0, "%s, latest age %d, retire at %lld", staff_names[staff],
				   plan.latest_age, (long long) plan.retire_at);
			arena_close(&arena);
		}
}

/* Two people of whom everything can be said. */
static void
test_by_hand(void)
{
	EfFrame		frame = {ef_first_day(2020 * 12), ef_first_day(2024 * 12 + 9), true, 0, NULL, 0};
	EfState    *state;
	EfWorkforce workforce;
	EfProjectionPlan plan = {.workforce = &workforce,.rates = &workforce,.years = 3,.retire_at = 65,.latest_age = 70,
	.level = 0.8};
	EfProjectionPeriod *got;

	/* 65 in December 2024, and in January 2025; nobody leaves before */
	EfEmployment one = {{frame.from - 100, EF_DAY_INFINITY, NULL, 0, false, 0}, ef_first_day(1959 * 12 + 11) + 30, 0, 0};
	EfEmployment other = {{frame.from - 100, EF_DAY_INFINITY, NULL, 0, false, 0}, ef_first_day(1960 * 12), 0, 0};

	ef_state_create(&state, &ef_workforce_type, &frame, 0, context);
	ef_workforce_add(&state, &one, context);
	ef_workforce_add(&state, &other, context);
	ef_workforce_open(&workforce, state, state->size, context);
	is_int(ef_project_workforce(&plan, &got, context), EF_OK, "two people");
	is_int(got[0].headcount_start, 2, "are there on 1 October");
	is_int(got[0].retirements, 1, "one retires in December");
	is_int(got[1].retirements, 1, "the other in January");
	is_int(got[2].headcount, 0, "then nobody is there");
	ok(isnan(got[0].need) && isnan(got[0].fte), "without hires there is no need, without FTE none");
	is_int(got[0].start, frame.as_of, "the first period begins at as_of");
	arena_close(&arena);
}

/* One empty group among many must not stop the others. */
static void
test_nobody(void)
{
	EfWorkforce workforce;
	double		intake[2] = {1, 1};
	EfProjectionPlan plan = {.workforce = &workforce,.rates = &workforce,.years = 2,.retire_at = EF_AS_OBSERVED,.latest_age = 70,
	.level = 0.8};
	EfProjectionPeriod *got;

	make_staff(&workforce, ANY, 2024 * 12, 0, false, &arena);
	is_int(ef_project_workforce(&plan, &got, context), EF_OK, "nobody is projected");
	for (int t = 0; t < 2; t++)
		ok(got[t].headcount == 0 && got[t].exits == 0 && got[t].retirements == 0 &&
		   got[t].lower == 0 && got[t].upper == 0 && got[t].unsupported == 0 &&
		   got[t].gap == 0 && isnan(got[t].need), "to nobody");
	plan.intake = intake;
	is_int(ef_project_workforce(&plan, &got, context), EF_NO_HIRES, "but for an intake of no known age");
	arena_close(&arena);
}

static void
test_refused(void)
{
	EfWorkforce workforce;
	EfWorkforce no_hires;
	EfRetirementRule *rule;
	EfRetirementRule *late;
	EfRuleStep	step = {1900 * 12, 65 * 12};
	EfRuleStep	uncovered = {2020 * 12, 65 * 12};
	double		good[2] = {1, 1};
	double		bad[][2] = {{1, -1}, {NAN, 1}, {1, INFINITY}, {1e13, 1}};
	EfProjectionPlan base = {.workforce = &workforce,.rates = &workforce,.years = 2,.retire_at = EF_AS_OBSERVED,.latest_age = 70,
	.level = 0.8};
	EfProjectionPlan plan;

#define refuses(change, expected, name) \
	do { \
		EfProjectionPeriod *p; \
		EfProjectedExits *e; \
		size_t n; \
		plan = base; \
		change; \
		is_int(ef_project_workforce(&plan, &p, context), (expected), name); \
		is_int(project_exits(&plan, &e, &n, context), (expected), "its exits: " name); \
	} while (0)

	make_staff(&workforce, ANY, 2024 * 12, 100, false, &arena);
	make_staff(&no_hires, NO_HIRES, 2024 * 12, 100, false, &arena);
	ef_rule_create(&rule, 1, context);
	ef_rule_add(&rule, &step, context);
	ef_rule_create(&late, 1, context);
	ef_rule_add(&late, &uncovered, context);

	refuses((void) 0, EF_OK, "nothing is wrong");
	refuses(plan.years = 0, EF_YEARS_RANGE, "no years");
	refuses(plan.years = 101, EF_YEARS_RANGE, "101 years");
	refuses(plan.level = 0, EF_LEVEL_RANGE, "level 0");
	refuses(plan.level = 1, EF_LEVEL_RANGE, "level 1");
	refuses(plan.level = NAN, EF_LEVEL_RANGE, "level NaN");
	refuses(plan.latest_age = 0, EF_AGE_RANGE, "latest age 0");
	refuses(plan.latest_age = 150, EF_AGE_RANGE, "latest age 150");
	refuses(plan.retire_at = 0, EF_AGE_RANGE, "retire at 0");
	refuses(plan.retire_at = INT32_MIN, EF_AGE_RANGE, "retire at the least integer of SQL");
	refuses((plan.retire_at = 150, plan.latest_age = 149), EF_AGE_RANGE, "retire at 150");
	refuses(plan.retire_at = 72, EF_RULE_BEYOND_LATEST, "retire at 72, and latest age 70");
	refuses(plan.retire_at = 71, EF_OK, "retire at 71, and latest age 70");
	refuses((plan.rule = rule, plan.retire_at = 65), EF_RULE_TWICE, "a rule and an age");
	refuses((plan.rule = rule, plan.latest_age = 63), EF_RULE_BEYOND_LATEST, "a rule beyond the latest age");
	refuses((plan.rule = rule, plan.latest_age = 64), EF_OK, "a rule that ends with it");
	refuses(plan.rule = late, EF_RULE_UNCOVERED, "a rule that does not cover the stock");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		refuses(plan.intake = bad[i], EF_ARRAY_VALUE, "an intake that is none");
		refuses(plan.target = bad[i], EF_ARRAY_VALUE, "a target that is none");
	}
	refuses((plan.workforce = plan.rates = &no_hires, plan.intake = good), EF_NO_HIRES, "intake without hires");
	refuses((plan.workforce = &no_hires, plan.intake = good), EF_OK, "unless the rates have some");
	refuses(plan.workforce = plan.rates = &no_hires, EF_OK, "or there is no intake");
	arena_close(&arena);
}

/* The highest and the lowest level are levels. */
static void
test_levels(void)
{
	EfWorkforce workforce;
	EfProjectionPlan plan = {.workforce = &workforce,.rates = &workforce,.years = 3,.retire_at = EF_AS_OBSERVED,.latest_age = 70,
	.level = 0.999};
	EfProjectionPeriod *widest;
	EfProjectionPeriod *wide;
	EfProjectionPeriod *narrow;

	make_staff(&workforce, ANY, 2024 * 12, 300, false, &arena);
	ef_project_workforce(&plan, &wide, context);
	plan.level = nextafter(1, 0);
	ef_project_workforce(&plan, &widest, context);
	plan.level = 1e-12;
	ef_project_workforce(&plan, &narrow, context);
	for (int t = 0; t < 3; t++)
	{
		ok(widest[t].lower <= wide[t].lower && widest[t].upper >= wide[t].upper,
		   "just below 1: %g .. %g, and at 0.999 %g .. %g", widest[t].lower, widest[t].upper,
		   wide[t].lower, wide[t].upper);
		ok(narrow[t].upper - narrow[t].lower <= 1, "next to 0: %g .. %g", narrow[t].lower, narrow[t].upper);
	}
	arena_close(&arena);
}

/* However often a variance is asked for, it takes no memory for good. */
static void
test_many_questions(void)
{
	EfWorkspace workspace = {context, NULL};
	EfWorkforce workforce;
	EfProjectionPlan plan = {.workforce = &workforce,.rates = &workforce,.years = 3,.retire_at = EF_AS_OBSERVED,.latest_age = 70,
	.level = 0.8};
	EfProjection *projection;
	double		hires[3] = {5, 6, 7};
	double		first;
	double		again;
	int			held;
	int			wrong = 0;

	make_staff(&workforce, ANY, 2024 * 12 + 3, 100, false, &arena);
	if (ef_projection_open(&projection, &plan, &workspace) != EF_OK)
		fail("a projection is opened");
	first = ef_projection_variance(projection, 2, hires);
	held = arena.n;
	for (int i = 0; i < 2000; i++)
	{
		again = ef_projection_variance(projection, 2, hires);
		wrong += again != first || arena.n != held;
	}
	is_int(wrong, 0, "a variance can be asked for again and again");
	ef_discard_all(&workspace);
	arena_close(&arena);
}

/* Without memory there is no answer, and nothing is kept but the answer. */
static void
test_no_memory(void)
{
	EfWorkforce workforce;
	double		intake[3] = {5, 6, 7};
	EfProjectionPlan plan = {.workforce = &workforce,.rates = &workforce,.years = 3,.intake = intake,.retire_at = EF_AS_OBSERVED,
	.latest_age = 70,.level = 0.8};
	EfStatus	status;
	int			wrong = 0;

	make_staff(&workforce, ANY, 2024 * 12 + 3, 100, true, &arena);
	plan.rule = make_rule(3, 800, &arena);
	for (int what = 0; what < 3; what++)
	{
		static const char *const names[] = {"a projection", "its exits", "its parts"};
		int			n = 0;

		do
		{
			EfWorkspace workspace = {context, NULL};
			EfProjectionPeriod *periods = NULL;
			EfProjectedExits *exits = NULL;
			EfProjection *projection;
			size_t		nexits;
			int			held = arena.n;

			arena.fail_at = ++n;
			arena.calls = 0;
			if (what == 0)
				status = tried(&arena, ef_project_workforce(&plan, &periods, context));
			else if (what == 1)
				status = tried(&arena, project_exits(&plan, &exits, &nexits, context));
			else
			{
				status = tried(&arena, ef_projection_open(&projection, &plan, &workspace));
				ef_discard_all(&workspace);
			}
			wrong += status == EF_OK ? arena.calls >= n || arena.n != held + (what < 2) : status != EF_NO_MEMORY;
		} while (status != EF_OK && n < 1000);
		is_int(wrong, 0, "each of %d requests of %s may fail", n - 1, names[what]);
	}
	arena_close(&arena);
}

/* Exits for one reason after the other: none takes more than the first. */
static void
test_many_reasons(void)
{
	enum
	{
		MANY = 2000
	};
	static EfLabel labels[MANY];
	static EfCell cells[MANY + 3];
	static char names[MANY][8];
	EfWorkforce workforce = {.table = {.nlabels = MANY,.labels = labels,.ncells = MANY + 3,.cells = cells},
	.carried = 50,.last_day = {50, 0},.hires = 50 + MANY,.last_month = 2024 * 12};
	EfProjectionPlan plan = {.workforce = &workforce,.rates = &workforce,.years = 3,.retire_at = EF_AS_OBSERVED,.latest_age = 70,
	.level = 0.8};
	EfProjectedExits rows[3];
	EfExitsProjection exits;
	Arena		own;
	bool		more = true;
	size_t		first = 0;
	int			n = 0;
	int			wrong = 0;

	cells[0] = ef_cell(ef_key(0, EF_HIRES, 360), 50 + MANY);
	cells[1] = ef_cell(ef_key(0, EF_STOCK, 400), 50);
	cells[2] = ef_cell(ef_key(0, EF_DAYS, 31), 1000);
	for (uint32_t i = 0; i < MANY; i++)
	{
		labels[i] = ef_label(names[i], (uint32_t) snprintf(names[i], sizeof(names[i]), "%07u", i));
		cells[i + 3] = ef_cell(ef_key(i + 1, EF_EXITS, 370), 1);
	}
	arena_open(&own);
	is_int(ef_project_exits_begin(&exits, &plan, &own.context), EF_OK, "a projection of %d reasons", MANY);
	while (ef_project_exits_next(&exits, rows, &more) == EF_OK && more)
	{
		if (n++ == 0)
			first = own.largest;
		wrong += own.largest != first || rows[2].year != rows[0].year + 2;
	}
	is_int(n, MANY + 1, "all of them and retirement");
	is_int(wrong, 0, "each with the memory of the first (%zu bytes)", first);
	ok(first < 1000000, "which is that of one projection");
	ef_project_exits_end(&exits);
	is_int(own.n, 0, "and is given back");
	arena_close(&own);
}

int
main(void)
{
	arena_open(&arena);
	test_by_hand();
	test_plans();
	test_edges();
	test_nobody();
	test_refused();
	test_levels();
	test_many_questions();
	test_no_memory();
	test_many_reasons();
	return done_testing();
}
