"""Monthly rolls as people read them: the entries, one with its history, the lines of a run, a pool with its awards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, select

from ledger.dates import business_day
from ledger.refusal import Refusal
from ledger.store import tables
from ledger.store.ledger import Ledger
from ledger.streams import roll as rolls
from ledger.streams import rollrun as runs
from ledger.streams.base import Recorded, decode
from ledger.streams.payment import Payment
from projections.registers import REGISTERS
from projections.views.history import Told, commit_of, told

_LINES: Final = {rolls.Paid.topic: "pay", rolls.Reassessed.topic: "assess"}


def entries(
    connection: Connection, programme: str, area: str | None, status: str | None, limit: int
) -> list[dict[str, Any]]:
    """The entries of a roll as the register has them now, in the order of their keys."""
    register: Any = REGISTERS["roll"]
    table = register.table
    asked = select(table).where(table.c.programme == programme).order_by(table.c.key).limit(limit)
    if area:
        asked = asked.where(table.c.area == area)
    if status:
        asked = asked.where(table.c.status == status)
    return [_entry(row[0], register.state_of(row)) for row in connection.execute(asked)]


def _entry(key: str, state: rolls.Roll) -> dict[str, Any]:
    return {
        "entry": key,
        "programme": state.programme,
        "status": state.status,
        "area": state.area,
        "beneficiary": state.beneficiary,
        "members": list(state.members),
        "payee": state.payee,
        "from_month": state.from_month,
        "last_month": state.last_month,
        "paid_through": state.paid_through,
        "monthly_fen": state.monthly_fen,
        "difference_fen": state.difference_fen,
        "paid_fen": state.paid_fen,
        "owed_months": rolls.owed_months(state),
        "owed_fen": state.demanded_fen - state.repaid_fen,
    }


def entry_history(
    ledger: Ledger,
    connection: Connection,
    entry: str,
    as_of: date | None = None,
    known_on: date | None = None,
) -> tuple[dict[str, Any], list[Told]]:
    """Where an entry stood, effective by a day as known on a day, and its events; refuses ``roll_unknown``."""
    events: list[Recorded] = [
        one
        for one in ledger.stream(rolls.ROLLS.id(entry), connection)
        if (as_of is None or one.body.effective_on <= as_of)
        and (known_on is None or business_day(one.recorded_at) <= known_on)
    ]
    if not events:
        raise Refusal("roll_unknown", entry=entry)
    state = rolls.ROLLS.fold([one.body for one in events])
    return _entry(entry, state), list(told(connection, events))


def run_lines(connection: Connection, run: str, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """The lines of a run, list after list in the order of entries; refuses ``roll_run_unknown``.

    They are the entries' own events in the commits of the lists, so that the sums of lists and lines can be compared.
    """
    event = tables.event.c
    of_run = (
        select(event.id, event.topic).where(event.stream_id == runs.ROLLRUNS.id(run)).order_by(event.version)
    )
    listed = [event_id for event_id, topic in connection.execute(of_run) if topic != runs.Started.topic]
    if not listed:
        raise Refusal("roll_run_unknown", run=run)
    left = limit
    for event_id in dict.fromkeys(commit_of(connection, one).last_event_id for one in listed):
        first = commit_of(connection, event_id).first_event_id
        asked = (
            select(event.stream_id, event.topic, event.state)
            .where(event.id.between(first, event_id), event.topic.in_(_LINES))
            .order_by(event.id)
            .limit(left)
        )
        found = [
            (stream_id.removeprefix("roll-"), topic, state)
            for stream_id, topic, state in connection.execute(asked)
        ]
        entries = REGISTERS["roll"].read(connection, [entry for entry, _, _ in found])
        bodies: list[Any] = [decode(topic, state) for _, topic, state in found]
        orders = REGISTERS["payment"].read(connection, [getattr(one, "payment", "") for one in bodies])
        for (entry, _, _), body in zip(found, bodies, strict=True):
            _, order = orders.get(getattr(body, "payment", ""), (0, None))
            yield _line(entry, order.payee if order else entries[entry][1].payee, body) | _standing(
                body, order
            )
        if left is not None:
            left -= len(found)
            if not left:
                return


def _standing(body: Any, order: Payment | None) -> dict[str, Any]:
    """The order of a line and where it stands at the bank."""
    return {"payment": body.payment, "status": order.status, "reason": order.reason} if order else {}


def _line(entry: str, payee: str, body: Any) -> dict[str, Any]:
    if isinstance(body, rolls.Paid):
        return {
            "entry": entry,
            "payee": payee,
            "list": body.number,
            "months": body.months,
            "difference_fen": body.difference_fen,
            "amount_fen": body.amount_fen,
        }
    difference_fen = sum(body.differences.values())
    return {
        "entry": entry,
        "payee": payee,
        "months": body.differences,
        "difference_fen": difference_fen,
        "amount_fen": body.monthly_fen,
        "before_fen": body.before_fen,
    }


def pool_facts(connection: Connection, pool: str) -> dict[str, Any]:
    """A pool with its entrants, their investments and what each gets; refuses ``pool_unknown``."""
    found = REGISTERS["pool"].read(connection, [pool])
    if pool not in found:
        raise Refusal("pool_unknown", pool=pool)
    state = found[pool][1]
    return {
        "pool": pool,
        "status": state.status,
        "amount_fen": state.amount_fen,
        "budget": state.budget,
        "entrants": [
            {
                "entrant": name,
                "area": one.area,
                "payee": one.payee,
                "investment_fen": one.investment_fen,
                "award_fen": state.payable.get(name, 0),
            }
            for name, one in sorted(state.entrants.items())
        ],
    }
