"""The identities that tie the figures of an annual report (住房公积金年度报告) to each other.

建金〔2015〕26号 and the statistical tables 建金3-1, 3-3. Figures carry the names of the report's own lines; an amount is
a decimal in the report's unit as it was printed. A printed figure is rounded, so an identity holds when its two sides
differ by no more than the rounding of what was printed; more is said, with the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

Figures = Mapping[str, Decimal]


class Identity(NamedTuple):
    """``result`` equals what ``terms`` add up to, each with its sign; or, for a ratio, ``value`` of the figures."""

    id: str
    zh: str
    en: str
    result: str
    terms: tuple[tuple[int, str], ...] = ()
    value: Callable[[Figures], Decimal] | None = None
    needs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


class Checked(NamedTuple):
    """An identity over one report: ``holds``, ``differs`` (by ``difference``), or ``incomplete`` (``missing``)."""

    identity: Identity
    status: str
    printed: Decimal | None = None
    computed: Decimal | None = None
    tolerance: Decimal = Decimal(0)
    missing: tuple[str, ...] = ()

    @property
    def difference(self) -> Decimal:
        return (self.printed or Decimal(0)) - (self.computed or Decimal(0))


def _sum(
    identity: str, zh: str, en: str, result: str, *terms: str, optional: tuple[str, ...] = ()
) -> Identity:
    signed = tuple((-1, term[1:]) if term.startswith("-") else (1, term) for term in terms)
    return Identity(identity, zh, en, result, signed, optional=optional)


def _ratio(
    identity: str, zh: str, en: str, result: str, above: str, below: str, scale: int = 100
) -> Identity:
    return Identity(
        identity, zh, en, result,
        value=lambda figures: figures[above] / figures[below] * scale,
        needs=(above, below),
    )  # fmt: skip


def _growth(name: str, zh: str, en: str) -> Identity:
    return Identity(
        f"{name}_growth", f"{zh}同比", f"growth of {en}", f"{name}_growth",
        value=lambda figures: (figures[name] / figures[f"prior_{name}"] - 1) * 100,
        needs=(name, f"prior_{name}"),
    )  # fmt: skip


IDENTITIES: Final = (
    _sum("balance", "缴存余额 = 缴存总额 − 提取总额", "balance = cumulative contributions − withdrawals",
         "balance", "cumulative_contributions", "-cumulative_withdrawals"),
    _sum("balance_roll", "缴存余额 = 上年余额 + 缴存额 − 提取额", "balance = last year's + contributions − withdrawals",
         "balance", "prior_balance", "contributions", "-withdrawals", "restatement", optional=("restatement",)),
    _sum("contributions_roll", "缴存总额 = 上年总额 + 缴存额", "cumulative contributions roll forward",
         "cumulative_contributions", "prior_cumulative_contributions", "contributions"),
    _sum("withdrawals_roll", "提取总额 = 上年总额 + 提取额", "cumulative withdrawals roll forward",
         "cumulative_withdrawals", "prior_cumulative_withdrawals", "withdrawals"),
    _sum("loans_roll", "贷款总额 = 上年总额 + 发放额", "cumulative loans roll forward",
         "cumulative_loans", "prior_cumulative_loans", "loans_issued"),
    _sum("loan_balance_roll", "贷款余额 = 上年余额 + 发放额 − 回收额", "loan balance = last year's + issued − recovered",
         "loan_balance", "prior_loan_balance", "loans_issued", "-loans_recovered"),
    _sum("surplus", "结余资金 = 缴存余额 − 个贷 − 项目 − 国债", "surplus = balance − loans − projects − bonds",
         "surplus_funds", "balance", "-loan_balance", "-project_balance", "-bond_balance"),
    _sum("income", "业务收入 = 存款、贷款、国债利息与其他之和", "income is the sum of its lines",
         "income", "income_deposits", "income_loans", "income_bonds", "income_other"),
    _sum("expense", "业务支出 = 职工利息、手续费与其他之和", "expense is the sum of its lines",
         "expense", "expense_members", "expense_collection_fee", "expense_loan_fee",
         "expense_registration_fee", "expense_other", optional=("expense_registration_fee",)),
    _sum("gain", "增值收益 = 收入 − 支出", "value-added income = income − expense", "gain", "income", "-expense"),
    _sum("distribution", "分配之和 = 增值收益", "what is distributed is the year's value-added income",
         "gain", "to_risk_reserve", "to_management_cost", "to_public_housing"),
    _sum("withdrawal_purposes", "各用途提取之和 = 提取额", "withdrawals by purpose add up",
         "withdrawals", "withdrawn_rent", "withdrawn_renovation", "withdrawn_home_and_loan", "withdrawn_retirement",
         "withdrawn_other", optional=("withdrawn_renovation", "withdrawn_other")),
    _ratio("withdrawal_ratio", "提取率 = 提取额 / 缴存额", "withdrawal ratio", "withdrawal_ratio",
           "withdrawals", "contributions"),
    _ratio("loan_to_deposit", "个贷率 = 贷款余额 / 缴存余额", "loan-to-deposit ratio", "loan_to_deposit_ratio",
           "loan_balance", "balance"),
    _ratio("overdue_ratio", "逾期率 = 逾期额 / 贷款余额", "overdue ratio", "overdue_ratio",
           "overdue_loans", "loan_balance"),
    _ratio("reserve_ratio", "准备金充足率 = 准备金余额 / 贷款余额", "reserve ratio", "reserve_ratio",
           "reserve_balance", "loan_balance"),
    _growth("contributions", "缴存额", "contributions"),
    _growth("cumulative_contributions", "缴存总额", "cumulative contributions"),
    _growth("balance", "缴存余额", "the balance"),
    _growth("withdrawals", "提取额", "withdrawals"),
    _growth("loan_balance", "贷款余额", "the loan balance"),
)  # fmt: skip


def check(figures: Figures) -> list[Checked]:
    """Every identity over the figures of one report, in order."""
    return [_checked(identity, figures) for identity in IDENTITIES]


def _checked(identity: Identity, figures: Figures) -> Checked:
    names = identity.needs or tuple(name for _, name in identity.terms)
    missing = tuple(
        name for name in (identity.result, *names) if name not in figures and name not in identity.optional
    )
    if missing:
        return Checked(identity, "incomplete", missing=missing)
    printed = figures[identity.result]
    if identity.value is not None:
        computed = identity.value(figures)
        tolerance = _half_a_unit(printed) + _ratio_tolerance(identity, figures, computed)
    else:
        present = [(sign, figures[name]) for sign, name in identity.terms if name in figures]
        computed = sum((sign * figure for sign, figure in present), Decimal(0))
        tolerance = _half_a_unit(printed) + sum(_half_a_unit(figure) for _, figure in present)
    status = "holds" if abs(printed - computed) <= tolerance else "differs"
    return Checked(identity, status, printed, computed, tolerance)


def _half_a_unit(printed: Decimal) -> Decimal:
    """How far a printed figure may stand from the exact one: half a unit of its last digit; a whole zero is exact."""
    exponent = printed.as_tuple().exponent
    if not isinstance(exponent, int) or (not printed and exponent == 0):
        return Decimal(0)
    return Decimal((0, (5,), exponent - 1))


def _ratio_tolerance(identity: Identity, figures: Figures, computed: Decimal) -> Decimal:
    """What the rounding of numerator and denominator can make of a ratio."""
    relative = sum(
        (_half_a_unit(figures[name]) / abs(figures[name]) for name in identity.needs if figures[name]),
        Decimal(0),
    )
    # A growth is a ratio less one hundred, and the ratio itself is what the rounding moves.
    whole = computed + 100 if identity.result.endswith("_growth") else computed
    return abs(whole) * relative
