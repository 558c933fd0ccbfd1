"""Small questions about an entry of a roll."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ledger.dates import format_month, parse_month
from ledger.streams.roll.state import Roll, Segment


def previous(month: str) -> str:
    """The month before."""
    return format_month(parse_month(month) - 1)


def following(month: str) -> str:
    """The month after."""
    return format_month(parse_month(month) + 1)


def months_between(first: str, last: str) -> list[str]:
    """The months from one to another, both included; none when the last is before the first."""
    return [format_month(month) for month in range(parse_month(first), parse_month(last) + 1)]


def next_month(state: Roll) -> str:
    """The first month that has not been paid."""
    return format_month(parse_month(state.paid_through) + 1) if state.paid_through else state.from_month


def due_months(state: Roll, month: str, area: str) -> list[str]:
    """The months that a county's run of a month has to pay; those that were taken back first."""
    last = min(month, state.last_month) if state.last_month else month
    first = next_month(state)
    if first == last and not state.taken_back and state.area == area:
        return [first]
    months = [one for one in state.taken_back if one <= last]
    months += months_between(first, last) if state.area == area else []
    return [one for one in months if area_in(state, one) == area] if state.areas else months


def owed_months(state: Roll) -> list[str]:
    """The months before the last paid one that are owed again."""
    return [one for one in state.taken_back if not state.last_month or one <= state.last_month]


def facts_in(state: Roll, month: str) -> Mapping[str, Any]:
    """The facts that hold in a month."""
    segments = state.segments
    if len(segments) == 1:
        return segments[0].facts
    return next((one.facts for one in reversed(segments) if one.from_month <= month), segments[0].facts)


def with_facts(state: Roll, month: str, facts: Mapping[str, Any]) -> Roll:
    """The state with other facts from a month on."""
    before = (one for one in state.segments if one.from_month < month)
    return replace(state, segments=(*before, Segment(month, dict(facts))))


def area_in(state: Roll, month: str) -> str:
    """The county that pays a month."""
    by_month = areas(state)
    return by_month[max((one for one in by_month if one <= month), default=min(by_month))]


def owed_fen(state: Roll) -> int:
    """What was demanded and has not come back."""
    return state.demanded_fen - state.repaid_fen


def overpaid_fen(state: Roll) -> int:
    """What an entry had too much and has not given back."""
    return max(0, -state.difference_fen)


def covers(state: Roll, month: str) -> bool:
    """Whether somebody stands on the roll in a month."""
    on = state.status in ("on", "ending", "stopped") and state.from_month <= month
    return on and (not state.last_month or month <= state.last_month)


def areas(state: Roll) -> dict[str, str]:
    """The counties that pay it, by the month from which each does."""
    return state.areas or {state.from_month: state.area}
