"""Places of a category (名额): how many each level may propose, how many are taken, and every move."""

from django.db import models
from django.db.models import F, Q

from guanweihui.models import User
from guanweihui.models.org import CollaborationGroup, School
from guanweihui.scope import ScopedQuerySet, Way, to_district

from .cycles import Category


class QuotaQuerySet(ScopedQuerySet):
    # A school sees what its group may propose: the line used/allowed stands on its form.
    ways = (
        to_district("category__cycle__district"),
        Way("group", "group"),
        Way("group", "school__group"),
        Way("school", "school"),
        Way("school", "group__schools"),
    )

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; a way through a group's schools shows a row once."""
        return super().visible_to(actor, roles=roles).distinct()

    def of(self, category):
        return self.filter(category=category)

    def of_cycle(self, cycle):
        return self.filter(category__cycle=cycle)

    def of_district(self):
        return self.filter(group=None, school=None)

    def of_groups(self):
        return self.filter(group__isnull=False)

    def of_group(self, group):
        return self.filter(group=group)

    def of_schools(self):
        return self.filter(school__isnull=False)

    def of_school(self, school):
        return self.filter(school=school)

    def for_school(self, school):
        """Keep what a school may spend from: its own rows, and its group's."""
        return self.filter(Q(school=school) | Q(group=school.group_id))

    def below(self, group):
        """Keep a group's own row and those of its schools."""
        return self.filter(Q(group=group) | Q(school__group=group))

    def to_move(self, groups):
        """Keep rows with places left to move elsewhere: of these groups, and of schools."""
        return self.filter(places__gt=F("used")).filter(Q(group__in=groups) | Q(school__isnull=False))

    def for_list(self):
        return self.select_related("category", "group", "school__group").order_by(
            "category__position", "group__position", "school__position", "pk"
        )


class Quota(models.Model):
    """The places of one category at one level: the district's reserve, a group's, or one school's own.

    A school with a row of its own spends from that one, every other school from its group's. `places` and
    `used` are what replaying the row's moves gives.
    """

    category = models.ForeignKey(Category, models.PROTECT, related_name="quotas", verbose_name="奖项")
    group = models.ForeignKey(
        CollaborationGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="quotas",
        verbose_name="协作组",
    )
    school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="quotas", verbose_name="学校"
    )
    places = models.PositiveSmallIntegerField("名额", default=0, editable=False)
    used = models.PositiveSmallIntegerField("已用", default=0, editable=False)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名额"
        constraints = [
            models.CheckConstraint(
                condition=Q(used__lte=F("places")),
                name="no_place_is_used_twice",
                violation_error_message="名额已经用完。",
            ),
            models.CheckConstraint(
                condition=Q(group=None) | Q(school=None),
                name="quota_stands_at_one_level",
                violation_error_message="名额只能属于区、一个协作组或一所学校。",
            ),
            models.UniqueConstraint(
                fields=["category"],
                condition=Q(group=None, school=None),
                name="one_reserve_a_category",
                violation_error_message="本奖项已有区名额。",
            ),
            models.UniqueConstraint(
                fields=["category", "group"],
                condition=Q(group__isnull=False),
                name="one_quota_a_category_and_group",
                violation_error_message="本奖项已有这个协作组的名额。",
            ),
            models.UniqueConstraint(
                fields=["category", "school"],
                condition=Q(school__isnull=False),
                name="one_quota_a_category_and_school",
                violation_error_message="本奖项已有这所学校的名额。",
            ),
        ]

    def __str__(self):
        return f"{self.category} {self.group or self.school or '区'}"

    @property
    def left(self) -> int:
        return self.places - self.used


class QuotaMoveQuerySet(ScopedQuerySet):
    ways = (
        to_district("quota__category__cycle__district"),
        Way("group", "quota__group"),
        Way("group", "quota__school__group"),
        Way("school", "quota__school"),
    )

    def of(self, quota):
        """Keep the moves of one row, oldest first."""
        return self.filter(quota=quota).order_by("pk")

    def of_cycle(self, cycle):
        return self.filter(quota__category__cycle=cycle)

    def below(self, group):
        """Keep the moves of a group's own rows and of its schools'."""
        return self.filter(Q(quota__group=group) | Q(quota__school__group=group))

    def matching(self, text: str):
        """Search by part of the nominee's name, the unit nominated, or the reason."""
        text = text.strip()
        return self.filter(
            Q(reason__icontains=text)
            | Q(nomination__printed_name__icontains=text)
            | Q(nomination__printed_unit__icontains=text)
        )

    def for_list(self):
        """Load what a line of the ledger shows, the latest first."""
        return (
            self.select_related(
                *("quota__category", "quota__group", "quota__school", "moved_by"),
                *("nomination__person", "nomination__unit"),
            )
            .defer("nomination__draft")
            .order_by("-pk")
        )


class QuotaMove(models.Model):
    """One line of the ledger: how places or used places of a row changed, why, and by whom."""

    class Kind(models.TextChoices):
        GRANT = "GRANT", "核定"
        ALLOT = "ALLOT", "下达"
        RECALL = "RECALL", "收回"
        SPEND = "SPEND", "占用"
        FREE = "FREE", "释放"

    quota = models.ForeignKey(Quota, models.PROTECT, related_name="moves", verbose_name="名额")
    kind = models.CharField("变动", max_length=6, choices=Kind)
    places = models.SmallIntegerField("名额增减", default=0)
    used = models.SmallIntegerField("占用增减", default=0)
    nomination = models.ForeignKey(
        "awards.Nomination",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="quota_moves",
        verbose_name="推荐",
    )
    reason = models.CharField("理由", max_length=200)
    moved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    moved_at = models.DateTimeField("时间")

    objects = QuotaMoveQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名额变动"
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="quota_move_gives_a_reason",
                violation_error_message="名额变动须写明理由。",
            ),
            models.CheckConstraint(
                condition=~Q(places=0, used=0),
                name="quota_move_moves_something",
                violation_error_message="名额没有变动。",
            ),
        ]

    def __str__(self):
        return f"{self.quota} {self.get_kind_display()}"
