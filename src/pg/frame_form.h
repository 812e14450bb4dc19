/*
 * frame_form.h
 *	  How the text and the binary form of a summary say what its rows have in
 *	  common, its frame.
 *
 * A type names one of these beside its EfTableType.  What reads and writes
 * summaries asks it, and knows neither periods nor specs.
 */
#ifndef EF_FRAME_FORM_H
#define EF_FRAME_FORM_H

#include "glue.h"
#include "json_value.h"
#include "lib/stringinfo.h"

typedef struct EfFrameForm
{
	const char *member;			/* of the text form, which holds the frame */

	bool		names_labels;	/* all that there may be */
	const char *unknown_label;	/* sentence for any other label */

	/* Write the value of that member. */
	void		(*append) (StringInfo out, const EfTable *table);

	/*
	 * Read it into a table that holds nothing yet.  False, and a sentence,
	 * where it is not as it should be.
	 */
	bool		(*read) (EfTable *table, const EfTableType *type,
						 const EfJson *member);

	/* Binary: the frame, the rows that were skipped, and the labels. */
	void		(*send) (StringInfo buffer, const EfTable *table);

	EfStatus	(*receive) (StringInfo buffer, EfTable *table,
							const EfTableType *type);
} EfFrameForm;

/* Form of an observation period, with labels from the rows. */
extern const EfFrameForm eg_period_form;

/* The spec of a funnel, which names the labels. */
extern const EfFrameForm eg_funnel_spec_form;

#endif							/* EF_FRAME_FORM_H */
