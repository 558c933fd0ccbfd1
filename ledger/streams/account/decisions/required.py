"""What the decisions about a personal account require before they give an event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.limits import AMOUNT_FEN_MAX
from ledger.refusal import Refusal
from ledger.streams.account.state import Account


def check_amount(amount_fen: int) -> int:
    """An amount that a command may carry, or a refusal: ``amount_not_positive``, ``amount_too_large``."""
    if amount_fen <= 0:
        raise Refusal("amount_not_positive", amount_fen=amount_fen)
    if amount_fen > AMOUNT_FEN_MAX:
        raise Refusal("amount_too_large", text=str(amount_fen))
    return amount_fen


def require_live(state: Account, account: str) -> None:
    """Refuses an account that is unknown or closed."""
    require_status(state, account, "normal", "sealed", "centrally_sealed")


def require_status(state: Account, account: str, *allowed: str) -> None:
    """Refuses an account that is in none of the named states, by the state in which it is."""
    if state.status not in allowed:
        raise Refusal(_BY_STATUS[state.status], account=account)


_BY_STATUS: Final = {
    "": "account_unknown",
    "closed": "account_closed",
    "sealed": "account_sealed",
    "centrally_sealed": "account_in_central_pool",
    "normal": "account_not_sealed",
}


def require_no_other(live_elsewhere: Sequence[str]) -> None:
    """Refuses a second live account of one person (条例第十三条)."""
    if live_elsewhere:
        raise Refusal("person_has_account", account=live_elsewhere[0])
