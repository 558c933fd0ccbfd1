"""What a payment order moves in the books after it was ordered (划款), and the accounts of each purse.

The cause books the payment when it is ordered, so that a settled order moves nothing more. What fails, comes back or is
stopped returns to the bank account of its purse and is held for the payee in 219; a new try takes it out again. So the
bank's own balance is the bank account in the books plus the orders in transit (在途).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ledger.streams import payment
from ledger.streams.base import Event


class PurseAccounts(NamedTuple):
    """The accounts of a purse: its deposits at the bank, what is held for payees, and receipts that nobody knows."""

    bank: str
    held: str
    unknown: str


PURSE_ACCOUNTS: Final = {
    "fund": PurseAccounts("101", "219.payments", "219"),
    "result": PurseAccounts("102", "219.result_payments", "219"),
    "subsidy": PurseAccounts("S101", "S219.payments", "S219"),
}
"""Where each bank account of the centre stands in the books. Subsidy money has books of its own (专户专账)."""


def _held(event: Any) -> tuple[tuple[str, int], ...]:
    """What comes back to the bank account is held for the payee, and the other way round."""
    accounts = PURSE_ACCOUNTS[event.purse]
    source = accounts.unknown if getattr(event, "source", "bank") == "held" else accounts.bank
    return ((source, event.held_fen), (accounts.held, -event.held_fen)) if event.held_fen else ()


PAYMENT_RULES: Final[dict[type[Event], Callable[[Any], tuple[tuple[str, int], ...]]]] = {
    payment.Settled: _held,
    payment.Failed: _held,
    payment.Returned: _held,
    payment.Cancelled: _held,
    payment.Reissued: _held,
}
