"""The personal account (个人账户) of one employee: base, contributions, seal, transfer, withdrawal, corrections.

葫政发〔2019〕12号 第五、七至九、十一、十二条. Every movement keeps the carried-forward part (上年结转) and the
current-year part (当年归集) apart, as JGJ/T 320 demands: what was effective before 1 July of the account's fund year
is carried forward, whenever it was recorded. Money is fen, months are ``YYYY-MM`` in events and numbers in states.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, Final, NamedTuple

import msgspec
from msgspec.structs import replace

from ledger.dates import business_day, days_after, format_month, fund_year_of, month_of, parse_month
from ledger.limits import AMOUNT_FEN_MAX
from ledger.refusal import Refusal
from ledger.streams.base import Event, Recorded, Stream, event

# ---------------------------------------------------------------- events


@event("account.opened")
class Opened(Event, frozen=True):
    """An account was opened (个人账户设立) for a person with an employer, from a first contribution month."""

    person: str
    employer: str
    base_fen: int
    first_month: str
    joined_on: date
    wage_fen: int = 0
    parameters: tuple[str, ...] = ()


@event("account.balance_taken_over", moves_money=True)
class BalanceTakenOver(Event, frozen=True):
    """The balance that an older system kept (期初余额), with its paid-up-to month and months of contribution."""

    carried_fen: int
    current_fen: int
    months: int
    paid_up_to: str = ""


@event("account.base_fixed")
class BaseFixed(Event, frozen=True):
    """The contribution base (缴存基数) from a month on (第五条)."""

    base_fen: int
    wage_fen: int
    from_month: str
    parameters: tuple[str, ...]


@event("account.deposited", moves_money=True)
class Deposited(Event, frozen=True):
    """A month's contribution was booked to the employee (缴存入账), both parts.

    ``kind``: ``remittance`` 汇缴, ``single`` 单笔, ``make_up`` 补缴, ``advance`` 预缴. ``source``: ``bank`` or
    ``held`` (挂账). The amounts are performed again from base, rate and the named parameter versions.
    """

    month: str
    employer_fen: int
    employee_fen: int
    base_fen: int
    rate: Decimal
    kind: str
    parameters: tuple[str, ...]
    rule: str = "monthly_contribution"
    source: str = "bank"
    of: str = ""


@event("account.relation_broken")
class RelationBroken(Event, frozen=True):
    """The wage relation was interrupted (中断工资关系, 第七条) or the labour relation ended (解除, 第八、九条).

    Until ``due_on`` the account is to be sealed, transferred or centrally sealed.
    """

    how: str
    broken_on: date
    due_on: date


@event("account.sealed")
class Sealed(Event, frozen=True):
    """The account was sealed with its employer (封存, 第七条): due by ``due_on``."""

    broken_on: date
    due_on: date


@event("account.unsealed")
class Unsealed(Event, frozen=True):
    """The account was unsealed (启封, 第七条)."""

    resumed_on: date


@event("account.sealed_centrally")
class SealedCentrally(Event, frozen=True):
    """The account went to the centre's pool (集中封存, 第八条): due by ``due_on``."""

    ended_on: date
    due_on: date


@event("account.transferred")
class Transferred(Event, frozen=True):
    """The account moved from one employer of the city to another (内部转移, 第九条), balance unbroken."""

    from_employer: str
    to_employer: str
    ended_on: date
    hired_on: date
    out_due_on: date
    in_due_on: date
    by: str = "unit"


@event("account.transferred_in", moves_money=True)
class TransferredIn(Event, frozen=True):
    """Money and contribution months came from another city (异地转入, 第九条)."""

    amount_fen: int
    months: int
    from_centre: str
    letter: str


@event("account.transferred_out", moves_money=True)
class TransferredOut(Event, frozen=True):
    """The whole balance went to another city (异地转出, 第九条)."""

    carried_fen: int
    current_fen: int
    months: int
    to_centre: str
    letter: str


@event("account.frozen")
class Frozen(Event, frozen=True):
    """A court froze the account (冻结): ``amount_fen`` of it, or the whole where that is 0."""

    document: str
    amount_fen: int = 0


@event("account.unfrozen")
class Unfrozen(Event, frozen=True):
    """A court lifted its freeze (解冻)."""

    document: str


@event("account.withdrawn", moves_money=True)
class Withdrawn(Event, frozen=True):
    """Money was withdrawn (提取) for a reason of 第十一条; the payment order stands in the same commit (第十二条)."""

    carried_fen: int
    current_fen: int
    reason: str
    payment: str
    explanation: dict[str, Any]
    for_account: str = ""


@event("account.closed")
class Closed(Event, frozen=True):
    """The account was closed (销户)."""

    reason: str


@event("account.entry_reversed", moves_money=True)
class EntryReversed(Event, frozen=True):
    """A movement was reversed (冲账), once, with its reason and at its original value date.

    ``carried_fen`` and ``current_fen`` are signed and are added to the account, ``months`` of contribution are taken
    back. ``money`` says where the other side is: ``bank``, ``held`` when a contribution goes back to the unallocated
    money of its employer, ``opening``, or ``interest`` when credited interest is payable again.
    """

    reverses: int
    of_topic: str
    carried_fen: int
    current_fen: int
    reason: str
    money: str
    month: str = ""
    months: int = 0
    original_recorded_on: date | None = None


class RateSegment(msgspec.Struct, frozen=True, array_like=True):
    """Days from ``first`` on with one rate for each part: products in fen-days and yearly rates."""

    first: date
    carried_products: int
    current_products: int
    carried_rate: Decimal
    current_rate: Decimal


@event("account.interest_credited", moves_money=True)
class InterestCredited(Event, frozen=True):
    """Interest was credited (结息): on the settlement day, on closing, or as an adjustment after the settlement.

    ``kind``: ``settlement`` 年终结息, ``closing`` 销户、转出利息, ``adjustment`` 补息. ``carried_fen`` and ``current_fen``
    are the interest on either part from ``first`` to ``through``, less ``before_fen`` that had been credited for
    the fund year; both join the carried-forward part. The products are fen-days; ``segments`` stand where rates
    changed on the way.
    """

    kind: str
    year: int
    first: date
    through: date
    carried_fen: int
    current_fen: int
    carried_products: int
    current_products: int
    carried_rate: Decimal
    current_rate: Decimal
    parameters: tuple[str, ...]
    segments: tuple[RateSegment, ...] = ()
    before_fen: int = 0


# ---------------------------------------------------------------- state


class Account(msgspec.Struct, frozen=True, gc=False):
    """The smallest state from which decisions about an account can be taken. ``status`` is empty before it exists."""

    person: str = ""
    employer: str = ""
    status: str = ""
    opened_on: date | None = None
    joined_on: date | None = None
    carried_fen: int = 0
    current_fen: int = 0
    fund_year: int = 0
    paid_up_to: int = 0
    first_month: int = 0
    employer_since: int = 0
    months: int = 0
    moved_on: date | None = None
    frozen: str = ""
    frozen_fen: int = 0
    base_fen: int = 0
    bases: tuple[tuple[int, int], ...] = ()
    missing: tuple[int, ...] = ()
    reversed: tuple[int, ...] = ()
    broken_on: date | None = None
    broken_how: str = ""

    @property
    def balance_fen(self) -> int:
        return self.carried_fen + self.current_fen


# ---------------------------------------------------------------- evolve


def evolve(state: Account, event: Event) -> Account:
    """The state after an event. Total: an event that happened is never refused."""
    step = _STEPS.get(type(event))
    return step(state, event) if step else state


def _moved(state: Account, on: date, carried_fen: int, current_fen: int, **more: Any) -> Account:
    """Adds signed amounts: what belongs to a fund year before the account's own is carried forward."""
    year = fund_year_of(on)
    if year > state.fund_year:
        carried, current = state.balance_fen + carried_fen, current_fen
    elif year == state.fund_year:
        carried, current, year = state.carried_fen + carried_fen, state.current_fen + current_fen, year
    else:
        carried, current = state.carried_fen + carried_fen + current_fen, state.current_fen
        year = state.fund_year
    last = on if state.moved_on is None or on > state.moved_on else state.moved_on
    return replace(state, carried_fen=carried, current_fen=current, fund_year=year, moved_on=last, **more)


def _opened(state: Account, event: Opened) -> Account:
    month = parse_month(event.first_month)
    return replace(
        state,
        person=event.person,
        employer=event.employer,
        status="normal",
        opened_on=event.effective_on,
        joined_on=event.joined_on,
        first_month=month,
        base_fen=event.base_fen,
        bases=((month, event.base_fen),),
        fund_year=fund_year_of(event.effective_on),
    )


def _taken_over(state: Account, event: BalanceTakenOver) -> Account:
    paid = parse_month(event.paid_up_to) if event.paid_up_to else state.paid_up_to
    return _moved(
        state,
        event.effective_on,
        event.carried_fen,
        event.current_fen,
        months=state.months + event.months,
        paid_up_to=paid,
        first_month=max(state.first_month, paid + 1) if event.paid_up_to else state.first_month,
    )


def _base_fixed(state: Account, event: BaseFixed) -> Account:
    fixed = (parse_month(event.from_month), event.base_fen)
    bases = (*(one for one in state.bases if one[0] < fixed[0]), fixed)
    return replace(state, bases=bases, base_fen=event.base_fen)


def _deposited(state: Account, event: Deposited) -> Account:
    month = parse_month(event.month)
    paid, missing = state.paid_up_to, state.missing
    if month in missing:
        missing = tuple(one for one in missing if one != month)
    elif month > paid:
        missing += tuple(range(max(paid + 1, state.first_month), month))
        paid = month
    return _moved(
        state,
        event.effective_on,
        0,
        event.employer_fen + event.employee_fen,
        months=state.months + 1,
        paid_up_to=paid,
        missing=missing,
    )


def _resumed(state: Account, on: date, **more: Any) -> Account:
    """Contributions begin again; what was owed until the break stays owed, what lies between is not."""
    month = month_of(on)
    last = min(month_of(state.broken_on) if state.broken_on else month - 1, month - 1)
    owed = range(max(state.paid_up_to + 1, state.first_month), last + 1)
    return replace(
        state,
        status="normal",
        broken_on=None,
        broken_how="",
        first_month=max(state.first_month, month),
        missing=tuple(sorted({*state.missing, *owed})),
        **more,
    )


def _transferred(state: Account, event: Transferred) -> Account:
    if event.by == "restructuring" and state.status != "normal":
        # Who does not work is not hired by a merger: the seal stays, and what was owed stays with the old employer.
        since = month_of(event.hired_on)
        return replace(state, employer=event.to_employer, employer_since=since)
    joined_on = state.joined_on if event.by == "restructuring" else event.hired_on
    return _resumed(
        state,
        event.hired_on,
        employer=event.to_employer,
        joined_on=joined_on,
        employer_since=month_of(event.hired_on),
    )


def _sealed_centrally(state: Account, event: SealedCentrally) -> Account:
    # Where wages had stopped before the labour relation ended, nothing was owed in between.
    stopped_on = min(state.broken_on, event.ended_on) if state.broken_on else event.ended_on
    return replace(state, status="centrally_sealed", broken_on=stopped_on)


def _reversed(state: Account, event: EntryReversed) -> Account:
    more: dict[str, Any] = {
        "reversed": (*state.reversed, event.reverses),
        "months": state.months - event.months,
    }
    if event.of_topic == Deposited.topic:
        # The month is open again; at the end of the paid months it falls away with the gaps right before it.
        paid, missing = state.paid_up_to, {*state.missing, parse_month(event.month)}
        while paid in missing and paid >= state.first_month:
            missing.remove(paid)
            paid -= 1
        more |= {"paid_up_to": paid, "missing": tuple(sorted(missing))}
    if event.of_topic == BalanceTakenOver.topic and not more["months"]:
        more |= {"paid_up_to": 0, "first_month": state.bases[0][0] if state.bases else 0}
    if state.status == "closed":
        more |= {"status": "sealed", "broken_on": state.broken_on or event.effective_on}
    return _moved(state, event.effective_on, event.carried_fen, event.current_fen, **more)


_STEPS: Final[dict[type[Event], Any]] = {
    Deposited: _deposited,
    Opened: _opened,
    BalanceTakenOver: _taken_over,
    BaseFixed: _base_fixed,
    RelationBroken: lambda state, event: replace(state, broken_on=event.broken_on, broken_how=event.how),
    Sealed: lambda state, event: replace(state, status="sealed", broken_on=event.broken_on),
    Unsealed: lambda state, event: _resumed(state, event.resumed_on),
    SealedCentrally: _sealed_centrally,
    Transferred: _transferred,
    TransferredIn: lambda state, event: _moved(
        state, event.effective_on, 0, event.amount_fen, months=state.months + event.months
    ),
    TransferredOut: lambda state, event: _moved(
        state, event.effective_on, -event.carried_fen, -event.current_fen
    ),
    Frozen: lambda state, event: replace(state, frozen=event.document, frozen_fen=event.amount_fen),
    Unfrozen: lambda state, event: replace(state, frozen="", frozen_fen=0),
    Withdrawn: lambda state, event: _moved(state, event.effective_on, -event.carried_fen, -event.current_fen),
    Closed: lambda state, event: replace(state, status="closed"),
    EntryReversed: _reversed,
    InterestCredited: lambda state, event: _moved(
        state, event.effective_on, event.carried_fen + event.current_fen, 0
    ),
}

ACCOUNTS: Final = Stream("account", Account(), evolve)


# ---------------------------------------------------------------- decisions


class Contribution(msgspec.Struct, frozen=True):
    """What a month's contribution must be, and what derives it: base, rate, versions of the parameters read."""

    employer_fen: int
    employee_fen: int
    base_fen: int
    rate: Decimal
    parameters: tuple[str, ...]


def open_account(
    state: Account, account: str, opened: Opened, live_elsewhere: Sequence[str]
) -> tuple[Event, ...]:
    """Opens an account. One person has one live account (条例第十三条): refuses ``person_has_account``."""
    if state.status:
        raise Refusal("account_exists", account=account)
    require_no_other(live_elsewhere)
    if opened.joined_on > opened.effective_on:
        day, on = opened.joined_on.isoformat(), opened.effective_on.isoformat()
        raise Refusal("day_in_future", what="joined_on", day=day, on=on)
    check_amount(opened.base_fen)
    return (opened,)


def fix_base(state: Account, account: str, fixed: BaseFixed) -> tuple[Event, ...]:
    """Fixes the base from a month on; the same base again gives no event (第五条)."""
    require_live(state, account)
    check_amount(fixed.base_fen)
    if state.base_fen == fixed.base_fen:
        return ()
    if parse_month(fixed.from_month) <= state.paid_up_to:
        raise Refusal("base_in_paid_month", account=account, month=fixed.from_month)
    return (fixed,)


def deposit(
    state: Account,
    account: str,
    month: int,
    amounts: tuple[int, int] | None,
    due: Contribution,
    *,
    on: date,
    kind: str = "remittance",
    source: str = "bank",
    of: str = "",
) -> tuple[Event, ...]:
    """Books a month's contribution (第四、五条). ``amounts`` are employer's and employee's fen, ``None`` what is due.

    Refuses unknown, closed and sealed accounts, a month that is not due or was paid, and amounts other than due.
    """
    if state.status != "normal":
        _require(state, account, "normal")
    _require_month(state, account, month, kind, on)
    _require_opened(state, account, on)
    if amounts is not None and amounts != (due.employer_fen, due.employee_fen):
        check_amount(amounts[0])
        check_amount(amounts[1])
        raise Refusal(
            "amount_not_due",
            account=account,
            month=format_month(month),
            employer_fen=amounts[0],
            employee_fen=amounts[1],
            due_employer_fen=due.employer_fen,
            due_employee_fen=due.employee_fen,
        )
    return (
        Deposited(
            effective_on=on,
            month=format_month(month),
            employer_fen=due.employer_fen,
            employee_fen=due.employee_fen,
            base_fen=due.base_fen,
            rate=due.rate,
            kind=kind,
            parameters=due.parameters,
            source=source,
            of=of,
        ),
    )


def _require_month(state: Account, account: str, month: int, kind: str, on: date) -> None:
    """Refuses a month that cannot be booked: not due, paid already, before the first one, or out of its turn."""
    text = format_month(month)
    if month > month_of(on):
        if kind != "advance":
            raise Refusal("month_not_due", month=text, on=on.isoformat())
        expected = max(state.paid_up_to + 1, state.first_month)
        if month > expected:
            raise Refusal(
                "advance_out_of_order", account=account, month=text, expected=format_month(expected)
            )
    if month in state.missing:
        if kind == "remittance" and month < state.employer_since:
            raise Refusal("month_before_first", account=account, month=text)
        # An employer's own month, in order, may still fill what a single deposit has skipped.
        if kind not in ("make_up", "remittance"):
            raise Refusal("month_needs_make_up", account=account, month=text)
    elif month <= state.paid_up_to:
        raise Refusal("month_already_paid", account=account, month=text)
    elif month < state.first_month:
        raise Refusal("month_before_first", account=account, month=text)


def take_over(state: Account, account: str, taken: BalanceTakenOver) -> tuple[Event, ...]:
    """Takes over an older system's balance, once, before anything else moved the account.

    A reversed one may be taken over anew; refuses ``account_has_movements`` for whatever else stands.
    """
    require_live(state, account)
    if state.moved_on is not None and (state.balance_fen or state.months or state.paid_up_to):
        raise Refusal("account_has_movements", account=account)
    if taken.months < 0:
        raise Refusal("months_negative", months=taken.months)
    for amount in (taken.carried_fen, taken.current_fen):
        if amount:
            check_amount(amount)
    return (taken,)


def break_relation(
    state: Account, account: str, how: str, broken_on: date, days: int, on: date
) -> tuple[Event, ...]:
    """Records that the wage relation was interrupted or the labour relation ended; the 30 days run from there."""
    _require(state, account, "normal")
    if broken_on > on:
        raise Refusal("day_in_future", what="broken_on", day=broken_on.isoformat(), on=on.isoformat())
    if state.broken_on == broken_on and state.broken_how == how:
        return ()
    due_on = days_after(broken_on, days)
    return (RelationBroken(effective_on=on, how=how, broken_on=broken_on, due_on=due_on),)


def seal(state: Account, account: str, broken_on: date, days: int, on: date) -> tuple[Event, ...]:
    """Seals an account with its employer (第七条). A late seal is allowed and shows itself as late."""
    if state.status == "sealed":
        return ()
    _require(state, account, "normal")
    if broken_on > on:
        raise Refusal("day_in_future", what="broken_on", day=broken_on.isoformat(), on=on.isoformat())
    return (Sealed(effective_on=on, broken_on=broken_on, due_on=days_after(broken_on, days)),)


def unseal(state: Account, account: str, resumed_on: date, on: date) -> tuple[Event, ...]:
    """Unseals an account when the wage relation resumes (第七条), or ends a break for which it never was sealed."""
    if state.status == "normal" and state.broken_on is None:
        return ()
    if state.status == "centrally_sealed":
        raise Refusal("account_in_central_pool", account=account)
    _require(state, account, "sealed", "normal")
    if resumed_on > on:
        raise Refusal("day_in_future", what="resumed_on", day=resumed_on.isoformat(), on=on.isoformat())
    if state.broken_on and resumed_on < state.broken_on:
        broken_on = state.broken_on.isoformat()
        raise Refusal("resumed_before_break", broken_on=broken_on, resumed_on=resumed_on.isoformat())
    return (Unsealed(effective_on=on, resumed_on=resumed_on),)


def seal_centrally(state: Account, account: str, ended_on: date, days: int, on: date) -> tuple[Event, ...]:
    """Moves an account to the centre's pool when the labour relation has ended (第八条)."""
    if state.status == "centrally_sealed":
        return ()
    _require(state, account, "normal", "sealed")
    if ended_on > on:
        raise Refusal("day_in_future", what="ended_on", day=ended_on.isoformat(), on=on.isoformat())
    return (SealedCentrally(effective_on=on, ended_on=ended_on, due_on=days_after(ended_on, days)),)


def transfer(
    state: Account,
    account: str,
    to_employer: str,
    ended_on: date,
    hired_on: date,
    days: int,
    on: date,
    by: str = "unit",
) -> tuple[Event, ...]:
    """Moves an account to another employer of the city (第九条): nothing of the balance or history changes."""
    if state.employer == to_employer and state.status == "normal":
        return ()
    require_live(state, account)
    if hired_on < ended_on:
        raise Refusal("hired_before_end", ended_on=ended_on.isoformat(), hired_on=hired_on.isoformat())
    if hired_on > on:
        raise Refusal("day_in_future", what="hired_on", day=hired_on.isoformat(), on=on.isoformat())
    return (
        Transferred(
            effective_on=on,
            from_employer=state.employer,
            to_employer=to_employer,
            ended_on=ended_on,
            hired_on=hired_on,
            out_due_on=days_after(ended_on, days),
            in_due_on=days_after(hired_on, days),
            by=by,
        ),
    )


def transfer_in(
    state: Account, account: str, arrived: TransferredIn, earlier: Sequence[TransferredIn] = ()
) -> tuple[Event, ...]:
    """Books money and months from another city (第九条); contribution months are added.

    ``earlier`` are those that stand: one contact letter (联系函) brings its money once, and its repeated message gives
    no event; refuses ``letter_already_booked`` when the same letter comes with other figures.
    """
    require_live(state, account)
    check_amount(arrived.amount_fen)
    if arrived.months < 0:
        raise Refusal("months_negative", months=arrived.months)
    _require_opened(state, account, arrived.effective_on)
    for one in earlier:
        if (one.letter, one.from_centre) == (arrived.letter, arrived.from_centre):
            if (one.amount_fen, one.months) != (arrived.amount_fen, arrived.months):
                raise Refusal("letter_already_booked", account=account, letter=one.letter)
            return ()
    return (arrived,)


def transfer_out(state: Account, account: str, to_centre: str, letter: str, on: date) -> tuple[Event, ...]:
    """Sends the whole balance and the months to another city and closes the account (第九条)."""
    _require(state, account, "sealed", "centrally_sealed")
    _require_unfrozen(state, account, state.balance_fen)
    _require_not_backdated(state, account, on)
    rolled = at_day(state, on)
    sent = TransferredOut(
        effective_on=on,
        carried_fen=rolled.carried_fen,
        current_fen=rolled.current_fen,
        months=state.months,
        to_centre=to_centre,
        letter=letter,
    )
    return (sent, Closed(effective_on=on, reason="transferred_out"))


def freeze(state: Account, account: str, document: str, amount_fen: int, on: date) -> tuple[Event, ...]:
    """Freezes an account by a court's document, for an amount or (0) wholly."""
    require_live(state, account)
    if state.frozen == document and state.frozen_fen == amount_fen:
        return ()
    if state.frozen:
        raise Refusal("account_already_frozen", account=account, document=state.frozen)
    if amount_fen:
        check_amount(amount_fen)
    return (Frozen(effective_on=on, document=document, amount_fen=amount_fen),)


def unfreeze(state: Account, account: str, document: str, on: date) -> tuple[Event, ...]:
    """Lifts a freeze."""
    require_live(state, account)
    if not state.frozen:
        return ()
    return (Unfrozen(effective_on=on, document=document),)


def withdraw(
    state: Account,
    account: str,
    amount_fen: int,
    *,
    reason: str,
    closing: bool,
    order: Sequence[str],
    room: Room,
    payment: str,
    explanation: dict[str, Any],
    on: date,
    for_account: str = "",
) -> tuple[Event, ...]:
    """Withdraws an amount (第十一、十二条), carried-forward or current-year part first as ``order`` says.

    ``room`` is what the day can give. Refuses ``insufficient_balance``, ``account_frozen`` and closed accounts.
    """
    require_live(state, account)
    check_amount(amount_fen)
    _require_unfrozen(state, account, amount_fen)
    available = min(room.carried_fen + room.current_fen, room.later_fen)
    if amount_fen > available:
        raise Refusal("insufficient_balance", account=account, amount_fen=amount_fen, available_fen=available)
    if closing and amount_fen != state.balance_fen:
        raise Refusal("closing_takes_all", account=account, balance_fen=state.balance_fen)
    current_first = order[0] == "current_year"
    first = min(amount_fen, room.current_fen if current_first else room.carried_fen)
    carried, current = (amount_fen - first, first) if current_first else (first, amount_fen - first)
    withdrawn = Withdrawn(
        effective_on=on,
        carried_fen=carried,
        current_fen=current,
        reason=reason,
        payment=payment,
        explanation=explanation,
        for_account=for_account,
    )
    return (withdrawn, Closed(effective_on=on, reason=reason)) if closing else (withdrawn,)


def reverse(
    state: Account, account: str, original: Recorded, reason: str, room: Room, money: str = ""
) -> tuple[EntryReversed]:
    """Reverses a movement once, at its original value date (错缴更正, 冲账).

    Refuses ``already_reversed``, ``not_reversible``, ``reason_missing``, ``account_frozen``, and ``spent_since`` when
    what is taken back has been used: ``room`` is what the original day can give. A reversed contribution goes back
    to the unallocated money of its employer unless ``money`` is ``bank``.
    """
    version, body = original.originator_version, original.body
    if not reason.strip():
        raise Refusal("reason_missing")
    if version in state.reversed:
        raise Refusal("already_reversed", account=account, version=version)
    if not body.moves_money or isinstance(body, EntryReversed):
        raise Refusal("not_reversible", account=account, version=version, topic=body.topic)
    carried, current = effect(body)
    if carried + current > 0:
        _require_unfrozen(state, account, carried + current)
        if carried > room.carried_fen or current > room.current_fen or carried + current > room.later_fen:
            available = min(room.carried_fen + room.current_fen, room.later_fen)
            raise Refusal(
                "spent_since", account=account, amount_fen=carried + current, available_fen=available
            )
    # Where the other side of the original stands: bank money, or for a contribution the held money of 219.
    held = isinstance(body, Deposited) and money != "bank"
    return (
        EntryReversed(
            effective_on=body.effective_on,
            reverses=version,
            of_topic=body.topic,
            carried_fen=-carried,
            current_fen=-current,
            reason=reason,
            money=_OTHER_SIDE.get(type(body), "held" if held else "bank"),
            month=body.month if isinstance(body, Deposited) else "",
            months=_months_of(body),
            original_recorded_on=business_day(original.recorded_at),
        ),
    )


_OTHER_SIDE: Final[dict[type[Event], str]] = {BalanceTakenOver: "opening", InterestCredited: "interest"}


def _months_of(body: Event) -> int:
    match body:
        case Deposited():
            return 1
        case TransferredIn() | BalanceTakenOver():
            return body.months
        case _:
            return 0


def check_amount(amount_fen: int) -> int:
    """An amount that a command may carry, or a refusal: ``amount_not_positive``, ``amount_too_large``."""
    if amount_fen <= 0:
        raise Refusal("amount_not_positive", amount_fen=amount_fen)
    if amount_fen > AMOUNT_FEN_MAX:
        raise Refusal("amount_too_large", text=str(amount_fen))
    return amount_fen


def require_live(state: Account, account: str) -> None:
    """Refuses an account that is unknown or closed."""
    _require(state, account, "normal", "sealed", "centrally_sealed")


def _require(state: Account, account: str, *allowed: str) -> None:
    if state.status not in allowed:
        raise Refusal(_BY_STATUS[state.status], account=account)


_BY_STATUS: Final = {
    "": "account_unknown",
    "closed": "account_closed",
    "sealed": "account_sealed",
    "centrally_sealed": "account_in_central_pool",
    "normal": "account_not_sealed",
}


def _require_unfrozen(state: Account, account: str, amount_fen: int) -> None:
    if state.frozen and (not state.frozen_fen or amount_fen > state.balance_fen - state.frozen_fen):
        raise Refusal("account_frozen", account=account, document=state.frozen, frozen_fen=state.frozen_fen)


def require_no_other(live_elsewhere: Sequence[str]) -> None:
    """Refuses a second live account of one person (条例第十三条)."""
    if live_elsewhere:
        raise Refusal("person_has_account", account=live_elsewhere[0])


def _require_opened(state: Account, account: str, on: date) -> None:
    if state.opened_on is not None and on < state.opened_on:
        raise Refusal("before_opening", account=account, opened_on=state.opened_on.isoformat())


def _require_not_backdated(state: Account, account: str, on: date) -> None:
    if state.moved_on is not None and on < state.moved_on:
        raise Refusal("before_last_movement", account=account, moved_on=state.moved_on.isoformat())


# ---------------------------------------------------------------- queries


def effect(body: Event) -> tuple[int, int]:
    """What a movement added to the carried-forward and to the current-year part, signed, in fen."""
    match body:
        case Deposited():
            return 0, body.employer_fen + body.employee_fen
        case BalanceTakenOver() | EntryReversed():
            return body.carried_fen, body.current_fen
        case Withdrawn() | TransferredOut():
            return -body.carried_fen, -body.current_fen
        case TransferredIn():
            return 0, body.amount_fen
        case InterestCredited():
            return body.carried_fen + body.current_fen, 0
        case _:
            return 0, 0


def at_day(state: Account, on: date) -> Account:
    """The state as it stands on a day: with a new fund year the current-year part has been carried forward."""
    return _moved(state, on, 0, 0) if fund_year_of(on) > state.fund_year else state


def as_of(events: Iterable[Recorded], on: date, known_on: date | None = None) -> Account:
    """The account effective on a day, as known on a day (by default all that is known now)."""
    state = Account()
    for one in events:
        known = known_on is None or business_day(one.recorded_at) <= known_on
        if known and one.body.effective_on <= on:
            state = evolve(state, one.body)
    return at_day(state, on)


class Room(NamedTuple):
    """What can be taken on a day so that no part of the balance of any later day falls below zero, in fen.

    The carried-forward and the current-year part of the day's own fund year, and what all later years can give.
    """

    carried_fen: int
    current_fen: int
    later_fen: int


def room_on(state: Account, on: date) -> Room:
    """The room on a day after which nothing has moved."""
    rolled = at_day(state, on)
    return Room(rolled.carried_fen, rolled.current_fen, rolled.balance_fen)


def room_from(events: Iterable[Recorded], on: date) -> Room:
    """The room on a day after which something has moved, from the whole history."""
    moves = sorted((one.body for one in events if one.body.moves_money), key=lambda body: body.effective_on)
    state, room = Account(), Room(0, 0, 0)
    for body in moves:
        if body.effective_on <= on:
            state = _moved(state, body.effective_on, *effect(body))
            room = room_on(state, on)
    for day, of_day in groupby((body for body in moves if body.effective_on > on), key=_value_date):
        for body in of_day:
            state = _moved(state, day, *effect(body))
        later = min(room.later_fen, state.balance_fen)
        if fund_year_of(day) > fund_year_of(on):
            room = room._replace(later_fen=min(later, state.carried_fen))
        else:
            parts = min(room.carried_fen, state.carried_fen), min(room.current_fen, state.current_fen)
            room = Room(*parts, later)
    return room


def _value_date(body: Event) -> date:
    return body.effective_on


def base_in(state: Account, month: int) -> int:
    """The base that governs a month, in fen."""
    for start, base_fen in reversed(state.bases):
        if start <= month:
            return base_fen
    return state.bases[0][1]


def unpaid_months(state: Account, through: int) -> list[int]:
    """Months up to ``through`` for which the present employer owes a contribution that was not booked."""
    if state.status not in ("normal", "sealed", "centrally_sealed"):
        return []
    last = min(through, month_of(state.broken_on)) if state.broken_on else through
    owed = range(max(state.paid_up_to + 1, state.first_month), last + 1)
    missing = (month for month in state.missing if month <= through)
    return sorted({month for month in (*missing, *owed) if month >= state.employer_since})
