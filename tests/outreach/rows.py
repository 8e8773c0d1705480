"""Rows of 老校长下乡 for the tests: as a step would leave them, without the step."""

import datetime

from django.utils import timezone

from outreach.models import (
    Assessment,
    EventFeedback,
    HostProfile,
    Need,
    Pairing,
    Plan,
    PlanGoal,
    PlanItem,
    PlanProgress,
    Renewal,
    SubjectStaff,
    Trip,
    TripDay,
    TripMember,
    TripService,
)
from tests.factories import make_pairing, make_person, make_programme, make_visit

DAY = datetime.date(2019, 3, 12)


def make_need(*, host_school=None, **fields) -> Need:
    """Make one need, found by a visit of its own to the school."""
    visit = fields.pop("visit", None) or make_visit(
        needs=(), visited_on=DAY, **({"host_school": host_school} if host_school else {})
    )
    return Need.objects.create(
        **{"visit": visit, "field": Need.Field.STAFF_BUILDING, "text": "骨干教师少", **fields}
    )


def make_assessment(need=None, *, by=None, **fields) -> Assessment:
    defaults = {
        "rating": Assessment.Rating.BETTER,
        "assessor_name": "李主任",
        "assessed_on": DAY,
        "entered_by": by,
        "entered_at": timezone.now(),
    }
    return Assessment.objects.create(**{"need": need or make_need(), **defaults, **fields})


def make_plan(*, status=Plan.Status.APPROVED, goals=True, **fields) -> Plan:
    """Make a plan with the goals of its three years, approved unless said otherwise."""
    fields["programme"] = fields.get("programme") or make_programme()
    plan = Plan.objects.create(**{"title": "三年工作方案", "status": status, **fields})
    for year_no in (1, 2, 3) if goals else ():
        PlanGoal.objects.create(plan=plan, year_no=year_no, text=f"第{year_no}年目标")
    return plan


def make_item(*, needs=(), **fields) -> PlanItem:
    """Make a task of a plan's first year; by default one of eight lessons observed."""
    fields["plan"] = fields.get("plan") or make_plan()
    defaults = {
        "year_no": 1,
        "title": "听课指导",
        "field": Need.Field.CURRICULUM_REFORM,
        "measure": PlanItem.Measure.LESSONS_OBSERVED,
        "target": 8,
        "owner": "周校长",
        "due_on": datetime.date(2019, 6, 30),
    }
    item = PlanItem.objects.create(**{**defaults, **fields})
    item.needs.set(needs)
    return item


def make_traveller(pairing: Pairing, **fields):
    """Give a pair's principal the file of a volunteer of the district, and return it."""
    if pairing.principal is None:
        fields = {"name": pairing.principal_name, "is_volunteer": True, **fields}
        pairing.principal = make_person(**fields)
        pairing.save(update_fields=["principal"])
    return pairing.principal


def make_trip(*, status=Trip.Status.SUBMITTED, number=1, days=3, half_hours=12, **fields) -> Trip:
    """Make a trip of the pair's principal to its first school: three days of six hours in March 2019."""
    pairing = fields["pairing"] = fields.get("pairing") or make_pairing()
    if "host_school" not in fields:
        fields["host_school"] = pairing.partnerships.order_by("pk").first().host_school
    now = timezone.now()
    from_on = fields.setdefault("from_on", DAY)
    fields.setdefault("to_on", from_on + datetime.timedelta(days=days - 1))
    if status == Trip.Status.CONFIRMED:
        fields = {"proof": Trip.Proof.LINK, "confirmer_name": "李主任", "confirmed_at": now, **fields}
    defaults = {"purpose": "听课评课", "entered_at": now, "lessons_observed": 6}
    trip = Trip.objects.create(**{**defaults, "status": status, **fields})
    sent = status != Trip.Status.DRAFT
    TripMember.objects.create(trip=trip, person=make_traveller(pairing), number=number if sent else None)
    for day in range((trip.to_on - from_on).days + 1):
        on = from_on + datetime.timedelta(days=day)
        TripDay.objects.create(trip=trip, served_on=on, half_hours=half_hours)
    return trip


def make_profile(host_school, *, year=2018, staff=(("语文", 8), ("数学", 7)), **fields) -> HostProfile:
    fields = {"teachers": 62, "pupils": 840, "classes": 18, **fields}
    profile = HostProfile.objects.create(host_school=host_school, year=year, **fields)
    for subject, teachers in staff:
        SubjectStaff.objects.create(profile=profile, subject=subject, teachers=teachers)
    return profile


def make_feedback(event, **fields) -> EventFeedback:
    defaults = {"said_on": event.to_on, "returned": 80, "content_with": 78, "words": "希望常来"}
    return EventFeedback.objects.create(event=event, **{**defaults, **fields})


def make_renewal(partnership, **fields) -> Renewal:
    defaults = {
        "old_to_on": partnership.to_on,
        "to_on": datetime.date(2024, 9, 30),
        "renewed_at": timezone.now(),
    }
    return Renewal.objects.create(partnership=partnership, **{**defaults, **fields})


def make_one_of_each(cast) -> None:
    """Make one row of each model at the home pair, for the office's pages."""
    by, host, pairing = cast.users.district, cast.home.host, cast.home.pairing
    need = make_need(host_school=host)
    make_assessment(need, by=by)
    item = make_item(plan=make_plan(programme=pairing.programme), needs=[need])
    PlanProgress.objects.create(item=item, reported_on=DAY, done=2, entered_by=by)
    make_profile(host)
    make_renewal(pairing.partnerships.order_by("pk").first())
    trip = make_trip(pairing=pairing, status=Trip.Status.CONFIRMED)
    member, day = trip.members.get(), trip.days.order_by("served_on").first()
    TripService.objects.create(member=member, day=day, fault="还没有登记为志愿者。")
