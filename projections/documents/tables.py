"""A statement as tables: XLSX and CSV to work with, JSON for programs. Row by row, so that memory does not grow.

The bytes depend on the data alone: fixed dates in the workbook, amounts as exact decimals, keys in order.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
import xlsxwriter

from ledger.dates import format_month
from ledger.limits import FILE_ROWS_MAX
from projections.documents.statement_pages import (
    LINES,
    NAMES,
    STATUS,
    Cover,
    Masked,
    Names,
    account_reference,
    masked,
)
from projections.views.employer_statement import LATE, Restatement, SpoolLine

Row = Sequence[Any]
"""Cells: text, whole numbers, and amounts as ``Decimal`` yuan."""

AT_ONCE: Final = 500
_FIGURES: Final = (*LINES, "closing_fen")
EMPLOYEES_HEAD: Final = (
    "个人账号",
    "姓名",
    "证件号码",
    "状态",
    "缴存基数",
    *(NAMES[name].split(" ")[0] for name in _FIGURES),
)
MOVEMENTS_HEAD: Final = (
    "个人账号",
    "业务日期",
    "记账日期",
    "摘要",
    "what",
    "单位缴存",
    "个人缴存",
    "增减",
    "余额",
    "事件",
)
_CSV_BOM: Final = "utf-8-sig"


def yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def named(lines: Iterable[SpoolLine], names: Names) -> Iterator[tuple[SpoolLine, Masked]]:
    """Rows with the persons they belong to, asked for by the hundred."""
    rest = iter(lines)
    while some := list(islice(rest, AT_ONCE)):
        known = names([line.row.person for line in some])
        for line in some:
            yield line, masked(known.get(line.row.person))


def employee_rows(lines: Iterable[SpoolLine], names: Names) -> Iterator[Row]:
    """One row for each account of the employer."""
    for line, person in named(lines, names):
        row = line.row
        amounts = (yuan(getattr(row.figures, name)) for name in _FIGURES)
        yield (row.account, *person, STATUS[row.status][0], yuan(row.base_fen), *amounts)


def movement_rows(lines: Iterable[SpoolLine]) -> Iterator[Row]:
    """One row for each movement of the employees who stood here at the end."""
    for line in lines:
        for one in line.year.movements if line.year else ():
            parts = (
                yuan(fen) for fen in (one.employer_fen, one.employee_fen, one.amount_fen, one.balance_fen)
            )
            yield (
                line.row.account,
                one.on.isoformat(),
                one.recorded_on.isoformat(),
                one.zh,
                one.en,
                *parts,
                one.event_id,
            )


# ---------------------------------------------------------------- CSV


def write_csv(path: Path, head: Row, rows: Iterable[Row]) -> None:
    """CSV as spreadsheets open it: UTF-8 with its mark, amounts in yuan without separators."""
    with path.open("w", encoding=_CSV_BOM, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


# ---------------------------------------------------------------- XLSX


def write_xlsx(
    path: Path,
    cover: Cover,
    lines: Callable[[], Iterable[SpoolLine]],
    names: Names,
    restatement: Restatement | None,
) -> None:
    """A workbook: summary, months, held money, employees, movements, and why it was restated."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties(
            {
                "title": f"住房公积金单位对账单 {cover.period}",
                "comments": f"provident:{cover.reference}",
                "created": datetime.combine(cover.statement.last, time()),
            }
        )
        formats = _Formats(book)
        _sheet(formats, "对账单", ("项目", "值"), _summary_rows(cover))
        _sheet(
            formats,
            "各月",
            ("月份", "人数", "应缴", "实缴", "欠缴", "入账日", "期限", "逾期"),
            _months(cover),
        )
        held = (
            [one.receipt, one.since.isoformat(), one.why, yuan(one.open_fen)]
            for one in cover.statement.held_receipts
        )
        _sheet(formats, "挂账", ("暂收款", "自", "原因", "余额"), held)
        _sheet(formats, "职工", EMPLOYEES_HEAD, employee_rows(lines(), names))
        _sheet(formats, "明细", MOVEMENTS_HEAD, movement_rows(lines()))
        if restatement:
            _sheet(formats, "更正说明", ("项目", "原对账单", "本对账单", "差额"), _changed(restatement))
            _sheet(
                formats, "更正事件", ("事件", "记账日", "业务日", "对象", "内容", "金额"), _later(restatement)
            )


class _Formats:
    """The workbook with the formats of its cells."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF4F5"})
        self.money = book.add_format({"num_format": "#,##0.00"})


def _sheet(formats: _Formats, name: str, head: Row, rows: Iterable[Row]) -> None:
    """A sheet, and further ones where a spreadsheet cannot hold all rows."""
    rest, number, place = iter(rows), 1, FILE_ROWS_MAX
    while place >= FILE_ROWS_MAX - 1:
        sheet = formats.book.add_worksheet(name if number == 1 else f"{name} {number}")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head) - 1, 16)
        for column, cell in enumerate(head):
            sheet.write_string(0, column, cell, formats.head)
        number, place = number + 1, 0
        for place, row in enumerate(islice(rest, FILE_ROWS_MAX - 1), start=1):
            _write_row(sheet, place, row, formats)


def _write_row(sheet: Any, place: int, row: Row, formats: _Formats) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, Decimal):
            sheet.write_number(place, column, cell, formats.money)
        elif isinstance(cell, int):
            sheet.write_number(place, column, cell)
        elif cell:
            sheet.write_string(place, column, cell)


def _summary_rows(cover: Cover) -> Iterator[Row]:
    statement = cover.statement
    yield "单位", cover.employer_name
    yield "单位账号", statement.employer
    yield "年度", cover.period
    yield "核验码", str(cover.reference)
    yield "版次", cover.edition
    yield "期末人数", statement.heads.closing
    for name in _FIGURES:
        yield NAMES[name], yuan(getattr(statement.totals, name))
    yield NAMES["arrears_fen"], yuan(statement.arrears_fen)
    yield NAMES["held_fen"], yuan(statement.held.closing_fen)


def _months(cover: Cover) -> Iterator[Row]:
    for one in cover.statement.months:
        yield (
            format_month(one.month),
            one.heads,
            yuan(one.due_fen),
            yuan(one.received_fen),
            yuan(one.arrears_fen),
            one.booked_on.isoformat() if one.booked_on else "",
            one.due_on.isoformat() if one.due_on else "",
            LATE[one.late],
        )


def _changed(restatement: Restatement) -> Iterator[Row]:
    for name, (old, new) in restatement.changed.items():
        yield NAMES[name], yuan(old), yuan(new), yuan(new - old)


def _later(restatement: Restatement) -> Iterator[Row]:
    for one in restatement.events:
        days = one.recorded_on.isoformat(), one.on.isoformat()
        yield one.event_id, *days, one.stream, one.zh, yuan(one.amount_fen)


# ---------------------------------------------------------------- JSON


def write_json(
    path: Path, cover: Cover, lines: Iterable[SpoolLine], names: Names, restatement: Restatement | None
) -> None:
    """Everything, with keys in order; amounts are integer fen."""
    with path.open("wb") as file:
        file.write(b'{"accounts":[')
        for number, (line, person) in enumerate(named(lines, names)):
            file.write(b",\n" if number else b"\n")
            file.write(msgspec.json.encode(_account(cover, line, person), order="sorted"))
        file.write(b'\n],"statement":')
        file.write(msgspec.json.encode(_statement(cover, restatement), order="sorted"))
        file.write(b"}\n")


def _account(cover: Cover, line: SpoolLine, person: Masked) -> dict[str, Any]:
    return {
        "name": person.name,
        "number": person.number,
        "row": line.row,
        "year": line.year,
        "reference": str(account_reference(cover, line.year)) if line.year else None,
    }


def _statement(cover: Cover, restatement: Restatement | None) -> dict[str, Any]:
    statement = cover.statement
    months = [
        msgspec.structs.asdict(one)
        | {"month": format_month(one.month), "due_fen": one.due_fen, "late": one.late}
        for one in statement.months
    ]
    return msgspec.structs.asdict(statement) | {
        "months": months,
        "arrears_fen": statement.arrears_fen,
        "content": cover.content,
        "edition": cover.edition,
        "reference": str(cover.reference),
        "restatement": restatement,
    }
