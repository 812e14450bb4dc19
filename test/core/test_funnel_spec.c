/*
 * test_funnel_spec.c: specs in their one form, their bytes, and the ends of
 * their windows, against a calendar that walks from month to month.
 */
#include "funnel/funnel_spec.h"

#include <stdlib.h>

#include "arena.h"
#include "spell/spell.h"
#include "tap.h"

static EfFunnelSpec
spec_of(const char *const *stages, const char *const *exits)
{
	EfFunnelSpec spec;

	memset(&spec, 0, sizeof(spec));
	for (; *stages != NULL; stages++)
		ef_spec_add_stage(&spec, *stages, strlen(*stages), &refuses);
	for (; exits != NULL && *exits != NULL; exits++)
		ef_spec_add_exit(&spec, *exits, strlen(*exits), &refuses);
	return spec;
}

#define NAMES(...) ((const char *const[]) {__VA_ARGS__, NULL})

static bool
same_names(const EfLabel *a, const EfLabel *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (ef_label_compare(&a[i], &b[i]) != 0)
			return false;
	return true;
}

static bool
same_spec(const EfFunnelSpec *a, const EfFunnelSpec *b)
{
	return a->nstages == b->nstages && a->nexits == b->nexits &&
		same_names(a->stages, b->stages, a->nstages) &&
		same_names(a->exits, b->exits, a->nexits) &&
		a->modes == b->modes && a->has_within == b->has_within &&
		(!a->has_within ||
		 (a->within.months == b->within.months &&
		  a->within.days == b->within.days &&
		  a->within.microseconds == b->within.microseconds)) &&
		a->has_as_of == b->has_as_of && (!a->has_as_of || a->as_of == b->as_of);
}

/* Open a copy that ends where its memory does, and close it; the names of the
 * spec are then gone. */
static EfStatus
open_copy(EfFunnelSpec *spec, const uint8_t *bytes, size_t size, Arena *arena,
		  uint8_t **again, size_t *again_size)
{
	uint8_t    *copy = malloc(size > 0 ? size : 1);
	EfStatus	status;

	memcpy(copy, bytes, size);
	error.detail[0] = '\0';
	status = ef_spec_open(spec, copy, size, &refuses);
	if (status == EF_OK && again != NULL)
		ef_spec_pack(spec, 0, again, again_size, &arena->context);
	free(copy);
	return status;
}


/* ---- one form ---- */

static void
test_names(void)
{
	EfFunnelSpec spec = spec_of(NAMES("b", "a"), NAMES("y", "", "z", "x", "yy"));
	char		many[EF_EXIT_LIMIT][16];
	EfStatus	status = EF_OK;

	is_int(ef_spec_complete(&spec, &refuses), EF_OK, "stages and exits");
	ok(same_names(spec.stages, spec_of(NAMES("b", "a"), NULL).stages, 2), "stages stay in their order");
	ok(same_names(spec.exits, spec_of(NAMES("", "x", "y", "yy", "z"), NULL).stages, 5), "exits come in order");

	spec = spec_of(NAMES("a"), NAMES("b"));
	spec.nstages = 0;
	is_int(ef_spec_complete(&spec, &refuses), EF_SPEC_NO_STAGES, "no stage");
	is_str(error.detail, "It names no stage.", "is said");
	spec = spec_of(NAMES("a", "b", "c", "b"), NULL);
	is_int(ef_spec_complete(&spec, &refuses), EF_SPEC_NAME_TWICE, "a stage twice");
	is_str(error.detail, "\"b\" is both stage 2 and stage 4.", "is named");
	spec = spec_of(NAMES("a", "b"), NAMES("c", "b"));
	is_int(ef_spec_complete(&spec, &refuses), EF_SPEC_NAME_TWICE, "a stage that is an exit");
	is_str(error.detail, "\"b\" is both stage 2 and an exit.", "is named");
	spec = spec_of(NAMES("a"), NAMES("c", "b", "c"));
	is_int(ef_spec_complete(&spec, &refuses), EF_SPEC_NAME_TWICE, "an exit twice");
	is_str(error.detail, "\"c\" is an exit twice.", "is named");
	spec = spec_of(NAMES("", "a", ""), NULL);
	is_int(ef_spec_complete(&spec, &refuses), EF_SPEC_NAME_TWICE, "two stages without a name");
	spec = spec_of(NAMES("", "a", "A", "a "), NULL);
	is_int(ef_spec_complete(&spec, &refuses), EF_OK, "one of them, and names that differ in case or spaces");

	memset(&spec, 0, sizeof(spec));
	for (int i = 0; i < EF_EXIT_LIMIT; i++)
		snprintf(many[i], sizeof(many[i]), "n%d", i);
	for (int i = 0; i < EF_STAGE_LIMIT; i++)
		if (status == EF_OK)
			status = ef_spec_add_stage(&spec, many[i], strlen(many[i]), &refuses);
	is_int(status, EF_OK, "%d stages", EF_STAGE_LIMIT);
	is_int(ef_spec_add_stage(&spec, "one more", 8, &refuses), EF_SPEC_TOO_MANY_NAMES, "and one more");
	is_str(error.detail, "\"one more\" would be stage 31.", "is named");
	is_int(spec.nstages, EF_STAGE_LIMIT, "and not added");
	is_int(ef_spec_complete(&spec, &refuses), EF_OK, "they make a spec");

	spec = spec_of(NAMES("a"), NULL);
	for (int i = 0; i < EF_EXIT_LIMIT; i++)
		if (status == EF_OK)
			status = ef_spec_add_exit(&spec, many[i], strlen(many[i]), &refuses);
	is_int(status, EF_OK, "%d exits", EF_EXIT_LIMIT);
	is_int(ef_spec_add_exit(&spec, "one more", 8, &refuses), EF_SPEC_TOO_MANY_NAMES, "and one more");
	is_str(error.detail, "\"one more\" would be exit 101.", "is named");
	is_int(ef_spec_complete(&spec, &refuses), EF_OK, "they make a spec");
}

static void
test_modes(void)
{
	static const char *const names[EF_MODE_COUNT] =
	{"strict_increase", "strict_once", "strict_order", "strict_deduplication"};
	static const char *const unknown[] =
	{"", "strict", "strict_orde", "strict_order ", "Strict_order", "strict_dedup"};
	EfFunnelSpec spec = spec_of(NAMES("a"), NULL);
	unsigned	mode = 77;

	for (unsigned i = 0; i < EF_MODE_COUNT; i++)
	{
		ok(ef_spec_mode(names[i], strlen(names[i]), &mode, &refuses) == EF_OK && mode == 1u << i,
		   "%s is bit %u", names[i], 1u << i);
		is_str(ef_modes.words[i], names[i], "and called so");
	}
	mode = 77;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		is_int(ef_spec_mode(unknown[i], strlen(unknown[i]), &mode, &refuses), EF_SPEC_MODE_UNKNOWN,
			   "\"%s\" is no mode", unknown[i]);
	is_str(error.detail, "The mode is \"strict_dedup\".", "it is named");
	is_int(mode, 77, "a refusal leaves the mode alone");

	spec.modes = 15;
	is_int(ef_spec_complete(&spec, &refuses), EF_OK, "all modes together");
	spec.modes = 16;
	is_int(ef_spec_complete(&spec, &refuses), EF_SPEC_MODE_UNKNOWN, "and one that is not known");
}

#define DAY EF_DAY_MICROSECONDS

static void
test_within(void)
{
	static const struct
	{
		EfDuration	within;
		EfDuration	settled;	/* months negative: refused */
		const char *name;
	}			cases[] = {
		{{0, 0, 0}, {0, 0, 0}, "nothing"},
		{{0, 300, 0}, {0, 300, 0}, "300 days"},
		{{96, 0, 0}, {96, 0, 0}, "8 years"},
		{{0, 0, DAY}, {0, 1, 0}, "24 hours are a day"},
		{{0, 0, DAY - 1}, {0, 0, DAY - 1}, "a microsecond less"},
		{{0, 0, DAY + 1}, {0, 1, 1}, "a microsecond more"},
		{{1, 2, 49 * (DAY / 24)}, {1, 4, DAY / 24}, "a month, two days and 49 hours"},
		{{1, 0, 0}, {1, 0, 0}, "a month is not 30 days"},
		{{0, 30, 0}, {0, 30, 0}, "nor are 30 days a month"},
		{{1800, 0, 0}, {1800, 0, 0}, "150 years"},
		{{0, 54788, 0}, {0, 54788, 0}, "as many days as 150 years can have"},
		{{0, 0, 54788 * DAY}, {0, 54788, 0}, "the same in microseconds"},
		{{1799, 28, 0}, {1799, 28, 0}, "a month less and 28 days"},
		{{0, 54787, DAY - 1}, {0, 54787, DAY - 1}, "a microsecond less than 54788 days"},
		{{1800, 0, 1}, {-1, 0, 0}, "150 years and a microsecond"},
		{{1800, 1, 0}, {-1, 0, 0}, "150 years and a day"},
		{{1801, 0, 0}, {-1, 0, 0}, "150 years and a month"},
		{{1799, 29, 0}, {-1, 0, 0}, "a month less and 29 days"},
		{{0, 54789, 0}, {-1, 0, 0}, "a day more than 150 years can have"},
		{{0, 54788, 1}, {-1, 0, 0}, "a microsecond more"},
		{{0, 54787, DAY + 1}, {-1, 0, 0}, "a microsecond more, made of a day"},
		{{0, 0, 54788 * DAY + 1}, {-1, 0, 0}, "a microsecond more, in microseconds"},
		{{-1, 0, 0}, {-1, 0, 0}, "months less than none"},
		{{0, -1, 0}, {-1, 0, 0}, "days less than none"},
		{{0, 0, -1}, {-1, 0, 0}, "microseconds less than none"},
		{{1, -1, 0}, {-1, 0, 0}, "a month less a day"},
		{{0, -1, 2 * DAY}, {-1, 0, 0}, "48 hours less a day"},
		{{0, 2, -DAY}, {-1, 0, 0}, "two days less 24 hours"},
		{{INT32_MAX, INT32_MAX, INT64_MAX}, {-1, 0, 0}, "the most of all, which is infinity"},
		{{INT32_MIN, INT32_MIN, INT64_MIN}, {-1, 0, 0}, "the least of all"},
		{{0, INT32_MAX, INT64_MAX}, {-1, 0, 0}, "the most days and microseconds"},
		{{INT32_MAX, 0, 0}, {-1, 0, 0}, "the most months"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		EfFunnelSpec spec = spec_of(NAMES("a"), NULL);
		const EfDuration *settled = &cases[i].settled;
		EfStatus	status;

		spec.has_within = true;
		spec.within = cases[i].within;
		status = ef_spec_complete(&spec, &refuses);
		if (settled->months < 0)
			is_int(status, EF_SPEC_WITHIN_INVALID, "%s: refused", cases[i].name);
		else
			ok(status == EF_OK && spec.within.months == settled->months &&
			   spec.within.days == settled->days && spec.within.microseconds == settled->microseconds,
			   "%s", cases[i].name);
	}
	is_str(error.detail, "Its months are 2147483647, its days 0 and its microseconds 0.", "the window is told");
}

static void
test_as_of(void)
{
	static const struct
	{
		EfDay		as_of;
		EfStatus	status;
		const char *name;
	}			cases[] = {
		{0, EF_OK, "2000-01-01"},
		{-730119, EF_OK, "the first day of the year 1"},
		{-730120, EF_DATE_RANGE, "the day before"},
		{2921939, EF_OK, "the last day of the year 9999"},
		{2921940, EF_DATE_RANGE, "the day after"},
		{EF_DAY_INFINITY, EF_DATE_INFINITE, "infinity"},
		{EF_DAY_MINUS_INFINITY, EF_DATE_INFINITE, "minus infinity"},
		{EF_DAY_INFINITY - 1, EF_DATE_RANGE, "the day before infinity"},
		{EF_DAY_MINUS_INFINITY + 1, EF_DATE_RANGE, "the day after minus infinity"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		EfFunnelSpec spec = spec_of(NAMES("a"), NULL);

		spec.as_of = cases[i].as_of;
		is_int(ef_spec_complete(&spec, &refuses), EF_OK, "as_of on %s, if it is there, ", cases[i].name);
		spec.has_as_of = true;
		is_int(ef_spec_complete(&spec, &refuses), cases[i].status, "%s",
			   cases[i].status == EF_OK ? "is one" : "is none");
	}
}


/* ---- bytes ---- */

static void
test_byte_map(void)
{
	static const uint8_t expected[] =
	{
		1, 'S', 3, 5,			/* within and as_of; increase and order */
		96, 0xac, 0x02,			/* 8 years and 300 days */
		0x80, 0xc8, 0xce, 0xb4, 0x0d,	/* 3600000000 microseconds */
		0xea, 0x50,				/* 2014-03-01 is day 5173 */
		2, 7, 'a', 'p', 'p', 'l', 'i', 'e', 'd', 1, 'b',
		2, 0, 1, 'z'
	};
	EfFunnelSpec spec = spec_of(NAMES("applied", "b"), NAMES("z", ""));
	EfFunnelSpec back;
	Arena		arena;
	uint8_t    *bytes;
	size_t		size;

	arena_open(&arena);
	spec.has_within = true;
	spec.within.months = 96;
	spec.within.days = 299;
	spec.within.microseconds = DAY + 3600 * INT64_C(1000000);
	spec.has_as_of = ef_day_parse("2014-03-01", 10, &spec.as_of);
	spec.modes = EF_STRICT_INCREASE | EF_STRICT_ORDER;
	is_int(ef_spec_complete(&spec, &refuses), EF_OK, "a spec with all that there is");
	is_int(ef_spec_pack(&spec, 4, &bytes, &size, &arena.context), EF_OK, "is packed");
	is_mem(bytes + 4, size - 4, expected, sizeof(expected), "as the byte map says");
	is_int(ef_spec_open(&back, bytes + 4, size - 4, &refuses), EF_OK, "and opened");
	ok(same_spec(&spec, &back), "is the same");
	ok(back.stages[0].bytes == (char *) bytes + 4 + 16, "its names point into the bytes");

	spec = spec_of(NAMES("a"), NULL);
	ef_spec_complete(&spec, &refuses);
	ef_spec_pack(&spec, 0, &bytes, &size, &arena.context);
	is_mem(bytes, size, "\1S\0\0\1\1a\0", 8, "one stage takes eight bytes");
	arena_close(&arena);
}

static char *
random_name(void)
{
	static char names[1 << 16][6];
	static unsigned next = 0;
	char	   *name = names[next++ % (1 << 16)];
	uint32_t	length = random_below(6);

	for (uint32_t i = 0; i < length; i++)
		name[i] = (char) ('a' + random_below(3));
	name[length] = '\0';
	return name;
}

/* A complete spec, or one that is refused because a name came twice. */
static EfStatus
random_spec(EfFunnelSpec *spec)
{
	memset(spec, 0, sizeof(*spec));
	for (uint32_t i = random_below(4) + 1; i > 0; i--)
	{
		char	   *name = random_name();

		ef_spec_add_stage(spec, name, strlen(name), &refuses);
	}
	for (uint32_t i = random_below(4); i > 0; i--)
	{
		char	   *name = random_name();

		ef_spec_add_exit(spec, name, strlen(name), &refuses);
	}
	spec->modes = random_below(16);
	spec->has_within = random_below(2) != 0;
	if (spec->has_within)
	{
		spec->within.months = (int32_t) random_below(1600);
		spec->within.days = (int32_t) random_below(2) * (int32_t) random_below(2000);
		spec->within.microseconds = (int64_t) random_below(2) * random_below(4000000) * 1000000 +
			random_below(1000000);
	}
	spec->has_as_of = random_below(2) != 0;
	if (spec->has_as_of)
		spec->as_of = (EfDay) random_below(3000000) - 700000;
	return ef_spec_complete(spec, &refuses);
}

static void
test_round_trips(void)
{
	Arena		arena;
	int			wrong = 0;
	int			refused = 0;

	for (int round = 0; round < 20000; round++)
	{
		EfFunnelSpec spec;
		EfFunnelSpec back;
		EfFunnelSpec other;
		uint8_t    *bytes;
		uint8_t    *again;
		size_t		size;
		size_t		again_size;

		arena_open(&arena);
		if (random_spec(&spec) != EF_OK)
		{
			refused++;
			continue;
		}
		wrong += ef_spec_pack(&spec, 0, &bytes, &size, &arena.context) != EF_OK;
		wrong += ef_spec_open(&back, bytes, size, &refuses) != EF_OK || !same_spec(&spec, &back);

		/* the same, said in another way */
		other = spec;
		for (uint32_t i = 0; i < spec.nexits; i++)
			other.exits[i] = spec.exits[spec.nexits - 1 - i];
		if (other.within.days > 0)
		{
			other.within.days--;
			other.within.microseconds += DAY;
		}
		wrong += ef_spec_complete(&other, &refuses) != EF_OK ||
			ef_spec_pack(&other, 0, &again, &again_size, &arena.context) != EF_OK ||
			size != again_size || memcmp(bytes, again, size) != 0;

		/* another one has other bytes */
		if (random_spec(&other) == EF_OK)
			wrong += ef_spec_pack(&other, 0, &again, &again_size, &arena.context) != EF_OK ||
				same_spec(&spec, &other) != (size == again_size && memcmp(bytes, again, size) == 0);
		arena_close(&arena);
	}
	is_int(wrong, 0, "specs come back, and equal ones have equal bytes");
	ok(refused > 100 && refused < 10000, "%d of 20000 were refused, for a name that came twice", refused);
}

/* Whatever bytes there are: refused, or the one form of what they hold. */
static int
hold_to_one_form(const uint8_t *bytes, size_t size, int *opened)
{
	EfFunnelSpec spec;
	Arena		arena;
	uint8_t    *again;
	size_t		again_size = 0;
	EfStatus	status;
	int			wrong;

	arena_open(&arena);
	status = open_copy(&spec, bytes, size, &arena, &again, &again_size);
	if (status == EF_OK)
	{
		(*opened)++;
		wrong = again_size != size || memcmp(bytes, again, size) != 0;
	}
	else
		wrong = status != EF_INVALID || error.detail[0] == '\0' ||
			error.detail[strlen(error.detail) - 1] != '.';
	arena_close(&arena);
	return wrong;
}

static void
test_hostile(void)
{
	Arena		arena;
	EfFunnelSpec spec;
	int			wrong = 0;
	int			opened = 0;
	int			truncated = 0;
	int			mutated = 0;

	for (int round = 0; round < 40; round++)
	{
		uint8_t    *bytes;
		size_t		size;

		arena_open(&arena);
		while (random_spec(&spec) != EF_OK)
			;
		ef_spec_pack(&spec, 0, &bytes, &size, &arena.context);
		for (size_t n = 0; n < size; n++)
			truncated += open_copy(&spec, bytes, n, &arena, NULL, NULL) != EF_INVALID;
		for (size_t at = 0; at < size; at++)
		{
			uint8_t		old = bytes[at];

			for (int byte = 0; byte < 256; byte++)
			{
				bytes[at] = (uint8_t) byte;
				wrong += hold_to_one_form(bytes, size, &opened);
				mutated++;
			}
			bytes[at] = old;
		}

		/* two bytes changed, one put in, one taken away */
		for (int i = 0; i < 2000; i++)
		{
			uint8_t		other[256];
			size_t		n = size;
			size_t		at = random_below((uint32_t) size);

			memcpy(other, bytes, size);
			switch (random_below(3))
			{
				case 0:
					other[at] = (uint8_t) random_below(256);
					other[random_below((uint32_t) size)] = (uint8_t) random_below(256);
					break;
				case 1:
					memmove(other + at + 1, other + at, n++ - at);
					other[at] = (uint8_t) random_below(256);
					break;
				default:
					memmove(other + at, other + at + 1, --n - at);
			}
			wrong += hold_to_one_form(other, n, &opened);
			mutated++;
		}
		arena_close(&arena);
	}
	is_int(truncated, 0, "bytes that end too early are no spec");
	is_int(wrong, 0, "%d mutations are refused or the one form of another spec", mutated);
	ok(opened > 40 && opened < mutated, "%d of them are such a form", opened);
}

static void
test_refused_bytes(void)
{
	static const struct
	{
		const char *bytes;
		size_t		size;
		bool		good;
		const char *name;
	}			cases[] = {
		{"\1S\0\0\1\1a\0", 8, true, "a spec"},
		{"\1S\0\0\1\1a\0\0", 9, false, "one byte more"},
		{"\2S\0\0\1\1a\0", 8, false, "a later format"},
		{"\0S\0\0\1\1a\0", 8, false, "format 0"},
		{"\1T\0\0\1\1a\0", 8, false, "another type"},
		{"\1S\4\0\1\1a\0", 8, false, "an unknown flag"},
		{"\1S\0\20\1\1a\0", 8, false, "an unknown mode"},
		{"\1S\0\17\1\1a\0", 8, true, "all modes"},
		{"\1S\0\0\0\0", 6, false, "no stage"},
		{"\1S\0\0\1\0\0", 7, true, "a stage without a name"},
		{"\1S\0\0\2\1a\1a\0", 10, false, "a stage twice"},
		{"\1S\0\0\2\1b\1a\0", 10, true, "stages in any order"},
		{"\1S\0\0\1\1a\1\1a", 10, false, "a stage that is an exit"},
		{"\1S\0\0\1\1a\2\1b\1c", 12, true, "exits in order"},
		{"\1S\0\0\1\1a\2\1c\1b", 12, false, "exits out of order"},
		{"\1S\0\0\1\1a\2\1b\1b", 12, false, "an exit twice"},
		{"\1S\0\0\37\1a\0", 8, false, "31 stages"},
		{"\1S\0\0\1\1a\x65", 8, false, "101 exits"},
		{"\1S\0\0\1\xff\xff\xff\xff\x0f\0", 11, false, "a name of 4 GB"},
		{"\1S\0\0\1\x81\0a\0", 9, false, "a length of a byte too many"},
		{"\1S\x80\0\0\1\1a\0", 9, false, "flags of a byte too many"},
		{"\1S\1\0\1\2\3\1\1a\0", 11, true, "a month, two days and three microseconds"},
		{"\1S\1\0\x81\0\2\3\1\1a\0", 12, false, "the month in two bytes"},
		{"\1S\1\0\0\0\0\1\1a\0", 11, true, "a window of nothing"},
		{"\1S\1\0\0\0\xff\xbf\xdd\xee\xc1\x02\1\1a\0", 16, true, "86400000000 microseconds less one"},
		{"\1S\1\0\0\0\x80\xc0\xdd\xee\xc1\x02\1\1a\0", 16, false, "24 hours that are no day"},
		{"\1S\1\0\x88\x0e\0\0\1\1a\0", 12, true, "1800 months"},
		{"\1S\1\0\x89\x0e\0\0\1\1a\0", 12, false, "1801 months"},
		{"\1S\1\0\x88\x0e\1\0\1\1a\0", 12, false, "1800 months and a day"},
		{"\1S\1\0\0\xff\xff\xff\xff\x07\0\1\1a\0", 15, false, "2^31 - 1 days"},
		{"\1S\1\0\0\x80\x80\x80\x80\x08\0\1\1a\0", 15, false, "2^31 days"},
		{"\1S\2\0\0\1\1a\0", 9, true, "as_of on 2000-01-01"},
		{"\1S\2\0\xff\xff\xff\xff\x0f\1\1a\0", 13, false, "as_of at minus infinity"},
		{"\1S\2\0\xfe\xff\xff\xff\x0f\1\1a\0", 13, false, "as_of at infinity"},
		{"\1S\2\0\x80\x80\x80\x80\x10\1\1a\0", 13, false, "as_of beyond 32 bits"},
		{"\1S", 2, false, "nothing"},
		{"\1", 1, false, "not even a type"},
		{"", 0, false, "no byte"},
	};
	EfFunnelSpec spec;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		EfStatus	status = open_copy(&spec, (const uint8_t *) cases[i].bytes, cases[i].size,
									   NULL, NULL, NULL);

		ok(status == (cases[i].good ? EF_OK : EF_INVALID), "%s is %s%s", cases[i].name,
		   cases[i].good ? "opened" : "refused: ", cases[i].good ? "" : error.detail);
	}
}

static void
test_memory(void)
{
	EfFunnelSpec spec = spec_of(NAMES("a", "b"), NAMES("c"));
	Arena		arena;
	uint8_t    *bytes;
	size_t		size;

	arena_open(&arena);
	ef_spec_complete(&spec, &refuses);
	arena.fail_at = 1;
	is_int(tried(&arena, ef_spec_pack(&spec, 4, &bytes, &size, &arena.context)), EF_NO_MEMORY, "no memory to pack");
	arena_close(&arena);

	/* nobody looks at names of this length */
	arena_open(&arena);
	for (int i = 0; i < 2; i++)
		spec.stages[i].length = 1 << 29;
	is_int(ef_spec_pack(&spec, 4, &bytes, &size, &arena.context), EF_TOO_LARGE, "names of a gigabyte");
	is_int(arena.calls, 0, "are not asked for");
	arena_close(&arena);
}


/* ---- events ---- */

static void
test_codes(void)
{
	static const char *const names[] =
	{"", "a", "ab", "ba", "abc", "abd", "admitted", "admittee", "Admitted", "admitted ", "graduated", "x"};
	EfFunnelSpec spec;
	int			wrong = 0;

	for (int round = 0; round < 20000; round++)
	{
		const char *name = random_name();
		unsigned	code = EF_CODE_OTHER;

		if (random_spec(&spec) != EF_OK)
			continue;
		for (uint32_t i = 0; i < spec.nexits; i++)
			if (strlen(name) == spec.exits[i].length &&
				strncmp(name, spec.exits[i].bytes, spec.exits[i].length) == 0)
				code = EF_CODE_EXIT;
		for (uint32_t i = 0; i < spec.nstages; i++)
			if (strlen(name) == spec.stages[i].length &&
				strncmp(name, spec.stages[i].bytes, spec.stages[i].length) == 0)
				code = i + 1;
		wrong += ef_spec_code(&spec, name, strlen(name)) != code ||
			ef_spec_stage(&spec, name, strlen(name)) != (code == EF_CODE_EXIT ? 0 : code);
	}
	is_int(wrong, 0, "names are found");

	spec = spec_of(NAMES("admitted", "abc", "graduated"), NAMES("x", "ab"));
	ef_spec_complete(&spec, &refuses);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		unsigned	code = strcmp(names[i], "admitted") == 0 ? 1 : strcmp(names[i], "abc") == 0 ? 2 :
			strcmp(names[i], "graduated") == 0 ? 3 :
			strcmp(names[i], "x") == 0 || strcmp(names[i], "ab") == 0 ? EF_CODE_EXIT : EF_CODE_OTHER;

		is_int(ef_spec_code(&spec, names[i], strlen(names[i])), code, "\"%s\" is %u", names[i], code);
	}
	ok(EF_CODE_EXIT > EF_STAGE_LIMIT, "no stage is numbered like an exit");
}


/* ---- windows ---- */

static EfFunnelSpec
window(int32_t months, int32_t days, int64_t microseconds)
{
	EfFunnelSpec spec = spec_of(NAMES("a"), NULL);

	spec.has_within = true;
	spec.within.months = months;
	spec.within.days = days;
	spec.within.microseconds = microseconds;
	ef_spec_complete(&spec, &refuses);
	return spec;
}

static EfDay
day_of(const char *iso)
{
	EfDay		day = INT32_MIN;

	ef_day_parse(iso, 10, &day);
	return day;
}

/* "2014-03-01 23:59:59.999999", or the date alone: midnight */
static EfInstant
instant_of(const char *iso)
{
	int			hour = 0;
	int			minute = 0;
	int			second = 0;
	int			fraction = 0;

	sscanf(iso + 10, " %2d:%2d:%2d.%6d", &hour, &minute, &second, &fraction);
	return day_of(iso) * DAY + ((hour * 60 + minute) * 60 + second) * INT64_C(1000000) + fraction;
}

static void
test_known_limits(void)
{
	static const struct
	{
		EfDuration	within;
		const char *start;
		const char *limit;
	}			cases[] = {
		{{1, 0, 0}, "2011-01-31", "2011-02-28"},
		{{1, 0, 0}, "2012-01-31", "2012-02-29"},
		{{1, 0, 0}, "2012-01-30", "2012-02-29"},
		{{1, 0, 0}, "2012-01-29", "2012-02-29"},
		{{1, 0, 0}, "2012-02-29", "2012-03-29"},
		{{1, 0, 0}, "2011-03-31", "2011-04-30"},
		{{1, 0, 0}, "2011-12-31", "2012-01-31"},
		{{2, 0, 0}, "2011-12-31", "2012-02-29"},
		{{12, 0, 0}, "2012-02-29", "2013-02-28"},
		{{48, 0, 0}, "2012-02-29", "2016-02-29"},
		{{48, 0, 0}, "1896-02-29", "1900-02-28"},
		{{48, 0, 0}, "1996-02-29", "2000-02-29"},
		{{96, 0, 0}, "2004-02-29", "2012-02-29"},
		{{96, 0, 0}, "2006-02-28", "2014-02-28"},
		{{96, 0, 0}, "2014-09-01", "2022-09-01"},
		{{1, 1, 0}, "2011-01-31", "2011-03-01"},
		{{1, 1, 0}, "2012-01-31", "2012-03-01"},
		{{1, 30, 0}, "2011-01-31", "2011-03-30"},
		{{0, 300, 0}, "2014-03-01", "2014-12-26"},
		{{0, 1, 0}, "1999-12-31", "2000-01-01"},
		{{0, 366, 0}, "1999-02-28", "2000-02-29"},
		{{0, 0, 0}, "1999-12-31", "1999-12-31"},
		{{1800, 0, 0}, "1903-03-01", "2053-03-01"},
		{{1800, 0, 0}, "0001-01-01", "0151-01-01"},
		{{1800, 0, 0}, "9796-02-29", "9946-02-28"},

		/* less than a day */
		{{0, 0, 1}, "1999-12-31 23:59:59.999999", "2000-01-01"},
		{{0, 0, 1}, "1999-12-31 23:59:59.999998", "1999-12-31 23:59:59.999999"},
		{{0, 0, DAY - 1}, "1999-12-31 00:00:00.000001", "2000-01-01"},
		{{0, 0, DAY / 2}, "1889-05-06 13:00:00", "1889-05-07 01:00:00"},
		{{0, 0, 36 * (DAY / 24)}, "2014-03-01 13:00:00", "2014-03-03 01:00:00"},

		/* all of it: months from the day, then days, then microseconds */
		{{1, 0, DAY / 24}, "2011-01-31 23:30:00", "2011-03-01 00:30:00"},
		{{1, 1, DAY / 24}, "2011-01-31 23:30:00", "2011-03-02 00:30:00"},
		{{12, 0, 0}, "1996-02-29 12:34:56.789012", "1997-02-28 12:34:56.789012"},
		{{1, 0, 0}, "2011-01-30 12:00:00", "2011-02-28 12:00:00"},
		{{1, 0, 0}, "2011-01-31 06:00:00", "2011-02-28 06:00:00"},
		{{12, 0, 0}, "1999-12-31 23:59:59.999999", "2000-12-31 23:59:59.999999"},
		{{12, 0, 0}, "1998-12-31 23:59:59.999999", "1999-12-31 23:59:59.999999"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		EfFunnelSpec spec = window(cases[i].within.months, cases[i].within.days, cases[i].within.microseconds);

		is_int(ef_spec_limit(&spec, EF_UNIT_MICROSECOND, instant_of(cases[i].start)), instant_of(cases[i].limit),
			   "%d months %d days %lld microseconds after %s is %s", cases[i].within.months,
			   cases[i].within.days, (long long) cases[i].within.microseconds, cases[i].start, cases[i].limit);
		if (strlen(cases[i].start) == 10)
			is_int(ef_spec_limit(&spec, EF_UNIT_DAY, day_of(cases[i].start)), day_of(cases[i].limit), "so it is in days");
	}
}

/* What the calendar says: year by year and month by month from 2000. */
static int
month_length(int year, int month)
{
	static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 1 && leap ? 29 : lengths[month];
}

static EfInstant
walked_limit(EfInstant start, const EfDuration *within)
{
	int64_t		day = start / DAY - (start % DAY < 0);
	int64_t		rest = start - day * DAY;
	int			year = 2000;
	int			month = 0;
	int64_t		first = 0;
	int64_t		place;

	while (day < first)
	{
		month = (month + 11) % 12;
		year -= month == 11;
		first -= month_length(year, month);
	}
	while (day >= first + month_length(year, month))
	{
		first += month_length(year, month);
		month = (month + 1) % 12;
		year += month == 0;
	}
	place = day - first;
	for (int32_t i = 0; i < within->months; i++)
	{
		first += month_length(year, month);
		month = (month + 1) % 12;
		year += month == 0;
	}
	if (place >= month_length(year, month))
		place = month_length(year, month) - 1;
	return (first + place + within->days) * DAY + rest + within->microseconds;
}

static void
test_walked_limits(void)
{
	int			wrong = 0;
	int			days = 0;
	int			backwards = 0;

	for (int round = 0; round < 3000; round++)
	{
		EfFunnelSpec spec = window((int32_t) random_below(random_below(4) == 0 ? 1700 : 30),
								   (int32_t) (random_below(2) * random_below(500)),
								   (int64_t) random_below(2) * random_below(86400) * 1000000 + random_below(1000000));
		int32_t		span = ef_spec_window_days(&spec);
		EfInstant	start = (EfInstant) (random_below(200000) * DAY) - 120000 * DAY +
			random_below(86400) * INT64_C(1000000) + random_below(1000000);
		EfDay		day = ef_instant_day(start, EF_UNIT_MICROSECOND);
		EfInstant	limit = ef_spec_limit(&spec, EF_UNIT_MICROSECOND, start);
		EfInstant	midnight = ef_day_instant(day, EF_UNIT_MICROSECOND);

		wrong += limit != walked_limit(start, &spec.within);
		wrong += ef_instant_day(limit, EF_UNIT_MICROSECOND) - day > span;

		/*
		 * in days: the day of the limit of midnight; a later day's is no
		 * earlier
		 */
		days += ef_spec_limit(&spec, EF_UNIT_DAY, day) !=
			ef_instant_day(ef_spec_limit(&spec, EF_UNIT_MICROSECOND, midnight), EF_UNIT_MICROSECOND);
		backwards += ef_spec_limit(&spec, EF_UNIT_DAY, day) > ef_spec_limit(&spec, EF_UNIT_DAY, day + 1);
	}
	is_int(wrong, 0, "a window ends where months and days walked one by one do");
	is_int(days, 0, "in days it is the day of that");
	is_int(backwards, 0, "and a later day's window ends no earlier");
}

static void
test_window_days(void)
{
	static const EfDuration windows[] = {
		{0, 0, 0}, {0, 0, 1}, {0, 0, DAY - 1}, {0, 1, 0}, {0, 300, 0}, {0, 300, 1}, {1, 0, 0}, {1, 0, 1},
		{1, 1, 0}, {2, 0, 0}, {6, 0, 0}, {12, 0, 0}, {12, 10, 5}, {18, 0, 0}, {96, 0, 0}, {1800, 0, 0}
	};

	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++)
	{
		EfFunnelSpec spec = window(windows[i].months, windows[i].days, windows[i].microseconds);
		int			longest = 0;

		/* a cycle of the calendar, from the last microsecond of each day */
		for (EfDay day = 0; day < 146097; day++)
		{
			EfInstant	limit = ef_spec_limit(&spec, EF_UNIT_MICROSECOND, (day + 1) * DAY - 1);
			int			span = ef_instant_day(limit, EF_UNIT_MICROSECOND) - day;

			if (span > longest)
				longest = span;
		}
		is_int(ef_spec_window_days(&spec), longest, "%d months %d days %lld microseconds span up to %d days",
			   windows[i].months, windows[i].days, (long long) windows[i].microseconds, longest);
	}
}

static void
test_far_limits(void)
{
	static const EfInstant starts[] = {
		INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_MAX - 1, INT64_MAX - DAY, INT32_MIN, INT32_MAX,
		INT32_MAX - 1, (EfInstant) INT32_MAX + 1, 0, -1
	};
	EfFunnelSpec none = spec_of(NAMES("a"), NULL);
	EfFunnelSpec spec;
	int			wrong = 0;

	is_int(ef_spec_limit(&none, EF_UNIT_DAY, 0), EF_INSTANT_NEVER, "without a window it never closes");
	is_int(ef_spec_limit(&none, EF_UNIT_MICROSECOND, INT64_MAX), EF_INSTANT_NEVER, "for nobody");
	is_int(ef_spec_window_days(&none), INT32_MAX, "and has no end of days");

	spec = window(0, 0, 0);
	is_int(ef_spec_limit(&spec, EF_UNIT_MICROSECOND, INT64_MIN), INT64_MIN, "no time after the first instant is that");
	is_int(ef_spec_limit(&spec, EF_UNIT_DAY, INT32_MAX), INT32_MAX, "and after the last day");
	spec = window(0, 1, 0);
	is_int(ef_spec_limit(&spec, EF_UNIT_MICROSECOND, INT64_MAX - DAY), EF_INSTANT_NEVER - 1, "a window is not never");
	is_int(ef_spec_limit(&spec, EF_UNIT_MICROSECOND, INT64_MAX - DAY - 2), INT64_MAX - 2, "and ends before");
	is_int(ef_spec_limit(&spec, EF_UNIT_MICROSECOND, INT64_MAX - DAY + 1), EF_INSTANT_NEVER - 1, "or would end after");
	spec = window(1800, 0, 0);
	is_int(ef_spec_limit(&spec, EF_UNIT_DAY, INT32_MAX - 60000) - (INT32_MAX - 60000), 54786 + 1,
		   "months from near the last of all days");
	is_int(ef_spec_limit(&spec, EF_UNIT_DAY, INT32_MAX) - INT32_MAX, 54786 + 1, "and from it");

	/* nothing overflows, and none is before its start */
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		for (int32_t months = 0; months <= 1800; months += 600)
			for (int unit = EF_UNIT_DAY; unit <= EF_UNIT_MICROSECOND; unit++)
			{
				EfInstant	limit;

				spec = window(months, 3, 7);
				limit = ef_spec_limit(&spec, (EfUnit) unit, starts[i]);
				wrong += limit == EF_INSTANT_NEVER || (limit < starts[i] && starts[i] != INT64_MAX);
			}
	is_int(wrong, 0, "wherever a chain starts");
}

int
main(void)
{
	test_names();
	test_modes();
	test_within();
	test_as_of();
	test_byte_map();
	test_round_trips();
	test_hostile();
	test_refused_bytes();
	test_memory();
	test_codes();
	test_known_limits();
	test_walked_limits();
	test_window_days();
	test_far_limits();
	return done_testing();
}
