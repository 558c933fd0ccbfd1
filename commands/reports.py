"""The annual report from the events to its files (出年度报告): drafted, computed again, set and recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from commands.desk import Desk
from ledger.refusal import Refusal
from ledger.streams import report as reports
from ledger.streams.statement import FileDigest
from projections.documents.report_files import FORMATS, make
from projections.documents.report_pages import Issue
from projections.registers import REGISTERS
from projections.views.annual_report import annual_report


def produce_report(
    desk: Desk,
    year: int,
    folder: Path,
    on: date,
    formats: Sequence[str] = FORMATS,
    *,
    edition: int | None = None,
    actor: str = "clerk",
) -> dict[str, Any]:
    """Drafts the report where it says something new, and makes the files of its newest edition, or of one of before.

    Refuses ``report_year_not_over``, ``report_not_drafted`` and ``report_renders_differently``.
    """
    if edition is None:
        desk.do("draft_report", {"on": on, "year": year}, actor=actor)
    state = report_state(desk, year)
    number = edition or state.editions[-1].number
    chosen = next((one for one in state.editions if one.number == number), None)
    if chosen is None:
        raise Refusal("report_not_drafted", year=year, status=f"v{number}")
    before = next((one.figures for one in reversed(state.editions) if one.number < number), None)
    with desk.ledger.database.reading() as connection:
        found = annual_report(connection, desk.present_book(), year, chosen.known_through)
    if found.content != chosen.content:
        raise Refusal(
            "report_figures_differ",
            year=year,
            edition=number,
            figures=", ".join(reports.changes(chosen.figures, found.figures)) or found.content[:16],
        )
    made = make(Issue(found, number, before), formats, folder, chosen.files)
    _record(desk, year, chosen, {one.name: one.digest for one in made}, on, actor)
    return {
        "year": year,
        "edition": number,
        "status": chosen.status,
        "content": chosen.content,
        "known_through": chosen.known_through,
        "files": {one.name: one.digest.sha256 for one in made},
        "kept": sum(one.kept for one in made),
        "missing": list(chosen.missing),
        "broken": list(chosen.broken),
    }


def _record(
    desk: Desk,
    year: int,
    edition: reports.Edition,
    files: dict[str, FileDigest],
    on: date,
    actor: str,
) -> None:
    new = {name: msgspec.to_builtins(one) for name, one in files.items() if name not in edition.files}
    if not new:
        return
    content = {
        "on": on.isoformat(),
        "year": year,
        "edition": edition.number,
        "content": edition.content,
        "files": new,
    }
    key = f"report-{year}-{sha256(msgspec.json.encode(content, order='sorted')).hexdigest()[:32]}"
    desk.do("record_report_files", content, actor=actor, key=key)


def report_state(desk: Desk, year: int) -> reports.Report:
    """How far the report of a year has come."""
    key = reports.key(year)
    with desk.ledger.database.reading() as connection:
        found = REGISTERS["report"].read(connection, [key])
    state: reports.Report = found[key][1] if key in found else reports.Report()
    return state
