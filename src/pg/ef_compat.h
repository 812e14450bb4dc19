/*
 * ef_compat.h
 *	  Every difference between PostgreSQL versions, and nothing else.
 *
 * PostgreSQL 15 and later.
 */
#ifndef EF_COMPAT_H
#define EF_COMPAT_H

#include "common/jsonapi.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/jsonfuncs.h"
#include "utils/timestamp.h"

#if PG_VERSION_NUM < 150000
#error "education_flow needs PostgreSQL 15 or later"
#endif

#include "storage/buffile.h"

/* 18 has a keyword that comes first, and took the attribute away. */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

/* 19's funcapi.h no longer brings these. */
#include "access/htup_details.h"
#include "utils/tuplestore.h"

/* 18 shows the name and the version of a loaded module */
#ifdef PG_MODULE_MAGIC_EXT
#define EF_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "education_flow", .version = EF_VERSION)
#else
#define EF_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* 17 has intervals that never end. */
#ifdef INTERVAL_NOT_FINITE
#define EF_INTERVAL_IS_INFINITE(interval) INTERVAL_NOT_FINITE(interval)
#else
#define EF_INTERVAL_IS_INFINITE(interval) ((void) (interval), false)
#endif

/* Make a lexer; since 17 it is made in a given place. */
static inline JsonLexContext *
eg_json_lexer(char *text)
{
#if PG_VERSION_NUM >= 170000
	return makeJsonLexContextCstringLen(NULL, text, strlen(text),
										GetDatabaseEncoding(), true);
#else
	return makeJsonLexContextCstringLen(text, (int) strlen(text),
										GetDatabaseEncoding(), true);
#endif
}

/*
 * Read a text form that is JSON.  Text that is no JSON is no value of the
 * type either, and is refused with the parser's detail and place.  Since 16
 * input functions report bad text softly if the caller can take it: the
 * result is then false. The parser's callbacks say then whether to go on; in
 * 15 they raise errors and have no result.  `soft` takes the errors.
 */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"

#define EF_SOFT_ERROR(fcinfo, ...) \
	ereturn((fcinfo)->context, (Datum) 0, __VA_ARGS__)

typedef JsonParseErrorType EfJsonResult;
#define EF_JSON_RETURN(good) \
	return (good) ? JSON_SUCCESS : JSON_SEM_ACTION_FAILED

static inline bool
eg_numeric_in(char *digits, Node *soft, Datum *number)
{
	return DirectInputFunctionCallSafe(numeric_in, digits, InvalidOid, -1, soft,
									   number);
}

static inline bool
eg_json_walk(FunctionCallInfo fcinfo, const char *type, const char *hint,
			 char *text, JsonSemAction *actions, Node **soft)
{
	ErrorSaveContext save = {.type = T_ErrorSaveContext,.details_wanted = true};
	ErrorData  *error;
	bool		good;
	bool		ours;

	*soft = (Node *) &save;
	good = pg_parse_json_or_errsave(eg_json_lexer(text), actions, *soft);
	*soft = NULL;
	if (good)
		return true;
	error = save.error_data;
	ours = error->sqlerrcode == ERRCODE_INVALID_TEXT_REPRESENTATION;
	errsave(fcinfo->context,
			(errcode(error->sqlerrcode),
			 ours ? errmsg("invalid input syntax for type %s", type) :
			 errmsg_internal("%s", error->message),
			 error->detail ? errdetail_internal("%s", error->detail) : 0,
			 ours ? errhint("%s", hint) :
			 error->hint ? errhint("%s", error->hint) : 0,
			 error->context ? errcontext_msg("%s", error->context) : 0));
	return false;
}

/* Write constant bytes to a file. */
static inline void
eg_buffile_write(BufFile *file, const void *bytes, size_t size)
{
	BufFileWrite(file, bytes, size);
}
#else
#define EF_SOFT_ERROR(fcinfo, ...) \
	do { (void) (fcinfo); ereport(ERROR, __VA_ARGS__); } while (0)

typedef void EfJsonResult;
#define EF_JSON_RETURN(good) (void) (good)

static inline bool
eg_numeric_in(char *digits, Node *soft, Datum *number)
{
	(void) soft;
	*number = DirectFunctionCall3(numeric_in, CStringGetDatum(digits),
								  ObjectIdGetDatum(InvalidOid),
								  Int32GetDatum(-1));
	return true;
}

typedef struct EfJsonReader
{
	const char *type;
	const char *hint;
} EfJsonReader;

static inline void
eg_json_callback(void *arg)
{
	const EfJsonReader *reader = arg;

	if (geterrcode() == ERRCODE_INVALID_TEXT_REPRESENTATION)
	{
		errmsg("invalid input syntax for type %s", reader->type);
		errhint("%s", reader->hint);
	}
}

static inline bool
eg_json_walk(FunctionCallInfo fcinfo, const char *type, const char *hint,
			 char *text, JsonSemAction *actions, Node **soft)
{
	EfJsonReader reader = {type, hint};
	ErrorContextCallback callback = {error_context_stack, eg_json_callback,
	&reader};

	(void) fcinfo;
	*soft = NULL;
	error_context_stack = &callback;
	pg_parse_json_or_ereport(eg_json_lexer(text), actions);
	error_context_stack = callback.previous;
	return true;
}

static inline void
eg_buffile_write(BufFile *file, const void *bytes, size_t size)
{
	BufFileWrite(file, unconstify(void *, bytes), size);
}
#endif

#endif							/* EF_COMPAT_H */
