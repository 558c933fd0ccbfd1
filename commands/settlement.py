"""The settlement of a whole fund year (年终结息): chunk after chunk, each under its own key, from where it had come to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import func, select

from commands.desk import Desk
from ledger.streams import year as years
from projections.registers import REGISTERS

Told = Callable[[int, int], None]
"""Told how many accounts have been settled, of about how many."""


def settle(
    desk: Desk,
    year: int,
    on: date,
    *,
    actor: str = "clerk",
    chunk: int | None = None,
    tell: Told | None = None,
) -> dict[str, Any]:
    """Settles a fund year to its end; one that is settled already is left alone, without a commit.

    Refuses what ``settle_year`` refuses. An interrupted run is taken up after its last chunk.
    """
    state = year_state(desk, year)
    total = _accounts(desk) if tell else 0
    while state.status != "settled":
        number = state.chunks + 1
        content = {"on": on, "year": year, "number": number, "chunk": chunk}
        desk.do("settle_year", content, actor=actor, key=f"settle-{year}-{number:05d}")
        state = year_state(desk, year)
        if tell:
            tell(state.accounts, total)
    return {
        "year": year,
        "status": state.status,
        "chunks": state.chunks,
        "accounts": state.accounts,
        "credited": state.credited,
        "carried_fen": state.carried_fen,
        "current_fen": state.current_fen,
        "interest_fen": state.interest_fen,
        "trued_up_fen": state.trued_up_fen,
        "settled_on": str(state.settled_on),
    }


def year_state(desk: Desk, year: int) -> years.Year:
    """How far a fund year has come."""
    key = years.key(year)
    with desk.ledger.database.reading() as connection:
        found = REGISTERS["year"].read(connection, [key])
    state: years.Year = found[key][1] if key in found else years.Year()
    return state


def _accounts(desk: Desk) -> int:
    with desk.ledger.database.reading() as connection:
        return int(
            connection.execute(select(func.count()).select_from(REGISTERS["account"].table)).scalar_one()
        )
