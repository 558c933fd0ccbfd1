"""Grants and budgets as they are read: lists from the registers, and the history of a beneficiary on any two days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ledger.dates import business_day
from ledger.programmes import programmes
from ledger.store.ledger import Ledger
from ledger.streams import budget, grant
from ledger.streams.base import Recorded
from ledger.streams.budget import Budget
from ledger.streams.grant import GRANTS, Approved, Grant
from projections.registers import REGISTERS


def grants_where(connection: Connection, **equal: Any) -> dict[str, Grant]:
    """Grants whose columns have the given values, by their keys; an empty value asks for any."""
    register: Any = REGISTERS["grant"]
    asked = select(register.table).order_by(register.table.c.key)
    for name, value in equal.items():
        if value:
            asked = asked.where(register.table.c[name] == value)
    return {row[0]: register.state_of(row) for row in connection.execute(asked)}


class OfBeneficiary(NamedTuple):
    """One grant of a beneficiary, effective on a day as known on a day."""

    grant: str
    state: Grant
    events: list[Recorded]


def history_of(
    connection: Connection, ledger: Ledger, beneficiary: str, as_of: date, known_on: date | None
) -> list[OfBeneficiary]:
    """Everything that a beneficiary applied for over all programmes, effective by a day, as known on a day."""
    register: Any = REGISTERS["grant"]
    found = []
    for key in sorted(register.keys_where(connection, beneficiary=beneficiary)):
        events = [
            one
            for one in ledger.stream(GRANTS.id(key), connection)
            if one.body.effective_on <= as_of
            and (known_on is None or business_day(one.recorded_at) <= known_on)
        ]
        if events:
            found.append(OfBeneficiary(key, GRANTS.fold([one.body for one in events]), events))
    return found


def approval_of(events: list[Recorded]) -> Recorded | None:
    """The event that set the amount of a grant."""
    return next((one for one in reversed(events) if isinstance(one.body, Approved)), None)


def grant_facts(key: str, state: Grant, on: date) -> dict[str, Any]:
    """A grant as JSON; amounts in fen."""
    programme = programmes()[state.programme]
    return {
        "grant": key,
        "programme": state.programme,
        "zh": programme.zh,
        "en": programme.en,
        "clause": programme.cite,
        "beneficiary": state.beneficiary,
        "payee": state.payee,
        "area": state.area,
        "period": state.period,
        "project": state.project,
        "status": state.status,
        "since": state.since,
        "age_days": grant.age_days(state, on),
        "amount_fen": state.amount_fen,
        "paid_fen": state.paid_fen,
        "demanded_fen": state.demanded_fen,
        "owed_fen": grant.owed_fen(state),
        "publicised_until": state.publicised_until,
        "objection": state.objection,
        "suspended": state.suspended,
        "rank": state.rank,
        "referred_to": state.referred_to,
        "steps": list(state.steps),
    }


def budgets_where(connection: Connection, **equal: Any) -> Iterator[tuple[str, Budget]]:
    """Budgets whose columns have the given values, by their keys; an empty value asks for any."""
    register: Any = REGISTERS["budget"]
    asked = select(register.table).order_by(register.table.c.key)
    for name, value in equal.items():
        if value:
            asked = asked.where(register.table.c[name] == value)
    for row in connection.execute(asked):
        yield row[0], register.state_of(row)


def budget_facts(key: str, state: Budget) -> dict[str, Any]:
    """A budget as JSON; amounts in fen."""
    return {
        "budget": key,
        "purse": state.purse,
        "year": state.year,
        "area": state.area,
        "fund": state.fund,
        "status": state.status,
        "voted_fen": state.voted_fen,
        "reserved_fen": state.reserved_fen,
        "spent_fen": state.spent_fen,
        "available_fen": budget.available_fen(state),
        "recovered_fen": state.recovered_fen,
    }
