/*
 * task_shift.c
 *	  See task_shift.h.
 *
 * Names are put in order once, and a profession is from then on the number of
 * its name in that order.  Shifts are distributed by these numbers (radix
 * sort), so that shifts of one pair lie side by side, and sums are taken in
 * the same order whatever the order of the arguments.
 */
#include "competence/task_shift.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/invariant.h"
#include "base/sort.h"
#include "base/workspace.h"

typedef struct Shift
{
	size_t		from;
	size_t		to;				/* the number of professions: nobody */
	double		share;
	double		relative_time;
} Shift;

typedef struct Profession
{
	EfLabel		name;
	double		demand;
	size_t		place;			/* where it is mentioned first */

	size_t		first;			/* its shifts begin here, */
	size_t		end;			/* and end before this one */
	double		share_kept;		/* the part of its work that its shifts leave */

	size_t		awaits;			/* professions that must still be placed
								 * before it */
	double		shifted_in;
	double		shifted_out;
	double		dropped;
} Profession;

typedef struct Graph
{
	const EfTaskShifts *given;
	Profession *professions;	/* in the order of their names */
	size_t		nprofessions;
	size_t	   *number;			/* of the name at a place */
	Shift	   *shifts;			/* in the order of from, then to */
	size_t		nshifts;
	size_t	   *order;			/* professions, each after those it awaits */

	EfWorkspace workspace;
} Graph;


/* about the arguments */

EF_REPORT(EF_SHIFT_LENGTHS, ARRAY_SUBSCRIPT_ERROR,
		  "arrays of one table must be equally long",
		  "Take them from one query, such as SELECT array_agg(profession), array_agg(fte) FROM demand.");

EF_NODISCARD static EfStatus
check_length(const char *name, size_t n, const char *other, size_t other_n,
			 EfContext *context)
{
	if (n == other_n)
		return EF_OK;
	return ef_fail(context, EF_SHIFT_LENGTHS, "%s has %zu %s, %s has %zu.",
				   name, n, n == 1 ? "element" : "elements", other, other_n);
}

EF_NODISCARD static EfStatus
check_lengths(const EfTaskShifts *given, EfContext *context)
{
	size_t		n = given->from_profession.n;
	EfStatus	status = check_length("profession", given->profession.n,
									  "demand", given->demand.n, context);

	if (status == EF_OK)
		status = check_length("from_profession", n, "to_profession",
							  given->to_profession.n, context);
	if (status == EF_OK)
		status = check_length("from_profession", n, "share",
							  given->share.n, context);
	if (status == EF_OK)
		status = check_length("from_profession", n, "relative_time",
							  given->relative_time.n, context);
	return status;
}

EF_REPORT(EF_SHIFT_DEMAND, INVALID_PARAMETER_VALUE,
		  "demand is out of range",
		  "A demand is a number of full-time equivalents, 0 or more.");

EF_NODISCARD static EfStatus
check_demands(const EfTaskShifts *given, EfContext *context)
{
	for (size_t i = 0; i < given->demand.n; i++)
	{
		double		demand = given->demand.values[i];

		if (!(demand >= 0 && isfinite(demand)))
			return ef_fail(context, EF_SHIFT_DEMAND,
						   "The demand of \"%s\" is %s.",
						   ef_label_shown(&given->profession.values[i]).text,
						   ef_shown(demand).text);
	}
	return EF_OK;
}

/* Show a name in quotes, or the word "nobody". */
static EfShown
quoted(const EfLabel *name)
{
	EfShown		shown = {"nobody"};

	if (name->bytes != NULL)
		snprintf(shown.text, sizeof(shown.text), "\"%.60s\"",
				 ef_label_shown(name).text);
	return shown;
}

EF_NODISCARD static EfStatus
refuse_shift(EfContext *context, EfStatus status, const char *what,
			 const EfLabel *from, const EfLabel *to, double value)
{
	return ef_fail(context, status, "The %s from %s to %s is %s.", what,
				   quoted(from).text, quoted(to).text, ef_shown(value).text);
}

EF_REPORT(EF_SHIFT_SHARE, INVALID_PARAMETER_VALUE,
		  "share must be between 0 and 1",
		  "Fifteen percent of the tasks are 0.15.");

EF_REPORT(EF_SHIFT_TIME, INVALID_PARAMETER_VALUE,
		  "relative_time must be above 0 and finite",
		  "1 is as long as before, 1.2 a fifth longer; for tasks that cease leave to_profession null.");

EF_NODISCARD static EfStatus
check_shifts(const EfTaskShifts *given, EfContext *context)
{
	for (size_t i = 0; i < given->share.n; i++)
	{
		const EfLabel *from = &given->from_profession.values[i];
		const EfLabel *to = &given->to_profession.values[i];
		double		share = given->share.values[i];
		double		relative_time = given->relative_time.values[i];

		if (!(share >= 0 && share <= 1))
			return refuse_shift(context, EF_SHIFT_SHARE, "share", from, to,
								share);
		if (!(relative_time > 0 && isfinite(relative_time)))
			return refuse_shift(context, EF_SHIFT_TIME, "relative time", from,
								to, relative_time);
	}
	return EF_OK;
}


/* ---- names become numbers ---- */

/*
 * A name in an argument: mentions in profession, from_profession and
 * to_profession are numbered one after the other.
 */
typedef struct Mention
{
	EfLabel		name;
	size_t		place;
} Mention;

static int
compare_mentions(const void *a, const void *b)
{
	const Mention *x = a;
	const Mention *y = b;
	int			order = ef_label_compare(&x->name, &y->name);

	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static void
mention(const EfNames *names, size_t first_place, Mention *mentions, size_t *n)
{
	for (size_t i = 0; i < names->n; i++)
		if (names->values[i].bytes != NULL)
		{
			mentions[*n].name = names->values[i];
			mentions[(*n)++].place = first_place + i;
		}
}

/* Count how many mentions in a row have the same name. */
static size_t
count_same(const Mention *mentions, size_t n)
{
	size_t		same = 1;

	while (same < n &&
		   ef_label_compare(&mentions[0].name, &mentions[same].name) == 0)
		same++;
	return same;
}

EF_REPORT(EF_SHIFT_PROFESSION_TWICE, INVALID_PARAMETER_VALUE,
		  "profession has two demands",
		  "Give their sum: SELECT profession, sum(fte) FROM demand GROUP BY profession.");

EF_REPORT(EF_SHIFT_PROFESSION_UNKNOWN, INVALID_PARAMETER_VALUE,
		  "from_profession has no demand",
		  "Look how it is spelt; give it a demand of 0 if all of its work comes from others.");

/* Add a profession that is mentioned n times, in the order of places. */
EF_NODISCARD static EfStatus
add_profession(Graph *graph, const Mention *mentions, size_t n)
{
	const EfTaskShifts *given = graph->given;
	Profession *profession = &graph->professions[graph->nprofessions];

	profession->name = mentions->name;
	profession->place = mentions->place;
	if (mentions->place < given->profession.n)
		profession->demand = given->demand.values[mentions->place];
	else if (mentions->place < given->profession.n + given->from_profession.n)
		return ef_fail(graph->workspace.context, EF_SHIFT_PROFESSION_UNKNOWN,
					   "\"%s\" is not among the professions.",
					   ef_label_shown(&mentions->name).text);
	if (n > 1 && mentions[1].place < given->profession.n)
		return ef_fail(graph->workspace.context, EF_SHIFT_PROFESSION_TWICE,
					   "\"%s\" is among the professions twice.",
					   ef_label_shown(&mentions->name).text);
	for (size_t i = 0; i < n; i++)
		graph->number[mentions[i].place] = graph->nprofessions;
	graph->nprofessions++;
	return EF_OK;
}

EF_NODISCARD static EfStatus
number_names(Graph *graph)
{
	const EfTaskShifts *given = graph->given;
	size_t		first_from = given->profession.n;
	size_t		first_to = first_from + given->from_profession.n;
	size_t		places = first_to + given->to_profession.n;
	Mention    *mentions = ef_grab(&graph->workspace, places, sizeof(Mention));
	size_t		n = 0;
	size_t		ndifferent = 0;
	EfStatus	status = EF_OK;

	graph->number = ef_grab(&graph->workspace, places, sizeof(size_t));
	mention(&given->profession, 0, mentions, &n);
	mention(&given->from_profession, first_from, mentions, &n);
	mention(&given->to_profession, first_to, mentions, &n);
	ef_sort(mentions, n, sizeof(Mention), compare_mentions,
			graph->workspace.context);

	for (size_t i = 0; i < n; i += count_same(&mentions[i], n - i))
		ndifferent++;
	graph->professions = ef_grab(&graph->workspace, ndifferent,
								 sizeof(Profession));
	for (size_t i = 0; i < n && status == EF_OK;)
	{
		size_t		same = count_same(&mentions[i], n - i);

		status = add_profession(graph, &mentions[i], same);
		i += same;
	}
	return status;
}


/* ---- shifts in order ---- */

static size_t
key_of(const Shift *shift, bool by_to)
{
	return by_to ? shift->to : shift->from;
}

/*
 * Put shifts in the order of from or of to; those of one number stay as they
 * came.  Answers where the shifts of each number end.
 */
static void
distribute(const Shift *shifts, size_t n, bool by_to, Shift *distributed,
		   size_t *ends, size_t nends)
{
	size_t		begin = 0;

	memset(ends, 0, nends * sizeof(size_t));
	for (size_t i = 0; i < n; i++)
		ends[key_of(&shifts[i], by_to)]++;
	for (size_t k = 0; k < nends; k++)
	{
		size_t		count = ends[k];

		ends[k] = begin;
		begin += count;
	}
	for (size_t i = 0; i < n; i++)
		distributed[ends[key_of(&shifts[i], by_to)]++] = shifts[i];
}

static void
sort_shifts(Graph *graph)
{
	const EfTaskShifts *given = graph->given;
	const size_t *from = graph->number + given->profession.n;
	const size_t *to = from + given->from_profession.n;
	size_t		n = given->from_profession.n;
	Shift	   *shifts = ef_grab(&graph->workspace, n, sizeof(Shift));
	Shift	   *scratch = ef_grab(&graph->workspace, n, sizeof(Shift));
	size_t		nends = graph->nprofessions + 1;	/* with nobody's */
	size_t	   *ends = ef_grab(&graph->workspace, nends, sizeof(size_t));

	for (size_t i = 0; i < n; i++)
	{
		bool		nobody = given->to_profession.values[i].bytes == NULL;

		shifts[i].from = from[i];
		shifts[i].to = nobody ? graph->nprofessions : to[i];
		shifts[i].share = given->share.values[i];
		shifts[i].relative_time = given->relative_time.values[i];
	}
	distribute(shifts, n, true, scratch, ends, nends);
	distribute(scratch, n, false, shifts, ends, nends);
	graph->shifts = shifts;
	graph->nshifts = n;
	for (size_t i = 0; i < graph->nprofessions; i++)
	{
		graph->professions[i].first = i > 0 ? ends[i - 1] : 0;
		graph->professions[i].end = ends[i];
	}
}

EF_REPORT(EF_SHIFT_PAIR_TWICE, INVALID_PARAMETER_VALUE,
		  "tasks are shifted twice between the same professions",
		  "Make one row of them: sum(share), and sum(share * relative_time) / sum(share).");

EF_NODISCARD static EfStatus
check_pairs(const Graph *graph)
{
	for (size_t i = 1; i < graph->nshifts; i++)
	{
		const Shift *shift = &graph->shifts[i];

		if (shift[-1].from == shift->from && shift[-1].to == shift->to)
		{
			static const EfLabel nobody = {NULL, 0};
			const EfLabel *from = &graph->professions[shift->from].name;
			const EfLabel *to = shift->to == graph->nprofessions ? &nobody
				: &graph->professions[shift->to].name;

			return ef_fail(graph->workspace.context, EF_SHIFT_PAIR_TWICE,
						   "There are two rows from %s to %s.",
						   quoted(from).text, quoted(to).text);
		}
	}
	return EF_OK;
}

/* Many small shares must add up to 1 too, so what rounding takes off is kept
 * (Neumaier 1974, Zeitschrift fuer Angewandte Mathematik und Mechanik 54). */
typedef struct ExactSum
{
	double		sum;
	double		rest;
} ExactSum;

static void
add_exactly(ExactSum *total, double x)
{
	double		sum = total->sum + x;

	total->rest += total->sum >= x ? total->sum - sum + x : x - sum + total->sum;
	total->sum = sum;
}

EF_REPORT(EF_SHIFT_SHARES_SUM, INVALID_PARAMETER_VALUE,
		  "shares of one profession add up to more than 1",
		  "Each is a share of all of its tasks, and what is left stays with it.");

EF_NODISCARD static EfStatus
add_up_shares(const Graph *graph)
{
	for (size_t i = 0; i < graph->nprofessions; i++)
	{
		Profession *profession = &graph->professions[i];
		ExactSum	shares = {0, 0};
		double		gone;

		for (size_t k = profession->first; k < profession->end; k++)
			add_exactly(&shares, graph->shifts[k].share);
		gone = shares.sum + shares.rest;
		if (gone - 1 > EF_SHIFT_ROUNDING)
			return ef_fail(graph->workspace.context, EF_SHIFT_SHARES_SUM,
						   "Those of \"%s\" add up to %s.",
						   ef_label_shown(&profession->name).text,
						   ef_shown(gone).text);
		profession->share_kept = 1 - gone > EF_SHIFT_ROUNDING ? 1 - gone : 0;
	}
	return EF_OK;
}


/* ---- professions in order ---- */

static bool
is_placed(const Graph *graph, size_t profession)
{
	return graph->professions[profession].awaits == 0;
}

/*
 * Find a circle: every profession that could not be placed awaits another
 * one, so going back from any of them ends in a circle.  Answers its
 * professions, last first, and ends with the first of them by name.
 */
static size_t
find_cycle(const Graph *graph, size_t *cycle)
{
	size_t	   *before = graph->number; /* no longer needed, and long enough */
	size_t		at = 0;
	size_t		start;
	size_t		length = 0;

	for (size_t i = graph->nshifts; i-- > 0;)
	{
		const Shift *shift = &graph->shifts[i];

		if (shift->to < graph->nprofessions &&
			!is_placed(graph, shift->from) && !is_placed(graph, shift->to))
			before[shift->to] = shift->from;
	}

	while (is_placed(graph, at))
		at++;
	for (size_t i = 0; i < graph->nprofessions; i++)
		at = before[at];		/* after this many steps it is in a circle */
	start = at;
	for (size_t i = before[at]; i != at; i = before[i])
		if (i < start)
			start = i;
	do
	{
		at = before[length > 0 ? cycle[length - 1] : start];
		cycle[length++] = at;
	} while (at != start);
	return length;
}

EF_REPORT(EF_SHIFT_CYCLE, INVALID_PARAMETER_VALUE,
		  "tasks are shifted in a circle",
		  "Leave one of these rows out; of shifts both ways give only the difference.");

/* Refuse a circle, with as many of its names as fit into the sentence. */
EF_NODISCARD static EfStatus
refuse_cycle(const Graph *graph)
{
	size_t	   *cycle = graph->order;
	size_t		length = find_cycle(graph, cycle);
	size_t		left = length;
	char		names[EF_DETAIL_SIZE - sizeof(EfShown) - 40] = "";
	size_t		used = 0;
	char		more[32] = "";

	for (; left > 0; left--)
	{
		EfShown		name = quoted(&graph->professions[cycle[left - 1]].name);
		size_t		wanted = strlen(name.text) + strlen(" -> ");

		if (used + wanted >= sizeof(names))
			break;
		used += (size_t) snprintf(names + used, sizeof(names) - used,
								  "%s -> ", name.text);
	}
	if (left > 0)
		snprintf(more, sizeof(more), "(%zu more) -> ", left);
	return ef_fail(graph->workspace.context, EF_SHIFT_CYCLE, "They go %s%s%s.",
				   names, more,
				   quoted(&graph->professions[cycle[length - 1]].name).text);
}

/*
 * Put professions in topological order: Kahn (1962), Topological sorting of
 * large networks, CACM 5, 558-562.
 */
EF_NODISCARD static EfStatus
put_in_order(Graph *graph)
{
	size_t		n = graph->nprofessions;
	size_t		nplaced = 0;

	graph->order = ef_grab(&graph->workspace, n, sizeof(size_t));
	for (size_t i = 0; i < graph->nshifts; i++)
		if (graph->shifts[i].to < n)
			graph->professions[graph->shifts[i].to].awaits++;
	for (size_t i = 0; i < n; i++)
		if (graph->professions[i].awaits == 0)
			graph->order[nplaced++] = i;
	for (size_t at = 0; at < nplaced; at++)
	{
		const Profession *profession = &graph->professions[graph->order[at]];

		for (size_t k = profession->first; k < profession->end; k++)
			if (graph->shifts[k].to < n &&
				--graph->professions[graph->shifts[k].to].awaits == 0)
				graph->order[nplaced++] = graph->shifts[k].to;
	}
	return nplaced == n ? EF_OK : refuse_cycle(graph);
}


/* ---- work ---- */

static double
work_of(const Profession *profession)
{
	return profession->demand + profession->shifted_in;
}

EF_REPORT(EF_SHIFT_OVERFLOW, NUMERIC_VALUE_OUT_OF_RANGE,
		  "demand after shifting is out of range",
		  "Look for a relative_time or a demand that cannot be.");

EF_NODISCARD static EfStatus
shift_work(const Graph *graph)
{
	for (size_t at = 0; at < graph->nprofessions; at++)
	{
		Profession *profession = &graph->professions[graph->order[at]];
		double		work = work_of(profession);

		if (!isfinite(work))
			return ef_fail(graph->workspace.context, EF_SHIFT_OVERFLOW,
						   "The work for \"%s\" is more than a double holds.",
						   ef_label_shown(&profession->name).text);
		for (size_t k = profession->first; k < profession->end; k++)
		{
			const Shift *shift = &graph->shifts[k];
			double		gone = work * shift->share;

			if (shift->to < graph->nprofessions)
			{
				profession->shifted_out += gone;
				graph->professions[shift->to].shifted_in +=
					gone * shift->relative_time;
			}
			else
				profession->dropped += gone;
		}
	}
	return EF_OK;
}

static void
fill_row(const Profession *profession, EfShiftedDemand *row)
{
	row->profession = profession->name;
	row->demand = profession->demand;
	row->shifted_in = profession->shifted_in;
	row->shifted_out = profession->shifted_out;
	row->dropped = profession->dropped;
	row->demand_after = work_of(profession) * profession->share_kept;
}

/* Make the rows; a row comes at the first mention of its profession. */
static void
make_rows(const Graph *graph, EfShiftedDemand *rows)
{
	const EfTaskShifts *given = graph->given;
	size_t		first_to = given->profession.n + given->from_profession.n;
	size_t		n = 0;

	for (size_t i = 0; i < given->profession.n; i++)
		fill_row(&graph->professions[graph->number[i]], &rows[n++]);
	for (size_t i = 0; i < given->to_profession.n; i++)
		if (given->to_profession.values[i].bytes != NULL)
		{
			const Profession *to =
				&graph->professions[graph->number[first_to + i]];

			if (to->place == first_to + i)
				fill_row(to, &rows[n++]);
		}
	EF_ASSERT(n == graph->nprofessions);
}

EF_NODISCARD static EfStatus
solve(Graph *graph)
{
	EfStatus	status = check_lengths(graph->given, graph->workspace.context);

	if (status == EF_OK)
		status = check_demands(graph->given, graph->workspace.context);
	if (status == EF_OK)
		status = check_shifts(graph->given, graph->workspace.context);
	if (status == EF_OK)
		status = number_names(graph);
	if (status != EF_OK)
		return status;
	sort_shifts(graph);
	status = check_pairs(graph);
	if (status == EF_OK)
		status = add_up_shares(graph);
	if (status == EF_OK)
		status = put_in_order(graph);
	if (status == EF_OK)
		status = shift_work(graph);
	return status;
}

EfStatus
ef_task_shift_demand(const EfTaskShifts *shifts, EfShiftedDemand **rows,
					 size_t *nrows, EfContext *context)
{
	Graph		graph = {.given = shifts,.workspace = {context, NULL}};
	EfStatus	status = solve(&graph);

	if (status == EF_OK)
	{
		*nrows = graph.nprofessions;
		*rows = ef_alloc(context, *nrows * sizeof(EfShiftedDemand));
		make_rows(&graph, *rows);
	}
	ef_discard_all(&graph.workspace);
	return status;
}
