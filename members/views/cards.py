"""Volunteer cards: the list, who may get one, one card, its steps and its prints."""

import io
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui import jobs
from guanweihui.documents import cards as document
from guanweihui.documents import pdf
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.htmx import answer
from guanweihui.list_page import ListPage
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import COMMITTEE, reach_of
from guanweihui.sheets import trail_of
from guanweihui.workflow import Refused
from members.areas import SERVICE, tabs_of
from members.filters.cards import CandidateFilter, CardFilter
from members.forms.cards import ReissueForm, VoidForm
from members.models import AnnualRegistration, Card, CardEvent, Person
from members.reports.cards import faces_of, file_name
from members.workflow import cards as steps
from members.workflow.cards import ISSUERS, KEEPERS

#: So many cards are laid out while the reader waits; more go to a job.
DIRECT = 30
COLUMNS = (
    ListColumn("证号", sort="number"),
    ListColumn("姓名", is_name=True, sort="name"),
    ListColumn("单位", sort="unit"),
    ListColumn("协作组"),
    ListColumn("发证日期", format="date", sort="issued"),
    ListColumn("补发", format="int"),
    ListColumn("状态"),
    ListColumn("本年注册"),
    ListColumn("上次打印", format="date"),
    ListColumn("打印后变更"),
)
SORTS = {
    "number": ("year", "sequence"),
    "name": ("person__pinyin",),
    "unit": ("person__school__group__position", "person__school__position", "person__pinyin"),
    "issued": ("issued_on",),
}
CANDIDATE_COLUMNS = (
    ListColumn("姓名", is_name=True),
    ListColumn("教工编号"),
    ListColumn("单位"),
    ListColumn("协作组"),
)
OUTCOME_COLUMNS = (
    ListColumn("姓名", is_name=True),
    ListColumn("单位"),
    ListColumn("证号"),
    ListColumn("结果"),
    ListColumn("说明", is_long=True),
)


# --- lists ------------------------------------------------------------------------------------------------


@require_safe
@posts(*COMMITTEE)
def card_list(request: HttpRequest) -> HttpResponse:
    """List the cards within reach; those who keep cards tick, print and register them here."""
    day = timezone.localdate()
    chosen = CardFilter(request.GET, queryset=Card.objects.visible_to(request.user), request=request)
    page = page_of(request, chosen.qs.for_list(day), SORTS)
    reach = reach_of(request.user)
    keeps, issues = reach.serves(*KEEPERS), reach.serves(*ISSUERS)
    shown = ListPage(
        title="志愿者证",
        columns=COLUMNS,
        rows=[card_row(card) for card in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, SERVICE),
        unit="张",
        empty_words="还没有志愿者证。通过登记的志愿者可以发证。" if issues else "还没有志愿者证。",
        empty_url=reverse("card-issue") if issues else "",
        empty_action="发证" if issues else "",
    )
    query = request.GET.copy()
    query["whole"] = "1"
    extra = {
        "tick": "card" if keeps else "",
        "actions": [
            ("打印选中", reverse("card-sheet")),
            (f"{day.year} 年度注册", reverse("card-register-many")),
        ],
        "issue_url": reverse("card-issue") if issues else "",
        "whole_url": f"{reverse('card-sheet')}?{query.urlencode()}" if keeps and page.paginator.count else "",
    }
    return answer_ticked(request, shown, extra)


def card_row(card: Card) -> ListRow:
    person = card.person
    cells = (
        Link(card.number, reverse("card-detail", args=[card.pk])),
        person.name,
        person.school.short_name,
        person.school.group.short_name,
        card.issued_on,
        card.reissues,
        state_mark(card),
        registration_mark(card),
        timezone.localtime(card.printed_at).date() if card.printed_at else None,
        Mark("数据已变更", "warn") if is_stale(card) else "",
    )
    return ListRow(cells, key=str(card.pk), name=f"{person.name} {card.number}")


def is_stale(card: Card) -> bool:
    return card.status == Card.Status.VALID and steps.is_changed(card)


def state_mark(card: Card) -> Mark:
    if card.status == Card.Status.VOID:
        return Mark("已注销", "void")
    if steps.why_not_serving(card.person, timezone.localdate()):
        return Mark("建议注销", "wrong")
    return Mark("有效", "ok") if card.is_registered else Mark("待注册", "warn")  # type: ignore[attr-defined]


def registration_mark(card: Card) -> Mark | str:
    if card.is_registered:  # type: ignore[attr-defined]
        return Mark("已注册", "ok")
    return Mark("待注册", "warn") if card.status == Card.Status.VALID else ""


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*ISSUERS)
def card_issue(request: HttpRequest) -> HttpResponse:
    """List the registered volunteers without a card; a POST gives the ticked ones theirs."""
    people = Person.objects.visible_to(request.user, roles=ISSUERS)
    if request.method == "POST":
        ticked = people.in_bulk(ticked_keys(request, "person"))
        return answer_outcomes(
            request,
            "发证结果",
            lambda: steps.issue_cards(ticked.values(), by=request.user, at=timezone.now()),
            found=len(ticked),
            back="card-issue",
        )
    waiting = steps.candidates(people, timezone.localdate())
    chosen = CandidateFilter(request.GET, queryset=waiting, request=request)
    page = page_of(request, chosen.qs.for_list())
    shown = ListPage(
        title="发证",
        columns=CANDIDATE_COLUMNS,
        rows=[candidate_row(person) for person in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, SERVICE),
        notes=["这里列出已通过登记、还没有志愿者证的志愿者。证号按首次登记年度依次编定，终身使用，不重复。"],
        unit="人",
        empty_words="没有等待发证的志愿者。志愿者先在“志愿者登记”中通过登记，再发证。",
        empty_url=reverse("card-list"),
        empty_action="返回列表",
    )
    return answer_ticked(request, shown, {"tick": "person", "actions": [("发证", reverse("card-issue"))]})


def candidate_row(person: Person) -> ListRow:
    name = Link(person.name, reverse("person-detail", args=[person.pk]))
    cells = (name, person.staff_no, person.school.short_name, person.school.group.short_name)
    return ListRow(cells, key=str(person.pk), name=person.name)


def answer_ticked(request: HttpRequest, shown: ListPage, extra: dict[str, Any]) -> HttpResponse:
    """Answer with a list whose rows are ticked for a step in bulk."""
    asked = any(value for name, value in request.GET.items() if name not in {"page", "per", "sort"})
    context = {
        "shown": shown,
        "count_note": f"共 {shown.page.paginator.count:,} {shown.unit}",
        "crumbs": [("志愿者证", reverse("card-list")), (shown.title, "")]
        if shown.title != "志愿者证"
        else [(shown.title, "")],
        "empty_words": "没有符合条件的记录，请放宽查询条件。" if asked else shown.empty_words,
        "empty_url": request.path if asked else shown.empty_url,
        "empty_action": "查看全部" if asked else shown.empty_action,
        **extra,
    }
    return answer(request, "members/card_list.html", "members/card_rows.html", context)


def ticked_keys(request: HttpRequest, name: str) -> list[int]:
    return [int(value) for value in request.POST.getlist(name) if value.isdecimal() and len(value) < 19]


def answer_outcomes(
    request: HttpRequest, title: str, run: Callable[[], Sequence[steps.Outcome]], *, found: int, back: str
) -> HttpResponse:
    """Take a step on every ticked row and say row by row what came of it."""
    if not found:
        messages.warning(request, "还没有选择。请先在列表中勾选，再办理。")
        return redirect(back)
    outcomes = run()
    done = sum(bool(outcome.number) for outcome in outcomes)
    context = {
        "title": title,
        "crumbs": [("志愿者证", reverse("card-list")), (title, "")],
        "words": f"办理 {len(outcomes)} 人，完成 {done} 人，未办 {len(outcomes) - done} 人。",
        "columns": OUTCOME_COLUMNS,
        "rows": [outcome_row(outcome) for outcome in outcomes],
        "back_url": reverse(back),
    }
    return render(request, "members/card_result.html", context)


def outcome_row(outcome: steps.Outcome) -> ListRow:
    mark = Mark("完成", "ok") if outcome.number else Mark("未办", "wrong")
    person = outcome.person
    return ListRow((person.name, person.school.short_name, outcome.number, mark, outcome.why))


# --- one card ---------------------------------------------------------------------------------------------


def card_within(request: HttpRequest, pk: int, roles: Any = None) -> Card:
    cards = Card.objects.visible_to(request.user, roles=roles).for_list(timezone.localdate())
    return get_object_or_404(cards, pk=pk)


@require_safe
@posts(*COMMITTEE)
def card_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one card: whose it is, its state, what happened to it."""
    card, day = card_within(request, pk), timezone.localdate()
    reach, is_valid = reach_of(request.user), card.status == Card.Status.VALID
    why = steps.why_not_serving(card.person, day) if is_valid else ""
    context = {
        "crumbs": [("志愿者证", reverse("card-list")), (card.number, "")],
        "card": card,
        "state": state_mark(card),
        "facts": facts_of(request, card),
        "events": events_of(request, card),
        "trail": trail_of(request.user, card),
        "notice": f"{why}建议注销此证。" if why else "",
        "year": day.year,
        "may_print": is_valid and reach.serves(*KEEPERS),
        "may_register": is_valid and not why and not card.is_registered and reach.serves(*KEEPERS),
        "may_issue": is_valid and reach.serves(*ISSUERS),
    }
    return render(request, "members/card_detail.html", context)


def facts_of(request: HttpRequest, card: Card) -> list[Fact]:
    years = AnnualRegistration.objects.visible_to(request.user).of_card(card)
    printed = f"{timezone.localtime(card.printed_at):%Y-%m-%d %H:%M}" if card.printed_at else "还没有打印"
    return [
        Fact("证号", card.number),
        Fact("持证人", card.person.name, url=reverse("person-detail", args=[card.person_id])),
        Fact("单位", card.person.school.full_name),
        Fact("队伍", steps.teams_of(card)),
        Fact("首次注册年度", card.year),
        Fact("发证日期", card.issued_on),
        Fact("补发次数", f"{card.reissues} 次"),
        Fact("年度注册", "、".join(str(row.year) for row in years)),
        Fact("上次打印", f"{printed}，数据已变更，请重新打印" if is_stale(card) else printed, wide=True),
        *([Fact("注销日期", card.voided_on), Fact("注销原因", card.void_reason)] if card.voided_on else []),
    ]


def events_of(request: HttpRequest, card: Card) -> list[dict[str, Any]]:
    return [
        {
            "at": event.happened_at,
            "by": str(event.made_by or "系统"),
            "action": event.get_kind_display(),
            "words": event.reason,
        }
        for event in CardEvent.objects.visible_to(request.user).of_card(card).select_related("made_by")
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*ISSUERS)
def card_reissue(request: HttpRequest, pk: int) -> HttpResponse:
    """Replace a lost or worn card."""
    card = card_within(request, pk, ISSUERS)
    return answer_form(
        request,
        ReissueForm(request.POST or None),
        lambda data: steps.reissue(card, by=request.user, at=timezone.now(), reason=data["reason"]),
        title="补发志愿者证",
        action="补发",
        back_url=reverse("card-detail", args=[card.pk]),
        done="已补发。证号不变，请重新打印；旧证上的二维码已作废。",
        crumbs=crumbs_of(card),
        words="补发后证号不变，旧证上的二维码即行作废，扫码会显示“已补发”。",
        facts=[Fact("证号", card.number), Fact("持证人", card.person.name)],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*ISSUERS)
def card_void(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a card out of use for good."""
    card = card_within(request, pk, ISSUERS)
    return answer_form(
        request,
        VoidForm(request.POST or None),
        lambda data: steps.void_card(card, by=request.user, at=timezone.now(), reason=data["reason"]),
        title="注销志愿者证",
        action="注销",
        back_url=reverse("card-detail", args=[card.pk]),
        done="已注销。证号保留，不会再发给别人。",
        crumbs=crumbs_of(card),
        words="注销后不能恢复，证号保留、不再发给别人，扫码会显示“已注销”。",
        facts=[Fact("证号", card.number), Fact("持证人", card.person.name)],
        danger=True,
    )


def crumbs_of(card: Card) -> list[tuple[str, str]]:
    here = reverse("card-detail", args=[card.pk])
    return [("志愿者证", reverse("card-list")), (card.number, here)]


@require_POST
@posts(*KEEPERS)
def card_register(request: HttpRequest, pk: int) -> HttpResponse:
    """Register one card for this year."""
    card, now = card_within(request, pk, KEEPERS), timezone.localtime()
    steps.register_year(card, now.year, by=request.user, at=now)
    messages.success(request, f"已完成 {now.year} 年度注册。")
    return redirect("card-detail", card.pk)


@require_POST
@posts(*KEEPERS)
def card_register_many(request: HttpRequest) -> HttpResponse:
    """Register the ticked cards for this year."""
    now = timezone.localtime()
    cards = Card.objects.visible_to(request.user, roles=KEEPERS).with_keys(ticked_keys(request, "card"))
    cards = list(cards.for_list(now.date()))
    return answer_outcomes(
        request,
        f"{now.year} 年度注册结果",
        lambda: steps.register_cards(cards, now.year, by=request.user, at=now),
        found=len(cards),
        back="card-list",
    )


# --- prints -----------------------------------------------------------------------------------------------


@require_POST
@posts(*KEEPERS)
def card_print(request: HttpRequest, pk: int) -> FileResponse:
    """Give one card as a PDF of its own size, or in A6 with ?size=a6; by POST: the card notes it."""
    card = card_within(request, pk, KEEPERS)
    draw = document.large if request.GET.get("size") == "a6" else document.single
    return printed(request, [card], draw, f"志愿者证_{card.number}.pdf")


@require_POST
@posts(*KEEPERS)
def card_sheet(request: HttpRequest) -> HttpResponse:
    """Print the ticked cards ten a sheet, or with ?whole every valid card of the query; many go to a job."""
    now = timezone.localtime()
    cards = Card.objects.visible_to(request.user, roles=KEEPERS)
    if "whole" in request.GET:
        cards = CardFilter(request.GET, queryset=cards, request=request).qs.valid()
    else:
        cards = cards.with_keys(ticked_keys(request, "card"))
    keys = list(cards.values_list("pk", flat=True))
    if not keys:
        messages.warning(request, "没有可以打印的志愿者证。请先在列表中勾选，再打印。")
        return redirect("card-list")
    if len(keys) > DIRECT:
        job = jobs.enqueue(
            "cards",
            by=request.user,
            params={"cards": keys, "origin": request.build_absolute_uri("/")},
            at=now,
            label=f"打印志愿者证（{len(keys):,} 张）",
            district=reach_of(request.user).home,
        )
        return redirect("job-detail", job.pk)
    shown = list(cards.for_list(now.date()))
    return printed(request, shown, document.sheets, file_name(len(shown), now))


def printed(
    request: HttpRequest, cards: Sequence[Card], draw: Callable[..., bytes], name: str
) -> FileResponse:
    """Lay the cards out, note the print, hand out the file. Raises Refused when they cannot be printed."""
    if (why_not := pdf.available()) is not None:
        raise Refused(why_not)
    now = timezone.localtime()
    steps.refuse_unprintable(cards)
    try:
        content = draw(faces_of(cards, origin=request.build_absolute_uri("/"), day=now.date()))
    except pdf.Unprintable as lost:
        raise Refused(str(lost)) from lost
    steps.record_print(cards, by=request.user, at=now)
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)
