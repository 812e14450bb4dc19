/*
 * test_exit_probability.c: the probability to leave by month of age, against
 * numbers found by hand.
 */
#include "workforce/exit_probability.h"

#include <math.h>

#include "arena.h"
#include "tap.h"

#define TOLERANCE 1e-14
#define LIMIT (40 * 12)
#define FIRST_YEAR 19
#define NYEARS 24

enum
{
	MOVED = 1, RETIREMENT
};

static Arena arena;
static EfWorkspace workspace;

/*
 * Ten people come to be 20 years old, of whom in the next month two move and
 * one retires, and the others are last seen in the fifth month after that;
 * five are there at 30, and leave at once; and four come and go within their
 * 35th birthday's month, half a person-month in all.
 */
static EfCell cells[] = {
	{(EfKey) EF_OPENING << 32 | 20 * 12, 10},
	{(EfKey) EF_OPENING << 32 | 30 * 12, 5},
	{(EfKey) EF_HIRES << 32 | 35 * 12, 4},
	{(EfKey) EF_STOCK << 32 | (20 * 12 + 5), 7},
	{(EfKey) EF_MISSED_PARTS << 32 | 35 * 12, 7 * EF_MONTH_PARTS / 2},
	{(EfKey) MOVED << 36 | (EfKey) EF_EXITS << 32 | (20 * 12 + 1), 2},
	{(EfKey) MOVED << 36 | (EfKey) EF_EXITS << 32 | 30 * 12, 5},
	{(EfKey) MOVED << 36 | (EfKey) EF_EXITS << 32 | 35 * 12, 3},
	{(EfKey) RETIREMENT << 36 | (EfKey) EF_EXITS << 32 | (20 * 12 + 1), 1},
	{(EfKey) RETIREMENT << 36 | (EfKey) EF_EXITS << 32 | 35 * 12, 1},
};

static EfStatus
estimate(EfExitProbability *q, uint32_t reason, uint32_t set_aside, int ncells)
{
	EfTable		table = {.ncells = (size_t) ncells,.cells = cells};
	EfExitScope scope = {reason, false, set_aside, LIMIT, FIRST_YEAR, NYEARS, 0, 0};
	EfExitCounts counts;

	ef_exit_counts(&counts, &table, NULL, &workspace);
	ef_exit_probability(q, &counts, &scope, &workspace);
	return EF_OK;
}

#define ALL (sizeof(cells) / sizeof(cells[0]))

/* The variance of q when so many left in so many person-months. */
static double
variance(double exits, double months, double pooled)
{
	double		q = (exits + pooled) / (months + 1);

	return q * (1 - q) / (months + 2);
}

static void
by_month(void)
{
	EfExitProbability q;
	int			wrong = 0;

	is_int(estimate(&q, MOVED, 0, ALL), EF_OK, "the probabilities are found");
	ok(q.known, "and are known");
	is_close(q.stay[20 * 12], 1, 0, "nobody left in a month");
	is_close(q.stay[20 * 12 + 1], 0.7, TOLERANCE, "three of ten left in the next");
	is_close(q.leave[20 * 12 + 1], 0.2, TOLERANCE, "two for the reason asked for");
	is_close(q.unsupported[20 * 12 + 5], 0, 0, "a month of the stock is exposure");
	is_close(q.unsupported[20 * 12 + 6], 1, 0, "the next has none");
	is_close(q.stay[20 * 12 + 6], 1 - 3 / 48.0, TOLERANCE, "and takes its year's");
	is_close(q.leave[20 * 12 + 6], 2 / 48.0, TOLERANCE, "so does the reason");
	for (int age = 21 * 12; age < 30 * 12; age++)
		wrong += q.stay[age] != q.stay[20 * 12 + 6] || q.unsupported[age] != 1;
	is_int(wrong, 0, "a year without exposure takes the nearest younger year's");
	is_close(q.stay[19 * 12 + 3], q.stay[20 * 12 + 6], 0,
			 "below all, the nearest older year's");
	is_close(q.stay[18 * 12], 0, 0, "and younger years are left out");
	is_close(q.stay[30 * 12], 0, 0, "nobody stays where all left");
	is_close(q.stay[31 * 12], 0, 0, "nor in the years after");
	is_close(q.stay[35 * 12], 0, 0, "more exits than exposure are all");
	is_close(q.leave[35 * 12], 0.75, TOLERANCE, "and each reason has its part");

	estimate(&q, 0, 0, ALL);
	for (int age = wrong = 0; age < LIMIT; age++)
		wrong += q.leave[age] != 0;
	is_int(wrong, 0, "no reason asked for, none given");
	is_close(q.stay[20 * 12 + 1], 0.7, TOLERANCE, "which changes nothing else");

	estimate(&q, MOVED, RETIREMENT, ALL);
	is_close(q.stay[20 * 12 + 1], 0.8, TOLERANCE, "exits set aside stay");
	is_close(q.stay[20 * 12 + 6], 1 - 2 / 48.0, TOLERANCE, "also in the year");
	is_close(q.stay[35 * 12], 0.25, TOLERANCE, "and of more exits than exposure");
	is_close(q.leave[35 * 12], 0.75, TOLERANCE, "the others are as they were");
}

static void
by_year(void)
{
	EfExitProbability q;
	double		own;
	double		any;

	estimate(&q, MOVED, 0, ALL);
	own = variance(0, 10, 3 / 48.0) + variance(3, 10, 3 / 48.0) +
		4 * variance(0, 7, 3 / 48.0);
	is_close(q.var_stay[20 - FIRST_YEAR], own + 36 * variance(3, 48, 3 / 48.0),
			 TOLERANCE, "variances of a year: six months of one error");
	is_close(q.var_stay[21 - FIRST_YEAR], 144 * variance(3, 48, 3 / 48.0),
			 TOLERANCE, "of a year without exposure: twelve");
	is_close(q.var_stay[19 - FIRST_YEAR], q.var_stay[21 - FIRST_YEAR], TOLERANCE,
			 "below all, too");
	is_close(q.var_leave[21 - FIRST_YEAR], 144 * variance(2, 48, 2 / 48.0),
			 TOLERANCE, "of the reason asked for");
	any = (3 + 3 / 48.0) / 49;
	is_close(q.var_log_stay[21 - FIRST_YEAR], 144 * any / (1 - any) / 50,
			 TOLERANCE, "of the logarithm");
	is_close(q.var_stay[30 - FIRST_YEAR], 0, TOLERANCE, "where all left, none");
	is_close(q.var_stay[LIMIT / 12 - FIRST_YEAR], 0, 0, "nor beyond the limit");
}

/* Retirement a year later: its rates, and their errors, are those of a year before. */
static void
moved(void)
{
	EfCell		retired[] = {cells[0], cells[1], cells[3], cells[8],
	{(EfKey) RETIREMENT << 36 | (EfKey) EF_EXITS << 32 | 30 * 12, 4}};
	EfTable		table = {.ncells = ALL,.cells = cells};
	EfTable		alone = {.ncells = 5,.cells = retired};
	EfExitScope scope = {.reason = RETIREMENT,.moved = RETIREMENT,.shift = 12,
	.limit = LIMIT,.first_year = FIRST_YEAR,.nyears = NYEARS};
	EfExitCounts counts;
	EfExitProbability q;
	EfExitProbability before;
	double		off = 0;

	ef_exit_counts(&counts, &table, NULL, &workspace);
	ef_exit_probability(&q, &counts, &scope, &workspace);
	is_close(q.stay[21 * 12 + 1], 1 - 0.1 - 2 / 48.0, TOLERANCE, "one of ten retires a year later");
	is_close(q.leave[21 * 12 + 1], 0.1, TOLERANCE, "for that reason");
	is_close(q.unsupported[21 * 12 + 1], 1, 0, "where others are not seen");
	is_close(q.stay[20 * 12 + 1], 0.8 - 1 / 48.0, TOLERANCE, "and below the first age as the youngest did");
	is_close(q.stay[30 * 12], 0, 0, "where all leave, all do");
	is_close(q.leave[30 * 12], 1 / 48.0 / (1 + 1 / 48.0), TOLERANCE, "each reason in its proportion");
	is_close(q.stay[36 * 12], 0, 0, "more exits than exposure, a year later");
	is_close(q.leave[36 * 12], 2 / (2 + 6.0), TOLERANCE, "beside those of the others");
	is_close(q.var_leave[21 - FIRST_YEAR], variance(0, 10, 1 / 48.0) + variance(1, 10, 1 / 48.0) + 4 * variance(0, 7, 1 / 48.0) +
			 36 * variance(1, 48, 1 / 48.0), TOLERANCE, "with the error of a year before");
	is_close(q.var_stay[21 - FIRST_YEAR], q.var_leave[21 - FIRST_YEAR] + 144 * variance(2, 48, 2 / 48.0), TOLERANCE,
			 "and that of the others, of now");
	scope.others = true;
	ef_exit_probability(&q, &counts, &scope, &workspace);
	is_close(q.leave[21 * 12 + 1], 2 / 48.0, TOLERANCE, "the others stay where they are");
	scope.shift = -13;
	ef_exit_probability(&q, &counts, &scope, &workspace);
	is_close(q.stay[19 * 12], 1 - 0.1 - 2 / 48.0, TOLERANCE, "or earlier");

	ef_exit_counts(&counts, &alone, NULL, &workspace);
	scope.others = false;
	scope.shift = 24;
	ef_exit_probability(&q, &counts, &scope, &workspace);
	scope.moved = 0;
	ef_exit_probability(&before, &counts, &scope, &workspace);
	for (int y = 0; y + 2 < LIMIT / 12 - FIRST_YEAR; y++)
	{
		off = fmax(off, fabs(q.var_stay[y + 2] - before.var_stay[y]));
		off = fmax(off, fabs(q.var_leave[y + 2] - before.var_leave[y]));
		off = fmax(off, fabs(q.var_log_stay[y + 2] - before.var_log_stay[y]));
		for (int age = (y + FIRST_YEAR) * 12; age < (y + FIRST_YEAR + 1) * 12; age++)
			off = fmax(off, fabs(q.stay[age + 24] - before.stay[age]));
	}
	ok(off < 1e-12, "where only retirement is seen, all is as it was, later: off by %g", off);
	ok(before.var_log_stay[30 - FIRST_YEAR] > 0.1, "which is something");
}

static void
memory(void)
{
	EfExitProbability q;
	long		calls;

	is_int(estimate(&q, MOVED, 0, 0), EF_OK, "an empty table is none to refuse");
	ok(!q.known, "but nothing is known");
	is_close(q.stay[20 * 12], 0, 0, "and all is zero");

	ef_discard_all(&workspace);
	calls = arena.calls;
	arena.fail_at = calls + 1;
	is_int(tried(&arena, estimate(&q, MOVED, 0, ALL)), EF_NO_MEMORY, "memory may run out");
	ef_discard_all(&workspace);
	arena.fail_at = 0;
	is_int(arena.n, 0, "all memory is given back");
}

int
main(void)
{
	arena_open(&arena);
	workspace.context = &arena.context;
	by_month();
	by_year();
	moved();
	memory();
	arena_close(&arena);
	return done_testing();
}
