"""Stays (在册期间): which account stood with which employer since when.

The register knows where an account stands now; a statement asks who stood with an employer during a year. The centre's
pool (集中封存户) counts as an employer of its own: what the centre keeps is no longer the old employer's to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Connection, Date, Table, Text, insert, select

from ledger.store.tables import metadata
from ledger.streams import account
from projections.views.view import Seen, target

POOL: Final = "central-pool"
"""The key under which the centre's pool has its statements."""

STAY: Final = Table(
    "view_stay_v1",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account", Text, nullable=False),
    Column("employer", Text, nullable=False, index=True),
    Column("since", Date, nullable=False),
)


class Stays:
    """One row for each event that brought an account to an employer or to the pool."""

    name = "stays"
    tables = (STAY,)

    def apply(self, connection: Connection, events: Sequence[Seen], names: dict[str, str]) -> None:
        rows = [
            {"event_id": seen.id, "account": seen.key, "employer": employer, "since": seen.body.effective_on}
            for seen in events
            if seen.kind == "account" and (employer := employer_after(seen.body))
        ]
        if rows:
            connection.execute(insert(target(STAY, names)), rows)


def employer_after(body: Any) -> str:
    """With whom an account stands after an event that says so; empty for all other events."""
    match body:
        case account.Opened():
            return body.employer
        case account.Transferred():
            return body.to_employer
        case account.SealedCentrally():
            return POOL
        case _:
            return ""


def accounts_with(connection: Connection, employer: str, until: date) -> list[str]:
    """Accounts that ever stood with an employer until a day, in the order of their ids."""
    asked = select(STAY.c.account).where(STAY.c.employer == employer, STAY.c.since <= until).distinct()
    return sorted(connection.execute(asked).scalars())


def employers_until(connection: Connection, until: date) -> list[str]:
    """Everybody with whom an account stood until a day."""
    asked = select(STAY.c.employer).where(STAY.c.since <= until).distinct()
    return sorted(connection.execute(asked).scalars())
