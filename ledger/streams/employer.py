"""The employer (缴存单位): kind, rate, reduction and deferral, arrears and their debtor, merger, split, closing.

葫政发〔2019〕12号 第三、四、十条; 条例第十四、十九、二十条. One rate for all of its staff, the same for both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ledger.dates import days_after, first_day, format_month, last_day, parse_month
from ledger.refusal import Refusal
from ledger.streams.account import Account, unpaid_months
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("employer.registered")
class Registered(Event, frozen=True):
    """An employer registered (缴存登记) with one of the nine kinds of 第三条, a rate, and its pay day."""

    name: str
    kind: str
    rate: Decimal
    first_month: str
    pay_day: int
    credit_code: str = ""
    parameters: tuple[str, ...] = ()


@event("employer.rate_set")
class RateSet(Event, frozen=True):
    """The contribution rate (缴存比例) from a month on, for both sides (第四条)."""

    rate: Decimal
    from_month: str
    parameters: tuple[str, ...]


@event("employer.rate_reduced")
class RateReduced(Event, frozen=True):
    """A lower rate for a time (降低缴存比例), approved by the committee (条例第二十条)."""

    rate: Decimal
    from_month: str
    until_month: str
    approval: str


@event("employer.deferred")
class Deferred(Event, frozen=True):
    """Contributions are put off for a time (缓缴), approved by the committee (条例第二十条)."""

    from_month: str
    until_month: str
    approval: str


@event("employer.resumed")
class Resumed(Event, frozen=True):
    """A deferral or reduced rate ended before its last month; what was put off is now to be made up."""

    from_month: str


@event("employer.month_remitted")
class MonthRemitted(Event, frozen=True):
    """A month's remittance of the employer was booked (汇缴): months go in order; it was due on ``due_on``."""

    month: str
    due_on: date
    heads: int
    total_fen: int
    advance: bool = False


@event("employer.bases_fixed")
class BasesFixed(Event, frozen=True):
    """The yearly fixing of bases on 1 July for the whole staff (第五条)."""

    fund_year: int
    fixed: int
    unchanged: int
    newcomers: int


@event("employer.arrears_left")
class ArrearsLeft(Event, frozen=True):
    """An employee moved on while this employer still owed contributions (欠缴): the debt stays here, by month.

    The same month again says anew what is owed for it; 0 where it turned out that this employer does not owe it.
    """

    account: str
    months: dict[str, int]


@event("employer.arrears_made_up")
class ArrearsMadeUp(Event, frozen=True):
    """A month that was owed for an employee who moved on has been made up (补缴)."""

    account: str
    month: str


@event("employer.arrears_assigned")
class ArrearsAssigned(Event, frozen=True):
    """Who pays the arrears has been settled (第十条), with the basis on which they were assessed.

    ``months`` are both shares of each month; ``employer_fen`` and ``employee_fen`` the shares of all. ``base_fen`` is the
    proven wage, ``bounds`` are the explanations of the base that it gives between floor and cap, one for each pair of them,
    and ``proofs`` those of the arrears, one for each rate and base that governed the months.
    """

    debtor: str
    months: dict[str, int]
    total_fen: int
    basis: str
    explanation: dict[str, Any]
    employer_fen: int = 0
    employee_fen: int = 0
    base_fen: int = 0
    proofs: tuple[dict[str, Any], ...] = ()
    bounds: tuple[dict[str, Any], ...] = ()


@event("employer.merged")
class Merged(Event, frozen=True):
    """The employer was merged into another (合并); its accounts moved there."""

    into: str
    accounts: int


@event("employer.split")
class Split(Event, frozen=True):
    """Some of the employer's accounts moved to a new employer (分立)."""

    into: str
    accounts: int


@event("employer.closed")
class Closed(Event, frozen=True):
    """The employer was closed (撤销, 解散, 破产)."""

    reason: str


# ---------------------------------------------------------------- state


class Employer(msgspec.Struct, frozen=True):
    """The smallest state from which decisions about an employer can be taken. Months are numbers."""

    status: str = ""
    name: str = ""
    kind: str = ""
    pay_day: int = 0
    first_month: int = 0
    paid_up_to: int = 0
    rates: tuple[tuple[int, str], ...] = ()
    reduced: tuple[tuple[int, int, str], ...] = ()
    deferred: tuple[tuple[int, int], ...] = ()
    left_behind: tuple[tuple[str, int, int], ...] = ()
    debtor: str = ""
    assigned_fen: int = 0
    assigned_months: tuple[int, ...] = ()
    successor: str = ""


# ---------------------------------------------------------------- evolve


def evolve(state: Employer, event: Event) -> Employer:
    """The state after an event. Total: an event that happened is never refused."""
    match event:
        case MonthRemitted():
            return replace(state, paid_up_to=max(state.paid_up_to, parse_month(event.month)))
        case Registered():
            month = parse_month(event.first_month)
            return replace(
                state,
                status="active",
                name=event.name,
                kind=event.kind,
                pay_day=event.pay_day,
                first_month=month,
                paid_up_to=month - 1,
                rates=((month, str(event.rate)),),
            )
        case RateSet():
            month = parse_month(event.from_month)
            earlier = tuple(one for one in state.rates if one[0] < month)
            return replace(state, rates=(*earlier, (month, str(event.rate))))
        case RateReduced():
            months = parse_month(event.from_month), parse_month(event.until_month)
            return replace(state, reduced=(*state.reduced, (*months, str(event.rate))))
        case Deferred():
            months = parse_month(event.from_month), parse_month(event.until_month)
            return replace(state, deferred=(*state.deferred, months))
        case Resumed():
            return _resumed(state, parse_month(event.from_month))
        case ArrearsLeft():
            anew = {(event.account, parse_month(month)): fen for month, fen in event.months.items()}
            kept = tuple(one for one in state.left_behind if one[:2] not in anew)
            return replace(state, left_behind=(*kept, *((*one, fen) for one, fen in anew.items() if fen)))
        case ArrearsMadeUp():
            paid = (event.account, parse_month(event.month))
            return replace(state, left_behind=tuple(one for one in state.left_behind if one[:2] != paid))
        case ArrearsAssigned():
            named = tuple(sorted(map(parse_month, event.months)))
            return replace(state, debtor=event.debtor, assigned_fen=event.total_fen, assigned_months=named)
        case Merged():
            return replace(state, status="merged", successor=event.into)
        case Closed():
            return replace(state, status="closed")
        case _:
            return state


def _resumed(state: Employer, month: int) -> Employer:
    """Deferrals and reductions end with the month before."""
    reduced = tuple((start, min(end, month - 1), rate) for start, end, rate in state.reduced)
    deferred = tuple((start, min(end, month - 1)) for start, end in state.deferred)
    return replace(
        state,
        reduced=tuple(one for one in reduced if one[0] <= one[1]),
        deferred=tuple(one for one in deferred if one[0] <= one[1]),
    )


EMPLOYERS: Final = Stream("employer", Employer(), evolve)

Due = Callable[[Employer, Account, int], int]
"""What an employer owes for an account and a month, both shares, in fen."""


# ---------------------------------------------------------------- decisions


def register(state: Employer, employer: str, registered: Registered) -> tuple[Event, ...]:
    """Registers an employer; its kind and rate have been checked against the parameters of the day."""
    if state.status:
        raise Refusal("employer_exists", employer=employer)
    if not 1 <= registered.pay_day <= 31:
        raise Refusal("pay_day_impossible", pay_day=registered.pay_day)
    return (registered,)


def require_owed_as_before(employer: str, owed: Iterable[int], first: int, last: int | None) -> None:
    """Refuses to lower or put off what is owed of months that are over: they stay owed as they were (第四、十条).

    ``owed`` are months that were over on the day of the decision and are not paid.
    """
    month = min((one for one in owed if first <= one <= (last or one)), default=0)
    if month:
        raise Refusal("month_owed_already", employer=employer, month=format_month(month))


def set_rate(state: Employer, employer: str, rate_set: RateSet) -> tuple[Event, ...]:
    """Sets the rate from a month that has not been remitted yet; the same rate again gives no event (第四条).

    A reduction that runs is not the employer's rate: what is set stands when it has ended.
    """
    require_active(state, employer)
    month = parse_month(rate_set.from_month)
    if month <= state.paid_up_to:
        raise Refusal("rate_in_remitted_month", employer=employer, month=rate_set.from_month)
    stands = general_rate_in(state, month) == rate_set.rate and all(
        start <= month for start, _ in state.rates
    )
    return () if stands else (rate_set,)


def reduce_rate(state: Employer, employer: str, reduced: RateReduced) -> tuple[Event, ...]:
    """Lowers the rate for named months on the committee's approval (条例第二十条)."""
    first = _require_open_months(state, employer, reduced.from_month, reduced.until_month, reduced.approval)
    if not 0 < reduced.rate < rate_in(state, first):
        raise Refusal("rate_not_lower", employer=employer, rate=str(reduced.rate))
    return (reduced,)


def defer(state: Employer, employer: str, deferred: Deferred) -> tuple[Event, ...]:
    """Puts contributions off for named months on the committee's approval (条例第二十条)."""
    _require_open_months(state, employer, deferred.from_month, deferred.until_month, deferred.approval)
    return (deferred,)


def _require_open_months(
    state: Employer, employer: str, from_month: str, until_month: str, approval: str
) -> int:
    require_active(state, employer)
    first, last = parse_month(from_month), parse_month(until_month)
    if last < first:
        raise Refusal("months_reversed", from_month=from_month, until_month=until_month)
    if first <= state.paid_up_to:
        raise Refusal("rate_in_remitted_month", employer=employer, month=from_month)
    if any(start <= last and first <= end for start, end in _exceptions(state)):
        raise Refusal("already_deferred", employer=employer, from_month=from_month, until_month=until_month)
    return first


def resume(state: Employer, employer: str, resumed: Resumed) -> tuple[Event, ...]:
    """Ends a deferral or reduced rate early; refuses when there is none, and in a month remitted at that rate."""
    require_active(state, employer)
    month = parse_month(resumed.from_month)
    if not any(end >= month for _, end in _exceptions(state)):
        raise Refusal("nothing_deferred", employer=employer, month=resumed.from_month)
    if month <= state.paid_up_to and any(
        start <= state.paid_up_to and end >= month for start, end, _ in state.reduced
    ):
        raise Refusal("rate_in_remitted_month", employer=employer, month=resumed.from_month)
    return (resumed,)


def remit_month(state: Employer, employer: str, month: int, oldest_unpaid: int | None = None) -> None:
    """Whether a month may be remitted: refuses a month out of order, one that was remitted, and a deferred one.

    ``oldest_unpaid`` is the oldest month that any present employee is still owed, asked only when months are skipped:
    a month that was paid singly for everybody needs no remittance.
    """
    require_active(state, employer)
    text, expected = format_month(month), expected_month(state)
    if in_months(state.deferred, month):
        raise Refusal("employer_deferred", employer=employer, month=text)
    if month <= state.paid_up_to:
        raise Refusal("month_already_remitted", employer=employer, month=text)
    if month < expected or (oldest_unpaid is not None and oldest_unpaid < month):
        due = format_month(oldest_unpaid or expected)
        raise Refusal("month_out_of_order", employer=employer, month=text, expected=due)


def assign_arrears(state: Employer, employer: str, assigned: ArrearsAssigned) -> tuple[Event, ...]:
    """Names who pays the arrears (第十条), also of an employer that has gone; refuses when nothing is owed."""
    require_known(state, employer)
    if not assigned.total_fen:
        raise Refusal("no_arrears", employer=employer)
    named = tuple(sorted(map(parse_month, assigned.months)))
    before = state.debtor, state.assigned_fen, state.assigned_months
    return () if before == (assigned.debtor, assigned.total_fen, named) else (assigned,)


def require_no_debt_of_others(named_by: Mapping[str, int]) -> None:
    """Refuses to close who was named to pay what others still owe, until that has another debtor (第十条第二款)."""
    for other, fen in sorted(named_by.items()):
        if fen:
            raise Refusal("arrears_without_debtor", employer=other, owed_fen=fen)


def restructure(state: Employer, employer: str, into: Employer, into_key: str, owed_fen: int) -> None:
    """Whether an employer may be merged or split: both are active, and arrears have a debtor (第十条)."""
    if employer == into_key:
        raise Refusal("same_employer", employer=employer)
    require_active(state, employer)
    require_active(into, into_key)
    require_debtor(state, employer, owed_fen)


def close(state: Employer, employer: str, owed_fen: int, live: int, closed: Closed) -> tuple[Event, ...]:
    """Closes an employer, unless arrears have no debtor (第十条) or accounts still stand with it."""
    require_active(state, employer)
    require_debtor(state, employer, owed_fen)
    if live:
        raise Refusal("employer_has_accounts", employer=employer, count=live)
    return (closed,)


def require_known(state: Employer, employer: str) -> None:
    """Refuses an employer that was never registered."""
    if not state.status:
        raise Refusal("employer_unknown", employer=employer)


def require_active(state: Employer, employer: str) -> None:
    """Refuses an employer that is unknown or gone."""
    if state.status != "active":
        code = "employer_closed" if state.status else "employer_unknown"
        raise Refusal(code, employer=employer)


def require_debtor(state: Employer, employer: str, owed_fen: int) -> None:
    """Refuses while arrears have no debtor (第十条), down to the fen that was assessed when one was named."""
    if owed_fen and (not state.debtor or state.assigned_fen != owed_fen):
        raise Refusal("arrears_without_debtor", employer=employer, owed_fen=owed_fen)


# ---------------------------------------------------------------- queries


def in_months(spans: tuple[tuple[int, int], ...], month: int) -> bool:
    return any(start <= month <= end for start, end in spans)


def _exceptions(state: Employer) -> list[tuple[int, int]]:
    """Months with a deferral or a reduced rate."""
    return [*state.deferred, *((start, end) for start, end, _ in state.reduced)]


def running_deferrals(state: Employer, through: int) -> tuple[tuple[int, int], ...]:
    """Deferrals that still run after a month: their months are not due yet; those of an ended one are (条例第二十条)."""
    return tuple(span for span in state.deferred if span[1] > through)


def expected_month(state: Employer) -> int:
    """The month that is to be remitted next: the one after the last, deferred months passed over."""
    month = state.paid_up_to + 1
    while in_months(state.deferred, month):
        month += 1
    return month


def pay_day_in(state: Employer, month: int) -> date:
    """The day on which wages of a month are paid: the employer's pay day, or the month's last."""
    return min(days_after(first_day(month), state.pay_day - 1), last_day(month))


def rate_in(state: Employer, month: int) -> Decimal:
    """The rate that governs a month, a reduction in force before the general rate."""
    for start, end, rate in state.reduced:
        if start <= month <= end:
            return Decimal(rate)
    return general_rate_in(state, month)


def general_rate_in(state: Employer, month: int) -> Decimal:
    """The rate of a month but for reductions, which end."""
    return Decimal(next((rate for start, rate in reversed(state.rates) if start <= month), state.rates[0][1]))


def owed(
    state: Employer, present: Mapping[str, Account], due: Due, through: int, *, for_good: bool = False
) -> list[tuple[str, int, int]]:
    """``(account, month, fen)`` of all that an employer owes up to a month: left behind, and for its present employees.

    A month whose deferral still runs is not due, nor is one that was left behind before it was over; ``for_good``, when
    the employer goes, they are owed like the others.
    """
    running = () if for_good else running_deferrals(state, through)
    left = (one for one in state.left_behind if for_good or one[1] <= through)
    for_present = (
        (key, month, due(state, account, month))
        for key, account in present.items()
        for month in unpaid_months(account, through)
    )
    return [one for one in (*left, *for_present) if not in_months(running, one[1])]


def is_left_behind(state: Employer, account: str, month: int) -> bool:
    """Whether this employer still owes a month for an account that has left it."""
    return any(one[:2] == (account, month) for one in state.left_behind)


def to_be_remitted(state: Employer, accounts: Mapping[str, Account], through: int) -> list[int]:
    """Months that present employees are still owed and that may be remitted: deferred ones are made up singly."""
    months = (month for account in accounts.values() for month in unpaid_months(account, through))
    return [month for month in months if not in_months(state.deferred, month)]
