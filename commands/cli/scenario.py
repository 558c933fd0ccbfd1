"""``provident scenario``: checks cases that are written in the language of the fund."""

from __future__ import annotations

from pathlib import Path

import click

from commands.cli.output import FAILED, Command, Group, as_json, option, progress, say, say_json


@click.group(cls=Group, zh="情景：用业务语言写的案例，在临时账本上核对。")
def scenario() -> None:
    """Check cases that are written in the language of the fund."""


@scenario.command(
    cls=Command,
    zh="核对情景文件或文件夹：每个情景在一个临时账本上办理，与真实账本用同一套程序；不触动任何账本。",
    example="provident scenario check tests/scenarios\nprovident scenario check my-case.yaml --json",
)
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(exists=True, path_type=Path)
)
@option(
    "--by-proposal", is_flag=True, zh="须两人办理的步骤先提交、再审批。",
    en="Propose and then approve each step of two persons.",
)  # fmt: skip
@as_json
@click.pass_context
def check(ctx: click.Context, paths: tuple[Path, ...], by_proposal: bool, json_wanted: bool) -> None:
    """Check the scenarios of files and folders, each on a temporary ledger by the same program.

    Exit code 4 when something does not hold; each failure names the scenario, the step or expectation, what came
    and what was wanted. No other ledger is touched.
    """
    from commands import scenarios

    cases = [case for file in scenarios.files_of(paths) for case in scenarios.read_scenarios(file)]
    failures: list[scenarios.Failure] = []
    with progress("核对情景", "checking scenarios", len(cases)) as advance:
        for number, case in enumerate(cases, start=1):
            failures += scenarios.check(case, by_proposal=by_proposal)
            advance(number)
    failed = len({(one.file, one.scenario) for one in failures})
    if json_wanted:
        say_json(
            {
                "scenarios": len(cases),
                "failed": failed,
                "failures": [one._asdict() for one in failures],
            }
        )
    else:
        for one in failures:
            say(f"{one.file}  {one.scenario}")
            say(
                f"  {one.where}: 得到 {one.got}，应为 {one.wanted}",
                f"  {one.where}: got {one.got}, wanted {one.wanted}",
            )
        say(f"{len(cases)} 个情景，{failed} 个不符", f"{len(cases)} scenarios, {failed} failed")
    if failures:
        ctx.exit(FAILED)
