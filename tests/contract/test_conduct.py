"""The blacklist by its events, on any day and as known on any day; and what verification makes of a false one."""

from __future__ import annotations

import json
import os
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner

from commands.cli import main
from commands.desk import Desk
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from projections.replay.verify import verify
from projections.views.blacklist import blacklist
from projections.views.trail import trail_of


@pytest.fixture
def found_out(desk: Desk, clock: Any) -> Desk:
    """A withdrawal was established as a fraud, half of it came back, and a second entry was corrected as a mistake."""

    def do(on: str, command: str, **content: Any) -> None:
        clock.on(date.fromisoformat(on))
        desk.do(command, {"on": on, **content}, actor="clerk", approver="approver")

    do("2019-07-01", "register_employer", employer="E1", rate="0.12")
    do("2019-07-01", "open_account", account="A1", employer="E1", person="P1", base="5000.00")
    do("2019-07-10", "deposit", account="A1", month="2019-07")
    do("2019-08-01", "withdraw", account="A1", person="P1", reason="rent", amount="600.00")
    case = {"document": "认定书1", "facts_on": "2019-08-01", "return_by": "2019-09-15"}
    fraud = {"account": "A1", "payment": "A1.3", "withdrawal_years": 1}
    do("2019-08-15", "establish_fraud", case="F1", **case, **fraud)
    loan = {"person": "P1", "loan": "L1", "amount": "1.00", "loan_years": 2}
    do("2019-08-20", "establish_unlawful_loan", case="F2", **case, **loan)
    do("2019-09-01", "return_fraud_money", person="P1", case="F1", amount="300.00", reference="B1")
    do("2019-10-01", "correct_conduct", person="P1", case="F2", document="更正1", reason="认定有误")
    return desk


def on(desk: Desk, as_of: str, known_on: str | None = None) -> dict[str, Any]:
    with desk.ledger.database.reading() as connection:
        known = date.fromisoformat(known_on) if known_on else None
        return {one.case: one for one in blacklist(connection, date.fromisoformat(as_of), known)}


def test_the_blacklist_of_a_day_is_the_one_that_was_known_on_the_day_asked_for(found_out: Desk) -> None:
    assert on(found_out, "2019-08-14") == {}
    assert on(found_out, "2019-08-15")["F1"].counts
    assert on(found_out, "2019-09-15", "2019-09-30")["F2"].counts
    assert not on(found_out, "2019-09-15", "2019-10-01")["F2"].counts
    assert on(found_out, "2019-09-15")["F2"].corrected_on == date(2019, 10, 1)


def test_an_entry_counts_through_its_last_day_and_beyond_while_money_is_owed(found_out: Desk) -> None:
    last, after = on(found_out, "2020-08-15")["F1"], on(found_out, "2020-08-16")["F1"]
    assert [ban.running for ban in last.bans] == [True]
    assert [ban.running for ban in after.bans] == [False]
    assert (after.owed_fen, after.returned_fen, after.counts) == (60_000, 30_000, True)


def test_every_entry_leads_to_its_events_and_its_clause(found_out: Desk) -> None:
    entry = on(found_out, "2019-12-31")["F1"]
    topics = {one.id: one.body.topic for one in found_out.ledger.events()}
    assert [topics[event_id] for event_id in entry.events] == [
        "person.fraudulent_withdrawal_established/1",
        "person.barred/1",
        "person.money_returned/1",
    ]
    assert entry.bans[0].clause == "葫政发〔2019〕12号 第二十八条第一款"


def test_conduct_that_was_left_alone_is_verified(found_out: Desk, book: Any) -> None:
    report = verify(found_out.ledger.database, book)
    assert report.sound, [finding.message() for finding in report.findings]


@pytest.mark.parametrize(
    ("topic", "was", "becomes", "code"),
    [
        ("person.barred/1", '"2020-08-15"', '"2019-08-16"', "decision_not_by_rule"),
        (
            "person.barred/1",
            '"last_day":"2020-08-15","effective',
            '"last_day":"2019-08-16","effective',
            "ban_not_by_rule",
        ),
        ("account.recovered/1", '"amount_fen":30000', '"amount_fen":20000', "return_not_booked"),
        ("person.money_returned/1", '"amount_fen":30000', '"amount_fen":70000', "return_beyond_owed"),
    ],
)
def test_an_altered_entry_is_found(
    topic: str, was: str, becomes: str, code: str, found_out: Desk, tamperer: Any, book: Any
) -> None:
    tamperer.alter(f"UPDATE event SET state = replace(state, '{was}', '{becomes}') WHERE topic = '{topic}'")
    tamperer.rechain()
    report = verify(found_out.ledger.database, book)
    finding = next(one for one in report.findings if one.code == code)
    assert finding.message("zh")
    assert finding.hint()


def test_an_officer_who_approved_twelve_withdrawals_appears_with_twelve_approvals(
    desk: Desk, clock: Any
) -> None:
    clock.on(date(2019, 7, 10))
    on = {"on": "2019-07-10"}
    desk.do("register_employer", {**on, "employer": "E1", "rate": "0.12"}, actor="officer")
    desk.do("open_account", {**on, "account": "A1", "employer": "E1", "base": "5000.00"})
    desk.do("deposit", {**on, "account": "A1", "month": "2019-07"})
    rent = {**on, "account": "A1", "reason": "rent"}
    for number in range(12):
        given = {**rent, "amount": f"{number + 1}.00"}
        desk.do("withdraw", given, actor="clerk", approver="officer")
    with desk.ledger.database.reading() as connection:
        deeds = trail_of(connection, "officer")
        assert trail_of(connection, "officer", last=date(2019, 7, 9)) == []
        assert len(trail_of(connection, "officer", first=date(2019, 7, 10))) == 13
    assert [one.command for one in deeds if one.part == "approver"] == ["withdraw"] * 12
    assert [one.command for one in deeds if one.part == "actor"] == ["register_employer"]


def test_orders_fines_and_remedies_are_verified_with_their_explanations(
    ledger_url: str, clock: Any, book: PolicyBook
) -> None:
    centre = "葫芦岛市住房公积金管理中心"
    listed = ({"number": 29, "zh": centre, "kind": "授权执法", "nature": "事业单位"},)
    day = date(2019, 6, 23)
    authority = ParameterValue(
        "enforcement_bodies", listed, day, day, Citation("葫政告字〔2019〕9号", "附件")
    )
    with Desk(ledger_url, clock, book.with_values(authority)) as desk:

        def do(on: str, command: str, **content: Any) -> None:
            clock.on(date.fromisoformat(on))
            desk.do(command, {"on": on, **content}, actor="clerk")

        order = {
            "employer": "E9",
            "violation": "unregistered",
            "facts_on": "2019-08-01",
            "due_on": "2019-09-30",
        }
        do("2019-09-02", "order_correction", penalty="O1", evidence="执照", document="责令1", **order)
        do("2019-10-08", "propose_penalty", penalty="O1", body=centre, amount="10000.00")
        do("2019-10-08", "notify_decision", decision="O1", document="送达1")
        report = verify(desk.ledger.database, desk.present_book())
    assert report.sound, [finding.message() for finding in report.findings]


def test_the_command_line_shows_the_blacklist_and_one_person(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"

    def typed(*given: str) -> Any:
        return CliRunner().invoke(main, ["--ledger", url, "--lang", "en", *given])

    assert typed("init").exit_code == 0
    loan = "person=P1 loan=L1 amount=1.00 loan_years=2 case=F1 document=D1 facts_on=2019-08-01"
    done = typed("do", "establish_unlawful_loan", "on=2019-08-15", "return_by=2019-09-15", *loan.split())
    assert done.exit_code == 0, done.output
    shown = json.loads(typed("blacklist", "--as-of", "2021-08-15", "--json").stdout)
    assert [(one["person"], one["case"]) for one in shown["entries"]] == [("P1", "F1")]
    assert "unlawful loan" in typed("blacklist", "--as-of", "2019-08-15").output
    assert "no such entries" in typed("blacklist", "--as-of", "2019-08-14", "--all").output
    told = typed("person", "conduct", "P1", "--as-of", "2019-08-15")
    assert "barred from loans" in told.output
    assert len(json.loads(typed("person", "conduct", "P1", "--json").stdout)["events"]) == 2
    served = "decision=F1 person=P1 document=D2 on=2019-08-20"
    assert typed("do", "notify_decision", *served.split()).exit_code == 0
    assert "review through 2019-10-19" in typed("person", "conduct", "P1").output
    assert "establish_unlawful_loan" in typed("trail", os.environ.get("USER") or "clerk").output
    assert "did nothing" in typed("trail", "nobody").output
    order = "penalty=O1 employer=E9 violation=unregistered facts_on=2019-08-01 evidence=X document=D due_on=2019-09-30"
    assert "no orders or fines" in typed("penalties").output
    assert typed("do", "order_correction", "on=2019-08-20", *order.split()).exit_code == 0
    assert "not registering" in typed("penalties").output
    assert json.loads(typed("penalties", "--open", "--json").stdout)[0]["status"] == "ordered"
