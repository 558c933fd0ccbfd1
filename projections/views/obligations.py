"""Obligations (期限义务): who must do what by which day, and whether it was done in time.

The 30 days of 葫政发〔2019〕12号 第七、八、九条, the 5 and 10 days of 第九条第三款, the days of 条例第十四、十九、二十五条.
An obligation arises from an event and is done by another; a late one stays visible as late for ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Date, Table, Text, delete, func, insert, select

from ledger.dates import business_day, days_after, month_of, working_days_after
from ledger.deadlines import Deadline, named, of_centre, of_party
from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal
from ledger.store import tables
from ledger.store.ledger import events_of_streams
from ledger.store.tables import metadata
from ledger.streams import account, employer, loan, petition, proposal, report
from ledger.streams.base import Recorded
from ledger.streams.result import RESULTS, Distributed, reserve_due_on, reserve_short_fen
from ledger.streams.uplift import ISSUED_ON
from projections.registers import REGISTERS
from projections.views import conduct_duties
from projections.views.duty import Done, Due, Effect, Meaning
from projections.views.grant_duties import KINDS as GRANT_KINDS
from projections.views.grant_duties import grant_duties
from projections.views.loans import unrepriced
from projections.views.payments import without_account
from projections.views.uplift import owed_reports
from projections.views.view import Seen, target

OBLIGATION: Final = Table(
    "view_obligation_v1",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("who", Text, nullable=False),
    Column("arose_on", Date, nullable=False),
    Column("due_on", Date, nullable=True),
    Column("done_on", Date, nullable=True),
    Column("clause", Text, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("done_event_id", BigInteger, nullable=False),
)

CITY, NATIONAL = "葫政发〔2019〕12号", "住房公积金管理条例"

KINDS: Final = {
    "seal": ("封存", "seal the account", f"{CITY} 第七条"),
    "seal_centrally": ("集中封存", "seal the account centrally", f"{CITY} 第八条"),
    "transfer_out": ("转出", "transfer the account out", f"{CITY} 第九条"),
    "transfer_in": ("转入", "transfer the account in", f"{CITY} 第九条"),
    "urged": ("单位在督促后办理", "act after being urged", f"{CITY} 第九条第三款"),
    "centre_acts": ("中心代为办理", "act in the employer's place", f"{CITY} 第九条第三款"),
    "answer_balance": ("书面答复余额复核", "answer the doubt about a balance", f"{NATIONAL} 第三十六条"),
    "book_reserve": (
        "按时足额提取风险准备金",
        "book the risk reserve in time and in full",
        f"{CITY} 第二十一条",
    ),
    "open_accounts": ("为职工开户", "open the employees' accounts", f"{NATIONAL} 第十四条"),
    "open_account": ("为新职工开户", "open the new employee's account", f"{NATIONAL} 第十五条"),
    "remit": ("汇缴", "remit the month", f"{NATIONAL} 第十九条"),
    "publish_report": ("公布年度报告", "publish the annual report", f"{CITY} 第二十五条"),
    "decide_loan": ("贷款审批", "decide the application for a loan", f"{NATIONAL} 第二十六条"),
    "reprice_loan": ("调整贷款利率", "give the loan its new rate", f"{CITY} 第十七条"),
    "repay_early": ("提前还清贷款", "repay the loan that was demanded", f"{CITY} 第二十八条第二款"),
    "publish_standards": ("公布新标准", "publish the new standards", "葫政办发〔2019〕55号 四（三）"),
    "report_uplift": ("报告提标进展", "report the raise of standards", "葫政办发〔2019〕55号 四（三）"),
    "decide": ("审批", "decide the application", f"{CITY} 第十二条"),
    "decide_withdrawal": ("提取审批", "decide the application to withdraw", f"{NATIONAL} 第二十五条"),
    "payee_account": (
        "登记收款账户后划款",
        "put the payee's account on file and send the order",
        f"{CITY} 第十二条",
    ),
    "pay_remainder": ("销户后补付", "pay what is owed to a closed account", f"{NATIONAL} 第三、二十一条"),
    **conduct_duties.KINDS,
}
"""What is to be done, in Chinese and English, and the clause."""


OF_PARTIES: Final = conduct_duties.OF_PARTIES | {
    "seal", "seal_centrally", "transfer_out", "transfer_in", "urged", "open_accounts", "open_account", "remit"
}  # fmt: skip
"""Periods of employers and citizens: a rest day moves their end on."""

NAMED: Final = conduct_duties.NAMED | GRANT_KINDS.keys() | {
    "repay_early", "reprice_loan", "publish_standards", "report_uplift"
}  # fmt: skip
"""Days that a notice, an order or a demand names, and working days of the offices of grants. All else is the centre's."""


Rows = dict[tuple[str, str], dict[str, dict[str, Any]]]
"""Rows by kind and subject, then by id."""


class Obligations:
    """Duties with their days. ``book`` gives the days that no event carries."""

    name = "obligations"
    tables = (OBLIGATION,)

    def __init__(self, book: PolicyBook | None = None) -> None:
        self.book = book or PolicyBook.bundled()

    def apply(self, connection: Connection, events: Sequence[Seen], names: dict[str, str]) -> None:
        table = target(OBLIGATION, names)
        effects = [
            (seen.id, effect)
            for seen in events
            if type(seen.body) in _RULES
            for effect in _RULES[type(seen.body)](self.book, seen)
        ]
        finished = {(done.kind, done.subject) for _, done in effects if isinstance(done, Done)}
        rows = self._open_rows(connection, table, finished)
        gone = {row_id for of_subject in rows.values() for row_id in of_subject}
        for event_id, effect in effects:
            of_subject = rows[effect.kind, effect.subject]
            if isinstance(effect, Due):
                of_subject[effect.id] = _row(effect, event_id)
            else:
                _finish(of_subject, effect, event_id)
        written = [row for of_subject in rows.values() for row in of_subject.values()]
        gone |= {row["id"] for row in written if row["kind"] not in _BORN_ONCE}
        for some in _portions(sorted(gone)):
            connection.execute(delete(table).where(table.c.id.in_(some)))
        if written:
            connection.execute(insert(table), written)

    @staticmethod
    def _open_rows(connection: Connection, table: Any, finished: set[tuple[str, str]]) -> Rows:
        rows: Rows = defaultdict(dict)
        for some in _portions(sorted({subject for _, subject in finished})):
            asked = select(table).where(table.c.subject.in_(some), table.c.done_on.is_(None))
            for row in connection.execute(asked):
                if (row.kind, row.subject) in finished:
                    rows[row.kind, row.subject][row.id] = dict(row._mapping)
        return rows


def _row(due: Due, event_id: int) -> dict[str, Any]:
    return {
        "id": due.id,
        "kind": due.kind,
        "subject": due.subject,
        "who": due.who,
        "arose_on": due.arose_on,
        "due_on": due.due_on,
        "done_on": due.done_on,
        "clause": KINDS[due.kind][2],
        "event_id": event_id,
        "done_event_id": event_id if due.done_on else 0,
    }


def _finish(of_subject: dict[str, dict[str, Any]], done: Done, event_id: int) -> None:
    for row_id in [row_id for row_id, row in of_subject.items() if row["done_on"] is None]:
        if done.on is None:
            del of_subject[row_id]
        else:
            of_subject[row_id] |= {"done_on": done.on, "done_event_id": event_id}


def _portions(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), 900):
        yield values[start : start + 900]


_BORN_ONCE: Final = frozenset(
    {"open_account", "open_accounts", "decide", "decide_withdrawal", "remit", "publish_report"}
)
"""Kinds whose id never comes back, so that nothing older has to make room."""


# ---------------------------------------------------------------- what each event means


def _registered(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: employer.Registered = seen.body  # type: ignore[assignment]
    days = book.value("account_opening_days", body.effective_on).value
    yield Due("open_accounts", seen.key, seen.key, body.effective_on, days_after(body.effective_on, days))


def _remitted(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: employer.MonthRemitted = seen.body  # type: ignore[assignment]
    days = book.value("remittance_days_after_payday", body.effective_on).value
    paid_on = body.due_on - timedelta(days=days)
    yield Due("remit", seen.key, seen.key, paid_on, body.due_on, body.effective_on, body.month)


def _opened(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: account.Opened = seen.body  # type: ignore[assignment]
    days = book.value("registration_days", body.effective_on).value
    yield Done("open_accounts", body.employer, body.effective_on)
    yield Due(
        "open_account",
        seen.key,
        body.employer,
        body.joined_on,
        days_after(body.joined_on, days),
        body.effective_on,
    )


def _relation_broken(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: account.RelationBroken = seen.body  # type: ignore[assignment]
    kind = "seal" if body.how == "interrupted" else "seal_centrally"
    yield Due(kind, seen.key, "", body.broken_on, body.due_on)


def _sealed(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: account.Sealed = seen.body  # type: ignore[assignment]
    yield Done("seal", seen.key, None)
    yield Due("seal", seen.key, "", body.broken_on, body.due_on, body.effective_on)


def _unsealed(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    """The relation resumed: a seal that was never made is no longer owed."""
    yield Done("seal", seen.key, None)


def _sealed_centrally(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: account.SealedCentrally = seen.body  # type: ignore[assignment]
    yield Done("seal_centrally", seen.key, None)
    yield Due("seal_centrally", seen.key, "", body.ended_on, body.due_on, body.effective_on)


def _transferred(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: account.Transferred = seen.body  # type: ignore[assignment]
    yield Done("seal_centrally", seen.key, None)
    on = body.effective_on
    yield Due("transfer_out", seen.key, body.from_employer, body.ended_on, body.out_due_on, on)
    yield Due("transfer_in", seen.key, body.to_employer, body.hired_on, body.in_due_on, on)


def _urged(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: petition.EmployerUrged = seen.body  # type: ignore[assignment]
    yield Due("urged", seen.key, body.employer, body.effective_on, body.employer_due_on)
    yield Due("centre_acts", seen.key, "centre", body.employer_due_on, body.centre_due_on)


def _petition_settled(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    """An employer that acts after all leaves nothing for the centre to do in its place."""
    body: petition.Settled = seen.body  # type: ignore[assignment]
    yield Done("urged", seen.key, body.effective_on)
    yield Done("centre_acts", seen.key, body.effective_on if body.by == "centre" else None)


def _petition_withdrawn(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    yield Done("urged", seen.key, None)
    yield Done("centre_acts", seen.key, None)
    yield Done("answer_balance", seen.key, None)


def _balance_doubted(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: petition.BalanceDoubted = seen.body  # type: ignore[assignment]
    yield Due("answer_balance", seen.key, "centre", body.effective_on, body.answer_by)


def _balance_reviewed(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    yield Done("answer_balance", seen.key, seen.body.effective_on)


def _proposed(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    """The city counts working days for every payment; the State counts days for a withdrawal, whichever ends first."""
    body: proposal.Made = seen.body  # type: ignore[assignment]
    on = body.effective_on
    working_days = book.value("withdrawal_review_working_days", on).value
    yield Due("decide", seen.key, "centre", on, _by_calendar(working_days_after, on, working_days))
    if body.command == "withdraw":
        last_on = days_after(on, book.value("withdrawal_decision_days", on).value)
        yield Due("decide_withdrawal", seen.key, "centre", on, last_on)


def _by_calendar(ends: Callable[..., date], *counted: Any) -> date | None:
    """A day that the work calendar gives, or none while the year's calendar has not been published."""
    try:
        return ends(*counted)
    except Refusal:
        return None


def _decided(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    yield Done("decide", seen.key, seen.body.effective_on)
    yield Done("decide_withdrawal", seen.key, seen.body.effective_on)


def _report_published(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    """The first edition does it; a restated one has no day of its own."""
    body: report.Published = seen.body  # type: ignore[assignment]
    if body.edition == 1:
        arose_on = date(int(seen.key) + 1, 1, 1)
        yield Due("publish_report", seen.key, "centre", arose_on, body.due_on, body.effective_on)


def _loan_applied(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: loan.Applied = seen.body  # type: ignore[assignment]
    yield Due("decide_loan", seen.key, "centre", body.effective_on, body.decide_by)


def _loan_decided(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    yield Done("decide_loan", seen.key, seen.body.effective_on)


def _loan_demanded(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    body: loan.DemandedEarly = seen.body  # type: ignore[assignment]
    yield Done("repay_early", seen.key, None)
    yield Due("repay_early", seen.key, "", body.effective_on, body.repay_by)


def _loan_settled(book: PolicyBook, seen: Seen) -> Iterator[Effect]:
    yield Done("repay_early", seen.key, seen.body.effective_on)


_RULES: Final[dict[type, Meaning]] = {
    employer.Registered: _registered,
    employer.MonthRemitted: _remitted,
    account.Opened: _opened,
    account.RelationBroken: _relation_broken,
    account.Sealed: _sealed,
    account.Unsealed: _unsealed,
    account.SealedCentrally: _sealed_centrally,
    account.Transferred: _transferred,
    petition.EmployerUrged: _urged,
    petition.Settled: _petition_settled,
    petition.Withdrawn: _petition_withdrawn,
    petition.BalanceDoubted: _balance_doubted,
    petition.BalanceReviewed: _balance_reviewed,
    loan.Applied: _loan_applied,
    loan.Approved: _loan_decided,
    loan.Rejected: _loan_decided,
    loan.GivenUp: _loan_decided,
    loan.DemandedEarly: _loan_demanded,
    loan.Settled: _loan_settled,
    proposal.Made: _proposed,
    proposal.Approved: _decided,
    proposal.Rejected: _decided,
    report.Published: _report_published,
    **conduct_duties.RULES,
}


# ---------------------------------------------------------------- reading


class Obligation(NamedTuple):
    """An obligation as it stands on a day.

    ``due_on`` is the day that the counting gives and ``last_day`` the last one in time, empty while the calendar that it
    depends on is not published. ``late_days`` counts calendar days beyond it, and is empty where that cannot be told yet.
    """

    kind: str
    zh: str
    en: str
    subject: str
    who: str
    arose_on: date
    due_on: date | None
    done_on: date | None
    late_days: int | None
    clause: str
    event_id: int
    last_day: date | None


class Row(NamedTuple):
    """An obligation before it is asked how it stands on a day."""

    kind: str
    subject: str
    who: str
    arose_on: date
    due_on: date | None
    done_on: date | None
    clause: str
    event_id: int


def deadline(kind: str, due_on: date, book: PolicyBook) -> Deadline:
    """When an obligation of a kind ends: a period of a party, one of the centre's own, or a day that is named."""
    if kind in OF_PARTIES:
        return of_party(due_on)
    if kind in NAMED:
        return named(due_on)
    return of_centre(due_on, book.value("centre_period_end", due_on).value)


def obligations(
    connection: Connection, on: date, *, only_open: bool = False, book: PolicyBook | None = None
) -> list[Obligation]:
    """Obligations as they stand on a day, the most pressing first; months that nobody remitted yet among them."""
    book = book or PolicyBook.bundled()
    asked = select(OBLIGATION).order_by(OBLIGATION.c.due_on, OBLIGATION.c.id)
    if only_open:
        asked = asked.where(OBLIGATION.c.done_on.is_(None))
    found = [_recorded(row, on, book) for row in connection.execute(asked)]
    found += _unremitted(connection, on, book)
    found += _unrepriced(connection, on, book)
    found += _about_grants(connection, on, book)
    found += _unpublished(connection, on, book)
    found += _about_uplift(connection, on, book)
    found += _remainders(connection, on, book)
    found += _without_account(connection, on, book)
    found += _about_reserve(connection, on, book, only_open)
    return sorted(found, key=lambda one: (one.due_on or date.max, one.kind, one.subject))


def _unremitted(connection: Connection, on: date, book: PolicyBook) -> Iterator[Obligation]:
    """Months past their pay day that an employer with staff has not remitted: no event says so, the register does."""
    accounts = REGISTERS["account"].table.c
    staffed = select(accounts.employer).where(accounts.status == "normal").distinct()
    keys = list(connection.execute(staffed).scalars())
    for key, (_, state) in REGISTERS["employer"].read(connection, keys).items():
        for month in range(employer.expected_month(state), month_of(on) + 1):
            paid_on = employer.pay_day_in(state, month)
            if state.status != "active" or paid_on > on or employer.in_months(state.deferred, month):
                continue
            due_on = days_after(paid_on, book.value("remittance_days_after_payday", paid_on).value)
            yield _waiting("remit", key, key, paid_on, due_on, on, book)


def _unpublished(connection: Connection, on: date, book: PolicyBook) -> Iterator[Obligation]:
    """Years that are over since this ledger began and whose annual report nobody published yet."""
    began = connection.execute(select(func.min(tables.commit.c.recorded_at))).scalar()
    if began is None:
        return
    register: Any = REGISTERS["report"]
    years = range(business_day(began).year, on.year)
    known = register.read(connection, [report.key(year) for year in years])
    for year in years:
        key, arose_on = report.key(year), date(year + 1, 1, 1)
        if key in known and known[key][1].published_on:
            continue
        last_day = book.value("annual_report_month_day", arose_on).value
        due_on = date.fromisoformat(f"{year + 1:04d}-{last_day}")
        yield _waiting("publish_report", key, "centre", arose_on, due_on, on, book)


def _unrepriced(connection: Connection, on: date, book: PolicyBook) -> Iterator[Obligation]:
    """Running loans that the newest day of new rates left at an older one: no event says so, the register does."""
    for key, since in unrepriced(connection, on, book):
        yield _waiting("reprice_loan", key, "centre", since, since, on, book)


def _about_grants(connection: Connection, on: date, book: PolicyBook) -> Iterator[Obligation]:
    """Reviews, objections and repayments that wait: the register of grants says so."""
    for one in grant_duties(connection, on, book):
        yield _waiting(one.kind, one.grant, one.who, one.arose_on, one.due_on, on, book)


def _remainders(connection: Connection, on: date, book: PolicyBook) -> Iterator[Obligation]:
    """Closed accounts that hold money since: the register says so."""
    accounts = REGISTERS["account"].table.c
    asked = select(accounts.key, accounts.moved_on).where(
        accounts.status == "closed", accounts.carried_fen + accounts.current_fen > 0
    )
    for key, moved_on in connection.execute(asked.order_by(accounts.key)):
        yield _waiting("pay_remainder", key, "centre", moved_on, None, on, book)


def _without_account(connection: Connection, on: date, book: PolicyBook) -> Iterator[Obligation]:
    """Orders that no batch takes along: the payee has to name an account."""
    for one in without_account(connection, on):
        yield _waiting("payee_account", one.payment, one.payee, one.ordered_on, None, on, book)


def _about_uplift(connection: Connection, on: date, book: PolicyBook) -> Iterator[Obligation]:
    for one in owed_reports(connection, on, book):
        subject, who = f"{one.area} {one.due_on}", f"county_office@{one.area}"
        yield _waiting(one.kind, subject, who, ISSUED_ON, one.due_on, on, book)


def _about_reserve(
    connection: Connection, on: date, book: PolicyBook, only_open: bool
) -> Iterator[Obligation]:
    """The risk reserve of every year whose result was closed: done when it is booked in full (按时、足额)."""
    clause = KINDS["book_reserve"][2]
    keys = list(connection.execute(select(REGISTERS["result"].table.c.key)).scalars())
    for stream, events in sorted(events_of_streams(connection, [RESULTS.id(key) for key in keys]).items()):
        key = stream.removeprefix(RESULTS.id(""))
        last = date(int(key), 12, 31)
        month_day = book.find("risk_reserve_due_month_day", last)
        due_on = reserve_due_on(int(key), month_day.value) if month_day else None
        done_on = next(filter(None, map(_reserve_booked_on, events)), None)
        if not (done_on and only_open):
            yield _obligation(Row("book_reserve", key, "centre", last, due_on, done_on, clause, 0), on, book)


def _reserve_booked_on(one: Recorded) -> date | None:
    """The day on which an event booked the whole reserve of its year; nothing where it is short or is no distribution."""
    if not isinstance(one.body, Distributed) or reserve_short_fen(one.body):
        return None
    return one.body.booked_on or business_day(one.recorded_at)


def _waiting(
    kind: str, subject: str, who: str, arose_on: date, due_on: date | None, on: date, book: PolicyBook
) -> Obligation:
    """What no event says: a register shows that it is not done."""
    clause = (GRANT_KINDS.get(kind) or KINDS[kind])[2]
    return _obligation(Row(kind, subject, who, arose_on, due_on, None, clause, 0), on, book)


def _recorded(row: Any, on: date, book: PolicyBook) -> Obligation:
    wanted = (row.kind, row.subject, row.who, row.arose_on, row.due_on, row.done_on, row.clause, row.event_id)
    return _obligation(Row(*wanted), on, book)


def _obligation(row: Row, on: date, book: PolicyBook) -> Obligation:
    zh, en, _ = GRANT_KINDS.get(row.kind) or KINDS[row.kind]
    last_day: date | None = None
    late: int | None = 0
    if row.due_on is not None:
        end = deadline(row.kind, row.due_on, book)
        last_day = end.last_day_known
        if row.kind not in conduct_duties.RIGHTS:
            late = end.late_days_known(row.done_on or on)
    return Obligation(
        row.kind, zh, en, row.subject, row.who, row.arose_on, row.due_on, row.done_on, late,
        row.clause, row.event_id, last_day,
    )  # fmt: skip
