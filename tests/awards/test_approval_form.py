"""The printed 推荐审批表: facts, a photograph, deeds that grow, and the opinions that stand."""

import re
import shutil
import subprocess

import pytest
from django.urls import reverse
from django.utils import timezone

from awards import sheets
from awards.approval_form import form_of
from awards.models import FormField, Nomination
from awards.workflow import nominations as steps
from guanweihui.documents import pdf
from guanweihui.documents.approval import ApprovalForm, LongText, OpinionBox, approval_form, lines_of
from guanweihui.documents.forms import Pair
from guanweihui.models import AuditEvent
from guanweihui.scope import Role
from tests import factories
from tests.awards import rows

S, Kind = Nomination.Status, rows.Kind
NO_PDF = pdf.available() or (None if shutil.which("pdftotext") else "poppler-utils is not installed")
needs_pdf = pytest.mark.skipif(NO_PDF is not None, reason=str(NO_PDF))
LABELS = ["学校党组织意见", "协作组意见", "区教育关工委意见", "区教工委审批意见"]


def text_of(content: bytes) -> str:
    """Read a PDF as text without blanks; its pages are parted by a form feed."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return re.sub(r"[ \n]", "", done.stdout.decode())


def form(nomination, *, is_masked=False):
    fields = sheets.fields_of(nomination)
    return form_of(nomination, fields, opinions=nomination.opinions.all(), is_masked=is_masked)


# --- setting it ---------------------------------------------------------------------------------------------


def widths(lines):
    return [[(pair.label, 1 + pair.cells) for pair in line] for line in lines]


@pytest.mark.parametrize("has_photo", [True, False])
def test_every_line_fills_its_cells(has_photo):
    pairs = [
        Pair("甲", "短"),
        Pair("乙", "长" * 15),
        Pair("丙"),
        Pair("丁", "一\n二"),
        Pair("戊"),
        Pair("己"),
    ]
    lines = lines_of(pairs, has_photo=has_photo)
    sums = [sum(width for _, width in line) for line in widths(lines)]
    assert sums == ([4, 4, 4, 4, 6] if has_photo else [6] * 5)
    assert [pair.label for line in lines for pair in line] == list("甲乙丙丁戊己")


def test_a_photograph_has_its_lines_whatever_is_told():
    assert widths(lines_of([Pair("姓名", "王玥")], has_photo=True)) == [[("姓名", 4)], *[[("", 4)]] * 3]


# --- what it says -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_opinions_stand_while_the_nomination_is_past_their_level():
    nomination = rows.make_endorsed()

    def given():
        return [(box.text, box.signed_by, box.signed_on) for box in form(nomination).boxes]

    unit = (rows.OPINION, "党支部书记李明", "2020年3月2日")
    assert [box.label for box in form(nomination).boxes] == LABELS
    assert [box.mark for box in form(nomination).boxes] == ["（盖章）", "组长签字：", "（盖章）", "（盖章）"]
    assert [text for text, *_ in given()] == [rows.OPINION, "同意推荐。", "", ""]
    nomination = rows.accept(nomination)
    assert (given()[0], [text for text, *_ in given()]) == (
        unit,
        [rows.OPINION, "同意推荐。", "复核通过。", ""],
    )
    office = rows.user_of(nomination.unit.district, Role.DISTRICT)
    nomination = steps.reopen(nomination, reason="有误", by=office, at=timezone.now())
    assert [text for text, *_ in given()] == [rows.OPINION, "", "", ""], "a return is no opinion on it"


@pytest.mark.django_db
def test_no_box_for_a_group_that_is_not_asked():
    nomination = rows.make_nomination()
    nomination.category.passes_group = False
    assert [box.label for box in form(nomination).boxes] == [LABELS[0], *LABELS[2:]]


@pytest.mark.django_db
def test_a_form_tells_what_is_printed_and_hides_telephones_from_others():
    nomination = rows.make_nomination(kind=Kind.ADVANCED_RETIRED)
    add = {"category": nomination.category}
    FormField.objects.create(**add, key="phone", label="联系电话", format="phone", position=8)
    FormField.objects.create(**add, key="since", label="任职时间", format="month", position=9)
    FormField.objects.create(**add, key="health", label="健康状况", is_printed=False, position=10)
    typed = {"phone": "13900001234", "since": "2018.9", "health": "良好", "rank_level": "其他"}
    nomination = rows.fill(nomination, **typed)
    told = form(nomination)
    assert [(pair.label, pair.value) for pair in told.pairs] == [
        ("姓名", nomination.person.name),
        ("单位全称", nomination.unit.full_name),
        ("干部级别", "其他"),
        ("是否一线人员", ""),
        ("联系电话", "13900001234"),
        ("任职时间", "2018年9月"),
    ]
    assert [one.label for one in told.texts] == ["主要事迹", "事迹摘要"]
    assert (told.title, told.photo) == ("退休先进个人推荐审批表", b"")
    masked = {pair.label: pair.value for pair in form(nomination, is_masked=True).pairs}
    assert masked["联系电话"] == "139****1234"
    assert form(rows.make_nomination(cycle=nomination.cycle)).photo is None, "a collective has no face"


# --- on paper -----------------------------------------------------------------------------------------------


@needs_pdf
def test_deeds_grow_over_pages_and_boxes_stay_whole():
    deeds = "\n".join("组织五老进校园宣讲，关心青少年成长，成效明显，受到师生好评。" * 9 for _ in range(9))
    boxes = [OpinionBox(label, "（盖章）", "同意。") for label in LABELS]
    pairs = [Pair("姓名", "王玥")]
    paper = ApprovalForm(
        "推荐审批表", "示例小学", "TJ2020-00001", pairs, [LongText("主要事迹", deeds)], boxes
    )
    pages = text_of(approval_form(paper, by="系统")).split("\f")
    assert len(pages) == 4, "three pages and the end"
    assert "".join(pages).count("组织五老") == 81
    assert ["共3页" in page for page in pages] == [True] * 3 + [False]
    assert sum(page.count("年月日") for page in pages) == 4


@needs_pdf
@pytest.mark.django_db
def test_the_school_prints_its_draft_for_the_seal_and_the_district_what_was_sent(cast):
    nomination = rows.make_nomination(school=cast.home.school, by=cast.users.school)
    address = reverse("nomination-print", args=[nomination.pk])
    answer = cast.school.get(address)
    assert "no-store" in answer["Cache-Control"]
    said = text_of(b"".join(answer.streaming_content))
    for part in (
        "先进集体推荐审批表",
        "推荐单位（盖章）：示例区和平小学",
        "情况属实，同意推荐。",
        "组长签字：",
    ):
        assert part in said
    assert "一寸照片" not in said
    assert cast.district.get(address).status_code == 404
    rows.send(nomination, by=cast.users.school)
    assert cast.district.get(address).status_code == 200
    printed = AuditEvent.objects.filter(action="nomination.print")
    assert [event.actor for event in printed] == [cast.users.school, cast.users.district]


@needs_pdf
@pytest.mark.django_db
def test_what_the_school_writes_anew_is_printed_for_itself_alone_until_it_is_sent(cast):
    """A reader above prints what was sent, as the page shows him."""
    sent = rows.make_sent(school=cast.home.school, by=cast.users.school)
    steps.return_back(sent, reason="请补充。", by=cast.users.group, at=timezone.now())
    sent.refresh_from_db()
    rows.fill(sent, by=cast.users.school, abstract="正在改写的摘要。", rank_level="科级")
    shown = {}
    for player in ("school", "group", "district"):
        answer = getattr(cast, player).get(reverse("nomination-print", args=[sent.pk]))
        said = text_of(b"".join(answer.streaming_content))
        shown[player] = [word in said for word in ("正在改写的摘要。", "科级", "未填写")]
    none = [False] * 3
    assert shown == {"school": [True, True, False], "group": none, "district": none}


@needs_pdf
@pytest.mark.django_db
def test_a_group_prints_telephones_masked(cast):
    nomination = rows.make_nomination(school=cast.home.school, by=cast.users.school)
    FormField.objects.create(category=nomination.category, key="phone", label="联系电话", format="phone")
    rows.send(rows.fill(nomination, by=cast.users.school, phone="13900001234"), by=cast.users.school)
    shown = {}
    for player in ("group", "leader", "district", "school"):
        answer = getattr(cast, player).get(reverse("nomination-print", args=[nomination.pk]))
        shown[player] = "13900001234" in text_of(b"".join(answer.streaming_content))
    assert shown == {"group": False, "leader": False, "district": True, "school": True}


@needs_pdf
@pytest.mark.django_db
def test_a_person_without_a_picture_has_a_frame_for_one(cast):
    person = factories.make_person(school=cast.home.school, name="㛃玥")
    nomination = rows.make_nomination(person=person, kind=Kind.ADVANCED_RETIRED, by=cast.users.school)
    answer = cast.school.get(reverse("nomination-print", args=[nomination.pk]))
    said = text_of(b"".join(answer.streaming_content))
    assert ("一寸照片" in said, "㛃玥" in said) == (True, True)
