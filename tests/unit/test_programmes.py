"""The catalogue of subsidies: complete, and strict about what it names."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from commands.cli import main
from commands.scenarios import files_of, read_scenarios
from ledger.policy.coverage import coverage_entries
from ledger.policy.parameters import PolicyBook
from ledger.programmes import CatalogueError, find, offices, programmes
from ledger.programmes.loading import load_catalogue, load_offices
from ledger.refusal import Refusal

DATA = Path(__file__).with_name("data")
SCENARIO_FOLDER = Path(__file__).parents[1] / "scenarios"
CASES = json.loads((DATA / "rule-examples.json").read_text("utf-8"))
CATALOGUE = Path(__file__).parents[2] / "ledger" / "programmes" / "catalogue"
PAYING = [one for one in programmes().values() if one.kind == "programme"]


def test_every_entry_of_the_gazettes_catalogue_is_a_programme_a_standard_or_a_refusal():
    named = {name for entry in coverage_entries() for name in entry.catalogue}
    assert set(programmes()) == named == set((DATA / "catalogue.txt").read_text("utf-8").split())
    assert len(programmes()) == 85


def test_an_entry_stands_in_the_document_whose_clause_names_it():
    documents = {name: entry.document for entry in coverage_entries() for name in entry.catalogue}
    assert {one.id: one.document for one in programmes().values()} == documents


@pytest.mark.parametrize("programme", PAYING, ids=lambda one: one.id)
def test_what_a_programme_reads_of_its_rules_outcome_is_what_the_rule_gives(programme):
    for rule, names in [
        (
            programme.rule,
            [programme.amount, *programme.passes, *programme.shares.values(), *programme.requires],
        ),
        (programme.rule, [programme.advance] if programme.advance else []),
        *((test.rule, [*test.passes, *test.gives.values()]) for test in programme.tests),
    ]:
        given = next((case["expected"] for case in CASES if case["rule"] == rule), None) or OTHER[rule]
        known = {*given, *programme.brings}
        assert set(names) <= known, (rule, names)


OTHER = {
    "tekun_support": {"annual_fen": 0, "monthly_fen": 0},
    "rural_dibao_month": {"eligible": True, "grant_fen_per_month": 0},
}
"""Rules that have no worked example of their own: their parts have."""


@pytest.mark.parametrize("programme", PAYING, ids=lambda one: one.id)
def test_every_standard_that_a_programme_reads_is_a_legal_parameter(programme):
    book = PolicyBook.bundled()
    publicity = offices().procedures[programme.procedure].publicity
    for parameter in [*programme.standard.values(), *([publicity.days] if publicity else [])]:
        assert book.parameter(parameter).decided_by


def test_the_ceilings_of_shared_purses_are_those_of_the_three_chapters():
    book = PolicyBook.bundled()
    ceilings = {name: purse.ceiling for name, purse in offices().budgets.items()}
    assert set(ceilings) == {"enclave_interest", "enclave_awards", "enclave_estates"}
    assert all(book.history(parameter) for parameter in ceilings.values())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"clause": " "}, "no citation"),
        ({"rule": "no_such_rule"}, "no rule no_such_rule"),
        ({"procedure": "no_such_procedure"}, "no procedure"),
        ({"brings": ["household_size"]}, "nothing gives the rule"),
        ({"brings": ["household_size", "monthly_per_capita_income_fen", "shoe_size"]}, "no input shoe_size"),
        ({"documents": ["love_letter"]}, "no document love_letter"),
        ({"budget": "no_such_purse"}, "no purse"),
        ({"colour": "red"}, "colour"),
        ({"kind": "gift"}, "gift"),
        ({"amount": ""}, "has no amount"),
        ({"source": ""}, "no source of money"),
        ({"kind": "refusal"}, "no reason"),
        ({"effective_to": "2019-06-30"}, "ends before it begins"),
        ({"from_register": {"shoe_size": "paid_this_year"}}, "no rule asks the registers"),
        ({"tests": [{"rule": "low_income_family_class", "fixed": {"area": "urban"}}]}, "can only pass"),
        (
            {"exclusions": [{"with": ["nobody"], "window": "year", "effect": "refuse", "clause": "x"}]},
            "unknown programme nobody",
        ),
        ({"exclusions": [{"window": "year", "effect": "refuse", "clause": "x"}]}, "shuts nothing out"),
        (
            {"exclusions": [{"facts": ["x"], "window": "year", "effect": "refuse", "clause": " "}]},
            "an exclusion has no citation",
        ),
    ],
)
def test_an_entry_that_is_wrong_does_not_load_and_says_why(tmp_path, change, problem):
    entries = yaml.safe_load((CATALOGUE / "assistance.yaml").read_text("utf-8"))
    entry = next(one for one in entries if one["id"] == "urban_dibao_standard")
    entry |= {"exclusions": [], **change}
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "one.yaml").write_text(yaml.safe_dump([entry], allow_unicode=True), "utf-8")
    with pytest.raises(CatalogueError, match=problem):
        load_catalogue(tmp_path, offices())


def test_an_entry_that_stands_twice_does_not_load(tmp_path):
    (tmp_path / "catalogue").mkdir()
    text = (CATALOGUE / "platform.yaml").read_text("utf-8")
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / "catalogue" / name).write_text(text, "utf-8")
    with pytest.raises(CatalogueError, match="stands twice"):
        load_catalogue(tmp_path, offices())


@pytest.mark.parametrize(
    ("old", "new"), [("approves: county_government", "approves: king"), ("clause: 葫政办发", "clause: ''  #")]
)
def test_a_procedure_with_an_unknown_role_or_without_a_citation_does_not_load(tmp_path, old, new):
    text = (CATALOGUE.parent / "offices.yaml").read_text("utf-8")
    (tmp_path / "offices.yaml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueError):
        load_offices(tmp_path)


def test_an_unknown_programme_is_a_refusal_that_says_where_to_look():
    with pytest.raises(Refusal) as refused:
        find("free_lunch")
    assert refused.value.code == "programme_unknown"


def run(*arguments, language="en"):
    return CliRunner(env={"PROVIDENT_LANG": language}).invoke(main, ["programme", *arguments])


def test_the_command_line_lists_the_catalogue_and_shows_an_entry_in_both_languages():
    assert len(json.loads(run("list", "--json").output)) == 85
    assert "network_lease_withholding" in run("list", "--kind", "refusal").output
    shown = json.loads(run("show", "industrial_estate_area_subsidy", "--json").output)
    assert [stage["role"] for stage in shown["reviews"]["stages"]] == [
        "county_office", "city_office", "city_finance", "panel",
    ]  # fmt: skip
    assert "葫政办发〔2019〕56号 第三章第八条2" in run("show", "industrial_estate_area_subsidy").output
    assert "标准、期限: 是公示期限" in run("show", "industrial_estate_publicity", language="zh").output
    assert run("show", "free_lunch").exit_code == 3


SCENARIOS = [case for file in files_of([SCENARIO_FOLDER]) for case in read_scenarios(file)]
POOLS = {"township": ["township_basic_award", "township_excess_award"], "project": ["enclave_project_award"]}


def told_by(case):
    """For each programme of a case: whether it was paid there, and whether something of it was refused."""
    named = {}
    for step in case.steps:
        content = step.content
        for subject in ("grant", "entry"):
            if subject in content and "programme" in content:
                named[content[subject]] = [content["programme"]]
    for step in case.steps:
        content = step.content
        found = named.get(content.get("grant") or content.get("entry"), [])
        found = found or (
            [content["programme"]] if "programme" in content else POOLS.get(content.get("kind"), [])
        )
        for programme in found:
            yield (
                programme,
                step.do in ("pay_grant", "pay_roll", "pay_pool") and not step.refused,
                bool(step.refused),
            )


@pytest.mark.parametrize("programme", PAYING, ids=lambda one: one.id)
def test_every_programme_has_a_case_from_application_to_payment_and_one_that_is_refused(programme):
    of_it = [
        (paid, refused) for case in SCENARIOS for name, paid, refused in told_by(case) if name == programme.id
    ]
    assert any(paid for paid, _ in of_it)
    assert any(refused for _, refused in of_it)
