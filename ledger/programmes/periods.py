"""What time a grant covers, written as ``2019``, ``2019-Q3``, ``2019-07`` or ``2019-07/2019-12``."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from ledger.dates import format_month, month_of, parse_month
from ledger.refusal import Refusal

_YEAR: Final = re.compile(r"(\d{4})\Z", re.ASCII)
_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])\Z", re.ASCII)
MONTHS_MAX: Final = 60


def months_of(period: str, programme_period: str, filed_on: date) -> tuple[str, ...]:
    """The months of a period; without one, the month, quarter or year of the filing day as the programme counts."""
    if period:
        return tuple(map(format_month, _written(period)))
    month = month_of(filed_on)
    length = {"year": 12, "quarter": 3}.get(programme_period, 1)
    first = month - month % length
    return tuple(map(format_month, range(first, first + length)))


def _written(period: str) -> range:
    if found := _YEAR.match(period):
        first = int(found[1]) * 12
        return range(first, first + 12)
    if found := _QUARTER.match(period):
        first = int(found[1]) * 12 + (int(found[2]) - 1) * 3
        return range(first, first + 3)
    start, _, end = period.partition("/")
    first, last = parse_month(start), parse_month(end or start)
    if not first <= last < first + MONTHS_MAX:
        raise Refusal("period_malformed", period=period[:40])
    return range(first, last + 1)


def in_window(window: str, months: tuple[str, ...]) -> set[str]:
    """The years, quarters or months that some months touch."""
    if window == "year":
        return {month[:4] for month in months}
    if window == "quarter":
        return {f"{month[:4]}Q{(int(month[5:]) + 2) // 3}" for month in months}
    return set(months)
