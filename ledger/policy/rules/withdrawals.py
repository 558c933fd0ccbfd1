"""Withdrawals (提取): for which reasons and from whose balance (葫政发〔2019〕12号 第十一、十二条)."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.policy.rules.collection import BEFORE, CITY, IN_FORCE, NATIONAL, NATIONAL_SINCE
from ledger.policy.rules.framework import Values, Why, quiet, rule, rule_in_eras
from ledger.policy.rules.kinds import Code, Count, EntryList, Fen
from ledger.policy.units import Row
from ledger.refusal import Refusal


def withdrawal_reason(reason: int | str, reasons: Sequence[Row]) -> Row:
    """The row of a reason, by its number in the list of the law or by its code.

    Refuses ``withdrawal_reason_unknown``, naming the reasons (提取原因) that exist on the day.
    """
    for row in reasons:
        if reason in (row["item"], row["code"]):
            return row
    known = ", ".join(str(row["code"]) for row in reasons)
    raise Refusal("withdrawal_reason_unknown", reason=str(reason), known=known)


@rule_in_eras(
    "withdrawal",
    (f"{NATIONAL} 第二十四条", NATIONAL_SINCE, BEFORE),
    (f"{CITY} 第十一条", IN_FORCE, "2026-09-19"),
    (f"{NATIONAL} 第二十四条（国务院令第844号）", "2026-09-20", ""),
    zh="提取额",
    en="amount of a withdrawal",
    reads={"reasons": "withdrawal_reasons"},
)
def withdrawal(
    reason: Code,
    need_fen: Fen,
    own_balance_fen: Fen,
    reasons: Sequence[Row],
    spouse_balance_fen: Fen = 0,
    why: Why = quiet,
) -> Values:
    """Own balance first; the spouse's only for what is short, and only where the law opens it (第二款)."""
    row = withdrawal_reason(reason, reasons)
    why("提取情形", "reason", f"{row['code']} {row['zh']}", clause=row["clause"])
    own_fen = min(need_fen, own_balance_fen)
    why("本人账户提取", "from own balance", own_fen, "fen")
    opened = bool(row["spouse_allowed"])
    spouse_fen = min(need_fen - own_fen, spouse_balance_fen) if opened else 0
    why("配偶账户提取", "from the spouse's balance", spouse_fen, "fen", f"{CITY} 第十一条第二款")
    return {"own_fen": own_fen, "spouse_fen": spouse_fen, "unmet_fen": need_fen - own_fen - spouse_fen}


@rule(
    "hardship_income_test",
    clause=f"{CITY} 第十一条第三款",
    zh="家庭困难收入标准",
    en="hardship test on income",
    since=IN_FORCE,
    falls_back_to={"min_wage_fen": "minimum_wage"},
)
def hardship_income_test(
    household_monthly_income_fen: Fen, members: Count, min_wage_fen: Fen, why: Why = quiet
) -> Values:
    """Income per head strictly below the minimum wage (低于); compared without a division."""
    line_fen = min_wage_fen * members
    why("最低工资 × 家庭人数", "minimum wage × members", line_fen, "fen")
    return {"qualifies": members > 0 and household_monthly_income_fen < line_fen}


@rule(
    "balance_replay",
    clause=f"{CITY} 第十一、二十八条",
    zh="余额重演",
    en="balance from its entries",
    since=NATIONAL_SINCE,
)
def balance_replay(entries: EntryList, why: Why = quiet) -> Values:
    """Balance in fen after the entries; one that would take it below zero is rejected and leaves no trace.

    Deposits and recovered money (``deposit``, ``clawback_returned`` …) add, ``withdraw`` takes; ``rejected``
    holds positions from 0.
    """
    balance_fen, rejected = 0, []
    for index, entry in enumerate(entries):
        signed = -entry["fen"] if entry["kind"] in TAKING else entry["fen"]
        if balance_fen + signed < 0:
            rejected.append(index)
            continue
        balance_fen += signed
        why(f"第{index + 1}笔后余额", f"after entry {index + 1}", balance_fen, "fen")
    return {"balance_fen": balance_fen, "rejected": rejected}


TAKING = frozenset({"withdraw", "transfer_out", "offset"})
"""Kinds of entries that take money out of an account; every other kind adds."""
