/*
 * test_life_table_pairs.c: kinds of cells that have two labels.
 *
 * The type of these tests has a kind of each sort.  The model is a list of
 * counts by names; it is sorted, added up and written as the byte map says.
 */
#include "table/life_table.h"

#include <stdlib.h>

#include "arena.h"
#include "tap.h"

enum
{
	PLAIN, LABELLED, PAIRED, LATER, KINDS
};

static const EfKind kinds[KINDS] = {
	[PLAIN] = {"plain", false, 200, false},
	[LABELLED] = {"labelled", true, 3000, false},
	[PAIRED] = {"paired", true, 54789, true},
	[LATER] = {"later", true, 1, false},
};

/* No record is a row. */
static unsigned
expand(const EfFrame *frame, const EfCell *row, EfCell *cells)
{
	(void) frame;
	cells[0] = *row;
	return 1;
}

EF_REPORT(TOO_MANY, PROGRAM_LIMIT_EXCEEDED, "too many", "");

static const EfTableType type = {
	.name = "test",.tag = 'P',.too_many_labels = TOO_MANY,.nkinds = KINDS,.kinds = kinds,.row_cells = 1,
	.expand = expand,.label_limit = EF_PAIR_LABEL_LIMIT - 1,
};

static const EfFrame frame = {-8000, -300, true, 0, NULL, 0};


/* ---- the model ---- */

typedef struct Name
{
	char		bytes[24];
	size_t		length;
	int			rank;			/* among all that are used, from 1 */
} Name;

typedef struct Item
{
	unsigned	kind;
	int			first;			/* of names; -1: none */
	int			second;
	uint32_t	day;
	int64_t		count;
} Item;

static const Name *names;

static int
compare_names(const void *a, const void *b)
{
	const Name *x = &names[*(const int *) a];
	const Name *y = &names[*(const int *) b];
	size_t		common = x->length < y->length ? x->length : y->length;
	int			order = memcmp(x->bytes, y->bytes, common);

	return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

static int
rank(int name)
{
	return name < 0 ? 0 : names[name].rank;
}

#define BY(x, y) if ((x) != (y)) return (x) < (y) ? -1 : 1

static int
compare_items(const void *a, const void *b)
{
	const Item *x = a;
	const Item *y = b;

	BY(rank(x->first), rank(y->first));
	BY(x->kind, y->kind);
	BY(rank(x->second), rank(y->second));
	BY(x->day, y->day);
	return 0;
}

static void
put(uint8_t **at, uint64_t value)
{
	for (; value >= 128; value /= 128)
		*(*at)++ = (uint8_t) (value % 128 + 128);
	*(*at)++ = (uint8_t) value;
}

/* The packed form, without the length word; ranks the names that are used. */
static size_t
expect_packed(const Item *items, int n, Name *all, int nnames, uint8_t *out)
{
	Item	   *sorted = malloc(sizeof(Item) * (size_t) (n + 1));
	int		   *order = malloc(sizeof(int) * (size_t) (nnames + 1));
	uint8_t    *at = out;
	uint64_t	nseries = 0;
	int			used = 0;
	int			m = 0;

	for (int i = 0; i < nnames; i++)
		all[i].rank = 0;
	for (int i = 0; i < n; i++)
	{
		if (items[i].first >= 0)
			all[items[i].first].rank = 1;
		if (items[i].second >= 0)
			all[items[i].second].rank = 1;
	}
	for (int i = 0; i < nnames; i++)
		if (all[i].rank)
			order[used++] = i;
	names = all;
	qsort(order, (size_t) used, sizeof(int), compare_names);
	for (int i = 0; i < used; i++)
		all[order[i]].rank = i + 1;
	memcpy(sorted, items, sizeof(Item) * (size_t) n);
	qsort(sorted, (size_t) n, sizeof(Item), compare_items);
	for (int i = 0; i < n; i++)
		if (m > 0 && compare_items(&sorted[m - 1], &sorted[i]) == 0)
			sorted[m - 1].count += sorted[i].count;
		else
			sorted[m++] = sorted[i];

	*at++ = EF_FORMAT_PACKED;
	*at++ = 'P';
	put(&at, 0);
	put(&at, 1);
	put(&at, 2 * 8000 - 1);
	put(&at, 2 * 300 - 1);
	put(&at, 0);
	put(&at, (uint64_t) used);
	for (int i = 0; i < used; i++)
	{
		put(&at, all[order[i]].length);
		memcpy(at, all[order[i]].bytes, all[order[i]].length);
		at += all[order[i]].length;
	}
	for (int i = 0; i < m; i++)
		nseries += i == 0 || rank(sorted[i].first) != rank(sorted[i - 1].first) ||
			sorted[i].kind != sorted[i - 1].kind;
	put(&at, nseries);
	for (int i = 0; i < m;)
	{
		int			end = i;
		int64_t		last = -1;

		while (end < m && rank(sorted[end].first) == rank(sorted[i].first) &&
			   sorted[end].kind == sorted[i].kind)
			end++;
		put(&at, (uint64_t) rank(sorted[i].first) << 4 | sorted[i].kind);
		put(&at, (uint64_t) (end - i));
		for (; i < end; i++)
		{
			int64_t		place = (int64_t) rank(sorted[i].second) * 65536 + sorted[i].day;

			put(&at, (uint64_t) (place - last - 1));
			put(&at, (uint64_t) sorted[i].count);
			last = place;
		}
	}
	free(sorted);
	free(order);
	return (size_t) (at - out);
}

/* Distinct names, among them the empty one, prefixes, zeros and full bytes. */
static void
make_names(Name *all, int n)
{
	static const char *const some[] = {"", "a", "ab", "a\0", "\0", "\0\0", "\xff", "a\xff"};
	static const size_t length[] = {0, 1, 2, 2, 1, 2, 1, 2};

	for (int i = 0; i < n; i++)
		if (i < 8)
		{
			memcpy(all[i].bytes, some[i], length[i]);
			all[i].length = length[i];
		}
		else
			all[i].length = (size_t) snprintf(all[i].bytes, 24, "state %d", i * 7919 % 100003);
}

static void
random_item(Item *item, int nnames, uint32_t spread)
{
	item->kind = random_below(3) == 0 ? random_below(KINDS) : PAIRED;
	item->first = item->kind == PLAIN ? -1 : (int) random_below((uint32_t) nnames);
	item->second = item->kind == PAIRED ? (int) random_below((uint32_t) nnames) : -1;
	item->day = random_below(kinds[item->kind].axis) % spread;
	if (random_below(50) == 0)
		item->day = kinds[item->kind].axis - 1;
	item->count = 1 + random_below(3);
}


/* ---- what the core makes of it ---- */

static EfStatus
number_of(EfState **state, int name, const Name *all, uint32_t *label, EfContext *context)
{
	EfStatus	status;

	*label = 0;
	if (name < 0)
		return EF_OK;
	status = ef_state_reserve(state, &type, 0, all[name].length, context);
	if (status == EF_OK)
		*label = ef_state_label(*state, all[name].bytes, all[name].length);
	return status;
}

static EfStatus
add_item(EfState **state, const Item *item, const Name *all, EfContext *context)
{
	uint32_t	first;
	uint32_t	second;
	EfStatus	status = number_of(state, item->first, all, &first, context);

	if (status == EF_OK)
		status = number_of(state, item->second, all, &second, context);
	if (status == EF_OK)
		status = ef_state_reserve(state, &type, 1, 0, context);
	if (status == EF_OK)
		ef_state_append(*state, ef_key(first, item->kind, ef_pair(second, item->day)),
						item->count);
	return status;
}

static EfStatus
pack_state(const EfState *state, uint8_t **bytes, size_t *size, EfContext *context)
{
	EfTable		table;
	EfStatus	status = ef_table_load(&table, &type, state, state->size, context);

	return status == EF_OK
		? ef_table_pack(&table, &type, sizeof(int32_t), bytes, size, context) : status;
}

/* Is every cell where one of its kind can be, and after the one before it? */
static bool
is_table(const EfTable *table)
{
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		unsigned	kind = ef_key_kind(key);
		uint32_t	at = ef_key_at(key);

		if (kind >= KINDS || table->cells[i].count == 0 ||
			(i > 0 && key <= table->cells[i - 1].key) ||
			ef_key_label(key) > table->nlabels ||
			(ef_key_label(key) > 0) != kinds[kind].labelled)
			return false;
		if (kind == PAIRED && (at / 65536 < 1 || at / 65536 > table->nlabels))
			return false;
		if ((kind == PAIRED ? at % 65536 : at) >= kinds[kind].axis)
			return false;
	}
	for (uint32_t i = 1; i < table->nlabels; i++)
		if (ef_label_compare(&table->labels[i - 1], &table->labels[i]) >= 0)
			return false;
	return true;
}

/* One way to make a table of items: parts that are merged as they are or packed,
 * and which meet the names in different orders. */
static int
make_in_parts(Item *items, int n, const Name *all, int nparts, bool into_empty,
			  const uint8_t *expected, size_t expected_size)
{
	Arena		arena;
	EfState    *part[6];
	EfState    *whole;
	uint8_t    *bytes = NULL;
	size_t		size = 0;
	int			wrong = 0;

	arena_open(&arena);
	for (int i = n - 1; i > 0; i--)
	{
		int			j = (int) random_below((uint32_t) i + 1);
		Item		swap = items[i];

		items[i] = items[j];
		items[j] = swap;
	}
	for (int p = 0; p < nparts; p++)
		wrong += ef_state_create(&part[p], &type, &frame, 0, &arena.context) != EF_OK;
	for (int i = 0; i < n; i++)
		wrong += add_item(&part[random_below((uint32_t) nparts)], &items[i], all, &arena.context) != EF_OK;
	whole = part[nparts - 1];
	if (into_empty)
	{
		wrong += ef_state_create(&whole, &type, &frame, 0, &arena.context) != EF_OK;
		nparts++;
	}
	for (int p = nparts - 2; p >= 0 && wrong == 0; p--)
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
		wrong += !is_table(&table);
		wrong += ef_state_merge(&whole, &type, &table, &arena.context) != EF_OK;
	}
	wrong += pack_state(whole, &bytes, &size, &arena.context) != EF_OK;
	wrong += wrong > 0 || size != expected_size + sizeof(int32_t) ||
		memcmp(bytes + sizeof(int32_t), expected, expected_size) != 0;
	arena_close(&arena);
	return wrong;
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
		{0, 1, 1, 60000}, {1, 2, 1, 60000}, {9, 3, 2, 60000}, {60, 12, 3, 30},
		{300, 200, 4, 60000}, {2000, 5, 3, 60}, {6000, 400, 5, 60000},
		{20000, 20, 2, 400}, {40000, 3, 4, 60000}, {60000, 400, 2, 3000}, {60000, 2, 3, 4},
	};

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
	{
		int			n = cases[c].items;
		Name	   *all = calloc((size_t) cases[c].names, sizeof(Name));
		Item	   *items = malloc(sizeof(Item) * (size_t) (n + 1));
		uint8_t    *expected = malloc((size_t) n * 16 + (size_t) cases[c].names * 32 + 100);
		size_t		size;
		int			wrong = 0;

		make_names(all, cases[c].names);
		for (int i = 0; i < n; i++)
			random_item(&items[i], cases[c].names, cases[c].spread);
		size = expect_packed(items, n, all, cases[c].names, expected);
		for (int round = 0; round < 3; round++)
			wrong += make_in_parts(items, n, all, cases[c].parts, round > 0, expected, size);
		is_int(wrong, 0, "%d cells of %d names in %d parts: the same %zu bytes in any order",
			   n, cases[c].names, cases[c].parts, size);
		free(all);
		free(items);
		free(expected);
	}
}

/* As many names as there may be, each in pairs; then one more. */
static void
test_most_labels(void)
{
	Arena		arena;
	EfState    *state;
	EfState    *other;
	EfTable		table;
	EfTable		sum;
	const uint32_t n = type.label_limit;
	char		name[16];
	int			wrong = 0;

	arena_open(&arena);
	ef_state_create(&state, &type, &frame, 0, &arena.context);
	ef_state_create(&other, &type, &frame, 0, &arena.context);
	for (uint32_t i = 1; i <= n; i++)
	{
		size_t		length = (size_t) snprintf(name, sizeof(name), "%u", i);

		wrong += ef_state_reserve(&state, &type, 1, length, &arena.context) != EF_OK;
		wrong += ef_state_label(state, name, length) != i;
		/* to the one before it, in reverse on a day of its own */
		if (i > 1)
			ef_state_append(state, ef_key(i, PAIRED, ef_pair(i - 1, i % 54789)), i);
	}
	for (uint32_t i = n; i > 0; i--)
	{
		size_t		length = (size_t) snprintf(name, sizeof(name), "%u", i);

		wrong += ef_state_reserve(&other, &type, 0, length, &arena.context) != EF_OK;
		ef_state_label(other, name, length);
	}
	wrong += ef_table_load(&table, &type, state, state->size, &arena.context) != EF_OK;
	is_int(wrong, 0, "a table of %u labels loads", n);
	ok(is_table(&table) && table.nlabels == n && table.ncells == n - 1, "with all of its pairs");

	/* twice, into one that numbered them the other way round */
	wrong = ef_state_merge(&other, &type, &table, &arena.context) != EF_OK ||
		ef_state_merge(&other, &type, &table, &arena.context) != EF_OK ||
		ef_table_load(&sum, &type, other, other->size, &arena.context) != EF_OK;
	for (uint32_t i = 2; i <= n && wrong == 0; i++)
	{
		size_t		length = (size_t) snprintf(name, sizeof(name), "%u", i);
		uint32_t	label = ef_table_label(&sum, name, length);
		uint32_t	before;
		size_t		ncells;
		const EfCell *cells = ef_table_series(&sum, label, PAIRED, &ncells);

		length = (size_t) snprintf(name, sizeof(name), "%u", i - 1);
		before = ef_table_label(&sum, name, length);
		wrong += ncells != 1 || cells->count != 2 * i ||
			ef_key_at(cells->key) != (before << 16 | i % 54789);
	}
	is_int(wrong, 0, "each pair of a sum has its own count");

	/* one name more */
	ef_state_reserve(&state, &type, 1, 3, &arena.context);
	ef_state_label(state, "one", 3);
	is_int(ef_frame_check_labels(state->nlabels, &type, &refuses), TOO_MANY, "a label more than there may be is refused");
	ef_state_create(&state, &type, &frame, 0, &arena.context);
	ef_state_reserve(&state, &type, 1, 3, &arena.context);
	ef_state_label(state, "one", 3);
	ef_state_append(state, ef_key(1, LABELLED, 1), 1);
	ef_table_load(&sum, &type, state, state->size, &arena.context);
	is_int(ef_state_merge(&other, &type, &sum, &arena.context), TOO_MANY,
		   "so is a sum of tables that has one more together");
	ok(strstr(error.detail, "65535") != NULL, "and says how many there are: %s", error.detail);
	table.nlabels++;
	is_int(ef_table_read_series(&table, &type, (const uint8_t *) "", 1, &arena.context),
		   TOO_MANY, "so are series that say so");
	arena_close(&arena);
}

/* A label that comes twice is one, also as a second one. */
static void
test_normalize(void)
{
	Arena		arena;
	EfLabel		labels[4] = {{"c", 1}, {"a", 1}, {"c", 1}, {"b", 1}};
	EfCell		cells[5] = {
		{ef_key(1, PAIRED, ef_pair(2, 7)), 1},
		{ef_key(3, PAIRED, ef_pair(2, 7)), 2},
		{ef_key(2, PAIRED, ef_pair(3, 5)), 4},
		{ef_key(2, PAIRED, ef_pair(1, 5)), 8},
		{ef_key(2, PAIRED, ef_pair(4, 54788)), 16},
	};
	EfTable		table = {.nlabels = 4,.labels = labels,.ncells = 5,.cells = cells};

	arena_open(&arena);
	is_int(ef_table_normalize(&table, &type, &arena.context), EF_OK, "it is put in order");
	ok(is_table(&table) && table.nlabels == 3 && table.ncells == 3, "with each label once");
	ok(cells[0].key == ef_key(1, PAIRED, ef_pair(2, 54788)) && cells[0].count == 16 &&
	   cells[1].key == ef_key(1, PAIRED, ef_pair(3, 5)) && cells[1].count == 12 &&
	   cells[2].key == ef_key(3, PAIRED, ef_pair(1, 7)) && cells[2].count == 3,
	   "and what is equal added up");
	arena_close(&arena);
}

/* Cells of a state that are at no place. */
static void
test_outside(void)
{
	static const EfKey keys[] = {
		(EfKey) 1 << 36 | (EfKey) PAIRED << 32 | 5,
		(EfKey) 1 << 36 | (EfKey) PAIRED << 32 | 3 << 16 | 5,
		(EfKey) 1 << 36 | (EfKey) PAIRED << 32 | 1 << 16 | 54789,
		(EfKey) 1 << 36 | (EfKey) PAIRED << 32 | UINT32_MAX,
		(EfKey) 1 << 36 | (EfKey) LABELLED << 32 | 1 << 16 | 5,
		(EfKey) 1 << 36 | (EfKey) LATER << 32 | 1,
		(EfKey) PLAIN << 32 | 1 << 16,
		(EfKey) EF_KIND_ROW << 32 | 1 << 16 | 5,
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
	{
		Arena		arena;
		EfState    *state;
		EfTable		table;

		arena_open(&arena);
		ef_state_create(&state, &type, &frame, 0, &arena.context);
		ef_state_label(state, "a", 1);
		ef_state_label(state, "b", 1);
		ef_state_append(state, ef_key(1, PAIRED, ef_pair(2, 5)), 1);
		is_int(ef_table_load(&table, &type, state, state->size, &arena.context), EF_OK, "a pair loads");
		ef_state_append(state, keys[i], 1);
		is_int(ef_table_load(&table, &type, state, state->size, &arena.context),
			   EF_INVALID, "a cell at %llx does not", (unsigned long long) keys[i]);
		arena_close(&arena);
	}
}

/* Load bytes that may be anything: refused, or a table. */
static bool
hostile(const uint8_t *bytes, size_t size, int *wrong)
{
	Arena		arena;
	EfTable		table;
	uint8_t    *copy = malloc(size + 4);
	bool		valid;

	memset(copy, 0, 4);
	memcpy(copy + 4, bytes, size);
	arena_open(&arena);
	valid = ef_table_load(&table, &type, copy, size + 4, &arena.context) == EF_OK;
	if (valid)
	{
		uint8_t    *packed;
		size_t		packed_size;

		*wrong += !is_table(&table);
		*wrong += ef_table_pack(&table, &type, 4, &packed, &packed_size, &arena.context) != EF_OK;
		*wrong += packed_size > size + 4;
	}
	else
		*wrong += error.detail[0] == '\0';
	free(copy);
	arena_close(&arena);
	return valid;
}

static void
test_hostile(void)
{
	uint8_t		bytes[4000];
	Name		all[4];
	Item		items[20];
	size_t		size;
	int			wrong = 0;
	int			valid = 0;

	memset(all, 0, sizeof(all));
	make_names(all, 4);
	for (int i = 0; i < 20; i++)
		random_item(&items[i], 4, 300);
	size = expect_packed(items, 20, all, 4, bytes);
	ok(hostile(bytes, size, &wrong) && wrong == 0, "%zu bytes are valid", size);
	for (size_t n = 0; n < size; n++)
		valid += hostile(bytes, n, &wrong);
	is_int(valid, 0, "none of their beginnings are");
	for (size_t n = 0; n < size; n++)
		for (int byte = 0; byte < 256; byte++)
		{
			uint8_t		old = bytes[n];

			bytes[n] = (uint8_t) byte;
			valid += hostile(bytes, size, &wrong);
			bytes[n] = old;
		}
	is_int(wrong, 0, "with any byte changed, they are refused or are a table (%d)", valid);
	valid = 0;
	for (int i = 0; i < 30000; i++)
	{
		uint8_t		copy[5000];
		size_t		length = size;
		static const uint8_t edges[] = {0, 1, 2, 0x7f, 0x80, 0xff};

		memcpy(copy, bytes, size);
		for (uint32_t k = 1 + random_below(4); k > 0; k--)
		{
			size_t		n = 2 + random_below((uint32_t) length - 2);

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

/* Series alone, as a wire brings them, of few bytes that say most. */
static void
test_hostile_series(void)
{
	int			wrong = 0;
	int			read = 0;
	int			pairs = 0;

	for (int i = 0; i < 60000; i++)
	{
		Arena		arena;

		/*
		 * one series of a first label, one cell or two, second label in the
		 * third byte of a varint
		 */
		uint8_t		bytes[] = {1, (uint8_t) (random_below(5) << 4 | random_below(5)),
			(uint8_t) (1 + random_below(2)),
			(uint8_t) (0x80 | random_below(128)), (uint8_t) (0x80 | random_below(128)),
			(uint8_t) (random_below(4) << 2 | random_below(4)), 1,
		(uint8_t) random_below(128), 1};
		size_t		size = bytes[2] == 1 ? 7 : 9;
		EfTable		table = {.nlabels = 2};

		arena_open(&arena);
		if (ef_table_read_series(&table, &type, bytes, size, &arena.context) == EF_OK)
		{
			EfLabel		labels[2] = {{"a", 1}, {"b", 1}};

			table.labels = labels;
			read++;
			wrong += !is_table(&table);
			pairs += ef_key_kind(table.cells[0].key) == PAIRED;
		}
		arena_close(&arena);
	}
	is_int(wrong, 0, "series of any bytes are refused or in order (%d, with pairs %d)", read, pairs);
	ok(pairs > 100 && read < 30000, "both happen");
}

/* Every request for memory can be the last. */
static EfStatus
work(const Item *items, int n, const Name *all, EfContext *context)
{
	EfState    *state;
	EfState    *sum;
	EfTable		table;
	uint8_t    *bytes;
	size_t		size;
	EfStatus	status;

	if ((status = ef_state_create(&state, &type, &frame, 0, context)) != EF_OK ||
		(status = ef_state_create(&sum, &type, &frame, 0, context)) != EF_OK)
		return status;
	for (int i = 0; i < n; i++)
		if ((status = add_item(&state, &items[i], all, context)) != EF_OK)
			return status;
	if ((status = pack_state(state, &bytes, &size, context)) != EF_OK ||
		(status = ef_table_load(&table, &type, bytes, size, context)) != EF_OK ||
		(status = ef_table_normalize(&table, &type, context)) != EF_OK ||
		(status = ef_state_merge(&sum, &type, &table, context)) != EF_OK)
		return status;
	return ef_state_merge(&sum, &type, &table, context);
}

static void
test_no_memory(void)
{
	Name		all[30];
	Item	   *items = malloc(sizeof(Item) * 9000);
	Arena		arena;
	long		calls;
	int			wrong = 0;

	memset(all, 0, sizeof(all));
	make_names(all, 30);
	for (int i = 0; i < 9000; i++)
		random_item(&items[i], 30, 60000);
	arena_open(&arena);
	is_int(work(items, 9000, all, &arena.context), EF_OK, "with memory it works");
	calls = arena.calls;
	arena_close(&arena);
	for (long fail_at = 1; fail_at <= calls; fail_at++)
	{
		arena_open(&arena);
		arena.fail_at = fail_at;
		wrong += tried(&arena, work(items, 9000, all, &arena.context)) != EF_NO_MEMORY;
		arena_close(&arena);
	}
	is_int(wrong, 0, "whichever of %ld requests fails, it is said", calls);
	free(items);
}

int
main(void)
{
	test_any_order();
	test_most_labels();
	test_normalize();
	test_outside();
	test_hostile();
	test_hostile_series();
	test_no_memory();
	return done_testing();
}
