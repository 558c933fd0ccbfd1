"""Random histories of debts by month, account and employer against a model that knows nothing of the program.

A failing seed prints the one command that repeats it, and the shortest history found that fails alike.
"""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import pytest

from ledger.policy.parameters import PolicyBook
from tests.simulation.owing import BASES, GAPS, LATE, READINGS, WEIGHTS, Collection
from tests.simulation.shortest import live, turns

CHOSEN = [int(seed) for seed in os.environ.get("SIMULATION_SEEDS", "").split()]
SHORT, SOAK = 8, 1000
TURNS = 45


def lived(seed: int, book: PolicyBook) -> Counter[str]:
    history = turns(seed, TURNS, WEIGHTS, len(BASES) + len(LATE), GAPS)
    random = Random(f"readings {seed}")
    readings = {parameter: random.choice(values) for parameter, values in READINGS.items()}
    return live(seed, history, lambda: Collection(book, readings), __file__)


@pytest.mark.parametrize("seed", CHOSEN or range(SHORT))
def test_every_month_is_owed_by_one_employer_or_by_nobody_to_the_fen(seed: int, book: PolicyBook) -> None:
    lived(seed, book)


@pytest.mark.soak
def test_a_thousand_histories_of_debts_are_exact_and_meet_every_case(book: PolicyBook) -> None:
    counts: Counter[str] = Counter()
    for seed in CHOSEN or range(6000, 6000 + SOAK):
        counts += lived(seed, book)
    done = {name for name in counts if not name.startswith("refused")}
    assert {
        "make_up", "remit", "reverse", "seal", "unseal", "seal_centrally", "transfer", "merge_employers",
        "split_employer", "close_employer", "defer", "resume", "set_rate", "fix_bases", "withdraw", "break_relation",
        "open_account",
    } <= done  # fmt: skip
