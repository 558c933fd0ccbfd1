"""What a command is: its name, its schema, its handler, its clause, and whether two persons are needed for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final

import msgspec
from marshmallow import Schema
from sqlalchemy import Connection

from commands.command_line import propose_line
from commands.law import Law
from ledger.books.references import use_of, used_for_another
from ledger.dates import business_day
from ledger.policy.parameters import PolicyBook
from ledger.refusal import LineRefusal, LinesRefused
from ledger.store.ledger import Ledger
from ledger.store.unit_of_work import UnitOfWork
from ledger.streams.account import Account
from ledger.streams.base import Event, Recorded
from ledger.streams.employer import Employer
from ledger.streams.proposal import require_two
from projections.registers.references import standing


class Work:
    """A unit of work as a handler sees it: states to read, events to add, the law, and who is acting.

    ``maker`` made the request (经办) and ``approver`` approved it (审批), whether he was named with it or approved a
    proposal. ``actor`` is who answers for it and whose office is asked: the approver, where there is one.
    """

    def __init__(self, uow: UnitOfWork, law: Law, ledger: Ledger, prepared: Any = None) -> None:
        self.uow = uow
        self.law = law
        self.ledger = ledger
        self.prepared = prepared
        self.maker = uow.request.actor
        self.approver = uow.request.approver
        self.actor = self.approver or self.maker
        self.left_out: list[LineRefusal] = []

    def refuse_lines(self, refused: list[LineRefusal], total: int, accept_good_rows: bool) -> None:
        """Refuses a list with bad rows whole, or leaves these rows out where the others are to be accepted."""
        if refused and not accept_good_rows:
            raise LinesRefused(refused, total)
        self.left_out = refused

    def require_two(self, command: Command, given: dict[str, Any]) -> None:
        """Refuses a command without two persons, with the line by which it is proposed (第二十二条)."""
        if not command.pays and not command.may_pay:
            raise ValueError(f"{command.name} does not declare that it may need two persons")
        line = "" if self.approver else propose_line(command.name, command.schema, given, self.maker)
        require_two(self.maker, self.approver, line)

    @property
    def known_on(self) -> date:
        """The business day on which this is recorded."""
        return self.law.known_on

    def account(self, key: str) -> Account:
        state: Account = self.uow.state("account", key)
        return state

    def employer(self, key: str) -> Employer:
        state: Employer = self.uow.state("employer", key)
        return state

    def accounts_of(self, employer: str) -> dict[str, Account]:
        """All accounts that stand with an employer, closed ones left out."""
        found = self.find("account", employer=employer)
        return {key: state for key, state in found.items() if state.status != "closed"}

    def find(self, kind: str, **equal: Any) -> dict[str, Any]:
        """States whose register columns have the given values, in the order of their keys."""
        register: Any = self.uow.registers[kind]
        keys = sorted(register.keys_where(self.uow.connection, **equal))
        return self.uow.load(kind, keys)

    def booked_before(self, kind: str, key: str, event: Event) -> bool:
        """Whether the very same stands under the event's reference from outside, so that nothing is to be done again.

        Refuses ``bank_reference_used`` and ``letter_already_booked`` where something else stands under it.
        """
        use = use_of(self.uow.registers[kind].stream.id(key), event)
        stands = standing(self.uow.connection, [use.key]).get(use.key) if use else None
        if use is None or stands is None:
            return False
        if stands.content != use.content:
            raise used_for_another(use, stands)
        return True

    def history(self, kind: str, key: str) -> list[Recorded]:
        """All events of a stream, oldest first, with those of this unit of work."""
        stream_id = self.uow.registers[kind].stream.id(key)
        change = self.uow.changes[kind].get(key)
        added = change.events if change else []
        return [*self.ledger.stream(stream_id, self.uow.connection), *added]

    def as_of(self, kind: str, key: str, on: date) -> Any:
        """The state of a stream as it was effective on a day, as known now: what a command of that value date decides from.

        No value date lies after the day of its recording, so the register answers for today, and for every day after
        which the stream recorded nothing; else its history does.
        """
        self.uow.load(kind, [key])
        change = self.uow.changes[kind][key]
        stream = self.uow.registers[kind].stream
        if on >= self.known_on or not change.version:
            return change.state
        if not change.events:
            newest = self.ledger.newest_recorded_at(stream.id(key), self.uow.connection)
            if newest is None or business_day(newest) <= on:
                return change.state
        return stream.fold([one.body for one in self.history(kind, key) if one.body.effective_on <= on])

    def add(self, kind: str, key: str, events: Iterable[Event]) -> Any:
        return self.uow.append(kind, key, events)


Handler = Callable[[Work, dict[str, Any]], dict[str, Any]]
Prepare = Callable[[Connection, PolicyBook, dict[str, Any]], Any]


class Command(msgspec.Struct, frozen=True):
    """One command. ``pays`` commands are proposed by one person and approved by another; of ``may_pay`` commands the
    handler says by their content, with ``Work.require_two``, whether they are. ``by_office`` commands of two persons
    are approved by who holds the office that they name (岗位).

    ``needs_journal`` commands decide from the books, which are brought up to date before them. ``prepare`` answers a
    long question before the unit of work, so that no writer waits for it; the handler finds it as ``work.prepared``.
    """

    name: str
    schema: Schema
    handler: Handler
    clause: str
    pays: bool
    zh: str
    needs_journal: bool = False
    prepare: Prepare | None = None
    may_pay: bool = False
    by_office: bool = False


COMMANDS: Final[dict[str, Command]] = {}


def command(
    name: str,
    schema: type[Schema],
    *,
    clause: str,
    zh: str,
    pays: bool = False,
    needs_journal: bool = False,
    prepare: Prepare | None = None,
    may_pay: bool = False,
    by_office: bool = False,
) -> Callable[[Handler], Handler]:
    """Registers a handler under the name that scenarios, the command line and the API use."""

    def register(handler: Handler) -> Handler:
        if name in COMMANDS:
            raise ValueError(f"two handlers are called {name}")
        COMMANDS[name] = Command(
            name, schema(), handler, clause, pays, zh, needs_journal, prepare, may_pay, by_office
        )
        return handler

    return register
