"""``provident demo``: a small city on an embedded ledger; what came of it is shown, asked, proved and attacked."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from commands.cli.opening import open_desk, reading
from commands.cli.output import Command, language, option, progress, say, say_table, words
from ledger.money import format_fen

TODAY = date(2021, 6, 30)


@click.command(
    cls=Command,
    zh="在一个文件夹里建立示例城市：登记、汇缴、提取、更正，然后查询、重算、举证，并演示改动如何被发现。",
    example="provident demo --dir demo",
)
@option("--dir", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path("demo"), show_default=True,
        zh="所用文件夹；每次重新开始。", en="The folder to use; it starts afresh each time.")  # fmt: skip
@option(
    "--employers", type=click.IntRange(6, 900), default=60, show_default=True, zh="单位数。", en="Employers."
)
@option(
    "--heads",
    type=click.IntRange(5, 900),
    default=40,
    show_default=True,
    zh="每单位人数。",
    en="Employees of each.",
)
def demo(folder: Path, employers: int, heads: int) -> None:
    """Make a small city on an embedded ledger, then ask, replay, prove, and show that tampering is found."""
    began = perf_counter()
    url = start_afresh(folder)
    live_two_years(url, employers, heads)
    with open_desk(url) as desk:
        show_books(desk)
        show_duties(desk)
        event_id = show_story(desk)
        checkpoint = prove(desk)
    (folder / "checkpoint.json").write_text(json.dumps(checkpoint, indent=2), "utf-8")
    show_tampering(folder, checkpoint)
    show_next(folder, url, event_id, perf_counter() - began)


def start_afresh(folder: Path) -> str:
    """An empty, migrated ledger in the folder; only what an earlier demonstration made is removed."""
    from ledger.store.database import Database
    from migrations import upgrade

    folder.mkdir(parents=True, exist_ok=True)
    for name in ("ledger.db", "tampered.db", "cut.db"):
        for ending in ("", "-wal", "-shm"):
            (folder / (name + ending)).unlink(missing_ok=True)
    url = f"sqlite:///{folder / 'ledger.db'}"
    database = Database(url)
    upgrade(database.engine)
    database.close()
    return url


@contextmanager
def chapter(zh: str, en: str) -> Iterator[None]:
    """A part of the demonstration under its headline."""
    title = words(zh, en)
    click.echo()
    click.secho(title, bold=True)
    click.echo("─" * 72)
    yield


def live_two_years(url: str, employers: int, heads: int) -> None:
    """Everything that happens in the city, by commands."""
    from commands.cli.demo_city import FIRST, LAST, City, Clock

    clock = Clock()
    months = LAST - FIRST + 1
    with chapter("一、两个缴存年度的归集", "1. Two fund years of collection"), open_desk(url, clock) as desk:
        with progress("办理业务", "carrying out commands", employers * (months + 2)) as advance:
            city = City(desk, clock, employers, heads, advance)
            city.publish_figures()
            city.open_accounts()
            began = perf_counter()
            city.live()
            seconds = perf_counter() - began
        with desk.ledger.database.reading() as connection:
            from ledger.store.unit_of_work import read_head

            head = read_head(connection)
        say(
            f"{employers} 个单位、{employers * heads:,} 个账户、{months} 个月：{head.commit_id:,} 次记账、"
            f"{head.event_id:,} 个事件，每秒 {round(head.event_id / seconds):,} 个事件",
            f"{employers} employers, {employers * heads:,} accounts, {months} months: {head.commit_id:,} commits, "
            f"{head.event_id:,} events, {round(head.event_id / seconds):,} events a second",
        )
        refused = Counter(one.code for one in city.refused)
        first = {one.code: one for one in reversed(city.refused)}
        say("不予办理的（账上不留痕迹）：", "Refused, without a trace on any balance:")
        for code, count in sorted(refused.items()):
            say(f"  {count} × [{code}] {first[code].message(language())} · {first[code].clause}")


def show_books(desk: Any) -> None:
    """Balances by employer, and the trial balance."""
    from commands.cli.employers import facts_of
    from projections.views.journal import trial_balance

    with chapter("二、余额与试算平衡", "2. Balances and the trial balance"), reading(desk) as connection:
        rows = [facts_of(desk, connection, f"E{number:03d}", TODAY) for number in range(1, 7)]
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


def show_duties(desk: Any) -> None:
    """What was late, and the money that waits."""
    from commands.cli.standing import held_money, show_held, show_obligations
    from projections.views.obligations import obligations

    with chapter("三、期限义务与挂账", "3. Duties and held money"), reading(desk) as connection:
        rows = obligations(connection, TODAY)
        late = [one for one in rows if one.late_days]
        in_time = len(rows) - len(late)
        say(
            f"{len(rows):,} 项义务，按期 {in_time:,} 项，逾期 {len(late)} 项；其中：",
            f"{len(rows):,} duties, {in_time:,} in time, {len(late)} late; among them:",
        )
        by_kind: dict[str, Any] = {}
        for one in sorted(late, key=lambda one: -one.late_days):
            by_kind.setdefault(one.kind, one)
        show_obligations(
            [*by_kind.values(), *(one for one in rows if one.done_on is None and not one.late_days)][:8]
        )
        click.echo()
        show_held(held_money(desk, connection, TODAY)[:6])


def show_story(desk: Any) -> int:
    """One account in plain words, and one question with two answers; returns the event of its withdrawal."""
    from commands.cli.accounts import show_history
    from commands.cli.demo_city import STORY
    from ledger.streams.account import as_of
    from projections.views.history import told

    with chapter(f"四、账户 {STORY} 的历史", f"4. The history of account {STORY}"):
        events = desk.ledger.stream(f"account-{STORY}")
        with desk.ledger.database.reading() as connection:
            rows = list(told(connection, events))
        show_history([*rows[:14]])
        say(f"……共 {len(rows)} 个事件", f"… {len(rows)} events in all")
    with chapter("五、同一天的余额，两种所知", "5. The balance of one day, as known on two days"):
        on = date(2019, 12, 31)
        for known_on in (date(2020, 1, 5), date(2020, 2, 28), TODAY):
            balance = format_fen(as_of(events, on, known_on).balance_fen)
            say(
                f"{on} 的余额，按 {known_on} 所知：{balance:>12} 元",
                f"the balance effective on {on}, as known on {known_on}: {balance:>12}",
            )
        say(
            "二月冲正了一笔串户的缴存，三月补缴：当时的账没有改动，今天的答案不同。",
            "In February a wrong contribution was reversed, in March made up: nothing was edited, the answer differs.",
        )
    return next(int(one.id) for one in events if one.body.topic == "account.withdrawn/1")


def prove(desk: Any) -> dict[str, Any]:
    """Everything recomputed twice over; returns a checkpoint."""
    from commands.cli.proving import replayed, show_report, verified
    from projections.replay.checkpoint import checkpoint

    with chapter("六、举证", "6. Proof"):
        report = verified(desk)
        show_report(report)
        done = replayed(desk, switch=False)
        say(
            f"重建 {len(done.tables)} 张表：{'全部相同' if done.equal else '有不同！'}，"
            f"每秒 {round(done.events / done.seconds):,} 个事件",
            f"{len(done.tables)} tables rebuilt from the events: {'all identical' if done.equal else 'NOT identical'}, "
            f"{round(done.events / done.seconds):,} events a second",
        )
    with desk.ledger.database.reading() as connection:
        return checkpoint(connection)


def show_tampering(folder: Path, checkpoint: dict[str, Any]) -> None:
    """Two attacks on copies of the file, by someone who owns it and the triggers in it."""
    from commands.cli.proving import verified

    attacks = {
        "tampered.db": (
            "把一笔缴存的个人部分改大十倍",
            "one employee's contribution made ten times as large",
            "UPDATE event SET state = replace(state, '\"employee_fen\":', '\"employee_fen\":1') WHERE id = "
            "(SELECT min(id) FROM event WHERE topic = 'account.deposited/1')",
        ),
        "cut.db": (
            "删除最后一次记账及其事件",
            "the last commit deleted together with its events",
            "DELETE FROM event WHERE id >= (SELECT first_event_id FROM ledger_commit ORDER BY id DESC LIMIT 1);"
            "DELETE FROM idempotency WHERE commit_id = (SELECT max(id) FROM ledger_commit);"
            "DELETE FROM ledger_commit WHERE id = (SELECT max(id) FROM ledger_commit)",
        ),
    }
    with chapter("七、背着账本改数据库", "7. The database changed behind the ledger's back"):
        for name, (zh, en, statements) in attacks.items():
            copy_of(folder / "ledger.db", folder / name)
            change_by_force(folder / name, statements)
            with open_desk(f"sqlite:///{folder / name}") as desk:
                report = verified(desk, checkpoint)
            say(
                f"{zh}：{'发现' if not report.sound else '未发现！'}",
                f"{en}: {'found' if not report.sound else 'NOT found'}",
            )
            for one in report.findings[:3]:
                say(f"  ✗ [{one.code}] {one.message(language())}")


def copy_of(source: Path, target: Path) -> None:
    """A copy of a SQLite file, whatever still stands in its log."""
    with sqlite3.connect(source) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(source, target)


def change_by_force(file: Path, statements: str) -> None:
    """Takes the triggers away that protect events, and runs statements."""
    with sqlite3.connect(file) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.executescript(statements)
    connection.close()


def show_next(folder: Path, url: str, event_id: int, seconds: float) -> None:
    """Commands to copy."""
    from commands.cli.demo_city import STORY

    program = "provident" if shutil.which("provident") else sys.argv[0]
    with chapter(f"完成，用时 {seconds:.0f} 秒。接下来可以：", f"Done in {seconds:.0f} s. What to try next:"):
        for rest in (
            f"account show {STORY} --as-of 2019-12-31 --known-on 2020-01-05",
            f"account history {STORY}",
            f"why {event_id}",
            "employer show E003 --as-of 2021-06-30",
            "obligations --overdue --as-of 2021-06-30",
            "proposals",
            "trial-balance --as-of 2020-06-30",
            f"verify --against {folder}/checkpoint.json",
        ):
            click.echo(f"  {program} --ledger {url} {rest}")
