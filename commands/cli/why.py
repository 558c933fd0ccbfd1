"""``provident why``: from a figure to its event, from there to the rule that was applied, from there to the clause."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from commands.cli.opening import open_desk
from commands.cli.output import FAILED, Command, as_json, language, say, say_json, shown_moment, words
from ledger.money import format_fen


@click.command(
    cls=Command,
    zh="追溯一个事件：何时、由谁、按哪条规则、用了哪些参数（施行日与公布日）、依据哪一条；缴存额、利息和单笔决定当场重算。",
    example="provident account history A1\nprovident why 3",
)
@click.argument("event_id", type=click.IntRange(min=1))
@as_json
@click.pass_context
def why(ctx: click.Context, event_id: int, json_wanted: bool) -> None:
    """Say why an event is what it is: its commit, its rule with inputs and parameters, its clause.

    A contribution, an interest or a decision is performed again by its rule; exit code 4 when the result is another.
    """
    with open_desk() as desk:
        facts = traced(desk, event_id)
    if json_wanted:
        say_json(facts)
    else:
        show_trace(facts)
    if facts["performed_again"] and not facts["performed_again"]["equal"]:
        ctx.exit(FAILED)


def traced(desk: Any, event_id: int) -> dict[str, Any]:
    """Everything behind one event, as JSON; refuses ``event_id_unknown``."""
    from ledger.books.posting import post
    from ledger.streams import roll
    from ledger.streams.account import Deposited, InterestCredited, effect
    from projections.views.history import Told, commit_of, event_by_id

    book = desk.present_book()
    with desk.ledger.database.reading() as connection:
        event = event_by_id(connection, event_id)
        commit = commit_of(connection, event_id)
        before = [one for one in desk.ledger.stream(event.originator_id, connection) if one.id <= event_id]
    balance_fen = sum(sum(effect(one.body)) for one in before)
    facts = Told(event, commit, sum(effect(event.body)), balance_fen).as_json(language())
    stored = getattr(event.body, "explanation", None) or None
    again = None
    if isinstance(event.body, Deposited):
        again = _perform_again(book, event)
    elif isinstance(event.body, InterestCredited):
        again = _compute_interest_again(book, event, [one for one in before if one.id < event_id])
    elif isinstance(event.body, roll.Paid):
        again = _assess_again(book, event, [one.body for one in before if one.id < event_id])
    elif stored:
        again = _decide_again(book, stored)
    elif event.body.topic.startswith("loan."):
        again = _loan_again(book, event, [one.body for one in before if one.id < event_id])
    named = [book.version(version).as_json() for version in sorted(getattr(event.body, "parameters", ()))]
    return facts | {
        "posting": [{"code": code, "fen": fen} for code, fen in post(event.body)],
        "parameters": named or (stored or {}).get("parameters", []),
        "explanation": stored,
        "performed_again": again,
        "commit_hash": commit.hash,
    }


def _perform_again(book: Any, event: Any) -> dict[str, Any]:
    """The contribution by the rule of its month, as the law was known on the day of recording."""
    from ledger.dates import business_day, first_day, parse_month
    from ledger.policy.proof import proof
    from ledger.policy.rules import decide

    body = event.body
    outcome = decide(
        body.rule,
        {"base_fen": body.base_fen, "rate": str(body.rate)},
        book,
        first_day(parse_month(body.month)),
        business_day(event.recorded_at),
    )
    amounts = (outcome.values["unit_fen"], outcome.values["employee_fen"])
    return {
        "outcome": outcome.as_json(),
        "proof": proof(outcome, language()),
        "equal": amounts == (body.employer_fen, body.employee_fen),
    }


def _decide_again(book: Any, stored: dict[str, Any]) -> dict[str, Any]:
    """A single decision from the explanation that its event keeps, and from nothing else."""
    from ledger.policy.again import perform_again
    from ledger.policy.proof import proof
    from ledger.policy.units import plain

    outcome = perform_again(stored, book.without_values())
    return {
        "outcome": outcome.as_json(),
        "proof": proof(outcome, language()),
        "equal": plain(outcome.values) == stored["values"],
    }


def _assess_again(book: Any, event: Any, before: Any) -> dict[str, Any]:
    """The months of a roll's payment by the rule, on the facts that held and the parameter versions that are named."""
    from ledger.dates import first_day, parse_month
    from ledger.policy.proof import proof
    from ledger.policy.rules import decide
    from ledger.programmes import amount_of, find, month_case
    from ledger.streams import roll

    body, state = event.body, roll.ROLLS.fold(before)
    programme = find(state.programme)
    versions = [one for names in body.parameters for one in names.split(",")]
    law = book.without_values().with_values(*map(book.version, versions))
    outcomes = {
        month: decide(
            body.rule,
            month_case(programme, roll.facts_in(state, month), month),
            law,
            first_day(parse_month(month)),
        )
        for month in body.months
    }
    due = {month: amount_of(programme, one.values)[0] for month, one in outcomes.items()}
    last = list(outcomes.values())[-1:]
    return {
        "outcome": last[0].as_json() if last else {},
        "proof": "\n".join(proof(one, language()) for one in outcomes.values()),
        "equal": due == body.months and sum(due.values()) + body.difference_fen == body.amount_fen,
    }


def _compute_interest_again(book: Any, event: Any, before: Any) -> dict[str, Any]:
    """The interest by the rule, from the movements that were known and the law as it was known then."""
    from ledger.dates import business_day
    from ledger.policy.proof import proof
    from ledger.policy.rules import decide
    from ledger.streams.interest import cases_of, terms_known

    known_on = business_day(event.recorded_at)
    cases, credited = cases_of(event.body, before, terms_known(book, known_on))
    outcomes = [decide("deposit_interest", case, book, case["on"], known_on) for case in cases]
    due = tuple(
        sum(one.values[part] for one in outcomes) - before_fen
        for part, before_fen in zip(("carried_fen", "current_fen"), credited, strict=True)
    )
    return {
        "outcome": outcomes[-1].as_json(),
        "proof": "\n".join(proof(one, language()) for one in outcomes),
        "credited_before_fen": sum(credited),
        "equal": due == (event.body.carried_fen, event.body.current_fen),
    }


def _loan_again(book: Any, event: Any, before: Any) -> dict[str, Any] | None:
    """An amount of a loan by its rule, from the loan as it stood before the event and the parameters that it names."""
    from ledger.policy.proof import proof
    from ledger.policy.rules import decide
    from ledger.streams.loan import LOANS, case_of

    case = case_of(event.body, LOANS.fold(before))
    if case is None:
        return None
    rule, inputs, recorded = case
    named = book.without_values().with_values(*map(book.version, event.body.parameters))
    outcome = decide(rule, inputs, named, event.body.effective_on)
    return {
        "outcome": outcome.as_json(),
        "proof": proof(outcome, language()),
        "equal": recorded.items() <= outcome.values.items(),
    }


def show_trace(facts: dict[str, Any]) -> None:
    """A trace in lines: figure, event, commit, books, rule, parameters, clause."""
    say(f"事件 {facts['event_id']} · {facts['words']}", f"Event {facts['event_id']} · {facts['words']}")
    say(f"  {facts['stream']} / {facts['version']} · {facts['topic']}")
    approver = (
        words(f"，审批 {facts['approver']}", f", approved by {facts['approver']}")
        if facts["approver"]
        else ""
    )
    moment = shown_moment(datetime.fromisoformat(facts["recorded_at"]))
    say(
        f"  业务日 {facts['effective_on']}，{moment} 记账（第 {facts['commit']} 次，{facts['actor']} 经办{approver}）",
        f"  effective {facts['effective_on']}, recorded {moment} in commit {facts['commit']} by {facts['actor']}{approver}",
    )
    for line in facts["posting"]:
        side = words("借", "debit") if line["fen"] > 0 else words("贷", "credit")
        say(f"  {side} {line['code']} {format_fen(abs(line['fen']))}")
    say(f"  依据 {facts['clause']}", f"  clause {facts['clause']}")
    if facts["performed_again"]:
        say("按规则重算", "Performed again by the rule")
        for line in facts["performed_again"]["proof"].splitlines():
            say(f"  {line}")
        equal = facts["performed_again"]["equal"]
        say(
            "  与账上金额相同" if equal else "  与账上金额不同！",
            "  the same as in the ledger" if equal else "  NOT what stands in the ledger",
        )
        return
    for one in facts["parameters"]:
        value = one["value"] if not isinstance(one["value"], list) else "…"
        said = f"{one['version']} = {value} · {one['document']} {one['clause']} · {one['published_on']}"
        say(f"  参数 {said} 公布", f"  parameter {said} published")
