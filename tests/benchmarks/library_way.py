"""The event library's default way of doing the same: aggregates rebuilt from their events, its own recorders."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from time import monotonic, sleep
from typing import Any, Final
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import StoredEvent, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from sqlalchemy import make_url

from tests.benchmarks.city import Progress
from tests.benchmarks.measuring import Timed

SAVED_AT_ONCE_MAX: Final = 1_000
"""The library's PostgreSQL recorder hangs for ever on one save of 5,000 of these events (at times of 2,000): it sends
the whole batch through a pipeline before it reads an answer. There the remittance is saved in parts, and so is not
one transaction any more.
"""


class Account(Aggregate):
    """An account as the library's tutorial would write it."""

    @event("Opened")
    def __init__(self, person: str, employer: str, base_fen: int) -> None:
        self.person = person
        self.employer = employer
        self.base_fen = base_fen
        self.balance_fen = 0
        self.months = 0

    @event("Deposited")
    def deposit(self, on: str, month: str, employer_fen: int, employee_fen: int, rate: str, of: str) -> None:
        self.balance_fen += employer_fen + employee_fen
        self.months += 1


class Accounts(Application[UUID]):
    name = "accounts"

    def remit(self, ids: Iterable[UUID], month: str) -> None:
        """One remittance: every aggregate is loaded, triggered, and all are saved, at once where the library can."""
        accounts = [self.repository.get(one) for one in ids]
        for account in accounts:
            account.deposit(f"{month}-15", month, 60_000, 60_000, "0.12", f"E000001-{month}")  # type: ignore[attr-defined]
        size = SAVED_AT_ONCE_MAX if "postgres" in self.env["PERSISTENCE_MODULE"] else len(accounts)
        for start in range(0, len(accounts), size):
            self.save(*accounts[start : start + size])


class LibraryWay:
    """An application on a database of its own, with histories loaded in bulk."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = url.startswith("sqlite")
        self.environment = self._sqlite() if self.is_sqlite else self._postgresql()
        self.application = Accounts(env=self.environment)
        self.months = 0
        self.ids: list[UUID] = []

    def _sqlite(self) -> dict[str, str]:
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(self.url.database)}

    def _postgresql(self) -> dict[str, str]:
        return {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(self.url.database),
            "POSTGRES_HOST": str(self.url.query["host"]),
            "POSTGRES_PORT": "5432",
            "POSTGRES_USER": str(self.url.username),
            "POSTGRES_PASSWORD": "",
        }

    def load(self, accounts: int, months: int, progress: Progress = lambda _: None) -> None:
        """So many aggregates, opened once and deposited to for so many months: the bytes are the library's own."""
        self.ids = [UUID(int=0xACC0 * 2**64 + number) for number in range(accounts)]
        self.months = months
        template = self._template(months)
        for version, one in enumerate(template, start=1):
            rows = ((account, version, one.topic, one.state) for account in self.ids)
            self._insert(rows)
            progress(version * accounts)
        self._settle()

    def _template(self, months: int) -> list[StoredEvent]:
        account = Account("P000001", "E000001", 500_000)
        for month in range(months):
            text = f"{2000 + month // 12}-{month % 12 + 1:02d}"
            account.deposit(f"{text}-15", text, 60_000, 60_000, "0.12", f"E000001-{text}")
        mapper = self.application.mapper
        return [mapper.to_stored_event(one) for one in account.collect_events()]

    def _insert(self, rows: Iterable[tuple[UUID, int, str, bytes]]) -> None:
        if self.is_sqlite:
            with sqlite3.connect(str(self.url.database)) as connection:
                statement = "INSERT INTO stored_events VALUES (?, ?, ?, ?)"
                connection.executemany(statement, ((one.hex, *rest) for one, *rest in rows))
            connection.close()
            return
        columns = "(originator_id, originator_version, topic, state)"
        with (
            self._connect() as connection,
            connection.cursor() as cursor,
            cursor.copy(f"COPY accounts_events {columns} FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(["uuid", "int8", "text", "bytea"])
            for row in rows:
                copy.write_row(row)

    def _connect(self, **how: Any) -> psycopg.Connection[Any]:
        address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(address, **how)

    def _settle(self) -> None:
        if not self.is_sqlite:
            with self._connect(autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE accounts_events")
                connection.execute("CHECKPOINT")

    def remit(self, timed: Timed) -> None:
        """One month more for every account."""
        month = f"{2000 + self.months // 12}-{self.months % 12 + 1:02d}"
        self.months += 1
        with timed.run():
            self.application.remit(self.ids, month)

    def project(self, seconds_max: float) -> float:
        """Events a second that the library's ``ProjectionRunner`` takes into a view, over so long at most."""
        last = len(self.ids) * (self.months + 1)
        BalancesView.position, began = 0, monotonic()
        with ProjectionRunner(
            application_class=Accounts,
            projection_class=Balances,
            view_class=BalancesView,
            env=self.environment,
        ) as runner:
            while monotonic() - began < seconds_max and BalancesView.position < last:
                sleep(0.01)
            taken, seconds = BalancesView.position, monotonic() - began
            runner.stop()
        return taken / seconds

    def close(self) -> None:
        self.application.close()


class BalancesView(PostgresTrackingRecorder):
    """The smallest view: the position of the reader, as durable as the library keeps it."""

    position = 0

    def insert_tracking(self, tracking: Tracking) -> None:
        super().insert_tracking(tracking)
        type(self).position = tracking.notification_id


class Balances(Projection[BalancesView]):
    """The smallest projection: it counts, and keeps its position for each event as the library proposes."""

    name = "balances"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.insert_tracking(tracking)
