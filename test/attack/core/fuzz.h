/*
 * fuzz.h: what the parts of the harness share.
 *
 * An input is bytes.  What a reader is asked with is drawn from its end, so that
 * an input is a value and the questions to it; beyond it there are zeros.
 */
#ifndef EF_FUZZ_H
#define EF_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/status.h"
#include "table/life_table.h"
#include "workforce/workforce_read.h"

typedef struct Input
{
	const uint8_t *at;
	const uint8_t *end;
	EfContext  *context;
} Input;

/* From the end. */
static inline uint8_t
draw(Input *input)
{
	return input->at < input->end ? *--input->end : 0;
}

static inline double
draw_level(Input *input)
{
	static const double levels[] = {0.95, 0.8, 1e-9, 1 - 1e-12, 0, 1, -1, 1e300, 0.5};
	uint8_t		n = draw(input);

	return n < 9 ? levels[n] : n / 256.0;
}

static inline double
draw_number(Input *input)
{
	static const double numbers[] = {0, 1, -1, 1e300, 1e-300, 0.5, 1e12, 7};
	uint8_t		n = draw(input);

	return n < 8 ? numbers[n] : n < 16 ? __builtin_nan("") : n < 20 ? __builtin_inf() : n;
}

static inline int32_t
draw_int(Input *input)
{
	static const int32_t edges[] = {0, 1, -1, INT32_MAX, INT32_MIN, 150, 151, 10000};
	uint8_t		n = draw(input);

	return n < 8 ? edges[n] : n - 8;
}

static inline EfDuration
draw_duration(Input *input)
{
	EfDuration	duration = {draw(input) % 64 == 63 ? draw_int(input) : draw(input) % 40, 0, 0};

	/* mostly long, so that curves have few points */
	duration.days = draw(input) % 16 == 0 ? draw_int(input) : 30 + draw(input);
	return duration;
}

/* A length that was drawn, and bytes of it from the front. */
static inline const char *
take_name(Input *input, size_t *length)
{
	const char *name = (const char *) input->at;
	size_t		rest = (size_t) (input->end - input->at);

	*length = draw(input) % 12;
	rest = (size_t) (input->end - input->at);
	if (*length > rest)
		*length = rest;
	input->at += *length;
	return name;
}

static inline uint8_t
take(Input *input)
{
	return input->at < input->end ? *input->at++ : 0;
}

static inline int32_t
take_int(Input *input, int32_t below)
{
	uint32_t	n = (uint32_t) take(input) << 16;

	n |= (uint32_t) take(input) << 8;
	n |= take(input);
	return (int32_t) (n % (uint32_t) below);
}

/* A promise that is not kept. */
#define PROMISE(condition) \
	do { if (!(condition)) __builtin_trap(); } while (0)

/* Sums of what was answered, so that nothing is left out by the compiler. */
extern double fuzz_sum;

extern void read_workforce(const void *datum, size_t size, Input *input);
extern void read_retention(const void *datum, size_t size, Input *input);
extern void read_funnel(const void *datum, size_t size, Input *input);
extern void read_mobility(const void *datum, size_t size, Input *input);

/* Rows until the input ends. */
extern void add_workforce(EfState **state, Input *input);
extern void add_retention(EfState **state, Input *input);
extern void add_funnel(EfState **state, Input *input);
extern void add_mobility(EfState **state, Input *input);

/* The same of rates that are made of a workforce. */
extern void read_credible(const EfWorkforce *workforce, const void *datum, size_t size, Input *input);

/* Three states of one summary that must be the same value: is it, and is it taken? */
extern void accept_states(unsigned summary, EfState *states[3], Input *input);

extern void try_events(Input *input);
extern void try_people(Input *input);
extern void try_arguments(Input *input);
extern void try_rates(Input *input);
extern void try_forecasts(Input *input);

#endif							/* EF_FUZZ_H */
