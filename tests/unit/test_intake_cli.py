"""``provident import`` and ``provident sample``: exit codes, JSON, reports of bad rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from commands.cli import main

BOOKS = Path(__file__).parent / "data" / "opening-books-2018.csv"
SAMPLE = "sample city --employers 10 --employees 60 --months 1 --seed 3 --out city --json"
Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``provident`` in an empty folder, on an empty ledger."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROVIDENT_LANG", "en")

    def run_one(*words: str) -> Result:
        return CliRunner().invoke(main, ["--ledger", sqlite_url, *words])

    return run_one


def answer(result: Result) -> Any:
    return json.loads(result.stdout)


@pytest.fixture
def city(run: Run) -> Path:
    made = run(*SAMPLE.split())
    assert made.exit_code == 0
    assert run("import", "city", "city", "--json").exit_code == 0
    return Path("city")


def test_a_sample_city_is_written_and_taken_in(run: Run) -> None:
    made = answer(run(*SAMPLE.split()))
    taken = answer(run("import", "city", "city", "--json"))
    assert taken["files"] == made["files"]
    assert taken["rows"] == made["rows"]
    assert taken["surprises"] == []


def test_too_few_employees_are_wrong_use(run: Run) -> None:
    assert run(*SAMPLE.replace("60", "19").split()).exit_code == 2
    assert not Path("city").exists()


def test_the_same_file_again_is_done_and_says_so(run: Run, city: Path) -> None:
    file = next(city.glob("2019-07/E00001.*"))
    again = run("import", "remittance", str(file), "--on", "2019-07-31", "--json")
    assert again.exit_code == 0
    assert [one["repeated"] for one in answer(again)] == [True]


def test_a_bad_file_ends_with_3_and_lists_its_rows(run: Run, city: Path) -> None:
    Path("bad.csv").write_text("个人账号,证件号码\nA99999999,\nA00000001,123\n", "utf-8")
    given = ("--employer", "E00001", "--month", "2019-08", "--on", "2019-08-20")
    result = run("import", "remittance", "bad.csv", *given, "--json")
    assert result.exit_code == 3
    (refused,) = answer(result)
    assert [(line["row"], line["code"]) for line in refused["refused"]["lines"]] == [
        (2, "account_unknown"),
        (3, "identity_malformed"),
    ]
    assert all(Path(report).is_file() for report in refused["reports"])
    assert {Path(report).suffix for report in refused["reports"]} == {".xlsx", ".csv"}


def test_one_bad_file_does_not_hold_the_others_up(run: Run, city: Path) -> None:
    Path("good.csv").write_text("单位账号,单位名称,单位性质,缴存比例\nE1,某校,事业单位,12%\n", "utf-8")
    result = run("import", "employers", "missing.csv", "good.csv", "--on", "2019-08-01", "--json")
    assert result.exit_code == 3
    missing, good = answer(result)
    assert missing["refused"]["code"] == "file_missing"
    assert good["accepted"] == 1


def test_a_dry_run_says_so_and_keeps_nothing(run: Run) -> None:
    tried = run("import", "opening-books", str(BOOKS), "--on", "2019-07-01", "--dry-run")
    assert "6,993,873,471.88" in tried.stdout
    assert "nothing kept" in tried.stdout
    kept = run("import", "opening-books", str(BOOKS), "--on", "2019-07-01", "--json")
    assert [(one["repeated"], one["result"]["debits_fen"]) for one in answer(kept)] == [
        (False, 699_387_347_188)
    ]


def test_opening_balances_end_with_a_reconciliation(run: Run, city: Path) -> None:
    first = run("import", "opening-books", str(BOOKS), "--on", "2019-07-01")
    assert first.exit_code == 0
    Path("staff.csv").write_text(
        "个人账号,姓名,证件号码,缴存基数\nN1,某某,11010519491231002X,5000\n", "utf-8"
    )
    opened = run("import", "accounts", "staff.csv", "--employer", "E00001", "--on", "2019-07-01")
    assert opened.exit_code == 0
    Path("balances.csv").write_text("个人账号,余额\nN1,1234.56\n", "utf-8")
    shown = run("import", "opening-balances", "balances.csv", "--on", "2019-07-01")
    assert "6,511,214,174.30" in shown.stdout
    asked = answer(run("import", "opening-balances", "balances.csv", "--on", "2019-07-01", "--json"))
    assert asked[-1]["reconciliation"]["left_fen"] == 651_121_417_430


def test_commands_of_a_file_are_carried_out_and_refusals_end_with_3(run: Run) -> None:
    Path("commands.jsonl").write_text(
        '{"on": "2019-07-01", "do": "register_employer", "employer": "E1", "rate": "0.12"}\n'
        '{"on": "2019-07-01", "do": "close_employer", "employer": "E9", "reason": "x"}\n',
        "utf-8",
    )
    result = run("import", "commands", "commands.jsonl", "--json")
    assert result.exit_code == 3
    assert [line["code"] for line in answer(result)["refused"]] == ["employer_unknown"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "command",
    ["remittance", "employers", "accounts", "opening-balances", "opening-books", "commands", "city"],
)
def test_every_kind_of_file_has_help_with_an_example(run: Run, command: str, language: str) -> None:
    shown = run("--lang", language, "import", command, "--help")
    assert shown.exit_code == 0
    assert (
        f"provident import {command}" in shown.stdout.split("Example" if language == "en" else "示例", 1)[1]
    )
