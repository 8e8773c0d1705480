"""Invented rows for tests: plain functions with sensible defaults; keywords override.

What a row hangs on is made along with it unless it is given; the district is made once a test.
"""

import datetime
from itertools import count

from django.utils import timezone

from activities.models import Campaign, Enrolment, EnrolmentLine
from awards.models import Category, Cycle, Decision, Honour, OpeningBalance
from guanweihui.gate import issue_link
from guanweihui.models import CollaborationGroup, District, Due, Filing, Post, Round, School, User
from guanweihui.models.org import Segment, Stage
from guanweihui.scope import Role
from members.keys import fill_keys
from members.models import Appointment, ElderClass, Person, RetirementKind
from outreach.models import (
    HostSchool,
    Lesson,
    Need,
    Pairing,
    Partnership,
    Programme,
    ResearchVisit,
    TeachingEvent,
)

PASSWORD = "invented-Pass-2018"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: 2018 as the statistical year: 1 September 2018 to 31 August 2019.
DECIDED_ON = datetime.date(2018, 12, 20)
DEADLINE = datetime.datetime(2018, 11, 30, 17, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
number = count(1)
#: The number that positions are counted from; each test begins anew, for a position is a small number.
first = 0


def begin_positions() -> None:
    """Count positions from here on, so that a long run never passes what a position holds."""
    global first
    first = next(number)


def position(n: int) -> int:
    return n - first


def make_district(**fields) -> District:
    """Return the district of that name, 示例区 unless named."""
    name = fields.pop("full_name", "示例区")
    defaults = {"short_name": name, "committee_name": f"{name}教育系统关心下一代工作委员会", **fields}
    return District.objects.get_or_create(full_name=name, defaults=defaults)[0]


def make_group(**fields) -> CollaborationGroup:
    n = next(number)
    fields.setdefault("district", None)
    fields["district"] = fields["district"] or make_district()
    fields.setdefault("full_name", f"第{n}协作组")
    return CollaborationGroup.objects.create(
        **{"short_name": fields["full_name"], "position": position(n), **fields}
    )


def make_school(**fields) -> School:
    n = next(number)
    fields["group"] = fields.get("group") or make_group(district=fields.get("district"))
    fields.setdefault("full_name", f"示例区第{n}小学")
    defaults = {
        "district": fields["group"].district,
        "short_name": fields["full_name"].removeprefix("示例区"),
        "code": f"99{n:05}",
        "stage": Stage.PRIMARY,
        "position": position(n),
    }
    return School.objects.create(**{**defaults, **fields})


def make_post(**fields) -> Post:
    """Give a user (a new one unless given) a post; unit: district=, group= or school=."""
    user = fields.pop("user", None) or make_user()
    if not {"district", "group", "school"} & set(fields):
        fields["district"] = make_district()
    return Post.objects.create(
        **{"user": user, "role": Role.DISTRICT, "from_on": datetime.date(2018, 1, 1), **fields}
    )


def make_user(**fields) -> User:
    n = next(number)
    fields = {"username": f"user{n}", "name": f"用户{n}", "password": PASSWORD, **fields}
    return User.objects.create_user(**fields)


def make_id_number(born_on: datetime.date, serial: int) -> str:
    """Return a valid number of the region 990105, which does not exist."""
    body = f"990105{born_on:%Y%m%d}{serial % 1000:03}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def make_elder_class(**fields) -> ElderClass:
    fields = {"name": "老教师", "position": 4, **fields}
    district = fields.pop("district", None) or make_district()
    name = fields.pop("name")
    return ElderClass.objects.get_or_create(district=district, name=name, defaults=fields)[0]


def make_person(**fields) -> Person:
    """Make a retired teacher on the register, with every sensitive field filled."""
    n = next(number)
    fields["school"] = fields.get("school") or make_school()
    born_on = fields.setdefault("born_on", datetime.date(1945, 3, 8))
    defaults = {
        "district": fields["school"].district,
        "staff_no": f"JG{n:06}",
        "name": "王秀英",
        "sex": "女",
        "birth_precision": "day",
        "id_number": make_id_number(born_on, n),
        "ethnicity": "汉族",
        "political_status": "中共党员",
        "retirement_kind": RetirementKind.RETIRED,
        "retired_on": datetime.date(2000, 3, 1),
        "retired_precision": "month",
        "elder_class": make_elder_class(district=fields["school"].district),
        "is_volunteer": True,
        "on_register": True,
        "health": "患高血压",
        "phone": f"1990{n:07}",
        "home_address": "示例街道和平里社区3号楼502室",
        "emergency_contact": "王小明",
        "emergency_phone": f"1991{n:07}",
    }
    person = fill_keys(Person(**{**defaults, **fields}))
    person.save()
    return person


def make_appointment(**fields) -> Appointment:
    if not {"district", "group", "school"} & set(fields):
        fields["school"] = make_school()
    defaults = {"position": Appointment.Position.DIRECTOR, "printed_name": "张建国", "phone": "19900001234"}
    return Appointment.objects.create(**{**defaults, **fields})


def make_round(**fields) -> Round:
    n = next(number)
    fields["district"] = fields.get("district") or make_district()
    defaults = {
        "kind": Round.Kind.ENROLMENT,
        "title": f"读书活动报名{n}",
        "year": 2018,
        "opens_at": DEADLINE - datetime.timedelta(days=30),
        "deadline_at": DEADLINE,
        "state": Round.State.CLOSED,
    }
    return Round.objects.create(**{**defaults, **fields})


def make_campaign(**fields) -> Campaign:
    district = fields.pop("district", None) or make_district()
    year, theme = fields.pop("year", 2018), fields.pop("theme", "我为祖国点赞")
    found = Campaign.objects.filter(district=district, year=year, theme=theme).first()
    if found:
        return found
    fields["round"] = fields.get("round") or make_round(district=district, year=year)
    return Campaign.objects.create(district=district, year=year, theme=theme, **fields)


def make_enrolment(*, lines=((Segment.PRIMARY, 3, 90),), **fields) -> Enrolment:
    """Make an accepted enrolment of a school; lines are (segment, classes, students)."""
    school = fields.pop("school", None) or make_school()
    campaign = fields["campaign"] = fields.get("campaign") or make_campaign(district=school.district)
    due = Due.objects.create(round=campaign.round, school=school, state=Due.State.ACCEPTED, met_at=DEADLINE)
    defaults = {"due": due, "status": Filing.Status.ACCEPTED, "submitted_at": DEADLINE, "coaches": 5}
    defaults |= {"head_name": "李明", "head_phone": "19900005678"}
    enrolment = Enrolment.objects.create(**{**defaults, **fields})
    for segment, classes, students in lines:
        EnrolmentLine.objects.create(enrolment=enrolment, segment=segment, classes=classes, students=students)
    return enrolment


def make_category(**fields) -> Category:
    """Return the category of a kind in the district's cycle of 2018, made when missing."""
    district = fields.pop("district", None) or make_district()
    cycle = fields.pop("cycle", None)
    if cycle is None:
        cycle = Cycle.objects.get_or_create(district=district, year=2018, defaults={"name": "2018年度表彰"})[
            0
        ]
    kind = Category.Kind(fields.pop("kind", Category.Kind.ADVANCED_COLLECTIVE))
    defaults = {"name": kind.label, "position": list(Category.Kind).index(kind) + 1, **fields}
    return Category.objects.get_or_create(cycle=cycle, kind=kind, defaults=defaults)[0]


def make_honour(**fields) -> Honour:
    """Make an honour of 2018; kind= chooses the category, a collective one unless given."""
    n = next(number)
    unit = fields.pop("unit", None) or make_school()
    kind = fields.pop("kind", Category.Kind.ADVANCED_COLLECTIVE)
    category = fields.pop("category", None) or make_category(district=unit.district, kind=kind)
    decision = fields.pop("decision", None)
    if decision is None:
        decision = Decision.objects.get_or_create(
            cycle=category.cycle, doc_number="示例教关〔2018〕12号", defaults={"decided_on": DECIDED_ON}
        )[0]
    defaults = {
        "district": unit.district,
        "printed_unit": unit.full_name,
        "certificate_no": f"示例荣字2018-{n:05}",
    }
    return Honour.objects.create(
        **{**defaults, "unit": unit, "category": category, "decision": decision, **fields}
    )


def make_opening_balance(**fields) -> OpeningBalance:
    defaults = {
        "kind": OpeningBalance.Kind.COLLECTIVE,
        "count": 178,
        "as_of_on": datetime.date(2017, 12, 31),
        "basis": "历年表彰决定汇总",
    }
    fields["district"] = fields.get("district") or make_district()
    return OpeningBalance.objects.create(**{**defaults, **fields})


def make_programme(**fields) -> Programme:
    district = fields.pop("district", None) or make_district()
    name = fields.pop("name", "第一批老校长下乡")
    defaults = {"region": "示例山区", "started_on": datetime.date(2018, 10, 1), **fields}
    return Programme.objects.get_or_create(district=district, name=name, defaults=defaults)[0]


def make_host_school(**fields) -> HostSchool:
    fields["district"] = fields.get("district") or make_district()
    return HostSchool.objects.create(
        **{"name": f"示例山区第{next(number)}中学", "region": "示例山区", **fields}
    )


def make_pairing(**fields) -> Pairing:
    """Make a pair with one partner school of each kind, in force from October 2018 on."""
    n = next(number)
    programme = fields["programme"] = fields.get("programme") or make_programme()
    defaults = {"position": position(n), "principal_name": f"老校长{n}", "assistant_name": f"助理{n}"}
    pairing = Pairing.objects.create(**{**defaults, **fields})
    for kind in Partnership.Kind:
        host = make_host_school(district=programme.district)
        terms = {"from_on": datetime.date(2018, 10, 1), "to_on": datetime.date(2021, 9, 30)}
        Partnership.objects.create(pairing=pairing, host_school=host, kind=kind, **terms)
    return pairing


def make_visit(*, needs=((Need.Field.STAFF_BUILDING, "骨干教师少"),), **fields) -> ResearchVisit:
    """Make a research visit; needs are (field, text)."""
    host = fields["host_school"] = fields.get("host_school") or make_host_school()
    defaults = {"visited_on": datetime.date(2018, 11, 12)}
    fields["programme"] = fields.get("programme") or make_programme(district=host.district)
    visit = ResearchVisit.objects.create(**{**defaults, **fields})
    for field, text in needs:
        Need.objects.create(visit=visit, field=field, text=text)
    return visit


def make_event(*, lessons=1, **fields) -> TeachingEvent:
    """Make a teaching event of three days with so many lessons."""
    programme = fields["programme"] = fields.get("programme") or make_programme()
    days = {"from_on": datetime.date(2019, 4, 11), "to_on": datetime.date(2019, 4, 13)}
    event = TeachingEvent.objects.create(**{"name": f"送教活动{next(number)}", **days, **fields})
    for n in range(lessons):
        host = make_host_school(district=programme.district)
        lesson = Lesson.objects.create(
            event=event,
            held_on=event.from_on,
            host_school=host,
            kind=Lesson.Kind.PAIRED,
            subject=f"学科{n + 1}",
            local_teacher="赵本地",
            visiting_teacher="钱来访",
            attendances=30,
        )
        lesson.radiated.add(host)
    return event


def make_link(pairing: Pairing):
    """Issue a link to a pair's principal; return it with its token."""
    link, token = issue_link(
        district=pairing.programme.district,
        role=Role.OUTREACH,
        holder_name=pairing.principal_name,
        by=None,
        at=timezone.now(),
        days=30,
    )
    pairing.access_link = link
    pairing.save(update_fields=["access_link"])
    return link, token


def make_host_link(host_school: HostSchool):
    """Issue a host school's link, by which it confirms trips; return it with its token."""
    link, token = issue_link(
        district=host_school.district,
        role=Role.HOST,
        holder_name=host_school.name,
        by=None,
        at=timezone.now(),
        days=30,
    )
    host_school.access_link = link
    host_school.save(update_fields=["access_link"])
    return link, token
