"""Commands about payment orders (划款指令): sent in batches, answered by the bank, asked about, sent back, sent again.

葫政发〔2019〕12号 第十二条. The ledger orders and the bank pays; what the bank has not said is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from commands.handlers.registry import Work, command
from commands.schemas import payments as schemas
from ledger.payees import Part, numbered
from ledger.refusal import LineRefusal, Refusal
from ledger.streams import batch as batches
from ledger.streams import payment as payments
from ledger.streams import receipt as receipts
from ledger.streams.base import Event
from ledger.streams.payment import Payment

CLAUSE: Final = "葫政发〔2019〕12号 第十二条"


@command("send_payments", schemas.SendPayments, clause=CLAUSE, zh="发送划款批次", pays=True)
def send_payments(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Releases payment orders of one purse to the bank, as one batch under one id. Refuses ``batch_empty``."""
    batch, on = given["batch"], given["on"]
    batches.require_new(work.uow.state("batch", batch), batch)
    if given["payments"] is None:
        standing = work.find("payment", status="ordered", purse=given["purse"])
        left_out = set(given["left_out"])
        found = {key: one for key, one in standing.items() if one.since <= on and key not in left_out}
    else:
        found = work.uow.load("payment", given["payments"])
        for key, state in found.items():
            if state.status and state.purse != given["purse"]:
                raise Refusal("payment_of_another_purse", payment=key, purse=state.purse)
    if not found:
        raise Refusal("batch_empty", batch=batch, purse=given["purse"])
    sent = batches.Sent(
        effective_on=on,
        direction="pay",
        purse=given["purse"],
        count=len(found),
        amount_fen=sum(one.amount_fen for one in found.values()),
        digest=given["digest"],
    )
    work.add("batch", batch, (sent,))
    for key, state in found.items():
        work.add("payment", key, payments.send(state, key, batch, on))
    for key, state in work.uow.load("payment", given["left_out"]).items():
        work.add("payment", key, payments.leave_out(state, key, batch, on))
    return {"batch": batch, "count": sent.count, "amount_fen": sent.amount_fen}


@command("record_bank_answers", schemas.RecordBankAnswers, clause=CLAUSE, zh="登记银行回执")
def record_bank_answers(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes in what the bank said of orders: accepted (not paid yet), settled or failed.

    An answer that came before changes nothing. Refuses ``lines_refused`` with every answer that fits no order, unless
    ``accept_good_rows`` takes in the others.
    """
    answers, counted = given["answers"], {"accepted": 0, "settled": 0, "failed": 0, "unchanged": 0}
    by_end = of_end_to_end(work, (one["end_to_end"] for one in answers))
    refused = []
    for row, answer in enumerate(answers, start=1):
        try:
            key = by_end.get(answer["end_to_end"])
            if key is None:
                raise Refusal("end_to_end_unknown", end_to_end=answer["end_to_end"])
            events = _answered(work.uow.state("payment", key), key, answer, given["on"])
        except Refusal as refusal:
            refused.append(LineRefusal(row, "end_to_end", refusal))
            continue
        work.add("payment", key, events)
        counted[answer["status"] if events else "unchanged"] += 1
    work.refuse_lines(refused, len(answers), given["accept_good_rows"])
    return {**counted, "refused": len(refused)}


def _answered(state: Payment, key: str, answer: dict[str, Any], on: date) -> tuple[Event, ...]:
    end_to_end, reference = answer["end_to_end"], answer["reference"]
    amount_fen = state.amount_fen if answer["amount"] is None else answer["amount"]
    match answer["status"]:
        case "accepted":
            return payments.accept(state, end_to_end, reference, on)
        case "settled":
            return payments.settle(state, key, end_to_end, reference, amount_fen, on)
        case _:
            return payments.fail(state, end_to_end, answer["reason"], on)


def of_end_to_end(work: Work, ends: Iterable[str]) -> dict[str, str]:
    """The orders that were sent under end-to-end ids, whichever of their tries; unknown ids are left out."""
    by_reference = {end: payments.reference_of(end) for end in ends}
    found = work.find("payment", reference=sorted(set(by_reference.values()) - {""}))
    keys = {state.reference: (key, state.attempt) for key, state in found.items()}
    return {
        end: key
        for end, reference in by_reference.items()
        for key, attempts in (keys.get(reference, ("", 0)),)
        if end in {payments.end_to_end_id(key, attempt) for attempt in range(1, attempts + 1)}
    }


@command("ask_bank", schemas.AskBank, clause=CLAUSE, zh="查询划款结果")
def ask_bank(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Notes that the bank left the result open and is asked again; the answer names the end-to-end ids to ask for.

    Nothing is concluded from silence, however long it lasts. Asked twice on a day it is noted once.
    """
    if given["payments"] is None:
        narrower = {} if given["batch"] is None else {"batch": given["batch"]}
        found = work.find("payment", status=list(payments.UNDER_WAY), **narrower)
    else:
        found = work.uow.load("payment", given["payments"])
    for key, state in found.items():
        work.add("payment", key, payments.leave_unknown(state, key, given["why"], given["on"]))
    return {"asked": len(found), "end_to_end": [state.end_to_end for state in found.values()]}


@command("return_payment", schemas.ReturnPayment, clause=CLAUSE, zh="划款退汇")
def return_payment(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes back a payment that came back after it had been paid, from the bank or out of an unknown receipt."""
    key, on, receipt = given["payment"], given["on"], given["receipt"]
    state: Payment = work.uow.state("payment", key)
    amount_fen = state.amount_fen if given["amount"] is None else given["amount"]
    source = "held" if receipt else "bank"
    events = come_back(work, key, amount_fen, given["reference"], given["reason"], on, source)
    if receipt and events:
        held = work.uow.state("receipt", receipt)
        allocated = receipts.Allocated(effective_on=on, amount_fen=amount_fen, to=f"payment-{key}")
        work.add("receipt", receipt, receipts.allocate(held, receipt, held.employer, allocated))
    work.add("payment", key, events)
    return {"payment": key, "held_fen": amount_fen}


def come_back(
    work: Work, key: str, amount_fen: int, reference: str, reason: str, on: date, source: str = "bank"
) -> tuple[Event, ...]:
    """Takes a payment back under the bank's serial number; refuses ``bank_reference_used``."""
    state: Payment = work.uow.state("payment", key)
    returned = payments.Returned(
        effective_on=on,
        bank_reference=reference,
        reason=reason,
        held_fen=amount_fen,
        purse=state.purse,
        source=source,
    )
    if work.booked_before("payment", key, returned):
        return ()
    return payments.give_back(state, key, amount_fen, reference, reason, on, source)


@command("cancel_payment", schemas.CancelPayment, clause=CLAUSE, zh="止付")
def cancel_payment(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Stops an order that was not sent; the money is held for the payee until it is ordered again."""
    key = given["payment"]
    state: Payment = work.uow.state("payment", key)
    work.add("payment", key, payments.cancel(state, key, given["reason"], given["on"]))
    return {"payment": key, "held_fen": state.amount_fen}


@command("reissue_payment", schemas.ReissuePayment, clause=CLAUSE, zh="重新划款", pays=True)
def reissue_payment(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Orders a payment again that failed, came back or was stopped, to another account of the payee if one is named."""
    key = given["payment"]
    state: Payment = work.uow.state("payment", key)
    events = payments.reissue(state, key, given["payee_account"], given["reason"], given["on"])
    work.add("payment", key, events)
    return {"payment": key, "amount_fen": state.amount_fen}


def order_parts(work: Work, cause: str, paid: Sequence[Part], on: date) -> None:
    """Orders what one cause pays to each of its payees, by an order each."""
    for one in paid:
        ordered = payments.Ordered(
            effective_on=on,
            cause=cause,
            payee=one.person,
            principal_fen=one.principal_fen,
            interest_fen=one.interest_fen,
            payee_account=one.payee_account,
        )
        state = work.uow.state("payment", one.payment)
        work.add("payment", one.payment, payments.order(state, one.payment, ordered))


def undo_order(work: Work, payment: str, reason: str, on: date) -> None:
    """Ends the payment orders of a cause that is reversed in this unit of work (冲账); ``payment`` is the first one."""
    number, state = 1, work.uow.state("payment", payment)
    while state.status:
        key = numbered(payment, number)
        work.add("payment", key, payments.undo(state, key, reason, on))
        number += 1
        state = work.uow.state("payment", numbered(payment, number))
