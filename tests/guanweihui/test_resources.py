"""The school list: the district it founds, schools by code, heads by term."""

import datetime

import pytest

from guanweihui.imports import batch as batches
from guanweihui.imports.problems import Unusable
from guanweihui.models import CollaborationGroup, District, School, UnitName
from guanweihui.scope import System
from members.models import Appointment, ElderClass
from tests.factories import make_district
from tests.workbooks import NOW, SCHOOLS_HEAD, counts, load, school_row, schools, sheet, workbook

DAY = datetime.date
HEADS = {
    "关工委主任": "熊祥洋",
    "主任职务": "校长",
    "常务副主任": "夏荣",
    "常务副主任身份": "在职",
    "联络员": "杜杰昌",
    "联络员电话": "19908113523",
}


def said(plan, *, warnings=False):
    return [f"{one.row} {one.column} {one.value}：{one.message}" for one in plan.problems(warnings=warnings)]


def heads(code="1105001"):
    rows = Appointment.objects.filter(school__code=code).order_by("position", "pk")
    return [(one.get_position_display(), one.printed_name, one.from_on, one.to_on) for one in rows]


@pytest.mark.django_db
def test_the_first_list_founds_the_district():
    plan, _ = load(
        schools(
            school_row(1, 曾用名="示例区和平小学、示例区东街小学", **HEADS),
            school_row(2, 协作组="西坝协作组", 学段="九年一贯制"),
            school_row(3, 协作组="东苑协作组", 简称=None),
        )
    )
    assert counts(plan) == {"NEW": 3}
    district = District.objects.get()
    assert (district.full_name, district.short_name, district.committee_name) == (
        "示例区",
        "示例区",
        "示例区教育系统关心下一代工作委员会",
    )
    assert list(ElderClass.objects.for_list().values_list("name", flat=True)) == [
        "老干部",
        "老战士",
        "老专家",
        "老教师",
        "老模范",
    ]
    assert list(CollaborationGroup.objects.order_by("position").values_list("full_name", "position")) == [
        ("东苑协作组", 1),
        ("西坝协作组", 2),
    ]
    fields = "code", "full_name", "short_name", "stage", "group__full_name", "position"
    assert list(School.objects.order_by("position").values_list(*fields)) == [
        ("1105001", "示例市示例区第1小学", "第1小学", "PRIMARY", "东苑协作组", 1),
        ("1105002", "示例市示例区第2小学", "第2小学", "NINE_YEAR", "西坝协作组", 2),
        ("1105003", "示例市示例区第3小学", "示例市示例区第3小学", "PRIMARY", "东苑协作组", 3),
    ]
    first = School.objects.get(code="1105001")
    assert (first.committee_set_up_on, first.committee_set_up_precision) == (DAY(2015, 4, 1), "month")
    assert set(UnitName.objects.values_list("name", "kind", "school")) == {
        ("示例区和平小学", "FORMER", first.pk),
        ("示例区东街小学", "FORMER", first.pk),
    }
    rows = Appointment.objects.filter(school=first).order_by("position")
    assert [(one.position, one.printed_name, one.duty, one.service, one.phone) for one in rows] == [
        (1, "熊祥洋", "校长", "", ""),
        (2, "夏荣", "", "IN_SERVICE", ""),
        (6, "杜杰昌", "", "", "19908113523"),
    ]


@pytest.mark.django_db
def test_the_same_list_again_changes_nothing():
    book = schools(school_row(1, **HEADS), school_row(2, 曾用名="旧名"))
    load(book)
    assert counts(load(book)[0]) == {"UNCHANGED": 2}
    assert counts(load(schools(school_row(1, 关工委主任=None, 成立时间=None)))[0]) == {"UNCHANGED": 1}


@pytest.mark.django_db
def test_a_new_head_ends_the_old_term_the_day_before_the_sheet():
    load(schools(school_row(1)))
    plan, batch = load(schools(school_row(1, 关工委主任="王新"), day="2019年9月2日"))
    (row,) = plan.rows("CHANGED")
    assert row.changes == {"主任": ("熊祥洋", "王新")}
    assert heads() == [
        ("主任", "熊祥洋", None, DAY(2019, 9, 1)),
        ("主任", "王新", DAY(2019, 9, 2), None),
    ]
    assert batches.undo(batch, by=System(District.objects.get()), at=NOW) == []
    assert heads() == [("主任", "熊祥洋", None, None)]


@pytest.mark.django_db
def test_a_head_corrected_on_the_day_of_the_sheet_stays_one_term():
    load(schools(school_row(1)))
    load(schools(school_row(1, 关工委主任="王新"), day="2019年9月2日"))
    plan, _ = load(schools(school_row(1, 关工委主任="王欣"), day="2019年9月2日"))
    assert next(plan.rows("CHANGED")).changes == {"主任姓名": ("王新", "王欣")}
    assert heads()[-1] == ("主任", "王欣", DAY(2019, 9, 2), None)


@pytest.mark.django_db
def test_an_older_sheet_does_not_unseat_a_newer_head():
    load(schools(school_row(1)))
    load(schools(school_row(1, 关工委主任="王新"), day="2019年9月2日"))
    plan, _ = load(schools(school_row(1), day="2019年3月5日"))
    assert counts(plan) == {"UNCHANGED": 1}
    assert said(plan, warnings=True) == ["4 主任 ：现任王新的任期晚于本表的填报日期，未作改动"]


@pytest.mark.django_db
def test_a_renamed_school_keeps_its_code_and_its_former_name():
    load(schools(school_row(1)))
    plan, _ = load(schools(school_row(1, 学校全称="示例市示例区实验小学", 协作组="西坝协作组", 学段="初中")))
    assert next(plan.rows("CHANGED")).changes == {
        "全称": ("示例市示例区第1小学", "示例市示例区实验小学"),
        "协作组": ("东苑协作组", "西坝协作组"),
        "学段": ("小学", "初中"),
    }
    assert list(UnitName.objects.values_list("name", "school__full_name")) == [
        ("示例市示例区第1小学", "示例市示例区实验小学")
    ]


@pytest.mark.django_db
def test_repeats_and_another_school_s_name_are_errors():
    load(schools(school_row(1)))
    plan, batch = load(
        schools(
            school_row(2),
            school_row(3, 学校代码="1105002"),
            school_row(4, 学校全称="示例市示例区第2小学"),
            school_row(5, 学校全称="示例市示例区 第1小学"),
        )
    )
    assert (said(plan), batch) == (
        [
            "5 学校代码 1105002：与第 4 行重复",
            "6 学校全称 示例市示例区第2小学：与第 4 行重复",
            "7 学校全称 示例市示例区 第1小学：这个全称已登记在学校代码 1105001 下",
        ],
        None,
    )
    assert School.objects.count() == 1


@pytest.mark.django_db
def test_bad_cells_are_told():
    plan, _ = load(schools(school_row(1, 学段="幼儿园", 联络员电话="123", 成立时间="去年")))
    assert said(plan) == [
        "4 学段 幼儿园：不在可选范围内",
        "4 联络员电话 ***：电话号码位数不对（现有 3 位）：手机号应为 11 位，固定电话请带区号",
        "4 成立时间 去年：“去年”不是能识别的日期",
    ]
    assert District.objects.count() == 0


@pytest.mark.django_db
def test_a_title_without_a_district_founds_none():
    book = workbook(sheet("名录", ("学校名录",), SCHOOLS_HEAD, school_row(1)))
    with pytest.raises(Unusable, match="标题中没有写明是哪个区"):
        load(book)


@pytest.mark.django_db
def test_the_list_of_another_district_is_refused():
    make_district(full_name="示例区")
    with pytest.raises(Unusable, match="标题写的是“示例区”，而现在导入的是“别区”"):
        load(schools(school_row(1)), district=make_district(full_name="别区"))


@pytest.mark.django_db
def test_a_title_with_no_name_of_the_district_is_refused_with_what_to_do():
    other = make_district(full_name="别区")
    with pytest.raises(Unusable, match="要建立另一个区的，请在命令行导入时用 --district 写明区名。"):
        load(schools(school_row(1)), district=other)
    UnitName.objects.create(district=other, name="示例区", kind=UnitName.Kind.FORMER)
    assert counts(load(schools(school_row(1)), district=other)[0]) == {"NEW": 1}


@pytest.mark.django_db
def test_a_group_is_found_by_each_of_its_names_and_a_new_one_is_told():
    load(schools(school_row(1)))
    group = CollaborationGroup.objects.get()
    CollaborationGroup.objects.update(short_name="东苑组")
    UnitName.objects.create(group=group, name="第一协作组", kind=UnitName.Kind.FORMER)
    plan, _ = load(
        schools(
            school_row(2, 协作组="东苑组"),
            school_row(3, 协作组="第一 协作组"),
            school_row(4, 协作组="西坝协作组"),
            school_row(5, 协作组="西坝协作组"),
        )
    )
    assert said(plan, warnings=True) == ["6 协作组 西坝协作组：将新建协作组“西坝协作组”"]
    names = School.objects.order_by("code").values_list("group__full_name", "group__position")
    assert list(names) == [("东苑协作组", 1)] * 3 + [("西坝协作组", 2)] * 2


@pytest.mark.django_db
def test_a_former_name_written_twice_is_kept_once():
    load(schools(school_row(1, 曾用名="和平小学、和平 小学、东街小学")))
    assert set(UnitName.objects.values_list("name", flat=True)) == {"和平小学", "东街小学"}


@pytest.mark.django_db
def test_a_closed_school_takes_no_new_head():
    load(schools(school_row(1)))
    School.objects.update(closed_on=DAY(2019, 3, 5))
    assert counts(load(schools(school_row(1)))[0]) == {"UNCHANGED": 1}
    plan, _ = load(schools(school_row(1, 关工委主任="王新", 联络员="杜杰昌")))
    assert said(plan) == [
        "4 关工委主任 王新：该校已于2019年3月5日撤销",
        "4 联络员 杜杰昌：该校已于2019年3月5日撤销",
    ]
