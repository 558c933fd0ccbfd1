"""A whole run over a roll: list after list, each under its own key, from where it had come to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from commands.desk import Desk
from commands.handlers.roll_runs import told
from ledger.streams import rollrun as runs
from projections.registers import REGISTERS

Told = Callable[[int], None]
"""Told how many entries have been done."""


def pay(
    desk: Desk,
    programme: str,
    area: str,
    month: str,
    on: date,
    *,
    actor: str,
    approver: str,
    chunk: int | None = None,
    tell: Told | None = None,
) -> dict[str, Any]:
    """Pays a roll's month to its end; one that is paid already is left alone, without a commit."""
    run = runs.key(programme, area, month)
    content = {"programme": programme, "area": area, "month": month, "on": on, "chunk": chunk}
    return _run(desk, run, "pay_roll", content, actor, approver, tell)


def assess(
    desk: Desk,
    programme: str,
    area: str,
    month: str,
    on: date,
    *,
    actor: str,
    chunk: int | None = None,
    tell: Told | None = None,
) -> dict[str, Any]:
    """Assesses a whole roll from a month on; the assessment of the same day is left alone."""
    run = runs.key(programme, area, month, on.isoformat())
    content = {"programme": programme, "area": area, "month": month, "on": on, "chunk": chunk}
    return _run(desk, run, "assess_roll", content, actor, "", tell)


def _run(
    desk: Desk, run: str, command: str, content: dict[str, Any], actor: str, approver: str, tell: Told | None
) -> dict[str, Any]:
    state = run_state(desk, run)
    while state.status != "finished":
        number = state.lists + 1
        key = f"{command}-{run}-{number:05d}"
        desk.do(command, {**content, "number": number}, actor=actor, approver=approver, key=key)
        state = run_state(desk, run)
        if tell:
            tell(state.entries)
    return told(run, state)


def run_state(desk: Desk, run: str) -> runs.RollRun:
    """How far a run has come."""
    with desk.ledger.database.reading() as connection:
        found = REGISTERS["rollrun"].read(connection, [run])
    state: runs.RollRun = found[run][1] if run in found else runs.RollRun()
    return state
