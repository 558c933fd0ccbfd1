"""Every scenario of this folder holds; and the notation itself says what is wrong with a scenario."""

from pathlib import Path

import pytest

from commands.scenarios import Scenario, check, files_of, read_scenarios

FOLDER = Path(__file__).parent
CASES = [case for file in files_of([FOLDER]) for case in read_scenarios(file)]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.file}: {case.name}" for case in CASES])
def test_the_scenario_holds(case: Scenario) -> None:
    assert check(case) == []


TWO = [case for case in CASES if any(step.approved_by for step in case.steps)]


@pytest.mark.parametrize("case", TWO, ids=[f"{case.file}: {case.name}" for case in TWO])
def test_the_scenario_holds_on_the_road_of_proposal_and_approval(case: Scenario) -> None:
    assert check(case, by_proposal=True) == []
