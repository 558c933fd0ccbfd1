"""A batch (批次): one file that went to the bank, so that it goes there once and with the same content.

Its events are written before the file: a file that was lost on the way is made again from them, byte by byte, and
what does not come out the same is refused instead of sent.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec

from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("batch.sent")
class Sent(Event, frozen=True):
    """A batch was released: orders to pay (``pay``) or collections (``collect``), with the digest of its file."""

    direction: str
    purse: str
    count: int
    amount_fen: int
    digest: str = ""


# ---------------------------------------------------------------- state


class Batch(msgspec.Struct, frozen=True):
    """What a batch holds."""

    direction: str = ""
    purse: str = ""
    count: int = 0
    amount_fen: int = 0
    digest: str = ""
    sent_on: date | None = None


# ---------------------------------------------------------------- evolve


def evolve(state: Batch, event: Event) -> Batch:
    """The state after an event. Total."""
    match event:
        case Sent():
            return Batch(
                event.direction, event.purse, event.count, event.amount_fen, event.digest, event.effective_on
            )
        case _:
            return state


BATCHES: Final = Stream("batch", Batch(), evolve)


# ---------------------------------------------------------------- decisions


def require_new(state: Batch, batch: str) -> None:
    """Refuses ``batch_exists``: a batch is released once."""
    if state.direction:
        raise Refusal("batch_exists", batch=batch)


# ---------------------------------------------------------------- queries


def message_id(batch: str) -> str:
    """The id of the batch's message (Max35Text)."""
    return batch[:35]
