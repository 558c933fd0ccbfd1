"""Decisions from the application for a loan to its payment (贷款受理、审批、签约、发放)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.dates import month_of
from ledger.policy.loan_terms import Terms
from ledger.policy.schedule import due_day
from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event
from ledger.streams.loan.decisions.required import (
    require,
    require_reason,
)
from ledger.streams.loan.events import (
    Applied,
    Approved,
    Assessed,
    ContractSigned,
    Disbursed,
    GivenUp,
    GuaranteeFeePaid,
    Rejected,
    Secured,
    SecurityReleased,
)
from ledger.streams.loan.queries import (
    instalment_of,
)
from ledger.streams.loan.state import BEFORE_PAYMENT, RUNNING, Loan


def apply(state: Loan, loan: str, applied: Applied, assessed: Assessed) -> tuple[Event, ...]:
    """Takes an application in, with its assessment on the day (第十三至十六条)."""
    if state.status:
        raise Refusal("loan_exists", loan=loan)
    for amount_fen in (applied.price_fen, applied.amount_fen):
        check_amount(amount_fen)
    if applied.borrower in (applied.spouse, *applied.co_borrowers):
        raise Refusal("loan_borrower_twice", loan=loan, person=applied.borrower)
    if applied.purpose == "refinancing":
        if not applied.bank or not applied.bank_owed_fen:
            raise Refusal("bank_loan_missing", loan=loan)
        if applied.amount_fen > applied.bank_owed_fen:
            raise Refusal(
                "loan_above_bank_loan",
                loan=loan,
                amount_fen=applied.amount_fen,
                owed_fen=applied.bank_owed_fen,
            )
    if applied.commercial_fen and applied.amount_fen + applied.commercial_fen > applied.price_fen:
        total_fen = applied.amount_fen + applied.commercial_fen
        raise Refusal("loan_above_price", loan=loan, total_fen=total_fen, price_fen=applied.price_fen)
    return (applied, assessed)


def approve(state: Loan, loan: str, amount_fen: int, months: int, on: date) -> tuple[Event, ...]:
    """Approves an application for no more, and for no longer, than it asked (审批)."""
    require(state, loan, "applied")
    check_amount(amount_fen)
    if amount_fen > state.amount_fen:
        raise Refusal("loan_above_application", loan=loan, amount_fen=amount_fen, asked_fen=state.amount_fen)
    if not 1 <= months <= state.months:
        raise Refusal("loan_longer_than_application", loan=loan, months=months, asked=state.months)
    return (Approved(effective_on=on, amount_fen=amount_fen, months=months),)


def reject(state: Loan, loan: str, reason: str, on: date) -> tuple[Event, ...]:
    """Rejects an application, with the reason."""
    require(state, loan, "applied")
    require_reason(reason)
    return (Rejected(effective_on=on, reason=reason),)


def give_up(state: Loan, loan: str, reason: str, on: date) -> tuple[Event, ...]:
    """The applicant gives the loan up before it is paid out."""
    require(state, loan, *BEFORE_PAYMENT)
    require_reason(reason)
    return (GivenUp(effective_on=on, reason=reason),)


def sign(state: Loan, loan: str, signed: ContractSigned, methods: Sequence[str]) -> tuple[Event, ...]:
    """Signs the contract of an approved loan; ``methods`` are the ways of repayment that the centre offers."""
    require(state, loan, "approved")
    if signed.method not in methods:
        raise Refusal("repayment_method_unknown", method=signed.method, known=", ".join(methods))
    if not 0 <= signed.repay_day <= 31:
        raise Refusal("repay_day_unknown", day=signed.repay_day)
    return (signed,)


def secure(state: Loan, loan: str, secured: Secured) -> tuple[Event, ...]:
    """Adds a security; the same document again gives no event."""
    require(state, loan, "signed", RUNNING)
    same = (secured.kind, secured.document)
    return () if same in ((kind, document) for kind, document, _ in state.security) else (secured,)


def release(state: Loan, loan: str, released: SecurityReleased) -> tuple[Event, ...]:
    """Gives a security back once nothing is owed any more, or nothing was ever paid out."""
    require(state, loan, "settled", "given_up")
    if (released.kind, released.document) not in ((kind, document) for kind, document, _ in state.security):
        raise Refusal("security_unknown", loan=loan, document=released.document)
    return (released,)


def disburse(
    state: Loan, loan: str, rate: Decimal, terms: Terms, payment: str, explanation: dict[str, Any], on: date
) -> tuple[Disbursed]:
    """Pays a signed and secured loan out, at the rate of the day (第十七条)."""
    require(state, loan, "signed")
    if not state.security:
        raise Refusal("loan_unsecured", loan=loan)
    repay_day = state.repay_day or on.day
    single = state.method == "single_payment"
    first_due_on = due_day(month_of(on) + (state.months if single else 1), repay_day)
    return (
        Disbursed(
            effective_on=on,
            amount_fen=state.amount_fen,
            rate=rate,
            instalments=1 if single else state.months,
            instalment_fen=instalment_of(state.method, state.amount_fen, rate, state.months, terms.rounding),
            repay_day=repay_day,
            first_due_on=first_due_on,
            payment=payment,
            explanation=explanation,
            parameters=terms.named("loan_interest_rounding"),
        ),
    )


def pay_guarantee_fee(state: Loan, paid: GuaranteeFeePaid) -> tuple[Event, ...]:
    """The centre pays the guarantee fee of a loan once (第十八条第二款)."""
    check_amount(paid.amount_fen)
    if state.guarantee_fee_fen:
        raise Refusal("guarantee_fee_paid", fee_fen=state.guarantee_fee_fen)
    return (paid,)
