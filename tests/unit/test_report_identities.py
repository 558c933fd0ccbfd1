"""The identity checker over published reports, typed in as they were printed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from commands.cli import main
from projections.views.report_identities import check

REPORTS = sorted((Path(__file__).parent / "data" / "annual-reports").glob("*.yaml"))


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def statuses(figures: dict[str, str]) -> dict[str, str]:
    return {
        one.identity.id: one.status for one in check({name: Decimal(text) for name, text in figures.items()})
    }


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_published_report_is_judged_as_its_figures_are(path: Path) -> None:
    report = load(path)
    found = statuses(report["figures"])
    assert {name: found[name] for name in report["expected"]} == report["expected"]


def test_the_difference_of_a_restated_total_is_said_to_the_digit() -> None:
    figures = {name: Decimal(text) for name, text in load(REPORTS[1])["figures"].items()}
    (roll,) = [one for one in check(figures) if one.identity.id == "balance_roll"]
    assert roll.difference == Decimal("9.66")


def test_a_restatement_that_is_stated_makes_the_balance_roll_hold() -> None:
    figures = load(REPORTS[1])["figures"] | {"restatement": "9.66"}
    assert statuses(figures)["balance_roll"] == "holds"


def test_one_unit_in_the_last_place_of_a_whole_report_is_found() -> None:
    figures = load(next(path for path in REPORTS if path.stem.startswith("tacheng")))["figures"]
    assert statuses(figures | {"income_loans": "11146.04"})["income"] == "differs"


def test_an_identity_whose_figures_are_not_printed_is_incomplete_and_names_them() -> None:
    (first,) = [one for one in check({"gain": Decimal(1), "income": Decimal(2)}) if one.identity.id == "gain"]
    assert (first.status, first.missing) == ("incomplete", ("expense",))


def test_the_command_line_says_what_does_not_add_up_and_ends_with_code_four() -> None:
    nation, tacheng = (
        next(str(path) for path in REPORTS if path.stem.startswith(name))
        for name in ("nation-2019", "tacheng")
    )
    differs = CliRunner().invoke(main, ["year", "check-report", nation])
    assert differs.exit_code == 4
    assert "9.66" in differs.output
    assert CliRunner().invoke(main, ["year", "check-report", tacheng, "--json"]).exit_code == 0
