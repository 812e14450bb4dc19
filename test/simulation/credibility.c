/*
 * credibility.c
 *	  How good are the exit rates of small groups, and do the intervals of what
 *	  is projected with them cover what they claim?
 *
 * Simulates 240 employers of 10 to 200 people, observed for five years, of whom
 * about one in ten leaves a year.  How often they leave depends on their age and
 * on a ratio of the employer, drawn from a gamma distribution with mean 1 and the
 * coefficient of variation that the table names.  Who leaves is replaced in the
 * next month.  Then each employer's exit rate, that of its own people's ages, is
 * estimated five ways:
 *
 *	 own			its own exits over its own person-months
 *	 pooled			those of all employers together, at its ages
 *	 credibility	between them, by credible_rates_agg and credibility
 *	 marshall		the same by Marshall's moments
 *	 Bayes			between them, with the weight that the true distribution of
 *					ratios gives: nobody has this one
 *
 * The error is the root of the mean square of the estimate less the true rate, once
 * of the five years that were observed, and once of the year after them, for which
 * the projection applies the rates to the staff of the last observed day.  That staff
 * is then followed through the year, without new staff: how often do its exits lie
 * within the 80 % interval of workforce_project_exits?
 *
 * usage: credibility [repetitions, default 500] [seed, default 1]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workforce/credible_rates.h"
#include "workforce/projection.h"

#define GROUPS 240
#define SMALLEST 10
#define LARGEST 200
#define MONTHS 60
#define LEVEL 0.80
#define AS_OF (2026 * 12)
#define LAST_AGE (75 * 12)

enum
{
	OWN, POOLED, CREDIBILITY, MOMENTS, BAYES, ESTIMATORS
};

/* Whose intervals are looked at. */
#define PROJECTED MOMENTS

/* Classes of size: below 25, 50, 100, and all others. */
#define CLASSES 4
static const int class_end[CLASSES] = {25, 50, 100, LARGEST + 1};

static double q[LAST_AGE + 1];	/* in a month, at a ratio of 1 */

/* ---- chance: SplitMix64, so that every machine draws the same ---- */

static uint64_t random_state;

static double
uniform(void)
{
	uint64_t	z = (random_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return ldexp((double) ((z ^ (z >> 31)) >> 11), -53);
}

static double
normal(void)
{
	return sqrt(-2 * log(1 - uniform())) * cos(2 * acos(-1) * uniform());
}

/* Gamma with mean 1 (G. Marsaglia and W. W. Tsang 2000, ACM TOMS 26, 363-372). */
static double
draw_ratio(double variation)
{
	double		shape = 1 / (variation * variation);
	double		d = shape - 1.0 / 3;
	double		c = 1 / sqrt(9 * d);

	if (variation == 0)
		return 1;
	for (;;)
	{
		double		x = normal();
		double		v = 1 + c * x;

		if (v <= 0)
			continue;
		v = v * v * v;
		if (log(1 - uniform()) < x * x / 2 + d - d * v + d * log(v))
			return d * v / shape;
	}
}

/* ---- memory that is given back at once, and used again ---- */

#define BLOCK_SIZE ((size_t) 64 << 20)

typedef struct Block
{
	struct Block *next;
	size_t		size;
	size_t		used;
	char		bytes[];
} Block;

static Block *blocks;			/* the first */
static Block *current;

static void *
allocate(void *memory, size_t size)
{
	Block	  **place = current == NULL ? &blocks : &current;

	(void) memory;
	size = (size + 63) & ~(size_t) 63;
	while (*place != NULL && (*place)->size - (*place)->used < size)
		place = &(*place)->next;
	if (*place == NULL)
	{
		size_t		room = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		*place = malloc(sizeof(Block) + room);
		if (*place == NULL)
			return NULL;
		(*place)->next = NULL;
		(*place)->size = room;
		(*place)->used = 0;
	}
	current = *place;
	current->used += size;
	return current->bytes + current->used - size;
}

static void
release(void *memory, void *pointer)
{
	(void) memory;
	(void) pointer;
}

/* Give back what was allocated since this block was so full. */
static void
forget(Block *block, size_t used)
{
	for (Block *later = block->next; later != NULL; later = later->next)
		later->used = 0;
	block->used = used;
	current = block;
}

static EfError error;
static EfContext context = {allocate, release, NULL, NULL, &error};

static void
must(EfStatus status)
{
	if (status == EF_OK)
		return;
	fprintf(stderr, "%s: %s\n", status->message, error.detail);
	exit(1);
}

/* ---- employers ---- */

typedef struct Person
{
	EfMonth		birth;
	EfDay		start;
} Person;

typedef struct Employer
{
	int			size;
	double		ratio;
	Person		people[LARGEST];
	EfWorkforce workforce;
	double		months;			/* of people: what rates are of */
	double		truth;			/* exits expected in them */
	int			exits;			/* in them */
	int			next;			/* exits in the year after them */
	double		next_truth;		/* expected */
} Employer;

static void
set_truth(void)
{
	for (int age = 0; age <= LAST_AGE; age++)
	{
		int			year = age / 12;
		double		yearly = year < 30 ? 0.16 : year < 40 ? 0.11 :
			year < 60 ? 0.07 : 0.14;

		q[age] = 1 - pow(1 - yearly, 1.0 / 12);
	}
}

static double
chance(const Employer *employer, const Person *person, EfMonth month)
{
	int			age = month - person->birth;

	return fmin(employer->ratio * q[age > LAST_AGE ? LAST_AGE : age], 1);
}

static void
add(EfState **state, const Person *person, EfDay end)
{
	EfEmployment row = {0};

	row.birth = ef_first_day(person->birth);
	row.spell.start = person->start;
	row.spell.end = end;
	row.spell.reason = "left";
	row.spell.reason_length = 4;
	must(ef_workforce_add(state, &row, &context));
}

static void
observe(Employer *employer)
{
	EfFrame		frame = {0, 0, true, 0, NULL, 0};
	EfState    *state;

	frame.from = ef_first_day(AS_OF - MONTHS);
	frame.as_of = ef_first_day(AS_OF);
	must(ef_state_create(&state, &ef_workforce_type, &frame, 0, &context));
	employer->months = employer->truth = 0;
	employer->exits = employer->next = 0;
	for (int i = 0; i < employer->size; i++)
	{
		employer->people[i].birth = AS_OF - MONTHS -
			(int) (12 * (22 + 40 * uniform()));
		employer->people[i].start = frame.from - 1;
	}
	for (EfMonth month = AS_OF - MONTHS; month < AS_OF; month++)
		for (int i = 0; i < employer->size; i++)
		{
			Person	   *person = &employer->people[i];
			double		leaves = chance(employer, person, month);

			employer->months++;
			employer->truth += leaves;
			if (uniform() >= leaves)
				continue;
			employer->exits++;
			add(&state, person, ef_first_day(month + 1));
			person->birth = month + 1 - (int) (12 * (21 + 34 * uniform()));
			person->start = ef_first_day(month + 1);
		}

	/*
	 * whoever replaces a leaver of the last month is there on its last day,
	 * so that the employer keeps its size
	 */
	for (int i = 0; i < employer->size; i++)
	{
		if (employer->people[i].start == frame.as_of)
			employer->people[i].start--;
		add(&state, &employer->people[i], EF_DAY_INFINITY);
	}
	must(ef_workforce_open(&employer->workforce, state, state->size, &context));
}

/* The year after: without new staff. */
static void
live_on(Employer *employer)
{
	employer->next_truth = 0;
	for (int i = 0; i < employer->size; i++)
	{
		double		stays = 1;
		bool		there = true;

		for (EfMonth month = AS_OF; month < AS_OF + 12; month++)
		{
			double		leaves = chance(employer, &employer->people[i], month);

			stays *= 1 - leaves;
			if (there && uniform() < leaves)
			{
				employer->next++;
				there = false;
			}
		}
		employer->next_truth += 1 - stays;
	}
}

/* ---- estimates ---- */

typedef struct Score
{
	double		squares[2][ESTIMATORS]; /* of errors of yearly rates: of the
										 * years observed, of the year after */
	int			covered[ESTIMATORS];
	double		width[ESTIMATORS];
	int			n;
} Score;

static EfStatus
roll_up(const Employer *employers, EfTable *tables, EfWorkforce *all, EfContext *context)
{
	EfState    *state;
	EfStatus	status = ef_state_create(&state, &ef_workforce_type,
										 &employers[0].workforce.table.frame, 0, context);

	for (int g = 0; status == EF_OK && g < GROUPS; g++)
	{
		tables[g] = employers[g].workforce.table;
		status = ef_state_merge(&state, &ef_workforce_type, &tables[g], context);
	}
	return status != EF_OK ? status
		: ef_workforce_open(all, state, state->size, context);
}

/* Does the interval of next year's exits hold what happened? */
static void
project(const Employer *employer, const EfWorkforce *rates,
		const EfExitRatio *ratios, int estimator, Score *score)
{
	EfProjectionPlan plan = {
		.workforce = &employer->workforce,.rates = rates,.ratios = ratios,.nearest = ratios != NULL,
		.years = 1,.retire_at = EF_AS_OBSERVED,.latest_age = 80,.level = LEVEL
	};
	Block	   *block = current;
	size_t		used = current->used;
	EfExitsProjection exits;
	EfProjectedExits row;
	double		off;
	bool		more;

	/* "left" comes before "retirement", which nobody did */
	must(ef_project_exits_begin(&exits, &plan, &context));
	must(ef_project_exits_next(&exits, &row, &more));
	off = (row.exits - employer->next_truth) / employer->size;
	score->squares[1][estimator] += off * off;
	score->covered[estimator] += employer->next >= row.lower &&
		employer->next <= row.upper;
	score->width[estimator] += row.upper - row.lower;
	forget(block, used);
}

static void
repeat(double variation, Score *scores)
{
	static Employer employers[GROUPS];
	EfTable		tables[GROUPS];
	EfWorkforce all;
	EfCredibleReason prior[2];
	double		weight = 1 / (variation * variation);

	for (int g = 0; g < GROUPS; g++)
	{
		employers[g].size = SMALLEST + (LARGEST - SMALLEST) * g / (GROUPS - 1);
		employers[g].ratio = draw_ratio(variation);
		observe(&employers[g]);
		live_on(&employers[g]);
	}
	must(roll_up(employers, tables, &all, &context));
	prior[0] = prior[1] = ef_credible_plain();
	must(ef_credible_estimate(&prior[0], &all.table, true, tables, GROUPS, EF_POISSON_GAMMA, &context));
	must(ef_credible_estimate(&prior[1], &all.table, true, tables, GROUPS, EF_MARSHALL, &context));

	for (int g = 0; g < GROUPS; g++)
	{
		Employer   *employer = &employers[g];
		EfCredibleReason known[2] = {prior[0], prior[1]};
		EfExitRatio ratio[3];
		double		rate[ESTIMATORS];
		double		expected;
		int			class = 0;
		Score	   *score;

		for (int m = 0; m < 2; m++)
		{
			must(ef_credible_learn(&known[m], &all.table, &tables[g], &context));
			ratio[m] = ef_credible_ratio(&known[m]);
		}
		expected = known[0].expected;
		rate[OWN] = employer->exits;
		rate[POOLED] = expected;
		rate[CREDIBILITY] = ratio[0].mean * expected;
		rate[MOMENTS] = ratio[1].mean * expected;
		ratio[2].mean = variation == 0 ? 1
			: (weight + employer->exits) / (weight + expected);
		ratio[2].variance = 0;
		rate[BAYES] = ratio[2].mean * expected;

		while (employer->size >= class_end[class])
			class++;
		score = &scores[class];
		score->n++;
		for (int e = 0; e < ESTIMATORS; e++)
		{
			double		off = (rate[e] - employer->truth) / employer->months * 12;

			score->squares[0][e] += off * off;
		}
		project(employer, &employer->workforce, NULL, OWN, score);
		project(employer, &all, NULL, POOLED, score);
		for (int m = 0; m < 3; m++)
			project(employer, &all, &ratio[m], CREDIBILITY + m, score);
	}
	forget(blocks, 0);
}

/* ---- the tables ---- */

static Score
sum(const Score *scores, int from, int to)
{
	Score		total = {0};

	for (int c = from; c < to; c++)
	{
		for (int e = 0; e < ESTIMATORS; e++)
		{
			for (int year = 0; year < 2; year++)
				total.squares[year][e] += scores[c].squares[year][e];
			total.covered[e] += scores[c].covered[e];
			total.width[e] += scores[c].width[e];
		}
		total.n += scores[c].n;
	}
	return total;
}

static double
rmse(const Score *score, int year, int estimator)
{
	return 1000 * sqrt(score->squares[year][estimator] / score->n);
}

static double
percent(const Score *score, int estimator)
{
	return 100.0 * score->covered[estimator] / score->n;
}

static void
print_errors(double variation, const char *sizes, const Score *score, int year)
{
	printf("%4.1f  %-8s", variation, sizes);
	for (int e = 0; e < ESTIMATORS; e++)
		printf(" %11.3f", rmse(score, year, e));
	printf("\n");
}

static int
check(bool good, double variation, const char *what, double value)
{
	if (!good)
		printf("MISSED at %.1f: %s, %.3f\n", variation, what, value);
	return !good;
}

static int
judge(double variation, const Score *scores)
{
	static const char *const names[CLASSES] =
	{"80 % interval, below 25 people", "80 % interval, 25 to 49 people",
	"80 % interval, 50 to 99 people", "80 % interval, 100 people and more"};
	Score		all = sum(scores, 0, CLASSES);
	Score		small = sum(scores, 0, 2);
	double		covered = percent(&all, CREDIBILITY);
	int			missed = 0;

	for (int year = 0; year < 2; year++)
	{
		double		best = fmin(rmse(&all, year, OWN), rmse(&all, year, POOLED));
		double		error = rmse(&all, year, CREDIBILITY);
		double		bayes = rmse(&all, year, BAYES);

		missed += check(error <= 1.05 * bayes, variation, "error over that of Bayes",
						error / bayes);
		missed += check(error <= 1.02 * best, variation,
						"error over the better of own and pooled", error / best);
	}
	if (variation == 0.3)
		missed += check(rmse(&small, 1, CREDIBILITY) <=
						0.65 * rmse(&small, 1, OWN), variation,
						"error over that of own, below 50 people",
						rmse(&small, 1, CREDIBILITY) / rmse(&small, 1, OWN));
	missed += check(covered >= 77 && covered <= 83, variation,
					"80 % interval, all", covered);
	for (int c = 0; c < CLASSES; c++)
	{
		double		of_class = percent(&scores[c], CREDIBILITY);

		missed += check(of_class >= 74 && of_class <= 88, variation, names[c],
						of_class);
	}
	return missed;
}

int
main(int argc, char **argv)
{
	static const double variations[] = {0, 0.2, 0.3, 0.5};
	int			repetitions = argc > 1 ? atoi(argv[1]) : 500;
	static Score scores[4][CLASSES];
	int			missed = 0;

	set_truth();
	for (int v = 0; v < 4; v++)
	{
		random_state = 4 * (argc > 2 ? strtoull(argv[2], NULL, 10) : 1) + (uint64_t) v;
		for (int i = 0; i < repetitions; i++)
			repeat(variations[v], scores[v]);
	}

	printf("root mean square error of the yearly exit rate, per 1000 people;\n"
		   "%d repetitions of %d employers of %d to %d people\n\n", repetitions,
		   GROUPS, SMALLEST, LARGEST);
	for (int year = 0; year < 2; year++)
	{
		printf(year == 0 ? "of the years observed\n" : "\nof the year after, as projected\n");
		printf("  CV  people           own      pooled credibility    marshall       Bayes\n");
		for (int v = 0; v < 4; v++)
		{
			Score		small = sum(scores[v], 0, 2);
			Score		all = sum(scores[v], 0, CLASSES);

			print_errors(variations[v], "< 50", &small, year);
			print_errors(variations[v], "all", &all, year);
		}
	}
	printf("\ncoverage in percent, and mean width in people, of the %.0f %% interval of next year's exits\n\n",
		   100 * LEVEL);
	printf("  CV  people         own           pooled        credibility\n");
	for (int v = 0; v < 4; v++)
		for (int c = 0; c <= CLASSES; c++)
		{
			static const char *const sizes[] =
			{"10-24", "25-49", "50-99", "100-200", "all"};
			Score		score = c < CLASSES ? scores[v][c]
				: sum(scores[v], 0, CLASSES);

			printf("%4.1f  %-8s", variations[v], sizes[c]);
			for (int e = 0; e < PROJECTED; e++)
				printf("   %5.1f %7.2f", percent(&score, e),
					   score.width[e] / score.n);
			printf("\n");
		}
	printf("\n");
	for (int v = 0; v < 4; v++)
		missed += judge(variations[v], scores[v]);
	printf("%s\n", missed == 0 ? "Credibility: all within their limits."
		   : "Credibility: NOT all within their limits.");
	return missed != 0;
}
