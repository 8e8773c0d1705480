"""What is due, from whom, by when; and the base of everything that schools send."""

import datetime

from django.db import models
from django.db.models import F, Q

from guanweihui.scope import ScopedQuerySet, to_district, to_school

from .accounts import User
from .org import District, School


class RoundQuerySet(ScopedQuerySet):
    # Schools and groups reach a round through their own Due rows.
    ways = (to_district(),)

    def of_kind(self, kind):
        return self.filter(kind=kind)

    def for_list(self):
        return self.order_by("-opens_at", "-pk")


class Round(models.Model):
    """One call for filings: kind, year, opening, deadline to the minute, as-of date, who endorses."""

    class Kind(models.TextChoices):
        ENROLMENT = "enrolment", "主题活动报名"
        REGISTRATION = "registration", "五老志愿者登记"

    class State(models.TextChoices):
        PLANNED = "PLANNED", "待开始"
        OPEN = "OPEN", "报送中"
        CLOSED = "CLOSED", "已截止"

    district = models.ForeignKey(District, models.PROTECT, related_name="rounds", verbose_name="区")
    kind = models.CharField("报送种类", max_length=40, choices=Kind)
    title = models.CharField("名称", max_length=100)
    year = models.PositiveSmallIntegerField("年度", help_text="学年填起始年份，如2018表示2018—2019学年。")
    opens_at = models.DateTimeField("开始时间")
    deadline_at = models.DateTimeField("截止时间")
    grace_minutes = models.PositiveSmallIntegerField("宽限（分钟）", default=0)
    as_of_on = models.DateField("统计时点", null=True, blank=True)
    group_endorses = models.BooleanField("须协作组审核", default=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PLANNED)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送任务"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "kind", "year", "title"],
                name="one_round_a_kind_year_and_title",
                violation_error_message="本区本年度已有同名的报送任务。",
            ),
            models.CheckConstraint(
                condition=Q(deadline_at__gt=F("opens_at")),
                name="round_ends_after_it_opens",
                violation_error_message="截止时间要晚于开始时间。",
            ),
        ]

    def __str__(self):
        return self.title


class DueQuerySet(ScopedQuerySet):
    ways = to_school("school")

    def waiting_in(self, states, *, past_group=False):
        """Keep dues in `states`; with `past_group`, a submitted one only when no group endorses it."""
        rows = self.filter(state__in=states)
        if past_group:
            rows = rows.exclude(state=Due.State.SUBMITTED, round__group_endorses=True)
        return rows

    def of_kind(self, kind):
        """Keep the dues of the rounds of one kind."""
        return self.filter(round__kind=kind)

    def of_round(self, round_):
        return self.filter(round=round_)

    def at(self, text):
        """Search by part of the school's name, or the beginning of its code."""
        text = text.strip()
        return self.filter(
            Q(school__short_name__icontains=text)
            | Q(school__full_name__icontains=text)
            | Q(school__code__startswith=text)
        )

    def for_list(self):
        """Load what a row of a list of dues shows: the newest round first, schools in their order."""
        return self.select_related("round", "school__group").order_by(
            "-round__opens_at", "-round", "school__group__position", "school__position", "pk"
        )

    def for_todo(self):
        """Load what a to-do line shows, in one query."""
        return self.select_related("round", "school__group").order_by("round__deadline_at", "pk")


class Due(models.Model):
    """One school's duty in one round; board, to-dos and chasing read this row only."""

    class State(models.TextChoices):
        WAITING = "WAITING", "未报"
        DRAFT = "DRAFT", "填报中"
        SUBMITTED = "SUBMITTED", "已报"
        ENDORSED = "ENDORSED", "协作组已审"
        RETURNED = "RETURNED", "已退回"
        ACCEPTED = "ACCEPTED", "已通过"
        NIL = "NIL", "零报告"
        WAIVED = "WAIVED", "免报"

    UNMET = (State.WAITING, State.DRAFT, State.RETURNED)

    round = models.ForeignKey(Round, models.PROTECT, related_name="dues", verbose_name="报送任务")
    school = models.ForeignKey(School, models.PROTECT, related_name="dues", verbose_name="学校")
    deadline_at = models.DateTimeField("延期至", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    reason = models.TextField("说明", blank=True, help_text="零报告、免报或延期的理由。")
    met_at = models.DateTimeField("报送时间", null=True, blank=True)

    objects = DueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "应报"
        constraints = [
            models.UniqueConstraint(
                fields=["round", "school"],
                name="one_due_a_school_and_round",
                violation_error_message="该校已在应报名单中。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["NIL", "WAIVED"]) | ~Q(reason=""),
                name="nil_and_waived_give_a_reason",
                violation_error_message="零报告和免报须写明理由。",
            ),
        ]

    def __str__(self):
        return f"{self.school} {self.round}"

    def closes_at(self) -> datetime.datetime:
        """Return the moment after which a submit is late: own extension, else the round's, plus grace."""
        deadline = self.deadline_at or self.round.deadline_at
        return deadline + datetime.timedelta(minutes=self.round.grace_minutes)


class FilingQuerySet(ScopedQuerySet):
    ways = to_school("due__school")

    def accepted(self):
        return self.filter(status=Filing.Status.ACCEPTED)


class Filing(models.Model):
    """The base of what a school sends for a Due; children add the content.

    Only the steps of `guanweihui.filings` write `status`. `version` grows with every saved draft, so
    that an old tab is told instead of overwriting.
    """

    class Status(models.TextChoices):
        DRAFT = "DRAFT", "草稿"
        SUBMITTED = "SUBMITTED", "已提交"
        ENDORSED = "ENDORSED", "协作组已审"
        ACCEPTED = "ACCEPTED", "已通过"
        RETURNED = "RETURNED", "已退回"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    due = models.ForeignKey(Due, models.PROTECT, related_name="%(class)ss", verbose_name="应报")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False)
    submitted_at = models.DateTimeField("提交时间", null=True, editable=False)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="提交人", editable=False
    )
    basis = models.CharField("代报依据", max_length=200, blank=True, editable=False)

    objects = FilingQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "WITHDRAWN"]) | Q(submitted_at__isnull=False),
                name="%(class)s_sent_has_a_time",
                violation_error_message="已提交的材料须有提交时间。",
            )
        ]

    def settle(self, *, at: datetime.datetime) -> None:
        """Keep the Due in step with this filing; `take()` calls it inside the same transaction."""
        due = Due.objects.select_for_update().get(pk=self.due_id)
        due.state = _DUE_STATE[Filing.Status(self.status)]
        if self.status == Filing.Status.SUBMITTED and due.met_at is None:
            due.met_at = at
        due.save(update_fields=["state", "met_at"])


_DUE_STATE = {
    Filing.Status.DRAFT: Due.State.DRAFT,
    Filing.Status.SUBMITTED: Due.State.SUBMITTED,
    Filing.Status.ENDORSED: Due.State.ENDORSED,
    Filing.Status.ACCEPTED: Due.State.ACCEPTED,
    Filing.Status.RETURNED: Due.State.RETURNED,
    Filing.Status.WITHDRAWN: Due.State.DRAFT,
}


class RemarkQuerySet(ScopedQuerySet):
    ways = to_school("due__school")

    def open_for(self, filing):
        """Keep what is said of this filing and not settled yet, oldest first."""
        kind = filing._meta.label
        return self.filter(filing_type=kind, filing_id=filing.pk, resolved_at=None).order_by("pk")


class Remark(models.Model):
    """What a reviewer says about one field of a returned filing."""

    due = models.ForeignKey(Due, models.PROTECT, related_name="remarks", verbose_name="应报")
    filing_type = models.CharField("材料类别", max_length=60)
    filing_id = models.BigIntegerField("材料编号")
    field = models.CharField("栏目", max_length=60, blank=True)
    text = models.TextField("意见")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提出人")
    made_at = models.DateTimeField("提出时间")
    resolved_at = models.DateTimeField("解决时间", null=True, blank=True)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "退回意见"
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""), name="remark_says_something", violation_error_message="请写明意见。"
            )
        ]

    def __str__(self):
        return self.text[:30]
