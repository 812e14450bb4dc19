/*
 * invariant.h
 *	  What the code takes for granted, looked at in builds for tests
 *	  (-DUSE_ASSERT_CHECKING): a program that breaks it ends there.
 */
#ifndef EF_INVARIANT_H
#define EF_INVARIANT_H

#ifdef USE_ASSERT_CHECKING
#undef NDEBUG
#include <assert.h>
#define EF_ASSERT(condition) assert(condition)
#else
/* not looked at, but compiled: what it calls is in use */
#define EF_ASSERT(condition) ((void) (1 || (condition)))
#endif

#endif							/* EF_INVARIANT_H */
