"""Histories of subsidies at random: whatever is asked in whatever order, money and law hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.desk import Desk
from commands.handlers import COMMANDS
from ledger.books.posting import post
from ledger.dates import SHANGHAI
from ledger.policy.parameters import PolicyBook
from ledger.programmes import find, offices
from ledger.programmes.periods import in_window
from ledger.refusal import Refusal
from ledger.streams import budget, grant, payment
from projections.registers import REGISTERS
from projections.replay.verify import verify

REFUND, DIFFICULT, AWARD = "stable_jobs_refund", "difficult_enterprise_refund", "incubator_award"
HOURS = "poor_labour_class_hour_subsidy"
FACTS: Final[dict[str, dict[str, Any]]] = {
    REFUND: {"ui_premium_actually_paid_prior_year_fen": 12_345_678, "no_or_few_layoffs": True},
    DIFFICULT: {"monthly_payable_fen": [8_000_000] * 6, "recognised_difficult": True,
                "no_or_few_layoffs": True, "year": 2019},
    AWARD: {"proposed_fen": 30_000_000},
    HOURS: {"class_hours": 83, "passed": True, "completed_on": "2019-07-31"},
}  # fmt: skip
OFFICERS: Final = {
    "county_office": ["county", "county_head"], "county_finance": ["county_treasurer"], "city_service": ["service"],
    "city_office": ["office", "office_head"], "city_finance": ["finance", "treasurer"],
}  # fmt: skip
GRANTS: Final = 8
OPERATIONS: Final = ["next"] * 18 + ["reclaim"] * 3 + ["repay", "withdraw"] * 2 + ["budget", "queue", "end"]
STEPS = st.lists(
    st.tuples(st.sampled_from(OPERATIONS), st.integers(0, GRANTS - 1), st.integers(0, 10**6)),
    min_size=40,
    max_size=120,
)


class Town:
    """A ledger with its officers and budgets; each request is a day later than the last, and may be refused."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk, self.clock = desk, clock
        roster = {
            officer: [f"{role}@lianshan" if offices().roles[role].level == "county" else role]
            for role, officers in OFFICERS.items()
            for officer in officers
        }
        self.do("assign_offices", "director", roster=roster)
        for purse in FACTS:
            area, officer = ("lianshan", "county_treasurer") if purse == HOURS else ("city", "finance")
            self.do(
                "vote_budget", officer, purse=purse, year=2019, area=area, amount="500000.00", document="文"
            )

    def do(self, command: str, actor: str, **content: Any) -> bool:
        self.clock.day += timedelta(days=1)
        maker, approver = ("clerk", actor) if COMMANDS[command].by_office else (actor, "")
        try:
            self.desk.do(command, {"on": self.clock.day, **content}, actor=maker, approver=approver)
        except Refusal:
            return False
        return True

    def state(self, key: str) -> grant.Grant:
        with self.desk.ledger.database.reading() as connection:
            found = REGISTERS["grant"].read(connection, [key])
        return found[key][1] if key in found else grant.Grant()

    def step(self, op: str, number: int, salt: int) -> None:
        key = f"G{number}"
        getattr(self, f"_{op}")(key, self.state(key), salt)

    def _apply(self, key: str, state: grant.Grant, salt: int) -> None:
        programme = list(FACTS)[salt % len(FACTS)]
        content: dict[str, Any] = {"period": "2019"}
        if programme == HOURS:
            content |= {"project": f"course{salt % 2}", "payee": "T1"}
        self.do(
            "apply_grant", "clerk", grant=key, programme=programme, beneficiary=f"B{salt % 2}", area="lianshan",
            documents=list(find(programme).documents), facts=FACTS[programme], **content,
        )  # fmt: skip

    def _next(self, key: str, state: grant.Grant, salt: int) -> None:
        """The step that is due; now and then by the wrong officer."""
        if not state.status:
            self._apply(key, state, salt)
            return
        procedure = offices().procedures[find(state.programme).procedure]
        by = {"planned": procedure.pays}.get(state.status, procedure.approves)
        command = {"approved": "plan_grant", "queued": "plan_grant", "planned": "pay_grant"}.get(state.status)
        if state.status == "applied":
            reviewing = state.stage < len(procedure.stages)
            command = "review_grant" if reviewing else "approve_grant"
            by = procedure.stages[state.stage].role if reviewing else by
        if command:
            officer = OFFICERS[by][salt % len(OFFICERS[by])]
            if not self.do(command, officer, grant=key, **self._set_off(command, state)):
                self.do(command, OFFICERS[by][-1], grant=key)

    def _set_off(self, command: str, state: grant.Grant) -> dict[str, Any]:
        """What the same beneficiary owes goes first."""
        if command != "pay_grant":
            return {}
        others = {f"G{number}": self.state(f"G{number}") for number in range(GRANTS)}
        owing = {
            key: str(grant.owed_fen(one) // 100)
            for key, one in others.items()
            if one.beneficiary == state.beneficiary and 100 <= grant.owed_fen(one) <= state.amount_fen
        }
        return {"set_off": dict(list(owing.items())[:1])}

    def _budget(self, key: str, state: grant.Grant, salt: int) -> None:
        purse = list(FACTS)[salt % 3]
        self.do(
            "adjust_budget", "treasurer", purse=purse, year=2019, document="文",
            amount=f"{salt % 300_000 + 1}.00", direction=("raise", "cut")[salt % 2],
        )  # fmt: skip

    def _queue(self, key: str, state: grant.Grant, salt: int) -> None:
        self.do("plan_queue", "office", purse=AWARD)

    def _end(self, key: str, state: grant.Grant, salt: int) -> None:
        self._by_approver("end_grant", key, state, reason="终止")

    def _reclaim(self, key: str, state: grant.Grant, salt: int) -> None:
        amount = {} if salt % 2 else {"amount": f"{salt % 100_000 + 1}.00"}
        due_on = self.clock.day + timedelta(days=30)
        self._by_approver("reclaim_grant", key, state, reason="虚报", due_on=due_on, **amount)

    def _withdraw(self, key: str, state: grant.Grant, salt: int) -> None:
        self._by_approver("withdraw_demand", key, state, reason="认定有误")

    def _repay(self, key: str, state: grant.Grant, salt: int) -> None:
        if state.status:
            payer = OFFICERS[offices().procedures[find(state.programme).procedure].pays][-1]
            amount = f"{grant.owed_fen(state) // (100 * (salt % 2 + 1))}.{salt % 100:02d}"
            self.do("repay_grant", payer, grant=key, amount=amount, bank_reference=f"B{salt}")

    def _by_approver(self, command: str, key: str, state: grant.Grant, **content: Any) -> None:
        if state.status:
            approver = offices().procedures[find(state.programme).procedure].approves
            self.do(command, OFFICERS[approver][0], grant=key, **content)


class Clock:
    """Ten in the morning in Shanghai."""

    def __init__(self) -> None:
        self.day = date(2019, 5, 31)

    def __call__(self) -> datetime:
        return datetime.combine(self.day, time(10), SHANGHAI).astimezone(UTC)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_no_order_of_requests_overspends_a_budget_breaks_an_exclusion_or_loses_a_fen(
    steps: list[tuple[str, int, int]],
) -> None:
    clock = Clock()
    with Desk("sqlite://", clock, PolicyBook.bundled()) as desk:
        town = Town(desk, clock)
        for op, number, salt in steps:
            town.step(op, number, salt)
        check_budgets(desk)
        check_exclusions(desk)
        check_payments(desk)
        assert verify(desk.ledger.database, desk.present_book()).counts == {}


def check_budgets(desk: Desk) -> None:
    """After every event the budgets have something left, or nothing; what is reserved belongs to a planned grant."""
    states: dict[str, budget.Budget] = defaultdict(budget.Budget)
    planned: dict[str, grant.Grant] = defaultdict(grant.Grant)
    for one in desk.ledger.events():
        if one.originator_id.startswith("budget-"):
            states[one.originator_id] = budget.evolve(states[one.originator_id], one.body)
            assert budget.available_fen(states[one.originator_id]) >= 0
            assert states[one.originator_id].reserved_fen >= 0
        elif one.originator_id.startswith("grant-"):
            planned[one.originator_id] = grant.GRANTS.evolve(planned[one.originator_id], one.body)
    reserved_fen = sum(state.reserved_fen for state in states.values())
    assert reserved_fen == sum(map(grant.reserved_fen, planned.values()))
    assert sum(state.spent_fen for state in states.values()) == sum(one.paid_fen for one in planned.values())


def check_exclusions(desk: Desk) -> None:
    """No beneficiary keeps a programme twice in its window, nor more of two than the higher of them."""
    with desk.ledger.database.reading() as connection:
        register: Any = REGISTERS["grant"]
        rows = [register.state_of(row) for row in connection.execute(register.all(connection))]
    kept = [one for one in rows if grant.counts(one)]
    once = Counter(
        (one.programme, one.beneficiary, year)
        for one in kept
        for year in in_window("year", one.months)
        if one.programme in (REFUND, DIFFICULT)
    )
    assert max(once.values(), default=1) == 1
    hours = Counter((one.beneficiary, one.project) for one in kept if one.programme == HOURS)
    assert max(hours.values(), default=1) == 1
    for beneficiary in {one.beneficiary for one in kept}:
        both = [
            one for one in kept if one.beneficiary == beneficiary and one.programme in (REFUND, DIFFICULT)
        ]
        assert sum(map(grant.keeps_fen, both)) <= 24_000_000


def check_payments(desk: Desk) -> None:
    """Every fen that was paid is in the books and ordered once, for one cause."""
    events = desk.ledger.events()
    lines = [line for one in events for line in post(one.body)]
    assert sum(fen for _, fen in lines) == 0
    paid = {
        f"{one.originator_id}/{one.originator_version}": one.body.amount_fen - one.body.set_off_fen
        for one in events
        if isinstance(one.body, grant.Paid) and one.body.payment
    }
    orders = [one.body for one in events if isinstance(one.body, payment.Ordered)]
    assert {one.cause: one.principal_fen for one in orders} == paid
    assert len({one.cause for one in orders}) == len(orders)
    spent_fen = sum(fen for code, fen in lines if code.startswith("S411"))
    assert spent_fen == sum(one.body.amount_fen for one in events if isinstance(one.body, grant.Paid))
