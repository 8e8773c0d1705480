"""Accounts, the posts they hold, and links for those who need no account."""

import datetime

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q

from guanweihui.scope import Place, Role, ScopedQuerySet, to_district

from .org import AT_COMMITTEE, AtCommittee, District


class UserQuerySet(ScopedQuerySet):
    # A person's own row is reached through his session, never by a list.
    ways = (
        to_district("posts__district"),
        to_district("posts__group__district"),
        to_district("posts__school__district"),
    )

    def visible_to(self, actor, *, roles=None):
        return super().visible_to(actor, roles=roles).distinct()

    def for_list(self):
        return self.order_by("username")


class UserAccounts(UserManager.from_queryset(UserQuerySet)):
    """Creates accounts as Django does, and answers scoped queries."""


class User(AbstractUser):
    """An account. What it may do comes from its posts, not from flags on the row."""

    first_name = None
    last_name = None
    name = models.CharField("姓名", max_length=50)

    objects = UserAccounts()

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name


class PostQuerySet(ScopedQuerySet):
    ways = AT_COMMITTEE

    def serving(self, day: datetime.date):
        """Keep the posts whose term holds `day`."""
        return self.filter(from_on__lte=day).filter(Q(to_on=None) | Q(to_on__gte=day))

    def with_district(self):
        """Load the district that each post lies in along with it."""
        return self.select_related("district", "group__district", "school__district").order_by("pk")

    def for_list(self):
        return self.select_related("user", "district", "group", "school").order_by("role", "user__username")


class Post(AtCommittee):
    """An office that a user holds for a term: role × place × from/to. Heads change every year."""

    user = models.ForeignKey(User, models.PROTECT, related_name="posts", verbose_name="账号")
    role = models.CharField("角色", max_length=10, choices=Role)
    from_on = models.DateField("起")
    to_on = models.DateField("止", null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta(AtCommittee.Meta):
        verbose_name = verbose_name_plural = "岗位"
        constraints = [
            *AtCommittee.Meta.constraints,
            models.CheckConstraint(
                condition=(
                    Q(role__in=[Role.DISTRICT, Role.LEADER, Role.AUDITOR, Role.JUDGE], district__isnull=False)
                    | Q(role=Role.GROUP, group__isnull=False)
                    | Q(role=Role.SCHOOL, school__isnull=False)
                ),
                name="post_stands_at_the_unit_of_its_role",
                violation_error_message="岗位与单位不符：区级角色选区，协作组长选协作组，学校联络员选学校。",
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                name="post_ends_after_it_begins",
                violation_error_message="止期不能早于起期。",
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()}（{self.unit}）"

    def home_district(self) -> District:
        return self.unit if self.district_id else self.unit.district

    def as_place(self) -> Place:
        if self.school_id:
            return Place(self.role, "school", self.school_id)
        if self.group_id:
            return Place(self.role, "group", self.group_id)
        return Place(self.role, "district", self.district_id)


class AccessLinkQuerySet(ScopedQuerySet):
    ways = (to_district(),)

    def usable(self, now: datetime.datetime):
        """Keep links that are neither revoked nor expired at `now`."""
        return self.select_related("district").filter(revoked_at=None, expires_at__gt=now)


class AccessLink(models.Model):
    """A way in without an account: expiring, revocable, for one holder and one purpose.

    Only the SHA-256 of the token is stored; the token itself is shown once, on paper or screen.
    """

    district = models.ForeignKey(District, models.PROTECT, related_name="access_links", verbose_name="区")
    role = models.CharField("用途", max_length=10, choices=Role)
    holder_name = models.CharField("持有人", max_length=50)
    token_digest = models.CharField("令牌摘要", max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("发放时间")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="发放人")
    expires_at = models.DateTimeField("有效期至")
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = AccessLinkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "访问链接"
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[Role.OUTREACH, Role.HOST, Role.JUDGE, Role.VOLUNTEER]),
                name="links_are_for_outsiders",
                violation_error_message="只有下乡校长、受援学校、外请评委和志愿者使用链接。",
            )
        ]

    def __str__(self):
        return f"{self.holder_name}（{self.get_role_display()}）"
