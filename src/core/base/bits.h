/*
 * bits.h
 *	  Bit operations that compilers of the GNU kind offer as builtins.
 *
 * Each has a plain form too, which a unit test compares with the builtin.
 */
#ifndef EF_BITS_H
#define EF_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Round a size up to a multiple of eight bytes. */
static inline size_t
ef_aligned(size_t size)
{
	return (size + 7) & ~(size_t) 7;
}

/* Is the sum too large for 64 bits?  *sum is what fits of it. */
static inline bool
ef_plain_add_overflow(int64_t a, int64_t b, int64_t *sum)
{
	*sum = (int64_t) ((uint64_t) a + (uint64_t) b);
	return b < 0 ? *sum > a : *sum < a;
}

/* Find the highest bit of a word that is not 0. */
static inline int
ef_plain_highest_bit(uint64_t word)
{
	int			place = 0;

	while (word >>= 1)
		place++;
	return place;
}

/* Find its lowest bit. */
static inline int
ef_plain_lowest_bit(uint64_t word)
{
	return ef_plain_highest_bit(word & (~word + 1));
}

#ifdef __GNUC__
#define ef_add_overflow(a, b, sum) \
	__builtin_add_overflow((int64_t) (a), (int64_t) (b), sum)
#define ef_highest_bit(word) (63 - __builtin_clzll(word))
#define ef_lowest_bit(word) __builtin_ctzll(word)
#define ef_unlikely(condition) __builtin_expect(condition, 0)
#define ef_prefetch(address) __builtin_prefetch(address, 1)
#define EF_ALWAYS_INLINE inline __attribute__((always_inline))
#else
#define ef_add_overflow(a, b, sum) ef_plain_add_overflow(a, b, sum)
#define ef_highest_bit(word) ef_plain_highest_bit(word)
#define ef_lowest_bit(word) ef_plain_lowest_bit(word)
#define ef_unlikely(condition) (condition)
#define ef_prefetch(address) ((void) 0)
#define EF_ALWAYS_INLINE inline
#endif

#endif							/* EF_BITS_H */
