"""A month of a city: 300,000 deposits of 5,000 employers through the desk, with and without millions of events behind.

Runs in a process of its own, so that its peak memory is its own. On PostgreSQL the log (WAL) is read before and after.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from commands.desk import Desk
from tests.benchmarks.city import City, moment_in, pay_day
from tests.benchmarks.measuring import Figure, peak_mib
from tests.benchmarks.stores import Stores, bench_book

ROOT: Final = Path(__file__).parents[2]


def large_city(small: bool, events: int = 5_000_000) -> City:
    """300,000 accounts with 5,000 employers, and as many months as make so many events (a small one: 6,000)."""
    employers, each = (100, 60) if small else (5_000, 60)
    months = max(4, -(-events // (employers * (each + 2))) - 1) if not small else 4
    return City.until("2020-04", employers, each, months)


def run(kind: str, stores: Stores, small: bool, events: int = 5_000_000, **_: Any) -> Iterator[Figure]:
    full = large_city(small, events)
    fresh = full._replace(first_month=full.next_month)
    url = stores.ledger(kind, fresh)
    before = _month(kind, stores, url, fresh, fresh.next_month)
    stores.drop(url)
    url = stores.large(kind, full)
    after = _month(kind, stores, url, full, stores.next_month[url])
    stores.next_month[url] += 1
    deposits = full.employers * full.accounts_each
    for done, city in ((before, fresh), (after, full)):
        what = f"{deposits:,} deposits of {full.employers:,} employers onto {city.events:,} events"
        growth = after["rate"] / before["rate"] if city is full else None
        against = "of the speed on an empty ledger" if growth else ""
        yield Figure("city_month", kind, what, done["rate"], "events/s", growth, against)
        yield Figure("city_month", kind, f"{what}: peak memory", done["peak_mib"], "MiB")
        if kind == "postgresql":
            yield Figure("city_month", kind, f"{what}: log", done["log_bytes"], "bytes/event")


def _month(kind: str, stores: Stores, url: str, city: City, month: int) -> dict[str, float]:
    stores.tell(f"{kind}: a month of {city.employers:,} employers onto {city.events:,} events")
    command = [sys.executable, "-m", __name__, url, json.dumps([*city, month])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _main(url: str, shape: str) -> None:
    *fields, month = json.loads(shape)
    city = City(*fields)
    with Desk(url, clock=lambda: moment_in(month), book=bench_book()) as desk:
        log = _log_position(desk)
        began = perf_counter()
        events = 0
        for number in range(city.employers):
            given = {
                "on": pay_day(month),
                "employer": city.employer(number),
                "month": month,
                "lines": city.lines(number),
                "received": None,
                "receipt": None,
                "advance": False,
                "accept_good_rows": False,
            }
            done = desk.do_loaded("remit", given, actor="bench")
            assert done.result["heads"] == city.accounts_each, done.result
            events += done.last_event_id - done.first_event_id + 1
        seconds = perf_counter() - began
        log_bytes = (_log_position(desk) - log) / events
    print(json.dumps({"rate": events / seconds, "peak_mib": peak_mib(), "log_bytes": log_bytes}))


def _log_position(desk: Desk) -> int:
    database = desk.ledger.database
    if database.is_sqlite:
        return 0
    with database.reading() as connection:
        asked = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"
        return int(connection.exec_driver_sql(asked).scalar_one())


if __name__ == "__main__":
    _main(*sys.argv[1:])
