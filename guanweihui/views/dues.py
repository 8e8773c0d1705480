"""A due that answers a questionnaire: the page on which it is read and reviewed, its prints and papers."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui import answers, filing_kinds, filings
from guanweihui.answer_forms import (
    SIGNATURES,
    known_table,
    masked,
    masked_changes,
    phones_of,
    reasons_of,
    tables_of,
)
from guanweihui.audit import record
from guanweihui.documents import pdf
from guanweihui.due_forms import OpinionForm, ScanForm
from guanweihui.filing_kinds import FilingKind
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import answer_file
from guanweihui.models import Due, Version
from guanweihui.questionnaire import Asked, paragraphs
from guanweihui.scope import COMMITTEE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.tables import Column, Imprint, Row, Table
from guanweihui.templatetags.portal import cn_date, moment
from guanweihui.views.due_page import (
    FILER,
    REVIEWERS,
    address,
    crumbs_of,
    due_or_404,
    facts_of,
    filing_or_404,
    left_of,
    may_file_for,
    open_steps,
    remarks_of,
    scan_of,
    stages_of,
    waiting,
    with_reasons,
)
from guanweihui.workflow import Refused

#: Words that reviewers write again and again.
PHRASES = ("材料齐全，数据无误。", "请核对标黄的数字。", "请补充情况说明。", "请补传盖章件扫描件。")
#: Who prints telephone numbers in full: the school its own, the office all of them.
PHONE_READERS = frozenset({Role.DISTRICT, Role.SCHOOL})


@require_safe
@posts(*COMMITTEE)
def due_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one school's due: what is asked, what was sent, and the steps open to the reader."""
    due = due_or_404(request, pk)
    kind = filing_kinds.get(due.round.kind)
    if kind is None:
        elsewhere = filing_kinds.url_of(due)
        if elsewhere == request.path:
            raise Http404
        return redirect(elsewhere)
    return detail_page(request, due, kind)


def detail_page(
    request: HttpRequest, due: Due, kind: FilingKind, form: OpinionForm | None = None, *, status: int = 200
) -> HttpResponse:
    """Show the due; `form` is a reviewer's opinion that was refused, with its text."""
    now, roles = timezone.now(), reach_of(request.user).roles
    filing = kind.filing_of(due)
    steps = open_steps(request, due, filing)
    left, urgency = left_of(due, now)
    context: dict[str, Any] = {
        "crumbs": crumbs_of(due),
        "due": due,
        "filing": filing,
        "status": due.get_state_display(),
        "is_filer": Role.SCHOOL in roles,
        "facts": facts_of(due, filing, now),
        "stages": stages_of(due, filing),
        "left": left if due.state in Due.UNMET else "",
        "urgency": urgency,
        "can": dict.fromkeys(steps, True),
        **ways_of(request, due, filing),
        "trail": trail_of(request.user, filing if filing is not None else due),
    }
    if filing is not None:
        context |= content_of_page(request, kind.ask(due), filing)
    if form is not None or not steps.isdisjoint({"endorse", "accept", "return_back"}):
        context |= {
            "form": form or OpinionForm(auto_id="id_opinion_%s"),
            "phrases": PHRASES,
            "queue": queue_of(request, due, kind),
        }
    template = "guanweihui/dues/review.html" if "form" in context else "guanweihui/dues/detail.html"
    if Role.SCHOOL in roles and filing is None:
        context["asks"] = [table.title for table in kind.ask(due).questionnaire.tables]
    return render(request, template, context, status=status)


def ways_of(request: HttpRequest, due: Due, filing: Any) -> dict[str, Any]:
    """Return where the page's buttons lead; an empty address is no button."""
    roles = reach_of(request.user).roles
    is_filer = Role.SCHOOL in roles
    is_settled = due.state in (Due.State.NIL, Due.State.WAIVED)
    is_unmet = due.state in Due.UNMET
    is_owing = is_filer and is_unmet and due.round.state == due.round.State.OPEN
    may_edit = is_filer and filing is not None and filing.is_editable and not is_settled
    return {
        "may_start": is_owing and filing is None,
        "fill_url": reverse("due-fill", args=[due.pk]) if may_edit else "",
        "nil_url": address("due-nil", due.pk) if is_owing else "",
        "excel_url": address("round-load", due.round_id) if is_owing else "",
        "behalf_url": reverse("due-behalf", args=[due.pk]) if may_file_for(request, due, filing) else "",
        "print_url": reverse("due-print", args=[due.pk]) if filing is not None else "",
        "scan_url": reverse("due-scan", args=[due.pk]) if may_scan(roles, filing) else "",
        **decisions_of(roles, due),
    }


def decisions_of(roles: Any, due: Due) -> dict[str, str]:
    """Return where the office decides about the due itself, and where a call to the school is noted."""
    is_unmet = due.state in Due.UNMET
    decides = Role.DISTRICT in roles
    is_settled = due.state in (Due.State.NIL, Due.State.WAIVED)
    return {
        "extend_url": address("due-extend", due.pk) if decides and is_unmet else "",
        "waive_url": address("due-waive", due.pk) if decides and is_unmet else "",
        "restore_url": address("due-restore", due.pk) if decides and is_settled else "",
        "chase_url": address("due-chase", due.pk) if is_unmet and not roles.isdisjoint(REVIEWERS) else "",
    }


def may_scan(roles: Any, filing: Any) -> bool:
    return filing is not None and filing.status != filing.Status.ACCEPTED and not roles.isdisjoint(SCANNERS)


SCANNERS = FILER | REVIEWERS


def content_of_page(request: HttpRequest, asked: Asked, filing: Any) -> dict[str, Any]:
    """Return the answers, what stands beside them, and what changed since the reader looked."""
    phones, typed = phones_of(asked), filing.typed
    labels = asked.questionnaire.labels()
    versions = list(Version.objects.visible_to(request.user).of(filing))
    seen = changes_for(request, filing, versions)
    return {
        "tables": tables_of(asked, typed, is_masked=True),
        "known": known_table(asked, typed),
        "beside": asked.beside,
        "reasons": reasons_of(paragraphs(asked.questionnaire, typed)),
        "remarks": [
            (key, labels.get(key, ""), words)
            for key, said in remarks_of(request, filing).items()
            for words in said
        ],
        "returned_for": returned_for(filing),
        "seen": seen[0] if seen else None,
        "changes": masked_changes(seen[1], phones) if seen else [],
        "versions": versions,
        "receipt": f"{filing.due_id}-{versions[0].number}" if versions and not filing.is_editable else "",
        "scan": scan_of(request, filing),
    }


def changes_for(request: HttpRequest, filing: Any, versions: list[Version]) -> Any:
    """Return what a reviewer has not seen yet, and note that he has the last version before him now."""
    if not versions or reach_of(request.user).roles.isdisjoint(REVIEWERS):
        return None
    known = Version.objects.visible_to(request.user).of(filing).looked_at_by(request.user)
    seen = set(known.values_list("number", flat=True))
    if versions[0].number not in seen:
        answers.look(filing, by=request.user, at=timezone.now())
    return answers.changed_since(versions, seen)


def returned_for(filing: Any) -> str:
    """Say why the filing came back, as the trail has it."""
    if filing.status != filing.Status.RETURNED:
        return ""
    return answers.last_reason(filing)


def queue_of(request: HttpRequest, due: Due, kind: FilingKind) -> list[dict[str, Any]]:
    """Return what waits for the reader in this round, by deadline; plain ones may be passed together."""
    dues = list(waiting(request, due))
    plain = {one.pk for one in dues} - with_reasons(request, kind, due)
    now = timezone.now()
    return [
        {
            "due": one,
            "is_here": one.pk == due.pk,
            "is_plain": one.pk in plain,
            "note": f"{one.get_state_display()} · {left_of(one, now)[0]}",
        }
        for one in dues
    ]


# --- the school's further steps ---------------------------------------------------------------------------


@require_POST
@posts(Role.SCHOOL)
def due_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the filing back before anybody looked at it."""
    _, _, filing = filing_or_404(request, pk, FILER)
    filings.withdraw(filing, by=request.user, at=timezone.now())
    messages.success(request, "已撤回，修改后请再次提交。")
    return redirect("due-fill", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*SCANNERS)
def due_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the scan of the print that was signed and sealed; a new one replaces the old."""
    due, _, filing = filing_or_404(request, pk, SCANNERS)
    old = scan_of(request, filing)
    return answer_form(
        request,
        ScanForm(request.POST or None, request.FILES or None),
        lambda values: answers.attach_scan(filing, **values["file"], by=request.user, at=timezone.now()),
        title="上传盖章件扫描件",
        action="上传",
        words=f"已有扫描件“{old.original_name}”，新文件会替换它。" if old else "",
        back_url=reverse("due-detail", args=[pk]),
        crumbs=crumbs_of(due, ("扫描件", ""))[:-1],
        done="扫描件已保存。",
    )


# --- paper ------------------------------------------------------------------------------------------------


@require_safe
@posts(*COMMITTEE)
def due_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the form as an official table to be signed and sealed."""
    due, kind, filing = filing_or_404(request, pk)
    if (fault := pdf.available()) is not None:
        raise Refused(fault)
    now, home = timezone.localtime(), reach_of(request.user).home
    is_masked = not reach_of(request.user).serves(*PHONE_READERS)
    asked = kind.ask(due)
    tables = tables_of(
        asked,
        filing.typed,
        is_masked=is_masked,
        reporting_unit=due.school.full_name,
        period=f"截至{cn_date(due.round.as_of_on)}" if due.round.as_of_on else "",
        signatures=SIGNATURES,
        lead=f"{asked.questionnaire.title}　",
        notes=(print_note(request, filing),),
    )
    changes = {"table": asked.questionnaire.title, "rows": len(tables), "format": "PDF"}
    record(
        f"{filing._meta.model_name}.print", filing, by=request.user, at=now, district=home, changes=changes
    )
    content = pdf.tables(tables, Imprint(now, str(request.user)))
    return answer_file(content, f"{due.round.title}_{due.school.short_name}_{now:%Y%m%d}.pdf")


def print_note(request: HttpRequest, filing: Any) -> str:
    """Say which version the paper is of; a draft says that it is one."""
    version = Version.objects.visible_to(request.user).of(filing).first()
    if version is None or filing.is_editable:
        return "草稿，尚未提交，不作报送依据。"
    words = f"报送编号：{filing.due_id}-{version.number}　提交时间：{moment(version.taken_at)}"
    return f"{words}　提交人：{version.taken_by or '平台'}"


@require_safe
@posts(*COMMITTEE)
def due_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show an earlier version as it was sent."""
    due, kind, filing = filing_or_404(request, pk)
    versions = Version.objects.visible_to(request.user).of(filing)
    version = get_object_or_404(versions, number=number)
    rows = masked(answers.content_of(version), phones_of(kind.ask(due)))
    table = Table(
        key="version",
        title=f"{due.round.title}（第{number}次提交）",
        columns=(Column("item", "填报项"), Column("words", "填报内容")),
        rows=tuple(Row((one.label, one.words)) for one in rows),
        reporting_unit=due.school.full_name,
        signatures=(),
    )
    context = {
        "crumbs": crumbs_of(due, (f"第{number}次提交", "")),
        "due": due,
        "version": version,
        "table": table,
        "is_latest": version.pk == versions.first().pk,
    }
    return render(request, "guanweihui/dues/version.html", context)
