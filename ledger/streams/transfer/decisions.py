"""Decisions on transfers between cities: what may follow on what, and for messages, what changes nothing."""

from __future__ import annotations

from typing import Final

from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event
from ledger.streams.transfer.events import (
    Applied,
    BookingReversed,
    CancelAsked,
    Cancelled,
    Completed,
    Failed,
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
from ledger.streams.transfer.queries import due_fen, is_letter, span_months
from ledger.streams.transfer.state import Transfer

Events = tuple[Event, ...]
NOTHING: Final[Events] = ()

# What a message may follow on; anything else repeats or comes out of order, and changes nothing.


def take_letter(state: Transfer, received: LetterReceived) -> Events:
    """A letter of another centre (BDC901); the second copy changes nothing."""
    return NOTHING if state.status else (received,)


def confirm(state: Transfer, confirmed: LetterConfirmed) -> Events:
    """The sending centre confirms (BDC901), from the letter on (01)."""
    return (confirmed,) if state.status == "01" else NOTHING


def refuse(state: Transfer, refused: Refused) -> Events:
    """The sending centre refuses (BDC905), before it has given account and money (01, 02)."""
    return (refused,) if state.status in ("01", "02") else NOTHING


def inform(state: Transfer, given: InformationGiven) -> Events:
    """Account information and money (BDC905), once, after the confirmation (02), which it may have overtaken (01).

    What was sent, came back from the bank and is sent again is no news to the receiver, who has the information.
    """
    fits = state.status == "02" or (state.direction == "in" and state.status == "01")
    return (given,) if fits else NOTHING


def negotiate(state: Transfer, opened: NegotiationOpened) -> Events:
    """The receiving centre asks for an amendment (BDC905), in the next round and no other (08)."""
    fits = state.status == "08" and opened.round == state.rounds + 1
    return (opened,) if fits else NOTHING


def amend(state: Transfer, amended: InformationAmended) -> Events:
    """The sending centre amends (BDC905) in the round that is open (06); that of an earlier round comes too late."""
    fits = state.status == "06" and amended.round == state.rounds
    return (amended,) if fits else NOTHING


def cancel(state: Transfer, ended: Cancelled) -> Events:
    """The letter is cancelled (BDC903) while it is not confirmed (01); for ours, only after we asked."""
    asked = state.direction == "out" or state.cancel_asked
    return (ended,) if state.status == "01" and asked else NOTHING


def complete(state: Transfer, completed: Completed) -> Events:
    """The receiving centre has booked (BDC905), from the information on (08)."""
    return (completed,) if state.status == "08" else NOTHING


def unbook(state: Transfer, turned: BookingReversed) -> Events:
    """The movement that stands for this letter was reversed; any other movement is not its business."""
    return (turned,) if state.booked == turned.booked else NOTHING


def fail(state: Transfer, failed: Failed) -> Events:
    """The receiving centre gives up (BDC905), or takes note of a refusal (02 to 13)."""
    return (failed,) if state.status in ("02", "06", "08", "13") else NOTHING


# What our own people do: the same again gives no event, anything else that does not fit is refused.


def apply(state: Transfer, letter: str, applied: Applied) -> Events:
    """Takes an application under the number of its letter."""
    if not is_letter(letter):
        raise Refusal("letter_malformed", letter=letter)
    if state.status:
        raise Refusal("letter_exists", letter=letter)
    return (applied,)


def send_letter(state: Transfer, letter: str, sent: LetterSent) -> Events:
    """Sends the letter of an application."""
    require_direction(state, letter, "in")
    return (sent,) if state.status == "applied" else NOTHING


def ask_cancel(state: Transfer, letter: str, asked: CancelAsked) -> Events:
    """Asks to cancel our letter while it is not confirmed; an unsent one is simply cancelled by the caller."""
    require_direction(state, letter, "in")
    require_status(state, letter, "01")
    return NOTHING if state.cancel_asked else (asked,)


def arrive(state: Transfer, letter: str, arrived: MoneyArrived) -> Events:
    """Money with the letter's number came, whatever the state."""
    require_direction(state, letter, "in")
    check_amount(arrived.amount_fen)
    return (arrived,)


def book(state: Transfer, letter: str, completed: Completed) -> Events:
    """Completes a transfer to us when information and money agree to the fen; refuses ``transfer_money_differs``.

    The months are those of the information; where it does not say, the clerk's, no more than the account can have.
    """
    require_direction(state, letter, "in")
    if state.status in ("00", "20"):
        return NOTHING
    require_status(state, letter, "08")
    received_fen = sum(state.receipts.values())
    if received_fen != due_fen(state):
        raise Refusal(
            "transfer_money_differs", letter=letter, due_fen=due_fen(state), received_fen=received_fen
        )
    _require_months(state, letter, completed.months)
    return (completed,)


def _require_months(state: Transfer, letter: str, months: int) -> None:
    if months < 0:
        raise Refusal("transfer_months_unknown", letter=letter)
    if 0 <= state.months != months:
        raise Refusal("transfer_months_differ", letter=letter, informed=state.months, months=months)
    span = span_months(state)
    if state.months < 0 and span is not None and months > span:
        raise Refusal("transfer_months_beyond_span", letter=letter, months=months, span=span)


def give_back(state: Transfer, letter: str, given: MoneyGivenBack) -> Events:
    """Sends back money of a letter that is held and was not booked."""
    require_direction(state, letter, "in")
    if given.receipt not in state.receipts:
        raise Refusal("transfer_money_unknown", letter=letter, receipt=given.receipt)
    return (given,)


def take_back(state: Transfer, letter: str, taken: MoneyTakenBack) -> Events:
    """Takes our own money back after a failure, the whole of it or nothing."""
    require_direction(state, letter, "out")
    again = state.money_back and taken.reference in state.bank_references
    if again and taken.amount_fen == due_fen(state):
        return NOTHING
    require_status(state, letter, "40")
    if not state.payment or state.money_back or taken.amount_fen != due_fen(state):
        due = 0 if state.money_back or not state.payment else due_fen(state)
        raise Refusal("transfer_money_differs", letter=letter, due_fen=due, received_fen=taken.amount_fen)
    return (taken,)


def require_status(state: Transfer, letter: str, *allowed: str) -> None:
    """Refuses ``transfer_not_in_state`` where a letter is not in one of the states."""
    if state.status not in allowed:
        raise Refusal("transfer_not_in_state", letter=letter, status=state.status, allowed=", ".join(allowed))


def require_direction(state: Transfer, letter: str, direction: str) -> None:
    """Refuses an unknown letter, and one of the other direction."""
    if not state.status:
        raise Refusal("letter_unknown", letter=letter)
    if state.direction != direction:
        raise Refusal("letter_of_other_direction", letter=letter, direction=state.direction)
