"""Transfers between cities once more: a letter brought its money and months once, and what is held is held for it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection

from ledger.money import format_fen
from ledger.streams import account
from ledger.streams.transfer import due_fen
from projections.replay.checks import Fold
from projections.replay.findings import Findings
from projections.replay.walk import Portion


class Transfers:
    """Each completed letter against the movement of its account, each open one against its receipts."""

    def __init__(self, found: Findings, fold: Fold) -> None:
        self.found = found
        self.fold = fold
        self.came: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.months: Counter[str] = Counter()

    def see(self, portion: Portion) -> None:
        for _, body in portion.events:
            match body:
                case account.TransferredIn():
                    self.came[body.letter] += body.amount_fen
                    self.months[body.letter] += body.months
                case account.TransferredOut():
                    self.left[body.letter] += body.carried_fen + body.current_fen

    def finish(self, connection: Connection) -> None:
        for letter, (_, state) in self.fold.states["transfer"].items():
            self._compare(letter, state)

    def _compare(self, letter: str, state: Any) -> None:
        done = state.status in ("00", "20")
        moved_fen = self.came[letter] if state.direction == "in" else self.left[letter]
        due = due_fen(state) if done or (state.direction == "out" and state.payment) else 0
        wrong_months = done and state.direction == "in" and self.months[letter] != state.months
        if moved_fen != due or wrong_months:
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
