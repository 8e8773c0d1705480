"""The office's own workbooks, loaded as a user loads them, give the founding figures everywhere."""

import datetime
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace

import openpyxl
import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from activities.models import EnrolmentLine
from activities.reports import round_tables
from guanweihui import catalogue, figures
from guanweihui.documents import pdf, xlsx
from guanweihui.figures import Period
from guanweihui.frozen import from_json, to_json
from guanweihui.models import AuditEvent, District, ImportBatch, Round
from guanweihui.scope import Place, Reach, Role, System
from guanweihui.statistics import NAMES, as_json
from guanweihui.tables import Imprint

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
PERIOD = Period.of(2018)
NOW = datetime.datetime(2019, 3, 1, 9, tzinfo=datetime.UTC)
NO_PDF = pdf.available() or (None if shutil.which("pdftotext") else "poppler-utils is not installed")
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """Load the demo once for this module and roll it back at its end."""
    from django.conf import settings

    with django_db_blocker.unblock():
        before = settings.MEDIA_ROOT, settings.DATA_DIR
        settings.MEDIA_ROOT = settings.DATA_DIR = tmp_path_factory.mktemp("demo")
        outer = transaction.atomic()
        outer.__enter__()
        try:
            call_command("demo", stdout=io.StringIO())
            yield System(District.objects.get())
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
            settings.MEDIA_ROOT, settings.DATA_DIR = before


@pytest.fixture
def staff(demo):
    client = Client()
    user = get_user_model().objects.get(username="district")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(response) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_json_says_the_founding_figures(demo):
    assert as_json(demo, PERIOD) == FOUNDING


def test_every_figure_equals_the_rows_behind_it(demo):
    sums = {
        "campaign.schools": lambda rows: rows.values("enrolment__due__school").distinct().count(),
        "campaign.classes": lambda rows: sum(rows.values_list("classes", flat=True)),
        "campaign.classes.secondary": lambda rows: sum(rows.values_list("classes", flat=True)),
        "campaign.students": lambda rows: sum(rows.values_list("students", flat=True)),
        "campaign.students.secondary": lambda rows: sum(rows.values_list("students", flat=True)),
        "honours.collectives.total": lambda rows: rows.count() + 178,
        "honours.individuals.total": lambda rows: rows.count() + 528,
        "outreach.principals": lambda rows: rows.values("pairing").distinct().count(),
    }
    counted = {
        name: sums.get(name, lambda rows: rows.count())(figures.get(name).rows(demo, PERIOD))
        for name in NAMES
    }
    assert counted == FOUNDING


def test_groups_add_up_to_the_district(demo):
    names = [name for name in NAMES if not name.startswith(("honours", "outreach"))]
    groups = figures.values_by_group(names, demo, PERIOD)
    sums = {name: sum(group.values[name] for group in groups) for name in names}
    assert len(groups) == 15
    assert sums == {name: FOUNDING[name] for name in names}


def test_the_dashboard_says_them(staff):
    said = text_of(staff.get("/"))
    for words in (
        "学校186所",
        "协作组15个",
        "离退休教师13,000人",
        "五老志愿者2,986人",
        "参加学校105所",
        "参加班级1,616个",
        "其中小学班级1,034个",
        "其中中学班级582个",
        "参加学生48,134人",
        "其中小学学生34,300人",
        "其中中学学生13,834人",
        "累计表彰集体215个",
        "累计表彰个人645人次",
        "本届先进集体37个",
        "本届好领导40人",
        "本届在职先进个人32人",
        "本届退休先进个人45人",
        "下乡校长4人",
        "受援学校8所",
    ):
        assert words in said


def test_the_preview_s_first_table_says_them(staff):
    said = text_of(staff.get("/reports/statistics/?year=2018"))
    for name, value in FOUNDING.items():
        figure = figures.get(name)
        assert f"{figure.label}{value:,}{figure.unit}" in said


def test_the_command_writes_workbook_pdf_and_json(demo, tmp_path):
    paths = {kind: tmp_path / f"statistics.{kind}" for kind in ("xlsx", "json")}
    call_command("statistics", "2018", xlsx=paths["xlsx"], json=paths["json"], stdout=io.StringIO())
    assert json.loads(paths["json"].read_text()) == FOUNDING
    book = openpyxl.load_workbook(paths["xlsx"])
    sheet = book[book.sheetnames[0]]
    labels = {figures.get(name).label: value for name, value in FOUNDING.items()}
    found = {row[1]: row[2] for row in sheet.iter_rows(values_only=True) if row[1] in labels}
    assert found == labels
    formulas = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas == []


@pytest.mark.skipif(NO_PDF is not None, reason=str(NO_PDF))
def test_the_pdf_says_them(demo, tmp_path):
    path = tmp_path / "statistics.pdf"
    call_command("statistics", "2018", pdf=path, stdout=io.StringIO())
    said = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    lines = [re.sub(r"\s+", "", line) for line in said.stdout.splitlines()]
    for name, value in FOUNDING.items():
        label = figures.get(name).label
        assert any(label in line and f"{value:,}" in line for line in lines), name


def test_the_official_report_says_them_in_sentences(demo):
    body = catalogue.get("annual-report").build(demo, PERIOD).official.body
    assert [part.text for part in body if not part.level] == [
        "现将2018—2019学年（2018年9月1日至2019年8月31日）关心下一代工作情况报告如下，统计时点为2019年8月31日。",
        "全区有协作组15个、学校186所；离退休教师13000人，其中五老志愿者2986人。",
        "105所学校的1616个班级、48134名学生参加，其中中学582个班级、13834名学生，小学1034个班级、34300名学生。",
        "本年度表彰先进集体37个、关心关工委工作的好领导40人、在职先进个人32人、退休先进个人45人。"
        "累计表彰集体215个、个人645人次。",
        "协议有效的下乡校长4人，受援学校8所。",
    ]


def test_cut_off_moves_what_counts(demo):
    """Before the decision of December 2018 and the agreements of October 2018, only the balances stand."""
    earlier = as_json(demo, Period.of(2017))
    assert (earlier["honours.collectives.total"], earlier["outreach.principals"]) == (0, 0)
    assert (earlier["campaign.schools"], earlier["honours.cycle.leaders"]) == (0, 0)
    later = as_json(demo, Period.of(2019))
    assert (later["honours.collectives.total"], later["honours.cycle.collectives"]) == (215, 0)
    assert later["outreach.host_schools"] == 8


def test_outreach_stands_on_its_visits_and_events(demo):
    from outreach.models import ResearchVisit, TeachingEvent

    days = ResearchVisit.objects.visible_to(demo).order_by("visited_on").values_list("visited_on", flat=True)
    assert [str(day) for day in sorted(set(days))] == ["2018-11-13", "2018-11-14", "2018-11-15"]
    assert [visit.needs.count() > 0 for visit in ResearchVisit.objects.visible_to(demo)] == [True] * 8
    event = TeachingEvent.objects.visible_to(demo).get()
    assert (event.from_on, event.to_on) == (datetime.date(2019, 4, 11), datetime.date(2019, 4, 13))


def test_each_file_is_one_audit_line(demo):
    assert ImportBatch.objects.visible_to(demo).count() == 5
    assert AuditEvent.objects.visible_to(demo).filter(action="importbatch.load").count() == 5


# --- the enrolment's own tables: page, workbook, PDF and JSON, and each role's slice -----------------------

#: Schools, classes (primary, secondary), students (primary, secondary).
ENROLLED = (105, 1616, 1034, 582, 48134, 34300, 13834)
PLACES = (3, 4, 5, 8, 9, 10, 13)


@pytest.fixture
def founding_round(demo):
    """Return the round that the office's summary workbook was loaded into."""
    return Round.objects.visible_to(demo).of_kind(Round.Kind.ENROLMENT).of_year(2018).get()


def enrolled(row) -> tuple:
    return tuple(row.cells[place] for place in PLACES)


def player(username: str):
    return get_user_model().objects.get(username=username)


def test_the_round_s_summary_says_them_as_table_json_and_workbook(demo, founding_round):
    summary, compared = round_tables(demo, founding_round)
    assert enrolled(summary.total) == ENROLLED
    assert enrolled(from_json(json.loads(json.dumps(to_json(summary)))).total) == ENROLLED
    assert [compared.total.cells[place] for place in (4, 8, 12)] == [105, 1616, 48134]
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.workbook([summary], Imprint(NOW, "制表人")))).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[1] == "合　计"]
    assert [tuple(row[place] for place in PLACES) for row in rows] == [ENROLLED]


def test_its_page_says_them_and_the_year_s_report_too(staff, founding_round):
    figures_in_row = "合计1051,6161,03447011258248,13434,30011,0222,81213,834"
    own = f"/rounds/{founding_round.pk}/tables/enrolment-summary/"
    for address in (own, "/reports/campaign-summary/?year=2018"):
        assert figures_in_row in text_of(staff.get(address))
    file = io.BytesIO(b"".join(staff.get(f"{own}?format=xlsx").streaming_content))
    rows = openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True)
    total = next(row for row in rows if row[1] == "合　计")
    assert tuple(total[place] for place in PLACES) == ENROLLED


@pytest.mark.skipif(NO_PDF is not None, reason=str(NO_PDF))
def test_its_pdf_says_them(demo, founding_round, tmp_path):
    summary, _ = round_tables(demo, founding_round)
    path = tmp_path / "summary.pdf"
    path.write_bytes(pdf.tables([replace(summary, rows=summary.rows[:3])], Imprint(NOW, "制表人")))
    said = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    line = next(line for line in said.stdout.splitlines() if "1,616" in line)
    assert [words for words in line.split() if words.strip("合计")] == [
        *("105", "1,616", "1,034", "470", "112", "582"),
        *("48,134", "34,300", "11,022", "2,812", "13,834", "719"),
    ]


def test_groups_and_schools_read_their_own_slice_and_the_slices_add_up(demo, founding_round):
    """A group's and a school's total is its row of the district's table; all subtotals make the total."""
    whole, _ = round_tables(demo, founding_round)
    subtotals = {row.cells[1].removesuffix("小计"): row for row in whole.rows if row.kind == "subtotal"}
    assert len(subtotals) == 15
    assert tuple(map(sum, zip(*map(enrolled, subtotals.values()), strict=True))) == ENROLLED
    group, _ = round_tables(player("group"), founding_round)
    assert enrolled(group.total) == enrolled(subtotals["东苑协作组"])
    assert as_json(player("group"), PERIOD)["campaign.classes"] == group.total.cells[4]
    enrolled_school = EnrolmentLine.objects.of_round(founding_round).first().enrolment.due.school
    reader = System(demo.reach.home)
    reader.reach = Reach((Place(Role.SCHOOL, "school", enrolled_school.pk),), demo.reach.home)
    own, _ = round_tables(reader, founding_round)
    of_district = next(row for row in whole.rows if row.cells[1] == enrolled_school.short_name)
    assert enrolled(own.total) == enrolled(of_district)
    assert as_json(reader, PERIOD)["campaign.students"] == own.total.cells[9]
