"""Money of subsidies as it moved (补贴资金): every change of a budget, every case, and what was paid on it or came back.

A case is one beneficiary's claim on one programme, whatever stream carries it: a grant, a place on a roll, a share of a
pool. Rows carry the day of value and the day of recording, so that each sum can be asked as of one and as known on
the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Connection, Date, Integer, Table, Text, insert

from ledger.store.tables import metadata
from ledger.streams import budget as budgets
from ledger.streams import grant as grants
from projections.views.view import Seen, target

BUDGET_MOVED: Final = Table(
    "view_subsidy_budget_v1",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("purse", Text, nullable=False, index=True),
    Column("year", Integer, nullable=False),
    Column("area", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("recorded_on", Date, nullable=False),
)
CASE: Final = Table(
    "view_subsidy_case_v1",
    metadata,
    Column("source", Text, primary_key=True),
    Column("event_id", BigInteger, nullable=False),
    Column("programme", Text, nullable=False, index=True),
    Column("area", Text, nullable=False),
    Column("beneficiary", Text, nullable=False, index=True),
    Column("payee", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("filed_on", Date, nullable=False),
    Column("recorded_on", Date, nullable=False),
)
MOVED: Final = Table(
    "view_subsidy_moved_v1",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("source", Text, primary_key=True),
    Column("what", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("set_off_fen", BigInteger, nullable=False),
    Column("payment", Text, nullable=False),
    Column("effective_on", Date, nullable=False, index=True),
    Column("recorded_on", Date, nullable=False),
)
"""What was ``paid`` on a case, ``reclaimed``, ``repaid`` or ``withdrawn`` of a demand."""


class SubsidyMoney:
    """The movements of budgets and of cases."""

    name = "subsidy_money"
    tables = (BUDGET_MOVED, CASE, MOVED)

    def apply(self, connection: Connection, events: Sequence[Seen], names: dict[str, str]) -> None:
        rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in self.tables}
        for seen in events:
            for table, row in _rows_of(seen):
                rows[table].append(row)
        for table, of_table in rows.items():
            if of_table:
                connection.execute(insert(target(table, names)), of_table)


Made = tuple[Table, dict[str, Any]]


def _rows_of(seen: Seen) -> Iterator[Made]:
    if seen.kind == "budget":
        yield from _budget_rows(seen)
    elif type(seen.body) in CASE_RULES:
        yield from CASE_RULES[type(seen.body)](seen)


def _budget_rows(seen: Seen) -> Iterator[Made]:
    purse, year, area = seen.key.rsplit(".", 2)
    what, amount_fen = _budget_moved(seen.body)
    if what:
        yield BUDGET_MOVED, {
            "event_id": seen.id, "purse": purse, "year": int(year), "area": area, "what": what,
            "amount_fen": amount_fen, "effective_on": seen.body.effective_on, "recorded_on": seen.recorded_on,
        }  # fmt: skip


def _budget_moved(body: Any) -> tuple[str, int]:
    """What an event of a budget did, and how much of it."""
    match body:
        case budgets.Adjusted():
            return ("raised" if body.amount_fen > 0 else "cut"), abs(body.amount_fen)
        case budgets.Returned():
            return f"returned_{body.what}", body.amount_fen
        case budgets.Closed():
            return "closed", body.spent_fen
        case (
            budgets.Voted() | budgets.Reserved() | budgets.Released() | budgets.Spent() | budgets.Recovered()
        ):
            return type(body).__name__.lower(), body.amount_fen
        case _:
            return "", 0


# ---------------------------------------------------------------- cases: what each event means


def case_row(seen: Seen, source: str, **told: Any) -> Made:
    """A case as it begins; what an event does not say stays empty."""
    row = {"payee": told["beneficiary"], "period": "", "project": ""} | told
    return CASE, row | {
        "source": source, "event_id": seen.id, "filed_on": seen.body.effective_on, "recorded_on": seen.recorded_on,
    }  # fmt: skip


def moved_row(seen: Seen, source: str, what: str, amount_fen: int, **told: Any) -> Made:
    """Money that moved on a case."""
    row = {"part": "", "set_off_fen": 0, "payment": ""} | told
    return MOVED, row | {
        "event_id": seen.id, "source": source, "what": what, "amount_fen": amount_fen,
        "effective_on": seen.body.effective_on, "recorded_on": seen.recorded_on,
    }  # fmt: skip


def _applied(seen: Seen) -> Iterator[Made]:
    body: grants.Applied = seen.body  # type: ignore[assignment]
    months = f"{body.months[0]}/{body.months[-1]}" if body.months[1:] else "".join(body.months)
    yield case_row(
        seen, f"grant-{seen.key}", programme=body.programme, area=body.area, beneficiary=body.beneficiary,
        payee=body.payee, period=body.period or months, project=body.project,
    )  # fmt: skip


def _paid(seen: Seen) -> Iterator[Made]:
    body: grants.Paid = seen.body  # type: ignore[assignment]
    yield moved_row(
        seen, f"grant-{seen.key}", "paid", body.amount_fen,
        part=body.part, set_off_fen=body.set_off_fen, payment=body.payment,
    )  # fmt: skip


def _of_demand(what: str) -> Callable[[Seen], Iterator[Made]]:
    def made(seen: Seen) -> Iterator[Made]:
        body: Any = seen.body
        yield moved_row(seen, f"grant-{seen.key}", what, body.amount_fen, part=getattr(body, "how", ""))

    return made


CASE_RULES: Final[dict[type, Callable[[Seen], Iterator[Made]]]] = {
    grants.Applied: _applied,
    grants.Paid: _paid,
    grants.Reclaimed: _of_demand("reclaimed"),
    grants.Repaid: _of_demand("repaid"),
    grants.DemandWithdrawn: _of_demand("withdrawn"),
}


def seen_by(table: Table, as_of: date, known_on: date | None) -> list[Any]:
    """The conditions for rows effective by a day, as known on a day."""
    found: list[Any] = [table.c.effective_on <= as_of]
    return found if known_on is None else [*found, table.c.recorded_on <= known_on]
