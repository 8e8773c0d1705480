"""Lists to be commended: all of them, one of them, and what of it goes on paper."""

import io
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from awards.areas import AWARDS
from awards.filters.lists import AwardListFilter
from awards.forms.lists import PackForm
from awards.models import AwardList
from awards.report_job.meeting import KIND
from awards.reports.lists import award_list_table, minutes_document
from awards.views.list_page import (
    KINDS,
    S,
    categories_of,
    context_of,
    list_or_404,
    lists_of,
    tallies_of,
    url_of,
)
from guanweihui import jobs
from guanweihui.areas import tabs_of, url_or_none
from guanweihui.audit import record
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_pdf, answer_workbook, unit_name
from guanweihui.lists import Link, ListColumn, ListRow, Mark, page_of
from guanweihui.report_job import FORMATS
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.workflow import Refused

COLUMNS = (
    ListColumn("名单", is_name=True),
    ListColumn("评审会日期", format="date"),
    ListColumn("推荐", format="int"),
    ListColumn("拟表彰", format="int"),
    ListColumn("审定人"),
    ListColumn("状态"),
)


@require_safe
@posts(*DISTRICT_WIDE)
def award_list_list(request: HttpRequest) -> HttpResponse:
    """List the lists, the newest cycle first; a replaced one stays as it was."""
    rows = lists_of(request, DISTRICT_WIDE).with_counts()
    chosen = AwardListFilter(request.GET, queryset=rows, request=request)
    page = page_of(request, chosen.qs.for_list())
    is_office = reach_of(request.user).serves(Role.DISTRICT)
    shown = ListPage(
        title="拟表彰名单",
        columns=COLUMNS,
        rows=[row(award_list) for award_list in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, AWARDS),
        unit="份",
        empty_words="还没有拟表彰名单。推荐全部复核完以后，在评选周期的页面上点“建立名单”。"
        if is_office
        else "还没有拟表彰名单。",
        empty_url=url_or_none("cycle-list") if is_office else "",
        empty_action="评选周期" if is_office else "",
    )
    return answer_list(request, shown)


def row(award_list: AwardList) -> ListRow:
    return ListRow(
        (
            Link(str(award_list), url_of(award_list)),
            award_list.met_on,
            award_list.proposed_count,
            award_list.award_count,
            str(award_list.approved_by or "—"),
            Mark(award_list.get_status_display(), KINDS[S(award_list.status)]),
        )
    )


@require_safe
@posts(*DISTRICT_WIDE)
def award_list_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a list by category: quota against proposed, ranked, checks, outcomes."""
    return answer_detail(request, list_or_404(request, pk))


def answer_detail(
    request: HttpRequest, award_list: AwardList, *, pack: PackForm | None = None, status: int = 200
) -> HttpResponse:
    context = context_of(request, award_list, pack=pack)
    return render(request, "awards/award_list_detail.html", context, status=status)


def table_of(request: HttpRequest, award_list: AwardList) -> Any:
    tallies = tallies_of(request, award_list)
    return award_list_table(award_list, tallies, reporting_unit=unit_name(request))


@require_safe
@posts(*DISTRICT_WIDE)
def award_list_export(request: HttpRequest, pk: int) -> FileResponse:
    """Give the list as a workbook."""
    return answer_workbook(request, table_of(request, list_or_404(request, pk)))


@require_safe
@posts(*DISTRICT_WIDE)
def award_list_print(request: HttpRequest, pk: int) -> FileResponse:
    """Give the list as PDF."""
    return answer_pdf(request, table_of(request, list_or_404(request, pk)))


@require_safe
@posts(*DISTRICT_WIDE)
def award_list_record(request: HttpRequest, pk: int) -> FileResponse:
    """Give the minutes of the meeting as an official document (纪要)."""
    # Imported here: the layout engine is slow to load and most requests need none of it.
    from guanweihui.documents import pdf

    award_list = list_or_404(request, pk)
    if (why_not := pdf.available()) is not None:
        raise Refused(why_not)
    tallies = tallies_of(request, award_list)
    content = pdf.official(minutes_document(award_list, tallies, today=timezone.localdate()))
    record("awardlist.print", award_list, by=request.user, at=timezone.now())
    answer = FileResponse(
        io.BytesIO(content), filename=f"{award_list.cycle}评审会纪要.pdf", content_type="application/pdf"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
@posts(*DISTRICT_WIDE)
def award_list_pack(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the meeting pack over to the worker and go to the page that shows how far it is."""
    award_list = list_or_404(request, pk)
    form = PackForm(request.POST, categories=categories_of(request, award_list))
    if not form.is_valid():
        return answer_detail(request, award_list, pack=form, status=422)
    category, kind = form.cleaned_data["category"], form.cleaned_data["format"]
    names = dict(form.fields["category"].choices)
    part = names[category] if category else "全部奖项"
    job = jobs.enqueue(
        KIND,
        by=request.user,
        params={"award_list": award_list.pk, "category": category, "format": kind},
        at=timezone.now(),
        label=f"{award_list}评审材料（{part}，{FORMATS[kind]}）",
        district=award_list.cycle.district,
    )
    return redirect("job-detail", job.pk)
