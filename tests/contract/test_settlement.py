"""The yearly settlement: stopped anywhere it ends as if nothing had been; a second run does nothing; verify repeats it."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from commands.desk import Desk
from commands.settlement import settle, year_state
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.store import tables
from projections.replay.rebuild import replay
from projections.replay.verify import verify
from projections.views import all_views
from projections.views.fund_year import late_accounts
from projections.views.view import catch_up
from tests.conftest import illustrative_book

SETTLEMENT = date(2020, 6, 30)
HEADS = 8

SETTLE = """
import os, signal, sys
from datetime import date, datetime
from commands.desk import Desk
from commands.settlement import settle

reached = 0

def after_step(step):
    global reached
    reached += step == sys.argv[3]
    if reached == int(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)

desk = Desk(sys.argv[1], lambda: datetime.fromisoformat(sys.argv[2]), after_step=after_step)
settle(desk, 2019, date(2020, 6, 30), chunk=3)
"""


def live(desk: Desk, clock: Any) -> None:
    """A year of eight persons: contributions, a withdrawal, a closing, a correction, a transfer to another city."""

    def on(day: str, command: str, approver: str = "", **content: Any) -> None:
        clock.on(date.fromisoformat(day))
        desk.do(command, {"on": day, **content}, actor="clerk", approver=approver, key=f"{command} {day}")

    on("2019-07-01", "register_employer", employer="E1", rate="0.12")
    lines = [{"account": f"A{number}", "base": f"{4000 + number}.00"} for number in range(HEADS)]
    on("2019-07-01", "open_accounts", employer="E1", lines=lines)
    for month in ("2019-07", "2019-08", "2019-09"):
        on(f"{month}-10", "remit", employer="E1", month=month)
    on("2019-10-08", "withdraw", "approver", account="A1", amount="123.45", reason="rent")
    on("2019-10-09", "withdraw", "approver", account="A2", reason="retirement")
    on("2019-10-10", "seal", account="A4")
    on("2019-10-11", "transfer_out", "approver", account="A4", to_centre="大连", letter="L1")
    on("2019-10-12", "reverse", "approver", account="A5", month="2019-09", reason="错缴", money="bank")
    clock.on(SETTLEMENT)


@pytest.fixture
def lived(desk: Desk, clock: Any) -> Desk:
    live(desk, clock)
    return desk


def written(desk: Desk) -> dict[str, list[Any]]:
    """Every event and every commit, to the byte."""
    with desk.ledger.database.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(table.c.id))]
            for table in (tables.event, tables.commit)
        }


@pytest.mark.parametrize(
    ("step", "time"), [("append", 1), ("seal", 2), ("lock", 2), ("project", 3), ("lock", 3)]
)
def test_a_settlement_that_is_killed_anywhere_ends_byte_for_byte_as_if_it_had_not_been(
    step: str, time: int, lived: Desk, clock: Any, ledger_url: str, open_desk: Any
) -> None:
    whole = open_desk("sqlite://")
    live(whole, clock)
    settle(whole, 2019, SETTLEMENT, chunk=3)
    child = [sys.executable, "-c", SETTLE, ledger_url, clock().isoformat(), step, str(time)]
    assert subprocess.run(child, check=False).returncode == -signal.SIGKILL
    assert year_state(lived, 2019).status != "settled"
    settle(lived, 2019, SETTLEMENT, chunk=3)
    assert written(lived) == written(whole)


LAWS = {
    "as it is": {},
    "from the day after the booking": {"deposit_interest_bearing_from": "next_day"},
    "whole yuan only": {"deposit_interest_principal_unit": "yuan"},
    "rates by segment": {"deposit_settlement_rate": "by_segment"},
}


@pytest.mark.parametrize("law", LAWS)
def test_contributions_read_together_earn_what_they_earn_one_by_one(law: str, clock: Any) -> None:
    shown = {
        "effective_from": date(2018, 1, 1),
        "published_on": date(2018, 1, 1),
        "citation": Citation("示例", "—"),
    }
    later = shown | {"effective_from": date(2019, 9, 1)}
    values = [ParameterValue(name, value, **shown) for name, value in LAWS[law].items()]
    rates = [
        ParameterValue(name, Decimal(rate), **later)
        for name, rate in (("deposit_rate_carried", "0.0175"), ("deposit_rate_current", "0.0035"))
    ]
    book = illustrative_book().with_values(*values, *rates)
    with Desk("sqlite://", clock, book) as desk:
        live(desk, clock)
        assert settle(desk, 2019, SETTLEMENT, chunk=3)["credited"]
        report = verify(desk.ledger.database, book)  # reads and computes every movement by itself
        assert report.sound, [finding.message() for finding in report.findings]


def test_a_second_run_does_nothing(lived: Desk, ledger_url: str, all_rows: Any) -> None:
    first = settle(lived, 2019, SETTLEMENT, chunk=3)
    before = all_rows(ledger_url)
    assert settle(lived, 2019, SETTLEMENT) == first
    assert all_rows(ledger_url) == before


def test_the_size_of_the_chunks_changes_no_interest(lived: Desk, clock: Any, open_desk: Any) -> None:
    at_once = open_desk("sqlite://")
    live(at_once, clock)
    many, one = (settle(desk, 2019, SETTLEMENT, chunk=size) for desk, size in ((lived, 2), (at_once, 100)))
    assert {**many, "chunks": 0} == {**one, "chunks": 0}
    assert many["interest_fen"] > 0


def test_a_year_is_read_from_what_was_recorded_in_it(lived: Desk, clock: Any, book: PolicyBook) -> None:
    """A movement of the new year that was recorded before the old one was settled is found by the next settlement."""
    clock.on(date(2020, 7, 3))
    lived.do("deposit", {"on": "2020-07-01", "account": "A3", "month": "2019-10"})
    settle(lived, 2019, date(2020, 7, 3), chunk=3)
    clock.on(date(2021, 6, 30))
    settle(lived, 2020, date(2021, 6, 30), chunk=3)
    assert year_state(lived, 2020).read_since
    report = verify(lived.ledger.database, book)
    assert report.sound, [finding.message() for finding in report.findings]


def test_verify_computes_every_interest_again(lived: Desk, clock: Any, book: PolicyBook) -> None:
    settle(lived, 2019, SETTLEMENT, chunk=3)
    clock.on(date(2020, 9, 1))
    lived.do("make_up", {"on": "2020-06-01", "account": "A3", "months": ["2019-10"]})
    lived.do("adjust_interest", {"on": "2020-09-01", "account": "A3", "year": 2019})
    report = verify(lived.ledger.database, book)
    assert report.sound, [finding.message() for finding in report.findings]
    catch_up_all(lived)
    assert replay(lived.ledger.database, all_views(book)).equal


def catch_up_all(desk: Desk) -> None:
    for view in all_views(desk.present_book()):
        catch_up(desk.ledger.database, view)


def test_verify_finds_an_interest_that_was_altered(lived: Desk, book: PolicyBook, tamperer: Any) -> None:
    settle(lived, 2019, SETTLEMENT)
    tamperer.alter(
        "UPDATE event SET state = replace(state, '\"current_fen\":', '\"current_fen\":1')"
        " WHERE topic = 'account.interest_credited/1' AND stream_id = 'account-A3'"
    )
    found = {finding.code for finding in verify(lived.ledger.database, book).findings}
    assert {"interest_not_by_rule", "settlement_sum_differs"} <= found


def test_what_comes_after_the_settlement_is_visible_with_the_interest_that_is_due(
    lived: Desk, clock: Any, book: PolicyBook
) -> None:
    settle(lived, 2019, SETTLEMENT)
    clock.on(date(2020, 9, 1))
    lived.do("make_up", {"on": "2020-06-01", "account": "A3", "months": ["2019-10"]})

    def late() -> list[Any]:
        with lived.ledger.database.reading() as connection:
            return late_accounts(connection, book, 2019, date(2020, 9, 1))

    (before,) = late()
    assert (before.account, before.movements, before.adjusted_fen) == ("A3", 1, 0)
    assert before.due_fen > 0
    lived.do("adjust_interest", {"on": "2020-09-01", "account": "A3", "year": 2019})
    (after,) = late()
    assert (after.adjusted_fen, after.due_fen) == (before.due_fen, 0)
