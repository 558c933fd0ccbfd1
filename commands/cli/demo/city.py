"""The city: its files taken in, its balances and books, what was late, and the money that waits."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import click

from commands.cli.demo.stage import TODAY, Stage
from commands.cli.employers import facts_of
from commands.cli.opening import reading
from commands.cli.output import language, progress, say, say_table, words
from commands.cli.standing import held_money, show_held, show_obligations
from commands.intake.city import import_city
from commands.intake.sample.city import Plan, write_city
from ledger.money import format_fen
from ledger.store.unit_of_work import read_head
from projections.views.journal import trial_balance
from projections.views.obligations import obligations

MONTHS = 12


def take_in(stage: Stage) -> None:
    """A year of files, written with the defects real files have and imported by the road of everyone."""
    desk, folder = stage.desk, stage.folder / "files"
    with stage.chapter("导入一个缴存年度的文件", "A fund year of files taken in"):
        with progress("生成清册", "writing the files") as advance:
            manifest = write_city(Plan(stage.employers, stage.employees, MONTHS, 1), folder, advance)
        began = perf_counter()
        with progress("导入", "taking in", len(manifest["steps"])) as advance:
            summary = import_city(desk, folder, stage.clock, lambda at, _of: advance(at))
        seconds = perf_counter() - began
        with desk.ledger.database.reading() as connection:
            head = read_head(connection)
        rate = round(head.event_id / seconds)
        say(
            f"{stage.employers} 个单位、{stage.employees:,} 名职工、{MONTHS} 个月：{summary.files} 个文件、"
            f"{summary.rows:,} 行，入账 {summary.accepted:,} 行",
            f"{stage.employers} employers, {stage.employees:,} employees, {MONTHS} months: {summary.files} files, "
            f"{summary.rows:,} rows, {summary.accepted:,} taken in",
        )
        say(
            f"{head.commit_id:,} 次记账、{head.event_id:,} 个事件，连同读文件每秒 {rate:,} 个事件",
            f"{head.commit_id:,} commits, {head.event_id:,} events; {rate:,} a second, reading the files included",
        )
        say(
            f"{summary.refused_files} 个文件有错，未入账，改正后重报；错误按代码：",
            f"{summary.refused_files} files had bad rows, left no trace, and came again corrected; by code:",
        )
        rows = sorted(summary.refused.items(), key=lambda one: (-one[1], one[0]))
        say_table(words("代码,>次数", "Code,>Count").split(","), rows)


def show_books(stage: Stage) -> None:
    """Balances by employer, and the trial balance."""
    with stage.chapter("余额与试算平衡", "Balances and the trial balance"), reading(stage.desk) as connection:
        rows = [facts_of(stage.desk, connection, f"E{number:05d}", TODAY) for number in range(1, 7)]
        heads = words(
            "单位,比例,>账户数,>余额,缴至,>欠缴", "Employer,Rate,>Accounts,>Balances,Paid up to,>Owed"
        )
        say_table(
            heads.split(","),
            [
                (
                    f"{one['employer']} {one['name']}",
                    one["rate"],
                    sum(one["heads"].values()),
                    format_fen(one["balance_fen"]),
                    one["paid_up_to"],
                    format_fen(one["arrears_fen"]) if one["arrears_fen"] else "",
                )
                for one in rows
            ],
        )
        click.echo()
        books = trial_balance(connection)
        say_table(
            words("科目,名称,>借方,>贷方,>余额", "Code,Account,>Debit,>Credit,>Balance").split(","),
            [
                (
                    one.code,
                    one.zh if language() == "zh" else one.en,
                    format_fen(one.debit_fen),
                    format_fen(one.credit_fen),
                    format_fen(one.balance_fen),
                )
                for one in books
            ]
            + [
                (
                    "",
                    words("合计", "Total"),
                    format_fen(sum(one.debit_fen for one in books)),
                    format_fen(sum(one.credit_fen for one in books)),
                    "",
                )
            ],
        )


def show_duties(stage: Stage) -> None:
    """What was late, and the money that waits."""
    with stage.chapter("期限义务与挂账", "Duties and held money"), reading(stage.desk) as connection:
        rows = obligations(connection, TODAY)
        late = [one for one in rows if one.late_days]
        in_time = len(rows) - len(late)
        say(
            f"{len(rows):,} 项义务，按期 {in_time:,} 项，逾期 {len(late)} 项；其中：",
            f"{len(rows):,} duties, {in_time:,} in time, {len(late)} late; among them:",
        )
        by_kind: dict[str, Any] = {}
        for one in sorted(late, key=lambda one: -(one.late_days or 0)):
            by_kind.setdefault(one.kind, one)
        show_obligations(
            [*by_kind.values(), *(one for one in rows if one.done_on is None and not one.late_days)][:8]
        )
        click.echo()
        show_held(held_money(stage.desk, connection, TODAY)[:6])
