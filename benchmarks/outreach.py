"""Time the pages of 老校长下乡 in the server and count their queries: ten trips, and 10,000 of them.

Five batches of twenty pairs with two host schools each, four needs a school, a plan of sixty items a batch,
confirmed trips with travellers, days and hours, teaching events that radiate. Pages are warm. Ends with 1
when a page asks more queries for more rows, passes its reach or answers anything but 200.
"""

import argparse
import datetime
from typing import Any

import ground
import page_times

FEW, MANY = 10, 10_000
BATCHES, PAIRS, ITEMS, EVENTS = 5, 20, 60, 40
STARTED = datetime.date(2018, 10, 22)
NOW = datetime.datetime(2026, 11, 20, 9, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
#: Route, role, query string.
PAGES = (
    ("pairing-list", "district", ""),
    ("pairing-matrix", "district", ""),
    ("pairing-detail", "district", ""),
    ("programme-list", "district", ""),
    ("programme-detail", "district", ""),
    ("host-list", "district", ""),
    ("host-detail", "district", ""),
    ("visit-list", "district", ""),
    ("need-list", "district", ""),
    ("need-detail", "district", ""),
    ("plan-list", "district", ""),
    ("plan-detail", "district", ""),
    ("trip-list", "district", ""),
    ("trip-list", "district", "?page=40"),
    ("trip-list", "outreach", ""),
    ("trip-detail", "district", ""),
    ("event-list", "district", ""),
    ("event-detail", "district", ""),
    ("effect-sheet", "district", ""),
    ("outreach-ledger", "district", "?by=principal&year=2018"),
    ("outreach-ledger", "district", "?by=host&year=2018"),
    ("outreach-ledger", "district", "?by=field&year=2018"),
    ("outreach-summary", "district", "?scope=programme-1&year=2018&term=year"),
    ("outreach-scheme", "district", ""),
    ("principal-home", "outreach", ""),
    ("hosting-home", "host", ""),
    ("todo-list", "district", ""),
)
#: Reports on a page: a plan, a ledger, a summary.
REPORTS = {"plan-detail", "effect-sheet", "outreach-ledger", "outreach-summary", "outreach-scheme"}


def fill(number: int) -> dict[str, Any]:
    """Make a district with its batches and so many confirmed trips, spread over pairs and days."""
    from guanweihui.models import CollaborationGroup, District, School

    names = {"full_name": "示例区", "short_name": "示例区", "committee_name": "示例区教育关工委"}
    district = District.objects.create(**names)
    group = CollaborationGroup.objects.create(
        district=district, full_name="第1协作组", short_name="第1协作组", position=1
    )
    school = School.objects.create(
        district=district, group=group, full_name="示例区第1小学", short_name="第1小学",
        code="9900001", stage="PRIMARY", position=1,
    )  # fmt: skip
    batches = BATCHES if number > FEW else 1
    with ground.Measure() as measure:
        pairs = [pair for batch in range(batches) for pair in _batch(district, school, batch, number > FEW)]
        _trips(pairs, number)
    _accounts(district, pairs[0])
    return measure.result(trips=number)


def _batch(district: Any, school: Any, number: int, is_full: bool) -> list[Any]:
    """Make one batch: pairs with persons and schools, visits with needs, a plan, teaching events."""
    from members.keys import fill_keys
    from members.models import Person
    from outreach.models import HostSchool, Need, Pairing, Partnership, Programme, ResearchVisit

    programme = Programme.objects.create(
        district=district, name=f"第{number + 1}批老校长下乡", region=f"示例山区{number + 1}",
        started_on=STARTED, own_principals=PAIRS,
    )  # fmt: skip
    count = PAIRS if is_full else 2
    people = Person.objects.bulk_create(
        fill_keys(
            Person(
                district=district, school=school, name=f"周{chr(0x4E00 + number * 100 + n)}", sex="男",
                staff_no=f"JG{number:02}{n:04}", born_on=datetime.date(1950, 1, 1), is_volunteer=True,
                birth_precision="day", on_register=True, retirement_kind="RETIRED",
            )
        )
        for n in range(2 * count)
    )  # fmt: skip
    pairs = Pairing.objects.bulk_create(
        Pairing(
            programme=programme, position=n, principal=people[2 * n], principal_name=people[2 * n].name,
            assistant=people[2 * n + 1], assistant_name=people[2 * n + 1].name, former_unit=school,
        )
        for n in range(count)
    )  # fmt: skip
    hosts = HostSchool.objects.bulk_create(
        HostSchool(district=district, name=f"示例山区第{number}-{n}中学", region=f"示例山区{number + 1}")
        for n in range(2 * count)
    )
    Partnership.objects.bulk_create(
        Partnership(
            pairing=pairs[n // 2], host_school=host, kind=Partnership.Kind.values[n % 2], from_on=STARTED,
            to_on=datetime.date(2030, 10, 21),
        )
        for n, host in enumerate(hosts)
    )  # fmt: skip
    visits = ResearchVisit.objects.bulk_create(
        ResearchVisit(programme=programme, host_school=host, visited_on=datetime.date(2018, 11, 13))
        for host in hosts
    )
    needs = Need.objects.bulk_create(
        Need(visit=visit, field=field, text=f"{label}方面的需求", status="UNDER_WAY")
        for visit in visits
        for field, label in Need.Field.choices
    )
    _plan(programme, needs)
    _events(programme, hosts, needs, EVENTS if is_full else 2)
    return [(pair, hosts[2 * n : 2 * n + 2], needs) for n, pair in enumerate(pairs)]


def _plan(programme: Any, needs: list[Any]) -> None:
    from outreach.models import Plan, PlanGoal, PlanItem

    plan = Plan.objects.create(programme=programme, title="三年工作方案", status=Plan.Status.APPROVED)
    PlanGoal.objects.bulk_create(PlanGoal(plan=plan, year_no=n, text=f"第{n}年目标") for n in (1, 2, 3))
    items = PlanItem.objects.bulk_create(
        PlanItem(
            plan=plan, year_no=1 + n % 3, position=n, title=f"任务{n}", field=needs[n % len(needs)].field,
            measure=PlanItem.Measure.values[n % 10], target=20, owner="周校长", mode="TOGETHER",
            due_on=datetime.date(2019 + n % 3, 6, 30),
        )
        for n in range(ITEMS)
    )  # fmt: skip
    through = PlanItem.needs.through
    through.objects.bulk_create(
        through(planitem=item, need=needs[n % len(needs)]) for n, item in enumerate(items)
    )


def _events(programme: Any, hosts: list[Any], needs: list[Any], count: int) -> None:
    from outreach.models import Lesson, TeachingEvent

    events = TeachingEvent.objects.bulk_create(
        TeachingEvent(
            programme=programme, name=f"送教{n}", from_on=datetime.date(2019, 4, 11),
            to_on=datetime.date(2019, 4, 13),
        )
        for n in range(count)
    )  # fmt: skip
    lessons = Lesson.objects.bulk_create(
        Lesson(
            event=event, held_on=event.from_on, host_school=hosts[n % len(hosts)], kind="PAIRED",
            subject=f"学科{n}", local_teacher="黎老师", visiting_teacher="唐老师", attendances=80,
            radiated_unnamed=4,
        )
        for event in events
        for n in range(3)
    )  # fmt: skip
    radiated, answered = Lesson.radiated.through, TeachingEvent.needs.through
    radiated.objects.bulk_create(
        radiated(lesson=lesson, hostschool=hosts[n % len(hosts)]) for n, lesson in enumerate(lessons)
    )
    answered.objects.bulk_create(
        answered(teachingevent=event, need=needs[n % len(needs)]) for n, event in enumerate(events)
    )


def _trips(pairs: list[Any], number: int) -> None:
    """Make confirmed trips of three days, one after the other for each pair; the last ten wait."""
    from outreach.models import Trip, TripDay, TripMember

    rows = []
    for n in range(number):
        pair, hosts, _ = pairs[n % len(pairs)]
        from_on = datetime.date(2018, 11, 20) + datetime.timedelta(days=4 * (n // len(pairs)))
        is_confirmed = n < max(number - 10, number // 2)
        proof = {"proof": "LINK", "confirmer_name": "李主任", "confirmed_at": NOW} if is_confirmed else {}
        rows.append(
            Trip(
                pairing=pair, host_school=hosts[n % 2], purpose="听课评课", from_on=from_on,
                to_on=from_on + datetime.timedelta(days=2), lessons_observed=6, lessons_taught=1,
                lectures=1, lecture_attendances=40, entered_at=NOW, submitted_at=NOW,
                status="CONFIRMED" if is_confirmed else "SUBMITTED", **proof,
            )
        )  # fmt: skip
    trips = Trip.objects.bulk_create(rows, batch_size=500)
    TripMember.objects.bulk_create(
        (
            TripMember(trip=trip, person_id=pairs[n % len(pairs)][0].principal_id, number=1 + n // len(pairs))
            for n, trip in enumerate(trips)
        ),
        batch_size=500,
    )
    TripDay.objects.bulk_create(
        (
            TripDay(trip=trip, served_on=trip.from_on + datetime.timedelta(days=day), half_hours=12)
            for trip in trips
            for day in range(3)
        ),
        batch_size=500,
    )
    through = Trip.needs.through
    needs_of = {pair.pk: needs for pair, _, needs in pairs}
    through.objects.bulk_create(
        (
            through(trip=trip, need=needs_of[trip.pairing_id][n % len(needs_of[trip.pairing_id])])
            for n, trip in enumerate(trips)
        ),
        batch_size=500,
    )


def _accounts(district: Any, first: Any) -> None:
    """Make the account of the office, and the links of the first pair's principal and school."""
    from guanweihui.gate import issue_link
    from guanweihui.models import Post, User

    user = User.objects.create(username="district", name="刘志强", password="!")
    Post.objects.create(user=user, role="DISTRICT", district=district, from_on=datetime.date(2018, 1, 1))
    pair, hosts, _ = first
    for row, role in ((pair, "OUTREACH"), (hosts[0], "HOST")):
        row.access_link, _ = issue_link(
            district=district, role=role, holder_name=str(row), by=None, at=NOW, days=366
        )
        row.save(update_fields=["access_link"])


def visit() -> dict[str, Any]:
    """Fetch every page often: {label: milliseconds, queries, status, kilobytes}."""
    from django.test import Client
    from django.urls import reverse

    from guanweihui.gate import LINK_KEY
    from guanweihui.models import AccessLink

    clients = page_times.signed_in(("district",))
    for role in ("outreach", "host"):
        clients[role] = Client()
        session = clients[role].session
        session[LINK_KEY] = AccessLink.objects.get(role=role.upper()).pk
        session.save()
    found = {}
    for route, role, query in PAGES:
        url = reverse(route, args=_row_of(route)) + query
        reach = page_times.REPORT if route in REPORTS else page_times.LIST
        found[f"{route}{query} ({role})"] = page_times.fetch(clients[role], url, reach=reach)
    return found


def _row_of(route: str) -> list[int]:
    """Choose the row of a detail page: the first of its kind."""
    from outreach.models import HostSchool, Need, Pairing, Plan, Programme, TeachingEvent, Trip

    rows = {
        "pairing": Pairing, "programme": Programme, "host": HostSchool, "need": Need, "plan": Plan,
        "trip": Trip, "event": TeachingEvent,
    }  # fmt: skip
    what, _, kind = route.partition("-")
    return [rows[what].objects.order_by("pk").first().pk] if kind == "detail" else []


PARTS = {"fill": fill, "visit": visit}


def benchmark(asked: argparse.Namespace) -> None:
    page_times.few_and_many(asked, (FEW, MANY), "trips")


if __name__ == "__main__":
    ground.main(PARTS, benchmark, __doc__)
