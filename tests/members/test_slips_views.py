"""Slips on the office's pages: printed once, taken back; the list of what volunteers say is wrong."""

import pytest
from django.urls import reverse

from guanweihui.documents import slips as document
from guanweihui.models import AccessLink, AuditEvent
from members.models import Slip
from tests.cast import count_queries
from tests.factories import make_person, make_post, make_user
from tests.members.slips_rows import make_correction, make_slip, make_team

pytestmark = pytest.mark.django_db
FOREIGN = ("leader", "auditor", "group", "stranger", "judge", "outreach", "volunteer")


@pytest.fixture
def person(cast):
    return make_person(school=cast.home.school, name="王玥")


def url(person, step="") -> str:
    return f"/people/{person.pk}/slip/{step}"


@pytest.fixture
def printed(monkeypatch):
    """Keep what a slip says, and print it all the same."""
    papers = []
    print_it = document.slip

    def keep(paper):
        papers.append(paper)
        return print_it(paper)

    monkeypatch.setattr(document, "slip", keep)
    return papers


@pytest.mark.parametrize("who", ["district", "school"])
def test_a_slip_is_printed_in_the_answer_and_serves(cast, person, printed, who):
    make_team(cast.home.district, person, name="讲师团", phone="010-65001111")
    client = getattr(cast, who)
    assert "还没有发放" in client.get(url(person)).content.decode()
    answer = client.post(url(person, "issue/"))
    assert (answer.status_code, b"".join(answer.streaming_content)[:5]) == (200, b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    paper = printed[0]
    assert (paper.name, paper.unit, paper.helplines) == (
        "王玥",
        cast.home.school.short_name,
        (("讲师团", "010-65001111"),),
    )
    entered = cast.anonymous.post(reverse("elder-enter"), {"code": paper.code})
    assert (entered.status_code, paper.code_url) == (302, "http://testserver/d/")
    path = paper.link_url.removeprefix("http://testserver")
    assert (path.startswith("/l/"), cast.judge.get(path).status_code) == (True, 200)
    page = client.get(url(person)).content.decode()
    assert ("有效" in page, paper.code in page, path in page) == (True, False, False)


def test_what_cannot_be_printed_is_not_given_out(cast, person):
    person.name = "王\U000f0001"
    person.save()
    answer = cast.district.post(url(person, "issue/"))
    assert (answer.status_code, "字库中没有这些字" in answer.content.decode()) == (409, True)
    assert (Slip.objects.count(), AuditEvent.objects.filter(action="slip.issue").count()) == (0, 0)
    assert AccessLink.objects.filter(volunteer=person).count() == 0


def test_a_slip_is_taken_back_by_a_button(cast, person):
    make_slip(person, by=cast.users.district)
    answer = cast.school.post(url(person, "revoke/"), follow=True)
    assert ("已停用" in answer.content.decode(), answer.redirect_chain) == (True, [(url(person), 302)])
    assert cast.school.post(url(person, "revoke/")).status_code == 409


def test_slips_are_for_the_district_and_the_own_school(cast, person):
    make_slip(person, by=cast.users.district)
    for who in FOREIGN:
        client = getattr(cast, who)
        statuses = [
            client.get(url(person)).status_code,
            client.post(url(person, "issue/")).status_code,
            client.post(url(person, "revoke/")).status_code,
        ]
        assert (who, statuses) == (who, [404] * 3)
    assert cast.anonymous.get(url(person)).status_code == 302
    assert [cast.school.get(url(person, step)).status_code for step in ("issue/", "revoke/")] == [405, 405]
    assert cast.school.post(url(person)).status_code == 405
    assert cast.school.post(url(make_person(school=cast.home.school), "revoke/")).status_code == 404


# --- 有误 -------------------------------------------------------------------------------------------------


def test_the_reader_s_own_come_first(cast):
    colleague = make_user(name="同事")
    make_post(user=colleague, district=cast.home.district)
    for name, staff in (("甲老师", colleague), ("乙老师", cast.users.district), ("丙老师", None)):
        make_correction(make_person(school=cast.home.school, name=name), staff=staff)
    page = cast.district.get("/corrections/").content.decode()
    places = [page.index(name) for name in ("乙老师", "丙老师", "甲老师")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("query", "found"),
    [("name=甲", "甲"), ("state=waiting", "甲"), ("state=resolved", "乙"), ("about=CARD", "乙")],
)
def test_the_query_bar_finds(cast, query, found):
    make_correction(make_person(school=cast.home.school, name="甲老师"))
    done = {"about": "CARD", "resolved_at": "2018-11-21T00:00Z", "resolution": "已改"}
    make_correction(make_person(school=cast.home.school, name="乙老师"), **done)
    page = cast.district.get(f"/corrections/?{query}").content.decode()
    assert [name for name in "甲乙" if f"{name}老师" in page] == [found]


def test_a_report_is_resolved_in_words(cast, person):
    correction = make_correction(person)
    address = f"/corrections/{correction.pk}/resolve/"
    assert "少了一次" in cast.district.get(address).content.decode()
    assert cast.district.post(address, {"resolution": " "}).status_code == 422
    assert cast.district.post(address, {"resolution": "已补上"}).url == "/corrections/"
    late = cast.district.post(address, {"resolution": "又一次"})
    assert (late.status_code, "已经处理过" in late.content.decode()) == (422, True)


def test_reports_are_for_the_district_s_staff(cast, person):
    address = f"/corrections/{make_correction(person).pk}/resolve/"
    for who in (*FOREIGN, "school"):
        client = getattr(cast, who)
        assert [client.get("/corrections/").status_code, client.get(address).status_code] == [404, 404]
    assert cast.anonymous.get("/corrections/").status_code == 302
    assert cast.district.post("/corrections/").status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_whatever_the_rows(cast, rows):
    for _ in range(rows):
        make_correction(make_person(school=cast.home.school), staff=cast.users.district)
    assert count_queries(cast.district, "/corrections/") == 5
