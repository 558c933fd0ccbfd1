"""A ledger that has lived: a small history with every kind of movement, for tests that look at it afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, select, update

from commands.desk import Desk
from ledger.store import tables
from ledger.store.database import Database
from ledger.store.tables import utc_text

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def lived_in(desk: Desk, clock: Any) -> Desk:
    """A desk on a ledger with two employers, eight persons and every way in which money moves."""

    def on(day: str, command: str, approver: str = "", **content: Any) -> None:
        clock.on(date.fromisoformat(day))
        desk.do(command, {"on": day, **content}, actor="clerk", approver=approver)

    on("2019-07-01", "open_books", source="旧系统", debits={"101": "30000.00"},
       credits={"201": "26000.00", "219": "4000.00"})  # fmt: skip
    for employer in ("E1", "E2"):
        on("2019-07-01", "register_employer", employer=employer, rate="0.12")
    for number in range(1, 9):
        on("2019-07-01", "open_account", account=f"A{number}", employer="E1", base=f"{4000 + number}.00",
           person=f"P{number}")  # fmt: skip
    on("2019-07-02", "take_over", lines=[{"account": "A1", "carried": "20000.00", "current": "6000.00"}])
    on("2019-07-10", "remit", employer="E1", month="2019-07")
    on("2019-08-10", "remit", employer="E1", month="2019-08", received="9999.00")
    on("2019-08-12", "receive", receipt="R1", amount="50000.00", employer="E1")
    on("2019-09-10", "remit", employer="E1", month="2019-09", receipt="R1")
    on("2019-09-20", "reverse", account="A3", month="2019-09", reason="缴存有误")
    on("2019-09-21", "return_receipt", approver="treasurer", receipt="R1", amount="100.00", reason="多汇")
    on("2019-10-08", "withdraw", approver="approver", account="A1", amount="12345.67", reason="rent")
    on("2019-10-09", "transfer_in", account="A2", amount="3000.00", months=5, from_centre="沈阳", letter="L1")
    on("2019-10-10", "seal", account="A4")
    on("2019-10-11", "transfer_out", approver="approver", account="A4", to_centre="大连", letter="L2")
    on("2019-10-12", "transfer", account="A5", to="E2")
    on("2019-10-13", "freeze", account="A6", document="(2019)辽14执1号")
    on("2020-07-10", "deposit", account="A5", month="2019-10")
    return desk


@pytest.fixture
def all_rows() -> Callable[[str], Rows]:
    """Reads every row of every table of a ledger, to tell whether anything at all has changed."""
    return rows_of


def rows_of(url: str) -> Rows:
    database = Database(url)
    try:
        with database.reading() as connection:
            found = MetaData()
            found.reflect(connection)
            return {
                name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                for name, table in found.tables.items()
            }
    finally:
        database.close()


class Tamperer:
    """Somebody with the rights of the database's owner, who knows how the ledger works and leaves no trace in it."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)

    def alter(self, *statements: str) -> None:
        """Runs statements behind the ledger's back; each of them must change something."""
        with self._unwatched() as connection:
            for statement in statements:
                assert connection.exec_driver_sql(statement).rowcount != 0, statement

    def ask(self, question: str) -> Any:
        with self.database.reading() as connection:
            return connection.exec_driver_sql(question).scalar()

    def rechain(self) -> None:
        """Computes the whole chain afresh, with nothing but what its description says."""
        with self._unwatched() as connection:
            previous = "0" * 64
            for row in connection.execute(select(tables.commit).order_by(tables.commit.c.id)).all():
                covered = tables.event.c.id.between(row.first_event_id, row.last_event_id)
                events = connection.execute(select(tables.event).where(covered).order_by(tables.event.c.id))
                events_hash = sha256(plain_json([list(event[:5]) for event in events])).hexdigest()
                fields = [*row[:6], utc_text(row.recorded_at), *row[7:10], events_hash]
                own = sha256(previous.encode() + plain_json(fields)).hexdigest()
                connection.execute(
                    update(tables.commit)
                    .where(tables.commit.c.id == row.id)
                    .values(events_hash=events_hash, previous_hash=previous, hash=own)
                )
                previous = own

    @contextmanager
    def _unwatched(self) -> Iterator[Connection]:
        """A transaction in which no trigger stands in the way."""
        with self.database.writing() as connection:
            if not self.database.is_sqlite:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
                yield connection
                return
            triggers = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            )
            kept = triggers.all()
            for name, _ in kept:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            yield connection
            for _, statement in kept:
                connection.exec_driver_sql(statement)


def plain_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.fixture
def tamperer(ledger_url: str) -> Iterator[Tamperer]:
    one = Tamperer(ledger_url)
    yield one
    one.database.close()
