"""A ledger that has lived: a small history with every kind of movement, for tests that look at it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import MetaData, select

from commands.desk import Desk
from ledger.store.database import Database

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


@pytest.fixture
def tamper(ledger_url: str) -> Iterator[Callable[..., None]]:
    """Alters the database behind the ledger's back, as somebody with the rights of its owner could."""
    database = Database(ledger_url)

    def alter(*statements: str) -> None:
        with database.writing() as connection:
            for statement in statements:
                assert connection.exec_driver_sql(statement).rowcount != 0

    yield alter
    database.close()
