"""Pages of trips: list, one trip, the two-minute form, the principal's page, sheet, photos, workbook."""

import datetime
import io

import openpyxl
import pytest
from django.utils import timezone
from PIL import Image

from guanweihui.documents import pdf
from guanweihui.models import Attachment
from guanweihui.uploads import read
from members.models import ServiceRecord
from outreach.models import Need, Trip, TripService
from outreach.workflow import trips as steps
from outreach.workflow.trips_files import add_photos
from tests.cast import count_queries
from tests.factories import make_host_school, make_pairing, make_person, make_programme
from tests.outreach.rows import DAY, make_need, make_traveller, make_trip
from tests.outreach.trips_rows import AT, confirmed, entered, form_of, picture, submitted, upload, values_of

S = Trip.Status
pytestmark = pytest.mark.django_db
NEW, LIST, HOME = "/outreach/trips/new/", "/outreach/trips/", "/outreach/mine/"


def words(response) -> str:
    return response.content.decode()


def url_of(trip, end="") -> str:
    return f"{LIST}{trip.pk}/{end}"


def day(n: int) -> datetime.date:
    return DAY + datetime.timedelta(days=n)


@pytest.fixture
def post(cast):
    """Give the posted values of a right trip of the home pair."""
    make_traveller(cast.home.pairing)
    return form_of(values_of(cast.home.pairing), people=[cast.home.pairing.principal_id])


@pytest.fixture
def other(cast):
    """Give a trip of another pair."""
    pairing = make_pairing(programme=make_programme(name="第二批"), principal_name="吴校长")
    return make_trip(pairing=pairing, purpose="远方听课")


# --- rights -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [LIST, HOME, NEW, f"{LIST}export/"])
def test_pages_of_trips_are_for_the_office_and_the_pair(cast, url):
    for who in ("group", "school", "judge", "host", "volunteer"):
        assert getattr(cast, who).get(url).status_code == 404
    assert cast.anonymous.get(url).url.startswith("/accounts/login/")
    assert cast.outreach.delete(url).status_code in {404, 405}


def test_a_foreign_trip_does_not_exist(cast, other):
    for end in ("", "edit/", "sheet/", "scan/"):
        assert cast.outreach.get(url_of(other, end)).status_code == 404
    for end in ("submit/", "withdraw/", "photos/add/"):
        assert cast.outreach.post(url_of(other, end)).status_code == 404
    assert cast.outreach.get(f"{NEW}?pairing={other.pairing_id}").status_code == 404
    assert cast.district.get(url_of(other)).status_code == 200


@pytest.mark.parametrize("end", ["confirm/", "return/", "reopen/", "void/", "hours/retry/"])
def test_office_steps_do_not_exist_for_the_pair(cast, end):
    trip = submitted(cast)
    for who in ("outreach", "leader", "auditor"):
        assert getattr(cast, who).post(url_of(trip, end)).status_code == 404


# --- the list -----------------------------------------------------------------------------------------


def test_the_list_sums_confirmed_trips_alone(cast):
    pairing = cast.home.pairing
    make_trip(pairing=pairing, status=S.CONFIRMED, lessons_observed=6)
    make_trip(pairing=pairing, number=2, from_on=day(5), lessons_observed=900)
    page = words(cast.district.get(LIST))
    foot = page.partition("<tfoot>")[2].partition("</tfoot>")[0]
    assert ("已确认合计 1 次" in foot, "3 天" in foot, ">6<" in foot, "90" in foot) == (
        True,
        True,
        True,
        False,
    )
    assert "合计只算受援学校已确认的下校记录" in page


def test_the_query_bar_finds(cast, other):
    mine = make_trip(pairing=cast.home.pairing, status=S.CONFIRMED)

    def found(query: str) -> set[str]:
        body = words(cast.district.get(LIST + query)).partition("<tbody>")[2]
        return {name for name in ("周校长", "吴校长") if name in body}

    assert found("") == {"周校长", "吴校长"}
    assert found("?text=远方") == found("?status=SUBMITTED") == {"吴校长"}
    assert found("?text=周校长") == found(f"?host_school={mine.host_school_id}") == {"周校长"}
    assert found(f"?programme={mine.pairing.programme_id}") == {"周校长"}
    assert found("?since=2019-03-15") == found("?until=2019-03-13") == set()
    assert found("?since=2019-03-14&until=2019-03-14") == {"周校长", "吴校长"}
    assert "吴校长" not in words(cast.outreach.get(LIST))


def test_a_figure_shows_the_trips_that_it_counts(cast, other):
    trip = make_trip(pairing=cast.home.pairing, status=S.CONFIRMED)
    trip.members.create(person=make_person(name="孙助理"), position=1, number=1)
    page = words(cast.district.get(f"{LIST}?figure=outreach.trip_people&year=2018"))
    assert ("下校人数 2 人" in page, "周校长" in page, "吴校长" in page) == (True, True, False)
    assert "下校时间 6 半天" in words(cast.district.get(f"{LIST}?figure=outreach.trip_half_days&year=2018"))


def test_the_workbook_has_the_rows_of_the_query_and_the_confirmed_total(cast, other):
    make_trip(pairing=cast.home.pairing, status=S.CONFIRMED, lessons_observed=6)
    answer = cast.district.get(f"{LIST}export/")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if any(row)]
    total = next(row for row in rows if row[1] and str(row[1]).startswith("已确认合计"))
    assert (total[1], total[5], total[7]) == ("已确认合计 1 次", 3, 6)
    assert {row[1] for row in rows if row[0] in (1, 2)} == {"周校长（第1次）", "吴校长（第1次）"}


def test_pages_cost_the_same_at_one_and_three_rows(cast):
    pairing = cast.home.pairing

    def costs():
        return [
            count_queries(cast.district, LIST),
            count_queries(cast.outreach, LIST),
            count_queries(cast.outreach, HOME),
            count_queries(cast.district, f"{LIST}?figure=outreach.trips&year=2018"),
        ]

    make_need(host_school=cast.home.host)
    make_trip(pairing=pairing, status=S.CONFIRMED)
    once = costs()
    for n in (2, 3):
        make_trip(pairing=pairing, status=S.CONFIRMED, number=n, from_on=day(10 * n))
        for need in Need.objects.all()[:1]:
            Need.objects.create(visit=need.visit, field=need.field, text=f"需求{n}")
    assert once == costs() == [9, 8, 8, 10]


def test_a_trip_costs_the_same_with_one_day_and_with_three(cast):
    short = make_trip(pairing=cast.home.pairing, status=S.CONFIRMED, days=1)
    full = make_trip(pairing=cast.home.pairing, status=S.CONFIRMED, number=2, from_on=day(9))
    for trip in (short, full):
        for line in trip.days.all():
            TripService.objects.create(member=trip.members.get(), day=line, fault="没有登记为志愿者")
    assert count_queries(cast.district, url_of(short)) == count_queries(cast.district, url_of(full)) == 12


# --- one trip -----------------------------------------------------------------------------------------


def test_the_page_of_a_trip_says_everything(cast):
    make_traveller(cast.home.pairing, is_volunteer=False)
    trip = confirmed(
        cast, travel="高铁", travel_hours=8, materials="图书", materials_yuan=12000, words="老师很用心"
    )
    page = words(cast.district.get(url_of(trip)))
    for said in (
        "周校长（第1次）",
        "2019-03-12上午 至 2019-03-14下午",
        "3 天",
        "6 节",
        "高铁，路途 8 小时（不计入服务时间）",
        "图书，折合 12,000 元",
        "老师很用心",
        "2019-03-13 星期三",
        "没有登记为志愿者",
        "再次记入",
        "李主任",
        "受援学校在线确认",
        "办理记录",
        "重新打开",
    ):
        assert said in page, said
    own = words(cast.outreach.get(url_of(trip)))
    assert [word in own for word in ("没有登记为志愿者", "再次记入", "重新打开", "办理记录", "/people/")] == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_the_office_tries_the_hours_again_by_a_button(cast):
    principal = make_traveller(cast.home.pairing, is_volunteer=False)
    trip = confirmed(cast)
    assert "还是没有记入" in words(cast.district.post(url_of(trip, "hours/retry/"), follow=True))
    principal.is_volunteer = True
    principal.save()
    assert "又记入 3 条服务记录" in words(cast.district.post(url_of(trip, "hours/retry/"), follow=True))
    assert cast.district.post(url_of(trip, "hours/retry/")).status_code == 409
    assert "再次记入</button>" not in words(cast.district.get(url_of(trip)))


def test_buttons_are_those_of_the_step(cast):
    trip = submitted(cast)
    own, office = words(cast.outreach.get(url_of(trip))), words(cast.district.get(url_of(trip)))
    assert [word in own for word in ("撤回", "凭盖章单确认", "作废", "/edit/")] == [True, False, False, False]
    assert [word in office for word in ("撤回", "凭盖章单确认", "作废")] == [True, True, True]
    assert [word in words(cast.leader.get(url_of(trip))) for word in ("撤回", "作废")] == [False, False]
    assert "已撤回" in words(cast.outreach.post(url_of(trip, "withdraw/"), follow=True))
    assert "/edit/" in words(cast.outreach.get(url_of(trip)))
    assert cast.outreach.post(url_of(trip, "withdraw/")).status_code == 409
    assert "已提交" in words(cast.outreach.post(url_of(trip, "submit/"), follow=True))
    assert cast.outreach.get(url_of(trip, "edit/")).status_code == 409


def test_the_office_confirms_returns_opens_and_voids(cast):
    trip = submitted(cast)
    confirm = url_of(trip, "confirm/")
    assert cast.district.get(confirm).status_code == 200
    bad = cast.district.post(confirm, {"name": "李主任"})
    assert (bad.status_code, "盖章确认单扫描件" in words(bad)) == (422, True)
    sent = {"name": "李主任", "version": bad.context["form"]["version"].value()}
    assert sent["version"] is None
    old = cast.district.post(confirm, {**sent, "version": "0", "file": upload("确认单.jpg")})
    assert (old.status_code, "请重新核对以后再确认" in words(old), "李主任" in words(old)) == (
        422,
        True,
        True,
    )
    sent["version"] = old.context["form"]["version"].value()
    cast.district.post(confirm, {**sent, "file": upload("确认单.jpg")})
    trip.refresh_from_db()
    assert (trip.status, trip.proof) == (S.CONFIRMED, Trip.Proof.SHEET)
    scan = cast.outreach.get(url_of(trip, "scan/"))
    assert (scan["Content-Type"], scan["Content-Security-Policy"]) == ("image/jpeg", "sandbox")
    cast.district.post(url_of(trip, "reopen/"), {"reason": "节数有误"})
    assert "节数有误" in words(cast.outreach.get(HOME))
    assert "节数有误" in words(cast.outreach.get(url_of(trip)))
    steps.submit(trip, by=cast.users.outreach, at=AT)
    assert cast.district.post(url_of(trip, "return/"), {"reason": ""}).status_code == 422
    old = cast.district.post(url_of(trip, "return/"), {"reason": "请核对"})
    assert (old.status_code, "请重新核对以后再退回" in words(old), "请核对" in words(old)) == (
        422,
        True,
        True,
    )
    version = cast.district.get(url_of(trip, "return/")).context["form"]["version"].value()
    cast.district.post(url_of(trip, "return/"), {"reason": "请核对", "version": version})
    cast.district.post(url_of(trip, "void/"), {"reason": "没有成行"})
    trip.refresh_from_db()
    assert trip.status == S.VOID
    late = cast.district.post(url_of(trip, "void/"), {"reason": "没有成行"})
    assert (late.status_code, "没有成行" in words(late)) == (422, True)
    assert set(ServiceRecord.objects.values_list("status", flat=True)) == {"STRUCK"}


# --- the form -----------------------------------------------------------------------------------------


def test_the_form_begins_with_the_pair_s_school_and_today(cast, post):
    second = cast.home.pairing.partnerships.order_by("pk").last().host_school
    page = words(cast.outreach.get(f"{NEW}?school={second.pk}"))
    today = timezone.localdate()
    assert f'name="day_{today:%Y-%m-%d}" value="6"' in page
    assert f'value="{second.pk}" class="form-check-input" checked' in page or f'value="{second.pk}"' in page
    assert ("周校长（老校长）" in page, "代报依据" in page, "生成每日时间" in page) == (True, False, True)


def test_a_principal_keeps_a_draft_and_sends_it(cast, post):
    need = make_need(host_school=cast.home.host)
    answer = cast.outreach.post(NEW, {**post, "needs": [need.pk], "do": "draft", "lectures": "1"})
    trip = Trip.objects.get()
    assert (answer.url, trip.status, trip.lectures, list(trip.needs.all())) == (
        url_of(trip),
        S.DRAFT,
        1,
        [need],
    )
    edit = url_of(trip, "edit/")
    page = words(cast.outreach.get(edit))
    assert ('value="1"' in page, "听课评课" in page, "骨干教师少" in page) == (True, True, True)
    again = {**post, "version": trip.version, "day_2019-03-12": "2.5", "do": "submit"}
    assert cast.outreach.post(edit, again).url == url_of(trip)
    trip.refresh_from_db()
    assert (trip.status, trip.members.get().number) == (S.SUBMITTED, 1)
    assert trip.days.order_by("served_on").first().half_hours == 5


def test_days_are_made_from_the_dates_without_a_script(cast, post):
    shown = cast.outreach.post(NEW, {**post, "to_on": "2019-03-13", "day_2019-03-12": "2", "do": "generate"})
    page = words(shown)
    assert (shown.status_code, Trip.objects.count()) == (200, 0)
    assert 'name="day_2019-03-12" value="2"' in page
    assert 'name="day_2019-03-13" value="6"' in page
    assert ("day_2019-03-14" in page, "听课评课" in page) == (False, True)
    bad = words(cast.outreach.post(NEW, {**post, "to_on": "2019-03-01", "do": "generate"}))
    assert ("请先填写到校日期和离校日期" in bad, "day_2019" in bad) == (True, False)


def test_days_that_nobody_saw_are_not_sent(cast, post):
    late = {**post, "to_on": "2019-03-15", "do": "submit"}
    answer = cast.outreach.post(NEW, late, follow=True)
    trip = Trip.objects.get()
    assert (trip.status, trip.days.count()) == (S.DRAFT, 4)
    assert "每日时间是新生成的，请核对后再提交" in words(answer)
    assert 'name="day_2019-03-15" value="6"' in words(answer)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"to_on": "2019-03-11"}, "离校时间不能早于到校时间"),
        ({"to_on": "2019-03-12", "from_half": "1", "to_half": "0"}, "离校时间不能早于到校时间"),
        ({"to_on": "2020-03-12"}, "一次下校最多 60 天"),
        ({"from_on": "昨天"}, "有效"),
        ({"from_on": "0019-04-11", "to_on": "0019-04-11"}, "年份写的是 19，请核对"),
        ({"from_on": "0202-04-11", "to_on": "0202-04-11"}, "年份写的是 202，请核对"),
        ({"from_on": "9999-12-31", "to_on": "9999-12-31"}, "在 1990 到 2100 之间"),
        ({"purpose": ""}, "请填写“下校内容”"),
        ({"lecture_attendances": "30"}, "请同时填写讲座场次"),
        ({"lessons_taught": "-1"}, "“上课节数”不能是负数"),
        ({"lessons_taught": "两节"}, "“上课节数”要写整数"),
        ({"day_2019-03-12": "2.3"}, "以半小时为单位"),
        ({"day_2019-03-12": "25"}, "一天最多 24 小时"),
        ({"day_2019-03-12": ""}, "请填写“3月12日 星期二”"),
        ({"host_school": "0"}, "选项"),
        ({"from_on": "2018-03-12", "to_on": "2018-03-12"}, "不是本结对的受援学校"),
        ({"people": []}, "至少选择一名"),
    ],
)
def test_bad_input_says_what_where_and_how_and_loses_nothing(cast, post, fields, said):
    kept = {"words": "老师们很用心", **post, **fields, "do": "submit"}
    answer = cast.outreach.post(NEW, kept)
    page = words(answer)
    assert (answer.status_code, Trip.objects.count()) == (422, 0)
    assert said in page
    assert "老师们很用心" in page


@pytest.mark.parametrize("year", ["0019", "0202"])
def test_a_year_that_is_a_slip_of_the_pen_loses_nothing(cast, post, year):
    day_of = f"{year}-04-11"
    sent = {**post, "from_on": day_of, "to_on": day_of, f"day_{day_of}": "5", "do": "submit"}
    for do, status in (("submit", 422), ("draft", 422), ("generate", 200)):
        answer = cast.outreach.post(NEW, {**sent, "travel": "高铁换校车", "lectures": "7", "do": do})
        page = words(answer)
        assert (answer.status_code, Trip.objects.count()) == (status, 0)
        for kept in (f'value="{day_of}"', "听课评课", "高铁换校车", 'value="7"', "请先填写到校日期"):
            assert kept in page, (do, kept)


def test_what_cannot_be_sent_yet_is_kept(cast, post):
    later = timezone.localdate() + datetime.timedelta(days=3)
    cast.home.pairing.partnerships.update(to_on=None)
    values = values_of(cast.home.pairing, from_on=later, to_on=later)
    sent = {**form_of(values, people=post["people"]), "do": "submit", "photos": [upload()]}
    answer = cast.outreach.post(NEW, sent, follow=True)
    trip = Trip.objects.get()
    assert (trip.status, answer.redirect_chain[-1][0]) == (S.DRAFT, url_of(trip, "edit/"))
    assert "已暂存，但还没有提交" in words(answer)
    assert "还没有到" in words(answer)
    assert Attachment.objects.filter(field="trip.photo").count() == 1


def test_an_old_tab_keeps_what_was_typed_and_names_who_changed_it(cast, post):
    trip = entered(cast)
    values = values_of(cast.home.pairing, purpose="上课", behalf_basis="电话")
    steps.edit(trip, values, version=1, by=cast.users.district, at=AT)
    answer = cast.outreach.post(
        url_of(trip, "edit/"), {**post, "version": 1, "purpose": "我写的", "do": "draft"}
    )
    page = words(answer)
    assert (answer.status_code, "district先生" in page, "我写的" in page) == (422, True, True)
    assert 'name="version" value="2"' in page
    cast.outreach.post(url_of(trip, "edit/"), {**post, "version": 2, "purpose": "我写的", "do": "draft"})
    assert Trip.objects.get().purpose == "我写的"


def test_the_office_chooses_the_pair_names_others_and_gives_its_basis(cast, post):
    make_pairing()
    assert "周校长" in words(cast.district.get(NEW))
    url = f"{NEW}?pairing={cast.home.pairing.pk}"
    friend = make_person(school=cast.home.school, name="吴老师")
    assert "请填写“代报依据”" in words(cast.district.post(url, {**post, "do": "draft"}))
    unknown = cast.district.post(url, {**post, "behalf_basis": "电话", "more_people": "没有此人"})
    assert (unknown.status_code, "没有找到" in words(unknown)) == (422, True)
    cast.district.post(url, {**post, "behalf_basis": "电话", "more_people": "吴老师", "do": "draft"})
    trip = Trip.objects.get()
    assert [one.person for one in trip.members.order_by("position")] == [cast.home.pairing.principal, friend]
    page = words(cast.district.get(url_of(trip)))
    assert ("district先生代周校长登记" in page, "电话" in page) == (True, True)


def test_a_pair_without_its_person_is_told_before_and_after(cast):
    assert "还没有选定老校长的人员档案" in words(cast.outreach.get(NEW))
    answer = cast.outreach.post(NEW, {**form_of(values_of(cast.home.pairing)), "do": "submit"})
    assert (answer.status_code, "请区关工委办公室" in words(answer)) == (422, True)


def test_a_need_of_the_other_school_is_told(cast, post):
    other = cast.home.pairing.partnerships.order_by("pk").last().host_school
    need = make_need(host_school=other, text="缺实验器材")
    answer = cast.outreach.post(NEW, {**post, "needs": [need.pk], "do": "draft"})
    assert (answer.status_code, "勾选的需求中有不是" in words(answer)) == (422, True)
    strange = make_need(host_school=make_host_school(), text="别校的需求")
    assert "别校的需求" not in words(cast.outreach.get(NEW))
    assert cast.outreach.post(NEW, {**post, "needs": [strange.pk], "do": "draft"}).status_code == 422


# --- photos and paper ---------------------------------------------------------------------------------


def test_a_photo_comes_out_without_place_and_camera(cast, post):
    sent = upload("听课.jpg", gps=True)
    before = Image.open(io.BytesIO(picture(gps=True))).getexif()
    assert before.get_ifd(0x8825)[1] == "N"
    cast.outreach.post(NEW, {**post, "do": "draft", "photos": [sent, upload("评课.jpg")]})
    trip, photo = Trip.objects.get(), Attachment.objects.order_by("pk").first()
    after = Image.open(io.BytesIO(read(photo)))
    assert (dict(after.getexif()), "exif" in after.info, b"CameraMaker" in read(photo)) == ({}, False, False)
    answer = cast.outreach.get(url_of(trip, f"photos/{photo.pk}/"))
    assert answer.content == read(photo)
    assert (answer["Content-Security-Policy"], answer["X-Content-Type-Options"]) == ("sandbox", "nosniff")
    assert answer["Cache-Control"] == "private, no-store"


def test_a_photo_is_seen_by_whoever_sees_the_trip(cast, other):
    trip = submitted(cast)
    (photo,) = add_photos(trip, [{"name": "a.jpg", "content": picture()}], by=cast.users.outreach, at=AT)
    url = url_of(trip, f"photos/{photo.pk}/")
    seen = {who: getattr(cast, who).get(url).status_code for who in ("outreach", "host", "leader", "school")}
    assert seen == {"outreach": 200, "host": 200, "leader": 200, "school": 404}
    assert cast.anonymous.get(url).status_code == 302
    assert cast.district.get(url_of(other, f"photos/{photo.pk}/")).status_code == 404
    steps.withdraw(trip, by=cast.users.outreach, at=AT)
    assert cast.host.get(url).status_code == 404


def test_photos_are_added_and_removed_on_the_trip_s_page(cast):
    trip = entered(cast)
    add = url_of(trip, "photos/add/")
    assert "照片已上传" in words(cast.outreach.post(add, {"photos": [upload()]}, follow=True))
    for files, said in (
        ([], "请先选择照片"),
        ([upload() for _ in range(9)], "已有 1 张"),
        ([upload() for _ in range(10)], "最多 9 张"),
    ):
        answer = cast.outreach.post(add, {"photos": files})
        assert (answer.status_code, said in words(answer)) == (422, True)
    photo = Attachment.objects.get()
    assert cast.outreach.get(url_of(trip, f"photos/{photo.pk}/remove/")).status_code == 405
    cast.outreach.post(url_of(trip, f"photos/{photo.pk}/remove/"))
    assert Attachment.objects.count() == 0


def test_a_file_that_is_no_picture_is_told_by_name(cast, post):
    from django.core.files.uploadedfile import SimpleUploadedFile

    bad = SimpleUploadedFile("坏.jpg", b"<svg></svg>")
    answer = cast.outreach.post(NEW, {**post, "do": "draft", "photos": [bad]})
    assert (answer.status_code, "照片“坏.jpg”" in words(answer), Trip.objects.count()) == (422, True, 0)


@pytest.mark.skipif(pdf.available() is not None, reason="no pango here")
def test_the_sheet_for_the_seal_is_one_page(cast):
    import pypdf

    trip = submitted(cast, words="很" * 2000)
    answer = cast.outreach.get(url_of(trip, "sheet/"))
    paper = pypdf.PdfReader(io.BytesIO(b"".join(answer.streaming_content)))
    text = paper.pages[0].extract_text()
    assert len(paper.pages) == 1
    for said in ("老校长下校确认单", cast.home.host.name, "周校长（第1次）", "盖章"):
        assert said in text


def test_a_trip_without_a_scan_has_no_scan_page(cast):
    assert cast.district.get(url_of(submitted(cast), "scan/")).status_code == 404


# --- the principal's page -----------------------------------------------------------------------------


def test_the_principal_s_page_shows_his_pair_needs_trips_and_confirmed_totals(cast, other):
    make_need(host_school=cast.home.host)
    make_trip(pairing=cast.home.pairing, status=S.CONFIRMED, lessons_observed=6)
    make_trip(pairing=cast.home.pairing, number=2, from_on=day(7), lessons_observed=900)
    make_trip(
        pairing=cast.home.pairing,
        number=3,
        from_on=day(9),
        status=S.RETURNED,
        confirm_words="是5节",
        confirmer_name="李主任",
    )
    page = words(cast.outreach.get(HOME))
    for said in (
        cast.home.host.name,
        "骨干教师少",
        "登记下校",
        "等受援学校确认",
        "退回原因：是5节（李主任）",
        "<dd>1 <small>次</small></dd>",
        "<dd>6 <small>节</small></dd>",
    ):
        assert said in page, said
    assert "吴校长" not in page


def test_a_link_without_a_pair_is_told(cast):
    cast.home.pairing.access_link = None
    cast.home.pairing.save()
    assert "请联系区关工委办公室" in words(cast.outreach.get(HOME))


def test_home_leads_outsiders_to_their_own_page(cast):
    assert cast.outreach.get("/").url == HOME
    assert cast.host.get("/").url == "/hosting/"
    assert "登记下校" in words(cast.outreach.get("/help/"))
    assert "有误退回" in words(cast.host.get("/help/"))
