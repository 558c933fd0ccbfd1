"""How figures are taken: the median of several runs in one process, with what they are compared to beside them."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import msgspec

Tell = Callable[[str], None]
"""Told what is being done; shown while it lasts."""


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a report: what was measured on which database, and what it is compared with."""

    benchmark: str
    database: str
    what: str
    value: float
    unit: str
    ratio: float | None = None
    against: str = ""
    runs: int = 1


class Timed:
    """Seconds of several runs of the same thing."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    @contextmanager
    def run(self) -> Iterator[None]:
        began = perf_counter()
        yield
        self.seconds.append(perf_counter() - began)

    @property
    def runs(self) -> int:
        return len(self.seconds)

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def p99(self) -> float:
        return quantiles(self.seconds, n=100)[98]


def peak_mib() -> float:
    """The most memory that this program has had, or since ``forget_peak``. The usage that the system reports would
    count the parent's before it."""
    with open("/proc/self/status", encoding="ascii") as lines:
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def forget_peak() -> None:
    """Lets the peak begin anew from what is in use."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    with open("/proc/meminfo", encoding="ascii") as lines:
        memory_kib = int(next(line for line in lines if line.startswith("MemTotal")).split()[1])
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory_kib / 1024**2),
        "processor": _processor(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def _processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
