/*
 * retirement_rule.c
 *	  The type retirement_rule: see src/core/workforce/retirement_rule.h.
 *
 * Its text form is the JSON array of its steps, ordered by month of birth:
 * [{"born_from": "1960-01-01", "age_months": 804}, ...].
 */
#include "retirement_rule_value.h"

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


/* Add a step that comes in, or leave a sentence and return false. */
static bool
add_step(EfRetirementRule **rule, EfDay born_from, int age_months)
{
	EfRuleStep	step;

	CHECK_FOR_INTERRUPTS();
	return ef_rule_step(born_from, age_months, &step, &eg_context) == EF_OK &&
		ef_rule_add(rule, &step, &eg_context) == EF_OK;
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
		return eg_same_state(fcinfo);
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

EF_TEXT_FUNCTIONS(retirement_rule, text_of(eg_get_rule(fcinfo, 0)))

/* Read {"born_from": "1960-01-01", "age_months": 804}, and nothing else. */
static bool
read_step(const EfJson *object, EfDay *born_from, int *age_months)
{
	const EfJson *from = eg_json_member(object, "born_from");
	const EfJson *age = eg_json_member(object, "age_months");
	char	   *end;

	if (from != NULL && age != NULL && object->length == 2 &&
		eg_json_day(from, born_from) &&
		age->type == EF_JSON_NUMBER && age->length <= 8)
	{
		*age_months = (int) strtol(age->text, &end, 10);
		if (*end == '\0')
			return true;
	}
	ef_fail(&eg_context, EF_INVALID,
			"A step has a born_from date and a number of age_months, and nothing else.");
	return false;
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
	EfDay		born_from;
	int			age_months;
	bool		good;

	if (json == NULL)
		PG_RETURN_NULL();
	good = json->type == EF_JSON_ARRAY;
	if (!good)
		ef_fail(&eg_context, EF_INVALID, "It is no JSON array.");
	for (const EfJson *value = good ? json->first : NULL;
		 good && value != NULL; value = value->next)
		good = read_step(value, &born_from, &age_months) &&
			add_step(&rule, born_from, age_months);
	if (!good)
		return eg_refuse_text(fcinfo, "retirement_rule", text_hint);

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

		good = add_step(&rule, born_from, age_months);
	}
	if (!good)
		eg_refuse_binary("retirement_rule");
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

static EfBytes
steps_of(const EfRetirementRule *rule)
{
	EfBytes		steps = {(const uint8 *) rule->steps,
	rule->nsteps * sizeof(EfRuleStep)};

	return steps;
}

EF_HASH_FUNCTIONS(retirement_rule, steps_of(eg_get_rule(fcinfo, 0)))
