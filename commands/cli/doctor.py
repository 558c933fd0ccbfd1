"""``provident doctor``: is everything there that the ledger, its documents and its deadlines need?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import click

from commands.cli.opening import ledger_url, open_database, shown_url, today
from commands.cli.output import (
    FAILED,
    Command,
    as_json,
    language,
    option,
    say_json,
    say_table,
    words,
)
from ledger.refusal import Refusal

RARE = "㐂喆淼堃䶮𠮷"
"""Characters that stand in names and are missing from many fonts."""


class Found(NamedTuple):
    """One check: ``ok``, ``warning`` or ``failed``, and what was found."""

    check: str
    status: str
    detail: str


@click.command(
    cls=Command,
    zh="检查运行环境：数据库与结构版本、中文字体与排版、签章密钥、节假日表、输出目录、最近备份。",
    example="provident doctor\nprovident doctor --out statements --sign centre.p12",
)
@option(
    "--out", type=click.Path(path_type=Path), default=Path(), zh="输出目录。", en="The folder for documents."
)
@option(
    "--sign",
    "key",
    type=click.Path(path_type=Path),
    zh="签章密钥文件。",
    en="The file of the signing key.",
)
@as_json
def doctor(out: Path, key: Path | None, json_wanted: bool) -> None:
    """Check database, tables, font, typesetting, signing key, working days and folder; exit code 4 if one fails."""
    found = [_tried(name, check) for name, check in _checks(out, key)]
    if json_wanted:
        say_json([one._asdict() for one in found])
    else:
        marks = {"ok": "✓", "warning": "!", "failed": "✗"}
        say_table(
            words("  ,检查,结果", "  ,Check,Found").split(","),
            [(marks[one.status], one.check, one.detail) for one in found],
        )
    if any(one.status == "failed" for one in found):
        click.get_current_context().exit(FAILED)


Check = Callable[[], tuple[str, str]]


def _checks(out: Path, key: Path | None) -> Iterator[tuple[str, Check]]:
    yield words("数据库", "database"), _database
    yield words("表结构", "tables"), _tables
    yield words("字体与排版", "font and typesetting"), _typesetting
    yield words("签章密钥", "signing key"), lambda: _signing(key)
    year = today().year
    yield words(f"{year} 年节假日表", f"working days of {year}"), lambda: _calendar(year, "failed")
    # The notice for the next year comes out in November, so its absence is no fault yet.
    yield (
        words(f"{year + 1} 年节假日表", f"working days of {year + 1}"),
        lambda: _calendar(year + 1, "warning"),
    )
    yield words("输出目录", "folder"), lambda: _folder(out)
    yield words("最近备份", "newest backup"), _backup


def _tried(name: str, check: Check) -> Found:
    try:
        return Found(name, *check())
    except Refusal as refused:
        return Found(name, "failed", f"[{refused.code}] {refused.message(language())}")


def _database() -> tuple[str, str]:
    with open_database() as database, database.reading() as connection:
        return "ok", f"{shown_url(ledger_url())} ({connection.dialect.name})"


def _tables() -> tuple[str, str]:
    from migrations import is_newest

    with open_database() as database:
        if not database.is_migrated():
            return "failed", words("没有账本：provident init", "no ledger here: `provident init`")
        if not is_newest(database.engine):
            return "failed", words("需要升级：provident db upgrade", "to be upgraded: `provident db upgrade`")
    return "ok", words("最新", "up to date")


def _typesetting() -> tuple[str, str]:
    from projections.documents.press import FONT, set_pdf, template_id

    day = date(2020, 6, 30)
    set_pdf("specimen", {"reference": "", "dated": day.isoformat(), "text": RARE}, day)
    return "ok", f"{FONT}, template {template_id('specimen')}"


def _signing(key: Path | None) -> tuple[str, str]:
    from commands.cli.statements import PASSPHRASE_VARIABLE
    from projections.documents.signing import software_signer

    if key is None:
        return "ok", words("未指定（签章可选）", "none given (signing is optional)")
    software_signer(key, os.environ.get(PASSPHRASE_VARIABLE, ""))
    return "ok", key.name


def _calendar(year: int, otherwise: str) -> tuple[str, str]:
    from ledger.dates import published_holidays

    try:
        return "ok", words(
            f"{len(published_holidays(year))} 个休息日", f"{len(published_holidays(year))} rest days"
        )
    except Refusal as refused:
        return otherwise, refused.message(language())


def _backup() -> tuple[str, str]:
    """Art. 20: how old the newest backup that was proved is, against what the committee allows."""
    from commands.cli.opening import open_desk
    from commands.jobs import backup_age_days

    on = today()
    with open_desk() as desk, desk.ledger.database.reading() as connection:
        age, oldest = backup_age_days(connection, on), desk.present_book().find("backup_age_days_max", on)
    if age is None:
        return "warning", words("还没有：provident jobs run backup", "none yet: `provident jobs run backup`")
    found = words(f"{age} 天前", f"{age} days ago")
    if oldest is None:
        return "warning", found + words("；最长间隔未公布", "; how old it may be is not published")
    limit = words(f"，最长 {oldest.value} 天", f", {oldest.value} at most")
    return "failed" if age > oldest.value else "ok", found + limit


def _folder(out: Path) -> tuple[str, str]:
    nearest = out.absolute()
    while not nearest.exists():
        nearest = nearest.parent
    writable = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
    return ("ok" if writable else "failed"), str(out.absolute())
