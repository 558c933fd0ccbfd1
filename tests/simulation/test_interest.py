"""Random histories of members' interest against a model that knows nothing of the program: exact to the fen.

A failing seed prints the one command that repeats it, and the shortest history found that fails alike.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from ledger.policy.parameters import PolicyBook
from tests.simulation.saving import BASES, GAPS, WEIGHTS, Savings
from tests.simulation.shortest import live, turns

CHOSEN = [int(seed) for seed in os.environ.get("SIMULATION_SEEDS", "").split()]
SHORT, SOAK = 8, 1000
TURNS = 60


def lived(seed: int, book: PolicyBook) -> Counter[str]:
    history = turns(seed, TURNS, WEIGHTS, len(BASES), GAPS)
    return live(seed, history, lambda: Savings(book), __file__)


@pytest.mark.parametrize("seed", CHOSEN or range(SHORT))
def test_whatever_was_learned_in_whatever_order_everybody_gets_what_the_law_gives(
    seed: int, book: PolicyBook
) -> None:
    lived(seed, book)


@pytest.mark.soak
def test_a_thousand_histories_of_interest_are_exact_and_meet_every_case(book: PolicyBook) -> None:
    counts: Counter[str] = Counter()
    for seed in CHOSEN or range(5000, 5000 + SOAK):
        counts += lived(seed, book)
    done = {name for name in counts if not name.startswith("refused")}
    assert {
        "make_up",
        "transfer_out",
        "pay_remainder",
        "adjust_interest",
        "allocate",
        "accrue_interest",
    } <= done
