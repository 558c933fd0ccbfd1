"""The annual report as a workbook: every table in exact yuan, with the charts a spreadsheet draws itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from projections.documents.report_pages import Issue, balance_rows, change, changed_rows, notes
from projections.documents.tables import yuan
from projections.views.annual_report import AnnualReport
from projections.views.report_lines import COUNT, RATIO, RESTATED, SECTIONS, WORDS, unit_of

_CHART: Final = {"width": 720, "height": 300}


def write_xlsx(issue: Issue, path: Path) -> None:
    """Figures, months with charts, explanations, restatement, balance sheet, identities."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties(
            {
                "title": f"住房公积金 {issue.report.year} 年年度报告",
                "comments": f"provident:{issue.reference}",
                "created": datetime.combine(issue.last, time()),
            }
        )
        sheets = _Sheets(book)
        _figures(sheets, issue.report)
        _months(sheets, issue.report)
        _words(sheets, issue.report)
        rows = [(one.zh, one.en, yuan(issue.report.figures[one.figure])) for one in RESTATED]
        sheets.add("更正与接管", ("项目", "line", "金额（元）"), rows, (44, 44, 20))
        if issue.before is not None:
            head = ("项目", "原公布", "本版", "差额")
            sheets.add("本版更正", head, list(changed_rows(issue)), (60, 20, 20, 20))
        sheets.add(
            "资产负债表", ("科目", "名称", "年初", "年末"), list(balance_rows(issue.report)), (8, 44, 22, 22)
        )
        _identities(sheets, issue.report)
        sheets.add(
            "编制说明", ("说明", "notes"), [(one["zh"], one["en"]) for one in notes(issue.report)], (90, 90)
        )


class _Sheets:
    """The workbook with the formats of its cells."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF4F5", "text_wrap": True})
        self.money = book.add_format({"num_format": "#,##0.00"})
        self.count = book.add_format({"num_format": "#,##0"})
        self.group = book.add_format({"bold": True, "font_color": "#14606B"})

    def add(
        self, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int]
    ) -> Any:
        """A sheet with a head, its columns as wide as asked."""
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, (cell, width) in enumerate(zip(head, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, cell, self.head)
        for place, row in enumerate(rows, start=1):
            self.write(sheet, place, row)
        return sheet

    def write(self, sheet: Any, place: int, row: Sequence[Any], text: Any = None) -> None:
        for column, cell in enumerate(row):
            if isinstance(cell, Decimal):
                sheet.write_number(place, column, cell, self.money)
            elif isinstance(cell, int):
                sheet.write_number(place, column, cell, self.count)
            elif cell:
                sheet.write_string(place, column, cell, text)


def _figures(sheets: _Sheets, report: AnnualReport) -> None:
    head = ("项目", "line", f"{report.year} 年", f"{report.year - 1} 年", "同比（%、百分点）")
    sheet = sheets.add("年度报告", head, (), (44, 44, 22, 22, 18))
    place = 1
    for section in SECTIONS:
        sheets.write(sheet, place, (section.zh, section.en), sheets.group)
        place += 1
        for line in section.lines:
            indent = "　" if line.part else ""
            sheets.write(
                sheet,
                place,
                (
                    indent + line.zh,
                    indent + line.en,
                    _cell(report.figures, report.ratios, line.figure),
                    _cell(report.prior, report.prior_ratios, line.figure),
                    change(report, line),
                ),
            )
            place += 1


def _cell(figures: dict[str, int], ratios: dict[str, str], figure: str) -> Any:
    if unit_of(figure) == RATIO:
        return Decimal(ratios[figure]) if figure in ratios else "—"
    if figure not in figures:
        return "—"
    return figures[figure] if unit_of(figure) == COUNT else yuan(figures[figure])


def _months(sheets: _Sheets, report: AnnualReport) -> None:
    """The months, and two charts that can be told apart in black and white: full against hatched, and a line."""
    rows = [
        (one.month, yuan(one.contributions), yuan(one.withdrawals), yuan(one.balance))
        for one in report.months
    ]
    sheet = sheets.add("各月", ("月份", "缴存额", "提取额", "月末余额"), rows, (12, 20, 20, 22))
    last = len(rows)
    moved = sheets.book.add_chart({"type": "column"})
    for column, fill in ((1, {"fill": {"color": "#14606B"}}), (2, {"pattern": _HATCHED})):
        moved.add_series(
            {
                "name": ["各月", 0, column],
                "categories": ["各月", 1, 0, last, 0],
                "values": ["各月", 1, column, last, column],
                "border": {"color": "#14606B"},
                **fill,
            }
        )
    moved.set_title({"name": f"{report.year} 年各月缴存与提取（元）"})
    balance = sheets.book.add_chart({"type": "line"})
    balance.add_series(
        {
            "name": ["各月", 0, 3],
            "categories": ["各月", 1, 0, last, 0],
            "values": ["各月", 1, 3, last, 3],
            "line": {"color": "#14606B", "width": 2},
            "marker": {"type": "circle", "fill": {"color": "#FFFFFF"}, "border": {"color": "#14606B"}},
        }
    )
    balance.set_title({"name": f"{report.year} 年各月末缴存余额（元）"})
    balance.set_legend({"none": True})
    for chart, cell in ((moved, "F2"), (balance, "F18")):
        chart.set_size(_CHART)
        sheet.insert_chart(cell, chart)


_HATCHED: Final = {"pattern": "wide_upward_diagonal", "fg_color": "#14606B", "bg_color": "#FFFFFF"}


def _words(sheets: _Sheets, report: AnnualReport) -> None:
    rows = [(zh, en, text) for name, (zh, en) in WORDS.items() for text in report.words.get(name, ())]
    sheets.add("需要说明的情况", ("事项", "matter", "说明"), rows, (30, 30, 100))


def _identities(sheets: _Sheets, report: AnnualReport) -> None:
    rows = [
        (
            one.identity.zh,
            one.identity.en,
            one.printed,
            one.computed,
            "成立" if one.status == "holds" else "不平",
        )
        for one in report.checked()
        if one.status != "incomplete"
    ]
    sheets.add("勾稽关系", ("关系", "identity", "左", "右", "结果"), rows, (56, 56, 22, 22, 10))
