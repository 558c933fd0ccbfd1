"""Commands that bring money in: remittances, single deposits, make-up payments, held money and its allocation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from commands.handlers.employers import payers_of
from commands.handlers.registry import Work, command
from commands.schemas import collection as schemas
from ledger.dates import days_after, format_month
from ledger.refusal import LineRefusal, Refusal
from ledger.store.chain import hash_of_request
from ledger.streams import account as accounts
from ledger.streams import employer as employers
from ledger.streams import payment as payments
from ledger.streams import receipt as receipts
from ledger.streams import remittance as remittances
from ledger.streams.account import Account
from ledger.streams.employer import Employer

CITY = "葫政发〔2019〕12号"


@command("remit", schemas.Remit, clause="住房公积金管理条例 第十九条", zh="汇缴")
def remit(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Books an employer's remittance list for a month.

    Without ``lines`` every normal account of the employer is meant, at what is due. Money that is over is held;
    money that is too little is held whole and nothing is booked. Refuses ``lines_refused`` with every bad row,
    unless ``accept_good_rows`` books the others.
    """
    employer, on, month = given["employer"], given["on"], given["month"]
    state = work.employer(employer)
    lines = given["lines"]
    if lines is None:
        present = work.accounts_of(employer)
        lines = [
            {"account": key}
            for key, one in present.items()
            if one.status == "normal" and month in accounts.unpaid_months(one, month)
        ]
    content = sorted(
        [(one["account"], one.get("employer_amount"), one.get("employee_amount")) for one in lines],
        key=lambda row: row[0],
    )
    content_hash = hash_of_request("remittance", (employer, month, content))
    stream = remittances.key(employer, format_month(month))
    earlier = work.uow.state("remittance", stream)
    if remittances.is_booked(earlier, employer, format_month(month), content_hash):
        return {"employer": employer, "month": format_month(month), "already_booked": True}
    employers.remit_month(state, employer, month, _oldest_unpaid(work, state, employer, month))
    source = "held" if given["receipt"] else "bank"
    kind = "advance" if given["advance"] else "remittance"
    booked, refused = _decide_lines(work, state, given, lines, kind, source, stream)
    work.refuse_lines(refused, len(lines), given["accept_good_rows"])
    if not booked:
        raise Refusal("remittance_empty", employer=employer, month=format_month(month))
    total_fen = sum(one.employer_fen + one.employee_fen for _, one in booked)
    received_fen = _received(given, total_fen)
    if received_fen < total_fen:
        return _hold(work, given, stream, received_fen, "under") | {"booked": False}
    for account, deposited in booked:
        work.add("account", account, (deposited,))
    result = {
        "employer": employer,
        "month": format_month(month),
        "booked": True,
        "heads": len(booked),
        "total_fen": total_fen,
        "left_out": len(refused),
    }
    if given["receipt"]:
        _allocate(work, given["receipt"], employer, total_fen, f"remittance-{stream}", on)
    elif received_fen > total_fen:
        result |= _hold(work, given, stream, received_fen - total_fen, "over")
    entry = remittances.Booked(
        effective_on=on,
        employer=employer,
        month=format_month(month),
        heads=len(booked),
        employer_fen=sum(one.employer_fen for _, one in booked),
        employee_fen=sum(one.employee_fen for _, one in booked),
        received_fen=received_fen,
        content_hash=content_hash,
        left_out=len(refused),
        receipt=", ".join(given["receipt"] or ()),
    )
    work.add("remittance", stream, remittances.book(earlier, entry))
    done = employers.MonthRemitted(
        effective_on=on,
        month=format_month(month),
        due_on=days_after(
            employers.pay_day_in(state, month), work.law.value("remittance_days_after_payday", on)
        ),
        heads=len(booked),
        total_fen=total_fen,
        advance=given["advance"],
    )
    work.add("employer", employer, (done,))
    return result


def _oldest_unpaid(work: Work, state: Employer, employer: str, month: int) -> int | None:
    """The oldest month that somebody is still owed, when months are skipped; else nobody asks."""
    if month <= employers.expected_month(state):
        return None
    owed = employers.to_be_remitted(state, work.accounts_of(employer), month - 1)
    return min((one for one in owed if one > state.paid_up_to), default=None)


def _received(given: dict[str, Any], total_fen: int) -> int:
    received = given["received"]
    if received is None:
        return total_fen
    return accounts.check_amount(received)


def _decide_lines(
    work: Work,
    state: Employer,
    given: dict[str, Any],
    lines: Sequence[dict[str, Any]],
    kind: str,
    source: str,
    stream: str,
) -> tuple[list[tuple[str, accounts.Deposited]], list[LineRefusal]]:
    """What each row comes to: a contribution, or the refusal of that row."""
    states = work.uow.load("account", [line["account"] for line in lines])
    on, month, employer = given["on"], given["month"], given["employer"]
    due_of = work.law.contributions(state, month)
    booked: list[tuple[str, accounts.Deposited]] = []
    refused: list[LineRefusal] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        account = line["account"]
        own: Account = states[account]
        try:
            if account in seen:
                raise Refusal("row_twice", account=account)
            seen.add(account)
            check_owner(own, account, employer, line.get("person", ""))
            due = due_of(own)
            _check_base(line.get("base"), due, account, month)
            (event,) = accounts.deposit(
                own, account, month, _amounts(line, due), due, on=on, kind=kind, source=source, of=stream
            )
            booked.append((account, event))  # type: ignore[arg-type]
        except Refusal as refusal:
            refused.append(LineRefusal(line.get("row", number), "account", refusal))
    return booked, refused


def check_owner(state: Account, account: str, employer: str | None, person: str) -> None:
    """Refuses a row for an unknown account, another employer's or another person's."""
    if not state.status:
        raise Refusal("account_unknown", account=account)
    if employer and state.employer != employer:
        raise Refusal("account_of_another", account=account, employer=employer)
    if person and state.person != person:
        raise Refusal("wrong_person", account=account)


def _check_base(stated_fen: int | None, due: accounts.Contribution, account: str, month: int) -> None:
    """Refuses ``base_differs`` where a list states another base than the one on record (第五条)."""
    if stated_fen is not None and stated_fen != due.base_fen:
        raise Refusal(
            "base_differs",
            account=account,
            month=format_month(month),
            base_fen=due.base_fen,
            stated_fen=stated_fen,
        )


def _amounts(line: dict[str, Any], due: accounts.Contribution) -> tuple[int, int] | None:
    employer_fen, employee_fen = line.get("employer_amount"), line.get("employee_amount")
    if employer_fen is None and employee_fen is None:
        return None
    return (
        due.employer_fen if employer_fen is None else employer_fen,
        due.employee_fen if employee_fen is None else employee_fen,
    )


def _hold(work: Work, given: dict[str, Any], key: str, amount_fen: int, why: str) -> dict[str, Any]:
    """Holds money that fits nowhere yet, under the key of what it came with."""
    receipt = f"{key}-{why}"
    while work.uow.state("receipt", receipt).status:
        receipt += "-again"
    received = receipts.Received(
        effective_on=given["on"], amount_fen=amount_fen, why=why, employer=given["employer"]
    )
    work.add("receipt", receipt, receipts.receive(work.uow.state("receipt", receipt), receipt, received))
    return {"held_fen": amount_fen, "receipt": receipt}


def _allocate(
    work: Work,
    held: list[str],
    employer: str,
    amount_fen: int,
    to: str,
    on: date,
    payers: Collection[str] = (),
) -> None:
    """Takes an amount from held receipts, one after the other; the last one must have the rest."""
    for receipt in held:
        state: receipts.Receipt = work.uow.state("receipt", receipt)
        part_fen = amount_fen if receipt == held[-1] else min(amount_fen, state.open_fen)
        if part_fen or receipt == held[0]:
            allocated = receipts.Allocated(effective_on=on, amount_fen=part_fen, to=to)
            work.add("receipt", receipt, receipts.allocate(state, receipt, employer, allocated, payers))
        amount_fen -= part_fen


@command("deposit", schemas.Deposit, clause=f"{CITY} 第五条", zh="单笔缴存")
def deposit(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Books one month's contribution of one account."""
    account = given["account"]
    state = work.account(account)
    check_owner(state, account, given["employer"], given["person"])
    due = work.law.contribution(work.employer(state.employer), state, given["month"])
    events = accounts.deposit(
        state,
        account,
        given["month"],
        _amounts(given, due),
        due,
        on=given["on"],
        kind="advance" if given["advance"] else "single",
    )
    after = work.add("account", account, events)
    return {
        "account": account,
        "amount_fen": due.employer_fen + due.employee_fen,
        "balance_fen": after.balance_fen,
    }


@command("make_up", schemas.MakeUp, clause="住房公积金管理条例 第二十条", zh="补缴")
def make_up(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Makes up named months of one account, from the bank or from held money, at what was due in each month.

    A month of a former employer is that employer's debt, at its rate and from its held money.
    """
    account, on, months = given["account"], given["on"], sorted(given["months"])
    state = work.account(account)
    check_owner(state, account, None, "")
    _check_payer(work, account, state, months, given["employer"])
    total_fen = _make_up(work, account, months, given["receipt"], on)
    return {"account": account, "total_fen": total_fen, "balance_fen": work.account(account).balance_fen}


def _check_payer(work: Work, account: str, state: Account, months: Sequence[int], payer: str | None) -> None:
    """Refuses an employer that does not pay each of the months: it neither owes them nor stands in for who does."""
    for month in months if payer else ():
        debtor = accounts.debtor_of(state, month) or accounts.stood_with(state, month)
        if payer not in payers_of(work, debtor, month):
            raise Refusal("account_of_another", account=account, employer=payer)


def _make_up(work: Work, account: str, months: Sequence[int], held: list[str] | None, on: date) -> int:
    """Books the months; each debtor's come from its own held money or from that of who pays for it (第十条第二款)."""
    by_payers: dict[tuple[str, ...], int] = defaultdict(int)
    for month in months:
        debtor, fen = _make_up_month(work, account, month, on, "held" if held else "bank")
        by_payers[payers_of(work, debtor, month)] += fen
    for payers, fen in by_payers.items() if held else ():
        # Where several owe, each debt is paid from the money of its own payers, as far as such money was named.
        own = [one for one in held or [] if _pays(work.uow.state("receipt", one), payers)]
        _allocate(work, own or held or [], payers[0], fen, f"account-{account}", on, payers)
    return sum(by_payers.values())


def _pays(state: receipts.Receipt, payers: Collection[str]) -> bool:
    return bool(state.open_fen) and (not state.employer or state.employer in payers)


def _make_up_month(work: Work, account: str, month: int, on: date, source: str) -> tuple[str, int]:
    state = work.account(account)
    debtor = accounts.debtor_of(state, month) or accounts.stood_with(state, month)
    owing = work.employer(debtor)
    due = work.law.contribution(owing, state, month)
    events = accounts.deposit(state, account, month, None, due, on=on, kind="make_up", source=source)
    work.add("account", account, events)
    if employers.is_left_behind(owing, account, month):
        made_up = employers.ArrearsMadeUp(effective_on=on, account=account, month=format_month(month))
        work.add("employer", debtor, (made_up,))
    return debtor, due.employer_fen + due.employee_fen


@command("receive", schemas.Receive, clause="财会字〔2000〕12号 219科目", zh="暂收")
def receive(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Holds money that fits nowhere yet; one bank serial number is one sum. Refuses ``bank_reference_used``."""
    receipt = given["receipt"]
    received = receipts.Received(
        effective_on=given["on"],
        amount_fen=given["amount"],
        why=given["why"],
        employer=given["employer"],
        bank_reference=given["bank_reference"],
    )
    if not work.booked_before("receipt", receipt, received):
        work.add("receipt", receipt, receipts.receive(work.uow.state("receipt", receipt), receipt, received))
    return {"receipt": receipt, "held_fen": given["amount"]}


@command("allocate", schemas.Allocate, clause="住房公积金管理条例 第十九条", zh="分摊")
def allocate(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Allocates held money: to one account's month, or to an employer's whole month."""
    if given["account"] is None:
        if given["employer"] is None:
            raise Refusal("allocation_aimless", receipt=", ".join(given["receipt"]))
        return remit(
            work,
            {**given, "lines": None, "received": None, "advance": False, "accept_good_rows": False},
        )
    account, on = given["account"], given["on"]
    state, month = work.account(account), given["month"]
    check_owner(state, account, None, "")
    _check_payer(work, account, state, [month], given["employer"])
    owed_before = month in state.missing or accounts.is_left(state, month) or state.status != "normal"
    if owed_before:
        total_fen = _make_up(work, account, [month], given["receipt"], on)
    else:
        due = work.law.contribution(work.employer(state.employer), state, given["month"])
        work.add(
            "account",
            account,
            accounts.deposit(state, account, given["month"], None, due, on=on, kind="single", source="held"),
        )
        total_fen = due.employer_fen + due.employee_fen
        _allocate(work, given["receipt"], state.employer, total_fen, f"account-{account}", on)
    return {"account": account, "amount_fen": total_fen, "balance_fen": work.account(account).balance_fen}


@command(
    "return_receipt", schemas.ReturnReceipt, clause="财会字〔2000〕12号 219科目", zh="退回暂收款", pays=True
)
def return_receipt(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Sends held money back to its payer and orders the payment."""
    receipt, on = given["receipt"], given["on"]
    state = work.uow.state("receipt", receipt)
    amount_fen = state.open_fen if given["amount"] is None else given["amount"]
    version = work.uow.version("receipt", receipt) + 1
    payment = payments.key(receipt, version)
    returned = receipts.Returned(
        effective_on=on, amount_fen=amount_fen, reason=given["reason"], payment=payment
    )
    work.add("receipt", receipt, receipts.give_back(state, receipt, returned))
    ordered = payments.Ordered(
        effective_on=on,
        cause=f"receipt-{receipt}/{version}",
        payee=state.employer or "payer",
        principal_fen=amount_fen,
    )
    work.add("payment", payment, payments.order(work.uow.state("payment", payment), payment, ordered))
    return {"receipt": receipt, "returned_fen": amount_fen, "payment": payment}
