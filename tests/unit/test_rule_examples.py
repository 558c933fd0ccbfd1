"""Every worked example of the rules holds, and every rule stands on parameters that exist."""

import json
from pathlib import Path

import pytest

from ledger.policy.checking import check_case
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import decide, registered

CASES = json.loads(Path(__file__).with_name("data").joinpath("rule-examples.json").read_text("utf-8"))
BOOK = PolicyBook.bundled()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_worked_example_gives_exactly_what_is_expected(case):
    result = check_case(case, BOOK)
    assert result.ok, result.actual


def test_the_same_case_gives_the_same_result_and_leaves_its_inputs_alone():
    for case in CASES:
        before = json.dumps(case["inputs"], ensure_ascii=False)
        first = decide(case["rule"], case["inputs"], BOOK).as_json()
        assert first == decide(case["rule"], case["inputs"], BOOK).as_json()
        assert json.dumps(case["inputs"], ensure_ascii=False) == before


def test_the_bulk_path_without_explanation_gives_the_same_values():
    for case in CASES:
        plain = decide(case["rule"], case["inputs"], BOOK, explain=False)
        assert plain.values == decide(case["rule"], case["inputs"], BOOK).values
        assert plain.steps == ()


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
