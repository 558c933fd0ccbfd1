"""The general ledger's opening (期初余额): the trial balance that an older system closed with.

财会字〔1999〕33号. The members' balances (201) are shown as not yet attributed until each personal balance has been
taken over, so that account 201 equals the sum of personal balances at every moment.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("general_ledger.opened", moves_money=True)
class Opened(Event, frozen=True):
    """The opening balances by account code, debits positive and credits negative, in fen."""

    balances: dict[str, int]
    source: str


# ---------------------------------------------------------------- state


class GeneralLedger(msgspec.Struct, frozen=True):
    """What was opened with: whether, and the members' total to be attributed."""

    source: str = ""
    members_fen: int = 0


# ---------------------------------------------------------------- evolve


def evolve(state: GeneralLedger, event: Event) -> GeneralLedger:
    """The state after an event. Total."""
    match event:
        case Opened():
            return GeneralLedger(event.source, -event.balances.get("201", 0))
        case _:
            return state


GENERAL_LEDGERS: Final = Stream("general_ledger", GeneralLedger(), evolve)


# ---------------------------------------------------------------- decisions


def open_books(state: GeneralLedger, opened: Opened, chart: frozenset[str]) -> tuple[Event, ...]:
    """Opens the books once, balanced to the fen, on accounts of the official chart."""
    if state.source:
        raise Refusal("books_already_open", source=state.source)
    unknown = sorted(set(opened.balances) - chart)
    if unknown:
        raise Refusal("subject_unknown", subject=unknown[0])
    difference = sum(opened.balances.values())
    if difference:
        raise Refusal("opening_unbalanced", difference_fen=difference)
    return (opened,)


# ---------------------------------------------------------------- queries


def debits_fen(opened: Opened) -> int:
    """The sum of the debit side, which a balanced opening has on its credit side too."""
    return sum(fen for fen in opened.balances.values() if fen > 0)
