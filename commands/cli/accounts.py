"""``provident account``: what stands on a personal account, on any day, as known on any day, and how it came there."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from commands.cli.opening import open_desk, today
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
from ledger.dates import format_month
from ledger.money import format_fen

if TYPE_CHECKING:
    from ledger.streams.account import Account

STATUS = {
    "normal": ("正常", "normal"),
    "sealed": ("封存", "sealed"),
    "centrally_sealed": ("集中封存", "sealed in the centre's pool"),
    "closed": ("销户", "closed"),
}
known_on = option(
    "--known-on", type=day, zh="只看该日之前（含）已记账的。", en="Only what had been recorded by this day."
)


@click.group(cls=Group, zh="个人账户：某日余额、全部历史。")
def account() -> None:
    """A personal account: its balance on a day, its whole history."""


@account.command(
    zh="账户在某一业务日的情况；加 --known-on 则只看当时已知的。",
    example="provident account show A1\nprovident account show A1 --as-of 2019-12-31 --known-on 2020-01-05",
)
@click.argument("account")
@option("--as-of", type=day, zh="业务日，默认今天。", en="Effective on this day, today by default.")
@known_on
@as_json
def show(account: str, as_of: date | None, known_on: date | None, json_wanted: bool) -> None:
    """Show an account effective on a day, as known on a day."""
    from ledger.refusal import Refusal
    from ledger.streams.account import as_of as state_on

    with open_desk() as desk:
        events = desk.ledger.stream(f"account-{account}")
    on = as_of or today()
    state = state_on(events, on, known_on)
    if not state.status:
        raise Refusal("account_unknown", account=account)
    facts = facts_of(account, state, on, known_on)
    if json_wanted:
        say_json(facts)
        return
    for line in _lines(account, state, on, known_on):
        say(line)


def facts_of(account: str, state: Account, on: date, known_on: date | None) -> dict[str, Any]:
    """An account as JSON: months as text, amounts in fen."""
    return {
        "account": account,
        "as_of": on.isoformat(),
        "known_on": known_on and known_on.isoformat(),
        "status": state.status,
        "person": state.person,
        "employer": state.employer,
        "balance_fen": state.balance_fen,
        "carried_fen": state.carried_fen,
        "current_fen": state.current_fen,
        "base_fen": state.base_fen,
        "paid_up_to": format_month(state.paid_up_to) if state.paid_up_to else None,
        "months": state.months,
        "missing_months": [format_month(month) for month in state.missing],
        "frozen_by": state.frozen or None,
        "frozen_fen": state.frozen_fen,
    }


def _lines(account: str, state: Account, on: date, known_on: date | None) -> list[str]:
    status = words(*STATUS[state.status])
    known = words(f"，按 {known_on} 所知", f", as known on {known_on}") if known_on else ""
    paid = format_month(state.paid_up_to) if state.paid_up_to else "—"
    lines = [
        words(f"账户 {account}（{on}{known}）", f"Account {account} on {on}{known}"),
        words(f"  状态 {status}，单位 {state.employer}", f"  {status}, employer {state.employer}"),
        words(f"  余额 {format_fen(state.balance_fen)} 元", f"  balance {format_fen(state.balance_fen)}"),
        words(
            f"  其中上年结转 {format_fen(state.carried_fen)}，当年归集 {format_fen(state.current_fen)}",
            f"  of it carried forward {format_fen(state.carried_fen)}, of this year {format_fen(state.current_fen)}",
        ),
        words(
            f"  基数 {format_fen(state.base_fen)}，缴至 {paid}，累计 {state.months} 个月",
            f"  base {format_fen(state.base_fen)}, paid up to {paid}, {state.months} months",
        ),
    ]
    if state.missing:
        months = ", ".join(format_month(month) for month in state.missing)
        lines.append(words(f"  欠缴月份 {months}", f"  months not paid: {months}"))
    if state.frozen:
        amount = format_fen(state.frozen_fen) if state.frozen_fen else words("全部", "all of it")
        lines.append(words(f"  冻结：{state.frozen}，{amount}", f"  frozen by {state.frozen}: {amount}"))
    return lines


@account.command(
    zh="账户的每一个事件，用平常话写出，附业务日、记账时间（北京时间）、记账号、经办与审批、余额、依据。",
    example="provident account history A1",
)
@click.argument("account")
@known_on
@as_json
def history(account: str, known_on: date | None, json_wanted: bool) -> None:
    """Tell every event of an account in plain words.

    Each with its value date, the moment of recording in Shanghai, its commit, who acted and approved, what it moved,
    the balance after it, and its clause.
    """
    from ledger.refusal import Refusal
    from projections.views.history import told

    with open_desk() as desk, desk.ledger.database.reading() as connection:
        events = desk.ledger.stream(f"account-{account}", connection)
        rows = list(told(connection, events, known_on))
    if not rows:
        raise Refusal("account_unknown", account=account)
    if json_wanted:
        say_json([row.as_json(language()) for row in rows])
    else:
        show_history(rows)


def show_history(rows: list[Any]) -> None:
    """A history as a table."""
    heads = words(
        "事件,业务日,记账时间,记账,经办,>金额,>余额,事项,依据",
        "Event,Effective,Recorded,Commit,By,>Amount,>Balance,What happened,Clause",
    )
    said = [row.as_json(language()) for row in rows]
    say_table(
        heads.split(","),
        [
            (
                one["event_id"],
                one["effective_on"],
                shown_moment(row.event.recorded_at),
                one["commit"],
                one["actor"] + (f"/{one['approver']}" if one["approver"] else ""),
                format_fen(row.amount_fen) if row.amount_fen else "",
                format_fen(row.balance_fen),
                one["words"],
                one["clause"],
            )
            for row, one in zip(rows, said, strict=True)
        ],
    )
