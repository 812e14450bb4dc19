/*
 * certificate.h
 *	  Whether one person holds a certificate in one module, day by day.
 *
 * A module is required of a person on the days [from, until), and each
 * completion on day c is a certificate on the days [c, c + validity), by the
 * calendar as PostgreSQL adds an interval to a date.  The days on which it is
 * required fall into parts, in order and without gaps:
 *
 *		missing		before the first completion
 *		valid		some certificate holds
 *		lapsed		it was completed, and no certificate holds any more
 *
 * So valid parts reach into the future as far as certificates do, and a part
 * that is lapsed begins on the day from which a renewal is missing.
 */
#ifndef EF_CERTIFICATE_H
#define EF_CERTIFICATE_H

#include "base/calendar.h"
#include "base/context.h"
#include "base/status.h"

extern const EfReport EF_COMPLETION_INFINITE[];
extern const EfReport EF_REQUIRED_UNBOUNDED[];

typedef enum EfCertificateStatus
{
	EF_CERTIFICATE_MISSING,
	EF_CERTIFICATE_VALID,
	EF_CERTIFICATE_LAPSED
} EfCertificateStatus;

#define EF_CERTIFICATE_STATUSES 3

/* Names of the statuses in SQL. */
extern const char *const ef_certificate_names[EF_CERTIFICATE_STATUSES];

typedef struct EfCertificatePart
{
	EfCertificateStatus status;
	EfDay		start;
	EfDay		end;			/* the first day after it; EF_DAY_INFINITY:
								 * none */
} EfCertificatePart;

/*
 * Split the days [from, until) into parts, no two neighbours alike.
 * `completed` is in any order and may hold a day more than once.  Completions
 * before `from` count, those from `until` on do not.  `validity` is NULL
 * where a completion holds for ever; `from` is EF_DAY_MINUS_INFINITY and
 * `until` EF_DAY_INFINITY where there is no such day, and so is every day
 * after the year 9999.  No days give no parts.
 */
extern EfStatus ef_certificate_parts(const EfDay *completed, size_t ncompleted,
									 const EfDuration *validity,
									 EfDay from, EfDay until,
									 EfCertificatePart **parts, size_t *nparts,
									 EfContext *context) EF_NODISCARD;

#endif							/* EF_CERTIFICATE_H */
