"""Whoever follows the ledger misses nothing and sees nothing twice, whatever is written meanwhile."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal
from typing import Any

from eventsourcing.persistence import StoredEvent, Tracking
from eventsourcing.projection import Projection, ProjectionRunner
from sqlalchemy import text

from ledger.store.database import Database
from ledger.store.factory import LEDGER_URL
from ledger.store.ledger import LedgerApplication
from ledger.store.recorder import SQLAlchemyApplicationRecorder, SQLAlchemyTrackingRecorder
from ledger.streams.base import Event

WRITERS, WRITES, EVENTS = 6, 20, 5
WRITE_IN_ANOTHER_PROCESS = """
import sys
from eventsourcing.persistence import StoredEvent
from ledger.store.database import Database
from ledger.store.recorder import SQLAlchemyApplicationRecorder
url, name, writes, events = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
recorder = SQLAlchemyApplicationRecorder(Database(url))
for write in range(writes):
    first = write * events
    recorder.insert_events([StoredEvent(name, first + n + 1, "topic/1", b"{}") for n in range(events)])
"""


def test_a_reader_beside_six_writers_misses_nothing_and_sees_nothing_twice(ledger_url: str) -> None:
    def write(number: int) -> None:
        database = Database(ledger_url)
        recorder = SQLAlchemyApplicationRecorder(database)
        for first in range(1, WRITES * EVENTS, EVENTS):
            versions = range(first, first + EVENTS)
            recorder.insert_events(
                [StoredEvent(f"account-{number}", version, "topic/1", b"{}") for version in versions]
            )
        database.close()

    with ThreadPoolExecutor(WRITERS) as writers:
        done = [writers.submit(write, number) for number in range(WRITERS)]
        seen = follow(ledger_url)
        for one in done:
            one.result()
    check_all_seen_once(seen)


def test_writers_in_six_processes_are_followed_as_well(ledger_url: str) -> None:
    writers = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                WRITE_IN_ANOTHER_PROCESS,
                ledger_url,
                f"account-{n}",
                str(WRITES),
                str(EVENTS),
            ]
        )
        for n in range(WRITERS)
    ]
    seen = follow(ledger_url)
    assert [writer.wait() for writer in writers] == [0] * WRITERS
    check_all_seen_once(seen)


def follow(url: str) -> list[tuple[int, str, int]]:
    """Follows until all events have come, and then as long as one that is counted twice could still come."""
    database = Database(url)
    recorder = SQLAlchemyApplicationRecorder(database)
    seen = []
    with recorder.subscribe(gt=0) as subscription:
        for one in subscription:
            seen.append((one.id, str(one.originator_id), one.originator_version))
            if len(seen) == WRITERS * WRITES * EVENTS:
                break
    after = recorder.select_notifications(start=seen[-1][0], limit=1, inclusive_of_start=False)
    database.close()
    assert list(after) == []
    return seen


def check_all_seen_once(seen: list[tuple[int, str, int]]) -> None:
    assert [event_id for event_id, _, _ in seen] == list(range(1, WRITERS * WRITES * EVENTS + 1))
    for number in range(WRITERS):
        versions = [version for _, stream_id, version in seen if stream_id == f"account-{number}"]
        assert versions == list(range(1, WRITES * EVENTS + 1))


class CountingView(SQLAlchemyTrackingRecorder):
    """A view that writes its row and its position in one transaction."""

    def count(self, topic: str, tracking: Tracking) -> None:
        with self.database.writing() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS counted (topic TEXT, position INTEGER)"))
            connection.execute(
                text("INSERT INTO counted VALUES (:topic, :position)"),
                {"topic": topic, "position": tracking.notification_id},
            )
            self.move(connection, tracking)

    def counted(self) -> list[tuple[str, int]]:
        with self.database.reading() as connection:
            rows = connection.execute(text("SELECT topic, position FROM counted ORDER BY position"))
            return [(row.topic, row.position) for row in rows]


class Counting(Projection[CountingView]):
    name = "counting"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        assert isinstance(domain_event.body, Event)
        self.view.count(domain_event.body.topic, tracking)


def test_the_librarys_projection_runner_follows_the_ledger(ledger_url: str, desk: Any) -> None:
    desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})
    env = {"PERSISTENCE_MODULE": "ledger.store.factory:SQLAlchemyFactory", LEDGER_URL: ledger_url}
    runner = ProjectionRunner(
        application_class=LedgerApplication, projection_class=Counting, view_class=CountingView, env=env
    )
    with runner:
        opened = desk.do(
            "open_account", {"on": "2019-07-01", "account": "A1", "employer": "E1", "base": "5000.00"}
        )
        runner.wait(opened.last_event_id)
        assert runner.view.counted() == [("employer.registered/1", 1), ("account.opened/1", 2)]
    resumed = ProjectionRunner(
        application_class=LedgerApplication, projection_class=Counting, view_class=CountingView, env=env
    )
    with resumed:
        last = desk.do("deposit", {"on": "2019-07-01", "account": "A1", "month": "2019-07"})
        resumed.wait(last.last_event_id)
        assert [position for _, position in resumed.view.counted()] == [1, 2, 3]


def test_closing_a_ledger_in_memory_waits_for_whoever_reads_it() -> None:
    """The driver crashes the whole process when a connection is closed under a running statement."""
    database, done = Database("sqlite://"), []
    reading, go_on = Signal(), Signal()

    def read() -> None:
        with database.reading() as connection:
            reading.set()
            go_on.wait(10)
            done.append(connection.execute(text("SELECT 'read'")).scalar())

    def close() -> None:
        database.close()
        done.append("closed")

    with ThreadPoolExecutor(2) as threads:
        threads.submit(read)
        reading.wait(10)
        closing = threads.submit(close)
        go_on.set()
        closing.result(10)
    assert done == ["read", "closed"]
