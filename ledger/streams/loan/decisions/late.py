"""Decisions about a rate that is learned late (利率调整补办): what was booked since is reversed and happens again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from msgspec.structs import replace

from ledger.policy.loan_terms import Terms
from ledger.streams.base import Event, Recorded
from ledger.streams.loan.decisions.changing import reprice
from ledger.streams.loan.decisions.repaying import Arrived, prepay, repay
from ledger.streams.loan.decisions.required import moved_since
from ledger.streams.loan.events import (
    TURNS,
    Classified,
    DemandSent,
    GuaranteeFeePaid,
    InstalmentFellDue,
    OffsetAgreed,
    Repaid,
    RepaymentReversed,
    Rescheduled,
    ScheduleRestored,
    Secured,
    Settled,
    TurnedNormal,
    TurnedOverdue,
)
from ledger.streams.loan.evolve import LOANS, evolve
from ledger.streams.loan.queries import bring_up, parted, payoff_on
from ledger.streams.loan.state import Loan

HAPPENS_AGAIN: Final = (
    InstalmentFellDue,
    Repaid,
    RepaymentReversed,
    *TURNS,
    Rescheduled,
    Settled,
    Classified,
    DemandSent,
    OffsetAgreed,
    Secured,
    GuaranteeFeePaid,
)
"""What may stand after the day of a rate that is learned late: it happens again, or the rate does not touch it."""


class Over(NamedTuple):
    """What a repayment has too much since the rate is lower: the repayment among the events, and the rest in fen."""

    repaid: Repaid
    rest_fen: int


def reprice_late(
    history: Sequence[Recorded],
    loan: str,
    rate: Decimal,
    terms_on: Callable[[date], Terms],
    versions: tuple[str, ...],
    on: date,
) -> tuple[tuple[Event, ...], list[Over]]:
    """Gives a loan that moved since a day the rate of that day (利率调整补办), as if it had been given in time.

    Repayments since are reversed and booked again against what is due at the new rate, each on its own value date;
    what they have too much is returned, and is to be held. Nothing where the loan has the rate of the day already.
    Refuses ``loan_moved_since`` where something stands since that cannot happen again, such as a later rate, an
    extension, a guarantor's payment or a write-off.
    """
    before, since = parted(history, on)
    if LOANS.fold([one.body for one in history if one.body.effective_on <= on]).rate == rate:
        return (), []
    reversed_here = {one.body.reverses for one in since if isinstance(one.body, RepaymentReversed)}
    known = {one.originator_version for one in since}
    for one in since:
        if not isinstance(one.body, HAPPENS_AGAIN) or not reversed_here <= known or _is_recourse(one.body):
            raise moved_since(loan, on, one.body.effective_on)
    again = _Again(LOANS.fold([one.body for one in history]), loan, terms_on)
    again.take_back([one for one in since if one.originator_version not in reversed_here])
    stood = LOANS.fold([one.body for one in before])
    again.add(
        ScheduleRestored(effective_on=on, restores=stood.standing, turned_on=stood.turned_on, why="repriced")
    )
    standing = [one.body for one in since if one.originator_version not in reversed_here]
    again.happen([one for one in standing if one.effective_on <= on])
    again.add(*reprice(again.state, loan, rate, terms_on(on), versions, on))
    again.happen([one for one in standing if one.effective_on > on])
    return tuple(again.events), again.over


def _is_recourse(body: Event) -> bool:
    return isinstance(body, Repaid) and body.source == "guarantor"


class _Again:
    """A loan to which what happened happens once more, and the events of it."""

    def __init__(self, state: Loan, loan: str, terms_on: Callable[[date], Terms]) -> None:
        self.state = state
        self.loan = loan
        self.terms_on = terms_on
        self.events: list[Event] = []
        self.over: list[Over] = []

    def add(self, *events: Event) -> None:
        for one in events:
            self.events.append(one)
            self.state = evolve(self.state, one)

    def take_back(self, since: Sequence[Recorded]) -> None:
        """The newest first: each repayment is reversed, and principal goes back between 121 and 122 on its day."""
        for one in reversed(since):
            body = one.body
            match body:
                case Repaid():
                    self.add(_reversal(body, one.originator_version, self.state))
                case TurnedOverdue():
                    self.add(TurnedNormal(effective_on=body.effective_on, principal_fen=body.principal_fen))
                case TurnedNormal():
                    self.add(TurnedOverdue(effective_on=body.effective_on, principal_fen=body.principal_fen))

    def happen(self, bodies: Sequence[Event]) -> None:
        """What fell due, what was turned and what was paid, in the order in which it had been recorded."""
        for at, body in enumerate(bodies):
            on = body.effective_on
            if isinstance(body, Repaid):
                way = next((one for one in bodies[at:] if isinstance(one, Rescheduled)), None)
                self._pay(body, way)
            elif isinstance(body, (InstalmentFellDue, *TURNS)):
                self.add(*bring_up(self.state, on, self.terms_on(on))[1])

    def _pay(self, body: Repaid, way: Rescheduled | None) -> None:
        on, terms = body.effective_on, self.terms_on(body.effective_on)
        amount_fen = body.principal_fen + body.interest_fen + body.penalty_fen
        turns = tuple(sorted({one.effective_on for one in self.events if isinstance(one, TURNS)}))
        late = self.state.turned_on is not None and self.state.turned_on > on
        arrived = Arrived(amount_fen, on, body.source, body.reference, body.account, turns if late else ())
        if body.kind == "instalment":
            events, _ = repay(self.state, self.loan, arrived, terms)
        else:
            whole_fen = payoff_on(self.state, on, terms).total_fen
            how, months = (way.how, way.months_left) if way and body.kind == "partial" else ("keep_term", 0)
            arrived = arrived._replace(amount_fen=min(amount_fen, whole_fen))
            events = prepay(self.state, self.loan, arrived, how, months, terms)
        self.add(*self._with_held(body, events))

    def _with_held(self, before: Repaid, events: Sequence[Event]) -> Iterator[Event]:
        """The sum that came in is the same as before: what is not booked of it is held."""
        came_fen = before.principal_fen + before.interest_fen + before.penalty_fen
        for one in events:
            if isinstance(one, Repaid):
                rest_fen = came_fen - one.principal_fen - one.interest_fen - one.penalty_fen
                one = replace(one, held_fen=before.held_fen + rest_fen)
                if rest_fen:
                    self.over.append(Over(one, rest_fen))
            yield one


def _reversal(body: Repaid, version: int, state: Loan) -> RepaymentReversed:
    return RepaymentReversed(
        effective_on=body.effective_on,
        reverses=version,
        principal_fen=body.principal_fen,
        interest_fen=body.interest_fen,
        penalty_fen=body.penalty_fen,
        overdue_fen=body.overdue_fen,
        reason="利率调整补办",
        restores=state.standing,
    )
