"""A monthly roll that is paid, assessed again under a higher standard and paid with the differences; a pool shared out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from commands.cli.demo.counter import CLERK
from commands.cli.demo.stage import Stage
from commands.cli.opening import reading
from commands.cli.output import say, say_table, words
from commands.intake.city import set_day
from commands.rolls.running import assess, pay
from ledger.dates import business_day, first_day, format_month, month_of
from ledger.money import format_fen
from ledger.programmes import find
from projections.views.rolls import pool_facts, run_lines

ROLL, AREA = "urban_dibao_standard", "lianshan"
HOUSEHOLDS: Final = (("H1", 3, "300.00"), ("H2", 1, "574.99"), ("H3", 2, "0.00"), ("H4", 4, "412.50"))
"""Illustrative households: how many persons, and their income of a month each."""

TOWNSHIPS: Final = (("T1", "8000000.00"), ("T2", "15000000.00"), ("T3", "4999999.99"))
ROSTER: Final = {
    "window": [f"county_office@{AREA}"],
    "means": [f"county_office@{AREA}", "county_office@suizhong"],
    "government": [f"county_government@{AREA}"],
    "county_treasury": [f"county_finance@{AREA}"],
    "city_treasury": ["city_finance"],
    "investment_centre": ["city_service"],
    "group": ["panel"],
}
"""Illustrative officers: their offices, and not their names."""


def pay_a_roll(stage: Stage) -> None:
    """Four households on the dibao roll: a month, a higher standard published late, the difference, the next month."""
    with stage.chapter(
        "花名册：按月发放，提标补发差额", "A roll: paid by the month, and the difference of a late standard"
    ):
        first = first_day(month_of(business_day(stage.clock())) + 1) + timedelta(days=4)
        _admit(stage, first)
        month, after = month_of(first), month_of(first) + 1
        _say_run(stage, _pay(stage, format_month(month), first + timedelta(days=10)))
        late = first + timedelta(days=20)
        _raise_standard(stage, first_day(month), late)
        on = late + timedelta(days=1)
        set_day(stage.clock, on)
        done = assess(stage.desk, ROLL, AREA, format_month(month), on, actor="means")
        say(
            f"标准提高后重新核定：{done['changed']} 户调整，已发月份补发 {format_fen(done['raised_fen'])}",
            f"assessed under the higher standard: {done['changed']} households changed, "
            f"{format_fen(done['raised_fen'])} lacking for the month that was paid",
        )
        _say_run(stage, _pay(stage, format_month(after), first_day(after) + timedelta(days=14)))


def _admit(stage: Stage, on: date) -> None:
    _do(stage, on, "director", "assign_offices", roster=ROSTER)
    _do(stage, on, "county_treasury", "vote_budget", purse=ROLL, year=on.year, area=AREA, amount="1000000.00",
        document="示例：城市低保年度预算")  # fmt: skip
    for entry, size, income in HOUSEHOLDS:
        persons = [f"{entry}.{number}" for number in range(1, size + 1)]
        facts = {"household_size": size, "monthly_per_capita_income_fen": income}
        _do(stage, on, "window", "apply_roll", entry=entry, programme=ROLL, beneficiary=persons[0], members=persons,
            area=AREA, facts=facts, documents=list(find(ROLL).documents))  # fmt: skip
        _do(stage, on + timedelta(days=2), "means", "check_roll", entry=entry)
        _do(stage, on + timedelta(days=4), "government", "admit_roll", entry=entry)


def _raise_standard(stage: Stage, since: date, on: date) -> None:
    """An illustrative rise, in force since the first of the month and published after it was paid."""
    draft = {"parameter": ROLL, "draft": "demo-rise"}
    _do(stage, on, "centre", "draft_parameter", **draft, value=60_500, effective_from=since, document="示例提标通知",
        clause="一", because="自当月起执行")  # fmt: skip
    _do(stage, on, "committee", "approve_parameter", **draft, resolution="示例")
    _do(stage, on, "centre", "publish_parameter", **draft)


def _pay(stage: Stage, month: str, on: date) -> dict[str, Any]:
    set_day(stage.clock, on)
    return pay(stage.desk, ROLL, AREA, month, on, actor=CLERK, approver="county_treasury")


def _say_run(stage: Stage, done: dict[str, Any]) -> None:
    with reading(stage.desk) as connection:
        lines = list(run_lines(connection, done["run"]))
    say_table(
        words("编号,>本月,>差额,>金额", "entry,>month,>difference,>amount").split(","),
        [
            (
                one["entry"],
                *map(format_fen, (sum(one["months"].values()), one["difference_fen"], one["amount_fen"])),
            )
            for one in lines
        ],
        title=f"{done['run']}: {format_fen(done['amount_fen'])}",
    )


def share_a_pool(stage: Stage) -> None:
    """The awards of a year for townships: counted for all together, and never more than the pool."""
    with stage.chapter("资金池：年度奖励一并核算", "A pool: the awards of a year, counted for all together"):
        on = business_day(stage.clock()) + timedelta(days=1)
        year = on.year - 1
        _do(stage, on, "city_treasury", "vote_budget", purse="enclave_awards", year=on.year, amount="20000000.00",
            document="示例：飞地经济奖励预算")  # fmt: skip
        for township, investment in TOWNSHIPS:
            _do(stage, on, "means", "enter_pool", kind="township", year=year, entrant=township, area="suizhong",
                investment=investment, documents=list(find("township_basic_award").documents))  # fmt: skip
        plan: dict[str, Any] = {"kind": "township", "year": year}
        _do(stage, on + timedelta(days=7), "investment_centre", "count_pool", **plan)
        _do(stage, on + timedelta(days=14), "group", "approve_pool", **plan)
        _do(stage, on + timedelta(days=21), CLERK, "pay_pool", approver="city_treasury", **plan)
        with reading(stage.desk) as connection:
            facts = pool_facts(connection, f"township.{year}")
        say_table(
            words("乡镇,>认定投资,>应发奖励", "township,>investment,>award").split(","),
            [
                (one["entrant"], format_fen(one["investment_fen"]), format_fen(one["award_fen"]))
                for one in facts["entrants"]
            ],
            title=f"township.{year}: {format_fen(facts['amount_fen'])}",
        )


def _do(stage: Stage, on: date, actor: str, command: str, approver: str = "", **content: Any) -> None:
    set_day(stage.clock, on)
    stage.desk.do(command, {"on": on, **content}, actor=actor, approver=approver)
