"""The remittance (汇缴) of one employer for one month: what was sent, what was booked, what was left out.

条例第十九条; 葫政发〔2019〕12号 第四、五条. The stream's key is ``employer-month``; one month of an employer has one
remittance, and what is wrong in it is corrected, never sent again with another content.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("remittance.booked")
class Booked(Event, frozen=True):
    """A month's remittance was booked; its contributions stand in the same commit."""

    employer: str
    month: str
    heads: int
    employer_fen: int
    employee_fen: int
    received_fen: int
    content_hash: str
    left_out: int = 0
    receipt: str = ""


# ---------------------------------------------------------------- state


class Remittance(msgspec.Struct, frozen=True):
    """Whether the month was booked, and from which content."""

    employer: str = ""
    month: str = ""
    content_hash: str = ""
    heads: int = 0
    total_fen: int = 0


# ---------------------------------------------------------------- evolve


def evolve(state: Remittance, event: Event) -> Remittance:
    """The state after an event. Total."""
    match event:
        case Booked():
            total = event.employer_fen + event.employee_fen
            return Remittance(event.employer, event.month, event.content_hash, event.heads, total)
        case _:
            return state


REMITTANCES: Final = Stream("remittance", Remittance(), evolve)


# ---------------------------------------------------------------- decisions


def book(state: Remittance, booked: Booked) -> tuple[Event, ...]:
    """Books a month once: the same content again gives no event, another content is refused."""
    return () if is_booked(state, booked.employer, booked.month, booked.content_hash) else (booked,)


# ---------------------------------------------------------------- queries


def is_booked(state: Remittance, employer: str, month: str, content_hash: str) -> bool:
    """Whether this content was booked already; refuses ``remittance_differs`` when another one was."""
    if state.content_hash and state.content_hash != content_hash:
        raise Refusal("remittance_differs", employer=employer, month=month, heads=state.heads)
    return bool(state.content_hash)


def key(employer: str, month: str) -> str:
    return f"{employer}-{month}"
