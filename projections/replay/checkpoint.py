"""A checkpoint (检查点): what a ledger's newest commit was, to be kept where the ledger's keeper cannot reach it.

Inside the database a whole tail can vanish together with its commits, and a chain can be computed afresh after a
change; neither can be seen without something that was kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection

from ledger.refusal import Refusal
from ledger.store.tables import utc_text
from ledger.store.unit_of_work import read_head


class Checkpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The newest commit, its last event and its hash; ``events`` is how many events there were up to it."""

    commit_id: int
    last_event_id: int
    events: int
    recorded_at: str
    hash: str


def checkpoint(connection: Connection) -> dict[str, Any]:
    """The checkpoint of a ledger as it stands, as plain JSON; an empty ledger has one too."""
    head = read_head(connection)
    moment = utc_text(head.recorded_at) if head.recorded_at else ""
    return msgspec.structs.asdict(Checkpoint(head.commit_id, head.event_id, head.event_id, moment, head.hash))


def read_checkpoint(content: Mapping[str, Any]) -> Checkpoint:
    """A checkpoint that was kept; refuses ``checkpoint_malformed``."""
    try:
        return msgspec.convert(content, Checkpoint)
    except msgspec.ValidationError as error:
        raise Refusal("checkpoint_malformed", why=str(error)) from None
