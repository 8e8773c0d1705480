"""The registration round (五老志愿者登记): schools register only people who agreed."""

from django.db import models
from django.db.models import Count, Prefetch, Q

from guanweihui.models import Attachment, Due, Filing, Round
from guanweihui.models.filing import FilingQuerySet
from guanweihui.scope import ScopedQuerySet, to_school

from .people import Person, volunteering_on

#: States in which the school may still change what it sends.
EDITABLE = frozenset({Filing.Status.DRAFT, Filing.Status.RETURNED, Filing.Status.WITHDRAWN})


class RegistrationQuerySet(FilingQuerySet):
    def counted(self):
        """Add `people` and `scans`: how many lines, and how many of them have a scan."""
        return self.annotate(people=Count("lines"), scans=Count("lines__scan"))

    def for_page(self):
        """Load what a registration's page shows beside its lines."""
        return self.select_related("due__round", "due__school__group", "submitted_by")


class Registration(Filing):
    """What a school sends for a registration round: its consenting people, one line each."""

    filled_by = models.CharField("填报人", max_length=50, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    #: Stands for the scans of the lines that have none.
    paper_place = models.CharField(
        "登记表原件存放说明",
        max_length=100,
        blank=True,
        help_text="没有逐人上传扫描件的，请写明签名的登记表原件存放在学校何处、由谁保管。",
    )

    objects = RegistrationQuerySet.as_manager()

    class Meta(Filing.Meta):
        verbose_name = verbose_name_plural = "登记报送"
        constraints = [
            *Filing.Meta.constraints,
            models.UniqueConstraint(
                fields=["due"],
                name="one_registration_a_due",
                violation_error_message="本校已有一份登记报送。",
            ),
        ]

    def __str__(self):
        return f"{self.due}"

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE


class RegistrationLineQuerySet(ScopedQuerySet):
    ways = to_school("registration__due__school")

    def of(self, registration):
        """Keep the lines of one registration."""
        return self.filter(registration=registration)

    def for_table(self):
        """Load what 汇总表 prints, by name."""
        return self.select_related("person__school__group", "person__elder_class", "scan").order_by(
            "person__pinyin", "pk"
        )


class RegistrationLine(models.Model):
    """One consenting person in a school's registration, with the day of consent and its scan.

    A draft may still lack the day; nothing is submitted without it.
    """

    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="lines", verbose_name="登记报送"
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="registration_lines", verbose_name="人员")
    consented_on = models.DateField("本人同意日期", null=True, blank=True)
    scan = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记表扫描件"
    )

    objects = RegistrationLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "登记人员"
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "person"],
                name="one_line_a_person_and_registration",
                violation_error_message="此人已在本次登记名单中。",
            )
        ]

    def __str__(self):
        return str(self.person)


def registration_dues(dues):
    """Narrow dues to the registration rounds and load what a row of their list shows."""
    sent = Prefetch("registrations", Registration.objects.counted())
    return dues.of_kind(Round.Kind.REGISTRATION).for_list().prefetch_related(sent)


def candidates_for(people, due: Due, day):
    """Narrow people to those whom a school may register on `day`: its own, serving, not consented yet.

    Whoever stands in the school's list already stays in it.
    """
    open_ = (
        people.filter(school=due.school_id, consented_on=None).present_on(day).filter(volunteering_on(day))
    )
    listed = people.filter(registration_lines__registration__due=due)
    return (
        people.filter(Q(pk__in=open_.values("pk")) | Q(pk__in=listed.values("pk")))
        .select_related("elder_class")
        .order_by("-is_volunteer", "pinyin", "pk")
    )
