"""``provident demo``: a small city on an embedded ledger; what came of it is shown, asked, proved and attacked."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import click

from commands.cli.opening import open_desk
from commands.cli.output import Command, option

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
    from commands.cli.demo.chapters import CHAPTERS
    from commands.cli.demo.stage import Stage
    from commands.intake.city import StandingClock

    began = perf_counter()
    url = start_afresh(folder)
    clock = StandingClock(datetime(1970, 1, 1, tzinfo=UTC))
    with open_desk(url, clock) as desk:
        stage = Stage(desk, clock, folder, employers, employees)
        for play in CHAPTERS:
            play(stage)
    show_next(folder, url, stage.account, stage.withdrawn, perf_counter() - began)


def start_afresh(folder: Path, ledger: str = "ledger.db") -> str:
    """An empty, migrated ledger in the folder; only what an earlier demonstration made is removed."""
    from ledger.store.database import Database
    from migrations import upgrade

    folder.mkdir(parents=True, exist_ok=True)
    for name in (ledger, "tampered.db", "cut.db"):
        for one in folder.glob(f"{name}*"):
            one.unlink()
    if ledger == "ledger.db" and (folder / "files" / "manifest.json").is_file():
        shutil.rmtree(folder / "files")
    url = f"sqlite:///{folder / ledger}"
    database = Database(url)
    upgrade(database.engine)
    database.close()
    return url


def show_next(folder: Path, url: str, account: str, event_id: int, seconds: float) -> None:
    """Commands to copy."""
    from commands.cli.demo.stage import TODAY, headline

    program = "provident" if shutil.which("provident") else sys.argv[0]
    headline(f"完成，用时 {seconds:.0f} 秒。接下来可以：", f"Done in {seconds:.0f} s. What to try next:")
    for rest in (
        f"account show {account} --as-of 2019-12-31 --known-on 2020-01-05",
        f"account history {account}",
        f"why {event_id}",
        f"employer show {EMPLOYER} --as-of {TODAY}",
        f"obligations --overdue --as-of {TODAY}",
        "proposals",
        "blacklist --as-of 2020-07-27 --known-on 2020-07-27",
        "transfers list",
        "trial-balance --as-of 2020-06-30",
        f"verify --against {folder}/checkpoint.json",
    ):
        click.echo(f"  {program} --ledger {url} {rest}")
    click.echo(f"  {program} --ledger sqlite:///{folder / 'loans.db'} loan list")
