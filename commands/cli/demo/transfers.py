"""Two transfers between cities by the platform's messages: one that comes and is negotiated, one that goes.

The other centre is simulated. Messages travel as files in the platform's own form, in a folder for each direction.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

from commands.cli.demo.counter import APPROVER, CLERK
from commands.cli.demo.stage import Stage
from commands.cli.output import say
from commands.cli.transfers import show_letters
from commands.exchange import owed_messages, take_in
from commands.exchange.folder import Folder
from commands.intake.city import set_day
from ledger.streams.transfer import Transfer

OURS, THEIRS, NAME = "211400", "210100", "沈阳"
GOES: Final = f"{THEIRS}2007280001"
PRINCIPAL_FEN, INTEREST_FEN, SHORT_FEN = 2_500_000, 12_345, 2_345


def transfer(stage: Stage) -> None:
    """An employee's money comes from another city, another's goes there; both letters end."""
    with stage.chapter("异地转移：按平台报文办理", "Between cities: by the platform's messages"):
        _take_on_the_code(stage)
        comes, goes = _accounts(stage)
        city = _OtherCity(stage)
        letter = city.do(
            "2020-07-28", "apply_transfer", account=comes, centre=THEIRS, account_there="SY0001"
        )["letter"]
        city.do("2020-07-28", "send_letter", letter=letter)
        city.do("2020-07-28", "seal", account=goes, broken_on="2020-07-27")
        city.says("2020-07-28", "BDC901", 1, ConNum=letter, TxFunc="1", TranRstCode="0")
        city.says("2020-07-28", "BDC901", 2, ConNum=GOES, TxFunc="0", SocRefAcctNo=goes, Bak1="SY0002")
        city.says("2020-07-29", "BDC905", 3, OrConNum=letter, **_information(INTEREST_FEN))
        city.says(
            "2020-07-29", "BDC905", 4, OrConNum=letter, **_information(INTEREST_FEN)
        )  # once more: changes nothing
        came_fen = PRINCIPAL_FEN + INTEREST_FEN - SHORT_FEN
        city.do("2020-07-29", "transfer_money", letter=letter, amount=_yuan(came_fen), reference="SY-1")
        city.do(
            "2020-07-29",
            "negotiate_transfer",
            letter=letter,
            reason=f"到账 {_yuan(came_fen)} 元，与账户信息不符",
        )
        city.do("2020-07-29", "confirm_letter", letter=GOES)
        city.says(
            "2020-07-30", "BDC905", 5, OrConNum=letter, Bak2="1", **_information(INTEREST_FEN - SHORT_FEN)
        )
        city.do("2020-07-30", "book_transfer", letter=letter)
        city.do("2020-07-30", "send_transfer", letter=GOES)
        city.says("2020-07-30", "BDC905", 6, OrConNum=GOES, TxFunc="2", TranRstCode="0")
        show_letters(city.letters(), date(2020, 7, 30))
        went, came = len(list(city.outbox.glob("*.json"))), len(list((city.inbox / "done").glob("*.json")))
        short = _yuan(SHORT_FEN)
        say(
            f"{NAME}少划 {short} 元，协商后按到账入账一次；发出报文 {went} 份，收到 {came} 份，重复的不起作用。",
            f"{short} too little came: negotiated, then booked once; {went} messages went, {came} came, a repetition "
            "changed nothing.",
        )


def _take_on_the_code(stage: Stage) -> None:
    """The centre's own code on the platform is a figure of the city."""
    set_day(stage.clock, date(2020, 7, 28))
    draft = {"on": "2020-07-28", "parameter": "centre_code", "draft": "CODE"}
    value = {
        "value": OURS,
        "effective_from": "2017-07-01",
        "document": "全国住房公积金异地转移接续平台",
        "clause": "机构代码表",
        "because": "平台机构代码（示例数据）",
    }
    stage.desk.do("draft_parameter", draft | value, actor=CLERK)
    stage.desk.do("approve_parameter", draft | {"resolution": "2020-4"}, actor="committee")
    stage.desk.do("publish_parameter", draft, actor=CLERK)


def _accounts(stage: Stage) -> tuple[str, str]:
    """Two accounts that stand with an employer, are paid up to the month, and have no other part in the demonstration."""
    register: Any = stage.desk.ledger.registers["account"]
    with stage.desk.ledger.database.reading() as connection:
        found = register.read(connection, register.keys_where(connection, status="normal"))
    steady = [
        key
        for key, (_, one) in sorted(found.items())
        if one.months >= 12 and not one.missing and not one.frozen
    ]
    comes, goes = [key for key in steady if key != stage.account][-6:-4]
    return comes, goes


class _OtherCity:
    """The folders between the two centres, and our own desk."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.inbox = stage.folder / "files" / "transfers" / "in"
        self.outbox = stage.folder / "files" / "transfers" / "out"
        self.inbox.mkdir(parents=True)

    def do(self, on: str, command: str, **content: Any) -> dict[str, Any]:
        """One of our own steps; what it says to the other centre goes out at once."""
        day = date.fromisoformat(on)
        set_day(self.stage.clock, day)
        result = self.stage.desk.do(command, {"on": on, **content}, actor=CLERK, approver=APPROVER).result
        Folder(outbox=self.outbox, today=on).send(owed_messages(self.stage.desk, day))
        return result

    def says(self, on: str, code: str, serial: int, **body: str) -> None:
        """A message of the other centre comes as a file, and is taken in."""
        head = {"SendSeqNo": f"SY{serial:06d}", "TxUnitNo": THEIRS, "ReceiveNode": OURS, "TxCode": code}
        file: Path = self.inbox / f"{serial:03d}.json"
        file.write_text(json.dumps({"head": head, "body": body}, ensure_ascii=False), "gb18030")
        set_day(self.stage.clock, date.fromisoformat(on))
        take_in(self.stage.desk, Folder(inbox=self.inbox), date.fromisoformat(on), CLERK)

    def letters(self) -> dict[str, Transfer]:
        register: Any = self.stage.desk.ledger.registers["transfer"]
        with self.stage.desk.ledger.database.reading() as connection:
            return {row.key: register.state_of(row) for row in connection.execute(register.all(connection))}


def _information(interest_fen: int) -> dict[str, str]:
    return {
        "TxFunc": "0",
        "TranAmt": _yuan(PRINCIPAL_FEN + interest_fen),
        "OrAcctAmt": _yuan(PRINCIPAL_FEN),
        "Yinter": _yuan(interest_fen),
        "OAcctDate": "201601",
        "PayEndDate": "201906",
        "SixMconFlag": "1",
        "LoanNum": "0",
        "LoanEndFlag": "2",
        "FrLoanFlag": "2",
        "Bak1": "42",
    }


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
