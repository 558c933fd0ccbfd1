"""One entitlement is paid once, whatever its application is called: tried for every programme paid by application."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from commands.desk import Desk
from commands.scenarios import read_scenarios, running
from commands.scenarios.notation import Scenario, Step
from ledger.programmes import programmes
from ledger.refusal import Refusal
from projections.registers import REGISTERS

FOLDER = Path(__file__).parents[1] / "scenarios"
STEPS = ("apply_grant", "review_grant", "publicise_grant", "approve_grant")
PAID_ONCE = ("excluded", "condition_not_met", "grant_nothing_due", "higher_had_elsewhere")


def approved() -> Iterator[tuple[str, Scenario, str]]:
    """For each programme the first scenario in which one of its grants is approved and nothing of it is refused."""
    seen: set[str] = set()
    for file in sorted(FOLDER.glob("subsidy-*.yaml")):
        for case in read_scenarios(file):
            done = {
                one.content.get("grant")
                for one in case.steps
                if one.do == "approve_grant" and not one.refused
            }
            for step in case.steps:
                programme, grant = step.content.get("programme", ""), step.content.get("grant", "")
                if step.do == "apply_grant" and programme not in seen and grant in done:
                    seen.add(programme)
                    yield programme, case, grant


CASES = list(approved())


def test_every_programme_that_is_paid_by_application_is_tried() -> None:
    paying = {
        one.id
        for one in programmes().values()
        if one.kind == "programme" and not one.by_roll and not one.by_pool
    }
    assert {name for name, _, _ in CASES} == paying


@pytest.mark.parametrize(("programme", "case", "grant"), CASES, ids=[name for name, _, _ in CASES])
def test_the_same_application_again_is_refused(
    programme: str, case: Scenario, grant: str, sqlite_url: str
) -> None:
    clock = running._Clock()
    with Desk(sqlite_url, clock, running._book(case.given)) as desk:
        until = next(
            n
            for n, one in enumerate(case.steps)
            if one.do == "approve_grant" and one.content.get("grant") == grant
        )
        for step in case.steps[: until + 1]:
            running._take(desk, clock, step, str(step.on))
        months = _months(desk, grant)
        for step in case.steps[: until + 1]:
            if step.do in STEPS and step.content.get("grant") == grant:
                if step.do != "approve_grant":
                    _again(desk, clock, step, months)
                    continue
                with pytest.raises(Refusal) as refused:
                    _again(desk, clock, step, months)
                assert refused.value.code in PAID_ONCE


def _months(desk: Desk, grant: str) -> str:
    with desk.ledger.database.reading() as connection:
        register: Any = REGISTERS["grant"]
        months = register.read(connection, [grant])[grant][1].months
    return f"{months[0]}/{months[-1]}"


def _again(desk: Desk, clock: Any, step: Step, months: str) -> None:
    on = step.on + timedelta(days=14)
    content = {**step.content, "grant": "AGAIN", "on": on}
    if step.do == "apply_grant":
        content["period"] = months
    clock.day = on
    desk.do(step.do, content, actor=step.by, approver=step.approved_by)
