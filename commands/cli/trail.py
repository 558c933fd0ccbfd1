"""``provident trail``: everything that one person did or approved (第二十七条, 第二十二条), none of it missing."""

from __future__ import annotations

from datetime import date

import click

from commands.cli.opening import open_desk
from commands.cli.output import Command, as_json, day, option, say, say_json, say_table, shown_moment, words


@click.command(
    cls=Command,
    zh="某人的全部操作痕迹：经办与审批的每一次记账。",
    example="provident trail approver --from 2019-07-01 --through 2020-06-30",
)
@click.argument("name")
@option("--from", "first", type=day, zh="自该日起。", en="From this day on.")
@option("--through", "last", type=day, zh="至该日止（含）。", en="Through this day.")
@as_json
def trail(name: str, first: date | None, last: date | None, json_wanted: bool) -> None:
    """Show every commit that a person made or approved, in order, and how many of each command there are."""
    from projections.views.trail import trail_of

    with open_desk() as desk, desk.ledger.database.reading() as connection:
        found = trail_of(connection, name, first, last)
    if json_wanted:
        say_json([one._asdict() for one in found])
        return
    if not found:
        say("没有此人的操作", "This person did nothing here")
        return
    parts = {"actor": ("经办", "made"), "approver": ("审批", "approved")}
    say_table(
        words("记账,时间,角色,业务,>事件数", "Commit,Recorded,Part,Command,>Events").split(","),
        [
            (one.commit, shown_moment(one.recorded_at), words(*parts[one.part]), one.command, one.events)
            for one in found
        ],
    )
    counts = sorted({(one.part, one.command) for one in found})
    heads = words("角色,业务,>次数", "Part,Command,>Count")
    rows = [
        (words(*parts[part]), command, sum((one.part, one.command) == (part, command) for one in found))
        for part, command in counts
    ]
    say_table(heads.split(","), rows, title=words("合计", "In all"))
