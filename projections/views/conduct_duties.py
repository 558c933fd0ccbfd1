"""Obligations of conduct and of transfers between cities: money of a fraud, working days of either centre.

葫政发〔2019〕12号 第九条第二款、第二十八条.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ledger.policy.parameters import PolicyBook
from ledger.streams import person, transfer
from projections.views.duty import Done, Due, Effect, Meaning
from projections.views.view import Seen

CITY = "葫政发〔2019〕12号"

KINDS: Final = {
    "return_money": ("退回骗提骗贷资金", "return the money of a fraud", f"{CITY} 第二十八条"),
    "send_letter": ("发出异地转移联系函", "send the contact letter", f"{CITY} 第九条第二款"),
    "send_transfer": ("转出账户信息和资金", "send account information and money", f"{CITY} 第九条第二款"),
    "book_transfer": ("异地转入入账", "book what came from another city", f"{CITY} 第九条第二款"),
}


# ---------------------------------------------------------------- conduct


def _of_case(seen: Seen) -> str:
    body: Any = seen.body
    return f"{seen.key}/{body.case}"


def _established(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: Any = seen.body
    yield Due("return_money", _of_case(seen), seen.key, body.effective_on, body.return_by)


def _returned(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: Any = seen.body
    if body.settled:
        yield Done("return_money", _of_case(seen), body.effective_on)


def _corrected(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    yield Done("return_money", _of_case(seen), None)


# ---------------------------------------------------------------- transfers


def _applied(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: Any = seen.body
    yield Due("send_letter", seen.key, "centre", body.effective_on, body.due_on)


def _letter_sent(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    yield Done("send_letter", seen.key, seen.body.effective_on)


def _confirmed(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: Any = seen.body
    yield Due("send_transfer", seen.key, "sending centre", body.effective_on, body.due_on)


def _informed(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    yield Done("send_transfer", seen.key, seen.body.effective_on)
    yield from _to_be_booked(book, seen)


def _to_be_booked(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: Any = seen.body
    if body.book_by:
        yield Due("book_transfer", seen.key, "centre", body.effective_on, body.book_by)


def _negotiated(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    """While the two negotiate nothing can be booked: the days run again from the amendment."""
    yield Done("book_transfer", seen.key, None)


def _ended(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    yield Done("send_transfer", seen.key, seen.body.effective_on)
    yield Done("book_transfer", seen.key, seen.body.effective_on)


RULES: Final[dict[type, Meaning]] = {
    person.FraudulentWithdrawalEstablished: _established,
    person.UnlawfulLoanEstablished: _established,
    person.MoneyReturned: _returned,
    person.EntryCorrected: _corrected,
    transfer.Applied: _applied,
    transfer.LetterSent: _letter_sent,
    transfer.LetterConfirmed: _confirmed,
    transfer.InformationGiven: _informed,
    transfer.InformationAmended: _to_be_booked,
    transfer.MoneyArrived: _to_be_booked,
    transfer.NegotiationOpened: _negotiated,
    transfer.Refused: _ended,
    transfer.Completed: _ended,
    transfer.Failed: _ended,
}
