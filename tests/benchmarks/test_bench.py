"""The figures can be taken: the smallest run of the command, and what it says where there is nothing to run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import commands
from commands.cli.bench import NAMES, bench
from tests.benchmarks.running import BENCHMARKS


def test_a_small_run_gives_figures_and_the_machine_as_json() -> None:
    done = CliRunner().invoke(bench, ["single", "--small", "--database", "sqlite", "--json"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["machine"]["cores"]
    assert [figure["what"].rpartition(": ")[2] for figure in answer["figures"]] == ["p50", "p99"] * 2
    assert all(figure["value"] > 0 for figure in answer["figures"])
    assert [figure["ratio"] is None for figure in answer["figures"]] == [True, True, False, False]


def test_every_benchmark_can_be_asked_for_by_its_name() -> None:
    assert set(NAMES) == set(BENCHMARKS)


def test_without_the_source_the_command_says_where_the_benchmarks_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "__file__", str(tmp_path / "commands" / "__init__.py"))
    done = CliRunner().invoke(bench, ["--small"], env={"PROVIDENT_LANG": "en"})
    assert done.exit_code == 2
    assert "run make bench in a checkout" in done.output
