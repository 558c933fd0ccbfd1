"""A bank to try with: late, repeating itself, out of order, paying a part, and silent. By a seed, so that it can be
tried again. What it pays it pays once, whatever it says about it: ``outflow_fen`` is the truth that books are held to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import Final, NamedTuple

from commands.bank import writing
from commands.bank.gateway import Answer, Batch, Instruction, Line, OwnAccount, Received
from ledger.dates import days_after
from ledger.refusal import Refusal


class Manners(NamedTuple):
    """How often the bank does what a bank should not, in hundredths."""

    fails: int = 15
    comes_back: int = 10
    silent: int = 25
    repeats: int = 20
    days_late_max: int = 3


REASONS: Final = ("AC04", "AC01", "BE01", "AM04")


class SimulatedBank:
    """One bank with its own books. ``own`` are the centre's accounts by purse."""

    def __init__(self, seed: int, own: dict[str, OwnAccount], manners: Manners | None = None) -> None:
        self.random = Random(seed)
        self.own = own
        self.manners = manners or Manners()
        self.outflow_fen: dict[str, int] = defaultdict(int)
        self.asked: list[str] = []
        self._batches: dict[str, str] = {}
        self._truth: dict[str, Answer] = {}
        self._due: dict[date, list[Received]] = defaultdict(list)
        self._waiting: list[Received] = []
        self._silent: dict[str, list[Received]] = defaultdict(list)
        self._number = 0

    # -- the interface

    def own_account(self, purse: str) -> OwnAccount:
        if purse not in self.own:
            raise Refusal("bank_account_missing", purse=purse)
        return self.own[purse]

    def digest(self, batch: Batch) -> str:
        return writing.digest(batch)

    def hand_over(self, batch: Batch) -> None:
        """Takes a batch on once; the same id with other content is refused as a bank refuses it."""
        digest = self.digest(batch)
        if self._batches.setdefault(batch.id, digest) != digest:
            raise ValueError(f"batch {batch.id} came again with another content")
        purse = next(purse for purse, account in self.own.items() if account == batch.own)
        for one in batch.instructions:
            if one.end_to_end not in self._truth:
                self._take_on(batch, one, purse)

    def ask(self, on: date, end_to_ends: Sequence[str]) -> None:
        """Is asked what became of instructions; answers some of them."""
        for one in end_to_ends:
            self.asked.append(one)
            if not self._chance(self.manners.silent):
                self._waiting += self._silent.pop(one, [])
                self._say(on, self._truth[one])

    def inbox(self) -> Iterator[Received]:
        """What has come in by now, in no order, some of it twice."""
        self.random.shuffle(self._waiting)
        yield from list(self._waiting)

    def done(self, message: Received) -> None:
        self._waiting.remove(message)

    # -- the bank's days

    def pass_day(self, on: date) -> None:
        """What fell due by a day is delivered."""
        for day in sorted(day for day in self._due if day <= on):
            for message in self._due.pop(day):
                self._waiting.append(message)
                if self._chance(self.manners.repeats):
                    self._waiting.append(message._replace(name=f"{message.name}-again"))

    def speak(self, on: date) -> None:
        """Everything that it kept to itself comes out."""
        for messages in self._silent.values():
            self._waiting += messages
        self._silent.clear()
        for end_to_end in sorted(self._truth):
            self._say(on, self._truth[end_to_end])
        self.pass_day(days_after(on, 366))

    def _take_on(self, batch: Batch, one: Instruction, purse: str) -> None:
        pays = not self._chance(self.manners.fails)
        day = days_after(batch.on, self.random.randint(0, self.manners.days_late_max))
        serial = self._next("H")
        if not self._chance(self.manners.silent):
            self._tell(
                one, days_after(batch.on, 0), answers=[Answer("accepted", one.end_to_end, reference=serial)]
            )
        if not pays:
            failed = Answer("failed", one.end_to_end, reason=self.random.choice(REASONS))
            self._truth[one.end_to_end] = failed
            self._tell(one, day, answers=[failed])
            return
        sign = 1 if batch.direction == "pay" else -1
        self.outflow_fen[purse] += sign * one.amount_fen
        settled = Answer("settled", one.end_to_end, amount_fen=one.amount_fen, reference=serial)
        self._truth[one.end_to_end] = settled
        side = "out" if batch.direction == "pay" else "in"
        line = Line(purse, side, one.amount_fen, serial, day, one.end_to_end, text=one.end_to_end)
        self._tell(one, day, answers=[settled])
        # The statement is late, but it is whole: what was booked stands on it.
        self._due[days_after(day, self.random.randint(0, 1))].append(
            Received(self._next("camt"), lines=[line])
        )
        if batch.direction == "pay" and self._chance(self.manners.comes_back):
            self._come_back(one, purse, days_after(day, self.random.randint(0, 2)))

    def _come_back(self, one: Instruction, purse: str, day: date) -> None:
        self.outflow_fen[purse] -= one.amount_fen
        back = Line(purse, "in", one.amount_fen, self._next("H"), day, one.end_to_end, text="退汇")
        self._due[day].append(Received(self._next("camt"), lines=[back]))

    def _tell(self, one: Instruction, day: date, answers: list[Answer]) -> None:
        message = Received(self._next("pain"), answers=answers)
        if self._chance(self.manners.silent):
            self._silent[one.end_to_end].append(message)
        else:
            self._due[day].append(message)

    def _say(self, on: date, answer: Answer) -> None:
        self._due[on].append(Received(self._next("pain"), answers=[answer]))

    def _chance(self, hundredths: int) -> bool:
        return self.random.randrange(100) < hundredths

    def _next(self, prefix: str) -> str:
        self._number += 1
        return f"{prefix}{self._number:06d}"
