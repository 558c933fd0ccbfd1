"""Rebuilding every register and view, and proving the whole ledger, against the library's projection runner."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any, Final

from ledger.store.database import Database
from projections.replay.rebuild import replay
from projections.replay.verify import verify
from projections.views import all_views
from projections.views.view import catch_up
from tests.benchmarks.city_month import large_city
from tests.benchmarks.library_way import LibraryWay
from tests.benchmarks.measuring import Figure
from tests.benchmarks.stores import Stores

RUNNER_SECONDS: Final = 15


def run(kind: str, stores: Stores, small: bool, events: int = 5_000_000, **_: Any) -> Iterator[Figure]:
    runner = _runner(stores, small)
    url = stores.large(kind, large_city(small, events))
    database = Database(url)

    def progress(what: str) -> Any:
        return lambda *done: stores.tell(f"{kind}: {what} {' '.join(str(one) for one in done)}")

    views = all_views(stores.book)
    began = perf_counter()
    for view in views:
        catch_up(database, view, progress(f"first build of {view.name}"))
    built = perf_counter() - began
    replayed = replay(database, views, progress("replay"))
    assert replayed.equal, [one for one in replayed.tables if not one.equal]
    report = verify(database, stores.book, progress=progress("verify"))
    assert report.sound, report.counts
    database.close()
    what, against = f"{replayed.events:,} events", "times the library's runner"
    for name, rate in (
        ("views built for the first time", replayed.events / built),
        ("registers and views rebuilt and compared", replayed.events / replayed.seconds),
        ("verified", report.events / report.seconds),
    ):
        yield Figure("replay", kind, f"{what}: {name}", rate, "events/s", rate / runner, against)
    yield Figure(
        "replay", "postgresql", "library's ProjectionRunner, one position for each event", runner, "events/s"
    )


def _runner(stores: Stores, small: bool) -> float:
    """The library's runner follows its PostgreSQL recorder only; its SQLite recorder cannot be followed."""
    url = stores.empty("postgresql")
    way = LibraryWay(url)
    way.load(1_000, 4 if small else 49)
    stores.tell("postgresql: the library's ProjectionRunner")
    rate = way.project(1 if small else RUNNER_SECONDS)
    way.close()
    stores.drop(url)
    return rate
