"""Rows of text from the files that payroll offices send: CSV in UTF-8 or GB18030, and XLSX.

A file must be what its name says. Nothing is guessed: the encoding is proved over the whole file, a formula is
refused wherever it stands, and a file is read as a stream, so that its size does not matter to memory.
"""

from __future__ import annotations

import codecs
import csv
import re
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, TextIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from ledger.limits import CELL_CHARACTERS_MAX, FILE_BYTES_MAX, FILE_ROWS_MAX, SHEET_BYTES_MAX
from ledger.refusal import Refusal

Row = tuple[int, list[str]]
"""``(number, cells)``: rows count from 1 as a spreadsheet shows them."""

_BLOCK_BYTES: Final = 1024**2
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_KINDS: Final = {".csv": "CSV", ".txt": "CSV", ".xlsx": "XLSX"}
_FOUND: Final = {_ZIP: "XLSX", _OLE: "XLS", _PDF: "PDF"}
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s>/]")
_CELL: Final = re.compile(rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]+[0-9]+)"')


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file's list (an XLSX's first sheet), as text, as they stand there.

    Refuses a file that is missing, empty, too large, damaged, of an unknown kind or encoding, or not what its name
    says; more rows than ``FILE_ROWS_MAX``; and ``formula_in_cell``.
    """
    rows = _csv_rows(path) if _kind(path) == "CSV" else _xlsx_rows(path)
    for number, cells in enumerate(rows, start=1):
        if number > FILE_ROWS_MAX:
            raise Refusal("rows_too_many", file=path.name, limit=FILE_ROWS_MAX)
        yield number, cells


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes: what makes the same file one booking. Refuses ``file_missing``."""
    if not path.is_file():
        raise Refusal("file_missing", file=str(path))
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            found.update(block)
    return found.hexdigest()


def _kind(path: Path) -> str:
    if not path.is_file():
        raise Refusal("file_missing", file=str(path))
    size = path.stat().st_size
    if not size:
        raise Refusal("file_empty", file=path.name)
    if size > FILE_BYTES_MAX:
        raise Refusal("file_too_large", file=path.name, bytes=size, limit=FILE_BYTES_MAX)
    said = _KINDS.get(path.suffix.lower())
    if said is None:
        raise Refusal("file_kind_unknown", file=path.name)
    with path.open("rb") as file:
        found = _FOUND.get(file.read(4), "CSV")
    if found != said:
        text = found if found != "CSV" else "text"
        raise Refusal("file_not_what_it_says", file=path.name, said=said, found=text)
    return said


# ---------------------------------------------------------------- CSV


def _csv_rows(path: Path) -> Iterator[list[str]]:
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = _delimiter(file)
        file.seek(0)
        rows = csv.reader(_lines(file, path.name), delimiter=delimiter, strict=True)
        number = 0
        try:
            for number, cells in enumerate(rows, start=1):
                for column, cell in enumerate(cells):
                    if cell[:1] == "=":
                        raise Refusal("formula_in_cell", file=path.name, cell=cell_name(number, column))
                yield cells
        except csv.Error as error:
            raise Refusal("csv_malformed", file=path.name, row=number + 1, problem=str(error)) from None


def encoding_of(path: Path) -> str:
    """``utf-8-sig`` or ``gb18030``, proved over every byte; refuses ``encoding_unknown``, NUL bytes included."""
    for name in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK_BYTES):
                    if b"\0" in block:
                        raise Refusal("encoding_unknown", file=path.name)
                    decoder.decode(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return name
    raise Refusal("encoding_unknown", file=path.name)


def _delimiter(file: TextIO) -> str:
    """The delimiter that cuts the first lines into most cells; a comma when none does."""
    head = file.read(4096)
    return max(",\t;", key=head.count)


def _lines(file: TextIO, name: str) -> Iterator[str]:
    """Lines of bounded length: a file without line ends must not be read into memory whole."""
    for number, line in enumerate(iter(lambda: file.readline(CELL_CHARACTERS_MAX + 1), ""), start=1):
        if len(line) > CELL_CHARACTERS_MAX:
            problem = f"more than {CELL_CHARACTERS_MAX} characters in one line"
            raise Refusal("csv_malformed", file=name, row=number, problem=problem)
        yield line


def cell_name(row: int, column: int) -> str:
    """A cell as a spreadsheet names it: row 5, column 0 is ``A5``."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


# ---------------------------------------------------------------- XLSX


def _xlsx_rows(path: Path) -> Iterator[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    _examine(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            for cells in book.get_sheet_by_index(0).iter_rows():
                yield [cell if type(cell) is str else _text_of(cell) for cell in cells]
    except CalamineError:
        raise Refusal("file_damaged", file=path.name) from None


def _text_of(cell: object) -> str:
    """A cell as people see it: numbers with the 15 digits that spreadsheets keep, days in ISO form."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _examine(path: Path) -> None:
    """Unpacks every part once, piece by piece: checksums, real size, and formulas, before the whole is read."""
    try:
        with ZipFile(path) as archive:
            parts = [part for part in archive.infolist() if part.filename.startswith("xl/")]
            if not parts:
                raise Refusal("file_not_what_it_says", file=path.name, said="XLSX", found="ZIP")
            if sum(part.file_size for part in archive.infolist()) > SHEET_BYTES_MAX:
                raise Refusal("sheet_too_large", file=path.name, limit=SHEET_BYTES_MAX)
            for part in parts:
                _examine_part(path, archive, part)
    except (BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise Refusal("file_damaged", file=path.name) from None


def _examine_part(path: Path, archive: ZipFile, part: ZipInfo) -> None:
    is_sheet = part.filename.startswith("xl/worksheets/")
    tail = b""
    with archive.open(part) as content:
        while block := content.read(_BLOCK_BYTES):
            window = tail + block
            found = _FORMULA.search(window) if is_sheet else None
            if found:
                cells = _CELL.findall(window, 0, found.start())
                cell = cells[-1].decode() if cells else "?"
                raise Refusal("formula_in_cell", file=path.name, cell=cell)
            tail = window[-CELL_CHARACTERS_MAX:] if is_sheet else b""
