"""The three-year plan: goals of the years, items with target and owner, progress; frozen once approved."""

import datetime

from django.db import models
from django.db.models import Q

from guanweihui.models.accounts import User
from guanweihui.scope import ScopedQuerySet, to_district, to_link

from .programmes import HostSchool, Programme
from .research import Need

#: A plan has so many years; the first begins with the programme.
YEARS = 3
#: The last day from which three whole years can be counted.
LAST_START = datetime.date(datetime.MAXYEAR - YEARS - 1, 12, 31)


def years_later(day: datetime.date, years: int) -> datetime.date:
    """Return the same day so many years later; 29 February becomes 28 February, and time ends in 9999."""
    year = min(day.year + years, datetime.MAXYEAR)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def plan_year(programme: Programme, year_no: int) -> tuple[datetime.date, datetime.date]:
    """Return first and last day of the plan's first, second or third year; the first begins the programme."""
    # No form takes such a day, a load may: the page of its plan must open, or nobody can mend it.
    began = min(programme.started_on, LAST_START)
    return years_later(began, year_no - 1), years_later(began, year_no) - datetime.timedelta(days=1)


class PlanQuerySet(ScopedQuerySet):
    ways = (to_district("programme__district"), to_link("programme__pairings__access_link"))

    def visible_to(self, actor, *, roles=None):
        return super().visible_to(actor, roles=roles).distinct()

    def in_force(self):
        return self.filter(status=Plan.Status.APPROVED)

    def settled(self):
        """Keep what a leader has approved, now or before: drafts are the office's own."""
        return self.filter(status__in=[Plan.Status.APPROVED, Plan.Status.SUPERSEDED])

    def in_the_making(self):
        return self.filter(status__in=[Plan.Status.DRAFT, Plan.Status.PROPOSED])

    def proposed(self):
        return self.filter(status=Plan.Status.PROPOSED)

    def sent_back(self):
        """Keep the drafts that a leader gave back."""
        return self.filter(status=Plan.Status.DRAFT).exclude(proposed_by=None)

    def of(self, programme):
        """Keep a programme's plan in all its revisions, the newest first."""
        return self.filter(programme=programme).order_by("-revision")

    def for_list(self):
        return self.select_related("programme", "approved_by").order_by(
            "-programme__started_on", "programme", "-revision"
        )

    def for_page(self):
        return self.select_related("programme__district", "proposed_by", "approved_by")


class Plan(models.Model):
    """One revision of a programme's three-year plan (三年工作方案).

    A plan that a leader approved is frozen: a change is the next revision, with its reason, and the
    approval of that one supersedes this one.
    """

    class Status(models.TextChoices):
        DRAFT = "DRAFT", "起草中"
        PROPOSED = "PROPOSED", "待审定"
        APPROVED = "APPROVED", "已审定"
        SUPERSEDED = "SUPERSEDED", "已被修订"

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="plans", verbose_name="项目")
    revision = models.PositiveSmallIntegerField("修订号", default=1)
    title = models.CharField("名称", max_length=60)
    basis = models.CharField("依据", max_length=200, blank=True)
    reason = models.CharField("修订原因", max_length=200, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="提请人"
    )
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="审定人"
    )
    approved_at = models.DateTimeField("审定时间", null=True, editable=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "三年工作方案"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "revision"],
                name="one_plan_a_revision",
                violation_error_message="这个修订号已有方案。",
            ),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(status="APPROVED"),
                name="one_plan_in_force_a_programme",
                violation_error_message="本项目已有审定的方案。",
            ),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(status__in=["DRAFT", "PROPOSED"]),
                name="one_plan_in_the_making_a_programme",
                violation_error_message="本项目已有一份起草中的方案，请先办完那一份。",
            ),
            models.CheckConstraint(
                condition=Q(revision=1) | ~Q(reason=""),
                name="a_revision_has_its_reason",
                violation_error_message="修订方案要写明原因。",
            ),
        ]

    def __str__(self):
        return f"{self.title}（第{self.revision}版）"


class PlanGoalQuerySet(ScopedQuerySet):
    ways = (to_district("plan__programme__district"), to_link("plan__programme__pairings__access_link"))

    def visible_to(self, actor, *, roles=None):
        return super().visible_to(actor, roles=roles).distinct()

    def of(self, plan):
        return self.filter(plan=plan).order_by("year_no")


class PlanGoal(models.Model):
    """The goal of one year of a plan; year 1 begins with the programme."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="goals", verbose_name="方案")
    year_no = models.PositiveSmallIntegerField("第几年")
    text = models.CharField("年度目标", max_length=300)

    objects = PlanGoalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度目标"
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "year_no"],
                name="one_goal_a_year",
                violation_error_message="这一年的目标已填写。",
            ),
            models.CheckConstraint(
                condition=Q(year_no__gte=1, year_no__lte=YEARS),
                name="goal_lies_in_the_three_years",
                violation_error_message="方案只有三年，请填第1、2、3年。",
            ),
        ]

    def __str__(self):
        return f"第{self.year_no}年 {self.text}"


class PlanItemQuerySet(ScopedQuerySet):
    ways = (to_district("plan__programme__district"), to_link("plan__programme__pairings__access_link"))

    def visible_to(self, actor, *, roles=None):
        return super().visible_to(actor, roles=roles).distinct()

    def of(self, plan):
        return self.filter(plan=plan)

    def of_programmes(self, programmes):
        return self.filter(plan__programme__in=programmes)

    def of_need(self, need):
        """Keep the items about a need, not those of a plan that was superseded; in one query."""
        found = self.filter(needs=need).exclude(plan__status=Plan.Status.SUPERSEDED)
        return found.select_related("plan__programme", "host_school").order_by("year_no", "position", "pk")

    def for_page(self):
        return self.select_related("plan__programme__district", "host_school")

    def in_force(self):
        """Keep the items of approved plans."""
        return self.filter(plan__status=Plan.Status.APPROVED)

    def for_event(self, programme, event=None):
        """Keep what an event of this programme may carry out: the plan in force, what it carries already."""
        mine = event.items.values("pk") if event is not None and event.pk else []
        return self.filter(plan__programme=programme).filter(
            Q(plan__status=Plan.Status.APPROVED) | Q(pk__in=mine)
        )

    def for_trip(self, programme, trip=None):
        """Keep what a trip of this programme may carry out: the plan in force, and what it does already."""
        mine = trip.items.values("pk") if trip is not None else []
        return self.filter(plan__programme=programme).filter(
            Q(plan__status=Plan.Status.APPROVED) | Q(pk__in=mine)
        )

    def for_list(self, needs=None):
        """Load the items of a plan with needs, by year and position, in two queries.

        `needs` narrows them to those that the reader sees.
        """
        needs = Need.objects.all() if needs is None else needs
        return (
            self.select_related("plan__programme", "host_school")
            .prefetch_related(models.Prefetch("needs", queryset=needs.order_by("pk")))
            .order_by("plan", "year_no", "position", "pk")
        )


class PlanItem(models.Model):
    """One task of a plan: indicator and target, owner, due day; done is counted, or reported.

    What a trip or a teaching visit shows is counted from confirmed ones of the item's year, at its school
    where it names one; for anything else the owner reports progress.
    """

    class Mode(models.TextChoices):
        TOGETHER = "TOGETHER", "整体推进"
        APART = "APART", "分散活动"

    class Measure(models.TextChoices):
        TRIPS = "TRIPS", "下校次数"
        DAYS = "DAYS", "下校天数"
        LESSONS_OBSERVED = "LESSONS_OBSERVED", "听课节数"
        LESSONS_REVIEWED = "LESSONS_REVIEWED", "评课节数"
        LESSONS_TAUGHT = "LESSONS_TAUGHT", "上课节数"
        LECTURES = "LECTURES", "讲座场次"
        RESEARCH_SESSIONS = "RESEARCH_SESSIONS", "教研次数"
        MENTOR_PAIRS = "MENTOR_PAIRS", "师徒结对数"
        EVENTS = "EVENTS", "送教活动次数"
        REPORTED = "REPORTED", "由责任人填报"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="items", verbose_name="方案")
    year_no = models.PositiveSmallIntegerField("第几年")
    position = models.PositiveSmallIntegerField("顺序", default=0)
    title = models.CharField("任务", max_length=100)
    mode = models.CharField("方式", max_length=10, choices=Mode, default=Mode.TOGETHER)
    field = models.CharField("领域", max_length=20, choices=Need.Field)
    host_school = models.ForeignKey(
        HostSchool, models.PROTECT, null=True, blank=True, related_name="plan_items", verbose_name="受援学校"
    )
    measure = models.CharField("指标", max_length=20, choices=Measure)
    indicator = models.CharField("指标说明", max_length=60, blank=True)
    target = models.PositiveIntegerField("目标值")
    owner = models.CharField("责任人", max_length=50)
    due_on = models.DateField("完成期限")
    needs = models.ManyToManyField(Need, related_name="items", blank=True, verbose_name="针对的需求")
    #: The item of the revision before that this one was copied from.
    origin = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="copies", editable=False
    )

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "方案任务"
        constraints = [
            models.CheckConstraint(
                condition=Q(year_no__gte=1, year_no__lte=YEARS),
                name="item_lies_in_the_three_years",
                violation_error_message="方案只有三年，请填第1、2、3年。",
            ),
            models.CheckConstraint(
                condition=Q(target__gte=1),
                name="an_item_has_a_target",
                violation_error_message="目标值至少是1。",
            ),
        ]

    def __str__(self):
        return self.title


class PlanProgressQuerySet(ScopedQuerySet):
    ways = (
        to_district("item__plan__programme__district"),
        to_link("item__plan__programme__pairings__access_link"),
    )

    def visible_to(self, actor, *, roles=None):
        return super().visible_to(actor, roles=roles).distinct()

    def of_programmes(self, programmes):
        return self.filter(item__plan__programme__in=programmes)

    def until(self, day: datetime.date):
        return self.filter(reported_on__lte=day)

    def standing(self):
        """Keep what counts: reports that were not struck."""
        return self.filter(struck_at=None)

    def of_item(self, item):
        return self.filter(item=item).order_by("pk")

    def of_plan(self, plan):
        """Keep what was reported of a plan in all its revisions, the newest first, in one query.

        The revisions share one sum, so that a page shows all that its numbers are made of.
        """
        found = self.filter(item__plan__programme=plan.programme_id)
        return found.select_related("item", "entered_by", "struck_by").order_by("-reported_on", "-pk")

    def for_page(self):
        return self.select_related("item__plan__programme", "entered_by")


class PlanProgress(models.Model):
    """What was done of an item since the report before: a number that adds to the others, and words.

    One that was struck (作废) stays on the page with the reason and counts no more.
    """

    item = models.ForeignKey(PlanItem, models.PROTECT, related_name="progress", verbose_name="任务")
    reported_on = models.DateField("日期")
    done = models.PositiveIntegerField("本次完成数")
    words = models.CharField("情况说明", max_length=300, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="登记人")
    struck_at = models.DateTimeField("作废时间", null=True, editable=False)
    struck_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="作废人"
    )
    strike_reason = models.CharField("作废理由", max_length=500, blank=True, editable=False)

    objects = PlanProgressQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务进展"
        constraints = [
            models.CheckConstraint(
                condition=Q(struck_at=None) | ~Q(strike_reason=""),
                name="a_struck_report_has_its_reason",
                violation_error_message="作废填报的进展要写明理由。",
            )
        ]

    def __str__(self):
        return f"{self.item} {self.reported_on}"
