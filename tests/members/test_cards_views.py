"""The pages of the volunteer cards: list, issue, one card, prints."""

import datetime
import re
import subprocess

import pytest
from django.urls import reverse
from django.utils import timezone

from guanweihui import jobs
from guanweihui.documents import pdf
from guanweihui.models import AuditEvent, Job
from guanweihui.report_job import readers
from members.models import AnnualRegistration, Card
from members.reports import cards as prints
from members.todos.cards import cards_to_be_registered, cards_to_be_voided
from members.views import cards as views
from members.workflow import cards as steps
from tests.cast import PLAYERS, count_queries
from tests.factories import make_person
from tests.members.cards_rows import make_card, make_volunteer
from tests.members.teams_rows import make_membership

COMMITTEE = {"district", "leader", "auditor", "group", "school", "stranger"}
NO_PDF = pdf.available()
needs_pdf = pytest.mark.skipif(bool(NO_PDF), reason=str(NO_PDF))


def words(response) -> str:
    return response.content.decode()


def pdf_of(response) -> bytes:
    return b"".join(response.streaming_content)


def poppler(tool: str, content: bytes, tmp_path, *options: str) -> str:
    path = tmp_path / "card.pdf"
    path.write_bytes(content)
    target = ["-"] if tool == "pdftotext" else []
    return subprocess.run([tool, *options, path, *target], capture_output=True, text=True, check=True).stdout


def trail(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action).order_by("pk"))


def state(card: Card) -> str:
    return Card.objects.get(pk=card.pk).status


@pytest.fixture
def card(cast):
    return make_card(school=cast.home.school, name="曾玉兰")


ROUTES = {
    "card-list": ("get", COMMITTEE),
    "card-detail": ("get", COMMITTEE - {"stranger"}),
    "card-issue": ("get", {"district"}),
    "card-reissue": ("get", {"district"}),
    "card-void": ("get", {"district"}),
    "card-register": ("post", {"district", "school"}),
    "card-register-many": ("post", {"district", "school", "stranger"}),
    "card-sheet": ("post", {"district", "school", "stranger"}),
}


@pytest.mark.parametrize("name", ROUTES)
def test_each_page_opens_for_its_roles_alone(cast, card, name):
    method, allowed = ROUTES[name]
    AnnualRegistration.objects.all().delete()
    one = name in {"card-detail", "card-reissue", "card-void", "card-register"}
    url = reverse(name, args=[card.pk] if one else [])
    for player in PLAYERS:
        answer = getattr(getattr(cast, player), method)(url)
        if player == "anonymous":
            assert answer.url == f"/accounts/login/?next={url}"
        else:
            fine = {200, 302, 409} if player in allowed else {404}
            assert (player, answer.status_code in fine) == (player, True)
    wrong = cast.district.get(url) if method == "post" else cast.district.delete(url)
    assert wrong.status_code == 405


# --- list -------------------------------------------------------------------------------------------------


@pytest.fixture
def shelf(cast):
    """Give cards in every state: valid, waiting, of a dead holder, void, changed since its print."""
    school, now = cast.home.school, timezone.now()
    last_year = now - datetime.timedelta(days=366)
    made = {
        "甲有效": make_card(school=school, name="甲有效"),
        "乙待册": make_card(school=school, name="乙待册", at=last_year),
        "丙离世": make_card(school=school, name="丙离世"),
        "丁注销": make_card(school=school, name="丁注销"),
        "戊变更": make_card(school=cast.far.school, name="戊旧名"),
    }
    holder = made["丙离世"].person
    holder.died_on = timezone.localdate()
    holder.save()
    steps.void_card(made["丁注销"], by=cast.users.district, at=now, reason="退出")
    seen = Card.objects.for_list(timezone.localdate()).get(pk=made["戊变更"].pk)
    steps.record_print([seen], by=cast.users.district, at=now)
    holder = made["戊变更"].person
    holder.name = "戊变更"
    holder.save()
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["甲有效", "乙待册", "丙离世", "丁注销", "戊变更"]),
        ("name=甲", ["甲有效"]),
        ("number=ggw202400004", ["丁注销"]),
        ("number=GGW2023", []),
        ("state=VALID", ["甲有效", "乙待册", "丙离世", "戊变更"]),
        ("state=VOID", ["丁注销"]),
        ("state=LEFT", ["丙离世"]),
        ("registered=no", ["乙待册"]),
        ("registered=yes", ["甲有效", "丙离世", "丁注销", "戊变更"]),
        ("unit=光明", ["戊变更"]),
        ("group={far}", ["戊变更"]),
        ("changed=yes", ["戊变更"]),
        ("changed=yes&unit=和平", []),
    ],
)
def test_each_field_of_the_query_narrows_the_list(cast, shelf, query, found):
    page = words(cast.district.get(f"/cards/?{query.format(far=cast.far.group.pk)}"))
    rows = re.findall(r'aria-label="选择(\S+) GGW\d+"', page)
    assert rows == found


def test_a_row_says_the_state_in_words(cast, shelf):
    page = words(cast.district.get("/cards/?sort=number"))
    marks = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", page, re.S)[1:]]
    said = {row[2]: [word for word in row if word in STATES] for row in marks}
    assert said == {
        "甲有效": ["有效", "已注册"],
        "乙待册": ["待注册", "待注册"],
        "丙离世": ["建议注销", "已注册"],
        "丁注销": ["已注销", "已注册"],
        "戊变更": ["有效", "已注册", "数据已变更"],
    }


STATES = {"有效", "待注册", "建议注销", "已注销", "已注册", "数据已变更"}


def test_everybody_sees_the_cards_of_his_place(cast, shelf):
    seen = {who: "戊变更" in words(getattr(cast, who).get("/cards/")) for who in sorted(COMMITTEE)}
    assert seen == {
        "auditor": True,
        "district": True,
        "group": False,
        "leader": True,
        "school": False,
        "stranger": True,
    }


def test_only_who_keeps_cards_ticks_and_only_the_issuer_issues(cast, card):
    said = {
        who: ('name="card"' in page, reverse("card-issue") in page)
        for who in ("district", "school", "leader", "group")
        if (page := words(getattr(cast, who).get("/cards/")))
    }
    assert said == {
        "district": (True, True),
        "school": (True, False),
        "leader": (False, False),
        "group": (False, False),
    }


@pytest.mark.parametrize("url", ["/cards/", "/cards/?changed=yes&name=x", "/cards/issue/"])
def test_a_list_costs_the_same_whatever_its_rows(cast, url):
    def add():
        make_membership(person=make_card(school=cast.home.school).person)
        make_volunteer(school=cast.home.school)

    add()
    one = count_queries(cast.district, url)
    add()
    add()
    assert (count_queries(cast.district, url), one <= 12) == (one, True)


def test_the_list_costs_seven_queries(cast, card):
    assert count_queries(cast.district, "/cards/") == LIST_QUERIES


LIST_QUERIES = 7


def test_the_list_shows_no_sensitive_value(cast, card):
    person = card.person
    for url in ("/cards/", "/cards/issue/", f"/cards/{card.pk}/"):
        page = words(cast.district.get(url))
        for value in (person.id_number, person.phone, person.home_address, card.check_token):
            assert value not in page


def test_htmx_gets_the_rows_alone(cast, card):
    page = words(cast.district.get("/cards/", headers={"HX-Request": "true"}))
    assert (card.number in page, "<html" in page) == (True, False)


# --- issue and bulk ---------------------------------------------------------------------------------------


def test_ticked_people_get_their_cards_and_each_refusal_is_said(cast):
    good, bad = make_volunteer(school=cast.home.school), make_person(school=cast.home.school, name="李未册")
    page = words(cast.district.post("/cards/issue/", {"person": [good.pk, bad.pk, "x", 10**30]}))
    assert "办理 2 人，完成 1 人，未办 1 人。" in page
    assert "李未册还没有通过志愿者登记" in page
    assert list(Card.objects.values_list("person", "number")) == [(good.pk, "GGW202400001")]


def test_the_issue_page_lists_who_may_get_a_card(cast, card):
    make_volunteer(school=cast.home.school, name="待发证")
    make_person(school=cast.home.school, name="未登记")
    page = words(cast.district.get("/cards/issue/"))
    said = {name: name in page for name in ("待发证", "未登记", "曾玉兰")}
    assert said == {"待发证": True, "未登记": False, "曾玉兰": False}


def test_nothing_ticked_is_said(cast, card):
    for url in ("/cards/issue/", "/cards/register/", "/cards/sheet/"):
        page = words(cast.district.post(url, follow=True))
        assert "请先在列表中勾选" in page


def test_a_school_registers_the_ticked_cards_of_its_own(cast, shelf):
    keys = [card.pk for card in shelf.values()]
    page = words(cast.school.post("/cards/register/", {"card": keys}))
    assert "办理 4 人，完成 1 人，未办 3 人。" in page
    this_year = timezone.localdate().year
    registered = AnnualRegistration.objects.filter(registered_by=cast.users.school)
    assert list(registered.values_list("card", "year")) == [(shelf["乙待册"].pk, this_year)]


# --- one card ---------------------------------------------------------------------------------------------


def test_the_page_of_a_card_tells_its_story(cast, card):
    cast.district.post(f"/cards/{card.pk}/reissue/", {"reason": "遗失在公交车上"})
    page = words(cast.district.get(f"/cards/{card.pk}/"))
    for said in (card.number, "曾玉兰", "示例区和平小学", "遗失在公交车上", "1 次", "还没有打印"):
        assert said in page


@pytest.mark.parametrize("what", ["reissue", "void"])
def test_a_form_without_a_reason_is_422_and_writes_nothing(cast, card, what):
    answer = cast.district.post(f"/cards/{card.pk}/{what}/", {"reason": "", "confirmed": "on"})
    assert answer.status_code == 422
    assert (state(card), Card.objects.get().reissues, trail(f"card.{what}")) == ("VALID", 0, [])


def test_a_card_is_voided_after_a_tick(cast, card):
    url = f"/cards/{card.pk}/void/"
    unticked = cast.district.post(url, {"reason": "退出志愿服务"})
    assert (unticked.status_code, "退出志愿服务" in words(unticked), state(card)) == (422, True, "VALID")
    cast.district.post(url, {"reason": "退出志愿服务", "confirmed": "on"})
    assert state(card) == "VOID"
    page = words(cast.district.get(f"/cards/{card.pk}/"))
    offers = [reverse(name, args=[card.pk]) in page for name in ("card-print", "card-reissue", "card-void")]
    assert (offers, "退出志愿服务" in page) == ([False, False, False], True)


def test_a_dead_holder_s_page_suggests_to_void(cast, card):
    card.person.died_on = timezone.localdate()
    card.person.save()
    page = words(cast.district.get(f"/cards/{card.pk}/"))
    assert "已离世。建议注销此证。" in page
    assert reverse("card-register", args=[card.pk]) not in page


def test_this_year_is_registered_with_one_button(cast):
    late = make_card(school=cast.home.school, at=timezone.now() - datetime.timedelta(days=366))
    url = reverse("card-register", args=[late.pk])
    assert url in words(cast.school.get(f"/cards/{late.pk}/"))
    assert cast.school.post(url).url == f"/cards/{late.pk}/"
    assert url not in words(cast.school.get(f"/cards/{late.pk}/"))
    assert cast.school.post(url).status_code == 409
    assert len(trail("card.register_year")) == 1


def test_the_card_moves_with_its_holder(cast, card):
    card.person.school = cast.far.school
    card.person.save()
    statuses = [getattr(cast, who).get(f"/cards/{card.pk}/").status_code for who in ("school", "stranger")]
    assert statuses == [404, 200]


# --- prints -----------------------------------------------------------------------------------------------


@needs_pdf
@pytest.mark.parametrize(
    ("query", "size"), [("", "242.646 x 153.071 pts"), ("?size=a6", "419.528 x 297.638 pts")]
)
def test_one_card_prints_front_and_back_in_its_size(cast, card, tmp_path, query, size):
    answer = cast.school.post(f"/cards/{card.pk}/print/{query}")
    assert answer["Content-Type"] == "application/pdf"
    content = pdf_of(answer)
    facts = poppler("pdfinfo", content, tmp_path)
    assert ("Pages:           2" in facts, size in facts) == (True, True)
    text = poppler("pdftotext", content, tmp_path)
    for said in ("曾玉兰", card.number, "示例区和平小学", cast.home.district.committee_name, "使用须知"):
        assert said in text
    assert len(trail("card.print")) == 1


@needs_pdf
def test_a_print_is_for_district_and_own_school(cast, card):
    url = f"/cards/{card.pk}/print/"
    statuses = {who: getattr(cast, who).post(url).status_code for who in PLAYERS}
    assert statuses == dict.fromkeys(PLAYERS, 404) | {"district": 200, "school": 200, "anonymous": 302}


def test_looking_at_the_address_of_a_print_prints_nothing(cast, card):
    assert [
        ask(f"/cards/{card.pk}/print/").status_code for ask in (cast.district.get, cast.district.head)
    ] == [
        405,
        405,
    ]
    assert trail("card.print") == []


def test_a_void_card_is_not_printed(cast, card):
    steps.void_card(card, by=cast.users.district, at=timezone.now(), reason="退出")
    for answer in (cast.district.post(f"/cards/{card.pk}/print/"), sheet(cast.district, [card])):
        assert (answer.status_code, "已注销的志愿者证不能打印" in words(answer)) == (409, True)
    assert trail("card.print") == []


def sheet(client, cards, query=""):
    return client.post(f"/cards/sheet/{query}", {"card": [card.pk for card in cards]})


@needs_pdf
def test_ticked_cards_print_ten_a_sheet_with_their_backs(cast, tmp_path):
    cards = [make_card(school=cast.home.school) for _ in range(11)]
    foreign = make_card(school=cast.far.school, name="外校人")
    content = pdf_of(sheet(cast.school, [*cards, foreign]))
    facts = poppler("pdfinfo", content, tmp_path)
    assert ("Pages:           4" in facts, "595.276 x 841.89 pts (A4)" in facts) == (True, True)
    text = poppler("pdftotext", content, tmp_path)
    assert [text.count(card.number) for card in cards] == [1] * 11
    assert "外校人" not in text
    (line,) = trail("card.print")
    assert line.changes["count"] == 11


@needs_pdf
def test_the_whole_query_prints_its_valid_cards(cast, shelf, tmp_path):
    text = poppler("pdftotext", pdf_of(sheet(cast.district, [], "?whole=1&unit=和平")), tmp_path)
    said = {name: shelf[name].number in text for name in shelf}
    assert said == {"甲有效": True, "乙待册": True, "丙离世": True, "丁注销": False, "戊变更": False}


@needs_pdf
def test_many_cards_go_to_a_job_whose_file_its_owner_fetches(cast, monkeypatch, tmp_path):
    monkeypatch.setattr(views, "DIRECT", 1)
    cards = [make_card(school=cast.home.school) for _ in range(2)]
    answer = sheet(cast.school, cards)
    job = Job.objects.get()
    assert (answer.url, job.kind, job.label) == (f"/jobs/{job.pk}/", "cards", "打印志愿者证（2 张）")
    result = prints.print_cards(job, lambda *said: None)
    assert [card.number in poppler("pdftotext", result.content, tmp_path) for card in cards] == [True, True]
    assert [line.changes["count"] for line in trail("card.print")] == [2]
    jobs.run(job.pk, job.task_id)
    statuses = {who: getattr(cast, who).get(f"/jobs/{job.pk}/file/").status_code for who in PLAYERS}
    assert statuses == dict.fromkeys(PLAYERS, 404) | {"school": 200, "anonymous": 302}


def test_a_job_stops_when_its_owner_lost_the_cards(cast, card):
    params = {"cards": [card.pk], "origin": "http://localhost/"}
    job = jobs.enqueue("cards", by=cast.users.stranger, params=params, district=cast.home.district)
    with pytest.raises(jobs.JobError, match="不在您的职责范围内"):
        prints.print_cards(job, lambda *said: None)
    assert trail("card.print") == []


def test_a_kind_of_job_says_who_fetches_its_file(cast):
    gone = Job(kind="report", params={"report": "no such report"})
    assert (readers(gone), jobs.KINDS["cards"].roles(gone)) == (frozenset(), steps.KEEPERS)
    assert readers(Job(kind="report", params={"report": "statistics"})) >= {"DISTRICT", "LEADER"}
    assert jobs.Kind("probe", "试验", lambda row, progress: None).roles(gone) == ()


# --- to-dos -----------------------------------------------------------------------------------------------


def test_to_dos_name_what_waits_and_lead_to_it(cast, shelf):

    now, year = timezone.now(), timezone.localdate().year
    offered = {
        who: [
            (todo.title, todo.url)
            for offer in (cards_to_be_voided, cards_to_be_registered)
            for todo in offer(getattr(cast.users, who), now)
        ]
        for who in ("district", "school", "stranger", "leader")
    }
    assert offered == {
        "district": [("1 张志愿者证建议注销", "/cards/?state=LEFT")],
        "school": [(f"1 张志愿者证等待 {year} 年度注册", "/cards/?registered=no")],
        "stranger": [],
        "leader": [],
    }
