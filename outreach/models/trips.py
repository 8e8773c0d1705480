"""Trips to a host school (下校): entered by the principal, confirmed by the school, only then counted."""

import datetime

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce

from guanweihui.models.accounts import AccessLink, User
from guanweihui.scope import Role, ScopedQuerySet, reach_of, to_district, to_link
from members.models import Person, ServiceRecord

from .pairs import Pairing
from .plans import PlanItem
from .programmes import HostSchool
from .research import Need


class DaysBetween(models.Func):
    """Subtract the second date from the first, in whole days; the engines write it differently."""

    arg_joiner = " - "
    template = "(%(expressions)s)"
    output_field = models.IntegerField()

    def as_sqlite(self, compiler, connection, **context):
        """SQLite holds a date as text; two julian days differ by a whole number."""
        sql, params = zip(*(compiler.compile(one) for one in self.source_expressions), strict=True)
        first, last = (f"julianday({one})" for one in sql)
        return f"CAST({first} - {last} AS INTEGER)", [*params[0], *params[1]]


def half_days(lead: str = "") -> models.expressions.CombinedExpression:
    """Return the stay of the trip that `lead` leads to, as an expression."""
    days = DaysBetween(F(f"{lead}to_on"), F(f"{lead}from_on"))
    return days * 2 + F(f"{lead}to_half") - F(f"{lead}from_half") + 1


#: What a trip's stay is in the database, in half days; the same as `Trip.half_days`.
HALF_DAYS = half_days()
#: What is counted of a stay, in the order of the form.
COUNTS = (
    "lessons_observed",
    "lessons_reviewed",
    "lessons_taught",
    "lectures",
    "lecture_attendances",
    "research_sessions",
    "mentor_pairs",
)


#: The fields of need as bits: which of them a trip answers is one number, so that a database can group by it.
FIELD_BITS = {field: 1 << place for place, field in enumerate(Need.Field)}


def fields_answered(trip: str) -> Coalesce:
    """Say as FIELD_BITS which fields the needs of a trip are of, 0 for none. `trip` leads to its key."""
    bit = Case(*(When(need__field=field, then=bit) for field, bit in FIELD_BITS.items()))
    rows = Trip.needs.through._default_manager.filter(trip=OuterRef(trip)).order_by()
    bits = rows.values("trip").annotate(bits=Sum(bit, distinct=True, output_field=models.IntegerField()))
    return Coalesce(Subquery(bits.values("bits")), 0)


class TripQuerySet(ScopedQuerySet):
    ways = (
        to_district("pairing__programme__district"),
        to_link("pairing__access_link"),
        to_link("host_school__access_link"),
    )

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; a host school sees no draft."""
        found = super().visible_to(actor, roles=roles)
        if reach_of(actor).of(roles).serves(Role.HOST):
            found = found.exclude(status=Trip.Status.DRAFT)
        return found

    def confirmed(self):
        """Keep what the host school confirmed: nothing else is ever summed."""
        return self.filter(status=Trip.Status.CONFIRMED)

    def waiting(self):
        return self.filter(status=Trip.Status.SUBMITTED)

    def standing(self):
        """Keep all but void trips."""
        return self.exclude(status=Trip.Status.VOID)

    def sent(self):
        """Keep the standing trips that were handed in: two of one person may not overlap."""
        return self.standing().exclude(status=Trip.Status.DRAFT)

    def late(self, moment: datetime.datetime):
        """Keep what has waited for the host school since before a moment."""
        return self.waiting().filter(submitted_at__lt=moment)

    def returned(self):
        return self.filter(status=Trip.Status.RETURNED)

    def of_people(self, people):
        """Keep the trips on which one of these people travels."""
        return self.filter(pk__in=TripMember.objects.filter(person__in=people).values("trip"))

    def touching(self, first: datetime.date, last: datetime.date):
        """Keep the trips that share a day with these days."""
        return self.filter(from_on__lte=last, to_on__gte=first)

    def totals(self) -> dict[str, int]:
        """Add the confirmed ones up, in one query: `trips`, `half_days`, and each of COUNTS."""
        sums = {f"sum_{name}": Sum(name, default=0) for name in COUNTS}
        found = (
            self.confirmed()
            .order_by()
            .aggregate(trips=Count("pk"), half_days=Sum(HALF_DAYS, default=0), **sums)
        )
        return {name.removeprefix("sum_"): value for name, value in found.items()}

    def by_work(self):
        """Add the confirmed ones up in the database: a row a pair, a school and a set of fields answered.

        Keys of a row: `pairing`, `programme`, `host_school`, `answered` (FIELD_BITS), `trips`; `half_days`,
        `materials_yuan` and each of COUNTS with `sum_` before it.
        """
        sums = {f"sum_{name}": Sum(name) for name in (*COUNTS, "materials_yuan")}
        return (
            self.confirmed()
            .order_by()
            .annotate(answered=fields_answered("pk"), programme=F("pairing__programme"))
            .values("pairing", "programme", "host_school", "answered")
            .annotate(trips=Count("pk"), sum_half_days=Sum(HALF_DAYS), **sums)
            .order_by("pairing", "host_school", "answered")
        )

    def within(self, first: datetime.date, last: datetime.date):
        """Keep the trips that end between two days: one over New Year counts in the year of its end."""
        return self.filter(to_on__gte=first, to_on__lte=last)

    def ended_by(self, day: datetime.date):
        return self.filter(to_on__lte=day)

    def needs_answered(self):
        """Return (need, trip, half days) for each need that one of these trips answers, all by keys."""
        links = Trip.needs.through._default_manager.filter(trip__in=self.order_by().values("pk"))
        return links.values_list("need", "trip", half_days("trip__"))

    def of_pairing(self, pairing):
        return self.filter(pairing=pairing)

    def of_school(self, host_school):
        return self.filter(host_school=host_school)

    def in_field(self, field: str):
        """Keep the trips that answer a need of this field."""
        return self.filter(
            pk__in=Trip.needs.through._default_manager.filter(need__field=field).values("trip")
        )

    def matching(self, text: str):
        """Search by part of a traveller's or a school's name, or of the purpose."""
        text = text.strip()
        people = TripMember.objects.filter(person__name__icontains=text).values("trip")
        return self.filter(
            Q(purpose__icontains=text) | Q(host_school__name__icontains=text) | Q(pk__in=people)
        )

    def for_list(self):
        """Load the trips with their travellers, in two queries, the newest first."""
        members = models.Prefetch("members", queryset=TripMember.objects.for_trip())
        return (
            self.select_related("pairing__programme", "host_school")
            .prefetch_related(members)
            .order_by("-from_on", "-pk")
        )

    def for_page(self):
        """Load what a trip's own page shows, in five queries."""
        days = models.Prefetch("days", queryset=TripDay.objects.order_by("served_on"))
        links = ("entered_by", "entered_link", "confirmed_by")
        return (
            self.for_list()
            .select_related("pairing__programme__district", *links)
            .prefetch_related(days, "needs", "items")
        )


class Trip(models.Model):
    """One stay of a pair's people at one host school, in half days.

    The counts are those of the stay as a whole. `days` say the hours of each day, travel left out.
    """

    class Status(models.TextChoices):
        DRAFT = "DRAFT", "草稿"
        SUBMITTED = "SUBMITTED", "待受援学校确认"
        CONFIRMED = "CONFIRMED", "已确认"
        RETURNED = "RETURNED", "已退回"
        VOID = "VOID", "已作废"

    class Half(models.IntegerChoices):
        MORNING = 0, "上午"
        AFTERNOON = 1, "下午"

    class Proof(models.TextChoices):
        NONE = "", "未确认"
        LINK = "LINK", "受援学校在线确认"
        SHEET = "SHEET", "盖章确认单扫描件"

    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="trips", verbose_name="结对")
    host_school = models.ForeignKey(HostSchool, models.PROTECT, related_name="trips", verbose_name="受援学校")
    purpose = models.CharField("下校内容", max_length=100)
    from_on = models.DateField("到校日期")
    from_half = models.PositiveSmallIntegerField("到校时段", choices=Half, default=Half.MORNING)
    to_on = models.DateField("离校日期")
    to_half = models.PositiveSmallIntegerField("离校时段", choices=Half, default=Half.AFTERNOON)
    travel = models.CharField("往返交通", max_length=60, blank=True)
    travel_hours = models.DecimalField("路途小时", max_digits=4, decimal_places=1, default=0)
    lessons_observed = models.PositiveIntegerField("听课节数", default=0)
    lessons_reviewed = models.PositiveIntegerField("评课节数", default=0)
    lessons_taught = models.PositiveIntegerField("上课节数", default=0)
    lectures = models.PositiveIntegerField("讲座场次", default=0)
    lecture_attendances = models.PositiveIntegerField("讲座参加人次", default=0)
    research_sessions = models.PositiveIntegerField("教研次数", default=0)
    mentor_pairs = models.PositiveIntegerField("师徒结对数", default=0)
    materials = models.CharField("赠送物资", max_length=200, blank=True)
    materials_yuan = models.PositiveIntegerField("物资折合（元）", default=0)
    words = models.TextField("收获和建议", max_length=2000, blank=True)
    needs = models.ManyToManyField(Need, related_name="trips", blank=True, verbose_name="针对的需求")
    items = models.ManyToManyField(PlanItem, related_name="trips", blank=True, verbose_name="对应的方案任务")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    version = models.PositiveIntegerField("版本", default=0, editable=False)
    entered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="登记人"
    )
    entered_link = models.ForeignKey(
        AccessLink, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="登记链接"
    )
    entered_at = models.DateTimeField("登记时间", editable=False)
    behalf_basis = models.CharField("代报依据", max_length=200, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, editable=False)
    proof = models.CharField("确认方式", max_length=5, choices=Proof, blank=True, default="", editable=False)
    confirmer_name = models.CharField("确认人", max_length=50, blank=True, editable=False)
    confirm_words = models.CharField("受援学校意见", max_length=300, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="登记确认的人"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, editable=False)

    objects = TripQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "下校记录"
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__gt=F("from_on")) | Q(to_on=F("from_on"), to_half__gte=F("from_half")),
                name="trip_ends_after_it_begins",
                violation_error_message="离校时间不能早于到校时间，请核对日期和上午、下午。",
            ),
            models.CheckConstraint(
                condition=Q(lecture_attendances=0) | Q(lectures__gte=1),
                name="attendances_need_a_lecture",
                violation_error_message="填了讲座参加人次，请同时填写讲座场次。",
            ),
            models.CheckConstraint(
                condition=~Q(status="CONFIRMED")
                | (Q(confirmed_at__isnull=False) & ~Q(confirmer_name="") & ~Q(proof="")),
                name="a_confirmed_trip_says_who_confirmed_it",
                violation_error_message="确认下校记录要写明确认人和确认方式。",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "to_on"], name="trips_of_a_period"),
        ]

    def __str__(self):
        return f"{self.host_school} {self.from_on:%Y-%m-%d}"

    @property
    def begins_at(self) -> int:
        """Number the half day of the arrival; the half days of all trips stand in one line."""
        return self.from_on.toordinal() * 2 + self.from_half

    @property
    def ends_at(self) -> int:
        """Number the half day of the leave."""
        return self.to_on.toordinal() * 2 + self.to_half

    def overlaps(self, other: "Trip") -> bool:
        """Tell whether two stays share a half day; halves that touch do not."""
        return self.begins_at <= other.ends_at and other.begins_at <= self.ends_at

    @property
    def span(self) -> str:
        """Say the stay with its halves, as a sentence does."""
        first, last = self.get_from_half_display(), self.get_to_half_display()
        return f"{self.from_on:%Y-%m-%d}{first} 至 {self.to_on:%Y-%m-%d}{last}"

    @property
    def half_days(self) -> int:
        """Say how long the stay was, in half days."""
        return ((self.to_on - self.from_on).days * 2) + self.to_half - self.from_half + 1


class TripMemberQuerySet(ScopedQuerySet):
    ways = (
        to_district("trip__pairing__programme__district"),
        to_link("trip__pairing__access_link"),
        to_link("trip__host_school__access_link"),
    )

    def for_trip(self):
        """Load the travellers with their names, the principal first."""
        return self.select_related("person").order_by("position", "pk")

    def of_person(self, person):
        return self.filter(person=person)

    def of(self, trip):
        return self.filter(trip=trip)

    def of_trips(self, trips: TripQuerySet):
        """Keep the travellers of these trips, by a subquery."""
        return self.filter(trip__in=trips.order_by().values("pk"))

    def by_work(self):
        """Count the places that each traveller took: a row a traveller and a row of Trips.by_work().

        Keys of a row: `pairing`, `host_school`, `answered`, `person`, `places`.
        """
        return (
            self.order_by()
            .annotate(
                pairing=F("trip__pairing"),
                host_school=F("trip__host_school"),
                answered=fields_answered("trip"),
            )
            .values("pairing", "host_school", "answered", "person")
            .annotate(places=Count("pk"))
        )


class TripMember(models.Model):
    """One traveller of a trip; the number counts his trips, is given when it is first sent, and stays."""

    trip = models.ForeignKey(Trip, models.PROTECT, related_name="members", verbose_name="下校记录")
    person = models.ForeignKey(Person, models.PROTECT, related_name="trip_places", verbose_name="人员")
    position = models.PositiveSmallIntegerField("顺序", default=0)
    number = models.PositiveIntegerField("第几次", null=True, blank=True, editable=False)

    objects = TripMemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "下校人员"
        constraints = [
            models.UniqueConstraint(
                fields=["trip", "person"],
                name="a_traveller_stands_once_a_trip",
                violation_error_message="同一个人在一次下校中只填一次。",
            ),
            models.UniqueConstraint(
                fields=["person", "number"],
                name="one_trip_a_number_of_a_person",
                violation_error_message="这位同志的下校次数刚被另一条记录用了，请再提交一次。",
            ),
        ]

    def __str__(self):
        return f"{self.person}（第{self.number}次）" if self.number else str(self.person)


class TripDayQuerySet(ScopedQuerySet):
    ways = (
        to_district("trip__pairing__programme__district"),
        to_link("trip__pairing__access_link"),
        to_link("trip__host_school__access_link"),
    )

    def of(self, trip):
        """Keep a trip's days in their order."""
        return self.filter(trip=trip).order_by("served_on")


class TripDay(models.Model):
    """One day of a trip with the hours of service, in half hours, travel left out; 0 is a day of travel."""

    trip = models.ForeignKey(Trip, models.PROTECT, related_name="days", verbose_name="下校记录")
    served_on = models.DateField("日期")
    half_hours = models.PositiveSmallIntegerField("服务时间（半小时）")

    objects = TripDayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "下校日"
        constraints = [
            models.UniqueConstraint(
                fields=["trip", "served_on"],
                name="one_line_a_day_of_a_trip",
                violation_error_message="这一天已填写。",
            ),
            models.CheckConstraint(
                condition=Q(half_hours__lte=48),
                name="a_trip_day_has_24_hours",
                violation_error_message="一天最多24小时，请核对。",
            ),
        ]

    def __str__(self):
        return f"{self.served_on:%Y-%m-%d}"


class TripServiceQuerySet(ScopedQuerySet):
    ways = (
        to_district("member__trip__pairing__programme__district"),
        to_link("member__trip__pairing__access_link"),
    )

    def of(self, trip):
        """Keep a trip's lines with day, person and record, by day and traveller, in one query."""
        return (
            self.filter(member__trip=trip)
            .select_related("day", "member__person", "record")
            .order_by("day__served_on", "member__position", "member")
        )

    def missing(self):
        """Keep the days that became no record."""
        return self.filter(record=None)


class TripService(models.Model):
    """What a day of a confirmed trip became in a traveller's hours: a record, or why there is none."""

    member = models.ForeignKey(TripMember, models.PROTECT, related_name="services", verbose_name="下校人员")
    day = models.ForeignKey(TripDay, models.PROTECT, related_name="services", verbose_name="下校日")
    record = models.OneToOneField(
        ServiceRecord,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="trip_service",
        verbose_name="服务记录",
    )
    fault = models.CharField("没有记入的原因", max_length=300, blank=True)

    objects = TripServiceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "下校服务时间"
        constraints = [
            models.UniqueConstraint(
                fields=["member", "day"],
                name="one_service_a_traveller_and_day",
                violation_error_message="这一天的服务时间已记入。",
            )
        ]

    def __str__(self):
        return f"{self.member} {self.day}"
