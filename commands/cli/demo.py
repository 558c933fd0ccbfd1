"""``provident demo``: a small city on an embedded ledger; what came of it is shown, asked, proved and attacked."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from commands.cli.opening import open_desk, reading
from commands.cli.output import Command, language, option, progress, say, say_table, words
from ledger.money import format_fen

TODAY = date(2020, 7, 30)
MONTHS = 12
EMPLOYER = "E00001"


@click.command(
    cls=Command,
    zh="在一个文件夹里建立示例城市：生成清册并导入，办理业务，然后查询、重算、举证，并演示改动如何被发现。",
    example="provident demo --dir demo",
)
@option("--dir", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path("demo"), show_default=True,
        zh="所用文件夹；每次重新开始。", en="The folder to use; it starts afresh each time.")  # fmt: skip
@option(
    "--employers", type=click.IntRange(6, 900), default=80, show_default=True, zh="单位数。", en="Employers."
)
@option(
    "--employees",
    type=click.IntRange(400, 90_000),
    default=4_000,
    show_default=True,
    zh="职工数。",
    en="Employees.",
)
def demo(folder: Path, employers: int, employees: int) -> None:
    """Make a small city on an embedded ledger, then ask, replay, prove, and show that tampering is found."""
    from commands.cli.demo_counter import at_the_counter, untouched
    from commands.intake.city import StandingClock

    began = perf_counter()
    url = start_afresh(folder)
    clock = StandingClock(datetime(1970, 1, 1, tzinfo=UTC))
    with open_desk(url, clock) as desk:
        take_in(desk, clock, folder / "files", employers, employees)
        account, other = untouched(desk)
        show_counter(at_the_counter(desk, clock, account, other))
        show_books(desk)
        show_duties(desk)
        event_id = show_story(desk, account)
        checkpoint = prove(desk)
    (folder / "checkpoint.json").write_text(json.dumps(checkpoint, indent=2), "utf-8")
    show_tampering(folder, checkpoint)
    show_next(folder, url, account, event_id, perf_counter() - began)


def start_afresh(folder: Path) -> str:
    """An empty, migrated ledger in the folder; only what an earlier demonstration made is removed."""
    from ledger.store.database import Database
    from migrations import upgrade

    folder.mkdir(parents=True, exist_ok=True)
    for name in ("ledger.db", "tampered.db", "cut.db"):
        for one in folder.glob(f"{name}*"):
            one.unlink()
    if (folder / "files" / "manifest.json").is_file():
        shutil.rmtree(folder / "files")
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


def take_in(desk: Any, clock: Any, folder: Path, employers: int, employees: int) -> None:
    """A year of files, written with the defects real files have and imported by the road of everyone."""
    from commands.intake.city import import_city
    from commands.intake.sample.city import Plan, write_city
    from ledger.store.unit_of_work import read_head

    with chapter("一、导入一个缴存年度的文件", "1. A fund year of files taken in"):
        with progress("生成清册", "writing the files") as advance:
            manifest = write_city(Plan(employers, employees, MONTHS, 1), folder, advance)
        began = perf_counter()
        with progress("导入", "taking in", len(manifest["steps"])) as advance:
            summary = import_city(desk, folder, clock, lambda at, _of: advance(at))
        seconds = perf_counter() - began
        with desk.ledger.database.reading() as connection:
            head = read_head(connection)
        rate = round(head.event_id / seconds)
        say(
            f"{employers} 个单位、{employees:,} 名职工、{MONTHS} 个月：{summary.files} 个文件、{summary.rows:,} 行，"
            f"入账 {summary.accepted:,} 行",
            f"{employers} employers, {employees:,} employees, {MONTHS} months: {summary.files} files, "
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


def show_counter(refused: list[Any]) -> None:
    """What the counter refused."""
    with chapter("二、柜面：付款须经两人", "2. At the counter: money leaves by two persons"):
        for one in refused:
            say(f"不予办理 [{one.code}] {one.message(language())} · {one.clause}",
                f"refused [{one.code}] {one.message(language())} · {one.clause}")  # fmt: skip


def show_books(desk: Any) -> None:
    """Balances by employer, and the trial balance."""
    from commands.cli.employers import facts_of
    from projections.views.journal import trial_balance

    with chapter("三、余额与试算平衡", "3. Balances and the trial balance"), reading(desk) as connection:
        rows = [facts_of(desk, connection, f"E{number:05d}", TODAY) for number in range(1, 7)]
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

    with chapter("四、期限义务与挂账", "4. Duties and held money"), reading(desk) as connection:
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


def show_story(desk: Any, account: str) -> int:
    """One account in plain words, and one question with two answers; returns the event of its withdrawal."""
    from commands.cli.accounts import show_history
    from ledger.streams.account import as_of
    from projections.views.history import told

    with chapter(f"五、账户 {account} 的历史", f"5. The history of account {account}"):
        events = desk.ledger.stream(f"account-{account}")
        with desk.ledger.database.reading() as connection:
            rows = list(told(connection, events))
        show_history(rows)
    with chapter("六、同一天的余额，两种所知", "6. The balance of one day, as known on two days"):
        on = date(2019, 12, 31)
        for known_on in (date(2020, 1, 5), date(2020, 7, 9), TODAY):
            balance = format_fen(as_of(events, on, known_on).balance_fen)
            say(
                f"{on} 的余额，按 {known_on} 所知：{balance:>12} 元",
                f"the balance effective on {on}, as known on {known_on}: {balance:>12}",
            )
        say(
            "七月发现并冲正了一笔串户的缴存，随后补缴：当时的账没有改动，今天的答案不同。",
            "In July a wrong contribution was found and reversed, then made up: nothing was edited, the answer differs.",
        )
    return next(int(one.id) for one in events if one.body.topic == "account.withdrawn/1")


def prove(desk: Any) -> dict[str, Any]:
    """Everything recomputed twice over; returns a checkpoint."""
    from commands.cli.proving import replayed, show_report, verified
    from projections.replay.checkpoint import checkpoint

    with chapter("七、举证", "7. Proof"):
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
    with chapter("八、背着账本改数据库", "8. The database changed behind the ledger's back"):
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


def show_next(folder: Path, url: str, account: str, event_id: int, seconds: float) -> None:
    """Commands to copy."""

    program = "provident" if shutil.which("provident") else sys.argv[0]
    with chapter(f"完成，用时 {seconds:.0f} 秒。接下来可以：", f"Done in {seconds:.0f} s. What to try next:"):
        for rest in (
            f"account show {account} --as-of 2019-12-31 --known-on 2020-01-05",
            f"account history {account}",
            f"why {event_id}",
            f"employer show {EMPLOYER} --as-of {TODAY}",
            f"obligations --overdue --as-of {TODAY}",
            "proposals",
            "trial-balance --as-of 2020-06-30",
            f"verify --against {folder}/checkpoint.json",
        ):
            click.echo(f"  {program} --ledger {url} {rest}")
