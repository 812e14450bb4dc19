/*
 * context.h
 *	  What the caller hands in: memory, and room for the sentence of a refusal.
 *
 * An EfContext is the last argument of every function that allocates or can
 * refuse.  An object that lives longer (a log, a reader, a workspace) keeps
 * the context it was made with and allocates from that one, which must live
 * as long.
 *
 * The core never calls malloc.  `alloc` does not answer NULL: where memory
 * runs out it does not return.  Inside the database it takes from the current
 * memory context and raises an error; in the unit tests it jumps to the loop
 * that asked.  So the core must hold nothing that this would leak: it owns no
 * file, lock or memory of another kind.
 *
 * Memory is released with the caller's.  The core gives back early only large
 * blocks, growing ones, and those that a log would keep for long; after a
 * refusal it need not.
 *
 * A long loop that allocates nothing asks whether to go on, so that the
 * database notices a cancel.
 */
#ifndef EF_CONTEXT_H
#define EF_CONTEXT_H

/* Chunks of events, vectors and the sums of estimates are laid out for 64 bits:
 * on 32-bit x86 numbers would differ. */
_Static_assert(sizeof(void *) == 8, "education_flow is for 64-bit machines");

#include <stddef.h>
#include <string.h>

#if defined(__GNUC__)
#define EF_RETURNS_NONNULL __attribute__((returns_nonnull))
#else
#define EF_RETURNS_NONNULL
#endif

#define EF_DETAIL_SIZE 256

typedef struct EfError
{
	char		detail[EF_DETAIL_SIZE]; /* a full sentence, or empty */
} EfError;

/* It does not change: who makes one at run time fills in a struct EfContext. */
typedef const struct EfContext
{
	void	   *(*alloc) (void *memory, size_t size);
	void		(*release) (void *memory, void *pointer);
	void	   *memory;
	void		(*interrupt) (void);	/* may not return; or NULL */
	EfError    *error;			/* where ef_fail leaves its sentence */
} EfContext;

EF_RETURNS_NONNULL static inline void *
ef_alloc(EfContext *context, size_t size)
{
	/* a pointer of its own also for nothing, as malloc(0) need not give */
	return context->alloc(context->memory, size > 0 ? size : 1);
}

EF_RETURNS_NONNULL static inline void *
ef_alloc_zeroed(EfContext *context, size_t size)
{
	return memset(ef_alloc(context, size), 0, size);
}

static inline void
ef_release(EfContext *context, void *pointer)
{
	if (pointer != NULL)
		context->release(context->memory, pointer);
}

/* Replace a piece of memory, or NULL, by a larger one; `kept` bytes are copied. */
EF_RETURNS_NONNULL static inline void *
ef_enlarge(EfContext *context, void *old, size_t kept, size_t size)
{
	void	   *larger = ef_alloc(context, size);

	if (kept > 0)
		memcpy(larger, old, kept);
	ef_release(context, old);
	return larger;
}

static inline void
ef_check_interrupt(EfContext *context)
{
	if (context->interrupt != NULL)
		context->interrupt();
}

/* Turns of a loop of a few instructions between two checks for interrupts. */
#define EF_INTERRUPT_TURNS 65536

static inline void
ef_check_interrupt_at(EfContext *context, size_t turn)
{
	if (turn % EF_INTERRUPT_TURNS == 0)
		ef_check_interrupt(context);
}

#endif							/* EF_CONTEXT_H */
