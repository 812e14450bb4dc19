/*
 * json_value.c
 *	  See json_value.h.
 */
#include "json_value.h"

#include "utils/json.h"

#include "base/sort.h"

#define VALUES_AT_ONCE 128

/*
 * Limit on the values of a text: more than any jsonb could hold of members
 * with a key and a count.  A value can be two bytes of text but takes sixty
 * of memory, so a gigabyte of them would end the server.
 */
#define MAX_VALUES (1 << 24)

/* An array or object that is not at its end. */
typedef struct Level
{
	EfJson	   *container;
	EfJson	   *last;
	bool		sorted;			/* each key comes after the one before it */
} Level;

typedef struct Builder
{
	Node	   *soft;			/* takes an error, or NULL */
	EfJson	   *root;
	char	   *key;			/* of the value that comes */
	Level	   *levels;
	size_t		depth;
	size_t		levels_room;
	EfJson	   *spare;			/* memory for values */
	size_t		nspare;
	size_t		nvalues;		/* there was memory for */
} Builder;


/* ---- the order of members ---- */

typedef struct Place
{
	EfJson	   *member;
	size_t		at;				/* in the text */
} Place;

/* Order keys: short ones first, so that numbers are in order. */
static int
compare_keys(const EfJson *a, const EfJson *b)
{
	if (a->key_length != b->key_length)
		return a->key_length < b->key_length ? -1 : 1;
	return memcmp(a->key, b->key, a->key_length);
}

static int
compare_places(const void *a, const void *b)
{
	const Place *one = a;
	const Place *other = b;
	int			order = compare_keys(one->member, other->member);

	return order != 0 ? order :
		one->at < other->at ? -1 : one->at > other->at;
}

/* Put members in order, and drop all but the last of equal keys. */
static void
sort_members(EfJson *object)
{
	size_t		n = object->length;
	Place	   *places = ef_alloc(&eg_context, n * sizeof(Place));
	EfJson	   *after = NULL;
	size_t		i = 0;

	for (EfJson *member = object->first; member != NULL; member = member->next)
	{
		places[i].member = member;
		places[i].at = i;
		i++;
	}
	ef_sort(places, n, sizeof(Place), compare_places, &eg_context);
	object->length = 0;
	while (i-- > 0)
	{
		EfJson	   *member = places[i].member;

		if (after != NULL && compare_keys(member, after) == 0)
			continue;
		member->next = after;
		after = member;
		object->length++;
	}
	object->first = after;
	ef_release(&eg_context, places);
}


/* callbacks of the parser */

/* Add a value at the place where the parser is. */
static EfJson *
add_value(Builder *builder, EfJsonType type)
{
	EfJson	   *value;

	CHECK_FOR_INTERRUPTS();
	if (builder->nspare == 0)
	{
		if (builder->nvalues == MAX_VALUES)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("text has too many values"),
					 errdetail("A JSON value can have %d in it.", MAX_VALUES),
					 errhint("Load the value in its binary form.")));
		builder->nvalues += VALUES_AT_ONCE;
		builder->nspare = VALUES_AT_ONCE;
		builder->spare = palloc(VALUES_AT_ONCE * sizeof(EfJson));
	}
	value = &builder->spare[--builder->nspare];
	memset(value, 0, sizeof(EfJson));
	value->type = type;
	if (builder->key != NULL)
	{
		value->key = builder->key;
		value->key_length = (uint32) strlen(builder->key);
		builder->key = NULL;
	}
	if (builder->depth == 0)
		builder->root = value;
	else
	{
		Level	   *level = &builder->levels[builder->depth - 1];

		if (level->last == NULL)
			level->container->first = value;
		else
		{
			level->last->next = value;
			level->sorted = level->sorted &&
				(value->key == NULL || compare_keys(level->last, value) < 0);
		}
		level->last = value;
		level->container->length++;
	}
	return value;
}

static void
open_container(Builder *builder, EfJsonType type)
{
	Level		level = {add_value(builder, type), NULL, true};

	if (builder->depth == builder->levels_room)
	{
		builder->levels_room = builder->levels_room * 2 + 8;
		builder->levels = builder->levels == NULL
			? palloc(builder->levels_room * sizeof(Level))
			: repalloc_huge(builder->levels,
							builder->levels_room * sizeof(Level));
	}
	builder->levels[builder->depth++] = level;
}

static EfJsonResult
open_object(void *state)
{
	open_container(state, EF_JSON_OBJECT);
	EF_JSON_RETURN(true);
}

static EfJsonResult
open_array(void *state)
{
	open_container(state, EF_JSON_ARRAY);
	EF_JSON_RETURN(true);
}

static EfJsonResult
close_container(void *state)
{
	Builder    *builder = state;
	Level	   *level = &builder->levels[--builder->depth];

	if (!level->sorted)
		sort_members(level->container);
	EF_JSON_RETURN(true);
}

static EfJsonResult
take_key(void *state, char *key, bool isnull)
{
	Builder    *builder = state;

	(void) isnull;
	builder->key = key;
	EF_JSON_RETURN(true);
}

/* Would numeric write this number the same way? */
static bool
is_plain(const char *digits)
{
	int			i = 0;

	while ((digits[i] >= '0' && digits[i] <= '9') || digits[i] == '.')
		i++;
	return digits[i] == '\0' && i <= 64;
}

static EfJsonResult
take_scalar(void *state, char *token, JsonTokenType kind)
{
	Builder    *builder = state;
	Datum		number;
	bool		good = true;
	EfJson	   *value = add_value(builder,
								  kind == JSON_TOKEN_STRING ? EF_JSON_STRING :
								  kind == JSON_TOKEN_NUMBER ? EF_JSON_NUMBER :
								  kind == JSON_TOKEN_TRUE ? EF_JSON_TRUE :
								  kind == JSON_TOKEN_FALSE ? EF_JSON_FALSE :
								  EF_JSON_NULL);

	if (kind == JSON_TOKEN_NUMBER && !is_plain(token))
	{
		good = eg_numeric_in(token, builder->soft, &number);
		if (good)
			token = DatumGetCString(DirectFunctionCall1(numeric_out, number));
	}
	if (kind == JSON_TOKEN_STRING || kind == JSON_TOKEN_NUMBER)
	{
		value->text = token;
		value->length = (uint32) strlen(token);
	}
	EF_JSON_RETURN(good);
}

const EfJson *
eg_json_parse(FunctionCallInfo fcinfo, const char *type, const char *hint,
			  char *text)
{
	Builder		builder = {0};
	JsonSemAction actions = {
		.semstate = &builder,
		.object_start = open_object,
		.object_end = close_container,
		.array_start = open_array,
		.array_end = close_container,
		.object_field_start = take_key,
		.scalar = take_scalar,
	};

	return eg_json_walk(fcinfo, type, hint, text, &actions, &builder.soft)
		? builder.root : NULL;
}

const EfJson *
eg_json_member(const EfJson *object, const char *key)
{
	const EfJson *member = object->type == EF_JSON_OBJECT ? object->first : NULL;

	while (member != NULL && !eg_json_named(member, key))
		member = member->next;
	return member;
}

void
eg_append_label(StringInfo out, const EfLabel *label)
{
	char	   *name = pnstrdup(label->bytes, label->length);

	escape_json(out, name);
	pfree(name);
}
