"""老校长下乡: a programme of pairs, the needs found, and the teaching visits that answer them."""

import datetime

from django.db import models
from django.db.models import F, Q

from guanweihui.models.accounts import AccessLink
from guanweihui.models.org import District, School
from guanweihui.scope import ScopedQuerySet, to_district, to_link
from members.models import Person


class ProgrammeQuerySet(ScopedQuerySet):
    ways = (to_district(), to_link("pairings__access_link"))

    def visible_to(self, actor, *, roles=None):
        return super().visible_to(actor, roles=roles).distinct()

    def for_list(self):
        return self.order_by("-started_on", "pk")


class Programme(models.Model):
    """One batch of the programme, with the city's scope beside the district's own share."""

    district = models.ForeignKey(District, models.PROTECT, related_name="programmes", verbose_name="区")
    name = models.CharField("名称", max_length=60)
    region = models.CharField("受援地区", max_length=40)
    started_on = models.DateField("启动日期")
    city_principals = models.PositiveSmallIntegerField("全市校长数", null=True, blank=True)
    city_regions = models.CharField("全市受援地区", max_length=100, blank=True)
    own_principals = models.PositiveSmallIntegerField("本区校长数", null=True, blank=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "下乡项目"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"],
                name="one_programme_a_name",
                violation_error_message="已有同名项目。",
            )
        ]

    def __str__(self):
        return self.name


class HostSchoolQuerySet(ScopedQuerySet):
    ways = (to_district(), to_link("partnerships__pairing__access_link"))

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; a school with two agreements does not stand twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def for_list(self):
        return self.order_by("region", "pk")


class HostSchool(models.Model):
    """A school far away that receives the principals; never counted as one of ours."""

    district = models.ForeignKey(District, models.PROTECT, related_name="host_schools", verbose_name="区")
    name = models.CharField("校名", max_length=60)
    region = models.CharField("地区", max_length=40)

    objects = HostSchoolQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "受援学校"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"],
                name="one_host_school_a_name",
                violation_error_message="已有同名受援学校。",
            )
        ]

    def __str__(self):
        return self.name


class PairingQuerySet(ScopedQuerySet):
    ways = (to_district("programme__district"), to_link())

    def for_list(self, partnerships=None):
        """Load the pairs with both their schools, in two queries.

        `partnerships` narrows the schools to those of a figure.
        """
        if partnerships is None:
            partnerships = Partnership.objects.all()
        schools = models.Prefetch(
            "partnerships", queryset=partnerships.select_related("host_school").order_by("kind")
        )
        return (
            self.select_related("programme", "former_unit", "principal", "assistant")
            .prefetch_related(schools)
            .order_by("programme", "position", "pk")
        )

    def for_page(self):
        return self.for_list()

    def holding(self, partnerships):
        """Keep the pairs that hold one of these agreements."""
        return self.filter(pk__in=partnerships.order_by().values("pairing"))

    def matching(self, text: str):
        """Search by part of a principal's, an assistant's or a school's name."""
        text = text.strip()
        schools = Partnership.objects.filter(host_school__name__icontains=text).values("pairing")
        return self.filter(
            Q(principal_name__icontains=text) | Q(assistant_name__icontains=text) | Q(pk__in=schools)
        )


class Pairing(models.Model):
    """A principal and an assistant (二对二); their two schools stand in `Partnership`."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="pairings", verbose_name="项目")
    position = models.PositiveSmallIntegerField("顺序", default=0)
    principal_name = models.CharField("老校长", max_length=50)
    principal = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="pairings", verbose_name="老校长（人员）"
    )
    former_unit = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="sent_principals", verbose_name="原单位"
    )
    assistant_name = models.CharField("助理", max_length=50, blank=True)
    assistant = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assisted_pairings",
        verbose_name="助理（人员）",
    )
    access_link = models.ForeignKey(
        AccessLink, models.PROTECT, null=True, blank=True, related_name="pairings", verbose_name="访问链接"
    )

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结对"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "principal_name"],
                name="one_pairing_a_principal",
                violation_error_message="这位老校长在本项目中已有结对。",
            )
        ]

    def __str__(self):
        return f"{self.principal_name}—{self.assistant_name}"


class PartnershipQuerySet(ScopedQuerySet):
    ways = (to_district("pairing__programme__district"), to_link("pairing__access_link"))

    def of(self, pairings):
        """Keep the agreements of these pairs."""
        return self.filter(pairing__in=pairings.order_by().values("pk"))

    def in_force(self, day: datetime.date):
        """Keep agreements that hold on `day`; an unknown end counts as open."""
        return self.filter(Q(from_on=None) | Q(from_on__lte=day), Q(to_on=None) | Q(to_on__gte=day))

    def for_table(self):
        """Load each school with its pair, in the programme's order, in one query."""
        return self.select_related("host_school", "pairing__former_unit").order_by(
            "pairing__programme", "pairing__position", "pairing", "kind"
        )


class Partnership(models.Model):
    """One school of a pair. A pair has at most one of each kind; the kind stands on this row."""

    class Kind(models.TextChoices):
        PARTNER_HIGH = "PARTNER_HIGH", "优质高中"
        PARTNER_RURAL_JUNIOR = "PARTNER_RURAL_JUNIOR", "农村初中"

    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="partnerships", verbose_name="结对")
    host_school = models.ForeignKey(
        HostSchool, models.PROTECT, related_name="partnerships", verbose_name="受援学校"
    )
    kind = models.CharField("学校类型", max_length=24, choices=Kind)
    from_on = models.DateField("协议起", null=True, blank=True)
    to_on = models.DateField("协议止", null=True, blank=True)

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结对学校"
        constraints = [
            models.UniqueConstraint(
                fields=["pairing", "kind"],
                name="one_school_of_a_kind_a_pair",
                violation_error_message="一个结对只能有一所优质高中和一所农村初中。",
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(from_on=None) | Q(to_on__gte=F("from_on")),
                name="partnership_ends_after_it_begins",
                violation_error_message="协议止期不能早于起期。",
            ),
        ]

    def __str__(self):
        return f"{self.host_school}（{self.get_kind_display()}）"


class ResearchVisitQuerySet(ScopedQuerySet):
    ways = (to_district("programme__district"), to_link("host_school__partnerships__pairing__access_link"))

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; a school with two agreements does not show its visits twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def with_need_in(self, field: str):
        """Keep visits that found a need in this field."""
        return self.filter(pk__in=Need.objects.filter(field=field).values("visit"))

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


class ResearchVisit(models.Model):
    """One day's research at one host school."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="visits", verbose_name="项目")
    host_school = models.ForeignKey(
        HostSchool, models.PROTECT, related_name="visits", verbose_name="受援学校"
    )
    visited_on = models.DateField("日期")

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


class NeedQuerySet(ScopedQuerySet):
    ways = (
        to_district("visit__programme__district"),
        to_link("visit__host_school__partnerships__pairing__access_link"),
    )


class Need(models.Model):
    """What a host school lacks, in one of the four fixed fields."""

    class Field(models.TextChoices):
        SCHOOL_MANAGEMENT = "SCHOOL_MANAGEMENT", "学校管理"
        STAFF_BUILDING = "STAFF_BUILDING", "队伍建设"
        SCHOOL_CULTURE = "SCHOOL_CULTURE", "校园文化"
        CURRICULUM_REFORM = "CURRICULUM_REFORM", "课程改革"

    visit = models.ForeignKey(ResearchVisit, models.PROTECT, related_name="needs", verbose_name="调研")
    field = models.CharField("领域", max_length=20, choices=Field)
    text = models.CharField("需求", max_length=200)

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


class TeachingEventQuerySet(ScopedQuerySet):
    ways = (to_district("programme__district"), to_link("programme__pairings__access_link"))

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; a link that opens two pairs of a programme does not show an event twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def for_choice(self):
        """The events that a query bar offers, latest first, without their lessons."""
        return self.order_by("-from_on", "pk")

    def for_list(self):
        """Load the events with their lessons, in three queries."""
        return (
            self.select_related("programme")
            .prefetch_related("lessons__host_school", "lessons__radiated")
            .order_by("-from_on", "pk")
        )


class TeachingEvent(models.Model):
    """A 送教 over one or more days."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="events", verbose_name="项目")
    name = models.CharField("名称", max_length=60)
    from_on = models.DateField("起")
    to_on = models.DateField("止")

    objects = TeachingEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "送教活动"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "name", "from_on"],
                name="one_event_a_name_and_day",
                violation_error_message="这次送教已登记。",
            ),
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")),
                name="event_ends_after_it_begins",
                violation_error_message="止期不能早于起期。",
            ),
        ]

    def __str__(self):
        return self.name


class LessonQuerySet(ScopedQuerySet):
    ways = (to_district("event__programme__district"), to_link("event__programme__pairings__access_link"))

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; a link that opens two pairs of a programme does not show a lesson twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def for_list(self):
        """Load the lessons with place and radiated schools, in two queries."""
        return (
            self.select_related("event", "host_school")
            .prefetch_related("radiated")
            .order_by("event__from_on", "event", "held_on", "host_school", "pk")
        )

    def attendances(self) -> int:
        """Sum the attendances (人次), in one query."""
        return self.order_by().aggregate(sum=models.Sum("attendances", default=0))["sum"]

    def matching(self, text: str):
        """Search by part of a teacher's or a school's name, or a subject."""
        text = text.strip()
        return self.filter(
            Q(local_teacher__icontains=text)
            | Q(visiting_teacher__icontains=text)
            | Q(research_officer__icontains=text)
            | Q(host_school__name__icontains=text)
            | Q(subject__icontains=text)
        )


class Lesson(models.Model):
    """One item of a teaching event: a paired lesson (同课异构), a review (评课) or a lecture (讲座).

    Radiated schools that are named count distinct; unnamed ones stand as the number given, apart.
    """

    class Kind(models.TextChoices):
        PAIRED = "PAIRED", "同课异构"
        LESSON_REVIEW = "LESSON_REVIEW", "评课"
        LECTURE = "LECTURE", "学科讲座"

    event = models.ForeignKey(TeachingEvent, models.PROTECT, related_name="lessons", verbose_name="送教活动")
    held_on = models.DateField("日期")
    host_school = models.ForeignKey(HostSchool, models.PROTECT, related_name="lessons", verbose_name="地点")
    kind = models.CharField("活动", max_length=15, choices=Kind)
    subject = models.CharField("学科", max_length=20)
    local_teacher = models.CharField("本地教师", max_length=50, blank=True)
    visiting_teacher = models.CharField("本区教师", max_length=50, blank=True)
    research_officer = models.CharField("教研员", max_length=50, blank=True)
    attendances = models.PositiveIntegerField("参加人次", default=0)
    radiated = models.ManyToManyField(
        HostSchool, related_name="radiated_by", blank=True, verbose_name="辐射学校"
    )
    radiated_unnamed = models.PositiveSmallIntegerField("另辐射学校数", default=0)

    objects = LessonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "送教项目"
        constraints = [
            models.UniqueConstraint(
                fields=["event", "held_on", "host_school", "kind", "subject"],
                name="one_lesson_a_day_school_kind_and_subject",
                violation_error_message="这一项已登记。",
            )
        ]

    def __str__(self):
        return f"{self.host_school} {self.get_kind_display()}"
