"""What the portal knows of a nominee already: the values that a form field may name as its source."""

import datetime
from collections.abc import Callable, Iterable, Mapping

from django.urls import reverse
from django.utils import timezone

from awards.models import FormField, Nomination
from guanweihui import text
from guanweihui.questionnaire import Known, Value
from members.models import Appointment, Person

FILE, UNIT, COMMITTEE = "人员档案", "单位信息", "关工委任职"

Look = Callable[[Nomination, datetime.date], Value]


def _of_person(name: str) -> Look:
    def look(nomination: Nomination, day: datetime.date) -> Value:
        return getattr(nomination.person, name) or None if nomination.person_id else None

    return look


def _elder_class(nomination: Nomination, day: datetime.date) -> Value:
    person = nomination.person
    return str(person.elder_class) if person is not None and person.elder_class_id else None


def _day_of_person(name: str, precision: str) -> Look:
    """Write a person's date as a form takes it: ISO, as exact as it is known."""

    def look(nomination: Nomination, day: datetime.date) -> Value:
        on = getattr(nomination.person, name) if nomination.person_id else None
        known: text.Precision = getattr(nomination.person, precision) or "day"
        return text.PartialDate(on, known).iso() if on else None

    return look


def _of_unit(name: str) -> Look:
    return lambda nomination, day: str(getattr(nomination.unit, name) or "") or None


def _stage(nomination: Nomination, day: datetime.date) -> Value:
    return nomination.unit.get_stage_display()


def _group(nomination: Nomination, day: datetime.date) -> Value:
    return nomination.unit.group.full_name


def _head(position: str) -> Look:
    def look(nomination: Nomination, day: datetime.date) -> Value:
        heads = Appointment.objects.of_unit(nomination.unit).serving(day).in_position(position)
        found = heads.order_by("-from_on", "-pk").first()
        return found.printed_name if found else None

    return look


def _elders(nomination: Nomination, day: datetime.date) -> Value:
    return Person.objects.of_school(nomination.unit).volunteers_on(day).count()


#: Every source by its name: what it is called, where it comes from, and how it is found.
SOURCES: Mapping[str, tuple[str, str, Look]] = {
    "unit.full_name": ("单位全称", UNIT, _of_unit("full_name")),
    "unit.stage": ("学段", UNIT, _stage),
    "unit.group": ("所属协作组", UNIT, _group),
    "unit.director": ("关工委主任", COMMITTEE, _head(Appointment.Position.DIRECTOR)),
    "unit.executive": ("常务副主任", COMMITTEE, _head(Appointment.Position.EXECUTIVE_DEPUTY)),
    "unit.elders": ("五老志愿者人数", "人员名册", _elders),
    "person.name": ("姓名", FILE, _of_person("name")),
    "person.sex": ("性别", FILE, _of_person("sex")),
    "person.ethnicity": ("民族", FILE, _of_person("ethnicity")),
    "person.political_status": ("政治面貌", FILE, _of_person("political_status")),
    "person.duty": ("职务", FILE, _of_person("duty")),
    "person.rank": ("职级", FILE, _of_person("rank")),
    "person.born_on": ("出生年月", FILE, _day_of_person("born_on", "birth_precision")),
    "person.retired_on": ("退休时间", FILE, _day_of_person("retired_on", "retired_precision")),
    "person.elder_class": ("五老类别", FILE, _elder_class),
}


def source_choices() -> list[tuple[str, str]]:
    """Return (name, label) of every source, for the editor of a form."""
    return [(name, f"{label}（{where}）") for name, (label, where, _) in SOURCES.items()]


def known_of(nomination: Nomination, fields: Iterable[FormField]) -> dict[str, Known]:
    """Return what the portal knows of these fields, by key, with its source and the address of its rows."""
    day = timezone.localdate()
    found: dict[str, Known] = {}
    for field in fields:
        if (source := SOURCES.get(field.source)) is None:
            continue
        _, where, look = source
        value = look(nomination, day)
        if value is not None:
            found[field.key] = Known(value, where, _url(nomination, field.source))
    return found


def _url(nomination: Nomination, source: str) -> str:
    if source.startswith("person.") and nomination.person_id:
        return reverse("person-detail", args=[nomination.person_id])
    return reverse("school-detail", args=[nomination.unit_id])
