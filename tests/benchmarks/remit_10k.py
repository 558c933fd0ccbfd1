"""One remittance of 10,000 existing accounts, against the library's default way and against a bare insert.

The part after parsing: registers read, decided, appended, registers updated, chained by hash, committed. The bare
insert writes the very same bytes into the same table by the quickest way of the driver, and commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from csv import writer
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from commands.desk import Desk
from commands.intake.kinds import Remittance
from ledger.dates import format_month
from ledger.store.append import driver
from ledger.store.database import Database
from tests.benchmarks.city import BASES_FEN, City, moment_in, pay_day
from tests.benchmarks.library_way import LibraryWay
from tests.benchmarks.measuring import Figure, Timed
from tests.benchmarks.stores import Stores

ROUNDS: Final = 5
LIBRARY_ROUNDS: Final = {12: 2}
"""The library takes minutes over a long history, so that is measured once."""


def run(kind: str, stores: Stores, small: bool, **_: Any) -> Iterator[Figure]:
    accounts = 500 if small else 10_000
    for months in (12, 24) if small else (12, 240):
        yield from _measure(kind, stores, accounts, months)


def _measure(kind: str, stores: Stores, accounts: int, months: int) -> Iterator[Figure]:
    city = City.until("2020-01", 1, accounts, months)
    url = stores.ledger(kind, city)
    stores.tell(f"{kind}: remittances of {accounts:,} accounts after {months} months")
    parsing, remitting, inserting = _remittances(url, city, stores)
    stores.drop(url)
    library = _library(kind, stores, accounts, months)
    what = f"{accounts:,} accounts after {months} months"

    def figure(of: str, timed: Timed, against: str = "", other: Timed | None = None) -> Figure:
        ratio = other.median / timed.median if other else None
        return Figure("remit_10k", kind, f"{what}: {of}", timed.median, "s", ratio, against, timed.runs)

    yield figure("file parsed", parsing)
    yield figure("after parsing", remitting, "times as quick as the library", library)
    yield figure("after parsing", remitting, "times as quick as a bare insert", inserting)
    yield figure("library's default way", library)
    yield figure("bare insert of the same bytes", inserting)


def _remittances(url: str, city: City, stores: Stores) -> tuple[Timed, Timed, Timed]:
    """Month after month: the remittance, then the bare insert of the same bytes one version on, taken back at once."""
    parsing, remitting, inserting = Timed(), Timed(), Timed()
    database = Database(url)
    _let_rows_go(database)
    month = city.next_month
    with Desk(url, clock=lambda: moment_in(month), book=stores.book) as desk:
        for turn in range(ROUNDS + 1):
            path = _file(stores.folder, city, month)
            with parsing.run():
                lines = Remittance(path, str, city.employer(0)).read().lines
            with remitting.run():
                done = desk.do_loaded("remit", _request(city, month, lines), actor="bench")
            assert done.result["heads"] == city.accounts_each, done.result
            inserting.seconds.append(_bare_insert(database, done.first_event_id, done.last_event_id))
            stores.tell(f"remittance {turn} of {ROUNDS}: {remitting.seconds[-1]:.3f} s")
            month += 1
    database.close()
    for timed in (parsing, remitting, inserting):
        del timed.seconds[0]  # the first finds cold caches
    return parsing, remitting, inserting


def _file(folder: Path, city: City, month: int) -> Path:
    path = folder / f"{city.employer(0)}-{format_month(month)}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = writer(file)
        rows.writerow(["个人账号", "缴存基数", "单位月缴存额", "个人月缴存额", "合计", "汇缴年月"])
        for number, line in enumerate(city.lines(0)):
            base, share = BASES_FEN[number % len(BASES_FEN)], line["employer_amount"]
            amounts = (f"{fen // 100:,}.{fen % 100:02d}" for fen in (base, share, share, 2 * share))
            rows.writerow([line["account"], *amounts, format_month(month)])
    return path


def _request(city: City, month: int, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "on": pay_day(month),
        "employer": city.employer(0),
        "month": month,
        "lines": lines,
        "received": None,
        "receipt": None,
        "advance": False,
        "accept_good_rows": False,
    }


def _let_rows_go(database: Database) -> None:
    """The bare insert is taken back each time, which a ledger in use never allows."""
    with database.writing() as connection:
        where = "" if database.is_sqlite else " ON event"
        connection.exec_driver_sql(f"DROP TRIGGER event_no_delete{where}")


def _bare_insert(database: Database, first: int, last: int) -> float:
    """Seconds for inserting the rows of a commit again, one version on, as one transaction; then they are deleted."""
    mark = "?" if database.is_sqlite else "%s"
    with database.reading() as connection:
        asked = (
            "SELECT id + 1000000, stream_id, version + 1, topic, state, recorded_at FROM event"
            f" WHERE id BETWEEN {mark} AND {mark} ORDER BY id"
        )
        rows = connection.exec_driver_sql(asked, (first, last)).cursor.fetchall()
    began = perf_counter()
    with database.writing() as connection:
        if database.is_sqlite:
            driver(connection).executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)", rows)
        else:
            with driver(connection).cursor() as cursor, cursor.copy("COPY event FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
    seconds = perf_counter() - began
    with database.writing() as connection:
        connection.exec_driver_sql(f"DELETE FROM event WHERE id > {last}")
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM event")
    return seconds


def _library(kind: str, stores: Stores, accounts: int, months: int) -> Timed:
    timed, url = Timed(), stores.empty(kind)
    way = LibraryWay(url)
    events = accounts * (months + 1)
    way.load(accounts, months, lambda done: stores.tell(f"{kind}: library, {done:,} of {events:,} events"))
    for turn in range(LIBRARY_ROUNDS.get(months, 1)):
        stores.tell(f"{kind}: library's remittance {turn + 1}, after {months} months")
        way.remit(timed)
    way.close()
    stores.drop(url)
    return timed
