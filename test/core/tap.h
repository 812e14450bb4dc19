/*
 * tap.h: the smallest TAP producer that unit tests of src/core need.
 *
 *		ok(condition, "what holds, %d", 1);
 *		is_int(got, expected, "name");			any integer type
 *		is_str(got, expected, "name");
 *		is_close(got, expected, tolerance, "name");	relative above 1, else absolute
 *		is_mem(got, got_len, expected, expected_len, "name");
 *		return done_testing();					prints the plan; 0 if all passed
 *
 * All return whether they passed.  Include it from one file per program.
 */
#ifndef EF_TAP_H
#define EF_TAP_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static int	tap_run = 0;
static int	tap_failed = 0;

#define ok(cond, ...) tap_ok((cond) ? true : false, __FILE__, __LINE__, #cond, __VA_ARGS__)
#define pass(...) tap_ok(true, __FILE__, __LINE__, "", __VA_ARGS__)
#define fail(...) tap_ok(false, __FILE__, __LINE__, "fail()", __VA_ARGS__)
#define is_int(got, expected, ...) \
	tap_is_int((long long) (got), (long long) (expected), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, expected, ...) \
	tap_is_str((got), (expected), __FILE__, __LINE__, __VA_ARGS__)
#define is_close(got, expected, tol, ...) \
	tap_is_close((got), (expected), (tol), __FILE__, __LINE__, __VA_ARGS__)
#define is_mem(got, got_len, expected, expected_len, ...) \
	tap_is_mem((got), (got_len), (expected), (expected_len), __FILE__, __LINE__, __VA_ARGS__)
#define diag(...) (printf("# " __VA_ARGS__), printf("\n"))

/* One test line; a failure says where. */
static inline bool
tap_vok(bool passed, const char *file, int line, const char *fmt, va_list args)
{
	printf("%s %d - ", passed ? "ok" : "not ok", ++tap_run);
	vprintf(fmt, args);
	printf("\n");
	if (!passed)
	{
		tap_failed++;
		printf("#   failed at %s:%d\n", file, line);
	}
	fflush(stdout);				/* keep what was said if the next test crashes */
	return passed;
}

#if defined(__GNUC__)
__attribute__((format(printf, 5, 6)))
#endif
static inline bool
tap_ok(bool passed, const char *file, int line, const char *what, const char *fmt,...)
{
	va_list		args;

	va_start(args, fmt);
	tap_vok(passed, file, line, fmt, args);
	va_end(args);
	if (!passed)
		printf("#   %s\n", what);
	return passed;
}

#if defined(__GNUC__)
__attribute__((format(printf, 5, 6)))
#endif
static inline bool
tap_is_int(long long got, long long expected, const char *file, int line, const char *fmt,...)
{
	va_list		args;
	bool		passed = got == expected;

	va_start(args, fmt);
	tap_vok(passed, file, line, fmt, args);
	va_end(args);
	if (!passed)
		printf("#   got %lld, expected %lld\n", got, expected);
	return passed;
}

#if defined(__GNUC__)
__attribute__((format(printf, 5, 6)))
#endif
static inline bool
tap_is_str(const char *got, const char *expected, const char *file, int line, const char *fmt,...)
{
	va_list		args;
	bool		passed = (got && expected) ? strcmp(got, expected) == 0 : got == expected;

	va_start(args, fmt);
	tap_vok(passed, file, line, fmt, args);
	va_end(args);
	if (!passed)
		printf("#   got      %s\n#   expected %s\n",
			   got ? got : "(null)", expected ? expected : "(null)");
	return passed;
}

#if defined(__GNUC__)
__attribute__((format(printf, 6, 7)))
#endif
static inline bool
tap_is_close(double got, double expected, double tol, const char *file, int line,
			 const char *fmt,...)
{
	va_list		args;
	double		scale = fabs(expected) > 1 ? fabs(expected) : 1;
	bool		passed = got == expected || (isnan(got) && isnan(expected)) ||
		fabs(got - expected) <= tol * scale;

	va_start(args, fmt);
	tap_vok(passed, file, line, fmt, args);
	va_end(args);
	if (!passed)
		printf("#   got %.17g, expected %.17g, off by %g\n", got, expected, got - expected);
	return passed;
}

#if defined(__GNUC__)
__attribute__((format(printf, 7, 8)))
#endif
static inline bool
tap_is_mem(const void *got, size_t got_len, const void *expected, size_t expected_len,
		   const char *file, int line, const char *fmt,...)
{
	va_list		args;
	size_t		common = got_len < expected_len ? got_len : expected_len;
	size_t		at = 0;
	bool		passed;

	while (at < common && ((const char *) got)[at] == ((const char *) expected)[at])
		at++;
	passed = at == got_len && at == expected_len;

	va_start(args, fmt);
	tap_vok(passed, file, line, fmt, args);
	va_end(args);
	if (!passed)
		printf("#   %zu bytes, expected %zu; they differ from byte %zu on\n",
			   got_len, expected_len, at);
	return passed;
}

/* The plan, and the program's exit code. */
static inline int
done_testing(void)
{
	printf("1..%d\n", tap_run);
	if (tap_failed > 0)
		printf("# %d of %d failed\n", tap_failed, tap_run);
	return tap_failed > 0 || tap_run == 0;
}

#endif							/* EF_TAP_H */
