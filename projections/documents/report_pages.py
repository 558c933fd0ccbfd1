"""What the template of the annual report is given: every figure as text, so that a template sets and never computes.

On paper amounts stand in ten thousand yuan (万元) as in every published report; the identities stand in yuan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple

from ledger.books.chart import CHART
from ledger.money import format_fen
from projections.documents.reference import Reference, code_of, qr_svg
from projections.views.annual_report import AnnualReport
from projections.views.report_lines import (
    COUNT,
    LINES,
    RATIO,
    RESTATED,
    SECTIONS,
    WORDS,
    Line,
    Section,
    unit_of,
)

REPORT: Final = "annual-report"
"""What stands in the place of an employer where a report names itself."""

NUMERALS: Final = "一二三四五六七八九十"
ABSENT: Final = "—"
_WAN_FEN: Final = 1_000_000
_SHARED: Final = {"purposes": "withdrawals", "contributors": "contributing_employees"}
"""Tables whose lines are shares of a whole, and the whole."""


class Issue(NamedTuple):
    """An edition as its files show it: the report, its number, and what the edition before it said."""

    report: AnnualReport
    edition: int
    before: Mapping[str, int] | None

    @property
    def last(self) -> date:
        return date(self.report.year, 12, 31)

    @property
    def name(self) -> str:
        return f"{self.report.year}-{REPORT}" + (f"-v{self.edition}" if self.edition > 1 else "")

    @property
    def reference(self) -> Reference:
        return Reference(self.report.year, REPORT, "", code_of(self.report.content.encode()))


def wan(fen: int) -> str:
    """Fen as ten thousand yuan with two decimals and thousands separators."""
    return f"{(Decimal(fen) / _WAN_FEN).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def shown(figures: Mapping[str, int], ratios: Mapping[str, str], figure: str) -> str:
    """A figure as a table shows it; what is not known is not a zero."""
    if unit_of(figure) == RATIO:
        return ratios.get(figure, ABSENT)
    if figure not in figures:
        return ABSENT
    return f"{figures[figure]:,}" if unit_of(figure) == COUNT else wan(figures[figure])


def report_data(issue: Issue) -> dict[str, Any]:
    """The data of template ``report``."""
    report = issue.report
    sections = [_section(report, number, section) for number, section in enumerate(SECTIONS)]
    count = len(sections)
    return {
        "title": f"葫芦岛市住房公积金 {report.year} 年年度报告",
        "heading": "住房公积金年度报告",
        "heading-en": "Annual report of the housing provident fund",
        "period": f"{report.year} 年（{report.year}-01-01 至 {report.year}-12-31）",
        "dated": issue.last.isoformat(),
        "year": str(report.year),
        "before": str(report.year - 1),
        "reference": str(issue.reference),
        "qr": qr_svg(issue.reference),
        "edition": f"第 {issue.edition} 版（更正后重出）" if issue.edition > 1 else "",
        "tiles": [_tile(report, figure) for figure in ("contributions", "withdrawals", "balance", "gain")],
        "lead": _lead(report),
        "lead-en": _lead_en(report),
        "pairs": [_pair(report, figure) for figure in ("contributions", "withdrawals", "balance", "loan_balance")],
        "months": [
            {
                "name": str(int(one.month[5:])),
                "contributions": one.contributions,
                "withdrawals": one.withdrawals,
                "balance": one.balance,
            }
            for one in report.months
        ],
        "sections": sections,
        "words-number": _numeral(count),
        "words": [
            {"zh": zh, "en": en, "items": report.words[name]}
            for name, (zh, en) in WORDS.items()
            if name in report.words
        ],
        "restated-number": _numeral(count + 1),
        "restated": [[f"{line.zh} {line.en}", format_fen(report.figures[line.figure])] for line in RESTATED],
        "restated-note": _restated_note(report),
        "changed": list(changed_rows(issue)),
        "changed-note": "本版代替已公布的前一版；下列数字因此后记账的事件而不同。This edition supersedes the one before.",
        "balance-sheet": list(balance_rows(report)),
        "identities": [_identity(one) for one in report.checked() if one.status != "incomplete"],
        "identities-note": _identities_note(report),
        "notes": list(notes(report)),
    }  # fmt: skip


def _numeral(number: int) -> str:
    tens, ones = divmod(number + 1, 10)
    return ("十" if tens else "") + (NUMERALS[ones - 1] if ones else "")


def _section(report: AnnualReport, number: int, section: Section) -> dict[str, Any]:
    return {
        "number": _numeral(number),
        "zh": section.zh,
        "en": section.en,
        "rows": [_row(report, line) for line in section.lines],
        "shares": _shares(report, section),
    }


def _row(report: AnnualReport, line: Line) -> dict[str, Any]:
    return {
        "zh": line.zh,
        "en": line.en,
        "part": line.part,
        "now": shown(report.figures, report.ratios, line.figure),
        "before": shown(report.prior, report.prior_ratios, line.figure),
        "growth": change(report, line),
    }


def change(report: AnnualReport, line: Line) -> str:
    """Growth in per cent; a ratio changes by percentage points."""
    if line.unit != RATIO:
        return report.ratios.get(f"{line.figure}_growth", ABSENT)
    now, before = report.ratios.get(line.figure), report.prior_ratios.get(line.figure)
    return f"{Decimal(now) - Decimal(before):+}" if now and before else ABSENT


def _shares(report: AnnualReport, section: Section) -> list[dict[str, Any]]:
    whole = report.figures.get(_SHARED.get(section.id, ""), 0)
    unit = LINES[_SHARED[section.id]].unit if section.id in _SHARED else ""
    lines = [one for one in section.lines if whole > 0 and one.unit == unit]
    if section.id == "contributors":
        lines = [one for one in lines if not one.figure.endswith("_income")]
    rows = [(report.figures.get(one.figure, 0), one) for one in lines]
    return [
        {
            "zh": one.zh.split("（")[0][:14],
            "en": "",
            "value": value,
            "text": f"{shown(report.figures, {}, one.figure)}（{_share(value, whole)} %）",
        }
        for value, one in sorted(rows, key=lambda row: -row[0])
        if value > 0
    ]


def _share(value: int, whole: int) -> str:
    return str((Decimal(value) * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP))


def _tile(report: AnnualReport, figure: str) -> dict[str, str]:
    line = LINES[figure]
    growth = report.ratios.get(f"{figure}_growth")
    note = f"同比 {growth} %" if growth else f"上年 {shown(report.prior, {}, figure)}"
    return {"zh": line.zh, "en": line.en, "value": wan(report.figures[figure]), "note": note}


def _pair(report: AnnualReport, figure: str) -> dict[str, Any]:
    line = LINES[figure]
    return {
        "zh": line.zh,
        "en": "",
        "now": report.figures[figure],
        "before": report.prior.get(figure, 0),
        "now-text": wan(report.figures[figure]),
        "before-text": shown(report.prior, {}, figure),
    }


def _lead(report: AnnualReport) -> str:
    figures = report.figures
    return (
        f"{report.year} 年，实缴单位 {figures['contributing_employers']:,} 个，"
        f"实缴职工 {figures['contributing_employees']:,} 人；"
        f"缴存额 {wan(figures['contributions'])} 万元，提取额 {wan(figures['withdrawals'])} 万元。年末缴存总额 "
        f"{wan(figures['cumulative_contributions'])} 万元，缴存余额 {wan(figures['balance'])} 万元，贷款余额 "
        f"{wan(figures['loan_balance'])} 万元。增值收益 {wan(figures['gain'])} 万元。"
    )


def _lead_en(report: AnnualReport) -> str:
    figures = report.figures
    return (
        f"In {report.year} {figures['contributing_employers']:,} employers contributed for "
        f"{figures['contributing_employees']:,} employees: {format_fen(figures['contributions'])} yuan came in, "
        f"{format_fen(figures['withdrawals'])} yuan were withdrawn, "
        f"and the balance at the end of the year was {format_fen(figures['balance'])} yuan. The value-added income was "
        f"{format_fen(figures['gain'])} yuan."
    )


def _restated_note(report: AnnualReport) -> str:
    base = f"已公布的第 {report.prior_edition} 版" if report.prior_edition else "账本现在所知的数字"
    return f"上年数取自{base}；公布之后才记账的更正单独列示，不改动已公布数。"


def changed_rows(issue: Issue) -> Iterator[Sequence[str]]:
    """What this edition says otherwise than the one before, in yuan and heads."""
    for figure, before in (issue.before or {}).items():
        now = issue.report.figures.get(figure, 0)
        if now != before and figure in LINES:
            tell = str if unit_of(figure) == COUNT else format_fen
            yield f"{LINES[figure].zh} {LINES[figure].en}", tell(before), tell(now), tell(now - before)


def balance_rows(report: AnnualReport) -> Iterator[Sequence[str]]:
    """Both sides of the balance sheet with their sums."""
    for side, zh in (
        (report.assets, "资产合计 assets"),
        (report.claims, "负债与净资产合计 liabilities and net assets"),
    ):
        for code, (opening, closing) in side.items():
            yield code, f"{CHART[code].zh} {CHART[code].en}", format_fen(opening), format_fen(closing)
        sums = [sum(one[at] for one in side.values()) for at in (0, 1)]
        yield "", zh, *map(format_fen, sums)


def _identity(one: Any) -> dict[str, Any]:
    holds = one.status == "holds"
    return {
        "zh": one.identity.zh,
        "en": one.identity.en,
        "left": f"{one.printed:,f}",
        "right": one.right(),
        "holds": holds,
        "result": "成立" if holds else f"差 {one.difference:,f}",
    }


def _identities_note(report: AnnualReport) -> str:
    checked = report.checked()
    known = [one for one in checked if one.status != "incomplete"]
    holds = sum(one.status == "holds" for one in known)
    return (
        f"共 {len(known)} 项，成立 {holds} 项；金额核对到分，比率为两位小数。"
        f"另有 {len(checked) - len(known)} 项因本报告不涉及有关数字而未列。"
        f" {holds} of {len(known)} hold to the fen."
    )


def notes(report: AnnualReport) -> Iterator[dict[str, str]]:
    """How the report was made, and what it could not know."""
    yield {
        "zh": "一、本报告由事件账计算：缴存、提取按业务日期归入自然年度；收入、支出和资产负债按会计账的记账日期。"
        "6 月 30 日结息计入缴存额，异地转入、转出分别计入缴存额和提取额，因此缴存余额等于 201 住房公积金。",
        "en": "Computed from events: contributions and withdrawals by value date, income and balance sheet as posted. "
        "Interest credited on 30 June counts as a contribution, money to and from other cities on its side, "
        "so that the balance is account 201.",
    }
    yield {
        "zh": "二、万元数四舍五入，合计与分项之和可能相差 0.01；附表二以元核对到分。“—”表示没有数据，不是零。",
        "en": "Rounded to 100 yuan on paper; the identities are checked to the fen. A dash means not known, never zero.",
    }
    yield {
        "zh": "三、高收入指月工资不低于上年当地社会平均工资三倍；增值收益率为增值收益与月均缴存余额之比。",
        "en": "High income: three times the city's average wage and more. "
        "The value-added rate is over the average monthly balance.",
    }
    for missing in report.notes:
        yield {
            "zh": f"四、未公布“{missing}”，未按收入划分。",
            "en": f"'{missing}' has not been published, so persons are not told apart by income.",
        }
