"""References from outside (流水号、联系函号): each counts once in the whole history; a reversal frees it (第二十二条).

The bank's serial number names one sum that came in on one of the centre's bank accounts, whatever it was booked as:
held, given back by a payee, returned by a fraudster, or repaid to a budget. A letter names what one city sent to
another, a voucher an entry of its kind in its month. A debit is not among them: one serial of the bank may stand for a
whole batch of orders, which their end-to-end ids tell apart. Repayments of loans are told apart within their loan for
the same reason (批量扣款).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ledger.dates import format_month, month_of
from ledger.refusal import Refusal
from ledger.streams import account, grant, payment, penalty, period, person, receipt, roll
from ledger.streams.base import Event


class Use(NamedTuple):
    """What a reference was used for: ``key`` is where it counts and the reference, ``content`` what it was booked as.

    ``freed`` is 1 when the movement was reversed: the reference may be used again.
    """

    key: str
    stream_id: str
    content: str
    amount_fen: int
    freed: int = 0


class Named(NamedTuple):
    """What an event says of a reference: where it counts, the reference, and what else must be the same.

    ``of`` is whose sum it is, where that is not the stream that books it.
    """

    where: str
    reference: str
    amount_fen: int
    more: tuple[Any, ...] = ()
    of: str = ""


def use_of(stream_id: str, event: Event) -> Use | None:
    """The reference from outside that an event uses up, where it has one."""
    read = _READERS.get(type(event))
    named = read(event) if read else None
    if named is None or not named.reference:
        return None
    content = " ".join(map(str, (named.of or stream_id, named.amount_fen, *named.more)))
    return Use(f"{named.where}:{named.reference}", stream_id, content, named.amount_fen)


def freed_by(event: Event) -> int:
    """The version of the event in the same stream whose reference is free again, or 0."""
    return event.reverses if isinstance(event, account.EntryReversed) else 0


def used_for_another(wanted: Use, stands: Use) -> Refusal:
    """The refusal of a reference that stands for something else: ``bank_reference_used``, ``letter_already_booked``."""
    where, _, reference = wanted.key.partition(":")
    if where.startswith(LETTER):
        return Refusal(
            "letter_already_booked", account=stands.stream_id.removeprefix("account-"), letter=reference
        )
    return Refusal(
        "bank_reference_used", reference=reference, stands=stands.stream_id, amount_fen=stands.amount_fen
    )


def _of_entry(entry: period.EntryBooked) -> Named | None:
    """An entry of the bank's money by the number of its voucher, which begins anew each month (凭证按月编号).

    Fees that only fall due have no voucher from outside.
    """
    sides = period.ENTRIES.get(entry.kind, ("", ""))
    where = f"entry.{format_month(month_of(entry.effective_on))}.{entry.kind}"
    return Named(where, entry.reference, entry.amount_fen) if BANK_ACCOUNTS.intersection(sides) else None


def money_in(purse: str) -> str:
    """Where the serial numbers of money that came in on a bank account count."""
    return f"in.{purse}"


LETTER: Final = "letter."
BANK_ACCOUNTS: Final = frozenset(("101", "102"))

_READERS: Final[dict[type[Event], Callable[[Any], Named | None]]] = {
    account.TransferredIn: lambda one: Named(
        f"{LETTER}in.{one.from_centre}", one.letter, one.amount_fen, (one.months,)
    ),
    account.TransferredOut: lambda one: Named(
        f"{LETTER}out.{one.to_centre}", one.letter, one.carried_fen + one.current_fen, (one.months,)
    ),
    account.Recovered: lambda one: Named(
        money_in("fund"), one.reference, one.amount_fen, (one.case,), of=f"person-{one.person}"
    ),
    person.MoneyReturned: lambda one: (
        Named("loan_case", one.reference, one.amount_fen, (one.case,))
        if one.booked_to.startswith("loan-")
        else None  # the account's own event has it
    ),
    receipt.Received: lambda one: (
        None  # the repayment of which it is the rest has it
        if one.rest_of
        else Named(money_in("fund"), one.bank_reference, one.amount_fen, (one.why, one.employer))
    ),
    payment.Returned: lambda one: (
        Named(money_in(one.purse), one.bank_reference, one.held_fen)
        if one.source == "bank"
        else None  # it stands under its receipt
    ),
    penalty.Paid: lambda one: Named("treasury", one.reference, one.amount_fen),
    period.EntryBooked: _of_entry,
    grant.Repaid: lambda one: (
        Named(money_in("subsidy"), one.reference, one.amount_fen) if one.how == "bank" else None
    ),
    roll.Repaid: lambda one: (
        Named(money_in("subsidy"), one.reference, one.amount_fen) if one.how == "bank" else None
    ),
}  # fmt: skip

KINDS: Final = ("account", "person", "receipt", "payment", "penalty", "period", "grant", "roll")
"""The streams whose events may use a reference."""
