"""Steps on the items of a teaching event: paired lessons, reviews, lectures."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from guanweihui.audit import record
from guanweihui.workflow import Refused, one_step, own
from outreach.lessons import missing_teachers
from outreach.models import HostSchool, Lesson, TeachingEvent
from outreach.workflow.events import OFFICE, refuse_foreign
from outreach.workflow.rows import Moved, mark_of

LESSON_FIELDS = (
    "held_on",
    "host_school",
    "kind",
    "subject",
    "topic",
    "local_teacher",
    "visiting_teacher",
    "research_officer",
    "attendances",
    "radiated_unnamed",
)


def add_lesson(
    event: TeachingEvent,
    values: Mapping[str, Any],
    *,
    radiated: Collection[HostSchool] = (),
    new_schools: Sequence[str] = (),
    by: Any,
    at: datetime.datetime,
) -> Lesson:
    """Enter an item; `values` are LESSON_FIELDS, `new_schools` names of radiated schools not known yet.

    A new school stands in the region of the place. Raises Refused for a day outside the event's, a school
    closed before the day, a kind without its teachers, and an item entered before.
    """
    with one_step(Lesson, HostSchool):
        fresh = own(event, by=by, roles=OFFICE)
        lesson = Lesson(event=fresh, **{name: values[name] for name in LESSON_FIELDS if name in values})
        _refuse(lesson, fresh, radiated)
        lesson.save(force_insert=True)
        lesson.radiated.set([*radiated, *_named(lesson, new_schools)])
        changes = {
            "held_on": [None, lesson.held_on],
            "host_school": [None, str(lesson.host_school)],
            "kind": [None, lesson.kind],
            "subject": [None, lesson.subject],
            "radiated": [None, _said(lesson)],
        }
        record("lesson.add", lesson, by=by, at=at, district=fresh.programme.district, changes=changes)
        return lesson


def edit_lesson(
    lesson: Lesson,
    values: Mapping[str, Any],
    *,
    radiated: Collection[HostSchool] = (),
    new_schools: Sequence[str] = (),
    mark: str,
    by: Any,
    at: datetime.datetime,
) -> Lesson:
    """Change an item and the schools that it radiates to.

    Raises Moved for an old tab, Refused as add_lesson() does and when nothing changes.
    """
    with one_step(Lesson, HostSchool):
        fresh = own(lesson, by=by, roles=OFFICE)
        # Locked too: its days must not move while the item's day is held against them.
        event, was = own(fresh.event, by=by, roles=OFFICE), _said(fresh)
        if mark != (now := mark_of(fresh, LESSON_FIELDS)):
            raise Moved(fresh, {name: values[name] for name in LESSON_FIELDS if name in values}, now)
        changes: dict[str, Any] = {}
        for name in LESSON_FIELDS:
            if name in values and getattr(fresh, name) != values[name]:
                changes[name] = [getattr(fresh, name), values[name]]
                setattr(fresh, name, values[name])
        _refuse(fresh, event, radiated)
        if changes:
            fresh.save(update_fields=list(changes))
        fresh.radiated.set([*radiated, *_named(fresh, new_schools)])
        if (named := _said(fresh)) != was:
            changes["radiated"] = [was, named]
        if not changes:
            raise Refused("没有任何改动。")
        record("lesson.edit", fresh, by=by, at=at, district=event.programme.district, changes=changes)
        return fresh


def remove_lesson(lesson: Lesson, *, by: Any, at: datetime.datetime, reason: str) -> TeachingEvent:
    """Remove an item that was entered by mistake; the line keeps what it said. Returns the event."""
    if not reason.strip():
        raise Refused("请写明删除的理由。")
    with one_step(Lesson):
        fresh = own(lesson, by=by, roles=OFFICE)
        event = fresh.event
        changes = {
            **{name: [_word(getattr(fresh, name)), None] for name in LESSON_FIELDS},
            "radiated": [_said(fresh), None],
        }
        record(
            "lesson.remove",
            fresh,
            by=by,
            at=at,
            district=event.programme.district,
            reason=reason.strip(),
            changes=changes,
        )
        fresh.radiated.clear()
        fresh.delete()
        return event


def _word(value: Any) -> Any:
    return str(value) if isinstance(value, HostSchool) else value


def _said(lesson: Lesson) -> str:
    return "、".join(one.name for one in lesson.radiated.order_by("pk"))


def _refuse(lesson: Lesson, event: TeachingEvent, radiated: Collection[HostSchool]) -> None:
    if not event.from_on <= lesson.held_on <= event.to_on:
        raise Refused(
            f"这次送教从{event.from_on}到{event.to_on}，日期要在其中。请核对日期，或先修改送教的起止日期。"
        )
    refuse_foreign(event, [lesson.host_school, *radiated])
    closed = lesson.host_school.closed_on
    if closed and closed <= lesson.held_on:
        raise Refused(f"“{lesson.host_school}”已于{closed}停办，这一天不能在那里活动。请核对日期和地点。")
    faults = [f"{message}。" for _, message in missing_teachers(lesson)]
    if faults:
        raise Refused("\n".join([*faults, "请补上姓名再保存。"]))


def _named(lesson: Lesson, names: Sequence[str]) -> list[HostSchool]:
    """Return the schools of these names, new ones made in the region of the lesson's place."""
    place = lesson.host_school
    known = {one.name: one for one in HostSchool.objects.filter(district=place.district, name__in=names)}
    for name in names:
        if name not in known:
            known[name] = HostSchool.objects.create(district=place.district, name=name, region=place.region)
    return list(known.values())
