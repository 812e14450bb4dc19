"""Counts a register day by day: what the person form must say, the slow way.

Written from doc/workforce.md, doc/retention.md and the rules of a headcount of
a day, and not from the extension's code.  Nothing is clever here: a person is a
set of days, a headcount is a loop over people, an estimate is a fraction.

A register is a list of Row.  Days are ordinals (date.toordinal), days half-open:
Row.end is the first day without the person, or FOREVER.
"""
import collections
import datetime
import functools
from fractions import Fraction

FOREVER = 10 ** 9

Row = collections.namedtuple('Row', 'person grp birth start end reason fte')
Spell = collections.namedtuple('Spell', 'person birth start end reason rows')


def day(text):
    """The ordinal of an ISO date; None of an empty one."""
    return datetime.date.fromisoformat(text).toordinal() if text else None


def iso(ordinal):
    if ordinal is None or ordinal >= FOREVER:
        return ''
    return datetime.date.fromordinal(ordinal).isoformat()


@functools.lru_cache(maxsize=None)
def month(ordinal):
    """Months since year 0 of the month that holds the day."""
    date = datetime.date.fromordinal(ordinal)
    return date.year * 12 + date.month - 1


def age(birth, ordinal):
    """Completed years on the last day of the month that holds the day."""
    return (month(ordinal) - month(birth)) // 12


# --- from rows to spells

def known(rows, dated, with_fte):
    """The rows that are counted, and how many are skipped since something is NULL."""
    kept = [r for r in rows
            if r.person is not None and r.start is not None
            and (r.birth is not None or not dated)
            and (r.fte is not None or not with_fte)]
    return kept, len(rows) - len(kept)


def ticks(row, horizon):
    """The day as two ticks: 2d is its morning, 2d + 1 the day itself.

    A row has the morning of its first day, its days, and the morning of the
    first day without the person.  So rows that touch share a tick, and who never
    came has one tick and no day.
    """
    return range(2 * row.start, 2 * min(row.end, horizon) + 1)


def reason_of(rows):
    """The reason of the row that ends last; then begins first; then is smaller."""
    last = max(r.end for r in rows)
    rows = [r for r in rows if r.end == last]
    first = min(r.start for r in rows)
    reasons = ['unknown' if r.reason is None else r.reason for r in rows if r.start == first]
    return min(reasons, key=lambda text: text.encode())


def spells(rows, join_gap):
    """The spells of rows of one group: person by person, tick by tick."""
    people = collections.defaultdict(list)
    for row in rows:
        people[row.person].append(row)
    found = []
    for person, own in people.items():
        births = {r.birth for r in own}
        if len(births) > 1:
            raise ValueError('two birth dates: ' + person)
        # Later than any day that is looked at, so that what lasts joins all.
        horizon = max(max(r.start for r in own),
                      max([r.end for r in own if r.end < day('2100-01-01')], default=0)) + join_gap + 1000
        there = set()
        for row in own:
            there.update(ticks(row, horizon))
        pieces, before = [], None
        for tick in sorted(there):
            if before is None or tick - before > max(1, 2 * join_gap):
                pieces.append([tick, tick])
            pieces[-1][1] = before = tick
        for first, last in pieces:
            mine = [r for r in own if first <= 2 * r.start <= last]
            end = max(r.end for r in mine)
            found.append(Spell(person, own[0].birth, first // 2, end,
                               reason_of(mine) if end < FOREVER else None, mine))
    return found


# --- what a period shows

def seen(all_spells, lower, upper):
    return [s for s in all_spells
            if s.start < upper and (lower is None or s.start >= lower or s.end > lower)]


def there(all_spells, ordinal):
    """The people who are there on a day."""
    return [s for s in all_spells if s.start <= ordinal < s.end]


def fte_on(all_spells, ordinal):
    return sum((r.fte for s in all_spells for r in s.rows if r.start <= ordinal < r.end), Fraction(0))


def stretches(spell, horizon):
    """[first day, FTE] of each run of days with one FTE; nothing happens after horizon but at a high date."""
    last = day('9999-12-31')
    days = list(range(spell.start, min(spell.end, horizon)))
    days += [d for d in (last - 1, last) if horizon <= d < spell.end]
    runs = []
    for ordinal in days:
        fte = fte_on([spell], ordinal)
        if not runs or runs[-1][1] != fte:
            runs.append([ordinal, fte])
    return runs


def workforce(all_spells, lower, upper, with_fte):
    """(what, key, value) of what a summary of the period says."""
    visible = seen(all_spells, lower, upper)
    hires = [s for s in visible if lower is None or s.start >= lower]
    exits = [s for s in visible if s.end <= upper]
    last = there(all_spells, upper - 1)
    yield 'headcount', '', len(last)
    yield 'hires', '', len(hires)
    yield 'exits', '', len(exits)
    for reason in sorted({s.reason for s in exits}):
        yield 'exits for', reason, sum(s.reason == reason for s in exits)
    if with_fte:
        yield 'fte', '', fte_on(all_spells, upper - 1)

    pyramid = collections.Counter(age(s.birth, upper - 1) for s in last)
    for years, n in pyramid.items():
        yield 'age headcount', years, n
        if with_fte:
            yield 'age fte', years, fte_on([s for s in last if age(s.birth, upper - 1) == years], upper - 1)
    for years, n in collections.Counter(age(s.birth, s.start) for s in hires).items():
        yield 'age hires', years, n
    for (years, reason), n in collections.Counter(
            (age(s.birth, max(s.end - 1, s.start)), s.reason) for s in exits).items():
        yield 'age exits', '%d %s' % (years, reason), n
    days = collections.Counter()
    for s in visible:
        for ordinal in range(s.start if lower is None else max(s.start, lower), min(s.end, upper)):
            days[age(s.birth, ordinal)] += 1
    for years, n in days.items():
        yield 'age days', years, n
    yield 'days', '', sum(days.values())

    if lower is not None:
        mean = Fraction(len(there(all_spells, lower)) + len(last), 2)
        first = datetime.date.fromordinal(lower)
        following = (first.replace(day=1) + datetime.timedelta(31)).replace(day=1)
        in_month = (following - first.replace(day=1)).days
        years = Fraction(month(upper) - month(following.toordinal())
                         + Fraction((following - first).days, in_month), 12)
        if mean > 0:
            yield 'turnover', 'leavers', len(exits) / years / mean
            yield 'turnover', 'replacement', min(len(exits), len(hires)) / years / mean


def retention(all_spells, lower, upper, every):
    """(what, key, value): Kaplan-Meier and Aalen-Johansen with delayed entry, in fractions."""
    people = []                         # (enters after, leaves or is last seen, reason)
    for s in seen(all_spells, lower, upper):
        entry = -1 if lower is None or s.start >= lower else lower - s.start
        if s.end <= upper:
            people.append((entry, s.end - s.start, s.reason))
        else:
            people.append((entry, upper - s.start, None))
    yield 'spells', '', len(people)
    yield 'left', '', sum(reason is not None for _, _, reason in people)
    if not people:
        return
    kept, left, since = Fraction(1), collections.Counter(), collections.Counter()
    reasons = {reason for _, _, reason in people} - {None}
    # Only on days with an exit does anything change.
    leave = collections.defaultdict(list)
    for _, exit_day, reason in people:
        if reason is not None:
            leave[exit_day].append(reason)
    for t in range(0, max(p[1] for p in people) + 1):
        at_risk = None
        if t in leave or t % every == 0:
            at_risk = sum(entry < t <= last for entry, last, _ in people)
        for reason in leave.get(t, ()):
            left[reason] += kept / at_risk
            since[reason] += 1
        if t in leave:
            kept *= 1 - Fraction(len(leave[t]), at_risk)
        if t % every == 0:
            yield 'at risk', t, at_risk
            yield 'left since', t, sum(since.values())
            yield 'retained', t, kept
            for reason in reasons:
                yield 'incidence', '%d %s' % (t, reason), left[reason]
            since.clear()
