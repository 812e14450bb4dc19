/*
 * codec.c
 *	  See codec.h.
 */
#include "base/codec.h"

uint64_t
ef_read_varint_slow(EfReader *reader)
{
	uint64_t	value = 0;

	for (int shift = 0; shift < 64 && reader->at < reader->end; shift += 7)
	{
		uint8_t		byte = *reader->at++;

		/* the tenth byte holds the last of 64 bits and nothing else */
		if (shift == 63 && byte > 1)
			break;
		value |= (uint64_t) (byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	return ef_reader_fail(reader);
}

const uint8_t *
ef_read_bytes(EfReader *reader, size_t length)
{
	const uint8_t *bytes = reader->at;

	EF_ASSERT(ef_reader_is_sound(reader));
	if (length > (size_t) (reader->end - reader->at))
	{
		ef_reader_fail(reader);
		return NULL;
	}
	reader->at += length;
	return bytes;
}
