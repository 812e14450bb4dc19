/*
 * fuzz_io.c: hostile input to the text and binary input functions of the types.
 *
 * For each type of the table below: valid values (seeds) are made by SQL, read
 * in both wire formats, mutated, and sent back as parameters, half of them as
 * text and half as binary.  Every value that is accepted must
 *
 *	 - come back the same from its own text and from its own binary form, and
 *	 - let every function of the table read it; these may raise errors.
 *
 * Failures are: a lost connection (a crash), an internal error (SQLSTATE XX...,
 * which means that the code did not foresee the input), a statement that takes
 * longer than the timeout, and a round trip that changes the value.
 *
 * The pseudo-random numbers are fixed, so a failure can be repeated.  The
 * connection comes from the PG... environment variables; EF_FUZZ_ROUNDS (per
 * type) and EF_FUZZ_SEED override the defaults.  Output is TAP.
 */
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_LIST 32
#define MAX_SHOWN 5				/* failures shown in full, per type */

/* --- what to attack */

typedef struct
{
	const char *type;			/* schema-qualified */
	const char *seeds[MAX_LIST];	/* queries of one value, not null */
	const char *reads[MAX_LIST];	/* expressions or FROM items over v */
} Target;

/* A workforce of n persons; the rest of the aggregate's arguments is given. */
#define PEOPLE(n, reason, args) \
	"SELECT workforce_agg(" \
	"  CASE WHEN i % 41 <> 7 THEN date '1952-03-01' + i * 37 % 15000 END," \
	"  date '2003-01-15' + i * 53 % 7000," \
	"  CASE WHEN i % 3 = 0 THEN date '2003-01-15' + i * 53 % 7000 + i * 71 % 1500 END," \
	"  CASE WHEN i % 3 = 0 THEN " reason " END, " args ")" \
	" FROM generate_series(1, " #n ") i"
#define REASONS "(ARRAY['retirement', 'resigned', 'ended', NULL])[i % 4 + 1]"
#define ODD_REASONS "(ARRAY['', 'pension', E'\\u00e5\\u00e4\\u00f6 \"q\" \\\\ \\n', repeat('x', 300)])[i % 4 + 1]"
/* A retention of n persons, some of whom came under observation late. */
#define STAYS(n, reason, observed) \
	"SELECT retention_agg(" \
	"  CASE WHEN i % 41 <> 7 THEN date '2003-01-15' + i * 53 % 7000 END," \
	"  CASE WHEN i % 3 = 0 THEN date '2003-01-15' + i * 53 % 7000 + i * 71 % 1500 END," \
	"  CASE WHEN i % 3 = 0 THEN " reason " END, " observed ")" \
	" FROM generate_series(1, " #n ") i"
/* A funnel of n persons' events; stages, and exits, are numbered. */
#define PATHS(n, names, spec) \
	"SELECT funnel_agg(CASE WHEN i % 41 <> 7 THEN i % (1 + " #n " / 4) END," \
	"  (" names ")[i * 7 % cardinality(" names ") + 1], date '2012-01-15' + i * 53 % 2000, " spec ")" \
	" FROM generate_series(1, " #n ") i"
#define STAGES "ARRAY['applied', 'admitted', 'graduated', 'left']"
#define ODD_STAGES "ARRAY['', E'\\u00e5\\u00e4\\u00f6 \"q\" \\\\ \\n', repeat('x', 300), 'NULL']"
/* A mobility of n contracts of fewer people, in three states. */
#define CONTRACTS(n, reason, args) \
	"SELECT mobility_agg(" \
	"  CASE WHEN i % 41 <> 7 THEN i % (1 + " #n " / 3) END, (ARRAY['a', 'b', 'retirement'])[i % 4 + 1]," \
	"  date '2003-01-15' + i * 53 % 7000," \
	"  CASE WHEN i % 5 > 0 THEN date '2003-01-15' + i * 53 % 7000 + i * 71 % 1500 END, " reason ", " args ")" \
	" FROM generate_series(1, " #n ") i"
/* 9 * n people in each of k states at first, of whom n go on to each other state on
 * one day and one on the last; states are named by an expression of i. */
#define MOVES(n, k, last, name) \
	"WITH s AS (SELECT i, " name " AS a FROM generate_series(1, " #k ") i)" \
	" SELECT jsonb_build_object('type', 'mobility', 'version', 1, 'skipped', 2," \
	"  'observed', jsonb_build_array('2020-01-01', date '2020-01-01' + " #last ")," \
	"  'opening', (SELECT jsonb_object_agg(a, jsonb_build_object(0, 9 * " #n ")) FROM s)," \
	"  'moved', (SELECT jsonb_object_agg(a, (SELECT jsonb_object_agg(t.a, jsonb_build_object(2 + t.i * 7 % (" #last " - 3), " #n ", " #last ", 1))" \
	"   FROM s AS t WHERE t.i <> s.i)) FROM s)," \
	"  'entered', (SELECT jsonb_object_agg(a, jsonb_build_object(i, i)) FROM s)," \
	"  'left', (SELECT jsonb_object_agg(a, jsonb_build_object(" #last ", 1)) FROM s)," \
	"  'censored', (SELECT jsonb_object_agg(a, jsonb_build_object(i, 1)) FROM s)," \
	"  'resumed', (SELECT jsonb_object_agg(a, jsonb_build_object(i + 1, 1)) FROM s))::text::mobility"
#define RULE_65_67 \
	"SELECT retirement_rule_agg(b, a) FROM (VALUES (date '1900-01-01', 780)," \
	" (date '1958-01-01', 792), (date '1960-01-01', 804)) r(b, a)"

/* Events of n persons: each begins, and two of three go on after a while. */
#define EVENTS(n, spec) \
	"SELECT funnel_agg(i / 4, (ARRAY['applied', 'admitted', 'registered', 'withdrawn'])[i % 4 + 1]," \
	"  date '2012-03-01' + i / 4 * 37 % 900 + i % 4 * (i / 4 * 53 % 300), " spec ")" \
	" FROM generate_series(0, 4 * " #n " - 1) i WHERE i % 4 = 0 OR i / 4 * 7 % 3 > 0"
/* The first two stages that a funnel has. */
#define STAGE(n) "(SELECT stage FROM funnel_stages(v) WHERE stage_no = " #n ")"

static const Target targets[] = {
	{
		"education_flow.workforce",
		{
			PEOPLE(1, REASONS, "daterange('2015-01-01', '2024-01-01')"),
			PEOPLE(7, REASONS, "daterange('2015-01-01', '2024-01-01')"),
			PEOPLE(300, REASONS, "daterange('2015-01-01', '2024-01-01')"),
			PEOPLE(60, REASONS, "daterange(NULL, '2024-07-01')"),
			PEOPLE(40, ODD_REASONS, "daterange('2010-01-01', '2022-01-01')"),
			PEOPLE(50, REASONS, "daterange('2015-01-01', '2024-01-01'), (i % 101)::numeric / 100"),
			PEOPLE(50, REASONS, "daterange('2015-01-01', '2024-01-01'),"
				   " CASE WHEN i % 5 > 0 THEN 0.75::float8 END"),
			PEOPLE(30, REASONS, "daterange('1990-01-01', '1991-01-01')"),
		},
		{
			"v = v",
			"v::jsonb",
			"skipped(v)",
			"headcount(v)",
			"fte(v)",
			"exits(v)",
			"exits(v, 'retirement')",
			"hires(v)",
			"person_years(v)",
			"turnover(v)",
			"turnover(v, 'replacement')",
			"rollup(v)",
			"(SELECT rollup(x) FROM (VALUES (v), (v)) t(x))",
			"(SELECT count(*) FROM age_pyramid(v))",
			"(SELECT count(*) FROM exit_rates(v, 0.95))",
			"reaching_age(v, 65, '2030-12-31')",
			"(SELECT count(*) FROM reaching_age_by_year(v, 65, 10))",
			"reaching_pension_age(v, (" RULE_65_67 "), '2030-12-31')",
			"(SELECT count(*) FROM workforce_project(v, 5))",
			"(SELECT count(*) FROM workforce_project(v, 3, retire_at => 65, intake => ARRAY[5, 5, 5]))",
			"(SELECT count(*) FROM workforce_project_exits(v, 5))",
		}
	},
	{
		"education_flow.retention",
		{
			STAYS(1, REASONS, "daterange('2002-01-01', '2024-01-01')"),
			STAYS(7, REASONS, "daterange('2015-01-01', '2024-01-01')"),
			STAYS(300, REASONS, "daterange('2015-01-01', '2024-01-01')"),
			STAYS(60, REASONS, "daterange(NULL, '2024-07-01')"),
			STAYS(40, ODD_REASONS, "daterange('2010-01-15', '2022-01-20')"),
			STAYS(30, REASONS, "daterange('2000-01-01', '2000-01-02')"),
			"SELECT '{\"type\": \"retention\", \"version\": 1, \"observed\": [null, \"2020-01-01\"],"
			" \"exits\": {\"a\": {\"0\": 3, \"5\": 70000}}, \"censored\": {\"7\": 1000000000}}'::retention",
		},
		{
			"v = v",
			"v::jsonb",
			"skipped(v)",
			"spells(v)",
			"exits(v)",
			"exits(v, 'retirement')",
			"rollup(v)",
			"(SELECT rollup(x) FROM (VALUES (v), (v)) t(x))",
			"retention_rate(v, '2 years')",
			"(SELECT count(*) FROM retention_curve(v))",
			"(SELECT count(*) FROM retention_curve(v, '1 day', 0.8, 'plain'))",
			"(SELECT count(*) FROM exit_incidence(v, '3 months'))",
			"retention_median(v)",
			"retention_mean(v, '1 year')",
			"(SELECT c FROM retention_compare(v, r) AS c)",
			"(SELECT c FROM retention_compare(v, v) AS c)",
			"(SELECT retention_log_rank(x, g, s) FROM (VALUES (v, 'a', 'x'), (r, 'b', 'x'), (v, 'b', NULL), (v, NULL, NULL)) t(x, g, s))",
		}
	},
	{
		"education_flow.funnel",
		{
			PATHS(60, STAGES, "funnel_spec(ARRAY['applied', 'admitted', 'graduated'], '400 days', '2017-01-01', '{left}')"),
			PATHS(400, STAGES, "funnel_spec(ARRAY['applied', 'admitted', 'graduated'], '3 years', '2016-06-01', '{left}')"),
			PATHS(200, STAGES, "funnel_spec(ARRAY['applied', 'admitted', 'graduated'])"),
			PATHS(200, STAGES, "funnel_spec(ARRAY['applied', 'admitted', 'graduated', 'left'], as_of => '2017-01-01')"),
			PATHS(200, STAGES, "funnel_spec(ARRAY['applied', 'graduated'], '18 months 5 days 03:04:05.678901', exits => '{left}', modes => '{strict_order,strict_increase}')"),
			PATHS(40, ODD_STAGES, "funnel_spec((" ODD_STAGES ")[1:3], '10 years', exits => (" ODD_STAGES ")[4:4])"),
			PATHS(9, STAGES, "funnel_spec(ARRAY['applied'])"),
			"SELECT funnel_agg(CASE WHEN p % 9 > 0 THEN (SELECT array_agg('2001-01-01'::date + p * i ORDER BY i) FROM generate_series(1, p) i) END,"
			" funnel_spec((SELECT array_agg('s' || i ORDER BY i) FROM generate_series(1, 30) i), '2 years')) FROM generate_series(1, 30) p",
			"SELECT '{\"type\": \"funnel\", \"version\": 1, \"spec\": {\"stages\": [\"a\", \"b\", \"c\"]}, \"skipped\": 3,"
			" \"reached\": {\"a\": {\"0\": 1000000000000}, \"b\": {\"0\": 3, \"5\": 70000}, \"c\": {\"54788\": 2}}, \"converted_after\": {\"b\": {\"54785\": 2}}}'::funnel",
		},
		{
			"v = v",
			"v <= v",
			"v::jsonb",
			"funnel_hash(v)",
			"skipped(v)",
			"rollup(v)",
			"(SELECT rollup(x) FROM (VALUES (v), (v)) t(x))",
			"(SELECT rollup(x) FROM (VALUES (v), (f)) t(x))",
			"(SELECT sum(entered) FROM funnel_stages(v))",
			"(SELECT count(*) FROM funnel_stages(v, 0.5) WHERE lower > upper)",
			"funnel_conversion(v, 'applied', 'admitted')",
			"funnel_conversion(v, 'applied', 'graduated', '200 days')",
			"funnel_conversion(v, 'admitted', 'graduated', '1 year')",
			"funnel_days(v, 'applied', 'graduated')",
			"funnel_days(v, 'admitted', 'graduated', 0.9)",
		}
	},
	{
		"education_flow.mobility",
		{
			MOVES(8, 3, 731, "'s' || i"),
			MOVES(1, 2, 30, "'s' || i"),
			MOVES(60, 5, 1826, "'s' || i"),
			MOVES(40, 4, 366, "(" ODD_STAGES ")[i]"),
			"SELECT '{\"type\": \"mobility\", \"version\": 1, \"observed\": [\"2020-01-01\", \"2020-01-02\"], \"skipped\": 3}'::mobility",
			"SELECT '{\"type\": \"mobility\", \"version\": 1, \"observed\": [\"1903-03-01\", \"2053-03-01\"],"
			" \"opening\": {\"a\": {\"0\": 400000000000}}, \"entered\": {\"b\": {\"54787\": 1}},"
			" \"moved\": {\"a\": {\"b\": {\"1\": 1, \"54788\": 300000000000}}, \"b\": {\"a\": {\"2\": 1}}},"
			" \"censored\": {\"a\": {\"7\": 5}}, \"resumed\": {\"a\": {\"8\": 2}}}'::mobility",
			CONTRACTS(1, REASONS, "daterange('2015-01-01', '2024-01-01'), interval '0 days'"),
			CONTRACTS(200, REASONS, "daterange('2015-01-01', '2024-01-01'), (i % 101)::numeric / 100, interval '1 month'"),
			CONTRACTS(60, ODD_REASONS, "daterange('2010-01-01', '2022-01-01'), 0.75::float8, interval '30 days'"),
			"SELECT '{\"type\": \"mobility\", \"version\": 1, \"observed\": [\"1903-03-01\", \"2053-03-01\"], \"fte\": true,"
			" \"opening\": {\"a\": {\"0\": 400000000000}}, \"left_for\": {\"a\": {\"a\": {\"1\": 1, \"54788\": 300000000000}}},"
			" \"fte_gained\": {\"a\": {\"0\": 900000000000000}}, \"fte_lost\": {\"a\": {\"54787\": 800000000000000}}}'::mobility",
		},
		{
			"v = v",
			"v <= v",
			"v::jsonb",
			"mobility_hash(v)",
			"skipped(v)",
			"rollup(v)",
			"(SELECT rollup(x) FROM (VALUES (v), (v)) t(x))",
			"(SELECT sum(headcount) FROM mobility_headcount(v))",
			"(SELECT sum(headcount) FROM mobility_headcount(v, '2020-01-01'))",
			"(SELECT sum(headcount + fte) FROM mobility_series(v, '1 year'))",
			"(SELECT sum(headcount) FROM mobility_series(v, '100 days') WHERE state IS NULL)",
			"(SELECT sum(leavers) FROM mobility_leavers(v, '1 year'))",
			"(SELECT sum(moves) FROM mobility_flows(v))",
			"(SELECT count(*) FROM mobility_flows(v, 0.5) WHERE lower > upper)",
			"(SELECT sum(probability) FROM mobility_matrix(v))",
			"(SELECT sum(probability) FROM mobility_matrix(v, '1 day'))",
			"(SELECT sum(probability) FROM mobility_matrix(v, '1 year'))",
			"(SELECT sum(headcount) FROM mobility_project(v))",
			"(SELECT sum(headcount) FROM mobility_project(v, (SELECT array_agg(7.0::float8) FROM mobility_headcount(v)), 2))",
			"(SELECT count(*) FROM mobility_project(v, years => 2, observed_years => 3) WHERE lower > headcount)",
		}
	},
	{
		"education_flow.credible_rates",
		{
			"SELECT credible_rates_agg(w) FROM (SELECT workforce_agg(date '1960-01-01' + i * 60, '2015-01-01', date '2018-01-01' + i * 9, 'r' || i % 3,"
			" '[2016-01-01,2020-01-01)') AS w FROM generate_series(1, 90) i GROUP BY i % 4 * i % 3) s",
			"SELECT credibility(rollup(w), credible_rates_agg(w, NULL, 'marshall')) FROM (SELECT workforce_agg(date '1960-01-01' + i * 60, '2015-01-01',"
			" date '2018-01-01' + i * 9, E'\u00e5 \"q\"', '[2016-01-01,2020-01-01)') AS w FROM generate_series(1, 90) i GROUP BY i / 60) s",
			"SELECT workforce_agg('1980-01-01', '2018-01-01', NULL, NULL, '[2016-01-01,2020-01-01)')::credible_rates",
			"SELECT shift_retirement(workforce_agg(date '1950-01-01' + i * 60, '2015-01-01', date '2018-01-01' + i * 9, 'retirement',"
			" '[2016-01-01,2020-01-01)'), -600) FROM generate_series(1, 9) AS i",
		},
		{
			"v = v",
			"v <= v",
			"v::jsonb",
			"credible_rates_hash(v)",
			"(SELECT sum(ratio) FROM exit_ratios(v))",
			"(SELECT count(*) FROM exit_ratios(credibility(w, v), 0.5) WHERE lower > upper)",
			"(SELECT credible_rates_agg(x, v) FROM (VALUES (w), (w)) t(x))",
			"change_exit_rates(v, ARRAY[(SELECT min(reason) FROM exit_ratios(v))], ARRAY[0.5])",
			"shift_retirement(v, 1)",
			"(SELECT count(*) FROM workforce_project(w, 5, rates => v))",
			"(SELECT count(*) FROM workforce_project_exits(w, 5, rates => v, retire_at => 60))",
			"(SELECT count(*) FROM workforce_project_fan(w, 5, rates => v))",
		}
	},
	{
		"education_flow.retirement_rule",
		{
			RULE_65_67,
			"SELECT retirement_rule_agg(date '1900-01-01', 780)",
			"SELECT retirement_rule_agg((date '1930-01-01' + i * interval '1 year')::date, 720 + i) FROM generate_series(1, 40) i",
		},
		{
			"v = v",
			"v::jsonb",
			"reaching_pension_age(w, v, '2030-12-31')",
			"(SELECT count(*) FROM workforce_project(w, 5, retire_rule => v))",
			"(SELECT count(*) FROM workforce_project_exits(w, 5, retire_rule => v))",
		}
	},
	{
		"education_flow.funnel",
		{
			EVENTS(1, "funnel_spec(ARRAY['applied', 'admitted'])"),
			EVENTS(30, "funnel_spec(ARRAY['applied', 'admitted', 'registered'], '300 days', '2014-03-01', '{withdrawn}')"),
			EVENTS(300, "funnel_spec(ARRAY['applied', 'admitted', 'registered'], NULL, '2014-03-01')"),
			EVENTS(50, "funnel_spec(ARRAY['applied', 'admitted', 'registered'], exits => '{withdrawn}')"),
			EVENTS(40, "funnel_spec(ARRAY['applied'], '1 year', '2013-01-01')"),
			"SELECT funnel_agg(ARRAY[date '2000-01-01', date '2000-01-01' + i, date '2000-01-01' + 2 * i],"
			" funnel_spec(ARRAY['', E'\\u00e5\\u00e4\\u00f6 \"q\" \\\\ \\n', repeat('x', 300), 'b'], '2 months', '2000-02-20'))"
			" FROM generate_series(0, 70) i",
			"SELECT '{\"type\": \"funnel\", \"version\": 1, \"spec\": {\"stages\": [\"a\", \"b\"], \"as_of\": \"2020-01-01\"},"
			" \"reached\": {\"a\": {\"0\": 1000000000000}, \"b\": {\"5\": 70000, \"9\": 999999000000}},"
			" \"pending\": {\"a\": {\"7\": 930000}}}'::funnel",
		},
		{
			"v = v",
			"v::jsonb",
			"skipped(v)",
			"rollup(v)",
			"(SELECT rollup(x) FROM (VALUES (v), (v)) t(x))",
			"(SELECT count(*) FROM funnel_stages(v))",
			"(SELECT count(*) FROM funnel_stages(v, 0.5))",
			"funnel_conversion(v, " STAGE(1) ", " STAGE(2) ")",
			"funnel_conversion(v, " STAGE(2) ", " STAGE(3) ", '40 days')",
			"funnel_conversion(v, " STAGE(1) ", " STAGE(3) ", '2 years')",
			"funnel_days(v, " STAGE(2) ", " STAGE(3) ")",
			"funnel_days(v, " STAGE(1) ", " STAGE(3) ", 0.9)",
		}
	},
	{
		"education_flow.funnel_spec",
		{
			"SELECT funnel_spec(ARRAY['applied', 'admitted', 'graduated'], '300 days', '2014-03-01',"
			" '{dropped out,transferred}', '{strict_order,strict_once}')",
			"SELECT funnel_spec(ARRAY['a'])",
			"SELECT funnel_spec(ARRAY['a', 'b'], '8 years 2 months 5 days 03:04:05.678901', exits => '{c}')",
			"SELECT funnel_spec(ARRAY['', E'\\u00e5\\u00e4\\u00f6 \"q\" \\\\ \\n', repeat('x', 300)], '0', '1850-12-31',"
			" exits => ARRAY['NULL', repeat('y', 200)], modes => '{strict_increase,strict_deduplication}')",
			"SELECT funnel_spec((SELECT array_agg('s' || i ORDER BY i) FROM generate_series(1, 30) i), '150 years', '9999-12-31',"
			" (SELECT array_agg('x' || i) FROM generate_series(1, 100) i))",
		},
		{
			"v = v",
			"v <= v",
			"v::jsonb",
			"funnel_spec_hash(v)",
			"(SELECT count(*) FROM (VALUES (v), (v), (funnel_spec(ARRAY['a']))) t(x) GROUP BY x LIMIT 1)",
			"(SELECT sum(entered) FROM funnel_stages((SELECT funnel_agg(n % 9, s, d, v) FROM public.fuzz_event)))",
			"(SELECT funnel_steps(s, d::timestamp, v) FROM public.fuzz_event)",
			"(SELECT window_funnel(d, v, n % 3 = 0) FROM public.fuzz_event)",
			"(SELECT funnel_agg(ARRAY[d], v) FROM public.fuzz_event)",
		}
	},
};

/*
 * What the reads see: the value v, a workforce w to apply a rule to, a
 * retention r to compare one with, a funnel f to add; and events of a table.
 */
#define READ_FROM "(SELECT $1::%s AS v) s, public.fuzz_other"
#define READ_FROM_TABLE \
	"CREATE TABLE public.fuzz_other AS SELECT * FROM (" \
	PEOPLE(20, REASONS, "daterange('2015-01-01', '2024-01-01')") ") AS p(w), (" \
	STAYS(50, REASONS, "daterange('2014-01-01', '2024-01-15')") ") AS s(r), (" \
	PATHS(200, STAGES, "funnel_spec(ARRAY['applied', 'admitted', 'graduated'], '3 years', '2016-06-01', '{left}')") ") AS p2(f)"
#define EVENTS_TABLE \
	"CREATE TABLE public.fuzz_event AS SELECT n, (ARRAY['applied', 'admitted', 'graduated', 'dropped out', 'a', 's1', 's2', ''])[n % 8 + 1] AS s," \
	" date '2013-01-15' + n * 37 % 1000 AS d FROM generate_series(1, 60) n"

/* --- bytes */

typedef struct
{
	unsigned char *data;
	size_t		len;
	bool		binary;
} Bytes;

static void *
get_memory(size_t size)
{
	void	   *p = malloc(size > 0 ? size : 1);

	if (p == NULL)
		abort();
	return p;
}

static Bytes
make_bytes(const void *data, size_t len, bool binary)
{
	Bytes		b = {get_memory(len + 1), len, binary};

	memcpy(b.data, data, len);
	b.data[len] = '\0';			/* libpq reads text parameters as C strings */
	return b;
}

/* Replaces `cut` bytes at `at` by `len` bytes of `data`. */
static void
splice(Bytes *b, size_t at, size_t cut, const void *data, size_t len)
{
	unsigned char *next = get_memory(b->len - cut + len + 1);

	memcpy(next, b->data, at);
	memcpy(next + at, data, len);
	memcpy(next + at + len, b->data + at + cut, b->len - at - cut);
	b->len = b->len - cut + len;
	next[b->len] = '\0';
	free(b->data);
	b->data = next;
}

/* --- random numbers: xorshift64* */

static uint64_t rng_state = UINT64_C(0x9E3779B97F4A7C15);

static uint64_t
rng(void)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return rng_state * UINT64_C(0x2545F4914F6CDD1D);
}

static size_t
below(size_t n)
{
	return n == 0 ? 0 : (size_t) ((rng() >> 11) % n);
}

/* --- mutations */

static const int64_t extremes[] = {
	0, 1, -1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 1000000,
	INT32_MAX, (int64_t) INT32_MAX + 1, INT32_MIN, UINT32_MAX, (int64_t) UINT32_MAX + 1,
	INT64_MAX, INT64_MAX - 1, INT64_MIN, INT64_MAX / 2, INT64_MAX / 377580 + 1
};

/* An integer of 1, 2, 4 or 8 bytes, in either byte order, somewhere. */
static void
mutate_integer(Bytes *b)
{
	size_t		width = (size_t) 1 << below(4);
	size_t		at;
	uint64_t	value;
	bool		little = below(4) == 0;

	if (b->len < width)
		return;
	at = below(b->len - width + 1);
	if (below(2) == 0)
		at -= at % width;		/* fields tend to be aligned */
	if (below(3) > 0)
		value = (uint64_t) extremes[below(sizeof extremes / sizeof *extremes)];
	else
	{
		/* near the value that stands there */
		value = 0;
		for (size_t i = 0; i < width; i++)
			value = value << 8 | b->data[at + (little ? width - 1 - i : i)];
		value += (uint64_t) below(5) - 2;
	}
	for (size_t i = 0; i < width; i++)
		b->data[at + (little ? i : width - 1 - i)] = (unsigned char) (value >> (8 * i));
}

/* Copies, moves, removes or swaps a stretch of bytes. */
static void
mutate_chunk(Bytes *b)
{
	size_t		at = below(b->len + 1);
	size_t		len = below(b->len - at + 1);
	unsigned char *chunk;

	if (below(2) == 0 && len > 24)
		len = below(24);
	chunk = get_memory(len);
	memcpy(chunk, b->data + at, len);
	switch (below(4))
	{
		case 0:					/* twice */
			splice(b, at, 0, chunk, len);
			break;
		case 1:					/* gone */
			splice(b, at, len, "", 0);
			break;
		case 2:					/* elsewhere too */
			splice(b, below(b->len + 1), 0, chunk, len);
			break;
		case 3:					/* moved */
			splice(b, at, len, "", 0);
			splice(b, below(b->len + 1), 0, chunk, len);
			break;
	}
	free(chunk);
}

static void
mutate_binary(Bytes *b)
{
	unsigned char junk[64];
	size_t		n;

	switch (below(8))
	{
		case 0:					/* one bit */
			if (b->len > 0)
				b->data[below(b->len)] ^= (unsigned char) (1 << below(8));
			break;
		case 1:					/* one byte */
			if (b->len > 0)
				b->data[below(b->len)] = (unsigned char) rng();
			break;
		case 2:					/* truncated */
			b->len = below(b->len + 1);
			break;
		case 3:					/* extended */
			n = 1 + below(sizeof junk);
			for (size_t i = 0; i < n; i++)
				junk[i] = below(2) ? (unsigned char) rng() : 0;
			splice(b, b->len, 0, junk, n);
			break;
		case 4:
			mutate_chunk(b);
			break;
		default:				/* the field kind finds the most */
			mutate_integer(b);
			break;
	}
}

static bool
is_number_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* The token around `at`: a number, a quoted string, or one byte. */
static void
token_at(const Bytes *b, size_t at, size_t *begin, size_t *len)
{
	size_t		end = at + 1;

	*begin = at;
	if (is_number_char(b->data[at]))
	{
		while (*begin > 0 && is_number_char(b->data[*begin - 1]))
			(*begin)--;
		while (end < b->len && is_number_char(b->data[end]))
			end++;
	}
	else if (b->data[at] == '"')
	{
		while (end < b->len && b->data[end] != '"')
			end++;
		if (end < b->len)
			end++;
	}
	*len = end - *begin;
}

static void
mutate_text(Bytes *b)
{
	static const char *const tokens[] = {
		"0", "-1", "1", "99999999999999999999999", "9223372036854775807", "-9223372036854775808",
		"2147483648", "4294967296", "1e308", "1E-400", "0.5", "NaN", "null", "true", "[]", "{}",
		"[", "]", "{", "}", ",", ":", "\"", "\\", "\"\\u0000\"", "\"\\ud800\"", "\"\\u00e5\"",
		"\"retirement\"", "\"2024-02-30\"", "\"2024-01-01\"", "\"infinity\"", "\"0001-01-01 BC\"",
		"\"5874897-12-31\"", " ", "\n", "\xc3\x28", "[[[[[[[[[[[[[[[[[[[[", "\"\""
	};
	const char *token = tokens[below(sizeof tokens / sizeof *tokens)];
	size_t		at = below(b->len);
	size_t		begin,
				len,
				other,
				other_len;
	char		number[32];

	if (b->len == 0)
	{
		splice(b, 0, 0, token, strlen(token));
		return;
	}
	token_at(b, at, &begin, &len);
	switch (below(10))
	{
		case 0:					/* one byte, never NUL */
			b->data[at] = (unsigned char) (1 + below(255));
			break;
		case 1:					/* a bit of a printable byte */
			b->data[at] ^= (unsigned char) (1 << below(5));
			if (b->data[at] == '\0')
				b->data[at] = ' ';
			break;
		case 2:
			b->len = at;
			b->data[at] = '\0';
			break;
		case 3:
			mutate_chunk(b);
			break;
		case 4:					/* without the token */
			splice(b, begin, len, "", 0);
			break;
		case 5:					/* another token instead, or before it */
			splice(b, begin, below(2) ? len : 0, token, strlen(token));
			break;
		case 6:					/* two tokens swapped, or one copied over */
			token_at(b, below(b->len), &other, &other_len);
			if (other >= begin + len)
			{
				char	   *copy = get_memory(other_len);

				memcpy(copy, b->data + other, other_len);
				if (below(2) == 0)
				{
					char	   *mine = get_memory(len);

					memcpy(mine, b->data + begin, len);
					splice(b, other, other_len, mine, len);
					free(mine);
				}
				splice(b, begin, len, copy, other_len);
				free(copy);
			}
			break;
		case 7:					/* an extreme number */
			snprintf(number, sizeof number, "%lld",
					 (long long) extremes[below(sizeof extremes / sizeof *extremes)]);
			splice(b, begin, len, number, strlen(number));
			break;
		default:				/* the digits of a number, searched from here */
			while (at < b->len && (b->data[at] < '0' || b->data[at] > '9'))
				at++;
			if (at < b->len)
				b->data[at] = (unsigned char) ('0' + below(10));
			break;
	}
}

/* The next input: mostly a seed with one to four mutations, seldom noise. */
static Bytes
next_input(const Bytes *seeds, int nseeds, bool binary)
{
	Bytes		b;

	if (below(20) == 0)
	{
		unsigned char noise[200];
		size_t		len = below(sizeof noise);

		for (size_t i = 0; i < len; i++)
			noise[i] = binary ? (unsigned char) rng() : (unsigned char) (1 + below(127));
		return make_bytes(noise, len, binary);
	}
	do
		b = seeds[below((size_t) nseeds)];
	while (b.binary != binary);
	b = make_bytes(b.data, b.len, binary);
	for (size_t n = 1 + below(4); n > 0; n--)
	{
		if (binary)
			mutate_binary(&b);
		else
			mutate_text(&b);
	}
	return b;
}

/* --- the server */

static PGconn *conn;
static int	tests_run = 0;
static int	tests_failed = 0;

static void
test(bool passed, const char *type, const char *what)
{
	printf("%sok %d - %s: %s\n", passed ? "" : "not ", ++tests_run, type, what);
	tests_failed += !passed;
	fflush(stdout);
}

static void
diag_text(const char *message)
{
	for (const char *p = message; *p != '\0';)
	{
		size_t		n = strcspn(p, "\n");

		printf("#   %.*s\n", (int) n, p);
		p += n + (p[n] == '\n');
	}
}

/* Connects; after a crash the server may still be recovering. */
static bool
reconnect(void)
{
	for (int i = 0; i < 60; i++)
	{
		if (conn != NULL)
			PQfinish(conn);
		conn = PQconnectdb("options='-c statement_timeout=20s -c client_min_messages=error"
						   " -c synchronous_commit=on -c search_path=public,education_flow'");
		if (PQstatus(conn) == CONNECTION_OK)
			return true;
		sleep(1);
	}
	diag_text(PQerrorMessage(conn));
	return false;
}

/* Nothing can be tested when this fails. */
static void
setup(const char *query)
{
	PGresult   *result = PQexec(conn, query);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
	{
		printf("# %s\n", query);
		diag_text(PQerrorMessage(conn));
		printf("Bail out!\n");
		exit(1);
	}
	PQclear(result);
}

typedef enum
{
	ACCEPTED, REFUSED, FAILED
} Verdict;

/* What a result says about the code under test. */
static Verdict
judge(const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		return ACCEPTED;
	if (PQstatus(conn) != CONNECTION_OK || state == NULL ||
		strncmp(state, "XX", 2) == 0 || /* internal error */
		strcmp(state, "57014") == 0 ||	/* timeout */
		(severity != NULL && strcmp(severity, "ERROR") != 0))
		return FAILED;
	return REFUSED;
}

static PGresult *
run(const char *query, const Bytes *b, int result_format)
{
	const char *value = (const char *) b->data;
	int			length = (int) b->len;
	int			format = b->binary;

	return PQexecParams(conn, query, 1, NULL, &value, &length, &format, result_format);
}

/* Shows a failure: what was asked, what was sent, what came back. */
static void
show(const char *what, const char *query, const Bytes *b, const PGresult *result)
{
	size_t		shown = b->len < 600 ? b->len : 600;

	printf("# %s\n#   query: %s\n#   %s input, %zu bytes: ", what, query,
		   b->binary ? "binary" : "text", b->len);
	for (size_t i = 0; i < shown; i++)
	{
		if (b->binary || b->data[i] < 32 || b->data[i] > 126)
			printf(b->binary ? "%02x" : "\\x%02x", b->data[i]);
		else
			putchar(b->data[i]);
	}
	printf("%s\n", shown < b->len ? "..." : "");
	if (result != NULL)
		diag_text(PQresultErrorMessage(result));
	fflush(stdout);
}

/* Are columns 0 (binary) and 1 (text, in binary result format) the same? */
static bool
same_row(const PGresult *a, const PGresult *b)
{
	for (int i = 0; i < 2; i++)
	{
		if (PQgetlength(a, 0, i) != PQgetlength(b, 0, i) ||
			memcmp(PQgetvalue(a, 0, i), PQgetvalue(b, 0, i), (size_t) PQgetlength(a, 0, i)) != 0)
			return false;
	}
	return true;
}

static Bytes
column(const PGresult *row, int i, bool binary)
{
	return make_bytes(PQgetvalue(row, 0, i), (size_t) PQgetlength(row, 0, i), binary);
}

/* --- one type */

static void
fuzz(const Target *target, long rounds)
{
	Bytes		seeds[2 * MAX_LIST];
	int			nseeds = 0;
	int			failures = 0;
	bool		readable = true;
	long		accepted[2] = {0, 0};
	long		read_ok[MAX_LIST] = {0};
	long		unequal = 0;
	char		both[256];
	char		query[2048];
	char		message[128];

	/* Binary and text of one value in one query. */
	snprintf(both, sizeof both, "SELECT v, v::text FROM (SELECT $1::%s AS v) s", target->type);

	for (int i = 0; i < MAX_LIST && target->seeds[i] != NULL; i++)
	{
		PGresult   *row;

		snprintf(query, sizeof query, "SELECT v, v::text FROM (%s) s(v)", target->seeds[i]);
		row = PQexecParams(conn, query, 0, NULL, NULL, NULL, NULL, 1);
		if (judge(row) != ACCEPTED || PQntuples(row) != 1 || PQgetisnull(row, 0, 0))
		{
			printf("# %s\n", query);
			diag_text(PQresultErrorMessage(row));
			readable = false;
		}
		else
		{
			seeds[nseeds++] = column(row, 0, true);
			seeds[nseeds++] = column(row, 1, false);
		}
		PQclear(row);
		if (PQstatus(conn) != CONNECTION_OK && !reconnect())
			break;
	}
	test(readable && nseeds > 0, target->type, "seeds");
	if (nseeds == 0)
		return;

	/* Round 0 .. nseeds - 1: the seeds themselves, which must be accepted. */
	for (long round = 0; round < rounds + nseeds && failures < MAX_SHOWN; round++)
	{
		bool		is_seed = round < nseeds;
		Bytes		b = is_seed ? make_bytes(seeds[round].data, seeds[round].len, seeds[round].binary)
			: next_input(seeds, nseeds, round % 2 == 0);
		PGresult   *row = run(both, &b, 1);
		Verdict		verdict = judge(row);

		if (verdict == FAILED || (is_seed && verdict != ACCEPTED))
		{
			show(is_seed ? "a valid value was refused" : "input failed", both, &b, row);
			failures++;
		}
		else if (verdict == ACCEPTED)
		{
			Bytes		again[2] = {column(row, 0, true), column(row, 1, false)};

			accepted[b.binary]++;
			for (int i = 0; i < 2; i++)
			{
				PGresult   *back = run(both, &again[i], 1);

				if (judge(back) != ACCEPTED || !same_row(row, back))
				{
					show(i == 0 ? "binary round trip differs; first input:"
						 : "text round trip differs; first input:", both, &b, NULL);
					show("its own output sent back:", both, &again[i], back);
					unequal++;
					failures++;
				}
				PQclear(back);
			}
			for (int i = 0; i < MAX_LIST && target->reads[i] != NULL; i++)
			{
				PGresult   *result;
				int			n = snprintf(query, sizeof query, "SELECT %s FROM ", target->reads[i]);

				snprintf(query + n, sizeof query - (size_t) n, READ_FROM, target->type);
				result = run(query, &again[0], 0);
				verdict = judge(result);
				if (verdict == ACCEPTED)
					read_ok[i]++;
				else if (is_seed && round == 0 && verdict == REFUSED)
				{
					/*
					 * A name or type error here would make the whole reader
					 * idle.
					 */
					printf("# on a valid value: %s\n", target->reads[i]);
					diag_text(PQresultErrorMessage(result));
				}
				if (verdict == FAILED)
				{
					show("reading failed", query, &again[0], result);
					failures++;
				}
				PQclear(result);
				if (PQstatus(conn) != CONNECTION_OK && !reconnect())
					failures = MAX_SHOWN;
			}
			free(again[0].data);
			free(again[1].data);
		}
		PQclear(row);
		free(b.data);
		if (PQstatus(conn) != CONNECTION_OK && !reconnect())
			failures = MAX_SHOWN;
	}

	snprintf(message, sizeof message, "%ld inputs (%ld binary and %ld text ones accepted)",
			 rounds + nseeds, accepted[1], accepted[0]);
	test(failures == 0, target->type, message);
	test(unequal == 0, target->type, "accepted values survive both round trips");
	for (int i = 0; i < MAX_LIST && target->reads[i] != NULL; i++)
	{
		snprintf(message, sizeof message, "read by %.90s", target->reads[i]);
		test(read_ok[i] > 0, target->type, message);
	}
	for (int i = 0; i < nseeds; i++)
		free(seeds[i].data);
}

int
main(void)
{
	const char *rounds_env = getenv("EF_FUZZ_ROUNDS");
	const char *seed_env = getenv("EF_FUZZ_SEED");
	long		rounds = rounds_env ? atol(rounds_env) : 10000;

	if (seed_env)
		rng_state ^= strtoull(seed_env, NULL, 0) * UINT64_C(0xD1342543DE82EF95);
	if (rng_state == 0)
		rng_state = 1;

	if (!reconnect())
	{
		printf("Bail out! no connection\n");
		return 1;
	}
	setup("CREATE SCHEMA IF NOT EXISTS education_flow");
	setup("CREATE EXTENSION IF NOT EXISTS education_flow SCHEMA education_flow");
	setup(READ_FROM_TABLE);
	setup(EVENTS_TABLE);

	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
		fuzz(&targets[i], rounds);

	PQfinish(conn);
	printf("1..%d\n", tests_run);
	return tests_failed > 0;
}
