"""What decisions about an entry of a roll need to know."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec


class Segment(msgspec.Struct, frozen=True, gc=False):
    """The facts that hold from a month on."""

    from_month: str
    facts: dict[str, Any]


class Roll(msgspec.Struct, frozen=True):
    """Where an entry stands: ``applied``, ``checked``, ``rejected``, ``on``, ``ending`` or ``stopped``.

    ``ending`` is stopped with something still to be paid or kept back. ``areas`` are the counties by the month from which
    each pays, ``area`` the one that pays the next unpaid month; ``demanded_of`` is what was demanded, by the budget that
    had paid it. ``taken_back`` are months before the last paid one that never reached the payee, and are owed again.
    """

    status: str = ""
    programme: str = ""
    beneficiary: str = ""
    members: tuple[str, ...] = ()
    area: str = ""
    payee: str = ""
    from_month: str = ""
    last_month: str = ""
    paid_through: str = ""
    segments: tuple[Segment, ...] = ()
    monthly_fen: int = 0
    difference_fen: int = 0
    paid_fen: int = 0
    demanded_fen: int = 0
    repaid_fen: int = 0
    handled_by: tuple[str, ...] = ()
    areas: dict[str, str] = {}
    demanded_of: dict[str, int] = {}
    due_on: date | None = None
    instalments: dict[str, int] = {}
    referred_to: str = ""
    taken_back: tuple[str, ...] = ()
