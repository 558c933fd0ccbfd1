"""Small questions about a grant."""

from __future__ import annotations

from datetime import date

from ledger.names import same_person
from ledger.streams.grant.state import Grant

LIVE = ("applied", "sent_back", "approved", "queued", "planned", "paid")
"""Statuses of grants that stand, and are on the way or paid."""


def owed_fen(state: Grant) -> int:
    """What is still owed back."""
    return state.demanded_fen - state.repaid_fen


def keeps_fen(state: Grant) -> int:
    """What the beneficiary has of it or will have: what was granted, or paid if it ended, less what was demanded back."""
    granted_fen = (
        state.amount_fen if state.status in ("approved", "queued", "planned", "paid") else state.paid_fen
    )
    return granted_fen - state.demanded_fen


def counts(state: Grant) -> bool:
    """Whether a grant excludes others: decided and not wholly demanded back."""
    return keeps_fen(state) > 0


def officer_of(state: Grant, officer: str) -> str:
    """The step that an officer did on this grant, or empty."""
    parts = (one.partition(":") for one in state.steps)
    return next((step for step, _, by in parts if same_person(by, officer)), "")


def reserved_fen(state: Grant) -> int:
    """What is reserved for it and not paid yet."""
    return sum(state.budgets.values()) - state.paid_fen if state.status == "planned" else 0


def due_fen(state: Grant, on: date) -> int:
    """What of a demand is due by a day: by its instalments where some were agreed."""
    open_fen = owed_fen(state)
    if not state.instalments:
        return open_fen if state.due_on is not None and state.due_on <= on else 0
    later_fen = sum(fen for day, fen in state.instalments.items() if date.fromisoformat(day) > on)
    return max(0, open_fen - later_fen)


def age_days(state: Grant, on: date) -> int:
    """Days since it has stood where it stands."""
    return (on - state.since).days if state.since else 0
