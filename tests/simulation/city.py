"""A small city whose back office works at random: what it asks is mostly plausible, often late, sometimes nonsense."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from commands.handlers import COMMANDS
from ledger.dates import format_month, fund_year_of, month_of
from ledger.streams.account import Account
from ledger.streams.employer import Employer, expected_month

Content = dict[str, Any]
States = dict[str, dict[str, Any]]
"""The newest state of every stream, by kind and key."""

Weights = dict[Callable[[Any], Content], int]

NOTHING = "nothing"
REASONS = (
    "rent",
    "home",
    "loan_repayment",
    "retirement",
    "job_ended",
    "emigration",
    "hardship",
    "5",
    "lottery",
)


class Asked(NamedTuple):
    """One request as a client sends it: to be sent again under the same key when the answer is lost."""

    key: str
    command: str
    content: Content
    actor: str
    approver: str


class City:
    """Makes requests from the states that it is shown; the same seed makes the same requests."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.day = date(2019, 6, 3)
        self.asked = 0
        self.employers = [f"E{number}" for number in range(4)]
        self.accounts = [f"A{number}" for number in range(12)]

    def ask(self, states: States) -> Asked:
        """The next request, on a day that is never before the last."""
        self.day += timedelta(days=self.random.choice((0, 0, 1, 2, 3, 5, 9, 20)))
        self.states = states
        self.asked += 1
        command, content = self._founding() or self._at_random()
        on = self.day
        if self.random.random() < 0.15:
            on -= timedelta(days=self.random.randrange(1, 120))
        pays = COMMANDS[command].pays or COMMANDS[command].may_pay
        approver = self.random.choice(("approver", "approver", "approver", "clerk", "")) if pays else ""
        actor = "approver" if command in ("approve", "reject") else "clerk"
        return Asked(f"request-{self.asked}", command, {"on": on.isoformat(), **content}, actor, approver)

    def _founding(self) -> tuple[str, Content] | None:
        """A city begins with employers and people."""
        if len(self.states["employer"]) < 3:
            employer = f"E{len(self.states['employer'])}"
            return "register_employer", {"employer": employer, "rate": "0.12"}
        if len(self.states["account"]) < 6:
            return "open_account", open_account(self)
        return None

    def _at_random(self) -> tuple[str, Content]:
        """Mostly about something that is there; now and then about nothing at all."""
        weights = self.weights()
        while True:
            (make,) = self.random.choices(list(weights), weights.values())
            content = make(self)
            if NOTHING not in content.values() or self.random.random() < 0.05:
                return make.__name__, content

    def weights(self) -> Weights:
        """The requests that are made at random, and how often."""
        return _WEIGHTS

    # -- what is at hand

    def employer(self) -> str:
        active = [key for key, one in self.states["employer"].items() if one.status == "active"]
        return self.random.choice(active if active and self.random.random() < 0.9 else self.employers)

    def account(self, *statuses: str) -> str:
        fitting = [key for key, one in self.states["account"].items() if one.status in statuses]
        return self.random.choice(fitting if fitting and self.random.random() < 0.9 else self.accounts)

    def of(self, account: str) -> Account:
        found: Account = self.states["account"].get(account, Account())
        return found

    def some(self, kind: str, **equal: Any) -> str:
        keys = [
            key
            for key, one in self.states[kind].items()
            if all(getattr(one, name) == value for name, value in equal.items())
        ]
        return self.random.choice(keys or [NOTHING])

    def month(self, near: int) -> str:
        return format_month(near + self.random.choice((0, 0, 0, 0, 0, 1, -1, 2)))

    def next_month(self, account: str) -> int:
        state = self.of(account)
        if state.missing and self.random.random() < 0.3:
            return self.random.choice(state.missing)
        return max(state.paid_up_to + 1, state.first_month) if state.status else month_of(self.day)

    def next_remittance(self, employer: str) -> int:
        state: Employer = self.states["employer"].get(employer, Employer())
        return expected_month(state) if state.status else month_of(self.day)

    def fen(self, around: int) -> str:
        fen = self.random.choice((1, around // 3, around, around, around + 1, 0, 10**16))
        return f"{fen // 100}.{fen % 100:02d}"

    def earlier(self, days: int = 60) -> str:
        return (self.day - timedelta(days=self.random.randrange(-1, days))).isoformat()


def register_employer(city: City) -> Content:
    return {
        "employer": city.random.choice(city.employers),
        "rate": city.random.choice(("0.05", "0.08", "0.12", "0.12", "0.1201")),
    }


def open_account(city: City) -> Content:
    account = city.random.choice(city.accounts)
    if city.random.random() < 0.2:
        account = f"A{city.random.randrange(12, 40)}"
        city.accounts.append(account)
    person = f"P{city.random.randrange(14)}"
    base = city.random.choice(("5000.00", "6543.21", "6542.50", "15000.00", "15000.01", "1420.00"))
    content = {"account": account, "employer": city.employer(), "person": person, "base": base}
    return content | ({"joined_on": city.earlier(20)} if city.random.random() < 0.3 else {})


def take_over(city: City) -> Content:
    lines = [
        {"account": city.account("normal"), "carried": "1000.00", "current": city.fen(50_000), "months": 3}
        for _ in range(city.random.randrange(1, 3))
    ]
    return {"lines": lines, "accept_good_rows": city.random.random() < 0.5}


def remit(city: City) -> Content:
    employer = city.employer()
    content: Content = {"employer": employer, "month": city.month(city.next_remittance(employer))}
    kind = city.random.randrange(6)
    if kind == 0:
        content["received"] = city.fen(360_000)
    elif kind == 1:
        content["receipt"] = [city.some("receipt", status="held") for _ in range(city.random.randrange(1, 3))]
    elif kind == 2:
        content |= {"accept_good_rows": True, "lines": [{"account": one} for one in city.accounts[:6]]}
    elif kind == 3:
        content["advance"] = True
    return content


def deposit(city: City) -> Content:
    account = city.account("normal")
    content = {"account": account, "month": city.month(city.next_month(account))}
    return content | ({"advance": True} if city.random.random() < 0.1 else {})


def make_up(city: City) -> Content:
    account = city.account("normal", *city.random.choice(((), ("sealed", "centrally_sealed", "closed"))))
    state = city.of(account)
    months = list(state.missing[:3]) or [city.next_month(account)]
    content: Content = {"account": account, "months": [format_month(one) for one in months]}
    return content | ({"receipt": city.some("receipt", status="held")} if city.random.random() < 0.3 else {})


def receive(city: City) -> Content:
    employer = city.random.choice(("", city.employer()))
    content = {"receipt": f"R{city.asked}", "amount": city.fen(300_000)}
    return content | ({"employer": employer} if employer else {})


def allocate(city: City) -> Content:
    content: Content = {"receipt": city.some("receipt", status="held")}
    if city.random.random() < 0.3:
        employer = city.employer()
        return content | {"employer": employer, "month": format_month(city.next_remittance(employer))}
    account = city.account("normal")
    return content | {"account": account, "month": format_month(city.next_month(account))}


def return_receipt(city: City) -> Content:
    content = {"receipt": city.some("receipt", status="held"), "reason": "误汇"}
    return content | ({"amount": city.fen(60_000)} if city.random.random() < 0.5 else {})


def break_relation(city: City) -> Content:
    how = city.random.choice(("interrupted", "ended"))
    return {"account": city.account("normal"), "how": how, "broken_on": city.earlier()}


def seal(city: City) -> Content:
    return {"account": city.account("normal"), "broken_on": city.earlier()}


def unseal(city: City) -> Content:
    return {"account": city.account("sealed", "normal"), "resumed_on": city.earlier(20)}


def seal_centrally(city: City) -> Content:
    return {"account": city.account("normal", "sealed"), "ended_on": city.earlier()}


def transfer(city: City) -> Content:
    ended_on, hired_on = sorted((city.earlier(40), city.earlier(40)))
    account = city.account("normal", "sealed", "centrally_sealed")
    content = {"account": account, "to": city.employer(), "ended_on": ended_on, "hired_on": hired_on}
    if city.random.random() < 0.1:
        content["petition"] = city.some("petition", status="urged")
    return content


def transfer_in(city: City) -> Content:
    account = city.account("normal", "sealed")
    letter = f"L{city.random.randrange(30)}"
    amount = city.fen(2_500_000)
    return {"account": account, "amount": amount, "months": 7, "from_centre": "沈阳", "letter": letter}


def transfer_out(city: City) -> Content:
    return {"account": city.account("sealed", "centrally_sealed"), "to_centre": "大连", "letter": "L"}


def freeze(city: City) -> Content:
    content = {"account": city.account("normal", "sealed"), "document": f"D{city.asked}"}
    return content | ({"amount": city.fen(100_000)} if city.random.random() < 0.5 else {})


def unfreeze(city: City) -> Content:
    frozen = [key for key, one in city.states["account"].items() if one.frozen]
    return {"account": city.random.choice(frozen or city.accounts), "document": "D"}


def withdraw(city: City) -> Content:
    account = city.account("normal", "sealed", "centrally_sealed")
    content: Content = {"account": account, "reason": city.random.choice(REASONS)}
    if city.random.random() < 0.8:
        content["amount"] = city.fen(max(city.of(account).balance_fen, 1))
    if city.random.random() < 0.3:
        content["spouse_account"] = city.account("normal", "sealed")
    if city.random.random() < 0.7:
        content["evidence"] = "证明"
    return content


def reverse(city: City) -> Content:
    account = city.account("normal", "sealed", "centrally_sealed", "closed")
    state = city.of(account)
    content: Content = {"account": account, "reason": "错账", "money": city.random.choice(("", "", "bank"))}
    if state.paid_up_to and city.random.random() < 0.5:
        return content | {"month": format_month(state.paid_up_to - city.random.randrange(3))}
    return content | {"version": city.random.randrange(1, 12)}


def set_rate(city: City) -> Content:
    rate = city.random.choice(("0.05", "0.10", "0.12"))
    return {"employer": city.employer(), "rate": rate, "from_month": city.month(month_of(city.day))}


def defer(city: City) -> Content:
    first = month_of(city.day) + city.random.randrange(-1, 3)
    content = {
        "employer": city.employer(),
        "from_month": format_month(first),
        "until_month": format_month(first + city.random.randrange(3)),
        "approval": "管委会",
    }
    return content | ({"rate": "0.05"} if city.random.random() < 0.4 else {})


def resume(city: City) -> Content:
    return {"employer": city.employer(), "from_month": city.month(month_of(city.day))}


def assign_arrears(city: City) -> Content:
    content = {"employer": city.employer(), "debtor": city.employer()}
    return content | ({"evidenced_wage": "6543.21"} if city.random.random() < 0.4 else {})


def merge_employers(city: City) -> Content:
    return {"employer": city.employer(), "into": city.employer()}


def split_employer(city: City) -> Content:
    employer = city.employer()
    accounts = city.states["account"].items()
    staff = [key for key, one in accounts if one.employer == employer and one.status != "closed"]
    return {"employer": employer, "into": city.employer(), "accounts": staff[:2] or [NOTHING]}


def close_employer(city: City) -> Content:
    return {"employer": city.employer(), "reason": "注销"}


def fix_bases(city: City) -> Content:
    employer = city.employer()
    staff = [key for key, one in city.states["account"].items() if one.employer == employer]
    wage = city.random.choice(("7000.00", "99999.00", "1.00"))
    year = city.day.year + city.random.randrange(2)
    return {"employer": employer, "fund_year": year, "wages": dict.fromkeys(staff, wage)}


def propose(city: City) -> Content:
    return {"proposal": f"W{city.asked}", "command": "withdraw", "content": withdraw(city)}


def approve(city: City) -> Content:
    return {"proposal": city.some("proposal", status="open")}


def reject(city: City) -> Content:
    return {"proposal": city.some("proposal", status="open"), "reason": "材料不全"}


def petition(city: City) -> Content:
    return {"petition": f"Q{city.asked}", "account": city.account("normal"), "evidence": "劳动合同"}


def urge(city: City) -> Content:
    return {"petition": city.some("petition", status="filed")}


def settle_petition(city: City) -> Content:
    by = city.random.choice(("unit", "centre"))
    return {"petition": city.some("petition", status="urged"), "settled_by": by}


def settle_year(city: City) -> Content:
    return {"year": fund_year_of(city.day) - city.random.choice((1, 1, 1, 0, 2)), "chunk": 4}


def adjust_interest(city: City) -> Content:
    return {"account": city.account("normal", "sealed"), "year": fund_year_of(city.day) - 1}


_WEIGHTS: Weights = {
    register_employer: 3, open_account: 12, take_over: 2, remit: 20, deposit: 16, make_up: 8, receive: 4,
    allocate: 5, return_receipt: 2, break_relation: 3, seal: 5, unseal: 5, seal_centrally: 3, transfer: 6,
    transfer_in: 3, transfer_out: 2, freeze: 2, unfreeze: 2, withdraw: 12, reverse: 10, set_rate: 2, defer: 2,
    resume: 1, assign_arrears: 2, merge_employers: 1, split_employer: 3, close_employer: 1, fix_bases: 2,
    propose: 2, approve: 3, reject: 1, petition: 2, urge: 2, settle_petition: 1, settle_year: 5, adjust_interest: 2,
}  # fmt: skip

DAILY = frozenset(make.__name__ for make in _WEIGHTS)
"""The commands of a back office's daily work; files, openings and parameters are not among them."""
