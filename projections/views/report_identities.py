"""The identities that tie the figures of an annual report (住房公积金年度报告) to each other.

建金〔2015〕26号 and the statistical tables 建金3-1, 3-3. Figures carry the names of the report's own lines; an amount is
a decimal in the report's unit as it was printed. A printed figure is rounded, so an identity holds when its two sides
differ by no more than the rounding of what was printed; more is said, with the difference. Our own report is checked
``exact``: its sums hold to the fen, and only a printed ratio may be rounded.
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

    def right(self) -> str:
        """The computed side as it is shown: as exact as the printed one where it is a ratio."""
        return f"{self.computed:,.2f}" if self.identity.value else f"{self.computed:,f}"

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


_UNITS: Final = ("public", "state", "collective", "foreign", "private", "social", "other")

IDENTITIES: Final = (
    _sum("balance", "缴存余额 = 缴存总额 − 提取总额", "balance = cumulative contributions − withdrawals",
         "balance", "cumulative_contributions", "-cumulative_withdrawals"),
    _sum("balance_roll", "缴存余额 = 上年余额 + 缴存额 − 提取额", "balance = last year's + contributions − withdrawals",
         "balance", "prior_balance", "contributions", "-withdrawals", "restatement", "taken_over",
         optional=("restatement", "taken_over")),
    _sum("contributions_roll", "缴存总额 = 上年总额 + 缴存额", "cumulative contributions roll forward",
         "cumulative_contributions", "prior_cumulative_contributions", "contributions", "restated_contributions",
         "taken_over_contributions", optional=("restated_contributions", "taken_over_contributions")),
    _sum("withdrawals_roll", "提取总额 = 上年总额 + 提取额", "cumulative withdrawals roll forward",
         "cumulative_withdrawals", "prior_cumulative_withdrawals", "withdrawals", "restated_withdrawals",
         "taken_over_withdrawals", optional=("restated_withdrawals", "taken_over_withdrawals")),
    _sum("loans_roll", "贷款总额 = 上年总额 + 发放额", "cumulative loans roll forward",
         "cumulative_loans", "prior_cumulative_loans", "loans_issued"),
    _sum("loan_balance_roll", "贷款余额 = 上年余额 + 发放额 − 回收额", "loan balance = last year's + issued − recovered",
         "loan_balance", "prior_loan_balance", "loans_issued", "-loans_recovered", "loans_taken_over",
         "-loans_written_off", optional=("loans_taken_over", "loans_written_off")),
    _sum("surplus", "结余资金 = 缴存余额 − 个贷 − 项目 − 国债", "surplus = balance − loans − projects − bonds",
         "surplus_funds", "balance", "-loan_balance", "-project_balance", "-bond_balance"),
    _sum("income", "业务收入 = 存款、贷款、国债利息与其他之和", "income is the sum of its lines",
         "income", "income_deposits", "income_loans", "income_bonds", "income_other",
         "income_no_heir", optional=("income_no_heir",)),
    _sum("expense", "业务支出 = 职工利息、手续费与其他之和", "expense is the sum of its lines",
         "expense", "expense_members", "expense_collection_fee", "expense_loan_fee",
         "expense_registration_fee", "expense_other", optional=("expense_registration_fee",)),
    _sum("gain", "增值收益 = 收入 − 支出", "value-added income = income − expense", "gain", "income", "-expense"),
    _sum("distribution", "分配之和 = 增值收益", "what is distributed is the year's value-added income",
         "gain", "to_risk_reserve", "to_management_cost", "to_public_housing", "loss_made_good", "undistributed",
         optional=("loss_made_good", "undistributed")),
    _sum("withdrawal_purposes", "各用途提取之和 = 提取额", "withdrawals by purpose add up",
         "withdrawals", "withdrawn_rent", "withdrawn_renovation", "withdrawn_home_and_loan", "withdrawn_retirement",
         "withdrawn_other", optional=("withdrawn_renovation", "withdrawn_other")),
    _sum("withdrawals_by_reason", "提取额 = 各提取情形之和", "withdrawals are the sum of their reasons",
         "withdrawals", "withdrawn_home", "withdrawn_loan_repayment", "withdrawn_rent", "withdrawn_renovation",
         "withdrawn_other_housing", "withdrawn_retired", "withdrawn_disability", "withdrawn_emigration",
         "withdrawn_death", "withdrawn_transferred_out", "withdrawn_other_purposes", "withdrawals_before",
         "withdrawn_no_heir", optional=("withdrawals_before", "withdrawn_no_heir")),
    _sum("contributions_by_kind", "缴存额 = 汇缴、补缴、预缴、更正、结息、转入与追回之和",
         "contributions are the sum of their kinds",
         "contributions", "contributions_remitted", "contributions_made_up", "contributions_advance",
         "contributions_corrected", "contributions_interest", "contributions_transferred_in",
         "contributions_recovered", "contributions_before", optional=("contributions_before",)),
    _sum("contributions_by_unit", "各类单位缴存之和 = 缴存额 − 结息、转入与追回", "contributions by kind of unit add up",
         "contributions", *(f"contributed_{one}" for one in _UNITS), "contributions_interest",
         "contributions_transferred_in", "contributions_recovered", "contributions_before",
         optional=("contributions_before",)),
    _sum("contributors_by_unit", "实缴职工 = 各类单位缴存职工之和", "contributors by kind of unit add up",
         "contributing_employees", *(f"contributors_{one}" for one in _UNITS)),
    _sum("contributors_by_income", "实缴职工 = 中低收入 + 高收入", "contributors by income add up",
         "contributing_employees", "contributors_lower_income", "contributors_high_income"),
    _sum("withdrawers_by_income", "提取人数 = 中低收入 + 高收入", "withdrawing persons by income add up",
         "withdrawing_persons", "withdrew_lower_income", "withdrew_high_income"),
    _sum("employers", "单位账户数 = 上年 + 开户 − 销户", "employers roll forward",
         "employers", "prior_employers", "employers_registered", "-employers_closed"),
    _sum("accounts", "个人账户数 = 上年 + 开户 + 接管 − 销户", "accounts roll forward",
         "accounts", "prior_accounts", "accounts_opened", "accounts_taken_over", "-accounts_closed"),
    _sum("accounts_live", "个人账户数 = 逐户清点", "accounts by count", "accounts", "accounts_live"),
    _sum("members", "缴存余额 = 201 住房公积金 + 年后补记", "balance = account 201 + posted after the year",
         "balance", "members_posted", "members_posted_later"),
    _sum("loans", "贷款余额 = 121 + 122 + 年后补记", "loan balance = accounts 121 and 122 + posted after the year",
         "loan_balance", "loans_posted", "loans_posted_later"),
    _sum("loans_by_purpose", "发放笔数 = 各购房类型之和", "loans by kind of home add up", "loans_issued_count",
         "loans_new_home", "loans_second_hand", "loans_affordable", "loans_refinanced"),
    _sum("loans_by_home", "发放笔数 = 首套 + 二套", "loans by number of the home add up", "loans_issued_count",
         "loans_first_home", "loans_second_home"),
    _sum("loans_by_contributors", "发放笔数 = 单缴存 + 双缴存职工", "loans by contributors add up",
         "loans_issued_count", "loans_single", "loans_couple"),
    _sum("books", "资产 = 负债 + 净资产", "assets = liabilities + net assets", "book_assets", "book_claims"),
    _sum("deposits", "存款 = 活期 + 定期 + 其他", "deposits by term add up", "deposits", "deposits_demand",
         "deposits_term_short", "deposits_term_long", "deposits_other"),
    _sum("deposits_books", "存款 = 101 住房公积金存款", "deposits = account 101", "deposits", "book_deposits"),
    _ratio("value_added_rate", "增值收益率 = 增值收益 / 月均缴存余额", "value-added rate", "value_added_rate",
           "gain", "average_balance"),
    _ratio("overdue_per_mille", "逾期率（‰）", "overdue ratio per mille", "overdue_per_mille",
           "overdue_loans", "loan_balance", 1000),
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


def check(figures: Figures, exact: bool = False) -> list[Checked]:
    """Every identity over the figures of one report, in order; ``exact`` for figures that are not rounded."""
    return [_checked(identity, figures, exact) for identity in IDENTITIES]


def _checked(identity: Identity, figures: Figures, exact: bool) -> Checked:
    names = identity.needs or tuple(name for _, name in identity.terms)
    missing = tuple(
        name for name in (identity.result, *names) if name not in figures and name not in identity.optional
    )
    if missing or any(not figures[name] for name in identity.needs[-1:]):
        return Checked(identity, "incomplete", missing=missing)
    printed = figures[identity.result]
    if identity.value is not None:
        computed = identity.value(figures)
        tolerance = _half_a_unit(printed)
        tolerance += 0 if exact else _ratio_tolerance(identity, figures, computed)
    else:
        present = [(sign, figures[name]) for sign, name in identity.terms if name in figures]
        computed = sum((sign * figure for sign, figure in present), Decimal(0))
        rounded = [printed, *(figure for _, figure in present)]
        tolerance = Decimal(0) if exact else sum(map(_half_a_unit, rounded), Decimal(0))
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
