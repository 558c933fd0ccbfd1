"""The exchange of messages with other centres (全国住房公积金异地转移接续平台): what comes in, what goes out.

An ``Exchange`` gives what has come and takes what is owed. ``folder`` keeps messages as files; ``other_centre`` plays
the other side for tests and for trying out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol

from sqlalchemy import select

from commands.desk import Desk
from ledger.refusal import Refusal
from ledger.store.ledger import events_of_streams
from ledger.streams.transfer import TRANSFERS
from projections.documents.transfer_messages import Message, messages
from projections.registers import REGISTERS


class Exchange(Protocol):
    """A way to other centres."""

    def receive(self) -> Iterable[Message]:
        """The messages that have come, in whatever order, as often as they were sent."""

    def send(self, owed: Sequence[Message]) -> int:
        """Sends messages and returns how many were new; one that was sent before may be sent again."""


class Taken(NamedTuple):
    """What became of a message: the state of its letter, whether it changed anything, or why it was refused."""

    message: Message
    status: str
    changed: bool
    refused: Refusal | None = None


def take_in(desk: Desk, exchange: Exchange, on: date, actor: str) -> list[Taken]:
    """Takes in every message that has come. What repeats or comes out of order changes nothing; bad ones are named."""
    taken: list[Taken] = []
    for one in exchange.receive():
        try:
            done = desk.do("transfer_message", {"on": on.isoformat(), **one}, actor=actor)
        except Refusal as refused:
            taken.append(Taken(one, "", False, refused))
        else:
            taken.append(Taken(one, done.result["status"], done.result["changed"]))
    return taken


def owed_messages(desk: Desk, on: date, letters: Sequence[str] = ()) -> list[Message]:
    """The messages that we owe other centres, of some or of all letters; refuses ``missing_parameter``."""
    own = desk.present_book().value("centre_code", on).value
    with desk.ledger.database.reading() as connection:
        keys = list(letters) or sorted(
            connection.execute(select(REGISTERS["transfer"].table.c.key)).scalars()
        )
        histories = events_of_streams(connection, [TRANSFERS.id(key) for key in keys])
    return [one for key in keys for one in messages(key, histories.get(TRANSFERS.id(key), []), own)]


def content_of(message: Message) -> dict[str, Any]:
    """A message without what is not its content."""
    return {name: value for name, value in message.items() if name != "number"}
