"""The register: what a row becomes, what is wrong with it, and who it means."""

import datetime

import pytest

from guanweihui.imports import batch as batches
from guanweihui.imports.problems import Unusable
from guanweihui.models import ImportedRow, School, Succession, UnitName
from guanweihui.scope import System
from members.links import relink
from members.models import Person
from tests.factories import make_appointment, make_district, make_elder_class, make_school
from tests.workbooks import NOW, counts, load, register, register_row

DAY = datetime.date


@pytest.fixture
def school(db):
    make_elder_class(name="老教师", position=4)
    make_elder_class(name="老干部", position=1)
    return make_school(full_name="示例市示例区第1小学", short_name="第1小学")


def said(plan, *, warnings=False):
    return [
        f"{problem.row} {problem.column} {problem.value}：{problem.message}。{problem.cure}"
        for problem in plan.problems(warnings=warnings)
    ]


def loaded(*rows, **options):
    plan, _ = load(register(*rows), **options)
    return plan


def test_a_row_becomes_a_person_with_every_key(school):
    plan = loaded(register_row(姓名="叶 萍", 出生年月="1946.08", 联系电话="199-0972-9960"))
    assert (counts(plan), said(plan)) == ({"NEW": 1}, [])
    person = Person.objects.get()
    wanted = {
        "name": "叶萍",
        "pinyin": "yeping",
        "initials": "yp",
        "sex": "女",
        "born_on": DAY(1946, 8, 25),
        "birth_precision": "day",
        "id_number": "990105194608250206",
        "phone": "19909729960",
        "retirement_kind": "RETIRED",
        "retired_on": DAY(2001, 9, 1),
        "retired_precision": "day",
        "is_volunteer": True,
        "on_register": True,
        "emergency_contact": "万凯",
        "staff_no": "T00002",
    }
    assert {name: getattr(person, name) for name in wanted} == wanted
    assert (person.elder_class.name, person.school) == ("老教师", school)
    assert [len(key) for key in (person.id_index, person.phone_index)] == [32, 32]
    assert person.stroke_key


def test_a_load_that_changes_a_file_makes_an_open_form_old(school):
    loaded(register_row())
    loaded(register_row(姓名="叶平"))
    loaded(register_row(姓名="叶平"))
    assert Person.objects.get().version == 2


def test_the_same_file_twice_changes_nothing(school):
    book = register(register_row(), register_row(教工编号="T2", 身份证号=None, 姓名="丁一"))
    load(book)
    plan, batch = load(book)
    assert counts(plan) == {"UNCHANGED": 2}
    assert batch.rows.count() == 0


def test_a_blank_cell_says_nothing(school):
    loaded(register_row())
    plan = loaded(
        register_row(
            是否志愿者=None, 联系电话=None, 五老类别=" ", 退休类型=None, 出生年月=None, 紧急联系人=""
        )
    )
    assert counts(plan) == {"UNCHANGED": 1}


def test_a_new_person_s_blanks_mean_no_volunteer_and_retired(school):
    loaded(register_row(是否志愿者=None, 退休类型=None))
    person = Person.objects.get()
    assert (person.is_volunteer, person.retirement_kind) == (False, "RETIRED")


def test_a_change_shows_old_and_new_and_hides_what_is_sensitive(school):
    loaded(register_row())
    plan = loaded(
        register_row(
            是否志愿者="否", 联系电话="19900000000", 五老类别="老干部", 紧急联系人="@SUM(1+1)", 姓名="叶平"
        )
    )
    (row,) = plan.rows("CHANGED")
    assert row.changes == {
        "姓名": ("叶萍", "叶平"),
        "是志愿者": ("是", "否"),
        "五老类别": ("老教师", "老干部"),
        "联系电话": ("199****9960", "199****0000"),
        "紧急联系人": ("（不显示）", "（不显示）"),
    }
    person = Person.objects.get()
    assert (person.name, person.pinyin, person.phone) == ("叶平", "yeping", "19900000000")
    assert person.emergency_contact == "@SUM(1+1)"


def test_a_date_known_to_the_month_is_no_news_beside_the_day(school):
    loaded(register_row(退休时间="2001-09-15"))
    assert counts(loaded(register_row(退休时间="2001.9"))) == {"UNCHANGED": 1}
    assert counts(loaded(register_row(退休时间="2001.10"))) == {"CHANGED": 1}
    person = Person.objects.get()
    assert (person.retired_on, person.retired_precision) == (DAY(2001, 10, 1), "month")


@pytest.mark.parametrize(
    ("cells", "messages"),
    [
        ({"姓名": None}, ["3 姓名 ：没有填写。请补填后重新导入。"]),
        ({"退休时单位": None}, ["3 退休时单位 ：没有填写。请补填后重新导入。"]),
        (
            {"退休时单位": "月亮学校"},
            [
                "3 退休时单位 月亮学校：学校名录中没有这个单位。"
                "请填写名录中的学校全称；确有此校的，请先在学校名录中补上。"
            ],
        ),
        (
            {"身份证号": "9.90105E+17"},
            ["3 身份证号 9.9010*****：身份证号被表格软件改成了科学计数法。请把该列设为“文本”后重新填写。"],
        ),
        (
            {"身份证号": "990105194613250206"},
            ["3 身份证号 990105************：身份证号中的出生日期不存在。请核对第 7—14 位。"],
        ),
        (
            {"身份证号": "990105194608250207"},
            ["3 身份证号 990105************：身份证号校验码不符。请对照证件核对每一位。"],
        ),
        ({"性别": "男"}, ["3 性别 男：与身份证号不符。请核对性别和身份证号，改正其中填错的一项。"]),
        ({"性别": "女性"}, ["3 性别 女性：不在可选范围内。只能填：男、女。"]),
        (
            {"出生年月": "1946.9"},
            ["3 出生年月 1946.9：与身份证号中的出生日期不符。请核对出生年月和身份证号，改正其中填错的一项。"],
        ),
        (
            {"出生年月": "1946-08-26"},
            [
                "3 出生年月 1946-08-26：与身份证号中的出生日期不符。"
                "请核对出生年月和身份证号，改正其中填错的一项。"
            ],
        ),
        ({"退休类型": "内退"}, ["3 退休类型 内退：不在可选范围内。只能填：退休、离休。"]),
        ({"五老类别": "老教授"}, ["3 五老类别 老教授：不在可选范围内。只能填：老干部、老教师。"]),
        ({"是否志愿者": "愿意"}, ["3 是否志愿者 愿意：不在可选范围内。只能填：是、否。"]),
        (
            {"联系电话": 1990123},
            [
                "3 联系电话 *******：电话号码位数不对（现有 7 位）：手机号应为 11 位，固定电话请带区号。"
                "请改正后重新导入。"
            ],
        ),
        (
            {"身份证号": None, "教工编号": None},
            [
                "3 教工编号 ：身份证号和教工编号都没有填写。至少填写其中一项，系统才能认出是哪一位。",
            ],
        ),
        (
            {"姓名": None, "联系电话": "12"},
            [
                "3 姓名 ：没有填写。请补填后重新导入。",
                "3 联系电话 **：电话号码位数不对（现有 2 位）："
                "手机号应为 11 位，固定电话请带区号。请改正后重新导入。",
            ],
        ),
    ],
)
def test_a_wrong_row_is_told_and_nothing_is_stored(school, cells, messages):
    plan, batch = load(register(register_row(**cells)))
    assert (counts(plan), said(plan), batch) == ({"WRONG": 1}, messages, None)
    assert Person.objects.count() == 0


def test_what_compares_dates_only_warns(school):
    plan = loaded(
        register_row(退休时间="1980-01"),
        register_row(教工编号="T3", 身份证号=None, 姓名="丁一", 出生年月="1960", 退休时间="2030-01"),
    )
    assert counts(plan) == {"NEW": 2}
    assert said(plan, warnings=True) == [
        "3 退休时间 1980-01：退休时不满 40 周岁。请核对；不影响导入。",
        "4 身份证号 ：没有填写。请核对；不影响导入。",
        "4 退休时间 2030-01：晚于今天。请核对；不影响导入。",
    ]


def test_a_total_that_counts_other_people_is_an_error(school):
    plan, batch = load(register(register_row(), ("合计", 2)))
    assert (said(plan), batch) == (
        ["4 姓名 2：合计与各行相加的 1 不符。请核对是否漏行或填错，改正后重新导入。"],
        None,
    )


def test_of_a_repeated_number_the_later_row_is_wrong(school):
    plan = loaded(
        register_row(),
        register_row(教工编号="t00002", 身份证号=None, 姓名="丁一"),
        register_row(教工编号="T9", 身份证号="９９０１０５１９４６０８２５０２０６"),
        valid_rows=True,
    )
    assert counts(plan) == {"NEW": 1, "WRONG": 2}
    assert said(plan) == [
        "4 教工编号 t00002：与第 3 行重复。请核对两行，改正或删去填错的一行。",
        "5 身份证号 ９９０１０５************：与第 3 行重复。请核对两行，改正或删去填错的一行。",
    ]


def test_a_row_is_matched_by_id_first_then_by_staff_number(school):
    loaded(register_row(), register_row(教工编号="T3", 身份证号=None, 姓名="丁一", 出生年月=None))
    first = Person.objects.get(staff_no="T00002")
    plan = loaded(
        register_row(教工编号="T77"), register_row(教工编号="T3", 身份证号=None, 姓名="丁一", 出生年月=1950.0)
    )
    assert counts(plan) == {"CHANGED": 2}
    first.refresh_from_db()
    assert first.staff_no == "T77"
    assert Person.objects.get(staff_no="T3").born_on == DAY(1950, 1, 1)


def test_id_and_staff_number_of_two_persons_are_an_error(school):
    loaded(register_row(), register_row(教工编号="T3", 身份证号=None, 姓名="丁一", 出生年月=None))
    plan = loaded(register_row(教工编号="T3"))
    assert said(plan) == ["3 教工编号 T3：与身份证号分别属于两位已登记的人员。请核对教工编号和身份证号。"]


def test_a_staff_number_alone_does_not_rename_a_person(school):
    loaded(register_row())
    plan = loaded(register_row(身份证号=None, 姓名="丁一"))
    assert said(plan) == ["3 教工编号 T00002：已登记在“叶萍”名下。请核对教工编号和姓名。"]


def test_a_school_s_upload_is_held_to_its_own_people(school):
    other = make_school(full_name="示例市示例区第2小学")
    loaded(
        register_row(退休时单位=other.full_name),
        register_row(教工编号="T8", 身份证号=None, 姓名="秘密", 退休时单位=other.full_name),
    )
    plan = loaded(
        register_row(),
        register_row(教工编号="T5", 身份证号=None, 姓名="丁一", 退休时单位=other.full_name),
        register_row(教工编号="T6", 身份证号=None, 姓名="丁二"),
        register_row(教工编号="T8", 身份证号=None, 姓名="丁三"),
        school=school,
        valid_rows=True,
    )
    assert said(plan) == [
        "3 教工编号 T00002：这位人员登记在其他学校。需要转入本校的，请联系区关工委办公室。",
        "4 退休时单位 示例市示例区第2小学：不是您的学校。这里只能导入本校人员，请删去这一行。",
        "6 教工编号 T8：这位人员登记在其他学校。需要转入本校的，请联系区关工委办公室。",
    ]
    assert counts(plan) == {"WRONG": 3, "NEW": 1}


def test_the_school_may_stand_under_any_of_its_names(school):
    UnitName.objects.create(school=school, name="东街小学", kind=UnitName.Kind.FORMER)
    assert counts(loaded(register_row(退休时单位="第1小学"))) == {"NEW": 1}
    assert counts(loaded(register_row(退休时单位="东街小学"))) == {"UNCHANGED": 1}


def test_a_formula_is_refused_and_text_like_one_is_kept(school):
    plan, _ = load(register(register_row(), formulas=[(3, 2)]))
    assert said(plan) == [
        "3 姓名 叶萍：单元格是公式。请直接填写内容（可复制后“选择性粘贴—数值”），再重新导入。"
    ]
    loaded(register_row(紧急联系人="=1+1"))
    assert Person.objects.get().emergency_contact == "=1+1"


def test_nothing_loads_before_the_school_list(db):
    with pytest.raises(Unusable, match="还没有区的资料，请先导入学校名录。"):
        load(register(register_row()))


def test_a_batch_is_taken_back_row_by_row(school):
    loaded(register_row(教工编号="T1", 身份证号=None, 姓名="丁一", 出生年月=None))
    before = Person.objects.values().get()
    plan, batch = load(
        register(
            register_row(
                教工编号="T1", 身份证号=None, 姓名="丁一", 出生年月=None, 是否志愿者="否", 联系电话=None
            ),
            register_row(),
            register_row(教工编号="T3", 身份证号=None, 姓名="丁三"),
        )
    )
    assert counts(plan) == {"CHANGED": 1, "NEW": 2}
    assert list(
        ImportedRow.objects.filter(batch=batch).order_by("number").values_list("number", "verdict")
    ) == [
        (3, "CHANGED"),
        (4, "NEW"),
        (5, "NEW"),
    ]
    Person.objects.filter(staff_no="T3").update(remark="已核对")
    kept = batches.undo(batch, by=System(make_district()), at=NOW + datetime.timedelta(hours=1))
    assert kept == ["丁三"]
    assert set(Person.objects.values_list("staff_no", flat=True)) == {"T1", "T3"}
    assert Person.objects.values().get(staff_no="T1") == before


def test_a_person_in_use_stays_and_printed_names_let_go(school):
    linked = make_appointment(school=school, printed_name="叶萍")
    plan, batch = load(register(register_row(), register_row(教工编号="T3", 身份证号=None, 姓名="丁三")))
    linked.refresh_from_db()
    assert linked.person.staff_no == "T00002"
    used = Person.objects.get(staff_no="T3")
    make_appointment(district=make_district(), printed_name="丁三", person=used)
    kept = batches.undo(batch, by=System(make_district()), at=NOW)
    assert kept == ["丁三"]
    linked.refresh_from_db()
    assert linked.person is None


def linked(row):
    row.refresh_from_db()
    return row.person and row.person.staff_no


def test_a_printed_name_links_to_exactly_one_bearer(school):
    loaded(register_row(), register_row(教工编号="T4", 身份证号=None))
    head = make_appointment(school=school, printed_name="叶萍")
    relink(make_district())
    assert linked(head) is None
    Person.objects.filter(staff_no="T4").update(name="叶莲")
    relink(make_district())
    assert linked(head) == "T00002"


def test_a_link_stays_as_long_as_the_person_bears_the_name_at_that_school(school):
    loaded(register_row(), register_row(教工编号="T4", 身份证号=None))
    by_hand = Person.objects.get(staff_no="T4")
    head = make_appointment(school=school, printed_name="叶萍", person=by_hand)
    relink(make_district())
    assert linked(head) == "T4"
    Person.objects.filter(pk=by_hand.pk).update(school=make_school())
    relink(make_district())
    assert linked(head) == "T00002"
    Person.objects.update(name="叶莲")
    relink(make_district())
    assert linked(head) is None


def test_people_of_a_closed_school_are_told_where_it_goes_on(school):
    School.objects.filter(pk=school.pk).update(closed_on=DAY(2018, 9, 1))
    heir = make_school(full_name="示例市示例区第2小学")
    Succession.objects.create(
        predecessor=school, successor=heir, succeeded_on=DAY(2018, 9, 1), kind=Succession.Kind.MERGED
    )
    plan = loaded(register_row())
    assert (counts(plan), said(plan, warnings=True)) == (
        {"NEW": 1},
        [
            "3 退休时单位 示例市示例区第1小学：该校已于2018年9月1日撤销，承接学校是“示例市示例区第2小学”。"
            "请核对；不影响导入。"
        ],
    )
