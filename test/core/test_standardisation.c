/*
 * test_standardisation.c: published comparisons of rates, and what must hold
 * of any.
 *
 * A day is a person-year here where the source counts person-years, so rates
 * are per day and multiplied by 365.25.  Decimals beyond the published ones
 * were computed in R 4.2.2: ageadjust.direct and ageadjust.indirect of epitools
 * 0.5-10.1, poisson.test, and ratios by their formula from the limits that
 * these give (those of expected exits are of ageadjust.direct, with the
 * second's person-years as the standard).
 */
#include "workforce/standardisation.h"

#include "arena.h"
#include "estimate/estimate.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAYS_PER_YEAR 365.25

static bool
is_relative(double got, double expected, double tolerance, const char *name)
{
	bool		passed = ok(fabs(got - expected) <= tolerance * fabs(expected), "%s", name);

	if (!passed)
		diag("got %.17g, expected %.17g", got, expected);
	return passed;
}

/* An estimate of so many in `per`, to the digits that R prints. */
static void
is_estimate(EfEstimate got, double per, double value, double lower, double upper,
			const char *name)
{
	char		label[100];

	snprintf(label, sizeof(label), "%s", name);
	is_relative(got.value * per, value, 1e-13, label);
	snprintf(label, sizeof(label), "%s, lower limit", name);
	is_relative(got.lower * per, lower, 1e-11, label);
	snprintf(label, sizeof(label), "%s, upper limit", name);
	is_relative(got.upper * per, upper, 1e-11, label);
}

static bool
is_rounded(double got, double published, int decimals)
{
	return fabs(got - published) <= 0.5000001 * pow(10, -decimals);
}

/*
 * Down's syndrome by age of the mother and birth order, Michigan 1950-1964
 * (Stark and Mantell 1966; Fleiss 1981, Statistical Methods for Rates and
 * Proportions, p. 249), standardised to the births of all orders: Fay and
 * Feuer (1997), table 1, per 100,000 births to one decimal.
 */
static const EfExposure births[5][6] = {
	{{107, 230061}, {141, 329449}, {60, 114920}, {40, 39487}, {39, 14208}, {25, 3052}},
	{{25, 72202}, {150, 326701}, {110, 208667}, {84, 83228}, {82, 28466}, {39, 5375}},
	{{3, 15050}, {71, 175702}, {114, 207081}, {103, 117300}, {108, 45026}, {75, 8660}},
	{{1, 2293}, {26, 68800}, {64, 132424}, {89, 98301}, {137, 46075}, {96, 9834}},
	{{0, 327}, {8, 30666}, {63, 123419}, {112, 149919}, {262, 104088}, {295, 34392}},
};

static void
test_down_syndrome(void)
{
	static const struct
	{
		double		published[4];	/* crude, adjusted, lower, upper */
		double		crude[3];
		double		direct[3];
		double		direct_80[3];	/* at the level 0.80 */
	}			expected[5] = {
		{{56.3, 92.3, 80.4, 105.8},
		{56.347505460374165, 51.037236050239336, 62.060172189910823},
		{92.304525533199438, 80.441749850704241, 105.763345749261177},
		{92.304525533199438, 84.378179073820135, 101.175802729825691}},
		{{67.6, 91.2, 82.4, 100.9},
		{67.619876931823981, 61.764427096171325, 73.880809279181108},
		{91.174116834664090, 82.361211652004442, 100.867576317251050},
		{91.174116834664090, 85.318164015825815, 97.556428805961843}},
		{{83.3, 85.1, 77.2, 94.2},
		{83.330549788245463, 75.996664656274191, 91.181122176176629},
		{85.069221338301944, 77.183453402721568, 94.223569832206522},
		{85.069221338301944, 79.832893774012831, 91.231773939156000}},
		{{115.5, 92.7, 80.0, 114.7},
		{115.451168069505528, 104.583738605541114, 127.141062438521033},
		{92.717865055199752, 80.009992755399324, 114.669444822584424},
		{92.717865055199752, 84.214028239242921, 108.487423190406631}},
		{{167.1, 75.5, 67.7, 188.3},
		{167.114186413616636, 155.288959834599524, 179.601126188210458},
		{75.529007445256781, 67.702120417646626, 188.300172727775845},
		{75.529007445256781, 70.321984350487668, 156.544325973496228}},
	};
	double		per = 1e5 / DAYS_PER_YEAR;
	EfExposure	standard[6] = {{0, 0}};
	EfRateComparison rows[EF_COMPARISON_METHODS];

	for (int order = 0; order < 5; order++)
		for (int g = 0; g < 6; g++)
			standard[g].days += births[order][g].days;

	for (int order = 0; order < 5; order++)
	{
		const double *published = expected[order].published;
		char		name[60];

		/* the other of the two has births at all ages, and no part in this */
		ef_standardise_rates(births[order], births[4 - order], standard, 6, 0.95, rows);
		ok(is_rounded(rows[EF_CRUDE].first.value * per, published[0], 1) &&
		   is_rounded(rows[EF_DIRECT].first.value * per, published[1], 1) &&
		   is_rounded(rows[EF_DIRECT].first.lower * per, published[2], 1) &&
		   is_rounded(rows[EF_DIRECT].first.upper * per, published[3], 1),
		   "birth order %d as published", order + 1);
		snprintf(name, sizeof(name), "birth order %d, crude", order + 1);
		is_estimate(rows[EF_CRUDE].first, per, expected[order].crude[0],
					expected[order].crude[1], expected[order].crude[2], name);
		snprintf(name, sizeof(name), "birth order %d, direct", order + 1);
		is_estimate(rows[EF_DIRECT].first, per, expected[order].direct[0],
					expected[order].direct[1], expected[order].direct[2], name);
		is_close(rows[EF_DIRECT].coverage, 1, 0, "all births are covered");

		ef_standardise_rates(births[4 - order], births[order], standard, 6, 0.80, rows);
		snprintf(name, sizeof(name), "birth order %d, as the second, at 80 %%", order + 1);
		is_estimate(rows[EF_DIRECT].second, per, expected[order].direct_80[0],
					expected[order].direct_80[1], expected[order].direct_80[2], name);
	}

	ef_standardise_rates(births[0], births[4], standard, 6, 0.95, rows);
	ok(is_rounded(rows[EF_DIRECT].ratio.lower, 75.5 / 92.3 *
				  exp(-hypot(log(75.5 / 67.7), log(105.8 / 92.3))), 3) &&
	   is_rounded(rows[EF_DIRECT].ratio.upper, 75.5 / 92.3 *
				  exp(hypot(log(188.3 / 75.5), log(92.3 / 80.4))), 2),
	   "limits of a ratio, from the published ones of its parts");
	is_estimate(rows[EF_DIRECT].ratio, 1, 0.81825898577519951, 0.68714995095806186,
				2.06110686854746383, "fifth to first, direct");
	is_estimate(rows[EF_CRUDE].ratio, 1, 2.9657778999841979, 2.6270194584347797,
				3.3520576429879463, "fifth to first, crude");
	is_estimate(rows[EF_INDIRECT].ratio, 1, 0.92846757407024438, 0.75459972329740599,
				1.14693260032512545, "fifth to first, indirect");
}

/*
 * Breast cancer of women in the tuberculosis sanatoria of Massachusetts who had
 * many fluoroscopies, to those who had none (Boice and Monson 1977; Rothman
 * and Greenland 1998, Modern Epidemiology, 2nd ed.; the help of rateratio in
 * epitools): 41 in 28010 woman-years, 15 in 19017.  Ages are not published:
 * with one group all three ratios are the crude one, and their limits come
 * near the exact ones, given 56 in all, of R's poisson.test: 1.0057 and 3.6093.
 */
static void
test_fluoroscopy(void)
{
	static const EfExposure without[] = {{15, 19017}};
	static const EfExposure with[] = {{41, 28010}};
	EfRateComparison rows[EF_COMPARISON_METHODS];

	ef_standardise_rates(without, with, without, 1, 0.95, rows);
	for (int m = 0; m < EF_COMPARISON_METHODS; m++)
	{
		is_estimate(rows[m].ratio, 1, 1.8557586576222778, 1.0180514323888696,
					3.5748398533940930, rows[m].method);
		is_estimate(rows[m].first, 1000 / DAYS_PER_YEAR, 0.78876794447073673,
					0.44146743086624141, 1.30095277233453444, rows[m].method);
	}
	is_relative(rows[EF_CRUDE].ratio.lower, 1.0057, 0.015, "near the exact lower limit");
	is_relative(rows[EF_CRUDE].ratio.upper, 3.6093, 0.015, "near the exact upper limit");
}

/*
 * Deaths in Florida and Alaska in 2000 by sex and age, standardised to the
 * United States: the manual of SAS/STAT, procedure STDRATE, "Comparing Directly
 * Standardized Rates".  The vignette of the R package dsr 0.2.2 prints 7.7342
 * and 8.0693 per 1000, their ratio 1.0433, and 1.0031 to 1.0835: that is the
 * ratio plus and minus 1.96 times the standard error of its logarithm, which
 * so is 0.0205.  With so many deaths ours are hardly wider.
 */
static void
test_two_states(void)
{
	static const EfExposure florida[] = {
		{1189, 1505889}, {2962, 1972157}, {10279, 2197912}, {26354, 1383533}, {42443, 554632},
		{906, 1445831}, {1234, 1870430}, {5630, 2246737}, {18309, 1612270}, {53489, 868838},
	};
	static const EfExposure alaska[] = {
		{37, 81205}, {68, 93662}, {206, 108615}, {369, 35139}, {556, 5491},
		{78, 77203}, {181, 85412}, {395, 100386}, {555, 32118}, {479, 7701},
	};
	static const EfExposure states[] = {
		{0, 30854207}, {0, 40199647}, {0, 40945028}, {0, 19948630}, {0, 6106351},
		{0, 29399168}, {0, 38876268}, {0, 41881451}, {0, 22717040}, {0, 10494416},
	};
	double		per = 1000 / DAYS_PER_YEAR;
	EfRateComparison rows[EF_COMPARISON_METHODS];
	const EfRateComparison *direct = &rows[EF_DIRECT];

	ef_standardise_rates(florida, alaska, states, 10, 0.95, rows);
	ok(is_rounded(direct->first.value * per, 7.7342, 4) &&
	   is_rounded(direct->second.value * per, 8.0693, 4) &&
	   is_rounded(direct->ratio.value, 1.0433, 4), "two states as published");
	is_relative(log(direct->ratio.upper / direct->ratio.lower), 1.0835 - 1.0031, 0.01,
				"about as wide as published");
	is_estimate(direct->first, per, 7.7341861255632951, 7.6959450191572980,
				7.7725948293019114, "Florida");
	is_estimate(direct->second, per, 8.0692843779157730, 7.7504068182992620,
				8.3994832470898402, "Alaska");
	is_estimate(direct->ratio, 1, 1.0433268926959101, 1.0017935004313026,
				1.0863517550954542, "Alaska to Florida");
	is_estimate(rows[EF_CRUDE].ratio, 1, 0.44859921445239853, 0.43234624645049230,
				0.46531124781819921, "crude, it looks half as deadly");
}

/*
 * Cancer deaths of 1940 against the rates of 1960 (Selvin 2004, Statistical
 * Analysis of Epidemiologic Data, 3rd ed., as in the help of ageadjust.indirect):
 * 71058 observed, 85556.89 expected, ratio 0.83, 137.9 per 100,000.
 */
static void
test_cancer(void)
{
	static const EfExposure in_1960[] = {
		{141, 1784033}, {926, 7065148}, {1253, 15658730}, {1080, 10482916},
		{1869, 9939972}, {4891, 10563872}, {14956, 9114202}, {30888, 6850263},
		{41725, 4702482}, {26501, 1874619}, {5928, 330915},
	};
	static const EfExposure in_1940[] = {
		{45, 906897}, {201, 3794573}, {320, 10003544}, {670, 10629526},
		{1126, 9465330}, {3160, 8249558}, {9723, 7294330}, {17935, 5022499},
		{22179, 2920220}, {13461, 1019504}, {2238, 142532},
	};
	double		per = 1e5 / DAYS_PER_YEAR;
	EfExposure	known[COUNT(in_1960)];
	EfExposure	none[COUNT(in_1940)] = {{0, 0}};
	EfRateComparison rows[EF_COMPARISON_METHODS];
	const EfRateComparison *indirect = &rows[EF_INDIRECT];

	ef_standardise_rates(in_1960, in_1940, in_1960, 11, 0.95, rows);
	ok(is_rounded(71058 / indirect->ratio.value, 85556.89, 2) &&
	   is_rounded(indirect->ratio.value, 0.83, 2) &&
	   is_rounded(indirect->second.value * per, 137.9, 1), "1940 as published");
	is_estimate(indirect->ratio, 1, 0.83053510897441440, 0.82292879801955476,
				0.83820452991791516, "observed over expected");
	is_estimate(indirect->second, per, 137.94145372782188, 136.67814098007443,
				139.21524825229835, "indirectly standardised");
	is_estimate(indirect->first, per, 166.08744439251794, 165.18635672001324,
				166.99222879392948, "1960 has its crude rate");
	is_close(indirect->coverage, 1, 0, "all people are covered");
	/* to one's own ages, the direct rate is the crude one */
	is_estimate(rows[EF_DIRECT].first, 1, rows[EF_CRUDE].first.value,
				rows[EF_CRUDE].first.lower, rows[EF_CRUDE].first.upper,
				"1960 standardised to itself");

	/*
	 * a standard so large that its rates are known leaves the exact Poisson
	 * limits of the observed: ageadjust.indirect
	 */
	for (size_t g = 0; g < COUNT(known); g++)
	{
		known[g].exits = in_1960[g].exits * 1000000000;
		known[g].days = in_1960[g].days * 1000000000;
		none[g].days = in_1940[g].days;
	}
	ef_standardise_rates(known, in_1940, in_1960, 11, 0.95, rows);
	is_estimate(indirect->ratio, 1, 0.83053510897441440, 0.82443958520882232,
				0.83666450470870557, "against known rates");
	is_estimate(indirect->second, per, 137.94145372782188, 136.92906376336083,
				138.95946940100069, "the rate, too");
	ef_standardise_rates(known, none, in_1960, 11, 0.95, rows);
	ok(indirect->ratio.value == 0 && indirect->ratio.lower == 0, "nobody died");
	is_relative(indirect->ratio.upper, 4.311610092341461e-05, 1e-11, "and exact above it");
}

/* Groups that only one of the two has. */
static void
test_coverage(void)
{
	static const EfExposure first[] = {{4, 1000}, {5, 3000}, {0, 0}, {0, 0}};
	static const EfExposure second[] = {{0, 0}, {6, 2000}, {7, 500}, {2, 0}};
	static const EfExposure both[] = {{0, 1000}, {0, 5000}, {0, 500}, {0, 0}};
	static const EfExposure elsewhere[] = {{9, 10}, {9, 0}, {9, 30}, {9, 0}};
	static const EfExposure nobody[4] = {{0, 0}};
	EfRateComparison rows[EF_COMPARISON_METHODS];
	const EfRateComparison *direct = &rows[EF_DIRECT];
	const EfRateComparison *indirect = &rows[EF_INDIRECT];

	ef_standardise_rates(first, second, both, 4, 0.9, rows);
	is_str(rows[EF_CRUDE].method, "crude", "the first row");
	is_str(direct->method, "direct", "the second");
	is_str(indirect->method, "indirect", "the third");
	is_close(rows[EF_CRUDE].second.value, 15 * DAYS_PER_YEAR / 2500, 1e-15,
			 "exits without days count where no days are needed");
	is_close(direct->coverage, 5000.0 / 6500, 1e-15, "the direct method covers one group of three");
	is_close(direct->first.value, 5 * DAYS_PER_YEAR / 3000, 1e-15, "whose rate is the first's");
	is_close(direct->second.value, 6 * DAYS_PER_YEAR / 2000, 1e-15, "and the second's");
	is_close(indirect->coverage, 0.8, 1e-15, "the indirect one covers what the first knows");
	is_close(indirect->ratio.value, 6 / (5.0 / 3000 * 2000), 1e-15, "and the exits in it");

	ef_standardise_rates(first, second, elsewhere, 4, 0.9, rows);
	ok(direct->coverage == 0 && isnan(direct->first.value) && isnan(direct->first.lower) &&
	   isnan(direct->second.value) && isnan(direct->second.upper) && isnan(direct->ratio.value) &&
	   isnan(direct->ratio.lower), "nothing is known where the standard has other ages");
	ef_standardise_rates(nobody, second, second, 4, 0.9, rows);
	ok(direct->coverage == 0 && isnan(direct->ratio.value), "or nobody is there");
	ok(indirect->coverage == 0 && isnan(indirect->ratio.value) && isnan(indirect->first.value) &&
	   isnan(indirect->second.value), "or to expect anything from");
	ok(isnan(rows[EF_CRUDE].first.value) && isnan(rows[EF_CRUDE].ratio.value) &&
	   rows[EF_CRUDE].second.value > 0 && rows[EF_CRUDE].coverage == 1, "crude rates are each one's own");
	ef_standardise_rates(first, nobody, nobody, 4, 0.9, rows);
	ok(direct->coverage == 0 && indirect->coverage == 0 && isnan(indirect->ratio.value) &&
	   indirect->first.value > 0, "nobody in the second");
}

/* Few exits: limits from the gamma distribution's closed forms. */
static void
test_no_exits(void)
{
	static const EfExposure some[] = {{3, 4000}, {2, 1000}};
	static const EfExposure none[] = {{0, 2000}, {0, 3000}};
	double		log_40 = 3.68887945411393630285;
	EfRateComparison rows[EF_COMPARISON_METHODS];

	ef_standardise_rates(none, some, some, 2, 0.95, rows);
	ok(rows[EF_DIRECT].first.value == 0 && rows[EF_DIRECT].first.lower == 0,
	   "no exits have a rate of 0, and a lower limit");
	/* shape 1: one exit where it weighs most, 0.8 / 2000 */
	is_relative(rows[EF_DIRECT].first.upper, log_40 * 0.8 * DAYS_PER_YEAR / 2000, 1e-12,
				"and an upper one");
	for (int m = 0; m < EF_COMPARISON_METHODS; m++)
		ok(isnan(rows[m].ratio.value) && isnan(rows[m].ratio.lower) && isnan(rows[m].ratio.upper),
		   "no ratio to it, %s", rows[m].method);
	ok(rows[EF_INDIRECT].first.value == 0 && isnan(rows[EF_INDIRECT].second.value),
	   "nor exits to expect");

	ef_standardise_rates(some, none, some, 2, 0.95, rows);

	/*
	 * the limits of the second alone: 5 in 5000 days, or in 0.8 and 0.2 of
	 * 4000 and 1000, or 7.5 expected
	 */
	for (int m = 0; m < EF_COMPARISON_METHODS; m++)
		ok(rows[m].ratio.value == 0 && rows[m].ratio.lower == 0,
		   "0 over something is 0, as is its lower limit, %s", rows[m].method);
	is_relative(rows[EF_CRUDE].ratio.upper, log_40 / 5, 1e-12, "the upper one, crude");
	is_relative(rows[EF_DIRECT].ratio.upper, log_40 * 0.8 / 2000 / (5.0 / 5000), 1e-12, "direct");
	is_relative(rows[EF_INDIRECT].ratio.upper, log_40 / 7.5, 1e-12, "indirect");
}

/* What holds of any two: random groups, from few exits to a million millions. */
static void
test_properties(void)
{
	int			wrong = 0;
	int			outside = 0;
	double		worst = 0;

	for (int run = 0; run < 2000; run++)
	{
		EfExposure	groups[2][12];
		EfExposure	standard[12];
		int			n = 1 + (int) random_below(12);
		int64_t		scale = run % 4 == 0 ? 1000000000 : 1;
		EfRateComparison rows[EF_COMPARISON_METHODS];
		EfRateComparison swapped[EF_COMPARISON_METHODS];
		EfRateComparison wider[EF_COMPARISON_METHODS];

		for (int g = 0; g < n; g++)
		{
			for (int i = 0; i < 2; i++)
			{
				groups[i][g].days = random_below(8) == 0 ? 0 : (1 + random_below(100000)) * scale;
				groups[i][g].exits = random_below(5) == 0 ? 0 : random_below(1000) * scale;
			}
			standard[g].exits = random_below(100);
			standard[g].days = random_below(6) == 0 ? 0 : random_below(100000);
		}
		ef_standardise_rates(groups[0], groups[1], standard, n, 0.9, rows);
		ef_standardise_rates(groups[1], groups[0], standard, n, 0.9, swapped);
		ef_standardise_rates(groups[0], groups[1], standard, n, 0.99, wider);
		for (int m = 0; m < EF_COMPARISON_METHODS; m++)
		{
			const EfEstimate *estimates[] = {&rows[m].first, &rows[m].second, &rows[m].ratio};
			const EfEstimate *wides[] = {&wider[m].first, &wider[m].second, &wider[m].ratio};

			for (int i = 0; i < 3; i++)
				if (!isnan(estimates[i]->lower))
					wrong += !(estimates[i]->lower <= estimates[i]->value &&
							   estimates[i]->value < estimates[i]->upper &&
							   wides[i]->lower <= estimates[i]->lower &&
							   wides[i]->upper > estimates[i]->upper);
			wrong += !(rows[m].coverage >= 0 && rows[m].coverage <= 1);
			if (m != EF_INDIRECT && rows[m].ratio.value > 0)
				outside += !(rows[m].ratio.lower < rows[m].second.lower / rows[m].first.value &&
							 rows[m].ratio.lower < rows[m].second.value / rows[m].first.upper &&
							 rows[m].ratio.lower > rows[m].second.lower / rows[m].first.upper &&
							 rows[m].ratio.upper > rows[m].second.upper / rows[m].first.value &&
							 rows[m].ratio.upper > rows[m].second.value / rows[m].first.lower &&
							 rows[m].ratio.upper < rows[m].second.upper / rows[m].first.lower);
			if (m != EF_INDIRECT && rows[m].ratio.value > 0)
			{
				worst = fmax(worst, fabs(rows[m].ratio.value * swapped[m].ratio.value - 1));
				worst = fmax(worst, fabs(rows[m].ratio.lower * swapped[m].ratio.upper - 1));
			}
		}
	}
	is_int(wrong, 0, "limits hold the estimate and widen with the level");
	is_int(outside, 0, "those of a ratio are wider than either part's, and narrower than both");
	ok(worst < 1e-12, "a swap turns the ratio over, off by %.1g", worst);
}

/* A Poisson number, by the product of uniform ones (Knuth). */
static int64_t
draw_poisson(double mean)
{
	int64_t		n = -1;

	/* a mean too large for exp() is a sum of smaller ones */
	if (mean > 500)
		return draw_poisson(mean / 2) + draw_poisson(mean / 2);
	for (double product = 1, limit = exp(-mean); product > limit; n++)
		product *= (random_below(1 << 30) + 0.5) / (1 << 30);
	return n;
}

/*
 * Do the intervals hold what they claim?  Workplaces are drawn with rates that
 * are known, the second's 1.2 times the first's at every age, and compared at
 * 95 percent; doc/methods.md shows the numbers.  At least 93 percent must hold
 * everywhere, however few the exits; with thousands in both, a ratio's are to
 * come down to what they claim.  A pair without a ratio has no interval.
 */
static void
test_intervals(void)
{
	enum
	{
		NGROUPS = 9,
		NDRAWN = 4000,
		NINTERVALS = 5
	};

	/* exits a year from 20 to 64 in groups of five, and where people are */
	static const double rates[NGROUPS] = {0.15, 0.12, 0.09, 0.07, 0.05, 0.04, 0.04, 0.05, 0.15};
	static const double young[NGROUPS] = {0.16, 0.18, 0.18, 0.14, 0.12, 0.09, 0.07, 0.04, 0.02};
	static const char *const names[NINTERVALS] = {"crude ratio", "direct rate of the second",
	"direct ratio", "indirect ratio", "indirect rate of the second"};
	static const struct
	{
		bool		old[2];
		double		exits[2];	/* expected */
	}			cases[] = {
		{{false, true}, {5, 5}}, {{false, true}, {5, 20}}, {{false, true}, {5, 200}},
		{{false, true}, {20, 5}}, {{false, true}, {20, 20}}, {{false, true}, {20, 200}},
		{{false, true}, {20, 2000}}, {{false, true}, {200, 5}}, {{false, true}, {200, 20}},
		{{false, true}, {200, 200}}, {{false, true}, {2000, 20}}, {{false, true}, {2000, 2000}},
		{{true, false}, {5, 5}}, {{true, false}, {20, 20}}, {{true, false}, {200, 200}},
		{{false, false}, {5, 5}}, {{false, false}, {20, 20}}, {{false, false}, {200, 200}},
		{{false, false}, {5, 2000}}, {{false, false}, {2000, 5}},
	};
	const double ratio = 1.2;

	diag("expected exits of the first and of the second; percent of the intervals that hold:");
	diag("%s, %s, %s, %s, %s", names[0], names[1], names[2], names[3], names[4]);
	for (size_t c = 0; c < COUNT(cases); c++)
	{
		EfExposure	groups[2][NGROUPS];
		EfExposure	standard[NGROUPS];
		double		mean[2][NGROUPS];	/* exits */
		double		crude[2] = {0, 0};
		double		direct = 0;
		double		years = 0;
		double		percent[NINTERVALS];
		int			held[NINTERVALS] = {0};
		int			known[NINTERVALS] = {0};

		for (int i = 0; i < 2; i++)
		{
			double		size;

			for (int g = 0; g < NGROUPS; g++)
				crude[i] += (i == 0 ? 1 : ratio) * rates[g] *
					young[cases[c].old[i] ? NGROUPS - 1 - g : g];
			size = cases[c].exits[i] / crude[i];
			years += size;
			for (int g = 0; g < NGROUPS; g++)
			{
				double		here = size * young[cases[c].old[i] ? NGROUPS - 1 - g : g];

				groups[i][g].days = llround(here * DAYS_PER_YEAR);
				mean[i][g] = (i == 0 ? 1 : ratio) * rates[g] * here;
			}
		}
		for (int g = 0; g < NGROUPS; g++)
		{
			standard[g].exits = 0;
			standard[g].days = groups[0][g].days + groups[1][g].days;
			direct += ratio * rates[g] * (double) standard[g].days / (years * DAYS_PER_YEAR);
		}
		for (int drawn = 0; drawn < NDRAWN; drawn++)
		{
			EfRateComparison rows[EF_COMPARISON_METHODS];
			const EfEstimate *estimates[NINTERVALS] = {&rows[EF_CRUDE].ratio, &rows[EF_DIRECT].second,
			&rows[EF_DIRECT].ratio, &rows[EF_INDIRECT].ratio, &rows[EF_INDIRECT].second};
			const double truths[NINTERVALS] = {crude[1] / crude[0], direct, ratio, ratio, crude[0] * ratio};

			for (int g = 0; g < NGROUPS; g++)
				for (int i = 0; i < 2; i++)
					groups[i][g].exits = draw_poisson(mean[i][g]);
			ef_standardise_rates(groups[0], groups[1], standard, NGROUPS, 0.95, rows);
			for (int k = 0; k < NINTERVALS; k++)
			{
				known[k] += !isnan(estimates[k]->value);
				held[k] += estimates[k]->lower <= truths[k] && truths[k] <= estimates[k]->upper;
			}
		}
		for (int k = 0; k < NINTERVALS; k++)
			percent[k] = 100.0 * held[k] / known[k];
		diag("%5.0f %-5s %5.0f %-5s %6.1f %6.1f %6.1f %6.1f %6.1f",
			 cases[c].exits[0], cases[c].old[0] ? "old" : "young",
			 cases[c].exits[1], cases[c].old[1] ? "old" : "young",
			 percent[0], percent[1], percent[2], percent[3], percent[4]);
		for (int k = 0; k < NINTERVALS; k++)
			ok(percent[k] >= 93 && (k == 1 || k == 4 || fmin(cases[c].exits[0], cases[c].exits[1]) < 1000 ||
									percent[k] <= 96.5),
			   "intervals hold, %.0f and %.0f exits, %s", cases[c].exits[0], cases[c].exits[1], names[k]);
	}
}

/* A workforce of one cell after the other, as text has them. */
static EfWorkforce
workforce_of(EfCell *cells, size_t ncells, EfLabel *labels, uint32_t nlabels)
{
	EfWorkforce workforce;

	memset(&workforce, 0, sizeof(workforce));
	workforce.table.cells = cells;
	workforce.table.ncells = ncells;
	workforce.table.labels = labels;
	workforce.table.nlabels = nlabels;
	return workforce;
}

static void
test_groups_of_ages(void)
{
	EfLabel		labels[] = {{"moved", 5}, {"retirement", 10}};
	EfCell		cells[] = {
		{ef_key(0, EF_STOCK, 500), 3},
		{ef_key(0, EF_DAYS, 0), 1000}, {ef_key(0, EF_DAYS, 29), 2000},
		{ef_key(0, EF_DAYS, 30), 4000}, {ef_key(0, EF_DAYS, 150), 8000},
		{ef_key(1, EF_EXITS, 0), 1}, {ef_key(1, EF_EXITS, 359), 2},
		{ef_key(1, EF_EXITS, 360), 4}, {ef_key(2, EF_EXITS, 360), 8},
		{ef_key(2, EF_EXITS, 1800), 16},
	};
	EfWorkforce workforce = workforce_of(cells, COUNT(cells), labels, COUNT(labels));
	EfWorkforce empty = workforce_of(NULL, 0, NULL, 0);
	EfComparisonPlan plan = {&workforce, &workforce, NULL, NULL, 0, 30, 0.95};
	EfRateComparison rows[EF_COMPARISON_METHODS];
	const struct
	{
		const char *reason;
		int64_t		exits;
	}			reasons[] = {{NULL, 31}, {"moved", 7}, {"retirement", 24}, {"retire", 0}, {"", 0}};

	for (size_t i = 0; i < COUNT(reasons); i++)
	{
		plan.reason = reasons[i].reason;
		plan.reason_length = plan.reason == NULL ? 0 : strlen(plan.reason);
		is_int(ef_standardise_exit_rates(&plan, rows, &refuses), EF_OK, "all is well");
		is_close(rows[EF_CRUDE].first.value, (double) reasons[i].exits * DAYS_PER_YEAR / 15000, 1e-15,
				 "exits for %s", plan.reason == NULL ? "all reasons" : plan.reason);
	}
	plan.reason = NULL;

	/* groups are aligned at multiples: 0 to 29, 30 to 59, 150 */
	cells[1].count = 0;
	cells[2].count = 0;
	{
		EfCell		other[] = {{ef_key(0, EF_DAYS, 5), 100}, {ef_key(0, EF_DAYS, 59), 300}};
		EfWorkforce second = workforce_of(other, COUNT(other), NULL, 0);

		plan.second = &second;
		ef_standardise_exit_rates(&plan, rows, &refuses);
		is_close(rows[EF_INDIRECT].coverage, 0.75, 1e-15, "59 is with 30 and 5 is not, in groups of 30");
		is_close(rows[EF_DIRECT].coverage, 4300.0 / 12400, 1e-15, "and the standard is both together");
		plan.age_group = 29;
		ef_standardise_exit_rates(&plan, rows, &refuses);
		is_close(rows[EF_INDIRECT].coverage, 0, 0, "but not in groups of 29");
		plan.age_group = 150;
		ef_standardise_exit_rates(&plan, rows, &refuses);
		is_close(rows[EF_INDIRECT].coverage, 1, 0, "all below 150 are one group of 150");
		is_close(rows[EF_DIRECT].coverage, 4400.0 / 12400, 1e-15, "and 150 is another");
		plan.standard = &second;
		ef_standardise_exit_rates(&plan, rows, &refuses);
		is_close(rows[EF_DIRECT].coverage, 1, 0, "a standard of one's own");
		plan.standard = &empty;
		ef_standardise_exit_rates(&plan, rows, &refuses);
		is_close(rows[EF_DIRECT].coverage, 0, 0, "a standard of nobody");
	}
}

static void
test_refusals(void)
{
	EfWorkforce empty = workforce_of(NULL, 0, NULL, 0);
	EfComparisonPlan plan = {&empty, &empty, NULL, NULL, 0, 5, 0.95};
	EfRateComparison rows[EF_COMPARISON_METHODS];
	const double levels[] = {0, 1, -0.5, 2, NAN, INFINITY};
	const int	age_groups[] = {0, -1, 151, INT32_MAX, INT32_MIN};

	is_int(ef_standardise_exit_rates(&plan, rows, &refuses), EF_OK, "nobody against nobody");
	for (size_t i = 0; i < COUNT(levels); i++)
	{
		plan.level = levels[i];
		is_int(ef_standardise_exit_rates(&plan, rows, &refuses), EF_LEVEL_RANGE, "level %g", levels[i]);
	}
	plan.level = 0.95;
	for (size_t i = 0; i < COUNT(age_groups); i++)
	{
		char		detail[60];

		plan.age_group = age_groups[i];
		is_int(ef_standardise_exit_rates(&plan, rows, &refuses), EF_AGE_GROUP_RANGE, "groups of %d years", age_groups[i]);
		snprintf(detail, sizeof(detail), "The years of an age group are %d.", age_groups[i]);
		is_str(error.detail, detail, "say so");
	}
	plan.age_group = 1;
	is_int(ef_standardise_exit_rates(&plan, rows, &refuses), EF_OK, "groups of one year");
	plan.age_group = 150;
	is_int(ef_standardise_exit_rates(&plan, rows, &refuses), EF_OK, "groups of 150");
}

int
main(void)
{
	test_down_syndrome();
	test_fluoroscopy();
	test_two_states();
	test_cancer();
	test_coverage();
	test_no_exits();
	test_properties();
	test_intervals();
	test_groups_of_ages();
	test_refusals();
	return done_testing();
}
