"""``provident trial-balance`` and ``provident journal``: the books on the official chart (财会字〔1999〕33号)."""

from __future__ import annotations

from datetime import date

import click

from commands.cli.accounts import known_on
from commands.cli.opening import open_desk, reading
from commands.cli.output import Command, as_json, day, language, option, say_json, say_table, words
from ledger.money import format_fen

as_of = option("--as-of", type=day, zh="截至该业务日。", en="Effective by this day.")
book = option(
    "--book",
    type=click.Choice(["fund", "subsidy"]),
    default="fund",
    show_default=True,
    zh="账套：fund 公积金，subsidy 补助资金（专户专账）。",
    en="Which books: the fund's, or the subsidies' of their own.",
)


@click.command(
    cls=Command,
    zh="试算平衡表：各科目借方、贷方发生额与余额。",
    example="provident trial-balance --as-of 2019-12-31 --known-on 2020-01-05",
)
@as_of
@known_on
@book
@as_json
def trial_balance(as_of: date | None, known_on: date | None, book: str, json_wanted: bool) -> None:
    """Show the trial balance, effective by a day, as known on a day."""
    from projections.views.journal import trial_balance as balances

    with open_desk() as desk, reading(desk) as connection:
        rows = balances(connection, as_of, known_on, book)
    debit_fen, credit_fen = sum(one.debit_fen for one in rows), sum(one.credit_fen for one in rows)
    if json_wanted:
        say_json({"lines": [one._asdict() for one in rows], "debit_fen": debit_fen, "credit_fen": credit_fen})
        return
    chinese = language() == "zh"
    lines = [
        (
            one.code,
            one.zh if chinese else one.en,
            format_fen(one.debit_fen),
            format_fen(one.credit_fen),
            format_fen(one.balance_fen),
            words(*({"debit": ("借", "debit"), "credit": ("贷", "credit")}[one.side])),
        )
        for one in rows
    ]
    total = ("", words("合计", "Total"), format_fen(debit_fen), format_fen(credit_fen), "", "")
    heads = words("科目,名称,>借方,>贷方,>余额,方向", "Code,Account,>Debit,>Credit,>Balance,Side")
    say_table(heads.split(","), [*lines, total])


@click.command(cls=Command, zh="记账凭证，最新的在前。", example="provident journal --code 201 --limit 20")
@as_of
@option("--code", metavar="CODE", zh="只看该科目。", en="Only this account of the chart.")
@option(
    "--limit", type=click.IntRange(1, 100_000), default=40, show_default=True, zh="行数。", en="Lines shown."
)
@book
@as_json
def journal(as_of: date | None, code: str | None, limit: int, book: str, json_wanted: bool) -> None:
    """Show the lines of the journal, the newest first."""
    from projections.views.journal import vouchers

    with open_desk() as desk, reading(desk) as connection:
        lines = vouchers(connection, as_of, code, limit, book)
    if json_wanted:
        say_json(lines)
        return
    heads = words(
        "记账,行,业务日,记账日,业务,科目,>借方,>贷方,>事件数",
        "Commit,Line,Effective,Recorded,Command,Code,>Debit,>Credit,>Events",
    )
    say_table(
        heads.split(","),
        [
            (
                one["commit_id"],
                one["line"],
                one["effective_on"],
                one["recorded_on"],
                one["command"],
                one["code"],
                format_fen(one["debit_fen"]) if one["debit_fen"] else "",
                format_fen(one["credit_fen"]) if one["credit_fen"] else "",
                one["events"],
            )
            for one in lines
        ],
    )
