"""Nothing that moves a personal account is left out of the annual report, and every line has its figure."""

from __future__ import annotations

from decimal import Decimal

from commands.handlers import COMMANDS
from ledger.streams import loan
from ledger.streams.base import EVENTS
from projections.views.report_identities import IDENTITIES, check
from projections.views.report_lines import FACTS, LINES, REQUIRED, WORDS
from projections.views.report_tally import COUNTED, WITHDRAWN

# The handlers bring every stream in.
assert COMMANDS


def test_every_movement_of_an_account_is_counted_in_the_report() -> None:
    moving = {one for topic, one in EVENTS.items() if topic.startswith("account.") and one.moves_money}
    assert {one.topic for one in moving - set(COUNTED)} == set()


def test_every_movement_of_loans_is_counted_or_stays_within_them() -> None:
    within = {loan.TurnedOverdue, loan.TurnedNormal}
    moving = {one for topic, one in EVENTS.items() if topic.startswith("loan.") and one.moves_money}
    beside = {loan.GuaranteeFeePaid, loan.Recovered}
    assert {one.topic for one in moving - set(COUNTED) - within - beside} == set()


def test_every_reason_of_withdrawal_has_a_line_of_its_own_or_stands_among_the_others() -> None:
    assert set(WITHDRAWN.values()) <= set(LINES)


def test_what_the_law_asks_for_can_be_recorded() -> None:
    assert set(REQUIRED) <= {*FACTS, *WORDS}


def test_our_own_report_is_checked_to_the_fen_where_a_printed_one_is_rounded() -> None:
    figures = {"gain": Decimal("2.00"), "income": Decimal("3.00"), "expense": Decimal("0.99")}

    def status(exact: bool) -> str:
        return next(one.status for one in check(figures, exact) if one.identity.id == "gain")

    assert (status(False), status(True)) == ("holds", "differs")


def test_no_two_identities_have_one_name() -> None:
    assert len({one.id for one in IDENTITIES}) == len(IDENTITIES)
