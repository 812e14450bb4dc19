/*
 * hash.h
 *	  A number for a name: few bits of it alike for names that are alike (the
 *	  finaliser is that of MurmurHash3, A. Appleby 2008).
 */
#ifndef EF_HASH_H
#define EF_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t
ef_hash_word(uint64_t word)
{
	word ^= word >> 33;
	word *= UINT64_C(0xff51afd7ed558ccd);
	word ^= word >> 33;
	word *= UINT64_C(0xc4ceb9fe1a85ec53);
	return word ^ word >> 33;
}

static inline uint64_t
ef_hash_name(const char *name, size_t length)
{
	uint64_t	hash = UINT64_C(0x9e3779b97f4a7c15) ^ length;

	while (length > 0)
	{
		uint64_t	word = 0;
		size_t		size = length < sizeof(word) ? length : sizeof(word);

		memcpy(&word, name, size);
		hash = ef_hash_word(hash ^ word);
		name += size;
		length -= size;
	}
	return hash;
}

#endif							/* EF_HASH_H */
