"""Decisions about money that arrives for a loan, and that is taken back (还款、提前还款、冲账)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from typing import Final, NamedTuple

from ledger.policy.loan_terms import Terms
from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event, Recorded
from ledger.streams.loan.decisions.required import (
    is_booked,
    moved_since,
    require_months,
    require_not_moved,
    require_reason,
    require_running,
)
from ledger.streams.loan.events import (
    Classified,
    DemandSent,
    OffsetAgreed,
    RecoursePassed,
    Recovered,
    Repaid,
    RepaymentReversed,
    Rescheduled,
    Secured,
    Settled,
    Share,
    TurnedNormal,
    TurnedOverdue,
)
from ledger.streams.loan.evolve import LOANS, evolve
from ledger.streams.loan.queries import (
    Content,
    allocate,
    bring_up,
    by_turn,
    due_by,
    instalment_of,
    months_needed,
    owed_again,
    payoff_on,
    turned,
    turning_day,
    turning_days,
)
from ledger.streams.loan.state import RUNNING, Loan


class Arrived(NamedTuple):
    """Money that arrived for a loan: how much, on which value day, from where, under which reference.

    ``turning_days`` are given where the money is booked after principal was turned that it pays: all days of turns.
    ``before`` is what stands booked under the reference in the whole history of the loan; nothing where none was given.
    """

    amount_fen: int
    on: date
    source: str
    reference: str
    account: str = ""
    turning_days: tuple[date, ...] = ()
    before: Repaid | Recovered | None = None

    def content(self, what: str) -> Content:
        """What this money says of itself, booked as a ``repayment`` or a ``prepayment``."""
        return Content(what, self.source, self.on, self.amount_fen)


def repay(state: Loan, loan: str, arrived: Arrived, terms: Terms) -> tuple[tuple[Event, ...], int]:
    """Books money that arrived (还款) against what had fallen due, in the order of the parameter; and the rest in fen.

    What fell due after the value date is not paid by it, so that it does not matter when a batch was run. Money whose
    reference stands booked is the same money and gives no event. Refuses ``reference_differs`` where it has another
    content, ``loan_nothing_due`` where nothing had fallen due, and ``loan_moved_since`` where something later was
    booked already.
    """
    check_amount(arrived.amount_fen)
    if is_booked(loan, arrived.before, arrived.reference, arrived.content("repayment")):
        return (), 0
    require_running(state, loan)
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
    booked_fen = sum(one.principal_fen + one.interest_fen + one.penalty_fen for one in shares)
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
        parameters=terms.named(*ALLOCATION),
        account=arrived.account,
        held_fen=arrived.amount_fen - booked_fen,
    )
    back = [TurnedNormal(effective_on=on, principal_fen=fen) for on, fen in sorted(from_122.items())]
    after = reduce(evolve, (repaid, *back), state)
    events = (repaid, *back, *turned(after, day, terms))
    if after.balance_fen or after.owed:
        return events
    return (*events, Settled(effective_on=arrived.on, how=kind if kind == "full" else arrived.source))


ALLOCATION: Final = (
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

    The whole of it settles the loan. Refuses ``reference_differs`` as ``repay`` does, ``prepayment_too_small`` and
    ``prepayment_above_payoff``, and ``loan_moved_since`` where an instalment fell due after the day.
    """
    check_amount(arrived.amount_fen)
    if is_booked(loan, arrived.before, arrived.reference, arrived.content("prepayment")):
        return ()
    require_running(state, loan)
    require_not_moved(state, loan, arrived.on)
    if state.interest_from and arrived.on < state.interest_from:
        raise moved_since(loan, arrived.on, state.interest_from)
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
