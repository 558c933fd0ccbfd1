"""The chart of accounts of the official method (财会字〔1999〕33号, 财会字〔2000〕12号). It is not rearranged."""

from __future__ import annotations

from typing import Final, NamedTuple


class Subject(NamedTuple):
    """An account of the general ledger (科目): code, both names, and the side it normally stands on."""

    code: str
    zh: str
    en: str
    side: str


CHART: Final = {
    subject.code: subject
    for subject in (
        Subject("101", "住房公积金存款", "Fund deposits at bank", "debit"),
        Subject("102", "增值收益存款", "Value-added-income deposits", "debit"),
        Subject("111", "应收利息", "Interest receivable", "debit"),
        Subject("119", "其他应收款", "Other receivables", "debit"),
        Subject("121", "委托贷款", "Entrusted loans", "debit"),
        Subject("122", "逾期贷款", "Overdue loans", "debit"),
        Subject("124", "国家债券", "Treasury bonds", "debit"),
        Subject("201", "住房公积金", "Provident fund", "credit"),
        Subject("211", "应付利息", "Interest payable", "credit"),
        Subject("214", "专项应付款", "Special payables", "credit"),
        Subject("219", "其他应付款", "Other payables", "credit"),
        Subject("301", "贷款风险准备", "Loan-risk reserve", "credit"),
        Subject("311", "增值收益", "Value-added income", "credit"),
        Subject("321", "增值收益分配", "Distribution of value-added income", "credit"),
        Subject("401", "业务收入", "Business income", "credit"),
        Subject("411", "业务支出", "Business expense", "debit"),
    )
}
