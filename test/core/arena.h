/*
 * arena.h: memory and chance for the unit tests.
 *
 * An arena is memory for the core that can fail at a given request, and
 * gives back at the end what the core left to its caller.  Where it fails it
 * jumps to who tried, as the server's raises:
 *
 *		arena.fail_at = 3;
 *		status = tried(&arena, work(&arena.context));
 */
#ifndef EF_TEST_ARENA_H
#define EF_TEST_ARENA_H

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/status.h"

#define MAY_BE_UNUSED __attribute__((unused))

/* The sentence of the latest refusal; and the context of what only refuses. */
static EfError error;
static EfContext refuses MAY_BE_UNUSED = {.error = &error};

typedef struct ArenaBlock
{
	struct ArenaBlock *next;
	struct ArenaBlock *previous;
} ArenaBlock;

typedef struct Arena
{
	ArenaBlock	all;
	int			n;				/* blocks held */
	long		calls;
	long		fail_at;		/* this call fails, and all after it; 0: none */
	jmp_buf		failed;			/* where it is tried */
	size_t		largest;		/* request */
	int			junk;			/* what memory holds at first: no zeros */
	struct EfContext context;
} Arena;

static inline void *
arena_alloc(void *memory, size_t size)
{
	Arena	   *arena = memory;
	ArenaBlock *block;

	arena->calls++;
	if (size > arena->largest)
		arena->largest = size;
	if (arena->fail_at > 0 && arena->calls >= arena->fail_at)
		longjmp(arena->failed, 1);
	block = malloc(sizeof(ArenaBlock) + size);
	if (block == NULL)
	{
		printf("Bail out! no memory\n");
		exit(1);
	}
	/* what is huge is not touched, so it costs nothing */
	if (size < 1 << 28)
		memset(block + 1, arena->junk, size);
	block->next = arena->all.next;
	block->previous = &arena->all;
	block->next->previous = block->previous->next = block;
	arena->n++;
	return block + 1;
}

static inline void
arena_release(void *memory, void *pointer)
{
	Arena	   *arena = memory;
	ArenaBlock *block = (ArenaBlock *) pointer - 1;

	block->next->previous = block->previous;
	block->previous->next = block->next;
	arena->n--;
	free(block);
}

static inline void
arena_open(Arena *arena)
{
	memset(arena, 0, sizeof(*arena));
	arena->all.next = arena->all.previous = &arena->all;
	arena->junk = 0xa5;
	arena->context.alloc = arena_alloc;
	arena->context.release = arena_release;
	arena->context.memory = arena;
	arena->context.error = &error;
}

static inline void
arena_close(Arena *arena)
{
	while (arena->all.next != &arena->all)
		arena_release(arena, arena->all.next + 1);
	arena->fail_at = 0;
}

/* What a call answers, or that memory ran out in it. */
static const EfReport EF_NO_MEMORY[] = {{"53200", "out of memory", NULL}};

#define tried(arena, call) \
	(setjmp(*(jmp_buf *) &(arena)->failed) == 0 ? (call) : EF_NO_MEMORY)

/* A status in words. */
static inline const char *
said(EfStatus status)
{
	return status == EF_OK ? "ok" : status->message;
}

/* The same numbers in every run. */
static inline uint32_t
random_below(uint32_t n)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t) ((state >> 32) % n);
}

/* From 0 to 1. */
static inline double
random_part(void)
{
	return random_below(1000001) / 1e6;
}

#endif							/* EF_TEST_ARENA_H */
