"""The counter, after the files of the city were taken in: two people, one month, and what came of one account."""

from __future__ import annotations

from datetime import date
from typing import Any

from commands.cli.accounts import show_history
from commands.cli.demo.stage import TODAY, Stage
from commands.cli.output import language, say
from commands.desk import Desk
from commands.intake.city import set_day
from ledger.money import format_fen
from ledger.refusal import Refusal
from ledger.streams.account import as_of
from projections.views.history import told

CLERK, APPROVER = "经办甲", "审批乙"
Step = tuple[str, str, str, dict[str, Any]]
"""A day, who acts, the command, its content."""


def untouched(desk: Desk) -> tuple[str, str]:
    """Two accounts of one employer whose history is nothing but paid months."""
    register: Any = desk.ledger.registers["account"]
    with desk.ledger.database.reading() as connection:
        found = register.read(connection, register.keys_where(connection, status="normal"))
    waiting: dict[str, str] = {}
    for key, (version, one) in sorted(found.items()):
        if version == one.months + 1:
            if one.employer in waiting:
                return waiting[one.employer], key
            waiting[one.employer] = key
    raise LookupError("the city is too small")


def serve(stage: Stage) -> None:
    """Carries the steps out, each on its day, and shows what was refused."""
    stage.account, other = untouched(stage.desk)
    with stage.chapter("柜面：付款须经两人", "At the counter: money leaves by two persons"):
        for on, actor, command, content in _steps(stage.account, other):
            set_day(stage.clock, date.fromisoformat(on))
            try:
                stage.desk.do(command, {"on": on, **content}, actor=actor)
            except Refusal as one:
                say(f"不予办理 [{one.code}] {one.message(language())} · {one.clause}",
                    f"refused [{one.code}] {one.message(language())} · {one.clause}")  # fmt: skip


def _steps(account: str, other: str) -> list[Step]:
    rent = {"account": account, "reason": "rent", "evidence": "租赁合同"}
    return [
        ("2020-07-02", CLERK, "propose", _proposal("W1", "withdraw", amount="300.00", **rent)),
        ("2020-07-02", CLERK, "approve", {"proposal": "W1"}),  # by the same hand: refused
        ("2020-07-03", APPROVER, "approve", {"proposal": "W1"}),
        ("2020-07-06", CLERK, "propose", _proposal("W2", "withdraw", amount="999999.00", **rent)),
        ("2020-07-07", APPROVER, "approve", {"proposal": "W2"}),  # more than there is: refused
        ("2020-07-07", APPROVER, "reject", {"proposal": "W2", "reason": "超过账户余额"}),
        # An employer that reports late: booked, and visible as late for ever.
        (
            "2020-07-08",
            CLERK,
            "break_relation",
            {"account": other, "how": "interrupted", "broken_on": "2020-06-01"},
        ),
        # Found out in July: the contribution of November was not his. The correction keeps its value date.
        (
            "2020-07-10",
            CLERK,
            "reverse",
            {"account": account, "month": "2019-11", "reason": "串户，应记他人账户"},
        ),
        ("2020-07-15", CLERK, "seal", {"account": other}),
        ("2020-07-20", CLERK, "make_up", {"account": account, "months": ["2019-11"]}),
        ("2020-07-27", CLERK, "propose", _proposal("W3", "withdraw", amount="200.00", **rent)),
    ]


def _proposal(name: str, command: str, **content: Any) -> dict[str, Any]:
    return {"proposal": name, "command": command, "content": content}


def show_story(stage: Stage) -> None:
    """One account in plain words, and one question with two answers."""
    desk, account = stage.desk, stage.account
    with stage.chapter(f"账户 {account} 的历史", f"The history of account {account}"):
        events = desk.ledger.stream(f"account-{account}")
        with desk.ledger.database.reading() as connection:
            rows = list(told(connection, events))
        show_history(rows)
    with stage.chapter("同一天的余额，两种所知", "The balance of one day, as known on two days"):
        on = date(2019, 12, 31)
        for known_on in (date(2020, 1, 5), date(2020, 7, 9), TODAY):
            balance = format_fen(as_of(events, on, known_on).balance_fen)
            say(
                f"{on} 的余额，按 {known_on} 所知：{balance:>12} 元",
                f"the balance effective on {on}, as known on {known_on}: {balance:>12}",
            )
        say(
            "七月发现并冲正了一笔串户的缴存，随后补缴：当时的账没有改动，今天的答案不同。",
            "In July a wrong contribution was found and reversed, then made up: nothing was edited, the answer differs.",
        )
    stage.withdrawn = next(int(one.id) for one in events if one.body.topic == "account.withdrawn/1")
