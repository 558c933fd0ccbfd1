"""Transfers between cities once more: a letter brought its money and months once, and what is held is held for it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection

from ledger.money import format_fen
from ledger.streams import account
from ledger.streams.transfer import due_fen
from projections.replay.checks import Fold
from projections.replay.findings import Findings
from projections.replay.walk import Portion


class Transfers:
    """Each letter against the movements that stand for it, at most one, and each open one against its receipts."""

    def __init__(self, found: Findings, fold: Fold) -> None:
        self.found = found
        self.fold = fold
        self.moved: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        self.letters: dict[str, str] = {}

    def see(self, portion: Portion) -> None:
        for row, body in portion.events:
            match body:
                case account.TransferredIn():
                    self._move(row, body.letter, body.amount_fen, body.months)
                case account.TransferredOut():
                    self._move(row, body.letter, body.carried_fen + body.current_fen, body.months)
                case account.EntryReversed():
                    gone = f"{row[1]}/{body.reverses}"
                    self.moved[self.letters.get(gone, "")].pop(gone, None)

    def _move(self, row: Any, letter: str, fen: int, months: int) -> None:
        movement = f"{row[1]}/{row[2]}"
        self.letters[movement] = letter
        self.moved[letter][movement] = fen, months

    def finish(self, connection: Connection) -> None:
        for letter, (_, state) in self.fold.states["transfer"].items():
            self._compare(letter, state)

    def _compare(self, letter: str, state: Any) -> None:
        standing = self.moved.get(letter, {})
        moved_fen = sum(fen for fen, _ in standing.values())
        due = due_fen(state) if state.booked else 0
        months = state.direction == "out" or all(one == state.months for _, one in standing.values())
        named = set(standing) == ({state.booked} if state.booked else set())
        if moved_fen != due or not months or not named or not _may_be_so(state):
            self.found.add(
                "transfer_not_booked",
                stream=f"transfer-{letter}",
                letter=letter,
                due=format_fen(due),
                moved=format_fen(moved_fen),
            )
        receipts = self.fold.states["receipt"]
        for receipt, amount_fen in state.receipts.items():
            held_fen = receipts[receipt][1].open_fen if receipt in receipts else 0
            if held_fen != amount_fen:
                self.found.add(
                    "transfer_money_not_held",
                    stream=f"transfer-{letter}",
                    receipt=receipt,
                    due=format_fen(amount_fen),
                    held=format_fen(held_fen),
                )


def _may_be_so(state: Any) -> bool:
    """What we received is booked by its end; what we sent has left when the account information says so."""
    if state.direction == "in":
        return state.status in ("00", "20") or not state.booked
    return bool(state.booked) or state.status not in ("06", "08")
