/*
 * word_value.c
 *	  See word_value.h.
 */
#include "word_value.h"

#include "catalog/pg_type_d.h"
#include "parser/parse_coerce.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

static EfForm
form_of_type(Oid type)
{
	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
			return EF_FORM_TEXT;
		case BPCHAROID:
			return EF_FORM_PADDED;
		case NAMEOID:
		case UNKNOWNOID:
			return EF_FORM_CSTRING;
		case INT2OID:
			return EF_FORM_SMALLINT;
		case INT4OID:
			return EF_FORM_INTEGER;
		case INT8OID:
			return EF_FORM_BIGINT;
		case OIDOID:
			return EF_FORM_OID;
		case NUMERICOID:
			return EF_FORM_NUMERIC;
		case UUIDOID:
			return EF_FORM_UUID;
		default:
			/* such as citext */
			return OidIsValid(type) && IsBinaryCoercible(type, TEXTOID)
				? EF_FORM_TEXT : EF_FORM_UNASKED;
	}
}

/*
 * Return the type of an argument.  A call without an expression, as Citus
 * makes where an aggregate's rows are on its workers, means the declared
 * type.
 */
static Oid
argument_type(FunctionCallInfo fcinfo, int argument)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, argument);
	Oid		   *declared;
	int			ndeclared;

	if (OidIsValid(type))
		return type;
	get_func_signature(fcinfo->flinfo->fn_oid, &declared, &ndeclared);
	if (argument < ndeclared)
		type = declared[argument];
	pfree(declared);
	if (!OidIsValid(type) || type == ANYOID)
		elog(ERROR, "the type of an argument is not known");
	return type;
}

static EfForm
get_form(FunctionCallInfo fcinfo, int argument, const char *name, bool key)
{
	Oid			type = argument_type(fcinfo, argument);
	EfForm		form;

	form = form_of_type(getBaseType(type));
	if (form == EF_FORM_UNASKED || (form == EF_FORM_UUID && !key))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg(key ? "%s must be an integer, numeric, uuid or text"
						: "%s must be text, an integer or numeric", name),
				 errdetail("It is of type %s.", format_type_be(type)),
				 errhint("Cast it, as in %s::text.", name)));
	return form;
}

EfForm
eg_key_form(FunctionCallInfo fcinfo, int argument, const char *name)
{
	return get_form(fcinfo, argument, name, true);
}

EfForm
eg_word_form(FunctionCallInfo fcinfo, int argument, const char *name)
{
	return get_form(fcinfo, argument, name, false);
}

void
eg_get_written(FunctionCallInfo fcinfo, int argument, EfForm form,
			   EfWord *word)
{
	if (form == EF_FORM_PADDED)
	{
		BpChar	   *value = PG_GETARG_BPCHAR_PP(argument);

		word->bytes = VARDATA_ANY(value);
		word->length = bpchartruelen(unconstify(char *, word->bytes),
									 VARSIZE_ANY_EXHDR(value));
		return;
	}
	if (form == EF_FORM_CSTRING)
		word->bytes = PG_GETARG_CSTRING(argument);
	else if (form == EF_FORM_NUMERIC)
		word->bytes = numeric_normalize(PG_GETARG_NUMERIC(argument));
	else
	{
		word->length = pg_lltoa(eg_get_number(fcinfo, argument, form),
								word->digits);
		word->bytes = word->digits;
		return;
	}
	word->length = strlen(word->bytes);
}
