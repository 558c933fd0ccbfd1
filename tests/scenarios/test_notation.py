"""The notation says what is wrong with a scenario, the runner says what does not hold, and neither guesses."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from commands.cli import main
from commands.handlers import COMMANDS
from commands.scenarios import Failure, check, files_of, read_scenarios
from commands.scenarios.expectations import QUESTIONS
from commands.scenarios.notation import EXPECT_WORDS, STEP_WORDS
from commands.scenarios.words import BEGIN, END, within
from ledger.refusal import Refusal

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent
SETUP = """
- scenario: a case
  cite: 第四条
  steps:
    - {on: 2019-07-01, do: register_employer, employer: E1, rate: "0.12"}
    - {on: 2019-07-01, do: open_account, account: A1, employer: E1, base: "5000.00"}
    - {on: 2019-07-10, do: deposit, account: A1, month: 2019-07}
"""


@pytest.fixture
def written(tmp_path: Path):
    """Writes scenarios into a file."""

    def write(text: str) -> Path:
        file = tmp_path / "case.yaml"
        file.write_text(text, "utf-8")
        return file

    return write


def failures(file: Path) -> list[Failure]:
    return [failure for case in read_scenarios(file) for failure in check(case)]


def refusal(file: Path) -> Refusal:
    with pytest.raises(Refusal) as refused:
        read_scenarios(file)
    return refused.value


def test_the_scenarios_are_at_least_sixty_and_each_cites_its_clause():
    cases = [case for file in files_of([FOLDER]) for case in read_scenarios(file)]
    assert len(cases) >= 60
    assert all(case.cite.strip() for case in cases)
    assert len({case.name for case in cases}) == len(cases)


def test_every_command_is_used_in_a_scenario():
    used = {step.do for file in files_of([FOLDER]) for case in read_scenarios(file) for step in case.steps}
    assert set(COMMANDS) - used == set()


def test_every_refusal_of_the_collection_is_met_in_a_scenario_or_in_a_test_of_refusals():
    text = "".join(file.read_text("utf-8") for file in FOLDER.glob("*.yaml"))
    text += (ROOT / "tests/unit/test_refusals.py").read_text("utf-8")
    codes = yaml.safe_load((ROOT / "ledger/texts/collection.yaml").read_text("utf-8"))
    assert [code for code in codes if code not in text] == []


def test_the_words_of_steps_are_no_fields_of_commands():
    for command in COMMANDS.values():
        assert set(command.schema.fields) & set(STEP_WORDS) <= {"on"}
    assert set(QUESTIONS) & set(EXPECT_WORDS) == set()


def test_a_failed_expectation_says_what_came_and_what_was_wanted(written):
    file = written(SETUP + '  expect:\n    - {balance: A1, as_of: 2019-07-09, equals: "1200.00"}\n')
    (failure,) = failures(file)
    assert failure == Failure(
        "a case", "case.yaml", "expectation 1 (balance A1 as of 2019-07-09)", "0.00", "1,200.00"
    )


def test_every_failed_expectation_is_named(written):
    text = (
        SETUP
        + '  expect:\n    - {balance: A1, equals: "1.00"}\n    - {months: A1, equals: 1}\n    - {events: 4}\n'
    )
    assert [one.where for one in failures(written(text))] == [
        "expectation 1 (balance A1)",
        "expectation 3 (events)",
    ]


def test_a_step_that_is_refused_without_being_expected_fails_with_the_refusal(written):
    text = SETUP + "    - {on: 2019-07-11, do: deposit, account: A1, month: 2019-07}\n"
    (failure,) = failures(written(text))
    assert failure.where == "step 4 (deposit on 2019-07-11)"
    assert "month_already_paid" in failure.got
    assert failure.wanted == "done"


def test_a_step_that_is_done_though_a_refusal_was_expected_fails(written):
    text = (
        SETUP + "    - {on: 2019-08-11, do: deposit, account: A1, month: 2019-08, refused: account_sealed}\n"
    )
    (failure,) = failures(written(text))
    assert (failure.got, failure.wanted) == ("done", "refused: account_sealed")


def test_another_refusal_than_the_expected_one_fails(written):
    text = (
        SETUP + "    - {on: 2019-08-11, do: deposit, account: A9, month: 2019-08, refused: account_sealed}\n"
    )
    (failure,) = failures(written(text))
    assert "account_unknown" in failure.got


def test_a_repetition_that_was_none_fails(written):
    text = (
        SETUP + "    - {on: 2019-08-11, do: deposit, account: A1, month: 2019-08, key: k, repeated: true}\n"
    )
    (failure,) = failures(written(text))
    assert failure.got == "repeated: False"


def test_other_rows_than_the_expected_ones_fail(written):
    text = SETUP + (
        "    - {on: 2019-08-11, do: remit, employer: E1, month: 2019-08, lines: [{account: A9}],"
        " refused: lines_refused, rows: {1: wrong_person}}\n"
    )
    (failure,) = failures(written(text))
    assert (failure.got, failure.wanted) == ("{1: 'account_unknown'}", "{1: 'wrong_person'}")


def test_a_question_about_nothing_fails_and_names_it(written):
    text = SETUP + '  expect:\n    - {balance: A9, equals: "0.00"}\n'
    (failure,) = failures(written(text))
    assert "scenario_subject_unknown" in failure.got


def test_an_amount_that_is_not_quoted_fails(written):
    text = SETUP + "  expect:\n    - {balance: A1, equals: 1200.00}\n"
    (failure,) = failures(written(text))
    assert "amount_malformed" in failure.got


@pytest.mark.parametrize(
    ("old", "new", "word", "known"),
    [
        ("cite:", "quote:", "quote", "cite"),
        ("employer: E1, rate", "employer: E1, ratio", "ratio", "rate"),
        ("do: deposit", "do: pay_in", "pay_in", "deposit"),
    ],
)
def test_an_unknown_word_is_refused_with_the_known_words(written, old, new, word, known):
    found = refusal(written(SETUP.replace(old, new, 1)))
    assert found.code == "scenario_word_unknown"
    assert found.facts["word"] == word
    assert known in found.facts["known"]
    assert "case.yaml" in found.facts["where"]


def test_an_unknown_question_is_refused_with_the_known_questions(written):
    found = refusal(written(SETUP + '  expect:\n    - {ballance: A1, equals: "1.00"}\n'))
    assert found.facts["word"] == "ballance"
    assert "balance" in found.facts["known"]


@pytest.mark.parametrize(
    "text",
    [
        "scenario: no list",
        "- [no, mapping]",
        "- {scenario: without a clause, steps: [{on: 2019-07-01, do: load_policy}]}",
        "- {scenario: without steps, cite: 第一条, steps: []}",
        "- {scenario: twice, scenario: the same word, cite: 第一条, steps: []}",
        "- {scenario: a broken line",
        SETUP + '  expect:\n    - {balance: A1, months: A1, equals: "1.00"}\n',
    ],
)
def test_what_is_no_scenario_is_refused(written, text):
    assert refusal(written(text)).code == "scenario_malformed"


def test_a_folder_without_scenarios_is_refused(tmp_path):
    with pytest.raises(Refusal) as refused:
        files_of([tmp_path])
    assert refused.value.code == "scenario_file_missing"


def test_the_command_line_checks_files_and_answers_with_its_exit_code(written):
    held = CliRunner().invoke(main, ["--lang", "en", "scenario", "check", str(written(SETUP))])
    assert (held.exit_code, held.output) == (0, "1 scenarios, 0 failed\n")
    file = written(SETUP + '  expect:\n    - {balance: A1, equals: "1.00"}\n')
    failed = CliRunner().invoke(main, ["scenario", "check", str(file), "--json"])
    assert failed.exit_code == 4
    assert json.loads(failed.output)["failures"][0]["got"] == "1,200.00"
    unread = CliRunner().invoke(main, ["scenario", "check", str(written("- {scenery: x}"))])
    assert unread.exit_code == 3
    assert CliRunner().invoke(main, ["scenario", "check", "nowhere.yaml"]).exit_code == 2


def test_the_table_of_words_in_the_readme_is_current():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert BEGIN in readme
    assert END in readme
    assert within(readme) == readme, (
        "the README's table of words is old: run python -m commands.scenarios.words README.md"
    )
