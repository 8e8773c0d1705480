"""The second selection: winners of the district recommended to the city, on the city's own form."""

import json

from django.db import models
from django.db.models import Exists, OuterRef, Q

from guanweihui.crypto import EncryptedTextField
from guanweihui.models import User
from guanweihui.scope import ScopedQuerySet, to_district

from .cycles import Category, Cycle
from .honours import Honour


class CityRecommendationQuerySet(ScopedQuerySet):
    ways = (to_district("cycle__district"),)

    def of(self, cycle):
        return self.filter(cycle=cycle)

    def of_category(self, category):
        return self.filter(category=category)

    def in_states(self, states):
        return self.filter(status__in=states)

    def chosen(self):
        """Keep what takes a place of the city's quota."""
        return self.filter(status__in=CityRecommendation.CHOSEN)

    def reserves(self):
        """Keep who is next in line, in order."""
        return self.filter(status=CityRecommendation.Status.RESERVE).order_by("position", "pk")

    def awarded(self):
        """Keep what the city commended: the results that honour pages and statistics show."""
        return self.filter(status=CityRecommendation.Status.AWARDED)

    def awarded_within(self, first, last):
        """Keep the city's honours whose document is of these days."""
        return self.awarded().filter(result_on__gte=first, result_on__lte=last)

    def awarded_by(self, day):
        """Keep the city's honours up to a day, that day in."""
        return self.awarded().filter(result_on__lte=day)

    def of_honour(self, honour):
        return self.filter(honour=honour)

    def of_person(self, person):
        return self.filter(honour__person=person)

    def of_unit(self, school):
        """Keep what the school itself, as a collective, is recommended for."""
        return self.filter(honour__unit=school, honour__person=None)

    def cycles_without(self, cycles):
        """Keep, of these cycles, those with winners and places at the city of which nobody was chosen yet."""
        open_to = Category.objects.filter(cycle=OuterRef("pk"), city_places__gt=0)
        winners = Honour.objects.standing().filter(decision__cycle=OuterRef("pk"), nomination__isnull=False)
        return cycles.filter(Exists(open_to), Exists(winners), ~Exists(self.filter(cycle=OuterRef("pk"))))

    def tally_by_kind(self):
        """Count by kind of award: (kind, number) pairs."""
        return self.order_by().values_list("category__kind").annotate(number=models.Count("pk"))

    def tally_by_state(self):
        """Count by cycle, category and state: (cycle, category, status, number) lines."""
        states = self.order_by().values_list("cycle", "category", "status")
        return states.annotate(number=models.Count("pk"))

    def for_page(self):
        return self.select_related(
            "cycle__district",
            "category",
            "honour__category",
            "honour__person",
            "honour__unit__group",
            "honour__nomination",
            "saved_by",
        )

    def for_list(self):
        """Load what a line of a list shows, by category; the sealed texts stay where they are."""
        return (
            self.select_related("category", "cycle", "honour__decision", "honour__unit__group")
            .defer("draft")
            .in_order()
        )

    def in_order(self):
        return self.order_by("category__position", "category", "position", "pk")


class CityRecommendation(models.Model):
    """One winner of the district, recommended to the city or held in reserve (递补) for it.

    `draft` is the text typed into the city's form (FormField.Form.CITY), by field key; sealed.
    """

    class Status(models.TextChoices):
        CHOSEN = "CHOSEN", "拟推荐"
        SENT = "SENT", "已上报"
        AWARDED = "AWARDED", "市级表彰"
        REFUSED = "REFUSED", "市里未通过"
        RESERVE = "RESERVE", "递补"
        DROPPED = "DROPPED", "不再推荐"

    CHOSEN = (Status.CHOSEN, Status.SENT, Status.AWARDED)

    cycle = models.ForeignKey(
        Cycle, models.PROTECT, related_name="city_recommendations", verbose_name="评选周期"
    )
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="city_recommendations", verbose_name="奖项"
    )
    honour = models.OneToOneField(
        Honour, models.PROTECT, related_name="city_recommendation", verbose_name="区级荣誉"
    )
    position = models.PositiveSmallIntegerField("顺序", default=1)
    status = models.CharField("状态", max_length=8, choices=Status, default=Status.CHOSEN, editable=False)
    draft = EncryptedTextField("草稿", blank=True, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False)
    saved_at = models.DateTimeField("保存时间", null=True, editable=False)
    saved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="保存人", editable=False
    )
    sent_on = models.DateField("上报日期", null=True, blank=True, editable=False)
    result_on = models.DateField("市级发文日期", null=True, blank=True, editable=False)
    result_number = models.CharField("市级文号", max_length=40, blank=True, editable=False)
    result_title = models.CharField("市级荣誉", max_length=60, blank=True, editable=False)
    reason = models.CharField("说明", max_length=200, blank=True, editable=False)

    objects = CityRecommendationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "市级推荐"
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["REFUSED", "DROPPED"]) | ~Q(reason=""),
                name="refused_recommendation_gives_a_reason",
                violation_error_message="市里未通过或不再推荐须写明原因。",
            ),
            models.CheckConstraint(
                condition=~Q(status="AWARDED") | (Q(result_on__isnull=False) & ~Q(result_title="")),
                name="city_award_has_a_title_and_a_day",
                violation_error_message="市级表彰须写明荣誉名称和发文日期。",
            ),
        ]

    def __str__(self):
        return f"{self.category}市级推荐：{self.honour}"

    @property
    def typed(self) -> dict[str, str]:
        """Return what was typed, by field key."""
        return json.loads(self.draft) if self.draft else {}

    @typed.setter
    def typed(self, values: dict[str, str]) -> None:
        self.draft = json.dumps(dict(values), ensure_ascii=False)
