"""What the portal knows of a nominee already: the values that a form field may name as its source."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils import timezone

from awards.models import FormField, Honour, Nomination
from guanweihui import text
from guanweihui.questionnaire import Known, Value, written
from members.models import Appointment, Card, Person, ServiceRecord

FILE, UNIT, COMMITTEE, ROLL = "人员档案", "单位信息", "关工委任职", "表彰名册"

Position = Appointment.Position
HEADS = (Position.DIRECTOR, Position.EXECUTIVE_DEPUTY, Position.LIAISON)


@dataclass
class About:
    """A nominee on a day; what several sources look at is read once."""

    nomination: Nomination
    day: datetime.date

    @cached_property
    def heads(self) -> dict[int, Appointment]:
        """Return who leads the committee of the unit, by position; the latest where two hold one."""
        found: dict[int, Appointment] = {}
        seats = Appointment.objects.committee_on(self.nomination.unit, self.day)
        for one in seats.filter(position__in=HEADS):
            found.setdefault(one.position, one)
        return found

    @cached_property
    def seats(self) -> list[Appointment]:
        """Return every seat on a committee that the person held or holds."""
        person = self.nomination.person
        if person is None:
            return []
        seats = Appointment.objects.filter(person=person).select_related("district", "group", "school")
        return list(seats.order_by("pk"))


Look = Callable[[About], Value]


def _of_person(name: str) -> Look:
    def look(about: About) -> Value:
        return getattr(about.nomination.person, name) or None if about.nomination.person_id else None

    return look


def _elder_class(about: About) -> Value:
    person = about.nomination.person
    return str(person.elder_class) if person is not None and person.elder_class_id else None


def _day(row: object, name: str, precision: str) -> Value:
    """Write a date as a form takes it: ISO, as exact as it is known."""
    on = getattr(row, name)
    known: text.Precision = getattr(row, precision) or "day"
    return text.PartialDate(on, known).iso() if on else None


def _day_of_person(name: str, precision: str) -> Look:
    return lambda about: (
        _day(about.nomination.person, name, precision) if about.nomination.person_id else None
    )


def _unit_of_person(about: About) -> Value:
    return about.nomination.unit.full_name if about.nomination.person_id else None


def _volunteer_number(about: About) -> Value:
    card = getattr(about.nomination.person, "card", None)
    return card.number if card is not None and card.status == Card.Status.VALID else None


def _hours(about: About) -> Value:
    """Add up the confirmed service of a volunteer, training left out; none of somebody who never served."""
    if about.nomination.person_id is None:
        return None
    hours = ServiceRecord.objects.of_person(about.nomination.person).confirmed().service().hours()
    return f"{hours:g}" if hours else None


def _post(about: About) -> Value:
    """Name the seats on committees that a person holds, the highest first."""
    held = [
        one
        for one in about.seats
        if (one.from_on is None or one.from_on <= about.day) and (one.to_on is None or one.to_on >= about.day)
    ]
    held.sort(key=lambda one: one.position)
    return "、".join(f"{one.unit}{one.get_position_display()}" for one in held) or None


def _years(about: About) -> Value:
    """Count the full years since a person's first seat on a committee, or since he became a volunteer."""
    began = [one.from_on for one in about.seats if one.from_on is not None]
    if about.nomination.person is not None and about.nomination.person.registered_on is not None:
        began.append(about.nomination.person.registered_on)
    if not began:
        return None
    first, day = min(began), about.day
    return max(0, day.year - first.year - ((day.month, day.day) < (first.month, first.day)))


def _of_unit(name: str) -> Look:
    return lambda about: str(getattr(about.nomination.unit, name) or "") or None


def _stage(about: About) -> Value:
    return about.nomination.unit.get_stage_display()


def _group(about: About) -> Value:
    return about.nomination.unit.group.full_name


def _set_up(about: About) -> Value:
    return _day(about.nomination.unit, "committee_set_up_on", "committee_set_up_precision")


def _head(position: int) -> Look:
    def look(about: About) -> Value:
        found = about.heads.get(position)
        return found.printed_name if found else None

    return look


def _elders(about: About) -> Value:
    return Person.objects.of_school(about.nomination.unit).volunteers_on(about.day).count()


def _honours(about: About) -> Value:
    """Write out what the nominee was commended with, a line an honour, the latest first."""
    return "\n".join(_honour_words(about.nomination)) or None


def _honour_words(nomination: Nomination) -> Iterator[str]:
    person, unit = nomination.person, nomination.unit
    own = Honour.objects.filter(person=person) if person else Honour.objects.filter(unit=unit, person=None)
    for one in own.standing().for_list():
        decided = one.decision.decided_on
        yield f"{decided.year}年{decided.month}月 {one.category}（{one.decision.doc_number}）"


#: Every source by its name: what it is called, where it comes from, and how it is found.
SOURCES: Mapping[str, tuple[str, str, Look]] = {
    "unit.full_name": ("单位全称", UNIT, _of_unit("full_name")),
    "unit.short_name": ("单位简称", UNIT, _of_unit("short_name")),
    "unit.stage": ("学段", UNIT, _stage),
    "unit.group": ("所属协作组", UNIT, _group),
    "unit.set_up_on": ("关工委成立时间", UNIT, _set_up),
    "unit.director": ("关工委主任", COMMITTEE, _head(Position.DIRECTOR)),
    "unit.executive": ("常务副主任", COMMITTEE, _head(Position.EXECUTIVE_DEPUTY)),
    "unit.liaison": ("联络员", COMMITTEE, _head(Position.LIAISON)),
    "unit.elders": ("五老志愿者人数", "人员名册", _elders),
    "unit.honours": ("单位曾获荣誉", ROLL, _honours),
    "person.name": ("姓名", FILE, _of_person("name")),
    "person.sex": ("性别", FILE, _of_person("sex")),
    "person.ethnicity": ("民族", FILE, _of_person("ethnicity")),
    "person.native_place": ("籍贯", FILE, _of_person("native_place")),
    "person.political_status": ("政治面貌", FILE, _of_person("political_status")),
    "person.education": ("文化程度", FILE, _of_person("education")),
    "person.unit": ("所在单位", UNIT, _unit_of_person),
    "person.duty": ("职务", FILE, _of_person("duty")),
    "person.rank": ("职级", FILE, _of_person("rank")),
    "person.title": ("职称", FILE, _of_person("title")),
    "person.born_on": ("出生年月", FILE, _day_of_person("born_on", "birth_precision")),
    "person.began_work_on": (
        "参加工作时间",
        FILE,
        _day_of_person("began_work_on", "began_work_precision"),
    ),
    "person.joined_party_on": ("入党时间", FILE, _day_of_person("joined_party_on", "joined_party_precision")),
    "person.retired_on": ("退休时间", FILE, _day_of_person("retired_on", "retired_precision")),
    "person.elder_class": ("五老类别", FILE, _elder_class),
    "person.volunteer_number": ("志愿者编号", "志愿者证", _volunteer_number),
    "person.hours": ("累计服务时间（小时）", "服务记录", _hours),
    "person.committee_post": ("关工委职务", COMMITTEE, _post),
    "person.committee_years": ("从事关工委工作年限", COMMITTEE, _years),
    "person.honours": ("个人曾获荣誉", ROLL, _honours),
}


def source_choices() -> list[tuple[str, str]]:
    """Return (name, label) of every source, for the editor of a form."""
    return [(name, f"{label}（{where}）") for name, (label, where, _) in SOURCES.items()]


def known_of(nomination: Nomination, fields: Iterable[FormField]) -> dict[str, Known]:
    """Return what the portal knows of these fields, by key, with its source and the address of its rows.

    Long texts are left out: they are begun with what is known (prefilled()) and written on, not compared.
    """
    return _known(nomination, [one for one in fields if one.format != FormField.Format.LONG])


def prefilled(nomination: Nomination, fields: Iterable[FormField]) -> dict[str, str]:
    """Return what a new nomination holds: every value that the portal knows, as if typed."""
    return {key: written(known.value) for key, known in _known(nomination, fields).items()}


def _known(nomination: Nomination, fields: Iterable[FormField]) -> dict[str, Known]:
    about = About(nomination, timezone.localdate())
    found: dict[str, Known] = {}
    for field in fields:
        if (source := SOURCES.get(field.source)) is None:
            continue
        _, where, look = source
        value = fitted(look(about), field)
        if value is not None:
            found[field.key] = Known(value, where, _url(nomination, field.source))
    return found


def fitted(value: Value, field: FormField) -> Value:
    """Turn what is known into what the field takes, so that it stands there as if typed.

    A text too long for the field loses its last lines; None when nothing of it fits.
    """
    if value is None:
        return None
    if field.format == FormField.Format.INT:
        whole = written(value).partition(".")[0]
        return int(whole) if whole.isdecimal() else None
    if field.format == FormField.Format.CHOICE:
        return value if value in field.choices else None
    lines, said = written(value).split("\n"), ""
    mark = "\n" if field.format == FormField.Format.LONG else "；"
    for line in lines:
        longer = f"{said}{mark}{line}" if said else line
        if len(longer) > field.longest:
            break
        said = longer
    return said or None


def _url(nomination: Nomination, source: str) -> str:
    if source.startswith("person.") and nomination.person_id:
        return reverse("person-detail", args=[nomination.person_id])
    return reverse("school-detail", args=[nomination.unit_id])
