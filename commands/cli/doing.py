"""``provident do``: every command of the ledger, its fields as ``name=value`` or as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

import click

from commands.cli.opening import open_desk, today
from commands.cli.output import Command, Group, as_json, language, option, say, say_json, words, wrong_use
from ledger.money import format_fen

if TYPE_CHECKING:
    from marshmallow.fields import Field

    from ledger.store.unit_of_work import Outcome

by = option(
    "--by",
    envvar="PROVIDENT_ACTOR",
    default=lambda: os.environ.get("USER") or "clerk",
    show_default=False,
    metavar="NAME",
    zh="经办人（也可用环境变量 PROVIDENT_ACTOR，默认登录名）。",
    en="Who acts (or the variable PROVIDENT_ACTOR, else the login name).",
)
key = option(
    "--key",
    default="",
    metavar="KEY",
    zh="请求号：同一请求号只办理一次。",
    en="The key of the request: under one key it is done once.",
)


class Doing(Group):
    """A group whose commands are those of the ledger."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from commands.handlers import COMMANDS
        from commands.handlers.proposals import FOUR_EYES

        return sorted(set(COMMANDS) - FOUR_EYES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.list_commands(ctx):
            return _command(cmd_name)
        from commands.cli import four_eyes

        return {"approve": four_eyes.approve, "reject": four_eyes.reject}.get(cmd_name)


@click.group(
    cls=Doing,
    zh="办理一项业务；用 provident do 业务 --help 查看其字段。付款业务须先 propose，再由他人 approve。",
    example="provident do deposit account=A1 month=2019-07 on=2019-07-10",
)
def do() -> None:
    """Carry out a command of the ledger; see its fields by `provident do COMMAND --help`.

    What pays money out is refused here: it is proposed by one person and approved by another.
    """


def _command(name: str) -> click.Command:
    from commands.handlers import COMMANDS

    spec = COMMANDS[name]
    fields = field_lines(name)
    english = (spec.handler.__doc__ or name).split("\n")[0]

    @click.command(
        name,
        cls=Command,
        help=f"{english} ({spec.clause})\n\n\b\n{fields}",
        zh=f"{spec.zh}（{spec.clause}）\n\n\b\n{fields}",
        example=f"provident do {name} {example_of(name)}",
    )
    @click.argument("fields", nargs=-1, metavar="FIELD=VALUE...")
    @option(
        "--json-input", type=click.File(encoding="utf-8"), metavar="FILE", zh="从 JSON 文件（- 为标准输入）读取字段。",
        en="Read the fields from a JSON file, - for standard input.",
    )  # fmt: skip
    @key
    @by
    @as_json
    def carry_out(
        fields: tuple[str, ...], json_input: IO[str] | None, key: str, by: str, json_wanted: bool
    ) -> None:
        content = content_of(name, fields, json_input)
        with open_desk() as desk:
            outcome = desk.do(name, content, actor=by, key=key)
        show_outcome(outcome, json_wanted)

    return carry_out


# ---------------------------------------------------------------- fields


def content_of(name: str, pairs: Iterable[str], json_input: IO[str] | None) -> dict[str, Any]:
    """The content of a command from ``name=value`` words and JSON; the value date is today where none is given."""
    from commands.handlers import COMMANDS

    content: dict[str, Any] = {"on": today().isoformat()}
    if json_input is not None:
        try:
            given = json.load(json_input, parse_float=str)
        except ValueError as error:
            raise wrong_use(f"--json-input: {error}") from None
        if not isinstance(given, dict):
            raise wrong_use(words("--json-input 应为一个 JSON 对象", "--json-input must be one JSON object"))
        content |= given
    known = COMMANDS[name].schema.fields
    for pair in pairs:
        field, equals, value = pair.partition("=")
        if not equals:
            raise wrong_use(words(f"“{pair}”应写作 字段=值", f"write '{pair}' as FIELD=VALUE"))
        content[field] = _typed(known[field], value) if field in known else value
    return content


def _typed(field: Field[Any], text: str) -> Any:
    """The text of a shell word as JSON would hold it: the schema checks it afterwards."""
    from marshmallow import fields

    from commands.schemas.fields import Ids

    if isinstance(field, (fields.List, fields.Dict, Ids)):
        try:
            return json.loads(text, parse_float=str)
        except ValueError:
            return text.split(",")
    if isinstance(field, fields.Boolean):
        return {"true": True, "yes": True, "false": False, "no": False}.get(text.lower(), text)
    if isinstance(field, fields.Integer) and text.isascii() and text.isdigit():
        return int(text)
    return text


def field_lines(name: str) -> str:
    """The fields of a command for its help, those that are needed first."""
    from commands.handlers import COMMANDS

    fields = COMMANDS[name].schema.fields
    ordered = sorted(fields.items(), key=lambda item: not item[1].required)
    needed = words("必填", "needed")
    return "\n".join(
        f"  {field:<18}{kind_of(one)}{'  ' + needed if one.required else ''}" for field, one in ordered
    )


def kind_of(field: Field[Any]) -> str:
    """How a field is written."""
    from marshmallow import fields
    from marshmallow.validate import OneOf

    from commands.schemas import fields as own

    choices = [one for one in field.validators if isinstance(one, OneOf)]
    if choices:
        return "|".join(str(choice) for choice in choices[0].choices if choice)
    kinds: list[tuple[type[Any], str]] = [
        (own.Money, "1,234.50"),
        (own.Rate, "0.12"),
        (own.Day, "YYYY-MM-DD"),
        (own.Month, "YYYY-MM"),
        (own.Id, "ID"),
        (fields.Integer, "1"),
        (fields.Boolean, "yes|no"),
        (own.Ids, "ID,ID"),
        (fields.List, "JSON"),
        (fields.Dict, "JSON"),
    ]
    return next((written for kind, written in kinds if isinstance(field, kind)), words("文字", "text"))


_SAMPLES = {
    "1,234.50": "1000.00",
    "YYYY-MM-DD": "2019-07-10",
    "YYYY-MM": "2019-07",
    "yes|no": "yes",
    "JSON": "'[…]'",
    "ID,ID": "A1,A2",
}
_IDS = {
    "account": "A1",
    "employer": "E1",
    "into": "E2",
    "to": "E2",
    "receipt": "R1",
    "petition": "P1",
    "proposal": "W1",
}


def example_of(name: str) -> str:
    """The fields that a command needs, filled in as an example."""
    from commands.handlers import COMMANDS

    def sample(field: str, one: Field[Any]) -> str:
        kind = kind_of(one)
        if kind in ("ID", words("文字", "text")):
            return _IDS.get(field, "…")
        return _SAMPLES.get(kind, kind.split("|")[0])

    fields = COMMANDS[name].schema.fields
    return " ".join(f"{field}={sample(field, one)}" for field, one in fields.items() if one.required)


# ---------------------------------------------------------------- what came of it

LABELS = {
    "account": "账户", "accounts": "账户数", "adjusted_fen": "补息", "years": "年度", "amount_fen": "金额",
    "balance_fen": "余额", "booked": "已入账", "closed": "销户",
    "command": "业务", "debtor": "承担人", "employer": "单位", "employers": "单位数", "heads": "人数", "held_fen": "挂账",
    "left_out": "未入账行数", "month": "月份", "own_fen": "本人账户支付", "payment": "划款指令", "payments": "划款指令",
    "petition": "申请", "proposal": "待审批业务", "rate": "比例", "receipt": "暂收款", "returned_fen": "退回金额",
    "reverses": "冲正事件", "spouse_fen": "配偶账户支付", "total_fen": "合计", "into": "转入单位", "fixed": "调整人数",
    "unchanged": "不变人数", "newcomers": "当年新增人数", "without_wage": "缺工资数据", "taken_fen": "转入余额",
}  # fmt: skip
"""What the facts of a result are called in Chinese; in English they go by their names."""


def show_outcome(outcome: Outcome, json_wanted: bool) -> None:
    """The commit, its events, and the facts of the result."""
    if json_wanted:
        events = [outcome.first_event_id, outcome.last_event_id]
        say_json(
            {
                "commit": outcome.commit_id,
                "events": events if events[1] >= events[0] else [],
                "repeated": outcome.repeated,
                "result": outcome.result,
            }
        )
        return
    again = (
        words("（此前已办理，未重复记账）", " (done before, not booked again)") if outcome.repeated else ""
    )
    span = words("无新事件", "no new event")
    if outcome.last_event_id >= outcome.first_event_id:
        span = words(
            f"事件 {outcome.first_event_id}–{outcome.last_event_id}",
            f"events {outcome.first_event_id}–{outcome.last_event_id}",
        )
    say(f"第 {outcome.commit_id} 次记账，{span}{again}", f"Commit {outcome.commit_id}, {span}{again}")
    for name, value in outcome.result.items():
        say(f"  {_label(name)}: {_fact(name, value)}")


def _label(name: str) -> str:
    if language() == "zh":
        return LABELS.get(name, name)
    return name.removesuffix("_fen").replace("_", " ")


def _fact(name: str, value: Any) -> str:
    if name.endswith("_fen"):
        return format_fen(value)
    if isinstance(value, bool):
        return words("是", "yes") if value else words("否", "no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
