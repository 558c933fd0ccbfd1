"""What the events of the ledger come to in the annual report, by calendar year of their value date (年度报告统计).

建金〔2015〕26号; 统计表 建金3-1, 3-3. Every movement of a personal account is counted once: contributions with the interest
credited and the money that came from other cities, withdrawals with what left for them, so that the balance is what
account 201 says. ``COUNTED`` is the place where a new kind of event joins the report: a function that tells the tally what
it adds. Amounts in fen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from ledger.dates import month_of
from ledger.store.ledger import blocks_of_events
from ledger.streams import account, employer, general_ledger, period, result
from ledger.streams.account import effect
from ledger.streams.base import Event, decode
from projections.views.report_loans import LOANS_COUNTED

NO_HEIR: Final = "withdrawn_no_heir"
"""What nobody inherits leaves the members' balances, but no person withdrew it (条例第二十四条第三款)."""

WITHDRAWN: Final = {
    "home": "withdrawn_home",
    "loan_repayment": "withdrawn_loan_repayment",
    "rent": "withdrawn_rent",
    "decoration": "withdrawn_renovation",
    "property_fee": "withdrawn_other_housing",
    "other_housing": "withdrawn_other_housing",
    "retirement": "withdrawn_retired",
    "disability": "withdrawn_disability",
    "job_ended": "withdrawn_disability",
    "emigration": "withdrawn_emigration",
    "death": "withdrawn_death",
    "no_heir": NO_HEIR,
}
"""The lines of 建金3-3 by reason; every other reason is another purpose (其他)."""

OTHER: Final = "withdrawn_other_purposes"

KINDS: Final = {
    "国家机关": "public",
    "事业单位": "public",
    "国有企业": "state",
    "城镇集体企业": "collective",
    "外商投资企业": "foreign",
    "城镇私营企业": "private",
    "其他城镇企业": "private",
    "民办非企业单位": "social",
    "社会团体": "social",
}
"""The seven kinds of units of the report by the nine of 第三条; any other is ``other``."""

PAID_UP: Final = {
    "management_cost_paid": "paid_management_cost",
    "housing_supplement_paid": "paid_public_housing",
}

SECTORS: Final = ("public", "state", "collective", "foreign", "private", "social", "other")
_CONTRIBUTED: Final = {one: f"contributed_{one}" for one in SECTORS}


class Seen(NamedTuple):
    """An event as it is counted: the key of its stream, its version there, what it says."""

    key: str
    version: int
    body: Event


class Tally:
    """Sums by year and figure, and who belongs to them, for a report year and the year before it."""

    def __init__(self, year: int) -> None:
        self.years = (year - 1, year)
        self.ends = tuple((one, date(one, 12, 31)) for one in self.years)
        self.sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.members: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.months: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.status: dict[int, dict[str, str]] = defaultdict(dict)
        self.wages: dict[int, dict[str, int]] = defaultdict(dict)
        self.sector: dict[int, dict[str, str]] = defaultdict(dict)
        self.person: dict[str, str] = {}
        self.employer: dict[str, str] = {}
        self.kind: dict[str, str] = {}
        self.closed: dict[str, date] = {}
        self.loans: dict[str, tuple[str, ...]] = {}
        self.reasons: dict[tuple[str, int], str] = {}

    def add(self, figure: str, amount: int, on: date) -> None:
        """An amount, or a count, in the year of its value date."""
        self.sums[on.year][figure] += amount

    def belongs(self, figure: str, member: str, on: date, by: int = 1) -> None:
        """Somebody or something that is counted once in a year, however often it comes; ``by`` -1 takes one back."""
        if on.year in self.years:
            self.members[figure, on.year][member] += by

    def stands(self, key: str, status: str, on: date) -> None:
        """How an account stands from a day on."""
        for year, end in self.ends:
            if on <= end:
                self.status[year][key] = status

    def earns(self, key: str, wage_fen: int, on: date) -> None:
        """What an employee earns a month from a day on."""
        for year, end in self.ends:
            if on <= end:
                self.wages[year][key] = wage_fen

    def upto(self, figure: str, year: int) -> int:
        """A sum over all years up to one."""
        return sum(sums[figure] for one, sums in self.sums.items() if one <= year and figure in sums)

    def count(self, figure: str, year: int) -> int:
        return sum(net > 0 for net in self.members[figure, year].values())

    def who(self, figure: str, year: int) -> list[str]:
        return [member for member, net in self.members[figure, year].items() if net > 0]


def tally(connection: Connection, year: int, known_through: int) -> Tally:
    """The tally of a year and the year before it from the events up to one."""
    found = Tally(year)
    for _ in _counting(connection, found, known_through):
        pass
    return found


class Traced(NamedTuple):
    """An event that moved a figure, and by how much: fen, or heads."""

    event_id: int
    stream: str
    on: date
    topic: str
    amount: int


def traced(connection: Connection, year: int, figure: str, known_through: int) -> Iterator[Traced]:
    """Every event that moved a figure of a year, in the order of recording; what they moved adds up to it."""
    found, before = Tally(year), 0
    sums = found.sums[year]
    for event_id, stream_id, seen in _counting(connection, found, known_through):
        after = sums.get(figure, 0)
        if after != before:
            yield Traced(event_id, stream_id, seen.body.effective_on, seen.body.topic, after - before)
            before = after


def _counting(connection: Connection, found: Tally, known_through: int) -> Iterator[tuple[int, str, Seen]]:
    """Counts event after event, and says which one was just counted."""
    topics = {one.topic: counted for one, counted in COUNTED.items()}
    for block in blocks_of_events(connection, 0, known_through):
        for event_id, stream_id, version, topic, state, _ in block:
            counted = topics.get(topic)
            if counted:
                seen = Seen(stream_id.partition("-")[2], version, decode(topic, state))
                counted(found, seen)
                yield event_id, stream_id, seen


# ---------------------------------------------------------------- what each event adds


def _registered(tally: Tally, seen: Seen) -> None:
    body: employer.Registered = seen.body  # type: ignore[assignment]
    tally.kind[seen.key] = KINDS.get(body.kind, "other")
    tally.add("employers_registered", 1, body.effective_on)


def _employer_left(tally: Tally, seen: Seen) -> None:
    tally.add("employers_closed", 1, seen.body.effective_on)


def _opened(tally: Tally, seen: Seen) -> None:
    body: account.Opened = seen.body  # type: ignore[assignment]
    tally.person[seen.key], tally.employer[seen.key] = body.person or seen.key, body.employer
    tally.add("accounts_opened", 1, body.effective_on)
    tally.stands(seen.key, "normal", body.effective_on)
    tally.earns(seen.key, body.wage_fen or body.base_fen, body.effective_on)


def _base_fixed(tally: Tally, seen: Seen) -> None:
    body: account.BaseFixed = seen.body  # type: ignore[assignment]
    tally.earns(seen.key, body.wage_fen or body.base_fen, body.effective_on)


def _status(status: str) -> Counted:
    return lambda tally, seen: tally.stands(seen.key, status, seen.body.effective_on)


def _transferred(tally: Tally, seen: Seen) -> None:
    body: account.Transferred = seen.body  # type: ignore[assignment]
    tally.employer[seen.key] = body.to_employer
    if body.by != "restructuring":
        tally.stands(seen.key, "normal", body.effective_on)


def _closed(tally: Tally, seen: Seen) -> None:
    tally.closed[seen.key] = seen.body.effective_on
    tally.add("accounts_closed", 1, seen.body.effective_on)
    tally.stands(seen.key, "closed", seen.body.effective_on)


_DEPOSITS: Final = {"make_up": "contributions_made_up", "advance": "contributions_advance"}


def _deposited(tally: Tally, seen: Seen) -> None:
    body: account.Deposited = seen.body  # type: ignore[assignment]
    fen, on = body.employer_fen + body.employee_fen, body.effective_on
    tally.sums[on.year][_DEPOSITS.get(body.kind, "contributions_remitted")] += fen
    _contributed(tally, seen.key, fen, on, 1)
    _moved(tally, fen, on, "contributions")


def _contributed(tally: Tally, key: str, fen: int, on: date, by: int) -> None:
    """Nearly every event is a contribution, so who contributed is noted for the two years of the report only."""
    year, of = on.year, tally.employer.get(key, "")
    sector = tally.kind.get(of, "other")
    tally.sums[year][_CONTRIBUTED[sector]] += fen
    if year not in tally.years:
        return
    person = tally.person.get(key, key)
    tally.members["contributing_employees", year][person] += by
    tally.members["contributing_employers", year][of] += by
    if by > 0:
        tally.sector[year][person] = sector


def _moved(tally: Tally, fen: int, on: date, side: str) -> None:
    """A movement of the members' balances in its month; ``side`` is ``contributions`` or ``withdrawals``."""
    tally.sums[on.year][side] += fen
    month = tally.months[month_of(on)]
    month[side] += fen
    month["balance"] += fen if side == "contributions" else -fen


def _taken_over(tally: Tally, seen: Seen) -> None:
    _take(tally, sum(effect(seen.body)), seen.body.effective_on, 1)


def _take(tally: Tally, fen: int, on: date, by: int) -> None:
    """A balance of an older system is nobody's contribution of the year, and its account is no new one."""
    tally.add("taken_over", fen, on)
    tally.add("accounts_taken_over", by, on)
    tally.add("accounts_opened", -by, on)
    tally.months[month_of(on)]["balance"] += fen


def _transferred_in(tally: Tally, seen: Seen) -> None:
    fen = sum(effect(seen.body))
    tally.add("contributions_transferred_in", fen, seen.body.effective_on)
    _moved(tally, fen, seen.body.effective_on, "contributions")


def _interest(tally: Tally, seen: Seen) -> None:
    fen = sum(effect(seen.body))
    tally.add("contributions_interest", fen, seen.body.effective_on)
    _moved(tally, fen, seen.body.effective_on, "contributions")


def _recovered(tally: Tally, seen: Seen) -> None:
    """Money of a fraud came back; the account it had closed lives again."""
    fen, on = sum(effect(seen.body)), seen.body.effective_on
    _reopen(tally, seen.key, on)
    tally.add("contributions_recovered", fen, on)
    _moved(tally, fen, on, "contributions")


def _reopen(tally: Tally, key: str, on: date, status: str = "sealed") -> None:
    """A closed account lives again from a day on, or where something older is put right from its closing on."""
    closed_on = tally.closed.pop(key, None)
    if closed_on is not None:
        since = max(on, closed_on)
        tally.add("accounts_closed", -1, since)
        tally.stands(key, status, since)


def _withdrawn(tally: Tally, seen: Seen) -> None:
    body: account.Withdrawn | account.RemainderPaid = seen.body  # type: ignore[assignment]
    if not sum(effect(body)):
        return  # an account that held nothing was closed
    line = WITHDRAWN.get(body.reason, OTHER)
    tally.reasons[seen.key, seen.version] = line
    _take_out(tally, seen.key, line, -sum(effect(body)), body.effective_on, 1)


def _transferred_out(tally: Tally, seen: Seen) -> None:
    fen, on = -sum(effect(seen.body)), seen.body.effective_on
    tally.add("withdrawn_transferred_out", fen, on)
    _moved(tally, fen, on, "withdrawals")


def _remainder_paid(tally: Tally, seen: Seen) -> None:
    body: account.RemainderPaid = seen.body  # type: ignore[assignment]
    if body.reason == "transferred_out":
        _transferred_out(tally, seen)
    else:
        _withdrawn(tally, seen)


def _take_out(tally: Tally, key: str, line: str, fen: int, on: date, by: int) -> None:
    tally.add(line, fen, on)
    if line != NO_HEIR:
        tally.belongs("withdrawing_persons", tally.person.get(key, key), on, by)
    _moved(tally, fen, on, "withdrawals")


def _reversed(tally: Tally, seen: Seen) -> None:
    """What was reversed is taken out of the line it stood in, at its own value date."""
    body: account.EntryReversed = seen.body  # type: ignore[assignment]
    fen, on = body.carried_fen + body.current_fen, body.effective_on
    if not body.stays_closed:
        _reopen(tally, seen.key, on, body.status or "sealed")
    if not fen:
        return
    paid_as = tally.reasons.get((seen.key, body.reverses))
    match body.of_topic:
        case account.Withdrawn.topic | account.RemainderPaid.topic if paid_as:
            _take_out(tally, seen.key, paid_as, -fen, on, -1)
        case account.TransferredOut.topic | account.RemainderPaid.topic:
            tally.add("withdrawn_transferred_out", -fen, on)
            _moved(tally, -fen, on, "withdrawals")
        case account.BalanceTakenOver.topic:
            _take(tally, fen, on, -1)
        case account.InterestCredited.topic:
            tally.add("contributions_interest", fen, on)
            _moved(tally, fen, on, "contributions")
        case account.TransferredIn.topic | account.Recovered.topic:
            tally.add(_CAME_BACK[body.of_topic], fen, on)
            _moved(tally, fen, on, "contributions")
        case _:
            tally.add("contributions_corrected", fen, on)
            _contributed(tally, seen.key, fen, on, -1)
            _moved(tally, fen, on, "contributions")


_CAME_BACK: Final = {
    account.TransferredIn.topic: "contributions_transferred_in",
    account.Recovered.topic: "contributions_recovered",
}


def _distributed(tally: Tally, seen: Seen) -> None:
    body: result.Distributed = seen.body  # type: ignore[assignment]
    for figure, fen in (
        ("to_risk_reserve", body.reserve_fen),
        ("to_management_cost", body.management_fen),
        ("to_public_housing", body.housing_fen),
        ("loss_made_good", body.loss_before_fen),
    ):
        tally.add(figure, fen, body.effective_on)


def _booked(tally: Tally, seen: Seen) -> None:
    body: period.EntryBooked = seen.body  # type: ignore[assignment]
    if body.kind in PAID_UP:
        tally.add(PAID_UP[body.kind], body.amount_fen, body.effective_on)


def _books_opened(tally: Tally, seen: Seen) -> None:
    """The loans and the reserve of an older system were its own, not issued or drawn here."""
    body: general_ledger.Opened = seen.body  # type: ignore[assignment]
    loans_fen = sum(body.balances.get(code, 0) for code in ("121", "122"))
    tally.add("loans_taken_over", loans_fen, body.effective_on)


Counted = Callable[[Tally, Seen], None]

COUNTED: Final[dict[type[Event], Any]] = {
    employer.Registered: _registered,
    employer.Merged: _employer_left,
    employer.Closed: _employer_left,
    account.Opened: _opened,
    account.BaseFixed: _base_fixed,
    account.Sealed: _status("sealed"),
    account.SealedCentrally: _status("sealed"),
    account.Unsealed: _status("normal"),
    account.Transferred: _transferred,
    account.Closed: _closed,
    account.Deposited: _deposited,
    account.BalanceTakenOver: _taken_over,
    account.TransferredIn: _transferred_in,
    account.TransferredOut: _transferred_out,
    account.InterestCredited: _interest,
    account.Recovered: _recovered,
    account.Withdrawn: _withdrawn,
    account.RemainderPaid: _remainder_paid,
    account.EntryReversed: _reversed,
    result.Distributed: _distributed,
    period.EntryBooked: _booked,
    general_ledger.Opened: _books_opened,
    **LOANS_COUNTED,
}
"""How each kind of event joins the report."""
