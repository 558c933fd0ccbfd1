"""How a payroll office writes a list: its format, its headings, its title lines, its way with amounts."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
import xlsxwriter

from commands.intake.headings import HEADINGS
from ledger.dates import format_month
from ledger.money import format_fen

MONEY: Final = ("base", "employer_amount", "employee_amount", "total")
_ASCII: Final = "0123456789.,"
_WIDE: Final = str.maketrans(_ASCII, "０１２３４５６７８９．，")
_CREATED: Final = datetime(2019, 7, 1, tzinfo=UTC)


class Style(msgspec.Struct, frozen=True):
    """The habits of one payroll office, the same every month."""

    format: str
    encoding: str
    columns: tuple[str, ...]
    headings: tuple[str, ...]
    titled: bool
    total_line: bool
    month_form: int
    thousands: bool
    wide_digits: bool
    spaces: bool

    def traits(self) -> list[str]:
        """What is worth knowing about a file in this style."""
        names = ("titled", "total_line", "thousands", "wide_digits", "spaces")
        return [self.format, self.encoding, *(name for name in names if getattr(self, name))]


def style(random: Random) -> Style:
    """The habits of a payroll office, in the proportions in which they are met."""
    format_, encoding = random.choices(
        [("xlsx", ""), ("csv", "gb18030"), ("csv", "utf-8"), ("csv", "utf-8-sig")], [20, 45, 20, 15]
    )[0]
    titled = random.random() < 0.6
    columns = ["account", "name", "id_number", "employer_amount", "employee_amount"]
    if random.random() < 0.7:
        columns.insert(3, "base")
    if random.random() < 0.7:
        columns.append("total")
    if not titled:
        columns += ["month", "employer"]
    english = random.random() < 0.05
    return Style(
        format=format_,
        encoding=encoding,
        columns=tuple(columns),
        headings=tuple(_heading(field, random, english) for field in columns),
        titled=titled,
        total_line=random.random() < 0.8,
        month_form=random.randrange(4),
        thousands=random.random() < 0.3,
        wide_digits=random.random() < 0.03,
        spaces=random.random() < 0.1,
    )


def _heading(field: str, random: Random, english: bool) -> str:
    names = [name for name in HEADINGS[field].split() if name.isascii() == english]
    name = names[0] if random.random() < 0.6 else random.choice(names)
    return f"{name}（元）" if field in MONEY and not english and random.random() < 0.2 else name


def month_text(month: int, form: int) -> str:
    """A month in one of the forms that people use."""
    year, number = divmod(month, 12)
    return (
        format_month(month),
        f"{year}{number + 1:02d}",
        f"{year}年{number + 1}月",
        f"{year}/{number + 1}",
    )[form]


def write_list(path: Path, rows: Sequence[Sequence[Any]], encoding: str) -> None:
    """Writes rows as XLSX (without an encoding) or CSV, the same bytes for the same rows."""
    if encoding:
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(rows)
        return
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": _CREATED})
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


class Sheet:
    """A remittance list before it is written: rows of values by field, amounts in fen, which defects may alter."""

    def __init__(self, style: Style, employer: str, employer_name: str, month: int) -> None:
        self.style, self.employer, self.employer_name, self.month = style, employer, employer_name, month
        self.rows: list[dict[str, Any]] = []
        self.total_off_fen = 0
        self.headings = list(style.headings)
        self.formula_row: int | None = None

    def first_row(self) -> int:
        """The number of the first row below the header, as a reader counts."""
        return 4 if self.style.titled else 2

    def cells(self) -> list[list[Any]]:
        """The whole sheet as it is written."""
        width = len(self.style.columns)
        sheet: list[list[Any]] = []
        month = month_text(self.month, self.style.month_form)
        if self.style.titled:
            sheet.append([f"{self.employer_name}住房公积金汇缴清册", *[""] * (width - 1)])
            sheet.append([f"单位账号：{self.employer}", "", "汇缴年月：", f" {month}", *[""] * (width - 4)])
        sheet.append(self.headings)
        fixed = {"month": month, "employer": self.employer}
        for row in self.rows:
            sheet.append(
                [
                    self._cell(field, row[field] if field in row else fixed[field])
                    for field in self.style.columns
                ]
            )
        if self.formula_row is not None:
            sheet[self.first_row() - 1 + self.formula_row][self.style.columns.index("employer_amount")] = (
                "=1+1"
            )
        if self.style.total_line:
            sheet.append(self._total())
        return sheet

    def _total(self) -> list[Any]:
        cells: list[Any] = []
        for field in self.style.columns:
            if field in MONEY:
                off = self.total_off_fen if field == "employer_amount" else 0
                cells.append(self._amount(sum(row[field] for row in self.rows) + off))
            else:
                cells.append({"account": "合计", "name": f"{len(self.rows)}人"}.get(field, ""))
        return cells

    def _cell(self, field: str, value: Any) -> Any:
        if field in MONEY:
            return self._amount(value)
        if self.style.spaces and field in ("account", "name"):
            return f" {value}　"
        return value

    def _amount(self, fen: int) -> Any:
        if self.style.format == "xlsx" and not self.style.wide_digits:
            return Decimal(fen).scaleb(-2)
        text = format_fen(fen) if self.style.thousands else format_fen(fen).replace(",", "")
        return text.translate(_WIDE) if self.style.wide_digits else text
