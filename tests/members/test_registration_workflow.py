"""Steps of the registration round: rights, states, faults, and what acceptance writes."""

import datetime

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from guanweihui import filings, rounds
from guanweihui.models import Attachment, AuditEvent, Due, Filing, Remark, Round
from guanweihui.scope import Role
from guanweihui.workflow import Refused
from members.models import Person, Registration, RegistrationLine
from members.workflow import registration as steps
from members.workflow.people import Outdated, edit_person
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
OUTSIDE = "不在您的职责范围内"
EVERYBODY = {"district", "leader", "auditor", "group", "school", "stranger", "judge", "outreach"}


def now():
    return timezone.now()


def trail() -> list[tuple[str, str]]:
    return [(line.action, line.actor_label) for line in AuditEvent.objects.order_by("pk")]


def values(**given):
    return {"filled_by": "李明", "phone": "19900005678", "paper_place": "", "consents": {}, **given}


def filled(cast, status=S.DRAFT, *, group_endorses=False, **fields) -> Registration:
    round_ = make_registration_round(group_endorses=group_endorses)
    return make_registration(school=cast.home.school, round=round_, status=status, **fields)


CALLS = {
    "save_draft": lambda row, by: steps.save_draft(row, values(), version=row.version, by=by, at=now()),
    "submit": lambda row, by: steps.submit(row, version=row.version, by=by, at=now()),
    "withdraw": lambda row, by: filings.withdraw(row, by=by, at=now()),
    "endorse": lambda row, by: filings.endorse(row, by=by, at=now()),
    "accept_registration": lambda row, by: steps.accept_registration(row, by=by, at=now()),
    "return_back": lambda row, by: steps.return_back(row, by=by, at=now(), reason="请核对", remarks={}),
    "reopen": lambda row, by: filings.reopen(row, by=by, at=now(), reason="更正"),
    "attach_scan": lambda row, by: steps.attach_scan(
        row.lines.get(), name="a.jpg", content=b"1", content_type="image/jpeg", by=by, at=now()
    ),
}
FILLING = {S.DRAFT, S.RETURNED, S.WITHDRAWN}
#: For each step: the states it starts from, who takes it, the state after, its name in the trail.
TABLE = {
    "save_draft": (FILLING, {"school"}, None, "save"),
    "attach_scan": (FILLING, {"school"}, None, "attach_scan"),
    "submit": (FILLING, {"school"}, S.SUBMITTED, "submit"),
    "withdraw": ({S.SUBMITTED}, {"school"}, S.WITHDRAWN, "withdraw"),
    "endorse": ({S.SUBMITTED}, {"group"}, S.ENDORSED, "endorse"),
    "accept_registration": ({S.ENDORSED}, {"district"}, S.ACCEPTED, "accept"),
    "return_back": ({S.SUBMITTED, S.ENDORSED}, {"group", "district"}, S.RETURNED, "return_back"),
    "reopen": ({S.ACCEPTED}, {"district"}, S.RETURNED, "reopen"),
}
PAIRS = [(name, state) for name in TABLE for state in S]


@pytest.mark.parametrize(("name", "state"), [pair for pair in PAIRS if pair[1] in TABLE[pair[0]][0]])
def test_a_step_on_the_table_is_taken_and_leaves_one_line(cast, name, state):
    _, players, after, word = TABLE[name]
    for player in sorted(players):
        row = filled(cast, state, group_endorses=True)
        before = AuditEvent.objects.count()
        CALLS[name](row, getattr(cast.users, player))
        assert Registration.objects.get(pk=row.pk).status == (after or state)
        assert trail()[before:] == [(f"registration.{word}", f"{player}先生")]


@pytest.mark.parametrize(("name", "state"), [pair for pair in PAIRS if pair[1] not in TABLE[pair[0]][0]])
def test_a_step_off_the_table_is_refused(cast, name, state):
    row = filled(cast, state, group_endorses=True)
    with pytest.raises(Refused):
        CALLS[name](row, getattr(cast.users, min(TABLE[name][1])))
    assert (Registration.objects.get().status, trail()) == (state, [])


@pytest.mark.parametrize("name", TABLE)
def test_a_step_belongs_to_its_roles_alone(cast, name):
    starts, players, _, _ = TABLE[name]
    row = filled(cast, min(starts), group_endorses=True)
    for player in sorted(EVERYBODY - players):
        with pytest.raises(Refused, match=OUTSIDE):
            CALLS[name](row, getattr(cast.users, player))
    assert (Registration.objects.get().status, trail()) == (min(starts), [])


def test_without_the_group_the_district_decides_alone(cast):
    row = filled(cast, S.SUBMITTED)
    for call in ("endorse", "return_back"):
        with pytest.raises(Refused, match="不经协作组审核"):
            CALLS[call](row, cast.users.group)
    assert CALLS["accept_registration"](row, cast.users.district).status == S.ACCEPTED


# --- rounds and dues --------------------------------------------------------------------------------------


def round_values(**given):
    at = now()
    return {
        "kind": Round.Kind.REGISTRATION,
        "title": "2026年五老志愿者登记",
        "year": 2026,
        "opens_at": at,
        "deadline_at": at + datetime.timedelta(days=20),
        "as_of_on": None,
        "group_endorses": True,
        **given,
    }


def test_the_office_plans_a_round_and_opens_it_for_every_school(cast):
    round_ = rounds.plan_round(round_values(), by=cast.users.district, at=now())
    assert (round_.kind, round_.state, round_.district) == ("registration", "PLANNED", cast.home.district)
    rounds.open_round(round_, by=cast.users.district, at=now())
    dues = Due.objects.filter(round=round_)
    assert {due.school for due in dues} == {cast.home.school, cast.far.school}
    assert trail() == [("round.plan", "district先生"), ("round.open", "district先生")]


@pytest.mark.parametrize("who", sorted(EVERYBODY - {"district"}))
def test_nobody_else_plans_a_round(cast, who):
    with pytest.raises(Refused, match=OUTSIDE):
        rounds.plan_round(round_values(), by=getattr(cast.users, who), at=now())
    assert (Round.objects.count(), trail()) == (0, [])


def test_a_second_round_of_that_name_is_refused(cast):
    rounds.plan_round(round_values(), by=cast.users.district, at=now())
    with pytest.raises(Refused, match="已有同名的报送任务"):
        rounds.plan_round(round_values(), by=cast.users.district, at=now())


def test_a_school_starts_its_list_once(cast):
    due = make_registration_due(school=cast.home.school)
    first = steps.start(due, by=cast.users.school, at=now())
    assert steps.start(due, by=cast.users.school, at=now()) == first
    assert (Due.objects.get().state, trail()) == ("DRAFT", [("registration.start", "school先生")])


@pytest.mark.parametrize("who", sorted(EVERYBODY - {"school"}))
def test_nobody_else_starts_it(cast, who):
    due = make_registration_due(school=cast.home.school)
    with pytest.raises(Refused, match=OUTSIDE):
        steps.start(due, by=getattr(cast.users, who), at=now())
    assert (Registration.objects.count(), trail()) == (0, [])


@pytest.mark.parametrize(
    ("round_", "due", "said"),
    [
        ({"state": "PLANNED"}, {}, "待开始"),
        ({"state": "CLOSED"}, {}, "已截止"),
        ({"kind": "enrolment"}, {}, "不是五老志愿者登记"),
        ({}, {"state": "WAIVED", "reason": "新建校"}, "免报"),
    ],
)
def test_a_list_is_started_only_in_an_open_round(cast, round_, due, said):
    row = make_registration_due(school=cast.home.school, round=make_registration_round(**round_), **due)
    with pytest.raises(Refused, match=said):
        steps.start(row, by=cast.users.school, at=now())
    assert Registration.objects.count() == 0


def test_a_nil_report_stands_until_a_list_is_submitted(cast):
    due = make_registration_due(school=cast.home.school)
    rounds.report_nil(due, by=cast.users.school, at=now(), reason="没有退休教师")
    registration = steps.start(due, by=cast.users.school, at=now())
    assert Due.objects.get().state == "NIL"
    person = make_person(school=cast.home.school)
    drafted = values(consents={person.pk: CONSENTED_ON}, paper_place="学校档案室")
    saved = steps.save_draft(registration, drafted, version=1, by=cast.users.school, at=now())
    steps.submit(saved, version=saved.version, by=cast.users.school, at=now())
    assert Due.objects.get().state == "SUBMITTED"


def test_a_waived_school_submits_nothing(cast):
    row = filled(cast)
    rounds.waive(row.due, by=cast.users.district, at=now(), reason="停办")
    for call in ("save_draft", "submit"):
        with pytest.raises(Refused, match="免报"):
            CALLS[call](row, cast.users.school)


def test_a_school_that_owes_again_finds_its_list_as_it_was(cast):
    row = filled(cast)
    rounds.waive(row.due, by=cast.users.district, at=now(), reason="停办")
    rounds.restore(row.due, by=cast.users.district, at=now(), reason="仍在办")
    assert Due.objects.get().state == "DRAFT"


# --- the draft --------------------------------------------------------------------------------------------


def lines_of(registration):
    return dict(registration.lines.values_list("person__name", "consented_on"))


def test_a_draft_keeps_its_gaps_and_follows_the_ticks(cast):
    ma, niu, yang = (make_person(school=cast.home.school, name=name) for name in ("马一", "牛二", "羊三"))
    row = filled(cast, people=[ma, niu])
    day = datetime.date(2018, 10, 8)
    consents = {niu.pk: day, yang.pk: None}
    saved = steps.save_draft(row, values(consents=consents), version=1, by=cast.users.school, at=now())
    assert (lines_of(saved), saved.version, saved.paper_place) == ({"牛二": day, "羊三": None}, 2, "")
    assert AuditEvent.objects.get().changes == {"people": [2, 2]}


def test_an_old_tab_is_told_and_overwrites_nothing(cast):
    person = make_person(school=cast.home.school)
    row = filled(cast, people=[])
    steps.save_draft(row, values(consents={person.pk: None}), version=1, by=cast.users.school, at=now())
    for call in (steps.save_draft, steps.submit):
        more = {"values": values()} if call is steps.save_draft else {}
        with pytest.raises(Refused, match="在您打开之后被"):
            call(row, **more, version=1, by=cast.users.school, at=now())
    assert (RegistrationLine.objects.count(), Registration.objects.get().version) == (1, 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"school": "far"},
        {"consented_on": CONSENTED_ON},
        {"died_on": datetime.date(2018, 1, 1)},
        {"stopped_on": datetime.date(2018, 1, 1)},
    ],
)
def test_somebody_not_open_to_the_school_is_not_listed(cast, fields):
    school = cast.far.school if fields.pop("school", "") else cast.home.school
    person = make_person(school=school, **fields)
    row = filled(cast, people=[])
    with pytest.raises(Refused, match="不在本校的可登记人员之列"):
        steps.save_draft(row, values(consents={person.pk: None}), version=1, by=cast.users.school, at=now())
    assert (RegistrationLine.objects.count(), Registration.objects.get().version) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_who_leaves_the_list_takes_his_scan_along(cast):
    row = filled(cast)
    scan = make_scan(row.lines.get())
    steps.save_draft(row, values(), version=1, by=cast.users.school, at=now())
    assert (RegistrationLine.objects.count(), Attachment.objects.count()) == (0, 0)
    assert not default_storage.exists(scan.stored_name)


@pytest.mark.django_db(transaction=True)
def test_a_new_scan_takes_the_place_of_the_old_one(cast):
    row = filled(cast)
    old = make_scan(row.lines.get())
    CALLS["attach_scan"](row, cast.users.school)
    scan = row.lines.get().scan
    assert (scan.original_name, scan.field, scan.filing_id) == ("a.jpg", "personal.scan", row.pk)
    assert [default_storage.exists(one.stored_name) for one in (old, scan)] == [False, True]


# --- submitting and accepting -----------------------------------------------------------------------------


def test_submitting_names_every_fault_at_once(cast):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    home = {"school": cast.home.school, "born_on": datetime.date(1945, 3, 8)}
    row = filled(cast, people=[], filled_by="", phone="", paper_place="")
    for name, day in (("甲", None), ("乙", tomorrow), ("丙", datetime.date(1963, 3, 7))):
        make_registration_line(registration=row, person=make_person(**home, name=name), consented_on=day)
    make_registration_line(registration=row, person=make_person(name="丁", school=make_school()))
    make_registration_line(
        registration=row, person=make_person(**home, name="戊", died_on=datetime.date(2018, 1, 1))
    )
    make_registration_line(
        registration=row, person=make_person(**home, name="己", stopped_on=datetime.date(2018, 1, 1))
    )
    Person.objects.filter(name="己").update(pinyin="zz")
    with pytest.raises(Refused) as refusal:
        steps.submit(row, version=1, by=cast.users.school, at=now())
    said = str(refusal.value).split("\n")
    assert said[:2] == ["请填写“填报人”。", "请填写“联系电话”。"]
    assert said[2].endswith("等6人没有登记表扫描件。请逐人上传，或填写“登记表原件存放说明”。")
    assert sorted(said[3:]) == sorted(
        [
            "甲：没有填写本人同意日期，请照签名的登记表填写。",
            "乙：本人同意日期晚于今天，请核对。",
            "丙：本人同意日期早于其年满18周岁，请核对。",
            "丁：已不在本校，请从名单中去掉。",
            "戊：已离世，请从名单中去掉。",
            "己：已停止服务，请从名单中去掉。",
        ]
    )
    assert (Registration.objects.get().status, trail()) == (S.DRAFT, [])


def test_an_empty_list_is_not_submitted(cast):
    with pytest.raises(Refused, match="名单里还没有人"):
        CALLS["submit"](filled(cast, people=[]), cast.users.school)


def test_scans_of_everybody_stand_for_the_paper(cast):
    row = filled(cast, paper_place="")
    with pytest.raises(Refused, match="没有登记表扫描件"):
        CALLS["submit"](row, cast.users.school)
    make_scan(row.lines.get())
    assert CALLS["submit"](row, cast.users.school).status == S.SUBMITTED


def test_a_late_submit_is_refused_and_the_draft_stays(cast):
    row = filled(cast)
    late = row.due.closes_at() + datetime.timedelta(seconds=1)
    with pytest.raises(Refused, match="报送已经截止"):
        steps.submit(row, version=1, by=cast.users.school, at=late)
    assert (Registration.objects.get().status, row.lines.count(), trail()) == (S.DRAFT, 1, [])
    rounds.extend(
        row.due, until=late + datetime.timedelta(days=1), by=cast.users.district, at=now(), reason="停电"
    )
    row.due.refresh_from_db()
    assert steps.submit(row, version=1, by=cast.users.school, at=late).status == S.SUBMITTED


def test_remarks_on_single_people_are_settled_by_the_next_submit(cast):
    row = filled(cast, S.SUBMITTED)
    line = row.lines.get()
    remarks = {line.pk: "签名不清"}
    steps.return_back(row, by=cast.users.district, at=now(), reason="请核对", remarks=remarks)
    remark = Remark.objects.get()
    assert (remark.field, remark.text, remark.resolved_at) == (f"line.{line.pk}", "签名不清", None)
    assert steps.last_reason(row) == "请核对"
    at = now()
    steps.submit(row, version=1, by=cast.users.school, at=at)
    assert Remark.objects.get().resolved_at == at


def test_a_remark_on_somebody_who_is_not_listed_is_refused(cast):
    row = filled(cast, S.SUBMITTED)
    with pytest.raises(Refused, match="名单刚被改动过"):
        steps.return_back(row, by=cast.users.district, at=now(), reason="请核对", remarks={0: "签名不清"})
    assert (Registration.objects.get().status, Remark.objects.count()) == (S.SUBMITTED, 0)


def test_acceptance_makes_registered_volunteers_and_nobody_else(cast):
    listed, other = (make_person(school=cast.home.school, is_volunteer=False) for _ in range(2))
    row = filled(cast, S.SUBMITTED, people=[listed])
    steps.accept_registration(row, by=cast.users.district, at=now())
    assert list(Person.objects.consented()) == list(Person.objects.registered()) == [listed]
    listed.refresh_from_db()
    assert (listed.consented_on, listed.registered_on, listed.is_volunteer) == (
        CONSENTED_ON,
        timezone.localdate(),
        True,
    )
    other.refresh_from_db()
    assert (other.consented_on, other.registered_on, other.is_volunteer) == (None, None, False)
    assert trail() == [("registration.accept", "district先生")]


def test_a_form_from_before_the_acceptance_does_not_take_it_back(cast):
    listed = make_person(school=cast.home.school, is_volunteer=False)
    row = filled(cast, S.SUBMITTED, people=[listed])
    steps.accept_registration(row, by=cast.users.district, at=now())
    old = {"speciality": "书法", "is_volunteer": False}
    with pytest.raises(Outdated):
        edit_person(listed, old, version=listed.version, by=cast.users.school, at=now())
    assert Person.objects.get().is_volunteer is True


def test_the_day_of_the_first_acceptance_stays(cast):
    first = datetime.date(2019, 3, 1)
    person = make_person(school=cast.home.school, registered_on=first, consented_on=datetime.date(2019, 2, 1))
    row = filled(cast, S.SUBMITTED, people=[person])
    steps.accept_registration(row, by=cast.users.district, at=now())
    person.refresh_from_db()
    assert (person.registered_on, person.consented_on) == (first, CONSENTED_ON)


def test_who_died_since_keeps_the_list_from_being_accepted(cast):
    row = filled(cast, S.SUBMITTED)
    Person.objects.update(died_on=datetime.date(2018, 11, 1))
    with pytest.raises(Refused, match="已离世"):
        steps.accept_registration(row, by=cast.users.district, at=now())
    assert (Person.objects.registered().count(), Registration.objects.get().status) == (0, S.SUBMITTED)


def test_nobody_is_listed_twice_and_a_school_has_one_list_a_round(cast):
    row = filled(cast)
    line = row.lines.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationLine.objects.create(registration=row, person=line.person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.create(due=row.due)


def test_the_roles_of_the_table_are_those_of_the_filings():
    roles = {"school": Role.SCHOOL, "group": Role.GROUP, "district": Role.DISTRICT}
    for name, (_, players, _, word) in TABLE.items():
        if word in filings.STEPS:
            assert filings.STEPS[word].roles == {roles[player] for player in players}, name
