"""Steps on campaigns: rights, what is written, one line a step, what is refused."""

import datetime

import pytest
from django.utils import timezone

from activities import workflow
from activities.models import Campaign, CampaignMaterial, CampaignStage, CampaignTask, TaskEvidence
from guanweihui.models import Attachment, AuditEvent, Due, Round
from guanweihui.models.org import Stage
from guanweihui.workflow import Refused
from tests.activities.rows import (
    make_due,
    make_evidence,
    make_material,
    make_open_campaign,
    make_stage,
    make_task,
)
from tests.factories import make_campaign, make_district, make_round, make_school

CN = datetime.timezone(datetime.timedelta(hours=8))
AT = datetime.datetime(2019, 9, 20, 4, tzinfo=datetime.UTC)
PICTURE = {"name": "方案.jpg", "content": b"\xff\xd8\xff", "content_type": "image/jpeg"}
VALUES = {
    "theme": "示例主题",
    "year": 2019,
    "organiser": "示例区教育关工委",
    "series": "",
    "requirements": "每班一次",
    "opens_at": datetime.datetime(2019, 9, 2, 8, tzinfo=CN),
    "deadline_at": datetime.datetime(2019, 10, 15, 17, tzinfo=CN),
    "grace_minutes": 10,
    "as_of_on": datetime.date(2019, 9, 1),
    "stages": [Stage.PRIMARY],
    "group_endorses": False,
    "instructions": "没有参加的学段填0。",
    "kind": "registration",
    "title": "别的名称",
}
Level = CampaignTask.Level
pytestmark = pytest.mark.django_db


def lines() -> list[tuple]:
    return [(line.action, line.changes) for line in AuditEvent.objects.order_by("pk")]


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "school", "judge", "outreach"])
def test_the_office_alone_writes_campaigns(cast, who):
    campaign = make_open_campaign()
    make_due(school=cast.home.school, campaign=campaign)
    stage, task, material = (
        make_stage(campaign=campaign),
        make_task(campaign=campaign),
        make_material(campaign=campaign),
    )
    ways = {"by": getattr(cast.users, who), "at": AT}
    steps = (
        lambda: workflow.plan_campaign(VALUES, **ways),
        lambda: workflow.plan_campaign(VALUES, copied_from=campaign, **ways),
        lambda: workflow.edit_campaign(campaign, {"theme": "改"}, **ways),
        lambda: workflow.add_stage(campaign, {"name": "发动"}, **ways),
        lambda: workflow.edit_stage(stage, {"name": "改"}, **ways),
        lambda: workflow.remove_stage(stage, **ways),
        lambda: workflow.add_task(campaign, {"title": "新"}, **ways),
        lambda: workflow.edit_task(task, {"title": "改"}, **ways),
        lambda: workflow.remove_task(task, **ways),
        lambda: workflow.add_material(campaign, "方案", PICTURE, **ways),
        lambda: workflow.remove_material(material, **ways),
    )
    for step in steps:
        with pytest.raises(Refused, match="不在您的职责范围内"):
            step()
    models = (Campaign, CampaignStage, CampaignTask, CampaignMaterial, Attachment)
    assert ([model.objects.count() for model in models], lines()) == ([1, 1, 1, 1, 1], [])


def test_a_foreign_district_s_office_reaches_nothing(cast):
    far = make_open_campaign(district=make_district(full_name="别处区"))
    with pytest.raises(Refused, match="不在您的职责范围内"):
        workflow.plan_campaign(VALUES, copied_from=far, by=cast.users.district, at=AT)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        workflow.edit_task(make_task(campaign=far), {"title": "改"}, by=cast.users.district, at=AT)
    assert lines() == []


def test_a_campaign_begins_with_its_round(cast):
    campaign = workflow.plan_campaign(VALUES, by=cast.users.district, at=AT)
    round_ = campaign.round
    assert (campaign.district, campaign.theme, campaign.year, campaign.organiser, campaign.requirements) == (
        cast.home.district,
        "示例主题",
        2019,
        "示例区教育关工委",
        "每班一次",
    )
    assert (round_.kind, round_.title, round_.year, round_.state) == (
        Round.Kind.ENROLMENT,
        "“示例主题”主题读书活动报名",
        2019,
        Round.State.PLANNED,
    )
    assert (round_.deadline_at, round_.grace_minutes, round_.stages, round_.group_endorses) == (
        VALUES["deadline_at"],
        10,
        ["PRIMARY"],
        False,
    )
    assert lines() == [
        ("round.plan", {"deadline_at": [None, "2019-10-15 17:00:00+08:00"]}),
        ("campaign.plan", {"theme": [None, "示例主题"], "year": [None, 2019]}),
    ]


def test_a_second_campaign_of_a_theme_and_year_leaves_nothing_behind(cast):
    make_campaign(theme="示例主题", year=2019, round=make_round(year=2019))
    with pytest.raises(Refused, match="本学年已有同一主题的活动"):
        workflow.plan_campaign(VALUES, by=cast.users.district, at=AT)
    assert (Round.objects.count(), lines()) == (1, [])


def test_a_copy_brings_stages_and_tasks_a_year_on(cast):
    before = make_open_campaign(
        round_fields={
            "opens_at": datetime.datetime(2018, 9, 3, 8, tzinfo=CN),
            "deadline_at": datetime.datetime(2018, 10, 15, 17, tzinfo=CN),
            "year": 2018,
        }
    )
    days = {"from_on": datetime.date(2018, 9, 3), "to_on": datetime.date(2018, 9, 28)}
    make_stage(campaign=before, name="发动", **days)
    due = datetime.datetime(2018, 9, 28, 12, tzinfo=CN)  # a year on it is a Saturday
    task = make_task(campaign=before, title="读书月", evidence="照片", deadline_at=due)
    make_evidence(task=task, school=make_school(group=cast.home.group))
    values = workflow.shifted(before)
    assert (values["theme"], values["year"], values["title"]) == ("", 2019, values["title"])
    assert values["deadline_at"] == datetime.datetime(2019, 10, 15, 17, tzinfo=CN)
    copy = workflow.plan_campaign(
        {**values, "theme": "示例新主题"}, copied_from=before, by=cast.users.district, at=AT
    )
    stage, new = copy.stages.get(), copy.tasks.get()
    assert (stage.name, stage.from_on, stage.to_on) == (
        "发动",
        datetime.date(2019, 9, 3),
        datetime.date(2019, 9, 28),
    )
    assert (new.title, new.evidence, new.level) == ("读书月", "照片", Level.SCHOOL)
    # 28 September 2019 was a Saturday and 29 a working Sunday (调休).
    assert new.deadline_at == datetime.datetime(2019, 9, 29, 12, tzinfo=CN)
    assert (new.evidence_rows.count(), copy.round.copied_from) == (0, before.round)
    assert lines()[1] == (
        "campaign.plan",
        {
            "theme": [None, "示例新主题"],
            "year": [None, 2019],
            "copied_from": "示例主题",
            "stages": 1,
            "tasks": 1,
        },
    )


def test_parts_are_added_changed_and_taken_away(cast):
    campaign, ways = make_open_campaign(), {"by": cast.users.district, "at": AT}
    days = {"from_on": datetime.date(2019, 9, 1), "to_on": datetime.date(2019, 9, 30)}
    stage = workflow.add_stage(campaign, {"name": "发动", **days}, **ways)
    workflow.edit_stage(stage, {"name": "阅读", **days}, **ways)
    workflow.remove_stage(stage, **ways)
    values = {"level": "SCHOOL", "title": "读书月", "requirements": "", "deadline_at": AT}
    task = workflow.add_task(campaign, values, **ways)
    workflow.edit_task(task, {**values, "title": "读书周"}, **ways)
    workflow.remove_task(task, **ways)
    Round.objects.update(title="“示例主题”主题读书活动报名")
    workflow.edit_campaign(campaign, {"theme": "示例新主题", "year": 1999}, **ways)
    campaign.refresh_from_db()
    assert (campaign.stages.count(), campaign.tasks.count()) == (0, 0)
    assert (campaign.theme, campaign.year, Round.objects.get().title) == (
        "示例新主题",
        2019,
        "“示例新主题”主题读书活动报名",
    )
    assert lines() == [
        (
            "campaignstage.add",
            {"name": [None, "发动"], "from_on": [None, "2019-09-01"], "to_on": [None, "2019-09-30"]},
        ),
        ("campaignstage.edit", {"name": ["发动", "阅读"]}),
        ("campaignstage.remove", {}),
        (
            "campaigntask.add",
            {
                "level": [None, "SCHOOL"],
                "title": [None, "读书月"],
                "deadline_at": [None, "2019-09-20 04:00:00+00:00"],
            },
        ),
        ("campaigntask.edit", {"title": ["读书月", "读书周"]}),
        ("campaigntask.remove", {}),
        (
            "campaign.edit",
            {
                "theme": ["示例主题", "示例新主题"],
                "round": ["“示例主题”主题读书活动报名", "“示例新主题”主题读书活动报名"],
            },
        ),
    ]


def test_what_a_part_may_not_be_is_refused_in_words(cast):
    campaign, ways = make_open_campaign(), {"by": cast.users.district, "at": AT}
    stage, task = make_stage(campaign=campaign), make_task(campaign=campaign, title="读书月")
    make_evidence(task=task, school=cast.home.school)
    backwards = {"name": "发动", "from_on": datetime.date(2019, 9, 2), "to_on": datetime.date(2019, 9, 1)}
    twice = {"level": "SCHOOL", "title": "读书月", "deadline_at": AT}
    cases = (
        (lambda: workflow.add_stage(campaign, backwards, **ways), "结束日期不能早于开始日期"),
        (lambda: workflow.edit_stage(stage, {"name": stage.name}, **ways), "没有任何改动"),
        (lambda: workflow.add_task(campaign, twice, **ways), "这一层级已有同名的任务"),
        (lambda: workflow.edit_task(task, {"level": "GROUP"}, **ways), "不能改变任务的层级"),
        (lambda: workflow.remove_task(task, **ways), "已有单位上报，不能删除"),
    )
    for step, words in cases:
        with pytest.raises(Refused, match=words):
            step()
    assert lines() == []


def test_a_material_comes_and_goes_with_its_file(cast):
    campaign, ways = make_open_campaign(), {"by": cast.users.district, "at": timezone.now()}
    material = workflow.add_material(campaign, "活动方案", PICTURE, **ways)
    assert (material.file.district, material.file.field) == (cast.home.district, "shared.material")
    workflow.remove_material(material, **ways)
    assert (CampaignMaterial.objects.count(), Attachment.objects.count()) == (0, 0)
    assert lines() == [
        ("campaignmaterial.add", {"title": [None, "活动方案"]}),
        ("campaignmaterial.remove", {"title": ["活动方案", None]}),
    ]


# --- a task reported --------------------------------------------------------------------------------------

SAID = {"done_on": datetime.date(2019, 9, 20), "words": "已办"}
WHO = {Level.SCHOOL: "school", Level.GROUP: "group", Level.DISTRICT: "district"}


@pytest.fixture
def campaign(cast):
    campaign = make_open_campaign()
    make_due(school=cast.home.school, campaign=campaign)
    return campaign


def unit_of(cast, level):
    return getattr(cast.home, WHO[level])


@pytest.mark.parametrize("level", Level)
def test_each_level_reports_its_own_tasks_and_no_other(cast, campaign, level):
    task = make_task(campaign=campaign, level=level)
    for other, who in WHO.items():
        ways = {"by": getattr(cast.users, who), "at": AT}
        if other == level:
            continue
        with pytest.raises(Refused, match="不在您的职责范围内"):
            workflow.report_task(task, unit_of(cast, level), SAID, **ways)
        with pytest.raises(Refused, match=f"这项任务由{Level(level).label}办理"):
            workflow.report_task(task, unit_of(cast, other), SAID, **ways)
    by = getattr(cast.users, WHO[level])
    one = workflow.report_task(task, unit_of(cast, level), SAID, by=by, at=AT)
    assert (one.unit, one.done_on, one.words, one.reported_by, one.reported_at) == (
        unit_of(cast, level),
        SAID["done_on"],
        "已办",
        by,
        AT,
    )
    changes = {"done_on": [None, "2019-09-20"], "is_new": True, "file": False}
    assert lines() == [("taskevidence.report", changes)]


def test_a_second_report_replaces_the_first_and_its_file(cast, campaign):
    task, ways = make_task(campaign=campaign), {"by": cast.users.school, "at": timezone.now()}
    first = workflow.report_task(task, cast.home.school, SAID, file=PICTURE, **ways)
    kept = workflow.report_task(task, cast.home.school, {**SAID, "words": "补充"}, **ways)
    assert kept.file == first.file
    last = workflow.report_task(task, cast.home.school, SAID, file={**PICTURE, "name": "新.jpg"}, **ways)
    assert (TaskEvidence.objects.get(), last.file.original_name) == (first, "新.jpg")
    assert list(Attachment.objects.values_list("school", "field")) == [(cast.home.school.pk, "evidence.task")]
    assert [changes["is_new"] for _, changes in lines()] == [True, False, False]


def test_who_takes_no_part_and_a_day_to_come_are_refused(cast, campaign):
    task, group_task = make_task(campaign=campaign), make_task(campaign=campaign, level=Level.GROUP)
    ways = {"by": cast.users.school, "at": AT}
    with pytest.raises(Refused, match="不在您的职责范围内"):
        workflow.report_task(task, cast.far.school, SAID, **ways)
    with pytest.raises(Refused, match="不能晚于今天"):
        workflow.report_task(task, cast.home.school, {**SAID, "done_on": datetime.date(2019, 9, 21)}, **ways)
    Due.objects.update(state=Due.State.WAIVED, reason="撤并")
    for one, unit, by in (
        (task, cast.home.school, cast.users.school),
        (group_task, cast.home.group, cast.users.group),
    ):
        with pytest.raises(Refused, match="不在这次活动的参加范围内"):
            workflow.report_task(one, unit, SAID, by=by, at=AT)
    assert lines() == []


def test_nothing_is_reported_before_the_enrolment_opens(cast):
    campaign = make_open_campaign(round_fields={"state": Round.State.PLANNED})
    task = make_task(campaign=campaign, level=Level.DISTRICT)
    with pytest.raises(Refused, match="还没有开始"):
        workflow.report_task(task, cast.home.district, SAID, by=cast.users.district, at=AT)
