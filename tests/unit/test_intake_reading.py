"""Reading what payroll offices send: encodings, headers, totals, damaged files, identity numbers."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from commands.intake import lists, tables
from commands.intake.headings import HEADINGS, compact, plain_month
from commands.intake.identity import check_digit, credit_code, identity_number, region_is_known
from commands.intake.kinds import Employers, Remittance
from commands.intake.lists import Listed
from ledger.refusal import Refusal

LIST = "单位账号：E1,,汇缴年月：2019年7月\n个人账号,单位月缴存额,个人月缴存额\nA1,600.00,600.00\n合计,600.00,600.00\n"


def read(path: Path, employer: str = "", month: str = "") -> Listed:
    return Remittance(path, lambda number: f"p-{number}", employer, month).read()


def written(folder: Path, content: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# ---------------------------------------------------------------- encodings and shapes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_list_reads_the_same_in_every_encoding(
    tmp_path: Path, encoding: str, ends: str, delimiter: str
) -> None:
    text = LIST.replace("\n", ends).replace(",", delimiter)
    listed = read(written(tmp_path, text.encode(encoding)))
    assert (listed.employer, listed.month) == ("E1", 2019 * 12 + 6)
    assert [(line["row"], line["account"], line["employer_amount"]) for line in listed.lines] == [
        (3, "A1", 60_000)
    ]


def test_a_rare_character_of_gb18030_is_read(tmp_path: Path) -> None:
    rows = tables.read_rows(written(tmp_path, "姓名\n𠮷䶮\n".encode("gb18030")))
    assert [cells for _, cells in rows] == [["姓名"], ["𠮷䶮"]]


def test_amounts_and_numbers_are_read_as_people_write_them(tmp_path: Path) -> None:
    rows = [
        'Ａ１, "1,234.50" ,１２３４．５０',
        "A 2,￥1234.5,1234.50元",
        '"A3　","　1，234.50",1 234.50',
    ]
    listed = read(
        written(tmp_path, LIST.split("A1,")[0] + "\n".join(rows).replace(', "', ',"').replace('" ,', '",'))
    )
    assert [(line["account"], line["employer_amount"], line["employee_amount"]) for line in listed.lines] == [
        (f"A{index}", 123_450, 123_450) for index in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    "heading",
    [name for field in ("account", "employer_amount", "employee_amount") for name in HEADINGS[field].split()],
)
def test_every_known_heading_is_found(tmp_path: Path, heading: str) -> None:
    first = "" if heading in HEADINGS["account"].split() else "个人账号,"
    written_as = (
        f"* {heading[:2]} {heading[2:]}（元）" if not heading.isascii() else heading.upper().replace("_", " ")
    )
    listed = read(
        written(tmp_path, f"{first}{written_as}\n{'A1,' if first else ''}{'600' if first else 'A1'}\n"),
        "E1",
        "2019-07",
    )
    assert listed.lines[0]["account"] == "A1"


@pytest.mark.parametrize(
    "month", ["2019-07", "201907", "2019年7月", "2019/7", "2019.07", "２０１９年０７月份", "2019-07-01"]
)
def test_a_month_is_read_as_people_write_it(month: str) -> None:
    assert plain_month(month) == "2019-07"
    assert lists.month(month) == 2019 * 12 + 6


@pytest.mark.parametrize("day", ["2019-07-01", "2019/7/1", "2019年7月1日", "20190701", "2019.7.01"])
def test_a_day_is_read_as_people_write_it(day: str) -> None:
    assert lists.day(day) == date(2019, 7, 1)


@pytest.mark.parametrize("day", ["2019-02-30", "2019-13-01", "01/07/2019", "yesterday"])
def test_a_day_that_does_not_exist_is_refused(day: str) -> None:
    with pytest.raises(Refusal, match="date_malformed"):
        lists.day(day)


@pytest.mark.parametrize(
    ("text", "rate"),
    [("12", "0.12"), ("12%", "0.12"), ("0.12", "0.12"), ("5.5%", "0.055"), ("１２％", "0.12")],
)
def test_a_rate_is_read_as_people_write_it(text: str, rate: str) -> None:
    assert lists.rate(text) == Decimal(rate)


def test_columns_that_nobody_knows_are_passed_over(tmp_path: Path) -> None:
    listed = read(written(tmp_path, "序号,个人账号,备注\n1,A1,=\n".replace("=", "新")), "E1", "2019-07")
    assert listed.lines[0]["account"] == "A1"


def test_remarks_below_the_list_are_no_rows(tmp_path: Path) -> None:
    listed = read(written(tmp_path, LIST.split("合计")[0] + "\n制表人：某某,,\n,,\n"))
    assert listed.rows == 1


# ---------------------------------------------------------------- files that are not what they say


def sheet(folder: Path, cells: list[list[object]], name: str = "list.xlsx") -> Path:
    path = folder / name
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(cells):
            page.write_row(number, 0, row)
    return path


def refused(path: Path) -> str:
    with pytest.raises(Refusal) as refusal:
        list(tables.read_rows(path))
    assert refusal.value.message("zh")
    return refusal.value.code


def test_a_csv_that_calls_itself_xlsx_is_refused(tmp_path: Path) -> None:
    assert refused(written(tmp_path, LIST, "list.xlsx")) == "file_not_what_it_says"


def test_an_xlsx_that_calls_itself_csv_is_refused(tmp_path: Path) -> None:
    path = sheet(tmp_path, [["个人账号"]])
    assert refused(path.rename(tmp_path / "list.csv")) == "file_not_what_it_says"


def test_another_zip_that_calls_itself_xlsx_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refused(path) == "file_not_what_it_says"


@pytest.mark.parametrize("start", [b"\xd0\xcf\x11\xe0 an old workbook", b"%PDF-1.7"])
def test_a_pdf_or_an_old_workbook_is_refused(tmp_path: Path, start: bytes) -> None:
    for name in ("list.xlsx", "list.csv"):
        assert refused(written(tmp_path, start, name)) == "file_not_what_it_says"


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_xlsx_is_refused(tmp_path: Path, kept: float) -> None:
    path = sheet(tmp_path, [["个人账号", "姓名"], *([f"A{index}", "某"] for index in range(500))])
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    assert refused(path) == "file_damaged"


def test_an_xlsx_with_one_altered_byte_is_refused(tmp_path: Path) -> None:
    path = sheet(tmp_path, [["个人账号", "姓名"], *([f"A{index}", "某"] for index in range(500))])
    with ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    altered = bytearray(path.read_bytes())
    altered[part.header_offset + 100 + part.compress_size // 2] ^= 0xFF
    path.write_bytes(bytes(altered))
    assert refused(path) == "file_damaged"


def test_an_xlsx_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "SHEET_BYTES_MAX", 100_000)
    path = tmp_path / "list.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 200_000)
    assert refused(path) == "sheet_too_large"


@pytest.mark.parametrize("row", [1, 40_000])
def test_a_formula_in_a_sheet_is_refused_wherever_it_stands(tmp_path: Path, row: int) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for number in range(row):
            page.write_row(number, 0, ["A", "某某", 600])
        page.write_formula(row, 2, "=B1*2", None, 5)
    with pytest.raises(Refusal, match="formula_in_cell") as refusal:
        list(tables.read_rows(path))
    assert refusal.value.facts["cell"] == f"C{row + 1}"


def test_a_formula_in_a_csv_is_refused_with_its_cell(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="formula_in_cell") as refusal:
        list(tables.read_rows(written(tmp_path, "a,b\n1,\"=cmd|'/c calc'!A0\"\n")))
    assert refusal.value.facts["cell"] == "B2"


@pytest.mark.parametrize("content", [b"\xff\xfe\x01\x02", "账号".encode("utf-16"), b"a,b\n\x00\x01", b"\x81"])
def test_an_unknown_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refused(written(tmp_path, content)) == "encoding_unknown"


def test_a_character_cut_at_the_end_of_the_file_is_refused(tmp_path: Path) -> None:
    assert refused(written(tmp_path, LIST.encode() + "合".encode()[:2])) == "encoding_unknown"


def test_more_rows_or_bytes_than_the_limits_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, LIST)
    monkeypatch.setattr(tables, "FILE_ROWS_MAX", 3)
    assert refused(path) == "rows_too_many"
    monkeypatch.setattr(tables, "FILE_BYTES_MAX", 10)
    assert refused(path) == "file_too_large"


def test_a_line_without_end_is_refused_and_not_read_whole(tmp_path: Path) -> None:
    assert refused(written(tmp_path, b"a" * 5_000_000)) == "csv_malformed"


def test_a_quote_that_never_closes_is_refused_and_not_read_whole(tmp_path: Path) -> None:
    assert refused(written(tmp_path, b'a,"b\n' + b"c,d\n" * 500_000)) == "csv_malformed"


def test_cells_of_a_sheet_read_as_people_see_them(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, [0.1 + 0.2, 123456789012, 1234.5, True, "００1"])
        page.write_datetime(0, 5, datetime(2019, 7, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    ((number, cells),) = tables.read_rows(path)
    assert (number, cells) == (1, ["0.3", "123456789012", "1234.5", "TRUE", "００1", "2019-07-01"])


_STREAMED = """
import resource, sys
from pathlib import Path
from commands.intake import tables
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
print(sum(len(cells) for _, cells in tables.read_rows(Path(sys.argv[1]))))
"""


def test_a_csv_far_larger_than_its_memory_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    line = ",".join(["A00000001", "某某", "x" * 360, "600.00"]) + "\n"
    block = line * 10_000
    with path.open("w", encoding="gb18030") as file:
        for _ in range(80):
            file.write(block)
    room = 160 * 1024**2
    assert path.stat().st_size > 1.8 * room
    done = subprocess.run(
        [sys.executable, "-c", _STREAMED, str(path), str(room)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) == 80 * 10_000 * 4


# ---------------------------------------------------------------- identity numbers


def test_a_valid_number_is_read_in_its_one_form() -> None:
    number = "11010519491231002X"
    assert identity_number("11010519491231002x") == number
    assert identity_number("110105491231002") == number


@given(
    st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9)
)
def test_any_altered_digit_is_found(born: date, sequence: int, at: int, by: int) -> None:
    first = f"211402{born:%Y%m%d}{sequence:03}"
    number = first + check_digit(first)
    assert identity_number(number) == number
    altered = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    with pytest.raises(Refusal, match="identity_check_digit"):
        identity_number(altered)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "identity_malformed"),
        ("2114021990010112", "identity_malformed"),
        ("21140219900101123Y", "identity_malformed"),
        ("211402199001011234\n", "identity_malformed"),
        ("2.11402199001011E+17", "identity_malformed"),
        ("21140219900230001" + check_digit("21140219900230001"), "identity_birth_date"),
        ("21140218990101001" + check_digit("21140218990101001"), "identity_birth_date"),
    ],
)
def test_a_number_that_cannot_be_is_refused(number: str, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        identity_number(number)


def test_regions_are_known_by_their_province() -> None:
    assert region_is_known("211402")
    assert region_is_known("820000")
    assert not region_is_known("991402")


def test_a_credit_code_is_proved_by_its_check_character() -> None:
    assert credit_code("91110000600037341L") == "91110000600037341L"
    with pytest.raises(Refusal, match="credit_code_wrong"):
        credit_code("91110000600037341M")


@given(st.text(max_size=30))
def test_a_compacted_number_has_no_space_left(text: str) -> None:
    assert not any(character.isspace() for character in compact(text))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("一" * 501, "text_too_long"),
        ("某\u200b单位", "text_hidden"),
        ("\u200b", "text_blank"),
        ("", "cell_missing"),
    ],
)
def test_a_name_is_not_cut_and_hides_nothing(tmp_path: Path, name: str, code: str) -> None:
    path = written(tmp_path, f"单位账号,单位名称,单位性质,缴存比例\nE7,{name},国有企业,12%\n")
    listed = Employers(path, lambda number: f"p-{number}").read()
    assert [(line.field, line.refusal.code) for line in listed.refused] == [("employer_name", code)]
