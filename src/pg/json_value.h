/*
 * json_value.h
 *	  Reading JSON that PostgreSQL has parsed.
 */
#ifndef EF_JSON_VALUE_H
#define EF_JSON_VALUE_H

#include "glue.h"

#include "utils/numeric.h"

/* The members of an object, one a call; false when there are no more. */
static inline bool
eg_json_next_member(JsonbIterator **iterator, JsonbValue *key,
					JsonbValue *value)
{
	JsonbIteratorToken token;

	do
		token = JsonbIteratorNext(iterator, key, true);
	while (token == WJB_BEGIN_OBJECT);
	if (token != WJB_KEY)
		return false;
	(void) JsonbIteratorNext(iterator, value, true);
	return true;
}

static inline bool
eg_json_is_object(const JsonbValue *value)
{
	return value->type == jbvBinary &&
		JsonContainerIsObject(value->val.binary.data);
}

static inline bool
eg_json_is_array(const JsonbValue *value)
{
	return value->type == jbvBinary &&
		JsonContainerIsArray(value->val.binary.data);
}

/* Is it this string? */
static inline bool
eg_json_is(const JsonbValue *value, const char *word)
{
	return value->type == jbvString &&
		value->val.string.len == (int) strlen(word) &&
		memcmp(value->val.string.val, word, value->val.string.len) == 0;
}

/* A whole number from 0 to a limit. */
static inline bool
eg_json_count(const JsonbValue *value, int64 most, int64 *count)
{
	char	   *digits;
	char	   *end;

	if (value->type != jbvNumeric)
		return false;
	digits = DatumGetCString(DirectFunctionCall1(numeric_out,
												 NumericGetDatum(value->val.numeric)));
	errno = 0;
	*count = strtoll(digits, &end, 10);
	return *end == '\0' && errno == 0 && *count >= 0 && *count <= most;
}

/* Leave a sentence about a member, and say false. */
static inline bool
eg_json_refuse(const char *what, const JsonbValue *key)
{
	ef_fail(&eg_context, EF_INVALID, "%s \"%.*s\".", what,
			ef_clip(key->val.string.val, key->val.string.len),
			key->val.string.val);
	return false;
}

#endif							/* EF_JSON_VALUE_H */
