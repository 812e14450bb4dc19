/*
 * event_wire.h
 *	  A group of events, from one process to another.
 */
#ifndef EF_EVENT_WIRE_H
#define EF_EVENT_WIRE_H

#include "log/event_log.h"

extern const EfReport EF_EVENTS_TOO_LARGE[];

/*
 * Write a group down: its runs, each behind its length.  Refuses one that
 * would take more than `limit` bytes.
 */
extern EfStatus ef_event_wire_send(EfEventGroup *group, size_t limit,
								   const EfSink *sink,
								   EfContext *context) EF_NODISCARD;

/* Add to a group what was written down, and a number of skipped rows. */
extern EfStatus ef_event_wire_receive(EfEventGroup *group, int64_t skipped,
									  const uint8_t *bytes,
									  size_t size) EF_NODISCARD;

/*
 * Write a group down as one run, and count from 1 on the numbers that its
 * events have, but for 0: `numbers`, which the context gives, and a map that
 * was cleared, and stays.
 */
typedef struct EfNumbersSent
{
	EfNumberMap *map;
	size_t		n;
	size_t		room;
	uint32_t   *numbers;
} EfNumbersSent;

extern EfStatus ef_event_wire_send_numbered(EfEventGroup *group,
											size_t limit,
											const EfSink *sink,
											EfNumbersSent *sent,
											EfContext *context) EF_NODISCARD;

/* Add what was so written down, and so many skipped rows, to a group; `map` has
 * this log's numbers, and is NULL where they are the same. */
extern EfStatus ef_event_wire_receive_numbered(EfEventGroup *group,
											   int64_t skipped,
											   const uint8_t *bytes,
											   size_t size,
											   const EfNumberMap *map) EF_NODISCARD;
#endif							/* EF_EVENT_WIRE_H */
