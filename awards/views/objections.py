"""Objections to a notice: entering one, its page, the decision. Who objects is for the district alone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from awards.forms.notices import UPHELD, DecideForm, ObjectionForm, RevealForm
from awards.models import AwardListEntry, Objection, PublicNotice
from awards.views.notices import FORM_METHODS, OBJECTION_KINDS, OFFICE, crumbs_of, notice_or_404, url_of
from awards.workflow import objections as steps
from guanweihui.areas import url_or_none
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.lists import Fact, Link, Mark
from guanweihui.models import Attachment
from guanweihui.scope import DISTRICT_WIDE, reach_of
from guanweihui.sheets import trail_of
from guanweihui.templatetags.portal import moment
from guanweihui.text import mask_phone

S = Objection.Status


def objection_or_404(request: HttpRequest, pk: int, roles: Any = OFFICE) -> Objection:
    return get_object_or_404(Objection.objects.visible_to(request.user, roles=roles).for_page(), pk=pk)


def nominees_of(request: HttpRequest, notice: PublicNotice) -> dict[str, tuple[str, Any]]:
    """Return who stands on the list of a notice, by key, each with its words."""
    entries = AwardListEntry.objects.visible_to(request.user).of(notice.award_list_id)
    named = entries.with_outcome(AwardListEntry.Outcome.AWARD).for_list().defer("nomination__draft")
    return {
        str(one.nomination_id): (f"{one.nomination}（{one.nomination.unit}）", one.nomination)
        for one in named
    }


@sensitive_post_parameters("objector", "phone", "text")
@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def objection_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an objection that came in."""
    notice = notice_or_404(request, pk)
    form = ObjectionForm(
        request.POST or None,
        request.FILES or None,
        nominees=nominees_of(request, notice),
        initial={"received_on": timezone.localdate()},
    )

    def step(data: dict[str, Any]) -> Objection:
        values = {name: value for name, value in data.items() if name != "file"}
        return steps.receive_objection(notice, values, file=data["file"], by=request.user, at=timezone.now())

    return answer_form(
        request,
        form,
        step,
        title="登记异议",
        action="保存",
        words="实名（姓名、电话）和盖章的单位异议，办结以前不能办结公示；匿名的留存备查，不影响办结。",
        back_url=url_of(notice),
        crumbs=crumbs_of(notice),
        done="已登记异议，请尽快核查。",
        then=lambda one: reverse("objection-detail", args=[one.pk]),
    )


@require_safe
@posts(*DISTRICT_WIDE)
def objection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an objection with what was found; the telephone masked."""
    return answer_detail(request, objection_or_404(request, pk, DISTRICT_WIDE))


@sensitive_variables("phone")
def answer_detail(
    request: HttpRequest, objection: Objection, *, phone: str = "", form: RevealForm | None = None
) -> HttpResponse:
    is_office = reach_of(request.user).serves(*OFFICE)
    notice = objection.notice
    is_upheld = objection.status == S.UPHELD and notice.status != PublicNotice.Status.REPLACED
    context = {
        "crumbs": [*crumbs_of(notice), (str(objection), "")],
        "objection": objection,
        "heading": f"{objection.get_kind_display()}异议",
        "mark": Mark(objection.get_status_display(), OBJECTION_KINDS[objection.status]),
        "facts": facts_of(request, objection, phone),
        "is_opened": bool(phone),
        "may_decide": is_office and objection.status == S.OPEN,
        "is_upheld": is_upheld,
        "amend_url": url_or_none("award-list-amend", notice.award_list_id) if is_upheld else "",
        "form": (form or RevealForm()) if is_office and objection.phone and not phone else None,
        "trail": trail_of(request.user, objection),
    }
    return render(request, "awards/objection_detail.html", context, status=422 if form else 200)


def facts_of(request: HttpRequest, objection: Objection, phone: str) -> list[Fact]:
    meant = str(objection.nomination) if objection.nomination else "整个名单或其他"
    facts = [
        Fact("公示", objection.notice.title, url=url_of(objection.notice), wide=True),
        Fact("形式", objection.get_kind_display()),
        Fact("收到日期", objection.received_on),
        Fact("针对", meant, wide=True),
        Fact("提出人或单位", objection.objector or "匿名"),
        Fact("联系电话", phone or mask_phone(objection.phone) or "没有留"),
        Fact("内容", objection.text, wide=True),
        Fact("登记", f"{objection.received_by}　{moment(objection.received_at)}", wide=True),
        Fact("书面材料", papers_of(request, objection) or "没有", wide=True),
    ]
    if objection.status != S.OPEN:
        facts += [
            Fact("核查情况", objection.findings, wide=True),
            Fact("办结", f"{objection.decided_by or '系统'}　{moment(objection.decided_at)}", wide=True),
        ]
    return facts


def papers_of(request: HttpRequest, objection: Objection) -> tuple[Link, ...] | str:
    """Return links to the papers for who may open them, for everybody else how many there are."""
    visible = Attachment.objects.visible_to(request.user)
    papers = list(visible.beside(f"{steps.FILE}{objection.pk}"))
    if not reach_of(request.user).serves(*OFFICE):
        return f"{len(papers)} 件，由办公室保管" if papers else ""
    return tuple(Link(one.original_name, reverse("attachment-file", args=[one.pk])) for one in papers)


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def objection_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an objection with what was found."""
    objection = objection_or_404(request, pk)

    def step(data: dict[str, Any]) -> Objection:
        return steps.decide_objection(
            objection,
            is_upheld=data["result"] == UPHELD,
            findings=data["findings"],
            file=data["file"],
            by=request.user,
            at=timezone.now(),
        )

    return answer_form(
        request,
        DecideForm(request.POST or None, request.FILES or None),
        step,
        title="办结异议",
        action="办结",
        words="结论为“成立”的，须修改名单、重新审定并重新公示。",
        back_url=reverse("objection-detail", args=[objection.pk]),
        crumbs=[*crumbs_of(objection.notice), (str(objection), "")],
        done=lambda one: f"已办结：{one.get_status_display()}。",
        facts=[Fact("内容", objection.text, wide=True)],
    )


@sensitive_variables("phone")
@require_POST
@posts(*OFFICE)
def objection_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the whole telephone once, in the answer to a POST that says the purpose."""
    objection = objection_or_404(request, pk)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return answer_detail(request, objection, form=form)
    purpose = form.cleaned_data["purpose"]
    phone = steps.reveal_phone(objection, purpose=purpose, by=request.user, at=timezone.now())
    return answer_detail(request, objection, phone=phone)
