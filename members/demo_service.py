"""What the demo shows of service hours: tiers, a rule, sheets and records of teams and schools."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from guanweihui.audit import record
from guanweihui.models import District, School
from members.models import Person, ServiceRecord, ServiceRule, ServiceSheet, StarTier, Team
from members.workflow.service import claim, confirm
from members.workflow.service_rules import span_of
from members.workflow.service_sheets import Entry, enter_sheet, open_sheet, roster_of

#: 民政部 志愿服务记录办法: the stars of a registered volunteer, by hours.
TIERS = (("一星级", 100), ("二星级", 300), ("三星级", 600), ("四星级", 1000), ("五星级", 1500))
TIERS_FROM = datetime.date(2020, 1, 1)
#: The school whose account the demo gives away, and how many further schools serve.
SCHOOL, FURTHER_SCHOOLS = "1105001", 8
WORKS = (
    ("红色故事进课堂宣讲", "报告厅", "09:00", "11:00"),
    ("书法课后辅导", "书法教室", "15:30", "17:00"),
    ("法治知识讲座", "阶梯教室", "14:00", "16:00"),
    ("留守学生谈心", "心理辅导室", "13:30", "15:30"),
    ("家长课堂", "会议室", "09:30", "11:30"),
    ("科技小实验", "实验室", "14:00", "16:30"),
)
#: Weeks in which the first team meets, so that a few of its people come to a star.
FIRST_TEAM_WEEKS, TEAM_WEEKS, SCHOOL_WEEKS = 36, (3, 9, 17, 26), (2, 6, 11, 19, 28)
TEAM_HOURS = ("09:00", "12:00")
WEDNESDAY, TUESDAY, FRIDAY = 2, 1, 4


def seed_tiers(district: District) -> list[StarTier]:
    """Give a district the national star tiers of 2020, unless it has tiers."""
    present = list(StarTier.objects.filter(district=district))
    return present or StarTier.objects.bulk_create(
        StarTier(district=district, from_on=TIERS_FROM, name=name, hours=hours) for name, hours in TIERS
    )


def seed_service(district: District, *, by: Any, at: datetime.datetime) -> list[ServiceSheet]:
    """Seed the tiers, one rule, and sheets with their records, always the same ones for a day.

    Sheets and records come by the steps. A district that has sheets keeps them as they are. Expects teams
    and volunteers; without them the sheets are fewer.
    """
    if ServiceSheet.objects.filter(district=district).exists():
        return []
    with transaction.atomic():
        tiers = seed_tiers(district)
        rule, _ = ServiceRule.objects.get_or_create(district=district, from_on=TIERS_FROM)
        changes = {"rows": len(tiers) + 1}
        record("servicerecord.load", rule, by=by, at=at, district=district, changes=changes)
        sheets = _team_sheets(district, by, at) + _school_sheets(district, by, at)
        _claims(district, by, at)
    return sheets


def _team_sheets(district: District, by: Any, at: datetime.datetime) -> list[ServiceSheet]:
    sheets = []
    for place, team in enumerate(Team.objects.filter(district=district).in_order()):
        weeks = range(1, FIRST_TEAM_WEEKS + 1) if place == 0 else TEAM_WEEKS
        weekday, most = (WEDNESDAY, 10) if place == 0 else (TUESDAY, 14)
        for week in weeks:
            sheets.append(_held(place, week, weekday, most, by, at, team=team))
    return sheets


def _school_sheets(district: District, by: Any, at: datetime.datetime) -> list[ServiceSheet]:
    schools = School.objects.filter(district=district).in_order()
    home = schools.filter(code=SCHOOL).first()
    others = list(schools.exclude(code=SCHOOL)[:FURTHER_SCHOOLS])
    sheets = [
        _held(place, place + 2, FRIDAY, 8, by, at, school=school) for place, school in enumerate(others)
    ]
    if home is not None:
        sheets += [_held(week, week, FRIDAY, 12, by, at, school=home) for week in SCHOOL_WEEKS]
        # One more is still to be held: its paper can be printed.
        sheets.append(_open(1, _day(at, -1, FRIDAY), 12, by, at, school=home)[0])
    return sheets


def _day(at: datetime.datetime, week: int, weekday: int) -> datetime.date:
    """Return the weekday of the week so many weeks before `at`."""
    today = timezone.localdate(at)
    return today - datetime.timedelta(days=today.weekday() - weekday, weeks=week)


def _held(
    seed: int, week: int, weekday: int, most: int, by: Any, at: datetime.datetime, **organiser: Any
) -> ServiceSheet:
    """Open a sheet of the past and enter it; every seventh of those expected did not come."""
    work = seed if "team" in organiser else seed + week
    sheet, people = _open(work, _day(at, week, weekday), most, by, at, **organiser)
    hours = span_of(sheet.starts_at, sheet.ends_at)
    rows = [Entry(one.pk, (place + seed) % 7 != 6, hours) for place, one in enumerate(people)]
    enter_sheet(sheet, rows, by=by, at=at)
    return sheet


def _open(
    work: int, day: datetime.date, most: int, by: Any, at: datetime.datetime, **organiser: Any
) -> tuple[ServiceSheet, Sequence[Person]]:
    content, place, starts_at, ends_at = WORKS[work % len(WORKS)]
    if "team" in organiser:
        starts_at, ends_at = TEAM_HOURS
    values = {"content": content, "place": place, "held_on": day, **organiser}
    values |= {"starts_at": _time(starts_at), "ends_at": _time(ends_at)}
    people = sorted(roster_of(values, by=by), key=lambda one: (one.staff_no, one.pk))[:most]
    return open_sheet(values | {"people": people}, by=by, at=at), people


def _time(text: str) -> datetime.time:
    return datetime.time.fromisoformat(text)


def _claims(district: District, by: Any, at: datetime.datetime) -> None:
    """Leave some claims waiting at the demo's school, and a few confirmed back entries of 2019."""
    school = School.objects.filter(district=district, code=SCHOOL).first()
    if school is None:
        return
    yesterday = timezone.localdate(at) - datetime.timedelta(days=1)
    people = Person.objects.filter(school=school).volunteers_on(yesterday).order_by("staff_no", "pk")
    for place, person in enumerate(people[:8]):
        content, where, _, _ = WORKS[place % len(WORKS)]
        values = {"person": person, "school": school, "content": content, "place": where}
        if place < 5:
            lane = {} if yesterday.year == timezone.localdate(at).year else _lane("A", "签到册")
            claim(values | lane | {"served_on": yesterday, "hours": Decimal("1.5")}, by=by, at=at)
        else:
            lane = _lane("ABC"[place - 5], ("2019年签到册第 12 页", "学校证明", "本人说明")[place - 5])
            day = {"served_on": datetime.date(2019, 5, 4), "hours": Decimal(3)}
            confirm(claim(values | lane | day, by=by, at=at), by=by, at=at)


def _lane(evidence: str, basis: str) -> dict[str, str]:
    return {"evidence": ServiceRecord.Evidence(evidence), "basis": basis}
