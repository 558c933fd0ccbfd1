"""Withdrawals (提取): for which reasons and from whose balance (葫政发〔2019〕12号 第十一、十二条)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, NamedTuple

from ledger.dates import fund_year_of, month_of, months_after
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
    (f"{CITY} 第十一条；{NATIONAL} 第二十四条（国务院令第844号）", "2026-09-20", ""),
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


HEIRS: Final = "death"
"""The reason for which heirs and legatees withdraw what the deceased left (条例第二十四条第三款)."""

NO_HEIR: Final = "no_heir"
"""The reason for which a balance becomes value-added income: nobody inherits it (条例第二十四条第三款)."""


# ---------------------------------------------------------------- limits of the committee (第十九条)


class Applied(NamedTuple):
    """One withdrawal for a reason: its value date, and what own and spouse's account gave, in fen."""

    on: date
    amount_fen: int


class Limit(NamedTuple):
    """One limit of a reason: in a period at most an amount in fen, at most so often, or so many months apart."""

    per: str
    limit_fen: int | None
    times: int | None = None
    months_apart: int | None = None


def limits_of(value: int | Sequence[Row], reason: Row) -> list[Limit]:
    """The limits of a reason in a value of ``withdrawal_limit``.

    One amount, and a row for every reason (``*``), bind each withdrawal that leaves the account open: who retires or
    leaves the country takes the whole by law. A row that names the reason binds it always.
    """
    if isinstance(value, int):
        return [] if reason["closes_account"] else [Limit("withdrawal", value)]
    return [
        Limit(row["per"], row["limit_fen"], row["times"], row["months_apart"])
        for row in value
        if row["reason"] == reason["code"] or (row["reason"] == "*" and not reason["closes_account"])
    ]


def require_within_limits(
    limits_on: Callable[[date], Sequence[Limit]], new: Applied, earlier: Sequence[Applied]
) -> None:
    """Refuses a withdrawal beyond a limit of its day, and one that takes a later one beyond the limit of that day.

    ``earlier`` are the other withdrawals for the reason that stand, whichever was booked first. Refuses
    ``withdrawal_limit``, ``withdrawal_too_often`` and ``withdrawal_too_soon``.
    """
    for at in (new, *(one for one in earlier if one.on > new.on)):
        for limit in limits_on(at.on):
            _require_within(limit, at, new, earlier)


def _require_within(limit: Limit, at: Applied, new: Applied, earlier: Sequence[Applied]) -> None:
    """Refuses what the new withdrawal would make of a limit that binds on the day of ``at``."""
    if limit.months_apart is not None:
        _require_apart(limit.months_apart, at, new, earlier)
    if at is not new and (
        limit.per == "withdrawal" or _period(limit.per, at.on) != _period(limit.per, new.on)
    ):
        return
    before = [] if limit.per == "withdrawal" else [
        one for one in earlier if one.on <= at.on and _period(limit.per, one.on) == _period(limit.per, at.on)
    ]  # fmt: skip
    facts = {"per": limit.per, "on": at.on.isoformat()}
    taken_fen = sum(one.amount_fen for one in before)
    if limit.limit_fen is not None and taken_fen + new.amount_fen > limit.limit_fen:
        raise Refusal(
            "withdrawal_limit",
            limit_fen=limit.limit_fen,
            taken_fen=taken_fen,
            amount_fen=new.amount_fen,
            **facts,
        )
    if limit.times is not None and len(before) + 1 > limit.times:
        raise Refusal("withdrawal_too_often", times=limit.times, **facts)


def _require_apart(months: int, at: Applied, new: Applied, earlier: Sequence[Applied]) -> None:
    last = max((one.on for one in earlier if one.on <= new.on), default=None) if at is new else new.on
    if last is not None and at.on < months_after(last, months):
        next_on = months_after(last, months).isoformat()
        raise Refusal(
            "withdrawal_too_soon",
            months=months,
            last_on=last.isoformat(),
            next_on=next_on,
            on=at.on.isoformat(),
        )


_PERIODS: Final[dict[str, Callable[[date], int]]] = {
    "month": month_of,
    "year": lambda day: day.year,
    "fund_year": fund_year_of,
}


def _period(per: str, day: date) -> int:
    return _PERIODS[per](day)


# ---------------------------------------------------------------- after a job ended


def require_job_ended_long_enough(counted_from: date, months: int, on: date) -> None:
    """Refuses ``job_ended_too_recent`` before the same day so many months later, or the last day of that month.

    The first day counts (封存满半年): an account sealed on 31 August may be withdrawn from on the last of February.
    """
    first_on = months_after(counted_from, months)
    if on < first_on:
        raise Refusal(
            "job_ended_too_recent",
            since=counted_from.isoformat(),
            months=months,
            first_on=first_on.isoformat(),
        )


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
