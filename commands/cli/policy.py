"""``provident policy``: the legal parameters, by the day they hold and the day they were known."""

from __future__ import annotations

from datetime import date

import click

from commands.cli.opening import own_book
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
    book = own_book()
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
    book = own_book()
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
    book = own_book()
    chosen = [one for one in book.parameters.values() if not (missing and book.history(one.id))]
    if json_wanted:
        say_json([_described(one) for one in chosen])
        return
    for one in chosen:
        say(f"{one.id:44} {one.unit:18} {one.zh if language() == 'zh' else one.en} · {one.decided_by}")


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
