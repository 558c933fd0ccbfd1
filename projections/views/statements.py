"""The statement of one account for one fund year (职工对账单), and the share of it that was spent with one employer.

葫政发〔2019〕12号 第二十四条. 上年结转 + 本年缴存 + 转入 + 利息 − 提取 − 转出 = 本息合计: the right side is the fold that
commands decide by, the left side the sum of the movements by value date: two computations meet in every statement.
A reversal counts against the figure of what it reverses. Amounts in fen, days by value date (业务日期).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from ledger.dates import business_day, first_day, format_month, fund_year_bounds, month_of
from ledger.refusal import Refusal
from ledger.streams import account as accounts
from ledger.streams.account import Account, at_day, effect, evolve
from ledger.streams.base import Event, decode
from projections.views.stays import employer_after
from projections.views.words import term

# ---------------------------------------------------------------- what a statement says


OUTGOING: Final = ("withdrawn_fen", "transferred_out_fen", "moved_out_fen")


class Figures(msgspec.Struct):
    """The figures of a statement in fen; ``net_fen`` of them is the closing balance (本息合计)."""

    opening_fen: int = 0
    employer_fen: int = 0
    employee_fen: int = 0
    make_up_fen: int = 0
    taken_over_fen: int = 0
    transferred_in_fen: int = 0
    moved_in_fen: int = 0
    interest_fen: int = 0
    withdrawn_fen: int = 0
    transferred_out_fen: int = 0
    moved_out_fen: int = 0
    closing_fen: int = 0

    def add(self, name: str, fen: int) -> None:
        setattr(self, name, getattr(self, name) + fen)

    def add_all(self, other: Figures) -> None:
        for name in self.__struct_fields__:
            self.add(name, getattr(other, name))

    @property
    def net_fen(self) -> int:
        """The left side of the identity: opening, what came in, less what went out."""
        came: int = sum(getattr(self, name) for name in self.__struct_fields__[:8])
        went: int = sum(getattr(self, name) for name in OUTGOING)
        return came - went


class Movement(msgspec.Struct, frozen=True):
    """One movement in plain words, with the event it comes from and the balance after it.

    ``figure`` is where it counts; ``employer_fen`` and ``employee_fen`` split a contribution.
    """

    event_id: int
    on: date
    recorded_on: date
    figure: str
    zh: str
    en: str
    amount_fen: int
    balance_fen: int
    month: str = ""
    employer_fen: int = 0
    employee_fen: int = 0


class AccountYear(msgspec.Struct, frozen=True):
    """An employee's statement. ``month_ends_fen`` are the balances at the end of the opening day and of each month."""

    account: str
    person: str
    employer: str
    status: str
    base_fen: int
    paid_up_to: str
    figures: Figures
    carried_fen: int
    current_fen: int
    month_ends_fen: tuple[int, ...]
    movements: tuple[Movement, ...]


class StayRow(msgspec.Struct, frozen=True):
    """An account as a row of its employer's statement: what happened to it while it stood there."""

    account: str
    person: str
    status: str
    base_fen: int
    figures: Figures


# ---------------------------------------------------------------- reading


class Read(NamedTuple):
    """An event as it was read; ``recorded_at`` as the driver gives it."""

    id: int
    version: int
    body: Event
    recorded_at: Any

    @property
    def recorded_on(self) -> date:
        return _day_of(self.recorded_at)


@lru_cache(maxsize=4096)
def _day_of(moment: Any) -> date:
    return business_day(datetime.fromisoformat(moment) if isinstance(moment, str) else moment)


def read_streams(
    connection: Connection, stream_ids: Sequence[str], known_through: int, after: int = 0
) -> Iterator[tuple[str, list[Read]]]:
    """The events of many streams after one event and up to another, by one question, in the order of ids and versions."""
    columns = "SELECT stream_id, version, topic, state, recorded_at, id FROM event WHERE stream_id"
    if connection.dialect.name == "sqlite":
        asked = f"{columns} IN (SELECT value FROM json_each(?)) AND id > ? AND id <= ?"
        values: tuple[Any, ...] = (msgspec.json.encode(stream_ids).decode(), after, known_through)
    else:
        asked, values = (
            f"{columns} = ANY(%s) AND id > %s AND id <= %s",
            (list(stream_ids), after, known_through),
        )
    rows: list[Any] = list(connection.exec_driver_sql(asked, values).cursor.fetchall())
    rows.sort(key=lambda row: (row[0], row[1]))
    for stream_id, of_stream in groupby(rows, key=lambda row: row[0]):
        yield (
            stream_id,
            [
                Read(event_id, version, decode(topic, state), moment)
                for _, version, topic, state, moment, event_id in of_stream
            ],
        )


# ---------------------------------------------------------------- one account


class Moved(NamedTuple):
    """A movement in its place by value date, then by version."""

    on: date
    version: int
    figure: str
    employer_fen: int
    employee_fen: int
    amount_fen: int
    month: str
    read: Read


class Stay(NamedTuple):
    """With whom an account stood from a place in its history on."""

    on: date
    version: int
    employer: str


class AccountHistory:
    """One account up to the closing day of a fund year, asked for its statement and for the rows of its employers."""

    def __init__(self, account: str, events: Sequence[Read], year: int) -> None:
        self.account = account
        self.first, self.last = fund_year_bounds(year)
        self.events = [one for one in events if one.body.effective_on <= self.last]
        state = Account()
        self.live_before = False
        for one in self.events:
            state = evolve(state, one.body)
            if one.body.effective_on < self.first:
                self.live_before = _live(self.live_before, one.body)
        self.state = at_day(state, self.last)
        self.moves = _moves(self.events)
        self.stays = _stays(self.events)
        self.opening_fen = sum(one.amount_fen for one in self.moves if one.on < self.first)

    @property
    def known_through(self) -> int:
        """The last event that the statement rests on."""
        return max((one.id for one in self.events), default=0)

    @property
    def employer(self) -> str:
        """With whom the account stood at the end."""
        return self.stays[-1].employer if self.stays else ""

    @property
    def employer_before(self) -> str:
        """With whom it stood before the year began."""
        return next((stay.employer for stay in reversed(self.stays) if stay.on < self.first), "")

    def year(self) -> AccountYear:
        """The employee's statement; refuses ``statement_identity_broken``."""
        figures = Figures(opening_fen=self.opening_fen, closing_fen=self.state.balance_fen)
        movements: list[Movement] = []
        balance_fen = self.opening_fen
        for one in self._in_year():
            balance_fen += one.amount_fen
            _count(figures, one)
            movements.append(_told(one, balance_fen))
        self._check(figures)
        return AccountYear(
            account=self.account,
            person=self.state.person,
            employer=self.employer,
            status=self.state.status,
            base_fen=self.state.base_fen,
            paid_up_to=format_month(self.state.paid_up_to) if self.state.paid_up_to else "",
            figures=figures,
            carried_fen=self.state.carried_fen,
            current_fen=self.state.current_fen,
            month_ends_fen=self._month_ends(),
            movements=tuple(movements),
        )

    def row(self, employer: str) -> tuple[StayRow, list[Moved]] | None:
        """What happened while the account stood with an employer, and by which movements; nothing if it was not there."""
        figures, own = Figures(), list[Moved]()
        present = False
        for number, stay in enumerate(self.stays):
            if stay.employer != employer:
                continue
            after = self.stays[number + 1] if number + 1 < len(self.stays) else None
            if after and after.on < self.first:
                continue
            present = True
            begin = None if number == 0 else stay
            own += self._count_stay(figures, begin, after)
        if not present or not (self.live_before or own or self._opened_in_year() or figures.closing_fen):
            return None
        self._check(figures)
        there = self.employer == employer
        row = StayRow(
            account=self.account,
            person=self.state.person,
            status=self.state.status if there else "moved",
            base_fen=self.state.base_fen if there else 0,
            figures=figures,
        )
        return row, own

    def _count_stay(self, figures: Figures, begin: Stay | None, end: Stay | None) -> list[Moved]:
        before = 0 if begin is None else self._balance_before(begin)
        if begin is None or begin.on < self.first:
            figures.opening_fen += self.opening_fen
        else:
            figures.moved_in_fen += before
        own = [
            one
            for one in self._in_year()
            if (begin is None or (one.on, one.version) > (begin.on, begin.version))
            and (end is None or (one.on, one.version) < (end.on, end.version))
        ]
        for one in own:
            _count(figures, one)
        if end is None:
            figures.closing_fen += self.state.balance_fen
        else:
            figures.moved_out_fen += self._balance_before(end)
        return own

    def _balance_before(self, stay: Stay) -> int:
        place = (stay.on, stay.version)
        return sum(one.amount_fen for one in self.moves if (one.on, one.version) < place)

    def _in_year(self) -> list[Moved]:
        return [one for one in self.moves if one.on >= self.first]

    def _opened_in_year(self) -> bool:
        return self.state.opened_on is not None and self.state.opened_on >= self.first

    def _month_ends(self) -> tuple[int, ...]:
        starts = [first_day(month_of(self.first) + number) for number in range(1, 12)]
        days = [self.first, *starts]
        ends = [sum(one.amount_fen for one in self.moves if one.on < day) for day in days]
        return (*ends, sum(one.amount_fen for one in self.moves))

    def _check(self, figures: Figures) -> None:
        if figures.net_fen != figures.closing_fen:
            raise Refusal(
                "statement_identity_broken",
                account=self.account,
                expected_fen=figures.net_fen,
                closing_fen=figures.closing_fen,
            )


def _live(live: bool, body: Event) -> bool:
    match body:
        case accounts.Opened():
            return True
        case accounts.Closed():
            return False
        case accounts.EntryReversed():
            return True  # a reversal reopens what was closed
        case _:
            return live


def _stays(events: Sequence[Read]) -> list[Stay]:
    """With whom, in the order in which it was learned; a transfer never stands before the one it follows."""
    stays: list[Stay] = []
    for one in events:
        if employer := employer_after(one.body):
            on = max(one.body.effective_on, stays[-1].on) if stays else one.body.effective_on
            stays.append(Stay(on, one.version, employer))
    return stays


def _moves(events: Sequence[Read]) -> list[Moved]:
    """All movements by value date."""
    by_version: dict[int, Moved] = {}
    for one in events:
        if one.body.moves_money:
            by_version[one.version] = _moved(one, by_version)
    return sorted(by_version.values(), key=lambda moved: (moved.on, moved.version))


def _moved(one: Read, earlier: dict[int, Moved]) -> Moved:
    body = one.body
    amount_fen = sum(effect(body))
    figure, employer_fen, employee_fen, month = figure_of(body), 0, 0, ""
    if isinstance(body, accounts.Deposited):
        employer_fen, employee_fen, month = body.employer_fen, body.employee_fen, body.month
    elif isinstance(body, accounts.EntryReversed):
        original = earlier[body.reverses]
        figure, month = original.figure, original.month
        employer_fen, employee_fen = -original.employer_fen, -original.employee_fen
    return Moved(body.effective_on, one.version, figure, employer_fen, employee_fen, amount_fen, month, one)


def figure_of(body: Event) -> str:
    """The figure that a movement counts in; ``contribution`` for both parts of a month, empty for a reversal.

    A reversal counts in the figure of what it reverses.
    """
    match body:
        case accounts.Deposited():
            return "make_up_fen" if body.kind == "make_up" else "contribution"
        case accounts.BalanceTakenOver():
            return "taken_over_fen"
        case accounts.TransferredIn():
            return "transferred_in_fen"
        case accounts.TransferredOut():
            return "transferred_out_fen"
        case (
            accounts.Withdrawn() | accounts.RemainderPaid() | accounts.Recovered()
        ):  # what comes back was never rightly withdrawn
            return "withdrawn_fen"
        case accounts.InterestCredited():
            return "interest_fen"
        case accounts.EntryReversed():
            return ""
        case _:
            raise TypeError(f"no figure of a statement counts {body.topic}")


def _count(figures: Figures, moved: Moved) -> None:
    if moved.figure == "contribution":
        figures.employer_fen += moved.employer_fen
        figures.employee_fen += moved.employee_fen
    else:
        figures.add(moved.figure, -moved.amount_fen if moved.figure in OUTGOING else moved.amount_fen)


# ---------------------------------------------------------------- plain words


def _told(moved: Moved, balance_fen: int) -> Movement:
    zh, en = (_words(moved, language) for language in ("zh", "en"))
    return Movement(
        event_id=moved.read.id,
        on=moved.on,
        recorded_on=moved.read.recorded_on,
        figure=moved.figure,
        zh=zh,
        en=en,
        amount_fen=moved.amount_fen,
        balance_fen=balance_fen,
        month=moved.month,
        employer_fen=moved.employer_fen,
        employee_fen=moved.employee_fen,
    )


_PLAIN: Final = {
    "transferred_in_fen": ("异地转入", "from another city"),
    "transferred_out_fen": ("异地转出", "to another city"),
    "taken_over_fen": ("旧系统余额转入", "older system's balance"),
    "interest_fen": ("利息", "interest"),
    "withdrawn_fen": ("提取", "withdrawal"),
}
_INTEREST: Final = {
    "settlement": ("年终结息", "yearly interest"),
    "closing": ("销户结息", "interest on closing"),
    "adjustment": ("补结利息", "interest adjustment"),
}


def _words(moved: Moved, language: str) -> str:
    """A movement in a few words: ``汇缴 2020-07``, ``提取（租房）``."""
    zh, body = language == "zh", moved.read.body
    match body:
        case accounts.Deposited():
            return f"{term('kind', body.kind, language)} {body.month}"
        case accounts.Withdrawn():
            reason = term("reason", body.reason, language)
            return f"提取（{reason}）" if zh else f"withdrawal ({reason})"
        case accounts.RemainderPaid():
            return "销户后补付" if zh else "paid after closing"
        case accounts.Recovered():
            return "退回骗提资金" if zh else "money of a fraud returned"
        case accounts.TransferredIn():
            return _with(moved.figure, body.from_centre, zh)
        case accounts.TransferredOut():
            return _with(moved.figure, body.to_centre, zh)
        case accounts.InterestCredited():
            return _INTEREST[body.kind][not zh]
        case accounts.EntryReversed():
            what = moved.month or _PLAIN[moved.figure][not zh]
            return f"冲正 {what}（{body.reason}）" if zh else f"reversal of {what} ({body.reason})"
        case _:
            return _PLAIN[moved.figure][not zh]


def _with(figure: str, centre: str, zh: bool) -> str:
    return f"{_PLAIN[figure][0]}（{centre}）" if zh else f"{_PLAIN[figure][1]} ({centre})"
