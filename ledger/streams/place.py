"""A person's places on the monthly rolls (在册情况), so that one question says what somebody receives.

A household's entry gives every member a place; the key is the person's pseudonym. Months are texts ``YYYY-MM``.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("place.taken")
class Taken(Event, frozen=True):
    """A person stands on a roll from a month on, by an entry."""

    entry: str
    programme: str
    from_month: str


@event("place.left")
class Left(Event, frozen=True):
    """A person's place on a roll ended with a month."""

    entry: str
    last_month: str


@event("place.corrected")
class Corrected(Event, frozen=True):
    """The end of the last place by an entry was wrong: it ends with another month, or goes on (empty)."""

    entry: str
    last_month: str


# ---------------------------------------------------------------- state


class Spell(msgspec.Struct, frozen=True):
    """One place: by which entry, on which roll, from when, and its last month if it ended."""

    entry: str
    programme: str
    from_month: str
    last_month: str = ""


class Places(msgspec.Struct, frozen=True):
    """All places that a person ever had."""

    spells: tuple[Spell, ...] = ()


# ---------------------------------------------------------------- evolve


def evolve(state: Places, event: Event) -> Places:
    """The state after an event. Total."""
    match event:
        case Taken():
            return Places((*state.spells, Spell(event.entry, event.programme, event.from_month)))
        case Left():
            return Places(tuple(_ended(one, event) for one in state.spells))
        case Corrected():
            last = max(number for number, one in enumerate(state.spells) if one.entry == event.entry)
            spells = list(state.spells)
            spells[last] = replace(spells[last], last_month=event.last_month)
            return Places(tuple(spells))
        case _:
            return state


def _ended(spell: Spell, left: Left) -> Spell:
    open_here = spell.entry == left.entry and not spell.last_month
    return replace(spell, last_month=left.last_month) if open_here else spell


PLACES: Final = Stream("place", Places(), evolve)


# ---------------------------------------------------------------- decisions


def take(state: Places, taken: Taken) -> tuple[Event, ...]:
    """Gives a person a place; the same one twice gives no second event."""
    known = any(one.entry == taken.entry and not one.last_month for one in state.spells)
    return () if known else (taken,)


def leave(state: Places, left: Left) -> tuple[Event, ...]:
    """Ends a place that is open."""
    return (left,) if any(one.entry == left.entry and not one.last_month for one in state.spells) else ()


def correct(state: Places, corrected: Corrected) -> tuple[Event, ...]:
    """Puts the end of a place right; the same end gives no second event."""
    of_entry = [one for one in state.spells if one.entry == corrected.entry]
    return (corrected,) if of_entry and of_entry[-1].last_month != corrected.last_month else ()


# ---------------------------------------------------------------- queries


def meets(spell: Spell, from_month: str) -> bool:
    """Whether a place holds in some month from one on."""
    return not spell.last_month or spell.last_month >= max(from_month, spell.from_month)
