"""The volunteer card (志愿者证): one number for life, issue and reissue, yearly registration."""

import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q

from guanweihui.lookups import begins_with
from guanweihui.models import District, User
from guanweihui.scope import ScopedQuerySet, to_link, to_school

from .people import Person
from .teams import TeamMembership

TO_PERSON = (*to_school("person__school", district="district"), to_link("person__slip_link"))


class CardQuerySet(ScopedQuerySet):
    ways = TO_PERSON

    def valid(self):
        return self.filter(status=Card.Status.VALID)

    def of_person(self, person):
        return self.filter(person=person)

    def with_keys(self, keys):
        return self.filter(pk__in=list(keys))

    def void(self):
        return self.filter(status=Card.Status.VOID)

    def with_token(self, token: str):
        """Keep the card whose QR code says this: the code of its last issue."""
        return self.filter(check_token=token)

    def numbered(self, text: str):
        """Search by the beginning of the number."""
        return self.filter(begins_with("number", text.strip().upper()))

    def named(self, text: str, actor):
        """Search by the holder, as the register does."""
        return self.filter(person__in=Person.objects.named(text, actor).values("pk"))

    def at(self, text: str):
        """Search by the holder's unit, as the register does."""
        return self.filter(person__in=Person.objects.at(text).values("pk"))

    def with_registration(self, year: int):
        """Tell of each card in `is_registered` whether it was registered for the year."""
        registered = AnnualRegistration.objects.filter(card=OuterRef("pk"), year=year)
        return self.annotate(is_registered=Exists(registered))

    def registered_in(self, year: int):
        return self.with_registration(year).filter(is_registered=True)

    def waiting_in(self, year: int):
        """Keep valid cards not yet registered for the year (待注册), of people who live and go on."""
        held = self.valid().filter(person__died_on=None, person__stopped_on=None)
        return held.with_registration(year).filter(is_registered=False)

    def to_be_voided(self, day: datetime.date):
        """Keep valid cards whose holder died or no longer volunteers."""
        return self.valid().exclude(person__in=Person.objects.volunteers_on(day).values("pk"))

    def printed(self):
        return self.exclude(printed_digest="")

    def for_list(self, day: datetime.date):
        """Load what a row of the list and a printed card show, two queries and no sensitive value.

        Each card tells `is_registered` for the year of `day`, its holder `serving`: today's memberships.
        """
        memberships = TeamMembership.objects.serving(day).select_related("team")
        return (
            self.with_registration(day.year)
            .select_related("person__school__group", "district")
            .prefetch_related(
                Prefetch(
                    "person__memberships",
                    queryset=memberships.order_by("team__position", "team"),
                    to_attr="serving",
                )
            )
            .only(
                *(field.attname for field in Card._meta.concrete_fields),
                "district__committee_name",
                "district__contact",
                "person__name",
                "person__photo",
                "person__is_volunteer",
                "person__stopped_on",
                "person__died_on",
                "person__school__short_name",
                "person__school__full_name",
                "person__school__group__short_name",
            )
            .order_by("year", "sequence")
        )


class Card(models.Model):
    """A person's card. The number is for life and never used again; the counts of prints stand apart."""

    class Status(models.TextChoices):
        VALID = "VALID", "有效"
        VOID = "VOID", "已注销"

    district = models.ForeignKey(District, models.PROTECT, related_name="cards", verbose_name="区")
    person = models.OneToOneField(Person, models.PROTECT, related_name="card", verbose_name="持证人")
    number = models.CharField("证号", max_length=30)
    year = models.PositiveSmallIntegerField("首次注册年度")
    sequence = models.PositiveIntegerField("序号")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.VALID, editable=False)
    issued_on = models.DateField("发证日期")
    reissues = models.PositiveSmallIntegerField("补发次数", default=0, editable=False)
    voided_on = models.DateField("注销日期", null=True, blank=True, editable=False)
    void_reason = models.CharField("注销原因", max_length=200, blank=True, editable=False)
    #: 128 bits, printed in the QR code; the check page opens with it and with nothing else.
    check_token = models.CharField("查验码", max_length=32, unique=True, editable=False)
    printed_at = models.DateTimeField("上次打印时间", null=True, blank=True, editable=False)
    #: Digest of what the last print said; another one means that the data changed since.
    printed_digest = models.CharField("打印内容摘要", max_length=64, blank=True, editable=False)

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "志愿者证"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "number"],
                name="one_card_a_number",
                violation_error_message="这个证号已经用过，志愿者证号终身使用、不重复发放。",
            ),
            models.UniqueConstraint(
                fields=["district", "year", "sequence"],
                name="one_card_a_sequence",
                violation_error_message="这个序号已经用过。",
            ),
            models.CheckConstraint(
                condition=Q(status="VALID", voided_on=None)
                | (Q(status="VOID", voided_on__isnull=False) & ~Q(void_reason="")),
                name="void_card_gives_a_reason",
                violation_error_message="注销须写明原因和日期。",
            ),
        ]

    def __str__(self):
        return self.number


class CardEventQuerySet(ScopedQuerySet):
    ways = (
        *to_school("card__person__school", district="card__district"),
        to_link("card__person__slip_link"),
    )

    def of_card(self, card):
        return self.filter(card=card).order_by("happened_at", "pk")

    def that_replaced(self, token: str):
        """Keep the reissue that put a printed QR code out of use."""
        return self.exclude(replaced_token="").filter(replaced_token=token)


class CardEvent(models.Model):
    """What happened to a card: issued, reissued with a reason, voided."""

    class Kind(models.TextChoices):
        ISSUE = "ISSUE", "发证"
        REISSUE = "REISSUE", "补发"
        VOID = "VOID", "注销"

    card = models.ForeignKey(Card, models.PROTECT, related_name="events", verbose_name="志愿者证")
    kind = models.CharField("事项", max_length=10, choices=Kind)
    happened_at = models.DateTimeField("时间")
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    reason = models.CharField("原因", max_length=200, blank=True)
    #: The code of the card that a reissue replaced: whoever scans the lost card reads 已补发, not 有效.
    replaced_token = models.CharField("旧查验码", max_length=32, blank=True, editable=False, db_index=True)

    objects = CardEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "志愿者证变动"

    def __str__(self):
        return f"{self.card} {self.get_kind_display()}"


class AnnualRegistrationQuerySet(ScopedQuerySet):
    ways = CardEventQuerySet.ways

    def of_year(self, year: int):
        return self.filter(year=year)

    def of_cards(self, keys):
        return self.filter(card__in=list(keys))

    def of_card(self, card):
        return self.filter(card=card).order_by("year")


class AnnualRegistration(models.Model):
    """A card registered again for one year (年度注册); the school confirms that its holder goes on."""

    card = models.ForeignKey(Card, models.PROTECT, related_name="registrations", verbose_name="志愿者证")
    year = models.PositiveSmallIntegerField("年度")
    registered_on = models.DateField("注册日期")
    registered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="办理人"
    )

    objects = AnnualRegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度注册"
        constraints = [
            models.UniqueConstraint(
                fields=["card", "year"],
                name="one_registration_a_card_and_year",
                violation_error_message="这张证本年度已经注册。",
            )
        ]

    def __str__(self):
        return f"{self.card} {self.year}"
