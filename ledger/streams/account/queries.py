"""Questions about a personal account that change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Final, NamedTuple

from ledger.dates import business_day, fund_year_of, parse_month
from ledger.streams.account.events import (
    BalanceTakenOver,
    Closed,
    Deposited,
    EntryReversed,
    InterestCredited,
    Recovered,
    RemainderPaid,
    SpouseDrawn,
    TransferredIn,
    TransferredOut,
    Withdrawn,
)
from ledger.streams.account.evolve import evolve, moved
from ledger.streams.account.state import Account, debtor_of, stood_with
from ledger.streams.base import Event, Recorded


def effect(body: Event) -> tuple[int, int]:
    """What a movement added to the carried-forward and to the current-year part, signed, in fen."""
    match body:
        case Deposited():
            return 0, body.employer_fen + body.employee_fen
        case BalanceTakenOver() | EntryReversed():
            return body.carried_fen, body.current_fen
        case Withdrawn() | TransferredOut() | RemainderPaid():
            return -body.carried_fen, -body.current_fen
        case TransferredIn() | Recovered():
            return 0, body.amount_fen
        case InterestCredited():
            return body.carried_fen + body.current_fen, 0
        case _:
            return 0, 0


def at_day(state: Account, on: date) -> Account:
    """The state as it stands on a day: with a new fund year the current-year part has been carried forward."""
    return moved(state, on, 0, 0) if fund_year_of(on) > state.fund_year else state


def as_of(events: Iterable[Recorded], on: date, known_on: date | None = None) -> Account:
    """The account effective on a day, as known on a day (by default all that is known now)."""
    state = Account()
    for one in events:
        known = known_on is None or business_day(one.recorded_at) <= known_on
        if known and one.body.effective_on <= on:
            state = evolve(state, one.body)
    return at_day(state, on)


def sealed_since(events: Iterable[Recorded], on: date) -> date | None:
    """Since when an account has been sealed without a break, effective on a day; ``None`` where it is not.

    An account that a reversal of its closing opened again counts on from the seal before the closing.
    """
    state, since = Account(), None
    for one in events:
        if one.body.effective_on > on:
            continue
        state = evolve(state, one.body)
        if state.status in _SEALED:
            since = since or one.body.effective_on
        elif state.status == "normal":
            since = None
    return since if state.status in _SEALED else None


_SEALED: Final = ("sealed", "centrally_sealed")


def taken_for(
    reason: str, own: Iterable[Recorded], spouses: Mapping[str, Iterable[Recorded]]
) -> list[tuple[date, int]]:
    """What an owner has withdrawn for a reason: each withdrawal that stands with its value date and its amount in fen.

    What the spouse's account gave belongs to it (第十一条第二款).
    """
    recorded = list(own)
    found = _standing(recorded, reason, "")
    for one in recorded:
        if isinstance(one.body, SpouseDrawn):
            given = _standing(
                spouses[one.body.spouse_account], reason, one.originator_id.removeprefix("account-")
            )
            if one.body.payment in given:
                on, fen = given[one.body.payment]
                _, own_fen = found.get(one.body.own_payment, (on, 0))
                found[one.body.own_payment or one.body.payment] = on, own_fen + fen
    return sorted(found.values())


def _standing(events: Iterable[Recorded], reason: str, for_account: str) -> dict[str, tuple[date, int]]:
    """The withdrawals of an account for a reason that nobody reversed, by their payment order, else by their version."""
    found: dict[str, tuple[date, int]] = {}
    keys: dict[int, str] = {}
    for one in events:
        body = one.body
        if isinstance(body, Withdrawn) and (body.reason, body.for_account) == (reason, for_account):
            key = keys[one.originator_version] = body.payment or str(one.originator_version)
            found[key] = body.effective_on, body.carried_fen + body.current_fen
        elif isinstance(body, EntryReversed) and body.reverses in keys:
            del found[keys[body.reverses]]
    return found


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
            state = moved(state, body.effective_on, *effect(body))
            room = room_on(state, on)
    for day, of_day in groupby((body for body in moves if body.effective_on > on), key=_value_date):
        for body in of_day:
            state = moved(state, day, *effect(body))
        room = room._replace(later_fen=min(room.later_fen, state.balance_fen))
        if fund_year_of(day) == fund_year_of(
            on
        ):  # in a later year one part makes up for the other (``evened``)
            room = room._replace(
                carried_fen=min(room.carried_fen, state.carried_fen),
                current_fen=min(room.current_fen, state.current_fen),
            )
    return room


def _value_date(body: Event) -> date:
    return body.effective_on


def closing_of(events: Iterable[Recorded]) -> tuple[int, str] | None:
    """The version of the movement that closed an account for good, and the reason; ``None`` where it is not closed."""
    closing: tuple[int, str] | None = None
    for one in events:
        match one.body:
            case Closed() if closing is None:
                closing = one.originator_version - 1, one.body.reason
            case EntryReversed() if not one.body.stays_closed:
                closing = None
            case Recovered():
                closing = None
    return closing


def before(events: Iterable[Recorded], version: int) -> Account:
    """The account as it was known before an event of it was recorded."""
    state = Account()
    for one in events:
        if one.originator_version < version:
            state = evolve(state, one.body)
    return state


def base_in(state: Account, month: int) -> int:
    """The base that governs a month, in fen: the proven one (第十条第三款), else the one on record."""
    for proven, base_fen in state.proven:
        if proven == month:
            return base_fen
    for start, base_fen in reversed(state.bases):
        if start <= month:
            return base_fen
    return state.bases[0][1]


def months_in_a_row(events: Iterable[Recorded]) -> int:
    """How many months up to the last one paid were paid without a gap (连续缴存), an older system's among them."""
    recorded, paid = list(events), set[int]()
    gone = {one.body.reverses for one in recorded if isinstance(one.body, EntryReversed)}
    for one in recorded:
        if one.originator_version in gone:
            continue
        match one.body:
            case Deposited():
                paid.add(parse_month(one.body.month))
            case BalanceTakenOver() if one.body.paid_up_to:
                last = parse_month(one.body.paid_up_to)
                paid |= set(range(last - one.body.months + 1, last + 1))
            case _:
                continue
    first = last = max(paid, default=0)
    while first in paid:
        first -= 1
    return last - first


def payer_of(original: Recorded, history: Iterable[Recorded]) -> str:
    """Whose contribution a movement was; an older event does not say it, and the account as it stood then does."""
    if not isinstance(original.body, Deposited):
        return ""
    if original.body.employer:
        return original.body.employer
    known, month = before(history, original.originator_version), parse_month(original.body.month)
    return debtor_of(known, month) or stood_with(known, month)
