"""What holds after every step of every history, computed from the events alone and by other means than the ledger's."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from commands.desk import Desk
from ledger.books.posting import post
from ledger.dates import business_day, format_month, fund_year_of, parse_month
from ledger.policy.loan_terms import terms_of
from ledger.store import tables
from ledger.streams import account as accounts
from ledger.streams import loan as loans
from ledger.streams import payment as payments
from ledger.streams import receipt as receipts
from ledger.streams.base import Recorded
from ledger.streams.loan.state import RUNNING
from projections.registers import REGISTERS
from projections.replay.invariants import broken_invariants
from projections.views.annual_report import annual_report
from projections.views.journal import Journal
from projections.views.view import catch_up

Rows = dict[str, list[Any]]


def everything(desk: Desk) -> Rows:
    """Every row of the store and of the registers."""
    kept = (tables.event, tables.commit, tables.idempotency, *(one.table for one in REGISTERS.values()))
    with desk.ledger.database.reading() as connection:
        return {table.name: sorted(connection.execute(select(table)), key=repr) for table in kept}


def states_of(desk: Desk) -> dict[str, dict[str, Any]]:
    """The registers as states by kind and key."""
    with desk.ledger.database.reading() as connection:
        return {
            kind: {row[0]: register.state_of(row) for row in connection.execute(register.all(connection))}
            for kind, register in REGISTERS.items()
        }


def check_laws(desk: Desk) -> None:
    """Raises ``AssertionError`` naming the law that is broken."""
    events = desk.ledger.events()
    streams: dict[str, list[Recorded]] = defaultdict(list)
    for one in events:
        streams[one.originator_id].append(one)
    check_order(desk, events, streams)
    check_registers(desk, streams)
    check_books(events, states_of(desk))
    check_accounts(streams, states_of(desk))
    check_debts(streams, states_of(desk))
    check_loans(desk, streams, states_of(desk))
    check_reports(desk, events, streams)
    broken = broken_invariants(desk.ledger.database)
    assert not broken, f"{broken[0].code}: {broken[0].message()}"


def check_order(desk: Desk, events: list[Recorded], streams: dict[str, list[Recorded]]) -> None:
    assert [one.id for one in events] == list(range(1, len(events) + 1)), "event ids have no gap"
    for stream_id, of_stream in streams.items():
        versions = [one.originator_version for one in of_stream]
        assert versions == list(range(1, len(versions) + 1)), f"versions of {stream_id} are dense"
    assert all(a.recorded_at <= b.recorded_at for a, b in pairwise(events)), (
        "what is known is never reordered"
    )
    with desk.ledger.database.reading() as connection:
        commits = list(connection.execute(select(tables.commit).order_by(tables.commit.c.id)))
    assert all(a.last_event_id + 1 == b.first_event_id for a, b in pairwise(commits)), "commits have no gap"
    assert sum(one.last_event_id - one.first_event_id + 1 for one in commits) == len(events)


def check_registers(desk: Desk, streams: dict[str, list[Recorded]]) -> None:
    with desk.ledger.database.reading() as connection:
        for kind, register in REGISTERS.items():
            rows = {
                row[0]: (row[1], register.state_of(row))
                for row in connection.execute(register.all(connection))
            }
            folded = {
                stream_id.removeprefix(f"{kind}-"): (
                    len(of_stream),
                    register.stream.fold([one.body for one in of_stream]),
                )
                for stream_id, of_stream in streams.items()
                if stream_id.partition("-")[0] == kind
            }
            assert rows == folded, f"the register of {kind} is the fold of its events"


def check_books(events: list[Recorded], states: dict[str, dict[str, Any]]) -> None:
    balances: Counter[str] = Counter()
    for one in events:
        lines = post(one.body)
        assert sum(fen for _, fen in lines) == 0, f"debits equal credits in event {one.id}"
        for code, fen in lines:
            balances[code] += fen
    members = sum(one.balance_fen for one in states["account"].values())
    assert -balances["201"] == members, "account 201 is the sum of the personal balances"
    held = sum(one.open_fen for one in states["receipt"].values())
    assert -balances["219"] == held, "account 219 is the sum of the held receipts"
    orders = [one.body for one in events if isinstance(one.body, payments.Ordered)]
    ordered = sum(one.principal_fen + one.interest_fen for one in orders)
    left = sum(
        -sum(accounts.effect(one.body))
        for one in events
        if isinstance(one.body, accounts.Withdrawn | accounts.TransferredOut) and not _offset(one.body)
    )
    returned = sum(
        one.body.amount_fen
        for one in events
        if isinstance(one.body, receipts.Returned | loans.Disbursed | loans.GuaranteeFeePaid)
    )
    assert ordered == left + returned, "whatever leaves has its payment order, and nothing else has one"
    lent = states["loan"].values()
    assert balances["121"] == sum(one.normal_fen for one in lent), (
        "account 121 is the sum of the normal principal"
    )
    assert balances["122"] == sum(one.overdue_fen for one in lent), (
        "account 122 is the sum of the overdue principal"
    )


def _offset(body: Any) -> bool:
    """Whether a withdrawal went to a loan in the same commit (冲还贷): no money left the bank."""
    return isinstance(body, accounts.Withdrawn) and not body.payment


def check_loans(desk: Desk, streams: dict[str, list[Recorded]], states: dict[str, dict[str, Any]]) -> None:
    repaid_from: Counter[str] = Counter()
    today = business_day(desk.ledger.clock())
    terms = terms_of(desk.present_book(), today, today)
    for key, state in states["loan"].items():
        of_stream = streams[f"loan-{key}"]
        standing = [one.body for one in of_stream if one.originator_version not in set(state.reversed)]
        repaid = [body for body in standing if isinstance(body, loans.Repaid)]
        written_off = sum(body.principal_fen for body in standing if isinstance(body, loans.WrittenOff))
        left = state.disbursed_fen - sum(body.principal_fen for body in repaid) - written_off
        assert state.balance_fen == left, f"{key}: what was paid out is repaid or owed"
        owed = [(one.principal_fen, one.interest_fen, one.penalty_fen) for one in state.owed]
        assert all(min(parts) >= 0 for parts in owed), f"{key}: nothing owed is below zero"
        assert state.running_fen >= 0, f"{key}: no more is owed than the principal"
        assert (state.status == "settled") <= (not state.balance_fen and not state.owed), f"{key}: settled"
        to_come = sum(one.principal_fen for one in loans.schedule(state, terms))
        assert state.status != RUNNING or to_come == state.running_fen, f"{key}: the schedule repays it all"
        for body in repaid:
            if body.source == "fund_account":
                repaid_from[body.account] += body.principal_fen + body.interest_fen + body.penalty_fen
        for on in sorted({one.body.effective_on for one in of_stream}):
            then = loans.as_of(of_stream, on)
            assert min(then.normal_fen, then.overdue_fen) >= 0, f"{key} on {on}: 121 or 122 below zero"
            lines = Counter[str]()
            for one in of_stream:
                if one.body.effective_on <= on:
                    for code, fen in post(one.body):
                        lines[code] += fen
            told = lines["121"], lines["122"]
            assert told == (then.normal_fen, then.overdue_fen), (
                f"{key} on {on}: the books say what the loan says"
            )
    for key, state in states["account"].items():
        events = streams[f"account-{key}"]
        given = -sum(
            sum(accounts.effect(one.body))
            for one in events
            if one.originator_version not in set(state.reversed) and _offset(one.body)
        )
        assert given == repaid_from[key], f"{key}: what left for a loan has repaid it"


def check_accounts(streams: dict[str, list[Recorded]], states: dict[str, dict[str, Any]]) -> None:
    live = Counter(one.person for one in states["account"].values() if one.status != "closed")
    assert all(count == 1 for count in live.values()), "one person has one live account"
    for key, state in states["account"].items():
        of_stream = streams[f"account-{key}"]
        check_months(key, state, of_stream)
        for on in sorted({one.body.effective_on for one in of_stream}):
            check_day(key, of_stream, on)
        if state.status == "closed":
            since = [one.body for one in of_stream if one.originator_version > _closed_at(of_stream)]
            paid_fen = sum(sum(accounts.effect(body)) for body in since)
            assert state.balance_fen == paid_fen, f"{key}: closed with nothing but what was paid since"
        assert state.reversed == tuple(dict.fromkeys(state.reversed)), f"{key}: an entry is reversed once"


def _closed_at(of_stream: list[Recorded]) -> int:
    return max(one.originator_version for one in of_stream if isinstance(one.body, accounts.Closed))


def check_debts(streams: dict[str, list[Recorded]], states: dict[str, dict[str, Any]]) -> None:
    """A month is owed once or not at all: never paid as well, never by two employers, and by who paid it before."""
    left = Counter(
        (debtor, account, month)
        for account, state in states["account"].items()
        for month, debtor in accounts.left_months(state)
    )
    behind = Counter(
        (employer, account, month)
        for employer, state in states["employer"].items()
        for account, month, _ in state.left_behind
    )
    assert left == behind, f"debts of accounts and employers differ: {left - behind} {behind - left}"
    for account, state in states["account"].items():
        present = accounts.unpaid_months(state, state.paid_up_to)
        owed = [*present, *(month for month, _ in accounts.left_months(state))]
        assert len(owed) == len(set(owed)), f"{account}: a month is owed once"
        undone = set(state.reversed)
        paid = {
            parse_month(one.body.month)
            for one in streams[f"account-{account}"]
            if isinstance(one.body, accounts.Deposited) and one.originator_version not in undone
        }
        assert not paid & set(owed), f"{account}: what is paid is not owed"


def check_reports(desk: Desk, events: list[Recorded], streams: dict[str, list[Recorded]]) -> None:
    """Every identity of every year's report holds to the fen, and its balance is that of the accounts on its last day."""
    catch_up(desk.ledger.database, Journal())
    years = {one.body.effective_on.year for one in events}
    with desk.ledger.database.reading() as connection:
        for year in sorted(years):
            found = annual_report(connection, desk.book, year, len(events))
            assert found.broken() == (), f"the report of {year} adds up: {found.broken()}"
            accounts_fen = sum(
                accounts.as_of(of_stream, date(year, 12, 31)).balance_fen
                for stream_id, of_stream in streams.items()
                if stream_id.startswith("account-")
            )
            assert found.figures["balance"] == accounts_fen, f"the balance of {year} is that of the accounts"


def check_months(key: str, state: accounts.Account, of_stream: list[Recorded]) -> None:
    undone = set(state.reversed)
    standing = [one.body for one in of_stream if one.originator_version not in undone]
    paid = [body.month for body in standing if isinstance(body, accounts.Deposited)]
    elsewhere = sum(
        body.months
        for body in standing
        if isinstance(body, accounts.TransferredIn | accounts.BalanceTakenOver)
    )
    assert len(paid) == len(set(paid)), f"{key}: a month is paid once"
    assert state.months == len(paid) + elsewhere, f"{key}: months are what stands"
    assert not {format_month(one) for one in state.missing} & set(paid), f"{key}: missing is not paid"


def check_day(key: str, of_stream: list[Recorded], on: date) -> None:
    """The balance of a day and its parts, from the effects alone and from the fold; known now and known then."""
    for known_on in (None, on):
        known = [
            one.body
            for one in of_stream
            if one.body.effective_on <= on and (known_on is None or business_day(one.recorded_at) <= known_on)
        ]
        effects = [(fund_year_of(body.effective_on), *accounts.effect(body)) for body in known]
        this_year = fund_year_of(on)
        current = sum(part for year, _, part in effects if year == this_year)
        total = sum(carried + part for _, carried, part in effects)
        state = accounts.as_of(of_stream, on, known_on)
        assert state.balance_fen == total, f"{key} on {on}, known on {known_on}: balance"
        assert (state.carried_fen, state.current_fen) == (total - current, current), f"{key} on {on}: parts"
        if known_on is None:
            assert state.carried_fen >= 0, f"{key} on {on}: carried-forward part below zero"
            assert state.current_fen >= 0, f"{key} on {on}: current-year part below zero"
