"""The fund year: its settlement, its statements, the books closed, and the annual report with its identities."""

from __future__ import annotations

from datetime import date
from time import perf_counter
from typing import Any, Final

import click

from commands.cli.demo.counter import APPROVER, CLERK
from commands.cli.demo.stage import Stage
from commands.cli.opening import reading
from commands.cli.output import language, say, say_table, words
from commands.cli.reports import show_figures, show_identities
from commands.intake.city import set_day
from commands.reports import produce_report
from commands.settlement import settle
from commands.statements import produce
from ledger.books.chart import CHART
from ledger.dates import format_month, month_of
from ledger.money import format_fen
from ledger.refusal import Refusal
from projections.documents.statement_pages import LINES
from projections.views.annual_report import annual_report, known_through
from projections.views.books import balance_sheet
from projections.views.statements import AccountHistory, read_streams

YEAR: Final = 2019
SETTLED_ON: Final = date(2020, 6, 30)
FACTS: Final = {
    "committee_members": 25,
    "committee_meetings": 2,
    "departments": 6,
    "offices": 5,
    "staff_established": 62,
    "staff_other": 21,
    "entrusted_banks": 4,
    "loan_banks": 4,
    "status": "市政府直属的公益一类事业单位（示例数据）",
    "decisions": "审议通过年度归集使用计划、增值收益分配方案（示例数据）",
    "policy": "2019 年 5 月 20 日起执行《葫芦岛市住房公积金管理若干规定》（葫政发〔2019〕12号）；缴存比例 5% 至 12%。",
    "service": "单位可网上报送汇缴清册，清册逐行核对，有错不入账（示例数据）",
}
"""Illustrative facts of a centre that does not exist."""


def close_the_year(stage: Stage) -> None:
    """Twelve accruals, the settlement that refuses what is half done, and the statements."""
    with stage.chapter("年终结息：6 月 30 日", "The settlement of 30 June"):
        set_day(stage.clock, date(2020, 7, 28))
        for month in range(month_of(date(YEAR, 7, 1)), month_of(SETTLED_ON) + 1):
            stage.desk.do("accrue_interest", {"on": "2020-07-28", "month": format_month(month)}, actor=CLERK)
        _settle(stage)
    with stage.chapter("对账单：由总单到个人", "Statements: from the summary to the employee"):
        _statements(stage)


def _settle(stage: Stage) -> None:
    began = perf_counter()
    try:
        done = settle(stage.desk, YEAR, SETTLED_ON, actor=CLERK)
    except Refusal as one:
        say(
            f"不予办理 [{one.code}] {one.message(language())}",
            f"refused [{one.code}] {one.message(language())}",
        )
        _return_what_waits(stage)
        began = perf_counter()
        done = settle(stage.desk, YEAR, SETTLED_ON, actor=CLERK)
    say(
        f"结息 {done['credited']:,} 户，利息 {format_fen(done['interest_fen'])} 元，与计提差额 "
        f"{format_fen(done['trued_up_fen'])} 元，用时 {perf_counter() - began:.1f} 秒",
        f"{done['credited']:,} accounts credited with {format_fen(done['interest_fen'])}, "
        f"{format_fen(done['trued_up_fen'])} above what was accrued, in {perf_counter() - began:.1f} s",
    )


def _return_what_waits(stage: Stage) -> None:
    """Held money that waits for a remittance or a correction goes back to its payer, by two persons."""
    register: Any = stage.desk.ledger.registers["receipt"]
    with stage.desk.ledger.database.reading() as connection:
        held = register.read(connection, register.keys_where(connection, status="held"))
    for key, (_, one) in sorted(held.items()):
        if one.why in ("under", "correction") and one.received_on and one.received_on <= SETTLED_ON:
            content = {
                "on": "2020-07-28",
                "receipt": key,
                "amount": format_fen(one.open_fen),
                "reason": "退回原单位",
            }
            stage.desk.do("return_receipt", content, actor=CLERK, approver=APPROVER)
            say(
                f"挂账 {key} {content['amount']} 元退回原单位",
                f"held money {key}, {content['amount']}, returned",
            )


def _statements(stage: Stage) -> None:
    folder, began = stage.folder / "statements", perf_counter()
    on = date(2020, 7, 28)
    shown = [f"E{number:05d}" for number in (1, 2)]
    paper = produce(stage.desk, YEAR, folder, on, employers=shown, formats=("pdf", "xlsx"), actor=CLERK)
    every = produce(stage.desk, YEAR, folder, on, formats=("json",), actor=CLERK)
    say(
        f"{every.employers} 个单位、{every.accounts:,} 户；{' '.join(shown)} 出 PDF、XLSX {paper.made} 个文件，其余出数据，"
        f"用时 {perf_counter() - began:.1f} 秒：{folder}",
        f"{every.employers} employers, {every.accounts:,} accounts; {paper.made} files as PDF and XLSX for "
        f"{' and '.join(shown)}, data for all, in {perf_counter() - began:.1f} s: {folder}",
    )
    with stage.desk.ledger.database.reading() as connection:
        stream = f"account-{stage.account}"
        ((_, events),) = read_streams(connection, [stream], known_through(connection))
    year = AccountHistory(stage.account, events, YEAR).year()
    rows = [
        (words(zh, en), format_fen(getattr(year.figures, name)))
        for name, (zh, en, _) in LINES.items()
        if getattr(year.figures, name)
    ]
    rows.append((words("本息合计", "balance"), format_fen(year.figures.closing_fen)))
    say_table((words(f"账户 {stage.account}", f"Account {stage.account}"), ">"), rows)


def close_the_books(stage: Stage) -> None:
    """The months and the year of the books, the distribution, and the balance sheet."""
    with stage.chapter("结账与资产负债表", "The books closed, and the balance sheet"):
        _books(stage)
        with reading(stage.desk) as connection:
            sheet = balance_sheet(connection, date(YEAR, 12, 31))
        rows = [
            (code, CHART[code].zh if language() == "zh" else CHART[code].en, format_fen(fen))
            for side in (sheet.assets, sheet.liabilities, sheet.net_assets)
            for code, fen in side.items()
            if fen
        ]
        say_table(words("科目,名称,>2019-12-31", "Code,Account,>2019-12-31").split(","), rows)
        say(
            f"资产 {format_fen(sheet.assets_fen)} = 负债与净资产 {format_fen(sheet.claims_fen)}",
            f"assets {format_fen(sheet.assets_fen)} = liabilities and net assets {format_fen(sheet.claims_fen)}",
        )


def _books(stage: Stage) -> None:
    """Interest of the bank, twelve closes, and the result distributed by the province's rule."""
    desk = stage.desk
    bank_interest, fee, management = (f"{stage.employees * yuan}.00" for yuan in (45, 1, 2))
    for content in (
        {"kind": "bank_interest_received", "amount": bank_interest, "reference": "四季度存款利息"},
        {"kind": "collection_fee_accrued", "amount": fee, "reference": "归集手续费"},
    ):
        desk.do("book_entry", {"on": "2019-12-21", **content}, actor=CLERK)
    for month in range(month_of(date(YEAR, 7, 1)), month_of(date(YEAR, 12, 1)) + 1):
        desk.do("close_month", {"on": "2020-07-28", "month": format_month(month)}, actor=CLERK)
    closed = desk.do("close_year", {"on": "2020-07-28", "year": YEAR}, actor=CLERK).result
    say(
        f"{YEAR} 年增值收益 {format_fen(closed['result_fen'])} 元",
        f"result of {YEAR}: {format_fen(closed['result_fen'])}",
    )
    say(
        "风险准备金按什么提取由省里定，账本没有默认值：先拟定、批准、公布。",
        "How the reserve is drawn is the province's to say, and there is no default: drafted, approved, published.",
    )
    draft = {"parameter": "risk_reserve_mode", "draft": "D1"}
    terms = {
        "value": "share_of_gain",
        "effective_from": "2019-01-01",
        "document": "财综字〔1999〕59号",
        "clause": "第二十四条",
        "because": "自 2019 年度分配起执行（示例数据）",
    }
    desk.do("draft_parameter", {"on": "2020-07-28", **draft, **terms}, actor=CLERK)
    desk.do("approve_parameter", {"on": "2020-07-28", **draft, "resolution": "2020-3"}, actor="committee")
    desk.do("publish_parameter", {"on": "2020-07-28", **draft}, actor=CLERK)
    shares = desk.do(
        "distribute", {"on": "2020-07-28", "year": YEAR, "management": management}, actor=CLERK
    ).result
    told = [format_fen(shares[name]) for name in ("reserve_fen", "management_fen", "housing_fen")]
    say(
        f"分配：风险准备金 {told[0]}，管理费用 {told[1]}，住房补充资金 {told[2]}",
        f"distributed: reserve {told[0]}, management cost {told[1]}, housing supplement {told[2]}",
    )


def publish_the_report(stage: Stage) -> None:
    """The report of the calendar year: facts, draft, the committee, publication, and every identity."""
    with stage.chapter("年度报告（自然年度）", "The annual report, of the calendar year"):
        desk, folder = stage.desk, stage.folder / "report"
        folder.mkdir(exist_ok=True)
        on = date(2020, 7, 28)
        facts = {"on": on, "year": YEAR, "facts": FACTS, "source": "示例"}
        desk.do("record_report_facts", facts, actor=CLERK)
        made = produce_report(desk, YEAR, folder, on, actor=CLERK)
        review = {"on": on, "year": YEAR, "resolution": "管委会〔2020〕3号", "content": made["content"]}
        desk.do("review_report", review, actor="committee")
        published = desk.do(
            "publish_report", {"on": on, "year": YEAR, "where": "中心网站"}, actor=CLERK
        ).result
        with reading(desk) as connection:
            found = annual_report(connection, desk.present_book(), YEAR, made["known_through"])
        show_figures(found, ("deposits", "withdrawals", "result", "distribution"))
        click.echo()
        show_identities(found.checked())
        names = "、".join(made["files"]) if language() == "zh" else ", ".join(made["files"])
        say(
            f"管委会审议通过，已公布；期限 {published['due_on']}，逾期 {published['late_days']} 天，如实列示。"
            f"{folder}：{names}",
            f"passed by the committee and published; due on {published['due_on']}, "
            f"{published['late_days']} days late, and shown as such. {folder}: {names}",
        )
