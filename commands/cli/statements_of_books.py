"""``provident books``: month and year close, balance sheet, gain, distribution and sub-ledger (财会字〔1999〕33号)."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from commands.cli.accounts import known_on
from commands.cli.doing import by, show_outcome
from commands.cli.opening import open_desk, reading, today
from commands.cli.output import Command, Group, as_json, day, language, option, say_json, say_table, words
from ledger.money import format_fen

on = option("--on", type=day, zh="办理日（默认今天）。", en="The day of doing it (today by default).")


@click.group(
    cls=Group, zh="会计核算：结账与报表。", example="provident books balance-sheet --as-of 2019-12-31"
)
def books() -> None:
    """The books: their close and their statements."""


def _name(code: str) -> str:
    from ledger.books.subsidies import BOOKS, book_of

    subject = BOOKS[book_of(code)][code.partition(".")[0]]
    return subject.zh if language() == "zh" else subject.en


def _table(rows: list[tuple[str, int]]) -> None:
    lines = [(code, _name(code), format_fen(fen)) for code, fen in rows]
    say_table(words("科目,名称,>余额", "Code,Account,>Balance").split(","), lines)


@books.command(
    "balance-sheet",
    cls=Command,
    zh="资产负债表。",
    example="provident books balance-sheet --as-of 2019-12-31",
)
@option("--as-of", type=day, zh="截至该日（记账日）。", en="Posted by this day.")
@known_on
@as_json
def show_balance_sheet(as_of: date | None, known_on: date | None, json_wanted: bool) -> None:
    """Show the balance sheet of a day, as known on a day, and how far the cash of results lags behind them."""
    from projections.views.books import balance_sheet

    with open_desk() as desk, reading(desk) as connection:
        sheet = balance_sheet(connection, as_of or today(), known_on)
    sums = {
        "assets_fen": sheet.assets_fen,
        "claims_fen": sheet.claims_fen,
        "cash_lag_fen": sheet.cash_lag_fen,
    }
    if json_wanted:
        say_json(sheet._asdict() | sums)
        return
    for side in (sheet.assets, sheet.liabilities, sheet.net_assets):
        _table(list(side.items()))
    names = {
        "assets_fen": words("资产合计", "Assets"),
        "claims_fen": words("负债与净资产合计", "Liabilities and net assets"),
        "cash_lag_fen": words("增值收益资金未转存 102", "Cash of results not in 102 yet"),
    }
    say_table(("", ">"), [(names[name], format_fen(fen)) for name, fen in sums.items()])


@books.command(cls=Command, zh="增值收益表：本月与本年累计。", example="provident books gain 2019-12")
@click.argument("month")
@known_on
@as_json
def gain(month: str, known_on: date | None, json_wanted: bool) -> None:
    """Show income and expense of MONTH and of its year so far."""
    from ledger.dates import format_month, parse_month
    from projections.views.books import gain as statement

    with open_desk() as desk, reading(desk) as connection:
        found = statement(connection, format_month(parse_month(month)), known_on)
    if json_wanted:
        say_json(found._asdict() | {"result_fen": found.result_fen()})
        return
    lines = [(code, *map(format_fen, line)) for code, line in {**found.income, **found.expense}.items()]
    total = (words("增值收益", "Result"), *map(format_fen, found.result_fen()))
    say_table(words("科目,>本月,>本年累计", "Code,>Month,>Year so far").split(","), [*lines, total])


@books.command(cls=Command, zh="增值收益分配表。", example="provident books distribution 2019")
@click.argument("year", type=click.IntRange(1999, 2200))
@as_json
def distribution(year: int, json_wanted: bool) -> None:
    """Show how the result of YEAR was distributed."""
    from projections.views.books import distribution as statement

    with open_desk() as desk, reading(desk) as connection:
        found = statement(connection, year)
    if json_wanted:
        say_json(found)
        return
    chinese = [
        "增值收益",
        "年初待弥补损失",
        "可供分配",
        "贷款风险准备",
        "管理费用",
        "住房补充资金",
        "年末待弥补损失",
    ]
    english = ["Result", "Loss before", "Available", "Reserve", "Management", "Housing", "Loss after"]
    amounts = [fen for fen in found.values() if isinstance(fen, int)]
    names = chinese if language() == "zh" else english
    say_table(("", ">"), [(name, format_fen(fen)) for name, fen in zip(names, amounts, strict=True)])


@books.command(
    cls=Command, zh="明细账。", example="provident books subledger 211 --from 2019-07-01 --to 2020-06-30"
)
@click.argument("code")
@option("--from", "first", type=day, required=True, zh="自该日。", en="From this day.")
@option("--to", "last", type=day, required=True, zh="至该日。", en="To this day.")
@known_on
@as_json
def subledger(code: str, first: date, last: date, known_on: date | None, json_wanted: bool) -> None:
    """Show the lines of CODE and its sub-accounts between two posting days, with both dates and a running balance."""
    from ledger.books.subsidies import subject_of
    from ledger.refusal import Refusal
    from projections.views.books import subledger as lines_of

    if subject_of(code) is None:
        raise Refusal("subject_unknown", subject=code)
    with open_desk() as desk, reading(desk) as connection:
        lines = lines_of(connection, code, first, last, known_on)
    if json_wanted:
        say_json(lines)
        return
    heads = words(
        "凭证,记账日,业务日,业务,科目,>借方,>贷方,>余额",
        "Voucher,Posted,Effective,Command,Code,>Debit,>Credit,>Balance",
    )
    rows = [
        (*(one[name] for name in ("voucher", "posted_on", "effective_on", "command", "code")),
         *(format_fen(one[name]) for name in ("debit_fen", "credit_fen", "balance_fen")))
        for one in lines
    ]  # fmt: skip
    say_table(heads.split(","), rows)


def _do(name: str, content: dict[str, Any], by: str, json_wanted: bool) -> None:
    with open_desk() as desk:
        outcome = desk.do(name, content, actor=by)
    show_outcome(outcome, json_wanted)


@books.command("accrue", cls=Command, zh="计提当月应付利息。", example="provident books accrue 2019-07")
@click.argument("month")
@on
@by
@as_json
def accrue(month: str, on: date | None, by: str, json_wanted: bool) -> None:
    """Accrue the members' interest of MONTH."""
    _do("accrue_interest", {"on": on or today(), "month": month}, by, json_wanted)


@books.command("close-month", cls=Command, zh="月末结账。", example="provident books close-month 2019-07")
@click.argument("month")
@on
@by
@as_json
def close_month(month: str, on: date | None, by: str, json_wanted: bool) -> None:
    """Close MONTH: income and expense go to the result, later entries to the open month."""
    _do("close_month", {"on": on or today(), "month": month}, by, json_wanted)


@books.command("close-year", cls=Command, zh="年终结转。", example="provident books close-year 2019")
@click.argument("year", type=click.IntRange(1999, 2200))
@on
@by
@as_json
def close_year(year: int, on: date | None, by: str, json_wanted: bool) -> None:
    """Close YEAR: its result is ready to be distributed."""
    _do("close_year", {"on": on or today(), "year": year}, by, json_wanted)


@books.command("distribute", cls=Command, zh="增值收益分配。",
               example="provident books distribute 2019 --management 500000.00")  # fmt: skip
@click.argument("year", type=click.IntRange(1999, 2200))
@option(
    "--management", required=True, zh="批准的管理费用（元）。", en="The approved management cost, in yuan."
)
@on
@by
@as_json
def distribute(year: int, management: str, on: date | None, by: str, json_wanted: bool) -> None:
    """Distribute the result of YEAR: reserve, management cost, the rest for housing."""
    _do("distribute", {"on": on or today(), "year": year, "management": management}, by, json_wanted)
