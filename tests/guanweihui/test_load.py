"""`manage.py load`: order of files, one transaction a file, dry run, error workbook, exit status."""

import datetime
import io
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from guanweihui.figures import Period
from guanweihui.imports.reader import OLD_EXCEL
from guanweihui.management.commands import demo, first_account
from guanweihui.models import AuditEvent, District, ImportBatch, School, User
from guanweihui.scope import System
from guanweihui.statistics import as_json
from members.models import Person
from tests.factories import make_district
from tests.workbooks import REGISTER_HEAD, SCHOOLS_HEAD, register_row, school_row

DEMO = Path(__file__).resolve().parents[2] / "guanweihui" / "demo"
FILES = [
    "03-主题读书活动报名汇总.xlsx",
    "05-老校长下乡.xlsx",
    "04-历届表彰.xlsx",
    "02-离退休教师花名册.xlsx",
    "01-学校名录.xlsx",
]
FOUNDING = {
    "groups": 15,
    "schools": 186,
    "retired": 13000,
    "volunteers": 2986,
    "campaign.schools": 105,
    "campaign.classes": 1616,
    "campaign.classes.secondary": 582,
    "campaign.students": 48134,
    "campaign.students.secondary": 13834,
    "honours.collectives.total": 215,
    "honours.individuals.total": 645,
    "honours.cycle.collectives": 37,
    "honours.cycle.leaders": 40,
    "honours.cycle.in_service": 32,
    "honours.cycle.retired": 45,
    "outreach.principals": 4,
    "outreach.host_schools": 8,
}
WRONG = [
    "第4行“身份证号”“9.9010*****”：身份证号被表格软件改成了科学计数法。请把该列设为“文本”后重新填写。",
    "第5行“身份证号”“990105************”：身份证号校验码不符。请对照证件核对每一位。",
    "第6行“出生年月”“1950年13月”：“1950年13月”的月份应在 1—12 之间。请改正后重新导入。",
    "第7行“退休时单位”“示例区不存在的学校”：学校名录中没有这个单位。"
    "请填写名录中的学校全称；确有此校的，请先在学校名录中补上。",
    "第8行“姓名”（空）：没有填写。请补填后重新导入。",
    "第9行“联系电话”“*******”：电话号码位数不对（现有 7 位）："
    "手机号应为 11 位，固定电话请带区号。请改正后重新导入。",
    "第10行“退休类型”“内退”：不在可选范围内。只能填：退休、离休。",
    "第11行“性别”“女”：与身份证号不符。请核对性别和身份证号，改正其中填错的一项。",
    "第12行“出生年月”“1900-01-01”：与身份证号中的出生日期不符。请核对出生年月和身份证号，改正其中填错的一项。",
    "第13行“教工编号”“T02529”：与第 12 行重复。请核对两行，改正或删去填错的一行。",
    "第13行“教工编号”“T02529”：与身份证号分别属于两位已登记的人员。请核对教工编号和身份证号。",
    "第14行“性别”“女”：与身份证号不符。请核对性别和身份证号，改正其中填错的一项。",
    "第14行“出生年月”“1950/1/7”：与身份证号中的出生日期不符。请核对出生年月和身份证号，改正其中填错的一项。",
    "第14行“身份证号”“990105************”：与第 13 行重复。请核对两行，改正或删去填错的一行。",
    "第14行“教工编号”“T02803”：与身份证号分别属于两位已登记的人员。请核对教工编号和身份证号。",
    "第15行“姓名”（空）：单元格是公式。请直接填写内容（可复制后“选择性粘贴—数值”），再重新导入。",
    "第17行“五老类别”“老教授”：不在可选范围内。只能填：老干部、老战士、老专家、老教师、老模范。",
]


def run(*arguments):
    """Run the command; return its exit status and what it printed, errors included."""
    out = io.StringIO()
    try:
        call_command("load", *map(str, arguments), stdout=out, stderr=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def counts_line(said: str, number: int = 0) -> str:
    return said.splitlines()[number].partition("：")[2]


@pytest.mark.django_db
def test_the_office_s_workbooks_load_into_an_empty_database(tmp_path):
    """One load of everything, in any order; then the other files of the office on top of it."""
    status, said = run(*(DEMO / name for name in FILES))
    assert (status, said.splitlines()) == (
        0,
        [
            "01-学校名录.xlsx [学校名录] 学校名录：新增 186，更新 0，不变 0，错误 0",
            "02-离退休教师花名册.xlsx [花名册] 离退休教师花名册：新增 13000，更新 0，不变 0，错误 0",
            "03-主题读书活动报名汇总.xlsx [报名汇总] 主题读书活动报名汇总：新增 105，更新 0，不变 0，错误 0",
            "  1 条提醒，不影响导入：",
            "  工作表“报名汇总”第109行“班级数合计、小学班级、初中班级、高中班级、学生数合计、小学学生、"
            "初中学生、高中学生、指导教师数、学校”（空）：合计是没有存下数值的公式，未能核对。请核对；不影响导入。",
            "04-历届表彰.xlsx [先进集体] 先进集体名单：新增 37，更新 0，不变 0，错误 0",
            "04-历届表彰.xlsx [好领导] 好领导名单：新增 40，更新 0，不变 0，错误 0",
            "04-历届表彰.xlsx [在职先进个人] 在职先进个人名单：新增 32，更新 0，不变 0，错误 0",
            "04-历届表彰.xlsx [退休先进个人] 退休先进个人名单：新增 45，更新 0，不变 0，错误 0",
            "04-历届表彰.xlsx [历届累计] 历届表彰累计：新增 2，更新 0，不变 0，错误 0",
            "05-老校长下乡.xlsx [结对] 老校长下乡结对表：新增 8，更新 0，不变 0，错误 0",
            "05-老校长下乡.xlsx [调研] 老校长下乡调研记录：新增 8，更新 0，不变 0，错误 0",
            "05-老校长下乡.xlsx [送教] 送教下校活动安排：新增 4，更新 0，不变 0，错误 0",
        ],
    )
    assert as_json(System(District.objects.get()), Period.of(2018)) == FOUNDING
    assert AuditEvent.objects.filter(action="importbatch.load").count() == 5

    again = run(*(DEMO / name for name in FILES if not name.startswith("02")))
    assert again[0] == 0
    assert "新增 0，更新 0" in again[1]
    lines = [line for line in again[1].splitlines() if not line.startswith(" ")]
    assert [line for line in lines if "新增 0，更新 0" not in line] == []
    assert counts_line(run(DEMO / "02b-单校花名册-旧系统导出.csv")[1]) == "新增 0，更新 0，不变 60，错误 0"

    errors = tmp_path / "errors.xlsx"
    status, said = run(DEMO / "02c-单校花名册-有错.xlsx", "--errors", errors)
    assert (status, counts_line(said)) == (1, "新增 0，更新 1，不变 10，错误 13")
    assert [line for line in said.splitlines() if line.startswith("  工作表")] == [
        f"  工作表“花名册”{line}" for line in WRONG
    ]
    assert "02c-单校花名册-有错.xlsx：有错误的行，整个文件没有写入。" in said
    assert Person.objects.get(staff_no="T03064").emergency_contact != "@SUM(1+1)"
    assert openpyxl.load_workbook(errors).active.max_row == 3 + 13

    status, said = run(DEMO / "02c-单校花名册-有错.xlsx", "--valid-rows")
    assert (status, counts_line(said)) == (1, "新增 0，更新 1，不变 10，错误 13")
    assert Person.objects.get(staff_no="T03064").emergency_contact == "@SUM(1+1)"
    assert Person.objects.on_register().count() == 13000


def save(path: Path, *rows) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.fixture
def school_list(tmp_path):
    title = ("示例区教育系统基层关工委名录",)
    return save(tmp_path / "名录.xlsx", title, ("填报日期：2019年3月5日",), SCHOOLS_HEAD, school_row(1))


@pytest.fixture
def wrong_register(tmp_path):
    rows = (register_row(), register_row(教工编号="T3", 身份证号="990105194608250207"))
    return save(tmp_path / "花名册.xlsx", ("花名册",), REGISTER_HEAD, *rows)


@pytest.mark.django_db
def test_a_file_with_wrong_rows_stores_nothing_and_the_others_load(school_list, wrong_register, tmp_path):
    (tmp_path / "旧.xls").write_bytes(b"x")
    status, said = run(wrong_register, tmp_path / "旧.xls", school_list, tmp_path / "无.xlsx")
    assert (status, said.splitlines()) == (
        1,
        [
            f"旧.xls：{OLD_EXCEL}",
            "无.xlsx：打不开（No such file or directory）。",
            "名录.xlsx [Sheet] 学校名录：新增 1，更新 0，不变 0，错误 0",
            "花名册.xlsx [Sheet] 离退休教师花名册：新增 1，更新 0，不变 0，错误 1",
            "  1 处错误：",
            "  工作表“Sheet”第4行“身份证号”“990105************”：身份证号校验码不符。请对照证件核对每一位。",
            "花名册.xlsx：有错误的行，整个文件没有写入。",
        ],
    )
    assert (School.objects.count(), Person.objects.count(), ImportBatch.objects.count()) == (1, 0, 1)


@pytest.mark.django_db
def test_the_good_rows_load_when_asked_for(school_list, wrong_register):
    status, _ = run(school_list, wrong_register, "--valid-rows")
    assert status == 1
    assert list(Person.objects.values_list("staff_no", flat=True)) == ["T00002"]


@pytest.mark.django_db
def test_a_dry_run_keeps_nothing(school_list, wrong_register):
    status, said = run(school_list, wrong_register, "--dry-run", "--valid-rows")
    assert status == 1
    assert said.splitlines()[-1] == "以上只是检查，没有写入。"
    assert (District.objects.count(), ImportBatch.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)


@pytest.mark.django_db
def test_without_a_district_only_a_school_list_loads(wrong_register):
    assert run(wrong_register) == (1, "花名册.xlsx：还没有区的资料，请先导入学校名录。\n")


@pytest.mark.django_db
def test_several_districts_ask_which_one_is_meant(school_list):
    make_district(full_name="甲区")
    make_district(full_name="乙区")
    with pytest.raises(CommandError, match="库中有几个区，请用 --district 写明导入到哪一个。"):
        run(school_list)
    assert run(school_list, "--district", "乙区")[0] == 0
    assert School.objects.get().district.full_name == "乙区"
    assert run(school_list, "--district", "丙区")[0] == 0
    assert District.objects.get(full_name="丙区").schools.count() == 1


@pytest.mark.django_db
def test_the_error_workbook_loads_after_correction(school_list, wrong_register, tmp_path):
    run(school_list, wrong_register, "--errors", tmp_path / "错误.xlsx")
    book = openpyxl.load_workbook(tmp_path / "错误.xlsx")
    page = book.active
    assert [cell.value for cell in page[2]] == [*REGISTER_HEAD, "问题", "怎样改"]
    assert [cell.value for cell in page[3]][:5] == ["T3", "叶萍", "女", "1946.08", "990105194608250207"]
    wrong = page.cell(3, 5)
    assert (wrong.fill.start_color.rgb, wrong.comment.text) == (
        "FFF8D7DA",
        "身份证号校验码不符。请对照证件核对每一位。",
    )
    assert page.cell(3, 13).value == "身份证号：身份证号校验码不符"
    wrong.value = "990105194608250206"
    book.save(tmp_path / "改好.xlsx")
    assert run(tmp_path / "改好.xlsx")[0] == 0
    person = Person.objects.get()
    assert (person.staff_no, person.born_on) == ("T3", datetime.date(1946, 8, 25))


@pytest.mark.django_db
def test_the_district_of_the_first_account_takes_the_office_s_workbooks(monkeypatch, capsys):
    """An empty portal asks for district and account; then its lists load."""
    typed = iter(
        [
            *("short", "short"),
            *("关工委的密码是这样的一句话", "关工委的密码是这样的一句话"),
            *("liuzhiqiang forgets it", "liuzhiqiang forgets it"),
            *("five quite invented words", "five quite invented word"),
            *("five quite invented words", "five quite invented words"),
        ]
    )
    monkeypatch.setattr(first_account.getpass, "getpass", lambda label: next(typed))
    call_command("first_account", district="示例区", username="office", name="刘志强", stdout=io.StringIO())
    assert [line.partition("，")[0] for line in capsys.readouterr().out.splitlines()] == [
        "密码至少 12 个字符。",
        "密码中不要含有姓名、用户名或“关工委”一类容易猜到的词。",
        "密码中不要含有姓名、用户名或“关工委”一类容易猜到的词。",
        "两次输入不一致",
    ]
    lines = AuditEvent.objects.order_by("pk").values_list("action", "district__full_name")
    assert list(lines) == [("district.add", "示例区"), ("user.create", "示例区")]
    status, said = run(DEMO / "01-学校名录.xlsx", DEMO / "02b-单校花名册-旧系统导出.csv")
    assert (status, [counts_line(said, number) for number in (0, 1)]) == (
        0,
        ["新增 186，更新 0，不变 0，错误 0", "新增 60，更新 0，不变 0，错误 0"],
    )


@pytest.mark.django_db
def test_a_first_account_that_cannot_be_made_leaves_no_district(monkeypatch):
    monkeypatch.setattr(first_account.getpass, "getpass", lambda label: "five quite invented words")
    monkeypatch.setattr(first_account, "create_account", lambda **fields: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call_command("first_account", district="示例区", username="office", name="刘志强")
    assert District.objects.count() == 0


@pytest.mark.django_db
def test_a_demo_whose_passwords_cannot_be_written_leaves_nothing(monkeypatch):
    def full(path, text):
        raise OSError("no space")

    monkeypatch.setattr(demo, "FILES", [demo.FILES[0], demo.FILES[4]])
    monkeypatch.setattr(demo, "write_private", full)
    with pytest.raises(OSError, match="no space"):
        call_command("demo", stdout=io.StringIO())
    assert (District.objects.count(), User.objects.count()) == (0, 0)
