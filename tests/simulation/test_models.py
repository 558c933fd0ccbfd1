"""The models that the simulations are held against know nothing of the program that they judge."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

MODELS = ("interest_model.py", "debt_model.py")
ALLOWED = {"__future__", "collections.abc", "dataclasses", "datetime", "decimal"}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_imports_nothing_of_the_program(name: str) -> None:
    tree = ast.parse((Path(__file__).parent / name).read_text())
    found = {
        one.module if isinstance(one, ast.ImportFrom) else alias.name
        for one in ast.walk(tree)
        if isinstance(one, ast.Import | ast.ImportFrom)
        for alias in one.names
    }
    assert found <= ALLOWED
