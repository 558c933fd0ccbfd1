"""No parameter stands in a pack that nothing reads: what the committee decides (第十九条) is asked for by code that runs.

A reader is a rule that declares the parameter, a programme that takes an amount from it, or a call in the code that
names it. A mention in a text, a docstring or a test is none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from ledger.policy.loan_terms import _FIELDS
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import registered
from ledger.programmes import programmes

ROOT = Path(__file__).parents[2]

ASKING = {"value", "parameter", "find", "found", "history", "within"}
"""The questions of ``PolicyBook`` and ``Law``, and the one that counts working days by a parameter."""


def _sources() -> Iterator[ast.Module]:
    for package in ("ledger", "projections", "commands"):
        for file in sorted((ROOT / package).rglob("*.py")):
            yield ast.parse(file.read_text("utf-8"), str(file))


def _texts(node: ast.AST) -> Iterator[str]:
    """The texts that an argument can be, as in ``"a" if … else "b"``."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


@cache
def asked_for() -> frozenset[str]:
    """Every text that code passes to one of ``ASKING``, and the parameters of a loan's terms."""
    found = set(_FIELDS)
    for module in _sources():
        for node in ast.walk(module):
            if not isinstance(node, ast.Call):
                continue
            asking = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if asking in ASKING:
                found.update(text for argument in node.args for text in _texts(argument))
    return frozenset(found)


@cache
def read_by_rules() -> frozenset[str]:
    rules = (one for versions in registered().values() for one in versions)
    return frozenset(name for one in rules for name in one.parameters)


@cache
def read_by_programmes() -> frozenset[str]:
    return frozenset(name for one in programmes().values() for name in one.standard.values())


@pytest.mark.parametrize("parameter", sorted(PolicyBook.bundled().parameters))
def test_a_parameter_has_a_reader_in_code_that_runs(parameter: str) -> None:
    assert parameter in read_by_rules() | read_by_programmes() | asked_for(), "nothing reads it"
