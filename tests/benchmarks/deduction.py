"""A monthly deduction file of 100,000 loans and its result file, against one unit of work for each line.

Both ways book the same kind of line on the same ledger in the same run; the second is taken on a part of the lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from commands.deductions import receive
from commands.desk import Desk
from ledger.dates import SHANGHAI
from ledger.store.database import Database
from migrations import upgrade
from projections.registers import REGISTERS
from tests.benchmarks.measuring import Figure, forget_peak, peak_mib
from tests.benchmarks.repricing import lend
from tests.benchmarks.stores import Stores, bench_book

DAY: Final = date(2023, 1, 20)
"""The fourth instalment of every loan falls due."""

SINGLY: Final = 300
"""Lines that are booked one by one."""


def run(kind: str, stores: Stores, small: bool, **_: Any) -> Iterator[Figure]:
    count = 2_000 if small else 100_000
    url = stores.empty(kind)
    database = Database(url)
    upgrade(database.engine)
    database.close()
    with Desk(url, clock=lambda: datetime.combine(DAY, time(9), SHANGHAI), book=bench_book()) as desk:
        stores.tell(f"{kind}: lending {count:,} times")
        lend(desk, count)
        forget_peak()
        stores.tell(f"{kind}: deducting from {count:,} loans")
        began = perf_counter()
        sent = desk.do("send_deductions", {"on": DAY, "batch": "D1"}).result
        asking = perf_counter() - began
        with TemporaryDirectory() as folder:
            rows = _results(desk)
            singly, file = rows[:SINGLY], Path(folder) / "result.txt"
            file.write_text("".join(rows[SINGLY:]), "gb18030")
            one = Path(folder) / "one.txt"
            began = perf_counter()
            for row in singly:
                one.write_text(row, "gb18030")
                receive(desk, one, DAY, actor="bench")
            by_one = (perf_counter() - began) / len(singly)
            began = perf_counter()
            taken = receive(desk, file, DAY, actor="bench")
            booking = perf_counter() - began
    assert (sent["count"], taken["done"]) == (count, count - SINGLY), (sent, taken)
    stores.drop(url)
    what = f"{count:,} loans"
    a_line = booking / (count - SINGLY)
    yield Figure("deduction", kind, f"{what}: asked for in one commit", asking, "s")
    yield Figure("deduction", kind, f"{what}: results booked in one commit", booking, "s")
    yield Figure(
        "deduction",
        kind,
        "one line by itself",
        1000 * by_one,
        "ms",
        by_one / a_line,
        "times a line of the file",
    )
    yield Figure("deduction", kind, f"{what}: peak memory", peak_mib(), "MiB")


def _results(desk: Desk) -> list[str]:
    """The bank's answer: everything was collected."""
    register = REGISTERS["deduction"]
    with desk.ledger.database.reading() as connection:
        keys = register.keys_where(connection, batch="D1")
        found = [state for _, state in register.read(connection, keys).values()]
    return [
        f"{one.end_to_end}@|$0@|${one.asked_fen // 100}.{one.asked_fen % 100:02d}@|$H{number}@|$\n"
        for number, one in enumerate(found)
    ]
