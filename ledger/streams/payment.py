"""The payment order (划款指令): the ledger orders, the bank settles (葫政发〔2019〕12号 第十二条).

The money leaves the books when it is ordered. What the bank refuses or sends back is held for the payee in 219 until it
is reissued, or until its cause is reversed. Accepted is not paid; a result that is not known is asked for, never
guessed. An order may be tried more than once, each time under an end-to-end id of its own, and only when the try before
it is known to have failed.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("payment.ordered")
class Ordered(Event, frozen=True):
    """A payment was ordered, principal and interest apart, for one cause: the event that made it due.

    ``purse`` is the centre's bank account that pays; ``payee_account`` refers to the payee's, in the person store
    (empty: the one the payee has there) or in the centre's list of firms, and never holds its number.
    """

    cause: str
    payee: str
    principal_fen: int
    interest_fen: int = 0
    purse: str = "fund"
    payee_account: str = ""


@event("payment.sent")
class Sent(Event, frozen=True):
    """The order was released and goes to the bank in a batch, under an end-to-end id that only this try has."""

    batch: str
    end_to_end: str


@event("payment.left_out")
class LeftOut(Event, frozen=True):
    """A batch went to the bank without the order, for a reason (``no_account``): it stands as it stood."""

    batch: str
    why: str


@event("payment.accepted")
class Accepted(Event, frozen=True):
    """The bank took the order on; it has not paid it yet (受理不等于付款)."""

    end_to_end: str
    bank_reference: str = ""


@event("payment.settled", moves_money=True)
class Settled(Event, frozen=True):
    """The bank paid, on the value date. ``held_fen`` is what had been held because a failure was reported before."""

    end_to_end: str
    bank_reference: str
    purse: str = "fund"
    held_fen: int = 0


@event("payment.failed", moves_money=True)
class Failed(Event, frozen=True):
    """The bank did not pay, with its reason code; the amount is held for the payee."""

    end_to_end: str
    reason: str
    held_fen: int
    purse: str = "fund"


@event("payment.left_unknown")
class LeftUnknown(Event, frozen=True):
    """The bank has not said what became of the order; it was asked again."""

    end_to_end: str
    why: str


@event("payment.returned", moves_money=True)
class Returned(Event, frozen=True):
    """The money came back after it had been paid; it is held for the payee.

    ``source`` is ``bank``, or ``held`` when it had come in as a receipt that nobody knew.
    """

    bank_reference: str
    reason: str
    held_fen: int
    purse: str = "fund"
    source: str = "bank"


@event("payment.cancelled", moves_money=True)
class Cancelled(Event, frozen=True):
    """The order was stopped before it was sent, or given up after it failed.

    ``held_fen`` is positive when the payee is still owed the money, negative when the reversal of the cause (冲账)
    takes what was held, and zero when the cause of an unsent order was reversed.
    """

    reason: str
    held_fen: int = 0
    purse: str = "fund"


@event("payment.reissued", moves_money=True)
class Reissued(Event, frozen=True):
    """The same order stands again, to another account of the payee where one is named; what was held pays it."""

    reason: str
    held_fen: int
    payee_account: str = ""
    purse: str = "fund"


# ---------------------------------------------------------------- state


class Payment(msgspec.Struct, frozen=True):
    """Where a payment stands, and since which day.

    ``reference`` is what the end-to-end ids of all its tries have in common, ``paid`` the tries that the bank is known
    to have paid, ``asked`` how often the bank was asked again about the present one. An order that stands and was left
    out of a batch has its ``reason``.
    """

    status: str = ""
    cause: str = ""
    amount_fen: int = 0
    interest_fen: int = 0
    payee: str = ""
    payee_account: str = ""
    purse: str = ""
    ordered_on: date | None = None
    since: date | None = None
    batch: str = ""
    reference: str = ""
    end_to_end: str = ""
    sent_on: date | None = None
    bank_reference: str = ""
    settled_on: date | None = None
    reason: str = ""
    held_fen: int = 0
    attempt: int = 0
    asked: int = 0
    paid: tuple[str, ...] = ()


# ---------------------------------------------------------------- evolve


def evolve(state: Payment, event: Event) -> Payment:
    """The state after an event. Total."""
    on = event.effective_on
    match event:
        case Ordered():
            return Payment(
                status="ordered",
                cause=event.cause,
                amount_fen=event.principal_fen + event.interest_fen,
                interest_fen=event.interest_fen,
                payee=event.payee,
                payee_account=event.payee_account,
                purse=event.purse,
                ordered_on=on,
                since=on,
            )
        case Sent():
            return replace(
                state, status="sent", since=on, sent_on=on, batch=event.batch, end_to_end=event.end_to_end,
                reference=reference_of(event.end_to_end), attempt=state.attempt + 1, asked=0, reason="",
            )  # fmt: skip
        case LeftOut():
            return replace(state, reason=event.why)
        case Accepted():
            return replace(state, status="accepted", since=on, bank_reference=event.bank_reference)
        case Settled():
            held_fen = state.held_fen + event.held_fen
            return replace(
                state, status="settled", since=on, settled_on=on, bank_reference=event.bank_reference,
                end_to_end=event.end_to_end, reason="", held_fen=held_fen, paid=(*state.paid, event.end_to_end),
            )  # fmt: skip
        case LeftUnknown():
            return replace(state, status="unknown", since=on, reason=event.why, asked=state.asked + 1)
        case Failed() | Returned() | Cancelled():
            status = type(event).__name__.lower()
            held_fen = state.held_fen + event.held_fen
            reference = event.bank_reference if isinstance(event, Returned) else state.bank_reference
            return replace(
                state, status=status, since=on, reason=event.reason, held_fen=held_fen, bank_reference=reference,
            )  # fmt: skip
        case Reissued():
            return replace(
                state, status="ordered", since=on, batch="", end_to_end="", sent_on=None, bank_reference="",
                settled_on=None, reason=event.reason, held_fen=state.held_fen + event.held_fen,
                payee_account=event.payee_account or state.payee_account,
            )  # fmt: skip
        case _:
            return state


PAYMENTS: Final = Stream("payment", Payment(), evolve)


# ---------------------------------------------------------------- decisions


def order(state: Payment, payment: str, ordered: Ordered) -> tuple[Event, ...]:
    """Orders a payment: one cause has one order, never two."""
    if state.status:
        raise Refusal("payment_exists", payment=payment)
    if ordered.purse not in PURSES:
        raise Refusal("purse_unknown", purse=ordered.purse, known=", ".join(PURSES))
    check_amount(ordered.principal_fen + ordered.interest_fen)
    return (ordered,)


def send(state: Payment, payment: str, batch: str, on: date) -> tuple[Event, ...]:
    """Sends an order that stands, under the end-to-end id of its next try."""
    _require_known(state, payment)
    if state.status != "ordered":
        raise Refusal("payment_not_ordered", payment=payment, status=state.status)
    if state.since and on < state.since:
        raise Refusal("payment_sent_early", payment=payment, on=str(on), ordered_on=str(state.since))
    return (Sent(effective_on=on, batch=batch, end_to_end=end_to_end_id(payment, state.attempt + 1)),)


def leave_out(state: Payment, payment: str, batch: str, on: date) -> tuple[Event, ...]:
    """Notes that an order that stands did not go with a batch, because its payee has no account on file."""
    _require_known(state, payment)
    if state.status != "ordered":
        raise Refusal("payment_not_ordered", payment=payment, status=state.status)
    return () if state.reason == NO_ACCOUNT else (LeftOut(effective_on=on, batch=batch, why=NO_ACCOUNT),)


def accept(state: Payment, end_to_end: str, reference: str, on: date) -> tuple[Event, ...]:
    """Notes that the bank took the order on; what comes late, twice or about an earlier try changes nothing."""
    if state.status not in ("sent", "unknown") or end_to_end != state.end_to_end:
        return ()
    return (Accepted(effective_on=on, end_to_end=end_to_end, bank_reference=reference),)


def settle(
    state: Payment, payment: str, end_to_end: str, reference: str, amount_fen: int, on: date
) -> tuple[Event, ...]:
    """Notes that the bank paid. Its debit outranks a failure that it reported before; the same debit twice is one.

    Refuses ``bank_amount_differs``, ``payment_never_sent``, and ``payment_paid_twice`` where a try was paid after it
    had been given up for another one, or after its cause had been reversed.
    """
    _require_known(state, payment)
    _require_amount(state, payment, amount_fen)
    if end_to_end in state.paid:
        return ()
    if not state.attempt:
        raise Refusal("payment_never_sent", payment=payment, status=state.status)
    # A try that had failed and was paid after all fulfils the order, unless the next one is with the bank already.
    owed = state.status in (*UNDER_WAY, "failed", "ordered") or (
        state.status == "cancelled" and state.held_fen
    )
    if not owed or end_to_end != end_to_end_id(payment, state.attempt):
        raise Refusal("payment_paid_twice", payment=payment, reference=reference)
    return (
        Settled(
            effective_on=on,
            end_to_end=end_to_end,
            bank_reference=reference,
            purse=state.purse,
            held_fen=-state.held_fen,
        ),
    )


def fail(state: Payment, end_to_end: str, reason: str, on: date) -> tuple[Event, ...]:
    """Notes that the bank did not pay, and holds the amount; a failure after the bank's debit changes nothing."""
    if state.status not in UNDER_WAY or end_to_end != state.end_to_end:
        return ()
    return (
        Failed(
            effective_on=on,
            end_to_end=end_to_end,
            reason=reason,
            held_fen=state.amount_fen,
            purse=state.purse,
        ),
    )


def leave_unknown(state: Payment, payment: str, why: str, on: date) -> tuple[Event, ...]:
    """Notes that the result is not known and is asked for again, once a day; it is never guessed."""
    _require_known(state, payment)
    if state.status not in UNDER_WAY:
        raise Refusal("payment_not_under_way", payment=payment, status=state.status)
    if (state.status, state.since) == ("unknown", on):
        return ()
    return (LeftUnknown(effective_on=on, end_to_end=state.end_to_end, why=why),)


def give_back(
    state: Payment, payment: str, amount_fen: int, reference: str, reason: str, on: date, source: str = "bank"
) -> tuple[Event, ...]:
    """Takes back what had been paid, whole, and holds it for the payee; the same return twice is one."""
    _require_known(state, payment)
    _require_amount(state, payment, amount_fen)
    if reference and (state.status, state.bank_reference) == ("returned", reference):
        return ()
    if state.status != "settled":
        raise Refusal("payment_not_settled", payment=payment, status=state.status)
    return (
        Returned(
            effective_on=on,
            bank_reference=reference,
            reason=reason,
            held_fen=amount_fen,
            purse=state.purse,
            source=source,
        ),
    )


def cancel(state: Payment, payment: str, reason: str, on: date) -> tuple[Event, ...]:
    """Stops an unsent order while its cause stands: the payee is still owed the money, which is held."""
    _require_known(state, payment)
    if state.status != "ordered":
        raise Refusal("payment_not_ordered", payment=payment, status=state.status)
    return (Cancelled(effective_on=on, reason=reason, held_fen=state.amount_fen, purse=state.purse),)


def undo(state: Payment, payment: str, reason: str, on: date) -> tuple[Event, ...]:
    """Ends an order because its cause is reversed: unsent, or refused, sent back or stopped before.

    The reversal of the cause brings the money back to the bank account in the books, so what was held for the payee
    is given up with it. Refuses ``payment_on_its_way`` while the bank has the order, and ``payment_settled`` while the
    payee has the money.
    """
    if state.status in UNDER_WAY:
        raise Refusal("payment_on_its_way", payment=payment, status=state.status)
    if state.status == "settled":
        raise Refusal("payment_settled", payment=payment)
    if not state.status or (state.status == "cancelled" and not state.held_fen):
        return ()  # taken over from a time before payment orders, or undone already
    return (Cancelled(effective_on=on, reason=reason, held_fen=-state.held_fen, purse=state.purse),)


def reissue(state: Payment, payment: str, payee_account: str, reason: str, on: date) -> tuple[Event, ...]:
    """Orders the same payment again, when what was held for the payee can pay it."""
    _require_known(state, payment)
    if not state.held_fen:
        raise Refusal("payment_not_held", payment=payment, status=state.status)
    return (
        Reissued(
            effective_on=on,
            reason=reason,
            held_fen=-state.held_fen,
            payee_account=payee_account,
            purse=state.purse,
        ),
    )


def _require_known(state: Payment, payment: str) -> None:
    if not state.status:
        raise Refusal("payment_unknown", payment=payment)


def _require_amount(state: Payment, payment: str, amount_fen: int) -> None:
    if amount_fen != state.amount_fen:
        raise Refusal(
            "bank_amount_differs", payment=payment, amount_fen=amount_fen, ordered_fen=state.amount_fen
        )


# ---------------------------------------------------------------- queries

PURSES: Final = ("fund", "result", "subsidy")
"""The centre's bank accounts: 住房公积金专户, 增值收益专户, 补助资金专户."""

NO_ACCOUNT: Final = "no_account"
"""Why an order was left out of a batch: name or account of its payee are not on file."""

UNDER_WAY: Final = ("sent", "accepted", "unknown")
"""The bank has the order, and what became of it is not known yet."""

UNPAID: Final = ("ordered", *UNDER_WAY)
"""The books have paid, the bank has not: in transit (在途)."""

END_TO_END_MAX: Final = 35
"""Characters of an end-to-end id in ISO 20022 (Max35Text)."""


def key(account_or_receipt: str, version: int) -> str:
    """The one order of a cause: the stream and the version of the event that made it due."""
    return f"{account_or_receipt}.{version}"


def end_to_end_id(payment: str, attempt: int) -> str:
    """The id under which the bank knows a try: readable where it is short enough, else by a digest of the order."""
    readable = f"{payment}-{attempt}"
    short = len(readable) <= END_TO_END_MAX
    return readable if short else f"{sha256(payment.encode()).hexdigest()[:30]}-{attempt}"


def reference_of(end_to_end: str) -> str:
    """What the tries of one order have in common: an end-to-end id without the number of the try."""
    return end_to_end.rpartition("-")[0]


def age_days(state: Payment, on: date) -> int:
    """Days since the order has stood as it stands."""
    return (on - state.since).days if state.since else 0
