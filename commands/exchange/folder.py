"""Messages as JSON files in folders, in the platform's form (BDC901-909), UTF-8 or GB18030.

A file appears whole or not at all: it is written beside its place and put there by one rename. What was read is put away
(``done``, ``refused``), so that it is read once; what has to wait for its letter stays. A serial that was done before is a
repetition and goes the same way without being read again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from commands.exchange.parcels import Parcel
from commands.exchange.platform_form import from_platform, serial_of, to_platform
from ledger.limits import FILE_BYTES_MAX
from ledger.refusal import Refusal
from ledger.store.persons import Person
from projections.documents.transfer_messages import Message

DONE: Final = "done"
REFUSED: Final = "refused"
SENT: Final = "sent"


class Folder:
    """An exchange by files. ``pseudonym`` makes a person's id of an identity number, ``people`` says whom each is about."""

    def __init__(
        self,
        inbox: Path | None = None,
        outbox: Path | None = None,
        pseudonym: Callable[[str], str] | None = None,
        people: Mapping[str, Person] | None = None,
        today: str = "",
    ) -> None:
        self.inbox = inbox
        self.outbox = outbox
        self.pseudonym = pseudonym
        self.people = people or {}
        self.today = today

    def receive(self) -> Iterator[Parcel]:
        """The messages of each file, in the order of the files' names; a bad file says why and stops no other."""
        if self.inbox is None:
            return
        for file in sorted(self.inbox.glob("*.json")) if self.inbox.is_dir() else [self.inbox]:
            try:
                raw = _read(file)
                messages = [self._without_names(one) for one in from_platform(raw, file.name)]
                done = self._done(raw)
                if done is not None and _read(done) != raw:
                    raise Refusal("message_serial_reused", file=file.name)
            except Refusal as refused:
                yield Parcel(file.name, [], refused)
            else:
                yield Parcel(file.name, [] if done else messages)

    def put_away(self, parcel: Parcel, how: str) -> None:
        """Moves a file that was read out of the way; one that waits stays, and so does a single file that was named."""
        if self.inbox is None or not self.inbox.is_dir() or how not in (DONE, REFUSED):
            return
        source, folder = self.inbox / parcel.name, self.inbox / how
        folder.mkdir(exist_ok=True)
        name = parcel.name
        if how == DONE:
            head = _read(source)["head"]
            name = f"{head['TxUnitNo'][:6]}-{head['SendSeqNo']}.json"
        os.replace(source, folder / name)

    def send(self, owed: Sequence[Message], again: bool = False) -> int:
        """Writes the messages that were not written before, or all of them ``again``, and returns how many."""
        assert self.outbox is not None
        sent = self.outbox / SENT
        sent.mkdir(parents=True, exist_ok=True)
        new = [one for one in owed if again or not (sent / _file_name(one)).exists()]
        for one in new:
            content = to_platform(one, self.today, self.people.get(one["letter"]))
            data = (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
            _write(self.outbox / _file_name(one), data)
            _write(sent / _file_name(one), b"")  # only that it was written: no names are kept here
        return len(new)

    def _done(self, raw: Any) -> Path | None:
        assert self.inbox is not None
        head = raw["head"]
        folder = self.inbox if self.inbox.is_dir() else self.inbox.parent
        file = folder / DONE / f"{head['TxUnitNo'][:6]}-{head['SendSeqNo']}.json"
        return file if file.is_file() else None

    def _without_names(self, message: Message) -> Message:
        number = message.pop("id_number")
        if number and self.pseudonym and message.get("kind") == 0 and message["message"] == "BDC901":
            message["person"] = self.pseudonym(number)
        return message


def _file_name(message: Message) -> str:
    return f"{serial_of(message)}-{message['message']}.json"


def _write(file: Path, data: bytes) -> None:
    beside = file.with_name(f".{file.name}.new")
    beside.write_bytes(data)
    os.replace(beside, file)


def _read(file: Path) -> Any:
    """The JSON of a file; refuses ``message_malformed``. An amount is read as it is written, never as a float."""
    if not file.is_file() or file.stat().st_size > FILE_BYTES_MAX:
        raise Refusal("message_malformed", file=file.name, what=f"a file up to {FILE_BYTES_MAX} bytes")
    data = file.read_bytes()
    try:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030")
        return json.loads(text, parse_float=str)
    except ValueError as error:
        raise Refusal("message_malformed", file=file.name, what=str(error)) from None
