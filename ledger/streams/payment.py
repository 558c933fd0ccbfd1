"""The payment order (划款指令): the ledger orders, the bank settles (葫政发〔2019〕12号 第十二条)."""

from __future__ import annotations

from typing import Final

import msgspec

from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("payment.ordered")
class Ordered(Event, frozen=True):
    """A payment was ordered, principal and interest apart, for one cause: the event that made it due."""

    cause: str
    payee: str
    principal_fen: int
    interest_fen: int = 0


# ---------------------------------------------------------------- state


class Payment(msgspec.Struct, frozen=True):
    """Where a payment stands."""

    status: str = ""
    cause: str = ""
    amount_fen: int = 0


# ---------------------------------------------------------------- evolve


def evolve(state: Payment, event: Event) -> Payment:
    """The state after an event. Total."""
    match event:
        case Ordered():
            return Payment("ordered", event.cause, event.principal_fen + event.interest_fen)
        case _:
            return state


PAYMENTS: Final = Stream("payment", Payment(), evolve)


# ---------------------------------------------------------------- decisions


def order(state: Payment, payment: str, ordered: Ordered) -> tuple[Event, ...]:
    """Orders a payment: one cause has one order, never two."""
    if state.status:
        raise Refusal("payment_exists", payment=payment)
    check_amount(ordered.principal_fen + ordered.interest_fen)
    return (ordered,)


# ---------------------------------------------------------------- queries


def key(account_or_receipt: str, version: int) -> str:
    """The one order of a cause: the stream and the version of the event that made it due."""
    return f"{account_or_receipt}.{version}"
