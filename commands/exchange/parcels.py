"""What an exchange hands over at once: a file with its messages, or why it cannot be read."""

from __future__ import annotations

from typing import NamedTuple

from ledger.refusal import Refusal
from projections.documents.transfer_messages import Message


class Parcel(NamedTuple):
    """Messages that came together under a name, or the refusal of the whole."""

    name: str
    messages: list[Message]
    refused: Refusal | None = None
