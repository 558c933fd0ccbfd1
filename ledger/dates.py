"""Business days, months, fund years and deadlines. Business days are dates; a month is ``YYYY-MM``.

The fund year (缴存年度) runs from 1 July to 30 June (葫政发〔2019〕12号 第五条) and is named
by the year it starts in.
Months count as whole numbers inside the program, so that "the month after" is ``+ 1``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from ledger.limits import YEAR_MAX, YEAR_MIN
from ledger.refusal import Refusal

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-?(\d{2})\Z", re.ASCII)


def parse_day(text: str) -> date:
    """A day from ``YYYY-MM-DD``; refuses ``date_malformed`` for 2019-02-30 and everything else."""
    found = _DAY.match(text)
    try:
        day = date(*map(int, found.groups())) if found else _malformed(text)
    except ValueError:
        return _malformed(text)
    return day if YEAR_MIN <= day.year <= YEAR_MAX else _malformed(text)


def _malformed(text: str) -> date:
    raise Refusal("date_malformed", text=text[:40])


@lru_cache(maxsize=4096)
def parse_month(text: str) -> int:
    """The number of a month from ``YYYY-MM`` or ``YYYYMM``; refuses ``month_malformed``."""
    found = _MONTH.match(text)
    if not found or not 1 <= int(found[2]) <= 12 or not YEAR_MIN <= int(found[1]) <= YEAR_MAX:
        raise Refusal("month_malformed", text=text[:40])
    return int(found[1]) * 12 + int(found[2]) - 1


@lru_cache(maxsize=4096)
def format_month(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, monthrange(month // 12, month % 12 + 1)[1])


def fund_year_of(day: date) -> int:
    """The year in which the fund year of a day starts: 2020-06-30 belongs to 2019."""
    return day.year if day.month >= 7 else day.year - 1


def fund_year_bounds(year: int) -> tuple[date, date]:
    """First and last day of a fund year (第五条)."""
    return date(year, 7, 1), date(year + 1, 6, 30)


def days_after(day: date, days: int) -> date:
    """Calendar days later; the day itself is not counted (民法总则第二百零一条)."""
    return day + timedelta(days=days)


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month (民法总则第二百零二条)."""
    month = month_of(day) + months
    return min(date(month // 12, month % 12 + 1, 1) + timedelta(days=day.day - 1), last_day(month))


@cache
def published_holidays(year: int) -> frozenset[date]:
    """Rest days of a year by the State Council's notice, weekends included and make-up workdays left out.

    Refuses ``calendar_unpublished`` in a year whose calendar is not known: nothing is guessed.
    """
    import chinese_calendar

    try:
        days = chinese_calendar.get_dates(date(year, 1, 1), date(year, 12, 31))
        return frozenset(day for day in days if chinese_calendar.is_holiday(day))
    except NotImplementedError:
        raise Refusal("calendar_unpublished", year=year) from None


def is_working_day(
    day: date, holidays: Collection[date] | None = None, makeup_workdays: Collection[date] = ()
) -> bool:
    """Whether a day is a working day, by the published calendar or by the lists given instead of it."""
    if holidays is None:
        return day not in published_holidays(day.year)
    return day in makeup_workdays or (day.weekday() < 5 and day not in holidays)


def working_days_after(
    day: date, days: int, holidays: Collection[date] | None = None, makeup_workdays: Collection[date] = ()
) -> date:
    """The last of so many working days after a day, the day itself not counted."""
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day, holidays, makeup_workdays)
    return day


def next_working_day(
    day: date, holidays: Collection[date] | None = None, makeup_workdays: Collection[date] = ()
) -> date:
    """The day itself if it is a working day, else the next one."""
    while not is_working_day(day, holidays, makeup_workdays):
        day += timedelta(days=1)
    return day


def utc_now() -> datetime:
    return datetime.now(UTC)


def business_day(moment: datetime) -> date:
    """The day in Shanghai on which a moment falls."""
    return moment.astimezone(SHANGHAI).date()
