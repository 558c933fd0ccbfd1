"""What time a grant covers: what its programme's facts name, else the period of the claim, else that of the filing day.

A period is written as ``2019``, ``2019-Q3``, ``2019-07`` or ``2019-07/2019-12``; of the filing day it is the month, quarter
or year, as the programme counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from ledger.dates import format_month, month_of, parse_day, parse_month
from ledger.programmes.programme import Programme
from ledger.refusal import Refusal

_YEAR: Final = re.compile(r"(\d{4})\Z", re.ASCII)
_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])\Z", re.ASCII)
MONTHS_MAX: Final = 60
_LENGTHS: Final = {"year": 12, "quarter": 3}


def months_of(programme: Programme, facts: Mapping[str, Any], period: str, filed_on: date) -> tuple[str, ...]:
    """The months of an entitlement, ``YYYY-MM``; refuses ``period_malformed``, also for more than five years."""
    return tuple(map(format_month, _months(programme, facts, period, filed_on)))


def _months(programme: Programme, facts: Mapping[str, Any], period: str, filed_on: date) -> Any:
    time = programme.time
    claimed = _written(period) if period else None
    if time.months and facts.get(time.months):
        return sorted({parse_month(str(one)) for one in facts[time.months]})
    if time.year and facts.get(time.year):
        return _written(f"{int(facts[time.year]):04}")
    days = [facts[name] for name in (time.start, time.day) if name and facts.get(name)]
    first = month_of(parse_day(str(days[0]))) if days else claimed[0] if claimed else month_of(filed_on)
    if time.count and facts.get(time.count):
        return _bounded(first, first + int(facts[time.count]) - 1, period)
    if claimed and not days and not time.filed:
        return claimed
    whole = month_of(filed_on) if time.filed else first
    length = _LENGTHS.get(programme.period, 1)
    return range(whole - whole % length, whole - whole % length + length)


def _written(period: str) -> range:
    if found := _YEAR.match(period):
        first = int(found[1]) * 12
        return range(first, first + 12)
    if found := _QUARTER.match(period):
        first = int(found[1]) * 12 + (int(found[2]) - 1) * 3
        return range(first, first + 3)
    start, _, end = period.partition("/")
    first = parse_month(start)
    return _bounded(first, parse_month(end or start), period)


def _bounded(first: int, last: int, period: str) -> range:
    if not first <= last < first + MONTHS_MAX:
        raise Refusal("period_malformed", period=period[:40] or f"{last - first + 1}")
    return range(first, last + 1)


def months_of_year(year: int) -> tuple[str, ...]:
    """The months of a calendar year."""
    return tuple(map(format_month, range(year * 12, year * 12 + 12)))


def in_window(window: str, months: tuple[str, ...]) -> set[str]:
    """The years, quarters or months that some months touch."""
    if window == "year":
        return {month[:4] for month in months}
    if window == "quarter":
        return {f"{month[:4]}Q{(int(month[5:]) + 2) // 3}" for month in months}
    return set(months)
