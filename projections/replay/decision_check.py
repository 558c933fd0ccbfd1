"""Single decisions are performed again: each from the explanation that its event keeps, and from nothing else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from ledger.policy.again import perform_again
from ledger.policy.parameters import PolicyBook
from ledger.policy.units import plain
from ledger.refusal import Refusal
from projections.replay.explained import explanations_of
from projections.replay.findings import Findings
from projections.replay.walk import Portion


class Decisions:
    """Every event that keeps an explanation: the rule gives its values again, and the event booked no other amount."""

    def __init__(self, found: Findings, book: PolicyBook) -> None:
        self.found = found
        self.bare = book.without_values()
        self.in_force_from = _first_days(book)

    def see(self, portion: Portion) -> None:
        for row, body in portion.events:
            for stored in explanations_of(body):
                self._perform_again(portion.commit.id, row, stored)
                self._cites_what_is_in_force(portion.commit.id, row, stored)

    def _cites_what_is_in_force(self, commit: int, row: Any, stored: dict[str, Any]) -> None:
        """No event cites a regulation before it is in force (第一、三十条)."""
        for document in sorted({one.get("document", "") for one in stored.get("parameters", ())}):
            first_day = self.in_force_from.get(document, "")
            if stored.get("on", "") < first_day:
                self.found.add(
                    "cites_before_force", commit, row[0], row[1],
                    document=document, on=stored.get("on", ""), first_day=first_day,
                )  # fmt: skip

    def _perform_again(self, commit: int, row: Any, stored: dict[str, Any]) -> None:
        try:
            due = plain(perform_again(stored, self.bare).values)
        except Refusal as refusal:
            due = {"refused": refusal.code}
        except (KeyError, TypeError, ValueError) as damage:
            due = {"refused": repr(damage)}
        if due != stored.get("values"):
            self.found.add(
                "decision_not_by_rule", commit, row[0], row[1],
                rule=stored["rule"], recorded=stored.get("values"), due=due,
            )  # fmt: skip

    def finish(self, connection: Connection) -> None:
        """Everything was said on the way."""


def _first_days(book: PolicyBook) -> dict[str, str]:
    """The first day of the city's regulation and of each version of the national one, by document."""
    city = {
        one.citation.document: one.value.isoformat() for one in book.parameter("regulation_first_day").values
    }
    versions = book.parameter("regulation_version").values
    return city | {one.value: one.effective_from.isoformat() for one in versions}
