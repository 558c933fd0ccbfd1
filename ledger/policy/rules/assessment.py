"""Assessment of the counties and the statistics of enterprises (葫政办发〔2019〕56号 第六、七章)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from ledger.policy.rules.enclave import ACT, IN_FORCE
from ledger.policy.rules.framework import Values, Why, chosen, quiet, rule
from ledger.policy.rules.kinds import ContinuingList, Count, Fen, FenList, ProgressList, Text
from ledger.policy.units import Row

QUANTITY_READS = {
    "points_max": "assessment_quantity_max",
    "small_per_task": "assessment_small_projects_per_task",
    "counting": "assessment_small_projects_counting",
}


def score(exact: Fraction) -> Decimal:
    """A score with two decimals, half-up, from its exact value."""
    hundredths, rest = divmod(exact.numerator * 100, exact.denominator)
    return (
        Decimal(hundredths + (2 * rest >= exact.denominator))
        .scaleb(-2)
        .quantize(Decimal("0.01"), ROUND_HALF_UP)
    )


def _quantity(
    townships: int, large: int, small: int, points_max: Decimal, small_per_task: int, counting: str
) -> Fraction:
    done = large + (small // small_per_task if counting == "whole" else Fraction(small, small_per_task))
    return Fraction(points_max) * min(Fraction(1), Fraction(done) / townships) if townships else Fraction(0)


@rule(
    "assessment_quantity",
    clause=f"{ACT} 第六章第三条",
    zh="项目数量得分",
    en="points for the number of projects",
    since=IN_FORCE,
    reads=QUANTITY_READS,
)
def assessment_quantity(
    townships: Count,
    projects_1500_up: Count,
    projects_500_to_1500: Count,
    points_max: Decimal,
    small_per_task: int,
    counting: str,
    why: Why = quiet,
) -> Values:
    """Up to 40 points: one large project or three small ones for each township, parts counted (项目数量)."""
    exact = _quantity(townships, projects_1500_up, projects_500_to_1500, points_max, small_per_task, counting)
    why("40 × min(1, (A + B/3)/N)", "40 × min(1, (A + B/3)/N)", score(exact), "points", rounding="half_up")
    return {"score": score(exact)}


@rule(
    "assessment_scale",
    clause=f"{ACT} 第六章第四条",
    zh="项目规模得分",
    en="points for the size of projects",
    since=IN_FORCE,
    reads={"bands": "assessment_scale_bands", "points_max": "assessment_scale_max"},
)
def assessment_scale(
    investments_fen: FenList, bands: Sequence[Row], points_max: Decimal, why: Why = quiet
) -> Values:
    """Points of each project by its investment, upper ends included, up to 30 in all (项目规模)."""
    raw = sum(_band_points(invested, bands) for invested in investments_fen)
    why("各项目加分合计", "points of all projects", raw, "points")
    return {"raw": raw, "score": min(raw, int(points_max))}


def _band_points(invested_fen: int, bands: Sequence[Row]) -> int:
    """Points of one project: bands by rising upper end; below the first amount there are none."""
    for row in bands:
        if row["to_fen"] is None or invested_fen <= row["to_fen"]:
            return int(row["points"]) if invested_fen >= row["from_fen"] else 0
    return 0


PROGRESS_READS = {"plus_max": "assessment_progress_max", "points": "assessment_progress_points"}


@rule(
    "assessment_progress",
    clause=f"{ACT} 第六章第五条",
    zh="建设进度得分",
    en="points for progress",
    since=IN_FORCE,
    reads={
        **PROGRESS_READS,
        "first_year_share": "assessment_first_year_share_min",
        "plan_share": "assessment_plan_share_min",
    },
)
def assessment_progress(
    built_and_producing: Count,
    continuing_producing: Count,
    above_scale_formed: Count,
    first_year: ProgressList,
    continuing: ContinuingList,
    plus_max: Decimal,
    points: Sequence[Row],
    first_year_share: Decimal,
    plan_share: Decimal,
    why: Why = quiet,
) -> Values:
    """Points gained, up to 20, and points lost, without limit: they come off the total (减分从总分中扣除)."""
    worth = {row["item"]: int(row["points"]) for row in points}
    plus = (
        built_and_producing * worth["built_and_producing"]
        + continuing_producing * worth["continuing_producing"]
        + above_scale_formed * worth["above_scale_formed"]
    )
    why("加分合计", "points gained", plus, "points")
    slow_first = sum(done < first_year_share * whole for done, whole in first_year)
    slow_later = sum(not resumed or done < plan_share * plan for done, plan, resumed in continuing)
    why("第一年投资不足20%的项目", "projects below 20 % in the first year", slow_first)
    why("进度特别缓慢或未复工的续建项目", "continuing projects too slow or stopped", slow_later)
    minus = slow_first * worth["slow_first_year"] + slow_later * worth["slow_continuing"]
    return {"plus": min(plus, int(plus_max)), "minus": minus}


@rule(
    "assessment_total",
    clause=f"{ACT} 第六章第二至六条",
    zh="督查考核总分",
    en="total score of a county",
    since=IN_FORCE,
    reads={
        **QUANTITY_READS,
        "scale_max": "assessment_scale_max",
        "plus_max": "assessment_progress_max",
        "service_points": "assessment_service_points",
        "service_max": "assessment_service_max",
    },
)
def assessment_total(
    townships: Count,
    projects_1500_up: Count,
    projects_500_to_1500: Count,
    scale_raw: Count,
    progress_plus_raw: Count,
    minus: Count,
    service_items: Count,
    points_max: Decimal,
    small_per_task: int,
    counting: str,
    scale_max: Decimal,
    plus_max: Decimal,
    service_points: Decimal,
    service_max: Decimal,
    why: Why = quiet,
) -> Values:
    """Quantity, size, progress and services less the deductions, added exactly and rounded once (考核总分)."""
    quantity = _quantity(
        townships, projects_1500_up, projects_500_to_1500, points_max, small_per_task, counting
    )
    why("项目数量", "number of projects", score(quantity), "points")
    scale, plus = min(scale_raw, int(scale_max)), min(progress_plus_raw, int(plus_max))
    why("项目规模、建设进度", "size and progress", [scale, plus], "points")
    services = min(Fraction(service_points) * service_items, Fraction(service_max))
    why("服务保障", "services", score(services), "points")
    return {"score": score(quantity + scale + plus + services - minus)}


@rule(
    "statistics_entry",
    clause=f"{ACT} 第七章第二条",
    zh="飞地项目入统",
    en="a project enters the statistics",
    since=IN_FORCE,
    reads={"line_fen": "statistics_investment_line"},
)
def statistics_entry(investment_fen: Fen, line_fen: int, why: Why = quiet) -> Values:
    """Whether a project's fixed investment, in fen, reaches five million yuan, that amount included (入统入库)."""
    why("固定资产投资500万元以上（含）", "five million or more", investment_fen >= line_fen)
    return {"enters": investment_fen >= line_fen}


@rule(
    "above_scale",
    clause=f"{ACT} 第七章第三条",
    zh="“四上”企业认定",
    en="enterprises above scale",
    since=IN_FORCE,
    reads={"thresholds": "above_scale_thresholds"},
)
def above_scale(
    industry: Text, revenue_fen: Fen, staff: Count, thresholds: Sequence[Row], why: Why = quiet
) -> Values:
    """Revenue, or for services staff of 50, from the threshold of the industry on; both included (规模以上)."""
    row = chosen(thresholds, "industry", industry, "above_scale", "industry")
    why("营业收入标准", "revenue threshold", row["revenue_fen"], "fen")
    by_staff = row["staff"] is not None and staff >= row["staff"]
    return {"above_scale": revenue_fen >= row["revenue_fen"] or by_staff}
