"""What the demo shows of an award cycle: this year's, under way, with nominations in every state."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from awards import sheets
from awards.models import Category, Cycle, Nomination, Quota
from awards.workflow import cycles, nominations, quotas
from guanweihui import uploads
from guanweihui.demo_tools import acting, closing, days, picture_of
from guanweihui.models import CollaborationGroup, District, Due, School
from guanweihui.questionnaire import Item
from guanweihui.scope import Role, System
from members.models import Person
from members.workflow.people import register_person

OPEN_DAYS, LEFT_DAYS = 12, 8
#: The days of the calendar after the deadline, each so many days on.
LATER_DAYS = {
    "endorse_by_on": 4,
    "review_by_on": 9,
    "meets_on": 13,
    "posts_on": 16,
    "decides_on": 30,
    "commends_on": 37,
}
BASIS = "学校纸质推荐表，盖章件存区关工委办公室"
Kind = Category.Kind
#: How far the nominations of the group's schools are, in the schools' order: category, state.
FAR = (
    (Kind.ADVANCED_COLLECTIVE, "accepted"),
    (Kind.ADVANCED_RETIRED, "accepted"),
    (Kind.GOOD_LEADER, "endorsed"),
    (Kind.ADVANCED_RETIRED, "endorsed"),
    (Kind.ADVANCED_IN_SERVICE, "sent"),
    (Kind.ADVANCED_RETIRED, "sent"),
    (Kind.ADVANCED_COLLECTIVE, "returned"),
)
#: People in service of whom the registers know nothing yet; invented like everything else.
IN_SERVICE = (("钟立人", "校长", "科级", 1971), ("白若溪", "德育主任", "", 1983))
DEEDS = (
    "任现职以来，把关心下一代工作列入学校年度计划，每学期专题研究两次以上，保证人员、场地和经费。"
    "组织五老讲师团进校园宣讲，结合主题读书教育活动开展红色故事会、书法现场展示和家庭教育讲座，"
    "参加学生覆盖全部年级。坚持每周到活动室值班，整理活动记录，帮助困难学生，受到师生和家长好评。"
)
ABSTRACT = "重视关心下一代工作，组织五老进校园，主题教育活动覆盖全校，成效明显。"
#: What the forms ask that the portal does not know.
SAID = {
    "contact": "李明",
    "phone": "19900005678",
    "activities": "16",
    "rank_level": "其他",
    "front_line": "是",
    "years": "6",
}
SAID_BY_FORMAT = {"int": "6", "month": "2019-09", "phone": "19900005678", "choice": ""}
PAPER = ("推荐审批表（盖章件）", "单位意见：情况属实，同意推荐。", "（演示材料，内容为虚构）")


def seed_cycle(
    district: District, group: CollaborationGroup, school: School, *, by: Any, at: datetime.datetime
) -> Cycle:
    """Run this year's cycle for the demo, some nominations of the group through it in every way.

    `by` is an account of the office. The school `school` has everything still to do.
    """
    began = at - days(OPEN_DAYS)
    with transaction.atomic():
        cycle = cycles.plan_cycle(_values(district, at), by=by, at=began)
        cycle = cycles.open_cycle(cycle, by=by, at=began)
        for category in Category.objects.of(cycle):
            _allot(category, group, by=by, at=began)
        dues = Due.objects.filter(round=cycle.round, school__group=group).exclude(school=school)
        first = dues.select_related("round", "school__group", "school__district").order_by("school__position")
        people = _in_service([due.school for due in first], at=began)
        for number, ((kind, way), due) in enumerate(zip(FAR, first, strict=False)):
            category = Category.objects.of(cycle).get(kind=kind)
            person = _person(category, due.school, people)
            if person is None and not category.is_collective:
                continue  # a district without volunteers has nobody to nominate
            _through(way, due, category, person, by=by, at=began + days(2 + number // 2))
    return cycle


def _values(district: District, at: datetime.datetime) -> dict[str, Any]:
    year = timezone.localdate(at).year
    return {
        "name": f"{year - 1}—{year}年度关工委工作先进评选",
        "year": year,
        "basis_title": "关于开展关心下一代工作先进集体和先进个人评选的通知",
        "basis_number": f"示教关〔{year}〕3号",
        "organiser": district.committee_name,
        "period": f"{year - 1}年1月至{year}年12月",
        "scope": "本区中小学校关工委，支持和参加关心下一代工作的在职人员、退休人员。",
        "base_count": School.objects.in_district(district).open_on(timezone.localdate(at)).count(),
        "money_source": "区教育关工委工作经费",
        "commended_by": "发文表彰，颁发荣誉证书",
        "opens_at": at - days(OPEN_DAYS),
        "deadline_at": closing(at, LEFT_DAYS),
        **{name: timezone.localdate(closing(at, LEFT_DAYS + far)) for name, far in LATER_DAYS.items()},
        "instructions": "推荐对象须经学校党组织研究并在校内公示；没有合适人选的，请用“零报告”答复。",
    }


def _allot(category: Category, group: CollaborationGroup, *, by: Any, at: datetime.datetime) -> None:
    """Hand every group its even share of a category's places, and keep the rest in reserve."""
    reserve = Quota.objects.of(category).of_district().get()
    groups = list(CollaborationGroup.objects.in_district(group.district_id))
    share = max(1, reserve.places // len(groups))
    wanted = dict.fromkeys(groups, share)
    spare = reserve.places - share * len(groups)
    wanted[group] += min(3, spare)
    quotas.allot(reserve, wanted, reason="按学校数分配", by=by, at=at)


def _in_service(schools: list[School], *, at: datetime.datetime) -> Iterator[Person]:
    """Register people in service at the schools that nominate one, in the order of FAR."""
    wanted = [
        school
        for (kind, _), school in zip(FAR, schools, strict=False)
        if kind in (Kind.GOOD_LEADER, Kind.ADVANCED_IN_SERVICE)
    ]
    for (name, duty, rank, born), school in zip(IN_SERVICE, wanted, strict=False):
        values = {"name": name, "sex": "男", "ethnicity": "汉族", "political_status": "中共党员"}
        values |= {"born_on": datetime.date(born, 9, 1), "birth_precision": "month"}
        office = System(school.district, name="演示数据")
        yield register_person({**values, "duty": duty, "rank": rank, "school": school}, by=office, at=at)


def _person(category: Category, school: School, people: Iterator[Person]) -> Person | None:
    if category.is_collective:
        return None
    if category.kind != Kind.ADVANCED_RETIRED:
        return next(people)
    retired = Person.objects.of_school(school).exclude(retired_on=None)
    return retired.volunteers_on(timezone.localdate()).order_by("pk").first()


def _through(
    way: str, due: Due, category: Category, person: Person | None, *, by: Any, at: datetime.datetime
) -> None:
    """Take one nomination as far as `way` says."""
    row = nominations.start(due, category, person, by=by, at=at, basis=BASIS)
    row = nominations.save_section(row, _typed(row), version=row.version, by=by, at=at)
    _attach(row, by=by, at=at)
    sent = nominations.file_on_behalf(row, version=row.version, asked_by="学校党支部", by=by, at=at)
    head = acting(Role.GROUP, due.school.group)
    if way in ("endorsed", "accepted"):
        day = timezone.localdate(at)
        words = "经协作组研究，同意推荐。"
        sent = nominations.endorse(sent, text=words, signed_by="王秀兰", signed_on=day, by=head, at=at)
    if way == "accepted":
        nominations.accept(sent, text="材料齐全，事迹真实，同意。", by=by, at=at)
    if way == "returned":
        remarks = {"deeds": "请补充近两年的具体活动和效果。"}
        nominations.return_back(sent, reason="事迹请再充实后提交。", remarks=remarks, by=by, at=at)


def _typed(row: Nomination) -> dict[str, str]:
    """Answer what the form asks and the portal does not know."""
    stands, said = row.typed, {}
    for item in sheets.sheet_for(row).items():
        if not stands.get(item.key) and (item.required or item.key in SAID):
            said[item.key] = _answer(item)
    return {**said, sheets.SIGNED_BY: "党支部书记周明", sheets.SIGNED_ON: _signed_on(row)}


def _answer(item: Item) -> str:
    if item.format == "long":
        return (ABSTRACT if item.longest <= 300 else DEEDS * 3)[: item.longest]
    if item.format == "choice":
        return SAID.get(item.key) or item.choices[0]
    return SAID.get(item.key) or SAID_BY_FORMAT.get(item.format) or "见学校关工委工作档案"


def _signed_on(row: Nomination) -> str:
    return timezone.localdate(row.due.round.opens_at).isoformat()


def _attach(row: Nomination, *, by: Any, at: datetime.datetime) -> None:
    for material in sheets.materials_of(row):
        if material.is_required:
            uploads.attach(
                row.due,
                filing=row,
                field=nominations.MATERIAL + material.key,
                name=f"{material.label}.jpg",
                content=picture_of(PAPER),
                content_type=uploads.JPEG,
                by=by,
                at=at,
            )
