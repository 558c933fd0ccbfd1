"""References from outside count once in the whole history: the register, its guard, its verification, its migration."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from commands.desk import Desk
from ledger.books.references import _READERS, use_of
from ledger.dates import utc_now
from ledger.refusal import Refusal
from ledger.store import tables
from ledger.streams import account, grant, payment, penalty, period, person, receipt, roll
from ledger.streams.base import EVENTS, Event, encode
from migrations.versions import v0029_references
from projections.registers.references import USES, Uses, take_in
from projections.replay.rebuild import replay
from projections.replay.verify import verify

DAY = date(2019, 7, 1)

NOT_ONE_SUM = {
    "payment.accepted/1": "a debit: one serial may stand for a batch, and the end-to-end id tells its orders apart",
    "payment.settled/1": "a debit, as above",
    "deduction.done/1": "a collection: one serial may stand for a batch of loans",
    "loan.repaid/1": "told apart within its loan",
    "loan.recovered/1": "told apart within its loan",
    "bank_line.recorded/1": "the line itself: its stream is its serial number",
    "transfer.money_arrived/1": "its receipt has the reference",
    "transfer.money_taken_back/1": "the payment that came back has the reference",
}
"""Events with a reference from outside that is not counted by the register, and why."""


def _samples() -> list[tuple[str, int, Event]]:
    """One event of every kind that uses a reference, some without one, and a reversal that frees one."""
    on: dict[str, Any] = {"effective_on": DAY}
    moved = {"carried_fen": 3, "current_fen": 4}
    bodies: list[tuple[str, Event]] = [
        ("account-A1", account.TransferredIn(**on, amount_fen=5, months=2, from_centre="沈阳", letter="L1")),
        ("account-A1", account.TransferredOut(**on, **moved, months=2, to_centre="大连", letter="L2")),
        ("account-A1", account.Recovered(**on, amount_fen=5, person="P1", case="F1", reference="B1")),
        (
            "account-A1",
            account.EntryReversed(
                **on, reverses=1, of_topic="account.transferred_in/1", carried_fen=0, current_fen=-5, reason="串户",
                money="bank",
            ),
        ),
        ("person-P1", person.MoneyReturned(**on, case="F1", amount_fen=5, booked_to="account-A1", reference="B1")),
        ("person-P1", person.MoneyReturned(**on, case="F2", amount_fen=6, booked_to="loan-L1", reference="B2")),
        ("receipt-R1", receipt.Received(**on, amount_fen=7, why="unknown", bank_reference="X1")),
        ("receipt-R2", receipt.Received(**on, amount_fen=7, why="over", employer="E1", bank_reference="X2")),
        ("receipt-R3", receipt.Received(**on, amount_fen=7, why="unknown")),
        ("payment-A1.3", payment.Returned(**on, bank_reference="H1", reason="户名不符", held_fen=8)),
        ("payment-A1.4", payment.Returned(**on, bank_reference="H1", reason="", held_fen=8, purse="subsidy")),
        ("payment-A1.5", payment.Returned(**on, bank_reference="H2", reason="", held_fen=8, source="held")),
        ("penalty-N1", penalty.Paid(**on, amount_fen=9, reference="T1")),
        ("grant-G1", grant.Repaid(**on, amount_fen=10, how="bank", reference="S1")),
        ("grant-G1", grant.Repaid(**on, amount_fen=10, how="set_off", reference="grant-G2/5")),
        ("roll-R1", roll.Repaid(**on, budget="b", amount_fen=11, reference="S2", by="treasurer")),
    ]  # fmt: skip
    bodies += [
        ("period-2019-07", period.EntryBooked(**on, kind=kind, amount_fen=12, reference=f"V-{kind}"))
        for kind in period.ENTRIES
    ]
    versions: dict[str, int] = {}
    placed = []
    for stream_id, body in bodies:
        versions[stream_id] = versions.get(stream_id, 0) + 1
        placed.append((stream_id, versions[stream_id], body))
    return placed


def test_every_event_with_a_reference_is_counted_or_says_why_not() -> None:
    named = {
        topic
        for topic, kind in EVENTS.items()
        if {"reference", "bank_reference", "letter"} & set(kind.__struct_fields__)
    }
    counted = {kind.topic for kind in _READERS}
    assert named - counted == set(NOT_ONE_SUM)
    assert counted <= named
    assert {type(body) for _, _, body in _samples()} - {account.EntryReversed} == set(_READERS)


def test_the_migration_finds_in_history_what_the_register_would_have_kept(desk: Desk) -> None:
    uses: Uses = {}
    with desk.ledger.database.writing() as connection:
        for number, (stream_id, version, body) in enumerate(_samples(), start=1):
            take_in(uses, stream_id, version, body)
            row = {
                "id": number, "stream_id": stream_id, "version": version, "topic": body.topic,
                "state": encode(body).decode(), "recorded_at": utc_now(),
            }  # fmt: skip
            connection.execute(insert(tables.event).values(**row))
        for statement in v0029_references.fill(connection.dialect.name == "postgresql"):
            connection.execute(text(statement))
        rows = {(row.stream_id, row.version): row for row in connection.execute(select(USES))}
    assert len(uses) == 19
    assert {
        place: (row.key, row.stream_id, row.content, row.amount_fen, row.freed) for place, row in rows.items()
    } == uses
    assert [place for place, use in uses.items() if use.freed] == [("account-A1", 1)]


def _receive(desk: Desk, receipt_id: str, reference: str, amount: str = "100.00") -> Any:
    content = {"on": DAY, "receipt": receipt_id, "amount": amount, "bank_reference": reference}
    return desk.do("receive", content, actor="clerk")


def test_a_reference_that_is_used_leaves_no_trace_and_replay_and_verify_agree(desk: Desk) -> None:
    _receive(desk, "R1", "X1")
    last = _receive(desk, "R2", "X2").last_event_id
    with pytest.raises(Refusal) as refused:
        _receive(desk, "R3", "X1")
    assert refused.value.code == "bank_reference_used"
    assert refused.value.facts["stands"] == "receipt-R1"
    again = _receive(desk, "R1", "X1")
    assert again.last_event_id == last
    database = desk.ledger.database
    assert replay(database, []).equal
    assert verify(database, desk.book).sound


def test_no_decision_can_use_a_reference_twice_in_one_unit_of_work(desk: Desk) -> None:
    """The register itself refuses, whatever a handler has forgotten to ask."""
    from ledger.store.unit_of_work import Request, UnitOfWork

    def twice(uow: UnitOfWork) -> dict[str, Any]:
        for key in ("R1", "R2"):
            uow.state("receipt", key)
            received = receipt.Received(effective_on=DAY, amount_fen=5, why="unknown", bank_reference="X1")
            uow.append("receipt", key, (received,))
        return {}

    with pytest.raises(Refusal) as refused:
        desk.ledger.execute(Request("k", "receive", "clerk", {}), twice)
    assert refused.value.code == "bank_reference_used"
    assert desk.ledger.events() == []


@pytest.mark.parametrize(
    ("alteration", "code"),
    [
        ("UPDATE register_reference SET freed = 1 WHERE stream_id = 'receipt-R1'", "register_row_differs"),
        ("DELETE FROM register_reference WHERE stream_id = 'receipt-R1'", "register_row_missing"),
        (
            "INSERT INTO register_reference VALUES ('receipt-R9', 1, 'in.fund:X9', 'x', 1, 0)",
            "register_row_surplus",
        ),
    ],
)
def test_verify_finds_a_register_that_was_altered_and_replay_puts_it_right(
    desk: Desk, alteration: str, code: str
) -> None:
    _receive(desk, "R1", "X1")
    database = desk.ledger.database
    with database.writing() as connection:
        connection.execute(text(alteration))
    assert set(verify(database, desk.book).counts) == {code}
    assert replay(database, []).switched
    assert verify(database, desk.book).sound


def test_verify_finds_a_reference_that_an_older_program_booked_twice(desk: Desk) -> None:
    twin = receipt.Received(effective_on=DAY, amount_fen=5, why="unknown", bank_reference="X1")
    desk.ledger.indexes = ()
    _receive(desk, "R1", "X1", "0.05")
    _receive(desk, "R2", "X1", "0.05")
    assert use_of("receipt-R1", twin) is not None
    assert "reference_used_twice" in verify(desk.ledger.database, desk.book).counts
