"""A simulator of the other centre: it is late, sends twice, reorders, negotiates, refuses and gives up, by a seed.

It knows nothing of our program: it has its own small books and its own idea of each letter, and speaks in messages
and in money only. ``calm`` ends the trouble, so that everything comes to its end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, NamedTuple

from commands.exchange.parcels import Parcel
from ledger.money import format_fen, parse_yuan
from projections.documents.transfer_messages import Message

ENDED: Final = ("00", "05", "20", "40")


class Sum(NamedTuple):
    """Money that the other centre's bank sent to ours."""

    letter: str
    amount_fen: int
    reference: str


@dataclass
class Holding:
    """An account there: what it holds and for how many months."""

    principal_fen: int
    interest_fen: int
    months: int
    fraud: bool = False


@dataclass
class Letter:
    """A letter as the other centre sees it: as the sender of the money, or as its receiver."""

    sender: bool
    state: str
    account: str
    account_here: str = ""
    rounds: int = 0
    information: dict[str, Any] = field(default_factory=dict)
    received_fen: int = 0
    asked_cancel: bool = False
    sent: list[Message] = field(default_factory=list)


class OtherCentre:
    """The other side of every letter. ``trouble`` from 0 to 100 says how often something goes wrong."""

    def __init__(self, code: str, our_code: str, seed: int, trouble: int = 30) -> None:
        self.code = code
        self.our_code = our_code
        self.random = Random(seed)
        self.trouble = trouble
        self.holdings: dict[str, Holding] = {}
        self.letters: dict[str, Letter] = {}
        self.to_us: list[Message] = []
        self.to_them: list[Message] = []
        self.paid: list[Sum] = []
        self.payments = 0
        self.booked: dict[str, list[int]] = defaultdict(list)

    def calm(self) -> None:
        """No more trouble: what was said is said once more, in order."""
        self.trouble = 0
        for letter in self.letters.values():
            self.to_us += letter.sent

    # ---------------------------------------------------------------- the line

    def receive(self) -> list[Parcel]:
        """What of its messages reaches us now: some of them, in any order, some of them twice."""
        return [Parcel("", [one]) for one in self._through(self.to_us)]

    def put_away(self, parcel: Parcel, how: str) -> None:
        """What waits for its letter comes again."""
        if how == "waiting":
            self.to_us += parcel.messages

    def send(self, owed: Sequence[Message]) -> int:
        """Our messages go on the line; some reach it now, some later, some twice."""
        self.to_them += owed
        for one in self._through(self.to_them):
            self._take(one)
        return len(owed)

    def money(self) -> list[Sum]:
        """What has reached our bank: a notice may come twice, and late."""
        arrived: list[Sum] = self._through(self.paid)
        return arrived

    def _through(self, line: list[Any]) -> list[Any]:
        there = [one for one in line if not self._goes_wrong()]
        line[:] = [one for one in line if one not in there or self._goes_wrong()]
        if self.trouble:
            self.random.shuffle(there)
        return there

    def _goes_wrong(self) -> bool:
        return self.random.randrange(100) < self.trouble

    def _say(self, key: str, **message: Any) -> None:
        said = {"letter": key, "from_centre": self.code, "to_centre": self.our_code, **message}
        self.letters[key].sent.append(said)
        self.to_us.append(said)

    def _pay(self, key: str, amount_fen: int) -> None:
        self.payments += 1
        self.paid.append(Sum(key, amount_fen, f"{self.code}-{self.payments}"))

    # ---------------------------------------------------------------- what it is told

    def ask_for(self, key: str, account: str, account_there: str) -> None:
        """It asks us for the money of one of our accounts."""
        self.letters[key] = Letter(False, "01", account, account_there)
        self._say(key, message="BDC901", kind=0, account=account, account_there=account_there)

    def pay_in(self, key: str, amount_fen: int) -> None:
        """Our money reached its bank."""
        self.letters[key].received_fen += amount_fen

    def _take(self, said: Message) -> None:
        key, kind = said["letter"], (said["message"], said.get("kind", 0))
        if key not in self.letters:
            if kind != ("BDC901", 0):
                return
            self.letters[key] = Letter(True, "01", said["account"], said["account_there"])
        one = self.letters[key]
        if one.sender:
            self._take_as_sender(key, one, kind, said)
        else:
            self._take_as_receiver(one, kind, said)

    def _take_as_sender(self, key: str, one: Letter, kind: tuple[str, int], said: Message) -> None:
        match kind:
            case ("BDC903", 0) if one.state == "01":
                one.state = "05"
                self._say(key, message="BDC903", kind=1)
            case ("BDC905", 1) if one.state == "08" and said["round"] == one.rounds + 1:
                one.state, one.rounds = "06", said["round"]
            case ("BDC905", 2) if not said.get("result") and one.state == "08":
                one.state = "20" if one.rounds else "00"
            case ("BDC905", 2) if said.get("result") and one.state in ("02", "06", "08", "13"):
                one.state = "40"

    def _take_as_receiver(self, one: Letter, kind: tuple[str, int], said: Message) -> None:
        match kind:
            case ("BDC901", 1) if one.state == "01":
                one.state = "02"
            case ("BDC903", 1) if one.state == "01" and one.asked_cancel:
                one.state = "05"
            case ("BDC905", 0) if said.get("result") and one.state in ("01", "02"):
                one.state = "13"
            case ("BDC905", 0) if not said.get("result") and one.state == "02":
                one.state, one.information = "08", said["information"]
            case ("BDC905", 1) if one.state == "06" and said["round"] == one.rounds:
                one.state, one.information = "08", said["information"]

    # ---------------------------------------------------------------- what it does

    def act(self) -> None:
        """Its people do the next thing on each letter, if they get to it."""
        for key, one in self.letters.items():
            if one.state not in ENDED and not self._goes_wrong():
                self._act_as_sender(key, one) if one.sender else self._act_as_receiver(key, one)

    def _act_as_sender(self, key: str, one: Letter) -> None:
        if one.state == "01" and (one.account not in self.holdings or self._goes_wrong()):
            one.state = "13"
            self._say(key, message="BDC905", kind=0, result=1, reason="不予转出")
        elif one.state == "01":
            one.state = "02"
            self._say(key, message="BDC901", kind=1)
        elif one.state == "02":
            one.state = "08"
            held = self.holdings[one.account]
            self._pay(key, held.principal_fen + held.interest_fen)
            wrong = 1 if self._goes_wrong() else 0
            self._say(key, message="BDC905", kind=0, round=0, information=self._information(held, wrong))
        elif one.state == "06":
            one.state = "08"
            right = self._information(self.holdings[one.account])
            self._say(key, message="BDC905", kind=1, round=one.rounds, information=right)

    @staticmethod
    def _information(held: Holding, wrong_fen: int = 0) -> dict[str, Any]:
        return {
            "principal": format_fen(held.principal_fen + wrong_fen),
            "interest": format_fen(held.interest_fen),
            "months": held.months,
            "opened_on": "2015-03-01",
            "fraud": held.fraud,
        }

    def _act_as_receiver(self, key: str, one: Letter) -> None:
        if one.state == "01" and self._goes_wrong() and not one.asked_cancel:
            one.asked_cancel = True
            self._say(key, message="BDC903", kind=0)
        elif one.state == "13":
            self._give_up(key, one)
        elif one.state == "08":
            self._settle(key, one)

    def _settle(self, key: str, one: Letter) -> None:
        said = one.information
        due_fen = parse_yuan(said["principal"]) + parse_yuan(said["interest"])
        if self._goes_wrong() and one.rounds < 2:
            one.state, one.rounds = "06", one.rounds + 1
            self._say(key, message="BDC905", kind=1, round=one.rounds, reason="月数待核")
        elif self._goes_wrong():
            self._give_up(key, one)
        elif one.received_fen == due_fen:
            one.state = "20" if one.rounds else "00"
            self.booked[one.account_here].append(due_fen)
            self._say(key, message="BDC905", kind=2, result=0)

    def _give_up(self, key: str, one: Letter) -> None:
        one.state = "40"
        self._say(key, message="BDC905", kind=2, result=1, reason="转出失败")

    def give_back(self) -> None:
        """What it received for a letter that failed goes back to us."""
        for key, one in self.letters.items():
            if not one.sender and one.state == "40" and one.received_fen:
                self._pay(key, one.received_fen)
                one.received_fen = 0

    def take_back(self, key: str, amount_fen: int) -> None:
        """Money that we sent back reached it: that of a failure, or what was too much."""
        self.letters[key].received_fen += amount_fen
