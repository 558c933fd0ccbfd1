"""What is owed to a closed account (销户后补付): a further payment to whom its closing paid, without opening it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from commands.handlers.interest import credit_on_closing
from commands.handlers.payments import order_parts
from commands.handlers.registry import Work, command
from commands.schemas import collection as schemas
from ledger.payees import Part, Payee, parts
from ledger.streams import account as accounts
from ledger.streams import payment as payments
from ledger.streams.base import Event


@command(
    "pay_remainder",
    schemas.PayRemainder,
    clause="住房公积金管理条例 第三、二十一条",
    zh="销户后补付",
    pays=True,
)
def pay_remainder(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Pays all that a closed account has come to hold since, with its interest, to whom its closing paid.

    Contributions paid late, interest found too low and reversed withdrawals reach a closed account like any other.
    """
    account, on = given["account"], given["on"]
    before_fen = work.account(account).balance_fen
    history = work.history("account", account)
    closed_by, reason = accounts.closing_of(history) or (0, "")
    closing = next((one.body for one in history if one.originator_version == closed_by), None)
    interest_fen = credit_on_closing(work, account, on)
    state = work.account(account)
    version = work.uow.version("account", account) + 1
    first = payments.key(account, version)
    payees, to = _payees(closing, state.person), getattr(closing, "to", "")
    paid = parts(first, payees, before_fen, interest_fen) if state.balance_fen > 0 else ()
    inherited = paid if getattr(closing, "payees", ()) else ()
    payment = "" if to else first
    events = accounts.pay_remainder(state, account, reason, payment, on, inherited, to)
    work.add("account", account, events)
    if not to:
        order_parts(work, f"account-{account}/{version}", paid, on)
    return {
        "account": account,
        "paid_fen": state.balance_fen,
        "payments": [] if to else [one.payment for one in paid],
    }


def _payees(closing: Event | None, person: str) -> list[Payee]:
    """Heirs and legatees by the shares of the closing, the centre to which the account went, or the person."""
    match closing:
        case accounts.Withdrawn() if closing.payees:
            shared: Sequence[Part] = closing.payees
            whole_fen = sum(one.principal_fen for one in shared)
            return [
                Payee(
                    one.person, one.share or str(Fraction(one.principal_fen, whole_fen)), 0, one.payee_account
                )
                for one in shared
            ]
        case accounts.TransferredOut():
            return [Payee(closing.to_centre, "1")]
        case _:
            return [Payee(person, "1")]
