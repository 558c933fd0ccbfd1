"""What is wrong with real files, and the code under which each defect must be found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

from commands.intake.headings import HEADINGS
from commands.intake.sample.files import Sheet, write_list

Found = list[tuple[int, str]]
"""``(row, code)``; row 0 stands for the file as a whole."""

Strange = Callable[[], dict[str, Any]]
"""Gives a row of somebody who stands with another employer."""


def _wrong_digit(sheet: Sheet, random: Random, strange: Strange) -> Found:
    at = random.randrange(len(sheet.rows))
    number = sheet.rows[at]["id_number"]
    sheet.rows[at]["id_number"] = number[:17] + ("1" if number[17] != "1" else "2")
    return [(sheet.first_row() + at, "identity_check_digit")]


def _wrong_amount(sheet: Sheet, random: Random, strange: Strange) -> Found:
    at = random.randrange(len(sheet.rows))
    row = sheet.rows[at]
    row["employee_amount"] += random.choice((100, 1_000, 990))
    row["total"] = row["employer_amount"] + row["employee_amount"]
    return [(sheet.first_row() + at, "amount_not_due")]


def _wrong_person(sheet: Sheet, random: Random, strange: Strange) -> Found:
    at = random.randrange(len(sheet.rows))
    sheet.rows[at]["id_number"] = strange()["id_number"]
    return [(sheet.first_row() + at, "wrong_person")]


def _another_employer(sheet: Sheet, random: Random, strange: Strange) -> Found:
    sheet.rows.append(strange())
    return [(sheet.first_row() + len(sheet.rows) - 1, "account_of_another")]


def _twice(sheet: Sheet, random: Random, strange: Strange) -> Found:
    sheet.rows.append(dict(random.choice(sheet.rows)))
    return [(sheet.first_row() + len(sheet.rows) - 1, "row_twice")]


def _wrong_base(sheet: Sheet, random: Random, strange: Strange) -> Found:
    if "base" not in sheet.style.columns:
        return _wrong_amount(sheet, random, strange)
    at = random.randrange(len(sheet.rows))
    sheet.rows[at]["base"] += 10_000
    return [(sheet.first_row() + at, "base_differs")]


def _wrong_total(sheet: Sheet, random: Random, strange: Strange) -> Found:
    if not sheet.style.total_line:
        return _twice(sheet, random, strange)
    sheet.total_off_fen = random.choice((-1, 1, 60_000))
    return [(0, "total_differs")]


def _formula(sheet: Sheet, random: Random, strange: Strange) -> Found:
    if sheet.style.format == "xlsx":
        return _wrong_digit(sheet, random, strange)
    sheet.formula_row = random.randrange(len(sheet.rows))
    return [(0, "formula_in_cell")]


def _no_column(sheet: Sheet, random: Random, strange: Strange) -> Found:
    at = sheet.style.columns.index("account")
    assert sheet.headings[at] in HEADINGS["account"]
    sheet.headings[at] = "工号"
    return [(0, "columns_missing")]


DEFECTS: Final = (
    (_wrong_amount, 30),
    (_wrong_digit, 20),
    (_another_employer, 12),
    (_twice, 12),
    (_wrong_total, 10),
    (_wrong_person, 6),
    (_wrong_base, 5),
    (_formula, 2),
    (_no_column, 2),
)
"""Each defect with its share among files that have one."""

DAMAGED_SHARE: Final = 0.03
"""How many of the bad files are bad as files: cut short, or renamed."""


def spoil(sheet: Sheet, random: Random, strange: Strange) -> Found:
    """Puts one defect into a sheet, and says as what it must be found."""
    defects, weights = zip(*DEFECTS, strict=True)
    found: Found = random.choices(defects, weights)[0](sheet, random, strange)
    return found


def damage(path: Path, sheet: Sheet, random: Random) -> tuple[Path, Found]:
    """Writes a sheet as a file that is not what its name says, or that is cut short."""
    if random.random() < 0.5:
        write_list(path.with_suffix(".csv"), sheet.cells(), sheet.style.encoding or "gb18030")
        return path.with_suffix(".csv").rename(path.with_suffix(".xlsx")), [(0, "file_not_what_it_says")]
    path = path.with_suffix(".xlsx")
    write_list(path, sheet.cells(), "")
    path.write_bytes(path.read_bytes()[:-200])
    return path, [(0, "file_damaged")]
