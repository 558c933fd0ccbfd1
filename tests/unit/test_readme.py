"""What the README tells people to type is typed here, and what it shows is compared with what comes."""

from __future__ import annotations

import os
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from commands.cli import main

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"<!-- run -->\n```console\n(.*?)```", re.DOTALL)


@pytest.fixture
def shell(tmp_path: Path) -> Path:
    """A folder with the program on its path."""
    program = tmp_path / "bin" / "provident"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c \'from commands.cli import main; main(prog_name="provident")\' "$@"\n'
    )
    program.chmod(0o755)
    return tmp_path


def run(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PROVIDENT_", "LC_"))
    }
    environment |= {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
    }
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_commands_of_the_readme_do_what_it_shows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROVIDENT_LANG", "en")
    assert typed("provident demo --dir demo --employers 6 --employees 400").exit_code == 0
    steps = [step for block in BLOCK.findall((ROOT / name).read_text("utf-8")) for step in _steps(block)]
    assert len(steps) > 20
    for command, exit_code, shown in steps:
        if command.startswith("export "):
            monkeypatch.setenv(*command.removeprefix("export ").split("=", 1))
            continue
        done = typed(command)
        assert done.exit_code == exit_code, f"{command}\n{done.output}"
        assert [line for line in shown if line not in done.output] == [], f"{command}\n{done.output}"


def typed(command: str) -> Result:
    """What a line of the README does, without a shell's start for each: words, and a file to write the answer to."""
    words, _, file = command.partition(" > ")
    program, *rest = shlex.split(words)
    assert program == "provident"
    done = CliRunner().invoke(main, rest)
    if file:
        Path(file).write_text(done.stdout, "utf-8")
    return done


def _steps(block: str) -> list[tuple[str, int, list[str]]]:
    """``(command, exit code, lines that must come)``; another exit code than 0 stands in a comment."""
    steps: list[tuple[str, int, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            command, _, code = line.removeprefix("$ ").partition("# exit ")
            steps.append((command.strip(), int(code or 0), []))
        elif line.strip():
            steps[-1][2].append(line.strip())
    return steps


def test_help_appears_without_reading_the_whole_program(shell: Path) -> None:
    loaded = run(
        shell,
        f"{sys.executable} -X importtime -c 'from commands.cli import main; main([\"--help\"])' 2>&1"
        " | grep -cE 'sqlalchemy|eventsourcing|marshmallow|alembic|rich|commands.handlers' || true",
    )
    assert loaded.stdout.strip() == "0"


def test_completion_is_offered_to_the_shell(shell: Path) -> None:
    offered = run(
        shell, "COMP_WORDS='provident acc' COMP_CWORD=1 _PROVIDENT_COMPLETE=bash_complete provident"
    )
    assert offered.stdout.strip() == "plain,account"


def test_a_refusal_and_a_failed_verification_reach_the_shell_as_exit_codes(shell: Path) -> None:
    assert run(shell, "provident init && provident account show A1").returncode == 3
    assert run(shell, "provident account").returncode == 2
    with sqlite3.connect(shell / "provident.db") as connection:
        connection.execute("INSERT INTO idempotency VALUES ('K1', 'a request that no commit knows', 1)")
    connection.close()
    assert run(shell, "provident verify").returncode == 4
