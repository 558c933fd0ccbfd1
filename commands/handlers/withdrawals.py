"""Commands that take money out or put a mistake right: withdrawals (提取) and reversals (冲账, 错缴更正)."""

from __future__ import annotations

from datetime import date
from typing import Any

from commands.handlers.deposits import check_owner
from commands.handlers.registry import Work, command
from commands.law import explanation
from commands.schemas import collection as schemas
from ledger.dates import business_day, format_month
from ledger.policy.rules.withdrawals import withdrawal_reason
from ledger.refusal import Refusal
from ledger.streams import account as accounts
from ledger.streams import payment as payments
from ledger.streams import receipt as receipts
from ledger.streams.account import Account
from ledger.streams.base import Recorded

CITY = "葫政发〔2019〕12号"


@command("withdraw", schemas.Withdraw, clause=f"{CITY} 第十一、十二条", zh="提取", pays=True)
def withdraw(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Withdraws for a reason of the day: own balance first, the spouse's only where it falls short.

    The withdrawal, its whole explanation and its payment order stand in one commit (即时完成划款).
    """
    account, on = given["account"], given["on"]
    own = work.account(account)
    check_owner(own, account, None, given["person"])
    reason = withdrawal_reason(given["reason"], work.law.value("withdrawal_reasons", on))
    need_fen = given["amount"]
    if need_fen is None:
        if not reason["closes_account"]:
            raise Refusal("amount_missing", account=account)
        need_fen = own.balance_fen
    accounts.check_amount(need_fen)
    if reason["code"] == "hardship":
        _check_hardship(work, given, on)
    spouse = _spouse(work, given, account, own)
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
    check_owner(spouse, key, None, "")
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
    state = work.account(account)
    version = work.uow.version("account", account) + 1
    payment = payments.key(account, version)
    events = accounts.withdraw(
        state,
        account,
        amount_fen,
        reason=reason,
        closing=closing,
        order=work.law.value("withdrawal_part_order", on),
        lowest_fen=_lowest(work, account, state, on),
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
    )
    work.add("payment", payment, payments.order(work.uow.state("payment", payment), payment, ordered))
    return payment


def _lowest(work: Work, account: str, state: Account, on: date) -> int:
    """The lowest balance from a day on; the history is read only when the withdrawal is back-dated."""
    if state.moved_on is None or on >= state.moved_on:
        return state.balance_fen
    return accounts.lowest_balance_from(_history(work, account), on)


def _history(work: Work, account: str) -> list[Recorded]:
    return work.ledger.stream(f"account-{account}", work.uow.connection)


@command("reverse", schemas.Reverse, clause=f"{CITY} 第二十二条", zh="冲账、错缴更正")
def reverse(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Reverses one movement of an account, named by its version or, for a contribution, by its month."""
    account = given["account"]
    state = work.account(account)
    check_owner(state, account, None, "")
    original = _original(work, account, state, given["version"], given["month"])
    events = accounts.reverse(
        state,
        account,
        original,
        given["reason"],
        business_day(original.recorded_at),
        given["money"],
    )
    version = work.uow.version("account", account) + 1
    after = work.add("account", account, events)
    (reversal,) = events
    result = {"account": account, "reverses": original.originator_version, "balance_fen": after.balance_fen}
    if isinstance(reversal, accounts.EntryReversed) and reversal.money == "held":
        amount_fen = -(reversal.carried_fen + reversal.current_fen)
        receipt = f"{account}.{version}"
        received = receipts.Received(
            effective_on=reversal.effective_on,
            amount_fen=amount_fen,
            why="correction",
            source="account",
            employer=state.employer,
        )
        work.add("receipt", receipt, receipts.receive(work.uow.state("receipt", receipt), receipt, received))
        result |= {"held_fen": amount_fen, "receipt": receipt}
    return result


def _original(work: Work, account: str, state: Account, version: int | None, month: int | None) -> Recorded:
    if version is not None:
        found = work.ledger.event_at(work.uow.connection, f"account-{account}", version)
        if found is None:
            raise Refusal("event_unknown", account=account, version=version)
        return found
    if month is None:
        raise Refusal("reversal_aimless", account=account)
    for one in reversed(_history(work, account)):
        is_month = isinstance(one.body, accounts.Deposited) and one.body.month == format_month(month)
        if is_month and one.originator_version not in state.reversed:
            return one
    raise Refusal("month_not_paid", account=account, month=format_month(month))
