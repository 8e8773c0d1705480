"""Two files that may be one person: pairs looked at, merges that can be taken back, transfers."""

import datetime

from django.db import models
from django.db.models import F, Q

from guanweihui.crypto import EncryptedTextField
from guanweihui.models import District, School, User
from guanweihui.scope import Role, ScopedQuerySet, reach_of, to_district, to_school

from .people import Person


class DistinctPairQuerySet(ScopedQuerySet):
    ways = (to_district(),)

    def of_pair(self, first: int, second: int):
        return self.filter(first=min(first, second), second=max(first, second))


class DistinctPair(models.Model):
    """Two files that somebody looked at and found to be two persons; not offered again."""

    district = models.ForeignKey(District, models.PROTECT, related_name="distinct_pairs", verbose_name="区")
    first = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="甲")
    second = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="乙")
    reason = models.CharField("依据", max_length=200)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="认定人")
    decided_at = models.DateTimeField("认定时间")

    objects = DistinctPairQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "认定不是同一人"
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="one_verdict_a_pair",
                violation_error_message="这两份档案已认定不是同一人。",
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="pair_is_written_in_one_order",
                violation_error_message="两份档案不能是同一份。",
            ),
        ]

    def __str__(self):
        return f"{self.first}、{self.second}"


class MergeQuerySet(ScopedQuerySet):
    ways = (to_district(),)

    def later_than(self, merge: "Merge"):
        """Keep standing merges of the same surviving file that came after this one."""
        return self.filter(survivor=merge.survivor_id, undone_at=None, pk__gt=merge.pk)

    def for_list(self):
        """Load what a row of the list shows, the latest first, without what is sealed."""
        return (
            self.select_related("survivor__school", "merged__school", "merged_by")
            .only(
                "reason",
                "merged_at",
                "undone_at",
                "survivor__name",
                "survivor__school__short_name",
                "merged__name",
                "merged__staff_no",
                "merged__school__short_name",
                "merged_by__name",
            )
            .order_by("-merged_at", "-pk")
        )


class Merge(models.Model):
    """One file merged into another: what was filled in and what was moved, so that it can be taken back.

    `filled` holds every value changed, [label, key, field, before, after], and every row set aside whole; it
    is sealed, for it may hold an ID. `moved` lists [label, key, field, digest] of every row that followed.
    """

    UNDO = datetime.timedelta(days=30)

    district = models.ForeignKey(District, models.PROTECT, related_name="merges", verbose_name="区")
    survivor = models.ForeignKey(Person, models.PROTECT, related_name="merges", verbose_name="保留的档案")
    merged = models.ForeignKey(Person, models.PROTECT, related_name="merged_by", verbose_name="并入的档案")
    reason = models.CharField("依据", max_length=200)
    filled = EncryptedTextField("补入的栏目", default="{}")
    moved = models.JSONField("移动的记录", default=list)
    merged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="合并人")
    merged_at = models.DateTimeField("合并时间")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "档案合并"
        constraints = [
            models.UniqueConstraint(
                fields=["merged"],
                condition=Q(undone_at=None),
                name="a_file_is_merged_once",
                violation_error_message="这份档案已经并入另一份。",
            )
        ]

    def __str__(self):
        return f"{self.merged}→{self.survivor}"

    def can_undo(self, now: datetime.datetime) -> bool:
        """Tell whether it can still be taken back at `now`."""
        return self.undone_at is None and now - self.merged_at < self.UNDO


class TransferQuerySet(ScopedQuerySet):
    # Both schools read it; the school that holds the file decides.
    ways = (*to_school("from_school", district="district"), *to_school("to_school")[1:])

    def waiting(self):
        return self.filter(status=Transfer.Status.ASKED)

    def decided_by(self, actor):
        """Keep requests that the actor may answer: as the school that holds the file, or as its district."""
        reach = reach_of(actor).of({Role.DISTRICT, Role.SCHOOL})
        return self.filter(Q(from_school__in=reach.ids("school")) | Q(district__in=reach.ids("district")))

    def open_since(self, moment):
        """Keep requests that wait, and those that the other school answered since a moment."""
        answered = [Transfer.Status.GRANTED, Transfer.Status.REFUSED]
        return self.filter(Q(status=Transfer.Status.ASKED) | Q(status__in=answered, decided_at__gte=moment))

    def asked_by_schools_of(self, actor):
        return self.filter(to_school__in=reach_of(actor).of({Role.SCHOOL}).ids("school"))

    def for_list(self):
        """Load what a row and a request's page show, the latest first; of the file nothing sensitive."""
        sealed = (field.name for field in Person._meta.fields if isinstance(field, EncryptedTextField))
        return (
            self.select_related("person", "from_school", "to_school", "asked_by")
            .defer(*(f"person__{name}" for name in sealed))
            .order_by("-asked_at", "-pk")
        )


class Transfer(models.Model):
    """A school asks for a person whom another school has registered: one file moves, no second is made.

    Until it is granted the asking school sees the name it typed itself, and nothing of the file.
    """

    class Status(models.TextChoices):
        ASKED = "ASKED", "待对方确认"
        GRANTED = "GRANTED", "已转入"
        REFUSED = "REFUSED", "对方不同意"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    district = models.ForeignKey(District, models.PROTECT, related_name="transfers", verbose_name="区")
    person = models.ForeignKey(Person, models.PROTECT, related_name="transfers", verbose_name="人员")
    typed_name = models.CharField("申请时填写的姓名", max_length=50)
    from_school = models.ForeignKey(School, models.PROTECT, related_name="+", verbose_name="转出学校")
    to_school = models.ForeignKey(School, models.PROTECT, related_name="+", verbose_name="转入学校")
    reason = models.CharField("理由", max_length=200)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.ASKED, editable=False)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    answer = models.CharField("答复", max_length=200, blank=True, editable=False)
    decided_at = models.DateTimeField("答复时间", null=True, blank=True, editable=False)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员转校"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "to_school"],
                condition=Q(status="ASKED"),
                name="one_open_transfer_a_person",
                violation_error_message="已经申请转入，正等对方学校确认。",
            ),
            models.CheckConstraint(
                condition=~Q(from_school=F("to_school")),
                name="transfer_leads_elsewhere",
                violation_error_message="此人已在这所学校。",
            ),
        ]

    def __str__(self):
        return f"{self.typed_name}：{self.from_school}→{self.to_school}"
