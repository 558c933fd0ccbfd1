"""``provident verify``, ``replay`` and ``checkpoint``: nothing is taken on trust."""

from __future__ import annotations

import json
from typing import IO, Any

import click

from commands.cli.opening import open_desk
from commands.cli.output import (
    FAILED,
    LINES_SHOWN_MAX,
    Command,
    as_json,
    language,
    option,
    progress,
    say,
    say_json,
    say_table,
    words,
    wrong_use,
)
from ledger.money import format_fen


@click.command(
    cls=Command,
    zh="另走一条路重算全部内容：哈希链、编号、余额、账簿、台账、视图、按规则重算的金额。有不符则退出码为 4。",
    example="provident verify\nprovident verify --against checkpoint.json",
)
@option(
    "--against",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    zh="另行保存的检查点：可发现末尾被删和整链重算。",
    en="A checkpoint kept elsewhere: shows a tail that was deleted and a chain computed afresh.",
)
@as_json
@click.pass_context
def verify(ctx: click.Context, against: IO[str] | None, json_wanted: bool) -> None:
    """Recompute everything by another path and say what differs; exit code 4 when something does."""
    try:
        kept = json.load(against) if against else None
    except ValueError as error:
        raise wrong_use(f"--against: {error}") from None
    with open_desk() as desk:
        report = verified(desk, kept)
    if json_wanted:
        say_json(report.as_json(language()))
    else:
        show_report(report)
    if not report.sound:
        ctx.exit(FAILED)


def verified(desk: Any, against: dict[str, Any] | None = None) -> Any:
    """The report on a ledger, its views included."""
    from projections.replay.verify import verify as recompute
    from projections.replay.view_check import view_checks
    from projections.views import all_views

    book = desk.present_book()
    with progress("核对事件", "verifying events") as advance:
        return recompute(
            desk.ledger.database,
            book,
            against=against,
            views=view_checks(all_views(book)),
            progress=lambda at, _of: advance(at),
        )


def show_report(report: Any) -> None:
    """What was recomputed, and each thing that is not as it must be."""
    say(
        f"重算 {report.commits:,} 次记账、{report.events:,} 个事件、{report.accounts:,} 个账户，"
        f"个人余额合计 {format_fen(report.members_fen)} 元，每秒 {report.events_per_second:,} 个事件",
        f"Recomputed {report.commits:,} commits, {report.events:,} events, {report.accounts:,} accounts; "
        f"personal balances {format_fen(report.members_fen)}; {report.events_per_second:,} events a second",
    )
    if report.sound:
        say("全部相符，未发现改动", "Everything agrees, nothing was changed")
        return
    for one in report.findings[:LINES_SHOWN_MAX]:
        say(f"✗ [{one.code}] {one.message(language())}")
        say(f"    {one.hint(language())}")
    counts = ", ".join(f"{code} {count}" for code, count in report.counts.items())
    say(f"核对不符：{counts}", f"Verification failed: {counts}")


@click.command(
    cls=Command,
    zh="由事件重建全部台账和视图，与现有的逐行比较，不同则切换；报告每秒事件数。不同则退出码为 4。",
    example="provident replay",
)
@option("--dry-run", is_flag=True, zh="只比较，不切换。", en="Compare only, switch nothing.")
@as_json
@click.pass_context
def replay(ctx: click.Context, dry_run: bool, json_wanted: bool) -> None:
    """Rebuild every register and view beside the live one, compare, switch what differs; exit code 4 when one did."""
    with open_desk() as desk:
        done = replayed(desk, switch=not dry_run)
    if json_wanted:
        say_json(
            {
                "identical": done.equal,
                "switched": done.switched,
                "events": done.events,
                "events_per_second": round(done.events / done.seconds),
                "tables": [{**one._asdict(), "identical": one.equal} for one in done.tables],
            }
        )
    else:
        show_replay(done)
    if not done.equal:
        ctx.exit(FAILED)


def replayed(desk: Any, switch: bool = True) -> Any:
    """All registers and views built afresh and compared."""
    from projections.replay.rebuild import replay as rebuild
    from projections.views import all_views
    from projections.views.view import catch_up

    views = all_views(desk.present_book())
    for view in views:
        catch_up(desk.ledger.database, view)
    with progress("重建", "rebuilding") as advance:
        return rebuild(desk.ledger.database, views, lambda _what, at, _of: advance(at), switch=switch)


def show_replay(done: Any) -> None:
    """The tables that were compared."""
    rows = [
        (one.table, f"{one.rows:,}", words("相同", "identical") if one.equal else words("不同", "DIFFERS"))
        for one in done.tables
    ]
    say_table(words("表,>行,比较", "Table,>Rows,Compared").split(","), rows)
    rate = round(done.events / done.seconds)
    say(
        f"由 {done.events:,} 个事件重建，{done.seconds:.1f} 秒，每秒 {rate:,} 个事件",
        f"Rebuilt from {done.events:,} events in {done.seconds:.1f} s, {rate:,} events a second",
    )
    if done.switched:
        say("不同的表已换为重建的", "What differed was replaced by what was rebuilt")


@click.command(
    cls=Command,
    zh="输出检查点，请保存在账本管理者够不到的地方。",
    example="provident checkpoint > checkpoint.json",
)
def checkpoint() -> None:
    """Print a checkpoint, to be kept where the ledger's keeper cannot reach it; it is JSON."""
    from projections.replay.checkpoint import checkpoint as present

    with open_desk() as desk, desk.ledger.database.reading() as connection:
        say_json(present(connection))
