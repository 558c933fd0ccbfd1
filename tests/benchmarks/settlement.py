"""The settlement of a fund year of 300,000 accounts, against one set-based SQL statement that computes the same sums.

The statement reads the same events, multiplies each amount by its days, sums and rounds by account; it writes nothing.
The settlement also decides, keeps the explanation, appends 300,000 events, updates the registers, links the chain and
posts the books.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from time import perf_counter
from typing import Any, Final

from commands.desk import Desk
from commands.settlement import settle
from ledger.dates import SHANGHAI
from projections.views.journal import Journal
from projections.views.view import catch_up
from tests.benchmarks.city import City
from tests.benchmarks.measuring import Figure
from tests.benchmarks.stores import Stores, bench_book

LAST: Final = date(2020, 6, 30)

_STATEMENT: Final = """
SELECT count(*), sum(interest_fen) FROM (
    SELECT stream_id,
        (2 * CAST(sum(({employer} + {employee}) * {days}) AS bigint) + 24000) / 48000 AS interest_fen
    FROM event WHERE topic = 'account.deposited/1' GROUP BY stream_id) AS accounts
"""


def statement(kind: str) -> str:
    """Interest of every account from its deposits: 1.50 % over 360 is one 24,000th a day, rounded half-up."""
    if kind == "sqlite":
        parts = {
            "employer": "json_extract(state, '$.employer_fen')",
            "employee": "json_extract(state, '$.employee_fen')",
            "days": "CAST(julianday('2020-07-01') - julianday(json_extract(state, '$.effective_on')) AS INTEGER)",
        }
    else:
        parts = {
            "employer": "(state::jsonb ->> 'employer_fen')::bigint",
            "employee": "(state::jsonb ->> 'employee_fen')::bigint",
            "days": "(date '2020-07-01' - (state::jsonb ->> 'effective_on')::date)",
        }
    return _STATEMENT.format(**parts)


def run(kind: str, stores: Stores, small: bool, **_: Any) -> Iterator[Figure]:
    employers = 100 if small else 5_000
    city = City.until("2020-07", employers, 60, 12)
    url = stores.ledger(kind, city)
    heads = city.employers * city.accounts_each
    with Desk(url, clock=lambda: datetime.combine(LAST, time(22), SHANGHAI), book=bench_book()) as desk:
        catch_up(desk.ledger.database, Journal())
        stores.tell(f"{kind}: one statement over {city.events:,} events")
        with desk.ledger.database.reading() as connection:
            began = perf_counter()
            accounts, interest_fen = connection.exec_driver_sql(statement(kind)).one()
            bare = perf_counter() - began
        stores.tell(f"{kind}: settling {heads:,} accounts")
        began = perf_counter()
        settled = settle(desk, 2019, LAST)
        seconds = perf_counter() - began
    assert (settled["credited"], settled["interest_fen"]) == (accounts, int(interest_fen)), settled
    stores.drop(url)
    what = f"{heads:,} accounts with {city.months} months of contributions"
    yield Figure("settlement", kind, f"{what}: one SQL statement, read only", bare, "s")
    against = "times the statement's time"
    yield Figure("settlement", kind, f"{what}: settled", seconds, "s", seconds / bare, against)
