"""Reports for the sender and for the books: errors row by row, and the reconciliation of opening balances."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import xlsxwriter
from sqlalchemy import Connection, select

from commands.intake.headings import label_of
from commands.intake.tables import read_rows
from ledger.money import format_fen
from ledger.refusal import LineRefusal
from ledger.store import tables
from ledger.streams.account import BalanceTakenOver, EntryReversed
from ledger.streams.base import decode
from projections.registers import REGISTERS

_HEADS: Final = {
    "zh": ("行号", "字段", "代码", "原因", "处理", "依据"),
    "en": ("row", "field", "code", "reason", "hint", "clause"),
}


def write_error_report(
    source: Path, refused: Sequence[LineRefusal], into: Path, language: str = "zh"
) -> tuple[Path, Path]:
    """Writes ``into.xlsx`` and ``into.csv``: for each error its row, field, code, reason and hint, and the original
    row as it came. The source is read once more, so that memory does not grow with it.
    """
    paths = (into.with_name(into.name + ".xlsx"), into.with_name(into.name + ".csv"))
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with (
        xlsxwriter.Workbook(paths[0], options) as book,
        paths[1].open("w", encoding="utf-8-sig", newline="") as file,
    ):
        sheet, text = book.add_worksheet(), csv.writer(file)
        sheet.set_column(3, 4, 48)
        for number, line in enumerate(_report_lines(source, refused, language)):
            sheet.write_row(number, 0, line)
            text.writerow([harmless(cell) for cell in line])
    return paths


def _report_lines(source: Path, refused: Sequence[LineRefusal], language: str) -> Iterator[list[Any]]:
    by_row: dict[int, list[LineRefusal]] = defaultdict(list)
    for line in refused:
        by_row[line.row].append(line)
    yield [*_HEADS[language], "原始行" if language == "zh" else "original row"]
    for number, cells in read_rows(source):
        for line in by_row.get(number, ()):
            why = line.refusal
            field = label_of(line.field) if language == "zh" else line.field
            yield [
                number,
                field,
                why.code,
                why.message(language),
                why.hint(language),
                why.clause,
                *cells,
            ]


def harmless(cell: object) -> object:
    """Text that a spreadsheet would take for a formula, marked as text."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t") else cell


# ---------------------------------------------------------------- opening balances


class TakenOver(msgspec.Struct):
    """What was taken over for the staff of one employer, in fen."""

    employer: str
    heads: int = 0
    carried_fen: int = 0
    current_fen: int = 0

    @property
    def total_fen(self) -> int:
        return self.carried_fen + self.current_fen


class Reconciliation(msgspec.Struct):
    """The old books' account 201 against the persons taken over (对账): what is left stands in 219.opening."""

    books_fen: int
    employers: list[TakenOver]

    @property
    def taken_fen(self) -> int:
        return sum(one.total_fen for one in self.employers)

    @property
    def left_fen(self) -> int:
        """Positive: persons are still missing; negative: more was taken over than the old books had."""
        return self.books_fen - self.taken_fen

    def rows(self) -> Iterator[tuple[str, int | str, str, str, str]]:
        """``(employer, heads, carried, current, total)`` with the closing lines, amounts in yuan."""
        for one in self.employers:
            yield (
                one.employer,
                one.heads,
                format_fen(one.carried_fen),
                format_fen(one.current_fen),
                format_fen(one.total_fen),
            )
        heads = sum(one.heads for one in self.employers)
        yield "合计 total", heads, "", "", format_fen(self.taken_fen)
        yield "旧账 201 old books", "", "", "", format_fen(self.books_fen)
        yield "219.opening", "", "", "", format_fen(self.left_fen)


def reconcile(connection: Connection) -> Reconciliation:
    """The reconciliation as it stands, from the events themselves, by the present employer of each account."""
    by_account: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    topics = (BalanceTakenOver.topic, EntryReversed.topic)
    asked = select(tables.event.c.stream_id, tables.event.c.topic, tables.event.c.state).where(
        tables.event.c.topic.in_(topics)
    )
    for stream_id, topic, state in connection.execute(asked):
        body = decode(topic, state)
        if isinstance(body, BalanceTakenOver) or (
            isinstance(body, EntryReversed) and body.of_topic == BalanceTakenOver.topic
        ):
            parts = by_account[stream_id.removeprefix("account-")]
            parts[0] += body.carried_fen
            parts[1] += body.current_fen
    by_employer: dict[str, TakenOver] = {}
    states = REGISTERS["account"].read(connection, list(by_account))
    for account, (carried_fen, current_fen) in by_account.items():
        employer = states[account][1].employer
        one = by_employer.setdefault(employer, TakenOver(employer))
        one.heads += bool(carried_fen or current_fen)
        one.carried_fen += carried_fen
        one.current_fen += current_fen
    books = REGISTERS["general_ledger"].read(connection, ["books"])
    books_fen = books["books"][1].members_fen if books else 0
    return Reconciliation(books_fen, [by_employer[key] for key in sorted(by_employer)])
