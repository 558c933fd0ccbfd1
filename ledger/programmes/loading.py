"""The catalogue from its files, strictly: what has no citation, or names what is not there, does not load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final

import msgspec
import yaml

from ledger.policy.rules import registered
from ledger.programmes.programme import Offices, Programme, Test

_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LANGUAGES: Final = {"zh", "en"}


class CatalogueError(ValueError):
    """A catalogue that does not load: the entry and what is wrong."""

    def __init__(self, entry: str, problem: str) -> None:
        super().__init__(f"{entry}: {problem}")


def bundled() -> Traversable:
    """Where the catalogue of this ledger stands."""
    return resources.files("ledger.programmes")


def load_offices(root: Traversable) -> Offices:
    """Areas, roles, procedures, purses and documents; raises ``CatalogueError``."""
    offices: Offices = _convert(
        yaml.load(root.joinpath("offices.yaml").read_text("utf-8"), _Loader), Offices, "offices"
    )
    for name, procedure in offices.procedures.items():
        if not procedure.clause.strip():
            raise CatalogueError(name, "the procedure has no citation")
        publicity = procedure.publicity
        roles = [stage.role for stage in procedure.stages]
        roles += [procedure.approves, procedure.pays, *filter(None, [procedure.plans])]
        roles += [publicity.role] if publicity else []
        for role in roles:
            if role not in offices.roles:
                raise CatalogueError(name, f"there is no role {role}")
    return offices


def load_catalogue(root: Traversable, offices: Offices) -> dict[str, Programme]:
    """All entries by id in the order of the documents; raises ``CatalogueError``."""
    found: dict[str, Programme] = {}
    for file in sorted(root.joinpath("catalogue").iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".yaml"):
            continue
        for entry in yaml.load(file.read_text("utf-8"), _Loader):
            name = str(entry.get("id", file.name))
            programme = _convert(entry, Programme, name)
            if programme.id in found:
                raise CatalogueError(name, "stands twice")
            found[programme.id] = programme
    for programme in found.values():
        for problem in _problems(programme, offices, found):
            raise CatalogueError(programme.id, problem)
    return found


def _convert(data: Any, kind: Any, name: str) -> Any:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise CatalogueError(name, str(error)) from None


def _problems(programme: Programme, offices: Offices, found: Mapping[str, Programme]) -> Iterator[str]:
    if not programme.document.strip() or not programme.clause.strip():
        yield "has no citation"
    for rule in filter(None, [programme.rule, *(test.rule for test in programme.tests)]):
        if rule not in registered():
            yield f"there is no rule {rule}"
    if programme.kind == "programme":
        yield from _of_payment(programme, offices)
    elif set(programme.reason) != _LANGUAGES:
        yield "pays nothing, and says no reason in both languages"
    for exclusion in programme.exclusions:
        if not exclusion.clause.strip():
            yield "an exclusion has no citation"
        if not exclusion.with_programmes and not exclusion.facts:
            yield "an exclusion shuts nothing out"
        for other in exclusion.with_programmes:
            if other not in found:
                yield f"an exclusion names the unknown programme {other}"


def _of_payment(programme: Programme, offices: Offices) -> Iterator[str]:
    """What only an entry that pays must have."""
    for field in ("procedure", "beneficiary", "rule", "amount", "period", "short"):
        if not getattr(programme, field):
            yield f"has no {field}"
            return
    if not programme.source and not programme.shares:
        yield "has no source of money"
    if programme.procedure not in offices.procedures:
        yield f"there is no procedure {programme.procedure}"
    if programme.budget and programme.budget not in offices.budgets:
        yield f"there is no purse {programme.budget}"
    for document in programme.documents:
        if document not in offices.documents:
            yield f"there is no document {document}"
    if programme.effective_to and programme.effective_to < programme.effective_from:
        yield "ends before it begins"
    yield from _inputs(programme)


def _inputs(programme: Programme) -> Iterator[str]:
    """Every input of a rule must come from somewhere, and nothing else may be given to it."""
    handed = {fact for test in programme.tests for fact in test.gives}
    named = {*programme.brings, *programme.fixed, *programme.standard, *handed}
    if programme.month:
        named.add(programme.month)
    yield from _against_rule(programme.rule, named, programme.from_register)
    for test in programme.tests:
        yield from _of_test(test, programme)
    known = {
        name for rule in (programme.rule, *(test.rule for test in programme.tests)) for name in _asked(rule)
    }
    for name in programme.from_register:
        if name not in known:
            yield f"no rule asks the registers for {name}"


def _of_test(test: Test, programme: Programme) -> Iterator[str]:
    if not test.passes and not test.gives:
        yield f"the test {test.rule} can only pass"
    yield from _against_rule(test.rule, {*test.brings, *test.fixed}, programme.from_register)


def _against_rule(rule: str, named: set[str], from_register: Mapping[str, str]) -> Iterator[str]:
    asked = _asked(rule)
    for name in sorted(named - set(asked)):
        yield f"the rule {rule} has no input {name}"
    for name, required in asked.items():
        if required and name not in named and name not in from_register:
            yield f"nothing gives the rule {rule} its input {name}"


def _asked(rule: str) -> dict[str, bool]:
    return {name: wanted.required for name, wanted in registered()[rule][-1].inputs.items()}
