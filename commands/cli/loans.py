"""``provident loan``: what a loan would cost, its schedule, how it stands on a day, the register, who is overdue."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from commands.cli.accounts import known_on
from commands.cli.opening import open_desk, today
from commands.cli.output import (
    Command,
    Group,
    as_json,
    day,
    language,
    option,
    progress,
    say,
    say_json,
    say_table,
    words,
    wrong_use,
)
from ledger.money import format_fen, parse_yuan

if TYPE_CHECKING:
    from commands.desk import Desk
    from ledger.policy.loan_terms import Terms
    from ledger.streams.loan import Due, Loan

METHODS = ("level_payment", "equal_principal", "single_payment")
as_of = option("--as-of", type=day, zh="业务日，默认今天。", en="Effective on this day, today by default.")


@click.group(cls=Group, zh="贷款：试算、还款计划、某日情况、台账、逾期清单、批处理。")
def loan() -> None:
    """A loan: quote, schedule, how it stands; all loans: register, who is overdue, figures, runs."""


def _terms(desk: Desk, on: date) -> Terms:
    from ledger.policy.loan_terms import terms_of

    return terms_of(desk.present_book(), on, today())


def _state(desk: Desk, key: str, on: date, known: date | None) -> Loan:
    from ledger.refusal import Refusal
    from ledger.streams import loan as loans

    state = loans.as_of(desk.ledger.stream(f"loan-{key}"), on, known)
    if not state.status:
        raise Refusal("loan_unknown", loan=key)
    return state


# ---------------------------------------------------------------- one loan


@loan.command(
    zh="贷款试算：按当日利率的月还款额、利息合计和各期明细；不写账。",
    example="provident loan quote 500000 --months 360\nprovident loan quote 500000 --months 120 --home 2 --json",
)
@click.argument("amount")
@option("--months", type=click.IntRange(min=1), required=True, zh="期限（月）。", en="Term in months.")
@option(
    "--method",
    type=click.Choice(METHODS),
    default=METHODS[0],
    show_default=True,
    zh="还款方式。",
    en="Way of repayment.",
)
@option(
    "--home",
    type=click.IntRange(1, 2),
    default=1,
    show_default=True,
    zh="第几套住房。",
    en="First or second home.",
)
@option("--on", "on_day", type=day, zh="放款日，默认今天。", en="Day of disbursement, today by default.")
@as_json
def quote(amount: str, months: int, method: str, home: int, on_day: date | None, json_wanted: bool) -> None:
    """Say what a loan would cost at the rate of a day, and its schedule. It writes nothing."""
    from ledger.policy.rules import decide
    from ledger.streams import loan as loans

    on = on_day or today()
    with open_desk() as desk:
        book, terms = desk.present_book(), _terms(desk, on)
    facts = {"second_home": home > 1, "term_months": months, "disbursed_on": on}
    outcome = decide("loan_rate", facts, book, on, today())
    signed = loans.Loan(
        status="signed", method=method, amount_fen=parse_yuan(amount), months=months, security=(("quote", "", ""),)
    )  # fmt: skip
    disbursed = loans.disburse(signed, "", outcome.values["rate"], terms, "", {}, on)
    state = loans.evolve(signed, disbursed[0])
    dues = list(loans.schedule(state, terms))
    total = {
        "rate": str(state.rate),
        "clause": outcome.clause,
        "interest_fen": sum(one.interest_fen for one in dues),
    }
    _show_schedule(total, dues, json_wanted)


@loan.command(
    zh="还款计划：某日起各期应还；加 --known-on 则只看当时已知的。",
    example="provident loan schedule L1\nprovident loan schedule L1 --as-of 2020-01-01 --json",
)
@click.argument("key", metavar="LOAN")
@as_of
@known_on
@as_json
def schedule(key: str, as_of: date | None, known_on: date | None, json_wanted: bool) -> None:
    """Show the instalments to come, as the loan stands on a day, as known on a day."""
    from ledger.streams import loan as loans

    on = as_of or today()
    with open_desk() as desk:
        state, terms = _state(desk, key, on, known_on), _terms(desk, on)
    dues = list(loans.schedule(state, terms))
    total = {"loan": key, "rate": str(state.rate), "interest_fen": sum(one.interest_fen for one in dues)}
    _show_schedule(total, dues, json_wanted)


def _show_schedule(facts: dict[str, Any], dues: list[Due], json_wanted: bool) -> None:
    if json_wanted:
        say_json(facts | {"instalments": [one._asdict() | {"payment_fen": one.payment_fen} for one in dues]})
        return
    say(
        f"年利率 {facts['rate']}，{len(dues)} 期，利息合计 {format_fen(facts['interest_fen'])} 元",
        f"yearly rate {facts['rate']}, {len(dues)} instalments, interest {format_fen(facts['interest_fen'])} in all",
    )
    heads = (
        words(">期次", ">number"), words("还款日", "due on"), words(">应还", ">payment"),
        words(">本金", ">principal"), words(">利息", ">interest"), words(">剩余本金", ">left"),
    )  # fmt: skip
    amounts = (
        (
            one.number,
            one.due_on,
            *map(format_fen, (one.payment_fen, one.principal_fen, one.interest_fen, one.left_fen)),
        )
        for one in dues
    )
    say_table(heads, amounts)


@loan.command(
    zh="一笔贷款在某一业务日的情况：余额、逾期、应还、结清金额；加 --known-on 则只看当时已知的。",
    example="provident loan show L1\nprovident loan show L1 --as-of 2019-12-31 --known-on 2020-01-05",
)
@click.argument("key", metavar="LOAN")
@as_of
@known_on
@as_json
def show(key: str, as_of: date | None, known_on: date | None, json_wanted: bool) -> None:
    """Show a loan effective on a day, as known on a day, with its history in plain words."""
    from projections.views.words import sentence

    on = as_of or today()
    with open_desk() as desk:
        state, terms = _state(desk, key, on, known_on), _terms(desk, on)
        events = [one for one in desk.ledger.stream(f"loan-{key}") if one.body.effective_on <= on]
    facts = facts_of(key, state, on, terms) | {"known_on": known_on}
    if json_wanted:
        say_json(facts)
        return
    for line in _lines(facts):
        say(line)
    say_table(
        (">#", words("业务日", "day"), words("事项", "what")),
        ((one.id, one.body.effective_on, sentence(one.body, language())) for one in events),
    )


def facts_of(key: str, state: Loan, on: date, terms: Terms) -> dict[str, Any]:
    """A loan as JSON: amounts in fen, and what it owes and costs on the day."""
    from ledger.streams import loan as loans

    running = state.status == loans.RUNNING
    brought = loans.bring_up(state, on, terms)[0] if running else state
    claim = loans.claim_on(brought, on, terms)
    return {
        "loan": key,
        "as_of": on.isoformat(),
        "status": state.status,
        "borrower": state.borrower,
        "purpose": state.purpose,
        "method": state.method,
        "amount_fen": state.amount_fen,
        "limit_fen": state.limit_fen,
        "bound_by": state.binding,
        "rate": str(state.rate),
        "balance_fen": state.balance_fen,
        "overdue_fen": state.overdue_fen,
        "months_left": state.months_left,
        "instalment_fen": state.instalment_fen,
        "next_due_on": state.next_due_on,
        "owed": claim._asdict(),
        "days_overdue": loans.days_overdue(brought, on),
        "payoff_fen": loans.payoff_on(state, on, terms).total_fen if running else 0,
        "grade": state.grade,
        "security": [
            {"kind": kind, "document": document, "giver": giver} for kind, document, giver in state.security
        ],
        "offset": state.offset_mode or None,
        "repay_by": state.repay_by,
        "recourse_fen": state.recourse_fen,
        "written_off_fen": state.written_off_fen,
    }


def _lines(facts: dict[str, Any]) -> list[str]:
    from projections.views.words import term

    shown = {
        name: format_fen(fen) for name, fen in facts.items() if name.endswith("_fen") and isinstance(fen, int)
    }
    purpose, owed = term("purpose", facts["purpose"], language()), format_fen(sum(facts["owed"].values()))
    head = f"{facts['loan']} · {facts['borrower']} · {facts['status']} · {purpose}"
    on, rate, balance, overdue_part = (
        facts["as_of"],
        facts["rate"],
        shown["balance_fen"],
        shown["overdue_fen"],
    )
    lines = [
        words(f"贷款 {head}", f"Loan {head}"),
        words(
            f"  截至 {on} 余额 {balance} 元（逾期科目 {overdue_part} 元），年利率 {rate}",
            f"  balance on {on}: {balance} ({overdue_part} in the overdue account), yearly rate {rate}",
        ),
    ]
    if facts["status"] == "running":
        days, left, due_on, payoff = (
            facts["days_overdue"],
            facts["months_left"],
            facts["next_due_on"],
            shown["payoff_fen"],
        )
        lines += [
            words(
                f"  到期应还 {owed} 元（逾期 {days} 天），结清金额 {payoff} 元",
                f"  owed {owed} ({days} days overdue), settled by {payoff}",
            ),
            words(f"  剩余 {left} 期，下期 {due_on}", f"  {left} instalments left, the next on {due_on}"),
        ]
    return lines


# ---------------------------------------------------------------- all loans


@loan.command(
    "list",
    zh="贷款台账：各笔贷款与合计（121、122），可看某一业务日、某日已知。",
    example="provident loan list --status running --json\nprovident loan list --as-of 2019-12-31 --known-on 2020-01-05",
)
@option("--status", default="", zh="只列此状态。", en="Only loans of this status.")
@as_of
@known_on
@as_json
def list_loans(status: str, as_of: date | None, known_on: date | None, json_wanted: bool) -> None:
    """List the loan register with the totals of 121 and 122, effective on a day, as known on a day."""
    from ledger.streams.loan import STATUSES
    from projections.views.loans import register

    if status and status not in STATUSES:
        raise wrong_use(
            words(f"状态须为 {', '.join(STATUSES)}", f"the status is one of {', '.join(STATUSES)}")
        )
    with open_desk() as desk, desk.ledger.database.reading() as connection:
        found, terms = list(register(connection, status, as_of, known_on)), _terms(desk, as_of or today())
    if json_wanted:
        say_json([facts_of(key, one, as_of or today(), terms) for key, one in found])
        return
    heads = (
        words("贷款", "loan"), words("借款人", "borrower"), words("状态", "status"), words(">利率", ">rate"),
        words(">发放", ">paid out"), words(">121 正常", ">121 normal"), words(">122 逾期", ">122 overdue"),
        words("下期", "next due"), words("分类", "grade"),
    )  # fmt: skip
    rows = [(key, *_row(one)) for key, one in found]
    sums = (
        sum(getattr(one, name) for _, one in found) for name in ("disbursed_fen", "normal_fen", "overdue_fen")
    )
    say_table(heads, [*rows, (words("合计", "total"), "", "", "", *map(format_fen, sums), "", "")])


def _row(one: Loan) -> tuple[Any, ...]:
    amounts = map(format_fen, (one.disbursed_fen, one.normal_fen, one.overdue_fen))
    return (one.borrower, one.status, f"{one.rate * 100:f}%", *amounts, one.next_due_on, one.grade)


@loan.command(
    zh="逾期清单：到某日未还的各笔贷款，逾期最久的在前。", example="provident loan overdue --as-of 2020-07-30"
)
@as_of
@known_on
@as_json
def overdue(as_of: date | None, known_on: date | None, json_wanted: bool) -> None:
    """List the loans that are overdue on a day, the longest first, as known on a day."""
    from projections.views.loans import overdue as overdue_on

    on = as_of or today()
    past = on if on < today() else None
    with open_desk() as desk, desk.ledger.database.reading() as connection:
        found = overdue_on(connection, on, _terms(desk, on), past, known_on)
    if json_wanted:
        say_json([one._asdict() for one in found])
        return
    heads = (
        words("贷款", "loan"), words("借款人", "borrower"), words("自", "since"), words(">天", ">days"),
        words(">期数", ">instalments"),
        words(">本金", ">principal"), words(">利息", ">interest"), words(">罚息", ">penalty"), words(">余额", ">balance"),
        words("分类", "grade"), words(">催收", ">letters"),
    )  # fmt: skip
    say_table(heads, ((*one[:5], *map(format_fen, one[5:9]), *one[9:]) for one in found))


@loan.command(
    zh="贷款统计：一段时间内的发放、回收、利息、罚息，与期末余额、分类、准备金、存贷比。",
    example="provident loan figures --from 2019-01-01 --to 2019-12-31 --json",
)
@option("--from", "first", type=day, required=True, zh="起日。", en="First day.")
@option("--to", "last", type=day, required=True, zh="止日。", en="Last day.")
@known_on
@as_json
def figures(first: date, last: date, known_on: date | None, json_wanted: bool) -> None:
    """Say what all loans came to in a time and how they stood at its end: flows, balance, grades, reserve, share."""
    from projections.views.journal import Journal
    from projections.views.loans import figures as figures_of
    from projections.views.view import catch_up

    with open_desk() as desk:
        catch_up(desk.ledger.database, Journal())
        with desk.ledger.database.reading() as connection:
            found = figures_of(connection, first, last, known_on)
    if json_wanted:
        say_json(found)
        return
    rows = (
        (name, format_fen(one) if name.endswith("_fen") and isinstance(one, int) else one)
        for name, one in found.items()
    )
    say_table((words("项目", "figure"), words(">数值", ">value")), rows)


@loan.command(
    "run",
    cls=Command,
    zh="对全部贷款分批办理：instalments 到期与逾期，reprice 利率调整，offset 冲还贷；中断后重做即接续。",
    example="provident loan run instalments --on 2020-07-30\nprovident loan run reprice --on 2021-01-01",
)
@click.argument("what", type=click.Choice(("instalments", "reprice", "offset")))
@option("--on", "on_day", type=day, zh="业务日，默认今天。", en="Value date, today by default.")
@option(
    "--mode",
    type=click.Choice(("monthly", "yearly")),
    default="monthly",
    show_default=True,
    zh="冲还贷方式。",
    en="Which offset.",
)
@option("--by", "actor", default="clerk", show_default=True, zh="经办人。", en="Who does it.")
@as_json
def run_loans(what: str, on_day: date | None, mode: str, actor: str, json_wanted: bool) -> None:
    """Carry a run over all loans out in chunks: what fell due, repricing, or repayment from the fund accounts."""
    from commands.loan_runs import RUNS, run_over_loans

    command = next(name for name, begins in RUNS.items() if begins == what)
    with open_desk() as desk, progress("贷款批处理", "running over the loans") as advance:
        done = run_over_loans(
            desk, command, on_day or today(), actor=actor, mode=mode if what == "offset" else "", tell=advance
        )
    if json_wanted:
        say_json(done)
        return
    say(
        f"{done['chunks']} 批，{done['loans']} 笔贷款，变动 {done['changed']} 笔",
        f"{done['chunks']} chunks, {done['loans']} loans, {done['changed']} changed",
    )
    for key in done["left_out"]:
        say(f"  未办：{key}（该日之后已有变动）", f"  left out: {key} (something later was booked already)")
