"""Lines of a roll: older lists keep their one order and one entry; a line that is taken back is held to what it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest

from commands.desk import Desk
from ledger.books.posting import post
from ledger.streams import roll, rollrun
from ledger.streams.base import decode, encode
from projections.replay.findings import Findings
from projections.replay.roll_check import Rolls
from projections.replay.verify import verify
from projections.replay.walk import Portion, Walk
from projections.views.subsidy_money import CASE_RULES

ROLL = "retired60s_pre19450902_allowance"
RUN = f"{ROLL}.lianshan.2019-07"
FACTS = {"joined_on": "1945-01-01", "former_treatment": "full_wage"}

OLD_LINE = (
    '{"run":"' + RUN + '","number":1,"months":{"2019-07":54100},"difference_fen":-1000,"amount_fen":53100,'
    '"rule":"retired60s","parameters":[],"kept":{"x.2018.lianshan":1000},"effective_on":"2019-07-25"}'
)
OLD_LIST = (
    '{"number":1,"purse":"'
    + ROLL
    + '","entries":1,"months_fen":54100,"difference_fen":-1000,"amount_fen":53100,'
    '"payment":"rollrun-' + RUN + '.2","last_key":"R1","kept_fen":1000,"effective_on":"2019-07-25"}'
)


def test_an_older_list_stands_in_the_books_once_and_keeps_its_order() -> None:
    line, listed = decode("roll.paid/1", OLD_LINE), decode("rollrun.list_paid/1", OLD_LIST)
    assert msgspec.json.decode(encode(line)) == msgspec.json.decode(OLD_LINE)
    assert msgspec.json.decode(encode(listed)) == msgspec.json.decode(OLD_LIST)
    assert post(line) == ()
    assert dict(post(listed)) == {f"S411.{ROLL}": 54_100, "S101": -53_100, "S219.recovery": -1_000}
    ((_, row),) = CASE_RULES[roll.Paid](_seen(line))
    assert row["payment"] == f"rollrun-{RUN}.2"


def test_a_line_with_an_order_of_its_own_stands_in_the_books_itself() -> None:
    line: Any = decode("roll.paid/1", OLD_LINE)
    own = msgspec.structs.replace(line, purse=ROLL, payment="roll-R1.2")
    listed: Any = decode("rollrun.list_paid/1", OLD_LIST)
    assert post(own) == post(listed)
    assert post(msgspec.structs.replace(listed, by_line=True, payment="")) == ()
    ((_, row),) = CASE_RULES[roll.Paid](_seen(own))
    assert row["payment"] == "roll-R1.2"


def _seen(body: Any) -> Any:
    class _Seen:
        id, kind, key, recorded_on = 1, "roll", "R1", date(2019, 7, 25)

    seen: Any = _Seen()
    seen.body = body
    return seen


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Two on a roll, paid for July; the line of one is taken back."""
    with Desk("sqlite://") as one:
        on = {"on": date(2019, 6, 20)}
        roster = {"county": ["county_office@lianshan"], "treasurer": ["county_finance@lianshan"]}
        one.do("assign_offices", {**on, "roster": roster}, actor="director")
        vote = {**on, "purse": ROLL, "year": 2019, "area": "lianshan", "amount": "9000.00", "document": "D1"}
        one.do("vote_budget", vote, actor="treasurer")
        lines = [
            {"entry": name, "beneficiary": f"P.{name}", "from_month": "2019-07", "facts": FACTS}
            for name in ("R1", "R2")
        ]
        taken = {**on, "programme": ROLL, "area": "lianshan", "source": "old roll", "lines": lines}
        one.do("take_over_roll", taken, actor="county")
        month = {"on": date(2019, 7, 25), "programme": ROLL, "area": "lianshan", "month": "2019-07"}
        one.do("pay_roll", month, actor="clerk", approver="treasurer")
        undo = {"on": date(2019, 7, 26), "entry": "R1", "payment": "roll-R1.2", "reason": "AC04"}
        one.do("undo_roll_payment", undo, actor="clerk", approver="treasurer")
        yield one


@pytest.mark.parametrize(
    ("kind", "fields", "finding"),
    [
        (roll.PaymentUndone, {"amount_fen": 1}, "line_undone_otherwise"),
        (roll.PaymentUndone, {"months": {}}, "line_undone_otherwise"),
        (roll.PaymentUndone, {"payment": "roll-R2.2"}, "line_undone_otherwise"),
        (roll.PaymentUndone, {"differences": {"2019-07": 1}}, "line_undone_otherwise"),
        (roll.PaymentUndone, {"budget": "x.2019.city"}, "line_undone_otherwise"),
        (rollrun.ListPaid, {"months_fen": 1}, "list_not_by_lines"),
        (rollrun.ListPaid, {"by_line": False}, "list_not_by_lines"),
    ],
)
def test_a_line_taken_back_otherwise_than_it_was_paid_is_found(
    desk: Desk, kind: type, fields: dict[str, Any], finding: str
) -> None:
    def altered(body: Any) -> Any:
        return msgspec.structs.replace(body, **fields) if isinstance(body, kind) else body

    found = Findings()
    check = Rolls(found, desk.present_book())
    with desk.ledger.database.reading() as connection:
        for portion in Walk(connection, Findings(), None, None).portions():
            check.see(Portion(portion.commit, [(row, altered(body)) for row, body in portion.events]))
        check.finish(connection)
    assert finding in found.counts


def test_the_ledger_with_a_line_taken_back_is_sound(desk: Desk) -> None:
    assert verify(desk.ledger.database, desk.book).sound
