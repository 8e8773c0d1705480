"""How a sheet is recognised, a cell cleaned and a school found."""

import io

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from guanweihui.imports import kinds, template
from guanweihui.imports.batch import make_plan
from guanweihui.imports.kinds import Context
from guanweihui.imports.problems import Problem, Unusable
from guanweihui.imports.reader import read
from guanweihui.imports.resources import (
    CellError,
    Cleaner,
    Column,
    CountWidget,
    DictionaryWidget,
    NumberWidget,
    RowResource,
    TextWidget,
)
from guanweihui.imports.units import Units
from guanweihui.models import UnitName
from guanweihui.scope import System
from tests.factories import make_district, make_elder_class, make_group, make_programme, make_school
from tests.workbooks import NOW, REGISTER_HEAD, SCHOOLS_HEAD, sheet, workbook

PERSONS = ("序号", "姓名", "单位", "职务", "证书编号")


class Things(RowResource):
    """Columns of a table that only these tests know."""

    code = Column("code", "代码", NumberWidget(), required=True)
    word = Column("word", "词", DictionaryWidget({"是": True, "否": False}))
    count = Column("count", "数", CountWidget())
    text = Column("text", "文字", TextWidget(longest=4), mask=lambda written: "*" * len(written))


def cleaned(*cells, formulas=()):
    page = sheet("表", ("代码", "词", "数", "文字"), cells, formulas=formulas)
    table = page.under_head(Things.columns(), ("代码",))
    return Cleaner(Things, page, table).clean(table.rows[0])


def names(book):
    return [(kind.name, page.name) for kind, page, _ in kinds.recognise(book)]


def test_a_sheet_is_recognised_by_its_head():
    assert names(workbook(sheet("Sheet1", ("随便写的标题",), SCHOOLS_HEAD, ("1",) * 14))) == [
        ("schools", "Sheet1")
    ]
    assert names(workbook(sheet("Sheet1", REGISTER_HEAD, ("1",) * 12))) == [("register", "Sheet1")]


def test_sheets_of_one_head_are_told_apart_by_title_or_name():
    book = workbook(
        sheet("在职", ("关工委工作在职先进个人名单",), PERSONS, ("1", "甲", "乙", "丙", "丁")),
        sheet("好领导", ("名单",), PERSONS, ("1", "甲", "乙", "丙", "丁")),
    )
    assert names(book) == [("honour_leaders", "好领导"), ("honour_in_service", "在职")]


def test_sheets_come_in_loading_order_and_unknown_ones_are_left_out():
    book = workbook(
        sheet("花名册", REGISTER_HEAD, ("1",) * 12),
        sheet("说明", ("请先看这里",), ("一", "二")),
        sheet("名录", SCHOOLS_HEAD, ("1",) * 14),
    )
    assert names(book) == [("schools", "名录"), ("register", "花名册")]


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (
            ("姓名", "退休时单位", "性别"),
            "这像是“离退休教师花名册”，但是工作表“表”的表头（第 1 行）缺少“教工编号”列，"
            "只找到：姓名、退休时单位、性别。请补上后再上传。",
        ),
        (
            ("教工编号", "姓名", "姓名", "退休时单位"),
            "这像是“离退休教师花名册”，但是工作表“表”第 1 行的表头“姓名”出现了两次（B 列和 C 列）。"
            "请改名或删去一列后再上传。",
        ),
        (
            PERSONS,
            "工作表“表”像是“好领导名单”，但是标题和表名里没有“好领导”。请补上后再上传。",
        ),
    ],
)
def test_a_sheet_that_is_nearly_of_a_kind_is_told_what_it_lacks(head, sentence):
    with pytest.raises(Unusable) as refusal:
        kinds.recognise(workbook(sheet("表", head, ("1",) * len(head))))
    assert str(refusal.value) == sentence


def test_a_workbook_that_nobody_knows_is_refused_with_what_can_be_loaded():
    with pytest.raises(Unusable) as refusal:
        kinds.recognise(workbook(sheet("打分", ("序号", "评委1"), (1, 9.5)), filename="06.xlsx"))
    assert str(refusal.value) == (
        "没有认出“06.xlsx”是哪一种表。能导入的有：学校名录、离退休教师花名册、主题读书活动报名汇总、先进集体名单、好领导名单、"
        "在职先进个人名单、退休先进个人名单、历届表彰累计、老校长下乡结对表、老校长下乡调研记录、送教下校活动安排。"
        "请核对表头文字后再上传。"
    )


def test_cells_are_cleaned_and_blank_ones_say_none():
    assert cleaned(1105001.0, "是", "１２", " 甲 ") == (
        {"code": "1105001", "word": True, "count": 12, "text": "甲"},
        [],
    )
    assert cleaned("a1", None, None, None) == ({"code": "A1", "word": None, "count": None, "text": None}, [])


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ((None, "是", 1, ""), "工作表“表”第2行“代码”（空）：没有填写。请补填后重新导入。"),
        (("1", "对", 1, ""), "工作表“表”第2行“词”“对”：不在可选范围内。只能填：是、否。"),
        (("1", "是", "几个", ""), "工作表“表”第2行“数”“几个”：不是数字。请只填数字，例如 12。"),
        (("1", "是", -1, ""), "工作表“表”第2行“数”“-1”：应是 0 或正整数。请填写整数，例如 12。"),
        (("1", "是", 2.5, ""), "工作表“表”第2行“数”“2.5”：应是 0 或正整数。请填写整数，例如 12。"),
        (("1", "是", 1e12, ""), "工作表“表”第2行“数”“1000000000000”：数值超过 1,000,000。请核对后重新填写。"),
        (
            ("1", "是", 1, "一二三四五"),
            "工作表“表”第2行“文字”“*****”：文字有 5 个字，超过 4 个字。请缩短后重新导入。",
        ),
        (
            ("1", "是", 1, "甲\u202e乙"),
            "工作表“表”第2行“文字”“***”：第 2 个字符是看不见的特殊字符（U+202E）。请删除后重新填写。",
        ),
    ],
)
def test_a_bad_cell_is_named_with_its_cure(cells, said):
    _, problems = cleaned(*cells)
    assert [str(problem) for problem in problems] == [said]


def test_a_formula_is_refused_unless_it_gives_a_number():
    assert cleaned("1", "是", 7, "", formulas=[(2, 3)])[0]["count"] == 7
    values, problems = cleaned("1", "是", 7, "甲", formulas=[(2, 4)])
    assert "text" not in values
    assert problems == [
        Problem(
            "表", 2, "文字", "*", "单元格是公式", "请直接填写内容（可复制后“选择性粘贴—数值”），再重新导入。"
        )
    ]


@pytest.fixture
def units(db):
    group = make_group()
    first = make_school(group=group, full_name="示例市示例区东苑小学", short_name="东苑小学")
    second = make_school(group=group, full_name="示例市示例区西苑小学", short_name="西苑小学")
    UnitName.objects.create(school=first, name="示例区第一小学", kind=UnitName.Kind.FORMER)
    for school in (first, second):
        UnitName.objects.create(school=school, name="苑小", kind=UnitName.Kind.ALIAS)
    UnitName.objects.create(school=second, name="东苑小学", kind=UnitName.Kind.FORMER)
    UnitName.objects.create(school=second, name="示例市示例区东苑小学", kind=UnitName.Kind.FORMER)
    return Units(make_district())


def test_a_school_is_found_by_each_of_its_names(units):
    for name in ("示例市示例区东苑小学", " 示例市 示例区东苑小学", "示例区第一小学"):
        assert units.find(name).full_name == "示例市示例区东苑小学"
    assert units.find("西苑小学").short_name == "西苑小学"


@pytest.mark.parametrize(
    ("name", "said", "cure"),
    [
        (
            "苑小",
            "有几所学校都用过这个名称",
            "请改填学校全称：示例市示例区东苑小学、示例市示例区西苑小学。",
        ),
        (
            "示例市示例区东苑小雪",
            "学校名录中没有这个单位",
            "是不是“示例市示例区东苑小学”？请填写名录中的学校全称。",
        ),
        (
            "月亮学校",
            "学校名录中没有这个单位",
            "请填写名录中的学校全称；确有此校的，请先在学校名录中补上。",
        ),
    ],
)
def test_a_name_of_none_or_several_is_refused(units, name, said, cure):
    with pytest.raises(CellError) as refusal:
        units.find(name)
    assert (str(refusal.value), refusal.value.cure) == (said, cure)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", kinds.every(), ids=lambda kind: kind.name)
def test_a_filled_template_is_recognised_and_its_lines_understood(kind):
    """What the cells say is another matter: here they say 1."""
    district = make_district()
    make_programme()
    book = openpyxl.load_workbook(io.BytesIO(template.workbook(kind, kind.words(district))))
    page = book.active
    (head,) = [row[0].row for row in page.iter_rows(max_row=6) if row[1].value]
    for place in range(1, len(kind.columns) + 1):
        page.cell(head + 1, place).value = "1"
    stream = io.BytesIO()
    book.save(stream)
    context = Context(by=System(district), at=NOW, district=district)
    plan = make_plan(read(stream.getvalue(), "模板.xlsx"), context)
    assert [(one.kind.name, [row.number for row in one.rows]) for one in plan.sheets] == [
        (kind.name, [head + 1])
    ]


@pytest.mark.django_db
def test_the_register_s_template_offers_the_district_s_own_classes():
    district = make_district()
    for place, name in enumerate(("老教师", "老园丁"), 1):
        make_elder_class(name=name, position=place)
    register = kinds.get("register")
    page = openpyxl.load_workbook(io.BytesIO(template.workbook(register, register.words(district)))).active
    place = get_column_letter(register.columns.index("五老类别") + 1)
    offered = {str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation}
    assert offered[f"{place}3:{place}502"] == '"老教师,老园丁"'
