"""The fold: states of all streams from the events alone, read in bounded blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from ledger.store.ledger import blocks_of_events
from ledger.streams.base import decode
from projections.registers import REGISTERS
from projections.registers.references import Uses, take_in

States = dict[str, dict[str, tuple[int, Any]]]
"""By kind and key: the version and the state."""

Progress = Callable[[int], None]
"""Told how many events have been read so far."""


def fold_events(
    connection: Connection,
    states: States,
    until: int | None = None,
    progress: Progress | None = None,
    uses: Uses | None = None,
) -> None:
    """Folds the events up to a position into ``states``, and the references that they use into ``uses``."""
    steps = {
        kind: (states.setdefault(kind, {}), register.stream.evolve, (0, register.stream.initial))
        for kind, register in REGISTERS.items()
    }
    for block in blocks_of_events(connection, until=until):
        for _, stream_id, _, topic, state, _ in block:
            kind, _, key = stream_id.partition("-")
            if kind not in steps:
                continue  # another kind of stream, which no command decides from
            known, evolve, nothing = steps[kind]
            version, before = known.get(key, nothing)
            body = decode(topic, state)
            known[key] = version + 1, evolve(before, body)
            if uses is not None:
                take_in(uses, stream_id, version + 1, body)
        if progress:
            progress(block[-1][0])
