/*
 * try_people.c: rows of people, whose contracts, spells or events come in any order.
 *
 * What they make has the same bytes in the order of the rows and in the opposite one,
 * with much memory and with so little that the log stores what it has; and the
 * validator takes it.
 */
#include "fuzz.h"

#include "funnel/funnel_events.h"
#include "funnel/window.h"
#include "memory_file.h"
#include "mobility/mobility_contracts.h"
#include "retention/retention.h"
#include "spell/joined_spells.h"
#include "workforce/workforce_contracts.h"

#define ROWS 60
#define PEOPLE 7
#define DAY ef_first_day(2021 * 12 + 11)	/* as_of */

typedef struct PersonRow
{
	uint64_t	person;
	EfDay		birth;
	EfSpell		spell;
	int32_t		fte;
	unsigned	code;			/* a reason, a state, or a stage */
} PersonRow;

/* What rows are looked at for, and in which way. */
typedef struct Trial
{
	PersonRow	rows[ROWS];
	int			n;
	EfFrame		frame;
	EfContractPeriod period;
	EfFunnelSpec spec;
	EfUnit		unit;
	EfContext  *context;
} Trial;

/* What a way made: a state, or numbers. */
typedef struct Made
{
	EfStatus	status;
	EfState    *state;
	int64_t		numbers[4 * ROWS];
	size_t		n;
} Made;

/* One way: is a row an event, and what is made of a group of them? */
typedef struct Way
{
	unsigned	summary;		/* as the harness counts them; 4: none */
	bool		detailed;
	bool		(*add) (EfEventGroup *group, EfDictionary *names, const Trial *trial, const PersonRow *row);
	void		(*make) (Made *made, EfEventGroup *group, const EfDictionary *names, const Trial *trial);
} Way;

static const char letters[] = "abcdefgh";

/* The number of a name of one letter, or a promise that is not kept. */
static uint32_t
number_of(EfDictionary *names, const char *name, size_t length)
{
	uint32_t	number = 0;

	PROMISE(ef_dictionary_number(names, name, length, &number) == EF_OK);
	return number;
}

/* ---- contracts ---- */

static bool
contract_when(EfDictionary *names, const Trial *trial, const PersonRow *row, EfWhen *when)
{
	if (ef_spell_check(&row->spell, DAY, trial->context) != EF_OK ||
		!ef_contract_when(when, &row->spell, &trial->period))
		return false;
	if (row->spell.end <= DAY)
		*when |= number_of(names, letters + row->code, 1);
	return true;
}

static bool
add_retained(EfEventGroup *group, EfDictionary *names, const Trial *trial, const PersonRow *row)
{
	PersonRow	seen = *row;
	EfWhen		when;

	/* some who have no end were lost sight of, or seen too early */
	if (row->spell.end == EF_DAY_INFINITY && row->spell.start > 0 && row->spell.start < 10000 && row->code % 2 == 1)
		ef_spell_last_seen(&seen.spell, row->spell.start + row->fte % 700 - 3);
	if (!contract_when(names, trial, &seen, &when))
		return false;
	ef_event_add(group, row->person, when);
	return true;
}

static void
make_retention(Made *made, EfEventGroup *group, const EfDictionary *names, const Trial *trial)
{
	made->status = ef_contracts_count(&made->state, &ef_retention_type, ef_retention_add_joined, group, names, &trial->period,
									  trial->context);
}

static bool
add_employed(EfEventGroup *group, EfDictionary *names, const Trial *trial, const PersonRow *row)
{
	EfEmployment employment = {.birth = row->birth,.spell = row->spell};
	EfWhen		when;

	if (ef_employment_check(&employment, DAY, trial->context) != EF_OK || !contract_when(names, trial, row, &when))
		return false;
	ef_event_add_detailed(group, row->person, when,
						  ef_contract_detail(row->spell.start, row->birth, row->fte, &trial->period));
	return true;
}

static void
make_workforce(Made *made, EfEventGroup *group, const EfDictionary *names, const Trial *trial)
{
	made->status = ef_contracts_count(&made->state, &ef_workforce_type, ef_workforce_add_joined, group, names, &trial->period,
									  trial->context);
}

static bool
add_posted(EfEventGroup *group, EfDictionary *names, const Trial *trial, const PersonRow *row)
{
	bool		left = row->spell.end <= DAY;
	const char *state = row->code % 3 == 0 ? NULL : letters + row->code;
	char		name[16];
	EfWhen		when;

	if (ef_spell_check(&row->spell, DAY, trial->context) != EF_OK ||
		!ef_mobility_contract_when(&when, row->spell.start, row->spell.end, &trial->period))
		return false;
	ef_mobility_contract_name(name, letters, left ? 1 : 0, state, state != NULL ? 1 : 0, row->fte);
	ef_event_add(group, row->person,
				 when | number_of(names, name, ef_mobility_contract_size(left ? 1 : 0, state != NULL ? 1 : 0)));
	return true;
}

static void
make_mobility(Made *made, EfEventGroup *group, const EfDictionary *names, const Trial *trial)
{
	made->status = ef_mobility_of_contracts(&made->state, group, names, &trial->period, trial->context);
}

/* ---- spells ---- */

static bool
add_stay(EfEventGroup *group, EfDictionary *names, const Trial *trial, const PersonRow *row)
{
	uint32_t	number = row->code % 3 == 0 ? 0 : number_of(names, letters + row->code, 1);
	EfWhen		when;

	if (ef_spell_check(&row->spell, DAY, trial->context) != EF_OK ||
		!ef_spell_when(&when, row->spell.start, row->spell.end, number, &trial->frame))
		return false;
	ef_event_add(group, row->person, when);
	return true;
}

static void
make_stays(Made *made, EfEventGroup *group, const EfDictionary *names, const Trial *trial)
{
	made->status = ef_mobility_of_spells(&made->state, group, names, &trial->frame, trial->context);
}

static bool
add_joinable(EfEventGroup *group, EfDictionary *names, const Trial *trial, const PersonRow *row)
{
	uint32_t	reason = 0;

	(void) trial;
	if (ef_joined_spells_check(&row->spell, trial->context) != EF_OK)
		return false;
	if (row->spell.end != EF_DAY_INFINITY)
		reason = number_of(names, letters + row->code, 1);
	ef_event_add_detailed(group, 0, ef_joinable_when(row->spell.start, reason),
						  ef_joinable_detail(row->spell.end, row->fte));
	return true;
}

/* Spells are apart, and in each stretches follow each other. */
static void
make_joined(Made *made, EfEventGroup *group, const EfDictionary *names, const Trial *trial)
{
	const EfDuration *gap = &trial->period.gap;
	EfJoined   *spells;
	size_t		nspells;

	made->status = ef_joined_spells(&spells, &nspells, group, names, gap, trial->context);
	if (made->status != EF_OK)
		return;
	for (size_t i = 0; i < nspells; i++)
	{
		EfStretch  *stretches;
		size_t		n;

		PROMISE(i == 0 || !ef_contract_is_bridged(spells[i - 1].end, spells[i].start, gap));
		made->numbers[made->n++] = spells[i].start;
		made->numbers[made->n++] = spells[i].end;
		if (ef_joined_spells_stretches(&stretches, &n, &spells[i], trial->context) != EF_OK)
			continue;
		for (size_t k = 0; k < n; k++)
		{
			PROMISE(stretches[k].fte == ef_joined_fte(&spells[i], stretches[k].start));
			PROMISE(k == 0 || stretches[k].start > stretches[k - 1].start);
			fuzz_sum += (double) stretches[k].fte;
		}
	}
}

/* ---- stages ---- */

static bool
add_stage(EfEventGroup *group, EfDictionary *names, const Trial *trial, const PersonRow *row)
{
	EfInstant	at = ef_day_instant(row->spell.start % 3000, trial->unit);
	unsigned	code = ef_spec_code(&trial->spec, letters + row->code, 1);

	(void) names;
	if ((code == EF_CODE_OTHER && !(trial->spec.modes & EF_STRICT_ORDER)) ||
		ef_funnel_event_check(&trial->spec, code, at, trial->unit, trial->context) != EF_OK)
		return false;
	ef_event_add(group, row->person, ef_when(at, code));
	return true;
}

static void
make_funnel(Made *made, EfEventGroup *group, const EfDictionary *names, const Trial *trial)
{
	(void) names;
	made->status = ef_funnel_of_events(&made->state, group, &trial->spec, &trial->frame, trial->context);
}

static bool
add_own_stage(EfEventGroup *group, EfDictionary *names, const Trial *trial, const PersonRow *row)
{
	PersonRow	own = *row;

	own.person = 0;
	return add_stage(group, names, trial, &own);
}

static void
make_chain(Made *made, EfEventGroup *group, const EfDictionary *names, const Trial *trial)
{
	EfChain		chain;
	EfChain		given;

	(void) names;
	made->status = ef_funnel_chain_of_events(&chain, group, &trial->spec, trial->context);
	if (made->status != EF_OK)
		return;
	made->numbers[made->n++] = chain.length;
	for (unsigned i = 0; i < chain.length; i++)
	{
		PROMISE(i == 0 || chain.at[i] >= chain.at[i - 1]);
		made->numbers[made->n++] = chain.at[i];
	}
	/* a chain that was found can be given, but for what only events can say */
	if (chain.length > 0 && ef_chain_given(&given, &trial->spec, trial->unit, chain.at, chain.length,
										   trial->context) == EF_OK)
		PROMISE(given.length == chain.length);
}

static bool
add_conditions(EfEventGroup *group, EfDictionary *names, const Trial *trial, const PersonRow *row)
{
	EfInstant	at = ef_day_instant(row->spell.start % 3000, trial->unit);

	(void) names;
	ef_event_add(group, ef_when(at, 0), (EfWhen) row->code);
	return true;
}

static void
make_window(Made *made, EfEventGroup *group, const EfDictionary *names, const Trial *trial)
{
	int			length = 0;

	(void) names;
	made->status = ef_window_check(&trial->spec, trial->spec.nstages, trial->context);
	if (made->status == EF_OK)
		made->status = ef_funnel_window_of_events(&length, group, &trial->spec, trial->context);
	made->numbers[made->n++] = length;
}

static const Way ways[] = {
	{1, false, add_retained, make_retention},
	{0, true, add_employed, make_workforce},
	{3, false, add_posted, make_mobility},
	{3, false, add_stay, make_stays},
	{4, true, add_joinable, make_joined},
	{2, false, add_stage, make_funnel},
	{4, false, add_own_stage, make_chain},
	{4, false, add_conditions, make_window},
};

static void
draw_rows(Trial *trial, Input *input)
{
	trial->n = 0;
	while (trial->n < ROWS && input->at < input->end)
	{
		PersonRow  *row = &trial->rows[trial->n++];
		uint8_t		kind = take(input);

		memset(row, 0, sizeof(*row));
		row->person = kind % PEOPLE;
		row->code = (unsigned) (kind / PEOPLE) % 8;
		row->birth = -2000 - (EfDay) row->person * 500;
		row->spell.start = take(input) % 16 == 0 ? draw_int(input) : 2000 + take_int(input, 6500);
		row->spell.end = kind % 4 == 0 || row->spell.start > 10000 ? EF_DAY_INFINITY
			: row->spell.start + take_int(input, kind % 4 == 1 ? 40 : 3000);
		row->fte = trial->frame.flags & EF_FLAG_FTE || trial->frame.spec_size > 0 ? take_int(input, 1001) : 0;
	}
}

static void
make(Made *made, const Way *way, const Trial *trial, size_t budget, bool backwards)
{
	File		file = {0};
	EfStorage	storage = {file_write, file_read, &file};
	EfEventLog	log;
	EfEventGroup *group;
	EfDictionary names;

	memset(made, 0, sizeof(*made));
	ef_dictionary_begin(&names, trial->context);
	ef_event_log_begin(&log, EF_PERSON_NUMBER, trial->unit, way->detailed, budget, &storage, trial->context);
	ef_event_group_create(&group, &log);
	for (int i = 0; i < trial->n; i++)
		fuzz_sum += way->add(group, &names, trial, &trial->rows[backwards ? trial->n - 1 - i : i]);
	way->make(made, group, &names, trial);
	free(file.bytes);
}

void
try_people(Input *input)
{
	Trial		trial;
	Made		made[3];
	const Way  *way = &ways[draw(input) % (sizeof(ways) / sizeof(ways[0]))];
	uint8_t		kind = draw(input);

	memset(&trial, 0, sizeof(trial));
	trial.context = input->context;
	trial.unit = kind & 1 ? EF_UNIT_MICROSECOND : EF_UNIT_DAY;
	if (way->summary == 4 || way->summary == 2)
	{
		static const char *const names[] = {"a", "b", "c"};

		for (int i = 0; i < 1 + kind / 2 % 3; i++)
			PROMISE(ef_spec_add_stage(&trial.spec, names[i], 1, input->context) == EF_OK);
		if (kind & 8)
			PROMISE(ef_spec_add_exit(&trial.spec, "d", 1, input->context) == EF_OK);
		trial.spec.has_within = kind & 16;
		trial.spec.within.days = 10 + draw(input);
		trial.spec.modes = draw(input) % 16;
		if (ef_spec_complete(&trial.spec, input->context) != EF_OK)
			return;
		PROMISE(ef_spec_pack(&trial.spec, 0, (uint8_t **) &trial.frame.spec, &trial.frame.spec_size,
							 input->context) == EF_OK);
	}
	else
	{
		trial.unit = EF_UNIT_DAY;
		trial.frame.from = ef_first_day(2021 * 12 - kind % 100);
		trial.frame.as_of = DAY;
		trial.frame.bounded = true;
		if (way->summary != 1)
			trial.frame.flags = kind & 128 ? EF_FLAG_FTE : 0;
	}
	{
		EfDuration	gap = {0};

		if (draw(input) % 2)
			gap.days = draw(input);
		else
			gap.months = draw(input) % 13;
		PROMISE(ef_contract_gap_check(&gap, input->context) == EF_OK);
		ef_contracts_period(&trial.period, &trial.frame, &gap);
	}
	draw_rows(&trial, input);
	for (int i = 0; i < 3; i++)
		make(&made[i], way, &trial, i == 2 ? 300 : 1 << 20, i == 1);
	for (int i = 1; i < 3; i++)
	{
		PROMISE(made[i].status == made[0].status);
		PROMISE(made[i].n == made[0].n && memcmp(made[i].numbers, made[0].numbers, made[0].n * sizeof(int64_t)) == 0);
	}
	if (way->summary < 4 && made[0].status == EF_OK)
	{
		EfState    *states[] = {made[0].state, made[1].state, made[2].state};

		accept_states(way->summary, states, input);
	}
}
