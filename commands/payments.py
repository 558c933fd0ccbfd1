"""Payments from order to bank and back: a batch is released, answers are taken in, silence is asked about.

The ledger is written before the file: a batch whose file was lost on the way is made again from what is recorded, byte
by byte, and a batch is never in the bank's hands without being on record. Names and account numbers are read from the
person store at the moment of writing, and stand nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final

from sqlalchemy import select

from commands.bank.gateway import Answer, BankGateway, Batch, Instruction, Line, Received
from commands.desk import Desk
from ledger.money import format_fen
from ledger.refusal import Refusal
from ledger.store.persons import Person, PersonStore
from ledger.streams import payment as payments
from ledger.streams.bank_line import mentions_in
from ledger.streams.payment import Payment
from projections.registers import REGISTERS

LINES_AT_ONCE: Final = 10_000
"""Answers or lines that one unit of work takes in."""

ASKED_AFTER_DAYS: Final = 1
"""Days of silence after which the bank is asked: a payment is carried out at once (即时划款)."""

SHOWN_MAX: Final = 5


def release(
    desk: Desk,
    gateway: BankGateway,
    people: PersonStore,
    batch: str,
    on: date,
    *,
    purse: str = "fund",
    actor: str,
    approver: str,
    leave_out: bool = True,
) -> dict[str, Any]:
    """Releases what stands in a purse as one batch; a batch that is on record is handed over again, as it was.

    Orders whose payee has no account on file are left out and named; they stand, and are an obligation. Refuses
    ``payee_account_missing`` where that leaves none (without ``leave_out`` where there is one), and
    ``batch_file_changed`` where a recorded batch would not come out the same.
    """
    recorded = _read(desk, "batch", [batch]).get(batch)
    left_out: list[str] = []
    if recorded is None:
        content = _to_send(desk, gateway, people, batch, on, purse, leave_out)
        left_out = content["left_out"]
        desk.do("send_payments", content, actor=actor, approver=approver, key=f"send-{batch}")
        recorded = _read(desk, "batch", [batch])[batch]
    return _hand_over(desk, gateway, people, batch, recorded) | {"left_out": left_out}


def _to_send(
    desk: Desk, gateway: BankGateway, people: PersonStore, batch: str, on: date, purse: str, leave_out: bool
) -> dict[str, Any]:
    """Which orders go and which do not, with the digest of their file."""
    orders = _standing(desk, purse, on)
    instructions, nameless = _instructions(desk, people, orders, next_try=True)
    if nameless and not (leave_out and instructions):
        raise _payee_missing(nameless)
    if not instructions:
        raise Refusal("batch_empty", batch=batch, purse=purse)
    made = Batch(batch, "pay", on, gateway.own_account(purse), instructions)
    without = set(nameless)
    return {
        "on": on,
        "batch": batch,
        "purse": purse,
        "payments": [key for key in orders if key not in without],
        "left_out": nameless,
        "digest": gateway.digest(made),
    }


def _hand_over(
    desk: Desk, gateway: BankGateway, people: PersonStore, batch: str, recorded: Any
) -> dict[str, Any]:
    """Hands over what is on record, if it comes out as it was released.

    A batch that was approved as a proposal without a digest promised no bytes: it is made from what is recorded.
    """
    orders = _read(desk, "payment", _keys(desk, "payment", batch=batch))
    instructions, nameless = _instructions(desk, people, dict(sorted(orders.items())), next_try=False)
    if nameless and not recorded.digest:
        raise _payee_missing(nameless)
    made = Batch(batch, "pay", recorded.sent_on, gateway.own_account(recorded.purse), instructions)
    if recorded.digest and gateway.digest(made) != recorded.digest:
        raise Refusal("batch_file_changed", batch=batch)
    gateway.hand_over(made)
    return {
        "batch": batch,
        "count": recorded.count,
        "amount_fen": recorded.amount_fen,
        "digest": recorded.digest,
    }


def _payee_missing(payments_left: Sequence[str]) -> Refusal:
    shown = ", ".join(payments_left[:SHOWN_MAX])
    return Refusal("payee_account_missing", count=len(payments_left), payments=shown)


def _standing(desk: Desk, purse: str, on: date) -> dict[str, Payment]:
    found = _read(desk, "payment", _keys(desk, "payment", status="ordered", purse=purse))
    return {key: state for key, state in sorted(found.items()) if state.since <= on}


def _instructions(
    desk: Desk, people: PersonStore, orders: Mapping[str, Payment], *, next_try: bool
) -> tuple[list[Instruction], list[str]]:
    """The instructions of orders, and those whose payee has no name or account on file."""
    payees = {key: state.payee_account or state.payee for key, state in orders.items()}
    with desk.ledger.database.reading() as connection:
        known = people.read(connection, payees.values())
    made, nameless = [], []
    for key, state in orders.items():
        payee = known.get(payees[key], Person())
        if not (payee.name and payee.bank_card):
            nameless.append(key)
            continue
        end_to_end = payments.end_to_end_id(key, state.attempt + next_try)
        made.append(Instruction(end_to_end, state.amount_fen, payee.name, payee.bank_card))
    return made, nameless


# ---------------------------------------------------------------- what the bank says


def receive(desk: Desk, gateway: BankGateway, people: PersonStore, on: date, *, actor: str) -> dict[str, Any]:
    """Takes in every message of the bank, then matches what is open. A message that comes again changes nothing."""
    counted = {
        "messages": 0,
        "accepted": 0,
        "settled": 0,
        "failed": 0,
        "unchanged": 0,
        "refused": 0,
        "lines": 0,
    }
    for message in gateway.inbox():
        for some in _portions(_single(desk, message.answers)):
            content = {"on": on, "answers": some, "accept_good_rows": True}
            for what, count in desk.do("record_bank_answers", content, actor=actor).result.items():
                counted[what] += count
        for lines in _portions(_recordable(desk, people, message)):
            content = {"on": on, "lines": lines, "accept_good_rows": True}
            taken = desk.do("record_bank_lines", content, actor=actor).result
            counted["lines"] += taken["new"]
            counted["refused"] += taken["refused"]
        counted["messages"] += 1
        gateway.done(message)
    matched = desk.do("reconcile", {"on": on}, actor=actor).result
    return counted | matched


def ask(
    desk: Desk, gateway: BankGateway, on: date, *, actor: str, after_days: int = ASKED_AFTER_DAYS
) -> dict[str, Any]:
    """Asks the bank about every order on which it has been silent for some days."""
    under_way = _read(desk, "payment", _keys(desk, "payment", status=list(payments.UNDER_WAY)))
    silent = sorted(key for key, one in under_way.items() if payments.age_days(one, on) >= after_days)
    if not silent:
        return {"asked": 0, "end_to_end": []}
    content = {"on": on, "payments": silent, "why": f"{after_days} 日无结果"}
    asked = desk.do("ask_bank", content, actor=actor).result
    gateway.ask(on, asked["end_to_end"])
    return asked


def _single(desk: Desk, answers: Sequence[Answer]) -> Iterator[dict[str, Any]]:
    """Answers order by order; one about a whole batch is one about each of its orders."""
    for one in answers:
        ends = [one.end_to_end]
        if one.batch:
            in_batch = _read(desk, "payment", _keys(desk, "payment", batch=one.batch))
            ends = sorted(state.end_to_end for state in in_batch.values())
        for end_to_end in ends:
            yield {
                "end_to_end": end_to_end,
                "status": one.status,
                "reference": one.reference,
                "reason": one.reason,
                **({} if one.amount_fen is None else {"amount": format_fen(one.amount_fen)}),
            }


def _recordable(desk: Desk, people: PersonStore, message: Received) -> Iterator[dict[str, Any]]:
    """Lines as they are recorded: without names and text, but with what these say of our own references."""
    parties = _parties(desk, people, message.lines)
    for one in message.lines:
        yield {
            "purse": one.purse,
            "side": one.side,
            "amount": format_fen(one.amount_fen),
            "reference": one.reference,
            "booked_on": one.booked_on.isoformat(),
            "end_to_end": one.end_to_end,
            "reversal": one.reversal,
            "mentions": list(mentions_in(one.text)),
            "message": message.name,
            **({"party": party} if (party := parties.get((one.party_name, one.amount_fen))) else {}),
        }


def _parties(desk: Desk, people: PersonStore, lines: Sequence[Line]) -> dict[tuple[str, int], str]:
    """Who sent money that names nothing of ours: an employer by its registered name, or a payee of that amount."""
    asked = {
        (one.party_name, one.amount_fen)
        for one in lines
        if one.side == "in" and one.party_name and not one.end_to_end
    }
    if not asked:
        return {}
    register = REGISTERS["employer"].table.c
    with desk.ledger.database.reading() as connection:
        names = {name for name, _ in asked}
        rows = connection.execute(select(register.name, register.key).where(register.name.in_(names)))
        employers = {row.name: row.key for row in rows}
        paid = {fen: _payees(connection, fen) for _, fen in asked}
        known = people.read(connection, {payee for payees in paid.values() for payee in payees})
    found = {}
    for name, fen in asked:
        persons = [payee for payee in paid[fen] if payee in known and known[payee].name == name]
        if name in employers:
            found[name, fen] = employers[name]
        elif len(persons) == 1:
            found[name, fen] = persons[0]
    return found


def _payees(connection: Any, amount_fen: int) -> set[str]:
    register = REGISTERS["payment"].table.c
    asked = select(register.payee).where(register.status == "settled", register.amount_fen == amount_fen)
    return set(connection.execute(asked).scalars())


def _portions(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    rest = iter(rows)
    while some := list(islice(rest, LINES_AT_ONCE)):
        yield some


def _keys(desk: Desk, kind: str, **equal: Any) -> list[str]:
    with desk.ledger.database.reading() as connection:
        return REGISTERS[kind].keys_where(connection, **equal)


def _read(desk: Desk, kind: str, keys: Sequence[str]) -> dict[str, Any]:
    with desk.ledger.database.reading() as connection:
        return {key: state for key, (_, state) in REGISTERS[kind].read(connection, keys).items()}
