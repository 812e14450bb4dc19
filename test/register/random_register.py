"""random_register.py SEED DIRECTORY: an untidy register, and what is right of it.

Writes row.csv (the register, in random order), period.csv (what is observed),
and what brute.py finds by counting: fact.csv (numbers), spell.csv (joined
spells), stretch.csv (their FTE) and presence.csv (headcount and FTE of every day).
"""
import datetime
import pathlib
import random
import sys
from fractions import Fraction

import brute
from brute import FOREVER, Row, day, iso

REASONS = [None, None, 'unknown', '', 'pension', 'egen begäran', 'zz', 'Pension', 'övrigt']
FTE = [Fraction(n, 1000) for n in (1000, 1000, 750, 500, 667, 333, 0, 1, 1250)]
GROUPS = ['nurse', 'doctor', 'läkare']


class Register:
    """Rows of people who renew, overlap, come back, move and are entered twice."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.join_gap = self.dice.choice([0, 1, 7, 30, 30, 30, 90])
        self.upper = datetime.date(2019, self.dice.choice([1, 1, 2, 7]), 1)
        self.lower = datetime.date(2016, self.dice.choice([1, 3, 7]), self.dice.choice([1, 1, 15, 31]))
        # Days on which rules turn, and their neighbours.
        self.corners = [d.toordinal() + k for k in (-1, 0, 1)
                        for d in (self.lower, self.upper, datetime.date(2017, 1, 1), datetime.date(2018, 1, 1))]
        self.rows = []
        for number in range(self.dice.randint(15, 35)):
            self.add_person('%d' % (7919 * (number + 1)))
        self.dice.shuffle(self.rows)
        self.periods = list(self.some_periods())

    def some_day(self, first='2013-06-01', last='2019-12-31'):
        if self.dice.random() < 0.3:
            return self.dice.choice(self.corners)
        return self.dice.randint(day(first), day(last))

    def length(self):
        return self.dice.choice([0, 1, 1, 2, 29, 30, 31, 90, 180, 181, 365, 366, 400, 1000, 2500])

    def between(self):
        """Days from one row's end to the next one's start; negative: they overlap."""
        gap = self.join_gap
        return self.dice.choice([0, 0, 0, 1, gap, gap, gap - 1, gap + 1, gap + 1, 2 * gap + 1, -1, -20, -400, 500])

    def add_person(self, person):
        dice = self.dice
        birth = dice.randint(day('1950-01-01'), day('1995-12-31'))
        if dice.random() < 0.2:         # born on the last or first day of a month
            birth = datetime.date.fromordinal(birth).replace(day=1).toordinal() - dice.randint(0, 1)
        grp = dice.choice(GROUPS)
        start = self.some_day()
        for _ in range(dice.choice([1, 1, 2, 3, 4, 6])):
            end = start + self.length()
            if dice.random() < 0.2:
                end = dice.choice([c for c in self.corners if c >= start] or [FOREVER])
            if dice.random() < 0.12:
                end = FOREVER
            if dice.random() < 0.03:
                end = day('9999-12-31')
            row = Row(person, grp, birth, start, end, dice.choice(REASONS), dice.choice(FTE))
            self.rows.append(self.damaged(row))
            if dice.random() < 0.15:    # the same row again, or nearly
                self.rows.append(dice.choice([
                    row, row._replace(reason=dice.choice(REASONS)), row._replace(fte=dice.choice(FTE)),
                    row._replace(grp=dice.choice(GROUPS)), row._replace(start=max(row.start - 10, birth)),
                    row._replace(reason='zz', end=max(row.start, min(row.end, self.upper.toordinal())))]))
            if dice.random() < 0.3:     # moves
                grp = dice.choice(GROUPS)
            start = end + self.between() if end < day('2020-06-01') else self.some_day()
            start = max(start, day('2013-01-01'))

    def damaged(self, row):
        """The row, now and then without something that it should have."""
        lost = self.dice.random()
        if lost < 0.02:
            return row._replace(birth=None)
        if lost < 0.04:
            return row._replace(start=None)
        if lost < 0.05:
            return row._replace(person=None)
        if lost < 0.07:
            return row._replace(fte=None)
        return row

    def some_periods(self):
        """(kind, lower, upper): months' first days for w(orkforce), any for r(etention)."""
        lower, upper = self.lower.toordinal(), self.upper.toordinal()
        yield 'w', None, upper
        yield 'w', lower, upper
        for year in (2016, 2017, 2018):
            yield 'w', day('%d-01-01' % year), day('%d-01-01' % (year + 1))
        for number in range(2 * 12):
            first = datetime.date(2017 + number // 12, number % 12 + 1, 1)
            following = datetime.date(2017 + (number + 1) // 12, (number + 1) % 12 + 1, 1)
            if number % 5 == 0:
                yield 'w', first.toordinal(), following.toordinal()
        yield 'r', None, upper
        yield 'r', lower, upper + self.dice.randint(-20, 20)
        yield 'r', min(self.some_day('2015-01-01', '2016-12-31'), day('2018-06-14')), day('2018-06-15')


def parts(rows):
    """(name, rows) of every group and of the total."""
    yield '(total)', rows
    for grp in GROUPS:
        own = [r for r in rows if r.grp == grp]
        if own:
            yield grp, own


def expected(register):
    """What is right: rows for fact.csv, spell.csv, stretch.csv and presence.csv."""
    fact, spell, stretch, presence = [], [], [], []
    horizon = day('2035-01-01')     # no row but those of a high date ends later
    for form in ('fte', 'plain'):
        for grp, own in parts(register.rows):
            kept, skipped = brute.known(own, True, form == 'fte')
            joined = brute.spells(kept, register.join_gap)
            for kind, lower, upper in register.periods:
                if kind == 'w':
                    here = (form, grp, kind, iso(lower), iso(upper))
                    fact.append(here + ('skipped', '', skipped))
                    fact += [here + f for f in brute.workforce(joined, lower, upper, form == 'fte')]
            for s in joined:
                spell.append((form, grp, s.person, iso(s.birth), iso(s.start), iso(s.end), s.reason))
                if form == 'fte':
                    for first, fte in brute.stretches(s, horizon):
                        stretch.append((grp, s.person, iso(s.start), iso(first), fte))
            if form == 'fte':
                for ordinal in range(day('2015-12-01'), day('2019-03-01')):
                    presence.append((grp, iso(ordinal), len(brute.there(joined, ordinal)),
                                     brute.fte_on(joined, ordinal)))
    for grp, own in parts([r._replace(birth=None) for r in register.rows]):
        kept, skipped = brute.known(own, False, False)
        joined = brute.spells(kept, register.join_gap)
        spell += [('stay', grp, s.person, None, iso(s.start), iso(s.end), s.reason) for s in joined]
        for kind, lower, upper in register.periods:
            if kind == 'r':
                here = ('plain', grp, kind, iso(lower), iso(upper))
                fact.append(here + ('skipped', '', skipped))
                fact += [here + f for f in brute.retention(joined, lower, upper, 30)]
    return fact, spell, stretch, presence


def number(value):
    """A decimal that psql reads: exact for what is counted, 17 digits for a fraction."""
    if isinstance(value, Fraction) and value.denominator == 1:
        value = int(value)
    return repr(float(value)) if isinstance(value, Fraction) else str(value)


def cell(value):
    """NULL is an empty cell without quotes, which csv writes for no value only so."""
    if value is None:
        return ''
    return '"' + str(value).replace('"', '""') + '"'


def main():
    seed, directory = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    register = Register(seed)
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / 'row.csv', 'w', encoding='utf-8') as out:
        for r in register.rows:
            end = 'infinity' if r.end == FOREVER and register.dice.random() < 0.3 else iso(r.end) or None
            print(','.join(cell(v) for v in (
                r.person, r.grp, iso(r.birth) or None, iso(r.start) or None, end, r.reason,
                None if r.fte is None else number(r.fte))), file=out)
    with open(directory / 'period.csv', 'w', encoding='utf-8') as out:
        for kind, lower, upper in register.periods:
            print(','.join((kind, iso(lower), iso(upper), str(register.join_gap))), file=out)
    for name, rows in zip(('fact', 'spell', 'stretch', 'presence'), expected(register)):
        with open(directory / (name + '.csv'), 'w', encoding='utf-8') as out:
            for row in rows:
                print(','.join(cell(number(v) if isinstance(v, (int, Fraction)) else v) for v in row), file=out)


if __name__ == '__main__':
    main()
