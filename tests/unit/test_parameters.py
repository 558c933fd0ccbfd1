"""Parameters: two dates, citations, and packs that do not load when anything is missing."""

from datetime import date

import pytest

from ledger.policy.loading import PackError, load_parameter
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.policy.units import WrongValue
from ledger.refusal import Refusal

BOOK = PolicyBook.bundled()


def value(
    parameter: str, amount: object, since: str, published: str, until: str | None = None
) -> ParameterValue:
    return ParameterValue(
        parameter,
        amount,
        date.fromisoformat(since),
        date.fromisoformat(published),
        Citation("葫公积金管委〔2020〕1号", "一"),
        effective_to=date.fromisoformat(until) if until else None,
    )


def test_a_value_names_its_version_and_its_clause():
    found = BOOK.value("contribution_rate_max", date(2019, 7, 1))
    assert found.version == "contribution_rate_max@2019-05-20"
    assert str(found.citation) == "葫政发〔2019〕12号 第四条第一款"
    assert found.value == found.value.__class__("0.12")


def test_a_quantity_that_the_text_leaves_open_is_refused_by_name_with_who_may_set_it():
    with pytest.raises(Refusal) as refused:
        BOOK.value("minimum_wage", date(2019, 7, 1))
    assert refused.value.code == "missing_parameter"
    assert refused.value.facts["parameter"] == "minimum_wage"
    assert "provincial government" in refused.value.message() + refused.value.hint()


def test_every_bundled_value_has_a_citation_a_publication_and_a_certainty():
    for parameter in BOOK.parameters.values():
        assert parameter.decided_by, parameter.id
        for found in parameter.values:
            assert found.citation.document, parameter.id
            assert found.citation.clause, parameter.id
            assert found.certainty, parameter.id


def test_a_value_set_by_the_committee_is_seen_from_its_publication_on():
    book = BOOK.with_values(value("minimum_wage", 142000, "2019-07-01", "2019-07-15"))
    assert book.value("minimum_wage", date(2019, 8, 1)).value == 142000
    assert book.find("minimum_wage", date(2019, 8, 1), known_on=date(2019, 7, 10)) is None
    assert book.find("minimum_wage", date(2019, 8, 1), known_on=date(2019, 7, 16)) is not None
    assert BOOK.find("minimum_wage", date(2019, 8, 1)) is None


def test_a_later_publication_for_the_same_first_day_supersedes_for_those_who_know_it():
    book = BOOK.with_values(
        value("minimum_wage", 142000, "2019-07-01", "2019-06-01"),
        value("minimum_wage", 150000, "2019-07-01", "2020-01-10"),
    )
    on = date(2019, 8, 1)
    assert book.value("minimum_wage", on, known_on=date(2019, 12, 31)).value == 142000
    assert book.value("minimum_wage", on).value == 150000
    assert book.value("minimum_wage", on).version == "minimum_wage@2019-07-01+2020-01-10"
    assert book.version("minimum_wage@2019-07-01").value == 142000


def test_an_overriding_value_of_a_what_if_wins_on_its_days_and_on_no_others():
    book = BOOK.with_values(
        value("contribution_rate_max", "0.1", "2019-07-01", "2026-01-01", until="2019-12-31"), overriding=True
    )
    assert str(book.value("contribution_rate_max", date(2019, 12, 31), date(2019, 12, 31)).value) == "0.1"
    assert str(book.value("contribution_rate_max", date(2020, 1, 1)).value) == "0.12"


def test_a_value_of_the_wrong_unit_is_not_taken_up():
    with pytest.raises(WrongValue):
        BOOK.with_values(value("minimum_wage", "1420.00", "2019-07-01", "2019-07-01"))


def test_an_unknown_parameter_is_refused():
    with pytest.raises(Refusal, match="parameter_unknown"):
        BOOK.value("nonsense", date(2019, 7, 1))


def test_withdrawal_reasons_are_those_of_the_day():
    def codes(on: date) -> set[str]:
        return {row["code"] for row in BOOK.value("withdrawal_reasons", on).value}

    assert "job_ended" not in codes(date(2019, 5, 19))
    assert {"job_ended", "hardship"} <= codes(date(2019, 5, 20))
    assert "decoration" not in codes(date(2026, 9, 19))
    assert {"decoration", "property_fee", "disability"} <= codes(date(2026, 9, 20))


def test_no_reason_that_the_city_prints_falls_away_on_the_word_of_a_second_hand_source():
    values = BOOK.history("withdrawal_reasons")
    printed = {row["code"] for value in values if value.certainty == "printed" for row in value.value}
    secondary = [value for value in values if value.certainty == "secondary"]
    assert secondary
    for value in secondary:
        assert printed <= {row["code"] for row in value.value}


def test_no_other_value_of_the_city_gives_way_to_a_second_hand_source():
    for parameter in BOOK.parameters.values():
        printed = [
            one.effective_from
            for one in parameter.values
            if (one.layer, one.certainty) == ("city", "printed")
        ]
        later = [
            one.version for one in parameter.values
            if one.certainty == "secondary" and printed and one.effective_from > min(printed)
        ]  # fmt: skip
        assert not later or parameter.id == "withdrawal_reasons", later


GOOD = """zh: 某数
en: some number
unit: rate
decided_by: 国务院
values:
  - value: "0.05"
    effective_from: 2019-05-20
    published_on: 2019-05-20
    document: 葫政发〔2019〕12号
    clause: 第四条
    layer: city
    source: printed
"""
AGAIN = GOOD[GOOD.index("  - value") :]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("    clause: 第四条\n", ""), "6: clause is missing"),
        (GOOD.replace("    document: 葫政发〔2019〕12号\n", ""), "6: document is missing"),
        (GOOD.replace('"0.05"', "0.05"), "6: wrong for unit rate"),
        (GOOD.replace('"0.05"', '"5"'), "6: wrong for unit rate"),
        (GOOD.replace("unit: rate", "unit: percent"), "1: unit 'percent'"),
        (
            GOOD.replace("published_on: 2019-05-20", "published_on: 2019-07-15"),
            "6: in force before it was published",
        ),
        (GOOD.replace("layer: city", "layer: county"), "6: layer"),
        (GOOD.replace("source: printed", "source: somebody said so"), "6: certainty"),
        (GOOD.replace("decided_by: 国务院\n", ""), "1: decided_by is missing"),
        (GOOD + AGAIN, "13: two values from 2019-05-20"),
        (
            GOOD.replace("    published_on", "    effective_to: 2020-12-31\n    published_on")
            + AGAIN.replace("2019-05-20", "2020-12-31"),
            "14: overlaps the value from 2019-05-20",
        ),
        (GOOD.replace("    source", "    colour: red\n    source"), "6: unknown: colour"),
        ("a: [", "not readable"),
    ],
)
def test_a_faulty_pack_does_not_load_and_the_message_names_file_and_line(text, message):
    with pytest.raises(PackError) as error:
        load_parameter("some_number", text, "group")
    assert f"group/some_number.yaml:{message}" in str(error.value) or message == "not readable"
    assert str(error.value).startswith("group/some_number.yaml:")


def test_a_sound_pack_loads():
    assert load_parameter("some_number", GOOD, "group").values[0].version == "some_number@2019-05-20"
