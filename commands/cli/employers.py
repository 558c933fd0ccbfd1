"""``provident employer``: an employer's rate, heads, balances, what it owes by month and what is held for it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import click

from commands.cli.opening import open_desk, today
from commands.cli.output import Group, as_json, day, option, say, say_json, say_table, words
from commands.cli.standing import held_money, show_held
from ledger.dates import format_month, month_of, parse_month
from ledger.money import format_fen


@click.group(cls=Group, zh="缴存单位：比例、人数、余额、欠缴、挂账。")
def employer() -> None:
    """An employer: rate, heads, balances, arrears, held money."""


@employer.command(zh="单位概况，欠缴按月列出。", example="provident employer show E001 --as-of 2020-03-31")
@click.argument("employer")
@option("--as-of", type=day, zh="欠缴计至该日，默认今天。", en="Arrears up to this day, today by default.")
@as_json
def show(employer: str, as_of: date | None, json_wanted: bool) -> None:
    """Show an employer: rate, heads, balances, paid-up-to month, arrears by month, held money."""
    with open_desk() as desk, desk.ledger.database.reading() as connection:
        facts = facts_of(desk, connection, employer, as_of or today())
    if json_wanted:
        say_json(facts)
    else:
        show_facts(facts)


def facts_of(desk: Any, connection: Any, employer: str, on: date) -> dict[str, Any]:
    """An employer as JSON; refuses ``employer_unknown``."""
    from ledger.refusal import Refusal
    from ledger.streams.employer import rate_in

    registers = desk.ledger.registers
    found = registers["employer"].read(connection, [employer])
    if employer not in found:
        raise Refusal("employer_unknown", employer=employer)
    state = found[employer][1]
    keys = registers["account"].keys_where(connection, employer=employer)
    accounts = {key: one for key, (_, one) in registers["account"].read(connection, keys).items()}
    arrears = arrears_by_month(desk, state, accounts, on)
    return {
        "employer": employer,
        "name": state.name,
        "kind": state.kind,
        "status": state.status,
        "rate": str(rate_in(state, month_of(on))),
        "pay_day": state.pay_day,
        "paid_up_to": format_month(state.paid_up_to),
        "heads": dict(sorted(Counter(one.status for one in accounts.values()).items())),
        "balance_fen": sum(one.balance_fen for one in accounts.values()),
        "as_of": on.isoformat(),
        "arrears": arrears,
        "arrears_fen": sum(one["fen"] for one in arrears),
        "debtor": state.debtor or None,
        "held": [one for one in held_money(desk, connection, on) if one["employer"] == employer],
    }


def arrears_by_month(desk: Any, state: Any, accounts: dict[str, Any], on: date) -> list[dict[str, Any]]:
    """What is owed for each month that was complete on a day (欠缴): persons and fen."""
    from commands.handlers.employers import owed as owed_by
    from commands.law import Law

    law = Law(desk.present_book(), today(), desk.book)
    owed = [(month, fen) for _, month, fen in owed_by(law, state, accounts, on)]
    return [
        {
            "month": format_month(month),
            "heads": sum(one == month for one, _ in owed),
            "fen": sum(fen for one, fen in owed if one == month),
        }
        for month in sorted({month for month, _ in owed})
    ]


def show_facts(facts: dict[str, Any]) -> None:
    """An employer in lines and tables."""
    heads = ", ".join(f"{status} {count}" for status, count in facts["heads"].items()) or "0"
    say(
        f"单位 {facts['employer']} {facts['name']}（{facts['kind']}）",
        f"Employer {facts['employer']} {facts['name']}",
    )
    say(f"  状态 {facts['status']}，缴存比例 {facts['rate']}", f"  {facts['status']}, rate {facts['rate']}")
    say(f"  账户 {heads}", f"  accounts: {heads}")
    say(f"  余额合计 {format_fen(facts['balance_fen'])} 元", f"  balances {format_fen(facts['balance_fen'])}")
    say(f"  缴至 {facts['paid_up_to']}", f"  paid up to {facts['paid_up_to']}")
    if facts["arrears"]:
        debtor = facts["debtor"] or "—"
        owed = format_fen(facts["arrears_fen"])
        say(f"  欠缴合计 {owed} 元，承担人 {debtor}", f"  owed {owed}, debtor {debtor}")
        columns = words("欠缴月份,至,>每月人数,>金额", "Owed from,Until,>Heads a month,>Amount").split(",")
        say_table(columns, _spans(facts["arrears"]))
    show_held(facts["held"])


def _spans(arrears: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Months that follow each other with the same heads, as one row."""
    spans: list[list[dict[str, Any]]] = []
    for one in arrears:
        last = spans[-1][-1] if spans else None
        follows = last and parse_month(one["month"]) == parse_month(last["month"]) + 1
        if follows and last and last["heads"] == one["heads"]:
            spans[-1].append(one)
        else:
            spans.append([one])
    return [
        (span[0]["month"], span[-1]["month"], span[0]["heads"], format_fen(sum(one["fen"] for one in span)))
        for span in spans
    ]
