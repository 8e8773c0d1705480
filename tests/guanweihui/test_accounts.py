"""The door: sign-in and out, own account, second factor, links, help."""

import datetime
import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from guanweihui.entrance import revoke_link
from guanweihui.gate import issue_link
from guanweihui.models import AuditEvent, User
from guanweihui.scope import Role, System
from tests import factories

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
NEW = "five quite invented words"


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def sign_in(client, username, password=factories.PASSWORD, **more):
    return client.post("/accounts/login/", {"username": username, "password": password, **more})


# --- in and out -------------------------------------------------------------------------------------------


def test_sign_in_gives_a_new_session_and_one_line(cast):
    client = Client()
    client.get("/accounts/login/")
    client.cookies["session"] = "attackers-choice"
    answer = sign_in(client, "district", next="/trail/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/trail/")
    assert client.session.session_key not in (None, "attackers-choice")
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.district, event.address) == (
        "user.sign_in",
        cast.users.district,
        cast.home.district,
        "127.0.0.1",
    )


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:1"]
)
def test_sign_in_goes_on_inside_only(cast, target):
    assert sign_in(Client(), "district", next=target).headers["Location"] == "/"


def test_a_failed_sign_in_is_told_and_kept_without_what_was_typed(cast):
    answer = sign_in(Client(), "district", "wrong-password")
    assert (answer.status_code, "没有登录成功" in answer.content.decode()) == (422, True)
    sign_in(Client(), "my-secret-typed-here", "x")
    known, unknown = AuditEvent.objects.order_by("pk")
    assert (known.action, known.object_id, known.actor_label) == (
        "user.fail_to_sign_in",
        str(cast.users.district.pk),
        "未登录的访问者",
    )
    assert (unknown.object_label, unknown.district) == ("", cast.home.district)
    assert "secret" not in str(unknown.__dict__)


def test_six_wrong_passwords_close_account_and_address_and_say_how_long(cast):
    client = Client()
    for _ in range(5):
        assert sign_in(client, "district", "wrong-password").status_code == 422
    locked = sign_in(client, "district", "wrong-password")
    assert (locked.status_code, "15 分钟" in locked.content.decode()) == (429, True)
    assert sign_in(client, "district").status_code == 429
    assert actions() == ["user.fail_to_sign_in"] * 5 + ["user.lock_out"]
    assert sign_in(client, "leader").status_code == 302
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), "district").status_code == 302


def test_sign_out_ends_the_session_and_leaves_a_line(cast):
    key = cast.district.session.session_key
    answer = cast.district.post("/accounts/logout/")
    assert (answer.status_code, "cookies" in answer.headers["Clear-Site-Data"]) == (302, True)
    assert not Session.objects.filter(pk=key).exists()
    assert actions() == ["user.sign_out"]
    assert cast.district.get("/accounts/logout/").status_code == 405


def test_a_link_s_holder_signs_out_too(cast):
    assert cast.outreach.post("/accounts/logout/").headers["Location"] == "/accounts/login/"
    assert cast.outreach.get("/").status_code == 302
    assert actions() == ["user.sign_out"]


def test_a_refused_page_leaves_a_line_and_a_slip_of_typing_none(cast):
    assert cast.school.get("/trail/?q=secret").status_code == 404
    assert cast.school.get("/no/such/address/").status_code == 404
    assert cast.anonymous.get("/office/").status_code == 404
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.changes) == (
        "access.refuse",
        cast.users.school,
        {"page": "GET /trail/"},
    )


# --- own account ------------------------------------------------------------------------------------------

OWN = ("/account/", "/account/password/")


@pytest.mark.parametrize("path", OWN)
def test_own_pages_are_for_accounts(cast, path):
    assert {name: getattr(cast, name).get(path).status_code for name in ("school", "judge", "auditor")} == {
        "school": 200,
        "judge": 200,
        "auditor": 200,
    }
    assert cast.outreach.get(path).status_code == 404
    assert cast.anonymous.get(path).headers["Location"] == f"/accounts/login/?next={path}"
    assert cast.school.put(path).status_code == 405


def test_own_account_shows_posts_in_term(cast):
    factories.make_post(
        user=cast.users.school, role=Role.GROUP, group=cast.far.group, to_on=datetime.date(2018, 6, 1)
    )
    body = cast.school.get("/account/").content.decode()
    assert ("学校联络员（和平小学）" in body, "西苑" in body) == (True, False)


def change(client, old=factories.PASSWORD, new=NEW, again=None):
    data = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return client.post("/account/password/", data)


def test_a_new_password_ends_the_other_sessions(cast):
    elsewhere = Client()
    elsewhere.force_login(cast.users.school, backend=BACKEND)
    assert change(cast.school).headers["Location"] == "/account/"
    assert User.objects.get(pk=cast.users.school.pk).check_password(NEW)
    assert (cast.school.get("/account/").status_code, elsewhere.get("/account/").status_code) == (200, 302)
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.changes) == ("user.change_password", cast.users.school, {})


@pytest.mark.parametrize(
    ("name", "new", "words"),
    [
        ("school", "short", "密码至少 8 个字符"),
        ("district", "eleven chars"[:11], "密码至少 12 个字符"),
        ("district", "my guanweihui 2018", "容易猜到"),
        ("district", "关工委的密码最好牢牢记住了", "容易猜到"),
        ("school", "school-2018-abc", "容易猜到"),
        ("school", "password1", "常见"),
        ("school", "1234567890", "数字"),
    ],
)
def test_a_weak_password_is_refused(cast, name, new, words):
    answer = change(getattr(cast, name), new=new)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_a_long_chinese_password_is_kept_whole(cast):
    new = "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少" * 3 + "完毕啦啊"
    assert (len(new), change(cast.school, new=new).status_code) == (64, 302)
    user = User.objects.get(pk=cast.users.school.pk)
    assert (user.check_password(new), user.check_password(new[:-1])) == (True, False)


def test_a_wrong_old_password_changes_nothing(cast):
    assert change(cast.school, old="not the old one").status_code == 422
    assert actions() == []


def test_sessions_elsewhere_are_ended(cast):
    elsewhere = Client()
    elsewhere.force_login(cast.users.school, backend=BACKEND)
    assert cast.school.get("/account/sessions/end/").status_code == 405
    assert cast.school.post("/account/sessions/end/").status_code == 302
    assert (elsewhere.get("/account/").status_code, cast.school.get("/account/").status_code) == (302, 200)
    assert cast.stranger.get("/account/").status_code == 200
    assert (actions(), AuditEvent.objects.get().changes) == (["user.end_sessions"], {"count": 1})
    assert cast.outreach.post("/account/sessions/end/").status_code == 404


# --- second factor ----------------------------------------------------------------------------------------


@pytest.fixture
def second_factor(settings):
    settings.SECOND_FACTOR = True


def code_of(device):
    return f"{TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift).token():06}"


def pair(user):
    return TOTPDevice.objects.create(user=user, name="动态口令", confirmed=True)


@pytest.mark.parametrize("name", ["district", "leader", "auditor", "group", "judge"])
def test_staff_without_a_device_are_led_to_set_one_up(cast, second_factor, name):
    client = getattr(cast, name)
    assert client.get("/account/").headers["Location"] == "/account/code/set-up/?next=/account/"
    assert client.get("/office/").status_code in (302, 404)
    assert client.get("/help/").status_code == 200


def test_coordinators_and_links_need_none(cast, second_factor):
    assert cast.school.get("/account/").status_code == 200
    assert cast.outreach.get("/help/").status_code == 200


def test_off_means_off(cast, settings):
    settings.SECOND_FACTOR = False
    assert cast.district.get("/account/").status_code == 200


def test_setting_up_asks_for_a_code_and_gives_ten_recovery_codes_once(cast, second_factor):
    page = "/account/code/set-up/"
    assert "开始设置" in cast.district.get(page).content.decode()
    assert not TOTPDevice.objects.exists()
    cast.district.post(page, {"begin": "1"})
    device = TOTPDevice.objects.get(user=cast.users.district, confirmed=False)
    shown = cast.district.get(page).content.decode()
    assert 'src="data:image/svg+xml' in shown
    assert cast.district.post(page, {"code": "000000"}).status_code == 422
    assert cast.district.get("/trail/").status_code == 302
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    done = cast.district.post(page, {"code": code_of(device)})
    codes = re.findall(r"<li><b>([a-z0-9]{10})</b>", done.content.decode())
    assert len(set(codes)) == 10
    assert actions() == ["user.set_up_code"]
    assert cast.district.get("/trail/").status_code == 200
    assert cast.district.get(page).headers["Location"] == "/account/"


def test_whoever_owes_a_code_cannot_set_up_another_device(cast, second_factor):
    pair(cast.users.district)
    assert cast.district.get("/account/code/set-up/").headers["Location"] == "/account/code/"
    assert cast.district.post("/account/code/set-up/", {"begin": "1"}).headers["Location"] == "/account/code/"
    assert TOTPDevice.objects.count() == 1


def test_a_code_opens_once(cast, second_factor):
    device = pair(cast.users.district)
    old = cast.district.session.session_key
    page = "/account/code/?next=/trail/"
    assert cast.district.get("/trail/").headers["Location"] == page
    code = code_of(device)
    answer = cast.district.post("/account/code/", {"code": code, "next": "/trail/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/trail/")
    assert cast.district.session.session_key != old
    assert cast.district.get("/trail/").status_code == 200
    again = Client()
    again.force_login(cast.users.district, backend=BACKEND)
    assert again.post("/account/code/", {"code": code}).status_code == 422
    assert actions() == ["user.enter_code", "user.fail_code"]


def test_wrong_codes_make_a_pause(cast, second_factor):
    device = pair(cast.users.district)
    device.throttling_failure_count, device.throttling_failure_timestamp = 6, timezone.now()
    device.save()
    answer = cast.district.post("/account/code/", {"code": code_of(device)})
    assert (answer.status_code, "请等 32 秒后再试" in answer.content.decode()) == (422, True)
    assert cast.district.get("/account/").status_code == 302


def test_a_recovery_code_works_once(cast, second_factor):
    pair(cast.users.district)
    static = StaticDevice.objects.create(user=cast.users.district, name="备用码")
    static.token_set.create(token="abcdefghjk")
    assert cast.district.post("/account/code/", {"code": "ABCDE fghjk"}).status_code == 302
    assert static.token_set.count() == 0


def test_a_coordinator_who_set_one_up_is_asked_too(cast, second_factor):
    pair(cast.users.school)
    client = Client()
    sign_in(client, "school")
    assert client.get("/account/").headers["Location"] == "/account/code/?next=/account/"


@pytest.mark.parametrize("path", ["/account/code/", "/account/code/set-up/"])
def test_code_pages_are_for_accounts(cast, path):
    assert cast.outreach.get(path).status_code == 404
    assert cast.anonymous.get(path).status_code == 302
    assert cast.district.put(path).status_code == 405


# --- links ------------------------------------------------------------------------------------------------


@pytest.fixture
def issued(cast):
    return issue_link(
        district=cast.home.district,
        role=Role.OUTREACH,
        holder_name="周校长",
        by=cast.users.district,
        at=timezone.now(),
        days=30,
    )


def test_a_link_opens_on_the_button_only(cast, issued):
    link, token = issued
    client = Client()
    shown = client.get(f"/l/{token}/")
    assert (shown.status_code, "周校长，您好" in shown.content.decode()) == (200, True)
    assert shown.headers["Referrer-Policy"] == "strict-origin"
    assert (client.get("/help/").wsgi_request.user.is_authenticated, actions()) == (False, [])
    entered = client.post(f"/l/{token}/")
    assert entered.headers["Location"] == "/"
    assert client.get("/help/").wsgi_request.user.link == link
    event = AuditEvent.objects.get()
    assert (event.action, event.link, event.actor_label, token in str(event.__dict__)) == (
        "accesslink.enter",
        link,
        "周校长",
        False,
    )
    assert client.put(f"/l/{token}/").status_code == 405


def test_a_link_takes_the_place_of_an_account(cast, issued):
    old = cast.school.session.session_key
    cast.school.post(f"/l/{issued[1]}/")
    assert not Session.objects.filter(pk=old).exists()
    assert str(cast.school.get("/help/").wsgi_request.user) == "周校长"


def test_closed_links_all_look_alike(cast, issued):
    link, token = issued
    _, expired = issue_link(
        district=cast.home.district, role=Role.OUTREACH, holder_name="钱校长", by=None,
        at=timezone.now() - datetime.timedelta(days=9), days=2,
    )  # fmt: skip
    revoke_link(link, by=System(cast.home.district), at=timezone.now())
    answers = [Client().get(f"/l/{key}/") for key in (token, expired, "no-such-token")]
    answers += [Client().post(f"/l/{key}/") for key in (token, expired, "no-such-token")]
    bodies = {re.sub(r"编号：\w+", "", answer.content.decode()) for answer in answers}
    assert {answer.status_code for answer in answers} == {404}
    assert (
        len({re.sub(r'name="csrfmiddlewaretoken" value="\w+"|value="/l/[^"]+"', "", body) for body in bodies})
        == 1
    )


def test_a_revoked_link_is_out_at_the_next_click(cast):
    link = cast.users.outreach.link
    assert cast.outreach.get("/help/").wsgi_request.user.is_authenticated
    revoke_link(link, by=System(cast.home.district), at=timezone.now())
    assert not cast.outreach.get("/help/").wsgi_request.user.is_authenticated


# --- look and help ----------------------------------------------------------------------------------------


def test_contrast_is_switched_and_goes_back(cast):
    answer = cast.anonymous.post("/contrast/", {"next": "/help/"})
    assert (answer.headers["Location"], answer.cookies["contrast"].value) == ("/help/", "high")
    answer = cast.anonymous.post("/contrast/", {"next": "//evil.example"})
    assert (answer.headers["Location"], answer.cookies["contrast"].value) == ("/", "")
    assert cast.anonymous.get("/contrast/").status_code == 405


def test_help_says_what_the_role_can_do(cast):
    bodies = {
        name: getattr(cast, name).get("/help/").content.decode()
        for name in ("district", "school", "anonymous")
    }
    assert {
        name: ("后台管理" in body, "本校花名册" in body, "请先登录" in body) for name, body in bodies.items()
    } == {
        "district": (True, False, False),
        "school": (False, True, False),
        "anonymous": (False, False, True),
    }
    assert cast.school.post("/help/").status_code == 405


def test_the_form_of_a_link_needs_its_token(cast, issued):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/l/{issued[1]}/").status_code == 403
