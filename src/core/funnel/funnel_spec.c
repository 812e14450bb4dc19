/*
 * funnel_spec.c
 *	  See funnel_spec.h.
 */
#include "funnel/funnel_spec.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/codec.h"
#include "spell/spell.h"

EF_REPORT(EF_STAGE_UNKNOWN, INVALID_PARAMETER_VALUE,
		  "funnel has no such stage",
		  "The stages are those of the spec that it was made with: see funnel_stages.");

#define FLAG_WITHIN 1
#define FLAG_AS_OF 2


/* ---- making ---- */

EF_REPORT(EF_SPEC_TOO_MANY_NAMES, PROGRAM_LIMIT_EXCEEDED,
		  "funnel has too many stages or exits",
		  "A funnel has up to 30 stages and 100 exits; map codes to fewer names in the query.");

/* Add a name, a stage or an exit, of which there are no more than the limit. */
EF_NODISCARD static EfStatus
add_name(EfLabel *names, uint32_t *n, uint32_t limit, const char *what,
		 const char *name, size_t length, EfContext *context)
{
	if (*n == limit)
		return ef_fail(context, EF_SPEC_TOO_MANY_NAMES,
					   "\"%s\" would be %s %u.",
					   ef_word_shown(name, length).text, what, limit + 1);
	names[(*n)++] = ef_label(name, (uint32_t) length);
	return EF_OK;
}

EfStatus
ef_spec_add_stage(EfFunnelSpec *spec, const char *name, size_t length,
				  EfContext *context)
{
	return add_name(spec->stages, &spec->nstages, EF_STAGE_LIMIT, "stage",
					name, length, context);
}

EfStatus
ef_spec_add_exit(EfFunnelSpec *spec, const char *name, size_t length,
				 EfContext *context)
{
	return add_name(spec->exits, &spec->nexits, EF_EXIT_LIMIT, "exit", name,
					length, context);
}

EF_REPORT(EF_SPEC_MODE_UNKNOWN, INVALID_PARAMETER_VALUE,
		  "unknown mode of funnel",
		  "The modes are 'strict_increase', 'strict_once', 'strict_order' and 'strict_deduplication'.");

const EfChoice ef_modes = {
	"mode", EF_SPEC_MODE_UNKNOWN, {
		"strict_increase",
		"strict_once",
		"strict_order",
		"strict_deduplication"
	}
};

EfStatus
ef_spec_mode(const char *name, size_t length, unsigned *mode,
			 EfContext *context)
{
	unsigned	number = 0;
	EfStatus	status = ef_choose(&ef_modes, name, length, &number, context);

	if (status == EF_OK)
		*mode = 1u << number;
	return status;
}

static int
compare_names(const void *a, const void *b)
{
	return ef_label_compare(a, b);
}

EF_REPORT(EF_SPEC_NO_STAGES, INVALID_PARAMETER_VALUE,
		  "funnel has no stages",
		  "Name its stages in order, such as ARRAY['applied', 'admitted', 'graduated'].");

EF_REPORT(EF_SPEC_NAME_TWICE, INVALID_PARAMETER_VALUE,
		  "stages and exits of a funnel must differ",
		  "Name each of them once; a stage cannot be an exit too.");

/* Check names; exits are sorted, so equal ones are neighbours. */
EF_NODISCARD static EfStatus
check_names(const EfFunnelSpec *spec, EfContext *context)
{
	if (spec->nstages == 0)
		return ef_fail(context, EF_SPEC_NO_STAGES, "It names no stage.");
	for (uint32_t i = 0; i < spec->nstages; i++)
	{
		const EfLabel *stage = &spec->stages[i];
		uint32_t	first = ef_spec_stage(spec, stage->bytes, stage->length);

		if (first != i + 1)
			return ef_fail(context, EF_SPEC_NAME_TWICE,
						   "\"%s\" is both stage %u and stage %u.",
						   ef_label_shown(stage).text,
						   first, i + 1);
	}
	for (uint32_t i = 0; i < spec->nexits; i++)
	{
		const EfLabel *exit = &spec->exits[i];
		uint32_t	stage = ef_spec_stage(spec, exit->bytes, exit->length);

		if (stage > 0)
			return ef_fail(context, EF_SPEC_NAME_TWICE,
						   "\"%s\" is both stage %u and an exit.",
						   ef_label_shown(exit).text,
						   stage);
		if (i > 0 && ef_label_compare(exit - 1, exit) == 0)
			return ef_fail(context, EF_SPEC_NAME_TWICE,
						   "\"%s\" is an exit twice.",
						   ef_label_shown(exit).text);
	}
	return EF_OK;
}

EF_REPORT(EF_SPEC_WITHIN_INVALID, INVALID_PARAMETER_VALUE,
		  "within must be an interval of up to 150 years, no part of it negative",
		  "Windows are such as '300 days', '8 years', '36 hours'; leave it out for none.");

/* Turn whole days of microseconds into days, which they are in UTC. */
EF_NODISCARD static EfStatus
settle_within(EfDuration *within, EfContext *context)
{
	EfDuration	settled = *within;
	int64_t		days = within->microseconds / EF_DAY_MICROSECONDS + within->days;

	/* days alone first, so that they fit; then months and days together */
	if (within->months >= 0 && within->days >= 0 &&
		within->microseconds >= 0 && days <= EF_SPELL_DAYS)
	{
		settled.days = (int32_t) days;
		settled.microseconds = within->microseconds % EF_DAY_MICROSECONDS;
		if (ef_duration_days(&settled, 1) <=
			EF_SPELL_DAYS - (settled.microseconds > 0))
		{
			*within = settled;
			return EF_OK;
		}
	}
	return ef_fail(context, EF_SPEC_WITHIN_INVALID,
				   "Its months are %d, its days %d and its microseconds %lld.",
				   within->months, within->days,
				   (long long) within->microseconds);
}

EF_REPORT(EF_SPEC_WITHIN_BELOW_DAY, INVALID_PARAMETER_VALUE,
		  "the window of a funnel over dates is shorter than a day",
		  "A number without a unit is in seconds: write '365 days' for '365'.");

EfStatus
ef_spec_unit_check(const EfFunnelSpec *spec, EfUnit unit, EfContext *context)
{
	const EfDuration *within = &spec->within;

	if (unit != EF_UNIT_DAY || !spec->has_within || within->months > 0 ||
		within->days > 0 || within->microseconds == 0)
		return EF_OK;
	return ef_fail(context, EF_SPEC_WITHIN_BELOW_DAY, "within is %s seconds.",
				   ef_shown((double) within->microseconds / 1000000).text);
}

EfStatus
ef_spec_as_of_check(EfDay as_of, EfContext *context)
{
	if (ef_is_infinite(as_of))
		return ef_fail(context, EF_DATE_INFINITE, "as_of is infinite.");
	if (!ef_is_date(as_of))
		return ef_fail(context, EF_DATE_RANGE, "as_of is %s.",
					   ef_day_shown(as_of).text);
	return EF_OK;
}

static inline unsigned
slot_of(uint64_t head, size_t length)
{
	/* Fibonacci hashing (Knuth 1998, The Art of Computer Programming 3, 6.4) */
	return (unsigned) ((head + length) * UINT64_C(0x9e3779b97f4a7c15) >> 56);
}

static void
fill_slots(EfFunnelSpec *spec)
{
	memset(spec->slots, 0, sizeof(spec->slots));
	for (uint32_t i = 0; i < spec->nstages + spec->nexits; i++)
	{
		bool		stage = i < spec->nstages;
		uint32_t	n = stage ? i : i - spec->nstages;
		const EfLabel *label = stage ? &spec->stages[n] : &spec->exits[n];
		uint64_t	head = ef_name_head(label->bytes, label->length);
		uint8_t    *slot = &spec->slots[slot_of(head, label->length)];

		*(stage ? &spec->stage_heads[n] : &spec->exit_heads[n]) = head;
		*slot = *slot == 0 ? (uint8_t) (i + 1) : EF_SLOT_SHARED;
	}
}

EfStatus
ef_spec_complete(EfFunnelSpec *spec, EfContext *context)
{
	EfStatus	status;

	if (spec->modes >= 1u << EF_MODE_COUNT)
		return ef_fail(context, EF_SPEC_MODE_UNKNOWN,
					   "The bits of its modes are %u.", spec->modes);
	qsort(spec->exits, spec->nexits, sizeof(EfLabel), compare_names);
	fill_slots(spec);
	status = check_names(spec, context);
	if (status == EF_OK && spec->has_within)
		status = settle_within(&spec->within, context);
	if (status == EF_OK && spec->has_as_of)
		status = ef_spec_as_of_check(spec->as_of, context);
	return status;
}


/* ---- bytes ---- */

static void
write_names(EfWriter *writer, const EfLabel *names, uint32_t n)
{
	ef_write_varint(writer, n);
	for (uint32_t i = 0; i < n; i++)
	{
		ef_write_varint(writer, names[i].length);
		ef_write_bytes(writer, names[i].bytes, names[i].length);
	}
}

EfStatus
ef_spec_pack(const EfFunnelSpec *spec, size_t header, uint8_t **bytes,
			 size_t *size, EfContext *context)
{
	EfWriter	writer;

	/* eight integers, names and their lengths */
	size_t		bound = header + 2 +
		(8 + spec->nstages + spec->nexits) * EF_VARINT_MAX;

	for (uint32_t i = 0; i < spec->nstages; i++)
		bound += spec->stages[i].length;
	for (uint32_t i = 0; i < spec->nexits; i++)
		bound += spec->exits[i].length;
	if (bound > EF_SIZE_LIMIT)
		return ef_fail(context, EF_TOO_LARGE, "It would take %zu bytes.",
					   bound);
	*bytes = ef_alloc(context, bound);

	writer.at = *bytes + header;
	*writer.at++ = EF_SPEC_FORMAT;
	*writer.at++ = EF_SPEC_TAG;
	ef_write_varint(&writer, (spec->has_within ? FLAG_WITHIN : 0) |
					(spec->has_as_of ? FLAG_AS_OF : 0));
	ef_write_varint(&writer, spec->modes);
	if (spec->has_within)
	{
		ef_write_varint(&writer, (uint64_t) spec->within.months);
		ef_write_varint(&writer, (uint64_t) spec->within.days);
		ef_write_varint(&writer, (uint64_t) spec->within.microseconds);
	}
	if (spec->has_as_of)
		ef_write_varint(&writer, ef_zigzag(spec->as_of));
	write_names(&writer, spec->stages, spec->nstages);
	write_names(&writer, spec->exits, spec->nexits);
	*size = (size_t) (writer.at - *bytes);
	return EF_OK;
}

/*
 * Read an integer up to a limit, in its shortest form: so a spec has only one
 * form.
 */
static uint64_t
read_number(EfReader *reader, uint64_t limit)
{
	const uint8_t *from = reader->at;
	uint64_t	value = ef_read_limited(reader, limit);

	if (reader->at - from > 1 && reader->at[-1] == 0)
		return ef_reader_fail(reader);
	return value;
}

static uint32_t
read_names(EfReader *reader, EfLabel *names, uint32_t limit)
{
	uint32_t	n = (uint32_t) read_number(reader, limit);

	for (uint32_t i = 0; i < n; i++)
	{
		names[i].length = (uint32_t) read_number(reader, EF_SIZE_LIMIT);
		names[i].bytes = (const char *) ef_read_bytes(reader, names[i].length);
	}
	return n;
}

EfStatus
ef_spec_open(EfFunnelSpec *spec, const uint8_t *bytes, size_t size,
			 EfContext *context)
{
	EfReader	reader = {bytes, bytes + size, false};
	unsigned	flags;

	memset(spec, 0, sizeof(*spec));
	if (size < 2)
		return ef_fail(context, EF_INVALID, "The bytes end too early.");
	if (bytes[1] != EF_SPEC_TAG)
		return ef_fail(context, EF_INVALID, "The bytes are of another type.");
	if (bytes[0] != EF_SPEC_FORMAT)
		return ef_fail(context, EF_INVALID,
					   "Format %d is not known to this version.", bytes[0]);

	reader.at += 2;
	flags = (unsigned) read_number(&reader, FLAG_WITHIN | FLAG_AS_OF);
	spec->modes = (unsigned) read_number(&reader, (1u << EF_MODE_COUNT) - 1);
	spec->has_within = (flags & FLAG_WITHIN) != 0;
	if (spec->has_within)
	{
		spec->within.months = (int32_t) read_number(&reader, INT32_MAX);
		spec->within.days = (int32_t) read_number(&reader, INT32_MAX);
		spec->within.microseconds =
			(int64_t) read_number(&reader, EF_DAY_MICROSECONDS - 1);
	}
	spec->has_as_of = (flags & FLAG_AS_OF) != 0;
	if (spec->has_as_of)
		spec->as_of = (EfDay) ef_unzigzag(read_number(&reader, UINT32_MAX));
	spec->nstages = read_names(&reader, spec->stages, EF_STAGE_LIMIT);
	spec->nexits = read_names(&reader, spec->exits, EF_EXIT_LIMIT);
	if (reader.failed || reader.at != reader.end)
		return ef_fail(context, EF_INVALID,
					   "The bytes end too early or too late, or hold a number that is too large or too long.");
	for (uint32_t i = 1; i < spec->nexits; i++)
		if (ef_label_compare(&spec->exits[i - 1], &spec->exits[i]) >= 0)
			return ef_fail(context, EF_INVALID, "Its exits are out of order.");

	/* a canonical spec is only validated; keep the sentence */
	return ef_spec_complete(spec, context) == EF_OK ? EF_OK : EF_INVALID;
}


/* ---- reading ---- */

static inline bool
is_name(const EfLabel *label, uint64_t label_head, const char *name,
		size_t length, uint64_t head)
{
	return label->length == length && label_head == head &&
		(length <= sizeof(head) ||
		 memcmp(label->bytes + sizeof(head), name + sizeof(head),
				length - sizeof(head)) == 0);
}

/*
 * Find the number of a name among labels, counted from 1; 0 if it is not
 * there.
 */
static uint32_t
find_name(const EfLabel *labels, const uint64_t *heads, uint32_t nlabels,
		  const char *name, size_t length)
{
	uint64_t	head = ef_name_head(name, length);

	for (uint32_t i = 0; i < nlabels; i++)
		if (is_name(&labels[i], heads[i], name, length, head))
			return i + 1;
	return 0;
}

uint32_t
ef_spec_stage(const EfFunnelSpec *spec, const char *name, size_t length)
{
	return find_name(spec->stages, spec->stage_heads, spec->nstages, name,
					 length);
}

unsigned
ef_spec_code(const EfFunnelSpec *spec, const char *name, size_t length)
{
	uint64_t	head = ef_name_head(name, length);
	uint32_t	number = spec->slots[slot_of(head, length)];

	if (number == 0)
		return EF_CODE_OTHER;
	if (number <= spec->nstages &&
		is_name(&spec->stages[number - 1], spec->stage_heads[number - 1], name,
				length, head))
		return number;
	if (number <= spec->nstages)
		return EF_CODE_OTHER;

	/* an exit, or several names */
	number = ef_spec_stage(spec, name, length);
	if (number > 0)
		return number;
	return find_name(spec->exits, spec->exit_heads, spec->nexits, name,
					 length) > 0 ? EF_CODE_EXIT : EF_CODE_OTHER;
}

EfInstant
ef_spec_limit(const EfFunnelSpec *spec, EfUnit unit, EfInstant start)
{
	const EfDuration *within = &spec->within;
	int64_t		length;
	EfInstant	limit;

	if (!spec->has_within)
		return EF_INSTANT_NEVER;

	/*
	 * whole days from one midnight to another, and the rest goes on top; less
	 * than a day after midnight is the same day
	 */
	length = within->days;
	if (within->months > 0)
	{
		EfDay		day = ef_instant_day(start, unit);

		/* modular, as the months are */
		length += (uint32_t) ef_months_later(day, within->months) -
			(uint32_t) day;
	}
	if (unit == EF_UNIT_MICROSECOND)
		length = length * EF_DAY_MICROSECONDS + within->microseconds;
	if (ef_add_overflow(start, length, &limit) ||
		limit == EF_INSTANT_NEVER)
		return EF_INSTANT_NEVER - 1;
	return limit;
}

int32_t
ef_spec_window_days(const EfFunnelSpec *spec)
{
	if (!spec->has_within)
		return INT32_MAX;
	return ef_duration_days(&spec->within, 1) +
		(spec->within.microseconds > 0);
}
