"""Decisions that book to a personal account or take from it: opening, bases, contributions, money in and out, reversals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from ledger.dates import business_day, format_month, month_of, parse_month
from ledger.payees import Part
from ledger.refusal import Refusal
from ledger.streams.account.decisions.required import (
    check_amount,
    require_live,
    require_no_other,
    require_status,
)
from ledger.streams.account.events import (
    BalanceTakenOver,
    BaseFixed,
    BaseProven,
    Closed,
    Deposited,
    EntryReversed,
    Frozen,
    InterestCredited,
    Opened,
    Recovered,
    RemainderPaid,
    TransferredIn,
    TransferredOut,
    Unfrozen,
    Withdrawn,
)
from ledger.streams.account.queries import Room, at_day, effect
from ledger.streams.account.state import Account, debtor_of, is_left, is_open, stood_with
from ledger.streams.base import Event, Recorded


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
    """Fixes the base from a month on, once; the same base again gives no event, another needs a reason (第五条)."""
    require_live(state, account)
    check_amount(fixed.base_fen)
    if state.base_fen == fixed.base_fen:
        return ()
    first = parse_month(fixed.from_month)
    if first <= state.paid_up_to:
        raise Refusal("base_in_paid_month", account=account, month=fixed.from_month)
    known_fen = dict(state.bases[1:]).get(first)  # the first one is that of the opening
    if known_fen is not None and not fixed.reason:
        raise Refusal("base_fixed", account=account, month=fixed.from_month, base_fen=known_fen)
    return (fixed,)


def prove_base(
    state: Account, account: str, months: Sequence[int], base_fen: int, employer: str, on: date
) -> tuple[Event, ...]:
    """Takes a proven wage as the base of months that are owed, whatever the account's state (第十条第三款).

    The same base again gives no event; refuses ``month_already_paid`` for a month that nobody owes.
    """
    check_amount(base_fen)
    paid = next((month for month in months if not is_open(state, month)), None)
    if paid is not None:
        raise Refusal("month_already_paid", account=account, month=format_month(paid))
    known = dict(state.proven)
    anew = [format_month(month) for month in months if known.get(month) != base_fen]
    if not anew:
        return ()
    return (BaseProven(effective_on=on, months=tuple(anew), base_fen=base_fen, employer=employer),)


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

    A sealed or closed account takes what is owed for the months until its break, and no contribution of a later one.
    Refuses unknown accounts, a month that is not due or was paid, and amounts other than due.
    """
    _require_relation(state, account, month, kind)
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
            rule="monthly_contribution",
            parameters=due.parameters,
            source=source,
            of=of,
            employer=debtor_of(state, month) or stood_with(state, month),
        ),
    )


def _require_relation(state: Account, account: str, month: int, kind: str) -> None:
    """Refuses a contribution of a month in which the person did not work, or which only a make-up may pay (条例第三十八条).

    A debt is paid whatever became of the account; a current contribution needs one that is neither sealed nor closed.
    """
    before_break = state.broken_on is None or month <= month_of(state.broken_on)
    if state.status != "normal" and not (kind == "make_up" and state.status and before_break):
        require_status(state, account, "normal")
    if not before_break:
        broken_on = state.broken_on.isoformat() if state.broken_on else ""
        raise Refusal("month_after_break", account=account, month=format_month(month), broken_on=broken_on)


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
    if is_left(state, month) and is_open(state, month):
        if kind == "remittance":
            raise Refusal("month_before_first", account=account, month=text)
        if kind != "make_up":
            raise Refusal("month_needs_make_up", account=account, month=text)
    elif month in state.missing:
        if not is_open(state, month):
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
    _check_products(account, taken)
    return (taken,)


def _check_products(account: str, taken: BalanceTakenOver) -> None:
    """Products of the running year, and where they come from; on 30 June and 1 July there is no running year."""
    products = taken.carried_products, taken.current_products
    if products == (0, 0):
        return
    if min(products) < 0:
        raise Refusal("products_negative", account=account)
    if (taken.effective_on.month, taken.effective_on.day) in ((6, 30), (7, 1)):
        raise Refusal("products_without_year", account=account, on=taken.effective_on.isoformat())
    if not taken.products_source.strip():
        raise Refusal("products_unexplained", account=account)


def transfer_in(state: Account, account: str, arrived: TransferredIn) -> tuple[Event, ...]:
    """Books money and months from another city (第九条); contribution months are added.

    One contact letter (联系函) brings its money once: the register of references tells.
    """
    require_live(state, account)
    check_amount(arrived.amount_fen)
    if arrived.months < 0:
        raise Refusal("months_negative", months=arrived.months)
    _require_opened(state, account, arrived.effective_on)
    return (arrived,)


def recover(
    state: Account, account: str, recovered: Recovered, live_elsewhere: Sequence[str]
) -> tuple[Event, ...]:
    """Books money of a fraud that came back (第二十八条); an account that the fraud closed comes back sealed."""
    if not state.status:
        raise Refusal("account_unknown", account=account)
    if state.status == "closed":
        require_no_other(live_elsewhere)
    check_amount(recovered.amount_fen)
    return (recovered,)


def transfer_out(
    state: Account, account: str, to_centre: str, letter: str, on: date, last_month: int = 0
) -> tuple[Event, ...]:
    """Sends the whole balance and the months to another city and closes the account (第九条).

    ``last_month`` is the last one that is owed; so in the other decisions that close.
    """
    require_status(state, account, "sealed", "centrally_sealed")
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
    return (sent, _closed("transferred_out", last_month, on))


def freeze(state: Account, account: str, document: str, amount_fen: int, on: date) -> tuple[Event, ...]:
    """Freezes an account by a court's document, for an amount or (0) wholly; a closed one for what it has come to hold.

    A further document freezes what the others leave free. Refuses ``account_already_frozen`` where they leave less, or
    where the same document froze another amount.
    """
    if not (state.status == "closed" and state.balance_fen):
        require_live(state, account)
    if state.freezes.get(document) == amount_fen:
        return ()
    free_fen = state.balance_fen - state.frozen_fen if state.frozen_fen else 0
    if state.freezes and (document in state.freezes or not 0 < amount_fen <= free_fen):
        raise Refusal("account_already_frozen", account=account, document=state.frozen)
    if amount_fen:
        check_amount(amount_fen)
    return (Frozen(effective_on=on, document=document, amount_fen=amount_fen),)


def unfreeze(state: Account, account: str, document: str, of: str, on: date) -> tuple[Event, ...]:
    """Lifts a freeze: the one ``of`` a document, else the document's own, else the only one that stands.

    Refuses ``freeze_unclear`` where several stand and none is named.
    """
    if not state.status:
        raise Refusal("account_unknown", account=account)
    lifted = of or (document if document in state.freezes or len(state.freezes) > 1 else state.frozen)
    if not state.freezes:
        return ()
    if lifted not in state.freezes:
        raise Refusal("freeze_unclear", account=account, document=lifted, standing=state.frozen)
    return (Unfrozen(effective_on=on, document=document, of=lifted),)


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
    payees: tuple[Part, ...] = (),
    to: str = "",
    last_month: int = 0,
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
        payees=payees,
        to=to,
    )
    return (withdrawn, _closed(reason, last_month, on)) if closing else (withdrawn,)


def close_empty(
    state: Account, account: str, reason: str, explanation: dict[str, Any], on: date, last_month: int = 0
) -> tuple[Event, ...]:
    """Closes an account that holds nothing and is owed nothing (销户): a withdrawal of nothing, so that it can be reversed.

    Refuses closed and wholly frozen accounts, and a day before the last movement.
    """
    require_live(state, account)
    _require_unfrozen(state, account, 0)
    _require_not_backdated(state, account, on)
    nothing = Withdrawn(
        effective_on=on, carried_fen=0, current_fen=0, reason=reason, payment="", explanation=explanation
    )
    return (nothing, _closed(reason, last_month, on))


def _closed(reason: str, last_month: int, on: date) -> Closed:
    stated = format_month(last_month) if last_month else ""
    return Closed(effective_on=on, reason=reason, last_month=stated)


def pay_remainder(
    state: Account,
    account: str,
    reason: str,
    payment: str,
    on: date,
    payees: tuple[Part, ...] = (),
    to: str = "",
) -> tuple[RemainderPaid]:
    """Pays all that a closed account has come to hold since (销户后补付); it stays closed.

    Refuses ``account_not_closed``, ``nothing_remains``, ``account_frozen`` and ``before_last_movement``.
    """
    if state.status != "closed":
        raise Refusal("account_not_closed" if state.status else "account_unknown", account=account)
    if state.balance_fen <= 0:
        raise Refusal("nothing_remains", account=account)
    _require_unfrozen(state, account, state.balance_fen)
    _require_not_backdated(state, account, on)
    rolled = at_day(state, on)
    paid = RemainderPaid(
        effective_on=on,
        carried_fen=rolled.carried_fen,
        current_fen=rolled.current_fen,
        reason=reason,
        payment=payment,
        payees=payees,
        to=to,
    )
    return (paid,)


def reverse(
    state: Account,
    account: str,
    original: Recorded,
    reason: str,
    room: Room,
    money: str = "",
    payer: str = "",
    closed_by: int | None = None,
    before: Account | None = None,
) -> tuple[EntryReversed]:
    """Reverses a movement once, at its original value date (错缴更正, 冲账).

    ``closed_by`` is the version of the movement that closed the account: another one's reversal leaves it closed, and its
    own brings it back as it stood ``before``.

    Refuses ``already_reversed``, ``not_reversible``, ``account_frozen``, and ``spent_since`` when
    what is taken back has been used: ``room`` is what the original day can give. A reversed contribution goes back
    to the unallocated money of its employer (``payer``, see ``payer_of``) unless ``money`` is ``bank``.
    """
    version, body = original.originator_version, original.body
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
    # Where the other side of the original stands: bank money, or the held money of 219 for a contribution, and for what
    # another city sent and had waited there.
    waited = isinstance(body, TransferredIn) and body.source == "held"
    held = (isinstance(body, Deposited) or waited) and money != "bank"
    opens = before if state.status == "closed" and version == closed_by else None
    return (
        EntryReversed(
            effective_on=body.effective_on,
            reverses=version,
            of_topic=body.topic,
            carried_fen=-carried,
            current_fen=-current,
            reason=reason,
            money=_other_side(body) or ("held" if held else "bank"),
            month=body.month if isinstance(body, Deposited) else "",
            months=_months_of(body),
            original_recorded_on=business_day(original.recorded_at),
            employer=payer,
            stays_closed=state.status == "closed" and version != closed_by,
            debtor=debtor_of(state, parse_month(body.month)) if isinstance(body, Deposited) else "",
            status=opens.status if opens else "",
            broken_on=opens.broken_on if opens else None,
            last_month=format_month(opens.last_month) if opens and opens.last_month else "",
        ),
    )


def _other_side(body: Event) -> str:
    """Where the other side of a movement stands, if neither with the bank nor in the held money."""
    match body:
        case BalanceTakenOver():
            return "opening"
        case InterestCredited():
            return "interest"
        case Withdrawn() | RemainderPaid():
            return body.to
        case _:
            return ""


def _months_of(body: Event) -> int:
    match body:
        case Deposited():
            return 1
        case TransferredIn() | BalanceTakenOver():
            return body.months
        case _:
            return 0


def _require_unfrozen(state: Account, account: str, amount_fen: int) -> None:
    if state.frozen and (not state.frozen_fen or amount_fen > state.balance_fen - state.frozen_fen):
        raise Refusal("account_frozen", account=account, document=state.frozen, frozen_fen=state.frozen_fen)


def _require_opened(state: Account, account: str, on: date) -> None:
    if state.opened_on is not None and on < state.opened_on:
        raise Refusal("before_opening", account=account, opened_on=state.opened_on.isoformat())


def _require_not_backdated(state: Account, account: str, on: date) -> None:
    if state.moved_on is not None and on < state.moved_on:
        raise Refusal("before_last_movement", account=account, moved_on=state.moved_on.isoformat())
