"""The unit of work: lock, once, read, decide, append, project, seal, in this order, in one transaction.

The order is the design. With the append lock first there is no deadlock, commit order is id order, and a reader may
rely on ``id > last``. Nothing is visible before the seal; a refusal, a crash or a fault at any step leaves the
database as it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Protocol

import msgspec
from sqlalchemy import Connection, bindparam, insert, select

from ledger.limits import BATCH_ACCOUNTS_MAX
from ledger.refusal import Refusal
from ledger.store import tables
from ledger.store.append import append_events
from ledger.store.chain import GENESIS, Commit, EventRow, hash_of_commit, hash_of_events, hash_of_request
from ledger.streams.base import Event, Recorded, Stream


class Request(msgspec.Struct, frozen=True):
    """Who asks for what. ``key`` is chosen by the client: the same key does its work once."""

    key: str
    command: str
    actor: str
    content: Any
    approver: str = ""

    def hash(self) -> str:
        return hash_of_request(self.command, self.content)


class Outcome(msgspec.Struct, frozen=True):
    """What a request came to: the commit it stands in, its result, and whether it had been done before."""

    commit_id: int
    result: dict[str, Any]
    repeated: bool
    first_event_id: int = 0
    last_event_id: int = 0


class Change(msgspec.Struct):
    """One stream inside a unit of work: what was read, what it has become, and the events in between."""

    version_read: int
    state_read: Any
    version: int
    state: Any
    events: list[Recorded] = msgspec.field(default_factory=list)


class Register(Protocol):
    """What commands decide from: the newest state of every stream of one kind, with its version."""

    stream: Stream[Any]

    def read(self, connection: Connection, keys: Sequence[str]) -> dict[str, tuple[int, Any]]:
        """One set-based read; a key that is not there is left out."""

    def write(self, connection: Connection, changes: Mapping[str, Change]) -> None:
        """One set-based write that checks every version and asserts the number of rows."""


class Index(Protocol):
    """What commands decide from across streams, kept beside the registers in the same transaction."""

    def write(self, connection: Connection, changes: Mapping[str, Mapping[str, Change]]) -> None:
        """Takes in the changes of all streams, by kind and key."""


class Batch:
    """The new events of a unit of work, as the library's ``save`` collects them from one object."""

    id = "batch"

    def __init__(self, events: list[Recorded]) -> None:
        self.events = events

    def collect_events(self) -> Sequence[Recorded]:
        return self.events


class Head(msgspec.Struct, frozen=True):
    """The newest commit: where the next one begins."""

    commit_id: int = 0
    event_id: int = 0
    hash: str = GENESIS
    recorded_at: datetime | None = None


# The statements of every unit of work are made once; to make them took as long as to run them.
_NEWEST: Final = (
    select(
        tables.commit.c.id, tables.commit.c.last_event_id, tables.commit.c.hash, tables.commit.c.recorded_at
    )
    .order_by(tables.commit.c.id.desc())
    .limit(1)
)
_EARLIER: Final = (
    select(
        tables.idempotency.c.request_hash,
        tables.commit.c.id,
        tables.commit.c.result,
        tables.commit.c.first_event_id,
        tables.commit.c.last_event_id,
    )
    .join(tables.commit, tables.commit.c.id == tables.idempotency.c.commit_id)
    .where(tables.idempotency.c.key == bindparam("asked_key"))
)
_CLAIM: Final = insert(tables.idempotency)
_SEAL: Final = insert(tables.commit)


def read_head(connection: Connection) -> Head:
    row = connection.execute(_NEWEST).first()
    return Head(*row) if row else Head()


Step = Callable[[str], None]


class UnitOfWork:
    """One transaction of the ledger. Commands ``load`` states, decide, and ``append`` events to them."""

    def __init__(
        self,
        connection: Connection,
        request: Request,
        now: datetime,
        registers: Mapping[str, Register],
        save: Callable[..., object],
        after_step: Step,
        indexes: Sequence[Index] = (),
    ) -> None:
        self.connection = connection
        self.request = request
        self.request_hash = request.hash()
        self.registers = registers
        self.indexes = indexes
        self.changes: dict[str, dict[str, Change]] = defaultdict(dict)
        self._save = save
        self._after_step = after_step
        self._rows: list[EventRow] = []
        self.head = read_head(connection)
        # A clock that is set back must not reorder what was known when.
        self.recorded_at = max(now, self.head.recorded_at or now)
        after_step("lock")

    def earlier(self) -> Outcome | None:
        """The first answer if this key has been used; refuses ``key_reused`` if it was for something else."""
        found = self.connection.execute(_EARLIER, {"asked_key": self.request.key}).first()
        if found is None:
            return None
        if found.request_hash != self.request_hash:
            raise Refusal("key_reused", key=self.request.key, commit=found.id)
        return Outcome(
            found.id, msgspec.json.decode(found.result), True, found.first_event_id, found.last_event_id
        )

    def claim(self) -> None:
        """Takes the key for this unit of work."""
        self.connection.execute(
            _CLAIM,
            {
                "key": self.request.key,
                "request_hash": self.request_hash,
                "commit_id": self.head.commit_id + 1,
            },
        )
        self._after_step("once")

    def load(self, kind: str, keys: Iterable[str]) -> dict[str, Any]:
        """The states of streams of one kind, read at once; a stream without events has its initial state."""
        register, known = self.registers[kind], self.changes[kind]
        asked = list(dict.fromkeys(keys))
        if len(asked) > BATCH_ACCOUNTS_MAX:
            raise Refusal("batch_too_large", count=len(asked), limit=BATCH_ACCOUNTS_MAX)
        missing = [key for key in asked if key not in known]
        if missing:
            found = register.read(self.connection, missing)
            nothing = (0, register.stream.initial)
            for key in missing:
                version, state = found.get(key, nothing)
                known[key] = Change(version, state, version, state)
        self._after_step("read")
        return {key: known[key].state for key in asked}

    def state(self, kind: str, key: str) -> Any:
        return self.load(kind, [key])[key]

    def version(self, kind: str, key: str) -> int:
        """The version of a stream that was loaded, with the events of this unit of work."""
        return self.changes[kind][key].version

    def append(self, kind: str, key: str, events: Iterable[Event]) -> Any:
        """Adds events to a stream that was loaded, and returns its new state."""
        change = self.changes[kind][key]
        stream = self.registers[kind].stream
        stream_id = stream.id(key)
        for one in events:
            change.version += 1
            change.events.append(Recorded(stream_id, change.version, one, self.recorded_at))
            change.state = stream.evolve(change.state, one)
        return change.state

    def insert(self, rows: Sequence[tuple[str, int, str, str]]) -> range:
        """Writes events given as ``(stream_id, version, topic, state)`` with the next ids, and returns the ids."""
        first = self.head.event_id + 1 + len(self._rows)
        numbered = [(first + offset, *row) for offset, row in enumerate(rows)]
        append_events(self.connection, numbered, self.recorded_at)
        self._rows += numbered
        return range(first, first + len(rows))

    def write(self) -> None:
        """Appends what was decided, sorted by stream id (twice as quick for the index), then projects it."""
        self._after_step("decide")
        events = [one for kind in self.changes.values() for change in kind.values() for one in change.events]
        events.sort(key=attrgetter("originator_id"))
        if events:
            self._save(Batch(events), uow=self)
        self._after_step("append")
        for kind, changes in self.changes.items():
            touched = {key: change for key, change in changes.items() if change.events}
            if touched:
                self.registers[kind].write(self.connection, touched)
        for index in self.indexes:
            index.write(self.connection, self.changes)
        self._after_step("project")

    def seal(self, result: dict[str, Any]) -> Outcome:
        """Writes the commit row, which is the audit envelope and the link of the chain."""
        row = Commit(
            id=self.head.commit_id + 1,
            key=self.request.key,
            request_hash=self.request_hash,
            actor=self.request.actor,
            approver=self.request.approver,
            command=self.request.command,
            recorded_at=self.recorded_at,
            first_event_id=self.head.event_id + 1,
            last_event_id=self.head.event_id + len(self._rows),
            result=msgspec.json.encode(result, order="sorted").decode(),
            events_hash=hash_of_events(self._rows),
            previous_hash=self.head.hash,
        )
        row = msgspec.structs.replace(row, hash=hash_of_commit(row))
        self.connection.execute(_SEAL, msgspec.structs.asdict(row))
        self._after_step("seal")
        return Outcome(row.id, result, False, row.first_event_id, row.last_event_id)
