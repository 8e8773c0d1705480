"""Steps of a list as pages: begun, decided live, minuted, put forward, approved, sent back, amended."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST

from awards.forms.lists import AmendForm, ApproveForm, DecideForm, MinutesForm, ProposeForm
from awards.models import AwardList, AwardListEntry, Cycle
from awards.views.list_page import (
    OFFICE,
    Refusal,
    S,
    beside_of,
    categories_of,
    context_of,
    crumbs_of,
    line_of,
    list_or_404,
    tallies_of,
    totals_of,
    url_of,
)
from awards.workflow import list_entries as meeting
from awards.workflow import lists as steps
from awards.workflow.list_counts import MINUTES, Tally, minutes_seen, seen_of
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.htmx import wants_part
from guanweihui.lists import Fact
from guanweihui.round_forms import ReasonForm
from guanweihui.scope import Role
from guanweihui.workflow import Refused

FORM_METHODS = ["GET", "HEAD", "POST"]
LEADER = frozenset({Role.LEADER})


@require_POST
@posts(*OFFICE)
def award_list_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the list of a cycle."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user, roles=OFFICE), pk=pk)
    award_list = steps.start_list(cycle, by=request.user, at=timezone.now())
    messages.success(request, "已建立名单。请先打印评审材料，再在会上逐一记下结论。")
    return redirect(url_of(award_list))


@require_POST
@posts(*OFFICE)
def award_list_update(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a draft in line with the review."""
    award_list = meeting.update_entries(list_or_404(request, pk, OFFICE), by=request.user, at=timezone.now())
    messages.success(request, "已按复核结果更新名单。")
    return redirect(url_of(award_list))


# --- live in the meeting ----------------------------------------------------------------------------------


def entry_or_404(request: HttpRequest, pk: int) -> AwardListEntry:
    entries = AwardListEntry.objects.visible_to(request.user, roles=OFFICE)
    return get_object_or_404(entries.select_related("award_list__cycle__district"), pk=pk)


@require_POST
@posts(*OFFICE)
def award_list_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Write one decision; htmx gets its line, the lines that moved with it, and the counts."""
    entry = entry_or_404(request, pk)
    before = _seen(request, entry)
    form = DecideForm(request.POST)
    fault = ""
    if form.is_valid():
        try:
            meeting.decide(entry, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refusal:
            fault = str(refusal)
    else:
        fault = "；".join(words for errors in form.errors.values() for words in errors)
    refused = Refusal(entry.pk, form, fault) if fault else None
    if wants_part(request):
        return answer_lines(request, entry, refused, before)
    if refused is not None:
        award_list = list_or_404(request, entry.award_list_id, OFFICE)
        context = context_of(request, award_list, refused=refused)
        return render(request, "awards/award_list_detail.html", context, status=422)
    return redirect(f"{url_of(entry.award_list)}#entry-{entry.pk}")


def _seen(request: HttpRequest, entry: AwardListEntry) -> dict[int, str]:
    """Return what stands of every entry of a list, by key: afterwards it tells which lines moved."""
    peers = AwardListEntry.objects.visible_to(request.user, roles=OFFICE).of(entry.award_list)
    return {one.pk: seen_of(one) for one in peers}


def answer_lines(
    request: HttpRequest, entry: AwardListEntry, refused: Refusal | None, before: dict[int, str]
) -> HttpResponse:
    """Answer with the line of an entry, those that changed beside it, and the counts of its category."""
    award_list = list_or_404(request, entry.award_list_id, OFFICE)
    tallies = tallies_of(request, award_list)
    found = [
        (one, number, each)
        for one in tallies
        for number, each in enumerate(one.entries, start=1)
        if each.pk == entry.pk or before.get(each.pk) != seen_of(each)
    ]
    mine = next((one for one, _, each in found if each.pk == entry.pk), None)
    if mine is None:  # taken off the list meanwhile
        return HttpResponse(headers={"HX-Refresh": "true"})
    shown = [Tally(one.category, [each]) for one, _, each in found]
    beside = beside_of(request, award_list, shown)
    lines = [
        line_of(each, number, beside, refused=refused, is_moved=each.pk != entry.pk)
        for _, number, each in found
    ]
    context = {
        "lines": sorted(lines, key=lambda line: line.is_moved),
        "tallied": mine,
        "totals": totals_of(tallies),
        "is_part": True,
    }
    answer = render(request, "awards/_award_list_lines.html", context, status=422 if refused else 200)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


@require_POST
@posts(*OFFICE)
def award_list_promote(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the next reserve take a freed place."""
    entry = entry_or_404(request, pk)
    fresh = meeting.promote(entry, by=request.user, at=timezone.now())
    messages.success(request, f"“{fresh.nomination.nominee}”已递补为拟表彰。")
    return redirect(f"{url_of(entry.award_list)}#entry-{entry.pk}")


@require_POST
@posts(*OFFICE)
def award_list_rest(request: HttpRequest, pk: int) -> HttpResponse:
    """Put everybody of a category who is not decided yet on the list."""
    award_list = list_or_404(request, pk, OFFICE)
    asked = request.POST.get("category", "")
    category = get_object_or_404(
        categories_of(request, award_list), pk=int(asked[:18]) if asked.isdecimal() else 0
    )
    number = meeting.award_rest(award_list, category, by=request.user, at=timezone.now())
    messages.success(request, f"“{category}”未议的 {number} 份推荐已列为拟表彰。")
    return redirect(f"{url_of(award_list)}#category-{category.pk}")


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def award_list_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the minutes of the meeting and attach the signed paper."""
    award_list = list_or_404(request, pk, OFFICE)
    is_draft = award_list.status == S.DRAFT
    initial = {name: getattr(award_list, name) for name in MINUTES}
    form = MinutesForm(
        request.POST or None,
        request.FILES or None,
        is_draft=is_draft,
        initial={**initial, "seen": minutes_seen(award_list)},
    )

    def step(data: dict[str, Any]) -> AwardList:
        values = {name: data[name] for name in MINUTES if name in data}
        ways = {"by": request.user, "at": timezone.now()}
        return steps.write_minutes(award_list, values, seen=data["seen"], scan=data["scan"], **ways)

    return answer_form(
        request,
        form,
        step,
        title="登记会议记录" if is_draft else "上传会议记录扫描件",
        action="保存",
        words="" if is_draft else "名单已经提请，会议记录不能再改，只能补传签字的扫描件。",
        back_url=url_of(award_list),
        crumbs=crumbs_of(award_list),
        done="已保存。",
    )


# --- approval ---------------------------------------------------------------------------------------------


def counts_of(request: HttpRequest, award_list: AwardList) -> list[Fact]:
    """Return what a list comes to, a line a category."""
    return [
        Fact(one.category.name, f"推荐 {one.proposed} {one.measure}；{one.words()}", wide=True)
        for one in tallies_of(request, award_list)
    ]


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def award_list_propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a decided list before a leader."""
    award_list = list_or_404(request, pk, OFFICE)
    form = ProposeForm(request.POST or None, initial={"version": award_list.version})

    def step(data: dict[str, Any]) -> AwardList:
        ways = {"by": request.user, "at": timezone.now()}
        return steps.propose(award_list, version=data["version"], note=data["note"], **ways)

    return answer_form(
        request,
        form,
        step,
        title="提请审定",
        action="提请",
        words="提请后名单不能再改，由区关工委领导审定或退回。提请人不能审定自己提请的名单。",
        facts=counts_of(request, award_list),
        back_url=url_of(award_list),
        crumbs=crumbs_of(award_list),
        done="已提请领导审定。",
    )


@require_http_methods(FORM_METHODS)
@posts(*LEADER)
def award_list_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a list: every nomination follows its outcome."""
    award_list = list_or_404(request, pk, LEADER)
    form = ApproveForm(request.POST or None, initial={"version": award_list.version})
    facts = [
        Fact("名单", str(award_list), url=url_of(award_list)),
        Fact("提请人", str(award_list.proposed_by or "—")),
        *counts_of(request, award_list),
    ]
    return answer_form(
        request,
        form,
        lambda data: steps.approve(award_list, version=data["version"], by=request.user, at=timezone.now()),
        title="审定拟表彰名单",
        action="审定",
        words="审定后，名单中的推荐分别转为拟表彰、递补或不予表彰，不予表彰的释放名额；接着可以公示。",
        facts=facts,
        back_url=url_of(award_list),
        crumbs=crumbs_of(award_list),
        done="名单已审定，可以公示。",
    )


def reason_page(
    request: HttpRequest, award_list: AwardList, form: Any, step: Any, **words: Any
) -> HttpResponse:
    """Answer the page of a step that needs its reason."""
    return answer_form(
        request,
        form,
        lambda data: step(award_list, reason=data["reason"], by=request.user, at=timezone.now()),
        back_url=url_of(award_list),
        crumbs=crumbs_of(award_list),
        **words,
    )


@require_http_methods(FORM_METHODS)
@posts(*LEADER)
def award_list_send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a proposed list back to the office."""
    return reason_page(
        request,
        list_or_404(request, pk, LEADER),
        ReasonForm(request.POST or None),
        steps.send_back,
        title="退回名单",
        action="退回",
        words="退回后由区关工委办公室修改，再次提请审定。",
        done="已退回，办公室会看到理由。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def award_list_amend(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an approved list by making the next one."""
    return reason_page(
        request,
        list_or_404(request, pk, OFFICE),
        AmendForm(request.POST or None),
        steps.amend,
        title="修改已审定的名单",
        action="修改",
        words="会另建一份名单（照原名单的结论），原名单和它的公示作废，不再对外显示；"
        "新名单须重新提请审定、重新公示。空出的名额按递补顺序接替。",
        danger=True,
        done="已另建名单，请修改后提请审定。",
        then=url_of,
    )
