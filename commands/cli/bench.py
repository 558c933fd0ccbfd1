"""``provident bench``: the figures, from a checkout of the source, where the benchmarks stand beside the packages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

import commands
from commands.cli.output import Command, as_json, option, say, say_json, words, wrong_use

NAMES: Final = (
    "remit_10k",
    "city_month",
    "single",
    "replay",
    "settlement",
    "statements",
    "repricing",
    "deduction",
    "roll",
    "rules",
)
KINDS: Final = {"sqlite": ("sqlite",), "postgresql": ("postgresql",), "both": ("sqlite", "postgresql")}


@click.command(
    cls=Command,
    zh="测量并打印对照数字：同一次运行中与事件库的默认做法、与裸插入相比。需在源代码目录中运行。",
    example="provident bench remit_10k --database postgresql\nprovident bench --small",
)
@click.argument("names", nargs=-1, type=click.Choice(NAMES), metavar="[NAME]...")
@option(
    "--database",
    type=click.Choice(list(KINDS)),
    default="both",
    zh="数据库种类；PostgreSQL 在临时目录启动。",
    en="On which databases; a PostgreSQL server is started in a temporary folder.",
)
@option("--small", is_flag=True, zh="小规模，一分钟内。", en="Small sizes, within a minute.")
@option(
    "--events",
    type=click.IntRange(min=1_000_000),
    default=5_000_000,
    show_default=True,
    zh="账本中已有的事件数，例如 72000000。",
    en="Events that the large ledger already holds, for instance 72000000.",
)
@as_json
def bench(names: tuple[str, ...], database: str, small: bool, events: int, json_wanted: bool) -> None:
    """Take the figures, side by side with the event library's own way in one run. Needs a checkout of the source.

    NAME is remit_10k, city_month, single, replay, settlement, statements, repricing, deduction, roll or rules; without
    one all of them.
    """
    running = _benchmarks()
    with _telling() as tell:
        run = running.Run(names, KINDS[database], small=small, events=events, tell=tell)
        figures = []
        for figure in run.figures():
            figures.append(figure)
            if not json_wanted:
                say(_line(figure))
    if json_wanted:
        say_json({**run.conditions, "figures": [_as_json(figure) for figure in figures]})
        return
    for what, facts in run.conditions.items():
        say(f"{what}: " + ", ".join(f"{name} {value}" for name, value in facts.items()))


def _benchmarks() -> Any:
    """The benchmarks of the checkout that this program runs from; the installed packages do not bring them."""
    root = Path(str(commands.__file__)).parents[1]
    if not (root / "tests" / "benchmarks" / "running.py").is_file():
        raise wrong_use(
            words(
                "基准测试随源代码提供，不在安装包内：请在源代码目录中运行 make bench。",
                "The benchmarks come with the source, not with the installed package: run make bench in a checkout.",
            )
        )
    sys.path.insert(0, str(root))
    return import_module("tests.benchmarks.running")


@contextmanager
def _telling() -> Iterator[Callable[[str], None]]:
    """One line on the terminal that says what is being done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield status.update


def _line(figure: Any) -> str:
    value = f"{figure.value:,.3f}" if figure.value < 100 else f"{figure.value:,.0f}"
    compared = f"   {figure.ratio:,.2f} {figure.against}" if figure.ratio is not None else ""
    return f"{figure.benchmark:10} {figure.database:10} {figure.what}: {value} {figure.unit}{compared}"


def _as_json(figure: Any) -> dict[str, Any]:
    return {name: getattr(figure, name) for name in figure.__struct_fields__}
