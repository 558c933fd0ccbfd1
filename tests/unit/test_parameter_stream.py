"""A parameter in the ledger: drafted, approved by another, published, and only then in force."""

from datetime import date
from typing import Any

import pytest

from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal
from ledger.streams.base import decode, encode
from ledger.streams.parameter import (
    PARAMETERS,
    Approved,
    Drafted,
    LegalParameter,
    Terms,
    approve,
    book_of,
    draft,
    load,
    publish,
)

BOOK = PolicyBook.bundled()
WAGE = BOOK.parameter("minimum_wage")


def drafted(value: Any = 142000, since: str = "2019-07-01", name: str = "D1", **more: Any) -> Drafted:
    terms = Terms(
        value=value,
        effective_from=date.fromisoformat(since),
        document="辽政发〔2019〕1号",
        clause="一",
        **more,
    )
    return Drafted(
        effective_on=date(2019, 6, 1), parameter=WAGE.id, unit=WAGE.unit, draft=name, terms=terms, by="centre"
    )


def approved(on: str = "2019-06-10", by: str = "committee") -> Approved:
    return Approved(effective_on=date.fromisoformat(on), draft="D1", resolution="第3次会议", by=by)


def after(state: LegalParameter, events: tuple[Any, ...]) -> LegalParameter:
    for one in events:
        state = PARAMETERS.evolve(state, decode(one.topic, encode(one)))
    return state


def in_force(published: str, **more: Any) -> LegalParameter:
    state = after(LegalParameter(), draft(LegalParameter(), WAGE, drafted(**more)))
    state = after(state, approve(state, approved()))
    return after(state, publish(state, "D1", date.fromisoformat(published), "centre"))


def test_a_value_holds_from_the_latest_of_approval_publication_and_the_day_asked_for():
    early = book_of(BOOK, [in_force("2019-06-20")])
    assert early.value("minimum_wage", date(2019, 7, 1)).value == 142000
    assert early.find("minimum_wage", date(2019, 6, 30)) is None
    late = book_of(BOOK, [in_force("2019-07-15")])
    assert late.find("minimum_wage", date(2019, 7, 14)) is None
    assert late.value("minimum_wage", date(2019, 7, 15)).version == "minimum_wage@2019-07-15"


def test_a_value_reaches_back_only_where_the_law_itself_says_so():
    book = book_of(BOOK, [in_force("2019-07-15", because="自2019年7月1日起")])
    assert book.value("minimum_wage", date(2019, 7, 1)).value == 142000
    assert book.find("minimum_wage", date(2019, 7, 1), known_on=date(2019, 7, 14)) is None


def test_a_draft_without_approval_or_publication_is_not_in_force():
    state = after(LegalParameter(), draft(LegalParameter(), WAGE, drafted()))
    with pytest.raises(Refusal, match="draft_not_approved"):
        publish(state, "D1", date(2019, 6, 20), "centre")
    state = after(state, approve(state, approved()))
    assert book_of(BOOK, [state]).find("minimum_wage", date(2020, 1, 1)) is None


def test_who_drafted_a_value_may_not_approve_it():
    state = after(LegalParameter(), draft(LegalParameter(), WAGE, drafted()))
    with pytest.raises(Refusal, match="same_person"):
        approve(state, approved(by="centre"))


def test_the_same_command_again_gives_no_second_event():
    state = in_force("2019-06-20")
    assert draft(state, WAGE, drafted()) == ()
    assert approve(state, approved()) == ()
    assert publish(state, "D1", date(2019, 6, 21), "centre") == ()


def test_a_draft_is_never_altered_and_another_name_is_another_draft():
    state = in_force("2019-06-20")
    with pytest.raises(Refusal, match="draft_exists"):
        draft(state, WAGE, drafted(value=150000))
    assert draft(state, WAGE, drafted(value=150000, name="D2"))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"value": "1420.00"}, "parameter_value_wrong"),
        ({"value": -1}, "parameter_value_wrong"),
        ({"effective_to": date(2019, 6, 30)}, "draft_ends_before_it_begins"),
    ],
)
def test_a_draft_that_could_not_hold_is_refused(more, code):
    with pytest.raises(Refusal, match=code):
        draft(LegalParameter(), WAGE, drafted(**more))


def test_an_unknown_draft_is_refused():
    with pytest.raises(Refusal, match="draft_unknown"):
        approve(LegalParameter(), approved())


def test_every_bundled_value_survives_being_loaded_into_the_ledger():
    day, states = date(2019, 7, 1), []
    for parameter in BOOK.parameters.values():
        state = after(LegalParameter(), load(LegalParameter(), parameter, day))
        assert load(state, parameter, day) == ()
        states.append(state)
    empty = PolicyBook({one.id: one.without_values() for one in BOOK.parameters.values()})
    again = book_of(empty, states)
    for parameter in BOOK.parameters.values():
        assert again.parameter(parameter.id).values == parameter.values
    assert book_of(BOOK, states).parameters == BOOK.parameters
