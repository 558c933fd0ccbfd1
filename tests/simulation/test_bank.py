"""A bank that is late, repeats itself, mixes its order, pays a part and is silent: every fen is accounted for."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time
from random import Random
from typing import Any

import pytest

from commands.bank.gateway import OwnAccount
from commands.bank.simulator import SimulatedBank
from commands.desk import Desk
from commands.payments import ask, receive, release
from ledger.books.posting import post
from ledger.dates import SHANGHAI, days_after
from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal
from ledger.store.persons import KEY_BYTES, Person, PersonStore
from ledger.streams import payment as payments
from projections.registers import REGISTERS
from projections.replay.verify import verify

OWN = {"fund": OwnAccount("中心", "2107001", "102")}
FIRST = date(2019, 8, 1)
DAYS = 12
PERSONS = 6


class Office:
    """A back office that works with such a bank, day by day; it dies now and then."""

    def __init__(self, seed: int, book: PolicyBook) -> None:
        self.random = Random(seed)
        self.bank = SimulatedBank(seed, OWN)
        self.today = date(2019, 7, 1)
        self.desk = Desk("sqlite://", self.clock, book)
        self.people = PersonStore(b"k" * KEY_BYTES)
        self.batches = 0
        self.opened_fen = 0

    def clock(self) -> datetime:
        return datetime.combine(self.today, time(10), SHANGHAI).astimezone(UTC)

    def open(self) -> None:
        self.do("register_employer", employer="E1", rate="0.12")
        for number in range(PERSONS):
            self.do("open_account", account=f"A{number}", employer="E1", person=f"P{number}", base="5000.00")
        self.today = date(2019, 7, 10)
        for number in range(PERSONS):
            self.do("deposit", account=f"A{number}", month="2019-07")
        self.opened_fen = PERSONS * 120_000
        with self.desk.ledger.database.writing() as connection:
            self.people.add(connection, {f"P{n}": Person(f"某{n}", "", f"62{n}") for n in range(PERSONS)})
        self.today = FIRST

    def do(self, command: str, **content: Any) -> Any:
        return self.desk.do(command, {"on": self.today, **content}, approver="approver").result

    def may_refuse(self, codes: str, command: str, **content: Any) -> None:
        try:
            self.do(command, **content)
        except Refusal as refused:
            if refused.code not in codes.split():
                raise

    def day(self) -> None:
        for _ in range(self.random.randrange(4)):
            account, amount = f"A{self.random.randrange(PERSONS)}", f"{self.random.randrange(1, 150)}.37"
            self.may_refuse("insufficient_balance", "withdraw", account=account, amount=amount, reason="rent")
        self.put_right()
        self.send()
        self.bank.pass_day(self.today)
        receive(self.desk, self.bank, self.people, self.today, actor="clerk")
        ask(self.desk, self.bank, self.today, actor="clerk")
        self.today = days_after(self.today, 1)

    def put_right(self) -> None:
        """Failures are ordered again; a withdrawal is taken back where that is possible."""
        for key, state in sorted(self.orders().items()):
            luck = self.random.random()
            if state.held_fen and luck < 0.6:
                self.do("reissue_payment", payment=key, reason="重新划款")
            elif luck < 0.1:
                account, _, version = key.partition(".")
                known = "payment_on_its_way payment_settled already_reversed"
                self.may_refuse(known, "reverse", account=account, version=int(version), reason="有误")

    def send(self) -> None:
        """Some batches are lost between the ledger and the bank, and handed over again the day after."""
        self.batches += 1
        batch = f"B{self.batches}"
        if not [one for one in self.orders().values() if one.status == "ordered"]:
            return
        if self.random.random() < 0.3:
            with pytest.raises(KeyboardInterrupt):
                self.release(Dying(self.bank), batch)
        self.release(self.bank, batch)

    def release(self, gateway: Any, batch: str) -> None:
        release(self.desk, gateway, self.people, batch, self.today, actor="clerk", approver="treasurer")

    def settle_down(self) -> None:
        """The bank says everything that it kept to itself."""
        self.today = days_after(self.today, 10)
        for _ in range(2):
            self.bank.speak(self.today)
            receive(self.desk, self.bank, self.people, self.today, actor="clerk")

    def orders(self) -> dict[str, payments.Payment]:
        with self.desk.ledger.database.reading() as connection:
            keys = REGISTERS["payment"].keys_where(connection)
            return {key: state for key, (_, state) in REGISTERS["payment"].read(connection, keys).items()}


class Dying:
    """The way to the bank on which the process dies before anything is handed over."""

    def __init__(self, bank: SimulatedBank) -> None:
        self.own_account, self.digest = bank.own_account, bank.digest

    def hand_over(self, batch: Any) -> None:
        raise KeyboardInterrupt


@pytest.mark.parametrize("seed", range(8))
def test_with_a_bank_of_bad_manners_every_fen_is_accounted_for(seed: int, book: PolicyBook) -> None:
    office = Office(seed, book)
    office.open()
    for _ in range(DAYS):
        office.day()
    office.settle_down()
    orders = office.orders()
    assert not {one.status for one in orders.values()} & set(payments.UNDER_WAY), "nothing stays unknown"
    unsent_fen = sum(one.amount_fen for one in orders.values() if one.status == "ordered")
    balances: Counter[str] = Counter()
    for one in office.desk.ledger.events():
        for code, fen in post(one.body):
            balances[code] += fen
    bank_fen = office.opened_fen - office.bank.outflow_fen["fund"]
    assert balances["101"] == bank_fen - unsent_fen, "the books are the bank's balance less what was not sent"
    assert -balances["219.payments"] == sum(one.held_fen for one in orders.values())
    paid = sum(one.amount_fen for one in orders.values() if one.status == "settled")
    assert paid == office.bank.outflow_fen["fund"], (
        "what the bank has paid is what the orders say, and nothing twice"
    )
    assert -balances["219"] == 0, "nothing of ours lies in unknown money"
    report = verify(office.desk.ledger.database, office.desk.book)
    assert report.sound, report.counts
    office.desk.close()
