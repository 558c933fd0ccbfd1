"""What a scenario may expect: questions about a history, effective on one day and as known on another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

from commands.handlers.employers import owed
from commands.law import Law
from commands.scenarios.rolls import ROLL_QUESTIONS
from commands.scenarios.subsidies import SUBSIDY_QUESTIONS
from commands.scenarios.subsidy_reading import READING_QUESTIONS
from ledger.books.posting import post
from ledger.books.subsidies import subject_of
from ledger.dates import business_day, format_month, month_of
from ledger.deadlines import of_party
from ledger.money import format_fen, parse_yuan
from ledger.policy.loan_terms import Terms, terms_of
from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal
from ledger.streams import account as accounts
from ledger.streams import employer as employers
from ledger.streams import loan as loans
from ledger.streams import person
from ledger.streams import report as reports
from ledger.streams.base import Recorded
from ledger.streams.loan import Loan
from projections.registers import REGISTERS


class History:
    """The events effective by a day, as known on a day, and the states that they come to."""

    def __init__(
        self, events: Iterable[Recorded], book: PolicyBook, as_of: date, known_on: date | None
    ) -> None:
        self.as_of = as_of
        self.law = Law(book, known_on or as_of)
        self.events = [
            one
            for one in events
            if one.body.effective_on <= as_of
            and (known_on is None or business_day(one.recorded_at) <= known_on)
        ]

    @cached_property
    def streams(self) -> dict[str, list[Recorded]]:
        found: dict[str, list[Recorded]] = defaultdict(list)
        for one in self.events:
            found[one.originator_id].append(one)
        return found

    def state(self, kind: str, key: str) -> Any:
        """The state of a stream; refuses ``scenario_subject_unknown`` where there is none by then."""
        stream = REGISTERS[kind].stream
        of_stream = self.streams.get(stream.id(key))
        if of_stream is None:
            raise Refusal("scenario_subject_unknown", kind=kind, key=key, as_of=self.as_of.isoformat())
        return stream.fold([one.body for one in of_stream])

    def account(self, key: str) -> accounts.Account:
        state: accounts.Account = self.state("account", key)
        return accounts.at_day(state, self.as_of)

    def staff(self, employer: str) -> dict[str, accounts.Account]:
        prefix = REGISTERS["account"].stream.id("")
        keys = [stream.removeprefix(prefix) for stream in self.streams if stream.startswith(prefix)]
        found = {key: self.account(key) for key in sorted(keys)}
        return {key: one for key, one in found.items() if one.employer == employer and one.status != "closed"}

    def adjusted_fen(self, year: int) -> int:
        found = [one.body for one in self.events if isinstance(one.body, accounts.InterestCredited)]
        return sum(
            one.carried_fen + one.current_fen
            for one in found
            if one.kind == "adjustment" and one.year == year
        )

    def report(self, key: str) -> reports.Edition:
        state: reports.Report = self.state("report", key)
        return state.editions[-1]

    def report_figure(self, key: str) -> int:
        year, _, figure = key.partition(".")
        figures = self.report(year).figures
        if figure not in figures:
            raise Refusal("scenario_subject_unknown", kind="report", key=key, as_of=self.as_of.isoformat())
        return figures[figure]

    def subject_fen(self, code: str) -> int:
        """The balance of a subject of the chart on the side where it normally stands."""
        subject = subject_of(code)
        if subject is None or "." in code:
            raise Refusal("subject_unknown", subject=code)
        lines = [line for one in self.events for line in post(one.body)]
        fen = sum(amount for line, amount in lines if line.partition(".")[0] == code)
        return fen if subject.side == "debit" else -fen


def _base(history: History, key: str) -> int:
    return accounts.base_in(history.account(key), month_of(history.as_of))


def _paid_up_to(history: History, key: str) -> str:
    month = history.account(key).paid_up_to
    return format_month(month) if month else ""


def _missing(history: History, key: str) -> list[str]:
    months = accounts.unpaid_months(history.account(key), month_of(history.as_of) - 1)
    return [format_month(month) for month in months]


def _late(history: History, key: str) -> int:
    """Days by which the last sealing or transfer came after its due day."""
    history.account(key)
    late = 0
    for one in history.streams[f"account-{key}"]:
        match one.body:
            case accounts.Sealed() | accounts.SealedCentrally():
                late = of_party(one.body.due_on).late_days(one.body.effective_on)
            case accounts.Transferred():
                due_on = min(one.body.out_due_on, one.body.in_due_on)
                late = of_party(due_on).late_days(one.body.effective_on)
    return late


def _arrears(history: History, key: str) -> int:
    state: employers.Employer = history.state("employer", key)
    return sum(fen for _, _, fen in owed(history.law, state, history.staff(key), history.as_of))


def _rate(history: History, key: str) -> str:
    return str(employers.rate_in(history.state("employer", key), month_of(history.as_of)))


def _conduct(history: History, key: str) -> person.Conduct:
    """The record of a person, empty where nothing is on it by then."""
    of_person = history.streams.get(person.PERSONS.id(key), [])
    return person.PERSONS.fold([one.body for one in of_person])


def _barred_until(matter: str) -> Callable[[History, str], str]:
    def until(history: History, key: str) -> str:
        found = person.standing(_conduct(history, key), matter, history.as_of)
        last_day = found and person.end_of(found.ban)
        return "" if found is None else last_day.isoformat() if last_day else "open"

    return until


def _owed_back(history: History, key: str) -> int:
    return sum(one.open_fen for one in _conduct(history, key).cases if not one.corrected_on)


def _blacklisted(history: History, key: str) -> list[str]:
    return [one.case for one in _conduct(history, key).cases if not one.corrected_on]


class Question(NamedTuple):
    """One word of an expectation: what it asks, how the answer is found, and whether it is an amount of money."""

    means: str
    answer: Callable[[History, str], Any]
    money: bool = False


def _field(kind: str, name: str) -> Callable[[History, str], Any]:
    return lambda history, key: getattr(history.state(kind, key), name)


def _loan(ask: Callable[[History, Loan], Any]) -> Callable[[History, str], Any]:
    return lambda history, key: ask(history, history.state("loan", key))


LOAN_QUESTIONS: Final[dict[str, Question]] = {
    "loan_status": Question(
        "`applied`, `rejected`, `given_up`, `approved`, `signed`, `running`, `written_off` or `settled` (贷款状态)",
        _field("loan", "status"),
    ),
    "loan_balance": Question("the principal owed of a loan (贷款余额)", _field("loan", "balance_fen"), True),
    "loan_overdue": Question(
        "the part of it that stands in 122 (逾期贷款)", _field("loan", "overdue_fen"), True
    ),
    "loan_rate": Question("its yearly rate (贷款利率)", _field("loan", "rate")),
    "loan_limit": Question("what it could have been at most (可贷额度)", _field("loan", "limit_fen"), True),
    "loan_bound_by": Question("the limit that binds it (受限于)", _field("loan", "binding")),
    "loan_decide_by": Question("the last day to decide on it (审批期限)", _field("loan", "decide_by")),
    "loan_instalment": Question(
        "its level payment, or its principal of each month (月还款额)", _field("loan", "instalment_fen"), True
    ),
    "loan_months_left": Question(
        "the instalments that are still to come (剩余期数)", _field("loan", "months_left")
    ),
    "loan_next_due": Question(
        "the day of its next instalment, or empty (下期还款日)", _field("loan", "next_due_on")
    ),
    "loan_grade": Question("its grade (五级分类)", _field("loan", "grade")),
    "loan_recourse": Question(
        "what its guarantor may ask back (追偿权)", _field("loan", "recourse_fen"), True
    ),
    "loan_owed": Question(
        "what of it fell due and is owed on the day, penalty included (应还)",
        _loan(lambda h, one: loans.claim_on(one, h.as_of, _terms(h)).total_fen),
        money=True,
    ),
    "loan_penalty": Question(
        "the penalty in that (罚息)",
        _loan(lambda h, one: loans.claim_on(one, h.as_of, _terms(h)).penalty_fen),
        money=True,
    ),
    "loan_payoff": Question(
        "what settles it on the day (结清金额)",
        _loan(lambda h, one: loans.payoff_on(one, h.as_of, _terms(h)).total_fen),
        money=True,
    ),
}
"""The questions about loans."""


def _terms(history: History) -> Terms:
    return terms_of(history.law.book, history.as_of, history.law.known_on)


QUESTIONS: Final[dict[str, Question]] = {
    "balance": Question(
        "balance of an account (余额)", lambda h, key: h.account(key).balance_fen, money=True
    ),
    "carried": Question(
        "its carried-forward part (上年结转)", lambda h, key: h.account(key).carried_fen, True
    ),
    "current": Question("its current-year part (当年归集)", lambda h, key: h.account(key).current_fen, True),
    "status": Question(
        "`normal`, `sealed`, `centrally_sealed` or `closed` (账户状态)", _field("account", "status")
    ),
    "frozen": Question("the court document that freezes it, or empty (冻结)", _field("account", "frozen")),
    "months": Question("its months of contribution (缴存月数)", _field("account", "months")),
    "employer": Question("the employer it stands with", _field("account", "employer")),
    "base": Question("its contribution base in the month of the day (缴存基数)", _base, True),
    "paid_up_to": Question("the last month that is paid (缴至年月)", _paid_up_to),
    "missing": Question("the complete months that are owed for it (欠缴月份)", _missing),
    "late": Question("days by which its last seal or transfer was late", _late),
    "rate": Question("the rate of an employer in the month of the day (缴存比例)", _rate),
    "arrears": Question("what an employer owes up to the last complete month (欠缴)", _arrears, True),
    "debtor": Question("who pays the arrears of an employer", _field("employer", "debtor")),
    "employer_status": Question("`active`, `merged` or `closed`", _field("employer", "status")),
    "held": Question("what is still held of a receipt (挂账)", _field("receipt", "open_fen"), True),
    "proposal": Question("`open`, `approved` or `rejected`", _field("proposal", "status")),
    "petition": Question(
        "`filed`, `urged` or `settled` (申请督促); `reviewing` or `answered` (余额复核)",
        _field("petition", "status"),
    ),
    "employer_due": Question("the employer's last day in a petition", _field("petition", "employer_due_on")),
    "centre_due": Question("the centre's last day in a petition", _field("petition", "centre_due_on")),
    "paid": Question(
        "the amount of a payment order, `ACCOUNT.VERSION` (划款指令)", _field("payment", "amount_fen"), True
    ),
    "payment": Question("where a payment order stands (划款状态)", _field("payment", "status")),
    "deduction": Question("where the last deduction of a loan stands (扣款)", _field("deduction", "status")),
    "bank_line": Question(
        "what a bank line was matched with, or empty (对账)", _field("bank_line", "matched_to")
    ),
    "held_for_payee": Question(
        "what is held for the payee of a payment order (退汇留存)", _field("payment", "held_fen"), True
    ),
    **LOAN_QUESTIONS,
    "year": Question("`settling` or `settled`, of a fund year (年终结息)", _field("year", "status")),
    "year_adjusted": Question(
        "what adjustments after its settlement added to a fund year's interest (补息)",
        lambda h, key: h.adjusted_fen(int(key)),
        money=True,
    ),
    "report": Question(
        "`drafted`, `returned`, `reviewed` or `published`, of the newest edition of a year's report (年度报告)",
        _field("report", "status"),
    ),
    "report_amount": Question(
        "an amount in the newest edition of a report, `YEAR.FIGURE`",
        lambda h, key: h.report_figure(key),
        money=True,
    ),
    "report_count": Question(
        "a count in the newest edition of a report, `YEAR.FIGURE`", lambda h, key: h.report_figure(key)
    ),
    "report_missing": Question(
        "what the newest edition of a report still lacks", lambda h, key: h.report(key).missing
    ),
    "report_broken": Question(
        "the identities that do not hold in the newest edition of a report",
        lambda h, key: h.report(key).broken,
    ),
    "report_editions": Question(
        "how many editions a report has", lambda h, key: len(h.state("report", key).editions)
    ),
    "trial_balance": Question(
        "the balance of a subject on its normal side (试算平衡)",
        lambda h, code: h.subject_fen(code),
        money=True,
    ),
    "penalty": Question(
        "the state of an order or fine on an employer (责令与处罚)", _field("penalty", "status")
    ),
    "review": Question(
        "`pending`, `upheld` or `annulled`, of a decision (行政复议)", _field("remedy", "review")
    ),
    "suit": Question("the same of a suit (行政诉讼)", _field("remedy", "suit")),
    "enforcement": Question("`pending`, `done` or `rejected` (强制执行)", _field("remedy", "enforcement")),
    "transfer": Question(
        "the state of a contact letter, as the platform codes it (联系函状态)", _field("transfer", "status")
    ),
    "barred_from_withdrawal": Question(
        "the last day without withdrawals, `open` while the money is out, or empty (取消提取资格)",
        _barred_until("withdrawal"),
    ),
    "barred_from_loan": Question(
        "the same for loans (取消贷款资格)",
        _barred_until("loan"),
    ),
    "blacklisted": Question("the cases on a person's record that count (诚信记录)", _blacklisted),
    "owed_back": Question("what a person still has to return (应退回资金)", _owed_back, True),
    **{
        word: Question(*asked)
        for word, asked in {**SUBSIDY_QUESTIONS, **ROLL_QUESTIONS, **READING_QUESTIONS}.items()
    },
    "transfer_due": Question(
        "the last day of what comes next for a contact letter (转移接续期限)", _field("transfer", "due_on")
    ),
    "transfer_fraud": Question(
        "whether a contact letter carries the mark of a fraud (骗提骗贷标识)", _field("transfer", "fraud")
    ),
    "transfer_loans": Question(
        "the loans that a contact letter names (公积金贷款次数)", _field("transfer", "loans")
    ),
    "events": Question("the number of events in the ledger", lambda h, _: len(h.events)),
}
"""Every question by its word. All but ``events`` name their subject."""


def answered(question: Question, history: History, subject: str) -> str:
    """The answer as a scenario writes it."""
    got = question.answer(history, subject)
    return format_fen(got) if question.money else _plain(got)


def wanted(question: Question, equals: Any) -> str:
    """What a scenario wrote, in the same form; an amount that is not quoted text is refused."""
    if not question.money:
        return _plain(equals)
    if not isinstance(equals, str):
        raise Refusal("amount_malformed", text=str(equals))
    return format_fen(parse_yuan(equals))


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_plain, value)) + "]"
    return "" if value is None else str(value)
