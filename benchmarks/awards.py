"""Time the review of nominations in the server and count its queries: a cycle of ten, and one of 500.

Every nomination has a draft, a version, two opinions and a scan, every rule of the cycle is switched on, and
the people are among earlier winners. Pages are warm. Ends with 1 when a page asks more queries for more rows,
passes its reach or answers anything but 200.
"""

import argparse
import datetime
import json
from typing import Any

import ground
import page_times

FEW, MANY = 10, 500
GROUPS, SCHOOLS = 15, 190
NOW = datetime.datetime(2026, 11, 20, 9, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
DEEDS = "组织五老讲师团进校园宣讲，开展主题教育读书活动，成效明显。" * 50
KINDS = ("ADVANCED_COLLECTIVE", "GOOD_LEADER", "ADVANCED_IN_SERVICE", "ADVANCED_RETIRED")
#: The form: section, key, label, format, longest.
FORM = (
    ("1_FACTS", "unit_name", "单位全称", "text", 100),
    ("1_FACTS", "rank_level", "干部级别", "text", 20),
    ("1_FACTS", "front_line", "是否一线人员", "text", 10),
    ("1_FACTS", "contact_phone", "联系电话", "phone", 30),
    ("2_DEEDS", "deeds", "主要事迹", "long", 2000),
    ("2_DEEDS", "abstract", "事迹摘要", "long", 300),
    ("3_MATERIALS", "stamped", "盖章推荐表", "scan", 50),
)
PAGES = (
    ("review-queue", "district", ""),
    ("review-queue", "district", "?page=2"),
    ("review-queue", "group", ""),
    ("review-item", "district", ""),
    ("nomination-list", "district", ""),
    ("nomination-list", "district", "?state=ENDORSED&kind=ADVANCED_RETIRED&page=2"),
    ("nomination-list", "district", "?text=王&per=100"),
    ("nomination-list", "group", ""),
    ("nomination-list", "leader", "?sort=-sent"),
    ("nomination-detail", "district", ""),
    ("review-order", "group", ""),
    ("todo-list", "district", ""),
    ("todo-list", "group", ""),
)


def fill(number: int) -> dict[str, Any]:
    """Make a district and one cycle under way with so many nominations; one in five waits for its group."""
    from awards.models import Category, Cycle, CycleRule, FormField
    from guanweihui.models import CollaborationGroup, District, Round, School

    names = {"full_name": "示例区", "short_name": "示例区", "committee_name": "示例区教育关工委"}
    district = District.objects.create(**names)
    groups = [
        CollaborationGroup.objects.create(
            district=district, full_name=f"第{n}协作组", short_name=f"第{n}协作组", position=n
        )
        for n in range(GROUPS)
    ]
    schools = [
        School.objects.create(
            district=district, group=groups[n % GROUPS], full_name=f"示例区第{n}小学",
            short_name=f"第{n}小学", code=f"99{n:05}", stage="PRIMARY", position=n,
        )
        for n in range(SCHOOLS)
    ]  # fmt: skip
    round_ = Round.objects.create(
        district=district, kind="nomination", title="评选推荐", year=2026, state="OPEN",
        opens_at=NOW - datetime.timedelta(days=30), deadline_at=NOW,
    )  # fmt: skip
    cycle = Cycle.objects.create(
        district=district, name="2026年度先进评选", year=2026, state="OPEN", round=round_,
        endorse_by_on=NOW.date(), review_by_on=NOW.date() + datetime.timedelta(days=7),
    )  # fmt: skip
    values = {"RANK_SHARE": 20, "FRONT_LINE": 50, "EARLIER_WINNER": 2}
    CycleRule.objects.bulk_create(
        CycleRule(cycle=cycle, code=code, effect="WARN", value=values.get(code))
        for code in CycleRule.Code.values
    )
    categories = [
        Category.objects.create(cycle=cycle, kind=kind, name=Category.Kind(kind).label, position=n)
        for n, kind in enumerate(KINDS)
    ]
    FormField.objects.bulk_create(
        FormField(
            category=category, section=section, position=n, key=key, label=label, format=form, longest=longest
        )
        for category in categories
        for n, (section, key, label, form, longest) in enumerate(FORM)
    )
    with ground.Measure() as measure:
        _nominate(cycle, categories, schools, number)
    _accounts(district, groups[0])
    return measure.result(nominations=number)


def _nominate(cycle: Any, categories: list[Any], schools: list[Any], number: int) -> None:
    from awards.models import Nomination, Quota
    from guanweihui.models import Due

    dues = Due.objects.bulk_create(Due(round=cycle.round, school=school) for school in schools)
    quotas = {(category.pk, school.group_id): None for category in categories for school in schools}
    for category, group in quotas:
        quotas[category, group] = Quota.objects.create(
            category_id=category, group_id=group, places=40, used=20
        )
    people = _people(cycle, schools, number)
    rows = []
    for n in range(number):
        # A school is nominated itself once at most: in the first round of schools, one in four.
        category = categories[0] if n % 4 == 0 and n < SCHOOLS else categories[1 + n % 3]
        school = schools[n % SCHOOLS]
        person = None if category.is_collective else people[n]
        row = Nomination(
            due=dues[n % SCHOOLS], cycle=cycle, category=category, unit=school, person=person,
            status="SUBMITTED" if n % 5 == 0 else "ENDORSED", rank=None if n % 5 == 0 else n + 1,
            quota=quotas[category.pk, school.group_id], printed_unit=school.full_name,
            printed_name=person.name if person else "", submitted_at=NOW, saved_at=NOW,
        )  # fmt: skip
        row.typed = {
            "unit_name": school.full_name, "rank_level": "处级" if n % 9 == 0 else "其他",
            "front_line": "是" if n % 2 else "否", "contact_phone": f"1990{n:07}", "deeds": DEEDS[:1500],
            "abstract": DEEDS[:300],
        }  # fmt: skip
        rows.append(row)
    _follow(Nomination.objects.bulk_create(rows, batch_size=100))


def _people(cycle: Any, schools: list[Any], number: int) -> list[Any]:
    """Make a person a nomination; every tenth won in the cycle before."""
    from awards.models import Category, Cycle, Decision, Honour
    from members.keys import fill_keys
    from members.models import Person

    rows = [
        Person(
            district=cycle.district, school=schools[n % SCHOOLS], name=f"王{chr(0x4E00 + n)}", sex="女",
            staff_no=f"JG{n:06}", born_on=datetime.date(1950, 1, 1) + datetime.timedelta(days=n),
            birth_precision="day", on_register=True, retirement_kind="RETIRED",
        )
        for n in range(number)
    ]  # fmt: skip
    people = Person.objects.bulk_create([fill_keys(one) for one in rows], batch_size=500)
    before = Cycle.objects.create(district=cycle.district, name="2024年度先进评选", year=2024)
    category = Category.objects.create(cycle=before, kind=KINDS[3], name="退休先进个人")
    decided_on = datetime.date(2024, 5, 1)
    decision = Decision.objects.create(cycle=before, doc_number="示关〔2024〕1号", decided_on=decided_on)
    Honour.objects.bulk_create(
        Honour(
            district=cycle.district, decision=decision, category=category, certificate_no=f"2024-{n:04}",
            unit=one.school, person=one, printed_name=one.name, printed_unit=one.school.full_name,
        )
        for n, one in enumerate(people)
        if n % 10 == 0
    )  # fmt: skip
    return people


def _follow(nominations: list[Any]) -> None:
    """Give each nomination its version, opinions and scan."""
    from awards.models import Nomination, Opinion
    from guanweihui.models import Attachment, User, Version

    user = User.objects.create(username="uploads", name="王玥", password="!")
    labels = {key: label for _, key, label, form, _ in FORM if form != "scan"}
    label = Nomination._meta.label
    Version.objects.bulk_create(
        Version(
            due_id=one.due_id, filing_type=label, filing_id=one.pk, number=1, taken_at=NOW, taken_by=user,
            content=json.dumps([[key, labels[key], words] for key, words in one.typed.items()]),
        )
        for one in nominations
    )  # fmt: skip
    Opinion.objects.bulk_create(
        Opinion(nomination=one, level=level, text="同意推荐。", signed_by="周组长", given_at=NOW)
        for one in nominations
        for level in ("1_UNIT", "2_GROUP")
    )
    Attachment.objects.bulk_create(
        Attachment(
            due_id=one.due_id, filing_type=label, filing_id=one.pk, field="material.stamped", size=1_200_000,
            original_name="盖章推荐表.pdf", stored_name=f"attachments/{one.pk:032}", digest="0" * 64,
            content_type="application/pdf", added_by=user, added_at=NOW,
        )
        for one in nominations
    )  # fmt: skip


def _accounts(district: Any, group: Any) -> None:
    from guanweihui.models import Post, User

    units = {"district": {"district": district}, "leader": {"district": district}, "group": {"group": group}}
    for role, unit in units.items():
        user = User.objects.create(username=role, name="刘志强", password="!")
        Post.objects.create(user=user, role=role.upper(), from_on=datetime.date(2018, 1, 1), **unit)


def visit() -> dict[str, Any]:
    """Fetch every page often: {label: milliseconds, queries, status, kilobytes}."""
    from django.urls import reverse

    from awards.models import Nomination

    clients = page_times.signed_in(("district", "leader", "group"))
    row = Nomination.objects.in_states(["ENDORSED"]).order_by("pk").first()
    args = {"review-item": [row.pk], "nomination-detail": [row.pk], "review-order": [row.category_id]}
    return {
        f"{route}{query} ({role})": page_times.fetch(
            clients[role], reverse(route, args=args.get(route, [])) + query
        )
        for route, role, query in PAGES
    }


PARTS = {"fill": fill, "visit": visit}


def benchmark(asked: argparse.Namespace) -> None:
    page_times.few_and_many(asked, (FEW, MANY), "nominations")


if __name__ == "__main__":
    ground.main(PARTS, benchmark, __doc__)
