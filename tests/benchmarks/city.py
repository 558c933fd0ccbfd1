"""A city with a history, loaded in bulk: the same events, registers and chained commits that commands would have left.

Every account of an employer was opened a month before its first contribution, and every month was remitted in order
on its pay day, so the ledger is one that the real commands go on from. Money in fen, months as numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, insert

from commands.law import Law
from ledger.dates import SHANGHAI, days_after, first_day, format_month, parse_month
from ledger.policy.parameters import PolicyBook
from ledger.store import tables
from ledger.store.append import append_events
from ledger.store.chain import Commit, EventRow, hash_of_commit, hash_of_events, hash_of_request
from ledger.store.database import Database
from ledger.store.unit_of_work import read_head
from ledger.streams import account as accounts
from ledger.streams import employer as employers
from ledger.streams import remittance as remittances
from ledger.streams.base import Event, encode
from projections.registers import REGISTERS

RATE: Final = Decimal("0.12")
BASES_FEN: Final = tuple(range(400_000, 800_000, 50_000))
PAY_DAY: Final = 15
EVENTS_IN_ONE_WRITE: Final = 100_000

Progress = Callable[[int], None]
"""Told how many events have been loaded so far."""


class City(NamedTuple):
    """So many employers with so many accounts each, and remittances from the first month to before the last."""

    employers: int
    accounts_each: int
    first_month: int
    next_month: int

    @classmethod
    def until(cls, month: str, employers: int, accounts_each: int, months: int) -> City:
        """The city whose history of ``months`` ends right before ``month``."""
        return cls(employers, accounts_each, parse_month(month) - months, parse_month(month))

    @property
    def months(self) -> int:
        return self.next_month - self.first_month

    @property
    def events(self) -> int:
        return self.employers * (self.accounts_each + 1 + self.months * (self.accounts_each + 2))

    def employer(self, number: int) -> str:
        return f"E{number:06d}"

    def account(self, employer: int, number: int) -> str:
        return f"A{employer:06d}{number:06d}"

    def person(self, employer: int, number: int) -> str:
        return f"P{employer:06d}{number:06d}"

    def lines(self, employer: int) -> list[dict[str, Any]]:
        """The rows of a remittance list after parsing, with the amounts that are due."""
        share_fen = [base * 12 // 100 for base in BASES_FEN]
        return [
            {
                "account": self.account(employer, number),
                "person": self.person(employer, number),
                "employer_amount": share_fen[number % len(BASES_FEN)],
                "employee_amount": share_fen[number % len(BASES_FEN)],
                "row": number + 2,
            }
            for number in range(self.accounts_each)
        ]


def pay_day(month: int) -> date:
    return days_after(first_day(month), PAY_DAY - 1)


def moment_in(month: int) -> datetime:
    """Nine in the morning of a month's pay day."""
    return datetime.combine(pay_day(month), time(9), SHANGHAI)


class History:
    """The events of a city by month, and the states they lead to: accounts with one base have one history."""

    def __init__(self, city: City, book: PolicyBook) -> None:
        self.city = city
        self.law = Law(book, pay_day(city.next_month))
        self.states: list[accounts.Account] = [accounts.Account()] * len(BASES_FEN)
        self.employer_state = employers.Employer()
        self.booked: list[remittances.Booked] = []

    def founding(self) -> Iterator[list[tuple[str, int, str, str]]]:
        """The first events of each employer and its accounts, one commit for each employer."""
        on = first_day(self.city.first_month) - timedelta(days=1)
        first = format_month(self.city.first_month)
        registered = employers.Registered(
            effective_on=on, name="示例单位", kind="国有企业", rate=RATE, first_month=first, pay_day=PAY_DAY
        )
        opened = [
            accounts.Opened(
                effective_on=on, person="", employer="", base_fen=base_fen, first_month=first, joined_on=on
            )
            for base_fen in BASES_FEN
        ]
        self.employer_state = employers.evolve(self.employer_state, registered)
        self.states = [accounts.evolve(*pair) for pair in zip(self.states, opened, strict=True)]
        for number in range(self.city.employers):
            own = [
                (
                    f"account-{self.city.account(number, one)}",
                    1,
                    *_stored(
                        msgspec.structs.replace(
                            opened[one % len(BASES_FEN)],
                            employer=self.city.employer(number),
                            person=self.city.person(number, one),
                        )
                    ),
                )
                for one in range(self.city.accounts_each)
            ]
            yield [*own, (f"employer-{self.city.employer(number)}", 1, *_stored(registered))]

    def month(self, month: int) -> Iterator[list[tuple[str, int, str, str]]]:
        """The events of one month, one commit for each employer, each sorted by stream."""
        deposits, booked, done = self._events_of(month)
        self.booked.append(booked)
        version = month - self.city.first_month + 2
        self.states = [accounts.evolve(*pair) for pair in zip(self.states, deposits, strict=True)]
        self.employer_state = employers.evolve(self.employer_state, done)
        done_stored = _stored(done)
        for number in range(self.city.employers):
            stream = remittances.key(self.city.employer(number), format_month(month))
            stored = [_stored(msgspec.structs.replace(one, of=stream)) for one in deposits]
            own = [
                (f"account-{self.city.account(number, one)}", version, *stored[one % len(BASES_FEN)])
                for one in range(self.city.accounts_each)
            ]
            entry = msgspec.structs.replace(booked, employer=self.city.employer(number))
            own.append((f"employer-{self.city.employer(number)}", version, *done_stored))
            own.append((f"remittance-{stream}", 1, *_stored(entry)))
            yield own

    def _events_of(
        self, month: int
    ) -> tuple[list[accounts.Deposited], remittances.Booked, employers.MonthRemitted]:
        on, text = pay_day(month), format_month(month)
        deposits: list[accounts.Deposited] = []
        for state in self.states:
            due = self.law.contribution(self.employer_state, state, month)
            deposits += accounts.deposit(state, "", month, None, due, on=on)  # type: ignore[arg-type]
        heads = self.city.accounts_each
        half_fen = sum(deposits[one % len(BASES_FEN)].employer_fen for one in range(heads))
        booked = remittances.Booked(
            effective_on=on,
            employer="",
            month=text,
            heads=heads,
            employer_fen=half_fen,
            employee_fen=half_fen,
            received_fen=2 * half_fen,
            content_hash=hash_of_request("history", text),
        )
        due_on = days_after(on, self.law.value("remittance_days_after_payday", on))
        done = employers.MonthRemitted(
            effective_on=on, month=text, due_on=due_on, heads=heads, total_fen=2 * half_fen
        )
        return deposits, booked, done


def _stored(event: Event) -> tuple[str, str]:
    return event.topic, encode(event).decode()


def load_city(database: Database, city: City, book: PolicyBook, progress: Progress = lambda _: None) -> None:
    """Fills an empty ledger with a city's history: events, commits with an unbroken chain, keys and registers."""
    history = History(city, book)
    indexes = _drop_indexes(database)
    with database.writing() as connection:
        before = moment_in(city.first_month) - timedelta(days=31)
        _write(connection, history.founding(), "open_accounts", before, progress)
    for month in range(city.first_month, city.next_month):
        with database.writing() as connection:
            _write(connection, history.month(month), "remit", moment_in(month), progress)
    with database.writing() as connection:
        _write_registers(connection, history)
        for statement in indexes:
            connection.exec_driver_sql(statement)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")


def _drop_indexes(database: Database) -> list[str]:
    """Takes the indexes off the event table and returns what makes them again: one build is quicker than growth."""
    asked = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'event'"
        if database.is_sqlite
        else "SELECT indexname, indexdef FROM pg_indexes WHERE starts_with(tablename, 'event_')"
    )
    with database.writing() as connection:
        indexes = connection.exec_driver_sql(asked).all()
        for name, _ in indexes:
            connection.exec_driver_sql(f"DROP INDEX {name}")
    return [statement for _, statement in indexes]


def _write(
    connection: Connection,
    commits: Iterator[Sequence[tuple[str, int, str, str]]],
    command: str,
    moment: datetime,
    progress: Progress,
) -> None:
    head = read_head(connection)
    commit_id, event_id, previous = head.commit_id, head.event_id, head.hash
    rows: list[EventRow] = []
    envelopes: list[dict[str, Any]] = []
    for events in commits:
        commit_id += 1
        own = [(event_id + offset, *event) for offset, event in enumerate(events, start=1)]
        commit = Commit(
            id=commit_id,
            key=f"history-{commit_id}",
            request_hash=hash_of_request("history", commit_id),
            actor="history",
            approver="",
            command=command,
            recorded_at=moment,
            first_event_id=event_id + 1,
            last_event_id=event_id + len(own),
            result="{}",
            events_hash=hash_of_events(own),
            previous_hash=previous,
        )
        event_id, previous = commit.last_event_id, hash_of_commit(commit)
        rows += own
        envelopes.append(msgspec.structs.asdict(commit) | {"hash": previous})
        if len(rows) >= EVENTS_IN_ONE_WRITE:
            append_events(connection, rows, moment)
            rows = []
            progress(event_id)
    append_events(connection, rows, moment)
    progress(event_id)
    connection.execute(insert(tables.commit), envelopes)
    keys = [
        {"key": one["key"], "request_hash": one["request_hash"], "commit_id": one["id"]} for one in envelopes
    ]
    connection.execute(insert(tables.idempotency), keys)


def _write_registers(connection: Connection, history: History) -> None:
    city, version = history.city, history.city.months + 1
    for number in range(city.employers):
        of_employer = [
            (
                city.account(number, one),
                version,
                msgspec.structs.replace(
                    history.states[one % len(BASES_FEN)],
                    employer=city.employer(number),
                    person=city.person(number, one),
                ),
            )
            for one in range(city.accounts_each)
        ]
        REGISTERS["account"].insert(connection, of_employer)
    REGISTERS["employer"].insert(
        connection,
        [(city.employer(number), version, history.employer_state) for number in range(city.employers)],
    )
    for booked in history.booked:
        REGISTERS["remittance"].insert(
            connection,
            [
                (
                    remittances.key(city.employer(number), booked.month),
                    1,
                    remittances.evolve(
                        remittances.Remittance(),
                        msgspec.structs.replace(booked, employer=city.employer(number)),
                    ),
                )
                for number in range(city.employers)
            ],
        )
