"""The outreach workbook: programme, pairs and their schools, visits with needs, lessons."""

import datetime

import pytest

from guanweihui.imports import batch as batches
from guanweihui.imports.problems import Unusable
from guanweihui.scope import System
from outreach.models import (
    HostSchool,
    Lesson,
    Need,
    Pairing,
    Partnership,
    Programme,
    ResearchVisit,
    TeachingEvent,
)
from tests.factories import make_district, make_person, make_school
from tests.workbooks import NOW, counts, load, sheet, workbook

DAY = datetime.date
PAIR_LINES = (
    ("第二批老校长下乡结对情况(承德)",),
    ("启动:2018年10月22日  全市17位校长,赴阜平、承德、密云;本区4位",),
)
HIGH, JUNIOR = "承德县第一高级中学", "下板城镇初级中学"
TERM = (DAY(2018, 10, 22), DAY(2021, 10, 21))


def pairs(*rows, lines=PAIR_LINES, **options):
    head = ("序号", "老校长", "原单位", "助理", "受援学校", "学校类型", "协议起", "协议止")
    return sheet("结对", *lines, head, *rows, **options)


def visits(*rows):
    head = ("序号", "日期", "学校", "学校管理", "队伍建设", "校园文化", "课程改革")
    return sheet("调研", ("2018年11月赴承德8校调研记录",), ("为期三天",), head, *rows)


def events(*rows, day="2019年4月11日-13日"):
    head = ("日期", "地点", "活动", "学科", "本地教师", "本区教师", "教研员", "参加人数", "辐射学校")
    return sheet("送教", ("送教下校活动安排",), (day,), head, *rows)


def pair_rows():
    return (
        (1, "周海光", "东苑小学", "韩淑珍", HIGH, "优质高中", *TERM),
        (2, None, None, "韩淑珍", JUNIOR, "农村初中", *TERM),
    )


MERGED = {"merged": [(4, 2, 5, 2), (4, 3, 5, 3)]}


def whole():
    return workbook(
        events(
            (
                DAY(2019, 4, 11),
                HIGH,
                "同课异构",
                "语文",
                "黎娟艳",
                "唐梅慧",
                "汤伟龙",
                86,
                f"{JUNIOR}、周边5校",
            ),
            (DAY(2019, 4, 11), HIGH, "评课", "语文", None, None, "梁国鹏", 86, None),
        ),
        visits((1, DAY(2018, 11, 13), HIGH, "精细化不足", None, None, "课堂效率低")),
        pairs(*pair_rows(), **MERGED),
        filename="05.xlsx",
    )


def said(plan, *, warnings=False):
    return [
        f"{one.sheet} {one.row} {one.column} {one.value}：{one.message}"
        for one in plan.problems(warnings=warnings)
    ]


@pytest.fixture
def school(db):
    return make_school(full_name="东苑小学")


def test_the_programme_comes_from_the_lines_and_a_pair_has_two_schools(school):
    plan, _ = load(whole())
    assert counts(plan) == {"NEW": 5}
    assert Programme.objects.values().get() == {
        "id": Programme.objects.get().pk,
        "district_id": school.district_id,
        "name": "第二批老校长下乡（承德）",
        "region": "承德",
        "started_on": DAY(2018, 10, 22),
        "city_principals": 17,
        "city_regions": "阜平、承德、密云",
        "own_principals": 4,
        "ends_on": None,
        "agreement_no": "",
        "agreed_on": None,
        "follows_id": None,
        "note": "",
    }
    pairing = Pairing.objects.get()
    assert (pairing.principal_name, pairing.former_unit, pairing.assistant_name, pairing.position) == (
        "周海光",
        school,
        "韩淑珍",
        1,
    )
    fields = "host_school__name", "kind", "from_on", "to_on"
    assert set(Partnership.objects.values_list(*fields)) == {
        (HIGH, "PARTNER_HIGH", *TERM),
        (JUNIOR, "PARTNER_RURAL_JUNIOR", *TERM),
    }
    assert set(HostSchool.objects.values_list("name", "region")) == {(HIGH, "承德"), (JUNIOR, "承德")}


def test_visits_keep_the_needs_that_were_found(school):
    load(whole())
    assert ResearchVisit.objects.values_list("host_school__name", "visited_on").get() == (
        HIGH,
        DAY(2018, 11, 13),
    )
    assert set(Need.objects.values_list("field", "text")) == {
        ("SCHOOL_MANAGEMENT", "精细化不足"),
        ("CURRICULUM_REFORM", "课堂效率低"),
    }


def test_lessons_count_named_and_unnamed_schools_apart(school):
    load(whole())
    assert TeachingEvent.objects.values_list("name", "from_on", "to_on").get() == (
        "送教下校活动",
        DAY(2019, 4, 11),
        DAY(2019, 4, 13),
    )
    paired = Lesson.objects.get(kind="PAIRED")
    assert (paired.subject, paired.local_teacher, paired.visiting_teacher, paired.research_officer) == (
        "语文",
        "黎娟艳",
        "唐梅慧",
        "汤伟龙",
    )
    assert (paired.attendances, paired.radiated_unnamed) == (86, 5)
    assert [str(one) for one in paired.radiated.all()] == [JUNIOR]
    review = Lesson.objects.get(kind="LESSON_REVIEW")
    assert (review.local_teacher, review.radiated.count(), review.radiated_unnamed) == ("", 0, 0)


def test_the_same_workbook_again_changes_nothing_and_is_undone_whole(school):
    _, batch = load(whole())
    assert counts(load(whole())[0]) == {"UNCHANGED": 5}
    assert batches.undo(batch, by=System(make_district()), at=NOW) == []
    left = (Programme, HostSchool, Pairing, Partnership, ResearchVisit, Need, TeachingEvent, Lesson)
    assert [model.objects.count() for model in left] == [0] * 8


def test_changes_are_told_by_column(school):
    load(whole())
    plan, _ = load(
        workbook(
            visits((1, DAY(2018, 11, 13), HIGH, "制度不健全", "骨干流失", None, None)),
            events((DAY(2019, 4, 11), HIGH, "评课", "语文", None, None, None, 90, JUNIOR)),
        )
    )
    visit, lesson = plan.rows("CHANGED")
    assert visit.changes == {"学校管理": ("精细化不足", "制度不健全")}
    assert lesson.changes == {"参加人次": ("86", "90"), "辐射学校": ("", JUNIOR)}
    assert set(Need.objects.values_list("text", flat=True)) == {"制度不健全", "骨干流失", "课堂效率低"}
    assert [str(one) for one in Lesson.objects.get(kind="LESSON_REVIEW").radiated.all()] == [JUNIOR]


def test_undo_gives_a_changed_lesson_its_radiated_schools_back(school):
    load(whole())
    lines = (DAY(2019, 4, 11), HIGH, "同课异构", "语文", None, None, None, 86, f"{JUNIOR}、{HIGH}、新校")
    _, batch = load(workbook(pairs(*pair_rows(), **MERGED), events(lines)))
    lesson = Lesson.objects.get(kind="PAIRED")
    assert {str(one) for one in lesson.radiated.all()} == {JUNIOR, HIGH, "新校"}
    assert batches.undo(batch, by=System(make_district()), at=NOW) == []
    assert [str(one) for one in lesson.radiated.all()] == [JUNIOR]
    assert not HostSchool.objects.filter(name="新校").exists()


def test_a_lesson_whose_radiated_schools_were_edited_stays_as_it_is(school):
    _, batch = load(whole())
    lesson = Lesson.objects.get(kind="PAIRED")
    lesson.radiated.add(HostSchool.objects.get(name=HIGH))
    assert str(lesson) in batches.undo(batch, by=System(make_district()), at=NOW)
    assert {str(one) for one in lesson.radiated.all()} == {JUNIOR, HIGH}


def test_a_principal_is_linked_when_one_person_of_his_school_bears_the_name(school):
    principal = make_person(school=school, name="周海光")
    make_person(name="周海光")
    load(whole())
    assert Pairing.objects.get().principal == principal


def test_wrong_rows_are_told(school):
    plan, batch = load(
        workbook(
            pairs(
                (1, "周海光", "月亮学校", "韩淑珍", HIGH, "优质高中", *TERM),
                (2, "唐伟", "东苑小学", None, JUNIOR, "普通高中", *TERM),
                (3, "姜国振", None, None, JUNIOR, "农村初中", TERM[1], TERM[0]),
                (4, "姜国振", None, None, HIGH, "农村初中", *TERM),
            ),
            visits((1, DAY(2018, 11, 13), "陌生中学", None, None, None, None)),
            events(
                (DAY(2019, 4, 14), JUNIOR, "学科讲座", "数学", None, None, None, 10, None),
                (DAY(2019, 4, 14), JUNIOR, "参观", "数学", None, None, None, 10, None),
            ),
        )
    )
    assert (said(plan), batch) == (
        [
            "结对 4 原单位 月亮学校：学校名录中没有这个单位",
            "结对 5 学校类型 普通高中：不在可选范围内",
            "结对 6 协议止 2018-10-22：早于协议起",
            "结对 7 学校类型 农村初中：与第 6 行重复",
            "调研 4 学校 陌生中学：结对表中没有这所受援学校",
            "送教 5 活动 参观：不在可选范围内",
        ],
        None,
    )
    assert said(plan, warnings=True) == ["送教 4 日期 2019-04-14：不在标题写明的活动日期之内"]
    assert Programme.objects.count() == 0


@pytest.mark.parametrize(
    ("book", "message"),
    [
        (workbook(pairs(*pair_rows(), lines=(("结对情况",),))), "表头上方要有标题和启动日期"),
        (workbook(visits((1, DAY(2018, 11, 13), HIGH))), "没有认出是哪一批老校长下乡"),
        (
            workbook(
                pairs(*pair_rows(), **MERGED), events((DAY(2019, 4, 11), HIGH, "评课", "语文"), day="四月")
            ),
            "表头上方没有活动日期",
        ),
    ],
)
def test_what_stands_above_the_head_is_needed(school, book, message):
    with pytest.raises(Unusable, match=message):
        load(book)
