"""The lines of the annual report (信息披露指标): their names in both languages, their unit, where each one stands.

建金〔2015〕26号 with its annexes; the order is that of the standard template. What is counted and what is shown are kept
apart: a line without a figure is printed as not available and never as zero.
"""

from __future__ import annotations

from typing import Final, NamedTuple

FEN, COUNT, RATIO = "fen", "count", "ratio"


class Line(NamedTuple):
    """A line of the report: the figure it shows, both names, its unit, whether it is a part of the line above."""

    figure: str
    zh: str
    en: str
    unit: str = FEN
    part: bool = False


class Section(NamedTuple):
    """A table of the report under its number and name."""

    id: str
    zh: str
    en: str
    lines: tuple[Line, ...]


def _of(zh: str, en: str, figure: str, unit: str = FEN) -> Line:
    return Line(figure, zh, en, unit)


def _part(zh: str, en: str, figure: str, unit: str = FEN) -> Line:
    return Line(figure, zh, en, unit, True)


SECTIONS: Final = (
    Section("institution", "机构概况", "The institution", (
        _of("管委会委员人数", "members of the management committee", "committee_members", COUNT),
        _of("管委会会议次数", "meetings of the committee", "committee_meetings", COUNT),
        _of("内设科室", "departments", "departments", COUNT),
        _of("管理部、分中心", "district offices", "offices", COUNT),
        _of("从业人员", "staff", "staff", COUNT),
        _part("在编", "in the establishment", "staff_established", COUNT),
        _part("非在编", "outside it", "staff_other", COUNT),
    )),
    Section("deposits", "缴存", "Contributions", (
        _of("新开户单位", "employers registered", "employers_registered", COUNT),
        _of("实缴单位", "contributing employers", "contributing_employers", COUNT),
        _of("净增单位", "net increase of contributing employers", "net_employers", COUNT),
        _of("新开户职工", "employees with a new account", "accounts_opened", COUNT),
        _of("实缴职工", "contributing employees", "contributing_employees", COUNT),
        _of("净增职工", "net increase of contributing employees", "net_employees", COUNT),
        _of("年末单位账户数", "employers at the end of the year", "employers", COUNT),
        _of("年末个人账户数", "accounts at the end of the year", "accounts", COUNT),
        _part("其中封存", "of which sealed", "accounts_sealed", COUNT),
        _of("缴存额", "contributions of the year", "contributions"),
        _part("汇缴", "monthly remittances", "contributions_remitted"),
        _part("补缴", "make-up payments", "contributions_made_up"),
        _part("预缴", "advance payments", "contributions_advance"),
        _part("更正冲回", "corrected", "contributions_corrected"),
        _part("结息", "interest credited", "contributions_interest"),
        _part("异地转入", "from other cities", "contributions_transferred_in"),
        _part("追回骗提资金", "money of frauds recovered", "contributions_recovered"),
        _part("接管前旧系统缴存", "before the take-over, in the older system", "contributions_before"),
        _of("年末缴存总额", "cumulative contributions", "cumulative_contributions"),
        _of("年末缴存余额", "balance at the end of the year", "balance"),
        _of("受委托办理缴存业务的银行", "entrusted banks", "entrusted_banks", COUNT),
    )),
    Section("withdrawals", "提取", "Withdrawals", (
        _of("提取人数", "persons who withdrew", "withdrawing_persons", COUNT),
        _of("提取额", "withdrawals of the year", "withdrawals"),
        _of("提取率（%）", "withdrawals to contributions (%)", "withdrawal_ratio", RATIO),
        _of("年末提取总额", "cumulative withdrawals", "cumulative_withdrawals"),
    )),
    Section("loans", "贷款", "Loans", (
        _of("个人贷款最高额度（单缴存职工）", "loan limit, one contributor", "loan_max_single"),
        _of("个人贷款最高额度（双缴存职工）", "loan limit, two contributors", "loan_max_couple"),
        _of("发放贷款笔数", "loans issued, number", "loans_issued_count", COUNT),
        _of("发放贷款金额", "loans issued", "loans_issued"),
        _of("回收贷款", "loans recovered", "loans_recovered"),
        _of("累计发放笔数", "loans issued ever, number", "cumulative_loans_count", COUNT),
        _of("累计发放金额", "loans issued ever", "cumulative_loans"),
        _of("年末贷款余额", "loan balance at the end of the year", "loan_balance"),
        _of("个贷率（%）", "loans to balance (%)", "loan_to_deposit_ratio", RATIO),
        _of("受委托办理贷款业务的银行", "banks entrusted with loans", "loan_banks", COUNT),
    )),
    Section("funds", "国债与资金存储", "Treasury bonds and deposits", (
        _of("年末国债余额", "treasury bonds at the end of the year", "bond_balance"),
        _of("年末项目贷款余额", "project loans at the end of the year", "project_balance"),
        _of("年末存款", "deposits at banks at the end of the year", "deposits"),
        _part("活期", "demand", "deposits_demand"),
        _part("1 年（含）以下定期", "term, up to one year", "deposits_term_short"),
        _part("1 年以上定期", "term, over one year", "deposits_term_long"),
        _part("其他（协定、通知存款等）", "other (agreement, notice)", "deposits_other"),
        _of("结余资金", "surplus funds", "surplus_funds"),
        _of("资金运用率（%）", "funds in use (%)", "fund_use_ratio", RATIO),
    )),
    Section("result", "业务收支及增值收益", "Income, expense and value-added income", (
        _of("业务收入", "business income", "income"),
        _part("存款利息", "interest on deposits", "income_deposits"),
        _part("委托贷款利息", "interest on entrusted loans", "income_loans"),
        _part("国债利息", "interest on treasury bonds", "income_bonds"),
        _part("无继承人余额纳入", "balances that nobody inherited", "income_no_heir"),
        _part("其他", "other", "income_other"),
        _of("业务支出", "business expense", "expense"),
        _part("支付职工住房公积金利息", "interest to members", "expense_members"),
        _part("归集手续费", "collection fees", "expense_collection_fee"),
        _part("委托贷款手续费", "loan fees", "expense_loan_fee"),
        _part("其他", "other", "expense_other"),
        _of("增值收益", "value-added income", "gain"),
        _of("增值收益率（%）", "value-added rate (%)", "value_added_rate", RATIO),
    )),
    Section("distribution", "增值收益分配", "Distribution of value-added income", (
        _of("提取贷款风险准备金", "to the loan-risk reserve", "to_risk_reserve"),
        _of("提取管理费用", "to management cost", "to_management_cost"),
        _of("提取城市廉租（公租）住房建设补充资金", "to public rental housing", "to_public_housing"),
        _of("弥补以前年度亏损", "losses of earlier years made good", "loss_made_good"),
        _of("待分配", "not distributed", "undistributed"),
        _of("上交财政管理费用", "management cost paid to the treasury", "paid_management_cost"),
        _of("上缴财政住房补充资金", "housing supplement paid to the treasury", "paid_public_housing"),
        _of("累计提取贷款风险准备金", "reserve drawn ever", "cumulative_risk_reserve"),
        _of("累计提取住房补充资金", "housing supplement drawn ever", "cumulative_public_housing"),
        _of("管理费用支出", "management cost spent", "management_spent"),
        _part("人员经费", "staff", "management_staff"),
        _part("公用经费", "running cost", "management_running"),
        _part("专项经费", "projects", "management_projects"),
    )),
    Section("risk", "资产风险状况", "Risk of the assets", (
        _of("逾期贷款", "overdue loans", "overdue_loans"),
        _of("逾期率（‰）", "overdue to loans (‰)", "overdue_per_mille", RATIO),
        _of("贷款风险准备金余额", "loan-risk reserve", "reserve_balance"),
        _of("准备金与贷款余额之比（%）", "reserve to loans (%)", "reserve_ratio", RATIO),
        _of("使用准备金核销呆坏账", "bad loans written off", "loans_written_off"),
    )),
    Section("contributors", "缴存职工构成", "Who contributed", (
        _of("国家机关和事业单位", "state organs and public institutions", "contributors_public", COUNT),
        _of("国有企业", "state-owned enterprises", "contributors_state", COUNT),
        _of("城镇集体企业", "urban collective enterprises", "contributors_collective", COUNT),
        _of("外商投资企业", "foreign-invested enterprises", "contributors_foreign", COUNT),
        _of("城镇私营企业及其他城镇企业", "private and other urban enterprises", "contributors_private", COUNT),
        _of("民办非企业单位和社会团体", "private non-enterprise units, social organisations", "contributors_social", COUNT),
        _of("其他", "other", "contributors_other", COUNT),
        _of("中、低收入", "lower and middle income", "contributors_lower_income", COUNT),
        _of("高收入", "high income", "contributors_high_income", COUNT),
    )),
    Section("loan_kinds", "贷款构成", "What was lent for", (
        _of("新建商品住房（笔）", "new homes", "loans_new_home", COUNT),
        _of("二手住房（笔）", "second-hand homes", "loans_second_hand", COUNT),
        _of("政策性住房（笔）", "affordable homes", "loans_affordable", COUNT),
        _of("商转公（笔）", "bank loans taken over", "loans_refinanced", COUNT),
        _of("首套住房（笔）", "first homes", "loans_first_home", COUNT),
        _of("二套住房（笔）", "second homes", "loans_second_home", COUNT),
        _of("单缴存职工（笔）", "one contributor", "loans_single", COUNT),
        _of("双缴存职工（笔）", "two contributors", "loans_couple", COUNT),
        _of("异地贷款（笔）", "contributors of other cities", "loans_elsewhere", COUNT),
        _of("90 平方米（含）以下（笔）", "up to 90 m²", "loans_small_home", COUNT),
        _of("90 至 144 平方米（含）（笔）", "90 to 144 m²", "loans_middle_home", COUNT),
        _of("144 平方米以上（笔）", "over 144 m²", "loans_large_home", COUNT),
        _of("贷款职工：30 岁（含）以下", "borrowers up to 30", "borrowers_to_30", COUNT),
        _of("30 至 40 岁（含）", "30 to 40", "borrowers_to_40", COUNT),
        _of("40 至 50 岁（含）", "40 to 50", "borrowers_to_50", COUNT),
        _of("50 岁以上", "over 50", "borrowers_over_50", COUNT),
        _of("结清贷款笔数", "loans settled, number", "loans_settled_count", COUNT),
    )),
    Section("purposes", "提取用途", "What was withdrawn for", (
        _of("购买、建造、翻建、大修自住住房", "buying or building an own home", "withdrawn_home"),
        _of("偿还购房贷款本息", "repaying a housing loan", "withdrawn_loan_repayment"),
        _of("租赁住房", "renting a home", "withdrawn_rent"),
        _of("装修、老旧小区改造", "decoration, renovation", "withdrawn_renovation"),
        _of("其他住房消费", "other housing consumption", "withdrawn_other_housing"),
        _of("离休和退休", "retirement", "withdrawn_retired"),
        _of("丧失劳动能力、终止劳动关系", "disability, end of the labour relation", "withdrawn_disability"),
        _of("出境定居", "settling abroad", "withdrawn_emigration"),
        _of("死亡或宣告死亡", "death", "withdrawn_death"),
        _of("无继承人纳入增值收益", "no heir: to value-added income", "withdrawn_no_heir"),
        _of("异地转出", "to other cities", "withdrawn_transferred_out"),
        _of("接管前旧系统提取", "before the take-over, in the older system", "withdrawals_before"),
        _of("其他", "other", "withdrawn_other_purposes"),
        _of("提取职工：中、低收入", "withdrawing persons: lower and middle income", "withdrew_lower_income", COUNT),
        _of("提取职工：高收入", "withdrawing persons: high income", "withdrew_high_income", COUNT),
    )),
)  # fmt: skip
"""The tables of the report in the order of the template."""

LINES: Final = {line.figure: line for section in SECTIONS for line in section.lines}

RESTATED: Final = (
    Line("restated_contributions", "缴存总额调整（上年已公布数更正）", "cumulative contributions restated"),
    Line("restated_withdrawals", "提取总额调整（上年已公布数更正）", "cumulative withdrawals restated"),
    Line("restatement", "缴存余额调整（上年已公布数更正）", "balance restated"),
    Line(
        "taken_over", "旧系统余额接管（未列入缴存额）", "older system's balance taken over, no contribution"
    ),
)
"""What stands between last year's report and this one: explicit lines, never a plug."""

FACTS: Final = {
    "committee_members": COUNT, "committee_meetings": COUNT, "departments": COUNT, "offices": COUNT,
    "staff_established": COUNT, "staff_other": COUNT, "entrusted_banks": COUNT, "loan_banks": COUNT,
    "loan_max_single": FEN, "loan_max_couple": FEN, "project_balance": FEN,
    "deposits_demand": FEN, "deposits_term_short": FEN, "deposits_term_long": FEN, "deposits_other": FEN,
    "management_staff": FEN, "management_running": FEN, "management_projects": FEN,
    "contributions_before": FEN, "withdrawals_before": FEN,
    **dict.fromkeys((
        "loans_small_home", "loans_middle_home", "loans_large_home",
        "borrowers_to_30", "borrowers_to_40", "borrowers_to_50", "borrowers_over_50",
    ), COUNT),
    "older_contributions": FEN, "older_withdrawals": FEN, "older_loans": FEN, "older_loans_count": COUNT,
}  # fmt: skip
"""Figures that no event of the ledger gives. ``older_…`` are cumulative totals of an older system on the day of take-over,
``…_before`` its part of the year of take-over."""

WORDS: Final = {
    "status": ("中心性质与隶属", "status of the centre"),
    "decisions": ("管委会审议事项", "what the committee decided"),
    "policy": ("政策调整及执行情况", "policy"),
    "service": ("服务改进情况", "service"),
    "technology": ("信息化建设情况", "information technology"),
    "awards": ("荣誉情况", "awards"),
    "penalties": ("行政处罚及强制执行情况", "penalties and enforcement"),
    "notes": ("其他需要说明的情况", "other matters"),
}
"""Texts that people write: the explanations of 第二十五条."""

REQUIRED: Final = ("committee_members", "committee_meetings", "staff_established", "status", "policy")
"""What 建金〔2015〕26号 asks for and the ledger cannot know: without it no report passes the committee."""

_COUNTED_BESIDE: Final = ("employers_closed", "accounts_closed", "accounts_taken_over", "accounts_live")


def unit_of(figure: str) -> str:
    """The unit of a figure, whether it has a line of its own or stands behind one."""
    line = LINES.get(figure)
    return line.unit if line else COUNT if figure in _COUNTED_BESIDE else FEN
