"""The bank by files: what goes out fits its schema and comes out the same, what comes in is read safely and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commands.bank.files import FileGateway
from commands.bank.gateway import Batch, Instruction, OwnAccount
from commands.bank.reading import validate
from commands.bank.writing import message
from commands.desk import Desk
from commands.jobs import JOBS, run_job
from commands.payments import ask, receive, release
from ledger.refusal import Refusal
from ledger.store.persons import KEY_BYTES, Person, PersonStore
from projections.documents.batch_list import batch_listing, state_of
from projections.replay.verify import verify
from projections.views import all_views
from projections.views.obligations import obligations
from projections.views.payments import batch_lines, differences, standings
from projections.views.view import catch_up

ON = date(2019, 8, 2)
OWN = {"fund": {"name": "葫芦岛市住房公积金管理中心", "account": "2107001", "bank": "102227000013"}}


@pytest.fixture
def desk(desk: Desk, clock: Any) -> Desk:
    clock.on(date(2019, 8, 20))
    city(desk)
    return desk


def city(desk: Desk) -> None:
    """Two withdrawals of P1, one of P2."""
    desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "name": "测试单位", "rate": "0.12"})
    for number in (1, 2):
        content = {"account": f"A{number}", "employer": "E1", "person": f"P{number}", "base": "5000.00"}
        desk.do("open_account", {"on": "2019-07-01", **content})
        desk.do("deposit", {"on": "2019-07-10", "account": f"A{number}", "month": "2019-07"})
    for account, amount in (("A1", "500.00"), ("A1", "300.00"), ("A2", "700.00")):
        content = {"on": "2019-08-01", "account": account, "amount": amount, "reason": "rent"}
        desk.do("withdraw", content, approver="approver")


@pytest.fixture
def people(desk: Desk) -> PersonStore:
    store = PersonStore(b"k" * KEY_BYTES)
    with desk.ledger.database.writing() as connection:
        store.add(connection, {"P1": Person("张一 & 子", "", "62001"), "P2": Person("李二", "", "62002")})
    return store


@pytest.fixture
def gateway(tmp_path: Path) -> FileGateway:
    import yaml

    folder = tmp_path / "bank"
    folder.mkdir()
    (folder / "bank.yaml").write_text(yaml.safe_dump(OWN, allow_unicode=True), "utf-8")
    return FileGateway(folder)


def released(desk: Desk, gateway: Any, people: PersonStore, batch: str = "B1", **more: Any) -> dict[str, Any]:
    return release(desk, gateway, people, batch, ON, actor="clerk", approver="treasurer", **more)


def statuses(desk: Desk) -> dict[str, str]:
    with desk.ledger.database.reading() as connection:
        register: Any = desk.ledger.registers["payment"]
        keys = ["A1.3", "A1.4", "A2.3"]
        return {key: state.status for key, (_, state) in register.read(connection, keys).items()}


def test_a_batch_is_written_whole_and_fits_its_schema(desk, gateway, people):
    sent = released(desk, gateway, people)
    assert (sent["count"], sent["amount_fen"]) == (3, 150_000)
    (file,) = (gateway.folder / "out").iterdir()
    assert validate(file) == "pain.001.001.09"
    text = file.read_text("utf-8")
    assert "<CtrlSum>1500.00</CtrlSum>" in text
    assert "张一 &amp; 子" in text


def test_no_name_and_no_account_number_of_a_payee_reaches_the_ledger(desk, gateway, people):
    released(desk, gateway, people)
    stored = "".join(str(one.body) for one in desk.ledger.events())
    assert "张一" not in stored
    assert "62001" not in stored


def test_a_batch_sent_again_is_the_same_file(desk, gateway, people):
    first = released(desk, gateway, people)
    (file,) = (gateway.folder / "out").iterdir()
    before, events = file.read_bytes(), len(desk.ledger.events())
    file.unlink()
    assert released(desk, gateway, people) == first
    assert file.read_bytes() == before
    assert len(desk.ledger.events()) == events


def test_a_crash_between_the_commit_and_the_file_loses_nothing_and_doubles_nothing(desk, gateway, people):
    class Dies(FileGateway):
        def hand_over(self, batch: Batch) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        released(desk, Dies(gateway.folder), people)
    assert set(statuses(desk).values()) == {"sent"}
    assert list((gateway.folder / "out").iterdir()) == []
    released(desk, gateway, people)
    (file,) = (gateway.folder / "out").iterdir()
    assert file.read_text("utf-8").count("<CdtTrfTxInf>") == 3
    with pytest.raises(Refusal, match="batch_empty"):
        released(desk, gateway, people, "B2")


def test_the_daily_job_asks_the_bank_where_it_is_silent_and_does_nothing_without_one(
    desk, gateway, people, tmp_path, monkeypatch
):
    released(desk, gateway, people)
    monkeypatch.setenv("PROVIDENT_PERSON_KEY", (b"k" * KEY_BYTES).hex())
    monkeypatch.setenv("PROVIDENT_BANK", str(tmp_path / "nowhere"))
    assert run_job(desk, JOBS["bank"], "2019-08-19", tmp_path).result == {"messages": 0}
    monkeypatch.setenv("PROVIDENT_BANK", str(gateway.folder))
    done = run_job(desk, JOBS["bank"], "2019-08-20", tmp_path)
    assert (done.status, done.result["asked"], done.result["differences"]) == ("done", 3, 3)
    (asked,) = (gateway.folder / "out").glob("ask-*.txt")
    assert len(asked.read_text("ascii").split()) == 3


def test_a_crash_while_the_file_is_written_leaves_no_half_of_it(gateway):
    from commands.bank.files import place

    def dies() -> Iterator[bytes]:
        yield b"<Document>"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place(gateway.folder / "out" / "B1.xml", dies())
    assert list((gateway.folder / "out").iterdir()) == []


def test_a_batch_whose_payees_changed_since_is_not_sent_again(desk, gateway, people):
    released(desk, gateway, people)
    (file,) = (gateway.folder / "out").iterdir()
    file.unlink()
    with desk.ledger.database.writing() as connection:
        people.shred(connection, "P2")
    with pytest.raises(Refusal, match="batch_file_changed"):
        released(desk, gateway, people)


def test_payees_without_an_account_are_named_or_left_out(desk, gateway):
    nobody = PersonStore(b"k" * KEY_BYTES)
    with desk.ledger.database.writing() as connection:
        nobody.add(connection, {"P1": Person("张一", "", "62001"), "P2": Person("李二")})
    with pytest.raises(Refusal, match="payee_account_missing"):
        released(desk, gateway, nobody, leave_out=False)
    assert set(statuses(desk).values()) == {"ordered"}
    sent = released(desk, gateway, nobody)
    assert (sent["count"], sent["left_out"]) == (2, ["A2.3"])
    assert statuses(desk) == {"A1.3": "sent", "A1.4": "sent", "A2.3": "ordered"}
    with desk.ledger.database.reading() as connection:
        waiting = [one for one in obligations(connection, ON, only_open=True) if one.kind == "payee_account"]
        assert [(one.subject, one.who) for one in waiting] == [("A2.3", "P2")]
    # With nobody else to pay nothing goes; once the account is on file the order goes with the next batch.
    with pytest.raises(Refusal, match="payee_account_missing"):
        released(desk, gateway, nobody, "B2")
    with desk.ledger.database.writing() as connection:
        nobody.add(connection, {"P3": Person("李二", "", "62002")})
    desk.do("cancel_payment", {"on": ON, "payment": "A2.3", "reason": "改账户"}, actor="clerk")
    again = {"on": ON, "payment": "A2.3", "payee_account": "P3", "reason": "改账户"}
    desk.do("reissue_payment", again, actor="clerk", approver="treasurer")
    assert released(desk, gateway, nobody, "B2")["count"] == 1
    with desk.ledger.database.reading() as connection:
        assert not [one for one in obligations(connection, ON) if one.kind == "payee_account"]
    assert verify(desk.ledger.database, desk.book).sound


def test_a_batch_is_listed_line_by_line_with_what_became_of_each(desk, gateway, people):
    released(desk, gateway, people)
    put(gateway, "s1.xml", report(("A1.3-1", "ACSC"), ("A1.4-1", "RJCT")))
    taken(desk, gateway, people)
    again = {"on": date(2019, 8, 7), "payment": "A1.4", "reason": "换卡"}
    desk.do("reissue_payment", again, actor="clerk", approver="treasurer")
    with desk.ledger.database.reading() as connection:
        recorded, lines = batch_lines(connection, "B1")
        listing = batch_listing("B1", recorded, lines, lambda ids: people.read(connection, ids))
        with pytest.raises(Refusal, match="batch_unknown"):
            batch_lines(connection, "B9")
    assert [(one.end_to_end, state_of(one)[1]) for one in lines] == [
        ("A1.3-1", "settled"), ("A1.4-1", "not paid, ordered again"), ("A2.3-1", "sent to the bank"),
    ]  # fmt: skip
    assert listing.totals[3] == sum(row[3] for row in listing.rows) == recorded.amount_fen
    assert "62001" not in str(listing.rows)


STATUS_REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"><CstmrPmtStsRpt>
<GrpHdr><MsgId>S1</MsgId><CreDtTm>2019-08-05T09:00:00+08:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>B1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{group}</OrgnlGrpInfAndSts>
{payments}</CstmrPmtStsRpt></Document>"""
OF_PAYMENTS = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId>{}</OrgnlPmtInfAndSts>"
OF_ONE = "<TxInfAndSts><OrgnlEndToEndId>{0}</OrgnlEndToEndId><TxSts>{1}</TxSts>{2}</TxInfAndSts>"
REASON = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>"
STATEMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2019-08-05T23:00:00+08:00</CreDtTm></GrpHdr>
<Stmt><Id>M1</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2019-08-05</Dt></Dt></Bal>{entries}</Stmt></BkToCstmrStmt></Document>"""
ENTRY = """<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2019-08-05</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef><BkTxCd><Prtry><Cd>TRF</Cd></Prtry></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>{end}</EndToEndId></Refs>
<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def put(gateway: FileGateway, name: str, text: str) -> None:
    (gateway.folder / "in" / name).write_text(text, "utf-8")


def report(*answers: tuple[str, str], group: str = "") -> str:
    ones = "".join(OF_ONE.format(end, code, REASON * (code == "RJCT")) for end, code in answers)
    return STATUS_REPORT.format(group=group, payments=OF_PAYMENTS.format(ones) if ones else "")


def entry(
    amount: str, side: str, reference: str, end: str = "NOTPROVIDED", name: str = "", text: str = ""
) -> str:
    return ENTRY.format(
        amount=amount, side=side, reference=reference, end=end, name=name or "x", text=text or "x"
    )


def taken(
    desk: Desk, gateway: FileGateway, people: PersonStore, day: date = date(2019, 8, 6)
) -> dict[str, Any]:
    return receive(desk, gateway, people, day, actor="clerk")


def test_answers_and_statement_lines_settle_fail_and_stay_open(desk, gateway, people):
    released(desk, gateway, people)
    put(
        gateway,
        "s1.xml",
        report(("A1.3-1", "ACSP"), ("A1.4-1", "RJCT"), ("A2.3-1", "ACSC"), ("A9.9-1", "ACSC")),
    )
    lines = entry("500.00", "DBIT", "H1", "A1.3-1") + entry("9.00", "CRDT", "H2", name="测试单位")
    put(gateway, "z.xml", STATEMENT.format(account="2107001", entries=lines + entry("1.00", "DBIT", "H3")))
    got = taken(desk, gateway, people)
    assert (got["messages"], got["settled"], got["failed"], got["accepted"], got["refused"]) == (
        2,
        1,
        1,
        1,
        1,
    )
    assert statuses(desk) == {"A1.3": "settled", "A1.4": "failed", "A2.3": "settled"}
    assert got["open"] == [{"line": "fund.H3", "code": "bank_line_unmatched"}]
    register: Any = desk.ledger.registers["receipt"]
    with desk.ledger.database.reading() as connection:
        assert register.read(connection, ["fund.H2"])["fund.H2"][1].employer == "E1"
        for view in all_views(desk.book):
            catch_up(desk.ledger.database, view)
    with desk.ledger.database.reading() as connection:
        kinds = {one.subject: one.kind for one in differences(connection, date(2019, 8, 7))}
        (fund,) = standings(connection)
    assert kinds == {
        "payment-A1.4": "held_for_payee",
        "payment-A2.3": "order_without_line",
        "bank_line-fund.H3": "line_without_order",
    }
    # 2,400.00 came in, 500.00 and 700.00 were paid, 9.00 came from an employer; the bank took 1.00 that nobody knows.
    assert (fund.book_fen, fund.in_transit_fen, fund.bank_fen, fund.held_fen) == (120_900, 0, 120_800, 30_000)
    assert verify(desk.ledger.database, desk.book).sound


def test_the_same_message_twice_books_once(desk, gateway, people):
    released(desk, gateway, people)
    for name in ("s1.xml", "s2.xml"):
        put(gateway, name, report(("A1.3-1", "ACSC")))
        put(
            gateway,
            f"m{name}",
            STATEMENT.format(account="2107001", entries=entry("500.00", "DBIT", "H1", "A1.3-1")),
        )
        taken(desk, gateway, people)
    assert [one.body.topic for one in desk.ledger.stream("payment-A1.3")].count("payment.settled/1") == 1
    assert list((gateway.folder / "in").iterdir()) == []


def test_a_batch_that_is_refused_whole_fails_each_of_its_orders(desk, gateway, people):
    released(desk, gateway, people)
    put(gateway, "s1.xml", report(group="<GrpSts>RJCT</GrpSts>" + REASON))
    assert taken(desk, gateway, people)["failed"] == 3
    assert set(statuses(desk).values()) == {"failed"}


def test_silence_is_asked_about_and_the_question_names_the_orders(desk, gateway, people):
    released(desk, gateway, people)
    assert ask(desk, gateway, ON, actor="clerk")["asked"] == 0
    assert ask(desk, gateway, date(2019, 8, 3), actor="clerk")["asked"] == 3
    assert (gateway.folder / "out" / "ask-2019-08-03.txt").read_text() == "A1.3-1\nA1.4-1\nA2.3-1\n"
    assert set(statuses(desk).values()) == {"unknown"}


ENTITY = '<!DOCTYPE Document [<!ENTITY e SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (report(("A1.3-1", "ACSC")).replace("<Document", ENTITY + "<Document"), "bank_message_invalid"),
        (report(("A1.3-1", "ACSC")).replace("</Document>", ""), "bank_message_invalid"),
        (report(("A1.3-1", "ACSC")).replace("<MsgId>S1</MsgId>", ""), "bank_message_invalid"),
        (report(("A1.3-1", "ACSC")).replace("pain.002.001.12", "pain.002.001.99"), "bank_message_unknown"),
        (report(("A1.3-1", "WHAT")), "bank_status_unknown"),
        ("no message at all", "bank_message_invalid"),
        (STATEMENT.format(account="9999", entries=entry("1.00", "DBIT", "H1")), "bank_account_foreign"),
    ],
)
def test_what_cannot_be_trusted_is_refused_and_stays_where_it_is(desk, gateway, people, text, code):
    released(desk, gateway, people)
    put(gateway, "bad.xml", text)
    with pytest.raises(Refusal) as refused:
        taken(desk, gateway, people)
    assert refused.value.code == code
    assert (gateway.folder / "in" / "bad.xml").is_file()
    assert set(statuses(desk).values()) == {"sent"}


def test_a_collection_fits_its_schema_too(gateway):
    batch = Batch(
        "C1", "collect", ON, OwnAccount("中心", "2107001", "1"), [Instruction("D1-1", 1, "张一", "62001")]
    )
    gateway.hand_over(batch)
    assert validate(gateway.path_of(batch)) == "pain.008.001.08"
    assert b'<InstdAmt Ccy="CNY">0.01</InstdAmt>' in b"".join(message(batch))


def test_the_folder_says_what_is_wrong_with_its_accounts(gateway):
    with pytest.raises(Refusal, match="bank_account_missing"):
        gateway.own_account("subsidy")
    other = FileGateway(gateway.folder)
    (gateway.folder / "bank.yaml").write_text("purse: {}")
    with pytest.raises(Refusal, match="bank_accounts_malformed"):
        other.own_account("fund")
    (gateway.folder / "bank.yaml").write_text("purse: {name: a, account: b, bank: c}")
    with pytest.raises(Refusal, match="purse_unknown"):
        other.own_account("fund")
