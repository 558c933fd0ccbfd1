"""One walk through the whole ledger, commit by commit, that checks the chain on its way.

Events are read in bounded blocks and handed on in portions that never cross a commit, decoded once for all checks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, func, select

from ledger.refusal import Refusal
from ledger.store import tables
from ledger.store.chain import GENESIS, Commit, EventsHash, hash_of_commit
from ledger.store.ledger import blocks_of_events, read_commits
from ledger.store.tables import utc_text
from ledger.streams.base import Event, decode
from projections.replay.checkpoint import Checkpoint
from projections.replay.findings import Findings

Row = tuple[int, str, int, str, str, Any]
"""``(id, stream_id, version, topic, state, recorded_at)``, as the driver gives it."""

Progress = Callable[[int, int], None]
"""Told how many events have been checked, of how many."""

DAMAGE: Final = (msgspec.MsgspecError, Refusal, LookupError, ValueError, TypeError, AttributeError)
"""What reading or folding an event raises when it is not what the ledger wrote."""

_ID: Final = itemgetter(0)
_BEYOND: Final = 2**62


class Portion(NamedTuple):
    """Events of one commit, each with its body."""

    commit: Commit
    events: list[tuple[Row, Event]]


class _Feed:
    """Events in order, cut where a commit ends."""

    def __init__(self, connection: Connection) -> None:
        self._blocks = blocks_of_events(connection)
        self._block: list[Row] = []
        self._at = 0

    def until(self, last: int) -> Iterator[list[Row]]:
        """The rows up to an id that have not been given yet."""
        while True:
            if self._at == len(self._block):
                self._block, self._at = next(self._blocks, []), 0
                if not self._block:
                    return
            start, self._at = self._at, bisect_right(self._block, last, self._at, key=_ID)
            if self._at > start:
                yield self._block[start : self._at]
            if self._at < len(self._block):
                return


class Walk:
    """The walk, with what it has counted so far."""

    def __init__(
        self,
        connection: Connection,
        found: Findings,
        against: Checkpoint | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.found = found
        self.commits = 0
        self.events = 0
        self._connection = connection
        self._against = against
        self._progress = progress
        self._sqlite = connection.dialect.name == "sqlite"
        self._due = 1
        self._before: Commit | None = None

    def checkpoint(self) -> Checkpoint:
        """What is to be kept of the walk so far."""
        last = self._before
        if last is None:
            return Checkpoint(0, 0, 0, "", GENESIS)
        return Checkpoint(last.id, last.last_event_id, self.events, utc_text(last.recorded_at), last.hash)

    def portions(self) -> Iterator[Portion]:
        """Everything in the ledger that a commit covers and that can be read."""
        feed = _Feed(self._connection)
        total = self._connection.execute(select(func.count()).select_from(tables.event)).scalar_one()
        for commit in self._commits():
            self._link(commit)
            digest = EventsHash()
            for rows in feed.until(commit.last_event_id):
                digest.update([row[:5] for row in rows])
                self._in_place(rows, commit)
                yield Portion(commit, list(self._decoded(rows, commit)))
                if self._progress:
                    self._progress(self.events, total)
            self._all_there(commit, digest)
            self._compare_with_checkpoint(commit)
        self._nothing_behind(feed, total)
        self._not_behind_the_checkpoint()

    def _commits(self) -> Iterator[Commit]:
        try:
            for commit in read_commits(self._connection):
                yield msgspec.convert(msgspec.structs.asdict(commit), Commit)
        except DAMAGE as error:
            self.found.add("commit_unreadable", after=self._last_commit, why=str(error))

    @property
    def _last_commit(self) -> int:
        return self._before.id if self._before else 0

    def _link(self, commit: Commit) -> None:
        """Whether a commit row is whole and follows the one before it."""
        before, found = self._before, self.found
        if commit.id != self._last_commit + 1:
            found.add("commit_missing", commit.id, first=self._last_commit + 1, last=commit.id - 1)
        if commit.previous_hash != (before.hash if before else GENESIS):
            found.add("chain_broken", commit.id)
        if commit.hash != hash_of_commit(commit):
            found.add("commit_changed", commit.id)
        if commit.first_event_id != self._due:
            found.add("commit_range_wrong", commit.id, found=commit.first_event_id, expected=self._due)
        if before and commit.recorded_at < before.recorded_at:
            found.add("commit_out_of_time", commit.id)
        self.commits += 1
        self._before = commit

    def _in_place(self, rows: list[Row], commit: Commit) -> None:
        """Whether ids go on without a gap and every event was recorded with its commit."""
        ids = [row[0] for row in rows]
        if ids != list(range(self._due, self._due + len(ids))):
            for event_id in ids:
                if event_id > self._due:
                    self.found.add("event_missing", commit.id, first=self._due, last=event_id - 1)
                elif event_id < self._due:
                    self.found.add("event_repeated", commit.id, event_id)
                self._due = max(self._due, event_id + 1)
        self._due = ids[-1] + 1
        moment = utc_text(commit.recorded_at) if self._sqlite else commit.recorded_at
        if any(row[5] != moment for row in rows):
            for row in rows:
                if row[5] != moment:
                    self.found.add("event_out_of_time", commit.id, row[0], row[1])
        self.events += len(rows)

    def _decoded(self, rows: list[Row], commit: Commit) -> Iterator[tuple[Row, Event]]:
        for row in rows:
            try:
                if type(row[1]) is not str or type(row[2]) is not int:
                    raise TypeError("stream_id, version")  # SQLite lets a tamperer put anything anywhere
                yield row, decode(row[3], row[4])
            except DAMAGE as error:
                self.found.add("event_unreadable", commit.id, row[0], row[1], topic=row[3], why=str(error))

    def _all_there(self, commit: Commit, digest: EventsHash) -> None:
        first, last = commit.first_event_id, commit.last_event_id
        if self._due <= last:
            self.found.add("event_missing", commit.id, first=self._due, last=last)
            self._due = last + 1
        if digest.hexdigest() != commit.events_hash:
            self.found.add("events_changed", commit.id, first=first, last=last)

    def _nothing_behind(self, feed: _Feed, total: int) -> None:
        for rows in feed.until(_BEYOND):
            self.events += len(rows)
            for row in rows:
                self.found.add("event_uncovered", event=row[0], stream=row[1])
        if self.events != total:
            self.found.add("event_count_differs", found=total, expected=self.events)

    def _compare_with_checkpoint(self, commit: Commit) -> None:
        kept = self._against
        if kept is None or commit.id != kept.commit_id:
            return
        present = self.checkpoint()
        differing = [
            name for name in Checkpoint.__struct_fields__ if getattr(kept, name) != getattr(present, name)
        ]
        if differing:
            self.found.add("checkpoint_differs", commit.id, fields=", ".join(differing))

    def _not_behind_the_checkpoint(self) -> None:
        if self._against and self._against.commit_id > self._last_commit:
            self.found.add("checkpoint_ahead", self._against.commit_id, found=self._last_commit)
