"""Steps of a nomination: start, draft, send, the chain of opinions, 报送完毕; the list decides further on."""

import dataclasses
import datetime
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from awards import eligibility, sheets
from awards.models import Category, FormField, Nomination, Opinion, Quota
from awards.models.nominations import due_state
from awards.workflow.places import free_place, spend_place
from guanweihui import answers, filing_kinds, filings
from guanweihui.answers import DEPUTIES, FILLERS, Unready, settled_words
from guanweihui.audit import record
from guanweihui.models import Attachment, Due, Remark, Round
from guanweihui.questionnaire import Asked, Fault, Value, judge
from guanweihui.scope import Role, reach_of
from guanweihui.workflow import Refused, Step, Steps, one_step, own, take
from members.models import Person

S = Nomination.Status
Level, Verdict = Opinion.Level, Opinion.Verdict
MATERIAL = "material."
EDITABLE = frozenset({S.DRAFT, S.RETURNED, S.WITHDRAWN})


def group_endorses(nomination: Nomination) -> str | None:
    return None if nomination.category.passes_group else "这个奖项不经协作组审核，由区里直接复核。"


def endorsed_if_due(nomination: Nomination) -> str | None:
    if nomination.status == S.SUBMITTED and nomination.category.passes_group:
        return "协作组还没有审核，请先由协作组审核。"
    return None


STEPS = Steps(
    {
        "submit": Step(EDITABLE, S.SUBMITTED, {Role.SCHOOL}, label="提交"),
        "file_on_behalf": Step(EDITABLE, S.SUBMITTED, {Role.GROUP, Role.DISTRICT}, label="代报"),
        "endorse": Step({S.SUBMITTED}, S.ENDORSED, {Role.GROUP}, when=group_endorses, label="同意推荐"),
        "accept": Step(
            {S.SUBMITTED, S.ENDORSED}, S.ACCEPTED, {Role.DISTRICT}, when=endorsed_if_due, label="复核通过"
        ),
        "return_back": Step(
            {S.SUBMITTED, S.ENDORSED},
            S.RETURNED,
            {Role.GROUP, Role.DISTRICT},
            label="退回",
            needs_reason=True,
        ),
        "decline": Step(
            {S.SUBMITTED, S.ENDORSED},
            S.DECLINED,
            {Role.GROUP, Role.DISTRICT},
            label="不予推荐",
            needs_reason=True,
        ),
        "withdraw": Step({S.SUBMITTED}, S.WITHDRAWN, {Role.SCHOOL}, label="撤回"),
        "reopen": Step({S.ACCEPTED}, S.RETURNED, {Role.DISTRICT}, label="重新打开", needs_reason=True),
        # What an approved list decides; the list's own steps take these (awards.workflow.lists).
        "approve": Step({S.ACCEPTED, S.RESERVE}, S.APPROVED, {Role.LEADER}, label="列入拟表彰名单"),
        "hold": Step({S.ACCEPTED, S.APPROVED}, S.RESERVE, {Role.LEADER}, label="列为递补"),
        "turn_down": Step(
            {S.ACCEPTED, S.APPROVED, S.RESERVE},
            S.DECLINED,
            {Role.LEADER},
            label="不予表彰",
            needs_reason=True,
        ),
        "honour": Step({S.APPROVED}, S.HONOURED, {Role.DISTRICT}, label="表彰"),
    }
)


# --- the school's part --------------------------------------------------------------------------------


def start(
    due: Due, category: Category, person: Person | None, *, by: Any, at: datetime.datetime, basis: str = ""
) -> Nomination:
    """Begin a nomination in a category, with what the portal knows filled in.

    With `basis` it is begun on behalf of the school by its group or the district. Raises Refused for another
    school, a cycle or a round that is not open, a person who is none of the school's, and for a nominee who
    is in the running already.
    """
    roles = FILLERS | DEPUTIES if basis.strip() else FILLERS
    with one_step(Nomination):
        fresh = own(due, by=by, roles=roles)
        _refuse_start(fresh, category, person, by=by, at=at)
        # Who begins for a school that cannot is not held by its deadline: late is late, and stands so.
        if not basis.strip() and at > fresh.closes_at():
            raise Refused("申报已经截止，不能新建推荐。需要补报请联系区关工委办公室延期。")
        nomination = Nomination(
            due=fresh,
            cycle=category.cycle,
            category=category,
            unit=fresh.school,
            person=person,
            basis=basis.strip()[:200],
        )
        nomination.typed = sheets.prefill(nomination)
        nomination.save(force_insert=True)
        nomination.settle(at=at)
        record("nomination.start", nomination, by=by, at=at, reason=basis)
        return nomination


def _refuse_start(
    due: Due, category: Category, person: Person | None, *, by: Any, at: datetime.datetime
) -> None:
    cycle = category.cycle
    if due.round.kind != Round.Kind.NOMINATION or cycle.round_id != due.round_id:
        raise Refused("这个奖项不属于这次评选，请回到本次评选的推荐页面重新选择。")
    if cycle.state != cycle.State.OPEN:
        raise Refused(f"“{cycle}”{cycle.get_state_display()}，现在不能推荐。")
    if not takes_more(due, by=by, at=at):
        raise Refused(f"这次报送{due.round.get_state_display()}，不能新建推荐。请联系区关工委办公室延期。")
    if why := settled_words(due):
        raise Refused(why)
    if (person is None) != category.is_collective:
        wanted = "推荐的是本校，不选人员" if category.is_collective else "要选一名人选"
        raise Refused(f"“{category}”{wanted}。")
    if person is not None and person.school_id != due.school_id:
        raise Refused("人选不是本校人员，不能由本校推荐。请从本校人员名册中选择。")


def takes_more(due: Due, *, by: Any, at: datetime.datetime) -> bool:
    """Tell whether a round still takes nominations of a school.

    A closed one does from a school with an extension of its own, and from the office.
    """
    if due.round.state == Round.State.OPEN:
        return True
    is_extended = due.deadline_at is not None and at <= due.closes_at()
    return due.round.state == Round.State.CLOSED and (is_extended or Role.DISTRICT in _roles(by))


def fillers_of(nomination: Nomination) -> frozenset[str]:
    """Return the roles that may fill a nomination in: the school, and its deputies where they began it."""
    return FILLERS | DEPUTIES if nomination.basis else FILLERS


def save_section(
    nomination: Nomination,
    typed: Mapping[str, str],
    *,
    version: int,
    by: Any,
    at: datetime.datetime,
    asked: Asked | None = None,
) -> Nomination:
    """Write the boxes of one page of the form; what stands on the other pages stays.

    Raises Outdated for an old tab, with what stands now; Refused when it is on its way.
    """
    whole = {**nomination.typed, **typed}
    asked = asked or sheets.ask(nomination)
    roles = fillers_of(nomination)
    return answers.save_draft(  # type: ignore[return-value]
        nomination, whole, version=version, by=by, at=at, asked=asked, roles=roles
    )


def faults_of(
    nomination: Nomination,
    *,
    at: datetime.datetime,
    asked: Asked | None = None,
    fields: Sequence[FormField] | None = None,
    findings: Sequence[eligibility.Finding] | None = None,
    files: Iterable[Attachment] | None = None,
) -> list[Fault]:
    """Return everything that keeps a nomination from being sent: boxes, files, rules; empty when ready.

    `asked`, its `fields`, `findings` of the rules and `files` are given by a caller who has them at hand.
    """
    return _read(nomination, at=at, asked=asked, fields=fields, findings=findings, files=files)[1]


def _read(
    nomination: Nomination,
    *,
    at: datetime.datetime,
    asked: Asked | None = None,
    fields: Sequence[FormField] | None = None,
    findings: Sequence[eligibility.Finding] | None = None,
    files: Iterable[Attachment] | None = None,
) -> tuple[dict[str, Value], list[Fault]]:
    fields = sheets.fields_of(nomination) if fields is None else fields
    found, faults = judge(asked or sheets.ask(nomination, fields=fields), nomination.typed)
    today = timezone.localdate(at)
    if str(found.get(sheets.SIGNED_ON) or "") > today.isoformat():
        faults = [*faults, Fault(sheets.SIGNED_ON, "“签署日期”晚于今天，请填写实际签署的日期。")]
    faults = [*faults, *_missing_materials(nomination, fields, files)]
    if findings is None:
        findings = eligibility.check(nomination, on=today)
    return found, [*faults, *(Fault(one.code, one.words) for one in eligibility.blocking(findings))]


def _missing_materials(
    nomination: Nomination, fields: Sequence[FormField], files: Iterable[Attachment] | None
) -> list[Fault]:
    held = {one.field for one in (Attachment.objects.of_filing(nomination) if files is None else files)}
    return [
        Fault(MATERIAL + one.key, f"还没有上传“{one.label}”。")
        for one in fields
        if one.section == FormField.Section.MATERIALS and one.is_required and MATERIAL + one.key not in held
    ]


def submit(nomination: Nomination, *, version: int, by: Any, at: datetime.datetime) -> Nomination:
    """Send the saved nomination up; takes one place of the quota.

    Raises Unready with every fault at once; Refused when late, for an old tab, or, with the balance, when no
    place is left. Source: cycle rules, quota per school.
    """
    return _send("submit", nomination, version=version, by=by, at=at)


def file_on_behalf(
    nomination: Nomination, *, version: int, asked_by: str, by: Any, at: datetime.datetime
) -> Nomination:
    """Send a nomination that was begun on behalf of its school; basis and who asked stand in the trail.

    Raises Refused as submit() does, and for a nomination that has no basis.
    """
    if not nomination.basis:
        raise Refused("这份推荐由学校填写，不能代报。代报请从“代学校推荐”开始，并写明依据。")
    if not asked_by.strip():
        raise Refused("请写明受学校何人委托。")
    reason = f"受{asked_by.strip()}委托；依据：{nomination.basis}"
    return _send("file_on_behalf", nomination, version=version, by=by, at=at, reason=reason)


def _send(
    name: str, nomination: Nomination, *, version: int, by: Any, at: datetime.datetime, reason: str = ""
) -> Nomination:
    if name == "submit":
        filings.refuse_when_late(nomination.due, at=at)
    fields = sheets.fields_of(nomination)
    asked = sheets.ask(nomination, fields=fields)
    found, faults = _read(nomination, at=at, asked=asked, fields=fields)
    if faults:
        raise Unready(faults)

    def ready(row: Any) -> str | None:
        if row.version != version or row.typed != nomination.typed:
            return "这份推荐在您打开之后被保存过，本次没有提交。请核对后再提交。"
        if row.cycle.state != row.cycle.State.OPEN:
            return f"“{row.cycle}”{row.cycle.get_state_display()}，不能提交。"
        # Locked, so that a waiver or a 零报告 of this moment is seen.
        return settled_words(Due.objects.select_for_update().get(pk=row.due_id))

    def sent(row: Nomination) -> None:
        _give(
            row,
            Level.UNIT,
            Verdict.AGREE,
            str(found[sheets.OPINION]),
            signed_by=str(found[sheets.SIGNED_BY]),
            signed_on=str(found[sheets.SIGNED_ON]),
            by=by,
            at=at,
        )
        spend_place(row, by=by, at=at)
        answers.keep_version(row, by=by, at=at, asked=asked)
        Remark.objects.open_for(row).update(resolved_at=at)

    person = nomination.person
    writes = {
        "submitted_at": at,
        "submitted_by": by if getattr(by, "pk", None) else None,
        "printed_name": person.name if person is not None else "",
        "printed_unit": nomination.unit.full_name,
        "printed_duty": (person.duty if person is not None else "")[:50],
    }
    step = dataclasses.replace(STEPS[name], when=ready)
    return take(step, nomination, by=by, at=at, reason=reason, writes=writes, then=sent)


def withdraw(nomination: Nomination, *, by: Any, at: datetime.datetime) -> Nomination:
    """Take the nomination back while nobody has decided on it, and free its place; not after the deadline."""
    if at > nomination.due.closes_at():
        raise Refused("申报已经截止，撤回后不能再提交，所以不能撤回。需要修改请联系审核人退回。")
    return _leave("withdraw", nomination, reason="撤回推荐", by=by, at=at)


def discard(nomination: Nomination, *, by: Any, at: datetime.datetime) -> Nomination:
    """Give up a draft that was never sent: it stays as withdrawn, so that the trail keeps it."""
    with one_step(Nomination):
        fresh: Nomination = own(nomination, by=by, roles=fillers_of(nomination))
        if fresh.status not in (S.DRAFT, S.RETURNED):
            raise Refused(f"这份推荐现在是“{fresh.get_status_display()}”，不能放弃。请刷新页面后再看。")
        before, fresh.status = fresh.status, S.WITHDRAWN
        fresh.save(update_fields=["status"])
        fresh.settle(at=at)
        record("nomination.discard", fresh, by=by, at=at, changes={"status": [before, fresh.status]})
        return fresh


def finish(due: Due, *, by: Any, at: datetime.datetime, reason: str = "") -> Due:
    """Say that a school has sent all its nominations (报送完毕); this, not any one of them, meets its due.

    Raises Refused while something is still a draft or came back, when nothing was sent (零报告 is another
    step), and without a reason for places of the school's own that may not stay empty.
    """
    with one_step(Due):
        fresh = own(due, by=by, roles=FILLERS | DEPUTIES)
        if why := settled_words(fresh):
            raise Refused(why)
        if fresh.state not in Due.UNMET:
            raise Refused(f"本校已经报送完毕（{fresh.get_state_display()}），不用再点。")
        if fresh.closes_at() < at and _roles(by).isdisjoint(DEPUTIES):
            raise Refused("申报已经截止，不能再点“报送完毕”。请联系区关工委办公室延期，或请其代办。")
        nominations = list(Nomination.objects.of_due(fresh).for_list())
        _refuse_unfinished(nominations)
        empty = _places_left(fresh)
        if empty and not reason.strip():
            raise Refused(f"{'、'.join(empty)}，不能空缺，请写明没有用完名额的原因。")
        before, fresh.met_at = fresh.state, fresh.met_at or at
        fresh.reason = reason.strip()
        fresh.save(update_fields=["met_at", "reason"])
        nominations[0].settle(at=at)
        fresh.refresh_from_db()
        record("due.finish", fresh, by=by, at=at, reason=reason, changes={"state": [before, fresh.state]})
        return fresh


def _refuse_unfinished(nominations: Sequence[Nomination]) -> None:
    drafts = [str(one) for one in nominations if one.status in (S.DRAFT, S.RETURNED)]
    if drafts:
        raise Refused(f"还有没有提交的推荐：{'、'.join(drafts)}。请先提交，或放弃草稿，再点“报送完毕”。")
    if all(one.status == S.WITHDRAWN for one in nominations):
        raise Refused("本校还没有提交推荐。没有合适人选的，请用“零报告”并写明理由。")


def _places_left(due: Due) -> list[str]:
    """Return which awards have places of this school that may not stay empty, and are not used."""
    rows = Quota.objects.of_school(due.school).filter(category__cycle__round=due.round_id)
    return [
        f"“{row.category}”还有 {row.left} 个名额"
        for row in rows.select_related("category")
        if row.left and not row.category.may_be_empty
    ]


# --- the chain ------------------------------------------------------------------------------------------


def endorse(
    nomination: Nomination,
    *,
    text: str,
    signed_by: str,
    signed_on: datetime.date,
    by: Any,
    at: datetime.datetime,
) -> Nomination:
    """Give the group's opinion (a signature, no seal) and send it on, last in the group's order."""
    if not text.strip() or not signed_by.strip():
        raise Refused("协作组意见须写明内容和签署人。")

    def then(row: Nomination) -> None:
        _give(row, Level.GROUP, Verdict.AGREE, text, signed_by=signed_by, signed_on=signed_on, by=by, at=at)
        row.rank = _last_rank(row) + 1
        row.save(update_fields=["rank"])

    return take(STEPS["endorse"], nomination, by=by, at=at, then=then)


def _last_rank(nomination: Nomination) -> int:
    peers = Nomination.objects.of_category(nomination.category_id).in_group(nomination.unit.group_id)
    ranks = peers.in_running().exclude(pk=nomination.pk).values_list("rank", flat=True)
    return max((rank for rank in ranks if rank is not None), default=0)


def order_nominations(
    category: Category, keys: Sequence[int], *, by: Any, at: datetime.datetime
) -> list[Nomination]:
    """Write a group's order within a category: `keys` of its endorsed nominations, the first best.

    Raises Refused when they are not exactly the endorsed ones of the group, or the district has begun.
    """
    with one_step(Nomination):
        mine = Nomination.objects.visible_to(by, roles={Role.GROUP}).of_category(category)
        found = {one.pk: one for one in mine.in_states([S.ENDORSED]).select_for_update(of=("self",))}
        if sorted(found) != sorted(keys) or len(set(keys)) != len(keys):
            raise Refused("待排序的推荐刚有变动，本次没有保存顺序。请刷新页面后再排。")
        # The district's review may have taken some of them already: those keep their places.
        taken = set(mine.in_running().exclude(pk__in=keys).values_list("rank", flat=True))
        free = (place for place in itertools.count(1) if place not in taken)
        rows = [found[key] for key in keys]
        for row, place in zip(rows, free, strict=False):
            row.rank = place
        Nomination.objects.bulk_update(rows, ["rank"])
        names = [row.nominee for row in rows]
        record("category.order", category, by=by, at=at, changes={"order": "、".join(names)})
        return rows


def accept(nomination: Nomination, *, text: str, by: Any, at: datetime.datetime) -> Nomination:
    """Pass the nomination in the district's review, with the district's opinion.

    Raises Refused while a rule blocks it.
    """
    if not text.strip():
        raise Refused("请写明区级复核意见。")
    step = dataclasses.replace(STEPS["accept"], when=_no_rule_blocks(at))

    def then(row: Nomination) -> None:
        today = timezone.localdate(at)
        _give(row, Level.DISTRICT, Verdict.AGREE, text, signed_by=str(by), signed_on=today, by=by, at=at)

    return take(step, nomination, by=by, at=at, then=then)


def _no_rule_blocks(at: datetime.datetime) -> Callable[[Any], str | None]:
    def when(row: Nomination) -> str | None:
        if why := endorsed_if_due(row):
            return why
        found = eligibility.blocking(eligibility.check(row, on=timezone.localdate(at)))
        return (
            "\n".join(["有检查项没有通过，不能复核通过：", *(one.words for one in found)]) if found else None
        )

    return when


def return_back(
    nomination: Nomination,
    *,
    reason: str,
    remarks: Mapping[str, str] | None = None,
    by: Any,
    at: datetime.datetime,
) -> Nomination:
    """Send it back with a reason and remarks by field; frees its place, and the school has time to answer."""
    level = _level_of(by, nomination)

    def then(row: Nomination) -> None:
        filings.give_time(row.due_id, at=at)
        _give(row, level, Verdict.RETURN, reason, by=by, at=at)
        Remark.objects.bulk_create(
            Remark(
                due_id=row.due_id,
                filing_type=row._meta.label,
                filing_id=row.pk,
                field=field,
                text=words,
                made_by=by,
                made_at=at,
            )
            for field, words in (remarks or {}).items()
            if words.strip()
        )

    return _leave("return_back", nomination, reason=reason, by=by, at=at, then=then)


def decline(nomination: Nomination, *, reason: str, by: Any, at: datetime.datetime) -> Nomination:
    """Not recommend it further, with the reason; frees its place."""
    level = _level_of(by, nomination)
    return _leave(
        "decline",
        nomination,
        reason=reason,
        by=by,
        at=at,
        then=lambda row: _give(row, level, Verdict.DECLINE, reason, by=by, at=at),
    )


def reopen(nomination: Nomination, *, reason: str, by: Any, at: datetime.datetime) -> Nomination:
    """Open a nomination that passed the review again for the school to correct, with time to do so."""

    def then(row: Nomination) -> None:
        filings.give_time(row.due_id, at=at)
        _give(row, Level.DISTRICT, Verdict.RETURN, reason, by=by, at=at)

    return _leave("reopen", nomination, reason=reason, by=by, at=at, then=then)


def _leave(
    name: str,
    nomination: Nomination,
    *,
    reason: str,
    by: Any,
    at: datetime.datetime,
    then: Callable[[Nomination], Any] | None = None,
) -> Nomination:
    """Take a step out of the running: the place goes back, the group's order closes up later."""
    step = STEPS[name]
    if step.needs_reason and not reason.strip():
        raise Refused("请写明理由，再办理。")
    if name in ("return_back", "decline") and Role.DISTRICT not in _roles(by) and group_endorses(nomination):
        raise Refused(str(group_endorses(nomination)))

    def left(row: Nomination) -> None:
        free_place(row, reason=f"{step.label}：{reason}", by=by, at=at)
        if then is not None:
            then(row)

    why = reason if step.needs_reason else ""
    writes = {"quota": None, "rank": None}
    return take(step, nomination, by=by, at=at, reason=why, writes=writes, then=left)


def _roles(by: Any) -> frozenset[str]:
    return reach_of(by).roles


def _level_of(by: Any, nomination: Nomination) -> str:
    """Return at which level somebody acts; with posts at both, at the one that the nomination waits for."""
    reach = reach_of(by)
    if Role.DISTRICT not in reach.roles:
        return Level.GROUP
    waits_for_group = nomination.status == S.SUBMITTED and nomination.category.passes_group
    leads = nomination.unit.group_id in reach.of({Role.GROUP}).ids("group")
    return Level.GROUP if waits_for_group and leads else Level.DISTRICT


def _give(
    nomination: Nomination,
    level: str,
    verdict: str,
    text: str,
    *,
    by: Any,
    at: datetime.datetime,
    signed_by: str = "",
    signed_on: Any = None,
) -> Opinion:
    """Write the opinion of a level, in place of the one it gave before; the caller's transaction."""
    values = {
        "verdict": verdict,
        "text": text.strip()[:300],
        "signed_by": (signed_by or str(by)).strip()[:50],
        "signed_on": signed_on or timezone.localdate(at),
        "given_by": by if getattr(by, "pk", None) else None,
        "given_at": at,
    }
    return Opinion.objects.update_or_create(nomination=nomination, level=level, defaults=values)[0]


# --- what the core asks of this kind ---------------------------------------------------------------------


def bars_nil(due: Due) -> str | None:
    """Say why a school may not report nil: something of it is in the running."""
    if Nomination.objects.of_due(due).in_running().exists():
        return "本校已有推荐，不能作零报告。请先撤回或放弃这些推荐，或点“报送完毕”。"
    return None


def state_of(due: Due) -> str:
    statuses = Nomination.objects.of_due(due).values_list("status", flat=True)
    return due_state(statuses, is_finished=False)


def due_url(due: Due) -> str:
    return reverse("nomination-due", args=[due.pk])


filing_kinds.own_pages(Round.Kind.NOMINATION, due_url, bars_nil=bars_nil, state_of=state_of, has_desk=True)
