/*
 * test_pages.c: counts on pages against an array of counts, and large states,
 * which have pages, against small ones, which have none.
 */
#include "table/pages.h"

#include <stdlib.h>

#include "arena.h"
#include "table/life_table.h"
#include "tap.h"

enum
{
	PLAIN, LABELLED, SHORT, PAIRED, KINDS
};

#define AXIS 6000

/* A row leaves 1 at its place of PLAIN, and its count at half of that of LABELLED. */
static unsigned
expand(const EfFrame *frame, const EfCell *row, EfCell *cells)
{
	(void) frame;
	cells[0].key = ef_key(0, PLAIN, ef_key_at(row->key));
	cells[0].count = 1;
	cells[1].key = ef_key(ef_key_label(row->key), LABELLED, ef_key_at(row->key) / 2);
	cells[1].count = row->count;
	return 2;
}

static const EfKind kinds[KINDS] = {
	[PLAIN] = {"plain", false, AXIS, false},
	[LABELLED] = {"labelled", true, AXIS, false},
	[SHORT] = {"short", false, 3, false},
	[PAIRED] = {"paired", true, 10, true},
};

static const EfTableType type = {
	.name = "test",.tag = 'T',.nkinds = KINDS,
	.kinds = kinds,.row_cells = 2,.expand = expand,.label_limit = 1000,
};

static const EfFrame frame = {-8000, -300, true, 0, NULL, 0};


/* ---- blocks ---- */

#define LABELS 40
#define SERIES ((LABELS + 1) << EF_KIND_BITS)

/* Counts of every place that is no pair. */
typedef struct Counts
{
	int64_t		counts[SERIES][AXIS];
} Counts;

/* Cells in order of which some series are full and some are not. */
static size_t
random_cells(EfCell *cells, Counts *model)
{
	size_t		n = 0;

	memset(model, 0, sizeof(*model));
	for (uint32_t label = 0; label <= LABELS; label++)
		for (unsigned kind = 0; kind < KINDS; kind++)
		{
			uint32_t	step = 1 + random_below(random_below(2) ? 2 : 200);
			uint32_t	first = random_below(kinds[kind].axis);
			int64_t		most = random_below(3) == 0 ? INT64_C(1) << random_below(60) : 100;

			if (kinds[kind].paired || kinds[kind].labelled != (label > 0) ||
				random_below(3) == 0)
				continue;
			for (uint32_t at = first; at < kinds[kind].axis && at < first + 2000;
				 at += 1 + random_below(step))
			{
				int64_t		count = 1 + (int64_t) (random_below(1 << 30) * (uint64_t) most >> 30);

				if (random_below(4) == 0)
					count = -count;
				cells[n].key = ef_key(label, kind, at);
				cells[n++].count = count;
				model->counts[ef_key_series(ef_key(label, kind, 0))][at] = count;
			}
		}
	return n;
}

/* Do pages and cells together say what the model says? */
static bool
same_counts(const EfPages *pages, const EfCell *cells, size_t n, Counts *model)
{
	static EfCell paged[SERIES * AXIS];
	size_t		npaged = pages == NULL ? 0 : ef_pages_cells(pages, paged);
	bool		good = pages == NULL || npaged == ef_pages_ncells(pages);

	for (size_t i = 0; i < npaged; i++)
	{
		good = good && paged[i].count != 0 && (i == 0 || paged[i - 1].key < paged[i].key);
		model->counts[ef_key_series(paged[i].key)][ef_key_at(paged[i].key)] -= paged[i].count;
	}
	for (size_t i = 0; i < n; i++)
		model->counts[ef_key_series(cells[i].key)][ef_key_at(cells[i].key)] -= cells[i].count;
	for (int series = 0; series < SERIES; series++)
		for (int at = 0; at < AXIS; at++)
			good = good && model->counts[series][at] == 0;
	return good;
}

static void
test_blocks(void)
{
	static EfCell cells[SERIES * 2000];
	static EfCell rest[SERIES * 2000];
	Counts	   *model = malloc(sizeof(Counts));
	Counts	   *copy = malloc(sizeof(Counts));
	int			good = 0;
	int			added = 0;
	int			grown = 0;
	int			larger = 0;
	int			smaller = 0;
	int			damaged = 0;
	int			trials = 60;
	long		places = 0;
	long		taken = 0;

	for (int trial = 0; trial < trials; trial++)
	{
		Arena		arena;
		EfPages    *pages;
		EfPages    *more;
		size_t		more_size;
		EfPageIndex index;
		size_t		size;
		size_t		n = random_cells(cells, model);
		size_t		before = n;
		uint8_t    *exact;

		arena_open(&arena);
		if (ef_pages_build(&pages, &size, &type, LABELS, NULL, cells, &n, &arena.context) != EF_OK || pages == NULL ||
			!ef_pages_check(pages, size, &type, LABELS))
			continue;
		memcpy(copy, model, sizeof(Counts));
		good += same_counts(pages, cells, n, copy);
		smaller += size <= (before - n) * sizeof(EfCell) + sizeof(EfPages);

		/* more of everything, on the pages or not */
		ef_pages_index(&index, pages);
		for (int i = 0; i < 20000; i++)
		{
			uint32_t	label = random_below(LABELS + 1);
			unsigned	kind = label > 0 ? LABELLED : random_below(2) ? PLAIN : SHORT;
			EfCell		cell = {ef_key(label, kind, random_below(kinds[kind].axis)),
			random_below(100) == 0 ? INT64_C(1) << random_below(58) : 3000};
			int64_t    *count = &model->counts[ef_key_series(cell.key)][ef_key_at(cell.key)];

			places++;
			*count += cell.count;
			if (ef_pages_add(&index, &cell))
				taken++;
			else
				cells[n++] = cell;
		}
		memcpy(copy, model, sizeof(Counts));
		added += ef_pages_check(pages, size, &type, LABELS) &&
			same_counts(pages, cells, n, model);

		/* pages grow for what was beside them, and others are made */
		ef_cells_sort(cells, n, &arena.context);
		if (ef_cells_unite(cells, &n, &arena.context) == EF_OK &&
			ef_pages_build(&more, &more_size, &type, LABELS, pages, cells, &n, &arena.context) == EF_OK)
		{
			larger += more != NULL && more_size > size;
			if (more == NULL)
				more = pages;
			grown += (more == pages || ef_pages_check(more, more_size, &type, LABELS)) &&
				same_counts(more, cells, n, copy);
		}

		/* a block of chance is refused, or used within its bytes */
		exact = malloc(size);
		for (int i = 0; i < 300; i++)
		{
			size_t		short_by = random_below(4) == 0 ? 8 * random_below(20) : 0;

			memcpy(exact, pages, size);
			for (unsigned b = random_below(3); b < 3; b++)
				exact[random_below((uint32_t) (8 + pages->npages * sizeof(EfPage)))] =
					(uint8_t) random_below(256);
			if (short_by < size &&
				ef_pages_check(exact + short_by, size - short_by, &type, LABELS))
			{
				ef_pages_cells((EfPages *) (void *) (exact + short_by), rest);
				ef_pages_index(&index, (EfPages *) (void *) (exact + short_by));
				for (unsigned a = 0; a < 50; a++)
				{
					EfCell		cell = {ef_key(a % (LABELS + 1), a % KINDS, random_below(AXIS)), 1};

					ef_pages_add(&index, &cell);
				}
				damaged++;
			}
		}
		free(exact);
		arena_close(&arena);
	}
	is_int(good, trials, "pages and the cells beside them hold every count");
	is_int(smaller, trials, "in the room of the cells, or less");
	is_int(added, trials, "and so they do after more was added");
	is_int(grown, trials, "and after they grew for that");
	ok(larger > trials / 2, "as most do");
	ok(taken > places / 50 && taken < places, "to pages and beside them");
	ok(damaged > 0, "blocks of chance are used within their bytes, or refused");
	free(model);
	free(copy);
}

static void
test_refused(void)
{
	Arena		arena;
	EfPages    *pages;
	size_t		size;
	size_t		n;
	EfCell		twice[] = {{ef_key(0, PLAIN, 5), 1}, {ef_key(0, PLAIN, 5), 1}};
	EfCell		back[] = {{ef_key(0, PLAIN, 5), 1}, {ef_key(0, PLAIN, 4), 1}};
	EfCell		beyond[] = {{ef_key(0, PLAIN, AXIS), 1}};
	EfCell		row[] = {{ef_key(0, EF_KIND_ROW, 1), 1}};
	EfCell		label[] = {{ef_key(3, LABELLED, 1), 1}};
	EfCell	   *bad[] = {twice, back, beyond, row, label};
	size_t		size_of[] = {2, 2, 1, 1, 1};
	int			refused = 0;

	arena_open(&arena);
	for (int i = 0; i < 5; i++)
	{
		n = size_of[i];
		refused += ef_pages_build(&pages, &size, &type, 2, NULL, bad[i], &n, &arena.context) == EF_INVALID;
	}
	is_int(refused, 5, "cells out of order, beyond the axis, of no kind or label are refused");
	n = 1;
	ok(ef_pages_build(&pages, &size, &type, 3, NULL, label, &n, &arena.context) == EF_OK &&
	   pages == NULL && n == 1, "one cell has no page");
	arena_close(&arena);
}


/* ---- states ---- */

#define ROWS 30000
#define NAMES 40

typedef struct Row
{
	unsigned	name;			/* 0: none */
	unsigned	kind;
	uint32_t	at;
	int64_t		count;
} Row;

static bool
add_row(EfState **state, const Row *row, EfContext *context)
{
	char		name[20];
	size_t		length = (size_t) snprintf(name, sizeof(name), "name %u", row->name * 7 % NAMES);
	uint32_t	label = 0;

	if (ef_state_reserve(state, &type, 1, row->name > 0 ? length : 0, context) != EF_OK)
		return false;
	if (row->name > 0)
		label = ef_state_label(*state, name, length);
	ef_state_append(*state, ef_key(label, row->kind, row->kind == PAIRED
								   ? ef_pair(label, row->at) : row->at), row->count);
	return true;
}

static bool
packs_as(const EfState *state, const uint8_t *expected, size_t size, EfContext *context)
{
	EfTable		table;
	uint8_t    *bytes;
	size_t		n;

	return ef_table_load(&table, &type, state, state->size, context) == EF_OK &&
		ef_table_pack(&table, &type, 0, &bytes, &n, context) == EF_OK &&
		n == size && memcmp(bytes, expected, size) == 0;
}

/* The sum of the rows one by one: of states that are too small for pages. */
static void
add_small(EfState **sum, const Row *rows, int n, EfContext *context)
{
	for (int i = 0; i < n; i += 300)
	{
		EfState    *few;
		EfTable		table;
		bool		good = ef_state_create(&few, &type, &frame, 0, context) == EF_OK;

		for (int j = i; j < i + 300 && j < n; j++)
			good = good && add_row(&few, &rows[j], context);
		if (!good || few->paged > 0 || ef_table_load(&table, &type, few, few->size, context) != EF_OK ||
			ef_state_merge(sum, &type, &table, context) != EF_OK)
			fail("a small state is made and merged");
	}
}

static void
test_states(void)
{
	static Row	rows[ROWS];
	int			trials = 12;
	int			orders = 0;
	int			parts = 0;
	int			tables = 0;
	int			paged = 0;
	int			loose = 0;

	for (int trial = 0; trial < trials; trial++)
	{
		Arena		arena;
		EfState    *small;
		EfState    *whole;
		EfState    *sum = NULL;
		EfState    *others = NULL;
		EfTable		table;
		uint8_t    *expected = NULL;
		size_t		size = 0;
		uint32_t	spread = 50 + random_below(trial % 2 ? 300 : AXIS - 50);
		int			n = ROWS / (1 + (int) random_below(4));
		int			stride = n / (2 + (int) random_below(5));
		bool		good;

		arena_open(&arena);
		for (int i = 0; i < n; i++)
		{
			unsigned	kind = random_below(20);

			rows[i].kind = kind < KINDS ? kind : EF_KIND_ROW;
			rows[i].name = rows[i].kind == PLAIN || rows[i].kind == SHORT ? 0
				: 1 + random_below(trial % 3 ? 3 : NAMES);
			rows[i].at = random_below(rows[i].kind == EF_KIND_ROW ? spread
									  : kinds[rows[i].kind].axis);
			rows[i].count = random_below(1000) == 0 ? 40000
				: trial % 4 == 0 ? 1000 : random_below(9) == 0 ? -1 : 1;
		}

		/* never on pages */
		good = ef_state_create(&small, &type, &frame, 0, &arena.context) == EF_OK;
		for (int i = 0; i < n; i += stride)
			add_small(&small, rows + i, n - i < stride ? n - i : stride, &arena.context);
		good = good && ef_table_load(&table, &type, small, small->size, &arena.context) == EF_OK &&
			ef_table_pack(&table, &type, 0, &expected, &size, &arena.context) == EF_OK;

		/* at once, from the last row to the first */
		good = good && ef_state_create(&whole, &type, &frame, 0, &arena.context) == EF_OK;
		for (int i = n; i-- > 0 && good;)
			good = add_row(&whole, &rows[i], &arena.context);
		orders += good && packs_as(whole, expected, size, &arena.context);
		paged += good && whole->paged > 0;
		loose += good && whole->nsorted > 0;

		/* in parts, as processes hand them on, and opened first */
		for (int i = 0; i < n && good; i += stride)
		{
			EfState    *part;

			good = ef_state_create(&part, &type, &frame, 0, &arena.context) == EF_OK;
			for (int j = i; j < i + stride && j < n && good; j++)
				good = add_row(&part, &rows[j], &arena.context);
			if (sum == NULL)
			{
				good = good && ef_state_create(&sum, &type, &frame, 0, &arena.context) == EF_OK &&
					ef_state_create(&others, &type, &frame, 0, &arena.context) == EF_OK;
			}
			good = good && ef_state_merge_state(&sum, &type, part, part->size, &arena.context) == EF_OK &&
				ef_table_load(&table, &type, part, part->size, &arena.context) == EF_OK &&
				ef_state_merge(&others, &type, &table, &arena.context) == EF_OK;
		}
		parts += good && packs_as(sum, expected, size, &arena.context);
		tables += good && packs_as(others, expected, size, &arena.context);
		arena_close(&arena);
	}
	is_int(orders, trials, "rows give the same bytes on pages and without");
	is_int(parts, trials, "and in parts that are merged as they are");
	is_int(tables, trials, "or opened");
	ok(paged >= trials / 2, "large states have pages, %d of %d", paged, trials);
	ok(loose > 0, "and some have cells beside them");
}

/* Every byte that a state's pages begin with, changed: refused, or read within it. */
static void
test_damaged_states(void)
{
	Arena		arena;
	EfState    *state;
	bool		good;
	int			refused = 0;
	int			taken = 0;

	arena_open(&arena);
	good = ef_state_create(&state, &type, &frame, 0, &arena.context) == EF_OK;
	for (int i = 0; i < 8000 && good; i++)
	{
		Row			row = {1 + random_below(3), EF_KIND_ROW, random_below(500), 1};

		good = add_row(&state, &row, &arena.context);
	}
	ok(good && state->paged > 0, "a state has pages");
	for (uint32_t at = 0; good && at < 24 + 4 * sizeof(EfPage); at++)
		for (int bit = 0; bit < 8; bit++)
		{
			EfState    *bad = malloc(state->size);
			EfState    *sum;
			EfTable		table;
			Arena		own;
			EfStatus	status;

			arena_open(&own);
			memcpy(bad, state, state->size);
			(at < 24 ? (uint8_t *) &bad->size + at : ef_state_pages(bad) + at - 24)[0] ^=
				(uint8_t) (1 << bit);
			status = ef_table_load(&table, &type, bad, state->size, &own.context);
			refused += status != EF_OK;
			taken += status == EF_OK;
			memcpy(bad, state, state->size);
			(at < 24 ? (uint8_t *) &bad->size + at : ef_state_pages(bad) + at - 24)[0] ^=
				(uint8_t) (1 << bit);
			if (ef_state_create(&sum, &type, &frame, 0, &own.context) == EF_OK)
				taken += ef_state_merge_state(&sum, &type, bad, state->size, &own.context) == EF_OK;
			free(bad);
			arena_close(&own);
		}
	ok(refused > 500, "of damaged ones %d are refused, %d taken", refused, taken);
	arena_close(&arena);
}

int
main(void)
{
	test_blocks();
	test_refused();
	test_states();
	test_damaged_states();
	return done_testing();
}
