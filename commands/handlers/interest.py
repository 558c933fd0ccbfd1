"""Commands about members' interest (结息): the yearly settlement in chunks, interest on closing, adjustments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from commands.handlers.registry import Work, command
from commands.schemas import year as schemas
from ledger.books.posting import INTEREST_PAYABLE, post
from ledger.dates import fund_year_bounds, fund_year_of, parse_day
from ledger.limits import SETTLEMENT_CHUNK
from ledger.refusal import Refusal
from ledger.store.movements import Moved, movements_together
from ledger.store.tables import utc_text
from ledger.streams import account as accounts
from ledger.streams import interest
from ledger.streams import year as years
from projections.registers import REGISTERS
from projections.views.journal import members_moved_before, turnover_fen

CITY = "葫政发〔2019〕12号"

_NOTHING: Final = Moved([], "")

HALF_DONE: Final = ("under", "correction")
"""Held money that waits for a remittance or a correction to be finished."""


def terms_known(work: Work) -> interest.TermsOf:
    """The terms of a period as the law is known on the day of recording."""
    return interest.terms_known(work.law.book, work.known_on)


# ---------------------------------------------------------------- closing


def credit_on_closing(work: Work, account: str, on: date) -> int:
    """Credits what an account has earned before its money leaves for good (销户利息), and returns it in fen."""
    state = work.account(account)
    history = work.history("account", account)
    credited = interest.due_until(state, history, on, _last_settled(work), terms_known(work))
    work.add("account", account, credited)
    return sum(one.carried_fen + one.current_fen for one in credited)


def require_interest_covered(work: Work, account: str, taken_fen: int, on: date) -> None:
    """A withdrawal of a settled year leaves what interest it takes back, else ``insufficient_balance`` (第二十一条)."""
    last, year = _last_settled(work), fund_year_of(on)
    if year > last:
        return
    state, history = work.account(account), work.history("account", account)
    found = interest.adjustments(state, history, range(year, last + 1), terms_known(work), work.known_on)
    lacking_fen = -(state.balance_fen + sum(one.carried_fen + one.current_fen for one in found))
    if lacking_fen > 0:
        available_fen = max(0, taken_fen - lacking_fen)
        raise Refusal(
            "insufficient_balance", account=account, amount_fen=taken_fen, available_fen=available_fen
        )


def _last_settled(work: Work) -> int:
    settled = REGISTERS["year"].keys_where(work.uow.connection, status="settled")
    return max(map(int, settled), default=0)


def level_payable(work: Work) -> None:
    """Keeps 211 of every settled fund year at nothing, and 411 at the interest that was really credited.

    Whatever a command credited or took back of a settled year, on closing, by an adjustment or by a reversal, is that
    year's expense in the same commit. The years that the command itself settles are trued up by their settlement.
    """
    taken: dict[int, int] = defaultdict(int)
    for change in work.uow.changes["account"].values():
        for one in change.events:
            if isinstance(one.body, (accounts.InterestCredited, accounts.EntryReversed)):
                payable_fen = sum(fen for code, fen in post(one.body) if code == INTEREST_PAYABLE)
                taken[fund_year_of(one.body.effective_on)] += payable_fen
    if not any(taken.values()):
        return
    last = _last_settled(work)
    for year, fen in sorted(taken.items()):
        if year <= last:
            work.uow.state("year", years.key(year))
            why = "adjustment" if fen > 0 else "reversal"
            work.add("year", years.key(year), years.true_up(fund_year_bounds(year)[1], fen, why))


# ---------------------------------------------------------------- settlement


@command("settle_year", schemas.SettleYear, clause=f"{CITY} 第二十四条", zh="年终结息", needs_journal=True)
def settle_year(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Settles the next chunk of a fund year; the first begins the settlement, the last completes it.

    Refuses ``year_not_over``, ``year_settled``, ``year_before_unsettled`` and ``year_unfinished``.
    """
    year, on = given["year"], given["on"]
    key = years.key(year)
    if not work.uow.state("year", key).status:
        _start(work, year, on, given["chunk"] or SETTLEMENT_CHUNK)
    state: years.Year = work.uow.state("year", key)
    number = years.require_chunk(state, year, given["number"])
    keys = _keys_after(work.uow.connection, state.last_key, state.chunk, fund_year_bounds(year)[0])
    net_fen = _settle_accounts(work, year, state, number, keys) if keys else 0
    if len(keys) < state.chunk:
        _finish(work, year, on, net_fen)
    after: years.Year = work.uow.state("year", key)
    return {
        "year": year,
        "chunk": number,
        "accounts": after.accounts,
        "credited": after.credited,
        "carried_fen": after.carried_fen,
        "current_fen": after.current_fen,
        "finished": after.status == "settled",
    }


def _start(work: Work, year: int, on: date, chunk: int) -> None:
    key = years.key(year)
    first, last = fund_year_bounds(year)
    before: years.Year = work.uow.state("year", years.key(year - 1))
    if before.status != "settled" and members_moved_before(work.uow.connection, first):
        raise Refusal("year_before_unsettled", year=year, before=year - 1)
    terms = terms_known(work)(first, date(year + 1, 7, 1), last)
    carried_rate, current_rate = terms.rates
    started = years.SettlementStarted(
        effective_on=on,
        chunk=chunk,
        carried_rate=carried_rate,
        current_rate=current_rate,
        parameters=terms.parameters,
        started_at=utc_text(work.uow.recorded_at),
        read_since=before.next_since if before.status == "settled" else "",
    )
    unfinished = _unfinished(work, last) if on >= last else ()
    work.add("year", key, years.start(work.uow.state("year", key), year, started, unfinished))


def _unfinished(work: Work, last: date) -> list[str]:
    """What of the year is half done: money held for a remittance or a correction, payments proposed and not decided."""
    held = work.find("receipt", status="held")
    open_proposals = work.find("proposal", status="open")
    return [
        *(
            f"receipt {key} ({one.why})"
            for key, one in held.items()
            if one.why in HALF_DONE and one.received_on and one.received_on <= last
        ),
        *(
            f"proposal {key} ({one.command})"
            for key, one in open_proposals.items()
            if parse_day(str(one.content.get("on", last))) <= last
        ),
    ]


def _keys_after(connection: Connection, last_key: str, count: int, first: date) -> list[str]:
    """The next accounts that may have earned something: with a balance, or moved since the year began."""
    table = REGISTERS["account"].table.c
    asked = (
        select(table.key)
        .where(table.key > last_key, table.moved_on.is_not(None))
        .where(or_(table.carried_fen + table.current_fen != 0, table.moved_on >= first))
        .order_by(table.key)
        .limit(count)
    )
    return list(connection.execute(asked).scalars())


def _settle_accounts(work: Work, year: int, state: years.Year, number: int, keys: Sequence[str]) -> int:
    """Credits the accounts of a chunk and returns what that took out of account 211, in fen."""
    last = fund_year_bounds(year)[1]
    terms_of = terms_known(work)
    accounts_now = work.uow.load("account", keys)
    moved = dict(movements_together(work.uow.connection, keys, state.read_since, last))
    credited = carried_fen = current_fen = 0
    for key in keys:
        own = accounts_now[key]
        earned = interest.earning(own.balance_fen, moved.get(key, _NOTHING).events, year, own.reversed)
        found = interest.credit(earned, terms_of, "settlement", year)
        if found is None:
            continue
        if own.balance_fen + found.carried_fen + found.current_fen < 0:
            if own.status == "closed":
                continue  # interest found too high is not taken back from who has gone
            raise Refusal("insufficient_balance", account=key, amount_fen=-found.carried_fen - found.current_fen,
                          available_fen=own.balance_fen)  # fmt: skip
        work.add("account", key, (found,))
        credited += 1
        carried_fen += found.carried_fen
        current_fen += found.current_fen
    settled = years.ChunkSettled(
        effective_on=last,
        number=number,
        accounts=len(keys),
        credited=credited,
        carried_fen=carried_fen,
        current_fen=current_fen,
        last_key=keys[-1],
        # What moves on the last day may count from the next year on.
        next_since=min((one.late_since for one in moved.values() if one.late_since), default=""),
    )
    work.add("year", years.key(year), (settled,))
    return carried_fen + current_fen


def _finish(work: Work, year: int, on: date, just_credited_fen: int) -> None:
    """The last step: what account 211 holds for the year is brought to nothing, and the year is settled."""
    first, last = fund_year_bounds(year)
    held_fen = turnover_fen(work.uow.connection, INTEREST_PAYABLE, first, last, work.uow.head.event_id)
    state: years.Year = work.uow.state("year", years.key(year))
    events = years.finish(state, last, on, held_fen + just_credited_fen)
    work.add("year", years.key(year), events)


# ---------------------------------------------------------------- after the settlement


@command("adjust_interest", schemas.AdjustInterest, clause=f"{CITY} 第二十二、二十四条", zh="补息、利息更正")
def adjust_interest(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Credits or takes back what back-dated events have changed in an account's interest, from a settled year on.

    The difference is computed anew from the events, has the settlement day as its value date, and is the year's
    expense. A closed account stays closed; ``pay_remainder`` pays what it holds then. Refuses ``year_not_settled``, and
    ``interest_spent`` where interest to be taken back was spent.
    """
    account, year = given["account"], given["year"]
    last = _last_settled(work)
    if year > last:
        raise Refusal("year_not_settled", year=year)
    state = work.account(account)
    if not state.status:
        raise Refusal("account_unknown", account=account)
    history = work.history("account", account)
    found = interest.adjustments(state, history, range(year, last + 1), terms_known(work), given["on"])
    differences = {one.year: one.carried_fen + one.current_fen for one in found}
    if state.balance_fen + sum(differences.values()) < 0:
        raise Refusal(
            "interest_spent",
            account=account,
            amount_fen=-sum(differences.values()),
            available_fen=state.balance_fen,
        )
    after = work.add("account", account, found)
    return {
        "account": account,
        "adjusted_fen": sum(differences.values()),
        "years": list(differences),
        "balance_fen": after.balance_fen,
    }
