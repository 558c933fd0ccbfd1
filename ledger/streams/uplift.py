"""The raise of the standards in one county (提标工作): its publication, and its reports on the days of the law.

葫政办发〔2019〕55号 四（三）: the new standards are published before the end of June, and the county's civil affairs office
reports to the city's on the 10th and 25th of April to July. The key is ``AREA.YEAR``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("uplift.published")
class Published(Event, frozen=True):
    """The county published the new standards (向社会公布新标准), by ``last_day`` or later."""

    where: str
    last_day: date
    by: str


@event("uplift.reported")
class Reported(Event, frozen=True):
    """The county reported for a day of the law (报告提标工作进展): by programme what it came to, in counts and fen."""

    due_on: date
    figures: dict[str, dict[str, int]]
    by: str


# ---------------------------------------------------------------- state


class Uplift(msgspec.Struct, frozen=True):
    """When the standards were published, and for which days reports were made, on which day."""

    published_on: date | None = None
    reports: dict[str, str] = {}


# ---------------------------------------------------------------- evolve


def evolve(state: Uplift, event: Event) -> Uplift:
    """The state after an event. Total."""
    match event:
        case Published():
            return replace(state, published_on=event.effective_on)
        case Reported():
            reports = {**state.reports, event.due_on.isoformat(): event.effective_on.isoformat()}
            return replace(state, reports=reports)
        case _:
            return state


UPLIFTS: Final = Stream("uplift", Uplift(), evolve)


# ---------------------------------------------------------------- decisions


def publish(state: Uplift, published: Published) -> tuple[Event, ...]:
    """Notes the publication; the first one counts."""
    return () if state.published_on else (published,)


def report(state: Uplift, area: str, reported: Reported, days: Sequence[date]) -> tuple[Event, ...]:
    """Takes a report for one of the days of the law, once and not before that day."""
    due_on = reported.due_on
    if due_on not in days:
        told = ", ".join(day.isoformat() for day in days)
        raise Refusal("not_a_report_day", area=area, day=due_on.isoformat(), days=told)
    if reported.effective_on < due_on:
        raise Refusal("report_day_not_come", area=area, day=due_on.isoformat())
    return () if due_on.isoformat() in state.reports else (reported,)


# ---------------------------------------------------------------- queries

ISSUED_ON: Final = date(2019, 5, 30)
"""The day of the notice; report days before it were past when it came, and nobody is late for them."""


def key(area: str, year: int) -> str:
    """The raise of a year in an area."""
    return f"{area}.{year}"


def owed_days(state: Uplift, days: Sequence[date], on: date) -> list[date]:
    """Report days that have come by a day and have no report."""
    return [day for day in days if ISSUED_ON <= day <= on and day.isoformat() not in state.reports]
