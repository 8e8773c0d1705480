"""The board's pages: each reader's slice, what is decided, 催报, the evening, closing and its tables."""

import datetime
import html
import re

import pytest
from django.utils import timezone

from guanweihui import filing_kinds
from guanweihui.models import AuditEvent, Chase, Due, FrozenTable, Round
from members.models import Appointment
from tests.factories import make_appointment, make_school
from tests.guanweihui.round_rows import (
    BEFORE,
    HOUR,
    census,
    make_due,
    make_open_round,
    sheet_of,
    text_of,
    words,
)

pytestmark = pytest.mark.django_db
POSITION = Appointment.Position
DUE_STEPS = ("extend", "waive", "restore", "nil", "chase")


@pytest.fixture
def round_(cast):
    """A round that runs now, with a week left."""
    now = timezone.now()
    week = datetime.timedelta(days=7)
    return make_open_round(opens_at=now - week, deadline_at=now + week, grace_minutes=10)


@pytest.fixture
def due(cast, round_):
    return make_due(round_, cast.home.school)


# --- the board --------------------------------------------------------------------------------------------


def school_names(answer) -> list[str]:
    return re.findall(r'class="name-cell"[^>]*data-label="学校"[^>]*><a[^>]*>([^<]+)', words(answer))


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("district", ["和平小学", "光明中学"]),
        ("leader", ["和平小学", "光明中学"]),
        ("auditor", ["和平小学", "光明中学"]),
        ("group", ["和平小学"]),
        ("school", ["和平小学"]),
        ("stranger", ["光明中学"]),
    ],
)
def test_everybody_reads_his_own_slice_of_the_board(cast, due, who, names):
    make_due(due.round, cast.far.school)
    answer = getattr(cast, who).get(f"/rounds/{due.round_id}/")
    assert school_names(answer) == names
    assert ("西苑协作组" in words(answer)) == ("光明中学" in names)


def test_the_board_s_numbers_lead_to_their_schools(cast, due):
    make_due(due.round, cast.far.school, "WAIVED")
    url = f"/rounds/{due.round_id}/"
    page = words(cast.district.get(url))
    for link, names in (
        (f"{url}?standing=MISSING", ["和平小学"]),
        (f"{url}?standing=WAIVED", ["光明中学"]),
        (f"{url}?group={cast.far.group.pk}", ["光明中学"]),
        (f"{url}?group={cast.far.group.pk}&standing=MISSING", []),
    ):
        assert html.escape(f"{link}#board") in page
        assert school_names(cast.district.get(link, headers={"HX-Request": "true"})) == names
    assert school_names(cast.district.get(f"{url}?unit=和平")) == ["和平小学"]


def test_the_board_names_who_is_called_and_masks_his_phone(cast, due):
    school = cast.home.school
    make_appointment(school=school, printed_name="周主任", phone="19900001111")
    make_appointment(school=school, position=POSITION.LIAISON, printed_name="李联络", phone="19900002222")
    make_appointment(school=school, position=POSITION.COMMITTEE_MEMBER, printed_name="钱委员")
    make_appointment(school=school, position=POSITION.EXECUTIVE_DEPUTY, printed_name="吴无号", phone="")
    gone = datetime.date(2018, 1, 1)
    make_appointment(school=school, position=POSITION.EXECUTIVE_DEPUTY, printed_name="孙离任", to_on=gone)
    for who in ("district", "leader", "group", "school"):
        page = words(getattr(cast, who).get(f"/rounds/{due.round_id}/"))
        assert "李联络（联络员） 199****2222；周主任（主任） 199****1111" in page
        for hidden in ("19900001111", "19900002222", "钱委员", "孙离任", "吴无号"):
            assert hidden not in page


def test_an_overdue_school_stays_on_the_board_until_it_is_waived(cast):
    round_ = make_open_round()
    due = make_due(round_, cast.home.school, "DRAFT")
    assert "填报中，逾期" in text_of(cast.group.get(f"/rounds/{round_.pk}/?standing=MISSING"))
    url = f"/dues/{due.pk}/waive/?back=board"
    assert cast.district.post(url, {"reason": "停办"}).url == f"/rounds/{round_.pk}/"
    assert school_names(cast.group.get(f"/rounds/{round_.pk}/?standing=MISSING")) == []


@pytest.mark.parametrize(
    ("who", "offered"), [("district", ["chase", "extend", "waive"]), ("group", ["chase"]), ("leader", [])]
)
def test_the_board_offers_each_reader_his_steps(cast, due, who, offered):
    page = words(getattr(cast, who).get(f"/rounds/{due.round_id}/"))
    assert [
        step for step in ("chase", "extend", "waive", "restore") if f"/dues/{due.pk}/{step}/" in page
    ] == (offered)


def test_a_waived_school_is_offered_back(cast, round_):
    due = make_due(round_, cast.home.school, "WAIVED")
    page = words(cast.district.get(f"/rounds/{round_.pk}/"))
    assert (f"/dues/{due.pk}/restore/" in page, f"/dues/{due.pk}/waive/" in page) == (True, False)


# --- decisions about one due ------------------------------------------------------------------------------


@pytest.mark.parametrize("back", ["", "?back=board"])
def test_a_decision_goes_back_to_where_it_was_offered(cast, due, back):
    target = f"/rounds/{due.round_id}/" if back else filing_kinds.url_of(due)
    for step, data in (
        ("extend", {"until": "2099-11-30T17:00", "reason": "停电"}),
        ("chase", {"means": "PHONE"}),
        ("waive", {"reason": "停办"}),
        ("restore", {"reason": "仍在办"}),
    ):
        assert cast.district.post(f"/dues/{due.pk}/{step}/{back}", data).url == target, step
    assert cast.school.post(f"/dues/{due.pk}/nil/{back}", {"reason": "没有退休教师"}).url == target
    due.refresh_from_db()
    assert (due.state, due.deadline_at.year, Chase.objects.count()) == ("NIL", 2099, 1)


def test_a_decision_refused_is_said_and_keeps_what_was_typed(cast, due):
    early = {"until": "2018-11-30T17:00", "reason": "全校停电"}
    answer = cast.district.post(f"/dues/{due.pk}/extend/", early)
    assert (answer.status_code, "要晚于原截止时间" in words(answer)) == (422, True)
    assert ("全校停电" in words(answer), 'value="2018-11-30T17:00"' in words(answer)) == (True, True)
    blank = cast.school.post(f"/dues/{due.pk}/nil/", {"reason": " "})
    assert (blank.status_code, Due.objects.get().state) == (422, "WAITING")


def test_a_decision_belongs_to_its_role(cast, due):
    for who, steps in {
        "group": ("extend", "waive", "restore", "nil"),
        "school": ("extend", "waive", "restore", "chase"),
        "leader": DUE_STEPS,
    }.items():
        for step in steps:
            url = f"/dues/{due.pk}/{step}/"
            client = getattr(cast, who)
            data = {"reason": "停办", "means": "PHONE", "until": "2099-11-30T17:00"}
            assert [client.get(url).status_code, client.post(url, data).status_code] == [404, 404], (
                who,
                step,
            )
    due.refresh_from_db()
    assert (due.state, due.deadline_at, Chase.objects.count()) == ("WAITING", None, 0)


def test_the_last_call_stands_on_the_board(cast, due):
    for said in ("没有接通", "四点前报"):
        data = {"means": "PHONE", "spoken_with": "李明", "words": said}
        cast.group.post(f"/dues/{due.pk}/chase/", data)
    page = text_of(cast.district.get(f"/rounds/{due.round_id}/"))
    assert ("group先生：电话，李明，四点前报" in page, "没有接通" in page) == (True, False)
    assert "没有接通" in text_of(cast.district.get(f"/dues/{due.pk}/chase/"))


# --- 催报 -------------------------------------------------------------------------------------------------


def test_each_group_reads_its_text_and_the_office_all(cast, due):
    make_due(due.round, cast.far.school)
    make_due(due.round, make_school(group=cast.far.group, short_name="已报校"), "SUBMITTED", met_at=BEFORE)
    url = f"/rounds/{due.round_id}/chase/"
    page = words(cast.district.get(url))
    texts = re.findall(r"<textarea[^>]*readonly>([^<]+)</textarea>", page)
    assert ["和平小学" in one for one in texts] == [True, False]
    assert ["西苑协作组还有 1 所学校未报：光明中学。" in one for one in texts] == [False, True]
    assert "已报校" not in page
    own = re.findall(r"<textarea[^>]*readonly>([^<]+)</textarea>", words(cast.group.get(url)))
    assert own == texts[:1]
    assert page.count("data-copy=") == 2


def test_when_all_have_sent_there_is_nobody_to_chase(cast, round_):
    make_due(round_, cast.home.school, "NIL", met_at=BEFORE)
    for part in ("chase", "phones"):
        assert "不用再催" in words(cast.group.get(f"/rounds/{round_.pk}/chase/"))
        assert 'name="purpose"' not in words(cast.group.get(f"/rounds/{round_.pk}/{part}/"))


@pytest.fixture
def phones(cast, due):
    make_appointment(school=cast.home.school, position=POSITION.LIAISON, phone="19900002222")
    make_due(due.round, cast.far.school)
    make_appointment(school=cast.far.school, position=POSITION.LIAISON, phone="19900003333")
    return f"/rounds/{due.round_id}/phones/"


def test_phones_stand_masked_until_the_purpose_is_said(cast, phones):
    page = words(cast.district.get(phones))
    assert ("199****2222" in page, "19900002222" in page) == (True, False)
    short = cast.district.post(phones, {"purpose": "催", "format": "page"})
    assert (short.status_code, "19900002222" in words(short), AuditEvent.objects.count()) == (422, False, 0)


@pytest.mark.parametrize(("who", "numbers"), [("district", [True, True]), ("group", [True, False])])
def test_the_whole_list_is_shown_once_and_stands_in_the_trail(cast, phones, who, numbers):
    answer = getattr(cast, who).post(phones, {"purpose": "截止前电话催报", "format": "page"})
    assert [number in words(answer) for number in ("19900002222", "19900003333")] == numbers
    assert "no-store" in answer.headers["Cache-Control"]
    line = AuditEvent.objects.get()
    schools = [name for name, shown in zip(("和平小学", "光明中学"), numbers, strict=True) if shown]
    assert (line.action, line.reason) == ("round.phones", "截止前电话催报")
    assert line.changes == {"schools": sorted(schools)}


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
def test_the_whole_list_comes_as_a_file_too(cast, phones, kind):
    answer = cast.group.post(phones, {"purpose": "截止前电话催报", "format": kind})
    assert "no-store" in answer.headers["Cache-Control"]
    assert f"2018年五老志愿者登记催报电话表_示例区_{timezone.localdate():%Y%m%d}.{kind}" == answer.filename
    if kind == "xlsx":
        cells = [cell for line in sheet_of(answer) for cell in line]
        assert ("19900002222" in cells, "19900003333" in cells) == (True, False)
    else:
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["round.phones", "list.export"]


# --- the deadline evening ---------------------------------------------------------------------------------


def test_the_evening_refreshes_itself_with_and_without_script(cast, due):
    make_due(due.round, cast.far.school, "SUBMITTED", met_at=timezone.now())
    url = f"/rounds/{due.round_id}/evening/"
    page = words(cast.district.get(url))
    assert f'hx-get="{url}" hx-trigger="every 30s"' in page
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in page
    part = words(cast.district.get(url, headers={"HX-Request": "true"}))
    assert ("<html" in part, part.strip().startswith('<div id="evening"')) == (False, True)
    shown = text_of(cast.district.get(url))
    for said in ("应报 2 所", "已报 1 所", "未报 1 所", "东苑协作组（1 所） 和平小学", "光明中学 西苑协作组"):
        assert said in shown


def test_the_evening_of_a_group_is_its_own(cast, due):
    make_due(due.round, cast.far.school)
    page = words(cast.group.get(f"/rounds/{due.round_id}/evening/"))
    assert ("和平小学" in page, "光明中学" in page) == (True, False)


def test_the_evening_counts_down_and_then_up(cast):
    now = timezone.now()
    soon = make_open_round(deadline_at=now + 2 * HOUR + datetime.timedelta(minutes=15, seconds=30))
    late = make_open_round(title="过时的", deadline_at=now - HOUR * 3 - datetime.timedelta(seconds=30))
    for round_, said in ((soon, "还剩 2 小时 15 分钟"), (late, "已逾期 3 小时")):
        make_due(round_, cast.home.school)
        assert said in text_of(cast.leader.get(f"/rounds/{round_.pk}/evening/"))


# --- closing, tables, files -------------------------------------------------------------------------------


@pytest.fixture
def over(cast, monkeypatch):
    """A round past its deadline, of a kind with one table of its own."""
    kind = filing_kinds.FilingKind("registration", None, None, None, None, census, "按应报学校计")  # type: ignore[arg-type]
    monkeypatch.setitem(filing_kinds._KINDS, "registration", kind)
    round_ = make_open_round(as_of_on=datetime.date(2018, 10, 31))
    make_due(round_, cast.home.school, "ACCEPTED", met_at=BEFORE)
    make_due(round_, cast.far.school)
    return round_


def test_closing_names_what_is_stored_and_asks(cast, over):
    url = f"/rounds/{over.pk}/close/"
    page = text_of(cast.district.get(url))
    for said in ("2018年五老志愿者登记报送进度", "2018年五老志愿者登记报送情况表", "学校清单", "2018-10-31"):
        assert said in page
    assert "应报 2 所：按时 1 所（50.0%），逾期补报 0 所（0.0%），未报 1 所（50.0%）" in page
    assert (cast.district.post(url).status_code, FrozenTable.objects.count()) == (422, 0)
    assert cast.district.post(url, {"confirmed": "on"}).url == f"/rounds/{over.pk}/tables/"
    assert (Round.objects.get().state, FrozenTable.objects.count()) == ("CLOSED", 3)
    again = cast.district.post(url, {"confirmed": "on"})
    assert (again.status_code, "不能定稿" in words(again)) == (422, True)


def test_a_closed_round_shows_what_was_stored(cast, over):
    cast.district.post(f"/rounds/{over.pk}/close/", {"confirmed": "on"})
    Due.objects.update(state="NIL", reason="停办")
    tables = f"/rounds/{over.pk}/tables/"
    for url in (tables, f"{tables}census/"):
        page = text_of(cast.leader.get(url))
        assert ("由district先生定稿" in page, "口径：按应报学校计" in page) == (True, True), url
    assert "光明中学 未报" in text_of(cast.leader.get(f"{tables}census/"))
    assert ("光明中学", "未报") in [
        line[:2] for line in sheet_of(cast.leader.get(f"{tables}census/?format=xlsx"))
    ]
    own = text_of(cast.stranger.get(f"{tables}census/"))
    assert ("光明中学 零报告" in own, "已经定稿" in own, "和平小学" in own) == (True, True, False)
    assert cast.leader.get(f"{tables}nothing/").status_code == 404


def test_tables_come_as_page_workbook_and_pdf(cast, over):
    url = f"/rounds/{over.pk}/tables/census/"
    assert "和平小学 已通过" in text_of(cast.group.get(url))
    answer = cast.group.get(f"{url}?format=xlsx")
    rows = [line[:2] for line in sheet_of(answer)]
    assert (("和平小学", "已通过") in rows, ("光明中学", "未报") in rows) == (True, False)
    pdf = cast.group.get(f"{url}?format=pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["list.export"] * 2
    assert cast.group.get(f"{url}?format=exe").status_code == 404


@pytest.mark.parametrize("who", ["district", "group"])
def test_the_completeness_table_lists_every_school_due(cast, over, who):
    rows = sheet_of(getattr(cast, who).get(f"/rounds/{over.pk}/export/"))
    found = [line[1:7] for line in rows if line[0] in (1, 2) and line[1] != 1 and line[3] in ("按时", "未报")]
    whole = [
        ("东苑协作组", "和平小学", "按时", "已通过", "2018-11-12 17:00", "2018-11-12 16:00:00"),
        ("西苑协作组", "光明中学", "未报", "未报", "2018-11-12 17:00", None),
    ]
    assert found == (whole if who == "district" else whole[:1])
    pdf = getattr(cast, who).get(f"/rounds/{over.pk}/export/?format=pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")


def test_a_planned_round_has_no_tables(cast):
    round_ = make_open_round(state="PLANNED")
    assert cast.district.get(f"/rounds/{round_.pk}/tables/").status_code == 404
