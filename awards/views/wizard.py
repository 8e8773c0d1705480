"""The wizard of a nomination: its tasks, a page a part, the last look, sending, receipt and print."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from awards import eligibility, sheets, task_list
from awards.approval_form import form_of, photo_of, print_form
from awards.forms.nominations import SendForm
from awards.models import FormField, Nomination, Opinion, Quota
from awards.views.nominations import crumbs_of as crumbs_of_due
from awards.views.nominations import mark_of, next_words
from awards.workflow import nominations as steps
from awards.workflow.places import spent_from
from awards.workflow.quotas import words_of
from guanweihui import answers
from guanweihui.answer_forms import Box, clashes, draw, picked, typed_in, unticked
from guanweihui.answers import FILLERS, Unready
from guanweihui.areas import url_or_none
from guanweihui.audit import record
from guanweihui.filings import Outdated
from guanweihui.gate import posts
from guanweihui.lists import Fact
from guanweihui.models import Attachment, Version
from guanweihui.questionnaire import CHECKED, WHY, Asked, Fault, covered, uncovered
from guanweihui.scope import COMMITTEE, Role, reach_of
from guanweihui.templatetags.portal import moment
from guanweihui.views.due_page import deadline_words, remarks_of
from guanweihui.views.dues import PHONE_READERS
from guanweihui.views.dues_fill import faults_json, saver_of, version_of
from guanweihui.workflow import Refused
from members.views.certificates import answer_pdf

FORM = ["GET", "HEAD", "POST"]
FILLS = (Role.SCHOOL, Role.GROUP, Role.DISTRICT)


def filled_or_404(request: HttpRequest, pk: int) -> Nomination:
    """Return a nomination that the reader may fill in, with what its pages show."""
    rows = Nomination.objects.visible_to(request.user).fillable_by(request.user)
    return get_object_or_404(rows.for_page(), pk=pk)


def is_deputy(request: HttpRequest, nomination: Nomination) -> bool:
    """Tell whether the reader is not of the school himself: telephones are masked for him."""
    return nomination.unit_id not in reach_of(request.user).of(FILLERS).ids("school")


def crumbs_of(nomination: Nomination, *more: str) -> list[tuple[str, str]]:
    here = reverse("nomination-task", args=[nomination.pk])
    found = crumbs_of_due(nomination.due, (str(nomination), here if more else ""))
    return [*found, *((words, "") for words in more)]


def quota_line(request: HttpRequest, nomination: Nomination) -> str:
    """Write the line used/allowed of the award."""
    rows = Quota.objects.visible_to(request.user).of(nomination.category).for_school(nomination.unit)
    return words_of(spent_from(rows))


def locked(request: HttpRequest, nomination: Nomination) -> HttpResponse | None:
    """Lead away from a page of the form when nothing can be changed any more."""
    if nomination.is_editable:
        return None
    messages.info(request, f"这份推荐现在是“{nomination.get_status_display()}”，只能查看。")
    return redirect("nomination-receipt", nomination.pk)


def faults_of(
    request: HttpRequest,
    nomination: Nomination,
    asked: Asked,
    fields: Sequence[FormField],
    findings: Sequence[eligibility.Finding] | None = None,
    files: Sequence[Attachment] | None = None,
) -> list[Fault]:
    """Return everything that keeps it from being sent; the school also ticks what the portal filled in."""
    ticks = [] if is_deputy(request, nomination) else unticked(asked, nomination.typed)
    now = timezone.now()
    faults = steps.faults_of(nomination, at=now, asked=asked, fields=fields, findings=findings, files=files)
    return [*ticks, *faults]


@require_safe
@posts(*FILLS)
def nomination_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the tasks of a nomination: what is done, and what each part still lacks."""
    nomination = filled_or_404(request, pk)
    if (away := locked(request, nomination)) is not None:
        return away
    now = timezone.now()
    fields = sheets.fields_of(nomination)
    asked = sheets.ask(nomination, fields=fields)
    faults = faults_of(request, nomination, asked, fields)
    labels = {**asked.questionnaire.labels(), **{one.key: one.label for one in fields}}
    remarks = remarks_of(request, nomination) if nomination.submitted_at else {}
    remarked = [
        (labels.get(key, key), words, task_list.fault_url(nomination, Fault(key, words), asked))
        for key, said in remarks.items()
        for words in said
    ]
    is_back = nomination.status == Nomination.Status.RETURNED
    context = {
        "crumbs": crumbs_of(nomination),
        "nomination": nomination,
        "mark": mark_of(nomination),
        "parts": task_list.parts_of(nomination, asked, fields, faults),
        "quota": quota_line(request, nomination),
        "closes": deadline_words(nomination.due, now),
        "returned_for": answers.last_reason(nomination) if is_back else "",
        "remarks": remarked,
        "may_discard": nomination.status in (Nomination.Status.DRAFT, Nomination.Status.RETURNED),
        "back_url": reverse("nomination-due", args=[nomination.due_id]),
    }
    return render(request, "awards/nomination_task.html", context)


# --- a page of the form -----------------------------------------------------------------------------------


def part_or_404(nomination: Nomination, section: str) -> tuple[Asked, Asked, Sequence[FormField]]:
    """Return the form without known values, one part of it with them, and the fields."""
    fields = sheets.fields_of(nomination)
    whole = sheets.ask(nomination, fields=fields, known=lambda *_: {})
    part = sheets.part_of(whole, section)
    if part is None:
        raise Http404
    keys = {item.key for item in part.questionnaire.items()}
    known = sheets.ask(nomination, fields=fields, known=known_in(keys)).known
    return whole, sheets.part_of(Asked(whole.questionnaire, known=known), section) or part, fields


def known_in(keys: set[str]) -> Any:
    """Return the look-up of what is known, for these items only: each costs a query."""
    return lambda nomination, fields: sheets.known_of(nomination, [one for one in fields if one.key in keys])


def said_in(request: HttpRequest, nomination: Nomination, part: Asked) -> dict[str, str]:
    """Read what a page sent for its part: an empty box, a tick taken away and a reason not asked too."""
    typed = typed_in(part, request.POST)
    stored, keys = nomination.typed, {item.key for item in part.questionnaire.items()}
    for name in stored:
        if name.startswith(WHY) and name.removeprefix(WHY).partition("_")[2] in keys:
            typed.setdefault(name, "")
    for table in part.questionnaire.tables:
        typed.setdefault(CHECKED + table.key, "")
    if is_deputy(request, nomination):
        typed = uncovered(part.questionnaire, typed, stored)
    return picked(typed, stored, request.POST)


@require_http_methods(FORM)
@posts(*FILLS)
def nomination_section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """Fill in one part: a draft may have gaps; going on names what cannot stand, and keeps it."""
    nomination = filled_or_404(request, pk)
    whole, part, fields = part_or_404(nomination, section)
    if request.method != "POST":
        return locked(request, nomination) or section_page(request, nomination, section, part, fields)
    typed = said_in(request, nomination, part)
    now = timezone.now()
    try:
        saved = steps.save_section(
            nomination, typed, version=version_of(request), by=request.user, at=now, asked=whole
        )
    except Outdated as late:
        return section_page(request, nomination, section, part, fields, typed=typed, status=409, clash=late)
    except Refused as refusal:
        return section_page(
            request, nomination, section, part, fields, typed=typed, status=409, refusal=str(refusal)
        )
    nomination.draft, nomination.version = saved.draft, saved.version
    if "_next" not in request.POST:
        messages.success(request, f"{timezone.localtime(now):%H:%M:%S} 已暂存，可以以后继续填写。")
        return redirect("nomination-section", pk, section)
    if any(fault.is_hard for fault in draw(part, nomination.typed).faults):
        return section_page(request, nomination, section, part, fields, status=422, names_faults=True)
    return redirect(next_url(nomination, whole, fields, section))


def next_url(nomination: Nomination, whole: Asked, fields: Sequence[FormField], section: str) -> str:
    """Return the page of the part after this one."""
    parts = task_list.parts_of(nomination, whole, fields, ())
    place = next(n for n, part in enumerate(parts) if part.key == section)
    return parts[place + 1].url


def section_page(
    request: HttpRequest,
    nomination: Nomination,
    section: str,
    part: Asked,
    fields: Sequence[FormField],
    *,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
    names_faults: bool = False,
    refusal: str = "",
    clash: Outdated | None = None,
) -> HttpResponse:
    """Show one part with what was typed; `clash` sets both versions side by side."""
    deputy = is_deputy(request, nomination)
    stored = nomination.typed
    shown = stored if typed is None else {**stored, **typed}
    sheet = draw(part, shown, remarks=remarks_of(request, nomination), cover=stored if deputy else None)
    title = part.questionnaire.tables[0].title
    now = timezone.now()
    context = {
        "crumbs": crumbs_of(nomination, title),
        "nomination": nomination,
        "mark": mark_of(nomination),
        "title": title,
        "section": section,
        "sheet": sheet,
        "grid": sheet.grids[0],
        "boxes": [counted(box, fields) for box in sheet.boxes()],
        "version": clash.filing.version if clash else nomination.version,
        "faults": sheet.faults if names_faults else [],
        "refusal": refusal,
        "both": both_of(part, shown, clash, is_covered=deputy),
        "ticks": not deputy,
        "quota": quota_line(request, nomination),
        "closes": deadline_words(nomination.due, now),
        "save_url": reverse("nomination-save", args=[nomination.pk]),
        "login_url": reverse("login"),
        "task_url": reverse("nomination-task", args=[nomination.pk]),
    }
    return render(request, "awards/nomination_section.html", context, status=status)


def counted(box: Box, fields: Sequence[FormField]) -> dict[str, Any]:
    """Set the count of its characters beside a long text, with what is the least and the most."""
    field = next((one for one in fields if one.key == box.item.key), None)
    least = field.least if field is not None else 0
    return {
        "box": box,
        "is_counted": box.item.format == "long",
        "least": least,
        "count": count_words(len(box.typed.replace("\r\n", "\n").strip()), least, box.item.longest),
        "rows": min(16, max(3, box.item.longest // 120)),
    }


def count_words(length: int, least: int, longest: int) -> str:
    """Say how long a text is and what is wrong with that; static/js/counting.js says the same."""
    words = f"已写 {length} 字，最多 {longest} 字"
    if length > longest:
        return f"{words}，超出 {length - longest} 字"
    return f"{words}，还差 {least - length} 字" if length < least else words


def both_of(
    part: Asked, mine: Mapping[str, str], clash: Outdated | None, *, is_covered: bool
) -> dict[str, Any] | None:
    """Return both versions of what differs on this page, and who saved the other one."""
    if clash is None:
        return None
    items = {item.key: item for item in part.questionnaire.items()}

    def own(said: Mapping[str, str]) -> dict[str, str]:
        """Keep what belongs to this page."""
        return {
            name: words
            for name, words in said.items()
            if name in items or (name.startswith(WHY) and name.removeprefix(WHY).partition("_")[2] in items)
        }

    theirs = own(clash.filing.typed)
    if is_covered:
        theirs |= {key: covered(item, theirs.get(key, "")) for key, item in items.items()}
    return {
        "words": str(clash),
        "who": saver_of(clash.filing),
        "rows": clashes(part, own(mine), theirs),
    }


@require_POST
@posts(*FILLS)
def nomination_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save a part as the filer types. Answers JSON: when it was saved, how far it is, what is wrong where."""
    nomination = filled_or_404(request, pk)
    whole, part, _ = part_or_404(nomination, request.POST.get("_section", ""))
    typed = said_in(request, nomination, part)
    now = timezone.now()
    try:
        saved = steps.save_section(
            nomination, typed, version=version_of(request), by=request.user, at=now, asked=whole
        )
    except Outdated as late:
        return JsonResponse({"outdated": str(late)}, status=409)
    except Refused as refusal:
        return JsonResponse({"refused": str(refusal)}, status=409)
    sheet = draw(part, saved.typed)
    return JsonResponse(
        {
            "saved": f"{timezone.localtime(now):%H:%M:%S}",
            "version": saved.version,
            "done": sheet.done,
            "whole": sheet.whole,
            "wrong": sheet.wrong,
            "faults": faults_json(sheet),
        }
    )


# --- the last look, sending -------------------------------------------------------------------------------


@require_safe
@posts(*FILLS)
def nomination_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form as it will be printed, with everything that is still open."""
    nomination = filled_or_404(request, pk)
    return locked(request, nomination) or check_page(request, nomination)


def check_page(
    request: HttpRequest,
    nomination: Nomination,
    *,
    form: SendForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    fields = sheets.fields_of(nomination)
    asked = sheets.ask(nomination, fields=fields)
    findings = eligibility.check(nomination, on=timezone.localdate(now))
    files = list(Attachment.objects.visible_to(request.user).of_filing(nomination))
    faults = faults_of(request, nomination, asked, fields, findings, files)
    deputy = is_deputy(request, nomination)
    # What lies with the school bears no opinion of a level above it: none stands any more.
    paper = form_of(nomination, fields, is_masked=deputy)
    context = {
        "crumbs": crumbs_of(nomination, "核对并提交"),
        "nomination": nomination,
        "mark": mark_of(nomination),
        "version": nomination.version,
        "paper": paper,
        "facts": [Fact(pair.label, pair.value, wide="\n" in pair.value) for pair in paper.pairs],
        "faults": [(task_list.fault_url(nomination, fault, asked), fault.words) for fault in faults],
        "findings": eligibility.seen_by(findings, request.user),
        "materials": materials_of(fields, files),
        "parts": task_list.parts_of(nomination, asked, fields, faults),
        "form": (form or SendForm()) if deputy else None,
        "refusal": refusal,
        "quota": quota_line(request, nomination),
        "closes": deadline_words(nomination.due, now),
        "task_url": reverse("nomination-task", args=[nomination.pk]),
        "print_url": reverse("nomination-print", args=[nomination.pk]),
    }
    return render(request, "awards/nomination_check.html", context, status=status)


def materials_of(
    fields: Sequence[FormField], files: Sequence[Attachment]
) -> list[tuple[FormField, list[Attachment]]]:
    """Pair each material with the files that are attached to it."""
    return [
        (field, [one for one in files if one.field == steps.MATERIAL + field.key])
        for field in fields
        if field.section == FormField.Section.MATERIALS
    ]


@require_POST
@posts(*FILLS)
def nomination_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the nomination; a fault, a late hour, a full quota and an old tab are told on the last look."""
    nomination = filled_or_404(request, pk)
    if not nomination.is_editable and version_of(request) == nomination.version:
        return redirect("nomination-receipt", pk)  # a click that came twice is the one click
    deputy, now = is_deputy(request, nomination), timezone.now()
    form = SendForm(request.POST) if deputy else None
    if form is not None and not form.is_valid():
        return check_page(request, nomination, form=form, status=422)
    if not deputy and nomination.is_editable and unticked(sheets.ask(nomination), nomination.typed):
        return check_page(request, nomination, status=422, refusal="平台带出的数据还没有核对，没有提交。")
    version, by = version_of(request), request.user
    try:
        if form is not None:
            asked_by = form.cleaned_data["asked_by"]
            steps.file_on_behalf(nomination, version=version, asked_by=asked_by, by=by, at=now)
        else:
            steps.submit(nomination, version=version, by=by, at=now)
    except Unready:
        refusal = "还有没有完成的内容，没有提交。请按下面的提示逐项修改。"
        return check_page(request, nomination, form=form, status=422, refusal=refusal)
    except Refused as fault:
        if not nomination.is_editable:
            raise
        return check_page(request, nomination, form=form, status=409, refusal=str(fault))
    messages.success(request, f"已提交“{nomination}”。本校推荐都提交后，请点“报送完毕”。")
    return redirect("nomination-receipt", pk)


@require_safe
@posts(*FILLS)
def nomination_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the receipt of what went up: its number, when and by whom, what it waits for."""
    nomination = filled_or_404(request, pk)
    if nomination.is_editable:
        return redirect("nomination-task", pk)
    sent = f"{moment(nomination.submitted_at)}　{nomination.submitted_by or ''}".strip()
    facts = [
        Fact("回执编号", nomination.receipt_no),
        Fact("评选", nomination.cycle.name),
        Fact("奖项", nomination.category.name),
        Fact("推荐对象", nomination.nominee),
        Fact("推荐单位", nomination.printed_unit),
        Fact("提交", sent),
        Fact("状态", nomination.get_status_display()),
        Fact("下一步", next_words(nomination)),
        Fact("名额", quota_line(request, nomination), wide=True),
    ]
    if nomination.basis:
        facts.append(Fact("代报依据", nomination.basis, wide=True))
    is_sent = nomination.status == Nomination.Status.SUBMITTED
    is_open = timezone.now() <= nomination.due.closes_at()
    context = {
        "crumbs": crumbs_of(nomination, "回执"),
        "nomination": nomination,
        "mark": mark_of(nomination),
        "facts": facts,
        "may_withdraw": is_sent and is_open and not is_deputy(request, nomination),
        "back_url": reverse("nomination-due", args=[nomination.due_id]),
        "detail_url": url_or_none("nomination-detail", pk),
        "print_url": reverse("nomination-print", args=[pk]),
    }
    return render(request, "awards/nomination_receipt.html", context)


def sent_of(request: HttpRequest, nomination: Nomination) -> Version | None:
    """Return what was sent last, for who reads and does not fill in: what is written now is not theirs."""
    mine = Nomination.objects.visible_to(request.user).fillable_by(request.user).among([nomination.pk])
    if not nomination.is_editable or mine.exists():
        return None
    return Version.objects.visible_to(request.user).of(nomination).first()


@require_safe
@posts(*COMMITTEE)
def nomination_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the 推荐审批表, for the seal and for the file; a draft by who fills it in only."""
    rows = Nomination.objects.visible_to(request.user).readable_by(request.user)
    nomination = get_object_or_404(rows.for_page(), pk=pk)
    fields = sheets.fields_of(nomination)
    files = Attachment.objects.visible_to(request.user).of_filing(nomination)
    form = form_of(
        nomination,
        fields,
        opinions=Opinion.objects.visible_to(request.user).of(nomination),
        photo=photo_of(nomination, fields, files),
        sent=sent_of(request, nomination),
        is_masked=not reach_of(request.user).serves(*PHONE_READERS),
    )
    content = print_form(form, by=str(request.user))
    changes = {"table": form.title, "format": "PDF"}
    record("nomination.print", nomination, by=request.user, at=timezone.now(), changes=changes)
    return answer_pdf(content, f"{form.title}_{nomination.nominee}.pdf")
