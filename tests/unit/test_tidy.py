"""The few rules of our own about how this repository is kept."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PACKAGES = ("ledger", "projections", "commands", "migrations")
AT_THE_TOP = {
    *PACKAGES, "tests", "pyproject.toml", "uv.lock", "Makefile", "README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE",
}  # fmt: skip
MADE_HERE = {"demo", "build", "dist", "provident.db"}
"""What building and trying out leave behind, and git ignores."""

LINES_MAX = 600
FUNCTION_LINES_MAX = 80
PARTS = ["events", "state", "evolve", "decisions", "queries"]
MONEY = (
    "ledger", "commands/handlers", "commands/schemas", "commands/intake", "projections/registers", "projections/views",
)  # fmt: skip
"""Where money passes."""


@cache
def _trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in _python(*PACKAGES, "tests")}


def _python(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def _walk(*folders: str) -> Iterator[tuple[Path, ast.AST]]:
    for path, tree in _trees().items():
        if any(path.is_relative_to(ROOT / folder) for folder in folders):
            yield from ((path, node) for node in ast.walk(tree))


def _place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def test_nothing_stands_at_the_top_but_what_belongs_there() -> None:
    present = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert present - AT_THE_TOP - MADE_HERE == set()


def test_no_file_is_too_long_to_be_read_in_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _trees()
        if (lines := len(path.read_text("utf-8").splitlines())) > LINES_MAX
    }
    assert long == {}


def test_every_function_is_short_enough_to_be_seen_whole() -> None:
    long = [
        _place(path, node)
        for path, node in _walk(*PACKAGES)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_money_never_passes_through_a_float() -> None:
    annotated = [
        _place(path, node)
        for path, node in _walk(*MONEY)
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if annotation is not None and re.search(r"\bfloat\b", ast.unparse(annotation))
    ]
    converted = [
        _place(path, node)
        for path, node in _walk(*MONEY)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
    ]
    assert annotated + converted == []


STREAMS = sorted(
    path
    for path in (ROOT / "ledger" / "streams").iterdir()
    if path.is_dir() or "= Stream(" in path.read_text("utf-8")
)


@pytest.mark.parametrize(
    "path",
    [path for path in STREAMS if path.name not in ("__pycache__", "base.py")],
    ids=lambda path: path.stem,
)
def test_every_stream_has_the_same_five_parts_in_the_same_order(path: Path) -> None:
    if path.is_dir():  # a large one: a file for each part, or a folder where it is larger still
        stems = {file.stem for file in path.iterdir() if file.name != "__pycache__"}
        assert stems == {"__init__", *PARTS}
    else:
        assert re.findall(r"^# -{10,} (\w+)$", path.read_text("utf-8"), re.MULTILINE) == PARTS


def test_every_refusal_and_every_finding_has_its_words_in_both_languages() -> None:
    said = _texts()
    named = {
        (node.args[0].value, _place(path, node))
        for path, node in _walk(*PACKAGES)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("Refusal", "Finding", "found.add", "self.found.add")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert [place for code, place in sorted(named) if code not in said] == []
    wanted = {"zh", "en", "hint_zh", "hint_en", "clause"}
    assert [code for code, text in said.items() if set(text) != wanted or not all(text.values())] == []


def test_no_words_are_kept_for_a_refusal_that_nobody_raises() -> None:
    spoken = {
        node.value
        for _, node in _walk(*PACKAGES)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(set(_texts()) - spoken) == []


def _texts() -> dict[str, dict[str, str]]:
    files = sorted((ROOT / "ledger" / "texts").glob("*.yaml"))
    return {code: text for file in files for code, text in yaml.safe_load(file.read_text("utf-8")).items()}


def test_the_name_of_every_test_is_a_sentence() -> None:
    short = [
        _place(path, node)
        for path, tree in _trees().items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and node.name.count("_") < 3
    ]
    assert short == []


def test_no_file_is_a_drawer_for_anything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "misc", "common"}
    assert [str(path.relative_to(ROOT)) for path in _trees() if path.stem in drawers] == []


def test_nothing_is_left_for_later_and_no_test_is_switched_off() -> None:
    left = re.compile(
        r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "HA" + "CK", "x" + "fail")) + r")\b|mark\.sk" + "ip"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _trees()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if left.search(line)
    ]
    assert found == []
