/*
 * word_value.h
 *	  Keys of people, and words for why, where and what, which registers have as
 *	  text and as numbers: arguments that may be declared "any".
 *
 * A number is the word of its shortest digits, so that 2 and 2.0 are one.
 */
#ifndef EF_WORD_VALUE_H
#define EF_WORD_VALUE_H

#include "glue.h"

#include "utils/builtins.h"

/* How a type holds a value. */
typedef enum EfForm
{
	EF_FORM_UNASKED,
	EF_FORM_TEXT,
	EF_FORM_PADDED,				/* character(n) */
	EF_FORM_CSTRING,			/* name, and a literal without a type */
	EF_FORM_SMALLINT,
	EF_FORM_INTEGER,
	EF_FORM_BIGINT,
	EF_FORM_OID,
	EF_FORM_NUMERIC,
	EF_FORM_UUID				/* keys only */
} EfForm;

typedef struct EfWord
{
	const char *bytes;
	size_t		length;
	char		digits[MAXINT8LEN + 1]; /* of a number */
} EfWord;

/* Find how an argument holds a key, or a word; refuse other types, by name. */
extern EfForm eg_key_form(FunctionCallInfo fcinfo, int argument,
						  const char *name);
extern EfForm eg_word_form(FunctionCallInfo fcinfo, int argument,
						   const char *name);

/* Write out the word of a value that is not text. */
extern void eg_get_written(FunctionCallInfo fcinfo, int argument, EfForm form,
						   EfWord *word);

/* Return the number of an integer value. */
static pg_attribute_always_inline int64
eg_get_number(FunctionCallInfo fcinfo, int argument, EfForm form)
{
	switch (form)
	{
		case EF_FORM_SMALLINT:
			return PG_GETARG_INT16(argument);
		case EF_FORM_INTEGER:
			return PG_GETARG_INT32(argument);
		case EF_FORM_OID:
			return (int64) PG_GETARG_OID(argument);
		default:
			return PG_GETARG_INT64(argument);
	}
}

/*
 * Get the word of an argument that is not null, in the row or in *word.
 * Short texts, as nearly all are, lie in the row as they are.  So does a
 * pointer to a text stored elsewhere, which looks short.
 */
static pg_attribute_always_inline void
eg_get_word(FunctionCallInfo fcinfo, int argument, EfForm form, EfWord *word)
{
	if (likely(form == EF_FORM_TEXT))
	{
		text	   *value = (text *) PG_GETARG_POINTER(argument);

		if (!VARATT_IS_SHORT(value) || VARATT_IS_EXTERNAL(value))
			value = PG_GETARG_TEXT_PP(argument);
		word->bytes = VARDATA_ANY(value);
		word->length = VARSIZE_ANY_EXHDR(value);
	}
	else
		eg_get_written(fcinfo, argument, form, word);
}

#endif							/* EF_WORD_VALUE_H */
