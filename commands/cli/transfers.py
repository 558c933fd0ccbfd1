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
@option("--as-of", type=day, zh="按该日计算天数，默认今天。", en="Ages as on this day, today by default.")
@as_json
def list_letters(only_open: bool, as_of: date | None, json_wanted: bool) -> None:
    """Show every contact letter with its state, its age, its last day, and the money that is held for it."""
    from ledger.streams.transfer import is_open

    with open_desk() as desk:
        found = {key: one for key, one in _letters(desk).items() if is_open(one) or not only_open}
    if json_wanted:
        say_json([facts_of(key, one, as_of or today()) for key, one in found.items()])
        return
    show_letters(found, as_of or today())


def _letters(desk: Any) -> dict[str, Any]:
    register = desk.ledger.registers["transfer"]
    with desk.ledger.database.reading() as connection:
        return {row.key: register.state_of(row) for row in connection.execute(register.all(connection))}


def facts_of(letter: str, state: Any, on: date) -> dict[str, Any]:
    """A letter as JSON, amounts in fen, with its age and its lateness on a day."""
    from msgspec.structs import asdict

    from ledger.streams.transfer import STATUSES, age_days, late_days

    zh, en = STATUSES[state.status]
    ages = {"age_days": age_days(state, on), "late_days": late_days(state, on)}
    return {"letter": letter, **asdict(state), **ages, "status_zh": zh, "status_en": en}


def pseudonyms(desk: Any) -> Any:
    """How an identity number becomes a person's id; none where this ledger keeps no persons."""
    from commands.intake.identity import identity_number

    store = _persons(desk)
    return (lambda number: store.person_id(identity_number(number))) if store else None


def people_of(desk: Any, letters: list[str]) -> dict[str, Any]:
    """Whom each letter is about, where this ledger knows the person."""
    store, states = _persons(desk), _letters(desk)
    if store is None:
        return {}
    with desk.ledger.database.reading() as connection:
        known = store.read(connection, [states[letter].person for letter in letters])
    return {letter: known[states[letter].person] for letter in letters if states[letter].person in known}


def _persons(desk: Any) -> Any:
    from sqlalchemy import select

    from ledger.store.persons import open_person_store, person

    with desk.ledger.database.reading() as connection:
        inhabited = connection.execute(select(person.c.person_id).limit(1)).first() is not None
    return open_person_store(desk.ledger.database) if inhabited else None


def show_letters(found: dict[str, Any], on: date) -> None:
    """Letters as a table, with their age and their last day."""
    from ledger.streams.transfer import STATUSES, age_days, due_fen, is_open, late_days

    if not found:
        say("没有联系函", "There are no letters")
        return
    heads = words(
        "联系函,方向,账户,对方中心,状态,,>天数,期限,>逾期,>本息,>月数,>已到账,办结",
        "Letter,Direction,Account,Centre,State,,>Days,Due,>Late,>Amount,>Months,>Held,Ended",
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
                age_days(one, on) if is_open(one) else "",
                one.due_on or "",
                late_days(one, on) or "",
                format_fen(due_fen(one)) if due_fen(one) else "",
                one.months if one.months > 0 else "",
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
        say_json(facts_of(letter, state, today()) | {"events": [row.as_json(language()) for row in rows]})
        return
    show_letters({letter: state}, today())
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

    Files that were read go to the folder's done/ or refused/; what waits for its letter stays. The exit code is 4 when a
    message was refused.
    """
    from commands.exchange import take_in
    from commands.exchange.folder import Folder

    with open_desk() as desk:
        folder = Folder(inbox=path, pseudonym=pseudonyms(desk))
        taken = take_in(desk, folder, on or today(), by)
    refused = [one for one in taken if one.refused and not one.waits]
    if json_wanted:
        say_json(
            [
                {
                    "file": one.name,
                    "letter": one.message.get("letter"),
                    "message": one.message.get("message"),
                    "status": one.status,
                    "changed": one.changed,
                    "waits": one.waits,
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
    said = f"{one.message['letter']} {one.message['message']}" if one.message else one.name
    if one.waits:
        say(f"{said}（等待联系函，留在收件夹）", f"{said} (waits for its letter, and stays)")
    elif one.refused:
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
    """Write the messages that are owed to other centres into a folder, a file each, those not written before.

    A letter that is named is written once more: that is the answer to a question about its progress (BDC904).
    """
    from commands.exchange import owed_messages
    from commands.exchange.folder import Folder

    day_ = on or today()
    with open_desk() as desk:
        owed = owed_messages(desk, day_, letters)
        people = people_of(desk, [one["letter"] for one in owed])
    new = Folder(outbox=folder, people=people, today=day_.isoformat()).send(owed, again=bool(letters))
    if json_wanted:
        say_json({"messages": len(owed), "written": new, "folder": str(folder)})
        return
    say(f"应发 {len(owed)} 份，新写 {new} 份：{folder}", f"{len(owed)} messages, {new} of them new: {folder}")
