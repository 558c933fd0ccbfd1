"""``provident verify``: everything that the ledger says is recomputed by another path, and nothing is taken on trust.

One walk over all commits and events checks the chain and feeds the checks; then registers, books, amounts and
balances are compared with what the events give. It writes nothing and sees one state of the database throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from time import perf_counter
from typing import Any

import msgspec
from sqlalchemy import Connection

from ledger.policy.parameters import PolicyBook
from ledger.store.database import Database
from projections.replay.checkpoint import read_checkpoint
from projections.replay.checks import Balances, Books, Check, Contributions, Fold, Requests
from projections.replay.conduct_check import Conducts
from projections.replay.debt_check import Debts
from projections.replay.decision_check import Decisions
from projections.replay.findings import Finding, Findings
from projections.replay.interest_check import Interest
from projections.replay.invariants import invariants
from projections.replay.loan_check import Loans
from projections.replay.payment_check import Payments
from projections.replay.reference_check import References
from projections.replay.report_check import Reports
from projections.replay.reversal_check import Reversals
from projections.replay.roll_check import Rolls
from projections.replay.subsidy_check import Subsidies
from projections.replay.transfer_check import Transfers
from projections.replay.walk import Progress, Walk

ViewCheck = Callable[[Connection], Iterable[Finding]]
"""Compares a view with a fresh build on the verification's own connection; says what differs, leaves no trace."""


class Report(msgspec.Struct, frozen=True):
    """What a verification came to. ``counts`` has all findings by code; ``findings`` the first of each code."""

    findings: list[Finding]
    counts: dict[str, int]
    commits: int
    events: int
    accounts: int
    members_fen: int
    seconds: float
    checkpoint: dict[str, Any]

    @property
    def sound(self) -> bool:
        return not self.counts

    @property
    def events_per_second(self) -> int:
        return round(self.events / self.seconds)

    def as_json(self, language: str = "en") -> dict[str, Any]:
        return {
            "sound": self.sound,
            "findings": [finding.as_json(language) for finding in self.findings],
            "counts": self.counts,
            "commits": self.commits,
            "events": self.events,
            "accounts": self.accounts,
            "members_fen": self.members_fen,
            "events_per_second": self.events_per_second,
            "checkpoint": self.checkpoint,
        }


def verify(
    database: Database,
    book: PolicyBook,
    *,
    against: Mapping[str, Any] | None = None,
    views: Sequence[ViewCheck] = (),
    progress: Progress | None = None,
) -> Report:
    """Verifies a ledger; ``book`` must know the parameter versions that its events name.

    ``against`` is a checkpoint that was kept elsewhere; refuses ``checkpoint_malformed`` when it is none.
    """
    kept = read_checkpoint(against) if against is not None else None
    began, found = perf_counter(), Findings()
    fold = Fold(found)
    books = Books(found, fold)
    checks: tuple[Check, ...] = (
        fold,
        books,
        *invariants(found, fold, books),
        Contributions(found, book),
        Decisions(found, book),
        Interest(found, book, fold),
        Conducts(found, fold),
        Subsidies(found, book, fold),
        Transfers(found, fold),
        Loans(found, book),
        Reversals(found),
        Debts(found, fold),
        Payments(found, fold, books),
        Balances(found, fold),
        Requests(found),
        Reports(found, book, fold),
        Rolls(found, book),
        References(found),
    )
    with database.reading() as connection:
        walk = Walk(connection, found, kept, progress)
        for portion in walk.portions():
            for check in checks:
                check.see(portion)
        for check in checks:
            check.finish(connection)
        for view in views:
            for finding in view(connection):
                found.include(finding)
    return Report(
        findings=found.kept,
        counts=dict(found.counts),
        commits=walk.commits,
        events=walk.events,
        accounts=len(fold.states["account"]),
        members_fen=sum(one.balance_fen for one in fold.accounts().values()),
        seconds=perf_counter() - began,
        checkpoint=msgspec.structs.asdict(walk.checkpoint()),
    )
