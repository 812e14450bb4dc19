/*
 * status.h
 *	  What a core function answers: EF_OK or a report, and the offending values
 *	  in one sentence.
 *
 * The core raises nothing.  A refusal is a constant, an EfReport, beside the
 * check that makes it: SQLSTATE, message and hint.  A function that can fail
 * returns an EfStatus, which points to one, and leaves a sentence in the
 * error of its context that names the value that was refused.  The caller
 * decides what to do with it; PostgreSQL's glue raises it (eg_raise).
 *
 * Messages, hints and the sentences' formats can be translated: xgettext finds
 * them with --keyword=EF_REPORT:3 --keyword=EF_REPORT:4
 * --keyword=ef_fail:3.
 */
#ifndef EF_STATUS_H
#define EF_STATUS_H

#include "base/context.h"

typedef struct EfReport
{
	char		sqlstate[6];
	const char *message;
	const char *hint;			/* or NULL */
} EfReport;

typedef const EfReport *EfStatus;

#define EF_OK ((EfStatus) NULL)

/* A status that is not looked at is a defect. */
#if defined(__GNUC__)
#define EF_NODISCARD __attribute__((warn_unused_result))
#define EF_PRINTF(text, values) __attribute__((format(printf, text, values)))
#else
#define EF_NODISCARD
#define EF_PRINTF(text, values)
#endif

/*
 * Define a report.  Its name is an array of one, so that it stands for the
 * report's address: return ef_fail(context, EF_DATE_RANGE, ...).  Other files
 * find "extern const EfReport EF_DATE_RANGE[];" in the header of its room.
 */
#define EF_REPORT(name, state, message, hint) \
	const EfReport name[] = {{EF_SQLSTATE_##state, message, hint}}

/* SQLSTATEs, by the names of PostgreSQL's errcodes.txt. */
#define EF_SQLSTATE_ARRAY_SUBSCRIPT_ERROR "2202E"
#define EF_SQLSTATE_DATA_CORRUPTED "XX001"
#define EF_SQLSTATE_DATA_EXCEPTION "22000"
#define EF_SQLSTATE_DATETIME_FIELD_OVERFLOW "22008"
#define EF_SQLSTATE_INVALID_PARAMETER_VALUE "22023"
#define EF_SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE "22003"
#define EF_SQLSTATE_PROGRAM_LIMIT_EXCEEDED "54000"

/* Reports of several rooms. */
extern const EfReport EF_TOO_LARGE[];	/* a summary would pass its size limit */
extern const EfReport EF_COUNT_OVERFLOW[];	/* a count would pass its range */
extern const EfReport EF_INVALID[]; /* bytes or text that are no value of the
									 * type */
extern const EfReport EF_ARRAY_VALUE[]; /* no number of people */

/*
 * Translates a format of a sentence, where the program has a catalogue: the
 * server's glue sets it once, when it is loaded.
 */
extern const char *(*ef_translate) (const char *text);

/* Leave the sentence and hand the status back: "return ef_fail(...)". */
extern EfStatus ef_fail(EfContext *context, EfStatus status,
						const char *format,...) EF_PRINTF(3, 4);

/* A value as a sentence shows it: "... is %s.", ef_shown(level).text. */
typedef struct EfShown
{
	char		text[64];
} EfShown;

/* Show as few digits as tell a number from all others: a number just beyond a limit
 * must not look like the limit. */
extern EfShown ef_shown(double value);

/* Show the beginning of a word, without cutting a UTF-8 character. */
extern EfShown ef_word_shown(const char *word, size_t length);

#endif							/* EF_STATUS_H */
