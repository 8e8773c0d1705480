"""The job that makes a report's file. Rights are checked when it starts and again when it is fetched."""

import re
from typing import Any

from django.utils import timezone

from guanweihui import catalogue
from guanweihui.audit import record
from guanweihui.documents import pdf, xlsx
from guanweihui.figures import Period
from guanweihui.jobs import JobError, Progress, Result, job
from guanweihui.models import Job
from guanweihui.scope import reach_of
from guanweihui.tables import Imprint

FORMATS = {"xlsx": "Excel", "pdf": "PDF"}


def readers(row: Job) -> frozenset[str]:
    """Return the roles that may read the report of a job; nobody reads one that exists no more."""
    report = catalogue.get(row.params.get("report", ""))
    return frozenset(report.roles) if report is not None else frozenset()


@job("report", "报表", roles=readers)
def make_report(row: Job, progress: Progress) -> Result:
    """Build the paper of `params` (report, year, format) for the job's owner."""
    report = catalogue.get(row.params["report"])
    actor = row.created_by
    if report is None or actor is None or reach_of(actor).roles.isdisjoint(report.roles):
        raise JobError("您已没有这张报表的权限，任务停止。")
    progress(0, 3, "正在统计")
    home = reach_of(actor).home
    period = Period.of(row.params["year"], reach_of(actor).year_starts_in)
    paper = report.build(actor, period)
    if not paper.tables:
        raise JobError(f"{period.label}没有这张报表的数据，请换一个年度。")
    progress(1, 3, "正在排版")
    now = timezone.localtime()
    content = render(report, paper, row.params["format"], Imprint(now, str(actor), f"R{row.pk:06d}"))
    progress(2, 3, "正在存盘")
    kind = row.params["format"]
    record(
        "report.make",
        row,
        by=actor,
        at=now,
        district=row.district,
        changes={"report": report.title, "format": FORMATS[kind]},
    )
    return Result(file_name(paper.title, home, now, kind), content)


def render(report: catalogue.Report, paper: catalogue.Paper, kind: str, imprint: Imprint) -> bytes:
    """Turn a paper into a file. Raises JobError when PDF cannot be made on this machine."""
    if kind == "xlsx":
        return (
            xlsx.register(paper.tables[0], imprint)
            if report.is_register
            else xlsx.workbook(paper.tables, imprint)
        )
    if (why_not := pdf.available()) is not None:
        raise JobError(why_not)
    if paper.official is not None:
        return pdf.official(paper.official)
    return pdf.tables(paper.tables, imprint, charts=paper.charts)


def file_name(title: str, district: Any, now: Any, kind: str) -> str:
    """Name the file by report, district and day: the same parameters give the same name."""
    clean = re.sub(r"[\\/:*?\"<>|\s]+", "", title)
    place = f"_{district.short_name}" if district and district.short_name not in clean else ""
    return f"{clean}{place}_{now:%Y%m%d}.{kind}"
