"""Debts once more (欠缴复核): what an employer owes for those who left it is what their accounts say, month by month.

The employer's stream has the amount, the account's the month and the debtor: two streams that must name the same debts.
A proven wage stands in the accounts for as many months as its explanation counts.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection

from ledger.dates import format_month
from ledger.streams import employer
from ledger.streams.account import BaseProven, left_months
from projections.replay.checks import Fold
from projections.replay.findings import Findings
from projections.replay.walk import Portion


class Debts:
    """Debts of both streams, and bases that were proven beside what assessed them."""

    def __init__(self, found: Findings, fold: Fold) -> None:
        self.found = found
        self.fold = fold
        self._proven: Counter[str] = Counter()
        self._commit = 0

    def see(self, portion: Portion) -> None:
        commit = portion.commit.id
        if commit != self._commit:
            self._commit, self._proven = commit, Counter()
        for row, body in portion.events:
            if isinstance(body, BaseProven):
                self._proven[f"{body.employer} {body.base_fen}"] += len(body.months)
            elif isinstance(body, employer.ArrearsAssigned) and body.proofs:
                self._compare_bases(commit, row, body)

    def _compare_bases(self, commit: int, row: Any, body: employer.ArrearsAssigned) -> None:
        """Accounts sort before employers in a commit; months that had the base already are not said again."""
        key, counted = row[1].partition("-")[2], Counter[str]()
        for proof in body.proofs:
            counted[f"{key} {proof['inputs']['evidenced_wage_fen']}"] += proof["inputs"]["months"]
        if self._proven - counted:
            self.found.add(
                "debts_differ", commit, row[0], row[1],
                employer=key, owed=str(dict(counted)), accounts=str(dict(self._proven)),
            )  # fmt: skip

    def finish(self, connection: Connection) -> None:
        if self.found.counts["event_unreadable"]:
            return  # what cannot be read cannot be counted again; it has been said already
        said: Counter[tuple[str, str, int]] = Counter()
        for account, state in self.fold.accounts().items():
            said.update((debtor, account, month) for month, debtor in left_months(state))
        owed: Counter[tuple[str, str, int]] = Counter()
        for key, (_, state) in self.fold.states["employer"].items():
            owed.update((key, account, month) for account, month, _ in state.left_behind)
        differing = sorted((said - owed) + (owed - said))
        for debtor in sorted({debtor for debtor, _, _ in differing}):
            self.found.add(
                "debts_differ", stream=f"employer-{debtor}", employer=debtor,
                owed=_told(owed, debtor, differing), accounts=_told(said, debtor, differing),
            )  # fmt: skip


def _told(debts: Counter[tuple[str, str, int]], debtor: str, differing: list[tuple[str, str, int]]) -> str:
    """The debts of one employer that only one of the two streams names."""
    own = [one for one in differing if one[0] == debtor and debts[one]]
    return ", ".join(f"{account} {format_month(month)}" for _, account, month in own) or "-"
