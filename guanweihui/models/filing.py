"""What is due, from whom, by when; and the base of everything that schools send."""

import datetime
import json

from django.db import models
from django.db.models import Case, Count, F, Q, Value, When
from django.db.models.functions import Coalesce

from guanweihui.crypto import EncryptedTextField
from guanweihui.scope import ScopedQuerySet, reach_of, to_district, to_school

from .accounts import User
from .org import District, School, Stage
from .waiting import WaitingDues, WaitingRounds


class RoundQuerySet(WaitingRounds):
    ways = (to_district(),)

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; schools and groups reach a round through their own Due rows."""
        wide = super().visible_to(actor, roles=roles)
        reach = reach_of(actor).of(roles)
        if not (reach.ids("group") or reach.ids("school")):
            return wide
        mine = Due.objects.visible_to(actor, roles=roles).order_by().values("round")
        return wide | self.filter(pk__in=mine)

    def of_kind(self, kind):
        return self.filter(kind=kind)

    def open(self):
        """Keep rounds under way: opened, and not closed yet by the office."""
        return self.filter(state=Round.State.OPEN)

    def closed(self):
        return self.filter(state=Round.State.CLOSED)

    def started(self):
        """Keep rounds that schools owe: not those that are only planned."""
        return self.exclude(state=Round.State.PLANNED)

    def of_year(self, year):
        return self.filter(year=year)

    def with_district(self):
        return self.select_related("district")

    def closing_within(self, first, last):
        """Keep rounds whose deadline falls between two days."""
        return self.filter(deadline_at__date__gte=first, deadline_at__date__lte=last)

    def before(self, round_):
        """Keep earlier rounds of the same kind in the same district, the latest first."""
        earlier = self.filter(district=round_.district_id, kind=round_.kind, year__lt=round_.year)
        return earlier.exclude(state=Round.State.PLANNED).order_by("-year", "-opens_at", "-pk")

    def for_list(self):
        return self.order_by("-opens_at", "-pk")


class Round(models.Model):
    """One call for filings: kind, year, opening, deadline to the minute, as-of date, who endorses."""

    class Kind(models.TextChoices):
        ENROLMENT = "enrolment", "主题活动报名"
        REGISTRATION = "registration", "五老志愿者登记"
        ANNUAL_RETURN = "annual_return", "年度统计"
        NOMINATION = "nomination", "评选推荐"

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
    #: Stages of the schools that owe this round; empty is every school.
    stages = models.JSONField("应报学段", default=list, blank=True)
    instructions = models.TextField("填报要求", blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PLANNED)
    closed_at = models.DateTimeField("定稿时间", null=True, blank=True, editable=False)
    copied_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="照此复制",
        editable=False,
    )

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

    @property
    def quoted(self) -> str:
        """Return the title in marks; one that begins with a quotation needs none of its own."""
        return self.title if self.title.startswith("“") else f"“{self.title}”"

    @property
    def grace(self) -> datetime.timedelta:
        return datetime.timedelta(minutes=self.grace_minutes)

    @property
    def closes_at(self) -> datetime.datetime:
        """Return the moment after which a submit is late for a school without an extension."""
        return self.deadline_at + self.grace

    def stage_labels(self) -> list[str]:
        """Return the words of the stages that owe it; empty for every school."""
        return [Stage(stage).label for stage in self.stages]


class DueQuerySet(WaitingDues):
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

    def closing_within(self, first, last):
        """Keep the dues of rounds whose deadline falls between two days."""
        return self.filter(round__deadline_at__date__gte=first, round__deadline_at__date__lte=last)

    def taking_part(self):
        """Keep the dues of schools that neither were waived nor answered that they have nothing."""
        return self.exclude(state__in=[Due.State.NIL, Due.State.WAIVED])

    def unmet(self):
        """Keep what still waits for the school: not sent, being filled in, returned."""
        return self.filter(state__in=Due.UNMET)

    def standing(self, *rounds):
        """Add `standing`: how each due of these rounds stands, for the board (on time, late, ...).

        Every due has exactly one standing, so the four always make up the whole.
        """
        late = Q(pk=None)
        for one in rounds:
            late |= Q(round=one, deadline_at=None, met_at__gt=one.closes_at)
            late |= Q(round=one, deadline_at__isnull=False, met_at__gt=F("deadline_at") + one.grace)
        return self.filter(round__in=rounds).annotate(
            standing=Case(
                When(state=Due.State.WAIVED, then=Value(Due.Standing.WAIVED.value)),
                When(state__in=Due.UNMET, then=Value(Due.Standing.MISSING.value)),
                When(late, then=Value(Due.Standing.LATE.value)),
                default=Value(Due.Standing.ON_TIME.value),
                output_field=models.CharField(max_length=10),
            )
        )

    def standing_as(self, standing):
        """Keep dues that `standing()` judged so."""
        return self.filter(standing=standing)

    def count_standings(self, by="school__group"):
        """Count dues that `standing()` judged: {(key of `by`, standing): number}, in one query."""
        rows = self.order_by().values_list(by, "standing").annotate(Count("pk"))
        return {(key, standing): number for key, standing, number in rows}

    def in_group(self, group):
        """Keep the dues of a group's schools, by its key."""
        return self.filter(school__group=group)

    def of_school(self, school):
        return self.filter(school=school)

    def arrivals(self):
        """Keep what has come, the latest first, with what a line of it shows."""
        met = self.filter(met_at__isnull=False).exclude(state=Due.State.WAIVED)
        return met.select_related("school__group", "round").order_by("-met_at", "-pk")

    def still_running(self, round_, at):
        """Keep unmet dues of a round whose extension, or time to answer a return, has not passed yet."""
        running = Q(deadline_at__gte=at - round_.grace) | Q(reply_until__gte=at)
        return self.of_round(round_).unmet().filter(running)

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

    def among(self, keys):
        """Keep these, by the keys that a page sent; words that are no keys are none."""
        return self.filter(pk__in=[int(key) for key in keys if key.isdecimal() and len(key) < 19])

    def in_queue(self):
        """Load what a reviewer's list shows, the nearest deadline first."""
        own = Coalesce("deadline_at", "round__deadline_at")
        rows = self.select_related("round", "school__group")
        return rows.order_by(own, "school__group__position", "school__position", "pk")


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

    class Standing(models.TextChoices):
        """Where a due stands on the board; the four always make up 100 %."""

        ON_TIME = "ON_TIME", "按时"
        LATE = "LATE", "逾期补报"
        MISSING = "MISSING", "未报"
        WAIVED = "WAIVED", "免报"

    UNMET = (State.WAITING, State.DRAFT, State.RETURNED)

    round = models.ForeignKey(Round, models.PROTECT, related_name="dues", verbose_name="报送任务")
    school = models.ForeignKey(School, models.PROTECT, related_name="dues", verbose_name="学校")
    deadline_at = models.DateTimeField("延期至", null=True, blank=True)
    #: A return gives time to answer it; it never makes a late filing one on time.
    reply_until = models.DateTimeField("改报截止", null=True, blank=True, editable=False)
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
        """Return the moment after which nothing is taken any more.

        Own extension, else the round's deadline, plus grace; after a return not before the time to answer it.
        """
        closes = (self.deadline_at or self.round.deadline_at) + self.round.grace
        return max(closes, self.reply_until) if self.reply_until else closes


class ChaseQuerySet(ScopedQuerySet):
    ways = to_school("due__school")

    def of_round(self, round_):
        """Keep the calls of one round, the latest first, with who made them."""
        return self.filter(due__round=round_).select_related("made_by", "due__school").order_by("-pk")

    def of_due(self, due):
        return self.filter(due=due).select_related("made_by").order_by("-pk")

    def last_of(self, dues):
        """Return the last call of each of these dues that has one, by the due's key."""
        calls = self.filter(due__in=dues).select_related("made_by").order_by("pk")
        return {call.due_id: call for call in calls}


class Chase(models.Model):
    """One time that a school was reminded (催报): when, how, who was spoken to, what he said."""

    class Means(models.TextChoices):
        PHONE = "PHONE", "电话"
        MESSAGE = "MESSAGE", "微信或短信"
        VISIT = "VISIT", "当面"

    due = models.ForeignKey(Due, models.PROTECT, related_name="chases", verbose_name="应报")
    means = models.CharField("方式", max_length=10, choices=Means, default=Means.PHONE)
    spoken_with = models.CharField("联系人", max_length=50, blank=True)
    words = models.CharField("答复", max_length=200, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    made_at = models.DateTimeField("时间")

    objects = ChaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "催报记录"
        indexes = [models.Index(fields=["due", "-made_at"], name="chases_of_a_due")]

    def __str__(self):
        return f"{self.due} {self.get_means_display()}"


class FilingQuerySet(ScopedQuerySet):
    ways = to_school("due__school")

    def accepted(self):
        return self.filter(status=Filing.Status.ACCEPTED)

    def of_due(self, due):
        return self.filter(due=due)

    def of_round(self, round_):
        return self.filter(due__round=round_)


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
        elif self.status == Filing.Status.WITHDRAWN and due.reply_until is None:
            due.met_at = None
        due.save(update_fields=["state", "met_at"])


_DUE_STATE = {
    Filing.Status.DRAFT: Due.State.DRAFT,
    Filing.Status.SUBMITTED: Due.State.SUBMITTED,
    Filing.Status.ENDORSED: Due.State.ENDORSED,
    Filing.Status.ACCEPTED: Due.State.ACCEPTED,
    Filing.Status.RETURNED: Due.State.RETURNED,
    Filing.Status.WITHDRAWN: Due.State.DRAFT,
}


#: States in which the school may still change what it sends.
EDITABLE = frozenset({Filing.Status.DRAFT, Filing.Status.RETURNED, Filing.Status.WITHDRAWN})


class QuestionnaireFilingQuerySet(FilingQuerySet):
    def on_its_way(self):
        """Keep what was sent and waits for the group or the district."""
        return self.filter(status__in=[Filing.Status.SUBMITTED, Filing.Status.ENDORSED])

    def for_page(self):
        """Load what a filing's page shows beside its answers."""
        return self.select_related("due__round", "due__school__group", "submitted_by", "saved_by")


class QuestionnaireFiling(Filing):
    """A filing that answers a questionnaire (guanweihui.questionnaire).

    The draft is the text as it was typed, so that nothing typed is lost, whatever it is; the typed columns
    and lines of a child are written by the submit, once all hard checks hold.
    """

    #: JSON of {item key: text as typed}; sealed, because phones stand among it.
    draft = EncryptedTextField("草稿", blank=True, editable=False)
    saved_at = models.DateTimeField("保存时间", null=True, editable=False)
    saved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="保存人", editable=False
    )

    objects = QuestionnaireFilingQuerySet.as_manager()

    class Meta(Filing.Meta):
        abstract = True

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def typed(self) -> dict[str, str]:
        """Return what was typed, by item key."""
        return json.loads(self.draft) if self.draft else {}

    @typed.setter
    def typed(self, values: dict[str, str]) -> None:
        self.draft = json.dumps(dict(values), ensure_ascii=False)


class VersionQuerySet(ScopedQuerySet):
    ways = to_school("due__school")

    def of(self, filing):
        """Keep the versions of one filing, the latest first."""
        kind = filing._meta.label
        return (
            self.filter(filing_type=kind, filing_id=filing.pk).select_related("taken_by").order_by("-number")
        )

    def looked_at_by(self, reader):
        """Keep the versions that a reader has seen."""
        return self.filter(looks__reader=reader.pk)


class Version(models.Model):
    """A filing as it was sent: later edits of the base data do not change it.

    `content` is the JSON of guanweihui.questionnaire.Paragraph rows, [key, label, words]; sealed.
    """

    due = models.ForeignKey(Due, models.PROTECT, related_name="versions", verbose_name="应报")
    filing_type = models.CharField("材料类别", max_length=60)
    filing_id = models.BigIntegerField("材料编号")
    number = models.PositiveIntegerField("第几次提交")
    content = EncryptedTextField("内容", editable=False)
    taken_at = models.DateTimeField("提交时间")
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="提交人")

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "提交版本"
        constraints = [
            models.UniqueConstraint(
                fields=["filing_type", "filing_id", "number"],
                name="one_version_a_number",
                violation_error_message="这一版已经提交过。",
            )
        ]

    def __str__(self):
        return f"{self.due} 第{self.number}次提交"


class LookQuerySet(ScopedQuerySet):
    ways = to_school("version__due__school")


class Look(models.Model):
    """A reviewer has seen this version: from it follows what changed since he looked."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="looks", verbose_name="提交版本")
    reader = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="审核人")
    looked_at = models.DateTimeField("首次查看时间")

    objects = LookQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "查看记录"
        constraints = [
            models.UniqueConstraint(
                fields=["version", "reader"],
                name="one_look_a_version_and_reader",
                violation_error_message="已经看过这一版。",
            )
        ]

    def __str__(self):
        return f"{self.reader} {self.version}"


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
