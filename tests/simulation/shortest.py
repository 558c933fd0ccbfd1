"""Turns of a random history made before it is lived, so that a history that fails can be cut to a short one by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple, Protocol


class Wrong(AssertionError):
    """What does not hold; the words before its first colon name the kind, so that a shorter one is known to fail alike."""


class Office(Protocol):
    """Whoever lives a history: ``told`` are the commands that were carried out, ``counts`` how often which was."""

    told: list[str]
    counts: Counter[str]

    def live(self, history: Sequence[Turn]) -> None:
        """Lives it on a new ledger; raises ``Wrong``."""


class Turn(NamedTuple):
    """Some days later somebody does something to the thing of a number; ``salt`` decides what else is open."""

    days: int
    what: str
    number: int
    salt: int


def turns(seed: int, count: int, weights: Mapping[str, int], things: int, gaps: Sequence[int]) -> list[Turn]:
    """The same seed makes the same turns."""
    random = Random(seed)
    names = random.choices(list(weights), list(weights.values()), k=count)
    return [
        Turn(random.choice(gaps), what, random.randrange(things), random.randrange(2**32)) for what in names
    ]


def shortest(history: Sequence[Turn], fails: Callable[[Sequence[Turn]], str]) -> list[Turn]:
    """A history from which nothing can be left out without it failing otherwise; ``fails`` names the failure, or nothing.

    The days of a turn that is left out are given to the next, so that whatever follows keeps its day.
    """
    kept, wanted = list(history), fails(history)
    at = 0
    while at < len(kept):
        without = kept[:at] + kept[at + 1 :]
        if at < len(without):
            without[at] = without[at]._replace(days=without[at].days + kept[at].days)
        if fails(without) == wanted:
            kept = without
        else:
            at += 1
    return kept


def live(seed: int, history: Sequence[Turn], opens: Callable[[], Office], test: str) -> Counter[str]:
    """Lives a history; where it fails, says the shortest that fails alike and the one command that repeats it."""
    office = opens()
    try:
        office.live(history)
    except Wrong as wrong:
        raise AssertionError(_story(seed, history, wrong, opens, test)) from wrong
    return office.counts


def _story(seed: int, history: Sequence[Turn], wrong: Wrong, opens: Callable[[], Office], test: str) -> str:
    def fails(some: Sequence[Turn]) -> str:
        try:
            opens().live(some)
        except Wrong as found:
            return str(found).partition(":")[0]
        return ""

    office = opens()
    try:
        office.live(shortest(history, fails))
    except Wrong as found:
        wrong = found
    again = f'SIMULATION_SEEDS={seed} python -m pytest {test} -m "" -n 0'
    return "\n".join((f"seed {seed}: {wrong}", *office.told, f"repeat it with: {again}"))
