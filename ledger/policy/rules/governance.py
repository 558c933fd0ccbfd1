"""Who may do what, and by when the centre must account for itself (葫政发〔2019〕12号 第二、十九至三十条)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate

from ledger.dates import days_after, months_after
from ledger.policy.rules.collection import CITY, IN_FORCE
from ledger.policy.rules.framework import Needed, Values, Why, chosen, quiet, rule
from ledger.policy.rules.kinds import DAY, Count, Day, SignedFenList, Text
from ledger.policy.units import Row
from ledger.refusal import Refusal


@rule(
    "role_action",
    clause=f"{CITY} 第二、十九条",
    zh="职责权限",
    en="what a body may do",
    since=IN_FORCE,
    reads={"roles": "role_actions"},
)
def role_action(role: Text, action: Text, roles: Sequence[Row], why: Why = quiet) -> Values:
    """The committee decides and never posts; the centre posts and never approves its own parameters.

    Supervisors and auditors read; what the table does not allow is not allowed (职责权限).
    """
    allowed = next((row["actions"] for row in roles if row["role"] == role), ())
    why("该主体可做", "this body may", list(allowed))
    return {"allowed": action in allowed}


@rule(
    "separate_roles",
    clause=f"{CITY} 第二十二条",
    zh="交叉复核",
    en="maker and checker differ",
    since=IN_FORCE,
)
def separate_roles(maker: Text, checker: Text, why: Why = quiet) -> Values:
    """Nobody checks his own work (制单人与复核人不能为同一人)."""
    why("经办与复核为不同的人", "maker and checker differ", maker != checker)
    return {"allowed": maker != checker}


@rule(
    "parameter_effective",
    clause=f"{CITY} 第十九条",
    zh="重大事项生效日",
    en="first day of a decided parameter",
    since=IN_FORCE,
)
def parameter_effective(
    approved_on: Day | None = None,
    published_on: Day | None = None,
    requested_effective_on: Day | None = None,
    why: Why = quiet,
) -> Values:
    """The latest of approval, publication and the day asked for; none before both are there (批准后执行并公布)."""
    if approved_on is None or published_on is None:
        why("未经批准并公布，不生效", "not approved and published: not in force", None)
        return {"effective_on": None}
    effective_on = max(approved_on, published_on, requested_effective_on or date.min)
    why("批准日、公布日、拟施行日中最晚者", "latest of approval, publication, request", effective_on)
    return {"effective_on": effective_on}


@rule(
    "replay_equal",
    clause=f"{CITY} 第二十条第二款",
    zh="备份重演一致",
    en="backup replays equal",
    since=IN_FORCE,
)
def replay_equal(events: SignedFenList, lost_last: Count, why: Why = quiet) -> Values:
    """Whether a backup that lost its last events rebuilds the same balances, position by position (及时备份)."""
    kept = events[: len(events) - lost_last] if lost_last else events
    why("账上余额", "balance of the ledger", sum(events), "fen")
    why("备份重演余额", "balance rebuilt from the backup", sum(kept), "fen")
    return {"equal": list(accumulate(events)) == list(accumulate(kept))}


@rule(
    "statement_due",
    clause=f"{CITY} 第二十四条",
    zh="对账单期限",
    en="when statements are due",
    since=IN_FORCE,
    reads={"settlement_day": "settlement_month_day", "statement_days": "statement_days"},
)
def statement_due(year: Count, settlement_day: str, statement_days: int, why: Why = quiet) -> Values:
    """Settlement day of a year and the last day for its statements (结算日后30天内)."""
    settled_on = date.fromisoformat(f"{year:04d}-{settlement_day}")
    why("结算日", "settlement day", settled_on)
    return {"settled_on": settled_on, "due_on": days_after(settled_on, statement_days)}


@rule(
    "annual_report_due",
    clause=f"{CITY} 第二十五条",
    zh="年报期限",
    en="when the yearly report is due",
    since=IN_FORCE,
    reads={"last_day": "annual_report_month_day"},
)
def annual_report_due(report_year: Count, last_day: str, why: Why = quiet) -> Values:
    """Last day for publishing the report of a year: the end of March after it (3月底前), that day included."""
    due_on = date.fromisoformat(f"{report_year + 1:04d}-{last_day}")
    why("次年3月底", "end of March of the next year", due_on)
    return {"due_on": due_on}


def _first_day(starts_on: str, days: Mapping[str, date | None], rule_name: str) -> date:
    """The day from which a ban runs, itself not counted: of the decision, the discovery or the full return."""
    day = days[starts_on]
    if day is None:
        raise Refusal("rule_input_missing", rule=rule_name, name=BAN_DAYS[starts_on], kind=DAY.name)
    return day


OFFENCES = ({"offence": "loan"}, {"offence": "withdrawal"})
BAN_DAYS = {"decision": "decided_on", "discovery": "discovered_on", "full_return": "returned_on"}


@rule(
    "loan_ban",
    clause=f"{CITY} 第二十八条第二款；国务院令第844号 第四十一条",
    zh="取消贷款资格",
    en="loss of the right to a loan",
    since=IN_FORCE,
    day="facts_on,decided_on",
    reads={
        "years_min": "loan_ban_years_min",
        "years_max": "loan_ban_years_max",
        "after_withdrawal": "withdrawal_fraud_loan_ban_years~",
        "starts_on": "ban_starts_on",
    },
)
def loan_ban(
    decided_on: Day,
    years: Count,
    years_min: int,
    years_max: int,
    after_withdrawal: Needed,
    starts_on: str,
    facts_on: Day | None = None,
    discovered_on: Day | None = None,
    returned_on: Day | None = None,
    offence: Text = "loan",
    why: Why = quiet,
) -> Values:
    """Last day of a ban for so many years and the first day after it; outside the bounds it is not valid.

    The first day is not counted. The law of the day of the facts applies where that day is given. After a fraudulent
    ``withdrawal`` (骗提) only Order 844 bars loans too; ``missing_parameter`` before it.
    """
    if chosen(OFFENCES, "offence", offence, "loan_ban", "offence")["offence"] == "withdrawal":
        years_min = years_max = after_withdrawal()
    why("年限在规定范围内", "years within the bounds", [years_min, years_max], "years")
    if not years_min <= years <= years_max:
        return {"valid": False, "last_day": None, "eligible_again_on": None}
    days = {"decision": decided_on, "discovery": discovered_on, "full_return": returned_on}
    last_day = months_after(_first_day(starts_on, days, "loan_ban"), 12 * years)
    why("最后一日", "last day", last_day)
    return {"valid": True, "last_day": last_day, "eligible_again_on": days_after(last_day, 1)}


@rule(
    "withdrawal_ban",
    clause=f"{CITY} 第二十八条第一款；国务院令第844号 第四十一条",
    zh="取消提取资格",
    en="loss of the right to withdraw",
    since=IN_FORCE,
    day="facts_on,decided_on",
    reads={
        "after_withdrawal": "withdrawal_ban_years~",
        "after_loan": "loan_fraud_withdrawal_ban_years~",
        "starts_on": "ban_starts_on",
    },
)
def withdrawal_ban(
    decided_on: Day,
    after_withdrawal: Needed,
    after_loan: Needed,
    starts_on: str,
    years: Count | None = None,
    facts_on: Day | None = None,
    discovered_on: Day | None = None,
    returned_on: Day | None = None,
    offence: Text = "withdrawal",
    why: Why = quiet,
) -> Values:
    """Last day of a ban on withdrawals (取消提取资格) and the first day after it, for a fraudulent withdrawal or loan.

    The city's text says 一定时间 without a number: the decision names the years, or ``missing_parameter``.
    """
    found = chosen(OFFENCES, "offence", offence, "withdrawal_ban", "offence")
    if years is None:
        years = after_loan() if found["offence"] == "loan" else after_withdrawal()
    why("取消年限", "years of the ban", years, "years")
    days = {"decision": decided_on, "discovery": discovered_on, "full_return": returned_on}
    last_day = months_after(_first_day(starts_on, days, "withdrawal_ban"), 12 * years)
    why("最后一日", "last day", last_day)
    return {"last_day": last_day, "eligible_again_on": days_after(last_day, 1)}


@rule(
    "objection_window",
    clause=f"{CITY} 第二十九条",
    zh="复议和诉讼期限",
    en="time for review and for suit",
    since=IN_FORCE,
    falls_back_to={"review_days": "administrative_review_days", "suit_months": "administrative_suit_months"},
)
def objection_window(notified_on: Day, review_days: Count, suit_months: Count, why: Why = quiet) -> Values:
    """Last days for administrative review (复议) and for a suit (诉讼); the day of notice is not counted."""
    review_until, suit_until = days_after(notified_on, review_days), months_after(notified_on, suit_months)
    why("复议期限", "last day for review", review_until, clause="中华人民共和国行政复议法")
    why("诉讼期限", "last day for a suit", suit_until, clause="中华人民共和国行政诉讼法")
    return {"review_until": review_until, "suit_until": suit_until}


@rule(
    "regulation_in_force",
    clause=f"{CITY} 第三十条",
    zh="规定施行",
    en="regulation in force",
    since=IN_FORCE,
    reads={"first_day": "regulation_first_day"},
)
def regulation_in_force(on: Day, first_day: date, why: Why = quiet) -> Values:
    """Whether the city's regulation is in force on a day: from its publication (自公布之日起施行)."""
    why("施行日", "first day in force", first_day)
    return {"in_force": on >= first_day}


@rule(
    "penalty_authority",
    clause=f"{CITY} 第二、二十六条；葫政告字〔2019〕2号",
    zh="行政处罚主体",
    en="authority to penalise",
    since=IN_FORCE,
    reads={"bodies": "enforcement_bodies"},
)
def penalty_authority(body: Text, bodies: Sequence[Row], why: Why = quiet) -> Values:
    """Whether a body stands in the city's first list of enforcement bodies (行政执法主体); the centre does not."""
    listed = next((row for row in bodies if body == row["zh"]), None)
    why("列入第一批行政执法主体", "stands in the first list", listed is not None)
    return {"listed": listed is not None, **{name: listed and listed[name] for name in ("number", "kind")}}
