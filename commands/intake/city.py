"""Taking in what is more than one list: a file of commands, and a whole sample city in the order of its manifest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Protocol

import msgspec

from commands.desk import Desk
from commands.intake.imports import Imported, Intake, Options
from commands.intake.tables import digest
from ledger.dates import SHANGHAI
from ledger.limits import CELL_CHARACTERS_MAX, FILE_ROWS_MAX
from ledger.refusal import LineRefusal, LinesRefused, Refusal


class SettableClock(Protocol):
    """A clock that a sample sets to the day on which each file arrives."""

    now: datetime


class StandingClock:
    """A clock that stands still at ``now`` until it is set; a desk asks it for the moment of recording."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Summary(msgspec.Struct):
    """What a whole directory came to. ``surprises`` are files that came out otherwise than the manifest says."""

    files: int = 0
    rows: int = 0
    accepted: int = 0
    repeated: int = 0
    refused_files: int = 0
    refused: dict[str, int] = msgspec.field(default_factory=dict)
    by_kind: dict[str, int] = msgspec.field(default_factory=dict)
    surprises: list[str] = msgspec.field(default_factory=list)


Progress = Callable[[int, int], None]
"""Told how many files of how many are done."""


def import_commands(desk: Desk, path: Path, clock: SettableClock | None = None) -> Imported:
    """Carries out a file of commands, one JSON object a line: ``{"on": …, "do": …, "actor": …, …}``.

    Every line is a unit of work of its own with a key of its own, so that the same file again does nothing twice; a
    refused line leaves the others as they are. Refuses ``command_line_malformed`` before anything is done.
    """
    lines = _command_lines(path)
    done = Imported("commands", path.name, len(lines), 0, [], [], {})
    key = digest(path)
    for row, content in lines:
        on, command = str(content["on"]), content.pop("do")
        people = {name: str(content.pop(name)) for name in ("actor", "approver") if name in content}
        if clock is not None:
            set_day(clock, date.fromisoformat(on))
        try:
            outcome = desk.do(command, content, key=f"file-commands-{key}-{row}", **people)
        except Refusal as refusal:
            done.refused.append(LineRefusal(row, command, refusal))
            continue
        done.accepted += not outcome.repeated
        done.commit_id = outcome.commit_id
    done.repeated = not done.accepted and len(done.refused) < len(lines)
    return done


def _command_lines(path: Path) -> list[tuple[int, dict[str, Any]]]:
    if not path.is_file():
        raise Refusal("file_missing", file=str(path))
    lines = []
    with path.open("rb") as file:
        for row, line in enumerate(iter(lambda: file.readline(CELL_CHARACTERS_MAX + 1), b""), start=1):
            if row > FILE_ROWS_MAX:
                raise Refusal("rows_too_many", file=path.name, limit=FILE_ROWS_MAX)
            if not line.strip():
                continue
            try:
                content = json.loads(line)
                date.fromisoformat(content["on"])
                str.strip(content["do"])
            except (ValueError, TypeError, KeyError) as error:
                problem = f"{type(error).__name__}: {error}"[:200]
                raise Refusal("command_line_malformed", file=path.name, row=row, problem=problem) from None
            lines.append((row, content))
    return lines


def import_city(
    desk: Desk, directory: Path, clock: SettableClock | None = None, progress: Progress = lambda at, of: None
) -> Summary:
    """Takes a sample city in, file by file in the order of its manifest, each on its day, by the road of everyone.

    ``clock`` is the desk's; it is set to nine in the morning of each day. Refuses ``sample_manifest_missing``.
    """
    manifest = directory / "manifest.json"
    if not manifest.is_file():
        raise Refusal("sample_manifest_missing", directory=str(directory))
    steps = json.loads(manifest.read_text("utf-8"))["steps"]
    intake, summary = Intake(desk), Summary()
    refused: Counter[str] = Counter()
    by_kind: Counter[str] = Counter()
    for at, step in enumerate(steps, start=1):
        codes = _take_step(intake, directory, step, clock, summary)
        refused.update(code for _, code in codes)
        by_kind[step["kind"]] += 1
        expected = [(defect["row"], defect["code"]) for defect in step["defects"]]
        if codes != expected:
            summary.surprises.append(f"{step['file']}: {codes} instead of {expected}")
        progress(at, len(steps))
    summary.refused, summary.by_kind = dict(refused), dict(by_kind)
    return summary


def _take_step(
    intake: Intake, directory: Path, step: dict[str, Any], clock: SettableClock | None, summary: Summary
) -> list[tuple[int, str]]:
    """Takes one file in; returns ``(row, code)`` of what was refused, row 0 for the file as a whole."""
    path, on = directory / step["file"], date.fromisoformat(step["on"])
    summary.files += 1
    summary.rows += step["rows"]
    try:
        if step["kind"] == "commands":
            done = import_commands(intake.desk, path, clock)
        else:
            if clock is not None:
                set_day(clock, on)
            done = intake.take_in(step["kind"], path, Options(on=on))
    except LinesRefused as refusal:
        summary.refused_files += 1
        return [(line.row, line.refusal.code) for line in refusal.lines]
    except Refusal as refusal:
        summary.refused_files += 1
        return [(0, refusal.code)]
    summary.accepted += done.accepted
    summary.repeated += done.repeated
    return [(line.row, line.refusal.code) for line in done.refused]


def set_day(clock: SettableClock, day: date) -> None:
    """Nine in the morning in Shanghai of that day."""
    clock.now = datetime.combine(day, time(9), SHANGHAI)
