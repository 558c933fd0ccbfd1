"""What the templates of statements are given: every figure as text, so that a template sets and never computes.

Names and identity numbers come from the person store and are masked here; file names and metadata hold neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec

from ledger.dates import first_day, format_month
from ledger.money import format_fen
from ledger.money_words import in_words
from ledger.store.persons import masked_name, masked_number
from projections.documents.press import settable
from projections.documents.reference import Reference, code_of, qr_svg
from projections.views.employer_statement import LATE, EmployerYear, Restatement, SpoolLine
from projections.views.statements import OUTGOING, AccountYear, Figures, Movement, StayRow
from projections.views.stays import POOL
from projections.views.words import term

STATUS: Final = {
    "normal": ("正常", "normal"),
    "sealed": ("封存", "sealed"),
    "centrally_sealed": ("集中封存", "in the pool"),
    "closed": ("销户", "closed"),
    "moved": ("已转出", "moved on"),
}
LINES: Final = {
    "opening_fen": ("上年结转", "carried forward", True),
    "employer_fen": ("单位缴存", "employer's contributions", True),
    "employee_fen": ("个人缴存", "employee's contributions", True),
    "make_up_fen": ("补缴", "make-up payments", False),
    "taken_over_fen": ("旧系统余额转入", "older system's balance", False),
    "transferred_in_fen": ("异地转入", "from another city", False),
    "moved_in_fen": ("市内转入", "from another employer", False),
    "interest_fen": ("利息", "interest", True),
    "withdrawn_fen": ("提取", "withdrawals", True),
    "transferred_out_fen": ("异地转出", "to another city", False),
    "moved_out_fen": ("市内转出", "to another employer", False),
}
"""The figures of the identity in order: in Chinese, in English, and whether a zero is shown."""

NAMES: Final = {name: f"{zh} {en}" for name, (zh, en, _) in LINES.items()} | {
    "closing_fen": "本息合计 balance",
    "arrears_fen": "欠缴 arrears",
    "held_fen": "挂账 held money",
}


FIRST_PAGE_ROWS: Final = 25
NEXT_PAGE_ROWS: Final = 44
SUMMARY_LENGTH_MAX: Final = 20
LIST_ROWS: Final = 36
LIST_PAGES_IN_A_PART: Final = 100
EXPLAINED_ON_PAPER_MAX: Final = 20
EXPLAINED_LENGTH_MAX: Final = 70


class Identity(NamedTuple):
    """A person as the person store knows him; masked before anything is printed."""

    name: str = ""
    number: str = ""


Names = Callable[[Sequence[str]], Mapping[str, Identity]]
"""Identities of persons by id; who is unknown is left out."""


def nobody(_: Sequence[str]) -> Mapping[str, Identity]:
    """Without a person store documents show account numbers only."""
    return {}


class Masked(NamedTuple):
    """A person as documents show him."""

    name: str
    number: str


def masked(identity: Identity | None) -> Masked:
    if identity is None:
        return Masked("—", "—")
    return Masked(
        settable(masked_name(identity.name)) or "—", settable(masked_number(identity.number)) or "—"
    )


class Cover(NamedTuple):
    """What all documents of one statement share."""

    statement: EmployerYear
    content: str
    edition: int

    @property
    def reference(self) -> Reference:
        return Reference(self.statement.year, self.statement.employer, "", code_of(self.content.encode()))

    @property
    def employer_name(self) -> str:
        return "集中封存户" if self.statement.employer == POOL else settable(self.statement.name)

    @property
    def period(self) -> str:
        first, last = self.statement.first, self.statement.last
        return f"{self.statement.year} 年度（{first} 至 {last}）"

    @property
    def edition_words(self) -> str:
        return f"第 {self.edition} 版（更正后重出）" if self.edition > 1 else ""


def account_reference(cover: Cover, year: AccountYear) -> Reference:
    """An employee's statement names itself by the hash of its own data."""
    code = code_of(msgspec.json.encode(year))
    return Reference(cover.statement.year, cover.statement.employer, year.account, code)


# ---------------------------------------------------------------- employees


def employees_data(cover: Cover, lines: Sequence[SpoolLine], names: Names) -> dict[str, Any]:
    """The data of template ``employees``."""
    years = [line.year for line in lines if line.year is not None]
    known = names([year.person for year in years])
    return {
        **_shared(cover),
        "statements": [_employee(cover, year, masked(known.get(year.person))) for year in years],
    }


def _shared(cover: Cover) -> dict[str, Any]:
    statement = cover.statement
    start = statement.months[0].month
    return {
        "reference": str(cover.reference),
        "edition": cover.edition_words,
        "dated": statement.last.isoformat(),
        "period": cover.period,
        "balance-zh": f"{_day(statement.last)} 本息合计",
        "balance-en": "balance with interest",
        "month-names": ["结转", *(str(first_day(start + number).month) for number in range(12))],
    }


def _day(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _employee(cover: Cover, year: AccountYear, person: Masked) -> dict[str, Any]:
    reference, figures = account_reference(cover, year), year.figures
    zh, en = STATUS[year.status]
    return {
        "reference": str(reference),
        "qr": qr_svg(reference),
        "facts": [
            _fact("姓名", "name", person.name),
            _fact("证件号码", "identity no.", person.number),
            _fact("个人账号", "account", year.account),
            _fact("账户状态", "status", f"{zh} {en}"),
            _fact("单位", "employer", cover.employer_name or "—"),
            _fact("单位账号", "employer no.", cover.statement.employer),
            _fact("缴存基数", "base", format_fen(year.base_fen)),
            _fact("缴至年月", "paid up to", year.paid_up_to or "—"),
        ],
        "balance": _signed(figures.closing_fen),
        "words": _words(figures.closing_fen),
        "lines": identity_lines(figures),
        "month-ends": list(year.month_ends_fen),
        "account": year.account,
        "pages": _pages(cover, year),
    }


def _pages(cover: Cover, year: AccountYear) -> list[list[list[str]]]:
    """The rows of each page. The typesetter is told the pages, so that it need not set them twice to count them."""
    carried = [str(cover.statement.first), "上年结转", "", "", "", format_fen(year.figures.opening_fen), ""]
    rows = [carried, *(_row(one) for one in year.movements)]
    pages, rest = [rows[:FIRST_PAGE_ROWS]], rows[FIRST_PAGE_ROWS:]
    return pages + [rest[start : start + NEXT_PAGE_ROWS] for start in range(0, len(rest), NEXT_PAGE_ROWS)]


def _fact(zh: str, en: str, value: str) -> dict[str, str]:
    return {"zh": zh, "en": en, "value": value}


def _words(fen: int) -> str:
    return in_words(fen) if fen >= 0 else "（负数）" + in_words(-fen)


def identity_lines(figures: Figures) -> list[dict[str, str]]:
    """The left side of the identity, line by line: sign, name, amount."""
    return [
        {
            "sign": "" if name == "opening_fen" else "−" if name in OUTGOING else "+",
            "zh": zh,
            "en": en,
            "amount": _signed(getattr(figures, name)),
        }
        for name, (zh, en, always) in LINES.items()
        if always or getattr(figures, name)
    ]


def _row(one: Movement) -> list[str]:
    split = bool(one.employer_fen or one.employee_fen)
    return [
        one.on.isoformat(),
        _shortened(one.zh),
        _signed(one.employer_fen) if split else "",
        _signed(one.employee_fen) if split else "",
        _signed(one.amount_fen, plus="+"),
        _signed(one.balance_fen),
        f"#{one.event_id}",
    ]


def _signed(fen: int, plus: str = "") -> str:
    """An amount with a minus sign as printers set it."""
    return "−" + format_fen(-fen) if fen < 0 else plus + format_fen(fen)


def _shortened(text: str) -> str:
    """Words that fit a line of the table; the whole stands in the ledger under the event's number."""
    text = settable(text)
    return text if len(text) <= SUMMARY_LENGTH_MAX else text[: SUMMARY_LENGTH_MAX - 1] + "…"


# ---------------------------------------------------------------- the employer


class Part(NamedTuple):
    """A file of an employer's statement: which pages of the list it holds, of how many pages in all."""

    number: int
    parts: int
    first_listing: int
    page_total: int

    @property
    def is_first(self) -> bool:
        return self.number == 1

    @property
    def is_last(self) -> bool:
        return self.number == self.parts


def parts_of(rows: int, restated: bool) -> list[Part]:
    """The files of a statement with so many employees; the line of totals is one more row of the list."""
    front = 2 if restated else 1
    listings = -(-(rows + 1) // LIST_ROWS)
    parts = -(-listings // LIST_PAGES_IN_A_PART)
    return [
        Part(number + 1, parts, front + 1 + number * LIST_PAGES_IN_A_PART, front + listings)
        for number in range(parts)
    ]


def employer_data(
    cover: Cover, rows: Sequence[StayRow], names: Names, restatement: Restatement | None, part: Part
) -> dict[str, Any]:
    """The data of template ``employer``: the summary and the first employees, or a further part of the list."""
    known = names([row.person for row in rows])
    listed = [_listed(row, masked(known.get(row.person))) for row in rows]
    if part.is_last:
        listed.append(_totals(cover))
    data: dict[str, Any] = {
        **_shared(cover),
        "summary": part.is_first,
        "first-listing": part.first_listing,
        "page-total": part.page_total,
        "employer-line": f"{cover.employer_name} {cover.statement.employer}",
        "listings": [listed[start : start + LIST_ROWS] for start in range(0, len(listed), LIST_ROWS)],
    }
    if part.is_first:
        data |= _summary(cover)
        if restatement:
            data["restatement"] = _explained(cover, restatement)
    return data


def _summary(cover: Cover) -> dict[str, Any]:
    statement, figures = cover.statement, cover.statement.totals
    return {
        "qr": qr_svg(cover.reference),
        "facts": [
            _fact("单位", "employer", cover.employer_name),
            _fact("单位账号", "employer no.", statement.employer),
            _fact("单位性质", "kind", statement.kind or "—"),
            _fact("缴存比例", "rate, each side", _percent(statement.rate)),
        ],
        "balance": _signed(figures.closing_fen),
        "words": _words(figures.closing_fen),
        "tiles": _tiles(statement),
        "lines": identity_lines(figures),
        "month-amounts": [one.received_fen for one in statement.months],
        "months": _month_rows(statement),
        "note": _note(statement),
    }


def _percent(rate: str) -> str:
    return f"{(Decimal(rate) * 100).normalize():f}%" if rate else "—"


def _tiles(statement: EmployerYear) -> list[dict[str, str]]:
    heads, held = statement.heads, statement.held
    moved = f"年初 {heads.opening} · 增 {heads.joined} · 减 {heads.left}"
    came = f"年初 {format_fen(held.opening_fen)} · 收 {format_fen(held.received_fen)}"
    before = f"其中以前年度 {format_fen(statement.arrears_before_fen)}"
    states = f"正常 {heads.normal} · 封存 {heads.sealed}"
    return [
        _fact("期末人数", "heads", str(heads.closing)) | {"note": f"{moved}（{states}）"},
        _fact("挂账余额", "held money", format_fen(held.closing_fen)) | {"note": came},
        _fact("欠缴", "arrears", format_fen(statement.arrears_fen)) | {"note": before},
    ]


def _month_rows(statement: EmployerYear) -> list[list[str]]:
    rows = [
        [
            format_month(one.month),
            str(one.heads),
            format_fen(one.due_fen),
            _signed(one.received_fen),
            format_fen(one.arrears_fen),
            one.booked_on.isoformat() if one.booked_on else "—",
            one.due_on.isoformat() if one.due_on else "—",
            LATE[one.late],
        ]
        for one in statement.months
    ]
    for zh, fen in (("以前月份", statement.earlier_fen), ("以后月份", statement.later_fen)):
        if fen:
            rows.append([zh, "", "", _signed(fen), "0.00", "", "", ""])
    return rows


def _note(statement: EmployerYear) -> str:
    held = "；".join(
        f"{one.receipt} 自 {one.since} {term('why', one.why, 'zh')} {format_fen(one.open_fen)}"
        for one in statement.held_receipts[:4]
    )
    more = f" 等 {len(statement.held_receipts)} 笔" if len(statement.held_receipts) > 4 else ""
    about = f"挂账明细：{held}{more}。挂账资金不计息，请及时办理分摊或退回。" if held else ""
    return about + "请在收到后核对并将个人对账单发给职工；有异议的，可以申请复核，五日内书面答复。"


def _listed(row: StayRow, person: Masked) -> list[str]:
    return [
        row.account,
        person.name,
        person.number,
        *_columns(row.figures),
        STATUS[row.status][0],
    ]


def _totals(cover: Cover) -> list[str]:
    return ["合计 Total", "", f"{cover.statement.rows} 户", *_columns(cover.statement.totals), ""]


def _columns(figures: Figures) -> list[str]:
    came = figures.make_up_fen + figures.taken_over_fen + figures.transferred_in_fen + figures.moved_in_fen
    went = sum(getattr(figures, name) for name in OUTGOING)
    amounts = (
        figures.opening_fen,
        figures.employer_fen,
        figures.employee_fen,
        came,
        figures.interest_fen,
        went,
        figures.closing_fen,
    )
    return [_signed(fen) if fen else "" for fen in amounts[:-1]] + [_signed(amounts[-1])]


def _explained(cover: Cover, restatement: Restatement) -> dict[str, Any]:
    before = restatement.before
    return {
        "before": before.number,
        "reference": code_of(before.content.encode()),
        "through": before.known_through,
        "count": restatement.event_count,
        "figures": [
            [NAMES[name], _signed(old), _signed(new), _signed(new - old, plus="+")]
            for name, (old, new) in restatement.changed.items()
        ],
        "events": [
            [
                f"#{one.event_id}",
                one.recorded_on.isoformat(),
                one.on.isoformat(),
                one.stream,
                settable(one.zh[:EXPLAINED_LENGTH_MAX]) + "…" * (len(one.zh) > EXPLAINED_LENGTH_MAX),
                _signed(one.amount_fen, plus="+") if one.amount_fen else "",
            ]
            for one in restatement.events[:EXPLAINED_ON_PAPER_MAX]
        ],
    }
