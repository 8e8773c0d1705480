"""Decisions, the honours that they confer, and what was conferred before the portal."""

import datetime

from django.db import models
from django.db.models import Q

from guanweihui.models import User
from guanweihui.models.org import District, School
from guanweihui.scope import ScopedQuerySet, to_district, to_link, to_school
from members.models import Person

from .cycles import Category, Cycle
from .lists import AwardList
from .nominations import Nomination


class DecisionQuerySet(ScopedQuerySet):
    ways = (to_district("cycle__district"),)

    def of_list(self, award_list):
        return self.filter(award_list=award_list)

    def with_unprinted(self):
        """Keep decisions of which certificates wait for their print, with `unprinted`: how many."""
        waiting = models.Count(
            "honours",
            filter=~Q(honours__check_token="") & Q(honours__issued_by=None, honours__voided_on=None),
        )
        return self.annotate(unprinted=waiting).filter(unprinted__gt=0)

    def for_page(self):
        return self.select_related("cycle__district", "award_list")

    def for_list(self):
        return self.select_related("cycle").order_by("-decided_on", "pk")


class Decision(models.Model):
    """The document that confers the honours: its number and date come before any certificate."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="decisions", verbose_name="评选周期")
    doc_number = models.CharField("发文字号", max_length=40)
    decided_on = models.DateField("发文日期")
    #: The approved list that it confers; none for what was loaded from the years before.
    award_list = models.OneToOneField(
        AwardList,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decision",
        verbose_name="拟表彰名单",
        editable=False,
    )
    organ = models.CharField("授予单位", max_length=60, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "表彰决定"
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "doc_number"],
                name="one_decision_a_document_number",
                violation_error_message="这个发文字号已登记。",
            )
        ]

    def __str__(self):
        return self.doc_number


class HonourQuerySet(ScopedQuerySet):
    # A volunteer reads his own by his paper slip.
    ways = (*to_school("unit", district="district"), to_link("person__slip_link"))

    def standing(self):
        """Keep honours that have not been voided."""
        return self.filter(voided_on=None)

    def of_cycle(self, cycle):
        return self.filter(decision__cycle=cycle)

    def of_decision(self, decision):
        return self.filter(decision=decision).order_by("category__position", "certificate_no", "pk")

    def of_category(self, category):
        return self.filter(category=category)

    def of_cycles(self, cycles):
        """Keep honours that any of these cycles conferred."""
        return self.filter(decision__cycle__in=cycles)

    def of_kind(self, kind):
        return self.filter(category__kind=kind)

    def of_person(self, person):
        return self.filter(person=person)

    def of_individuals(self):
        return self.exclude(category__kind=Category.Kind.ADVANCED_COLLECTIVE)

    def of_units(self, schools):
        """Keep what was given to these schools and their people."""
        return self.filter(unit__in=schools)

    def by_token(self, token):
        return self.filter(check_token=token) if token else self.none()

    def numbered(self, number):
        """Keep honours with this certificate number, whatever the district."""
        return self.filter(certificate_no=number)

    def with_code(self):
        """Keep honours whose certificate the portal made, so that it can be checked."""
        return self.exclude(check_token="")

    def unprinted(self):
        """Keep standing honours whose certificate was not printed yet."""
        return self.standing().with_code().filter(issued_by=None)

    def with_keys(self, keys):
        return self.filter(pk__in=keys)

    def for_check(self):
        """Load what the public check page tells, in one query."""
        return self.select_related("category__cycle", "decision__cycle__district")

    def for_print(self):
        """Load what certificates print, in one query, in the order of their numbers."""
        return self.for_check().order_by("category__position", "category", "certificate_no", "pk")

    def within(self, first: datetime.date, last: datetime.date):
        """Keep honours decided between two days."""
        return self.filter(decision__decided_on__gte=first, decision__decided_on__lte=last)

    def decided_by(self, day: datetime.date):
        return self.filter(decision__decided_on__lte=day)

    def tally_by_kind(self):
        """Count honours by kind of award: (kind, number) pairs."""
        return self.order_by().values_list("category__kind").annotate(number=models.Count("pk"))

    def tally_by(self, *paths: str):
        """Count honours by the values of `paths` and the kind of award: (…, kind, number) tuples."""
        return self.order_by().values_list(*paths, "category__kind").annotate(number=models.Count("pk"))

    def counted_by_category(self):
        """Count by award, in order: (key, name, all, void, standing and not printed) tuples."""
        is_standing = Q(voided_on=None)
        is_unprinted = ~Q(check_token="") & Q(issued_by=None)
        return (
            self.order_by("category__position", "category")
            .values_list("category", "category__name")
            .annotate(
                whole=models.Count("pk"),
                void=models.Count("pk", filter=~is_standing),
                unprinted=models.Count("pk", filter=is_standing & is_unprinted),
            )
        )

    def of_the_often_honoured(self):
        """Keep the honours of persons who have more than one of these."""
        often = (
            self.order_by()
            .exclude(person=None)
            .values("person")
            .annotate(times=models.Count("pk"))
            .filter(times__gt=1)
        )
        return self.filter(person__in=often.values("person"))

    def matching(self, text: str):
        """Search by part of a printed name or unit, the unit's present name, or a certificate number."""
        text = text.strip()
        return self.filter(
            Q(printed_name__icontains=text)
            | Q(printed_unit__icontains=text)
            | Q(unit__short_name__icontains=text)
            | Q(certificate_no__icontains=text)
        )

    def voided(self):
        return self.exclude(voided_on=None)

    def for_page(self):
        """Load an honour with what it took the place of, and what took its place."""
        return self.for_list().select_related(
            "category",
            "decision__cycle__district",
            "unit__group",
            "person",
            "replaces",
            "replaced_by",
            "issued_by",
            "city_recommendation",
        )

    def for_list(self):
        """Load what a row of the honour roll shows, in one query."""
        return self.select_related("category", "decision__cycle", "unit__group", "person").order_by(
            "-decision__decided_on", "category__position", "certificate_no", "pk"
        )


class Honour(models.Model):
    """One award conferred, under the names of the time. A void one keeps its number in the list."""

    district = models.ForeignKey(District, models.PROTECT, related_name="honours", verbose_name="区")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="honours", verbose_name="表彰决定")
    category = models.ForeignKey(Category, models.PROTECT, related_name="honours", verbose_name="奖项")
    unit = models.ForeignKey(School, models.PROTECT, related_name="honours", verbose_name="单位")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="honours", verbose_name="人员"
    )
    printed_name = models.CharField("姓名", max_length=50, blank=True)
    printed_unit = models.CharField("单位（当时名称）", max_length=100)
    printed_duty = models.CharField("职务", max_length=50, blank=True)
    certificate_no = models.CharField("证书编号", max_length=40)
    voided_on = models.DateField("作废日期", null=True, blank=True)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)
    nomination = models.ForeignKey(
        Nomination,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="honours",
        verbose_name="推荐",
        editable=False,
    )
    #: A certificate made anew has its own number and names the void one.
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name="换发自",
        editable=False,
    )
    #: 128 random bits behind the QR code; empty for certificates that the portal did not print.
    check_token = models.CharField(max_length=32, blank=True, editable=False)
    #: Six characters that go with the number when it is checked by hand.
    check_code = models.CharField("查验码", max_length=6, blank=True, editable=False)
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="制证人", editable=False
    )

    objects = HonourQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "荣誉"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "certificate_no"],
                name="one_honour_a_certificate_number",
                violation_error_message="证书编号已用过。",
            ),
            models.UniqueConstraint(
                fields=["decision", "category", "person"],
                condition=Q(person__isnull=False, voided_on=None),
                name="one_honour_a_person_and_category",
                violation_error_message="同一人在同一奖项中只能表彰一次。",
            ),
            models.UniqueConstraint(
                fields=["check_token"],
                condition=~Q(check_token=""),
                name="one_honour_a_check_token",
                violation_error_message="查验码重复，请重试。",
            ),
            models.UniqueConstraint(
                fields=["nomination"],
                condition=Q(nomination__isnull=False, voided_on=None),
                name="one_standing_honour_a_nomination",
                violation_error_message="这份推荐已经表彰。",
            ),
            models.CheckConstraint(
                condition=Q(voided_on=None) | ~Q(void_reason=""),
                name="void_honour_gives_a_reason",
                violation_error_message="作废须写明原因。",
            ),
        ]

    def __str__(self):
        return f"{self.printed_name or self.printed_unit} {self.certificate_no}"


class OpeningBalanceQuerySet(ScopedQuerySet):
    ways = (to_district(),)

    def as_of(self, day: datetime.date):
        """Keep balances struck on or before `day`."""
        return self.filter(as_of_on__lte=day)

    def for_list(self):
        return self.order_by("kind", "as_of_on")


class OpeningBalance(models.Model):
    """Honours of the years before the portal, known by their total only."""

    class Kind(models.TextChoices):
        COLLECTIVE = "COLLECTIVE", "先进集体"
        INDIVIDUAL = "INDIVIDUAL", "先进个人"

    district = models.ForeignKey(District, models.PROTECT, related_name="opening_balances", verbose_name="区")
    kind = models.CharField("类别", max_length=12, choices=Kind)
    count = models.PositiveIntegerField("个数")
    as_of_on = models.DateField("截至")
    basis = models.CharField("依据", max_length=200)

    objects = OpeningBalanceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "表彰期初数"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "kind", "as_of_on"],
                name="one_opening_balance_a_kind_and_day",
                violation_error_message="这一天的期初数已登记。",
            ),
            models.CheckConstraint(
                condition=~Q(basis=""),
                name="opening_balance_has_a_basis",
                violation_error_message="请写明依据。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.count}"
