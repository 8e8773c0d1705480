"""The report centre: what can be printed, a preview, and the files that jobs make."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from guanweihui import catalogue, dashboard, jobs
from guanweihui.documents import pdf
from guanweihui.figures import Period
from guanweihui.forms import YearForm
from guanweihui.gate import posts
from guanweihui.htmx import answer
from guanweihui.models import Job
from guanweihui.report_job import FORMATS
from guanweihui.scope import COMMITTEE, reach_of


@require_safe
@posts(*COMMITTEE)
def report_centre(request: HttpRequest) -> HttpResponse:
    """List the reports by family, and the reader's own jobs."""
    period = asked_period(request)
    context = {
        "reports": catalogue.offered_to(reach_of(request.user).roles),
        "period": period,
        "years": years_round(period),
        "jobs": Job.objects.visible_to(request.user).for_list()[:10],
        "pdf_fault": pdf.available(),
    }
    return render(request, "guanweihui/report_centre.html", context)


@require_safe
@posts(*COMMITTEE)
def report_detail(request: HttpRequest, name: str) -> HttpResponse:
    """Preview a report: the same tables that the files hold."""
    report = offered(request, name)
    if report.is_register:
        raise Http404
    period = asked_period(request)
    context = {
        "report": report,
        "paper": report.build(request.user, period),
        "period": period,
        "years": years_round(period),
        "pdf_fault": pdf.available(),
    }
    return render(request, "guanweihui/report_detail.html", context)


@require_POST
@posts(*COMMITTEE)
def report_run(request: HttpRequest, name: str) -> HttpResponse:
    """Hand a report over to the worker and go to the page that shows how far it is."""
    report = offered(request, name)
    kind = request.POST.get("format")
    form = YearForm(request.POST)
    if kind not in formats_of(report) or not form.is_valid() or form.cleaned_data["year"] is None:
        raise Http404
    year = form.cleaned_data["year"]
    reach = reach_of(request.user)
    row = jobs.enqueue(
        "report",
        by=request.user,
        params={"report": name, "year": year, "format": kind},
        at=timezone.now(),
        label=f"{report.title}（{period_of(reach, year).label}，{FORMATS[kind]}）",
        district=reach.home,
    )
    return redirect("job-detail", row.pk)


@require_safe
@posts(*COMMITTEE)
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one job of the reader; htmx polls the inner part until it is over."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    return answer(request, "guanweihui/job_detail.html", "guanweihui/_job.html", {"job": job})


@require_safe
@posts(*COMMITTEE)
def job_file(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out a job's file to its owner, who must still hold a post that the kind of job asks for."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk, state=Job.State.DONE)
    kind = jobs.KINDS.get(job.kind)
    if not job.result_path or kind is None or not reach_of(request.user).serves(*kind.roles(job)):
        raise Http404
    return FileResponse(default_storage.open(job.result_path), as_attachment=True, filename=job.result_name)


@require_POST
@posts(*COMMITTEE)
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a job that is not over."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    jobs.cancel(job)
    return redirect("job-detail", pk)


def formats_of(report: catalogue.Report) -> list[str]:
    return ["xlsx"] if report.is_register else list(FORMATS)


def offered(request: HttpRequest, name: str) -> catalogue.Report:
    report = catalogue.get(name)
    if report is None or reach_of(request.user).roles.isdisjoint(report.roles):
        raise Http404
    return report


def asked_period(request: HttpRequest) -> Period:
    """Return the period of ?year=, or the latest one with data."""
    reach = reach_of(request.user)
    form = YearForm(request.GET)
    if form.is_valid() and form.cleaned_data["year"] is not None:
        return period_of(reach, form.cleaned_data["year"])
    day = dashboard.last_day_with_data(request.user) or timezone.localdate()
    return Period.holding(day, reach.year_starts_in)


def period_of(reach, year: int) -> Period:
    return Period.of(year, reach.year_starts_in)


def years_round(period: Period) -> range:
    """Offer this year and the years round the one shown, newest first."""
    return range(max(period.year, timezone.localdate().year), period.year - 5, -1)
