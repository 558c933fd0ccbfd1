"""The statement of one employer for one fund year (单位对账单): its months, its held money, its arrears, its employees.

葫政发〔2019〕12号 第十、二十四条. It is gathered account by account, so memory does not grow with the employer: rows go
to a spool on disk, sums stay here. An edition of before is gathered again from the events it rested on, which tells
what later events changed. Amounts in fen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, select

from ledger.dates import fund_year_bounds, month_of, parse_month
from ledger.deadlines import of_party
from ledger.refusal import Refusal
from ledger.streams import employer as employers
from ledger.streams import receipt as receipts
from ledger.streams.account import Account, effect
from ledger.streams.employer import Due, Employer
from ledger.streams.statement import Difference, Edition
from projections.registers import REGISTERS
from projections.views.statements import (
    AccountHistory,
    AccountYear,
    Figures,
    Moved,
    Read,
    StayRow,
    read_streams,
)
from projections.views.stays import accounts_with
from projections.views.words import sentence

ACCOUNTS_AT_ONCE: Final = 500
"""Accounts whose events are read by one question."""

EXPLAINED_EVENTS_MAX: Final = 200
"""Later events that a restatement names one by one; all of them are counted."""


LATE: Final = {True: "逾期", False: "", None: "放假安排待公布"}
"""What a list says of a month that was remitted late, in time, or that cannot be told yet."""


class Month(msgspec.Struct):
    """A month of an employer: what was due for it and what was booked for it until the closing day."""

    month: int
    heads: int = 0
    received_fen: int = 0
    arrears_fen: int = 0
    booked_on: date | None = None
    due_on: date | None = None

    @property
    def due_fen(self) -> int:
        return self.received_fen + self.arrears_fen

    @property
    def late(self) -> bool | None:
        """Whether it was remitted late (条例第十九条); nothing while the calendar it depends on is not published."""
        if not self.booked_on or not self.due_on:
            return False
        late_days = of_party(self.due_on).late_days_known(self.booked_on)
        return late_days if late_days is None else late_days > 0


class Held(msgspec.Struct, frozen=True):
    """A receipt that is still held on the closing day (挂账)."""

    receipt: str
    since: date
    why: str
    open_fen: int


class HeldSums(msgspec.Struct):
    """Held money over the year: what stood there, came, was allocated, went back, stands there."""

    opening_fen: int = 0
    received_fen: int = 0
    allocated_fen: int = 0
    returned_fen: int = 0
    closing_fen: int = 0


class Heads(msgspec.Struct):
    """Accounts by what became of them in the year."""

    opening: int = 0
    joined: int = 0
    left: int = 0
    closing: int = 0
    normal: int = 0
    sealed: int = 0


class EmployerYear(msgspec.Struct):
    """An employer's statement without its rows, which stand in the spool."""

    employer: str
    year: int
    first: date
    last: date
    name: str = ""
    kind: str = ""
    rate: str = ""
    status: str = ""
    pay_day: int = 0
    heads: Heads = msgspec.field(default_factory=Heads)
    totals: Figures = msgspec.field(default_factory=Figures)
    months: list[Month] = msgspec.field(default_factory=list)
    earlier_fen: int = 0
    later_fen: int = 0
    arrears_before_fen: int = 0
    held: HeldSums = msgspec.field(default_factory=HeldSums)
    held_receipts: list[Held] = msgspec.field(default_factory=list)
    rows: int = 0
    pages: int = 0

    @property
    def arrears_fen(self) -> int:
        """All that is owed on the closing day."""
        return self.arrears_before_fen + sum(one.arrears_fen for one in self.months)


class SpoolLine(msgspec.Struct, frozen=True):
    """One account in the spool: its row, and its own statement when it stood here on the closing day."""

    row: StayRow
    year: AccountYear | None


class LaterEvent(msgspec.Struct, frozen=True):
    """An event that was recorded after an edition and changed it."""

    event_id: int
    on: date
    recorded_on: date
    stream: str
    zh: str
    en: str
    amount_fen: int


class Restatement(msgspec.Struct, frozen=True):
    """Why an edition differs from the one before: figures then and now, the later events, and how many there are."""

    before: Edition
    changed: dict[str, tuple[int, int]]
    events: list[LaterEvent]
    event_count: int

    def difference(self) -> Difference:
        """As the ledger keeps it."""
        return Difference(
            {name: new - old for name, (old, new) in self.changed.items()},
            tuple(one.event_id for one in self.events),
            self.event_count,
        )


class Gathered(NamedTuple):
    """A statement, the last event it rests on, and the hash of its content with all of its rows."""

    statement: EmployerYear
    known_through: int
    content: str


# ---------------------------------------------------------------- gathering


class Gathering:
    """Sums one statement, account by account."""

    def __init__(self, employer: str, year: int, due: Due) -> None:
        first, last = fund_year_bounds(year)
        self.statement = EmployerYear(employer, year, first, last)
        start = month_of(first)
        self.statement.months = [Month(start + number) for number in range(12)]
        self.due = due
        self.state = Employer()

    def open(self, events: Sequence[Read]) -> None:
        """Takes the employer's own events: its name and rate on the closing day, when its months were remitted."""
        statement = self.statement
        for one in events:
            body = one.body
            if body.effective_on > statement.last:
                continue
            self.state = employers.evolve(self.state, body)
            if isinstance(body, employers.MonthRemitted) and (month := self._month(parse_month(body.month))):
                month.booked_on = month.booked_on or body.effective_on
                month.due_on = body.due_on
        if self.state.status:
            statement.name, statement.kind = self.state.name, self.state.kind
            statement.status, statement.pay_day = self.state.status, self.state.pay_day
            statement.rate = str(employers.rate_in(self.state, month_of(statement.last)))
            self._owe_all({})

    def hold(self, receipt: str, events: Sequence[Read]) -> None:
        """Takes a receipt of this employer."""
        held, state = self.statement.held, receipts.Receipt()
        for one in events:
            body = one.body
            if body.effective_on > self.statement.last:
                continue
            state = receipts.evolve(state, body)
            amount_fen = getattr(body, "amount_fen", 0)
            if body.effective_on < self.statement.first:
                held.opening_fen += amount_fen if isinstance(body, receipts.Received) else -amount_fen
            elif isinstance(body, receipts.Received):
                held.received_fen += amount_fen
            elif isinstance(body, receipts.Allocated):
                held.allocated_fen += amount_fen
            elif isinstance(body, receipts.Returned):
                held.returned_fen += amount_fen
        held.closing_fen += state.open_fen
        if state.open_fen and state.received_on:
            self.statement.held_receipts.append(Held(receipt, state.received_on, state.why, state.open_fen))

    def add(self, history: AccountHistory) -> SpoolLine | None:
        """Takes one account; nothing where it had no part in the year here.

        What is owed for it does not ask where it stands: an account in the pool (集中封存户) is its last employer's debt.
        """
        statement = self.statement
        if self.state.status and history.state.employer == statement.employer:
            self._owe_all({history.account: history.state})
        found = history.row(statement.employer)
        if found is None:
            return None
        row, moved = found
        statement.rows += 1
        statement.totals.add_all(row.figures)
        for one in moved:
            if one.month:
                self._book(one)
        there = history.employer == statement.employer
        self._count_heads(row, there, history)
        if not there:
            return SpoolLine(row, None)
        statement.pages += 1
        return SpoolLine(row, history.year())

    def close(self) -> EmployerYear:
        """The finished statement; refuses ``statement_totals_differ``."""
        statement, totals, held = self.statement, self.statement.totals, self.statement.held
        self._compare("balance", totals.net_fen, totals.closing_fen)
        contributions = totals.employer_fen + totals.employee_fen + totals.make_up_fen
        by_month = sum(one.received_fen for one in statement.months)
        self._compare("months", contributions, by_month + statement.earlier_fen + statement.later_fen)
        left = held.opening_fen + held.received_fen - held.allocated_fen - held.returned_fen
        self._compare("held", left, held.closing_fen)
        return statement

    def _compare(self, figure: str, rows_fen: int, other_fen: int) -> None:
        if rows_fen != other_fen:
            employer = self.statement.employer
            raise Refusal(
                "statement_totals_differ",
                employer=employer,
                figure=figure,
                rows_fen=rows_fen,
                other_fen=other_fen,
            )

    def _month(self, month: int) -> Month | None:
        number = month - self.statement.months[0].month
        return self.statement.months[number] if 0 <= number < 12 else None

    def _book(self, moved: Moved) -> None:
        number = parse_month(moved.month)
        month = self._month(number)
        if month:
            month.heads += 1 if moved.amount_fen > 0 else -1
            month.received_fen += moved.amount_fen
            month.booked_on = month.booked_on or moved.on
        elif number < self.statement.months[0].month:
            self.statement.earlier_fen += moved.amount_fen
        else:
            self.statement.later_fen += moved.amount_fen

    def _owe_all(self, present: dict[str, Account]) -> None:
        """Adds what is owed for present employees, or with none of them what was left behind."""
        state = self.state if not present else replace(self.state, left_behind=())
        for _, number, fen in employers.owed(state, present, self.due, month_of(self.statement.last)):
            month = self._month(number)
            if month:
                month.arrears_fen += fen
            else:
                self.statement.arrears_before_fen += fen

    def _count_heads(self, row: StayRow, there: bool, history: AccountHistory) -> None:
        heads, status = self.statement.heads, row.status
        at_end = there and status != "closed"
        before = history.live_before and history.employer_before == self.statement.employer
        heads.opening += before
        heads.joined += not before
        heads.left += not at_end
        heads.closing += at_end
        heads.normal += at_end and status == "normal"
        heads.sealed += at_end and status != "normal"


# ---------------------------------------------------------------- one pass over the events


def gather(
    connection: Connection, employer: str, year: int, due: Due, known_through: int, spool: Path
) -> Gathered | None:
    """Gathers an employer's statement from the events up to one, and writes its rows to ``spool``.

    Nothing if it had no part in the year. Refuses ``statement_identity_broken`` and ``statement_totals_differ``.
    """
    gathering = Gathering(employer, year, due)
    last = fund_year_bounds(year)[1]
    digest, newest = sha256(), 0
    for stream, events in read_streams(connection, _own_streams(connection, employer), known_through):
        newest = max(newest, *(one.id for one in events if one.body.effective_on <= last), 0)
        if stream.startswith("employer-"):
            gathering.open(events)
        else:
            gathering.hold(stream.removeprefix("receipt-"), events)
    with spool.open("wb") as file:
        for stream, events in _account_streams(connection, employer, last, known_through):
            history = AccountHistory(stream.removeprefix("account-"), events, year)
            line = gathering.add(history)
            if line is not None:
                newest = max(newest, history.known_through)
                encoded = encode_line(line)
                digest.update(encoded)
                file.write(encoded)
    statement = gathering.close()
    if not (statement.rows or statement.held.closing_fen or statement.arrears_fen):
        return None
    digest.update(msgspec.json.encode(statement))
    return Gathered(statement, newest, digest.hexdigest())


def _own_streams(connection: Connection, employer: str) -> list[str]:
    """The employer's stream and the receipts that named it."""
    table = REGISTERS["receipt"].table
    named = connection.execute(select(table.c.key).where(table.c.employer == employer)).scalars()
    return [f"employer-{employer}", *(f"receipt-{key}" for key in sorted(named))]


def _account_streams(
    connection: Connection, employer: str, last: date, known_through: int, after: int = 0
) -> Iterator[tuple[str, list[Read]]]:
    accounts = accounts_with(connection, employer, last)
    for start in range(0, len(accounts), ACCOUNTS_AT_ONCE):
        streams = [f"account-{key}" for key in accounts[start : start + ACCOUNTS_AT_ONCE]]
        yield from read_streams(connection, streams, known_through, after)


def encode_line(line: SpoolLine) -> bytes:
    return msgspec.json.encode(line) + b"\n"


def read_spool(spool: Path) -> Iterator[SpoolLine]:
    """The rows of a statement, one after the other."""
    decoder = msgspec.json.Decoder(SpoolLine)
    with spool.open("rb") as file:
        for line in file:
            yield decoder.decode(line)


# ---------------------------------------------------------------- restatement


def restate(
    connection: Connection, now: Gathered, due: Due, before: Edition, known_through: int
) -> Restatement:
    """Explains how a statement differs from the edition before: which later events changed which figure."""
    employer, year, last = now.statement.employer, now.statement.year, now.statement.last
    with TemporaryDirectory() as folder:
        spool = Path(folder) / "before"
        then = gather(connection, employer, year, due, before.known_through, spool)
    old = _figures(then.statement) if then else {}
    new = _figures(now.statement)
    changed = {name: (old.get(name, 0), fen) for name, fen in new.items() if old.get(name, 0) != fen}
    events: list[LaterEvent] = []
    count = 0
    streams = read_streams(
        connection, _own_streams(connection, employer), known_through, before.known_through
    )
    accounts = _account_streams(connection, employer, last, known_through, before.known_through)
    for stream, of_stream in chain(streams, accounts):
        for one in of_stream:
            if one.body.effective_on <= last:
                count += 1
                if count <= EXPLAINED_EVENTS_MAX:
                    events.append(_later(stream, one))
    return Restatement(before, changed, sorted(events, key=lambda one: one.event_id), count)


def _figures(statement: EmployerYear) -> dict[str, int]:
    figures: dict[str, int] = msgspec.structs.asdict(statement.totals)
    return figures | {
        "arrears_fen": statement.arrears_fen,
        "held_fen": statement.held.closing_fen,
    }


def _later(stream: str, one: Read) -> LaterEvent:
    return LaterEvent(
        event_id=one.id,
        on=one.body.effective_on,
        recorded_on=one.recorded_on,
        stream=stream,
        zh=sentence(one.body, "zh"),
        en=sentence(one.body, "en"),
        amount_fen=sum(effect(one.body)),
    )
