"""Files taken in through the desk: one booking for one file, and no trace of what was refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from commands.desk import Desk
from commands.intake import lists
from commands.intake.identity import check_digit
from commands.intake.imports import Imported, Intake, Options
from commands.intake.reports import reconcile, write_error_report
from ledger.money import parse_yuan
from ledger.refusal import LinesRefused, Refusal
from ledger.store.persons import Person, key_file_of

ON = Options(on=date(2019, 7, 20))
HEADER = "单位账号,汇缴年月,个人账号,姓名,证件号码,缴存基数,单位月缴存额,个人月缴存额,合计"
BOOKS = Path(__file__).parent / "data" / "opening-books-2018.csv"
TRACES = ("event", "ledger_commit", "idempotency", "person", "register_account", "register_remittance")


def number_of(sequence: int) -> str:
    first = f"21140219900101{sequence:03}"
    return first + check_digit(first)


ONE, TWO, THREE = (number_of(sequence) for sequence in (1, 2, 3))


@pytest.fixture
def intake(sqlite_desk: Desk, clock: Any, tmp_path: Path) -> Intake:
    """Two employers; E1 has the accounts A1, A2 and A3 at a base of 5,000.00 and a rate of 12 %."""
    clock.on(date(2019, 9, 1))
    intake = Intake(sqlite_desk)
    employers = "单位账号,单位名称,单位性质,缴存比例\nE1,第一中学,事业单位,12%\nE2,第二煤矿,国有企业,0.1\n"
    intake.take_in("employers", written(tmp_path, "employers.csv", employers), ON)
    rows = "".join(
        f"A{index},人{index},{number},5000\n" for index, number in enumerate((ONE, TWO, THREE), start=1)
    )
    accounts = f"单位账号：E1,,,\n个人账号,姓名,证件号码,缴存基数\n{rows}合计,,3人,15000\n"
    intake.take_in("accounts", written(tmp_path, "accounts.csv", accounts), ON)
    return intake


def written(folder: Path, name: str, content: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def row(account: str = "A1", number: str = ONE, base: str = "5000", part: str = "600", **other: str) -> str:
    values = {"employer": "E1", "month": "2019-07", "name": "人1", "total": "1200"} | other
    return ",".join(
        (
            values["employer"],
            values["month"],
            account,
            values["name"],
            number,
            base,
            part,
            part,
            values["total"],
        )
    )


def remittance(folder: Path, *rows: str, name: str = "remittance.csv") -> Path:
    return written(folder, name, "\n".join((HEADER, *rows)) + "\n")


def good_rows() -> list[str]:
    return [row(), row("A2", TWO), row("A3", THREE)]


def trace(desk: Desk) -> list[Any]:
    with desk.ledger.database.reading() as connection:
        return [
            sorted(map(repr, connection.execute(text(f"SELECT * FROM {table}")).all())) for table in TRACES
        ]


def remit(intake: Intake, path: Path, **options: Any) -> Imported:
    return intake.take_in("remittance", path, Options(**{"on": ON.on, **options}))


def refused_codes(intake: Intake, path: Path, **options: Any) -> list[tuple[int, str, str]]:
    """``(row, field, code)`` of every refused row, after proof that the refusal left no trace."""
    before = trace(intake.desk)
    with pytest.raises(LinesRefused) as refused:
        remit(intake, path, **options)
    assert trace(intake.desk) == before
    return [(line.row, line.field, line.refusal.code) for line in refused.value.lines]


def balance_fen(intake: Intake, account: str) -> int:
    with intake.desk.ledger.database.reading() as connection:
        found = intake.desk.ledger.registers["account"].read(connection, [account])
    balance: int = found[account][1].balance_fen
    return balance


# ---------------------------------------------------------------- what is booked


def test_a_remittance_file_is_booked_to_every_account(intake: Intake, tmp_path: Path) -> None:
    done = remit(intake, remittance(tmp_path, *good_rows()))
    assert (done.rows, done.accepted, done.refused) == (3, 3, [])
    assert done.result["total_fen"] == 3 * 120_000
    assert [balance_fen(intake, account) for account in ("A1", "A2", "A3")] == [120_000] * 3


def test_the_same_file_twice_is_one_booking_on_whatever_day(intake: Intake, tmp_path: Path) -> None:
    path = remittance(tmp_path, *good_rows())
    first = remit(intake, path)
    before = trace(intake.desk)
    again = remit(intake, path, on=date(2019, 7, 21))
    assert again.repeated
    assert (again.commit_id, again.result) == (first.commit_id, first.result)
    assert trace(intake.desk) == before


def test_the_same_content_in_another_file_is_not_booked_again(intake: Intake, tmp_path: Path) -> None:
    remit(intake, remittance(tmp_path, *good_rows()))
    again = remit(intake, remittance(tmp_path, *reversed(good_rows()), name="again.csv"))
    assert again.repeated
    assert balance_fen(intake, "A1") == 120_000


def test_the_same_month_with_another_content_points_to_correction(intake: Intake, tmp_path: Path) -> None:
    remit(intake, remittance(tmp_path, *good_rows()))
    with pytest.raises(Refusal, match="remittance_differs") as refused:
        remit(intake, remittance(tmp_path, *good_rows()[:2], name="other.csv"))
    assert "reverse" in refused.value.hint("en")


def test_one_list_serves_another_month_when_the_month_is_stated_with_it(
    intake: Intake, tmp_path: Path
) -> None:
    path = written(
        tmp_path, "list.csv", "个人账号,单位月缴存额,个人月缴存额\nA1,600,600\nA2,600,600\nA3,600,600\n"
    )
    for month, on in (("2019-07", date(2019, 7, 20)), ("2019-08", date(2019, 8, 20))):
        assert remit(intake, path, employer="E1", month=month, on=on).accepted == 3
    assert balance_fen(intake, "A1") == 240_000


def test_a_dry_run_decides_everything_and_leaves_no_trace(intake: Intake, tmp_path: Path) -> None:
    before = trace(intake.desk)
    done = remit(intake, remittance(tmp_path, *good_rows()), dry_run=True)
    assert (done.accepted, done.result["total_fen"], done.commit_id) == (3, 360_000, 0)
    assert trace(intake.desk) == before
    assert remit(intake, remittance(tmp_path, *good_rows())).accepted == 3


def test_a_dry_run_of_accounts_seals_nobody(intake: Intake, tmp_path: Path) -> None:
    path = written(tmp_path, "new.csv", f"个人账号,姓名,证件号码,缴存基数\nA9,人9,{number_of(9)},5000\n")
    before = trace(intake.desk)
    done = intake.take_in("accounts", path, Options(on=ON.on, employer="E1", dry_run=True))
    assert done.accepted == 1
    assert trace(intake.desk) == before


def test_money_that_is_over_is_held_and_reported(intake: Intake, tmp_path: Path) -> None:
    done = remit(intake, remittance(tmp_path, *good_rows()), received_fen=400_000)
    assert done.result["held_fen"] == 40_000


def test_a_sum_without_its_parts_is_paid_half_by_each_side(intake: Intake, tmp_path: Path) -> None:
    path = written(tmp_path, "list.csv", "个人账号,月缴存额\nA1,1200\nA2,1200\nA3,1200\n")
    assert remit(intake, path, employer="E1", month="2019-07").accepted == 3


# ---------------------------------------------------------------- what is refused, row by row


def test_every_bad_row_is_named_and_nothing_is_booked(intake: Intake, tmp_path: Path) -> None:
    wrong_digit = ONE[:17] + ("1" if ONE[17] != "1" else "2")
    rows = [
        row("A1", wrong_digit),
        row("A2", TWO, part="601", total="1202"),
        row("A3", ONE),
        row("A4", number_of(4)),
        row("A3", THREE, employer="E2"),
        row("A2", TWO, base="5001"),
        row("", TWO),
        row("A5", total="1201"),
    ]
    assert refused_codes(intake, remittance(tmp_path, *rows)) == [
        (2, "id_number", "identity_check_digit"),
        (3, "account", "amount_not_due"),
        (4, "account", "wrong_person"),
        (5, "account", "account_unknown"),
        (6, "account", "row_twice"),
        (6, "employer", "row_of_another_employer"),
        (7, "account", "row_twice"),
        (8, "account", "cell_missing"),
        (9, "total", "row_total_differs"),
    ]


def test_a_base_other_than_the_one_on_record_is_refused(intake: Intake, tmp_path: Path) -> None:
    path = remittance(tmp_path, row(base="5001"), *good_rows()[1:])
    assert refused_codes(intake, path) == [(2, "account", "base_differs")]


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("1e3", "amount_malformed"),
        ("600.001", "amount_precision"),
        ("0", "amount_not_positive"),
        ("-600", "amount_not_positive"),
        ("99999999999999", "amount_too_large"),
        ("六百", "amount_malformed"),
    ],
)
def test_an_amount_that_is_none_is_refused(intake: Intake, tmp_path: Path, amount: str, code: str) -> None:
    path = remittance(tmp_path, row(part=amount, total=""), *good_rows()[1:])
    assert {found for _, _, found in refused_codes(intake, path)} == {code}


def test_several_errors_of_one_row_are_all_named(intake: Intake, tmp_path: Path) -> None:
    path = remittance(tmp_path, row("A 1;DROP TABLE event", "123", part="1e3", total="x"), *good_rows()[1:])
    assert [code for _, _, code in refused_codes(intake, path)] == [
        "id_malformed",
        "identity_malformed",
        "amount_malformed",
        "amount_malformed",
        "amount_malformed",
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"command": "seal", "account": "A1"}, "account_sealed"),
        ({"command": "seal_centrally", "account": "A1"}, "account_in_central_pool"),
        ({"command": "transfer", "account": "A1", "to": "E2"}, "account_of_another"),
    ],
)
def test_an_account_that_cannot_pay_is_refused(
    intake: Intake, tmp_path: Path, change: dict[str, str], code: str
) -> None:
    content = {name: value for name, value in change.items() if name != "command"}
    intake.desk.do(change["command"], {"on": "2019-07-20", **content})
    assert refused_codes(intake, remittance(tmp_path, *good_rows())) == [(2, "account", code)]


def test_a_name_without_a_number_must_be_that_of_the_account(intake: Intake, tmp_path: Path) -> None:
    path = written(tmp_path, "list.csv", "个人账号,姓名\nA1,人 1\nA2,人2\nA3,人1\n")
    assert refused_codes(intake, path, employer="E1", month="2019-07") == [(4, "name", "name_differs")]


def test_the_good_rows_are_booked_when_asked_for(intake: Intake, tmp_path: Path) -> None:
    path = remittance(tmp_path, row(), row("A2", ONE), row("A3", "123"))
    done = remit(intake, path, accept_good_rows=True)
    assert (done.rows, done.accepted) == (3, 1)
    assert [(line.row, line.refusal.code) for line in done.refused] == [
        (3, "wrong_person"),
        (4, "identity_malformed"),
    ]
    assert [balance_fen(intake, account) for account in ("A1", "A2", "A3")] == [120_000, 0, 0]


def test_a_list_with_no_good_row_is_refused_even_when_good_rows_are_asked_for(
    intake: Intake, tmp_path: Path
) -> None:
    path = remittance(tmp_path, row("A1", "123"))
    assert len(refused_codes(intake, path, accept_good_rows=True)) == 1


def test_no_refusal_shows_a_whole_identity_number(intake: Intake, tmp_path: Path) -> None:
    wrong = ONE[:17] + ("1" if ONE[17] != "1" else "2")
    with pytest.raises(LinesRefused) as refused:
        remit(intake, remittance(tmp_path, row("A1", wrong), row("A2", THREE)))
    said = "".join(
        str(line.refusal.as_json(language)) for line in refused.value.lines for language in ("zh", "en")
    )
    assert wrong not in said
    assert THREE not in said


# ---------------------------------------------------------------- what is refused as a whole


FileOf = Callable[[Path], Path]
BAD_FILES: dict[str, FileOf] = {
    "total_differs": lambda folder: remittance(folder, *good_rows(), ",,合计,3人,,15000,1800,1800,3600.01"),
    "heads_differ": lambda folder: remittance(folder, *good_rows(), ",,合计,4人,,,1800,1800,3600"),
    "rows_after_total": lambda folder: remittance(folder, *good_rows(), ",,合计,,,,1800,,", row("A9")),
    "file_missing": lambda folder: folder / "nothing.csv",
    "file_empty": lambda folder: written(folder, "empty.csv", ""),
    "file_kind_unknown": lambda folder: written(folder, "list.doc", "x"),
    "header_missing": lambda folder: written(folder, "none.csv", "你好,世界\n1,2\n"),
    "columns_missing": lambda folder: written(folder, "some.csv", "姓名,单位月缴存额\n人1,600\n"),
    "column_twice": lambda folder: written(folder, "two.csv", "个人账号,合计,合计金额\nA1,1,1\n"),
    "file_without_rows": lambda folder: remittance(folder),
    "employer_not_stated": lambda folder: written(folder, "whose.csv", "个人账号,汇缴年月\nA1,201907\n"),
    "month_not_stated": lambda folder: written(folder, "when.csv", "个人账号,单位账号\nA1,E1\n"),
    "month_malformed": lambda folder: remittance(folder, row(month="2019-13")),
    "employer_unknown": lambda folder: remittance(folder, row(employer="E9")),
    "formula_in_cell": lambda folder: remittance(folder, row(total="=600+600")),
    "encoding_unknown": lambda folder: written(folder, "odd.csv", HEADER, "utf-16"),
    "csv_malformed": lambda folder: written(folder, "quote.csv", f'{HEADER}\nE1,"2019-07\n'),
}


@pytest.mark.parametrize("code", BAD_FILES)
def test_a_bad_file_leaves_no_trace(intake: Intake, tmp_path: Path, code: str) -> None:
    before = trace(intake.desk)
    with pytest.raises(Refusal) as refused:
        remit(intake, BAD_FILES[code](tmp_path), accept_good_rows=True)
    assert refused.value.code == code
    assert all((refused.value.clause, refused.value.hint("zh"), refused.value.hint("en")))
    assert trace(intake.desk) == before


def test_a_file_of_another_employer_than_stated_is_refused(intake: Intake, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="file_of_another"):
        remit(intake, remittance(tmp_path, *good_rows()), employer="E2")
    with pytest.raises(Refusal, match="file_of_another"):
        remit(intake, remittance(tmp_path, *good_rows()), month="2019-08")


# ---------------------------------------------------------------- employers and accounts


def test_persons_live_in_the_person_store_and_events_name_pseudonyms(intake: Intake) -> None:
    ids = [intake.persons.person_id(number) for number in (ONE, TWO, THREE)]
    with intake.desk.ledger.database.reading() as connection:
        assert intake.persons.read(connection, ids)[ids[0]] == Person("人1", ONE)
        states = connection.execute(text("SELECT state FROM event")).scalars().all()
        results = connection.execute(text("SELECT result FROM ledger_commit")).scalars().all()
    kept = "".join(map(str, [*states, *results]))
    assert ids[0] in kept
    assert not any(secret in kept for secret in (ONE, TWO, THREE, "人1"))


def test_the_database_file_holds_no_identity_number(intake: Intake) -> None:
    path = Path(str(key_file_of(intake.desk.ledger.database)).removesuffix(".key"))
    kept = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert ONE.encode() not in kept
    assert "人1".encode() not in kept


def test_accounts_are_refused_row_by_row(intake: Intake, tmp_path: Path) -> None:
    rows = [
        f"A1,人5,{number_of(5)},5000",
        f"A6,人1,{ONE},5000",
        f"A7,人7,{number_of(7)},15000.01",
        f"A8,,{number_of(8)},5000",
        f"A9,人9,{number_of(9)},",
    ]
    path = written(tmp_path, "new.csv", "个人账号,姓名,证件号码,缴存基数\n" + "\n".join(rows))
    before = trace(intake.desk)
    with pytest.raises(LinesRefused) as refused:
        intake.take_in("accounts", path, Options(on=ON.on, employer="E1"))
    assert [line.refusal.code for line in refused.value.lines] == [
        "account_exists",
        "person_has_account",
        "base_above_cap",
        "cell_missing",
        "base_missing",
    ]
    assert trace(intake.desk) == before


def test_only_the_persons_of_good_rows_are_sealed(intake: Intake, tmp_path: Path) -> None:
    rows = f"A8,人8,{number_of(8)},5000\nA1,人9,{number_of(9)},5000\n"
    path = written(tmp_path, "new.csv", "个人账号,姓名,证件号码,缴存基数\n" + rows)
    done = intake.take_in("accounts", path, Options(on=ON.on, employer="E1", accept_good_rows=True))
    ids = [intake.persons.person_id(number_of(sequence)) for sequence in (8, 9)]
    with intake.desk.ledger.database.reading() as connection:
        assert set(intake.persons.read(connection, ids)) == {ids[0]}
    assert done.refused_by_code() == {"account_exists": 1}


def test_a_region_out_of_use_only_warns(intake: Intake, tmp_path: Path) -> None:
    first = "99140219900101001"
    number = first + check_digit(first)
    path = written(tmp_path, "new.csv", f"个人账号,姓名,证件号码,缴存基数\nA8,人8,{number},5000\n")
    done = intake.take_in("accounts", path, Options(on=ON.on, employer="E1"))
    assert done.accepted == 1
    assert [line.refusal.code for line in done.warnings] == ["identity_region_unknown"]


@pytest.mark.parametrize(
    ("rate", "kind", "credit_code", "code"),
    [
        ("0.0499", "国有企业", "", "rate_not_allowed"),
        ("0.1201", "国有企业", "", "rate_not_allowed"),
        ("abc", "国有企业", "", "rate_malformed"),
        ("12%", "个体工商户", "", "employer_kind_unknown"),
        ("12%", "国有企业", "91110000600037341M", "credit_code_wrong"),
    ],
)
def test_an_employer_that_cannot_be_registered_is_refused(
    intake: Intake, tmp_path: Path, rate: str, kind: str, credit_code: str, code: str
) -> None:
    header = "单位账号,单位名称,单位性质,缴存比例,统一社会信用代码"
    path = written(tmp_path, "new.csv", f"{header}\nE7,某单位,{kind},{rate},{credit_code}\n")
    before = trace(intake.desk)
    with pytest.raises(LinesRefused) as refused:
        intake.take_in("employers", path, ON)
    assert [line.refusal.code for line in refused.value.lines] == [code]
    assert trace(intake.desk) == before


# ---------------------------------------------------------------- openings


def test_a_real_opening_trial_balance_loads_and_balances(intake: Intake) -> None:
    done = intake.take_in("opening-books", BOOKS, ON)
    assert done.result["debits_fen"] == parse_yuan("6,993,873,471.88")
    assert done.result["members_fen"] == parse_yuan("6,511,215,408.86")


def test_an_opening_that_does_not_balance_leaves_no_trace(intake: Intake, tmp_path: Path) -> None:
    path = written(tmp_path, "books.csv", "科目编码,借方余额,贷方余额\n101,100.00,\n201,,100.01\n")
    before = trace(intake.desk)
    with pytest.raises(Refusal, match="opening_unbalanced"):
        intake.take_in("opening-books", path, ON)
    assert trace(intake.desk) == before


def test_opening_balances_reconcile_with_the_old_books_to_the_fen(intake: Intake, tmp_path: Path) -> None:
    books = written(tmp_path, "books.csv", "科目编码,借方余额,贷方余额\n101,1000.05,\n201,,1000.05\n")
    intake.take_in("opening-books", books, ON)
    header = "单位账号,个人账号,证件号码,上年结转余额,当年归集余额,账户余额,缴存月数,缴至年月"
    balances = written(
        tmp_path,
        "balances.csv",
        f"{header}\nE1,A1,{ONE},600.01,100,700.01,12,2019年6月\nE1,A2,{TWO},300.03,0,300.03,6,201906\n合计,,,,,1000.04,,\n",
    )
    done = intake.take_in("opening-balances", balances, ON)
    assert done.accepted == 2
    with intake.desk.ledger.database.reading() as connection:
        found = reconcile(connection)
    assert (found.books_fen, found.taken_fen, found.left_fen) == (100_005, 100_004, 1)
    assert [(one.employer, one.heads, one.total_fen) for one in found.employers] == [("E1", 2, 100_004)]
    assert list(found.rows())[-1] == ("219.opening", "", "", "", "0.01")


def test_a_reversed_opening_balance_is_left_in_the_old_books_again(intake: Intake, tmp_path: Path) -> None:
    books = written(tmp_path, "books.csv", "科目编码,借方余额,贷方余额\n101,700.00,\n201,,700.00\n")
    intake.take_in("opening-books", books, ON)
    balances = written(tmp_path, "balances.csv", "个人账号,余额\nA1,700.00\n")
    intake.take_in("opening-balances", balances, ON)
    intake.desk.do("reverse", {"on": "2019-07-21", "account": "A1", "version": 2, "reason": "录错人"})
    with intake.desk.ledger.database.reading() as connection:
        assert reconcile(connection).left_fen == 70_000


def test_the_products_of_the_running_year_come_in_with_the_opening_balances(
    intake: Intake, tmp_path: Path
) -> None:
    books = written(tmp_path, "books.csv", "科目编码,借方余额,贷方余额\n101,700.00,\n201,,700.00\n")
    intake.take_in("opening-books", books, ON)
    rows = "个人账号,余额,上年结转积数\nA1,700.00,14000.00\n"
    intake.take_in("opening-balances", written(tmp_path, "balances.csv", rows), ON)
    taken: Any = intake.desk.ledger.stream("account-A1")[-1].body
    assert (taken.carried_products, taken.products_source) == (1_400_000, "balances.csv")


def test_opening_balances_are_refused_row_by_row(intake: Intake, tmp_path: Path) -> None:
    rows = f"A1,{TWO},1,1,2\nA2,{TWO},1,1,3\nA9,,1,,1\nA3,{THREE},,,\n"
    path = written(tmp_path, "balances.csv", f"个人账号,证件号码,上年结转,当年归集,余额\n{rows}")
    before = trace(intake.desk)
    with pytest.raises(LinesRefused) as refused:
        intake.take_in("opening-balances", path, ON)
    assert [line.refusal.code for line in refused.value.lines] == [
        "wrong_person",
        "row_total_differs",
        "account_unknown",
        "cell_missing",
    ]
    assert trace(intake.desk) == before


# ---------------------------------------------------------------- report


@pytest.mark.parametrize(
    ("language", "field", "reason"), [("zh", "证件号码", "校验码"), ("en", "id_number", "check digit")]
)
def test_the_error_report_shows_the_row_the_field_and_what_to_do(
    intake: Intake, tmp_path: Path, language: str, field: str, reason: str
) -> None:
    wrong = ONE[:17] + ("1" if ONE[17] != "1" else "2")
    path = remittance(tmp_path, row("A1", wrong, name="@SUM(1)"), *good_rows()[1:])
    with pytest.raises(LinesRefused) as refused:
        remit(intake, path)
    sheet, plain = write_error_report(path, refused.value.lines, tmp_path / "errors", language)
    head, line = CalamineWorkbook.from_path(sheet).get_sheet_by_index(0).to_python()
    assert (line[0], line[1], line[2]) == (2, field, "identity_check_digit")
    assert reason in str(line[3])
    assert line[6:] == row("A1", wrong, name="@SUM(1)").split(",")
    kept = plain.read_bytes()
    assert kept.startswith(b"\xef\xbb\xbf")
    assert "'@SUM(1)" in kept.decode("utf-8-sig")
    assert [bool(cell) for cell in head] == [True] * 7 + [False] * 8


def test_an_xlsx_is_booked_like_a_csv(intake: Intake, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "2019年7月住房公积金汇缴清册")
        sheet.write_row(1, 0, ["单位账号：", "E1", "", "汇缴年月：", "2019年7月"])
        sheet.write_row(
            3, 0, ["序号", "个人账号", "姓名", "证件号码", "单位月缴存额（元）", "个人月缴存额（元）"]
        )
        for index, number in enumerate((ONE, TWO, THREE), start=1):
            sheet.write_row(3 + index, 0, [index, f"A{index}", f"人{index}", number, 600.0, "６００．００"])
        sheet.write_row(7, 0, ["合计", "", "3人", "", 1800, 1800])
        sheet.write(9, 0, "制表人：某某")
    assert remit(intake, path).accepted == 3


def test_an_identity_number_never_gets_into_an_event_as_a_person(intake: Intake) -> None:
    content = {"on": "2019-07-19", "account": "A8", "employer": "E1", "base": "5000", "person": number_of(8)}
    before = trace(intake.desk)
    with pytest.raises(Refusal, match="identity_in_clear") as refused:
        intake.desk.do("open_account", content)
    assert number_of(8) not in str(refused.value)
    assert trace(intake.desk) == before


def test_a_list_of_more_rows_than_one_unit_of_work_takes_is_refused(
    intake: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "BATCH_ACCOUNTS_MAX", 2)
    with pytest.raises(Refusal, match="rows_too_many"):
        remit(intake, remittance(tmp_path, *good_rows()))


def test_a_file_of_nothing_but_errors_is_given_up_at_a_bound(
    intake: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "REFUSED_LINES_MAX", 5)
    path = remittance(tmp_path, *[row(f"B{index}", "1") for index in range(50)])
    assert len(refused_codes(intake, path, accept_good_rows=True)) == 5


def test_a_file_taken_in_by_two_clerks_at_once_is_one_booking(
    intake: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = remittance(tmp_path, *good_rows())
    first = remit(intake, path)
    monkeypatch.setattr(Intake, "_booked_before", lambda self, key: None)
    again = remit(intake, path)
    assert (again.repeated, again.commit_id, again.accepted) == (True, first.commit_id, 0)
    assert balance_fen(intake, "A1") == 120_000


@pytest.mark.parametrize("step", ["lock", "once", "read", "decide", "append", "project", "seal"])
def test_a_crash_at_any_step_leaves_no_trace_and_the_file_can_come_again(
    intake: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = written(tmp_path, "new.csv", f"个人账号,姓名,证件号码,缴存基数\nA8,人8,{number_of(8)},5000\n")
    options = Options(on=ON.on, employer="E1")

    def crash(at: str) -> None:
        if at == step:
            raise ConnectionError(step)

    before = trace(intake.desk)
    with monkeypatch.context() as broken:
        broken.setattr(intake.desk.ledger, "after_step", crash)
        with pytest.raises(ConnectionError):
            intake.take_in("accounts", path, options)
    assert trace(intake.desk) == before
    assert intake.take_in("accounts", path, options).accepted == 1


def test_a_row_after_the_total_is_never_passed_over(intake: Intake, tmp_path: Path) -> None:
    path = remittance(tmp_path, *good_rows(), ",,合计,3人,,,1800,1800,3600", row("Ａ 9"))
    with pytest.raises(Refusal, match="rows_after_total"):
        remit(intake, path)
