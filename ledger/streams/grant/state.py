"""What decisions about a grant need to know."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec


class Grant(msgspec.Struct, frozen=True):
    """Where a grant stands, since which day, and who did which step. ``demanded_fen`` is owed back in all.

    ``status``: ``applied``, ``sent_back``, ``rejected``, ``approved``, ``queued``, ``planned``, ``paid``, ``ended`` or
    ``cancelled``. ``stage`` counts the reviews that are done; ``steps`` are ``step:officer``.
    """

    status: str = ""
    programme: str = ""
    beneficiary: str = ""
    payee: str = ""
    area: str = ""
    period: str = ""
    months: tuple[str, ...] = ()
    project: str = ""
    facts: dict[str, Any] = {}
    documents: tuple[str, ...] = ()
    filed_on: date | None = None
    since: date | None = None
    stage: int = 0
    steps: tuple[str, ...] = ()
    publicised_until: date | None = None
    objection: str = ""
    amount_fen: int = 0
    advance_max_fen: int = 0
    parts: dict[str, int] = {}
    rank: int = 0
    budgets: dict[str, int] = {}
    paid_fen: int = 0
    completed_on: date | None = None
    confirmed_on: date | None = None
    suspended: str = ""
    demanded_fen: int = 0
    repaid_fen: int = 0
    due_on: date | None = None
    instalments: dict[str, int] = {}
    referred_to: str = ""
