"""Single decisions are performed again: each from the explanation that its event keeps, and from nothing else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from ledger.policy.again import perform_again
from ledger.policy.parameters import PolicyBook
from ledger.policy.units import plain
from ledger.refusal import Refusal
from projections.replay.explained import EXPLAINED, explanations_of
from projections.replay.findings import Findings
from projections.replay.walk import DAMAGE, Portion


class Decisions:
    """Every event that keeps an explanation: the rule gives its values again, and the event booked no other amount."""

    def __init__(self, found: Findings, book: PolicyBook) -> None:
        self.found = found
        self.bare = book.without_values()

    def see(self, portion: Portion) -> None:
        for row, body in portion.events:
            performed = [
                self._perform_again(portion.commit.id, row, stored) for stored in explanations_of(body)
            ]
            if all(performed) and type(body) in EXPLAINED:
                self._compare(portion.commit.id, row, body)

    def _perform_again(self, commit: int, row: Any, stored: dict[str, Any]) -> bool:
        try:
            due = plain(perform_again(stored, self.bare).values)
        except Refusal as refusal:
            due = {"refused": refusal.code}
        except (KeyError, TypeError, ValueError) as damage:
            due = {"refused": repr(damage)}
        if due != stored.get("values"):
            self._differs(commit, row, stored["rule"], stored.get("values"), due)
        return bool(due == stored.get("values"))

    def _compare(self, commit: int, row: Any, body: Any) -> None:
        try:
            recorded, explained = EXPLAINED[type(body)](body)
        except DAMAGE as damage:
            recorded, explained = repr(damage), None
        if recorded != explained:
            self._differs(commit, row, body.topic, recorded, explained)

    def _differs(self, commit: int, row: Any, rule: str, recorded: Any, due: Any) -> None:
        self.found.add("decision_not_by_rule", commit, row[0], row[1], rule=rule, recorded=recorded, due=due)

    def finish(self, connection: Connection) -> None:
        """Everything was said on the way."""
