"""The files of an edition of the annual report: PDF to publish, XLSX to work with, JSON for programs.

``2019-annual-report.pdf`` and the like; a later edition has its number in the name and stands beside the earlier one.
The bytes depend on the content alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from ledger.refusal import Refusal
from ledger.streams.statement import FileDigest
from projections.documents.press import set_pdf, template_id
from projections.documents.rendering import Made, digest_of
from projections.documents.report_pages import Issue, report_data
from projections.documents.report_tables import write_xlsx
from projections.views.annual_report import AnnualReport

FORMATS: Final = ("pdf", "xlsx", "json")


def make(issue: Issue, formats: Sequence[str], folder: Path, known: Mapping[str, FileDigest]) -> list[Made]:
    """The files of the formats; what is there with its recorded digest is left alone.

    Refuses ``report_renders_differently``.
    """
    return [_file(issue, one, folder, known) for one in formats]


def _file(issue: Issue, extension: str, folder: Path, known: Mapping[str, FileDigest]) -> Made:
    name = f"{issue.name}.{extension}"
    path, recorded = folder / name, known.get(name)
    if recorded and path.is_file() and digest_of(path)[0] == recorded.sha256:
        return Made(name, recorded, True)
    partial = path.with_name(f".{name}.{os.getpid()}")
    try:
        _WRITERS[extension](issue, partial)
        sha256, length = digest_of(partial)
        made = FileDigest(sha256, length, template_id("report" if extension == "pdf" else "tables"))
        if recorded and recorded.sha256 != sha256:
            raise Refusal(
                "report_renders_differently",
                year=issue.report.year,
                file=name,
                template=recorded.template,
                template_now=made.template,
            )
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return Made(name, recorded or made, False)


def as_json(report: AnnualReport) -> dict[str, Any]:
    """Everything that a report says, with its identities; amounts are integer fen."""
    told: dict[str, Any] = msgspec.to_builtins(report)
    return told | {
        "content": report.content,
        "missing": report.missing(),
        "identities": [
            {
                "identity": one.identity.id,
                "zh": one.identity.zh,
                "en": one.identity.en,
                "status": one.status,
                "printed": _text(one.printed),
                "computed": _text(one.computed),
                "missing": one.missing,
            }
            for one in report.checked()
        ],
    }


def _text(value: Any) -> str | None:
    return None if value is None else f"{value:f}"


def _write_json(issue: Issue, path: Path) -> None:
    told = as_json(issue.report) | {"edition": issue.edition, "before": issue.before}
    path.write_bytes(msgspec.json.format(msgspec.json.encode(told, order="sorted"), indent=1) + b"\n")


def _write_pdf(issue: Issue, path: Path) -> None:
    path.write_bytes(set_pdf("report", report_data(issue), issue.last))


_WRITERS: Final[dict[str, Callable[[Issue, Path], None]]] = {
    "pdf": _write_pdf,
    "xlsx": write_xlsx,
    "json": _write_json,
}
