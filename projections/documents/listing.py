"""Lists that an office prints, signs and sends (清册、公示名单、报表): PDF, XLSX and CSV from one content.

The bytes depend on the content alone. The code on every page is the hash of the content, not of the file, so that two
copies, or a copy and the ledger, can be compared. A long list has files in parts, so that memory stays bounded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import msgspec
import xlsxwriter

from ledger.money import format_fen
from ledger.money_words import in_words
from projections.documents.press import set_pdf, settable
from projections.documents.reference import code_of
from projections.documents.tables import write_csv, yuan

FORMATS: Final = ("pdf", "xlsx", "csv")
ROWS_IN_A_PART: Final = 3_000
"""Rows that are set at once: about 100 pages, what bounds the memory of the typesetter."""

Fill = Callable[[Path], object]
"""Writes a file at a path."""

Both = tuple[str, str]
"""A text in Chinese and English."""


class Column(NamedTuple):
    """A column: its heading, what stands in it (a ``figure`` is text on the right), its width (``1fr``, ``24mm``)."""

    zh: str
    en: str
    kind: Literal["text", "figure", "fen", "number"] = "text"
    width: str = "1fr"


class Listing(msgspec.Struct, frozen=True):
    """A list: what it is, whose, of when, its rows and their sum.

    Cells are text, whole numbers, or fen by their column; ``None`` is an empty cell. ``totals`` is a row of the same
    columns; ``sum`` is the amount that stands large at the head, with its words.
    """

    name: str
    title: Both
    issuer: Both
    period: str
    dated: date
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    facts: tuple[tuple[str, str, str], ...] = ()
    totals: tuple[Any, ...] = ()
    sum: tuple[str, str, int] | None = None
    notes: tuple[str, ...] = ()
    signatures: tuple[Both, ...] = ()
    wide: bool = True

    @property
    def code(self) -> str:
        """The code that is printed on every page: the hash of the content."""
        return code_of(msgspec.json.encode(self))


def write(listing: Listing, formats: Sequence[str], folder: Path) -> list[Path]:
    """The files of the formats. A file is there whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for one in formats:
        if one == "pdf":
            made += [_whole(folder / name, fill) for name, fill in _pdf_parts(listing)]
        elif one == "xlsx":
            made.append(_whole(folder / f"{listing.name}.xlsx", lambda path: write_workbook(listing, path)))
        else:
            made.append(_whole(folder / f"{listing.name}.csv", lambda path: _write_text(listing, path)))
    return made


def _whole(path: Path, fill: Fill) -> Path:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fill(unfinished)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


# ---------------------------------------------------------------- PDF


def _pdf_parts(listing: Listing) -> Iterator[tuple[str, Fill]]:
    """The name of each part, and what sets it."""
    parts = max(1, -(-len(listing.rows) // ROWS_IN_A_PART))
    for number in range(parts):
        name = listing.name if parts == 1 else f"{listing.name}-{number + 1}of{parts}"
        yield f"{name}.pdf", partial(_set_part, listing, number, parts)


def _set_part(listing: Listing, number: int, parts: int, path: Path) -> None:
    path.write_bytes(set_pdf("listing", _data(listing, number, parts), listing.dated))


def _data(listing: Listing, number: int, parts: int) -> dict[str, Any]:
    """What the template sets: every figure as text. The sum's words and the signatures stand where they belong."""
    start = number * ROWS_IN_A_PART
    rows = listing.rows[start : start + ROWS_IN_A_PART]
    is_last = number == parts - 1
    return {
        "title": _both(listing.title),
        "issuer": _both(listing.issuer),
        "period": settable(listing.period),
        "dated": listing.dated.isoformat(),
        "reference": f"{listing.name}/{listing.code}",
        "code": listing.code,
        "part": f"第 {number + 1} 份，共 {parts} 份" if parts > 1 else "",
        "wide": listing.wide,
        "facts": [{"zh": zh, "en": en, "value": settable(value)} for zh, en, value in listing.facts],
        "sum": _sum(listing),
        "widths": [one.width for one in listing.columns],
        "sides": ["left" if one.kind == "text" else "right" for one in listing.columns],
        "heads": [{"zh": one.zh, "en": one.en} for one in listing.columns],
        "rows": [_printed(listing, row) for row in rows],
        "totals": _printed(listing, listing.totals) if is_last and listing.totals else [],
        "notes": [settable(note) for note in listing.notes] if is_last else [],
        "signatures": [_both(one) for one in listing.signatures] if is_last else [],
    }


def _both(text: Both) -> dict[str, str]:
    return {"zh": settable(text[0]), "en": settable(text[1])}


def _sum(listing: Listing) -> dict[str, str] | None:
    if listing.sum is None:
        return None
    zh, en, fen = listing.sum
    return {"zh": zh, "en": en, "amount": format_fen(fen), "words": in_words(fen) if fen >= 0 else ""}


def _printed(listing: Listing, row: Sequence[Any]) -> list[str]:
    return [_cell(one, cell) for one, cell in zip(listing.columns, row, strict=True)]


def _cell(column: Column, cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int):
        return format_fen(cell) if column.kind == "fen" else f"{cell:,}"
    return settable(str(cell))


# ---------------------------------------------------------------- XLSX and CSV


def write_workbook(listing: Listing, path: Path) -> None:
    """One sheet: the head above, the table with its header frozen, its totals, remarks; set up to be printed."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties(
            {
                "title": listing.title[0],
                "comments": f"provident:{listing.name}/{listing.code}",
                "created": datetime.combine(listing.dated, time()),
            }
        )
        sheet = book.add_worksheet(listing.title[0][:31])
        if listing.wide:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L" + listing.code + "&R第 &P 页 共 &N 页")
        for place, column in enumerate(listing.columns):
            sheet.set_column(place, place, _characters(column))
        _fill(book, sheet, listing)


def _characters(column: Column) -> int:
    """The width of a column in characters: two for each Chinese one of its heading, and room for what stands in it."""
    millimetres = int(column.width.removesuffix("mm")) if column.width.endswith("mm") else 40
    return max(len(column.zh) * 2 + 2, millimetres // 2, 6)


def _fill(book: Any, sheet: Any, listing: Listing) -> None:
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF4F5", "text_wrap": True}),
        "fen": book.add_format({"num_format": "#,##0.00"}),
        "total": book.add_format({"bold": True, "top": 1}),
        "total_fen": book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00"}),
    }
    sheet.write_string(0, 0, listing.title[0], formats["title"])
    said = [listing.issuer[0], listing.period, *(f"{zh}：{value}" for zh, _, value in listing.facts)]
    sheet.write_string(1, 0, "　".join(one for one in said if one))
    place = 2
    if listing.sum is not None and listing.sum[2] >= 0:
        zh, _, fen = listing.sum
        sheet.write_string(place, 0, f"{zh}：{format_fen(fen)} 元（{in_words(fen)}）")
    place += 1
    for column, one in enumerate(listing.columns):
        sheet.write_string(place, column, one.zh, formats["head"])
    sheet.repeat_rows(place)
    sheet.freeze_panes(place + 1, 0)
    for place, row in enumerate(listing.rows, start=place + 1):  # noqa: B020
        _write_cells(sheet, place, listing.columns, row, None, formats["fen"])
    if listing.totals:
        place += 1
        _write_cells(sheet, place, listing.columns, listing.totals, formats["total"], formats["total_fen"])
    for place, note in enumerate(listing.notes, start=place + 2):  # noqa: B020
        sheet.write_string(place, 0, note)
    if listing.signatures:
        sheet.write_string(place + 2, 0, "　　　　".join(f"{zh}：________" for zh, _ in listing.signatures))


def _write_cells(
    sheet: Any, place: int, columns: Sequence[Column], row: Sequence[Any], plain: Any, money: Any
) -> None:
    for number, (column, cell) in enumerate(zip(columns, row, strict=True)):
        if isinstance(cell, int) and column.kind == "fen":
            sheet.write_number(place, number, yuan(cell), money)
        elif isinstance(cell, int):
            sheet.write_number(place, number, cell, plain)
        elif cell:
            sheet.write_string(place, number, str(cell), plain)
        elif plain is not None:
            sheet.write_blank(place, number, None, plain)


def _write_text(listing: Listing, path: Path) -> None:
    head = [one.zh for one in listing.columns]
    rows = (
        [_plain(one, cell) for one, cell in zip(listing.columns, row, strict=True)] for row in listing.rows
    )
    write_csv(path, head, rows)


def _plain(column: Column, cell: Any) -> Any:
    return yuan(cell) if isinstance(cell, int) and column.kind == "fen" else cell
