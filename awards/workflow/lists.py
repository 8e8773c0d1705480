"""Steps of the list to be commended (拟表彰名单): begun from the review, put forward, approved, amended.

What a meeting decides on each nomination is entered in awards.workflow.list_entries. Who proposed a list does
not approve it.
"""

import dataclasses
import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from awards.models import AwardList, AwardListEntry, Cycle, Nomination, PublicNotice
from awards.workflow import nominations
from awards.workflow.list_counts import (
    MINUTES,
    Outcome,
    Standing,
    Tally,
    belongs,
    entries_of,
    minutes_field,
    minutes_seen,
    tallies_of,
)
from awards.workflow.list_entries import OFFICE, bump, passed_of
from awards.workflow.notices import replace_notice
from awards.workflow.places import free_place
from guanweihui import uploads
from guanweihui.audit import record
from guanweihui.scope import Role
from guanweihui.workflow import Refused, Step, Steps, one_step, own, take

S = AwardList.Status
STEPS = Steps(
    {
        "propose": Step({S.DRAFT}, S.PROPOSED, OFFICE, label="提请审定"),
        "approve": Step({S.PROPOSED}, S.APPROVED, {Role.LEADER}, label="审定"),
        "send_back": Step({S.PROPOSED}, S.DRAFT, {Role.LEADER}, label="退回", needs_reason=True),
        "amend": Step({S.APPROVED}, S.REPLACED, OFFICE, label="修改名单", needs_reason=True),
    }
)
#: Where an outcome leaves its nomination, and the nomination's step that leads there.
LEADS_TO = {
    Outcome.AWARD: (Standing.APPROVED, "approve"),
    Outcome.RESERVE: (Standing.RESERVE, "hold"),
    Outcome.DECLINE: (Standing.DECLINED, "turn_down"),
}
CHANGED = "这份名单在您打开之后有变动，本次没有办理。请刷新页面，核对后再办理。"


# --- beginning ------------------------------------------------------------------------------------------


def start_list(cycle: Cycle, *, by: Any, at: datetime.datetime) -> AwardList:
    """Begin the cycle's list: one entry for each nomination that passed the review.

    Raises Refused while nominations wait for review, saying how many, and when a list stands already.
    """
    with one_step(AwardList, AwardListEntry):
        fresh = own(cycle, by=by, roles=OFFICE)
        if fresh.state != Cycle.State.OPEN:
            raise Refused(f"“{fresh}”{fresh.get_state_display()}，不能建立名单。")
        if standing := AwardList.objects.of(fresh).standing().first():
            raise Refused(
                f"本届已有一份名单（第{standing.number}次，{standing.get_status_display()}），请打开那一份办理。"
            )
        _refuse_waiting(fresh)
        passed = passed_of(fresh)
        if not passed:
            raise Refused("本届还没有复核通过的推荐，不能建立名单。请先完成区级复核。")
        numbers = AwardList.objects.of(fresh).values_list("number", flat=True)
        award_list = AwardList.objects.create(
            cycle=fresh, number=max(numbers, default=0) + 1, met_on=fresh.meets_on
        )
        AwardListEntry.objects.bulk_create(
            AwardListEntry(award_list=award_list, nomination=one) for one in passed
        )
        record("awardlist.start", award_list, by=by, at=at, changes={"entries": len(passed)})
        return award_list


def _refuse_waiting(cycle: Cycle) -> None:
    sent = Nomination.objects.of_cycle(cycle)
    groups, office = sent.awaiting_group().count(), sent.awaiting_district().count()
    if groups or office:
        raise Refused(
            f"还有 {groups + office} 份推荐没有审核完（待协作组审核 {groups} 份，待区级复核 {office} 份），"
            "不能建立名单。请先在“审核”中办完。"
        )


def write_minutes(
    award_list: AwardList,
    values: Mapping[str, Any],
    *,
    seen: str,
    scan: Mapping[str, Any] | None = None,
    by: Any,
    at: datetime.datetime,
) -> AwardList:
    """Write who met when and what was said (MINUTES), and attach the scan of the signed minutes.

    `seen` is minutes_seen() as the page showed them. A list that is no draft takes a scan only; `scan` is
    what uploads.attach() takes. Raises Refused for an old page.
    """
    with one_step(AwardList):
        fresh = own(award_list, by=by, roles=OFFICE)
        if fresh.status == S.REPLACED:
            raise Refused("这份名单已被替换，会议材料请登记在现行的名单上。")
        changes: dict[str, Any] = {}
        if values:
            changes |= _written(fresh, values, seen)
        if scan is not None:
            field = minutes_field(fresh)
            uploads.attach(fresh.cycle.district, field=field, by=by, at=at, **scan)
            changes["scan"] = scan["name"]
        if changes:
            record("awardlist.write_minutes", fresh, by=by, at=at, changes=changes)
        return fresh


def _written(award_list: AwardList, values: Mapping[str, Any], seen: str) -> dict[str, Any]:
    """Write the minutes of a draft; return what changed, long texts by their length."""
    if award_list.status != S.DRAFT:
        raise Refused(f"名单{award_list.get_status_display()}，会议记录不能再改，只能补传签字扫描件。")
    before = {name: getattr(award_list, name) for name in MINUTES}
    changed = {name: values[name] for name in MINUTES if name in values and values[name] != before[name]}
    if not changed:
        return {}
    if seen != minutes_seen(award_list):
        raise Refused(
            "会议记录在您打开之后被别人改过，本次没有保存。您填写的内容仍在下面，"
            "请另开一页看现在的记录，对照后补进去。"
        )
    for name, value in changed.items():
        setattr(award_list, name, value)
    award_list.version += 1
    award_list.save(update_fields=[*changed, "version"])
    long = ("attendees", "minutes")
    return {
        name: f"{len(value)} 字" if name in long else [str(before[name] or ""), str(value or "")]
        for name, value in changed.items()
    }


# --- approval -------------------------------------------------------------------------------------------


def faults_of(award_list: AwardList, tallies: Sequence[Tally], *, note: str = "") -> list[str]:
    """Return everything that keeps a draft from being proposed, a Chinese sentence each.

    `note` says why places stay empty where the cycle does not allow it without a word. Asks one query.
    """
    found = []
    if award_list.met_on is None or not award_list.chair.strip() or not award_list.attendees.strip():
        found.append("还没有登记评审会的日期、主持人和参会人员。")
    for one in tallies:
        if one.undecided:
            found.append(f"“{one.category}”还有 {one.undecided} {one.measure}未议。")
        if one.awards > one.category.places:
            found.append(f"“{one.category}”拟表彰 {one.awards} 个，超过名额 {one.category.places} 个。")
        if one.empty and not one.category.may_be_empty and not note.strip():
            found.append(f"“{one.category}”还空 {one.empty} 个名额，本届规定不能空缺，请写明空缺原因。")
    entries = [entry for one in tallies for entry in one.entries]
    if gone := [one.nomination.nominee for one in entries if not belongs(one)]:
        found.append(f"已不在复核通过之列：{'、'.join(gone)}。请先点“更新名单”。")
    held = {one.nomination_id for one in entries}
    passed = Nomination.objects.of_cycle(award_list.cycle_id).in_states([Standing.ACCEPTED])
    if new := set(passed.values_list("pk", flat=True)) - held:
        found.append(f"还有 {len(new)} 份复核通过的推荐没有列入名单，请先点“更新名单”。")
    return found


def propose(
    award_list: AwardList, *, version: int, note: str = "", by: Any, at: datetime.datetime
) -> AwardList:
    """Put the decided list before a leader; `note` (why places stay empty) goes into the minutes.

    Raises Refused with every fault at once, or for an old page.
    """
    note = note.strip()
    said = f"名额空缺说明：{note}"
    minutes = award_list.minutes
    if note and said not in minutes:
        minutes = f"{minutes}\n{said}".strip()

    def ready(row: Any) -> str | None:
        if row.version != version:
            return CHANGED
        return "\n".join(faults_of(row, tallies_of(row), note=note)) or None

    writes = {
        "proposed_by": by if getattr(by, "pk", None) else None,
        "proposed_at": at,
        "minutes": minutes,
        "version": version + 1,
    }
    step = dataclasses.replace(STEPS["propose"], when=ready)
    return take(step, award_list, by=by, at=at, reason=note, writes=writes)


def approve(award_list: AwardList, *, version: int, by: Any, at: datetime.datetime) -> AwardList:
    """Approve the list: each nomination follows its outcome, and reserves get their places.

    Raises Refused for whoever proposed it, for an old page, and when a nomination left the review since.
    """

    def ready(row: Any) -> str | None:
        if row.proposed_by_id == by.pk:
            return "提请人不能审定自己提请的名单，请由另一位领导审定。"
        return CHANGED if row.version != version else None

    writes = {"approved_by": by, "approved_at": at, "version": version + 1}
    step = dataclasses.replace(STEPS["approve"], when=ready)
    return take(step, award_list, by=by, at=at, writes=writes, then=lambda row: _follow(row, by=by, at=at))


def _follow(award_list: AwardList, *, by: Any, at: datetime.datetime) -> None:
    """Take every nomination where its entry leads, a step and a line each."""
    for entry in entries_of(award_list):
        nomination = entry.nomination
        status, name = LEADS_TO[Outcome(entry.outcome)]
        if nomination.status != status:
            _take_on(nomination, name, entry, by=by, at=at)
        elif nomination.reserve_place != entry.reserve_place:
            nomination.reserve_place = entry.reserve_place
            nomination.save(update_fields=["reserve_place"])


def _take_on(
    nomination: Nomination, name: str, entry: AwardListEntry, *, by: Any, at: datetime.datetime
) -> None:
    writes: dict[str, Any] = {"reserve_place": entry.reserve_place}
    reason, then = "", None
    if name == "turn_down":
        writes["quota"], reason = None, entry.note
        then = _freeing(f"名单审定为不予表彰：{reason}", by=by, at=at)
    try:
        take(nominations.STEPS[name], nomination, by=by, at=at, reason=reason, writes=writes, then=then)
    except Refused as refusal:
        raise Refused(
            f"“{nomination.nominee}”：{refusal}请退回名单，由区关工委办公室更新后再提请。"
        ) from refusal


def _freeing(reason: str, *, by: Any, at: datetime.datetime) -> Callable[[Nomination], None]:
    return lambda row: free_place(row, reason=reason, by=by, at=at)


def send_back(award_list: AwardList, *, reason: str, by: Any, at: datetime.datetime) -> AwardList:
    """Give a proposed list back to the office, with the reason; it may be changed again."""
    return take(STEPS["send_back"], award_list, by=by, at=at, reason=reason, then=bump)


def amend(award_list: AwardList, *, reason: str, by: Any, at: datetime.datetime) -> AwardList:
    """Make the next list after an approved one, with the same decisions; the old one and its notice end.

    Returns the new draft. Raises Refused once a decision conferred the honours.
    """

    def ready(row: Any) -> str | None:
        if getattr(row, "decision", None) is not None:
            return f"这份名单已由{row.decision}发文表彰，不能再改。个别荣誉有误的，请作废或换发。"
        return None

    with one_step(AwardList, AwardListEntry):
        old = take(dataclasses.replace(STEPS["amend"], when=ready), award_list, by=by, at=at, reason=reason)
        for notice in PublicNotice.objects.filter(award_list=old).exclude(
            status=PublicNotice.Status.REPLACED
        ):
            replace_notice(notice, by=by, at=at, reason=reason)
        same = {"place": old.place, "chair": old.chair, "attendees": old.attendees}
        fresh = AwardList.objects.create(cycle=old.cycle, number=old.number + 1, **same)
        AwardListEntry.objects.bulk_create(
            AwardListEntry(
                award_list=fresh,
                nomination_id=one.nomination_id,
                outcome=one.outcome,
                reserve_place=one.reserve_place,
                note=one.note,
            )
            for one in AwardListEntry.objects.of(old).order_by("pk")
        )
        return fresh
