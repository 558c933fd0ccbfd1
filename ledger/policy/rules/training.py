"""Training (职业培训): subsidies for learning on the job and in class (葫政发〔2019〕11号（六）至（八）)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ledger.money import rounded
from ledger.policy.rules.employment import ACT, IN_FORCE
from ledger.policy.rules.framework import Values, Why, quiet, rule
from ledger.policy.rules.kinds import Count, Day, Fen, Flag, SegmentList
from ledger.policy.units import Row, within


@rule(
    "employee_education_tax_deduction",
    clause=f"{ACT}（六）第1句",
    zh="职工教育经费税前扣除",
    en="deduction of education cost",
    since=IN_FORCE,
    reads={"share": "education_deduction_share"},
)
def employee_education_tax_deduction(
    wages_fen: Fen, spend_fen: Fen, carried_in_fen: Fen, share: Decimal, why: Why = quiet
) -> Values:
    """Up to 8 % of the wages, in fen, floored; what is above is carried forward (结转)."""
    cap_fen = rounded(wages_fen * share, "fen_floor")
    why("工资薪金总额 × 8%", "8 % of the wages", cap_fen, "fen", rounding="fen_floor")
    deductible_fen = min(spend_fen + carried_in_fen, cap_fen)
    return {"deductible_fen": deductible_fen, "carried_out_fen": spend_fen + carried_in_fen - deductible_fen}


@rule(
    "apprenticeship_training_subsidy",
    clause=f"{ACT}（六）第2-4句",
    zh="企业新型学徒制培训补贴",
    en="subsidy for apprentices",
    since=IN_FORCE,
    reads={"rate_min_fen": "apprentice_rate_min", "prepay_share": "apprentice_prepay_share"},
    falls_back_to={"rate_fen_per_year": "apprentice_rate"},
)
def apprenticeship_training_subsidy(
    apprentices: Count,
    years: Count,
    rate_fen_per_year: Fen,
    rate_min_fen: int,
    prepay_share: Decimal,
    why: Why = quiet,
) -> Values:
    """Fen for all apprentice-years; at most half is prepaid, floored, the rest after the training is done."""
    total_fen = apprentices * years * rate_fen_per_year
    why("人数 × 年数 × 标准", "apprentices × years × rate", total_fen, "fen")
    prepay_fen = rounded(total_fen * prepay_share, "fen_floor")
    why("预支上限", "prepayment at most", prepay_fen, "fen", rounding="fen_floor")
    return {
        "rate_ok": rate_fen_per_year >= rate_min_fen,
        "total_fen": total_fen,
        "prepay_max_fen": prepay_fen,
        "final_fen": total_fen - prepay_fen,
    }


@rule(
    "difficult_enterprise_onjob_training_subsidy",
    clause=f"{ACT}（六）第5句",
    zh="困难企业职工在岗培训补贴",
    en="training in an enterprise in difficulty",
    since=IN_FORCE,
    reads={"window": "difficult_enterprise_window"},
)
def difficult_enterprise_onjob_training_subsidy(
    training_cost_fen: Fen,
    education_fund_fen: Fen,
    trained_on: Day,
    recognised_difficult: Flag,
    assessment_passed: Flag,
    window: Row,
    why: Why = quiet,
) -> Values:
    """What the education fund does not cover (不足部分), in fen, for training in 2019 that passed assessment."""
    due = within(window, trained_on) and recognised_difficult and assessment_passed
    why("2019年内、经认定、评估合格", "in 2019, recognised, passed", due)
    return {"subsidy_fen": max(0, training_cost_fen - education_fund_fen) if due else 0}


@rule(
    "skill_upgrade_eligibility",
    clause=f"{ACT}（六）第6-7句",
    zh="技术技能提升补贴条件",
    en="who may claim the skill subsidy",
    since=IN_FORCE,
    day="claimed_on",
    reads={"required_months": "skill_upgrade_insured_months"},
)
def skill_upgrade_eligibility(
    insured_months: Count, claimed_on: Day, has_certificate: Flag, required_months: int, why: Why = quiet
) -> Values:
    """Insured long enough on the day of the claim (1年以上, otherwise 3年以上) and with a certificate."""
    why("参保月数要求", "months required", required_months, "months")
    return {
        "required_months": required_months,
        "eligible": insured_months >= required_months and has_certificate,
    }


@rule(
    "training_living_subsidy",
    clause=f"{ACT}（七）末段",
    zh="培训期间生活费补贴",
    en="living subsidy during training",
    since=IN_FORCE,
    reads={"window": "training_living_window", "basis": "living_day_basis"},
)
def training_living_subsidy(
    segments: SegmentList,
    already_paid_this_year: Flag,
    ui_benefit_eligible: Flag,
    difficulty_recognised: Flag,
    trained_on: Day,
    window: Row,
    basis: str,
    why: Why = quiet,
) -> Values:
    """Urban dibao / 30 × days actually trained, in fen, all segments added exactly and rounded once.

    Once per person and year; not for who meets the conditions of unemployment benefit.
    """
    due = difficulty_recognised and not already_paid_this_year and not ui_benefit_eligible
    due = due and within(window, trained_on)
    why("就业困难人员、当年首次、无失业保险金资格、在期限内", "all conditions", due)
    per_day = Fraction(12, 365) if basis == "year_365" else Fraction(1, 30)
    exact = sum((segment["standard_fen"] * segment["days"] * per_day for segment in segments), Fraction(0))
    subsidy_fen = rounded(exact, "fen_half_up") if due else 0
    why("日标准 × 实际培训天数", "daily standard × days trained", subsidy_fen, "fen", rounding="fen_half_up")
    return {"subsidy_fen": subsidy_fen}


@rule(
    "training_living_subsidy_alt_annual365",
    clause=f"{ACT}（七）末段",
    zh="培训期间生活费补贴（按年365天的另一读法）",
    en="living subsidy, other reading: a year of 365 days",
    since=IN_FORCE,
)
def training_living_subsidy_alt_annual365(standard_fen: Fen, days: Count, why: Why = quiet) -> Values:
    """What ``living_day_basis: year_365`` would pay: standard × 12 / 365 × days, in fen, half-up."""
    subsidy_fen = rounded(Fraction(standard_fen * 12 * days, 365), "fen_half_up")
    why("标准 × 12 ÷ 365 × 天数", "standard × 12 / 365 × days", subsidy_fen, "fen", rounding="fen_half_up")
    return {"subsidy_fen": subsidy_fen}


@rule(
    "poor_labour_class_hour_subsidy",
    clause=f"{ACT}（八）第2句",
    zh="贫困劳动力课时补贴",
    en="class-hour subsidy",
    since=IN_FORCE,
    reads={"hour_fen": "class_hour_subsidy", "window": "poverty_window"},
)
def poor_labour_class_hour_subsidy(
    class_hours: Count, passed: Flag, completed_on: Day, hour_fen: int, window: Row, why: Why = quiet
) -> Values:
    """2.50 yuan per attended class hour, in fen, if passed, completed by the end of 2021 (课时补贴)."""
    due = passed and within(window, completed_on)
    why("培训合格且在期限内", "passed, and in time", due)
    return {"subsidy_fen": class_hours * hour_fen if due else 0}


@rule(
    "work_for_training_subsidy_months",
    clause=f"{ACT}（八）第4句",
    zh="以工代训补贴月数",
    en="months of training on the job",
    since=IN_FORCE,
    reads={"months_max": "work_for_training_months_max"},
)
def work_for_training_subsidy_months(months_trained: Count, months_max: int, why: Why = quiet) -> Values:
    """At most six months (最长不超过6个月)."""
    why("最长月数", "months at most", months_max, "months")
    return {"payable_months": min(months_trained, months_max)}


@rule(
    "poverty_policy_window",
    clause=f"{ACT}（八）末句、（十）末句",
    zh="技能扶贫与就业扶贫政策期限",
    en="time of the poverty policies",
    since=IN_FORCE,
    reads={"window": "poverty_window"},
)
def poverty_policy_window(on: Day, window: Row, why: Why = quiet) -> Values:
    """In force from issue to 2021-12-31, both included (执行期限)."""
    why("执行期限", "time in force", [window["from"], window["to"]])
    return {"in_force": within(window, on)}
