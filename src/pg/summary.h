/*
 * summary.h
 *	  Shared by all summary types: text and binary I/O, comparison,
 *	  merge, cast to jsonb.
 *
 * A new type states its EfTableType, names the form of its frame
 * (frame_form.h) and expands EF_SUMMARY_FUNCTIONS; its file then holds only
 * what is its own.
 */
#ifndef EF_SUMMARY_H
#define EF_SUMMARY_H

#include "glue.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "table/life_table.h"

struct EfFrameForm;
struct EfJson;

extern Datum eg_summary_in(FunctionCallInfo fcinfo, const EfTableType *type,
						   const struct EfFrameForm *form);
extern Datum eg_summary_out(FunctionCallInfo fcinfo, const EfTableType *type,
							const struct EfFrameForm *form);
extern Datum eg_summary_recv(FunctionCallInfo fcinfo, const EfTableType *type,
							 const struct EfFrameForm *form);
extern Datum eg_summary_send(FunctionCallInfo fcinfo, const EfTableType *type,
							 const struct EfFrameForm *form);
extern Datum eg_summary_to_jsonb(FunctionCallInfo fcinfo,
								 const EfTableType *type,
								 const struct EfFrameForm *form);
extern int	eg_summary_compare(FunctionCallInfo fcinfo,
							   const EfTableType *type);
extern EfBytes eg_summary_bytes(FunctionCallInfo fcinfo,
								const EfTableType *type);
extern Datum eg_summary_combinefn(FunctionCallInfo fcinfo,
								  const EfTableType *type);
extern Datum eg_summary_finalfn(FunctionCallInfo fcinfo,
								const EfTableType *type);
extern Datum eg_summary_skipped(FunctionCallInfo fcinfo,
								const EfTableType *type);

/*
 * Read a value from its text form, which is part of another's; NULL after a
 * soft error.
 */
extern Datum eg_summary_read(FunctionCallInfo fcinfo, const EfTableType *type,
							 const struct EfFrameForm *form,
							 const struct EfJson *json);

/* Create a state, as a transition value. */
extern EfState *eg_summary_create(const EfTableType *type,
								  const EfFrame *frame);

/*
 * Return a state to edit, made from any other value: a user's own aggregate
 * of these functions can begin with a finished one.
 */
extern EfState *eg_summary_editable(struct varlena *datum,
									const EfTableType *type);

/*
 * Get the transition value, argument 0, which is not null: a state to edit,
 * unchanged but for the first row.
 */
static inline EfState *
eg_summary_state(FunctionCallInfo fcinfo, const EfTableType *type)
{
	struct varlena *datum = (struct varlena *) PG_GETARG_POINTER(0);

	if (likely(VARATT_IS_4B_U(datum) &&
			   ef_is_state((EfState *) datum, type, VARSIZE_4B(datum))))
		return (EfState *) datum;
	return eg_summary_editable(datum, type);
}

/* Finish a state into a value. */
extern Datum eg_summary_finish(EfState *state, const EfTableType *type);

/* Give a state that the core made or moved its length word. */
static inline EfState *
eg_summary_own(EfState *state)
{
	SET_VARSIZE(state, state->size);
	return state;
}

static inline Datum
eg_label_text(const EfLabel *label)
{
	return PointerGetDatum(cstring_to_text_with_len(label->bytes,
													(int) label->length));
}

/* Parts of a summary for its text and binary form. */

/* Open a value for reading, finished or not. */
extern void eg_summary_load(EfTable *table, const EfTableType *type,
							struct varlena *datum);

/* Normalize, validate and pack what came in from outside. */
extern EfStatus eg_summary_accept(EfTable *table, const EfTableType *type,
								  struct varlena **datum) EF_NODISCARD;

/* Return the labels of a table as texts, label n at n; NULL at 0. */
static inline Datum *
eg_label_texts(const EfTable *table)
{
	Datum	   *texts = MemoryContextAllocHuge(CurrentMemoryContext,
											   (table->nlabels + 1) *
											   sizeof(Datum));

	texts[0] = (Datum) 0;
	for (uint32 i = 0; i < table->nlabels; i++)
		texts[i + 1] = eg_label_text(&table->labels[i]);
	return texts;
}

#define EF_SUMMARY_SHARED(name, type, role) \
	EF_FUNCTION(name, role, eg_summary_##role(fcinfo, &(type)))

#define EF_SUMMARY_FORM(name, type, form, role) \
	EF_FUNCTION(name, role, eg_summary_##role(fcinfo, &(type), &(form)))

#define EF_SUMMARY_FUNCTIONS(name, type, form) \
	EF_SUMMARY_FORM(name, type, form, in) \
	EF_SUMMARY_FORM(name, type, form, out) \
	EF_SUMMARY_FORM(name, type, form, recv) \
	EF_SUMMARY_FORM(name, type, form, send) \
	EF_SUMMARY_FORM(name, type, form, to_jsonb) \
	EF_SUMMARY_SHARED(name, type, combinefn) \
	EF_SUMMARY_SHARED(name, type, finalfn) \
	EF_SUMMARY_SHARED(name, type, skipped) \
	EF_HASH_FUNCTIONS(name, eg_summary_bytes(fcinfo, &(type))) \
	EF_ORDER_FUNCTIONS(name, eg_summary_compare(fcinfo, &(type)))

#endif							/* EF_SUMMARY_H */
