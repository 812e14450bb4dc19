/*
 * chunk.h
 *	  Memory in chunks that are filled from the front; and names in them.
 */
#ifndef EF_CHUNK_H
#define EF_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bits.h"
#include "base/context.h"
#include "base/invariant.h"

typedef struct EfChunk
{
	struct EfChunk *older;
	size_t		used;
	size_t		size;
	uint64_t	words[];
} EfChunk;

static inline bool
ef_chunk_is_sound(const EfChunk *chunk)
{
	return chunk->used <= chunk->size;
}

/* Add a chunk with this much room, which becomes the latest. */
EF_RETURNS_NONNULL static inline EfChunk *
ef_chunk_add(EfChunk **latest, size_t room, EfContext *context)
{
	EfChunk    *chunk = ef_alloc(context, sizeof(EfChunk) + room);

	chunk->older = *latest;
	chunk->used = 0;
	chunk->size = room;
	*latest = chunk;
	return chunk;
}

/* Take the latest chunk from a list. */
static inline EfChunk *
ef_chunk_remove(EfChunk **latest)
{
	EfChunk    *chunk = *latest;

	EF_ASSERT(ef_chunk_is_sound(chunk));
	*latest = chunk->older;
	return chunk;
}

/* Is there a chunk, and has it this much room? */
static inline bool
ef_chunk_has(const EfChunk *chunk, size_t size)
{
	EF_ASSERT(chunk == NULL || ef_chunk_is_sound(chunk));
	return chunk != NULL && chunk->size - chunk->used >= size;
}

/* Take this much of the room that a chunk has. */
static inline void *
ef_chunk_take(EfChunk *chunk, size_t size)
{
	EF_ASSERT(ef_chunk_is_sound(chunk) && chunk->size - chunk->used >= size);
	chunk->used += size;
	return (char *) chunk->words + chunk->used - size;
}

typedef struct EfName
{
	uint32_t	length;
	char		bytes[];
} EfName;

/* Return what a name takes of a chunk. */
static inline size_t
ef_name_size(size_t length)
{
	return ef_aligned(sizeof(EfName) + length);
}

/* Copy a name into a chunk that has room for it. */
static inline const EfName *
ef_name_keep(EfChunk *chunk, const char *bytes, size_t length)
{
	EfName	   *name = ef_chunk_take(chunk, ef_name_size(length));

	name->length = (uint32_t) length;
	if (length > 0)
		memcpy(name->bytes, bytes, length);
	return name;
}

#endif							/* EF_CHUNK_H */
