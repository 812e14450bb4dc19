/*
 * choice.h
 *	  An argument that is one of a few words.
 */
#ifndef EF_CHOICE_H
#define EF_CHOICE_H

#include "base/status.h"

/* Limit on words, with the NULL behind the last. */
#define EF_CHOICE_WORDS 8

typedef struct EfChoice
{
	const char *what;			/* it is called in the sentence: method */
	EfStatus	refused;		/* how another word is */
	const char *words[EF_CHOICE_WORDS]; /* indexed by the number of each */
} EfChoice;

/* Find the number of a word. */
extern EfStatus ef_choose(const EfChoice *among, const char *word,
						  size_t length, unsigned *chosen,
						  EfContext *context) EF_NODISCARD;

#endif							/* EF_CHOICE_H */
