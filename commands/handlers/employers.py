"""Commands about employers: registration, rate, reduction and deferral, arrears, merger, split, closing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from commands.handlers.registry import Work, command
from commands.law import Law, explanation, versions
from commands.schemas import collection as schemas
from ledger.dates import first_day, format_month, last_day, month_of
from ledger.policy.rules import Outcome
from ledger.refusal import LineRefusal, Refusal
from ledger.streams import account as accounts
from ledger.streams import employer as employers
from ledger.streams.account import Account
from ledger.streams.employer import Employer

CITY = "葫政发〔2019〕12号"


@command("register_employer", schemas.RegisterEmployer, clause=f"{CITY} 第三、四条", zh="单位缴存登记")
def register_employer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Registers one employer."""
    key, on = given["employer"], given["on"]
    parameters = _check_kind(work, given["kind"], on) + _check_rate(
        work, given["rate"], given["employee_rate"], on
    )
    registered = employers.Registered(
        effective_on=on,
        name=given["name"] or key,
        kind=given["kind"],
        rate=given["rate"],
        first_month=format_month(given["first_month"] or month_of(on)),
        pay_day=given["pay_day"],
        credit_code=given["credit_code"],
        parameters=parameters,
    )
    work.add("employer", key, employers.register(work.employer(key), key, registered))
    return {"employer": key}


@command("register_employers", schemas.RegisterEmployers, clause=f"{CITY} 第三、四条", zh="批量缴存登记")
def register_employers(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Registers the employers of a file: all or none, or with ``accept_good_rows`` those that can be."""
    lines = given["lines"]
    work.uow.load("employer", [line["employer"] for line in lines])
    refused: list[LineRefusal] = []
    for number, line in enumerate(lines, start=1):
        try:
            register_employer(work, {**line, "on": given["on"]})
        except Refusal as refusal:
            refused.append(LineRefusal(line.get("row", number), "employer", refusal))
    work.refuse_lines(refused, len(lines), given["accept_good_rows"])
    return {"employers": len(lines) - len(refused), "left_out": len(refused)}


def _check_kind(work: Work, kind: str, on: date) -> tuple[str, ...]:
    outcome = work.law.decide("contributor_type", on, unit_type=kind)
    if not outcome.values["in_scope"]:
        raise Refusal("employer_kind_unknown", outcome.clause, kind=kind)
    return versions(outcome)


def _check_rate(work: Work, rate: Any, employee_rate: Any, on: date) -> tuple[str, ...]:
    both = [str(rate if employee_rate is None else employee_rate)]
    outcome = work.law.decide("fund_rate_check", on, unit_rate=str(rate), employee_rates=both)
    if not outcome.values["valid"]:
        lowest, highest = (work.law.value(f"contribution_rate_{bound}", on) for bound in ("min", "max"))
        raise Refusal(
            "rate_not_allowed",
            outcome.clause,
            rate=str(rate),
            employee_rate=both[0],
            lowest=str(lowest),
            highest=str(highest),
        )
    return versions(outcome)


@command("set_rate", schemas.SetRate, clause=f"{CITY} 第四条", zh="调整缴存比例")
def set_rate(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Sets the rate of an employer from a month on."""
    key, on = given["employer"], given["on"]
    parameters = _check_rate(work, given["rate"], None, on)
    rate_set = employers.RateSet(
        effective_on=on,
        rate=given["rate"],
        from_month=format_month(given["from_month"]),
        parameters=parameters,
    )
    state, first = work.employer(key), given["from_month"]
    lowered = [one for one in _months_owed(work, key, on) if given["rate"] < employers.rate_in(state, one)]
    events = employers.set_rate(state, key, rate_set)
    employers.require_owed_as_before(key, lowered if events else (), first, None)
    work.add("employer", key, events)
    return {"employer": key, "rate": str(given["rate"])}


def _months_owed(work: Work, key: str, on: date) -> set[int]:
    """Months that were over on a day and that an employer has not paid for everybody, deferred ones left out."""
    listed = owed(work.law, work.employer(key), work.accounts_of(key), on)
    return {month for _, month, _ in listed}


@command("defer", schemas.Defer, clause="住房公积金管理条例 第二十条", zh="缓缴、降低缴存比例")
def defer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Defers contributions, or with ``rate`` lowers the rate, for named months on the committee's approval."""
    key = given["employer"]
    months = {
        "effective_on": given["on"],
        "from_month": format_month(given["from_month"]),
        "until_month": format_month(given["until_month"]),
        "approval": given["approval"],
    }
    state = work.employer(key)
    if given["rate"] is None:
        events = employers.defer(state, key, employers.Deferred(**months))
    else:
        events = employers.reduce_rate(state, key, employers.RateReduced(rate=given["rate"], **months))
    over = _months_owed(work, key, given["on"])
    employers.require_owed_as_before(key, over, given["from_month"], given["until_month"])
    work.add("employer", key, events)
    return {"employer": key}


@command("resume", schemas.Resume, clause="住房公积金管理条例 第二十条", zh="恢复缴存")
def resume(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Ends a deferral or a reduced rate before its last month."""
    key = given["employer"]
    resumed = employers.Resumed(effective_on=given["on"], from_month=format_month(given["from_month"]))
    work.add("employer", key, employers.resume(work.employer(key), key, resumed))
    return {"employer": key}


@command("assign_arrears", schemas.AssignArrears, clause=f"{CITY} 第十条", zh="落实欠缴责任")
def assign_arrears(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Assesses the arrears up to the last complete month and names who pays them.

    The base is each account's own. With ``evidenced_wage`` the proven wage, between the floor and the cap of the month, is
    the base of every month that is owed, in what is assessed, in what stays owed and in what is made up later; its
    explanation is kept.
    """
    key, on = given["employer"], given["on"]
    state = work.employer(key)
    employers.require_known(state, key)
    through, wage_fen = _last_complete(on), given["evidenced_wage"] or 0
    months_owed = _owed_for_good(work, key, through)
    proofs: tuple[dict[str, Any], ...] = ()
    bounds: dict[int, Outcome] = {}
    if wage_fen and months_owed:
        bounds = {month: _bounded(work, wage_fen, month) for _, month, _ in months_owed}
        _prove_bases(work, key, months_owed, bounds, on)
        months_owed = _owed_for_good(work, key, through)
        proofs = _proofs(work, key, months_owed, bounds, on)
    months: dict[str, int] = defaultdict(int)
    shares = [0, 0]
    for account, month, fen in months_owed:
        months[format_month(month)] += fen
        due = work.law.contribution(state, work.account(account), month)
        shares[0] += due.employer_fen
        shares[1] += due.employee_fen
    assigned = employers.ArrearsAssigned(
        effective_on=on,
        debtor=given["debtor"],
        months=dict(months),
        total_fen=sum(months.values()),
        basis=proofs[0]["values"]["basis"] if proofs else "bases",
        explanation={},
        employer_fen=shares[0],
        employee_fen=shares[1],
        base_fen=wage_fen if proofs else 0,
        proofs=proofs,
        bounds=tuple({one.values["base_fen"]: explanation(one) for one in bounds.values()}.values()),
    )
    work.add("employer", key, employers.assign_arrears(work.employer(key), key, assigned))
    return {"employer": key, "debtor": given["debtor"], "total_fen": assigned.total_fen}


def _owed_for_good(work: Work, key: str, through: int) -> list[tuple[str, int, int]]:
    """What an employer owes, deferred months as well, the accounts of all of it read."""
    state, present = work.employer(key), work.accounts_of(key)
    work.uow.load("account", [account for account, _, _ in state.left_behind])
    return employers.owed(state, present, partial(_due_fen, work.law), through, for_good=True)


def _bounded(work: Work, wage_fen: int, month: int) -> Outcome:
    """The base that a proven wage gives in a month, between floor and cap (第五条第二款)."""
    return work.law.decide("contribution_base", first_day(month), avg_monthly_wage_prior_year_fen=wage_fen)


def _prove_bases(
    work: Work, key: str, months_owed: list[tuple[str, int, int]], bounds: Mapping[int, Outcome], on: date
) -> None:
    """The proven wage becomes the base of the months that are owed; debts that were left behind are said anew by it."""
    by_base: dict[tuple[str, int], list[int]] = defaultdict(list)
    for account, month, _ in months_owed:
        by_base[account, bounds[month].values["base_fen"]].append(month)
    for (account, base_fen), months in sorted(by_base.items()):
        state = work.account(account)
        after = work.add(
            "account", account, accounts.prove_base(state, account, sorted(months), base_fen, key, on)
        )
        employer = work.employer(key)
        anew = {
            format_month(month): _due_fen(work.law, employer, after, month)
            for month in months
            if employers.is_left_behind(employer, account, month)
        }
        if anew and after != state:
            left = employers.ArrearsLeft(effective_on=on, account=account, months=anew)
            work.add("employer", key, (left,))


def _proofs(
    work: Work, key: str, months_owed: list[tuple[str, int, int]], bounds: Mapping[int, Outcome], on: date
) -> tuple[dict[str, Any], ...]:
    """The rule's explanation for the months of each rate, rounding and base, as they would have been deposited."""
    state = work.employer(key)
    counted = Counter(
        (
            employers.rate_in(state, month),
            work.law.value("contribution_rounding", first_day(month)),
            bounds[month].values["base_fen"],
        )
        for _, month, _ in months_owed
    )
    return tuple(
        explanation(
            work.law.decide(
                "arrears",
                on,
                months=count,
                rate=str(rate),
                rounding=rounding,
                evidenced_wage_fen=base_fen,
            )
        )
        for (rate, rounding, base_fen), count in sorted(counted.items())
    )


def owed(
    law: Law, state: Employer, present: Mapping[str, Account], on: date, for_good: bool = False
) -> list[tuple[str, int, int]]:
    """``(account, month, fen)`` that an employer owes up to the last month that was complete on a day."""
    return employers.owed(state, present, partial(_due_fen, law), _last_complete(on), for_good=for_good)


def _last_complete(on: date) -> int:
    return month_of(on) if on == last_day(month_of(on)) else month_of(on) - 1


def _due_fen(law: Law, state: Employer, account: Account, month: int) -> int:
    due = law.contribution(state, account, month)
    return due.employer_fen + due.employee_fen


def payers_of(work: Work, debtor: str, month: int) -> tuple[str, ...]:
    """Who pays a debt of a month: who owes it, who was named for it, and who took either over (第十条)."""
    found = [debtor]
    for one in found:
        state = work.employer(one)
        named = state.debtor if one == debtor and month in state.assigned_months else ""
        found += [other for other in (named, state.successor) if other and other not in found]
    return tuple(found)


def _debts_named(work: Work, key: str, on: date) -> dict[str, int]:
    """What others owe for which an employer was named to pay, in fen by who owes it."""
    return {
        other: arrears_fen(work, other, on) for other in work.find("employer", debtor=key) if other != key
    }


def arrears_fen(work: Work, key: str, on: date) -> int:
    """Everything that an employer owes when it goes, in fen."""
    months = owed(work.law, work.employer(key), work.accounts_of(key), on, for_good=True)
    return sum(fen for _, _, fen in months)


@command("merge_employers", schemas.MergeEmployers, clause=f"{CITY} 第十条", zh="单位合并")
def merge_employers(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Merges an employer into another: its accounts move there, unless arrears have no debtor."""
    moved = move_accounts(work, given["employer"], given["into"], None, given["on"])
    merged = employers.Merged(effective_on=given["on"], into=given["into"], accounts=len(moved))
    return _restructure(work, given, merged, moved)


@command("split_employer", schemas.SplitEmployer, clause=f"{CITY} 第十条", zh="单位分立")
def split_employer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Moves named accounts to a new employer, unless arrears have no debtor."""
    moved = move_accounts(work, given["employer"], given["into"], given["accounts"], given["on"])
    split = employers.Split(effective_on=given["on"], into=given["into"], accounts=len(moved))
    return _restructure(work, given, split, moved)


def _restructure(work: Work, given: dict[str, Any], done: Any, moved: list[str]) -> dict[str, Any]:
    key = given["employer"]
    work.add("employer", key, (done,))
    return {"employer": key, "into": given["into"], "accounts": len(moved)}


def move_accounts(work: Work, key: str, into: str, chosen: list[str] | None, on: date) -> list[str]:
    """Moves live accounts to another employer as one step of a restructuring; arrears need a debtor first."""
    states = work.uow.load("employer", [key, into])
    employers.restructure(states[key], key, states[into], into, arrears_fen(work, key, on))
    present = work.accounts_of(key)
    unknown = sorted(set(chosen or ()) - set(present))
    if unknown:
        raise Refusal("account_of_another", account=unknown[0], employer=key)
    moving = sorted(chosen or present)
    for account in moving:
        transfer_account(work, account, into, on, on, on, by="restructuring")
    return moving


def transfer_account(
    work: Work,
    account: str,
    into: str,
    ended_on: date,
    hired_on: date,
    on: date,
    by: str,
) -> None:
    """Moves one account; what its old employer still owes stays with that employer, by month (第十条)."""
    state = work.account(account)
    days, last = work.law.value("transfer_days", on), last_month_owed(work, ended_on)
    moved = accounts.transfer(state, account, into, ended_on, hired_on, days, on, by, last)
    work.add("account", account, moved)
    keep_debts(work, account, state, on)


def follow_mergers(work: Work, account: str) -> None:
    """An account that is opened again stands with whom its employer was merged into meanwhile, since then (第十条)."""
    state = work.account(account)
    while into := work.employer(state.employer).successor:
        history = work.history("employer", state.employer)
        merged_on = next(one.body.effective_on for one in history if isinstance(one.body, employers.Merged))
        since = max(merged_on, state.broken_on or merged_on)
        transfer_account(work, account, into, since, since, since, by="restructuring")
        state = work.account(account)


def last_month_owed(work: Work, ended_on: date) -> int:
    """The last month that is owed when a relation ends on a day: that of the day, or the one before where it was not whole.

    Neither 条例第十七至十九条 nor the city's 第七、八条 says it; the committee decides it (``break_month``).
    """
    month = month_of(ended_on)
    whole = ended_on == last_day(month)
    return month if whole or work.law.value("break_month", ended_on) == "owed" else month - 1


def last_month_at_closing(work: Work, state: Account, on: date) -> int:
    """The last month that is owed for an account that is closed: until the break, else as if the relation ended then."""
    last = last_month_owed(work, on)
    return accounts.owed_until(state, last)


def keep_debts(work: Work, account: str, before: Account, on: date) -> None:
    """After a change of an account: what its present employer does not owe stands with who owes it, by month (第十条).

    Deferred months as well. What turned out to be owed by another, or by nobody, is owed there no more.
    """
    after = work.account(account)
    was, now = set(accounts.left_months(before)), set(accounts.left_months(after))
    anew: dict[str, dict[str, int]] = defaultdict(dict)
    for month, debtor in sorted(was ^ now):
        employer = work.employer(debtor)
        fen = _due_fen(work.law, employer, after, month) if (month, debtor) in now else 0
        anew[debtor][format_month(month)] = fen
    for debtor, months in sorted(anew.items()):
        left = employers.ArrearsLeft(effective_on=on, account=account, months=months)
        work.add("employer", debtor, (left,))


@command("close_employer", schemas.CloseEmployer, clause=f"{CITY} 第十条", zh="单位销户")
def close_employer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Closes an employer without accounts, unless arrears have no debtor, its own or those it was named to pay."""
    key, on = given["employer"], given["on"]
    state = work.employer(key)
    employers.require_active(state, key)
    employers.require_no_debt_of_others(_debts_named(work, key, on))
    live = [one for one in work.accounts_of(key).values() if one.status != "centrally_sealed"]
    closed = employers.Closed(effective_on=on, reason=given["reason"])
    work.add("employer", key, employers.close(state, key, arrears_fen(work, key, on), len(live), closed))
    return {"employer": key}
