"""Steps of a service certificate: what is frozen, the notice, the number, the successor, two at once."""

import datetime
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from guanweihui.models import AuditEvent, School
from guanweihui.workflow import Refused
from members.models import Person, ServiceCertificate, ServiceKind, ServiceRecord, ServiceRule
from members.workflow import certificates as steps
from members.workflow.service import strike
from tests import factories
from tests.members.certificates_rows import (
    FROM_ON,
    POSTED_AT,
    TO_ON,
    at_day,
    make_issued,
    make_posted,
    make_record,
    make_succession,
    make_team,
)
from tests.races import at_once, verdicts

S = ServiceCertificate.Status
R = ServiceRecord.Status
LOST = "\U000323af"  # a place of the newest extensions; no font here has it


def trail() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def person(cast):
    """Give a volunteer of the cast's school with one confirmed record."""
    person = factories.make_person(school=cast.home.school, name="曾玉兰")
    make_record(person)
    return person


def test_hours_and_lines_are_the_confirmed_rows_of_the_range(cast, person):
    first = ServiceRecord.objects.get()
    last = make_record(person, served_on=TO_ON, half_hours=3, content="宣讲", place="礼堂")
    edge = make_record(person, served_on=FROM_ON, half_hours=1)
    training = make_record(person, half_hours=6, kind=ServiceKind.TRAINING, content="培训")
    for planted in (
        {"status": R.CLAIMED},
        {"status": R.STRUCK},
        {"status": R.REFUSED},
        {"served_on": FROM_ON - datetime.timedelta(days=1)},
        {"served_on": TO_ON + datetime.timedelta(days=1)},
    ):
        make_record(person, half_hours=20, content="不该出现", **planted)
    make_record(factories.make_person(school=cast.home.school), half_hours=20)
    certificate = make_posted(person, by=cast.users.school)
    certificate.refresh_from_db()
    assert certificate.half_hours == 4 + 3 + 1
    assert [line["record"] for line in certificate.content] == [edge.pk, first.pk, training.pk, last.pk]
    assert certificate.content[-1] == {
        "record": last.pk,
        "kind": "SERVICE",
        "on": "2018-12-31",
        "content": "宣讲",
        "place": "礼堂",
        "organiser": "和平小学",
        "half_hours": 3,
        "evidence": "",
    }
    assert [line["content"] for line in steps.of_kind(certificate.content, "TRAINING")] == ["培训"]


def test_posting_begins_the_notice_and_leaves_one_line(cast, person):
    certificate = make_posted(person, by=cast.users.school)
    assert (certificate.status, certificate.number, certificate.issued_on) == (S.POSTED, "", None)
    assert (certificate.posted_on, certificate.posted_until) == (
        datetime.date(2019, 3, 1),
        datetime.date(2019, 3, 7),
    )
    assert (certificate.issuer, certificate.recorded_by_name) == (cast.home.school, "")
    assert trail() == ["servicecertificate.post"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (
            {"from_on": datetime.date(2017, 1, 1), "to_on": datetime.date(2017, 12, 31)},
            "没有已确认的志愿服务",
        ),
        ({"to_on": datetime.date(2019, 3, 2)}, "不能晚于今天"),
        ({"from_on": TO_ON, "to_on": FROM_ON}, "不能早于起始日期"),
    ],
)
def test_a_range_that_certifies_nothing_is_refused(cast, person, fields, why):
    with pytest.raises(Refused, match=why):
        make_posted(person, by=cast.users.school, **fields)
    assert (ServiceCertificate.objects.count(), trail()) == (0, [])


def test_training_alone_is_no_service(cast):
    person = factories.make_person(school=cast.home.school)
    make_record(person, kind=ServiceKind.TRAINING)
    with pytest.raises(Refused, match="没有已确认的志愿服务"):
        make_posted(person, by=cast.users.school)


@pytest.mark.parametrize(
    ("field", "label"),
    [("head", "负责人"), ("handler", "经办人"), ("contact", "联系方式"), ("purpose", "备注")],
)
def test_what_no_font_can_print_is_not_posted(cast, person, field, label):
    with pytest.raises(Refused, match=f"“{label}”中的“{LOST}”字库里没有.*管理员加装字体"):
        make_posted(person, by=cast.users.school, **{field: f"李{LOST}明{LOST}"})
    assert (ServiceCertificate.objects.count(), trail()) == (0, [])


@pytest.mark.parametrize(
    ("planted", "label"),
    [("name", "姓名"), ("school", "出具单位"), ("record", "服务内容"), ("organiser", "组织单位")],
)
def test_what_the_files_say_is_looked_at_too(cast, person, planted, label):
    match planted:
        case "name":
            Person.objects.update(name=f"曾{LOST}")
        case "school":
            School.objects.filter(pk=person.school_id).update(full_name=f"示例区{LOST}小学")
        case "record":
            make_record(person, content=f"讲{LOST}")
        case "organiser":
            make_record(person, school=None, team=make_team(person.district, name=f"{LOST}队"))
    with pytest.raises(Refused, match=f"“{label}”中的“{LOST}”字库里没有"):
        make_posted(person, by=cast.users.school)
    assert (ServiceCertificate.objects.count(), trail()) == (0, [])


def test_a_name_that_changed_during_the_notice_takes_no_number(cast, person):
    certificate = make_posted(person, by=cast.users.school)
    Person.objects.update(name=f"曾{LOST}兰")
    with pytest.raises(Refused, match=f"“姓名”中的“{LOST}”字库里没有.*先撤回这一份"):
        steps.issue_certificate(certificate, by=cast.users.school, at=at_day(8))
    certificate.refresh_from_db()
    assert (certificate.status, certificate.number, trail()) == (S.POSTED, "", ["servicecertificate.post"])
    Person.objects.update(name="曾玉兰")
    issued = steps.issue_certificate(certificate, by=cast.users.school, at=at_day(8))
    assert issued.number == "FWZM201900001"


def test_the_same_range_is_not_posted_twice(cast, person):
    make_posted(person, by=cast.users.school)
    with pytest.raises(Refused, match="正在公示"):
        make_posted(person, by=cast.users.district)
    assert ServiceCertificate.objects.count() == 1


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "stranger", "judge", "outreach"])
def test_only_the_school_and_the_district_take_steps(cast, person, who):
    by = getattr(cast.users, who)
    with pytest.raises(Refused, match="职责范围"):
        make_posted(person, by=by)
    certificate = make_posted(person, by=cast.users.district)
    issued = make_issued(person_with_record(cast), by=cast.users.district)
    before = trail()
    attempts = (
        lambda: steps.issue_certificate(certificate, by=by, at=at_day(8)),
        lambda: steps.withdraw_certificate(certificate, by=by, at=at_day(8), reason="写错了"),
        lambda: steps.void_certificate(issued, by=by, at=at_day(9), reason="写错了"),
        lambda: steps.print_certificate(issued, by=by, at=at_day(9), purpose="交本人申报"),
    )
    for attempt in attempts:
        with pytest.raises(Refused, match="职责范围"):
            attempt()
    assert trail() == before


def person_with_record(cast):
    person = factories.make_person(school=cast.home.school)
    make_record(person)
    return person


@pytest.mark.parametrize("who", ["school", "district"])
def test_day_seven_is_refused_and_day_eight_allowed(cast, person, who):
    by = getattr(cast.users, who)
    certificate = make_posted(person, by=by)
    for day in (1, 7):
        with pytest.raises(Refused, match="公示到2019年3月7日"):
            steps.issue_certificate(certificate, by=by, at=at_day(day))
    last_minute = datetime.datetime.combine(certificate.posted_until, datetime.time(23, 59), POSTED_AT.tzinfo)
    with pytest.raises(Refused, match="公示到"):
        steps.issue_certificate(certificate, by=by, at=last_minute)
    issued = steps.issue_certificate(certificate, by=by, at=last_minute + datetime.timedelta(minutes=1))
    assert (issued.status, issued.number, issued.issued_on) == (
        S.ISSUED,
        "FWZM201900001",
        datetime.date(2019, 3, 8),
    )
    assert trail() == ["servicecertificate.post", "servicecertificate.issue"]


def test_the_days_of_the_notice_are_the_district_s_rule(cast, person):
    ServiceRule.objects.create(district=cast.home.district, from_on=datetime.date(2019, 1, 1), notice_days=10)
    certificate = make_posted(person, by=cast.users.school)
    assert certificate.posted_until == datetime.date(2019, 3, 10)


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["struck", "hours", "words", "added", "training"])
def test_records_that_changed_since_the_notice_stop_the_issue(cast, person, change):
    certificate = make_posted(person, by=cast.users.school)
    records = ServiceRecord.objects.all()
    {
        "struck": lambda: records.update(status=R.STRUCK),
        "hours": lambda: records.update(half_hours=5),
        "words": lambda: records.update(content="别的内容"),
        "added": lambda: make_record(person, half_hours=1),
        "training": lambda: make_record(person, kind=ServiceKind.TRAINING),
    }[change]()
    with pytest.raises(Refused, match="公示后记录有变动，请重新公示"):
        steps.issue_certificate(certificate, by=cast.users.school, at=at_day(8))
    certificate.refresh_from_db()
    assert (certificate.status, certificate.number) == (S.POSTED, "")


def test_what_is_claimed_or_outside_the_range_does_not_stop_the_issue(cast, person):
    certificate = make_posted(person, by=cast.users.school)
    make_record(person, status=R.CLAIMED)
    make_record(person, served_on=datetime.date(2019, 3, 2))
    assert steps.issue_certificate(certificate, by=cast.users.school, at=at_day(8)).status == S.ISSUED


def test_numbers_run_without_a_gap_by_district_and_year(cast, person):
    def issued(someone, at=None):
        by = cast.users.district
        one = make_posted(someone, by=by)
        return steps.issue_certificate(one, by=by, at=at or at_day(8))

    first, second = issued(person), issued(person_with_record(cast))
    steps.void_certificate(first, by=cast.users.district, at=at_day(9), reason="姓名写错")
    withdrawn = make_posted(person_with_record(cast), by=cast.users.district)
    steps.withdraw_certificate(withdrawn, by=cast.users.district, at=at_day(2), reason="重复")
    third = issued(person_with_record(cast))
    next_year = issued(person_with_record(cast), at=POSTED_AT.replace(year=2020))
    far = factories.make_school(district=factories.make_district(full_name="别处区"))
    other = factories.make_person(school=far)
    make_record(other)
    user = factories.make_user()
    factories.make_post(user=user, district=far.district)
    foreign = steps.issue_certificate(make_posted(other, by=user), by=user, at=at_day(8))
    numbers = [one.number for one in (first, second, third, next_year, foreign)]
    assert numbers == ["FWZM201900001", "FWZM201900002", "FWZM201900003", "FWZM202000001", "FWZM201900001"]


def test_a_void_certificate_keeps_its_number_and_says_why(cast, person):
    issued = make_issued(person, by=cast.users.school)
    void = steps.void_certificate(issued, by=cast.users.school, at=at_day(9), reason=" 姓名写错 ")
    assert (void.status, void.number, void.end_reason) == (S.VOID, "FWZM201900001", "姓名写错")
    assert trail()[-1] == "servicecertificate.void"
    assert len(trail()) == 3


def test_a_withdrawn_certificate_is_posted_anew(cast, person):
    first = make_posted(person, by=cast.users.school)
    withdrawn = steps.withdraw_certificate(first, by=cast.users.school, at=at_day(2), reason="记录有变动")
    assert (withdrawn.status, withdrawn.end_reason) == (S.WITHDRAWN, "记录有变动")
    assert trail() == ["servicecertificate.post", "servicecertificate.withdraw"]
    assert make_posted(person, by=cast.users.school, at=at_day(3)).status == S.POSTED


STATES = {
    "issue": {S.POSTED},
    "withdraw": {S.POSTED},
    "void": {S.ISSUED},
}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("name", list(STATES))
def test_every_pair_off_the_table_is_refused(cast, person, name, state):
    certificate = {
        S.POSTED: lambda: make_posted(person, by=cast.users.school),
        S.ISSUED: lambda: make_issued(person, by=cast.users.school),
        S.WITHDRAWN: lambda: steps.withdraw_certificate(
            make_posted(person, by=cast.users.school), by=cast.users.school, at=at_day(2), reason="写错"
        ),
        S.VOID: lambda: steps.void_certificate(
            make_issued(person, by=cast.users.school), by=cast.users.school, at=at_day(8), reason="写错"
        ),
    }[state]()
    step = {
        "issue": lambda: steps.issue_certificate(certificate, by=cast.users.school, at=at_day(9)),
        "withdraw": lambda: steps.withdraw_certificate(
            certificate, by=cast.users.school, at=at_day(9), reason="写错"
        ),
        "void": lambda: steps.void_certificate(
            certificate, by=cast.users.school, at=at_day(9), reason="写错"
        ),
    }[name]
    if state in STATES[name]:
        assert step().status == steps.STEPS[name].to_state
    else:
        with pytest.raises(Refused, match="这份材料现在是"):
            step()


@pytest.mark.parametrize("name", ["withdraw_certificate", "void_certificate"])
def test_an_end_needs_a_reason(cast, person, name):
    certificate = make_posted(person, by=cast.users.school)
    with pytest.raises(Refused, match="请写明理由"):
        getattr(steps, name)(certificate, by=cast.users.school, at=at_day(2), reason=" ")


def test_a_print_with_the_id_number_needs_an_issued_paper_and_a_purpose(cast, person):
    posted = make_posted(person, by=cast.users.school)
    with pytest.raises(Refused, match="只有已出具的证明"):
        steps.print_certificate(posted, by=cast.users.school, at=at_day(2), purpose="交本人申报")
    issued = steps.issue_certificate(posted, by=cast.users.school, at=at_day(8))
    with pytest.raises(Refused, match="至少写 4 个字"):
        steps.print_certificate(issued, by=cast.users.school, at=at_day(8), purpose="打印 ")
    before = len(trail())
    steps.print_certificate(issued, by=cast.users.school, at=at_day(8), purpose="交本人申报荣誉")
    line = AuditEvent.objects.order_by("pk").last()
    assert (len(trail()), line.action, line.reason) == (
        before + 1,
        "servicecertificate.print",
        "交本人申报荣誉",
    )
    assert person.id_number not in str(line.changes)


# --- records that a certificate counts -------------------------------------------------------------------


def strike_out(cast, record):
    return strike(record, by=cast.users.district, at=at_day(9), reason="虚报")


def test_a_record_that_an_issued_certificate_counts_is_struck_only_after_it_is_void(cast, person):
    record = ServiceRecord.objects.get()
    issued = make_issued(person, by=cast.users.school)
    before = trail()
    with pytest.raises(Refused, match="已写入服务证明 FWZM201900001.*先在“服务证明”中作废这一份"):
        strike_out(cast, record)
    record.refresh_from_db()
    assert (record.status, trail()) == (R.CONFIRMED, before)
    steps.void_certificate(issued, by=cast.users.district, at=at_day(9), reason="虚报")
    assert strike_out(cast, record).status == R.STRUCK


def test_a_record_that_a_notice_counts_is_struck_only_after_it_is_withdrawn(cast, person):
    record = ServiceRecord.objects.get()
    posted = make_posted(person, by=cast.users.school)
    with pytest.raises(
        Refused, match="正在公示的服务证明（2019-03-01 开始公示）.*先在“服务证明”中撤回这一份"
    ):
        strike_out(cast, record)
    steps.withdraw_certificate(posted, by=cast.users.district, at=at_day(2), reason="虚报")
    assert strike_out(cast, record).status == R.STRUCK


def test_a_record_that_no_certificate_counts_is_struck(cast, person):
    make_issued(person, by=cast.users.school)
    outside = make_record(person, served_on=TO_ON + datetime.timedelta(days=1))
    later = make_record(person, half_hours=1)
    other = make_record(factories.make_person(school=cast.home.school))
    assert [strike_out(cast, one).status for one in (outside, later, other)] == [R.STRUCK] * 3


# --- the issuer ------------------------------------------------------------------------------------------


def close(school, on=datetime.date(2018, 9, 1)):
    School.objects.filter(pk=school.pk).update(closed_on=on)


def test_the_chief_successor_of_the_last_school_issues(cast, person):
    middle, last = factories.make_school(group=cast.far.group), factories.make_school(group=cast.far.group)
    aside = factories.make_school(group=cast.far.group)
    close(cast.home.school)
    close(middle)
    make_succession(cast.home.school, aside, is_chief=False)
    make_succession(cast.home.school, middle)
    make_succession(middle, last)
    certificate = make_posted(person, by=cast.users.district)
    assert (certificate.issuer, certificate.recorded_by_name) == (last, "示例区和平小学")
    heir = factories.make_user()
    factories.make_post(user=heir, role="SCHOOL", school=last)
    assert steps.issue_certificate(certificate, by=heir, at=at_day(8)).status == S.ISSUED


def heir_of(school):
    user = factories.make_user()
    factories.make_post(user=user, role="SCHOOL", school=school)
    return user


def test_the_chief_successor_posts_for_the_people_of_a_closed_school(cast, person):
    heir, aside = factories.make_school(group=cast.far.group), factories.make_school(group=cast.far.group)
    make_succession(cast.home.school, heir)
    make_succession(cast.home.school, aside, is_chief=False)
    with pytest.raises(Refused, match="职责范围"):
        make_posted(person, by=heir_of(heir))  # the school still stands
    close(cast.home.school)
    with pytest.raises(Refused, match="职责范围"):
        make_posted(person, by=heir_of(aside))
    certificate = make_posted(person, by=heir_of(heir))
    assert (certificate.issuer, certificate.recorded_by_name) == (heir, "示例区和平小学")
    assert not Person.objects.visible_to(heir_of(heir)).exists()


def test_a_closed_school_without_a_successor_is_told_how_to_mend_it(cast, person):
    close(cast.home.school)
    with pytest.raises(Refused, match="先在“学校沿革”中登记主要承接学校"):
        make_posted(person, by=cast.users.district)


def test_a_ring_of_closed_schools_is_refused(cast, person):
    other = factories.make_school(group=cast.far.group)
    close(cast.home.school)
    close(other)
    make_succession(cast.home.school, other)
    make_succession(other, cast.home.school)
    with pytest.raises(Refused, match="还没有登记主要承接学校"):
        make_posted(person, by=cast.users.district)


def test_a_school_that_closes_later_still_issues_itself(cast, person):
    close(cast.home.school, on=POSTED_AT.date() + datetime.timedelta(days=1))
    certificate = make_posted(person, by=cast.users.school)
    assert (certificate.issuer, certificate.recorded_by_name) == (cast.home.school, "")
    with pytest.raises(Refused, match="出具单位在公示期间已撤销"):
        steps.issue_certificate(certificate, by=cast.users.school, at=at_day(8))


def test_the_head_is_who_serves_on_the_day(cast):
    school, day = cast.home.school, POSTED_AT.date()
    factories.make_appointment(school=school, printed_name="前任", to_on=day - datetime.timedelta(days=1))
    factories.make_appointment(school=school, printed_name="现任", from_on=day)
    factories.make_appointment(school=school, printed_name="副主任", position=3)
    assert steps.head_on(school, day) == "现任"
    assert steps.head_on(school, day - datetime.timedelta(days=1)) == "前任"
    assert steps.head_on(cast.far.school, day) == ""


# --- constraints -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"status": S.ISSUED, "number": "", "issued_on": at_day(8).date()}, "certificate_is_issued"),
        ({"status": S.ISSUED, "number": "FWZM1", "issued_on": at_day(7).date()}, "certificate_is_issued"),
        ({"status": S.VOID, "end_reason": ""}, "ended_certificate_says_why"),
        ({"status": S.WITHDRAWN, "end_reason": ""}, "ended_certificate_says_why"),
        ({"to_on": FROM_ON - datetime.timedelta(days=1)}, "certificate_range_ends"),
    ],
)
def test_the_database_refuses(cast, person, fields, name):
    certificate = make_posted(person, by=cast.users.school)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ServiceCertificate.objects.filter(pk=certificate.pk).update(**fields)


def test_the_database_refuses_a_number_twice(cast, person):
    make_issued(person, by=cast.users.school)
    second = make_posted(person_with_record(cast), by=cast.users.school)
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceCertificate.objects.filter(pk=second.pk).update(number="FWZM201900001")


# --- races -----------------------------------------------------------------------------------------------


def given_numbers(*works) -> list[str]:
    """Return the numbers given and the beginnings of the refusals, sorted."""
    return sorted(str(one)[:6] if isinstance(one, Refused) else one.number for one in at_once(*works))


def two_posted(cast):
    by = cast.users.district
    return [make_posted(person_with_record(cast), by=by) for _ in range(2)]


def issue(cast, certificate):
    return lambda: steps.issue_certificate(certificate, by=cast.users.district, at=at_day(8))


@pytest.mark.django_db(transaction=True)
def test_two_issues_at_once_get_two_numbers(cast):
    said = given_numbers(*[issue(cast, one) for one in two_posted(cast)])
    assert said == ["FWZM201900001", "FWZM201900002"]


@pytest.mark.django_db(transaction=True)
def test_one_certificate_is_issued_once(cast):
    one, _ = two_posted(cast)
    said = given_numbers(*[issue(cast, one), issue(cast, one)])
    assert said == ["FWZM201900001", "这份材料现在"]


def post_and_strike(cast, monkeypatch) -> tuple[list[str], str]:
    """Strike a record between the look of a posting and its row; return who won and what the record is."""
    person = person_with_record(cast)
    record = ServiceRecord.objects.get()
    looked, go_on, rule = threading.Event(), threading.Event(), steps.rule_on

    def late(*args):
        looked.set()
        go_on.wait(timeout=1)
        return rule(*args)

    def strike_meanwhile():
        looked.wait(timeout=10)
        try:
            return strike_out(cast, record)
        finally:
            go_on.set()

    monkeypatch.setattr(steps, "rule_on", late)
    won = verdicts(lambda: make_posted(person, by=cast.users.district), strike_meanwhile)
    record.refresh_from_db()
    return won, record.status


@pytest.mark.django_db(transaction=True)
def test_no_record_is_struck_while_its_certificate_is_posted(cast, monkeypatch):
    assert post_and_strike(cast, monkeypatch) == (["won", "refused"], R.CONFIRMED)


@pytest.mark.django_db(transaction=True)
def test_without_the_person_s_lock_it_would_be_struck_meanwhile(cast, monkeypatch):
    """The control: lock off, and the certificate counts what was struck.

    SQLite has one writer at a time whatever the code locks, so there the strike is refused all the same.
    """
    monkeypatch.setattr(steps, "hold_person", lambda person, **_: Person.objects.get(pk=person.pk))
    slipped = post_and_strike(cast, monkeypatch)
    is_sqlite = connection.vendor == "sqlite"
    assert slipped == ((["won", "refused"], R.CONFIRMED) if is_sqlite else (["won", "won"], R.STRUCK))


@pytest.mark.django_db(transaction=True)
def test_counted_before_the_lock_both_would_take_one_number(cast, monkeypatch):
    """The control: the same race with the count taken out of the lock must go wrong, or it proves nothing."""
    counted, numbers, pair = threading.Barrier(2), {}, two_posted(cast)

    def early(certificate):
        given = ServiceCertificate.objects.exclude(number="").count()
        numbers[threading.get_ident()] = f"FWZM2019{given + 1:05}"
        counted.wait(timeout=10)
        return issue(cast, certificate)()

    monkeypatch.setattr(steps, "next_number", lambda district, year: numbers[threading.get_ident()])
    said = given_numbers(*[lambda one=one: early(one) for one in pair])
    assert said == ["FWZM201900001", "这个证明编号"]
