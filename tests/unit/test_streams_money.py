"""Receipts, payments, remittances, proposals, petitions and the general ledger: each step is taken once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.chart import CHART
from ledger.books.posting import POSTING_RULES, post
from ledger.refusal import Refusal
from ledger.streams import general_ledger, petition, proposal, receipt, remittance
from ledger.streams.base import EVENTS

DAY = date(2019, 7, 1)


def refused(decide, *args) -> str:
    with pytest.raises(Refusal) as refusal:
        decide(*args)
    return refusal.value.code


@given(st.integers(1, 10**6), st.lists(st.integers(1, 10**5), max_size=20))
def test_a_receipt_gives_no_more_than_it_holds(amount_fen, parts):
    received = receipt.Received(effective_on=DAY, amount_fen=amount_fen, why="unknown")
    state = receipt.RECEIPTS.fold([*receipt.receive(receipt.Receipt(), "R1", received)])
    taken = 0
    for part in parts:
        allocated = receipt.Allocated(effective_on=DAY, amount_fen=part, to="account-A1")
        if part <= state.open_fen:
            (event,) = receipt.allocate(state, "R1", "E1", allocated)
            state, taken = receipt.evolve(state, event), taken + part
        else:
            assert refused(receipt.allocate, state, "R1", "E1", allocated) == "receipt_too_small"
    assert state.open_fen == amount_fen - taken
    assert (state.status == "settled") == (state.open_fen == 0)


def test_a_receipt_ages_while_money_is_held():
    received = receipt.Received(effective_on=DAY, amount_fen=5, why="unknown")
    state = receipt.RECEIPTS.fold([received])
    assert receipt.age_days(state, date(2019, 7, 31)) == 30
    returned = receipt.Returned(effective_on=DAY, amount_fen=5, reason="误汇", payment="R1.2")
    assert receipt.age_days(receipt.evolve(state, returned), date(2019, 7, 31)) == 0
    assert refused(receipt.receive, state, "R1", received) == "receipt_exists"


def test_a_month_is_booked_once_from_one_content():
    booked = remittance.Booked(
        effective_on=DAY, employer="E1", month="2019-07", heads=1, employer_fen=1, employee_fen=1,
        received_fen=2, content_hash="a",
    )  # fmt: skip
    state = remittance.REMITTANCES.fold([*remittance.book(remittance.Remittance(), booked)])
    assert remittance.book(state, booked) == ()
    other = remittance.Booked(
        effective_on=DAY, employer="E1", month="2019-07", heads=2, employer_fen=1, employee_fen=1,
        received_fen=2, content_hash="b",
    )  # fmt: skip
    assert refused(remittance.book, state, other) == "remittance_differs"


def test_a_proposal_is_decided_once_and_not_by_its_proposer():
    made = proposal.Made(effective_on=DAY, command="withdraw", content={"on": DAY.isoformat()}, by="clerk")
    state = proposal.PROPOSALS.fold([*proposal.make(proposal.Proposal(), "W1", made)])
    assert refused(proposal.make, state, "W1", made) == "proposal_exists"
    own = proposal.Approved(effective_on=DAY, by="clerk")
    assert refused(proposal.approve, state, "W1", own) == "same_person"
    early = proposal.Approved(effective_on=DAY - timedelta(days=1), by="approver")
    assert refused(proposal.approve, state, "W1", early) == "approval_before_proposal"
    (approved,) = proposal.approve(state, "W1", proposal.Approved(effective_on=DAY, by="approver"))
    after = proposal.evolve(state, approved)
    rejected = proposal.Rejected(effective_on=DAY, by="approver", reason="迟")
    assert refused(proposal.reject, after, "W1", rejected) == "proposal_settled"
    assert refused(proposal.require_two, "clerk", "") == "second_person_needed"


@pytest.mark.parametrize(
    "spelled", ["clerk ", " Clerk", "CLERK", "ｃｌｅｒｋ", "clerk\u200b", "\u202eclerk", "clerk\n"]
)
def test_another_spelling_of_a_name_is_no_second_person(spelled: str) -> None:
    assert refused(proposal.require_two, "clerk", spelled) == "same_person"


def test_a_petition_is_urged_once_and_settled_once_and_the_centre_waits_its_days():
    filed = petition.Filed(effective_on=DAY, account="A1", employer="E1", evidence="劳动合同")
    state = petition.PETITIONS.fold([*petition.file(petition.Petition(), "Q1", filed)])
    urged = petition.EmployerUrged(
        effective_on=DAY, employer_due_on=date(2019, 7, 6), centre_due_on=date(2019, 7, 16)
    )
    state = petition.evolve(state, *petition.urge(state, "Q1", urged))
    assert petition.urge(state, "Q1", urged) == ()
    early = petition.Settled(effective_on=date(2019, 7, 8), by="centre")  # the sixth is a Saturday
    assert refused(petition.settle, state, "Q1", early) == "employer_days_running"
    assert state.centre_due_on == date(2019, 7, 16)
    in_time = petition.Settled(effective_on=date(2019, 7, 9), by="centre")
    state = petition.evolve(state, *petition.settle(state, "Q1", in_time))
    assert petition.settle(state, "Q1", in_time) == ()


def test_the_books_open_once_and_balanced():
    opened = general_ledger.Opened(effective_on=DAY, balances={"101": 100, "201": -100}, source="旧系统")
    chart = frozenset(CHART)
    assert general_ledger.open_books(general_ledger.GeneralLedger(), opened, chart) == (opened,)
    state = general_ledger.GENERAL_LEDGERS.fold([opened])
    assert refused(general_ledger.open_books, state, opened, chart) == "books_already_open"
    assert (state.members_fen, general_ledger.debits_fen(opened)) == (100, 100)


def test_every_event_that_moves_money_has_a_posting_rule_and_no_other():
    moving = {topic for topic, cls in EVENTS.items() if cls.moves_money}
    assert moving == {cls.topic for cls in POSTING_RULES}


def test_an_event_that_moves_nothing_posts_nothing():
    assert post(petition.Settled(effective_on=DAY, by="unit")) == ()
