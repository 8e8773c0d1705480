"""What the page of one campaign shows, for whoever reads it."""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat, linebreaksbr
from django.urls import reverse
from django.utils import timezone

from activities.models import Campaign, CampaignMaterial, CampaignStage, CampaignTask, TaskEvidence
from activities.workflow import REPORTERS
from guanweihui.areas import url_or_none
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, Stage
from guanweihui.models import Due, Round
from guanweihui.scope import DISTRICT_WIDE, Reach, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.templatetags.portal import deadline, iso, moment

Level = CampaignTask.Level
Standing = Due.Standing
STAGE_COLUMNS = (
    ListColumn("阶段", is_name=True),
    ListColumn("开始日期", format="date"),
    ListColumn("结束日期", format="date"),
    ListColumn("操作"),
)
TASK_COLUMNS = (
    ListColumn("任务", is_name=True),
    ListColumn("由谁办理"),
    ListColumn("佐证材料", is_long=True),
    ListColumn("截止时间"),
    ListColumn("上报情况"),
    ListColumn("操作"),
)
MATERIAL_COLUMNS = (
    ListColumn("名称", is_name=True),
    ListColumn("大小"),
    ListColumn("上传日期", format="date"),
    ListColumn("操作"),
)


def year_words(campaign: Campaign) -> str:
    return f"{campaign.year}—{campaign.year + 1}学年"


@dataclass(frozen=True)
class Standings:
    """The dues of a campaign's round that the reader sees: who takes part, and how they stand."""

    schools: int
    groups: int
    counts: Counter

    @classmethod
    def of(cls, actor: Any, round_: Round) -> "Standings":
        dues = Due.objects.visible_to(actor).standing(round_).order_by()
        rows = list(dues.values_list("school__group", "state", "standing"))
        part = [group for group, state, _ in rows if state not in (Due.State.NIL, Due.State.WAIVED)]
        return cls(len(part), len(set(part)), Counter(standing for _, _, standing in rows))

    @property
    def whole(self) -> int:
        return self.counts.total()

    @property
    def sent(self) -> int:
        return self.counts[Standing.ON_TIME] + self.counts[Standing.LATE]

    def words(self) -> str:
        return "，".join(f"{standing.label} {self.counts[standing.value]}" for standing in Standing)


def context_of(actor: Any, campaign: Campaign, *, now: datetime.datetime) -> dict[str, Any]:
    """Return everything that the page shows; its number of queries does not hang on what there is."""
    reach = reach_of(actor)
    is_office = reach.serves(Role.DISTRICT)
    standings = Standings.of(actor, campaign.round)
    tasks = list(campaign.tasks.all())
    evidence = TaskEvidence.objects.visible_to(actor).of_tasks([task.pk for task in tasks])
    board = Tasks(reach, standings, evidence.count_by_task(), now)
    today, cut = timezone.localdate(now), slice(None) if is_office else slice(-1)
    return {
        "campaign": campaign,
        "is_office": is_office,
        "facts": facts(campaign),
        "stages": [stage(one, today) for one in campaign.stages.all()],
        "stage_columns": STAGE_COLUMNS,
        "stage_rows": [stage_row(one) for one in campaign.stages.all()] if is_office else [],
        "task_columns": TASK_COLUMNS,
        "task_rows": [board.row(task) for task in tasks],
        "material_columns": MATERIAL_COLUMNS[cut],
        "material_rows": [material_row(one, is_office) for one in campaign.materials.all()],
        "standings": standings,
        "is_planned": campaign.round.state == Round.State.PLANNED,
        "round_url": reverse("round-detail", args=[campaign.round_id]),
        "tables_url": url_or_none("round-tables", campaign.round_id),
        "enrolments_url": f"{reverse('enrolment-list')}?campaign={campaign.pk}",
        "trail": trail_of(actor, campaign),
    }


def facts(campaign: Campaign) -> list[Fact]:
    round_ = campaign.round
    return [
        Fact("活动主题", campaign.theme),
        Fact("学年", year_words(campaign)),
        Fact("主办单位", campaign.organiser),
        Fact("系列", campaign.series),
        Fact("报名开始", deadline(round_.opens_at)),
        Fact("报名截止", deadline(round_.deadline_at)),
        Fact("应报学校", "、".join(round_.stage_labels()) or "全部学校"),
        Fact("审核", "先协作组，后区里" if round_.group_endorses else "区里"),
        Fact("活动要求", linebreaksbr(campaign.requirements) if campaign.requirements else "", wide=True),
    ]


def stage(one: CampaignStage, today: datetime.date) -> Stage:
    state = "done" if one.to_on < today else "current" if one.from_on <= today else "todo"
    return Stage(one.name, state, f"{day(one.from_on)}—{day(one.to_on)}")  # type: ignore[arg-type]


def day(value: datetime.date) -> str:
    return f"{value.month}月{value.day}日"


def stage_row(one: CampaignStage) -> ListRow:
    return ListRow((one.name, one.from_on, one.to_on, office_links("campaign-stage", one.pk)))


def office_links(kind: str, pk: int) -> tuple[Link, ...]:
    return (
        Link("修改", reverse(f"{kind}-edit", args=[pk])),
        Link("删除", reverse(f"{kind}-remove", args=[pk])),
    )


@dataclass(frozen=True)
class Tasks:
    """How far the tasks are at the units that the reader sees."""

    reach: Reach
    standings: Standings
    reported: dict[int, int]
    now: datetime.datetime

    def row(self, task: CampaignTask) -> ListRow:
        level = Level(task.level)
        return ListRow(
            (
                Link(task.title, reverse("task-evidence-list", args=[task.pk])),
                level.label,
                task.evidence,
                moment(task.deadline_at),
                self.progress(task),
                tuple(self.links(task)) or "",
            )
        )

    def whole(self, level: str) -> int:
        """Count the units of a level that owe the task, among those whose reports the reader sees."""
        if level == Level.SCHOOL:
            return self.standings.schools
        if level == Level.GROUP:
            return self.standings.groups if self.reach.serves(Role.GROUP, *DISTRICT_WIDE) else 0
        return 1 if self.reach.serves(*DISTRICT_WIDE) else 0

    def progress(self, task: CampaignTask) -> Mark | str:
        whole, done = self.whole(task.level), self.reported.get(task.pk, 0)
        if whole == 1:
            return state_mark(bool(done), task, self.now)
        return f"{done:,} / {whole:,}" if whole else ""

    def links(self, task: CampaignTask) -> Iterable[Link]:
        level = Level(task.level)
        if self.reach.serves(REPORTERS[level]) and (level == Level.DISTRICT or self.whole(level)):
            yield Link("上报", reverse("task-evidence-report", args=[task.pk]))
        if self.reach.serves(Role.DISTRICT):
            yield from office_links("campaign-task", task.pk)


def state_mark(is_done: bool, task: CampaignTask, now: datetime.datetime) -> Mark:
    """Say how one unit stands with a task."""
    if is_done:
        return Mark("已报")
    return Mark("已逾期") if now > task.deadline_at else Mark("未报")


def material_row(one: CampaignMaterial, is_office: bool) -> ListRow:
    cells: Sequence[Any] = (
        Link(one.title, reverse("attachment-file", args=[one.file_id])),
        filesizeformat(one.file.size),
        iso(one.file.added_at),
    )
    remove = (Link("删除", reverse("campaign-material-remove", args=[one.pk])),)
    return ListRow((*cells, remove) if is_office else tuple(cells))
