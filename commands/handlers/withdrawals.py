"""Commands that take money out or put a mistake right: withdrawals (提取) and reversals (冲账, 错缴更正)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from commands.handlers.accounts import live_accounts
from commands.handlers.conduct import owe_again, require_not_barred
from commands.handlers.deposits import check_owner
from commands.handlers.employers import follow_mergers, keep_debts, last_month_at_closing
from commands.handlers.interest import credit_on_closing, require_interest_covered
from commands.handlers.payments import order_parts, undo_order
from commands.handlers.registry import COMMANDS, Work, command
from commands.law import explanation
from commands.schemas import collection as schemas
from ledger.dates import format_month
from ledger.payees import Payee, parts
from ledger.policy.rules.withdrawals import (
    HEIRS,
    NO_HEIR,
    Applied,
    Limit,
    limits_of,
    require_job_ended_long_enough,
    require_within_limits,
    withdrawal_reason,
)
from ledger.policy.units import Row
from ledger.refusal import Refusal
from ledger.streams import account as accounts
from ledger.streams import payment as payments
from ledger.streams import receipt as receipts
from ledger.streams import transfer as transfers
from ledger.streams.account import Account
from ledger.streams.base import Recorded

CITY = "葫政发〔2019〕12号"


@command("withdraw", schemas.Withdraw, clause=f"{CITY} 第十一、十二条", zh="提取", pays=True)
def withdraw(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Withdraws for a reason of the day: own balance first, the spouse's only where it falls short.

    The withdrawal, its whole explanation and its payment orders stand in one commit (即时完成划款). What the deceased
    left is paid to heirs and legatees, by an order each; where there are none it becomes value-added income.
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
    if need_fen or given["amount"] is not None:
        accounts.check_amount(need_fen)
    payees = _check_reason(work, given, reason, own)
    _require_living(work, account, own, reason)
    spouse = _spouse(work, given, account, own)
    if reason["code"] not in (HEIRS, NO_HEIR):  # the ban is the person's own: it does not reach the heirs
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
    proof = explanation(outcome) | {"evidence": given["court_document"] or given["evidence"]}
    proof |= _check_limits(work, given, reason, need_fen)
    closing = bool(reason["closes_account"]) and own_fen == own.balance_fen
    if reason["code"] == NO_HEIR and not closing:
        raise Refusal("closing_takes_all", account=account, balance_fen=own.balance_fen)
    taken = {"reason": str(reason["code"]), "proof": proof, "on": on}
    paid = _take(work, account, own_fen, closing=closing, payees=payees, **taken)
    if closing:
        keep_debts(work, account, own, on)
    if spouse_fen:
        spouse_account = given["spouse_account"]
        (drawn,) = _take(work, spouse_account, spouse_fen, closing=False, for_account=account, **taken)
        both = accounts.SpouseDrawn(
            effective_on=on,
            spouse_account=spouse_account,
            payment=drawn,
            own_payment=paid[0] if paid else "",
        )
        work.add("account", account, (both,))
        paid = [*paid, drawn]
    return {
        "account": account,
        "own_fen": own_fen,
        "spouse_fen": spouse_fen,
        "closed": closing,
        "payments": paid,
    }


def _check_reason(work: Work, given: dict[str, Any], reason: Row, own: Account) -> tuple[Payee, ...]:
    """What a reason asks for beyond an amount; gives the heirs and legatees where they are the ones to be paid."""
    account, on = given["account"], given["on"]
    if given["payees"] and reason["code"] != HEIRS:
        raise Refusal("payees_without_death", account=account)
    match reason["code"]:
        case "hardship":
            _check_hardship(work, given, on)
        case "job_ended":
            _check_job_ended(work, account, on)
        case code if code == HEIRS:
            return _heirs(given, own)
        case code if code == NO_HEIR and not given["court_document"]:
            raise Refusal("no_heir_unproven", account=account)
    return ()


def _require_living(work: Work, account: str, own: Account, reason: Row) -> None:
    """Once a withdrawal by death stands, the deceased withdraws for no other reason (条例第二十四条第三款)."""
    if not own.inherited or reason["code"] in (HEIRS, NO_HEIR):
        return
    history = work.history("account", account)
    if any(accounts.taken_for(code, history, {}) for code in (HEIRS, NO_HEIR)):
        raise Refusal("owner_deceased", account=account)


def _heirs(given: dict[str, Any], own: Account) -> tuple[Payee, ...]:
    """The heirs and legatees (继承人、受遗赠人) with their shares, proven by a document; never the deceased."""
    if not given["payees"]:
        raise Refusal("payees_missing", account=given["account"])
    if not given["evidence"]:
        raise Refusal("inheritance_unproven", account=given["account"])
    found = tuple(
        Payee(one["person"], one["share"], one["amount"] or 0, one["payee_account"])
        for one in given["payees"]
    )
    if own.person in {one.person for one in found}:
        raise Refusal("payee_is_deceased", person=own.person)
    return found


def _check_job_ended(work: Work, account: str, on: date) -> None:
    """未重新就业: sealed on the day, and for as long as the committee asks, from the seal or from the end of the job."""
    history = work.history("account", account)
    sealed_on = accounts.sealed_since(history, on)
    if sealed_on is None:
        raise Refusal("account_not_sealed", account=account)
    months = work.law.found("job_ended_wait_months", on)
    if months is None:
        return
    ended_on = accounts.as_of(history, on).broken_on or sealed_on
    since = {"sealed_on": sealed_on, "ended_on": ended_on}[work.law.value("job_ended_wait_from", on)]
    require_job_ended_long_enough(since, months.value, on)


def _check_limits(work: Work, given: dict[str, Any], reason: Row, need_fen: int) -> dict[str, str]:
    """Keeps the committee's limits (第十九条), and gives the version of the limit that was read, for the proof."""
    account, on, law = given["account"], given["on"], work.law
    limit = law.found("withdrawal_limit", on)
    if limit is None and not law.book.history("withdrawal_limit", work.known_on):
        return {}
    own = work.history("account", account)
    drawn = {one.body.spouse_account for one in own if isinstance(one.body, accounts.SpouseDrawn)}
    spouses = {key: work.history("account", key) for key in sorted(drawn)}
    earlier = [Applied(*one) for one in accounts.taken_for(str(reason["code"]), own, spouses)]

    def limits_on(day: date) -> list[Limit]:
        found = law.found("withdrawal_limit", day)
        return limits_of(found.value, reason) if found else []

    require_within_limits(limits_on, Applied(on, need_fen), earlier)
    return {"limit": limit.version} if limit else {}


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
    reason: str,
    proof: dict[str, Any],
    on: date,
    for_account: str = "",
    payees: Sequence[Payee] = (),
) -> list[str]:
    """Takes an amount from one account and orders its payment to its owner, or to each of his heirs.

    Gives the orders; nothing happens for nothing, and nobody is paid where nobody inherits.
    """
    if not amount_fen and not closing:
        return []
    interest_fen = credit_on_closing(work, account, on) if closing else 0
    state = work.account(account)
    last = last_month_at_closing(work, state, on)
    if closing and not state.balance_fen:
        work.add("account", account, accounts.close_empty(state, account, reason, proof, on, last))
        return []
    version = work.uow.version("account", account) + 1
    first = payments.key(account, version)
    paid = parts(first, payees or (Payee(state.person, "1"),), amount_fen, interest_fen)
    to = "value_added" if reason == NO_HEIR else ""
    events = accounts.withdraw(
        state,
        account,
        amount_fen + interest_fen,
        reason=reason,
        closing=closing,
        order=work.law.value("withdrawal_part_order", on),
        room=_room(work, account, state, on),
        payment="" if to else first,
        explanation=proof,
        on=on,
        for_account=for_account,
        payees=paid if payees else (),
        to=to,
        last_month=last,
    )
    work.add("account", account, events)
    if not closing:
        require_interest_covered(work, account, amount_fen, on)
    if to:
        return []
    order_parts(work, f"account-{account}/{version}", paid, on)
    return [one.payment for one in paid]


def _room(work: Work, account: str, state: Account, on: date) -> accounts.Room:
    """What a day can give; the history is read when something moved after it."""
    if state.moved_on is None or on >= state.moved_on:
        return accounts.room_on(state, on)
    return accounts.room_from(work.history("account", account), on)


@command("reverse", schemas.Reverse, clause=f"{CITY} 第二十二条", zh="冲账、错缴更正", may_pay=True)
def reverse(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Reverses one movement of an account, named by its version or, for a contribution, by its month.

    A contribution goes back to the held money of the employer that paid it; the month is owed again by whose month it
    is, as if it had never been paid. Where the money leaves by the bank instead, a second person is needed; a closed
    account comes back as it was before. The payment order of a withdrawal ends with it, unless the bank has it
    (``payment_on_its_way``) or has paid it (``payment_settled``).
    """
    account = given["account"]
    state = work.account(account)
    check_owner(state, account, None, "")
    history = work.history("account", account)
    original = _original(account, state, history, given["version"], given["month"])
    taken = original.body
    if isinstance(taken, accounts.Withdrawn) and taken.reason == "loan_repayment" and not taken.payment:
        raise Refusal("reversal_of_offset", account=account, loan=taken.explanation.get("evidence", ""))
    if isinstance(
        taken, accounts.InterestCredited
    ):  # it follows from the movements, and goes with the closing it was for
        raise Refusal(
            "not_reversible", account=account, version=original.originator_version, topic=taken.topic
        )
    room = accounts.room_from(history, original.body.effective_on)
    closed_by, _ = accounts.closing_of(history) or (None, "")
    payer, money = accounts.payer_of(original, history), given["money"]
    was = accounts.before(history, original.originator_version)
    events = accounts.reverse(state, account, original, given["reason"], room, money, payer, closed_by, was)
    (reversal,) = events
    if state.status == "closed" and not reversal.stays_closed:
        accounts.require_no_other(live_accounts(work, [state.person]).get(state.person, ()))
    amount_fen = -(reversal.carried_fen + reversal.current_fen)
    if reversal.money == "bank" and amount_fen > 0:
        work.require_two(COMMANDS["reverse"], given)
    version = work.uow.version("account", account) + 1
    after = work.add("account", account, events)
    if isinstance(original.body, (accounts.Withdrawn, accounts.TransferredOut, accounts.RemainderPaid)):
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
    opened = state.status == "closed" != after.status
    keep_debts(work, account, state, reversal.effective_on if opened else given["on"])
    if after.status != "closed":
        follow_mergers(work, account)
    if isinstance(original.body, accounts.Deposited) and reversal.money == "held":
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
