"""Files that belong to a Due, and tables that a closed year keeps."""

from django.db import models

from guanweihui.scope import COMMITTEE, Role, ScopedQuerySet, to_district, to_school

from .accounts import User
from .filing import Due
from .org import District

#: A field that begins so holds a personal paper: the office and the school alone open it, and the trail
#: says who did.
PERSONAL = "personal."


class AttachmentQuerySet(ScopedQuerySet):
    ways = to_school("due__school")

    def openable_by(self, actor):
        """Keep what the actor may download; personal papers only for the office and the school."""
        own = self.visible_to(actor, roles={Role.DISTRICT, Role.SCHOOL})
        return own | self.visible_to(actor, roles=COMMITTEE).exclude(field__startswith=PERSONAL)


class Attachment(models.Model):
    """A file sent with a filing. Stored under a random name; rights are checked on every download."""

    due = models.ForeignKey(Due, models.PROTECT, related_name="attachments", verbose_name="应报")
    filing_type = models.CharField("材料类别", max_length=60, blank=True)
    filing_id = models.BigIntegerField("材料编号", null=True, blank=True)
    field = models.CharField("栏目", max_length=60, blank=True)
    original_name = models.CharField("文件名", max_length=200)
    stored_name = models.CharField("存放名", max_length=64, unique=True, editable=False)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("大小（字节）")
    digest = models.CharField("摘要", max_length=64)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    added_at = models.DateTimeField("上传时间")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "附件"

    def __str__(self):
        return self.original_name


class FrozenTableQuerySet(ScopedQuerySet):
    ways = (to_district(),)


class FrozenTable(models.Model):
    """A report table of a closed year, as it was: the stored form of guanweihui.tables.Table."""

    district = models.ForeignKey(District, models.PROTECT, related_name="frozen_tables", verbose_name="区")
    report = models.CharField("报表", max_length=40)
    year = models.PositiveSmallIntegerField("年度")
    key = models.CharField("表号", max_length=40)
    content = models.JSONField("内容")
    frozen_at = models.DateTimeField("封存时间")
    frozen_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="封存人")

    objects = FrozenTableQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "封存报表"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "report", "year", "key"],
                name="one_frozen_table_a_report_and_year",
                violation_error_message="本年度的这张表已封存。",
            )
        ]

    def __str__(self):
        return f"{self.report} {self.year} {self.key}"
