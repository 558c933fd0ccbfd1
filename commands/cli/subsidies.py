"""``provident subsidy``: what is read of subsidies: budgets, grants, payment and publicity lists, yearly accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from commands.cli.accounts import known_on
from commands.cli.opening import open_desk, reading, today
from commands.cli.output import (
    Group,
    as_json,
    day,
    option,
    say,
    say_json,
    say_table,
    words,
    wrong_use,
)
from ledger.money import format_fen

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledger.store.persons import Person
    from projections.documents.listing import Listing

C = TypeVar("C", bound=Callable[..., Any])

as_of = option("--as-of", type=day, zh="业务日，默认今天。", en="Effective on this day, today by default.")
area_option = option(
    "--area", default="", zh="只看一个地区，如 lianshan。", en="One area only, such as lianshan."
)
out_option = option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    zh="输出文件的目录；不给则只在屏幕显示。",
    en="The folder for the files; without it the answer is only shown.",
)


def formats_option(default: str) -> Callable[[C], C]:
    return option(
        "--format", "formats", default=default, show_default=True,
        zh="文件格式，以逗号分隔：pdf、xlsx、csv。", en="Formats, separated by commas: pdf, xlsx, csv.",
    )  # fmt: skip


@click.group(
    cls=Group,
    zh="补贴查询：预算执行、申报进度、发放清册、公示名单、年度决算；均可按任一业务日、任一日所知。",
    example="provident subsidy execution --year 2019\nprovident subsidy payments stable_jobs_refund --out lists",
)
def subsidy() -> None:
    """What is read of subsidies, as of any day and as known on any day."""


class Asked(NamedTuple):
    """A reading of the ledger, and the persons that lists may name."""

    connection: Connection
    known: Callable[[Sequence[str]], Mapping[str, Person]]


@contextmanager
def asking(names: bool = False) -> Iterator[Asked]:
    """The ledger with its views brought up to date; with ``names`` its person store too, if it has persons."""
    from sqlalchemy import select

    from ledger.store.persons import open_person_store, person
    from projections.documents.subsidy_lists import nobody

    with open_desk() as desk, reading(desk) as connection:
        inhabited = names and connection.execute(select(person.c.person_id).limit(1)).first() is not None
        store = open_person_store(desk.ledger.database) if inhabited else None
        yield Asked(connection, (lambda ids: store.read(connection, ids)) if store else nobody)


def _formats(text: str) -> list[str]:
    from projections.documents.listing import FORMATS

    chosen = [one.strip().lower() for one in text.split(",") if one.strip()]
    unknown = sorted(set(chosen) - set(FORMATS))
    if unknown or not chosen:
        raise wrong_use(f"--format: {', '.join(unknown) or text!r}; {', '.join(FORMATS)}")
    return chosen


def write_files(listing: Listing, formats: str, out: Path | None) -> list[str]:
    """The files of a list, told as they are made."""
    from projections.documents.listing import write

    return [str(path) for path in write(listing, _formats(formats), out)] if out else []


def tell_files(files: list[str]) -> None:
    for one in files:
        say(f"已生成 {one}", f"Written: {one}")


def _check_area(area: str) -> None:
    from ledger.programmes import offices

    if area and area not in offices().areas:
        raise wrong_use(f"--area: {area}; {', '.join(offices().areas)}")


def _area(area: str) -> str:
    from projections.documents.subsidy_lists import area_name

    return words(*area_name(area))


# ---------------------------------------------------------------- budgets


@subsidy.command(
    zh="预算执行情况：按资金和地区，年初预算、调整、计划、支出、余额和进度。",
    example="provident subsidy execution --year 2019\n"
    "provident subsidy execution --year 2019 --area lianshan --as-of 2019-09-30 --format pdf,xlsx --out lists",
)
@option(
    "--year",
    type=click.IntRange(1999, 2200),
    zh="预算年度，默认全部。",
    en="The budget year, all by default.",
)
@option("--purse", default="", zh="只看一项资金。", en="One purse only.")
@area_option
@as_of
@known_on
@formats_option("xlsx")
@out_option
@as_json
def execution(
    year: int | None, purse: str, area: str, as_of: date | None, known_on: date | None, formats: str,
    out: Path | None, json_wanted: bool,
) -> None:  # fmt: skip
    """Show how far each budget is carried out, by purse and area."""
    from projections.documents.subsidy_lists import execution_listing
    from projections.views import subsidies

    _check_area(area)
    on = as_of or today()
    with asking() as asked:
        found = subsidies.execution(asked.connection, on, known_on, year=year or 0, purse=purse, area=area)
    listing = execution_listing(found, on, year or 0, area)
    files = write_files(listing, formats, out)
    if json_wanted:
        say_json(
            {"as_of": on, "known_on": known_on, "budgets": [one.as_json() for one in found], "files": files}
        )
        return
    heads = words(
        "资金,年度,地区,>年初预算,>调整,>可用指标,>已列计划未付,>已支出,>余额,>进度",
        "Purse,Year,Area,>Voted,>Changed,>Disposable,>Set aside,>Spent,>Left,>Progress",
    )
    say_table(heads.split(","), [_execution_line(one) for one in found])
    tell_files(files)


def _execution_line(one: Any) -> tuple[Any, ...]:
    from projections.views.subsidies import purse_name

    name = purse_name(one.purse)
    amounts = (one.voted, one.raised - one.cut, one.disposable_fen, one.waiting_fen, one.spent, one.left_fen)
    progress = "—" if one.progress is None else f"{one.progress}%"
    return words(name["zh"], name["en"]), one.year, _area(one.area), *map(format_fen, amounts), progress


# ---------------------------------------------------------------- grants by state


@subsidy.command(
    "grants",
    zh="申报进度：每件所处环节、停留天数和下一个期限；加 --summary 只看各状态件数。",
    example="provident subsidy grants --status applied --area lianshan\nprovident subsidy grants --summary --json",
)
@option("--programme", default="", zh="只看一个项目。", en="One programme only.")
@area_option
@option(
    "--status",
    default="",
    zh="只看一种状态，如 applied、queued。",
    en="One state only, such as applied or queued.",
)
@option("--summary", is_flag=True, zh="只汇总各状态。", en="Only how many stand in each state.")
@as_of
@known_on
@as_json
def grants_by_state(
    programme: str, area: str, status: str, summary: bool, as_of: date | None, known_on: date | None,
    json_wanted: bool,
) -> None:  # fmt: skip
    """Show where grants stand on a day: the step that is due, for how long, and the next day that counts."""
    from ledger.programmes import find
    from projections.documents.subsidy_lists import STATES, states_of
    from projections.views.subsidies import standings

    _check_area(area)
    if status and status not in STATES:
        raise wrong_use(f"--status: {status}; {', '.join(STATES)}")
    if programme:
        find(programme)
    on = as_of or today()
    with asking() as asked:
        found = standings(asked.connection, on, known_on, programme=programme, area=area, status=status)
    counted = states_of(found)
    if json_wanted:
        states = {
            name: {"grants": count, "amount_fen": fen, "oldest_days": age}
            for name, (count, fen, age) in counted.items()
        }
        grants = {} if summary else {"grants": [one.as_json() for one in found]}
        say_json({"as_of": on, "known_on": known_on, "states": states, **grants})
        return
    if summary:
        heads = words("状态,>件数,>批准金额,>最长停留天数", "State,>Grants,>Granted,>Oldest in days")
        say_table(
            heads.split(","),
            [
                (words(*STATES[name]), count, format_fen(fen), age)
                for name, (count, fen, age) in counted.items()
            ],
        )
        return
    heads = words(
        "申报编号,项目,地区,状态,待办,>停留天数,下一期限,期限事由,>批准,>已付",
        "Grant,Programme,Area,State,Waits for,>Days,Deadline,Of,>Granted,>Paid",
    )
    say_table(heads.split(","), [_standing_line(one) for one in found])


DEADLINES = {
    "": ("", ""),
    "money_due_back": ("应退资金", "money due back"),
    "publicity_ends": ("公示截止", "publicity ends"),
    "budget_year_ends": ("预算年度终了", "the budget's year ends"),
    "programme_ends": ("政策到期", "the programme ends"),
}


def _standing_line(one: Any) -> tuple[Any, ...]:
    from ledger.programmes import find
    from projections.documents.subsidy_lists import STATES, waits_for

    programme = find(one.state.programme)
    state = words(*STATES[one.state.status]) + (
        words("（中止）", " (suspended)") if one.state.suspended else ""
    )
    return (
        one.grant, words(programme.zh, programme.en), _area(one.state.area), state, words(*waits_for(one)),
        one.age_days, one.deadline or "", words(*DEADLINES[one.deadline_of]),
        format_fen(one.state.amount_fen), format_fen(one.state.paid_fen),
    )  # fmt: skip


# ---------------------------------------------------------------- payment lists


@subsidy.command(
    "payments",
    zh="发放清册：某项目某段时间的每笔发放，合计大写；证件号和账号隐去中段。",
    example="provident subsidy payments stable_jobs_refund --from 2019-08-01 --as-of 2019-08-31 --out lists",
)
@click.argument("programme")
@option("--from", "since", type=day, zh="自该日（含）起发放的。", en="Paid on or after this day.")
@area_option
@as_of
@known_on
@formats_option("pdf,xlsx")
@out_option
@as_json
def payment_list(
    programme: str, since: date | None, area: str, as_of: date | None, known_on: date | None, formats: str,
    out: Path | None, json_wanted: bool,
) -> None:  # fmt: skip
    """List what PROGRAMME paid between two days, and make its payment list as PDF and XLSX."""
    from ledger.programmes import find
    from projections.documents.subsidy_lists import payment_listing
    from projections.views.subsidies import payments, with_status

    _check_area(area)
    entry, on = find(programme), as_of or today()
    _require_paying(entry)
    with asking(names=out is not None) as asked:
        found = payments(asked.connection, on, known_on, programme=programme, area=area, since=since)
        found = list(with_status(asked.connection, found, on, known_on))
        listing = payment_listing(entry, found, asked.known, since, on, area)
    files = write_files(listing, formats, out)
    total_fen = sum(one.amount_fen for one in found)
    if json_wanted:
        say_json(
            {
                "programme": programme, "from": since, "as_of": on, "known_on": known_on, "total_fen": total_fen,
                "payments": [one._asdict() for one in found], "code": listing.code, "files": files,
            }
        )  # fmt: skip
        return
    heads = words(
        "案件,受益人,地区,期间,日期,>金额,>抵扣,付款单,状态",
        "Case,Beneficiary,Area,For,On,>Amount,>Set off,Order,Status",
    )
    rows = [
        (
            one.source, one.beneficiary, _area(one.area), one.period, one.on, format_fen(one.amount_fen),
            format_fen(one.set_off_fen), one.payment, words(*_order(one.status)),
        )
        for one in found
    ]  # fmt: skip
    say_table(heads.split(","), rows)
    say(
        f"合计 {format_fen(total_fen)} 元，{len(found)} 笔",
        f"Total {format_fen(total_fen)} yuan in {len(found)} payments",
    )
    tell_files(files)


def _order(status: str) -> tuple[str, str]:
    from projections.documents.subsidy_lists import ORDERS

    return ORDERS.get(status, (status, status))


def _require_paying(entry: Any) -> None:
    if entry.kind != "programme":
        raise wrong_use(words(f"{entry.zh}：不是发放项目", f"{entry.en}: pays nothing"))


# ---------------------------------------------------------------- publicity


@subsidy.command(
    zh="公示名单：某日处于公示期的申报（个人姓名隐去）；--results 为办件公示：某段时间的办理结果。",
    example="provident subsidy publicity industrial_estate_area_subsidy --as-of 2019-12-02 --out lists\n"
    "provident subsidy publicity --results --from 2019-07-01 --as-of 2019-09-30 --format csv --out lists",
)
@click.argument("programme", required=False, default="")
@option(
    "--results",
    is_flag=True,
    zh="办件公示：办理状态和结果。",
    en="What became of applications, not who is public.",
)
@option(
    "--from",
    "since",
    type=day,
    zh="办件公示：自该日起有变化的。",
    en="With --results: changed on or after this day.",
)
@area_option
@as_of
@known_on
@formats_option("pdf,xlsx,csv")
@out_option
@as_json
def publicity(
    programme: str, results: bool, since: date | None, area: str, as_of: date | None, known_on: date | None,
    formats: str, out: Path | None, json_wanted: bool,
) -> None:  # fmt: skip
    """List who is public for PROGRAMME on a day, or what became of applications; names of persons are masked."""
    from ledger.programmes import find
    from projections.documents.subsidy_lists import publicity_listing, results_listing
    from projections.views.subsidies import standings

    _check_area(area)
    on = as_of or today()
    if not programme and not results:
        raise wrong_use(words("请写明项目，或用 --results", "name a PROGRAMME, or use --results"))
    entry = find(programme) if programme else None
    with asking(names=True) as asked:
        found = standings(asked.connection, on, known_on, programme=programme, area=area)
        if results:
            first = since or date(on.year, 1, 1)
            found = [one for one in found if one.state.since and one.state.since >= first]
            listing = results_listing(found, asked.known, first, on, area, programme)
        else:
            assert entry is not None
            found = [
                one
                for one in found
                if one.state.status == "applied"
                and one.state.publicised_until
                and one.state.publicised_until >= on
            ]
            listing = publicity_listing(entry, found, asked.known, on, area)
    files = write_files(listing, formats, out)
    if json_wanted:
        heads = [one.en for one in listing.columns]
        rows = [dict(zip(heads, row, strict=True)) for row in listing.rows]
        say_json({"as_of": on, "known_on": known_on, "code": listing.code, "rows": rows, "files": files})
        return
    say_table([words(one.zh, one.en) for one in listing.columns], _shown(listing))
    tell_files(files)


def _shown(listing: Listing) -> list[tuple[Any, ...]]:
    return [
        tuple(
            format_fen(cell) if column.kind == "fen" and cell is not None else cell
            for column, cell in zip(listing.columns, row, strict=True)
        )
        for row in listing.rows
    ]


# ---------------------------------------------------------------- the yearly account


@subsidy.command(
    zh="项目年度决算：预算、调整、支出、上缴，发放人数和笔数，追回。",
    example="provident subsidy account stable_jobs_refund 2019 --format pdf --out lists",
)
@click.argument("programme")
@click.argument("year", type=click.IntRange(1999, 2200))
@as_of
@known_on
@formats_option("pdf,xlsx")
@out_option
@as_json
def account(
    programme: str, year: int, as_of: date | None, known_on: date | None, formats: str, out: Path | None,
    json_wanted: bool,
) -> None:  # fmt: skip
    """Show the account of PROGRAMME for the calendar YEAR: voted, raised, spent, returned, persons, payments."""
    from ledger.programmes import find
    from projections.documents.subsidy_lists import account_listing
    from projections.views.subsidies import programme_year

    _require_paying(find(programme))
    on = as_of or today()
    with asking() as asked:
        found = programme_year(asked.connection, programme, year, on, known_on)
    listing = account_listing(found, on)
    files = write_files(listing, formats, out)
    if json_wanted:
        say_json({"as_of": on, "known_on": known_on, **found.as_json(), "code": listing.code, "files": files})
        return
    say_table(words("项目,>数字", "Figure,>Value").split(","), _account_lines(found))
    say_table([words(one.zh, one.en) for one in listing.columns], _shown(listing))
    tell_files(files)


def _account_lines(found: Any) -> list[tuple[str, str]]:
    return [
        (words("发放金额", "Paid"), format_fen(found.paid_fen)),
        (words("其中抵扣", "of it set off"), format_fen(found.set_off_fen)),
        (words("发放人数（单位数）", "Beneficiaries"), f"{found.persons:,}"),
        (words("案件数", "Cases"), f"{found.cases:,}"),
        (words("付款笔数", "Payments"), f"{found.payments:,}"),
        (words("要求追回", "Demanded back"), format_fen(found.reclaimed_fen)),
        (words("已退回", "Repaid"), format_fen(found.repaid_fen)),
    ]


# ---------------------------------------------------------------- reports on the raise of the standards


@subsidy.command(
    zh="提标进展报告（每月10日、25日）：某县区各项救助在册、已按新标准核定、资金；报送用 provident do report_uplift。",
    example="provident subsidy report lianshan 2019-07-10 --out reports\n"
    "provident do report_uplift area=lianshan due_on=2019-07-10 on=2019-07-10 --by 民政",
)
@click.argument("area")
@click.argument("due_on", type=day, metavar="DAY")
@known_on
@formats_option("pdf,xlsx")
@out_option
@as_json
def report(
    area: str, due_on: date, known_on: date | None, formats: str, out: Path | None, json_wanted: bool
) -> None:
    """Show how far AREA is with the raise of the standards on DAY, as its report of the 10th or 25th says it."""
    from ledger.streams.uplift import UPLIFTS, Uplift, key
    from projections.documents.subsidy_lists import uplift_listing
    from projections.views.subsidies import bodies_of
    from projections.views.uplift import progress

    _check_area(area)
    with asking() as asked:
        found = progress(asked.connection, area, due_on.year, due_on, known_on)
        told = bodies_of(asked.connection, UPLIFTS, [key(area, due_on.year)], date.max, known_on)
        state: Uplift = next((UPLIFTS.fold(bodies) for _, bodies in told), Uplift())
    reported_on = state.reports.get(due_on.isoformat(), "")
    listing = uplift_listing(area, due_on, found, state.published_on, reported_on)
    files = write_files(listing, formats, out)
    if json_wanted:
        figures = {line.programme: line.figures() for line in found}
        published_on = state.published_on
        answer = {"area": area, "day": due_on, "known_on": known_on, "figures": figures}
        say_json(
            answer
            | {"published_on": published_on, "reported_on": reported_on, "code": listing.code, "files": files}
        )
        return
    say_table([words(one.zh, one.en) for one in listing.columns], _shown(listing))
    for zh, en, value in listing.facts[2:]:
        say(f"{zh}：{value}", f"{en}: {value}")
    tell_files(files)
