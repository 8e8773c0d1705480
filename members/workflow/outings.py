"""Steps of outings (外出活动): places, the papers that gate them, who went along."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from guanweihui.audit import record
from guanweihui.models import District
from guanweihui.scope import Role, reach_of
from guanweihui.workflow import Refused, one_step, own
from members.models import Outing, OutingPlace, Person
from members.workflow.people import LEAST_PURPOSE

WRITERS = frozenset({Role.DISTRICT})
#: Fields of an outing that its form fills in.
FIELDS = (
    "team",
    "name",
    "place",
    "held_on",
    "meets_at",
    "meeting_place",
    "contact",
    "contact_phone",
    "capacity",
    "minimum",
)
#: Fields of a place that its papers fill in.
PAPERS = (
    "health_stated_on",
    "is_fit",
    "family_signed_on",
    "family_member",
    "emergency_contact",
    "emergency_phone",
    "is_insured",
)


def open_outing(values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> Outing:
    """Plan an outing of the actor's district; `values` are FIELDS."""
    districts = reach_of(by).of(WRITERS).ids("district")
    if not districts:
        raise Refused("您不能办理这一步：不在您的职责范围内。")
    team = values.get("team")
    if team is not None and team.district_id != districts[0]:
        raise Refused("队伍不在本区，请重新选择。")
    with one_step(Outing):
        district = District.objects.get(pk=districts[0])
        outing = Outing.objects.create(district=district, **{name: values[name] for name in FIELDS})
        record("outing.open", outing, by=by, at=at, changes={"held_on": [None, outing.held_on]})
    return outing


def join(outing: Outing, person: Person, *, by: Any, at: datetime.datetime) -> OutingPlace:
    """Give somebody a place. Raises Refused when all are taken, or for somebody who has died."""
    with one_step(OutingPlace):
        fresh = own(outing, by=by, roles=WRITERS)
        living = Person.objects.visible_to(by, roles=WRITERS).present_on(timezone.localdate(at))
        found = living.filter(pk=person.pk, district=fresh.district_id).first()
        if found is None:
            raise Refused("不能加入：此人不在您的职责范围内，或者已经离世。请重新查找。")
        if OutingPlace.objects.filter(outing=fresh).count() >= fresh.capacity:
            raise Refused(f"{fresh.capacity} 个名额已满。要再加人，请先移出不去的人。")
        place = OutingPlace.objects.create(outing=fresh, person=found)
        record("outingplace.join", place, by=by, at=at)
    return place


def leave(place: OutingPlace, *, by: Any, at: datetime.datetime) -> Outing:
    """Take a place back; who went along stays on the list. Returns the outing."""
    with one_step(OutingPlace):
        fresh = own(place, by=by, roles=WRITERS)
        if fresh.attended:
            raise Refused(f"{fresh.person.name}已登记参加，不能移出名单。")
        outing = fresh.outing
        record("outingplace.leave", fresh, by=by, at=at)
        fresh.delete()
    return outing


def file_papers(
    place: OutingPlace, values: Mapping[str, Any], *, by: Any, at: datetime.datetime
) -> OutingPlace:
    """Enter the papers of a place; `values` are PAPERS. The trail keeps which were changed, no value.

    Raises Refused when somebody who went along would lose one.
    """
    with one_step(OutingPlace):
        fresh = own(place, by=by, roles=WRITERS)
        changed = [name for name in PAPERS if getattr(fresh, name) != values[name]]
        for name in changed:
            setattr(fresh, name, values[name])
        fresh.save(update_fields=PAPERS)
        record("outingplace.file_papers", fresh, by=by, at=at, changes={"fields": changed})
    return fresh


def missing_papers(place: OutingPlace) -> list[str]:
    """Name what keeps somebody off the attendance list."""
    gates = (
        (place.health_stated_on, "健康声明"),
        (place.is_fit, "健康状况适合参加"),
        (place.family_signed_on, "家属签字"),
        (place.emergency_contact, "紧急联系人"),
    )
    return [label for filed, label in gates if not filed]


def mark_attended(place: OutingPlace, *, by: Any, at: datetime.datetime) -> OutingPlace:
    """Note that somebody went along.

    Raises Refused before the day, while a paper is missing, and for whoever had died by then.
    """
    with one_step(OutingPlace):
        fresh = own(place, by=by, roles=WRITERS)
        if fresh.outing.held_on > timezone.localdate(at):
            raise Refused(f"活动在 {fresh.outing.held_on:%Y-%m-%d}，请在当天或以后登记参加。")
        died_on = fresh.person.died_on
        if died_on is not None and died_on <= fresh.outing.held_on:
            raise Refused(f"{fresh.person.name}已于 {died_on:%Y-%m-%d} 离世，不能登记参加。请核对人员。")
        if missing := missing_papers(fresh):
            raise Refused(f"{fresh.person.name}还缺：{'、'.join(missing)}。材料齐全后才能登记参加。")
        if fresh.attended:
            raise Refused(f"{fresh.person.name}已经登记参加。")
        fresh.attended = True
        fresh.save(update_fields=["attended"])
        record("outingplace.attend", fresh, by=by, at=at, changes={"attended": [False, True]})
    return fresh


def open_roster(outing: Outing, *, by: Any, at: datetime.datetime, purpose: str) -> list[OutingPlace]:
    """Return the places with all papers, contacts open, for the attendance list; records the purpose.

    Raises Refused without a purpose, and while nobody's papers are in.
    """
    purpose = purpose.strip()
    if len(purpose) < LEAST_PURPOSE:
        raise Refused(f"打印用途至少写 {LEAST_PURPOSE} 个字，请写明给谁用。")
    with one_step(OutingPlace):
        fresh = own(outing, by=by, roles=WRITERS)
        places = list(OutingPlace.objects.filter(outing=fresh).cleared().for_list())
        if not places:
            raise Refused("还没有人材料齐全，不能打印参加名单。")
        record("outing.print_roster", fresh, by=by, at=at, reason=purpose, changes={"rows": len(places)})
    return places
