/*
 * test_retention.c: what rows leave in a retention, against people who are
 * followed day by day; which tables rows can have given; and bytes from
 * anywhere.
 */
#include "retention/retention.h"

#include "arena.h"
#include "retention/log_rank.h"
#include "retention/retention_curve.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAYS (EF_SPELL_DAYS + 1)

/* 150 years have as many days wherever they lie. */
#define SURE_DAYS 54785

/* ---- people, followed ---- */

/* In byte order. */
static const char *const reasons[] = {"", "a", "moved", "retirement", "unknown"};

enum
{
	NREASONS = 5
};

typedef struct Row
{
	EfSpell		spell;
	int			reason;
} Row;

typedef struct Counts
{
	int64_t		late[DAYS];
	int64_t		exits[NREASONS][DAYS];
	int64_t		censored[DAYS];
	int64_t		at_risk[DAYS];
	int64_t		people;
	int64_t		gone;
} Counts;

/* Walk through the days of a spell, with a clock that starts with it. */
static void
follow(Counts *counts, const EfFrame *frame, const Row *row)
{
	const EfSpell *spell = &row->spell;
	int			clock = 0;
	int			met = -1;		/* when they were there in the period at first */

	for (EfDay day = spell->start; day < spell->end && day < frame->as_of; day++, clock++)
		if (met < 0 && (!frame->bounded || day >= frame->from))
			met = clock;

	/* who came and went on one day of it */
	if (spell->end == spell->start && spell->start < frame->as_of &&
		(!frame->bounded || spell->start >= frame->from))
		met = 0;
	if (met < 0)
		return;

	counts->people++;
	if (met > 0)
		counts->late[met]++;
	if (spell->end <= frame->as_of)
	{
		counts->exits[row->reason][clock]++;
		counts->gone++;
	}
	else
		counts->censored[clock]++;

	/*
	 * who was not there from the start might not have been seen had they left
	 * on the day they were met
	 */
	for (int day = met > 0 ? met + 1 : 0; day <= clock; day++)
		counts->at_risk[day]++;
}

static EfDay
random_day(EfDay from, EfDay to)
{
	return to <= from ? from : from + (EfDay) random_below((uint32_t) (to - from) + 1);
}

/* A start and an end that are allowed, often where it matters. */
static void
random_row(Row *row, const EfFrame *frame, int span)
{
	EfDay		earliest = frame->as_of - SURE_DAYS;
	EfSpell    *spell = &row->spell;

	ef_spell_last_seen(spell, EF_DAY_INFINITY);
	switch (random_below(span > 10000 ? 8 : 40))
	{
		case 0:
			spell->start = random_day(earliest, frame->as_of + 40);
			break;
		case 1:
			spell->start = earliest;
			break;
		case 2:
			spell->start = frame->as_of - 1 + (EfDay) random_below(3);
			break;
		case 3:
			spell->start = frame->bounded ? frame->from + (EfDay) random_below(3) - 1 : frame->as_of - 2;
			break;
		default:
			spell->start = random_day(frame->as_of - span, frame->as_of);
	}
	if (spell->start < earliest)
		spell->start = earliest;

	switch (random_below(10))
	{
		case 0:
			spell->end = EF_DAY_INFINITY;
			break;
		case 1:
			spell->end = spell->start + (EfDay) random_below(3);
			break;
		case 2:
			spell->end = frame->as_of + (EfDay) random_below(3) - 1;
			break;
		case 3:
			spell->end = frame->bounded ? frame->from + (EfDay) random_below(3) - 1 : spell->start;
			break;
		default:
			spell->end = random_day(spell->start, spell->start + span);
	}
	if (spell->end < spell->start)
		spell->end = spell->start;
	row->reason = (int) random_below(NREASONS);
	spell->reason = reasons[row->reason];
	spell->reason_length = strlen(reasons[row->reason]);
	if (row->reason == NREASONS - 1 && random_below(2))
		spell->reason = NULL;
}

/* The table that has these counts. */
static void
make_table(EfTable *table, const Counts *counts, const EfFrame *frame, const Arena *arena)
{
	size_t		room = 0;

	for (int day = 0; day < DAYS; day++)
	{
		room += 2;
		for (int r = 0; r < NREASONS; r++)
			room += counts->exits[r][day] != 0;
	}
	memset(table, 0, sizeof(*table));
	table->frame = *frame;
	table->labels = ef_alloc(&arena->context, NREASONS * sizeof(EfLabel));
	table->cells = ef_alloc(&arena->context, room * sizeof(EfCell));

#define ADD(label, kind, series) \
	for (uint32_t day = 0; day < DAYS; day++) \
		if ((series)[day] != 0) \
			table->cells[table->ncells++] = ef_cell(ef_key((label), (kind), day), (series)[day])
	ADD(0, EF_LATE_ENTRIES, counts->late);
	ADD(0, EF_CENSORED, counts->censored);
	for (int r = 0; r < NREASONS; r++)
	{
		size_t		before = table->ncells;

		ADD(table->nlabels + 1, EF_LEFT, counts->exits[r]);
		if (table->ncells > before)
			table->labels[table->nlabels++] =
				ef_label(reasons[r], (uint32_t) strlen(reasons[r]));
	}
#undef ADD
}

/* A risk set says of each day who was at risk on it. */
static int
compare_risk(const Counts *counts, const EfTable *table, const Arena *arena)
{
	EfRiskSet	risk;
	int64_t		at_risk;
	size_t		i = 0;
	int			wrong = 0;

	ef_retention_risk(&risk, table, &arena->context);
	at_risk = risk.on_time;
	for (int day = 0; day < DAYS; day++)
	{
		int64_t		exits = 0;
		uint32_t	nexits = 0;

		for (int r = 0; r < NREASONS; r++)
		{
			exits += counts->exits[r][day];
			nexits += counts->exits[r][day] > 0;
		}
		wrong += at_risk != counts->at_risk[day];
		if (exits > 0 || counts->censored[day] > 0)
			wrong += risk.last_day < (uint32_t) day;
		else
			wrong += risk.last_day == (uint32_t) day && counts->people > 0;
		if (exits == 0 && counts->censored[day] == 0 && counts->late[day] == 0)
		{
			wrong += i < risk.ndays && risk.days[i].day <= (uint32_t) day;
			continue;
		}
		if (i == risk.ndays || risk.days[i].day != (uint32_t) day)
			return wrong + 1;
		wrong += risk.days[i].at_risk != at_risk || risk.days[i].exits != exits ||
			risk.days[i].censored != counts->censored[day] ||
			risk.days[i].entered != counts->late[day] || risk.days[i].nexits != nexits;
		for (uint32_t k = 0; k < risk.days[i].nexits; k++)
		{
			const EfExit *exit = &risk.days[i].exits_by_reason[k];
			const EfLabel *label = &table->labels[exit->reason - 1];

			wrong += exit->day != (uint32_t) day || (k > 0 && exit[-1].reason >= exit->reason);
			for (int r = 0; r < NREASONS; r++)
				if (label->length == strlen(reasons[r]) && memcmp(label->bytes, reasons[r], label->length) == 0)
					wrong += exit->count != counts->exits[r][day];
		}
		at_risk = ef_remaining(&risk.days[i++]);
	}
	wrong += i != risk.ndays || at_risk != 0;
	ef_risk_release(&risk, &arena->context);
	return wrong;
}

/* Packed bytes of a state, after a length word of zeros. */
static uint8_t *
pack(const EfState *state, size_t *size, int *wrong, const Arena *arena)
{
	EfTable		table;
	uint8_t    *bytes = NULL;

	if (ef_table_load(&table, &ef_retention_type, state, state->size, &arena->context) != EF_OK ||
		ef_table_validate(&table, &ef_retention_type, &arena->context) != EF_OK ||
		ef_table_pack(&table, &ef_retention_type, 4, &bytes, size, &arena->context) != EF_OK)
	{
		diag("%s", error.detail);
		++*wrong;
		*size = 0;
	}
	else
		memset(bytes, 0, 4);
	return bytes;
}

static void
compare_people(const EfFrame *frame, int n, int span)
{
	static Counts counts;
	Arena		arena;
	EfState    *state;
	EfState    *parts[8];
	EfState    *sum;
	EfTable		table;
	EfRetention retention;
	Row		   *rows = malloc((size_t) n * sizeof(Row));
	uint8_t    *expected;
	uint8_t    *got;
	size_t		expected_size;
	size_t		size;
	uint32_t	nparts = 1 + random_below(COUNT(parts));
	bool		compacted;
	int			wrong = 0;
	EfShown		observed = ef_frame_shown(frame);

	memset(&counts, 0, sizeof(counts));
	arena_open(&arena);
	for (int i = 0; i < n; i++)
	{
		random_row(&rows[i], frame, span);
		follow(&counts, frame, &rows[i]);
	}
	make_table(&table, &counts, frame, &arena);
	wrong += ef_table_pack(&table, &ef_retention_type, 4, &expected, &expected_size, &arena.context) != EF_OK;
	memset(expected, 0, 4);

	/* the table itself */
	if (ef_table_validate(&table, &ef_retention_type, &arena.context) != EF_OK)
	{
		diag("not valid: %s", error.detail);
		wrong++;
	}
	wrong += compare_risk(&counts, &table, &arena);

	/* all rows in one state */
	ef_state_create(&state, &ef_retention_type, frame, 0, &arena.context);
	for (int i = 0; i < n; i++)
		wrong += ef_retention_add(&state, &rows[i].spell, &arena.context) != EF_OK;
	compacted = state->nsorted > 0;
	got = pack(state, &size, &wrong, &arena);
	wrong += size != expected_size || memcmp(got, expected, size) != 0;

	/* in another order, in parts, which are added up in another order */
	for (int i = n - 1; i > 0; i--)
	{
		int			k = (int) random_below((uint32_t) i + 1);
		Row			row = rows[i];

		rows[i] = rows[k];
		rows[k] = row;
	}
	for (uint32_t p = 0; p < nparts; p++)
		ef_state_create(&parts[p], &ef_retention_type, frame, 0, &arena.context);
	for (int i = 0; i < n; i++)
		wrong += ef_retention_add(&parts[random_below(nparts)], &rows[i].spell, &arena.context) != EF_OK;
	ef_state_create(&sum, &ef_retention_type, frame, 0, &arena.context);
	for (uint32_t p = nparts; p-- > 0;)
	{
		const void *part = parts[p];

		size = parts[p]->size;
		if (random_below(2))
			part = pack(parts[p], &size, &wrong, &arena);
		wrong += ef_table_load(&table, &ef_retention_type, part, size, &arena.context) != EF_OK;
		wrong += ef_state_merge(&sum, &ef_retention_type, &table, &arena.context) != EF_OK;
	}
	got = pack(sum, &size, &wrong, &arena);
	wrong += size != expected_size || memcmp(got, expected, size) != 0;

	/* counts, from a state and from bytes */
	for (int packed = 0; packed < 2; packed++)
	{
		wrong += ef_retention_open(&retention, packed ? (void *) got : (void *) sum,
								   packed ? size : sum->size, &arena.context) != EF_OK;
		wrong += retention.spells != counts.people || retention.exits != counts.gone;
		for (int r = 0; r < NREASONS; r++)
		{
			int64_t		exits = 0;

			for (int day = 0; day < DAYS; day++)
				exits += counts.exits[r][day];
			wrong += ef_table_sum_of(&retention.table, reasons[r], strlen(reasons[r]), EF_LEFT) != exits;
		}
		wrong += ef_table_sum_of(&retention.table, "nobody", 6, EF_LEFT) != 0;
	}
	is_int(wrong, 0, "%d rows observed in %s, %lld people, in %u parts%s", n, observed.text,
		   (long long) counts.people, nparts, compacted ? ", large" : "");
	if (n >= 10000)
		ok(compacted, "so many that the state was compacted");
	arena_close(&arena);
	free(rows);
}

static void
test_people(void)
{
	/* 1900-01-01, 2000-02-29, 2025-07-17, 2054-02-28 */
	static const EfDay ends[] = {-36524, 59, 9329, 19782};

	for (size_t i = 0; i < COUNT(ends); i++)
		for (int b = 0; b < 5; b++)
		{
			static const int lengths[] = {0, 1, 400, 4000, 60000};
			EfFrame		frame = {b > 0 ? ends[i] - lengths[b] : 0, ends[i], b > 0, 0, NULL, 0};

			compare_people(&frame, 1, 15000);
			compare_people(&frame, 2 + (int) random_below(4), 15000);
			compare_people(&frame, 100, 15000);
		}
	for (int b = 0; b < 3; b++)
	{
		EfFrame		frame = {b > 0 ? 9000 - 300 * b : 0, 9000, b > 0, 0, NULL, 0};

		compare_people(&frame, 12000, 500);
		compare_people(&frame, 12000, 5);
	}
}

/* Somebody comes and goes on every day there can be. */
static void
test_all_days(void)
{
	static Counts counts;
	static const EfFrame frame = {0, 60000, true, 0, NULL, 0};
	EfTable		table;
	Arena		arena;

	arena_open(&arena);
	for (int day = DAYS - 1; day >= 0; day--)
	{
		int64_t		leaving = 4 + day % 3;

		counts.exits[1][day] = 1 + day % 3;
		counts.exits[3][day] = 2;
		counts.censored[day] = 1;
		counts.late[day] = day > 0 && day < DAYS - 1 ? 1 + day % 2 : 0;
		counts.people += leaving;
		/* who is there on the day after, less those who come for it */
		counts.at_risk[day] = leaving - counts.late[day] + (day < DAYS - 1 ? counts.at_risk[day + 1] : 0);
	}
	make_table(&table, &counts, &frame, &arena);
	is_int(ef_table_validate(&table, &ef_retention_type, &arena.context), EF_OK,
		   "people may come and leave on every day: %zu cells", table.ncells);
	is_int(compare_risk(&counts, &table, &arena), 0, "and are at risk in between");
	arena_close(&arena);
}

static void
test_refused_rows(void)
{
	static const EfFrame frame = {0, 366, true, 0, NULL, 0};
	static const struct
	{
		EfDay		start;
		EfDay		end;
		EfStatus	status;
		int			rows;
		const char *name;
	}			cases[] = {
		{EF_DAY_INFINITY, EF_DAY_INFINITY, EF_DATE_INFINITE, 0, "a start at infinity"},
		{EF_DAY_MINUS_INFINITY, 0, EF_DATE_INFINITE, 0, "a start at minus infinity"},
		{10, 9, EF_END_BEFORE_START, 0, "an end before the start"},
		{366 - 54788, 10, EF_START_TOO_EARLY, 0, "a start more than 150 years before"},
		{366 - 54788, -10, EF_START_TOO_EARLY, 0, "the same, and gone before the period"},
		{366, 400, EF_OK, 0, "a start after the period"},
		{-10, 0, EF_OK, 0, "an end on its first day"},
		{-10, 1, EF_OK, 1, "an end on its second"},
		{0, 0, EF_OK, 1, "an end on its first day, which was the start"},
		{365, EF_DAY_INFINITY, EF_OK, 1, "a start on its last day"},
		{INT32_MAX - 1, INT32_MAX - 1, EF_OK, 0, "a start at the end of time"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
	{
		EfSpell		spell = {.start = cases[i].start,.end = cases[i].end};
		Arena		arena;
		EfState    *state;

		arena_open(&arena);
		ef_state_create(&state, &ef_retention_type, &frame, 0, &arena.context);
		is_int(ef_retention_add(&state, &spell, &arena.context), cases[i].status,
			   "%s is %s", cases[i].name, cases[i].status == EF_OK ? "a row" : "refused");
		is_int(state->ncells, cases[i].rows, "of which %d is kept", cases[i].rows);
		arena_close(&arena);
	}
}


/* ---- what rows can have given ---- */

#define LATE(day) ef_key(0, EF_LATE_ENTRIES, (day))
#define EXITS(reason, day) ef_key((reason), EF_LEFT, (day))
#define CENSORED(day) ef_key(0, EF_CENSORED, (day))

static EfStatus
validate(const EfFrame *frame, EfCell *cells, size_t ncells, uint32_t nlabels, int64_t skipped)
{
	EfLabel		labels[] = {{"a", 1}, {"b", 1}, {"c", 1}};
	EfTable		table = {*frame, skipped, nlabels, labels, ncells, cells};
	Arena		arena;
	EfStatus	status;

	arena_open(&arena);
	error.detail[0] = '\0';
	status = ef_table_validate(&table, &ef_retention_type, &arena.context);
	if (arena.n != 0)
		fail("validation holds %d blocks of memory", arena.n);
	arena_close(&arena);
	return status;
}

static void
test_validate(void)
{
	/* 100 days from 2000-01-01 on, and all until then */
	static const EfFrame bounded = {0, 100, true, 0, NULL, 0};
	static const EfFrame unbounded = {0, 100, false, 0, NULL, 0};
	static const EfFrame flagged = {0, 100, true, 1, NULL, 0};
	static const EfFrame empty = {100, 100, true, 0, NULL, 0};
	static const EfFrame endless = {0, EF_DAY_INFINITY, true, 0, NULL, 0};
	const int64_t all = EF_PERSON_LIMIT;

	static const char none[] = "";
	struct
	{
		const char *name;
		const EfFrame *frame;
		uint32_t	nlabels;
		EfCell		cells[8];	/* up to one that is empty */
		const char *detail;		/* empty: valid */
	}			cases[] = {
		{"nobody", &bounded, 0, {{0, 0}}, none},
		{"people who came late and did not", &bounded, 2,
		{{LATE(10), 2}, {LATE(50), 1}, {CENSORED(30), 1}, {CENSORED(110), 1}, {EXITS(1, 60), 1}, {EXITS(2, 100), 1}}, none},
		{"a day without a period's beginning", &unbounded, 1,
		{{CENSORED(54788), 1}, {EXITS(1, 0), 1}}, none},

		/* late entries */
		{"late where the period has no beginning", &unbounded, 1,
		{{LATE(10), 1}, {EXITS(1, 20), 1}}, "Nobody enters late where the period has no beginning."},
		{"late on day 0", &bounded, 1,
		{{LATE(0), 1}, {EXITS(1, 20), 1}}, "Nobody enters late on day 0."},
		{"more late than leave", &bounded, 1,
		{{LATE(10), 2}, {EXITS(1, 20), 1}}, "More people enter late than leave or stay."},
		{"late, and nobody leaves", &bounded, 0,
		{{LATE(10), 1}}, "More people enter late than leave or stay."},

		/* who is there */
		{"an exit before anybody came", &bounded, 1,
		{{LATE(10), 1}, {EXITS(1, 9), 1}}, "More people leave or are censored on day 9 than are there."},
		{"an exit on the day of coming late", &bounded, 1,
		{{LATE(10), 1}, {EXITS(1, 10), 1}}, "More people leave or are censored on day 10 than are there."},
		{"an exit on the day after", &bounded, 1,
		{{LATE(10), 1}, {EXITS(1, 11), 1}}, none},
		{"a censoring before anybody came", &bounded, 0,
		{{LATE(10), 1}, {CENSORED(9), 1}}, "More people leave or are censored on day 9 than are there."},
		{"more than are there for two reasons and none", &bounded, 2,
			{{LATE(10), 3}, {CENSORED(9), 1}, {CENSORED(20), 1}, {EXITS(1, 9), 1}, {EXITS(2, 20), 1}},
		"More people leave or are censored on day 9 than are there."},
		{"late after all have left", &bounded, 1,
		{{LATE(40), 1}, {EXITS(1, 20), 2}}, "More people leave or are censored on day 20 than are there."},
		{"a gap in which nobody is there", &bounded, 1,
		{{LATE(40), 1}, {EXITS(1, 20), 1}, {EXITS(1, 50), 1}}, none},

		/* for how long */
		{"seen for the whole period", &bounded, 1,
		{{EXITS(1, 100), 1}}, none},
		{"seen for a day longer", &bounded, 1,
		{{EXITS(1, 101), 1}}, "Somebody there on day 0 is seen for longer than the 100 days of the period."},
		{"censored a day later", &bounded, 0,
		{{CENSORED(101), 1}}, "Somebody there on day 0 is seen for longer than the 100 days of the period."},
		{"late, and for the whole period", &bounded, 1,
		{{LATE(7), 1}, {EXITS(1, 107), 1}}, none},
		{"late, and for a day longer", &bounded, 1,
		{{LATE(7), 1}, {EXITS(1, 108), 1}}, "Somebody there on day 7 is seen for longer than the 100 days of the period."},
		{"one of two for a day longer, whoever it is", &bounded, 1,
		{{LATE(7), 1}, {EXITS(1, 101), 1}, {EXITS(1, 105), 1}}, "Somebody there on day 0 is seen for longer than the 100 days of the period."},
		{"the one who came first leaves first", &bounded, 1,
		{{LATE(7), 1}, {EXITS(1, 100), 1}, {EXITS(1, 107), 1}}, none},
		{"any length where the period has no beginning", &unbounded, 1,
		{{EXITS(1, 54788), 1}}, none},

		/* counts */
		{"no people", &bounded, 1,
		{{EXITS(1, 5), 0}}, "exits on day 5 are 0."},
		{"fewer", &bounded, 1,
		{{CENSORED(3), 4}, {EXITS(1, 5), -3}}, "exits on day 5 are -3."},
		{"the fewest", &bounded, 1,
		{{CENSORED(3), 4}, {EXITS(1, 5), INT64_MIN}}, "exits on day 5 are -9223372036854775808."},
		{"a negative number of late entries", &bounded, 1,
		{{LATE(3), -1}, {EXITS(1, 5), 1}}, "late_entries on day 3 are -1."},
		{"a negative number of censored", &bounded, 1,
		{{CENSORED(3), -1}, {EXITS(1, 5), 1}}, "censored on day 3 are -1."},
		{"as many as there can be", &bounded, 2,
		{{LATE(3), all}, {CENSORED(5), all - 9}, {EXITS(1, 5), 8}, {EXITS(2, 9), 1}}, none},
		{"one more", &bounded, 2,
			{{LATE(3), all}, {CENSORED(5), all - 9}, {EXITS(1, 5), 9}, {EXITS(2, 9), 1}},
		"There are more than 1000000000000 people."},
		{"exits of more", &bounded, 1,
		{{EXITS(1, 5), all + 1}}, "There are more than 1000000000000 people."},
		{"late entries of more", &bounded, 1,
		{{LATE(3), all}, {LATE(4), 1}, {EXITS(1, 5), 1}}, "There are more than 1000000000000 people."},
		{"the most", &bounded, 1,
			{{LATE(3), INT64_MAX}, {CENSORED(5), INT64_MAX}, {EXITS(1, 5), INT64_MAX}, {EXITS(1, 6), INT64_MAX}},
		"There are more than 1000000000000 people."},

		/* days, reasons, periods */
		{"150 years and a day", &unbounded, 1,
		{{EXITS(1, 54789), 1}}, "exits stand at 54789."},
		{"censored then", &unbounded, 0,
		{{CENSORED(54789), 1}}, "censored stand at 54789."},
		{"late then", &bounded, 0,
		{{LATE(54789), 1}}, "late_entries stand at 54789."},
		{"much later", &unbounded, 0,
		{{CENSORED(UINT32_MAX), 1}}, "censored stand at 4294967295."},
		{"a reason that nobody had", &bounded, 2,
		{{EXITS(1, 5), 1}}, "A reason has no exits."},
		{"a reason, and nobody", &bounded, 1,
		{{0, 0}}, "A reason has no exits."},
		{"a flag", &flagged, 0,
		{{0, 0}}, "Flags 1 are not known."},
		{"an empty period", &empty, 0,
		{{0, 0}}, "The observation period ends on 2000-04-10 and does not begin before."},
		{"an endless one", &endless, 0,
		{{0, 0}}, "The observation period ends at infinity."},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
	{
		bool		valid = cases[i].detail[0] == '\0';
		size_t		n = 0;
		EfStatus	status;

		while (n < COUNT(cases[i].cells) && (cases[i].cells[n].key != 0 || cases[i].cells[n].count != 0))
			n++;
		status = validate(cases[i].frame, cases[i].cells, n, cases[i].nlabels, 0);
		ok((status == EF_OK) == valid && strcmp(error.detail, cases[i].detail) == 0,
		   "%s: %s%s", cases[i].name, valid ? "valid" : "refused: ", error.detail);
		if (cases[i].frame != &empty && cases[i].frame != &endless)
			ok(status == EF_OK || status == EF_INVALID, "as what no rows can have given");
	}
	/* a sum that passes 64 bits if it is taken */
	{
		EfCell		cells[23];

		for (uint32_t i = 0; i < COUNT(cells); i++)
			cells[i] = ef_cell(EXITS(1, i), all << i);
		is_int(validate(&unbounded, cells, COUNT(cells), 1, 0), EF_INVALID, "twice as many each day are refused");
	}
	is_int(validate(&bounded, NULL, 0, 0, -1), EF_INVALID, "a negative number of skipped rows is refused");
	is_int(validate(&bounded, NULL, 0, 0, INT64_MAX), EF_OK, "the most are not");
}

/* Can so many people have come and left so? */
static bool
can_be(const int *entered, const int *left, unsigned unused, int n, int longest)
{
	if (n == 0)
		return true;
	for (int i = 0; unused >> i; i++)
	{
		int			came = entered[n - 1];

		if ((unused >> i & 1) && came < left[i] &&
			left[i] <= (came < 0 ? 0 : came) + longest &&
			can_be(entered, left, unused & ~(1u << i), n - 1, longest))
			return true;
	}
	return false;
}

/* Every way in which those who come can be those who leave is tried. */
static void
test_possible(void)
{
	int			possible = 0;
	int			wrong = 0;
	int			runs = 30000;

	for (int run = 0; run < runs; run++)
	{
		int			entered[6];
		int			left[6];
		int			n = 1 + (int) random_below(6);
		int			longest = 1 + (int) random_below(8);
		EfFrame		frame = {1000, 1000 + longest, true, 0, NULL, 0};
		EfCell		cells[12];
		EfLabel		label = {"a", 1};
		EfTable		table = {frame, 0, 0, &label, 0, cells};
		Arena		arena;
		bool		expected;

		arena_open(&arena);
		for (int i = 0; i < n; i++)
		{
			entered[i] = random_below(3) ? 1 + (int) random_below(8) : -1;
			left[i] = (int) random_below(14);
			if (random_below(8))
				left[i] = entered[i] + 1 + (int) random_below((uint32_t) longest);
			if (entered[i] >= 0)
				cells[table.ncells++] = ef_cell(LATE((uint32_t) entered[i]), 1);
			if (random_below(2))
				cells[table.ncells++] = ef_cell(CENSORED((uint32_t) left[i]), 1);
			else
			{
				cells[table.ncells++] = ef_cell(EXITS(1, (uint32_t) left[i]), 1);
				table.nlabels = 1;
			}
		}
		ef_table_normalize(&table, &ef_retention_type, &arena.context);
		expected = can_be(entered, left, (1u << n) - 1, n, longest);
		possible += expected;
		wrong += ef_table_validate(&table, &ef_retention_type, &arena.context) !=
			(expected ? EF_OK : EF_INVALID);
		arena_close(&arena);
	}
	is_int(wrong, 0, "of %d groups the %d that there can be are valid", runs, possible);
}

/* People up to the limit, and beyond it only as a sum. */
static void
test_person_limit(void)
{
	static const EfFrame frame = {0, 100, true, 0, NULL, 0};
	const EfKey keys[] = {LATE(3), EXITS(1, 5), CENSORED(7)};

	for (size_t i = 0; i < COUNT(keys); i++)
	{
		Arena		arena;
		EfRetention retention;
		EfTable		table;
		EfState    *state;

		arena_open(&arena);
		ef_state_create(&state, &ef_retention_type, &frame, 0, &arena.context);
		ef_state_label(state, "a", 1);
		ef_state_append(state, keys[i], EF_PERSON_LIMIT);
		is_int(ef_retention_open(&retention, state, state->size, &arena.context), EF_OK,
			   "so many people can be counted");
		ef_table_load(&table, &ef_retention_type, state, state->size, &arena.context);
		is_int(ef_state_merge(&state, &ef_retention_type, &table, &arena.context), EF_OK, "twice as many are a sum");
		is_int(ef_retention_open(&retention, state, state->size, &arena.context),
			   EF_COUNT_OVERFLOW, "that no reader takes");
		arena_close(&arena);
	}
}


/* ---- bytes from anywhere, memory from nowhere ---- */

/* Read all that a retention has to say.  The estimates of the core's own
 * functions must be probabilities. */
static int
read_all(const EfRiskSet *risk, uint32_t nreasons, bool all, const Arena *arena, EfStatus *status)
{
	static const EfDuration year = {12, 0, 0};
	EfCurve		curve;
	EfCurvePoint point;
	EfIncidenceCurve incidence;
	EfIncidenceRow row;
	EfLogRankPart parts[] = {
		{{{"a", 1}, false}, {{NULL, 0}, true}, risk},
		{{{"b", 1}, false}, {{NULL, 0}, true}, risk},
	};
	EfLogRank	test;
	EfHazardRatio hazard;
	int32_t		day;
	int64_t		exits = 0;
	double		number;
	int			wrong = 0;

	wrong += ef_curve_begin(&curve, risk, &year, 0.95, EF_LOG_LOG, &refuses) != EF_OK;
	while (ef_curve_next(&curve, &point))
	{
		wrong += !(point.retained >= 0 && point.retained <= 1) || point.std_error < 0 ||
			point.at_risk < 0 || point.exits < 0;
		wrong += point.lower < 0 || point.upper > 1 || point.lower > point.upper;
	}
	if ((*status = ef_incidence_begin(&incidence, risk, nreasons, &year, 0.95, &arena->context)) != EF_OK)
		return wrong;
	while (ef_incidence_next(&incidence, &day))
		for (uint32_t r = 1; r <= nreasons; r++)
		{
			ef_incidence_row(&incidence, r, &row);
			wrong += !(row.incidence >= 0 && row.incidence <= 1 + 1e-12) ||
				!(row.std_error >= 0) || row.exits < 0;
		}
	wrong += ef_retention_rate_after(risk, &year, &number, &refuses) != EF_OK || number < 0 || number > 1;
	wrong += ef_retention_mean_days(risk, &year, &number, &refuses) != EF_OK || number < 0 || number > 366;
	number = ef_retention_median_day(risk);
	wrong += number < 0 || number > risk->last_day;

	/* these look at every day there can be, and at everyone who leaves */
	for (size_t i = 0; i < risk->ndays; i++)
		exits += risk->days[i].exits;
	if (!all || exits > 100000)
		return wrong;
	if ((*status = ef_log_rank(&test, parts, 2, &arena->context)) != EF_OK)
		return wrong;
	wrong += test.df == 0 ? !isnan(test.chisq) : !(fabs(test.chisq) < 1e-9);
	if ((*status = ef_hazard_ratio(&hazard, risk, risk, 0.95, &arena->context)) != EF_OK)
		return wrong;
	wrong += exits == 0 ? !isnan(hazard.ratio) : fabs(hazard.ratio - 1) > 1e-9;
	return wrong;
}

/*
 * Open these bytes, which end where their memory does, and read whatever a
 * valid table has.  Not to crash is the test; and what is valid packs to a
 * value that opens to the same.
 */
static bool
hostile(const uint8_t *bytes, size_t size, bool all, int *wrong)
{
	Arena		arena;
	uint8_t    *copy = malloc(size > 0 ? size : 1);
	EfTable		table;
	EfStatus	status;
	bool		valid = false;

	arena_open(&arena);
	memcpy(copy, bytes, size);
	status = ef_table_load(&table, &ef_retention_type, copy, size, &arena.context);
	if (status == EF_OK)
		status = ef_table_validate(&table, &ef_retention_type, &arena.context);
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
		EfRetention retention;
		EfRiskSet	risk;

		valid = true;
		*wrong += ef_table_pack(&table, &ef_retention_type, 4, &packed, &packed_size, &arena.context) != EF_OK;
		*wrong += packed_size > size;
		*wrong += ef_table_load(&table, &ef_retention_type, packed, packed_size, &arena.context) != EF_OK;
		*wrong += ef_table_pack(&table, &ef_retention_type, 4, &again, &again_size, &arena.context) != EF_OK;
		*wrong += again_size != packed_size || memcmp(again + 4, packed + 4, again_size - 4) != 0;
		if (packed_size == size)
			*wrong += memcmp(packed + 4, bytes + 4, size - 4) != 0;

		*wrong += ef_retention_open(&retention, copy, size, &arena.context) != EF_OK;
		*wrong += retention.exits < 0 || retention.spells < retention.exits;
		ef_retention_risk(&risk, &retention.table, &arena.context);
		*wrong += read_all(&risk, retention.table.nlabels, all, &arena, &status);
		*wrong += status != EF_OK;
	}
	free(copy);
	arena_close(&arena);
	return valid;
}

static size_t
sample(uint8_t *out, bool bounded)
{
	static const char *const some[] = {"retirement", "moved", "", "\xff\xfe"};
	EfFrame		frame = {bounded ? 5844 : 0, 8766, bounded, 0, NULL, 0};
	Arena		arena;
	EfState    *state;
	EfTable		table;
	uint8_t    *bytes;
	size_t		size;

	arena_open(&arena);
	ef_state_create(&state, &ef_retention_type, &frame, 0, &arena.context);
	state->skipped = 3;
	for (int i = 0; i < 16; i++)
	{
		EfSpell		spell = {.start = 4000 + 271 * i,.end = EF_DAY_INFINITY,.reason = some[i % 4],.reason_length = strlen(some[i % 4])};

		if (i % 3)
			spell.end = spell.start + 300 * (16 - i) - 7 * i;
		ef_retention_add(&state, &spell, &arena.context);
	}
	ef_table_load(&table, &ef_retention_type, state, state->size, &arena.context);
	ef_table_pack(&table, &ef_retention_type, 4, &bytes, &size, &arena.context);
	memset(bytes, 0, 4);
	memcpy(out, bytes, size);
	arena_close(&arena);
	return size;
}

static void
test_hostile(void)
{
	uint8_t		bytes[1000];

	for (int bounded = 0; bounded < 2; bounded++)
	{
		size_t		size = sample(bytes, bounded);
		int			wrong = 0;
		int			valid = 0;

		ok(hostile(bytes, size, true, &wrong) && wrong == 0, "%zu bytes are valid", size);
		for (size_t n = 0; n < size; n++)
			valid += hostile(bytes, n, true, &wrong);
		is_int(valid, 0, "none of their beginnings are");
		bytes[size] = 0;
		ok(!hostile(bytes, size + 1, true, &wrong), "nor are they with one more byte");
		is_int(wrong, 0, "and all that was refused was refused well");

		for (size_t n = 4; n < size; n++)
			for (int byte = 0; byte < 256; byte++)
			{
				uint8_t		old = bytes[n];

				bytes[n] = (uint8_t) byte;
				valid += hostile(bytes, size, valid % 64 == 0, &wrong);
				bytes[n] = old;
			}
		is_int(wrong, 0, "with any byte changed, they are refused or are a table (%d)", valid);

		/* several bytes at once, and bytes moved */
		valid = 0;
		for (int i = 0; i < 20000; i++)
		{
			uint8_t		copy[1000];
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
			valid += hostile(copy, length, valid % 64 == 0, &wrong);
		}
		is_int(wrong, 0, "with several changed as well (%d are a table)", valid);
	}
}

/* Everything that asks for memory; the first status that is not EF_OK. */
static EfStatus
use_memory(const Arena *arena, int *wrong)
{
	static const EfFrame frame = {0, 900, true, 0, NULL, 0};
	EfContext  *context = &arena->context;
	EfState    *state;
	EfState    *sum;
	EfTable		table;
	EfRetention retention;
	EfRiskSet	risk = {0};
	uint8_t    *bytes;
	size_t		size;
	int			held;
	EfStatus	status;

	if ((status = ef_state_create(&state, &ef_retention_type, &frame, 0, context)) != EF_OK ||
		(status = ef_state_create(&sum, &ef_retention_type, &frame, 0, context)) != EF_OK)
		return status;
	for (int i = 0; i < 5000; i++)
	{
		const char *reason = reasons[i % NREASONS];
		EfSpell		spell = {.start = i % 1200 - 400,.end = i % 1200 - 400 + i % 67,.reason = reason,.reason_length = strlen(reason)};

		if ((status = ef_retention_add(&state, &spell, context)) != EF_OK)
			return status;
	}
	if ((status = ef_table_load(&table, &ef_retention_type, state, state->size, context)) != EF_OK ||
		(status = ef_table_pack(&table, &ef_retention_type, 4, &bytes, &size, context)) != EF_OK ||
		(status = ef_table_load(&table, &ef_retention_type, bytes, size, context)) != EF_OK ||
		(status = ef_state_merge(&sum, &ef_retention_type, &table, context)) != EF_OK ||
		(status = ef_retention_open(&retention, sum, sum->size, context)) != EF_OK)
		return status;

	/* what takes memory for its work gives it back, whatever happens */
	held = arena->n;
	status = ef_table_validate(&retention.table, &ef_retention_type, context);
	*wrong += arena->n != held;
	if (status != EF_OK)
		return status;
	ef_retention_risk(&risk, &retention.table, context);
	{
		EfLogRankPart parts[] = {
			{{{"a", 1}, false}, {{NULL, 0}, true}, &risk},
			{{{"b", 1}, false}, {{NULL, 0}, true}, &risk},
		};
		EfLogRank	test;
		EfHazardRatio hazard;
		int			before = arena->n;

		status = ef_hazard_ratio(&hazard, &risk, &risk, 0.95, context);
		*wrong += arena->n != before;
		if (status == EF_OK)
		{
			status = ef_log_rank(&test, parts, 2, context);
			*wrong += arena->n > before + 1;
			if (status == EF_OK)
				ef_release(context, test.groups);
		}
	}
	ef_risk_release(&risk, context);
	if (status == EF_OK)
		*wrong += arena->n != held;
	if (status != EF_OK)
		return status;
	ef_retention_risk(&risk, &retention.table, context);
	*wrong += read_all(&risk, retention.table.nlabels, false, arena, &status);
	return status;
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
		status = tried(&arena, use_memory(&arena, &wrong));
		if (status == EF_OK ? arena.calls >= n : status != EF_NO_MEMORY)
		{
			wrong++;
			diag("request %ld fails: status %s", n, said(status));
		}
		arena_close(&arena);
	} while (status != EF_OK && n < 10000);
	is_int(wrong, 0, "each of %ld requests may fail", n - 1);
}

int
main(void)
{
	test_people();
	test_all_days();
	test_refused_rows();
	test_validate();
	test_possible();
	test_person_limit();
	test_hostile();
	test_no_memory();
	return done_testing();
}
