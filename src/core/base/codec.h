/*
 * codec.h
 *	  Bytes: variable-length integers, bounds-checked on the way in.
 *
 * An unsigned integer is written in groups of seven bits, the least
 * significant first, the high bit of a byte saying that another follows
 * (LEB128).  A signed one is folded first so that small magnitudes stay
 * short: 0, -1, 1, -2, ... become 0, 1, 2, 3, ... ("zigzag").
 *
 * A reader never looks past its end.  The first failure makes it fail for
 * good, so a caller may read a whole record and ask once.
 */
#ifndef EF_CODEC_H
#define EF_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/invariant.h"

#define EF_VARINT_MAX 10		/* bytes that a 64-bit integer can take */

typedef struct EfReader
{
	const uint8_t *at;
	const uint8_t *end;
	bool		failed;
} EfReader;

static inline bool
ef_reader_is_sound(const EfReader *reader)
{
	return reader->failed ? reader->at == reader->end
		: reader->at <= reader->end;
}

/* Fail for good, and answer 0. */
static inline uint64_t
ef_reader_fail(EfReader *reader)
{
	reader->failed = true;
	reader->at = reader->end;
	return 0;
}

typedef struct EfWriter
{
	uint8_t    *at;				/* the caller has made room */
} EfWriter;

static inline uint64_t
ef_zigzag(int64_t value)
{
	return ((uint64_t) value << 1) ^ (uint64_t) (value >> 63);
}

static inline int64_t
ef_unzigzag(uint64_t value)
{
	return (int64_t) (value >> 1) ^ -(int64_t) (value & 1);
}

static inline void
ef_write_varint(EfWriter *writer, uint64_t value)
{
	while (value >= 0x80)
	{
		*writer->at++ = (uint8_t) (value | 0x80);
		value >>= 7;
	}
	*writer->at++ = (uint8_t) value;
}

static inline void
ef_write_bytes(EfWriter *writer, const void *bytes, size_t length)
{
	if (length > 0)
		memcpy(writer->at, bytes, length);
	writer->at += length;
}

extern uint64_t ef_read_varint_slow(EfReader *reader);

static inline uint64_t
ef_read_varint(EfReader *reader)
{
	EF_ASSERT(ef_reader_is_sound(reader));

	/* nearly every count and step of a summary fits one byte */
	if (reader->at < reader->end && *reader->at < 0x80)
		return *reader->at++;
	return ef_read_varint_slow(reader);
}

/*
 * Read a varint where EF_VARINT_MAX bytes are known to be there, so no end is
 * looked for; false if they are no 64-bit integer.
 */
static inline bool
ef_read_varint_within(const uint8_t **at, uint64_t *value)
{
	const uint8_t *p = *at;
	uint64_t	result = *p & 0x7f;

	for (int shift = 7; *p >= 0x80; shift += 7)
	{
		if (shift == 63 && p[1] > 1)
			return false;
		result |= (uint64_t) (*++p & 0x7f) << shift;
	}
	*at = p + 1;
	*value = result;
	return true;
}

/* Read a varint that must not pass a limit; 0 and failed if it does. */
static inline uint64_t
ef_read_limited(EfReader *reader, uint64_t limit)
{
	uint64_t	value = ef_read_varint(reader);

	if (value <= limit)
		return value;
	return ef_reader_fail(reader);
}

/*
 * Return a pointer into the input; NULL and failed if fewer bytes are there.
 */
extern const uint8_t *ef_read_bytes(EfReader *reader, size_t length);

#endif							/* EF_CODEC_H */
