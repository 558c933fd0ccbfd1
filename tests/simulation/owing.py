"""A collecting office that works at random beside the independent model of debts: people move, money comes late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from commands.desk import Desk
from commands.handlers.employers import owed
from commands.law import Law
from ledger.dates import format_month
from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal
from ledger.streams import account as accounts
from projections.registers import REGISTERS
from projections.replay.invariants import broken_invariants
from tests.conftest import Clock, with_examples
from tests.simulation.debt_model import Debts, Employer, Worker, month
from tests.simulation.saving import yuan
from tests.simulation.shortest import Turn, Wrong

FIRST, LAST = date(2019, 7, 1), date(2021, 12, 31)
RATES = {"E0": "0.12", "E1": "0.05", "E2": "0.08", "E3": "0.10"}
BASES = {"A0": ("E0", "6543.21"), "A1": ("E0", "1433.33"), "A2": ("E1", "5000.00")}
LATE = {"A3": "2222.22", "A4": "5000.01"}
"""Accounts that are opened when they are first asked for, some time after the hiring."""
READINGS = {
    "break_month": ("whole_only", "owed"),
    "new_worker_first_month": ("second_month", "first_month"),
}
"""How the law may be read: the month in which a wage relation breaks before its last day, a new worker's first month."""
WEIGHTS = {
    "make_up": 18, "make_up_held": 8, "deposit": 10, "remit": 8, "reverse": 14, "seal": 8, "break_relation": 3,
    "unseal": 7, "seal_again": 2, "transfer": 12, "seal_centrally": 4, "merge": 2, "split": 2, "close_employer": 2,
    "defer": 3, "reduce": 2, "resume": 2, "set_rate": 3, "fix_bases": 3, "pay_off": 4, "take_back_pay_off": 4,
}  # fmt: skip
GAPS = (0, 0, 3, 11, 17, 31)

MAY_BE_REFUSED = {
    "already_deferred", "account_sealed", "month_already_paid", "month_not_due", "month_needs_make_up",
    "month_before_first", "month_out_of_order", "month_already_remitted", "employer_deferred", "remittance_empty",
    "rate_in_remitted_month", "nothing_deferred", "rate_not_lower", "base_in_paid_month", "base_fixed", "spent_since",
    "employer_has_accounts", "remittance_differs", "no_arrears", "amount_not_positive", "month_not_paid",
    "insufficient_balance",
}  # fmt: skip
"""What a request that comes at the wrong moment may be answered; anything else is a fault of the office."""


class Collection:
    """A ledger with four employers and three people, and the model of their debts beside it."""

    def __init__(self, book: PolicyBook, readings: dict[str, str]) -> None:
        self.broken_month_owed = readings["break_month"] == "owed"
        self.new_worker_waits = readings["new_worker_first_month"] == "second_month"
        self.clock = Clock()
        self.today = FIRST
        self.random = Random(0)
        self.desk = Desk("sqlite://", self.clock, with_examples(book, readings))
        self.debts = Debts()
        self.told: list[str] = []
        self.counts: Counter[str] = Counter()
        self.receipts = 0
        self.active = set(RATES)
        self.paid_off: dict[str, int] = {}
        for employer, rate in RATES.items():
            self.do("register_employer", employer=employer, rate=rate)
            self.debts.employers[employer] = Employer([(month(FIRST), Decimal(rate))])
        for key, (employer, base) in BASES.items():
            opened = {"account": key, "employer": employer, "person": f"P{key}", "base": base}
            self.do("open_account", **opened, first_month="2019-07", joined_on=FIRST.isoformat())
            self.debts.workers[key] = Worker(employer, [(month(FIRST), Decimal(base))])
            self.debts.workers[key].hire(employer, FIRST)

    def live(self, history: Sequence[Turn]) -> None:
        with self.desk:
            for one in history:
                self.today = min(self.today + timedelta(days=one.days), LAST)
                self.random = Random(one.salt)
                key = f"A{one.number}"
                (getattr(self, one.what) if key in self.debts.workers else self.open_late)(key)
                self.hold()

    # ---------------------------------------------------------------- asking the ledger

    def do(self, command: str, *, must: bool = False, **content: Any) -> dict[str, Any] | None:
        """Asks the ledger; ``None`` when it refuses as it may. What ``must`` be done may not be refused at all."""
        self.clock.on(self.today)
        try:
            given = {"on": self.today.isoformat(), **content}
            outcome = self.desk.do(command, given, actor="clerk", approver="approver")
        except Refusal as refused:
            self.counts[f"refused: {command} {refused.code}"] += 1
            if must or refused.code not in MAY_BE_REFUSED:
                raise Wrong(f"refused {command} {refused.code}: {content}: {refused}") from refused
            return None
        except Exception as crash:
            raise Wrong(f"crash of {command} {type(crash).__name__}: {content}: {crash}") from crash
        self.counts[command] += 1
        pairs = ", ".join(f"{name}: {value}" for name, value in content.items())
        self.told.append(f"{{on: {self.today}, do: {command}, {pairs}}}")
        return outcome.result

    def states(self, kind: str) -> dict[str, Any]:
        register: Any = REGISTERS[kind]
        with self.desk.ledger.database.reading() as connection:
            return {row[0]: register.state_of(row) for row in connection.execute(register.all(connection))}

    def account(self, key: str) -> accounts.Account:
        found: accounts.Account = self.states("account")[key]
        return found

    def between(self, first: date, last: date) -> date:
        return first + timedelta(days=self.random.randrange(max(0, (last - first).days) + 1))

    # ---------------------------------------------------------------- money

    def make_up(self, key: str) -> None:
        """Any open month of anybody, in any state of the account: it is always taken, at what its employer owes."""
        self._make_up(key, {})

    def make_up_held(self, key: str) -> None:
        """The same from money that the employer of the month, or who was named to pay for it, had sent before."""
        found = self.debts.open(key, month(self.today))
        if found:
            of = self.random.choice(found)
            self._from_held(key, of)

    def _from_held(self, key: str, of: int) -> None:
        payer = self.random.choice(sorted(self.debts.payers(key, of)))
        self.receipts += 1
        receipt, fen = f"R{self.receipts}", self.debts.fen(key, of)
        self.do("receive", receipt=receipt, employer=payer, amount=yuan(fen), why="unknown")
        self._paid(
            key, [of], self.do("make_up", must=True, account=key, months=[format_month(of)], receipt=receipt)
        )

    def _make_up(self, key: str, more: dict[str, Any]) -> None:
        found = self.debts.open(key, month(self.today))
        if found:
            months = sorted(self.random.sample(found, min(len(found), self.random.choice((1, 1, 2)))))
            named = [format_month(of) for of in months]
            self._paid(key, months, self.do("make_up", must=True, account=key, months=named, **more))

    def _paid(self, key: str, months: Sequence[int], result: dict[str, Any] | None) -> None:
        assert result is not None
        due = sum(self.debts.fen(key, of) for of in months)
        if result["total_fen"] != due:
            raise Wrong(f"paid otherwise than owed: {key} {months} {result['total_fen']}, the model {due}")
        self.debts.workers[key].paid |= set(months)

    def deposit(self, key: str) -> None:
        """The next month of somebody who works."""
        worker = self.debts.workers[key]
        of = next(iter(self.debts.open(key, month(self.today))), None)
        if worker.works and of is not None and self.do("deposit", account=key, month=format_month(of)):
            worker.paid.add(of)

    def remit(self, key: str) -> None:
        employer = self.debts.workers[key].employer
        if employer not in self.active:
            return
        of = max(month(FIRST), month(self.today) - self.random.choice((0, 1, 1, 2)))
        heads = [
            one
            for one, worker in self.debts.workers.items()
            if worker.employer == employer and worker.owing(of) == employer and of not in worker.paid
            and self.account(one).status == "normal"
        ]  # fmt: skip
        due = sum(self.debts.fen(one, of) for one in heads)
        result = self.do("remit", employer=employer, month=format_month(of))
        if result is not None and not result.get("already_booked"):
            if result["total_fen"] != due:
                raise Wrong(
                    f"remitted otherwise than owed: {employer} {of} {result['total_fen']}, the model {due}"
                )
            for one in heads:
                self.debts.workers[one].paid.add(of)

    def reverse(self, key: str) -> None:
        worker = self.debts.workers[key]
        if worker.paid:
            of, money = self.random.choice(sorted(worker.paid)), self.random.choice(("", "bank"))
            done = self.do("reverse", account=key, month=format_month(of), reason="错账", money=money)
            if done:
                worker.paid.remove(of)

    def pay_off(self, key: str) -> None:
        """Who retires is paid off, whether his break was told before or not; what was owed for him stays owed."""
        worker = self.debts.workers[key]
        if self.account(key).status != "closed" and (not worker.works or self.random.random() < 0.3):
            done = self.do("withdraw", account=key, reason="retirement")
            if done:
                worker.retire(self.today, self.broken_month_owed)
                self.paid_off[key] = len(self.desk.ledger.stream(f"account-{key}")) - 1

    def take_back_pay_off(self, key: str) -> None:
        if key in self.paid_off and self.account(key).status == "closed":
            version = self.paid_off.pop(key)
            self.do("reverse", must=True, account=key, version=version, reason="尚未退休")
            self.debts.workers[key].never_retired()

    # ---------------------------------------------------------------- people

    def open_late(self, key: str) -> None:
        """Hired some time ago: what is owed since then does not depend on the day of the opening."""
        employer, joined = self.random.choice(sorted(self.active)), self.between(FIRST, self.today)
        new: dict[str, bool] = self.random.choice(({}, {"new_worker": True}, {"new_worker": False}))
        opened = {"account": key, "employer": employer, "person": f"P{key}", "base": LATE[key]}
        self.do("open_account", must=True, **opened, joined_on=joined.isoformat(), **new)
        first = month(joined) + (self.new_worker_waits and new.get("new_worker", True))
        self.debts.workers[key] = Worker(employer, [(first, Decimal(LATE[key]))], first=first)
        self.debts.workers[key].hire(employer, joined)

    def seal_again(self, key: str) -> None:
        """Wages that were said to have resumed never did."""
        worker = self.debts.workers[key]
        if worker.works and worker.broken and self.account(key).status == "normal":
            self.do("seal", must=True, account=key, broken_on=worker.broken[0].isoformat())
            worker.never_resumed()

    def seal(self, key: str) -> None:
        worker = self.debts.workers[key]
        if self.account(key).status == "normal":
            day = self.between(worker.since, self.today) if worker.works else worker.since
            if self.do("seal", must=True, account=key, broken_on=day.isoformat()) is not None:
                worker.end(day, self.broken_month_owed)

    def break_relation(self, key: str) -> None:
        worker = self.debts.workers[key]
        if worker.works:
            day, how = self.between(worker.since, self.today), self.random.choice(("interrupted", "ended"))
            if self.do("break_relation", must=True, account=key, broken_on=day.isoformat(), how=how):
                worker.end(day, self.broken_month_owed)

    def unseal(self, key: str) -> None:
        worker, status = self.debts.workers[key], self.account(key).status
        if not worker.works and status in ("normal", "sealed") and worker.employer in self.active:
            day = self.between(worker.since, self.today)
            self.do("unseal", must=True, account=key, resumed_on=day.isoformat())
            worker.resume(day)

    def seal_centrally(self, key: str) -> None:
        worker = self.debts.workers[key]
        if self.account(key).status in ("normal", "sealed"):
            day = self.between(worker.since, self.today) if worker.works else worker.since
            self.do("seal_centrally", must=True, account=key, ended_on=day.isoformat())
            worker.end(day, self.broken_month_owed)

    def transfer(self, key: str) -> None:
        """Hired by another employer, some days after the end at the old one or the day after."""
        worker = self.debts.workers[key]
        if self.account(key).status == "closed":
            return
        into = self.random.choice(sorted(self.active - {worker.employer}))
        ended = self.between(worker.since, self.today) if worker.works else worker.since
        hired = self.between(ended, self.today)
        if worker.works and self.random.random() < 0.6:
            hired = min(ended + timedelta(days=1), self.today)
        days = {"ended_on": ended.isoformat(), "hired_on": hired.isoformat()}
        self.do("transfer", must=True, account=key, to=into, **days)
        worker.end(ended, self.broken_month_owed)
        worker.hire(into, hired)

    # ---------------------------------------------------------------- employers

    def _named(self, employer: str, into: str) -> None:
        """Arrears have a debtor before an employer goes, and before who was named for them goes (第十条)."""
        debtor = self.random.choice((into, "上级单位"))
        if self.do("assign_arrears", employer=employer, debtor=debtor):
            self.debts.name(employer, debtor, self.today)

    def merge(self, key: str) -> None:
        employer = self.debts.workers[key].employer
        if len(self.active) < 3 or employer not in self.active:
            return
        into = self.random.choice(sorted(self.active - {employer}))
        self._named(employer, into)
        self.do("merge_employers", must=True, employer=employer, into=into)
        self.debts.merge(employer, into, self.today)
        self.active.remove(employer)

    def split(self, key: str) -> None:
        worker = self.debts.workers[key]
        if worker.employer not in self.active or self.account(key).status == "closed":
            return
        into = self.random.choice(sorted(self.active - {worker.employer}))
        self._named(worker.employer, into)
        self.do("split_employer", must=True, employer=worker.employer, into=into, accounts=[key])
        worker.move(into, self.today)

    def close_employer(self, key: str) -> None:
        employer = self.debts.workers[key].employer
        if len(self.active) < 3 or employer not in self.active:
            return
        for other, one in self.debts.employers.items():
            if other == employer or one.debtor == employer:
                self._named(other, "清算组")
        if self.do("close_employer", employer=employer, reason="撤销"):
            self.active.remove(employer)

    def _future(self) -> tuple[int, int]:
        first = month(self.today) + 1 + self.random.randrange(2)
        return first, first + self.random.randrange(4)

    def defer(self, key: str) -> None:
        self._except(key, {}, lambda of, span: of.deferred.append(span))

    def reduce(self, key: str) -> None:
        rate = Decimal("0.05")
        self._except(key, {"rate": "0.05"}, lambda of, span: of.reduced.append((span, rate)))

    def _except(self, key: str, more: dict[str, Any], note: Any) -> None:
        employer, (first, last) = self.debts.workers[key].employer, self._future()
        span = {"from_month": format_month(first), "until_month": format_month(last)}
        if employer in self.active and self.do("defer", employer=employer, **span, approval="管委会", **more):
            note(self.debts.employers[employer], (first, last))

    def resume(self, key: str) -> None:
        employer, first = self.debts.workers[key].employer, month(self.today) + 1
        if employer in self.active and self.do("resume", employer=employer, from_month=format_month(first)):
            self.debts.employers[employer].resume(first)

    def set_rate(self, key: str) -> None:
        employer, first = self.debts.workers[key].employer, month(self.today) + 1
        rate = self.random.choice(("0.05", "0.07", "0.12"))
        if employer in self.active and self.do(
            "set_rate", employer=employer, rate=rate, from_month=format_month(first)
        ):
            rates = [one for one in self.debts.employers[employer].rates if one[0] < first]
            self.debts.employers[employer].rates = [*rates, (first, Decimal(rate))]

    def fix_bases(self, key: str) -> None:
        """In July, for who has not come this year."""
        worker, year = self.debts.workers[key], self.today.year
        account = self.account(key)
        joined = account.joined_on
        if self.today.month != 7 or account.status == "closed" or worker.employer not in self.active:
            return
        if not joined or joined.year == year:
            return
        base, first = self.random.choice(("4321.09", "7000.00", "1420.00")), year * 12 + 6
        done = self.do("fix_bases", employer=worker.employer, fund_year=year, wages={key: base})
        if done and done["fixed"]:
            worker.bases = [*[one for one in worker.bases if one[0] < first], (first, Decimal(base))]

    # ---------------------------------------------------------------- what must hold

    def hold(self) -> None:
        """After every step: for every month and account one employer owes it or nobody, at what the model says."""
        for finding in broken_invariants(self.desk.ledger.database):
            raise Wrong(f"invariant {finding.code}: {finding.message()}")
        law, present = Law(self.desk.present_book(), self.today), self.states("account")
        for employer, state in self.states("employer").items():
            staff = {
                key: one
                for key, one in present.items()
                if one.employer == employer and one.status != "closed"
            }
            listed = owed(law, state, staff, self.today)
            twice = [one for one, count in Counter(line[:2] for line in listed).items() if count > 1]
            if twice:
                raise Wrong(f"owed twice: {employer} {named(twice)}")
            told = set(listed)
            due = {(key, of, fen) for (key, of), fen in self.debts.owed(employer, self.today).items()}
            if told != due:
                missing, surplus = named(due - told), named(told - due)
                kind = (
                    "owed too little" if not surplus else "owed too much" if not missing else "owed otherwise"
                )
                raise Wrong(
                    f"{kind}: {employer} on {self.today}, the model has {missing}, the ledger {surplus}"
                )


def named(lines: Any) -> str:
    """Account, month and fen, readable."""
    return ", ".join(" ".join((key, format_month(of), *map(str, fen))) for key, of, *fen in sorted(lines))
