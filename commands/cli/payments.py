"""``provident payments``: orders on their way to the bank and back, and what does not match, with its age."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from commands.bank.gateway import SHARED, SHARED_VARIABLE
from commands.cli.doing import by
from commands.cli.opening import open_desk, reading, today
from commands.cli.output import (
    Group,
    as_json,
    day,
    language,
    option,
    say,
    say_json,
    say_table,
    words,
)
from ledger.money import format_fen

on = option("--on", type=day, zh="业务日期，默认今天。", en="The value date, today by default.")
folder = option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=SHARED,
    envvar=SHARED_VARIABLE,
    show_default=True,
    zh="与银行交换文件的文件夹：bank.yaml 列出本中心账户，out 为发出，in 为收到，done 为已读（或变量 PROVIDENT_BANK）。",
    en="The folder shared with the bank: bank.yaml names the centre's accounts, out goes to it, in comes from it"
    " (or the variable PROVIDENT_BANK).",
)
_NAMED_MAX = 20
"""Orders that were left out and are named; ``provident payments list`` has them all."""

PURSES = click.Choice(["fund", "result", "subsidy"])


@click.group(
    cls=Group, zh="划款：指令、银行批次、回执与对账。", example="provident payments list --status unknown"
)
def payments() -> None:
    """Payment orders: sent to the bank in batches, answered, asked about, reconciled."""


@payments.command("list", zh="划款指令及其账龄。", example="provident payments list --status unknown --json")
@option(
    "--status",
    type=click.Choice(
        ["ordered", "sent", "accepted", "unknown", "settled", "failed", "returned", "cancelled"]
    ),
    zh="只看该状态。",
    en="Only those that stand so.",
)
@option("--batch", default="", metavar="BATCH", zh="只看该批次。", en="Only those of a batch.")
@option("--purse", type=PURSES, zh="只看该专户。", en="Only those of a purse.")
@on
@as_json
def show_list(status: str | None, batch: str, purse: str | None, on: date | None, json_wanted: bool) -> None:
    """List payment orders with where they stand and for how many days."""
    from projections.views.payments import orders

    with open_desk() as desk, reading(desk) as connection:
        rows = orders(connection, on or today(), status=status or "", batch=batch, purse=purse or "")
    if json_wanted:
        say_json([one._asdict() for one in rows])
        return
    show_orders(rows)


def show_orders(rows: list[Any]) -> None:
    """Orders as a table."""
    from projections.views.payments import STATUS

    if not rows:
        say("没有划款指令", "There are no payment orders")
        return
    heads = words(
        "指令,状态,专户,收款人,>金额,指令日,>账龄（天）,批次,>次数",
        "Order,Standing,Purse,Payee,>Amount,Ordered,>Days,Batch,>Tries",
    )
    say_table(
        heads.split(","),
        [
            (
                one.payment,
                words(*STATUS[one.status]),
                one.purse,
                one.payee,
                format_fen(one.amount_fen),
                one.ordered_on,
                one.age_days,
                one.batch,
                one.attempt or "",
            )
            for one in rows
        ],
    )


@payments.command("show", zh="一条划款指令的经过。", example="provident payments show A1.3")
@click.argument("payment")
@as_json
def show(payment: str, json_wanted: bool) -> None:
    """Show one order: where it stands, and everything that happened to it."""
    from ledger.refusal import Refusal
    from projections.views.payments import orders
    from projections.views.words import sentence

    with open_desk() as desk, reading(desk) as connection:
        found = [one for one in orders(connection, today()) if one.payment == payment]
        history = desk.ledger.stream(f"payment-{payment}", connection)
    if not found:
        raise Refusal("payment_unknown", payment=payment)
    events = [(one.body.effective_on, one.id, sentence(one.body, language())) for one in history]
    if json_wanted:
        rows = [{"on": day, "event": event, "what": what} for day, event, what in events]
        say_json({**found[0]._asdict(), "events": rows})
        return
    show_orders(found)
    say_table(words("日期,>事件,经过", "Day,>Event,What").split(","), events)


@payments.command(
    "send",
    zh="发送一批：由一人经办、另一人审批；同一批次再发一次，文件逐字节相同。",
    example="provident payments send B20190802 --by clerk --approved-by treasurer --dir bank",
)
@click.argument("batch")
@option(
    "--purse", type=PURSES, default="fund", show_default=True, zh="由哪个专户支付。", en="Which purse pays."
)
@by
@option("--approved-by", default="", metavar="NAME", zh="审批人。", en="Who approves.")
@option(
    "--leave-out/--all-or-none",
    default=True,
    zh="收款账户不全的列出并先不发（默认）；--all-or-none 则全部不发。",
    en="Name payees without an account on file and send the others (the default), or send nothing.",
)
@folder
@on
@as_json
def send(
    batch: str,
    purse: str,
    by: str,
    approved_by: str,
    leave_out: bool,
    folder: Path,
    on: date | None,
    json_wanted: bool,
) -> None:
    """Send what stands to be paid as one batch (pain.001). Sent again under the same id it is the same file."""
    from commands.bank.files import FileGateway
    from commands.payments import release
    from ledger.store.persons import open_person_store

    with open_desk() as desk:
        people = open_person_store(desk.ledger.database)
        sent = release(
            desk, FileGateway(folder), people, batch, on or today(),
            purse=purse, actor=by, approver=approved_by, leave_out=leave_out,
        )  # fmt: skip
    if json_wanted:
        say_json(sent)
        return
    amount = format_fen(sent["amount_fen"])
    say(
        f"批次 {batch}：{sent['count']} 笔，{amount} 元", f"Batch {batch}: {sent['count']} payments, {amount}"
    )
    if left_out := sent["left_out"]:
        shown = ", ".join(left_out[:_NAMED_MAX]) + " …" * (len(left_out) > _NAMED_MAX)
        say(
            f"未发 {len(left_out)} 笔，收款人没有户名或账号：{shown}",
            f"{len(left_out)} left out, their payees have no name or account on file: {shown}",
        )


@payments.command(
    "batch",
    zh="代发清册：一个批次逐人的金额与结果（已付、失败、未明），账号隐去中段。",
    example="provident payments batch B20190802 --format csv --out lists",
)
@click.argument("batch")
@option(
    "--format",
    "formats",
    default="pdf,xlsx",
    show_default=True,
    metavar="LIST",
    zh="文件格式。",
    en="Formats of the files.",
)
@option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    zh="文件所在文件夹；不写则只显示。",
    en="The folder for the files; without it the answer is only shown.",
)
@as_json
def show_batch(batch: str, formats: str, out: Path | None, json_wanted: bool) -> None:
    """Show what BATCH paid, person by person, and what became of each line; make its list."""
    from commands.cli.subsidies import asking, tell_files, write_files
    from projections.documents.batch_list import batch_listing, standing, state_of
    from projections.views.payments import batch_lines

    with asking(names=True) as asked:
        recorded, lines = batch_lines(asked.connection, batch)
        listing = batch_listing(batch, recorded, lines, asked.known)
    files = write_files(listing, formats, out)
    if json_wanted:
        rows = [one._asdict() for one in lines]
        told = {"batch": batch, "count": recorded.count, "amount_fen": recorded.amount_fen, "lines": rows}
        say_json(told | {"code": listing.code, "files": files})
        return
    heads = words("指令,收款人,>金额,端到端编号,结果,原因", "Order,Payee,>Amount,End-to-end id,Result,Reason")
    say_table(
        heads.split(","),
        [
            (
                one.payment,
                one.payee,
                format_fen(one.amount_fen),
                one.end_to_end,
                words(*state_of(one)),
                one.reason,
            )
            for one in lines
        ],
    )
    for state, text in standing(lines):
        say(f"{state[0]}：{text}", f"{state[1]}: {text}")
    tell_files(files)


@payments.command(
    "receive", zh="收取银行回执与流水，并对账。", example="provident payments receive --dir bank"
)
@by
@folder
@on
@as_json
def receive(by: str, folder: Path, on: date | None, json_wanted: bool) -> None:
    """Take in what the bank sent (pain.002, camt.053, camt.054) and match it. What came before changes nothing."""
    from commands.bank.files import FileGateway
    from commands.payments import receive as take_in
    from ledger.store.persons import open_person_store

    with open_desk() as desk:
        people = open_person_store(desk.ledger.database)
        taken = take_in(desk, FileGateway(folder), people, on or today(), actor=by)
    if json_wanted:
        say_json(taken)
        return
    say(
        f"报文 {taken['messages']}：已付 {taken['settled']}、失败 {taken['failed']}、受理 {taken['accepted']}，"
        f"流水 {taken['lines']} 条，不符 {taken['refused']}，未达 {len(taken['open'])}",
        f"{taken['messages']} messages: {taken['settled']} settled, {taken['failed']} failed, {taken['accepted']}"
        f" accepted, {taken['lines']} lines, {taken['refused']} fit nothing, {len(taken['open'])} lines open",
    )


@payments.command(
    "ask", zh="查询银行无结果的指令；只问，不推断。", example="provident payments ask --days 2 --dir bank"
)
@option(
    "--days",
    type=click.IntRange(0, 365),
    default=1,
    show_default=True,
    zh="无结果的天数。",
    en="Days of silence.",
)
@by
@folder
@on
@as_json
def ask(days: int, by: str, folder: Path, on: date | None, json_wanted: bool) -> None:
    """Ask the bank about orders on which it has been silent. Nothing is concluded from its silence."""
    from commands.bank.files import FileGateway
    from commands.payments import ask as ask_again

    with open_desk() as desk:
        asked = ask_again(desk, FileGateway(folder), on or today(), actor=by, after_days=days)
    if json_wanted:
        say_json(asked)
        return
    say(f"已查询 {asked['asked']} 笔", f"Asked about {asked['asked']} orders")


@payments.command(
    "reconcile",
    zh="三方对账：指令、银行流水、账面；列出不符及账龄。",
    example="provident payments reconcile --purse fund",
)
@option("--purse", type=PURSES, zh="只看该专户。", en="Only this purse.")
@option("--look-only", is_flag=True, zh="只看，不勾对。", en="Look only, match nothing.")
@by
@on
@as_json
def reconcile(purse: str | None, look_only: bool, by: str, on: date | None, json_wanted: bool) -> None:
    """Match open lines, then show order, bank line and book side by side, and what does not match with its age."""
    from projections.views.payments import differences, standings

    on = on or today()
    with open_desk() as desk:
        if not look_only:
            desk.do("reconcile", {"on": on, "purse": purse or ""}, actor=by)
        with reading(desk) as connection:
            rows = differences(connection, on, purse or "")
            stand = [one for one in standings(connection) if purse in (None, one.purse)]
    if json_wanted:
        say_json(
            {"standings": [one._asdict() for one in stand], "differences": [one._asdict() for one in rows]}
        )
        return
    show_standings(stand)
    show_differences(rows)


def show_standings(stand: list[Any]) -> None:
    """The purses three ways, as a table."""
    heads = words(
        "专户,>账面,>在途,>流水未达（收）,>流水未达（付）,>银行余额应为,>退汇留存",
        "Purse,>Books,>In transit,>Lines open (in),>Lines open (out),>Bank has,>Held for payees",
    )
    say_table(heads.split(","), [(one[0], *map(format_fen, one[1:])) for one in stand])


def show_differences(rows: list[Any]) -> None:
    """What does not match, as a table."""
    if not rows:
        say("指令、流水、账面三方相符", "Orders, bank lines and books agree")
        return
    heads = words("不符,对象,专户,>金额,自,>账龄（天）", "What,Subject,Purse,>Amount,Since,>Days")
    chinese = language() == "zh"
    say_table(
        heads.split(","),
        [
            (
                one.zh if chinese else one.en,
                one.subject,
                one.purse,
                format_fen(one.amount_fen),
                one.since,
                one.age_days,
            )
            for one in rows
        ],
    )


@payments.command(
    "payee",
    zh="登记单位等收款人的户名和账号；存于个人信息库，不进账本。",
    example="provident payments payee E00001 --name 某单位 --account 2107000000001",
)
@click.argument("payee")
@option("--name", required=True, metavar="NAME", zh="户名。", en="The holder's name.")
@option("--account", required=True, metavar="NUMBER", zh="账号。", en="The account number.")
@as_json
def payee(payee: str, name: str, account: str, json_wanted: bool) -> None:
    """Put name and account of a payee on file, sealed in the person store; the ledger only knows the id."""
    from ledger.store.persons import Person, masked_number, open_person_store
    from ledger.streams.base import check_id

    with open_desk() as desk:
        people = open_person_store(desk.ledger.database)
        check_id(payee, "payee")
        with desk.ledger.database.writing() as connection:
            people.add(connection, {payee: Person(name=name, bank_card=account)})
    if json_wanted:
        say_json({"payee": payee})
        return
    say(f"{payee}：{masked_number(account)}", f"{payee}: {masked_number(account)}")


@payments.command(
    "deduct",
    zh="批量扣款：把当日应还贷款的扣款文件交给银行。",
    example="provident payments deduct D201909 --mode full --form text --dir bank",
)
@click.argument("batch")
@option(
    "--mode",
    type=click.Choice(["full", "available"]),
    default="full",
    show_default=True,
    zh="full 足额，available 全额（有多少扣多少）。",
    en="full takes all or nothing, available what there is.",
)
@option(
    "--form",
    type=click.Choice(["text", "pain.008"]),
    default="text",
    show_default=True,
    zh="文件格式：text 为 GB18030、以 @|$ 分隔。",
    en="text is GB18030 with fields apart by @|$.",
)
@by
@folder
@on
@as_json
def deduct(
    batch: str, mode: str, form: str, by: str, folder: Path, on: date | None, json_wanted: bool
) -> None:
    """Ask the bank to collect what loans owe on the day. A loan whose last deduction is open is left out."""
    from commands.bank.files import FileGateway
    from commands.deductions import send as send_file
    from ledger.store.persons import open_person_store

    with open_desk() as desk:
        people = open_person_store(desk.ledger.database)
        day = on or today()
        sent = send_file(desk, FileGateway(folder), people, batch, day, mode=mode, form=form, actor=by)
    if json_wanted:
        say_json(sent)
        return
    amount = format_fen(sent["amount_fen"])
    say(f"批次 {batch}：{sent['count']} 笔，{amount} 元", f"Batch {batch}: {sent['count']} loans, {amount}")


@payments.command(
    "deducted", zh="登记扣款结果文件。", example="provident payments deducted result.txt --on 2019-09-16"
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@by
@on
@as_json
def deducted(file: Path, by: str, on: date | None, json_wanted: bool) -> None:
    """Take a result file in: what was collected repays its loans. The same file twice changes nothing."""
    from commands.deductions import receive as take_in

    with open_desk() as desk:
        taken = take_in(desk, file, on or today(), actor=by)
    if json_wanted:
        say_json(taken)
        return
    say(
        f"已扣 {taken['done']}、失败 {taken['failed']}、未明 {taken['unknown']}、不符 {taken['refused']}",
        f"{taken['done']} collected, {taken['failed']} failed, {taken['unknown']} unknown, {taken['refused']} refused",
    )
