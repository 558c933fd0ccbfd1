"""Single decisions are performed again: each from the explanation that its event keeps, and from nothing else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from ledger.policy.again import perform_again
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules.withdrawals import NO_HEIR
from ledger.policy.units import plain
from ledger.refusal import Refusal
from ledger.streams.account import Withdrawn
from projections.replay.findings import Findings
from projections.replay.walk import Portion


class Decisions:
    """Every event that keeps an explanation: the rule gives its values again, and a withdrawal paid no other amount."""

    def __init__(self, found: Findings, book: PolicyBook) -> None:
        self.found = found
        self.bare = book.without_values()
        self.in_force_from = _first_days(book)

    def see(self, portion: Portion) -> None:
        for row, body in portion.events:
            stored = getattr(body, "explanation", None)
            if stored and "rule" in stored:
                self._perform_again(portion.commit.id, row, body, stored)
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

    def _perform_again(self, commit: int, row: Any, body: Any, stored: dict[str, Any]) -> None:
        try:
            due = plain(perform_again(stored, self.bare).values)
        except Refusal as refusal:
            due = {"refused": refusal.code}
        except (KeyError, TypeError, ValueError) as damage:
            due = {"refused": repr(damage)}
        recorded = stored.get("values")
        if due == recorded and isinstance(body, Withdrawn):
            recorded, due = (_paid(body), body.to), (_decided(body, due), _goes_to(body))
        if due != recorded:
            self.found.add(
                "decision_not_by_rule", commit, row[0], row[1],
                rule=stored["rule"], recorded=recorded, due=due,
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


def _paid(body: Withdrawn) -> int:
    return body.carried_fen + body.current_fen


def _decided(body: Withdrawn, values: dict[str, Any]) -> int:
    """What was decided, in fen; a closing withdrawal takes the interest of its day as well."""
    decided: int = values["spouse_fen" if body.for_account else "own_fen"]
    return max(decided, _paid(body)) if _closes(body) else decided


def _goes_to(body: Withdrawn) -> str:
    """Where the money goes: to value-added income where nobody inherits, and to nobody else's account."""
    return "value_added" if body.reason == NO_HEIR else ""


def _closes(body: Withdrawn) -> bool:
    rows = next(
        one["value"] for one in body.explanation["parameters"] if one["parameter"] == "withdrawal_reasons"
    )
    return any(row["closes_account"] for row in rows if row["code"] == body.reason)
