"""``provident year report`` and ``provident report``: the annual report, drafted, shown, reviewed and published."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.cli.accounts import known_on
from commands.cli.doing import by, show_outcome
from commands.cli.opening import open_desk, reading, today
from commands.cli.output import (
    Command,
    Group,
    as_json,
    day,
    language,
    option,
    say,
    say_json,
    say_table,
    words,
    wrong_use,
)
from ledger.money import format_fen

if TYPE_CHECKING:
    from projections.views.annual_report import AnnualReport
    from projections.views.report_identities import Checked

on = option("--on", type=day, zh="办理日（默认今天）。", en="The day of doing it (today by default).")
YEAR = click.IntRange(1999, 2200)


@click.command(
    "report",
    cls=Command,
    zh="年度报告（按自然年度）：从事件计算、起草，并生成 PDF、XLSX、JSON；同样的事件得到同样的文件。",
    example="provident year report 2019 --out reports\nprovident year report 2019 --format json --out reports",
)
@click.argument("year", type=YEAR)
@option("--format", "formats", default="pdf,xlsx,json", show_default=True,
        zh="文件格式，以逗号分隔。", en="Formats, separated by commas.")  # fmt: skip
@option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    zh="输出目录。",
    en="The folder.",
)
@option(
    "--edition", type=click.IntRange(1), zh="按当时的事件重出某一版。", en="Make an edition of before again."
)
@on
@by
@as_json
def year_report(
    year: int, formats: str, out: Path, edition: int | None, on: date | None, by: str, json_wanted: bool
) -> None:
    """Draft the annual report of the calendar YEAR from the events, check its identities, and make its files.

    An unchanged report is not drafted again; a published one stays, and what changed since becomes a further edition.
    """
    from commands.reports import produce_report

    out.mkdir(parents=True, exist_ok=True)
    with open_desk() as desk:
        made = produce_report(desk, year, out, on or today(), _formats(formats), edition=edition, actor=by)
    if json_wanted:
        say_json(made)
        return
    say(
        f"{year} 年度报告第 {made['edition']} 版（{STATUS[made['status']][0]}），内容摘要 {made['content'][:16]}",
        f"Annual report of {year}, edition {made['edition']} ({STATUS[made['status']][1]}), content {made['content'][:16]}",
    )
    for name in made["files"]:
        click.echo(f"  {out / name}")
    _tell_gaps(made["missing"], made["broken"])


STATUS = {
    "drafted": ("草稿", "draft"),
    "returned": ("审议退回", "sent back"),
    "reviewed": ("审议通过", "passed"),
    "published": ("已公布", "published"),
    "superseded": ("已由更正版代替", "superseded"),
}


def _formats(text: str) -> list[str]:
    from projections.documents.report_files import FORMATS

    chosen = [one.strip().lower() for one in text.split(",") if one.strip()]
    unknown = sorted(set(chosen) - set(FORMATS))
    if unknown or not chosen:
        raise wrong_use(f"--format: {', '.join(unknown) or text!r}; {', '.join(FORMATS)}")
    return chosen


def _tell_gaps(missing: Iterable[str], broken: Iterable[str]) -> None:
    for names, zh, en in (
        (missing, "尚缺依法应披露的资料：", "still lacks: "),
        (broken, "勾稽不平：", "does not add up: "),
    ):
        if names:
            say(zh + "、".join(names), en + ", ".join(names))


# ---------------------------------------------------------------- what becomes of it


@click.group(cls=Group, zh="年度报告：资料、查看、审议、公布。", example="provident report show 2019")
def report() -> None:
    """The annual report: its facts, its figures, the committee's review, publication."""


@report.command(
    cls=Command,
    zh="登记账本无从得知的资料（YAML 文件）：管委会、人员、银行、旧系统累计数、说明文字。",
    example="provident report facts 2019 facts.yaml --source 管委会办公室",
)
@click.argument("year", type=YEAR)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@option("--source", required=True, zh="资料来源。", en="Where the facts come from.")
@on
@by
@as_json
def facts(year: int, file: Path, source: str, on: date | None, by: str, json_wanted: bool) -> None:
    """Record what no event says, from a YAML file: committee, staff, banks, an older system's totals, explanations."""
    import yaml

    try:
        known = yaml.safe_load(file.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise wrong_use(f"{file.name}: {error}") from None
    content = {"on": on or today(), "year": year, "facts": known, "source": source}
    with open_desk() as desk:
        outcome = desk.do("record_report_facts", content, actor=by)
    show_outcome(outcome, json_wanted)


@report.command(
    cls=Command,
    zh="管委会审议草稿：通过（须有决议文号），或退回。",
    example="provident report review 2019 --resolution 管委会〔2020〕1号 --by committee",
)
@click.argument("year", type=YEAR)
@option("--resolution", required=True, zh="决议文号。", en="The resolution.")
@option(
    "--content",
    default="",
    zh="所审议草稿的内容摘要（开头几位即可）。",
    en="The content that was read, or its beginning.",
)
@option("--send-back", "reason", default="", zh="退回及其原因。", en="Send it back, for this reason.")
@on
@by
@as_json
def review(
    year: int, resolution: str, content: str, reason: str, on: date | None, by: str, json_wanted: bool
) -> None:
    """Record the committee's resolution on the draft of YEAR. Nobody reviews what he drafted."""
    given = {"on": on or today(), "year": year, "resolution": resolution, "content": content}
    with open_desk() as desk:
        outcome = desk.do("review_report", given | {"passed": not reason, "reason": reason}, actor=by)
    show_outcome(outcome, json_wanted)


@report.command(
    cls=Command,
    zh="公布审议通过的年度报告；更正版须写明原因，与原版并存。",
    example="provident report publish 2019 --where 中心网站",
)
@click.argument("year", type=YEAR)
@option("--where", required=True, zh="公布于何处。", en="Where it is published.")
@option("--reason", default="", zh="更正版的原因。", en="Why a restated edition is published.")
@on
@by
@as_json
def publish(year: int, where: str, reason: str, on: date | None, by: str, json_wanted: bool) -> None:
    """Publish the report of YEAR that the committee passed, by 31 March of the next year."""
    content = {"on": on or today(), "year": year, "where": where, "reason": reason}
    with open_desk() as desk:
        outcome = desk.do("publish_report", content, actor=by)
    show_outcome(outcome, json_wanted)


@report.command(
    cls=Command,
    zh="查看年度报告的数字、上年对比与勾稽关系；不登记草稿，可按任一日所知。",
    example="provident report show 2019\nprovident report show 2019 --known-on 2020-03-20 --json",
)
@click.argument("year", type=YEAR)
@known_on
@as_json
def show(year: int, known_on: date | None, json_wanted: bool) -> None:
    """Show the figures of YEAR as known on a day, beside those of the year before, and every identity."""
    from projections.views.annual_report import annual_report, known_through

    with open_desk() as desk:
        book = desk.present_book()
        with reading(desk) as connection:
            found = annual_report(connection, book, year, known_through(connection, known_on))
    if json_wanted:
        from projections.documents.report_files import as_json as told

        say_json(told(found))
        return
    show_figures(found)
    click.echo()
    show_identities(found.checked())
    _tell_gaps(found.missing(), found.broken())


@report.command(
    cls=Command,
    zh="追溯年度报告的一个数字：由哪些事件构成，合计必等于该数字。",
    example="provident report trace 2019 withdrawn_rent\nprovident report trace 2019 contributions_corrected --json",
)
@click.argument("year", type=YEAR)
@click.argument("figure")
@known_on
@option(
    "--limit",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    zh="最多列出几笔。",
    en="How many are listed.",
)
@as_json
def trace(year: int, figure: str, known_on: date | None, limit: int, json_wanted: bool) -> None:
    """Show which events FIGURE of YEAR is made of; together they are the figure. ``why`` leads on from each of them."""
    from ledger.refusal import Refusal
    from projections.views.annual_report import FROM_EVENTS, known_through
    from projections.views.report_tally import traced

    if figure not in FROM_EVENTS:
        raise Refusal("report_figure_not_traced", figure=figure, known=", ".join(FROM_EVENTS))
    with open_desk() as desk, reading(desk) as connection:
        found = list(traced(connection, year, figure, known_through(connection, known_on)))
    total = sum(one.amount for one in found)
    if json_wanted:
        say_json({"figure": figure, "total": total, "events": [one._asdict() for one in found]})
        return
    rows = [
        (one.event_id, one.on, one.stream, one.topic.partition("/")[0], _amount(figure, one.amount))
        for one in found[:limit]
    ]
    say_table(words("事件,业务日期,对象,业务,>数额", "Event,Effective,Of,What,>Amount").split(","), rows)
    say(
        f"共 {len(found):,} 个事件，合计 {_amount(figure, total)}；再用 provident why 事件号 追溯依据",
        f"{len(found):,} events, {_amount(figure, total)} together; provident why EVENT leads on from each",
    )


def _amount(figure: str, amount: int) -> str:
    from projections.views.report_lines import COUNT, unit_of

    return f"{amount:,}" if unit_of(figure) == COUNT else format_fen(amount)


def show_figures(found: AnnualReport, sections: Iterable[str] | None = None) -> None:
    """The tables of the report, this year beside the year before."""
    from projections.views.report_lines import SECTIONS

    rows = []
    for section in SECTIONS:
        if sections is not None and section.id not in sections:
            continue
        rows.append((f"【{section.zh}】" if language() == "zh" else f"[{section.en}]", "", "", ""))
        rows += [
            (
                ("  " if line.part else "") + words(line.zh, line.en),
                _shown(found.figures, found.ratios, line.figure),
                _shown(found.prior, found.prior_ratios, line.figure),
                found.ratios.get(f"{line.figure}_growth", ""),
            )
            for line in section.lines
        ]
    heads = words("项目,>{0} 年,>{1} 年,>同比 %", "Line,>{0},>{1},>Growth %").format(
        found.year, found.year - 1
    )
    say_table(heads.split(","), rows)


def _shown(figures: dict[str, int], ratios: dict[str, str], figure: str) -> str:
    from projections.views.report_lines import COUNT, RATIO, unit_of

    if unit_of(figure) == RATIO:
        return ratios.get(figure, "—")
    if figure not in figures:
        return "—"
    return f"{figures[figure]:,}" if unit_of(figure) == COUNT else format_fen(figures[figure])


def show_identities(checked: Iterable[Checked]) -> None:
    """Every identity with its two sides."""
    told = {"holds": words("成立", "holds"), "differs": words("不平", "differs")}
    heads = words("勾稽关系,>左,>右,结果", "Identity,>Left,>Right,Result").split(",")
    rows = [
        (
            words(one.identity.zh, one.identity.en),
            f"{one.printed:,f}",
            one.right(),
            told[one.status],
        )
        for one in checked
        if one.status in told
    ]
    say_table(heads, rows)
