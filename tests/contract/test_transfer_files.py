"""Messages of the transfer platform as files: its own field names, two encodings, read once, written whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from commands.cli import main
from commands.exchange.folder import Folder
from commands.exchange.parcels import Parcel
from commands.exchange.platform_form import from_platform, to_platform
from ledger.store.persons import Person

OURS, THEIRS, LETTER = "211400", "210700", "2107002001130001"
POLICY = """centre_code:
  - {value: '211400', effective_from: 2017-07-01, published_on: 2017-07-01, document: 平台, clause: '909',
     layer: national, source: platform, certainty: read}
"""
ACCOUNT = {
    "OrConNum": LETTER, "TxFunc": "0", "EmpName": "李四", "DocType": "01", "IdNum": "210700199001011239",
    "TranAmt": "3012.34", "OrAcctAmt": "3000.00", "Yinter": "12.34", "OAcctDate": "201503", "PayEndDate": "201912",
    "SixMconFlag": "1", "LoanNum": "1", "LoanEndFlag": "2", "FrLoanFlag": "2", "ContPhone": "0429-1",
}  # fmt: skip


def message(code: str, serial: str, /, to: str = OURS, **body: Any) -> dict[str, Any]:
    head = {
        "SendSeqNo": serial,
        "TxUnitNo": THEIRS,
        "ReceiveNode": to,
        "TxCode": code,
        "SendDate": "20200113",
    }
    return {"head": head, "body": body}


def write(file: Path, content: Any, encoding: str = "utf-8") -> None:
    file.write_bytes(json.dumps(content, ensure_ascii=False).encode(encoding))


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"head": {}},
        message("BDC777", "1", ConNum=LETTER),
        message("BDC901", "1", ConNum="1", TxFunc="0"),
        message("BDC901", "1", to="1", ConNum=LETTER, TxFunc="0"),
        message("BDC901", "a b", ConNum=LETTER, TxFunc="0"),
        message("BDC905", "1", **ACCOUNT | {"TranAmt": "3012.35"}),
        message("BDC905", "1", **ACCOUNT | {"OrAcctAmt": "1e3"}),
        message("BDC905", "1", **ACCOUNT | {"FrLoanFlag": "3"}),
        message("BDC905", "1", OrConNum=LETTER, TxFunc="0"),
        message("BDC902", "1", BatConNum="X1", Items=[{"ConNum": LETTER, "TxFunc": "1"}]),
        message("BDC902", "1", BatConNum="PLZYJXH1", Items=[{"ConNum": LETTER, "TxFunc": "9"}]),
        message("BDC909", "1", CenterInfo=[{"unit_no": "21", "unit_name": "锦州"}]),
    ],
)
def test_a_file_that_is_no_message_is_refused_by_its_name(content: Any, tmp_path: Path) -> None:
    file = tmp_path / "m.json"
    write(file, content)
    (parcel,) = Folder(file).receive()
    assert parcel.refused is not None
    assert parcel.refused.code == "message_malformed"
    assert parcel.refused.facts["file"] == "m.json"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_message_is_read_in_either_encoding(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "m.json"
    write(file, message("BDC905", "7", **ACCOUNT), encoding)
    ((read,),) = (parcel.messages for parcel in Folder(file).receive())
    assert read["information"]["principal"] == "3,000.00"
    assert (read["information"]["months"], read["information"]["opened_on"]) == (-1, "2015-03-01")
    assert read["serial"] == "210700-7"
    assert "id_number" not in read


def test_a_batch_gives_its_messages_and_centre_codes_give_none() -> None:
    items = [{"ConNum": LETTER, "TxFunc": "1"}, {"ConNum": "2107002001130002", "TxFunc": "1"}]
    read = from_platform(message("BDC902", "1", BatConNum="PLZYJXH20200113", Items=items), "m.json")
    assert [(one["serial"], one["letter"], one["kind"]) for one in read] == [
        ("210700-1.1", LETTER, 1), ("210700-1.2", "2107002001130002", 1)
    ]  # fmt: skip
    assert (
        from_platform(message("BDC909", "1", CenterInfo=[{"unit_no": THEIRS, "unit_name": "锦州"}]), "m")
        == []
    )


INFORMATION = {
    "principal": "3,000.00", "interest": "12.34", "months": 20, "opened_on": "2015-03-01", "paid_up_to": "2019-12",
    "six_months": True, "loans": 1, "unsettled_loan": False, "fraud": True, "bans": {"loan": "2021-06-30"},
}  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        {"message": "BDC901", "kind": 0, "account": "B1", "account_there": "A1"},
        {"message": "BDC901", "kind": 1},
        {"message": "BDC903", "kind": 0},
        {"message": "BDC903", "kind": 1},
        {"message": "BDC905", "kind": 0, "round": 0, "information": INFORMATION},
        {"message": "BDC905", "kind": 0, "round": 0, "result": 1, "reason": "账户冻结"},
        {"message": "BDC905", "kind": 1, "round": 2, "information": INFORMATION},
        {"message": "BDC905", "kind": 1, "round": 1, "reason": "月数待核"},
        {"message": "BDC905", "kind": 2, "result": 0},
        {"message": "BDC905", "kind": 2, "result": 1, "reason": "协商不成"},
    ],
)
def test_what_one_centre_writes_another_reads_as_it_was_meant(said: dict[str, Any]) -> None:
    sent = {"letter": LETTER, "number": 3, "from_centre": OURS, "to_centre": THEIRS, **said}
    written = to_platform(sent, "2020-01-13", Person("李四", "210700199001011239"))
    assert written["body"]["EmpName"] == "李四"
    (read,) = from_platform(json.loads(json.dumps(written)), "m.json")
    assert read.pop("serial") == f"{OURS}-{LETTER}-003"
    assert read.pop("id_number") == "210700199001011239"
    assert read == {name: value for name, value in sent.items() if name != "number"}


def test_a_file_is_written_once_and_whole(tmp_path: Path) -> None:
    said = {
        "letter": LETTER,
        "number": 3,
        "from_centre": OURS,
        "to_centre": THEIRS,
        "message": "BDC903",
        "kind": 1,
    }
    folder = Folder(outbox=tmp_path, today="2020-01-13")
    assert (folder.send([said]), folder.send([said])) == (1, 0)
    (file,) = tmp_path.glob("*.json")
    before = file.read_bytes()
    file.unlink()  # the platform has fetched it
    assert folder.send([said]) == 0
    assert folder.send([said], again=True) == 1
    assert file.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_a_serial_that_was_done_is_not_read_again_and_not_lent_to_another_message(tmp_path: Path) -> None:
    folder = Folder(inbox=tmp_path)
    write(tmp_path / "1.json", message("BDC901", "7", ConNum=LETTER, TxFunc="1"))
    (parcel,) = folder.receive()
    folder.put_away(parcel, "done")
    assert [one.name for one in tmp_path.glob("*.json")] == []
    write(tmp_path / "2.json", message("BDC901", "7", ConNum=LETTER, TxFunc="1"))
    assert list(folder.receive()) == [Parcel("2.json", [])]
    write(tmp_path / "2.json", message("BDC901", "7", ConNum="2107002001130002", TxFunc="1"))
    (again,) = folder.receive()
    assert again.refused is not None
    assert again.refused.code == "message_serial_reused"


class Typing:
    """The command line on a ledger of its own."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder}/ledger.db"
        (folder / "policy.yaml").write_text(POLICY, "utf-8")
        assert self("init").exit_code == 0

    def __call__(self, *given: str) -> Any:
        return CliRunner().invoke(main, ["--ledger", self.url, "--lang", "en", *given])


def test_files_come_and_go_at_the_command_line(tmp_path: Path) -> None:
    typed, inbox = Typing(tmp_path), tmp_path / "in"
    inbox.mkdir()
    assert "no letters" in typed("transfers", "list").output
    write(inbox / "0.json", message("BDC903", "2", OrConNum="2107002001130009"))
    write(inbox / "1.json", message("BDC901", "1", ConNum=LETTER, TxFunc="0", SocRefAcctNo="A1", Bak1="B1"))
    write(inbox / "2.json", message("BDC901", "3", ConNum=LETTER, TxFunc="0", SocRefAcctNo="A1", Bak1="B1"))
    write(inbox / "3.json", message("BDC901", "4", to="210100", ConNum=LETTER, TxFunc="0", SocRefAcctNo="A1"))
    (inbox / "4.json").write_bytes(b"no json")
    took = typed("transfers", "receive", str(inbox), "--on", "2020-01-14")
    assert took.exit_code == 4
    for said in (
        "→ 01",
        "nothing new, still 01",
        "waits for its letter",
        "[message_for_another]",
        "[message_malformed]",
    ):
        assert said in took.output, took.output
    assert sorted(one.name for one in inbox.glob("*.json")) == ["0.json"]
    assert len(list((inbox / "done").iterdir())) == 2
    assert len(list((inbox / "refused").iterdir())) == 2
    listed = json.loads(typed("transfers", "list", "--open", "--as-of", "2020-01-20", "--json").stdout)
    assert [(one["status_en"], one["age_days"], one["late_days"]) for one in listed] == [
        ("letter sent", 6, 0)
    ]
    assert "the letter of centre 210700 came" in typed("transfers", "show", LETTER).output
    assert json.loads(typed("transfers", "show", LETTER, "--json").stdout)["direction"] == "out"
    assert typed("transfers", "show", "9").exit_code == 3


def test_what_is_decided_here_goes_out_in_the_form_of_the_platform(tmp_path: Path) -> None:
    typed, outbox = Typing(tmp_path), tmp_path / "out"
    write(
        tmp_path / "1.json", message("BDC901", "1", ConNum=LETTER, TxFunc="0", SocRefAcctNo="A1", Bak1="B1")
    )
    assert typed("transfers", "receive", str(tmp_path / "1.json"), "--on", "2020-01-14").exit_code == 0
    assert json.loads(typed("transfers", "send", str(outbox), "--json").stdout)["messages"] == 0
    done = typed("do", "refuse_letter", f"letter={LETTER}", "reason=无此账户", "on=2020-01-15")
    assert done.exit_code == 0, done.output
    written = json.loads(typed("transfers", "send", str(outbox), "--on", "2020-01-15", "--json").stdout)
    again = json.loads(typed("transfers", "send", str(outbox), "--json").stdout)
    named = json.loads(typed("transfers", "send", str(outbox), "--letter", LETTER, "--json").stdout)
    assert (written["written"], again["written"], named["written"]) == (1, 0, 1)
    (file,) = outbox.glob("*.json")
    assert file.name == f"{LETTER}-002-BDC905.json"
    body = json.loads(file.read_text("utf-8"))["body"]
    assert (body["OrConNum"], body["TxFunc"], body["TranRstCode"]) == (LETTER, "0", "1")
    assert body["TranRstMsg"] == "无此账户"
