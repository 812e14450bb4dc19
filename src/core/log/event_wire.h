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

/* Add a written group to a group, and a number of skipped rows. */
extern EfStatus ef_event_wire_receive(EfEventGroup *group, int64_t skipped,
									  const uint8_t *bytes,
									  size_t size) EF_NODISCARD;

/*
 * The numbers of a group that is sent, in the order of their new numbers,
 * which count from 1 on; 0 stays 0.  `numbers` is allocated by the context;
 * `map` must be cleared before, and stays.
 */
typedef struct EfNumbersSent
{
	EfNumberMap *map;
	size_t		n;
	size_t		room;
	uint32_t   *numbers;
} EfNumbersSent;

/* Write a group down as one run, with new numbers for those of its events. */
extern EfStatus ef_event_wire_send_numbered(EfEventGroup *group,
											size_t limit,
											const EfSink *sink,
											EfNumbersSent *sent,
											EfContext *context) EF_NODISCARD;

/*
 * Add a group that was written with its own numbers, and a number of skipped
 * rows, to a group; `map` leads to this log's numbers, NULL where they are
 * equal.
 */
extern EfStatus ef_event_wire_receive_numbered(EfEventGroup *group,
											   int64_t skipped,
											   const uint8_t *bytes,
											   size_t size,
											   const EfNumberMap *map) EF_NODISCARD;
#endif							/* EF_EVENT_WIRE_H */
