"""``provident transfers``: letters between cities, where each stands, and their messages as files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from commands.cli.accounts import show_history
from commands.cli.doing import by
from commands.cli.opening import open_desk, today
from commands.cli.output import (
    FAILED,
    Group,
    as_json,
    day,
    language,
    option,
    say,
    say_json,
    say_table,
    words,
)
from ledger.money import format_fen

on_day = option("--on", type=day, zh="业务日，默认今天。", en="The value date, today by default.")


@click.group(cls=Group, zh="异地转移接续：联系函、状态、报文。")
def transfers() -> None:
    """Transfers between cities: contact letters, their states, their messages (BDC901-909)."""


@transfers.command(
    "list",
    zh="全部联系函及其状态。",
    example="provident transfers list --open",
)
@option("--open", "only_open", is_flag=True, zh="只看在办的。", en="Only those under way.")
@as_json
def list_letters(only_open: bool, json_wanted: bool) -> None:
    """Show every contact letter with its state, and the money that is held for it."""
    from ledger.streams.transfer import is_open

    with open_desk() as desk:
        found = {key: one for key, one in _letters(desk).items() if is_open(one) or not only_open}
    if json_wanted:
        say_json([facts_of(key, one) for key, one in found.items()])
        return
    show_letters(found)


def _letters(desk: Any) -> dict[str, Any]:
    register = desk.ledger.registers["transfer"]
    with desk.ledger.database.reading() as connection:
        return {row.key: register.state_of(row) for row in connection.execute(register.all(connection))}


def facts_of(letter: str, state: Any) -> dict[str, Any]:
    """A letter as JSON, amounts in fen."""
    from msgspec.structs import asdict

    from ledger.streams.transfer import STATUSES

    zh, en = STATUSES[state.status]
    return {"letter": letter, **asdict(state), "status_zh": zh, "status_en": en}


def show_letters(found: dict[str, Any]) -> None:
    """Letters as a table."""
    from ledger.streams.transfer import STATUSES, due_fen

    if not found:
        say("没有联系函", "There are no letters")
        return
    heads = words(
        "联系函,方向,账户,对方中心,状态,,>本息,>月数,>已到账,办结",
        "Letter,Direction,Account,Centre,State,,>Amount,>Months,>Held,Ended",
    )
    directions = {"in": ("转入", "in"), "out": ("转出", "out")}
    say_table(
        heads.split(","),
        [
            (
                key,
                words(*directions[one.direction]),
                one.account,
                one.centre,
                one.status,
                words(*STATUSES[one.status]),
                format_fen(due_fen(one)) if due_fen(one) else "",
                one.months or "",
                format_fen(sum(one.receipts.values())) if one.receipts else "",
                one.ended_on or "",
            )
            for key, one in found.items()
        ],
    )


@transfers.command(zh="一份联系函的经过，用平常话写出。", example="provident transfers show 2114002001130001")
@click.argument("letter")
@as_json
def show(letter: str, json_wanted: bool) -> None:
    """Show where a letter stands, and tell every event of it."""
    from ledger.refusal import Refusal
    from ledger.streams.transfer import TRANSFERS
    from projections.views.history import told

    with open_desk() as desk, desk.ledger.database.reading() as connection:
        events = desk.ledger.stream(TRANSFERS.id(letter), connection)
        if not events:
            raise Refusal("letter_unknown", letter=letter)
        rows = list(told(connection, events))
    state = TRANSFERS.fold([one.body for one in events])
    if json_wanted:
        say_json(facts_of(letter, state) | {"events": [row.as_json(language()) for row in rows]})
        return
    show_letters({letter: state})
    show_history(rows)


@transfers.command(
    zh="读入对方中心的报文文件或文件夹；重复、乱序的报文不改变任何状态，可以反复读入。",
    example="provident transfers receive inbox/",
)
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@on_day
@by
@as_json
def receive(path: Path, on: date | None, by: str, json_wanted: bool) -> None:
    """Take in the messages of a file or a folder; what repeats or comes out of order changes nothing.

    The exit code is 4 when a message was refused.
    """
    from commands.exchange import take_in
    from commands.exchange.folder import Folder

    with open_desk() as desk:
        taken = take_in(desk, Folder(inbox=path), on or today(), by)
    refused = [one for one in taken if one.refused]
    if json_wanted:
        say_json(
            [
                {
                    "letter": one.message["letter"],
                    "message": one.message["message"],
                    "status": one.status,
                    "changed": one.changed,
                    "refused": one.refused and one.refused.as_json(language()),
                }
                for one in taken
            ]
        )
    else:
        for one in taken:
            _say_taken(one)
        changed = sum(one.changed for one in taken)
        say(
            f"{len(taken)} 份报文：{changed} 份生效，{len(refused)} 份不予接收",
            f"{len(taken)} messages: {changed} took effect, {len(refused)} were refused",
        )
    if refused:
        click.get_current_context().exit(FAILED)


def _say_taken(one: Any) -> None:
    said = f"{one.message['letter']} {one.message['message']}"
    if one.refused:
        say(f"{said} [{one.refused.code}] {one.refused.message(language())}")
    elif one.changed:
        say(f"{said} → {one.status}")
    else:
        say(f"{said}（重复或乱序，状态仍为 {one.status}）", f"{said} (nothing new, still {one.status})")


@transfers.command(
    zh="把应发给对方中心的报文写入文件夹；已写过的不再写，内容每次相同。",
    example="provident transfers send outbox/",
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@option(
    "--letter", "letters", multiple=True, metavar="LETTER", zh="只发该联系函。", en="Only of this letter."
)
@on_day
@as_json
def send(folder: Path, letters: tuple[str, ...], on: date | None, json_wanted: bool) -> None:
    """Write the messages that are owed to other centres into a folder, a file each, those not written before."""
    from commands.exchange import owed_messages
    from commands.exchange.folder import Folder

    with open_desk() as desk:
        owed = owed_messages(desk, on or today(), letters)
    new = Folder(outbox=folder).send(owed)
    if json_wanted:
        say_json({"messages": len(owed), "written": new, "folder": str(folder)})
        return
    say(f"应发 {len(owed)} 份，新写 {new} 份：{folder}", f"{len(owed)} messages, {new} of them new: {folder}")
