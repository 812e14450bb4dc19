/*
 * vectors.h
 *	  Loops in the widest vectors that the machine has.
 *
 * A function marked so is compiled for each width, and the machine's is called.  It
 * does the same operations on each element in the same order, whatever the width,
 * and none is fused, so the results are the same bits.
 */
#ifndef EF_VECTORS_H
#define EF_VECTORS_H

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && \
	defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__)
#define EF_VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define EF_VECTORS
#endif

/*
 * Pragma for a loop in which no round reads what another stores.  Not with
 * clang's sanitizer, under which loops are not vectorized: clang would warn.
 */
#ifndef __clang__
#define EF_INDEPENDENT _Pragma("GCC ivdep")
#elif __has_feature(address_sanitizer)
#define EF_INDEPENDENT
#else
#define EF_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#endif

#endif							/* EF_VECTORS_H */
