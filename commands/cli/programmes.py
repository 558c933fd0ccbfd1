"""``provident programme``: the catalogue of payments, standards and refusals, as the law prints it."""

from __future__ import annotations

import click
import msgspec

from commands.cli.output import Group, as_json, language, option, say, say_json, say_table, words
from ledger.programmes import Programme, Stage, find, offices, programmes

_KINDS = {
    "programme": ("发放项目", "pays"),
    "standard": ("标准、期限", "standard"),
    "refusal": ("不发放", "pays nothing"),
}


@click.group(cls=Group, zh="补贴项目目录。", example="provident programme show urban_dibao_standard")
def programme() -> None:
    """The catalogue of subsidies."""


@programme.command(
    "list", zh="列出全部项目、标准和不发放条款。", example="provident programme list --kind programme --json"
)
@option(
    "--kind",
    type=click.Choice(list(_KINDS)),
    zh="只列一类：programme 发放、standard 标准、refusal 不发放。",
    en="Only what pays, is a standard, or pays nothing.",
)
@as_json
def list_programmes(kind: str | None, json_wanted: bool) -> None:
    """List every entry of the catalogue with its clause."""
    found = [one for one in programmes().values() if kind in (None, one.kind)]
    if json_wanted:
        say_json([msgspec.to_builtins(one) for one in found])
        return
    say_table(
        words("项目 名称 类别 依据", "programme name kind clause").split(),
        [(one.id, _name(one), words(*_KINDS[one.kind]), one.cite) for one in found],
    )


@programme.command(
    zh="显示一个项目：依据、申报、审核次序、金额规则、资金、限制。",
    example="provident programme show industrial_estate_area_subsidy",
)
@click.argument("programme")
@as_json
def show(programme: str, json_wanted: bool) -> None:
    """Show PROGRAMME: its clause, who files and reviews, the rule of its amount, its money and its limits."""
    found = find(programme)
    if json_wanted:
        procedure = offices().procedures.get(found.procedure)
        say_json(msgspec.to_builtins(found) | {"reviews": msgspec.to_builtins(procedure)})
        return
    say(f"{found.id} · {_name(found)}\n{words('依据', 'Clause')}: {found.cite}")
    if found.kind != "programme":
        say(f"{words(*_KINDS[found.kind])}: {found.reason[language()]}")
    else:
        _say_payment(found)
    if found.rule:
        say(f"{words('规则', 'Rule')}: {found.rule}")
    for one in found.exclusions:
        against = ", ".join((*one.with_programmes, *one.facts))
        printed = (
            ""
            if one.printed
            else words("（公报未载，采用推荐读法）", " (not printed: the recommended reading)")
        )
        say(f"{words('不兼得', 'Not with')}: {against} [{one.window}, {one.effect}] {one.clause}{printed}")


def _say_payment(found: Programme) -> None:
    known = offices()
    procedure = known.procedures[found.procedure]
    say(f"{words('申报', 'Files')}: {procedure.files[language()]}")
    for number, stage in enumerate(procedure.stages, 1):
        say(
            f"  {number}. {_stage(stage)} ({known.roles[stage.role].zh if language() == 'zh' else stage.role})"
        )
    say(
        f"{words('批准', 'Approves')}: {_role(procedure.approves)}; {words('拨付', 'pays')}: {_role(procedure.pays)}"
    )
    if procedure.publicity:
        say(f"{words('公示', 'Publicity')}: {procedure.publicity.days} · {procedure.publicity.clause}")
    for document in found.documents:
        say(f"  - {known.documents[document][language()]}")
    money = found.source or "+".join(found.shares)
    say(f"{words('资金', 'Money')}: {found.purse} ({money}); {words('金额', 'amount')}: {found.amount}")
    until = f" – {found.effective_to}" if found.effective_to else ""
    say(f"{words('施行', 'In force')}: {found.effective_from}{until}")


def _name(found: Programme) -> str:
    return found.zh if language() == "zh" else found.en


def _stage(stage: Stage) -> str:
    return stage.zh if language() == "zh" else stage.en


def _role(name: str) -> str:
    role = offices().roles[name]
    return role.zh if language() == "zh" else role.en
