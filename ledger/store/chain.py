"""The chain of commits: each commit row holds a hash over every byte of its events and over the row before it.

The bytes are plain JSON arrays, so that anyone can compute them without this program:
``events_hash = SHA-256([[id, stream, version, topic, state], …])`` and
``hash = SHA-256(previous_hash + [id, key, request_hash, actor, …, events_hash])``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec

from ledger.store.tables import utc_text

GENESIS: Final = "0" * 64
"""What stands for the hash before the first commit."""

EventRow = tuple[int, str, int, str, str]
"""``(id, stream_id, version, topic, state)``"""


class Commit(msgspec.Struct, frozen=True):
    """One commit row: who, when, by which command, on whose approval, over which events."""

    id: int
    key: str
    request_hash: str
    actor: str
    approver: str
    command: str
    recorded_at: datetime
    first_event_id: int
    last_event_id: int
    result: str
    events_hash: str = ""
    previous_hash: str = GENESIS
    hash: str = ""

    @property
    def count(self) -> int:
        return self.last_event_id - self.first_event_id + 1


class EventsHash:
    """The hash of a commit's events, fed with them in portions: ``SHA-256([[…], …])`` of all together."""

    def __init__(self) -> None:
        self._hash = sha256(b"[")
        self._comma = b""

    def update(self, rows: Sequence[EventRow]) -> None:
        if rows:
            self._hash.update(self._comma + msgspec.json.encode(rows)[1:-1])
            self._comma = b","

    def hexdigest(self) -> str:
        whole = self._hash.copy()
        whole.update(b"]")
        return whole.hexdigest()


def hash_of_events(rows: Sequence[EventRow]) -> str:
    return sha256(msgspec.json.encode(rows)).hexdigest()


def hash_of_commit(commit: Commit) -> str:
    """The hash that belongs on a commit row whose ``events_hash`` and ``previous_hash`` are set."""
    fields = (
        commit.id,
        commit.key,
        commit.request_hash,
        commit.actor,
        commit.approver,
        commit.command,
        utc_text(commit.recorded_at),
        commit.first_event_id,
        commit.last_event_id,
        commit.result,
        commit.events_hash,
    )
    return sha256(commit.previous_hash.encode() + msgspec.json.encode(fields)).hexdigest()


def hash_of_request(command: str, content: object) -> str:
    """What tells whether two requests under one key are the same request."""
    return sha256(msgspec.json.encode((command, content), order="sorted")).hexdigest()
