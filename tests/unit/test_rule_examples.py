"""Every worked example of the rules and every boundary of the law holds, on parameters that exist."""

import json
from datetime import date
from pathlib import Path

import pytest

from ledger.policy.checking import check_case
from ledger.policy.overlay import overlaid
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import decide, registered
from ledger.policy.rules.framework import is_amount
from ledger.refusal import Refusal

DATA = Path(__file__).with_name("data")
CASES = [
    case
    for name in ("rule-examples.json", "rule-boundaries.json")
    for case in json.loads((DATA / name).read_text("utf-8"))
]
BOOK = PolicyBook.bundled()


def outcome(case, explain=True):
    """What a case gives, or the code of its refusal."""
    on, known_on = (date.fromisoformat(case[name]) if name in case else None for name in ("on", "known_on"))
    book = overlaid(BOOK, case.get("parameters", ()))
    try:
        return decide(case["rule"], case["inputs"], book, on, known_on, explain)
    except Refusal as refused:
        return refused.code


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_worked_example_gives_exactly_what_is_expected(case):
    result = check_case(case, BOOK)
    assert result.ok, result.actual


def test_no_two_cases_have_one_name():
    assert len({case["id"] for case in CASES}) == len(CASES)


def test_the_same_case_gives_the_same_result_in_any_order_and_leaves_its_inputs_alone():
    before = json.dumps([case["inputs"] for case in CASES], ensure_ascii=False)
    forwards = [repr(outcome(case)) for case in CASES]
    backwards = [repr(outcome(case)) for case in reversed(CASES)]
    assert forwards == backwards[::-1]
    assert json.dumps([case["inputs"] for case in CASES], ensure_ascii=False) == before


def test_the_bulk_path_without_explanation_gives_the_same_values():
    for case in CASES:
        plain, explained = outcome(case, explain=False), outcome(case)
        if isinstance(explained, str):
            assert plain == explained
            continue
        assert plain.values == explained.values
        assert plain.steps == ()


def test_every_rule_has_a_case_and_tells_its_steps():
    told = {case["rule"] for case in CASES if getattr(outcome(case), "steps", ())}
    assert set(registered()) - told == {"deposit_interest"}  # its cases are those of the interest


def test_every_rule_names_its_clause_and_only_parameters_of_the_book():
    for name, versions in registered().items():
        for version in versions:
            assert version.clause, name
            assert version.zh, name
            assert all(BOOK.known(parameter) for parameter in version.parameters), name


def test_every_choice_has_a_reading_by_default_that_is_one_of_its_choices():
    for parameter in BOOK.parameters.values():
        if parameter.unit == "choice" and parameter.group != "outside-figures":
            assert parameter.values[-1].value in parameter.choices, parameter.id


LIMITS = {"floor_fen", "room_fen"}
"""Outputs in fen that are no amount to be had."""


def _positive_amounts(values):
    """Outputs in fen above zero, also within a table of them."""
    for name, value in values.items():
        parts = value.values() if isinstance(value, dict) else [value]
        if is_amount(name) and any(isinstance(one, int) and one > 0 for one in parts):
            yield name


def test_where_a_condition_fails_no_amount_stands_beside_it():
    failing = set()
    for case in CASES:
        result = outcome(case)
        if isinstance(result, str):
            continue
        refused = str(result.values.get("status", "")).startswith("refused")
        if result.unmet or refused or result.values.get("category", "A") is None:
            failing.add(case["rule"])
            assert set(_positive_amounts(result.values)) <= LIMITS, case["id"]
    assert {
        "apprenticeship_training_subsidy",
        "guarantee_fee",
        "urban_dibao_grant",
        "parameterised_amount",
    } <= failing


def test_whatever_is_true_or_false_is_a_condition_unless_the_rule_says_that_it_only_tells():
    telling = {name: rule.tells for name, rules in registered().items() for rule in rules if rule.tells}
    assert telling == {"internship_subsidy": {"high_retention"}}


def test_every_condition_of_every_rule_is_seen_to_fail_and_to_hold():
    seen = {}
    for case in CASES:
        result = outcome(case)
        for name, value in getattr(result, "values", {}).items():
            if isinstance(value, bool):
                seen.setdefault((case["rule"], name), set()).add(value)
    assert [place for place, values in seen.items() if len(values) < 2] == []
