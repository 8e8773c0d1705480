"""What the demo shows of 老校长下乡: the founding batch gone on with, its plan, trips in every state."""

import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from guanweihui.demo_tools import days, picture_of
from guanweihui.models import AccessLink, User
from guanweihui.scope import LinkHolder
from members.workflow.people import register_person
from outreach.models import Assessment, HostSchool, Need, Pairing, Partnership, Plan, PlanItem, TeachingEvent
from outreach.workflow import events, hosts, needs, pairs, plans, plans_items, trips, trips_files
from outreach.workflow.rows import mark_of

Field, Measure, Mode = Need.Field, PlanItem.Measure, PlanItem.Mode
#: The agreements of 2018 were prolonged; invented like everything else here.
RENEWED_TO = datetime.date(2028, 10, 21)
#: Sex, year of birth and duty of the people of the pairs, whom no register knows; volunteers all the same.
MEN, WOMEN = ("男", 1955, "原校长"), ("女", 1963, "原教研员")
PLAIN = {"ethnicity": "汉族", "political_status": "中共党员", "is_volunteer": True}
CONTACTS = ("李树林", "王海燕", "赵振国", "孙玉梅", "周建军", "吴秀芝", "郑国栋", "冯丽萍")
GOALS = {
    1: "摸清八校需求，建立结对听评课制度，每校开展教学诊断。",
    2: "以送教和师徒结对带动骨干教师成长，形成校本教研常规。",
    3: "总结经验，辐射周边学校，完成三年评估。",
}
#: The tasks of the plan: year, title, way, field, measure, target, owner, month and day due.
ITEMS = (
    (1, "八校教学诊断", Mode.TOGETHER, Field.CURRICULUM_REFORM, Measure.LESSONS_OBSERVED, 40, (6, 30)),
    (1, "集体送教下校", Mode.TOGETHER, Field.CURRICULUM_REFORM, Measure.EVENTS, 1, (4, 30)),
    (1, "管理制度梳理", Mode.APART, Field.SCHOOL_MANAGEMENT, Measure.REPORTED, 4, (9, 30)),
    (2, "青年教师师徒结对", Mode.TOGETHER, Field.STAFF_BUILDING, Measure.MENTOR_PAIRS, 16, (12, 31)),
    (2, "校园文化专题讲座", Mode.APART, Field.SCHOOL_CULTURE, Measure.LECTURES, 6, (5, 31)),
    (3, "校本课程研讨", Mode.TOGETHER, Field.CURRICULUM_REFORM, Measure.RESEARCH_SESSIONS, 8, (6, 30)),
)
#: Trips long ago: pair, kind of school, first day, days, observed, reviewed, taught, lectures, people there.
LONG_AGO = (
    (0, 0, datetime.date(2018, 12, 4), 3, 8, 6, 1, 1, 45),
    (0, 1, datetime.date(2019, 3, 12), 3, 6, 6, 0, 0, 0),
    (1, 0, datetime.date(2018, 12, 11), 2, 6, 4, 0, 1, 52),
    (2, 1, datetime.date(2019, 5, 20), 3, 9, 8, 2, 0, 0),
    (3, 0, datetime.date(2019, 10, 15), 2, 5, 5, 0, 1, 38),
)
PAPER = ("下校确认单（盖章件）", "上述下校情况属实。", "（演示材料，内容为虚构）")


def seed_outreach(*, by: Any, leader: Any, at: datetime.datetime) -> tuple[HostSchool, str] | None:
    """Go on with the loaded batch for the demo; return a school with the token of its link.

    None where nothing is loaded. `by` is an account of the office, `leader` one of the committee's leader.
    """
    paired = list(Pairing.objects.visible_to(by).for_list())
    if not paired:
        return None
    with transaction.atomic():
        for pairing in paired:
            _complete(pairing, by=by, at=at)
        plan = _plan(paired[0], by=by, leader=leader, at=at)
        _events(plan, by=by, at=at)
        paired = list(Pairing.objects.visible_to(by).for_list())
        for pair, kind, *told in LONG_AGO:
            _long_ago(paired[pair], kind, told, by=by, at=at)
        host, link, token = _school_with_link(paired[0], by=by, at=at)
        _lately(paired[0], host, school=LinkHolder(link), at=at)
        _assess(host, school=LinkHolder(link), at=at)
    return host, token


def _complete(pairing: Pairing, *, by: Any, at: datetime.datetime) -> None:
    """Give the pair's people a file, prolong the agreements, say whom to ask for at the schools."""
    names = ("principal", "principal_name", "assistant", "assistant_name", "former_unit", "subject")
    values = {name: getattr(pairing, name) for name in names}
    for place, (sex, born, duty) in (("principal", MEN), ("assistant", WOMEN)):
        if values[place] is None and values[f"{place}_name"]:
            told = {"name": values[f"{place}_name"], "sex": sex, "duty": duty, "school": pairing.former_unit}
            told |= {"born_on": datetime.date(born, 9, 1), "birth_precision": "month", **PLAIN}
            values[place] = register_person(told, by=by, at=at)
    pairs.edit_pairing(pairing, values, mark=mark_of(pairing, pairs.FIELDS), by=by, at=at)
    for place, partner in enumerate(Partnership.objects.of(Pairing.objects.visible_to(by)).for_table()):
        if partner.pairing_id != pairing.pk:
            continue
        number = f"续〔2021〕{place + 1}号"
        pairs.renew_partner(partner, to_on=RENEWED_TO, agreement_no=number, by=by, at=at)
        host = partner.host_school
        told = {"contact_name": CONTACTS[place % len(CONTACTS)], "contact_post": "教务主任"}
        told |= {"contact_phone": f"1990000{7100 + place}", "address": f"示例山区{host.region}"}
        hosts.edit_host(host, told, mark=mark_of(host, hosts.FIELDS), by=by, at=at)
        profile = {"year": 2018, "teachers": 58 + 7 * place, "pupils": 760 + 90 * place, "classes": 18}
        hosts.add_profile(host, profile, (("语文", 9), ("数学", 9), ("英语", 7)), by=by, at=at)


def _plan(pairing: Pairing, *, by: Any, leader: User, at: datetime.datetime) -> Plan:
    """Draw up the plan for the founding needs and have it approved."""
    programme = pairing.programme
    values = {"title": f"{programme.region}老校长下乡三年工作方案", "basis": "2018年11月赴8校调研"}
    plan = plans.start_plan(programme, {**values, "goals": GOALS}, by=by, at=at)
    found = list(Need.objects.visible_to(by).for_list())
    for year, title, mode, field, measure, target, (month, day) in ITEMS:
        due = datetime.date(programme.started_on.year + year, month, day)
        values = {"year_no": year, "title": title, "mode": mode, "field": field, "measure": measure}
        values |= {"target": target, "owner": "区关工委办公室", "due_on": due}
        values["indicator"] = "修订管理制度（校）" if measure == Measure.REPORTED else ""
        answered = [need for need in found if need.field == field][:4]
        plans_items.add_item(plan, {**values, "needs": answered}, by=by, at=at)
    plans.propose(plan, by=by, at=at)
    plan = plans.approve(plan, by=leader, at=at)
    reported = PlanItem.objects.of(plan).get(measure=Measure.REPORTED)
    told = {"reported_on": datetime.date(2019, 6, 20), "done": 3, "words": "三校已修订管理制度汇编。"}
    plans_items.report_progress(reported, told, by=by, at=at)
    return plan


def _events(plan: Plan, *, by: Any, at: datetime.datetime) -> None:
    """Say which needs and which task the founding teaching visit answered, and what was said of it."""
    item = PlanItem.objects.of(plan).get(measure=Measure.EVENTS)
    for event in TeachingEvent.objects.visible_to(by).for_choice():
        answered = list(item.needs.all())
        summary = "两节同课异构和评课聚焦课堂效率，专题讲座带动周边学校教师参加。"
        events.edit_event(
            event,
            {"summary": summary},
            needs=answered,
            items=[item],
            mark=mark_of(event, events.EVENT_FIELDS),
            by=by,
            at=at,
        )
        told = {"host_school": None, "said_on": event.to_on, "returned": 120, "content_with": 117}
        events.add_feedback(event, {**told, "words": "希望多安排同课异构。"}, by=by, at=at)


def _school(pairing: Pairing, kind: int) -> HostSchool:
    wanted = Partnership.Kind.values[kind]
    return next(one.host_school for one in pairing.partnerships.all() if one.kind == wanted)


def _long_ago(pairing: Pairing, kind: int, told: list[Any], *, by: Any, at: datetime.datetime) -> None:
    """Enter a trip of the first years from the paper file, confirmed by the sealed sheet."""
    from_on, length, observed, reviewed, taught, lectures, people = told
    host = _school(pairing, kind)
    values = _stay(host, from_on, length) | {
        "purpose": "听课、评课，与备课组座谈",
        "lessons_observed": observed,
        "lessons_reviewed": reviewed,
        "lessons_taught": taught,
        "lectures": lectures,
        "lecture_attendances": people,
        "research_sessions": 1,
        "mentor_pairs": 1,
        "needs": _open_needs(host, by)[:2],
        "behalf_basis": "区关工委办公室存下校记录表",
    }
    trip = trips.submit(trips.enter(pairing, values, by=by, at=at), by=by, at=at)
    scan = {"name": "确认单.jpg", "content": picture_of(PAPER), "content_type": "image/jpeg"}
    trips.confirm(trip, version=trip.version, name="李主任", words="情况属实。", scan=scan, by=by, at=at)


def _stay(host: HostSchool, from_on: datetime.date, length: int) -> dict[str, Any]:
    return {
        "host_school": host,
        "from_on": from_on,
        "from_half": 0,
        "to_on": from_on + datetime.timedelta(days=length - 1),
        "to_half": 1,
        "travel": "高铁和校车往返",
        "travel_hours": Decimal(8),
    }


def _open_needs(host: HostSchool, by: Any) -> list[Need]:
    return list(Need.objects.visible_to(by).of_school(host).unmet().for_list())


def _school_with_link(
    pairing: Pairing, *, by: Any, at: datetime.datetime
) -> tuple[HostSchool, AccessLink, str]:
    host = _school(pairing, 0)
    return host, *hosts.issue_host_link(host, by=by, at=at)


def _lately(pairing: Pairing, host: HostSchool, *, school: Any, at: datetime.datetime) -> None:
    """Let the first principal go to his schools by his own hand: one confirmed, one waiting, one draft."""
    if pairing.access_link is None or pairing.principal is None:
        return
    principal, today = LinkHolder(pairing.access_link), timezone.localdate(at)
    counted = {"lessons_observed": 5, "lessons_reviewed": 4, "research_sessions": 1}
    first = {**_stay(host, today - datetime.timedelta(days=40), 2), **counted, "purpose": "高三复习课诊断"}
    first["needs"] = _open_needs(host, principal)[:1]
    trip = trips.enter(pairing, first, by=principal, at=at - days(30))
    photo = {"name": "座谈.jpg", "content": picture_of(("备课组座谈", "（演示照片，内容为虚构）") * 4)}
    trips_files.add_photos(trip, [photo], by=principal, at=at - days(30))
    trip = trips.submit(trip, by=principal, at=at - days(30))
    said = {"name": "李树林", "words": "对青年教师帮助很大。"}
    trips.confirm(trip, version=trip.version, **said, by=school, at=at - days(28))
    second = {**_stay(host, today - datetime.timedelta(days=9), 2), **counted, "purpose": "同课异构备课指导"}
    second |= {"materials": "教学参考书30册", "materials_yuan": 1200}
    trip = trips.enter(pairing, second, by=principal, at=at - days(6))
    trips.submit(trip, by=principal, at=at - days(6))
    third = {**_stay(_school(pairing, 1), today - datetime.timedelta(days=3), 1), "purpose": "班主任工作讲座"}
    trips.enter(pairing, third, by=principal, at=at)


def _assess(host: HostSchool, *, school: Any, at: datetime.datetime) -> None:
    """Let the school say what came of one of its needs."""
    waiting = Need.objects.visible_to(school).of_school(host).awaiting_assessment().first()
    if waiting is not None:
        told = {"rating": Assessment.Rating.BETTER, "words": "课堂效率有提高，盼继续指导。"}
        needs.assess(waiting, {**told, "assessor_name": "李树林"}, by=school, at=at)
