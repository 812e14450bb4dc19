/*
 * leavers.c
 *	  See leavers.h.
 */
#include "funnel/leavers.h"

static void
add_way(EfLeavers *leavers, EfWay way, const EfTable *table, uint32_t stage,
		unsigned kind)
{
	size_t		n;

	leavers->at[way] = ef_table_series(table, stage, kind, &n);
	leavers->end[way] = leavers->at[way] + n;
}

void
ef_leavers_of_chain(EfLeavers *leavers, const EfTable *table, uint32_t stage)
{
	add_way(leavers, EF_WAY_ON, table, stage + 1, EF_REACHED);
	add_way(leavers, EF_WAY_EXITED, table, stage, EF_STAGE_EXITED);
	add_way(leavers, EF_WAY_LOST, table, stage, EF_STAGE_LOST);
	add_way(leavers, EF_WAY_PENDING, table, stage, EF_STAGE_PENDING);
}

void
ef_leavers_of_stage(EfLeavers *leavers, const EfTable *table, uint32_t stage)
{
	if (stage == 1)
	{
		ef_leavers_of_chain(leavers, table, stage);
		return;
	}
	add_way(leavers, EF_WAY_ON, table, stage, EF_CONVERTED_AFTER);
	add_way(leavers, EF_WAY_EXITED, table, stage, EF_EXITED_AFTER);
	add_way(leavers, EF_WAY_LOST, table, stage, EF_LOST_AFTER);
	add_way(leavers, EF_WAY_PENDING, table, stage, EF_PENDING_AFTER);
}

uint32_t
ef_leavers_day(const EfLeavers *leavers)
{
	uint32_t	day = UINT32_MAX;

	for (int way = 0; way < EF_WAY_COUNT; way++)
		if (leavers->at[way] < leavers->end[way] &&
			ef_key_at(leavers->at[way]->key) < day)
			day = ef_key_at(leavers->at[way]->key);
	return day;
}
