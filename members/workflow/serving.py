"""Steps of asking people for a task: who may be asked, asking, answers, the list of telephones."""

import datetime
from collections.abc import Collection
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from guanweihui.audit import record
from guanweihui.workflow import Refused, one_step, own
from members.areas import WRITERS
from members.lately import note_calls
from members.models import Person, TaskCall, TeamMembership
from members.workflow.people import LEAST_PURPOSE


def candidates(actor: Any, *, day: datetime.date, with_moved: bool = False) -> Any:
    """Return the volunteers whom the actor may ask, the least recently asked first, then by pinyin.

    Who was never asked comes first of all. The dead and those who stopped are left out, and so are those
    who moved away unless `with_moved`.
    """
    people = Person.objects.visible_to(actor, roles=WRITERS).volunteers_on(day)
    people = people.filter(on_register__in=[True, False]).by_volunteers_index()
    if not with_moved:
        people = people.filter(Q(moved_away_on=None) | Q(moved_away_on__gt=day))
    return people.order_by(F("last_asked_on").asc(nulls_first=True), "pinyin", "pk")


def for_picker(people: Any) -> Any:
    """Load what a row of the picker shows."""
    return people.select_related("school", "elder_class")


def in_team_on(people: Any, team: Any, day: datetime.date) -> Any:
    """Keep people who are in a team on `day`."""
    return people.filter(pk__in=TeamMembership.objects.of_team(team).serving(day).values("person"))


def chosen(actor: Any, people: Collection[int], *, day: datetime.date) -> list[Person]:
    """Return the people ticked, in the order of their names.

    Raises Refused when nobody is ticked, or somebody is not one whom the actor may ask today.
    """
    keys = set(people)
    if not keys:
        raise Refused("还没有选择人员。请先在名单中勾选。")
    found = list(
        Person.objects.visible_to(actor, roles=WRITERS)
        .volunteers_on(day)
        .filter(pk__in=keys)
        .select_related("district", "school")
        .order_by("pinyin", "pk")
    )
    if missing := len(keys) - len(found):
        raise Refused(f"名单中有 {missing} 人不能邀请：不在您的职责范围内，或已离世、停止服务。请重新选择。")
    if len({one.district_id for one in found}) > 1:
        raise Refused("一次只能邀请同一个区的人员。请按区分别选择。")
    return found


def ask_people(people: Collection[int], task: str, *, by: Any, at: datetime.datetime) -> list[TaskCall]:
    """Write down that these people (keys) were asked for a task today.

    Raises Refused as `chosen` does, and when one of them was asked for the same task today already.
    """
    task, today = task.strip(), timezone.localdate(at)
    if not task:
        raise Refused("请写明任务，例如“读书活动评审”。")
    with one_step(TaskCall):
        found = chosen(by, people, day=today)
        keys = [one.pk for one in found]
        # Held until the end, in one order: a second click waits here and is told below.
        list(Person.objects.filter(pk__in=keys).order_by("pk").select_for_update().values("pk"))
        again = TaskCall.objects.filter(person__in=keys, task=task, asked_on=today).count()
        if again:
            raise Refused(f"其中 {again} 人今天已就同一任务邀请过。请在“邀请记录”中登记答复。")
        user = by if getattr(by, "pk", None) else None
        calls = TaskCall.objects.bulk_create(
            TaskCall(district=one.district, person=one, task=task, asked_on=today, asked_by=user)
            for one in found
        )
        note_calls(keys)
        changes = {"task": task, "people": said(found)}
        record("taskcall.ask", by=by, at=at, district=found[0].district, changes=changes)
    return calls


def answer_call(call: TaskCall, answer: str, *, by: Any, at: datetime.datetime) -> TaskCall:
    """Write down what somebody answered; a later answer takes the place of the first."""
    if answer not in (TaskCall.Answer.YES, TaskCall.Answer.NO):
        raise Refused("请选择“同意”或“不便”。")
    with one_step(TaskCall):
        fresh = own(call, by=by, roles=WRITERS)
        before, fresh.answer = fresh.answer, answer
        fresh.save(update_fields=["answer"])
        record("taskcall.answer", fresh, by=by, at=at, changes={"answer": [before, answer]})
    return fresh


def list_phones(people: Collection[int], *, by: Any, at: datetime.datetime, purpose: str) -> list[Person]:
    """Return the people (keys) for a printed list of their telephones, and record who took it for what.

    Raises Refused without a purpose, and as `chosen` does.
    """
    purpose = purpose.strip()
    if len(purpose) < LEAST_PURPOSE:
        raise Refused(f"打印用途至少写 {LEAST_PURPOSE} 个字，请写明要办什么事。")
    with one_step(Person):
        found = chosen(by, people, day=timezone.localdate(at))
        record(
            "person.phones",
            by=by,
            at=at,
            district=found[0].district,
            reason=purpose,
            changes={"people": said(found)},
        )
    return found


def said(people: Collection[Person]) -> list[str]:
    """Name people as the trail does: with their unit, for namesakes."""
    return [f"{one.name}（{one.school.short_name}）" for one in people]
