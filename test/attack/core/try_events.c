/*
 * try_events.c: what another process sent to a log of events, and what is asked of
 * the core beside summaries.
 */
#include "fuzz.h"

#include "competence/certificate.h"
#include "competence/task_shift.h"
#include "funnel/funnel_spec.h"
#include "log/event_wire.h"
#include "memory_file.h"
#include "pipeline/pipeline.h"
#include "workforce/retirement_rule.h"

static void
read_all(EfEventGroup *group, Input *input)
{
	EfEventReader reader;
	EfPersonEvents events;
	EfStatus	status = ef_event_group_read(&reader, group, input->context);

	if (status != EF_OK)
		return;
	while (ef_event_reader_next(&reader, &events, &status))
		for (size_t i = 0; i < events.n; i++)
			fuzz_sum += (double) events.whens[i];
	ef_event_reader_end(&reader);
}

void
try_events(Input *input)
{
	uint8_t		kind = draw(input);
	uint8_t		parts = draw(input);
	size_t		budget = 300 + 100 * (size_t) draw(input);
	bool		numbered = kind & 4;
	File		file = {0};
	File		sent = {0};
	EfStorage	storage = {file_write, file_read, &file};
	EfSink		sink = {file_write, &sent};
	EfEventLog	log;
	EfEventGroup *group;
	EfNumberMap map;
	EfNumbersSent numbers;
	size_t		size;
	uint8_t    *copy;
	EfStatus	status;

	ef_event_log_begin(&log, (EfPersonKind) (kind % 3), EF_UNIT_DAY, (kind & 8) != 0, budget, &storage,
					   input->context);
	ef_event_group_create(&group, &log);
	ef_number_map_begin(&map, input->context);
	for (uint32_t i = 1; i < 10; i++)
		ef_number_map_set(&map, i, 11 - i);

	/* some are our own */
	for (int i = 0; i < parts % 32; i++)
	{
		EfWhen		when = numbered ? (uint64_t) i << EF_WHEN_NUMBER_BITS | (uint64_t) (1 + i % 9) : ef_when(i * 31 % 900, (unsigned) i % 5);

		switch (kind % 3)
		{
			case EF_PERSON_NUMBER:
				if (kind & 8)
					ef_event_add_detailed(group, (uint64_t) i % 5, when, (uint64_t) i);
				else
					ef_event_add(group, (uint64_t) i % 5, when);
				break;
			case EF_PERSON_UUID:
				ef_event_add_uuid(group, (const uint8_t *) "0123456789abcdef0123456789" + i % 9, when, (uint64_t) i);
				break;
			default:
				ef_event_add_text(group, "a name", (size_t) i % 7, when, (uint64_t) i);
		}
	}
	size = (size_t) (input->end - input->at);
	copy = malloc(size > 0 ? size : 1);
	memcpy(copy, input->at, size);
	status = numbered ? ef_event_wire_receive_numbered(group, 1, copy, size, kind & 16 ? &map : NULL)
		: ef_event_wire_receive(group, 1, copy, size);
	free(copy);
	if (status == EF_OK)
	{
		read_all(group, input);
		memset(&numbers, 0, sizeof(numbers));
		ef_number_map_clear(&map);
		numbers.map = &map;

		/*
		 * numbers that no map has looked at are up to 2^24, and take a map of
		 * as many
		 */
		if (!numbered || kind & 16)
			status = numbered ? ef_event_wire_send_numbered(group, 1 << 20, &sink, &numbers, input->context)
				: ef_event_wire_send(group, 1 << 20, &sink, input->context);
	}
	free(file.bytes);
	free(sent.bytes);
}

static void
try_rule(Input *input)
{
	size_t		size = (size_t) (input->end - input->at);
	EfRetirementRule *rule = malloc(size > 0 ? size : 1);
	EfRetirementRule *made;
	int			age;

	memcpy(rule, input->at, size);
	if (ef_rule_check(rule, size, input->context) == EF_OK)
	{
		fuzz_sum += ef_rule_compare(rule, rule);
		if (ef_rule_age(rule, 1950 * 12, &age, input->context) == EF_OK)
			fuzz_sum += age;
	}
	free(rule);
	if (ef_rule_create(&made, 0, input->context) != EF_OK)
		return;
	while (input->at < input->end)
	{
		EfRuleStep	step;
		EfRetirementRule *old = made;
		EfDay		day = draw(input) % 4 ? ef_first_day((1900 + take(input)) * 12) : draw_int(input);

		if (ef_rule_step(day, take(input) % 8 ? 700 + take(input) : draw_int(input), &step, input->context) == EF_OK &&
			ef_rule_add(&made, &step, input->context) == EF_OK && made != old)
			ef_release(input->context, old);
	}
	PROMISE(ef_rule_check(made, ef_rule_size(made->room), input->context) == EF_OK);
}

static void
try_spec(Input *input)
{
	EfFunnelSpec spec;
	EfFunnelSpec again;
	unsigned	mode;
	uint8_t    *bytes;
	size_t		size = (size_t) (input->end - input->at);
	uint8_t    *copy = malloc(size > 0 ? size : 1);

	memcpy(copy, input->at, size);
	if (ef_spec_open(&spec, copy, size, input->context) == EF_OK)
	{
		fuzz_sum += ef_spec_window_days(&spec) + (double) ef_spec_limit(&spec, EF_UNIT_DAY, draw_int(input) / 1000);
		fuzz_sum += ef_spec_code(&spec, "a", 1);
	}
	free(copy);
	memset(&spec, 0, sizeof(spec));
	while (input->at < input->end)
	{
		size_t		length;
		const char *name = take_name(input, &length);
		EfStatus	status;

		if (ef_spec_mode(name, length, &mode, input->context) == EF_OK)
			spec.modes |= mode;
		status = take(input) % 4 ? ef_spec_add_stage(&spec, name, length, input->context) : ef_spec_add_exit(&spec,
																											 name,
																											 length,
																											 input->context);
		if (status != EF_OK)
			return;
	}
	spec.has_within = draw(input) % 2;
	if (spec.has_within)
	{
		spec.within.months = draw_int(input);
		spec.within.days = draw_int(input);
		spec.within.microseconds = draw_int(input);
	}
	spec.has_as_of = draw(input) % 2;
	if (spec.has_as_of)
		spec.as_of = draw_int(input);
	if (ef_spec_complete(&spec, input->context) != EF_OK)
		return;
	PROMISE(ef_spec_pack(&spec, 0, &bytes, &size, input->context) == EF_OK);
	PROMISE(ef_spec_open(&again, bytes, size, input->context) == EF_OK);
	PROMISE(again.nstages == spec.nstages && again.nexits == spec.nexits);
	fuzz_sum += ef_spec_unit_check(&again, EF_UNIT_DAY, input->context) == EF_OK;
	fuzz_sum += (double) ef_spec_limit(&again, EF_UNIT_MICROSECOND, (EfInstant) draw_int(input) * 1000000);
}

static void
try_certificate(Input *input)
{
	EfDay		completed[20];
	EfDuration	validity = draw_duration(input);
	EfCertificatePart *parts;
	size_t		n = draw(input) % 20;
	size_t		nparts;
	EfDay		from = draw(input) % 8 == 0 ? draw_int(input) : 1000;
	EfDay		until = draw(input) % 8 == 0 ? draw_int(input) : 4000;

	for (size_t i = 0; i < n; i++)
		completed[i] = draw(input) % 16 == 0 ? draw_int(input) : take_int(input, 6000);
	if (ef_certificate_parts(completed, n, draw(input) % 4 ? &validity : NULL, from, until, &parts, &nparts,
							 input->context) == EF_OK)
		fuzz_sum += (double) nparts;
}

static void
try_shifts(Input *input)
{
	static const char *const professions[] = {"a", "b", "c", "d", "e"};
	EfLabel		names[3][8];
	double		numbers[3][8];
	size_t		n = draw(input) % 6;
	size_t		m = draw(input) % 9;
	EfTaskShifts shifts;
	EfShiftedDemand *rows;
	size_t		nrows;

	for (int k = 0; k < 3; k++)
		for (int i = 0; i < 8; i++)
		{
			names[k][i] = ef_label(professions[k == 0 ? i % 5 : take(input) % 5], 1);
			if (k == 2 && take(input) % 6 == 0)
				names[k][i] = ef_label(NULL, 0);
			numbers[k][i] = take(input) % 4 ? take(input) / 256.0 : draw_number(input);
		}
	shifts.profession.values = names[0];
	shifts.profession.n = n;
	shifts.demand.values = numbers[0];
	shifts.demand.n = draw(input) % 8 ? n : m % 8;
	shifts.from_profession.values = names[1];
	shifts.to_profession.values = names[2];
	shifts.share.values = numbers[1];
	shifts.relative_time.values = numbers[2];
	shifts.from_profession.n = shifts.to_profession.n = shifts.share.n =
		shifts.relative_time.n = m == 8 ? 8 : m % 9;
	if (ef_task_shift_demand(&shifts, &rows, &nrows, input->context) == EF_OK)
		PROMISE(nrows >= n);
}

void
try_arguments(Input *input)
{
	const char *name;
	size_t		length;
	unsigned	turnover;
	unsigned	intake;
	EfStartDay	start;

	switch (draw(input) % 5)
	{
		case 0:
			try_rule(input);
			break;
		case 1:
			try_spec(input);
			break;
		case 2:
			try_certificate(input);
			break;
		case 3:
			try_shifts(input);
			break;
		default:
			name = take_name(input, &length);
			if (ef_pipeline_start_day(name, length, &start, input->context) == EF_OK)
				PROMISE(start.month >= 0 && start.month < 12 && start.day >= 0 && start.day < 31);
			fuzz_sum += ef_choose(&ef_turnover_methods, name, length, &turnover, input->context) == EF_OK;
			fuzz_sum += ef_choose(&ef_intake_methods, name, length, &intake, input->context) == EF_OK;
			fuzz_sum += strlen(ef_word_shown(name, length).text);
	}
}
