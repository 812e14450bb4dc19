/*
 * test_gray.c: Gray's test against its definition, over persons and days.
 */
#include "retention/gray.h"

#include "stays.h"
#include "tap.h"

#define GROUPS 4
#define STAYS 40
#define DAYS 60
#define TERMS (2 * GROUPS * (DAYS + 1))
#define REASON 1
static const char *const letters[] = {"a", "b", "c", "d"};

typedef struct Group
{
	int			n;
	Stay		stays[STAYS];
} Group;

/* What one group's increment of a day is in the scores: its variance, and the
 * parts that are known on the day and at the end. */
typedef struct Term
{
	int			group;
	long double variance;
	long double known[GROUPS];
	long double factor;			/* of c(end) */
} Term;

typedef struct Model
{
	long double exits[GROUPS];
	long double expected[GROUPS];
	long double v[GROUPS][GROUPS];
	bool		known;			/* the pooled incidence is not used up */
} Model;

static void
add_stratum(Model *model, const Group *groups, int n)
{
	static Term terms[TERMS];
	int			nterms = 0;
	long double s[GROUPS];
	long double f[GROUPS] = {0};
	long double pooled = 0;
	long double c[GROUPS][GROUPS] = {{0}};

	for (int g = 0; g < n; g++)
		s[g] = 1;
	for (int day = 0; day <= DAYS; day++)
	{
		long double y[GROUPS];
		long double x[GROUPS];
		long double all[GROUPS];
		long double h[GROUPS];
		long double sum_h = 0;
		long double sum_r = 0;
		long double exits = 0;
		long double step;
		int			here = 0;

		for (int g = 0; g < n; g++)
		{
			const Stay *stays = groups[g].stays;

			y[g] = (long double) stays_at_risk(stays, groups[g].n, day);
			x[g] = (long double) stays_exits(stays, groups[g].n, day, REASON);
			all[g] = (long double) stays_exits(stays, groups[g].n, day, 0);
			h[g] = y[g] > 0 && s[g] > 0 ? y[g] / s[g] : 0;
			here += h[g] > 0;
			sum_h += h[g];
			sum_r += h[g] * (1 - f[g]);
			exits += h[g] > 0 ? x[g] : 0;
		}
		if (here == 0)
			continue;
		step = exits / sum_h;
		if (exits > 0 && here > 1 && 1 - pooled < 1e-12L)
			model->known = false;
		for (int k = 0; k < n && exits > 0; k++)
		{
			model->exits[k] += h[k] > 0 ? x[k] : 0;
			model->expected[k] += exits * h[k] * (1 - f[k]) / sum_r;
			for (int j = 0; j < n && here > 1; j++)
				c[k][j] += h[k] * ((k == j) - h[j] / sum_h) * step / (1 - pooled);
		}
		for (int j = 0; j < n; j++)
		{
			long double others = all[j] - x[j];
			long double after = s[j] * (1 - all[j] / y[j]);
			long double rest = after > 0 ? (1 - pooled - step) / after : 0;

			if (h[j] == 0)
				continue;
			for (int i = 0; i < 2; i++)
			{
				Term	   *term = &terms[nterms];
				long double d = i == 0 ? exits : others;
				long double of = i == 0 ? sum_h * s[j] : y[j];

				if (d == 0)
					continue;
				nterms++;
				term->group = j;
				term->factor = i == 0 ? 1 - rest : rest;
				term->variance = (i == 0 ? s[j] * step : s[j] * s[j] * others / y[j]) / y[j];
				if (d > 1)
					term->variance *= after == 0 && i == 1 ? 0 : 1 - (d - 1) / (of - 1);
				for (int k = 0; k < n; k++)
					term->known[k] = (i == 0 ? h[k] * ((k == j) - h[j] / sum_h) : 0) -
						term->factor * c[k][j];
			}
			f[j] += s[j] * x[j] / y[j];
			s[j] = after;
		}
		pooled += step;
	}
	for (int i = 0; i < nterms; i++)
		for (int k = 0; k < n; k++)
			for (int l = 0; l < n; l++)
				model->v[k][l] += terms[i].variance *
					(terms[i].known[k] + terms[i].factor * c[k][terms[i].group]) *
					(terms[i].known[l] + terms[i].factor * c[l][terms[i].group]);
}

static EfRiskSet *
open_group(const Group *group, const Arena *arena)
{
	EfRiskSet  *risk = ef_alloc(&arena->context, sizeof(EfRiskSet));

	if (stays_risk(risk, group->stays, group->n, 3, arena) != EF_OK)
		fail("no risk set");
	ef_risk_keep_reason(risk, REASON);
	return risk;
}

static EfStatus
compare(EfLogRank *test, const Group *groups, int n, int nstrata, const Arena *arena)
{
	EfLogRankPart parts[2 * GROUPS];

	for (int i = 0; i < n * nstrata; i++)
		parts[i] = part(named(letters[i % n]), named(letters[i / n]),
						open_group(&groups[i], arena));
	return ef_log_rank_by_method(test, parts, (size_t) (n * nstrata), EF_GRAY, NULL, &arena->context);
}

/* u' V^-1 u without the last group; NaN where V has no Cholesky root. */
static long double
quadratic(const Model *model, int n)
{
	long double l[GROUPS][GROUPS];
	long double u[GROUPS];
	long double sum = 0;

	for (int i = 0; i < n - 1; i++)
	{
		u[i] = model->exits[i] - model->expected[i];
		for (int j = 0; j <= i; j++)
		{
			l[i][j] = model->v[i][j];
			for (int k = 0; k < j; k++)
				l[i][j] -= l[i][k] * l[j][k];
			if (i > j)
				l[i][j] /= l[j][j];
			else if (l[i][i] > 1e-9L * model->v[i][i])
				l[i][i] = sqrtl(l[i][i]);
			else
				return NAN;
		}
		for (int k = 0; k < i; k++)
			u[i] -= l[i][k] * u[k];
		u[i] /= l[i][i];
		sum += u[i] * u[i];
	}
	return sum;
}

static void
test_definition(void)
{
	int			wrong = 0;
	int			compared = 0;
	int			undefined = 0;

	for (int run = 0; run < 600; run++)
	{
		Group		groups[2 * GROUPS];
		int			n = 2 + (int) random_below(GROUPS - 1);
		int			nstrata = 1 + run % 2;
		int			days = run % 3 ? DAYS : 10;
		Model		model = {.known = true};
		EfLogRank	test;
		long double chisq;
		Arena		arena;

		arena_open(&arena);
		for (int g = 0; g < n * nstrata; g++)
		{
			groups[g].n = 1 + (int) random_below(run % 5 ? STAYS : 4);
			random_stays(groups[g].stays, groups[g].n, days, run % 4 == 3 ? 3 : 0, 3);
		}
		if (compare(&test, groups, n, nstrata, &arena) != EF_OK)
			fail("no test");
		for (int i = 0; i < nstrata; i++)
			add_stratum(&model, groups + i * n, n);
		for (int g = 0; g < n; g++)
			wrong += test.groups[g].exits != (int64_t) model.exits[g] ||
				!near_enough(test.groups[g].expected, model.expected[g], 1e-12);
		chisq = model.known ? quadratic(&model, n) : NAN;
		if (test.df == n - 1)
		{
			compared++;
			wrong += !near_enough(test.chisq, chisq, 1e-7);
		}
		else
		{
			undefined += test.df == 0;
			wrong += !isnan(chisq) || (test.df == 0) != isnan(test.chisq);
			wrong += !model.known && test.df > 0;
		}
		arena_close(&arena);
	}
	is_int(wrong, 0, "Gray's test by its definition: %d of 600 comparisons, %d have none", compared, undefined);
	ok(compared > 450 && undefined > 0, "most have a test, and some have none");
}

/* Nobody leaves for another reason, or for this one; all are alike. */
static void
test_borders(void)
{
	static const Group one = {3, {{-1, 5, 1, 10}, {-1, 7, 2, 8}, {-1, 9, 0, 12}}};
	static const Group two[] = {
		{3, {{-1, 5, 1, 10}, {-1, 7, 2, 8}, {-1, 9, 0, 12}}},
		{3, {{-1, 5, 1, 20}, {-1, 7, 2, 16}, {-1, 9, 0, 24}}},
	};
	static const Group others[] = {
		{2, {{-1, 5, 2, 10}, {-1, 9, 0, 12}}}, {2, {{-1, 6, 3, 10}, {-1, 9, 0, 12}}},
	};
	static const Group apart[] = {
		{2, {{-1, 5, 1, 10}, {-1, 9, 0, 12}}}, {2, {{9, 15, 1, 10}, {9, 19, 0, 12}}},
	};
	EfLogRank	test;
	EfLogRank	log_rank;
	EfLogRankPart parts[2];
	Group		singles[2] = {{.n = 0}, {.n = 0}};
	Arena		arena;

	arena_open(&arena);
	compare(&test, &one, 1, 1, &arena);
	ok(test.df == 0 && isnan(test.chisq) && isnan(test.p_value), "one group is not compared");
	compare(&test, two, 2, 1, &arena);
	ok(test.df == 1 && fabs(test.chisq) < 1e-20 && test.p_value > 1 - 1e-9, "groups that are alike do not differ");
	compare(&test, others, 2, 1, &arena);
	ok(test.df == 0 && isnan(test.chisq) && test.groups[0].exits == 0, "without exits for the reason there is no test");
	compare(&test, apart, 2, 1, &arena);
	ok(test.df == 0 && isnan(test.chisq), "nor where groups are never there together");

	/*
	 * without competing reasons and ties it is close to the log-rank test,
	 * with the same exits and expected ones
	 */
	for (int g = 0; g < 2; g++)
	{
		singles[g].n = 15;
		for (int i = 0; i < 15; i++)
			singles[g].stays[i] = stay(-1, 1 + 3 * i + (g + 1) * (i % 2), i % 5 > 0, 1);
	}
	compare(&test, singles, 2, 1, &arena);
	for (int g = 0; g < 2; g++)
		parts[g] = part(named(letters[g]), named(""), open_group(&singles[g], &arena));
	if (ef_log_rank(&log_rank, parts, 2, &arena.context) != EF_OK)
		fail("no log-rank test");
	ok(test.groups[0].exits == log_rank.groups[0].exits &&
	   fabs(test.groups[0].expected - log_rank.groups[0].expected) < 1e-12,
	   "without competing reasons the score is the log-rank test's");
	ok(fabs(test.chisq / log_rank.chisq - 1) < 0.3, "and its statistic is near: %g and %g", test.chisq, log_rank.chisq);
	arena_close(&arena);
}

/* The pooled incidence is used up while two groups are still compared, and a third,
 * which is all gone before, has a variance of its own. */
static void
test_used_up(void)
{
	static const Group groups[] = {
		{2, {{-1, 100, 1, 1}, {-1, 300, 1, 1}}},
		{2, {{-1, 200, 1, 1}, {-1, 400, 1, 1}}},
		{10, {{-1, 10, 1, 1}, {-1, 11, 1, 1}, {-1, 12, 1, 1}, {-1, 13, 1, 1}, {-1, 14, 1, 1},
		{-1, 15, 1, 1}, {-1, 16, 1, 1}, {-1, 17, 1, 1}, {-1, 18, 1, 1}, {-1, 19, 1, 1}}},
	};
	Group		turned[3] = {groups[2], groups[0], groups[1]};
	EfLogRank	test;
	Arena		arena;

	arena_open(&arena);
	compare(&test, groups, 3, 1, &arena);
	ok(test.df == 0 && isnan(test.chisq) && isnan(test.p_value),
	   "where the pooled incidence passes 1 there is no test: df %d, chisq %g", test.df, test.chisq);
	is_int(test.groups[0].exits + test.groups[1].exits + test.groups[2].exits, 14, "but exits are counted");
	compare(&test, turned, 3, 1, &arena);
	ok(test.df == 0 && isnan(test.chisq) && isnan(test.p_value), "whichever group comes first");
	compare(&test, groups + 1, 2, 1, &arena);
	ok(test.df == 1 && test.chisq > 0, "of the third and one of them there is one");
	arena_close(&arena);
}

/* A stratum costs what it has: groups that it lacks are as groups of nobody. */
static void
test_lacking(void)
{
	int			wrong = 0;
	int			compared = 0;

	for (int run = 0; run < 200; run++)
	{
		Group		groups[3 * GROUPS];
		EfLogRankPart parts[3 * GROUPS];
		EfLogRankPart there[3 * GROUPS];
		size_t		nthere = 0;
		EfLogRank	whole;
		EfLogRank	lacking;
		Arena		arena;

		arena_open(&arena);
		for (int i = 0; i < 3 * GROUPS; i++)
		{
			int			stratum = i / GROUPS;

			/* the last stratum has one group; another lacks some */
			groups[i].n = stratum == 0 || (stratum == 1 && random_below(2)) ||
				(stratum == 2 && i % GROUPS == run % GROUPS) ? 5 + (int) random_below(20) : 0;
			random_stays(groups[i].stays, groups[i].n, DAYS, run % 2 ? 3 : 0, 3);
			parts[i] = part(named(letters[i % GROUPS]), named(letters[stratum]),
							open_group(&groups[i], &arena));
			if (groups[i].n > 0)
				there[nthere++] = parts[i];
		}
		if (ef_log_rank_by_method(&whole, parts, 3 * GROUPS, EF_GRAY, NULL, &arena.context) != EF_OK ||
			ef_log_rank_by_method(&lacking, there, nthere, EF_GRAY, NULL, &arena.context) != EF_OK)
			fail("no test");
		compared += whole.df > 0;
		wrong += whole.df != lacking.df || (whole.df > 0 && whole.chisq != lacking.chisq);
		for (int g = 0; g < GROUPS; g++)
			wrong += whole.groups[g].exits != lacking.groups[g].exits ||
				whole.groups[g].expected != lacking.groups[g].expected;
		arena_close(&arena);
	}
	is_int(wrong, 0, "a stratum without a group is one in which it has nobody, to the last bit");
	ok(compared > 150, "%d of 200 have a test", compared);
}

static void
test_limits(void)
{
	static const Group nobody = {.n = 0};
	char		names[EF_GRAY_GROUP_LIMIT + 1][12];
	EfLogRankPart parts[EF_GRAY_GROUP_LIMIT + 1];
	EfLogRank	test;
	Arena		arena;

	arena_open(&arena);
	for (int i = 0; i <= EF_GRAY_GROUP_LIMIT; i++)
	{
		snprintf(names[i], sizeof(names[i]), "%d", i);
		parts[i] = part(named(names[i]), named(NULL), open_group(&nobody, &arena));
	}
	is_int(ef_log_rank_by_method(&test, parts, EF_GRAY_GROUP_LIMIT, EF_GRAY, NULL, &arena.context), EF_OK,
		   "%d groups can be compared", EF_GRAY_GROUP_LIMIT);
	is_int(ef_log_rank_by_method(&test, parts, EF_GRAY_GROUP_LIMIT + 1, EF_GRAY, NULL, &arena.context),
		   EF_TOO_MANY_FOR_GRAY, "one more is refused");
	is_str(error.detail, "There are 101 groups or more.", "which says so");
	arena_close(&arena);
}

int
main(void)
{
	test_definition();
	test_borders();
	test_used_up();
	test_lacking();
	test_limits();
	return done_testing();
}
