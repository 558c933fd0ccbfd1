"""Whether an annual report is the one on record: by the digest of a file, or by the code printed on it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, select

from ledger.streams import report as reports
from projections.documents.genuine import Verdict
from projections.documents.reference import Reference, code_of
from projections.documents.rendering import digest_of
from projections.documents.report_pages import REPORT
from projections.registers import REGISTERS


def verify_report_file(connection: Connection, path: Path) -> Verdict:
    """A file by its digest; one that bears the name of a recorded file and other bytes was altered."""
    digest, _ = digest_of(path)
    named = Verdict("unknown")
    register = REGISTERS["report"]
    for row in connection.execute(select(register.table)):
        state: reports.Report = register.state_of(row)
        for edition in state.editions:
            for name, known in edition.files.items():
                if known.sha256 == digest:
                    return _standing(row[0], state, edition, name)
                if name == path.name:
                    newest = state.editions[-1].number
                    named = Verdict(
                        "altered", int(row[0]), REPORT, edition.number, newest, name, known.sha256
                    )
    return named


def verify_report_code(connection: Connection, reference: Reference) -> Verdict:
    """A report by its printed code, which is the hash of its content."""
    key = reports.key(reference.year)
    found = REGISTERS["report"].read(connection, [key])
    if key not in found:
        return Verdict("unknown", reference.year, REPORT)
    state: reports.Report = found[key][1]
    for edition in state.editions:
        if code_of(edition.content.encode()) == reference.code:
            return _standing(key, state, edition, "")
    return Verdict("altered", reference.year, REPORT, 0, state.editions[-1].number)


def _standing(key: str, state: reports.Report, edition: reports.Edition, name: str) -> Verdict:
    """What is published stands; a draft is genuine as a draft, until an edition after it is published."""
    newest = state.editions[-1].number
    status = "superseded" if edition.status == "superseded" else "genuine"
    return Verdict(status, int(key), REPORT, edition.number, newest, name)
