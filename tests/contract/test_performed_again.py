"""A deposit and a withdrawal are performed again from their events alone, as they stand in the database."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from commands.cli.why import show_trace, traced
from commands.desk import Desk
from ledger.policy.again import perform_again
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import decide
from ledger.policy.units import plain
from ledger.streams.account import Deposited
from projections.replay.verify import verify

BARE = PolicyBook.bundled().without_values()


@pytest.fixture
def decided(desk: Desk, clock: Any) -> Desk:
    """A month was deposited, rent was withdrawn from both spouses' accounts, and a retirement closed a third one."""
    clock.on(date(2019, 7, 1))
    desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})
    for account, person in (("A1", "P1"), ("A2", "P2"), ("A3", "P3")):
        given = {
            "on": "2019-07-01",
            "account": account,
            "employer": "E1",
            "person": person,
            "base": "6543.21",
        }
        desk.do("open_account", given)
        clock.on(date(2019, 7, 10))
        desk.do("deposit", {"on": "2019-07-10", "account": account, "month": "2019-07"})
    rent = {"on": "2019-07-10", "account": "A1", "person": "P1", "spouse_account": "A2", "reason": "rent"}
    retired = {"on": "2019-07-10", "account": "A3", "person": "P3", "reason": "retirement"}
    for withdrawal in ({**rent, "amount": "2000.00"}, retired):
        desk.do("withdraw", withdrawal, actor="clerk", approver="approver")
    return desk


def states(desk: Desk, topic: str) -> list[dict[str, Any]]:
    """The events of a kind as plain JSON, by SQL."""
    with desk.ledger.database.reading() as connection:
        rows = connection.exec_driver_sql(f"SELECT state FROM event WHERE topic = '{topic}' ORDER BY id")
        return [json.loads(state) if isinstance(state, str) else state for (state,) in rows]


def test_a_deposit_gives_its_amounts_again_from_base_rate_and_the_versions_it_names(decided):
    for state in states(decided, "account.deposited/1"):
        values = [PolicyBook.bundled().version(version) for version in state["parameters"]]
        facts = {"base_fen": state["base_fen"], "rate": state["rate"]}
        rule = state.get("rule") or Deposited.__struct_defaults__[0]
        again = decide(rule, facts, BARE.with_values(*values), date.fromisoformat(state["month"] + "-01"))
        assert again.values["unit_fen"] == state["employer_fen"] == 78_519
        assert again.values["employee_fen"] == state["employee_fen"]


def test_a_withdrawal_gives_its_decision_again_from_the_explanation_that_it_carries(decided):
    withdrawn = states(decided, "account.withdrawn/1")
    assert len(withdrawn) == 3
    for state in withdrawn:
        stored = state["explanation"]
        again = perform_again(stored, BARE)
        assert plain(again.values) == stored["values"]
        assert again.as_json()["steps"] == stored["steps"]
        assert again.clause == stored["clause"] == "葫政发〔2019〕12号 第十一条"
    own, spouse = (state["explanation"]["values"] for state in withdrawn[:2])
    assert own == spouse == {"own_fen": 157_038, "spouse_fen": 42_962, "unmet_fen": 0}


def test_a_withdrawal_is_traced_and_performed_again(decided, capsys):
    with decided.ledger.database.reading() as connection:
        asked = "SELECT id FROM event WHERE topic = 'account.withdrawn/1' ORDER BY id"
        event_id = connection.exec_driver_sql(asked).scalar()
    facts = traced(decided, event_id)
    assert facts["performed_again"]["equal"] is True
    show_trace(facts)
    told = capsys.readouterr().out
    assert "葫政发〔2019〕12号 第十一条" in told
    assert "own_fen = 1,570.38" in told


def test_verification_performs_every_decision_again(decided, book):
    assert verify(decided.ledger.database, book).sound


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"unmet_fen":0', '"unmet_fen":1'),
        ('"need_fen":200000', '"need_fen":200001'),
        ('"spouse_allowed":true', '"spouse_allowed":false'),
        ('"rule":"withdrawal"', '"rule":"deposit"'),
        ('"own_balance_fen"', '"own_balance"'),
        ('"current_fen":157038', '"current_fen":157037'),
    ],
)
def test_an_altered_decision_is_found_by_its_own_explanation(was, becomes, decided, tamperer, book):
    tamperer.alter(
        f"UPDATE event SET state = replace(state, '{was}', '{becomes}') WHERE topic = 'account.withdrawn/1'"
    )
    tamperer.rechain()
    report = verify(decided.ledger.database, book)
    finding = next(
        one for one in report.findings if one.code in ("decision_not_by_rule", "booked_not_explained")
    )
    assert finding.message("zh")
    assert finding.hint()


def test_a_decision_that_cites_a_regulation_of_a_later_day_is_found(decided, tamperer, book):
    """第三十条：Order 844 is in force from 2026-09-20, and the withdrawal is of 2019."""
    tamperer.alter(
        'UPDATE event SET state = replace(state, \'"document":"葫政发〔2019〕12号"\', '
        "'\"document\":\"国务院令第844号\"') WHERE topic = 'account.withdrawn/1'"
    )
    tamperer.rechain()
    found = [
        one for one in verify(decided.ledger.database, book).findings if one.code == "cites_before_force"
    ]
    assert found
    assert found[0].facts["first_day"] == "2026-09-20"
    assert found[0].message("zh")
