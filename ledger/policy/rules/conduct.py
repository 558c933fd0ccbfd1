"""What a fraud brings (骗提骗贷的处理): which law governs the day of the facts, and which bans it knows."""

from __future__ import annotations

from ledger.policy.rules.collection import CITY, IN_FORCE
from ledger.policy.rules.framework import Values, Why, chosen, quiet, rule
from ledger.policy.rules.governance import OFFENCES
from ledger.policy.rules.kinds import Day, Text

NATIONAL = "国务院令第844号 第四十一条"


@rule(
    "fraud_consequences",
    clause=f"{CITY} 第二十八条；{NATIONAL}",
    zh="骗提骗贷的处理",
    en="what a fraud brings",
    since=IN_FORCE,
    day="facts_on",
    reads={
        "withdrawal_after_withdrawal": "withdrawal_ban_years?",
        "loan_after_withdrawal": "withdrawal_fraud_loan_ban_years?",
        "withdrawal_after_loan": "loan_fraud_withdrawal_ban_years?",
        "loan_years_min": "loan_ban_years_min",
        "loan_years_max": "loan_ban_years_max",
    },
)
def fraud_consequences(
    facts_on: Day,
    offence: Text,
    withdrawal_after_withdrawal: int | None,
    loan_after_withdrawal: int | None,
    withdrawal_after_loan: int | None,
    loan_years_min: int,
    loan_years_max: int,
    why: Why = quiet,
) -> Values:
    """The years of each ban by the law of the day of the facts (实体从旧).

    ``withdrawal_years`` empty: the law leaves the ban and its years to the decision after a fraudulent withdrawal
    (一定时间), and knows none after a fraudulent loan. ``loan_years_max`` empty: it knows no ban on loans.
    """
    found = chosen(OFFENCES, "offence", offence, "fraud_consequences", "offence")["offence"]
    why("事实发生日", "day of the facts", facts_on)
    least: int | None = loan_years_min
    most: int | None = loan_years_max
    withdrawal, national, paragraph = withdrawal_after_loan, withdrawal_after_loan, "第二款"
    if found == "withdrawal":
        withdrawal, national, paragraph = withdrawal_after_withdrawal, loan_after_withdrawal, "第一款"
        least = most = loan_after_withdrawal
    clause = f"{CITY} 第二十八条{paragraph}" if national is None else NATIONAL
    why("适用的规定", "the law that governs", clause)
    why("取消提取资格年限", "years without withdrawal", withdrawal, "years", clause)
    why("取消贷款资格年限", "years without a loan", [least, most], "years", clause)
    return {"law": clause, "withdrawal_years": withdrawal, "loan_years_min": least, "loan_years_max": most}


@rule(
    "employer_fine",
    clause=f"{CITY} 第二十六条；住房公积金管理条例 第三十七条；国务院令第844号 第三十九条",
    zh="未登记、未设账户的罚款幅度",
    en="bounds of a fine for not registering or not opening accounts",
    since=IN_FORCE,
    day="facts_on",
    reads={"least_fen": "unregistered_fine_min", "most_fen": "unregistered_fine_max"},
)
def employer_fine(facts_on: Day, least_fen: int, most_fen: int, why: Why = quiet) -> Values:
    """The least and the highest fine, both included, by the law of the day of the facts."""
    why("事实发生日", "day of the facts", facts_on)
    why("罚款幅度", "bounds of the fine", [least_fen, most_fen], "fen")
    return {"least_fen": least_fen, "most_fen": most_fen}
