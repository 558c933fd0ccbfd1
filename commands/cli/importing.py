"""``provident import`` and ``provident sample``: the files of payroll offices and older systems, and files to try with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.cli.doing import by
from commands.cli.opening import open_desk, today
from commands.cli.output import (
    REFUSED,
    Command,
    Group,
    as_json,
    day,
    language,
    option,
    progress,
    say,
    say_json,
    say_table,
    show_refusal,
    words,
)
from ledger.money import format_fen, parse_yuan
from ledger.refusal import LineRefusal, LinesRefused, Refusal

if TYPE_CHECKING:
    from commands.desk import Desk
    from commands.intake.imports import Imported, Options

FILE = click.Path(path_type=Path)
KINDS = {
    "remittance": (
        "汇缴清册：每个单位每月一份。",
        "Remittance lists, one for each employer and month.",
        "provident import remittance E00012.xlsx E00013.csv --on 2019-07-20 --dry-run",
    ),
    "employers": ("单位缴存登记。", "Employers to register.", "provident import employers employers.xlsx"),
    "accounts": (
        "职工个人账户设立。",
        "Accounts of an employer's staff to open.",
        "provident import accounts staff.csv --employer E00012",
    ),
    "opening-balances": (
        "个人期初余额，并与旧账 201 科目对账到分。",
        "Personal balances of an older system, reconciled with its books to the fen.",
        "provident import opening-balances balances.xlsx --on 2019-07-01",
    ),
    "opening-books": (
        "总账期初余额（试算平衡表）。",
        "The trial balance that an older system closed with.",
        "provident import opening-books trial-balance.csv --on 2019-07-01",
    ),
    "applications": (
        "补贴申报清册：某一项目的申报，一行一件；列即该项目所需事实和材料。",
        "Applications to one programme, a row each; its columns are the facts and documents that the programme asks for.",
        "provident import applications refunds.xlsx --programme stable_jobs_refund --on 2019-08-01",
    ),
}


@click.group(
    "import",
    cls=Group,
    zh="导入文件：CSV（UTF-8 或 GB18030）和 XLSX；有错整份不入账，逐行列出原因。",
    example="provident import remittance E00012.xlsx --on 2019-07-20",
)
def import_group() -> None:
    """Take files in: CSV in UTF-8 or GB18030, and XLSX. With a bad row nothing of a file is booked.

    The same file twice is one booking. Every bad row is listed with its reason and what to do.
    """


def _options(kind: str, command: Callable[..., None]) -> Callable[..., None]:
    """The options of one kind of file, the last one in help first."""
    added = [
        as_json,
        option(
            "--reports",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path(),
            metavar="DIR",
            zh="错误清单（XLSX 和 CSV）存放处，默认当前文件夹。",
            en="Where reports of bad rows (XLSX and CSV) are written, the present folder by default.",
        ),
        by,
        option("--dry-run", is_flag=True, zh="只核对，不入账。", en="Decide everything, write nothing."),
    ]
    if kind != "opening-books":
        good_rows = {"zh": "合格的行先入账。", "en": "Book the good rows of a bad file."}
        added.append(option("--accept-good-rows", is_flag=True, **good_rows))
    if kind == "remittance":
        received = {
            "zh": "实收金额，默认为清册合计。",
            "en": "The money received, by default the list's total.",
        }
        stated = {"zh": "文件未写明时的汇缴年月。", "en": "The month, where the file states none."}
        added += [
            option("--advance", is_flag=True, zh="预缴。", en="An advance payment."),
            option("--received", metavar="YUAN", **received),
            option("--month", default="", metavar="YYYY-MM", **stated),
        ]
    if kind == "applications":
        named = {
            "zh": "申报的项目，如 stable_jobs_refund。",
            "en": "The programme, such as stable_jobs_refund.",
        }
        added.append(option("--programme", required=True, metavar="ID", **named))
    if kind in ("remittance", "accounts"):
        stated = {"zh": "文件未写明时的单位账号。", "en": "The employer, where the file states none."}
        added.append(option("--employer", default="", metavar="ID", **stated))
    added.append(option("--on", type=day, zh="业务日期，默认今天。", en="The value date, today by default."))
    for one in added:
        command = one(command)
    return click.argument("files", nargs=-1, required=True, type=FILE)(command)


def _add_kind(kind: str, zh: str, en: str, example: str) -> None:
    def take_in(
        files: Sequence[Path], on: date | None, by: str, reports: Path, json_wanted: bool, **more: Any
    ) -> None:
        from commands.intake.imports import Options

        received = more.pop("received", None)
        received_fen = parse_yuan(received) if received else None
        _take_in(
            kind,
            files,
            Options(on=on or today(), actor=by, received_fen=received_fen, **more),
            reports,
            json_wanted,
        )

    command = click.command(kind, cls=Command, help=en, zh=zh, example=example)
    import_group.add_command(command(_options(kind, take_in)))


for _kind, _texts in KINDS.items():
    _add_kind(_kind, *_texts)


def _take_in(kind: str, files: Sequence[Path], options: Options, reports: Path, json_wanted: bool) -> None:
    """Each file by itself: one that is refused does not hold the others up."""
    from commands.intake.imports import Intake

    answers, refused = [], False
    with open_desk() as desk, progress("导入", "taking in", len(files)) as advance:
        intake = Intake(desk)
        for at, path in enumerate(files, start=1):
            try:
                done = intake.take_in(kind, path, options)
            except Refusal as refusal:
                refused = True
                lines = refusal.lines if isinstance(refusal, LinesRefused) else []
                written = _report(path, lines, reports)
                if json_wanted:
                    answers.append(
                        {"file": str(path), "refused": _refusal_json(refusal, lines), "reports": written}
                    )
                else:
                    say(f"{path}：", f"{path}:")
                    show_refusal(refusal, as_json=False)
                    _say_reports(written)
            else:
                written = _report(path, done.refused, reports)
                answers.append(_imported_json(done) | {"reports": written})
                if not json_wanted:
                    _say_imported(done)
                    _say_reports(written)
            advance(at)
        if kind == "opening-balances" and not json_wanted:
            _say_reconciliation(desk)
        elif kind == "opening-balances":
            answers.append({"reconciliation": _reconciliation_json(desk)})
    if json_wanted:
        say_json(answers)
    if refused:
        click.get_current_context().exit(REFUSED)


def _report(path: Path, lines: Sequence[LineRefusal], reports: Path) -> list[str]:
    from commands.intake.reports import write_error_report

    if not lines:
        return []
    reports.mkdir(parents=True, exist_ok=True)
    return [str(one) for one in write_error_report(path, lines, reports / f"{path.stem}-errors", language())]


def _say_reports(written: list[str]) -> None:
    if written:
        say(f"  错误清单：{'、'.join(written)}", f"  Bad rows are listed in {' and '.join(written)}")


def _say_imported(done: Imported) -> None:
    if done.repeated:
        say(f"{done.file}：已导入过，未重复入账", f"{done.file}: taken in before; nothing was booked again")
        return
    kept = words("（试算，未入账）", " (dry run, nothing kept)") if done.dry_run else ""
    bad = len({line.row for line in done.refused})
    say(
        f"{done.file}：{done.rows} 行，入账 {done.accepted} 行，不予办理 {bad} 行{kept}",
        f"{done.file}: {done.rows} rows, {done.accepted} taken in, {bad} refused{kept}",
    )
    for name, value in done.result.items():
        if name.endswith("_fen"):
            say(f"  {name.removesuffix('_fen')}: {format_fen(value)}")
    for line in done.warnings:
        say(f"  {line.row}  [{line.refusal.code}] {line.refusal.message(language())}")


def _line_json(line: LineRefusal) -> dict[str, Any]:
    return {"row": line.row, "field": line.field, **line.refusal.as_json(language())}


def _refusal_json(refusal: Refusal, lines: Sequence[LineRefusal]) -> dict[str, Any]:
    return refusal.as_json(language()) | {"lines": [_line_json(line) for line in lines]}


def _imported_json(done: Imported) -> dict[str, Any]:
    from msgspec.structs import asdict

    refused = [_line_json(line) for line in done.refused]
    return asdict(done) | {"refused": refused, "warnings": [_line_json(line) for line in done.warnings]}


def _say_reconciliation(desk: Desk) -> None:
    from commands.intake.reports import reconcile

    with desk.ledger.database.reading() as connection:
        found = reconcile(connection)
    heads = words(
        "单位,>人数,>上年结转,>当年归集,>合计", "Employer,>Heads,>Carried forward,>Current year,>Total"
    )
    say_table(heads.split(","), found.rows(), words("期初对账", "Reconciliation of the opening"))


def _reconciliation_json(desk: Desk) -> dict[str, Any]:
    from commands.intake.reports import reconcile

    with desk.ledger.database.reading() as connection:
        found = reconcile(connection)
    employers = [
        {
            "employer": one.employer,
            "heads": one.heads,
            "carried_fen": one.carried_fen,
            "current_fen": one.current_fen,
        }
        for one in found.employers
    ]
    return {
        "books_fen": found.books_fen,
        "taken_fen": found.taken_fen,
        "left_fen": found.left_fen,
        "employers": employers,
    }


# ---------------------------------------------------------------- commands, a whole city


@import_group.command(
    "commands",
    zh="业务文件：每行一项业务（JSON）。",
    example="provident import commands 2019-08/commands.jsonl",
)
@click.argument("file", type=FILE)
@as_json
def commands_file(file: Path, json_wanted: bool) -> None:
    """Commands, one JSON object a line: {"on": DAY, "do": COMMAND, "actor": NAME, ...}.

    Each line is carried out by itself; the same file again does nothing twice.
    """
    from commands.intake.city import import_commands

    with open_desk() as desk:
        done = import_commands(desk, file)
    if json_wanted:
        say_json(_imported_json(done))
    else:
        _say_imported(done)
        for line in done.refused:
            say(f"  {line.row}  {line.field}  [{line.refusal.code}] {line.refusal.message(language())}")
    if done.refused:
        click.get_current_context().exit(REFUSED)


@import_group.command(
    "city", zh="示例城市：按清单的顺序和日期导入整个文件夹。", example="provident import city sample"
)
@click.argument("directory", type=FILE)
@as_json
def city(directory: Path, json_wanted: bool) -> None:
    """A sample city: its whole folder in the order of the manifest, each file recorded on its day."""
    from datetime import UTC, datetime

    from msgspec.structs import asdict

    from commands.intake.city import StandingClock, import_city

    clock = StandingClock(datetime(1970, 1, 1, tzinfo=UTC))
    with open_desk(clock=clock) as desk, progress("导入", "taking in") as advance:
        summary = import_city(desk, directory, clock, lambda at, of: advance(at))
    if json_wanted:
        say_json(asdict(summary))
        return
    files, rows, accepted, bad = summary.files, summary.rows, summary.accepted, summary.refused_files
    say(
        f"{files} 个文件，{rows:,} 行，入账 {accepted:,} 行；{bad} 个文件不予办理",
        f"{files} files, {rows:,} rows, {accepted:,} taken in; {bad} files refused",
    )
    say_table(
        (words("代码", "Code"), words(">次数", ">Count")),
        sorted(summary.refused.items(), key=lambda one: -one[1]),
    )
    for surprise in summary.surprises:
        say(f"与清单不符：{surprise}", f"other than the manifest says: {surprise}")


@click.group(cls=Group, zh="生成示例文件。", example="provident sample city --out sample")
def sample() -> None:
    """Write files to try things with."""


@sample.command(
    "city",
    zh="生成一个城市的登记、开户、汇缴文件，含真实文件会有的错误。",
    example="provident sample city --employers 60 --employees 2400 --months 3 --out sample",
)
@option(
    "--employers",
    type=click.IntRange(2, 100_000),
    default=60,
    show_default=True,
    zh="单位数。",
    en="Employers.",
)
@option(
    "--employees",
    type=click.IntRange(4, 10_000_000),
    default=2_400,
    show_default=True,
    zh="职工数，每单位至少两人。",
    en="Employees, at least two for each employer.",
)
@option("--months", type=click.IntRange(1, 240), default=3, show_default=True, zh="月数。", en="Months.")
@option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    zh="种子：相同的种子生成相同的文件。",
    en="The same seed gives the same bytes.",
)
@option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    zh="空文件夹。",
    en="An empty folder.",
)
@as_json
def sample_city(employers: int, employees: int, months: int, seed: int, out: Path, json_wanted: bool) -> None:
    """Write a city's files: employers, accounts, monthly remittances with the defects real files have."""
    from commands.intake.sample.city import Plan, write_city

    if employees < 2 * employers:
        raise click.UsageError(
            words(f"--employees 至少为 {2 * employers}", f"--employees must be at least {2 * employers}")
        )
    with progress("生成", "writing") as advance:
        manifest = write_city(Plan(employers, employees, months, seed), out, advance)
    steps = manifest["steps"]
    bad = sum(not step["good"] for step in steps)
    if json_wanted:
        say_json(
            {"out": str(out), "files": len(steps), "bad": bad, "rows": sum(step["rows"] for step in steps)}
        )
        return
    say(
        f"{out}：{len(steps)} 个文件，其中 {bad} 个有错；清单为 manifest.json",
        f"{out}: {len(steps)} files, {bad} of them with a defect; manifest.json names them all",
    )


@sample.command(
    "applications",
    zh="生成某项目的空白申报清册（XLSX）：表头即该项目所需。",
    example="provident sample applications stable_jobs_refund --out refunds.xlsx",
)
@click.argument("programme")
@option("--on", type=day, zh="按该日的规则，默认今天。", en="By the rules of this day, today by default.")
@option("--out", type=FILE, required=True, zh="文件。", en="The file.")
@as_json
def sample_applications(programme: str, on: date | None, out: Path, json_wanted: bool) -> None:
    """Write a blank form for applications to PROGRAMME (XLSX): its header row is what the programme asks for."""
    from commands.intake.applications import headings_of, write_form

    write_form(programme, on or today(), out)
    if json_wanted:
        say_json({"file": str(out), "columns": list(headings_of(programme, on or today()))})
    else:
        say(f"已生成 {out}", f"Written: {out}")
