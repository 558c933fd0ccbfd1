"""The frame of the rules: conflicts fail at load, superseded rules stay callable, bulk work needs no proof."""

from dataclasses import replace
from datetime import date

import pytest

from ledger.policy.checking import check_case
from ledger.policy.parameters import PolicyBook
from ledger.policy.proof import proof
from ledger.policy.rules import Rule, RulesConflict, decide, find_rule, registered
from ledger.policy.rules.framework import add
from ledger.refusal import Refusal

BOOK = PolicyBook.bundled()


def test_two_rules_that_claim_one_day_fail_at_load():
    city = find_rule("fund_year")
    registry: dict[str, list[Rule]] = {}
    add(registry, replace(city, until=date(2019, 6, 30)))
    add(registry, replace(city, since=date(2019, 7, 1)))
    with pytest.raises(RulesConflict, match="2019-06-30"):
        add(registry, replace(city, since=date(2019, 6, 30), until=date(2019, 6, 30)))


def test_a_superseded_rule_stays_callable_for_its_time():
    case = {"reason": "rent", "need_fen": 1, "own_balance_fen": 1}
    clauses = [
        decide("withdrawal", case, BOOK, day).clause
        for day in (date(2018, 1, 1), date(2020, 1, 1), date(2027, 1, 1))
    ]
    assert clauses == [
        "住房公积金管理条例 第二十四条",
        "葫政发〔2019〕12号 第十一条",
        "葫政发〔2019〕12号 第十一条；住房公积金管理条例 第二十四条（国务院令第844号）",
    ]


def test_without_a_day_the_rule_of_the_gazette_answers():
    assert find_rule("withdrawal").clause == "葫政发〔2019〕12号 第十一条"


def test_a_float_is_never_taken_for_a_rate():
    result = check_case(
        {
            "id": "x",
            "rule": "fund_rate_check",
            "inputs": {"unit_rate": 0.05, "employee_rates": []},
            "expected": {"valid": True},
        },
        BOOK,
    )
    assert not result.ok
    assert "rule_input_malformed" in result.refusal


def test_only_a_missing_parameter_may_stand_for_plain_nulls():
    case = {"id": "x", "rule": "urban_dibao_standard", "expected": {"standard_fen_per_month": None}}
    assert check_case(case | {"inputs": {"benefit_month": "2019-06"}}, BOOK).ok
    assert not check_case(case | {"inputs": {"benefit_month": "June"}}, BOOK).ok


def test_a_compiled_rule_binds_its_parameters_once_and_refuses_early():
    compiled = find_rule("withdrawal").compiled(BOOK, date(2020, 1, 1))
    assert compiled(reason=6, need_fen=3, own_balance_fen=1, spouse_balance_fen=1)["unmet_fen"] == 1
    with pytest.raises(Refusal, match="missing_parameter"):
        find_rule("hardship_income_test").compiled(BOOK, date(2020, 1, 1))


def test_every_rule_has_a_proof_in_both_languages_where_its_example_runs():
    outcome = decide("township_excess_award", {"investments_fen": {"A": 800_000_000}}, BOOK)
    assert "township_excess_denominator@2019-06-03 = sum_of_excesses" in proof(outcome, "en")
    assert "参数" in proof(outcome, "zh")
    assert "各方奖金" in proof(outcome, "zh")


def test_every_rule_of_the_law_can_be_described_without_running_it():
    for versions in registered().values():
        for version in versions:
            assert all(given.kind.name for given in version.inputs.values())
            assert version.function.__doc__, version.name


def test_a_failing_condition_leaves_no_amount_on_either_path_and_its_proof_says_so():
    case = {"apprentices": 1, "years": 1, "rate_fen_per_year": 399999}
    result = decide("apprenticeship_training_subsidy", case, BOOK)
    assert result.unmet == ("rate_ok",)
    assert result.values == {"rate_ok": False, "total_fen": 0, "prepay_max_fen": 0, "final_fen": 0}
    assert result.steps[-1].en == "a condition fails: no amount"
    bulk = find_rule("apprenticeship_training_subsidy").compiled(
        BOOK, date(2019, 7, 1), rate_fen_per_year=399999
    )
    assert bulk(apprentices=1, years=1) == result.values
    assert decide("apprenticeship_training_subsidy", case | {"rate_fen_per_year": 400000}, BOOK).unmet == ()
