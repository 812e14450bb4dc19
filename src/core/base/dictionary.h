/*
 * dictionary.h
 *	  Names by number, and notes about the numbers.
 *
 * Where events refer to something by name, an aggregate's log stores only the
 * number of the name.  A dictionary numbers names from 1 on in order of
 * arrival.  So numbers differ between two runs of one query and between its
 * processes, and nothing that outlives the aggregate may depend on them.
 */
#ifndef EF_DICTIONARY_H
#define EF_DICTIONARY_H

#include "base/chunk.h"
#include "base/status.h"

/*
 * The part of a name that is compared first: its length and two words, which
 * hold all of a name of up to 16 bytes.
 */
typedef struct EfNameDigest
{
	uint64_t	first;
	uint64_t	last;
	uint64_t	length;
} EfNameDigest;

/* A place of the hash table. */
typedef struct EfDictionarySlot
{
	EfNameDigest digest;
	uint32_t	number;			/* 0: nothing */
} EfDictionarySlot;

typedef struct EfDictionary
{
	EfContext  *context;
	uint32_t	nnames;
	uint32_t	room;			/* of `names` */
	const EfName **names;		/* number n is names[n - 1] */
	uint32_t	nslots;			/* a power of two, or 0 */
	EfDictionarySlot *slots;
	EfChunk    *chunk;			/* with the latest name */
	size_t		size;			/* bytes of all that */
} EfDictionary;

/*
 * Begin an empty dictionary.  Its names are released only with the context's
 * memory.
 */
extern void ef_dictionary_begin(EfDictionary *dictionary, EfContext *context);

extern const EfReport EF_TOO_MANY_NAMES[];

/* Limit on names: their numbers have 24 bits. */
#define EF_NAMES_LIMIT ((1u << 24) - 1)

/* Has it room for its names, twice as many slots, and all within its size? */
static inline bool
ef_dictionary_is_sound(const EfDictionary *dictionary)
{
	return dictionary->nnames <= dictionary->room &&
		dictionary->nslots == 2 * dictionary->room &&
		(dictionary->nslots & (dictionary->nslots - 1)) == 0 &&
		(dictionary->nnames == 0 || dictionary->chunk != NULL) &&
		dictionary->size >= dictionary->room * sizeof(EfName *) +
		dictionary->nslots * sizeof(EfDictionarySlot);
}

static inline const EfName *
ef_dictionary_name(const EfDictionary *dictionary, uint32_t number)
{
	EF_ASSERT(ef_dictionary_is_sound(dictionary));
	EF_ASSERT(number > 0 && number <= dictionary->nnames);
	return dictionary->names[number - 1];
}

/* Look up the number of a name, or add it. */
extern EfStatus ef_dictionary_number(EfDictionary *dictionary,
									 const char *bytes, size_t length,
									 uint32_t *number) EF_NODISCARD;

/* Compare the bytes of two names. */
extern int	ef_dictionary_compare(const EfDictionary *dictionary, uint32_t a,
								  uint32_t b);

/*
 * A meaning for each of some numbers.  The map is emptied at once, however
 * many numbers it holds, so it serves one group after the other.
 */
typedef struct EfNumberNote
{
	uint32_t	round;			/* that it was made in */
	uint32_t	value;
} EfNumberNote;

typedef struct EfNumberMap
{
	EfContext  *context;
	uint32_t	round;
	size_t		room;
	EfNumberNote *notes;
} EfNumberMap;

static inline bool
ef_number_map_is_sound(const EfNumberMap *map)
{
	return map->round > 0 && (map->room == 0) == (map->notes == NULL);
}

extern void ef_number_map_begin(EfNumberMap *map, EfContext *context);
extern void ef_number_map_end(EfNumberMap *map);

/* Forget everything. */
extern void ef_number_map_clear(EfNumberMap *map);

/* Let a number stand for a value, which is not 0. */
extern void ef_number_map_set(EfNumberMap *map, uint32_t number,
							  uint32_t value);

/* Return the value that a number stands for; 0: none. */
static inline uint32_t
ef_number_map_get(const EfNumberMap *map, uint32_t number)
{
	EF_ASSERT(ef_number_map_is_sound(map));
	return number < map->room && map->notes[number].round == map->round
		? map->notes[number].value : 0;
}

#endif							/* EF_DICTIONARY_H */
