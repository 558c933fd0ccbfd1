"""Loans (贷款): who may borrow, how much, how long, at what rate (葫政发〔2019〕12号 第十三至十八、二十一条)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ledger.money import rounded
from ledger.policy.loan_terms import Terms, grade_for, penalty, spread
from ledger.policy.rules.collection import CITY, IN_FORCE, NATIONAL_SINCE
from ledger.policy.rules.framework import Needed, Values, Why, quiet, rule
from ledger.policy.rules.kinds import Count, CountList, Day, Fen, FenList, Flag, Quantity, Rate, Text
from ledger.policy.schedule import days_interest, month_interest
from ledger.policy.units import Row
from ledger.refusal import Refusal

PENALTY_SINCE = "2005-01-01"

MONTHS_SHORT_TERM_MAX = 60
"""Loans up to five years (60 months) take the first column of the rate table (五年以下含五年)."""


def is_short(term_months: int) -> bool:
    """Whether a term stands in the first band of the rate table (五年以下含五年)."""
    return term_months <= MONTHS_SHORT_TERM_MAX


@rule(
    "loan_purpose",
    clause=f"{CITY} 第十三条",
    zh="贷款用途",
    en="purpose of a loan",
    since=IN_FORCE,
    reads={"purposes": "loan_purposes"},
)
def loan_purpose(kind: Text, region: Text, purposes: Sequence[Row], why: Why = quiet) -> Values:
    """One of the four purposes, inside the city (本市行政区域范围内); the list is closed."""
    known = any(kind in (row["zh"], row["code"]) for row in purposes)
    why("用途在列", "purpose is listed", known)
    why("在本市行政区域内", "inside the city", region == "inside")
    return {"accepted": known and region == "inside"}


@rule(
    "loan_gate",
    clause=f"{CITY} 第十三、十四条",
    zh="借款人条件",
    en="conditions of a borrower",
    since=IN_FORCE,
    falls_back_to={"retirement_age": "statutory_retirement_age"},
)
def loan_gate(
    house_region: Text, age: Count, retirement_age: Count, consecutive_months_ok: Flag, why: Why = quiet
) -> Values:
    """Every condition must hold; the steps name each one with its result (借款人条件), on the application day."""
    inside = house_region == "inside"
    why("房屋在本市行政区域内", "the home is inside the city", inside, clause=f"{CITY} 第十三条")
    why(
        "连续足额缴存符合期限",
        "deposited long enough",
        consecutive_months_ok,
        clause=f"{CITY} 第十四条（一）",
    )
    young = age < retirement_age
    why("未到法定退休年龄", "below the retirement age", young, clause=f"{CITY} 第十四条（四）")
    return {"eligible": inside and consecutive_months_ok and young}


@rule(
    "loan_limit",
    clause=f"{CITY} 第十五条",
    zh="贷款额度",
    en="limit of a loan",
    since=IN_FORCE,
    falls_back_to={
        "committee_max_fen": "loan_amount_max",
        "max_ratio": "loan_price_ratio_max",
        "multiple": "loan_balance_multiple",
    },
)
def loan_limit(
    committee_max_fen: Fen,
    repayment_capacity_fen: Fen,
    price_fen: Fen,
    max_ratio: Rate,
    balance_fen: Fen,
    multiple: Quantity,
    why: Why = quiet,
) -> Values:
    """The least of four limits in fen (贷款额度), and the one that binds; of equal ones the first in the law."""
    limits = {
        "committee_max": committee_max_fen,
        "repayment": repayment_capacity_fen,
        "ratio": rounded(price_fen * max_ratio, "fen_floor"),
        "multiple": rounded(balance_fen * multiple, "fen_floor"),
    }
    titles = (
        ("最大贷款额度", "committee maximum"),
        ("还款能力", "repayment capacity"),
        ("贷款成数", "ratio of the price"),
        ("缴存余额倍数", "multiple of the balance"),
    )
    for (zh, en), limit_fen, item in zip(titles, limits.values(), "一二三四", strict=True):
        why(zh, en, limit_fen, "fen", f"{CITY} 第十五条（{item}）", "fen_floor")
    binding = min(limits, key=lambda name: limits[name])
    return {"limit_fen": limits[binding], "binding": binding}


@rule(
    "loan_term",
    clause=f"{CITY} 第十六条",
    zh="贷款年限",
    en="term of a loan",
    since=IN_FORCE,
    falls_back_to={"ministry_max_years": "loan_years_max"},
)
def loan_term(years: Count, ministry_max_years: Count, why: Why = quiet) -> Values:
    """Not above the longest term of the housing ministry (最长年限)."""
    why("住建部规定的最长年限", "longest term of the ministry", ministry_max_years, "years")
    return {"valid": years <= ministry_max_years}


@rule(
    "loan_term_limit",
    clause=f"{CITY} 第十六条",
    zh="最长贷款期限",
    en="longest term of a loan",
    since=IN_FORCE,
    reads={"age_at_end_max": "loan_age_at_end_max?", "house_age_at_end_max": "loan_house_age_at_end_max?"},
    falls_back_to={"ministry_max_years": "loan_years_max"},
)
def loan_term_limit(
    age: Count,
    house_age_years: Count,
    ministry_max_years: Count,
    age_at_end_max: int | None,
    house_age_at_end_max: int | None,
    why: Why = quiet,
) -> Values:
    """The least of the ministry's longest term and, where the committee set them, what age and house still allow."""
    years = {"ministry": ministry_max_years}
    why("住建部规定的最长年限", "longest term of the ministry", ministry_max_years, "years")
    if age_at_end_max is not None:
        years["age"] = max(0, age_at_end_max - age)
        why("到期年龄上限 − 年龄", "highest age at the end − age", years["age"], "years")
    if house_age_at_end_max is not None:
        years["house"] = max(0, house_age_at_end_max - house_age_years)
        why("到期房龄上限 − 房龄", "highest age of the house at the end − its age", years["house"], "years")
    binding = min(years, key=lambda name: years[name])
    return {"months_max": 12 * years[binding], "binding": binding}


@rule(
    "guarantee_fee",
    clause=f"{CITY} 第十八条第二款",
    zh="担保费用",
    en="guarantee fee",
    since=IN_FORCE,
    reads={"bearer": "guarantee_fee_bearer", "fee_rate": "guarantee_fee_rate"},
)
def guarantee_fee(payer: Text, amount_fen: Fen, bearer: str, fee_rate: Decimal, why: Why = quiet) -> Values:
    """The fee in fen by the rate of the contract with the guarantor; the centre bears it."""
    why("担保费用由公积金中心负责", "the fee is borne by", bearer)
    fee_fen = rounded(amount_fen * fee_rate, "fen_half_up")
    why("贷款金额 × 担保费率", "amount × rate of the fee", fee_fen, "fen", rounding="fen_half_up")
    return {"valid": payer == bearer, "fee_fen": fee_fen}


@rule(
    "loan_rate",
    clause=f"{CITY} 第十七条",
    zh="贷款利率",
    en="rate of a loan",
    since=NATIONAL_SINCE,
    day="disbursed_on",
    reads={"table": "loan_rate_table", "multiplier": "second_home_multiplier~"},
)
def loan_rate(
    second_home: Flag,
    table: Sequence[Row],
    multiplier: Needed,
    base_rate: Rate | None = None,
    term_months: Count | None = None,
    disbursed_on: Day | None = None,
    why: Why = quiet,
) -> Values:
    """Yearly rate on the day of disbursement (放款当日), exact.

    From the published table by home order and term; the multiplier of Art. 17 where the table has no figure for
    the second home, or where the case brings its own base rate. Refuses ``rule_input_missing`` without either,
    ``missing_parameter`` for a second home in a time without figure and multiplier.
    """
    if base_rate is None and term_months is None:
        raise Refusal("rule_input_missing", rule="loan_rate", name="term_months", kind="a whole number")
    listed = None
    if base_rate is None:
        row = table[0] if is_short(term_months or 0) else table[1]
        base_rate = Decimal(row["first"])
        listed = row["second"]
    why("首套住房基准利率", "rate of a first home", base_rate, "rate/year")
    if not second_home:
        return {"rate": base_rate}
    if listed is not None:
        why("第二套住房公布利率", "published rate of a second home", Decimal(listed), "rate/year")
        return {"rate": Decimal(listed)}
    rate = base_rate * multiplier()
    why("第二套住房 = 基准利率 × 倍数", "second home = base × multiplier", rate, "rate/year")
    return {"rate": rate}


@rule(
    "loan_first_month_interest",
    clause=f"{CITY} 第十七条",
    zh="首月利息",
    en="interest of the first month",
    since=NATIONAL_SINCE,
    reads={"rounding": "loan_interest_rounding"},
)
def loan_first_month_interest(principal_fen: Fen, rate: Rate, rounding: str, why: Why = quiet) -> Values:
    """Interest of one whole month in fen: principal × yearly rate / 12, rounded once."""
    interest_fen = month_interest(principal_fen, rate, rounding)
    why("本金 × 年利率 ÷ 12", "principal × yearly rate / 12", interest_fen, "fen", rounding=rounding)
    return {"interest_fen": interest_fen}


@rule(
    "loan_interest",
    clause=f"{CITY} 第十七条",
    zh="贷款利息",
    en="interest on a loan",
    since=NATIONAL_SINCE,
    reads={"rounding": "loan_interest_rounding"},
)
def loan_interest(
    principal_fen: Fen, rate: Rate, days: Count, rounding: str, accrued_fen: Fen = 0, why: Why = quiet
) -> Values:
    """Interest of counted days in fen, thirty for each whole month, with what had accrued at an earlier rate."""
    interest_fen = days_interest(principal_fen, rate, days, rounding)
    why(
        "本金 × 年利率 × 天数 ÷ 360",
        "principal × yearly rate × days / 360",
        interest_fen,
        "fen",
        rounding=rounding,
    )
    why("调整利率前的利息", "interest at the rate before", accrued_fen, "fen")
    return {"interest_fen": accrued_fen + interest_fen}


@rule(
    "loan_penalty",
    clause="银发〔2005〕61号 一",
    zh="逾期罚息",
    en="penalty on overdue instalments",
    since=PENALTY_SINCE,
    reads={
        "markup": "loan_penalty_markup",
        "base": "loan_penalty_base",
        "day_basis": "loan_penalty_day_basis",
        "rounding": "loan_interest_rounding",
    },
)
def loan_penalty(
    principal_fen: Fen,
    interest_fen: Fen,
    rate: Rate,
    days: Count,
    markup: Decimal,
    base: Sequence[str],
    day_basis: int,
    rounding: str,
    why: Why = quiet,
) -> Values:
    """Penalty in fen on what is overdue: the contract rate and its mark-up, by actual days, rounded once."""
    terms = Terms(
        rounding=rounding, penalty_markup=markup, penalty_base=tuple(base), penalty_day_basis=day_basis
    )
    why(
        "罚息利率 = 合同利率 × (1 + 加收比例)",
        "penalty rate = contract rate × (1 + mark-up)",
        rate * (1 + markup),
    )
    why("罚息天数", "days", days, "days")
    penalty_fen = penalty(principal_fen, interest_fen, rate, days, terms)
    why("罚息", "penalty", penalty_fen, "fen", rounding=rounding)
    return {"penalty_fen": penalty_fen}


@rule(
    "loan_allocation",
    clause="住房公积金管理条例 第二十六条",
    zh="还款分配",
    en="allocation of a repayment",
    since=PENALTY_SINCE,
    reads={
        "order": "loan_allocation_order",
        "markup": "loan_penalty_markup",
        "base": "loan_penalty_base",
        "day_basis": "loan_penalty_day_basis",
        "rounding": "loan_interest_rounding",
    },
)
def loan_allocation(
    amount_fen: Fen,
    principals_fen: FenList,
    interests_fen: FenList,
    penalties_before_fen: FenList,
    penalty_days: CountList,
    overdue: CountList,
    rate: Rate,
    order: Sequence[str],
    markup: Decimal,
    base: Sequence[str],
    day_basis: int,
    rounding: str,
    why: Why = quiet,
) -> Values:
    """What an amount pays of the instalments that fell due, in fen: by the kinds in their order, the oldest first.

    ``overdue`` is 1 for an instalment after its day; ``penalty_days`` are those since its penalty was last reckoned.
    """
    terms = Terms(
        rounding=rounding, penalty_markup=markup, penalty_base=tuple(base), penalty_day_basis=day_basis
    )
    owed = []
    for principal_fen, interest_fen, before_fen, days, late in zip(
        principals_fen, interests_fen, penalties_before_fen, penalty_days, overdue, strict=True
    ):
        prefix = "overdue_" if late else ""
        penalty_fen = before_fen + penalty(principal_fen, interest_fen, rate, days, terms)
        why("逾期罚息", "penalty of an instalment", penalty_fen, "fen", "银发〔2005〕61号 一", rounding)
        kinds = {f"{prefix}interest": interest_fen, f"{prefix}principal": principal_fen}
        owed.append({"penalty": penalty_fen, **kinds})
    paid, rest_fen = spread(amount_fen, owed, order)
    total = {kind: sum(parts[kind] for parts in paid) for kind in order}
    why("分配次序", "order", list(order))
    for kind, fen in total.items():
        why(f"分配：{kind}", f"to {kind}", fen, "fen")
    return {
        "penalty_fen": total.get("penalty", 0),
        "interest_fen": total.get("overdue_interest", 0) + total.get("interest", 0),
        "principal_fen": total.get("overdue_principal", 0) + total.get("principal", 0),
        "rest_fen": rest_fen,
    }


@rule(
    "loan_grade",
    clause="住房公积金管理条例 第二十六条",
    zh="贷款五级分类",
    en="grade of a loan",
    since=NATIONAL_SINCE,
    reads={"thresholds": "loan_grade_days"},
)
def loan_grade(days_overdue: Count, thresholds: Sequence[Row], why: Why = quiet) -> Values:
    """The grade by the days since the oldest unpaid instalment fell due (五级分类)."""
    grade = grade_for(days_overdue, [row["days"] for row in thresholds])
    why("逾期天数", "days overdue", days_overdue, "days")
    why("分类", "grade", grade)
    return {"grade": grade}


@rule(
    "guarantee_fee_payer",
    clause=f"{CITY} 第十八条第二款",
    zh="担保费用承担者",
    en="who bears the guarantee fee",
    since=IN_FORCE,
    reads={"bearer": "guarantee_fee_bearer"},
)
def guarantee_fee_payer(payer: Text, bearer: str, why: Why = quiet) -> Values:
    """The centre bears the guarantee fee (担保费用), never the borrower or a depositor."""
    why("担保费用由公积金中心负责", "the fee is borne by", bearer)
    return {"valid": payer == bearer}


@rule(
    "retained_reserve",
    clause=f"{CITY} 第二十一条",
    zh="贷款风险准备金",
    en="loan-risk reserve booked in time and in full",
    since=IN_FORCE,
)
def retained_reserve(
    required_fen: Fen, booked_fen: Fen, due_on: Day, booked_on: Day | None = None, why: Why = quiet
) -> Values:
    """Whether the reserve was booked in full (足额) and in time (按时); the due day itself is in time."""
    why("足额：已提 ≥ 应提", "in full: booked ≥ required", booked_fen - required_fen, "fen")
    on_time = booked_on is not None and booked_on <= due_on
    return {"sufficient": booked_fen >= required_fen, "on_time": on_time}


@rule(
    "risk_reserve_required",
    clause="财综字〔1999〕59号 第二十四条",
    zh="应提贷款风险准备金",
    en="loan-risk reserve to be drawn",
    since=NATIONAL_SINCE,
    reads={
        "mode": "risk_reserve_mode",
        "gain_share": "risk_reserve_gain_share~",
        "balance_rate": "risk_reserve_balance_rate~",
    },
)
def risk_reserve_required(
    value_added_income_fen: Fen,
    loan_balance_fen: Fen,
    mode: str,
    gain_share: Needed,
    balance_rate: Needed,
    reserve_before_fen: Fen = 0,
    loan_balance_before_fen: Fen = 0,
    why: Why = quiet,
) -> Values:
    """What the year must add to the reserve in fen, by the mode that the province chose (贷款风险准备金).

    ``share_of_gain``; ``share_of_balance`` (up to the share of the year-end loans); ``share_of_increase``.
    """
    if mode == "share_of_gain":
        share, base_fen, before_fen = gain_share(), value_added_income_fen, 0
    elif mode == "share_of_balance":
        share, base_fen, before_fen = balance_rate(), loan_balance_fen, reserve_before_fen
    else:
        share, base_fen, before_fen = balance_rate(), max(0, loan_balance_fen - loan_balance_before_fen), 0
    required_fen = max(0, rounded(base_fen * share, "fen_up") - before_fen)
    why("应提 = 基数 × 比例 − 已有", "base × share − held", required_fen, "fen", rounding="fen_up")
    return {"required_fen": required_fen}
