"""Writes the files of a city: employers, accounts, monthly remittances with their defects, and other commands.

The same numbers and the same seed give the same bytes. ``manifest.json`` names every file in the order in which it
arrives, with its value date, whether it is good, and which defects must be found in it under which code.
"""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec

from commands.intake.sample.business import Business
from commands.intake.sample.defects import DAMAGED_SHARE, Found, damage, spoil
from commands.intake.sample.files import Sheet, Style, style, write_list
from commands.intake.sample.people import employer_credit_code, employer_name, person
from ledger.dates import first_day, format_month, parse_month
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules.collection import monthly_share
from ledger.refusal import Refusal

FIRST_MONTH: Final = parse_month("2019-07")
KINDS: Final = ("国家机关", "事业单位", "国有企业", "城镇私营企业", "外商投资企业", "城镇集体企业")
RATES: Final = ("0.05", "0.06", "0.08", "0.10", "0.12")
BAD_SHARE: Final = 0.05
"""How many remittance files have a defect and come again, corrected."""

Progress = Callable[[int], None]
"""Told how many files have been written."""


class Plan(msgspec.Struct, frozen=True):
    """What the city is to be like."""

    employers: int
    employees: int
    months: int
    seed: int


class City:
    """The city in memory: a few numbers for each employee, everything else is made again when it is written."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        random = Random(f"{plan.seed}/city")
        self.starts = _starts(plan, random)
        self.bases = array("l", (random.randrange(1_800, 14_000) for _ in range(plan.employees)))
        self.rates = [random.choice(RATES) for _ in range(plan.employers)]
        self.styles = [style(random) for _ in range(plan.employers)]
        self.pay_days = [random.randint(5, 20) for _ in range(plan.employers)]
        self.left: dict[int, set[int]] = defaultdict(set)
        self.joined: dict[int, list[int]] = defaultdict(list)
        self._rounding = PolicyBook.bundled().value("contribution_rounding", first_day(FIRST_MONTH)).value
        self.share_fen = cache(self._share_fen)

    def employer(self, number: int) -> str:
        return f"E{number + 1:05d}"

    def account(self, employee: int) -> str:
        return f"A{employee + 1:08d}"

    def staff(self, employer: int) -> Iterator[int]:
        """Who contributes with an employer now."""
        left = self.left[employer]
        for employee in range(self.starts[employer], self.starts[employer + 1]):
            if employee not in left:
                yield employee
        yield from self.joined[employer]

    def row(self, employee: int, employer: int) -> dict[str, Any]:
        """A row of a remittance list as it must be, amounts in fen."""
        name, id_number = person(employee, self.plan.seed)
        base = self.bases[employee]
        part_fen = self.share_fen(base, self.rates[employer])
        return {
            "account": self.account(employee),
            "name": name,
            "id_number": id_number,
            "base": base * 100,
            "employer_amount": part_fen,
            "employee_amount": part_fen,
            "total": 2 * part_fen,
        }

    def _share_fen(self, base_yuan: int, rate: str) -> int:
        return monthly_share(base_yuan * 100, Decimal(rate), self._rounding)


def _starts(plan: Plan, random: Random) -> list[int]:
    """Where each employer's staff begins among all employees: a few large employers, many small ones."""
    weights = [min(random.paretovariate(1.1), 60) for _ in range(plan.employers)]
    spare, total = plan.employees - 2 * plan.employers, sum(weights)
    starts, reached = [0], 0.0
    for number, weight in enumerate(weights, start=1):
        reached += weight
        starts.append(2 * number + int(spare * reached / total))
    starts[-1] = plan.employees
    return starts


def write_city(plan: Plan, out: Path, progress: Progress = lambda _: None) -> dict[str, Any]:
    """Writes the city into an empty directory and returns the manifest.

    Refuses ``directory_not_empty``. There are at least two employees for each employer.
    """
    if out.exists() and any(out.iterdir()):
        raise Refusal("directory_not_empty", directory=str(out))
    (out / "accounts").mkdir(parents=True)
    city = City(plan)
    steps: list[dict[str, Any]] = []
    on = first_day(FIRST_MONTH)
    for step in _writing(city, Business(city), out, on):
        steps.append(step)
        progress(len(steps))
    manifest = {**msgspec.structs.asdict(plan), "first_month": format_month(FIRST_MONTH), "steps": steps}
    text = json.dumps(manifest | {"steps": None}, ensure_ascii=False)
    lines = ",\n".join(json.dumps(step, ensure_ascii=False) for step in steps)
    (out / "manifest.json").write_text(text.replace('"steps": null', f'"steps": [\n{lines}\n]'), "utf-8")
    return manifest


def _writing(city: City, business: Business, out: Path, on: date) -> Iterator[dict[str, Any]]:
    yield _write_commands(business.figures(), out, "parameters.jsonl")
    yield _write_employers(city, out, on)
    for employer in range(city.plan.employers):
        yield _write_accounts(city, employer, out, on)
    for index in range(city.plan.months):
        month = FIRST_MONTH + index
        folder = format_month(month)
        (out / folder).mkdir()
        commands = business.of_month(month)
        if commands:
            yield _write_commands(commands, out, f"{folder}/commands.jsonl")
        arriving = _remittances(city, business.paid_otherwise, month, out / folder)
        yield from sorted(arriving, key=lambda step: str(step["on"]))


def _remittances(city: City, without: set[int], month: int, folder: Path) -> Iterator[dict[str, Any]]:
    """The lists of a month: they arrive in no order, over fifteen days from the eleventh on."""
    random = Random(f"{city.plan.seed}/{folder.name}")
    arriving = [*range(city.plan.employers)]
    random.shuffle(arriving)
    for position, employer in enumerate(arriving):
        if employer not in without:
            day = first_day(month) + timedelta(days=10 + position * 15 // len(arriving))
            yield from _write_remittance(city, employer, month, folder, day, random)


def _step(
    out: Path, path: Path, kind: str, on: date, rows: int, traits: list[str], found: Found, **more: Any
) -> dict[str, Any]:
    defects = [{"row": row, "code": code} for row, code in found]
    file = path.relative_to(out).as_posix()
    return {
        "file": file,
        "kind": kind,
        "on": on.isoformat(),
        "rows": rows,
        "good": not found,
        "traits": traits,
        "defects": defects,
        **more,
    }


def _write_commands(commands: list[dict[str, Any]], out: Path, name: str) -> dict[str, Any]:
    path = out / name
    lines = (json.dumps(one, ensure_ascii=False) for one in commands)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    last = date.fromisoformat(max(one["on"] for one in commands))
    return _step(out, path, "commands", last, len(commands), ["jsonl"], [])


def _write_employers(city: City, out: Path, on: date) -> dict[str, Any]:
    path = out / "employers.xlsx"
    rows: list[list[Any]] = [
        ["单位账号", "单位名称", "统一社会信用代码", "单位性质", "缴存比例", "发薪日", "起缴年月"]
    ]
    for number in range(city.plan.employers):
        rate, pay_day = f"{Decimal(city.rates[number]) * 100:f}%", city.pay_days[number]
        rows.append(
            [
                city.employer(number),
                employer_name(number),
                employer_credit_code(number),
                KINDS[number % len(KINDS)],
                rate,
                pay_day,
                format_month(FIRST_MONTH),
            ]
        )
    write_list(path, rows, "")
    return _step(out, path, "employers", on, len(rows) - 1, ["xlsx"], [])


def _write_accounts(city: City, employer: int, out: Path, on: date) -> dict[str, Any]:
    encoding = city.styles[employer].encoding or "utf-8-sig"
    path = out / "accounts" / f"{city.employer(employer)}.csv"
    rows: list[list[Any]] = [
        [f"单位账号：{city.employer(employer)}", f"单位名称：{employer_name(employer)}", "", "", ""],
        ["个人账号", "姓名", "证件号码", "缴存基数", "银行卡号"],
    ]
    for employee in city.staff(employer):
        name, id_number = person(employee, city.plan.seed)
        rows.append(
            [
                city.account(employee),
                name,
                id_number,
                f"{city.bases[employee]}.00",
                f"62200000{employee:011d}",
            ]
        )
    write_list(path, rows, encoding)
    return _step(out, path, "accounts", on, len(rows) - 2, ["csv", encoding], [])


def _write_remittance(
    city: City, employer: int, month: int, folder: Path, on: date, random: Random
) -> Iterator[dict[str, Any]]:
    """An employer's list of the month; a bad one first and its correction some days later, where one is bad."""
    habits = city.styles[employer]
    more = {"employer": city.employer(employer), "month": format_month(month)}
    path = folder / f"{city.employer(employer)}.{habits.format}"
    if random.random() < BAD_SHARE:
        sheet = _sheet(city, employer, month, habits)
        if random.random() < DAMAGED_SHARE:
            path, found = damage(path, sheet, random)
        else:
            found = spoil(sheet, random, lambda: _stranger(city, employer, random))
            write_list(path, sheet.cells(), habits.encoding)
        yield _step(folder.parent, path, "remittance", on, len(sheet.rows), habits.traits(), found, **more)
        path = folder / f"{city.employer(employer)}-corrected.{habits.format}"
        on += timedelta(days=2)
    sheet = _sheet(city, employer, month, habits)
    write_list(path, sheet.cells(), habits.encoding)
    yield _step(folder.parent, path, "remittance", on, len(sheet.rows), habits.traits(), [], **more)


def _sheet(city: City, employer: int, month: int, habits: Style) -> Sheet:
    sheet = Sheet(habits, city.employer(employer), employer_name(employer), month)
    sheet.rows = [city.row(employee, employer) for employee in city.staff(employer)]
    return sheet


def _stranger(city: City, employer: int, random: Random) -> dict[str, Any]:
    """The row of somebody who stands with another employer."""
    other = (employer + random.randrange(1, city.plan.employers)) % city.plan.employers
    return city.row(next(city.staff(other)), other)
