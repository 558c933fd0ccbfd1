"""What an event explains is what it books: every type with both is compared somewhere, or has a reason why not."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import pytest

from ledger import streams
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import decide
from ledger.streams import employer, result
from ledger.streams.base import EVENTS, Event
from projections.replay.decision_check import Decisions
from projections.replay.explained import COMPARED_ELSEWHERE, EXPLAINED, NOT_OF_THE_AMOUNT
from projections.replay.findings import Findings
from projections.replay.invariants import Explained

for module in pkgutil.iter_modules(streams.__path__):
    importlib.import_module(f"{streams.__name__}.{module.name}")

EXPLANATIONS = ("explanation", "explanations", "proofs", "tests", "conditions", "term")
AMOUNTS = ("awards", "parts", "differences", "months")
ON = date(2019, 10, 8)


def has_both(body: type[Event]) -> bool:
    hints = inspect.get_annotations(body, eval_str=False)
    explains = any(name in hints for name in EXPLANATIONS)
    books = any(name.endswith("_fen") or (name in AMOUNTS and "dict" in str(hints[name])) for name in hints)
    return explains and books


def test_every_type_with_an_explanation_and_amounts_is_compared_or_says_why_not() -> None:
    tables: tuple[Any, ...] = (EXPLAINED, COMPARED_ELSEWHERE, NOT_OF_THE_AMOUNT)
    named = [body for table in tables for body in table]
    both = {body for body in EVENTS.values() if has_both(body)}
    missing = sorted(body.topic for body in both - set(named))
    assert not missing, f"compare what {', '.join(missing)} explains with what it books, in explained.py"
    assert set(named) == both, "a table names a type that has not both"
    assert len(named) == len(set(named))


@pytest.mark.parametrize("body", COMPARED_ELSEWHERE, ids=lambda body: body.topic)
def test_the_check_that_compares_a_type_knows_it(body: type[Event]) -> None:
    source = inspect.getsource(importlib.import_module(COMPARED_ELSEWHERE[body]))
    assert body.__name__ in source


@dataclass
class Commit:
    id: int = 1


@dataclass
class Portion:
    events: list[Any]
    commit: Commit


def findings(body: Event) -> dict[str, int]:
    found = Findings()
    for check in (Decisions(found, PolicyBook.bundled()), Explained(found)):
        check.see(Portion([((1, "x-1", 1, body.topic), body)], Commit()))  # type: ignore[arg-type]
    return dict(found.counts)


def explained(rule: str, **facts: Any) -> dict[str, Any]:
    return decide(rule, facts, PolicyBook.bundled(), ON, ON).as_json()


def assigned() -> employer.ArrearsAssigned:
    proof = explained("arrears", months=3, rate="0.07", rounding="fen_half_up", evidenced_wage_fen=654_321)
    return employer.ArrearsAssigned(
        effective_on=ON, debtor="上级单位", months={"2019-07": 91_604, "2019-08": 183_208}, total_fen=274_812,
        basis="evidence", explanation={}, employer_fen=137_406, employee_fen=137_406, base_fen=654_321,
        proofs=(proof,),
    )  # fmt: skip


def test_what_was_booked_as_explained_is_found_sound() -> None:
    assert findings(assigned()) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total_fen", 274_813),
        ("employer_fen", 137_407),
        ("employee_fen", 137_405),
        ("base_fen", 654_322),
        ("months", {"2019-07": 274_811}),
        ("months", {}),
    ],
)
def test_one_fen_of_arrears_beside_their_explanation_is_found(name: str, value: Any) -> None:
    altered = msgspec.structs.replace(assigned(), **{name: value})
    assert findings(altered) == {"booked_not_explained": 1}


def test_arrears_without_a_proven_wage_add_up_too() -> None:
    bare = msgspec.structs.replace(assigned(), proofs=(), base_fen=0)
    assert findings(bare) == {}
    assert findings(msgspec.structs.replace(bare, employee_fen=1)) == {"booked_not_explained": 1}
    older = msgspec.structs.replace(bare, employer_fen=0, employee_fen=0)
    assert findings(older) == {}


def test_a_reserve_beside_its_explanation_is_found() -> None:
    stored = explained("arrears", months=1, rate="0.05", rounding="fen_half_up", evidenced_wage_fen=2_000)
    distributed = result.Distributed(
        effective_on=ON, loss_before_fen=0, reserve_fen=5, management_fen=1, housing_fen=1, parameters=(),
        explanation=stored,
    )  # fmt: skip
    compare = EXPLAINED[result.Distributed]
    required = {**stored, "values": {"required_fen": 5}}
    assert compare(msgspec.structs.replace(distributed, explanation=required)) == (5, 5)
    assert compare(msgspec.structs.replace(distributed, explanation=required, reserve_fen=4)) == (4, 5)
    scarce = msgspec.structs.replace(
        distributed, explanation=required, reserve_fen=3, management_fen=0, housing_fen=0
    )
    assert compare(scarce) == (3, 3)
    assert findings(distributed) == {"booked_not_explained": 1}
