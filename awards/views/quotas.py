"""Places of a cycle: the district's board, a group's own page, handing down, moving, the ledger."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from awards.filters.quotas import QuotaMoveFilter
from awards.forms.quotas import AllotForm, GrantForm, TransferForm
from awards.models import Category, Cycle, Quota, QuotaMove
from awards.reports import quotas as reports
from awards.workflow import quotas as steps
from guanweihui.areas import url_or_none
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_pdf, answer_workbook
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import CollaborationGroup, School
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.templatetags.portal import moment

READERS = DISTRICT_WIDE | {Role.GROUP}
CATEGORY_COLUMNS = (
    ListColumn("奖项", is_name=True),
    ListColumn("表彰名额", format="int"),
    ListColumn("可推荐", format="int"),
    ListColumn("已核定", format="int"),
    ListColumn("区里未下达", format="int"),
    ListColumn("已用", format="int"),
    ListColumn("操作"),
)
GROUP_COLUMNS = (
    ListColumn("单位", is_name=True),
    ListColumn("名额", format="int"),
    ListColumn("已用", format="int"),
    ListColumn("剩余", format="int"),
)
LEDGER_COLUMNS = (
    ListColumn("时间"),
    ListColumn("奖项"),
    ListColumn("单位", is_name=True),
    ListColumn("变动"),
    ListColumn("名额增减", align="right"),
    ListColumn("占用增减", align="right"),
    ListColumn("推荐", is_long=True),
    ListColumn("理由", is_long=True),
    ListColumn("办理人"),
)
Kind = QuotaMove.Kind
KINDS = {Kind.GRANT: "honour", Kind.ALLOT: "ok", Kind.RECALL: "warn", Kind.SPEND: "info", Kind.FREE: "plain"}


def cycle_or_404(request: HttpRequest, pk: int) -> Cycle:
    return get_object_or_404(Cycle.objects.visible_to(request.user).for_page(), pk=pk)


def category_or_404(request: HttpRequest, pk: int, roles: Collection[str]) -> Category:
    rows = Category.objects.visible_to(request.user, roles=roles)
    return get_object_or_404(rows.for_list(), pk=pk)


def group_or_404(request: HttpRequest, roles: Collection[str]) -> CollaborationGroup:
    """Return the group that the address asks for, else the first that the reader sees."""
    groups = CollaborationGroup.objects.visible_to(request.user, roles=roles).in_order()
    asked = request.GET.get("group", "")
    is_key = asked.isdecimal() and len(asked) < 19
    return get_object_or_404(groups, pk=int(asked)) if is_key else get_object_or_404(groups[:1])


def crumbs_of(cycle: Cycle, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [
        ("评选周期", url_or_none("cycle-list")),
        (cycle.name, url_or_none("cycle-detail", cycle.pk)),
        *more,
    ]


def home_of(request: HttpRequest, cycle: Cycle, group: CollaborationGroup | None = None) -> str:
    """Return the page to go back to: the board for whoever reads it, else the group's own page."""
    if group is None and reach_of(request.user).serves(*DISTRICT_WIDE):
        return reverse("quota-board", args=[cycle.pk])
    page = reverse("quota-group", args=[cycle.pk])
    return f"{page}?group={group.pk}" if group is not None else page


def board_crumbs(request: HttpRequest, cycle: Cycle) -> list[tuple[str, str]]:
    return crumbs_of(cycle, ("名额", home_of(request, cycle)))


# --- what stands ------------------------------------------------------------


@require_safe
@posts(*DISTRICT_WIDE)
def quota_board(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how the places of a cycle stand, by category and by group."""
    cycle = cycle_or_404(request, pk)
    is_office = reach_of(request.user).serves(Role.DISTRICT)
    is_live = is_office and cycle.state != Cycle.State.CLOSED
    categories = list(Category.objects.visible_to(request.user).of(cycle))
    groups = list(
        CollaborationGroup.objects.visible_to(request.user).in_district(cycle.district_id).in_order()
    )
    rows = list(Quota.objects.visible_to(request.user).of_cycle(cycle).for_list())
    context = {
        "crumbs": crumbs_of(cycle, ("名额", "")),
        "cycle": cycle,
        "columns": CATEGORY_COLUMNS,
        "rows": [category_row(one, rows, is_live) for one in categories],
        "edit_url": url_or_none("category-new", cycle.pk) if is_live else "",
        "table": reports.quota_table(
            cycle, categories, groups, rows, page=reverse("quota-group", args=[cycle.pk])
        ),
        "faults": steps.balance_faults(cycle) if is_office else [],
    }
    return render(request, "awards/quota_board.html", context)


def category_row(category: Category, rows: Sequence[Quota], is_live: bool) -> ListRow:
    mine = [row for row in rows if row.category_id == category.pk]
    reserve = sum(row.places - row.used for row in mine if row.group_id is None and row.school_id is None)
    granted = sum(row.places for row in mine)
    actions = [("核定", "quota-grant")]
    if granted:
        actions += [("下达", "quota-allot"), ("调剂", "quota-transfer")]
    links = tuple(Link(label, reverse(route, args=[category.pk])) for label, route in actions)
    used = sum(row.used for row in mine)
    numbers = (category.places, category.proposals, granted, reserve, used)
    return ListRow((str(category), *numbers, links if is_live else "—"))


@require_safe
@posts(*DISTRICT_WIDE)
def quota_export(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the board as a workbook."""
    return answer_workbook(request, reports.quota_board(request.user, cycle_or_404(request, pk)))


@require_safe
@posts(*DISTRICT_WIDE)
def quota_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the board on paper."""
    return answer_pdf(request, reports.quota_board(request.user, cycle_or_404(request, pk)))


@require_safe
@posts(*READERS)
def quota_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a group's places by category: what its schools share, and what some have of their own."""
    cycle, group = cycle_or_404(request, pk), group_or_404(request, READERS)
    rows = list(Quota.objects.visible_to(request.user).of_cycle(cycle).below(group).for_list())
    may_hand = reach_of(request.user).serves(*steps.HANDERS) and cycle.state != Cycle.State.CLOSED
    categories = Category.objects.visible_to(request.user).of(cycle)
    is_wide = reach_of(request.user).serves(*DISTRICT_WIDE)
    above = (
        [("名额", reverse("quota-board", args=[cycle.pk])), (str(group), "")] if is_wide else [("名额", "")]
    )
    context = {
        "crumbs": crumbs_of(cycle, *above),
        "cycle": cycle,
        "group": group,
        "columns": GROUP_COLUMNS,
        "cards": [
            (category, *group_lines(category, rows), group_links(category, group, rows, may_hand))
            for category in categories
        ],
        "ledger_url": f"{reverse('quota-ledger', args=[cycle.pk])}?group={group.pk}",
    }
    return render(request, "awards/quota_group.html", context)


def group_lines(category: Category, rows: Sequence[Quota]) -> tuple[str, list[ListRow]]:
    """Return the sentence over a group's card of a category, and its lines: the shared places first."""
    mine = [row for row in rows if row.category_id == category.pk and (row.group_id or row.places)]
    places, used = sum(row.places for row in mine), sum(row.used for row in mine)
    lines = [
        ListRow(("各校共用" if row.group_id else str(row.school), row.places, row.used, row.left))
        for row in sorted(mine, key=lambda row: row.group_id is None)
    ]
    return f"共 {places} 个，已用 {used} 个，剩余 {places - used} 个", lines


def group_links(
    category: Category, group: CollaborationGroup, rows: Sequence[Quota], may_hand: bool
) -> list[tuple[str, str, str]]:
    """Return the buttons of a group's card; there is nothing to hand on before the district has."""
    mine = [row for row in rows if row.category_id == category.pk]
    if not may_hand or not mine:
        return []
    found = [("分到学校", f"{reverse('quota-schools', args=[category.pk])}?group={group.pk}", "people")]
    if any(row.school_id is not None and row.left for row in mine):
        found.append(("校间调剂", reverse("quota-transfer", args=[category.pk]), "arrow-repeat"))
    return found


# --- moving places ------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*steps.OFFICE)
def quota_grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Fix how many places the district has in a category."""
    category = category_or_404(request, pk, steps.OFFICE)
    rows = list(Quota.objects.visible_to(request.user).of(category))
    granted, used = sum(row.places for row in rows), sum(row.used for row in rows)
    return answer_form(
        request,
        GrantForm(request.POST or None, initial={"places": granted or category.proposals}),
        lambda data: steps.grant(category, **data, by=request.user, at=timezone.now()),
        title=f"核定名额：{category}",
        action="核定",
        back_url=home_of(request, category.cycle),
        done="已核定名额。",
        crumbs=board_crumbs(request, category.cycle),
        words="核定数是本奖项可以推荐的总数，增减都写入变动记录；已下达和已用的不能减掉。",
        facts=[
            Fact("表彰名额", f"{category.places} 个"),
            Fact("差额比例", f"{category.surplus_percent}%，可推荐 {category.proposals} 个"),
            Fact("现已核定", f"{granted} 个"),
            Fact("已用", f"{used} 个"),
        ],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*steps.OFFICE)
def quota_allot(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the district's places down to all groups at once, or take them back."""
    category = category_or_404(request, pk, steps.OFFICE)
    rows = list(Quota.objects.visible_to(request.user).of(category).for_list())
    source = next((row for row in rows if row.group_id is None and row.school_id is None), None)
    if source is None:
        messages.info(request, f"“{category}”还没有核定名额，请先核定。")
        return redirect("quota-grant", pk)
    held = {row.group_id: row for row in rows if row.group_id is not None}
    groups = CollaborationGroup.objects.visible_to(request.user).in_district(category.cycle.district_id)
    groups = groups.open_on(timezone.localdate(), or_among=held).in_order()
    page = {"title": f"下达名额：{category}", "unit": "协作组", "whose": "区里"}
    return answer_matrix(request, source, list(groups), held, home_of(request, category.cycle), **page)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*steps.HANDERS)
def quota_schools(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a group's places to its schools, or take them back for all to share."""
    category = category_or_404(request, pk, steps.HANDERS)
    group = group_or_404(request, steps.HANDERS)
    back_url = home_of(request, category.cycle, group)
    rows = list(Quota.objects.visible_to(request.user).of(category).below(group).for_list())
    source = next((row for row in rows if row.group_id is not None), None)
    if source is None:
        messages.info(request, f"区里还没有向{group}下达“{category}”的名额。")
        return redirect(back_url)
    held = {row.school_id: row for row in rows if row.school_id is not None}
    schools = School.objects.visible_to(request.user, roles=steps.HANDERS).in_group(group)
    schools = schools.open_on(timezone.localdate(), or_among=held).in_order()
    page = {"title": f"分到学校：{category}", "unit": "学校", "whose": str(group)}
    return answer_matrix(request, source, list(schools), held, back_url, **page)


def answer_matrix(
    request: HttpRequest,
    source: Quota,
    units: Sequence[steps.Unit],
    held: Mapping[int, Quota],
    back_url: str,
    *,
    title: str,
    unit: str,
    whose: str,
) -> HttpResponse:
    """Show one box a unit, or take the one step that brings all of them to what was typed."""
    form = AllotForm(request.POST or None, units=units, rows=held)

    def step(data: dict[str, Any]) -> Quota:
        return steps.allot(
            source,
            form.wanted(),
            seen=form.seen(),
            reason=data["reason"],
            by=request.user,
            at=timezone.now(),
        )

    handed = sum(row.places for row in held.values())
    return answer_form(
        request,
        form,
        step,
        title=title,
        action="保存",
        back_url=back_url,
        done=lambda row: f"已保存，{whose}还有 {row.left} 个名额。",
        crumbs=board_crumbs(request, source.category.cycle),
        facts=[
            Fact(f"{whose}还可下达", f"{source.left} 个"),
            Fact(f"已下达到{unit}", f"{handed} 个"),
        ],
        template="awards/quota_allot.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*steps.HANDERS)
def quota_transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Move places from one group to another one, or between two schools."""
    category = category_or_404(request, pk, steps.HANDERS)
    form = TransferForm(request.POST or None, category=category, actor=request.user)
    step: Callable[[dict[str, Any]], Quota] = lambda data: steps.transfer(  # noqa: E731
        data["source"],
        data["target"],
        data["places"],
        reason=data["reason"],
        by=request.user,
        at=timezone.now(),
    )
    return answer_form(
        request,
        form,
        step,
        title=f"调剂名额：{category}",
        action="调剂",
        back_url=home_of(request, category.cycle),
        done=lambda row: f"已调剂，{steps.name_of(row)}现有 {row.places} 个名额。",
        crumbs=board_crumbs(request, category.cycle),
        words="只能调出没有用的名额；协作组之间、学校之间才能调剂。",
    )


# --- the ledger ------------------------------------------------------------


@require_safe
@posts(*READERS)
def quota_ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """List every move of places of a cycle, the latest first, with its reason."""
    cycle = cycle_or_404(request, pk)
    moves = QuotaMove.objects.visible_to(request.user, roles=READERS).of_cycle(cycle)
    chosen = QuotaMoveFilter(request.GET, queryset=moves, request=request)
    page = page_of(request, chosen.qs.for_list())
    shown = ListPage(
        title="名额变动记录",
        columns=LEDGER_COLUMNS,
        rows=[ledger_row(move) for move in page],
        page=page,
        form=chosen.form,
        buttons=[("名额", home_of(request, cycle), "table", "outline-secondary")],
        empty_words="还没有名额变动。核定、下达名额和提交推荐之后，这里逐笔列出。",
    )
    return answer_list(request, shown, more={"crumbs": [*board_crumbs(request, cycle), ("变动记录", "")]})


def ledger_row(move: QuotaMove) -> ListRow:
    nominated: Any = "—"
    if move.nomination is not None:
        nominated = move.nomination.nominee
        if url := url_or_none("nomination-detail", move.nomination_id):
            nominated = Link(nominated, url)
    return ListRow(
        (
            moment(move.moved_at),
            str(move.quota.category),
            steps.name_of(move.quota),
            Mark(move.get_kind_display(), KINDS[Kind(move.kind)]),
            f"{move.places:+d}" if move.places else "—",
            f"{move.used:+d}" if move.used else "—",
            nominated,
            move.reason,
            str(move.moved_by or "系统"),
        )
    )
