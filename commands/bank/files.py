"""The bank by files: a folder with what goes out, what comes in, and what has been read.

``bank.yaml`` in the folder names the centre's accounts by purse. A file is written whole under another name and then
renamed, so that the bank's side never sees half of one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import yaml

from commands.bank import writing
from commands.bank.gateway import Answer, Batch, Line, OwnAccount, Received
from commands.bank.reading import read_message, validate
from ledger.refusal import Refusal
from ledger.streams.payment import PURSES


class FileGateway:
    """The folder that the centre and its bank share: ``out``, ``in`` and ``done``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("out", "in", "done"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    @cached_property
    def accounts(self) -> dict[str, OwnAccount]:
        """The centre's accounts by purse; refuses ``bank_accounts_malformed``."""
        path = self.folder / "bank.yaml"
        try:
            found = {
                str(purse): OwnAccount(str(one["name"]), str(one["account"]), str(one["bank"]))
                for purse, one in yaml.safe_load(path.read_text("utf-8")).items()
            }
        except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
            raise Refusal("bank_accounts_malformed", path=path.name, why=str(error)[:200]) from None
        if unknown := sorted(set(found) - set(PURSES)):
            raise Refusal("purse_unknown", purse=unknown[0], known=", ".join(PURSES))
        return found

    def own_account(self, purse: str) -> OwnAccount:
        if purse not in self.accounts:
            raise Refusal("bank_account_missing", purse=purse)
        return self.accounts[purse]

    def digest(self, batch: Batch) -> str:
        return writing.digest(batch)

    def path_of(self, batch: Batch) -> Path:
        return self.folder / "out" / f"{batch.id}.{writing.NAMES[batch.direction]}.xml"

    def hand_over(self, batch: Batch) -> None:
        path = self.path_of(batch)
        if not path.exists():
            place(path, writing.message(batch), check=True)

    def ask(self, on: date, end_to_ends: Sequence[str]) -> None:
        place(self.folder / "out" / f"ask-{on}.txt", (f"{one}\n".encode() for one in end_to_ends))

    def inbox(self) -> Iterator[Received]:
        purses = {one.account: purse for purse, one in self.accounts.items()}
        for path in sorted((self.folder / "in").glob("*.xml")):
            found = list(read_message(path, purses))
            yield Received(
                path.name,
                [one for one in found if isinstance(one, Answer)],
                [one for one in found if isinstance(one, Line)],
            )

    def done(self, message: Received) -> None:
        (self.folder / "in" / message.name).replace(self.folder / "done" / message.name)


def place(path: Path, pieces: Iterable[bytes], check: bool = False) -> None:
    """Writes a file whole or not at all; with ``check`` only if it fits the schema of its message."""
    own = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with own.open("wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if check:
            validate(own)
        own.replace(path)
    finally:
        own.unlink(missing_ok=True)


def digest_of(path: Path) -> str:
    """The digest of a file as it lies there."""
    with path.open("rb") as file:
        hashed = sha256()
        while piece := file.read(1 << 20):
            hashed.update(piece)
    return hashed.hexdigest()
