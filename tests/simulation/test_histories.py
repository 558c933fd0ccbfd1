"""Random histories of a small city, with faults at every step of the unit of work, duplicates and late messages.

A failing seed prints the one command that repeats it.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, date, datetime, time
from random import Random

import pytest

from commands.desk import Desk
from ledger.dates import SHANGHAI
from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal
from projections.replay.verify import verify
from tests.simulation.city import DAILY, Asked, City
from tests.simulation.laws import check_laws, everything, states_of
from tests.simulation.lending import LENT, LendingCity, lending_book

STEPS = ("lock", "once", "read", "decide", "append", "project", "seal")
SHORT = 80
LENDING = 120
SOAK = 400
CHOSEN = [int(seed) for seed in os.environ.get("SIMULATION_SEEDS", "").split()]


class Crash(Exception):
    """The process dies here."""


class History:
    """One random history on a ledger of its own."""

    def __init__(self, seed: int, url: str, book: PolicyBook, city: type[City]) -> None:
        self.random = Random(seed)
        self.city = city(self.random)
        self.crash_at = ""
        self.today = date.min
        self.desk = Desk(url, self.clock, book, self.after_step)
        self.done: list[tuple[Asked, int]] = []
        self.held_back: list[Asked] = []
        self.counts: Counter[str] = Counter()

    def clock(self) -> datetime:
        return datetime.combine(self.today, time(10), SHANGHAI).astimezone(UTC)

    def after_step(self, step: str) -> None:
        if step == self.crash_at:
            raise Crash(step)

    def run(self, steps: int) -> None:
        with self.desk:
            for _ in range(steps):
                self.step()
            for asked in self.held_back:
                self.send(asked)
            check_laws(self.desk)
            report = verify(self.desk.ledger.database, self.desk.book)
            assert report.sound, f"verify finds {report.counts}: {report.findings[:3]}"

    def step(self) -> None:
        luck = self.random.random()
        if luck < 0.08 and self.done:
            self.repeat(*self.random.choice(self.done))
            return
        if luck < 0.12 and self.held_back:
            self.send(self.held_back.pop(self.random.randrange(len(self.held_back))))
            return
        asked = self.city.ask(states_of(self.desk))
        if luck < 0.2:
            self.held_back.append(asked)
            return
        if luck < 0.4:
            self.crash(asked)
        self.send(asked)

    def crash(self, asked: Asked) -> None:
        """A fault at any step leaves everything as it was; the same key is then free to be used."""
        before = everything(self.desk)
        self.crash_at = self.random.choice(STEPS)
        try:
            self.do(asked)
        except (Crash, Refusal):
            self.counts[f"crash at {self.crash_at}"] += 1
        else:
            raise AssertionError(f"{asked} went through a crash at {self.crash_at}")
        finally:
            self.crash_at = ""
        assert everything(self.desk) == before, f"a crash left a trace of {asked}"

    def send(self, asked: Asked) -> None:
        before = everything(self.desk)
        try:
            outcome = self.do(asked)
        except Refusal as refused:
            outcome, code = None, refused.code
        if outcome is None:
            self.counts[f"refused: {code}"] += 1
            assert everything(self.desk) == before, f"the refusal {code} of {asked} left a trace"
            return
        assert not outcome.repeated
        self.counts[asked.command] += 1
        self.done.append((asked, outcome.commit_id))
        try:
            check_laws(self.desk)
        except AssertionError as broken:
            raise AssertionError(f"after {asked}: {broken}") from broken

    def repeat(self, asked: Asked, commit_id: int) -> None:
        before = everything(self.desk)
        outcome = self.do(asked)
        assert outcome.repeated
        assert outcome.commit_id == commit_id
        other = {**asked.content, "on": "2001-01-01"}
        with pytest.raises(Refusal) as refused:
            self.do(asked._replace(content=other))
        assert refused.value.code == "key_reused"
        assert everything(self.desk) == before, f"a repetition of {asked} left a trace"

    def do(self, asked: Asked):
        self.today = self.city.day
        return self.desk.do(
            asked.command, asked.content, actor=asked.actor, approver=asked.approver, key=asked.key
        )


def live(
    seed: int, steps: int, url: str, book: PolicyBook, test: str, city: type[City] = City
) -> Counter[str]:
    history = History(seed, url, book, city)
    try:
        history.run(steps)
    except Exception as broken:
        again = f'SIMULATION_SEEDS={seed} python -m pytest {__file__} -m "" -k {test}'
        raise AssertionError(f"seed {seed}: {broken}\nrepeat it with: {again}") from broken
    return history.counts


@pytest.mark.parametrize("seed", CHOSEN or range(4))
def test_every_law_holds_after_every_step_of_a_short_history(seed, book):
    counts = live(seed, SHORT, "sqlite://", book, "short")
    assert sum(counts[name] for name in DAILY) > SHORT / 8


@pytest.mark.parametrize("seed", CHOSEN or range(4))
def test_every_law_holds_while_a_city_lends(seed, book):
    counts = live(seed, LENDING, "sqlite://", lending_book(book), "lends", LendingCity)
    assert sum(counts[name] for name in LENT) > LENDING / 8


@pytest.mark.soak
def test_every_command_about_loans_is_carried_out_in_long_histories(book):
    counts: Counter[str] = Counter()
    for seed in CHOSEN or range(3000, 3010):
        counts += live(seed, SOAK, "sqlite://", lending_book(book), "about_loans", LendingCity)
    assert LENT - set(counts) == set()


@pytest.mark.soak
def test_every_command_is_carried_out_and_every_step_fails_somewhere_in_long_histories(book):
    counts: Counter[str] = Counter()
    for seed in CHOSEN or range(1000, 1020):
        counts += live(seed, SOAK, "sqlite://", book, "long_histories")
    assert DAILY - set(counts) == set()
    assert {f"crash at {step}" for step in STEPS} <= set(counts)


@pytest.mark.soak
@pytest.mark.parametrize("seed", CHOSEN or range(2000, 2004))
def test_every_law_holds_on_a_server_too(seed, postgresql_url, book):
    live(seed, SHORT, postgresql_url, book, "on_a_server")
