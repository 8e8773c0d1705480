"""What schools enrol for a campaign: one line a segment."""

import datetime

from django.db import models
from django.db.models import F, Q

from guanweihui.crypto import EncryptedTextField
from guanweihui.models.filing import Filing, QuestionnaireFiling, QuestionnaireFilingQuerySet, Round
from guanweihui.models.org import Segment
from guanweihui.scope import ScopedQuerySet, to_school

from .campaigns import Campaign


class EnrolmentQuerySet(QuestionnaireFilingQuerySet):
    def for_list(self, lines=None):
        """Load the enrolments with their lines, in the district's order, in two queries.

        `lines` narrows the lines to those of a figure, so that a list adds up to it.
        """
        return (
            self.select_related("due__school__group", "campaign")
            .prefetch_related("lines" if lines is None else models.Prefetch("lines", queryset=lines))
            .order_by("due__school__group__position", "due__school__position", "pk")
        )

    def for_page(self):
        return self.select_related(
            "due__school__group", "due__round", "campaign", "submitted_by", "saved_by"
        ).prefetch_related("lines")

    def of_round_before(self, dues):
        """Keep the accepted enrolments of the schools of these dues in the round before theirs."""
        before = Round.objects.before(dues[0].round).values("pk")[:1]
        schools = [due.school_id for due in dues]
        return self.accepted().filter(due__school__in=schools, due__round=models.Subquery(before))

    def for_table(self):
        """Load what a table of a round says of each enrolment, in two queries."""
        return self.select_related("due").prefetch_related("lines")

    def coaches(self) -> int:
        """Sum the coaches, in one query."""
        return self.order_by().aggregate(sum=models.Sum("coaches", default=0))["sum"]

    def holding(self, lines):
        """Keep the enrolments that hold one of these lines."""
        return self.filter(pk__in=lines.order_by().values("enrolment"))

    def at(self, text: str):
        """Search by part of the school's name, or the beginning of its code."""
        text = text.strip()
        return self.filter(
            Q(due__school__short_name__icontains=text)
            | Q(due__school__full_name__icontains=text)
            | Q(due__school__code__startswith=text)
        )


class Enrolment(QuestionnaireFiling):
    """One school's enrolment in a campaign; classes and pupils stand in its lines.

    The head's printed name stays; `head` is set when exactly one person of the school bears it.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="enrolments", verbose_name="活动")
    coaches = models.PositiveIntegerField("指导教师数", default=0)
    head_name = models.CharField("负责人", max_length=50, blank=True)
    head = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_enrolments",
        verbose_name="负责人（人员）",
    )
    head_phone = EncryptedTextField("负责人电话", blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta(QuestionnaireFiling.Meta):
        verbose_name = verbose_name_plural = "活动报名"
        constraints = [
            *QuestionnaireFiling.Meta.constraints,
            models.UniqueConstraint(
                fields=["due"], name="one_enrolment_a_due", violation_error_message="本校已有一份报名表。"
            ),
        ]

    def __str__(self):
        return f"{self.due.school} {self.campaign}"


class EnrolmentLineQuerySet(ScopedQuerySet):
    ways = to_school("enrolment__due__school")

    def of(self, enrolments):
        """Keep the lines of these enrolments."""
        return self.filter(enrolment__in=enrolments.order_by().values("pk"))

    def totals(self):
        """Sum classes and students by segment: {segment: (classes, students)}, in one query."""
        sums = self.order_by().values_list("segment").annotate(models.Sum("classes"), models.Sum("students"))
        return {segment: (classes, students) for segment, classes, students in sums}

    def within(self, first: datetime.date, last: datetime.date):
        """Keep lines whose campaign closed its enrolment between two days."""
        return self.filter(
            enrolment__due__round__deadline_at__date__gte=first,
            enrolment__due__round__deadline_at__date__lte=last,
        )

    def for_table(self):
        """Give each line with its school and the coaches of its enrolment, as plain values."""
        return self.values(
            "enrolment", "enrolment__due__school", "enrolment__coaches", "segment", "classes", "students"
        )

    def of_round(self, round_):
        return self.filter(enrolment__due__round=round_)

    def settled(self):
        """Keep lines of rounds that the office has closed."""
        return self.filter(enrolment__due__round__state=Round.State.CLOSED)

    def counted(self):
        """Keep lines of accepted enrolments with at least one class."""
        return self.filter(enrolment__status=Filing.Status.ACCEPTED, classes__gte=1)


class EnrolmentLine(models.Model):
    """Classes and pupils of one segment of one school."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="lines", verbose_name="报名")
    segment = models.CharField("学段", max_length=10, choices=Segment)
    classes = models.PositiveIntegerField("班级数")
    students = models.PositiveIntegerField("学生数")

    objects = EnrolmentLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报名明细"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "segment"],
                name="one_line_a_segment",
                violation_error_message="同一学段只能填一行。",
            ),
            models.CheckConstraint(
                condition=Q(students__gte=F("classes")),
                name="no_fewer_students_than_classes",
                violation_error_message="学生数不能少于班级数。",
            ),
            models.CheckConstraint(
                condition=Q(classes__gte=1) | Q(students=0),
                name="students_stand_in_classes",
                violation_error_message="有学生的学段须有班级。",
            ),
        ]

    def __str__(self):
        return f"{self.enrolment} {self.get_segment_display()}"
