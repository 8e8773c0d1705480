"""The meeting pack: what it says of whom, what stays sealed, and the file that its job makes."""

import io
import re
import shutil
import subprocess

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.template import Context, Engine
from django.urls import reverse
from django.utils import timezone

from awards import meeting_pack
from awards.eligibility import Finding, Verdict
from awards.models import Category, FormField, Objection, Opinion, PanelMark, PublicNotice
from awards.report_job.meeting import KIND
from awards.reports.lists import minutes_document
from awards.workflow.list_counts import tallies_of
from guanweihui import jobs
from guanweihui.documents import pdf
from guanweihui.documents.meeting import Said
from guanweihui.models import AuditEvent
from tests.awards import list_rows, rows

pytestmark = pytest.mark.django_db
Kind = rows.Kind
DAY = list_rows.MET["met_on"]
NO_PDF = pdf.available() or (None if shutil.which("pdftotext") else "poppler-utils is not installed")
needs_pdf = pytest.mark.skipif(NO_PDF is not None, reason=str(NO_PDF))


def printed(content: bytes) -> list[str]:
    """Read a PDF as text without blanks, page by page."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return [re.sub(r"\s", "", page) for page in done.stdout.decode().split("\f")[:-1]]


@pytest.fixture
def award_list(cast):
    kinds = (Kind.ADVANCED_COLLECTIVE, Kind.GOOD_LEADER)
    cycle = list_rows.make_cycle(district=cast.home.district, kinds=kinds)
    return list_rows.make_list(cycle=cycle)


@pytest.fixture
def entry(cast, award_list):
    """Give an entry of a person with everything that a meeting may read of him."""
    found = list_rows.add(award_list, "RESERVE", kind=Kind.GOOD_LEADER, rank=1, unit=cast.home.school)
    nomination = found.nomination
    FormField.objects.create(
        category=nomination.category, section="1_FACTS", key="phone", label="联系电话", format="phone"
    )
    nomination.typed = {
        "unit_name": "示例区和平小学",
        "rank_level": "处级",
        "deeds": "组织五老进校园宣讲。",
        "abstract": "宣讲成效明显。",
        "phone": "19900001234",
    }
    nomination.save()
    now, user = timezone.now(), cast.users.district
    Opinion.objects.create(
        nomination=nomination,
        level="1_UNIT",
        text="同意推荐。",
        signed_by="李明",
        signed_on=DAY,
        given_by=user,
        given_at=now,
    )
    for name, points in (("王评委", 91), ("赵评委", 92.5)):
        PanelMark.objects.create(
            nomination=nomination, panellist=name, points=points, entered_by=user, entered_at=now
        )
    notice = PublicNotice.objects.create(
        award_list=award_list, token="t" * 32, title="公示", basis="通知", first_on=DAY, status="DRAFT"
    )
    Objection.objects.create(
        notice=notice,
        nomination=nomination,
        kind="PERSON",
        objector="钱举报人",
        phone="19900009999",
        text="异议原文",
        received_on=DAY,
        received_by=user,
        received_at=now,
    )
    return found


def warn_of(keys):
    finding = Finding("RANK_SHARE", Verdict.WARN, "处级干部占 30 %，超过 20 %。")
    return dict.fromkeys(keys, [finding, Finding("VETO", Verdict.OK, "没有一票否决。")])


@pytest.fixture
def reading(cast, award_list, entry, monkeypatch):
    monkeypatch.setattr(
        meeting_pack, "check_many", lambda nominations, on: warn_of(one.pk for one in nominations)
    )
    return meeting_pack.read(award_list, cast.users.leader, on=DAY)


def test_a_nominee_s_page_says_all_that_was_said_of_him_and_no_telephone(entry, reading):
    sheet = meeting_pack.nominee_sheet(entry, reading)
    name, group = entry.nomination.printed_name, entry.nomination.unit.group.short_name
    assert (sheet.title, sheet.outcome) == (name, "递补第1名")
    assert sheet.unit == f"关心关工委工作的好领导　示例区和平小学　{group}，组内第 1 名"
    assert sheet.facts == (
        ("单位全称", "示例区和平小学"),
        ("干部级别", "处级"),
        ("是否一线人员", "未填写"),
    )
    assert sheet.deeds == (("主要事迹", "组织五老进校园宣讲。"), ("事迹摘要", "宣讲成效明显。"))
    assert sheet.checks == (Said("处级干部比例（提醒）", "处级干部占 30 %，超过 20 %。", "warn"),)
    assert sheet.opinions == (Said("单位意见", "同意推荐：同意推荐。（李明，2020年5月20日）"),)
    assert sheet.marks == (
        Said("王评委", "91.0 分"),
        Said("赵评委", "92.5 分"),
        Said("平均分", "91.8 分"),
    )
    assert sheet.objections == (Said("实名异议（2020年5月20日收到）", "核查中", "wrong"),)


def test_the_cover_counts_places_against_nominations_of_every_group(cast, award_list, entry):
    leaders = rows.category_of(award_list.cycle, Kind.GOOD_LEADER)
    collectives = rows.category_of(award_list.cycle)
    rows.give_places(leaders, 3, group=cast.home.group)
    rows.give_places(leaders, 1, school=cast.home.school)
    rows.give_places(collectives, 2, group=cast.far.group)
    rows.give_places(collectives, 5)
    list_rows.add(award_list, unit=cast.far.school)
    table = meeting_pack.cover_table(meeting_pack.read(award_list, cast.users.district, on=DAY))
    assert [row.cells[1:] for row in table.all_rows()] == [
        ("合　计", 2, 1, 4, 1),
        ("东苑协作组", 0, 0, 4, 1),
        ("西苑协作组", 2, 1, 0, 0),
    ]
    assert table.notes[-1] == "先进集体另有区机动名额 5 个，不分到协作组。"


def test_the_pack_of_one_category_holds_nothing_of_another(cast, award_list, entry):
    list_rows.add(award_list)
    category = rows.category_of(award_list.cycle, Kind.GOOD_LEADER)
    reading = meeting_pack.read(award_list, cast.users.district, on=DAY, category=category.pk)
    pack = meeting_pack.pack_of(reading)
    assert [table.title for table in pack.tables] == [
        "2020年度先进评选名额与推荐情况",
        "关心关工委工作的好领导推荐排序表",
    ]
    assert [sheet.title for part in pack.parts for sheet in part.sheets] == [entry.nomination.printed_name]


def test_reading_costs_the_same_for_one_nominee_and_for_three(
    cast, award_list, entry, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(meeting_pack, "check_many", lambda nominations, on: {})
    actor = cast.users.district
    assert actor.posts.count()
    meeting_pack.read(award_list, actor, on=DAY)
    for _ in range(2):
        with django_assert_num_queries(8):
            reading = meeting_pack.read(award_list, actor, on=DAY)
            meeting_pack.workbook_tables(reading)
            meeting_pack.pack_of(reading)
        list_rows.add(award_list)
        list_rows.add(award_list, kind=Kind.GOOD_LEADER)


def test_who_does_not_serve_the_district_reads_an_empty_pack(cast, award_list, entry):
    assert meeting_pack.read(award_list, cast.users.school, on=DAY).number == 0


# --- the file -------------------------------------------------------------------------------------------


def made(user, award_list, **params):
    """Run the job as the worker does; return its row and its file."""
    params = {"award_list": award_list.pk, "category": None, "format": "pdf", **params}
    job = jobs.enqueue(KIND, by=user, params=params, district=award_list.cycle.district)
    jobs.run(job.pk, job.task_id)
    job.refresh_from_db()
    content = default_storage.open(job.result_path).read() if job.result_path else b""
    return job, content


@needs_pdf
def test_the_pdf_begins_with_the_quota_and_ends_with_the_signatures(cast, award_list, entry, monkeypatch):
    heard = []
    monkeypatch.setattr(jobs.Heart, "progress", lambda heart, *said: heard.append(said[:2]))
    list_rows.add(award_list, "AWARD")
    job, content = made(cast.users.district, award_list)
    pages = printed(content)
    assert (job.state, heard) == ("DONE", [(0, 1), (0, 4), (0, 4), (1, 4), (1, 4), (2, 4), (2, 4)])
    marks = (
        "名额与推荐情况",
        "先进集体推荐排序表",
        "各级意见",
        "好领导推荐排序表",
        "各级意见",
        "签字页",
    )
    assert [mark in page for mark, page in zip(marks, pages, strict=True)] == [True] * 6
    assert [re.search(r"第(\d+)页", page)[1] for page in pages] == ["1", "2", "3", "4", "5", "6"]
    assert "陈主任" in pages[-1]
    whole = "".join(pages)
    assert [
        secret for secret in ("钱举报人", "19900009999", "异议原文", "19900001234") if secret in whole
    ] == []
    assert AuditEvent.objects.get(action="awardlist.print_pack").changes == {"rows": 2, "format": "pdf"}


def test_the_workbook_has_a_sheet_for_each_list(cast, award_list, entry):
    _, content = made(cast.users.auditor, award_list, format="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == [
        "2020年度先进评选名额与推荐情况",
        "关心关工委工作的好领导推荐排序表",
        "关心关工委工作的好领导检查和意见",
    ]
    rows_ = list(book.worksheets[1].iter_rows(values_only=True))
    assert [row[6] for row in rows_ if row[0] == 1 and isinstance(row[6], float)] == [91.8]


def test_a_job_whose_owner_lost_his_post_or_whose_category_is_empty_says_so(cast, award_list):
    category = Category.objects.first()
    empty, _ = made(cast.users.district, award_list, category=category.pk)
    lost, _ = made(cast.users.school, award_list)
    assert [empty.message, lost.message] == [
        "这个奖项在名单中没有推荐，请换一个奖项。",
        "您已没有这份名单的权限，任务停止。",
    ]


# --- the minutes as a document --------------------------------------------------------------------------


def test_the_minutes_say_who_met_and_what_became_of_each_category(award_list):
    award_list.minutes = "逐一评议。\n名额空缺说明：宁缺毋滥"
    award_list.save()
    for outcome in ("AWARD", "RESERVE", "RESERVE", "DECLINE"):
        list_rows.add(award_list, outcome)
    document = minutes_document(award_list, tallies_of(award_list), today=DAY)
    names = [one.nomination.nominee for one in tallies_of(award_list)[0].entries if one.outcome == "RESERVE"]
    assert [part.text for part in document.body] == [
        "2020年5月20日，示例区教育系统关心下一代工作委员会在教委会议室召开2020年度先进评选评审会，陈主任主持。"
        "会议听取了推荐和复核情况，逐一评议了 4 份推荐，研究提出拟表彰 1 个（名）。纪要如下：",
        "评审结论",
        f"“先进集体”表彰名额 2 个，推荐 4 个，拟表彰 1 个；递补 2 个，依次为{'、'.join(names)}；"
        "不予表彰 1 个；空缺 1 个名额。",
        "“关心关工委工作的好领导”表彰名额 2 个，推荐 0 名，拟表彰 0 名；空缺 2 个名额。",
        "会议讨论情况",
        "逐一评议。",
        "名额空缺说明：宁缺毋滥",
        "出席：陈主任、李副主任、王老师。",
    ]
    assert (document.organ_mark, document.number, document.sealed, len(document.attachments)) == (
        "示例区教育系统关心下一代工作委员会会议纪要",
        "",
        False,
        1,
    )


@pytest.mark.parametrize(
    ("status", "is_draft"), [("DRAFT", True), ("PROPOSED", True), ("APPROVED", False), ("REPLACED", False)]
)
def test_the_minutes_are_a_draft_until_the_list_is_approved(status, is_draft):
    award_list = list_rows.make_list(status=status)
    document = minutes_document(award_list, tallies_of(award_list), today=DAY)
    layout = Engine(dirs=[str(pdf.TEMPLATES)], builtins=["guanweihui.documents.marks"])
    paper = layout.get_template("documents/official.html").render(Context({"document": document}))
    assert ("征求意见稿" in paper) is is_draft


@needs_pdf
def test_the_minutes_come_as_an_official_document(cast, award_list):
    list_rows.add(award_list, "AWARD")
    answer = cast.leader.get(reverse("award-list-record", args=[award_list.pk]))
    text = "".join(printed(b"".join(answer.streaming_content)))
    assert "示例区教育系统关心下一代工作委员会会议纪要" in text
    assert "出席：陈主任、李副主任、王老师。" in text
