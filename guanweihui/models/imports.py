"""Loads: the uploaded workbook, its verdict, and the rows it touched."""

import datetime

from django.db import models
from django.db.models import Q

from guanweihui.crypto import EncryptedTextField
from guanweihui.scope import ScopedQuerySet, reach_of, to_district

from .accounts import User
from .filing import Round
from .org import CollaborationGroup, District, School

#: A confirmed batch can be taken back this long.
UNDO_WITHIN = datetime.timedelta(hours=24)
#: An upload that nobody confirms is kept this long.
PREVIEW_KEPT = datetime.timedelta(days=7)


class ImportBatchQuerySet(ScopedQuerySet):
    ways = (to_district(),)

    def visible_to(self, actor, *, roles=None):
        """District roles see the district's batches; others their own of a unit they serve today."""
        found = super().visible_to(actor, roles=roles)
        reach = reach_of(actor).of(roles)
        for kind in ("school", "group"):
            if units := reach.ids(kind):
                found |= self.filter(**{"created_by": actor.pk, f"{kind}__in": units})
        return found

    def of_round(self, round_):
        """Keep the batches that were loaded into a round."""
        return self.filter(round=round_)

    def for_list(self):
        return self.select_related("created_by").order_by("-pk")

    def with_upload_of(self, actor):
        """Keep the actor's own batches whose upload is still there."""
        return self.filter(created_by=actor.pk).exclude(state="UNDONE").exclude(stored_name="")

    def with_old_upload(self, now: datetime.datetime):
        """Keep batches whose upload serves nothing any more: not to be confirmed, not to be corrected."""
        waits_too_long = Q(state="PREVIEWED", created_at__lt=now - PREVIEW_KEPT)
        return self.filter(waits_too_long | Q(confirmed_at__lt=now - UNDO_WITHIN)).exclude(stored_name="")


class ImportBatch(models.Model):
    """One uploaded workbook: previewed, then confirmed as one transaction, undoable for 24 hours.

    The upload stays encrypted under a random name; `digest` binds the preview to its bytes, `shown_digest`
    to what it showed. `school` and `group` bound whose rows a batch may hold; `round` names the round that
    it was loaded into, from the round's own page.
    """

    class State(models.TextChoices):
        PREVIEWED = "PREVIEWED", "待确认"
        CONFIRMED = "CONFIRMED", "已导入"
        UNDONE = "UNDONE", "已撤销"

    district = models.ForeignKey(District, models.PROTECT, related_name="import_batches", verbose_name="区")
    school = models.ForeignKey(School, models.PROTECT, null=True, related_name="+", verbose_name="限本校")
    group = models.ForeignKey(
        CollaborationGroup, models.PROTECT, null=True, related_name="+", verbose_name="限本协作组"
    )
    round = models.ForeignKey(Round, models.PROTECT, null=True, related_name="+", verbose_name="报送任务")
    kinds = models.CharField("内容", max_length=200)
    filename = models.CharField("文件名", max_length=200)
    digest = models.CharField("摘要", max_length=64)
    shown_digest = models.CharField("核对内容摘要", max_length=64, blank=True, editable=False)
    stored_name = models.CharField("存放名", max_length=64, blank=True, editable=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PREVIEWED)
    new_count = models.PositiveIntegerField("新增", default=0)
    changed_count = models.PositiveIntegerField("更新", default=0)
    unchanged_count = models.PositiveIntegerField("不变", default=0)
    wrong_count = models.PositiveIntegerField("错误", default=0)
    created_at = models.DateTimeField("上传时间")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="上传人")
    confirmed_at = models.DateTimeField("导入时间", null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="PREVIEWED") | Q(confirmed_at__isnull=False),
                name="confirmed_batch_has_a_time",
            )
        ]

    def __str__(self):
        return self.filename

    def counts(self) -> tuple[int, int, int, int]:
        """Return the rows new, changed, unchanged and wrong."""
        return self.new_count, self.changed_count, self.unchanged_count, self.wrong_count

    @property
    def has_errors_file(self) -> bool:
        """Tell whether there are wrong rows, and the upload to take them from."""
        return bool(self.wrong_count and self.stored_name) and self.state != self.State.UNDONE

    def can_undo(self, now: datetime.datetime) -> bool:
        return self.state == self.State.CONFIRMED and now - self.confirmed_at <= UNDO_WITHIN


class ImportedRowQuerySet(ScopedQuerySet):
    ways = (to_district("batch__district"),)

    def of(self, row: models.Model):
        """Keep what loads wrote of one row, with their batch: a load has one audit line for all its rows."""
        return (
            self.filter(object_type=row._meta.label, object_id=row.pk)
            .select_related("batch__created_by")
            .order_by("pk")
        )


class ImportedRow(models.Model):
    """One row that a batch wrote: which object, and what it was before (encrypted), for undo and trail."""

    class Verdict(models.TextChoices):
        NEW = "NEW", "新增"
        CHANGED = "CHANGED", "更新"

    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="rows", verbose_name="批次")
    sheet = models.CharField("工作表", max_length=100)
    number = models.PositiveIntegerField("行号")
    verdict = models.CharField("结果", max_length=10, choices=Verdict)
    object_type = models.CharField("对象类别", max_length=60)
    object_id = models.BigIntegerField("对象编号")
    before = EncryptedTextField("原值", blank=True)
    after_digest = models.CharField("写入值摘要", max_length=64)

    objects = ImportedRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入行"
        indexes = [models.Index(fields=["object_type", "object_id"], name="imported_rows_of_an_object")]

    def __str__(self):
        return f"{self.sheet} 第{self.number}行"
