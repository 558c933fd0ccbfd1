"""Transfers between cities against a simulated other centre: whatever the order of messages and of money, each letter
ends on both sides in the same state, and its money and months are here once or not at all.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from commands.desk import Desk
from commands.exchange import owed_messages, take_in
from commands.exchange.other_centre import ENDED, Holding, OtherCentre
from ledger.policy.parameters import Citation, ParameterValue
from ledger.refusal import Refusal
from ledger.streams.transfer import Transfer, due_fen
from projections.replay.verify import verify
from tests.conftest import Clock, illustrative_book

OURS, THEIRS = "211400", "210700"
FIRST_DAY = date(2020, 2, 3)
COMING = {"A1": Holding(300_000, 1_234, 20), "A2": Holding(50_000, 0, 7, fraud=True), "A3": Holding(1, 0, 1)}
LEAVING = ("A4", "A5")
MONTHS = ["2019-07", "2019-08", "2019-09", "2019-10", "2019-11", "2019-12"]


class Office:
    """Our side: a ledger, its people who do the next thing on each letter, and its bank."""

    def __init__(self, seed: int, trouble: int) -> None:
        self.random = Random(seed)
        self.clock = Clock()
        code = ParameterValue(
            "centre_code", OURS, date(2017, 7, 1), date(2017, 7, 1), Citation("平台", "909")
        )
        self.desk = Desk("sqlite://", self.clock, illustrative_book().with_values(code))
        self.other = OtherCentre(THEIRS, OURS, seed + 1, trouble)
        self.other.holdings = {f"B-{account}": held for account, held in COMING.items()}
        self.day = FIRST_DAY
        self.came_back: list[Any] = []
        self.cancels = trouble > 0
        self._open()

    def do(self, command: str, on: date | None = None, **content: Any) -> dict[str, Any]:
        day = on or self.day
        self.clock.on(day)
        return self.desk.do(
            command, {"on": day.isoformat(), **content}, actor="clerk", approver="boss"
        ).result

    def _open(self) -> None:
        self.do("register_employer", date(2019, 7, 1), employer="E1", rate="0.12")
        for account in (*COMING, *LEAVING):
            opened = {"account": account, "employer": "E1", "person": f"P-{account}", "base": "5000.00"}
            self.do("open_account", date(2019, 7, 1), **opened)
        for account in (*COMING, *LEAVING):
            self.do("make_up", date(2020, 1, 10), account=account, months=MONTHS)
        for account in LEAVING:
            self.do("seal", date(2020, 1, 31), account=account, broken_on="2020-01-31")
            self.other.ask_for(f"{THEIRS}20020300{account[1:]:0>2}", account, f"B-{account}")
        for account in COMING:
            self.do("apply_transfer", account=account, centre=THEIRS, account_there=f"B-{account}")

    def letters(self) -> dict[str, Transfer]:
        register: Any = self.desk.ledger.registers["transfer"]
        with self.desk.ledger.database.reading() as connection:
            rows = list(connection.execute(register.all(connection)))
        return {row.key: register.state_of(row) for row in rows}

    def turn(self) -> None:
        """A day: messages and money come, both sides do their work, messages go."""
        self.day += timedelta(days=1)
        self.clock.on(self.day)
        taken = take_in(self.desk, self.other, self.day, "clerk")
        assert [one.refused for one in taken if one.refused and not one.waits] == []
        for sum_ in self.other.money():
            self._bank(sum_)
        for key, state in self.letters().items():
            self._work(key, state)
        self.other.act()
        self.other.give_back()
        self.other.send(owed_messages(self.desk, self.day))

    def _bank(self, sum_: Any) -> None:
        reference = {
            "letter": sum_.letter,
            "amount": f"{sum_.amount_fen / 100:.2f}",
            "reference": sum_.reference,
        }
        if sum_.letter.startswith(OURS):
            self.do("transfer_money", **reference)
        else:
            self.came_back.append(reference)

    def _work(self, key: str, state: Transfer) -> None:
        happens = self.cancels and self.random.randrange(5) == 0
        match state.direction, state.status:
            case "in", "applied":
                self.do("send_letter", letter=key)
            case "in", "01" if happens:
                self.do("cancel_transfer", letter=key)
            case "in", "08":
                self._receive(key, state, happens)
            case "in", "13":
                self._fail(key, state)
            case "in", ("00" | "20" | "40" | "05") if state.receipts:
                self._send_back(key, state)
            case "out", "01":
                self.do("refuse_letter" if happens else "confirm_letter", letter=key, **_why(happens))
            case "out", "02":
                sent = self.do("send_transfer", letter=key)
                self.other.pay_in(key, sent["principal_fen"] + sent["interest_fen"])
            case "out", "06":
                self.do("amend_transfer", letter=key)
            case "out", "40" if state.payment and not state.money_back:
                for back in [one for one in self.came_back if one["letter"] == key]:
                    self.do("take_back_transfer", **back)

    def _receive(self, key: str, state: Transfer, happens: bool) -> None:
        received_fen = sum(state.receipts.values())
        if received_fen == due_fen(state) and not (happens and state.rounds == 0):
            self.do("book_transfer", letter=key)
        elif state.rounds < 2 and (received_fen or happens):
            self.do("negotiate_transfer", letter=key, reason="待核")
        elif received_fen != due_fen(state) and received_fen:
            self._fail(key, state)

    def _fail(self, key: str, state: Transfer) -> None:
        self._send_back(key, state)
        self.do("fail_transfer", letter=key, reason="不再等待")

    def _send_back(self, key: str, state: Transfer) -> None:
        for receipt in state.receipts:
            back = self.do("return_transfer_money", letter=key, receipt=receipt, reason="退回")
            self.other.take_back(key, back["returned_fen"])


def _why(refused: bool) -> dict[str, str]:
    return {"reason": "材料不齐"} if refused else {}


def balance(office: Office, account: str) -> tuple[int, int, str]:
    register: Any = office.desk.ledger.registers["account"]
    with office.desk.ledger.database.reading() as connection:
        ((_, state),) = register.read(connection, [account]).values()
    return state.balance_fen, state.months, state.status


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0, 20, 40, 60]))
def test_money_and_months_arrive_once_or_not_at_all_whatever_happens_on_the_way(
    seed: int, trouble: int
) -> None:
    office = Office(seed, trouble)
    with office.desk:
        for _ in range(15):
            office.turn()
        office.other.calm()
        office.cancels = False
        for _ in range(15):
            office.turn()
        letters = office.letters()
        assert len(letters) == len(COMING) + len(LEAVING)
        for key, state in letters.items():
            assert state.status in ENDED
            assert office.other.letters[key].state == state.status
            assert not state.receipts
            _check(office, key, state)
        report = verify(office.desk.ledger.database, office.desk.present_book())
        assert report.sound, [finding.message() for finding in report.findings]
        with_money = [
            one for one in letters.values() if one.direction == "out" and one.status in ("00", "20")
        ]
        assert sum(map(sum, office.other.booked.values())) == sum(map(due_fen, with_money))


def _check(office: Office, key: str, state: Transfer) -> None:
    """Here once or not at all: the balance, the months, the fraud mark."""
    done = state.status in ("00", "20")
    balance_fen, months, status = balance(office, state.account)
    if state.direction == "in":
        held = COMING[state.account]
        came_fen, came_months = (held.principal_fen + held.interest_fen, held.months) if done else (0, 0)
        assert (balance_fen, months) == (720_000 + came_fen, 6 + came_months)
        try:
            office.do("withdraw", account=state.account, reason="rent", amount="1.00")
            barred = False
        except Refusal as refused:
            barred = refused.code == "barred_by_flag"
        assert barred == (held.fraud and done)
    elif done:
        assert (balance_fen, status) == (0, "closed")
    else:
        assert (balance_fen, months, status) == (720_000, 6, "sealed")


def test_the_same_seed_gives_the_same_course(tmp_path: Any) -> None:
    def course() -> list[str]:
        office = Office(7, 40)
        with office.desk:
            for _ in range(20):
                office.turn()
            return [one.body.topic for one in office.desk.ledger.events()]

    assert course() == course()
