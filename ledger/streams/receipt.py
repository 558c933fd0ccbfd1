"""Money that fits nowhere yet (暂收, 未分摊, 挂账): held in account 219, earns nobody interest, ages visibly.

条例第十三、十九、二十一条: interest runs from the day money is booked to the employee, and a held receipt is not.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("receipt.received", moves_money=True)
class Received(Event, frozen=True):
    """Money was received and held. ``why``: ``unknown``, ``over``, ``under``, ``early`` or ``correction``.

    ``source`` is ``bank``, or ``account`` when a reversed contribution came back to the unallocated money. ``rest_of`` is
    the booking of which it is the rest, where that has the bank's reference.
    """

    amount_fen: int
    why: str
    source: str = "bank"
    employer: str = ""
    bank_reference: str = ""
    rest_of: str = ""


@event("receipt.allocated")
class Allocated(Event, frozen=True):
    """Held money was allocated (分摊); the contributions it pays stand in the same commit and carry the entry."""

    amount_fen: int
    to: str


@event("receipt.returned", moves_money=True)
class Returned(Event, frozen=True):
    """Held money was sent back to its payer; the payment order stands in the same commit."""

    amount_fen: int
    reason: str
    payment: str


@event("receipt.reversed", moves_money=True)
class Reversed(Event, frozen=True):
    """Held money was reversed (冲账): the payment that it was the rest of was taken back whole, so no order pays it."""

    amount_fen: int
    reason: str


# ---------------------------------------------------------------- state


class Receipt(msgspec.Struct, frozen=True):
    """What is still held of a receipt, in fen, and since when."""

    status: str = ""
    employer: str = ""
    why: str = ""
    open_fen: int = 0
    received_on: date | None = None
    bank_reference: str = ""
    received_fen: int = 0


# ---------------------------------------------------------------- evolve


def evolve(state: Receipt, event: Event) -> Receipt:
    """The state after an event. Total."""
    match event:
        case Received():
            return Receipt(
                "held",
                event.employer,
                event.why,
                event.amount_fen,
                event.effective_on,
                event.bank_reference,
                event.amount_fen,
            )
        case Allocated() | Returned() | Reversed():
            open_fen = state.open_fen - event.amount_fen
            return replace(state, open_fen=open_fen, status="held" if open_fen else "settled")
        case _:
            return state


RECEIPTS: Final = Stream("receipt", Receipt(), evolve)


# ---------------------------------------------------------------- decisions


def receive(state: Receipt, receipt: str, received: Received) -> tuple[Event, ...]:
    """Holds money that fits nowhere yet."""
    if state.status:
        raise Refusal("receipt_exists", receipt=receipt)
    check_amount(received.amount_fen)
    return (received,)


def allocate(
    state: Receipt, receipt: str, employer: str, allocated: Allocated, payers: Collection[str] = ()
) -> tuple[Event, ...]:
    """Gives held money to contributions of its employer; an unknown payer's money may go to any.

    ``payers`` are who pays the debt beside the employer that owes it: the named debtor, the successor (第十条第二款).
    What came with the letter of another city goes to its own account only: there ``employer`` is empty.
    """
    _require_open(state, receipt, allocated.amount_fen)
    _require_own_way(state, receipt, of_transfer=not employer)
    check_amount(allocated.amount_fen)
    if state.employer and state.employer != employer and state.employer not in payers:
        raise Refusal("receipt_of_another", receipt=receipt, employer=state.employer)
    return (allocated,)


def give_back(
    state: Receipt, receipt: str, returned: Returned, of_transfer: bool = False
) -> tuple[Event, ...]:
    """Sends held money back to its payer, with a reason."""
    _require_open(state, receipt, returned.amount_fen)
    _require_own_way(state, receipt, of_transfer)
    check_amount(returned.amount_fen)
    return (returned,)


def reverse(state: Receipt, receipt: str, reversed_: Reversed) -> tuple[Event, ...]:
    """Takes back what is held of a payment that was reversed; refuses ``receipt_too_small`` where it has gone on."""
    _require_open(state, receipt, reversed_.amount_fen)
    return (reversed_,)


def _require_open(state: Receipt, receipt: str, amount_fen: int) -> None:
    if not state.status:
        raise Refusal("receipt_unknown", receipt=receipt)
    if amount_fen > state.open_fen or not state.open_fen:
        raise Refusal("receipt_too_small", receipt=receipt, open_fen=state.open_fen, amount_fen=amount_fen)


def _require_own_way(state: Receipt, receipt: str, of_transfer: bool) -> None:
    """Money of a letter is booked or sent back by the commands of its transfer, so that the letter knows of it."""
    if state.why == "transfer" and not of_transfer:
        raise Refusal("receipt_of_transfer", receipt=receipt)


# ---------------------------------------------------------------- queries


def age_days(state: Receipt, on: date) -> int:
    """How long money has been held."""
    return (on - state.received_on).days if state.received_on and state.open_fen else 0
