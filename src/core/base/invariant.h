/*
 * invariant.h
 *	  Assertions, checked in builds for tests
 *	  (-DUSE_ASSERT_CHECKING): a program that breaks one ends there.
 *
 * What holds of a thing is said by its ef_..._is_sound(), asserted where a
 * public function begins: in constant time where that is for each row, and of
 * all that it holds where it is for each summary.  What comes from outside is
 * refused first, and then asserted.
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
