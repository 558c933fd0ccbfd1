"""Petitions: an employer is urged, the centre acts in its place (第九条第三款); a balance is reviewed (条例第三十六条)."""

from __future__ import annotations

from typing import Any

from commands.handlers.registry import Work, command
from commands.law import versions
from commands.schemas import collection as schemas
from ledger.dates import days_after
from ledger.refusal import Refusal
from ledger.streams import petition as petitions
from ledger.streams.petition import Petition

CITY = "葫政发〔2019〕12号"
REVIEW = "住房公积金管理条例 第三十六条"


@command("petition", schemas.FilePetition, clause=f"{CITY} 第九条", zh="申请督促")
def petition(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Files an employee's petition against an employer that does nothing, with evidence and what is to be done."""
    key = given["petition"]
    state = work.account(given["account"])
    if not state.status:
        raise Refusal("account_unknown", account=given["account"])
    filed = petitions.Filed(
        effective_on=given["on"],
        account=given["account"],
        employer=state.employer,
        evidence=given["evidence"],
        matter=given["matter"],
    )
    work.add("petition", key, petitions.file(_of(work, key), key, filed))
    return {"petition": key}


@command("urge", schemas.OfPetition, clause=f"{CITY} 第九条", zh="督促单位办理")
def urge(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Urges the employer: its five days run, then the centre's ten."""
    key, on = given["petition"], given["on"]
    outcome = work.law.decide("urge_timeline", on, urged_on=str(on))
    state = _of(work, key)
    urged = petitions.EmployerUrged(
        effective_on=on,
        employer_due_on=outcome.values["unit_due_on"],
        centre_due_on=outcome.values["centre_due_on"],
        parameters=versions(outcome),
        employer=state.employer,
    )
    state = work.add("petition", key, petitions.urge(state, key, urged))
    return {
        "petition": key,
        "employer_due_on": str(state.employer_due_on),
        "centre_due_on": str(state.centre_due_on),
    }


@command("settle_petition", schemas.SettlePetition, clause=f"{CITY} 第九条", zh="督促办结")
def settle_petition(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Settles a petition when the employer has acted after all.

    The centre settles one by what it does in the employer's place: ``transfer``, ``seal`` or ``seal_centrally`` with
    the petition named.
    """
    key = given["petition"]
    state = _of(work, key)
    settled = petitions.Settled(effective_on=given["on"], by=given["settled_by"])
    events = petitions.settle(state, key, settled)
    if events and settled.by == "centre":
        raise Refusal("centre_must_act", petition=key)
    own = work.account(state.account)
    if events and not petitions.is_done(state, own.employer, own.status):
        raise Refusal("employer_did_nothing", petition=key, account=state.account, matter=state.matter)
    work.add("petition", key, events)
    return {"petition": key}


@command("withdraw_petition", schemas.WithdrawPetition, clause=f"{CITY} 第九条", zh="撤回督促申请")
def withdraw_petition(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Withdraws a petition at the employee's word: nobody's days run any more."""
    key = given["petition"]
    withdrawn = petitions.Withdrawn(effective_on=given["on"], reason=given["reason"])
    work.add("petition", key, petitions.withdraw(_of(work, key), key, withdrawn))
    return {"petition": key}


@command("request_balance_review", schemas.RequestBalanceReview, clause=REVIEW, zh="申请余额复核")
def request_balance_review(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes in a doubt of an employee or an employer about a balance: the centre's five days to answer run."""
    key, on = given["petition"], given["on"]
    own = work.account(given["account"])
    if not own.status:
        raise Refusal("account_unknown", account=given["account"])
    days = work.law.parameter("balance_review_days", on)
    doubted = petitions.BalanceDoubted(
        effective_on=on,
        account=given["account"],
        employer=own.employer,
        applicant=given["applicant"],
        doubt=given["doubt"],
        answer_by=days_after(on, days.value),
        parameters=(days.version,),
    )
    work.add("petition", key, petitions.doubt_balance(_of(work, key), key, doubted))
    return {"petition": key, "answer_by": str(doubted.answer_by)}


@command("answer_balance_review", schemas.AnswerBalanceReview, clause=REVIEW, zh="余额复核书面答复")
def answer_balance_review(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Answers a doubt about a balance in writing; what was wrong is put right by entries of its own."""
    key = given["petition"]
    reviewed = petitions.BalanceReviewed(
        effective_on=given["on"], document=given["document"], outcome=given["outcome"]
    )
    work.add("petition", key, petitions.answer_balance(_of(work, key), key, reviewed))
    return {"petition": key}


def act_in_place(work: Work, given: dict[str, Any], matter: str) -> str:
    """Who acts on an account: ``unit``, or with a petition the ``centre`` in its place, once its five days are over.

    Refuses ``petition_of_another``, ``petition_of_other_matter`` and ``employer_days_running``.
    """
    key, account = given["petition"], given["account"]
    if not key:
        return "unit"
    state = _of(work, key)
    if state.status and state.account != account:
        raise Refusal("petition_of_another", petition=key, account=state.account)
    if state.matter and state.matter != matter:
        raise Refusal("petition_of_other_matter", petition=key, matter=state.matter)
    work.account(account)
    act = f"account-{account}/{work.uow.version('account', account) + 1}"
    settled = petitions.Settled(effective_on=given["on"], by="centre", act=act)
    work.add("petition", key, petitions.settle(state, key, settled))
    return "centre"


def _of(work: Work, key: str) -> Petition:
    state: Petition = work.uow.state("petition", key)
    return state
