"""What is owed to a closed account (销户后补付): a further payment to the person, and nothing is opened for it."""

from __future__ import annotations

from typing import Any

from commands.handlers.interest import credit_on_closing
from commands.handlers.registry import Work, command
from commands.schemas import collection as schemas
from ledger.streams import account as accounts
from ledger.streams import payment as payments
from ledger.streams.base import Recorded


@command(
    "pay_remainder",
    schemas.PayRemainder,
    clause="住房公积金管理条例 第三、二十一条",
    zh="销户后补付",
    pays=True,
)
def pay_remainder(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Pays all that a closed account has come to hold since, with its interest, where the closing paid.

    Contributions paid late, interest found too low and reversed withdrawals reach a closed account like any other.
    """
    account, on = given["account"], given["on"]
    before_fen = work.account(account).balance_fen
    history = work.history("account", account)
    _, reason = accounts.closing_of(history) or (0, "")
    interest_fen = credit_on_closing(work, account, on)
    state = work.account(account)
    version = work.uow.version("account", account) + 1
    payment = payments.key(account, version)
    events = accounts.pay_remainder(state, account, reason, payment, on)
    work.add("account", account, events)
    principal, earned = payments.parts(before_fen, interest_fen)
    ordered = payments.Ordered(
        effective_on=on,
        cause=f"account-{account}/{version}",
        payee=_payee(history, reason) or state.person,
        principal_fen=principal,
        interest_fen=earned,
    )
    work.add("payment", payment, payments.order(work.uow.state("payment", payment), payment, ordered))
    return {"account": account, "paid_fen": state.balance_fen, "payment": payment}


def _payee(history: list[Recorded], reason: str) -> str:
    """The centre to which the account went, where it left for another city."""
    if reason != "transferred_out":
        return ""
    return next(
        one.body.to_centre for one in reversed(history) if isinstance(one.body, accounts.TransferredOut)
    )
