/*
 * table.c
 *	  See table.h.
 */
#include "table/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/sort.h"

static int
compare_labels(const void *a, const void *b)
{
	return ef_label_compare(a, b);
}

bool
ef_table_is_sound(const EfTable *table, const EfTableType *type)
{
	return (table->frame.spec != NULL || ef_table_labels_in_order(table)) &&
		ef_type_has_cells(type, table->nlabels, table->cells, table->ncells);
}

bool
ef_table_labels_in_order(const EfTable *table)
{
	for (uint32_t i = 1; i < table->nlabels; i++)
		if (ef_label_compare(&table->labels[i - 1], &table->labels[i]) >= 0)
			return false;
	return true;
}

void
ef_table_sort_labels(EfTable *table, const EfTableType *type,
					 EfContext *context)
{
	unsigned	paired = ef_kinds_paired(type);
	EfLabel    *sorted;
	uint32_t   *number;
	uint32_t	n = 0;

	if (ef_table_labels_in_order(table))
		return;
	sorted = ef_alloc(context, table->nlabels * sizeof(EfLabel));
	number = ef_alloc(context, (table->nlabels + 1) * sizeof(uint32_t));
	memcpy(sorted, table->labels, table->nlabels * sizeof(EfLabel));
	ef_sort(sorted, table->nlabels, sizeof(EfLabel), compare_labels, context);
	for (uint32_t i = 0; i < table->nlabels; i++)
		if (n == 0 || compare_labels(&sorted[n - 1], &sorted[i]) != 0)
			sorted[n++] = sorted[i];

	number[0] = 0;
	for (uint32_t i = 0; i < table->nlabels; i++)
	{
		const EfLabel *found = bsearch(&table->labels[i], sorted, n,
									   sizeof(EfLabel), compare_labels);

		ef_check_interrupt_at(context, i);
		number[i + 1] = (uint32_t) (found - sorted) + 1;
	}
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;

		ef_check_interrupt_at(context, i);
		/* a second label that there is not stays as it is, to be refused */
		if (ef_key_label(key) > 0 &&
			!(paired >> ef_key_kind(key) & 1 &&
			  ef_pair_label(ef_key_at(key)) > table->nlabels))
			table->cells[i].key = ef_renumbered(key, number, paired);
	}
	memcpy(table->labels, sorted, n * sizeof(EfLabel));
	table->nlabels = n;
	ef_release(context, sorted);
	ef_release(context, number);
}

EfStatus
ef_table_open_spec(EfTable *table, const EfTableType *type, EfContext *context)
{
	table->labels = ef_alloc(context, type->label_limit * sizeof(EfLabel));
	return type->open_spec(&table->frame, table->labels, &table->nlabels,
						   context);
}

EfStatus
ef_table_normalize(EfTable *table, const EfTableType *type, EfContext *context)
{
	if (table->frame.spec == NULL)
		ef_table_sort_labels(table, type, context);
	ef_cells_sort(table->cells, table->ncells, context);
	return ef_cells_unite(table->cells, &table->ncells, context);
}

EfStatus
ef_table_validate(const EfTable *table, const EfTableType *type,
				  EfContext *context)
{
	uint8_t		known = type->flag.name != NULL ? 1 : 0;
	EfStatus	status;

	if (table->frame.flags & ~known)
		return ef_fail(context, EF_INVALID, "Flags %d are not known.",
					   table->frame.flags);
	if (table->skipped < 0)
		return ef_fail(context, EF_INVALID,
					   "The number of skipped rows is negative.");
	status = type->open_spec != NULL ? EF_OK
		: type->check_frame(&table->frame, context);
	for (size_t i = 0; i < table->ncells && status == EF_OK; i++)
	{
		const EfKind *kind = &type->kinds[ef_key_kind(table->cells[i].key)];
		uint32_t	at = ef_key_at(table->cells[i].key);

		ef_check_interrupt_at(context, i);
		if (!ef_kind_has_place(kind, at, table->nlabels))
			status = ef_fail(context, EF_INVALID, "%s stand at %u.",
							 kind->name, kind->paired ? ef_pair_at(at) : at);
	}
	if (status == EF_OK)
		status = type->validate(table, context);
	EF_ASSERT(status != EF_OK || ef_table_is_sound(table, type));
	return status;
}

const EfCell *
ef_table_series(const EfTable *table, uint32_t label, unsigned kind,
				size_t *ncells)
{
	EfKey		first = ef_key(label, kind, 0);
	size_t		low = 0;
	size_t		high = table->ncells;
	size_t		end;

	EF_ASSERT(ef_table_is_readable(table));
	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (table->cells[middle].key < first)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < table->ncells &&
		 ef_key_series(table->cells[end].key) == ef_key_series(first); end++)
		;
	*ncells = end - low;
	return table->cells + low;
}

int64_t
ef_table_sum(const EfTable *table, uint32_t label, unsigned kind)
{
	size_t		n;
	const EfCell *cells = ef_table_series(table, label, kind, &n);
	int64_t		sum = 0;

	for (size_t i = 0; i < n; i++)
		if (ef_add_overflow(sum, cells[i].count, &sum))
			return INT64_MAX;
	return sum;
}

void
ef_table_sums(const EfTable *table, unsigned nkinds, int64_t *sums)
{
	const EfCell *cell = table->cells;
	const EfCell *end = cell + table->ncells;

	EF_ASSERT(ef_table_is_readable(table));

	/* cells without a label come first, kind by kind */
	for (unsigned kind = 0; kind < nkinds; kind++)
	{
		EfKey		after = ef_key(0, kind + 1, 0);
		int64_t		sum = 0;

		for (; cell < end && cell->key < after; cell++)
			if (ef_add_overflow(sum, cell->count, &sum))
				sum = INT64_MAX;
		sums[kind] = sum;
	}
}

uint32_t
ef_table_label(const EfTable *table, const char *bytes, size_t length)
{
	EfLabel		wanted = {bytes, (uint32_t) length};
	const EfLabel *found = NULL;

	EF_ASSERT(table->nlabels == 0 || table->labels != NULL);

	/* a spec has its own order, and few */
	if (table->frame.spec != NULL)
	{
		for (uint32_t i = 0; i < table->nlabels && found == NULL; i++)
			if (compare_labels(&wanted, &table->labels[i]) == 0)
				found = &table->labels[i];
	}
	else if (table->nlabels > 0)
		found = bsearch(&wanted, table->labels, table->nlabels,
						sizeof(EfLabel), compare_labels);
	return found == NULL ? 0 : (uint32_t) (found - table->labels) + 1;
}

int64_t
ef_table_sum_of(const EfTable *table, const char *bytes, size_t length,
				unsigned kind)
{
	uint32_t	label = ef_table_label(table, bytes, length);

	return label == 0 ? 0 : ef_table_sum(table, label, kind);
}
