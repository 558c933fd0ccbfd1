"""A fraud found, barred and paid back; and a mistaken entry corrected."""

from __future__ import annotations

from datetime import date
from typing import Any

from commands.cli.conduct import show_entries
from commands.cli.demo.counter import APPROVER, CLERK
from commands.cli.demo.stage import Stage
from commands.cli.output import language, say
from commands.intake.city import set_day
from ledger.refusal import Refusal
from projections.views.blacklist import blacklist

FOUND, RETURNED = date(2020, 7, 27), date(2020, 7, 28)


def find_a_fraud(stage: Stage) -> None:
    """A withdrawal by false papers, and an entry that was a mistake: the blacklist as of a day, as known on a day."""
    (account, person), (_, other) = members(stage)
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


def members(stage: Stage) -> list[tuple[str, str]]:
    """Some accounts with a year of contributions that no other chapter touches, with their persons."""
    register: Any = stage.desk.ledger.registers["account"]
    with stage.desk.ledger.database.reading() as connection:
        found = register.read(connection, register.keys_where(connection, status="normal"))
    steady = [
        (key, one.person)
        for key, (_, one) in sorted(found.items(), reverse=True)
        if key != stage.account
        and one.months >= 6
        and not one.missing
        and one.balance_fen > 100_000
        and not one.frozen
    ]
    return steady[:2]


def _do(stage: Stage, on: date, command: str, **content: Any) -> dict[str, Any]:
    set_day(stage.clock, on)
    given = {"on": on.isoformat(), **content}
    return stage.desk.do(command, given, actor=CLERK, approver=APPROVER).result
