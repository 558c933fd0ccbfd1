"""The fold: states of all streams from the events alone, in bounded blocks, with what each event cost to read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from ledger.store.ledger import blocks_of_events
from ledger.streams.base import decode
from projections.registers import REGISTERS

States = dict[str, dict[str, tuple[int, Any]]]
"""By kind and key: the version and the state."""

Progress = Callable[[int], None]
"""Told how many events have been read so far."""


def fold_events(
    connection: Connection,
    states: States,
    after: int = 0,
    until: int | None = None,
    progress: Progress | None = None,
) -> int:
    """Folds the events after a position into ``states`` and returns the new position."""
    steps = {
        kind: (states.setdefault(kind, {}), register.stream.evolve, (0, register.stream.initial))
        for kind, register in REGISTERS.items()
    }
    position = after
    for block in blocks_of_events(connection, after, until):
        for _, stream_id, _, topic, state, _ in block:
            kind, _, key = stream_id.partition("-")
            if kind not in steps:
                continue  # another kind of stream, which no command decides from
            known, evolve, nothing = steps[kind]
            version, before = known.get(key, nothing)
            known[key] = version + 1, evolve(before, decode(topic, state))
        position = block[-1][0]
        if progress:
            progress(position)
    return position
