/*
 * dictionary.c
 *	  See dictionary.h.
 */
#include "base/dictionary.h"

#include "base/hash.h"
#include "base/label.h"

#define NAMES_MINIMUM 16
#define CHUNK_MINIMUM ((size_t) 1024)
#define CHUNK_MAXIMUM ((size_t) 65536)

void
ef_dictionary_begin(EfDictionary *dictionary, EfContext *context)
{
	memset(dictionary, 0, sizeof(*dictionary));
	dictionary->context = context;
}

static inline EfNameDigest
digest_of(const char *bytes, size_t length)
{
	EfNameDigest digest = {0, 0, length};

	/* words of a fixed size, which may overlap: no call, no loop */
	if (length >= sizeof(uint64_t))
	{
		memcpy(&digest.first, bytes, sizeof(uint64_t));
		memcpy(&digest.last, bytes + length - sizeof(uint64_t), sizeof(uint64_t));
	}
	else if (length >= sizeof(uint32_t))
	{
		memcpy(&digest.first, bytes, sizeof(uint32_t));
		memcpy(&digest.last, bytes + length - sizeof(uint32_t), sizeof(uint32_t));
	}
	else if (length > 0)
	{
		digest.first = (uint8_t) bytes[0];
		digest.last = (uint64_t) (uint8_t) bytes[length / 2] << 8 |
			(uint8_t) bytes[length - 1];
	}
	return digest;
}

/*
 * Hash a name.  Long names may differ in the middle only, so all bytes count.
 */
static uint64_t
hash_of(const EfNameDigest *digest, const char *bytes)
{
	uint64_t	words[2] = {digest->first, digest->last};

	return digest->length <= sizeof(words)
		? ef_hash_word(ef_hash_word(digest->length ^ words[0]) ^ words[1])
		: ef_hash_name(bytes, (size_t) digest->length);
}

/* Find the slot of a name, or the free one where it belongs. */
static EfDictionarySlot *
find_slot(const EfDictionary *dictionary, const EfNameDigest *digest,
		  const char *bytes)
{
	uint32_t	place = (uint32_t) hash_of(digest, bytes);

	for (;; place++)
	{
		EfDictionarySlot *slot = &dictionary->slots[place & (dictionary->nslots - 1)];

		if (slot->number == 0 ||
			(slot->digest.first == digest->first &&
			 slot->digest.last == digest->last &&
			 slot->digest.length == digest->length &&
			 (digest->length <= 2 * sizeof(uint64_t) ||
			  memcmp(ef_dictionary_name(dictionary, slot->number)->bytes, bytes,
					 (size_t) digest->length) == 0)))
			return slot;
	}
}

/*
 * Make room for one more name in the list, and keep the table less than half
 * full.
 */
static void
reserve(EfDictionary *dictionary)
{
	EfContext  *context = dictionary->context;
	uint32_t	room = dictionary->room;
	EfDictionarySlot *slots;
	size_t		size;

	if (dictionary->nnames < room)
		return;
	room = room == 0 ? NAMES_MINIMUM : 2 * room;
	dictionary->names = ef_enlarge(context, dictionary->names,
								   dictionary->nnames * sizeof(EfName *),
								   room * sizeof(EfName *));
	size = 2 * (size_t) room * sizeof(EfDictionarySlot);
	slots = ef_alloc(context, size);
	memset(slots, 0, size);
	ef_release(context, dictionary->slots);
	dictionary->size += (room - dictionary->room) * sizeof(EfName *) +
		(2 * (size_t) room - dictionary->nslots) * sizeof(EfDictionarySlot);
	dictionary->slots = slots;
	dictionary->room = room;
	dictionary->nslots = 2 * room;
	for (uint32_t number = 1; number <= dictionary->nnames; number++)
	{
		const EfName *name = ef_dictionary_name(dictionary, number);
		EfNameDigest digest = digest_of(name->bytes, name->length);
		EfDictionarySlot *slot = find_slot(dictionary, &digest, name->bytes);

		slot->digest = digest;
		slot->number = number;
	}
}

/* Make a copy of a name. */
static const EfName *
keep_name(EfDictionary *dictionary, const char *bytes, size_t length)
{
	size_t		size = ef_name_size(length);
	EfChunk    *chunk = dictionary->chunk;

	if (!ef_chunk_has(chunk, size))
	{
		size_t		room = chunk == NULL ? CHUNK_MINIMUM : 2 * chunk->size;

		if (room > CHUNK_MAXIMUM)
			room = CHUNK_MAXIMUM;
		if (room < size)
			room = size;
		chunk = ef_chunk_add(&dictionary->chunk, room, dictionary->context);
		dictionary->size += sizeof(EfChunk) + room;
	}
	return ef_name_keep(chunk, bytes, length);
}

EF_REPORT(EF_TOO_MANY_NAMES, PROGRAM_LIMIT_EXCEEDED,
		  "aggregate has too many names",
		  "Map codes to fewer names in the query, or aggregate fewer groups at a time.");

EfStatus
ef_dictionary_number(EfDictionary *dictionary, const char *bytes,
					 size_t length, uint32_t *number)
{
	EfNameDigest digest = digest_of(bytes, length);
	EfDictionarySlot *slot;

	EF_ASSERT(ef_dictionary_is_sound(dictionary));
	reserve(dictionary);
	slot = find_slot(dictionary, &digest, bytes);
	if (slot->number == 0)
	{
		const EfName *name;

		if (dictionary->nnames == EF_NAMES_LIMIT)
			return ef_fail(dictionary->context, EF_TOO_MANY_NAMES,
						   "All groups together have more than %u names.",
						   EF_NAMES_LIMIT);
		name = keep_name(dictionary, bytes, length);
		dictionary->names[dictionary->nnames++] = name;
		slot->digest = digest;
		slot->number = dictionary->nnames;
	}
	*number = slot->number;
	return EF_OK;
}

int
ef_dictionary_compare(const EfDictionary *dictionary, uint32_t a, uint32_t b)
{
	const EfName *x = ef_dictionary_name(dictionary, a);
	const EfName *y = ef_dictionary_name(dictionary, b);

	return ef_bytes_compare(x->bytes, x->length, y->bytes, y->length);
}


/* numbers with a meaning */

void
ef_number_map_begin(EfNumberMap *map, EfContext *context)
{
	memset(map, 0, sizeof(*map));
	map->context = context;
	map->round = 1;
}

void
ef_number_map_end(EfNumberMap *map)
{
	ef_release(map->context, map->notes);
	map->notes = NULL;
	map->room = 0;
}

void
ef_number_map_clear(EfNumberMap *map)
{
	EF_ASSERT(ef_number_map_is_sound(map));
	if (++map->round != 0)
		return;

	/* when the counter of rounds wraps, old notes would seem current */
	if (map->room > 0)
		memset(map->notes, 0, map->room * sizeof(EfNumberNote));
	map->round = 1;
}

void
ef_number_map_set(EfNumberMap *map, uint32_t number, uint32_t value)
{
	EF_ASSERT(ef_number_map_is_sound(map) && value > 0);
	if (number >= map->room)
	{
		size_t		room = 2 * (size_t) number + NAMES_MINIMUM;

		map->notes = ef_enlarge(map->context, map->notes,
								map->room * sizeof(EfNumberNote),
								room * sizeof(EfNumberNote));
		memset(map->notes + map->room, 0,
			   (room - map->room) * sizeof(EfNumberNote));
		map->room = room;
	}
	map->notes[number].round = map->round;
	map->notes[number].value = value;
}
