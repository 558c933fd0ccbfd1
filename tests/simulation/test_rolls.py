"""Histories of a roll at random: whatever changes, is learned late, comes back or is assessed again, everybody ends with
what is due.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

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
returns = st.sampled_from(["return", "undo", "reissue"]).flatmap(
    lambda how: st.tuples(st.just(how), st.sampled_from(sorted(SIZES)), st.integers(0, 3), st.booleans())
)
"""A line of an entry, counted from the first, comes back and is left so, taken back or paid again."""
months = st.lists(st.one_of(changes, stops, st.just("assess"), returns), max_size=4)


def book() -> PolicyBook:
    bundled = PolicyBook.bundled()
    values = [
        ParameterValue(
            ROLL, fen, date.fromisoformat(f"{month}-01"), date.fromisoformat(public), Citation("示例", "—")
        )
        for month, (fen, public) in STANDARDS.items()
    ]
    return bundled.with_parameters(bundled.parameter(ROLL).without_values()).with_values(*values)


ON_ITS_WAY = ("roll_line_unknown", "payment_not_settled", "payment_not_held", "payment_never_sent")


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
            if refusal.code not in ("roll_elsewhere", *ON_ITS_WAY):
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
    elif len(act) == 4:
        come_back(played, *act)
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


def come_back(played: Played, how: str, entry: str, number: int, settled: bool) -> None:
    """The bank pays a line and sends it back, or never pays it; then it is left, taken back, or paid again."""
    lines = [
        one.body for one in played.desk.ledger.stream(f"roll-{entry}") if isinstance(one.body, roll.Paid)
    ]
    orders = [one.payment for one in lines if one.payment]
    if number >= len(orders):
        return
    payment = orders[number]
    status = state_of(played.desk, "payment", payment).status
    if status == "ordered":
        batch = f"B{played.day}{entry}{number}"
        played.do("send_payments", "treasurer", batch=batch, purse="subsidy", payments=[payment])
        end = state_of(played.desk, "payment", payment).end_to_end
        answer = {
            "end_to_end": end,
            "status": "settled" if settled else "failed",
            "reference": end,
            "reason": "AC04",
        }
        played.do("record_bank_answers", "treasurer", answers=[answer])
    if settled:
        reference = f"R-{payment}-{played.day}"
        played.do("return_payment", "treasurer", payment=payment, reference=reference, reason="AC04")
    if how == "undo" and state_of(played.desk, "payment", payment).status != "settled":
        played.do("undo_roll_payment", "treasurer", entry=entry, payment=payment, reason="AC04")
    elif how == "reissue":
        played.do("reissue_payment", "treasurer", payment=payment, reason="AC04")


def state_of(desk: Desk, kind: str, key: str) -> Any:
    with desk.ledger.database.reading() as connection:
        return REGISTERS[kind].read(connection, [key])[key][1]


def due_fen(entry: str, month: str, incomes_from: dict[str, dict[str, int]]) -> int:
    """By hand: members times the gap to the standard of the month."""
    income_fen = next(fen for one, fen in sorted(incomes_from[entry].items(), reverse=True) if one <= month)
    standard_fen = next(fen for one, (fen, _) in sorted(STANDARDS.items(), reverse=True) if one <= month)
    return SIZES[entry] * (standard_fen - income_fen)


def stands(order: Any) -> bool:
    """An order that was not undone: paid, to be paid, or held for its payee."""
    return order.status != "cancelled" or order.held_fen > 0


def check(desk: Desk, incomes_from: dict[str, dict[str, int]], last: dict[str, str]) -> None:
    with desk.ledger.database.reading() as connection:
        states: dict[str, tuple[int, roll.Roll]] = REGISTERS["roll"].read(connection, sorted(SIZES))
        (budget,) = (one for _, one in REGISTERS["budget"].read(connection, [f"{ROLL}.2019.{AREA}"]).values())
        orders = connection.execute(select(REGISTERS["payment"].table)).all()
    for entry, (_, state) in states.items():
        standing = [one for one in orders if one.cause.startswith(f"roll-{entry}/") and stands(one)]
        assert sum(one.amount_fen for one in standing) == state.paid_fen, (
            "every order leads to one entitlement"
        )
        months = [month for month in [*MONTHS, "2019-11"] if month <= last.get(entry, "2019-11")]
        due = sum(due_fen(entry, month, incomes_from) for month in months)
        assert state.paid_fen + state.difference_fen == due, entry
        assert state.difference_fen <= 0
        assert not roll.owed_months(state), "the last run paid whatever had come back"
    paid_fen = sum(state.paid_fen for _, state in states.values())
    journalled = [
        line for one in desk.ledger.events() for line in post(one.body) if line[0] == f"S411.{ROLL}"
    ]
    assert sum(fen for _, fen in journalled) == paid_fen == budget.spent_fen <= budget.voted_fen
    assert budget.reserved_fen == 0
    assert verify(desk.ledger.database, book()).sound
