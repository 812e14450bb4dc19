/*
 * harness.c: what libFuzzer calls with bytes.
 *
 * The first byte says what they are:
 *
 *	 0..3	a value of one of the four summaries as a table stores it.  What the
 *			validator takes is packed again, to the same bytes, added to itself, and
 *			asked all questions.
 *	 4..7	series of cells as they come over the wire, with labels that are named
 *			here; likewise
 *	 8..11	a state as an aggregate of somebody's own hands it on: refused, or read
 *			and merged
 *	 12..15	rows, in two states that are merged in both orders: the same bytes, and
 *			the validator takes them
 *	 16		events that another process sent
 *	 17		arguments: specs, rules, certificates, task shifts, names of methods
 *	 18		credible rates as a table stores them; what the checks take is asked all
 *	 19		rows of years, whose past forecasts are looked at; scores of forecasts
 *	 20		rows of people: contracts, spells, events, in any order
 *
 * Memory is malloc's, so that AddressSanitizer sees each byte of it.
 */
#include "fuzz.h"

#include "arena.h"
#include "funnel/funnel_spec.h"

double		fuzz_sum;

extern const EfTableType ef_workforce_type;
extern const EfTableType ef_retention_type;
extern const EfTableType ef_funnel_type;
extern const EfTableType ef_mobility_type;

static const struct
{
	const EfTableType *type;
	void		(*read) (const void *datum, size_t size, Input *input);
	void		(*add) (EfState **state, Input *input);
}			summaries[] = {
	{&ef_workforce_type, read_workforce, add_workforce},
	{&ef_retention_type, read_retention, add_retention},
	{&ef_funnel_type, read_funnel, add_funnel},
	{&ef_mobility_type, read_mobility, add_mobility},
};

/* A frame of each type; a spec is a datum that the arena keeps. */
static EfFrame
frame_of(unsigned n, Input *input)
{
	EfFrame		frame = {ef_first_day(2022 * 12), ef_first_day(2037 * 12), true, 0, NULL, 0};
	EfFunnelSpec spec;
	uint8_t		kind = draw(input);

	if (summaries[n].type == &ef_workforce_type || summaries[n].type == &ef_mobility_type)
		frame.flags = kind & 1;
	if (summaries[n].type != &ef_mobility_type && kind & 2)
	{
		frame.bounded = false;
		frame.from = 0;
	}
	if (summaries[n].type == &ef_funnel_type)
	{
		static const char *const names[] = {"a", "b", "c"};
		uint8_t    *bytes;
		EfStatus	status;

		memset(&spec, 0, sizeof(spec));
		for (int i = 0; i < 1 + kind % 3; i++)
			PROMISE(ef_spec_add_stage(&spec, names[i], 1, input->context) == EF_OK);
		if (kind & 4)
			PROMISE(ef_spec_add_exit(&spec, "x", 1, input->context) == EF_OK);
		spec.has_within = kind & 8;
		if (spec.has_within)
			spec.within.days = 10 * draw(input);
		spec.has_as_of = kind & 16;
		spec.as_of = spec.has_as_of ? 20 * draw(input) : 0;
		spec.modes = draw(input) % 16;
		status = ef_spec_complete(&spec, input->context);
		PROMISE(status == EF_OK);
		PROMISE(ef_spec_pack(&spec, 0, &bytes, &frame.spec_size, input->context) == EF_OK);
		frame.from = frame.as_of = 0;
		frame.bounded = false;
		frame.flags = 0;
		frame.spec = bytes;
	}
	return frame;
}

/* A table that the validator took: its bytes are those of no other, sums are
 * tables, and every reader takes it. */
static void
accepted(const EfTable *table, unsigned n, Input *input)
{
	const EfTableType *type = summaries[n].type;
	EfTable		again;
	EfState    *state;
	uint8_t    *packed;
	uint8_t    *repacked;
	size_t		size;
	size_t		resize;

	PROMISE(ef_table_pack(table, type, 4, &packed, &size, input->context) == EF_OK);
	PROMISE(ef_table_load(&again, type, packed, size, input->context) == EF_OK);
	PROMISE(ef_table_validate(&again, type, input->context) == EF_OK);
	PROMISE(ef_table_pack(&again, type, 4, &repacked, &resize, input->context) == EF_OK);
	PROMISE(size == resize && memcmp(packed + 4, repacked + 4, size - 4) == 0);

	if (ef_state_create(&state, type, &table->frame, 0, input->context) == EF_OK &&
		ef_state_merge(&state, type, &again, input->context) == EF_OK &&
		ef_state_merge(&state, type, table, input->context) == EF_OK &&
		ef_table_load(&again, type, state, state->size, input->context) == EF_OK)
		PROMISE(ef_table_validate(&again, type, input->context) == EF_OK);
	summaries[n].read(packed, size, input);
}

void
accept_states(unsigned summary, EfState *states[3], Input *input)
{
	const EfTableType *type = summaries[summary].type;
	EfTable		table;
	uint8_t    *packed[3];
	size_t		sizes[3];

	for (int i = 0; i < 3; i++)
	{
		PROMISE(ef_table_load(&table, type, states[i], states[i]->size, input->context) == EF_OK);
		PROMISE(ef_table_pack(&table, type, 4, &packed[i], &sizes[i], input->context) == EF_OK);
		PROMISE(sizes[i] == sizes[0] && memcmp(packed[i] + 4, packed[0] + 4, sizes[0] - 4) == 0);
	}
	PROMISE(ef_table_load(&table, type, packed[0], sizes[0], input->context) == EF_OK);
	PROMISE(ef_table_validate(&table, type, input->context) == EF_OK);
	accepted(&table, summary, input);
}

static void
try_packed(unsigned n, Input *input)
{
	size_t		size = (size_t) (input->end - input->at);
	uint8_t    *copy = malloc(size + 4);
	EfTable		table;

	/* questions are drawn from a copy of the last bytes */
	memset(copy, 0, 4);
	memcpy(copy + 4, input->at, size);
	if (ef_table_load(&table, summaries[n].type, copy, size + 4, input->context) == EF_OK &&
		copy[4] == EF_FORMAT_PACKED &&
		ef_table_validate(&table, summaries[n].type, input->context) == EF_OK)
		accepted(&table, n, input);
	free(copy);
}

static void
try_wire(unsigned n, Input *input)
{
	static EfLabel names[] = {{"b", 1}, {"a", 1}, {"unknown", 7}, {"", 0}, {"a", 1}, {"zz", 2}};
	const EfTableType *type = summaries[n].type;
	EfLabel		labels[6];
	EfTable		table;
	size_t		size;
	uint8_t    *copy;
	EfStatus	status = EF_OK;

	memset(&table, 0, sizeof(table));
	table.frame = frame_of(n, input);
	table.skipped = draw(input) % 3;
	if (type == &ef_funnel_type)
		status = ef_table_open_spec(&table, type, input->context);
	else
	{
		memcpy(labels, names, sizeof(labels));
		table.labels = labels;
		table.nlabels = draw(input) % 7;
	}
	size = (size_t) (input->end - input->at);
	copy = malloc(size > 0 ? size : 1);
	memcpy(copy, input->at, size);
	if (status == EF_OK)
		status = ef_table_read_series(&table, type, copy, size, input->context);
	if (status == EF_OK)
		status = ef_table_normalize(&table, type, input->context);
	if (status == EF_OK && ef_table_validate(&table, type, input->context) == EF_OK)
		accepted(&table, n, input);
	free(copy);
}

static void
try_state(unsigned n, Input *input)
{
	const EfTableType *type = summaries[n].type;
	size_t		size = (size_t) (input->end - input->at) & ~(size_t) 7;
	EfState    *state = malloc(size + sizeof(EfState));
	EfState    *sum;
	EfTable		table;

	memset(state, 0, sizeof(EfState));
	memcpy(state, input->at, size);
	if (size < sizeof(EfState))
		size = sizeof(EfState);

	/* that much is given, or nothing would be read */
	state->format = EF_FORMAT_STATE;
	state->tag = type->tag;
	state->size = (uint32_t) size;
	if (ef_state_check(state, type, size, input->context) == EF_OK)
	{
		/* a count may be anything, but for sums of 64 bits, which wrap around */
		for (uint32_t i = 0; i < state->ncells; i++)
			if (ef_key_kind(state->cells[i].key) != EF_KIND_ROW)
				state->cells[i].count %= INT64_C(1) << 40;
		if (ef_table_load(&table, type, state, size, input->context) == EF_OK &&
			ef_state_create(&sum, type, &table.frame, 0, input->context) == EF_OK &&
			ef_state_merge(&sum, type, &table, input->context) == EF_OK &&
			ef_table_load(&table, type, sum, sum->size, input->context) == EF_OK)
			fuzz_sum += (double) table.ncells;
	}
	free(state);
}

static void
try_rows(unsigned n, Input *input)
{
	const EfTableType *type = summaries[n].type;
	EfFrame		frame = frame_of(n, input);
	EfState    *states[2];
	EfTable		tables[2];
	uint8_t    *packed[2];
	size_t		sizes[2];
	unsigned	share = 1 + draw(input) % 4;
	unsigned	rows = 0;
	bool		valid;

	for (int i = 0; i < 2; i++)
		PROMISE(ef_state_create(&states[i], type, &frame, 0, input->context) == EF_OK);
	while (input->at < input->end)
		summaries[n].add(&states[rows++ % share == 0], input);
	for (int i = 0; i < 2; i++)
	{
		EfState    *sum;
		bool		loaded = ef_table_load(&tables[0], type, states[i], states[i]->size, input->context) == EF_OK &&
			ef_table_load(&tables[1], type, states[!i], states[!i]->size, input->context) == EF_OK;

		PROMISE(loaded);
		PROMISE(ef_state_create(&sum, type, &frame, 0, input->context) == EF_OK);
		PROMISE(ef_state_merge(&sum, type, &tables[0], input->context) == EF_OK);
		PROMISE(ef_state_merge(&sum, type, &tables[1], input->context) == EF_OK);
		PROMISE(ef_table_load(&tables[i], type, sum, sum->size, input->context) == EF_OK);
		PROMISE(ef_table_pack(&tables[i], type, 4, &packed[i], &sizes[i], input->context) == EF_OK);
	}
	PROMISE(sizes[0] == sizes[1] && memcmp(packed[0] + 4, packed[1] + 4, sizes[0] - 4) == 0);
	PROMISE(ef_table_load(&tables[0], type, packed[0], sizes[0], input->context) == EF_OK);
	valid = ef_table_validate(&tables[0], type, input->context) == EF_OK;
	PROMISE(valid || type == &ef_mobility_type);
	if (valid)
		accepted(&tables[0], n, input);
}

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena		arena;
	Input		input;
	unsigned	n;

	if (size < 2)
		return 0;
	arena_open(&arena);
	input.at = data + 1;
	input.end = data + size;
	input.context = &arena.context;
	n = data[0] % 21;
	if (n < 4)
		try_packed(n, &input);
	else if (n < 8)
		try_wire(n % 4, &input);
	else if (n < 12)
		try_state(n % 4, &input);
	else if (n < 16)
		try_rows(n % 4, &input);
	else if (n == 16)
		try_events(&input);
	else if (n == 17)
		try_arguments(&input);
	else if (n == 18)
		try_rates(&input);
	else if (n == 19)
		try_forecasts(&input);
	else
		try_people(&input);
	arena_close(&arena);
	return 0;
}
