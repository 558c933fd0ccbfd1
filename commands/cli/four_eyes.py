"""``propose``, ``approve``, ``reject``, ``proposals``: money leaves by two persons (葫政发〔2019〕12号 第二十二条)."""

from __future__ import annotations

from datetime import date
from typing import IO, Any

import click

from commands.cli.doing import by, content_of, example_of, field_lines, key, show_outcome
from commands.cli.opening import open_desk, today
from commands.cli.output import (
    Command,
    Group,
    as_json,
    day,
    option,
    say,
    say_json,
    say_table,
    words,
)

on = option("--on", type=day, zh="业务日期，默认今天。", en="The value date, today by default.")


class Proposing(Group):
    """A group whose commands are those of the ledger that may be proposed: all but the ones of four eyes themselves."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from commands.handlers import COMMANDS
        from commands.handlers.proposals import FOUR_EYES

        return sorted(set(COMMANDS) - FOUR_EYES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _command(cmd_name) if cmd_name in self.list_commands(ctx) else None


@click.group(
    cls=Proposing,
    zh="提交一项业务，由另一人审批后办理；付款业务必须这样办理。",
    example="provident propose withdraw account=A1 amount=3000.00 reason=rent --by clerk",
)
def propose() -> None:
    """Propose a command; nothing moves until another person approves it. What pays money out is done in this way."""


def _command(name: str) -> click.Command:
    from commands.handlers import COMMANDS

    spec = COMMANDS[name]
    fields = field_lines(name)

    @click.command(
        name,
        cls=Command,
        help=f"Propose: {(spec.handler.__doc__ or name).split(chr(10))[0]} ({spec.clause})\n\n\b\n{fields}",
        zh=f"提交{spec.zh}待审批（{spec.clause}）\n\n\b\n{fields}",
        example=f"provident propose {name} {example_of(name)} --by clerk",
    )
    @click.argument("fields", nargs=-1, metavar="FIELD=VALUE...")
    @option(
        "--json-input", type=click.File(encoding="utf-8"), metavar="FILE", zh="从 JSON 文件（- 为标准输入）读取字段。",
        en="Read the fields from a JSON file, - for standard input.",
    )  # fmt: skip
    @option(
        "--proposal",
        metavar="ID",
        zh="业务编号，默认自动编号。",
        en="The id of the proposal, made up when none is given.",
    )
    @key
    @by
    @as_json
    def suggest(
        fields: tuple[str, ...],
        json_input: IO[str] | None,
        proposal: str | None,
        key: str,
        by: str,
        json_wanted: bool,
    ) -> None:
        content = content_of(name, fields, json_input)
        made = {"on": content.pop("on"), "proposal": proposal, "command": name, "content": content}
        with open_desk() as desk:
            outcome = desk.do("propose", made, actor=by, key=key)
        show_outcome(outcome, json_wanted)
        if not json_wanted:
            named = outcome.result["proposal"]
            say(
                f"请由另一人审批：provident approve {named} --by 审批人",
                f"Another person approves it: provident approve {named} --by NAME",
            )

    return suggest


@click.command(
    cls=Command,
    zh="审批通过一项待审批业务，同时办理。",
    example="provident approve withdraw-A1-20190801 --by approver",
)
@click.argument("proposal")
@on
@key
@by
@as_json
def approve(proposal: str, on: date | None, key: str, by: str, json_wanted: bool) -> None:
    """Approve a proposal of another person; it is carried out in the same commit."""
    _decide("approve", proposal, on, key, by, "", json_wanted)


@click.command(
    cls=Command,
    zh="审批不通过，须说明理由。",
    example='provident reject withdraw-A1-20190801 --reason "缺租房合同" --by approver',
)
@click.argument("proposal")
@option("--reason", required=True, zh="告知申请人的理由。", en="What the applicant is told.")
@on
@key
@by
@as_json
def reject(proposal: str, reason: str, on: date | None, key: str, by: str, json_wanted: bool) -> None:
    """Reject a proposal, with the reason that the applicant is told."""
    _decide("reject", proposal, on, key, by, reason, json_wanted)


def _decide(
    command: str, proposal: str, on: date | None, key: str, by: str, reason: str, json_wanted: bool
) -> None:
    content = {"on": (on or today()).isoformat(), "proposal": proposal, "reason": reason}
    with open_desk() as desk:
        outcome = desk.do(command, content, actor=by, key=key)
    show_outcome(outcome, json_wanted)


@click.command(cls=Command, zh="列出待审批业务。", example="provident proposals")
@as_json
def proposals(json_wanted: bool) -> None:
    """List the proposals that wait for a decision."""
    with open_desk() as desk, desk.ledger.database.reading() as connection:
        register: Any = desk.ledger.registers["proposal"]
        states = register.read(connection, register.keys_where(connection, status="open"))
    waiting = [(name, state) for name, (_, state) in sorted(states.items())]
    if json_wanted:
        say_json(
            [
                {"proposal": name, "command": one.command, "by": one.proposer, "content": one.content}
                for name, one in waiting
            ]
        )
        return
    rows = [
        (
            name,
            one.command,
            one.proposer,
            "  ".join(f"{field}={value}" for field, value in one.content.items()),
        )
        for name, one in waiting
    ]
    heads = words("编号,业务,经办,内容", "Proposal,Command,By,Content").split(",")
    if rows:
        say_table(heads, rows)
    else:
        say("没有待审批业务", "Nothing waits for a decision")
