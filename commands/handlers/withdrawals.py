"""Commands that take money out or put a mistake right: withdrawals (提取) and reversals (冲账, 错缴更正)."""

from __future__ import annotations

from datetime import date
from typing import Any

from commands.handlers.accounts import live_accounts
from commands.handlers.conduct import owe_again, require_not_barred
from commands.handlers.deposits import check_owner
from commands.handlers.employers import leave_arrears
from commands.handlers.interest import credit_on_closing
from commands.handlers.payments import undo_order
from commands.handlers.registry import Work, command
from commands.law import explanation
from commands.schemas import collection as schemas
from ledger.dates import format_month, month_of, parse_month
from ledger.policy.rules.withdrawals import withdrawal_reason
from ledger.refusal import Refusal
from ledger.streams import account as accounts
from ledger.streams import employer as employers
from ledger.streams import payment as payments
from ledger.streams import receipt as receipts
from ledger.streams import transfer as transfers
from ledger.streams.account import Account
from ledger.streams.base import Recorded
from ledger.streams.proposal import require_two

CITY = "葫政发〔2019〕12号"


@command("withdraw", schemas.Withdraw, clause=f"{CITY} 第十一、十二条", zh="提取", pays=True)
def withdraw(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Withdraws for a reason of the day: own balance first, the spouse's only where it falls short.

    The withdrawal, its whole explanation and its payment order stand in one commit (即时完成划款).
    """
    account, on = given["account"], given["on"]
    own = work.account(account)
    accounts.require_live(own, account)
    check_owner(own, account, None, given["person"])
    asked = int(given["reason"]) if given["reason"].isdecimal() else given["reason"]
    reason = withdrawal_reason(asked, work.law.value("withdrawal_reasons", on))
    need_fen = given["amount"]
    if need_fen is None:
        if not reason["closes_account"]:
            raise Refusal("amount_missing", account=account)
        need_fen = own.balance_fen
    accounts.check_amount(need_fen)
    if reason["code"] == "hardship":
        _check_hardship(work, given, on)
    if reason["code"] == "job_ended" and own.status == "normal":
        raise Refusal("account_not_sealed", account=account)
    spouse = _spouse(work, given, account, own)
    if reason["code"] != "death":  # the ban is the person's own: it does not reach the heirs
        for one in filter(None, (own, spouse)):
            require_not_barred(work, one.person, "withdrawal", on)
    outcome = work.law.decide(
        "withdrawal",
        on,
        reason=reason["code"],
        need_fen=need_fen,
        own_balance_fen=own.balance_fen,
        spouse_balance_fen=spouse.balance_fen if spouse else 0,
    )
    own_fen, spouse_fen = outcome.values["own_fen"], outcome.values["spouse_fen"]
    if outcome.values["unmet_fen"]:
        raise Refusal(
            "insufficient_balance",
            outcome.clause,
            account=account,
            amount_fen=need_fen,
            available_fen=own_fen + spouse_fen,
        )
    proof = explanation(outcome) | {"evidence": given["evidence"]}
    closing = bool(reason["closes_account"]) and own_fen == own.balance_fen
    if closing:
        leave_arrears(work, account, own, month_of(on) - 1, on)
    taken = {"reason": str(reason["code"]), "proof": proof, "on": on}
    paid = [_take(work, account, own_fen, closing=closing, for_account="", **taken)]
    if spouse_fen:
        paid.append(
            _take(work, given["spouse_account"], spouse_fen, closing=False, for_account=account, **taken)
        )
    return {
        "account": account,
        "own_fen": own_fen,
        "spouse_fen": spouse_fen,
        "closed": closing,
        "payments": [payment for payment in paid if payment],
    }


def _check_hardship(work: Work, given: dict[str, Any], on: date) -> None:
    """家庭生活严重困难: income per head below the minimum wage, or evidence of illness or emergency."""
    if given["household_income"] is None and not given["evidence"]:
        raise Refusal("hardship_unproven", account=given["account"])
    if given["household_income"] is not None:
        test = work.law.decide(
            "hardship_income_test",
            on,
            household_monthly_income_fen=given["household_income"],
            members=given["household_members"] or 0,
        )
        if not test.values["qualifies"] and not given["evidence"]:
            raise Refusal("hardship_income_too_high", test.clause, account=given["account"])


def _spouse(work: Work, given: dict[str, Any], account: str, own: Account) -> Account | None:
    key = given["spouse_account"]
    if key is None:
        return None
    spouse = work.account(key)
    if key == account or spouse.person == own.person:
        raise Refusal("spouse_is_self", account=account)
    accounts.require_live(spouse, key)
    return spouse


def _take(
    work: Work,
    account: str,
    amount_fen: int,
    *,
    closing: bool,
    for_account: str,
    reason: str,
    proof: dict[str, Any],
    on: date,
) -> str:
    """Takes an amount from one account and orders its payment; nothing happens for nothing."""
    if not amount_fen:
        return ""
    interest_fen = credit_on_closing(work, account, on) if closing else 0
    state = work.account(account)
    version = work.uow.version("account", account) + 1
    payment = payments.key(account, version)
    events = accounts.withdraw(
        state,
        account,
        amount_fen + interest_fen,
        reason=reason,
        closing=closing,
        order=work.law.value("withdrawal_part_order", on),
        room=_room(work, account, state, on),
        payment=payment,
        explanation=proof,
        on=on,
        for_account=for_account,
    )
    work.add("account", account, events)
    ordered = payments.Ordered(
        effective_on=on,
        cause=f"account-{account}/{version}",
        payee=state.person,
        principal_fen=amount_fen,
        interest_fen=interest_fen,
    )
    work.add("payment", payment, payments.order(work.uow.state("payment", payment), payment, ordered))
    return payment


def _room(work: Work, account: str, state: Account, on: date) -> accounts.Room:
    """What a day can give; the history is read when something moved after it."""
    if state.moved_on is None or on >= state.moved_on:
        return accounts.room_on(state, on)
    return accounts.room_from(work.history("account", account), on)


@command("reverse", schemas.Reverse, clause=f"{CITY} 第二十二条", zh="冲账、错缴更正")
def reverse(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Reverses one movement of an account, named by its version or, for a contribution, by its month.

    A contribution goes back to the held money of the employer that paid it, which owes the month again. Where the
    money leaves by the bank instead, a second person is needed; a closed account comes back sealed. The payment order
    of a withdrawal ends with it, unless the bank has it (``payment_on_its_way``) or has paid it (``payment_settled``).
    """
    account = given["account"]
    state = work.account(account)
    check_owner(state, account, None, "")
    history = work.history("account", account)
    original = _original(account, state, history, given["version"], given["month"])
    taken = original.body
    if isinstance(taken, accounts.Withdrawn) and taken.reason == "loan_repayment" and not taken.payment:
        raise Refusal("reversal_of_offset", account=account, loan=taken.explanation.get("evidence", ""))
    room = accounts.room_from(history, original.body.effective_on)
    payer = accounts.payer_of(original, history)
    events = accounts.reverse(state, account, original, given["reason"], room, given["money"], payer)
    if state.status == "closed" and not payer:  # a contribution that is taken back opens nothing
        accounts.require_no_other(live_accounts(work, [state.person]).get(state.person, ()))
    (reversal,) = events
    amount_fen = -(reversal.carried_fen + reversal.current_fen)
    if reversal.money == "bank" and amount_fen > 0:
        require_two(work.actor, work.approver)
    version = work.uow.version("account", account) + 1
    after = work.add("account", account, events)
    if isinstance(original.body, (accounts.Withdrawn, accounts.TransferredOut)):
        after = _take_back_interest(work, account, original, history, given["reason"])
        undo_order(work, payments.key(account, original.originator_version), given["reason"], given["on"])
    result = {"account": account, "reverses": original.originator_version, "balance_fen": after.balance_fen}
    if isinstance(original.body, (accounts.TransferredIn, accounts.TransferredOut)):
        _unbook_letter(work, original, given["reason"], given["on"])
        if reversal.money == "held":
            receipt = f"{account}.{version}"
            _hold_again(work, receipt, reversal, amount_fen, "")
            result |= {"held_fen": amount_fen, "receipt": receipt}
    if isinstance(original.body, accounts.Recovered):
        owe_again(work, account, original.body, given["on"])
    if isinstance(original.body, accounts.Deposited):
        _owe_again(work, account, after, original.body, given["on"])
        if reversal.money == "held":
            receipt = f"{account}.{version}"
            _hold_again(work, receipt, reversal, amount_fen, payer)
            result |= {"held_fen": amount_fen, "receipt": receipt}
    return result


def _take_back_interest(
    work: Work, account: str, original: Recorded, history: list[Recorded], reason: str
) -> Account:
    """The interest on closing (销户利息) goes back with the closing: the account earns on as if nothing had been."""
    state = work.account(account)
    version = original.originator_version - 1
    paid = next((one for one in history if one.originator_version == version), None)
    if paid is None or not isinstance(paid.body, accounts.InterestCredited):
        return state
    if paid.body.kind != "closing" or version in state.reversed:
        return state
    seen = [*history, *work.uow.changes["account"][account].events]
    room = accounts.room_from(seen, paid.body.effective_on)
    after: Account = work.add("account", account, accounts.reverse(state, account, paid, reason, room))
    return after


def _unbook_letter(work: Work, original: Recorded, reason: str, on: date) -> None:
    """Tells the letter of a transfer between cities that the movement it booked stands no more."""
    letter: str = original.body.letter  # type: ignore[attr-defined]
    if transfers.is_letter(letter):
        booked = f"{original.originator_id}/{original.originator_version}"
        turned = transfers.BookingReversed(effective_on=on, booked=booked, reason=reason)
        events = transfers.unbook(work.uow.state("transfer", letter), turned)
        work.add("transfer", letter, events)


def _hold_again(
    work: Work, receipt: str, reversal: accounts.EntryReversed, amount_fen: int, payer: str
) -> None:
    received = receipts.Received(
        effective_on=reversal.effective_on,
        amount_fen=amount_fen,
        why="correction",
        source="account",
        employer=payer,
    )
    work.add("receipt", receipt, receipts.receive(work.uow.state("receipt", receipt), receipt, received))


def _owe_again(work: Work, account: str, after: Account, deposited: accounts.Deposited, on: date) -> None:
    """A month that is no debt of the present employer is owed again by whose contribution it was, and as much (第十条)."""
    owed = {deposited.month: deposited.employer_fen + deposited.employee_fen}
    for month, debtor in accounts.left_months(after):
        if month == parse_month(deposited.month):
            work.employer(debtor)
            left = employers.ArrearsLeft(effective_on=on, account=account, months=owed)
            work.add("employer", debtor, (left,))


def _original(
    account: str, state: Account, history: list[Recorded], version: int | None, month: int | None
) -> Recorded:
    if version is not None:
        found = [one for one in history if one.originator_version == version]
        if not found:
            raise Refusal("event_unknown", account=account, version=version)
        return found[0]
    if month is None:
        raise Refusal("reversal_aimless", account=account)
    for one in reversed(history):
        is_month = isinstance(one.body, accounts.Deposited) and one.body.month == format_month(month)
        if is_month and one.originator_version not in state.reversed:
            return one
    raise Refusal("month_not_paid", account=account, month=format_month(month))
