"""Long work, as its owner sees it."""

from django.db import models
from django.db.models import F, Q

from guanweihui.scope import ScopedQuerySet, to_district

from .accounts import User
from .org import District


class JobQuerySet(ScopedQuerySet):
    ways = (to_district(),)

    def visible_to(self, actor, *, roles=None):
        """A job and its file are its owner's; nobody else fetches them."""
        if getattr(actor, "pk", None) is None:
            return super().visible_to(actor, roles=roles)
        return self.filter(created_by=actor.pk)

    def for_list(self):
        return self.order_by("-pk")


class Job(models.Model):
    """A piece of background work: who, what, progress, heartbeat, result file, expiry.

    The task library runs it; this row is what pages show and what the sweep judges.
    """

    class State(models.TextChoices):
        QUEUED = "QUEUED", "排队中"
        RUNNING = "RUNNING", "进行中"
        DONE = "DONE", "已完成"
        FAILED = "FAILED", "失败"
        CANCELLED = "CANCELLED", "已取消"

    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="jobs", verbose_name="区")
    kind = models.CharField("种类", max_length=40)
    label = models.CharField("名称", max_length=120)
    params = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    message = models.CharField("说明", max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField("次数", default=0)
    task_id = models.CharField("任务号", max_length=64, blank=True)
    heartbeat_at = models.DateTimeField("心跳", null=True)
    created_at = models.DateTimeField("提交时间")
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="jobs", verbose_name="提交人"
    )
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)
    result_name = models.CharField("文件名", max_length=200, blank=True)
    result_path = models.CharField("存放位置", max_length=200, blank=True)
    result_size = models.PositiveBigIntegerField("大小（字节）", default=0)
    expires_at = models.DateTimeField("保留至", null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        constraints = [
            models.CheckConstraint(
                condition=Q(total=0) | Q(done__lte=F("total")), name="job_does_not_pass_its_total"
            )
        ]

    def __str__(self):
        return self.label

    @property
    def percent(self) -> int:
        if self.state == self.State.DONE:
            return 100
        return self.done * 100 // self.total if self.total else 0

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}
