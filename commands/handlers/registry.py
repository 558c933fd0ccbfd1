"""What a command is: its name, its schema, its handler, its clause, and whether money leaves by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final

import msgspec
from marshmallow import Schema
from sqlalchemy import Connection

from commands.law import Law
from ledger.dates import business_day
from ledger.policy.parameters import PolicyBook
from ledger.refusal import LineRefusal, LinesRefused
from ledger.store.ledger import Ledger
from ledger.store.unit_of_work import UnitOfWork
from ledger.streams.account import Account
from ledger.streams.base import Event, Recorded
from ledger.streams.employer import Employer


class Work:
    """A unit of work as a handler sees it: states to read, events to add, the law, and who is acting."""

    def __init__(self, uow: UnitOfWork, law: Law, ledger: Ledger, prepared: Any = None) -> None:
        self.uow = uow
        self.law = law
        self.ledger = ledger
        self.prepared = prepared
        self.actor = uow.request.actor
        self.approver = uow.request.approver
        self.left_out: list[LineRefusal] = []

    def refuse_lines(self, refused: list[LineRefusal], total: int, accept_good_rows: bool) -> None:
        """Refuses a list with bad rows whole, or leaves these rows out where the others are to be accepted."""
        if refused and not accept_good_rows:
            raise LinesRefused(refused, total)
        self.left_out = refused

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
    """One command. ``pays`` commands are proposed by one actor and approved by another.

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
) -> Callable[[Handler], Handler]:
    """Registers a handler under the name that scenarios, the command line and the API use."""

    def register(handler: Handler) -> Handler:
        if name in COMMANDS:
            raise ValueError(f"two handlers are called {name}")
        COMMANDS[name] = Command(name, schema(), handler, clause, pays, zh, needs_journal, prepare)
        return handler

    return register
