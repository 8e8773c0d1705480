"""Time register, who serves, picker and records: the demo's district of 13,000, then 200,000 people.

The people and their hours are invented by a fixed rule and written in bulk: the same figures every time.
Ends with 1 when a page asks more queries for more rows.
"""

import argparse
import datetime
import os
import sys
from collections.abc import Iterator
from typing import Any

import build
import ground
import page_times
import pages

MANY, BATCH = 200_000, 2000
#: Every so many-th person volunteers; of the volunteers four in five serve, each so many times a year.
VOLUNTEER_EVERY, RECORDS_EACH = 4, 6
SPECIALITIES = ("", "", "书法", "绘画", "合唱", "摄影", "剪纸", "武术", "科普宣讲", "读书辅导")
FROM_ON, TO_ON = datetime.date(2018, 9, 1), datetime.date(2019, 8, 31)
SPAN = f"from_on={FROM_ON}&to_on={TO_ON}"
PAGES = (
    pages.Page("person-list"),
    pages.Page("person-list", role="group"),
    pages.Page("person-list", role="school"),
    pages.Page("person-list", query="?page=100&per=100"),
    pages.Page("person-list", query="?kind=RETIRED"),
    pages.Page("person-list", query="?age=3"),
    pages.Page("person-list", query="?volunteer=True"),
    pages.Page("person-list", query="?name=wang&kind=RETIRED"),
    pages.Page("person-list", query="?sort=name"),
    pages.Page("person-list", query="?sort=-born"),
    pages.Page("person-list", query="?sort=staff_no"),
    pages.Page("person-list", query="?figure=retired&year=2018"),
    pages.Page("person-list", query="?figure=volunteers&year=2018", role="group"),
    pages.Page("who-serves", query=f"?{SPAN}", reach=page_times.REPORT),
    pages.Page("who-serves", query=f"?{SPAN}", role="school", reach=page_times.REPORT),
    pages.Page("serving-list", query=f"?{SPAN}&state=served"),
    pages.Page("serving-list", query=f"?{SPAN}&state=dormant"),
    pages.Page("serving-list", query=f"?{SPAN}&state=registered"),
    pages.Page("serving-list", query=f"?{SPAN}&state=served&page=50"),
    pages.Page("serving-list", query=f"?{SPAN}&state=served&skill=书法"),
    pages.Page("serving-list", query=f"?{SPAN}&state=dormant", role="group"),
    pages.Page("serving-list", query=f"?{SPAN}&state=served", role="school"),
    pages.Page("person-picker"),
    pages.Page("person-picker", query="?skill=书法"),
    pages.Page("person-picker", role="school"),
    pages.Page("record-list"),
    pages.Page("record-list", query="?page=500"),
    pages.Page("record-list", query="?status=CLAIMED"),
    pages.Page("record-list", query="?name=w"),
    pages.Page("record-list", query="?first=2018-10-01&last=2018-12-31"),
    pages.Page("record-list", query="?figure=service.hours&year=2018"),
    pages.Page("record-list", role="group"),
    pages.Page("record-list", role="school"),
    pages.Page("quarter-list", query="?year=2018&quarter=4"),
    pages.Page("quarter-list", query="?year=2018&quarter=4", role="group"),
    pages.Page("quarter-list", query="?year=2018&quarter=4", role="school"),
    pages.Page("service-certificate-list"),
)


# --- parts that run in processes of their own -----------------------------------------------------------


def people(number: int) -> dict[str, Any]:
    """Fill the district up to so many people of the register, and give the volunteers a year of service."""
    from django.db import transaction

    from guanweihui.models import District
    from guanweihui.upkeep import gather_statistics
    from members.models import Person

    district = District.objects.order_by("pk").first()
    have = Person.objects.filter(district=district).count()
    with ground.Measure() as measure, transaction.atomic():
        for batch in batches(invented(district, number - have)):
            Person.objects.bulk_create(batch)
        serve_a_year(district)
    gather_statistics()
    return measure.result(people=Person.objects.count())


def invented(district: Any, number: int) -> Iterator[Any]:
    """Make so many retired teachers after the pattern of those there are, spread over the schools."""
    from members.models import Person

    pattern = list(
        Person.objects.filter(district=district, on_register=True).exclude(born_on=None).order_by("pk")[:5000]
    )
    for place in range(number):
        one = pattern[place % len(pattern)]
        values = {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields}
        values |= {
            "id": None,
            "staff_no": f"ZZ{place:07}",
            "id_number": "",
            "id_index": "",
            "born_on": one.born_on - datetime.timedelta(days=place // len(pattern)),
            "is_volunteer": place % VOLUNTEER_EVERY == 0,
            "slip_link_id": None,
            "last_served_on": None,
            "last_asked_on": None,
        }
        yield Person(**values)


def serve_a_year(district: Any) -> None:
    """Give volunteers without one a year of hours and a speciality, and a tenth of them a team of seven."""
    from django.utils import timezone

    from members.lately import note_calls, note_services
    from members.models import Person, ServiceRecord, TaskCall, Team, TeamMembership

    people = Person.objects.filter(district=district, is_volunteer=True, service_records=None)
    volunteers = list(people.order_by("pk").select_related("school").only("pk", "school__district"))
    for place, one in enumerate(volunteers):
        one.speciality = SPECIALITIES[place % len(SPECIALITIES)]
    Person.objects.bulk_update(volunteers, ["speciality"], batch_size=BATCH // 10)
    now = timezone.now()
    records = (
        record_of(one, place, n, at=now)
        for place, one in enumerate(volunteers)
        if place % 5
        for n in range(RECORDS_EACH)
    )
    for batch in batches(records):
        ServiceRecord.objects.bulk_create(batch)
    teams = [Team.objects.get_or_create(district=district, name=f"第{n}队")[0] for n in range(1, 8)]
    members = (
        TeamMembership(team=teams[place % 7], person=one, from_on=FROM_ON)
        for place, one in enumerate(volunteers)
        if place % 10 == 1
    )
    for batch in batches(members):
        TeamMembership.objects.bulk_create(batch)
    calls = (
        TaskCall(
            district=district,
            person=one,
            task="读书活动评审",
            asked_on=FROM_ON + datetime.timedelta(place % 99),
        )
        for place, one in enumerate(volunteers)
        if place % 8 == 3
    )
    for batch in batches(calls):
        TaskCall.objects.bulk_create(batch)
    everybody = Person.objects.filter(district=district).values("pk")
    note_services(everybody)
    note_calls(everybody)


def record_of(person: Any, place: int, number: int, *, at: datetime.datetime) -> Any:
    """Make one record: two in three organised by the school, one in 20 still waits, one in 25 is training."""
    from members.models import ServiceKind, ServiceRecord

    mixed = place * RECORDS_EACH + number
    waits = mixed % 20 == 7
    return ServiceRecord(
        district_id=person.school.district_id,
        person=person,
        school_id=person.school_id if mixed % 3 else None,
        kind=ServiceKind.TRAINING if mixed % 25 == 3 else ServiceKind.SERVICE,
        content="读书辅导",
        served_on=FROM_ON + datetime.timedelta(days=(place * 7 + number * 61) % 365),
        starts_at=datetime.time(8 + mixed % 9),
        ends_at=datetime.time(11 + mixed % 9),
        half_hours=2 + number % 4,
        status=ServiceRecord.Status.CLAIMED if waits else ServiceRecord.Status.CONFIRMED,
        claimed_at=at,
        confirmed_at=None if waits else at,
    )


def batches(rows: Any) -> Iterator[list[Any]]:
    found: list[Any] = []
    for row in rows:
        found.append(row)
        if len(found) == BATCH:
            yield found
            found = []
    if found:
        yield found


def visit() -> dict[str, Any]:
    """Fetch every page as people of the district do: {label: milliseconds, queries, bytes}."""
    from guanweihui.models import District, User

    home = District.objects.order_by("pk").first()
    if not User.objects.filter(username=f"district-{home.pk}").exists():
        build.accounts(home)
    clients = pages.signed_in(home.pk)
    return {page.label: pages.fetch(clients, page, {}, pages.TIMES * 2) for page in PAGES}


PARTS = {"people": people, "visit": visit}


def benchmark(asked: argparse.Namespace) -> None:
    faults: list[str] = []
    for engine in ground.ENGINES[asked.database]:
        with ground.ground(engine) as place:
            name = build.district(place, "district")
            seen = {}
            for number in (0, MANY):
                ground.note(f"{engine}: {number or 'the demo s'} people")
                made = place.run("people", name, number=number)
                place.settle(name)
                seen[made["people"]] = place.run("visit", name)
            show(engine, seen, faults)
    if faults:
        sys.exit("\n".join(faults))


def show(engine: str, seen: dict[int, dict[str, Any]], faults: list[str]) -> None:
    few, many = seen
    print(f"\n### {engine}, load average {os.getloadavg()[0]:.1f}")
    rows = []
    for page in PAGES:
        small, large = seen[few][page.label], seen[many][page.label]
        if small["queries"] != large["queries"]:
            faults.append(f"{page.label}: {small['queries']} and {large['queries']} queries")
        times = [f"{ground.median(one[what]):.0f}" for one in (small, large) for what in ("ms", "cpu")]
        rows.append((page.label, large["queries"], *times, page.reach[1]))
    head = (f"{number:,}, {what}" for number in map(int, seen) for what in ("ms", "processor"))
    ground.table(("page", "queries", *head, "reach, ms"), rows)


if __name__ == "__main__":
    ground.main(PARTS, benchmark, __doc__)
