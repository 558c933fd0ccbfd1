"""What the command line says about subsidies: in both languages, as JSON, and as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from commands.cli import main
from commands.desk import Desk
from ledger.store.database import Database
from migrations import upgrade
from tests.contract.subsidy_story import ESTATE, REFUND, tell_of_rolls_and_pools, tell_story


@pytest.fixture
def url(tmp_path: Path, clock: Any) -> str:
    """A ledger in which the story has been told."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    _empty(url)
    with Desk(url, clock) as desk:
        tell_story(desk, clock)
    return url


def _empty(url: str) -> None:
    database = Database(url)
    upgrade(database.engine)
    database.close()


def asked(url: str, *words: str, language: str = "en") -> Result:
    return CliRunner().invoke(main, ["--ledger", url, "--lang", language, "subsidy", *words])


def told(url: str, *words: str) -> Any:
    done = asked(url, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_budget_execution_is_told_in_both_languages_and_as_json(url: str) -> None:
    shown = asked(url, "execution", "--year", "2019", "--as-of", "2019-08-31", language="zh").output
    assert "稳岗返还（失业保险费返还）" in shown
    assert "51.4%" in shown
    budgets = told(url, "execution", "--area", "lianshan", "--as-of", "2019-08-31")["budgets"]
    assert [(one["purse"], one["left_fen"], one["progress"]) for one in budgets] == [
        ("poor_labour_class_hour_subsidy", 500_000, "0.0")
    ]


def test_grants_are_listed_with_the_step_they_wait_for(url: str) -> None:
    shown = asked(url, "grants", "--as-of", "2019-08-10", "--status", "applied").output
    assert "review of the city's human resources bureau" in shown
    assert "publicity ends" in shown
    states = told(url, "grants", "--summary", "--as-of", "2019-08-20")["states"]
    assert {name: one["grants"] for name, one in states.items()} == {"applied": 1, "sent_back": 1, "paid": 1}
    assert states["applied"]["oldest_days"] == 15


def test_a_payment_list_is_shown_and_made_as_files(url: str, tmp_path: Path) -> None:
    out = tmp_path / "lists"
    answer = told(
        url, "payments", REFUND, "--as-of", "2019-08-31", "--out", str(out), "--format", "pdf,xlsx,csv"
    )
    assert answer["total_fen"] == 6_172_839
    assert sorted(path.suffix for path in out.iterdir()) == [".csv", ".pdf", ".xlsx"]
    assert (
        "Total 61,728.39 yuan in 1 payments" in asked(url, "payments", REFUND, "--as-of", "2019-08-31").output
    )


def test_nothing_was_paid_as_known_before_the_payment_was_recorded(url: str) -> None:
    answer = told(url, "payments", REFUND, "--as-of", "2019-08-31", "--known-on", "2019-08-14")
    assert answer["payments"] == []


def test_publicity_and_results_hide_what_is_personal(url: str, tmp_path: Path) -> None:
    public = told(
        url, "publicity", ESTATE, "--as-of", "2019-08-13", "--out", str(tmp_path), "--format", "csv"
    )
    assert [row["application"] for row in public["rows"]] == ["G3"]
    results = told(url, "publicity", "--results", "--from", "2019-08-10", "--as-of", "2019-08-31")["rows"]
    assert [(row["application"], row["status"]) for row in results] == [("G2", "退回补正"), ("G1", "已拨付")]


def test_the_account_of_a_year_names_persons_and_payments(url: str) -> None:
    account = told(url, "account", REFUND, "2019", "--as-of", "2019-12-31")
    assert (account["persons"], account["payments"], account["adds_up"]) == (1, 1, True)


@pytest.mark.parametrize(
    "words",
    [
        ("payments", "low_income_family_standard"),
        ("publicity",),
        ("execution", "--area", "dalian"),
        ("grants", "--status", "lost"),
        ("account", REFUND, "2019", "--format", "docx"),
    ],
)
def test_wrong_use_is_told_with_what_would_be_right(url: str, words: tuple[str, ...], tmp_path: Path) -> None:
    out = ("--out", str(tmp_path)) if "--format" in words else ()
    assert asked(url, *words, *out).exit_code == 2


def test_an_unknown_programme_is_refused_in_the_users_language(url: str) -> None:
    done = asked(url, "payments", "no_such_programme", language="zh")
    assert done.exit_code == 3
    assert "programme_unknown" in done.output


def test_the_report_of_the_tenth_says_who_is_assessed_and_what_is_owed(tmp_path: Path, clock: Any) -> None:
    url = f"sqlite:///{tmp_path / 'rolls.db'}"
    _empty(url)
    with Desk(url, clock) as desk:
        tell_of_rolls_and_pools(desk, clock)
    told_of = told(url, "report", "longgang", "2019-08-10", "--out", str(tmp_path / "reports"))
    assert told_of["figures"]["urban_dibao_standard"] == {
        "entries": 1, "persons": 2, "assessed": 1, "monthly_fen": 55_000, "voted_fen": 100_000_000, "paid_fen": 110_000,
    }  # fmt: skip
    assert sorted(path.suffix for path in (tmp_path / "reports").iterdir()) == [".pdf", ".xlsx"]
    due = CliRunner().invoke(
        main, ["--ledger", url, "obligations", "--overdue", "--as-of", "2019-07-26", "--json"]
    )
    owed = [
        (one["kind"], one["subject"])
        for one in json.loads(due.output)["obligations"]
        if one["kind"].endswith(("uplift", "standards"))
    ]
    days = ("2019-06-10", "2019-06-25", "2019-07-10", "2019-07-25")
    assert owed == [
        ("report_uplift", f"longgang {days[0]}"),
        ("report_uplift", f"longgang {days[1]}"),
        ("publish_standards", "longgang 2019-06-30"),
        ("report_uplift", f"longgang {days[2]}"),
        ("report_uplift", f"longgang {days[3]}"),
    ]
