"""The reading campaign: what it is about, its stages, the tasks of the three levels, their evidence."""

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q

from guanweihui.models.files import Attachment
from guanweihui.models.filing import Due, Round
from guanweihui.models.org import AT_COMMITTEE, AtCommittee, District
from guanweihui.scope import ScopedQuerySet, to_district, to_school


class CampaignQuerySet(ScopedQuerySet):
    # Schools and groups reach a campaign through what its round asks of them.
    ways = to_school("round__dues__school", district="district")

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; a group with several schools does not see a campaign twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def of_round(self, round_):
        return self.filter(round=round_)

    def for_list(self):
        return self.select_related("round").order_by("-year", "-pk")

    def for_page(self):
        """Load what a campaign's page shows: round, stages, tasks, materials."""
        return self.select_related("round", "district").prefetch_related(
            Prefetch("stages", CampaignStage.objects.order_by("from_on", "pk")),
            Prefetch("tasks", CampaignTask.objects.in_order()),
            Prefetch("materials", CampaignMaterial.objects.select_related("file").order_by("pk")),
        )


class Campaign(models.Model):
    """A themed reading campaign of one school year (2018 is 2018—2019); its round collects enrolments."""

    district = models.ForeignKey(District, models.PROTECT, related_name="campaigns", verbose_name="区")
    theme = models.CharField("主题", max_length=60)
    year = models.PositiveSmallIntegerField("学年")
    organiser = models.CharField("主办单位", max_length=60, blank=True)
    series = models.CharField("系列", max_length=60, blank=True)
    requirements = models.TextField("活动要求", blank=True)
    round = models.OneToOneField(Round, models.PROTECT, related_name="campaign", verbose_name="报名报送")

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "主题读书活动"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "year", "theme"],
                name="one_campaign_a_theme_and_year",
                violation_error_message="本学年已有同一主题的活动。",
            )
        ]

    def __str__(self):
        return self.theme


class CampaignStageQuerySet(ScopedQuerySet):
    ways = to_school("campaign__round__dues__school", district="campaign__district")

    def visible_to(self, actor, *, roles=None):
        """See CampaignQuerySet.visible_to."""
        return super().visible_to(actor, roles=roles).distinct()


class CampaignStage(models.Model):
    """A stage of a campaign (发动, 阅读, 学校评选, 协作组评选, 区决赛) with its days."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="stages", verbose_name="活动")
    name = models.CharField("阶段", max_length=30)
    from_on = models.DateField("开始日期")
    to_on = models.DateField("结束日期")

    objects = CampaignStageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "活动阶段"
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")),
                name="campaign_stage_ends_after_it_begins",
                violation_error_message="结束日期不能早于开始日期。",
            )
        ]

    def __str__(self):
        return self.name


class CampaignTaskQuerySet(CampaignStageQuerySet):
    def in_order(self):
        return self.order_by("deadline_at", "pk")

    def for_page(self):
        """Load what a task's pages show beside it."""
        return self.select_related("campaign__round", "campaign__district")

    def unreported(self, level, units):
        """Keep the tasks of a level that one of these units owes and none of them has reported.

        `units` are keys of the level's units. A school that takes no part (零报告, 免报) owes none, nor does
        a group without a school that takes part.
        """
        owed = self.filter(level=level).exclude(campaign__round__state=Round.State.PLANNED)
        if level != CampaignTask.Level.DISTRICT:
            path = "school" if level == CampaignTask.Level.SCHOOL else "school__group"
            dues = Due.objects.taking_part().filter(**{f"{path}__in": units})
            owed = owed.filter(Exists(dues.filter(round=OuterRef("campaign__round"))))
        done = TaskEvidence.objects.filter(task=OuterRef("pk"), **{f"{UNIT_OF[level]}__in": units})
        return owed.filter(~Exists(done))


class CampaignTask(models.Model):
    """What one level has to do for a campaign, by when, and which evidence shows it."""

    class Level(models.TextChoices):
        SCHOOL = "SCHOOL", "学校"
        GROUP = "GROUP", "协作组"
        DISTRICT = "DISTRICT", "区"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="tasks", verbose_name="活动")
    level = models.CharField("层级", max_length=10, choices=Level)
    title = models.CharField("任务", max_length=60)
    requirements = models.TextField("要求", blank=True)
    evidence = models.CharField("佐证材料", max_length=100, blank=True, help_text="如：活动照片、评选名单。")
    deadline_at = models.DateTimeField("截止时间")

    objects = CampaignTaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "活动任务"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "level", "title"],
                name="one_campaign_task_a_level_and_title",
                violation_error_message="这一层级已有同名的任务。",
            )
        ]

    def __str__(self):
        return self.title


#: The field of an evidence that names the unit, by the level of its task.
UNIT_OF = {
    CampaignTask.Level.SCHOOL: "school",
    CampaignTask.Level.GROUP: "group",
    CampaignTask.Level.DISTRICT: "district",
}


class TaskEvidenceQuerySet(ScopedQuerySet):
    ways = AT_COMMITTEE

    def of_tasks(self, tasks):
        return self.filter(task__in=tasks)

    def of_task(self, task):
        return self.filter(task=task)

    def of_unit(self, unit_field, unit):
        """Keep the evidence of one unit; `unit_field` is district, group or school."""
        return self.filter(**{unit_field: unit})

    def count_by_task(self):
        """Count how many units reported each task: {task key: number}, in one query."""
        return dict(self.order_by().values_list("task").annotate(Count("pk")))

    def for_list(self):
        """Load what a row shows, newest first."""
        return self.select_related(
            "task__campaign", "district", "group", "school__group", "reported_by", "file"
        ).order_by("-reported_at", "-pk")


class TaskEvidence(AtCommittee):
    """A unit's word that it did a task, with what shows it: one a unit and task."""

    task = models.ForeignKey(CampaignTask, models.PROTECT, related_name="evidence_rows", verbose_name="任务")
    done_on = models.DateField("完成日期")
    words = models.TextField("完成情况")
    file = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="佐证材料"
    )
    reported_at = models.DateTimeField("上报时间")
    reported_by = models.ForeignKey(
        "guanweihui.User", models.PROTECT, null=True, related_name="+", verbose_name="上报人"
    )

    objects = TaskEvidenceQuerySet.as_manager()

    class Meta(AtCommittee.Meta):
        verbose_name = verbose_name_plural = "任务佐证"
        constraints = [
            *AtCommittee.Meta.constraints,
            *(
                models.UniqueConstraint(
                    fields=["task", unit],
                    condition=Q(**{f"{unit}__isnull": False}),
                    name=f"one_evidence_a_task_and_{unit}",
                    violation_error_message="这项任务已经上报过，请修改原来的一份。",
                )
                for unit in ("district", "group", "school")
            ),
        ]

    def __str__(self):
        return f"{self.unit} {self.task}"


class CampaignMaterialQuerySet(ScopedQuerySet):
    ways = (to_district("campaign__district"),)


class CampaignMaterial(models.Model):
    """A file that the office hands out for a campaign: plan, poster, marking standard."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="materials", verbose_name="活动")
    title = models.CharField("名称", max_length=60)
    file = models.ForeignKey(Attachment, models.PROTECT, related_name="+", verbose_name="文件")

    objects = CampaignMaterialQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "活动材料"

    def __str__(self):
        return self.title
