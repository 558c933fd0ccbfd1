"""What every list of a payroll office has in common: a header, rows with a number each, a total line, errors by row.

A row is read field by field and all its errors are collected; a row with errors gives no line. The total line at the
end (合计, 总计) must agree with the rows to the fen and in head count, else the whole list is refused.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

import msgspec

from commands.intake.headings import LABELS, Columns, compact, plain, plain_month
from commands.intake.identity import identity_number, region_is_known
from commands.intake.tables import digest, read_rows
from ledger.dates import format_month, parse_day, parse_month
from ledger.limits import BATCH_ACCOUNTS_MAX, ID_LENGTH_MAX, REFUSED_LINES_MAX
from ledger.money import parse_rate, parse_yuan
from ledger.refusal import LineRefusal, LinesRefused, Refusal
from ledger.store.persons import Person, masked_number
from ledger.streams.base import check_id
from ledger.text import check_text

T = TypeVar("T")
PersonId = Callable[[str], str]

_TOTAL: Final = ("合计", "总计", "共计", "total", "grandtotal")
_HEADS: Final = re.compile(r"(\d+)\s*(?:人|位|persons?|employees|heads)")
_DAY: Final = re.compile(r"(\d{4})[-./年]?(\d{1,2})[-./月]?(\d{1,2})日?\Z")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z", re.ASCII)

yuan: Final = lru_cache(maxsize=65_536)(parse_yuan)


class Listed(msgspec.Struct):
    """What a file came to: its lines as the command takes them, and the rows that cannot be lines.

    ``names`` are ``(row, account, name)`` of rows that name a person without a number; ``employer`` and ``month`` are
    those of the file, where it has them.
    """

    file: str
    digest: str
    lines: list[dict[str, Any]] = msgspec.field(default_factory=list)
    refused: list[LineRefusal] = msgspec.field(default_factory=list)
    warnings: list[LineRefusal] = msgspec.field(default_factory=list)
    people: dict[str, Person] = msgspec.field(default_factory=dict)
    names: list[tuple[int, str, str]] = msgspec.field(default_factory=list)
    rows: int = 0
    employer: str = ""
    month: int = 0


class ListReader(ABC):
    """Reads one kind of list. A subclass says which fields it has and what line a row makes.

    ``required`` fields make the header; ``summed`` ones are compared with the total line; ``key`` is the field
    without which a row is no row; ``own`` are headings of this kind alone.
    """

    wanted: ClassVar[Sequence[str]]
    required: ClassVar[Sequence[str]]
    own: ClassVar[Mapping[str, Sequence[str]]] = {}
    summed: ClassVar[Sequence[str]] = ()
    key: ClassVar[str] = "account"
    of_one_employer: ClassVar[bool] = False
    of_one_month: ClassVar[bool] = False

    def __init__(self, path: Path, person_id: PersonId, employer: str = "", month: str = "") -> None:
        self.path = path
        self.person_id = person_id
        self.employer_stated, self.month_stated = employer, month
        self.listed = Listed(path.name, digest(path))
        self.columns = Columns(path.name, self.wanted, self.required, self.own)
        self.number = 0
        self.values: dict[str, str] = {}
        self.errors: list[LineRefusal] = []
        self.sums: dict[str, int] = defaultdict(int)
        self.spoilt: set[str] = set()
        self.employers: list[tuple[int, str]] = []
        self.months: list[tuple[int, str]] = []

    @abstractmethod
    def line(self) -> dict[str, Any] | None:
        """The line that the present row makes; what is wrong with it goes to ``errors``."""

    def read(self) -> Listed:
        """Reads the whole file. Refuses what is wrong with the file, its header or its total."""
        header, total_row = False, 0
        for number, cells in read_rows(self.path):
            self.number = number
            if not header:
                header = self.columns.look_at(self.number, cells)
                continue
            self.values = {
                field: cells[index].strip() if cells[index].isascii() else plain(cells[index])
                for field, index in self.columns.found
                if index < len(cells)
            }
            key = self.values.get(self.key, "")
            if total_row:
                if _ID.match(compact(key)):
                    raise Refusal("rows_after_total", row=number, total_row=total_row)
            elif _ID.match(key) and not self._is_total(key):
                self._take_row()
            else:
                first = next((cell for cell in cells if cell and not cell.isspace()), "")
                if self._is_total(first):
                    total_row = number
                    self._check_total(cells)
                elif first and not self._is_remark():
                    self._take_row()
        if not header:
            self.columns.refuse()
        if not self.listed.rows:
            raise Refusal("file_without_rows", file=self.path.name)
        if self.of_one_employer:
            self._settle_employer()
        if self.of_one_month:
            self._settle_month()
        return self.listed

    # -- rows

    def _take_row(self) -> None:
        self.errors = []
        self.listed.rows += 1
        if self.listed.rows > BATCH_ACCOUNTS_MAX:
            raise Refusal(
                "rows_too_many",
                "账簿上限 BATCH_ACCOUNTS_MAX",
                file=self.path.name,
                limit=BATCH_ACCOUNTS_MAX,
            )
        line = self.line()
        if self.of_one_employer and self.values.get("employer"):
            self.employers.append((self.number, compact(self.values["employer"])))
        if self.of_one_month and self.values.get("month"):
            self.months.append((self.number, plain_month(self.values["month"])))
        if self.errors:
            self.listed.refused += self.errors
            if len(self.listed.refused) >= REFUSED_LINES_MAX:
                raise LinesRefused(self.listed.refused, self.listed.rows)
        elif line is not None:
            line["row"] = self.number
            self.listed.lines.append(line)

    def _is_remark(self) -> bool:
        """A line such as ``制表人：…``, which is signed below a list without a total."""
        filled = [value for value in self.values.values() if value]
        return len(filled) <= 1 and all(":" in value for value in filled)

    def refuse(self, field: str, refusal: Refusal) -> None:
        # Without its traceback a refusal is small, and there may be one for every row.
        self.errors.append(LineRefusal(self.number, field, refusal.with_traceback(None)))

    # -- total

    def _is_total(self, first: str) -> bool:
        if not first or (first.isascii() and first[0] not in "tTgG"):
            return False
        return compact(first).lower().startswith(_TOTAL)

    def _check_total(self, cells: Sequence[str]) -> None:
        for field in self.summed:
            text = self.values.get(field, "")
            if not text or field in self.spoilt or compact(text).lower().startswith(_TOTAL):
                continue
            stated = yuan(text)
            if stated != self.sums[field]:
                raise Refusal(
                    "total_differs",
                    row=self.number,
                    column=self.columns.labels[field],
                    stated_fen=stated,
                    computed_fen=self.sums[field],
                )
        heads = _HEADS.search(plain(" ".join(cells)))
        if heads and int(heads[1]) != self.listed.rows:
            raise Refusal("heads_differ", row=self.number, stated=int(heads[1]), counted=self.listed.rows)

    # -- whose and when

    def _settle_employer(self) -> None:
        """The employer of the file: as the title says, or most of its rows; rows of another one are refused."""
        title = compact(self.columns.stated.get("employer", ""))
        found = title or _most_common(self.employers)
        if self.employer_stated and found and found != self.employer_stated:
            raise Refusal("file_of_another", file=self.path.name, found=found, stated=self.employer_stated)
        employer = found or self.employer_stated
        if not employer:
            raise Refusal("employer_not_stated", file=self.path.name)
        self.listed.employer = check_id(employer, LABELS["employer"])
        others = [(row, other) for row, other in self.employers if other != employer]
        self._leave_out(
            LineRefusal(
                row, "employer", Refusal("row_of_another_employer", found=other[:40], employer=employer)
            )
            for row, other in others
        )

    def _settle_month(self) -> None:
        title = plain_month(self.columns.stated.get("month", ""))
        found, stated = title or _most_common(self.months), plain_month(self.month_stated)
        if stated and found and found != stated:
            raise Refusal("file_of_another", file=self.path.name, found=found, stated=stated)
        if not (found or stated):
            raise Refusal("month_not_stated", file=self.path.name)
        self.listed.month = parse_month(found or stated)
        month = format_month(self.listed.month)
        self._leave_out(
            LineRefusal(row, "month", Refusal("row_of_another_month", found=other[:40], month=month))
            for row, other in self.months
            if other != month
        )

    def _leave_out(self, refused: Any) -> None:
        refusals = list(refused)
        rows = {one.row for one in refusals}
        if rows:
            self.listed.lines = [line for line in self.listed.lines if line["row"] not in rows]
            self.listed.refused = sorted([*self.listed.refused, *refusals], key=lambda one: one.row)

    # -- fields

    def parsed(self, field: str, parse: Callable[[str], T]) -> T | None:
        """A field read, or nothing where it is empty or wrong."""
        text = self.values.get(field)
        if not text:
            return None
        try:
            return parse(text)
        except Refusal as refusal:
            self.refuse(field, refusal)
            return None

    def needed(self, field: str, parse: Callable[[str], T]) -> T | None:
        """The same for a field that must not be empty."""
        if not self.values.get(field):
            self.refuse(field, Refusal("cell_missing", column=self.columns.labels[field]))
            return None
        return self.parsed(field, parse)

    def words(self, field: str) -> str | None:
        """A text that must be there: as long as it may be, with nothing hidden in it."""
        return self.needed(field, lambda text: check_text(text, self.columns.labels[field]))

    def id(self, field: str) -> str | None:
        text = self.values.get(field, "")
        if len(text) <= ID_LENGTH_MAX and _ID.match(text):
            return text
        return self.needed(field, self._id_parsers[field])

    @cached_property
    def _id_parsers(self) -> dict[str, Callable[[str], str]]:
        def parser(label: str) -> Callable[[str], str]:
            return lambda text: check_id(compact(text), label)

        return {field: parser(self.columns.labels[field]) for field in self.wanted}

    def money(self, field: str) -> int | None:
        """An amount in fen, added to the sum that the total line must show."""
        text = self.values.get(field)
        if not text:
            return None
        try:
            fen = yuan(text)
        except Refusal as refusal:
            self.refuse(field, refusal)
            self.spoilt.add(field)
            return None
        self.sums[field] += fen
        return fen

    def person(self) -> str:
        """The pseudonym of the row's identity number, or nothing where it has none; the region only warns."""
        number = self.parsed("id_number", lambda text: identity_number(compact(text)))
        if number is None:
            return ""
        if not region_is_known(number):
            warning = Refusal("identity_region_unknown", number=masked_number(number))
            self.listed.warnings.append(LineRefusal(self.number, "id_number", warning))
        return self.person_id(number)


def _most_common(stated: list[tuple[int, str]]) -> str:
    return Counter(value for _, value in stated).most_common(1)[0][0] if stated else ""


def month(text: str) -> int:
    """The number of a month as people write it."""
    return parse_month(plain_month(text))


def day(text: str) -> date:
    """A day as people write it: ``2019-07-01``, ``2019/7/1``, ``2019年7月1日``, ``20190701``."""
    found = _DAY.match(compact(text))
    return parse_day(f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}" if found else text)


def rate(text: str) -> Any:
    """A rate as people write it: ``0.12``, ``12%``, or ``12`` for twelve per cent."""
    number = compact(text)
    return parse_rate(f"{number}%" if re.match(r"(?:[2-9]|1\d)(?:\.\d+)?\Z", number) else number)


def count(field: str) -> Callable[[str], int]:
    """Reads a whole number; refuses ``count_malformed``."""

    def parse(text: str) -> int:
        number = compact(text)
        if not re.match(r"\d{1,6}\Z", number, re.ASCII):
            raise Refusal("count_malformed", column=LABELS[field], text=text[:40])
        return int(number)

    return parse
