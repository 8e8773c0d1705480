"""Reviewing nominations: the queue in three panes, the opinion, the panel's marks, a group's order."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from awards import eligibility
from awards.areas import AWARDS
from awards.beside import beside
from awards.forms.review import FORM_ID, MarkForm, OpinionForm, OrderForm
from awards.models import Category, Nomination, Opinion, PanelMark
from awards.views import review_page as parts
from awards.views.nomination_list import detail_page
from awards.workflow import review
from awards.workflow.nominations import order_nominations
from awards.workflow.review import REVIEWERS, awaits_district, awaits_group
from guanweihui import answers
from guanweihui.areas import tabs_of, url_or_none
from guanweihui.gate import posts
from guanweihui.questionnaire import WHY, Paragraph
from guanweihui.scope import Role, reach_of
from guanweihui.todos import AMBER, RED
from guanweihui.workflow import Refused

S = Nomination.Status
Verdict = Opinion.Verdict
PER_PAGE = 20
GROUP_PHRASES = (
    "材料齐全，事迹真实，同意推荐。",
    "请补充盖章件。",
    "事迹不够具体，请补充近两年的事例和数据。",
    "名额有限，本次不予推荐。",
)
DISTRICT_PHRASES = (
    "材料齐全，符合条件，同意。",
    "请补充盖章件。",
    "事迹不够具体，请补充近两年的事例和数据。",
    "不符合本届评选条件。",
)
#: Where what a reviewer keeps for later lies in his session, by nomination; so many at most.
DRAFTS, MOST_DRAFTS = "opinion_drafts", 30
DONE = {Verdict.RETURN: "已退回学校修改", Verdict.DECLINE: "已不予推荐"}


# --- the queue --------------------------------------------------------------------------------------------


def waiting(request: HttpRequest) -> list[tuple[int, datetime.date | None]]:
    """Return what waits for the reader in his order: key, and the last day to review it."""
    rows = Nomination.objects.visible_to(request.user, roles=REVIEWERS).waiting_for(request.user).in_queue()
    return list(rows.values_list("pk", "review_by_on"))


@require_safe
@posts(*REVIEWERS)
def review_queue(request: HttpRequest) -> HttpResponse:
    """Open the first nomination that waits, or the first of a page of them."""
    queue = waiting(request)
    if not queue:
        return nothing_waits(request)
    page = Paginator(queue, PER_PAGE).get_page(request.GET.get("page"))
    return item_page(request, queue, page[0][0])


@require_safe
@posts(*REVIEWERS)
def review_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a nomination between the queue and the opinion; one that waits no more has its own page."""
    queue = waiting(request)
    if pk not in dict(queue):
        read = Nomination.objects.visible_to(request.user, roles=REVIEWERS).shown_to_reviewers()
        return redirect("nomination-detail", get_object_or_404(read, pk=pk).pk)
    return item_page(request, queue, pk)


def nothing_waits(request: HttpRequest) -> HttpResponse:
    endorsed = Nomination.objects.visible_to(request.user, roles={Role.GROUP}).in_states([S.ENDORSED])
    names = dict(endorsed.order_by("category__position").values_list("category", "category__name"))
    context = {
        "crumbs": [("评选表彰", url_or_none("cycle-list")), ("审核", "")],
        "tabs": tabs_of(request, AWARDS),
        "orders": [(name, reverse("review-order", args=[key])) for key, name in names.items()],
    }
    return render(request, "awards/review_empty.html", context)


def item_page(
    request: HttpRequest,
    queue: Sequence[tuple[int, datetime.date | None]],
    here: int,
    *,
    form: OpinionForm | None = None,
    mark_form: MarkForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the three panes; `form` and `mark_form` are what was refused, with all that was typed."""
    place = next((n for n, (key, _) in enumerate(queue) if key == here), 0)
    page = Paginator(queue, PER_PAGE).get_page(place // PER_PAGE + 1)
    visible = Nomination.objects.visible_to(request.user, roles=REVIEWERS).shown_to_reviewers()
    rows = visible.among([key for key, _ in page] + [here]).for_review().in_bulk()
    if (nomination := rows.get(here)) is None:
        raise Http404
    is_office = reach_of(request.user).serves(Role.DISTRICT)
    asked = [one for one in rows.values() if one.pk == here or (is_office and awaits_district(one))]
    findings = review.findings_of(asked, on=timezone.localdate())
    plain = {one.pk for one in asked if awaits_district(one) and not eligibility.is_open(findings[one.pk])}
    context = {
        "crumbs": crumbs_of(nomination),
        "queue": [entry(rows[key], day, key == here, key in plain) for key, day in page if key in rows],
        "page": page,
        "pages": pages_of(page),
        "batches": is_office,
        **sheet_of(request, nomination, form, mark_form),
        "checks": parts.checks_of(request, findings[here]),
        "has_open_checks": eligibility.is_open(findings[here]),
        "phrases": GROUP_PHRASES if awaits_group(nomination) else DISTRICT_PHRASES,
        "form_id": FORM_ID,
        "order_url": reverse("review-order", args=[nomination.category_id])
        if awaits_group(nomination)
        else "",
    }
    return render(request, "awards/review_item.html", context, status=status)


def crumbs_of(nomination: Nomination) -> list[tuple[str, str]]:
    cycle = nomination.cycle
    return [
        ("评选表彰", url_or_none("cycle-list")),
        (cycle.name, url_or_none("cycle-detail", cycle.pk)),
        ("审核", reverse("review-queue")),
        (nomination.nominee, ""),
    ]


def pages_of(page: Page) -> dict[str, str]:
    """Return the addresses of the queue's pages before and after this one."""
    url = reverse("review-queue")
    return {
        "before": f"{url}?page={page.previous_page_number()}" if page.has_previous() else "",
        "after": f"{url}?page={page.next_page_number()}" if page.has_next() else "",
    }


def entry(
    nomination: Nomination, last_day: datetime.date | None, is_here: bool, is_plain: bool
) -> dict[str, Any]:
    """Return one line of the queue."""
    unit = nomination.unit.short_name
    is_person = nomination.person_id is not None
    left, urgency = left_of(last_day)
    return {
        "key": nomination.pk,
        "url": reverse("review-item", args=[nomination.pk]),
        "name": nomination.nominee if is_person else unit,
        "note": f"{nomination.category.name} · {unit}" if is_person else nomination.category.name,
        "left": left,
        "urgency": urgency,
        "is_here": is_here,
        "is_plain": is_plain,
    }


def left_of(last_day: datetime.date | None) -> tuple[str, str]:
    """Say how many days are left to review, and how urgent that is."""
    if last_day is None:
        return "", ""
    days = (last_day - timezone.localdate()).days
    words = f"剩 {days} 天" if days > 0 else "今天截止" if days == 0 else f"逾期 {-days} 天"
    return words, "wrong" if days <= RED.days else "warn" if days <= AMBER.days else ""


def sheet_of(
    request: HttpRequest, nomination: Nomination, form: OpinionForm | None, mark_form: MarkForm | None
) -> dict[str, Any]:
    """Return the middle pane and the opinion: the form as sent, its changes, files, what others said."""
    found = beside(nomination, request.user)
    versions = parts.versions_of(request, nomination)
    content = parts.content_at(nomination, found.fields, versions, compared=True)
    if versions and not versions[0].is_seen:  # type: ignore[attr-defined]
        answers.look(nomination, by=request.user, at=timezone.now())
    if form is None:
        form = blank_form(request, nomination, remarked(content, found.fields))
    return {
        "nomination": nomination,
        "status": review.status_word(nomination),
        "kind": parts.KINDS[S(nomination.status)],
        "stages": parts.stages_of(nomination, found.opinions),
        "facts": parts.facts_of(request, nomination),
        "content": content,
        "lines": content.lines(form) if content is not None else [],
        "materials": parts.files_of(found, form),
        "opinions": parts.given_opinions(found.opinions),
        "doings": parts.doings_of(versions, found.opinions),
        "form": form,
        "fields": form.own_fields(),
        **parts.marks_of(request, nomination, found, mark_form or MarkForm()),
    }


def remarked(content: parts.Content | None, fields: Sequence[Any]) -> list[Paragraph]:
    """Return what a remark can be about: each answer, each material."""
    rows = content.rows if content is not None else ()
    return [*(one for one in rows if not one.key.startswith(WHY)), *parts.materials_of(fields)]


def blank_form(
    request: HttpRequest, nomination: Nomination, paragraphs: Sequence[Paragraph], data: Any = None
) -> OpinionForm:
    """Return the opinion with what the reader kept of it, or bound to what he sent."""
    today = timezone.localdate()
    initial = {"signed_by": str(request.user), "signed_on": today, **kept(request, nomination.pk)}
    return OpinionForm(
        data,
        initial={**initial, "version": nomination.version},
        paragraphs=paragraphs,
        is_group=awaits_group(nomination),
        today=today,
    )


# --- the opinion ------------------------------------------------------------------------------------------


def kept(request: HttpRequest, pk: int) -> dict[str, str]:
    return request.session.get(DRAFTS, {}).get(str(pk), {})


def keep(request: HttpRequest, pk: int, values: dict[str, str] | None) -> None:
    """Keep what was typed of an opinion in the session, the latest ones only; None forgets it."""
    drafts = {key: one for key, one in request.session.get(DRAFTS, {}).items() if key != str(pk)}
    if values is not None:
        drafts[str(pk)] = values
    request.session[DRAFTS] = dict(list(drafts.items())[-MOST_DRAFTS:])


@require_POST
@posts(*REVIEWERS)
def review_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the opinion and open the next nomination that waits; or keep what is typed for later."""
    visible = Nomination.objects.visible_to(request.user, roles=REVIEWERS).shown_to_reviewers()
    nomination = get_object_or_404(visible.for_review(), pk=pk)
    found = beside(nomination, request.user)
    content = parts.content_at(nomination, found.fields, parts.versions_of(request, nomination))
    form = blank_form(request, nomination, remarked(content, found.fields), request.POST)
    if "keep" in request.POST:
        names = form.fields.keys() - {"version"}
        keep(request, pk, {name: said[:300] for name in names if (said := request.POST.get(name, ""))})
        messages.success(request, f"{nomination.nominee}：意见已暂存，没有提交。退出登录后不再保留。")
        return redirect("review-item", pk)
    queue = waiting(request)
    if not form.is_valid():
        return item_page(request, queue, pk, form=form, status=422)
    values = form.cleaned_data
    try:
        decided = review.decide(
            nomination,
            values["verdict"],
            version=values["version"],
            text=values["text"],
            signed_by=values.get("signed_by", ""),
            signed_on=values.get("signed_on"),
            remarks=form.remarks(),
            by=request.user,
            at=timezone.now(),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return item_page(request, queue, pk, form=form, status=409)
    keep(request, pk, None)
    agreed = "已同意推荐，报区级复核" if decided.status == S.ENDORSED else "已复核通过"
    done = f"{nomination.nominee}：{DONE.get(Verdict(values['verdict']), agreed)}。"
    return on_to_next(request, [key for key, _ in queue], pk, done)


def on_to_next(request: HttpRequest, before: Sequence[int], here: int, words: str) -> HttpResponse:
    """Go to what comes after this one in the queue as it was, else to what is left of it."""
    left = [key for key, _ in waiting(request)]
    place = before.index(here) if here in before else 0
    following = [key for key in (*before[place:], *before[:place], *left) if key in set(left)]
    if not following:
        messages.success(request, f"{words}没有待您审核的推荐了。")
        return redirect("review-queue")
    messages.success(request, f"{words}还有 {len(left)} 件，已打开下一件。")
    return redirect("review-item", following[0])


@require_POST
@posts(Role.DISTRICT)
def review_accept_many(request: HttpRequest) -> HttpResponse:
    """Pass the ticked nominations one by one; what has an open check is left to be read."""
    rows = Nomination.objects.visible_to(request.user, roles={Role.DISTRICT}).shown_to_reviewers()
    picked = list(rows.among(request.POST.getlist("nomination")).for_page().in_group_order())
    passed, left = review.accept_many(picked, by=request.user, at=timezone.now())
    if passed:
        messages.success(request, f"已复核通过 {len(passed)} 件。")
    if left:
        messages.warning(request, f"没有办理 {len(left)} 件：{'、'.join(left)}。")
    if not picked:
        messages.warning(request, "没有勾选推荐。请先在左侧勾选，再点批量通过。")
    return redirect("review-queue")


# --- the panel --------------------------------------------------------------------------------------------


@require_POST
@posts(Role.DISTRICT)
def review_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a panellist's mark, or take one away."""
    rows = Nomination.objects.visible_to(request.user, roles={Role.DISTRICT}).shown_to_reviewers()
    nomination = get_object_or_404(rows.for_review(), pk=pk)
    if (key := request.POST.get("remove", "")).isdecimal():
        marks = PanelMark.objects.visible_to(request.user).of(nomination)
        gone = get_object_or_404(marks, pk=int(key[:18]))
        review.unmark(gone, by=request.user, at=timezone.now())
        messages.success(request, f"已删除{gone.panellist}的评审意见。")
        return redirect("review-item", pk)
    form = MarkForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            review.mark(nomination, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, f"已记下{form.cleaned_data['panellist']}的评审意见。")
            return redirect("review-item", pk)
    queue = waiting(request)
    if pk in dict(queue):
        return item_page(request, queue, pk, mark_form=form, status=status)
    return detail_page(request, nomination, mark_form=form, status=status)


# --- a group's order --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.GROUP)
def review_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a group's endorsed nominations of one category in order, by numbers or one step at a time."""
    category = get_object_or_404(Category.objects.visible_to(request.user, roles={Role.GROUP}), pk=pk)
    mine = Nomination.objects.visible_to(request.user, roles={Role.GROUP}).of_category(category)
    form = OrderForm(request.POST or None, nominations=list(mine.in_states([S.ENDORSED]).for_list()))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            keys = moved(form.keys(), up=request.POST.get("up"), down=request.POST.get("down"))
            try:
                order_nominations(category, keys, by=request.user, at=timezone.now())
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                messages.success(request, f"“{category}”的协作组排序已保存。")
                return redirect("review-order", pk)
    context = {
        "crumbs": [
            ("评选表彰", url_or_none("cycle-list")),
            ("审核", reverse("review-queue")),
            (f"{category}排序", ""),
        ],
        "category": category,
        "form": form,
        "rows": list(form.rows()),
        "list_url": f"{reverse('nomination-list')}?cycle={category.cycle_id}&kind={category.kind}",
    }
    return render(request, "awards/review_order.html", context, status=status)


def moved(keys: list[int], *, up: str | None, down: str | None) -> list[int]:
    """Change a key with the one above or below it; no such key, or nothing beyond it, leaves the order."""
    by = -1 if up else 1
    key = up or down or ""
    if key in (said := [str(one) for one in keys]):
        here = said.index(key)
        there = here + by
        if 0 <= there < len(keys):
            keys[here], keys[there] = keys[there], keys[here]
    return keys
