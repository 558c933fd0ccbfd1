"""Commands about the deduction of loans (批量扣款): a file to the bank, its result file, and what is still unknown.

住房公积金管理条例 第二十六条. A file is one commit, however long it is: one question to each register.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from commands.handlers.loan_service import repay
from commands.handlers.loans import terms_on
from commands.handlers.registry import Work, command
from commands.schemas import deductions as schemas
from ledger.policy.loan_terms import Terms
from ledger.refusal import LineRefusal, Refusal
from ledger.store import references
from ledger.streams import batch as batches
from ledger.streams import deduction as deductions
from ledger.streams import loan as loans
from ledger.streams import receipt as receipts
from ledger.streams.deduction import Deduction
from ledger.streams.loan import LOANS, Arrived
from ledger.streams.loan.state import RUNNING

CLAUSE: Final = "住房公积金管理条例 第二十六条"


@command("send_deductions", schemas.SendDeductions, clause=CLAUSE, zh="发送批量扣款")
def send_deductions(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Asks the bank to collect what loans owe on the day. A loan whose last deduction is open is left out, and counted.

    Refuses ``batch_exists`` and ``batch_empty``; a loan that is named must owe something and have no open deduction.
    """
    batch, on, named = given["batch"], given["on"], given["loans"]
    batches.require_new(work.uow.state("batch", batch), batch)
    found = work.find("loan", status=RUNNING) if named is None else work.uow.load("loan", named)
    present: dict[str, Deduction] = work.uow.load("deduction", list(found))
    terms = terms_on(work, on)
    asked, left_out, sum_fen = 0, 0, 0
    for key, state in found.items():
        due_fen = loans.claim_on(loans.bring_up(state, on, terms)[0], on, terms).total_fen
        if named is None and (not due_fen or present[key].status in deductions.OPEN):
            left_out += bool(due_fen)
            continue
        if not due_fen:
            raise Refusal("loan_nothing_due", loan=key, on=on.isoformat())
        work.add("deduction", key, deductions.ask(present[key], key, batch, due_fen, given["mode"], on))
        asked, sum_fen = asked + 1, sum_fen + due_fen
    if not asked:
        raise Refusal("batch_empty", batch=batch, purse="fund")
    sent = batches.Sent(
        effective_on=on,
        direction="collect",
        purse="fund",
        count=asked,
        amount_fen=sum_fen,
        digest=given["digest"],
    )
    work.add("batch", batch, (sent,))
    return {"batch": batch, "count": asked, "amount_fen": sum_fen, "left_out": left_out}


@command("record_deductions", schemas.RecordDeductions, clause=CLAUSE, zh="登记扣款结果")
def record_deductions(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes in the bank's results: what was collected repays its loan in the same commit, and what is over is held.

    A result that came before changes nothing. Refuses ``lines_refused`` with every bad row, unless
    ``accept_good_rows``.
    """
    results, on = given["results"], given["on"]
    by_end = loans_of(work, [one["end_to_end"] for one in results])
    work.uow.load("loan", list(by_end.values()))
    terms = terms_on(work, on)
    booked = references.events_under(
        work.uow.connection, ((LOANS.id(loan), end_to_end) for end_to_end, loan in by_end.items())
    )
    counted = {"done": 0, "failed": 0, "unknown": 0, "unchanged": 0, "collected_fen": 0, "held_fen": 0}
    refused = []
    for row, one in enumerate(results, start=1):
        try:
            loan = by_end.get(one["end_to_end"], "")
            events = _decided(work, loan, one, on)
        except Refusal as refusal:
            refused.append(LineRefusal(row, "end_to_end", refusal))
            continue
        counted[one["status"] if events else "unchanged"] += 1
        if events and one["status"] == "done":
            counted["collected_fen"] += one["amount"]
            counted["held_fen"] += _repaid(
                work, loan, Arrived(one["amount"], on, "bank_card", one["end_to_end"]), terms, booked
            )
    work.refuse_lines(refused, len(results), given["accept_good_rows"])
    return counted | {"refused": len(refused)}


def _decided(work: Work, loan: str, one: dict[str, Any], on: date) -> tuple[Any, ...]:
    end_to_end = one["end_to_end"]
    if not loan:
        raise Refusal("deduction_unknown", loan="", end_to_end=end_to_end)
    state: Deduction = work.uow.state("deduction", loan)
    match one["status"]:
        case "done":
            events = deductions.done(state, loan, end_to_end, one["amount"], one["reference"], on)
        case "failed":
            events = deductions.fail(state, loan, end_to_end, one["reason"], on)
        case _:
            events = deductions.leave_unknown(state, loan, end_to_end, one["reason"], on)
    work.add("deduction", loan, events)
    return events


def _repaid(work: Work, loan: str, arrived: Arrived, terms: Terms, booked: references.Found) -> int:
    """Repays the loan; money that it cannot take any more is held for its payer, for it has come. Gives what is held."""
    try:
        return int(repay(work, loan, arrived, terms, booked)["held_fen"])
    except Refusal:
        receipt = f"deduction-{loan}.{work.uow.version('deduction', loan)}"
        received = receipts.Received(
            effective_on=arrived.on,
            amount_fen=arrived.amount_fen,
            why="over",
            bank_reference=arrived.reference,
        )
        held = work.uow.state("receipt", receipt)
        work.add("receipt", receipt, receipts.receive(held, receipt, received))
        return arrived.amount_fen


def loans_of(work: Work, ends: list[str]) -> dict[str, str]:
    """The loans whose newest deduction was sent under end-to-end ids; others are left out."""
    found: dict[str, Deduction] = work.find("deduction", end_to_end=sorted(set(ends) - {""}))
    return {state.end_to_end: loan for loan, state in found.items()}


@command("ask_deductions", schemas.AskDeductions, clause=CLAUSE, zh="查询扣款结果")
def ask_deductions(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Notes that results of a batch are not known and are asked for again; nothing is concluded from silence."""
    found: dict[str, Deduction] = work.find("deduction", batch=given["batch"], status=list(deductions.OPEN))
    for loan, state in found.items():
        events = deductions.leave_unknown(state, loan, state.end_to_end, given["why"], given["on"])
        work.add("deduction", loan, events)
    return {"asked": len(found), "end_to_end": [state.end_to_end for state in found.values()]}
