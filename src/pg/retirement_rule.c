/*
 * retirement_rule.c
 *	  The type retirement_rule: see src/core/workforce/retirement_rule.h.
 *
 * Its text form is the JSON array of its steps, ordered by month of birth:
 * [{"born_from": "1960-01-01", "age_months": 804}, ...].
 */
#include "retirement_rule_value.h"

#include "common/hashfn.h"
#include "json_value.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/date.h"

#define WIRE_VERSION 1

static EfRetirementRule *
own(EfRetirementRule *rule)
{
	SET_VARSIZE(rule, ef_rule_size(rule->room));
	return rule;
}

static EfRetirementRule *
create_rule(uint32 room)
{
	EfRetirementRule *rule;

	eg_check(ef_rule_create(&rule, room, &eg_context));
	return rule;
}


/* ---- the aggregate ---- */

PG_FUNCTION_INFO_V1(ef_retirement_rule_agg_transfn);
Datum
ef_retirement_rule_agg_transfn(PG_FUNCTION_ARGS)
{
	EfRetirementRule *rule;
	EfRuleStep	step;

	eg_require_aggregate(fcinfo);
	eg_require_argument(fcinfo, 1, "born_from");
	eg_require_argument(fcinfo, 2, "age_months");
	rule = PG_ARGISNULL(0) ? create_rule(4) : eg_get_rule(fcinfo, 0);
	eg_check(ef_rule_step(PG_GETARG_DATEADT(1), PG_GETARG_INT32(2), &step,
						  &eg_context));
	eg_check(ef_rule_add(&rule, &step, &eg_context));
	PG_RETURN_POINTER(own(rule));
}

PG_FUNCTION_INFO_V1(ef_retirement_rule_combinefn);
Datum
ef_retirement_rule_combinefn(PG_FUNCTION_ARGS)
{
	EfRetirementRule *rule;
	EfRetirementRule *other;

	eg_require_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = eg_get_rule(fcinfo, 1);
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(other);
	rule = eg_get_rule(fcinfo, 0);
	for (uint32 i = 0; i < other->nsteps; i++)
	{
		CHECK_FOR_INTERRUPTS();
		eg_check(ef_rule_add(&rule, &other->steps[i], &eg_context));
	}
	PG_RETURN_POINTER(own(rule));
}

PG_FUNCTION_INFO_V1(ef_retirement_rule_finalfn);
Datum
ef_retirement_rule_finalfn(PG_FUNCTION_ARGS)
{
	EfRetirementRule *state;
	EfRetirementRule *rule;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = eg_get_rule(fcinfo, 0);
	rule = create_rule(state->nsteps);
	rule->nsteps = state->nsteps;
	memcpy(rule->steps, state->steps, state->nsteps * sizeof(EfRuleStep));
	PG_RETURN_POINTER(own(rule));
}


/* ---- text ---- */

static char *
text_of(const EfRetirementRule *rule)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	for (uint32 i = 0; i < rule->nsteps; i++)
		appendStringInfo(&out, "%s{\"born_from\": \"%s\", \"age_months\": %d}",
						 i > 0 ? ", " : "",
						 ef_day_shown(ef_first_day(rule->steps[i].born_from)).text,
						 rule->steps[i].age_months);
	appendStringInfoChar(&out, ']');
	return out.data;
}

PG_FUNCTION_INFO_V1(ef_retirement_rule_out);
Datum
ef_retirement_rule_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(text_of(eg_get_rule(fcinfo, 0)));
}

PG_FUNCTION_INFO_V1(ef_retirement_rule_to_jsonb);
Datum
ef_retirement_rule_to_jsonb(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(jsonb_in,
							   CStringGetDatum(text_of(eg_get_rule(fcinfo, 0))));
}

/* Read {"born_from": "1960-01-01", "age_months": 804}, and nothing else. */
static bool
read_step(const EfJson *object, EfDay *born_from, int *age_months)
{
	const EfJson *from;
	const EfJson *age;
	char	   *end;

	if (object->type != EF_JSON_OBJECT || object->length != 2)
		return false;
	from = eg_json_member(object, "born_from");
	age = eg_json_member(object, "age_months");
	if (from == NULL || from->type != EF_JSON_STRING ||
		!ef_day_parse(from->text, from->length, born_from))
		return false;
	if (age == NULL || age->type != EF_JSON_NUMBER || age->length > 8)
		return false;
	*age_months = (int) strtol(age->text, &end, 10);
	return *end == '\0';
}

/* For whoever writes a rule by hand. */
static const char text_hint[] =
"Rules are made by retirement_rule_agg(born_from, age_months).";

PG_FUNCTION_INFO_V1(ef_retirement_rule_in);
Datum
ef_retirement_rule_in(PG_FUNCTION_ARGS)
{
	const EfJson *json = eg_json_parse(fcinfo, "retirement_rule", text_hint,
									   PG_GETARG_CSTRING(0));
	EfRetirementRule *rule = create_rule(0);
	bool		good;

	if (json == NULL)
		PG_RETURN_NULL();
	good = json->type == EF_JSON_ARRAY;
	if (!good)
		ef_fail(&eg_context, EF_INVALID, "It is no JSON array.");
	else
	{
		for (const EfJson *value = json->first; good && value != NULL;
			 value = value->next)
		{
			EfDay		born_from;
			int			age_months;
			EfRuleStep	step;

			CHECK_FOR_INTERRUPTS();
			if (!read_step(value, &born_from, &age_months))
			{
				good = false;
				ef_fail(&eg_context, EF_INVALID,
						"A step has a born_from date and a number of age_months, and nothing else.");
			}
			else
				good = ef_rule_step(born_from, age_months, &step,
									&eg_context) == EF_OK &&
					ef_rule_add(&rule, &step, &eg_context) == EF_OK;
		}
	}
	if (!good)
		EF_SOFT_ERROR(fcinfo,
					  (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					   errmsg("invalid input syntax for type %s",
							  "retirement_rule"),
					   errdetail_internal("%s", eg_error.detail),
					   errhint("%s", text_hint)));

	/* without the room that growing leaves */
	rule->room = rule->nsteps;
	PG_RETURN_POINTER(own(rule));
}


/* ---- binary ---- */

PG_FUNCTION_INFO_V1(ef_retirement_rule_send);
Datum
ef_retirement_rule_send(PG_FUNCTION_ARGS)
{
	EfRetirementRule *rule = eg_get_rule(fcinfo, 0);
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, WIRE_VERSION);
	pq_sendint32(&buffer, rule->nsteps);
	for (uint32 i = 0; i < rule->nsteps; i++)
	{
		pq_sendint32(&buffer, (uint32) ef_first_day(rule->steps[i].born_from));
		pq_sendint32(&buffer, (uint32) rule->steps[i].age_months);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

PG_FUNCTION_INFO_V1(ef_retirement_rule_recv);
Datum
ef_retirement_rule_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	EfRetirementRule *rule = create_rule(0);
	int			version = pq_getmsgbyte(buffer);
	uint32		n = pq_getmsgint(buffer, 4);
	bool		good = version == WIRE_VERSION &&
		n == (uint32) (buffer->len - buffer->cursor) / 8;

	if (!good)
		ef_fail(&eg_context, EF_INVALID,
				"Its version or its length is not known.");
	for (uint32 i = 0; good && i < n; i++)
	{
		EfDay		born_from = (EfDay) pq_getmsgint(buffer, 4);
		int			age_months = (int) pq_getmsgint(buffer, 4);
		EfRuleStep	step;

		CHECK_FOR_INTERRUPTS();
		good = ef_rule_step(born_from, age_months, &step,
							&eg_context) == EF_OK &&
			ef_rule_add(&rule, &step, &eg_context) == EF_OK;
	}
	if (!good)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of type %s", "retirement_rule"),
				 errdetail_internal("%s", eg_error.detail)));
	rule->room = rule->nsteps;
	PG_RETURN_POINTER(own(rule));
}


/* ---- order ---- */

static int
compare(FunctionCallInfo fcinfo)
{
	EfRetirementRule *a = eg_get_rule(fcinfo, 0);
	EfRetirementRule *b = eg_get_rule(fcinfo, 1);
	int			order = ef_rule_compare(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

EF_ORDER_FUNCTIONS(retirement_rule, compare(fcinfo))

PG_FUNCTION_INFO_V1(ef_retirement_rule_hash);
Datum
ef_retirement_rule_hash(PG_FUNCTION_ARGS)
{
	EfRetirementRule *rule = eg_get_rule(fcinfo, 0);

	return hash_any((unsigned char *) rule->steps,
					(int) (rule->nsteps * sizeof(EfRuleStep)));
}

PG_FUNCTION_INFO_V1(ef_retirement_rule_hash_extended);
Datum
ef_retirement_rule_hash_extended(PG_FUNCTION_ARGS)
{
	EfRetirementRule *rule = eg_get_rule(fcinfo, 0);

	return hash_any_extended((unsigned char *) rule->steps,
							 (int) (rule->nsteps * sizeof(EfRuleStep)),
							 (uint64) PG_GETARG_INT64(1));
}
