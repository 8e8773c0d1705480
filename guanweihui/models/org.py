"""The hierarchy: a district, its collaboration groups, its schools; their names and successors."""

import datetime
from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from guanweihui import crypto
from guanweihui.scope import ScopedQuerySet, Way, to_district, to_school


class Precision(models.TextChoices):
    """How much of a stored date is known; the rest of it stands at its first day."""

    DAY = "day", "日"
    MONTH = "month", "月"
    YEAR = "year", "年"


class Segment(models.TextChoices):
    """A part of schooling that figures are counted by."""

    PRIMARY = "PRIMARY", "小学"
    JUNIOR = "JUNIOR", "初中"
    SENIOR = "SENIOR", "高中"


#: 其中中学 is always these two, never the type of the school (domain.md 5).
SECONDARY = frozenset({Segment.JUNIOR, Segment.SENIOR})


class Stage(models.TextChoices):
    """The type of a school; it decides which segments the school may report."""

    PRIMARY = "PRIMARY", "小学"
    JUNIOR = "JUNIOR", "初中"
    SENIOR = "SENIOR", "高中"
    NINE_YEAR = "NINE_YEAR", "九年一贯制"
    FULL_SECONDARY = "FULL_SECONDARY", "完全中学"

    @property
    def segments(self) -> tuple[Segment, ...]:
        return _SEGMENTS[self]


_SEGMENTS = {
    Stage.PRIMARY: (Segment.PRIMARY,),
    Stage.JUNIOR: (Segment.JUNIOR,),
    Stage.SENIOR: (Segment.SENIOR,),
    Stage.NINE_YEAR: (Segment.PRIMARY, Segment.JUNIOR),
    Stage.FULL_SECONDARY: (Segment.JUNIOR, Segment.SENIOR),
}


class UnitQuerySet(ScopedQuerySet):
    def open_on(self, day: datetime.date, *, or_among: Iterable[int] = ()):
        """Keep units that exist on `day` (an unknown date counts as open), and those of `or_among`."""
        is_open = (Q(opened_on=None) | Q(opened_on__lte=day)) & (Q(closed_on=None) | Q(closed_on__gt=day))
        return self.filter(is_open | Q(pk__in=list(or_among)) if or_among else is_open)

    def in_district(self, district):
        return self.filter(district=district)


class Unit(models.Model):
    """A unit with a full name on paper and a short one on screen. Closed and succeeded, never deleted."""

    full_name = models.CharField("全称", max_length=100)
    short_name = models.CharField("简称", max_length=40)
    opened_on = models.DateField("设立日期", null=True, blank=True)
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(opened_on=None) | Q(closed_on__gte=models.F("opened_on")),
                name="%(class)s_closes_after_it_opens",
                violation_error_message="撤销日期不能早于设立日期。",
            )
        ]

    def __str__(self):
        return self.short_name


class DistrictQuerySet(ScopedQuerySet):
    ways = (to_district("pk"),)

    def named(self, name: str | None):
        """Keep the district of that name; without a name keep all."""
        return self.filter(Q(full_name=name) | Q(short_name=name)) if name else self.all()


class District(Unit):
    """A district's education committee: the root that every row hangs on."""

    committee_name = models.CharField("关工委全称", max_length=100)
    year_starts_in = models.PositiveSmallIntegerField(
        "统计年度起始月", default=9, help_text="9 表示按学年统计（9月1日至次年8月31日），1 表示按自然年。"
    )
    contact = models.CharField("联系方式", max_length=100, blank=True)
    #: Sealed when the district is made; with other keys it no longer opens and the portal does not start.
    key_probe = models.TextField(default=crypto.probe, editable=False)

    objects = DistrictQuerySet.as_manager()

    class Meta(Unit.Meta):
        verbose_name = verbose_name_plural = "区"
        constraints = [
            *Unit.Meta.constraints,
            models.UniqueConstraint(
                fields=["full_name"], name="one_district_a_name", violation_error_message="已有同名的区。"
            ),
            models.CheckConstraint(
                condition=Q(year_starts_in__gte=1, year_starts_in__lte=12),
                name="district_year_starts_in_a_month",
                violation_error_message="起始月应在 1—12 之间。",
            ),
        ]


class CollaborationGroupQuerySet(UnitQuerySet):
    ways = (to_district(), Way("group", "pk"))

    def in_order(self):
        return self.order_by("position", "pk")

    def for_page(self):
        return self.select_related("district")

    def for_tree(self):
        """Load the groups in the district's order with their district, in one query."""
        return self.select_related("district").order_by("district", "position", "pk")


class CollaborationGroup(Unit):
    """A 协作组: about a dozen schools under the head of a Party-building research branch."""

    district = models.ForeignKey(District, models.PROTECT, related_name="groups", verbose_name="区")
    position = models.PositiveSmallIntegerField("顺序", default=0)

    objects = CollaborationGroupQuerySet.as_manager()

    class Meta(Unit.Meta):
        verbose_name = verbose_name_plural = "协作组"
        constraints = [
            *Unit.Meta.constraints,
            models.UniqueConstraint(
                fields=["district", "full_name"],
                name="one_group_a_name_in_a_district",
                violation_error_message="本区已有同名的协作组。",
            ),
        ]


class SchoolQuerySet(UnitQuerySet):
    ways = (to_district(), Way("group", "group"), Way("school", "pk"))

    def of_stages(self, stages):
        """Keep schools of these stages; no stage named keeps all."""
        return self.filter(stage__in=stages) if stages else self

    def in_order(self):
        """The district's order: group, then place in the list."""
        return self.order_by("group__position", "position", "code")

    def for_list(self):
        """Load what a row of the list shows, in one query."""
        return self.select_related("group").in_order()

    def for_page(self):
        """Load a school with the units it hangs on; its further names follow in a second query."""
        return self.select_related("district", "group").prefetch_related("unitnames")

    def in_group(self, group):
        return self.filter(group=group)

    def closed_on_or_before(self, day: datetime.date):
        return self.filter(closed_on__lte=day)

    def named(self, text: str):
        """Search by part of any name the school bears or bore, or the beginning of its code."""
        text = text.strip()
        if not text:
            return self
        bearers = UnitName.objects.filter(name__icontains=text).exclude(school=None).values("school")
        return self.filter(
            Q(full_name__icontains=text)
            | Q(short_name__icontains=text)
            | Q(code__startswith=text)
            | Q(pk__in=bearers)
        )


class School(Unit):
    """A basic unit (基层单位). Its stage decides which segments it may report."""

    district = models.ForeignKey(District, models.PROTECT, related_name="schools", verbose_name="区")
    group = models.ForeignKey(
        CollaborationGroup, models.PROTECT, related_name="schools", verbose_name="协作组"
    )
    code = models.CharField("学校代码", max_length=20)
    stage = models.CharField("学段", max_length=20, choices=Stage)
    position = models.PositiveIntegerField("顺序", default=0)
    committee_set_up_on = models.DateField("关工委成立时间", null=True, blank=True)
    committee_set_up_precision = models.CharField("成立时间精度", max_length=5, choices=Precision, blank=True)

    objects = SchoolQuerySet.as_manager()

    class Meta(Unit.Meta):
        verbose_name = verbose_name_plural = "学校"
        constraints = [
            *Unit.Meta.constraints,
            models.UniqueConstraint(
                fields=["district", "code"],
                name="one_school_a_code",
                violation_error_message="学校代码与本区另一所学校重复。",
            ),
            models.UniqueConstraint(
                fields=["district", "full_name"],
                name="one_school_a_full_name",
                violation_error_message="本区已有同名的学校。",
            ),
        ]

    def segments(self) -> tuple[Segment, ...]:
        return Stage(self.stage).segments


class AtCommittee(models.Model):
    """Somewhere in the hierarchy: at a district, a group or a school, exactly one of them."""

    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name="区"
    )
    group = models.ForeignKey(
        CollaborationGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name="协作组",
    )
    school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name="学校"
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(district__isnull=False, group=None, school=None)
                    | Q(district=None, group__isnull=False, school=None)
                    | Q(district=None, group=None, school__isnull=False)
                ),
                name="%(class)s_is_at_exactly_one_unit",
                violation_error_message="区、协作组、学校三者须选且只选一个。",
            )
        ]

    @property
    def unit(self) -> Unit:
        return self.district or self.group or self.school


#: The ways to a row that stands somewhere in the hierarchy.
AT_COMMITTEE = (
    to_district("district"),
    to_district("group__district"),
    Way("group", "group"),
    *to_school("school"),
)


class UnitNameQuerySet(ScopedQuerySet):
    ways = AT_COMMITTEE


class UnitName(AtCommittee):
    """A former name or an alias by which paper and workbooks still call a unit."""

    class Kind(models.TextChoices):
        FORMER = "FORMER", "曾用名"
        ALIAS = "ALIAS", "别名"

    name = models.CharField("名称", max_length=100)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    until_on = models.DateField("用到", null=True, blank=True)

    objects = UnitNameQuerySet.as_manager()

    class Meta(AtCommittee.Meta):
        verbose_name = verbose_name_plural = "曾用名与别名"
        constraints = [
            *AtCommittee.Meta.constraints,
            *(
                models.UniqueConstraint(
                    fields=[unit, "name"],
                    name=f"one_{unit}_bears_a_name_once",
                    violation_error_message="这个名称已登记。",
                )
                for unit in ("district", "group", "school")
            ),
        ]

    def __str__(self):
        return self.name


class SuccessionQuerySet(ScopedQuerySet):
    # The history of a school is also that of the school it goes on in.
    ways = (*to_school("predecessor"), *to_school("successor"))

    def touching(self, school):
        """Keep what a school came from and went on in, oldest first, in one query."""
        return (
            self.filter(Q(predecessor=school) | Q(successor=school))
            .select_related("predecessor", "successor")
            .order_by("succeeded_on", "pk")
        )


class Succession(models.Model):
    """One school goes on in another. Totals follow the one successor that is marked chief."""

    class Kind(models.TextChoices):
        MERGED = "MERGED", "合并"
        SPLIT = "SPLIT", "分立"
        RENAMED = "RENAMED", "更名"

    predecessor = models.ForeignKey(School, models.PROTECT, related_name="successions", verbose_name="原学校")
    successor = models.ForeignKey(
        School, models.PROTECT, related_name="inheritances", verbose_name="承接学校"
    )
    succeeded_on = models.DateField("日期")
    kind = models.CharField("方式", max_length=10, choices=Kind)
    is_chief = models.BooleanField("主要承接", default=True)

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学校沿革"
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor"],
                condition=Q(is_chief=True),
                name="one_chief_successor_a_school",
                violation_error_message="一所学校只能有一个主要承接学校。",
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=models.F("successor")),
                name="no_school_succeeds_itself",
                violation_error_message="承接学校不能是原学校自己。",
            ),
        ]

    def __str__(self):
        return f"{self.predecessor}→{self.successor}"
