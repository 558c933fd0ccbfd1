"""What other registers say of a person or firm (外部事实): benefit drawn, dibao, recognition, with source and evidence.

葫政发〔2019〕11号（七）、（十三）; 葫政办发〔2019〕55号 四（二）: data are matched across departments. The key is the
beneficiary. Nothing is guessed from silence: a circumstance holds from its day until its end was recorded.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.dates import first_day, last_day, parse_month
from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("circumstance.recorded")
class Noted(Event, frozen=True):
    """A circumstance holds from a day, until a day where that is known already."""

    circumstance: str
    holds_from: date
    source: str
    holds_until: date | None = None


@event("circumstance.ended")
class Ended(Event, frozen=True):
    """A circumstance held for the last time on a day."""

    circumstance: str
    last_day: date
    source: str


# ---------------------------------------------------------------- state


class Spell(msgspec.Struct, frozen=True):
    """A time in which a circumstance holds, both days included."""

    circumstance: str
    holds_from: date
    holds_until: date | None = None


class Circumstances(msgspec.Struct, frozen=True):
    """All that is known of a beneficiary, in the order of its recording."""

    spells: tuple[Spell, ...] = ()


# ---------------------------------------------------------------- evolve


def evolve(state: Circumstances, event: Event) -> Circumstances:
    """The state after an event. Total."""
    match event:
        case Noted():
            spell = Spell(event.circumstance, event.holds_from, event.holds_until)
            return replace(state, spells=(*state.spells, spell))
        case Ended():
            return replace(
                state,
                spells=tuple(
                    replace(one, holds_until=event.last_day)
                    if one.circumstance == event.circumstance and one.holds_until is None
                    else one
                    for one in state.spells
                ),
            )
        case _:
            return state


CIRCUMSTANCES: Final = Stream("circumstance", Circumstances(), evolve)


# ---------------------------------------------------------------- decisions


def record(state: Circumstances, noted: Noted) -> tuple[Event, ...]:
    """Records a circumstance; the same one twice gives no second event."""
    if noted.holds_until is not None and noted.holds_until < noted.holds_from:
        raise Refusal("circumstance_ends_before", circumstance=noted.circumstance)
    spell = Spell(noted.circumstance, noted.holds_from, noted.holds_until)
    return () if spell in state.spells else (noted,)


def end(state: Circumstances, beneficiary: str, ended: Ended) -> tuple[Event, ...]:
    """Ends a circumstance that is open; refuses ``circumstance_not_open``."""
    if not any(one.circumstance == ended.circumstance and one.holds_until is None for one in state.spells):
        raise Refusal("circumstance_not_open", beneficiary=beneficiary, circumstance=ended.circumstance)
    return (ended,)


# ---------------------------------------------------------------- queries


def holds_on(state: Circumstances, circumstance: str, on: date) -> bool:
    """Whether a circumstance holds on a day."""
    return any(
        one.circumstance == circumstance
        and one.holds_from <= on
        and (one.holds_until is None or on <= one.holds_until)
        for one in state.spells
    )


def holds_in(state: Circumstances, circumstance: str, month: str) -> bool:
    """Whether a circumstance holds on any day of a month (``YYYY-MM``)."""
    number = parse_month(month)
    return any(
        one.circumstance == circumstance
        and one.holds_from <= last_day(number)
        and (one.holds_until is None or first_day(number) <= one.holds_until)
        for one in state.spells
    )
