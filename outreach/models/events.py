"""Teaching visits (送教下校): events of several days, their lessons, what was said of them."""

from django.db import models
from django.db.models import F, Q

from guanweihui.models.accounts import User
from guanweihui.scope import ScopedQuerySet, to_district, to_link

from .plans import PlanItem
from .programmes import HostSchool, Programme
from .research import Need


class TeachingEventQuerySet(ScopedQuerySet):
    # A host school reads the events that were held at it.
    ways = (
        to_district("programme__district"),
        to_link("programme__pairings__access_link"),
        to_link("lessons__host_school__access_link"),
    )

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

    def for_page(self):
        """Load what an event's own page shows beside its items, in three queries."""
        return self.select_related("programme__district").prefetch_related(
            "needs__visit__host_school", "items__plan"
        )

    def within(self, first, last):
        """Keep the events that begin between two days: one over the year's edge counts where it began."""
        return self.filter(from_on__gte=first, from_on__lte=last)

    def ended_by(self, day):
        return self.filter(to_on__lte=day)

    def needs_answered(self):
        """Return (need, event) for each need that one of these events answers, by their keys."""
        links = TeachingEvent.needs.through._default_manager
        return links.filter(teachingevent__in=self.order_by().values("pk")).values_list(
            "need", "teachingevent"
        )

    def matching(self, text: str):
        """Search by part of the name, of the organiser, or of a school where something was held."""
        text = text.strip()
        held = Lesson.objects.filter(host_school__name__icontains=text).values("event")
        return self.filter(Q(name__icontains=text) | Q(organiser__icontains=text) | Q(pk__in=held))


class TeachingEvent(models.Model):
    """A 送教 over one or more days."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="events", verbose_name="项目")
    name = models.CharField("名称", max_length=60)
    from_on = models.DateField("起")
    to_on = models.DateField("止")
    organiser = models.CharField("组织单位", max_length=100, blank=True)
    summary = models.TextField("活动小结", max_length=2000, blank=True)
    needs = models.ManyToManyField(Need, related_name="events", blank=True, verbose_name="针对的需求")
    items = models.ManyToManyField(PlanItem, related_name="events", blank=True, verbose_name="对应的方案任务")

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

    def for_sums(self):
        """Load what is added up of the lessons, with their event's programme and radiated schools by key.

        Two queries. The places are known by their keys too.
        """
        counted = ("host_school", "kind", "attendances", "radiated_unnamed", "event__programme")
        radiated = models.Prefetch("radiated", queryset=HostSchool.objects.only("pk"))
        return self.select_related("event").only(*counted).prefetch_related(radiated).order_by("pk")

    def of(self, event):
        """Keep the items of one event, by day."""
        return self.filter(event=event)

    def within(self, first, last):
        """Keep the items of events that begin between two days."""
        return self.filter(event__from_on__gte=first, event__from_on__lte=last)

    def for_page(self):
        return self.select_related("event__programme__district", "host_school").prefetch_related("radiated")

    def at_school(self, host_school):
        """Keep what was held at one school, the latest first, with its event."""
        found = self.filter(host_school=host_school).select_related("event")
        return found.order_by("-held_on", "pk")

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
    topic = models.CharField("课题", max_length=60, blank=True)
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
                fields=["event", "held_on", "host_school", "kind", "subject", "topic"],
                name="one_lesson_a_day_school_kind_subject_and_topic",
                violation_error_message="这一项已登记。同一天在同一所学校有两节同一学科的，请写明各自的课题。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="PAIRED") | ~(Q(local_teacher="") | Q(visiting_teacher="")),
                name="a_paired_lesson_has_both_teachers",
                violation_error_message="同课异构要填写本地教师和本区教师两位。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="LESSON_REVIEW") | ~Q(research_officer=""),
                name="a_lesson_review_names_its_officer",
                violation_error_message="评课要填写教研员。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="LECTURE") | ~Q(visiting_teacher="", research_officer=""),
                name="a_lecture_names_its_speaker",
                violation_error_message="讲座要填写主讲人：本区教师或教研员。",
            ),
        ]

    def __str__(self):
        return f"{self.host_school} {self.get_kind_display()}"


class EventFeedbackQuerySet(ScopedQuerySet):
    ways = (to_district("event__programme__district"), to_link("event__programme__pairings__access_link"))

    def visible_to(self, actor, *, roles=None):
        return super().visible_to(actor, roles=roles).distinct()

    def of(self, event):
        """Keep what was said of an event, oldest first, in one query."""
        return self.filter(event=event).select_related("host_school").order_by("said_on", "pk")


class EventFeedback(models.Model):
    """What those who took part said of an event: sheets that came back, how many content, the words.

    `host_school` empty means all who took part together.
    """

    event = models.ForeignKey(TeachingEvent, models.PROTECT, related_name="feedback", verbose_name="送教活动")
    host_school = models.ForeignKey(
        HostSchool, models.PROTECT, null=True, blank=True, related_name="feedback", verbose_name="学校"
    )
    said_on = models.DateField("日期")
    returned = models.PositiveIntegerField("收回份数", default=0)
    content_with = models.PositiveIntegerField("满意份数", default=0)
    words = models.CharField("意见和建议", max_length=500, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="登记人")

    objects = EventFeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "送教反馈"
        constraints = [
            models.CheckConstraint(
                condition=Q(content_with__lte=F("returned")),
                name="no_more_content_than_returned",
                violation_error_message="满意份数不能多于收回份数。",
            )
        ]

    def __str__(self):
        return f"{self.event} {self.said_on}"
