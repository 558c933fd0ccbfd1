"""Headings: under which names payroll offices write the same column, and where the header row of a list is.

Real lists carry a title above the header ("单位账号：E00012　汇缴年月：2019年7月") and a total below the rows. Headings are
compared without spaces, marks and units, so ``单位月缴存额（元）``, ``*单位月缴存额`` and ``单位 月缴存额`` are one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Final

import yaml

from ledger.limits import HEADER_ROWS_MAX
from ledger.refusal import Refusal

HEADINGS: Final[Mapping[str, str]] = {
    "account": "个人账号 职工账号 个人公积金账号 职工公积金账号 公积金账号 住房公积金账号 个人编号 账号"
    " account account_no account_number personal_account",
    "name": "姓名 职工姓名 缴存人姓名 个人姓名 员工姓名 name employee_name full_name",
    "id_number": "证件号码 证件号 身份证号 身份证号码 身份证件号码 公民身份号码 居民身份证号"
    " id_number id_no identity_number id_card",
    "base": "缴存基数 月缴存基数 公积金缴存基数 个人缴存基数 工资基数 缴费基数 基数 base contribution_base",
    "employer_amount": "单位月缴存额 单位缴存额 单位缴存金额 单位应缴额 单位部分 单位缴交额 单位缴纳"
    " employer_amount employer_contribution employer_part",
    "employee_amount": "个人月缴存额 个人缴存额 个人缴存金额 个人应缴额 个人部分 个人缴交额 个人缴纳 职工月缴存额"
    " 职工缴存额 employee_amount employee_contribution employee_part",
    "total": "合计 合计金额 月缴存额合计 缴存额合计 月缴存额 月缴额合计 应缴合计 总额 total total_amount",
    "month": "汇缴年月 缴存年月 汇缴月份 缴存月份 所属年月 业务年月 month contribution_month",
    "employer": "单位账号 单位编号 单位公积金账号 单位住房公积金账号 单位登记号 单位代码"
    " employer employer_no employer_number employer_account",
    "employer_name": "单位名称 缴存单位 单位 employer_name company",
    "credit_code": "统一社会信用代码 社会信用代码 信用代码 credit_code uscc",
    "kind": "单位性质 单位类型 单位种类 单位类别 kind employer_kind",
    "rate": "缴存比例 单位缴存比例 单位比例 rate employer_rate",
    "employee_rate": "个人缴存比例 职工缴存比例 个人比例 employee_rate",
    "pay_day": "发薪日 工资发放日 发薪日期 pay_day",
    "first_month": "起缴年月 启缴年月 首次汇缴年月 开始缴存年月 first_month",
    "wage": "月平均工资 上年月平均工资 上年度月平均工资 月均工资 wage average_wage",
    "joined_on": "入职日期 到岗日期 参加工作日期 joined_on hired_on",
    "bank_card": "银行卡号 银行账号 个人银行账号 bank_card bank_account",
    "carried": "上年结转余额 上年结转 结转余额 carried carried_forward",
    "current": "当年归集余额 当年归集 本年归集余额 当年缴存余额 current current_year",
    "carried_products": "上年结转积数 结转积数 carried_products",
    "current_products": "当年归集积数 本年归集积数 当年积数 current_products",
    "balance": "账户余额 个人账户余额 余额 缴存余额 合计余额 balance",
    "months": "缴存月数 累计缴存月数 累计月数 months",
    "paid_up_to": "缴至年月 缴至月份 paid_up_to",
    "code": "科目编码 科目代码 科目编号 科目号 科目 code subject_code",
    "debit": "借方余额 借方 期初借方余额 期初借方 期末借方余额 debit debit_balance",
    "grant": "申报编号 受理编号 申请编号 grant application_no",
    "beneficiary": "受益人编号 申报单位代码 申报主体代码 beneficiary beneficiary_no",
    "area": "县区 地区 所属县区 所属地区 所在县区 area county district",
    "period": "所属期间 补贴期间 申报期间 期间 period",
    "project": "项目编号 项目代码 课程编号 project project_no",
    "documents": "申报材料 申请材料 提交材料 材料 documents papers",
    "payee": "代发机构代码 培训机构代码 收款单位代码 payee payee_code",
    "credit": "贷方余额 贷方 期初贷方余额 期初贷方 期末贷方余额 credit credit_balance",
}
"""Every known heading of every field. The first one is its name in messages."""

LABELS: Final = {field: names.split()[0] for field, names in HEADINGS.items()}


@cache
def fact_headings() -> Mapping[str, tuple[str, ...]]:
    """The headings of the facts that applications bring: Chinese ones, then its own name with and without its unit."""
    text = resources.files("commands.intake").joinpath("facts.yaml").read_text("utf-8")
    told: dict[str, str] = yaml.safe_load(text)
    return {fact: (*names.split(), fact, fact.removesuffix("_fen")) for fact, names in told.items()}


def label_of(field: str) -> str:
    """A field as the error report names it."""
    return LABELS.get(field) or fact_headings().get(field.removeprefix("fact."), (field,))[0]


_UNIT: Final = re.compile(r"\(.*?\)|\[.*?\]")
_MARKS: Final = str.maketrans("", "", " \t\r\n\u3000*:：_-#")
_STATED: Final = re.compile(r"([^\s:：]{2,12})\s*[:：]\s*([^\s:：,，;；]+)")
_MONTH: Final = re.compile(r"(\d{4})[-./年]?(\d{1,2})(?:月份?|[-./]\d{1,2})?\Z")


def plain(text: str) -> str:
    """A cell's text without full-width forms and outer spaces."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def compact(text: str) -> str:
    """A number or id as it is meant: full-width forms made plain, spaces and apostrophes taken out."""
    if text.isascii() and text.isalnum():
        return text
    return "".join(plain(text).replace("'", "").split())


def plain_month(text: str) -> str:
    """A month as people write it (``2019年7月``, ``2019/7``, ``201907``, a day of it) as ``YYYY-MM``, else as it is."""
    found = _MONTH.match(compact(text))
    return f"{found[1]}-{int(found[2]):02d}" if found else text


@cache
def _fields() -> dict[str, str]:
    return {_key(name): field for field, names in HEADINGS.items() for name in names.split()}


def _key(heading: str) -> str:
    return _UNIT.sub("", plain(heading)).translate(_MARKS).lower()


class Columns:
    """Looks for the header row among the first rows of a list, and reads what the title lines state.

    ``wanted`` are the fields that the list may have, ``required`` those without which it is refused; ``own`` are
    headings of this list alone, by field, before those that all lists share.
    """

    def __init__(
        self,
        file: str,
        wanted: Sequence[str],
        required: Sequence[str],
        own: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.file, self.wanted, self.required = file, frozenset(wanted), required
        self._own = {_key(name): field for field, names in (own or {}).items() for name in names}
        self.labels = LABELS | {field: names[0] for field, names in (own or {}).items()}
        self.found: list[tuple[str, int]] = []
        self.stated: dict[str, str] = {}
        self._best: tuple[int, int, list[str]] = (0, 0, [])

    def look_at(self, number: int, cells: Sequence[str]) -> bool:
        """Whether this row is the header; title lines are read on the way. Refuses when no header comes."""
        found = [(field, index) for index, cell in enumerate(cells) if (field := self._field(cell))]
        missing = [field for field in self.required if field not in {field for field, _ in found}]
        if found and not missing:
            self._check_once(found)
            self.found = found
            return True
        self._best = max(self._best, (len(found), -number, missing))
        self._read_title(cells)
        if number >= HEADER_ROWS_MAX:
            self.refuse()
        return False

    def refuse(self) -> None:
        """Refuses the list: ``columns_missing`` of the row that comes nearest to a header, or ``header_missing``."""
        count, number, missing = self._best
        if count < 2:
            columns = "、".join(self.labels[field] for field in self.required)
            raise Refusal("header_missing", file=self.file, rows=HEADER_ROWS_MAX, columns=columns)
        columns = "、".join(self.labels[field] for field in missing)
        raise Refusal("columns_missing", file=self.file, row=-number, columns=columns)

    def _field(self, cell: str) -> str:
        key = _key(cell) if cell else ""
        field = self._own.get(key) or _fields().get(key, "")
        return field if field in self.wanted else ""

    def _check_once(self, found: list[tuple[str, int]]) -> None:
        fields = [field for field, _ in found]
        for field in fields:
            if fields.count(field) > 1:
                raise Refusal("column_twice", file=self.file, column=self.labels[field])

    def _read_title(self, cells: Sequence[str]) -> None:
        """``单位账号：E1`` within a cell, or a label in one cell and its value in the next one that is not empty."""
        filled = [plain(cell) for cell in cells if cell.strip()]
        pairs = [pair for cell in filled for pair in _STATED.findall(cell)]
        pairs += pairwise(filled)
        for label, value in pairs:
            field = self._field(label)
            if field and not self._field(value):
                self.stated.setdefault(field, value)
