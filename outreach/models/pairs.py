"""A principal and an assistant with their two schools far away (二对二)."""

import datetime

from django.db import models
from django.db.models import F, Q

from guanweihui.models.accounts import AccessLink, User
from guanweihui.models.org import School
from guanweihui.scope import ScopedQuerySet, to_district, to_link
from members.models import Person

from .programmes import HostSchool, Programme


class PairingQuerySet(ScopedQuerySet):
    ways = (to_district("programme__district"), to_link())

    def for_list(self, partnerships=None):
        """Load the pairs with both their schools, in two queries.

        `partnerships` narrows the schools to those of a figure.
        """
        if partnerships is None:
            partnerships = Partnership.objects.all()
        # An agreement that was ended early stands before the one that took its place.
        in_order = ("kind", F("ended_on").asc(nulls_last=True), "pk")
        schools = models.Prefetch(
            "partnerships", queryset=partnerships.select_related("host_school").order_by(*in_order)
        )
        return (
            self.select_related("programme", "former_unit", "principal", "assistant", "access_link")
            .prefetch_related(schools)
            .order_by("programme", "position", "pk")
        )

    def for_page(self):
        return self.for_list()

    def holding(self, partnerships):
        """Keep the pairs that hold one of these agreements."""
        return self.filter(pk__in=partnerships.order_by().values("pairing"))

    def active(self, day: datetime.date):
        """Keep the pairs of programmes that run on `day`."""
        return self.filter(programme__in=Programme.objects.running(day).order_by().values("pk"))

    def of_programme(self, programme):
        return self.filter(programme=programme)

    def tally_by_programme(self) -> dict[int, int]:
        """Count the pairs of each programme, in one query."""
        counted = self.order_by().values_list("programme").annotate(number=models.Count("pk"))
        return dict(counted)

    def lacking(self, kind: str):
        """Keep the pairs without a school of this kind: never given one, or its agreement ended early."""
        held = Partnership.objects.current().filter(pairing=models.OuterRef("pk"), kind=kind)
        return self.filter(~models.Exists(held))

    def link_ends(self, first: datetime.datetime, last: datetime.datetime):
        """Keep the pairs whose principal's link serves at `first` and is over by `last`."""
        return self.filter(
            access_link__revoked_at=None, access_link__expires_at__gt=first, access_link__expires_at__lte=last
        )

    def matching(self, text: str):
        """Search by part of a principal's, an assistant's or a school's name."""
        text = text.strip()
        schools = Partnership.objects.filter(host_school__name__icontains=text).values("pairing")
        return self.filter(
            Q(principal_name__icontains=text) | Q(assistant_name__icontains=text) | Q(pk__in=schools)
        )


class Pairing(models.Model):
    """A principal and an assistant (二对二); their two schools stand in `Partnership`."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="pairings", verbose_name="项目")
    position = models.PositiveSmallIntegerField("顺序", default=0)
    principal_name = models.CharField("老校长", max_length=50)
    principal = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="pairings", verbose_name="老校长（人员）"
    )
    former_unit = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="sent_principals", verbose_name="原单位"
    )
    subject = models.CharField("学科", max_length=20, blank=True)
    assistant_name = models.CharField("助理", max_length=50, blank=True)
    assistant = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assisted_pairings",
        verbose_name="助理（人员）",
    )
    access_link = models.ForeignKey(
        AccessLink, models.PROTECT, null=True, blank=True, related_name="pairings", verbose_name="访问链接"
    )

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结对"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "principal_name"],
                name="one_pairing_a_principal",
                violation_error_message="这位老校长在本项目中已有结对。",
            )
        ]

    def __str__(self):
        return f"{self.principal_name}—{self.assistant_name}"


class PartnershipQuerySet(ScopedQuerySet):
    ways = (to_district("pairing__programme__district"), to_link("pairing__access_link"))

    def of(self, pairings):
        """Keep the agreements of these pairs."""
        return self.filter(pairing__in=pairings.order_by().values("pk"))

    def in_force(self, day: datetime.date):
        """Keep agreements that hold on `day`; an unknown end counts as open, an early end ends it."""
        return self.filter(
            Q(from_on=None) | Q(from_on__lte=day),
            Q(to_on=None) | Q(to_on__gte=day),
            Q(ended_on=None) | Q(ended_on__gt=day),
        )

    def current(self):
        """Keep the agreements that were not ended early: at most one of a kind a pair."""
        return self.filter(ended_on=None)

    def ending(self, first: datetime.date, last: datetime.date):
        """Keep the agreements, not ended early, whose last day lies between two days."""
        return self.current().filter(to_on__gte=first, to_on__lte=last)

    def run_out_before(self, day: datetime.date):
        """Keep the agreements, not ended early, whose last day has passed."""
        return self.current().filter(to_on__lt=day)

    def of_programme(self, programme):
        return self.filter(pairing__programme=programme)

    def running(self, day: datetime.date):
        """Keep the agreements of programmes that run on `day`."""
        return self.filter(pairing__programme__in=Programme.objects.running(day).order_by().values("pk"))

    def of_schools(self, hosts):
        """Keep the agreements of these schools, with their pairs, those in force last; one query."""
        rows = self.filter(host_school__in=hosts).select_related("pairing__programme")
        return rows.order_by("from_on", F("ended_on").asc(nulls_last=True), "pk")

    def for_page(self):
        return self.select_related("pairing__programme__district", "host_school")

    def for_table(self):
        """Load each school with its pair, in the programme's order, in one query."""
        return self.select_related("host_school", "pairing__former_unit").order_by(
            "pairing__programme", "pairing__position", "pairing", "kind"
        )


class Partnership(models.Model):
    """One school of a pair. A pair has at most one of each kind; the kind stands on this row.

    An agreement that ended before its time (a school closed) stays, and another school may take the place.
    """

    class Kind(models.TextChoices):
        PARTNER_HIGH = "PARTNER_HIGH", "优质高中"
        PARTNER_RURAL_JUNIOR = "PARTNER_RURAL_JUNIOR", "农村初中"

    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="partnerships", verbose_name="结对")
    host_school = models.ForeignKey(
        HostSchool, models.PROTECT, related_name="partnerships", verbose_name="受援学校"
    )
    kind = models.CharField("学校类型", max_length=24, choices=Kind)
    from_on = models.DateField("协议起", null=True, blank=True)
    to_on = models.DateField("协议止", null=True, blank=True)
    agreement_no = models.CharField("协议编号", max_length=60, blank=True)
    ended_on = models.DateField("提前终止日期", null=True, blank=True)
    end_reason = models.CharField("终止原因", max_length=200, blank=True)

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结对学校"
        constraints = [
            models.UniqueConstraint(
                fields=["pairing", "kind"],
                condition=Q(ended_on=None),
                name="one_school_of_a_kind_a_pair",
                violation_error_message="一个结对只能有一所优质高中和一所农村初中。",
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(from_on=None) | Q(to_on__gte=F("from_on")),
                name="partnership_ends_after_it_begins",
                violation_error_message="协议止期不能早于起期。",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | ~Q(end_reason=""),
                name="an_early_end_has_its_reason",
                violation_error_message="提前终止协议要写明原因。",
            ),
        ]

    def __str__(self):
        return f"{self.host_school}（{self.get_kind_display()}）"


class RenewalQuerySet(ScopedQuerySet):
    ways = (
        to_district("partnership__pairing__programme__district"),
        to_link("partnership__pairing__access_link"),
    )

    def of(self, pairing):
        """Keep the renewals of a pair's agreements, oldest first, in one query."""
        rows = self.filter(partnership__pairing=pairing).select_related("partnership__host_school")
        return rows.order_by("renewed_at", "pk")


class Renewal(models.Model):
    """One prolongation of an agreement (续签): the end before and the end after."""

    partnership = models.ForeignKey(
        Partnership, models.PROTECT, related_name="renewals", verbose_name="结对学校"
    )
    old_to_on = models.DateField("原止期", null=True, blank=True)
    to_on = models.DateField("新止期")
    agreement_no = models.CharField("协议编号", max_length=60, blank=True)
    renewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    renewed_at = models.DateTimeField("办理时间")

    objects = RenewalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "协议续签"
        constraints = [
            models.CheckConstraint(
                condition=Q(old_to_on=None) | Q(to_on__gt=F("old_to_on")),
                name="a_renewal_ends_later",
                violation_error_message="续签的止期要晚于原来的止期。",
            )
        ]

    def __str__(self):
        return f"{self.partnership} {self.to_on}"
