"""The figures of a statement: whatever happened, the sums of the movements are the balance that commands decide by."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import projections.registers
from ledger.dates import SHANGHAI
from ledger.refusal import Refusal
from ledger.streams import account as accounts
from ledger.streams.account import effect
from ledger.streams.base import EVENTS, Event, decode
from projections.documents.press import set_pdf, settable
from projections.documents.statement_pages import LIST_PAGES_IN_A_PART, LIST_ROWS, parts_of
from projections.views.statements import AccountHistory, Read, figure_of
from projections.views.stays import POOL

assert projections.registers.REGISTERS

FIRST = date(2019, 1, 1)
YEAR = 2019
SAMPLES = Path(__file__).parents[1] / "contract" / "data" / "events"
EMPLOYERS = ("E1", "E2", "E3", POOL)


@dataclass
class Life:
    """A history as it was recorded: value dates go back and forth."""

    events: list[Event] = field(default_factory=list)

    def add(self, event: Event) -> None:
        self.events.append(event)

    def reads(self) -> list[Read]:
        moment = datetime(2020, 7, 1, tzinfo=SHANGHAI)
        return [Read(100 + number, number, body, moment) for number, body in enumerate(self.events, start=1)]


def opened(on: date) -> accounts.Opened:
    return accounts.Opened(
        effective_on=on, person="P1", employer="E1", base_fen=500_000, first_month="2019-02", joined_on=on
    )


def deposited(on: date, fen: int, kind: str = "remittance", month: str = "2019-08") -> accounts.Deposited:
    return accounts.Deposited(
        effective_on=on,
        month=month,
        employer_fen=fen,
        employee_fen=fen,
        base_fen=500_000,
        rate=Decimal("0.12"),
        kind=kind,
        rule="monthly_contribution",
        parameters=(),
    )


def transferred(on: date, to: str) -> Event:
    if to == POOL:
        return accounts.SealedCentrally(effective_on=on, ended_on=on, due_on=on)
    return accounts.Transferred(
        effective_on=on,
        from_employer="",
        to_employer=to,
        ended_on=on,
        hired_on=on,
        out_due_on=on,
        in_due_on=on,
    )


def interest(on: date, fen: int) -> accounts.InterestCredited:
    return accounts.InterestCredited(
        effective_on=on, kind="settlement", year=YEAR, first=on, through=on, carried_fen=fen, current_fen=0,
        carried_products=0, current_products=0, carried_rate=Decimal(0), current_rate=Decimal(0), parameters=(),
    )  # fmt: skip


@st.composite
def lives(draw: Any) -> Life:
    life = Life()
    life.add(opened(FIRST))
    days = st.integers(0, 730).map(lambda days: FIRST + timedelta(days))
    for _ in range(draw(st.integers(0, 14))):
        on, fen = draw(days), draw(st.integers(1, 10**9))
        what = draw(
            st.sampled_from(["deposit", "make_up", "withdraw", "in", "out", "interest", "move", "reverse"])
        )
        if what in ("deposit", "make_up"):
            life.add(deposited(on, fen, "make_up" if what == "make_up" else "remittance"))
        elif what == "withdraw":
            life.add(
                accounts.Withdrawn(
                    effective_on=on, carried_fen=fen, current_fen=1, reason="rent", payment="", explanation={}
                )
            )
        elif what == "in":
            life.add(
                accounts.TransferredIn(
                    effective_on=on, amount_fen=fen, months=1, from_centre="沈阳", letter="L"
                )
            )
        elif what == "out":
            life.add(
                accounts.TransferredOut(
                    effective_on=on, carried_fen=fen, current_fen=0, months=1, to_centre="大连", letter="L"
                )
            )
        elif what == "interest":
            life.add(interest(on, fen))
        elif what == "move":
            life.add(transferred(on, draw(st.sampled_from(EMPLOYERS))))
        else:
            _reverse(draw, life)
    return life


def _reverse(draw: Any, life: Life) -> None:
    undone = {one.reverses for one in life.events if isinstance(one, accounts.EntryReversed)}
    whole = [
        (number, one)
        for number, one in enumerate(life.events, start=1)
        if one.moves_money and not isinstance(one, accounts.EntryReversed) and number not in undone
    ]
    if not whole:
        return
    number, one = draw(st.sampled_from(whole))
    carried, current = effect(one)
    life.add(
        accounts.EntryReversed(
            effective_on=one.effective_on, reverses=number, of_topic=one.topic, carried_fen=-carried,
            current_fen=-current, reason="错", money="bank", month=getattr(one, "month", ""),
        )
    )  # fmt: skip


@given(lives())
def test_the_figures_of_a_statement_are_the_sums_of_the_effects(life: Life) -> None:
    history = AccountHistory("A1", life.reads(), YEAR)
    year = history.year()
    until = sum(sum(effect(one)) for one in life.events if one.effective_on <= date(2020, 6, 30))
    before = sum(sum(effect(one)) for one in life.events if one.effective_on <= date(2019, 6, 30))
    assert (year.figures.opening_fen, year.figures.closing_fen) == (before, until)
    assert year.figures.net_fen == until
    assert year.month_ends_fen[0] == before
    assert year.month_ends_fen[12] == until
    assert sum(one.amount_fen for one in year.movements) == until - before
    assert [one.on for one in year.movements] == sorted(one.on for one in year.movements)


@given(lives())
def test_the_rows_of_all_employers_make_the_account(life: Life) -> None:
    history = AccountHistory("A1", life.reads(), YEAR)
    rows = [row for row, _ in filter(None, map(history.row, EMPLOYERS))]
    year = history.year()
    for name in (
        "opening_fen",
        "employer_fen",
        "employee_fen",
        "interest_fen",
        "withdrawn_fen",
        "closing_fen",
    ):
        assert sum(getattr(row.figures, name) for row in rows) == getattr(year.figures, name), name
    moved_in = sum(row.figures.moved_in_fen for row in rows)
    assert moved_in == sum(row.figures.moved_out_fen for row in rows)


def test_a_statement_that_does_not_add_up_is_an_error_that_names_the_account() -> None:
    history = AccountHistory("A1", Life([opened(FIRST), deposited(date(2019, 8, 1), 100)]).reads(), YEAR)
    history.state = replace(history.state, carried_fen=history.state.carried_fen + 1)
    with pytest.raises(Refusal, match=r"statement_identity_broken: .*A1"):
        history.year()
    with pytest.raises(Refusal, match=r"statement_identity_broken: .*A1"):
        history.row("E1")


def test_a_reversal_counts_against_what_it_reverses_and_both_are_told() -> None:
    on = date(2019, 8, 10)
    wrong = accounts.EntryReversed(
        effective_on=on, reverses=2, of_topic=accounts.Deposited.topic, carried_fen=0, current_fen=-200,
        reason="串户", money="held", month="2019-08",
    )  # fmt: skip
    year = AccountHistory("A1", Life([opened(FIRST), deposited(on, 100), wrong]).reads(), YEAR).year()
    assert (year.figures.employer_fen, year.figures.closing_fen) == (0, 0)
    assert [one.zh for one in year.movements] == ["汇缴 2019-08", "冲正 2019-08（串户）"]
    assert [one.event_id for one in year.movements] == [102, 103]


def test_what_was_recorded_late_stands_at_its_value_date_with_the_employer_of_that_day() -> None:
    life = Life([opened(FIRST), transferred(date(2019, 10, 1), "E2"), deposited(date(2019, 9, 10), 50)])
    history = AccountHistory("A1", life.reads(), YEAR)
    (old, _), (new, _) = filter(None, (history.row("E1"), history.row("E2")))
    assert (old.figures.employer_fen, old.figures.moved_out_fen, old.status) == (50, 100, "moved")
    assert (new.figures.moved_in_fen, new.figures.closing_fen, new.figures.employer_fen) == (100, 100, 0)


@pytest.mark.parametrize(
    "topic",
    sorted(topic for topic, one in EVENTS.items() if topic.startswith("account.") and one.moves_money),
)
def test_every_movement_of_an_account_has_its_figure(topic: str) -> None:
    sample = json.loads((SAMPLES / f"{topic.replace('/', '.')}.json").read_text("utf-8"))
    body = decode(topic, json.dumps(sample["state"]))
    assert figure_of(body) or isinstance(body, accounts.EntryReversed)


@given(st.integers(0, 3 * LIST_ROWS * LIST_PAGES_IN_A_PART), st.booleans())
def test_the_parts_of_a_list_hold_every_row_and_the_totals_on_counted_pages(
    rows: int, restated: bool
) -> None:
    parts = parts_of(rows, restated)
    listings = -(-(rows + 1) // LIST_ROWS)
    assert parts[0].page_total == listings + 1 + restated
    assert len(parts) * LIST_PAGES_IN_A_PART >= listings > (len(parts) - 1) * LIST_PAGES_IN_A_PART
    assert [part.first_listing for part in parts] == [
        2 + restated + number * LIST_PAGES_IN_A_PART for number in range(len(parts))
    ]


def test_a_character_without_a_glyph_becomes_a_mark_and_never_a_blank() -> None:
    day = date(2020, 6, 30)
    assert settable("喆㐂𠮷 Ab😀") == "喆㐂𠮷 Ab〓"
    with pytest.raises(Refusal, match="document_not_clean"):
        set_pdf("specimen", {"reference": "", "dated": day.isoformat(), "text": "😀"}, day)
