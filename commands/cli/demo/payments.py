"""The orders of all chapters go to the bank, and a bank answers as banks do: late, twice, partly, or not at all."""

from __future__ import annotations

from typing import Final

from commands.cli.demo.counter import APPROVER, CLERK
from commands.cli.demo.stage import TODAY, Stage
from commands.cli.output import say
from commands.cli.payments import show_differences, show_orders, show_standings
from commands.intake.city import set_day
from ledger.dates import days_after
from ledger.money import format_fen
from ledger.store.persons import open_person_store
from projections.views.payments import differences, orders, standings

DAYS: Final = 4
SEED: Final = 20200730
"""What the bank does goes by a seed: the demonstration is the same each time."""


def pay(stage: Stage) -> None:
    """A batch under four eyes, four days of answers, the silent ones asked about; three ways side by side."""
    from commands.bank.gateway import OwnAccount
    from commands.bank.simulator import SimulatedBank
    from commands.payments import ask, receive, release

    desk, today = stage.desk, TODAY
    people = open_person_store(desk.ledger.database)
    bank = SimulatedBank(
        SEED, {"fund": OwnAccount("葫芦岛市住房公积金管理中心（示例）", "2107000000001", "102")}
    )
    with stage.chapter(
        "划款：银行迟复、重复、失败、无回音", "Payments: a bank late, repeating itself, failing, silent"
    ):
        set_day(stage.clock, today)
        sent = release(
            desk, bank, people, "B20200730", today, actor=CLERK, approver=APPROVER, leave_out=True
        )  # fmt: skip
        amount = format_fen(sent["amount_fen"])
        say(f"批次 B20200730：{sent['count']} 笔，{amount} 元；受理不等于付款",
            f"batch B20200730: {sent['count']} payments, {amount}; accepted is not paid")  # fmt: skip
        for number in range(DAYS):
            today = days_after(TODAY, number)
            set_day(stage.clock, today)
            asked = ask(desk, bank, today, actor=CLERK, after_days=1)["asked"]
            bank.pass_day(today)
            taken = receive(desk, bank, people, today, actor=CLERK)
            settled, failed, accepted, lines = (taken[n] for n in ("settled", "failed", "accepted", "lines"))
            say(f"{today} 已付 {settled}、失败 {failed}、受理 {accepted}、流水 {lines} 条；查询 {asked} 笔",
                f"{today}  {settled} settled, {failed} failed, {accepted} accepted, {lines} lines;"
                f" {asked} asked about")  # fmt: skip
        with desk.ledger.database.reading() as connection:
            show_orders([one for one in orders(connection, today) if one.attempt and one.status != "settled"])
            show_standings([one for one in standings(connection) if one.purse == "fund"])
            show_differences([one for one in differences(connection, today, "fund") if one.subject])
