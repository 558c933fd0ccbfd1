"""Messages as JSON files in folders: one message, or a batch of them (BDC902, BDC906), in each file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from marshmallow import Schema, ValidationError

from commands.schemas import transfers as schemas
from ledger.limits import FILE_BYTES_MAX
from ledger.refusal import Refusal
from projections.documents.transfer_messages import Message, as_bytes, file_name

_SCHEMAS: Final[dict[str, Schema]] = {
    **dict.fromkeys(("BDC901", "BDC903", "BDC904", "BDC905"), schemas.Message()),
    **dict.fromkeys(("BDC902", "BDC906"), schemas.Batch()),
    "BDC909": schemas.Centres(),
}


class Folder:
    """An exchange by files: ``inbox`` is read and left as it is, ``outbox`` gets a file for each message."""

    def __init__(self, inbox: Path | None = None, outbox: Path | None = None) -> None:
        self.inbox = inbox
        self.outbox = outbox

    def receive(self) -> Iterator[Message]:
        """The messages of all files, in the order of their names; refuses ``message_malformed``."""
        if self.inbox is not None:
            files = sorted(self.inbox.glob("*.json")) if self.inbox.is_dir() else [self.inbox]
            for file in files:
                yield from read_messages(file)

    def send(self, owed: Sequence[Message]) -> int:
        """Writes the messages that are not there yet."""
        assert self.outbox is not None
        self.outbox.mkdir(parents=True, exist_ok=True)
        new = [one for one in owed if not (self.outbox / file_name(one)).exists()]
        for one in new:
            (self.outbox / file_name(one)).write_bytes(as_bytes(one))
        return len(new)


def read_messages(file: Path) -> list[Message]:
    """The messages of a file, a batch as its items, centre codes (BDC909) as none; refuses ``message_malformed``."""
    if not file.is_file() or file.stat().st_size > FILE_BYTES_MAX:
        raise Refusal("message_malformed", file=file.name, what=f"a file up to {FILE_BYTES_MAX} bytes")
    try:
        raw = json.loads(file.read_bytes(), parse_float=str)
    except ValueError as error:
        raise Refusal("message_malformed", file=file.name, what=str(error)) from None
    kind = raw.get("message") if isinstance(raw, dict) else None
    if kind not in _SCHEMAS:
        raise Refusal("message_malformed", file=file.name, what=f"message: {', '.join(_SCHEMAS)}")
    _check(_SCHEMAS[kind], raw, file)
    if kind == "BDC909":
        return []
    items: list[Message] = raw.get("items", [raw])
    return items


def _check(schema: Schema, raw: dict[str, Any], file: Path) -> None:
    try:
        schema.load(raw)
    except ValidationError as error:
        what = json.dumps(error.messages, ensure_ascii=False)
        raise Refusal("message_malformed", file=file.name, what=what[:300]) from None
    except Refusal as refused:
        raise Refusal("message_malformed", file=file.name, what=refused.message()) from None
