/*
 * memory.h
 *	  The allocator that the caller hands in.
 *
 * The core never calls malloc.  An allocator does not answer NULL: where memory
 * runs out it does not return.  Inside the database it takes from the current
 * memory context and raises an error; in the unit tests it jumps to the loop
 * that asked.  So the core must hold nothing that this would leak: it owns no
 * file, lock or memory of another kind.
 *
 * What was allocated is released with the allocator's context.  The core hands
 * back early what is large, what grows, and what a log would keep for long;
 * where it answers a refusal it need not.
 *
 * Where the core works for long without asking for memory it asks whether to
 * go on: that is where the database notices a cancel.
 */
#ifndef EF_MEMORY_H
#define EF_MEMORY_H

#include <stddef.h>

/* Chunks of events, vectors and the sums of estimates are laid out for 64 bits:
 * on 32-bit x86 numbers would differ. */
_Static_assert(sizeof(void *) == 8, "education_flow is for 64-bit machines");

#if defined(__GNUC__)
#define EF_RETURNS_NONNULL __attribute__((returns_nonnull))
#else
#define EF_RETURNS_NONNULL
#endif

typedef struct EfAllocator
{
	void	   *(*alloc) (void *context, size_t size);
	void		(*release) (void *context, void *pointer);
	void	   *context;
	void		(*interrupt) (void);	/* may not return; or NULL */
} EfAllocator;

EF_RETURNS_NONNULL static inline void *
ef_alloc(const EfAllocator *allocator, size_t size)
{
	/* a pointer of its own also for nothing, as malloc(0) need not give */
	return allocator->alloc(allocator->context, size > 0 ? size : 1);
}

static inline void
ef_release(const EfAllocator *allocator, void *pointer)
{
	if (pointer != NULL)
		allocator->release(allocator->context, pointer);
}

static inline void
ef_check_interrupt(const EfAllocator *allocator)
{
	if (allocator->interrupt != NULL)
		allocator->interrupt();
}

/* The same at each turn of a loop of a few instructions, where it is asked once
 * in so many. */
#define EF_INTERRUPT_TURNS 65536

static inline void
ef_check_interrupt_at(const EfAllocator *allocator, size_t turn)
{
	if (turn % EF_INTERRUPT_TURNS == 0)
		ef_check_interrupt(allocator);
}

#endif							/* EF_MEMORY_H */
