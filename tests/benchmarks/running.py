"""All benchmarks of a run, one after the other, so that what they are compared with is measured in the same run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from tests.benchmarks import (
    city_month,
    deduction,
    remit_10k,
    replay,
    repricing,
    roll,
    rules,
    settlement,
    single,
    statements,
)
from tests.benchmarks.measuring import Figure, Tell, machine
from tests.benchmarks.stores import Stores

BENCHMARKS: Final = {
    "remit_10k": remit_10k.run,
    "city_month": city_month.run,
    "single": single.run,
    "replay": replay.run,
    "settlement": settlement.run,
    "repricing": repricing.run,
    "deduction": deduction.run,
    "roll": roll.run,
    "statements": statements.run,
    "rules": rules.run,
}
ONCE: Final = {"rules"}
"""Benchmarks without a database: run once, however many databases are measured."""
KINDS: Final = ("sqlite", "postgresql")


class Run:
    """One run: ``figures`` as they are taken, and ``conditions`` under which they were."""

    def __init__(
        self, names: Sequence[str], kinds: Sequence[str], *, small: bool, events: int, tell: Tell
    ) -> None:
        self.names = names or tuple(BENCHMARKS)
        self.kinds = kinds
        self.small = small
        self.events = events
        self.tell = tell
        self.conditions: dict[str, Any] = {}

    def figures(self) -> Iterator[Figure]:
        stores = Stores(self.tell)
        try:
            self.conditions = {"machine": machine()}
            if "postgresql" in self.kinds or "replay" in self.names:
                self.conditions["postgresql"] = stores.settings()
            for kind in self.kinds:
                for name in self.names:
                    if name in ONCE and kind != self.kinds[0]:
                        continue
                    yield from BENCHMARKS[name](kind, stores, self.small, events=self.events)
                stores.drop_large(kind)
        finally:
            stores.close()
