"""Application files (申报清册) of any programme: its columns are what the programme asks for, and nothing else.

Whoever applies is named by his identity number or credit code. The facts of the programme's rule and its documents
have a column each, or the documents stand in one column (``申请表、营业执照复印件``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

import xlsxwriter

from commands.grants.amounts import asked_of_applicant
from commands.intake import lists
from commands.intake.headings import compact, fact_headings, plain_month
from commands.intake.identity import credit_code, identity_number
from commands.intake.lists import ListReader
from ledger.policy.rules import Rule, find_rule
from ledger.programmes import Programme, find, offices
from ledger.refusal import Refusal
from ledger.store.persons import Person
from ledger.streams.base import check_id

_TRUE: Final = frozenset(("是", "有", "√", "✓", "y", "yes", "true", "1", "已", "合格"))
_FALSE: Final = frozenset(("否", "无", "×", "x", "n", "no", "false", "0", "未", "不合格"))
_SEVERAL: Final = re.compile(r"[、;；|\n]+")
_PAPERS: Final = re.compile(r"[、;；|,，\s]+")
_SEGMENT: Final = re.compile(r"(.+?)\s*[×xX*]\s*(\d{1,3})\s*天?\Z")
_COUNT: Final = re.compile(r"\d{1,9}\Z", re.ASCII)
PAPER: Final = "paper."
SHARED: Final = (
    "grant", "name", "employer_name", "id_number", "credit_code", "beneficiary", "bank_card", "area", "period",
    "project", "documents", "payee",
)  # fmt: skip


class Applications(ListReader):
    """Applications to one programme; ``reader_of`` gives the reader with that programme's columns."""

    programme: ClassVar[Programme]
    kinds: ClassVar[Mapping[str, str]]
    key: ClassVar = "grant"

    def line(self) -> dict[str, Any] | None:
        beneficiary = self._applicant()
        facts = dict(self._facts())
        return {
            "grant": self.id("grant")
            if self.values.get("grant")
            else f"F{self.listed.digest[:10]}-{self.number}",
            "beneficiary": beneficiary,
            "person": beneficiary,
            "payee": self.id("payee") if self.values.get("payee") else None,
            "area": self.needed("area", area),
            "period": self.parsed("period", period) or "",
            "project": (self.id("project") or "") if self.values.get("project") else "",
            "documents": self._documents(),
            "facts": facts,
            "channel": "file",
        }

    # -- whoever applies

    def _applicant(self) -> str:
        """The applicant's id, with his name and account for the person store."""
        found, number = self._named_by()
        if not found:
            if not self.errors:
                self.refuse("id_number", Refusal("applicant_missing"))
            return ""
        name = self.values.get("name") or self.values.get("employer_name") or ""
        card = compact(self.values.get("bank_card", ""))
        if name or number or card:
            self.listed.people[found] = Person(name, number, card)
        return found

    def _named_by(self) -> tuple[str, str]:
        if self.values.get("id_number"):
            person = self.person()
            return person, identity_number(compact(self.values["id_number"])) if person else ""
        if self.values.get("credit_code"):
            return self.parsed("credit_code", lambda text: credit_code(compact(text))) or "", ""
        return self.parsed("beneficiary", lambda text: check_id(compact(text), "beneficiary")) or "", ""

    # -- facts and documents

    def _facts(self) -> Iterator[tuple[str, Any]]:
        for name, kind in self.kinds.items():
            field = _field_of(name)
            if kind == "whole fen":
                value = self.money(field)
            elif kind == "a whole number":
                value = self.parsed(field, partial(_count, self.columns.labels[field]))
            else:
                value = self.parsed(field, _READERS.get(kind, str))
            if value is not None:
                yield name, value

    def _documents(self) -> list[str]:
        named = self.parsed("documents", papers) or []
        marked = [
            field.removeprefix(PAPER)
            for field in self.values
            if field.startswith(PAPER) and self.parsed(field, flag)
        ]
        return sorted({*named, *marked})


def reader_of(programme: str, on: date) -> type[Applications]:
    """The reader of applications to a programme; refuses ``programme_unknown``."""
    entry = find(programme)
    asked = asked_of_applicant(entry)
    inputs = {name: rule_on(entry, rule, on).inputs[name] for name, rule in asked.items()}
    known = offices().documents
    own = {_field_of(name): _headings_of(name) for name in asked} | {
        f"{PAPER}{name}": (known[name]["zh"], known[name]["en"]) for name in entry.documents
    }
    members = {
        "programme": entry,
        "wanted": (*SHARED, *own),
        "required": ("area", *(_field_of(name) for name, one in inputs.items() if one.required)),
        "summed": tuple(_field_of(name) for name, one in inputs.items() if one.kind.name == "whole fen"),
        "own": own,
        "kinds": {name: one.kind.name for name, one in inputs.items()},
    }
    return type("ApplicationsToOne", (Applications,), members)


def rule_on(programme: Programme, rule: str, on: date) -> Rule:
    """The rule of a programme on a day, or as it was when the programme began."""
    return find_rule(rule, max(on, programme.effective_from))


def _field_of(fact: str) -> str:
    """A fact that is called as a shared column (``area``, of the household's kind) has a field of its own."""
    return f"fact.{fact}" if fact in SHARED else fact


def _headings_of(fact: str) -> tuple[str, ...]:
    """Headings of a fact; a name that all lists share stays theirs."""
    return tuple(name for name in fact_headings().get(fact, (fact,)) if name not in SHARED)


# ---------------------------------------------------------------- cells as people type them


def area(text: str) -> str:
    """An area by its id or its Chinese name; refuses ``area_unknown``."""
    wanted = compact(text)
    for name, one in offices().areas.items():
        if wanted.lower() == name or wanted in (one["zh"], one["zh"].removeprefix("市")):
            return name
    raise Refusal(
        "area_unknown", area=text[:40], known="、".join(one["zh"] for one in offices().areas.values())
    )


def papers(text: str) -> list[str]:
    """Documents by their ids or names; refuses ``document_unknown``."""
    known = offices().documents
    by_name = {name: name for name in known} | {one["zh"]: name for name, one in known.items()}
    found = []
    for part in filter(None, _PAPERS.split(text.strip())):
        if part not in by_name:
            raise Refusal("document_unknown", document=part[:60])
        found.append(by_name[part])
    return found


def period(text: str) -> str:
    """A time as grants write it: ``2018年`` and ``2019年7月`` as well as ``2019-Q3``, ``2019-07/2019-12``."""
    plain = compact(text).upper().replace("年度", "年")
    if re.match(r"\d{4}年?\Z", plain, re.ASCII):
        return plain[:4]
    quarter = re.match(r"(\d{4})[-年]?(?:Q|第?)([1-4一二三四])(?:季度?)?\Z", plain)
    if quarter and ("Q" in plain or "季" in plain):
        return f"{quarter[1]}-Q{'一二三四'.find(quarter[2]) + 1 or quarter[2]}"
    return (
        "/".join(plain_month(part) for part in re.split(r"[/至~]", plain))
        if "年" in plain
        else plain_month(plain)
    )


def flag(text: str) -> bool:
    """Yes or no as people tick it; refuses ``flag_malformed``."""
    plain = compact(text).lower()
    if plain in _TRUE:
        return True
    if plain in _FALSE:
        return False
    raise Refusal("flag_malformed", text=text[:20])


def _count(column: str, text: str) -> int:
    number = compact(text).replace(",", "")
    if not _COUNT.match(number):
        raise Refusal("count_malformed", column=column, text=text[:40])
    return int(number)


def _segments(text: str) -> list[dict[str, int]]:
    found = [_SEGMENT.match(part.strip()) for part in filter(None, _SEVERAL.split(text))]
    if not all(found):
        raise Refusal("segment_malformed", text=text[:60])
    return [{"standard_fen": lists.yuan(one[1]), "days": int(one[2])} for one in found if one]


def _many(read: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    return lambda text: [read(part.strip()) for part in _SEVERAL.split(text) if part.strip()]


def _quantity(text: str) -> str:
    return compact(text).replace(",", "")


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "a list of whole fen": _many(lists.yuan),
    "true or false": flag,
    "a rate from 0 to 1 as text": lambda text: str(lists.rate(text)),
    "a day YYYY-MM-DD": lambda text: lists.day(text).isoformat(),
    "a month YYYY-MM": plain_month,
    "a list of a month YYYY-MM": _many(plain_month),
    "a list of a text": _many(str),
    "a decimal quantity as text": _quantity,
    "a list of {standard_fen: whole fen, days: a whole number}": _segments,
}


def headings_of(programme: str, on: date) -> Sequence[str]:
    """The header row of an application file: who, where, when, the facts of the rule, the documents."""
    reader = reader_of(programme, on)
    who = (
        ("姓名", "证件号码")
        if reader.programme.beneficiary in ("person", "household")
        else ("单位名称", "统一社会信用代码")
    )
    facts = [reader.own[_field_of(name)][0] for name in reader.kinds]
    more = ["项目编号"] if any(one.window == "project" for one in reader.programme.exclusions) else []
    return ["申报编号", *who, "银行账号", "县区", "所属期间", *more, *facts, "申报材料"]


def write_form(programme: str, on: date, path: Path) -> None:
    """A blank form (空白申报清册): the header row and, in a spreadsheet, what to write in each column."""
    heads = headings_of(programme, on)
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("申报清册")
        bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF4F5"})
        text = book.add_format({"num_format": "@"})
        for place, head in enumerate(heads):
            # Identity numbers and accounts are text: a spreadsheet keeps 15 digits of a number.
            sheet.set_column(place, place, 2 * len(head) + 4, text)
            sheet.write_string(0, place, head, bold)
        names = "、".join(offices().documents[one]["zh"] for one in find(programme).documents)
        sheet.write_comment(0, len(heads) - 1, f"以顿号分隔：{names}" if names else "无需材料")
