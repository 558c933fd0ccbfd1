"""Histories of a roll at random: whatever changes, is learned late or assessed again, everybody ends with what is due."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from commands.desk import Desk
from commands.rolls.running import assess, pay
from ledger.books.posting import post
from ledger.dates import SHANGHAI, last_day, parse_month
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.refusal import Refusal
from ledger.streams import roll
from projections.registers import REGISTERS
from projections.replay.verify import verify

ROLL, AREA = "urban_dibao_standard", "lianshan"
MONTHS = ["2019-07", "2019-08", "2019-09", "2019-10"]
SIZES = {"H1": 1, "H2": 3}
STANDARDS = {"2019-01": (50_000, "2019-01-01"), "2019-08": (57_500, "2019-09-20")}
"""The standard from a month on, and the day on which it is public: August is paid before that."""

incomes = st.integers(0, 49_999)
changes = st.tuples(st.sampled_from(sorted(SIZES)), st.sampled_from(MONTHS), incomes)
stops = st.tuples(st.sampled_from(sorted(SIZES)), st.sampled_from(MONTHS))
months = st.lists(st.one_of(changes, stops, st.just("assess")), max_size=4)


def book() -> PolicyBook:
    bundled = PolicyBook.bundled()
    values = [
        ParameterValue(
            ROLL, fen, date.fromisoformat(f"{month}-01"), date.fromisoformat(public), Citation("示例", "—")
        )
        for month, (fen, public) in STANDARDS.items()
    ]
    return bundled.with_parameters(bundled.parameter(ROLL).without_values()).with_values(*values)


class Played:
    """A desk whose clock stands on the day of what is done."""

    def __init__(self) -> None:
        self.day = date(2019, 7, 1)
        self.desk = Desk("sqlite://", self._now, book())

    def _now(self) -> Any:
        return datetime.combine(self.day, time(10), SHANGHAI)

    def do(self, command: str, actor: str, **content: Any) -> bool:
        try:
            self.desk.do(command, {"on": self.day, **content}, actor="clerk", approver=actor)
        except Refusal as refusal:
            if refusal.code != "roll_elsewhere":
                raise
            return False
        return True


@settings(max_examples=25, deadline=None)
@given(st.lists(months, min_size=len(MONTHS), max_size=len(MONTHS)))
def test_everybody_ends_with_what_is_due_and_every_fen_is_journalled(history: list[list[Any]]) -> None:
    played = Played()
    incomes_from: dict[str, dict[str, int]] = {entry: {MONTHS[0]: 30_000} for entry in SIZES}
    last: dict[str, str] = {}
    begin(played)
    for month, acts in zip(MONTHS, history, strict=True):
        for number, act in enumerate(acts, start=2):
            played.day = date.fromisoformat(f"{month}-{number:02d}")
            take(played, act, incomes_from, last)
        played.day = last_day(parse_month(month))
        pay(played.desk, ROLL, AREA, month, played.day, actor="clerk", approver="treasurer", chunk=1)
    played.day = date(2019, 11, 1)
    assess(played.desk, ROLL, AREA, MONTHS[0], played.day, actor="county")
    pay(played.desk, ROLL, AREA, "2019-11", played.day, actor="clerk", approver="treasurer")
    check(played.desk, incomes_from, last)


def begin(played: Played) -> None:
    roster = {
        "county": [f"county_office@{AREA}"],
        "head": [f"county_office@{AREA}"],
        "treasurer": [f"county_finance@{AREA}"],
    }
    played.do("assign_offices", "director", roster=roster)
    played.do("vote_budget", "treasurer", purse=ROLL, year=2019, area=AREA, amount="90000.00", document="D1")
    lines = [
        {
            "entry": entry, "beneficiary": f"{entry}.0", "members": [f"{entry}.{number}" for number in range(size)],
            "from_month": MONTHS[0], "facts": {"household_size": size, "monthly_per_capita_income_fen": 30_000},
        }
        for entry, size in SIZES.items()
    ]  # fmt: skip
    played.do("take_over_roll", "county", programme=ROLL, area=AREA, source="old roll", lines=lines)


def take(played: Played, act: Any, incomes_from: dict[str, dict[str, int]], last: dict[str, str]) -> None:
    if act == "assess":
        assess(played.desk, ROLL, AREA, MONTHS[0], played.day, actor="county")
    elif len(act) == 3:
        entry, month, income_fen = act
        facts = {"monthly_per_capita_income_fen": income_fen}
        if played.do("change_roll", "head", entry=entry, from_month=month, facts=facts, reason="x"):
            later = {one: fen for one, fen in incomes_from[entry].items() if one < month}
            incomes_from[entry] = {**later, month: income_fen}
    else:
        entry, month = act
        if played.do("stop_roll", "county", entry=entry, last_month=month, cause="request", evidence="x"):
            last[entry] = month


def due_fen(entry: str, month: str, incomes_from: dict[str, dict[str, int]]) -> int:
    """By hand: members times the gap to the standard of the month."""
    income_fen = next(fen for one, fen in sorted(incomes_from[entry].items(), reverse=True) if one <= month)
    standard_fen = next(fen for one, (fen, _) in sorted(STANDARDS.items(), reverse=True) if one <= month)
    return SIZES[entry] * (standard_fen - income_fen)


def check(desk: Desk, incomes_from: dict[str, dict[str, int]], last: dict[str, str]) -> None:
    with desk.ledger.database.reading() as connection:
        states: dict[str, tuple[int, roll.Roll]] = REGISTERS["roll"].read(connection, sorted(SIZES))
        (budget,) = (one for _, one in REGISTERS["budget"].read(connection, [f"{ROLL}.2019.{AREA}"]).values())
    for entry, (_, state) in states.items():
        months = [month for month in [*MONTHS, "2019-11"] if month <= last.get(entry, "2019-11")]
        due = sum(due_fen(entry, month, incomes_from) for month in months)
        assert state.paid_fen + state.difference_fen == due, entry
        assert state.difference_fen <= 0
    paid_fen = sum(state.paid_fen for _, state in states.values())
    journalled = [
        line for one in desk.ledger.events() for line in post(one.body) if line[0] == f"S411.{ROLL}"
    ]
    assert sum(fen for _, fen in journalled) == paid_fen == budget.spent_fen <= budget.voted_fen
    assert budget.reserved_fen == 0
    assert verify(desk.ledger.database, book()).sound
