"""Commands about a grant on its way: application, reviews, publicity, approval and plan.

Who reviews in which order, how long it is public and what it comes to is the programme's data (``ledger.programmes``).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from commands.grants.amounts import decide_amount, read_facts, reduced
from commands.grants.bounds import require_bounds, require_within_most
from commands.grants.exclusions import paid_elsewhere_fen
from commands.grants.held import look_alikes
from commands.grants.offices import check_area, planner_of, procedure_of, require_office, require_one_of
from commands.handlers.registry import Work, command
from commands.schemas import subsidies as schemas
from ledger.dates import days_after
from ledger.programmes import Programme, find
from ledger.programmes.periods import months_of
from ledger.refusal import LineRefusal, Refusal
from ledger.streams import grant as grants
from ledger.streams.grant import Grant

ONE_FORM = "葫政发〔2019〕10号 二（三）13、14"
REVIEWS = "葫政办发〔2019〕56号 第一章第九、十条、第三章第八条；葫政发〔2019〕10号 二（二）8"
PUBLICITY = "葫政办发〔2019〕56号 第三章第八条2"


@command("apply_grant", schemas.ApplyGrant, clause=ONE_FORM, zh="申报补贴")
def apply_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes an application to a programme in, with the facts and documents that it asks for.

    Refuses what is no programme (with its reason), what is paid by roll, and a day outside the programme's time.
    """
    grant, on = given["grant"], given["on"]
    programme = _programme_for(given["programme"], on)
    facts = read_facts(programme, given["facts"], on)
    _require_documents(programme, given["documents"])
    payee = given["payee"] or given["beneficiary"]
    if payee != given["beneficiary"] and not programme.agent:
        raise Refusal("payee_is_another", programme.cite, programme=programme.zh, payee=payee)
    applied = grants.Applied(
        effective_on=on,
        programme=programme.id,
        beneficiary=given["beneficiary"],
        payee=payee,
        area=check_area(given["area"]),
        by=work.actor,
        period=given["period"],
        months=months_of(programme, facts, given["period"], on),
        project=given["project"],
        facts=facts,
        documents=tuple(sorted(given["documents"])),
        channel=given["channel"],
    )
    work.add("grant", grant, grants.apply(work.uow.state("grant", grant), grant, applied))
    return {"grant": grant, "programme": programme.id, "months": list(applied.months)}


@command("apply_grants", schemas.ApplyGrants, clause=ONE_FORM, zh="批量申报补贴")
def apply_grants(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes a list of applications to one programme in: all or none, or with ``accept_good_rows`` those that can be."""
    lines = given["lines"]
    _programme_for(given["programme"], given["on"])
    work.uow.load("grant", [line["grant"] for line in lines])
    refused: list[LineRefusal] = []
    for number, line in enumerate(lines, start=1):
        try:
            apply_grant(work, {**line, "on": given["on"], "programme": given["programme"]})
        except Refusal as refusal:
            field = refusal.facts.get("name") or (refusal.facts.get("documents") and "documents") or "grant"
            refused.append(LineRefusal(line.get("row", number), str(field), refusal))
    work.refuse_lines(refused, len(lines), given["accept_good_rows"])
    taken = len(lines) - len(refused)
    return {"programme": given["programme"], "grants": taken, "left_out": len(refused)}


def _programme_for(name: str, on: date) -> Programme:
    programme = find(name)
    if programme.kind != "programme":
        raise Refusal(
            "programme_pays_nothing", programme.cite, programme=programme.zh,
            reason_zh=programme.reason["zh"], reason_en=programme.reason["en"],
        )  # fmt: skip
    if programme.by_roll:
        raise Refusal("programme_by_roll", programme.cite, programme=programme.zh)
    if programme.by_pool:
        raise Refusal("programme_by_pool", programme.cite, programme=programme.zh)
    until = programme.effective_to
    if on < programme.effective_from or (until is not None and on > until):
        raise Refusal(
            "programme_not_in_force", programme.cite, programme=programme.zh, on=on.isoformat(),
            since=programme.effective_from.isoformat(), until=until.isoformat() if until else "",
        )  # fmt: skip
    return programme


def _require_documents(programme: Programme, documents: list[str]) -> None:
    missing = [name for name in programme.documents if name not in documents]
    if missing:
        raise Refusal(
            "document_missing", programme.cite, programme=programme.zh, documents=", ".join(missing)
        )


@command("correct_grant", schemas.CorrectGrant, clause=ONE_FORM, zh="补正申报")
def correct_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes a corrected application in: what is given replaces what was there, and the reviews begin anew."""
    grant, state, programme = loaded(work, given)
    facts = read_facts(programme, {**state.facts, **given["facts"]}, given["on"])
    documents = tuple(sorted({*state.documents, *given["documents"]}))
    corrected = grants.Corrected(
        effective_on=given["on"],
        by=work.actor,
        facts=facts,
        documents=documents,
        months=months_of(programme, facts, state.period, state.filed_on or given["on"]),
    )
    return told(grant, work.add("grant", grant, grants.correct(state, grant, corrected)))


@command("review_grant", schemas.ReviewGrant, clause=REVIEWS, zh="审核补贴")
def review_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Agrees at the stage that is due; the county's office is bound to its area, and nobody reviews his own step."""
    grant, state, programme = loaded(work, given)
    grants.require_status(state, grant, "applied")
    stages = procedure_of(programme).stages
    if state.stage >= len(stages):
        raise Refusal("reviews_are_done", grant=grant)
    stage = stages[state.stage]
    require_office(work, stage.role, state.area)
    reviewed = grants.Reviewed(
        effective_on=given["on"], stage=stage.id, role=stage.role, by=work.actor, opinion=given["opinion"]
    )
    after = work.add("grant", grant, grants.review(state, grant, reviewed))
    return told(grant, after) | {"look_alikes": list(look_alikes(work, grant, state))}


@command("send_back_grant", schemas.WithReason, clause=REVIEWS, zh="退回补正")
def send_back_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Sends an application back to the applicant, by the office whose turn it is."""
    grant, state, programme = loaded(work, given)
    grants.require_status(state, grant, "applied")
    stage, role = _turn(programme, state)
    require_office(work, role, state.area)
    sent_back = grants.SentBack(effective_on=given["on"], stage=stage, by=work.actor, reason=given["reason"])
    return told(grant, work.add("grant", grant, grants.send_back(state, grant, sent_back)))


@command("reject_grant", schemas.WithReason, clause=REVIEWS, zh="不予批准")
def reject_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Turns an application down, by the office whose turn it is, with the reason that the applicant is told."""
    grant, state, programme = loaded(work, given)
    require_office(work, _turn(programme, state)[1], state.area)
    rejected = grants.Rejected(effective_on=given["on"], by=work.actor, reason=given["reason"])
    return told(grant, work.add("grant", grant, grants.reject(state, grant, rejected)))


def _turn(programme: Programme, state: Grant) -> tuple[str, str]:
    """The step that is due, and whose it is."""
    procedure = procedure_of(programme)
    if state.stage < len(procedure.stages):
        stage = procedure.stages[state.stage]
        return stage.id, stage.role
    return "approval", procedure.approves


# ---------------------------------------------------------------- publicity


@command("publicise_grant", schemas.PubliciseGrant, clause=PUBLICITY, zh="公示")
def publicise_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Makes a reviewed grant public, for at least the days of the law; by default exactly so long."""
    grant, state, programme = loaded(work, given)
    _require_reviewed(programme, grant, state)
    publicity = procedure_of(programme).publicity
    if publicity is None:
        raise Refusal("no_publicity", programme.cite, programme=programme.zh)
    require_office(work, publicity.role, state.area)
    days: int = work.law.value(publicity.days, given["on"])
    publicised = grants.Publicised(
        effective_on=given["on"],
        until=given["until"] or days_after(given["on"], days),
        by=work.actor,
        place=given["place"],
    )
    events = grants.publicise(state, grant, publicised, days, publicity.clause)
    return told(grant, work.add("grant", grant, events))


@command("object_to_grant", schemas.ObjectToGrant, clause=PUBLICITY, zh="提出异议")
def object_to_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes an objection in while the grant is public; nothing is approved until it is decided."""
    grant, state, _ = loaded(work, given)
    objected = grants.Objected(effective_on=given["on"], ground=given["ground"], channel=given["channel"])
    return told(grant, work.add("grant", grant, grants.object_to(state, grant, objected)))


@command("decide_objection", schemas.DecideObjection, clause=PUBLICITY, zh="处理异议")
def decide_objection(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Decides an objection; upheld, the grant is cancelled at once (立即取消资格)."""
    grant, state, programme = loaded(work, given)
    publicity = procedure_of(programme).publicity
    require_office(work, publicity.role if publicity else procedure_of(programme).approves, state.area)
    decided = grants.ObjectionDecided(
        effective_on=given["on"], upheld=given["upheld"], by=work.actor, reason=given["reason"]
    )
    return told(grant, work.add("grant", grant, grants.decide_objection(state, grant, decided)))


# ---------------------------------------------------------------- the decision and the plan


@command("approve_grant", schemas.OfGrant, clause=REVIEWS, zh="批准补贴")
def approve_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Approves at the amount that the programme's rule gives, with its proof.

    In the same unit of work it asks what may not be had together; refuses ``excluded``, ``publicity_running``,
    ``objection_open``, ``condition_not_met`` and what the rule refuses, such as a parameter that nobody published.
    """
    grant, state, programme = loaded(work, given)
    _require_reviewed(programme, grant, state)
    procedure, on = procedure_of(programme), given["on"]
    require_office(work, procedure.approves, state.area)
    clause = procedure.publicity.clause if procedure.publicity else ""
    grants.require_decidable(state, grant, on, clause)
    require_bounds(work, programme, grant, state, on)
    elsewhere_fen = paid_elsewhere_fen(work, programme, grant, state, on)
    amount = decide_amount(work, programme, grant, state, on)
    require_within_most(work, programme, grant, state, amount.amount_fen, on)
    amount_fen = max(0, amount.amount_fen - elsewhere_fen)
    if elsewhere_fen and not amount_fen:
        raise Refusal(
            "higher_had_elsewhere", programme.cite, grant=grant, programme=programme.zh,
            amount_fen=amount.amount_fen, elsewhere_fen=elsewhere_fen,
        )  # fmt: skip
    approved = grants.Approved(
        effective_on=on,
        by=work.actor,
        amount_fen=amount_fen,
        parts=reduced(amount.parts, amount_fen) if elsewhere_fen else amount.parts,
        explanation=amount.explanation,
        value=programme.amount,
        tests=amount.tests,
        standards=amount.standards,
        elsewhere_fen=elsewhere_fen,
        advance_max_fen=min(amount.advance_max_fen, amount_fen),
        look_alikes=look_alikes(work, grant, state),
    )
    after = work.add("grant", grant, grants.approve(state, grant, approved))
    return told(grant, after) | {"look_alikes": list(approved.look_alikes)}


def _require_reviewed(programme: Programme, grant: str, state: Grant) -> None:
    grants.require_status(state, grant, "applied")
    stages = procedure_of(programme).stages
    if state.stage < len(stages):
        raise Refusal(
            "review_missing", procedure_of(programme).clause, grant=grant,
            stage_zh=stages[state.stage].zh, stage_en=stages[state.stage].en,
        )  # fmt: skip


@command("suspend_grant", schemas.WithReason, clause="葫政办发〔2019〕56号 第一章第十三条4", zh="中止拨付")
def suspend_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Suspends the payment of a grant, by the office that approved it or the one that pays."""
    grant, state, programme = loaded(work, given)
    _require_steering(work, programme, state)
    suspended = grants.Suspended(effective_on=given["on"], by=work.actor, reason=given["reason"])
    return told(grant, work.add("grant", grant, grants.suspend(state, grant, suspended)))


@command("resume_grant", schemas.WithReason, clause="葫政办发〔2019〕56号 第一章第十三条4", zh="恢复拨付")
def resume_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Lets a suspended grant go on."""
    grant, state, programme = loaded(work, given)
    _require_steering(work, programme, state)
    resumed = grants.Resumed(effective_on=given["on"], by=work.actor, reason=given["reason"])
    return told(grant, work.add("grant", grant, grants.resume(state, grant, resumed)))


def _require_steering(work: Work, programme: Programme, state: Grant) -> None:
    procedure = procedure_of(programme)
    require_one_of(work, (procedure.approves, procedure.pays, planner_of(procedure)), state.area)


def loaded(work: Work, given: dict[str, Any]) -> tuple[str, Grant, Programme]:
    """The grant that a command names, with its programme; refuses ``grant_unknown``."""
    grant: str = given["grant"]
    state: Grant = work.uow.state("grant", grant)
    if not state.status:
        raise Refusal("grant_unknown", grant=grant)
    return grant, state, find(state.programme)


def told(grant: str, state: Grant) -> dict[str, Any]:
    """Where a grant stands, as every command about it answers."""
    return {
        "grant": grant,
        "status": state.status,
        "stage": state.stage,
        "amount_fen": state.amount_fen,
        "paid_fen": state.paid_fen,
        "owed_fen": grants.owed_fen(state),
    }
