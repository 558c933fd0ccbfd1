"""``provident rules``: check cases, explain a result, list the rules, show what covers which clause."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from commands.cli.book import book_in_force
from commands.cli.output import FAILED, Group, as_json, day, language, option, say, say_json, wrong_use
from ledger.policy.checking import CaseMalformed, Checked, check_cases, tally
from ledger.policy.coverage import coverage_entries, coverage_page
from ledger.policy.overlay import overlaid
from ledger.policy.parameters import PolicyBook
from ledger.policy.proof import proof, title
from ledger.policy.rules import Rule, find_rule, registered
from ledger.policy.rules.kinds import CODE, COUNT, FEN, FLAG, Kind

PARAMETER = option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="ID=VALUE",
    zh="换用参数的另一取值：另一种读法或假设。",
    en="Another value of a parameter: another reading, or a what-if.",
)


@click.group(
    cls=Group,
    zh="规则：每条都是纯函数，带条款和推导。",
    example="provident rules explain fund_year --input on=2020-02-29",
)
def rules() -> None:
    """The rules of the law: pure functions with their clause and their proof."""


@rules.command(
    zh="核对 FILE 中的算例：由 {id, rule, inputs, expected} 组成的 JSON 列表。不符时退出码为 4。",
    example="provident rules check tests/unit/data/rule-examples.json --json",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--parameter", "parameters", multiple=True, metavar="ID=VALUE", help="Another reading, or a what-if."
)
@as_json
def check(file: Path, parameters: tuple[str, ...], json_wanted: bool) -> None:
    """Check the cases of FILE: a JSON list of {id, rule, inputs, expected}. Exit code 4 on a mismatch."""
    book = overlaid(PolicyBook.bundled(), parameters)
    try:
        checked = check_cases(json.loads(file.read_text("utf-8")), book)
    except (ValueError, UnicodeDecodeError) as error:
        kind = "" if isinstance(error, CaseMalformed) else f"{file.name} is not JSON: "
        raise wrong_use(f"{kind}{error}") from None
    failed = [case for case in checked if not case.ok]
    if json_wanted:
        say_json(
            {
                "cases": len(checked),
                "passed": len(checked) - len(failed),
                "failed": len(failed),
                "rules": tally(checked),
                "failures": [case.as_json() for case in failed],
            }
        )
    else:
        _report(checked, failed)
    if failed:
        sys.exit(FAILED)


def _report(checked: list[Checked], failed: list[Checked]) -> None:
    for row in tally(checked):
        mark, cases = "✗" if row["failed"] else "✓", row["passed"] + row["failed"]
        say(f"{mark} {row['rule']:48} {row['passed']:>3}/{cases:<3} {row['clause']}")
    for case in failed:
        say(f"✗ {case.id} {case.rule}")
        say(f"    expected {json.dumps(case.expected, ensure_ascii=False)}")
        say(f"    actual   {json.dumps(case.actual, ensure_ascii=False)}")
        if case.refusal:
            say(f"    {case.refusal}")
    passed = len(checked) - len(failed)
    say(
        f"共 {len(checked)} 例，通过 {passed}，不符 {len(failed)}",
        f"{len(checked)} cases, {passed} passed, {len(failed)} failed",
    )


@rules.command(
    zh="以简短证明的形式给出 RULE 的结果。",
    example="provident rules explain monthly_contribution --input base_fen=654321 --input rate=0.12",
)
@click.argument("rule")
@option(
    "--input",
    "inputs",
    multiple=True,
    metavar="NAME=VALUE",
    zh="一项事实，金额为整数分。",
    en="One fact; money in whole fen.",
)
@option(
    "--json-input",
    metavar="JSON",
    zh="全部事实的 JSON 对象，或 @文件。",
    en="All facts as one JSON object, or @FILE.",
)
@option("--on", type=day, zh="适用哪一日的规定。", en="The day whose law applies.")
@option("--known-on", type=day, zh="只看截至该日已公布的。", en="Only what was published by this day.")
@PARAMETER
@as_json
def explain(
    rule: str,
    inputs: tuple[str, ...],
    json_input: str | None,
    on: date | None,
    known_on: date | None,
    parameters: tuple[str, ...],
    json_wanted: bool,
) -> None:
    """Print the result of RULE as a small proof, by the parameters that the ledger stands on."""
    found = find_rule(rule, on)
    given = _json_object(json_input) if json_input else {}
    given |= dict(_input(found, text) for text in inputs)
    outcome = found.run(given, overlaid(book_in_force(), parameters), on, known_on)
    if json_wanted:
        say_json(outcome.as_json())
    else:
        say(proof(outcome, language()))


def _json_object(text: str) -> dict[str, Any]:
    try:
        source = Path(text[1:]).read_text("utf-8") if text.startswith("@") else text
        given = json.loads(source, parse_float=str)
    except (OSError, ValueError) as error:
        raise wrong_use(f"--json-input: {error}") from None
    if not isinstance(given, dict):
        raise wrong_use("--json-input must be an object")
    return given


def _input(rule: Rule, text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise wrong_use(f"--input {text}: write it as NAME=VALUE")
    return name, _typed(rule.inputs[name].kind, value) if name in rule.inputs else value


def _typed(kind: Kind, text: str) -> Any:
    """A value of the command line as JSON would hold it: the rule itself checks it afterwards."""
    if text == "null":
        return None
    if kind in (FEN, COUNT, CODE):
        return int(text) if text.lstrip("-").isdigit() and text.isascii() else text
    if kind is FLAG:
        return {"true": True, "yes": True, "false": False, "no": False}.get(text, text)
    if text[:1] in "[{":
        try:
            return json.loads(text, parse_float=str)
        except ValueError:
            return text
    return text


@rules.command("list", zh="列出全部规则及其条款。", example="provident rules list --json")
@as_json
def list_rules(json_wanted: bool) -> None:
    """List every rule with its clause; with --json its time, inputs and parameters as well."""
    versions = [version for name in sorted(registered()) for version in registered()[name]]
    if json_wanted:
        say_json([_described(version) for version in versions])
        return
    for version in versions:
        say(f"{version.name:48} {version.clause} · {title(version, language())}")


def _described(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "zh": rule.zh,
        "en": rule.en,
        "clause": rule.clause,
        "since": rule.since.isoformat(),
        "until": rule.until and rule.until.isoformat(),
        "inputs": {
            name: {"kind": given.kind.name, "required": given.required, "parameter": given.parameter or None}
            for name, given in rule.inputs.items()
        },
        "parameters": list(rule.parameters),
    }


@rules.command(zh="按公报次序列出每条的落实情况。", example="provident rules coverage")
@as_json
def coverage(json_wanted: bool) -> None:
    """Show every clause of the gazette in order, with what carries it out or why it lies outside a ledger."""
    if json_wanted:
        say_json([entry.as_json() for entry in coverage_entries()])
    else:
        say(coverage_page())
