"""The decisions of a meeting, entered live: one nomination at a time, the rest of a category, a reserve.

Several clerks enter them at once: each decision carries what its clerk saw of the entry, and all of them lock
the list, so that places are counted one by one.
"""

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from awards.models import AwardList, AwardListEntry, Category, Cycle, Nomination
from awards.workflow.list_counts import Outcome, Standing, belongs, by_category, entries_of, seen_of
from guanweihui.audit import record
from guanweihui.models import AuditEvent
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own

OFFICE = frozenset({Role.DISTRICT})
LONGEST_NOTE = 200


def own_draft(award_list: AwardList, by: Any) -> AwardList:
    """Lock a list whose decisions may still change; raises Refused for any other."""
    fresh = own(award_list, by=by, roles=OFFICE)
    if fresh.status != AwardList.Status.DRAFT:
        raise Refused(f"这份名单现在是“{fresh.get_status_display()}”，不能再改。请刷新页面后再看。")
    return fresh


def bump(award_list: AwardList) -> None:
    """Let old pages know that the list changed."""
    award_list.version += 1
    award_list.save(update_fields=["version"])


def passed_of(cycle: Cycle) -> list[Nomination]:
    """Return the nominations that came through the review and no list has decided."""
    return list(Nomination.objects.of_cycle(cycle).in_states([Standing.ACCEPTED]).for_list())


def update_entries(award_list: AwardList, *, by: Any, at: datetime.datetime) -> AwardList:
    """Bring a draft in line with the review: add what passed since, drop what was opened again.

    Raises Refused when it is in line.
    """
    with one_step(AwardList, AwardListEntry):
        fresh = own_draft(award_list, by)
        entries = entries_of(fresh)
        gone = [one for one in entries if not belongs(one)]
        held = {one.nomination_id for one in entries}
        added = [one for one in passed_of(fresh.cycle) if one.pk not in held]
        if not gone and not added:
            raise Refused("名单和复核结果一致，不用更新。")
        AwardListEntry.objects.filter(pk__in=[one.pk for one in gone]).delete()
        AwardListEntry.objects.bulk_create(AwardListEntry(award_list=fresh, nomination=one) for one in added)
        for peers in by_category(entries_of(fresh)).values():
            _close_up([one for one in peers if one.outcome == Outcome.RESERVE])
        bump(fresh)
        changes = {
            "added": "、".join(one.nominee for one in added),
            "dropped": "、".join(one.nomination.nominee for one in gone),
        }
        record("awardlist.update_entries", fresh, by=by, at=at, changes=changes)
        return fresh


def decide(
    entry: AwardListEntry,
    *,
    outcome: str,
    reserve_place: int | None = None,
    note: str = "",
    seen: str,
    by: Any,
    at: datetime.datetime,
) -> AwardListEntry:
    """Write what the meeting decided on one nomination; reserves of its category close up as 1, 2, 3.

    `seen` is seen_of() the entry as the page showed it; a reserve without a place goes to the end. Raises
    Refused for an old page, with who decided what; beyond the category's places, with the count; for a place
    that leaves a gap, a declined entry without a note, and in an amended list out of the approved order.
    """
    note = note.strip()
    with one_step(AwardListEntry):
        award_list = own_draft(entry.award_list, by)
        fresh, peers = _fresh(award_list, entry)
        asked = (outcome, reserve_place if outcome == Outcome.RESERVE else None, note)
        if asked == (fresh.outcome, fresh.reserve_place, fresh.note):
            return fresh
        if seen != seen_of(fresh):
            raise Refused(_outdated_words(fresh))
        if outcome == Outcome.DECLINE and not note:
            raise Refused(f"不予表彰须写明理由，请在“{fresh.nomination.nominee}”的说明栏写明后再点。")
        _refuse_out_of_line(award_list, fresh, outcome, peers)
        if outcome == Outcome.AWARD:
            _refuse_beyond(fresh.nomination.category, peers, more=1)
        _write("decide", award_list, fresh, peers, outcome, reserve_place, note, by=by, at=at)
        return fresh


def _fresh(award_list: AwardList, entry: AwardListEntry) -> tuple[AwardListEntry, list[AwardListEntry]]:
    """Return the entry as it stands, and the others of its category; the list is locked by the caller."""
    entries = entries_of(award_list)
    fresh = next((one for one in entries if one.pk == entry.pk), None)
    if fresh is None:
        raise Refused("名单中已经没有这一条，请刷新页面后再看。")
    same = fresh.nomination.category_id
    return fresh, [one for one in entries if one.nomination.category_id == same and one.pk != fresh.pk]


def _outdated_words(entry: AwardListEntry) -> str:
    place = f"第{entry.reserve_place}名" if entry.reserve_place else ""
    now = f"{entry.get_outcome_display()}{place}" + (f"（{entry.note}）" if entry.note else "")
    last = AuditEvent.objects.of(entry).order_by("pk").last()
    who = f"被{last.actor_label}（{timezone.localtime(last.at):%H:%M}）" if last else "被别人"
    return f"“{entry.nomination.nominee}”在您打开之后{who}改过，现在是“{now}”，本次没有记下。请核对后再点。"


def _refuse_out_of_line(
    award_list: AwardList, entry: AwardListEntry, outcome: str, peers: Sequence[AwardListEntry]
) -> None:
    """Hold an amended list to the approved order: a freed place goes to the first reserve."""
    if award_list.number == 1:
        return
    nomination = entry.nomination
    if nomination.status == Standing.DECLINED and outcome != Outcome.DECLINE:
        raise Refused(f"“{nomination.nominee}”已经审定为不予表彰，不能再列入名单。")
    if outcome == Outcome.AWARD and nomination.status != Standing.APPROVED:
        _refuse_past_reserves(entry, peers)


def _refuse_past_reserves(entry: AwardListEntry, peers: Sequence[AwardListEntry]) -> None:
    reserves = [one for one in (entry, *peers) if one.outcome == Outcome.RESERVE]
    first = min(reserves, key=lambda one: one.reserve_place or 0, default=None)
    if first is not None and first.pk != entry.pk:
        raise Refused(
            f"“{entry.nomination.category}”空出的名额须按递补顺序接替，下一位是“{first.nomination.nominee}”"
            f"（递补第{first.reserve_place}名）。请先递补该{entry.nomination.category.nominee_word}，"
            "或把其改为不予表彰并写明理由。"
        )


def _refuse_beyond(category: Category, peers: Sequence[AwardListEntry], *, more: int) -> None:
    taken = sum(one.outcome == Outcome.AWARD for one in peers)
    if taken + more > category.places:
        raise Refused(
            f"“{category}”表彰名额 {category.places} 个，已列拟表彰 {taken} 个，"
            f"{'没有空余' if taken >= category.places else f'放不下 {more} 个'}，本次没有记下。"
            f"请先把另一{category.nominee_word}改为递补或不予表彰。"
        )


def _write(
    name: str,
    award_list: AwardList,
    entry: AwardListEntry,
    peers: Sequence[AwardListEntry],
    outcome: str,
    reserve_place: int | None,
    note: str,
    *,
    by: Any,
    at: datetime.datetime,
) -> None:
    """Write a decision, let the reserves close up, and leave the one line; the caller's transaction."""
    before = (entry.outcome, entry.reserve_place, entry.note)
    line = sorted(
        (one for one in peers if one.outcome == Outcome.RESERVE), key=lambda one: one.reserve_place or 0
    )
    entry.outcome, entry.note, entry.reserve_place = outcome, note[:LONGEST_NOTE], None
    if outcome == Outcome.RESERVE:
        place = _place_in(award_list, entry, line, reserve_place)
        line.insert(place - 1, entry)
        entry.reserve_place = place
    entry.save(update_fields=["outcome", "note", "reserve_place"])
    moved = _close_up(line)
    bump(award_list)
    after = (entry.outcome, entry.reserve_place, entry.note)
    names = ("outcome", "reserve_place", "note")
    changes: dict[str, Any] = {
        key: [old, new] for key, old, new in zip(names, before, after, strict=True) if old != new
    }
    if moved:
        changes["moved"] = "、".join(moved)
    record(f"awardlistentry.{name}", entry, by=by, at=at, changes=changes)


def _place_in(
    award_list: AwardList, entry: AwardListEntry, line: Sequence[AwardListEntry], asked: int | None
) -> int:
    """Return where an entry goes in the line of reserves, 1 the first.

    Raises Refused for a place behind a gap, and in an amended list for another than the approved order gives.
    """
    if award_list.number > 1:
        own_place = _approved_place(entry)
        place = 1 + sum(_approved_place(one) <= own_place for one in line)
        if asked not in (None, place):
            raise Refused(f"已审定的递补顺序不能改动，“{entry.nomination.nominee}”应为递补第{place}名。")
        return place
    if asked is None:
        return len(line) + 1
    if not 1 <= asked <= len(line) + 1:
        raise Refused(
            f"递补顺序须连续：“{entry.nomination.category}”现有其他递补 {len(line)} 名，"
            f"这里可以填 1 到 {len(line) + 1}。"
        )
    return asked


def _approved_place(entry: AwardListEntry) -> int:
    """Return the place that the approved list gave; whoever had none stands behind all who had."""
    return entry.nomination.reserve_place or 10_000


def _close_up(line: Sequence[AwardListEntry]) -> list[str]:
    """Number the reserves 1, 2, 3 … in this order; return who moved, in words."""
    moved = []
    for place, one in enumerate(line, start=1):
        if one.reserve_place != place:
            moved.append(f"{one.nomination.nominee} {one.reserve_place}→{place}")
            one.reserve_place = place
            one.save(update_fields=["reserve_place"])
    return moved


def award_rest(award_list: AwardList, category: Category, *, by: Any, at: datetime.datetime) -> int:
    """Put every nomination of a category that is not decided yet on the list; return how many.

    Raises Refused when they are more than the places left.
    """
    with one_step(AwardListEntry):
        fresh = own_draft(award_list, by)
        peers = [one for one in entries_of(fresh) if one.nomination.category_id == category.pk]
        rest = [one for one in peers if one.outcome == Outcome.OPEN]
        if not rest:
            raise Refused(f"“{category}”没有未议的{category.nominee_word}，请刷新页面后再看。")
        if fresh.number > 1:
            _refuse_past_reserves(rest[0], peers)
        _refuse_beyond(category, peers, more=len(rest))
        for one in rest:
            one.outcome = Outcome.AWARD
        AwardListEntry.objects.bulk_update(rest, ["outcome"])
        bump(fresh)
        names = "、".join(one.nomination.nominee for one in rest)
        record("awardlist.award_rest", fresh, by=by, at=at, changes={"added": names})
        return len(rest)


def promote(entry: AwardListEntry, *, by: Any, at: datetime.datetime) -> AwardListEntry:
    """Let the next reserve of its category take a freed place.

    Raises Refused out of order, naming who is next, and while no place is free.
    """
    with one_step(AwardListEntry):
        award_list = own_draft(entry.award_list, by)
        fresh, peers = _fresh(award_list, entry)
        if fresh.outcome != Outcome.RESERVE:
            raise Refused(
                f"“{fresh.nomination.nominee}”现在是“{fresh.get_outcome_display()}”，不在递补之列。"
                "请刷新页面后再看。"
            )
        _refuse_past_reserves(fresh, peers)
        _refuse_beyond(fresh.nomination.category, peers, more=1)
        _write("promote", award_list, fresh, peers, Outcome.AWARD, None, fresh.note, by=by, at=at)
        return fresh
