"""Decisions about a loan: one function for each command. They give events or refuse, and change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any, Final, NamedTuple

from ledger.dates import month_of
from ledger.policy.loan_terms import Terms, grade_for
from ledger.policy.schedule import INSTALMENTS_MAX, due_day
from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event, Recorded
from ledger.streams.loan.events import (
    Applied,
    Approved,
    Assessed,
    Classified,
    ContractSigned,
    DemandedEarly,
    DemandSent,
    Disbursed,
    Extended,
    GivenUp,
    GuaranteeFeePaid,
    OffsetAgreed,
    PenaltyAccrued,
    RecoursePassed,
    Recovered,
    Rejected,
    Repaid,
    RepaymentReversed,
    Repriced,
    Rescheduled,
    Secured,
    SecurityReleased,
    Settled,
    Share,
    TurnedNormal,
    TurnedOverdue,
    WrittenOff,
)
from ledger.streams.loan.evolve import LOANS, evolve
from ledger.streams.loan.queries import (
    allocate,
    bring_up,
    by_turn,
    claim_on,
    days_overdue,
    due_by,
    instalment_of,
    interest_to,
    months_needed,
    owed_again,
    payoff_on,
    penalty_on,
    turned,
    turning_day,
    turning_days,
)
from ledger.streams.loan.state import RUNNING, Loan

# ---------------------------------------------------------------- from application to payment


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
    require(state, loan, "applied", "approved", "signed")
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


# ---------------------------------------------------------------- repayment


class Arrived(NamedTuple):
    """Money that arrived for a loan: how much, on which value day, from where, under which reference.

    ``turning_days`` are given where the money is booked after principal was turned that it pays: all days of turns.
    """

    amount_fen: int
    on: date
    source: str
    reference: str
    account: str = ""
    turning_days: tuple[date, ...] = ()


def repay(state: Loan, loan: str, arrived: Arrived, terms: Terms) -> tuple[tuple[Event, ...], int]:
    """Books money that arrived (还款) against what had fallen due, in the order of the parameter; and the rest in fen.

    What fell due after the value date is not paid by it, so that it does not matter when a batch was run. Money under
    the reference of the last repayment is the same money and gives no event. Refuses ``loan_nothing_due`` where
    nothing had fallen due, and ``loan_moved_since`` where something later was booked already.
    """
    require_running(state, loan)
    check_amount(arrived.amount_fen)
    if arrived.reference and arrived.reference == state.reference:
        return (), 0
    require_not_moved(state, loan, arrived.on)
    state, events = bring_up(state, arrived.on, terms)
    if not due_by(state, arrived.on):
        on = state.next_due_on.isoformat() if state.next_due_on else ""
        raise Refusal("loan_nothing_due", loan=loan, next_due_on=on)
    shares, rest_fen = allocate(state, arrived.amount_fen, arrived.on, terms)
    return (*events, *_booked(state, "instalment", arrived, shares, terms)), rest_fen


def _booked(
    state: Loan, kind: str, arrived: Arrived, shares: Sequence[Share], terms: Terms
) -> tuple[Event, ...]:
    """The repayment, what it turns between 121 and 122, and the settlement where nothing is owed any more."""
    day = turning_day(state, arrived.on)
    from_122 = by_turn(state.owed, shares, arrived.on, arrived.turning_days or (arrived.on,), terms)
    repaid = Repaid(
        effective_on=arrived.on,
        kind=kind,
        source=arrived.source,
        reference=arrived.reference,
        principal_fen=sum(one.principal_fen for one in shares),
        interest_fen=sum(one.interest_fen for one in shares),
        penalty_fen=sum(one.penalty_fen for one in shares),
        overdue_fen=from_122.pop(arrived.on, 0),
        shares=tuple(shares),
        parameters=terms.named(*_ALLOCATION),
        account=arrived.account,
    )
    back = [TurnedNormal(effective_on=on, principal_fen=fen) for on, fen in sorted(from_122.items())]
    after = reduce(evolve, (repaid, *back), state)
    events = (repaid, *back, *turned(after, day, terms))
    if after.balance_fen or after.owed:
        return events
    return (*events, Settled(effective_on=arrived.on, how=kind if kind == "full" else arrived.source))


_ALLOCATION: Final = (
    "loan_allocation_order",
    "loan_interest_rounding",
    "loan_penalty_markup",
    "loan_penalty_base",
    "loan_penalty_day_basis",
    "loan_overdue_days",
)


WAYS: Final = ("keep_term", "keep_instalment", "change_term")
"""How a loan goes on after a prepayment: a smaller instalment, fewer months, or so many months."""


def prepay(
    state: Loan, loan: str, arrived: Arrived, how: str, months: int, terms: Terms
) -> tuple[Event, ...]:
    """Repays before it is due (提前还款): first what fell due, then the interest of the days, the rest is principal.

    The whole of it settles the loan. Refuses ``prepayment_too_small`` and ``prepayment_above_payoff``, and
    ``loan_moved_since`` where an instalment fell due after the day.
    """
    require_running(state, loan)
    check_amount(arrived.amount_fen)
    if arrived.reference and arrived.reference == state.reference:
        return ()
    require_not_moved(state, loan, arrived.on)
    if state.interest_from and arrived.on < state.interest_from:
        raise _moved_since(loan, arrived.on, state.interest_from)
    if how not in WAYS:
        raise Refusal("prepayment_way_unknown", how=how, known=", ".join(WAYS))
    payoff = payoff_on(state, arrived.on, terms)
    if arrived.amount_fen > payoff.total_fen:
        raise Refusal(
            "prepayment_above_payoff", loan=loan, amount_fen=arrived.amount_fen, payoff_fen=payoff.total_fen
        )
    principal_fen = arrived.amount_fen - payoff.due_fen - payoff.interest_fen
    if principal_fen <= 0:
        raise Refusal(
            "prepayment_too_small",
            loan=loan,
            amount_fen=arrived.amount_fen,
            least_fen=payoff.due_fen + payoff.interest_fen + 1,
        )
    state, events = bring_up(state, arrived.on, terms)
    shares, _ = allocate(state, payoff.due_fen, arrived.on, terms)
    shares.append(Share(0, principal_fen, payoff.interest_fen))
    kind = "full" if principal_fen == payoff.principal_fen else "partial"
    booked = _booked(state, kind, arrived, shares, terms)
    if kind == "full":
        return (*events, *booked)
    return (*events, *booked, _rescheduled(evolve(state, booked[0]), loan, how, months, arrived.on, terms))


def _rescheduled(state: Loan, loan: str, how: str, months: int, on: date, terms: Terms) -> Rescheduled:
    months_left = state.months_left
    if how == "change_term":
        require_months(months)
        if months > months_left:
            raise Refusal("loan_term_not_shorter", loan=loan, months=months, left=months_left)
        months_left = months
    if how == "keep_instalment":
        return Rescheduled(
            effective_on=on,
            how=how,
            months_left=months_needed(state, terms),
            instalment_fen=state.instalment_fen,
        )
    instalment_fen = instalment_of(state.method, state.running_fen, state.rate, months_left, terms.rounding)
    return Rescheduled(effective_on=on, how=how, months_left=months_left, instalment_fen=instalment_fen)


def reverse(
    state: Loan, loan: str, history: Sequence[Recorded], version: int, reason: str, terms: Terms
) -> tuple[Event, ...]:
    """Reverses a repayment once, at its own value date (冲账); its principal goes to 122 on the days of later turns.

    Where nothing moved the schedule since, all is as it was before; else the instalments that it paid are owed
    again. Refuses ``loan_moved_since`` for a prepayment after which the schedule moved on.
    """
    original = next((one for one in history if one.originator_version == version), None)
    if original is None or not isinstance(original.body, Repaid):
        raise Refusal("repayment_unknown", loan=loan, version=version)
    if version in state.reversed:
        raise Refusal("repayment_reversed_already", loan=loan, version=version)
    require_reason(reason)
    body = original.body
    before = LOANS.fold([one.body for one in history if one.originator_version < version])
    later = [one.body for one in history if one.originator_version > version]
    if all(isinstance(one, _MOVES_NO_SCHEDULE) for one in later):
        restores = before.standing
    elif any(share.number == 0 for share in body.shares) or state.status != RUNNING:
        raise Refusal(
            "loan_moved_since", loan=loan, on=body.effective_on.isoformat(), moved_on=str(state.moved_on)
        )
    else:
        restores = owed_again(state, before, body, terms)
    reversal = RepaymentReversed(
        effective_on=body.effective_on,
        reverses=version,
        principal_fen=body.principal_fen,
        interest_fen=body.interest_fen,
        penalty_fen=body.penalty_fen,
        overdue_fen=body.overdue_fen,
        reason=reason,
        restores=restores,
    )
    into_122 = by_turn(before.owed, body.shares, body.effective_on, turning_days(history), terms)
    into_122.pop(body.effective_on, None)
    turns = (TurnedOverdue(effective_on=on, principal_fen=fen) for on, fen in sorted(into_122.items()))
    return (reversal, *turns)


_MOVES_NO_SCHEDULE: Final = (
    Rescheduled,
    Settled,
    Classified,
    DemandSent,
    OffsetAgreed,
    RecoursePassed,
    Secured,
)
"""What may stand after a repayment that is taken back whole: its own consequences, and what touches no amount."""


# ---------------------------------------------------------------- refusals shared


def require(state: Loan, loan: str, *statuses: str) -> None:
    """Refuses ``loan_unknown``, and ``loan_not_in_state`` unless the loan is in one of the states."""
    if not state.status:
        raise Refusal("loan_unknown", loan=loan)
    if state.status not in statuses:
        raise Refusal("loan_not_in_state", loan=loan, status=state.status, wanted=", ".join(statuses))


def require_running(state: Loan, loan: str) -> None:
    require(state, loan, RUNNING)


def require_not_moved(state: Loan, loan: str, on: date) -> None:
    if state.moved_on is not None and on < state.moved_on:
        raise _moved_since(loan, on, state.moved_on)


def _moved_since(loan: str, on: date, moved_on: date) -> Refusal:
    return Refusal("loan_moved_since", loan=loan, on=on.isoformat(), moved_on=moved_on.isoformat())


def require_months(months: int) -> None:
    if not 1 <= months <= INSTALMENTS_MAX:
        raise Refusal("loan_months_out_of_range", months=months, months_max=INSTALMENTS_MAX)


def require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal("reason_missing")


# ---------------------------------------------------------------- a running loan changes


def agree_offset(state: Loan, loan: str, mode: str, on: date) -> tuple[Event, ...]:
    """Agrees that the fund accounts repay the loan (冲还贷签约), or ends it; the same again gives no event."""
    require_running(state, loan)
    if mode != "none" and not state.account:
        raise Refusal("loan_without_account", loan=loan)
    return () if mode == (state.offset_mode or "none") else (OffsetAgreed(effective_on=on, mode=mode),)


def extend(
    state: Loan, loan: str, months: int, months_max: int, approval: str, terms: Terms, on: date
) -> tuple[Event, ...]:
    """Extends a loan that owes nothing overdue (展期), up to the longest term it could have had."""
    require_running(state, loan)
    require_months(months)
    require_not_moved(state, loan, on)
    state, events = bring_up(state, on, terms)
    if days_overdue(state, on):
        raise Refusal("loan_overdue", loan=loan, days=days_overdue(state, on))
    if state.next_due_on is None or state.repay_by is not None:
        raise Refusal("loan_all_due", loan=loan)
    if state.months + months > months_max:
        raise Refusal("loan_term_too_long", loan=loan, months=state.months + months, months_max=months_max)
    single = state.method == "single_payment"
    months_left = state.months_left if single else state.months_left + months
    next_due_on = (
        due_day(month_of(state.next_due_on) + months, state.repay_day) if single else state.next_due_on
    )
    extended = Extended(
        effective_on=on,
        months=months,
        months_left=months_left,
        instalment_fen=instalment_of(
            state.method, state.running_fen, state.rate, months_left, terms.rounding
        ),
        next_due_on=next_due_on,
        approval=approval,
    )
    return (*events, extended)


def reprice(
    state: Loan, loan: str, rate: Decimal, terms: Terms, versions: tuple[str, ...], on: date
) -> tuple[Event, ...]:
    """Takes a new rate from a day on (利率调整): interest and penalty up to it stay at the old one.

    The same rate again gives no event.
    """
    require_running(state, loan)
    if rate == state.rate:
        return ()
    require_not_moved(state, loan, on)
    state, events = bring_up(state, on, terms)
    penalties = tuple((one.number, penalty_on(one, state.rate, on, terms)) for one in state.owed)
    if penalties:
        events.append(
            PenaltyAccrued(effective_on=on, penalties=penalties, parameters=terms.named(*_ALLOCATION))
        )
    left_fen, months_left = state.running_fen, max(state.months_left, 1)
    level = state.method == "level_payment" and left_fen > 0
    repriced = Repriced(
        effective_on=on,
        old_rate=state.rate,
        rate=rate,
        instalment_fen=instalment_of(state.method, left_fen, rate, months_left, terms.rounding)
        if level
        else state.instalment_fen,
        accrued_fen=interest_to(state, on, terms) if left_fen else 0,
        parameters=versions,
    )
    return (*events, repriced)


def is_repricing_day(mode: str, on: date, disbursed_on: date) -> bool:
    """Whether a running loan takes the rate of a day, by the mode of the parameter; never on the day of disbursement."""
    if mode == "never" or on <= disbursed_on:
        return False
    if mode == "next_january":
        return (on.month, on.day) == (1, 1)
    if mode == "next_quarter":
        return on.day == 1 and on.month % 3 == 1
    return True


# ---------------------------------------------------------------- risk, default, end


def run(state: Loan, on: date, terms: Terms) -> tuple[Event, ...]:
    """What a monthly run finds (逾期处理): instalments that fell due, principal in 122, and the grade."""
    if state.status != RUNNING:
        return ()
    state, events = bring_up(state, on, terms)
    days = days_overdue(state, on)
    grade = grade_for(days, terms.grade_days)
    if grade != state.grade:
        events.append(
            Classified(
                effective_on=on, grade=grade, days_overdue=days, parameters=terms.named("loan_grade_days")
            )
        )
    return tuple(events)


def send_demand(state: Loan, loan: str, document: str, terms: Terms, on: date) -> tuple[Event, ...]:
    """Sends a demand letter for what is overdue (催收)."""
    require_running(state, loan)
    state, events = bring_up(state, on, terms)
    if not days_overdue(state, on):
        raise Refusal("loan_not_overdue", loan=loan)
    return (*events, DemandSent(effective_on=on, document=document, **claim_on(state, on, terms)._asdict()))


def guarantor_pays(state: Loan, loan: str, arrived: Arrived, terms: Terms) -> tuple[tuple[Event, ...], int]:
    """The guarantor pays what is overdue, and the claim passes to it (代偿, 第十八条); the rest in fen as in ``repay``."""
    if not state.guarantor:
        raise Refusal("loan_without_guarantor", loan=loan)
    events, rest_fen = repay(state, loan, arrived, terms)
    passed = (
        RecoursePassed(
            effective_on=arrived.on,
            guarantor=state.guarantor,
            principal_fen=one.principal_fen,
            interest_fen=one.interest_fen,
            penalty_fen=one.penalty_fen,
        )
        for one in events
        if isinstance(one, Repaid)
    )
    return (*events, *passed), rest_fen


def demand_early(
    state: Loan, loan: str, why: str, repay_by: date, document: str, on: date
) -> tuple[Event, ...]:
    """Demands the whole loan by a day (提前收回, 第二十八条第二款); the same day again gives no event."""
    require_running(state, loan)
    if repay_by < on:
        raise Refusal("loan_demand_in_past", loan=loan, repay_by=repay_by.isoformat(), on=on.isoformat())
    if state.repay_by == repay_by:
        return ()
    return (DemandedEarly(effective_on=on, why=why, repay_by=repay_by, document=document),)


def write_off(
    state: Loan, loan: str, approval: str, reserve_fen: int, terms: Terms, on: date
) -> tuple[Event, ...]:
    """Writes off a loan that stands in 122 whole, against the reserve (核销); the debt stays owed."""
    require_running(state, loan)
    require_not_moved(state, loan, on)
    state, events = bring_up(state, on, terms)
    if state.normal_fen or not state.overdue_fen:
        raise Refusal(
            "loan_not_all_overdue", loan=loan, normal_fen=state.normal_fen, overdue_fen=state.overdue_fen
        )
    if reserve_fen < state.overdue_fen:
        raise Refusal("reserve_too_small", loan=loan, reserve_fen=reserve_fen, needed_fen=state.overdue_fen)
    return (*events, WrittenOff(effective_on=on, principal_fen=state.overdue_fen, approval=approval))


def recover(state: Loan, loan: str, recovered: Recovered) -> tuple[Event, ...]:
    """Books money that came in after a write-off (核销后收回); the last fen of principal settles the loan."""
    require(state, loan, "written_off")
    check_amount(recovered.principal_fen)
    if recovered.reference and recovered.reference == state.reference:
        return ()
    if recovered.principal_fen > state.written_off_fen:
        raise Refusal(
            "recovered_too_much",
            loan=loan,
            amount_fen=recovered.principal_fen,
            owed_fen=state.written_off_fen,
        )
    if recovered.principal_fen < state.written_off_fen:
        return (recovered,)
    return (recovered, Settled(effective_on=recovered.effective_on, how="recovered"))
