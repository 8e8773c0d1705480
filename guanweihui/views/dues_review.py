"""Reviewing: the group's and the district's opinion on what schools sent."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from guanweihui import filing_kinds, filings
from guanweihui.answer_forms import masked, phones_of
from guanweihui.due_forms import AGREE, OpinionForm, RemarksForm
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.models import Due, Filing
from guanweihui.questionnaire import WHY, paragraphs
from guanweihui.round_forms import ReasonForm
from guanweihui.scope import Role, reach_of
from guanweihui.views.due_page import REVIEWERS, crumbs_of, filing_or_404, waiting
from guanweihui.views.dues import detail_page
from guanweihui.workflow import Refused


def agree(filing: Any, request: HttpRequest) -> Any:
    """Take the step that agreeing is for the reader: the office accepts, the group endorses."""
    is_office = reach_of(request.user).serves(Role.DISTRICT)
    waits_for_group = filing.status == Filing.Status.SUBMITTED and filing.due.round.group_endorses
    if is_office and not (waits_for_group and reach_of(request.user).serves(Role.GROUP)):
        return filings.accept(filing, by=request.user, at=timezone.now())
    return filings.endorse(filing, by=request.user, at=timezone.now())


@require_POST
@posts(*REVIEWERS)
def due_opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the reviewer's opinion and go on to the next filing that waits."""
    due, kind, filing = filing_or_404(request, pk, REVIEWERS)
    form = OpinionForm(request.POST, auto_id="id_opinion_%s")
    if not form.is_valid():
        return detail_page(request, due, kind, form, status=422)
    reason = form.cleaned_data["reason"].strip()
    try:
        if form.cleaned_data["conclusion"] == AGREE:
            agree(filing, request)
            done = "已同意"
        else:
            filings.return_back(filing, by=request.user, at=timezone.now(), reason=reason)
            done = "已退回"
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return detail_page(request, due, kind, form, status=409)
    return on_to_next(request, due, f"{due.school.short_name}：{done}。")


def on_to_next(request: HttpRequest, due: Due, words: str) -> HttpResponse:
    """Go to the filing that waits next in this round, or stay where nothing waits any more."""
    following = next(iter(waiting(request, due)), None)
    if following is None:
        messages.success(request, f"{words}本次报送没有待您审核的材料了。")
        return redirect("due-detail", due.pk)
    messages.success(request, f"{words}下一件：{following.school.short_name}。")
    return redirect("due-detail", following.pk)


@require_POST
@posts(Role.GROUP)
def due_endorse(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the group pass a filing on to the district."""
    _, _, filing = filing_or_404(request, pk, {Role.GROUP})
    filings.endorse(filing, by=request.user, at=timezone.now())
    messages.success(request, "已审核同意，转区里审核。")
    return redirect("due-detail", pk)


@require_POST
@posts(Role.DISTRICT)
def due_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept a filing."""
    _, _, filing = filing_or_404(request, pk, {Role.DISTRICT})
    filings.accept(filing, by=request.user, at=timezone.now())
    messages.success(request, "已通过。")
    return redirect("due-detail", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*REVIEWERS)
def due_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a filing back with a reason, and a remark at each item that needs one."""
    due, kind, filing = filing_or_404(request, pk, REVIEWERS)
    asked = kind.ask(due)
    rows = [
        one
        for one in masked(paragraphs(asked.questionnaire, filing.typed), phones_of(asked))
        if asked.questionnaire.item(one.key)
    ]
    form = RemarksForm(request.POST or None, paragraphs=rows)
    return answer_form(
        request,
        form,
        lambda values: filings.return_back(
            filing, by=request.user, at=timezone.now(), reason=values["reason"], remarks=form.remarks()
        ),
        title=f"退回{due.school.short_name}的材料",
        action="退回",
        words="学校至少有两个工作日修改，即使已过截止时间。逐项写的意见会显示在学校填报页的对应位置。",
        back_url=reverse("due-detail", args=[pk]),
        crumbs=crumbs_of(due, ("退回", ""))[:-1],
        done="已退回，学校会看到理由和逐项意见。",
        template="guanweihui/dues/return.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def due_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open an accepted filing again for the school to correct."""
    due, _, filing = filing_or_404(request, pk, {Role.DISTRICT})
    return answer_form(
        request,
        ReasonForm(request.POST or None),
        lambda values: filings.reopen(filing, by=request.user, at=timezone.now(), reason=values["reason"]),
        title="重新打开",
        action="重新打开",
        words=f"{due.school.short_name}的材料已通过。重新打开后由学校修改，再次提交和审核。",
        back_url=reverse("due-detail", args=[pk]),
        crumbs=crumbs_of(due, ("重新打开", ""))[:-1],
        done="已重新打开，学校可以修改后再提交。",
    )


@require_POST
@posts(*REVIEWERS)
def due_accept_many(request: HttpRequest) -> HttpResponse:
    """Agree to the ticked filings of a round one by one; what explains a soft check is left to be read."""
    picked = request.POST.getlist("due")
    dues = list(Due.objects.visible_to(request.user, roles=REVIEWERS).among(picked).for_list())
    passed, left = 0, []
    for due in dues:
        if (why := passed_over(request, due)) is None:
            passed += 1
        else:
            left.append(f"{due.school.short_name}（{why}）")
    if passed:
        messages.success(request, f"已同意 {passed} 件。")
    if left:
        messages.warning(request, f"没有办理 {len(left)} 件：{'、'.join(left)}。")
    if not dues:
        messages.warning(request, "没有勾选材料。")
    back = dues[0].pk if dues else None
    return redirect("due-detail", back) if back else redirect("home")


def passed_over(request: HttpRequest, due: Due) -> str | None:
    """Agree to one filing; or say why not."""
    kind = filing_kinds.get(due.round.kind)
    filing = kind.filing_of(due) if kind is not None else None
    if filing is None:
        return "没有材料"
    if any(name.startswith(WHY) for name in filing.typed):
        return "有情况说明，请逐件审核"
    try:
        agree(filing, request)
    except Refused as refusal:
        return str(refusal).rstrip("。")
    return None
