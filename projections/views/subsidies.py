"""Questions about subsidies, as of any day and as known on any day: budgets, payments, grants by state, yearly accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, case, func, select

from ledger.dates import business_day
from ledger.programmes import find, offices, programmes
from ledger.store.ledger import events_of_streams
from ledger.streams import grant as grants
from ledger.streams.base import Event
from ledger.streams.grant import GRANTS, Grant
from ledger.streams.payment import PAYMENTS
from projections.views.subsidy_money import BUDGET_MOVED, CASE, MOVED, seen_by

_AT_ONCE: Final = 900

# ---------------------------------------------------------------- budgets


class Execution(msgspec.Struct):
    """How far a budget is carried out, in fen. ``paid_fen`` is what of it went to each programme of the purse."""

    purse: str
    year: int
    area: str
    voted: int = 0
    raised: int = 0
    cut: int = 0
    reserved: int = 0
    released: int = 0
    spent: int = 0
    restored: int = 0
    recovered: int = 0
    returned_unspent: int = 0
    returned_recovered: int = 0
    is_closed: bool = False

    @property
    def disposable_fen(self) -> int:
        """What may be spent in all."""
        return self.voted + self.raised - self.cut - self.returned_unspent

    @property
    def waiting_fen(self) -> int:
        """What is set aside for plans and not paid yet."""
        return self.reserved - self.released - self.spent

    @property
    def left_fen(self) -> int:
        return self.disposable_fen - self.waiting_fen - self.spent

    @property
    def owed_to_treasury_fen(self) -> int:
        """What came back and has not been handed on."""
        return self.recovered - self.returned_recovered

    @property
    def progress(self) -> Decimal | None:
        """Spent of what may be spent, in per cent with one decimal (支出进度)."""
        if not self.disposable_fen:
            return None
        return Decimal(f"{round_per_mille(self.spent, self.disposable_fen)}").scaleb(-1)

    def as_json(self) -> dict[str, Any]:
        names = ("voted", "raised", "cut", "spent", "recovered", "returned_unspent", "returned_recovered")
        amounts = {f"{name}_fen": getattr(self, name) for name in names}
        computed = ("disposable_fen", "waiting_fen", "left_fen", "owed_to_treasury_fen")
        return {
            "purse": self.purse, "year": self.year, "area": self.area, **amounts,
            **{name: getattr(self, name) for name in computed},
            "progress": None if self.progress is None else f"{self.progress:f}", "is_closed": self.is_closed,
        }  # fmt: skip


def round_per_mille(part: int, whole: int) -> int:
    """A share in tenths of a per cent, half up."""
    return (part * 2000 + whole) // (whole * 2)


def execution(
    connection: Connection, as_of: date, known_on: date | None = None, *, year: int = 0, purse: str = "", area: str = ""
) -> list[Execution]:  # fmt: skip
    """Every budget as it stood, by purse, year and area."""
    table = BUDGET_MOVED
    asked = select(
        table.c.purse, table.c.year, table.c.area, table.c.what, func.sum(table.c.amount_fen).label("fen")
    ).where(*seen_by(table, as_of, known_on))
    for column, value in ((table.c.year, year), (table.c.purse, purse), (table.c.area, area)):
        if value:
            asked = asked.where(column == value)
    found: dict[tuple[str, int, str], Execution] = {}
    for row in connection.execute(asked.group_by(table.c.purse, table.c.year, table.c.area, table.c.what)):
        one = found.setdefault((row.purse, row.year, row.area), Execution(row.purse, row.year, row.area))
        if row.what == "closed":
            one.is_closed = True
        else:
            setattr(one, row.what, int(row.fen))
    for one in found.values():
        one.spent -= one.restored  # what the payee never had is set aside again
    return sorted(found.values(), key=lambda one: (one.purse, one.year, place_in_order(one.area)))


def place_in_order(area: str) -> int:
    """Areas in the order in which the city lists them."""
    known = list(offices().areas)
    return known.index(area) if area in known else len(known)


def purse_name(purse: str) -> dict[str, str]:
    """A purse in both languages: its own name where programmes share it, else that of its programme."""
    shared = offices().budgets.get(purse)
    if shared:
        return {"zh": shared.zh, "en": shared.en}
    one = programmes().get(purse)
    return {"zh": one.zh, "en": one.en} if one else {"zh": purse, "en": purse}


# ---------------------------------------------------------------- payments


class Payment(NamedTuple):
    """One payment on one case."""

    source: str
    programme: str
    area: str
    beneficiary: str
    payee: str
    period: str
    project: str
    part: str
    amount_fen: int
    set_off_fen: int
    payment: str
    on: date
    event_id: int
    status: str = ""


def payments(
    connection: Connection,
    as_of: date,
    known_on: date | None = None,
    *,
    programme: str = "",
    area: str = "",
    since: date | None = None,
    what: str = "paid",
) -> list[Payment]:
    """What was paid (or came back) between two days, in the order of areas, then as it was booked."""
    where = case((MOVED.c.area != "", MOVED.c.area), else_=CASE.c.area)
    when = case((MOVED.c.period != "", MOVED.c.period), else_=CASE.c.period)
    columns = (
        MOVED.c.source, CASE.c.programme, where.label("place"), CASE.c.beneficiary, CASE.c.payee, when.label("time"),
        CASE.c.project, MOVED.c.part, MOVED.c.amount_fen, MOVED.c.set_off_fen, MOVED.c.payment,
        MOVED.c.effective_on, MOVED.c.event_id,
    )  # fmt: skip
    asked = (
        select(*columns)
        .join(CASE, CASE.c.source == MOVED.c.source)
        .where(MOVED.c.what == what, *seen_by(MOVED, as_of, known_on))
    )
    if programme:
        asked = asked.where(CASE.c.programme == programme)
    if area:
        asked = asked.where(where == area)
    if since is not None:
        asked = asked.where(MOVED.c.effective_on >= since)
    found = [
        Payment(*tuple(row)) for row in connection.execute(asked.order_by(MOVED.c.event_id, MOVED.c.source))
    ]
    payees = _payees(connection, as_of, known_on, programme)
    if payees:
        found = [one._replace(payee=_payee_at(one, payees.get(one.source, ()))) for one in found]
    return sorted(found, key=lambda one: place_in_order(one.area))


def _payees(
    connection: Connection, as_of: date, known_on: date | None, programme: str
) -> dict[str, list[tuple[int, str]]]:
    """Other accounts that receive the money of a case from an event on."""
    asked = (
        select(MOVED.c.source, MOVED.c.event_id, MOVED.c.part)
        .join(CASE, CASE.c.source == MOVED.c.source)
        .where(MOVED.c.what == "payee", *seen_by(MOVED, as_of, known_on))
        .order_by(MOVED.c.event_id)
    )
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for source, event_id, payee in connection.execute(
        asked.where(CASE.c.programme == programme) if programme else asked
    ):
        found[source].append((event_id, payee))
    return found


def _payee_at(one: Payment, changes: Sequence[tuple[int, str]]) -> str:
    return next((payee for event_id, payee in reversed(changes) if event_id < one.event_id), one.payee)


def with_status(
    connection: Connection, found: Sequence[Payment], as_of: date, known_on: date | None
) -> Iterator[Payment]:
    """The payments with where the order at the bank stood."""
    orders = sorted({one.payment for one in found if one.payment})
    states = {key: state.status for key, state in _folded(connection, PAYMENTS, orders, as_of, known_on)}
    for one in found:
        yield one._replace(status=states.get(one.payment, "set_off" if not one.payment else ""))


def bodies_of(
    connection: Connection, stream: Any, keys: Sequence[str], as_of: date, known_on: date | None
) -> Iterator[tuple[str, list[Event]]]:
    """The events of streams effective by a day, as known on a day; streams not begun are left out."""
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        by_stream = events_of_streams(connection, [stream.id(key) for key in some])
        for key in some:
            seen = [
                one.body
                for one in by_stream.get(stream.id(key), [])
                if one.body.effective_on <= as_of
                and (known_on is None or business_day(one.recorded_at) <= known_on)
            ]
            if seen:
                yield key, seen


def _folded(
    connection: Connection, stream: Any, keys: Sequence[str], as_of: date, known_on: date | None
) -> Iterator[tuple[str, Any]]:
    """The states of those streams."""
    for key, bodies in bodies_of(connection, stream, keys, as_of, known_on):
        yield key, stream.fold(bodies)


# ---------------------------------------------------------------- grants by state


class Standing(NamedTuple):
    """Where a grant stood on a day: since when, and the next day that counts, with what it is the day of."""

    grant: str
    state: Grant
    age_days: int
    deadline: date | None
    deadline_of: str

    @property
    def late(self) -> bool:
        return self.deadline_of == "money_due_back" and self.age_days < 0

    def as_json(self) -> dict[str, Any]:
        one = self.state
        return {
            "grant": self.grant, "programme": one.programme, "area": one.area, "beneficiary": one.beneficiary,
            "status": one.status, "stage": one.stage, "stage_due": stage_due(one), "filed_on": one.filed_on,
            "since": one.since, "age_days": self.age_days, "deadline": self.deadline,
            "deadline_of": self.deadline_of, "amount_fen": one.amount_fen, "paid_fen": one.paid_fen,
            "owed_fen": grants.owed_fen(one), "suspended": one.suspended, "objection": one.objection,
        }  # fmt: skip


def standings(
    connection: Connection,
    as_of: date,
    known_on: date | None = None,
    *,
    programme: str = "",
    area: str = "",
    status: str = "",
) -> list[Standing]:
    """Grants as they stood, the oldest wait first within each state."""
    asked = select(CASE.c.source).where(CASE.c.source.startswith("grant-", autoescape=True))
    if programme:
        asked = asked.where(CASE.c.programme == programme)
    if area:
        asked = asked.where(CASE.c.area == area)
    prefix = GRANTS.id("")
    keys = sorted(one.removeprefix(prefix) for one in connection.execute(asked).scalars())
    found = [
        Standing(key, state, grants.age_days(state, as_of), *next_day(state, as_of))
        for key, state in _folded(connection, GRANTS, keys, as_of, known_on)
        if not status or state.status == status
    ]
    return sorted(found, key=lambda one: (STATES.index(one.state.status), one.state.since, one.grant))


STATES: Final = (
    "applied",
    "sent_back",
    "approved",
    "queued",
    "planned",
    "paid",
    "ended",
    "rejected",
    "cancelled",
)


def next_day(state: Grant, as_of: date) -> tuple[date | None, str]:
    """The day that counts next for a grant, and why."""
    if grants.owed_fen(state) > 0:
        later = [date.fromisoformat(day) for day in sorted(state.instalments)]
        due = next((day for day in later if day >= as_of), later[-1] if later else state.due_on)
        return due, "money_due_back"
    if state.status == "applied" and state.publicised_until is not None:
        return state.publicised_until, "publicity_ends"
    if state.status == "planned":
        year = max(int(budget.rsplit(".", 2)[1]) for budget in state.budgets)
        return date(year, 12, 31), "budget_year_ends"
    if state.status in ("applied", "sent_back") and find(state.programme).effective_to:
        return find(state.programme).effective_to, "programme_ends"
    return None, ""


def stage_due(state: Grant) -> str:
    """The step that an application waits for; empty when it waits for none."""
    if state.status != "applied":
        return ""
    procedure = offices().procedures[find(state.programme).procedure]
    if state.stage < len(procedure.stages):
        return procedure.stages[state.stage].id
    if procedure.publicity and state.publicised_until is None:
        return "publicity"
    return "objection" if state.objection else "approval"


# ---------------------------------------------------------------- the yearly account


class ProgrammeYear(msgspec.Struct):
    """The account of a programme for a calendar year: its budgets, and what was paid and came back on its cases."""

    programme: str
    year: int
    budgets: list[Execution] = []
    purse_programmes: tuple[str, ...] = ()
    cases: int = 0
    persons: int = 0
    payments: int = 0
    paid_fen: int = 0
    set_off_fen: int = 0
    reclaimed_fen: int = 0
    repaid_fen: int = 0
    purse_paid_fen: int = 0

    def total(self, name: str) -> int:
        """A figure of the budgets, added up over the areas."""
        return sum(getattr(one, name) for one in self.budgets)

    @property
    def adds_up(self) -> bool:
        """What the budgets spent is what the programmes of the purse were paid."""
        return self.total("spent") == self.purse_paid_fen

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = msgspec.to_builtins(self)
        return told | {"budgets": [one.as_json() for one in self.budgets], "adds_up": self.adds_up}


def programme_year(
    connection: Connection, programme: str, year: int, as_of: date, known_on: date | None = None
) -> ProgrammeYear:
    """The account of a programme; what was paid counts for the year of the budget that it came from."""
    entry = find(programme)
    shared = tuple(
        one.id for one in programmes().values() if one.kind == "programme" and one.purse == entry.purse
    )
    until, since = min(as_of, date(year, 12, 31)), date(year, 1, 1)
    account = ProgrammeYear(programme, year, purse_programmes=shared)
    account.budgets = execution(connection, as_of, known_on, year=year, purse=entry.purse)
    people, cases = set(), set()
    for one in payments(connection, until, known_on, programme=programme, since=since):
        people.add(one.beneficiary)
        cases.add(one.source)
        account.payments += one.part != "undone"
        account.paid_fen += one.amount_fen
        account.set_off_fen += one.set_off_fen
    account.persons, account.cases = len(people), len(cases)
    back: dict[str, int] = defaultdict(int)
    for what in ("reclaimed", "withdrawn", "repaid"):
        back[what] = sum(
            one.amount_fen
            for one in payments(connection, until, known_on, programme=programme, since=since, what=what)
        )
    account.reclaimed_fen, account.repaid_fen = back["reclaimed"] - back["withdrawn"], back["repaid"]
    account.purse_paid_fen = sum(
        one.amount_fen
        for other in shared
        for one in payments(connection, until, known_on, programme=other, since=since)
    )
    return account
