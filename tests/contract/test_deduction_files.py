"""Deduction files as banks here use them: written the same each time, read line by line, taken in once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commands.bank.files import FileGateway
from commands.bank.reading import validate
from commands.deductions import receive, send
from commands.desk import Desk
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.refusal import Refusal
from ledger.store.persons import KEY_BYTES, Person, PersonStore
from projections.replay.verify import verify

ON = date(2022, 10, 20)
DUE = "1172.63"
GIVEN: dict[str, Any] = {
    "loan_amount_max": 50_000_000, "loan_price_ratio_max": "0.7", "loan_balance_multiple": "20",
    "loan_years_max": 30, "loan_min_months": 6, "statutory_retirement_age": 60,
}  # fmt: skip
APPLICATION = {
    "from_centre": "C2", "months_elsewhere": 24, "balance_elsewhere": "40000.00", "purpose": "new_home",
    "price": "800000.00", "amount": "120000.00", "months": 120, "age": 40, "capacity": "600000.00",
}  # fmt: skip


@pytest.fixture
def lender(ledger_url: str, open_desk: Any, clock: Any) -> Desk:
    """A desk with two running loans that owe their first instalment."""
    since = date(1999, 4, 3)
    values = [
        ParameterValue(name, value, since, since, Citation("given here", "")) for name, value in GIVEN.items()
    ]
    desk: Desk = open_desk(ledger_url, book=PolicyBook.bundled().with_values(*values))
    clock.on(date(2022, 9, 20))
    for loan in ("L1", "L2"):
        for command, content in (
            ("apply_loan", APPLICATION | {"borrower": f"P{loan[1]}"}),
            ("approve_loan", {}),
            ("sign_loan", {"contract": f"借{loan}", "method": "level_payment", "payee": "F1"}),
            ("secure_loan", {"kind": "guarantee", "document": f"保{loan}", "giver": "G1"}),
            ("disburse_loan", {}),
        ):
            desk.do(command, {"on": "2022-09-20", "loan": loan, **content}, approver="approver")
    clock.on(date(2022, 10, 21))
    return desk


@pytest.fixture
def people(lender: Desk) -> PersonStore:
    store = PersonStore(b"k" * KEY_BYTES)
    with lender.ledger.database.writing() as connection:
        store.add(connection, {"P1": Person("张一", "", "62001"), "P2": Person("李二㐂", "", "62002")})
    return store


@pytest.fixture
def gateway(tmp_path: Path) -> FileGateway:
    folder = tmp_path / "bank"
    folder.mkdir()
    (folder / "bank.yaml").write_text("fund: {name: 中心, account: '2107001', bank: '102'}", "utf-8")
    return FileGateway(folder)


def sent(
    desk: Desk, gateway: FileGateway, people: PersonStore, batch: str = "D1", **more: str
) -> dict[str, Any]:
    form = {"mode": "full", "form": "text"} | more
    return send(desk, gateway, people, batch, ON, actor="clerk", **form)


def answered(desk: Desk, folder: Path, *rows: str) -> dict[str, int]:
    path = folder / "result.txt"
    path.write_bytes("".join(f"{row}\n" for row in rows).encode("gb18030"))
    return receive(desk, path, ON, actor="clerk")


def test_the_file_names_every_loan_that_owes_and_comes_out_the_same(lender, gateway, people):
    first = sent(lender, gateway, people)
    (file,) = (gateway.folder / "out").iterdir()
    before = file.read_bytes()
    assert (
        before.decode("gb18030")
        == f"D1-L1@|$张一@|$62001@|${DUE}@|$full\nD1-L2@|$李二㐂@|$62002@|${DUE}@|$full\n"
    )
    file.unlink()
    assert sent(lender, gateway, people) == first
    assert file.read_bytes() == before


def test_the_same_collection_goes_out_as_a_message_too(lender, gateway, people):
    sent(lender, gateway, people, form="pain.008")
    (file,) = (gateway.folder / "out").iterdir()
    assert validate(file) == "pain.008.001.08"


def test_results_in_three_values_book_once_and_the_unknown_stays_open(lender, gateway, people, tmp_path):
    sent(lender, gateway, people)
    rows = (f"D1-L1@|$0@|${DUE}@|$H1@|$", "D1-L2@|$2@|$@|$@|$", "D9-L1@|$0@|$1.00@|$H2@|$")
    got = answered(lender, tmp_path, *rows)
    assert (got["done"], got["unknown"], got["refused"], got["collected_fen"]) == (1, 1, 1, 117_263)
    again = answered(lender, tmp_path, *rows)
    assert (again["done"], again["unknown"], again["unchanged"]) == (0, 0, 2)
    assert verify(lender.ledger.database, lender.book).sound


def test_a_borrower_without_an_account_is_named_before_anything_is_asked(lender, gateway):
    with pytest.raises(Refusal, match="payee_account_missing"):
        sent(lender, gateway, PersonStore(b"k" * KEY_BYTES))
    assert [one for one in lender.ledger.events() if one.body.topic.startswith("deduction")] == []


@pytest.mark.parametrize("row", ["D1-L1@|$0@|$1.00", "D1-L1@|$7@|$1.00@|$@|$", "no result"])
def test_a_row_that_is_no_result_is_refused_by_its_number(lender, gateway, people, tmp_path, row):
    sent(lender, gateway, people)
    with pytest.raises(Refusal, match="bank_line_malformed") as refused:
        answered(lender, tmp_path, f"D1-L2@|$0@|${DUE}@|$H1@|$", row)
    assert refused.value.facts["row"] == 2
