"""The back office: whose it is, what it writes, what it keeps shut."""

import datetime
import html
import re

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from guanweihui import audit
from guanweihui.models import (
    AccessLink,
    Attachment,
    Attempt,
    AuditEvent,
    AuditSeal,
    Chase,
    District,
    Due,
    FrozenTable,
    ImportBatch,
    ImportedRow,
    Job,
    Look,
    Remark,
    Round,
    School,
    Succession,
    UnitName,
    User,
    Version,
    Workday,
)
from guanweihui.office import office
from guanweihui.scope import Role
from members.models import Person
from tests import factories
from tests.activities.return_rows import make_return
from tests.activities.rows import make_evidence, make_material, make_stage, make_task
from tests.awards import one_of_each as awards_one_of_each
from tests.members.one_of_each import make_one_of_each, make_transfer
from tests.outreach import rows as outreach_rows

pytestmark = pytest.mark.django_db
APPS = ("guanweihui", "members", "awards", "activities", "outreach")
AT = datetime.datetime(2018, 11, 5, 9, 30, tzinfo=datetime.UTC)
#: Words that stand in Latin letters in Chinese offices too, and the test's own names.
LATIN = {
    "Excel",
    "district",
    "leader",
    "auditor",
    "judge",
    "group",
    "school",
    "stranger",
    "user",
    "example",
    "invalid",
    "office",
    "xlsx",
    "Ctrl",
    "Edge",
    "Chrome",
}


def our_models():
    return [model for label in APPS for model in apps.get_app_config(label).get_models()]


def address(model, page, *args):
    return reverse(f"office:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def form_data(response):
    """Return what the shown form would send unchanged."""
    found = {}
    forms = [response.context["adminform"].form]
    for formset in response.context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if isinstance(value, bool):
                found |= {bound.html_name: "on"} if value else {}
            elif value is not None:
                found[bound.html_name] = value
    return found


def words_of(response):
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\b[0-9a-f]{12,}\b", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def make_load(district, user):
    """Make a loaded batch with one row of it."""
    batch = ImportBatch.objects.create(
        district=district, kinds="花名册", filename="花名册.xlsx", digest="", created_by=user, created_at=AT
    )
    ImportedRow.objects.create(
        batch=batch,
        sheet="花名册",
        number=4,
        verdict="NEW",
        object_type="members.Person",
        object_id=1,
        before="绝密原值",
    )


@pytest.fixture
def everything(cast):
    """Give each model of ours a row within the office's reach."""
    district, school, user = cast.home.district, cast.home.school, cast.users.district
    factories.make_person(school=school)
    factories.make_appointment(school=school)
    factories.make_honour(unit=school)
    factories.make_opening_balance()
    enrolment = factories.make_enrolment(school=school)
    factories.make_visit()
    outreach_rows.make_feedback(factories.make_event())
    outreach_rows.make_one_of_each(cast)
    make_return(school=school)
    for make in (make_stage, make_task, make_material):
        make(campaign=enrolment.campaign)
    make_evidence(task=make_task(campaign=enrolment.campaign), school=school)
    due = enrolment.due
    Remark.objects.create(
        due=due, filing_type="activities.Enrolment", filing_id=1, text="请核对人数", made_by=user, made_at=AT
    )
    Attachment.objects.create(
        due=due,
        original_name="盖章件.pdf",
        stored_name="0" * 64,
        content_type="application/pdf",
        size=9,
        digest="",
        added_by=user,
        added_at=AT,
    )
    Chase.objects.create(due=due, spoken_with="李明", words="四点前报", made_by=user, made_at=AT)
    version = Version.objects.create(
        due=due, filing_type="activities.Enrolment", filing_id=1, number=1, content="密封内容", taken_at=AT
    )
    Look.objects.create(version=version, reader=user, looked_at=AT)
    FrozenTable.objects.create(
        district=district, report="annual", year=2017, key="1", content={"title": "年报"}, frozen_at=AT
    )
    make_load(district, user)
    Job.objects.create(
        district=district,
        kind="report",
        label="年度统计报表",
        params={"secret": "argument"},
        created_by=user,
        created_at=AT,
    )
    Workday.objects.create(district=district, day=datetime.date(2018, 10, 1), is_workday=False, note="国庆节")
    UnitName.objects.create(school=school, name="和平里小学", kind="FORMER")
    Succession.objects.create(
        predecessor=school, successor=cast.far.school, succeeded_on=datetime.date(2018, 9, 1), kind="MERGED"
    )
    Attempt.objects.create(district=district, kind="slip", key_digest="0" * 64, at=AT)
    rows = make_one_of_each(school)
    make_transfer(rows["person"], cast.far.school)
    awards_one_of_each.make_one_of_each(school, by=user)
    audit.record("enrolment.submit", enrolment, by=user, at=AT, changes={"status": ["DRAFT", "SUBMITTED"]})
    audit.seal_all()
    return cast


def test_every_model_of_ours_is_registered():
    assert [model._meta.label for model in our_models() if not office.is_registered(model)] == []


def test_no_model_of_a_library_is_registered():
    assert {model._meta.app_label for model in office._registry} == set(APPS)


@pytest.mark.usefixtures("plain_404")
def test_every_page_is_missing_for_everybody_else(everything):
    paths = [
        reverse(f"office:{name}")
        for name in ("index", "login", "logout", "password_change", "jsi18n", "autocomplete")
    ]
    paths += ["/office/nothing/"]
    for model in our_models():
        paths += [address(model, page) for page in ("changelist", "add")]
        paths += [address(model, page, 1) for page in ("change", "delete", "history")]
    paths.append(reverse("office:auth_user_password_change", args=[1]))
    for who in ("leader", "auditor", "group", "school", "judge", "outreach", "anonymous"):
        client = getattr(everything, who)
        assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 404), who
        assert client.post(address(School, "add"), {"full_name": "混入小学"}).status_code == 404, who


def test_list_form_and_search_work_in_chinese(everything):
    faults = {}
    for model in our_models():
        admin = office._registry[model]
        row = model._default_manager.visible_to(everything.users.district).order_by("pk").first()
        assert row is not None, model
        pages = [
            address(model, "changelist"),
            address(model, "changelist") + "?q=x",
            address(model, "change", row.pk),
        ]
        if not admin.read_only and model not in (District,):
            pages.append(address(model, "add"))
        for page in pages:
            response = everything.district.get(page, follow=True)
            latin = set(re.findall(r"[A-Za-z]{4,}", words_of(response))) - LATIN
            if response.status_code != 200 or latin:
                faults[page] = (response.status_code, latin)
    assert faults == {}


def test_index_is_chinese_and_offers_no_library(everything):
    response = everything.district.get("/office/")
    assert (response.status_code, set(re.findall(r"[A-Za-z]{4,}", words_of(response))) - LATIN) == (
        200,
        set(),
    )


def test_nothing_is_deleted_here(everything):
    for model in our_models():
        row = model._default_manager.visible_to(everything.users.district).first()
        assert everything.district.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        response = everything.district.post(
            address(model, "changelist"), {"action": "delete_selected", "_selected_action": [row.pk]}
        )
        assert model._default_manager.visible_to(everything.users.district).contains(row), response


def test_a_foreign_district_does_not_exist(cast):
    far = factories.make_district(full_name="别处区")
    strange = factories.make_school(group=factories.make_group(district=far), full_name="别处区唯一小学")
    person = factories.make_person(school=strange, name="别处人")
    assert cast.district.get(address(School, "change", strange.pk)).status_code == 302
    assert "别处" not in cast.district.get(address(School, "changelist")).content.decode()
    assert "别处" not in cast.district.get(address(Person, "changelist")).content.decode()
    assert "别处" not in cast.district.get(address(School, "add")).content.decode()
    found = cast.district.get(
        reverse("office:autocomplete"),
        {"app_label": "members", "model_name": "appointment", "field_name": "person", "term": "别处"},
    )
    assert found.json()["results"] == []
    page = address(Person, "change", factories.make_person(school=cast.home.school).pk)
    answer = cast.district.post(page, {**form_data(cast.district.get(page)), "school": strange.pk})
    assert answer.context["adminform"].form.errors["school"]
    assert cast.district.post(address(Person, "change", person.pk), {}).status_code == 302
    assert cast.district.get(address(Person, "history", person.pk)).status_code == 404


def test_a_save_leaves_one_line_with_old_and_new(cast):
    page = address(School, "change", cast.home.school.pk)
    data = {**form_data(cast.district.get(page)), "short_name": "和平一小", "group": cast.far.group.pk}
    assert cast.district.post(page, data).status_code == 302
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.object_id, event.district) == (
        "school.change",
        cast.users.district,
        str(cast.home.school.pk),
        cast.home.district,
    )
    assert event.changes == {"group": ["东苑协作组", "西苑协作组"], "short_name": ["和平小学", "和平一小"]}
    assert (event.address, len(event.request_id)) == ("127.0.0.1", 12)


def test_lines_below_stand_in_the_same_line_of_the_trail(cast):
    visit = factories.make_visit()
    page = address(type(visit), "change", visit.pk)
    data = {**form_data(cast.district.get(page)), "needs-0-text": "缺少实验员"}
    assert cast.district.post(page, data).status_code == 302
    assert AuditEvent.objects.get().changes == {"需求 缺少实验员": "需求：骨干教师少→缺少实验员"}


def test_sealed_values_stay_out_of_pages_and_trail(cast):
    person = factories.make_person(school=cast.home.school, phone="19900001111")
    page = address(Person, "change", person.pk)
    shown = cast.district.get(page)
    sealed = [person.id_number, person.phone, person.home_address, person.emergency_contact, person.health]
    assert [value for value in sealed if value in shown.content.decode()] == []
    assert "990105" in shown.content.decode()
    data = {**form_data(shown), "phone": "199 0000 2222", "remark": "电话已核对"}
    assert cast.district.post(page, data).status_code == 302
    fresh = Person.objects.get(pk=person.pk)
    assert (fresh.phone, fresh.id_number, fresh.health) == ("19900002222", person.id_number, person.health)
    assert fresh.phone_index != person.phone_index
    assert AuditEvent.objects.get().changes == {"phone": "已修改", "remark": ["", "电话已核对"]}


def test_a_sealed_value_is_emptied_by_its_word(cast):
    person = factories.make_person(school=cast.home.school)
    page = address(Person, "change", person.pk)
    cast.district.post(page, {**form_data(cast.district.get(page)), "phone": "清空"})
    fresh = Person.objects.get(pk=person.pk)
    assert (fresh.phone, fresh.phone_index, fresh.health) == ("", "", person.health)


@pytest.mark.parametrize(
    ("field", "value"),
    [("id_number", "990105194503080000"), ("phone", "123"), ("name", "王\u202e五"), ("remark", "甲\u000b乙")],
)
def test_a_wrong_value_is_told_and_not_stored(cast, field, value):
    person = factories.make_person(school=cast.home.school)
    page = address(Person, "change", person.pk)
    answer = cast.district.post(page, {**form_data(cast.district.get(page)), field: value})
    assert (answer.status_code, list(answer.context["adminform"].form.errors)) == (200, [field])
    assert AuditEvent.objects.count() == 0


def test_a_number_of_somebody_else_is_told(cast):
    first, second = (factories.make_person(school=cast.home.school) for _ in range(2))
    page = address(Person, "change", second.pk)
    answer = cast.district.post(page, {**form_data(cast.district.get(page)), "id_number": first.id_number})
    assert "这个身份证号已登记在另一人名下。" in answer.content.decode()


def test_an_old_page_does_not_overwrite(cast):
    page = address(School, "change", cast.home.school.pk)
    old = form_data(cast.district.get(page))
    cast.district.post(page, {**old, "short_name": "先改"})
    answer = cast.district.post(page, {**old, "short_name": "后改"})
    assert "这条资料在您打开之后被别人改过" in answer.content.decode()
    assert School.objects.get(pk=cast.home.school.pk).short_name == "先改"


def test_what_steps_write_is_not_written_here(cast):
    enrolment = factories.make_enrolment(school=cast.home.school)
    page = address(type(enrolment), "change", enrolment.pk)
    extra = {"status": "DRAFT", "version": 9, "submitted_at": "", "is_superuser": "on", "id": 999}
    assert cast.district.post(page, {**form_data(cast.district.get(page)), **extra}).status_code == 302
    fresh = type(enrolment).objects.get(pk=enrolment.pk)
    assert (fresh.status, fresh.version, fresh.submitted_at) == ("ACCEPTED", 2, enrolment.submitted_at)


def test_a_new_account_has_a_post_and_a_line(cast):
    data = {
        "username": "wangwu",
        "name": "王五",
        "password1": "four invented words",
        "password2": "four invented words",
        "posts-TOTAL_FORMS": 1,
        "posts-INITIAL_FORMS": 0,
        "posts-MIN_NUM_FORMS": 1,
        "posts-MAX_NUM_FORMS": 9,
        "posts-0-role": Role.SCHOOL,
        "posts-0-school": cast.home.school.pk,
        "posts-0-from_on": "2018-09-01",
        "is_superuser": "on",
        "is_staff": "on",
    }
    answer = cast.district.post(address(User, "add"), data)
    assert answer.status_code == 302
    user = User.objects.get(username="wangwu")
    assert (user.is_superuser, user.is_staff, user.check_password("four invented words")) == (
        False,
        False,
        True,
    )
    event = AuditEvent.objects.get()
    assert (event.action, event.changes["username"], event.changes["password"]) == (
        "user.create",
        [None, "wangwu"],
        "已修改",
    )
    assert "four invented" not in str(event.changes)


@pytest.mark.parametrize(
    ("password", "words"), [("short pass", "密码至少 12 个字符"), ("guanweihui-2018-abc", "容易猜到")]
)
def test_a_weak_first_password_is_refused(cast, password, words):
    data = {"username": "li", "name": "李四", "password1": password, "password2": password}
    data |= {"posts-TOTAL_FORMS": 0, "posts-INITIAL_FORMS": 0}
    answer = cast.district.post(address(User, "add"), data)
    assert words in answer.content.decode()
    assert not User.objects.filter(username="li").exists()


def test_an_account_without_a_post_is_refused(cast):
    data = {
        "username": "li",
        "name": "李四",
        "password1": "four invented words",
        "password2": "four invented words",
    }
    data |= {"posts-TOTAL_FORMS": 0, "posts-INITIAL_FORMS": 0}
    assert cast.district.post(address(User, "add"), data).status_code == 200
    assert not User.objects.filter(username="li").exists()


def test_a_password_is_set_anew_with_a_line(cast):
    page = reverse("office:auth_user_password_change", args=[cast.users.school.pk])
    new = "another invented phrase"
    assert cast.district.get(page).status_code == 200
    assert cast.district.post(page, {"password1": new, "password2": new}).status_code == 302
    assert User.objects.get(pk=cast.users.school.pk).check_password(new)
    event = AuditEvent.objects.get()
    assert (event.action, event.changes) == ("user.reset_password", {"password": "已修改"})
    assert cast.school.get("/").status_code == 302  # his old session is over


def test_a_link_is_issued_once_and_revoked(cast):
    data = {"district": cast.home.district.pk, "role": "OUTREACH", "holder_name": "赵校长", "days": "30"}
    answer = cast.district.post(address(AccessLink, "add"), data)
    token = re.search(r"/l/([\w-]+)/", answer.content.decode()).group(1)
    link = AccessLink.objects.get(holder_name="赵校长")
    assert (answer.status_code, (link.expires_at - link.created_at).days, link.created_by) == (
        200,
        30,
        cast.users.district,
    )
    assert token not in cast.district.get(address(AccessLink, "change", link.pk)).content.decode()
    assert cast.anonymous.get(f"/l/{token}/").status_code == 200
    revoke = {"action": "revoke", "_selected_action": [link.pk]}
    cast.district.post(address(AccessLink, "changelist"), revoke)
    assert cast.anonymous.get(f"/l/{token}/").status_code == 404
    cast.district.post(address(AccessLink, "changelist"), revoke)
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "accesslink.create",
        "accesslink.revoke",
    ]


def test_a_round_is_opened_by_its_step(cast):
    week = datetime.timedelta(days=7)
    round_ = factories.make_round(state=Round.State.PLANNED, deadline_at=timezone.now() + week)
    cast.district.post(
        address(Round, "changelist"), {"action": "open_rounds", "_selected_action": [round_.pk]}
    )
    assert (Round.objects.get(pk=round_.pk).state, Due.objects.count()) == ("OPEN", 2)
    assert [event.action for event in AuditEvent.objects.all()] == ["round.open"]


def test_a_round_under_way_is_changed_on_its_own_page_only(cast):
    """The office has no second set of rules: deadline and words of a running round need their reason."""
    planned, running = (factories.make_round(state=state) for state in ("PLANNED", "OPEN"))
    pages = [cast.district.get(address(Round, "change", one.pk)) for one in (planned, running)]
    assert ['name="title"' in page.content.decode() for page in pages] == [True, False]
    assert cast.district.post(address(Round, "change", running.pk), {"title": "改"}).status_code == 403
    assert f'href="/rounds/{running.pk}/"' in pages[1].content.decode()


def test_what_a_school_sent_is_not_shown(everything):
    row = Version.objects.visible_to(everything.users.district).get(filing_type="activities.Enrolment")
    for page in (address(Version, "change", row.pk), address(Version, "changelist")):
        assert "密封内容" not in everything.district.get(page).content.decode()


def test_lists_lead_to_the_reports(cast):
    body = cast.district.get(address(Person, "changelist")).content.decode()
    assert f'href="{reverse("report-centre")}">导出台账</a>' in body


def test_history_leads_to_the_trail(cast):
    answer = cast.district.get(address(School, "history", cast.home.school.pk))
    assert answer.headers["Location"] == f"/trail/?type=guanweihui.School&id={cast.home.school.pk}"


def test_sealed_rows_of_a_load_are_not_shown(everything):
    row = ImportedRow.objects.visible_to(everything.users.district).get()
    assert "绝密原值" not in everything.district.get(address(ImportedRow, "change", row.pk)).content.decode()


def test_the_system_s_own_rows_are_read_only(everything):
    kept = (AuditEvent, AuditSeal, Job, ImportBatch, ImportedRow, FrozenTable)
    for model in (*kept, Due, Chase, Version, Look, Remark, Attachment):
        row = model._default_manager.visible_to(everything.users.district).first()
        assert everything.district.post(address(model, "change", row.pk), {}).status_code == 403, model
        assert everything.district.get(address(model, "add")).status_code == 403, model
