"""Tries at a door without an account, counted in the database: every web process shares them."""

import datetime

from django.db import models

from guanweihui.scope import ScopedQuerySet, to_district

from .org import District


class AttemptQuerySet(ScopedQuerySet):
    ways = (to_district(),)

    def of_key(self, kind: str, key_digest: str):
        return self.filter(kind=kind, key_digest=key_digest)

    def since(self, moment: datetime.datetime):
        return self.filter(at__gt=moment)

    def stale(self, kind: str, moment: datetime.datetime):
        """Keep the tries of a kind that count no more, the oldest first."""
        return self.filter(kind=kind, at__lte=moment).order_by("at", "pk")


class Attempt(models.Model):
    """One try, such as a code typed in. Of the address only a keyed hash is kept, and not for long."""

    class Kind(models.TextChoices):
        SLIP = "slip", "输入服务码"
        VERIFY = "verify", "查验证件"
        VERIFY_NUMBER = "verify_number", "输入证书编号"

    #: Empty for a door that is not yet a district's, such as the page where a code is typed in.
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="attempts", verbose_name="区"
    )
    kind = models.CharField("事项", max_length=30, choices=Kind)
    key_digest = models.CharField("来源摘要", max_length=64)
    at = models.DateTimeField("时间")

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "尝试次数"
        indexes = [
            models.Index(fields=["kind", "key_digest", "at"], name="attempts_of_a_key"),
            models.Index(fields=["kind", "at"], name="attempts_by_age"),
        ]

    def __str__(self):
        return self.get_kind_display()
