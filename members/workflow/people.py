"""Steps on people. What a step shows or hands out is recorded with its purpose."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from guanweihui import stored, text
from guanweihui.audit import record
from guanweihui.models import AuditEvent, School
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own
from members.keys import fill_keys, id_index
from members.models import Person
from members.photos import keep_photo
from members.workflow.slips import close_link

#: Who may see a person's full values, and who writes his file: the district's staff, and his own school.
REVEALERS = frozenset({Role.DISTRICT, Role.SCHOOL})
#: The encrypted fields, in the order of the paper form.
SENSITIVE = (
    "id_number",
    "phone",
    "home_address",
    "current_address",
    "emergency_contact",
    "emergency_phone",
    "health",
    "illness",
)
#: A purpose shorter than this says nothing.
LEAST_PURPOSE = 4
#: What a form may write, besides further classes and the photograph; states with dates have their own step.
WRITTEN = (
    "school",
    "staff_no",
    "name",
    "former_name",
    "sex",
    "born_on",
    "birth_precision",
    "id_number",
    "native_place",
    "ethnicity",
    "political_status",
    "joined_party_on",
    "joined_party_precision",
    "education",
    "duty",
    "rank",
    "title",
    "subject",
    "began_work_on",
    "began_work_precision",
    "retirement_kind",
    "retired_on",
    "retired_precision",
    "elder_class",
    "is_volunteer",
    "speciality",
    "hobbies",
    "associations",
    "wished_service",
    "available_time",
    "health",
    "illness",
    "phone",
    "home_address",
    "current_address",
    "living_situation",
    "emergency_contact",
    "emergency_phone",
    "remark",
)
#: What the trail keeps of a sealed value.
CHANGED = "已修改"
#: What it keeps of a slip that a death closed.
SLIP_CLOSED = "服务单已停用"
OUT_OF_REACH = "您不能办理这一步：不在您的职责范围内。"


class AlreadyRegistered(Refused):
    """The ID number has a file already; `person` is that file when the actor may see it, else None."""

    def __init__(self, message: str, person: Person | None) -> None:
        super().__init__(message)
        self.person = person


class Outdated(Refused):
    """Somebody saved the file since the form was opened; `person` is the file as it is now."""

    def __init__(self, message: str, person: Person) -> None:
        super().__init__(message)
        self.person = person


@dataclass(frozen=True)
class State:
    """A state with a date: the field of its date, of its place where it has one, and its words."""

    name: str
    label: str
    on: str
    place: str = ""


STATES = {
    state.name: state
    for state in (
        State("moved", "异地安置", "moved_away_on", "moved_away_to"),
        State("stopped", "停止服务", "stopped_on"),
        State("died", "离世", "died_on"),
    )
}


# --- showing what is sealed ---------------------------------------------------------------------------


def reveal(
    person: Person, *, by: Any, at: datetime.datetime, purpose: str, action: str = "person.reveal"
) -> dict[str, str]:
    """Return the sensitive values of a person by field, and record who saw them for what.

    Raises Refused without a purpose, or when the person is not one that the actor may reveal.
    """
    purpose = _purpose(purpose)
    with transaction.atomic():
        fresh = Person.objects.visible_to(by, roles=REVEALERS).filter(pk=person.pk).first()
        if fresh is None:
            raise Refused("您不能查看此人的完整信息：不在您的职责范围内。")
        values = {name: getattr(fresh, name) for name in SENSITIVE}
        seen = [name for name, value in values.items() if value]
        record(action, fresh, by=by, at=at, reason=purpose, changes={"fields": seen})
    return values


def print_form(person: Person, *, by: Any, at: datetime.datetime, purpose: str) -> dict[str, str]:
    """Return the sensitive values for a printed 登记表, recorded as a print; refuses as reveal() does."""
    return reveal(person, by=by, at=at, purpose=purpose, action="person.print_form")


def print_summary(
    school: School, people: Iterable[Person], *, by: Any, at: datetime.datetime, purpose: str
) -> dict[int, str]:
    """Return the full phones for a school's 汇总表 by person; one line for the table.

    Raises Refused without a purpose, or when the school is not one that the actor may reveal.
    """
    purpose = _purpose(purpose)
    with transaction.atomic():
        if not School.objects.visible_to(by, roles=REVEALERS).filter(pk=school.pk).exists():
            raise Refused("您不能打印带完整电话的汇总表：不在您的职责范围内。")
        wanted = {person.pk for person in people}
        found = Person.objects.visible_to(by, roles=REVEALERS).among(wanted).filter(school=school)
        phones = {person.pk: person.phone for person in found}
        changes = {"table": "五老志愿者汇总表", "rows": len(phones), "fields": ["phone"]}
        record("school.print_summary", school, by=by, at=at, reason=purpose, changes=changes)
    return phones


# --- the file ---------------------------------------------------------------------------------------------


def identity_faults(values: dict[str, Any]) -> dict[str, str]:
    """Compare an ID number with birth and sex, and fill in what it says: {field: what does not agree}.

    Writes into `values`; nothing without an ID number. No message repeats the number.
    """
    if not values.get("id_number"):
        return {}
    known = text.parse_id_number(values["id_number"])
    faults = {}
    if values.get("born_on") is None:
        values.update(born_on=known.birth, birth_precision="day")
    elif not _agrees(known.birth, values["born_on"], values.get("birth_precision") or "day"):
        faults["born_on"] = "与身份证号中的出生日期不一致，请对照证件核对这两栏。"
    elif values.get("birth_precision") != "day":
        values.update(born_on=known.birth, birth_precision="day")
    if not values.get("sex"):
        values["sex"] = known.sex
    elif values["sex"] != known.sex:
        faults["sex"] = "与身份证号中的性别不一致，请对照证件核对这两栏。"
    return faults


def _agrees(birth: datetime.date, born_on: datetime.date, precision: str) -> bool:
    length = {"day": 3, "month": 2, "year": 1}[precision]
    return birth.timetuple()[:length] == born_on.timetuple()[:length]


def register_person(values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> Person:
    """Open the file of a person; `values` by field, with further_classes (classes) and photo (JPEG bytes).

    Raises AlreadyRegistered when the ID number has a file in the district; Refused when the school is
    outside the actor's reach, the name is empty, or ID number, birth and sex do not agree.
    """
    values = _checked(values)
    with one_step(Person):
        school = _own_school(values.get("school"), by)
        _refuse_second(school, values.get("id_number", ""), by=by)
        fields = {name: values[name] for name in WRITTEN if name in values}
        person = fill_keys(Person(**fields | {"school": school, "district": school.district}))
        person.on_register = bool(person.retirement_kind)
        person.photo = _kept(values.get("photo"))
        person.save(force_insert=True)
        _set_classes(person, values.get("further_classes", ()))
        record("person.register", person, by=by, at=at, changes={"school": school.short_name})
        return person


def edit_person(
    person: Person, values: Mapping[str, Any], *, version: int, by: Any, at: datetime.datetime
) -> Person:
    """Write what changed in a person's file; `values` as for register_person, those left out stay.

    `version` is that of the file when the form was opened. Raises Outdated when it was saved since,
    AlreadyRegistered for an ID number that has another file, Refused otherwise.
    """
    with one_step(Person):
        fresh = own(person, by=by, roles=REVEALERS)
        if fresh.version != version:
            raise Outdated(_who_saved(fresh), fresh)
        before = {name: getattr(fresh, name) for name in WRITTEN}
        values = _checked({**before, **values}, before)
        changes = {
            name: _kept_of(name, before[name], values[name])
            for name in WRITTEN
            if values[name] != before[name]
        }
        if "school" in changes:
            _refuse_other_district(fresh, _own_school(values["school"], by))
        if "id_number" in changes:
            _refuse_second(fresh.school, values["id_number"], by=by, but=fresh)
        for name in WRITTEN:
            setattr(fresh, name, values[name])
        if "retirement_kind" in changes:
            fresh.on_register = bool(fresh.retirement_kind)
        if "further_classes" in values or "elder_class" in changes:
            changes |= _set_classes(fresh, values.get("further_classes", fresh.further_classes.all()))
        if values.get("photo"):
            changes["photo"] = CHANGED
            _replace_photo(fresh, values["photo"])
        if not changes:
            raise Refused("没有改动任何一栏，不用保存。")
        fresh.version += 1
        fill_keys(fresh).save()
        record("person.edit", fresh, by=by, at=at, changes=changes)
        return fresh


def change_state(
    person: Person, state: str, on: datetime.date, *, place: str = "", by: Any, at: datetime.datetime
) -> Person:
    """Note that a person moved away, stopped his service or died, on a day that is past or today.

    A death closes his paper slip, which would go on greeting him; whoever died by mistake gets a new one.
    Raises Refused for a day to come or before his birth, a move without a place, a state noted already.
    """
    kind = STATES[state]
    with one_step(Person):
        fresh = own(person, by=by, roles=REVEALERS)
        if getattr(fresh, kind.on) is not None:
            raise Refused(f"已登记过{kind.label}。日期要改时，请先撤销，再重新登记。")
        if on > at.astimezone(_zone()).date():
            raise Refused(f"{kind.label}日期不能晚于今天，请核对。")
        if fresh.born_on and on < fresh.born_on:
            raise Refused(f"{kind.label}日期早于出生日期，请核对。")
        if kind.place and not place:
            raise Refused("请填写安置地。")
        changes: dict[str, Any] = {kind.on: [None, on]}
        setattr(fresh, kind.on, on)
        if kind.place:
            changes[kind.place] = ["", place]
            setattr(fresh, kind.place, place)
        fresh.save(update_fields=list(changes))
        if kind.name == "died" and close_link(fresh.slip_link_id, at):
            changes["slip_link"] = SLIP_CLOSED
        record("person.change_state", fresh, by=by, at=at, reason=kind.label, changes=changes)
        return fresh


def undo_state(person: Person, state: str, *, by: Any, at: datetime.datetime, reason: str) -> Person:
    """Take back a state noted by mistake. Raises Refused without a reason or a state to take back."""
    kind = STATES[state]
    if not reason.strip():
        raise Refused("请写明撤销的理由。")
    with one_step(Person):
        fresh = own(person, by=by, roles=REVEALERS)
        if getattr(fresh, kind.on) is None:
            raise Refused(f"没有登记{kind.label}，不用撤销。")
        changes: dict[str, Any] = {kind.on: [getattr(fresh, kind.on), None]}
        setattr(fresh, kind.on, None)
        if kind.place:
            changes[kind.place] = [getattr(fresh, kind.place), ""]
            setattr(fresh, kind.place, "")
        fresh.save(update_fields=list(changes))
        record("person.undo_state", fresh, by=by, at=at, reason=reason.strip(), changes=changes)
        return fresh


# --- parts of the steps -----------------------------------------------------------------------------------


def _purpose(purpose: str) -> str:
    """Return a purpose that says something. Raises Refused for any other."""
    purpose = purpose.strip()
    if len(purpose) < LEAST_PURPOSE:
        raise Refused(f"查看用途至少写 {LEAST_PURPOSE} 个字，请写明要办什么事。")
    return purpose


def _zone() -> Any:
    from django.utils import timezone

    return timezone.get_default_timezone()


def _checked(values: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Write names and ID number in their one form; an old disagreement stands until it is touched."""
    checked = dict(values)
    try:
        checked["name"] = text.clean_name(checked.get("name") or "")
        if checked.get("former_name"):
            checked["former_name"] = text.clean_name(checked["former_name"])
        if checked.get("id_number"):
            checked["id_number"] = text.parse_id_number(checked["id_number"]).value18
    except text.TextError as fault:
        raise Refused(f"{fault}。") from fault
    touched = ("id_number", "born_on", "birth_precision", "sex")
    is_touched = before is None or any(checked.get(name) != before[name] for name in touched)
    if is_touched and (faults := identity_faults(checked)):
        field, words = next(iter(faults.items()))
        label = {"born_on": "出生年月", "sex": "性别"}[field]
        raise Refused(f"“{label}”{words}")
    return checked


def _own_school(school: School | None, by: Any) -> School:
    found = School.objects.visible_to(by, roles=REVEALERS).select_related("district")
    fresh = found.filter(pk=school.pk).first() if school else None
    if fresh is None:
        raise Refused(OUT_OF_REACH)
    return fresh


def _refuse_other_district(person: Person, school: School) -> None:
    """Refuse a school of another district: cards, records and ID numbers of a file are its district's."""
    if school.district_id != person.district_id:
        raise Refused(
            f"“单位”不能改为{school.full_name}：它不在{person.district}，一份档案只属于一个区。"
            f"请选择{person.district}的学校；人已转到别的区的，请由那个区的学校另行建档。"
        )


def _refuse_second(school: School, id_number: str, *, by: Any, but: Person | None = None) -> None:
    """Refuse an ID number that has a file in the district; the file is named only to who may see it."""
    if not id_number:
        return
    twins = Person.objects.filter(district=school.district_id, id_index=id_index(id_number)).living_files()
    twin = twins.exclude(pk=but.pk if but else None).first()
    if twin is None:
        return
    seen = Person.objects.visible_to(by, roles=REVEALERS).filter(pk=twin.pk).select_related("school").first()
    if seen is not None:
        raise AlreadyRegistered(
            f"这个身份证号已有档案：{seen.name}（{seen.school.short_name}）。一人只建一份档案。", seen
        )
    raise AlreadyRegistered(
        "这个身份证号已由本区另一所学校登记。一人只建一份档案，请向对方学校提出转校申请，由对方确认后转入。",
        None,
    )


def _who_saved(person: Person) -> str:
    """Say who saved the file last, and when, as far as the trail knows."""
    actions = ("person.edit", "person.change", "person.merge", "person.unmerge")
    event = AuditEvent.objects.of(person).filter(action__in=actions).last()
    if event is None:
        return "这份材料在您打开之后被改过。"
    return f"这份材料在您打开之后被{event.actor_label}（{event.at.astimezone(_zone()):%Y-%m-%d %H:%M}）改过。"


def _kept_of(name: str, before: Any, after: Any) -> Any:
    """Write a change for the trail: of what is sealed only that it changed."""
    if name in SENSITIVE:
        return CHANGED
    return [before if before is None else str(before), after if after is None else str(after)]


def _set_classes(person: Person, classes: Iterable[Any]) -> dict[str, Any]:
    """Set the further classes: of the person's district, without his main class; return what changed."""
    wanted = {one.pk: one for one in classes if one.pk != person.elder_class_id}
    both = [*wanted.values(), *([person.elder_class] if person.elder_class else [])]
    if any(one.district_id != person.district_id for one in both):
        raise Refused("五老类别不是本区的类别，请重新选择。")
    before = {one.pk: one for one in person.further_classes.all()}
    if before.keys() == wanted.keys():
        return {}
    person.further_classes.set(wanted.values())
    return {"further_classes": [_names(before), _names(wanted)]}


def _names(classes: Mapping[int, Any]) -> str:
    return "、".join(str(one) for one in sorted(classes.values(), key=lambda one: (one.position, one.pk)))


def _kept(photo: bytes | None) -> str:
    """Store a photograph; a step refused afterwards leaves a sealed file that no row names."""
    return keep_photo(photo) if photo else ""


def _replace_photo(person: Person, photo: bytes) -> None:
    old, person.photo = person.photo, _kept(photo)
    if old:
        transaction.on_commit(lambda: stored.delete(old))
