"""Social assistance (社会救助): the standards from 2019-07-01 and what follows from them (葫政办发〔2019〕55号)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ledger.money import rounded
from ledger.policy.rules.framework import Needed, Values, Why, chosen, quiet, rule
from ledger.policy.rules.kinds import Count, Day, Fen, Month, Text
from ledger.policy.units import Row
from ledger.refusal import Refusal

ACT = "葫政办发〔2019〕55号"
IN_FORCE = "2019-07-01"
RELIEF_LAW = "社会救助暂行办法（补差发放）"
RETIRED_SINCE = "1965-06-09"
RELIEF_SINCE = "2014-05-01"
"""The method is older than the standard of 2019: months before July need the older standard, and say so."""


def standard_of_month(
    standard_fen: int | None, old_standard_fen: int | None, needed: Needed, why: Why
) -> int:
    """The standard in force in a month, or the one given for the months before; refuses ``missing_parameter``."""
    found: int = next((fen for fen in (standard_fen, old_standard_fen) if fen is not None), None) or needed()
    why("待遇月份适用的标准", "standard of the benefit month", found, "fen")
    return found


@rule(
    "urban_dibao_standard",
    clause=f"{ACT} 一（一）、二",
    zh="城市最低生活保障标准",
    en="urban dibao standard",
    since=IN_FORCE,
    day="benefit_month",
    reads={"standard_fen": "urban_dibao_standard?", "needed": "urban_dibao_standard~"},
)
def urban_dibao_standard(
    benefit_month: Month,
    standard_fen: int | None,
    needed: Needed,
    old_standard_fen: Fen | None = None,
    why: Why = quiet,
) -> Values:
    """Fen per person and month (城市低保标准); months before July 2019 need the older standard as an input."""
    return {"standard_fen_per_month": standard_of_month(standard_fen, old_standard_fen, needed, why)}


@rule(
    "rural_dibao_standard",
    clause=f"{ACT} 一（一）、二",
    zh="农村最低生活保障标准",
    en="rural dibao standard",
    since=IN_FORCE,
    day="benefit_month",
    reads={"standard_fen": "rural_dibao_standard?", "needed": "rural_dibao_standard~"},
)
def rural_dibao_standard(
    benefit_month: Month,
    standard_fen: int | None,
    needed: Needed,
    old_standard_fen: Fen | None = None,
    why: Why = quiet,
) -> Values:
    """Fen per person and year (农村低保标准); months before July 2019 need the older standard as an input."""
    return {"standard_fen_per_year": standard_of_month(standard_fen, old_standard_fen, needed, why)}


@rule(
    "urban_dibao_grant",
    clause=f"{ACT} 一（一）、二；{RELIEF_LAW}",
    zh="城市低保金",
    en="urban dibao grant",
    since=RELIEF_SINCE,
    reads={"standard_fen": "urban_dibao_standard"},
)
def urban_dibao_grant(
    household_size: Count, monthly_per_capita_income_fen: Fen, standard_fen: int, why: Why = quiet
) -> Values:
    """Monthly fen of a household: the difference to the standard for each member (补差); income equal to it: none."""
    gap_fen = max(0, standard_fen - monthly_per_capita_income_fen)
    why("每人差额 = 标准 − 人均收入", "gap of each member", gap_fen, "fen")
    why("乘以家庭人数", "times the members", gap_fen * household_size, "fen")
    return {"eligible": gap_fen > 0, "grant_fen": gap_fen * household_size}


@rule(
    "rural_dibao_grant",
    clause=f"{ACT} 一（一）、二；{RELIEF_LAW}",
    zh="农村低保金",
    en="rural dibao grant",
    since=RELIEF_SINCE,
    reads={"standard_fen": "rural_dibao_standard"},
)
def rural_dibao_grant(
    household_size: Count, annual_per_capita_income_fen: Fen, standard_fen: int, why: Why = quiet
) -> Values:
    """Monthly fen of a household: members × yearly gap / 12, rounded once, half-up (补差)."""
    gap_fen = max(0, standard_fen - annual_per_capita_income_fen)
    why("每人年差额", "yearly gap of each member", gap_fen, "fen")
    grant_fen = rounded(Fraction(household_size * gap_fen, 12), "fen_half_up")
    why("家庭月补差", "monthly grant of the household", grant_fen, "fen", rounding="fen_half_up")
    return {"eligible": gap_fen > 0, "grant_fen_per_month": grant_fen}


@rule(
    "rural_dibao_month",
    clause=f"{ACT} 一（一）第2句、二；{RELIEF_LAW}",
    zh="农村低保金当月额",
    en="rural dibao of a month",
    since=RELIEF_SINCE,
    day="benefit_month",
    reads={"standard_fen": "rural_dibao_standard"},
)
def rural_dibao_month(
    household_size: Count,
    annual_per_capita_income_fen: Fen,
    benefit_month: Month,
    standard_fen: int,
    why: Why = quiet,
) -> Values:
    """Fen of a household in a month: the month's slice of members × yearly gap; twelve months come to the year (补差)."""
    gap_fen = max(0, standard_fen - annual_per_capita_income_fen)
    why("每人年差额", "yearly gap of each member", gap_fen, "fen")
    grant_fen = month_slice(household_size * gap_fen, benefit_month % 12 + 1)
    why("家庭当月补差", "grant of the household this month", grant_fen, "fen", rounding="fen_floor")
    return {"eligible": gap_fen > 0, "grant_fen_per_month": grant_fen}


LOW_INCOME_READS = {
    "urban_fen": "urban_dibao_standard",
    "rural_fen": "rural_dibao_standard",
    "multiple": "low_income_multiple",
}


def _low_income(
    area: str, urban_fen: int, rural_fen: int, multiple: Decimal, rule_name: str, why: Why
) -> tuple[int, int]:
    rows = ({"area": "urban", "fen": urban_fen}, {"area": "rural", "fen": rural_fen})
    dibao_fen: int = chosen(rows, "area", area, rule_name, "area")["fen"]
    line_fen = rounded(dibao_fen * multiple, "fen_half_up")
    why("低保标准", "dibao standard", dibao_fen, "fen")
    why("低收入标准 = 低保标准 × 倍数", "low-income line = dibao × multiple", line_fen, "fen")
    return dibao_fen, line_fen


@rule(
    "low_income_family_standard",
    clause=f"{ACT} 一（一）第3句",
    zh="低收入家庭标准",
    en="low-income standard",
    since=IN_FORCE,
    reads=LOW_INCOME_READS,
)
def low_income_family_standard(
    area: Text, urban_fen: int, rural_fen: int, multiple: Decimal, why: Why = quiet
) -> Values:
    """Fen per person, a month in town and a year in the country: 1.5 × dibao (低收入家庭标准)."""
    _, line_fen = _low_income(area, urban_fen, rural_fen, multiple, "low_income_family_standard", why)
    return {"standard_fen": line_fen}


@rule(
    "low_income_family_class",
    clause=f"{ACT} 一（一）",
    zh="低保、低收入家庭认定",
    en="class of a household by income",
    since=IN_FORCE,
    reads={**LOW_INCOME_READS, "inclusive": "low_income_inclusive"},
)
def low_income_family_class(
    area: Text,
    per_capita_income_fen: Fen,
    urban_fen: int,
    rural_fen: int,
    multiple: Decimal,
    inclusive: str,
    why: Why = quiet,
) -> Values:
    """``dibao`` below the standard, ``low_income`` up to 1.5 times (the line itself included), else ``none``."""
    dibao_fen, line_fen = _low_income(area, urban_fen, rural_fen, multiple, "low_income_family_class", why)
    if per_capita_income_fen < dibao_fen:
        return {"class": "dibao"}
    inside = per_capita_income_fen < line_fen or (inclusive == "yes" and per_capita_income_fen == line_fen)
    return {"class": "low_income" if inside else "none"}


def month_slice(annual_fen: int, calendar_month: int) -> int:
    """What a calendar month (1–12) pays of a yearly standard, in fen: twelve of them add up to it exactly."""
    return annual_fen * calendar_month // 12 - annual_fen * (calendar_month - 1) // 12


def _calendar_month(month: int, rule_name: str, name: str) -> int:
    if not 1 <= month <= 12:
        raise Refusal(
            "rule_input_malformed", rule=rule_name, name=name, kind="a month from 1 to 12", text=str(month)
        )
    return month


@rule(
    "annual_standard_month_slice",
    clause=f"{ACT} 一（二）",
    zh="年标准分月发放额",
    en="monthly slice of a yearly standard",
    since=IN_FORCE,
)
def annual_standard_month_slice(annual_fen: Fen, calendar_month: Count, why: Why = quiet) -> Values:
    """Cumulative-floor slice: ⌊S·k/12⌋ − ⌊S·(k−1)/12⌋ fen (特困供养标准按年印发)."""
    month = _calendar_month(calendar_month, "annual_standard_month_slice", "calendar_month")
    slice_fen = month_slice(annual_fen, month)
    why("累计取整之差", "difference of cumulative floors", slice_fen, "fen", rounding="fen_floor")
    return {"slice_fen": slice_fen}


@rule(
    "annual_standard_period_total",
    clause=f"{ACT} 一（二）",
    zh="年标准各月合计",
    en="months of a yearly standard added",
    since=IN_FORCE,
)
def annual_standard_period_total(
    annual_fen: Fen, from_month: Count, to_month: Count, why: Why = quiet
) -> Values:
    """Sum of the slices from one calendar month to another, both included."""
    first = _calendar_month(from_month, "annual_standard_period_total", "from_month")
    last = _calendar_month(to_month, "annual_standard_period_total", "to_month")
    total_fen = sum(month_slice(annual_fen, month) for month in range(first, last + 1))
    why("各月合计", "sum of the months", total_fen, "fen", rounding="fen_floor")
    return {"total_fen": total_fen}


@rule(
    "tekun_support",
    clause=f"{ACT} 一（二）、二",
    zh="特困人员救助供养金",
    en="support of persons in extreme difficulty",
    since=RELIEF_SINCE,
    day="benefit_month",
    reads={
        "urban": "tekun_urban_support~",
        "rural_dispersed": "tekun_rural_dispersed_support~",
        "rural_concentrated": "tekun_rural_concentrated_support~",
    },
)
def tekun_support(
    mode: Text,
    benefit_month: Month,
    urban: Needed,
    rural_dispersed: Needed,
    rural_concentrated: Needed,
    why: Why = quiet,
) -> Values:
    """The yearly standard of a mode of support in fen, and what the month pays of it (特困供养金).

    The mode on the first day of the month decides. Refuses ``missing_parameter`` before July 2019.
    """
    modes = {"urban": urban, "rural_dispersed": rural_dispersed, "rural_concentrated": rural_concentrated}
    rows = [{"mode": name, "needed": needed} for name, needed in modes.items()]
    annual_fen: int = chosen(rows, "mode", mode, "tekun_support", "mode")["needed"]()
    why("每人每年", "per person and year", annual_fen, "fen")
    monthly_fen = month_slice(annual_fen, benefit_month % 12 + 1)
    why("当月发放", "paid this month", monthly_fen, "fen", rounding="fen_floor")
    return {"annual_fen": annual_fen, "monthly_fen": monthly_fen}


@rule(
    "orphan_allowance",
    clause=f"{ACT} 一（三）、二",
    zh="孤儿基本生活养育费",
    en="orphan allowance",
    since=RELIEF_SINCE,
    reads={
        "concentrated_fen": "orphan_concentrated_allowance",
        "dispersed_fen": "orphan_dispersed_allowance",
    },
)
def orphan_allowance(
    mode: Text, months_from_2019_07: Count, concentrated_fen: int, dispersed_fen: int, why: Why = quiet
) -> Values:
    """Fen for whole months from July 2019, in an institution or outside (集中供养、分散供养)."""
    rows = ({"mode": "concentrated", "fen": concentrated_fen}, {"mode": "dispersed", "fen": dispersed_fen})
    monthly_fen: int = chosen(rows, "mode", mode, "orphan_allowance", "mode")["fen"]
    why("每人每月", "per person and month", monthly_fen, "fen")
    return {"total_fen": monthly_fen * months_from_2019_07}


def _amount(table: Sequence[Row], category: str, rule_name: str) -> int:
    return int(chosen(table, "category", category, rule_name, "category")["fen"])


@rule(
    "retired60s_allowance",
    clause=f"{ACT} 一（四）、二",
    zh="60年代精简退职职工生活补助",
    en="allowance of staff retired in the 1960s",
    since=RETIRED_SINCE,
    day="benefit_month",
    reads={"categories": "retired60s_categories@2019-07-01", "amounts": "retired60s_monthly"},
)
def retired60s_allowance(
    joined_on: Day,
    former_treatment: Text,
    benefit_month: Month,
    categories: Sequence[Row],
    amounts: Sequence[Row],
    why: Why = quiet,
) -> Values:
    """Category and monthly fen by date of joining and former treatment; no row for both facts: neither.

    The bands include both ends. A case without a row goes to a person for decision.
    """
    for row in categories:
        first, last = row["joined_from"], row["joined_to"]
        if (
            row["treatment"] == former_treatment
            and (first is None or first <= joined_on)
            and joined_on <= last
        ):
            why("类别", "category", row["category"], clause=f"{ACT} {row['clause']}")
            monthly_fen = _amount(amounts, row["category"], "retired60s_allowance")
            why("月补助标准", "monthly amount", monthly_fen, "fen")
            return {"category": row["category"], "monthly_fen": monthly_fen}
    why("四类以外，转人工认定", "none of the four rows: to be decided by a person", None)
    return {"category": None, "monthly_fen": None}


OLD_AND_NEW = {"old": "retired60s_monthly@2019-06-30", "new": "retired60s_monthly@2019-07-01"}


@rule(
    "retired60s_year_total_2019",
    clause=f"{ACT} 一（四）、二",
    zh="60年代精简退职职工2019年全年补助",
    en="allowance of the whole year 2019",
    since=IN_FORCE,
    reads=OLD_AND_NEW,
)
def retired60s_year_total_2019(
    category: Text, old: Sequence[Row], new: Sequence[Row], why: Why = quiet
) -> Values:
    """Six months at the old and six at the new amount, in fen."""
    name = "retired60s_year_total_2019"
    old_fen, new_fen = _amount(old, category, name), _amount(new, category, name)
    why("1-6月", "January to June", 6 * old_fen, "fen")
    why("7-12月", "July to December", 6 * new_fen, "fen")
    return {"total_fen": 6 * (old_fen + new_fen)}


@rule(
    "retired60s_backpay",
    clause=f"{ACT} 一（四）、二",
    zh="60年代精简退职职工补发额",
    en="back pay at the new amount",
    since=IN_FORCE,
    reads=OLD_AND_NEW,
)
def retired60s_backpay(
    category: Text,
    months_paid_at_old_rate_after_2019_07: Count,
    old: Sequence[Row],
    new: Sequence[Row],
    why: Why = quiet,
) -> Values:
    """What is owed, in fen, for months from July 2019 that were paid at the old amount (补发)."""
    name = "retired60s_backpay"
    rise_fen = _amount(new, category, name) - _amount(old, category, name)
    why("每月提高额", "rise of each month", rise_fen, "fen")
    return {"arrears_fen": rise_fen * months_paid_at_old_rate_after_2019_07}


@rule(
    "standard_report_dates",
    clause=f"{ACT} 四（三）",
    zh="提标进展报告日期",
    en="days on which progress is reported",
    since=IN_FORCE,
    reads={"report_days": "standard_report_days"},
)
def standard_report_dates(year: Count, report_days: Sequence[str], why: Why = quiet) -> Values:
    """The 10th and the 25th of April to July (今年4月至7月10日和25日)."""
    dates = [date.fromisoformat(f"{year:04d}-{day}") for day in report_days]
    why("每月10日和25日", "the 10th and the 25th of each month", len(dates))
    return {"dates": dates}


@rule(
    "publication_on_time",
    clause=f"{ACT} 四（三）",
    zh="新标准公布期限",
    en="publication of the new standards",
    since=IN_FORCE,
    reads={"last_day": "standards_publish_by"},
)
def publication_on_time(published_on: Day, last_day: date, why: Why = quiet) -> Values:
    """Whether the new standards were published before the end of June 2019 (6月底前), that day included."""
    why("最后一日", "last day", last_day)
    return {"on_time": published_on <= last_day}
