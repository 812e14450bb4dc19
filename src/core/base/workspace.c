/*
 * workspace.c
 *	  See workspace.h.
 */
#include "base/workspace.h"

#define CHUNK_SIZE ((size_t) 384 * 1024)

/*
 * Size of a cache line: a vector that lies in two lines takes twice as long.
 */
#define LINE 64

void *
ef_grab_unset(EfWorkspace *workspace, size_t n, size_t size)
{
	size_t		wanted = (n * size + LINE - 1) & ~(size_t) (LINE - 1);
	EfChunk    *chunk = workspace->chunks;

	if (!ef_chunk_has(chunk, wanted))
	{
		size_t		room = wanted > CHUNK_SIZE ? wanted : CHUNK_SIZE;

		/* from the first whole line on */
		chunk = ef_chunk_add(&workspace->chunks, room + LINE,
							 workspace->context);
		chunk->used = (size_t) (-(uintptr_t) chunk->words & (LINE - 1));
		chunk->size = chunk->used + room;
	}
	return ef_chunk_take(chunk, wanted);
}

void *
ef_grab(EfWorkspace *workspace, size_t n, size_t size)
{
	return memset(ef_grab_unset(workspace, n, size), 0, n * size);
}

EfMark
ef_mark(const EfWorkspace *workspace)
{
	EfMark		here = {workspace->chunks, 0};

	EF_ASSERT(here.chunk == NULL || ef_chunk_is_sound(here.chunk));
	if (here.chunk != NULL)
		here.used = here.chunk->used;
	return here;
}

void
ef_discard(EfWorkspace *workspace, EfMark until)
{
	/* the mark is of this workspace, and was not discarded */
	while (workspace->chunks != until.chunk)
		ef_release(workspace->context, ef_chunk_remove(&workspace->chunks));
	if (workspace->chunks != NULL)
	{
		EF_ASSERT(until.used <= workspace->chunks->used);
		workspace->chunks->used = until.used;
	}
}

void
ef_discard_all(EfWorkspace *workspace)
{
	EfMark		nothing = {NULL, 0};

	ef_discard(workspace, nothing);
}
