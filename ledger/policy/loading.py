"""Packs of parameters: one YAML file for each legal quantity, grouped by document.

A value without a citation, with overlapping dates, in force before it was public without the law saying
so, or not of its unit, does not load; the message names the file and the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Any, Final

import yaml

from ledger.policy.parameters import CERTAINTIES, LAYERS, Citation, Parameter, ParameterValue, ordered
from ledger.policy.units import UNITS, WrongValue

_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FILE_KEYS: Final = {"zh", "en", "unit", "decided_by", "clause", "choices", "note", "values"}
_VALUE_KEYS: Final = {
    "value", "effective_from", "effective_to", "published_on", "document", "clause", "layer", "source",
    "certainty", "because", "note",
}  # fmt: skip


class PackError(ValueError):
    """A pack that does not load: the file, the line and what is wrong."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")


def load_packs(root: Traversable | None = None) -> dict[str, Parameter]:
    """All parameters of the packs by id; the file name is the id. Raises ``PackError``."""
    found: dict[str, Parameter] = {}
    for group, file in _files(root or resources.files("ledger.policy").joinpath("packs")):
        parameter = load_parameter(file.name.removesuffix(".yaml"), file.read_text("utf-8"), group)
        if parameter.id in found:
            raise PackError(
                f"{group}/{file.name}", 1, f"{parameter.id} also stands in {found[parameter.id].group}"
            )
        found[parameter.id] = parameter
    return found


def _files(root: Traversable) -> Iterator[tuple[str, Traversable]]:
    for group in sorted((item for item in root.iterdir() if item.is_dir()), key=lambda item: item.name):
        for file in sorted(group.iterdir(), key=lambda item: item.name):
            if file.name.endswith(".yaml"):
                yield group.name, file


def load_parameter(parameter_id: str, text: str, group: str = "") -> Parameter:
    """One parameter from the text of its file; raises ``PackError`` with the line."""
    file = f"{group}/{parameter_id}.yaml"
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        data = loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PackError(file, mark.line + 1 if mark else 1, "not readable as YAML") from error
    finally:
        loader.dispose()
    if not isinstance(data, dict):
        raise PackError(file, 1, "not a parameter")
    lines = _value_lines(node)
    _check_keys(file, 1, data, _FILE_KEYS, ("zh", "en", "unit", "decided_by"))
    if data["unit"] not in UNITS:
        raise PackError(file, 1, f"unit {data['unit']!r} is not one of {', '.join(UNITS)}")
    bare = Parameter(
        id=parameter_id,
        unit=data["unit"],
        zh=data["zh"],
        en=data["en"],
        decided_by=data["decided_by"],
        clause=data.get("clause", ""),
        group=group,
        choices=tuple(data.get("choices", ())),
    )
    values = [
        _value(bare, entry, file, line) for entry, line in zip(data.get("values") or (), lines, strict=True)
    ]
    _check_overlaps(file, values, lines)
    return Parameter(
        **{name: getattr(bare, name) for name in bare.__slots__ if name != "values"}, values=ordered(values)
    )


def load_own_values(text: str, known: Mapping[str, Parameter], file: str) -> list[ParameterValue]:
    """A centre's own figures, ``{parameter: [value, …]}``, cited and dated like those of a pack.

    Raises ``PackError`` for an unknown parameter and for whatever a pack may not hold either.
    """
    try:
        data = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PackError(file, mark.line + 1 if mark else 1, "not readable as YAML") from error
    if not isinstance(data, dict):
        raise PackError(file, 1, "not a mapping of parameters to their values")
    values: list[ParameterValue] = []
    for parameter_id, entries in data.items():
        line = next(n for n, one in enumerate(text.splitlines(), 1) if one.startswith(str(parameter_id)))
        if parameter_id not in known:
            raise PackError(file, line, f"there is no parameter {parameter_id}")
        if not isinstance(entries, list):
            raise PackError(file, line, f"{parameter_id} needs a list of values")
        values += [_value(known[parameter_id], entry, file, line) for entry in entries]
    return values


def _value_lines(node: Any) -> list[int]:
    for name, content in node.value:
        if name.value == "values" and isinstance(content, yaml.SequenceNode):
            return [item.start_mark.line + 1 for item in content.value]
    return []


def _check_keys(file: str, line: int, data: dict[str, Any], known: set[str], needed: tuple[str, ...]) -> None:
    if surplus := set(data) - known:
        raise PackError(file, line, f"unknown: {', '.join(sorted(surplus))}")
    for name in needed:
        if not data.get(name):
            raise PackError(file, line, f"{name} is missing")


def _value(parameter: Parameter, entry: Any, file: str, line: int) -> ParameterValue:
    if not isinstance(entry, dict):
        raise PackError(file, line, "a value is a mapping with its dates and its citation")
    needed = ("effective_from", "published_on", "document", "clause", "layer", "source")
    _check_keys(file, line, entry, _VALUE_KEYS, needed)
    try:
        value = parameter.checked(entry.get("value"))
    except WrongValue as error:
        raise PackError(file, line, f"wrong for unit {parameter.unit}: {error}") from error
    result = ParameterValue(
        parameter=parameter.id,
        value=value,
        effective_from=entry["effective_from"],
        effective_to=entry.get("effective_to"),
        published_on=entry["published_on"],
        citation=Citation(entry["document"], entry["clause"]),
        layer=entry["layer"],
        source=entry["source"],
        certainty=entry.get("certainty", "printed" if entry["source"] == "printed" else ""),
        because=entry.get("because", ""),
        unit=parameter.unit,
    )
    _check_value(result, file, line)
    return result


def _check_value(value: ParameterValue, file: str, line: int) -> None:
    for name in ("effective_from", "published_on", "effective_to"):
        day = getattr(value, name)
        if type(day) is not date and not (name == "effective_to" and day is None):
            raise PackError(file, line, f"{name} is not a day")
    if value.layer not in LAYERS:
        raise PackError(file, line, f"layer {value.layer!r} is not one of {', '.join(LAYERS)}")
    if value.certainty not in CERTAINTIES:
        raise PackError(file, line, f"certainty {value.certainty!r} is not one of {', '.join(CERTAINTIES)}")
    if value.effective_to and value.effective_to < value.effective_from:
        raise PackError(file, line, "ends before it begins")
    if value.effective_from < value.published_on and not value.because:
        raise PackError(file, line, "in force before it was published, and no words of the law say so")


def _check_overlaps(file: str, values: list[ParameterValue], lines: list[int]) -> None:
    """Two values may cover one day only if one of them was published later, to replace the other."""
    order = sorted(
        zip(values, lines, strict=True), key=lambda pair: (pair[0].effective_from, pair[0].published_on)
    )
    for (first, _), (second, line) in pairwise(order):
        if first.effective_from == second.effective_from and first.published_on == second.published_on:
            raise PackError(file, line, f"two values from {second.effective_from}")
        if first.effective_to and second.effective_from <= first.effective_to:
            raise PackError(file, line, f"overlaps the value from {first.effective_from}")
