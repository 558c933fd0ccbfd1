"""``provident init`` and ``provident db``: a ledger is made and upgraded by the role that owns its tables."""

from __future__ import annotations

import click

from commands.cli.opening import ledger_url, open_database, shown_url
from commands.cli.output import Command, Group, as_json, say, say_json, say_table, words


@click.command(
    cls=Command,
    zh="建立账本：在 --ledger 所指的数据库中建表；已有账本则升级到最新结构。",
    example="provident --ledger sqlite:///provident.db init",
)
@as_json
def init(json_wanted: bool) -> None:
    """Make a ledger: create its tables in the database of --ledger, or bring them up to date."""
    _upgrade(json_wanted)


@click.group(cls=Group, zh="账本的升级与数据库角色。")
def db() -> None:
    """Upgrade a ledger and grant its roles."""


@db.command(zh="把账本升级到最新结构；不会删除任何事件。", example="provident db upgrade")
@as_json
def upgrade(json_wanted: bool) -> None:
    """Bring the tables of a ledger up to date; no event is ever dropped."""
    _upgrade(json_wanted)


def _upgrade(json_wanted: bool) -> None:
    from migrations import upgrade as migrate

    with open_database() as database:
        migrate(database.engine)
    shown = shown_url(ledger_url())
    if json_wanted:
        say_json({"ledger": shown, "ready": True})
    else:
        say(f"账本已就绪：{shown}", f"The ledger is ready: {shown}")


@db.command(
    zh="在 PostgreSQL 上授予应用角色所需权限：事件与记账记录只能查询和新增。升级之后须再执行一次。",
    example="provident --ledger postgresql+psycopg://owner@host/fund db grant provident_app",
)
@click.argument("role")
@as_json
def grant(role: str, json_wanted: bool) -> None:
    """Give the application's role on PostgreSQL what it needs: on events and commits, to read and to add.

    To be done by the role that owns the tables, and again after an upgrade.
    """
    from ledger.store.roles import grant as give

    with open_database() as database, database.engine.begin() as connection:
        given = give(connection, role)
    if json_wanted:
        say_json({"role": role, "privileges": given})
        return
    say_table(words("表,权限", "Table,Privileges").split(","), sorted(given.items()))
