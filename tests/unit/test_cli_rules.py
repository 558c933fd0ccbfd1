"""The command lines of rules and policy: answers, languages and exit codes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from commands.cli import main
from commands.cli.policy import policy
from commands.cli.rules import rules

FIXTURE = Path(__file__).with_name("data") / "rule-examples.json"


def run(group, *arguments, language="en"):
    return CliRunner(env={"PROVIDENT_LANG": language}).invoke(main, [group.name, *arguments])


def test_all_worked_examples_pass_the_check():
    result = run(rules, "check", str(FIXTURE), "--json")
    answer = json.loads(result.output)
    assert result.exit_code == 0
    assert answer["cases"] == answer["passed"] == 320
    assert {
        "rule": "fund_year",
        "clause": "葫政发〔2019〕12号 第五条第三款",
        "passed": 2,
        "failed": 0,
    } in answer["rules"]


def test_a_mismatch_gives_exit_code_4_and_names_the_case(tmp_path):
    cases = json.loads(FIXTURE.read_text("utf-8"))[:2]
    cases[1]["expected"] = {"valid": True}
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(cases), "utf-8")
    result = run(rules, "check", str(file))
    assert result.exit_code == 4
    assert "2 cases, 1 passed, 1 failed" in result.output
    assert cases[1]["id"] in result.output


@pytest.mark.parametrize("text", ["not json", "{}", '[{"id": 1}]', '[{"rule": "fund_year"}]'])
def test_a_file_that_holds_no_cases_is_wrong_use(tmp_path, text):
    file = tmp_path / "cases.json"
    file.write_text(text, "utf-8")
    assert run(rules, "check", str(file)).exit_code == 2


def test_a_case_of_an_unknown_rule_is_a_mismatch_and_not_a_crash(tmp_path):
    file = tmp_path / "cases.json"
    file.write_text('[{"id": "x", "rule": "nonsense", "inputs": {}, "expected": {"a": 1}}]', "utf-8")
    result = run(rules, "check", str(file))
    assert result.exit_code == 4
    assert "rule_unknown" in result.output


def test_a_refusal_can_be_what_a_case_expects(tmp_path):
    file = tmp_path / "cases.json"
    case = {
        "id": "x",
        "rule": "urban_dibao_standard",
        "inputs": {"benefit_month": "2019-06"},
        "expected": {"status": "refused_missing_parameter", "standard_fen_per_month": None},
    }
    file.write_text(json.dumps([case]), "utf-8")
    assert run(rules, "check", str(file)).exit_code == 0


def test_a_proof_names_clause_parameter_dates_steps_and_rounding():
    result = run(
        rules, "explain", "monthly_contribution", "--input", "base_fen=654321", "--input", "rate=0.12"
    )
    assert result.exit_code == 0
    for part in (
        "第四、五条",
        "contribution_rounding@1999-04-03",
        "785.19 yuan",
        "rounding fen_half_up",
        "total_fen",
    ):
        assert part in result.output


def test_a_proof_reads_in_chinese():
    result = run(rules, "explain", "fund_year", "--input", "on=2020-02-29", language="zh")
    assert "缴存年度" in result.output
    assert "2019-07-01" in result.output


def test_facts_come_as_json_too_and_answers_go_out_as_json():
    given = '{"segments": [18, 7]}'
    result = run(rules, "explain", "continuous_months", "--json-input", given, "--json")
    assert json.loads(result.output)["values"] == {"months": 25}


def test_a_missing_parameter_is_a_refusal_with_exit_code_3():
    result = run(
        rules,
        "explain",
        "hardship_income_test",
        "--json-input",
        '{"household_monthly_income_fen": 1, "members": 1}',
    )
    assert result.exit_code == 3
    assert "minimum_wage" in result.output + result.stderr


def test_a_refusal_is_json_where_json_is_asked_for():
    result = run(policy, "show", "minimum_wage", "--as-of", "2019-07-01", "--json")
    assert result.exit_code == 3
    assert json.loads(result.output)["refused"]["code"] == "missing_parameter"


def test_another_reading_is_one_named_parameter_away():
    given = (
        "--json-input",
        '{"base_fen": 654321, "rate": "0.05"}',
        "--parameter",
        "contribution_rounding=yuan_up",
    )
    result = run(rules, "explain", "monthly_contribution", *given, "--json")
    assert json.loads(result.output)["values"]["unit_fen"] == 32800
    assert "contribution_rounding@0001-01-01+what-if" in result.output


def test_a_value_that_does_not_fit_its_parameter_is_refused():
    result = run(
        rules, "explain", "fund_year", "--input", "on=2020-01-01", "--parameter", "minimum_wage=much"
    )
    assert result.exit_code == 3


def test_an_act_answers_differently_before_and_after_the_day_of_its_publication():
    arguments = ("show", "urban_dibao_standard", "--as-of", "2019-07-01", "--known-on")
    assert run(policy, *arguments, "2019-05-29").exit_code == 3
    assert "57500" in run(policy, *arguments, "2019-05-30").output


def test_a_history_shows_every_value_with_its_citation():
    result = run(policy, "history", "loan_decision_days")
    assert "15" in result.output
    assert "国务院令第844号" in result.output


def test_the_lists_are_complete_and_machine_readable():
    assert len(json.loads(run(rules, "list", "--json").output)) >= 109
    waiting = {one["parameter"] for one in json.loads(run(policy, "list", "--missing", "--json").output)}
    assert {"minimum_wage", "loan_amount_max", "loan_balance_multiple"} <= waiting
    assert "fund_year" in run(rules, "list").output
    assert "minimum_wage" in run(policy, "list").output


def test_coverage_shows_every_document():
    assert "葫政办发〔2019〕56号" in run(rules, "coverage").output
    assert json.loads(run(rules, "coverage", "--json").output)[0]["state"] == "carried"


@pytest.mark.parametrize("group", [rules, policy])
def test_every_command_shows_an_example(group):
    for name in group.commands:
        assert "provident " in run(group, name, "--help").output.split("Example")[1], name
        assert "示例" in run(group, name, "--help", language="zh").output, name


def test_a_proof_takes_the_figures_of_the_city_from_the_file_beside_its_ledger(tmp_path):
    wage = {
        "value": 142000,
        "effective_from": "2019-07-01",
        "published_on": "2019-06-20",
        "document": "辽政发〔2019〕1号",
        "clause": "一",
        "layer": "province",
        "source": "printed",
    }
    lines = [f"  {'- ' if not n else '  '}{name}: {value}" for n, (name, value) in enumerate(wage.items())]
    (tmp_path / "policy.yaml").write_text("\n".join(["minimum_wage:", *lines]), "utf-8")
    given = '{"household_monthly_income_fen": 425999, "members": 3}'
    arguments = ["--ledger", f"sqlite:///{tmp_path}/ledger.db", "rules", "explain", "hardship_income_test"]
    result = CliRunner().invoke(main, [*arguments, "--json-input", given, "--json"])
    assert json.loads(result.output)["values"] == {"qualifies": True}
