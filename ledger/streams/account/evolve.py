"""How an event changes a personal account. Total: an event that happened is never refused."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from msgspec.structs import replace

from ledger.dates import fund_year_of, month_of, parse_month
from ledger.policy.rules.withdrawals import HEIRS, NO_HEIR
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
    RelationBroken,
    RemainderPaid,
    Sealed,
    SealedCentrally,
    Transferred,
    TransferredIn,
    TransferredOut,
    Unfrozen,
    Unsealed,
    Withdrawn,
)
from ledger.streams.account.state import (
    Account,
    cut,
    debtor_of,
    employer_in,
    ended,
    hired,
    owed_until,
    resumed,
    unpaid_months,
)
from ledger.streams.base import Event, Stream


def evolve(state: Account, event: Event) -> Account:
    """The state after an event. Total: an event that happened is never refused."""
    step = _STEPS.get(type(event))
    return step(state, event) if step else state


def moved(state: Account, on: date, carried_fen: int, current_fen: int, **more: Any) -> Account:
    """Adds signed amounts: what belongs to a fund year before the account's own is carried forward.

    What one part cannot give comes out of the other: interest taken back, where the carried-forward part was spent.
    """
    year = fund_year_of(on)
    if year > state.fund_year:
        carried, current = state.balance_fen + carried_fen, current_fen
    elif year == state.fund_year:
        carried, current, year = state.carried_fen + carried_fen, state.current_fen + current_fen, year
    else:
        carried, current = state.carried_fen + carried_fen + current_fen, state.current_fen
        year = state.fund_year
    if carried < 0 or current < 0:
        carried, current = evened(carried, current)
    last = on if state.moved_on is None or on > state.moved_on else state.moved_on
    return replace(state, carried_fen=carried, current_fen=current, fund_year=year, moved_on=last, **more)


def evened(carried_fen: int, current_fen: int) -> tuple[int, int]:
    """Both parts in fen; one that is below nothing takes as much of the other as there is."""
    if min(carried_fen, current_fen) >= 0 or max(carried_fen, current_fen) <= 0:
        return carried_fen, current_fen
    taken_fen = min(-min(carried_fen, current_fen), max(carried_fen, current_fen))
    if carried_fen < 0:
        return carried_fen + taken_fen, current_fen - taken_fen
    return carried_fen - taken_fen, current_fen + taken_fen


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
        spells=((month, 0, event.employer),),
        fund_year=fund_year_of(event.effective_on),
    )


def _taken_over(state: Account, event: BalanceTakenOver) -> Account:
    paid = parse_month(event.paid_up_to) if event.paid_up_to else state.paid_up_to
    return moved(
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


def _base_proven(state: Account, event: BaseProven) -> Account:
    months = {parse_month(month) for month in event.months}
    kept = (one for one in state.proven if one[0] not in months)
    return replace(state, proven=tuple(sorted((*kept, *((month, event.base_fen) for month in months)))))


def _deposited(state: Account, event: Deposited) -> Account:
    month = parse_month(event.month)
    paid, missing = state.paid_up_to, state.missing
    if month in missing:
        missing = tuple(one for one in missing if one != month)
    elif month > paid:
        missing += tuple(range(max(paid + 1, state.first_month), month))
        paid = month
    return moved(
        state,
        event.effective_on,
        0,
        event.employer_fen + event.employee_fen,
        months=state.months + 1,
        paid_up_to=paid,
        missing=missing,
        left_with=tuple(one for one in state.left_with if one[0] != month),
    )


def _broken(
    state: Account, event: RelationBroken | Sealed | SealedCentrally, on: date, **more: Any
) -> Account:
    """Wages stopped on a day: where they had stopped before, nothing was owed in between."""
    if state.broken_on and state.broken_on < on and isinstance(event, SealedCentrally):
        return replace(state, **more)
    last = _last_month(event.last_month, on)
    left = tuple(one for one in state.left_with if one[0] <= last)
    return replace(
        state, broken_on=on, last_month=last, spells=cut(state.spells, last), left_with=left, **more
    )


def _last_month(stated: str, on: date) -> int:
    """The last month that is owed when a relation ends on a day; an older event does not say it: the day's own."""
    return parse_month(stated) if stated else month_of(on)


def _begun(state: Account, month: int, last: int, **more: Any) -> Account:
    """Contributions begin (again); what was owed until ``last`` stays owed, what lies between is owed by nobody."""
    owed = range(max(state.paid_up_to + 1, state.first_month), last + 1)
    return replace(
        state,
        status="normal",
        broken_on=None,
        broken_how="",
        last_month=0,
        first_month=max(state.first_month, month),
        missing=tuple(sorted({*state.missing, *owed})),
        **more,
    )


def _unsealed(state: Account, event: Unsealed) -> Account:
    month = month_of(event.resumed_on)
    last = min(month - 1, owed_until(state, month - 1))
    resumption = (state.broken_on, event.resumed_on) if state.broken_on else ()
    return _begun(state, month, last, spells=resumed(state.spells, month, last), resumption=resumption)


def _transferred(state: Account, event: Transferred) -> Account:
    since, restructured = month_of(event.hired_on), event.by == "restructuring"
    if restructured and state.broken_on:
        # Who does not work is hired by nobody: he stands with the other from then on, and what was owed stays where it was.
        stands = (since, since - 1, event.to_employer)
        spells = (*ended(state.spells, owed_until(state, since - 1)), stands)
        return replace(state, employer=event.to_employer, employer_since=since, spells=spells)
    last = min(since - 1, owed_until(state, since - 1), _last_month(event.last_month, event.ended_on))
    return _begun(
        state,
        since,
        last,
        employer=event.to_employer,
        joined_on=state.joined_on if restructured else event.hired_on,
        employer_since=since,
        spells=hired(state.spells, since, last, event.to_employer),
        left_with=tuple(one for one in state.left_with if one[0] < since),
        resumption=(),
    )


def _reversed(state: Account, event: EntryReversed) -> Account:
    more: dict[str, Any] = {
        "reversed": (*state.reversed, event.reverses),
        "months": state.months - event.months,
    }
    if event.of_topic == Deposited.topic:
        more |= _owed_again(state, parse_month(event.month), event.debtor or event.employer)
    if event.of_topic == BalanceTakenOver.topic and not more["months"]:
        more |= {"paid_up_to": 0, "first_month": state.bases[0][0] if state.bases else 0}
    if state.status == "closed" and not event.stays_closed:
        more |= _open_again(state, event)
    return moved(state, event.effective_on, event.carried_fen, event.current_fen, **more)


def _open_again(state: Account, event: EntryReversed) -> dict[str, Any]:
    """The closing stands no more: who works goes on working, and the debts are those of the present employer again."""
    if not event.status:
        return {"status": "sealed", "broken_on": state.broken_on or event.effective_on}
    last = parse_month(event.last_month) if event.last_month else 0
    left = tuple(one for one in state.left_with if one[1] != state.employer or one[0] < state.employer_since)
    return {"status": event.status, "broken_on": event.broken_on, "last_month": last, "left_with": left}


def _owed_again(state: Account, month: int, debtor: str) -> dict[str, Any]:
    """A month is open again; at the end of the paid months it falls away with the gaps right before it.

    An older event's debtor is who paid, by name where its person has moved on since. A month after the break, which
    nobody ever owed, is not owed because it was paid back.
    """
    paid, missing = state.paid_up_to, {*state.missing, month}
    while paid in missing and paid >= state.first_month:
        missing.remove(paid)
        paid -= 1
    employer = employer_in(state, month)
    stays = debtor in ("", employer) and state.status != "closed"
    left = state.left_with if stays or not employer else (*state.left_with, (month, debtor or employer))
    return {"paid_up_to": paid, "missing": tuple(sorted(missing)), "left_with": left}


def _closed(state: Account, event: Closed) -> Account:
    """What the present employer owes when the account is closed stays owed by it, month by month."""
    last = parse_month(event.last_month) if event.last_month else month_of(event.effective_on) - 1
    owed = unpaid_months(state, last)
    return replace(
        state,
        status="closed",
        broken_on=state.broken_on or event.effective_on,
        last_month=state.last_month if state.broken_on else last,
        left_with=(*state.left_with, *((month, debtor_of(state, month) or state.employer) for month in owed)),
    )


def _withdrawn(state: Account, event: Withdrawn) -> Account:
    inherited = 1 if event.reason in (HEIRS, NO_HEIR) else state.inherited
    return moved(state, event.effective_on, -event.carried_fen, -event.current_fen, inherited=inherited)


def _recovered(state: Account, event: Recovered) -> Account:
    closed = state.status == "closed"
    more = {"status": "sealed", "broken_on": state.broken_on or event.effective_on} if closed else {}
    return moved(state, event.effective_on, 0, event.amount_fen, **more)


_NO_DOCUMENT: Final = "无文书"
"""What stands for the document of a freeze that was once recorded without one: such an account is frozen too."""

_STEPS: Final[dict[type[Event], Any]] = {
    Deposited: _deposited,
    Opened: _opened,
    BalanceTakenOver: _taken_over,
    BaseFixed: _base_fixed,
    BaseProven: _base_proven,
    RelationBroken: lambda state, event: _broken(state, event, event.broken_on, broken_how=event.how),
    Sealed: lambda state, event: _broken(state, event, event.broken_on, status="sealed"),
    Unsealed: _unsealed,
    SealedCentrally: lambda state, event: _broken(state, event, event.ended_on, status="centrally_sealed"),
    Transferred: _transferred,
    TransferredIn: lambda state, event: moved(
        state, event.effective_on, 0, event.amount_fen, months=state.months + event.months
    ),
    TransferredOut: lambda state, event: moved(
        state, event.effective_on, -event.carried_fen, -event.current_fen
    ),
    RemainderPaid: lambda state, event: moved(
        state, event.effective_on, -event.carried_fen, -event.current_fen
    ),
    Recovered: _recovered,
    Frozen: lambda state, event: replace(
        state, freezes={**state.freezes, event.document or _NO_DOCUMENT: event.amount_fen}
    ),
    Unfrozen: lambda state, event: replace(
        state, freezes={of: fen for of, fen in state.freezes.items() if event.of not in ("", of)}
    ),
    Withdrawn: _withdrawn,
    Closed: _closed,
    EntryReversed: _reversed,
    InterestCredited: lambda state, event: moved(
        state, event.effective_on, event.carried_fen + event.current_fen, 0
    ),
}

ACCOUNTS: Final = Stream("account", Account(), evolve)
