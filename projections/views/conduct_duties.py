"""Obligations of conduct and of transfers between cities: money of a fraud, working days of either centre.

葫政发〔2019〕12号 第九条第二款、第二十八条.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ledger.dates import days_after
from ledger.policy.parameters import PolicyBook
from ledger.streams import penalty, person, remedy, transfer
from projections.views.duty import Done, Due, Effect, Meaning
from projections.views.view import Seen

CITY = "葫政发〔2019〕12号"

KINDS: Final = {
    "return_money": ("退回骗提骗贷资金", "return the money of a fraud", f"{CITY} 第二十八条"),
    "answer_objection": ("答复异议", "answer the objection", f"{CITY} 第二十九条"),
    "review_window": ("可申请行政复议", "review may be sought", f"{CITY} 第二十九条"),
    "suit_window": ("可提起行政诉讼", "a suit may be brought", f"{CITY} 第二十九条"),
    "apply_enforcement": (
        "申请法院强制执行",
        "apply to the court for enforcement",
        f"{CITY} 第二十九条第二款",
    ),
    "correct_violation": ("按责令限期办理", "obey the order", f"{CITY} 第二十六条"),
    "hearing_window": ("可要求听证", "a hearing may be asked for", "中华人民共和国行政处罚法"),
    "pay_fine": ("缴纳罚款", "pay the fine to the treasury", "中华人民共和国行政处罚法"),
    "send_letter": ("发出异地转移联系函", "send the contact letter", f"{CITY} 第九条第二款"),
    "send_transfer": ("转出账户信息和资金", "send account information and money", f"{CITY} 第九条第二款"),
    "book_transfer": ("异地转入入账", "book what came from another city", f"{CITY} 第九条第二款"),
}


OF_PARTIES: Final = frozenset({"review_window", "suit_window", "apply_enforcement", "pay_fine"})
"""Periods of a party, and of the centre where it is a party before the court: a rest day moves their end on."""

NAMED: Final = frozenset({"return_money", "correct_violation"})
"""Days that a decision or an order names."""

RIGHTS: Final = frozenset({"review_window", "suit_window", "hearing_window"})
"""What somebody may do until a day and need not: it lapses and is never late."""


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


def _return_reversed(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: person.ReturnReversed = seen.body  # type: ignore[assignment]
    if body.return_by:
        yield Due("return_money", _of_case(seen), seen.key, body.effective_on, body.return_by)


def _corrected(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    yield Done("return_money", _of_case(seen), None)


# ---------------------------------------------------------------- remedies


def _notified(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: remedy.DecisionNotified = seen.body  # type: ignore[assignment]
    on = body.effective_on
    yield Due("review_window", seen.key, body.subject, on, body.review_until)
    yield Due("suit_window", seen.key, body.subject, on, body.suit_until)
    yield _enforceable(seen, body.review_until, body.suit_until, body.enforce_until)


def _enforceable(seen: Seen, *windows: Any) -> Due:
    *until, last = windows
    return Due("apply_enforcement", seen.key, "centre", days_after(max(until), 1), last)


def _objection(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: Any = seen.body
    yield Due("answer_objection", seen.key, "centre", body.effective_on, body.answer_by)


def _sought(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    """One remedy at a time: what is sought ends its window, and nothing is to be enforced meanwhile."""
    on = seen.body.effective_on
    yield Done("review_window", seen.key, on if isinstance(seen.body, remedy.ReviewFiled) else None)
    yield Done("suit_window", seen.key, on if isinstance(seen.body, remedy.SuitFiled) else None)
    yield Done("apply_enforcement", seen.key, None)


def _decided(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: Any = seen.body
    yield Done("answer_objection", seen.key, body.effective_on)
    if body.outcome == "annulled":
        for kind in ("review_window", "suit_window", "apply_enforcement"):
            yield Done(kind, seen.key, None)
    elif isinstance(body, remedy.ReviewDecided):
        yield Due("suit_window", seen.key, "", body.effective_on, body.suit_until)
        yield _enforceable(seen, body.suit_until, body.enforce_until)


def _enforced(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    yield Done("apply_enforcement", seen.key, seen.body.effective_on)


# ---------------------------------------------------------------- orders and fines


def _ordered(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: penalty.CorrectionOrdered = seen.body  # type: ignore[assignment]
    yield Due("correct_violation", seen.key, body.employer, body.effective_on, body.due_on)


def _obeyed(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    yield Done("correct_violation", seen.key, seen.body.effective_on)


def _told(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: penalty.Told = seen.body  # type: ignore[assignment]
    yield Due("hearing_window", seen.key, "", body.effective_on, body.hearing_until)


def _hearing(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    yield Done("hearing_window", seen.key, seen.body.effective_on)


def _fined(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: penalty.Decided = seen.body  # type: ignore[assignment]
    yield Due("pay_fine", seen.key, "", body.effective_on, body.pay_by)


def _paid(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: penalty.Paid = seen.body  # type: ignore[assignment]
    if body.settled:
        yield Done("pay_fine", seen.key, body.effective_on)


def _withdrawn(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    for kind in ("correct_violation", "hearing_window", "pay_fine"):
        yield Done(kind, seen.key, None)


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
    person.ReturnReversed: _return_reversed,
    person.EntryCorrected: _corrected,
    remedy.DecisionNotified: _notified,
    remedy.ObjectionRaised: _objection,
    remedy.ObjectionDecided: _decided,
    remedy.ReviewFiled: _sought,
    remedy.ReviewDecided: _decided,
    remedy.SuitFiled: _sought,
    remedy.SuitDecided: _decided,
    remedy.EnforcementApplied: _enforced,
    penalty.CorrectionOrdered: _ordered,
    penalty.Corrected: _obeyed,
    penalty.Told: _told,
    penalty.HearingAsked: _hearing,
    penalty.Decided: _fined,
    penalty.Paid: _paid,
    penalty.Withdrawn: _withdrawn,
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
