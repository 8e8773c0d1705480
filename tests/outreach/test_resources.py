"""The outreach workbook: programme, pairs and their schools, visits with needs, lessons."""

import datetime
from pathlib import Path

import pytest

from guanweihui.imports import batch as batches
from guanweihui.imports.problems import Unusable
from guanweihui.imports.reader import read
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
from tests.outreach import rows
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
                (DAY(2019, 4, 14), JUNIOR, "学科讲座", "数学", None, None, "陆静", 10, None),
                (DAY(2019, 4, 13), JUNIOR, "参观", "数学", None, None, None, 10, None),
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
            "送教 4 日期 2019-04-14：不在标题写明的活动日期之内",
            "送教 5 活动 参观：不在可选范围内",
        ],
        None,
    )
    assert Programme.objects.count() == 0


def test_each_kind_of_item_names_its_teachers(school):
    rows = (
        (DAY(2019, 4, 11), HIGH, "同课异构", "语文", "黎娟艳", None, None, 86, None),
        (DAY(2019, 4, 11), HIGH, "同课异构", "数学", None, None, None, 86, None),
        (DAY(2019, 4, 11), HIGH, "评课", "语文", "黎娟艳", "唐梅慧", None, 86, None),
        (DAY(2019, 4, 11), HIGH, "学科讲座", "语文", "黎娟艳", None, None, 86, None),
    )
    plan, batch = load(workbook(pairs(*pair_rows(), **MERGED), events(*rows)))
    assert (said(plan), batch) == (
        [
            "送教 4 本区教师 ：同课异构没有填写本区教师",
            "送教 5 本地教师 ：同课异构没有填写本地教师",
            "送教 5 本区教师 ：同课异构没有填写本区教师",
            "送教 6 教研员 ：评课没有填写教研员",
            "送教 7 教研员 ：讲座没有填写主讲人（本区教师或教研员）",
        ],
        None,
    )
    assert {one.cure for one in plan.problems()} == {"请在这一行补上姓名，再重新导入。"}


def test_an_item_at_a_school_that_is_closed_is_a_fault(school):
    load(whole())
    HostSchool.objects.filter(name=HIGH).update(closed_on=DAY(2019, 4, 12), closed_reason="撤并")
    line = (HIGH, "评课", "数学", None, None, "梁国鹏", 86, None)
    plan, _ = load(workbook(events((DAY(2019, 4, 11), *line), (DAY(2019, 4, 12), *line))))
    assert said(plan) == [f"送教 5 地点 {HIGH}：这所学校已于2019-04-12停办"]


def test_an_agreement_that_ended_early_stays_and_the_old_paper_changes_nothing(school):
    load(whole())
    ended = Partnership.objects.get(kind="PARTNER_HIGH")
    Partnership.objects.filter(pk=ended.pk).update(ended_on=DAY(2019, 6, 1), end_reason="学校撤并")
    assert counts(load(workbook(pairs(*pair_rows(), **MERGED)))[0]) == {"UNCHANGED": 2}
    other = (1, "周海光", "东苑小学", "韩淑珍", "滦平县第二高级中学", "优质高中", DAY(2019, 6, 2), TERM[1])
    assert counts(load(workbook(pairs(other)))[0]) == {"NEW": 1}
    assert counts(load(workbook(pairs(other)))[0]) == {"UNCHANGED": 1}
    kept = Partnership.objects.filter(kind="PARTNER_HIGH").order_by("pk")
    fields = kept.values_list("host_school__name", "from_on", "to_on", "ended_on", "end_reason")
    assert list(fields) == [
        (HIGH, *TERM, DAY(2019, 6, 1), "学校撤并"),
        ("滦平县第二高级中学", DAY(2019, 6, 2), TERM[1], None, ""),
    ]


def test_the_old_paper_does_not_take_a_renewal_back(school):
    load(whole())
    renewed = Partnership.objects.get(kind="PARTNER_HIGH")
    rows.make_renewal(renewed, to_on=DAY(2028, 10, 21))
    Partnership.objects.filter(pk=renewed.pk).update(to_on=DAY(2028, 10, 21))
    assert counts(load(workbook(pairs(*pair_rows(), **MERGED)))[0]) == {"UNCHANGED": 2}
    assert Partnership.objects.get(pk=renewed.pk).to_on == DAY(2028, 10, 21)


def test_a_need_that_stands_a_second_time_in_its_field_is_found_by_its_words(school):
    load(whole())
    visit = ResearchVisit.objects.get()
    Need.objects.create(visit=visit, field="CURRICULUM_REFORM", text="校本课程少")
    again = visits((1, DAY(2018, 11, 13), HIGH, "精细化不足", None, None, "校本课程少"))
    assert counts(load(workbook(again))[0]) == {"UNCHANGED": 1}


@pytest.mark.parametrize(("status", "word"), [("MET", "已解决"), ("DROPPED", "不再办理")])
def test_a_need_that_is_settled_keeps_its_words(school, status, word):
    load(whole())
    Need.objects.filter(field="SCHOOL_MANAGEMENT").update(status=status)
    plan, batch = load(workbook(visits((1, DAY(2018, 11, 13), HIGH, "制度不健全", None, None, "课堂沉闷"))))
    assert (said(plan), batch) == (
        [f"调研 4 学校管理 制度不健全：这一领域的需求{word}，不能再用导入改写"],
        None,
    )
    assert [one.cure for one in plan.problems(warnings=False)] == [
        "请把这一格改回“精细化不足”；新的需求请在这次调研的页面上增加。"
    ]
    assert list(Need.objects.order_by("field").values_list("text", flat=True)) == ["课堂效率低", "精细化不足"]


FOUNDING = Path(__file__).resolve().parents[2] / "guanweihui" / "demo"


def test_the_founding_workbook_gives_four_pairs_eight_schools_with_needs_and_radiating_events(db):
    make_district()
    for name in ("示例市示例区金盏花育英小学", "示例市示例区管村柳芳小学"):
        make_school(full_name=name)
    for name in ("示例市示例区潘庄北苑完全中学", "示例市示例区安和育英小学"):
        make_school(full_name=name)
    path = next(FOUNDING.glob("05-*.xlsx"))
    plan, batch = load(read(path.read_bytes(), path.name))
    assert (said(plan), batch is None) == ([], False)
    assert (Pairing.objects.count(), Partnership.objects.count()) == (4, 8)
    kinds = Pairing.objects.values_list("principal_name", "partnerships__kind")
    assert len(set(kinds)) == 8
    hosts = HostSchool.objects.filter(partnerships__isnull=False)
    assert (hosts.distinct().count(), hosts.filter(visits__needs__isnull=True).count()) == (8, 0)
    lessons = Lesson.objects.filter(event=TeachingEvent.objects.get())
    assert sorted(lessons.values_list("kind", flat=True)) == ["LECTURE", "LESSON_REVIEW", "PAIRED", "PAIRED"]
    named = HostSchool.objects.filter(radiated_by__in=lessons).distinct()
    assert {one.name for one in named} == {"下板城镇初级中学", "虎什哈镇初级中学"}
    assert sum(lessons.values_list("radiated_unnamed", flat=True)) == 5 + 4 + 7
    assert set(counts(load(read(path.read_bytes(), path.name))[0])) == {"UNCHANGED"}


def test_an_event_does_not_end_before_what_it_held(school):
    late = (DAY(2019, 4, 13), HIGH, "评课", "语文", None, None, "梁国鹏", 86, None)
    load(workbook(pairs(*pair_rows(), **MERGED), events(late)))
    early = (DAY(2019, 4, 11), *late[1:])
    with pytest.raises(Unusable, match="比已登记的送教项目早结束"):
        load(workbook(events(early, day="2019年4月11日-12日")))


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
