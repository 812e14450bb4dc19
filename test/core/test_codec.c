/*
 * test_codec.c: variable-length integers.  All input lies in memory that ends
 * where the input does, so that a sanitizer sees any reading past it.
 */
#include "base/codec.h"

#include <stdlib.h>

#include "tap.h"

/* The bytes of an integer, by division. */
static size_t
encode(uint64_t value, uint8_t bytes[EF_VARINT_MAX])
{
	size_t		n = 0;

	do
	{
		bytes[n++] = (uint8_t) (value % 128 + (value / 128 > 0 ? 128 : 0));
		value /= 128;
	} while (value > 0);
	return n;
}

static uint8_t *
copy_of(const void *bytes, size_t size)
{
	uint8_t    *copy = malloc(size > 0 ? size : 1);

	/* of no bytes, one that must not be read */
	if (size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

/* Read one integer from exactly these bytes; how many it took. */
static uint64_t
decode(const uint8_t *bytes, size_t size, bool *failed, size_t *taken)
{
	uint8_t    *copy = copy_of(bytes, size);
	EfReader	reader = {copy, copy + size, false};
	uint64_t	value = ef_read_varint(&reader);

	*failed = reader.failed;
	*taken = (size_t) (reader.at - copy);
	free(copy);
	return value;
}

/* All that must hold for one integer; how much does not. */
static int
check(uint64_t value)
{
	uint8_t		expected[EF_VARINT_MAX];
	size_t		size = encode(value, expected);
	uint8_t    *room = malloc(size);
	EfWriter	writer = {room};
	bool		failed;
	size_t		taken;
	int			wrong = 0;

	ef_write_varint(&writer, value);
	wrong += writer.at != room + size || memcmp(room, expected, size) != 0;
	wrong += decode(expected, size, &failed, &taken) != value || failed ||
		taken != size;
	for (size_t shorter = 0; shorter < size; shorter++)
		wrong += decode(expected, shorter, &failed, &taken) != 0 || !failed ||
			taken != shorter;
	free(room);
	return wrong;
}

static void
test_round_trips(void)
{
	int			wrong = 0;
	uint64_t	random = 88172645463325252u;

	for (int bit = 0; bit < 64; bit++)
		for (int off = -1; off <= 1; off++)
			wrong += check((UINT64_C(1) << bit) + (uint64_t) off);
	wrong += check(UINT64_MAX);
	is_int(wrong, 0, "powers of two and their neighbours are written, read, and not read when cut");

	wrong = 0;
	for (int i = 0; i < 20000; i++)
	{
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		wrong += check(random >> (i % 64));
	}
	is_int(wrong, 0, "random integers of every size");
}

static void
test_zigzag(void)
{
	static const int64_t first[] = {0, -1, 1, -2, 2, -3, 3};
	int			wrong = 0;

	for (unsigned i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		wrong += ef_zigzag(first[i]) != i || ef_unzigzag(i) != first[i];
	is_int(wrong, 0, "0, -1, 1, -2, ... are 0, 1, 2, 3, ...");

	wrong = 0;
	for (int bit = 0; bit < 63; bit++)
		for (int off = -1; off <= 1; off++)
		{
			int64_t		value = (INT64_C(1) << bit) + off;

			wrong += ef_unzigzag(ef_zigzag(value)) != value;
			wrong += ef_unzigzag(ef_zigzag(-value)) != -value;
			wrong += value > 0 && ef_zigzag(value) != 2 * (uint64_t) value;
			wrong += value > 0 && ef_zigzag(-value) != 2 * (uint64_t) value - 1;
		}
	is_int(wrong, 0, "powers of two, their neighbours and their negatives");
	ok(ef_zigzag(INT64_MAX) == UINT64_MAX - 1 && ef_unzigzag(UINT64_MAX - 1) == INT64_MAX,
	   "the largest integer");
	ok(ef_zigzag(INT64_MIN) == UINT64_MAX && ef_unzigzag(UINT64_MAX) == INT64_MIN,
	   "the smallest integer");
}

static void
test_too_long(void)
{
	uint8_t		bytes[12];
	bool		failed;
	size_t		taken;
	int			wrong = 0;

	memset(bytes, 0xff, sizeof(bytes));
	bytes[9] = 1;
	ok(decode(bytes, 10, &failed, &taken) == UINT64_MAX && !failed && taken == 10,
	   "nine full bytes and a one are the largest integer");
	for (int last = 2; last < 256; last++)
	{
		bytes[9] = (uint8_t) last;
		for (size_t size = 10; size <= sizeof(bytes); size++)
			wrong += decode(bytes, size, &failed, &taken) != 0 || !failed ||
				taken != size;
	}
	is_int(wrong, 0, "more than 64 bits fail, whatever follows");

	memset(bytes, 0x80, sizeof(bytes));
	wrong = 0;
	for (size_t size = 0; size <= sizeof(bytes); size++)
		wrong += decode(bytes, size, &failed, &taken) != 0 || !failed;
	is_int(wrong, 0, "an integer without end fails");
}

static void
test_failed_for_good(void)
{
	static const uint8_t bytes[] = {0x05, 0x81, 0x82};
	uint8_t    *copy = copy_of(bytes, sizeof(bytes));
	EfReader	reader = {copy, copy + sizeof(bytes), false};

	is_int(ef_read_varint(&reader), 5, "what is there is read");
	is_int(ef_read_varint(&reader), 0, "what is cut is 0");
	ok(reader.failed, "and a failure");
	is_int(ef_read_varint(&reader), 0, "then every integer is 0");
	is_int(ef_read_limited(&reader, UINT64_MAX), 0, "with a limit as well");
	ok(ef_read_bytes(&reader, 1) == NULL, "and there are no bytes");
	ok(reader.failed && reader.at == reader.end, "the failure stays");
	free(copy);
}

static void
test_limits(void)
{
	static const uint64_t limits[] = {0, 1, 127, 128, 255, 16383, 16384,
	UINT32_MAX, INT64_MAX, UINT64_MAX - 1};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
	{
		uint8_t		bytes[EF_VARINT_MAX];
		uint64_t	got;

		for (uint64_t off = 0; off <= 1; off++)
		{
			size_t		size = encode(limits[i] + off, bytes);
			uint8_t    *copy = copy_of(bytes, size);
			EfReader	reader = {copy, copy + size, false};

			got = ef_read_limited(&reader, limits[i]);
			ok(off == 0 ? got == limits[i] && !reader.failed
			   : got == 0 && reader.failed,
			   "limit %llu: %llu is %s", (unsigned long long) limits[i],
			   (unsigned long long) (limits[i] + off), off == 0 ? "read" : "refused");
			free(copy);
		}
	}
}

static void
test_bytes(void)
{
	static const uint8_t bytes[] = {0, 0xff, 0x80, 7};
	uint8_t    *copy = copy_of(bytes, sizeof(bytes));
	EfReader	reader = {copy, copy + sizeof(bytes), false};
	EfReader	again = reader;
	uint8_t		out[4] = {9, 9, 9, 9};
	EfWriter	writer = {out};

	ok(ef_read_bytes(&reader, 0) == copy && !reader.failed, "no bytes are always there");
	ok(ef_read_bytes(&reader, 3) == copy, "three of four");
	ok(ef_read_bytes(&reader, 1) == copy + 3 && !reader.failed, "and the last");
	ok(ef_read_bytes(&reader, 0) == copy + 4 && !reader.failed, "none at the end");
	ok(ef_read_bytes(&reader, 1) == NULL && reader.failed, "one more is not there");
	ok(ef_read_bytes(&again, SIZE_MAX) == NULL && again.failed,
	   "nor are so many that a pointer would wrap around");
	free(copy);

	ef_write_bytes(&writer, bytes, 3);
	ef_write_bytes(&writer, NULL, 0);
	ok(writer.at == out + 3 && memcmp(out, bytes, 3) == 0 && out[3] == 9,
	   "bytes are written as they are, and no more");
}

/* The bytes of the format, as they are on every machine. */
static void
test_byte_order(void)
{
	static const uint8_t expected[] = {0xef, 0x9b, 0xaf, 0xcd, 0xf8, 0xac, 0xd1, 0x91, 0x01, 0xd9, 0xff, 0xa2, 0x08, 'x', 'y'};
	uint8_t		out[sizeof(expected)] = {0};
	EfWriter	writer = {out};
	EfReader	reader = {expected, expected + sizeof(expected), false};
	const uint8_t *within = expected;
	uint64_t	value;

	ef_write_varint(&writer, UINT64_C(0x0123456789abcdef));
	ef_write_varint(&writer, ef_zigzag(-8675309));
	ef_write_bytes(&writer, "xy", 2);
	ok(writer.at == out + sizeof(out) && memcmp(out, expected, sizeof(out)) == 0,
	   "the least significant bits are written first");
	ok(ef_read_varint_within(&within, &value) && value == UINT64_C(0x0123456789abcdef) &&
	   ef_read_varint(&reader) == value && reader.at == within &&
	   ef_unzigzag(ef_read_varint(&reader)) == -8675309, "and read");
}

/* The reader that looks for no end reads what the other does. */
static void
test_within(void)
{
	int			wrong = 0;

	for (int bits = 0; bits <= 64; bits++)
		for (int more = -1; more <= 1; more++)
		{
			uint64_t	value = (bits < 64 ? (uint64_t) 1 << bits : 0) + (uint64_t) more;
			uint8_t		bytes[EF_VARINT_MAX] = {0};
			EfWriter	writer = {bytes};
			const uint8_t *at = bytes;
			uint64_t	got = 1;

			ef_write_varint(&writer, value);
			wrong += !ef_read_varint_within(&at, &got) || got != value || at != writer.at;
		}
	is_int(wrong, 0, "around every power of two the value and its length come back");
	for (int last = 0; last < 256; last++)
	{
		uint8_t		bytes[EF_VARINT_MAX];
		const uint8_t *at = bytes;
		EfReader	reader = {bytes, bytes + sizeof(bytes), false};
		uint64_t	got = 0;
		bool		good;

		memset(bytes, 0xff, sizeof(bytes));
		bytes[EF_VARINT_MAX - 1] = (uint8_t) last;
		good = ef_read_varint_within(&at, &got);
		wrong += ef_read_varint(&reader) != (good ? got : 0);
		wrong += good == reader.failed;
	}
	is_int(wrong, 0, "and what has more than 64 bits is refused by both");
}

int
main(void)
{
	test_round_trips();
	test_zigzag();
	test_too_long();
	test_failed_for_good();
	test_limits();
	test_bytes();
	test_byte_order();
	test_within();
	return done_testing();
}
