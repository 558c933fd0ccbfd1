"""Legal parameters in a ledger: a command refuses until the committee's value is published, then uses it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from commands.desk import Desk
from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal

WAGE = {"parameter": "minimum_wage", "draft": "D1"}


@pytest.fixture
def bare(ledger_url: str, open_desk: Any, clock: Any) -> Desk:
    """A desk whose book holds the bundled packs only, in the month of the drafts."""
    clock.on(date(2019, 7, 31))
    desk: Desk = open_desk(ledger_url, book=PolicyBook.bundled())
    return desk


def draft(desk: Desk, value: Any = 142000, **more: Any) -> None:
    content = {
        "on": "2019-06-03", "value": value, "effective_from": "2019-07-01", "document": "辽政发〔2019〕1号",
        "clause": "一", **WAGE, **more,
    }  # fmt: skip
    desk.do("draft_parameter", content, actor="centre")


def minimum_wage(desk: Desk, on: str) -> Any:
    with desk.ledger.database.reading() as connection:
        found = desk.policy.on(connection).find("minimum_wage", date.fromisoformat(on))
    return found and found.value


def test_a_value_is_in_force_only_after_draft_approval_and_publication(bare):
    draft(bare)
    assert minimum_wage(bare, "2019-08-01") is None
    with pytest.raises(Refusal, match="draft_not_approved"):
        bare.do("publish_parameter", {"on": "2019-06-20", **WAGE}, actor="centre")
    with pytest.raises(Refusal, match="same_person"):
        bare.do("approve_parameter", {"on": "2019-06-10", "resolution": "第3次", **WAGE}, actor="centre")
    bare.do("approve_parameter", {"on": "2019-06-10", "resolution": "第3次", **WAGE}, actor="committee")
    done = bare.do("publish_parameter", {"on": "2019-07-05", **WAGE}, actor="centre")
    assert done.result["versions"] == ["minimum_wage@2019-07-05"]
    assert minimum_wage(bare, "2019-07-04") is None
    assert minimum_wage(bare, "2019-07-05") == 142000


def test_a_wrong_value_is_refused_and_leaves_no_trace(bare):
    with pytest.raises(Refusal, match="parameter_value_wrong"):
        draft(bare, value="1420.00")
    with pytest.raises(Refusal, match="parameter_unknown"):
        draft(bare, parameter="nonsense")
    assert bare.ledger.events() == []


def test_the_packs_are_loaded_once_and_change_nothing_that_is_in_force(bare):
    first = bare.do("load_policy", {"on": "2019-07-01"}).result["values"]
    assert first == sum(len(one.values) for one in PolicyBook.bundled().parameters.values())
    assert bare.do("load_policy", {"on": "2019-07-02"}).result["values"] == 0
    with bare.ledger.database.reading() as connection:
        assert bare.policy.on(connection).parameters == PolicyBook.bundled().parameters


def test_a_command_sees_the_value_in_the_next_unit_of_work(bare):
    draft(bare, value="0.1", parameter="contribution_rate_max")
    key = {"parameter": "contribution_rate_max", "draft": "D1"}
    bare.do("approve_parameter", {"on": "2019-06-10", "resolution": "第3次", **key}, actor="committee")
    employer = {"on": "2019-07-01", "employer": "E1", "name": "甲厂", "rate": "0.12"}
    bare.do("register_employer", employer)
    bare.do("publish_parameter", {"on": "2019-06-20", **key}, actor="centre")
    with pytest.raises(Refusal):
        bare.do("register_employer", {**employer, "employer": "E2"})
