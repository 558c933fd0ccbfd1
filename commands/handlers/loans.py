"""Commands that make a loan: application, decision, contract, security, payment (葫政发〔2019〕12号 第十三至十八条)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from commands.handlers.conduct import require_not_barred, require_not_barred_on
from commands.handlers.deposits import check_owner
from commands.handlers.registry import Work, command
from commands.law import explanation
from commands.schemas import loans as schemas
from ledger.dates import days_after, month_of
from ledger.policy.loan_terms import Terms, terms_of
from ledger.policy.rules import Outcome
from ledger.refusal import Refusal
from ledger.streams import account as accounts
from ledger.streams import loan as loans
from ledger.streams import payment as payments
from ledger.streams.account import Account

CITY = "葫政发〔2019〕12号"


def loan_of(work: Work, key: str) -> loans.Loan:
    state: loans.Loan = work.uow.state("loan", key)
    return state


def stood(work: Work, key: str, on: date, *statuses: str) -> loans.Loan:
    """The loan as it stands, which stood in one of the states on the day too: no step is dated before the one it follows.

    Refuses ``loan_unknown`` and ``loan_not_in_state`` by the day, and by now.
    """
    loans.require(work.as_of("loan", key, on), key, *statuses)
    state = loan_of(work, key)
    loans.require(state, key, *statuses)
    return state


def terms_on(work: Work, on: Any) -> Terms:
    """The terms of servicing on a day, as the law is known today."""
    return terms_of(work.law.book, on, work.known_on)


# ---------------------------------------------------------------- application and decision


@command("apply_loan", schemas.ApplyLoan, clause=f"{CITY} 第十三至十六条", zh="贷款申请")
def apply_loan(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes an application in, on the facts of its day: purpose, conditions, the least of four limits, the longest term.

    Contributors of other cities bring their months and balance with a certificate (异地贷款). Refuses what the law
    does not allow, naming the condition that fails or the limit that binds; and whoever is barred.
    """
    key, on = given["loan"], given["on"]
    for person in _household(given["borrower"], given["spouse"], given["co_borrowers"]):
        require_not_barred_on(work, person, "loan", on)
    purpose = _purpose(work, given)
    own, spouse = _accounts(work, given)
    conditions = _conditions(work, given, own)
    balance_fen = sum(one.balance_fen for one in (own, spouse) if one) + given["balance_elsewhere"]
    limit = work.law.decide(
        "loan_limit",
        on,
        repayment_capacity_fen=given["capacity"],
        price_fen=given["price"],
        balance_fen=balance_fen,
    )
    limit_fen, binding = limit.values["limit_fen"], limit.values["binding"]
    if given["amount"] > limit_fen:
        raise Refusal(
            "loan_above_limit", limit.clause, amount_fen=given["amount"], limit_fen=limit_fen, binding=binding
        )
    term = work.law.decide("loan_term_limit", on, age=given["age"], house_age_years=given["house_age"])
    months_max = term.values["months_max"]
    if given["months"] > months_max:
        raise Refusal(
            "loan_term_too_long", term.clause, loan=key, months=given["months"], months_max=months_max
        )
    days = work.law.parameter("loan_decision_days", on)
    applied = loans.Applied(
        effective_on=on,
        borrower=given["borrower"],
        purpose=purpose,
        price_fen=given["price"],
        amount_fen=given["amount"],
        months=given["months"],
        home_number=given["home_number"],
        decide_by=days_after(on, days.value),
        parameters=(days.version,),
        account=given["account"],
        from_centre=given["from_centre"],
        spouse=given["spouse"],
        spouse_account=given["spouse_account"],
        co_borrowers=tuple(given["co_borrowers"]),
        bank=given["bank"],
        bank_owed_fen=given["bank_owed"],
        commercial_fen=given["commercial"],
    )
    assessed = loans.Assessed(
        effective_on=on,
        limit_fen=limit_fen,
        binding=binding,
        months_max=months_max,
        explanation=explanation(limit),
        conditions=explanation(conditions),
        term=explanation(term),
    )
    state: loans.Loan = work.add("loan", key, loans.apply(loan_of(work, key), key, applied, assessed))
    return {
        "loan": key,
        "limit_fen": limit_fen,
        "binding": binding,
        "months_max": months_max,
        "decide_by": str(state.decide_by),
    }


def _household(borrower: str, spouse: str, co_borrowers: Iterable[str]) -> list[str]:
    """Everybody whose conduct counts: the borrower, the spouse and those who borrow with them."""
    return [person for person in (borrower, spouse, *co_borrowers) if person]


def _purpose(work: Work, given: dict[str, Any]) -> str:
    """The code of one of the four purposes (第十三条)."""
    outcome = work.law.decide("loan_purpose", given["on"], kind=given["purpose"], region=given["region"])
    if not outcome.values["accepted"]:
        raise Refusal(
            "loan_purpose_not_listed", outcome.clause, purpose=given["purpose"], region=given["region"]
        )
    rows = work.law.value("loan_purposes", given["on"])
    return next(str(row["code"]) for row in rows if given["purpose"] in (row["zh"], row["code"]))


def _accounts(work: Work, given: dict[str, Any]) -> tuple[Account | None, Account | None]:
    """The borrower's and the spouse's account in this city as they stood on the day of application, as known now.

    What was paid in later counts for a later application (第十五条). Somebody who deposits nowhere may not borrow.
    """
    own = spouse = None
    if given["account"]:
        own = work.as_of("account", given["account"], given["on"])
        check_owner(own, given["account"], None, given["borrower"])
    elif not given["from_centre"]:
        raise Refusal("loan_without_deposit", loan=given["loan"])
    if given["spouse_account"]:
        spouse = work.as_of("account", given["spouse_account"], given["on"])
        check_owner(spouse, given["spouse_account"], None, given["spouse"])
    return own, spouse


def _conditions(work: Work, given: dict[str, Any], own: Account | None) -> Outcome:
    """The conditions of 第十四条 on the day of application; refuses ``loan_condition_unmet`` naming those that fail."""
    on = given["on"]
    outcome = work.law.decide(
        "loan_gate",
        on,
        house_region=given["region"],
        age=given["age"],
        consecutive_months_ok=_deposits(work, given, own) >= work.law.value("loan_min_months", on),
        **({} if given["retirement_age"] is None else {"retirement_age": given["retirement_age"]}),
    )
    failed = [step for step in outcome.steps if step.value is False]
    if failed:
        raise Refusal(
            "loan_condition_unmet",
            failed[0].clause or outcome.clause,
            loan=given["loan"],
            zh="、".join(step.zh for step in failed),
            en=", ".join(step.en for step in failed),
        )
    return outcome


def _deposits(work: Work, given: dict[str, Any], own: Account | None) -> int:
    """Months deposited without a gap and in full, here and elsewhere (连续足额缴存, 合并计算)."""
    here = 0
    if own is not None and own.status == "normal":
        here = 0 if accounts.unpaid_months(own, month_of(given["on"]) - 1) else own.months
    segments = [given["months_elsewhere"], here]
    months: int = work.law.decide("continuous_months", given["on"], segments=segments).values["months"]
    return months


@command("approve_loan", schemas.ApproveLoan, clause=f"{CITY} 第十三至十六条", zh="贷款审批", pays=True)
def approve_loan(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Approves an application, for what it asked or less; a second person is needed."""
    key, on = given["loan"], given["on"]
    state = stood(work, key, on, "applied")
    for person in _household(state.borrower, state.spouse, state.co_borrowers):
        require_not_barred_on(work, person, "loan", on)
    amount_fen = state.amount_fen if given["amount"] is None else given["amount"]
    work.add("loan", key, loans.approve(state, key, amount_fen, given["months"] or state.months, on))
    return {"loan": key, "amount_fen": amount_fen}


@command("reject_loan", schemas.WithReason, clause="住房公积金管理条例 第二十六条", zh="不予贷款")
def reject_loan(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Rejects an application, with the reason that the applicant is told."""
    key, on = given["loan"], given["on"]
    state = stood(work, key, on, "applied")
    work.add("loan", key, loans.reject(state, key, given["reason"], on))
    return {"loan": key}


@command("give_up_loan", schemas.WithReason, clause="住房公积金管理条例 第二十六条", zh="撤回贷款申请")
def give_up_loan(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """The applicant gives the loan up before it is paid out."""
    key, on = given["loan"], given["on"]
    state = stood(work, key, on, *loans.BEFORE_PAYMENT)
    work.add("loan", key, loans.give_up(state, key, given["reason"], on))
    return {"loan": key}


# ---------------------------------------------------------------- contract, security, disbursement


@command("sign_loan", schemas.SignLoan, clause=f"{CITY} 第十八条", zh="签订借款合同")
def sign_loan(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Signs the contract: the way of repayment, the repayment day, and who will be paid."""
    key, on = given["loan"], given["on"]
    signed = loans.ContractSigned(
        effective_on=on,
        contract=given["contract"],
        method=given["method"],
        repay_day=given["repay_day"],
        payee=given["payee"],
    )
    methods = work.law.value("loan_repayment_methods", on)
    work.add("loan", key, loans.sign(stood(work, key, on, "approved"), key, signed, methods))
    return {"loan": key}


@command("secure_loan", schemas.SecureLoan, clause=f"{CITY} 第十八条", zh="设立贷款担保")
def secure_loan(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Adds a mortgage, a pledge or a guarantee."""
    key = given["loan"]
    secured = loans.Secured(
        effective_on=given["on"], kind=given["kind"], document=given["document"], giver=given["giver"]
    )
    work.add("loan", key, loans.secure(stood(work, key, given["on"], "signed", loans.RUNNING), key, secured))
    return {"loan": key}


@command("release_security", schemas.ReleaseSecurity, clause=f"{CITY} 第十八条", zh="解除贷款担保")
def release_security(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Gives a security back, when nothing is owed any more."""
    key = given["loan"]
    released = loans.SecurityReleased(
        effective_on=given["on"], kind=given["kind"], document=given["document"]
    )
    work.add("loan", key, loans.release(stood(work, key, given["on"], "settled", "given_up"), key, released))
    return {"loan": key}


@command("disburse_loan", schemas.OfLoan, clause=f"{CITY} 第十七条", zh="贷款发放", pays=True)
def disburse_loan(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Pays a loan out at the rate of the day; loan and payment order stand in one commit."""
    key, on = given["loan"], given["on"]
    state = stood(work, key, on, "signed")
    if not work.as_of("loan", key, on).security:
        raise Refusal("loan_unsecured", loan=key)
    for person in _household(state.borrower, state.spouse, state.co_borrowers):
        require_not_barred(work, person, "loan", on)
    outcome = rate_of(work, state, on)
    version = work.uow.version("loan", key) + 1
    payment = payments.key(f"loan-{key}", version)
    rate, proof = outcome.values["rate"], explanation(outcome)
    (disbursed,) = loans.disburse(state, key, rate, terms_on(work, on), payment, proof, on)
    work.add("loan", key, (disbursed,))
    _order(work, key, version, state.payee, disbursed.amount_fen, on)
    return {
        "loan": key,
        "amount_fen": disbursed.amount_fen,
        "rate": str(rate),
        "instalment_fen": disbursed.instalment_fen,
        "first_due_on": disbursed.first_due_on.isoformat(),
        "payment": payment,
    }


def rate_of(work: Work, state: loans.Loan, on: Any) -> Outcome:
    """The yearly rate of a day for a loan of this home and term (第十七条)."""
    second = state.home_number > 1
    return work.law.decide("loan_rate", on, second_home=second, term_months=state.months, disbursed_on=on)


def _order(work: Work, loan: str, version: int, payee: str, amount_fen: int, on: Any) -> None:
    payment = payments.key(f"loan-{loan}", version)
    ordered = payments.Ordered(
        effective_on=on, cause=f"loan-{loan}/{version}", payee=payee, principal_fen=amount_fen
    )
    work.add("payment", payment, payments.order(work.uow.state("payment", payment), payment, ordered))


@command(
    "pay_guarantee_fee", schemas.PayGuaranteeFee, clause=f"{CITY} 第十八条第二款", zh="支付担保费", pays=True
)
def pay_guarantee_fee(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Pays the guarantee fee of a loan, by the rate of the contract with the guarantor; the centre bears it."""
    key, on = given["loan"], given["on"]
    state = stood(work, key, on, loans.RUNNING)
    if not state.guarantor:
        raise Refusal("loan_without_guarantor", loan=key)
    outcome = work.law.decide("guarantee_fee", on, payer=given["payer"], amount_fen=state.disbursed_fen)
    if not outcome.values["valid"]:
        raise Refusal("guarantee_fee_not_borrowers", outcome.clause, payer=given["payer"])
    version = work.uow.version("loan", key) + 1
    paid = loans.GuaranteeFeePaid(
        effective_on=on,
        amount_fen=outcome.values["fee_fen"],
        guarantor=state.guarantor,
        payment=payments.key(f"loan-{key}", version),
        explanation=explanation(outcome),
    )
    work.add("loan", key, loans.pay_guarantee_fee(state, paid))
    _order(work, key, version, state.guarantor, paid.amount_fen, on)
    return {"loan": key, "fee_fen": paid.amount_fen, "payment": paid.payment}
