"""An exclusion between two rolls is asked in both orders: every pair that a rule of the catalogue stands between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from commands.desk import Desk
from commands.scenarios import read_scenarios
from ledger.programmes import find, programmes
from ledger.programmes.exclusions import rules_between
from ledger.refusal import Refusal
from tests.conftest import Clock
from tests.scenarios.test_scenarios import FOLDER

ROLLS = sorted(one.id for one in programmes().values() if one.by_roll)
DAY = date(2019, 8, 1)
OFFICES = {"county": ["county_office@lianshan"], "government": ["county_government@lianshan"]}


def facts_of() -> dict[str, dict[str, Any]]:
    """The facts of the first application to each roll in the scenarios that names one person."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(FOLDER.glob("roll*.yaml")):
        for case in read_scenarios(file):
            for step in case.steps:
                lines = (
                    step.content.get("lines", [step.content])
                    if step.do in ("apply_roll", "take_over_roll")
                    else []
                )
                for line in lines:
                    facts = dict(line.get("facts", {}))
                    if "household_size" in facts:
                        facts["household_size"] = 1
                    found.setdefault(step.content.get("programme", ""), facts)
    return found


FACTS = facts_of()


def excluding() -> Iterator[tuple[str, str]]:
    for one, other in permutations(ROLLS, 2):
        if any(rule.window == "month" for rule in rules_between(find(one), find(other))):
            yield one, other


def admitted(do: Callable[..., Any], entry: str, programme: str) -> None:
    given = {
        "programme": programme,
        "beneficiary": "P1",
        "area": "lianshan",
        "documents": list(find(programme).documents),
    }
    do("apply_roll", entry=entry, **given, facts=FACTS.get(programme, {}), from_month="2019-08")
    do("check_roll", "county", entry=entry)
    do("admit_roll", "government", entry=entry)


@pytest.mark.parametrize(("first", "second"), sorted(excluding()))
def test_who_stands_on_one_roll_is_not_admitted_to_the_other(
    first: str, second: str, sqlite_desk: Desk, clock: Clock
) -> None:
    def do(command: str, by: str = "window", **content: Any) -> None:
        clock.tick(days=1)
        sqlite_desk.do(command, {"on": clock().date().isoformat(), **content}, actor=by)

    clock.on(DAY)
    do("assign_offices", "director", roster=OFFICES)
    admitted(do, "R1", first)
    with pytest.raises(Refusal) as refused:
        admitted(do, "R2", second)
    assert refused.value.code == "excluded"
