"""A batch of the programme, and the schools far away that it serves."""

import datetime

from django.db import models
from django.db.models import F, Q

from guanweihui.crypto import EncryptedTextField
from guanweihui.models.accounts import AccessLink
from guanweihui.models.org import District
from guanweihui.scope import ScopedQuerySet, to_district, to_link


class ProgrammeQuerySet(ScopedQuerySet):
    ways = (
        to_district(),
        to_link("pairings__access_link"),
        to_link("pairings__partnerships__host_school__access_link"),
    )

    def visible_to(self, actor, *, roles=None):
        return super().visible_to(actor, roles=roles).distinct()

    def for_list(self):
        return self.order_by("-started_on", "pk")

    def without_plan(self):
        """Keep the programmes that have no three-year plan, not even a draft."""
        return self.filter(plans=None).for_list()

    def running(self, day: datetime.date):
        """Keep the programmes that have begun and not ended on `day`."""
        return self.filter(started_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gte=day))

    def for_page(self):
        return self.select_related("district", "follows")

    def before(self, day: datetime.date | None):
        """Keep the programmes that began before `day`, the latest first; all of them without a day."""
        return (self.filter(started_on__lt=day) if day else self).for_list()

    def following(self, programme):
        return self.filter(follows=programme).for_list()


class Programme(models.Model):
    """One batch of the programme, with the city's scope beside the district's own share.

    `follows` is the batch that this one goes on with (续派).
    """

    district = models.ForeignKey(District, models.PROTECT, related_name="programmes", verbose_name="区")
    name = models.CharField("名称", max_length=60)
    region = models.CharField("受援地区", max_length=40)
    started_on = models.DateField("启动日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    city_principals = models.PositiveSmallIntegerField("全市校长数", null=True, blank=True)
    city_regions = models.CharField("全市受援地区", max_length=100, blank=True)
    own_principals = models.PositiveSmallIntegerField("本区校长数", null=True, blank=True)
    agreement_no = models.CharField("协议编号", max_length=60, blank=True)
    agreed_on = models.DateField("协议签订日期", null=True, blank=True)
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers", verbose_name="接续的项目"
    )
    note = models.CharField("说明", max_length=200, blank=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "下乡项目"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"],
                name="one_programme_a_name",
                violation_error_message="已有同名项目。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("started_on")),
                name="programme_ends_after_it_begins",
                violation_error_message="结束日期不能早于启动日期。",
            ),
        ]

    def __str__(self):
        return self.name


class HostSchoolQuerySet(ScopedQuerySet):
    ways = (to_district(), to_link("partnerships__pairing__access_link"), to_link())

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; a school with two agreements does not stand twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def for_list(self):
        return self.order_by("region", "pk")

    def for_page(self):
        return self.select_related("district", "access_link")

    def open_on(self, day: datetime.date):
        """Keep the schools that are not closed on `day`."""
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=day))

    def closed_by(self, day: datetime.date):
        return self.filter(closed_on__lte=day)

    def in_region(self, region: str):
        return self.filter(region=region)

    def regions(self):
        """Return the regions of the schools, each once, in order."""
        return list(self.order_by("region").values_list("region", flat=True).distinct())

    def holding(self, partnerships):
        """Keep the schools that hold one of these agreements."""
        return self.filter(pk__in=partnerships.order_by().values("host_school"))

    def not_holding(self, partnerships):
        """Keep the schools that hold none of these agreements."""
        return self.exclude(pk__in=partnerships.order_by().values("host_school"))

    def matching(self, text: str):
        """Search by part of the name, the region or the address."""
        text = text.strip()
        return self.filter(Q(name__icontains=text) | Q(region__icontains=text) | Q(address__icontains=text))


class HostSchool(models.Model):
    """A school far away that receives the principals; never counted as one of ours.

    Its contact's phone is sealed; it confirms trips by an expiring link of its own.
    """

    district = models.ForeignKey(District, models.PROTECT, related_name="host_schools", verbose_name="区")
    name = models.CharField("校名", max_length=60)
    region = models.CharField("地区", max_length=40)
    address = models.CharField("地址", max_length=100, blank=True)
    contact_name = models.CharField("联系人", max_length=50, blank=True)
    contact_post = models.CharField("联系人职务", max_length=40, blank=True)
    contact_phone = EncryptedTextField("联系电话", blank=True)
    access_link = models.ForeignKey(
        AccessLink,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="host_schools",
        verbose_name="确认链接",
    )
    closed_on = models.DateField("停办日期", null=True, blank=True)
    closed_reason = models.CharField("停办说明", max_length=200, blank=True)

    objects = HostSchoolQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "受援学校"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"],
                name="one_host_school_a_name",
                violation_error_message="已有同名受援学校。",
            )
        ]

    def __str__(self):
        return self.name


class HostProfileQuerySet(ScopedQuerySet):
    ways = (
        to_district("host_school__district"),
        to_link("host_school__partnerships__pairing__access_link"),
        to_link("host_school__access_link"),
    )

    def visible_to(self, actor, *, roles=None):
        return super().visible_to(actor, roles=roles).distinct()

    def of(self, host_school):
        """Keep one school's profiles with the staff by subject, the newest year first; two queries."""
        return self.filter(host_school=host_school).prefetch_related("staff").order_by("-year")

    def for_page(self):
        return self.select_related("host_school__district").prefetch_related("staff")

    def latest_by_school(self, hosts) -> dict:
        """Return the newest profile of each of these schools, in one query."""
        return {one.host_school_id: one for one in self.filter(host_school__in=hosts).order_by("year")}


class HostProfile(models.Model):
    """What a host school is like in one school year, named by the year in which it begins."""

    host_school = models.ForeignKey(
        HostSchool, models.PROTECT, related_name="profiles", verbose_name="受援学校"
    )
    year = models.PositiveSmallIntegerField("学年（起始年）")
    teachers = models.PositiveIntegerField("教职工数")
    pupils = models.PositiveIntegerField("学生数")
    classes = models.PositiveIntegerField("班级数", default=0)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = HostProfileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "受援学校年度概况"
        constraints = [
            models.UniqueConstraint(
                fields=["host_school", "year"],
                name="one_profile_a_school_and_year",
                violation_error_message="这所学校本学年的概况已登记。",
            )
        ]

    def __str__(self):
        return f"{self.host_school} {self.year}—{self.year + 1}学年"


class SubjectStaffQuerySet(ScopedQuerySet):
    ways = (
        to_district("profile__host_school__district"),
        to_link("profile__host_school__partnerships__pairing__access_link"),
        to_link("profile__host_school__access_link"),
    )

    def visible_to(self, actor, *, roles=None):
        return super().visible_to(actor, roles=roles).distinct()


class SubjectStaff(models.Model):
    """How many teach one subject at a host school in the year of the profile."""

    profile = models.ForeignKey(HostProfile, models.PROTECT, related_name="staff", verbose_name="概况")
    subject = models.CharField("学科", max_length=20)
    teachers = models.PositiveIntegerField("任课教师数")

    objects = SubjectStaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学科教师"
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "subject"],
                name="one_line_a_subject",
                violation_error_message="这个学科已填写。",
            )
        ]

    def __str__(self):
        return f"{self.subject} {self.teachers}人"
