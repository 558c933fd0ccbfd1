"""The lists of subsidies (补贴清册): payment list, publicity list, budget execution, and the account of a programme.

Names come from the person store and only here: a payment list shows the name with a masked number, a publicity list of
persons masks the name as well; a firm is public. File names hold no personal data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from ledger.money import format_fen
from ledger.programmes import Programme, find, offices
from ledger.store.persons import Person, masked_name, masked_number
from projections.documents.listing import Both, Column, Listing
from projections.views.subsidies import (
    Execution,
    Payment,
    ProgrammeYear,
    Standing,
    purse_name,
    round_per_mille,
    stage_due,
)
from projections.views.uplift import Progress

Known = Callable[[Sequence[str]], Mapping[str, Person]]
"""Persons and firms by id; who is unknown is left out."""


def nobody(_: Sequence[str]) -> Mapping[str, Person]:
    """Without a person store lists show ids only."""
    return {}


STATES: Final[Mapping[str, Both]] = {
    "applied": ("审核中", "under review"),
    "sent_back": ("退回补正", "sent back"),
    "approved": ("已批准", "approved"),
    "queued": ("排队待资金", "waiting for money"),
    "planned": ("已列计划", "planned"),
    "paid": ("已拨付", "paid"),
    "ended": ("已终止", "ended"),
    "rejected": ("不予批准", "turned down"),
    "cancelled": ("取消资格", "cancelled"),
}
ORDERS: Final[Mapping[str, Both]] = {
    "": ("", ""),
    "ordered": ("已下达", "ordered"),
    "sent": ("已发送银行", "sent to the bank"),
    "accepted": ("银行已受理", "accepted by the bank"),
    "settled": ("已到账", "settled"),
    "failed": ("支付失败", "failed"),
    "unknown": ("结果未知", "unknown"),
    "returned": ("已退回", "returned"),
    "cancelled": ("已撤销", "cancelled"),
    "set_off": ("抵扣", "set off"),
}
PUBLIC_OBJECTIONS: Final = (
    "公示期内如有异议，请以书面形式向公示单位提出并写明事实和联系方式；公示期满无异议的，按规定程序办理。"
)


def area_name(area: str) -> Both:
    """An area in both languages."""
    known = offices().areas.get(area)
    return (known["zh"], known["en"]) if known else (area, area)


def issuer(role: str, area: str) -> Both:
    """An office as the issuer of a list: a county's with its area."""
    one = offices().roles[role]
    if one.level == "city":
        return one.zh.replace("市", "葫芦岛市", 1), f"{one.en} (Huludao)"
    place = area_name(area) if area and area != "city" else ("", "")
    zh = one.zh.replace("县（市）区", "").replace("政府或开发区管委会", "人民政府（管委会）")
    return (f"{place[0]}{zh}", f"{one.en}, {place[1]}") if place[0] else (one.zh, one.en)


def span(since: date | None, until: date) -> str:
    return f"{since} 至 {until}" if since else f"截至 {until}"


# ---------------------------------------------------------------- payment lists


def payment_listing(
    programme: Programme, found: Sequence[Payment], known: Known, since: date | None, until: date, area: str = ""
) -> Listing:  # fmt: skip
    """The payment list (发放清册): who was paid what for which time, by which order; what was set off apart."""
    people = known(sorted({id_ for one in found for id_ in (one.beneficiary, one.payee)}))
    total_fen = sum(one.amount_fen for one in found)
    set_off_fen = sum(one.set_off_fen for one in found)
    rows = tuple(_payment_row(number, one, people) for number, one in enumerate(found, start=1))
    procedure = offices().procedures[programme.procedure]
    heads = len({one.beneficiary for one in found})
    facts = [
        ("依据", "clause", programme.cite),
        ("地区", "area", area_name(area)[0] if area else "全市"),
        ("笔数", "payments", f"{len(found):,}"),
        ("人数（户数、单位数）", "beneficiaries", f"{heads:,}"),
    ]
    if set_off_fen:
        facts.append(("其中抵扣", "set off", format_fen(set_off_fen)))
    return Listing(
        name=_file_name("payments", programme.id, area, until),
        title=(f"{programme.zh}发放清册", f"Payment list: {programme.en}"),
        issuer=issuer(procedure.pays, area),
        period=span(since, until),
        dated=until,
        columns=_PAYMENT_COLUMNS,
        rows=rows,
        facts=tuple(facts),
        totals=("", "合计 Total", "", "", "", "", total_fen, "", "") if found else (),
        sum=("本次合计", "total", total_fen),
        signatures=(("编制", "prepared"), ("复核", "checked"), ("审批", "approved"), ("单位盖章", "seal")),
    )


_PAYMENT_COLUMNS: Final = (
    Column("序号", "no.", "number", "12mm"),
    Column("姓名或单位", "name", "text", "1fr"),
    Column("证件号码", "identity no.", "text", "36mm"),
    Column("收款账号", "account", "text", "38mm"),
    Column("地区", "area", "text", "22mm"),
    Column("所属期间", "for", "text", "30mm"),
    Column("金额（元）", "amount", "fen", "27mm"),
    Column("付款单", "order", "text", "36mm"),
    Column("状态", "status", "text", "19mm"),
)


def order_label(payment: str) -> str:
    """An order as a list shows it: the list of a roll's run by its month and number, so that it fits its column."""
    if not payment.startswith("rollrun-"):
        return payment
    run, _, version = payment.rpartition(".")
    return f"{run.rpartition('.')[2]} 清册 {int(version) - 1}"


def _payment_row(number: int, one: Payment, people: Mapping[str, Person]) -> tuple[Any, ...]:
    person = people.get(one.beneficiary)
    payee = people.get(one.payee)
    name = person.name if person and person.name else one.beneficiary
    if one.payee != one.beneficiary:
        name += f"（由{payee.name if payee and payee.name else one.payee}代发）"
    return (
        number,
        name,
        masked_number(person.id_number) if person else "",
        masked_number(payee.bank_card) if payee else "",
        area_name(one.area)[0],
        one.period,
        one.amount_fen,
        order_label(one.payment),
        ORDERS.get(one.status, (one.status, one.status))[0],
    )


def _file_name(kind: str, programme: str, area: str, on: date) -> str:
    return "-".join(filter(None, (kind, programme, area, on.isoformat())))


# ---------------------------------------------------------------- publicity


def publicity_listing(
    programme: Programme, found: Sequence[Standing], known: Known, on: date, area: str = ""
) -> Listing:
    """Who is public on a day (拟补助对象公示): persons with masked names, and until when objections are taken in."""
    people = known(sorted({one.state.beneficiary for one in found}))
    procedure = offices().procedures[programme.procedure]
    publicity = procedure.publicity
    rows = tuple(
        (
            number,
            one.grant,
            shown_name(programme, one.state.beneficiary, people),
            area_name(one.state.area)[0],
            one.state.project,
            one.state.period,
            one.state.filed_on.isoformat() if one.state.filed_on else "",
            one.state.publicised_until.isoformat() if one.state.publicised_until else "",
        )
        for number, one in enumerate(found, start=1)
    )
    return Listing(
        name=_file_name("publicity", programme.id, area, on),
        title=(f"{programme.zh}拟补助对象公示", f"For public notice: {programme.en}"),
        issuer=issuer(publicity.role if publicity else procedure.approves, area),
        period=on.isoformat(),
        dated=on,
        columns=(
            Column("序号", "no.", "number", "12mm"),
            Column("申报编号", "application", "text", "40mm"),
            Column("姓名或单位", "name", "text", "1fr"),
            Column("地区", "area", "text", "26mm"),
            Column("项目", "project", "text", "36mm"),
            Column("所属期间", "for", "text", "32mm"),
            Column("申报日期", "filed on", "text", "26mm"),
            Column("公示截止", "public until", "text", "26mm"),
        ),
        rows=rows,
        facts=(
            ("依据", "clause", publicity.clause if publicity else programme.cite),
            ("地区", "area", area_name(area)[0] if area else "全市"),
            ("对象数", "applicants", f"{len(found):,}"),
        ),
        notes=(PUBLIC_OBJECTIONS,),
        signatures=(("公示单位（盖章）", "seal"), ("公示日期", "date")),
    )


def results_listing(
    found: Sequence[Standing], known: Known, since: date, until: date, area: str = "", programme: str = ""
) -> Listing:
    """What became of applications (办件公示): masked names, where each stands and what was granted."""
    people = known(sorted({one.state.beneficiary for one in found}))
    rows = tuple(
        (
            number,
            one.grant,
            find(one.state.programme).zh,
            shown_name(find(one.state.programme), one.state.beneficiary, people),
            area_name(one.state.area)[0],
            one.state.filed_on.isoformat() if one.state.filed_on else "",
            STATES[one.state.status][0],
            one.state.since.isoformat() if one.state.since else "",
            one.state.amount_fen or None,
        )
        for number, one in enumerate(found, start=1)
    )
    granted_fen = sum(one.state.amount_fen for one in found)
    return Listing(
        name=_file_name("results", programme, area, until),
        title=("补贴办件公示", "Applications and what became of them"),
        issuer=("葫芦岛市人民政府", "Huludao City Government"),
        period=span(since, until),
        dated=until,
        columns=(
            Column("序号", "no.", "number", "12mm"),
            Column("申报编号", "application", "text", "36mm"),
            Column("补贴项目", "programme", "text", "1fr"),
            Column("姓名或单位", "name", "text", "44mm"),
            Column("地区", "area", "text", "24mm"),
            Column("受理日期", "filed on", "text", "22mm"),
            Column("办理状态", "status", "text", "24mm"),
            Column("状态日期", "since", "text", "22mm"),
            Column("批准金额（元）", "granted", "fen", "28mm"),
        ),
        rows=rows,
        facts=(
            ("依据", "clause", "葫政发〔2019〕10号 二（二）8"),
            ("地区", "area", area_name(area)[0] if area else "全市"),
            ("办件数", "applications", f"{len(found):,}"),
        ),
        totals=("", "合计 Total", "", "", "", "", "", "", granted_fen) if found else (),
    )


def shown_name(programme: Programme, beneficiary: str, people: Mapping[str, Person]) -> str:
    """A beneficiary on a public list: a person masked (王**), a firm by its name; without a name its id, a person's
    pseudonym never."""
    person = people.get(beneficiary)
    if programme.beneficiary in ("person", "household"):
        return masked_name(person.name) if person and person.name else "—"
    return person.name if person and person.name else beneficiary


# ---------------------------------------------------------------- budgets and accounts


def execution_listing(found: Sequence[Execution], as_of: date, year: int = 0, area: str = "") -> Listing:
    """Budget execution by purse and area (预算执行情况表)."""
    spent_fen = sum(one.spent for one in found)
    rows = tuple(
        (purse_name(one.purse)["zh"], str(one.year), area_name(one.area)[0], *_amounts(one), _progress(one))
        for one in found
    )
    sums = [sum(column) for column in zip(*map(_amounts, found), strict=True)]
    return Listing(
        name=_file_name("execution", str(year or ""), area, as_of),
        title=("补贴资金预算执行情况表", "Execution of the subsidy budgets"),
        issuer=("葫芦岛市财政局", "Finance Bureau of Huludao City"),
        period=span(None, as_of),
        dated=as_of,
        columns=(
            Column("资金", "purse", "text", "1fr"),
            Column("年度", "year", "text", "12mm"),
            Column("地区", "area", "text", "22mm"),
            Column("年初预算", "voted", "fen", "28mm"),
            Column("调增调减", "raised, cut", "fen", "26mm"),
            Column("已上缴", "returned", "fen", "25mm"),
            Column("可用指标", "disposable", "fen", "28mm"),
            Column("已列计划未付", "set aside", "fen", "27mm"),
            Column("已支出", "spent", "fen", "28mm"),
            Column("余额", "left", "fen", "27mm"),
            Column("进度", "%", "figure", "14mm"),
        ),
        rows=rows,
        facts=(
            ("年度", "year", str(year or "全部")),
            ("地区", "area", area_name(area)[0] if area else "全市"),
        ),
        totals=("合计 Total", "", "", *sums, "") if rows else (),
        sum=("支出合计", "spent in all", spent_fen),
        notes=("可用指标＝年初预算＋调增－调减－未支出而上缴；进度＝已支出÷可用指标。",),
        signatures=(("编制", "prepared"), ("复核", "checked"), ("负责人", "head")),
    )


def _amounts(one: Execution) -> tuple[int, ...]:
    changed = one.raised - one.cut
    return (
        one.voted, changed, one.returned_unspent, one.disposable_fen, one.waiting_fen, one.spent, one.left_fen
    )  # fmt: skip


def _progress(one: Execution) -> str:
    return "—" if one.progress is None else f"{one.progress}%"


def account_listing(found: ProgrammeYear, as_of: date) -> Listing:
    """The yearly account of a programme (年度决算表): its money by area, then what came of it."""
    programme = find(found.programme)
    procedure = offices().procedures[programme.procedure]
    rows = [_account_row(area_name(one.area)[0], one) for one in found.budgets]
    sums = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    others = [find(one).zh for one in found.purse_programmes if one != found.programme]
    notes = (
        [f"本项目与{'、'.join(others)}共用资金，上表为该资金全部，本项目发放见上方数字。"] if others else []
    )
    if not found.adds_up:
        notes.append(
            "预算支出与按付款日统计的发放额之差为跨年度支付："
            f"{format_fen(found.total('spent') - found.purse_paid_fen)} 元。"
        )
    return Listing(
        name=f"account-{found.programme}-{found.year}-{as_of}",
        title=(f"{programme.zh}{found.year}年度决算表", f"Account of {found.year}: {programme.en}"),
        issuer=issuer(procedure.pays, "city"),
        period=f"{found.year} 年度（{span(None, as_of)}）",
        dated=as_of,
        columns=(
            Column("地区", "area", "text", "1fr"),
            Column("年初预算", "voted", "fen", "29mm"),
            Column("调增", "raised", "fen", "27mm"),
            Column("调减", "cut", "fen", "27mm"),
            Column("支出", "spent", "fen", "29mm"),
            Column("结余", "left", "fen", "27mm"),
            Column("上缴结余", "returned unspent", "fen", "27mm"),
            Column("收回资金", "recovered", "fen", "27mm"),
            Column("上缴收回", "returned recovered", "fen", "27mm"),
        ),
        rows=tuple(rows),
        facts=(
            ("依据", "clause", programme.cite),
            ("发放人数（单位数）", "beneficiaries", f"{found.persons:,}"),
            ("案件数", "cases", f"{found.cases:,}"),
            ("付款笔数", "payments", f"{found.payments:,}"),
            ("追回要求", "demanded back", format_fen(found.reclaimed_fen)),
        ),
        totals=("合计 Total", *sums) if rows else (),
        sum=("本项目全年发放", "paid by this programme", found.paid_fen),
        notes=tuple(notes),
        signatures=(("编制", "prepared"), ("复核", "checked"), ("负责人", "head"), ("单位盖章", "seal")),
    )


def _account_row(place: str, one: Execution) -> tuple[Any, ...]:
    return (
        place, one.voted, one.raised, one.cut, one.spent, one.left_fen, one.returned_unspent, one.recovered,
        one.returned_recovered,
    )  # fmt: skip


def uplift_listing(
    area: str, due_on: date, found: Sequence[Progress], published_on: date | None, reported_on: str
) -> Listing:
    """A county's report on the raise of the standards (提标工作进展报告), for the 10th or the 25th."""
    rows = tuple(
        (
            find(one.programme).zh,
            one.entries,
            one.persons,
            one.assessed,
            _share(one.assessed, one.entries),
            one.monthly_fen,
            one.voted_fen,
            one.paid_fen,
        )
        for one in found
    )
    assessed, entries = sum(one.assessed for one in found), sum(one.entries for one in found)
    sums = (entries, sum(one.persons for one in found), assessed, _share(assessed, entries))
    money = tuple(
        sum(getattr(one, name) for one in found) for name in ("monthly_fen", "voted_fen", "paid_fen")
    )
    place = area_name(area)
    return Listing(
        name=f"uplift-{area}-{due_on}",
        title=("提高救助保障标准工作进展情况报告", "Progress with the raise of the standards"),
        issuer=(f"{place[0]}民政部门", f"Civil affairs, {place[1]}"),
        period=f"{due_on} 报告",
        dated=due_on,
        columns=(
            Column("项目", "roll", "text", "1fr"),
            Column("在册（户、人）", "entries", "number", "26mm"),
            Column("保障人数", "persons", "number", "22mm"),
            Column("已按新标准核定", "assessed", "number", "28mm"),
            Column("核定进度", "%", "figure", "20mm"),
            Column("月所需资金", "a month", "fen", "30mm"),
            Column("本年预算", "voted", "fen", "32mm"),
            Column("已发放", "paid", "fen", "32mm"),
        ),
        rows=rows,
        facts=(
            ("依据", "clause", "葫政办发〔2019〕55号 四（三）"),
            ("报送", "to", "葫芦岛市民政局"),
            ("新标准公布日", "published on", published_on.isoformat() if published_on else "尚未公布"),
            ("报送日", "reported on", reported_on or "尚未报送"),
        ),
        totals=("合计 Total", *sums, *money) if rows else (),
        sum=("月所需资金合计", "needed each month", money[0]),
        signatures=(("填报", "prepared"), ("审核", "checked"), ("负责人", "head"), ("单位盖章", "seal")),
    )


def _share(part: int, whole: int) -> str:
    tenths = round_per_mille(part, whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10}%" if whole else "—"


def states_of(found: Iterable[Standing]) -> dict[str, tuple[int, int, int]]:
    """For each state how many grants stand in it, what was granted to them, and the oldest's age in days."""
    told: dict[str, tuple[int, int, int]] = {}
    for one in found:
        count, fen, age = told.get(one.state.status, (0, 0, 0))
        told[one.state.status] = (count + 1, fen + one.state.amount_fen, max(age, one.age_days))
    return told


def waits_for(state_of: Standing) -> Both:
    """What an application waits for, in both languages."""
    step = stage_due(state_of.state)
    if not step:
        return "", ""
    named = {
        "publicity": ("公示", "publicity"),
        "objection": ("处理异议", "decision on the objection"),
        "approval": ("审批", "approval"),
    }
    if step in named:
        return named[step]
    procedure = offices().procedures[find(state_of.state.programme).procedure]
    stage = next(one for one in procedure.stages if one.id == step)
    return stage.zh, stage.en
