"""The annual return as a kind of filing: what the portal knows on the day, what is kept, what it costs."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.models import ReturnAnswer
from activities.return_known import ask, ask_many
from awards.models import Category
from guanweihui import answers, filing_kinds, filings, rounds
from guanweihui.models import Due, Filing, Round
from members.models import Appointment, RetirementKind, ServiceKind, ServiceRecord
from tests.activities.return_rows import AS_OF, TYPED, make_return, make_return_due, make_return_round
from tests.factories import (
    make_appointment,
    make_elder_class,
    make_enrolment,
    make_honour,
    make_person,
    make_school,
)
from tests.members.service_rows import make_record

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def known(due):
    return {key: one.value for key, one in ask(due).known.items()}


def beside(due):
    """Return what stands beside the form: {table: its rows and total as plain cells}."""
    return {table.key: [row.cells for row in table.all_rows()] for table in ask(due).beside}


@pytest.fixture
def school():
    return make_school(committee_set_up_on=datetime.date(2005, 9, 1), committee_set_up_precision="month")


@pytest.fixture
def due(school):
    return make_return_due(school=school)


def test_people_are_counted_by_kind_and_class(school, due):
    cadre = make_elder_class(district=school.district, name="老干部")
    make_person(school=school, elder_class=cadre, sex="男", political_status="群众")
    make_person(school=school, elder_class=cadre)
    make_person(school=school)
    make_person(school=school, is_volunteer=False, retirement_kind=RetirementKind.RETIRED_HONOURED)
    make_person(school=school, is_volunteer=False, on_register=False)  # no retired teacher
    make_person()  # of another school
    assert {key: value for key, value in known(due).items() if key != "set_up"} == {
        "retirees_honoured": 1,
        "retirees_retired": 3,
        "volunteers_women": 2,
        "volunteers_party": 2,
        "volunteers_cadres": 2,
        "volunteers_soldiers": 0,
        "volunteers_experts": 0,
        "volunteers_teachers": 1,
        "volunteers_models": 0,
    }


@pytest.mark.parametrize(
    ("state", "retired", "volunteers"),
    [
        ({"died_on": AS_OF}, 0, 0),
        ({"died_on": AS_OF + DAY}, 1, 1),
        ({"stopped_on": AS_OF}, 1, 0),
        ({"stopped_on": AS_OF + DAY}, 1, 1),
        # Who moved away is still the school's, as in every figure of the portal.
        ({"moved_away_on": AS_OF - DAY, "moved_away_to": "示例市"}, 1, 1),
        ({"retired_on": AS_OF}, 1, 1),
        ({"retired_on": AS_OF + DAY}, 0, 0),
    ],
)
def test_people_count_as_they_were_on_the_day(school, due, state, retired, volunteers):
    make_person(school=school, is_volunteer=False)  # so that the register is not empty
    make_person(school=school, **state)
    said = known(due)
    assert (said["retirees_retired"] - 1, said["volunteers_teachers"]) == (retired, volunteers)
    assert beside(due)["t2"][0][1] == volunteers


def test_somebody_who_went_to_another_school_is_counted_there(school, due):
    person = make_person(school=school)
    other = make_return_due(school=make_school(group=school.group), round=due.round)
    person.school = other.school
    person.save()
    assert ("retirees_retired" in known(due), known(other)["retirees_retired"]) == (False, 1)


def test_an_empty_register_claims_nothing(due):
    assert known(due) == {"set_up": "2005-09"}
    assert ask(due).start() == {"set_up": "2005-09"}


def test_the_committee_is_the_one_that_serves_on_the_day(school, due):
    party = make_person(school=school)
    other = make_person(school=school, political_status="群众")
    seats = (
        ("DIRECTOR", "张建国", "IN_SERVICE", {"duty": "书记", "person": party}),
        (
            "EXECUTIVE_DEPUTY",
            "李素梅",
            "RETIRED",
            {"person": other},
        ),
        ("COMMITTEE_MEMBER", "张建国", "IN_SERVICE", {"person": party}),  # one man, two seats
        ("LIAISON", "王志远", "IN_SERVICE", {}),
    )
    for position, name, service, more in seats:
        make_appointment(
            school=school,
            position=Appointment.Position[position],
            printed_name=name,
            service=service,
            to_on=AS_OF,
            **more,
        )
    make_appointment(school=school, printed_name="赵新任", from_on=AS_OF + DAY)
    committee = {key: value for key, value in known(due).items() if not key.startswith(("retir", "volun"))}
    assert committee == {
        "set_up": "2005-09",
        "director": "张建国",
        "director_duty": "书记",
        "deputy": "李素梅",
        "deputy_service": "退休",
        "liaison": "王志远",
        "members_in_service": 1,
        "members_retired": 1,
        "members_party": 1,
    }


def test_heads_of_a_committee_are_not_counted_while_one_of_them_is_unknown(school, due):
    make_appointment(school=school, service="IN_SERVICE")
    make_appointment(school=school, position=Appointment.Position.COMMITTEE_MEMBER, printed_name="钱进")
    assert {key for key in known(due) if key.startswith("members")} == set()


def test_a_telephone_is_never_shown_unasked(school, due):
    make_appointment(school=school, position=Appointment.Position.LIAISON, phone="19900001234")
    assert "liaison_phone" not in known(due)
    assert "19900001234" not in str(ask(due))


def test_each_value_says_its_source_and_leads_to_its_rows(school, due):
    make_person(school=school)
    make_appointment(school=school)
    said = {key: (one.source, one.url) for key, one in ask(due).known.items()}
    teachers = make_elder_class(district=school.district).pk
    people = "平台人员档案，截至2018年12月25日"
    assert said["retirees_retired"] == (people, f"/people/?figure=retired&year=2018&school={school.pk}")
    assert said["volunteers_teachers"] == (
        people,
        f"/people/?figure=volunteers&year=2018&school={school.pk}&elder_class={teachers}",
    )
    assert said["director"] == ("平台任职记录，截至2018年12月25日", f"/committees/school/{school.pk}/")
    assert said["set_up"] == ("平台学校资料", f"/schools/{school.pk}/")


def test_ages_stand_beside_and_add_up_to_the_volunteers(school, due):
    make_person(school=school, born_on=datetime.date(1958, 12, 25))  # 60 on the day itself
    make_person(school=school, born_on=datetime.date(1958, 12, 26), sex="男")  # 59
    make_person(school=school, born_on=datetime.date(1938, 1, 1))  # 80
    unknown = make_person(school=school)
    unknown.born_on = None
    unknown.save()
    ages = {table.key: table for table in ask(due).beside}["t2"]
    assert [row.cells for row in ages.all_rows()] == [
        ("合　计", 4, 3),
        ("60岁以下", 1, 0),
        ("60—64岁", 1, 1),
        ("65—69岁", 0, 0),
        ("70—74岁", 0, 0),
        ("75—79岁", 0, 0),
        ("80岁以上", 1, 1),
        ("年龄不详", 1, 1),
    ]
    # (60 + 59 + 80) / 3
    assert ages.notes == ("平均年龄 66.3 岁，按统计时点周岁计，由人员档案生成。",)


def test_training_stands_beside_by_sessions_attendances_and_hours(school, due):
    training = {"kind": ServiceKind.TRAINING, "status": ServiceRecord.Status.CONFIRMED}
    held = {"content": "心理健康培训", "served_on": datetime.date(2018, 10, 12), "half_hours": 4}
    people = [make_person(school=school), make_person(school=school)]
    for person in people:
        make_record(person=person, **training, **held)
    make_record(person=people[0], **training, **{**held, "served_on": datetime.date(2018, 11, 2)})
    # Not of the school year up to the day, not confirmed, no training, not of the school.
    make_record(person=people[0], **training, **{**held, "served_on": datetime.date(2018, 8, 31)})
    make_record(person=people[0], **training, **{**held, "served_on": AS_OF + DAY})
    make_record(person=people[0], **{**training, "status": ServiceRecord.Status.CLAIMED}, **held)
    make_record(person=people[0], **{**training, "kind": ServiceKind.SERVICE}, **held)
    make_record(person=make_person(), **training, **held)
    assert beside(due)["t4"] == [
        ("合　计", None, 3, 6.0),
        (datetime.date(2018, 10, 12), "心理健康培训", 2, 4.0),
        (datetime.date(2018, 11, 2), "心理健康培训", 1, 2.0),
    ]


def test_honours_and_enrolment_stand_beside(school, due):
    make_honour(unit=school)  # decided on 20 December 2018
    make_honour(unit=school, kind=Category.Kind.GOOD_LEADER, printed_name="张建国")
    make_honour(unit=school, kind=Category.Kind.GOOD_LEADER, voided_on=AS_OF, void_reason="重复")
    make_honour()
    make_enrolment(school=school)
    found = beside(due)
    assert found["t5"] == [
        ("合　计", 2, 2),
        ("先进集体", 1, 1),
        ("好领导", 1, 1),
        ("在职先进个人", 0, 0),
        ("退休先进个人", 0, 0),
    ]
    assert found["enrolled"] == [("班级（个）", 3), ("学生（人）", 90)]
    assert ask(due).known.keys() == {"set_up"}  # heads are never offered where attendances are asked


def test_last_year_is_what_the_district_accepted_then_without_the_telephone(school, due):
    before = make_return_round(year=2017, title="2017年度统计")
    make_return(round=before, school=school)
    other = make_return_due(school=make_school(group=school.group), round=due.round)
    make_return(round=before, school=other.school, status=Filing.Status.RETURNED)
    last = ask(due).last
    assert (last["meetings"], last["funds"], last["director"]) == (4, Decimal("3000.50"), "张建国")
    assert (type(last["meetings"]), "liaison_phone" in last) == (int, False)
    assert ask(other).last == {}


def test_without_an_as_of_date_the_day_of_the_deadline_counts(school):
    due = make_return_due(school=school, round=make_return_round(as_of_on=None))
    make_person(school=school)
    assert ask(due).known["retirees_retired"].source == "平台人员档案，截至2018年12月30日"


@pytest.mark.parametrize("schools", [1, 3])
def test_a_whole_round_is_asked_at_the_price_of_one_school(schools):
    round_ = make_return_round()
    make_return(round=make_return_round(year=2017, title="2017年度统计"), school=make_school())
    dues = [make_return_due(round=round_) for _ in range(schools)]
    for due in dues:
        make_person(school=due.school)
        make_appointment(school=due.school)
        make_honour(unit=due.school)
    dues = list(Due.objects.select_related("school", "round__district").filter(round=round_))
    with CaptureQueriesContext(connection) as caught:
        many = filing_kinds.get(Round.Kind.ANNUAL_RETURN).ask_many(dues)
    assert len(caught) == 8
    # Checks are closures over each school's own facts; all the rest is the same by either way.
    for due in dues:
        alone = ask(due)
        assert (many[due.pk].known, many[due.pk].last) == (alone.known, alone.last)
        assert many[due.pk].beside == alone.beside
    assert ask_many([]) == {}


def test_answers_are_kept_as_rows_and_replaced_by_the_next_submit(due):
    filing = make_return(due=due, funds="10.05", remark="经费为财政拨款")
    kind = filing_kinds.get(Round.Kind.ANNUAL_RETURN)
    rows = {row.item: (row.number, row.words) for row in ReturnAnswer.objects.all()}
    assert len(rows) == len(TYPED) + 1  # all that was typed and the remark, no sums
    assert (rows["funds"], rows["liaison_phone"]) == ((Decimal("10.05"), ""), (None, "19900004321"))
    kind.keep(filing, {"meetings": 9})
    assert [(row.item, row.number) for row in ReturnAnswer.objects.all()] == [("meetings", Decimal(9))]


def test_words_are_sealed_in_the_database(due):
    make_return(due=due)
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM activities_returnanswer WHERE item = 'liaison_phone'")
        assert "19900004321" not in cursor.fetchone()[0]


def test_a_school_fills_in_sends_and_the_district_closes_with_all_tables(cast):
    """The whole way once: start with what is known, save, submit, accept, close."""
    now = timezone.now()
    by, office = cast.users.school, cast.users.district
    round_ = make_return_round(
        district=cast.home.district, opens_at=now - 9 * DAY, deadline_at=now + DAY, year=2018
    )
    due = make_return_due(school=cast.home.school, round=round_)
    teachers = [make_person(school=due.school) for _ in range(10)]
    make_person(school=due.school, is_volunteer=False)
    filing = answers.start(due, by=by, at=now)
    assert filing.typed["volunteers_teachers"] == str(len(teachers))
    typed = TYPED | filing.typed | {"retirees_retired": "11", "retirees_honoured": "0"}
    filing = answers.save_draft(filing, typed, version=filing.version, by=by, at=now)
    filing = answers.submit(filing, version=filing.version, by=by, at=now)
    filings.accept(filing, by=office, at=now)
    rounds.close_round(round_, by=office, at=now + 2 * DAY)
    stored = {table.key: table for table in round_.frozen_tables.all()}
    assert {"t1", "t2", "t3", "t5", "t6", "compared"} <= stored.keys()
    assert stored["t1"].as_of_on == AS_OF
    assert stored["t1"].rules.startswith("合计只加区里已通过的年度统计")
