"""Pages of the recommendation to the city, and the pack of files that goes there."""

import datetime
import io
import subprocess
import zipfile

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from awards.models import CityRecommendation, FormField
from guanweihui import jobs
from guanweihui.documents import pdf
from guanweihui.models import AuditEvent, Job
from guanweihui.todos import for_actor
from tests.awards import city_rows
from tests.awards.city_rows import Kind, S
from tests.cast import count_queries

pytestmark = pytest.mark.django_db
needs_pdf = pytest.mark.skipif(pdf.available() is not None, reason="no pango here")


def words(answer) -> str:
    return answer.content.decode()


def url(name: str, row) -> str:
    return reverse(f"city-{name}", args=[row.pk])


@pytest.fixture
def category(cast):
    return city_rows.make_city_cycle(district=cast.home.district, city_places=1)


@pytest.fixture
def row(cast, category):
    """Give a recommendation of the cast's school, ready to be sent."""
    return city_rows.make_recommendation(
        category=category, winner=city_rows.make_winner(category, unit=cast.home.school)
    )


def fresh(row):
    return CityRecommendation.objects.get(pk=row.pk)


# --- the choice -------------------------------------------------------------------------------------------


def test_the_office_chooses_winners_by_their_order(cast, category):
    a, b, c = (city_rows.make_winner(category) for _ in range(3))
    page = url("choose", category.cycle)
    assert a.printed_unit in words(cast.district.get(page))
    answer = cast.district.post(page, {f"order_{a.pk}": "2", f"order_{c.pk}": "1", f"order_{b.pk}": ""})
    assert answer.url == f"{page}?category={category.pk}"
    rows = CityRecommendation.objects.order_by("position").values_list("honour", "status")
    assert list(rows) == [(c.pk, S.CHOSEN), (a.pk, S.RESERVE)]
    shown = words(cast.district.get(answer.url))
    assert ("市级推荐名额 1 个，已用 1 个" in shown, f'value="{2}"' in shown) == (True, True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("1", "1"), "顺序 1 填了两次"),
        (("甲", ""), "的顺序请填整数"),
        (("0", ""), "大于或等于"),
        (("", ""), "请至少选择一个推荐对象"),
    ],
)
def test_a_bad_order_is_told_and_kept(cast, category, typed, said):
    a, b = (city_rows.make_winner(category) for _ in range(2))
    form = {f"order_{a.pk}": typed[0], f"order_{b.pk}": typed[1]}
    answer = cast.district.post(url("choose", category.cycle), form)
    assert (answer.status_code, said in words(answer)) == (422, True)
    assert CityRecommendation.objects.count() == 0
    assert f'value="{typed[0]}"' in words(answer) or not typed[0]


def test_readers_see_the_choice_and_cannot_change_it(cast, category, row):
    page = url("choose", category.cycle)
    for who in ("leader", "auditor"):
        shown = words(getattr(cast, who).get(page))
        assert (row.honour.printed_unit in shown, "order_" in shown) == (True, False)
        assert getattr(cast, who).post(page, {}).status_code == 404
    assert cast.district.get(f"{page}?category=0").status_code == 404
    foreign = city_rows.make_city_cycle(
        district=city_rows.factories.make_district(full_name="外区"), year=2016
    )
    assert cast.district.get(url("choose", foreign.cycle)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"city_places": 0}, "没有市级推荐名额"),
        ({}, "本奖项还没有表彰决定"),
    ],
)
def test_where_nothing_can_be_chosen_the_page_says_why(cast, category, changes, said):
    for name, value in changes.items():
        setattr(category, name, value)
    category.save()
    assert said in words(cast.district.get(url("choose", category.cycle)))


def test_the_list_counts_by_cycle(cast, category, row):
    city_rows.make_recommendation(category=category, status=S.RESERVE)
    page = cast.leader.get(reverse("city-list"))
    assert url("choose", category.cycle) in words(page)
    assert list(page.context["shown"].rows[0].cells[2:]) == [1, 1, 0, 0, 0, 1]


# --- one recommendation -----------------------------------------------------------------------------------


def test_the_page_of_one_shows_its_form_without_telephones(cast, row):
    page = words(cast.leader.get(url("detail", row)))
    assert (city_rows.SHORT in page, city_rows.PHONE in page, "199****7777" in page) == (True, False, True)
    assert (url("form", row) in page, url("send", row) in page) == (False, False)
    page = words(cast.district.get(url("detail", row)))
    assert (url("form", row) in page, url("send", row) in page, city_rows.PHONE in page) == (
        True,
        True,
        False,
    )


def test_the_form_shows_the_districts_deeds_with_what_is_too_much(cast, row):
    page = words(cast.district.get(url("form", row)))
    assert city_rows.DEEDS in page
    assert "45 字，市推荐表最多 30 字" in page
    assert "多 15 字，请删减" in page


def test_the_form_keeps_what_was_typed(cast, row):
    form = {"_version": "1", "unit_name": "示例区和平小学", "deeds": city_rows.DEEDS, "contact_phone": "1"}
    answer = cast.district.post(url("form", row), form)
    assert answer.url == url("form", row)
    page = words(cast.district.get(answer.url))
    assert ("还有 2 处没有填好" in page, "有 45 字，最多 30 字" in page) == (True, True)
    late = cast.district.post(url("form", row), {**form, "deeds": "旧页面写的"})
    assert (late.status_code, "两份内容不同" in words(late), "旧页面写的" in words(late)) == (409, True, True)
    again = {**form, "_version": "2", "deeds": city_rows.SHORT, "contact_phone": ""}
    assert cast.district.post(url("form", row), again).url == url("detail", row)
    assert fresh(row).typed == {"unit_name": "示例区和平小学", "deeds": city_rows.SHORT}


def test_a_complete_one_is_sent_and_its_result_recorded(cast, row):
    assert cast.district.post(url("send", row), {"_version": "1"}).url == url("detail", row)
    assert fresh(row).status == S.SENT
    assert cast.district.get(url("form", row)).url == url("detail", row)
    answer = cast.district.post(url("form", row), {"_version": "1", "deeds": "晚到的修改"})
    assert (answer.status_code, "晚到的修改" in words(answer)) == (422, True)
    assert cast.district.post(url("send", row), {"_version": "1"}).status_code == 409
    today = fresh(row).sent_on.isoformat()
    bad = cast.district.post(url("result", row), {"result": "AWARDED", "number": "示教〔2021〕3号"})
    assert (bad.status_code, "请填写“市级荣誉名称”" in words(bad), "示教〔2021〕3号" in words(bad)) == (
        422,
        True,
        True,
    )
    good = {"result": "AWARDED", "title": "市级先进集体", "number": "示教〔2021〕3号", "on": today}
    assert cast.district.post(url("result", row), good).url == url("detail", row)
    assert "市级先进集体" in words(cast.auditor.get(url("detail", row)))


def test_an_incomplete_one_comes_back_with_its_faults(cast, row):
    row.typed = {"deeds": city_rows.DEEDS}
    row.save()
    answer = cast.district.post(url("send", row), {"_version": "1"})
    assert (answer.status_code, "请填写“单位全称”。" in words(answer), city_rows.DEEDS in words(answer)) == (
        422,
        True,
        True,
    )


def test_a_refusal_of_the_city_and_a_drop_make_room_for_the_reserve(cast, category, row):
    reserve = city_rows.make_recommendation(category=category, status=S.RESERVE, position=2)
    page = url("choose", category.cycle)
    assert url("promote", reserve) not in words(cast.district.get(page))
    assert cast.district.post(url("promote", reserve)).status_code == 409
    assert cast.district.post(url("drop", row), {"reason": ""}).status_code == 422
    assert cast.district.post(url("drop", row), {"reason": "调离本区"}).url == url("detail", row)
    assert url("promote", reserve) in words(cast.district.get(page))
    assert url("promote", reserve) not in words(cast.leader.get(page))
    assert url("promote", reserve) in words(cast.district.get(url("detail", reserve)))
    cast.district.post(url("promote", reserve))
    cast.district.post(url("send", reserve), {"_version": "1"})
    said = cast.district.post(url("result", reserve), {"result": "REFUSED", "reason": ""})
    assert (said.status_code, "请填写“未通过原因”。" in words(said)) == (422, True)
    cast.district.post(url("result", reserve), {"result": "REFUSED", "reason": "名额所限"})
    assert (fresh(reserve).status, fresh(row).status) == (S.REFUSED, S.DROPPED)


def test_a_category_without_the_city_s_form_says_so(cast, row):
    FormField.objects.all().delete()
    assert "上报时用市里下发的纸质表" in words(cast.district.get(url("form", row)))
    assert cast.district.post(url("send", row), {"_version": "1"}).status_code == 302


def test_what_waits_stands_on_the_office_s_list(cast, category):
    now = datetime.datetime.now(datetime.UTC)

    def waiting(who):
        return [todo.title for todo in for_actor(getattr(cast.users, who), now) if "市级推荐" in todo.title]

    assert waiting("district") == []
    winner = city_rows.make_winner(category)
    assert waiting("district") == ["2020年度先进评选：选择市级推荐对象"]
    city_rows.make_recommendation(category=category, winner=winner)
    city_rows.make_recommendation(category=category, status=S.SENT)
    city_rows.make_recommendation(category=category, status=S.SENT)
    assert waiting("district") == [
        "2020年度先进评选：1 份市级推荐待填写上报",
        "2020年度先进评选：2 份市级推荐待登记结果",
    ]
    assert waiting("leader") == waiting("school") == []


def test_pages_cost_the_same_at_one_and_three_rows(cast, category, row):
    urls = (
        reverse("city-list"),
        url("choose", category.cycle),
        url("detail", row),
        url("form", row),
    )
    once = [count_queries(cast.district, one) for one in urls]
    for year in (2016, 2014):
        city_rows.make_recommendation(category=category, status=S.RESERVE)
        city_rows.make_recommendation(district=cast.home.district, year=year)
    assert once == [count_queries(cast.district, one) for one in urls] == [7, 7, 8, 6]


# --- the pack ---------------------------------------------------------------------------------------------


def packed(cast, cycle) -> Job:
    """Order the pack and run its job."""
    answer = cast.district.post(reverse("city-pack", args=[cycle.pk]))
    job = Job.objects.get()
    assert answer.url == reverse("job-detail", args=[job.pk])
    jobs.run(job.pk, job.task_id)
    job.refresh_from_db()
    return job


def text_of(content: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return "".join(done.stdout.decode().split())


@needs_pdf
def test_the_pack_holds_a_form_a_nominee_and_the_summary(cast, category, row):
    other = city_rows.factories.make_category(
        cycle=category.cycle, kind=Kind.ADVANCED_RETIRED, position=4, city_places=1
    )
    school = city_rows.factories.make_school(district=cast.home.district, short_name="一小/东校区: ")
    winner = city_rows.make_winner(other, name="王·秀英", unit=school)
    city_rows.make_recommendation(category=other, winner=winner)
    city_rows.make_recommendation(category=category, status=S.RESERVE)
    job = packed(cast, category.cycle)
    day = timezone.localdate()
    assert (job.state, job.result_name) == (
        Job.State.DONE,
        f"2020年度先进评选市级推荐材料_示例区_{day:%Y%m%d}.zip",
    )
    answer = cast.district.get(reverse("job-file", args=[job.pk]))
    content = b"".join(answer.streaming_content)
    pack = zipfile.ZipFile(io.BytesIO(content))
    assert pack.namelist() == [
        "市级推荐汇总表.xlsx",
        "01-先进集体-01-和平小学-推荐表.pdf",
        "02-退休先进个人-01-一小东校区-王·秀英-推荐表.pdf",
    ]
    book = openpyxl.load_workbook(io.BytesIO(pack.read("市级推荐汇总表.xlsx")))
    lines = [line for line in book.worksheets[0].iter_rows(values_only=True) if line[0] in (1, 2)]
    assert [line[1:4] + line[8:] for line in lines] == [
        ("先进集体", 1, "示例区和平小学", "01-先进集体-01-和平小学-推荐表.pdf"),
        ("退休先进个人", 1, "王·秀英", "02-退休先进个人-01-一小东校区-王·秀英-推荐表.pdf"),
    ]
    sheet = text_of(pack.read(pack.namelist()[1]))
    for said in ("先进集体推荐表", "示例区和平小学", city_rows.SHORT, "示教关〔2020〕9号", "199****7777"):
        assert said in sheet, said
    person = winner.person
    everything = sheet + text_of(pack.read(pack.namelist()[2])) + str(lines)
    hidden = (person.phone, person.id_number, person.id_number[:6], person.home_address, city_rows.PHONE)
    assert [one for one in hidden if one in everything] == []
    line = AuditEvent.objects.get(action="cycle.pack_for_city")
    assert (line.actor, line.changes) == (cast.users.district, {"files": 3})


def test_a_pack_with_a_form_not_complete_names_it(cast, category, row):
    row.typed = {}
    row.save()
    job = packed(cast, category.cycle)
    assert (job.state, job.message) == (
        Job.State.FAILED,
        "这些市推荐表还没有填好：示例区和平小学。请填好后再打包。",
    )


def test_nothing_chosen_is_nothing_to_pack(cast, category):
    answer = cast.district.post(reverse("city-pack", args=[category.cycle.pk]))
    assert (answer.status_code, Job.objects.count()) == (409, 0)


def test_what_the_city_gave_stands_on_the_honours_page_for_its_school_too(cast):
    """How far a recommendation is, its school does not learn; the result it does."""
    category = city_rows.make_city_cycle(district=cast.home.district)
    winner = city_rows.make_winner(category, unit=cast.home.school)
    row = city_rows.make_recommendation(category=category, winner=winner)
    url = reverse("honour-detail", args=[row.honour_id])
    before = {
        who: "市级推荐" in getattr(cast, who).get(url).content.decode() for who in ("district", "school")
    }
    type(row).objects.filter(pk=row.pk).update(
        status="AWARDED", result_title="市先进集体", result_on=datetime.date(2021, 3, 1)
    )
    after = {
        who: "市先进集体" in getattr(cast, who).get(url).content.decode() for who in ("district", "school")
    }
    assert (before, after) == (
        {"district": True, "school": False},
        {"district": True, "school": True},
    )
