"""Collection (归集): who deposits, on what base, how much, by when (葫政发〔2019〕12号 第三至十条)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ledger.dates import (
    days_after,
    fund_year_bounds,
    fund_year_of,
    next_working_day,
    working_days_after,
)
from ledger.money import rounded
from ledger.policy.rules.framework import Needed, Values, Why, quiet, rule, rule_in_eras
from ledger.policy.rules.kinds import (
    Count,
    CountList,
    Day,
    DayList,
    Fen,
    Flag,
    Rate,
    RateList,
    Text,
    TextList,
)
from ledger.policy.units import Row
from ledger.refusal import Refusal

CITY = "葫政发〔2019〕12号"
NATIONAL = "住房公积金管理条例"
IN_FORCE = "2019-05-20"
NATIONAL_SINCE = "1999-04-03"
BEFORE = "2019-05-19"


@rule(
    "contributor_type",
    clause=f"{CITY} 第三条",
    zh="缴存单位范围",
    en="kinds of employers that deposit",
    since=IN_FORCE,
    reads={"employer_kinds": "employer_kinds", "flexible": "flexible_workers"},
)
def contributor_type(
    unit_type: Text, employer_kinds: Sequence[Row], flexible: str, why: Why = quiet
) -> Values:
    """Whether an employer is one of the nine kinds of 第三条; the list is closed (以下统称单位).

    Flexible workers and sole traders (个体工商户) may deposit from the day on which a law lets them.
    """
    known = [kind["zh"] for kind in employer_kinds]
    why("应缴存单位", "kinds that deposit", known)
    voluntary = flexible == "yes" and unit_type in FLEXIBLE
    why("可自愿缴存", "may deposit of their own will", voluntary)
    codes = [kind["code"] for kind in employer_kinds]
    return {"in_scope": unit_type in known or unit_type in codes or voluntary}


FLEXIBLE = frozenset({"灵活就业人员", "个体工商户", "flexible_worker", "sole_trader"})


@rule_in_eras(
    "fund_rate_check",
    (f"{NATIONAL} 第十八条", NATIONAL_SINCE, BEFORE),
    (f"{CITY} 第四条", IN_FORCE, ""),
    zh="缴存比例核定",
    en="check of the contribution rate",
    reads={"rate_min": "contribution_rate_min", "rate_max": "contribution_rate_max"},
)
def fund_rate_check(
    unit_rate: Rate, employee_rates: RateList, rate_min: Decimal, rate_max: Decimal, why: Why = quiet
) -> Values:
    """Both bounds included; one rate for all staff of an employer, and the same for both sides (缴存比例)."""
    within = rate_min <= unit_rate <= rate_max
    why(
        "在最低与最高比例之间（含）",
        "between the bounds, both included",
        within,
        clause=f"{CITY} 第四条第一款",
    )
    equal = all(rate == unit_rate for rate in employee_rates)
    why("单位与全体职工比例一致", "one rate for the unit and all staff", equal, clause=f"{CITY} 第四条第二款")
    return {"valid": within and equal}


@rule_in_eras(
    "contribution_base",
    ("建金管〔2005〕5号 三", "2005-01-10", BEFORE),
    (f"{CITY} 第五条第二款", IN_FORCE, ""),
    zh="缴存基数",
    en="contribution base",
    reads={"cap_multiple": "contribution_base_cap_multiple"},
    falls_back_to={"city_avg_monthly_wage_fen": "city_average_monthly_wage", "min_wage_fen": "minimum_wage"},
)
def contribution_base(
    avg_monthly_wage_prior_year_fen: Fen,
    cap_multiple: Decimal,
    city_avg_monthly_wage_fen: Fen,
    min_wage_fen: Fen,
    why: Why = quiet,
) -> Values:
    """Monthly base in fen (缴存基数): own average wage of last year, between its floor and cap.

    Refuses ``base_bounds_contradict`` when the floor lies above the cap.
    """
    cap_fen = rounded(city_avg_monthly_wage_fen * cap_multiple, "fen_floor")
    why(
        "上限 = 上年度职工月平均工资 × 倍数",
        "cap = city average × multiple",
        cap_fen,
        "fen",
        rounding="fen_floor",
    )
    why("下限 = 最低工资标准", "floor = minimum wage", min_wage_fen, "fen")
    if min_wage_fen > cap_fen:
        raise Refusal("base_bounds_contradict", floor_fen=min_wage_fen, cap_fen=cap_fen)
    base_fen = min(max(avg_monthly_wage_prior_year_fen, min_wage_fen), cap_fen)
    why("缴存基数", "base", base_fen, "fen")
    return {"base_fen": base_fen}


def monthly_share(base_fen: int, rate: Decimal, rounding: str) -> int:
    """One side's monthly amount (月缴存额) in fen, rounded once; the other side pays the same."""
    return rounded(base_fen * rate, rounding)


@rule_in_eras(
    "monthly_contribution",
    (f"{NATIONAL} 第十六条", NATIONAL_SINCE, BEFORE),
    (f"{CITY} 第四、五条", IN_FORCE, ""),
    zh="月缴存额",
    en="monthly contribution",
    falls_back_to={"rounding": "contribution_rounding"},
)
def monthly_contribution(base_fen: Fen, rate: Rate, rounding: Text, why: Why = quiet) -> Values:
    """Unit part and employee part of a month in fen, each rounded once by the named rounding (月缴存额)."""
    share_fen = monthly_share(base_fen, rate, rounding)
    why("单位部分 = 基数 × 比例", "unit part = base × rate", share_fen, "fen", rounding=rounding)
    why("职工部分 = 基数 × 比例", "employee part = base × rate", share_fen, "fen", rounding=rounding)
    return {"unit_fen": share_fen, "employee_fen": share_fen, "total_fen": 2 * share_fen}


@rule(
    "fund_year", clause=f"{CITY} 第五条第三款", zh="缴存年度", en="fund year", since=NATIONAL_SINCE, day="on"
)
def fund_year(on: Day, why: Why = quiet) -> Values:
    """First and last day of the fund year of a day: 1 July to 30 June (缴存年度)."""
    start, end = fund_year_bounds(fund_year_of(on))
    why("每年7月1日至次年6月30日", "1 July to 30 June", [start, end])
    return {"start": start, "end": end}


@rule(
    "base_reverify",
    clause=f"{CITY} 第五条第三款",
    zh="年度基数调整是否重新核定",
    en="whether a base is fixed again",
    since=IN_FORCE,
    reads={"newcomer_year": "newcomer_year"},
)
def base_reverify(joined_on: Day, adjustment_on: Day, newcomer_year: str, why: Why = quiet) -> Values:
    """Newcomers and transferees of the year (当年) keep their base at that year's adjustment."""
    if newcomer_year == "fund_year":
        newcomer = fund_year_of(joined_on) >= fund_year_of(adjustment_on) - 1
    else:
        newcomer = joined_on.year >= adjustment_on.year
    why("当年新参加工作或新调入", "newcomer or transferee of the year", newcomer)
    return {"reverify": not newcomer}


@rule(
    "deadline_days",
    clause=f"{CITY} 第七、八、九条",
    zh="日历日期限",
    en="deadline in calendar days",
    since=NATIONAL_SINCE,
)
def deadline_days(
    from_on: Day,
    days: Count,
    roll: Flag = False,
    holidays: DayList | None = None,
    makeup_workdays: DayList | None = None,
    why: Why = quiet,
) -> Values:
    """The last day; the day of the event is not counted. ``roll`` moves a rest day to the next working day.

    Without lists of holidays the published calendar is used; refuses ``calendar_unpublished``.
    """
    due_on = days_after(from_on, days)
    why(
        "期限届满日，起算日不计", "last day, the first day not counted", due_on, clause="民法总则第二百零一条"
    )
    if roll:
        due_on = next_working_day(due_on, holidays, makeup_workdays or ())
        why("届满日为休息日的顺延", "moved on from a rest day", due_on, clause="民法总则第二百零三条")
    return {"due_on": due_on}


@rule(
    "deadline_working_days",
    clause=f"{CITY} 第十二条；葫政发〔2019〕11号（十六）",
    zh="工作日期限",
    en="deadline in working days",
    since=NATIONAL_SINCE,
)
def deadline_working_days(
    from_on: Day,
    days: Count,
    holidays: DayList | None = None,
    makeup_workdays: DayList | None = None,
    why: Why = quiet,
) -> Values:
    """The last of so many working days (工作日), the first not counted; refuses ``calendar_unpublished``."""
    due_on = working_days_after(from_on, days, holidays, makeup_workdays or ())
    why("最后一个工作日", "last working day", due_on)
    return {"due_on": due_on}


@rule(
    "urge_timeline",
    clause=f"{CITY} 第九条第三款",
    zh="督促办理期限",
    en="days after urging an employer",
    since=IN_FORCE,
    reads={
        "urge_days": "urge_days",
        "centre_act_days": "centre_act_days",
        "count_from": "centre_act_count_from",
    },
)
def urge_timeline(
    urged_on: Day, urge_days: int, centre_act_days: int, count_from: str, why: Why = quiet
) -> Values:
    """Calendar days: five for the employer from the urging, then ten for the centre (督促办理)."""
    unit_due_on = days_after(urged_on, urge_days)
    why("单位办理期限", "last day of the employer", unit_due_on)
    centre_due_on = days_after(unit_due_on if count_from == "end_of_urging" else urged_on, centre_act_days)
    why("中心办理期限", "last day of the centre", centre_due_on)
    return {"unit_due_on": unit_due_on, "centre_due_on": centre_due_on}


@rule(
    "continuous_months",
    clause=f"{CITY} 第九条第二款",
    zh="连续缴存月数",
    en="continuous months of deposit",
    since=IN_FORCE,
    reads={"gap_max": "continuous_gap_months_max"},
)
def continuous_months(
    segments: CountList, gap_max: int, gaps_months: CountList | None = None, why: Why = quiet
) -> Values:
    """Months of all segments added, here and elsewhere (合并计算); too long a gap starts anew."""
    gaps = gaps_months or [0] * (len(segments) - 1)
    months = 0
    for index, segment in enumerate(segments):
        if index and index <= len(gaps) and gaps[index - 1] > gap_max:
            months = 0
        months += segment
        why(f"第{index + 1}段累计", f"after segment {index + 1}", months, "months")
    return {"months": months}


@rule(
    "arrears",
    clause=f"{CITY} 第十条第三款",
    zh="单位欠缴额",
    en="arrears of an employer",
    since=IN_FORCE,
    reads={"city_average": "city_average_monthly_wage~"},
    falls_back_to={"rounding": "contribution_rounding"},
)
def arrears(
    months: Count,
    rate: Rate,
    rounding: Text,
    city_average: Needed,
    evidenced_wage_fen: Fen | None = None,
    city_avg_monthly_wage_fen: Fen | None = None,
    why: Why = quiet,
) -> Values:
    """Arrears (欠缴) in fen, each month rounded as it would have been deposited.

    The proven wage is the base; only when neither side can prove one, the city's average of last year.
    """
    basis = "evidence" if evidenced_wage_fen else "city_average"
    base_fen: int = evidenced_wage_fen or city_avg_monthly_wage_fen or city_average()
    why("工资基数依据", "basis of the wage", basis)
    why("工资基数", "wage base", base_fen, "fen")
    share_fen = monthly_share(base_fen, rate, rounding)
    why("每月每方应缴", "each side, each month", share_fen, "fen", f"{CITY} 第四、五条", rounding)
    side_fen = share_fen * months
    why("月数相加", "all months", side_fen, "fen")
    return {"basis": basis, "unit_fen": side_fen, "employee_fen": side_fen, "total_fen": 2 * side_fen}


@rule("underpayment", clause=f"{CITY} 第二十六条", zh="少缴", en="underpayment", since=IN_FORCE)
def underpayment(deposited_fen: Fen, due_fen: Fen, why: Why = quiet) -> Values:
    """What is short in fen (少缴 = 应缴 − 已缴), and whether that is a finding."""
    short_fen = max(0, due_fen - deposited_fen)
    why("少缴额 = 应缴 − 已缴", "short = due − deposited", short_fen, "fen")
    return {"short_fen": short_fen, "finding": short_fen > 0}


@rule(
    "registration_gap",
    clause=f"{CITY} 第六条",
    zh="未登记单位",
    en="employers not registered",
    since=IN_FORCE,
)
def registration_gap(social_insurance_units: TextList, fund_units: TextList, why: Why = quiet) -> Values:
    """Employers known to social insurance that have no registration here, in the order given (缴存登记)."""
    registered = set(fund_units)
    missing = [unit for unit in dict.fromkeys(social_insurance_units) if unit not in registered]
    why("社保有、公积金无", "known to social insurance only", missing)
    return {"missing": missing}
