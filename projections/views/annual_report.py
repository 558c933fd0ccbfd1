"""The annual report (年度报告) of a calendar year, from events: figures, comparison, restatement, identities.

葫政发〔2019〕12号 第二十五条; 建金〔2015〕26号. A report covers 1 January to 31 December, as these disclosures do. Interest
is settled for the fund year on 30 June and stands in the year in which it was credited. Contributions, withdrawals and
loans follow the value date; income, expense and the balance sheet follow the books, which are closed by month. Everything
is as it was known with one event; figures are counts, and amounts in fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, func, select

from ledger.dates import business_day, format_month
from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal
from ledger.store import tables
from ledger.streams.report import Drafted as ReportDrafted
from ledger.streams.report import FactsRecorded, Published
from projections.views.report_books import Books, read_books
from projections.views.report_identities import Checked, check
from projections.views.report_lines import COUNT, FACTS, LINES, RATIO, REQUIRED, WORDS, unit_of
from projections.views.report_loans import KINDS
from projections.views.report_tally import SECTORS, WITHDRAWN, Tally, tally
from projections.views.statements import read_streams

_HIGH_INCOME_WAGES: Final = 3
"""From three times the city's average wage of the year before on an income is high (建金〔2015〕26号)."""


class Month(msgspec.Struct, frozen=True):
    """A month of the year: contributed, withdrawn, and the balance at its end, in fen."""

    month: str
    contributions: int
    withdrawals: int
    balance: int


class AnnualReport(msgspec.Struct, frozen=True):
    """What the report says. ``prior`` are the figures of the year before, as published where they were.

    ``prior_edition`` is the published edition they stand in, or 0. ``ratios`` are per cent with two decimals, exact text.
    """

    year: int
    figures: dict[str, int]
    ratios: dict[str, str]
    prior: dict[str, int]
    prior_ratios: dict[str, str]
    prior_edition: int
    words: dict[str, list[str]]
    months: list[Month]
    assets: dict[str, tuple[int, int]]
    claims: dict[str, tuple[int, int]]
    books_status: str
    notes: list[str]

    @property
    def content(self) -> str:
        """The hash of all that the report says."""
        return sha256(msgspec.json.encode(self, order="sorted")).hexdigest()

    def checked(self) -> list[Checked]:
        """Every identity over these figures, exact to the fen."""
        return check(self._decimals(), exact=True)

    def broken(self) -> tuple[str, ...]:
        return tuple(one.identity.id for one in self.checked() if one.status == "differs")

    def missing(self) -> tuple[str, ...]:
        """What the law asks for and is not there yet."""
        absent = [name for name in REQUIRED if name not in self.figures and name not in self.words]
        return (*absent, *(() if self.books_status else ("books_closed",)))

    def _decimals(self) -> Mapping[str, Decimal]:
        known = {name: _decimal(name, value) for name, value in self.figures.items()}
        known |= {f"prior_{name}": _decimal(name, value) for name, value in self.prior.items()}
        known |= {name: Decimal(text) for name, text in self.ratios.items()}
        return known


def _decimal(figure: str, value: int) -> Decimal:
    return Decimal(value) if unit_of(figure) == COUNT else Decimal(value).scaleb(-2)


class Recorded(NamedTuple):
    """What is on record for the report of a year: facts, and the newest published edition with its figures."""

    facts: dict[str, Any]
    edition: int
    figures: dict[str, int]


def recorded(connection: Connection, year: int, known_through: int) -> Recorded:
    """Facts and the last publication of a year's report among the events up to one."""
    facts: dict[str, Any] = {}
    drafts: dict[str, dict[str, int]] = {}
    edition, figures = 0, {}
    for _, events in read_streams(connection, [f"report-{year:04d}"], known_through):
        for one in events:
            match one.body:
                case FactsRecorded():
                    facts |= one.body.facts
                case ReportDrafted():
                    drafts[one.body.content] = one.body.figures
                case Published():
                    edition, figures = one.body.edition, drafts[one.body.content]
    return Recorded(facts, edition, figures)


class _Law(NamedTuple):
    """The parameters, as they were known on a day."""

    book: PolicyBook
    known_on: date


def _known_on(connection: Connection, known_through: int) -> date:
    """The business day on which an event was recorded: what was published later is not known with it."""
    commit = tables.commit.c
    asked = select(func.max(commit.recorded_at)).where(commit.first_event_id <= known_through)
    found = connection.execute(asked).scalar()
    return business_day(found) if found else date.max


def annual_report(connection: Connection, book: PolicyBook, year: int, known_through: int) -> AnnualReport:
    """The report of a year from the events up to one; the journal must have come at least as far."""
    law = _Law(book, _known_on(connection, known_through))
    counted = tally(connection, year, known_through)
    books = read_books(connection, year, known_through)
    own = recorded(connection, year, known_through)
    published = recorded(connection, year - 1, known_through)
    notes: list[str] = []
    older = _older(connection, counted, year, known_through)
    facts = older | own.facts
    if published.figures:
        facts.pop("prior", None)  # what was published here stands before what is recorded about it
    figures = _figures(counted, books, facts, year, law, notes)
    before = _before(counted, books, older | published.facts, year - 1, law)
    prior = published.figures or facts.get("prior") or before
    figures |= _compared(figures, prior)
    figures |= _restated(before, published.figures)
    figures |= _taken_over(counted, facts, year)
    _surplus(figures)
    return AnnualReport(
        year=year,
        figures=figures,
        ratios=ratios(figures, prior),
        prior=prior,
        prior_ratios=ratios(prior, {}),
        prior_edition=published.edition,
        words={name: _texts(own.facts[name]) for name in WORDS if name in own.facts},
        months=_months(counted, year),
        assets=books.assets,
        claims=books.claims,
        books_status=books.status,
        notes=notes,
    )


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


# ---------------------------------------------------------------- one year


def _figures(
    counted: Tally, books: Books, facts: Mapping[str, Any], year: int, law: _Law, notes: list[str]
) -> dict[str, int]:
    """Every figure of a year that events, books and facts give."""
    figures = dict.fromkeys(FROM_EVENTS, 0)
    figures |= {name: fen for name, fen in counted.sums[year].items() if name in FROM_EVENTS}
    figures |= books.figures(year)
    figures |= {name: facts[name] for name in FACTS if name in facts and name in LINES}
    figures.setdefault("project_balance", 0)
    figures["contributions"] += facts.get("contributions_before", 0)
    figures["withdrawals"] += facts.get("withdrawals_before", 0)
    figures |= _cumulative(counted, facts, year)
    figures |= _heads(counted, year)
    figures |= _by_income(counted, year, law, notes)
    figures["undistributed"] = figures["gain"] - sum(
        figures[name]
        for name in ("to_risk_reserve", "to_management_cost", "to_public_housing", "loss_made_good")
    )
    for total, parts in _SUMS.items():
        if all(part in figures for part in parts):
            figures[total] = sum(figures[part] for part in parts)
    return figures


_SUMS: Final = {
    "staff": ("staff_established", "staff_other"),
    "deposits": ("deposits_demand", "deposits_term_short", "deposits_term_long", "deposits_other"),
    "management_spent": ("management_staff", "management_running", "management_projects"),
}

FROM_EVENTS: Final = (
    "employers_registered", "employers_closed", "accounts_opened", "accounts_closed", "accounts_taken_over",
    "contributions", "contributions_remitted", "contributions_made_up", "contributions_advance",
    "contributions_corrected", "contributions_interest", "contributions_transferred_in",
    "contributions_recovered", "taken_over",
    *(f"contributed_{one}" for one in SECTORS),
    "withdrawals", *dict.fromkeys(WITHDRAWN.values()), "withdrawn_other_purposes", "withdrawn_transferred_out",
    "loans_issued", "loans_issued_count", "loans_recovered", "loans_written_off", "loans_taken_over",
    "loans_settled_count", *KINDS,
    "to_risk_reserve", "to_management_cost", "to_public_housing", "loss_made_good",
    "paid_management_cost", "paid_public_housing",
)  # fmt: skip
"""Figures that are sums over events, each of which can be traced to them."""


def _older(connection: Connection, counted: Tally, year: int, known_through: int) -> dict[str, Any]:
    """An older system's cumulative totals, recorded once with the report of whichever year took it over."""
    found: dict[str, Any] = {}
    for one in range(min(counted.sums, default=year), year + 1):
        facts = recorded(connection, one, known_through).facts
        found |= {name: value for name, value in facts.items() if name.startswith("older_")}
    return found


def _brought(counted: Tally, facts: Mapping[str, Any], year: int) -> tuple[int, int]:
    """What a take-over by the end of a year brought to cumulative contributions and to cumulative withdrawals.

    Where the older system's totals are not recorded, the balance taken over stands for its contributions.
    """
    if not any(counted.upto(name, year) for name in ("accounts_taken_over", "taken_over")):
        return 0, 0
    taken_over = counted.upto("taken_over", year)
    return facts.get("older_contributions", taken_over), facts.get("older_withdrawals", 0)


def _cumulative(counted: Tally, facts: Mapping[str, Any], year: int) -> dict[str, int]:
    """Totals since ever, an older system's included."""
    contributions, withdrawals = _brought(counted, facts, year)
    loans_brought = counted.upto("loans_taken_over", year) != 0
    return {
        "cumulative_contributions": counted.upto("contributions", year) + contributions,
        "cumulative_withdrawals": counted.upto("withdrawals", year) + withdrawals,
        "balance": counted.upto("contributions", year)
        + counted.upto("taken_over", year)
        - counted.upto("withdrawals", year),
        "cumulative_loans": counted.upto("loans_issued", year)
        + (facts.get("older_loans", 0) if loans_brought else 0),
        "cumulative_loans_count": counted.upto("loans_issued_count", year)
        + (facts.get("older_loans_count", 0) if loans_brought else 0),
        "cumulative_risk_reserve": counted.upto("to_risk_reserve", year),
        "cumulative_public_housing": counted.upto("to_public_housing", year),
        "average_balance": _average_balance(counted, year),
    }


def _heads(counted: Tally, year: int) -> dict[str, int]:
    contributing = counted.who("contributing_employees", year)
    sectors = [counted.sector[year].get(person, "other") for person in contributing]
    status = list(counted.status[year].values())
    return {
        "contributing_employers": counted.count("contributing_employers", year),
        "contributing_employees": len(contributing),
        "withdrawing_persons": counted.count("withdrawing_persons", year),
        "employers": counted.upto("employers_registered", year) - counted.upto("employers_closed", year),
        "accounts": counted.upto("accounts_opened", year)
        + counted.upto("accounts_taken_over", year)
        - counted.upto("accounts_closed", year),
        "accounts_sealed": status.count("sealed"),
        "accounts_live": len(status) - status.count("closed"),
        **{f"contributors_{one}": sectors.count(one) for one in SECTORS},
    }


def _by_income(counted: Tally, year: int, law: _Law, notes: list[str]) -> dict[str, int]:
    """Persons by income; without the city's average wage they are not told apart, and the report says so."""
    try:
        wage_fen = law.book.value("city_average_monthly_wage", date(year, 12, 31), law.known_on).value
    except Refusal:
        notes.append("city_average_monthly_wage")
        return {}
    line_fen = _HIGH_INCOME_WAGES * wage_fen
    wages: dict[str, int] = {}
    for key, fen in counted.wages[year].items():
        person = counted.person.get(key, key)
        wages[person] = max(wages.get(person, 0), fen)
    found: dict[str, int] = {}
    for prefix, of in (("contributors", "contributing_employees"), ("withdrew", "withdrawing_persons")):
        persons = counted.who(of, year)
        high = sum(wages.get(person, 0) >= line_fen for person in persons)
        found[f"{prefix}_high_income"], found[f"{prefix}_lower_income"] = high, len(persons) - high
    return found


def _months(counted: Tally, year: int) -> list[Month]:
    first = year * 12
    balance = sum(one["balance"] for month, one in counted.months.items() if month < first)
    months = []
    for month in range(first, first + 12):
        one = counted.months.get(month, {})
        balance += one.get("balance", 0)
        months.append(
            Month(format_month(month), one.get("contributions", 0), one.get("withdrawals", 0), balance)
        )
    return months


def _average_balance(counted: Tally, year: int) -> int:
    total = sum(one.balance for one in _months(counted, year))
    return int((Decimal(total) / 12).quantize(Decimal(1), ROUND_HALF_UP))


# ---------------------------------------------------------------- against the year before


def _before(counted: Tally, books: Books, facts: Mapping[str, Any], year: int, law: _Law) -> dict[str, int]:
    """The figures of the year before as they are known now; none where an older system had them."""
    began = any(sums for one, sums in counted.sums.items() if one <= year) or books.began(year)
    took_over = any(counted.sums[year + 1][name] for name in ("taken_over", "loans_taken_over"))
    return _figures(counted, books, facts, year, law, []) if began or not took_over else {}


def _compared(figures: Mapping[str, int], prior: Mapping[str, int]) -> dict[str, int]:
    pairs = (("net_employers", "contributing_employers"), ("net_employees", "contributing_employees"))
    return {net: figures[of] - prior[of] for net, of in pairs if of in prior}


def _restated(before: Mapping[str, int], published: Mapping[str, int]) -> dict[str, int]:
    """By how much last year's totals are known otherwise now than they were published."""
    return {
        name: before[figure] - published[figure] if before and published else 0
        for name, figure in (
            ("restatement", "balance"),
            ("restated_contributions", "cumulative_contributions"),
            ("restated_withdrawals", "cumulative_withdrawals"),
        )
    }


def _taken_over(counted: Tally, facts: Mapping[str, Any], year: int) -> dict[str, int]:
    """What was taken over in the year, less what the older system's own figures of it explain.

    Last year's totals that people recorded hold the older system's already; those that were computed here do not.
    """
    prior: Mapping[str, int] = facts.get("prior", {})
    came, went = facts.get("contributions_before", 0), facts.get("withdrawals_before", 0)
    now, before = _brought(counted, facts, year), _brought(counted, facts, year - 1)
    taken_over: int = counted.sums[year].get("taken_over", 0)
    return {
        "taken_over": taken_over - prior.get("balance", 0) - came + went,
        "taken_over_contributions": 0 if prior else now[0] - before[0] - came,
        "taken_over_withdrawals": 0 if prior else now[1] - before[1] - went,
    }


def _surplus(figures: dict[str, int]) -> None:
    figures["surplus_funds"] = (
        figures["balance"]
        - figures["loan_balance"]
        - figures["project_balance"]
        - figures["bond_balance"]
    )  # fmt: skip


# ---------------------------------------------------------------- ratios

_RATIOS: Final = (
    ("withdrawal_ratio", ("withdrawals",), "contributions", 100),
    ("loan_to_deposit_ratio", ("loan_balance",), "balance", 100),
    ("fund_use_ratio", ("loan_balance", "project_balance", "bond_balance"), "balance", 100),
    ("value_added_rate", ("gain",), "average_balance", 100),
    ("overdue_per_mille", ("overdue_loans",), "loan_balance", 1000),
    ("overdue_ratio", ("overdue_loans",), "loan_balance", 100),
    ("reserve_ratio", ("reserve_balance",), "loan_balance", 100),
)


def ratios(figures: Mapping[str, int], prior: Mapping[str, int]) -> dict[str, str]:
    """Ratios in per cent (or per mille) with two decimals, half-up; none where there is nothing to divide by."""
    found: dict[str, str] = {}
    for name, above, below, scale in _RATIOS:
        if figures.get(below) and all(one in figures for one in above):
            found[name] = _quotient(sum(figures[one] for one in above) * scale, figures[below])
    for name, value in figures.items():
        if name in LINES and LINES[name].unit != RATIO and prior.get(name):
            found[f"{name}_growth"] = _quotient((value - prior[name]) * 100, prior[name])
    return found


def _quotient(above: int, below: int) -> str:
    return str((Decimal(above) / Decimal(below)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def known_through(connection: Connection, known_on: date | None = None) -> int:
    """The last event that was recorded by the end of a day, or the newest."""
    commit = tables.commit.c
    asked = select(commit.last_event_id, commit.recorded_at).order_by(commit.id.desc())
    for last_event_id, recorded_at in connection.execute(asked):
        if known_on is None or business_day(recorded_at) <= known_on:
            return int(last_event_id)
    return 0
