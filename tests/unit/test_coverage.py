"""Coverage of the gazette, in both directions: every clause has an answer, and every rule has a clause."""

import json
import re
from pathlib import Path

import pytest

from commands.handlers import COMMANDS
from ledger.policy.coverage import coverage_entries, coverage_page
from ledger.policy.rules import registered

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).with_name("data")
CASES = [
    case
    for name in ("rule-examples.json", "rule-boundaries.json")
    for case in json.loads((DATA / name).read_text("utf-8"))
]
NUMERALS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"]
DOCUMENTS = [
    "葫政告字〔2019〕2号", "葫政发〔2019〕10号", "葫政发〔2019〕11号", "葫政发〔2019〕12号",
    "葫政办发〔2019〕51号", "葫政办发〔2019〕55号", "葫政办发〔2019〕56号",
]  # fmt: skip


def numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else NUMERALS[tens - 1] + "十") + (
        NUMERALS[ones - 1] if ones else ""
    )


def test_the_seven_documents_stand_in_the_order_of_the_gazette():
    assert list(dict.fromkeys(entry.document for entry in coverage_entries())) == DOCUMENTS


@pytest.mark.parametrize(
    ("document", "pattern", "last"),
    [
        ("葫政发〔2019〕12号", "第{}条", 30),
        ("葫政发〔2019〕11号", "（{}）", 19),
        ("葫政办发〔2019〕56号", "第{}章", 7),
        ("葫政办发〔2019〕51号", "二（{}）", 15),
    ],
)
def test_no_article_of_a_document_is_left_out_and_they_stand_in_order(document, pattern, last):
    clauses = [entry.clause for entry in coverage_entries() if entry.document == document]
    for number in range(1, last + 1):
        assert any(clause.startswith(pattern.format(numeral(number))) for clause in clauses), number


def test_every_clause_is_carried_out_or_says_why_not():
    for entry in coverage_entries():
        carried = bool(entry.rules or entry.commands or entry.modules)
        assert carried + bool(entry.outside_en) + bool(entry.open_en) == 1, entry.clause


def test_every_entry_of_the_catalogue_has_one_row_and_its_cases_run_by_the_rules_of_that_row():
    entries = [name for entry in coverage_entries() for name in entry.catalogue]
    assert sorted(entries) == sorted((DATA / "catalogue.txt").read_text("utf-8").split())
    for case in CASES:
        for entry in coverage_entries():
            if case["catalogue_id"] in entry.catalogue and case["rule"] not in entry.rules:
                assert case["rule"] in beside(entry.document), (case["id"], entry.clause)


def beside(document):
    """The rules of the other clauses of a document: a chapter has its scores, a budget its own clause."""
    return {rule for entry in coverage_entries() if entry.document == document for rule in entry.rules}


def test_every_rule_has_its_clause_and_every_named_rule_command_module_and_test_exists():
    assert set(registered()) == {rule for entry in coverage_entries() for rule in entry.rules}
    for entry in coverage_entries():
        assert set(entry.rules) <= set(registered()), entry.clause
        assert set(entry.commands) <= set(COMMANDS), entry.clause
        assert all((ROOT / path).exists() for path in (*entry.modules, *entry.tests)), entry.clause
        assert entry.tests or not entry.rules, entry.clause


def test_every_command_that_rests_on_the_gazette_is_named_by_a_clause():
    named = {command for entry in coverage_entries() for command in entry.commands}
    assert {name for name, one in COMMANDS.items() if one.clause.startswith("葫政")} <= named


def test_the_page_is_the_one_that_the_data_give():
    page = (ROOT / "ledger/policy/COVERAGE.md").read_text("utf-8")
    assert page == coverage_page() + "\n"
    assert re.search(r"## 葫政发〔2019〕12号", page)
