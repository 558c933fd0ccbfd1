"""A fund year of two employers with every kind of movement that a statement shows, for tests of statements."""

from __future__ import annotations

from datetime import date
from typing import Any

from commands.desk import Desk
from commands.settlement import settle
from ledger.store.persons import Person, open_person_store

YEAR = 2019
ISSUED_ON = date(2020, 7, 3)
NAME, NUMBER = "欧阳建国", "211402198503071234"


def live(desk: Desk, clock: Any) -> None:
    """From 1 July 2019 to the settlement of 30 June 2020."""

    def on(day: str, command: str, approver: str = "", **content: Any) -> None:
        clock.on(date.fromisoformat(day))
        desk.do(command, {"on": day, **content}, actor="clerk", approver=approver)

    on("2019-06-20", "open_books", source="旧系统", debits={"101": "26000.00"}, credits={"201": "26000.00"})
    for employer, name in (("E1", "甲单位"), ("E2", "=乙单位")):
        on(
            "2019-06-20",
            "register_employer",
            employer=employer,
            name=name,
            rate="0.12",
            first_month="2019-07",
        )
    for number in range(1, 8):
        on("2019-06-20", "open_account", account=f"A{number}", employer="E1", base="5000.00", person=f"P{number}",
           first_month="2019-07")  # fmt: skip
    on("2019-06-21", "take_over", lines=[{"account": "A1", "carried": "20000.00", "current": "6000.00"}])
    for month in range(7, 10):
        on(f"2019-{month:02}-10", "remit", employer="E1", month=f"2019-{month:02}")
    on("2019-09-20", "reverse", account="A3", month="2019-09", reason="缴存有误")
    on("2019-09-21", "allocate", receipt="A3.5", account="A3", month="2019-09")
    on("2019-10-08", "withdraw", approver="approver", account="A1", amount="12345.67", reason="rent")
    on("2019-10-09", "transfer_in", account="A2", amount="3000.00", months=5, from_centre="沈阳", letter="L1")
    on("2019-10-10", "seal", account="A4")
    on("2019-10-11", "transfer_out", approver="approver", account="A4", to_centre="大连", letter="L2")
    on("2019-10-12", "transfer", account="A5", to="E2")
    on("2019-10-13", "seal_centrally", account="A6")
    on("2019-10-20", "withdraw", approver="approver", account="A7", reason="retirement")
    on("2019-11-12", "deposit", account="A5", month="2019-11")
    on("2020-03-02", "receive", receipt="R1", amount="800.00", employer="E1")
    clock.on(date(2020, 6, 30))
    settle(desk, YEAR, date(2020, 6, 30))
    clock.on(ISSUED_ON)


def add_persons(desk: Desk) -> None:
    """The persons of the story, all of one name."""
    store = open_person_store(desk.ledger.database)
    with desk.ledger.database.writing() as connection:
        store.add(connection, {f"P{number}": Person(NAME, NUMBER) for number in range(1, 8)})
