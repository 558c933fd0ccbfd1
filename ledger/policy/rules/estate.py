"""Industrial estates (工业地产): awards for building early, much and in time (葫政办发〔2019〕56号 第三章)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ledger.dates import days_after, months_after
from ledger.money import rounded
from ledger.policy.rules.enclave import ACT, IN_FORCE
from ledger.policy.rules.framework import Values, Why, quiet, rule
from ledger.policy.rules.kinds import Count, Day, Fen, Flag, Quantity
from ledger.policy.units import Row


@rule(
    "industrial_estate_early_start_award",
    clause=f"{ACT} 第三章第五条1",
    zh="工业地产早开工奖",
    en="award for an early start",
    since=IN_FORCE,
    reads={"months": "estate_start_months", "daily_fen": "estate_early_start_daily"},
)
def industrial_estate_early_start_award(
    delivered_on: Day,
    agreed_start_on: Day,
    actual_start_on: Day,
    months: int,
    daily_fen: int,
    why: Why = quiet,
) -> Values:
    """5,000 yuan, in fen, for each day before the agreed start, which is at most three months after delivery."""
    baseline_on = min(agreed_start_on, months_after(delivered_on, months))
    why("约定开工日，不晚于交付后3个月", "agreed start, within three months of delivery", baseline_on)
    days_early = max(0, (baseline_on - actual_start_on).days)
    why("提前天数", "days early", days_early, "days")
    return {"baseline_on": baseline_on, "days_early": days_early, "award_fen": days_early * daily_fen}


def _milestone(cumulative_fen: int, step_fen: int, rate: Decimal, reading: str) -> int:
    """Entitlement in fen by one of the readings of 固投全额达到1000万元的整数倍."""
    steps = cumulative_fen // step_fen
    if reading == "actual_investment":
        return rounded(cumulative_fen * rate, "fen_half_up") if steps else 0
    if reading == "running_total":
        return rounded(step_fen * rate * (steps * (steps + 1) // 2), "fen_half_up")
    return rounded(step_fen * steps * rate, "fen_half_up")


MILESTONE_READS = {"step_fen": "estate_milestone_step", "rate": "estate_milestone_rate"}


@rule(
    "industrial_estate_investment_milestone_award",
    clause=f"{ACT} 第三章第五条2",
    zh="工业地产固投奖",
    en="award by investment milestones",
    since=IN_FORCE,
    reads={**MILESTONE_READS, "reading": "estate_milestone_reading"},
)
def industrial_estate_investment_milestone_award(
    cumulative_fen: Fen, already_paid_fen: Fen, step_fen: int, rate: Decimal, reading: str, why: Why = quiet
) -> Values:
    """5‰ of every whole ten million invested, less what was paid, in fen (固投全额达到整数倍)."""
    entitled_fen = _milestone(cumulative_fen, step_fen, rate, reading)
    why("累计应得", "entitled so far", entitled_fen, "fen")
    return {"entitled_fen": entitled_fen, "payable_fen": max(0, entitled_fen - already_paid_fen)}


@rule(
    "industrial_estate_investment_milestone_alt_actual",
    clause=f"{ACT} 第三章第五条2",
    zh="工业地产固投奖（按实际固投额的另一读法）",
    en="milestone award, other reading: on the actual amount",
    since=IN_FORCE,
    reads=MILESTONE_READS,
)
def industrial_estate_investment_milestone_alt_actual(
    cumulative_fen: Fen, step_fen: int, rate: Decimal, why: Why = quiet
) -> Values:
    """What ``estate_milestone_reading: actual_investment`` would pay: 5‰ of the whole amount, in fen."""
    award_fen = _milestone(cumulative_fen, step_fen, rate, "actual_investment")
    why("实际固投额 × 5‰", "actual investment × 5‰", award_fen, "fen", rounding="fen_half_up")
    return {"award_fen": award_fen}


@rule(
    "industrial_estate_investment_milestone_alt_repeat",
    clause=f"{ACT} 第三章第五条2",
    zh="工业地产固投奖（每到整数倍按累计额的另一读法）",
    en="milestone award, other reading: the running total at every multiple",
    since=IN_FORCE,
    reads=MILESTONE_READS,
)
def industrial_estate_investment_milestone_alt_repeat(
    cumulative_fen: Fen, step_fen: int, rate: Decimal, why: Why = quiet
) -> Values:
    """What ``estate_milestone_reading: running_total`` would pay: 5‰ of the total again at each step, in fen."""
    award_fen = _milestone(cumulative_fen, step_fen, rate, "running_total")
    why("各整数倍累计额 × 5‰ 之和", "5‰ of each running total", award_fen, "fen", rounding="fen_half_up")
    return {"award_fen": award_fen}


@rule(
    "industrial_estate_completion_award",
    clause=f"{ACT} 第三章第五条3",
    zh="工业地产竣工奖",
    en="award for completion in time",
    since=IN_FORCE,
    reads={"bands": "estate_completion_bands"},
)
def industrial_estate_completion_award(
    investment_fen: Fen, agreed_finish_on: Day, actual_finish_on: Day, bands: Sequence[Row], why: Why = quiet
) -> Values:
    """A fixed amount by band of investment, in fen, if finished by the agreed day (约定时限内，含当日)."""
    on_time = actual_finish_on <= agreed_finish_on
    why("约定时限内竣工", "finished in time", on_time)
    reached = [row["award_fen"] for row in bands if investment_fen >= row["from_fen"]]
    why("固投档次奖金", "award of the band", reached[-1] if reached else 0, "fen")
    return {"award_fen": reached[-1] if reached and on_time else 0}


@rule(
    "industrial_estate_area_subsidy",
    clause=f"{ACT} 第三章第六条",
    zh="工业地产使用面积补助",
    en="subsidy by used area",
    since=IN_FORCE,
    reads={"per_m2_fen": "estate_area_subsidy"},
)
def industrial_estate_area_subsidy(
    area_m2: Quantity, occupied: Flag, per_m2_fen: int, why: Why = quiet
) -> Values:
    """50 yuan for each square metre of used area (使用面积), in fen, half-up, once enterprises have moved in."""
    subsidy_fen = rounded(area_m2 * per_m2_fen, "fen_half_up") if occupied else 0
    why("使用面积 × 50元", "used area × 50 yuan", subsidy_fen, "fen", rounding="fen_half_up")
    return {"subsidy_fen": subsidy_fen}


@rule(
    "higher_not_repeated",
    clause=f"{ACT} 第三章第三条3",
    zh="从高不重复",
    en="the higher of two programmes, not both",
    since=IN_FORCE,
)
def higher_not_repeated(this_programme_fen: Fen, other_programme_paid_fen: Fen, why: Why = quiet) -> Values:
    """Tops up to the higher of the two, in fen; what the other programme paid is never asked back here."""
    payable_fen = max(0, this_programme_fen - other_programme_paid_fen)
    why("本项目应得 − 其他已得", "this programme − paid elsewhere", payable_fen, "fen")
    return {"payable_here_fen": payable_fen, "total_fen": other_programme_paid_fen + payable_fen}


@rule(
    "publicity_period",
    clause=f"{ACT} 第三章第八条2",
    zh="公示期",
    en="publicity period",
    since=IN_FORCE,
    reads={"days_min": "publicity_days_min"},
)
def publicity_period(published_on: Day, days_min: int, days: Count | None = None, why: Why = quiet) -> Values:
    """Last day of publicity, at least seven days (不少于7天) after the first, and the first day for the plan."""
    last_day = days_after(published_on, max(days or 0, days_min))
    why("公示最后一日", "last day of publicity", last_day)
    return {"last_day": last_day, "earliest_plan_issue_on": days_after(last_day, 1)}
