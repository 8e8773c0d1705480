"""The public check pages: what they tell, to how many tries, and what they never tell."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from awards.models import Honour
from awards.workflow import honours as steps
from guanweihui import verification
from guanweihui.models import Attempt
from guanweihui.scope import System
from guanweihui.views import verify as views
from tests import factories
from tests.awards.honour_rows import Kind, make_decided

pytestmark = pytest.mark.django_db
URL = "/verify/"


@pytest.fixture
def honour():
    decision = make_decided(winners=[(Kind.ADVANCED_RETIRED, "王秀英")])
    return Honour.objects.of_decision(decision).get()


def ask(number, code, *, client=None):
    return (client or Client()).post(URL, {"number": number, "code": code})


def words(response) -> str:
    return response.content.decode()


def other(code: str) -> str:
    """Return another code: its first character is the next one."""
    marks = steps.CODE_CHARACTERS
    return marks[(marks.index(code[0]) + 1) % len(marks)] + code[1:]


def passes(monkeypatch, **span):
    """Let time pass for the pages."""
    now = timezone.now() + datetime.timedelta(**span)
    monkeypatch.setattr(views.timezone, "now", lambda: now)


def test_the_qr_code_tells_the_award_and_masks_the_name(honour):
    answer = Client().get(f"/verify/{honour.check_token}/")
    page = words(answer)
    district = honour.district.committee_name
    for said in (
        "有效",
        "王**",
        honour.printed_unit,
        "退休先进个人",
        "2020年12月18日",
        "2020-TX-001",
        district,
    ):
        assert said in page
    assert ("王秀英" in page, honour.check_code in page) == (False, False)
    assert (answer["X-Robots-Tag"], "no-store" in answer["Cache-Control"]) == ("noindex, nofollow", True)


def test_number_and_code_tell_the_same_and_stand_in_no_address(honour):
    answer = ask(" ２０２０－tx－001 ", honour.check_code.lower())
    page = words(answer)
    assert answer.status_code == 200
    assert [said in page for said in ("有效", "王**", "王秀英", honour.check_code)] == [
        True,
        True,
        False,
        False,
    ]
    assert (answer["X-Robots-Tag"], "no-store" in answer["Cache-Control"]) == ("noindex, nofollow", True)
    assert (
        Client().get(f"{URL}?number=2020-TX-001&code={honour.check_code}").content.decode().count("王**") == 0
    )


def test_a_void_certificate_says_so_and_one_made_anew_is_valid(honour):
    new = steps.reissue(honour, reason="遗失", by=System(honour.district), at=timezone.now())
    for one, said in ((honour, "已作废"), (new, "有效")):
        assert said in words(ask(one.certificate_no, one.check_code))
        assert said in words(Client().get(f"/verify/{one.check_token}/"))
    assert "遗失" not in words(ask(honour.certificate_no, honour.check_code))


def test_a_wrong_number_and_a_wrong_code_have_one_answer(honour):
    client = Client()
    pages = []
    for number, code in (("2020-TX-001", other(honour.check_code)), ("2020-TX-999", honour.check_code)):
        answer = ask(number, code, client=client)
        page = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", words(answer))
        pages.append((answer.status_code, page.replace(number, "").replace(code, "")))
    assert pages[0] == pages[1]
    assert (pages[0][0], "未查到" in pages[0][1]) == (404, True)


def test_an_honour_that_the_portal_did_not_print_is_not_found():
    factories.make_honour(certificate_no="2018-JT-001")
    assert ask("2018-JT-001", "").status_code == 422
    assert ask("2018-JT-001", "000000").status_code == 404
    assert Client().get(f"/verify/{'0' * 22}/").status_code == 404


def test_alike_numbers_of_two_districts_are_told_apart_by_their_codes(honour):
    far = factories.make_district(full_name="别处区", committee_name="别处区教育关工委")
    twin = make_decided(district=far, winners=[(Kind.ADVANCED_RETIRED, "李玉兰")]).honours.get()
    assert twin.certificate_no == honour.certificate_no
    assert "别处区教育关工委" in words(ask(twin.certificate_no, twin.check_code))
    assert "王**" in words(ask(honour.certificate_no, honour.check_code))


def test_ten_wrong_tries_close_a_number_for_an_hour_to_the_right_code_too(honour, monkeypatch):
    # An address of its own each time: the limit of a number holds whoever asks.
    monkeypatch.setattr(views, "LIMIT", 1000)
    wrong = other(honour.check_code)
    assert [ask("2020-TX-001", wrong).status_code for _ in range(10)] == [404] * 10
    closed = ask("2020-TX-001", honour.check_code)
    assert (closed.status_code, closed["Retry-After"], "暂停查验" in words(closed)) == (429, "3600", True)
    assert ask("2020-TX-002", wrong).status_code == 404
    # The certificate itself still answers: its QR code cannot be guessed.
    assert "有效" in words(Client().get(f"/verify/{honour.check_token}/"))
    passes(monkeypatch, minutes=59)
    assert ask("2020-TX-001", honour.check_code).status_code == 429
    passes(monkeypatch, minutes=61)
    assert ask("2020-TX-001", honour.check_code).status_code == 200


def test_a_number_that_nobody_bears_closes_just_the_same(monkeypatch):
    monkeypatch.setattr(views, "LIMIT", 1000)
    assert [ask("2099-JT-001", "AAAAAA").status_code for _ in range(11)] == [404] * 10 + [429]
    assert "2099-JT-001" not in "".join(Attempt.objects.values_list("key_digest", flat=True))


def test_right_answers_are_no_wrong_tries(honour, monkeypatch):
    monkeypatch.setattr(views, "LIMIT", 1000)
    assert {ask("2020-TX-001", honour.check_code).status_code for _ in range(12)} == {200}
    assert Attempt.objects.filter(kind=verification.NUMBER_DOOR).count() == 0


def test_one_address_checks_thirty_times_a_minute_by_code_and_by_hand(honour, monkeypatch):
    for place in range(15):
        assert ask(f"2020-XX-{place:03}", "AAAAAA").status_code == 404
        assert Client().get(f"/verify/{place:022}/").status_code == 404
    over = ask("2020-TX-001", honour.check_code)
    assert (over.status_code, over["Retry-After"], "次数过多" in words(over)) == (429, "60", True)
    assert Client().get(f"/verify/{honour.check_token}/").status_code == 429
    passes(monkeypatch, seconds=61)
    assert ask("2020-TX-001", honour.check_code).status_code == 200


def test_a_visitor_s_form_carries_its_token(honour):
    client = Client(enforce_csrf_checks=True)
    page = client.get(URL)
    # Without a referrer browsers name no origin, and the form would be refused.
    assert ("no-referrer" in words(page), "noindex" in words(page)) == (False, True)
    data = {"number": "2020-TX-001", "code": honour.check_code}
    assert client.post(URL, data).status_code == 403
    token = client.cookies["csrf"].value
    assert client.post(URL, {**data, "csrfmiddlewaretoken": token}).status_code == 200
    assert Client().put(URL).status_code == 405


def test_the_sign_in_page_leads_to_the_check(client):
    assert f'href="{URL}"' in words(client.get("/accounts/login/"))


@pytest.mark.parametrize("known", [True, False])
def test_a_check_by_hand_costs_the_same_queries_for_a_wrong_number_and_a_wrong_code(
    honour, known, django_assert_num_queries
):
    ask("2020-TX-001", "AAAAAA")
    with django_assert_num_queries(12):
        ask("2020-TX-001" if known else "2020-TX-999", "AAAAAA")
