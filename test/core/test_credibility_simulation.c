/*
 * test_credibility_simulation.c: the simulation of credible rates, a few repetitions
 * of it: nearly as good as the estimate that knows the true differences, never worse
 * than the better of own and pooled rates, and with intervals that cover what they
 * claim.  `make simulation` repeats it 500 times.
 */
#define main simulate
#include "../simulation/credibility.c"
#undef main

#include "tap.h"

#define REPETITIONS 12

int
main(void)
{
	static const double variations[] = {0, 0.2, 0.3, 0.5};

	(void) simulate;
	set_truth();
	for (int v = 0; v < 4; v++)
	{
		Score		scores[CLASSES] = {{{{0}}, {0}, {0}, 0}};
		Score		all;

		random_state = 4 + (uint64_t) v;
		for (int i = 0; i < REPETITIONS; i++)
			repeat(variations[v], scores);
		all = sum(scores, 0, CLASSES);
		is_int(all.n, REPETITIONS * GROUPS, "employers that differ by %.1f", variations[v]);
		is_int(judge(variations[v], scores), 0, "rates and intervals are as good as they should be");
		ok(percent(&all, POOLED) < 77 || variations[v] < 0.3, "the intervals of pooled rates are not, where employers differ");
	}
	return done_testing();
}
