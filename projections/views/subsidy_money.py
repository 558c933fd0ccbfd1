"""Money of subsidies as it moved (补贴资金): every change of a budget, every case, and what was paid on it or came back.

A case is one beneficiary's claim on one programme, whatever stream carries it: a grant, a place on a roll, a share of a
pool. Rows carry the day of value and the day of recording, so that each sum can be asked as of one and as known on
the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Connection, Date, Integer, Table, Text, delete, insert, select

from ledger.store.tables import metadata
from ledger.streams import budget as budgets
from ledger.streams import grant as grants
from ledger.streams import payment as payments
from ledger.streams import pool as pools
from ledger.streams import roll as rolls
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
    "view_subsidy_moved_v2",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("source", Text, primary_key=True),
    Column("what", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("set_off_fen", BigInteger, nullable=False),
    Column("payment", Text, nullable=False),
    Column("effective_on", Date, nullable=False, index=True),
    Column("recorded_on", Date, nullable=False),
)
"""What was ``paid`` on a case, ``reclaimed``, ``repaid`` or ``withdrawn`` of a demand, or ``counted`` for it in a pool.

``payee`` rows carry no money: from them on another account, named by ``part``, receives it. ``period`` and ``area`` are
empty where they are those of the case.
"""


class SubsidyMoney:
    """The movements of budgets and of cases."""

    name = "subsidy_money"
    tables = (BUDGET_MOVED, CASE, MOVED)

    def apply(self, connection: Connection, events: Sequence[Seen], names: dict[str, str]) -> None:
        tables = {table: target(table, names) for table in self.tables}
        rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in self.tables}
        for seen in events:
            made = _rows_of(seen)
            if isinstance(seen.body, pools.Paid):
                made = _pool_paid(seen, _counted(connection, tables[MOVED], rows[MOVED], seen.key))
            for table, row in made:
                rows[table].append(row)
        # Who was turned down and applies again begins his case anew.
        begun = {row["source"]: row for row in rows[CASE]}
        rows[CASE] = list(begun.values())
        for some in _portions(list(begun)):
            connection.execute(delete(tables[CASE]).where(tables[CASE].c.source.in_(some)))
        for table, of_table in rows.items():
            if of_table:
                connection.execute(insert(tables[table]), of_table)


def _portions(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), 900):
        yield values[start : start + 900]


def _counted(
    connection: Connection, table: Any, pending: Sequence[dict[str, Any]], pool: str
) -> list[tuple[str, int]]:
    """What the last counting of a pool gave to each case: from this batch, else from what was written before."""
    asked = select(table.c.event_id, table.c.source, table.c.amount_fen).where(
        table.c.what == "counted", table.c.source.startswith(f"pool-{pool}:", autoescape=True)
    )
    found = [tuple(row) for row in connection.execute(asked)]
    found += [
        (row["event_id"], row["source"], row["amount_fen"])
        for row in pending
        if row["what"] == "counted" and row["source"].startswith(f"pool-{pool}:")
    ]
    last = max((event_id for event_id, _, _ in found), default=0)
    return [(source, fen) for event_id, source, fen in found if event_id == last]


Made = tuple[Table, dict[str, Any]]


def _rows_of(seen: Seen) -> Iterator[Made]:
    """The rows of one event; what was paid of a pool needs what was counted for it."""
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
        case budgets.RecoveryUndone():
            return "recovered", -body.amount_fen
        case budgets.Returned():
            return f"returned_{body.what}", body.amount_fen
        case budgets.Closed():
            return "closed", body.spent_fen
        case (
            budgets.Voted()
            | budgets.Reserved()
            | budgets.Released()
            | budgets.Spent()
            | budgets.Restored()
            | budgets.Recovered()
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
    row = {"part": "", "period": "", "area": "", "set_off_fen": 0, "payment": ""} | told
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


def _undone(seen: Seen) -> Iterator[Made]:
    """A payment that the payee never had is taken off again, on the day on which it was undone."""
    body: grants.PaymentUndone = seen.body  # type: ignore[assignment]
    source = f"grant-{seen.key}"
    yield moved_row(seen, source, "paid", -body.amount_fen, part="undone", payment=body.payment)


def _of_demand(what: str) -> Callable[[Seen], Iterator[Made]]:
    def made(seen: Seen) -> Iterator[Made]:
        body: Any = seen.body
        source = f"{seen.kind}-{seen.key}"
        yield moved_row(seen, source, what, body.amount_fen, part=getattr(body, "how", ""))

    return made


# ---------------------------------------------------------------- rolls


def _on_roll(seen: Seen) -> Iterator[Made]:
    body: Any = seen.body
    yield case_row(
        seen, f"roll-{seen.key}", programme=body.programme, area=body.area, beneficiary=body.beneficiary,
        payee=body.payee, period=body.from_month,
    )  # fmt: skip


def _roll_paid(seen: Seen) -> Iterator[Made]:
    """A line of a list; the run's key is ``PROGRAMME.AREA.MONTH``. The lists of an older run are its events after the
    first, and had the orders.
    """
    body: rolls.Paid = seen.body  # type: ignore[assignment]
    of_list = payments.key(f"rollrun-{body.run}", body.number + 1) if body.amount_fen else ""
    yield moved_row(
        seen, f"roll-{seen.key}", "paid", body.amount_fen, part="list", period=_period(body.months),
        area=body.run.split(".")[1], payment=body.payment if body.purse else of_list,
    )  # fmt: skip


def _line_undone(seen: Seen) -> Iterator[Made]:
    """A line that its payee never had is taken off again, in the county that had paid it."""
    body: rolls.PaymentUndone = seen.body  # type: ignore[assignment]
    yield moved_row(
        seen, f"roll-{seen.key}", "paid", -body.amount_fen, part="undone", period=_period(body.months),
        area=body.budget.rpartition(".")[2], payment=body.payment,
    )  # fmt: skip


def _period(months: Iterable[str]) -> str:
    """The first and the last of some months."""
    ordered = sorted(months)
    return "/".join(dict.fromkeys((ordered[0], ordered[-1]))) if ordered else ""


def _payee_changed(seen: Seen) -> Iterator[Made]:
    yield moved_row(seen, f"roll-{seen.key}", "payee", 0, part=seen.body.payee)  # type: ignore[attr-defined]


# ---------------------------------------------------------------- pools


POOL_PROGRAMMES: Final = {
    "township": ("township_basic_award", "township_excess_award"),
    "project": ("enclave_project_award",),
}


def _pool_source(pool: str, programme: str, entrant: str) -> str:
    return f"pool-{pool}:{programme}:{entrant}"


def _entered(seen: Seen) -> Iterator[Made]:
    body: pools.Entered = seen.body  # type: ignore[assignment]
    for programme in POOL_PROGRAMMES[body.kind]:
        yield case_row(
            seen, _pool_source(seen.key, programme, body.entrant), programme=programme, area=body.area,
            beneficiary=body.entrant, payee=body.payee, period=str(body.year),
            project=body.entrant if body.kind == "project" else "",
        )  # fmt: skip


def _pool_counted(seen: Seen) -> Iterator[Made]:
    """What each is to have; a project that had money elsewhere has what is left of its only award."""
    body: pools.Counted = seen.body  # type: ignore[assignment]
    for programme, awards in body.awards.items():
        for entrant, fen in awards.items():
            share_fen = fen if len(body.awards) > 1 else body.payable.get(entrant, 0)
            yield moved_row(seen, _pool_source(seen.key, programme, entrant), "counted", share_fen)


def _pool_paid(seen: Seen, counted: Sequence[tuple[str, int]]) -> Iterator[Made]:
    body: pools.Paid = seen.body  # type: ignore[assignment]
    for source, fen in counted:
        entrant = source.rpartition(":")[2]
        if fen and entrant in body.lines:
            yield moved_row(seen, source, "paid", fen, payment=body.payments.get(entrant, ""))


CASE_RULES: Final[dict[type, Callable[[Seen], Iterator[Made]]]] = {
    grants.Applied: _applied,
    grants.Paid: _paid,
    grants.PaymentUndone: _undone,
    grants.Reclaimed: _of_demand("reclaimed"),
    grants.Repaid: _of_demand("repaid"),
    grants.DemandWithdrawn: _of_demand("withdrawn"),
    rolls.Applied: _on_roll,
    rolls.TakenOver: _on_roll,
    rolls.Paid: _roll_paid,
    rolls.PaymentUndone: _line_undone,
    rolls.PayeeChanged: _payee_changed,
    rolls.Reclaimed: _of_demand("reclaimed"),
    rolls.Repaid: _of_demand("repaid"),
    rolls.DemandWithdrawn: _of_demand("withdrawn"),
    pools.Entered: _entered,
    pools.Counted: _pool_counted,
}


def seen_by(table: Table, as_of: date, known_on: date | None) -> list[Any]:
    """The conditions for rows effective by a day, as known on a day."""
    found: list[Any] = [table.c.effective_on <= as_of]
    return found if known_on is None else [*found, table.c.recorded_on <= known_on]
