/*
 * choice.c
 *	  See choice.h.
 */
#include "base/choice.h"

#include <string.h>

EfStatus
ef_choose(const EfChoice *among, const char *word, size_t length,
		  unsigned *chosen, EfContext *context)
{
	for (unsigned i = 0; among->words[i] != NULL; i++)
		if (strlen(among->words[i]) == length &&
			memcmp(among->words[i], word, length) == 0)
		{
			*chosen = i;
			return EF_OK;
		}
	return ef_fail(context, among->refused, "The %s is \"%s\".", among->what,
				   ef_word_shown(word, length).text);
}
