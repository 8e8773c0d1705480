"""The register of people, a person's sheet, and the door to his full values."""

import datetime
import io
import re

import openpyxl
import pytest

from guanweihui.models import AuditEvent
from members.models import RetirementKind
from tests.cast import count_queries
from tests.factories import make_elder_class, make_person, make_school

SENSITIVE = re.compile(r"\d{17}[\dX]|(?<!\d)1\d{10}(?!\d)|502室|高血压|王小明")


def words(response) -> str:
    return response.content.decode()


def trail(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action).order_by("pk"))


def book_of(response) -> list[tuple]:
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
    return [row for row in sheet.iter_rows(values_only=True) if any(row)]


@pytest.fixture
def people(cast):
    """Give one person of the cast's school and one of the stranger's."""
    own = make_person(school=cast.home.school, name="曾玉兰")
    return own, make_person(school=cast.far.school, name="郭长青")


@pytest.mark.parametrize("url", ["/people/", "/people/export/"])
def test_the_register_is_for_the_committee(cast, url):
    assert [cast.judge.get(url).status_code, cast.outreach.get(url).status_code] == [404, 404]
    assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
    assert cast.district.post(url).status_code == 405


@pytest.mark.parametrize(
    ("who", "own", "far"),
    [("district", True, True), ("auditor", True, True), ("group", True, False), ("stranger", False, True)],
)
def test_everybody_sees_the_people_of_his_place(cast, people, who, own, far):
    page = words(getattr(cast, who).get("/people/"))
    assert ("曾玉兰" in page, "郭长青" in page) == (own, far)


def test_no_list_and_no_sheet_shows_a_sensitive_value(cast, people):
    own, _ = people
    for who in ("district", "leader", "auditor", "group", "school"):
        for url in ("/people/", f"/people/{own.pk}/", f"/people/{own.pk}/?tab=changes"):
            assert SENSITIVE.search(words(getattr(cast, who).get(url))) is None
    sheet = words(cast.school.get(f"/people/{own.pk}/"))
    for said in (f"990105{'*' * 12}", f"199****{own.phone[-4:]}", "已登记（不在此显示）", "2000年3月"):
        assert said in sheet


def test_a_foreign_person_does_not_exist(cast, people):
    own, far = people
    for client, person in ((cast.school, far), (cast.stranger, own)):
        url = f"/people/{person.pk}/"
        assert client.get(url).status_code == 404
        assert client.post(f"{url}reveal/", {"purpose": "慰问前核对"}).status_code == 404
    assert cast.anonymous.get(f"/people/{own.pk}/").status_code == 302
    assert cast.anonymous.post(f"/people/{own.pk}/reveal/").status_code == 302
    assert cast.district.post(f"/people/{own.pk}/").status_code == 405
    assert cast.district.get(f"/people/{own.pk}/reveal/").status_code == 405
    assert trail("person.reveal") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=曾", ["曾玉兰"]),
        ("name=zeng", ["曾玉兰"]),
        ("name=cengyu", ["曾玉兰"]),
        ("name=cyl", ["曾玉兰"]),
        ("name=gcq", ["郭诚琴"]),
        ("unit=光明", ["郭长青"]),
        ("volunteer=False", ["郭诚琴"]),
        ("volunteer=True", ["曾玉兰", "郭长青"]),
        ("kind=RETIRED_HONOURED", ["郭诚琴"]),
        ("kind=NONE", []),
        ("age=5", ["曾玉兰", "郭长青"]),
        ("age=0", []),
        ("name=没有此人", []),
    ],
)
def test_the_query_bar_finds(cast, people, query, found):
    make_person(
        school=cast.home.school,
        name="郭诚琴",
        is_volunteer=False,
        retirement_kind=RetirementKind.RETIRED_HONOURED,
        born_on=datetime.date(1955, 3, 8),
    )
    page = words(cast.district.get(f"/people/?{query}"))
    assert [name for name in ("曾玉兰", "郭长青", "郭诚琴") if name in page] == found


def test_the_classes_of_the_query_bar_are_the_district_s(cast, people):
    honoured = make_elder_class(name="老干部", position=1)
    make_person(school=cast.home.school, name="洪干部", elder_class=honoured)
    page = words(cast.group.get(f"/people/?elder_class={honoured.pk}"))
    assert ("洪干部" in page, "曾玉兰" in page) == (True, False)


def test_a_figure_shows_its_rows_and_no_other(cast, people):
    make_person(school=cast.home.school, name="还没退休", retired_on=datetime.date(2020, 9, 1))
    make_person(school=cast.home.school, name="只是退休", is_volunteer=False)
    page = words(cast.district.get("/people/?figure=volunteers&year=2018"))
    assert "五老志愿者 2 人" in page
    assert [name for name in ("曾玉兰", "郭长青", "还没退休", "只是退休") if name in page] == [
        "曾玉兰",
        "郭长青",
    ]
    narrowed = words(cast.district.get(f"/people/?figure=retired&year=2018&school={cast.home.school.pk}"))
    assert "和平小学　离退休教师 2 人" in narrowed
    assert "郭长青" not in narrowed
    foreign = words(cast.school.get(f"/people/?figure=retired&year=2018&school={cast.far.school.pk}"))
    assert ("郭长青" in foreign, "光明中学" in foreign) == (False, False)


@pytest.mark.parametrize(
    "query", ["sort=id_number", "sort=-phone", "page=0", "school=abc", "age=9", "unit=%00"]
)
def test_parameters_off_the_list_change_nothing(cast, people, query):
    page = words(cast.district.get(f"/people/?{query}"))
    assert ("曾玉兰" in page, "郭长青" in page) == (True, True)


def test_the_export_is_masked_scoped_and_recorded(cast, people):
    rows = book_of(cast.school.get("/people/export/?name=曾"))
    said = str(rows)
    assert [row[4] for row in rows if row[0] == 1] == ["曾玉兰"]
    assert "郭长青" not in said
    assert SENSITIVE.search(said) is None
    assert f"990105{'*' * 12}" in said
    (line,) = trail("list.export")
    assert (line.actor, line.changes["rows"], line.changes["query"]) == (cast.users.school, 1, "name=曾")


@pytest.mark.parametrize("who", ["leader", "auditor", "group"])
def test_only_district_and_school_export_and_reveal(cast, people, who):
    own, _ = people
    client = getattr(cast, who)
    assert client.get("/people/export/").status_code == 404
    assert client.post(f"/people/{own.pk}/reveal/", {"purpose": "慰问前核对"}).status_code == 404
    assert "查看完整信息" not in words(client.get(f"/people/{own.pk}/"))
    assert "导出当前查询结果" not in words(client.get("/people/"))
    assert trail("person.reveal") == []


@pytest.mark.parametrize("who", ["district", "school"])
def test_full_values_stand_once_in_the_answer_to_a_purpose(cast, people, who):
    own, _ = people
    client, url = getattr(cast, who), f"/people/{own.pk}/reveal/"
    assert f'action="{url}"' in words(client.get(f"/people/{own.pk}/"))
    answer = client.post(url, {"purpose": "慰问前核对住址"})
    assert answer.status_code == 200
    for value in (own.id_number, own.phone, own.home_address, own.health, own.emergency_contact):
        assert value in words(answer)
    assert "no-store" in answer["Cache-Control"]
    (line,) = trail("person.reveal")
    assert (line.actor, line.reason, line.object_id) == (
        getattr(cast.users, who),
        "慰问前核对住址",
        str(own.pk),
    )
    assert SENSITIVE.search(str(line.changes)) is None
    assert SENSITIVE.search(words(client.get(f"/people/{own.pk}/"))) is None


@pytest.mark.parametrize("purpose", ["", "看看", "   看   "])
def test_without_a_purpose_nothing_is_shown_and_the_text_is_kept(cast, people, purpose):
    own, _ = people
    answer = cast.district.post(f"/people/{own.pk}/reveal/", {"purpose": purpose})
    assert answer.status_code == 422
    assert SENSITIVE.search(words(answer)) is None
    assert trail("person.reveal") == []


def test_changes_are_for_district_roles_and_say_why(cast, people):
    own, _ = people
    cast.district.post(f"/people/{own.pk}/reveal/", {"purpose": "办理荣誉证书"})
    assert "办理荣誉证书" in words(cast.auditor.get(f"/people/{own.pk}/?tab=changes"))
    page = words(cast.school.get(f"/people/{own.pk}/?tab=changes"))
    assert ("办理荣誉证书" in page, "变更记录" in page) == (False, False)


def test_pages_of_people_cost_the_same_at_one_and_three_rows(cast):
    person = make_person(school=cast.home.school)
    urls = (
        "/people/",
        "/people/?figure=retired&year=2018",
        f"/people/{person.pk}/",
        f"/people/{person.pk}/?tab=changes",
    )
    once = [count_queries(cast.district, url) for url in urls]
    for _ in range(2):
        make_person(school=make_school())
    assert once == [count_queries(cast.district, url) for url in urls] == [9, 9, 5, 7]


def test_htmx_gets_the_rows_alone(cast, people):
    part = words(cast.district.get("/people/?sort=-name", headers={"HX-Request": "true"}))
    assert part.lstrip().startswith('<div id="list"')
    assert part.index("曾玉兰") < part.index("郭长青")


def test_an_empty_register_says_how_to_begin(cast):
    assert "导入花名册" in words(cast.district.get("/people/"))
    assert "没有符合条件的记录" in words(cast.district.get("/people/?name=x"))
