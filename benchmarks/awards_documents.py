"""Time the meeting pack of a whole cycle: 154 nominees, as PDF and as workbook.

Reading, pages and file are timed apart, each in one fresh process on a district of invented schools.
"""

import argparse
import datetime
import itertools
import random
import time
from typing import Any

import ground

#: Nominees by kind of award, as the founding text has them.
NOMINEES = {
    "ADVANCED_COLLECTIVE": 37,
    "GOOD_LEADER": 40,
    "ADVANCED_IN_SERVICE": 32,
    "ADVANCED_RETIRED": 45,
}
GROUPS, DEEDS, ABSTRACT = 15, 2000, 300
#: Seconds that the PDF may take, reading included.
REACH = 90.0
SENTENCES = (
    "组织五老走进校园开展主题宣讲，用亲身经历讲述革命故事，引导青少年坚定理想信念。",
    "坚持每周到校辅导阅读社团，指导学生撰写读书笔记，多名学生在市区比赛中获奖。",
    "牵头建立校外活动站，联系社区资源，为留守和困难学生送去书籍、文具和节日慰问。",
    "多次参加法治副校长进课堂活动，编写案例教材，帮助学生增强自护意识。",
    "注重总结经验，撰写工作简报和调研报告，做法在全区会议上交流推广。",
)


def fill() -> dict[str, Any]:
    """Make a cycle whose review is done, every form filled to its length, with opinions and marks."""
    from awards.models import AwardList, AwardListEntry, Nomination, Opinion, PanelMark

    lot = random.Random(5)
    cycle, schools, user = make_cycle()
    award_list = AwardList.objects.create(
        cycle=cycle, met_on=datetime.date(2020, 5, 20), chair="陈主任", attendees="、".join(["王评委"] * 9)
    )
    places = itertools.cycle(schools)
    now = datetime.datetime.now(datetime.UTC)
    for category in cycle.categories.order_by("position"):
        for number in range(NOMINEES[category.kind]):
            school = next(places)
            nomination = make_nomination(cycle, category, school, lot, number)
            AwardListEntry.objects.create(award_list=award_list, nomination=nomination, outcome="OPEN")
            Opinion.objects.bulk_create(
                Opinion(
                    nomination=nomination,
                    level=level,
                    text="情况属实，事迹突出，同意推荐。",
                    signed_by="李明",
                    signed_on=award_list.met_on,
                    given_at=now,
                )
                for level in (Opinion.Level.UNIT, Opinion.Level.GROUP, Opinion.Level.DISTRICT)
            )
            PanelMark.objects.bulk_create(
                PanelMark(
                    nomination=nomination,
                    panellist=f"评委{judge}",
                    points=lot.randint(80, 99),
                    note="事迹具体，群众认可。",
                    entered_by=user,
                    entered_at=now,
                )
                for judge in range(3)
            )
    return {"nominations": Nomination.objects.count()}


def make_cycle() -> tuple[Any, list[Any], Any]:
    """Make the district, its schools, and a cycle of four awards with forms."""
    from awards.models import Category, Cycle, CycleRule, FormField, Quota
    from guanweihui.models import CollaborationGroup, District, Post, School, User

    district = District.objects.create(
        full_name="示例区", short_name="示例区", committee_name="示例区教育系统关心下一代工作委员会"
    )
    groups = CollaborationGroup.objects.bulk_create(
        CollaborationGroup(district=district, full_name=f"第{n}协作组", short_name=f"第{n}协作组", position=n)
        for n in range(1, GROUPS + 1)
    )
    schools = School.objects.bulk_create(
        School(
            district=district,
            group=groups[n % GROUPS],
            full_name=f"示例区第{n}实验学校",
            short_name=f"第{n}实验学校",
            code=f"99{n:05}",
            position=n,
        )
        for n in range(1, 138)
    )
    user = User.objects.create_user(username="office", name="刘志强", password="invented-Pass-2018")
    Post.objects.create(user=user, role="DISTRICT", district=district, from_on=datetime.date(2018, 1, 1))
    cycle = Cycle.objects.create(district=district, year=2020, name="2019—2020年度先进评选")
    CycleRule.objects.bulk_create(
        CycleRule(cycle=cycle, code=code, value={"EARLIER_WINNER": 1}.get(code, 20))
        for code in CycleRule.Code.values
    )
    for position, (kind, number) in enumerate(NOMINEES.items(), start=1):
        label = Category.Kind(kind).label
        category = Category.objects.create(
            cycle=cycle, kind=kind, name=label, places=number, position=position
        )
        Quota.objects.bulk_create(Quota(category=category, group=group, places=3) for group in groups)
        FormField.objects.bulk_create(form_of(FormField, category))
    return cycle, schools, user


def form_of(field: Any, category: Any) -> list[Any]:
    facts = ("姓名或单位", "性别", "出生年月", "民族", "政治面貌", "职务", "从事工作年限", "曾获荣誉")
    found = [
        field(category=category, section="1_FACTS", position=place, key=f"fact{place}", label=label)
        for place, label in enumerate(facts)
    ]
    for key, label, longest in (("deeds", "主要事迹", DEEDS), ("abstract", "事迹摘要", ABSTRACT)):
        found.append(
            field(
                category=category,
                section="2_DEEDS",
                position=len(found),
                key=key,
                label=label,
                format="long",
                longest=longest,
            )
        )
    return found


def make_nomination(cycle: Any, category: Any, school: Any, lot: random.Random, number: int) -> Any:
    from awards.models import Nomination
    from guanweihui.models import Due, Round
    from members.models import Person

    round_ = Round.objects.get_or_create(
        district=cycle.district,
        kind=Round.Kind.NOMINATION,
        year=cycle.year,
        defaults={
            "title": "评选推荐",
            "opens_at": datetime.datetime(2020, 3, 1, tzinfo=datetime.UTC),
            "deadline_at": datetime.datetime(2020, 4, 1, tzinfo=datetime.UTC),
        },
    )[0]
    person = None
    if not category.is_collective:
        name = "".join(lot.sample("王李张刘陈杨赵黄周吴秀英建国志强玉兰", 3))
        person = Person.objects.create(district=cycle.district, school=school, name=name)
    nomination = Nomination(
        due=Due.objects.get_or_create(round=round_, school=school)[0],
        cycle=cycle,
        category=category,
        unit=school,
        person=person,
        status="ACCEPTED",
        submitted_at=round_.opens_at,
        printed_name=person.name if person else "",
        printed_unit=school.full_name,
        rank=number % 3 + 1,
    )
    text = "".join(lot.choice(SENTENCES) for _ in range(DEEDS // 30))
    nomination.typed = {
        **{f"fact{place}": "示例内容" for place in range(8)},
        "deeds": text[:DEEDS],
        "abstract": text[:ABSTRACT],
    }
    nomination.save()
    return nomination


def make() -> dict[str, Any]:
    """Make the pack as its job does: {name: seconds, queries, KB, peak MB}."""
    from django.utils import timezone

    from awards import meeting_pack
    from awards.models import AwardList
    from guanweihui.documents import meeting, xlsx
    from guanweihui.scope import System
    from guanweihui.tables import Imprint

    award_list = AwardList.objects.for_page().get()
    actor, imprint = System(award_list.cycle.district), Imprint(timezone.localtime(), "刘志强", "R000001")
    found: dict[str, Any] = {}

    def timed(name: str, work: Any) -> Any:
        began, used = time.perf_counter(), time.process_time()
        with ground.queries() as seen:
            made = work()
        size = len(made) if isinstance(made, bytes) else 0
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
        found[name] = [seconds, cpu, len(seen), size, ground.peak_mb("self")]
        return made

    reading = timed("read", lambda: meeting_pack.read(award_list, actor, on=timezone.localdate()))
    timed("workbook", lambda: xlsx.workbook(meeting_pack.workbook_tables(reading), imprint))
    timed("PDF", lambda: meeting.meeting_pack(meeting_pack.pack_of(reading), imprint))
    return found


PARTS = {"fill": fill, "make": make}


def benchmark(asked: argparse.Namespace) -> None:
    for engine in ground.ENGINES[asked.database]:
        with ground.ground(engine) as place:
            name = place.create("meeting")
            number = place.run("fill", name)["nominations"]
            place.settle(name)
            ground.note(f"{engine}: meeting pack of {number} nominees, PDF in {REACH:.0f} s at most")
            head = (f"{engine}: {number} nominees", "s", "on the processor", "queries", "KB", "peak MB")
            lines = [
                (part, f"{seconds:.1f}", f"{cpu:.1f}", queries, f"{size / 1000:.0f}", f"{mb:.0f}")
                for part, (seconds, cpu, queries, size, mb) in place.run("make", name).items()
            ]
            ground.table(head, lines)


if __name__ == "__main__":
    ground.main(PARTS, benchmark, __doc__)
