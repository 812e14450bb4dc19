/*
 * certificate.c
 *	  See certificate.h.
 */
#include "competence/certificate.h"

#include <string.h>

#include "base/invariant.h"
#include "base/sort.h"
#include "spell/spell.h"

const char *const ef_certificate_names[EF_CERTIFICATE_STATUSES] = {
	[EF_CERTIFICATE_MISSING] = "missing",
	[EF_CERTIFICATE_VALID] = "valid",
	[EF_CERTIFICATE_LAPSED] = "lapsed",
};

EF_REPORT(EF_REQUIRED_UNBOUNDED, INVALID_PARAMETER_VALUE,
		  "required has no beginning",
		  "Give the days on which the module is required of the person, such as daterange(start_date, end_date).");

EF_NODISCARD static EfStatus
check_required(EfDay from, EfDay until, EfContext *context)
{
	if (from == EF_DAY_MINUS_INFINITY)
		return ef_fail(context, EF_REQUIRED_UNBOUNDED,
					   "It begins at -infinity.");
	if (ef_is_date(from) && (ef_is_date(until) || until == EF_DAY_INFINITY))
		return EF_OK;
	return ef_fail(context, EF_DATE_RANGE, "The period required %s on %s.",
				   ef_is_date(from) ? "ends" : "begins",
				   ef_day_shown(ef_is_date(from) ? until : from).text);
}

EF_REPORT(EF_COMPLETION_INFINITE, DATETIME_FIELD_OVERFLOW,
		  "date is infinite",
		  "Leave out what was not completed: filter the rows out, or give null.");

EF_NODISCARD static EfStatus
check_completed(EfDay day, EfContext *context)
{
	if (ef_is_date(day))
		return EF_OK;
	if (ef_is_infinite(day))
		return ef_fail(context, EF_COMPLETION_INFINITE, "completed holds %s.",
					   ef_day_shown(day).text);
	return ef_fail(context, EF_DATE_RANGE, "A completion has the date %s.",
				   ef_day_shown(day).text);
}

/* Find the first day on which a certificate no longer holds. */
EF_NODISCARD static EfStatus
certificate_end(EfDay completed, const EfDuration *validity, EfDay *end,
				EfContext *context)
{
	*end = EF_DAY_INFINITY;
	if (validity == NULL)
		return EF_OK;

	/* so few months and days that their sum is a day */
	if (validity->months < 10000 * 12 &&
		validity->days < EF_BEYOND_DATE - completed)
	{
		*end = ef_months_later(completed, validity->months) + validity->days;
		if (*end < EF_BEYOND_DATE)
			return EF_OK;
	}
	return ef_fail(context, EF_DATE_RANGE,
				   "A completion of %s holds beyond the year 9999.",
				   ef_day_shown(completed).text);
}

static int
compare_days(const void *a, const void *b)
{
	EfDay		one = *(const EfDay *) a;
	EfDay		other = *(const EfDay *) b;

	return (one > other) - (one < other);
}

/*
 * Check the days of completion and put them in order, in a chunk of their
 * own.
 */
EF_NODISCARD static EfStatus
sort_completed(const EfDay *completed, size_t n, EfDay **sorted,
			   EfContext *context)
{
	EfDay	   *days = ef_alloc(context, n * sizeof(EfDay));

	if (n > 0)
	{
		memcpy(days, completed, n * sizeof(EfDay));
		ef_sort(days, n, sizeof(EfDay), compare_days, context);
	}
	*sorted = days;

	/* in order, the first refused does not depend on how they came */
	for (size_t i = 0; i < n; i++)
	{
		EfStatus	status = check_completed(days[i], context);

		if (status != EF_OK)
			return status;
	}
	return EF_OK;
}

/* The parts as they grow: each goes on where the last one ended. */
typedef struct Story
{
	EfCertificatePart *parts;
	size_t		n;
	EfDay		at;				/* the first day that is not told yet */
} Story;

/* Give the days until `end` this status, if any are left. */
static void
tell(Story *story, EfCertificateStatus status, EfDay end)
{
	EfCertificatePart part = {status, story->at, end};

	if (end <= story->at)
		return;
	if (story->n > 0 && story->parts[story->n - 1].status == status)
		story->parts[story->n - 1].end = end;
	else
		story->parts[story->n++] = part;
	story->at = end;
}

EfStatus
ef_certificate_parts(const EfDay *completed, size_t ncompleted,
					 const EfDuration *validity, EfDay from, EfDay until,
					 EfCertificatePart **parts, size_t *nparts,
					 EfContext *context)
{
	Story		story = {NULL, 0, from};
	EfCertificateStatus without = EF_CERTIFICATE_MISSING;
	EfDay	   *days = NULL;
	EfStatus	status;

	*parts = NULL;
	*nparts = 0;

	/*
	 * a last day of 9999-12-31 ends on the day after it: still required, as
	 * spells that end then go on
	 */
	if (until >= EF_BEYOND_DATE)
		until = EF_DAY_INFINITY;
	if (from >= until)
		return EF_OK;
	status = check_required(from, until, context);
	if (status == EF_OK && validity != NULL)
		status = ef_duration_check(validity, true, context);
	if (status == EF_OK)
		status = sort_completed(completed, ncompleted, &days, context);
	if (status != EF_OK)
		return status;

	/* each completion ends at most one part without and begins one with */
	story.parts = ef_alloc(context,
						   (2 * ncompleted + 1) * sizeof(EfCertificatePart));
	for (size_t i = 0; i < ncompleted && days[i] < until; i++)
	{
		EfDay		end;

		status = certificate_end(days[i], validity, &end, context);
		if (status != EF_OK)
			return status;
		tell(&story, without, days[i]);
		tell(&story, EF_CERTIFICATE_VALID, end < until ? end : until);
		without = EF_CERTIFICATE_LAPSED;
	}
	tell(&story, without, until);
	EF_ASSERT(story.n > 0 && story.n <= 2 * ncompleted + 1 && story.at == until);
	ef_release(context, days);
	*parts = story.parts;
	*nparts = story.n;
	return EF_OK;
}
