"""Who may do what, and by when the centre must account for itself (葫政发〔2019〕12号 第二、十九至三十条)."""

from __future__ import annotations

from ledger.policy.rules.collection import CITY, IN_FORCE
from ledger.policy.rules.framework import Values, Why, quiet, rule
from ledger.policy.rules.kinds import Text


@rule(
    "separate_roles",
    clause=f"{CITY} 第二十二条",
    zh="交叉复核",
    en="maker and checker differ",
    since=IN_FORCE,
)
def separate_roles(maker: Text, checker: Text, why: Why = quiet) -> Values:
    """Nobody checks his own work (制单人与复核人不能为同一人)."""
    why("经办与复核为不同的人", "maker and checker differ", maker != checker)
    return {"allowed": maker != checker}
