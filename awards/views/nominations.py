"""What a school owes a cycle: its nominations, a new one, 报送完毕; and the same for its deputies."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from awards import eligibility
from awards.areas import AWARDS
from awards.eligibility.candidates import check_people
from awards.forms.nominations import BehalfForm, FinishForm, PersonForm, SearchForm
from awards.models import Category, Cycle, Nomination, Opinion, Quota
from awards.workflow import nominations as steps
from awards.workflow.places import spent_by_category
from awards.workflow.quotas import words_of
from guanweihui.answers import DEPUTIES, FILLERS
from guanweihui.areas import tabs_of, url_or_none
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.lists import Link, ListColumn, ListRow, Mark, Stage
from guanweihui.models import Due, Round
from guanweihui.scope import COMMITTEE, Role, reach_of
from guanweihui.tables import format_value
from guanweihui.views.due_page import deadline_words, due_or_404
from guanweihui.workflow import Refused
from members.models import Person

S = Nomination.Status
FORM = ["GET", "HEAD", "POST"]
#: People that a search shows; whoever is not among them is found by more of his name.
HITS = 20
KINDS = {
    S.DRAFT: "plain",
    S.SUBMITTED: "warn",
    S.ENDORSED: "warn",
    S.ACCEPTED: "ok",
    S.RETURNED: "wrong",
    S.WITHDRAWN: "plain",
    S.DECLINED: "wrong",
    S.APPROVED: "info",
    S.RESERVE: "info",
    S.HONOURED: "honour",
}
NEXT = {
    S.DRAFT: "继续填写",
    S.SUBMITTED: "等待协作组审核",
    S.ENDORSED: "等待区级复核",
    S.ACCEPTED: "等待评审会",
    S.RETURNED: "按意见修改后重新提交",
    S.WITHDRAWN: "可以修改后重新提交",
    S.APPROVED: "等待公示和表彰决定",
    S.RESERVE: "等待递补",
    S.DECLINED: "已结束",
    S.HONOURED: "已结束",
}
COLUMNS = (
    ListColumn("推荐对象", is_name=True),
    ListColumn("状态"),
    ListColumn("下一步", is_long=True),
)
#: The basis that a deputy wrote, by due, until the nomination it is for is begun; never in an address.
BASIS = "nomination_basis"


def mark_of(nomination: Nomination) -> Mark:
    return Mark(nomination.get_status_display(), KINDS[nomination.status])


def next_words(nomination: Nomination) -> str:
    """Say what a nomination waits for."""
    if nomination.status == S.SUBMITTED and not nomination.category.passes_group:
        return NEXT[S.ENDORSED]
    return NEXT[nomination.status]


def nomination_due_or_404(request: HttpRequest, pk: int, roles: Any = COMMITTEE) -> tuple[Due, Cycle]:
    """Return a due of nominations with its cycle."""
    due = due_or_404(request, pk, roles)
    cycle = Cycle.objects.visible_to(request.user).of_round(due.round).first()
    if due.round.kind != Round.Kind.NOMINATION or cycle is None:
        raise Http404
    return due, cycle


def fills_as(request: HttpRequest, due: Due) -> str:
    """Say as what the reader stands to a due: "school" fills in, "deputy" may for it, "" only reads."""
    reach = reach_of(request.user)
    if due.school_id in reach.of(FILLERS).ids("school"):
        return "school"
    return "deputy" if not reach.roles.isdisjoint(DEPUTIES) else ""


def crumbs_of(due: Due, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """Return 当前位置 down to the school."""
    here = reverse("nomination-due", args=[due.pk])
    found = [("评选表彰", url_or_none("cycle-list")), (due.round.title, here if more else "")]
    return [*found, *more]


@require_safe
@posts(*COMMITTEE)
def nomination_due(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a school nominates for a cycle, by award, with its places and what each waits for."""
    due, cycle = nomination_due_or_404(request, pk)
    side = fills_as(request, due)
    now = timezone.now()
    rows = list(Nomination.objects.visible_to(request.user).of_due(due).for_list().in_own_order())
    if side != "school":  # a draft is its school's own
        rows = [one for one in rows if one.submitted_at or one.basis]
    is_open = cycle.state == Cycle.State.OPEN and steps.takes_more(due, by=request.user, at=now)
    owes = due.state not in (Due.State.WAIVED, Due.State.NIL)
    may_begin = is_open and owes and (side == "deputy" or (side == "school" and now <= due.closes_at()))
    in_running = [one for one in rows if one.status not in (S.WITHDRAWN, S.DECLINED)]
    is_unmet = due.state in Due.UNMET
    context = {
        "crumbs": crumbs_of(due),
        "tabs": tabs_of(request, AWARDS),
        "due": due,
        "cycle": cycle,
        "status": due.get_state_display(),
        "calendar": calendar_of(cycle, timezone.localdate(now)),
        "closes": deadline_words(due, now),
        "cards": cards_of(request, due, cycle, rows, side=side, may_begin=may_begin),
        "columns": COLUMNS,
        "returns": returns_of(request, due, rows),
        "is_school": side == "school",
        "is_met": due.met_at is not None and not is_unmet,
        "finish_url": reverse("nomination-finish", args=[pk])
        if side and is_unmet and any(one.status != S.WITHDRAWN for one in rows)
        else "",
        "nil_url": url_or_none("due-nil", pk)
        if side == "school" and may_begin and is_unmet and not in_running
        else "",
        "behalf_url": reverse("nomination-behalf", args=[pk]) if side == "deputy" and may_begin else "",
    }
    return render(request, "awards/nomination_due.html", context)


def calendar_of(cycle: Cycle, today: datetime.date) -> list[Stage]:
    """Return the cycle's calendar as a line of stages; what is over is done, what comes next is current."""
    closes = timezone.localdate(cycle.deadline_at) if cycle.deadline_at else None
    days = [
        ("学校推荐", closes),
        ("协作组审核", cycle.endorse_by_on),
        ("区级复核", cycle.review_by_on),
        ("评审会", cycle.meets_on),
        ("公示", cycle.posts_on),
        ("表彰决定", cycle.decides_on),
        ("表彰大会", cycle.commends_on),
    ]
    known = [(label, day) for label, day in days if day is not None]
    coming = next((place for place, (_, day) in enumerate(known) if day >= today), len(known))
    return [
        Stage(
            label,
            "done" if place < coming else "current" if place == coming else "todo",
            format_value(day, prose=True),
        )
        for place, (label, day) in enumerate(known)
    ]


def cards_of(
    request: HttpRequest,
    due: Due,
    cycle: Cycle,
    rows: Sequence[Nomination],
    *,
    side: str,
    may_begin: bool,
) -> list[dict[str, Any]]:
    """Return one card an award: its line of places, its nominations, the way to a new one."""
    quotas = Quota.objects.visible_to(request.user).of_cycle(cycle).for_school(due.school)
    held = spent_by_category(quotas)
    cards = []
    for category in Category.objects.visible_to(request.user).of(cycle):
        own = [one for one in rows if one.category_id == category.pk]
        has_collective = category.is_collective and any(
            one.status not in (S.WITHDRAWN, S.DECLINED) for one in own
        )
        quota = held.get(category.pk)
        cards.append(
            {
                "category": category,
                "quota": words_of(quota),
                "is_full": quota is not None and quota.left < 1,
                "rows": [row_of(one, side) for one in own],
                "new_url": reverse("nomination-new", args=[due.pk, category.pk])
                if may_begin and side == "school" and not has_collective
                else "",
            }
        )
    return cards


def row_of(nomination: Nomination, side: str) -> ListRow:
    """Return the line of one nomination; the filler goes on with it, everybody else reads it."""
    fills = side == "school" or (side == "deputy" and nomination.basis)
    if fills and nomination.is_editable:
        url = reverse("nomination-task", args=[nomination.pk])
    else:
        url = url_or_none("nomination-detail", nomination.pk)
        url = url or (reverse("nomination-receipt", args=[nomination.pk]) if fills else "")
    name = Link(nomination.nominee, url) if url else nomination.nominee
    return ListRow((name, mark_of(nomination), next_words(nomination)), key=str(nomination.pk))


def returns_of(request: HttpRequest, due: Due, rows: Sequence[Nomination]) -> list[dict[str, Any]]:
    """Return what is said of the nominations that came back: the reason, and how many remarks on items."""
    back = {one.pk: one for one in rows if one.status == S.RETURNED}
    if not back:
        return []
    opinions = Opinion.objects.visible_to(request.user).returns_of(due)
    reasons: dict[int, Opinion] = {}
    for one in opinions:
        reasons.setdefault(one.nomination_id, one)
    label = Nomination._meta.label
    remarks = [one for one in due.remarks.all() if one.resolved_at is None and one.filing_type == label]
    return [
        {
            "nomination": one,
            "url": reverse("nomination-task", args=[pk]),
            "reason": reasons[pk].text if pk in reasons else "",
            "number": sum(1 for remark in remarks if remark.filing_id == pk),
        }
        for pk, one in back.items()
    ]


# --- a new one --------------------------------------------------------------------------------------------


@require_http_methods(FORM)
@posts(Role.SCHOOL, Role.GROUP, Role.DISTRICT)
def nomination_new(request: HttpRequest, pk: int, category: int) -> HttpResponse:
    """Begin a nomination: the school itself at once, or one of its people, found by name."""
    due, cycle = nomination_due_or_404(request, pk, FILLERS | DEPUTIES)
    categories = list(Category.objects.visible_to(request.user).of(cycle))
    chosen = next((one for one in categories if one.pk == category), None)
    if chosen is None:
        raise Http404
    chosen.cycle = cycle
    basis = ""
    if fills_as(request, due) != "school":
        basis = request.session.get(BASIS, {}).get(str(due.pk), "")
        if not basis:
            messages.info(request, "代学校推荐请先写明依据。")
            return redirect("nomination-behalf", pk)
    if request.method != "POST":
        return new_page(request, due, chosen, categories, basis=basis)
    if chosen.is_collective:
        return begun(request, due, chosen, None, basis=basis)
    form = PersonForm(request.POST, people=people_of(request, due))
    if not form.is_valid():
        refusal = form.errors["person"][0]
        return new_page(request, due, chosen, categories, basis=basis, refusal=refusal, status=422)
    person = form.cleaned_data["person"]
    findings = check_people(chosen, due.school, [person], categories=categories, on=timezone.localdate())
    if blocked := eligibility.blocking(findings[person.pk]):
        refusal = "\n".join(one.words for one in blocked)
        return new_page(request, due, chosen, categories, basis=basis, refusal=refusal, status=422)
    try:
        return begun(request, due, chosen, person, basis=basis)
    except Refused as fault:
        return new_page(request, due, chosen, categories, basis=basis, refusal=str(fault), status=422)


def begun(
    request: HttpRequest, due: Due, category: Category, person: Person | None, *, basis: str
) -> HttpResponse:
    """Start the nomination and go to its tasks."""
    nomination = steps.start(due, category, person, by=request.user, at=timezone.now(), basis=basis)
    kept = request.session.get(BASIS, {})
    if kept.pop(str(due.pk), None) is not None:
        request.session[BASIS] = kept
    messages.success(request, f"已新建“{category}”推荐：{nomination.nominee}。请逐项填写。")
    return redirect("nomination-task", nomination.pk)


def people_of(request: HttpRequest, due: Due) -> Any:
    """Return the people whom a school may nominate: its own."""
    return Person.objects.visible_to(request.user, roles=FILLERS | DEPUTIES).of_school(due.school)


def new_page(
    request: HttpRequest,
    due: Due,
    category: Category,
    categories: Any,
    *,
    basis: str = "",
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show the search, whom it finds, and what the rules say of each before he is chosen."""
    asked = request.POST if request.method == "POST" else request.GET
    search = SearchForm({"q": asked.get("q", "")})
    said = search.cleaned_data["q"].strip() if search.is_valid() else ""
    hits: list[Person] = []
    if said and not category.is_collective:
        hits = list(people_of(request, due).named(said, request.user).for_summary()[: HITS + 1])
    context = {
        "crumbs": crumbs_of(due, (f"新建推荐：{category}", "")),
        "due": due,
        "category": category,
        "basis": basis,
        "refusal": refusal,
        "search": search,
        "said": said,
        "hits": judged(request, due, category, categories, hits[:HITS]),
        "has_more": len(hits) > HITS,
        "most": HITS,
        "back_url": reverse("nomination-due", args=[due.pk]),
    }
    return render(request, "awards/nomination_new.html", context, status=status)


def judged(
    request: HttpRequest, due: Due, category: Category, categories: Any, hits: Sequence[Person]
) -> list[dict[str, Any]]:
    """Set what the rules say beside each person, and the award that fits him where this one does not."""
    findings = check_people(category, due.school, hits, categories=categories, on=timezone.localdate())
    found = []
    for person in hits:
        said = [one for one in findings[person.pk] if one.verdict is not eligibility.Verdict.OK]
        fitting = fitting_category(category, person, categories)
        found.append(
            {
                "person": person,
                "kind": person.get_retirement_kind_display() or "在职",
                "findings": eligibility.seen_by(said, request.user),
                "is_blocked": bool(eligibility.blocking(said)),
                "fitting": fitting,
                "fitting_url": reverse("nomination-new", args=[due.pk, fitting.pk]) if fitting else "",
            }
        )
    return found


def fitting_category(category: Category, person: Person, categories: Any) -> Category | None:
    """Return the award for people in service or retired that fits, where this one is for the others."""
    kind = Category.Kind.ADVANCED_RETIRED if person.retirement_kind else Category.Kind.ADVANCED_IN_SERVICE
    others = {Category.Kind.ADVANCED_RETIRED, Category.Kind.ADVANCED_IN_SERVICE} - {kind}
    if category.kind not in others:
        return None
    return next((one for one in categories if one.kind == kind), None)


# --- for a school that cannot -----------------------------------------------------------------------------


@require_http_methods(FORM)
@posts(Role.GROUP, Role.DISTRICT)
def nomination_behalf(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a deputy for the award and for what he rests on; then he goes the school's way."""
    due, cycle = nomination_due_or_404(request, pk, DEPUTIES)
    categories = Category.objects.visible_to(request.user, roles=DEPUTIES).of(cycle)
    form = BehalfForm(request.POST or None, categories=categories)

    def noted(data: dict[str, Any]) -> str:
        if data["category"].is_collective:
            by, at, basis = request.user, timezone.now(), data["basis"]
            found = steps.start(due, data["category"], None, by=by, at=at, basis=basis)
            return reverse("nomination-task", args=[found.pk])
        kept = request.session.get(BASIS, {})
        request.session[BASIS] = {**kept, str(due.pk): data["basis"]}
        return reverse("nomination-new", args=[pk, data["category"].pk])

    return answer_form(
        request,
        form,
        noted,
        title=f"代{due.school.short_name}推荐",
        action="下一步",
        back_url=reverse("nomination-due", args=[pk]),
        done="依据已记下，会写入办理记录。",
        then=lambda url: url,
        crumbs=crumbs_of(due, ("", ""))[:-1],
        words="代学校推荐须写明依据。提交后，您的姓名、委托人和依据都记入办理记录，学校也能看到。",
    )


# --- what is decided about all of them ----------------------------------------------------------------------


@require_http_methods(FORM)
@posts(Role.SCHOOL, Role.GROUP, Role.DISTRICT)
def nomination_finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that everything was sent (报送完毕)."""
    due, _ = nomination_due_or_404(request, pk, FILLERS | DEPUTIES)
    return answer_form(
        request,
        FinishForm(request.POST or None),
        lambda data: steps.finish(due, by=request.user, at=timezone.now(), reason=data["reason"]),
        title="报送完毕",
        action="报送完毕",
        back_url=reverse("nomination-due", args=[pk]),
        done="已报送完毕。以后如有退回，修改后重新提交即可。",
        crumbs=crumbs_of(due, ("", ""))[:-1],
        words="“报送完毕”表示本校的推荐都已提交。草稿和退回的推荐须先提交，或放弃。之后再新建推荐，须重新点“报送完毕”。",
    )


@require_POST
@posts(Role.SCHOOL)
def nomination_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a nomination back that nobody has decided on."""
    rows = Nomination.objects.visible_to(request.user, roles=FILLERS)
    nomination = get_object_or_404(rows.for_page(), pk=pk)
    steps.withdraw(nomination, by=request.user, at=timezone.now())
    messages.success(request, f"已撤回“{nomination}”，名额已释放。修改后可以重新提交。")
    return redirect("nomination-due", nomination.due_id)


@require_POST
@posts(Role.SCHOOL, Role.GROUP, Role.DISTRICT)
def nomination_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up a draft; it stays in the list as withdrawn."""
    rows = Nomination.objects.visible_to(request.user).fillable_by(request.user)
    nomination = get_object_or_404(rows.for_page(), pk=pk)
    steps.discard(nomination, by=request.user, at=timezone.now())
    messages.success(request, f"已放弃“{nomination}”，填写的内容保留，需要时可以继续填写。")
    return redirect("nomination-due", nomination.due_id)
