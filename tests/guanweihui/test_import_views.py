"""The import pages: upload, verdict, confirm, errors, undo; who may, and what a bad file gets."""

import datetime
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from guanweihui.models import AuditEvent, ImportBatch
from members.models import Person
from tests import factories

pytestmark = pytest.mark.django_db

ID_2 = factories.make_id_number(datetime.date(1950, 3, 8), 4)  # a woman's
HEAD = (
    "教工编号",
    "姓名",
    "性别",
    "出生年月",
    "身份证号",
    "退休时单位",
    "退休类型",
    "五老类别",
    "是否志愿者",
    "联系电话",
)


def line(school, **cells) -> list:
    """One good row of the register, with what the test changes."""
    cells = {
        "教工编号": "T90001",
        "姓名": "罗春梅",
        "性别": "女",
        "出生年月": "1950.3",
        "身份证号": "990105195003080026",
        "退休时单位": school.full_name,
        "退休类型": "退休",
        "五老类别": "老教师",
        "是否志愿者": "是",
        "联系电话": "19900001111",
        **cells,
    }
    return [cells[label] for label in HEAD]


def workbook(*lines) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    book.active.append(["示例区教育系统离退休教师花名册"])
    for row in (HEAD, *lines):
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile("花名册.xlsx", stream.getvalue())


@pytest.fixture
def home(cast):
    factories.make_elder_class(district=cast.home.district)
    return cast.home.school


def upload(client, file):
    return client.post(reverse("import-new"), {"file": file})


def previewed(client, *lines) -> ImportBatch:
    answer = upload(client, workbook(*lines))
    assert answer.status_code == 302, answer.content.decode()
    return ImportBatch.objects.get(pk=answer["Location"].split("/")[-2])


def test_a_preview_stores_no_person(cast, home):
    batch = previewed(cast.district, line(home))
    assert (batch.state, batch.new_count, Person.objects.count()) == ("PREVIEWED", 1, 0)


def test_confirming_writes_the_rows_with_one_line_in_the_trail(cast, home):
    batch = previewed(cast.district, line(home))
    answer = cast.district.post(reverse("import-confirm", args=[batch.pk]))
    assert answer.status_code == 302
    assert list(Person.objects.values_list("name", "school__code", "is_volunteer")) == [
        ("罗春梅", "1105001", True)
    ]
    assert AuditEvent.objects.filter(action="importbatch.confirm").count() == 1


def test_a_second_confirmation_is_refused(cast, home):
    batch = previewed(cast.district, line(home))
    url = reverse("import-confirm", args=[batch.pk])
    assert [cast.district.post(url).status_code for _ in range(2)] == [302, 409]
    assert Person.objects.count() == 1


def test_wrong_rows_are_named_with_row_column_and_cure_and_stop_the_load(cast, home):
    batch = previewed(cast.district, line(home), line(home, 姓名=None, 教工编号="T90002", 身份证号=None))
    page = cast.district.get(reverse("import-detail", args=[batch.pk])).content.decode()
    assert "只导入没有错误的行" in page
    problem = cast.district.get(reverse("import-detail", args=[batch.pk])).context["problems"][0]
    assert (problem.row, problem.column, problem.message) == (4, "姓名", "没有填写")
    refused = cast.district.post(reverse("import-confirm", args=[batch.pk]))
    assert (refused.status_code, Person.objects.count()) == (409, 0)
    cast.district.post(reverse("import-confirm", args=[batch.pk]), {"valid_rows": "on"})
    assert Person.objects.count() == 1


def test_the_error_workbook_holds_only_the_wrong_rows(cast, home):
    batch = previewed(cast.district, line(home), line(home, 性别="男", 教工编号="T90002"))
    answer = cast.district.get(reverse("import-errors", args=[batch.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    numbers = [row[0] for row in sheet.iter_rows(values_only=True) if str(row[0]).startswith("T9")]
    assert numbers == ["T90002"]


def test_undo_takes_the_rows_back_and_names_what_was_edited_since(cast, home):
    batch = previewed(
        cast.district, line(home), line(home, 教工编号="T90002", 姓名="高志远", 性别="男", 身份证号=None)
    )
    cast.district.post(reverse("import-confirm", args=[batch.pk]))
    kept = Person.objects.get(name="高志远")
    kept.remark = "后来补记"
    kept.save()
    answer = cast.district.post(reverse("import-undo", args=[batch.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("import-detail", args=[batch.pk]), 302)]
    assert [str(one) for one in answer.context["messages"]] == [
        "本批已撤销。以下各行导入后又被改动或已被使用，没有撤销：高志远。"
    ]
    assert list(Person.objects.values_list("name", flat=True)) == ["高志远"]


def test_a_school_loads_its_own_people_only(cast, home):
    batch = previewed(cast.school, line(home), line(cast.far.school, 教工编号="T90002", 身份证号=None))
    assert (batch.new_count, batch.wrong_count) == (1, 1)


def test_a_school_may_not_load_the_school_list(cast, home):
    book = openpyxl.load_workbook("guanweihui/demo/01-学校名录.xlsx")
    stream = io.BytesIO()
    book.save(stream)
    answer = upload(cast.school, SimpleUploadedFile("01.xlsx", stream.getvalue()))
    assert answer.status_code == 422
    assert "您不能导入“学校名录”" in answer.content.decode()


def test_another_school_s_batch_does_not_exist(cast, home):
    batch = previewed(cast.school, line(home))
    routes = [
        ("get", "import-detail"),
        ("get", "import-errors"),
        ("post", "import-confirm"),
        ("post", "import-undo"),
    ]
    statuses = [
        getattr(cast.stranger, verb)(reverse(name, args=[batch.pk])).status_code for verb, name in routes
    ]
    assert statuses == [404, 404, 404, 404]


def test_the_district_reads_a_school_s_batch_but_the_school_confirms_it(cast, home):
    batch = previewed(cast.school, line(home))
    assert cast.district.get(reverse("import-detail", args=[batch.pk])).status_code == 200
    assert cast.district.post(reverse("import-confirm", args=[batch.pk])).status_code == 409
    assert Person.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("旧表.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "另存为"),
        ("说明.xlsx", b"not a workbook", "另存为"),
        ("空.csv", b"", "空"),
        ("别的.csv", "甲,乙\n1,2\n".encode(), "没有认出"),
    ],
)
def test_a_file_that_is_no_such_table_gets_a_sentence(cast, home, name, content, words):
    answer = upload(cast.district, SimpleUploadedFile(name, content))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert ImportBatch.objects.count() == 0


def test_the_template_of_a_kind_loads_back_once_filled(cast, home):
    answer = cast.district.get(reverse("import-template", args=["register"]))
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    labels = [cell.value.removeprefix("*") for cell in book.active[2]]
    values = dict(zip(HEAD, line(home), strict=True))
    for place, label in enumerate(labels, start=1):
        book.active.cell(3, place).value = values.get(label)
    stream = io.BytesIO()
    book.save(stream)
    answer = upload(cast.district, SimpleUploadedFile("花名册.xlsx", stream.getvalue()))
    batch = ImportBatch.objects.get()
    assert (answer.status_code, batch.new_count, batch.wrong_count) == (302, 1, 0)


def test_the_upload_is_stored_unreadable(cast, home, settings):
    previewed(cast.district, line(home))
    stored = [path.read_bytes() for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert [data.startswith(b"PK") for data in stored] == [False]


def test_wrong_rows_stay_for_download_after_the_good_ones_are_loaded(cast, home):
    batch = previewed(cast.district, line(home), line(home, 性别="男", 教工编号="T90002", 身份证号=ID_2))
    cast.district.post(reverse("import-confirm", args=[batch.pk]), {"valid_rows": "on"})
    url = reverse("import-errors", args=[batch.pk])
    page = reverse("import-detail", args=[batch.pk])
    assert url in cast.district.get(page).content.decode()
    sheet = openpyxl.load_workbook(io.BytesIO(cast.district.get(url).getvalue())).active
    assert [row[0] for row in sheet.iter_rows(min_row=3, values_only=True)] == ["T90002"]
    ImportBatch.objects.update(stored_name="")
    assert cast.district.get(url).status_code == 404
    assert url not in cast.district.get(page).content.decode()


def test_a_preview_whose_upload_is_gone_says_so(cast, home):
    batch = previewed(cast.district, line(home))
    ImportBatch.objects.update(stored_name="")
    page = cast.district.get(reverse("import-detail", args=[batch.pk])).content.decode()
    assert "上传的文件保留期已过，没有导入。" in page
    assert reverse("import-confirm", args=[batch.pk]) not in page
