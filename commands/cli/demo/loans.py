"""Loans, on a ledger of their own: quoted, paid out, repaid, prepaid, overdue, repriced; a schedule and the register.

They live in 2022 and 2023, because the rates of the central bank changed then.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, Final

from commands.cli.demo.counter import APPROVER, CLERK
from commands.cli.demo.stage import Stage
from commands.cli.output import language, say, say_table, words
from commands.desk import Desk
from commands.handlers import COMMANDS
from commands.intake.city import StandingClock, set_day
from commands.loan_runs import run_over_loans
from ledger.money import format_fen
from ledger.policy.loan_terms import terms_of
from ledger.refusal import Refusal
from ledger.streams import loan as loans
from projections.views.loans import overdue, register

FIGURES: Final[dict[str, Any]] = {
    "loan_amount_max": 50_000_000,
    "loan_price_ratio_max": "0.7",
    "loan_balance_multiple": "15",
    "loan_years_max": 30,
    "loan_min_months": 6,
    "statutory_retirement_age": 60,
    "guarantee_fee_rate": "0.005",
}
"""What the committee publishes in the demonstration; the law leaves these figures to it."""

APPLICATION: Final = {
    "from_centre": "210700", "months_elsewhere": 24, "balance_elsewhere": "40000.00", "purpose": "自住商品房",
    "price": "800000.00", "age": 35, "capacity": "600000.00",
}  # fmt: skip
Step = tuple[str, str, dict[str, Any]]
"""A day, the command, its content."""
REPRICED_ON: Final = date(2023, 1, 1)
LAST: Final = date(2023, 1, 20)


def lend(stage: Stage) -> None:
    """Five loans from application to the new rate of January."""
    with stage.chapter(
        "贷款：申请、发放、还款、提前还款、逾期、调整利率", "Loans: lent, repaid, prepaid, overdue, repriced"
    ):
        from commands.cli.demo import start_afresh

        url = start_afresh(stage.folder, "loans.db")
        clock = StandingClock(datetime(1970, 1, 1, tzinfo=UTC))
        with Desk(url, clock) as desk:
            for on, command, content in (*_figures(), *_loans(), *_payments()):
                _do(desk, clock, on, command, content)
            set_day(clock, REPRICED_ON)
            done = run_over_loans(desk, "reprice_loans", REPRICED_ON, actor=CLERK)
            say(
                f"2023-01-01 利率由 3.25% 调为 3.10%：{done['changed']} 笔",
                f"2023-01-01, from 3.25 % to 3.10 %: {done['changed']} loans repriced",
            )
            set_day(clock, LAST)
            run_over_loans(desk, "run_instalments", LAST, actor=CLERK)
            _show(desk)


def _do(desk: Desk, clock: StandingClock, on: str, command: str, content: dict[str, Any]) -> None:
    set_day(clock, date.fromisoformat(on))
    actor = APPROVER if command in ("approve_parameter", "publish_parameter") else CLERK
    try:
        approver = APPROVER if COMMANDS[command].pays else ""
        desk.do(command, {"on": on, **content}, actor=actor, approver=approver)
    except Refusal as one:
        say(f"不予办理 [{one.code}] {one.message(language())} · {one.clause}",
            f"refused [{one.code}] {one.message(language())} · {one.clause}")  # fmt: skip


def _figures() -> list[Step]:
    """What the committee decides, drafted, approved and published (第十九条)."""
    steps: list[Step] = []
    for name, value in FIGURES.items():
        draft = {"parameter": name, "draft": "D1"}
        cited = {
            "value": value,
            "effective_from": "2022-07-01",
            "document": "管委会公告（示例）",
            "clause": "全文",
        }
        steps += [
            ("2022-07-01", "draft_parameter", draft | cited),
            ("2022-07-01", "approve_parameter", draft | {"resolution": "管委会决议（示例）"}),
            ("2022-07-01", "publish_parameter", draft),
        ]
    return steps


def _loans() -> list[Step]:
    steps: list[Step] = [
        ("2022-08-01", "apply_loan", _application(9, "600000.01", 360)),  # above the limit: refused
        ("2022-08-01", "apply_loan", _application(9, "100000.00", 361)),  # above the longest term: refused
    ]
    for number, amount, months, method in (
        (1, "500000.00", 360, "level_payment"),
        (2, "240000.00", 240, "equal_principal"),
        (3, "100000.00", 120, "level_payment"),
        (4, "12000.00", 12, "single_payment"),
        (5, "360000.00", 360, "level_payment"),
    ):
        loan = {"loan": f"L{number}"}
        signed = {"contract": f"借〔2022〕{number}号", "method": method, "repay_day": 20, "payee": "F1"}
        security = {"kind": "mortgage", "document": f"抵〔2022〕{number}号", "giver": f"P{number}"}
        steps += [
            ("2022-08-01", "apply_loan", _application(number, amount, months)),
            ("2022-08-08", "approve_loan", loan),
            ("2022-08-10", "sign_loan", loan | signed),
            ("2022-08-12", "secure_loan", loan | security),
            ("2022-09-20", "disburse_loan", loan),
        ]
    return steps


def _application(number: int, amount: str, months: int) -> dict[str, Any]:
    return APPLICATION | {"loan": f"L{number}", "borrower": f"P{number}", "amount": amount, "months": months}


def _payments() -> list[Step]:
    """One pays every month, one a part before its time, one the whole, one too late, one never."""
    return [
        ("2022-10-20", "repay_loan", {"loan": "L1", "amount": "2176.03", "reference": "20221020-1"}),
        ("2022-10-20", "repay_loan", {"loan": "L2", "amount": "1650.00", "reference": "20221020-2"}),
        ("2022-10-31", "prepay_loan", {"loan": "L2", "amount": "40000.00", "reference": "20221031-1"}),
        ("2022-11-10", "repay_loan", {"loan": "L3", "amount": "980.11", "reference": "20221110-1"}),
        ("2022-11-15", "prepay_loan", {"loan": "L3", "reference": "20221115-1"}),
        ("2022-11-20", "repay_loan", {"loan": "L1", "amount": "2176.03", "reference": "20221120-1"}),
        ("2022-12-20", "repay_loan", {"loan": "L1", "amount": "2176.03", "reference": "20221220-1"}),
        ("2022-12-21", "send_demand", {"loan": "L5", "document": "催〔2022〕1号"}),
    ]


def _show(desk: Desk) -> None:
    terms = terms_of(desk.present_book(), LAST, LAST)
    with desk.ledger.database.reading() as connection:
        found, late = list(register(connection)), overdue(connection, LAST, terms)
    heads = (
        words("贷款", "loan"), words("状态", "status"), words(">利率", ">rate"), words(">发放", ">paid out"),
        words(">余额", ">balance"), words(">每期", ">instalment"), words("分类", "grade"),
    )  # fmt: skip
    rows = (
        (key, one.status, f"{one.rate * 100:f}%", *map(format_fen, amounts), one.grade)
        for key, one in found
        for amounts in [(one.disbursed_fen, one.balance_fen, one.instalment_fen)]
    )  # fmt: skip
    say_table(heads, rows)
    for one in late:
        owed, penalty = (
            format_fen(one.principal_fen + one.interest_fen + one.penalty_fen),
            format_fen(one.penalty_fen),
        )
        say(
            f"逾期：{one.loan} 自 {one.since} 起 {one.days} 天，应还 {owed} 元，其中罚息 {penalty} 元",
            f"overdue: {one.loan} since {one.since}, {one.days} days, owes {owed}, {penalty} of it penalty",
        )
    key, state = found[0]
    say(f"{key} 的还款计划（前三期）", f"The schedule of {key} (its next three instalments)")
    columns = (
        words(">期次", ">number"),
        words("还款日", "due on"),
        words(">本金", ">principal"),
        words(">利息", ">interest"),
    )
    dues = islice(loans.schedule(state, terms), 3)
    say_table(
        columns,
        (
            (one.number, one.due_on, format_fen(one.principal_fen), format_fen(one.interest_fen))
            for one in dues
        ),
    )
