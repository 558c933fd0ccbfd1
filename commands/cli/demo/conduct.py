"""A fraud found, barred and paid back; a mistaken entry corrected; and money of another city that comes by messages."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from commands.cli.accounts import show_history
from commands.cli.conduct import show_entries
from commands.cli.demo.counter import APPROVER, CLERK
from commands.cli.demo.stage import Stage
from commands.cli.output import language, say
from commands.cli.transfers import show_letters
from commands.exchange import owed_messages, take_in
from commands.exchange.other_centre import Holding, OtherCentre
from commands.intake.city import set_day
from ledger.money import format_fen
from ledger.refusal import Refusal
from ledger.streams.account import is_steady
from ledger.streams.transfer import TRANSFERS, is_open
from projections.views.blacklist import blacklist
from projections.views.history import told

OURS, THEIRS = "211400", "210700"
FOUND, RETURNED = date(2020, 7, 27), date(2020, 7, 28)
TURNS: Final = 40


def find_a_fraud(stage: Stage) -> None:
    """A withdrawal by false papers, and an entry that was a mistake: the blacklist as of a day, as known on a day."""
    (account, person), (_, other), *_ = members(stage)
    with stage.chapter(
        "骗提：认定、取消资格、追回、更正", "A fraud: established, barred, paid back, corrected"
    ):
        rent = {"account": account, "person": person, "reason": "rent", "amount": "300.00"}
        paid = _do(stage, FOUND, "withdraw", **rent)["payments"][0]
        case = {"facts_on": FOUND.isoformat(), "return_by": "2020-08-28", "document": "认定书〔2020〕1号"}
        fraud = {"account": account, "payment": paid, "withdrawal_years": 2, "criticised": True}
        _do(stage, FOUND, "establish_fraud", case="F2020-1", **case, **fraud)
        mistaken = {"person": other, "loan": "L1", "amount": "1000.00", "loan_years": 1}
        _do(stage, FOUND, "establish_unlawful_loan", case="F2020-2", **case, **mistaken)
        try:
            _do(stage, FOUND, "withdraw", **rent)
        except Refusal as one:
            say(f"不予办理 [{one.code}] {one.message(language())} · {one.clause}",
                f"refused [{one.code}] {one.message(language())} · {one.clause}")  # fmt: skip
        returned = {"person": person, "case": "F2020-1", "amount": "300.00", "reference": "B20200728"}
        _do(stage, RETURNED, "return_fraud_money", **returned)
        gone = {"person": other, "case": "F2020-2", "document": "更正〔2020〕1号", "reason": "同名，认定有误"}
        _do(stage, RETURNED, "correct_conduct", **gone)
        for known_on in (FOUND, RETURNED):
            say(
                f"{FOUND} 的黑名单，按 {known_on} 所知：", f"The blacklist of {FOUND} as known on {known_on}:"
            )
            with stage.desk.ledger.database.reading() as connection:
                show_entries([one for one in blacklist(connection, FOUND, known_on) if one.counts])


def move_between_cities(stage: Stage) -> None:
    """Money of another city: its centre is late, repeats and reorders, and still everything arrives once."""
    account = members(stage)[2][0]
    with stage.chapter(
        "异地转入：报文迟到、重复、乱序", "From another city: messages late, twice, out of order"
    ):
        _publish_code(stage)
        applied = {"account": account, "centre": THEIRS, "account_there": "B1"}
        letter = _do(stage, RETURNED, "apply_transfer", **applied)["letter"]
        _do(stage, RETURNED, "send_letter", letter=letter)
        other = OtherCentre(THEIRS, OURS, seed=10, trouble=35)
        other.holdings = {"B1": Holding(1_234_567, 8_910, 36)}
        came = changed = 0
        for turn in range(TURNS):
            if turn == TURNS // 2:
                other.calm()
            other.send(owed_messages(stage.desk, RETURNED))
            other.act()
            taken = take_in(stage.desk, other, RETURNED, CLERK)
            came, changed = came + len(taken), changed + sum(one.changed for one in taken)
            for sum_ in other.money():
                money = {"letter": letter, "amount": format_fen(sum_.amount_fen), "reference": sum_.reference}
                _do(stage, RETURNED, "transfer_money", **money)
            if not is_open(_work(stage, letter)):
                break
        say(
            f"收到报文 {came} 份，其中 {changed} 份生效，其余重复或乱序，未改变任何状态",
            f"{came} messages came, {changed} took effect; the others repeated or came too early, and changed nothing",
        )
        show_letters({letter: _state(stage, letter)})
        with stage.desk.ledger.database.reading() as connection:
            events = stage.desk.ledger.stream(TRANSFERS.id(letter), connection)
            show_history(list(told(connection, events)))


def members(stage: Stage) -> list[tuple[str, str]]:
    """Some accounts with a year of contributions that no other chapter touches, with their persons."""
    register: Any = stage.desk.ledger.registers["account"]
    with stage.desk.ledger.database.reading() as connection:
        found = register.read(connection, register.keys_where(connection, status="normal"))
    steady = [
        (key, one.person)
        for key, (_, one) in sorted(found.items(), reverse=True)
        if key != stage.account and is_steady(one, 6) and one.balance_fen > 100_000 and not one.frozen
    ]
    return steady[:3]


def _work(stage: Stage, letter: str) -> Any:
    """Our clerk does the next thing on the letter: books what agrees, asks about what does not."""
    state = _state(stage, letter)
    if state.status == "08" and state.receipts:
        try:
            _do(stage, RETURNED, "book_transfer", letter=letter)
        except Refusal:
            _do(stage, RETURNED, "negotiate_transfer", letter=letter, reason="金额与资金不符")
    elif state.status == "13":
        _do(stage, RETURNED, "fail_transfer", letter=letter, reason="转出地不予转出")
    return _state(stage, letter)


def _state(stage: Stage, letter: str) -> Any:
    return TRANSFERS.fold([one.body for one in stage.desk.ledger.stream(TRANSFERS.id(letter))])


def _publish_code(stage: Stage) -> None:
    """The centre's code on the platform is a parameter like any other: drafted, approved, published."""
    draft = {"parameter": "centre_code", "draft": "C1"}
    words = {"value": OURS, "effective_from": "2017-07-01", "document": "平台机构代码表", "clause": "BDC909"}
    _do(stage, FOUND, "draft_parameter", **draft, **words)
    approved = {"on": FOUND.isoformat(), **draft, "resolution": "管委会〔2020〕1号"}
    stage.desk.do("approve_parameter", approved, actor="committee")
    _do(stage, FOUND, "publish_parameter", **draft)


def _do(stage: Stage, on: date, command: str, **content: Any) -> dict[str, Any]:
    set_day(stage.clock, on)
    given = {"on": on.isoformat(), **content}
    return stage.desk.do(command, given, actor=CLERK, approver=APPROVER).result
