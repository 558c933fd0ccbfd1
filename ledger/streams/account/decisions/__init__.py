"""Decisions about a personal account: one function for each command, giving events or a refusal."""

from ledger.streams.account.decisions.booking import (
    Contribution,
    close_empty,
    deposit,
    fix_base,
    freeze,
    open_account,
    pay_remainder,
    prove_base,
    recover,
    reverse,
    take_over,
    transfer_in,
    transfer_out,
    unfreeze,
    withdraw,
)
from ledger.streams.account.decisions.relation import break_relation, seal, seal_centrally, transfer, unseal
from ledger.streams.account.decisions.required import check_amount, require_live, require_no_other

__all__ = [
    "Contribution",
    "break_relation",
    "check_amount",
    "close_empty",
    "deposit",
    "fix_base",
    "freeze",
    "open_account",
    "pay_remainder",
    "prove_base",
    "recover",
    "require_live",
    "require_no_other",
    "reverse",
    "seal",
    "seal_centrally",
    "take_over",
    "transfer",
    "transfer_in",
    "transfer_out",
    "unfreeze",
    "unseal",
    "withdraw",
]
