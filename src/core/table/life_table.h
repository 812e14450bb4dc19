/*
 * life_table.h
 *	  The one structure under every summary: a counting process on an integer
 *	  axis.
 *
 * A life table is a multiset of marks on an axis: numbers of entries at each
 * age, of exits for each reason, of people still there.  Each is a *cell*
 * (kind, label, at) -> count.  A summary's type declares its kinds in an
 * EfTableType, and which of them carry a label (a reason to leave, a stage).
 * Nothing here knows their meaning.  For some types the frame is a spec,
 * which is opaque here too: it names the labels in its order, so a table
 * stores the spec in place of them.  The axis is sparse: no cell counts
 * nothing.  A cell of a paired kind has two labels (from where, to where),
 * the second in the upper half of its `at`.
 *
 * Cells add up.  So the sum of the tables of the parts is the table of the
 * whole, whatever the parts were and in whatever order they came: the only
 * operation on counts is integer addition.
 *
 * Two forms hold one table:
 *
 *	 EfState	the growing one, an aggregate's transition value: flat, with
 *				slack, edited in place.  A row appends one record at the end,
 *				which its type can later expand into cells; when the slack is
 *				used up, what was appended is expanded and added to the counts
 *				("compacted"; those of a large state are on pages, pages.h),
 *				and if that gives too little room, the state moves to a larger
 *				chunk.  So small groups stay small, and a
 *				row of a large group costs a few additions.
 *	 packed		the finished one, which is stored and sent: each series of
 *				cells in order, as differences, in variable-length integers.
 *				There is one packed form of a table, so equal tables have
 *				equal bytes.
 *
 * Readers take either through ef_table_load().
 *
 * Byte map of the packed form (doc/formats.md has it with an example), after
 * the length word that belongs to the caller:
 *
 *	 0		format, EF_FORMAT_PACKED
 *	 1		tag of the type
 *	 2..	varints: flags, 0 or 1 (from is bounded), zigzag(from) if it is,
 *			zigzag(as_of), skipped
 *			number of labels; each: length, bytes; in byte order
 *			(a type whose frame is a spec has instead: flags, skipped, length
 *			of the spec, its bytes)
 *			number of series; each: label << 4 | kind, number of cells, then
 *			per cell: at minus the previous at minus 1 (the first: at), count;
 *			series in order of their number
 */
#ifndef EF_LIFE_TABLE_H
#define EF_LIFE_TABLE_H

#include "table/frame.h"
#include "table/state.h"
#include "table/table.h"
#include "table/table_bytes.h"

/*
 * Open a state or packed bytes.  `datum` begins with the caller's length word
 * and is aligned as an EfState.  Packed bytes are checked against their
 * bounds and for order, but not validated.  Labels point into the datum.
 */
extern EfStatus ef_table_load(EfTable *table, const EfTableType *type,
							  const void *datum, size_t size,
							  EfContext *context) EF_NODISCARD;

#endif							/* EF_LIFE_TABLE_H */
