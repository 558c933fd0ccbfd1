"""Questions about a loan that change nothing: its next instalment, its schedule, what it owes on a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from ledger.dates import business_day
from ledger.money import rounded_ratio
from ledger.policy.loan_terms import Terms, penalty, spread
from ledger.policy.schedule import counted_days, days_interest, level_payment, month_interest
from ledger.streams.base import Event, Recorded
from ledger.streams.loan.events import (
    TURNS,
    InstalmentFellDue,
    Owed,
    Recovered,
    Repaid,
    RepaymentReversed,
    Repriced,
    Share,
    Standing,
    TurnedNormal,
    TurnedOverdue,
)
from ledger.streams.loan.evolve import evolve
from ledger.streams.loan.state import RUNNING, Loan


class Due(NamedTuple):
    """One instalment (期次): principal and interest of its day, and the principal not yet due after it."""

    number: int
    due_on: date
    principal_fen: int
    interest_fen: int
    left_fen: int

    @property
    def payment_fen(self) -> int:
        return self.principal_fen + self.interest_fen


def instalment_of(method: str, principal_fen: int, rate: Decimal, months: int, rounding: str) -> int:
    """What the schedule keeps constant: the level payment, the principal of each month, or the whole principal."""
    if method == "level_payment":
        return level_payment(principal_fen, rate, months, rounding)
    return rounded_ratio(principal_fen, months if method == "equal_principal" else 1, rounding)


def interest_to(state: Loan, on: date, terms: Terms) -> int:
    """Interest on the principal not yet due, from where it was last settled to a day (not counted)."""
    if state.interest_from is None or on <= state.interest_from:
        return state.accrued_fen
    days = counted_days(state.interest_from, on, state.repay_day)
    return state.accrued_fen + days_interest(state.running_fen, state.rate, days, terms.rounding)


def next_due_day(state: Loan) -> date | None:
    """The day on which something falls due next: the instalment's, or the one by which the whole loan is demanded."""
    if state.status != RUNNING or state.next_due_on is None or not state.running_fen:
        return None
    if state.repay_by is None or state.repay_by > state.next_due_on:
        return state.next_due_on
    return max(state.repay_by, state.interest_from or state.repay_by)


def next_due(state: Loan, terms: Terms) -> Due | None:
    """The next instalment, or none where nothing is to come. A loan that is demanded early falls due whole, on its day."""
    due_on = next_due_day(state)
    if due_on is None:
        return None
    left_fen, fixed_fen = state.running_fen, state.instalment_fen
    if state.method == "level_payment":
        fixed_fen -= month_interest(left_fen, state.rate, terms.rounding)
    whole = state.months_left <= 1 or due_on != state.next_due_on or due_on == state.repay_by
    principal_fen = left_fen if whole else min(max(0, fixed_fen), left_fen)
    return Due(
        state.next_number, due_on, principal_fen, interest_to(state, due_on, terms), left_fen - principal_fen
    )


def fell_due(due: Due, terms: Terms) -> InstalmentFellDue:
    """An instalment as the event that it fell due."""
    return InstalmentFellDue(
        effective_on=due.due_on,
        number=due.number,
        principal_fen=due.principal_fen,
        interest_fen=due.interest_fen,
        penalty_from=date.fromordinal(due.due_on.toordinal() + terms.grace_days),
        parameters=terms.named("loan_interest_rounding", "loan_grace_days"),
    )


def schedule(state: Loan, terms: Terms) -> Iterator[Due]:
    """Every instalment to come (还款计划), as the loan stands: each falls due in its turn."""
    while (due := next_due(state, terms)) is not None:
        yield due
        state = evolve(state, fell_due(due, terms))


def months_needed(state: Loan, terms: Terms) -> int:
    """Months in which the present instalment repays the principal; never more than there were."""
    longest = replace(state, months_left=10 * max(state.months_left, 1))
    return min(sum(1 for _ in schedule(longest, terms)), state.months_left)


def penalty_on(owed: Owed, rate: Decimal, on: date, terms: Terms) -> int:
    """The penalty on an overdue instalment up to a day (not counted), in fen."""
    days = (on - owed.penalty_from).days
    if days <= 0:
        return owed.penalty_fen
    return owed.penalty_fen + penalty(owed.principal_fen, owed.interest_fen, rate, days, terms)


class Claim(NamedTuple):
    """What is owed on a day (应还), in fen: instalments that fell due, and the penalty on those that are overdue."""

    principal_fen: int
    interest_fen: int
    penalty_fen: int

    @property
    def total_fen(self) -> int:
        return sum(self)


def claim_on(state: Loan, on: date, terms: Terms) -> Claim:
    """What of the instalments that fell due by a day is owed on it."""
    due = due_by(state, on)
    return Claim(
        sum(one.principal_fen for one in due),
        sum(one.interest_fen for one in due),
        sum(penalty_on(one, state.rate, on, terms) for one in due),
    )


def due_by(state: Loan, on: date) -> list[Owed]:
    """The instalments that are owed and fell due by a day."""
    return [one for one in state.owed if one.due_on <= on]


def days_overdue(state: Loan, on: date) -> int:
    """Days since the oldest unpaid instalment fell due."""
    return max(((on - one.due_on).days for one in state.owed), default=0)


def is_late(due_on: date, on: date, terms: Terms) -> bool:
    """Whether an instalment unpaid on a day belongs into 122: overdue for more days than the parameter says."""
    return (on - due_on).days > terms.overdue_days


def in_122(state: Loan, on: date, terms: Terms) -> int:
    """The principal that belongs into 122 on a day."""
    return sum(one.principal_fen for one in state.owed if is_late(one.due_on, on, terms))


def turning_day(state: Loan, on: date) -> date:
    """The day by which 121 and 122 are told apart: never before the day on which they were told apart last."""
    return max(on, state.turned_on or on)


def turning_days(history: Iterable[Recorded]) -> tuple[date, ...]:
    """The days on which principal was turned between 121 and 122, in order."""
    return tuple(sorted({one.body.effective_on for one in history if isinstance(one.body, TURNS)}))


def by_turn(
    owed: Sequence[Owed], shares: Sequence[Share], on: date, turning_days: Sequence[date], terms: Terms
) -> dict[date, int]:
    """Principal of shares that stands in 122 after all turns: by the day of its turn, or ``on`` where that is later.

    An instalment is turned on the first turning day on which it is late.
    """
    due_on = {one.number: one.due_on for one in owed}
    by_day: dict[date, int] = {}
    for one in shares:
        late = (day for day in turning_days if one.number and is_late(due_on[one.number], day, terms))
        turned_on = next(late, None)
        if turned_on and one.principal_fen:
            day = max(turned_on, on)
            by_day[day] = by_day.get(day, 0) + one.principal_fen
    return by_day


def owed_again(state: Loan, before: Loan, body: Repaid, terms: Terms) -> Standing:
    """The standing with the shares of a repayment owed again, and the penalty of the days since."""
    owed = {one.number: one for one in state.owed}
    first = {one.number: one for one in before.owed}
    for share in body.shares:
        due_on = first[share.number].due_on
        since = max(first[share.number].penalty_from, body.effective_on)
        now = owed.get(share.number, Owed(share.number, due_on, 0, 0, 0, since))
        back = Owed(share.number, due_on, share.principal_fen, share.interest_fen, share.penalty_fen, since)
        owed[share.number] = Owed(
            share.number,
            due_on,
            now.principal_fen + back.principal_fen,
            now.interest_fen + back.interest_fen,
            now.penalty_fen + penalty_on(back, state.rate, now.penalty_from, terms),
            now.penalty_from,
        )
    standing = state.standing
    return Standing(
        standing.months_left,
        standing.next_number,
        standing.instalment_fen,
        standing.next_due_on,
        standing.interest_from,
        standing.accrued_fen,
        tuple(owed[number] for number in sorted(owed)),
        standing.moved_on,
    )


def as_of(events: Iterable[Recorded], on: date, known_on: date | None = None) -> Loan:
    """The loan effective on a day, as known on a day (by default all that is known now)."""
    state = Loan()
    for one in events:
        known = known_on is None or business_day(one.recorded_at) <= known_on
        if known and one.body.effective_on <= on:
            state = evolve(state, one.body)
    return state


def moved_after(state: Loan, on: date) -> bool:
    """Whether the schedule went on after a day: money was booked, or an instalment fell due (期供已变动)."""
    return any(day is not None and day > on for day in (state.moved_on, state.interest_from))


def parted(history: Sequence[Recorded], on: date) -> tuple[list[Recorded], list[Recorded]]:
    """A history as it stood before anything went on after a day, and what was recorded since."""
    later = (
        at for at, one in enumerate(history) if one.body.effective_on > on and isinstance(one.body, _GOES_ON)
    )
    first = next(later, len(history))
    return list(history[:first]), list(history[first:])


_GOES_ON: Final = (InstalmentFellDue, Repaid, RepaymentReversed, Repriced, TurnedNormal, TurnedOverdue)


def bring_up(state: Loan, on: date, terms: Terms) -> tuple[Loan, list[Event]]:
    """What happened by itself up to a day: instalments fell due, principal went to 122 or came back from it."""
    events: list[Event] = []

    def add(one: Event) -> None:
        nonlocal state
        events.append(one)
        state = evolve(state, one)

    while (day := next_due_day(state)) is not None and day <= on and (due := next_due(state, terms)):
        add(fell_due(due, terms))
    for one in turned(state, turning_day(state, on), terms):
        add(one)
    return state, events


def turned(state: Loan, day: date, terms: Terms) -> tuple[Event, ...]:
    """The principal that goes to 122 on a day, or comes back from it."""
    fen = in_122(state, day, terms) - state.overdue_fen if state.status == RUNNING else 0
    turn = TurnedOverdue if fen > 0 else TurnedNormal
    return (turn(effective_on=day, principal_fen=abs(fen)),) if fen else ()


class Payoff(NamedTuple):
    """What a loan costs to the last fen on a day (结清金额): what fell due, and the rest with its interest."""

    due_fen: int
    interest_fen: int
    principal_fen: int

    @property
    def total_fen(self) -> int:
        return sum(self)


def payoff_on(state: Loan, on: date, terms: Terms) -> Payoff:
    """The amount that settles a running loan on a day."""
    state, _ = bring_up(state, on, terms)
    interest_fen = interest_to(state, on, terms) if state.running_fen else 0
    return Payoff(claim_on(state, on, terms).total_fen, interest_fen, state.running_fen)


def allocate(state: Loan, amount_fen: int, on: date, terms: Terms) -> tuple[list[Share], int]:
    """Shares of an amount by instalment that fell due, the oldest first within each kind of the order, and the rest."""
    due = due_by(state, on)
    penalties = [penalty_on(one, state.rate, on, terms) for one in due]
    owed = [
        {"penalty": fen, **_by_kind(one, "overdue_" if one.due_on < on else "")}
        for one, fen in zip(due, penalties, strict=True)
    ]
    paid, rest_fen = spread(amount_fen, owed, terms.order)
    shares = [
        Share(
            one.number,
            parts.get("overdue_principal", 0) + parts.get("principal", 0),
            parts.get("overdue_interest", 0) + parts.get("interest", 0),
            parts.get("penalty", 0),
            penalty_fen - parts.get("penalty", 0),
        )
        for one, parts, penalty_fen in zip(due, paid, penalties, strict=True)
        if any(parts.values())
    ]
    return shares, rest_fen


def _by_kind(one: Owed, prefix: str) -> dict[str, int]:
    return {f"{prefix}interest": one.interest_fen, f"{prefix}principal": one.principal_fen}


class Content(NamedTuple):
    """What a bank reference says of its money: what it was booked as, whence, on which value day, how much in fen.

    ``principal_fen`` is said of a recovery, where a person splits the sum.
    """

    what: str
    source: str
    on: date
    amount_fen: int
    principal_fen: int = 0


def content_of(body: Repaid | Recovered) -> Content:
    """The content of what was booked, with what of the same money was over and is held."""
    booked_fen = body.principal_fen + body.interest_fen + body.penalty_fen
    if isinstance(body, Recovered):
        return Content("recovery", body.source, body.effective_on, booked_fen, body.principal_fen)
    what = "repayment" if body.kind == "instalment" else "prepayment"
    return Content(what, body.source, body.effective_on, booked_fen + body.held_fen)


def standing_under(
    state: Loan, events: Iterable[tuple[int, Event]], reference: str
) -> Iterator[Repaid | Recovered]:
    """What stands booked under a reference, of events with their versions: what was reversed may be booked again."""
    for version, body in events:
        stands = version not in state.reversed
        if stands and isinstance(body, (Repaid, Recovered)) and body.reference == reference:
            yield body


def case_of(body: Event, before: Loan) -> tuple[str, dict[str, Any], dict[str, int]] | None:
    """The rule that gave an amount of an event, its inputs from the loan as it stood before, and what it must give."""
    match body:
        case InstalmentFellDue():
            return (
                "loan_interest",
                _interest_case(before, body.effective_on),
                {"interest_fen": body.interest_fen},
            )
        case Repriced():
            return (
                "loan_interest",
                _interest_case(before, body.effective_on),
                {"interest_fen": body.accrued_fen},
            )
        case Repaid():
            ordinary, owed = [one for one in body.shares if one.number], due_by(before, body.effective_on)
            sums = {
                "penalty_fen": sum(one.penalty_fen for one in ordinary),
                "interest_fen": sum(one.interest_fen for one in ordinary),
                "principal_fen": sum(one.principal_fen for one in ordinary),
            }
            inputs = {
                "amount_fen": sum(sums.values()),
                "principals_fen": [one.principal_fen for one in owed],
                "interests_fen": [one.interest_fen for one in owed],
                "penalties_before_fen": [one.penalty_fen for one in owed],
                "penalty_days": [max(0, (body.effective_on - one.penalty_from).days) for one in owed],
                "overdue": [int(one.due_on < body.effective_on) for one in owed],
                "rate": str(before.rate),
            }
            return ("loan_allocation", inputs, sums) if ordinary else None
        case _:
            return None


def _interest_case(before: Loan, on: date) -> dict[str, Any]:
    days = counted_days(before.interest_from or on, on, before.repay_day)
    return {
        "principal_fen": before.running_fen,
        "rate": str(before.rate),
        "days": max(0, days),
        "accrued_fen": before.accrued_fen,
    }
