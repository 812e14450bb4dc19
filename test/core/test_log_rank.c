/*
 * test_log_rank.c: the log-rank test and the hazard ratio against their
 * definitions, and published comparisons.
 *
 * Decimals beyond the published ones were computed in R 4.2.2 with survival
 * 3.5-3: survdiff, and coxph(ties = "efron") iterated to 1e-14.
 */
#include "retention/log_rank.h"
#include "estimate/estimate.h"

#include "stays.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define GROUPS 6
#define STRATA 3
#define STAYS 60				/* of a group at most */

/* How often the core asked whether to go on. */
static long interrupts;

static void
interrupt(void)
{
	interrupts++;
}

static void
open_arena(Arena *arena)
{
	arena_open(arena);
	arena->context.interrupt = interrupt;
}

static const char *const letters[] = {"a", "b", "c", "d", "e", "f"};


/* ---- groups of people ---- */

typedef struct Group
{
	int			n;
	Stay		stays[STAYS];
} Group;

static void
random_group(Group *group, int n, int days, uint32_t late)
{
	group->n = n;
	random_stays(group->stays, n, days, late, 2);
}

static int
last_day(const Group *groups, int n)
{
	int			last = 0;

	for (int g = 0; g < n; g++)
	{
		int			day = stays_last_day(groups[g].stays, groups[g].n);

		last = day > last ? day : last;
	}
	return last;
}

static EfRiskSet *
open_group(const Group *group, const Arena *arena)
{
	EfRiskSet  *risk = ef_alloc(&arena->context, sizeof(EfRiskSet));

	if (stays_risk(risk, group->stays, group->n, 2, arena) != EF_OK)
		fail("no risk set");
	return risk;
}

/* The test of these groups, which are called a, b, ... */
static EfStatus
compare(EfLogRank *test, const Group *groups, int n, const Arena *arena)
{
	EfLogRankPart parts[GROUPS];

	for (int g = 0; g < n; g++)
		parts[g] = part(named(letters[g]), named(NULL), open_group(&groups[g], arena));
	return ef_log_rank(test, parts, (size_t) n, &arena->context);
}


/* ---- the test by definition ---- */

typedef struct Model
{
	long double observed[GROUPS];
	long double expected[GROUPS];
	long double covariance[GROUPS][GROUPS];
} Model;

/* Mantel: those who leave on a day are drawn from all who are at risk. */
static void
add_stratum(Model *model, const Group *groups, int n)
{
	for (int day = 0; day <= last_day(groups, n); day++)
	{
		long double at_risk[GROUPS];
		long double all = 0;
		long double exits = 0;

		for (int g = 0; g < n; g++)
		{
			at_risk[g] = (long double) stays_at_risk(groups[g].stays, groups[g].n, day);
			all += at_risk[g];
			exits += (long double) stays_exits(groups[g].stays, groups[g].n, day, 0);
		}
		if (exits == 0)
			continue;
		for (int g = 0; g < n; g++)
		{
			model->observed[g] += (long double) stays_exits(groups[g].stays, groups[g].n, day, 0);
			model->expected[g] += exits * at_risk[g] / all;
			for (int h = 0; h < n && all > 1; h++)
				model->covariance[g][h] += exits * (all - exits) / (all - 1) *
					at_risk[g] / all * ((g == h) - at_risk[h] / all);
		}
	}
}

/*
 * u' V^- u by elimination with the largest pivot: a generalised inverse, as
 * any will do for u that V can give.
 */
static long double
quadratic(const Model *model, int n, int *rank)
{
	long double a[GROUPS][GROUPS + 1];
	bool		used[GROUPS] = {false};
	long double chisq = 0;

	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j < n; j++)
			a[i][j] = model->covariance[i][j];
		a[i][n] = model->observed[i] - model->expected[i];
	}
	for (*rank = 0; *rank < n; ++*rank)
	{
		int			pivot = -1;

		for (int i = 0; i < n; i++)
			if (!used[i] && a[i][i] > 1e-6L * model->covariance[i][i] && a[i][i] > 1e-15L &&
				(pivot < 0 || a[i][i] > a[pivot][pivot]))
				pivot = i;
		if (pivot < 0)
			break;
		used[pivot] = true;
		chisq += a[pivot][n] * a[pivot][n] / a[pivot][pivot];
		for (int i = 0; i < n; i++)
			if (!used[i])
			{
				long double factor = a[i][pivot] / a[pivot][pivot];

				for (int j = 0; j <= n; j++)
					a[i][j] -= factor * a[pivot][j];
			}
	}
	return chisq;
}

/* P(chi-square > x), in closed form for a whole number of degrees. */
static long double
upper_tail(long double x, int df)
{
	long double sum = df % 2 ? erfcl(sqrtl(x / 2)) : expl(-x / 2);
	long double term = df % 2 ? expl(-x / 2) * sqrtl(x / 2) / tgammal(1.5L) : expl(-x / 2) * x / 2;

	for (int k = df % 2 ? 3 : 4; k <= df; k += 2)
	{
		sum += term;
		term *= x / k;
	}
	return sum;
}

static int
compare_test(const EfLogRank *test, const Model *model, int n)
{
	int			rank;
	long double chisq = quadratic(model, n, &rank);
	int			wrong = test->df != rank || test->ngroups != (uint32_t) n;

	if (rank == 0)
		wrong += !isnan(test->chisq) || !isnan(test->p_value);
	else
		wrong += !near_enough(test->chisq, chisq, 1e-10) || !near_enough(test->p_value, upper_tail(chisq, rank), 1e-10);
	for (int g = 0; g < n && wrong == 0; g++)
		wrong += test->groups[g].exits != (int64_t) model->observed[g] ||
			!near_enough(test->groups[g].expected, model->expected[g], 1e-13);
	return wrong;
}

static void
test_two_groups(void)
{
	int			wrong = 0;
	int			runs = 400;

	for (int run = 0; run < runs; run++)
	{
		Group		groups[2];
		int			days = 1 + (int) random_below(run % 2 ? 200 : 12);
		long double difference = 0;
		long double variance = 0;
		long double chisq;
		EfLogRank	test;
		Arena		arena;

		open_arena(&arena);
		for (int g = 0; g < 2; g++)
			random_group(&groups[g], 1 + (int) random_below(STAYS), days, run % 3 ? 3 : 0);
		for (int day = 0; day <= days; day++)
		{
			long double n1 = (long double) stays_at_risk(groups[0].stays, groups[0].n, day);
			long double n = n1 + (long double) stays_at_risk(groups[1].stays, groups[1].n, day);
			long double d1 = (long double) stays_exits(groups[0].stays, groups[0].n, day, 0);
			long double d = d1 + (long double) stays_exits(groups[1].stays, groups[1].n, day, 0);

			if (d == 0)
				continue;
			difference += d1 - d * n1 / n;
			if (n > 1)
				variance += d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1);
		}
		if (compare(&test, groups, 2, &arena) != EF_OK)
			fail("no test");
		chisq = difference * difference / variance;
		if (variance > 1e-12L)
			wrong += test.df != 1 || !near_enough(test.chisq, chisq, 1e-11) ||
				!near_enough(test.p_value, erfcl(sqrtl(chisq / 2)), 1e-12);
		else
			wrong += test.df != 0 || !isnan(test.chisq) || !isnan(test.p_value);
		arena_close(&arena);
	}
	is_int(wrong, 0, "%d comparisons of two groups: (O - E)^2 / V", runs);
}

/* Several groups, in strata, in any order and in any number of parts. */
/* Risk sets of a source: which are open, and how many were at most. */
typedef struct Shelf
{
	struct
	{
		EfRiskSet	risk;
		const EfRiskSet *from;
	}			slots[STRATA * GROUPS];
	int			open;
	int			most;
} Shelf;

static EfStatus
take(void *closure, EfRiskSet *risk, EfContext *unused)
{
	Shelf	   *shelf = closure;

	(void) unused;
	for (int i = 0; i < STRATA * GROUPS; i++)
		if (risk == &shelf->slots[i].risk)
			*risk = *shelf->slots[i].from;
	if (++shelf->open > shelf->most)
		shelf->most = shelf->open;
	return EF_OK;
}

static void
put_back(void *closure, EfRiskSet *risk)
{
	((Shelf *) closure)->open--;
	memset(risk, 0xa5, sizeof(*risk));
}

/* The same test, of which the risk sets of one stratum are open at a time; how
 * often that is not so. */
static int
of_source(EfLogRank *test, const EfLogRankPart *parts, size_t nparts, Arena *arena, int nstrata, int n)
{
	static Shelf shelf;
	EfRiskSource source = {take, put_back, &shelf};
	EfLogRankPart closed[STRATA * GROUPS];
	EfStatus	status;

	memset(&shelf, 0xa5, sizeof(shelf));
	shelf.open = shelf.most = 0;
	for (size_t i = 0; i < nparts; i++)
	{
		closed[i] = parts[i];
		closed[i].risk = &shelf.slots[i].risk;
		shelf.slots[i].from = parts[i].risk;
	}
	status = ef_log_rank_by_method(test, closed, nparts, EF_LOG_RANK, &source, &arena->context);
	return (status != EF_OK) + (shelf.open != 0) + (shelf.most != n || nstrata * n < (int) nparts);
}

static void
test_groups(void)
{
	static Group groups[STRATA][GROUPS];
	static const char *const strata[STRATA] = {"x", NULL, ""};
	int			wrong = 0;
	int			unsteady = 0;
	int			smaller = 0;
	int			runs = 200;

	for (int run = 0; run < runs; run++)
	{
		int			n = 1 + (int) random_below(GROUPS);
		int			nstrata = run % 2 ? 1 + (int) random_below(STRATA) : 1;
		int			days = 2 + (int) random_below(run % 3 ? 100 : 6);
		Model		model;
		EfLogRank	test;
		EfLogRank	again;
		EfLogRankPart parts[STRATA * GROUPS];
		EfLogRankPart pieces[STRATA * GROUPS * 3];
		size_t		nparts = 0;
		size_t		npieces = 0;
		Arena		arena;

		open_arena(&arena);
		memset(&model, 0, sizeof(model));
		for (int s = 0; s < nstrata; s++)
		{
			for (int g = 0; g < n; g++)
			{
				Group	   *group = &groups[s][g];

				random_group(group, 1 + (int) random_below(run % 5 ? STAYS : 3), days, run % 3);
				parts[nparts++] = part(named(letters[g]), named(strata[s]), open_group(group, &arena));

				/* the same people in three pieces, of which some are empty */
				for (int piece = 0, at = 0; piece < 3; piece++)
				{
					Group		some = {.n = 0};
					int			end = piece == 2 ? group->n : at + (int) random_below((uint32_t) (group->n - at) + 1);

					while (at < end)
						some.stays[some.n++] = group->stays[at++];
					pieces[npieces++] = part(named(letters[g]), named(strata[s]), open_group(&some, &arena));
				}
			}
			add_stratum(&model, groups[s], n);
		}
		for (size_t i = npieces - 1; i > 0; i--)
		{
			size_t		k = random_below((uint32_t) i + 1);
			EfLogRankPart part = pieces[i];

			pieces[i] = pieces[k];
			pieces[k] = part;
		}
		if (ef_log_rank(&test, parts, nparts, &arena.context) != EF_OK)
			fail("no test");
		unsteady += of_source(&again, parts, nparts, &arena, nstrata, n) != 0 ||
			memcmp(&test.chisq, &again.chisq, sizeof(double)) != 0;
		if (ef_log_rank(&again, pieces, npieces, &arena.context) != EF_OK)
			fail("no test");
		wrong += compare_test(&test, &model, n);
		smaller += test.df < n - 1;

		/* the same people are the same test, to the last bit */
		unsteady += memcmp(&test.chisq, &again.chisq, sizeof(double)) != 0 || test.df != again.df ||
			memcmp(&test.p_value, &again.p_value, sizeof(double)) != 0 || test.ngroups != again.ngroups;
		for (uint32_t g = 0; g < test.ngroups && unsteady == 0; g++)
			unsteady += test.groups[g].exits != again.groups[g].exits ||
				test.groups[g].expected != again.groups[g].expected;
		arena_close(&arena);
	}
	is_int(wrong, 0, "%d comparisons of groups in strata, %d with fewer degrees of freedom", runs, smaller);
	is_int(unsteady, 0, "in any order and in any parts");
}


/* ---- groups by hand ---- */

static void
test_published(void)
{
	/*
	 * Weeks of remission, 6-mercaptopurine and placebo (Freireich et al.
	 * 1963; Cox and Oakes 1984, p. 7); chi-square 16.8, Cox and Oakes p. 106
	 */
	static const int censored[] = {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35};
	static const int relapsed[] = {6, 6, 6, 7, 10, 13, 16, 22, 23};
	static const int placebo[] = {1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
	Group		groups[2] = {{.n = 0}, {.n = 0}};
	EfLogRank	test;
	EfHazardRatio hazard;
	Arena		arena;

	for (size_t i = 0; i < COUNT(censored); i++)
		groups[0].stays[groups[0].n++] = stay(-1, censored[i], 0, 1);
	for (size_t i = 0; i < COUNT(relapsed); i++)
		groups[0].stays[groups[0].n++] = stay(-1, relapsed[i], 1, 1);
	for (size_t i = 0; i < COUNT(placebo); i++)
		groups[1].stays[groups[1].n++] = stay(-1, placebo[i], 1, 1);
	open_arena(&arena);
	compare(&test, groups, 2, &arena);
	is_close(test.chisq, 16.79294098921654, 1e-13, "6-MP and placebo: chi-square");
	is_int(test.df, 1, "of one degree of freedom");
	ok(fabs(test.p_value / 4.16880910933453e-05 - 1) < 1e-11, "p = %g", test.p_value);
	is_int(test.groups[0].exits, 9, "9 relapses");
	is_close(test.groups[0].expected, 19.250500948, 1e-9, "of 19.25 expected");
	is_close(test.groups[1].expected, 10.749499052, 1e-9, "and 10.75 under placebo");
	ef_hazard_ratio(&hazard, open_group(&groups[0], &arena), open_group(&groups[1], &arena), 0.95, &arena.context);
	is_close(hazard.ratio, 4.816873898279393, 1e-10, "hazard ratio, Efron");
	is_close(hazard.lower, 2.146508212725460, 1e-8, "its lower limit");
	is_close(hazard.upper, 10.809310681585970, 1e-8, "its upper limit");
	arena_close(&arena);
}

static void
test_alike(void)
{
	int			wrong = 0;

	for (int run = 0; run < 50; run++)
	{
		Group		groups[GROUPS];
		EfLogRank	test;
		Arena		arena;
		int			n = 2 + (int) random_below(GROUPS - 1);

		open_arena(&arena);
		random_group(&groups[0], 20, 30, 3);
		groups[0].stays[0] = stay(-1, 3, 1, 2);
		groups[0].stays[1] = stay(-1, 9, 0, 2);
		for (int g = 1; g < n; g++)
			groups[g] = groups[0];
		compare(&test, groups, n, &arena);
		wrong += test.df != n - 1 || !(fabs(test.chisq) < 1e-20) || !near_enough(test.p_value, 1, 1e-10);
		arena_close(&arena);
	}
	is_int(wrong, 0, "groups that are alike do not differ");
}

static void
test_rank(void)
{
	static const Group early[] = {
		{3, {{-1, 5, 1, 3}, {-1, 7, 2, 2}, {-1, 9, 1, 4}}},
		{3, {{-1, 5, 1, 2}, {-1, 8, 2, 7}, {-1, 9, 0, 4}}},
	};
	static const Group late[] = {
		{3, {{20, 25, 1, 3}, {20, 27, 2, 2}, {20, 29, 0, 4}}},
		{3, {{20, 25, 1, 9}, {20, 28, 2, 7}, {20, 29, 1, 1}}},
	};
	static const Group bystander = {2, {{-1, 4, 0, 5}, {10, 20, 0, 3}}};
	static const Group faithful = {1, {{-1, 40, 0, 12}}};
	static const Group nobody = {.n = 0};
	static const Group alone = {2, {{30, 35, 1, 3}, {30, 36, 1, 1}}};
	Group		groups[GROUPS];
	EfLogRank	test;
	EfLogRank	one;
	EfLogRank	two;
	Arena		arena;

	open_arena(&arena);
	compare(&one, early, 2, &arena);
	compare(&two, late, 2, &arena);
	is_int(one.df, 1, "two groups");
	is_int(two.df, 1, "two others, later");

	/* groups that never meet are compared where they do */
	groups[0] = early[0];
	groups[1] = late[1];
	groups[2] = late[0];
	groups[3] = early[1];
	compare(&test, groups, 4, &arena);
	is_int(test.df, 2, "pairs that never meet have a degree of freedom each");
	is_close(test.chisq, one.chisq + two.chisq, 1e-12, "and their chi-squares add up");
	is_close(test.p_value, exp(-test.chisq / 2), 1e-12, "with the p-value of both");

	/* nor is there more to say when some were never there at an exit */
	groups[4] = bystander;
	groups[5] = nobody;
	compare(&test, groups, 6, &arena);
	is_int(test.df, 2, "who is never at risk when anybody leaves takes no part");
	is_close(test.chisq, one.chisq + two.chisq, 1e-12, "and changes nothing");
	is_close(test.groups[4].expected, 0, 0, "nobody of them was expected to leave");
	is_int(test.ngroups, 6, "they are groups all the same");
	groups[5] = alone;
	compare(&test, groups, 6, &arena);
	is_int(test.df, 2, "who is alone leaves as expected");
	is_close(test.groups[5].expected, 4, 1e-15, "as many as do");
	is_close(test.chisq, one.chisq + two.chisq, 1e-12, "and changes nothing");

	/* a group that nobody leaves is compared like any other */
	groups[0] = early[0];
	groups[1] = faithful;
	compare(&test, groups, 2, &arena);
	ok(test.df == 1 && test.chisq > 5, "a group that nobody leaves: chi-square %g", test.chisq);
	is_int(test.groups[1].exits, 0, "no exits");

	/* no variance */
	compare(&test, groups, 1, &arena);
	ok(test.df == 0 && isnan(test.chisq) && isnan(test.p_value), "one group has nothing to be compared with");
	is_int(test.groups[0].exits, 9, "but exits");
	groups[1] = nobody;
	compare(&test, groups, 2, &arena);
	ok(test.df == 0 && isnan(test.chisq), "nor with nobody");
	groups[0] = nobody;
	compare(&test, groups, 2, &arena);
	ok(test.df == 0 && isnan(test.chisq), "nor has nobody with nobody");
	groups[0] = groups[1] = faithful;
	compare(&test, groups, 2, &arena);
	ok(test.df == 0 && isnan(test.chisq), "without exits there is no comparison");
	groups[0].n = 1;
	groups[0].stays[0] = stay(-1, 5, 1, 7);
	groups[1].n = 1;
	groups[1].stays[0] = stay(-1, 5, 1, 2);
	compare(&test, groups, 2, &arena);
	ok(test.df == 0 && isnan(test.chisq), "nor when all leave on one day");
	groups[0].n = 1;
	groups[0].stays[0] = stay(-1, 5, 1, 1);
	groups[1].n = 1;
	groups[1].stays[0] = stay(5, 9, 1, 1);
	compare(&test, groups, 2, &arena);
	ok(test.df == 0 && isnan(test.chisq), "nor when one comes on the day the other goes");
	groups[1].n = 1;
	groups[1].stays[0] = stay(4, 9, 1, 1);
	compare(&test, groups, 2, &arena);
	ok(test.df == 1 && near_enough(test.chisq, 1, 1e-15), "but a day earlier there is");
	arena_close(&arena);
}

static void
test_names(void)
{
	/* in the order in which they must come */
	static const EfGroupName names[] = {
		{{"", 0}, false}, {{"\0", 1}, false}, {{"a", 1}, false}, {{"a\0", 2}, false},
		{{"aa", 2}, false}, {{"b", 1}, false}, {{"\xc3\xa4", 2}, false}, {{"\xff", 1}, false},
		{{NULL, 0}, true},
	};
	static const Group group = {1, {{-1, 5, 1, 1}}};
	const int	n = COUNT(names);
	int			wrong = 0;
	Arena		arena;
	EfRiskSet  *risk;

	open_arena(&arena);
	risk = open_group(&group, &arena);
	for (int run = 0; run < 50; run++)
	{
		EfLogRankPart parts[40];
		EfLogRank	test;
		int			times[COUNT(names)] = {0};
		int			g = 0;

		for (size_t i = 0; i < COUNT(parts); i++)
		{
			int			name = (int) random_below((uint32_t) n);
			EfGroupName copy = names[name];

			/* equal by their bytes, not by where those are */
			if (!copy.null)
			{
				char	   *bytes = ef_alloc(&arena.context, copy.label.length);

				memcpy(bytes, copy.label.bytes, copy.label.length);
				copy.label.bytes = bytes;
			}
			parts[i] = part(copy, names[random_below((uint32_t) n)], risk);
			times[name]++;
		}
		if (ef_log_rank(&test, parts, COUNT(parts), &arena.context) != EF_OK)
			fail("no test");
		for (int name = 0; name < n; name++)
		{
			const EfGroupName *got = &test.groups[g].name;

			if (times[name] == 0)
				continue;
			wrong += got->null != names[name].null || test.groups[g].exits != times[name] ||
				(!got->null && (got->label.length != names[name].label.length ||
								memcmp(got->label.bytes, names[name].label.bytes, got->label.length) != 0));
			g++;
		}
		wrong += test.ngroups != (uint32_t) g;
	}
	is_int(wrong, 0, "names are told apart, put in the order of their bytes, and none is the last");
	arena_close(&arena);
}

/* Whoever leaves on the last day there can be counts as any other. */
static void
test_last_day(void)
{
	static const Group groups[] = {
		{2, {{-1, EF_SPELL_DAYS, 1, 3}, {-1, EF_SPELL_DAYS, 0, 5}}},
		{2, {{-1, EF_SPELL_DAYS, 1, 7}, {-1, EF_SPELL_DAYS, 0, 2}}},
	};
	static const Group before[] = {
		{2, {{-1, EF_SPELL_DAYS - 1, 1, 3}, {-1, EF_SPELL_DAYS, 0, 5}}},
		{2, {{-1, EF_SPELL_DAYS - 1, 1, 7}, {-1, EF_SPELL_DAYS, 0, 2}}},
	};
	EfLogRank	last;
	EfLogRank	test;
	EfHazardRatio ratios[2];
	Arena		arena;

	open_arena(&arena);
	for (int i = 0; i < 2; i++)
	{
		const Group *some = i ? groups : before;

		compare(i ? &last : &test, some, 2, &arena);
		ef_hazard_ratio(&ratios[i], open_group(&some[0], &arena), open_group(&some[1], &arena), 0.95, &arena.context);
	}
	ok(test.df == 1 && last.df == 1 && test.chisq == last.chisq, "chi-square of the last day: %g", last.chisq);
	ok(ratios[0].ratio > 1 && ratios[0].ratio == ratios[1].ratio, "hazard ratio of the last day: %g", ratios[1].ratio);
	arena_close(&arena);
}

/* Differences within strata count, those between do not. */
static void
test_strata(void)
{
	static const Group fast = {2, {{-1, 5, 1, 10}, {-1, 6, 1, 10}}};
	static const Group slow = {2, {{-1, 50, 1, 10}, {-1, 60, 1, 10}}};
	EfLogRankPart parts[4];
	EfLogRank	test;
	Arena		arena;

	open_arena(&arena);
	/* two schools, one fast and one slow, with groups that are alike in each */
	for (int i = 0; i < 4; i++)
		parts[i] = part(named(letters[i % 2]), named(letters[i / 2]),
						open_group(i / 2 ? &slow : &fast, &arena));
	ef_log_rank(&test, parts, 4, &arena.context);
	ok(test.df == 1 && fabs(test.chisq) < 1e-20, "groups that are alike in each stratum do not differ");
	is_int(test.groups[0].exits, 40, "both strata count");
	is_close(test.groups[0].expected, 40, 1e-14, "as expected");

	/* each group in a stratum of its own: nothing to compare */
	parts[0] = part(named("a"), named("x"), open_group(&fast, &arena));
	parts[1] = part(named("b"), named("y"), open_group(&slow, &arena));
	ef_log_rank(&test, parts, 2, &arena.context);
	ok(test.df == 0 && isnan(test.chisq), "groups in strata of their own are not compared");
	parts[0].stratum = parts[1].stratum = named(NULL);
	ef_log_rank(&test, parts, 2, &arena.context);
	ok(test.df == 1 && test.chisq > 30, "but in none they are");
	parts[0].stratum = named("");
	ef_log_rank(&test, parts, 2, &arena.context);
	is_int(test.df, 0, "an empty name is not none");
	arena_close(&arena);
}

static void
test_limits(void)
{
	static const Group nobody = {.n = 0};
	const int64_t all = EF_PERSON_LIMIT;
	const Group many[] = {
		{3, {{-1, 5, 1, all / 2}, {-1, 6, 1, all / 4}, {-1, 9, 0, all / 4}}},
		{3, {{-1, 5, 1, all / 4}, {-1, 7, 1, all / 2}, {-1, 9, 0, all / 4}}},
		{2, {{-1, 5, 1, 1}, {-1, 7, 0, 1}}},
	};
	char		names[EF_GROUP_LIMIT + 1][12];
	EfLogRankPart parts[EF_GROUP_LIMIT + 1];
	EfLogRank	test;
	Model		model;
	Arena		arena;

	open_arena(&arena);
	for (int i = 0; i <= EF_GROUP_LIMIT; i++)
	{
		snprintf(names[i], sizeof(names[i]), "%d", i);
		parts[i] = part(named(names[i]), named(NULL), open_group(&nobody, &arena));
	}
	is_int(ef_log_rank(&test, parts, EF_GROUP_LIMIT, &arena.context), EF_OK,
		   "%d groups can be compared", EF_GROUP_LIMIT);
	is_int(test.ngroups, EF_GROUP_LIMIT, "each is there");
	is_int(ef_log_rank(&test, parts, EF_GROUP_LIMIT + 1, &arena.context), EF_TOO_MANY_GROUPS, "one more is refused");
	is_str(error.detail, "There are 1001 groups or more.", "which says so");
	for (int i = 0; i <= EF_GROUP_LIMIT; i++)
	{
		parts[i].stratum = named(names[i]);
		parts[i].group = named(letters[i % 3]);
	}
	is_int(ef_log_rank(&test, parts, EF_GROUP_LIMIT + 1, &arena.context), EF_OK, "strata are not");
	arena_close(&arena);

	open_arena(&arena);
	memset(&model, 0, sizeof(model));
	add_stratum(&model, many, 3);
	interrupts = 0;
	is_int(compare(&test, many, 3, &arena), EF_OK, "as many people as there can be in a group");
	is_int(compare_test(&test, &model, 3), 0, "are compared as others");
	ok(interrupts >= 3, "asking on each day with exits whether to go on (%ld times)", interrupts);
	arena_close(&arena);
}


/* ---- the hazard ratio ---- */

static EfHazardRatio
hazard_ratio(const Group *first, const Group *second, double level)
{
	EfHazardRatio result = {-1, -1, -1};
	Arena		arena;

	open_arena(&arena);
	if (ef_hazard_ratio(&result, open_group(first, &arena), open_group(second, &arena), level,
						&arena.context) != EF_OK)
		fail("no hazard ratio");
	arena_close(&arena);
	return result;
}

/* Efron's log likelihood: the product over those who leave on a day, of the
 * hazard of each by the sum of hazards of those who are there on average. */
static long double
likelihood(const Group *groups, long double beta)
{
	long double sum = 0;

	for (int day = 0; day <= last_day(groups, 2); day++)
	{
		long double hazard = 0;
		long double leaving = 0;
		int64_t		d[2];

		for (int g = 0; g < 2; g++)
		{
			long double each = g == 0 ? 1 : expl(beta);

			d[g] = stays_exits(groups[g].stays, groups[g].n, day, 0);
			hazard += each * (long double) stays_at_risk(groups[g].stays, groups[g].n, day);
			leaving += each * (long double) d[g];
		}
		sum += beta * (long double) d[1];
		for (int64_t l = 0; l < d[0] + d[1]; l++)
			sum -= logl(hazard - (long double) l / (long double) (d[0] + d[1]) * leaving);
	}
	return sum;
}

static long double
golden_section(const Group *groups, long double low, long double high)
{
	const long double golden = (sqrtl(5) - 1) / 2;
	long double a = high - golden * (high - low);
	long double b = low + golden * (high - low);
	long double fa = likelihood(groups, a);
	long double fb = likelihood(groups, b);

	while (high - low > 1e-9L)
		if (fa > fb)
		{
			high = b;
			b = a;
			fb = fa;
			a = high - golden * (high - low);
			fa = likelihood(groups, a);
		}
		else
		{
			low = a;
			a = b;
			fa = fb;
			b = low + golden * (high - low);
			fb = likelihood(groups, b);
		}
	return (low + high) / 2;
}

/* Is there somebody to lose on a day when the other group loses one? */
static bool
loses_against(const Group *groups, int g)
{
	for (int day = 0; day <= last_day(groups, 2); day++)
		if (stays_exits(groups[g].stays, groups[g].n, day, 0) > 0 &&
			stays_at_risk(groups[1 - g].stays, groups[1 - g].n, day) > 0)
			return true;
	return false;
}

static void
test_hazard_ratio(void)
{
	int			wrong = 0;
	int			lopsided = 0;
	int			known = 0;
	int			runs = 150;

	for (int run = 0; run < runs; run++)
	{
		Group		groups[2];
		int			days = 2 + (int) random_below(run % 2 ? 60 : 6);
		EfHazardRatio got;
		EfHazardRatio back;
		bool		maximum;

		for (int g = 0; g < 2; g++)
			random_group(&groups[g], 1 + (int) random_below(run % 4 ? 25 : 3), days, run % 3);
		got = hazard_ratio(&groups[0], &groups[1], 0.9);
		back = hazard_ratio(&groups[1], &groups[0], 0.9);
		maximum = loses_against(groups, 0) && loses_against(groups, 1);
		if (maximum)
		{
			const long double h = 1e-3L;
			long double beta = logl(got.ratio);
			long double at[5];	/* two steps before it to two after */
			long double slope;
			long double information;
			long double span;

			for (int i = 0; i < 5; i++)
				at[i] = likelihood(groups, beta + (i - 2) * h);
			slope = (8 * (at[3] - at[1]) - (at[4] - at[0])) / (12 * h);
			information = -(16 * (at[3] + at[1]) - (at[4] + at[0]) - 30 * at[2]) / (12 * h * h);
			span = 1.6448536269514722L / sqrtl(information);

			/*
			 * no function is told apart from its maximum nearer to it than
			 * the root of a number's precision, but its slope is
			 */
			known++;
			wrong += !near_enough((double) beta, golden_section(groups, -20, 20), 1e-6);
			wrong += !near_enough((double) (slope / information), 0, 1e-9);
			wrong += !near_enough(log(got.lower), beta - span, 1e-8) || !near_enough(log(got.upper), beta + span, 1e-8);
			lopsided += !near_enough(got.ratio * back.ratio, 1, 1e-11) ||
				!near_enough(got.lower * back.upper, 1, 1e-10) || !near_enough(got.upper * back.lower, 1, 1e-10);
		}
		else
		{
			wrong += !isnan(got.ratio) || !isnan(got.lower) || !isnan(got.upper);
			lopsided += !isnan(back.ratio) || !isnan(back.lower) || !isnan(back.upper);
		}
	}
	is_int(wrong, 0, "of %d pairs of groups, the %d that have a likeliest hazard ratio have it", runs, known);
	is_int(lopsided, 0, "and the other way round its inverse");
}

static void
test_no_hazard_ratio(void)
{
	static const struct
	{
		Group		first;
		Group		second;
		const char *name;
	}			cases[] = {
		{{.n = 0}, {.n = 0}, "nobody and nobody"},
		{{1, {{-1, 5, 1, 3}}}, {.n = 0}, "nobody to compare with"},
		{{1, {{-1, 5, 0, 3}}}, {1, {{-1, 5, 0, 3}}}, "no exits"},
		{{2, {{-1, 5, 1, 3}, {-1, 9, 0, 1}}}, {1, {{-1, 9, 0, 3}}}, "exits of one group only"},
		{{2, {{-1, 5, 1, 3}, {-1, 6, 1, 1}}}, {1, {{-1, 7, 1, 3}}}, "one group gone before the other begins to leave"},
		{{1, {{-1, 5, 1, 3}}}, {1, {{5, 7, 1, 3}}}, "groups that never meet"},
		{{2, {{-1, 5, 1, 3}, {-1, 9, 0, 1}}}, {1, {{-1, 5, 0, 3}}}, "one group lost on the day the other leaves"},
	};
	static const Group some = {2, {{-1, 5, 1, 3}, {-1, 9, 1, 1}}};
	static const Group seven = {1, {{-1, 5, 1, 7}}};
	static const Group two = {1, {{-1, 5, 1, 2}}};
	static const Group unlike[] = {
		{2, {{-1, 1, 1, 1}, {-1, 900, 1, 100000}}},
		{2, {{-1, 1, 1, 100000}, {-1, 900, 1, 1}}},
	};
	EfHazardRatio result;
	EfHazardRatio back;

	for (size_t i = 0; i < COUNT(cases); i++)
	{
		result = hazard_ratio(&cases[i].first, &cases[i].second, 0.95);
		back = hazard_ratio(&cases[i].second, &cases[i].first, 0.95);
		ok(isnan(result.ratio) && isnan(result.lower) && isnan(result.upper) &&
		   isnan(back.ratio) && isnan(back.lower) && isnan(back.upper),
		   "no finite hazard ratio: %s", cases[i].name);
	}
	result = hazard_ratio(&some, &some, 0.95);
	ok(result.ratio == 1 && result.lower < 1 && near_enough(result.lower * result.upper, 1, 1e-14),
	   "of a group over itself it is 1, from %g to %g", result.lower, result.upper);
	result = hazard_ratio(&seven, &two, 0.95);
	is_close(result.ratio, 1, 1e-12, "where all leave on one day, too");
	result = hazard_ratio(&unlike[0], &unlike[1], 0.95);
	back = hazard_ratio(&unlike[1], &unlike[0], 0.95);
	ok(result.ratio > 500 && result.lower > 100 && isfinite(result.upper) &&
	   near_enough(result.ratio * back.ratio, 1, 1e-9), "groups that could not differ more: %g", result.ratio);
}

/* More people than can be counted, though no one summary has so many. */
static void
test_overflow(void)
{
	EfRiskDay	day = {.day = 3,.at_risk = INT64_MAX / 2 + 1,.exits = 1,
	.censored = INT64_MAX / 2};
	EfRiskSet	risk = {.on_time = INT64_MAX / 2 + 1,.ndays = 1,.days = &day,.last_day = 3};
	EfLogRankPart parts[2] = {
		{{{"a", 1}, false}, {{NULL, 0}, true}, &risk},
		{{{"b", 1}, false}, {{NULL, 0}, true}, &risk},
	};
	EfLogRank	test;
	Arena		arena;

	open_arena(&arena);
	is_int(ef_log_rank(&test, parts, 1, &arena.context), EF_OK, "as many people as fit");
	is_int(ef_log_rank(&test, parts, 2, &arena.context), EF_COUNT_OVERFLOW, "more are refused: %s", error.detail);
	arena_close(&arena);
}

/* Where many leave on one day the sums are not taken one by one: the score at
 * the answer, taken one by one here, is nothing, and the limits are those of
 * the information. */
static void
test_crowds(void)
{
	static const int64_t sizes[] = {0, 1, 30, 65, 400, 3000};
	double		worst_score = 0;
	double		worst_error = 0;
	int			n = 0;

	for (int i = 0; i < 400; i++)
	{
		int64_t		counts[2][3];
		Group		groups[2];
		EfHazardRatio result;
		long double ratio;
		long double score = 0;
		long double information = 0;

		for (int g = 0; g < 2; g++)
		{
			for (int k = 0; k < 3; k++)
			{
				counts[g][k] = sizes[random_below(COUNT(sizes))];
				counts[g][k] += random_below((uint32_t) counts[g][k] + 1);
			}
			groups[g].n = 3;
			groups[g].stays[0] = stay(-1, 5, 1, counts[g][0]);
			groups[g].stays[1] = stay(-1, 9, 1, counts[g][1]);
			groups[g].stays[2] = stay(-1, 12, 0, counts[g][2]);
		}
		result = hazard_ratio(&groups[0], &groups[1], 0.95);
		if (isnan(result.ratio))
			continue;
		n++;
		ratio = result.ratio;
		for (int k = 0; k < 2; k++)
		{
			int64_t		d = counts[0][k] + counts[1][k];

			score += counts[1][k];
			for (int64_t l = 0; l < d; l++)
			{
				long double there[2];
				long double p;

				for (int g = 0; g < 2; g++)
				{
					there[g] = -(long double) l / d * counts[g][k];
					for (int later = k; later < 3; later++)
						there[g] += counts[g][later];
				}
				p = ratio * there[1] / (there[0] + ratio * there[1]);
				score -= p;
				information += p * (1 - p);
			}
		}
		worst_score = fmax(worst_score, fabs((double) (score / information)));
		worst_error = fmax(worst_error, fabs(log(result.upper / result.ratio) *
											 sqrt((double) information) / 1.959963984540054 - 1));
	}
	ok(n > 200, "%d crowds have a hazard ratio", n);
	ok(worst_score < 1e-9, "the score is zero there, to %.1e of a log ratio", worst_score);
	ok(worst_error < 1e-9, "the standard error is the information's, to %.1e", worst_error);
}

static void
test_hazard_ratio_refused(void)
{
	static const Group some = {2, {{-1, 5, 1, 3}, {-1, 9, 1, 1}}};
	static const Group pair = {2, {{-1, 4, 1, 1}, {-1, 9, 1, 1}}};
	static const double levels[] = {0, 1, -1, 2, NAN};
	const Group crowds[] = {
		{2, {{-1, 5, 1, 300000000000}, {-1, 9, 1, 600000000000}}},
		{2, {{-1, 5, 1, 500000000000}, {-1, 9, 1, 400000000000}}},
	};
	EfHazardRatio result;
	EfRiskSet  *risk;
	Arena		arena;

	open_arena(&arena);
	risk = open_group(&some, &arena);
	for (size_t i = 0; i < COUNT(levels); i++)
	{
		result.ratio = result.lower = result.upper = 5;
		is_int(ef_hazard_ratio(&result, risk, risk, levels[i], &arena.context), EF_LEVEL_RANGE,
			   "level %g is refused", levels[i]);
		ok(isnan(result.ratio) && isnan(result.lower) && isnan(result.upper), "and nothing answered");
	}
	arena_close(&arena);

	/* the work is by days, not by those who leave on them */
	interrupts = 0;
	result = hazard_ratio(&crowds[0], &crowds[1], 0.95);
	ok(result.ratio > 1 && result.ratio < 2, "crowds: %g", result.ratio);
	ok(interrupts >= 4 && interrupts <= 2 * 10, "two days and few steps (asked %ld times)", interrupts);
	interrupts = 0;
	hazard_ratio(&some, &pair, 0.95);
	ok(interrupts >= 6 && interrupts <= 6 * 8, "six exits and few steps (asked %ld times)", interrupts);
}

int
main(void)
{
	test_published();
	test_two_groups();
	test_groups();
	test_alike();
	test_rank();
	test_names();
	test_last_day();
	test_strata();
	test_limits();
	test_hazard_ratio();
	test_no_hazard_ratio();
	test_overflow();
	test_crowds();
	test_hazard_ratio_refused();
	return done_testing();
}
