"""``provident grant`` and ``provident budget``: what stands, what a beneficiary has had, and why an amount is what it is.

Steps are taken with ``provident do``, payments with ``provident propose`` and ``approve``.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from commands.cli.accounts import known_on
from commands.cli.opening import open_desk, reading, today
from commands.cli.output import (
    Group,
    as_json,
    day,
    language,
    option,
    say,
    say_json,
    say_table,
    shown_moment,
    words,
)
from ledger.money import format_fen

STATUS = {
    "applied": ("审核中", "under review"),
    "sent_back": ("退回补正", "sent back"),
    "rejected": ("不予批准", "turned down"),
    "cancelled": ("取消资格", "cancelled"),
    "approved": ("已批准", "approved"),
    "queued": ("排队", "waiting for money"),
    "planned": ("已列计划", "planned"),
    "paid": ("已拨付", "paid"),
    "ended": ("已终止", "ended"),
}
as_of = option(
    "--as-of", type=day, zh="截至该业务日，默认今天。", en="Effective by this day, today by default."
)


@click.group(
    cls=Group,
    zh="补贴：办理情况、受益人历史、金额依据。",
    example="provident grant list --status applied",
)
def grant() -> None:
    """Where each grant stands, what a beneficiary has had, why an amount is what it is."""


@grant.command(
    "list",
    zh="补贴清单：按状态、项目、地区或受益人；附停留天数。",
    example="provident grant list --status queued --area lianshan",
)
@option("--status", type=click.Choice(list(STATUS)), zh="只看该状态。", en="Only with this status.")
@option("--programme", metavar="ID", zh="只看该项目。", en="Only of this programme.")
@option("--area", metavar="AREA", zh="只看该地区。", en="Only of this area.")
@option("--beneficiary", metavar="ID", zh="只看该受益人。", en="Only of this beneficiary.")
@as_json
def list_(
    status: str | None, programme: str | None, area: str | None, beneficiary: str | None, json_wanted: bool
) -> None:
    """List grants with the days that they have stood where they stand."""
    from projections.views.grants import grant_facts, grants_where

    with open_desk() as desk, reading(desk) as connection:
        found = grants_where(
            connection, status=status, programme=programme, area=area, beneficiary=beneficiary
        )
    facts = [grant_facts(key, state, today()) for key, state in found.items()]
    if json_wanted:
        say_json(facts)
        return
    _show_grants(facts)


def _show_grants(facts: list[dict[str, Any]]) -> None:
    heads = words(
        "补贴,项目,受益人,地区,状态,>天数,>批准,>已付,>应退",
        "Grant,Programme,Beneficiary,Area,Status,>Days,>Granted,>Paid,>Owed back",
    )
    say_table(
        heads.split(","),
        [
            (
                one["grant"],
                one[language()],
                one["beneficiary"],
                one["area"],
                words(*STATUS[one["status"]]),
                one["age_days"],
                format_fen(one["amount_fen"]) if one["amount_fen"] else "",
                format_fen(one["paid_fen"]) if one["paid_fen"] else "",
                format_fen(one["owed_fen"]) if one["owed_fen"] else "",
            )
            for one in facts
        ],
    )


@grant.command(
    zh="一笔补贴的全部经过：申报、审核、公示、批准、拨付、追回。",
    example="provident grant show G1 --known-on 2019-09-01",
)
@click.argument("grant")
@known_on
@as_json
def show(grant: str, known_on: date | None, json_wanted: bool) -> None:
    """Show one grant: where it stands, and every step in plain words with who took it and its clause."""
    from ledger.refusal import Refusal
    from ledger.streams.grant import GRANTS
    from projections.views.grants import grant_facts
    from projections.views.history import told

    with open_desk() as desk, reading(desk) as connection:
        rows = list(told(connection, desk.ledger.stream(GRANTS.id(grant), connection), known_on))
    if not rows:
        raise Refusal("grant_unknown", grant=grant)
    facts = grant_facts(grant, GRANTS.fold([row.event.body for row in rows]), today())
    if json_wanted:
        say_json(facts | {"history": [row.as_json(language()) for row in rows]})
        return
    stands = words(*STATUS[facts["status"]])
    say(
        f"补贴 {grant}：{facts['zh']}（{facts['clause']}），受益人 {facts['beneficiary']}，{stands}",
        f"Grant {grant}: {facts['en']} ({facts['clause']}), {facts['beneficiary']}, {stands}",
    )
    say(
        f"  批准 {format_fen(facts['amount_fen'])} 元，已付 {format_fen(facts['paid_fen'])} 元，"
        f"应退未退 {format_fen(facts['owed_fen'])} 元",
        f"  granted {format_fen(facts['amount_fen'])}, paid {format_fen(facts['paid_fen'])}, "
        f"owed back {format_fen(facts['owed_fen'])}",
    )
    show_steps(rows)


@grant.command(
    zh="某人或某企业在全部项目中的情况：某业务日有效、某日所知。",
    example="provident grant history P1 --as-of 2019-12-31 --known-on 2020-01-05",
)
@click.argument("beneficiary")
@as_of
@known_on
@as_json
def history(beneficiary: str, as_of: date | None, known_on: date | None, json_wanted: bool) -> None:
    """Show everything that a person or firm applied for, over all programmes, effective on a day as known on a day."""
    from projections.views.grants import grant_facts, history_of
    from projections.views.history import told

    on = as_of or today()
    with open_desk() as desk, reading(desk) as connection:
        found = history_of(connection, desk.ledger, beneficiary, on, known_on)
        facts = [
            grant_facts(one.grant, one.state, on)
            | {"history": [row.as_json(language()) for row in told(connection, one.events)]}
            for one in found
        ]
    totals = {name: sum(one[name] for one in facts) for name in ("amount_fen", "paid_fen", "owed_fen")}
    if json_wanted:
        say_json({"beneficiary": beneficiary, "as_of": on, "known_on": known_on, **totals, "grants": facts})
        return
    _show_grants(facts)
    say(
        f"合计 {len(facts)} 笔：批准 {format_fen(totals['amount_fen'])} 元，已付 {format_fen(totals['paid_fen'])} 元，"
        f"应退未退 {format_fen(totals['owed_fen'])} 元",
        f"{len(facts)} grants: {format_fen(totals['amount_fen'])} granted, {format_fen(totals['paid_fen'])} paid, "
        f"{format_fen(totals['owed_fen'])} owed back",
    )


@grant.command(zh="为什么是这个金额：规则、事实、参数与条款，当场重算。", example="provident grant why G1")
@click.argument("grant")
@as_json
def why(grant: str, json_wanted: bool) -> None:
    """Say why a grant came to its amount: the rule with its facts, parameters and clause, performed again."""
    from commands.cli.why import show_trace, traced
    from ledger.refusal import Refusal
    from ledger.streams.grant import GRANTS
    from projections.views.grants import approval_of

    with open_desk() as desk:
        approval = approval_of(desk.ledger.stream(GRANTS.id(grant)))
        if approval is None:
            raise Refusal("grant_not_approved", grant=grant)
        facts = traced(desk, approval.id)
    if json_wanted:
        say_json(facts)
    else:
        show_trace(facts)


def show_steps(rows: list[Any]) -> None:
    """Every step of a grant or a budget in plain words, with who took it and its clause."""
    heads = words("事件,业务日,记账时间,经办,事项,依据", "Event,Effective,Recorded,By,What happened,Clause")
    said = [(row.as_json(language()), row.event.recorded_at) for row in rows]
    say_table(
        heads.split(","),
        [
            (
                one["event_id"],
                one["effective_on"],
                shown_moment(recorded_at),
                one["actor"] + (f"/{one['approver']}" if one["approver"] else ""),
                one["words"],
                one["clause"],
            )
            for one, recorded_at in said
        ],
    )


@click.group(
    cls=Group, zh="预算：下达、预留、支出、可用、待上缴。", example="provident budget list --year 2019"
)
def budget() -> None:
    """Budgets: voted, reserved, spent, left, to be returned."""


@budget.command("list", zh="预算执行情况。", example="provident budget list --year 2019 --area city")
@option("--year", type=int, zh="只看该年度。", en="Only of this year.")
@option("--area", metavar="AREA", zh="只看该地区。", en="Only of this area.")
@option("--purse", metavar="PURSE", zh="只看该资金。", en="Only of this purse.")
@as_json
def budget_list(year: int | None, area: str | None, purse: str | None, json_wanted: bool) -> None:
    """List budgets with what is reserved, spent and left."""
    from projections.views.grants import budget_facts, budgets_where

    with open_desk() as desk, reading(desk) as connection:
        facts = [budget_facts(*one) for one in budgets_where(connection, year=year, area=area, purse=purse)]
    if json_wanted:
        say_json(facts)
        return
    amounts = ("voted_fen", "reserved_fen", "spent_fen", "available_fen", "recovered_fen")
    heads = words(
        "预算,状态,>下达,>预留,>支出,>可用,>待上缴", "Budget,Status,>Voted,>Reserved,>Spent,>Left,>To return"
    )
    states = {"open": words("执行中", "open"), "closed": words("已结账", "closed")}
    say_table(
        heads.split(","),
        [
            (one["budget"], states[one["status"]], *(format_fen(one[name]) for name in amounts))
            for one in facts
        ],
    )


@budget.command(
    "show", zh="一项预算的全部变动。", example="provident budget show stable_jobs_refund.2019.city"
)
@click.argument("budget")
@known_on
@as_json
def budget_show(budget: str, known_on: date | None, json_wanted: bool) -> None:
    """Show every movement of one budget in plain words."""
    from ledger.refusal import Refusal
    from ledger.streams.budget import BUDGETS
    from projections.views.history import told

    with open_desk() as desk, reading(desk) as connection:
        rows = list(told(connection, desk.ledger.stream(BUDGETS.id(budget), connection), known_on))
    if not rows:
        raise Refusal("budget_missing", budget=budget)
    if json_wanted:
        say_json([row.as_json(language()) for row in rows])
    else:
        show_steps(rows)
