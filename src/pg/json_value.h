/*
 * json_value.h
 *	  Reading a text form that is JSON, and writing what all of them have.
 *
 * PostgreSQL's parser reads it, and the result is a tree with the contents of
 * a jsonb: the members of an object in jsonb's order, and of equal keys the
 * last one. A jsonb would be written in one piece first, and its numbers
 * twice.
 */
#ifndef EF_JSON_VALUE_H
#define EF_JSON_VALUE_H

#include "glue.h"
#include "lib/stringinfo.h"

typedef enum EfJsonType
{
	EF_JSON_NULL,
	EF_JSON_FALSE,
	EF_JSON_TRUE,
	EF_JSON_NUMBER,
	EF_JSON_STRING,
	EF_JSON_ARRAY,
	EF_JSON_OBJECT,
} EfJsonType;

typedef struct EfJson
{
	struct EfJson *next;		/* of the same array or object, or NULL */
	const char *key;			/* of a member, else NULL */
	union
	{
		const char *text;		/* of a string; of a number as numeric writes
								 * it */
		struct EfJson *first;	/* of an array or object, or NULL */
	};
	uint32		key_length;
	uint32		length;			/* bytes of the text, or how many there are */
	EfJsonType	type;
} EfJson;

/*
 * Parse a text.  Text that is no JSON is refused as no value of the type,
 * with the parser's detail and place; NULL if the caller takes errors softly.
 */
extern const EfJson *eg_json_parse(FunctionCallInfo fcinfo, const char *type,
								   const char *hint, char *text);

/* Return the member with this key; NULL if there is none, or no object. */
extern const EfJson *eg_json_member(const EfJson *object, const char *key);

/* Is this the key of the member? */
static inline bool
eg_json_named(const EfJson *member, const char *key)
{
	return member->key_length == strlen(key) &&
		memcmp(member->key, key, member->key_length) == 0;
}

/* Is it this string? */
static inline bool
eg_json_is(const EfJson *value, const char *word)
{
	return value->type == EF_JSON_STRING && value->length == strlen(word) &&
		memcmp(value->text, word, value->length) == 0;
}

/* Read an ISO date. */
static inline bool
eg_json_day(const EfJson *value, EfDay *day)
{
	return value->type == EF_JSON_STRING &&
		ef_day_parse(value->text, value->length, day);
}

/* Read a whole number from 0 to a limit. */
static inline bool
eg_json_count(const EfJson *value, int64 most, int64 *count)
{
	char	   *end;

	if (value->type != EF_JSON_NUMBER)
		return false;
	errno = 0;
	*count = strtoll(value->text, &end, 10);
	return *end == '\0' && errno == 0 && *count >= 0 && *count <= most;
}

/* Leave a sentence, of one's own or about a member, and say false. */
static inline bool
eg_json_fail(const char *sentence)
{
	ef_fail(&eg_context, EF_INVALID, "%s", ef_translate(sentence));
	return false;
}

static inline bool
eg_json_refuse(const char *what, const EfJson *member)
{
	ef_fail(&eg_context, EF_INVALID, "%s \"%s\".", what,
			ef_word_shown(member->key, member->key_length).text);
	return false;
}

/* Are these the type and the version that a text form says? */
static inline bool
eg_json_check_type(const EfJson *member, const char *type)
{
	return eg_json_is(member, type) ||
		eg_json_refuse("This is of another", member);
}

static inline bool
eg_json_check_version(const EfJson *member, int version)
{
	int64		its;

	return (eg_json_count(member, PG_INT64_MAX, &its) && its == version) ||
		eg_json_refuse("This release does not know this", member);
}

/* Write a label as a string. */
extern void eg_append_label(StringInfo out, const EfLabel *label);

#endif							/* EF_JSON_VALUE_H */
