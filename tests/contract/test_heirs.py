"""``verify`` holds every order of heirs to the part that the withdrawal names, and what nobody inherits to income."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from commands.desk import Desk
from ledger.policy.parameters import PolicyBook
from projections.replay.verify import verify


@pytest.fixture
def inherited(desk: Desk, clock: Any) -> Desk:
    """Two heirs of one account, no heir of another, and a withdrawal to which the spouse's account gave."""

    def on(day: str, command: str, approver: str = "", **content: Any) -> None:
        clock.on(date.fromisoformat(day))
        desk.do(command, {"on": day, **content}, actor="clerk", approver=approver)

    on("2019-07-01", "register_employer", employer="E1", rate="0.12")
    for number in (1, 2, 3, 4):
        account = {"account": f"A{number}", "person": f"P{number}", "base": "5000.00"}
        on("2019-07-01", "open_account", employer="E1", **account)
    on("2019-07-10", "remit", employer="E1", month="2019-07")
    heirs = [{"person": "H1", "share": "1/3"}, {"person": "H2", "share": "2/3"}]
    on("2019-10-01", "withdraw", "approver", account="A1", reason="death", evidence="继承公证1", payees=heirs)
    on("2019-10-01", "withdraw", "approver", account="A2", reason="no_heir", court_document="判决书1")
    rent = {"amount": "1300.00", "reason": "rent", "spouse_account": "A4"}
    on("2019-10-01", "withdraw", "approver", account="A3", **rent)
    return desk


def test_a_ledger_with_heirs_and_without_them_is_sound(inherited: Desk, book: PolicyBook) -> None:
    report = verify(inherited.ledger.database, book)
    assert report.sound, [one.message() for one in report.findings]


FORGERIES = {
    "another heir": (
        'UPDATE event SET state = replace(state, \'"payee":"H2"\', \'"payee":"H9"\') WHERE topic = \'payment.ordered/1\''
        " AND stream_id = 'payment-A1.4_2'",
        "payees_differ",
    ),
    "another part": (
        "UPDATE event SET state = replace(state, '\"principal_fen\":80000', '\"principal_fen\":80001')"
        " WHERE topic = 'payment.ordered/1' AND stream_id = 'payment-A1.4_2'",
        "order_differs_from_cause",
    ),
    "what nobody inherits paid to somebody": (
        'UPDATE event SET state = replace(state, \'"to":"value_added"\', \'"to":""\') WHERE stream_id = \'account-A2\''
        " AND topic = 'account.withdrawn/1'",
        "booked_not_explained",
    ),
    "another order of the spouse": (
        'UPDATE event SET state = replace(state, \'"payment":"A4.3"\', \'"payment":"A3.3"\')'
        " WHERE topic = 'account.spouse_drawn/1'",
        "spouse_drawn_differs",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_inheritance_is_found(name: str, inherited: Desk, book: PolicyBook, tamperer: Any) -> None:
    statement, expected = FORGERIES[name]
    tamperer.alter(statement)
    tamperer.rechain()
    assert expected in verify(inherited.ledger.database, book).counts
