/*
 * funnel_spec_value.h
 *	  A spec among the arguments of another type's function, and inside the
 *	  text and binary form of another type.
 */
#ifndef EF_FUNNEL_SPEC_VALUE_H
#define EF_FUNNEL_SPEC_VALUE_H

#include "glue.h"
#include "json_value.h"
#include "lib/stringinfo.h"
#include "funnel/funnel_spec.h"

/*
 * Append the text: the members "stages", "within", "as_of", "exits" and
 * "modes" of a JSON object, without its braces.
 */
extern void eg_append_spec_text(StringInfo out, const EfFunnelSpec *spec);

/*
 * Read one of these members into a spec, which began as zeros; its names
 * point into the JSON.  False, and a sentence, if the member is unknown or
 * its value wrong.  Members come in any order, and may be missing;
 * ef_spec_complete checks the whole in the end.
 */
extern bool eg_read_spec_member(EfFunnelSpec *spec, const EfJson *member);

/*
 * Send a spec without version and type, in network order, with names in the
 * client's encoding.
 */
extern void eg_spec_send(StringInfo buffer, const EfFunnelSpec *spec);

/* Receive one, complete; names are in new memory. */
extern EfStatus eg_spec_receive(StringInfo buffer,
								EfFunnelSpec *spec) EF_NODISCARD;

#endif							/* EF_FUNNEL_SPEC_VALUE_H */
