"""Seats on committees: who serves where, from when to when, by office or by person."""

import datetime

from django.db import models
from django.db.models import Case, F, Q, Value, When

from guanweihui.crypto import EncryptedTextField
from guanweihui.lookups import begins_with
from guanweihui.models.org import AT_COMMITTEE, AtCommittee, CollaborationGroup, District, School
from guanweihui.scope import ScopedQuerySet

from .people import Person

#: The three levels of the hierarchy, by the field of the row that names the unit.
LEVELS = {"district": "区", "group": "协作组", "school": "学校"}


def level_of(unit) -> str:
    """Return the level of a unit, which is also the name of the field that points at it."""
    return {District: "district", CollaborationGroup: "group", School: "school"}[type(unit)]


class AppointmentQuerySet(ScopedQuerySet):
    ways = AT_COMMITTEE

    def serving(self, day: datetime.date):
        """Keep appointments whose term holds `day`; an unknown begin counts as begun."""
        return self.filter(Q(from_on=None) | Q(from_on__lte=day), Q(to_on=None) | Q(to_on__gte=day))

    def held_between(self, first: datetime.date, last: datetime.date):
        """Keep appointments held on at least one day from `first` to `last`."""
        return self.filter(Q(from_on=None) | Q(from_on__lte=last), Q(to_on=None) | Q(to_on__gte=first))

    def committee_on(self, unit, day: datetime.date):
        """Keep who served a unit on `day`: heads first, and of one position the latest begin first."""
        order = ("position", F("from_on").desc(nulls_last=True), "-pk")
        return self.of_unit(unit).serving(day).select_related("person").order_by(*order)

    def open_after(self, day: datetime.date):
        """Keep appointments whose term reaches `day` or goes on past it."""
        return self.filter(Q(to_on=None) | Q(to_on__gte=day))

    def ended_by(self, day: datetime.date):
        """Keep appointments whose last day lies before `day`."""
        return self.filter(to_on__lt=day)

    def in_position(self, position: int):
        return self.filter(position=position)

    def at_level(self, level: str):
        """Keep the seats of one level: "district", "group" or "school"."""
        return self.exclude(**{level: None})

    def at(self, text: str):
        """Search by part of the unit's name, or the beginning of a school's code."""
        text = text.strip()
        found = Q(school__code__startswith=text)
        for level in LEVELS:
            found |= Q(**{f"{level}__short_name__icontains": text})
            found |= Q(**{f"{level}__full_name__icontains": text})
        return self.filter(found)

    def named(self, text: str):
        """Search by the beginning of the printed name, or of the person's pinyin or initials."""
        text = text.strip()
        if not text:
            return self
        found = begins_with("printed_name", text)
        for field in ("person__pinyin", "person__initials"):
            found |= begins_with(field, text.lower())
        return self.filter(found)

    def for_list(self):
        """Load what a row of the list shows: district, then groups, then schools, heads first."""
        level = Case(
            When(district__isnull=False, then=Value(1)),
            When(group__isnull=False, then=Value(2)),
            default=Value(3),
        )
        return (
            self.select_related("district", "group", "school__group", "person")
            .annotate(level=level)
            .order_by(
                "level",
                "group__position",
                "school__group__position",
                "school__position",
                "position",
                F("from_on").desc(nulls_last=True),
                "-pk",
            )
        )

    def at_schools(self):
        """Keep seats of school committees, the latest term first."""
        return self.exclude(school=None).order_by("school", "position", "-from_on", "-pk")

    def contacts_of(self, schools, day: datetime.date):
        """Keep who is called at these schools on `day`: the liaison first, then the head and his deputy."""
        called = Appointment.CALLED
        order = Case(*(When(position=one, then=Value(place)) for place, one in enumerate(called)))
        found = self.filter(school__in=schools, position__in=called).serving(day).select_related("person")
        return found.order_by("school", order, F("from_on").desc(nulls_last=True), "-pk")

    def at_groups(self):
        """Keep seats at collaboration groups, heads first."""
        return self.exclude(group=None).order_by("group", "position", "-from_on", "-pk")

    def names_at(self, schools):
        """Give (school key, printed name), the latest begin first."""
        found = self.filter(school__in=schools).order_by("school", F("from_on").desc(nulls_last=True), "-pk")
        return found.values_list("school", "printed_name")

    def of_unit(self, unit):
        """Keep the seats of one district, group or school, whatever their term."""
        return self.filter(**{level_of(unit): unit})

    def for_school(self):
        """Load what a school's page shows, heads first."""
        return self.select_related("person").order_by("position", "-from_on", "pk")


class Appointment(AtCommittee):
    """A seat on a committee held for a term (任职), never a name column on the unit.

    The printed name stays as the office wrote it; `person` is set when exactly one person of that unit
    bears the name.
    """

    class Position(models.IntegerChoices):
        DIRECTOR = 1, "主任"
        EXECUTIVE_DEPUTY = 2, "常务副主任"
        DEPUTY_DIRECTOR = 3, "副主任"
        SECRETARY_GENERAL = 4, "秘书长"
        COMMITTEE_MEMBER = 5, "委员"
        LIAISON = 6, "联络员"
        GROUP_HEAD = 7, "协作组长"

    #: Who of a school is called when something is due.
    CALLED = (Position.LIAISON, Position.DIRECTOR, Position.EXECUTIVE_DEPUTY)

    class Service(models.TextChoices):
        IN_SERVICE = "IN_SERVICE", "在职"
        RETIRED = "RETIRED", "退休"

    position = models.PositiveSmallIntegerField("任职", choices=Position)
    printed_name = models.CharField("姓名", max_length=50)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="appointments", verbose_name="人员"
    )
    duty = models.CharField("职务", max_length=50, blank=True)
    service = models.CharField("在职或退休", max_length=10, choices=Service, blank=True)
    is_by_office = models.BooleanField("随职务任职", default=False)
    phone = EncryptedTextField("联系电话", blank=True)
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta(AtCommittee.Meta):
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            *AtCommittee.Meta.constraints,
            models.UniqueConstraint(
                fields=["school", "position"],
                condition=Q(to_on=None, position__in=[1, 2, 6]),
                name="one_serving_head_a_school",
                violation_error_message="该校这个任职已有现任，请先填写原任的止期。",
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(from_on=None) | Q(to_on__gte=F("from_on")),
                name="appointment_ends_after_it_begins",
                violation_error_message="止期不能早于起期。",
            ),
        ]

    def __str__(self):
        return f"{self.printed_name}（{self.get_position_display()}）"
