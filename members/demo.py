"""What the demo shows of teams: two that the office's papers name, five invented ones marked as such."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from guanweihui.models import District
from members.models import Person, Team, TeamMembership
from members.workflow.teams import (
    enrol_members,
    found_team,
    join_team,
    leave_team,
    write_plan,
)

FOUNDED_ON = datetime.date(2016, 9, 1)
#: The day on which one member moves from the third team to the fourth, in the middle of a year.
MOVED_ON = datetime.date(2019, 3, 1)
OFFICERS = (TeamMembership.Office.HEAD, TeamMembership.Office.DEPUTY, TeamMembership.Office.SECRETARY)


@dataclass(frozen=True)
class Sample:
    """One team of the demo: its name and work, how many are in it, whether it is made up."""

    name: str
    purpose: str
    size: int
    is_invented: bool = True


SAMPLES = (
    Sample("讲师团", "为学生和家长宣讲党史国史、传统美德、法治安全。", 58, is_invented=False),
    Sample("诗书画协会", "辅导学生诗词、书法、绘画，办展览。", 44, is_invented=False),
    Sample("法治教育队", "开展法治讲座和模拟法庭，参与帮教。", 36),
    Sample("心理关爱队", "陪伴留守和困境学生，做心理疏导。", 32),
    Sample("家庭教育指导队", "办家长课堂，指导家庭教育。", 28),
    Sample("科普实践队", "带学生做科学实验和劳动实践。", 24),
    Sample("校外辅导队", "在社区和校外活动站辅导学生。", 20),
)
CHARTER = (
    "第一条　本队在区教育系统关心下一代工作委员会领导下开展志愿服务。\n"
    "第二条　本队任务：{purpose}\n"
    "第三条　凡已登记的五老志愿者，本人自愿，可以加入本队。\n"
    "第四条　本队设队长、副队长、秘书各一人，由队员推选，报区关工委备案。\n"
    "第五条　队员量力而行，因身体原因可随时退出。"
)
PLAN = "一、每学期集体备课一次。\n二、到学校开展活动不少于十次。\n三、年底总结，表扬先进。"


def seed_teams(district: District, *, by: Any, at: datetime.datetime) -> list[Team]:
    """Found the demo's seven teams through the steps, with officers, plans and members.

    The members are volunteers of the district, always the same ones; a team gets fewer when there are not
    enough. A district that has teams keeps them as they are.
    """
    present = list(Team.objects.visible_to(by).in_order())
    if present:
        return present
    with transaction.atomic():
        volunteers = _volunteers(by, at)
        teams = [
            _found(district, number, sample, volunteers[number :: len(SAMPLES)], by=by, at=at)
            for number, sample in enumerate(SAMPLES)
        ]
        _move_one(teams[2], teams[3], by=by, at=at)
    return teams


def _volunteers(by: Any, at: datetime.datetime) -> Sequence[Person]:
    """Choose so many volunteers as the teams need, spread evenly over the whole register."""
    people = Person.objects.visible_to(by).volunteers_on(at.date()).filter(stopped_on=None, died_on=None)
    keys = list(people.order_by("staff_no", "pk").values_list("pk", flat=True))
    wanted = len(SAMPLES) * max(sample.size for sample in SAMPLES)
    chosen = keys[:: max(1, len(keys) // wanted)][:wanted]
    found = Person.objects.visible_to(by).in_bulk(chosen)
    return [found[key] for key in chosen]


def _found(
    district: District,
    number: int,
    sample: Sample,
    people: Sequence[Person],
    *,
    by: Any,
    at: datetime.datetime,
) -> Team:
    values = {
        "name": sample.name,
        "position": number + 1,
        "purpose": sample.purpose,
        "charter": CHARTER.format(purpose=sample.purpose),
        "phone": f"1990000{number + 1:04}",
        "founded_on": FOUNDED_ON,
        "is_invented": sample.is_invented,
    }
    team = found_team(district, values, by=by, at=at)
    for office, person in zip(OFFICERS, people, strict=False):
        join_team(person, team, office=office, from_on=FOUNDED_ON, by=by, at=at)
    enrol_members(team, people[len(OFFICERS) : sample.size], from_on=FOUNDED_ON, by=by, at=at)
    write_plan(team, at.year, plan=PLAN, summary="", version=team.version, by=by, at=at)
    team.refresh_from_db()
    return team


def _move_one(old: Team, new: Team, *, by: Any, at: datetime.datetime) -> None:
    """Move one member in mid-year: once in the district, once in each of the two teams."""
    if at.date() <= MOVED_ON:
        return
    members = TeamMembership.objects.visible_to(by).of_team(old).serving(MOVED_ON)
    moving = members.filter(office=TeamMembership.Office.MEMBER).order_by("pk").first()
    if moving is None:
        return
    leave_team(moving, to_on=MOVED_ON - datetime.timedelta(days=1), by=by, at=at, reason="转到另一支队伍")
    join_team(moving.person, new, office=TeamMembership.Office.MEMBER, from_on=MOVED_ON, by=by, at=at)
