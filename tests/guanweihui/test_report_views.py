"""The report centre: previews, jobs, files; rights when a job starts and when its file is fetched."""

import datetime
import io

import openpyxl
import pytest
from django.urls import reverse

from guanweihui import jobs
from guanweihui.models import AuditEvent, Job
from tests import factories

pytestmark = pytest.mark.django_db


def run(client, report="statistics", **fields):
    return client.post(reverse("report-run", args=[report]), {"year": 2018, "format": "xlsx", **fields})


def finished(client, **fields) -> Job:
    """Order a report and run its job as the worker does."""
    answer = run(client, **fields)
    job = Job.objects.get(pk=answer["Location"].split("/")[-2])
    jobs.run(job.pk, job.task_id)
    job.refresh_from_db()
    return job


def test_the_catalogue_offers_each_role_its_own_reports(cast):
    titles = {
        name: [
            report.title for report in getattr(cast, name).get(reverse("report-centre")).context["reports"]
        ]
        for name in ("district", "group", "school")
    }
    people, returns = ["关工委“五老”志愿者汇总表"], ["年度统计汇总表"]
    campaign = [
        "主题读书活动报名汇总表",
        "主题读书活动报名明细汇总表",
        "主题读书活动报送情况表",
        "主题读书活动报名与上年对比表",
    ]
    awards = ["表彰名册", "表彰统计表", "推荐汇总表"]
    assert titles == {
        "district": [
            "年度统计报表",
            "年度工作情况报告（公文格式）",
            *returns,
            "离退休教师花名册",
            *people,
            "志愿者队伍情况表",
            "谁在服务",
            *awards,
            "名额使用情况",
            *campaign,
            "老校长下乡工作台账",
            "市老校长下乡工作年度报表",
            "老校长下乡成效表",
            "老校长下乡结对情况表",
        ],
        "group": [*returns, *people, "谁在服务", *awards, *campaign],
        "school": [*returns, "离退休教师花名册", *people, "谁在服务", "表彰名册", *campaign],
    }


def test_a_report_becomes_a_workbook_for_its_owner(cast):
    factories.make_person(school=cast.home.school)
    job = finished(cast.district)
    assert (job.state, job.percent, job.result_name[:6]) == ("DONE", 100, "示例区201")
    answer = cast.district.get(reverse("job-file", args=[job.pk]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = {row[1]: row[2] for row in book[book.sheetnames[0]].iter_rows(values_only=True) if row[1]}
    assert (rows["离退休教师"], rows["学校"]) == (1, 2)


def test_making_a_report_leaves_one_line_in_the_trail(cast):
    finished(cast.district)
    assert list(AuditEvent.objects.filter(action="report.make").values_list("actor_label", flat=True)) == [
        "district先生"
    ]
    (line,) = AuditEvent.objects.filter(action="report.make")
    assert line.changes["format"] in {"Excel", "PDF"}
    assert not line.changes["report"].isascii()


def test_nobody_else_sees_the_job_or_its_file(cast):
    job = finished(cast.district)
    addresses = [reverse("job-detail", args=[job.pk]), reverse("job-file", args=[job.pk])]
    assert [cast.leader.get(url).status_code for url in addresses] == [404, 404]


def test_the_file_is_gone_for_an_owner_who_lost_his_post(cast):
    job = finished(cast.district)
    post = cast.users.district.posts.get()
    post.to_on = datetime.date(2020, 1, 1)
    post.save()
    assert cast.district.get(reverse("job-file", args=[job.pk])).status_code == 404


def test_a_job_whose_owner_lost_his_post_stops_with_a_sentence(cast):
    answer = run(cast.district)
    job = Job.objects.get(pk=answer["Location"].split("/")[-2])
    cast.users.district.posts.update(to_on=datetime.date(2020, 1, 1))
    jobs.run(job.pk, job.task_id)
    job.refresh_from_db()
    assert (job.state, job.message) == ("FAILED", "您已没有这张报表的权限，任务停止。")


def test_a_waiting_job_asks_htmx_to_poll_and_a_finished_one_does_not(cast):
    waiting = Job.objects.get(pk=run(cast.district)["Location"].split("/")[-2])
    url = reverse("job-detail", args=[waiting.pk])
    assert b'hx-trigger="every 1s"' in cast.district.get(url, headers={"HX-Request": "true"}).content
    jobs.run(waiting.pk, waiting.task_id)
    assert b"hx-trigger" not in cast.district.get(url).content


def test_a_queued_job_can_be_cancelled(cast):
    job = Job.objects.get(pk=run(cast.district)["Location"].split("/")[-2])
    cast.district.post(reverse("job-cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED


@pytest.mark.parametrize("fields", [{"format": "exe"}, {"year": "soon"}, {"year": ""}])
def test_an_order_that_makes_no_sense_makes_no_job(cast, fields):
    assert (run(cast.district, **fields).status_code, Job.objects.count()) == (404, 0)


@pytest.mark.parametrize("schools", [1, 3])
def test_the_preview_takes_the_same_queries_at_one_and_three_schools(
    cast, schools, django_assert_num_queries
):
    for _ in range(schools):
        factories.make_enrolment(school=factories.make_school(group=cast.home.group))
    cast.district.get(reverse("report-detail", args=["statistics"]), {"year": 2018})
    with django_assert_num_queries(26):
        cast.district.get(reverse("report-detail", args=["statistics"]), {"year": 2018})


def test_a_group_s_enrolment_report_holds_its_own_schools_only(cast):
    factories.make_enrolment(school=cast.home.school)
    factories.make_enrolment(school=cast.far.school)
    answer = cast.group.get(reverse("report-detail", args=["enrolment"]), {"year": 2018})
    said = answer.content.decode()
    assert cast.home.school.short_name in said
    assert cast.far.school.short_name not in said


def test_a_register_goes_to_excel_only_and_has_no_preview(cast):
    factories.make_person(school=cast.home.school, name="曾玉兰")
    assert cast.school.get(reverse("report-detail", args=["register"])).status_code == 404
    assert run(cast.school, "register", format="pdf").status_code == 404
    job = finished(cast.school, report="register")
    answer = cast.school.get(reverse("job-file", args=[job.pk]))
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    assert [row[4] for row in rows if row[0] == 1] == ["曾玉兰"]


def test_a_closed_school_stands_in_the_tables_as_long_as_rows_are_there(cast):
    school = cast.home.school
    factories.make_person(school=school)
    factories.make_enrolment(school=school)
    school.closed_on = datetime.date(2019, 3, 1)
    school.save()
    paper = cast.district.get(reverse("report-detail", args=["statistics"]), {"year": 2018}).context["paper"]
    totals = {table.key: table.total.cells for table in paper.tables if table.total}
    assert (totals["committees"][8], totals["enrolment"][3]) == (1, 3)


def test_a_report_without_data_says_so_on_its_page_and_in_its_job(cast):
    page = cast.district.get(reverse("report-detail", args=["annual-return"]), {"year": 2018})
    assert "2018—2019学年没有这张报表的数据，请换一个年度。" in page.content.decode()
    job = finished(cast.district, report="annual-return")
    assert (job.state, job.message) == ("FAILED", "2018—2019学年没有这张报表的数据，请换一个年度。")
