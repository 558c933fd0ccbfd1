"""Text fields of every command: blank is not said, too long is refused, nothing is cut, no character hides."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from marshmallow import Schema, ValidationError, fields, missing

from commands.handlers import COMMANDS
from commands.schemas import transfer_files
from commands.schemas.fields import Id, Ids, Words
from ledger.limits import TEXT_LENGTH_MAX
from ledger.refusal import Refusal
from ledger.text import check_text

BLANKS = (
    "", " ", "\t\n", "\u3000", "\u00a0\u00a0", "\u200b", "\ufeff", " \u200d\u3000", "\u00ad", "\u2060", "\u3164", "\u2800",
    "\ufe0f",
)  # fmt: skip
HIDDEN = ("甲\n乙", "甲\t乙", "甲\x00", "甲\u200b乙", "甲\u202e乙", "甲\u2028乙", "\ud800甲")
WHOLE = "文" * TEXT_LENGTH_MAX


def _texts_of(place: str, field: fields.Field) -> Iterator[tuple[str, fields.Field]]:
    """Every field of text in a field: itself, the elements of a list, keys and values, the fields of a nested schema."""
    match field:
        case fields.Nested():
            yield from _texts_in(place, field.schema)
        case fields.List():
            yield from _texts_of(f"{place}[]", field.inner)
        case fields.Dict():
            for part, inner in (("key", field.key_field), ("value", field.value_field)):
                if inner is not None:
                    yield from _texts_of(f"{place}.{part}", inner)
        case fields.String() | Id() | Ids():
            yield place, field


def _texts_in(place: str, schema: Schema) -> Iterator[tuple[str, fields.Field]]:
    for name, field in schema.fields.items():
        yield from _texts_of(f"{place}.{name}", field)


def _schemas() -> Iterator[tuple[str, Schema]]:
    yield from ((name, command.schema) for name, command in sorted(COMMANDS.items()))
    for name in ("Head", "Batch", "Centres"):
        yield name, getattr(transfer_files, name)()
    yield from ((code, body()) for code, body in transfer_files.BODIES.items())


TEXTS = dict(found for name, schema in _schemas() for found in _texts_in(name, schema))
SAID = {place: field for place, field in TEXTS.items() if field.load_default is missing}


def _read(field: fields.Field, text: str) -> object:
    """What a field makes of a text; a refusal is ``None``."""
    try:
        return field.deserialize(text)
    except (ValidationError, Refusal):
        return None


def test_the_walk_reaches_fields_of_every_depth() -> None:
    assert len(SAID) > 250
    assert {
        "freeze.document", "approve_parameter.resolution", "petition.evidence", "transfer_in.letter",
        "record_bank_answers.answers[].end_to_end", "record_bank_lines.lines[].mentions[]", "apply_grant.facts.key",
        "record_report_files.files.value.template", "assign_offices.roster.value[]", "Centres.CenterInfo[].unit_name",
    } <= set(SAID)  # fmt: skip


@pytest.mark.parametrize("place", sorted(SAID))
def test_a_text_that_must_be_said_is_refused_when_it_shows_nothing(place: str) -> None:
    assert [blank for blank in BLANKS if _read(SAID[place], blank) is not None] == []


@pytest.mark.parametrize("place", sorted(set(TEXTS) - set(SAID)))
def test_a_text_that_may_be_left_out_is_the_same_blank_or_absent_or_refused(place: str) -> None:
    field = TEXTS[place]
    absent = field.deserialize(missing)
    assert {repr(_read(field, blank)) for blank in BLANKS} <= {repr(absent), "None"}
    if isinstance(field, Words):
        assert [blank for blank in (*BLANKS, None) if field.deserialize(blank) != absent] == []


@pytest.mark.parametrize("place", sorted(TEXTS))
def test_no_text_is_cut_and_a_longer_one_is_refused(place: str) -> None:
    field = TEXTS[place]
    assert _read(field, WHOLE) in (WHOLE, None)
    assert _read(field, f"{WHOLE}文") is None
    if isinstance(field, Words) and not field.validators:
        assert _read(field, WHOLE) == WHOLE


@pytest.mark.parametrize("place", sorted(TEXTS))
def test_a_character_that_cannot_be_seen_is_refused(place: str) -> None:
    assert [text for text in HIDDEN if _read(TEXTS[place], text) is not None] == []


def test_a_refusal_names_the_field_also_within_a_list() -> None:
    line = {"side": "in", "amount": "1.00", "reference": "\u3000"}
    with pytest.raises(ValidationError) as refused:
        COMMANDS["record_bank_lines"].schema.load({"on": "2019-07-01", "lines": [line]})
    assert refused.value.messages == {"lines": {0: {"reference": ["Nothing is written here."]}}}


def test_what_cannot_be_seen_at_the_ends_is_taken_off_and_rare_characters_stay() -> None:
    assert check_text("\u3000借字\u200b\n", "document") == "借字"
    assert check_text("\ue863\U00031350葛\U000e0100", "name") == "\ue863\U00031350葛\U000e0100"


@pytest.mark.parametrize(
    ("text", "code"), [("\u3000", "text_blank"), ("一" * 501, "text_too_long"), ("a\tb", "text_hidden")]
)
def test_a_text_outside_a_schema_is_refused_by_the_same_rule(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_text(text, "name")
    assert (refused.value.code, refused.value.facts["what"]) == (code, "name")
