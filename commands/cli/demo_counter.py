"""What happens at the counter of the demonstration, after the files of the city were taken in: two people, one month."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from commands.intake.city import StandingClock, set_day
from ledger.refusal import Refusal

if TYPE_CHECKING:
    from commands.desk import Desk

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


def at_the_counter(desk: Desk, clock: StandingClock, account: str, other: str) -> list[Refusal]:
    """Carries the steps out, each on its day, and returns what was refused."""
    refused = []
    for on, actor, command, content in _steps(account, other):
        set_day(clock, date.fromisoformat(on))
        try:
            desk.do(command, {"on": on, **content}, actor=actor)
        except Refusal as refusal:
            refused.append(refusal)
    return refused


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
