"""The list of a batch for the office (代发清册): who was to be paid what, and what became of each line.

Names come from the person store and only here; the number of an account is masked, the bank has it in its message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ledger.money import format_fen
from ledger.store.persons import masked_number
from ledger.streams.batch import Batch
from projections.documents.listing import Column, Listing
from projections.documents.subsidy_lists import ORDERS, Known
from projections.views.payments import BatchLine

CENTRE: Final = ("葫芦岛市住房公积金管理中心", "Huludao Housing Provident Fund Centre")
FINANCE: Final = ("财政部门", "Finance department")
AGAIN: Final = ("未付，已重新划款", "not paid, ordered again")


def batch_listing(batch: str, recorded: Batch, lines: Sequence[BatchLine], known: Known) -> Listing:
    """The list of a batch: a line for each person, and how many stand in which state with their sums."""
    people = known(sorted({one.payee for one in lines}))
    rows = []
    for number, one in enumerate(lines, start=1):
        person = people.get(one.payee)
        name = person.name if person and person.name else one.payee
        account = masked_number(person.bank_card) if person else ""
        rows.append((number, name, account, one.amount_fen, one.end_to_end, state_of(one)[0], one.reason))
    assert recorded.sent_on is not None, "a batch that was sent has its day"
    return Listing(
        name=f"batch-{batch}",
        title=("代发清册", "Payments of a batch, person by person"),
        issuer=FINANCE if recorded.purse == "subsidy" else CENTRE,
        period=f"{batch}（{recorded.sent_on}）",
        dated=recorded.sent_on,
        columns=(
            Column("序号", "no.", "number", "14mm"),
            Column("户名", "name", "text", "1fr"),
            Column("收款账号", "account", "text", "42mm"),
            Column("金额（元）", "amount", "fen", "30mm"),
            Column("附言（端到端编号）", "end-to-end id", "text", "62mm"),
            Column("结果", "result", "text", "32mm"),
            Column("原因", "reason", "text", "32mm"),
        ),
        rows=tuple(rows),
        facts=(
            ("批次", "batch", batch),
            ("资金专户", "purse", recorded.purse),
            ("笔数", "payments", f"{recorded.count:,}"),
            *((zh, en, text) for (zh, en), text in standing(lines)),
        ),
        totals=("", "合计 Total", "", recorded.amount_fen, "", "", "") if rows else (),
        sum=("本批合计", "total", recorded.amount_fen),
        signatures=(("编制", "prepared"), ("复核", "checked"), ("审批", "approved"), ("单位盖章", "seal")),
    )


def state_of(line: BatchLine) -> tuple[str, str]:
    """What became of a line, in both languages."""
    return AGAIN if line.again else ORDERS[line.status]


def standing(lines: Sequence[BatchLine]) -> list[tuple[tuple[str, str], str]]:
    """How many lines stand in each state, and their sum."""
    counts: Counter[tuple[str, str]] = Counter()
    sums: Counter[tuple[str, str]] = Counter()
    for one in lines:
        counts[state_of(one)] += 1
        sums[state_of(one)] += one.amount_fen
    return [(state, f"{count:,} / {format_fen(sums[state])}") for state, count in counts.items()]
