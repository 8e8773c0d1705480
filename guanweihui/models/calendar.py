"""Corrections of the working calendar."""

from django.db import models

from guanweihui.scope import ScopedQuerySet, to_district

from .org import District


class WorkdayQuerySet(ScopedQuerySet):
    ways = (to_district(),)

    def in_district(self, district):
        return self.filter(district=district)

    def corrections(self) -> dict:
        """Return {day: is_workday} for guanweihui.workdays."""
        return dict(self.values_list("day", "is_workday"))


class Workday(models.Model):
    """A day whose kind differs from what the calendar library knows; staff edit these."""

    district = models.ForeignKey(District, models.PROTECT, related_name="workdays", verbose_name="区")
    day = models.DateField("日期")
    is_workday = models.BooleanField("是工作日")
    note = models.CharField("依据", max_length=100)

    objects = WorkdayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作日调整"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "day"],
                name="one_correction_a_day",
                violation_error_message="这一天已有调整。",
            )
        ]

    def __str__(self):
        return f"{self.day} {'上班' if self.is_workday else '休息'}"
