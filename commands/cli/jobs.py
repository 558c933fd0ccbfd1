"""``provident jobs``, ``backup`` and ``restore``: what happens by itself, and what is kept for the worst day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from commands.cli.opening import ledger_url, open_database, open_desk
from commands.cli.output import (
    FAILED,
    Group,
    as_json,
    option,
    progress,
    say,
    say_json,
    say_table,
    shown_moment,
    words,
)

FOLDER = "backups"


@click.group(
    cls=Group,
    zh="定时任务：每个期间只做一次，错过的补做。",
    example="provident jobs run verify 2020-06-30\nprovident jobs serve",
)
def jobs() -> None:
    """Jobs: each period is done once, and what was missed is caught up."""


def _folder(command: Any) -> Any:
    return option(
        "--folder",
        type=click.Path(file_okay=False, path_type=Path),
        default=FOLDER,
        show_default=True,
        zh="备份存放的文件夹。",
        en="The folder for backups.",
    )(command)


@jobs.command(zh="任务清单。", example="provident jobs list")
@as_json
def list(json_wanted: bool) -> None:
    """The jobs, their times and their clauses."""
    from commands.jobs import JOBS

    if json_wanted:
        say_json([{"job": one.name, "zh": one.zh, "en": one.en, "cron": one.cron} for one in JOBS.values()])
        return
    say_table(
        (words("任务", "Job"), words("内容", "What it does"), words("时间", "When"), words("依据", "Clause")),
        [
            (one.name, words(one.zh, one.en), ", ".join(f"{k}={v}" for k, v in one.cron.items()), one.clause)
            for one in JOBS.values()
        ],
    )


@jobs.command(zh="运行一个期间的任务。", example="provident jobs run backup 2020-06-30")
@click.argument("job")
@click.argument("period")
@_folder
@as_json
def run(job: str, period: str, folder: Path, json_wanted: bool) -> None:
    """Runs one period of a job now, also when it has been tried too often; a period that is done stays done."""
    from commands.jobs import JOBS, run_job
    from ledger.refusal import Refusal

    if job not in JOBS:
        raise Refusal("job_unknown", job=job, known=", ".join(JOBS))
    with open_desk() as desk:
        outcome = run_job(desk, JOBS[job], period, folder, force=True)
    if json_wanted:
        say_json(outcome._asdict())
    else:
        say(f"{outcome.job} {outcome.period}: {outcome.status}")
        for name, value in outcome.result.items():
            say(f"  {name}: {value}")
    if outcome.status == "failed":
        click.get_current_context().exit(FAILED)


@jobs.command(zh="任务运行记录。", example="provident jobs history --job verify")
@option("--job", zh="只看一个任务。", en="One job only.")
@as_json
def history(job: str | None, json_wanted: bool) -> None:
    """What ran for which period, how often it was tried, and what came of it."""
    from commands.jobs import history as runs

    with open_desk() as desk, desk.ledger.database.reading() as connection:
        found = runs(connection, job)
    if json_wanted:
        say_json(found)
        return
    say_table(
        (
            words("任务", "Job"),
            words("期间", "Period"),
            words("状态", "Status"),
            words(">次数", ">Tries"),
            words("开始", "Started"),
            words("结果", "Result"),
        ),
        [
            (
                one["job"],
                one["period"],
                one["status"],
                one["attempts"],
                shown_moment(one["started_at"]),
                one["result"][:80],
            )
            for one in found
        ],
    )


@jobs.command(zh="启动定时服务，先补做错过的期间。", example="provident jobs serve --folder backups")
@_folder
def serve(folder: Path) -> None:
    """Catches up what was missed and then keeps time, until it is stopped."""
    from commands.jobs import serve as keep_time

    with open_desk() as desk:
        keep_time(desk, folder)


@click.command(
    cls=jobs.command_class, zh="在线备份到一个文件。", example="provident backup backups/2020-06-30.db"
)
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@as_json
def backup(path: Path, json_wanted: bool) -> None:
    """Copies the ledger into one file while it is in use (Art. 20)."""
    from commands.backup import back_up

    with open_database() as database, progress("备份", "Backing up") as advance:
        made = back_up(database, path, lambda _, rows: advance(rows))
    _answer(made, json_wanted)


@click.command(
    cls=jobs.command_class,
    zh="把备份恢复到一个空账本，并重演。",
    example="provident --ledger sqlite:///fresh.db restore backups/2020-06-30.db",
)
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def restore(path: Path, json_wanted: bool) -> None:
    """Puts a backup into an empty ledger and replays its registers and views."""
    from commands.backup import restore as put_back
    from commands.cli.opening import own_book
    from projections.views import all_views

    with open_database() as database, progress("恢复", "Restoring") as advance:
        made = put_back(path, database, all_views(own_book(ledger_url())), lambda _, rows: advance(rows))
    _answer(made, json_wanted)


def _answer(made: Any, json_wanted: bool) -> None:
    if json_wanted:
        say_json(made._asdict())
        return
    say(f"事件 {made.event_id}，提交 {made.commit_id}", f"{made.event_id} events, {made.commit_id} commits")
    say(made.hash)
