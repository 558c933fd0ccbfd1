"""Loans on a ledger: a whole story verifies, a changed amount is found, runs go on where they were stopped."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from commands.cli import main
from commands.desk import Desk
from commands.jobs import JOBS
from commands.loan_runs import run_over_loans
from ledger.policy.loan_terms import Terms
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.store.unit_of_work import Request
from ledger.streams import loan as loans
from projections.replay.verify import verify
from projections.views import all_views
from projections.views.journal import Journal, trial_balance
from projections.views.loans import figures, register
from projections.views.obligations import obligations
from projections.views.view import catch_up

GIVEN: dict[str, Any] = {
    "loan_amount_max": 50_000_000,
    "loan_price_ratio_max": "0.7",
    "loan_balance_multiple": "20",
    "loan_years_max": 30,
    "loan_min_months": 6,
    "statutory_retirement_age": 60,
    "guarantee_fee_rate": "0.005",
}
APPLICATION = {
    "borrower": "P1",
    "from_centre": "C2",
    "months_elsewhere": 24,
    "balance_elsewhere": "40000.00",
    "purpose": "new_home",
    "price": "800000.00",
    "amount": "120000.00",
    "months": 120,
    "age": 40,
    "capacity": "600000.00",
}


def law() -> PolicyBook:
    """The bundled law with the figures that a committee would have published."""
    book = PolicyBook.bundled()
    since = date(1999, 4, 3)
    values = [
        ParameterValue(
            parameter=name,
            value=value,
            effective_from=since,
            published_on=since,
            citation=Citation("given here", ""),
        )
        for name, value in GIVEN.items()
    ]
    return book.with_values(*values)


class Office:
    """A desk whose clock stands on the day of each command."""

    def __init__(self, desk: Desk, clock: Any) -> None:
        self.desk, self.clock = desk, clock

    def on(self, day: str, command: str, **content: Any) -> dict[str, Any]:
        self.clock.on(date.fromisoformat(day))
        return self.desk.do(command, {"on": day, **content}, actor="clerk", approver="approver").result

    def lend(self, loan: str, day: str = "2022-09-20", **other: Any) -> None:
        self.on(day, "apply_loan", loan=loan, **(APPLICATION | other))
        self.on(day, "approve_loan", loan=loan)
        self.on(day, "sign_loan", loan=loan, contract=f"借{loan}", method="level_payment", payee="F1")
        self.on(day, "secure_loan", loan=loan, kind="guarantee", document=f"保{loan}", giver="G1")
        self.on(day, "disburse_loan", loan=loan)


@pytest.fixture
def office(ledger_url: str, open_desk: Any, clock: Any) -> Office:
    return Office(open_desk(ledger_url, book=law()), clock)


def live(office: Office) -> None:
    """Paid, prepaid, missed, repriced, reversed, offset by a guarantor, demanded: what a year can bring."""
    for number in range(1, 6):
        office.lend(f"L{number}", borrower=f"P{number}")
    office.on("2022-09-21", "pay_guarantee_fee", loan="L1")
    due = "1172.63"
    for loan in ("L1", "L2", "L3"):
        office.on("2022-10-20", "repay_loan", loan=loan, amount=due, reference=f"{loan}-1")
    office.on(
        "2022-10-25", "prepay_loan", loan="L2", amount="20000.00", how="keep_instalment", reference="L2-2"
    )
    office.on("2022-10-26", "prepay_loan", loan="L3", reference="L3-2")
    office.on("2022-11-22", "repay_loan", loan="L1", amount="500.00", reference="L1-2")
    office.on("2022-11-23", "reverse_repayment", loan="L1", version=11, reason="银行退票")
    office.on("2022-12-01", "guarantor_pays", loan="L4", amount="2000.00", reference="代1")
    office.on("2022-12-02", "demand_early", loan="L5", why="unlawful", repay_by="2022-12-20", document="收1")
    office.on("2023-01-01", "reprice_loans")
    office.on("2023-02-20", "run_instalments")
    office.on("2023-02-21", "send_demand", loan="L1", document="催1")
    office.on("2023-04-01", "run_instalments")


def test_a_year_of_loans_verifies_and_every_duty_has_its_day(office: Office) -> None:
    live(office)
    for view in all_views(office.desk.book):
        catch_up(office.desk.ledger.database, view)
    report = verify(office.desk.ledger.database, office.desk.present_book())
    assert report.findings == []
    with office.desk.ledger.database.reading() as connection:
        duties = {one.kind: one for one in obligations(connection, date(2023, 4, 1), only_open=True)}
        found = figures(connection, date(2022, 9, 1), date(2023, 4, 1))
    assert duties["repay_early"].subject == "L5"
    assert duties["repay_early"].late_days == (date(2023, 4, 1) - date(2022, 12, 20)).days
    assert found["disbursed"] == 5
    assert found["disbursed_fen"] == 60_000_000
    assert found["balance_fen"] == found["disbursed_fen"] - found["repaid_fen"]
    assert found["overdue_fen"] > 11_000_000
    assert sum(found["by_grade_fen"].values()) == found["balance_fen"]


@pytest.mark.parametrize(
    ("as_of", "known_on"),
    [("2022-10-19", None), ("2022-12-31", "2022-12-31"), ("2023-01-31", "2022-11-30"), ("2023-04-01", None)],
)
def test_the_loans_of_any_day_are_what_the_books_say_of_121_and_122(
    office: Office, as_of: str, known_on: str | None
) -> None:
    live(office)
    catch_up(office.desk.ledger.database, Journal())
    on, known = date.fromisoformat(as_of), date.fromisoformat(known_on) if known_on else None
    with office.desk.ledger.database.reading() as connection:
        found = [state for _, state in register(connection, loans.RUNNING, on, known)]
        books = {one.code: one.balance_fen for one in trial_balance(connection, on, known)}
        told = figures(connection, date(2022, 9, 1), on, known)
    assert sum(one.normal_fen for one in found) == books["121"] > 0
    assert sum(one.overdue_fen for one in found) == books.get("122", 0) == told["overdue_fen"]
    assert told["balance_fen"] == told["disbursed_fen"] - told["repaid_fen"]


@pytest.mark.parametrize(
    ("topic", "path", "value", "code"),
    [
        ("loan.instalment_fell_due/1", "interest_fen", 1, "loan_not_by_rule"),
        ("loan.repriced/1", "accrued_fen", 1, "loan_not_by_rule"),
        ("loan.repaid/1", "principal_fen", 1, "loan_not_by_rule"),
        ("loan.disbursed/1", "amount_fen", 1, "loans_differ"),
    ],
)
def test_an_amount_of_a_loan_that_was_changed_is_found(
    office: Office, topic: str, path: str, value: int, code: str
) -> None:
    from projections.replay.findings import Findings
    from projections.replay.loan_check import Loans
    from projections.replay.walk import Walk

    live(office)
    found = Findings()
    check = Loans(found, office.desk.present_book())
    with office.desk.ledger.database.reading() as connection:
        changed = False
        for portion in Walk(connection, Findings(), None, None).portions():
            for position, (row, body) in enumerate(portion.events):
                if body.topic == topic and not changed:
                    changed = True
                    lied = type(body)(
                        **{**{f: getattr(body, f) for f in body.__struct_fields__}, path: value}
                    )
                    portion.events[position] = (row, lied)
            check.see(portion)
        check.finish(connection)
    assert changed
    assert found.counts[code] or found.counts["loan_not_by_rule"]


def test_a_run_in_chunks_that_was_stopped_goes_on_and_a_second_one_changes_nothing(office: Office) -> None:
    for number in range(5):
        office.lend(f"L{number}", borrower=f"P{number}")
    office.clock.on(date(2023, 1, 1))
    key = "reprice-2023-01-01-00001"
    content = {"on": date(2023, 1, 1), "after": "", "chunk": 2}
    office.desk.do("reprice_loans", content, actor="clerk", key=key)
    done = run_over_loans(office.desk, "reprice_loans", date(2023, 1, 1), chunk=2)
    assert (done["chunks"], done["loans"], done["changed"]) == (3, 5, 5)
    events = len(office.desk.ledger.events())
    assert run_over_loans(office.desk, "reprice_loans", date(2023, 1, 1), chunk=2) == done
    assert len(office.desk.ledger.events()) == events


def test_the_days_of_a_late_run_are_those_of_the_instalments(office: Office) -> None:
    office.lend("L1")
    office.on("2023-04-01", "run_instalments")
    due_days = [
        one.body.effective_on
        for one in office.desk.ledger.stream("loan-L1")
        if one.body.topic == "loan.instalment_fell_due/1"
    ]
    assert due_days == [date(2022, 10, 20) + timedelta(days=one) for one in (0, 31, 61, 92, 123, 151)]


def test_the_command_line_quotes_shows_and_explains_a_loan(
    tmp_path: Path, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVIDENT_LANG", "en")
    url = f"sqlite:///{tmp_path}/ledger.db"
    runner = CliRunner()

    def typed(*words: str) -> Any:
        done = runner.invoke(main, ["--ledger", url, *words])
        assert done.exit_code == 0, done.output
        return done

    typed("init")
    quoted = json.loads(
        typed("loan", "quote", "1200000", "--months", "360", "--on", "2025-05-08", "--json").stdout
    )
    assert quoted["rate"] == "0.026"
    assert quoted["instalments"][0]["payment_fen"] == 480_408
    assert len(quoted["instalments"]) == 360
    with Desk(url, clock, law()) as desk:
        office = Office(desk, clock)
        live(office)
        events = desk.ledger.stream("loan-L1")
    shown = json.loads(typed("loan", "show", "L2", "--as-of", "2022-10-25", "--json").stdout)
    assert shown["instalment_fen"] == 117_263
    assert shown["status"] == "running"
    assert "121 normal" in typed("loan", "list", "--status", "running").stdout
    assert [
        one["loan"] for one in json.loads(typed("loan", "overdue", "--as-of", "2023-04-01", "--json").stdout)
    ]
    assert "instalments left" in typed("loan", "show", "L1", "--as-of", "2022-10-20").stdout
    plan = json.loads(typed("loan", "schedule", "L1", "--as-of", "2022-10-20", "--json").stdout)
    assert plan["instalments"][0]["number"] == 2
    assert (
        json.loads(typed("loan", "figures", "--from", "2022-09-01", "--to", "2023-04-01", "--json").stdout)[
            "disbursed"
        ]
        == 5
    )
    for one in events:
        if one.body.topic in ("loan.instalment_fell_due/1", "loan.repaid/1", "loan.repriced/1"):
            traced = json.loads(typed("why", str(one.id), "--json").stdout)
            assert traced["performed_again"]["equal"], one.body
    assert runner.invoke(main, ["--ledger", url, "loan", "show", "L9"]).exit_code == 3


def test_a_loan_that_a_late_run_cannot_reprice_is_told_and_owed_until_it_is_done(office: Office) -> None:
    for number in (1, 2):
        office.lend(f"L{number}", borrower=f"P{number}")
        office.on("2022-12-20", "run_instalments")
    office.on("2023-01-03", "guarantor_pays", loan="L1", amount="500.00", reference="代1")
    office.on("2023-01-03", "repay_loan", loan="L2", amount="3000.00", reference="R1")
    office.clock.on(date(2023, 1, 5))
    done = run_over_loans(office.desk, "reprice_loans", date(2023, 1, 1))
    assert (done["changed"], done["left_out"]) == (1, ["L1"])
    for view in all_views(office.desk.book):
        catch_up(office.desk.ledger.database, view)
    with office.desk.ledger.database.reading() as connection:
        owed = [one for one in obligations(connection, date(2023, 1, 5)) if one.kind == "reprice_loan"]
        before = [one for one in obligations(connection, date(2022, 12, 31)) if one.kind == "reprice_loan"]
    assert [(one.subject, one.who, one.late_days) for one in owed] == [("L1", "centre", 4)]
    assert before == []
    report = verify(office.desk.ledger.database, office.desk.present_book())
    assert report.findings == []


def test_the_job_of_a_day_names_the_loans_that_it_left_out(office: Office, tmp_path: Path) -> None:
    office.lend("L1")
    office.on("2023-01-03", "guarantor_pays", loan="L1", amount="500.00", reference="代1")
    office.clock.on(date(2023, 1, 5))
    done = JOBS["loans"].run(office.desk, "2023-01-01", tmp_path)
    assert (done["left_out"], done["left_out_named"]) == (1, ["L1"])


def test_a_schedule_that_was_put_back_wrongly_is_found(office: Office) -> None:
    from msgspec.structs import replace

    from projections.replay.findings import Findings
    from projections.replay.loan_check import Loans
    from projections.replay.walk import Walk

    office.lend("L1")
    office.on("2023-01-20", "repay_loan", loan="L1", amount="5000.00", reference="R1")
    run_over_loans(office.desk, "reprice_loans", date(2023, 1, 1))
    found = Findings()
    check = Loans(found, office.desk.present_book())
    with office.desk.ledger.database.reading() as connection:
        for portion in Walk(connection, Findings(), None, None).portions():
            for position, (row, body) in enumerate(portion.events):
                if isinstance(body, loans.ScheduleRestored):
                    lied = replace(body, restores=replace(body.restores, months_left=5))
                    portion.events[position] = (row, lied)
            check.see(portion)
        check.finish(connection)
    assert found.counts["loan_not_by_rule"]


def test_a_reference_that_an_older_program_booked_twice_is_found(office: Office) -> None:
    office.lend("L1")
    office.on("2022-10-20", "repay_loan", loan="L1", amount="500.00", reference="R1")
    again = loans.Arrived(50_000, date(2022, 10, 20), "bank_card", "R1")

    def twice(uow: Any) -> dict[str, Any]:
        events, _ = loans.repay(uow.state("loan", "L1"), "L1", again, Terms())
        uow.append("loan", "L1", events)
        return {}

    office.desk.ledger.execute(Request("twice", "repay_loan", "clerk", {}), twice)
    for view in all_views(office.desk.book):
        catch_up(office.desk.ledger.database, view)
    report = verify(office.desk.ledger.database, office.desk.present_book())
    assert report.counts["reference_booked_twice"] == 1
