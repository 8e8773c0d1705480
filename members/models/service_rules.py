"""How hours count in a district, by date: rules and star tiers."""

import datetime

from django.db import models
from django.db.models import Q

from guanweihui.models import District
from guanweihui.scope import ScopedQuerySet, to_district


class ServiceRuleQuerySet(ScopedQuerySet):
    ways = (to_district(),)

    def in_force(self, day: datetime.date):
        """Keep the rules begun by `day`, the newest first: the first one counts."""
        return self.filter(from_on__lte=day).order_by("-from_on")


class ServiceRule(models.Model):
    """How hours count in a district from a day on. Without a row the defaults of the fields hold."""

    district = models.ForeignKey(District, models.PROTECT, related_name="service_rules", verbose_name="区")
    from_on = models.DateField("施行日期")
    day_cap_half_hours = models.PositiveSmallIntegerField(
        "每人每日上限（半小时）", default=16, help_text="16 表示每日最多计 8 小时。"
    )
    training_counts = models.BooleanField(
        "培训学习占用每日上限",
        default=False,
        help_text="培训学习始终单列，不计入服务时间；勾选后与志愿服务合计，不超过每日上限。",
    )
    dormant_months = models.PositiveSmallIntegerField("多少个月没有服务算沉睡", default=12)
    notice_days = models.PositiveSmallIntegerField("服务证明单位内公示天数", default=7)
    card_number_format = models.CharField(
        "证号格式",
        max_length=40,
        default="GGW{年度}{序号}",
        help_text="{年度} 是首次注册年度，{序号} 是五位序号，其余文字照印。",
    )

    objects = ServiceRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "志愿服务规则"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "from_on"],
                name="one_service_rule_a_day",
                violation_error_message="这一天已有一条规则。",
            ),
            models.CheckConstraint(
                condition=Q(day_cap_half_hours__gte=1, day_cap_half_hours__lte=48),
                name="day_cap_fits_a_day",
                violation_error_message="每日上限应在半小时到 24 小时之间。",
            ),
        ]

    def __str__(self):
        return f"{self.from_on}起"


class StarTierQuerySet(ScopedQuerySet):
    ways = (to_district(),)

    def in_force(self, day: datetime.date):
        """Keep the tiers begun by `day`; of each name the newest stands first."""
        return self.filter(from_on__lte=day).order_by("-from_on", "hours")


class StarTier(models.Model):
    """A star tier from a day on. All tiers of one day make a table; the newest table holds."""

    district = models.ForeignKey(District, models.PROTECT, related_name="star_tiers", verbose_name="区")
    from_on = models.DateField("施行日期")
    name = models.CharField("星级", max_length=20)
    hours = models.PositiveIntegerField("累计小时")

    objects = StarTierQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "星级标准"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "from_on", "name"],
                name="one_star_tier_a_name_and_day",
                violation_error_message="这一天的标准里已有这个星级。",
            )
        ]

    def __str__(self):
        return self.name
