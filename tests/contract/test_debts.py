"""Debts stand in two streams and on the employer's statement: one answer, and whoever alters one of them is found."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commands.desk import Desk
from commands.handlers.employers import owed
from commands.law import Law
from commands.statements import due_by
from projections.registers import REGISTERS
from projections.replay.verify import verify
from projections.views.employer_statement import gather
from projections.views.stays import Stays
from projections.views.view import catch_up


@pytest.fixture
def indebted(desk: Desk, clock: Any) -> Desk:
    """E1 owes for who moved on, who retired, who is in the pool, and for a deferral that has ended; a wage was proven."""

    def on(day: str, command: str, **content: Any) -> None:
        clock.on(date.fromisoformat(day))
        desk.do(command, {"on": day, **content}, actor="clerk", approver="approver")

    for employer in ("E1", "E2"):
        on("2019-07-01", "register_employer", employer=employer, rate="0.12")
    for number in range(1, 5):
        person, account = f"P{number}", f"A{number}"
        on("2019-07-01", "open_account", account=account, person=person, employer="E1", base="5000.00")
    on("2019-07-02", "defer", employer="E1", from_month="2019-08", until_month="2019-08", approval="管委会")
    on("2019-07-10", "deposit", account="A2", month="2019-07")
    on("2019-09-02", "transfer", account="A1", to="E2", ended_on="2019-08-31", hired_on="2019-09-02")
    on("2019-09-03", "withdraw", account="A2", reason="retirement")
    on("2019-09-05", "seal_centrally", account="A3", ended_on="2019-08-31")
    on("2019-09-06", "assign_arrears", employer="E1", debtor="E2", evidenced_wage="6000.00")
    on("2019-09-07", "make_up", account="A2", months=["2019-08"])
    on("2019-09-08", "reverse", account="A2", month="2019-08", reason="错缴")
    return desk


def test_both_streams_say_the_same_debts(indebted: Desk, book: Any) -> None:
    report = verify(indebted.ledger.database, book)
    assert report.sound, [finding.message() for finding in report.findings]


def test_the_statement_of_an_employer_says_what_it_owes(indebted: Desk, tmp_path: Path) -> None:
    on = date(2020, 6, 30)
    catch_up(indebted.ledger.database, Stays())
    with indebted.ledger.database.reading() as connection:
        law = Law(indebted.policy.on(connection), on)
        register: Any = REGISTERS["account"]
        states = {row[0]: register.state_of(row) for row in connection.execute(register.all(connection))}
        (_, employer) = REGISTERS["employer"].read(connection, ["E1"])["E1"]
        gathered = gather(connection, "E1", 2019, due_by(law), 10**9, tmp_path / "spool")
    present = {key: one for key, one in states.items() if one.employer == "E1" and one.status != "closed"}
    due_fen = sum(fen for _, _, fen in owed(law, employer, present, on))
    assert gathered is not None
    assert gathered.statement.arrears_fen == due_fen
    # A1, A3 and A4 two months and A2 one, at the proven wage; A4 ten months more at its own base
    assert due_fen == 7 * 144_000 + 10 * 120_000


@pytest.mark.parametrize(
    ("topic", "was", "becomes"),
    [
        ("employer.arrears_left/1", '"2019-07"', '"2019-06"'),
        ("employer.arrears_left/1", '"account":"A1"', '"account":"A4"'),
        ("account.entry_reversed/1", '"debtor":"E1"', '"debtor":"E2"'),
        ("account.base_proven/1", '"employer":"E1"', '"employer":"E2"'),
    ],
)
def test_a_debt_that_only_one_stream_names_is_found(
    topic: str, was: str, becomes: str, indebted: Desk, tamperer: Any, book: Any
) -> None:
    tamperer.alter(f"UPDATE event SET state = replace(state, '{was}', '{becomes}') WHERE topic = '{topic}'")
    tamperer.rechain()
    found = [one for one in verify(indebted.ledger.database, book).findings if one.code == "debts_differ"]
    assert found
    for language in ("zh", "en"):
        assert found[0].message(language)


def test_a_contribution_that_goes_back_to_another_employer_is_found(
    indebted: Desk, tamperer: Any, book: Any
) -> None:
    alter = (
        """replace(state, '"employer":"E1"', '"employer":"E2"') WHERE topic = 'account.entry_reversed/1'"""
    )
    tamperer.alter(f"UPDATE event SET state = {alter}")
    tamperer.rechain()
    assert "reversal_differs" in {one.code for one in verify(indebted.ledger.database, book).findings}
