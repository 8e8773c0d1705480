"""The list to be commended (拟表彰名单), its public notice (公示), and objections to it."""

from django.db import models
from django.db.models import Avg, Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat

from guanweihui.crypto import EncryptedTextField
from guanweihui.models import Attachment, User
from guanweihui.scope import ScopedQuerySet, to_district

from .cycles import Cycle
from .nominations import Nomination

#: The field that the scan of a list's signed minutes hangs on, before the list's key.
SCAN = "minutes."


class AwardListQuerySet(ScopedQuerySet):
    ways = (to_district("cycle__district"),)

    def of(self, cycle):
        return self.filter(cycle=cycle)

    def standing(self):
        """Keep the list that counts: not one that another took the place of."""
        return self.exclude(status=AwardList.Status.REPLACED)

    def approved(self):
        return self.filter(status=AwardList.Status.APPROVED)

    def proposed(self):
        return self.filter(status=AwardList.Status.PROPOSED)

    def sent_back(self):
        """Keep drafts that were proposed before: a leader gave them back."""
        return self.filter(status=AwardList.Status.DRAFT).exclude(proposed_at=None)

    def without_notice(self):
        """Keep lists that no notice stands for, not even a draft."""
        standing = PublicNotice.objects.exclude(status=PublicNotice.Status.REPLACED)
        return self.exclude(pk__in=standing.values("award_list"))

    def for_page(self):
        return self.select_related("cycle__district", "proposed_by", "approved_by")

    def with_scan(self):
        """Add `has_scan`: whether a scan of the signed minutes hangs on it; most lists have none."""
        field = Concat(Value(SCAN), Cast(OuterRef("pk"), models.CharField()))
        return self.annotate(has_scan=Exists(Attachment.objects.filter(due=None, field=field)))

    def for_list(self):
        return self.for_page().order_by("-cycle__year", "-number")

    def with_counts(self):
        """Add `proposed_count` and `award_count`: entries, and those to be commended."""
        awards = models.Q(entries__outcome=AwardListEntry.Outcome.AWARD)
        return self.annotate(
            proposed_count=models.Count("entries"), award_count=models.Count("entries", filter=awards)
        )


class AwardList(models.Model):
    """The list of one cycle as a meeting decided it: proposed by the office, approved by a leader.

    Changing an approved list makes the next one (`number`); the old stays as it was.
    """

    class Status(models.TextChoices):
        DRAFT = "DRAFT", "评审中"
        PROPOSED = "PROPOSED", "待领导审定"
        APPROVED = "APPROVED", "已审定"
        REPLACED = "REPLACED", "已被替换"

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="lists", verbose_name="评选周期")
    number = models.PositiveSmallIntegerField("第几次", default=1)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    met_on = models.DateField("评审会日期", null=True, blank=True)
    place = models.CharField("地点", max_length=60, blank=True)
    chair = models.CharField("主持人", max_length=50, blank=True)
    attendees = models.TextField("参会人员", blank=True)
    minutes = models.TextField("会议记录", blank=True)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提请人", editable=False
    )
    proposed_at = models.DateTimeField("提请时间", null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审定人", editable=False
    )
    approved_at = models.DateTimeField("审定时间", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = AwardListQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "拟表彰名单"
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "number"],
                name="one_award_list_a_number",
                violation_error_message="本届已有这一次名单。",
            ),
            models.UniqueConstraint(
                fields=["cycle"],
                condition=~Q(status="REPLACED"),
                name="one_standing_list_a_cycle",
                violation_error_message="本届已有一份名单在办。",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(proposed_by=None) | ~Q(approved_by=F("proposed_by")),
                name="who_proposed_does_not_approve",
                violation_error_message="提请人不能审定自己提请的名单，请由另一位领导审定。",
            ),
            models.CheckConstraint(
                condition=~Q(status="APPROVED") | Q(approved_at__isnull=False),
                name="approved_list_has_a_time",
                violation_error_message="已审定的名单须有审定时间。",
            ),
        ]

    def __str__(self):
        return f"{self.cycle}拟表彰名单（第{self.number}次）"


class AwardListEntryQuerySet(ScopedQuerySet):
    ways = (to_district("award_list__cycle__district"),)

    def of(self, award_list):
        return self.filter(award_list=award_list)

    def with_outcome(self, outcome):
        return self.filter(outcome=outcome)

    def of_category(self, category):
        return self.filter(nomination__category=category)

    def with_marks(self, marks):
        """Add `mark_mean` and `mark_count` of these marks; both empty where there is none."""
        mine = marks.filter(nomination=OuterRef("nomination")).order_by().values("nomination")
        return self.annotate(
            mark_mean=Subquery(mine.annotate(mean=Avg("points")).values("mean")),
            mark_count=Subquery(mine.annotate(number=Count("pk")).values("number")),
        )

    def without_texts(self):
        """Leave the sealed text of the nominations alone: a line of a list shows none of it."""
        return self.defer("nomination__draft")

    def for_list(self):
        """Load what a line of the list shows, in one query: by category, group's rank, unit."""
        return self.select_related(
            "nomination__category", "nomination__person", "nomination__unit__group"
        ).order_by(
            "nomination__category__position",
            F("reserve_place").asc(nulls_first=True),
            F("nomination__rank").asc(nulls_last=True),
            "nomination__unit__group__position",
            "nomination__unit__position",
            "pk",
        )


class AwardListEntry(models.Model):
    """What the meeting decided on one nomination."""

    class Outcome(models.TextChoices):
        OPEN = "OPEN", "未议"
        AWARD = "AWARD", "拟表彰"
        RESERVE = "RESERVE", "递补"
        DECLINE = "DECLINE", "不予表彰"

    award_list = models.ForeignKey(
        AwardList, models.PROTECT, related_name="entries", verbose_name="拟表彰名单"
    )
    nomination = models.ForeignKey(
        Nomination, models.PROTECT, related_name="list_entries", verbose_name="推荐"
    )
    outcome = models.CharField("结论", max_length=8, choices=Outcome, default=Outcome.OPEN)
    reserve_place = models.PositiveSmallIntegerField("递补顺序", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = AwardListEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名单条目"
        constraints = [
            models.UniqueConstraint(
                fields=["award_list", "nomination"],
                name="one_entry_a_list_and_nomination",
                violation_error_message="名单中已有这份推荐。",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="RESERVE") | Q(reserve_place__isnull=False),
                name="reserve_has_a_place_in_line",
                violation_error_message="递补人选须有递补顺序。",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="DECLINE") | ~Q(note=""),
                name="declined_entry_gives_a_reason",
                violation_error_message="不予表彰须写明理由。",
            ),
        ]

    def __str__(self):
        return f"{self.nomination} {self.get_outcome_display()}"


class PublicNoticeQuerySet(ScopedQuerySet):
    ways = (to_district("award_list__cycle__district"),)

    def of(self, cycle):
        return self.filter(award_list__cycle=cycle)

    def of_district(self, district):
        return self.filter(award_list__cycle__district=district)

    def newest(self):
        """Return the notice that was begun last, None when there is none."""
        return self.order_by("-pk").first()

    def drafts(self):
        return self.filter(status=PublicNotice.Status.DRAFT)

    def standing(self):
        """Keep notices that no later one took the place of."""
        return self.exclude(status=PublicNotice.Status.REPLACED)

    def with_objections(self):
        """Add `objection_count`: how many objections a notice met."""
        return self.annotate(objection_count=models.Count("objections"))

    def posted(self):
        return self.filter(status=PublicNotice.Status.POSTED)

    def running(self, at):
        """Keep notices that the public may read at this moment."""
        return self.posted().filter(posted_at__lte=at, ends_at__gt=at)

    def over(self, at):
        """Keep posted notices whose period has run out: to be closed, or still with open objections."""
        return self.posted().filter(ends_at__lte=at)

    def by_token(self, token):
        return self.filter(token=token)

    def for_page(self):
        return self.select_related("award_list__cycle__district", "posted_by", "closed_by")

    def for_list(self):
        return self.for_page().order_by("-first_on", "-pk")

    def for_lines(self):
        """Load what a line of notices shows, the newest first."""
        return self.only("title", "token", "first_on", "ends_at").order_by("-first_on", "-pk")


class PublicNotice(models.Model):
    """A 公示 of an approved list: N workdays, name, unit and award only; taken down when it is over.

    `content` is frozen at posting: [[award, [[name, unit], …]], …], in the order printed. The address of the
    public page is the token. Editing the list makes a notice void (REPLACED) and asks for a new one.
    """

    class Status(models.TextChoices):
        DRAFT = "DRAFT", "草稿"
        POSTED = "POSTED", "公示中"
        CLOSED = "CLOSED", "公示结束"
        REPLACED = "REPLACED", "已作废"

    award_list = models.ForeignKey(
        AwardList, models.PROTECT, related_name="notices", verbose_name="拟表彰名单"
    )
    number = models.PositiveSmallIntegerField("第几次公示", default=1)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    token = models.CharField(max_length=64, unique=True, editable=False)
    title = models.CharField("标题", max_length=100)
    basis = models.TextField("公示说明", help_text="依据什么通知，经过哪些程序。")
    phone = models.CharField("受理电话", max_length=60)
    address = models.CharField("受理地址", max_length=100)
    postcode = models.CharField("邮政编码", max_length=6, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    contacts = models.CharField("联系人", max_length=60)
    supervision_phone = models.CharField("监督电话", max_length=60, blank=True)
    first_on = models.DateField("开始日期")
    workdays = models.PositiveSmallIntegerField("工作日数", default=5)
    counts_first_day = models.BooleanField("公示当日计入", default=True)
    last_on = models.DateField("截止日期", null=True, blank=True, editable=False)
    posted_at = models.DateTimeField("发布时间", null=True, blank=True, editable=False)
    posted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发布人", editable=False
    )
    ends_at = models.DateTimeField("截止时刻", null=True, blank=True, editable=False)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办结人", editable=False
    )
    content = models.JSONField("公示内容", default=list, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = PublicNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        constraints = [
            models.UniqueConstraint(
                fields=["award_list"],
                condition=~Q(status="REPLACED"),
                name="one_standing_notice_a_list",
                violation_error_message="这份名单已有公示。",
            ),
            models.CheckConstraint(
                condition=Q(workdays__gte=1),
                name="notice_has_a_workday",
                violation_error_message="公示至少 1 个工作日。",
            ),
            models.CheckConstraint(
                condition=Q(status="DRAFT")
                | Q(status="REPLACED")
                | Q(posted_at__isnull=False, last_on__isnull=False, ends_at__isnull=False),
                name="posted_notice_has_a_period",
                violation_error_message="已发布的公示须有起止日期。",
            ),
        ]

    def __str__(self):
        return self.title


class ObjectionQuerySet(ScopedQuerySet):
    # Who objects is known to the office and to those who supervise it.
    ways = (to_district("notice__award_list__cycle__district"),)

    def of(self, notice):
        return self.filter(notice=notice)

    def blocking(self):
        """Keep objections that hold an award up: open ones with a name or a seal."""
        return self.filter(status=Objection.Status.OPEN).exclude(kind=Objection.Kind.ANONYMOUS)

    def open(self):
        return self.filter(status=Objection.Status.OPEN)

    def holding_up(self, notice):
        """Keep those that touch a notice's end: its own, and what is open of the notices that it replaced."""
        named = Q(status=Objection.Status.OPEN) & ~Q(kind=Objection.Kind.ANONYMOUS)
        earlier = Q(notice__award_list__cycle=notice.award_list.cycle_id, notice__lt=notice.pk) & named
        return self.filter(Q(notice=notice) | earlier)

    def for_page(self):
        return self.for_list().select_related("notice__award_list__cycle", "received_by")

    def for_list(self):
        return (
            self.select_related(
                "notice", "nomination__category", "nomination__person", "nomination__unit", "decided_by"
            )
            .defer("nomination__draft")
            .order_by("-received_on", "-pk")
        )


class Objection(models.Model):
    """An objection (异议) to a notice: by real name or unit seal it blocks the award until it is decided.

    An anonymous one is kept and blocks nothing. Who objects, how he is reached and what he says are sealed.
    """

    class Kind(models.TextChoices):
        PERSON = "PERSON", "实名"
        UNIT = "UNIT", "单位盖章"
        ANONYMOUS = "ANONYMOUS", "匿名"

    class Status(models.TextChoices):
        OPEN = "OPEN", "核查中"
        UPHELD = "UPHELD", "成立"
        REJECTED = "REJECTED", "不成立"

    notice = models.ForeignKey(PublicNotice, models.PROTECT, related_name="objections", verbose_name="公示")
    nomination = models.ForeignKey(
        Nomination,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="objections",
        verbose_name="针对的人选",
    )
    kind = models.CharField("形式", max_length=10, choices=Kind)
    status = models.CharField("结果", max_length=10, choices=Status, default=Status.OPEN, editable=False)
    objector = EncryptedTextField("提出人", blank=True)
    phone = EncryptedTextField("联系电话", blank=True)
    text = EncryptedTextField("内容")
    received_on = models.DateField("收到日期")
    received_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")
    received_at = models.DateTimeField("登记时间")
    findings = models.TextField("核查情况", blank=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办结人", editable=False
    )
    decided_at = models.DateTimeField("办结时间", null=True, blank=True, editable=False)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="ANONYMOUS") | ~Q(objector=""),
                name="objection_by_name_has_a_name",
                violation_error_message="实名或单位异议须写明提出人或单位。",
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN") | ~Q(findings=""),
                name="decided_objection_gives_findings",
                violation_error_message="办结须写明核查情况。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}异议 {self.received_on}"

    @property
    def is_blocking(self) -> bool:
        """Tell whether it holds the award up: open, by name or by seal."""
        return self.status == Objection.Status.OPEN and self.kind != Objection.Kind.ANONYMOUS
