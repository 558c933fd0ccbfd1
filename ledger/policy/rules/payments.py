"""Clauses whose figure is set elsewhere, and checks of any payment that cites one (葫政发〔2019〕11号 等)."""

from __future__ import annotations

from decimal import Decimal

from ledger.money import rounded
from ledger.policy.rules.framework import Values, Why, quiet, rule
from ledger.policy.rules.kinds import Count, Day, Fen, FenByName, Flag, Rate

IN_FORCE = "2019-05-18"
EMPLOYMENT = "葫政发〔2019〕11号"
ENCLAVE = "葫政办发〔2019〕56号"

PAYABLE, EXPIRED, MISSING = "payable", "refused_expired", "refused_missing_parameter"


@rule(
    "parameterised_amount",
    clause=f"{EMPLOYMENT}（六）至（十三）；{ENCLAVE} 第三章第四条；葫政办发〔2019〕51号 二（十一）",
    zh="标准另行规定的补贴",
    en="payment whose standard is set elsewhere",
    since=IN_FORCE,
)
def parameterised_amount(
    units: Count,
    unit_amount_fen: Fen | None = None,
    actual_cost_fen: Fen | None = None,
    on: Day | None = None,
    until: Day | None = None,
    why: Why = quiet,
) -> Values:
    """Units × the published amount, in fen, never above the cost that it makes good.

    Without a published amount: ``refused_missing_parameter``. After the last day: ``refused_expired``.
    """
    if on is not None and until is not None and on > until:
        why("已过执行期限", "after the last day", until)
        return {"status": EXPIRED, "amount_fen": 0}
    if unit_amount_fen is None:
        why("公报未载明标准，公布前不予支付", "no figure in the text: refused until published", None)
        return {"status": MISSING, "amount_fen": None}
    amount_fen = units * unit_amount_fen
    why("数量 × 标准", "units × amount", amount_fen, "fen")
    if actual_cost_fen is not None:
        amount_fen = min(amount_fen, actual_cost_fen)
        why("不超过实际垫付费用", "not above the cost paid", amount_fen, "fen")
    return {"status": PAYABLE, "amount_fen": amount_fen}


@rule(
    "rate_amount",
    clause=f"{EMPLOYMENT}（二）",
    zh="比例另行规定的补偿",
    en="compensation whose rate is set elsewhere",
    since=IN_FORCE,
)
def rate_amount(base_fen: Fen, rate: Rate | None = None, why: Why = quiet) -> Values:
    """Confirmed base × published rate, in fen, half-up; ``refused_missing_parameter`` without a rate (一定补偿)."""
    if rate is None:
        why("公报未载明比例，公布前不予支付", "no rate in the text: refused until published", None)
        return {"status": MISSING, "amount_fen": None}
    amount_fen = rounded(base_fen * rate, "fen_half_up")
    why("基数 × 比例", "base × rate", amount_fen, "fen", rounding="fen_half_up")
    return {"status": PAYABLE, "amount_fen": amount_fen}


@rule(
    "not_a_payment",
    clause=f"{EMPLOYMENT}（九）、（十一）、（十三）、（十四）",
    zh="无金额条款",
    en="clause without an amount",
    since=IN_FORCE,
)
def not_a_payment(requested_fen: Fen, why: Why = quiet) -> Values:
    """A payment order that cites a clause without an amount is refused, whatever it asks for."""
    why("该条款不含金额", "the clause gives no amount", None)
    return {"status": "refused_no_amount_in_text", "amount_fen": None}


@rule(
    "funding_lines",
    clause=f"{EMPLOYMENT}（十二）",
    zh="统筹资金来源",
    en="pooled funding lines",
    since=IN_FORCE,
)
def funding_lines(amount_fen: Fen, lines_fen: FenByName, why: Why = quiet) -> Values:
    """Whether the pooled lines (统筹资金) add up to the payment, to the fen."""
    why("各渠道合计", "sum of the lines", sum(lines_fen.values()), "fen")
    return {"balanced": sum(lines_fen.values()) == amount_fen}


@rule(
    "online_share",
    clause="葫政发〔2019〕10号 一（三）",
    zh="网上可办率",
    en="share of items that can be done online",
    since=IN_FORCE,
    day="on",
    reads={"due_share": "online_share_min?"},
)
def online_share(
    items: Count, online_items: Count, on: Day, due_share: Decimal | None, why: Why = quiet
) -> Values:
    """Whether enough items can be done online (网上可办率): 90 % by the end of 2019, included, all by the end of 2020."""
    why("应达到的比例", "share that is due", due_share, "rate")
    return {"due_share": due_share, "met": due_share is None or online_items >= due_share * items}


@rule(
    "withholding",
    clause="葫政发〔2019〕10号 二（二）4、三（三）",
    zh="不符合要求项目不拨付",
    en="money withheld",
    since=IN_FORCE,
)
def withholding(requested_fen: Fen, compliant: Flag, why: Why = quiet) -> Values:
    """Nothing for a project that does not meet the platform's requirements (不拨付运维经费、租赁费不再安排)."""
    why("符合共享和接入要求", "meets the requirements", compliant)
    return {"payable_fen": requested_fen if compliant else 0}


@rule(
    "unspent_return",
    clause=f"{ENCLAVE} 第一章第十三条4、第十四条",
    zh="中止执行节余资金上缴",
    en="unspent money flows back",
    since="2019-06-03",
)
def unspent_return(quota_fen: Fen, paid_fen: Fen, stopped: Flag, why: Why = quiet) -> Values:
    """What a stopped plan has left, in fen, goes back to the city (节余资金上缴)."""
    return_fen = max(0, quota_fen - paid_fen) if stopped else 0
    why("指标 − 已拨付", "quota − paid", return_fen, "fen")
    return {"return_fen": return_fen}
