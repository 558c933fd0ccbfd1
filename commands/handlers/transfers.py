"""Transfers between cities (异地转移接续): what our own people do with a letter, as receiving and as sending centre."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from msgspec.structs import replace

from commands.handlers.accounts import book_transfer_in, leave_for
from commands.handlers.deposits import check_owner
from commands.handlers.payments import come_back
from commands.handlers.registry import Work, command
from commands.handlers.withdrawals import reverse
from commands.schemas import transfers as schemas
from ledger.dates import format_month, working_days_after
from ledger.refusal import Refusal
from ledger.streams import account as accounts
from ledger.streams import payment as payments
from ledger.streams import person as conduct
from ledger.streams import receipt as receipts
from ledger.streams import transfer as transfers
from ledger.streams.base import Event
from ledger.streams.loan import Loan
from ledger.streams.transfer import Transfer

CITY = "葫政发〔2019〕12号"
CLAUSE = f"{CITY} 第九条第二款"
SIX_MONTHS: Final = 6
"""What the account information asks: were the last six months paid without a gap (SixMconFlag)?"""


def within(work: Work, parameter: str, on: date) -> date | None:
    """The last of the working days that a parameter gives; none where the year's calendar is not published yet."""
    days = work.law.value(parameter, on)
    try:
        return working_days_after(on, days)
    except Refusal:
        return None


def letter_of(work: Work, letter: str) -> Transfer:
    state: Transfer = work.uow.state("transfer", letter)
    return state


def answer(letter: str, state: Transfer) -> dict[str, Any]:
    return {"letter": letter, "status": state.status}


# ---------------------------------------------------------------- as the receiving centre


@command("apply_transfer", schemas.ApplyTransfer, clause=CLAUSE, zh="异地转入申请受理")
def apply_transfer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes an employee's application and numbers its letter; one is open at a time, a failed end allows another."""
    account, on = given["account"], given["on"]
    state = work.account(account)
    accounts.require_live(state, account)
    months = work.law.value("transfer_in_months_min", on)
    history = work.history("account", account)
    row = accounts.months_in_a_row(history) if state.status == "normal" else 0
    if row < months:
        raise Refusal("contribution_not_steady", account=account, months=row, needed=months)
    for key, one in work.find("transfer", person=state.person).items():
        if one.direction == "in" and one.centre == given["centre"] and transfers.is_open(one):
            raise Refusal("transfer_open", letter=key, status=one.status)
    own = work.law.value("centre_code", on)
    if given["centre"] == own:
        raise Refusal("transfer_within_centre", centre=own)
    series = transfers.series_of(own, on)
    letter = given["letter"] or transfers.letter_number(
        own, on, 1 + len(work.find("transfer", series=series))
    )
    if any(isinstance(one.body, accounts.TransferredIn) and one.body.letter == letter for one in history):
        raise Refusal("letter_already_booked", account=account, letter=letter)
    applied = transfers.Applied(
        effective_on=on,
        account=account,
        person=state.person,
        centre=given["centre"],
        account_there=given["account_there"],
        series=letter[: len(series)],
        due_on=within(work, "transfer_letter_working_days", on),
        parameters=(work.law.parameter("transfer_in_months_min", on).version,),
    )
    after = work.add("transfer", letter, transfers.apply(letter_of(work, letter), letter, applied))
    return answer(letter, after)


@command("send_letter", schemas.OfLetter, clause=CLAUSE, zh="联系函复核发出")
def send_letter(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Sends the contact letter of an application to the other centre (BDC901)."""
    letter = given["letter"]
    sent = transfers.LetterSent(effective_on=given["on"])
    events = transfers.send_letter(letter_of(work, letter), letter, sent)
    return answer(letter, work.add("transfer", letter, events))


@command("cancel_transfer", schemas.OfLetter, clause=CLAUSE, zh="转入撤销")
def cancel_transfer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Asks to cancel a letter that is not confirmed (BDC903): the sending centre's answer decides."""
    letter = given["letter"]
    asked = transfers.CancelAsked(effective_on=given["on"])
    events = transfers.ask_cancel(letter_of(work, letter), letter, asked)
    return answer(letter, work.add("transfer", letter, events))


@command("transfer_money", schemas.MoneyOfLetter, clause=CLAUSE, zh="异地转入资金到账")
def transfer_money(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Holds money that came with a letter's number; one bank reference counts once, for one sum."""
    letter, on, amount_fen = given["letter"], given["on"], given["amount"]
    state = letter_of(work, letter)
    receipt = f"{letter}.{given['reference']}"
    agree = state.status == "08" and sum(state.receipts.values()) + amount_fen == transfers.due_fen(state)
    arrived = transfers.MoneyArrived(
        effective_on=on,
        amount_fen=amount_fen,
        receipt=receipt,
        reference=given["reference"],
        book_by=within(work, "transfer_booking_working_days", on) if agree else None,
    )
    events = transfers.arrive(state, letter, arrived)
    received = receipts.Received(
        effective_on=on, amount_fen=amount_fen, why="transfer", bank_reference=given["reference"]
    )
    if work.booked_before("receipt", receipt, received):
        events = ()
    else:
        held = receipts.receive(work.uow.state("receipt", receipt), receipt, received)
        work.add("receipt", receipt, held)
    after: Transfer = work.add("transfer", letter, events)
    return answer(letter, after) | {"held_fen": sum(after.receipts.values()), "receipt": receipt}


@command("negotiate_transfer", schemas.WithReason, clause=CLAUSE, zh="异地转入协商")
def negotiate_transfer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Asks the sending centre to amend its information (BDC905), with what is wrong."""
    letter = given["letter"]
    state = letter_of(work, letter)
    transfers.require_direction(state, letter, "in")
    transfers.require_status(state, letter, "08")
    opened = transfers.NegotiationOpened(
        effective_on=given["on"], round=state.rounds + 1, reason=given["reason"]
    )
    return answer(letter, work.add("transfer", letter, transfers.negotiate(state, opened)))


@command("book_transfer", schemas.BookTransfer, clause=CLAUSE, zh="异地转入入账办结")
def book_transfer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Books money and months on the account when information and money agree, and completes the letter.

    The fraud mark of the other centre is taken over in the same commit.
    """
    letter, on = given["letter"], given["on"]
    state = letter_of(work, letter)
    months = state.months if given["months"] is None else given["months"]
    completed = transfers.Completed(effective_on=on, status="20" if state.rounds else "00", months=months)
    events: tuple[Event, ...] = transfers.book(state, letter, completed)
    if events:
        events = (replace(completed, booked=_book(work, letter, state, months, on)),)
    after = work.add("transfer", letter, events)
    own = work.account(state.account)
    return answer(letter, after) | {
        "account": state.account,
        "balance_fen": own.balance_fen,
        "months": own.months,
    }


def _book(work: Work, letter: str, state: Transfer, months: int, on: date) -> str:
    """Books what is held and names the movement; refuses a letter that was booked before it ran by messages."""
    arrived = accounts.TransferredIn(
        effective_on=on,
        amount_fen=transfers.due_fen(state),
        months=months,
        from_centre=state.centre,
        letter=letter,
        interest_fen=state.interest_fen,
        source="held",
    )
    booked = book_transfer_in(work, state.account, arrived)
    if not booked:
        raise Refusal("letter_already_booked", account=state.account, letter=letter)
    for receipt, amount_fen in state.receipts.items():
        allocated = receipts.Allocated(effective_on=on, amount_fen=amount_fen, to=booked)
        given = receipts.allocate(work.uow.state("receipt", receipt), receipt, "", allocated)
        work.add("receipt", receipt, given)
    if state.fraud:
        taken = conduct.FlagTakenOver(
            effective_on=on,
            case=letter,
            from_centre=state.centre,
            document=letter,
            offence="loan" if set(state.bans) == {"loan"} else "withdrawal",
            last_days=state.bans,
        )
        record: conduct.Conduct = work.uow.state("person", state.person)
        work.add("person", state.person, conduct.take_over_flag(record, taken))
    return booked


@command("fail_transfer", schemas.WithReason, clause=CLAUSE, zh="转出失败办结")
def fail_transfer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Ends a letter without money or months; what is held of it is sent back first."""
    letter = given["letter"]
    state = letter_of(work, letter)
    transfers.require_direction(state, letter, "in")
    if state.status != "40":
        transfers.require_status(state, letter, "02", "06", "08", "13")
    if state.receipts:
        raise Refusal("transfer_money_held", letter=letter, held_fen=sum(state.receipts.values()))
    failed = transfers.Failed(effective_on=given["on"], reason=given["reason"])
    return answer(letter, work.add("transfer", letter, transfers.fail(state, failed)))


@command(
    "return_transfer_money", schemas.ReturnTransferMoney, clause=CLAUSE, zh="退回异地转入资金", pays=True
)
def return_transfer_money(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Sends money of a letter back to the other centre: too much, or of a letter that failed."""
    letter, on, receipt = given["letter"], given["on"], given["receipt"]
    state = letter_of(work, letter)
    held: receipts.Receipt = work.uow.state("receipt", receipt)
    payment = payments.key(receipt, work.uow.version("receipt", receipt) + 1)
    back = transfers.MoneyGivenBack(
        effective_on=on, amount_fen=held.open_fen, receipt=receipt, payment=payment
    )
    after: Transfer = work.add("transfer", letter, transfers.give_back(state, letter, back))
    returned = receipts.Returned(
        effective_on=on, amount_fen=held.open_fen, reason=given["reason"], payment=payment
    )
    work.add("receipt", receipt, receipts.give_back(held, receipt, returned, of_transfer=True))
    ordered = payments.Ordered(
        effective_on=on,
        cause=f"receipt-{receipt}/{work.uow.version('receipt', receipt)}",
        payee=state.centre,
        principal_fen=held.open_fen,
    )
    work.add("payment", payment, payments.order(work.uow.state("payment", payment), payment, ordered))
    return answer(letter, after) | {"returned_fen": held.open_fen, "payment": payment}


# ---------------------------------------------------------------- as the sending centre


@command("confirm_letter", schemas.OfLetter, clause=CLAUSE, zh="联系函确认接收")
def confirm_letter(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Confirms another centre's letter: our working days for account and money run."""
    letter, on = given["letter"], given["on"]
    state = letter_of(work, letter)
    transfers.require_direction(state, letter, "out")
    if state.status != "02":
        transfers.require_status(state, letter, "01")
        own = work.account(state.account)
        accounts.require_live(own, state.account)
        check_owner(own, state.account, None, state.person)
    confirmed = transfers.LetterConfirmed(
        effective_on=on, due_on=within(work, "transfer_sending_working_days", on)
    )
    return answer(letter, work.add("transfer", letter, transfers.confirm(state, confirmed)))


@command("refuse_letter", schemas.WithReason, clause=CLAUSE, zh="转出审核不通过")
def refuse_letter(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Refuses another centre's letter, with the reason; nothing leaves."""
    letter = given["letter"]
    state = letter_of(work, letter)
    transfers.require_direction(state, letter, "out")
    if state.status != "13":
        transfers.require_status(state, letter, "01", "02")
    refused = transfers.Refused(effective_on=given["on"], reason=given["reason"])
    return answer(letter, work.add("transfer", letter, transfers.refuse(state, refused)))


@command("send_transfer", schemas.SendTransfer, clause=CLAUSE, zh="异地转出划款", pays=True)
def send_transfer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Gives account information, closes the account and orders its money, principal and interest apart.

    The person's fraud mark goes with it, and so do the loans that were taken on the account.
    """
    letter, on = given["letter"], given["on"]
    state = letter_of(work, letter)
    transfers.require_direction(state, letter, "out")
    transfers.require_status(state, letter, "02")
    before = work.account(state.account)
    left = leave_for(work, state.account, state.centre, letter, on)
    said = _information(work, state, before, given, left.principal_fen, left.interest_fen)
    sent = transfers.InformationGiven(effective_on=on, payment=left.payment, booked=left.booked, **said)
    after = work.add("transfer", letter, transfers.inform(state, sent))
    return answer(letter, after) | {
        "principal_fen": left.principal_fen,
        "interest_fen": left.interest_fen,
        "payment": left.payment,
    }


def _information(
    work: Work,
    state: Transfer,
    own: accounts.Account,
    given: dict[str, Any],
    principal_fen: int,
    interest_fen: int,
) -> dict[str, Any]:
    """What the account information says of an account of ours."""
    record: conduct.Conduct = work.uow.state("person", state.person)
    running = {matter: conduct.standing(record, matter, given["on"]) for matter in conduct.MATTERS}
    last_days = {matter: conduct.end_of(one.ban) for matter, one in running.items() if one}
    return {
        "principal_fen": principal_fen,
        "interest_fen": interest_fen,
        "months": own.months,
        "opened_on": own.opened_on,
        "paid_up_to": format_month(own.paid_up_to) if own.paid_up_to else "",
        "six_months": accounts.months_in_a_row(work.history("account", state.account)) >= SIX_MONTHS,
        **_loans(work, state.person, given),
        "fraud": conduct.flag(record, given["on"]),
        "bans": {matter: day for matter, day in last_days.items() if day},
    }


def _loans(work: Work, person: str, given: dict[str, Any]) -> dict[str, Any]:
    """The loans on record here; what an older system knew besides is stated. One that is open may hold the account."""
    found: list[Loan] = [one for one in work.find("loan", borrower=person).values() if one.disbursed_on]
    unsettled = given["unsettled_loan"] or any(one.settled_on is None for one in found)
    if unsettled and work.law.value("transfer_out_with_loan", given["on"]) != "yes":
        raise Refusal("transfer_loan_open", person=person)
    return {"loans": max(given["loans"], len(found)), "unsettled_loan": unsettled}


@command("amend_transfer", schemas.AmendTransfer, clause=CLAUSE, zh="账户信息更正")
def amend_transfer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Answers a negotiation with amended information; the money that was sent stays as it was."""
    letter, on = given["letter"], given["on"]
    state = letter_of(work, letter)
    transfers.require_direction(state, letter, "out")
    transfers.require_status(state, letter, "06")
    own = work.account(state.account)
    said = _information(work, state, own, given, state.principal_fen, state.interest_fen)
    if given["months"] is not None:
        said["months"] = given["months"]
    amended = transfers.InformationAmended(effective_on=on, round=state.rounds, **said)
    return answer(letter, work.add("transfer", letter, transfers.amend(state, amended)))


@command("take_back_transfer", schemas.MoneyOfLetter, clause=CLAUSE, zh="转出失败资金退回")
def take_back_transfer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes our money back after a failure: the account stands again, sealed, as if nothing had left."""
    letter, on = given["letter"], given["on"]
    state = letter_of(work, letter)
    taken = transfers.MoneyTakenBack(
        effective_on=on, amount_fen=given["amount"], reference=given["reference"]
    )
    events = transfers.take_back(state, letter, taken)
    if events:
        _paid_and_returned(work, state, given)
        version = int(state.booked.rpartition("/")[2])
        back = {"account": state.account, "version": version, "month": None, "money": "bank", "on": on}
        reverse(work, {**back, "reason": f"转出失败退回 {letter}"})
    after = work.add("transfer", letter, events)
    return answer(letter, after) | {"balance_fen": work.account(state.account).balance_fen}


def _paid_and_returned(work: Work, state: Transfer, given: dict[str, Any]) -> None:
    """Where the bank had paid our order, the money that came back is first what its payee returned."""
    order: payments.Payment = work.uow.state("payment", state.payment)
    if order.status == "settled":
        reason, on = f"转出失败退回 {given['letter']}", given["on"]
        back = come_back(work, state.payment, given["amount"], given["reference"], reason, on)
        work.add("payment", state.payment, back)
