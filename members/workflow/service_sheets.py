"""Steps on sign-in sheets: opened and printed before the activity, entered in one go afterwards."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone

from guanweihui.audit import record
from guanweihui.models import District
from guanweihui.scope import Role, reach_of
from guanweihui.text import TextError, check_text
from guanweihui.workflow import Refused, one_step, own
from members.lately import note_services
from members.models import Person, ServiceRecord, ServiceSheet
from members.rules import rule_on
from members.workflow.service import WRITERS, account_of
from members.workflow.service_rules import fault_of, said

#: A sheet holds no more people than this; the form of its grid neither.
MOST_PEOPLE = 300
TEXTS = ("content", "place", "contact", "contact_phone")


class SheetFaults(Refused):
    """Faults of a sheet's rows: sentences by the key of the person. Nothing was written."""

    def __init__(self, faults: Mapping[int, str]) -> None:
        super().__init__(f"有 {len(faults)} 行需要修改，本次没有保存。")
        self.faults = dict(faults)


@dataclass(frozen=True)
class Entry:
    """One row of a sheet: who, whether he came, and his hours (as half hours)."""

    person: int
    present: bool
    half_hours: int = 0


@dataclass(frozen=True)
class Entered:
    """What entering a sheet did: the new records, and how many people had one already."""

    records: tuple[ServiceRecord, ...]
    unchanged: int

    @property
    def half_hours(self) -> int:
        return sum(row.half_hours for row in self.records)


def open_sheet(values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> ServiceSheet:
    """Open a sheet with the next number of its district and year, and the people expected.

    `values`: content, place, held_on, starts_at, ends_at; further kind, school, team, contact,
    contact_phone, people. A school opens its own sheets only. Raises Refused.
    """
    try:
        texts = {name: check_text(values.get(name) or "").strip() for name in TEXTS}
    except TextError as fault:
        raise Refused(f"文字中有不能保存的字符：{fault}。") from fault
    people = list(values.get("people") or ())
    if len(people) > MOST_PEOPLE:
        raise Refused(f"一张签到表最多 {MOST_PEOPLE} 人，现有 {len(people)} 人，请分成几张。")
    with one_step(ServiceSheet):
        district = _organising_district(values, by)
        fields = ("school", "team", "held_on", "starts_at", "ends_at", "kind")
        sheet = ServiceSheet.objects.create(
            district=district,
            number=_next_number(district, values["held_on"].year),
            created_by=account_of(by),
            created_at=at,
            **texts,
            **{name: values[name] for name in fields if values.get(name)},
        )
        sheet.expected.set(people)
        changes = {"held_on": sheet.held_on, "count": len(people)}
        record("servicesheet.open", sheet, by=by, at=at, changes=changes)
    return sheet


def _organising_district(values: Mapping[str, Any], by: Any) -> District:
    """Lock the district that numbers the sheet. Raises Refused when the organiser is not the actor's."""
    reach, school, team = reach_of(by), values.get("school"), values.get("team")
    districts = reach.of({Role.DISTRICT}).ids("district")
    if school is not None:
        pk = school.district_id
        if pk not in districts and school.pk not in reach.of({Role.SCHOOL}).ids("school"):
            raise Refused("您只能建立本校的签到表。")
    else:
        pk = team.district_id if team is not None else next(iter(districts), None)
        if pk not in districts:
            raise Refused("请选择组织学校：队伍和区级活动的签到表由区关工委建立。")
    if team is not None and team.district_id != pk:
        raise Refused("组织学校和队伍不在同一个区，请重新选择。")
    return District.objects.select_for_update().get(pk=pk)


def _next_number(district: District, year: int) -> str:
    """Return the next free number; the caller holds the district's row."""
    begin = f"QD{year}"
    used = ServiceSheet.objects.filter(district=district, number__startswith=begin)
    last = used.order_by(Length("number").desc(), "-number").values_list("number", flat=True).first()
    return f"{begin}{int(last.removeprefix(begin)) + 1 if last else 1:04}"


def enter_sheet(
    sheet: ServiceSheet, entries: Collection[Entry], *, by: Any, at: datetime.datetime
) -> Entered:
    """Write the confirmed records of everybody present, all in one transaction, with one audit line.

    Who has the same record on this sheet already is left alone, so a second submit writes nothing and
    leaves no line. A sheet of an earlier calendar year is its own evidence: its records are back entries
    of the best grade. Raises SheetFaults with all faults by person, or Refused.
    """
    today = timezone.localdate(at)
    with one_step(ServiceRecord):
        fresh = own(sheet, by=by, roles=WRITERS)
        if fresh.held_on > today:
            raise Refused(f"活动在 {fresh.held_on:%Y-%m-%d} 举行，结束以后再登记。")
        present = {one.person: one for one in entries if one.present}
        people = _locked_people(fresh, present, by)
        standing = _standing_on(fresh.held_on, people)
        rule, faults, rows, unchanged = rule_on(fresh.district, fresh.held_on), {}, [], 0
        for pk, entry in present.items():
            mine = next((one for one in standing[pk] if one.sheet_id == fresh.pk), None)
            if pk not in people:
                faults[pk] = "不在您的职责范围内，或档案已并入另一份，请去掉此行。"
            elif mine is not None:
                unchanged += mine.half_hours == entry.half_hours
                if mine.half_hours != entry.half_hours:
                    faults[pk] = f"已登记 {said(mine.half_hours)} 小时。要改请先作废原记录。"
            else:
                row = _record_of(fresh, people[pk], entry, by, at)
                fault = fault_of(
                    row, person=people[pk], others=standing[pk], rule=rule, today=today, claimed_on=today
                )
                rows, faults = [*rows, row], faults | ({pk: fault} if fault else {})
        if faults:
            raise SheetFaults(faults)
        if rows:
            ServiceRecord.objects.bulk_create(rows)
            note_services([row.person_id for row in rows])
            changes = {"rows": len(rows), "half_hours": sum(row.half_hours for row in rows)}
            record("servicesheet.enter", fresh, by=by, at=at, changes=changes)
    return Entered(tuple(rows), unchanged)


def _locked_people(sheet: ServiceSheet, keys: Iterable[int], by: Any) -> dict[int, Person]:
    """Lock the people of a sheet, always in the same order, so that two sheets never wait for each other."""
    allowed = people_for(sheet, keys, by=by).values("pk")
    locked = Person._default_manager.select_for_update().filter(pk__in=allowed).order_by("pk")
    return {person.pk: person for person in locked}


def _standing_on(day: datetime.date, people: Iterable[int]) -> dict[int, list[ServiceRecord]]:
    found: dict[int, list[ServiceRecord]] = defaultdict(list)
    for row in ServiceRecord.objects.filter(person__in=list(people)).on(day).standing():
        found[row.person_id].append(row)
    return found


def _record_of(
    sheet: ServiceSheet, person: Person, entry: Entry, by: Any, at: datetime.datetime
) -> ServiceRecord:
    is_earlier = sheet.held_on.year < timezone.localdate(at).year
    kinds = ServiceRecord.Claimant
    return ServiceRecord(
        district_id=sheet.district_id,
        person=person,
        school_id=sheet.school_id,
        team_id=sheet.team_id,
        sheet=sheet,
        kind=sheet.kind,
        content=sheet.content,
        place=sheet.place,
        served_on=sheet.held_on,
        starts_at=sheet.starts_at,
        ends_at=sheet.ends_at,
        half_hours=entry.half_hours,
        evidence=ServiceRecord.Evidence.A if is_earlier else "",
        basis=f"纸质签到表 {sheet.number}" if is_earlier else "",
        status=ServiceRecord.Status.CONFIRMED,
        claimed_as=kinds.SCHOOL if sheet.school_id else kinds.TEAM if sheet.team_id else kinds.DISTRICT,
        claimed_by=account_of(by),
        claimed_at=at,
        confirmed_by=account_of(by),
        confirmed_at=at,
    )


# --- people of a sheet --------------------------------------------------------------------------------


def people_for(sheet: ServiceSheet, keys: Iterable[int], *, by: Any) -> Any:
    """Return those of `keys` that the actor may enter: the sheet's expected, and people in his reach."""
    mine = Person._default_manager.visible_to(by, roles=WRITERS).values("pk")  # type: ignore[attr-defined]
    expected = sheet.expected.values("pk")
    return (
        Person._default_manager.filter(pk__in=list(keys), merged_into=None)
        .filter(Q(pk__in=mine) | Q(pk__in=expected))
        .select_related("school")
    )


def expected_of(sheet: ServiceSheet) -> Any:
    """Return the people expected by pinyin, each with his school; whoever has died by the day is not."""
    return sheet.expected.present_on(sheet.held_on).select_related("school").order_by("pinyin", "pk")


def find_people(text: str, *, by: Any, day: datetime.date) -> tuple[list[Person], list[str]]:
    """Find the volunteers that the lines of a text name, each once; answer them and the lines' faults.

    A line is a name (or its pinyin or initials), a staff number, or both with a space between.
    """
    mine = Person._default_manager.visible_to(by, roles=WRITERS)  # type: ignore[attr-defined]
    mine = mine.volunteers_on(day).select_related("school")
    lines = list(
        dict.fromkeys(line.strip() for line in text.replace("、", "\n").splitlines() if line.strip())
    )
    if len(lines) > MOST_PEOPLE:
        return [], [f"一次最多写 {MOST_PEOPLE} 人。"]
    words = {word for line in lines for word in line.split()}
    exact = list(mine.filter(Q(name__in=words) | Q(staff_no__in={word.upper() for word in words})))
    people: dict[int, Person] = {}
    faults = []
    for line in lines:
        found = [one for one in exact if _is_named(one, line)] or list(mine.named(line, by)[:6])
        if len(found) == 1:
            people[found[0].pk] = found[0]
        else:
            faults.append(_line_fault(line, found))
    return list(people.values()), faults


def _is_named(person: Person, line: str) -> bool:
    return line in (person.name, person.staff_no) or (
        bool(person.staff_no) and line.split() == [person.name, person.staff_no]
    )


def _line_fault(line: str, found: list[Person]) -> str:
    if not found:
        return f"“{line}”：在您能办理的志愿者中没有找到，请核对姓名。"
    named = "、".join(f"{one.name}（{one.school.short_name} {one.staff_no}）" for one in found[:5])
    return f"“{line}”不止一人：{named}。请写成“姓名 教工编号”，中间空一格。"


def roster_of(sheet_values: Mapping[str, Any], *, by: Any) -> list[Person]:
    """Return the volunteers of the organising team, or of the school where no team is named, in reach."""
    day, team, school = sheet_values["held_on"], sheet_values.get("team"), sheet_values.get("school")
    mine = Person._default_manager.visible_to(by, roles=WRITERS).volunteers_on(day)  # type: ignore[attr-defined]
    if team is not None:
        return list(mine.filter(pk__in=team.memberships.serving(day).values("person")))
    return list(mine.filter(school=school)) if school is not None else []
