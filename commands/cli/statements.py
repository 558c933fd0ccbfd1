"""``provident year statements`` and ``provident statement verify``: statements of a year, and whether one is genuine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.cli.doing import by
from commands.cli.opening import open_desk, today
from commands.cli.output import (
    FAILED,
    REFUSED,
    Command,
    Group,
    as_json,
    language,
    option,
    progress,
    say,
    say_json,
    show_refusal,
    words,
    wrong_use,
)
from ledger.money import format_fen

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from projections.documents.genuine import Verdict
    from projections.documents.signing import Signer

PASSPHRASE_VARIABLE = "PROVIDENT_SIGNING_PASSPHRASE"


@click.command(
    "statements",
    cls=Command,
    zh="出对账单：每个单位一份总单、分户清单与职工个人对账单；中断后再次运行即接续，重复运行得到同样的文件。",
    example="provident year statements 2020 --out statements\n"
    "provident year statements 2020 --employer E001 --format pdf,xlsx --out statements",
)
@click.argument("year", type=click.IntRange(1999, 2200))
@option("--employer", "employers", multiple=True, zh="只出这些单位。", en="Only these employers.")
@option(
    "--format",
    "formats",
    default="pdf,xlsx,csv,json",
    show_default=True,
    zh="文件格式，以逗号分隔。",
    en="Formats, separated by commas.",
)
@option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    zh="输出目录。",
    en="The folder.",
)
@option(
    "--processes",
    type=click.IntRange(1, 64),
    default=lambda: min(os.cpu_count() or 1, 8),
    show_default=False,
    zh="进程数（默认与处理器数相同）。",
    en="Processes (by default as many as processors).",
)
@option(
    "--edition",
    type=click.IntRange(1),
    zh="按当时的事件重出某一版（默认出最新一版）。",
    en="Make an edition of before again as it was (by default the newest).",
)
@option(
    "--sign",
    "key",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    zh=f"用中心的密钥（PKCS#12 或 PEM）为 PDF 加签副本；口令取自 {PASSPHRASE_VARIABLE}。",
    en=f"Sign a copy of each PDF with the centre's key (PKCS#12 or PEM); passphrase in {PASSPHRASE_VARIABLE}.",
)
@by
@as_json
def statements(
    year: int,
    employers: tuple[str, ...],
    formats: str,
    out: Path,
    processes: int,
    edition: int | None,
    key: Path | None,
    by: str,
    json_wanted: bool,
) -> None:
    """Produce the statements of YEAR, named by the year it starts in: PDF, XLSX, CSV and JSON for every employer.

    What is there with its recorded digest is left alone. A signed copy stands beside the unsigned file.
    """
    from commands.statements import produce

    chosen = _formats(formats)
    signer = _signer(key) if key else None
    out.mkdir(parents=True, exist_ok=True)
    with open_desk() as desk, progress("出对账单", "statements") as advance:
        result = produce(
            desk,
            year,
            out,
            today(),
            employers=employers,
            formats=chosen,
            processes=1 if desk.ledger.database.in_memory or len(employers) == 1 else processes,
            edition=edition,
            actor=by,
            tell=lambda done, total: advance(done),
            signer=signer,
        )
    if json_wanted:
        refused = [one.as_json(language()) for one in result.refused]
        say_json({**result._asdict(), "refused": refused, "folder": str(out)})
    else:
        say(
            f"{year} 年度对账单：{result.employers} 个单位，{result.accounts} 户；新出 {result.made} 个文件，"
            f"原有 {result.kept} 个，新登记 {result.issued} 版；目录 {out}",
            f"Statements of fund year {year}: {result.employers} employers, {result.accounts} accounts; {result.made} "
            f"files made, {result.kept} were there, {result.issued} editions issued; in {out}",
        )
        for refused_one in result.refused:
            show_refusal(refused_one, as_json=False)
    if result.refused:
        click.get_current_context().exit(REFUSED)


def _formats(text: str) -> list[str]:
    from projections.documents.rendering import FORMATS

    chosen = [one.strip().lower() for one in text.split(",") if one.strip()]
    unknown = sorted(set(chosen) - set(FORMATS))
    if unknown or not chosen:
        raise wrong_use(f"--format: {', '.join(unknown) or text!r}; {', '.join(FORMATS)}")
    return chosen


def _signer(key: Path) -> Signer:
    from projections.documents.signing import software_signer

    return software_signer(key, os.environ.get(PASSPHRASE_VARIABLE, ""))


# ---------------------------------------------------------------- genuine or not


@click.group(cls=Group, zh="对账单：核验真伪。")
def statement() -> None:
    """Statements: is one genuine?"""


@statement.command(
    zh="核验文件或核验码：真实、已被更正后的对账单代替、被改动过，或不是本账本的文书。",
    example="provident statement verify E001-2020-statement.pdf\n"
    "provident statement verify --code 2020/E001/73F6-BGFJ-ZW7I-DLOX",
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@option("--code", zh="对账单上的核验码（全文）。", en="The verification code as it stands on the statement.")
@as_json
def verify(file: Path | None, code: str | None, json_wanted: bool) -> None:
    """Tell whether FILE, or what bears a code, is genuine, superseded (and by what), altered, or unknown here.

    Exit code 0 for genuine and superseded, 4 for altered and unknown.
    """
    from projections.documents.genuine import GENUINE

    if (file is None) == (code is None):
        raise wrong_use(words("文件与 --code 任选其一", "give either a file or --code"))
    with open_desk() as desk, desk.ledger.database.reading() as connection:
        verdict = _verdict(connection, file or Path(), code)
    if json_wanted:
        say_json(verdict.as_json())
    else:
        _tell(verdict)
    if verdict.status not in GENUINE:
        click.get_current_context().exit(FAILED)


def _verdict(connection: Connection, file: Path, code: str | None) -> Verdict:
    """What a statement is, or else an annual report."""
    from projections.documents.genuine import verify_code, verify_file
    from projections.documents.genuine_report import verify_report_code, verify_report_file
    from projections.documents.reference import parse_reference

    verdict = verify_code(connection, code) if code else verify_file(connection, file)
    if verdict.status != "unknown":
        return verdict
    return (
        verify_report_code(connection, parse_reference(code))
        if code
        else verify_report_file(connection, file)
    )


def _tell(verdict: Verdict) -> None:
    from projections.documents.report_pages import REPORT

    zh, en = (_REPORT_VERDICTS if verdict.employer == REPORT else _VERDICTS)[verdict.status]
    facts: dict[str, Any] = verdict._asdict()
    say(zh.format_map(facts), en.format_map(facts))
    if verdict.signed:
        say("签章副本", "a signed copy")
    if verdict.why:
        why = verdict.why
        events = "、".join(f"#{one}" for one in why.events[:10])
        say(
            f"代替的原因：此后记账的 {why.event_count} 个事件（{events}）",
            f"because of {why.event_count} events recorded since: {events.replace('、', ', ')}",
        )
        for name, fen in why.changed.items():
            say(f"  {_name(name)} {'+' if fen > 0 else ''}{format_fen(fen)}")


def _name(figure: str) -> str:
    from projections.documents.statement_pages import NAMES

    zh, _, en = NAMES[figure].partition(" ")
    return words(zh, en)


_VERDICTS = {
    "genuine": (
        "真实：单位 {employer} {year} 年度对账单第 {edition} 版，现行有效",
        "Genuine: employer {employer}, fund year {year}, edition {edition}, which stands",
    ),
    "superseded": (
        "真实，但已被代替：单位 {employer} {year} 年度对账单第 {edition} 版，现行为第 {newest} 版",
        "Genuine but superseded: employer {employer}, fund year {year}, edition {edition}; edition {newest} stands",
    ),
    "altered": (
        "与登记不符：自称单位 {employer} {year} 年度对账单，内容被改动过或从未签发",
        "Altered: it says it is of employer {employer}, fund year {year}, and is not what was issued",
    ),
    "unknown": ("不是本账本签发的文书", "Not a document of this ledger"),
}

_REPORT_VERDICTS = _VERDICTS | {
    "genuine": (
        "真实：{year} 年年度报告第 {edition} 版，与登记一致",
        "Genuine: annual report of {year}, edition {edition}, as it is on record",
    ),
    "superseded": (
        "真实，但已被代替：{year} 年年度报告第 {edition} 版，现行为第 {newest} 版",
        "Genuine but superseded: annual report of {year}, edition {edition}; edition {newest} stands",
    ),
    "altered": (
        "与登记不符：自称 {year} 年年度报告，内容被改动过或不是登记的版本",
        "Altered: it says it is the annual report of {year}, and is not what is on record",
    ),
}
