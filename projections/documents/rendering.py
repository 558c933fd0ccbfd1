"""The files of one statement: which there are, and how they are made; what is there with the right digest is left alone.

``E001/E001-2020-statement.pdf`` and the like: no personal data stands in a name. A later edition has its number in the
name and stands beside the earlier one. Large employers have files in parts, so that memory stays bounded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import file_digest
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.refusal import Refusal
from ledger.streams.statement import FileDigest
from projections.documents import tables
from projections.documents.press import set_pdf, template_id
from projections.documents.statement_pages import (
    LIST_PAGES_IN_A_PART,
    LIST_ROWS,
    Cover,
    Names,
    Part,
    employees_data,
    employer_data,
    parts_of,
)
from projections.views.employer_statement import Restatement, SpoolLine, read_spool

FORMATS: Final = ("pdf", "xlsx", "csv", "json")
EMPLOYEES_IN_A_PART: Final = 100
"""Pages that are set at once: what bounds the memory of the typesetter."""

_TEMPLATES: Final = {("statement", "pdf"): "employer", ("employees", "pdf"): "employees"}


class Made(NamedTuple):
    """A file of a statement: its name, its digest, and whether it had been there before."""

    name: str
    digest: FileDigest
    kept: bool


class Rendering:
    """Makes the files of one edition in a folder. ``known`` are the digests recorded for it, by name."""

    def __init__(
        self,
        cover: Cover,
        spool: Path,
        names: Names,
        restatement: Restatement | None,
        folder: Path,
        known: Mapping[str, FileDigest],
    ) -> None:
        self.cover, self.spool, self.names, self.restatement = cover, spool, names, restatement
        self.folder, self.known = folder / cover.statement.employer, known
        self.folder.mkdir(parents=True, exist_ok=True)

    def make(self, formats: Sequence[str]) -> Iterator[Made]:
        """Every file of the formats, one after the other; refuses ``statement_renders_differently``."""
        if "pdf" in formats:
            yield from self._employer_pdf()
            yield from self._employees_pdf()
        if "xlsx" in formats:
            yield self._file("statement", "xlsx", self._write_xlsx)
        if "csv" in formats:
            yield self._file("employees", "csv", self._write_employees)
            yield self._file("movements", "csv", self._write_movements)
        if "json" in formats:
            yield self._file("statement", "json", self._write_json)

    def _lines(self) -> Iterator[SpoolLine]:
        return read_spool(self.spool)

    def _employer_pdf(self) -> Iterator[Made]:
        rows, last = self._lines(), self.cover.statement.last
        for part in parts_of(self.cover.statement.rows, self.restatement is not None):
            # The line of totals takes the last place of the last part.
            some = [line.row for line in islice(rows, LIST_ROWS * LIST_PAGES_IN_A_PART)]

            def write(path: Path, some: Sequence[Any] = some, part: Part = part) -> None:
                data = employer_data(self.cover, some, self.names, self.restatement, part)
                path.write_bytes(set_pdf("employer", data, last))

            yield self._file("statement", "pdf", write, part.number if part.parts > 1 else 0)

    def _employees_pdf(self) -> Iterator[Made]:
        pages = (line for line in self._lines() if line.year is not None)
        number, last = 1, self.cover.statement.last
        many = self.cover.statement.pages > EMPLOYEES_IN_A_PART
        while some := list(islice(pages, EMPLOYEES_IN_A_PART)):

            def write(path: Path, some: Sequence[SpoolLine] = some) -> None:
                data = employees_data(self.cover, some, self.names)
                path.write_bytes(set_pdf("employees", data, last))

            yield self._file("employees", "pdf", write, number if many else 0)
            number += 1

    def _write_xlsx(self, path: Path) -> None:
        tables.write_xlsx(path, self.cover, self._lines, self.names, self.restatement)

    def _write_employees(self, path: Path) -> None:
        tables.write_csv(path, tables.EMPLOYEES_HEAD, tables.employee_rows(self._lines(), self.names))

    def _write_movements(self, path: Path) -> None:
        tables.write_csv(path, tables.MOVEMENTS_HEAD, tables.movement_rows(self._lines()))

    def _write_json(self, path: Path) -> None:
        tables.write_json(path, self.cover, self._lines(), self.names, self.restatement)

    def _file(self, kind: str, extension: str, write: Callable[[Path], None], part: int = 0) -> Made:
        statement, edition = self.cover.statement, self.cover.edition
        name = f"{statement.employer}-{statement.year}"
        name += f"-v{edition}" if edition > 1 else ""
        name += f"-{kind}" + (f"-{part:04d}" if part else "") + f".{extension}"
        path, recorded = self.folder / name, self.known.get(name)
        if recorded and path.is_file() and digest_of(path)[0] == recorded.sha256:
            return Made(name, recorded, True)
        # Written under another name first, so that what bears the name is whole.
        partial = path.with_name(f".{name}.{os.getpid()}")
        try:
            write(partial)
            sha256, length = digest_of(partial)
            made = FileDigest(sha256, length, template_id(_TEMPLATES.get((kind, extension), "tables")))
            if recorded and recorded.sha256 != sha256:
                raise Refusal(
                    "statement_renders_differently",
                    employer=statement.employer,
                    year=statement.year,
                    edition=edition,
                    file=name,
                    template=recorded.template,
                    template_now=made.template,
                )
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
        return Made(name, recorded or made, False)


def digest_of(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file and its length in bytes."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest(), path.stat().st_size
