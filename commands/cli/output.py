"""How commands answer: in the user's language, as plain lines or with ``--json``, by exit codes that mean something.

0 done, 2 wrong use, 3 refused by the law or the ledger, 4 a verification failed. Days and moments are shown in
Asia/Shanghai, money as yuan with two decimals. Tables and progress bars are drawn on a terminal only.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, Final, TypeVar
from unicodedata import east_asian_width

import click

from ledger.dates import SHANGHAI, parse_day
from ledger.refusal import LinesRefused, Refusal

REFUSED: Final = 3
FAILED: Final = 4
LINES_SHOWN_MAX: Final = 20

C = TypeVar("C", bound=Callable[..., Any])
Advance = Callable[[int], None]

# ---------------------------------------------------------------- language


_chosen: ContextVar[str] = ContextVar("language", default="")


def choose_language(wanted: str) -> None:
    """Sets the language of this command line; empty for what the environment says."""
    _chosen.set(wanted)


def language() -> str:
    """``zh`` or ``en``: ``--lang``, else PROVIDENT_LANG, else the locale of the environment."""
    names = ("PROVIDENT_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    wanted = _chosen.get() or next((os.environ[name] for name in names if os.environ.get(name)), "en")
    return "zh" if wanted.lower().startswith("zh") else "en"


def words(zh: str, en: str) -> str:
    """The text in the user's language."""
    return zh if language() == "zh" else en


# ---------------------------------------------------------------- answers


def say(zh: str, en: str | None = None) -> None:
    """Prints a line in the user's language; one text stands for both."""
    click.echo(zh if en is None else words(zh, en))


def say_json(answer: Any) -> None:
    """Prints an answer as JSON; days and moments in ISO form, amounts as integer fen."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=str))


def say_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """Prints a table; a column whose header begins with ``>`` stands on the right, as amounts do."""
    heads = [head.removeprefix(">") for head in columns]
    right = [head.startswith(">") for head in columns]
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _draw(heads, right, cells, title)
        return
    if title:
        click.echo(title)
    for line in aligned([heads, *cells], right):
        click.echo(line)


def _draw(heads: list[str], right: list[bool], cells: list[list[str]], title: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left")
    for head, on_the_right in zip(heads, right, strict=True):
        table.add_column(Text(head), justify="right" if on_the_right else "left", overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    Console().print(table)


def aligned(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> Iterator[str]:
    """Lines with columns of equal width; a Chinese character is two columns wide."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        parts = [
            " " * (wide - width(cell)) + cell if on_the_right else cell + " " * (wide - width(cell))
            for cell, wide, on_the_right in zip(row, widths, right, strict=True)
        ]
        yield "  ".join(parts).rstrip()


def width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def shown_moment(moment: datetime) -> str:
    """A moment as it was in Shanghai, to the second."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


@contextmanager
def progress(zh: str, en: str, total: int | None = None) -> Iterator[Advance]:
    """A progress bar on a terminal; gives a function that is told how far the work is."""
    if not sys.stderr.isatty():
        yield lambda at: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words(zh, en), total=total)
        yield lambda at: bar.update(task, completed=at)


# ---------------------------------------------------------------- questions


def wrong_use(message: str) -> click.UsageError:
    """An error of the person at the keyboard: exit code 2."""
    return click.UsageError(message)


class Day(click.ParamType[date]):
    """A day as YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return parse_day(value)
        except Refusal as refused:
            self.fail(refused.message(language()), param, ctx)


day: Final = Day()


class Option(click.Option):
    """An option whose help is written twice: ``zh`` beside ``help``."""

    def __init__(self, *args: Any, zh: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        self.help_zh = zh

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        english = self.help
        if language() == "zh" and self.help_zh:
            self.help = self.help_zh
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = english


def option(*names: str, zh: str, en: str, **more: Any) -> Callable[[C], C]:
    """An option with its help in both languages."""
    return click.option(*names, cls=Option, zh=zh, help=en, **more)


def as_json(command: C) -> C:
    """Adds ``--json``, which a command receives as ``json_wanted``; refusals then are JSON as well."""

    def remember(ctx: click.Context, _: click.Parameter, wanted: bool) -> bool:
        ctx.meta["provident.json"] = wanted
        return wanted

    return option(
        "--json", "json_wanted", is_flag=True, callback=remember, zh="以 JSON 输出。", en="Answer as JSON."
    )(command)


# ---------------------------------------------------------------- commands with help in both languages


class Command(click.Command):
    """A command whose docstring is its English help; ``zh`` is the Chinese one, ``example`` a line to copy."""

    def __init__(self, *args: Any, zh: str = "", example: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        self.help_zh, self.example = zh, example

    def get_short_help_str(self, limit: int = 45) -> str:
        chosen = self.help_zh if language() == "zh" and self.help_zh else self.help or ""
        return chosen.strip().split("\n", 1)[0]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = words("显示本帮助。", "Show this help.")
        return found

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        english = self.help
        if language() == "zh" and self.help_zh:
            self.help = self.help_zh
        super().format_help_text(ctx, formatter)
        self.help = english
        if self.example:
            with formatter.section(words("示例", "Example")):
                for line in self.example.splitlines():
                    formatter.write(f"  {line}\n")


class Group(Command, click.Group):
    """A group of such commands. The outermost one turns a refusal into its sentence and exit code 3."""

    command_class = Command
    group_class = type

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as refused:
            show_refusal(refused, as_json=bool(ctx.meta.get("provident.json")))
            ctx.exit(REFUSED)


def show_refusal(refused: Refusal, as_json: bool) -> None:
    """Code, sentence, clause and hint; for a list the refusals of its rows as well."""
    lines = refused.lines if isinstance(refused, LinesRefused) else []
    if as_json:
        rows = [{"row": line.row, "field": line.field, **line.refusal.as_json(language())} for line in lines]
        say_json({"refused": refused.as_json(language()) | ({"lines": rows} if rows else {})})
        return
    click.echo(f"{words('不予办理', 'Refused')} [{refused.code}] {refused.message(language())}", err=True)
    for line in lines[:LINES_SHOWN_MAX]:
        click.echo(
            f"  {line.row}  {line.field}  [{line.refusal.code}] {line.refusal.message(language())}", err=True
        )
    click.echo(f"{words('依据', 'Clause')}: {refused.clause}", err=True)
    click.echo(f"{words('处理', 'Next')}: {refused.hint(language())}", err=True)
