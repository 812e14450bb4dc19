/*
 * invariant.h
 *	  Assertions, checked in builds for tests
 *	  (-DUSE_ASSERT_CHECKING): a program that breaks one ends there.
 */
#ifndef EF_INVARIANT_H
#define EF_INVARIANT_H

#ifdef USE_ASSERT_CHECKING
#undef NDEBUG
#include <assert.h>
#define EF_ASSERT(condition) assert(condition)
#else
/*
 * Without checking, the condition is compiled but not evaluated, so that
 * nothing in it is unused.
 */
#define EF_ASSERT(condition) ((void) (1 || (condition)))
#endif

#endif							/* EF_INVARIANT_H */
