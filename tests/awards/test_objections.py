"""Objections to a notice: which are taken, when, what they need, how they are decided, who reads them."""

import datetime
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from awards.models import AwardListEntry, Objection, PublicNotice
from awards.workflow import notices
from awards.workflow import objections as steps
from guanweihui.models import AuditEvent
from guanweihui.workflow import Refused
from tests.awards import notice_rows, rows
from tests.awards.notice_rows import Kind, at, make_list, make_posted
from tests.cast import count_queries
from tests.races import at_once, verdicts

S = Objection.Status
SECRETS = ("赵反映", "13900001234", "与事实不符")


@pytest.fixture
def office(cast):
    return cast.users.district


@pytest.fixture
def notice(office):
    """Give a notice that runs from Friday 2025-09-26 to Thursday 2025-10-09."""
    return make_posted(by=office, award_list=make_list(nominees=((Kind.ADVANCED_RETIRED, "王玥", None),)))


def values(**fields) -> dict:
    said = {"kind": "PERSON", "nomination": None, "objector": "赵反映", "phone": "13900001234"}
    return {
        **said,
        "text": "事迹与事实不符。",
        "received_on": datetime.date(2025, 9, 29),
        "is_sealed": False,
        **fields,
    }


def receive(notice, *, by, when=None, file=None, **fields):
    return steps.receive_objection(notice, values(**fields), by=by, at=when or at(10, month=10), file=file)


def test_an_objection_is_kept_sealed_and_leaves_one_line_that_names_nobody(office, notice):
    meant = AwardListEntry.objects.get().nomination
    objection = receive(notice, by=office, nomination=meant)
    objection.refresh_from_db()
    assert (objection.status, objection.nomination, objection.objector) == (S.OPEN, meant, "赵反映")
    event = AuditEvent.objects.get(action="objection.receive")
    assert event.changes == {"kind": [None, "PERSON"], "received_on": [None, "2025-09-29"]}
    assert event.object_label == "实名异议 2025-09-29"
    with connection.cursor() as cursor:
        cursor.execute("SELECT objector, phone, text FROM awards_objection")
        stored = "".join(cursor.fetchone())
    assert [word for word in SECRETS if word in stored] == []


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"phone": ""}, "个人异议须有真实姓名和联系电话"),
        ({"objector": " "}, "个人异议须有真实姓名和联系电话"),
        ({"kind": "UNIT", "objector": "示例单位"}, "单位异议须写明单位名称并加盖公章"),
        ({"kind": "UNIT", "objector": "", "is_sealed": True}, "单位异议须写明单位名称并加盖公章"),
        ({"text": " "}, "请写明异议的内容"),
        ({"received_on": datetime.date(2025, 9, 25)}, "收到日期不在公示期内（2025年9月26日至2025年10月9日）"),
        ({"received_on": datetime.date(2025, 10, 10)}, "不能作为公示异议登记"),
    ],
)
def test_what_is_no_objection_is_refused_with_the_cure(office, notice, fields, why):
    with pytest.raises(Refused) as refusal:
        receive(notice, by=office, **fields)
    assert why in str(refusal.value)
    assert not Objection.objects.exists()


def test_the_day_of_arrival_counts_and_not_that_of_entering(office, notice):
    """A letter of the last day may be entered after it, none that is still to come."""
    late = receive(notice, by=office, when=at(13, month=10), received_on=datetime.date(2025, 10, 9))
    assert late.status == S.OPEN
    with pytest.raises(Refused, match="收到日期不能晚于今天"):
        receive(notice, by=office, when=at(28), received_on=datetime.date(2025, 9, 29))


def test_a_unit_needs_no_telephone_and_an_anonymous_one_keeps_no_name(office, notice):
    unit = receive(notice, by=office, kind="UNIT", objector="示例单位", phone="", is_sealed=True)
    anonymous = receive(notice, by=office, kind="ANONYMOUS")
    assert (unit.objector, unit.is_blocking) == ("示例单位", True)
    assert (anonymous.objector, anonymous.phone, anonymous.is_blocking) == ("", "", False)
    assert list(Objection.objects.blocking()) == [unit]


@pytest.mark.parametrize("status", ["DRAFT", "CLOSED", "REPLACED"])
def test_only_a_posted_notice_takes_objections(office, status):
    notice = notice_rows.bare_notice(status)
    with pytest.raises(Refused, match=f"这份公示“{notice.get_status_display()}”"):
        receive(notice, by=office, received_on=notice.first_on)


def test_whoever_is_meant_stands_on_the_list(office, notice):
    stranger = rows.bare("APPROVED", cycle=notice.award_list.cycle)
    with pytest.raises(Refused, match="不在这份公示的名单中"):
        receive(notice, by=office, nomination=stranger)


# --- the decision -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_upheld", "status"), [(True, S.UPHELD), (False, S.REJECTED)])
def test_a_decision_keeps_what_was_found(office, notice, is_upheld, status):
    objection = receive(notice, by=office)
    now = at(11, month=10)
    with pytest.raises(Refused, match="请写明核查情况"):
        steps.decide_objection(objection, is_upheld=is_upheld, findings=" ", by=office, at=now)
    decided = steps.decide_objection(objection, is_upheld=is_upheld, findings="已核实。", by=office, at=now)
    assert (decided.status, decided.findings, decided.decided_by, decided.decided_at) == (
        status,
        "已核实。",
        office,
        now,
    )
    event = AuditEvent.objects.order_by("pk").last()
    assert (event.action, event.changes) == (
        f"objection.{'uphold' if is_upheld else 'reject'}",
        {"status": ["OPEN", status]},
    )
    for again in (True, False):
        with pytest.raises(Refused, match="不能认定"):
            steps.decide_objection(objection, is_upheld=again, findings="再核实。", by=office, at=now)


@pytest.mark.parametrize("who", ["leader", "auditor", "school"])
def test_the_office_alone_decides(cast, office, notice, who):
    objection = receive(notice, by=office)
    by = getattr(cast.users, who)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        steps.decide_objection(objection, is_upheld=False, findings="已核实。", by=by, at=at(11, month=10))


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [({"objector": ""}, "objection_by_name_has_a_name"), ({"status": "REJECTED"}, "decided_objection_gives")],
)
def test_the_database_holds_the_rules_of_an_objection(office, fields, constraint):
    notice = notice_rows.bare_notice()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        notice_rows.bare_objection(notice, by=office, **fields)


@pytest.mark.django_db(transaction=True)
def test_an_objection_and_the_end_at_the_same_instant_never_pass_each_other(cast):
    """Whichever comes first, no closed notice has an open objection by name."""
    office = cast.users.district
    notice = notice_rows.bare_notice(days=-1)

    def object_():
        receive(notice, by=office, when=timezone.now(), received_on=notice.first_on)

    def close():
        notices.close_notice(notice, by=office, at=timezone.now())

    at_once(object_, close)
    notice.refresh_from_db()
    is_closed = notice.status == PublicNotice.Status.CLOSED
    assert is_closed != Objection.objects.blocking().exists()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_closed_notice_has_an_open_objection(cast, monkeypatch):
    """The control: the notice as it stood before it was closed. Both pass, so the race proves the lock."""
    office, looked = cast.users.district, threading.Event()
    notice, why_not_close = notice_rows.bare_notice(days=-1), notices.why_not_close

    def look(*said):
        found = why_not_close(*said)
        looked.set()
        return found

    monkeypatch.setattr(notices, "why_not_close", look)
    monkeypatch.setattr(steps, "own", lambda row, **_: row)

    def object_():
        assert looked.wait(timeout=10)
        receive(notice, by=office, when=timezone.now(), received_on=notice.first_on)

    def close():
        notices.close_notice(notice, by=office, at=timezone.now())

    assert verdicts(object_, close) == ["won", "won"]
    assert PublicNotice.objects.get().status == PublicNotice.Status.CLOSED
    assert Objection.objects.blocking().count() == 1


# --- pages ------------------------------------------------------------------------------------------------


def words(response) -> str:
    return response.content.decode()


@pytest.fixture
def running(office):
    """Give a notice that runs today, with one nominee."""
    award_list = make_list(nominees=((Kind.ADVANCED_RETIRED, "王玥", None),))
    return notice_rows.bare_notice(award_list=award_list)


def form(notice, **fields):
    data = {**values(), "received_on": notice.first_on.isoformat(), **fields}
    return {name: value for name, value in data.items() if value not in (None, False)}


def test_entering_and_deciding_by_the_pages(cast, running):
    nomination = AwardListEntry.objects.get().nomination
    url = reverse("objection-new", args=[running.pk])
    file = SimpleUploadedFile("反映材料.pdf", b"%PDF-1.4 letter %%EOF")
    answer = cast.district.post(url, form(running, nomination=str(nomination.pk), file=file))
    objection = Objection.objects.get()
    assert (answer.url, objection.nomination) == (
        reverse("objection-detail", args=[objection.pk]),
        nomination,
    )
    decide = reverse("objection-decide", args=[objection.pk])
    assert cast.district.post(decide, {"result": "UPHELD", "findings": ""}).status_code == 422
    assert cast.district.post(decide, {"result": "UPHELD", "findings": "属实。"}).url == answer.url
    page = words(cast.district.get(answer.url))
    assert "异议成立，须修改名单、重新审定并重新公示" in page
    assert "反映材料.pdf" in page
    assert decide not in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"phone": ""}, "个人异议须留联系电话"),
        ({"phone": "139"}, "电话号码位数不对"),
        ({"objector": ""}, "实名异议须写明姓名"),
        ({"kind": "UNIT"}, "单位异议须加盖单位公章"),
        ({"received_on": "2020-01-02"}, "收到日期不在公示期内"),
        ({"nomination": "99999"}, "选择"),
        ({"text": ""}, "请填写“内容”。"),
    ],
)
def test_a_bad_objection_is_told_and_kept(cast, running, fields, said):
    answer = cast.district.post(reverse("objection-new", args=[running.pk]), form(running, **fields))
    assert (answer.status_code, Objection.objects.count()) == (422, 0)
    assert said in words(answer)
    assert fields.get("text", "事迹与事实不符。") in words(answer)


def test_the_leader_reads_it_masked_and_the_office_opens_the_telephone_with_a_purpose(cast, office, running):
    objection = notice_rows.bare_objection(running, by=office)
    detail = reverse("objection-detail", args=[objection.pk])
    for client in (cast.leader, cast.auditor, cast.district):
        page = words(client.get(detail))
        assert ("139****1234" in page, "13900001234" in page, "赵反映" in page) == (True, False, True)
    phone = reverse("objection-phone", args=[objection.pk])
    assert cast.leader.post(phone, {"purpose": "电话核实内容"}).status_code == 404
    short = cast.district.post(phone, {"purpose": ""})
    assert (short.status_code, "13900001234" in words(short)) == (422, False)
    assert "13900001234" in words(cast.district.post(phone, {"purpose": "电话核实内容"}))
    event = AuditEvent.objects.get(action="objection.reveal")
    assert (event.reason, event.changes) == ("电话核实内容", {"fields": ["phone"]})


def test_who_objects_stands_on_no_other_page_and_in_no_line(cast, office, running):
    objection = receive(running, by=office, when=timezone.now(), received_on=running.first_on)
    pages = ("notice-list", "notice-detail", "notice-close", "trail-list")
    for name in pages:
        args = [] if name.endswith("list") else [running.pk]
        page = words(cast.district.get(reverse(name, args=args)))
        assert [word for word in SECRETS if word in page] == []
    assert [word for word in SECRETS if word in str(list(AuditEvent.objects.values()))] == []
    assert objection.objector == "赵反映"


def test_the_form_costs_the_same_however_many_stand_on_the_list(cast, running):
    url = reverse("objection-new", args=[running.pk])
    first = count_queries(cast.district, url)
    for name in ("丁一", "马丽华"):
        notice_rows.enter(running.award_list, Kind.ADVANCED_RETIRED, name)
    assert count_queries(cast.district, url) == first == 5


def test_an_objection_s_page_costs_the_same_whatever_it_holds(cast, office, running):
    objection = notice_rows.bare_objection(running, by=office)
    url = reverse("objection-detail", args=[objection.pk])
    first = count_queries(cast.district, url)
    for _ in range(3):
        notice_rows.bare_objection(running, by=office)
        steps._keep(
            objection,
            {"name": "a.pdf", "content": b"%PDF-", "content_type": "application/pdf"},
            by=office,
            at=timezone.now(),
        )
    assert count_queries(cast.district, url) == first == 6
