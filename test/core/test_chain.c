/*
 * test_chain.c: the best chain of one person's events, against every choice of
 * rows there is; and how far rows that can fill several stages get.
 */
#include "funnel/chain.h"

#include "funnel/window.h"

#include "arena.h"
#include "tap.h"

enum
{
	ROWS = 7,
	STAGES = 4
};

/* ---- the definitions, literally ---- */

typedef struct Row
{
	int64_t		at;
	uint32_t	stages;			/* bit n: can be stage n */
	bool		exit;
} Row;

typedef struct Study
{
	EfFunnelSpec spec;
	EfUnit		unit;
	int			nrows;
	Row			rows[ROWS];
	bool		several;		/* rows can fill several stages */
} Study;

typedef struct Best
{
	unsigned	length;
	int64_t		at[STAGES];
} Best;

static bool
strict(const Study *study, EfMode mode)
{
	return (study->spec.modes & mode) != 0;
}

/*
 * Does an exit at the instant of a start end a chain that was there before, so
 * that the start is one anew?  There was one if somebody started earlier, within
 * the window, and no exit came since.
 */
static bool
begins_anew(const Study *study, int64_t start)
{
	for (int i = 0; i < study->nrows; i++)
	{
		const Row  *first = &study->rows[i];
		bool		there = first->stages >> 1 & 1 && !first->exit &&
			first->at < start &&
			start <= ef_spec_limit(&study->spec, study->unit, first->at);

		for (int j = 0; j < study->nrows; j++)
			if (study->rows[j].exit && study->rows[j].at < start &&
				study->rows[j].at >= first->at)
			{
				/* which itself may have been followed by a start */
				if (study->rows[j].at > first->at ||
					!begins_anew(study, first->at))
					there = false;
			}
		if (there)
			return true;
	}
	return false;
}

/* May a chain go on from a row at one stage to another row at the next? */
static bool
may_follow(const Study *study, int64_t start, unsigned stage, const Row *from,
		   const Row *to)
{
	if (to->at < from->at || (strict(study, EF_STRICT_INCREASE) && to->at == from->at))
		return false;
	if (strict(study, EF_STRICT_ORDER) && (from->stages & ~((uint32_t) 1 << stage)))
		return false;
	for (int i = 0; i < study->nrows; i++)
	{
		const Row  *row = &study->rows[i];

		if (row->exit)
		{
			if (row->at >= from->at && row->at < to->at &&
				!(row->at == start && begins_anew(study, start)))
				return false;
			continue;
		}
		if (row->at <= from->at || row->at >= to->at)
			continue;
		if (strict(study, EF_STRICT_ORDER) && row->stages != (uint32_t) 1 << stage)
			return false;
		if (strict(study, EF_STRICT_DEDUPLICATION))
			for (unsigned s = 1; s <= stage + 1; s++)
				if (row->stages >> s & 1)
					return false;
	}
	return true;
}

static bool
earlier(const Best *a, const Best *b)
{
	for (unsigned i = 0; i < a->length; i++)
		if (a->at[i] != b->at[i])
			return a->at[i] < b->at[i];
	return false;
}

static void
try_all(const Study *study, int *chosen, unsigned length, Best *best)
{
	Best		this = {.length = length};

	for (unsigned i = 0; i < length; i++)
		this.at[i] = study->rows[chosen[i]].at;
	if (length > 0 && this.at[length - 1] > ef_spec_limit(&study->spec, study->unit, this.at[0]))
		return;
	if (length > best->length || (length == best->length && earlier(&this, best)))
		*best = this;
	if (length == study->spec.nstages)
		return;
	for (int i = 0; i < study->nrows; i++)
	{
		bool		used = false;

		if (study->rows[i].exit || !(study->rows[i].stages >> (length + 1) & 1))
			continue;
		for (unsigned j = 0; j < length; j++)
			used = used || chosen[j] == i;
		if (used && (strict(study, EF_STRICT_ONCE) || !study->several))
			continue;
		if (length > 0 && !may_follow(study, this.at[0], length,
									  &study->rows[chosen[length - 1]],
									  &study->rows[i]))
			continue;
		chosen[length] = i;
		try_all(study, chosen, length + 1, best);
	}
}

/* ---- studies ---- */

static const char *const names[] = {"a", "b", "c", "d"};

static void
make_spec(Study *study)
{
	EfFunnelSpec *spec = &study->spec;

	memset(study, 0, sizeof(*study));
	study->unit = random_below(2) ? EF_UNIT_DAY : EF_UNIT_MICROSECOND;
	spec->nstages = 1 + random_below(STAGES);
	for (unsigned i = 0; i < spec->nstages; i++)
		spec->stages[i] = ef_label(names[i], 1);
	spec->modes = random_below(16);
	spec->has_within = random_below(2);
	if (spec->has_within)
	{
		spec->within.days = (int32_t) random_below(5);
		spec->within.months = random_below(6) == 0;
		spec->within.microseconds = random_below(4) == 0 ? EF_DAY_MICROSECONDS / 2 : 0;
	}
	spec->has_as_of = random_below(2);
	spec->as_of = 5 + (EfDay) random_below(6);
}

static void
make_rows(Study *study)
{
	int64_t		step = study->unit == EF_UNIT_DAY ? 1 : EF_DAY_MICROSECONDS / 2;

	study->nrows = 1 + (int) random_below(ROWS);
	for (int i = 0; i < study->nrows; i++)
	{
		Row		   *row = &study->rows[i];

		row->at = (int64_t) random_below(10) * step;
		if (study->several)
			row->stages = (random_below(1u << study->spec.nstages) &
						   random_below(1u << study->spec.nstages)) << 1;
		else if (random_below(7) == 0)
			row->exit = true;
		else if (random_below(2))
			row->stages = 1u << random_below(study->spec.nstages + 1);
		else
		{
			/* as it should be: the later, the further */
			unsigned	stage = (unsigned) i % study->spec.nstages;

			row->at = (int64_t) (2 * stage + random_below(4)) * step;
			row->stages = 2u << stage;
		}
		if (random_below(5) == 0 && i > 0)
			*row = study->rows[i - 1];
	}

	/* in the order of time; what has not happened is not there */
	for (int i = 1; i < study->nrows; i++)
		for (int j = i; j > 0 && study->rows[j - 1].at > study->rows[j].at; j--)
		{
			Row			row = study->rows[j];

			study->rows[j] = study->rows[j - 1];
			study->rows[j - 1] = row;
		}
}

static void
drop_future(Study *study)
{
	while (study->spec.has_as_of && study->nrows > 0 &&
		   study->rows[study->nrows - 1].at >= ef_day_instant(study->spec.as_of, study->unit))
		study->nrows--;
}

static int
sort_whens(EfWhen *whens, const Study *study)
{
	int			n = 0;

	for (int i = 0; i < study->nrows; i++)
	{
		const Row  *row = &study->rows[i];
		unsigned	code = row->exit ? EF_CODE_EXIT : (unsigned) __builtin_ctz(row->stages);
		EfWhen		when = ef_when(row->at, code);
		int			j = n++;

		for (; j > 0 && whens[j - 1] > when; j--)
			whens[j] = whens[j - 1];
		whens[j] = when;
	}
	return n;
}

static bool
outcome_holds(const Study *study, const EfChain *chain)
{
	const EfFunnelSpec *spec = &study->spec;
	int64_t		limit = ef_spec_limit(spec, study->unit, chain->at[0]);
	int64_t		exit = EF_INSTANT_NEVER;

	for (int i = 0; i < study->nrows; i++)
		if (study->rows[i].exit && study->rows[i].at >= chain->at[chain->length - 1] &&
			study->rows[i].at <= limit && study->rows[i].at < exit &&
			!(study->rows[i].at == chain->at[0] && begins_anew(study, chain->at[0])))
			exit = study->rows[i].at;
	if (chain->length == spec->nstages)
		return chain->outcome == EF_COMPLETED;
	if (exit != EF_INSTANT_NEVER)
		return chain->outcome == EF_EXITED && chain->left == ef_instant_day(exit, study->unit);
	if (spec->has_as_of &&
		(!spec->has_within || limit >= ef_day_instant(spec->as_of, study->unit)))
		return chain->outcome == EF_PENDING && chain->left == spec->as_of - 1;
	return chain->outcome == EF_LOST &&
		(!spec->has_within || chain->left == ef_instant_day(limit, study->unit));
}

static bool
chain_holds(EfChainSearch *search, Study *study)
{
	EfWhen		whens[ROWS];
	int			chosen[STAGES];
	int			n = sort_whens(whens, study);
	Best		best = {0};
	EfChain		chain = {0};

	ef_chain_find(search, &chain, whens, (size_t) n);
	drop_future(study);
	try_all(study, chosen, 0, &best);
	if (chain.length != best.length)
		return false;
	for (unsigned i = 0; i < best.length; i++)
		if (chain.at[i] != best.at[i])
			return false;
	return best.length == 0 || outcome_holds(study, &chain);
}

static void
random_histories(void)
{
	Arena		arena;
	int			wrong = 0;
	int			reached[STAGES + 1] = {0};

	arena_open(&arena);
	for (int i = 0; i < 50000; i++)
	{
		Study		study;
		EfChainSearch search;

		make_spec(&study);
		ef_chain_search_begin(&search, &study.spec, study.unit, &arena.context);
		for (int person = 0; person < 5; person++)
		{
			EfWhen		whens[ROWS];
			EfChain		chain = {0};

			make_rows(&study);
			wrong += !chain_holds(&search, &study);
			ef_chain_find(&search, &chain, whens, (size_t) sort_whens(whens, &study));
			reached[chain.length]++;
		}
		ef_chain_search_end(&search);
	}
	is_int(wrong, 0, "250,000 random histories have the best of all their chains");
	ok(reached[0] > 10000 && reached[1] > 10000 && reached[3] > 1000 && reached[4] > 100,
	   "of which many get nowhere, and some to the end: %d, %d, %d, %d, %d", reached[0],
	   reached[1], reached[2], reached[3], reached[4]);
	is_int(arena.n, 0, "nothing is left behind");
	arena_close(&arena);
}

static void
random_windows(void)
{
	Arena		arena;
	int			wrong = 0;
	int			sum = 0;

	arena_open(&arena);
	for (int i = 0; i < 200000; i++)
	{
		Study		study;
		EfRow		rows[ROWS];
		int			chosen[STAGES];
		int			length = -1;
		Best		best = {0};

		make_spec(&study);
		study.several = true;
		make_rows(&study);
		for (int j = 0; j < study.nrows; j++)
		{
			rows[j].when = ef_when(study.rows[j].at, 0);
			rows[j].stages = study.rows[j].stages >> 1;
		}
		length = ef_window_funnel(&study.spec, study.unit, rows, (size_t) study.nrows, &arena.context);
		drop_future(&study);
		try_all(&study, chosen, 0, &best);
		wrong += length != (int) best.length;
		sum += length;
	}
	is_int(wrong, 0, "200,000 random rows with several stages each get as far as any choice of them");
	ok(sum > 100000, "of which many are several stages: %d in all", sum);
	is_int(arena.n, 0, "nothing is left behind");
	arena_close(&arena);
}

/* ---- single cases ---- */

static EfFunnelSpec
plain_spec(unsigned nstages)
{
	EfFunnelSpec spec = {.nstages = nstages};

	for (unsigned i = 0; i < nstages; i++)
		spec.stages[i] = ef_label(names[i], 1);
	return spec;
}

static void
given_chains(void)
{
	EfFunnelSpec spec = plain_spec(3);
	EfInstant	at[4] = {10, 20, 20, 30};
	EfChain		chain;

	is_int(ef_chain_given(&chain, &spec, EF_UNIT_DAY, at, 3, &refuses), EF_OK, "a chain is taken");
	is_int(chain.length, 3, "as far as it goes");
	is_int(chain.outcome, EF_COMPLETED, "to the end");
	is_int(ef_chain_given(&chain, &spec, EF_UNIT_DAY, at, 4, &refuses), EF_CHAIN_STAGES,
		   "more dates than stages are refused");
	at[1] = 9;
	is_int(ef_chain_given(&chain, &spec, EF_UNIT_DAY, at, 2, &refuses), EF_CHAIN_DECREASING, "going back is refused");
	is_str(error.detail, "Stage 1 was reached on 2000-01-11, stage 2 on 2000-01-10.",
		   "with both days");
	at[1] = INT32_MAX;
	is_int(ef_chain_given(&chain, &spec, EF_UNIT_DAY, at, 2, &refuses), EF_EVENT_INFINITE,
		   "an infinite date is refused");
	at[1] = 20;
	spec.has_within = true;
	spec.within.days = 9;
	is_int(ef_chain_given(&chain, &spec, EF_UNIT_DAY, at, 3, &refuses), EF_OK, "with a window");
	is_int(chain.length, 1, "what is beyond it was not reached");
	is_int(chain.outcome, EF_LOST, "in time");
	is_int(chain.left, 19, "when it closes");
	spec.has_as_of = true;
	spec.as_of = 19;
	is_int(ef_chain_given(&chain, &spec, EF_UNIT_DAY, at, 3, &refuses), EF_OK, "with as_of");
	is_int(chain.outcome, EF_PENDING, "a window that closes on as_of is open on the last day seen");
	is_int(chain.left, 18, "which is the day before");
	spec.as_of = 20;
	ef_chain_given(&chain, &spec, EF_UNIT_DAY, at, 3, &refuses);
	is_int(chain.outcome, EF_LOST, "one that closes on the last day seen is closed");
	spec.as_of = 10;
	ef_chain_given(&chain, &spec, EF_UNIT_DAY, at, 3, &refuses);
	is_int(chain.length, 0, "what begins on as_of has not happened");
	spec.modes = EF_STRICT_ORDER;
	is_int(ef_chain_given(&chain, &spec, EF_UNIT_DAY, at, 3, &refuses), EF_CHAIN_STRICT,
		   "modes say nothing about a finished chain");
}

static void
instants(void)
{
	is_int(ef_instant_check(-730119, EF_UNIT_DAY, &refuses), EF_OK, "the year 1 begins");
	is_int(ef_instant_check(-730120, EF_UNIT_DAY, &refuses), EF_DATE_RANGE, "the year before is refused");
	is_int(ef_instant_check(2921939, EF_UNIT_DAY, &refuses), EF_OK, "the year 9999 ends");
	is_int(ef_instant_check(2921940, EF_UNIT_DAY, &refuses), EF_DATE_RANGE, "the year after is refused");
	is_int(ef_instant_check(2921940 * EF_DAY_MICROSECONDS - 1, EF_UNIT_MICROSECOND, &refuses), EF_OK,
		   "to the microsecond");
	is_int(ef_instant_check(INT64_MAX, EF_UNIT_MICROSECOND, &refuses), EF_EVENT_INFINITE,
		   "an infinite timestamp is refused as such");
	is_int(ef_when_instant(ef_when(-730119 * EF_DAY_MICROSECONDS, 31)),
		   -730119 * EF_DAY_MICROSECONDS, "an event keeps its instant");
	is_int(ef_when_code(ef_when(2921940 * EF_DAY_MICROSECONDS - 1, 30)), 30, "and its stage");
	ok(ef_when(-1, 31) < ef_when(0, 0), "in the order of time");
	is_int(ef_instant_day(-1, EF_UNIT_MICROSECOND), -1, "before 2000 too a day begins at midnight");
}

/* A month from 31 January in the morning ends before one from 30 January at noon. */
static void
month_ends(void)
{
	enum
	{
		HOUR = 24
	};
	EfFunnelSpec spec = plain_spec(2);
	EfInstant	hour = EF_DAY_MICROSECONDS / HOUR;
	EfInstant	january = ef_day_instant(365 * 11 + 3, EF_UNIT_MICROSECOND);	/* 2011 */
	EfWhen		whens[4];
	EfChainSearch search;
	EfChain		chain = {0};
	Arena		arena;

	arena_open(&arena);
	whens[0] = ef_when(january, 1);
	whens[1] = ef_when(january + 29 * EF_DAY_MICROSECONDS + 12 * hour, 1);
	whens[2] = ef_when(january + 30 * EF_DAY_MICROSECONDS + 6 * hour, 1);
	whens[3] = ef_when(january + 58 * EF_DAY_MICROSECONDS + 9 * hour, 2);
	spec.has_within = true;
	spec.within.months = 1;
	ef_chain_search_begin(&search, &spec, EF_UNIT_MICROSECOND, &arena.context);
	ef_chain_find(&search, &chain, whens, 4);
	is_int(chain.length, 2, "of two starts the one whose window closes last counts");
	is_int(chain.at[0], ef_when_instant(whens[1]), "which is the earlier one");
	ef_chain_search_end(&search);
	arena_close(&arena);
}

/* One person with very many events, of which only the last start is in time. */
static void
long_history(void)
{
	enum
	{
		N = 300000
	};
	EfFunnelSpec spec = plain_spec(3);
	EfChainSearch search;
	EfChain		chain;
	Arena		arena;
	EfWhen	   *whens;

	arena_open(&arena);
	whens = malloc(N * sizeof(EfWhen));
	for (int i = 0; i < N; i++)
		whens[i] = ef_when(i, i % 2 == 0 ? 1 : i < N - 1 ? 3 : 2);
	spec.has_within = true;
	spec.within.days = 1;
	ef_chain_search_begin(&search, &spec, EF_UNIT_DAY, &arena.context);
	ef_chain_find(&search, &chain, whens, N);
	pass("a long history");
	is_int(chain.length, 2, "is searched to its end");
	is_int(chain.at[0], N - 2, "and begins with the only start that gets there");
	arena.fail_at = arena.calls + 1;
	is_int(tried(&arena, (ef_chain_find(&search, &chain, whens, N), EF_OK)), EF_OK, "in the room that is there");
	ef_chain_search_end(&search);
	is_int(arena.n, 0, "and leaves nothing");
	for (int request = 1; request <= 2; request++)
	{
		ef_chain_search_begin(&search, &spec, EF_UNIT_DAY, &arena.context);
		arena.fail_at = arena.calls + request;
		is_int(tried(&arena, (ef_chain_find(&search, &chain, whens, N), EF_OK)), EF_NO_MEMORY,
			   "without memory it fails, at request %d", request);
	}
	free(whens);
	arena_close(&arena);
}

int
main(void)
{
	instants();
	given_chains();
	random_histories();
	random_windows();
	month_ends();
	long_history();
	return done_testing();
}
