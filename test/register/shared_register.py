"""shared_register.py DIRECTORY: counts the large register by brute.py, and prints
level,year,headcount,hires,leavers,retired,fte as its a_expected.csv has them.

This is a test of brute.py: the numbers of that file were made elsewhere.
"""
import csv
import pathlib
import sys
from fractions import Fraction

import brute
from brute import FOREVER, Row, day


def date(text):
    text = text.strip()
    if len(text) == 8:
        text = '%s-%s-%s' % (text[:4], text[4:6], text[6:])
    return day(text)


def person(text):
    digits = text.replace('-', '')
    if len(digits) == 10:
        digits = ('20' if digits < '10' else '19') + digits
    return digits


def contracts(path):
    """The rows that can be counted, FTE in percent."""
    with open(path, encoding='cp1252', newline='') as file:
        for r in csv.DictReader(file, delimiter=';'):
            last = date(r['AnstTom'])
            end = FOREVER if last is None or r['AnstTom'].startswith('9999') else last + 1
            row = Row(person(r['Personnr']), r['Sjukhus'].upper(), date(r['Födelsedatum']), date(r['AnstFrom']),
                      end, r['AvgOrsak'] or None, Fraction(r['Sysselsättningsgrad'].replace(',', '.') or 0))
            if row.birth is not None and row.birth <= row.start < row.end:
                yield row


def main():
    rows = list(contracts(pathlib.Path(sys.argv[1]) / 'a' / 'anstallningar.csv'))
    for level in ['(total)'] + sorted({r.grp for r in rows}):
        joined = brute.spells([r for r in rows if level in ('(total)', r.grp)], 30)
        for year in range(2013, 2026):
            lower, upper = day('%d-01-01' % year), day('%d-01-01' % (year + 1))
            visible = brute.seen(joined, lower, upper)
            gone = [s for s in visible if s.end <= upper]
            print(level, year, len(brute.there(joined, upper - 1)), sum(s.start >= lower for s in visible),
                  len(gone), sum(s.reason == '1' for s in gone),
                  float(brute.fte_on(joined, upper - 1) / 100), sep=',')


if __name__ == '__main__':
    main()
