"""Taking a file in: read, decided as one command, written whole or not at all.

A file is one booking: its key comes from its content, so the same file again gives the first answer. With bad rows
nothing of it is booked, unless ``accept_good_rows`` books the others. A dry run decides everything and undoes it.
Persons are sealed in the same unit of work as the events that name their pseudonyms.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import select

from commands.desk import Desk
from commands.handlers import Work
from commands.intake.applications import reader_of
from commands.intake.headings import plain
from commands.intake.kinds import READERS
from commands.intake.lists import Listed
from ledger.dates import format_month
from ledger.refusal import LineRefusal, LinesRefused, Refusal
from ledger.store import tables
from ledger.store.persons import PersonStore, open_person_store

COMMANDS: Final = {
    "remittance": "remit",
    "employers": "register_employers",
    "accounts": "open_accounts",
    "opening-balances": "take_over",
    "opening-books": "open_books",
    "applications": "apply_grants",
}


class Options(msgspec.Struct, frozen=True):
    """How files are taken in. ``on`` is the value date; employer and month only where the file states none.

    ``programme`` is what the applications of a file are for.
    """

    on: date
    actor: str = "clerk"
    employer: str = ""
    month: str = ""
    received_fen: int | None = None
    advance: bool = False
    accept_good_rows: bool = False
    dry_run: bool = False
    programme: str = ""


class Imported(msgspec.Struct):
    """What a file came to. ``repeated`` says that this file had been booked before: nothing was done."""

    kind: str
    file: str
    rows: int
    accepted: int
    refused: list[LineRefusal]
    warnings: list[LineRefusal]
    result: dict[str, Any]
    commit_id: int = 0
    repeated: bool = False
    dry_run: bool = False

    def refused_by_code(self) -> dict[str, int]:
        return dict(Counter(line.refusal.code for line in self.refused))


class _Undone(Exception):
    """Ends a dry run: everything was decided, nothing stays."""


class Intake:
    """The way in for files, over a desk and the person store of its ledger."""

    def __init__(self, desk: Desk, persons: PersonStore | None = None) -> None:
        self.desk = desk
        self.persons = persons or open_person_store(desk.ledger.database)

    def take_in(self, kind: str, path: Path, options: Options) -> Imported:
        """Takes a file of a kind in (``remittance``, ``employers``, ``accounts``, ``opening-balances``,
        ``opening-books``, ``applications``).

        Refuses what is wrong with the file as a whole, and ``lines_refused`` with every bad row unless the good
        ones are to be accepted. A refusal leaves no trace: no event, no register, no person.
        """
        reader = reader_of(options.programme, options.on) if kind == "applications" else READERS[kind]
        listed = reader(path, self.persons.person_id, options.employer, options.month).read()
        of = (options.programme, listed.employer, _month(listed))
        key = "-".join(filter(None, ("file", kind, *of, listed.digest)))
        earlier = self._booked_before(key)
        if earlier is not None:
            commit_id, result = earlier
            return Imported(
                kind,
                listed.file,
                listed.rows,
                0,
                [],
                listed.warnings,
                result,
                commit_id,
                True,
                options.dry_run,
            )
        self._check_names(listed)
        if listed.refused and (kind == "opening-books" or not listed.lines):
            raise LinesRefused(listed.refused, listed.rows)
        return self._decide(kind, key, listed, options)

    def _decide(self, kind: str, key: str, listed: Listed, options: Options) -> Imported:
        done = Imported(kind, listed.file, listed.rows, 0, [], listed.warnings, {}, dry_run=options.dry_run)

        def beside(work: Work, result: dict[str, Any]) -> None:
            done.refused = sorted([*listed.refused, *work.left_out], key=lambda line: line.row)
            if listed.refused and not options.accept_good_rows:
                raise LinesRefused(done.refused, listed.rows)
            done.result = result
            out = {line.row for line in done.refused}
            booked = result.get("booked", not result.get("already_booked"))
            done.accepted = listed.rows - len(out) if booked else 0
            done.repeated = "already_booked" in result
            self.persons.add(work.uow.connection, _people_of(listed, out))
            if options.dry_run:
                raise _Undone

        try:
            outcome = self.desk.do_loaded(
                COMMANDS[kind], _content(kind, listed, options), actor=options.actor, key=key, beside=beside
            )
        except _Undone:
            return done
        except LinesRefused as refused:
            lines = {id(line.refusal): line for line in (*listed.refused, *refused.lines)}
            raise LinesRefused(sorted(lines.values(), key=lambda line: line.row), listed.rows) from None
        done.commit_id = outcome.commit_id
        if outcome.repeated:  # somebody else took the same file in at the same moment
            done.repeated, done.result = True, outcome.result
        return done

    def _booked_before(self, key: str) -> tuple[int, dict[str, Any]] | None:
        """The commit of a file that was booked before, whatever day it was given then."""
        question = (
            select(tables.commit.c.id, tables.commit.c.result)
            .join(tables.idempotency, tables.idempotency.c.commit_id == tables.commit.c.id)
            .where(tables.idempotency.c.key == key)
        )
        with self.desk.ledger.database.reading() as connection:
            row = connection.execute(question).first()
        return (row.id, msgspec.json.decode(row.result)) if row else None

    def _check_names(self, listed: Listed) -> None:
        """Rows that name a person without a number: the name must be that of the account's person.

        An account never changes its person, so this may be read before the unit of work.
        """
        if not listed.names:
            return
        register = self.desk.ledger.registers["account"]
        with self.desk.ledger.database.reading() as connection:
            states = register.read(connection, [account for _, account, _ in listed.names])
            people = self.persons.read(connection, [state.person for _, state in states.values()])
        wrong = []
        for row, account, name in listed.names:
            person = people.get(states[account][1].person) if account in states else None
            if person and "".join(name.split()) != "".join(plain(person.name).split()):
                wrong.append(LineRefusal(row, "name", Refusal("name_differs", account=account)))
        rows = {line.row for line in wrong}
        listed.lines = [line for line in listed.lines if line["row"] not in rows]
        listed.refused = sorted([*listed.refused, *wrong], key=lambda line: line.row)


def _month(listed: Listed) -> str:
    return format_month(listed.month) if listed.month else ""


def _people_of(listed: Listed, out: set[int]) -> dict[str, Any]:
    """The persons of the rows that are taken in."""
    taken = {line["person"] for line in listed.lines if line.get("person") and line["row"] not in out}
    return {key: person for key, person in listed.people.items() if key in taken}


def _content(kind: str, listed: Listed, options: Options) -> dict[str, Any]:
    """The content of the command, as its schema would have loaded it."""
    if kind == "opening-books":
        sides: dict[str, dict[str, int]] = {"debits": {}, "credits": {}}
        for line in listed.lines:
            for side, field in (("debits", "debit"), ("credits", "credit")):
                if line[field]:
                    sides[side][line["code"]] = sides[side].get(line["code"], 0) + line[field]
        return {"on": options.on, "source": f"{listed.file} {listed.digest[:16]}", **sides}
    content = {"on": options.on, "lines": listed.lines, "accept_good_rows": options.accept_good_rows}
    if kind == "applications":
        content["programme"] = options.programme
    if kind in ("remittance", "accounts"):
        content["employer"] = listed.employer
    if kind == "remittance":
        content |= {
            "month": listed.month,
            "received": options.received_fen,
            "receipt": None,
            "advance": options.advance,
        }
    return content
