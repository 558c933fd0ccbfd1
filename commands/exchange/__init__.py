"""The exchange of messages with other centres (全国住房公积金异地转移接续平台): what comes in, what goes out.

An ``Exchange`` gives what has come and takes what is owed. ``folder`` keeps messages as files; ``other_centre`` plays
the other side for tests and for trying out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from sqlalchemy import select

from commands.desk import Desk
from commands.exchange.parcels import Parcel
from ledger.refusal import Refusal
from ledger.store.ledger import events_of_streams
from ledger.streams.transfer import TRANSFERS
from projections.documents.transfer_messages import Message, messages
from projections.registers import REGISTERS


class Exchange(Protocol):
    """A way to other centres."""

    def receive(self) -> Iterable[Parcel]:
        """The messages that have come, in whatever order, as often as they were sent."""

    def put_away(self, parcel: Parcel, how: str) -> None:
        """What has become of a parcel: ``done``, ``refused``, or ``waiting`` for a letter that has not come yet."""

    def send(self, owed: Sequence[Message]) -> int:
        """Sends messages and returns how many were new; one that was sent before may be sent again."""


class Taken(NamedTuple):
    """What became of a message: the state of its letter, whether it changed anything, or why it was refused."""

    name: str
    message: Message
    status: str
    changed: bool
    refused: Refusal | None = None

    @property
    def waits(self) -> bool:
        return self.refused is not None and self.refused.code == "letter_unknown"


def take_in(desk: Desk, exchange: Exchange, on: date, actor: str) -> list[Taken]:
    """Takes in every message that has come. What repeats or comes out of order changes nothing; bad ones are named.

    Parcels that wait for a letter are tried once more when all others have been taken in.
    """
    taken: list[Taken] = []
    waiting: list[Parcel] = []
    for parcel in exchange.receive():
        if parcel.refused:
            taken.append(Taken(parcel.name, {}, "", False, parcel.refused))
            exchange.put_away(parcel, "refused")
            continue
        of_parcel = [_take(desk, parcel.name, one, on, actor) for one in parcel.messages]
        if any(one.waits for one in of_parcel):
            waiting.append(parcel)
        else:
            taken += _put_away(exchange, parcel, of_parcel)
    for parcel in waiting:
        taken += _put_away(
            exchange, parcel, [_take(desk, parcel.name, one, on, actor) for one in parcel.messages]
        )
    return taken


def _put_away(exchange: Exchange, parcel: Parcel, taken: list[Taken]) -> list[Taken]:
    bad = any(one.refused for one in taken)
    waits = any(one.waits for one in taken)
    exchange.put_away(parcel, "waiting" if waits else "refused" if bad else "done")
    return taken


def _take(desk: Desk, name: str, message: Message, on: date, actor: str) -> Taken:
    content = {field: value for field, value in message.items() if field not in ("number", "serial")}
    try:
        done = desk.do("transfer_message", {"on": on.isoformat(), **content}, actor=actor)
    except Refusal as refused:
        return Taken(name, message, "", False, refused)
    return Taken(name, message, done.result["status"], done.result["changed"])


def owed_messages(desk: Desk, on: date, letters: Sequence[str] = ()) -> list[Message]:
    """The messages that we owe other centres, of some or of all letters; refuses ``missing_parameter``."""
    own = desk.present_book().value("centre_code", on).value
    with desk.ledger.database.reading() as connection:
        keys = list(letters) or sorted(
            connection.execute(select(REGISTERS["transfer"].table.c.key)).scalars()
        )
        histories = events_of_streams(connection, [TRANSFERS.id(key) for key in keys])
    return [one for key in keys for one in messages(key, histories.get(TRANSFERS.id(key), []), own)]
