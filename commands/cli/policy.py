"""``provident policy``: the legal parameters, by the day they hold and the day they were known."""

from __future__ import annotations

from datetime import date

import click

from commands.cli.book import book_in_force
from commands.cli.opening import open_desk
from commands.cli.output import Group, as_json, day, language, option, say, say_json
from ledger.policy.parameters import Parameter, ParameterValue
from ledger.policy.units import plain


@click.group(
    cls=Group,
    zh="法定参数：两种日期，带出处。",
    example="provident policy show contribution_rate_max --as-of 2019-07-01",
)
def policy() -> None:
    """The legal parameters, dated twice and cited."""


@policy.command(
    zh="显示 PARAMETER 在某日的取值，以另一日已公布的为准。",
    example="provident policy show urban_dibao_standard --as-of 2019-07-01 --known-on 2019-07-16",
)
@click.argument("parameter")
@option(
    "--as-of", type=day, required=True, zh="取值须在该日有效。", en="The day on which the value must hold."
)
@option("--known-on", type=day, zh="只看截至该日已公布的。", en="Only what was published by this day.")
@as_json
def show(parameter: str, as_of: date, known_on: date | None, json_wanted: bool) -> None:
    """Show the value of PARAMETER on a day, as published by another day."""
    book = book_in_force()
    found = book.value(parameter, as_of, known_on)
    if json_wanted:
        say_json(found.as_json())
    else:
        say(_headline(book.parameter(parameter)))
        _say_value(found)


@policy.command(
    zh="按次序显示 PARAMETER 的全部取值及出处。", example="provident policy history deposit_rate_carried"
)
@click.argument("parameter")
@as_json
def history(parameter: str, json_wanted: bool) -> None:
    """Show every value that PARAMETER ever had, in order, with citations."""
    book = book_in_force()
    values = book.history(parameter)
    if json_wanted:
        say_json([value.as_json() for value in values])
        return
    say(_headline(book.parameter(parameter)))
    for value in values:
        _say_value(value)


@policy.command("list", zh="列出全部参数、单位和有权确定者。", example="provident policy list --missing")
@option("--missing", is_flag=True, zh="只列尚无取值的。", en="Only those that still wait for a value.")
@as_json
def list_parameters(missing: bool, json_wanted: bool) -> None:
    """List every parameter with its unit and who may set it."""
    book = book_in_force()
    chosen = [one for one in book.parameters.values() if not (missing and book.history(one.id))]
    if json_wanted:
        say_json([_described(one) for one in chosen])
        return
    for one in chosen:
        say(f"{one.id:44} {one.unit:18} {one.zh if language() == 'zh' else one.en} · {one.decided_by}")


# ---------------------------------------------------------------- drafted, approved, published

ON = option("--on", type=day, required=True, zh="办理之日。", en="The day on which this is done.")
DRAFT = option(
    "--draft", default="D1", show_default=True, metavar="NAME", zh="草案名称。", en="The name of the draft."
)
BY = option(
    "--by", envvar="PROVIDENT_ACTOR", default="clerk", show_default=True, metavar="NAME",
    zh="经办人（也可用环境变量 PROVIDENT_ACTOR）。", en="Who acts (or the variable PROVIDENT_ACTOR).",
)  # fmt: skip


@policy.command(zh="把内置参数包记入账本。", example="provident policy load --on 2019-07-15")
@ON
@BY
@as_json
def load(on: date, by: str, json_wanted: bool) -> None:
    """Take the bundled packs into the ledger; what it holds already is passed over."""
    _carry_out("load_policy", {"on": on}, by, json_wanted)


@policy.command(
    zh="拟定 PARAMETER 的取值 VALUE（金额为整数分），须有出处。",
    example="provident policy draft minimum_wage 142000 --from 2019-07-01 --on 2019-06-03"
    " --document 辽政发〔2019〕1号 --clause 一 --by centre",
)
@click.argument("parameter")
@click.argument("value")
@option("--from", "effective_from", type=day, required=True, zh="拟自该日施行。", en="The day asked for.")
@option("--to", "effective_to", type=day, zh="最后一日。", en="The last day.")
@option("--document", required=True, metavar="NUMBER", zh="文号。", en="The document number.")
@option("--clause", required=True, metavar="CLAUSE", zh="条款。", en="The clause.")
@option(
    "--because",
    default="",
    metavar="WORDS",
    zh="溯及既往的原文。",
    en="The words of a law that reaches back.",
)
@DRAFT
@ON
@BY
@as_json
def draft(
    parameter: str,
    value: str,
    effective_from: date,
    effective_to: date | None,
    document: str,
    clause: str,
    because: str,
    draft: str,
    on: date,
    by: str,
    json_wanted: bool,
) -> None:
    """Draft VALUE for PARAMETER, money in whole fen, with its citation; it is not in force yet."""
    content = {
        "on": on, "parameter": parameter, "draft": draft, "value": value, "effective_from": effective_from,
        "effective_to": effective_to, "document": document, "clause": clause, "because": because,
    }  # fmt: skip
    _carry_out("draft_parameter", content, by, json_wanted)


@policy.command(
    zh="管委会批准 PARAMETER 的草案；拟定人不得批准。",
    example="provident policy approve minimum_wage --resolution 第3次会议 --on 2019-06-10 --by committee",
)
@click.argument("parameter")
@option(
    "--resolution", required=True, metavar="NUMBER", zh="决议编号。", en="The resolution of the committee."
)
@DRAFT
@ON
@BY
@as_json
def approve(parameter: str, resolution: str, draft: str, on: date, by: str, json_wanted: bool) -> None:
    """Approve a draft of PARAMETER; who drafted it may not."""
    content = {"on": on, "parameter": parameter, "draft": draft, "resolution": resolution}
    _carry_out("approve_parameter", content, by, json_wanted)


@policy.command(
    zh="公布 PARAMETER 已批准的草案。",
    example="provident policy publish minimum_wage --on 2019-06-20 --by centre",
)
@click.argument("parameter")
@DRAFT
@ON
@BY
@as_json
def publish(parameter: str, draft: str, on: date, by: str, json_wanted: bool) -> None:
    """Publish an approved draft of PARAMETER: in force no earlier than approval and publication."""
    content = {"on": on, "parameter": parameter, "draft": draft}
    _carry_out("publish_parameter", content, by, json_wanted)


def _carry_out(command: str, content: dict[str, object], by: str, json_wanted: bool) -> None:
    with open_desk() as desk:
        result = desk.do(command, content, actor=by).result
    if json_wanted:
        say_json(result)
    else:
        say("; ".join(f"{name}: {value}" for name, value in result.items()))


def _described(parameter: Parameter) -> dict[str, object]:
    return {
        "parameter": parameter.id,
        "unit": parameter.unit,
        "zh": parameter.zh,
        "en": parameter.en,
        "decided_by": parameter.decided_by,
        "group": parameter.group,
        "choices": list(parameter.choices),
        "values": len(parameter.values),
    }


def _headline(parameter: Parameter) -> str:
    name = parameter.zh if language() == "zh" else parameter.en
    return f"{parameter.id} · {name} · {parameter.unit} · {parameter.decided_by}"


def _say_value(value: ParameterValue) -> None:
    until = f" – {value.effective_to}" if value.effective_to else ""
    shown = plain(value.value)
    rows = shown if isinstance(shown, list) and shown and isinstance(shown[0], dict) else None
    say(f"  {value.version}{until}: {'' if rows else shown}")
    for row in rows or ():
        say("      " + "  ".join(f"{name}={cell}" for name, cell in row.items()))
    say(f"      {value.citation} · {value.published_on} · {value.layer} · {value.source} ({value.certainty})")
