"""How an event changes a transfer. Total: an event that happened is never refused."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from ledger.streams.base import Event, Stream
from ledger.streams.transfer.events import (
    Applied,
    BookingReversed,
    CancelAsked,
    Cancelled,
    Completed,
    Failed,
    Information,
    InformationAmended,
    InformationGiven,
    LetterConfirmed,
    LetterReceived,
    LetterSent,
    MoneyArrived,
    MoneyGivenBack,
    MoneyTakenBack,
    NegotiationOpened,
    Refused,
)
from ledger.streams.transfer.state import Transfer


def evolve(state: Transfer, event: Event) -> Transfer:
    """The state after an event. Total."""
    match event:
        case Applied() | LetterReceived():
            return _begun(event)
        case LetterSent():
            return _stands(state, event, "01")
        case LetterConfirmed():
            return replace(_stands(state, event, "02"), due_on=event.due_on, cancel_asked=False)
        case CancelAsked():
            return replace(state, cancel_asked=True)
        case Refused():
            return _stands(state, event, "13")
        case NegotiationOpened():
            return replace(_stands(state, event, "06"), rounds=event.round)
        case InformationGiven() | InformationAmended():
            return _informed(state, event)
        case Cancelled():
            return _ended(state, event, "05")
        case Completed():
            months = event.months if event.months >= 0 else state.months
            ended = _ended(state, event, event.status)
            return replace(ended, receipts={}, months=months, booked=event.booked or state.booked)
        case Failed():
            return _ended(state, event, "40")
        case _:
            return _money(state, event)


def _begun(event: Applied | LetterReceived) -> Transfer:
    applied = isinstance(event, Applied)
    return Transfer(
        direction="in" if applied else "out",
        status="applied" if applied else "01",
        person=event.person,
        account=event.account,
        centre=event.centre,
        account_there=event.account_there,
        series=event.series if isinstance(event, Applied) else "",
        since=event.effective_on,
        due_on=event.due_on if isinstance(event, Applied) else None,
    )


def _informed(state: Transfer, event: InformationGiven | InformationAmended) -> Transfer:
    said = {name: getattr(event, name) for name in Information.__struct_fields__ if name != "effective_on"}
    if isinstance(event, InformationGiven):
        said |= {"payment": event.payment, "booked": event.booked}
    return replace(_stands(state, event, "08"), due_on=event.book_by, **said)


def _money(state: Transfer, event: Event) -> Transfer:
    match event:
        case MoneyArrived():
            receipts = {**state.receipts, event.receipt: event.amount_fen}
            return replace(
                state,
                receipts=receipts,
                bank_references=(*state.bank_references, event.reference),
                due_on=event.book_by or state.due_on,
            )
        case MoneyGivenBack():
            left = {key: fen for key, fen in state.receipts.items() if key != event.receipt}
            return replace(state, receipts=left)
        case MoneyTakenBack():
            return replace(state, money_back=True, bank_references=(*state.bank_references, event.reference))
        case BookingReversed():
            return _unbooked(state, event)
        case _:
            return state


def _unbooked(state: Transfer, event: BookingReversed) -> Transfer:
    """What never reached the other centre can be sent again; an end stays an end."""
    state = replace(state, booked="", payment="")
    open_ = state.direction == "out" and state.status in ("06", "08")
    return _stands(state, event, "02") if open_ else state


def _stands(state: Transfer, event: Event, status: str) -> Transfer:
    return replace(state, status=status, since=event.effective_on, due_on=None)


def _ended(state: Transfer, event: Event, status: str) -> Transfer:
    return replace(_stands(state, event, status), ended_on=event.effective_on)


TRANSFERS: Final = Stream("transfer", Transfer(), evolve)
