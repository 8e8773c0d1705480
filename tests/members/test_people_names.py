"""Names and numbers as they are really typed: through form, search, list, workbook, PDF; or refused."""

import io
import shutil
import subprocess

import openpyxl
import pytest

from guanweihui.documents import pdf
from members.models import Person
from tests.factories import make_id_number, make_person
from tests.members.people_rows import BORN, edit_form, typed

NO_PDF = pdf.available() or (None if shutil.which("pdftotext") else "poppler-utils is not installed")
#: Rare characters of real names, the middle dot, and the longest name that people bring.
NAMES = ("王䶮", "李㛃", "张𫖯", "赵𬀩", "钱𬭎", "阿不都·热合曼", "古丽巴哈尔·买买提艾力")


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def words(answer) -> str:
    return answer.content.decode()


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_rare_name_survives_form_search_list_and_workbook(cast, name):
    school = cast.home.school
    form = typed(school, name=name, is_volunteer="on")
    assert cast.school.post("/people/new/", form).status_code == 302
    person = Person.objects.get()
    assert person.name == name
    assert name in words(cast.school.get("/people/", {"name": name[:2]}))
    assert name in words(cast.school.get(f"/people/{person.pk}/"))
    export = openpyxl.load_workbook(io.BytesIO(body(cast.school.get("/people/export/")))).worksheets[0]
    assert [row[4] for row in export.iter_rows(values_only=True) if row[0] == 1] == [name]
    sent = {"school": school.pk, "filled_by": "李填报", "format": "xlsx"}
    summary = openpyxl.load_workbook(io.BytesIO(body(cast.school.post("/people/summary/file/", sent))))
    assert [row[2] for row in summary.worksheets[0].iter_rows(values_only=True) if row[0] == 1] == [name]


@pytest.mark.skipif(NO_PDF is not None, reason=NO_PDF or "PDF can be made here")
def test_a_rare_name_survives_the_printed_form(cast, name):
    person = make_person(school=cast.home.school, name=name)
    content = body(cast.school.get(f"/people/{person.pk}/form/"))
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
    printed = "".join(done.stdout.decode().split())
    assert (name in printed, "字库中没有" in printed) == (True, False)


@pytest.mark.parametrize("dot", [".", "．", "•", "・", "‧", " · "])
def test_every_middle_dot_becomes_one(cast, dot):
    cast.school.post("/people/new/", typed(cast.home.school, name=f"阿不都{dot}热合曼"))
    assert Person.objects.get().name == "阿不都·热合曼"


@pytest.mark.parametrize(
    ("char", "code"),
    [
        ("\x07", "U+0007"),
        ("\u202e", "U+202E"),
        ("\u2066", "U+2066"),
        ("\u200b", "U+200B"),
        ("\ufeff", "U+FEFF"),
    ],
)
@pytest.mark.parametrize("field", ["name", "former_name", "duty", "home_address", "speciality"])
def test_what_nobody_sees_is_refused_with_its_place(cast, field, char, code):
    form = typed(cast.home.school, **{field: f"张{char}三"})
    answer = cast.school.post("/people/new/", form)
    assert (answer.status_code, Person.objects.count()) == (422, 0)
    assert f"第 2 个字符是看不见的特殊字符（{code}）" in words(answer)


LOST = "\U000323af"  # a place of the newest extensions; no font here has it


def test_a_character_without_a_font_is_named_and_saved(cast):
    answer = cast.school.post("/people/new/", typed(cast.home.school, name=f"王{LOST}"), follow=True)
    assert Person.objects.get().name == f"王{LOST}"
    assert f"姓名中的“{LOST}”在现有字库中没有" in words(answer)
    form = words(cast.school.get(f"/people/{Person.objects.get().pk}/edit/"))
    assert f"姓名中的“{LOST}”在现有字库中没有" in form


def test_a_name_every_font_has_brings_no_warning(cast):
    assert "在现有字库中没有" not in words(
        cast.school.post("/people/new/", typed(cast.home.school), follow=True)
    )


OLD = "990105470506711"


@pytest.mark.parametrize(
    "number",
    [OLD, "９９０１０５４７０５０６７１１", make_id_number(BORN, 711), f" {make_id_number(BORN, 711)} "],
)
def test_old_and_wide_numbers_are_kept_as_eighteen(cast, number):
    assert cast.school.post("/people/new/", typed(cast.home.school, id_number=number)).status_code == 302
    assert Person.objects.get().id_number == make_id_number(BORN, 711)


@pytest.mark.parametrize("x", ["x", "X", "ｘ", "Ｘ"])
def test_every_x_is_one_x(cast, x):
    serial = next(n for n in range(1, 999, 2) if make_id_number(BORN, n).endswith("X"))
    number = make_id_number(BORN, serial)
    form = typed(cast.home.school, id_number=number[:17] + x)
    assert cast.school.post("/people/new/", form).status_code == 302
    assert Person.objects.get().id_number == number


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("9.90105E+17", "科学计数法"),
        ("9.90105194705067E+17", "科学计数法"),
        ("990105194705060000", "校验码不符"),
        ("99010519470506", "应为 18 位，现有 14 位"),
        ("990105194702306711", "出生日期不存在"),
    ],
)
def test_damaged_numbers_are_refused_with_the_cure(cast, number, message):
    answer = cast.school.post("/people/new/", typed(cast.home.school, id_number=number))
    assert (answer.status_code, Person.objects.count()) == (422, 0)
    assert message in words(answer)


def test_a_damaged_number_does_not_replace_a_good_one(cast):
    person = make_person(school=cast.home.school)
    sent = edit_form(cast.school, person, id_number="9.90105E+17")
    assert cast.school.post(f"/people/{person.pk}/edit/", sent).status_code == 422
    assert Person.objects.get().id_number == person.id_number
