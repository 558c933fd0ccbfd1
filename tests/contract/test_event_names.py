"""Event names are a public contract: what was ever released can be read for ever.

One sample of every name and version is kept under ``data/events``, as it stood in the ledger. A sample is added with
the event and never edited; a shape that has to change becomes a new version with an upcaster.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import pytest

from ledger import streams
from ledger.streams.base import EVENTS, UPCASTERS, decode, encode

for module in pkgutil.iter_modules(streams.__path__):
    importlib.import_module(f"{streams.__name__}.{module.name}")

FOLDER = Path(__file__).parent / "data" / "events"
SAMPLES = {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.json"))}


@pytest.mark.parametrize("name", SAMPLES)
def test_what_was_once_released_is_still_read(name: str) -> None:
    sample = SAMPLES[name]
    topic = sample["topic"]
    assert name == topic.replace("/", ".")
    event = decode(topic, json.dumps(sample["state"], ensure_ascii=False))
    assert EVENTS[event.topic] is type(event)
    if topic == event.topic:
        assert json.loads(encode(event)) == sample["state"]


def test_every_name_and_version_has_a_sample() -> None:
    kept = {sample["topic"] for sample in SAMPLES.values()}
    missing = sorted({*EVENTS, *UPCASTERS} - kept)
    assert not missing, f"add a sample of each to {FOLDER.name}/: {', '.join(missing)}"


def test_a_superseded_version_is_lifted_to_the_one_that_took_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lift(state: dict[str, Any]) -> dict[str, Any]:
        return {"effective_on": state["on"], "reason": state["why"]}

    monkeypatch.setitem(UPCASTERS, "account.closed/0", ("account.closed/1", lift))
    event = decode("account.closed/0", b'{"on": "2019-07-10", "why": "retirement"}')
    assert event == decode("account.closed/1", b'{"effective_on": "2019-07-10", "reason": "retirement"}')
