/*
 * retention.h
 *	  How long people stay, and why they leave: the summary type `retention`.
 *
 * The axis is days since the start of the spell.  A row adds the following to
 * the table, for a spell [start, end) observed in [from, as_of):
 *
 *	 exits(reason)	1 at end - start, if end <= as_of;
 *	 censored		else 1 at as_of - start: as long as it was seen; or at
 *					last_seen - start, if it was lost sight of before;
 *	 late_entries	1 at from - start, if it started before from: it was seen
 *					only because it lasted until then (left truncation).
 *
 * A spell is at risk on day t if entry < t <= leaving.  A spell seen from its
 * start enters before day 0; such entries are not stored, since their number
 * is that of all who leave less the late entries.  At a tie, exits precede
 * censorings.
 *
 * The table does not pair a person's entry and leaving: the estimators below
 * need only the size of the risk set and those who left it.
 */
#ifndef EF_RETENTION_H
#define EF_RETENTION_H

#include "spell/contract_events.h"

enum
{
	EF_LATE_ENTRIES,
	EF_LEFT,
	EF_CENSORED
};

extern const EfTableType ef_retention_type;

/* Add one row to a state. */
extern EfStatus ef_retention_add(EfState **state, const EfSpell *spell,
								 EfContext *context) EF_NODISCARD;

/* Add a spell that contracts make, as an EfAddJoined. */
extern EfStatus ef_retention_add_joined(EfState **state,
										const EfContractReader *reader,
										const EfJoined *joined,
										EfContext *context) EF_NODISCARD;

/* Count the people of one kind; EF_PERSON_LIMIT + 1 if there are more. */
extern int64_t ef_retention_people(const EfTable *table, unsigned kind);

/* A retention opened for counting. */
typedef struct EfRetention
{
	EfTable		table;
	int64_t		spells;
	int64_t		exits;
} EfRetention;

extern EfStatus ef_retention_open(EfRetention *retention, const void *datum,
								  size_t size,
								  EfContext *context) EF_NODISCARD;

#endif							/* EF_RETENTION_H */
