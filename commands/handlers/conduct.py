"""Conduct (诚信管理): frauds come on record, persons are barred, bans end, mistakes are corrected (第二十七、二十八条)."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from commands.handlers.employers import follow_mergers
from commands.handlers.registry import Work, command
from commands.law import explanation
from commands.schemas import conduct as schemas
from ledger.policy.rules import Outcome
from ledger.refusal import Refusal
from ledger.streams import account as accounts
from ledger.streams import loan as loans
from ledger.streams import payment as payments
from ledger.streams import person as conduct
from ledger.streams.base import Event

CITY = "葫政发〔2019〕12号"

# ---------------------------------------------------------------- asked by withdrawals and loans


_BARRED: Final = {
    "withdrawal": ("barred_from_withdrawal", "barred_from_withdrawal_until_returned"),
    "loan": ("barred_from_loan", "barred_from_loan_until_returned"),
}


def require_not_barred(work: Work, person: str, matter: str, on: date) -> None:
    """Refuses a ``withdrawal`` or a ``loan`` of a person who is barred from it, on the value date or today.

    Money moves today whatever the value date says, so neither a backdated nor a belated request passes a ban.
    """
    _refuse_barred(person, matter, _standings(work, person, matter, on, work.known_on))


def require_not_barred_on(work: Work, person: str, matter: str, on: date) -> None:
    """The same for what moves no money: an application and a decision are judged by the bans of their own day."""
    _refuse_barred(person, matter, _standings(work, person, matter, on))


def _refuse_barred(person: str, matter: str, standings: list[conduct.Standing]) -> None:
    for found in standings:
        facts = {"person": person, "case": found.case.case, "count": 1 + len(found.beside)}
        last_day = conduct.end_of(found.ban)
        if last_day is not None:
            raise Refusal(_BARRED[matter][0], found.ban.clause, last_day=last_day.isoformat(), **facts)
        if found.ban.clause == conduct.TAKEN_OVER_CLAUSE:
            raise Refusal("barred_by_flag", found.ban.clause, from_centre=found.case.subject, **facts)
        raise Refusal(_BARRED[matter][1], found.ban.clause, **facts)


def is_barred(work: Work, person: str, matter: str, on: date) -> bool:
    """The same as a question, for runs that pass a person over instead of refusing."""
    return bool(_standings(work, person, matter, on, work.known_on))


def _standings(work: Work, person: str, matter: str, *days: date) -> list[conduct.Standing]:
    state: conduct.Conduct = work.uow.state("person", person)
    asked = (conduct.standing(state, matter, day) for day in days)
    return [found for found in asked if found is not None]


# ---------------------------------------------------------------- establishing


@command("establish_fraud", schemas.EstablishFraud, clause=f"{CITY} 第二十八条第一款", zh="骗提认定")
def establish_fraud(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Establishes a fraudulent withdrawal: its money is to come back, and the person is barred as the law says.

    The law of the day of the facts governs. The city's text leaves the years without withdrawals to the decision
    (0 for none); Order 844 fixes three, for loans too.
    """
    account, payment = given["account"], given["payment"]
    owner = work.account(account)
    paid: payments.Payment = work.uow.state("payment", payment)
    if not owner.status or paid.cause.rpartition("/")[0] != f"account-{account}":
        raise Refusal("payment_of_another", payment=payment, account=account)
    amount_fen = paid.amount_fen if given["amount"] is None else given["amount"]
    if amount_fen > paid.amount_fen:
        raise Refusal("more_than_paid", payment=payment, amount_fen=amount_fen, paid_fen=paid.amount_fen)
    outcome = _consequences(work, given, "withdrawal")
    established = conduct.FraudulentWithdrawalEstablished(
        effective_on=given["on"],
        case=given["case"],
        document=given["document"],
        facts_on=given["facts_on"],
        discovered_on=given["discovered_on"] or given["on"],
        account=account,
        payment=payment,
        amount_fen=amount_fen,
        return_by=given["return_by"],
        explanation=explanation(outcome),
        criticised=given["criticised"],
    )
    return _establish(work, owner.person, established, _bars(work, given, "withdrawal", outcome))


@command(
    "establish_unlawful_loan", schemas.EstablishUnlawfulLoan, clause=f"{CITY} 第二十八条第二款", zh="骗贷认定"
)
def establish_unlawful_loan(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Establishes an unlawful loan: it is to be repaid by a day, and the person comes on the blacklist.

    A loan of this ledger must be one that the person took, alone or with others; one of an older system is taken at
    its number. The loan itself is called in by ``demand_early``.
    """
    _check_loan(work, given["loan"], given["person"])
    outcome = _consequences(work, given, "loan")
    established = conduct.UnlawfulLoanEstablished(
        effective_on=given["on"],
        case=given["case"],
        document=given["document"],
        facts_on=given["facts_on"],
        discovered_on=given["discovered_on"] or given["on"],
        loan=given["loan"],
        amount_fen=given["amount"],
        return_by=given["return_by"],
        explanation=explanation(outcome),
    )
    return _establish(work, given["person"], established, _bars(work, given, "loan", outcome))


def _check_loan(work: Work, loan: str, person: str) -> None:
    known: loans.Loan = work.uow.state("loan", loan)
    if known.status and person not in (known.borrower, known.spouse, *known.co_borrowers):
        raise Refusal("loan_of_another", loan=loan, person=person)


def _consequences(work: Work, given: dict[str, Any], offence: str) -> Outcome:
    return work.law.decide("fraud_consequences", given["on"], facts_on=given["facts_on"], offence=offence)


def _establish(
    work: Work,
    person: str,
    established: conduct.FraudulentWithdrawalEstablished | conduct.UnlawfulLoanEstablished,
    bars: tuple[conduct.Barred, ...],
) -> dict[str, Any]:
    work.add("person", person, conduct.establish(work.uow.state("person", person), established, bars))
    return {
        "person": person,
        "case": established.case,
        "amount_fen": established.amount_fen,
        **{f"{bar.matter}_until": bar.last_day and bar.last_day.isoformat() for bar in bars},
    }


def _bars(
    work: Work, given: dict[str, Any], offence: str, consequences: Outcome
) -> tuple[conduct.Barred, ...]:
    """The bans that a decision brings, with the years that the law fixes or leaves to it."""
    may, withdrawal_years = consequences.values, given["withdrawal_years"]
    if offence == "loan" or may["withdrawal_years"] is not None:
        withdrawal_years = _years(withdrawal_years, may["withdrawal_years"], may["withdrawal_years"])
    elif withdrawal_years is None:
        work.law.value("withdrawal_ban_years", given["facts_on"])  # refuses, and says who may set it
    loan_years = _years(given["loan_years"], may["loan_years_min"], may["loan_years_max"])
    days = {
        "offence": offence,
        "facts_on": given["facts_on"],
        "decided_on": given["on"],
        "discovered_on": given["discovered_on"] or given["on"],
    }
    wanted = (("loan", loan_years), ("withdrawal", withdrawal_years))
    return tuple(
        bar(work, given["case"], matter, years, str(may["law"]), days, given["on"])
        for matter, years in wanted
        if years
    )


def _years(given: int | None, least: int | None, most: int | None) -> int | None:
    """The years of a ban within the bounds of the law; where it fixes one number, nobody needs to name it."""
    if least is None or most is None:
        if given:
            raise Refusal("ban_unknown_to_the_law", years=given)
        return None
    if given is None and least == most:
        return least
    if given is None or not least <= given <= most:
        raise Refusal("ban_years_out_of_bounds", years=given or 0, least=least, most=most)
    return given


def bar(
    work: Work,
    case: str,
    matter: str,
    years: int,
    clause: str,
    days: dict[str, Any],
    on: date,
    returned_on: date | None = None,
) -> conduct.Barred:
    """A ban with its last day; without one where it is counted from the full return and that has not come."""
    if returned_on is None and work.law.value("ban_starts_on", days["facts_on"]) == "full_return":
        return conduct.Barred(
            effective_on=on, case=case, matter=matter, years=years, clause=clause, explanation={}
        )
    outcome = work.law.decide(f"{matter}_ban", on, years=years, returned_on=returned_on, **days)
    return conduct.Barred(
        effective_on=on,
        case=case,
        matter=matter,
        years=years,
        clause=clause,
        explanation=explanation(outcome),
        last_day=outcome.values["last_day"],
    )


# ---------------------------------------------------------------- what follows


@command(
    "record_intermediary",
    schemas.RecordIntermediary,
    clause=f"{CITY} 第二十七条第二款",
    zh="中介不良行为登记",
)
def record_intermediary(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Records an intermediary that helped with false papers, for joint punishment by the named body."""
    person = given["person"]
    recorded = conduct.IntermediaryRecorded(
        effective_on=given["on"],
        case=given["case"],
        document=given["document"],
        client=given["client"],
        referred_to=given["referred_to"],
    )
    return _add(work, given, conduct.record_intermediary(work.uow.state("person", person), recorded))


@command("notify_employer", schemas.NotifyEmployer, clause=f"{CITY} 第二十八条第一款", zh="通报所在单位")
def notify_employer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Tells the employer of its employee's misconduct."""
    if not work.employer(given["employer"]).status:
        raise Refusal("employer_unknown", employer=given["employer"])
    notified = conduct.EmployerNotified(
        effective_on=given["on"],
        case=given["case"],
        employer=given["employer"],
        document=given["document"],
    )
    return _add(work, given, conduct.notify_employer(_of(work, given), given["person"], notified))


@command("return_fraud_money", schemas.ReturnMoney, clause=f"{CITY} 第二十八条", zh="退回骗提骗贷资金")
def return_fraud_money(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes money of a case back: a withdrawal's goes to the account again, a loan's repayment stands on the loan.

    The claim itself is kept here and stands in no book: the money was the member's own, and is again when it comes.
    """
    person, on, amount_fen = given["person"], given["on"], given["amount"]
    state = _of(work, given)
    found = conduct.find_case(state, person, given["case"])
    fixed = _fixed(work, found, on) if amount_fen == found.open_fen else ()
    account = _account_of(work, person, found.account) if found.offence == "withdrawal" else ""
    returned = conduct.MoneyReturned(
        effective_on=on,
        case=found.case,
        amount_fen=amount_fen,
        booked_to=f"account-{account}" if account else f"loan-{found.subject}",
        reference=given["reference"],
        settled=amount_fen == found.open_fen,
    )
    recovered = accounts.Recovered(
        effective_on=on, amount_fen=amount_fen, person=person, case=found.case, reference=given["reference"]
    )
    booking: tuple[str, str, Event] = (
        ("account", account, recovered) if account else ("person", person, returned)
    )
    if work.booked_before(*booking):
        return {"person": person, "case": found.case, "open_fen": found.open_fen}
    events = conduct.return_money(state, person, returned, fixed)
    if account:
        work.add("account", account, accounts.recover(work.account(account), account, recovered, ()))
        follow_mergers(work, account)
    after: conduct.Conduct = work.add("person", person, events)
    open_fen = conduct.find_case(after, person, found.case).open_fen
    return {"person": person, "case": found.case, "open_fen": open_fen}


def _account_of(work: Work, person: str, account: str) -> str:
    """Where money of a person goes back to: the account it was taken from, or where that is closed his live one."""
    live = [key for key, one in work.find("account", person=person).items() if one.status != "closed"]
    return account if account in live or not live else live[0]


def _fixed(work: Work, found: conduct.Case, on: date) -> tuple[conduct.Barred, ...]:
    """The bans of a case that were counted from the full return, with their last day now that it has come."""
    return tuple(
        bar(work, found.case, ban.matter, ban.years, ban.clause, _days(found), on, returned_on=on)
        for ban in found.bans
        if ban.last_day is None and ban.lifted_on is None
    )


def _opened_again(work: Work, found: conduct.Case, on: date) -> tuple[conduct.Barred, ...]:
    """The bans that were counted from a full return which was none after all: without a last day again."""
    starts_on = work.law.value("ban_starts_on", found.facts_on or found.decided_on)
    if found.open_fen or starts_on != "full_return":
        return ()
    return tuple(
        bar(work, found.case, ban.matter, ban.years, ban.clause, _days(found), on)
        for ban in found.bans
        if ban.lifted_on is None
    )


def _days(found: conduct.Case) -> dict[str, Any]:
    """What the rules of bans are asked with."""
    return {
        "offence": found.offence,
        "facts_on": found.facts_on,
        "decided_on": found.decided_on,
        "discovered_on": found.discovered_on,
    }


def owe_again(work: Work, account: str, recovered: accounts.Recovered, on: date) -> None:
    """The reversal of a return (冲账): its money is owed again."""
    state: conduct.Conduct = work.uow.state("person", recovered.person)
    found = conduct.find_case(state, recovered.person, recovered.case)
    again = conduct.ReturnReversed(
        effective_on=on,
        case=recovered.case,
        amount_fen=recovered.amount_fen,
        booked_to=f"account-{account}",
        return_by=None if found.open_fen else found.return_by,
    )
    work.add("person", recovered.person, (again, *_opened_again(work, found, on)))


@command("rectify_conduct", schemas.Rectify, clause=f"{CITY} 第二十八条", zh="整改完成确认")
def rectify_conduct(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Confirms that the wrong was put right; a ban goes on until its last day or until it is lifted."""
    rectified = conduct.Rectified(effective_on=given["on"], case=given["case"], document=given["document"])
    return _add(work, given, conduct.rectify(_of(work, given), given["person"], rectified))


@command("refer_person", schemas.Refer, clause="建金〔2018〕46号", zh="逾期不退回移送联合惩戒")
def refer_person(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Refers a person who did not return the money in time to a body for joint punishment."""
    referred = conduct.Referred(
        effective_on=given["on"], case=given["case"], body=given["body"], document=given["document"]
    )
    return _add(work, given, conduct.refer(_of(work, given), given["person"], referred))


@command("lift_ban", schemas.LiftBan, clause=f"{CITY} 第二十八条", zh="解除取消资格")
def lift_ban(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Lifts a ban from its value date on; before it the person stays barred."""
    lifted = conduct.BanLifted(
        effective_on=given["on"],
        case=given["case"],
        matter=given["matter"],
        document=given["document"],
        reason=given["reason"],
    )
    return _add(work, given, conduct.lift(_of(work, given), given["person"], lifted))


@command("correct_conduct", schemas.CorrectConduct, clause=f"{CITY} 第二十九条", zh="诚信记录更正")
def correct_conduct(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Corrects an entry that was a mistake: it never counted, and stays on record as the mistake that it was."""
    events = conduct.correct(
        _of(work, given), given["person"], given["case"], given["document"], given["reason"], given["on"]
    )
    return _add(work, given, events)


@command("take_over_flag", schemas.TakeOverFlag, clause="建金〔2018〕46号", zh="接收骗提骗贷标识")
def take_over_flag(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes over another centre's record with its bans; a bare mark bars until it is cleared up."""
    days = {"loan": given["loan_until"], "withdrawal": given["withdrawal_until"]}
    taken = conduct.FlagTakenOver(
        effective_on=given["on"],
        case=given["case"],
        from_centre=given["from_centre"],
        document=given["document"],
        offence=given["offence"],
        last_days={matter: day for matter, day in days.items() if day},
    )
    return _add(work, given, conduct.take_over_flag(_of(work, given), taken))


def _of(work: Work, given: dict[str, Any]) -> conduct.Conduct:
    state: conduct.Conduct = work.uow.state("person", given["person"])
    return state


def _add(work: Work, given: dict[str, Any], events: tuple[Event, ...]) -> dict[str, Any]:
    work.add("person", given["person"], events)
    return {"person": given["person"], "case": given["case"]}
