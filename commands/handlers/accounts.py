"""Commands about accounts: opening, bases, seal and unseal, transfer in the city and between cities, freeze."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from commands.handlers.employers import keep_debts, last_month_at_closing, last_month_owed, transfer_account
from commands.handlers.interest import credit_on_closing
from commands.handlers.payments import order_parts
from commands.handlers.petitions import act_in_place
from commands.handlers.registry import COMMANDS, Work, command
from commands.law import versions
from commands.schemas import collection as schemas
from ledger.dates import format_month, fund_year_bounds, month_of
from ledger.payees import Payee, parts
from ledger.refusal import LineRefusal, Refusal
from ledger.streams import account as accounts
from ledger.streams import employer as employers
from ledger.streams import payment as payments
from ledger.streams.account import Account
from ledger.streams.transfer import is_letter

CITY = "葫政发〔2019〕12号"


@command("open_account", schemas.OpenAccount, clause=f"{CITY} 第三、五条", zh="个人账户设立")
def open_account(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Opens one account.

    A new worker (新参加工作) deposits from the second month, a transferee (新调入) from the first (条例第十七条), however
    late the account is opened (第十五条), and not before the first month of its employer. Who is new to work is said by
    ``new_worker``, or shows itself: the day of hiring is said, and there was no account before.
    """
    _opening(work, given["employer"], given["on"], [given])(given)
    return {"employer": given["employer"], "accounts": 1}


@command("open_accounts", schemas.OpenAccounts, clause=f"{CITY} 第三、五条", zh="批量个人账户设立")
def open_accounts(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Opens the accounts of an employer's list: all or none, or with ``accept_good_rows`` those that can be."""
    lines = given["lines"]
    open_one = _opening(work, given["employer"], given["on"], lines)
    refused: list[LineRefusal] = []
    for number, line in enumerate(lines, start=1):
        try:
            open_one(line)
        except Refusal as refusal:
            refused.append(LineRefusal(line.get("row", number), "account", refusal))
    work.refuse_lines(refused, len(lines), given["accept_good_rows"])
    opened = len(lines) - len(refused)
    return {"employer": given["employer"], "accounts": opened, "left_out": len(refused)}


def _opening(
    work: Work, employer: str, on: date, lines: Sequence[dict[str, Any]]
) -> Callable[[dict[str, Any]], None]:
    """How a line of this list is opened, everything that it needs read at once before the first one."""
    registered = work.employer(employer)
    employers.require_active(registered, employer)
    states = work.uow.load("account", [line["account"] for line in lines])
    persons = {line["account"]: line["person"] or f"person-of-{line['account']}" for line in lines}
    before = work.find("account", person=list(persons.values()))
    elsewhere, known = _live(before), {state.person for state in before.values()}

    def open_one(line: dict[str, Any]) -> None:
        account, person = line["account"], persons[line["account"]]
        base_fen, wage_fen, parameters = _base(work, line["base"], line["wage"], on)
        new_worker = _is_new_worker(line, person in known)
        first, read = _first_month(work, line, on, new_worker, registered.first_month)
        wage_month, also_read = _wage_month(work, line, on, first)
        opened = accounts.Opened(
            effective_on=on,
            person=person,
            employer=employer,
            base_fen=base_fen,
            wage_fen=wage_fen,
            first_month=format_month(first),
            joined_on=line["joined_on"] or on,
            parameters=parameters + read + also_read,
            new_worker=new_worker,
            wage_month=wage_month,
        )
        events = accounts.open_account(states[account], account, opened, elsewhere.get(person, ()))
        states[account] = work.add("account", account, events)
        elsewhere.setdefault(person, []).append(account)

    return open_one


def _is_new_worker(line: dict[str, Any], had_account: bool) -> bool:
    """Whether this is a person's first work, as far as it is said or shows itself."""
    if line["new_worker"] is not None:
        return bool(line["new_worker"])
    return line["joined_on"] is not None and not had_account


def _first_month(
    work: Work, line: dict[str, Any], on: date, new_worker: bool, employers_first: int
) -> tuple[int, tuple[str, ...]]:
    """The first month that is owed since the hiring, and the parameter that says so; a month that is stated stands."""
    if line["first_month"]:
        return line["first_month"], ()
    joined_on = line["joined_on"] or on
    if not new_worker:
        return max(month_of(joined_on), employers_first), ()
    first = work.law.parameter("new_worker_first_month", joined_on)
    second = month_of(joined_on) + (first.value == "second_month")
    return max(second, employers_first), (first.version,)


def _wage_month(work: Work, line: dict[str, Any], on: date, first_month: int) -> tuple[str, tuple[str, ...]]:
    """The month whose wage is a newcomer's first base; refuses the wage of another (``wage_of_another_month``)."""
    stated, joined_on = line["wage_month"], line["joined_on"] or on
    if stated is None:
        return "", ()
    first_base = work.law.parameter("newcomer_first_base", joined_on)
    due = first_month if first_base.value == "first_month" else month_of(joined_on)
    if stated != due:
        raise Refusal("wage_of_another_month", stated=format_month(stated), due=format_month(due))
    return format_month(due), (first_base.version,)


def live_accounts(work: Work, persons: list[str]) -> dict[str, list[str]]:
    """The accounts of persons that are not closed."""
    return _live(work.find("account", person=persons))


def _live(found: dict[str, Account]) -> dict[str, list[str]]:
    live: dict[str, list[str]] = {}
    for key, state in found.items():
        if state.status != "closed":
            live.setdefault(state.person, []).append(key)
    return live


def _base(
    work: Work, base_fen: int | None, wage_fen: int | None, on: date
) -> tuple[int, int, tuple[str, ...]]:
    """The base in fen, from a wage by the rule or as declared within its bounds; refuses what lies outside."""
    if base_fen is None and wage_fen is None:
        raise Refusal("base_missing")
    amount = accounts.check_amount(wage_fen if base_fen is None else base_fen)  # type: ignore[arg-type]
    outcome = work.law.decide("contribution_base", on, avg_monthly_wage_prior_year_fen=amount)
    within = outcome.values["base_fen"]
    if base_fen is not None and within != base_fen:
        code = "base_above_cap" if within < base_fen else "base_below_floor"
        raise Refusal(code, outcome.clause, base_fen=base_fen, bound_fen=within)
    return within, wage_fen or 0, versions(outcome)


@command("fix_bases", schemas.FixBases, clause=f"{CITY} 第五条", zh="年度基数核定", may_pay=True)
def fix_bases(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Fixes the bases of a whole employer from 1 July, newcomers and transferees of the year left as they are.

    ``wages`` are the average monthly wages of the previous calendar year by account; an account without one is
    named in the result and keeps its base. One that was fixed already is put right with a ``reason`` and by two persons.
    """
    if given["reason"]:
        work.require_two(COMMANDS["fix_bases"], given)
    employer, on, year = given["employer"], given["on"], given["fund_year"]
    state = work.employer(employer)
    employers.require_active(state, employer)
    first = fund_year_bounds(year)[0]
    present = work.accounts_of(employer)
    unknown = sorted(set(given["wages"]) - set(present))
    if unknown:
        raise Refusal("account_of_another", account=unknown[0], employer=employer)
    fixed = newcomers = 0
    for account, own in present.items():
        again = work.law.decide(
            "base_reverify", first, joined_on=str(own.joined_on), adjustment_on=str(first)
        )
        if not again.values["reverify"]:
            newcomers += 1
            continue
        if account not in given["wages"]:
            continue
        base_fen, wage_fen, parameters = _base(work, None, given["wages"][account], first)
        new = accounts.BaseFixed(
            effective_on=on,
            base_fen=base_fen,
            wage_fen=wage_fen,
            from_month=format_month(month_of(first)),
            parameters=parameters,
            reason=given["reason"] or "",
        )
        events = accounts.fix_base(own, account, new)
        fixed += len(events)
        work.add("account", account, events)
    unchanged = len(present) - fixed - newcomers
    done = employers.BasesFixed(
        effective_on=on, fund_year=year, fixed=fixed, unchanged=unchanged, newcomers=newcomers
    )
    work.add("employer", employer, (done,) if fixed else ())
    missing = sorted(set(present) - set(given["wages"]))
    return {"fixed": fixed, "unchanged": unchanged, "newcomers": newcomers, "without_wage": missing}


@command(
    "break_relation", schemas.BreakRelation, clause=f"{CITY} 第七、八条", zh="中断工资关系或解除劳动关系"
)
def break_relation(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Records that a wage relation was interrupted or a labour relation ended: the 30 days run."""
    account, on = given["account"], given["on"]
    days = work.law.value("seal_days" if given["how"] == "interrupted" else "central_seal_days", on)
    last = last_month_owed(work, given["broken_on"])
    state = work.account(account)
    events = accounts.break_relation(state, account, given["how"], given["broken_on"], days, on, last)
    work.add("account", account, events)
    keep_debts(work, account, state, on)
    return {"account": account}


@command("seal", schemas.Seal, clause=f"{CITY} 第七条", zh="封存")
def seal(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Seals an account with its employer; with ``petition`` the centre acts itself."""
    account, on = given["account"], given["on"]
    act_in_place(work, given, "seal")
    state = work.account(account)
    broken_on = given["broken_on"] or state.broken_on or on
    days = work.law.value("seal_days", on)
    last = last_month_owed(work, broken_on)
    work.add("account", account, accounts.seal(state, account, broken_on, days, on, last))
    keep_debts(work, account, state, on)
    return {"account": account}


@command("unseal", schemas.Unseal, clause=f"{CITY} 第七条", zh="启封")
def unseal(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Unseals an account when its wage relation resumes."""
    account, on = given["account"], given["on"]
    state = work.account(account)
    if state.status:
        employers.require_active(work.employer(state.employer), state.employer)
    events = accounts.unseal(state, account, given["resumed_on"] or on, on)
    work.add("account", account, events)
    keep_debts(work, account, state, on)
    return {"account": account}


@command("seal_centrally", schemas.SealCentrally, clause=f"{CITY} 第八条", zh="集中封存")
def seal_centrally(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Moves an account to the centre's pool; with ``petition`` the centre acts itself."""
    account, on = given["account"], given["on"]
    act_in_place(work, given, "seal_centrally")
    state = work.account(account)
    ended_on = given["ended_on"] or state.broken_on or on
    days = work.law.value("central_seal_days", on)
    last = last_month_owed(work, ended_on)
    work.add("account", account, accounts.seal_centrally(state, account, ended_on, days, on, last))
    keep_debts(work, account, state, on)
    return {"account": account}


@command("transfer", schemas.Transfer, clause=f"{CITY} 第九条", zh="内部转移")
def transfer(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Moves an account to another employer of the city, directly; with ``petition`` the centre acts itself."""
    account, on = given["account"], given["on"]
    employers.require_active(work.employer(given["to"]), given["to"])
    ended_on = given["ended_on"] or work.account(account).broken_on or given["hired_on"] or on
    hired_on = given["hired_on"] or on
    by = act_in_place(work, given, "transfer")
    transfer_account(work, account, given["to"], ended_on, hired_on, on, by)
    return {"account": account, "employer": given["to"]}


@command("transfer_in", schemas.TransferIn, clause=f"{CITY} 第九条", zh="异地转入")
def transfer_in(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Books money and months of another city at once, for a centre that works on the platform's own pages."""
    account = given["account"]
    _require_no_letter(work, given["letter"])
    arrived = accounts.TransferredIn(
        effective_on=given["on"],
        amount_fen=given["amount"],
        months=given["months"],
        from_centre=given["from_centre"],
        letter=given["letter"],
    )
    book_transfer_in(work, account, arrived)
    after = work.account(account)
    return {"account": account, "balance_fen": after.balance_fen, "months": after.months}


def _require_no_letter(work: Work, letter: str) -> None:
    """A letter that runs by messages is booked by its own commands alone, so that no money is booked twice."""
    if is_letter(letter) and work.uow.state("transfer", letter).status:
        raise Refusal("letter_runs_by_messages", letter=letter)


def book_transfer_in(work: Work, account: str, arrived: accounts.TransferredIn) -> str:
    """Books money and months of another city and names the movement: none for a letter that was booked before."""
    events = accounts.transfer_in(work.account(account), account, arrived)
    if work.booked_before("account", account, arrived):
        return ""
    work.add("account", account, events)
    return f"account-{account}/{work.uow.version('account', account)}"


@command("transfer_out", schemas.TransferOut, clause=f"{CITY} 第九条", zh="异地转出", pays=True)
def transfer_out(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Sends the whole balance to another city, closes the account, and orders the payment."""
    account = given["account"]
    _require_no_letter(work, given["letter"])
    left = leave_for(work, account, given["to_centre"], given["letter"], given["on"])
    return {
        "account": account,
        "amount_fen": left.principal_fen + left.interest_fen,
        "payment": left.payment,
    }


class Left(NamedTuple):
    """What left for another city: principal and interest apart, its payment order, and the movement."""

    principal_fen: int
    interest_fen: int
    payment: str
    booked: str


def leave_for(work: Work, account: str, to_centre: str, letter: str, on: date) -> Left:
    """Credits the interest of the day, sends the whole balance away, closes the account and orders the payment."""
    principal_fen = work.account(account).balance_fen
    interest_fen = credit_on_closing(work, account, on)
    state = work.account(account)
    events = accounts.transfer_out(
        state, account, to_centre, letter, on, last_month_at_closing(work, state, on)
    )
    accounts.check_amount(state.balance_fen)
    version = work.uow.version("account", account) + 1
    work.add("account", account, events)
    keep_debts(work, account, state, on)
    payment = payments.key(account, version)
    cause = f"account-{account}/{version}"
    order_parts(work, cause, parts(payment, (Payee(to_centre, "1"),), principal_fen, interest_fen), on)
    return Left(principal_fen, interest_fen, payment, cause)


@command("freeze", schemas.Freeze, clause="民事诉讼法 协助执行", zh="冻结")
def freeze(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Freezes an account by a court's document, wholly or for an amount."""
    account = given["account"]
    events = accounts.freeze(
        work.account(account), account, given["document"], given["amount"] or 0, given["on"]
    )
    work.add("account", account, events)
    return {"account": account}


@command("unfreeze", schemas.Unfreeze, clause="民事诉讼法 协助执行", zh="解冻")
def unfreeze(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Lifts a freeze by a court's document; where several stand, ``of`` names the document of the one that is lifted."""
    account = given["account"]
    document, of = given["document"], given["of"] or ""
    events = accounts.unfreeze(work.account(account), account, document, of, given["on"])
    work.add("account", account, events)
    return {"account": account}
