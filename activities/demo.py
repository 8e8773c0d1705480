"""What the demo shows of a reading campaign: a new school year's, under way, with every kind of answer."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from activities.enrolment_kind import SHORT, ask
from activities.models import Campaign, CampaignTask
from activities.workflow import add_material, add_stage, add_task, plan_campaign, report_task
from guanweihui import answers, filings, rounds, uploads
from guanweihui.demo_tools import acting, closing, days, picture_of
from guanweihui.models import CollaborationGroup, District, Due, School
from guanweihui.scope import Role

THEME = "示例主题·与书为友"
OPEN_DAYS, LEFT_DAYS = 10, 9
BASIS = "学校纸质报名表，盖章件存区关工委办公室"
Level = CampaignTask.Level
#: Name, first and last day, counted from today.
STAGES = (
    ("发动", -30, -11),
    ("阅读和班级活动", -10, 20),
    ("学校评选", 21, 45),
    ("协作组评选", 46, 60),
    ("区决赛", 61, 75),
)
#: Level, title, what shows it, days from today to its deadline.
TASKS = (
    (Level.DISTRICT, "讲师团集体备课", "备课记录、签到表", -3),
    (Level.SCHOOL, "开展读书启动活动", "活动照片", 6),
    (Level.GROUP, "培训各校指导教师", "培训通知、签到表", 12),
    (Level.SCHOOL, "报送学校评选结果", "评选名单", 45),
    (Level.GROUP, "组织协作组评选", "评选名单、照片", 60),
)
#: How far the first schools of the group are, in the district's order; the rest has everything to do.
FAR = ("accepted", "accepted", "accepted", "endorsed", "sent", "sent", "returned", "nil")
PLAN = (
    f"“{THEME}”主题读书教育活动方案",
    "一、参加范围：本区中小学校，以班为单位报名，学生自愿，不收费。",
    "二、阶段：发动、阅读和班级活动、学校评选、协作组评选、区决赛。",
    "三、报名：各校在平台上填报参加班级数、学生数、指导教师数。",
    "（演示材料，内容为虚构）",
)


def seed_campaign(
    district: District, group: CollaborationGroup, school: School, *, by: Any, at: datetime.datetime
) -> Campaign:
    """Run a campaign of this school year for the demo, some schools of the group through it in every way.

    `by` is an account of the office. The school `school` has everything still to do. The round stays open,
    so the year that the home page opens on is the last one closed.
    """
    began = at - days(OPEN_DAYS)
    with transaction.atomic():
        campaign = plan_campaign(_values(district, at), by=by, at=began)
        _parts(campaign, by=by, at=began)
        rounds.open_round(campaign.round, by=by, at=began)
        dues = Due.objects.filter(round=campaign.round, school__group=group).exclude(school=school)
        first = dues.select_related("round__district", "school__group").order_by("school__position")
        ways = list(zip(FAR, first[: len(FAR)], strict=False))
        for number, (way, due) in enumerate(ways):
            _through(way, due, number, by=by, at=began + days(2 + number // 2))
        _reports(campaign, [due.school for _, due in ways[:2]], by=by, at=at)
    return campaign


def _values(district: District, at: datetime.datetime) -> dict[str, Any]:
    today = timezone.localdate(at)
    return {
        "theme": THEME,
        "year": today.year if today.month >= district.year_starts_in else today.year - 1,
        "organiser": district.committee_name,
        "series": "主题教育读书活动",
        "requirements": "以班为单位报名，学生自愿参加，不收费，不推销图书。",
        "opens_at": at - days(OPEN_DAYS),
        "deadline_at": closing(at, LEFT_DAYS),
        "grace_minutes": 10,
        "as_of_on": today,
        "group_endorses": True,
        "instructions": "没有参加的学段填0；全校不参加的，请用“零报告”答复并写明理由。",
    }


def _parts(campaign: Campaign, *, by: Any, at: datetime.datetime) -> None:
    today = at + days(OPEN_DAYS)
    for name, first, last in STAGES:
        ends = [timezone.localdate(today + days(count)) for count in (first, last)]
        add_stage(campaign, dict(zip(("name", "from_on", "to_on"), (name, *ends), strict=True)), by=by, at=at)
    for level, title, evidence, left in TASKS:
        values = {"level": level, "title": title, "evidence": evidence}
        add_task(campaign, {**values, "deadline_at": closing(today, left)}, by=by, at=at)
    file = {"name": "活动方案.jpg", "content": picture_of(PLAN), "content_type": uploads.JPEG}
    add_material(campaign, "活动方案", file, by=by, at=at)


def _through(way: str, due: Due, number: int, *, by: Any, at: datetime.datetime) -> None:
    """Take one school's enrolment as far as `way` says."""
    if way == "nil":
        reason = "学校正在迁建，本学年不参加。"
        rounds.report_nil(due, by=acting(Role.SCHOOL, due.school), at=at, reason=reason)
        return
    typed = _typed(due, number)
    sent = answers.file_on_behalf(due, typed, basis=BASIS, by=by, at=at, explained="学校已电话核实")
    if way in ("endorsed", "accepted"):
        sent = filings.endorse(sent, by=acting(Role.GROUP, due.school.group), at=at)
    if way == "accepted":
        filings.accept(sent, by=by, at=at)
    if way == "returned":
        field = f"students_{SHORT[due.school.segments()[0]]}"
        remarks = {field: "与学校上报的学籍人数相差较大，请核对。"}
        filings.return_back(sent, by=by, at=at, reason="学生数请核对后再报。", remarks=remarks)


def _typed(due: Due, number: int) -> dict[str, str]:
    """Return a school's answers: a little more than last year, or a few classes where there was none."""
    last: Any = ask(due).last
    typed = {
        "coaches": str(last.get("coaches") or 3 + number),
        "head_name": str(last.get("head_name") or "李明"),
        "head_phone": "19900005678",
    }
    for segment in due.school.segments():
        name = SHORT[segment]
        classes, students = last.get(f"classes_{name}") or 0, last.get(f"students_{name}") or 0
        more = 1 if classes else 4 + number
        typed |= {f"classes_{name}": str(classes + more), f"students_{name}": str(students + more * 32)}
    return typed


def _reports(campaign: Campaign, schools: Sequence[School], *, by: Any, at: datetime.datetime) -> None:
    """Report the office's first task, and the schools' first at some of them."""
    said = {"done_on": timezone.localdate(at - days(4)), "words": "讲师团三次集体备课，确定十个讲题。"}
    report_task(campaign.tasks.get(title=TASKS[0][1]), campaign.district, said, by=by, at=at - days(3))
    task = campaign.tasks.get(title=TASKS[1][1])
    said = {
        "done_on": timezone.localdate(at - days(2)),
        "words": "升旗仪式上宣布活动开始，各班领取书目。",
    }
    for school in schools:
        report_task(task, school, said, by=acting(Role.SCHOOL, school), at=at - days(1))
