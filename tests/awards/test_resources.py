"""Honour rolls: the decision of the whole workbook, honours by certificate, persons in service."""

import datetime

import pytest

from awards.models import Category, Cycle, Decision, Honour, OpeningBalance
from guanweihui.imports import batch as batches
from guanweihui.imports.problems import Unusable
from guanweihui.scope import System
from members.models import Person
from tests.factories import make_appointment, make_district, make_group, make_person, make_school
from tests.workbooks import NOW, counts, load, sheet, workbook

COLLECTIVES = ("2017-2018年度关工委工作先进集体名单",), ("示教关〔2018〕6号  2018年12月20日",)
NUMBER = ("示教关〔2018〕6号",)
PERSONS = ("序号", "姓名", "单位", "职务", "证书编号")


def collectives(*rows, lines=COLLECTIVES):
    return sheet("先进集体", *lines, ("序号", "单位", "协作组", "证书编号"), *rows)


def leaders(*rows):
    return sheet("好领导", ("关心关工委工作的好领导名单",), NUMBER, PERSONS, *rows)


def in_service(*rows):
    return sheet("在职先进个人", ("关工委工作在职先进个人名单",), NUMBER, PERSONS, *rows)


def retired(*rows):
    head = ("序号", "教工编号", "姓名", "单位", "证书编号")
    return sheet("退休先进个人", ("关工委工作退休先进个人名单",), NUMBER, head, *rows)


def balances(*rows):
    lines = ("历届表彰累计(本届之前,只有总数)",), ("依据:历年表彰决定汇总",)
    return sheet("历届累计", *lines, ("类别", "个数"), *rows)


@pytest.fixture
def school(db):
    return make_school(group=make_group(full_name="东苑协作组"), full_name="东苑小学")


@pytest.fixture
def teacher(school):
    return make_person(school=school, staff_no="T07851", name="金丽春")


def roll():
    """The whole workbook of a small cycle."""
    return workbook(
        balances(("先进集体", 178), ("先进个人", 528)),
        collectives((1, "东苑小学", "东苑协作组", "2018-JT-001")),
        leaders((1, "钟 佩", "东苑小学", "校长", "2018-LD-001")),
        in_service((1, "顾祥", "东苑小学", "副书记", "2018-ZZ-001")),
        retired((1, "T07851", "金丽春", "东苑小学", "2018-TX-001")),
        filename="04.xlsx",
    )


def said(plan, *, warnings=False):
    return [
        f"{one.sheet} {one.row} {one.column} {one.value}：{one.message}"
        for one in plan.problems(warnings=warnings)
    ]


def test_a_workbook_rests_on_one_decision(school, teacher):
    plan, _ = load(roll())
    assert counts(plan) == {"NEW": 6}
    decision = Decision.objects.get()
    assert (decision.doc_number, decision.decided_on) == ("示教关〔2018〕6号", datetime.date(2018, 12, 20))
    assert Cycle.objects.values_list("name", "year").get() == ("2017-2018年度", 2018)
    assert list(Category.objects.order_by("position").values_list("kind", "name")) == [
        ("ADVANCED_COLLECTIVE", "关工委工作先进集体"),
        ("GOOD_LEADER", "关心关工委工作的好领导"),
        ("ADVANCED_IN_SERVICE", "关工委工作在职先进个人"),
        ("ADVANCED_RETIRED", "关工委工作退休先进个人"),
    ]
    fields = "certificate_no", "printed_name", "printed_unit", "printed_duty", "person__name", "unit"
    assert list(Honour.objects.order_by("category__position").values_list(*fields)) == [
        ("2018-JT-001", "", "东苑小学", "", None, school.pk),
        ("2018-LD-001", "钟佩", "东苑小学", "校长", "钟佩", school.pk),
        ("2018-ZZ-001", "顾祥", "东苑小学", "副书记", "顾祥", school.pk),
        ("2018-TX-001", "金丽春", "东苑小学", "", "金丽春", school.pk),
    ]
    assert Honour.objects.get(certificate_no="2018-TX-001").person == teacher
    assert list(
        OpeningBalance.objects.order_by("kind").values_list("kind", "count", "as_of_on", "basis")
    ) == [
        ("COLLECTIVE", 178, datetime.date(2018, 12, 19), "历年表彰决定汇总"),
        ("INDIVIDUAL", 528, datetime.date(2018, 12, 19), "历年表彰决定汇总"),
    ]


def test_persons_in_service_come_by_name_and_unit_and_stay_off_the_register(school, teacher):
    head = make_appointment(school=school, printed_name="钟佩")
    load(roll())
    leader = Person.objects.get(name="钟佩")
    assert (leader.on_register, leader.school, leader.duty, leader.pinyin, leader.id_index) == (
        False,
        school,
        "校长",
        "zhongpei",
        "",
    )
    head.refresh_from_db()
    assert head.person == leader
    load(workbook(collectives(), in_service((2, "钟佩", "东苑小学", "校长", "2018-ZZ-002"))))
    assert Person.objects.filter(name="钟佩").count() == 1


def test_the_same_workbook_again_changes_nothing_and_is_undone_whole(school, teacher):
    _, batch = load(roll())
    assert counts(load(roll())[0]) == {"UNCHANGED": 6}
    assert batches.undo(batch, by=System(make_district()), at=NOW) == []
    left = (Honour, Category, Decision, Cycle, OpeningBalance)
    assert [model.objects.count() for model in left] == [0] * 5
    assert list(Person.objects.values_list("name", flat=True)) == ["金丽春"]


def test_a_correction_changes_the_honour_that_bears_the_number(school, teacher):
    load(roll())
    plan, _ = load(workbook(collectives(), leaders((1, "钟佩", "东苑小学", "书记", "2018-LD-001"))))
    assert next(plan.rows("CHANGED")).changes == {"职务": ("校长", "书记")}


def test_wrong_rows_are_told(school, teacher):
    plan, batch = load(
        workbook(
            collectives((1, "月亮学校", None, "1"), (2, "东苑小学", None, "2"), (3, "东苑小学", None, "2")),
            leaders((1, None, "东苑小学", "校长", "3")),
            retired(
                (1, "T99999", "金丽春", "东苑小学", "4"),
                (2, "T07851", "金春丽", "东苑小学", "5"),
                (3, "T07851", "金丽春", "东苑小学", "6"),
                (4, "T07851", "金丽春", "东苑小学", "7"),
            ),
        )
    )
    assert (said(plan), batch) == (
        [
            "先进集体 4 单位 月亮学校：学校名录中没有这个单位",
            "先进集体 6 单位 东苑小学：与第 5 行重复",
            "先进集体 6 证书编号 2：与第 5 行重复",
            "好领导 4 姓名 ：没有填写",
            "退休先进个人 4 教工编号 T99999：花名册中没有这个编号",
            "退休先进个人 5 姓名 金春丽：花名册中这个编号是“金丽春”",
            "退休先进个人 7 姓名 金丽春：与第 6 行是同一人",
        ],
        None,
    )
    assert (Honour.objects.count(), Decision.objects.count()) == (0, 0)


def test_a_certificate_number_of_another_decision_is_refused(school, teacher):
    load(roll())
    lines = ("2019-2020年度先进集体名单",), ("示教关〔2020〕9号 2020年12月20日",)
    plan, _ = load(workbook(collectives((1, "东苑小学", None, "2018-JT-001"), lines=lines)))
    assert said(plan) == ["先进集体 4 证书编号 2018-JT-001：已用于示教关〔2018〕6号的“东苑小学 2018-JT-001”"]


def test_group_and_unit_that_differ_only_warn(school, teacher):
    make_school(full_name="西坝小学")
    plan, _ = load(
        workbook(
            collectives((1, "东苑小学", "西坝协作组", "1")), retired((1, "T07851", "金丽春", "西坝小学", "2"))
        )
    )
    assert counts(plan) == {"NEW": 2}
    assert said(plan, warnings=True) == [
        "先进集体 4 协作组 西坝协作组：学校名录中是“东苑协作组”",
        f"退休先进个人 4 单位 西坝小学：花名册中是“{school}”",
    ]


def test_namesakes_in_service_ask_for_a_hand(school):
    for number in ("A1", "A2"):
        make_person(school=school, name="钟佩", on_register=False, staff_no=number, id_number="")
    plan, _ = load(workbook(collectives(), leaders((1, "钟佩", "东苑小学", "校长", "1"))))
    assert said(plan) == ["好领导 4 姓名 钟佩：东苑小学有 2 位同名的在职人员"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((("2018年度先进集体名单",), ("2018年12月20日",)), "没有找到发文字号和发文日期"),
        ((("2018年度先进集体名单",), ("示教关〔2018〕6号",)), "没有找到发文字号和发文日期"),
        (
            (("先进集体名单",), ("示教关〔2018〕6号 2018年12月20日",), ("示教关〔2019〕7号 2018年12月20日",)),
            "工作簿中有几个发文字号：示教关〔2018〕6号、示教关〔2019〕7号",
        ),
    ],
)
def test_the_document_has_to_stand_once(school, lines, message):
    with pytest.raises(Unusable, match=message):
        load(workbook(collectives((1, "东苑小学", None, "1"), lines=lines)))
