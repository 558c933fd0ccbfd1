"""References from outside once more: each stands once in the whole history, and the register says the same."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, select

from ledger.books.references import Use
from projections.registers.references import USES, Place, Uses, take_in
from projections.replay.findings import Findings
from projections.replay.walk import Portion


class References:
    """What every event uses and frees. Memory grows by the number of references."""

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.uses: Uses = {}

    def see(self, portion: Portion) -> None:
        for row, body in portion.events:
            take_in(self.uses, row[1], row[2], body)

    def finish(self, connection: Connection) -> None:
        live: dict[Place, Use] = {
            (row.stream_id, row.version): Use(row.key, row.stream_id, row.content, row.amount_fen, row.freed)
            for row in connection.execute(select(USES))
        }
        for code, places in (
            ("register_row_missing", self.uses.keys() - live.keys()),
            ("register_row_surplus", live.keys() - self.uses.keys()),
        ):
            for stream, version in sorted(places):
                self.found.add(code, stream=stream, kind="reference", key=f"{stream}/{version}")
        for place in sorted(self.uses.keys() & live.keys()):
            folded, row = self.uses[place], live[place]
            differing = [name for name in Use._fields if getattr(folded, name) != getattr(row, name)]
            if differing:
                self.found.add(
                    "register_row_differs", stream=place[0], kind="reference", key="/".join(map(str, place)),
                    fields=", ".join(differing),
                )  # fmt: skip
        self._once()

    def _once(self) -> None:
        by_key: dict[str, list[str]] = defaultdict(list)
        for (stream, version), use in sorted(self.uses.items()):
            if not use.freed:
                by_key[use.key].append(f"{stream}/{version}")
        for key, places in by_key.items():
            if len(places) > 1:
                self.found.add("reference_used_twice", reference=key, places=", ".join(places))
