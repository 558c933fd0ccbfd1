"""Keeping and creating jobs (促进就业): refunds, start-up loans, internships, relief (葫政发〔2019〕11号)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial

from ledger.dates import first_day, months_after, working_days_after
from ledger.money import rounded
from ledger.policy.rules.assistance import month_slice, standard_of_month
from ledger.policy.rules.framework import History, Values, Why, chosen, quiet, rule
from ledger.policy.rules.kinds import Count, Day, Fen, FenList, Flag, MonthList, Share, Text, TextList
from ledger.policy.units import Row, within

ACT = "葫政发〔2019〕11号"
IN_FORCE = "2019-05-18"


@rule(
    "difficult_enterprise_scope",
    clause=f"{ACT}（十六）",
    zh="确定困难企业范围期限",
    en="day by which counties name the enterprises in difficulty",
    since=IN_FORCE,
    reads={"days": "difficult_enterprise_scope_working_days"},
)
def difficult_enterprise_scope(issued_on: Day, days: int, why: Why = quiet) -> Values:
    """The last of the working days from the issue of the notice, itself not counted; refuses ``calendar_unpublished``."""
    due_on = working_days_after(issued_on, days)
    why("印发之日起的工作日", "working days from the issue", days)
    return {"due_on": due_on}


@rule(
    "stable_jobs_refund",
    clause=f"{ACT}（一）第1句",
    zh="稳岗返还",
    en="refund for keeping jobs",
    since=IN_FORCE,
    reads={"share": "stable_jobs_refund_share"},
)
def stable_jobs_refund(
    ui_premium_actually_paid_prior_year_fen: Fen, no_or_few_layoffs: Flag, share: Decimal, why: Why = quiet
) -> Values:
    """Half of the unemployment premium actually paid last year, in fen, half-up (稳岗返还)."""
    refund_fen = (
        rounded(ui_premium_actually_paid_prior_year_fen * share, "fen_half_up") if no_or_few_layoffs else 0
    )
    why("不裁员或少裁员", "nobody or few laid off", no_or_few_layoffs)
    why("上年度实际缴纳 × 比例", "paid last year × share", refund_fen, "fen", rounding="fen_half_up")
    return {"refund_fen": refund_fen}


@rule(
    "difficult_enterprise_refund",
    clause=f"{ACT}（一）第2句",
    zh="困难企业社会保险费返还",
    en="refund to an enterprise in difficulty",
    since=IN_FORCE,
    reads={
        "share": "difficult_enterprise_refund_share",
        "months_max": "difficult_enterprise_refund_months",
        "window": "difficult_enterprise_window",
    },
)
def difficult_enterprise_refund(
    monthly_payable_fen: FenList,
    recognised_difficult: Flag,
    no_or_few_layoffs: Flag,
    year: Count,
    share: Decimal,
    months_max: int,
    window: Row,
    why: Why = quiet,
) -> Values:
    """Half of the social insurance payable (应缴纳) for six months of 2019, in fen, half-up."""
    covered = window["from"].year <= year <= window["to"].year
    due = covered and recognised_difficult and no_or_few_layoffs
    why("2019年、经认定、不裁员或少裁员", "2019, recognised, few laid off", due)
    base_fen = sum(monthly_payable_fen[:months_max])
    why("6个月应缴社会保险费", "six months payable", base_fen, "fen")
    refund_fen = rounded(base_fen * share, "fen_half_up") if due else 0
    why("返还额", "refund", refund_fen, "fen", rounding="fen_half_up")
    return {"refund_fen": refund_fen}


@rule(
    "startup_loan_cap",
    clause=f"{ACT}（三）第1、2句",
    zh="创业担保贷款额度",
    en="cap of a start-up loan",
    since=IN_FORCE,
    reads={"caps": "startup_loan_caps"},
)
def startup_loan_cap(applicant: Text, requested_fen: Fen, caps: Sequence[Row], why: Why = quiet) -> Values:
    """The amount asked for, up to the cap of the applicant's kind, in fen (创业担保贷款)."""
    cap_fen: int = chosen(caps, "applicant", applicant, "startup_loan_cap", "applicant")["cap_fen"]
    why("最高额度", "cap", cap_fen, "fen")
    return {"approved_max_fen": min(requested_fen, cap_fen)}


@rule(
    "startup_loan_small_micro_eligibility",
    clause=f"{ACT}（三）第2句",
    zh="小微企业创业担保贷款条件",
    en="hiring test of a small enterprise",
    since=IN_FORCE,
    reads={"share": "startup_loan_hire_share_min", "months_min": "startup_loan_contract_months_min"},
)
def startup_loan_small_micro_eligibility(
    existing_staff: Count,
    new_qualified_hires: Count,
    contract_months: Count,
    share: Decimal,
    months_min: int,
    why: Why = quiet,
) -> Values:
    """New hires of at least 15 % of the staff, with contracts of a year or more; compared without dividing."""
    needed = share * existing_staff
    min_hires = rounded(needed, "fen_up")
    why("最低新招用人数", "least number of new hires", min_hires)
    why("合同期限达到1年", "contracts of a year or more", contract_months >= months_min)
    return {
        "min_hires": min_hires,
        "eligible": new_qualified_hires >= needed and contract_months >= months_min,
    }


@rule(
    "startup_loan_interest_share",
    clause=f"{ACT}（三）第3句",
    zh="创业担保贷款贴息分摊",
    en="interest subsidy shared by city and county",
    since=IN_FORCE,
    falls_back_to={"city_ratio": "startup_interest_city_ratio"},
)
def startup_loan_interest_share(interest_fen: Fen, city_ratio: Share, why: Why = quiet) -> Values:
    """City part half-up, the county takes the rest, so that no fen is lost (市、县按比例分摊)."""
    city_fen = rounded(interest_fen * city_ratio, "fen_half_up")
    why("市级承担", "part of the city", city_fen, "fen", rounding="fen_half_up")
    return {"city_fen": city_fen, "county_fen": interest_fen - city_fen}


@rule(
    "startup_loan_handler_reward",
    clause=f"{ACT}（三）末句",
    zh="创业担保贷款经办机构奖补",
    en="reward of the handling institution",
    since=IN_FORCE,
    falls_back_to={"ratio": "startup_handler_reward_ratio"},
)
def startup_loan_handler_reward(new_loans_in_year_fen: Fen, ratio: Share, why: Why = quiet) -> Values:
    """A share of the new loans of the year, in fen, half-up; the share is not in the gazette (一定比例)."""
    reward_fen = rounded(new_loans_in_year_fen * ratio, "fen_half_up")
    why("当年新发放总额 × 比例", "new loans × ratio", reward_fen, "fen", rounding="fen_half_up")
    return {"reward_fen": reward_fen}


@rule(
    "incubator_award",
    clause=f"{ACT}（四）",
    zh="创业孵化载体奖补",
    en="award of an incubator",
    since=IN_FORCE,
    reads={"low_fen": "incubator_award_min", "high_fen": "incubator_award_max"},
)
def incubator_award(proposed_fen: Fen, low_fen: int, high_fen: int, why: Why = quiet) -> Values:
    """Whether a proposed award lies between 100,000 and 500,000 yuan, both included; the amount is a decision."""
    why("10-50万元", "from 100,000 to 500,000 yuan", [low_fen, high_fen], "fen")
    return {"valid": low_fen <= proposed_fen <= high_fen}


@rule(
    "incubator_tenancy",
    clause=f"{ACT}（四）",
    zh="创业孵化入驻期限",
    en="term of an incubator tenancy",
    since=IN_FORCE,
    reads={"base_min": "incubator_base_months_min", "extension_max": "incubator_extension_months_max"},
)
def incubator_tenancy(
    start_on: Day,
    base_months: Count,
    extension_months: Count,
    base_min: int,
    extension_max: int,
    why: Why = quiet,
) -> Values:
    """At least two years, extended by at most two; the last day by calendar months (孵化周期)."""
    valid = base_months >= base_min and extension_months <= extension_max
    why("不低于2年，延长不超过2年", "at least two years, at most two more", valid)
    return {
        "valid": valid,
        "last_day": months_after(start_on, base_months + extension_months) if valid else None,
    }


INTERN = f"{ACT}（五）"


@rule(
    "internship_eligibility",
    clause=INTERN,
    zh="就业见习对象与期限",
    en="who may be an intern, and how long",
    since=IN_FORCE,
    reads={
        "window": "internship_window",
        "school_months": "internship_months_after_school_max",
        "age_min": "internship_age_min",
        "age_max": "internship_age_max",
        "months_min": "internship_months_min",
        "months_max": "internship_months_max",
    },
)
def internship_eligibility(
    kind: Text,
    start_on: Day,
    months: Count,
    window: Row,
    school_months: int,
    age_min: int,
    age_max: int,
    months_min: int,
    months_max: int,
    birth_on: Day | None = None,
    left_school_on: Day | None = None,
    why: Why = quiet,
) -> Values:
    """Graduates within two years of leaving school, or youths from 16 to 24, for 3 to 12 months, from 2019.

    Both are tested on the first day; 24 lasts to the day before the 25th birthday.
    """
    if kind == "youth":
        person = birth_on is not None and (
            months_after(birth_on, 12 * age_min) <= start_on < months_after(birth_on, 12 * (age_max + 1))
        )
    else:
        person = left_school_on is not None and start_on <= months_after(left_school_on, school_months)
    why("对象符合条件", "the person qualifies", person)
    term = months_min <= months <= months_max
    why("期限3-12个月", "3 to 12 months", term)
    timely = within(window, start_on)
    why("2019年1月1日起", "from 1 January 2019", timely)
    return {"eligible": person and term and timely}


def _living(living_fen: int, cap_fen: int, high: bool, part: Fraction, cap_on: str) -> Fraction:
    """Exact living subsidy of one person-month in fen."""
    if high:
        return Fraction(min(living_fen, cap_fen))
    if cap_on == "base":
        return part * min(living_fen, cap_fen)
    return min(part * living_fen, Fraction(cap_fen))


@rule(
    "internship_subsidy",
    clause=INTERN,
    zh="就业见习补贴",
    en="internship subsidy",
    since=IN_FORCE,
    reads={
        "thirds": "internship_living_thirds",
        "insurance_max_fen": "internship_insurance_max",
        "guidance_fen": "internship_guidance_fee",
        "retention_line": "internship_retention_line",
        "cap_on": "internship_cap_on",
    },
    falls_back_to={"min_wage_fen": "minimum_wage"},
    tells="high_retention",
)
def internship_subsidy(
    min_wage_fen: Fen,
    living_paid_fen: Fen,
    insurance_paid_fen: Fen,
    persons: Count,
    months: Count,
    retained: Count,
    completed: Count,
    thirds: int,
    insurance_max_fen: int,
    guidance_fen: int,
    retention_line: Decimal,
    cap_on: str,
    why: Why = quiet,
) -> Values:
    """Living cost, insurance and guidance in fen for all person-months of a claim, the living cost rounded once.

    Above 50 % retention (留用率) in full, otherwise two thirds; capped at the minimum wage; at 50 % the lower tier.
    """
    high = retained > retention_line * completed
    why("留用率超过50%", "more than 50 % kept", high)
    person_months = persons * months
    exact = _living(living_paid_fen, min_wage_fen, high, Fraction(thirds, 3), cap_on) * person_months
    living_fen = rounded(exact, "fen_half_up")
    why("基本生活费", "living cost", living_fen, "fen", rounding="fen_half_up")
    insurance_fen = min(insurance_paid_fen, insurance_max_fen) * person_months
    why("人身意外伤害保险费", "accident insurance", insurance_fen, "fen")
    guided_fen = guidance_fen * person_months if high else 0
    why("指导管理费", "guidance fee", guided_fen, "fen")
    return {
        "high_retention": high,
        "living_fen": living_fen,
        "insurance_fen": insurance_fen,
        "guidance_fen": guided_fen,
        "total_fen": living_fen + insurance_fen + guided_fen,
    }


@rule(
    "internship_living_subsidy_alt_cap_on_base",
    clause=INTERN,
    zh="就业见习基本生活费补贴（上限作用于基数的另一读法）",
    en="living subsidy, other reading: cap on the base",
    since=IN_FORCE,
    reads={"thirds": "internship_living_thirds"},
    falls_back_to={"min_wage_fen": "minimum_wage"},
)
def internship_living_subsidy_alt_cap_on_base(
    min_wage_fen: Fen, living_paid_fen: Fen, persons: Count, months: Count, thirds: int, why: Why = quiet
) -> Values:
    """What ``internship_cap_on: base`` would pay: two thirds of the capped living cost, in fen, half-up."""
    exact = _living(living_paid_fen, min_wage_fen, False, Fraction(thirds, 3), "base") * (persons * months)
    living_fen = rounded(exact, "fen_half_up")
    why(
        "2/3 × 封顶后的基本生活费", "2/3 of the capped living cost", living_fen, "fen", rounding="fen_half_up"
    )
    return {"living_fen": living_fen}


@rule(
    "internship_living_floor",
    clause=INTERN,
    zh="见习基本生活费下限",
    en="floor of an intern's living cost",
    since=IN_FORCE,
    reads={"share": "internship_living_floor_share"},
    falls_back_to={"min_wage_fen": "minimum_wage"},
    bounds="floor_fen",
)
def internship_living_floor(
    min_wage_fen: Fen, living_paid_fen: Fen, share: Decimal, why: Why = quiet
) -> Values:
    """60 % of the minimum wage, in fen, and whether the host paid it (不低于)."""
    floor_fen = rounded(min_wage_fen * share, "fen_up")
    why("最低工资 × 60%", "60 % of the minimum wage", floor_fen, "fen", rounding="fen_up")
    return {"floor_fen": floor_fen, "ok": living_paid_fen >= floor_fen}


@rule(
    "graduate_employer_social_insurance_subsidy",
    clause=f"{ACT}（九）第1句",
    zh="招用高校毕业生社保补贴",
    en="insurance subsidy for hiring graduates",
    since=IN_FORCE,
    reads={"months_max": "graduate_employer_months_max"},
)
def graduate_employer_social_insurance_subsidy(
    monthly_unit_share_fen: FenList,
    graduation_year_hire: Flag,
    months_max: int,
    months_before: Count = 0,
    why: Why = quiet,
) -> Values:
    """The unit part actually paid (统筹部分) in the first twelve months, in fen, for hires of the graduation year.

    ``months_before`` were subsidised by earlier applications for the same graduate.
    """
    left = max(0, months_max - months_before)
    subsidy_fen = sum(monthly_unit_share_fen[:left]) if graduation_year_hire else 0
    why("前12个月单位实缴", "first twelve months paid by the unit", subsidy_fen, "fen")
    return {"subsidy_fen": subsidy_fen}


@rule(
    "graduate_flexible_social_insurance_months",
    clause=f"{ACT}（九）第4句",
    zh="毕业生灵活就业社保补贴月数",
    en="months of a flexible graduate's subsidy",
    since=IN_FORCE,
    reads={
        "months_max": "graduate_flexible_months_max",
        "school_months": "graduate_flexible_after_school_months",
    },
)
def graduate_flexible_social_insurance_months(
    left_school_on: Day,
    flexible_from: Day,
    months: Count,
    months_max: int,
    school_months: int,
    months_before: Count = 0,
    why: Why = quiet,
) -> Values:
    """At most 24 months, those before counted, if flexible work began within a year of leaving school (离校1年内)."""
    timely = flexible_from <= months_after(left_school_on, school_months)
    why("离校1年内", "within a year of leaving school", timely)
    left = max(0, months_max - months_before)
    why("尚可享受月数", "months that are left", left)
    return {"payable_months": min(months, left) if timely else 0}


@rule(
    "public_post_supplement",
    clause=f"{ACT}（十二）末句",
    zh="公益性岗位补贴增发",
    en="supplement to a public post",
    since=IN_FORCE,
    reads={"monthly_fen": "public_post_supplement", "listed": "public_post_supplement_categories"},
    falls_back_to={"base_fen": "public_post_base"},
)
def public_post_supplement(
    categories: TextList,
    months: Count,
    base_fen: Fen,
    monthly_fen: int,
    listed: Sequence[str],
    why: Why = quiet,
) -> Values:
    """550 yuan a month, once however many categories apply; the total adds the base of the post, in fen."""
    named = any(category in listed for category in categories)
    why("属于所列毕业生", "a listed kind of graduate", named)
    supplement_fen = monthly_fen * months if named else 0
    why("增发额", "supplement", supplement_fen, "fen")
    return {"supplement_fen": supplement_fen, "total_fen": base_fen * months + supplement_fen}


@rule(
    "temporary_living_allowance",
    clause=f"{ACT}（十三）第4句",
    zh="下岗失业人员临时生活补助",
    en="temporary living allowance",
    since=IN_FORCE,
    reads={
        "months_max": "temporary_living_months_max",
        "contracts_from": "temporary_living_window",
        "urban": "urban_dibao_standard@*",
        "rural": "rural_dibao_standard@*",
    },
)
def temporary_living_allowance(
    area: Text,
    benefit_months: MonthList,
    dibao_months: MonthList,
    ui_benefit_eligible: Flag,
    terminated_on: Day,
    months_max: int,
    contracts_from: Row,
    urban: History,
    rural: History,
    old_standard_fen: Fen | None = None,
    months_before: Count = 0,
    why: Why = quiet,
) -> Values:
    """The dibao standard of each month, in fen, for at most six months without dibao (不能兼得), those before counted.

    Nothing for who is entitled to unemployment benefit, or whose contract ended before 2019. Months before July
    2019 need the older standard of the area (a month's amount) as an input; else ``missing_parameter``.
    """
    rows = ({"area": "urban", "history": urban}, {"area": "rural", "history": rural})
    history: History = chosen(rows, "area", area, "temporary_living_allowance", "area")["history"]
    covered = within(contracts_from, terminated_on) and not ui_benefit_eligible
    why("2019年起解除合同且无失业保险待遇", "contract ended from 2019, no benefit", covered)
    left = max(0, months_max - months_before)
    why("尚可享受月数", "months that are left", left)
    paid = sorted(set(benefit_months) - set(dibao_months))[:left] if covered else []
    total_fen = 0
    for month in paid:
        day = first_day(month)
        standard_fen = history.on(day)
        if standard_fen is not None and area == "rural":
            standard_fen = month_slice(standard_fen, month % 12 + 1)
        total_fen += standard_of_month(standard_fen, old_standard_fen, partial(history.needed, day), why)
    return {"months_paid": len(paid), "total_fen": total_fen}


@rule(
    "difficulty_older_worker",
    clause=f"{ACT}（十三）第2句",
    zh="大龄就业困难人员",
    en="older worker hard to place",
    since=IN_FORCE,
    reads={"ages": "older_worker_ages", "years": "older_worker_years"},
)
def difficulty_older_worker(
    sex: Text, birth_on: Day, on: Day, ages: Sequence[Row], years: int, why: Why = quiet
) -> Values:
    """Less than five years to 60 for men and 50 for women (不足5年): exactly five years is not yet."""
    age: int = chosen(ages, "sex", sex, "difficulty_older_worker", "sex")["age"]
    retirement = months_after(birth_on, 12 * age)
    why("法定退休日", "statutory retirement day", retirement)
    return {"older_worker": months_after(birth_on, 12 * (age - years)) < on < retirement}
