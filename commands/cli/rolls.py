"""``provident roll``: the monthly rolls, an entry with its history, the payment of a month, an assessment; their lists."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from commands.cli.opening import open_desk, reading
from commands.cli.output import Group, as_json, day, option, progress, say, say_json, say_table, words
from ledger.money import format_fen

area = option("--area", required=True, zh="县（市）区。", en="The county.")
month = option("--month", required=True, metavar="YYYY-MM", zh="月份。", en="The month.")
on = option("--on", type=day, zh="业务日；默认今天。", en="The business day; by default today.")
by = option("--by", required=True, zh="经办。", en="Who does it.")


@click.group(
    cls=Group, zh="按月发放的花名册。", example="provident roll list urban_dibao_standard --area lianshan"
)
def roll() -> None:
    """Monthly rolls: dibao, special-hardship support, orphans, workers retired in the 1960s."""


@roll.command(
    "list",
    zh="列出一个花名册：各户（人）月核定额、发至月份、差额。",
    example="provident roll list tekun_urban_support --area lianshan --status on --json",
)
@click.argument("programme")
@option("--area", zh="只列一个县（市）区。", en="Only of this county.")
@option("--status", zh="只列此状态。", en="Only of this status.")
@option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, zh="行数。", en="Lines shown."
)
@as_json
def list_roll(programme: str, area: str | None, status: str | None, limit: int, json_wanted: bool) -> None:
    """List the entries of PROGRAMME's roll."""
    from ledger.programmes import find
    from projections.views.rolls import entries

    programme = find(programme).id
    with open_desk() as desk, reading(desk) as connection:
        found = entries(connection, programme, area, status, limit)
    if json_wanted:
        say_json(found)
        return
    say_table(
        words(
            "编号,状态,区域,对象,>月核定额,发至,>差额,>累计",
            "entry,status,area,beneficiary,>monthly,paid through,>difference,>paid",
        ).split(","),
        [
            (
                one["entry"],
                one["status"],
                one["area"],
                one["beneficiary"],
                format_fen(one["monthly_fen"]),
                one["paid_through"],
                _signed(one["difference_fen"]),
                format_fen(one["paid_fen"]),
            )
            for one in found
        ],
    )


@roll.command(
    zh="显示一户（人）：核定、发放、变更的全部经过，可按业务日、知晓日查询。",
    example="provident roll show R1 --as-of 2019-12-31 --known-on 2020-01-05",
)
@click.argument("entry")
@option("--as-of", type=day, zh="截至该业务日。", en="Effective by this day.")
@option("--known-on", type=day, zh="以该日已记账的为准。", en="As recorded by this day.")
@as_json
def show(entry: str, as_of: date | None, known_on: date | None, json_wanted: bool) -> None:
    """Show ENTRY with its whole history in plain words, effective by a day, as known on a day."""
    from commands.cli.output import language
    from projections.views.rolls import entry_history

    with open_desk() as desk, reading(desk) as connection:
        facts, told = entry_history(desk.ledger, connection, entry, as_of, known_on)
    if json_wanted:
        say_json(facts | {"history": [one.as_json(language()) for one in told]})
        return
    say(f"{entry} · {facts['programme']} · {facts['status']} · {facts['area']}")
    for one in told:
        line = one.as_json(language())
        say(f"  {line['effective_on']}  {line['words']}  [{line['event_id']}]")
    monthly, paid = format_fen(facts["monthly_fen"]), format_fen(facts["paid_fen"])
    say(
        f"  月核定额 {monthly}，发至 {facts['paid_through']}，累计 {paid}，差额 {_signed(facts['difference_fen'])}",
        f"  monthly {monthly}, paid through {facts['paid_through']}, in all {paid}, difference "
        f"{_signed(facts['difference_fen'])}",
    )


def _signed(fen: int) -> str:
    return format_fen(fen) if fen >= 0 else f"-{format_fen(-fen)}"


@roll.command(
    zh="发放一个月：逐份清册，中断后可继续，已发放的不再发放。",
    example="provident roll pay urban_dibao_standard --area lianshan --month 2019-07 --by clerk --approved-by treasurer",
)
@click.argument("programme")
@area
@month
@on
@by
@option("--approved-by", required=True, zh="审批。", en="Who approves it.")
@option("--lines", type=click.IntRange(1, 100_000), zh="每份清册行数。", en="Lines of a list.")
@as_json
def pay(
    programme: str,
    area: str,
    month: str,
    on: date | None,
    by: str,
    approved_by: str,
    lines: int | None,
    json_wanted: bool,
) -> None:
    """Pay PROGRAMME's roll of a month, list after list; taken up where it was interrupted, and never twice."""
    from commands.rolls.running import pay as pay_all

    with open_desk() as desk, progress("发放", "paying") as tell:
        done = pay_all(
            desk, programme, area, month, _day(on), actor=by, approver=approved_by, chunk=lines, tell=tell
        )
    _say_run(done, json_wanted)


@roll.command(
    zh="按现行标准重新核定，列出已发月份的差额；差额随下次发放补发或抵扣。",
    example="provident roll assess urban_dibao_standard --area lianshan --month 2019-07 --by county",
)
@click.argument("programme")
@area
@month
@on
@by
@option("--lines", type=click.IntRange(1, 100_000), zh="每份行数。", en="Lines of a list.")
@as_json
def assess(
    programme: str, area: str, month: str, on: date | None, by: str, lines: int | None, json_wanted: bool
) -> None:
    """Assess PROGRAMME's roll again from a month on, by the law as it is known today."""
    from commands.rolls.running import assess as assess_all

    with open_desk() as desk, progress("核定", "assessing") as tell:
        done = assess_all(desk, programme, area, month, _day(on), actor=by, chunk=lines, tell=tell)
    _say_run(done, json_wanted)


def _day(on: date | None) -> date:
    from ledger.dates import business_day, utc_now

    return on or business_day(utc_now())


def _say_run(done: dict[str, Any], json_wanted: bool) -> None:
    if json_wanted:
        say_json(done)
        return
    amounts = {name: format_fen(done[name]) for name in ("amount_fen", "raised_fen", "lowered_fen")}
    say(
        f"{done['run']}：{done['lists']} 份，{done['entries']} 户（人），发放 {amounts['amount_fen']}；"
        f"调整 {done['changed']}，补发 {amounts['raised_fen']}，多发 {amounts['lowered_fen']}",
        f"{done['run']}: {done['lists']} lists, {done['entries']} entries, {amounts['amount_fen']} paid; "
        f"{done['changed']} changed, {amounts['raised_fen']} to be paid, {amounts['lowered_fen']} too much",
    )


@roll.command(
    zh="列出一次发放或核定的各行：对象、各月金额、差额。",
    example="provident roll lines urban_dibao_standard.lianshan.2019-07 --json",
)
@click.argument("run")
@option(
    "--limit",
    type=click.IntRange(1, 1_000_000),
    default=100,
    show_default=True,
    zh="行数。",
    en="Lines shown.",
)
@as_json
def lines(run: str, limit: int, json_wanted: bool) -> None:
    """List what RUN paid or changed, entry by entry; its sums are those of the lists to the fen."""
    from projections.views.payments import STATUS
    from projections.views.rolls import run_lines

    with open_desk() as desk, reading(desk) as connection:
        found = list(run_lines(connection, run, limit))
    if json_wanted:
        say_json(found)
        return
    say_table(
        words(
            "编号,收款人,月份,>差额,>金额,划款,状态", "entry,payee,months,>difference,>amount,order,standing"
        ).split(","),
        [
            (
                one["entry"],
                one["payee"],
                ", ".join(f"{name} {_signed(fen)}" for name, fen in one["months"].items()),
                _signed(one["difference_fen"]),
                _signed(one["amount_fen"]),
                one.get("payment", ""),
                words(*STATUS[one["status"]]) if "status" in one else "",
            )
            for one in found
        ],
    )


@click.group(cls=Group, zh="年度奖励资金池。", example="provident pool show township.2019")
def pool() -> None:
    """The awards of a year that all applicants share."""


@pool.command(zh="显示一个资金池：申报、核算、应发。", example="provident pool show township.2019 --json")
@click.argument("pool")
@as_json
def show_pool(pool: str, json_wanted: bool) -> None:
    """Show POOL with its entrants, their investments and awards."""
    from projections.views.rolls import pool_facts

    with open_desk() as desk, reading(desk) as connection:
        facts = pool_facts(connection, pool)
    if json_wanted:
        say_json(facts)
        return
    say(f"{pool} · {facts['status']} · {format_fen(facts['amount_fen'])}")
    say_table(
        words("对象,区域,收款人,>投资,>应发", "entrant,area,payee,>investment,>award").split(","),
        [
            (one["entrant"], one["area"], one["payee"], format_fen(one["investment_fen"]), format_fen(one["award_fen"]))
            for one in facts["entrants"]
        ],
    )  # fmt: skip


show_pool.name = "show"
pool.commands["show"] = pool.commands.pop("show-pool")
