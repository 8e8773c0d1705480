"""Steps on teaching events: entered, edited, what was said of them. Their items: see lessons."""

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from guanweihui.audit import record
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own
from outreach.models import EventFeedback, HostSchool, Lesson, Need, PlanItem, Programme, TeachingEvent
from outreach.workflow.needs import take_up
from outreach.workflow.rows import Moved, mark_of

OFFICE = frozenset({Role.DISTRICT})
EVENT_FIELDS = ("name", "from_on", "to_on", "organiser", "summary")
FEEDBACK_FIELDS = ("host_school", "said_on", "returned", "content_with", "words")


def add_event(
    programme: Programme,
    values: Mapping[str, Any],
    *,
    needs: Collection[Need] = (),
    items: Collection[PlanItem] = (),
    by: Any,
    at: datetime.datetime,
) -> TeachingEvent:
    """Enter a teaching event of a programme; the needs that it answers are taken up.

    `values` are EVENT_FIELDS. Raises Refused for days out of order, days outside the programme, an event
    entered before, and needs or tasks of another programme.
    """
    with one_step(TeachingEvent):
        batch = own(programme, by=by, roles=OFFICE)
        event = TeachingEvent(
            programme=batch, **{name: values[name] for name in EVENT_FIELDS if name in values}
        )
        _refuse_days(event, batch)
        event.save(force_insert=True)
        _link(event, needs, items, by=by, at=at)
        changes = {"name": [None, event.name], "from_on": [None, event.from_on], "to_on": [None, event.to_on]}
        record("teachingevent.add", event, by=by, at=at, district=batch.district, changes=changes)
        return event


def edit_event(
    event: TeachingEvent,
    values: Mapping[str, Any],
    *,
    needs: Collection[Need] | None = None,
    items: Collection[PlanItem] | None = None,
    mark: str,
    by: Any,
    at: datetime.datetime,
) -> TeachingEvent:
    """Change an event; its days must go on holding what was held. None leaves needs or tasks as they are.

    `mark` is what the page said of the event when it was opened. Raises Moved for an old tab; Refused as
    add_event() does, for items outside the new days, and when nothing changes.
    """
    with one_step(TeachingEvent):
        fresh = own(event, by=by, roles=OFFICE)
        asked = {name: values[name] for name in EVENT_FIELDS if name in values}
        if mark != (now := mark_of(fresh, EVENT_FIELDS)):
            raise Moved(fresh, asked, now)
        changes: dict[str, Any] = {
            name: [getattr(fresh, name), new] for name, new in asked.items() if getattr(fresh, name) != new
        }
        for name, (_, new) in changes.items():
            setattr(fresh, name, new)
        _refuse_days(fresh, fresh.programme)
        _refuse_items_outside(fresh)
        if changes:
            fresh.save(update_fields=list(changes))
        changes |= _link(fresh, needs, items, by=by, at=at)
        if not changes:
            raise Refused("没有任何改动。")
        district = fresh.programme.district
        record("teachingevent.edit", fresh, by=by, at=at, district=district, changes=changes)
        return fresh


def _refuse_days(event: TeachingEvent, programme: Programme) -> None:
    if event.to_on < event.from_on:
        raise Refused("止期不能早于起期，请核对两个日期。")
    if event.from_on < programme.started_on:
        raise Refused(f"“{programme}”{programme.started_on}才启动，送教日期不能更早。请核对日期或项目。")
    if programme.ends_on and event.to_on > programme.ends_on:
        raise Refused(f"“{programme}”已于{programme.ends_on}结束，送教日期不能更晚。请核对日期或项目。")


def _refuse_items_outside(event: TeachingEvent) -> None:
    held = Lesson.objects.of(event).exclude(held_on__gte=event.from_on, held_on__lte=event.to_on)
    days = sorted({str(day) for day in held.values_list("held_on", flat=True)})
    if days:
        raise Refused(f"{'、'.join(days)}已登记了送教项目，不在新的起止日期之内。请先修改这些项目的日期。")


def _link(
    event: TeachingEvent,
    needs: Collection[Need] | None,
    items: Collection[PlanItem] | None,
    *,
    by: Any,
    at: datetime.datetime,
) -> dict[str, list[str]]:
    """Link needs and tasks of the event's own programme; return what changed in words."""
    changes = {}
    if needs is not None:
        allowed = {one.pk for one in Need.objects.visible_to(by, roles=OFFICE).of_programme(event.programme)}
        if not {one.pk for one in needs} <= allowed:
            raise Refused("所选需求不属于这个项目，请重新选择。")
        before = list(event.needs.order_by("pk"))
        if set(before) != set(needs):
            event.needs.set(needs)
            changes["needs"] = [_said(before), _said(needs)]
            take_up([one for one in needs if one not in before], by=by, at=at)
    if items is not None:
        if any(one.plan.programme_id != event.programme_id for one in items):
            raise Refused("所选方案任务不属于这个项目，请重新选择。")
        tasks = list(event.items.order_by("pk"))
        if set(tasks) != set(items):
            event.items.set(items)
            changes["items"] = [_said(tasks), _said(items)]
    return changes


def _said(rows: Collection[Any]) -> str:
    return "、".join(str(one) for one in rows)


def add_feedback(
    event: TeachingEvent, values: Mapping[str, Any], *, by: Any, at: datetime.datetime
) -> EventFeedback:
    """Enter what was said of an event; `values` are FEEDBACK_FIELDS, without a school all together.

    Raises Refused for more content sheets than came back, a day before the event, and a foreign school.
    """
    with one_step(EventFeedback):
        fresh = own(event, by=by, roles=OFFICE)
        feedback = EventFeedback(
            event=fresh,
            entered_by=by if getattr(by, "pk", None) else None,
            **{name: values[name] for name in FEEDBACK_FIELDS if name in values},
        )
        if feedback.host_school is not None:
            refuse_foreign(fresh, [feedback.host_school])
        if feedback.said_on < fresh.from_on:
            raise Refused(f"反馈日期不能早于送教开始的{fresh.from_on}，请核对。")
        if not feedback.returned and not feedback.words:
            raise Refused("收回份数和意见至少填写一项。")
        feedback.save(force_insert=True)
        changes = {
            "host_school": [None, str(feedback.host_school or "全体参加人员")],
            "returned": [None, feedback.returned],
            "content_with": [None, feedback.content_with],
        }
        district = fresh.programme.district
        record("eventfeedback.add", feedback, by=by, at=at, district=district, changes=changes)
        return feedback


def refuse_foreign(event: TeachingEvent, schools: Collection[HostSchool]) -> None:
    """Refuse host schools of another district than the event's."""
    if any(one.district_id != event.programme.district_id for one in schools):
        raise Refused("所选学校不在本区的受援学校之内，请重新选择。")
