"""Application files of subsidies: GB18030 and XLSX as offices send them, errors by row, one booking for one file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from commands.cli import main
from commands.desk import Desk
from commands.intake.applications import area, flag, headings_of, period, reader_of
from commands.intake.headings import fact_headings
from commands.intake.identity import check_digit
from commands.intake.imports import Imported, Intake, Options
from commands.intake.reports import write_error_report
from ledger.programmes import programmes
from ledger.refusal import LinesRefused, Refusal
from tests.contract.subsidy_story import ROSTER

ON = date(2019, 8, 1)
REFUND = Options(on=ON, programme="stable_jobs_refund")
HEADER = "申报编号,单位名称,统一社会信用代码,县（市）区,所属期间,上年度实缴失业保险费（元）,不裁员或少裁员,申报材料"
PAPERS = "申请表、缴费凭证、裁员情况证明"


def number_of(sequence: int) -> str:
    first = f"21140219900101{sequence:03}"
    return first + check_digit(first)


@pytest.fixture
def firms() -> tuple[str, str]:
    """Two credit codes with a right check character."""
    from stdnum.cn import uscc

    return tuple(first + uscc.calc_check_digit(first) for first in ("91211400MA0000001", "91211400MA0000002"))  # type: ignore[return-value]


@pytest.fixture
def intake(sqlite_desk: Desk, clock: Any) -> Intake:
    clock.on(date(2019, 9, 1))
    sqlite_desk.do("assign_offices", {"on": "2019-05-20", "roster": ROSTER}, actor="director")
    return Intake(sqlite_desk)


def written(folder: Path, *rows: str, header: str = HEADER) -> Path:
    """As an office sends it: a title, the header, the rows, in GB18030."""
    path = folder / "applications.csv"
    path.write_bytes("\n".join(("葫芦岛市稳岗返还申报清册,,,,,,,", header, *rows)).encode("gb18030"))
    return path


def row(
    grant: str, code: str, amount: str = "123,456.78", layoffs: str = "是", place: str = "连山区", **more: str
) -> str:
    told = {"period": "2018年度", "papers": PAPERS, "name": "连山机械有限公司"} | more
    return f'{grant},{told["name"]},{code},{place},{told["period"]},"{amount}",{layoffs},{told["papers"]}'


def test_a_file_in_gb18030_becomes_applications_with_facts_and_documents(
    intake: Intake, firms: Any, tmp_path: Path
) -> None:
    path = written(tmp_path, row("G1", firms[0]), row("G2", firms[1], "￥20000", "√", "龙港区"))
    done = take_in(intake, path)
    assert (done.accepted, done.refused, done.result["grants"]) == (2, [], 2)
    (first,) = (one.body for one in intake.desk.ledger.stream("grant-G1"))
    assert (first.beneficiary, first.area, first.period, first.channel) == (
        firms[0],
        "lianshan",
        "2018",
        "file",
    )
    assert first.facts == {"ui_premium_actually_paid_prior_year_fen": 12_345_678, "no_or_few_layoffs": True}
    assert first.documents == ("application_form", "layoff_record", "payment_proof")
    with intake.desk.ledger.database.reading() as connection:
        assert intake.persons.read(connection, [firms[0]])[firms[0]].name == "连山机械有限公司"


def take_in(intake: Intake, path: Path, **more: Any) -> Imported:
    from msgspec.structs import replace

    return intake.take_in("applications", path, replace(REFUND, **more))


def test_the_same_file_twice_is_one_booking(intake: Intake, firms: Any, tmp_path: Path) -> None:
    path = written(tmp_path, row("G1", firms[0]))
    take_in(intake, path)
    again = take_in(intake, path)
    assert (again.repeated, again.accepted) == (True, 0)
    assert len(intake.desk.ledger.stream("grant-G1")) == 1


def test_with_one_bad_row_nothing_is_booked_and_every_error_is_told_by_row(
    intake: Intake, firms: Any, tmp_path: Path
) -> None:
    path = written(
        tmp_path,
        row("G1", firms[0]),
        row("G2", firms[1], "12.345"),
        row("G3", firms[1], layoffs="也许"),
        row("G4", "91211400MA0000001X"),
        row("G5", firms[1], place="沈阳市"),
        row("G6", firms[1], papers="申请表、户口簿"),
        row("G7", firms[1], papers="申请表"),
        row("G1", firms[1]),
        row("G8", ""),
    )
    with pytest.raises(LinesRefused) as refused:
        take_in(intake, path)
    told = [(line.row, line.field, line.refusal.code) for line in refused.value.lines]
    assert told == [
        (4, "ui_premium_actually_paid_prior_year_fen", "amount_precision"),
        (5, "no_or_few_layoffs", "flag_malformed"),
        (6, "credit_code", "credit_code_wrong"),
        (7, "area", "area_unknown"),
        (8, "documents", "document_unknown"),
        (9, "documents", "document_missing"),
        (10, "grant", "grant_exists"),
        (11, "id_number", "applicant_missing"),
    ]
    with intake.desk.ledger.database.reading() as connection:
        for table in ("register_grant", "person"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
    report, _ = write_error_report(path, refused.value.lines, tmp_path / "errors")
    cells = CalamineWorkbook.from_path(report).get_sheet_by_index(0).to_python()
    assert [cells[1][:3], cells[2][:3]] == [
        [4, "上年度实缴失业保险费", "amount_precision"],
        [5, "不裁员或少裁员", "flag_malformed"],
    ]


def test_good_rows_are_taken_in_when_that_is_asked_for(intake: Intake, firms: Any, tmp_path: Path) -> None:
    path = written(
        tmp_path, row("G1", firms[0]), row("G2", firms[1], "12.345"), row("G3", firms[1], papers="申请表")
    )
    done = take_in(intake, path, accept_good_rows=True)
    assert (done.rows, done.accepted, [line.row for line in done.refused]) == (3, 1, [4, 5])
    assert intake.desk.ledger.stream("grant-G3") == []


def test_a_total_line_must_agree_with_the_amounts_of_the_rows(
    intake: Intake, firms: Any, tmp_path: Path
) -> None:
    total = '合计,,,,,"123,456.79",,'
    with pytest.raises(Refusal) as refused:
        take_in(intake, written(tmp_path, row("G1", firms[0]), total))
    assert refused.value.code == "total_differs"
    assert take_in(intake, written(tmp_path, row("G1", firms[0]), total.replace("79", "78"))).accepted == 1


def test_a_spreadsheet_with_english_headings_and_a_column_for_each_document_is_read(
    intake: Intake, tmp_path: Path
) -> None:
    path = tmp_path / "lessons.xlsx"
    heads = ["name", "id_number", "bank_card", "area", "period", "class_hours", "passed", "completed_on"]
    papers = [programmes_document(name) for name in programmes()["poor_labour_class_hour_subsidy"].documents]
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*heads, *papers])
        sheet.write_row(
            1,
            0,
            ["王小明", number_of(1), "6222020200112233445", "lianshan", "2019-07", 80, "yes", "2019/7/15"],
        )
        sheet.write_row(1, len(heads), ["√"] * len(papers))
    done = take_in(intake, path, programme="poor_labour_class_hour_subsidy")
    assert done.accepted == 1
    (key,) = (
        one.originator_id for one in intake.desk.ledger.events() if one.originator_id.startswith("grant-")
    )
    (applied,) = (one.body for one in intake.desk.ledger.stream(key))
    assert applied.facts == {"class_hours": 80, "passed": True, "completed_on": "2019-07-15"}
    assert applied.beneficiary == intake.persons.person_id(number_of(1))
    with intake.desk.ledger.database.reading() as connection:
        assert intake.persons.read(connection, [applied.beneficiary])[applied.beneficiary].bank_card.endswith(
            "3445"
        )


def programmes_document(name: str) -> str:
    from ledger.programmes import offices

    return offices().documents[name]["zh"]


def test_a_dry_run_decides_everything_and_keeps_nothing(intake: Intake, firms: Any, tmp_path: Path) -> None:
    done = take_in(intake, written(tmp_path, row("G1", firms[0])), dry_run=True)
    assert (done.accepted, done.dry_run) == (1, True)
    assert intake.desk.ledger.stream("grant-G1") == []


def test_a_file_without_a_fact_of_the_rule_is_refused_with_the_columns_it_lacks(
    intake: Intake, tmp_path: Path
) -> None:
    with pytest.raises(Refusal) as refused:
        take_in(intake, written(tmp_path, "G1,甲,连山区", header="申报编号,单位名称,县区"))
    assert (refused.value.code, refused.value.facts["columns"]) == (
        "columns_missing",
        "上年度实缴失业保险费、不裁员或少裁员",
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2018", "2018"), ("2018年", "2018"), ("2018年度", "2018"), ("2019Q3", "2019-Q3"), ("2019年第三季度", "2019-Q3"),
        ("2019年7月", "2019-07"), ("2019-7", "2019-07"), 
        ("2019年7月至2019年12月", "2019-07/2019-12"), ("2019-07/2019-12", "2019-07/2019-12"),
    ],
)  # fmt: skip
def test_times_are_read_as_people_write_them(typed: str, meant: str) -> None:
    assert period(typed) == meant


def test_areas_and_ticks_are_read_by_name() -> None:
    assert [area(one) for one in ("连山区", "Lianshan", "经济开发区", "市本级")] == [
        "lianshan",
        "lianshan",
        "zone",
        "city",
    ]
    assert [flag(one) for one in ("是", "√", "Y", "否", "×", "0")] == [True, True, True, False, False, False]


def test_every_programme_that_is_applied_to_has_a_form_whose_headings_are_read() -> None:
    for one in programmes().values():
        if one.kind == "programme" and not (one.by_roll or one.by_pool):
            reader = reader_of(one.id, ON)
            assert {name for name in reader.kinds if name not in fact_headings()} == set(), one.id
            assert len(set(headings_of(one.id, ON))) == len(headings_of(one.id, ON)), one.id


def test_a_blank_form_is_written_and_taken_for_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    done = CliRunner().invoke(
        main,
        [
            "--lang",
            "en",
            "sample",
            "applications",
            "stable_jobs_refund",
            "--on",
            "2019-08-01",
            "--out",
            str(path),
        ],
    )
    assert done.exit_code == 0, done.output
    (heads,) = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert heads[1:5] == ["单位名称", "统一社会信用代码", "银行账号", "县区"]
