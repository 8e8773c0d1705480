"""Service certificates: the register, opening one for a person, its sheet, its prints."""

import datetime
import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import COMMITTEE, reach_of
from guanweihui.sheets import trail_of
from guanweihui.tables import format_value
from guanweihui.text import mask_id
from members.areas import SERVICE, WRITERS, tabs_of
from members.filters.certificates import ServiceCertificateFilter
from members.forms.certificates import CertificateForm, EndForm, PrintForm, RangeForm
from members.models import Person, ServiceCertificate, ServiceKind
from members.reports.certificates import certificate_pdf, certificate_register, notice_pdf, span_of
from members.workflow import certificates as steps

S = ServiceCertificate.Status
KINDS = {S.POSTED: "info", S.ISSUED: "ok", S.WITHDRAWN: "plain", S.VOID: "void"}
COLUMNS = (
    ListColumn("证明编号", sort="number"),
    ListColumn("姓名", is_name=True, sort="name"),
    ListColumn("出具单位", is_long=True),
    ListColumn("起止日期"),
    ListColumn("服务时间（小时）", format="hours"),
    ListColumn("公示截止", format="date", sort="until"),
    ListColumn("出具日期", format="date", sort="issued"),
    ListColumn("状态"),
)
SORTS = {
    "number": ("number",),
    "name": ("person__pinyin",),
    "until": ("posted_until",),
    "issued": ("issued_on",),
}
LINE_COLUMNS = (
    ListColumn("日期", format="date"),
    ListColumn("类别"),
    ListColumn("内容", is_name=True, is_long=True),
    ListColumn("组织单位"),
    ListColumn("时间（小时）", format="hours"),
)


def chosen_certificates(request: HttpRequest) -> ServiceCertificateFilter:
    rows = ServiceCertificate.objects.visible_to(request.user)
    return ServiceCertificateFilter(request.GET, queryset=rows, request=request)


@require_safe
@posts(*COMMITTEE)
def certificate_list(request: HttpRequest) -> HttpResponse:
    """List the register (登记簿): void certificates keep their line and number."""
    chosen = chosen_certificates(request)
    page = page_of(request, chosen.qs.for_list(), SORTS)
    writes = reach_of(request.user).serves(*WRITERS)
    shown = ListPage(
        title="服务证明",
        columns=COLUMNS,
        rows=[row(certificate) for certificate in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, SERVICE),
        export="service-certificate-export" if writes else "",
        unit="份",
        empty_words="还没有服务证明。请在志愿者的档案或“谁在服务”名单中开具。"
        if writes
        else "还没有服务证明。",
    )
    return answer_list(request, shown)


def row(certificate: ServiceCertificate) -> ListRow:
    url = reverse("service-certificate-detail", args=[certificate.pk])
    cells = (
        certificate.number or "未编号",
        Link(certificate.person.name, url),
        certificate.issuer.full_name,
        f"{certificate.from_on:%Y-%m-%d}—{certificate.to_on:%Y-%m-%d}",
        certificate.half_hours / 2,
        certificate.posted_until,
        certificate.issued_on,
        Mark(certificate.get_status_display(), KINDS[certificate.status]),
    )
    return ListRow(cells, key=str(certificate.pk), name=certificate.person.name)


@require_safe
@posts(*WRITERS)
def certificate_export(request: HttpRequest) -> HttpResponse:
    """Give the queried register as a workbook, by number; no ID number stands in it."""
    rows = chosen_certificates(request).qs.visible_to(request.user, roles=WRITERS).for_register()
    return answer_workbook(request, certificate_register(rows, reporting_unit=unit_name(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def certificate_new(request: HttpRequest) -> HttpResponse:
    """Open a certificate for ?person=: the hours of the range are shown before it is posted."""
    key = request.GET.get("person", "")
    if not key.isdecimal():
        messages.info(request, "请先选择志愿者：在“谁在服务”名单中点“开具证明”。")
        return redirect("serving-list")
    today = timezone.localdate()
    person, back_url = person_and_way_back(request, int(key), today)
    issuer = steps.issuer_of(person.school, on=today)
    asked = RangeForm(request.GET if "from_on" in request.GET else None)
    first, last = asked_range(asked, today)
    form = CertificateForm(
        request.POST or None,
        initial={"from_on": first, "to_on": last, "head": steps.head_on(issuer, today)},
    )
    return answer_form(
        request,
        form,
        lambda data: steps.post_certificate(person, **data, by=request.user, at=timezone.now()),
        title="开具服务证明",
        action="开始公示",
        back_url=back_url,
        done=lambda one: f"已开始公示，{format_value(one.posted_until, prose=True)}期满以后可以出具。",
        then=lambda one: reverse("service-certificate-detail", args=[one.pk]),
        crumbs=[("服务证明", reverse("service-certificate-list"))],
        words="服务时间只计起止日期内已确认的志愿服务记录；公示期满、记录没有变动，才能出具。",
        facts=preview(person, issuer, form, first, last),
    )


def person_and_way_back(request: HttpRequest, key: int, today: datetime.date) -> tuple[Person, str]:
    """Return whom the actor may certify, and his sheet.

    A school that goes on for his closed one does not see the sheet: its way back is the register.
    """
    people = Person.objects.visible_to(request.user, roles=WRITERS)
    try:
        person = get_object_or_404(people.for_page(), pk=key)
    except Http404:
        if (left := steps.left_to(request.user, key, on=today)) is None:
            raise
        return left, reverse("service-certificate-list")
    return person, reverse("person-detail", args=[person.pk])


def asked_range(form: RangeForm, today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """Return the range of the address, else this year so far."""
    if form.is_valid():
        return form.cleaned_data["from_on"], form.cleaned_data["to_on"]
    return today.replace(month=1, day=1), today


def preview(
    person: Person, issuer: Any, form: CertificateForm, first: datetime.date, last: datetime.date
) -> list[Fact]:
    """Say whose certificate it is and what the range holds: the one typed, else the one asked for."""
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["from_on"], form.cleaned_data["to_on"]
    lines = steps.lines_of(person, first, last)
    training = steps.of_kind(lines, ServiceKind.TRAINING)
    span = f"{format_value(first, prose=True)}至{format_value(last, prose=True)}"
    hours = format_value(steps.half_hours_of(lines) / 2, "hours")
    apart = format_value(sum(line["half_hours"] for line in training) / 2, "hours")
    number = len(lines) - len(training)
    return [
        Fact("姓名", person.name),
        Fact("出具单位", issuer.full_name),
        Fact("已确认记录", f"{span}：{number} 条，{hours} 小时；培训学习 {apart} 小时，不计入。", wide=True),
    ]


def certificate_or_404(request: HttpRequest, pk: int, roles: Any = None) -> ServiceCertificate:
    rows = ServiceCertificate.objects.visible_to(request.user, roles=roles)
    return get_object_or_404(rows.for_page(), pk=pk)


def crumbs_of(certificate: ServiceCertificate, *more: str) -> list[tuple[str, str]]:
    here = reverse("service-certificate-detail", args=[certificate.pk])
    return [
        ("服务证明", reverse("service-certificate-list")),
        (str(certificate), here if more else ""),
        *((words, "") for words in more),
    ]


@require_safe
@posts(*COMMITTEE)
def certificate_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a certificate in its four parts, with the records that it froze."""
    return answer_detail(request, certificate_or_404(request, pk))


def answer_detail(
    request: HttpRequest, certificate: ServiceCertificate, form: PrintForm | None = None
) -> HttpResponse:
    roles = reach_of(request.user).roles
    writes = bool(roles & WRITERS)
    is_issued = certificate.status == S.ISSUED
    context = {
        "crumbs": crumbs_of(certificate),
        "certificate": certificate,
        "mark": Mark(certificate.get_status_display(), KINDS[certificate.status]),
        "sections": sections(certificate),
        "line_columns": LINE_COLUMNS,
        "lines": [line_row(line) for line in certificate.content],
        "steps": {step.name for step in steps.STEPS.open_for(certificate, roles)},
        "is_ripe": timezone.localdate() > certificate.posted_until,
        "print_form": (form or PrintForm()) if writes and is_issued else None,
        "trail": trail_of(request.user, certificate),
    }
    template, status = "members/certificate_detail.html", 422 if form else 200
    return render(request, template, context, status=status)


def line_row(line: dict[str, Any]) -> ListRow:
    cells = (
        datetime.date.fromisoformat(line["on"]),
        ServiceKind(line["kind"]).label,
        line["content"],
        line["organiser"] or "—",
        line["half_hours"] / 2,
    )
    return ListRow(cells)


def sections(certificate: ServiceCertificate) -> list[tuple[str, list[Fact]]]:
    """Write the four parts that 民政部令第67号 names, the ID number masked."""
    person = certificate.person
    card = getattr(person, "card", None)
    until = format_value(certificate.posted_until, prose=True)
    return [
        (
            "身份",
            [
                Fact("姓名", person.name, url=reverse("person-detail", args=[person.pk])),
                Fact("证件类型", "居民身份证"),
                Fact("证件号码", mask_id(person.id_number)),
                Fact("志愿者编号", card.number if card else ""),
            ],
        ),
        (
            "服务",
            [
                Fact("起止日期", span_of(certificate)),
                Fact("服务时间", f"{certificate.half_hours / 2:.1f} 小时"),
            ],
        ),
        (
            "出具单位",
            [
                Fact("单位名称", certificate.issuer.full_name),
                Fact("记录单位", certificate.recorded_by_name or certificate.issuer.full_name),
                Fact("负责人", certificate.head),
                Fact("经办人", certificate.handler),
                Fact("联系方式", certificate.contact, wide=True),
            ],
        ),
        (
            "编号、日期与备注",
            [
                Fact("证明编号", certificate.number),
                Fact("出具日期", certificate.issued_on),
                Fact("单位内公示", f"{format_value(certificate.posted_on, prose=True)}至{until}"),
                Fact("备注", certificate.purpose),
                *(
                    [Fact("撤回或作废原因", certificate.end_reason, wide=True)]
                    if certificate.end_reason
                    else []
                ),
            ],
        ),
    ]


@require_POST
@posts(*WRITERS)
def certificate_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Number and issue a certificate whose notice has run out."""
    certificate = certificate_or_404(request, pk, WRITERS)
    issued = steps.issue_certificate(certificate, by=request.user, at=timezone.now())
    messages.success(request, f"已出具，证明编号 {issued.number}。")
    return redirect("service-certificate-detail", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def certificate_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a posted certificate back, with a reason."""
    certificate = certificate_or_404(request, pk, WRITERS)
    words = "撤回后这一份不再出具，需要时可以重新开具。"
    return answer_end(request, certificate, steps.withdraw_certificate, "撤回服务证明", "撤回", words)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def certificate_void(request: HttpRequest, pk: int) -> HttpResponse:
    """Void an issued certificate, with a reason."""
    certificate = certificate_or_404(request, pk, WRITERS)
    words = "作废后扫码核验显示“已作废”，编号保留在登记簿中，不再使用。"
    return answer_end(request, certificate, steps.void_certificate, "作废服务证明", "作废", words)


def answer_end(
    request: HttpRequest, certificate: ServiceCertificate, step: Any, title: str, action: str, words: str
) -> HttpResponse:
    return answer_form(
        request,
        EndForm(request.POST or None),
        lambda data: step(certificate, by=request.user, at=timezone.now(), reason=data["reason"]),
        title=title,
        action=action,
        back_url=reverse("service-certificate-detail", args=[certificate.pk]),
        done=f"已{action}。",
        crumbs=crumbs_of(certificate, title)[:-1],
        words=words,
        danger=True,
    )


@sensitive_variables("content")
@require_http_methods(["GET", "HEAD", "POST"])
@posts(*COMMITTEE)
def certificate_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Print a certificate: masked for whoever reads it, with the ID number in the answer to a purpose."""
    is_full = request.method == "POST"
    certificate = certificate_or_404(request, pk, WRITERS if is_full else None)
    if is_full:
        form = PrintForm(request.POST)
        if not form.is_valid():
            return answer_detail(request, certificate, form)
        purpose = form.cleaned_data["purpose"]
        steps.print_certificate(certificate, by=request.user, at=timezone.now(), purpose=purpose)
    check_url = request.build_absolute_uri(reverse("verify", args=[certificate.check_token]))
    content = certificate_pdf(certificate, check_url=check_url, is_full=is_full)
    return answer_pdf(content, f"志愿服务记录证明_{certificate.number or '公示稿'}.pdf")


@require_safe
@posts(*COMMITTEE)
def certificate_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the notice to hang in the unit; no ID number stands on it."""
    certificate = certificate_or_404(request, pk)
    return answer_pdf(notice_pdf(certificate), "志愿服务记录证明公示.pdf")


def answer_pdf(content: bytes, name: str) -> FileResponse:
    """Answer with a PDF that the browser opens; nothing keeps a copy of it on the way."""
    answer = FileResponse(io.BytesIO(content), filename=name, content_type="application/pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer
