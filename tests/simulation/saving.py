"""A savings office that works at random beside the independent model of interest: late, wrong, and put right again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from commands.desk import Desk
from ledger.dates import format_month, month_of
from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal
from ledger.streams import account as accounts
from projections.registers import REGISTERS
from projections.replay.invariants import broken_invariants
from tests.conftest import Clock
from tests.simulation.interest_model import Moved, Saver, contribution
from tests.simulation.shortest import Turn, Wrong

BASES = ("6543.21", "1433.33")
RATE = "0.12"
YEARS = (2019, 2020, 2021)
FIRST, LAST = date(2019, 7, 1), date(2022, 11, 1)
WEIGHTS = {
    "deposit": 14, "transfer_in": 10, "book_again": 4, "withdraw": 8, "pay_off": 6, "reverse": 10, "settle": 12,
    "adjust": 5, "accrue": 5, "seal": 3, "unseal": 3, "pay_remainder": 3, "reverse_interest": 3,
}  # fmt: skip
GAPS = (0, 0, 1, 7, 19, 30, 45, 70)

MAY_BE_REFUSED = {
    "insufficient_balance", "interest_spent", "spent_since", "amount_not_positive", "account_closed", "account_sealed",
    "account_not_sealed", "nothing_remains", "month_not_due", "month_already_paid", "month_before_first",
    "month_needs_make_up", "month_not_paid", "already_reversed", "not_reversible",
    "before_last_movement", "before_opening", "closing_takes_all", "year_not_settled",
    "already_accrued", "month_in_settled_year", "month_not_over",
}  # fmt: skip
"""What a request that comes at the wrong moment may be answered; anything else is a fault of the office."""


class Savings:
    """A ledger with two members, and their model beside it."""

    def __init__(self, book: PolicyBook) -> None:
        self.clock = Clock()
        self.today = FIRST
        self.random = Random(0)
        self.desk = Desk("sqlite://", self.clock, book)
        self.savers = {f"A{number}": Saver() for number in range(len(BASES))}
        self.told: list[str] = []
        self.counts: Counter[str] = Counter()
        self.letters = self.seen = 0
        self.do("register_employer", FIRST, employer="E1", rate=RATE)
        for (key, _), base in zip(self.savers.items(), BASES, strict=True):
            self.do("open_account", FIRST, account=key, employer="E1", person=f"P{key}", base=base)

    def live(self, history: Sequence[Turn]) -> None:
        with self.desk:
            for one in history:
                self.today = min(self.today + timedelta(days=one.days), LAST)
                self.random = Random(one.salt)
                getattr(self, one.what)(f"A{one.number}")
                self.hold()
            self.today = LAST
            self.end()

    # ---------------------------------------------------------------- asking the ledger

    def do(self, command: str, on: date, **content: Any) -> dict[str, Any] | None:
        """Asks the ledger; ``None`` when it refuses as it may."""
        self.clock.on(self.today)
        line = f"{{on: {on}, recorded_on: {self.today}, do: {command}, " + ", ".join(
            f"{name}: {value}" for name, value in content.items()
        )
        try:
            outcome = self.desk.do(
                command, {"on": on.isoformat(), **content}, actor="clerk", approver="approver"
            )
        except Refusal as refused:
            self.counts[f"refused: {command} {refused.code}"] += 1
            if refused.code not in MAY_BE_REFUSED:
                raise Wrong(f"refused {command} {refused.code}: {refused}") from refused
            return None
        except Exception as crash:
            raise Wrong(f"crash of {command} {type(crash).__name__}: {content}: {crash}") from crash
        self.counts[command] += 1
        self.told.append(line + "}")
        for one in self.desk.ledger.events():
            if one.id > self.seen:
                self.notice(one)
        return outcome.result

    def notice(self, one: Any) -> None:
        """Interest taken back on another day than the end of its year; when it is taken is the office's to say."""
        self.seen = one.id
        body = one.body
        if isinstance(body, accounts.InterestCredited) and body.kind != "closing":
            year_end = date(body.year + 1, 6, 30)
            if body.effective_on != year_end:
                fen = body.carried_fen + body.current_fen
                saver = self.savers[one.originator_id.removeprefix("account-")]
                saver.taken_late(body.year, fen, body.effective_on)

    def state(self, key: str) -> accounts.Account:
        with self.desk.ledger.database.reading() as connection:
            ((_, state),) = REGISTERS["account"].read(connection, [key]).values()
        found: accounts.Account = state
        return found

    def newest(self, key: str, kind: type) -> Any:
        """The newest event of a kind in an account."""
        of_kind = [one for one in self.desk.ledger.stream(f"account-{key}") if isinstance(one.body, kind)]
        return of_kind[-1]

    def some_day(self) -> date:
        """Mostly today, sometimes a day that is long past."""
        late = self.random.choice((0, 0, 0, 1, self.random.randrange(1, 60), self.random.randrange(1, 400)))
        return max(FIRST, self.today - timedelta(days=late))

    def learned(self, key: str, kind: type, fact: Moved) -> None:
        self.savers[key].facts[self.newest(key, kind).originator_version] = fact

    # ---------------------------------------------------------------- what happens

    def deposit(self, key: str) -> None:
        state = self.state(key)
        month = (
            self.random.choice(state.missing)
            if state.missing
            else max(state.paid_up_to + 1, state.first_month) + self.random.choice((0, 0, 0, 1))
        )
        on = self.some_day()
        if month > month_of(on):
            on = self.today
        command = "make_up" if month in state.missing or state.status == "closed" else "deposit"
        text = format_month(month)
        months = {"months": [text]} if command == "make_up" else {"month": text}
        if self.do(command, on, account=key, **months):
            self.learned(key, accounts.Deposited, Moved(on, contribution(BASES[int(key[1:])], RATE)))

    def transfer_in(self, key: str) -> None:
        on, fen = (
            self.some_day(),
            self.random.choice((1, 37, 100_037, 3_333_333, self.random.randrange(1, 500_000))),
        )
        self.letters += 1
        letter = {"letter": f"L{self.letters}", "from_centre": "沈阳", "months": 0}
        if self.do("transfer_in", on, account=key, amount=yuan(fen), **letter):
            self.learned(key, accounts.TransferredIn, Moved(on, fen))

    def book_again(self, key: str) -> None:
        """Money of a reversed contribution, on another day or on the same."""
        for receipt, held in self.held().items():
            account = receipt.partition(".")[0]
            state, on = self.state(account), self.some_day()
            owed = accounts.unpaid_months(state, month_of(on))
            if owed and self.do(
                "allocate", on, receipt=receipt, account=account, month=format_month(owed[0])
            ):
                self.learned(account, accounts.Deposited, Moved(on, held.open_fen))
                return

    def held(self) -> dict[str, Any]:
        with self.desk.ledger.database.reading() as connection:
            register: Any = REGISTERS["receipt"]
            rows = {row[0]: register.state_of(row) for row in connection.execute(register.all(connection))}
        return {receipt: one for receipt, one in rows.items() if one.status == "held"}

    def withdraw(self, key: str) -> None:
        on, balance = self.some_day(), max(self.state(key).balance_fen, 1)
        fen = self.random.choice((1, balance // 3 + 1, balance // 2 + 1, balance))
        if self.do("withdraw", on, account=key, reason="rent", amount=yuan(fen)):
            self.learned(key, accounts.Withdrawn, Moved(on, -fen))

    def pay_off(self, key: str) -> None:
        """The whole balance with its interest leaves: by retirement, or for another city."""
        on = self.today - timedelta(days=self.random.choice((0, 0, 0, 3, 20)))
        if self.state(key).status == "sealed" and self.random.random() < 0.5:
            self.letters += 1
            letter = f"X{self.letters}"
            self.paid(key, "transfer_out", on, accounts.TransferredOut, to_centre="大连", letter=letter)
        else:
            self.paid(key, "withdraw", on, accounts.Withdrawn, reason="retirement")

    def pay_remainder(self, key: str) -> None:
        """What turned out to be owed to a closed account."""
        if self.state(key).status == "closed":
            self.pay_off_or_remainder(key)

    def pay_off_or_remainder(self, key: str) -> bool:
        if self.state(key).status == "closed":
            return self.paid(key, "pay_remainder", self.today, accounts.RemainderPaid)
        return self.paid(key, "withdraw", self.today, accounts.Withdrawn, reason="retirement")

    def paid(self, key: str, command: str, on: date, kind: type, **content: Any) -> bool:
        """All that is the member's was paid, as the model has it on that day."""
        if self.do(command, on, account=key, **content) is None:
            due = self.savers[key].due(on)
            if command == "pay_remainder" and due.fen < 0:
                raise Wrong(f"remainder not paid: {key}, the model {due}")
            return False
        due = self.savers[key].due(on)
        body = self.newest(key, kind).body
        paid_fen = body.carried_fen + body.current_fen
        if paid_fen != -due.fen:
            raise Wrong(
                f"{command} paid: {key} on {on} {paid_fen}, the model {-due.fen} ({due.interest} of the year)"
            )
        self.learned(key, kind, due)
        return True

    def reverse(self, key: str) -> None:
        facts = self.savers[key].facts
        if not facts:
            return
        version = self.random.choice(list(facts))
        money = self.random.choice(("", "", "bank"))
        if self.do("reverse", self.today, account=key, version=version, reason="错账", money=money):
            del facts[version]

    def reverse_interest(self, key: str) -> None:
        """Interest is reversed by itself: it is owed as before, so nothing changes in the model."""
        credited = [
            one.originator_version
            for one in self.desk.ledger.stream(f"account-{key}")
            if isinstance(one.body, accounts.InterestCredited)
        ]
        if credited:
            version = self.random.choice(credited)
            self.do("reverse", self.today, account=key, version=version, reason="利息有误")

    def seal(self, key: str) -> None:
        if self.state(key).status == "normal":
            self.do("seal", self.today, account=key, broken_on=self.today.isoformat())

    def unseal(self, key: str) -> None:
        if self.state(key).status == "sealed":
            self.do("unseal", self.today, account=key, resumed_on=self.today.isoformat())

    def accrue(self, key: str) -> None:
        month = month_of(self.today) - self.random.choice((1, 1, 2, 5))
        self.do("accrue_interest", self.today, month=format_month(month))

    def settle(self, key: str) -> None:
        """The oldest year that is over and open. Money that is half booked is booked or given back before."""
        year = next((one for one in YEARS if not self.settled(one)), None)
        if year is None or self.today < date(year + 1, 6, 30):
            return
        for receipt in self.held():
            self.do("return_receipt", self.today, receipt=receipt, reason="退回")
        while not self.settled(year):
            self.do("settle_year", self.today, year=year, chunk=2)

    def settled(self, year: int) -> bool:
        with self.desk.ledger.database.reading() as connection:
            found = REGISTERS["year"].read(connection, [str(year)])
        return any(state.status == "settled" for _, state in found.values())

    def adjust(self, key: str) -> None:
        done = [year for year in YEARS if self.settled(year)]
        if done and self.do("adjust_interest", self.today, account=key, year=done[0]) is not None:
            self.compare_years(key, done)

    # ---------------------------------------------------------------- what must hold

    def hold(self) -> None:
        for finding in broken_invariants(self.desk.ledger.database):
            raise Wrong(f"invariant {finding.code}: {finding.message()}")

    def credited(self, key: str, year: int) -> int:
        stream = self.desk.ledger.stream(f"account-{key}")
        gone = {one.body.reverses for one in stream if isinstance(one.body, accounts.EntryReversed)}
        return sum(
            one.body.carried_fen + one.body.current_fen
            for one in stream
            if isinstance(one.body, accounts.InterestCredited)
            and one.body.year == year
            and one.originator_version not in gone
        )

    def compare_years(self, key: str, years: Sequence[int]) -> None:
        """After an adjustment every settled year has what its days truly earned."""
        for year in years:
            credited, due = self.credited(key, year), self.savers[key].interest(year)
            if credited != due:
                raise Wrong(f"interest of a year: {key} in {year} {credited}, the model {due}")

    def end(self) -> None:
        """All years are settled, all interest is put right, everybody is paid: each has got what the model says."""
        while any(not self.settled(year) for year in YEARS):
            self.settle("A0")
        for key in self.savers:
            self.pay_at_last(key)
        self.hold()

    def pay_at_last(self, key: str) -> None:
        saver = self.savers[key]
        if self.do("adjust_interest", self.today, account=key, year=YEARS[0]) is None:
            due = saver.due(self.today)
            if due.fen + due.interest <= 0:
                raise Wrong(f"no adjustment: {key}, the model {due}")
            return  # interest that was never earned has been spent: nothing is there to take it back from
        self.compare_years(key, YEARS)
        if not saver.due(self.today).fen:
            return
        state = self.state(key)
        if state.status != "closed" and not state.balance_fen:
            self.do(
                "transfer_in",
                self.today,
                account=key,
                amount="0.01",
                letter="L",
                from_centre="沈阳",
                months=0,
            )
            self.learned(key, accounts.TransferredIn, Moved(self.today, 1))
        if not self.pay_off_or_remainder(key):
            raise Wrong(f"not paid at the end: {key}, the model {saver.due(self.today)}")
        if self.state(key).balance_fen:
            raise Wrong(f"something is left at the end: {key} {self.state(key).balance_fen}")


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
