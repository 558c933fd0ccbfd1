"""``provident obligations`` and ``provident status``: what is due, what money waits, and how the ledger stands."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from commands.cli.opening import open_desk, reading, shown_url, today
from commands.cli.output import (
    Command,
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


@click.command(
    cls=Command,
    zh="期限义务：谁应在哪天之前办理什么、是否逾期；并列出挂账款项及其账龄。",
    example="provident obligations --overdue --as-of 2020-03-31",
)
@option("--overdue", is_flag=True, zh="只看逾期的。", en="Only what is or was late.")
@option("--open", "only_open", is_flag=True, zh="只看未办结的。", en="Only what is not done yet.")
@option("--as-of", type=day, zh="按该日计算，默认今天。", en="As it stands on this day, today by default.")
@as_json
def obligations(overdue: bool, only_open: bool, as_of: date | None, json_wanted: bool) -> None:
    """Show who must do what by which day and what is late, and the held money with its age."""
    from projections.views.obligations import obligations as duties

    on = as_of or today()
    with open_desk() as desk, reading(desk) as connection:
        rows = [
            one for one in duties(connection, on, only_open=only_open) if one.late_days != 0 or not overdue
        ]
        held = held_money(desk, connection, on)
    if json_wanted:
        say_json({"as_of": on, "obligations": [one._asdict() for one in rows], "held": held})
        return
    show_obligations(rows)
    show_held(held)


def show_obligations(rows: list[Any]) -> None:
    """Obligations as a table."""
    if not rows:
        say("没有此类义务", "There are no such obligations")
        return
    heads = words(
        "事项,对象,责任人,起算,期限,末日,办结,>逾期天数,依据",
        "What,Subject,Who,Arose,Due,Last day,Done,>Days late,Clause",
    )
    say_table(
        heads.split(","),
        [
            (
                one.zh if language() == "zh" else one.en,
                one.subject,
                one.who,
                one.arose_on,
                one.due_on or words("待公布", "not published"),
                one.last_day or words("放假安排待公布", "calendar not published"),
                one.done_on or "—",
                "?" if one.late_days is None else one.late_days or "",
                one.clause,
            )
            for one in rows
        ],
    )


def held_money(desk: Any, connection: Any, on: date) -> list[dict[str, Any]]:
    """Receipts that are still held (挂账), the oldest first, with their age in days."""
    from ledger.streams.receipt import age_days

    register = desk.ledger.registers["receipt"]
    states = register.read(connection, register.keys_where(connection, status="held"))
    rows = [
        {
            "receipt": name,
            "employer": one.employer or None,
            "why": one.why,
            "open_fen": one.open_fen,
            "received_on": one.received_on.isoformat(),
            "age_days": age_days(one, on),
        }
        for name, (_, one) in states.items()
    ]
    return sorted(rows, key=lambda row: (row["received_on"], row["receipt"]))


def show_held(held: list[dict[str, Any]]) -> None:
    """Held money as a table."""
    from projections.views.words import term

    if not held:
        return
    heads = words(
        "暂收款,单位,原因,收到,>账龄（天）,>金额", "Receipt,Employer,Why,Received,>Age in days,>Amount"
    )
    rows = [
        (
            one["receipt"],
            one["employer"] or "—",
            term("why", one["why"], language()),
            one["received_on"],
            one["age_days"],
            format_fen(one["open_fen"]),
        )
        for one in held
    ]
    say_table(heads.split(","), rows, title=words("挂账款项", "Held money"))


@click.command(cls=Command, zh="账本状态：位置、视图滞后、大小。", example="provident status --json")
@as_json
def status(json_wanted: bool) -> None:
    """Show how far the ledger has come, how far behind each view is, and its size."""
    from projections.views import all_views
    from projections.views.status import status as standing

    with open_desk() as desk:
        database = desk.ledger.database
        with database.reading() as connection:
            now = standing(connection, all_views(desk.present_book()))
        size, where = database.size_bytes(), shown_url(database.url)
    if json_wanted:
        say_json(
            {
                **now._asdict(),
                "ledger": where,
                "bytes": size,
                "views": [one._asdict() for one in now.views],
            }
        )
        return
    last = shown_moment(now.recorded_at) if now.recorded_at else "—"
    say(f"账本 {where}", f"Ledger {where}")
    say(
        f"  记账 {now.commits:,} 次，事件 {now.events:,} 个",
        f"  {now.commits:,} commits, {now.events:,} events",
    )
    say(f"  最近记账 {last}（北京时间）", f"  last recorded {last} (Shanghai)")
    say(f"  链首 {now.head}", f"  head of the chain {now.head}")
    say(f"  大小 {size / 2**20:,.1f} MiB", f"  size {size / 2**20:,.1f} MiB")
    say_table(
        words("台账,>数量", "Register,>Streams").split(","),
        [(kind, f"{count:,}") for kind, count in now.streams.items()],
    )
    say_table(
        words("视图,>位置,>滞后", "View,>Position,>Lag").split(","),
        [(one.view, f"{one.position:,}", f"{one.lag:,}") for one in now.views],
    )
