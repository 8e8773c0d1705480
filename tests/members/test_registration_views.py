"""The pages of the registration round: who sees what, drafts that keep what was typed, scans."""

import datetime
import io
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from guanweihui import todos, uploads
from guanweihui.models import AuditEvent, Due, Filing
from members.models import Person, Registration
from tests.cast import count_queries
from tests.factories import make_person, make_school
from tests.members.registration_rows import (
    CONSENTED_ON,
    make_registration,
    make_registration_due,
    make_registration_line,
    make_registration_round,
    make_scan,
)

S = Filing.Status


def words(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def due(cast):
    return make_registration_due(
        school=cast.home.school, round=make_registration_round(title="志愿者登记2026")
    )


def at_home(cast, status=S.DRAFT, *, group_endorses=False, **fields) -> Registration:
    round_ = make_registration_round(group_endorses=group_endorses)
    return make_registration(school=cast.home.school, round=round_, status=status, **fields)


def typed(registration, *consents, **given) -> dict[str, str]:
    """Return what a browser sends; consents are (person, day) of those ticked."""
    data = {
        "version": registration.version,
        "filled_by": "李明",
        "phone": "19900005678",
        "paper_place": "档案室",
    }
    for person, day in consents:
        data |= {f"on_{person.pk}": "on", f"day_{person.pk}": day}
    return data | given


# --- lists and to-dos -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "home", "far"),
    [
        ("district", 1, 1),
        ("leader", 1, 1),
        ("auditor", 1, 1),
        ("group", 1, 0),
        ("school", 1, 0),
        ("stranger", 0, 1),
    ],
)
def test_everybody_sees_the_dues_of_his_place(cast, due, who, home, far):
    make_registration_due(school=cast.far.school, round=due.round)
    page = words(getattr(cast, who).get("/registrations/"))
    assert [school in page for school in ("和平小学", "光明中学")] == [bool(home), bool(far)]


def test_the_list_leads_the_district_to_the_rounds(cast, due):
    link = '"/rounds/?kind=registration"'
    pages = [words(getattr(cast, who).get("/registrations/")) for who in ("leader", "group", "school")]
    assert [link in page for page in pages] == [True, False, False]


@pytest.mark.parametrize(
    ("who", "offered"), [("school", ["nil"]), ("district", ["extend", "waive"]), ("group", [])]
)
def test_a_due_without_a_list_offers_what_may_be_decided(cast, due, who, offered):
    page = words(getattr(cast, who).get(f"/registrations/dues/{due.pk}/"))
    steps = ("nil", "extend", "waive")
    assert [step for step in steps if f'"/dues/{due.pk}/{step}/"' in page] == offered


def test_the_list_costs_the_same_for_one_school_and_three(cast, due):
    make_registration(due=due)
    one = [count_queries(client, "/registrations/") for client in (cast.district, cast.school)]
    for _ in range(2):
        school = make_school(group=cast.home.group)
        make_registration(due=make_registration_due(school=school, round=due.round))
    three = [count_queries(client, "/registrations/") for client in (cast.district, cast.school)]
    assert (one, three) == ([8, 6], [8, 6])


def test_the_list_is_queried_by_school_round_and_state(cast, due):
    make_registration_due(school=cast.far.school, round=due.round, state="WAIVED", reason="停办")
    other = make_registration_round(title="另一次登记")
    for query, found in (
        ("unit=和平", [True, False]),
        ("state=WAIVED", [False, True]),
        (f"round={other.pk}", [False, False]),
        (f"round={due.round.pk}", [True, True]),
    ):
        rows = words(cast.district.get(f"/registrations/?{query}", headers={"HX-Request": "true"}))
        assert [f">{school}<" in rows for school in ("和平小学", "光明中学")] == found, query


def test_a_due_of_another_kind_is_not_listed(cast):
    make_registration_due(school=cast.home.school, round=make_registration_round(kind="enrolment"))
    other = Due.objects.get()
    assert "和平小学" not in words(cast.district.get("/registrations/", headers={"HX-Request": "true"}))
    assert cast.school.get(f"/registrations/dues/{other.pk}/").status_code == 404


def test_the_to_do_leads_to_the_due(cast, due):
    found = todos.for_actor(cast.users.school, timezone.now())
    assert [(one.title, one.url) for one in found] == [("志愿者登记2026", f"/registrations/dues/{due.pk}/")]
    assert cast.school.get(found[0].url).status_code == 200


# --- a school's list --------------------------------------------------------------------------------------


def test_a_school_starts_its_list_with_its_own_people(cast, due):
    make_person(school=cast.home.school, name="曾玉兰")
    make_person(school=cast.home.school, name="丁有书", consented_on=CONSENTED_ON)
    make_person(school=cast.far.school, name="郭长青")
    answer = cast.school.post(f"/registrations/dues/{due.pk}/start/", follow=True)
    registration = Registration.objects.get()
    assert answer.redirect_chain == [(f"/registrations/{registration.pk}/edit/", 302)]
    assert [name in words(answer) for name in ("曾玉兰", "丁有书", "郭长青")] == [True, False, False]
    assert cast.school.get(f"/registrations/dues/{due.pk}/").url == f"/registrations/{registration.pk}/"


def test_a_draft_is_saved_with_gaps_and_says_what_is_missing(cast):
    registration = at_home(cast, people=[], filled_by="", phone="", paper_place="")
    person = make_person(school=cast.home.school, name="曾玉兰")
    url = f"/registrations/{registration.pk}/edit/"
    answer = cast.school.post(url, {"version": 1, f"on_{person.pk}": "on"}, follow=True)
    assert (answer.status_code, registration.lines.get().consented_on) == (200, None)
    for said in (
        "草稿已保存，名单上1人。",
        "请填写“填报人”。",
        "曾玉兰：没有填写本人同意日期",
        "没有登记表扫描件",
    ):
        assert said in words(answer)


def test_a_full_list_is_saved_and_submitted_at_once(cast):
    registration = at_home(cast, people=[])
    person = make_person(school=cast.home.school)
    data = typed(registration, (person, "2018-09-20"), submit="1")
    answer = cast.school.post(f"/registrations/{registration.pk}/edit/", data)
    assert answer.url == f"/registrations/{registration.pk}/"
    registration.refresh_from_db()
    assert (registration.status, registration.lines.get().consented_on) == (S.SUBMITTED, CONSENTED_ON)
    lines = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(lines) == ["registration.save", "registration.submit"]
    assert (
        cast.school.get(f"/registrations/{registration.pk}/edit/").url == f"/registrations/{registration.pk}/"
    )


def test_a_late_submit_keeps_the_draft(cast):
    at = timezone.now()
    round_ = make_registration_round(
        opens_at=at - datetime.timedelta(days=9), deadline_at=at - datetime.timedelta(minutes=1)
    )
    registration = make_registration(school=cast.home.school, round=round_, people=[])
    person = make_person(school=cast.home.school)
    data = typed(registration, (person, "2018-09-20"), submit="1")
    answer = cast.school.post(f"/registrations/{registration.pk}/edit/", data)
    assert (answer.status_code, "填写的内容已保存为草稿" in words(answer)) == (422, True)
    registration.refresh_from_db()
    assert (registration.status, registration.lines.get().person) == (S.DRAFT, person)
    assert 'name="version" value="2"' in words(answer)


def test_two_tabs_do_not_overwrite_each_other(cast):
    registration = at_home(cast, people=[])
    one, two = (make_person(school=cast.home.school) for _ in range(2))
    url = f"/registrations/{registration.pk}/edit/"
    old = typed(registration, (two, "2018-10-09"), filled_by="旧页签")
    assert cast.school.post(url, typed(registration, (one, "2018-09-20"))).status_code == 302
    answer = cast.school.post(url, old)
    page = words(answer)
    assert (answer.status_code, "在您打开之后被别人改过" in page) == (422, True)
    assert registration.lines.get().person == one
    for kept in ('value="旧页签"', 'value="2018-10-09"', 'name="version" value="2"'):
        assert kept in page
    assert cast.school.post(url, {**old, "version": 2}).status_code == 302
    assert registration.lines.get().person == two


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"day": "2018-13-40"}, "不是有效的日期"),
        ({"tick": ""}, "填写了同意日期但没有勾选"),
        ({"phone": "12"}, "联系电话"),
        ({"filled_by": "李\u200b明"}, "填报人"),
    ],
)
def test_what_cannot_be_read_is_said_and_stays_typed(cast, given, said):
    registration = at_home(cast, people=[])
    person = make_person(school=cast.home.school)
    data = typed(registration, (person, given.pop("day", "2018-09-20")), **given)
    if data.pop("tick", None) == "":
        del data[f"on_{person.pk}"]
    answer = cast.school.post(f"/registrations/{registration.pk}/edit/", data)
    page = words(answer)
    assert (answer.status_code, said in page, registration.lines.count()) == (422, True, 0)
    assert f'value="{data[f"day_{person.pk}"]}"' in page


def test_submitting_lists_every_fault(cast):
    registration = at_home(cast, people=[])
    person = make_person(school=cast.home.school, name="曾玉兰")
    data = typed(registration, (person, ""), submit="1", filled_by="", paper_place="")
    page = words(cast.school.post(f"/registrations/{registration.pk}/edit/", data))
    assert "有 3 处需要修改" in page
    for said in ("请填写“填报人”。", "曾玉兰1人没有登记表扫描件", "曾玉兰：没有填写本人同意日期"):
        assert said in page


# --- scans ------------------------------------------------------------------------------------------------


def photo() -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
    out = io.BytesIO()
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def send(cast, line, name, content):
    return cast.school.post(
        f"/registrations/lines/{line.pk}/scan/", {"file": SimpleUploadedFile(name, content)}
    )


def test_a_scan_loses_the_place_where_it_was_taken(cast):
    registration = at_home(cast)
    answer = send(cast, registration.lines.get(), "登记表.jpg", photo())
    assert answer.url == f"/registrations/{registration.pk}/edit/"
    kept = Image.open(io.BytesIO(uploads.read(registration.lines.get().scan)))
    assert (kept.size, dict(kept.getexif())) == ((40, 20), {})


PACKED = zlib.compress(b"3 0 << /S /JavaScript /JS (app.alert(1)) >>")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("表.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "不是PDF、JPG、PNG或WebP"),
        ("表.pdf", b"%PDF-1.4\n1 0 obj << /S /JavaScript /JS (x) >> endobj\n%%EOF\n", "含有脚本"),
        (
            "表.pdf",
            b"%PDF-1.5\n4 0 obj << /Type /ObjStm /First 4 /Filter /FlateDecode >>\nstream\n"
            + PACKED
            + b"\nendstream endobj\n%%EOF\n",
            "含有脚本",
        ),
    ],
)
def test_a_file_that_can_act_is_refused_with_the_reason(cast, name, content, said):
    line = at_home(cast).lines.get()
    answer = send(cast, line, name, content)
    line.refresh_from_db()
    assert (answer.status_code, said in words(answer), line.scan) == (422, True, None)


def test_scans_are_shown_to_the_office_and_the_school_only(cast):
    registration = at_home(cast, S.SUBMITTED)
    scan = make_scan(registration.lines.get(), content=photo(), by=cast.users.school)
    links = {}
    for who in ("school", "district", "group", "leader", "auditor"):
        client = getattr(cast, who)
        page = words(client.get(f"/registrations/{registration.pk}/"))
        links[who] = (f"/attachments/{scan.pk}/" in page, client.get(f"/attachments/{scan.pk}/").status_code)
    assert links == {
        "school": (True, 200),
        "district": (True, 200),
        "group": (False, 404),
        "leader": (False, 404),
        "auditor": (False, 404),
    }


# --- its way up -------------------------------------------------------------------------------------------


def test_a_list_goes_its_whole_way(cast):
    registration = at_home(cast, group_endorses=True)
    url, person = f"/registrations/{registration.pk}/", registration.lines.get().person
    cast.school.post(f"{url}edit/", typed(registration, (person, "2018-09-20"), submit="1"))
    assert [word in words(cast.school.get(url)) for word in (">撤回<", ">填报<")] == [True, False]
    cast.school.post(f"{url}withdraw/")
    registration.refresh_from_db()
    cast.school.post(f"{url}edit/", typed(registration, (person, "2018-09-20"), submit="1"))
    assert [word in words(cast.group.get(url)) for word in (">审核同意<", ">退回<", ">通过<")] == [
        True,
        True,
        False,
    ]
    cast.group.post(f"{url}endorse/")
    line = registration.lines.get()
    answer = cast.district.post(f"{url}return/", {"reason": "日期不符", f"line_{line.pk}": "请看原件"})
    assert answer.url == url
    for client in (cast.school, cast.district):
        page = words(client.get(url))
        assert ("退回理由：日期不符" in page, "请看原件" in page) == (True, True)
    assert "请看原件" in words(cast.school.get(f"{url}edit/"))
    registration.refresh_from_db()
    cast.school.post(f"{url}edit/", typed(registration, (person, "2018-09-21"), submit="1"))
    assert "请看原件" not in words(cast.school.get(url))
    cast.group.post(f"{url}endorse/")
    assert cast.district.post(f"{url}accept/").url == url
    person.refresh_from_db()
    assert (person.consented_on, person.registered_on) == (datetime.date(2018, 9, 21), timezone.localdate())
    assert cast.district.post(f"{url}reopen/", {"reason": "学校要求更正"}).url == url
    registration.refresh_from_db()
    assert (registration.status, "退回理由：学校要求更正" in words(cast.school.get(url))) == (
        S.RETURNED,
        True,
    )


def test_a_return_needs_a_reason_and_keeps_the_remarks_typed(cast):
    registration = at_home(cast, S.SUBMITTED)
    line = registration.lines.get()
    data = {"reason": "", f"line_{line.pk}": "请看原件"}
    answer = cast.district.post(f"/registrations/{registration.pk}/return/", data)
    assert (answer.status_code, "请看原件" in words(answer)) == (422, True)


def test_a_step_refused_is_said_on_a_page_of_its_own(cast):
    registration = at_home(cast)
    answer = cast.district.post(f"/registrations/{registration.pk}/accept/")
    assert (answer.status_code, "不能通过" in words(answer)) == (409, True)


def test_no_page_shows_a_sensitive_value(cast):
    registration = at_home(cast, S.SUBMITTED)
    person = registration.lines.get().person
    for who in ("school", "group", "district", "leader", "auditor"):
        for url in (f"/registrations/{registration.pk}/", "/registrations/"):
            page = words(getattr(cast, who).get(url))
            for value in (person.id_number, person.phone, person.home_address, registration.phone):
                assert value not in page
    assert person.name in words(cast.group.get(f"/registrations/{registration.pk}/"))


def test_what_is_foreign_does_not_exist(cast):
    registration = at_home(cast, S.SUBMITTED)
    line = registration.lines.get()
    dues = f"/registrations/dues/{registration.due_id}/"
    own = f"/registrations/{registration.pk}/"
    gets = [dues, own, f"{own}edit/", f"/registrations/lines/{line.pk}/scan/"]
    posts = [f"{dues}start/", f"{own}withdraw/", *gets[2:]]
    assert {cast.stranger.get(url).status_code for url in gets} == {404}
    assert {cast.stranger.post(url).status_code for url in posts} == {404}
    assert {cast.judge.get(url).status_code for url in [*gets, "/registrations/"]} == {404}
    assert {cast.anonymous.get(url).url for url in gets} == {f"/accounts/login/?next={url}" for url in gets}
    assert registration.lines.count() == 1


@pytest.mark.parametrize("step", ["withdraw", "endorse", "accept"])
def test_steps_are_posted(cast, step):
    registration = at_home(cast, S.SUBMITTED)
    client = {"withdraw": cast.school, "endorse": cast.group, "accept": cast.district}[step]
    assert client.get(f"/registrations/{registration.pk}/{step}/").status_code == 405
    assert cast.leader.post(f"/registrations/{registration.pk}/{step}/").status_code == 404
    assert Registration.objects.get().status == S.SUBMITTED


def test_the_detail_costs_the_same_for_one_person_and_three(cast):
    registration = at_home(cast, S.SUBMITTED)
    url = f"/registrations/{registration.pk}/"
    one = count_queries(cast.district, url)
    for _ in range(2):
        make_registration_line(registration=registration, person=make_person(school=cast.home.school))
    assert (one, count_queries(cast.district, url)) == (7, 7)
    assert Person.objects.count() == 3
