/*
 * workspace.h
 *	  The memory of one computation: a stack of few large chunks, which an
 *	  allocator keeps at hand better than many small ones.
 */
#ifndef EF_WORKSPACE_H
#define EF_WORKSPACE_H

#include "base/chunk.h"

typedef struct EfWorkspace
{
	EfContext  *context;
	EfChunk    *chunks;			/* the latest; NULL at first */
} EfWorkspace;

typedef struct EfMark
{
	EfChunk    *chunk;
	size_t		used;
} EfMark;

/* Allocate n * size zeroed bytes. */
EF_RETURNS_NONNULL extern void *ef_grab(EfWorkspace *workspace, size_t n, size_t size);

/* Allocate n * size bytes that are not set. */
EF_RETURNS_NONNULL extern void *ef_grab_unset(EfWorkspace *workspace, size_t n, size_t size);

static inline double *
ef_grab_doubles(EfWorkspace *workspace, size_t n)
{
	return ef_grab(workspace, n, sizeof(double));
}

/*
 * Remember the present place, or give back everything grabbed since then, or
 * everything.
 */
extern EfMark ef_mark(const EfWorkspace *workspace);
extern void ef_discard(EfWorkspace *workspace, EfMark until);
extern void ef_discard_all(EfWorkspace *workspace);

#endif							/* EF_WORKSPACE_H */
