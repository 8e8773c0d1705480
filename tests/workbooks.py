"""Workbooks as the reader would hand them over, built without a file; and a load of one."""

import datetime

from guanweihui.imports import batch
from guanweihui.imports.kinds import Context
from guanweihui.imports.reader import Sheet, Workbook
from guanweihui.models import District
from guanweihui.scope import System

NOW = datetime.datetime(2019, 3, 6, 9, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))

SCHOOLS_HEAD = (
    "序号",
    "学校代码",
    "学校全称",
    "简称",
    "曾用名",
    "学段",
    "协作组",
    "关工委主任",
    "主任职务",
    "常务副主任",
    "常务副主任身份",
    "联络员",
    "联络员电话",
    "成立时间",
)
REGISTER_HEAD = (
    "教工编号",
    "姓名",
    "性别",
    "出生年月",
    "身份证号",
    "退休时单位",
    "退休类型",
    "退休时间",
    "五老类别",
    "是否志愿者",
    "联系电话",
    "紧急联系人",
)


def sheet(name: str, *rows, formulas=(), merged=()) -> Sheet:
    """Make a sheet of rows; short ones are filled up with blanks."""
    width = max(map(len, rows))
    grid = tuple((*row, *[None] * (width - len(row))) for row in rows)
    return Sheet(name, grid, formulas=frozenset(formulas), merged=tuple(merged))


def workbook(*sheets: Sheet, filename: str = "表.xlsx") -> Workbook:
    return Workbook(filename, "0" * 64, sheets)


def load(book: Workbook, *, at=NOW, valid_rows=False, school=None, district=None):
    """Load a workbook into the only district, or none; return (plan, batch)."""
    district = district or District.objects.first()
    context = Context(by=System(district), at=at, district=district, school=school)
    return batch.load(book, context, valid_rows=valid_rows)


def counts(plan) -> dict[str, int]:
    return {verdict: number for verdict, number in plan.counts().items() if number}


def schools(*rows, day="2019年3月5日") -> Workbook:
    title = (("示例区教育系统基层关工委(领导小组)名录",), (f"填报单位:办公室      填报日期:{day}",))
    return workbook(sheet("学校名录", *title, SCHOOLS_HEAD, *rows), filename="01-学校名录.xlsx")


def school_row(number=1, **cells):
    """Return a row of the school list; keywords are its labels."""
    usual = {
        "序号": number,
        "学校代码": f"11050{number:02}",
        "学校全称": f"示例市示例区第{number}小学",
        "简称": f"第{number}小学",
        "学段": "小学",
        "协作组": "东苑协作组",
        "关工委主任": "熊祥洋",
        "主任职务": "校长",
        "成立时间": "2015.4",
    }
    return tuple({**usual, **cells}.get(label) for label in SCHOOLS_HEAD)


def register(*rows, **options) -> Workbook:
    return workbook(
        sheet("花名册", ("示例区教育系统离退休教师花名册",), REGISTER_HEAD, *rows, **options),
        filename="02.xlsx",
    )


def register_row(**cells):
    """Return a row of the register; keywords are its labels."""
    usual = {
        "教工编号": "T00002",
        "姓名": "叶萍",
        "性别": "女",
        "出生年月": "1946.08",
        "身份证号": "990105194608250206",
        "退休时单位": "示例市示例区第1小学",
        "退休类型": "退休",
        "退休时间": "20010901",
        "五老类别": "老教师",
        "是否志愿者": "是",
        "联系电话": 19909729960,
        "紧急联系人": "万凯",
    }
    return tuple({**usual, **cells}.get(label) for label in REGISTER_HEAD)
