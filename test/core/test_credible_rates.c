/*
 * test_credible_rates.c: exit rates of a group between its own and those of a
 * reference, and what their error does to a projection.
 */
#include "workforce/credible_rates.h"
#include "workforce/projection.h"

#include "estimate/estimate.h"
#include "staffs.h"

static Arena arena;
static EfContext *const context = &arena.context;

#define GROUPS 6

static EfWorkforce groups[GROUPS];
static EfWorkforce all;
static EfTable tables[GROUPS];

static void
must(EfStatus status)
{
	if (status != EF_OK)
		fail("what is to be tested is there: %s", error.detail);
}

static void
make_groups(void)
{
	EfState    *state;
	EfStatus	status;

	for (int g = 0; g < GROUPS; g++)
	{
		make_staff(&groups[g], ANY, 2024 * 12, 40 + 60 * g, false, &arena);
		tables[g] = groups[g].table;
	}
	status = ef_state_create(&state, &ef_workforce_type, &tables[0].frame, 0, context);
	for (int g = 0; g < GROUPS && status == EF_OK; g++)
		status = ef_state_merge(&state, &ef_workforce_type, &tables[g], context);
	if (status == EF_OK)
		status = ef_workforce_open(&all, state, state->size, context);
	is_int(status, EF_OK, "groups are made");
}

/* Expected exits by the definition: month by month, with q as a projection has it. */
static void
expected_exits(void)
{
	EfWorkspace workspace = {context, NULL};
	EfExitCounts counts;
	double		expected[16];
	double		most = 0;
	double		sums[16] = {0};

	ef_exit_counts(&counts, &all.table, NULL, &workspace);
	for (int g = 0; g < GROUPS; g++)
	{
		int			oldest = ef_workforce_oldest_month(&tables[g]);
		int64_t    *parts = ef_grab(&workspace, (size_t) oldest + 1, sizeof(int64_t));

		ef_workforce_initial_exposure(&tables[g], oldest + 1, parts);
		ef_exits_expected(&counts, &tables[g], expected, &workspace);
		for (uint32_t label = 1; label <= all.table.nlabels; label++)
		{
			double		sum = 0;
			size_t		n;
			const EfCell *cells = ef_table_series(&all.table, label, EF_EXITS, &n);

			for (size_t i = 0; i < n; i++)
			{
				int			age = (int) ef_key_at(cells[i].key);

				if (age <= oldest)
					sum += (double) cells[i].count * (double) parts[age] / (double) counts.parts[age];
			}
			most = fmax(most, fabs(sum - expected[label]));
			sums[label] += expected[label];
		}
	}
	ok(most < 1e-9, "each at the reference's rate of its month of age: off by %g", most);
	most = 0;
	for (uint32_t label = 1; label <= all.table.nlabels; label++)
		most = fmax(most, fabs(sums[label] - (double) ef_table_sum(&all.table, label, EF_EXITS)));
	ok(most < 1e-9, "in all groups as many as there were: off by %g", most);
	ef_discard_all(&workspace);
}

/* Ages that the reference does not have take the pooled rate of a year of age, as
 * a projection does. */
static void
expected_elsewhere(void)
{
	EfWorkspace workspace = {context, NULL};
	EfCell		own[] = {
		{(EfKey) EF_OPENING << 32 | 30 * 12, 20},
		{(EfKey) EF_STOCK << 32 | (30 * 12 + 3), 14},
		{(EfKey) 1 << 36 | (EfKey) EF_EXITS << 32 | (30 * 12 + 1), 6}
	};
	EfCell		theirs[] = {
		{(EfKey) EF_OPENING << 32 | 25 * 12, 1},
		{(EfKey) EF_OPENING << 32 | 40 * 12, 2},
		{(EfKey) EF_STOCK << 32 | 25 * 12, 1},
		{(EfKey) EF_STOCK << 32 | (40 * 12 + 9), 2},
	};
	EfLabel		label = {"left", 4};
	EfTable		reference = {.nlabels = 1,.labels = &label,.ncells = 3,.cells = own};
	EfTable		people = {.ncells = 4,.cells = theirs};
	EfExitCounts counts;
	double		expected[2];

	ef_exit_counts(&counts, &reference, NULL, &workspace);
	ef_exits_expected(&counts, &people, expected, &workspace);
	is_close(expected[1], (1 + 2 * 10) * 6.0 / (20 + 20 + 14 + 14), 1e-14, "leave at the pooled rate of the nearest year");
	reference.ncells = 0;
	ef_exit_counts(&counts, &reference, NULL, &workspace);
	ef_exits_expected(&counts, &people, expected, &workspace);
	is_close(expected[1], 0, 0, "nobody is expected to leave");
	ef_discard_all(&workspace);
}

static void
ratios(void)
{
	EfCredibleReason reason = {1, 0, 1, 3, 5, 10};
	EfCredibleReason region = {1.2, 0.04, 0.9, 4, 10, 7};
	EfCredibleReason never = {2, 0, 0, 5, 0, 0};
	EfExitRatio ratio = ef_credible_ratio(&reason);
	EfRatioRow	row;
	double		theta = (0.9 * 4 + 7) / (4 + 1.2 * 10);
	double		spread = theta / 16;

	is_close(ratio.mean, 13.0 / 8, 1e-15, "the conjugate check: a mean of 1.625");
	is_close(ratio.variance, 13.0 / 64, 1e-15, "and its variance");
	is_int(ef_credible_row(&reason, 0.8, &row, &refuses), EF_OK, "it can be shown");
	is_close(row.z, 0.625, 1e-15, "with a weight of 0.625");
	is_close(row.observed, 2, 0, "beside what was observed");
	/* qgamma(c(0.1, 0.9), 13, 8) */
	is_close(row.lower, 1.0807428119, 1e-9, "the lower limit of a gamma(13, 8)");
	is_close(row.upper, 2.2226982045, 1e-9, "and the upper one");
	ratio = ef_credible_ratio(&region);
	is_close(ratio.mean, 1.2 * theta, 1e-15, "a group in a region: the product");
	is_close(ratio.variance, 1.44 * spread + 0.04 * theta * theta + 0.04 * spread, 1e-15, "and its variance");
	must(ef_credible_row(&region, 0.8, &row, &refuses));
	is_close(row.z * row.observed + (1 - row.z) * row.drawn_to, row.ratio, 1e-15, "drawn to its region");
	is_int(ef_credible_row(&region, 1, &row, &refuses), EF_LEVEL_RANGE, "a level of 1 is none");
	ratio = ef_credible_ratio(&never);
	is_close(ratio.mean, 0, 0, "a ratio may be 0");
	must(ef_credible_row(&never, 0.8, &row, &refuses));
	ok(row.lower == 0 && row.upper == 0 && isnan(row.observed), "so are its limits");
}

static void
refused(void)
{
	static const EfCredibleReason bad[] = {
		{NAN, 0, 1, 1, 0, 0}, {-1, 0, 1, 1, 0, 0}, {1, -0.0, 1, 1, 0, 0}, {1, 0, INFINITY, 1, 0, 0},
		{1, 0, 1, 0, 0, 0}, {1, 0, 1, NAN, 0, 0}, {1, 0, 1, -INFINITY, 0, 0}, {1, 0, 1, 1e31, 0, 0},
		{1, 0, 1, 1, NAN, 0}, {1, 0, 1, 1, 0, -1}, {1, 0, 1, 1, 0, INT64_MAX}
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(ef_credible_check_reason(&bad[i], &refuses), EF_INVALID, "no reason can have that, %d", (int) i);
}

static void
estimates(void)
{
	EfCredibleReason priors[2][8];
	EfCredibleReason known[8];
	EfTable		turned[GROUPS];
	EfTable		stranger = tables[0];
	EfLabel		label = {"never heard of", 14};
	int			wrong = 0;

	for (int g = 0; g < GROUPS; g++)
		turned[g] = tables[g];
	for (int m = 0; m < 2; m++)
	{
		for (uint32_t i = 0; i < all.table.nlabels; i++)
			priors[m][i] = ef_credible_plain();
		is_int(ef_credible_estimate(priors[m], &all.table, true, turned, GROUPS,
									m == 0 ? EF_POISSON_GAMMA : EF_MARSHALL, context), EF_OK, "a method estimates");
		for (uint32_t i = 0; i < all.table.nlabels; i++)
			wrong += !(priors[m][i].weight > 0) || priors[m][i].exits != 0 || priors[m][i].expected != 0;
	}
	memcpy(known, priors[1], sizeof(known));
	is_int(ef_credible_learn(known, &all.table, &tables[2], context), EF_OK, "a group tells of itself");
	for (uint32_t i = 0; i < all.table.nlabels; i++)
		wrong += known[i].exits != ef_table_sum(&tables[2], ef_table_label(&tables[2], all.table.labels[i].bytes, all.table.labels[i].length), EF_EXITS);
	is_int(wrong, 0, "its exits are counted");
	stranger.labels = &label;
	stranger.nlabels = 1;
	is_int(ef_credible_learn(known, &all.table, &stranger, context), EF_REASON_UNKNOWN,
		   "a reason of its own is refused");
	ok(strstr(error.detail, "never heard of") != NULL, "and named");
}

/* Of many groups and many reasons not all numbers are kept at once, and it makes no
 * difference: reasons that are alike have equal priors. */
static void
many_groups(void)
{
	enum
	{
		MANY = 33000,
		REASONS = 130
	};
	EfFrame		frame = {ef_first_day(2020 * 12), ef_first_day(2024 * 12), true, 0, NULL, 0};
	EfState    *state;
	EfWorkforce one;
	EfTable    *copies = ef_alloc(context, MANY * sizeof(EfTable));
	EfCredibleReason *reasons = ef_alloc(context, REASONS * sizeof(EfCredibleReason));
	int			wrong = 0;

	must(ef_state_create(&state, &ef_workforce_type, &frame, 0, context));
	for (int i = 0; i < REASONS; i++)
	{
		EfEmployment row = {.birth = ef_first_day(1970 * 12)};
		char		reason[8];

		row.spell.start = ef_first_day(2021 * 12);
		row.spell.end = ef_first_day(2023 * 12);
		row.spell.reason = reason;
		row.spell.reason_length = (size_t) snprintf(reason, sizeof(reason), "%d", i);
		must(ef_workforce_add(&state, &row, context));
		reasons[i] = ef_credible_plain();
	}
	must(ef_workforce_open(&one, state, state->size, context));
	for (int g = 0; g < MANY; g++)
		copies[g] = one.table;
	arena.largest = 0;
	must(ef_credible_estimate(reasons, &one.table, true, copies, MANY, EF_MARSHALL, context));
	for (int i = 0; i < REASONS; i++)
		wrong += !(reasons[i].weight > 0) || memcmp(&reasons[i], &reasons[0], sizeof(reasons[0])) != 0;
	ok(one.table.nlabels == REASONS && wrong == 0, "%d reasons of %d groups have one prior", REASONS, MANY);
	ok(arena.largest < 40 << 20, "and take %zu bytes", arena.largest);
}

/* The headcount's variance for the ratios' sake, and the headcount. */
static void
project(const EfExitRatio *its, double *headcount, double *variance)
{
	static const double hires[4] = {6, 5, 4, 3};
	EfWorkspace workspace = {context, NULL};
	EfProjectionPlan plan = {.workforce = &groups[3],.rates = &all,.ratios = its,.years = 4,.retire_at = EF_AS_OBSERVED,
	.latest_age = 90,.level = 0.8,.intake = hires};
	EfProjection *projection;
	EfProjectionPeriod *periods;

	if (ef_projection_open(&projection, &plan, &workspace) != EF_OK ||
		ef_project_workforce(&plan, &periods, context) != EF_OK)
	{
		fail("projected: %s", error.detail);
		return;
	}
	*variance = ef_projection_variance(projection, 3, hires);
	*headcount = periods[3].headcount;
	ef_release(context, periods);
	ef_discard_all(&workspace);
}

/* The delta method against differences: what a ratio's error adds is the square of
 * what a change of the ratio does. */
static void
shared_errors(void)
{
	EfExitRatio its[8];
	const EfExitRatio as_a_rule = {1, 0};
	double		headcount;
	double		base;
	double		sum = 0;

	for (uint32_t i = 0; i < all.table.nlabels; i++)
		its[i] = as_a_rule;
	project(NULL, &headcount, &base);
	{
		double		h;
		double		v;

		project(its, &h, &v);
		ok(h == headcount && v == base, "ratios of 1 are none, to the bit");
	}
	for (uint32_t i = 0; i < all.table.nlabels; i++)
	{
		double		more;
		double		fewer;
		double		with;
		double		unused;

		its[i].mean = 1.01;
		project(its, &more, &unused);
		its[i].mean = 0.99;
		project(its, &fewer, &unused);
		its[i].mean = 1;
		its[i].variance = 0.04;
		project(its, &headcount, &with);
		its[i].variance = 0;
		sum += with - base;
		ok(fewer > more, "more leave where the ratio is higher");
		is_close(sqrt((with - base) / 0.04) / ((fewer - more) / 0.02), 1, 0.03, "a ratio's error adds the square of what it does");
	}
	for (uint32_t i = 0; i < all.table.nlabels; i++)
		its[i].variance = 0.04;
	{
		double		with;

		project(its, &headcount, &with);
		is_close((with - base) / sum, 1, 1e-9, "errors of reasons are independent");
	}
}

static EfStatus
estimate_and_learn(EfCredibleReason *reasons)
{
	EfStatus	status = ef_credible_estimate(reasons, &all.table, true, tables, GROUPS, EF_POISSON_GAMMA, context);

	return status == EF_OK
		? ef_credible_learn(reasons, &all.table, &tables[1], context) : status;
}

static void
memory(void)
{
	EfCredibleReason reasons[8];
	EfStatus	status;
	int			wrong = 0;
	int			n = 0;

	do
	{
		int			held = arena.n;

		for (uint32_t i = 0; i < all.table.nlabels; i++)
			reasons[i] = ef_credible_plain();
		arena.fail_at = ++n;
		arena.calls = 0;
		status = tried(&arena, estimate_and_learn(reasons));
		wrong += status == EF_OK ? arena.calls >= n || arena.n != held : status != EF_NO_MEMORY;
	} while (status != EF_OK);
	arena.fail_at = 0;
	is_int(wrong, 0, "without memory nothing is estimated, and with it nothing kept");
}

int
main(void)
{
	arena_open(&arena);
	make_groups();
	expected_exits();
	expected_elsewhere();
	ratios();
	refused();
	estimates();
	many_groups();
	shared_errors();
	memory();
	arena_close(&arena);
	return done_testing();
}
