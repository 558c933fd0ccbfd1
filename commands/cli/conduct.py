"""``provident blacklist``, ``provident person conduct``, ``provident penalties``: who is barred, who was ordered or fined.

Entries are those of any day, as known on any day; what was sought against a decision is told with it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from commands.cli.accounts import known_on, show_history
from commands.cli.opening import open_desk, today
from commands.cli.output import (
    Command,
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

if TYPE_CHECKING:
    from projections.views.blacklist import Entry

as_of = option("--as-of", type=day, zh="业务日，默认今天。", en="Effective on this day, today by default.")
OFFENCES = {
    "withdrawal": ("骗提", "fraudulent withdrawal"),
    "loan": ("骗贷", "unlawful loan"),
    "intermediary": ("中介", "intermediary"),
}
PENALTY_STATES = {
    "ordered": ("已责令", "ordered"),
    "corrected": ("已办理", "obeyed"),
    "proposed": ("拟处罚", "fine proposed"),
    "told": ("已告知", "told"),
    "hearing": ("待听证", "hearing asked for"),
    "heard": ("已听证", "heard"),
    "decided": ("已决定", "decided"),
    "paid": ("已缴清", "paid"),
    "withdrawn": ("已撤销", "withdrawn"),
}
MATTERS = {"withdrawal": ("提取", "withdrawals"), "loan": ("贷款", "loans")}


@click.command(
    cls=Command,
    zh="诚信系统黑名单：某日仍被取消资格或尚未退回资金的人；加 --known-on 则只看当时已知的。",
    example="provident blacklist\nprovident blacklist --as-of 2020-08-15 --known-on 2019-08-31 --json",
)
@as_of
@known_on
@option(
    "--all",
    "everything",
    is_flag=True,
    zh="包括已期满、已更正的记录。",
    en="Ended and corrected entries too.",
)
@as_json
def blacklist(as_of: date | None, known_on: date | None, everything: bool, json_wanted: bool) -> None:
    """Show who is barred from withdrawals or loans on a day, or still owes money of a fraud, as known on a day."""
    from projections.views.blacklist import blacklist as entries

    on = as_of or today()
    with open_desk() as desk, desk.ledger.database.reading() as connection:
        found = [one for one in entries(connection, on, known_on) if one.counts or everything]
    if json_wanted:
        say_json({"as_of": on, "known_on": known_on, "entries": [one.as_json() for one in found]})
        return
    show_entries(found)


@click.group(cls=Group, zh="个人诚信记录。")
def person() -> None:
    """A person's record of conduct."""


@person.command(
    zh="某人的全部诚信记录及其每一个事件；加 --known-on 则只看当时已知的。",
    example="provident person conduct P1 --as-of 2020-08-15",
)
@click.argument("person")
@as_of
@known_on
@as_json
def conduct(person: str, as_of: date | None, known_on: date | None, json_wanted: bool) -> None:
    """Show every entry of a person's record on a day, as known on a day, and tell its events."""
    from projections.views.blacklist import blacklist as entries
    from projections.views.history import told

    on = as_of or today()
    with open_desk() as desk, desk.ledger.database.reading() as connection:
        found = entries(connection, on, known_on, [person])
        streams = [f"person-{person}", *(f"remedy-{one.case}" for one in found if _is_against(desk, one))]
        history = [
            row
            for stream in streams
            for row in told(connection, desk.ledger.stream(stream, connection), known_on)
        ]
    if json_wanted:
        rows = [one.as_json(language()) for one in history]
        entries_json = [one.as_json() for one in found]
        say_json(
            {"person": person, "as_of": on, "known_on": known_on, "entries": entries_json, "events": rows}
        )
        return
    show_entries(found)
    if history:
        show_history(history)


def _is_against(desk: Any, entry: Entry) -> bool:
    """Whether the remedies under the number of a case are those of this person: an order may have the same number."""
    register = desk.ledger.registers["remedy"]
    with desk.ledger.database.reading() as connection:
        found = register.read(connection, [entry.case])
    return any(one.subject == entry.person for _, one in found.values())


@click.command(
    cls=Command,
    zh="对单位的责令与处罚：期限、罚款、已缴入国库的数额。",
    example="provident penalties --open",
)
@option("--open", "only_open", is_flag=True, zh="只看未了结的。", en="Only what is not over.")
@as_json
def penalties(only_open: bool, json_wanted: bool) -> None:
    """Show the orders to employers and the fines, with their days and what was paid to the treasury."""
    from msgspec.structs import asdict

    from ledger.streams.penalty import is_obeyed

    with open_desk() as desk, desk.ledger.database.reading() as connection:
        register: Any = desk.ledger.registers["penalty"]
        rows = {row.key: register.state_of(row) for row in connection.execute(register.all(connection))}
    found = {key: one for key, one in rows.items() if not (only_open and is_obeyed(one))}
    if json_wanted:
        say_json([{"penalty": key, **asdict(one)} for key, one in found.items()])
        return
    if not found:
        say("没有责令或处罚", "There are no orders or fines")
        return
    heads = words(
        "编号,单位,事项,事实发生日,状态,责令期限,>罚款,>已缴,缴纳期限",
        "Number,Employer,Violation,Facts,State,Due,>Fine,>Paid,Pay by",
    )
    say_table(heads.split(","), [_penalty_line(key, one) for key, one in found.items()])


def _penalty_line(key: str, one: Any) -> tuple[object, ...]:
    from projections.views.words import term

    return (
        key,
        one.employer,
        term("violation", one.violation, language()),
        one.facts_on,
        words(*PENALTY_STATES[one.status]),
        one.due_on,
        format_fen(one.amount_fen) if one.amount_fen else "",
        format_fen(one.paid_fen) if one.paid_fen else "",
        one.pay_by or "",
    )


def show_entries(found: list[Entry]) -> None:
    """Entries as a table, a line for each ban."""
    if not found:
        say("没有此类记录", "There are no such entries")
        return
    heads = words(
        "职工,案件,事由,认定日,取消资格,起,止,>应退未退,事件,依据",
        "Person,Case,Offence,Decided,Barred from,From,Through,>Owed,Events,Clause",
    )
    say_table(heads.split(","), [line for one in found for line in _lines(one)])


def _lines(entry: Entry) -> list[tuple[object, ...]]:
    owed = format_fen(entry.owed_fen - entry.returned_fen)
    events = ", ".join(f"#{one}" for one in entry.events)
    said = words(*OFFENCES[entry.offence])
    if entry.corrected_on:
        said += words(f"（{entry.corrected_on} 更正）", f" (corrected on {entry.corrected_on})")
    first = (entry.person, entry.case, said, entry.decided_on)
    if not entry.bans:
        return [(*first, "—", "", "", owed, events, entry.document)]
    return [
        (
            *first,
            words(*MATTERS[ban.matter]),
            ban.first_day,
            ban.last_day or words("未定", "open"),
            owed,
            events,
            ban.clause,
        )
        for ban in entry.bans
    ]
