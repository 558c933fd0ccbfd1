"""The interface to the bank: batches go out, answers and statement lines come in, in whatever form a bank has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple, Protocol

SHARED: Final = Path("bank")
"""The folder shared with the bank, where nothing else is said."""

SHARED_VARIABLE: Final = "PROVIDENT_BANK"
"""The variable that names another."""


class OwnAccount(NamedTuple):
    """A bank account of the centre: its holder's name, its number, and the bank's clearing number."""

    name: str
    account: str
    bank: str


class Instruction(NamedTuple):
    """One payment, or one collection: the other party is named here and nowhere else."""

    end_to_end: str
    amount_fen: int
    name: str
    account: str


class Batch(NamedTuple):
    """What goes to the bank under one id: to ``pay`` or to ``collect``, from or to one account of the centre."""

    id: str
    direction: str
    on: date
    own: OwnAccount
    instructions: Sequence[Instruction]

    @property
    def amount_fen(self) -> int:
        return sum(one.amount_fen for one in self.instructions)


class Answer(NamedTuple):
    """What the bank says of one instruction, or with ``batch`` of all of one batch."""

    status: str
    end_to_end: str = ""
    batch: str = ""
    amount_fen: int | None = None
    reference: str = ""
    reason: str = ""


class Line(NamedTuple):
    """One line of a statement or a notice, as the bank sent it: with its text and its names."""

    purse: str
    side: str
    amount_fen: int
    reference: str
    booked_on: date
    end_to_end: str = ""
    reversal: bool = False
    text: str = ""
    party_name: str = ""
    party_account: str = ""


class Received(NamedTuple):
    """One message of the bank. ``name`` is the same however often the message comes."""

    name: str
    answers: Sequence[Answer] = ()
    lines: Sequence[Line] = ()


class BankGateway(Protocol):
    """A way to the bank. What was handed over may be accepted, paid, refused, or never be heard of again."""

    def own_account(self, purse: str) -> OwnAccount:
        """The centre's account of a purse; refuses ``bank_account_missing``."""

    def digest(self, batch: Batch) -> str:
        """The digest of what would be handed over: the same batch gives the same bytes, always."""

    def hand_over(self, batch: Batch) -> None:
        """Hands a batch over once, whole; what is there already stays as it is."""

    def ask(self, on: date, end_to_ends: Sequence[str]) -> None:
        """Asks what became of instructions."""

    def inbox(self) -> Iterator[Received]:
        """The messages that came in, oldest first. Refuses one that cannot be read, and leaves it where it is."""

    def done(self, message: Received) -> None:
        """Puts a message away once everything in it is on record."""
