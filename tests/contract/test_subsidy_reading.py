"""What is read of subsidies, on every database: the views against a fresh build, two times in one question, equal bytes."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, update

from commands.desk import Desk
from ledger.programmes import find
from ledger.store.persons import PersonStore
from projections.documents.listing import write
from projections.documents.subsidy_lists import (
    account_listing,
    execution_listing,
    nobody,
    payment_listing,
    publicity_listing,
)
from projections.replay.view_check import view_checks
from projections.views.subsidies import execution, payments, programme_year, standings, with_status
from projections.views.subsidy_money import CASE, MOVED, SubsidyMoney
from projections.views.view import catch_up
from tests.contract.subsidy_story import (
    DIBAO,
    ESTATE,
    LESSONS,
    REFUND,
    name_everybody,
    tell_of_rolls_and_pools,
    tell_story,
)

END = date(2019, 8, 31)


@pytest.fixture
def told(desk: Desk, clock: Any) -> Desk:
    tell_story(desk, clock)
    catch_up(desk.ledger.database, SubsidyMoney())
    return desk


def test_a_budget_is_read_as_of_one_day_and_as_known_on_another(told: Desk) -> None:
    with told.ledger.database.reading() as connection:
        before = execution(connection, date(2019, 6, 30), purse=REFUND)
        after = execution(connection, END, purse=REFUND)
        hidden = execution(connection, date(2019, 6, 30), date(2019, 7, 1), purse=LESSONS)
        learned = execution(connection, date(2019, 6, 30), date(2019, 7, 2), purse=LESSONS)
    assert [(one.voted, one.raised, one.spent) for one in before] == [(10_000_000, 0, 0)]
    assert [(one.disposable_fen, one.spent, one.left_fen) for one in after] == [
        (12_000_000, 6_172_839, 5_827_161)
    ]
    assert after[0].progress is not None
    assert f"{after[0].progress}" == "51.4"
    assert hidden == []
    assert [(one.area, one.voted) for one in learned] == [("lianshan", 500_000)]


def test_money_set_aside_is_no_longer_left_and_not_yet_spent(told: Desk) -> None:
    with told.ledger.database.reading() as connection:
        (planned,) = execution(connection, date(2019, 8, 14), purse=REFUND)
    assert (planned.waiting_fen, planned.spent, planned.left_fen) == (6_172_839, 0, 5_827_161)


def test_grants_stand_by_state_with_their_age_and_the_next_day_that_counts(told: Desk) -> None:
    with told.ledger.database.reading() as connection:
        now = {one.grant: one for one in standings(connection, date(2019, 8, 20))}
        then = {one.grant: one for one in standings(connection, date(2019, 8, 14))}
    assert {key: one.state.status for key, one in now.items()} == {
        "G1": "paid",
        "G2": "sent_back",
        "G3": "applied",
    }
    assert (now["G2"].age_days, now["G3"].deadline, now["G3"].deadline_of) == (
        4,
        date(2019, 8, 13),
        "publicity_ends",
    )
    assert (then["G1"].state.status, then["G1"].deadline, then["G2"].age_days) == (
        "planned",
        date(2019, 12, 31),
        9,
    )


def test_the_account_of_a_year_ties_what_was_spent_to_what_was_paid(told: Desk) -> None:
    with told.ledger.database.reading() as connection:
        account = programme_year(connection, REFUND, 2019, END)
    assert (account.persons, account.payments, account.paid_fen) == (1, 1, 6_172_839)
    assert account.adds_up
    assert (account.total("voted"), account.total("raised")) == (10_000_000, 2_000_000)


def test_the_view_is_what_a_fresh_build_gives_and_a_changed_row_is_found(told: Desk) -> None:
    (check,) = view_checks([SubsidyMoney()])
    with told.ledger.database.reading() as connection:
        assert list(check(connection)) == []
    with told.ledger.database.writing() as connection:
        connection.execute(update(MOVED).values(amount_fen=1))
    with told.ledger.database.reading() as connection:
        assert [one.code for one in check(connection)] == ["view_differs"]
    with told.ledger.database.writing() as connection:
        connection.execute(delete(CASE))
    with told.ledger.database.reading() as connection:
        assert len(list(check(connection))) == 2


def test_the_same_list_has_the_same_bytes_whenever_it_is_made(told: Desk, tmp_path: Path) -> None:
    with told.ledger.database.reading() as connection:
        paid = list(with_status(connection, payments(connection, END, programme=REFUND), END, None))
        lists = [
            payment_listing(find(REFUND), paid, nobody, date(2019, 8, 1), END),
            execution_listing(execution(connection, END), END, 2019),
            account_listing(programme_year(connection, REFUND, 2019, END), END),
        ]
    for listing in lists:
        first = write(listing, ("pdf", "xlsx", "csv"), tmp_path / "first")
        again = write(listing, ("pdf", "xlsx", "csv"), tmp_path / "again")
        assert [_digest(path) for path in first] == [_digest(path) for path in again]
        assert all(path.stat().st_size > 60 for path in first)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def test_a_payment_list_says_its_total_in_words_and_hides_the_middle_of_an_account(
    told: Desk, tmp_path: Path
) -> None:
    store = PersonStore(b"k" * 32)
    name_everybody(told, store)
    with told.ledger.database.reading() as connection:
        paid = list(with_status(connection, payments(connection, END, programme=REFUND), END, None))
        listing = payment_listing(find(REFUND), paid, lambda ids: store.read(connection, ids), None, END)
    (path,) = write(listing, ("xlsx",), tmp_path)
    cells = [
        cell for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python() for cell in row
    ]
    assert "本次合计：61,728.39 元（人民币陆万壹仟柒佰贰拾捌元叁角玖分）" in cells
    assert {"连山机械有限公司", "622************3445", "已下达"} <= set(cells)
    assert not any("6222020200112233445" in str(cell) for cell in cells)


def test_the_publicity_list_shows_who_is_public_on_the_last_day_and_nobody_after_it(told: Desk) -> None:
    shown = []
    for day in (date(2019, 8, 13), date(2019, 8, 14)):
        with told.ledger.database.reading() as connection:
            found = standings(connection, day, programme=ESTATE)
        public = [one for one in found if (one.state.publicised_until or date.min) >= day]
        shown.append([row[1:4] for row in publicity_listing(find(ESTATE), public, nobody, day).rows])
    assert shown == [[("G3", "F3", "连山区")], []]


def test_a_roll_is_read_by_the_county_that_paid_and_by_who_received_it(desk: Desk, clock: Any) -> None:
    tell_of_rolls_and_pools(desk, clock)
    catch_up(desk.ledger.database, SubsidyMoney())
    with desk.ledger.database.reading() as connection:
        paid = list(with_status(connection, payments(connection, END, programme=DIBAO), END, None))
        here = payments(connection, END, programme=DIBAO, area="longgang")
        (check,) = view_checks([SubsidyMoney()])
        assert list(check(connection)) == []
    told = [(one.area, one.period, one.payee, one.amount_fen, one.status) for one in paid]
    assert told == [
        ("lianshan", "2019-07", "P1", 55_000, "ordered"),
        ("longgang", "2019-08", "P2", 55_000, "ordered"),
    ]
    assert [one.period for one in here] == ["2019-08"]


def test_a_pool_is_read_by_programme_as_it_was_counted_last(desk: Desk, clock: Any) -> None:
    tell_of_rolls_and_pools(desk, clock)
    catch_up(desk.ledger.database, SubsidyMoney())
    end = date(2020, 12, 31)
    with desk.ledger.database.reading() as connection:
        basic = payments(connection, end, programme="township_basic_award")
        excess = payments(connection, end, programme="township_excess_award")
        account = programme_year(connection, "township_excess_award", 2020, end)
    assert [(one.beneficiary, one.amount_fen) for one in basic] == [("T1", 10_000_000), ("T2", 10_000_000)]
    assert [one.beneficiary for one in excess] == ["T1", "T2"]
    assert all(one.payment for one in excess)
    assert account.adds_up
    assert account.total("spent") == sum(one.amount_fen for one in (*basic, *excess))
