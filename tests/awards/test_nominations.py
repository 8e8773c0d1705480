"""Steps of a nomination: what goes up, what comes back, and the place that it takes."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from awards import sheets, sources
from awards.models import CycleRule, Nomination, Opinion, PanelMark, Quota
from awards.workflow import materials
from awards.workflow import nominations as steps
from guanweihui import rounds
from guanweihui.answers import Unready
from guanweihui.models import AuditEvent, Due, Remark
from guanweihui.scope import Role
from guanweihui.workflow import Refused, take
from members.models import Appointment, Card
from tests import factories
from tests.awards import rows
from tests.members import service_rows

S, Kind = Nomination.Status, rows.Kind
PDF = {"name": "a.pdf", "content": b"%PDF-1.4", "content_type": "application/pdf"}
PEOPLE = (Kind.ADVANCED_IN_SERVICE, Kind.ADVANCED_RETIRED)
pytestmark = pytest.mark.django_db


def now():
    return timezone.now()


def trail(*kinds):
    """Return what was recorded of these kinds of row, in order."""
    found = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    return [action for action in found if action.split(".")[0] in kinds]


def test_a_nomination_goes_from_its_school_to_the_districts_review():
    nomination = rows.make_accepted()
    opinions = nomination.opinions.order_by("level").values_list("level", "verdict", "signed_by")
    assert (nomination.status, nomination.rank, nomination.quota.used) == (S.ACCEPTED, 1, 1)
    assert list(opinions) == [
        ("1_UNIT", "AGREE", "党支部书记李明"),
        ("2_GROUP", "AGREE", "周组长"),
        ("3_DISTRICT", "AGREE", "系统"),
    ]
    assert nomination.due.state == Due.State.DRAFT, "only 报送完毕 meets the due"


def test_each_step_leaves_one_line_and_a_return_frees_the_place():
    nomination = rows.make_nomination()
    school = rows.user_of(nomination.unit)
    office = rows.user_of(nomination.unit.district, Role.DISTRICT)
    head = rows.user_of(nomination.unit.group, Role.GROUP)
    rows.send(nomination, by=school)
    steps.withdraw(nomination, by=school, at=now())
    rows.endorse(rows.send(nomination, by=school))
    steps.return_back(
        nomination, reason="事迹太简单。", remarks={"deeds": "请补写", "abstract": " "}, by=office, at=now()
    )
    nomination.refresh_from_db()
    due = Due.objects.get(pk=nomination.due_id)
    assert (nomination.status, nomination.quota, nomination.rank) == (S.RETURNED, None, None)
    assert (Quota.objects.get().used, due.state) == (0, Due.State.RETURNED)
    assert list(Remark.objects.values_list("field", "text")) == [("deeds", "请补写")]
    rows.accept(rows.endorse(rows.send(nomination, by=school)))
    assert not Remark.objects.open_for(nomination).exists(), "sending again settles what was said"
    steps.reopen(nomination, reason="荣誉有误。", by=office, at=now())
    assert nomination.opinions.get(level="3_DISTRICT").verdict == "RETURN"
    rows.send(nomination, by=school)
    steps.decline(nomination, reason="条件不符。", by=head, at=now())
    assert Quota.objects.get().used == 0
    assert trail("nomination") == [
        f"nomination.{step}"
        for step in (
            *("start", "save", "submit", "withdraw", "submit", "endorse", "return_back"),
            *("submit", "endorse", "accept", "reopen", "submit", "decline"),
        )
    ]


@pytest.fixture
def actors():
    """One account that holds every role of the chain, so that only the state can refuse."""
    cycle = rows.make_open_cycle(kinds=(Kind.ADVANCED_COLLECTIVE,))
    school = factories.make_school(district=cycle.district)
    user = factories.make_user()
    for role in (Role.DISTRICT, Role.LEADER):
        factories.make_post(user=user, role=role, district=cycle.district)
    factories.make_post(user=user, role=Role.GROUP, group=school.group)
    factories.make_post(user=user, role=Role.SCHOOL, school=school)
    return cycle, school, user


@pytest.mark.parametrize("name", steps.STEPS)
def test_a_step_is_refused_from_every_state_off_its_table(actors, name):
    cycle, school, user = actors
    step = steps.STEPS[name]
    nomination = rows.bare(S.DRAFT, cycle=cycle, unit=school, submitted_at=now())
    refused = []
    for state in S:
        Nomination.objects.update(status=state)
        try:
            with transaction.atomic():
                take(step, nomination, by=user, at=now(), reason="理由")
                transaction.set_rollback(True)
        except Refused:
            refused.append(state)
    expected = [state for state in S if state not in step.from_states]
    if name == "accept":  # the group comes first
        expected.insert(expected.index(S.DRAFT) + 1, S.SUBMITTED)
    assert (refused, AuditEvent.objects.count()) == (expected, 0)


def test_who_has_not_the_role_gets_no_step_taken(actors):
    cycle, school, _ = actors
    nomination = rows.bare(S.SUBMITTED, cycle=cycle, unit=school)
    stranger = rows.user_of(factories.make_school(group=school.group))
    for step in steps.STEPS.values():
        Nomination.objects.update(status=min(step.from_states))
        with pytest.raises(Refused, match="不在您的职责范围内"):
            take(step, nomination, by=stranger, at=now(), reason="理由")
    assert AuditEvent.objects.count() == 0


# --- what keeps one from being begun or sent --------------------------------------------------------------


def begin(cycle, kind, person, school, **fields):
    due = rows.make_due(cycle=cycle, school=school)
    by = fields.pop("by", None) or rows.user_of(school)
    at = fields.pop("at", now())
    return steps.start(due, rows.category_of(cycle, kind), person, by=by, at=at, **fields)


def test_a_nomination_begins_with_what_the_portal_knows():
    cycle = rows.make_open_cycle()
    school = factories.make_school(district=cycle.district)
    nomination = begin(cycle, Kind.ADVANCED_COLLECTIVE, None, school)
    assert nomination.typed == {"unit_name": school.full_name, sheets.OPINION: sheets.USUAL_OPINION}
    assert (nomination.status, Due.objects.get().state) == (S.DRAFT, Due.State.DRAFT)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("closed", "已结束，现在不能推荐"),
        ("late", "申报已经截止，不能新建推荐"),
        ("nobody", "要选一名人选"),
        ("collective", "不选人员"),
        ("foreign", "不是本校人员"),
        ("nil", "零报告"),
        ("stranger", "不在您的职责范围内"),
        ("twice", "一人一届只能推荐一个奖项"),
    ],
)
def test_a_nomination_that_may_not_begin_says_why(what, words):
    cycle = rows.make_open_cycle()
    school, other = (factories.make_school(district=cycle.district) for _ in range(2))
    person = factories.make_person(school=other if what == "foreign" else school)
    kind, fields = Kind.ADVANCED_RETIRED, {}
    due = rows.make_due(cycle=cycle, school=school)
    if what == "closed":
        type(cycle).objects.update(state="CLOSED")
        cycle.refresh_from_db()
    elif what == "late":
        fields["at"] = now() + 2 * rows.WEEK
    elif what == "nobody":
        person = None
    elif what == "collective":
        kind = Kind.ADVANCED_COLLECTIVE
    elif what == "nil":
        rounds.report_nil(due, reason="没有人选", by=rows.user_of(school), at=now())
    elif what == "stranger":
        fields["by"] = rows.user_of(other)
    elif what == "twice":
        begin(cycle, Kind.GOOD_LEADER, person, school)
    with pytest.raises(Refused, match=words):
        begin(cycle, kind, person, school, **fields)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"deeds": "太短"}, "“主要事迹”有 2 字，至少 10 字，还差 8 字。"),
        ({"deeds": "长" * 2001}, "“主要事迹”有 2001 字，最多 2000 字，请删减。"),
        ({"abstract": ""}, "请填写“事迹摘要”。"),
        ({sheets.SIGNED_ON: "2020年3月"}, "“签署日期”填了“2020-03”，请填到日，例如 2020年3月2日。"),
        ({sheets.SIGNED_ON: "2090-01-01"}, "“签署日期”晚于今天，请填写实际签署的日期。"),
        ({"unit_name": "另一学校"}, "请核对或写明原因"),
    ],
)
def test_what_is_not_ready_is_named_whole_and_takes_no_place(typed, words):
    nomination = rows.make_nomination()
    nomination = rows.fill(nomination, **typed)
    with pytest.raises(Unready) as caught:
        rows.send(nomination)
    assert len(caught.value.faults) == 1
    assert words in str(caught.value)
    nomination.refresh_from_db()
    assert (nomination.status, Quota.objects.get().used) == (S.DRAFT, 0)
    assert {key: nomination.typed.get(key, "") for key in typed} == typed, "what was typed stands"


def test_a_missing_scan_and_a_rule_are_named_with_the_rest():
    cycle = rows.make_open_cycle()
    CycleRule.objects.create(cycle=cycle, code=CycleRule.Code.RETIREMENT, effect="BLOCK")
    school = factories.make_school(district=cycle.district)
    person = factories.make_person(school=school)
    nomination = begin(cycle, Kind.ADVANCED_IN_SERVICE, person, school)
    keys = [fault.key for fault in steps.faults_of(nomination, at=now())]
    assert keys == ["deeds", "abstract", "unit_signed_by", "unit_signed_on", "material.stamped", "RETIREMENT"]


def test_an_old_tab_and_a_closed_cycle_do_not_send():
    nomination = rows.make_nomination()
    by = rows.user_of(nomination.unit)
    with pytest.raises(Refused, match="被保存过，本次没有提交"):
        steps.submit(nomination, version=nomination.version - 1, by=by, at=now())
    type(nomination.cycle).objects.update(state="CLOSED")
    with pytest.raises(Refused, match="已结束，不能提交"):
        steps.submit(nomination, version=nomination.version, by=by, at=now())
    field = sheets.materials_of(nomination)[0]
    with pytest.raises(Refused, match="附件不能改动"):
        materials.attach_material(nomination, field, **PDF, by=by, at=now())


def test_a_deputy_sends_late_what_he_began_with_a_basis_and_whoever_asked():
    cycle = rows.make_open_cycle()
    school = factories.make_school(district=cycle.district)
    office = rows.user_of(cycle.district, Role.DISTRICT)
    late = cycle.deadline_at + rows.WEEK
    nomination = begin(cycle, Kind.ADVANCED_COLLECTIVE, None, school, by=office, at=late, basis="电话核对")
    nomination = rows.fill(nomination, by=office)
    rows.give_places(nomination.category, 1, group=school.group)
    with pytest.raises(Refused, match="受学校何人委托"):
        steps.file_on_behalf(nomination, version=nomination.version, asked_by=" ", by=office, at=late)
    steps.file_on_behalf(nomination, version=nomination.version, asked_by="李明", by=office, at=late)
    event = AuditEvent.objects.get(action="nomination.file_on_behalf")
    assert (event.reason, event.actor) == ("受李明委托；依据：电话核对", office)
    due = steps.finish(nomination.due, by=office, at=late)
    assert (due.state, due.met_at) == (Due.State.SUBMITTED, late)


def test_a_closed_round_takes_more_from_an_extended_school_and_the_office():
    cycle = rows.make_open_cycle()
    type(cycle.round).objects.update(state="CLOSED")
    first, second = (factories.make_school(district=cycle.district) for _ in range(2))
    office = rows.user_of(cycle.district, Role.DISTRICT)
    with pytest.raises(Refused, match="这次报送已截止，不能新建推荐"):
        begin(cycle, Kind.ADVANCED_COLLECTIVE, None, first)
    begin(cycle, Kind.ADVANCED_COLLECTIVE, None, second, by=office, basis="电话核对")
    Due.objects.filter(school=first).update(deadline_at=now() + rows.WEEK)
    assert begin(cycle, Kind.ADVANCED_COLLECTIVE, None, first).status == S.DRAFT


def test_a_deputy_does_not_touch_what_the_school_began():
    nomination = rows.make_nomination()
    office = rows.user_of(nomination.unit.district, Role.DISTRICT)
    with pytest.raises(Refused, match="由学校填写，不能代报"):
        steps.file_on_behalf(nomination, version=nomination.version, asked_by="李明", by=office, at=now())
    with pytest.raises(Refused, match="不在您的职责范围内"):
        steps.save_section(nomination, {"deeds": "x"}, version=nomination.version, by=office, at=now())


def test_withdrawing_ends_with_the_deadline():
    nomination = rows.make_sent()
    by = rows.user_of(nomination.unit)
    with pytest.raises(Refused, match="申报已经截止，撤回后不能再提交"):
        steps.withdraw(nomination, by=by, at=now() + 2 * rows.WEEK)
    with pytest.raises(Refused, match="不能放弃"):
        steps.discard(nomination, by=by, at=now())


def test_a_discarded_draft_stays_and_frees_its_person():
    cycle = rows.make_open_cycle(kinds=PEOPLE)
    school = factories.make_school(district=cycle.district)
    person = factories.make_person(school=school)
    by = rows.user_of(school)
    nomination = begin(cycle, PEOPLE[0], person, school, by=by)
    assert steps.discard(nomination, by=by, at=now()).status == S.WITHDRAWN
    assert begin(cycle, PEOPLE[1], person, school, by=by).status == S.DRAFT
    assert trail("nomination") == ["nomination.start", "nomination.discard", "nomination.start"]


# --- materials --------------------------------------------------------------------------------------------


def test_a_material_takes_so_many_files_and_gives_them_back():
    nomination = rows.make_nomination()
    by, field = rows.user_of(nomination.unit), sheets.materials_of(nomination)[0]
    with pytest.raises(Refused, match="“盖章推荐表”最多 1 件，已有 1 件。请先删除一件"):
        materials.attach_material(nomination, field, **PDF, by=by, at=now())
    held = nomination.due.attachments.get()
    materials.remove_material(nomination, held, by=by, at=now())
    with pytest.raises(Refused, match="已经删除"):
        materials.remove_material(nomination, held, by=by, at=now())
    materials.attach_material(nomination, field, **PDF, by=by, at=now())
    rows.send(nomination, by=by)
    with pytest.raises(Refused, match="附件不能改动"):
        materials.remove_material(nomination, nomination.due.attachments.get(), by=by, at=now())
    assert trail("nomination")[2:4] == ["nomination.detach", "nomination.attach"]


# --- 报送完毕 ---------------------------------------------------------------------------------------------


def test_saying_that_all_is_sent_meets_the_due_and_a_new_draft_opens_it():
    nomination = rows.make_nomination()
    due, by = nomination.due, rows.user_of(nomination.unit)
    with pytest.raises(Refused, match="还有没有提交的推荐：先进集体：.*。请先提交，或放弃草稿"):
        steps.finish(due, by=by, at=now())
    rows.send(nomination, by=by)
    done = steps.finish(due, by=by, at=now())
    assert done.state == Due.State.SUBMITTED
    with pytest.raises(Refused, match="已经报送完毕"):
        steps.finish(due, by=by, at=now())
    person = factories.make_person(school=nomination.unit)
    begin(nomination.cycle, Kind.ADVANCED_RETIRED, person, nomination.unit, by=by)
    due.refresh_from_db()
    assert (due.state, due.met_at) == (Due.State.DRAFT, None)
    assert trail("due") == ["due.finish"]


def test_nothing_sent_is_no_end_and_the_deadline_holds():
    nomination = rows.make_sent()
    by = rows.user_of(nomination.unit)
    with pytest.raises(Refused, match="申报已经截止"):
        steps.finish(nomination.due, by=by, at=now() + 2 * rows.WEEK)
    steps.withdraw(nomination, by=by, at=now())
    with pytest.raises(Refused, match="请用“零报告”并写明理由"):
        steps.finish(nomination.due, by=by, at=now())


def test_places_that_may_not_stay_empty_ask_for_a_reason():
    nomination = rows.make_nomination()
    by = rows.user_of(nomination.unit)
    type(nomination.category).objects.filter(pk=nomination.category_id).update(may_be_empty=False)
    rows.give_places(nomination.category, 3, school=nomination.unit)
    rows.send(nomination, by=by)
    with pytest.raises(Refused, match="“先进集体”还有 2 个名额，不能空缺，请写明没有用完名额的原因"):
        steps.finish(nomination.due, by=by, at=now())
    assert steps.finish(nomination.due, by=by, at=now(), reason="没有合适人选").reason == "没有合适人选"


@pytest.mark.parametrize(
    ("statuses", "is_finished", "state"),
    [
        ([], False, "WAITING"),
        (["WITHDRAWN"], True, "WAITING"),
        (["DRAFT"], False, "DRAFT"),
        (["SUBMITTED"], False, "DRAFT"),
        (["SUBMITTED", "ACCEPTED"], True, "SUBMITTED"),
        (["ENDORSED", "ACCEPTED"], True, "ENDORSED"),
        (["ACCEPTED", "DECLINED"], True, "ACCEPTED"),
        (["HONOURED"], True, "ACCEPTED"),
        (["RETURNED", "ACCEPTED"], True, "RETURNED"),
        (["DRAFT", "ACCEPTED"], True, "DRAFT"),
    ],
)
def test_a_due_stands_as_its_nominations_do(statuses, is_finished, state):
    from awards.models.nominations import due_state

    assert due_state(statuses, is_finished=is_finished) == state


# --- what the database forbids ----------------------------------------------------------------------------


def test_each_constraint_refuses_its_row():
    cycle = rows.make_open_cycle()
    office = rows.user_of(cycle.district, Role.DISTRICT)
    first = rows.bare(S.SUBMITTED, cycle=cycle, kind=Kind.GOOD_LEADER)
    collective = rows.bare(S.DRAFT, cycle=cycle)
    quota = rows.give_places(first.category, 1, group=first.unit.group)
    mark = {"nomination": first, "panellist": "甲", "entered_by": office, "entered_at": now()}
    opinion = {"nomination": first, "level": "1_UNIT", "text": "同意", "given_at": now()}
    PanelMark.objects.create(**mark, points=90)
    Opinion.objects.create(**opinion)
    bad = {
        "one_person_one_award_a_cycle": lambda: rows.bare(
            S.DRAFT, cycle=cycle, kind=Kind.ADVANCED_RETIRED, person=first.person, unit=first.unit
        ),
        "one_collective_a_school_and_category": lambda: rows.bare(S.DRAFT, cycle=cycle, unit=collective.unit),
        "only_what_is_sent_takes_a_place": lambda: rows.bare(S.DECLINED, cycle=cycle, quota=quota),
        "nomination_sent_has_a_time": lambda: rows.bare(S.SUBMITTED, cycle=cycle, submitted_at=None),
        "one_opinion_a_level": lambda: Opinion.objects.create(**opinion),
        "opinion_says_something": lambda: Opinion.objects.create(
            **{**opinion, "level": "2_GROUP", "text": ""}
        ),
        "one_mark_a_panellist_and_nomination": lambda: PanelMark.objects.create(**mark, points=1),
        "mark_lies_between_0_and_100": lambda: PanelMark.objects.create(
            **{**mark, "panellist": "乙"}, points=101
        ),
        "panel_mark_says_something": lambda: PanelMark.objects.create(**{**mark, "panellist": "乙"}),
    }
    for name, make in bad.items():
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            make()
        fields = [
            c.fields
            for m in (Nomination, Opinion, PanelMark)
            for c in m._meta.constraints
            if c.name == name and getattr(c, "fields", ())
        ]
        assert name in str(caught.value) or all(field in str(caught.value) for field in fields[0]), name


# --- what is known already --------------------------------------------------------------------------------


def known(nomination, source, form="text", longest=200):
    field = nomination.category.fields.model(key="x", source=source, format=form, longest=longest)
    found = sources.prefilled(nomination, [field])
    return found.get("x")


def test_the_file_of_a_person_fills_his_form():
    school = factories.make_school()
    person = factories.make_person(school=school, name="王玥", duty="教师", rank="副高级")
    record = service_rows.make_record(person=person, school=school)
    type(record).objects.filter(pk=record.pk).update(status="CONFIRMED", half_hours=5)
    Card.objects.create(
        district=school.district,
        person=person,
        number="CY2018-00001",
        year=2018,
        sequence=1,
        issued_on="2018-09-01",
        check_token="t",
    )
    seat = {"school": school, "person": person, "position": Appointment.Position.DIRECTOR}
    factories.make_appointment(**seat, from_on=datetime.date(2000, 1, 1), to_on=datetime.date(2001, 1, 1))
    factories.make_appointment(**seat, from_on=timezone.localdate())
    factories.make_honour(unit=school, person=person, kind=Kind.ADVANCED_RETIRED)
    factories.make_honour(unit=school, person=person, kind=Kind.GOOD_LEADER)
    cycle = rows.make_open_cycle(district=school.district)
    nomination = rows.bare(S.DRAFT, cycle=cycle, kind=Kind.ADVANCED_RETIRED, unit=school, person=person)
    wanted = {
        "person.name": "王玥",
        "person.duty": "教师",
        "person.born_on": "1945-03-08",
        "person.retired_on": "2000-03",
        "person.elder_class": "老教师",
        "person.volunteer_number": "CY2018-00001",
        "person.hours": "2.5",
        "person.committee_post": f"{school.short_name}主任",
        "person.committee_years": str(timezone.localdate().year - 2000),
        "person.unit": school.full_name,
        "person.education": None,
    }
    assert {source: known(nomination, source) for source in wanted} == wanted
    assert known(nomination, "person.hours", "int") == "2"
    roll = [
        "2018年12月 关心关工委工作的好领导（示例教关〔2018〕12号）",
        "2018年12月 退休先进个人（示例教关〔2018〕12号）",
    ]
    assert known(nomination, "person.honours", "long") == "\n".join(roll)
    assert known(nomination, "person.honours") == "；".join(roll)
    assert known(nomination, "person.honours", longest=40) == roll[0], "what does not fit is left out whole"


def test_the_file_of_a_school_fills_its_form():
    school = factories.make_school(
        committee_set_up_on=datetime.date(2011, 5, 1), committee_set_up_precision="month"
    )
    factories.make_appointment(school=school, printed_name="张建国", from_on=datetime.date(2018, 1, 1))
    factories.make_person(school=school)
    factories.make_honour(unit=school)
    cycle = rows.make_open_cycle(district=school.district)
    nomination = rows.bare(S.DRAFT, cycle=cycle, unit=school)
    wanted = {
        "unit.full_name": school.full_name,
        "unit.group": school.group.full_name,
        "unit.set_up_on": "2011-05",
        "unit.director": "张建国",
        "unit.executive": None,
        "unit.elders": "1",
        "unit.honours": "2018年12月 先进集体（示例教关〔2018〕12号）",
        "person.name": None,
        "person.hours": None,
    }
    assert {source: known(nomination, source) for source in wanted} == wanted


def test_every_source_is_offered_by_name_and_where_it_comes_from():
    offered = dict(sources.source_choices())
    assert (len(offered), offered["unit.set_up_on"]) == (len(sources.SOURCES), "关工委成立时间（单位信息）")
