"""Whether a document is genuine, altered or superseded (真伪核验): by the digest of a file, or by the code printed on it.

Only whole files count: what is appended to a PDF can change what it shows, so signed copies are on record themselves.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from ledger.streams import statement as statements
from ledger.streams.statement import Edition, Statement, Superseded
from projections.documents.reference import Reference, code_of, parse_reference
from projections.documents.rendering import digest_of
from projections.registers import REGISTERS
from projections.views.statements import AccountHistory, read_streams

GENUINE: Final = ("genuine", "superseded")
_CLAIM: Final = re.compile(
    rb"\b(\d{4})/([A-Za-z0-9._-]+)(?:/[A-Za-z0-9._-]+)?/(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}\b"
)
_NAME: Final = re.compile(r"([A-Za-z0-9._-]+?)-(\d{4})(?:-v(\d+))?-(?:statement|employees|movements)\b")
_CLAIM_BYTES: Final = 4 * 1024 * 1024
_TO_THE_END: Final = 2**62


class Verdict(NamedTuple):
    """What a document is. ``status``: ``genuine``, ``superseded``, ``altered``, ``unknown``.

    ``newest`` is the edition that stands now, ``why`` what superseded this one; ``expected`` the digest on record.
    """

    status: str
    year: int = 0
    employer: str = ""
    edition: int = 0
    newest: int = 0
    file: str = ""
    expected: str = ""
    signed: bool = False
    why: Superseded | None = None

    def as_json(self) -> dict[str, Any]:
        return {**self._asdict(), "why": msgspec.to_builtins(self.why) if self.why else None}


def verify_file(connection: Connection, path: Path) -> Verdict:
    """A file by its digest; one that is not on record is altered if it says which statement it is."""
    digest, _ = digest_of(path)
    table = REGISTERS["statement"].table
    asked = select(table).where(table.c.editions.contains(digest, autoescape=True))
    for row in connection.execute(asked):
        state: Statement = REGISTERS["statement"].state_of(row)
        found = statements.find_digest(state, digest)
        if found:
            return _standing(connection, state, found[0], found[1])
    claimed = _claimed(connection, path)
    if claimed is None:
        return Verdict("unknown")
    state, number = claimed
    return _altered(state, number, path)


def _standing(connection: Connection, state: Statement, edition: Edition, name: str) -> Verdict:
    newest = state.editions[-1].number
    status = "genuine" if edition.number == newest else "superseded"
    why = _superseding(connection, state, edition.number) if status == "superseded" else None
    signed = bool(name) and name not in edition.files
    return Verdict(status, state.year, state.employer, edition.number, newest, name, "", signed, why)


def _superseding(connection: Connection, state: Statement, edition: int) -> Superseded | None:
    stream = statements.STATEMENTS.id(statements.key(state.year, state.employer))
    for _, events in read_streams(connection, [stream], _TO_THE_END):
        for one in events:
            if isinstance(one.body, Superseded) and one.body.edition == edition:
                return one.body
    return None


def _altered(state: Statement, number: int, path: Path) -> Verdict:
    edition = next((one for one in state.editions if one.number == number), state.editions[-1])
    expected = edition.files.get(path.name)
    return Verdict(
        "altered",
        state.year,
        state.employer,
        edition.number,
        state.editions[-1].number,
        path.name if expected else "",
        expected.sha256 if expected else "",
    )


def _claimed(connection: Connection, path: Path) -> tuple[Statement, int] | None:
    """The statement that a file says it is, in its metadata or by its name, and the edition (0 if it does not say)."""
    for text in _texts(path):
        for found in _CLAIM.finditer(text):
            reference = found.group().decode()
            state = _statement(connection, int(found[1]), found[2].decode())
            if state:
                numbers = [one.number for one in state.editions if code_of(one.content.encode()) in reference]
                return state, (numbers or [0])[0]
    named = _NAME.match(path.name)
    if named and (state := _statement(connection, int(named[2]), named[1])):
        return state, int(named[3] or 1)
    return None


def _texts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        content = file.read(_CLAIM_BYTES)
        file.seek(max(path.stat().st_size - _CLAIM_BYTES, 0))
        end = file.read(_CLAIM_BYTES)
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(path) as archive:
                yield archive.read("docProps/core.xml")
        except (zipfile.BadZipFile, KeyError, OSError, ValueError):
            return
    else:
        yield content
        yield end


def _statement(connection: Connection, year: int, employer: str) -> Statement | None:
    key = statements.key(year, employer)
    found = REGISTERS["statement"].read(connection, [key])
    return found[key][1] if key in found else None


def verify_code(connection: Connection, text: str) -> Verdict:
    """A statement by its printed code, computed again from the events; refuses ``reference_malformed``."""
    reference = parse_reference(text)
    state = _statement(connection, reference.year, reference.employer)
    if state is None:
        return Verdict("unknown", reference.year, reference.employer)
    for edition in reversed(state.editions):
        if _code(connection, reference, edition) == reference.code:
            return _standing(connection, state, edition, "")
    newest = state.editions[-1].number
    return Verdict("altered", reference.year, reference.employer, 0, newest)


def _code(connection: Connection, reference: Reference, edition: Edition) -> str:
    if not reference.account:
        return code_of(edition.content.encode())
    stream = f"account-{reference.account}"
    for _, events in read_streams(connection, [stream], edition.known_through):
        year = AccountHistory(reference.account, events, reference.year).year()
        return code_of(msgspec.json.encode(year))
    return ""
