/*
 * test_bits.c: what the compiler has a word for, and its plain form.
 */
#include "base/bits.h"

#include "tap.h"

static const int64_t ends[] = {
	INT64_MIN, INT64_MIN + 1, -4294967296, -1, 0, 1, 2, 4294967295, INT64_MAX - 1, INT64_MAX
};

#define ENDS (sizeof(ends) / sizeof(ends[0]))

int
main(void)
{
	int			wrong = 0;
	int			over = 0;

	for (size_t i = 0; i < ENDS; i++)
		for (size_t j = 0; j < ENDS; j++)
		{
			int64_t		plain;
			int64_t		sum;
			bool		overflow = ef_plain_add_overflow(ends[i], ends[j], &plain);

			/* asked without adding */
			wrong += overflow != (ends[j] > 0 ? ends[i] > INT64_MAX - ends[j]
								  : ends[i] < INT64_MIN - ends[j]) ||
				overflow != ef_add_overflow(ends[i], ends[j], &sum) || sum != plain ||
				(!overflow && plain - ends[i] != ends[j]);
			over += overflow;
		}
	is_int(wrong, 0, "sums that fit and sums that do not");
	ok(over > 20 && over < 60, "of which there are both");

	wrong = 0;
	for (int place = 0; place < 64; place++)
	{
		uint64_t	word = UINT64_C(1) << place;
		uint64_t	below = word | (word - 1);
		uint64_t	above = ~(word - 1);

		wrong += ef_plain_highest_bit(below) != place || ef_highest_bit(below) != place ||
			ef_plain_lowest_bit(above) != place || ef_lowest_bit(above) != place ||
			ef_plain_highest_bit(above) != 63 || ef_plain_lowest_bit(below) != 0;
	}
	is_int(wrong, 0, "the highest and the lowest bit, at each place");
	return done_testing();
}
