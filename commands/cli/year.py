"""``provident year``: the fund year, its settlement on 30 June and what came after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from commands.cli.doing import by
from commands.cli.opening import open_desk, today
from commands.cli.output import (
    FAILED,
    Command,
    Group,
    as_json,
    day,
    option,
    progress,
    say,
    say_json,
    say_table,
    words,
    wrong_use,
)
from commands.cli.reports import year_report
from commands.cli.statements import statements
from ledger.money import format_fen


@click.group(
    cls=Group, zh="缴存年度（7 月 1 日至次年 6 月 30 日）：结息、补息。", example="provident year settle 2019"
)
def year() -> None:
    """The fund year, from 1 July to 30 June: its settlement and its adjustments."""


@year.command(
    cls=Command,
    zh="年终结息：逐批入账，中断后再次运行即接续；已结息的年度不再办理。",
    example="provident year settle 2019\nprovident year settle 2019 --chunk 5000 --json",
)
@click.argument("year", type=click.IntRange(1999, 2200))
@option("--chunk", type=click.IntRange(1, 300_000), zh="每批户数。", en="Accounts in one unit of work.")
@option("--on", type=day, zh="办理日（默认今天）。", en="The day of settling (today by default).")
@by
@as_json
def settle(year: int, chunk: int | None, on: Any, by: str, json_wanted: bool) -> None:
    """Settle YEAR, named by the year it starts in: credit every account with its interest, chunk by chunk.

    An interrupted settlement goes on where it stopped; one that is complete is left alone.
    """
    from commands.settlement import settle as settle_to_the_end
    from commands.settlement import year_state

    with open_desk() as desk:
        before = year_state(desk, year).status
        with progress("结息", "settling") as advance:
            result = settle_to_the_end(
                desk, year, on or today(), actor=by, chunk=chunk, tell=lambda done, total: advance(done)
            )
    result["already_settled"] = before == "settled"
    if json_wanted:
        say_json(result)
        return
    if result["already_settled"]:
        say(
            f"{year} 年度已于 {result['settled_on']} 结息",
            f"Fund year {year} was settled on {result['settled_on']}",
        )
    _show(result)


def _show(result: dict[str, Any]) -> None:
    rows = [
        (words("账户", "Accounts"), result["accounts"]),
        (words("入账户数", "Credited"), result["credited"]),
        (words("批数", "Chunks"), result["chunks"]),
        (words("上年结转利息", "On the carried-forward part"), format_fen(result["carried_fen"])),
        (words("当年归集利息", "On the current-year part"), format_fen(result["current_fen"])),
        (words("利息合计", "Interest"), format_fen(result["interest_fen"])),
        (
            words("与计提差额（列支）", "Above what had been accrued (expense)"),
            format_fen(result["trued_up_fen"]),
        ),
    ]
    say_table((words("项目", "Item"), words(">数额", ">Amount")), rows)


@year.command(
    cls=Command,
    zh="查看年度的结息情况，以及结息后补记、更正的账户和应补利息。",
    example="provident year show 2019",
)
@click.argument("year", type=click.IntRange(1999, 2200))
@as_json
def show(year: int, json_wanted: bool) -> None:
    """Show how far YEAR is settled, and the accounts whose year has changed since, with the interest still due."""
    from commands.settlement import year_state
    from projections.views.fund_year import late_accounts

    with open_desk() as desk:
        state = year_state(desk, year)
        book = desk.present_book()
        with desk.ledger.database.reading() as connection:
            late = late_accounts(connection, book, year, today())
    facts: dict[str, Any] = {
        "year": year,
        "status": state.status or "open",
        "chunks": state.chunks,
        "accounts": state.accounts,
        "credited": state.credited,
        "carried_fen": state.carried_fen,
        "current_fen": state.current_fen,
        "interest_fen": state.interest_fen,
        "trued_up_fen": state.trued_up_fen,
        "settled_on": str(state.settled_on) if state.settled_on else None,
    }
    if json_wanted:
        say_json(facts | {"late": [one._asdict() for one in late]})
        return
    says = {
        "open": ("未结息", "not settled"),
        "settling": ("结息中", "being settled"),
        "settled": ("已结息", "settled"),
    }
    say(f"{year} 年度：{says[facts['status']][0]}", f"Fund year {year}: {says[facts['status']][1]}")
    _show(facts)
    if late:
        heads = words("账户,>结息后笔数,>已补息,>应补息", "Account,>Movements since,>Adjusted,>Still due")
        lines = [
            (one.account, one.movements, format_fen(one.adjusted_fen), format_fen(one.due_fen))
            for one in late
        ]
        say_table(heads.split(","), lines, words("结息后的补记与更正", "Recorded since the settlement"))


@year.command(
    cls=Command,
    zh="对账户补息或更正利息：自该年度起按事件重算，差额入账。",
    example="provident year adjust 2019 A1",
)
@click.argument("year", type=click.IntRange(1999, 2200))
@click.argument("account")
@option("--on", type=day, zh="办理日（默认今天）。", en="The day of the adjustment (today by default).")
@by
@as_json
def adjust(year: int, account: str, on: Any, by: str, json_wanted: bool) -> None:
    """Adjust the interest of ACCOUNT from YEAR on: computed again from the events, the difference is credited."""
    from commands.cli.doing import show_outcome

    with open_desk() as desk:
        content = {"on": on or today(), "account": account, "year": year}
        outcome = desk.do("adjust_interest", content, actor=by)
    show_outcome(outcome, json_wanted)


year.add_command(statements)
year.add_command(year_report)


@year.command(
    "check-report",
    cls=Command,
    zh="核对已公布年度报告的勾稽关系：成立、不平及差额、资料不全。",
    example="provident year check-report tests/unit/data/annual-reports/nation-2019.yaml",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def check_report(file: Path, json_wanted: bool) -> None:
    """Check the identities between the figures of a published annual report, typed into FILE as they were printed.

    FILE is YAML with ``figures``: names and decimals in quotation marks. Exit code 4 when a figure does not add up.
    """
    from decimal import Decimal, InvalidOperation

    import yaml

    from projections.views.report_identities import check

    try:
        printed = yaml.safe_load(file.read_text("utf-8"))["figures"]
        checked = check({name: Decimal(figure) for name, figure in printed.items()})
    except (
        yaml.YAMLError,
        UnicodeDecodeError,
        KeyError,
        TypeError,
        AttributeError,
        InvalidOperation,
    ) as error:
        raise wrong_use(f"{file.name}: {type(error).__name__} {error}") from None
    differs = [one for one in checked if one.status == "differs"]
    if json_wanted:
        say_json(
            [
                {
                    "identity": one.identity.id,
                    "status": one.status,
                    "printed": one.printed,
                    "computed": one.computed,
                    "difference": one.difference if one.printed is not None else None,
                    "missing": one.missing,
                }
                for one in checked
            ]
        )
    else:
        shown = {"holds": words("成立", "holds"), "differs": words("不平", "differs")}
        say_table(
            (words("勾稽关系", "Identity"), words("结果", "Result"), words(">差额", ">Difference")),
            [
                (
                    words(one.identity.zh, one.identity.en),
                    shown[one.status],
                    f"{one.difference:.2f}" if one.status == "differs" else "",
                )
                for one in checked
                if one.status in shown
            ],
        )
        say(f"资料不全：{len(checked) - sum(one.status in shown for one in checked)} 项",
            f"not all figures printed: {sum(one.status not in shown for one in checked)}")  # fmt: skip
    if differs:
        click.get_current_context().exit(FAILED)
