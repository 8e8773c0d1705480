"""The recommendation to the city: cycles, the choice among the winners, one recommendation and its steps."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from awards.areas import AWARDS
from awards.forms.city import ChooseForm, DropForm, ResultForm
from awards.models import Category, CityRecommendation, Cycle, FormField, Honour
from awards.workflow import city as steps
from guanweihui import jobs
from guanweihui.answer_forms import clashes, draw, masked, phones_of, picked, typed_in
from guanweihui.answers import Unready
from guanweihui.areas import tabs_of, url_or_none
from guanweihui.filings import Outdated
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.questionnaire import Asked, judge, paragraphs
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.templatetags.portal import moment
from guanweihui.views.dues_fill import version_of
from guanweihui.workflow import Refused

S = CityRecommendation.Status
OFFICE = (Role.DISTRICT,)
FORM_METHODS = ["GET", "HEAD", "POST"]
KINDS = {
    S.CHOSEN: "warn",
    S.SENT: "info",
    S.AWARDED: "honour",
    S.REFUSED: "wrong",
    S.RESERVE: "plain",
    S.DROPPED: "void",
}
COUNTED = (S.CHOSEN, S.SENT, S.AWARDED, S.REFUSED, S.RESERVE)
CYCLE_COLUMNS = (
    ListColumn("评选周期", is_name=True),
    ListColumn("状态"),
    ListColumn("市级名额", format="int"),
    *(ListColumn(str(status.label), format="int") for status in COUNTED),
)
COLUMNS = (
    ListColumn("推荐对象", is_name=True),
    ListColumn("单位（当时名称）", is_long=True),
    ListColumn("顺序", format="int"),
    ListColumn("状态"),
    ListColumn("上报日期", format="date"),
    ListColumn("市级结果", is_long=True),
)


@require_safe
@posts(*DISTRICT_WIDE)
def city_list(request: HttpRequest) -> HttpResponse:
    """List the cycles with their places and how many recommendations stand where."""
    page = page_of(request, Cycle.objects.visible_to(request.user).for_list())
    counts: dict[tuple[int, str], int] = {}
    for cycle, _, status, number in CityRecommendation.objects.visible_to(request.user).tally_by_state():
        counts[cycle, status] = counts.get((cycle, status), 0) + number
    places: dict[int, int] = {}
    for one in Category.objects.visible_to(request.user).for_list():
        places[one.cycle_id] = places.get(one.cycle_id, 0) + one.city_places
    shown = ListPage(
        title="市级推荐",
        columns=CYCLE_COLUMNS,
        rows=[
            ListRow(
                (
                    Link(cycle.name, reverse("city-choose", args=[cycle.pk])),
                    Mark(cycle.get_state_display()),
                    places.get(cycle.pk, 0),
                    *(counts.get((cycle.pk, status), 0) for status in COUNTED),
                )
            )
            for cycle in page
        ],
        page=page,
        tabs=tabs_of(request, AWARDS),
        unit="届",
        empty_words="还没有评选周期。区里发文表彰以后，在这里从获奖者中选择市级推荐对象。",
    )
    return answer_list(request, shown)


# --- the choice -------------------------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@posts(*DISTRICT_WIDE)
def city_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a cycle's recommendations, a category at a time; the office chooses them among the winners."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user, roles=DISTRICT_WIDE).for_page(), pk=pk)
    categories = list(Category.objects.visible_to(request.user).of(cycle))
    category = asked_category(request, categories)
    rows = list(CityRecommendation.objects.visible_to(request.user).of(cycle).for_list())
    chosen = [row for row in rows if category is not None and row.category_id == category.pk]
    is_office = reach_of(request.user).serves(Role.DISTRICT)
    if request.method == "POST" and not (is_office and category):
        raise Http404
    form, status = choose_form(request, category, chosen) if category and is_office else None, 200
    if request.method == "POST" and form is not None:
        assert category is not None
        if form.is_valid():
            try:
                found = steps.choose(category, form.honours(), by=request.user, at=timezone.now())
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"已保存“{category}”的推荐顺序，共 {len(found)} 个。")
                return redirect(url_of(category))
        status = 422
    context = {
        "crumbs": [("市级推荐", reverse("city-list")), (cycle.name, "")],
        "cycle": cycle,
        "category": category,
        "tabs": category_tabs(categories, category, rows),
        "form": form,
        "columns": COLUMNS,
        "rows": [row_of(row) for row in chosen],
        "places": places_words(category, chosen) if category else "",
        "why_not": why_not(category, chosen),
        "can_pack": is_office and any(row.status in CityRecommendation.CHOSEN for row in rows),
        "next": next_row(category, chosen) if is_office else None,
    }
    return render(request, "awards/city_choose.html", context, status=status)


def url_of(category: Category) -> str:
    return f"{reverse('city-choose', args=[category.cycle_id])}?category={category.pk}"


def asked_category(request: HttpRequest, categories: Sequence[Category]) -> Category | None:
    """Return the category of the address, else the first that has places."""
    asked = request.GET.get("category", "")
    found = [one for one in categories if str(one.pk) == asked]
    if asked and not found:
        raise Http404
    return next(iter(found or [one for one in categories if one.city_places] or categories), None)


def category_tabs(
    categories: Sequence[Category], here: Category | None, rows: Sequence[CityRecommendation]
) -> list[dict[str, Any]]:
    taken = [row.category_id for row in rows if row.status in CityRecommendation.CHOSEN]
    return [
        {"label": one.name, "url": url_of(one), "current": one == here, "count": taken.count(one.pk)}
        for one in categories
    ]


def choose_form(
    request: HttpRequest, category: Category, chosen: Sequence[CityRecommendation]
) -> ChooseForm | None:
    """Give the boxes of the choice; None once it stands or there is nothing to choose from."""
    if not category.city_places or any(row.status in steps.GONE_UP for row in chosen):
        return None
    honours = Honour.objects.visible_to(request.user).standing().of_category(category).for_list()
    winners = [one for one in honours if one.nomination_id is not None]
    places = {row.honour_id: row.position for row in chosen if row.status != S.DROPPED}
    return ChooseForm(request.POST or None, winners=winners, places=places) if winners else None


def places_words(category: Category, chosen: Sequence[CityRecommendation]) -> str:
    taken = sum(row.status in CityRecommendation.CHOSEN for row in chosen)
    return f"市级推荐名额 {category.city_places} 个，已用 {taken} 个"


def why_not(category: Category | None, chosen: Sequence[CityRecommendation]) -> str:
    """Say what to do where nothing can be chosen."""
    if category is None:
        return "本届还没有奖项。请先在评选周期中设置奖项。"
    if not category.city_places:
        return "本奖项没有市级推荐名额。需要推荐的，请先在奖项中填写市级推荐名额。"
    if any(row.status in steps.GONE_UP for row in chosen):
        return "已有推荐上报，顺序不再修改。需要换人请打开该推荐点“不再推荐”，再按顺序递补。"
    return "本奖项还没有表彰决定。登记表彰决定、生成荣誉以后，在这里从获奖者中选择。"


def next_row(category: Category | None, chosen: Sequence[CityRecommendation]) -> CityRecommendation | None:
    """Return the reserve that a free place is for, from the rows at hand."""
    taken = sum(row.status in CityRecommendation.CHOSEN for row in chosen)
    if category is None or taken >= category.city_places:
        return None
    return next((row for row in chosen if row.status == S.RESERVE), None)


def row_of(row: CityRecommendation) -> ListRow:
    result = row.result_title if row.status == S.AWARDED else row.reason
    return ListRow(
        (
            Link(steps.name_of(row), reverse("city-detail", args=[row.pk])),
            row.honour.printed_unit,
            row.position,
            Mark(row.get_status_display(), KINDS[row.status]),
            row.sent_on,
            result,
        )
    )


@require_POST
@posts(*OFFICE)
def city_pack(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the pack of a cycle's recommendations over to the worker."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user, roles=OFFICE).for_page(), pk=pk)
    rows = CityRecommendation.objects.visible_to(request.user, roles=OFFICE).of(cycle).chosen()
    if not rows.exists():
        raise Refused("还没有拟推荐的对象，不能打包。请先选择推荐对象。")
    job = jobs.enqueue(
        "city-pack",
        by=request.user,
        params={"cycle": cycle.pk},
        at=timezone.now(),
        label=f"{cycle}市级推荐材料",
        district=cycle.district,
    )
    return redirect("job-detail", job.pk)


# --- one recommendation -----------------------------------------------------------------------------------


def row_or_404(request: HttpRequest, pk: int, roles: Any = OFFICE) -> CityRecommendation:
    rows = CityRecommendation.objects.visible_to(request.user, roles=roles)
    return get_object_or_404(rows.for_page(), pk=pk)


def crumbs_of(row: CityRecommendation, *more: str) -> list[tuple[str, str]]:
    here = reverse("city-detail", args=[row.pk])
    return [
        ("市级推荐", reverse("city-list")),
        (row.cycle.name, url_of(row.category)),
        (steps.name_of(row), here if more else ""),
        *((words, "") for words in more),
    ]


@require_safe
@posts(*DISTRICT_WIDE)
def city_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one recommendation: whose it is, how far its form is, what came of it."""
    row = row_or_404(request, pk, DISTRICT_WIDE)
    asked = steps.ask(row)
    _, faults = judge(asked, row.typed)
    said = masked(paragraphs(asked.questionnaire, row.typed), phones_of(asked))
    roles = reach_of(request.user).roles
    open_steps = {step.name for step in steps.STEPS.open_for(row, roles)}
    if "promote" in open_steps and steps.next_in_line(row.category) != row:
        open_steps.discard("promote")
    context = {
        "crumbs": crumbs_of(row),
        "row": row,
        "name": steps.name_of(row),
        "mark": Mark(row.get_status_display(), KINDS[row.status]),
        "facts": facts_of(row),
        "said": [Fact(one.label, one.words, wide=True) for one in said],
        "faults": faults if row.status in steps.EDITABLE else [],
        "steps": open_steps,
        "can_edit": Role.DISTRICT in roles and row.status in steps.EDITABLE,
        "trail": trail_of(request.user, row),
    }
    return render(request, "awards/city_detail.html", context)


def facts_of(row: CityRecommendation) -> list[Fact]:
    honour = row.honour
    found = [
        Fact("奖项", row.category.name),
        Fact("推荐对象", steps.name_of(row), url=reverse("honour-detail", args=[honour.pk])),
        Fact("单位（当时名称）", honour.printed_unit),
        Fact("协作组", honour.unit.group.short_name),
        Fact("区级表彰文号", honour.decision.doc_number),
        Fact("证书编号", honour.certificate_no),
        Fact("推荐顺序", row.position),
        Fact("上报日期", row.sent_on or "未上报"),
    ]
    if row.status == S.AWARDED:
        found += [
            Fact("市级荣誉", row.result_title),
            Fact("市级文号", row.result_number),
            Fact("市级发文日期", row.result_on, wide=True),
        ]
    if row.reason:
        found.append(Fact("说明", row.reason, wide=True))
    return found


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def city_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in the city's form beside what the district's says; nothing typed is lost."""
    row = row_or_404(request, pk)
    asked = steps.ask(row)
    if request.method != "POST":
        if row.status not in steps.EDITABLE:
            messages.info(request, f"这份推荐现在是“{row.get_status_display()}”，只能查看。")
            return redirect("city-detail", pk)
        return form_page(request, row, asked, row.typed)
    typed = picked(typed_in(asked, request.POST), row.typed, request.POST)
    now = timezone.now()
    try:
        saved = steps.save_form(row, typed, version=version_of(request), by=request.user, at=now)
    except Outdated as late:
        return form_page(request, row, asked, typed, status=409, clash=late)
    except Refused as refusal:
        return form_page(request, row, asked, typed, status=422, refusal=str(refusal))
    _, faults = judge(asked, saved.typed)
    words = f"还有 {len(faults)} 处没有填好。" if faults else "已填完，可以上报。"
    messages.success(request, f"{moment(now)} 已保存。{words}")
    return redirect("city-form" if faults else "city-detail", pk)


def form_page(
    request: HttpRequest,
    row: CityRecommendation,
    asked: Asked,
    typed: Mapping[str, str],
    *,
    status: int = 200,
    whole: bool = False,
    refusal: str = "",
    clash: Outdated | None = None,
) -> HttpResponse:
    """Show the form with what was typed; `clash` sets both versions side by side."""
    stored = clash.filing if clash else row
    sheet = draw(asked, typed, whole=whole)
    context = {
        "crumbs": crumbs_of(row, "市推荐表"),
        "row": row,
        "name": steps.name_of(row),
        "version": stored.version,
        "sheet": sheet,
        "faults": sheet.faults if whole else [],
        "refusal": refusal,
        "both": both_of(asked, typed, clash),
        "beside": beside_of(request, row, asked),
        "detail_url": reverse("city-detail", args=[row.pk]),
        "fields_url": url_or_none("category-form", row.category_id),
    }
    return render(request, "awards/city_form.html", context, status=status)


def both_of(asked: Asked, typed: Mapping[str, str], clash: Outdated | None) -> dict[str, Any] | None:
    if clash is None:
        return None
    theirs = clash.filing
    who = f"{theirs.saved_by or '别人'} {moment(theirs.saved_at)}保存的"
    return {"words": str(clash), "who": who, "rows": clashes(asked, typed, theirs.typed)}


def beside_of(request: HttpRequest, row: CityRecommendation, asked: Asked) -> list[dict[str, str]]:
    """Write out the deeds of the nomination to cut from, each with its length against the city's limit."""
    said = row.honour.nomination.typed
    limits = {item.key: item.longest for item in asked.questionnaire.items()}
    fields = FormField.objects.visible_to(request.user).of(row.category, FormField.Form.DISTRICT)
    found = []
    for field in fields:
        words = said.get(field.key, "").strip()
        if field.section != FormField.Section.DEEDS or not words:
            continue
        found.append({"label": field.label, "words": words, **length_of(words, limits.get(field.key))})
    return found


def length_of(words: str, limit: int | None) -> dict[str, str]:
    """Say how long a text is, and by how much too long for the city."""
    note = f"{len(words):,} 字"
    if limit is None:
        return {"note": note, "over": ""}
    over = f"多 {len(words) - limit:,} 字，请删减" if len(words) > limit else ""
    return {"note": f"{note}，市推荐表最多 {limit:,} 字", "over": over}


@require_POST
@posts(*OFFICE)
def city_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a complete recommendation went to the city; an incomplete one comes back with its faults."""
    row = row_or_404(request, pk)
    try:
        steps.send(row, version=version_of(request), by=request.user, at=timezone.now())
    except Unready:
        return form_page(request, row, steps.ask(row), row.typed, status=422, whole=True)
    messages.success(request, f"已上报“{steps.name_of(row)}”。市里有结果以后请在这里登记。")
    return redirect("city-detail", pk)


@require_POST
@posts(*OFFICE)
def city_promote(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the next reserve take the free place."""
    row = row_or_404(request, pk)
    steps.promote(row, by=request.user, at=timezone.now())
    messages.success(request, f"“{steps.name_of(row)}”已由递补改为拟推荐，请填写市推荐表后上报。")
    return redirect("city-detail", pk)


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def city_result(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what the city decided."""
    row = row_or_404(request, pk)

    def step(data: dict[str, Any]) -> CityRecommendation:
        doing: dict[str, Any] = {"by": request.user, "at": timezone.now()}
        if data["result"] == S.AWARDED:
            return steps.award(row, title=data["title"], number=data["number"], on=data["on"], **doing)
        return steps.refuse(row, reason=data["reason"], **doing)

    return answer_form(
        request,
        ResultForm(request.POST or None),
        step,
        title="登记市级结果",
        action="登记",
        words="登记后不能修改，请照市级文件核对。市里未通过的，名额空出，可以按顺序递补。",
        back_url=reverse("city-detail", args=[pk]),
        crumbs=crumbs_of(row, "登记市级结果")[:-1],
        done=lambda done: f"已登记：{done.get_status_display()}。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def city_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Recommend somebody no longer, with a reason."""
    row = row_or_404(request, pk)
    return answer_form(
        request,
        DropForm(request.POST or None),
        lambda data: steps.drop(row, reason=data["reason"], by=request.user, at=timezone.now()),
        title="不再推荐",
        action="不再推荐",
        danger=True,
        words="名额空出后，由递补按顺序顶上。推荐表的内容保留。",
        back_url=reverse("city-detail", args=[pk]),
        crumbs=crumbs_of(row, "不再推荐")[:-1],
        done="已不再推荐。",
    )
