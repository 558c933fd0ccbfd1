"""Statements of a fund year by format, against the bare typesetter on the same pages; a large employer; a whole city.

Every figure is taken in a process of its own, so that no cache of the typesetter helps the next one and peak memory is
its own. The bare typesetter gets the data of the same documents ready made, and writes nothing.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from commands.desk import Desk
from commands.settlement import settle
from commands.statements import produce
from ledger.dates import SHANGHAI
from projections.documents import rendering
from projections.documents.press import set_pdf
from projections.views.journal import Journal
from projections.views.stays import Stays
from projections.views.view import catch_up
from tests.benchmarks.city import City
from tests.benchmarks.measuring import Figure, peak_mib
from tests.benchmarks.stores import Stores, bench_book

ROOT: Final = Path(__file__).parents[2]
YEAR, LAST = 2019, date(2020, 6, 30)
FORMATS: Final = ("pdf", "xlsx", "csv", "json")


def run(kind: str, stores: Stores, small: bool, **_: Any) -> Iterator[Figure]:
    many = City.until("2020-07", 5 if small else 50, 20 if small else 60, 12)
    one = City.until("2020-07", 1, 300 if small else 10_000, 12)
    larger = City.until("2020-07", 1, 4 * one.accounts_each, 12)
    whole = City.until("2020-07", 10 if small else 5_000, 60, 12)
    yield from _by_format(kind, stores, many)
    yield from _large(kind, stores, one, larger)
    yield from _whole_city(kind, stores, whole)


def _by_format(kind: str, stores: Stores, city: City) -> Iterator[Figure]:
    url, heads = _settled(kind, stores, city), city.employers * city.accounts_each
    what = f"{heads:,} statements of {city.employers:,} employers"
    with TemporaryDirectory() as folder:
        stores.tell(f"{kind}: {what}, set by the bare typesetter")
        _child("keep", url, folder)
        bare = heads / _child("bare", folder)["seconds"]
        yield Figure("statements", kind, f"{what}: bare typesetter", bare, "statements/s")
        for form in FORMATS:
            stores.tell(f"{kind}: {what} as {form}")
            rate = heads / _child("produce", url, folder, form)["seconds"]
            ratio = rate / bare if form == "pdf" else None
            against = "of the bare typesetter's speed" if ratio else ""
            yield Figure("statements", kind, f"{what}: {form}", rate, "statements/s", ratio, against)
    stores.drop(url)


def _large(kind: str, stores: Stores, *cities: City) -> Iterator[Figure]:
    """One employer of each city, its memory beside that of the first: it is bounded whatever the employer's size."""
    first: dict[str, float] = {}
    for city in cities:
        url, heads = _settled(kind, stores, city), city.accounts_each
        for form in FORMATS:
            stores.tell(f"{kind}: one employer with {heads:,} employees as {form}")
            with TemporaryDirectory() as folder:
                done = _child("produce", url, folder, form)
            what, peak = f"one employer with {heads:,} employees: {form}", done["peak_mib"]
            ratio, against = (peak / first[form], "times the smaller one's") if form in first else (None, "")
            yield Figure("statements", kind, what, heads / done["seconds"], "statements/s")
            yield Figure("statements", kind, f"{what}: peak memory", peak, "MiB", ratio, against)
            first.setdefault(form, peak)
        stores.drop(url)


def _whole_city(kind: str, stores: Stores, city: City) -> Iterator[Figure]:
    """Every employer's documents by as many processes as there are processors."""
    url, heads = _settled(kind, stores, city), city.employers * city.accounts_each
    processes = os.cpu_count() or 1
    what = f"{heads:,} employees as pages of the PDF of {city.employers:,} employers, {processes} processes"
    stores.tell(f"{kind}: {what}")
    with TemporaryDirectory() as folder:
        done = _child("produce", url, folder, "pdf", str(processes))
    yield Figure("statements", kind, what, heads / done["seconds"], "statements/s")
    yield Figure("statements", kind, f"{what}: peak memory of the largest process", done["peak_mib"], "MiB")
    stores.drop(url)


def _settled(kind: str, stores: Stores, city: City) -> str:
    url = stores.ledger(kind, city)
    with Desk(url, clock=_settling_day, book=bench_book()) as desk:
        catch_up(desk.ledger.database, Journal())
        settle(desk, YEAR, LAST)
        # By whole commits, and here one has a month of a whole employer: it is no part of what is measured.
        catch_up(desk.ledger.database, Stays())
    return url


def _settling_day() -> datetime:
    return datetime.combine(LAST, time(22), SHANGHAI)


def _child(*words: str) -> dict[str, float]:
    command = [sys.executable, "-m", __name__, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


# ---------------------------------------------------------------- in a process of its own


def _produce(url: str, folder: str, form: str, processes: str = "1") -> None:
    with Desk(url, clock=_settling_day, book=bench_book()) as desk:
        produce(desk, YEAR, Path(folder) / form, LAST, formats=[form], processes=int(processes))


def _keep(url: str, folder: str) -> None:
    """Keeps what the typesetter is given for every document, in a ledger that is left as it was."""
    kept: list[tuple[str, Any]] = []

    def keep(template: str, data: Any, on: date) -> bytes:
        kept.append((template, data))
        raise _NotSet

    rendering.set_pdf = keep
    rendering.Rendering._file = _without_file  # type: ignore[method-assign]
    with Desk(url, clock=_settling_day, book=bench_book()) as desk:
        desk.do = lambda *_, **__: _Nothing()  # type: ignore[method-assign, assignment, return-value]
        produce(desk, YEAR, Path(folder) / "kept", LAST, formats=["pdf"])
    (Path(folder) / "inputs").write_bytes(pickle.dumps(kept))


class _NotSet(Exception):
    """The document is not to be set."""


class _Nothing:
    result: Final = {"issued": 0}


def _without_file(self: Any, kind: str, extension: str, write: Any, part: int = 0) -> rendering.Made:
    with suppress(_NotSet):
        write(Path())
    return rendering.Made(f"{kind}-{part}.{extension}", rendering.FileDigest("0" * 64, 0, ""), False)


def _bare(folder: str) -> None:
    for template, data in pickle.loads((Path(folder) / "inputs").read_bytes()):
        set_pdf(template, data, LAST)


if __name__ == "__main__":
    began = perf_counter()
    {"produce": _produce, "keep": _keep, "bare": _bare}[sys.argv[1]](*sys.argv[2:])
    seconds = perf_counter() - began
    workers_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mib": max(peak_mib(), workers_mib)}))
