/*
 * test_life_table.c: states and packed tables against an array of counts.
 *
 * The type of these tests has what a type can have: long and short axes, with
 * labels and without, a kind that is summed out, and rows that are expanded.
 */
#include "table/life_table.h"

#include <stdlib.h>

#include "arena.h"
#include "base/hash.h"
#include "exit_rates.h"
#include "funnel/funnel.h"
#include "retention/retention.h"
#include "tap.h"
#include "workforce/workforce_read.h"

/* ---- the type ---- */

enum
{
	LONG, LONG_LABELLED, SHORT, LABELLED, DELTAS, KINDS
};

/*
 * A row leaves 1 at `at` of SHORT, and what its count says at `at * 7` of
 * LONG_LABELLED.
 */
static unsigned
expand(const EfFrame *frame, const EfCell *row, EfCell *cells)
{
	(void) frame;
	cells[0].key = ef_key(0, SHORT, ef_key_at(row->key));
	cells[0].count = 1;
	cells[1].key = ef_key(ef_key_label(row->key), LONG_LABELLED,
						  ef_key_at(row->key) * 7);
	cells[1].count = row->count;
	return 2;
}

/* DELTAS are steps of SHORT, each of which another one ends. */
static void
settle(int64_t *const *series, uint32_t *lowest, uint32_t *beyond)
{
	int64_t		level = 0;

	if (lowest[DELTAS] < lowest[SHORT])
		lowest[SHORT] = lowest[DELTAS];
	if (beyond[DELTAS] > beyond[SHORT])
		beyond[SHORT] = beyond[DELTAS];
	for (uint32_t at = lowest[SHORT]; at < beyond[SHORT]; at++)
	{
		level += series[DELTAS][at];
		series[SHORT][at] += level;
	}
}

static const EfKind kinds[KINDS] = {
	[LONG] = {"long", false, 5000},
	[LONG_LABELLED] = {"long_labelled", true, 3000},
	[SHORT] = {"short", false, 200},
	[LABELLED] = {"labelled", true, 300},
	[DELTAS] = {NULL, false, 200},
};

EF_REPORT(FLAGS_MIXED, INVALID_PARAMETER_VALUE, "flags are mixed", "");

static const EfTableType type = {
	.name = "test",.tag = 'T',.flag = {"flag", FLAGS_MIXED, "One has it."},.nkinds = KINDS,
	.kinds = kinds,.row_cells = 2,.expand = expand,.settle = settle,
};

/*
 * The same with a spec for a frame: how many labels, then a byte for each, then
 * whatever makes it longer.
 */
#define SPEC_LABELS 20

static EfStatus
open_spec(const EfFrame *frame, EfLabel *labels, uint32_t *nlabels, EfContext *context)
{
	if (frame->spec_size == 0 || frame->spec[0] > SPEC_LABELS ||
		frame->spec[0] >= frame->spec_size)
		return ef_fail(context, EF_INVALID, "It is no spec.");
	*nlabels = frame->spec[0];
	for (uint32_t i = 0; labels != NULL && i < *nlabels; i++)
	{
		labels[i].bytes = (const char *) frame->spec + 1 + i;
		labels[i].length = 1;
	}
	return EF_OK;
}

static EfStatus
compare_specs(const EfFrame *a, const EfFrame *b, EfContext *context)
{
	return ef_fail(context, EF_SPEC_MIXED, "One has %zu bytes, another %zu.", a->spec_size, b->spec_size);
}

static const EfTableType spec_type = {
	.name = "test",.tag = 'S',.nkinds = KINDS,
	.kinds = kinds,.row_cells = 2,.expand = expand,.settle = settle,
	.open_spec = open_spec,.label_limit = SPEC_LABELS,.compare_specs = compare_specs,
};

static const EfFrame frame = {-8000, -300, true, 1, NULL, 0};


/* ---- the model: rows and cells by name, and what they add up to ---- */

typedef struct Item
{
	int			label;			/* index of names; -1: none */
	unsigned	kind;			/* EF_KIND_ROW: a row */
	uint32_t	at;
	int64_t		count;
} Item;

typedef struct Names
{
	int			n;
	char		bytes[40][24];
	size_t		length[40];
} Names;

/* Distinct names: empty, prefixes of others, with zero and with full bytes. */
static void
make_names(Names *names, int n)
{
	static const char *const some[] = {"", "a", "ab", "a\0", "a\0b", "\0",
		"\0\0", "\xff", "\xff\xff", "a\xff", "retirement", "b", "pension\xc3\xa4r",
	"\x7f", "\x80"};
	static const size_t length[] = {0, 1, 2, 2, 3, 1, 2, 1, 2, 2, 10, 1, 10, 1, 1};
	int			nsome = (int) (sizeof(length) / sizeof(length[0]));

	names->n = n;
	for (int i = 0; i < n; i++)
		if (i < nsome)
		{
			memcpy(names->bytes[i], some[i], length[i]);
			names->length[i] = length[i];
		}
		else
			names->length[i] = (size_t) snprintf(names->bytes[i], 24, "reason %d", i * i);
}

static void
random_item(Item *item, const Names *names, uint32_t spread)
{
	unsigned	kind = random_below(KINDS + 1);

	item->kind = kind == KINDS ? EF_KIND_ROW : kind;
	item->label = item->kind == LONG_LABELLED || item->kind == LABELLED ||
		item->kind == EF_KIND_ROW ? (int) random_below((uint32_t) names->n) : -1;
	item->at = random_below(item->kind == EF_KIND_ROW ? 200
							: kinds[item->kind].axis);
	if (item->at > spread)
		item->at = item->at % spread;
	item->count = 1 + random_below(random_below(10) == 0 ? 1000000 : 3);
}

/* Where a step ends that begins here. */
static uint32_t
step_end(const Item *item)
{
	return item->at + (199 - item->at) / 3;
}

/* Counts of every place there is. */
typedef struct Counts
{
	int64_t		counts[41][KINDS][5000];
} Counts;

static void
count_item(Counts *counts, const Item *item)
{
	if (item->kind == EF_KIND_ROW)
	{
		counts->counts[0][SHORT][item->at] += 1;
		counts->counts[item->label + 1][LONG_LABELLED][item->at * 7] += item->count;
	}
	else if (item->kind == DELTAS)
		for (uint32_t at = item->at; at < step_end(item); at++)
			counts->counts[0][SHORT][at] += item->count;
	else
		counts->counts[item->label + 1][item->kind][item->at] += item->count;
}

static const Names *sorted_names;

static int
compare_names(const void *a, const void *b)
{
	int			x = *(const int *) a;
	int			y = *(const int *) b;
	size_t		common = sorted_names->length[x] < sorted_names->length[y]
		? sorted_names->length[x] : sorted_names->length[y];
	int			order = memcmp(sorted_names->bytes[x], sorted_names->bytes[y], common);

	if (order != 0)
		return order;
	return sorted_names->length[x] < sorted_names->length[y] ? -1 : 1;
}

static void
put(uint8_t **at, uint64_t value)
{
	for (; value >= 128; value /= 128)
		*(*at)++ = (uint8_t) (value % 128 + 128);
	*(*at)++ = (uint8_t) value;
}

static uint64_t
folded(int64_t value)
{
	return value < 0 ? (uint64_t) (-2 * value - 1) : (uint64_t) (2 * value);
}

/* The packed form as its byte map says, without the length word. */
static size_t
expect_packed(const Counts *counts, const Names *names, const bool *used,
			  int64_t skipped, uint8_t *out)
{
	uint8_t    *at = out;
	int			order[40];
	int			n = 0;
	int			nseries = 0;

	for (int i = 0; i < names->n; i++)
		if (used[i])
			order[n++] = i;
	sorted_names = names;
	qsort(order, (size_t) n, sizeof(int), compare_names);

	*at++ = EF_FORMAT_PACKED;
	*at++ = 'T';
	put(&at, frame.flags);
	put(&at, 1);
	put(&at, folded(frame.from));
	put(&at, folded(frame.as_of));
	put(&at, (uint64_t) skipped);
	put(&at, (uint64_t) n);
	for (int i = 0; i < n; i++)
	{
		put(&at, names->length[order[i]]);
		memcpy(at, names->bytes[order[i]], names->length[order[i]]);
		at += names->length[order[i]];
	}
	for (int pass = 0; pass < 2; pass++)
	{
		if (pass == 1)
			put(&at, (uint64_t) nseries);
		for (int label = 0; label <= n; label++)
			for (unsigned kind = 0; kind < KINDS; kind++)
			{
				const int64_t *series =
					counts->counts[label == 0 ? 0 : order[label - 1] + 1][kind];
				uint64_t	cells = 0;
				int			last = -1;

				for (int i = 0; i < 5000; i++)
					cells += series[i] != 0;
				if (cells == 0)
					continue;
				if (pass == 0)
				{
					nseries++;
					continue;
				}
				put(&at, (uint64_t) label << 4 | kind);
				put(&at, cells);
				for (int i = 0; i < 5000; i++)
					if (series[i] != 0)
					{
						put(&at, (uint64_t) (i - last - 1));
						put(&at, (uint64_t) series[i]);
						last = i;
					}
			}
	}
	return (size_t) (at - out);
}


/* ---- what the core makes of it ---- */

static EfStatus
add_item(EfState **state, const Item *item, const Names *names, EfContext *context)
{
	uint32_t	label = 0;
	EfStatus	status = ef_state_reserve(state, &type, 2,
										  item->label < 0 ? 0 : names->length[item->label], context);

	if (status != EF_OK)
		return status;
	if (item->label >= 0)
		label = ef_state_label(*state, names->bytes[item->label],
							   names->length[item->label]);
	ef_state_append(*state, ef_key(label, item->kind, item->at), item->count);
	if (item->kind == DELTAS)
		ef_state_append(*state, ef_key(0, DELTAS, step_end(item)), -item->count);
	return EF_OK;
}

/* Load a state's bytes, all of its slack included, and pack them. */
static EfStatus
pack_state(const EfState *state, uint8_t **bytes, size_t *size, EfContext *context)
{
	EfTable		table;
	EfStatus	status = ef_table_load(&table, &type, state, state->size, context);

	if (status == EF_OK)
		status = ef_table_pack(&table, &type, sizeof(int32_t), bytes, size, context);
	return status;
}

/* Is this a table as readers expect it?  A spec has labels in any order. */
static bool
is_normal_but_labels(const EfTable *table)
{
	for (size_t i = 0; i < table->ncells; i++)
		if (table->cells[i].count == 0 ||
			(i > 0 && table->cells[i].key <= table->cells[i - 1].key))
			return false;
	return true;
}

static bool
is_normal(const EfTable *table)
{
	if (!is_normal_but_labels(table))
		return false;
	for (uint32_t i = 1; i < table->nlabels; i++)
		if (ef_label_compare(&table->labels[i - 1], &table->labels[i]) >= 0)
			return false;
	return true;
}

static void
test_any_order(void)
{
	static const struct
	{
		int			items;
		int			names;
		int			parts;
		uint32_t	spread;
	}			cases[] = {
		{0, 1, 1, 5000}, {1, 1, 1, 5000}, {5, 3, 2, 5000}, {40, 15, 3, 50},
		{100, 15, 1, 5000}, {300, 40, 4, 5000}, {700, 5, 3, 100},
		{2000, 40, 5, 5000}, {5000, 15, 2, 40}, {20000, 40, 3, 5000},
		{60000, 3, 4, 3000}, {60000, 1, 1, 5},
	};
	Counts	   *counts = malloc(sizeof(Counts));
	uint8_t    *expected = malloc(8 * 1024 * 1024);

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
	{
		Names		names;
		bool		used[40] = {false};
		int			n = cases[c].items;
		Item	   *items = malloc(sizeof(Item) * (size_t) (n + 1));
		size_t		expected_size;
		int			wrong = 0;

		memset(counts, 0, sizeof(Counts));
		make_names(&names, cases[c].names);
		for (int i = 0; i < n; i++)
		{
			random_item(&items[i], &names, cases[c].spread);
			count_item(counts, &items[i]);
			if (items[i].label >= 0)
				used[items[i].label] = true;
		}
		expected_size = expect_packed(counts, &names, used, 7, expected);

		for (int round = 0; round < 3; round++)
		{
			Arena		arena;
			EfState    *part[5];
			EfState    *whole;
			int			nparts = cases[c].parts;
			uint8_t    *bytes = NULL;
			size_t		size = 0;

			arena_open(&arena);
			for (int i = n - 1; i > 0; i--)
			{
				int			j = (int) random_below((uint32_t) i + 1);
				Item		swap = items[i];

				items[i] = items[j];
				items[j] = swap;
			}
			for (int p = 0; p < nparts; p++)
			{
				wrong += ef_state_create(&part[p], &type, &frame,
										 random_below(2) * random_below(3000), &arena.context) != EF_OK;
				part[p]->skipped = p == 0 ? 7 : 0;
			}
			for (int i = 0; i < n; i++)
				wrong += add_item(&part[random_below((uint32_t) nparts)], &items[i], &names, &arena.context) != EF_OK;

			/* merged as states or packed, into an empty one or the last */
			whole = part[nparts - 1];
			if (round > 0)
			{
				wrong += ef_state_create(&whole, &type, &frame, 0, &arena.context) != EF_OK;
				nparts++;
			}
			for (int p = nparts - 2; p >= 0; p--)
			{
				EfTable		table;
				const void *datum = part[p];

				size = part[p]->size;
				if (random_below(2))
				{
					wrong += pack_state(part[p], &bytes, &size, &arena.context) != EF_OK;
					datum = bytes;
				}
				wrong += ef_table_load(&table, &type, datum, size, &arena.context) != EF_OK;
				wrong += !is_normal(&table);

				/*
				 * what only a state has cannot be put into a table again, so
				 * it was summed out
				 */
				wrong += ef_state_merge(&whole, &type, &table, &arena.context) != EF_OK;
			}
			wrong += pack_state(whole, &bytes, &size, &arena.context) != EF_OK;
			wrong += size != expected_size + sizeof(int32_t) ||
				memcmp(bytes + sizeof(int32_t), expected, expected_size) != 0;
			if (wrong > 0)
				diag("%d items, round %d: %zu bytes, expected %zu", n, round,
					 size - sizeof(int32_t), expected_size);

			/* opened and packed again it is the same */
			if (wrong == 0)
			{
				EfTable		table;
				uint8_t    *again;
				size_t		again_size;

				wrong += ef_table_load(&table, &type, bytes, size, &arena.context) != EF_OK;
				wrong += ef_table_pack(&table, &type, sizeof(int32_t), &again, &again_size, &arena.context) != EF_OK;
				wrong += again_size != size ||
					memcmp(again + sizeof(int32_t), bytes + sizeof(int32_t), size - sizeof(int32_t)) != 0;
			}
			arena_close(&arena);
		}
		is_int(wrong, 0, "%d items in %d parts and any order make the same bytes",
			   n, cases[c].parts);
		free(items);
	}
	free(expected);
	free(counts);
}

/* Every size of a state, around the thresholds where it is compacted. */
static void
test_growth(void)
{
	Arena		arena;
	EfState    *state;
	int64_t		sum = 0;
	int			wrong = 0;
	int			moved = 0;

	arena_open(&arena);
	ef_state_create(&state, &type, &frame, 0, &arena.context);
	is_int(state->size, EF_STATE_INITIAL_SIZE, "a state begins small");
	for (int i = 0; i < 200000; i++)
	{
		EfState    *old = state;
		unsigned	n = 1 + random_below(3);

		wrong += ef_state_reserve(&state, &type, n, i % 50 == 0 ? 30 : 0, &arena.context) != EF_OK;
		if (i % 50 == 0)
		{
			char		name[32];
			int			length = snprintf(name, sizeof(name), "name %d", i / 50 % 600);

			ef_state_label(state, name, (size_t) length);
		}
		wrong += (size_t) state->size < sizeof(EfState) + state->labels +
			(state->ncells + n) * sizeof(EfCell);
		moved += state != old;
		for (unsigned k = 0; k < n; k++)
			ef_state_append(state, ef_key(1 + random_below(state->nlabels), LABELLED,
										  random_below(300)), 1);
		sum += n;
	}
	is_int(wrong, 0, "what was reserved is there");
	ok(moved < 60, "a state moves seldom: %d times", moved);
	is_int(state->nlabels, 600, "each label is there once");
	{
		EfTable		table;
		int64_t		got = 0;

		is_int(ef_table_load(&table, &type, state, state->size, &arena.context), EF_OK, "it loads");
		for (size_t i = 0; i < table.ncells; i++)
			got += table.cells[i].count;
		is_int(got, sum, "and nothing got lost");
	}
	arena_close(&arena);

	/* the slack may be sent to another process: never what memory held */
	arena_open(&arena);
	ef_state_create(&state, &type, &frame, 0, &arena.context);
	wrong = 0;
	for (int i = 0; i < 3000; i++)
	{
		ef_state_reserve(&state, &type, 1, 0, &arena.context);
		for (const uint8_t *byte = (const uint8_t *) (state->cells + state->ncells);
			 byte < (const uint8_t *) state + state->size - state->labels; byte++)
			if (*byte == 0xa5)
				wrong++;
		ef_state_append(state, ef_key(0, LONG, random_below(5000)), 1);
	}
	is_int(wrong, 0, "the slack never shows what memory held before");
	arena_close(&arena);
}

static EfLabelNode *
label_at(EfState *state, uint32_t at)
{
	return (EfLabelNode *) (ef_state_pages(state) - at);
}

/*
 * A state that somebody stored is added to like another, so its tree of labels is
 * followed: none of its links may lead astray, in a circle, or too deep.
 */
static void
test_damaged_labels(void)
{
	Arena		arena;
	EfState    *state;
	uint32_t	at[100];
	uint32_t	kept;
	EfLabelNode *root;

	arena_open(&arena);
	ef_state_create(&state, &type, &frame, 8192, &arena.context);
	is_int(ef_state_check_all(state, &type, &arena.context), EF_OK, "a state without labels is sound");
	for (uint32_t i = 0; i < 100; i++)
	{
		char		name[] = {(char) ('a' + i % 26), (char) ('a' + i / 26)};

		ef_state_label(state, name, sizeof(name));
		at[i] = state->labels;
	}
	is_int(ef_state_check_all(state, &type, &arena.context), EF_OK, "so is one of 100");

	root = label_at(state, state->root);
	for (unsigned side = 0; side < 2; side++)
	{
		uint32_t	wrong[] = {0, 8, 0x7ffffff8, UINT32_MAX, state->labels + 8, state->root, root->child[!side], at[50] + 8};

		kept = root->child[side];
		for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		{
			root->child[side] = wrong[i];
			is_int(ef_state_check_all(state, &type, &arena.context), EF_INVALID,
				   "a link %u of the root that is %u", side, wrong[i]);
		}
		root->child[side] = kept;
	}
	kept = state->root;
	state->root = 0;
	is_int(ef_state_check_all(state, &type, &arena.context), EF_INVALID, "a tree that is lost");
	state->root = kept;
	label_at(state, at[7])->number = 9;
	is_int(ef_state_check_all(state, &type, &arena.context), EF_INVALID, "a number that is another's");
	label_at(state, at[7])->number = 8;
	label_at(state, at[7])->length = 1 << 20;
	is_int(ef_state_check_all(state, &type, &arena.context), EF_INVALID, "a length beyond the state");
	label_at(state, at[7])->length = 2;
	is_int(ef_state_check_all(state, &type, &arena.context), EF_OK, "mended, it is sound");

	/* a list and not a tree: each label leads to the next */
	state->root = at[0];
	for (int i = 0; i < 100; i++)
	{
		label_at(state, at[i])->child[0] = 0;
		label_at(state, at[i])->child[1] = i < 99 ? at[i + 1] : 0;
	}
	is_int(ef_state_check_all(state, &type, &arena.context), EF_INVALID, "a tree that is too deep");
	arena_close(&arena);
}

/* Cells that are said to be in order, and are not, or count nothing, or stand nowhere. */
static void
test_damaged_cells(void)
{
	const EfCell cells[] = {ef_cell(ef_key(0, LONG, 4), 1), ef_cell(ef_key(0, SHORT, 7), 2)};
	const EfCell wrong[][2] = {
		{ef_cell(ef_key(0, SHORT, 7), 2), ef_cell(ef_key(0, LONG, 4), 1)},
		{ef_cell(ef_key(0, LONG, 4), 1), ef_cell(ef_key(0, LONG, 4), 1)},
		{ef_cell(ef_key(0, LONG, 4), 0), ef_cell(ef_key(0, SHORT, 7), 2)},
		{ef_cell(ef_key(0, LONG, 4), 1), ef_cell(ef_key(0, SHORT, 200), 2)},
		{ef_cell(ef_key(0, LONG, 4), 1), ef_cell(ef_key(1, SHORT, 7), 2)},
	};
	Arena		arena;
	EfState    *state;
	EfTable		table;

	arena_open(&arena);
	ef_state_create(&state, &type, &frame, 0, &arena.context);
	state->ncells = state->nsorted = 2;
	memcpy(state->cells, cells, sizeof(cells));
	is_int(ef_state_check_all(state, &type, &arena.context), EF_OK, "cells in order are sound");
	is_int(ef_state_load(&table, &type, state, state->size, &arena.context), EF_OK, "and opened");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
	{
		memcpy(state->cells, wrong[i], sizeof(cells));
		is_int(ef_state_check_all(state, &type, &arena.context), EF_INVALID, "cells %zu are not", i);
		is_int(ef_state_load(&table, &type, state, state->size, &arena.context), EF_INVALID, "nor opened");
	}
	arena_close(&arena);
}

/* Thousands of labels: found again, in order, and merged. */
static void
test_many_labels(void)
{
	Arena		arena;
	EfState    *state;
	EfState    *other;
	EfTable		table;
	EfTable		sum;
	int			wrong = 0;
	const int	n = 5000;

	arena_open(&arena);
	ef_state_create(&state, &type, &frame, 0, &arena.context);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < n; i++)
		{
			/* three bytes of any value, and up to 60 more */
			int			number = round == 0 ? i : n - 1 - i;
			char		name[64] = {(char) (number % 256), (char) (number / 256), (char) 0xff};
			size_t		length = 3 + (size_t) (number % 61);

			wrong += ef_state_reserve(&state, &type, 1, length, &arena.context) != EF_OK;
			wrong += ef_state_label(state, name, length) != (uint32_t) number + 1;
			ef_state_append(state, ef_key((uint32_t) number + 1, LABELLED, (uint32_t) number % 300),
							number + 1);
		}
	is_int(wrong, 0, "%d labels keep their numbers", n);
	is_int(state->nlabels, n, "each is there once");
	is_int(ef_state_check_all(state, &type, &arena.context), EF_OK, "their tree is sound");
	is_int(ef_table_load(&table, &type, state, state->size, &arena.context), EF_OK, "a state of so many labels loads");
	ok(is_normal(&table), "labels and cells are in order");

	/* twice the table, from a state that met them in another order */
	ef_state_create(&other, &type, &frame, 0, &arena.context);
	wrong = ef_state_merge(&other, &type, &table, &arena.context) != EF_OK ||
		ef_state_merge(&other, &type, &table, &arena.context) != EF_OK ||
		ef_table_load(&sum, &type, other, other->size, &arena.context) != EF_OK;
	for (int i = 0; i < n && wrong == 0; i++)
	{
		char		name[64] = {(char) (i % 256), (char) (i / 256), (char) 0xff};
		uint32_t	label = ef_table_label(&sum, name, 3 + (size_t) (i % 61));
		size_t		ncells;
		const EfCell *cells = ef_table_series(&sum, label, LABELLED, &ncells);

		wrong += label == 0 || ncells != 1 || cells->count != 4 * (i + 1) ||
			ef_key_at(cells->key) != (uint32_t) i % 300;
		name[2] = 0;
		wrong += ef_table_label(&sum, name, 3) != 0;
	}
	is_int(wrong, 0, "each label of a sum has its own count");
	arena_close(&arena);
}

static void
test_zero(void)
{
	Arena		arena;
	EfState    *state;
	EfTable		table;
	size_t		n;

	arena_open(&arena);
	ef_state_create(&state, &type, &frame, 0, &arena.context);
	ef_table_load(&table, &type, state, state->size, &arena.context);
	ok(table.ncells == 0 && table.nlabels == 0 && table.skipped == 0, "an empty state is an empty table");
	is_int(ef_table_label(&table, "", 0), 0, "that has no label");
	ef_table_series(&table, 0, LONG, &n);
	is_int(n, 0, "and no series");

	for (int i = 0; i < 4000; i++)
	{
		ef_state_reserve(&state, &type, 2, 0, &arena.context);
		ef_state_append(state, ef_key(0, LONG, (uint32_t) i), 5);
		ef_state_append(state, ef_key(0, LONG, (uint32_t) (3999 - i)), i % 2 ? -5 : -4);
	}
	ef_table_load(&table, &type, state, state->size, &arena.context);
	is_int(table.ncells, 2000, "what adds up to nothing is not there");
	arena_close(&arena);
}

/* ef_table_normalize, on cells in any order. */
/* The depth of a search tree of labels, or -1 where it is out of order, or leans
 * otherwise than it says. */
static int
tree_depth(const EfState *state, uint32_t at, uint32_t *last, int *n)
{
	const EfLabelNode *node = (const EfLabelNode *) ((const char *) state + state->size - at);
	int			before;
	int			after;

	if (at == 0)
		return 0;
	before = tree_depth(state, node->child[0], last, n);
	if (node->hash < *last)
		return -1;
	*last = node->hash;
	(*n)++;
	after = tree_depth(state, node->child[1], last, n);
	if (before < 0 || after < 0 || abs(before - after) > 1 ||
		node->tilt != (before > after ? 1 : before < after ? 2 : 0))
		return -1;
	return 1 + (before > after ? before : after);
}

typedef struct Hashed
{
	uint32_t	hash;
	char		name[12];
} Hashed;

static int
compare_hashed(const void *a, const void *b)
{
	uint32_t	x = ((const Hashed *) a)->hash;
	uint32_t	y = ((const Hashed *) b)->hash;

	return (x > y) - (x < y);
}

/* Labels in an order that somebody chose: the tree stays balanced. */
static void
test_chosen_labels(void)
{
	enum
	{
		MANY = 20000
	};
	static Hashed names[MANY];
	static const char *const orders[] = {"in the order of their hash", "against it", "from both ends", "by chance"};

	for (int order = 0; order < 4; order++)
	{
		Arena		arena;
		EfState    *state;
		uint32_t	last = 0;
		int			n = 0;
		int			depth;
		int			wrong = 0;

		for (int i = 0; i < MANY; i++)
		{
			snprintf(names[i].name, sizeof(names[i].name), "%07d", i);
			names[i].hash = order == 3 ? random_below(UINT32_MAX) : (uint32_t) ef_hash_name(names[i].name, 7);
		}
		qsort(names, MANY, sizeof(Hashed), compare_hashed);
		arena_open(&arena);
		ef_state_create(&state, &type, &frame, 0, &arena.context);
		for (int i = 0; i < MANY; i++)
		{
			int			k = order == 1 ? MANY - 1 - i : order == 2 ? (i % 2 ? MANY - 1 - i / 2 : i / 2) : i;

			ef_state_reserve(&state, &type, 0, 7, &arena.context);
			wrong += ef_state_label(state, names[k].name, 7) != (uint32_t) i + 1;
			wrong += ef_state_label(state, names[k].name, 7) != (uint32_t) i + 1;
		}
		depth = tree_depth(state, state->root, &last, &n);
		is_int(wrong, 0, "%d labels %s have their numbers", MANY, orders[order]);
		ok(n == MANY && depth > 0 && depth <= 20, "in a tree of depth %d", depth);
		arena_close(&arena);
	}
}

static void
test_normalize(void)
{
	for (size_t n = 0; n < 3000; n = n * 2 + 1)
	{
		Arena		arena;
		EfLabel		labels[3] = {{"b", 1}, {"a", 1}, {"b", 1}};
		int64_t		counts[3][5000];
		EfCell	   *cells = malloc((n + 1) * sizeof(EfCell));
		EfTable		table = {.nlabels = 3,.labels = labels,.ncells = n,.cells = cells};
		int			wrong = 0;

		arena_open(&arena);
		memset(counts, 0, sizeof(counts));
		for (size_t i = 0; i < n; i++)
		{
			uint32_t	label = random_below(4);
			uint32_t	at = random_below(n > 500 ? 5000 : 50);

			cells[i].count = (int64_t) random_below(5) - 2;
			cells[i].key = ef_key(label, label ? LABELLED : LONG, at);
			/* "b" is there twice, and "a" comes first */
			counts[label == 0 ? 0 : label == 2 ? 1 : 2][at] += cells[i].count;
		}
		wrong += ef_table_normalize(&table, &type, &arena.context) != EF_OK;
		wrong += !is_normal(&table) || table.nlabels != 2;
		for (size_t i = 0; i < table.ncells; i++)
		{
			int64_t    *count = &counts[ef_key_label(table.cells[i].key)][ef_key_at(table.cells[i].key)];

			wrong += *count != table.cells[i].count;
			*count = 0;
		}
		for (int i = 0; i < 3 * 5000; i++)
			wrong += counts[i / 5000][i % 5000] != 0;
		is_int(wrong, 0, "%zu cells in any order, and labels that are there twice", n);
		free(cells);
		arena_close(&arena);
	}
}

static void
test_frames(void)
{
	EfFrame		other = frame;
	Arena		arena;
	EfState    *state;
	EfTable		table;

	is_int(ef_frame_match(&frame, &other, &type, &refuses), EF_OK, "a frame matches itself");
	other.as_of++;
	is_int(ef_frame_match(&frame, &other, &type, &refuses), EF_OBSERVED_MIXED, "another as_of does not");
	is_str(error.detail, "One was observed in [1978-02-05,1999-03-07), another in [1978-02-05,1999-03-08).",
		   "both are named");
	other = frame;
	other.from++;
	is_int(ef_frame_match(&frame, &other, &type, &refuses), EF_OBSERVED_MIXED, "nor does another from");
	other = frame;
	other.bounded = false;
	other.from = 0;
	is_int(ef_frame_match(&frame, &other, &type, &refuses), EF_OBSERVED_MIXED, "nor none");
	is_str(ef_frame_shown(&other).text, "(,1999-03-07)", "which is written so");
	other = frame;
	other.flags = 0;
	is_int(ef_frame_match(&frame, &other, &type, &refuses), FLAGS_MIXED, "nor other flags");

	arena_open(&arena);
	ef_state_create(&state, &type, &other, 0, &arena.context);
	ef_table_load(&table, &type, state, state->size, &arena.context);
	ef_state_create(&state, &type, &frame, 0, &arena.context);
	is_int(ef_state_merge(&state, &type, &table, &arena.context), FLAGS_MIXED,
		   "tables of different frames are not merged");
	arena_close(&arena);
}


/* ---- frames that are specs ---- */

/* A spec whose labels are "t", "s", ..., not in byte order. */
static EfFrame
make_spec(uint8_t *bytes, uint8_t nlabels, size_t size)
{
	EfFrame		spec = {0, 0, false, 0, bytes, size};

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t) (i == 0 ? nlabels : i <= nlabels ? 't' - i + 1 : i * 31);
	return spec;
}

/* An item of a label, which is its number; a row as well. */
static void
spec_item(Item *item, uint8_t nlabels, uint32_t spread)
{
	Names		names = {.n = nlabels};

	random_item(item, &names, spread);
}

static EfStatus
add_spec_item(EfState **state, const Item *item, EfContext *context)
{
	EfStatus	status = ef_state_reserve(state, &spec_type, 2, 0, context);

	if (status != EF_OK)
		return status;
	ef_state_append(*state, ef_key((uint32_t) item->label + 1, item->kind, item->at), item->count);
	if (item->kind == DELTAS)
		ef_state_append(*state, ef_key(0, DELTAS, step_end(item)), -item->count);
	return EF_OK;
}

static size_t
expect_spec_packed(const Counts *counts, const EfFrame *spec, int64_t skipped, uint8_t *out)
{
	uint8_t    *at = out;
	int			nseries = 0;

	*at++ = EF_FORMAT_PACKED;
	*at++ = 'S';
	put(&at, spec->flags);
	put(&at, (uint64_t) skipped);
	put(&at, spec->spec_size);
	memcpy(at, spec->spec, spec->spec_size);
	at += spec->spec_size;
	for (int pass = 0; pass < 2; pass++)
	{
		if (pass == 1)
			put(&at, (uint64_t) nseries);
		for (int label = 0; label <= spec->spec[0]; label++)
			for (unsigned kind = 0; kind < KINDS; kind++)
			{
				const int64_t *series = counts->counts[label][kind];
				uint64_t	cells = 0;
				int			last = -1;

				for (int i = 0; i < 5000; i++)
					cells += series[i] != 0;
				nseries += pass == 0 && cells > 0;
				if (cells == 0 || pass == 0)
					continue;
				put(&at, (uint64_t) label << 4 | kind);
				put(&at, cells);
				for (int i = 0; i < 5000; i++)
					if (series[i] != 0)
					{
						put(&at, (uint64_t) (i - last - 1));
						put(&at, (uint64_t) series[i]);
						last = i;
					}
			}
	}
	return (size_t) (at - out);
}

static bool
holds_spec(const EfState *state, const EfFrame *spec)
{
	EfFrame		its = ef_state_frame(state, &spec_type);

	return its.spec_size == spec->spec_size && its.flags == spec->flags && !its.bounded &&
		memcmp(its.spec, spec->spec, spec->spec_size) == 0 &&
		its.spec >= (const uint8_t *) (state->cells + state->ncells) &&
		its.spec + its.spec_size <= (const uint8_t *) state + state->size - sizeof(uint32_t);
}

static void
test_specs_any_order(void)
{
	static const struct
	{
		int			items;
		uint8_t		labels;
		size_t		size;
		int			parts;
		uint32_t	spread;
	}			cases[] = {
		{0, 1, 2, 1, 5000}, {1, 1, 2, 1, 5000}, {30, 3, 4, 2, 100}, {100, 20, 21, 3, 5000},
		{700, 5, 200, 3, 100}, {3000, 2, 204, 4, 5000}, {20000, 20, 100, 3, 5000},
		{60000, 7, 5000, 2, 3000}, {60000, 1, 100000, 4, 5},
	};
	Counts	   *counts = malloc(sizeof(Counts));
	uint8_t    *expected = malloc(8 * 1024 * 1024);
	uint8_t    *spec_bytes = malloc(100000);

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
	{
		Arena		arena;
		EfFrame		spec = make_spec(spec_bytes, cases[c].labels, cases[c].size);
		EfState    *part[5];
		EfTable		table;
		int			nparts = cases[c].parts + 1;
		int			wrong = 0;
		uint8_t    *bytes;
		size_t		size;
		size_t		expected_size;

		arena_open(&arena);
		memset(counts, 0, sizeof(Counts));
		for (int p = 0; p < nparts; p++)
		{
			wrong += ef_state_create(&part[p], &spec_type, &spec,
									 random_below(2) * random_below(3000), &arena.context) != EF_OK;
			wrong += !holds_spec(part[p], &spec) || part[p]->nlabels != cases[c].labels;
		}
		part[0]->skipped = 300;
		for (int i = 0; i < cases[c].items; i++)
		{
			Item		item;
			uint32_t	p = random_below((uint32_t) nparts - 1);
			EfState    *old = part[p];

			spec_item(&item, cases[c].labels, cases[c].spread);
			count_item(counts, &item);
			wrong += add_spec_item(&part[p], &item, &arena.context) != EF_OK;
			if (part[p] != old)
				wrong += !holds_spec(part[p], &spec);
		}
		expected_size = expect_spec_packed(counts, &spec, 300, expected);

		/* merged as states or packed, into an empty one */
		for (int p = 0; p < nparts - 1; p++)
		{
			wrong += ef_table_load(&table, &spec_type, part[p], part[p]->size, &arena.context) != EF_OK;
			wrong += table.nlabels != cases[c].labels || table.labels[0].bytes[0] != 't';
			if (random_below(2))
			{
				wrong += ef_table_pack(&table, &spec_type, sizeof(int32_t), &bytes, &size, &arena.context) != EF_OK;
				wrong += ef_table_load(&table, &spec_type, bytes, size, &arena.context) != EF_OK;
			}
			wrong += ef_state_merge(&part[nparts - 1], &spec_type, &table, &arena.context) != EF_OK;
			wrong += !holds_spec(part[nparts - 1], &spec);
		}
		wrong += ef_table_load(&table, &spec_type, part[nparts - 1], part[nparts - 1]->size, &arena.context) != EF_OK;
		wrong += ef_table_pack(&table, &spec_type, sizeof(int32_t), &bytes, &size, &arena.context) != EF_OK;
		wrong += size != expected_size + sizeof(int32_t) ||
			memcmp(bytes + sizeof(int32_t), expected, expected_size) != 0;

		/* normalized it has the same labels, in the same order */
		wrong += ef_table_load(&table, &spec_type, bytes, size, &arena.context) != EF_OK;
		wrong += ef_table_normalize(&table, &spec_type, &arena.context) != EF_OK;
		wrong += ef_table_pack(&table, &spec_type, sizeof(int32_t), &bytes, &size, &arena.context) != EF_OK;
		wrong += size != expected_size + sizeof(int32_t) ||
			memcmp(bytes + sizeof(int32_t), expected, expected_size) != 0;
		arena_close(&arena);
		is_int(wrong, 0, "%d items of a spec of %zu bytes in %d parts make the same bytes",
			   cases[c].items, cases[c].size, cases[c].parts);
	}
	free(spec_bytes);
	free(expected);
	free(counts);
}

static void
test_specs(void)
{
	uint8_t		bytes[2][300];
	EfFrame		one = make_spec(bytes[0], 3, 40);
	EfFrame		other = make_spec(bytes[1], 3, 40);
	EfFrame		bad = {0, 0, false, 0, bytes[1], 3};
	Arena		arena;
	EfState    *state;
	EfState    *others;
	EfTable		table;
	int			wrong = 0;

	is_int(sizeof(EfState), 56, "a state's header has 56 bytes");
	arena_open(&arena);
	is_int(ef_state_create(&state, &spec_type, &bad, 0, &arena.context), EF_INVALID,
		   "a state is not created with what is no spec");
	is_int(arena.calls, 0, "nor asked for");

	/* every size of a spec around that of a small state */
	for (size_t size = 4; size <= 300; size++)
	{
		EfFrame		spec = make_spec(bytes[1], 3, size);

		wrong += ef_state_create(&state, &spec_type, &spec, 0, &arena.context) != EF_OK;
		wrong += !holds_spec(state, &spec) || state->size % 8 != 0;
		for (uint32_t i = 0; i < 10; i++)
		{
			wrong += ef_state_reserve(&state, &spec_type, 1, 0, &arena.context) != EF_OK;
			ef_state_append(state, ef_key(i % 3 + 1, LABELLED, i), i);
			wrong += !holds_spec(state, &spec);
		}
	}
	is_int(wrong, 0, "a spec of any size is kept whole");

	is_int(ef_table_load(&table, &spec_type, state, state->size, &arena.context), EF_OK, "a state loads");
	is_int(ef_table_label(&table, "s", 1), 2, "its labels are found by name");
	is_int(ef_table_label(&table, "t", 1), 1, "whatever their order");
	is_int(ef_table_label(&table, "q", 1), 0, "and others are not");
	is_int(ef_table_label(&table, "", 0), 0, "nor none");

	other = make_spec(bytes[1], 3, 40);
	is_int(ef_frame_match(&one, &other, &spec_type, &refuses), EF_OK, "a spec matches its copy");
	bytes[1][39]++;
	is_int(ef_frame_match(&one, &other, &spec_type, &refuses), EF_SPEC_MIXED, "but none that differs");
	other.spec_size = 39;
	is_int(ef_frame_match(&one, &other, &spec_type, &refuses), EF_SPEC_MIXED, "nor its beginning");
	is_str(error.detail, "One has 40 bytes, another 39.", "of which its type tells");
	ef_state_create(&state, &spec_type, &one, 0, &arena.context);
	ef_state_create(&others, &spec_type, &other, 0, &arena.context);
	others->skipped = 1;
	ef_table_load(&table, &spec_type, others, others->size, &arena.context);
	is_int(ef_state_merge(&state, &spec_type, &table, &arena.context), EF_SPEC_MIXED, "and they do not add up");
	is_int(state->skipped, 0, "in no part");
	arena_close(&arena);

	arena_open(&arena);
	one.spec_size = EF_SIZE_LIMIT;
	is_int(ef_state_create(&state, &spec_type, &one, 0, &arena.context), EF_TOO_LARGE,
		   "a spec that no state has room for is refused");
	is_int(arena.calls, 0, "and no memory asked for");
	arena_close(&arena);
}

/* The slack that is behind a spec and before it may be sent, too. */
static void
test_spec_slack(void)
{
	uint8_t		bytes[100];
	EfFrame		spec = make_spec(bytes, 3, 42);
	Arena		arena;
	EfState    *state;
	int			wrong = 0;

	arena_open(&arena);
	ef_state_create(&state, &spec_type, &spec, 0, &arena.context);
	for (int i = 0; i < 6000; i++)
	{
		ef_state_reserve(&state, &spec_type, 1, 0, &arena.context);
		for (const uint8_t *byte = (const uint8_t *) (state->cells + state->ncells);
			 byte < (const uint8_t *) state + state->size; byte++)
			if (*byte == 0xa5 && (byte < ef_state_frame(state, &spec_type).spec ||
								  byte >= ef_state_frame(state, &spec_type).spec + spec.spec_size))
				wrong++;
		ef_state_append(state, ef_key(0, LONG, random_below(5000)), 1);
	}
	is_int(wrong, 0, "the slack around a spec never shows what memory held before");
	arena_close(&arena);
}

/* Bytes with a spec from anywhere: refused, or as good as what they are packed
 * to again. */
static bool
hostile_spec(const uint8_t *bytes, size_t size, int *wrong)
{
	Arena		arena;
	uint8_t    *copy = malloc(size > 0 ? size : 1);
	EfTable		table;
	EfStatus	status;
	bool		valid;

	arena_open(&arena);
	memcpy(copy, bytes, size);
	status = ef_table_load(&table, &spec_type, copy, size, &arena.context);
	valid = status == EF_OK;
	*wrong += status != EF_OK && status != EF_INVALID;
	*wrong += arena.largest > 64 * size + 4096;
	if (valid)
	{
		uint8_t    *packed;
		size_t		packed_size;

		*wrong += !is_normal_but_labels(&table) || table.nlabels > SPEC_LABELS;
		for (size_t i = 0; i < table.ncells; i++)
			*wrong += ef_key_label(table.cells[i].key) > table.nlabels;
		*wrong += ef_table_pack(&table, &spec_type, 4, &packed, &packed_size, &arena.context) != EF_OK;
		*wrong += packed_size > size;
	}
	free(copy);
	arena_close(&arena);
	return valid;
}

static void
test_hostile_spec(void)
{
	uint8_t		spec_bytes[30];
	uint8_t		bytes[4000];
	EfFrame		spec = make_spec(spec_bytes, 4, 9);
	Arena		arena;
	EfState    *state;
	EfTable		table;
	uint8_t    *packed;
	size_t		size = 0;
	int			wrong = 0;
	int			valid = 0;

	arena_open(&arena);
	ef_state_create(&state, &spec_type, &spec, 0, &arena.context);
	state->skipped = 200;
	for (int i = 0; i < 60; i++)
	{
		Item		item;

		spec_item(&item, 4, 5000);
		add_spec_item(&state, &item, &arena.context);
	}
	ef_table_load(&table, &spec_type, state, state->size, &arena.context);
	ef_table_pack(&table, &spec_type, 4, &packed, &size, &arena.context);
	memset(packed, 0, 4);
	memcpy(bytes, packed, size);
	arena_close(&arena);

	ok(hostile_spec(bytes, size, &wrong) && wrong == 0, "%zu bytes with a spec are valid", size);
	for (size_t n = 0; n < size; n++)
		valid += hostile_spec(bytes, n, &wrong);
	is_int(valid, 0, "none of their beginnings are");
	bytes[size] = 0;
	ok(!hostile_spec(bytes, size + 1, &wrong), "nor are they with one more byte");
	for (size_t n = 4; n < size; n++)
		for (int byte = 0; byte < 256; byte++)
		{
			uint8_t		old = bytes[n];

			bytes[n] = (uint8_t) byte;
			valid += hostile_spec(bytes, size, &wrong);
			bytes[n] = old;
		}
	is_int(wrong, 0, "with any byte changed, they are refused or are a table (%d)", valid);
}

static void
test_overflow(void)
{
	/* all on a dense axis, on a sparse one, with sorted cells in between */
	static const struct
	{
		unsigned	kind;
		int			before;
		const char *how;
	}			cases[] = {
		{SHORT, 0, "where cells are added up in place"},
		{LONG, 0, "where they are sorted"},
		{LONG, 10000, "where there are many"},
		{LONG_LABELLED, 0, "of a label"},
		{LABELLED, 10000, "of a label with many"},
	};

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		for (int sign = 1; sign >= -1; sign -= 2)
		{
			Arena		arena;
			EfState    *state;
			EfTable		table;
			EfStatus	status = EF_OK;
			uint32_t	label = 0;

			arena_open(&arena);
			ef_state_create(&state, &type, &frame, 1000, &arena.context);
			if (kinds[cases[c].kind].labelled)
				label = ef_state_label(state, "x", 1);
			ef_state_append(state, ef_key(label, cases[c].kind, 17),
							sign > 0 ? INT64_MAX : INT64_MIN);
			for (int i = 0; i < cases[c].before; i++)
			{
				ef_state_reserve(&state, &type, 1, 0, &arena.context);
				ef_state_append(state, ef_key(0, LONG, 100 + (uint32_t) i % 4000), 1);
			}
			status = ef_state_reserve(&state, &type, 1, 0, &arena.context);
			is_int(status, EF_OK, "the largest count is a count %s", cases[c].how);
			ef_state_append(state, ef_key(label, cases[c].kind, 17), sign);
			status = ef_table_load(&table, &type, state, state->size, &arena.context);
			is_int(status, EF_COUNT_OVERFLOW, "one more is refused %s", cases[c].how);
			arena_close(&arena);
		}

	/* as the state grows, and it has sorted cells */
	for (unsigned kind = LONG; kind <= SHORT; kind += SHORT - LONG)
	{
		Arena		arena;
		EfState    *state;
		EfStatus	status = EF_OK;
		int			added = 0;

		arena_open(&arena);
		ef_state_create(&state, &type, &frame, 0, &arena.context);
		while (status == EF_OK && added < 100000)
		{
			status = ef_state_reserve(&state, &type, 1, 0, &arena.context);
			if (status == EF_OK)
				ef_state_append(state, ef_key(0, kind, (uint32_t) (added++ % 150)), INT64_MAX / 500);
		}
		is_int(status, EF_COUNT_OVERFLOW, "a growing state refuses a sum that is too large");
		arena_close(&arena);
	}

	/* tables, and their skipped rows */
	for (int what = 0; what < 2; what++)
	{
		Arena		arena;
		EfState    *state;
		EfTable		table;
		EfStatus	status;

		arena_open(&arena);
		ef_state_create(&state, &type, &frame, 100, &arena.context);
		if (what == 0)
			state->skipped = INT64_MAX;
		else
			ef_state_append(state, ef_key(0, SHORT, 0), INT64_MAX);
		ef_table_load(&table, &type, state, state->size, &arena.context);
		status = ef_state_merge(&state, &type, &table, &arena.context);
		if (status == EF_OK)
			status = ef_table_load(&table, &type, state, state->size, &arena.context);
		is_int(status, EF_COUNT_OVERFLOW, what == 0 ? "skipped rows that are too many are refused"
			   : "tables with a sum that is too large are refused");
		arena_close(&arena);
	}
}

static void
test_outside(void)
{
	static const EfKey keys[] = {
		(EfKey) SHORT << 32 | 200, (EfKey) LONG << 32 | 5000,
		(EfKey) LONG << 32 | UINT32_MAX, (EfKey) DELTAS << 32 | 200,
		(EfKey) KINDS << 32, (EfKey) 14 << 32,
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
	{
		Arena		arena;
		EfState    *state;
		EfTable		table;

		arena_open(&arena);
		ef_state_create(&state, &type, &frame, 0, &arena.context);
		ef_state_append(state, keys[i], 1);
		is_int(ef_table_load(&table, &type, state, state->size, &arena.context),
			   EF_INVALID, "a cell at %llx is outside", (unsigned long long) keys[i]);
		arena_close(&arena);
	}
}

/* What does not fit the largest state is refused, however near it comes. */
static void
test_too_large(void)
{
	static const size_t lengths[] = {EF_SIZE_LIMIT - 50, EF_SIZE_LIMIT, SIZE_MAX};
	Arena		arena;
	EfState    *state;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		for (int large = 0; large < 2; large++)
		{
			arena_open(&arena);
			ef_state_create(&state, &type, &frame, large ? 200000 : 0, &arena.context);
			is_int(ef_state_reserve(&state, &type, 1, lengths[i], &arena.context), EF_TOO_LARGE,
				   "a label of %zu bytes does not fit a %s state", lengths[i], large ? "large" : "small");
			arena_close(&arena);
		}

	arena_open(&arena);
	is_int(ef_state_create(&state, &type, &frame, EF_SIZE_LIMIT, &arena.context),
		   EF_TOO_LARGE, "a state is not created above the limit");
	is_int(arena.calls, 0, "nor asked for");
	arena_close(&arena);
}


/* ---- an allocator that fails ---- */

/* Everything that asks for memory; the first status that is not EF_OK. */
static EfStatus
use_memory(EfContext *context)
{
	EfState    *state;
	EfState    *sum;
	EfTable		table;
	EfTable		again;
	Names		names;
	uint8_t    *bytes;
	uint8_t    *series;
	size_t		size;
	size_t		series_size;
	EfStatus	status;
	uint64_t	n = 0;
	uint8_t		spec_bytes[21];
	EfFrame		spec = make_spec(spec_bytes, 20, 21);

	make_names(&names, 20);
	if ((status = ef_state_create(&state, &type, &frame, 0, context)) != EF_OK ||
		(status = ef_state_create(&sum, &type, &frame, 0, context)) != EF_OK)
		return status;
	for (int i = 0; i < 6000; i++)
	{
		Item		item = {(int) (n * 7 % 20), i % 3 ? LABELLED : EF_KIND_ROW,
		(uint32_t) (n * 31 % 200), 1};

		if ((status = add_item(&state, &item, &names, context)) != EF_OK)
			return status;
		n++;
	}
	if ((status = ef_table_load(&table, &type, state, state->size, context)) != EF_OK ||
		(status = ef_table_pack(&table, &type, 4, &bytes, &size, context)) != EF_OK ||
		(status = ef_table_load(&again, &type, bytes, size, context)) != EF_OK ||
		(status = ef_table_normalize(&again, &type, context)) != EF_OK ||
		(status = ef_table_pack_series(&again, &series, &series_size, context)) != EF_OK ||
		(status = ef_table_read_series(&again, &type, series, series_size, context)) != EF_OK ||
		(status = ef_state_merge(&sum, &type, &again, context)) != EF_OK ||
		(status = ef_state_merge(&sum, &type, &table, context)) != EF_OK ||
		(status = ef_table_load(&again, &type, sum, sum->size, context)) != EF_OK)
		return status;

	/* and with a spec */
	if ((status = ef_state_create(&state, &spec_type, &spec, 0, context)) != EF_OK ||
		(status = ef_state_create(&sum, &spec_type, &spec, 0, context)) != EF_OK)
		return status;
	for (int i = 0; i < 6000; i++)
	{
		Item		item = {i * 7 % 20, i % 3 ? LABELLED : EF_KIND_ROW, (uint32_t) (i * 31 % 200), 1};

		if ((status = add_spec_item(&state, &item, context)) != EF_OK)
			return status;
	}
	if ((status = ef_table_load(&table, &spec_type, state, state->size, context)) != EF_OK ||
		(status = ef_table_pack(&table, &spec_type, 4, &bytes, &size, context)) != EF_OK ||
		(status = ef_table_load(&table, &spec_type, bytes, size, context)) != EF_OK ||
		(status = ef_table_open_spec(&table, &spec_type, context)) != EF_OK ||
		(status = ef_state_merge(&sum, &spec_type, &table, context)) != EF_OK)
		return status;
	return ef_table_load(&again, &spec_type, sum, sum->size, context);
}

static void
test_no_memory(void)
{
	int			wrong = 0;
	long		n = 0;
	EfStatus	status;

	do
	{
		Arena		arena;

		arena_open(&arena);
		arena.fail_at = ++n;
		status = tried(&arena, use_memory(&arena.context));
		if (status == EF_OK ? arena.calls >= n : status != EF_NO_MEMORY)
		{
			wrong++;
			diag("request %ld fails: status %s", n, said(status));
		}
		arena_close(&arena);
	} while (status != EF_OK && n < 10000);
	is_int(wrong, 0, "each of %ld requests may fail", n - 1);
}


/* ---- packed bytes from anywhere ---- */

/*
 * Open these bytes, which end where their memory does, and read whatever a
 * valid table has.  Not to crash is the test; and what is valid packs to a
 * value that opens to the same.
 */
static bool
hostile(const uint8_t *bytes, size_t size, int *wrong)
{
	Arena		arena;
	uint8_t    *copy = malloc(size > 0 ? size : 1);
	EfWorkforce workforce;
	EfTable		table;
	EfStatus	status;
	bool		valid = false;

	arena_open(&arena);
	memcpy(copy, bytes, size);
	status = ef_table_load(&table, &ef_workforce_type, copy, size, &arena.context);
	if (status == EF_OK)
	{
		*wrong += !is_normal(&table);
		status = ef_table_validate(&table, &ef_workforce_type, &arena.context);
	}
	if (arena.largest > 64 * size + 4096)
	{
		diag("%zu bytes ask for %zu", size, arena.largest);
		(*wrong)++;
	}
	if (status == EF_OK)
	{
		uint8_t    *packed;
		uint8_t    *again;
		size_t		packed_size;
		size_t		again_size;
		EfAgeRow	ages[EF_AGE_LIMIT + 1];
		EfExitRateRow *rates;
		EfYearCount *years;
		size_t		nrates;
		int64_t		count;

		valid = true;
		*wrong += ef_table_pack(&table, &ef_workforce_type, 4, &packed, &packed_size, &arena.context) != EF_OK;
		*wrong += packed_size > size;
		*wrong += ef_table_load(&table, &ef_workforce_type, packed, packed_size, &arena.context) != EF_OK;
		*wrong += ef_table_pack(&table, &ef_workforce_type, 4, &again, &again_size, &arena.context) != EF_OK;
		*wrong += again_size != packed_size || memcmp(again + 4, packed + 4, again_size - 4) != 0;

		*wrong += ef_workforce_open(&workforce, copy, size, &arena.context) != EF_OK;
		*wrong += exit_rates(&workforce, 0.95, &rates, &nrates, &arena.context) != EF_OK;
		*wrong += ef_workforce_reaching_by_year(&workforce, 65, 100, &years, &arena.context) != EF_OK;
		*wrong += ef_workforce_reaching(&workforce, 65, ef_first_day(9998 * 12) - 1, &count, &refuses) == EF_INVALID;
		ef_workforce_pyramid(&workforce, ages);
	}
	free(copy);
	arena_close(&arena);
	return valid;
}

static size_t
sample_workforce(uint8_t *out, bool bounded)
{
	static const char *const reasons[] = {"retirement", "moved", "", "\xff\xfe"};
	Arena		arena;
	EfFrame		observed = {bounded ? 5844 : 0, 8766, bounded, EF_FLAG_FTE, NULL, 0};
	EfState    *state;
	EfTable		table;
	uint8_t    *bytes;
	size_t		size;

	arena_open(&arena);
	ef_state_create(&state, &ef_workforce_type, &observed, 0, &arena.context);
	state->skipped = 3;
	for (int i = 0; i < 12; i++)
	{
		EfEmployment row = {{4000 + 311 * i, EF_DAY_INFINITY, reasons[i % 4],
		strlen(reasons[i % 4]), false, 0}, -9000 + 300 * i, 1000 - 50 * i, 1000 - 25 * i};

		if (i % 3)
			row.spell.end = row.spell.start + 400 * i;
		ef_workforce_add(&state, &row, &arena.context);
	}
	ef_table_load(&table, &ef_workforce_type, state, state->size, &arena.context);
	ef_table_pack(&table, &ef_workforce_type, 4, &bytes, &size, &arena.context);
	memset(bytes, 0, 4);
	memcpy(out, bytes, size);
	arena_close(&arena);
	return size;
}

static void
test_hostile(void)
{
	uint8_t		bytes[2000];

	for (int bounded = 0; bounded < 2; bounded++)
	{
		size_t		size = sample_workforce(bytes, bounded);
		int			wrong = 0;
		int			valid = 0;

		ok(hostile(bytes, size, &wrong) && wrong == 0, "%zu bytes are valid", size);
		for (size_t n = 0; n < size; n++)
			valid += hostile(bytes, n, &wrong);
		is_int(valid, 0, "none of their beginnings are");
		bytes[size] = 0;
		ok(!hostile(bytes, size + 1, &wrong), "nor are they with one more byte");
		is_int(wrong, 0, "and all that was refused was refused well");

		valid = 0;
		for (size_t n = 4; n < size; n++)
			for (int byte = 0; byte < 256; byte++)
			{
				uint8_t		old = bytes[n];

				bytes[n] = (uint8_t) byte;
				valid += hostile(bytes, size, &wrong);
				bytes[n] = old;
			}
		is_int(wrong, 0, "with any byte changed, they are refused or are a table (%d)", valid);

		/* several bytes at once, and bytes moved */
		valid = 0;
		for (int i = 0; i < 30000; i++)
		{
			uint8_t		copy[2000];
			size_t		length = size;

			memcpy(copy, bytes, size);
			for (uint32_t k = 1 + random_below(4); k > 0; k--)
			{
				size_t		n = 6 + random_below((uint32_t) length - 6);
				static const uint8_t edges[] = {0, 1, 2, 0x7f, 0x80, 0xff};

				switch (random_below(3))
				{
					case 0:
						copy[n] = edges[random_below(6)];
						break;
					case 1:
						memmove(copy + n, copy + n + 1, --length - n);
						break;
					default:
						memmove(copy + n + 1, copy + n, length++ - n);
				}
			}
			valid += hostile(copy, length, &wrong);
		}
		is_int(wrong, 0, "with several changed as well (%d are a table)", valid);
	}
}

/*
 * A state of which a byte is changed: it is refused, or its cells are at places
 * that there are.  A count may be anything, so it stays.
 */
static void
damage_state(const EfState *state, const EfTableType *type, const char *name)
{
	static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xff};
	size_t		size = state->size;
	uint8_t    *copy = malloc(size);
	int			wrong = 0;
	int			loaded = 0;

	for (size_t n = 0; n < 7 * size; n++)
	{
		uint8_t    *byte = copy + n / 7;
		Arena		arena;
		EfTable		table;
		EfStatus	status;

		if (n / 7 >= sizeof(EfState) && n / 7 < sizeof(EfState) + state->ncells * sizeof(EfCell) &&
			(n / 7 - sizeof(EfState)) % sizeof(EfCell) >= offsetof(EfCell, count))
			continue;
		memcpy(copy, state, size);
		*byte = (uint8_t) (n % 7 == 5 ? *byte + 1 : n % 7 == 6 ? *byte - 1 : edges[n % 7]);
		arena_open(&arena);
		status = ef_table_load(&table, type, copy, size, &arena.context);
		wrong += arena.largest > 64 * size + 4096;
		loaded += status == EF_OK;
		for (size_t i = 0; status == EF_OK && i < table.ncells; i++)
			wrong += ef_key_label(table.cells[i].key) > table.nlabels ||
				ef_key_kind(table.cells[i].key) >= type->nkinds;
		for (uint32_t i = 0; status == EF_OK && i < table.nlabels; i++)
			wrong += table.labels[i].length > size ||
				ef_label_compare(&table.labels[i], &table.labels[i]) != 0;
		arena_close(&arena);
	}
	is_int(wrong, 0, "%s: a damaged state is refused or is a table (%d of %zu)", name, loaded, 7 * size);
	for (size_t n = 0; n < size; n++)
	{
		EfTable		table;
		Arena		arena;
		uint8_t    *part = malloc(n > 0 ? n : 1);

		memcpy(part, state, n);
		arena_open(&arena);
		wrong += ef_table_load(&table, type, part, n, &arena.context) != EF_INVALID;
		arena_close(&arena);
		free(part);
	}
	is_int(wrong, 0, "%s: a part of a state is refused", name);
	free(copy);
}

static void
test_damaged_state(void)
{
	EfFrame		observed = {5844, 8766, true, EF_FLAG_FTE, NULL, 0};
	uint8_t		spec_bytes[30];
	EfFrame		spec = make_spec(spec_bytes, 4, 9);
	EfState    *state;
	EfTable		table;
	Arena		arena;

	arena_open(&arena);
	ef_state_create(&state, &ef_workforce_type, &observed, 0, &arena.context);
	for (int i = 0; i < 12; i++)
	{
		static const char *const reasons[] = {"retirement", "moved", "", "\xff\xfe"};
		EfEmployment row = {{4000 + 311 * i, EF_DAY_INFINITY, reasons[i % 4],
		strlen(reasons[i % 4]), false, 0}, -9000 + 300 * i, 1000 - 50 * i, 1000 - 25 * i};

		if (i % 3)
			row.spell.end = row.spell.start + 400 * i;
		ef_workforce_add(&state, &row, &arena.context);
	}
	damage_state(state, &ef_workforce_type, "rows with reasons");

	/* cells instead of rows */
	ef_table_load(&table, &ef_workforce_type, state, state->size, &arena.context);
	ef_state_create(&state, &ef_workforce_type, &observed, 0, &arena.context);
	ef_state_merge(&state, &ef_workforce_type, &table, &arena.context);
	damage_state(state, &ef_workforce_type, "cells");

	ef_state_create(&state, &spec_type, &spec, 0, &arena.context);
	for (int i = 0; i < 20; i++)
	{
		Item		item;

		spec_item(&item, 4, 5000);
		add_spec_item(&state, &item, &arena.context);
	}
	damage_state(state, &spec_type, "cells of a spec");
	arena_close(&arena);
}

static void
test_hostile_series(void)
{
	uint8_t		bytes[200];
	int			wrong = 0;
	int			read = 0;

	for (int i = 0; i < 50000; i++)
	{
		Arena		arena;
		size_t		size = random_below(40);
		uint8_t    *copy = malloc(size > 0 ? size : 1);
		EfTable		table = {.nlabels = 2};

		arena_open(&arena);
		for (size_t n = 0; n < size; n++)
			bytes[n] = (uint8_t) (random_below(8) ? random_below(4) : random_below(256));
		memcpy(copy, bytes, size);
		if (ef_table_read_series(&table, &type, copy, size, &arena.context) == EF_OK)
		{
			read++;
			for (size_t n = 0; n < table.ncells; n++)
			{
				unsigned	kind = ef_key_kind(table.cells[n].key);

				wrong += table.cells[n].count <= 0 || kind >= KINDS || kind == DELTAS ||
					ef_key_label(table.cells[n].key) > 2 ||
					(ef_key_label(table.cells[n].key) > 0) != kinds[kind].labelled ||
					(n > 0 && table.cells[n].key <= table.cells[n - 1].key);
			}
		}
		free(copy);
		arena_close(&arena);
	}
	is_int(wrong, 0, "series of any bytes are refused or in order (%d of 50000)", read);
}

static long interrupts;

static void
interrupt(void)
{
	interrupts++;
}

/* What is done with many cells asks whether to go on, once in so many turns. */
static void
test_interrupts(void)
{
	size_t		n = 4 * EF_INTERRUPT_TURNS;
	EfCell	   *cells = malloc(n * sizeof(EfCell));
	EfCell	   *scratch = malloc(2 * n * sizeof(EfCell));
	size_t		nout = 0;
	size_t		wrong = 0;
	Arena		arena;
	struct EfContext context;

	arena_open(&arena);
	context = arena.context;
	context.interrupt = interrupt;
	for (size_t i = 0; i < n; i++)
		cells[i] = ef_cell((i * 7919 + 11) % n, 1);
	interrupts = 0;
	ef_cells_sort(cells, n, &context);
	ok(interrupts >= 8 && interrupts < 40, "sorting cells (asked %ld times)", interrupts);
	for (size_t i = 0; i < n; i++)
		wrong += cells[i].key != i;
	is_int((long) wrong, 0, "and they are in order");
	interrupts = 0;
	ok(ef_cells_merge(cells, n, cells, n, scratch, &nout, &context) == EF_OK && nout == n, "merging");
	ok(interrupts >= 4 && interrupts < 12, "(asked %ld times)", interrupts);
	interrupts = 0;
	ok(ef_cells_unite(scratch, &nout, &context) == EF_OK && nout == n && scratch[n - 1].count == 2, "adding up");
	ok(interrupts >= 4 && interrupts < 12, "(asked %ld times)", interrupts);

	/*
	 * and so does a state that takes them in, and a table that is read from
	 * it
	 */
	{
		EfFrame		frame = {0, 9000, false, 0, NULL, 0};
		EfState    *state = NULL;
		EfTable		table;

		interrupts = 0;
		ok(ef_state_create(&state, &ef_retention_type, &frame, 0, &context) == EF_OK, "a state");
		for (size_t i = 0; i < n && state != NULL; i++)
		{
			EfSpell		spell = {.start = (EfDay) (i * 7919 % 8000),.end = (EfDay) (8000 + i % 900),.reason = "a",.reason_length = 1};

			wrong += ef_retention_add(&state, &spell, &context) != EF_OK;
		}
		ok(wrong == 0 && interrupts >= 2, "of many rows (asked %ld times)", interrupts);
		interrupts = 0;
		ok(ef_table_load(&table, &ef_retention_type, state, state->size, &context) == EF_OK, "what it has is read");
		ok(interrupts >= 1, "(asked %ld times)", interrupts);
	}
	free(cells);
	free(scratch);
	arena_close(&arena);
}

int
main(void)
{
	test_zero();
	test_interrupts();
	test_any_order();
	test_growth();
	test_damaged_labels();
	test_damaged_cells();
	test_many_labels();
	test_chosen_labels();
	test_normalize();
	test_frames();
	test_specs_any_order();
	test_specs();
	test_spec_slack();
	test_hostile_spec();
	test_overflow();
	test_outside();
	test_too_large();
	test_no_memory();
	test_hostile();
	test_damaged_state();
	test_hostile_series();
	return done_testing();
}
