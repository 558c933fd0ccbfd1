"""Random histories of conduct against an oracle of a few lines: whatever the order, no withdrawal passes a ban, nobody
who is free is refused, and nothing that is learned later changes what was known before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from commands.desk import Desk
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.refusal import Refusal
from ledger.streams.person import PERSONS, flag, standing
from projections.replay.verify import verify
from projections.views.blacklist import Entry, blacklist
from tests.conftest import Clock, illustrative_book

PEOPLE = ("1", "2")
BARRED = {"barred_from_withdrawal", "barred_from_withdrawal_until_returned", "barred_by_flag"}
STEPS = 40
TAKEN_OVER = {
    "withdrawal_ban_years": 3,
    "withdrawal_fraud_loan_ban_years": 3,
    "loan_fraud_withdrawal_ban_years": 5,
    "loan_ban_years_min": 5,
    "loan_ban_years_max": 5,
}
"""The years of Order 844, in a city whose committee has taken them over: histories meet both laws."""


def book_of_both_laws() -> PolicyBook:
    cited, first, public = Citation("国务院令第844号", "第四十一条"), date(2026, 9, 20), date(2026, 8, 18)
    values = [ParameterValue(name, years, first, public, cited) for name, years in TAKEN_OVER.items()]
    return illustrative_book().with_values(*values)


@dataclass(frozen=True)
class Ban:
    """A ban as the oracle keeps it; without a last day it is open."""

    person: str
    case: str
    matter: str
    first: date
    last: date | None
    lifted: date | None = None
    mistaken: bool = False

    def covers(self, day: date) -> bool:
        ends = [one for one in (self.last, self.lifted and self.lifted - timedelta(days=1)) if one]
        return not self.mistaken and self.first <= day and all(day <= end for end in ends)


def years_after(day: date, years: int) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if leap and (day.year + years) % 4 else day.day)


class Office:
    """A ledger with two members, and the oracle beside it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.clock = Clock()
        self.desk = Desk("sqlite://", self.clock, book_of_both_laws())
        self.today = date(2025, 7, 1)
        self.bans: list[Ban] = []
        self.paid: list[tuple[str, str, date, int]] = []
        self.owed: dict[tuple[str, str], int] = {}
        self.cases = 0
        self.done: Counter[str] = Counter()
        self.remembered: list[tuple[date, date, list[Entry]]] = []
        self.do("register_employer", self.today, employer="E1", rate="0.12")
        for one in PEOPLE:
            opened = {"account": f"A{one}", "employer": "E1", "person": f"P{one}", "base": "5000.00"}
            self.do("open_account", self.today, **opened)
            self.do("deposit", self.today, account=f"A{one}", month="2025-07")

    def do(self, command: str, on: date, **content: Any) -> dict[str, Any]:
        self.clock.on(self.today)
        given_ = {"on": on.isoformat(), **content}
        return self.desk.do(command, given_, actor="clerk", approver="boss").result

    def step(self) -> None:
        """Some days later something happens, sometimes with a value date of before; the day's answers are remembered."""
        self.today += timedelta(days=self.random.choice((1, 20, 120, 400)))
        on = self.today - timedelta(days=self.random.choice((0, 0, 0, 5)))
        what = self.random.choice(
            (self.withdraw, self.withdraw, self.fraud, self.loan, self.give_back, self.lift, self.correct, self.take_over)
        )  # fmt: skip
        what(self.random.choice(PEOPLE), on)
        as_of = self.today - timedelta(days=self.random.randrange(600))
        self.remembered.append((as_of, self.today, self.asked(as_of, self.today)))
        for person in PEOPLE:
            self.compare(person)

    def asked(self, as_of: date, known_on: date | None) -> list[Entry]:
        with self.desk.ledger.database.reading() as connection:
            return blacklist(connection, as_of, known_on)

    def compare(self, one: str) -> None:
        """The standing of today, for both matters, is what the oracle says."""
        events = [seen.body for seen in self.desk.ledger.stream(f"person-P{one}")]
        record = PERSONS.fold(events)
        for matter in ("withdrawal", "loan"):
            assert (standing(record, matter, self.today) is not None) == self.barred(one, matter, self.today)
        if any(self.barred(one, matter, self.today) for matter in ("withdrawal", "loan")):
            assert flag(record, self.today)

    def barred(self, one: str, matter: str, day: date) -> bool:
        return any(ban.person == one and ban.matter == matter and ban.covers(day) for ban in self.bans)

    # ---------------------------------------------------------------- what happens

    def withdraw(self, one: str, on: date) -> None:
        asked = {"account": f"A{one}", "person": f"P{one}", "reason": "rent", "amount": "10.00"}
        expected = self.barred(one, "withdrawal", on) or self.barred(one, "withdrawal", self.today)
        refused = ""
        try:
            paid = self.do("withdraw", on, **asked)["payments"][0]
            self.paid.append((one, paid, on, 1_000))
        except Refusal as refusal:
            refused = refusal.code
        assert (refused in BARRED) == expected, refused
        self.done["refused" if refused else "withdrawn"] += 1

    def _case(self) -> str:
        self.cases += 1
        return f"F{self.cases}"

    def _bar(self, one: str, case: str, matter: str, on: date, years: int) -> None:
        self.bans.append(Ban(one, case, matter, on, years_after(on, years)))

    def fraud(self, one: str, on: date) -> None:
        found = [paid for paid in self.paid if paid[0] == one and paid[2] <= on]
        if not found:
            return
        paid = self.random.choice(found)
        self.paid.remove(paid)
        case, national = self._case(), paid[2] >= date(2026, 9, 20)
        years = 3 if national else self.random.choice((1, 2))
        facts = {"facts_on": paid[2].isoformat(), "return_by": on.isoformat(), "document": "D"}
        self.do(
            "establish_fraud",
            on,
            account=f"A{one}",
            payment=paid[1],
            case=case,
            withdrawal_years=years,
            **facts,
        )
        self.owed[one, case] = paid[3]
        self._bar(one, case, "withdrawal", on, years)
        if national:
            self._bar(one, case, "loan", on, 3)

    def loan(self, one: str, on: date) -> None:
        case, facts_on = self._case(), on - timedelta(days=self.random.randrange(300))
        national = facts_on >= date(2026, 9, 20)
        years = 5 if national else self.random.randint(1, 5)
        facts = {"facts_on": facts_on.isoformat(), "return_by": on.isoformat(), "document": "D"}
        loan = {"person": f"P{one}", "loan": f"L-{case}", "amount": "5.00", "loan_years": years}
        self.do("establish_unlawful_loan", on, case=case, **loan, **facts)
        self._bar(one, case, "loan", on, years)
        if national:
            self._bar(one, case, "withdrawal", on, 5)

    def take_over(self, one: str, on: date) -> None:
        case, until = self._case(), on + timedelta(days=self.random.randrange(500))
        bare = self.random.randrange(3) == 0
        last = {} if bare else {"withdrawal_until": until.isoformat()}
        flagged = {"person": f"P{one}", "from_centre": "锦州", "document": case, "offence": "withdrawal"}
        self.do("take_over_flag", on, case=case, **flagged, **last)
        self.bans.append(Ban(one, case, "withdrawal", on, None if bare else until))
        if bare:
            self.bans.append(Ban(one, case, "loan", on, None))

    def give_back(self, one: str, on: date) -> None:
        open_cases = [case for (person, case), fen in self.owed.items() if person == one and fen]
        if not open_cases:
            return
        case = self.random.choice(open_cases)
        back = {
            "person": f"P{one}",
            "case": case,
            "amount": "5.00",
            "reference": f"B{self.cases}-{self.today}",
        }
        self.do("return_fraud_money", self.today, **back)
        self.owed[one, case] -= 500

    def lift(self, one: str, on: date) -> None:
        running = [ban for ban in self.bans if ban.person == one and ban.covers(self.today)]
        if not running:
            return
        ban = self.random.choice(running)
        lifted = {"person": f"P{one}", "case": ban.case, "matter": ban.matter, "document": "D", "reason": "R"}
        self.do("lift_ban", self.today, **lifted)
        self.bans[self.bans.index(ban)] = replace(ban, lifted=self.today)

    def correct(self, one: str, on: date) -> None:
        cases = sorted({ban.case for ban in self.bans if ban.person == one and not ban.mistaken})
        if not cases:
            return
        case = self.random.choice(cases)
        self.do("correct_conduct", self.today, person=f"P{one}", case=case, document="D", reason="R")
        self.owed.pop((one, case), None)
        self.bans = [replace(ban, mistaken=True) if ban.case == case else ban for ban in self.bans]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_no_withdrawal_passes_a_ban_and_later_knowledge_changes_nothing_that_was_known(seed: int) -> None:
    office = Office(seed)
    with office.desk:
        for _ in range(STEPS):
            office.step()
        for as_of, known_on, entries in office.remembered:
            assert office.asked(as_of, known_on) == entries
        recorded = {one.case for one in office.asked(office.today, None)}
        assert recorded == {f"F{number + 1}" for number in range(office.cases)}
        report = verify(office.desk.ledger.database, office.desk.present_book())
        assert report.sound, [finding.message() for finding in report.findings]


def test_the_histories_meet_bans_and_free_days_alike() -> None:
    counts: Counter[str] = Counter()
    for seed in range(6):
        office = Office(seed)
        with office.desk:
            for _ in range(STEPS):
                office.step()
        counts += office.done
    assert counts["refused"] > 5
    assert counts["withdrawn"] > 5
