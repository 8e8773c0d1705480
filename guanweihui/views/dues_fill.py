"""Filling in: the grid of a questionnaire for the school, and for who files on its behalf."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from guanweihui import answers
from guanweihui.answer_forms import Clash, Sheet, clashes, draw, picked, typed_in, unticked
from guanweihui.due_forms import BehalfForm
from guanweihui.filings import Outdated
from guanweihui.gate import posts
from guanweihui.models import Due, Version
from guanweihui.questionnaire import Asked, Fault, covered, uncovered
from guanweihui.scope import Role
from guanweihui.views.due_page import (
    FILER,
    REVIEWERS,
    address,
    asked_due,
    crumbs_of,
    deadline_words,
    filing_or_404,
    left_of,
    may_file_for,
    remarks_of,
)
from guanweihui.workflow import Refused


@require_POST
@posts(Role.SCHOOL)
def due_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the school its draft and go to it."""
    due, _ = asked_due(request, pk, FILER)
    answers.start(due, by=request.user, at=timezone.now())
    return redirect("due-fill", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.SCHOOL)
def due_fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the school fill in: a draft may have gaps, a submit names them all; nothing typed is lost."""
    due, kind, filing = filing_or_404(request, pk, FILER)
    asked = kind.ask(due)
    if request.method != "POST":
        if not filing.is_editable or due.state in (Due.State.NIL, Due.State.WAIVED):
            messages.info(request, f"这份材料现在是“{due.get_state_display()}”，只能查看。")
            return redirect("due-detail", pk)
        return fill_page(request, due, filing, asked, filing.typed)
    typed = picked(typed_in(asked, request.POST), filing.typed, request.POST)
    if "_submit" in request.POST and answers.was_sent(filing, typed, asked=asked):
        return submitted(request, filing)
    now = timezone.now()
    try:
        filing = answers.save_draft(
            filing, typed, version=version_of(request), by=request.user, at=now, asked=asked
        )
        if "_submit" not in request.POST:
            messages.success(request, f"{timezone.localtime(now):%H:%M:%S} 已暂存，可以以后继续填写。")
            return redirect("due-fill", pk)
        if faults := unticked(asked, typed):
            return fill_page(request, due, filing, asked, typed, status=422, more=faults, whole=True)
        answers.submit(filing, version=filing.version, by=request.user, at=now)
    except answers.Unready:
        return fill_page(request, due, filing, asked, typed, status=422, whole=True)
    except Outdated as late:
        return fill_page(request, due, late.filing, asked, typed, status=409, clash=late)
    except Refused as refusal:
        return fill_page(request, due, filing, asked, typed, status=422, refusal=str(refusal))
    return submitted(request, filing)


def submitted(request: HttpRequest, filing: Any) -> HttpResponse:
    """Give the receipt of what went up."""
    messages.success(request, f"已提交。回执编号 {receipt_of(request, filing)}，可以打印后签字盖章。")
    return redirect("due-detail", filing.due_id)


def version_of(request: HttpRequest) -> int:
    """Return the version that the page was opened with; 0 is none, so that nothing is overwritten."""
    said = request.POST.get("_version", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0


def receipt_of(request: HttpRequest, filing: Any) -> str:
    """Write the number of what was sent last: the due's, and which time it was."""
    version = Version.objects.visible_to(request.user).of(filing).first()
    return f"{filing.due_id}-{version.number if version else 0}"


def fill_page(
    request: HttpRequest,
    due: Due,
    filing: Any,
    asked: Asked,
    typed: Mapping[str, str],
    *,
    status: int = 200,
    more: list[Fault] | None = None,
    whole: bool = False,
    refusal: str = "",
    clash: Outdated | None = None,
) -> HttpResponse:
    """Show the grid with what was typed; `clash` sets both versions side by side."""
    now = timezone.now()
    sheet = draw(asked, typed, whole=whole, remarks=remarks_of(request, filing))
    detail = reverse("due-detail", args=[due.pk])
    left, urgency = left_of(due, now)
    context = {
        "crumbs": crumbs_of(due, ("填报", "")),
        "due": due,
        "version": filing.version,
        "status": due.get_state_display(),
        "sheet": sheet,
        "beside": asked.beside,
        "faults": [*(more or []), *sheet.faults] if whole else [],
        "refusal": refusal,
        "both": both_of(asked, typed, filing, clash),
        "closes": deadline_words(due, now),
        "left": left,
        "urgency": urgency,
        "detail_url": detail,
        "save_url": reverse("due-save", args=[due.pk]),
        "excel_url": address("round-load", due.round_id),
        "login_url": reverse("login"),
    }
    return render(request, "guanweihui/dues/fill.html", context, status=status)


def both_of(
    asked: Asked,
    typed: Mapping[str, str],
    filing: Any,
    clash: Outdated | None,
    *,
    is_covered: bool = False,
) -> dict[str, Any] | None:
    """Return both versions of what differs, and who saved the other one."""
    if clash is None:
        return None
    theirs = filing.typed
    if is_covered:
        theirs |= {item.key: covered(item, theirs.get(item.key, "")) for item in asked.questionnaire.items()}
    rows: list[Clash] = clashes(asked, typed, theirs)
    return {"words": str(clash), "who": saver_of(filing), "rows": rows}


def saver_of(filing: Any) -> str:
    """Say who saved the filing last, and when."""
    when = f"{timezone.localtime(filing.saved_at):%H:%M} " if filing.saved_at else ""
    return f"{filing.saved_by or '别人'} {when}保存的"


@require_POST
@posts(Role.SCHOOL)
def due_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save as the filer types. Answers JSON: when it was saved, how far it is, what is wrong where."""
    due, kind, filing = filing_or_404(request, pk, FILER)
    asked = kind.ask(due)
    typed = typed_in(asked, request.POST)
    now = timezone.now()
    try:
        saved = answers.save_draft(
            filing, typed, version=version_of(request), by=request.user, at=now, asked=asked
        )
    except Outdated as late:
        return JsonResponse({"outdated": str(late)}, status=409)
    except Refused as refusal:
        return JsonResponse({"refused": str(refusal)}, status=409)
    sheet = draw(asked, typed)
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


def faults_json(sheet: Sheet) -> list[dict[str, str]]:
    """Return every fault with its cell; a soft one with the name of the field of its reason."""
    found = [
        {"key": cell.item.key if hasattr(cell, "item") else cell.sum.key, "words": words, "why": ""}
        for grid in sheet.grids
        for line in grid.lines
        for cell in line.cells
        if cell is not None
        for words in cell.hard
    ]
    found += [
        {"key": box.item.key, "words": ask.words, "why": ask.name}
        for box in sheet.boxes()
        for ask in box.soft
    ]
    return found


# --- for a school that cannot -----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*REVIEWERS)
def due_behalf(request: HttpRequest, pk: int) -> HttpResponse:
    """File for a school on paper or a call: the same grid, with what it rests on."""
    due, kind = asked_due(request, pk, REVIEWERS)
    filing, asked = kind.filing_of(due), kind.ask(due)
    if request.method != "POST":
        if not may_file_for(request, due, filing):
            messages.info(request, f"该校现在是“{due.get_state_display()}”，不能代报。")
            return redirect("due-detail", pk)
        typed = filing.typed if filing is not None else asked.start()
        return behalf_page(request, due, filing, asked, typed, BehalfForm())
    stored = filing.typed if filing is not None else asked.start()
    typed = uncovered(asked.questionnaire, typed_in(asked, request.POST), stored)
    typed = picked(typed, filing.typed if filing is not None else {}, request.POST)
    form = BehalfForm(request.POST, request.FILES)
    if not form.is_valid():
        return behalf_page(request, due, filing, asked, typed, form, status=422, whole=True)
    try:
        sent = send_for(request, due, typed, form.cleaned_data, has_draft=filing is not None)
    except answers.Unready:
        return behalf_page(request, due, filing, asked, typed, form, status=422, whole=True)
    except Outdated as late:
        return behalf_page(request, due, late.filing, asked, typed, form, status=409, clash=late)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return behalf_page(request, due, filing, asked, typed, form, status=422)
    messages.success(request, f"已代{due.school.short_name}提交。回执编号 {receipt_of(request, sent)}。")
    return redirect("due-detail", pk)


def send_for(
    request: HttpRequest, due: Due, typed: Mapping[str, str], values: Mapping[str, Any], *, has_draft: bool
) -> Any:
    return answers.file_on_behalf(
        due,
        typed,
        basis=values["basis"],
        asked_by=values["asked_by"],
        sent_at=values["sent_at"],
        scan=values["scan"],
        version=version_of(request) if has_draft else None,
        by=request.user,
        at=timezone.now(),
    )


def behalf_page(
    request: HttpRequest,
    due: Due,
    filing: Any,
    asked: Asked,
    typed: Mapping[str, str],
    form: BehalfForm,
    *,
    status: int = 200,
    whole: bool = False,
    clash: Outdated | None = None,
) -> HttpResponse:
    stored = filing.typed if filing is not None else asked.start()
    sheet = draw(asked, typed, whole=whole, remarks=remarks_of(request, filing), cover=stored)
    context = {
        "crumbs": crumbs_of(due, ("代报", "")),
        "due": due,
        "version": filing.version if filing is not None else 0,
        "status": due.get_state_display(),
        "sheet": sheet,
        "form": form,
        "beside": asked.beside,
        "faults": sheet.faults if whole else [],
        "both": both_of(asked, typed, filing, clash, is_covered=True),
        "closes": deadline_words(due, timezone.now()),
        "detail_url": reverse("due-detail", args=[due.pk]),
    }
    return render(request, "guanweihui/dues/behalf.html", context, status=status)
