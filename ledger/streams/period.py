"""The books of a month (会计期间): interest accrued, entries of the bank and the treasury, and the close.

财会字〔1999〕33号. The key is the month, ``2019-07``. A closed month takes no entry: what is learned later about it is
posted in the open month and keeps its value date. Amounts in fen.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.dates import format_month, last_day, parse_month
from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("period.interest_accrued", moves_money=True)
class InterestAccrued(Event, frozen=True):
    """The members' interest of a month was accrued (计提应付利息): product of the daily balances of 201, rate, amount."""

    amount_fen: int
    products: int
    rate: Decimal
    parameters: tuple[str, ...]


@event("period.entry_booked", moves_money=True)
class EntryBooked(Event, frozen=True):
    """An entry of a fixed kind was booked: bank interest, fees, payments to the treasury, cash of the result."""

    kind: str
    amount_fen: int
    reference: str


@event("period.closed", moves_money=True)
class Closed(Event, frozen=True):
    """The month was closed (期末结转): income and expense went to 311. ``balances`` are what they held, debits positive."""

    balances: dict[str, int]


# ---------------------------------------------------------------- state


class Period(msgspec.Struct, frozen=True):
    """What has been done for a month. ``status`` is ``closed`` at the end."""

    status: str = ""
    accrued: int = 0
    accrued_fen: int = 0


# ---------------------------------------------------------------- evolve


def evolve(state: Period, event: Event) -> Period:
    """The state after an event. Total."""
    match event:
        case InterestAccrued():
            return replace(state, accrued=1, accrued_fen=event.amount_fen)
        case Closed():
            return replace(state, status="closed")
        case _:
            return state


PERIODS: Final = Stream("period", Period(), evolve)


# ---------------------------------------------------------------- decisions


def accrue(state: Period, month: int, accrued: InterestAccrued) -> tuple[Event, ...]:
    """Accrues the members' interest of a month once; refuses ``already_accrued`` and ``month_closed``."""
    _require_open(state, month)
    if state.accrued:
        raise Refusal("already_accrued", month=format_month(month))
    return (accrued,)


def book(state: Period, month: int, booked: EntryBooked) -> tuple[Event, ...]:
    """Books an entry in an open month; refuses ``entry_kind_unknown`` and ``month_closed``."""
    _require_open(state, month)
    if booked.kind not in ENTRIES:
        raise Refusal("entry_kind_unknown", kind=booked.kind, known=", ".join(ENTRIES))
    check_amount(booked.amount_fen)
    return (booked,)


def close(state: Period, month: int, last_closed: int, on: date, closed: Closed) -> tuple[Event, ...]:
    """Closes a month that is over, in order, once its interest has been accrued."""
    _require_open(state, month)
    if on <= last_day(month):
        raise Refusal("month_not_over", month=format_month(month), on=on.isoformat())
    if last_closed and month != last_closed + 1:
        raise Refusal("months_close_in_order", month=format_month(month), due=format_month(last_closed + 1))
    if not state.accrued:
        raise Refusal("not_accrued", month=format_month(month))
    return (closed,)


def _require_open(state: Period, month: int) -> None:
    if state.status == "closed":
        raise Refusal("month_closed", month=format_month(month))


# ---------------------------------------------------------------- queries

ENTRIES: Final = {
    "bank_interest_accrued": ("111", "401.deposits"),
    "accrued_interest_received": ("101", "111"),
    "bank_interest_received": ("101", "401.deposits"),
    "value_added_interest_received": ("102", "401.deposits"),
    "other_income_received": ("101", "401.other"),
    "collection_fee_accrued": ("411.collection_fee", "219.fees"),
    "loan_fee_accrued": ("411.loan_fee", "219.fees"),
    "other_fee_accrued": ("411.other", "219.fees"),
    "fees_paid": ("219.fees", "101"),
    "result_transferred": ("102", "101"),
    "management_cost_paid": ("214.management", "102"),
    "housing_supplement_paid": ("214.housing", "102"),
}
"""The kinds of entries with their debit and credit (财会字〔1999〕33号)."""

PAYING: Final = ("fees_paid", "management_cost_paid", "housing_supplement_paid")
"""Kinds by which money leaves: a second person is needed."""


def key(month: int) -> str:
    return format_month(month)


def month_of_key(text: str) -> int:
    return parse_month(text)
