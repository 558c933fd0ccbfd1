"""``provident``: the command line. Each command is a small module, read only when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Final, NamedTuple

import click

from commands.cli.opening import DEFAULT_LEDGER
from commands.cli.output import Group, Option, words


class Known(NamedTuple):
    """A command that is there: where it is written and its line in the overview."""

    name: str
    place: str
    zh: str
    en: str


COMMANDS: Final = {
    known.name: known
    for known in (
        Known("init", "commands.cli.database:init", "建立账本", "Make a ledger"),
        Known(
            "db", "commands.cli.database:db", "账本的升级与数据库角色", "Upgrade a ledger, grant its roles"
        ),
    )
}


class Overview(Group):
    """The outermost group: knows its commands without reading them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # The language is needed before the first word of help or of an error is written.
        for position, word in enumerate(args):
            if word.startswith("--lang="):
                ctx.meta["provident.language"] = word.removeprefix("--lang=")
            elif word == "--lang" and position + 1 < len(args):
                ctx.meta["provident.language"] = args[position + 1]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].place.partition(":")
        found: click.Command = getattr(import_module(module), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(words("命令", "Commands")):
            formatter.write_dl([(one.name, words(one.zh, one.en)) for one in COMMANDS.values()])


@click.group(
    cls=Overview,
    context_settings={"max_content_width": 110},
    zh="住房公积金事件账：每一笔业务都是不可更改的事件，余额与报表随时可以重算、可以举证。",
    example="provident demo --dir demo\nprovident --ledger sqlite:///demo/ledger.db account history A000001",
)
@click.option(
    "--ledger",
    cls=Option,
    envvar="PROVIDENT_LEDGER",
    default=DEFAULT_LEDGER,
    show_default=True,
    metavar="URL",
    zh="账本所在：sqlite:///文件 或 postgresql+psycopg://…（也可用环境变量 PROVIDENT_LEDGER）。",
    help="The ledger: sqlite:///FILE or postgresql+psycopg://… (or the variable PROVIDENT_LEDGER).",
)
@click.option(
    "--lang",
    cls=Option,
    type=click.Choice(["zh", "en"]),
    zh="输出语言（也可用环境变量 PROVIDENT_LANG）。",
    help="The language of answers and help (or the variable PROVIDENT_LANG, else the locale).",
)
@click.version_option(package_name="provident-ledger", prog_name="provident")
def main(ledger: str, lang: str | None) -> None:
    """An event-sourced ledger for a housing provident fund: every figure can be rebuilt and proved."""


__all__ = ["main"]
