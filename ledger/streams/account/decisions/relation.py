"""Decisions about the relation to an employer: its break, seal and unseal, the centre's pool, transfer (第七至九条)."""

from __future__ import annotations

from datetime import date

from ledger.dates import days_after, first_day, format_month, month_of
from ledger.refusal import Refusal
from ledger.streams.account.decisions.required import require_live, require_status
from ledger.streams.account.events import RelationBroken, Sealed, SealedCentrally, Transferred, Unsealed
from ledger.streams.account.state import Account
from ledger.streams.base import Event


def break_relation(
    state: Account, account: str, how: str, broken_on: date, days: int, on: date, last_month: int = 0
) -> tuple[Event, ...]:
    """Records that the wage relation was interrupted or the labour relation ended; the 30 days run from there."""
    require_status(state, account, "normal")
    if broken_on > on:
        raise Refusal("day_in_future", what="broken_on", day=broken_on.isoformat(), on=on.isoformat())
    _require_within_relation(state, account, "broken_on", broken_on)
    if state.broken_on == broken_on and state.broken_how == how:
        return ()
    due_on = days_after(broken_on, days)
    last = _last_month(last_month, broken_on)
    return (RelationBroken(effective_on=on, how=how, broken_on=broken_on, due_on=due_on, last_month=last),)


def _require_within_relation(state: Account, account: str, what: str, day: date) -> None:
    """Refuses a break or an end that lies before what it ends, as it would erase months that are owed (第七至十条).

    That is a break that was recorded already; else the hiring, the month in which the present employer took over who
    worked, and the resumption of wages (unless the break before it is said again: then wages never resumed).
    """
    begun = [state.joined_on]
    if not state.resumption or day != state.resumption[0]:
        begun += [first_day(state.employer_since) if state.employer_since else None, *state.resumption[1:]]
    since = state.broken_on or max((one for one in begun if one), default=day)
    if day < since:
        raise Refusal(
            "ends_before_begin", account=account, what=what, day=day.isoformat(), since=since.isoformat()
        )


def seal(
    state: Account, account: str, broken_on: date, days: int, on: date, last_month: int = 0
) -> tuple[Event, ...]:
    """Seals an account with its employer (第七条). A late seal is allowed and shows itself as late."""
    if state.status == "sealed":
        return _stands(state, account, broken_on)
    require_status(state, account, "normal")
    if broken_on > on:
        raise Refusal("day_in_future", what="broken_on", day=broken_on.isoformat(), on=on.isoformat())
    _require_within_relation(state, account, "broken_on", broken_on)
    last, due_on = _last_month(last_month, broken_on), days_after(broken_on, days)
    return (Sealed(effective_on=on, broken_on=broken_on, due_on=due_on, last_month=last),)


def _stands(state: Account, account: str, day: date) -> tuple[Event, ...]:
    """The same seal again gives no event; one with another day is refused (``sealed_otherwise``)."""
    if state.broken_on and day != state.broken_on:
        raise Refusal("sealed_otherwise", account=account, since=state.broken_on.isoformat())
    return ()


def unseal(state: Account, account: str, resumed_on: date, on: date) -> tuple[Event, ...]:
    """Unseals an account when the wage relation resumes (第七条), or ends a break for which it never was sealed."""
    if state.status == "normal" and state.broken_on is None:
        return ()
    if state.status == "centrally_sealed":
        raise Refusal("account_in_central_pool", account=account)
    require_status(state, account, "sealed", "normal")
    if resumed_on > on:
        raise Refusal("day_in_future", what="resumed_on", day=resumed_on.isoformat(), on=on.isoformat())
    if state.broken_on and resumed_on < state.broken_on:
        broken_on = state.broken_on.isoformat()
        raise Refusal("resumed_before_break", broken_on=broken_on, resumed_on=resumed_on.isoformat())
    return (Unsealed(effective_on=on, resumed_on=resumed_on),)


def seal_centrally(
    state: Account, account: str, ended_on: date, days: int, on: date, last_month: int = 0
) -> tuple[Event, ...]:
    """Moves an account to the centre's pool when the labour relation has ended (第八条)."""
    if state.status == "centrally_sealed":
        return _stands(state, account, ended_on)
    require_status(state, account, "normal", "sealed")
    if ended_on > on:
        raise Refusal("day_in_future", what="ended_on", day=ended_on.isoformat(), on=on.isoformat())
    _require_within_relation(state, account, "ended_on", ended_on)
    last, due_on = _last_month(last_month, ended_on), days_after(ended_on, days)
    return (SealedCentrally(effective_on=on, ended_on=ended_on, due_on=due_on, last_month=last),)


def transfer(
    state: Account,
    account: str,
    to_employer: str,
    ended_on: date,
    hired_on: date,
    days: int,
    on: date,
    by: str = "unit",
    last_month: int = 0,
) -> tuple[Event, ...]:
    """Moves an account to another employer of the city (第九条): nothing of the balance or history changes."""
    if state.employer == to_employer and state.status == "normal":
        return ()
    require_live(state, account)
    if hired_on < ended_on:
        raise Refusal("hired_before_end", ended_on=ended_on.isoformat(), hired_on=hired_on.isoformat())
    if hired_on > on:
        raise Refusal("day_in_future", what="hired_on", day=hired_on.isoformat(), on=on.isoformat())
    _require_within_relation(state, account, "ended_on", ended_on)
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
            last_month=_last_month(last_month, ended_on),
        ),
    )


def _last_month(last_month: int, on: date) -> str:
    """The last month that is owed when a relation ends on a day, as an event says it: nothing where it is the day's own."""
    return format_month(last_month) if last_month not in (0, month_of(on)) else ""
