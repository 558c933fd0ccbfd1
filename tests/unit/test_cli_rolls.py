"""``provident roll`` and ``provident pool``: from a list of entries to its payment, its lines, its proof."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from commands.cli import main
from commands.desk import Desk
from ledger.policy.parameters import PolicyBook
from ledger.streams import pool, roll, rollrun
from projections.replay.findings import Findings
from projections.replay.roll_check import Rolls
from projections.replay.verify import verify
from projections.replay.walk import Portion, Walk

ROLL = "retired60s_pre19450902_allowance"
RUN = f"{ROLL}.lianshan.2019-08"
FACTS = {"joined_on": "1945-01-01", "former_treatment": "full_wage"}
ROSTER = {
    "county": ["county_office@lianshan", "county_office@suizhong"],
    "treasurer": ["county_finance@lianshan"],
    "finance": ["city_finance"],
    "service": ["city_service"],
    "panel": ["panel"],
}
PAPERS = [
    "investment_summary",
    "project_agreement",
    "enterprise_licence",
    "investor_licence",
    "project_filing",
]
"""Papers of an award."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger with a roll of five and a counted pool."""
    url = f"sqlite:///{tmp_path_factory.mktemp('rolls') / 'ledger.db'}"
    assert run(url, "init").exit_code == 0
    with Desk(url) as desk:
        on = date(2019, 6, 20)
        desk.do("assign_offices", {"on": on, "roster": ROSTER}, actor="director")
        vote = {
            "on": on,
            "purse": ROLL,
            "year": 2019,
            "area": "lianshan",
            "amount": "100000.00",
            "document": "D1",
        }
        desk.do("vote_budget", vote, actor="treasurer")
        lines = [
            {"entry": f"R{number}", "beneficiary": f"P{number}", "from_month": "2019-07", "facts": FACTS}
            for number in range(1, 6)
        ]
        taken = {"on": on, "programme": ROLL, "area": "lianshan", "source": "old roll", "lines": lines}
        desk.do("take_over_roll", taken, actor="county")
        month = {"on": date(2019, 7, 25), "programme": ROLL, "area": "lianshan", "month": "2019-07"}
        desk.do("pay_roll", month, actor="clerk", approver="treasurer")
        entry = {
            "on": date(2020, 1, 10), "kind": "township", "year": 2019, "area": "suizhong", "entrant": "T1",
            "investment": "8000000.00", "documents": PAPERS,
        }  # fmt: skip
        desk.do("enter_pool", entry, actor="county")
        desk.do("count_pool", {"on": date(2020, 2, 1), "kind": "township", "year": 2019}, actor="service")
    return url


def run(url: str, *arguments: str, language: str = "en") -> Result:
    return CliRunner(env={"PROVIDENT_LANG": language}).invoke(main, ["--ledger", url, *arguments])


def answer(url: str, *arguments: str) -> Any:
    done = run(url, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_a_roll_is_paid_listed_explained_and_verified_from_the_command_line(url: str) -> None:
    pay = ["roll", "pay", ROLL, "--area", "lianshan", "--month", "2019-08", "--on", "2019-08-25"]
    pay += ["--by", "clerk", "--approved-by", "treasurer", "--lines", "2"]
    first = answer(url, *pay)
    assert (first["lists"], first["entries"], first["amount_fen"]) == (3, 5, 5 * 54_100)
    assert answer(url, *pay) == first  # a second run finds nothing to do
    lines = answer(url, "roll", "lines", RUN)
    assert sum(one["amount_fen"] for one in lines) == first["amount_fen"]
    assert [one["list"] for one in lines] == [1, 1, 2, 2, 3]
    assert "2019-08 541.00" in run(url, "roll", "lines", RUN).output
    assert "1,082.00" in run(url, "roll", "list", ROLL, "--status", "on", language="zh").output
    shown = answer(url, "roll", "show", "R1")
    assert (shown["paid_through"], shown["paid_fen"]) == ("2019-08", 108_200)
    told = run(url, "roll", "show", "R1", "--as-of", "2019-07-31", language="zh").output
    assert "发至 2019-07，累计 541.00" in told
    why = answer(url, "why", str(shown["history"][-1]["event_id"]))
    assert why["performed_again"]["equal"]
    assert "541.00" in run(url, "why", str(shown["history"][-1]["event_id"])).output
    assess = ["roll", "assess", ROLL, "--area", "lianshan", "--month", "2019-07", "--by", "county"]
    assessed = answer(url, *assess, "--on", "2019-09-01")
    assert (assessed["entries"], assessed["changed"], assessed["raised_fen"]) == (5, 5, 0)
    assert "5 changed" in run(url, *assess, "--on", "2019-09-01").output
    assert run(url, "verify").exit_code == 0


def test_a_pool_shows_its_entrants_with_their_awards(url: str) -> None:
    facts = answer(url, "pool", "show", "township.2019")
    assert facts["entrants"][0]["award_fen"] == 110_000_000
    assert "1,100,000.00" in run(url, "pool", "show", "township.2019", language="zh").output


@pytest.mark.parametrize(
    "words", [("roll", "show", "R9"), ("roll", "lines", "none"), ("pool", "show", "none")]
)
def test_what_is_not_there_is_refused_with_a_hint(url: str, words: tuple[str, ...]) -> None:
    assert run(url, *words).exit_code == 3


def test_a_line_that_is_not_what_its_rule_gives_and_a_list_that_is_not_its_lines_are_found(url: str) -> None:
    assert findings(url, lambda body: body) == {}
    paid = findings(url, lambda body: altered(body, roll.Paid, amount_fen=1))
    assert set(paid) == {"roll_amount_not_by_rule", "list_not_by_lines"}
    listed = findings(url, lambda body: altered(body, rollrun.ListPaid, entries=9))
    assert set(listed) == {"list_not_by_lines"}
    counted = findings(url, lambda body: altered(body, pool.Counted, awards={}))
    assert set(counted) == {"decision_not_by_rule"}
    entered = findings(url, lambda body: altered(body, pool.Entered, investment_fen=1))
    assert set(entered) == {"decision_not_by_rule"}


def altered(body: Any, kind: type, **fields: Any) -> Any:
    return msgspec.structs.replace(body, **fields) if isinstance(body, kind) else body


def findings(url: str, alter: Any) -> dict[str, int]:
    """What the check of rolls finds in the ledger when its events are other ones."""
    with Desk(url) as desk, desk.ledger.database.reading() as connection:
        found = Findings()
        check = Rolls(found, desk.present_book())
        for portion in Walk(connection, Findings(), None, None).portions():
            check.see(Portion(portion.commit, [(row, alter(body)) for row, body in portion.events]))
        check.finish(connection)
    return dict(found.counts)


def test_the_ledger_with_rolls_and_pools_is_sound(url: str) -> None:
    with Desk(url) as desk:
        assert verify(desk.ledger.database, PolicyBook.bundled()).sound
