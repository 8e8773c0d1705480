"""What research finds at a host school: visits, needs, and what the school says came of them."""

import datetime

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from guanweihui.models.accounts import AccessLink, User
from guanweihui.scope import ScopedQuerySet, to_district, to_link

from .programmes import HostSchool, Programme


class ResearchVisitQuerySet(ScopedQuerySet):
    ways = (
        to_district("programme__district"),
        to_link("host_school__partnerships__pairing__access_link"),
        to_link("host_school__access_link"),
    )

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; a school with two agreements does not show its visits twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def with_need_in(self, field: str):
        """Keep visits that found a need in this field."""
        return self.filter(pk__in=Need.objects.filter(field=field).values("visit"))

    def of_school(self, host_school):
        return self.filter(host_school=host_school)

    def to(self, pairing):
        """Keep visits to the schools of a pair."""
        return self.filter(host_school__in=pairing.partnerships.values("host_school"))

    def for_list(self):
        """Load the visits with what was found, in two queries."""
        return (
            self.select_related("programme", "host_school")
            .prefetch_related(models.Prefetch("needs", queryset=Need.objects.order_by("pk")))
            .order_by("visited_on", "pk")
        )

    def for_page(self):
        return self.for_list().select_related("programme__district")

    def span(self) -> dict[str, int]:
        """Count days and schools, each distinct (三天八校), and visits; in one query."""
        return self.order_by().aggregate(
            days=Count("visited_on", distinct=True),
            schools=Count("host_school", distinct=True),
            visits=Count("pk", distinct=True),
        )


class ResearchVisit(models.Model):
    """One day's research at one host school."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="visits", verbose_name="项目")
    host_school = models.ForeignKey(
        HostSchool, models.PROTECT, related_name="visits", verbose_name="受援学校"
    )
    visited_on = models.DateField("日期")
    team = models.CharField("调研人员", max_length=200, blank=True)
    method = models.CharField("调研方式", max_length=100, blank=True)
    seen = models.TextField("调研所见", max_length=2000, blank=True)

    objects = ResearchVisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调研"
        constraints = [
            models.UniqueConstraint(
                fields=["host_school", "visited_on"],
                name="one_visit_a_school_and_day",
                violation_error_message="这所学校当天已有调研记录。",
            )
        ]

    def __str__(self):
        return f"{self.host_school} {self.visited_on}"


#: A need that nothing was done about for so many days is a to-do.
QUIET_DAYS = 183


class NeedQuerySet(ScopedQuerySet):
    ways = (
        to_district("visit__programme__district"),
        to_link("visit__host_school__partnerships__pairing__access_link"),
        to_link("visit__host_school__access_link"),
    )

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; a school with two agreements does not show its needs twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def unmet(self):
        """Keep the needs that are neither met nor dropped."""
        return self.filter(status__in=[Need.Status.OPEN, Need.Status.UNDER_WAY])

    def open(self):
        """Keep the needs that nothing was planned for yet."""
        return self.filter(status=Need.Status.OPEN)

    def awaiting_assessment(self):
        """Keep what a host school may assess: needs taken up that are neither met nor dropped."""
        return self.filter(status=Need.Status.UNDER_WAY)

    def orphans(self):
        """Keep the unmet needs that no plan item, trip or event is about.

        Items of a superseded plan and void trips count for nothing.
        """
        return self.unmet().filter(~Exists(_items()), ~Exists(_trips()), ~Exists(_events()))

    def quiet(self, day: datetime.date):
        """Keep the unmet needs without any action in the QUIET_DAYS before `day`, in one query.

        An action is the visit that found it, reported progress of an item that was not struck, a standing
        trip, a teaching event (the day each ends) and an assessment.
        """
        since = day - datetime.timedelta(days=QUIET_DAYS)
        assessed = Assessment.objects.filter(need=OuterRef("pk"), assessed_on__gte=since)
        reported = {"planitem__progress__reported_on__gte": since, "planitem__progress__struck_at": None}
        return self.unmet().filter(
            ~Exists(_items(**reported, superseded=True)),
            ~Exists(_trips(trip__to_on__gte=since)),
            ~Exists(_events(teachingevent__to_on__gte=since)),
            ~Exists(assessed),
            visit__visited_on__lt=since,
        )

    def found_by(self, day: datetime.date):
        """Keep the needs found up to `day`."""
        return self.filter(visit__visited_on__lte=day)

    def of_programme(self, programme):
        return self.filter(visit__programme=programme)

    def for_item(self, programme, item=None):
        """Keep what a task of the programme's plan may name: unmet needs, and those it names already."""
        mine = item.needs.values("pk") if item is not None else []
        unmet = self.model._default_manager.unmet().values("pk")
        return self.of_programme(programme).filter(Q(pk__in=unmet) | Q(pk__in=mine))

    def of_school(self, host_school):
        return self.filter(visit__host_school=host_school)

    def of_pairing(self, pairing):
        """Keep the needs found at the schools of a pair."""
        return self.filter(visit__host_school__in=pairing.partnerships.values("host_school"))

    def for_trip(self, pairing, trip=None):
        """Keep what a trip of this pair may answer: unmet needs of its schools, and what it answers now."""
        mine = trip.needs.values("pk") if trip is not None else []
        return self.of_pairing(pairing).filter(
            Q(status__in=[Need.Status.OPEN, Need.Status.UNDER_WAY]) | Q(pk__in=mine)
        )

    def matching(self, text: str):
        """Search by part of the need, its owner or its school."""
        text = text.strip()
        return self.filter(
            Q(text__icontains=text) | Q(owner__icontains=text) | Q(visit__host_school__name__icontains=text)
        )

    def for_list(self):
        """Load what a row of a list shows, in one query: by school, then field, the urgent first."""
        return self.select_related("visit__host_school", "visit__programme").order_by(
            "visit__host_school__region", "visit__host_school", "field", "priority", "pk"
        )

    def for_page(self):
        return self.select_related("visit__host_school", "visit__programme__district")


def _items(*, superseded: bool = False, **narrowed):
    """Return the links from a need to items, those of plans that were superseded only when asked for."""
    links = Need.items.through._default_manager.filter(need=OuterRef("pk"), **narrowed)
    return links if superseded else links.exclude(planitem__plan__status="SUPERSEDED")


def _trips(**narrowed):
    links = Need.trips.through._default_manager.filter(need=OuterRef("pk"), **narrowed)
    return links.exclude(trip__status="VOID")


def _events(**narrowed):
    return Need.events.through._default_manager.filter(need=OuterRef("pk"), **narrowed)


class Need(models.Model):
    """What a host school lacks, in one of the four fixed fields; it is open until met or dropped."""

    class Field(models.TextChoices):
        SCHOOL_MANAGEMENT = "SCHOOL_MANAGEMENT", "学校管理"
        STAFF_BUILDING = "STAFF_BUILDING", "队伍建设"
        SCHOOL_CULTURE = "SCHOOL_CULTURE", "校园文化"
        CURRICULUM_REFORM = "CURRICULUM_REFORM", "课程改革"

    class Priority(models.IntegerChoices):
        HIGH = 1, "高"
        MIDDLE = 2, "中"
        LOW = 3, "低"

    class Status(models.TextChoices):
        OPEN = "OPEN", "待安排"
        UNDER_WAY = "UNDER_WAY", "推进中"
        MET = "MET", "已解决"
        DROPPED = "DROPPED", "不再办理"

    visit = models.ForeignKey(ResearchVisit, models.PROTECT, related_name="needs", verbose_name="调研")
    field = models.CharField("领域", max_length=20, choices=Field)
    text = models.CharField("需求", max_length=200)
    priority = models.PositiveSmallIntegerField("优先级", choices=Priority, default=Priority.MIDDLE)
    owner = models.CharField("责任人", max_length=50, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.OPEN, editable=False)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "需求"
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "field", "text"],
                name="one_need_once_a_visit",
                violation_error_message="这条需求已登记。",
            )
        ]

    def __str__(self):
        return self.text


class AssessmentQuerySet(ScopedQuerySet):
    ways = (
        to_district("need__visit__programme__district"),
        to_link("need__visit__host_school__partnerships__pairing__access_link"),
        to_link("need__visit__host_school__access_link"),
    )

    def visible_to(self, actor, *, roles=None):
        return super().visible_to(actor, roles=roles).distinct()

    def of(self, need):
        """Keep what was said of a need, the one that speaks first, in one query."""
        found = self.filter(need=need).select_related("entered_by", "entered_link")
        return found.order_by("-assessed_on", "-pk")

    def latest_first(self):
        return self.order_by("need", "-assessed_on", "-pk")

    def until(self, day: datetime.date):
        return self.filter(assessed_on__lte=day)


class Assessment(models.Model):
    """What a host school says came of a need (受援学校评价): by its link, or on paper with its seal.

    The latest one speaks for the need.
    """

    class Rating(models.TextChoices):
        SOLVED = "SOLVED", "已解决"
        BETTER = "BETTER", "有改善"
        UNCHANGED = "UNCHANGED", "没有变化"

    need = models.ForeignKey(Need, models.PROTECT, related_name="assessments", verbose_name="需求")
    rating = models.CharField("评价", max_length=10, choices=Rating)
    words = models.CharField("评价意见", max_length=500, blank=True)
    assessor_name = models.CharField("评价人", max_length=50)
    assessed_on = models.DateField("评价日期")
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="登记人")
    entered_link = models.ForeignKey(
        AccessLink, models.PROTECT, null=True, related_name="+", verbose_name="登记链接"
    )
    entered_at = models.DateTimeField("登记时间")

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "受援学校评价"
        constraints = [
            models.CheckConstraint(
                condition=~Q(assessor_name=""),
                name="an_assessment_names_who_gave_it",
                violation_error_message="请填写评价人。",
            )
        ]

    def __str__(self):
        return f"{self.need} {self.get_rating_display()}"
