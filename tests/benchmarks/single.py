"""One deposit at a counter: what a clerk waits for, with a young ledger and with millions of events behind it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from commands.desk import Desk
from ledger.dates import format_month
from tests.benchmarks.city import City, moment_in, pay_day
from tests.benchmarks.city_month import large_city
from tests.benchmarks.measuring import Figure, Timed
from tests.benchmarks.stores import Stores

DEPOSITS: Final = 500
DEPOSITS_SMALL: Final = 100
SEED: Final = 11


def run(kind: str, stores: Stores, small: bool, events: int = 5_000_000, **_: Any) -> Iterator[Figure]:
    young = City.until("2020-04", 50, 12, 16)
    url = stores.ledger(kind, young)
    count = DEPOSITS_SMALL if small else DEPOSITS
    few = _deposits(kind, stores, url, young, young.next_month, count)
    stores.drop(url)
    old = large_city(small, events)
    url = stores.large(kind, old)
    many = _deposits(kind, stores, url, old, stores.next_month[url], count)
    for timed, city in ((few, young), (many, old)):
        what = f"one deposit among {city.events:,} events"
        ratios = (timed.median / few.median, timed.p99 / few.p99) if city is old else (None, None)
        against = f"times the one among {young.events:,}" if city is old else ""
        for name, seconds, ratio in (("p50", timed.median, ratios[0]), ("p99", timed.p99, ratios[1])):
            yield Figure("single", kind, f"{what}: {name}", seconds * 1000, "ms", ratio, against, timed.runs)


def _deposits(kind: str, stores: Stores, url: str, city: City, month: int, count: int) -> Timed:
    """Single deposits to accounts chosen at random, each once, as a counter or a bank channel sends them."""
    stores.tell(f"{kind}: {count} single deposits among {city.events:,} events")
    chosen = Random(SEED).sample(range(city.employers * city.accounts_each), count)
    timed = Timed()
    with Desk(url, clock=lambda: moment_in(month), book=stores.book) as desk:
        for one in chosen:
            content = {
                "on": pay_day(month).isoformat(),
                "account": city.account(one // city.accounts_each, one % city.accounts_each),
                "month": format_month(month),
            }
            with timed.run():
                desk.do("deposit", content, actor="bench")
    return timed
