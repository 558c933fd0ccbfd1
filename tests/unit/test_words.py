"""Every event can be read by people, in both languages."""

from __future__ import annotations

import re
from string import Formatter

import pytest

import ledger.streams.parameter
import projections.registers
from ledger.streams.base import EVENTS
from projections.views.words import _book

# Importing the streams registers their events.
assert projections.registers.REGISTERS
assert ledger.streams.parameter.PARAMETERS


@pytest.mark.parametrize("topic", sorted(EVENTS))
def test_every_event_has_a_sentence_in_both_languages_and_a_clause(topic: str) -> None:
    entry = _book()["events"][topic]
    known = set(EVENTS[topic].__struct_fields__)
    extra = entry.get("if", {})
    for position, language in enumerate(("zh", "en")):
        text = entry[language] + "".join(added[position] for added in extra.values())
        named = {field for _, field, _, _ in Formatter().parse(text) if field}
        assert named <= known
        assert bool(re.search("[\u4e00-\u9fff]", text)) == (language == "zh")
    assert set(extra) <= known
    assert entry["clause"]


def test_there_is_no_sentence_for_an_event_that_does_not_exist() -> None:
    assert set(_book()["events"]) == set(EVENTS)
