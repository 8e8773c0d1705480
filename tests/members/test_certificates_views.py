"""Pages of service certificates: the register, opening one, its sheet, its prints, the check by its code."""

import datetime
import io
import re
import shutil
import subprocess

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from guanweihui.documents import pdf
from guanweihui.models import AuditEvent, School
from guanweihui.verification import check
from members.models import ServiceCertificate, ServiceKind, ServiceRecord
from members.workflow import certificates as steps
from tests import factories
from tests.cast import count_queries
from tests.members.certificates_rows import at_day, make_issued, make_posted, make_record, make_succession

LIST, NEW = "/service-certificates/", "/service-certificates/new/"
LOST = "\U000323af"  # a place of the newest extensions; no font here has it
WIDE = {"district", "leader", "auditor"}
WRITERS = {"district", "school"}
NO_PDF = pdf.available() or (None if shutil.which("pdftotext") else "poppler-utils is not installed")
needs_pdf = pytest.mark.skipif(NO_PDF is not None, reason=str(NO_PDF))


def words(response) -> str:
    return response.content.decode()


def printed(response) -> str:
    """Read a PDF answer as text without blanks."""
    content = b"".join(response.streaming_content)
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return re.sub(r"\s", "", done.stdout.decode())


def one(name: str, certificate) -> str:
    return reverse(f"service-certificate-{name}", args=[certificate.pk])


@pytest.fixture
def person(cast):
    person = factories.make_person(school=cast.home.school, name="曾玉兰")
    make_record(person)
    return person


@pytest.fixture
def posted(cast, person):
    return make_posted(person, by=cast.users.school)


@pytest.fixture
def issued(cast, person):
    return make_issued(person, by=cast.users.school)


@pytest.mark.parametrize("url", [LIST, f"{LIST}export/", NEW])
def test_the_register_is_for_the_committee(cast, url):
    assert [cast.judge.get(url).status_code, cast.outreach.get(url).status_code] == [404, 404]
    assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
    assert cast.district.delete(url).status_code == 405


def test_everybody_sees_the_certificates_of_his_place(cast, issued):
    far = factories.make_person(school=cast.far.school, name="郭长青")
    make_record(far)
    make_posted(far, by=cast.users.district)
    seen = {
        who: [
            "曾玉兰" in words(getattr(cast, who).get(LIST)),
            "郭长青" in words(getattr(cast, who).get(LIST)),
        ]
        for who in ("district", "auditor", "group", "school", "stranger")
    }
    assert seen == {
        "district": [True, True],
        "auditor": [True, True],
        "group": [True, False],
        "school": [True, False],
        "stranger": [False, True],
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=曾", True),
        ("name=zyl", True),
        ("name=fwzm201900001", True),
        ("name=郭", False),
        ("status=ISSUED", True),
        ("status=VOID", False),
        ("issued=2019", True),
        ("issued=2018", False),
    ],
)
def test_the_query_bar_finds(cast, issued, query, found):
    assert ("曾玉兰" in words(cast.district.get(f"{LIST}?{query}"))) == found


def test_the_register_leaves_as_a_workbook_without_an_id_number(cast, issued, person):
    steps.void_certificate(issued, by=cast.users.school, at=at_day(9), reason="姓名写错")
    answer = cast.school.get(f"{LIST}export/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = [row for row in book.worksheets[0].iter_rows(values_only=True) if row[0] == 1]
    assert [row[1:4] for row in rows] == [("FWZM201900001", "曾玉兰", "示例区和平小学")]
    assert (rows[0][6], rows[0][12], rows[0][13]) == (2, "已作废", "姓名写错")
    assert person.id_number[:6] not in str(rows)
    assert AuditEvent.objects.filter(action="list.export").count() == 1
    assert [getattr(cast, who).get(f"{LIST}export/").status_code for who in ("leader", "group")] == [404, 404]


# --- opening ---------------------------------------------------------------------------------------------


def test_opening_shows_the_hours_of_the_range_and_the_head_of_today(cast, person):
    factories.make_appointment(school=cast.home.school, printed_name="现任主任")
    make_record(person, half_hours=6, kind=ServiceKind.TRAINING)
    page = words(cast.school.get(f"{NEW}?person={person.pk}&from_on=2018-09-01&to_on=2018-12-31"))
    assert "2018年9月1日至2018年12月31日：1 条，2.0 小时；培训学习 3.0 小时，不计入。" in page
    assert 'value="现任主任"' in page
    assert 'value="2018-09-01"' in page


def test_without_a_person_it_leads_to_the_list(cast):
    assert cast.school.get(NEW).url == reverse("serving-list")


def test_a_foreign_person_gets_no_certificate(cast, person):
    url = f"{NEW}?person={person.pk}"
    assert [getattr(cast, who).get(url).status_code for who in ("stranger", "group", "leader")] == [404] * 3
    assert cast.school.get(url).status_code == 200


def test_the_chief_successor_opens_one_without_seeing_the_sheet(cast, person):
    School.objects.filter(pk=cast.home.school.pk).update(closed_on=datetime.date(2018, 9, 1))
    make_succession(cast.home.school, cast.far.school)
    url = f"{NEW}?person={person.pk}"
    page = words(cast.stranger.get(f"{url}&from_on=2018-09-01&to_on=2018-12-31"))
    assert "1 条，2.0 小时" in page
    assert cast.far.school.full_name in page
    sheet = reverse("person-detail", args=[person.pk])
    assert sheet not in page
    assert cast.stranger.get(sheet).status_code == 404
    cast.stranger.post(url, form())
    assert ServiceCertificate.objects.get().issuer == cast.far.school


def form(**fields):
    data = {"from_on": "2018-09-01", "to_on": "2018-12-31", "head": "张建国", "handler": "李明"}
    return {**data, "contact": "010-00000000", "purpose": "", **fields}


def test_posting_leads_to_the_sheet(cast, person):
    answer = cast.school.post(f"{NEW}?person={person.pk}", form())
    certificate = ServiceCertificate.objects.get()
    assert answer.url == one("detail", certificate)
    today = timezone.localdate()
    assert (certificate.posted_on, certificate.posted_until) == (today, today + datetime.timedelta(days=6))
    page = words(cast.school.get(answer.url))
    assert "公示中" in page
    assert one("withdraw", certificate) in page
    assert one("issue", certificate) not in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"handler": ""}, "请填写“经办人”。"),
        ({"to_on": "2018-01-01"}, "截止日期不能早于起始日期。"),
        ({"from_on": "2017-01-01", "to_on": "2017-12-31"}, "没有已确认的志愿服务记录"),
        ({"handler": f"李{LOST}"}, f"“经办人”中的“{LOST}”字库里没有"),
    ],
)
def test_a_bad_form_keeps_its_text(cast, person, fields, said):
    answer = cast.school.post(f"{NEW}?person={person.pk}", form(contact="保留的电话", **fields))
    assert (answer.status_code, ServiceCertificate.objects.count()) == (422, 0)
    assert said in words(answer)
    assert "保留的电话" in words(answer)


# --- the sheet and its steps -----------------------------------------------------------------------------


def test_the_sheet_shows_four_parts_and_no_id_number(cast, issued, person):
    page = words(cast.school.get(one("detail", issued)))
    for said in ("身份", "服务", "出具单位", "FWZM201900001", "2.0 小时", "李明", f"990105{'*' * 12}"):
        assert said in page
    assert person.id_number not in page
    for who in ("leader", "auditor", "group"):
        page = words(getattr(cast, who).get(one("detail", issued)))
        assert ("打印用途" in page, one("void", issued) in page) == (False, False)


def test_a_foreign_certificate_does_not_exist(cast, issued):
    for name in ("detail", "print", "notice", "withdraw", "void"):
        assert cast.stranger.get(one(name, issued)).status_code == 404
        assert cast.anonymous.get(one(name, issued)).status_code == 302
    for name in ("issue", "withdraw", "void", "print"):
        assert cast.stranger.post(one(name, issued), {"purpose": "交本人申报"}).status_code == 404
        assert cast.leader.post(one(name, issued), {"purpose": "交本人申报"}).status_code == 404
    assert cast.district.get(one("issue", issued)).status_code == 405
    assert cast.district.post(one("detail", issued)).status_code == 405
    assert cast.district.post(one("notice", issued)).status_code == 405


def test_issuing_from_the_page(cast, posted):
    """The rows of this test were posted in 2019, so that their notice is over by now."""
    assert one("issue", posted) in words(cast.school.get(one("detail", posted)))
    assert cast.school.post(one("issue", posted)).url == one("detail", posted)
    posted.refresh_from_db()
    assert (posted.status, posted.number[:4]) == ("ISSUED", "FWZM")


def test_an_issue_refused_is_told_on_a_page(cast, posted):
    ServiceRecord.objects.update(half_hours=8)
    answer = cast.school.post(one("issue", posted))
    assert answer.status_code == 409
    assert "公示后记录有变动，请重新公示" in words(answer)


@pytest.mark.parametrize(("name", "status"), [("withdraw", "WITHDRAWN"), ("void", "VOID")])
def test_ends_need_a_reason_on_the_page(cast, person, name, status):
    certificate = (make_posted if name == "withdraw" else make_issued)(person, by=cast.users.school)
    url = one(name, certificate)
    assert cast.school.get(url).status_code == 200
    assert cast.school.post(url, {"reason": ""}).status_code == 422
    assert cast.school.post(url, {"reason": "姓名写错"}).url == one("detail", certificate)
    certificate.refresh_from_db()
    assert (certificate.status, certificate.end_reason) == (status, "姓名写错")
    assert "姓名写错" in words(cast.group.get(one("detail", certificate)))


# --- prints ----------------------------------------------------------------------------------------------


@needs_pdf
def test_the_print_is_masked_for_whoever_reads_it(cast, issued, person):
    for who in ("district", "school", "leader", "auditor", "group"):
        text = printed(getattr(cast, who).get(one("print", issued)))
        assert person.id_number not in text
        assert f"990105{'*' * 12}" in text
    assert AuditEvent.objects.filter(action="servicecertificate.print").count() == 0


@needs_pdf
def test_the_paper_has_its_four_parts_and_the_id_number_for_a_purpose(cast, issued, person):
    make_record(person, content="后来的服务")
    answer = cast.school.post(one("print", issued), {"purpose": "交本人申报荣誉"})
    assert (answer["Content-Type"], "no-store" in answer["Cache-Control"]) == ("application/pdf", True)
    text = printed(answer)
    for said in (
        "志愿服务记录证明",
        "编号：FWZM201900001",
        "曾玉兰",
        "居民身份证",
        person.id_number,
        "2018年9月1日至2018年12月31日",
        "2.0小时",
        "读书辅导",
        "示例区和平小学",
        "负责人（签字）",
        "经办人（签字）",
        "（盖章）",
        "2019年3月8日",
        "用于申报荣誉",
    ):
        assert said in text, said
    assert "后来的服务" not in text
    (line,) = AuditEvent.objects.filter(action="servicecertificate.print")
    assert (line.actor, line.reason) == (cast.users.school, "交本人申报荣誉")


@pytest.mark.parametrize("purpose", ["", "打印"])
def test_a_paper_without_a_purpose_is_not_printed(cast, issued, person, purpose):
    answer = cast.school.post(one("print", issued), {"purpose": purpose})
    assert answer.status_code == 422
    assert person.id_number not in words(answer)
    assert AuditEvent.objects.filter(action="servicecertificate.print").count() == 0


@needs_pdf
def test_what_is_not_issued_says_so_and_never_shows_the_id_number(cast, posted, person):
    text = printed(cast.school.get(one("print", posted)))
    assert ("公示中" in text, "（出具时编号）" in text, person.id_number in text) == (True, True, False)
    assert cast.school.post(one("print", posted), {"purpose": "交本人申报"}).status_code == 409


@needs_pdf
def test_the_notice_names_hours_and_days_and_no_id(cast, posted, person):
    text = printed(cast.group.get(one("notice", posted)))
    for said in ("志愿服务记录证明公示", "曾玉兰", "2.0小时", "2019年3月1日至2019年3月7日", "010-00000000"):
        assert said in text
    assert (person.id_number[:6] in text, person.phone in text) == (False, False)


@needs_pdf
def test_a_name_that_no_font_has_is_named_instead_of_printed(cast, person):
    certificate = make_posted(person, by=cast.users.school)
    person.name = "曾\U000e0041兰"
    person.save()
    answer = cast.school.get(one("print", certificate))
    assert answer.status_code == 409
    assert "字库中没有这些字" in words(answer)


# --- the check page --------------------------------------------------------------------------------------


def test_the_check_tells_public_words_only(cast, issued, person):
    found = check(issued.check_token)
    assert (found.title, found.state, found.is_valid) == ("志愿服务记录证明", "有效", True)
    assert found.facts == (
        ("姓名", "曾**"),
        ("证明编号", "FWZM201900001"),
        ("服务时间", "2.0 小时"),
        ("起止日期", "2018年9月1日至2018年12月31日"),
        ("出具单位", "示例区和平小学"),
        ("出具日期", "2019年3月8日"),
    )
    steps.void_certificate(issued, by=cast.users.school, at=at_day(9), reason="姓名写错")
    void = check(issued.check_token)
    assert (void.state, void.is_valid) == ("已作废", False)
    assert "姓名写错" not in str(void)


def test_a_certificate_never_issued_is_unknown_to_the_check(cast, posted):
    assert check(posted.check_token) is None


def test_pages_cost_the_same_at_one_and_three_rows(cast, issued, person):
    urls = (LIST, one("detail", issued), f"{NEW}?person={person.pk}")
    once = [count_queries(cast.district, url) for url in urls]
    for _ in range(2):
        other = factories.make_person(school=factories.make_school())
        make_record(other)
        make_record(person)
        make_issued(other, by=cast.users.district)
    assert once == [count_queries(cast.district, url) for url in urls] == [6, 5, 7]
