"""What a school is asked for an enrolment, what is refused, and what its answers become."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities import enrolment_kind
from activities.models import EnrolmentLine
from guanweihui import answers, filing_kinds
from guanweihui.answers import Unready
from guanweihui.models import Due, Round
from guanweihui.models.org import Segment, Stage
from guanweihui.questionnaire import judge
from guanweihui.workflow import Refused
from tests.activities.rows import FILLED, file_enrolment, make_due, make_open_campaign, school_user
from tests.factories import (
    make_appointment,
    make_campaign,
    make_enrolment,
    make_person,
    make_round,
    make_school,
)

AT = datetime.datetime(2019, 9, 20, 4, tzinfo=datetime.UTC)
pytestmark = pytest.mark.django_db
KEYS = {
    Stage.PRIMARY: ["primary"],
    Stage.JUNIOR: ["junior"],
    Stage.SENIOR: ["senior"],
    Stage.NINE_YEAR: ["primary", "junior"],
    Stage.FULL_SECONDARY: ["junior", "senior"],
}


@pytest.mark.parametrize("stage", Stage)
def test_a_school_is_asked_for_the_segments_of_its_stage_only(stage):
    sheet = enrolment_kind.sheet_of(stage)
    counts = [f"{what}_{name}" for name in KEYS[stage] for what in ("classes", "students")]
    assert [item.key for item in sheet.items()] == [*counts, "coaches", "head_name", "head_phone"]
    secondary = [] if stage == Stage.PRIMARY else ["classes_secondary", "students_secondary"]
    assert [one.key for one in sheet.sums()] == ["classes", "students", *secondary]


def test_totals_and_the_secondary_subset_are_added_up():
    due = make_due(school=make_school(stage=Stage.NINE_YEAR))
    typed = {**FILLED, "classes_primary": "10", "students_primary": "300"}
    typed |= {"classes_junior": "4", "students_junior": "1,140", "classes": "99", "classes_secondary": "99"}
    said, faults = judge(enrolment_kind.ask(due), typed)
    assert faults == []
    names = ("classes", "students", "classes_secondary", "students_secondary")
    assert [said[name] for name in names] == [14, 1440, 4, 1140]


BAD = [
    ({"classes_junior": "4", "students_junior": "3"}, "“初中学生数” 3 少于班级数 4。请核对两个数是否填反。"),
    (
        {"classes_junior": "0", "students_junior": "30"},
        "有初中学生 30 人，“初中班级数”却是 0。请补填班级数。",
    ),
    ({"classes_junior": "4", "students_junior": "0"}, "有初中班级 4 个，“初中学生数”却是 0。请补填学生数。"),
    ({"classes_junior": "", "students_junior": "30"}, "请填写“初中班级数”。"),
    ({"classes_junior": "4", "students_junior": ""}, "请填写“初中学生数”。"),
    ({"classes_junior": "-1", "students_junior": "30"}, "“初中班级数”填了“-1”，不能小于 0，请核对。"),
    (
        {"classes_junior": "4", "students_junior": "1e9"},
        "“初中学生数”填了“1e9”，请填整数，例如 12。",
    ),
    ({"classes_junior": "四", "students_junior": "30"}, "“初中班级数”填了“四”，请填整数，例如 12。"),
]


@pytest.mark.parametrize(("typed", "words"), BAD)
def test_what_cannot_be_right_is_refused_with_its_cure_and_nothing_typed_is_lost(typed, words):
    school = make_school(stage=Stage.JUNIOR)
    by = school_user(school)
    draft = answers.start(make_due(school=school), by=by, at=AT)
    saved = answers.save_draft(draft, {**FILLED, **typed}, version=draft.version, by=by, at=AT)
    with pytest.raises(Unready) as refusal:
        answers.submit(saved, version=saved.version, by=by, at=AT)
    assert [fault.words for fault in refusal.value.faults] == [words]
    assert saved.typed == {key: value for key, value in {**FILLED, **typed}.items() if value}
    assert EnrolmentLine.objects.count() == 0


def test_a_primary_school_cannot_send_lines_of_another_segment():
    school = make_school(stage=Stage.PRIMARY)
    due = make_due(school=school)
    sent = file_enrolment(
        due,
        {"classes_primary": "3", "students_primary": "90", "classes_senior": "5", "students_senior": "150"},
    )
    assert "classes_senior" not in sent.typed
    assert [(line.segment, line.classes) for line in sent.lines.all()] == [(Segment.PRIMARY, 3)]


def test_a_submit_writes_columns_and_lines_anew_and_links_the_head():
    school = make_school(stage=Stage.NINE_YEAR)
    head = make_person(school=school, name="李明")
    by, due = school_user(school), make_due(school=school)
    draft = answers.start(due, by=by, at=AT)
    typed = {**FILLED, "classes_primary": "3", "students_primary": "90"}
    typed |= {"classes_junior": "0", "students_junior": "0"}
    saved = answers.save_draft(draft, typed, version=draft.version, by=by, at=AT)
    EnrolmentLine.objects.create(enrolment=saved, segment=Segment.SENIOR, classes=1, students=20)
    sent = answers.submit(saved, version=saved.version, by=by, at=AT)
    sent.refresh_from_db()
    assert (sent.coaches, sent.head_name, sent.head_phone, sent.head) == (4, "李明", "19900005678", head)
    lines = sent.lines.order_by("pk").values_list("segment", "classes", "students")
    assert list(lines) == [("PRIMARY", 3, 90), ("JUNIOR", 0, 0)]


def test_the_head_of_the_as_of_date_is_known_and_last_year_is_shown():
    school = make_school(stage=Stage.NINE_YEAR)
    day = datetime.date(2019, 9, 1)
    make_appointment(school=school, printed_name="旧主任", to_on=day - datetime.timedelta(days=1))
    make_appointment(school=school, printed_name="张建国", from_on=day)
    for year, classes in ((2017, 5), (2018, 10)):
        campaign = make_campaign(year=year, theme="往年", district=school.district)
        both = ((Segment.PRIMARY, classes, 300), (Segment.JUNIOR, 4, 140))
        make_enrolment(school=school, campaign=campaign, lines=both, head_name="王芳")
    due = make_due(campaign=make_open_campaign(round_fields={"as_of_on": day}), school=school)
    asked = enrolment_kind.ask(due)
    known = asked.known["head_name"]
    assert (known.value, known.source, known.url) == (
        "张建国",
        "关工委任职：2019-09-01 的主任",
        f"/committees/school/{school.pk}/",
    )
    assert asked.start() == {"head_name": "张建国"}
    assert asked.last == {
        "coaches": 5,
        "head_name": "王芳",
        "classes_primary": 10,
        "students_primary": 300,
        "classes_junior": 4,
        "students_junior": 140,
    }


def test_only_an_accepted_enrolment_of_the_round_before_is_last_year():
    school = make_school()
    earlier = make_campaign(year=2017, theme="前年", district=school.district)
    make_enrolment(school=school, campaign=earlier)
    before = make_campaign(year=2018, theme="去年", district=school.district)
    make_enrolment(school=school, campaign=before, status="SUBMITTED")
    assert enrolment_kind.ask(make_due(school=school)).last == {}


def test_asking_costs_the_same_for_one_line_and_for_many():
    def queries(due: Due) -> int:
        due = Due.objects.select_related("round", "school").get(pk=due.pk)
        with CaptureQueriesContext(connection) as caught:
            enrolment_kind.ask(due)
        return len(caught)

    plain = make_school()
    assert queries(make_due(school=plain)) == 2
    rich = make_school(stage=Stage.NINE_YEAR)
    make_appointment(school=rich)
    make_enrolment(school=rich, lines=((Segment.PRIMARY, 10, 300), (Segment.JUNIOR, 4, 140)))
    assert queries(make_due(school=rich, round=Round.objects.get(year=2019))) == 3


def test_a_round_without_a_campaign_is_refused_in_words():
    now = timezone.now()
    week = datetime.timedelta(days=7)
    round_ = make_round(state=Round.State.OPEN, opens_at=now - week, deadline_at=now + week)
    school = make_school()
    with pytest.raises(Refused, match="没有对应的主题读书活动"):
        answers.start(make_due(school=school, round=round_), by=school_user(school), at=now)


def test_the_kind_is_registered():
    kind = filing_kinds.get(Round.Kind.ENROLMENT)
    assert (kind.model.__name__, kind.ask, kind.rules[:4]) == ("Enrolment", enrolment_kind.ask, "参加学校")
