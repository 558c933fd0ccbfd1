"""How an event changes a transfer. Total: an event that happened is never refused."""

from __future__ import annotations

from datetime import date
from typing import Final

from msgspec.structs import replace

from ledger.streams.base import Event, Stream
from ledger.streams.transfer.events import (
    Applied,
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
            return replace(state, status="01")
        case LetterConfirmed():
            return replace(state, status="02")
        case CancelAsked():
            return replace(state, cancel_asked=True)
        case Refused():
            return replace(state, status="13")
        case NegotiationOpened():
            return replace(state, status="06", rounds=event.round)
        case InformationGiven() | InformationAmended():
            return _informed(state, event)
        case Cancelled():
            return _ended(state, "05", event.effective_on)
        case Completed():
            return replace(_ended(state, event.status, event.effective_on), receipts={})
        case Failed():
            return _ended(state, "40", event.effective_on)
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
    )


def _informed(state: Transfer, event: InformationGiven | InformationAmended) -> Transfer:
    said = {name: getattr(event, name) for name in Information.__struct_fields__ if name != "effective_on"}
    if isinstance(event, InformationGiven):
        said["payment"] = event.payment
    return replace(state, status="08", **said)


def _money(state: Transfer, event: Event) -> Transfer:
    match event:
        case MoneyArrived():
            receipts = {**state.receipts, event.receipt: event.amount_fen}
            return replace(
                state, receipts=receipts, bank_references=(*state.bank_references, event.reference)
            )
        case MoneyGivenBack():
            left = {key: fen for key, fen in state.receipts.items() if key != event.receipt}
            return replace(state, receipts=left)
        case MoneyTakenBack():
            return replace(state, money_back=True, bank_references=(*state.bank_references, event.reference))
        case _:
            return state


def _ended(state: Transfer, status: str, on: date) -> Transfer:
    return replace(state, status=status, ended_on=on)


TRANSFERS: Final = Stream("transfer", Transfer(), evolve)
