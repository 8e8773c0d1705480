"""What was done: one line a step, never changed, chained a minute later."""

from django.db import models

from guanweihui.scope import ScopedQuerySet, to_district

from .accounts import AccessLink, User
from .org import District


class AuditEventQuerySet(ScopedQuerySet):
    ways = (to_district(),)

    def of(self, row: models.Model):
        """Keep the trail of one row, oldest first."""
        return self.filter(object_type=row._meta.label, object_id=str(row.pk)).order_by("pk")

    def for_list(self):
        return self.select_related("actor").order_by("-pk")

    def own_of(self, actor):
        """Keep what the actor did himself.

        Everybody may read his own lines, whatever his reach: this stands for `visible_to` there, and opens no
        line of anybody else.
        """
        key, link = getattr(actor, "pk", None), getattr(actor, "link", None)
        if key is None and link is None:
            return self.none()
        return self.filter(actor=key) if key is not None else self.filter(link=link)

    def since(self, moment):
        return self.filter(at__gte=moment)

    def without(self, names):
        """Leave the lines of these actions out."""
        return self.exclude(action__in=names)

    def unsealed(self):
        return self.filter(seal=None).order_by("pk")


class AuditEvent(models.Model):
    """One line of the trail. Triggers in the database refuse UPDATE and DELETE.

    `changes` maps a field to [before, after]; sensitive fields stand masked. `digest` is the SHA-256 of
    the line's own content, so that a changed line is found even before it is sealed.
    """

    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="+", verbose_name="区")
    at = models.DateTimeField("时间", db_index=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="账号")
    link = models.ForeignKey(AccessLink, models.PROTECT, null=True, related_name="+", verbose_name="访问链接")
    actor_label = models.CharField("办理人", max_length=100)
    action = models.CharField("动作", max_length=60)
    object_type = models.CharField("对象类别", max_length=60, blank=True)
    object_id = models.CharField("对象编号", max_length=40, blank=True)
    object_label = models.CharField("对象", max_length=200, blank=True)
    reason = models.TextField("事由", blank=True)
    changes = models.JSONField("变更", default=dict)
    address = models.CharField("来源地址", max_length=45, blank=True)
    request_id = models.CharField("请求号", max_length=40, blank=True)
    digest = models.CharField("摘要", max_length=64)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作记录"
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_of_one_object")]

    def __str__(self):
        return f"{self.actor_label} {self.action} {self.object_label}"


class AuditSealQuerySet(ScopedQuerySet):
    ways = (to_district("event__district"),)

    def of_chain(self, chain: int):
        """Keep the seals of one chain: a district's key, 0 for lines of no district."""
        return self.filter(chain=chain)


class AuditSeal(models.Model):
    """The place of an event in its district's chain; `digest` covers the seal before it.

    Sealing is the worker's, off the writing path: a chain written inside the steps would be one global
    lock. `chain` is the district's key, 0 for lines that belong to no district.
    """

    event = models.OneToOneField(AuditEvent, models.PROTECT, related_name="seal")
    chain = models.BigIntegerField()
    position = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    objects = AuditSealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "记录封存"
        constraints = [
            models.UniqueConstraint(fields=["chain", "position"], name="one_seal_a_place_in_the_chain"),
        ]

    def __str__(self):
        return f"{self.chain}-{self.position}"
