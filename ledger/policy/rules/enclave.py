"""Enclave economy (飞地经济): interest subsidy, township and project awards, the fund, revenue shares (56号)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ledger.dates import months_after
from ledger.money import rounded
from ledger.policy.rules.framework import Values, Why, chosen, quiet, rule
from ledger.policy.rules.kinds import Count, Day, Fen, FenByName, Flag, Rate, Share, Text
from ledger.policy.units import Row
from ledger.refusal import Refusal

ACT = "葫政办发〔2019〕56号"
IN_FORCE = "2019-06-03"


@rule(
    "working_capital_interest_subsidy",
    clause=f"{ACT} 第一章第五、六条",
    zh="流动资金贷款贴息",
    en="interest subsidy on working capital",
    since=IN_FORCE,
    reads={"cap_fen": "interest_subsidy_enterprise_max"},
    falls_back_to={"base_rate": "working_capital_base_rate", "day_basis": "interest_subsidy_day_basis"},
)
def working_capital_interest_subsidy(
    principal_fen: Fen,
    base_rate: Rate,
    actual_rate: Rate,
    days: Count,
    day_basis: Count,
    paid_this_year_fen: Fen,
    cap_fen: int,
    why: Why = quiet,
) -> Values:
    """The lesser of base-rate and actual interest, in fen, up to what the yearly million leaves (贴息)."""
    if day_basis == 0:
        kind = "days of a year, such as 360"
        raise Refusal(
            "rule_input_malformed",
            rule="working_capital_interest_subsidy",
            name="day_basis",
            kind=kind,
            text="0",
        )
    year = Fraction(days, day_basis)
    base_fen = rounded(principal_fen * Fraction(base_rate) * year, "fen_half_up")
    why("按基准利率计息", "interest at the base rate", base_fen, "fen", rounding="fen_half_up")
    actual_fen = rounded(principal_fen * Fraction(actual_rate) * year, "fen_half_up")
    why("实际利息", "actual interest", actual_fen, "fen", rounding="fen_half_up")
    room_fen = max(0, cap_fen - paid_this_year_fen)
    why("当年剩余额度", "room in the yearly cap", room_fen, "fen", f"{ACT} 第一章第六条")
    return {
        "interest_at_base_fen": base_fen,
        "actual_interest_fen": actual_fen,
        "subsidy_fen": min(base_fen, actual_fen, room_fen),
    }


@rule(
    "interest_subsidy_budget",
    clause=f"{ACT} 第一章第一、十七条",
    zh="贴息资金年度预算",
    en="yearly budget of the interest subsidy",
    since=IN_FORCE,
    reads={"budget_fen": "interest_subsidy_budget"},
    bounds="room_fen",
)
def interest_subsidy_budget(
    management_fee_fen: Fen, committed_fen: Fen, requested_fen: Fen, budget_fen: int, why: Why = quiet
) -> Values:
    """What the ten million leave after fee and commitments, in fen, and whether the request fits (年度预算)."""
    room_fen = max(0, budget_fen - management_fee_fen - committed_fen)
    why("预算 − 管理费 − 已安排", "budget − fee − committed", room_fen, "fen")
    return {"room_fen": room_fen, "within_budget": requested_fen <= room_fen}


@rule(
    "township_basic_award",
    clause=f"{ACT} 第二章第三条（一）1",
    zh="乡镇基本奖",
    en="basic award of a township",
    since=IN_FORCE,
    reads={"line_fen": "township_investment_line", "amount_fen": "township_basic_award"},
)
def township_basic_award(investment_fen: Fen, line_fen: int, amount_fen: int, why: Why = quiet) -> Values:
    """100,000 yuan, in fen, from an investment of five million on, that amount included (500万元以上)."""
    why("500万元以上（含）", "five million or more", investment_fen >= line_fen)
    return {"award_fen": amount_fen if investment_fen >= line_fen else 0}


@rule(
    "award_budget_identity",
    clause=f"{ACT} 第二章第一、三条",
    zh="奖励资金预算平衡",
    en="the pools exhaust the award budget",
    since=IN_FORCE,
    reads={
        "basic_fen": "township_basic_award",
        "excess_pool_fen": "township_excess_pool",
        "project_pool_fen": "enclave_project_pool",
    },
)
def award_budget_identity(
    townships: Count, basic_fen: int, excess_pool_fen: int, project_pool_fen: int, why: Why = quiet
) -> Values:
    """Basic awards of so many townships and the two pools, in fen: with 95 they are the yearly 20 million."""
    basic_max_fen = townships * basic_fen
    why("基本奖最多", "basic awards at most", basic_max_fen, "fen")
    return {
        "basic_max_fen": basic_max_fen,
        "excess_pool_fen": excess_pool_fen,
        "project_pool_fen": project_pool_fen,
        "total_fen": basic_max_fen + excess_pool_fen + project_pool_fen,
    }


@rule(
    "enclave_budget",
    clause=f"{ACT} 第一、二、三章各第一条",
    zh="飞地经济各章年度预算余额",
    en="room in the yearly budget of a chapter",
    since=IN_FORCE,
    reads={"interest": "interest_subsidy_budget", "awards": "award_budget", "estates": "estate_budget"},
    bounds="room_fen",
)
def enclave_budget(
    chapter: Count,
    committed_fen: Fen,
    requested_fen: Fen,
    interest: int,
    awards: int,
    estates: int,
    why: Why = quiet,
) -> Values:
    """What the yearly budget of chapter 1, 2 or 3 has left, in fen, and whether a request fits (年度预算).

    The text is silent on what happens at the ceiling: it blocks; nothing is cut in proportion.
    """
    budgets = enumerate((interest, awards, estates), 1)
    rows = [{"chapter": number, "fen": budget_fen} for number, budget_fen in budgets]
    budget_fen: int = chosen(rows, "chapter", chapter, "enclave_budget", "chapter")["fen"]
    room_fen = max(0, budget_fen - committed_fen)
    why("年度预算 − 已安排", "yearly budget − commitments", room_fen, "fen")
    return {"room_fen": room_fen, "within_budget": requested_fen <= room_fen}


def _pool_awards(
    shares: Mapping[str, int], total: int, pool_fen: int, limits: Mapping[str, int], why: Why
) -> Values:
    """Each share of the pool, floored to the fen, up to its limit: a pool is never exceeded, nothing is shared out
    again."""
    awards = {
        name: min(share * pool_fen // total, limits[name]) if total else 0 for name, share in shares.items()
    }
    why("各方奖金", "awards", awards, "fen", rounding="fen_floor")
    return {"awards_fen": awards, "paid_total_fen": sum(awards.values())}


EXCESS_READS = {
    "line_fen": "township_investment_line",
    "pool_fen": "township_excess_pool",
    "own_share": "township_excess_own_share_max",
    "cap_fen": "township_excess_award_max",
}


def _excess_awards(
    investments_fen: Mapping[str, int],
    line_fen: int,
    pool_fen: int,
    own_share: Decimal,
    cap_fen: int,
    denominator: str,
    why: Why,
) -> Values:
    excess = {name: max(0, invested - line_fen) for name, invested in investments_fen.items()}
    if denominator == "whole_investment":
        total = sum(invested for invested in investments_fen.values() if invested > line_fen)
    else:
        total = sum(excess.values())
    why("分母", "denominator", total, "fen")
    limits = {name: min(rounded(own * own_share, "fen_floor"), cap_fen) for name, own in excess.items()}
    return _pool_awards(excess, total, pool_fen, limits, why)


@rule(
    "township_excess_award",
    clause=f"{ACT} 第二章第三条（一）2",
    zh="乡镇超额奖",
    en="excess award of a township",
    since=IN_FORCE,
    reads={**EXCESS_READS, "denominator": "township_excess_denominator"},
)
def township_excess_award(
    investments_fen: FenByName,
    line_fen: int,
    pool_fen: int,
    own_share: Decimal,
    cap_fen: int,
    denominator: str,
    why: Why = quiet,
) -> Values:
    """Own excess over all excesses × 5.5 million, in fen, floored; at most half of it and a million each."""
    return _excess_awards(investments_fen, line_fen, pool_fen, own_share, cap_fen, denominator, why)


@rule(
    "township_excess_award_alt_total_denominator",
    clause=f"{ACT} 第二章第三条（一）2",
    zh="乡镇超额奖（分母为投资总额的另一读法）",
    en="excess award, other reading: whole investments below the line of the fraction",
    since=IN_FORCE,
    reads=EXCESS_READS,
)
def township_excess_award_alt_total_denominator(
    investments_fen: FenByName,
    line_fen: int,
    pool_fen: int,
    own_share: Decimal,
    cap_fen: int,
    why: Why = quiet,
) -> Values:
    """What ``township_excess_denominator: whole_investment`` would pay, in fen, floored."""
    return _excess_awards(investments_fen, line_fen, pool_fen, own_share, cap_fen, "whole_investment", why)


@rule(
    "enclave_project_award",
    clause=f"{ACT} 第二章第三条（二）",
    zh="飞地项目奖",
    en="award of an enclave project",
    since=IN_FORCE,
    reads={
        "pool_fen": "enclave_project_pool",
        "own_share": "enclave_project_own_share_max",
        "cap_fen": "enclave_project_award_max",
    },
)
def enclave_project_award(
    projects_fen: FenByName, pool_fen: int, own_share: Decimal, cap_fen: int, why: Why = quiet
) -> Values:
    """Own investment over all × 5 million, in fen, floored; at most 20 % of it and a million each (项目奖)."""
    limits = {name: min(rounded(own * own_share, "fen_floor"), cap_fen) for name, own in projects_fen.items()}
    return _pool_awards(projects_fen, sum(projects_fen.values()), pool_fen, limits, why)


@rule(
    "first_contribution",
    clause=f"{ACT} 第四章第一条5",
    zh="飞地基金首期出资",
    en="first capital of the enclave fund",
    since=IN_FORCE,
    reads={"first_fen": "enclave_fund_first_contribution"},
)
def first_contribution(paid_in_fen: Fen, first: Flag, first_fen: int, why: Why = quiet) -> Values:
    """The first paid-in capital is 50 million yuan; later ones are bound by the yearly budget only (首期实缴)."""
    why("首期实缴5000万元", "first paid-in capital", first_fen, "fen")
    return {"valid": not first or paid_in_fen >= first_fen}


FEE_READS = {"rates": "enclave_fund_fee_rates"}


@rule(
    "enclave_fund_management_fee",
    clause=f"{ACT} 第四章第一条7",
    zh="飞地基金年度管理费上限",
    en="yearly ceiling of the fund's fee",
    since=IN_FORCE,
    reads=FEE_READS,
)
def enclave_fund_management_fee(
    phase: Text, paid_in_fen: Fen, rates: Sequence[Row], why: Why = quiet
) -> Values:
    """Paid-in capital × the rate of the phase, in fen, floored (投资期、回收期、延长期)."""
    rate = Decimal(chosen(rates, "phase", phase, "enclave_fund_management_fee", "phase")["rate"])
    cap_fen = rounded(paid_in_fen * rate, "fen_floor")
    why("实缴出资 × 费率", "paid-in capital × rate", cap_fen, "fen", rounding="fen_floor")
    return {"annual_cap_fen": cap_fen}


def _extensions(extensions: int, extensions_max: int, rule_name: str, name: str) -> None:
    if extensions > extensions_max:
        kind = f"at most {extensions_max}"
        raise Refusal("rule_input_malformed", rule=rule_name, name=name, kind=kind, text=str(extensions))


@rule(
    "enclave_fund_life_fee",
    clause=f"{ACT} 第四章第一条6、7",
    zh="飞地基金存续期管理费上限",
    en="ceiling of the fund's fee over its life",
    since=IN_FORCE,
    reads={**FEE_READS, "extensions_max": "enclave_fund_extensions_max"},
)
def enclave_fund_life_fee(
    paid_in_fen: Fen, extension_years: Count, rates: Sequence[Row], extensions_max: int, why: Why = quiet
) -> Values:
    """Yearly ceilings of all phases added, in fen: 5 × 1.5 %, 2 × 1 %, and 0.5 % for each year of extension."""
    _extensions(extension_years, extensions_max, "enclave_fund_life_fee", "extension_years")
    total_fen = 0
    for row in rates:
        years = row["years"] if row["years"] is not None else extension_years
        total_fen += years * rounded(paid_in_fen * Decimal(row["rate"]), "fen_floor")
        why(
            f"{row['zh']} {years} 年",
            f"{row['phase']}, {years} years",
            total_fen,
            "fen",
            rounding="fen_floor",
        )
    return {"life_cap_fen": total_fen}


@rule(
    "enclave_fund_term",
    clause=f"{ACT} 第四章第一条6",
    zh="飞地基金期限",
    en="term of the enclave fund",
    since=IN_FORCE,
    reads={"years": "enclave_fund_years", "extensions_max": "enclave_fund_extensions_max"},
)
def enclave_fund_term(
    established_on: Day, extensions: Count, years: int, extensions_max: int, why: Why = quiet
) -> Values:
    """Seven years and at most two extensions of one year; the last day, or not valid (基金期限)."""
    valid = extensions <= extensions_max
    why("最多延长2次，每次1年", "two extensions of a year at most", valid)
    ends_on: date | None = months_after(established_on, 12 * (years + extensions)) if valid else None
    return {"valid": valid, "ends_on": ends_on}


@rule(
    "unanimous",
    clause=f"{ACT} 第四章第一条8",
    zh="投决会决议",
    en="resolution of the investment committee",
    since=IN_FORCE,
    reads={"members_min": "enclave_committee_members"},
)
def unanimous(members: Count, votes_for: Count, members_min: int, why: Why = quiet) -> Values:
    """Passed only when all members vote for it (全体代表通过), and the committee is complete."""
    why("投决会成员人数", "members of the committee", members_min)
    return {"passed": members >= members_min and votes_for == members}


@rule(
    "city_revenue_return",
    clause=f"{ACT} 第五章第二条1、第四条",
    zh="市集中财政收入返还",
    en="return of city-concentrated revenue",
    since=IN_FORCE,
    reads={"share": "city_revenue_return_share"},
    falls_back_to={"origin_ratio": "enclave_agreement_ratio"},
)
def city_revenue_return(
    city_concentrated_fen: Fen, origin_ratio: Share, share: Decimal, why: Why = quiet
) -> Values:
    """Half goes back, half-up in fen, split between origin and host by agreement; all parts add up (返还50%)."""
    returned_fen = rounded(city_concentrated_fen * share, "fen_half_up")
    why("返还县", "returned", returned_fen, "fen", rounding="fen_half_up")
    origin_fen = rounded(returned_fen * origin_ratio, "fen_half_up")
    why("飞出地按协议比例", "origin by agreement", origin_fen, "fen", f"{ACT} 第五章第四条", "fen_half_up")
    return {
        "returned_fen": returned_fen,
        "city_keeps_fen": city_concentrated_fen - returned_fen,
        "origin_fen": origin_fen,
        "host_fen": returned_fen - origin_fen,
    }


@rule(
    "retention",
    clause=f"{ACT} 第五章第二条2",
    zh="乡镇招商项目收入留乡镇",
    en="revenue kept by the township",
    since=IN_FORCE,
    reads={"share": "township_retention_share"},
)
def retention(
    county_level_fen: Fen, share: Decimal, exception_ratio: Share | None = None, why: Why = quiet
) -> Values:
    """All to the township (原则上全部), unless an exception was decided; half-up in fen, the county takes the rest."""
    ratio = share if exception_ratio is None else exception_ratio
    township_fen = rounded(county_level_fen * ratio, "fen_half_up")
    why("留乡镇", "to the township", township_fen, "fen", rounding="fen_half_up")
    return {"township_fen": township_fen, "county_fen": county_level_fen - township_fen}
