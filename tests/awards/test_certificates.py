"""Certificates of honour: what they say, how they are printed, who prints them."""

import re
import subprocess

import pytest
from django.utils import timezone

from awards.certificates import Printer, certificate_of, print_certificates
from awards.forms.honours import BatchForm
from awards.models import Category, Honour
from awards.report_job import certificates as work
from awards.workflow import honours as steps
from guanweihui import jobs
from guanweihui.documents import pdf
from guanweihui.models import AuditEvent, Job
from guanweihui.workflow import Refused
from tests import factories
from tests.awards import rows
from tests.awards.honour_rows import Kind, make_decided, make_ready_list
from tests.cast import PLAYERS

NO_PDF = pdf.available()
needs_pdf = pytest.mark.skipif(bool(NO_PDF), reason=str(NO_PDF))
pytestmark = pytest.mark.django_db
ORIGIN = "https://portal.example/"
WINNERS = ((Kind.ADVANCED_COLLECTIVE, "示例区红星小学"), (Kind.ADVANCED_RETIRED, "王䶮玥"))
PAPER = {"x": "0", "y": "0"}


@pytest.fixture
def honours(cast):
    """Give a collective and a person of one decision at the cast's district."""
    decision = make_decided(district=cast.home.district, winners=WINNERS)
    return list(Honour.objects.of_decision(decision).for_print())


def lines_of(content: bytes, tmp_path) -> list[str]:
    path = tmp_path / "certificates.pdf"
    path.write_bytes(content)
    run = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    return [line for raw in run.stdout.splitlines() if (line := re.sub(r"\s+", "", raw))]


def left_of(content: bytes, word: str, tmp_path) -> tuple[float, float]:
    """Return where a word begins, in mm."""
    path = tmp_path / "one.pdf"
    path.write_bytes(content)
    run = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True)
    x, y = re.search(rf'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>[^<]*{word}', run.stdout).groups()
    return float(x) * 25.4 / 72, float(y) * 25.4 / 72


def content_of(response) -> bytes:
    return b"".join(response.streaming_content)


# --- words ------------------------------------------------------------------------------------------------


def test_a_certificate_says_who_what_by_whom_and_how_it_is_checked(honours):
    unit, person = (certificate_of(honour, origin=ORIGIN) for honour in honours)
    organ = honours[0].district.committee_name
    assert (unit.name, unit.honorific, unit.text, unit.award, unit.organ) == (
        "示例区红星小学",
        "",
        "在2020年度关心下一代工作中成绩突出，授予",
        "“先进集体”",
        organ,
    )
    assert (person.name, person.honorific, person.text, person.award) == (
        "王䶮玥",
        "同志",
        "您在2020年度关心下一代工作中成绩突出，被评为",
        "退休先进个人",
    )
    assert (person.number, person.check_code, person.check_url) == (
        "2020-TX-001",
        honours[1].check_code,
        f"https://portal.example/verify/{honours[1].check_token}/",
    )


@pytest.mark.parametrize(
    "said",
    ["在两年中成绩突出，授予", "在两年中成绩突出，授予“先进集体”。", "在两年中成绩突出，授予先进集体"],
)
def test_the_category_s_own_words_stand_before_the_award_however_they_end(honours, said):
    honour = honours[0]
    honour.category.certificate_text = said
    assert certificate_of(honour, origin=ORIGIN).text == "在两年中成绩突出，授予"


# --- print ------------------------------------------------------------------------------------------------


@needs_pdf
def test_one_file_holds_a_page_each(honours, tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "LAID_OUT_AT_ONCE", 1)
    told = []
    content = print_certificates(honours, origin=ORIGIN, printer=Printer(), progress=told.append)
    text = "".join(lines_of(content, tmp_path))
    for words in (
        "示例区红星小学：",
        "授予“先进集体”。",
        "王䶮玥同志：",
        "退休先进个人。",
        "证书编号：2020-TX-001",
    ):
        assert words in text
    assert f"查验码：{honours[1].check_code}" in text
    assert (told, text.count("荣誉证书")) == ([1, 2], 2)


@needs_pdf
def test_stock_paper_gets_the_words_alone_moved_as_asked(cast, honours, tmp_path):
    url = f"/honours/{honours[1].pk}/certificate/"
    plain = cast.district.post(url, {"x": "0", "y": "0"})
    assert (plain["Content-Type"], plain["Cache-Control"]) == ("application/pdf", "no-store, private")
    moved = content_of(cast.district.post(url, {"stock": "on", "x": "-3.5", "y": "10"}))
    (x, y), (x2, y2) = (left_of(each, "王䶮玥", tmp_path) for each in (content_of(plain), moved))
    assert (round(x2 - x, 1), round(y2 - y, 1)) == (-3.5, 10.0)
    assert 'value="-3.5"' in cast.district.get(f"/honours/{honours[1].pk}/").content.decode()


def test_an_offset_too_far_is_told_and_kept(cast, honours):
    url = f"/honours/{honours[1].pk}/certificate/"
    answer = cast.district.post(url, {"x": "11", "y": "0"})
    page = answer.content.decode()
    assert (answer.status_code, "最多移动 10 毫米" in page, 'value="11"' in page) == (422, True, True)
    assert AuditEvent.objects.filter(action="honour.print").count() == 0


@needs_pdf
def test_a_print_is_noted_once_with_who_did_it_first(cast, honours):
    url = f"/honours/{honours[0].pk}/certificate/"
    for _ in range(2):
        assert cast.district.post(url, PAPER).status_code == 200
    assert list(Honour.objects.values_list("certificate_no", "issued_by__username").order_by("pk")) == [
        ("2020-JT-001", "district"),
        ("2020-TX-001", None),
    ]
    lines = AuditEvent.objects.filter(action="honour.print")
    assert [line.changes for line in lines] == [{"count": 1, "certificates": "2020-JT-001 — 2020-JT-001"}] * 2


def test_what_the_portal_does_not_print_is_refused(honours):
    steps.void_honour(
        honours[0], reason="作废", by=rows.user_of(honours[0].district, "DISTRICT"), at=timezone.now()
    )
    void = Honour.objects.for_print().get(pk=honours[0].pk)
    loaded = factories.make_honour(certificate_no="2018-JT-001")
    for chosen, why in (
        ([], "没有可以打印的证书"),
        ([void], "已作废的证书不能打印：2020-JT-001"),
        ([loaded], "没有查验码，不能打印：2018-JT-001"),
    ):
        with pytest.raises(Refused, match=why):
            steps.refuse_print(chosen)


@needs_pdf
def test_many_are_printed_by_a_job_whose_file_only_its_owner_fetches(cast, honours, tmp_path):
    decision = honours[0].decision
    url = f"/decisions/{decision.pk}/certificates/"
    answer = cast.district.post(url, {**PAPER, "stock": "on"})
    job = Job.objects.get()
    assert (answer.url, job.label) == (f"/jobs/{job.pk}/", f"打印荣誉证书（{decision.doc_number}，2 份）")
    assert job.params == {
        "honours": [one.pk for one in honours],
        "origin": "http://testserver/",
        "stock": True,
        "x": 0.0,
        "y": 0.0,
    }
    jobs.run(job.pk, job.task_id)
    job.refresh_from_db()
    assert (job.state, re.sub(r"\d{8}", "日期", job.result_name)) == ("DONE", "荣誉证书_2份_日期.pdf")
    statuses = {who: getattr(cast, who).get(f"/jobs/{job.pk}/file/").status_code for who in PLAYERS}
    assert statuses == dict.fromkeys(PLAYERS, 404) | {"district": 200, "anonymous": 302}
    assert set(Honour.objects.values_list("issued_by__username", flat=True)) == {"district"}
    assert AuditEvent.objects.filter(action="honour.print").count() == 1


def test_a_batch_is_narrowed_to_an_award_and_to_what_was_not_printed(cast, honours):
    decision = honours[0].decision
    url = f"/decisions/{decision.pk}/certificates/"
    category = Category.objects.get(cycle=decision.cycle, kind=Kind.ADVANCED_RETIRED)
    cast.district.post(url, {**PAPER, "category": category.pk})
    assert [job.params["honours"] for job in Job.objects.all()] == [[honours[1].pk]]
    steps.note_print(honours, by=cast.users.district, at=timezone.now())
    answer = cast.district.post(url, {**PAPER, "unprinted": "on"})
    assert (answer.url, Job.objects.count()) == (f"/decisions/{decision.pk}/", 1)
    assert cast.district.post(url, {"x": "", "y": "0"}).status_code == 422
    foreign = make_ready_list(district=cast.home.district, year=2018, winners=()).cycle
    strange = rows.category_of(foreign)
    assert cast.district.post(url, {**PAPER, "category": strange.pk}).status_code == 422
    assert list(BatchForm(categories=Category.objects.none()).fields)[0] == "category"


def test_a_job_stops_when_its_owner_lost_the_honours(cast, honours):
    params = {"honours": [honours[0].pk], "origin": ORIGIN, "stock": False, "x": 0, "y": 0}
    job = jobs.enqueue("certificates", by=cast.users.leader, params=params, district=cast.home.district)
    with pytest.raises(jobs.JobError, match="不在您的职责范围内"):
        work.make_certificates(job, lambda *said: None)
    assert jobs.KINDS["certificates"].roles(job) == steps.OFFICE
