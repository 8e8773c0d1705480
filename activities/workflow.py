"""Steps on reading campaigns: plan, copy, edit; stages, tasks, materials; a unit's report of a task."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone

from activities.models import (
    UNIT_OF,
    Campaign,
    CampaignMaterial,
    CampaignStage,
    CampaignTask,
    TaskEvidence,
)
from guanweihui import rounds, uploads, workdays
from guanweihui.audit import record
from guanweihui.models import CollaborationGroup, District, Due, Round, School, Workday
from guanweihui.models.files import SHARED
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own

OFFICE = frozenset({Role.DISTRICT})
Level = CampaignTask.Level
#: Who reports a task of each level: the school, the head of the group, the office.
REPORTERS = {Level.SCHOOL: Role.SCHOOL, Level.GROUP: Role.GROUP, Level.DISTRICT: Role.DISTRICT}
#: Where files of a campaign and of a task's evidence stand.
MATERIAL, EVIDENCE = f"{SHARED}material", "evidence.task"
CAMPAIGN_FIELDS = ("theme", "year", "organiser", "series", "requirements")
STAGE_FIELDS = ("name", "from_on", "to_on")
TASK_FIELDS = ("level", "title", "requirements", "evidence", "deadline_at")
Unit = District | CollaborationGroup | School


# --- the campaign -----------------------------------------------------------------------------------------


def round_title(theme: str) -> str:
    """Name the round that collects a campaign's enrolments, as the loader of the summary does."""
    return f"“{theme}”主题读书活动报名"


def plan_campaign(
    values: Mapping[str, Any], *, by: Any, at: datetime.datetime, copied_from: Campaign | None = None
) -> Campaign:
    """Set up a campaign together with the round that collects its enrolments.

    `values` are CAMPAIGN_FIELDS and the fields of the round but kind, year and title, which follow. With
    `copied_from` its stages and tasks come along, their dates moved by as many years as the campaign.
    Two rows begin, so two lines are written: the round's own, and the campaign's. Raises Refused for an actor
    who is not of a district's office, and for a second campaign of that theme and year.
    """
    with one_step(Campaign, CampaignStage, CampaignTask):
        asked = {name: values[name] for name in rounds.PLANNED_FIELDS if name in values}
        asked |= {"kind": Round.Kind.ENROLMENT, "title": round_title(values["theme"])}
        before = own(copied_from, by=by, roles=OFFICE) if copied_from else None
        round_ = rounds.plan_round(asked, by=by, at=at, copied_from=before.round if before else None)
        campaign = Campaign.objects.create(
            district=round_.district,
            round=round_,
            **{name: values[name] for name in CAMPAIGN_FIELDS if name in values},
        )
        changes: dict[str, Any] = {"theme": [None, campaign.theme], "year": [None, campaign.year]}
        if before is not None:
            changes |= {"copied_from": str(before), **_copy_parts(before, campaign)}
        record("campaign.plan", campaign, by=by, at=at, changes=changes)
        return campaign


def shifted(campaign: Campaign) -> dict[str, Any]:
    """Return the values for next year's campaign: the same asked, the round's dates a year on."""
    asked = rounds.shifted(campaign.round)
    return {**{name: getattr(campaign, name) for name in CAMPAIGN_FIELDS}, **asked, "theme": ""}


def _copy_parts(before: Campaign, campaign: Campaign) -> dict[str, int]:
    """Copy stages and tasks with their dates moved; return how many of each."""
    years = campaign.year - before.year
    corrections = Workday.objects.in_district(campaign.district_id).corrections()
    stages = [
        CampaignStage(
            campaign=campaign,
            name=stage.name,
            from_on=years_on(stage.from_on, years),
            to_on=years_on(stage.to_on, years),
        )
        for stage in before.stages.order_by("from_on", "pk")
    ]
    tasks = []
    for task in before.tasks.in_order():
        kept = {name: getattr(task, name) for name in TASK_FIELDS}
        moment = timezone.localtime(task.deadline_at)
        day = workdays.next_workday(years_on(moment.date(), years), corrections)
        kept["deadline_at"] = timezone.make_aware(datetime.datetime.combine(day, moment.time()))
        tasks.append(CampaignTask(campaign=campaign, **kept))
    CampaignStage.objects.bulk_create(stages)
    CampaignTask.objects.bulk_create(tasks)
    return {"stages": len(stages), "tasks": len(tasks)}


def years_on(day: datetime.date, years: int) -> datetime.date:
    """Return the same day so many years on; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def edit_campaign(
    campaign: Campaign, values: Mapping[str, Any], *, by: Any, at: datetime.datetime
) -> Campaign:
    """Change what a campaign says of itself; its year stays that of its round, whose name follows the theme.

    Raises Refused when nothing changes, or another campaign of the year has the theme.
    """
    names = set(CAMPAIGN_FIELDS) - {"year"}
    return _write("campaign.edit", campaign, values, names, by=by, at=at, then=_rename_round)


def _rename_round(campaign: Campaign, changes: dict[str, Any]) -> None:
    """Let the round bear the new theme, unless the office gave it a name of its own, or it is closed."""
    round_, before = campaign.round, changes.get("theme", [""])[0]
    if "theme" in changes and round_.title == round_title(before) and round_.state != Round.State.CLOSED:
        round_.title = round_title(campaign.theme)
        round_.save(update_fields=["title"])
        changes["round"] = [round_title(before), round_.title]


def _write(
    action: str,
    row: Any,
    values: Mapping[str, Any],
    names: Any,
    *,
    by: Any,
    at: datetime.datetime,
    then: Callable[[Any, dict[str, Any]], None] | None = None,
) -> Any:
    """Write the fields of a row of the office that differ, with one line; `then` does what follows."""
    with one_step(type(row), Round):
        fresh = own(row, by=by, roles=OFFICE)
        changes = {
            name: [getattr(fresh, name), values[name]]
            for name in sorted(names)
            if name in values and getattr(fresh, name) != values[name]
        }
        if not changes:
            raise Refused("没有任何改动。")
        for name, (_, new) in changes.items():
            setattr(fresh, name, new)
        fresh.save(update_fields=list(changes))
        if then is not None:
            then(fresh, changes)
        record(action, fresh, by=by, at=at, changes=changes)
        return fresh


# --- its stages, tasks and materials ----------------------------------------------------------------------


def add_stage(
    campaign: Campaign, values: Mapping[str, Any], *, by: Any, at: datetime.datetime
) -> CampaignStage:
    """Add a stage with its days."""
    return _add(CampaignStage, campaign, values, STAGE_FIELDS, by=by, at=at)


def edit_stage(
    stage: CampaignStage, values: Mapping[str, Any], *, by: Any, at: datetime.datetime
) -> CampaignStage:
    return _write("campaignstage.edit", stage, values, STAGE_FIELDS, by=by, at=at)


def remove_stage(stage: CampaignStage, *, by: Any, at: datetime.datetime) -> None:
    """Take a stage away; nothing hangs on it."""
    _remove("campaignstage.remove", stage, by=by, at=at)


def add_task(
    campaign: Campaign, values: Mapping[str, Any], *, by: Any, at: datetime.datetime
) -> CampaignTask:
    """Add a task for one level. Raises Refused for a second one of that level and title."""
    return _add(CampaignTask, campaign, values, TASK_FIELDS, by=by, at=at)


def edit_task(
    task: CampaignTask, values: Mapping[str, Any], *, by: Any, at: datetime.datetime
) -> CampaignTask:
    """Change a task. Raises Refused for another level once somebody has reported it."""
    if values.get("level", task.level) != task.level:
        _refuse_reported(task, "已有单位上报，不能改变任务的层级。")
    return _write("campaigntask.edit", task, values, TASK_FIELDS, by=by, at=at)


def remove_task(task: CampaignTask, *, by: Any, at: datetime.datetime) -> None:
    """Take a task away that nobody has reported yet."""
    _refuse_reported(task, "已有单位上报，不能删除。不再要求的，可以修改任务的要求和截止时间。")
    _remove("campaigntask.remove", task, by=by, at=at)


def _refuse_reported(task: CampaignTask, words: str) -> None:
    if TaskEvidence.objects.of_task(task).exists():
        raise Refused(words)


def add_material(
    campaign: Campaign, title: str, file: Mapping[str, Any], *, by: Any, at: datetime.datetime
) -> CampaignMaterial:
    """Hand out a file for a campaign: every committee role of the district may download it.

    `file` has name, content and content_type, cleaned by uploads.clean_scan().
    """
    with one_step(CampaignMaterial):
        fresh = own(campaign, by=by, roles=OFFICE)
        stored = uploads.attach(fresh.district, field=MATERIAL, by=by, at=at, **file)
        row = CampaignMaterial.objects.create(campaign=fresh, title=title, file=stored)
        record("campaignmaterial.add", row, by=by, at=at, changes={"title": [None, title]})
        return row


def remove_material(material: CampaignMaterial, *, by: Any, at: datetime.datetime) -> None:
    """Take a material away, the file with it."""
    with one_step(CampaignMaterial):
        fresh = own(material, by=by, roles=OFFICE)
        record("campaignmaterial.remove", fresh, by=by, at=at, changes={"title": [fresh.title, None]})
        file = fresh.file
        fresh.delete()
        uploads.remove(file)


def _add(model: Any, campaign: Campaign, values: Mapping[str, Any], names: Any, *, by: Any, at: Any) -> Any:
    with one_step(model):
        fresh = own(campaign, by=by, roles=OFFICE)
        kept = {name: values[name] for name in names if name in values}
        row = model.objects.create(campaign=fresh, **kept)
        changes = {name: [None, value] for name, value in kept.items() if value}
        record(f"{model._meta.model_name}.add", row, by=by, at=at, changes=changes)
        return row


def _remove(action: str, row: Any, *, by: Any, at: datetime.datetime) -> None:
    with one_step(type(row)):
        fresh = own(row, by=by, roles=OFFICE)
        record(action, fresh, by=by, at=at, reason=str(fresh.campaign))
        fresh.delete()


# --- a task reported --------------------------------------------------------------------------------------


def report_task(
    task: CampaignTask,
    unit: Unit,
    values: Mapping[str, Any],
    *,
    by: Any,
    at: datetime.datetime,
    file: Mapping[str, Any] | None = None,
) -> TaskEvidence:
    """Say that a unit did a task: done_on, words, and a file that shows it; a second report replaces it.

    Late is better than never, so no deadline refuses it. Raises Refused for a unit of another level or
    outside the actor's reach, one that takes no part in the campaign, and a day that is still to come.
    """
    field, roles = UNIT_OF[Level(task.level)], {REPORTERS[Level(task.level)]}
    if not isinstance(unit, TaskEvidence._meta.get_field(field).related_model):  # type: ignore[arg-type]
        raise Refused(f"这项任务由{task.get_level_display()}办理。")
    with one_step(TaskEvidence):
        here, fresh = own(unit, by=by, roles=roles), own(task, by=by, roles=roles)
        _refuse_outsider(fresh, field, here)
        if values["done_on"] > timezone.localdate(at):
            raise Refused("完成日期不能晚于今天，请核对。")
        found = TaskEvidence.objects.of_task(fresh).of_unit(field, here).select_for_update().first()
        row = found or TaskEvidence(task=fresh, **{field: here})
        row.done_on, row.words = values["done_on"], values["words"]
        row.reported_at, row.reported_by = at, by if getattr(by, "pk", None) else None
        old = row.file if file is not None else None
        if file is not None:
            row.file = uploads.attach(here, field=EVIDENCE, by=by, at=at, **file)
        row.save()
        if old is not None:
            uploads.remove(old)
        changes = {"done_on": [None, row.done_on], "is_new": found is None, "file": bool(row.file_id)}
        record("taskevidence.report", row, by=by, at=at, changes=changes)
        return row


def _refuse_outsider(task: CampaignTask, field: str, unit: Unit) -> None:
    """Refuse a unit that the campaign asks nothing of."""
    if task.campaign.round.state == Round.State.PLANNED:
        raise Refused("活动报名还没有开始，暂不上报。")
    if field == "district":
        return
    dues = Due.objects.of_round(task.campaign.round).taking_part()
    path = "school" if field == "school" else "school__group"
    if not dues.filter(**{path: unit}).exists():
        raise Refused("本单位不在这次活动的参加范围内，不用上报。")
