"""Pages of campaigns: who sees what, what the office fills in, who has reported a task and who has not."""

import datetime
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from activities.models import Campaign, CampaignTask, TaskEvidence
from guanweihui import todos
from guanweihui.models import Due, Round
from tests.activities.rows import (
    make_due,
    make_evidence,
    make_material,
    make_open_campaign,
    make_stage,
    make_task,
)
from tests.cast import count_queries
from tests.factories import make_campaign, make_district, make_round, make_school

Level = CampaignTask.Level
pytestmark = pytest.mark.django_db
FORM = {
    "theme": "“示例主题”",
    "year": "2019",
    "organiser": "示例区教育关工委",
    "opens_at": "2019-09-02T08:00",
    "deadline_at": "2019-10-15T17:00",
    "grace_minutes": "10",
}
OFFICE_FORMS = ("new", "edit", "copy", "stages/new", "tasks/new", "materials/new")


def words(response) -> str:
    return response.content.decode()


def plain(response) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", words(response)))


@pytest.fixture
def campaign(cast):
    """A campaign under way that the cast's two schools owe, with a stage, a material and a task a level."""
    campaign = make_open_campaign(requirements="每班一次")
    for school in (cast.home.school, cast.far.school):
        make_due(school=school, campaign=campaign)
    today = timezone.localdate()
    make_stage(campaign=campaign, name="阅读月", from_on=today, to_on=today)
    for level in Level:
        make_task(campaign=campaign, level=level, title=f"{level.label}任务")
    make_material(campaign=campaign, title="活动方案", by=cast.users.district)
    return campaign


def url(campaign: Campaign, more: str = "") -> str:
    return f"/campaigns/{campaign.pk}/{more}"


def task_of(campaign: Campaign, level: str = Level.SCHOOL) -> CampaignTask:
    return campaign.tasks.get(level=level)


# --- reading ----------------------------------------------------------------------------------------------


def test_campaigns_are_for_the_committee_that_they_concern(cast, campaign):
    statuses = {who: getattr(cast, who).get(url(campaign)).status_code for who in ("judge", "outreach")}
    assert statuses == {"judge": 404, "outreach": 404}
    assert cast.anonymous.get(url(campaign)).url == f"/accounts/login/?next={url(campaign)}"
    assert cast.district.post(url(campaign)).status_code == 405
    Due.objects.filter(school=cast.far.school).delete()
    assert cast.stranger.get(url(campaign)).status_code == 404
    assert "示例主题" not in words(cast.stranger.get("/campaigns/"))
    assert "示例主题" in words(cast.school.get("/campaigns/"))


def test_the_page_says_what_the_campaign_is_and_how_far(cast, campaign):
    Due.objects.filter(school=cast.far.school).update(
        state=Due.State.NIL, reason="迁建", met_at=timezone.now()
    )
    make_evidence(task=task_of(campaign), school=cast.home.school)
    said = plain(cast.district.get(url(campaign)))
    for part in (
        "每班一次",
        "阅读月（当前）",
        "已报送1/2（50%）",
        "按时1，逾期补报0，未报1，免报0。",
        "学校任务学校",
        "活动方案",
        "办理记录",
    ):
        assert part in said
    # The school that reported nil owes no task, so the other one is all there is.
    assert row_of(cast.district.get(url(campaign)), "学校任务")[4] == "已报"
    page = words(cast.school.get(url(campaign)))
    assert ("办理记录" in page, "修改" in page, "新增任务" in page) == (False, False, False)
    assert page.count(">上报<") == 1


def row_of(response, title: str) -> list[str]:
    """Read the cells of the list row that names a task."""
    lines = re.findall(r"<tr>(.*?)</tr>", words(response), re.DOTALL)
    line = next(line for line in lines if f">{title}</a>" in line)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL)
    return [re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", cell)) for cell in cells]


def test_each_role_sees_how_its_own_units_stand(cast, campaign):
    make_evidence(task=task_of(campaign), school=cast.far.school)
    make_evidence(task=task_of(campaign, Level.GROUP), group=cast.home.group)
    said = {}
    for who in ("district", "group", "school", "stranger"):
        page = getattr(cast, who).get(url(campaign))
        said[who] = [row_of(page, f"{level.label}任务")[4] for level in Level]
    assert said == {
        "district": ["1/2", "1/2", "未报"],
        "group": ["未报", "已报", ""],
        "school": ["未报", "", ""],
        "stranger": ["已报", "", ""],
    }


def test_materials_are_there_for_every_committee_role_of_the_district(cast, campaign):
    address = reverse("attachment-file", args=[campaign.materials.get().file_id])
    players = ("district", "leader", "auditor", "group", "school", "stranger", "judge")
    statuses = {who: getattr(cast, who).get(address).status_code for who in players}
    assert statuses == {**dict.fromkeys(players, 200), "judge": 404}


def test_pages_cost_the_same_for_one_campaign_and_for_three(cast, campaign):
    task = task_of(campaign)
    addresses = ["/campaigns/", url(campaign), f"/campaign-tasks/{task.pk}/evidence/"]
    make_evidence(task=task, school=cast.home.school)
    make_evidence(task=task, school=cast.far.school)
    once = [count_queries(cast.district, address) for address in addresses]
    for _ in range(2):
        make_campaign(theme=f"主题{_}", round=make_round())
        make_stage(campaign=campaign)
        make_task(campaign=campaign)
        make_material(campaign=campaign)
        school = make_school(group=cast.home.group)
        make_due(school=school, campaign=campaign)
        make_evidence(task=task, school=school)
    assert once == [count_queries(cast.district, address) for address in addresses] == [5, 10, 6]


# --- the office's forms -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", OFFICE_FORMS)
def test_the_forms_are_the_office_s(cast, campaign, path):
    address = "/campaigns/new/" if path == "new" else url(campaign, f"{path}/")
    players = ("district", "leader", "auditor", "group", "school", "judge")
    statuses = {who: getattr(cast, who).get(address).status_code for who in players}
    assert statuses == {**dict.fromkeys(players, 404), "district": 200}
    far = make_open_campaign(district=make_district(full_name="别处区"))
    foreign = address.replace(f"/{campaign.pk}/", f"/{far.pk}/")
    assert cast.district.get(foreign).status_code == (200 if foreign == address else 404)


def test_the_office_plans_a_campaign_and_its_round_in_one_go(cast):
    answer = cast.district.post("/campaigns/new/", FORM)
    campaign = Campaign.objects.get()
    assert answer.url == url(campaign)
    assert (campaign.theme, campaign.round.title, campaign.round.state) == (
        "示例主题",
        "“示例主题”主题读书活动报名",
        Round.State.PLANNED,
    )
    said = plain(cast.district.get(answer.url))
    assert "已建立活动“示例主题”和报名任务。" in said
    assert "报名还没有开始" in said


def test_a_bad_form_keeps_what_was_typed(cast):
    answer = cast.district.post("/campaigns/new/", {**FORM, "deadline_at": "2019-09-01T17:00"})
    assert answer.status_code == 422
    assert "截止时间要晚于开始时间" in words(answer)
    assert 'value="示例区教育关工委"' in words(answer)
    short = cast.district.post("/campaigns/new/", {**FORM, "deadline_at": "2019-09-02T17:00"})
    assert "不足两个工作日" in words(short)
    assert Campaign.objects.count() == 0


def test_a_campaign_is_copied_with_its_dates_a_year_on(cast):
    before = make_open_campaign(
        round_fields={
            "year": 2018,
            "opens_at": timezone.make_aware(datetime.datetime(2018, 9, 3, 8)),
            "deadline_at": timezone.make_aware(datetime.datetime(2018, 10, 15, 17)),
        }
    )
    make_stage(campaign=before, name="发动")
    make_task(campaign=before, title="读书月")
    form = words(cast.district.get(url(before, "copy/")))
    for part in ('value="2019"', 'value="2019-09-03T08:00"', 'value="2019-10-15T17:00"'):
        assert part in form
    cast.district.post(url(before, "copy/"), {**FORM, "theme": "示例新主题"})
    copy = Campaign.objects.get(theme="示例新主题")
    assert (copy.stages.get().name, copy.tasks.get().title) == ("发动", "读书月")


def test_stages_tasks_and_materials_are_kept_by_the_office(cast, campaign):
    days = {"name": "发动", "from_on": "2019-09-01", "to_on": "2019-09-30"}
    cast.district.post(url(campaign, "stages/new/"), days)
    stage = campaign.stages.get(name="发动")
    cast.district.post(f"/campaign-stages/{stage.pk}/edit/", {**days, "name": "启动"})
    task = {"level": "SCHOOL", "title": "读书周", "deadline_at": "2019-10-15T17:00"}
    cast.district.post(url(campaign, "tasks/new/"), task)
    made = campaign.tasks.get(title="读书周")
    cast.district.post(f"/campaign-tasks/{made.pk}/edit/", {**task, "evidence": "照片"})
    file = SimpleUploadedFile("标准.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    cast.district.post(url(campaign, "materials/new/"), {"title": "评分标准", "file": file})
    material = campaign.materials.get(title="评分标准")
    stage.refresh_from_db()
    made.refresh_from_db()
    assert (stage.name, made.evidence, material.file.original_name) == ("启动", "照片", "标准.pdf")
    for part in ("campaign-stages", "campaign-tasks", "campaign-materials"):
        pk = {"campaign-stages": stage.pk, "campaign-tasks": made.pk}.get(part, material.pk)
        assert cast.district.post(f"/{part}/{pk}/remove/").status_code == 422
        assert cast.district.post(f"/{part}/{pk}/remove/", {"confirmed": "on"}).url == url(campaign)
    assert (campaign.stages.count(), campaign.tasks.count(), campaign.materials.count()) == (1, 3, 1)


def test_a_material_that_is_no_pdf_or_picture_is_told(cast, campaign):
    file = SimpleUploadedFile("方案.docx", b"PK\x03\x04", "application/zip")
    answer = cast.district.post(url(campaign, "materials/new/"), {"title": "方案", "file": file})
    assert answer.status_code == 422
    assert "这个文件不是PDF" in words(answer)


# --- tasks ------------------------------------------------------------------------------------------------


def report_url(campaign: Campaign, level: str) -> str:
    return f"/campaign-tasks/{task_of(campaign, level).pk}/report/"


@pytest.mark.parametrize(
    ("level", "who"), [(Level.SCHOOL, "school"), (Level.GROUP, "group"), (Level.DISTRICT, "district")]
)
def test_each_level_reports_its_own_task(cast, campaign, level, who):
    address = report_url(campaign, level)
    players = ("district", "leader", "auditor", "group", "school", "judge")
    statuses = {player: getattr(cast, player).get(address).status_code for player in players}
    assert statuses == {**dict.fromkeys(players, 404), who: 200}
    said = {"done_on": "2019-09-20", "words": "第一行\r\n第二行"}
    file = SimpleUploadedFile("照片.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    answer = getattr(cast, who).post(address, {**said, "file": file})
    assert answer.url == address.replace("report", "evidence")
    one = TaskEvidence.objects.get()
    unit = {"school": cast.home.school, "group": cast.home.group, "district": cast.home.district}[who]
    assert (one.unit, one.words, one.file.original_name) == (unit, "第一行\n第二行", "照片.pdf")
    assert 'value="2019-09-20"' in words(getattr(cast, who).get(address))


def test_a_day_to_come_is_told_with_the_text_kept(cast, campaign):
    later = timezone.localdate() + datetime.timedelta(days=1)
    answer = cast.school.post(
        report_url(campaign, Level.SCHOOL), {"done_on": later.isoformat(), "words": "已办完"}
    )
    assert answer.status_code == 422
    assert "完成日期不能晚于今天" in words(answer)
    assert "已办完" in words(answer)


def test_the_list_says_who_has_reported_and_who_has_not(cast, campaign):
    task = task_of(campaign)
    CampaignTask.objects.filter(pk=task.pk).update(deadline_at=timezone.now() - datetime.timedelta(days=1))
    make_evidence(task=task, school=cast.home.school, words="升旗仪式", reported_by=cast.users.school)
    address = f"/campaign-tasks/{task.pk}/evidence/"
    said = plain(cast.district.get(address))
    assert ("全部（2）" in said, "未报（1）" in said, "已报（1）" in said) == (True, True, True)
    assert ("升旗仪式" in said, "（逾期）" in said, "光明中学西苑协作组已逾期" in said) == (True, True, True)
    missing = words(cast.district.get(f"{address}?show=missing"))
    assert ("和平小学" in missing, "光明中学" in missing) == (False, True)
    group = words(cast.group.get(address))
    assert ("和平小学" in group, "光明中学" in group) == (True, False)
    assert cast.judge.get(address).status_code == 404


def test_a_school_is_told_that_a_task_is_not_its_own(cast, campaign):
    page = words(cast.school.get(f"/campaign-tasks/{task_of(campaign, Level.GROUP).pk}/evidence/"))
    assert "这项任务由协作组办理" in page
    assert ">上报<" not in page


# --- to-dos -----------------------------------------------------------------------------------------------


def waiting(user) -> list[str]:
    found = todos.for_actor(user, timezone.now())
    return [todo.title for todo in found if "/campaign-tasks/" in todo.url]


def test_a_task_waits_for_the_units_of_its_level_until_they_report(cast, campaign):
    users = cast.users
    names = ("school", "stranger", "group", "district", "leader", "judge")
    assert [waiting(getattr(users, who)) for who in names] == [
        ["学校任务"],
        ["学校任务"],
        ["协作组任务"],
        ["区任务"],
        [],
        [],
    ]
    make_evidence(task=task_of(campaign), school=cast.home.school)
    make_evidence(task=task_of(campaign, Level.GROUP), group=cast.home.group)
    make_evidence(task=task_of(campaign, Level.DISTRICT), district=cast.home.district)
    assert [waiting(getattr(users, who)) for who in names] == [[], ["学校任务"], [], [], [], []]


def test_who_takes_no_part_and_a_campaign_not_begun_have_no_task(cast, campaign):
    Due.objects.filter(school=cast.home.school).update(state=Due.State.WAIVED, reason="撤并")
    assert [waiting(getattr(cast.users, who)) for who in ("school", "group")] == [[], []]
    Round.objects.update(state=Round.State.PLANNED)
    assert [waiting(getattr(cast.users, who)) for who in ("stranger", "district")] == [[], []]


def test_an_overdue_task_says_so(cast, campaign):
    CampaignTask.objects.update(deadline_at=timezone.now() - datetime.timedelta(days=2))
    todo = next(one for one in todos.for_actor(cast.users.school, timezone.now()) if one.title == "学校任务")
    assert (todo.status, todo.origin, todo.url) == (
        "已逾期",
        "示例主题",
        report_url(campaign, Level.SCHOOL),
    )
