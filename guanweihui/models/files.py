"""Files that belong to a Due, and tables that a closed year keeps."""

from django.db import models

from guanweihui.scope import COMMITTEE, Role, ScopedQuerySet, reach_of, to_district, to_school

from .accounts import AccessLink, User
from .filing import Due, Round
from .org import AT_COMMITTEE, CollaborationGroup, District, School

#: A field that begins so holds a personal paper: the office and the school alone open it, and the trail
#: says who did.
PERSONAL = "personal."
#: A field that begins so holds a file for the whole district: every committee role of it may open it.
SHARED = "shared."


def _exactly_one(*names):
    """Return the condition that one of these keys is set and the others are not."""
    found = models.Q()
    for chosen in names:
        found |= models.Q(**{f"{name}__isnull": name != chosen for name in names})
    return found


class AttachmentQuerySet(ScopedQuerySet):
    ways = (*to_school("due__school"), *AT_COMMITTEE)

    def of_school(self, school):
        """Keep what a school brought in, with its filings or beside them."""
        return self.filter(models.Q(due__school=school) | models.Q(school=school))

    def of_filing(self, filing):
        """Keep the files of one filing, oldest first."""
        return self.filter(due=filing.due_id, filing_type=filing._meta.label, filing_id=filing.pk).order_by(
            "pk"
        )

    def beside(self, field):
        """Keep the files of one field that hang on no due, oldest first."""
        return self.filter(due=None, field=field).order_by("pk")

    def of_row(self, row, field):
        """Keep the files of one field of a row that is no filing, oldest first."""
        return self.beside(field).filter(filing_type=row._meta.label, filing_id=row.pk)

    def of_rows(self, rows, field):
        """Keep the files of one field of several rows of one model that are no filings, oldest first."""
        rows = list(rows)
        label = rows[0]._meta.label if rows else ""
        return self.beside(field).filter(filing_type=label, filing_id__in=[row.pk for row in rows])

    def scans_of(self, filing):
        """Keep the scans of a filing's signed print, oldest first."""
        kind = filing._meta.label
        return self.filter(due=filing.due_id, filing_type=kind, filing_id=filing.pk, field="scan").order_by(
            "pk"
        )

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; what the district shares is there for every committee role of it."""
        found = super().visible_to(actor, roles=roles)
        reach = reach_of(actor).of(COMMITTEE if roles is None else COMMITTEE & set(roles))
        if reach.places and reach.home is not None:
            found |= self.filter(district=reach.home, field__startswith=SHARED)
        return found

    def openable_by(self, actor):
        """Keep what the actor may download; personal papers only for the office and the school."""
        own = self.visible_to(actor, roles={Role.DISTRICT, Role.SCHOOL})
        return own | self.visible_to(actor, roles=COMMITTEE).exclude(field__startswith=PERSONAL)


class Attachment(models.Model):
    """A file of a filing, or of a unit beside any filing (a task's evidence, a campaign's materials).

    Stored under a random name; rights are checked on every download.
    """

    due = models.ForeignKey(
        Due, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name="应报"
    )
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name="区"
    )
    group = models.ForeignKey(
        CollaborationGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name="协作组",
    )
    school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name="学校"
    )
    filing_type = models.CharField("材料类别", max_length=60, blank=True)
    filing_id = models.BigIntegerField("材料编号", null=True, blank=True)
    field = models.CharField("栏目", max_length=60, blank=True)
    original_name = models.CharField("文件名", max_length=200)
    stored_name = models.CharField("存放名", max_length=64, unique=True, editable=False)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("大小（字节）")
    digest = models.CharField("摘要", max_length=64)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="上传人")
    added_link = models.ForeignKey(
        AccessLink, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上传人的链接"
    )
    added_at = models.DateTimeField("上传时间")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        constraints = [
            models.CheckConstraint(
                condition=_exactly_one("due", "district", "group", "school"),
                name="attachment_hangs_on_one_place",
                violation_error_message="附件须属于一项应报，或区、协作组、学校中的一个。",
            ),
            models.CheckConstraint(
                condition=_exactly_one("added_by", "added_link"),
                name="attachment_was_added_by_somebody",
                violation_error_message="附件要有上传人：账号或链接。",
            ),
        ]

    def __str__(self):
        return self.original_name


class FrozenTableQuerySet(ScopedQuerySet):
    ways = (to_district(),)

    def of_round(self, round_):
        """Keep the tables that closing this round stored, in their order."""
        return self.filter(round=round_).order_by("position", "pk")


class FrozenTable(models.Model):
    """A report table of a closed year or round, as it was: the stored form of guanweihui.tables.Table.

    `as_of_on` is the cut-off date (统计时点), `rules` the counting rules in words, as they held that day.
    """

    district = models.ForeignKey(District, models.PROTECT, related_name="frozen_tables", verbose_name="区")
    report = models.CharField("报表", max_length=40)
    year = models.PositiveSmallIntegerField("年度")
    key = models.CharField("表号", max_length=40)
    round = models.ForeignKey(
        Round, models.PROTECT, null=True, blank=True, related_name="frozen_tables", verbose_name="报送任务"
    )
    position = models.PositiveSmallIntegerField("顺序", default=0)
    as_of_on = models.DateField("统计时点", null=True, blank=True)
    rules = models.TextField("口径", blank=True)
    content = models.JSONField("内容")
    frozen_at = models.DateTimeField("封存时间")
    frozen_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="封存人")

    objects = FrozenTableQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "封存报表"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "report", "year", "key"],
                condition=models.Q(round=None),
                name="one_frozen_table_a_report_and_year",
                violation_error_message="本年度的这张表已封存。",
            ),
            models.UniqueConstraint(
                fields=["round", "key"],
                condition=models.Q(round__isnull=False),
                name="one_frozen_table_a_round_and_key",
                violation_error_message="这次报送的这张表已封存。",
            ),
        ]

    def __str__(self):
        return f"{self.report} {self.year} {self.key}"
